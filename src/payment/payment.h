/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_PAYMENT_H
#define MPI_PAYMENT_PAYMENT_H

/* Payments: merchants and their terms, slips, refunds, promotions, the calendar, and the buckets that
 * settlement empties. Owns the records that are declared here. */

#include "banking/port.h"
#include "ledger/claim.h"
#include "minipay/payment.h"
#include "minipay/settlement.h"
#include "payment/port.h"
#include "wallet/port.h"

/* What a merchant pays, and when he is paid. Part of every record that has terms, with these names as its
 * columns. */
typedef struct mpi_tariff {
    int64_t fixed_fee_minor;
    int64_t minimum_fee_minor;
    int64_t maximum_fee_minor;
    int32_t fee_basis_points;
    int32_t cycle;
    int32_t cycle_days;
    int32_t cycle_day;
} mpi_tariff;

#define MPI_TARIFF(type, member, field_kind, field_flags, names)                                        \
    MPI_PART(type, tariff, member, field_kind, field_flags, names)
#define MPI_TARIFF_SHARE(type)                                                                          \
    MPI_TARIFF(type, fee_basis_points, MINIPAY_FIELD_INT32, 0, NULL),                                   \
        MPI_TARIFF(type, cycle_days, MINIPAY_FIELD_INT32, 0, NULL)
#define MPI_TARIFF_REST(type)                                                                           \
    MPI_TARIFF(type, fixed_fee_minor, MINIPAY_FIELD_INT64, MINIPAY_FIELD_MONEY, NULL),                  \
        MPI_TARIFF(type, minimum_fee_minor, MINIPAY_FIELD_INT64, MINIPAY_FIELD_MONEY, NULL),            \
        MPI_TARIFF(type, maximum_fee_minor, MINIPAY_FIELD_INT64, MINIPAY_FIELD_MONEY, NULL),            \
        MPI_TARIFF(type, cycle, MINIPAY_FIELD_ENUM, 0, mpi_cycle_names),                                \
        MPI_TARIFF(type, cycle_day, MINIPAY_FIELD_INT32, 0, NULL)

/* The tariff in a public struct, which has these names as members of its own. */
#define MPI_TARIFF_OF(asked)                                                                            \
    ((mpi_tariff){.fixed_fee_minor = (asked)->fixed_fee_minor,                                          \
                  .minimum_fee_minor = (asked)->minimum_fee_minor,                                      \
                  .maximum_fee_minor = (asked)->maximum_fee_minor,                                      \
                  .fee_basis_points = (asked)->fee_basis_points,                                        \
                  .cycle = (asked)->cycle,                                                              \
                  .cycle_days = (asked)->cycle_days,                                                    \
                  .cycle_day = (asked)->cycle_day})

typedef struct mpi_merchant {
    mpi_operation op; /* kind MERCHANT */
    int32_t merchant_state;
    mpi_tariff tariff; /* the first */
    char currency[MINIPAY_CURRENCY_SIZE];
    MPI_SECRET(MINIPAY_NAME_SIZE) name;
    int32_t terms_last; /* the newest version of its terms; below 2: only those it registered with */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_merchant;

/* A version of a merchant's terms. Version 1 is in the merchant itself, later ones are rows. */
typedef struct mpi_merchant_terms {
    minipay_id merchant_id;
    int32_t version;
    mpi_tariff tariff;
    minipay_id account_id;
    int64_t effective_at;
    minipay_id set_by; /* the operation */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_merchant_terms;

/* MERCHANT_CHANGE: new terms, or another state. */
typedef struct mpi_merchant_change {
    mpi_operation op;
    minipay_id merchant_id;
    int32_t action; /* MINIPAY_MERCHANT_* */
    mpi_tariff tariff;
    minipay_id account_id;
    int64_t asked_at; /* from when: 0 means now */
    int64_t effective_at;
    int32_t version; /* that the terms got */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_merchant_change;

/* HOLIDAY: a date becomes a holiday, or a business day again. */
typedef struct mpi_holiday {
    mpi_operation op;
    int32_t date;
    int32_t withdrawn;
    char name[MINIPAY_NAME_SIZE];
    int32_t version; /* of the calendar: that this change made */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_holiday;

/* What the newest change of a date says. */
typedef struct mpi_calendar_day {
    int32_t date;
    int32_t day_state; /* 0: a holiday; 1: withdrawn */
    char name[MINIPAY_NAME_SIZE];
    minipay_id set_by;
    int32_t version; /* of the calendar: that change's */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_calendar_day;

/* What a bucket counts: a PAY, CAPTURE or REFUND. A bucket knows its newest entry and each entry the one
 * before it, so a statement needs no index. */
typedef struct mpi_entry {
    minipay_id id;
    int32_t kind;
} mpi_entry;

/* Where an entry was counted: its bucket, and the entry before it. Part of every document that is counted, with
 * these names as its columns. */
typedef struct mpi_counted {
    int32_t business_date; /* with bucket_round, the bucket */
    int32_t bucket_round;
    int32_t previous_kind;
    minipay_id previous_id;
} mpi_counted;

#define MPI_COUNTED(type, member, field_kind, field_flags, names)                                       \
    MPI_PART(type, counted, member, field_kind, field_flags, names)
#define MPI_COUNTED_DATE(type) MPI_COUNTED(type, business_date, MINIPAY_FIELD_INT32, 0, NULL)
#define MPI_COUNTED_PLACE(type)                                                                         \
    MPI_COUNTED(type, bucket_round, MINIPAY_FIELD_INT32, 0, NULL),                                      \
        MPI_COUNTED(type, previous_kind, MINIPAY_FIELD_ENUM, 0, mpi_kind_names),                        \
        MPI_COUNTED(type, previous_id, MINIPAY_FIELD_ID, MINIPAY_FIELD_OPTIONAL, NULL)

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
    char currency[MINIPAY_CURRENCY_SIZE];
    MPI_SECRET(MINIPAY_MEMO_SIZE) memo;
    int64_t captured_minor; /* of amount_minor; see mpi_slip_captured */
    int64_t expires_at;     /* AUTHORIZE: nothing is captured from then on; 0: never */
    int32_t slip_state;     /* MINIPAY_SLIP_*, once DONE; see mpi_slip_state */
    mpi_counted counted;    /* AUTHORIZE: the date only; its captures are counted */
    int32_t terms_version;  /* the merchant's, by which the fee is computed */
    minipay_id promotion_id;
    int64_t promotion_minor; /* the discount on the whole amount */
    int64_t refunded_promotion_minor;
    int32_t merchant_share; /* of the discount, in basis points */
    int64_t needed_minor;   /* AUTO_TOPUP: what the wallet was asked to provide, once it was */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_slip;

/* CAPTURE and VOID of an authorised payment. */
typedef struct mpi_slip_change {
    mpi_operation op;
    minipay_id slip_id;
    int64_t asked_minor;  /* 0: all that is left */
    int64_t amount_minor; /* captured, or freed */
    int64_t fee_minor;
    mpi_counted counted;     /* CAPTURE */
    int64_t promotion_minor; /* CAPTURE: of amount_minor, not paid by the member */
    int64_t merchant_part_minor;
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t is_first; /* CAPTURE: the first of its payment, or the one that takes the rest */
    int32_t is_last;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_slip_change;

typedef struct mpi_refund {
    mpi_operation op; /* kind REFUND */
    minipay_id slip_id;
    int64_t asked_minor; /* 0: all that is left */
    int64_t amount_minor;
    int64_t fee_minor; /* given back to the merchant */
    mpi_counted counted;
    int64_t promotion_minor; /* of amount_minor, not given back to the member */
    int64_t merchant_part_minor;
    MPI_SECRET(MINIPAY_MEMO_SIZE) memo;
    char currency[MINIPAY_CURRENCY_SIZE];
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_refund;

typedef struct mpi_promotion {
    mpi_operation op; /* kind PROMOTION */
    minipay_id merchant_id;
    int32_t basis_points;
    int32_t merchant_share;
    int64_t fixed_minor;
    int64_t largest_minor;
    int64_t budget_minor;
    int64_t used_minor;
    int64_t starts_at;
    int64_t ends_at;
    char currency[MINIPAY_CURRENCY_SIZE];
    char name[MINIPAY_NAME_SIZE];
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_promotion;

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
    int32_t due_date;        /* a run of this date or later closes it */
    int64_t promotion_minor; /* the merchant's own part */
    /* By which the due date was found when it opened: the merchant's terms, policy's weekend, the holidays.
     * What does not fit into its line moves the date on, and not these. */
    int32_t due_terms_version;
    int32_t due_policy_version;
    int32_t due_calendar_version;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_bucket;

extern const mpi_claimant mpi_payment_claimants[];
extern const mpi_record mpi_merchant_record;
extern const mpi_record mpi_merchant_terms_record;
extern const mpi_record mpi_merchant_change_record;
extern const mpi_record mpi_holiday_record;
extern const mpi_record mpi_promotion_record;
extern const mpi_record mpi_calendar_day_record;
extern const mpi_record mpi_slip_record;
extern const mpi_record mpi_slip_change_record;
extern const mpi_record mpi_refund_record;
extern const mpi_record mpi_bucket_record;

enum { MPI_PROMOTIONS = 0 }; /* mpi_promotion_record's index on the ids of those that were not refused */
enum { MPI_SLIPS_OF_MERCHANT = 0, MPI_SLIPS_OF_MEMBER = 1 };
enum { MPI_BUCKETS_DUE = 0, MPI_BUCKETS_OF_RUN = 1 };

typedef struct mpi_payments {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_wallet_port wallet;
    mpi_banking_port banking;
    mpi_table *merchants, *terms, *calendar, *promotions, *slips, *buckets, *counters;
} mpi_payments;

void mpi_payments_set_up(mpi_payments *payments, mpi_engine *engine, const mpi_home *home,
                         const mpi_wallet_port *wallet, const mpi_banking_port *banking);
mpi_payment_port mpi_payments_open_port(mpi_payments *payments);

/* `draw_up` for minipay_merchant_request. */
void mpi_payments_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document);

minipay_status mpi_payments_merchant(mpi_payments *payments, const minipay_id *id,
                                     minipay_merchant *merchant, minipay_error *error);

/* Is it a merchant, active or not? OK, or MERCHANT_NOT_FOUND. */
minipay_status mpi_payments_check_merchant(mpi_payments *payments, mpi_flow *flow, const minipay_id *id);

/* The same for a step of a context whose store is another one, and who answers it. */
minipay_status mpi_payments_ask_merchant(mpi_flow *flow, const minipay_id *id);
void mpi_payments_serve(mpi_payments *payments, const mpi_home *home);
mpi_payment_port mpi_payments_open_far(mpi_payments *payments);

/* `draw_up` for minipay_merchant_change. */
void mpi_merchant_change_draw_up(void *context, const void *requests, uint32_t number,
                                 mpi_document *document);

/* `draw_up` for minipay_promotion_request. */
void mpi_promotion_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document);

minipay_status mpi_promotions_get(mpi_payments *payments, const minipay_id *id,
                                  minipay_promotion *promotion, minipay_error *error);
minipay_status mpi_promotions_list(mpi_payments *payments, const minipay_id *after,
                                   minipay_promotion *promotions, uint32_t *count, minipay_error *error);

/* `draw_up` for minipay_holiday_request. */
void mpi_calendar_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document);

/* Holidays in the order of dates, from behind `after`. */
minipay_status mpi_calendar_list(mpi_payments *payments, int32_t after, minipay_holiday *holidays,
                                 uint32_t *count, minipay_error *error);

minipay_status mpi_payments_merchants(mpi_payments *payments, const minipay_id *after,
                                      minipay_merchant *merchants, uint32_t *count,
                                      minipay_error *error);
minipay_status mpi_payments_slips(mpi_payments *payments, const minipay_slip_query *query,
                                  const minipay_id *after, minipay_slip *slips, uint32_t *count,
                                  minipay_error *error);
minipay_status mpi_payments_slip(mpi_payments *payments, const minipay_id *id, minipay_slip *slip,
                                 minipay_error *error);

#endif
