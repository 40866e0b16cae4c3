/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_INTERNAL_H
#define MPI_PAYMENT_INTERNAL_H

#include "payment/payment.h"

extern const mpi_saga mpi_merchant_saga;
extern const mpi_saga mpi_merchant_change_saga;
extern const mpi_saga mpi_holiday_saga;
extern const mpi_saga mpi_promotion_saga;
extern const mpi_saga mpi_pay_saga;
extern const mpi_saga mpi_authorize_saga;
extern const mpi_saga mpi_capture_saga;
extern const mpi_saga mpi_void_saga;
extern const mpi_saga mpi_refund_saga;

/* The postings of one payment, capture or refund; a refund's go the other way. */
enum {
    MPI_LEG_MEMBER = 0,      /* the member's wallet -> what the merchant is owed */
    MPI_LEG_COMPANY = 1,     /* the company's part of a promotion -> what the merchant is owed */
    MPI_LEG_MEMBER_BACK = 2, /* what undoes them */
    MPI_LEG_COMPANY_BACK = 3
};

/* The steps behind which a slip says what its operations have done. */
enum { MPI_PAY_DECIDE = 1, MPI_CAPTURE_DECIDE = 0, MPI_REFUND_DECIDE = 0 };

/* Undoes the postings of a payment or refund, of which so much was not the member's and so much of that the
 * merchant's own. */
minipay_status mpi_parts_reverse(mpi_payments *payments, mpi_flow *flow, const mpi_operation *op,
                                 int64_t amount_minor, int64_t promotion_minor, int64_t merchant_minor);

/* ---- slips ---- */

/* What may happen to a slip; which of a pair follows from the amounts. */
typedef enum mpi_slip_event {
    MPI_SLIP_CAPTURE_PART,
    MPI_SLIP_CAPTURE_REST,
    MPI_SLIP_VOID,          /* something that was captured is kept, or nothing was captured */
    MPI_SLIP_VOID_REFUNDED, /* all that was captured is refunded */
    MPI_SLIP_REFUND_PART,
    MPI_SLIP_REFUND_REST,
    MPI_SLIP_EVENTS
} mpi_slip_event;

enum { MPI_SLIP_STATES = 9 };

/* Either refused, or the state it leads to. */
typedef struct mpi_slip_move {
    minipay_status status;
    int32_t to;
} mpi_slip_move;

extern const mpi_slip_move mpi_slip_moves[MPI_SLIP_STATES][MPI_SLIP_EVENTS];

int32_t mpi_slip_state(const mpi_slip *slip);

/* Has the slip's authorisation still something to capture? */
bool mpi_slip_is_open(const mpi_slip *slip);

/* What the member has paid for, of amount_minor. */
int64_t mpi_slip_captured(const mpi_slip *slip);

/* The slip of a payment, or SLIP_NOT_FOUND. */
minipay_status mpi_slip_find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                             const mpi_slip **slip);

/* The same for what goes on with it in its currency: empty, that becomes the slip's; another one is
 * CURRENCY_MISMATCH. */
minipay_status mpi_slip_take_up(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                char currency[MINIPAY_CURRENCY_SIZE], const mpi_slip **slip);

/* Writes `after` over a slip. */
minipay_status mpi_slip_write(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                              const mpi_slip *after);

/* ---- merchants and buckets ---- */

/* The merchant, active or not, or MERCHANT_NOT_FOUND. */
minipay_status mpi_merchant_get(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                const mpi_merchant **merchant);

/* The terms of the merchant in force at the unit's time, and those of one version. */
minipay_status mpi_terms_now(mpi_payments *payments, mpi_flow *flow, const mpi_merchant *merchant,
                             mpi_merchant_terms *terms);
minipay_status mpi_terms_of(mpi_payments *payments, mpi_flow *flow, const mpi_merchant *merchant,
                            int32_t version, mpi_merchant_terms *terms);

/* The same, beside the lane. */
minipay_status mpi_terms_read(mpi_view *view, const mpi_merchant *merchant, int64_t at,
                              mpi_merchant_terms *terms, minipay_error *error);

extern const char *const mpi_cycle_names[];

/* The fee when so much is captured; false when the terms' basis points are none. It never falls when the amount
 * rises, and is never above it. */
bool mpi_terms_fee(const mpi_merchant_terms *terms, int64_t amount_minor, int64_t *fee_minor);

/* When a new bucket is due, by its date, its merchant's terms, policy's weekend and the holidays; and which
 * version of each that was. */
minipay_status mpi_calendar_set_due(mpi_payments *payments, mpi_flow *flow, const mpi_rules *rules,
                                    const mpi_merchant_terms *terms, mpi_bucket *bucket);

/* The active merchant, or MERCHANT_NOT_FOUND, MERCHANT_INACTIVE, CURRENCY_MISMATCH. */
minipay_status mpi_merchant_find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                 const char currency[4], const mpi_merchant **merchant);

/* Adds the figures of `change` to the merchant's open bucket of the unit's business date. An `entry`
 * (NULL: none) becomes the bucket's newest. `*counted` says which bucket it was. */
minipay_status mpi_bucket_add(mpi_payments *payments, mpi_flow *flow, const minipay_id *merchant_id,
                              const char currency[4], const mpi_due *change, const mpi_entry *entry,
                              mpi_counted *counted);

/* The same for what was done with a payment. */
minipay_status mpi_slip_count(mpi_payments *payments, mpi_flow *flow, const minipay_id *slip_id,
                              const mpi_due *change, const mpi_entry *entry, mpi_counted *counted);

/* The port's. */
minipay_status mpi_bucket_close(void *impl, mpi_flow *flow, const mpi_closing *closing, mpi_due *dues,
                                uint32_t *count, bool *more);
minipay_status mpi_bucket_postpone(void *impl, mpi_flow *flow, const mpi_closing *closing,
                                   const mpi_due *dues, uint32_t count);
minipay_status mpi_bucket_carry(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                const char currency[4], int64_t amount_minor, mpi_carried *carried);
minipay_status mpi_bucket_take_back(void *impl, mpi_flow *flow, const mpi_closing *closing,
                                    mpi_taking *takings, uint32_t count);
minipay_status mpi_bucket_look(void *impl, const char currency[4], int32_t through_date,
                               const mpi_due_cursor *after, mpi_due *dues, uint32_t *count,
                               minipay_error *error);

/* Closes up to `*count` buckets; and what it has closed behind the cursor, in the order of merchants. */
minipay_status mpi_bucket_close_next(mpi_payments *payments, mpi_flow *flow, const mpi_closing *closing,
                                     mpi_due *dues, uint32_t *count);
minipay_status mpi_bucket_closed(mpi_flow *flow, const mpi_closing *closing, mpi_due *dues,
                                 uint32_t *count);
minipay_status mpi_statement_page(void *impl, const minipay_id *run_id, const minipay_id *merchant_id,
                                  const minipay_statement_entry *after, minipay_statement_entry *entries,
                                  uint32_t *count, minipay_error *error);
minipay_status mpi_merchant_account(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                    minipay_id *account_id);

#endif
