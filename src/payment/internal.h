/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_INTERNAL_H
#define MPI_PAYMENT_INTERNAL_H

#include "payment/payment.h"

extern const mpi_saga mpi_merchant_saga;
extern const mpi_saga mpi_pay_saga;
extern const mpi_saga mpi_authorize_saga;
extern const mpi_saga mpi_capture_saga;
extern const mpi_saga mpi_void_saga;
extern const mpi_saga mpi_refund_saga;

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

/* What the member has paid for, of amount_minor. */
int64_t mpi_slip_captured(const mpi_slip *slip);

/* The slip of a payment, or SLIP_NOT_FOUND. */
minipay_status mpi_slip_find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                             const mpi_slip **slip);

/* Writes `after` over a slip. */
minipay_status mpi_slip_write(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                              const mpi_slip *after);

/* ---- merchants and buckets ---- */

/* The merchant, active or not, or MERCHANT_NOT_FOUND. */
minipay_status mpi_merchant_get(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                const mpi_merchant **merchant);

/* The fee of a payment, by the merchant's terms. */
int64_t mpi_merchant_fee(const mpi_merchant *merchant, int64_t amount_minor);

/* The active merchant, or MERCHANT_NOT_FOUND, MERCHANT_INACTIVE, CURRENCY_MISMATCH. */
minipay_status mpi_merchant_find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                 const char currency[4], const mpi_merchant **merchant);

/* Where an entry was counted: its bucket, and the entry before it. */
typedef struct mpi_counted {
    int32_t business_date;
    int32_t bucket_round;
    mpi_entry previous;
} mpi_counted;

/* Adds the figures of `change` to the merchant's open bucket of the unit's business date. With an `entry`
 * (NULL: none) it becomes the bucket's newest, and `*counted` says where it stands. */
minipay_status mpi_bucket_add(mpi_payments *payments, mpi_flow *flow, const minipay_id *merchant_id,
                              const char currency[4], const mpi_due *change, const mpi_entry *entry,
                              mpi_counted *counted);

minipay_status mpi_bucket_close(void *impl, mpi_flow *flow, const minipay_id *run_id,
                                const char currency[4], int32_t through_date, mpi_due *dues,
                                uint32_t *count);
minipay_status mpi_bucket_carry(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                const char currency[4], int64_t amount_minor);

#endif
