/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_PAYMENT_H
#define MPI_PAYMENT_PAYMENT_H

/* Payments: merchants, slips, refunds, and the buckets that settlement empties. Owns `merchant`, `slip`,
 * `slip_change`, `refund` and `bucket`. */

#include "ledger/claim.h"
#include "minipay/payment.h"
#include "payment/port.h"
#include "wallet/port.h"

typedef struct mpi_merchant {
    mpi_operation op; /* kind MERCHANT */
    int32_t merchant_state;
    int32_t fee_basis_points;
    int32_t cycle_days;
    char currency[MINIPAY_CURRENCY_SIZE];
    MPI_SECRET(MINIPAY_NAME_SIZE) name;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_merchant;

/* A slip is the document of its payment, whether paid at once or authorised first. */
typedef struct mpi_slip {
    mpi_operation op; /* kind PAY or AUTHORIZE */
    minipay_id member_id;
    minipay_id merchant_id;
    int64_t amount_minor;
    int64_t fee_minor;
    int64_t refunded_minor;
    int64_t refunded_fee_minor;
    int64_t topup_minor;
    int32_t flags;
    int32_t business_date;
    char currency[MINIPAY_CURRENCY_SIZE];
    MPI_SECRET(MINIPAY_MEMO_SIZE) memo;
    int64_t captured_minor; /* of amount_minor; see mpi_slip_captured */
    int64_t expires_at;     /* AUTHORIZE: nothing is captured from then on; 0: never */
    int32_t slip_state;     /* MINIPAY_SLIP_*, once DONE; see mpi_slip_state */
    int32_t bucket_round;   /* PAY: with business_date, the bucket that counts it */
    int32_t previous_kind;  /* PAY: what the bucket counted before; see mpi_entry */
    minipay_id previous_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_slip;

/* CAPTURE and VOID of an authorised payment. */
typedef struct mpi_slip_change {
    mpi_operation op;
    minipay_id slip_id;
    int64_t asked_minor;  /* 0: all that is left */
    int64_t amount_minor; /* captured, or freed */
    int64_t fee_minor;
    int32_t business_date; /* CAPTURE: with bucket_round, the bucket that counts it */
    int32_t bucket_round;
    int32_t previous_kind;
    minipay_id previous_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_slip_change;

typedef struct mpi_refund {
    mpi_operation op; /* kind REFUND */
    minipay_id slip_id;
    int64_t asked_minor; /* 0: all that is left */
    int64_t amount_minor;
    int64_t fee_minor; /* given back to the merchant */
    int32_t business_date;
    int32_t bucket_round;
    int32_t previous_kind;
    minipay_id previous_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_refund;

/* What a bucket counts: a PAY, CAPTURE or REFUND. A bucket knows its newest entry and each entry the one
 * before it, so a statement needs no index. */
typedef struct mpi_entry {
    minipay_id id;
    int32_t kind;
} mpi_entry;

/* Running totals of a merchant's slips of one business date, until a run closes them. */
typedef struct mpi_bucket {
    minipay_id merchant_id;
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t business_date;
    int32_t round; /* rises when the date's bucket was closed already */
    int32_t bucket_state;
    minipay_id run_id; /* that closed it */
    int64_t slips;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t carried_minor;
    int32_t last_kind; /* its newest entry */
    minipay_id last_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_bucket;

extern const mpi_claimant mpi_payment_claimants[];
extern const mpi_record mpi_merchant_record;
extern const mpi_record mpi_slip_record;
extern const mpi_record mpi_slip_change_record;
extern const mpi_record mpi_refund_record;
extern const mpi_record mpi_bucket_record;

enum { MPI_BUCKETS_OPEN = 0 };

typedef struct mpi_payments {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_wallet_port wallet;
    mpi_table *merchants, *slips, *buckets;
} mpi_payments;

void mpi_payments_set_up(mpi_payments *payments, mpi_engine *engine, mpi_policy *policy,
                         const mpi_wallet_port *wallet);
mpi_payment_port mpi_payments_open_port(mpi_payments *payments);

/* `draw_up` for minipay_merchant_request. */
void mpi_payments_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document);

minipay_status mpi_payments_merchant(mpi_payments *payments, const minipay_id *id,
                                     minipay_merchant *merchant, minipay_error *error);
minipay_status mpi_payments_slip(mpi_payments *payments, const minipay_id *id, minipay_slip *slip,
                                 minipay_error *error);

#endif
