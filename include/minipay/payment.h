/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_PAYMENT_H
#define MINIPAY_PAYMENT_H

/* Payments: merchants, and the slips that payments leave. Paying is an instruction: MINIPAY_KIND_PAY at
 * once, or MINIPAY_KIND_AUTHORIZE now and MINIPAY_KIND_CAPTURE later, in full or in parts, or
 * MINIPAY_KIND_VOID. What an authorisation holds and nobody captures is void when it expires.
 *
 * The fee is computed on all that is captured and fixed at each capture, so that parts cost what the whole
 * would. Refunds give it back in proportion, rounded half up on all that is refunded so far: exact when all
 * is refunded. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

/* When a day's payments are settled. A date that is no business day gives way to the next one, except that
 * DAYS with 0 is the day itself. The date is fixed when the day's first payment is counted, by the terms and
 * the calendar as they are then. */
enum {
    MINIPAY_CYCLE_DAYS = 0,   /* `cycle_days` business days after the payment's day */
    MINIPAY_CYCLE_WEEKLY = 1, /* the next weekday `cycle_day` after it: 1 Monday to 7 Sunday */
    MINIPAY_CYCLE_MONTHLY =
        2 /* the next day `cycle_day` of a month after it; in a shorter month its last */
};

/* The fee of a payment: basis points of what is captured, rounded half up to the minor unit, and a fixed
 * fee; not below the minimum, not above the maximum (0: none), and never more than what is captured. */
typedef struct minipay_merchant_request {
    uint32_t struct_size;
    minipay_id id;
    int32_t fee_basis_points; /* 0 to 10,000 */
    int32_t cycle_days;       /* 0 to 366 */
    char currency[4];
    char name[96];
    char actor[40];
    char channel[16];
    char reason[128];
    int64_t fixed_fee_minor;
    int64_t minimum_fee_minor;
    int64_t maximum_fee_minor;
    int32_t cycle; /* MINIPAY_CYCLE_* */
    int32_t cycle_day;
} minipay_merchant_request;

enum { MINIPAY_MERCHANT_ACTIVE = 0, MINIPAY_MERCHANT_INACTIVE_STATE = 1 };

/* A merchant, with the terms in force. */
typedef struct minipay_merchant {
    uint32_t struct_size;
    minipay_id id;
    int32_t state;
    int32_t fee_basis_points;
    int32_t cycle_days;
    char currency[4];
    char name[96];
    int64_t fixed_fee_minor;
    int64_t minimum_fee_minor;
    int64_t maximum_fee_minor;
    int32_t cycle;
    int32_t cycle_day;
    minipay_id account_id;
    int32_t terms_version; /* from 1 */
    int64_t effective_at;  /* of these terms */
} minipay_merchant;

enum {
    MINIPAY_MERCHANT_TERMS =
        1, /* new terms: all of them, as in minipay_merchant_request, and the account */
    MINIPAY_MERCHANT_DEACTIVATE = 2, /* no new payments; captures, refunds and payouts go on */
    MINIPAY_MERCHANT_REACTIVATE = 3
};

/* A change of a merchant. Terms get the next version; they come into force at `effective_at`, but not in the
 * past, and not before the version that they follow. */
typedef struct minipay_merchant_change {
    uint32_t struct_size;
    int32_t action; /* MINIPAY_MERCHANT_TERMS, _DEACTIVATE or _REACTIVATE */
    minipay_id id;
    minipay_id merchant_id;
    int32_t fee_basis_points; /* what follows is read with TERMS only */
    int32_t cycle;
    int32_t cycle_days;
    int32_t cycle_day;
    int64_t fixed_fee_minor;
    int64_t minimum_fee_minor;
    int64_t maximum_fee_minor;
    minipay_id account_id; /* where payouts go: a linked account of the merchant; none: the first */
    int64_t effective_at;  /* 0: now */
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_merchant_change;

enum {
    MINIPAY_SLIP_PAID = 1, /* all, or all that was not voided, is captured */
    MINIPAY_SLIP_REFUSED = 2,
    MINIPAY_SLIP_WAITING = 3,
    MINIPAY_SLIP_REFUNDED = 4, /* in full; a part refunded leaves it PAID */
    MINIPAY_SLIP_PARKED = 5,
    MINIPAY_SLIP_AUTHORIZED = 6,      /* the money is held, nothing is captured */
    MINIPAY_SLIP_PARTLY_CAPTURED = 7, /* a part is captured, the rest still held */
    MINIPAY_SLIP_VOIDED = 8           /* void or expired before anything was captured */
};

/* A slip (전표): what a payment leaves, one for each payment. Its id is the payment's. One that was refused
 * shows what was asked for, and 0 as its fee and promotion: it was never charged. */
typedef struct minipay_slip {
    uint32_t struct_size;
    int32_t state;
    minipay_id id;
    minipay_id member_id;
    minipay_id merchant_id;
    int64_t amount_minor;   /* paid, or authorised */
    int64_t fee_minor;      /* the merchant's, on what is captured */
    int64_t refunded_minor; /* of captured_minor */
    int64_t made_at;
    int32_t business_date;
    int32_t status; /* why it was refused */
    char currency[4];
    int32_t kind;           /* MINIPAY_KIND_PAY or _AUTHORIZE */
    int64_t captured_minor; /* of amount_minor */
    int64_t refunded_fee_minor;
    int64_t topup_minor;
    int64_t expires_at; /* AUTHORIZE: what is not captured by then is void; 0: never */
    minipay_id promotion_id;
    int64_t promotion_minor;          /* taken off amount_minor in all */
    int64_t merchant_part_minor;      /* of promotion_minor; the rest is the company's */
    int64_t refunded_promotion_minor; /* of promotion_minor: returned to company and merchant */
    int32_t
        terms_version; /* the merchant's terms by which the fee is computed; 0: nothing is captured */
    char memo[128];
} minipay_slip;

/* A promotional event: a payment that names it costs the member less.
 *
 *   amount = member's part + company's part + merchant's part
 *
 * The discount is basis points of the amount, rounded half up, or a fixed amount; at most `largest_minor`, and
 * always less than the amount: the member pays something. The merchant's part of it is `merchant_share`,
 * rounded half up; the rest is the company's. The company's part is posted from its promotion expense to
 * the merchant's payable; the merchant's part is never paid to him: it is a figure of his settlement
 * line. Captures and refunds split the sums of what is captured and refunded so far, so parts always
 * make up the whole, and a full refund returns all of it. What is void or refunded goes back into the
 * budget. */
typedef struct minipay_promotion_request {
    uint32_t struct_size;
    int32_t basis_points; /* 0 to 10,000; or 0, and fixed_minor */
    minipay_id id;
    minipay_id merchant_id; /* none: every merchant's */
    int64_t fixed_minor;
    int64_t largest_minor; /* of one payment; 0: no bound */
    int64_t budget_minor;  /* of all payments */
    int64_t starts_at;
    int64_t ends_at;        /* not included; 0: never */
    int32_t merchant_share; /* basis points of the discount that the merchant bears */
    char currency[4];
    char name[96];
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_promotion_request;

typedef struct minipay_promotion {
    uint32_t struct_size;
    int32_t basis_points;
    minipay_id id;
    minipay_id merchant_id;
    int64_t fixed_minor;
    int64_t largest_minor;
    int64_t budget_minor;
    int64_t used_minor; /* of the budget */
    int64_t starts_at;
    int64_t ends_at;
    int32_t merchant_share;
    char currency[4];
    char name[96];
} minipay_promotion;

/* Which slips: a merchant's or a member's, asked for at or after `since_at` and before `until_at` (0: no
 * bound). */
typedef struct minipay_slip_query {
    uint32_t struct_size;
    minipay_id merchant_id; /* one of the two */
    minipay_id member_id;
    int64_t since_at;
    int64_t until_at;
} minipay_slip_query;

MINIPAY_API void minipay_merchant_request_init(minipay_merchant_request *request);
MINIPAY_API void minipay_merchant_init(minipay_merchant *merchant);
MINIPAY_API void minipay_merchant_change_init(minipay_merchant_change *change);
MINIPAY_API void minipay_slip_init(minipay_slip *slip);
MINIPAY_API void minipay_slip_query_init(minipay_slip_query *query);
MINIPAY_API void minipay_promotion_request_init(minipay_promotion_request *request);
MINIPAY_API void minipay_promotion_init(minipay_promotion *promotion);

/* USAGE: INVALID_SIZE, INVALID_ID (id), INVALID_CURRENCY (currency), INVALID_TEXT (name, actor, channel,
 * reason), INVALID_ARGUMENT (basis_points, alone or with fixed_minor; merchant_share), INVALID_AMOUNT
 * (fixed_minor, largest_minor, budget_minor), INVALID_TIME (starts_at, ends_at), ID_REUSED. REJECTED:
 * MERCHANT_NOT_FOUND, CURRENCY_MISMATCH (it is not the merchant's). Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_promotion_register(minipay *pay,
                                                      const minipay_promotion_request *requests,
                                                      uint32_t count, minipay_outcome *outcomes,
                                                      minipay_error *error);

/* MINIPAY_NOT_FOUND. INVALID_ARGUMENT (id, promotion). */
MINIPAY_API minipay_status minipay_promotion_get(minipay *pay, const minipay_id *id,
                                                 minipay_promotion *promotion, minipay_error *error);

/* Promotions in the order of their ids, from behind `after` (none: from the first). `*count` is the room, then
 * the number. USAGE: INVALID_ARGUMENT (count, after), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_promotion_list(minipay *pay, const minipay_id *after,
                                                  minipay_promotion *promotions, uint32_t *count,
                                                  minipay_error *error);

/* USAGE: INVALID_SIZE, INVALID_ID (id), INVALID_CURRENCY (currency), INVALID_TEXT (name, actor, channel,
 * reason), INVALID_ARGUMENT (fee_basis_points), INVALID_AMOUNT (fixed_fee_minor, minimum_fee_minor,
 * maximum_fee_minor), INVALID_ARGUMENT (cycle, cycle_days, cycle_day), ID_REUSED. Answers as
 * minipay_execute does. */
MINIPAY_API minipay_status minipay_merchant_register(minipay *pay,
                                                     const minipay_merchant_request *requests,
                                                     uint32_t count, minipay_outcome *outcomes,
                                                     minipay_error *error);

/* MINIPAY_MERCHANT_NOT_FOUND. INVALID_ARGUMENT (id, merchant). */
MINIPAY_API minipay_status minipay_merchant_get(minipay *pay, const minipay_id *id,
                                                minipay_merchant *merchant, minipay_error *error);

/* Merchants in the order of their ids, from behind `after` (none: from the first). `*count` is the room, then
 * the number. USAGE: INVALID_ARGUMENT (count, after), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_merchant_list(minipay *pay, const minipay_id *after,
                                                 minipay_merchant *merchants, uint32_t *count,
                                                 minipay_error *error);

/* USAGE: INVALID_SIZE, INVALID_ID (id, merchant_id), INVALID_TEXT (actor, channel, reason), INVALID_ARGUMENT
 * (action), INVALID_TIME (effective_at), of terms INVALID_ARGUMENT (fee_basis_points), INVALID_AMOUNT
 * (fixed_fee_minor, minimum_fee_minor, maximum_fee_minor), INVALID_ARGUMENT (cycle, cycle_days, cycle_day);
 * ID_REUSED. REJECTED:
 * MERCHANT_NOT_FOUND, ACCOUNT_NOT_FOUND (no linked account of the merchant's is account_id). Answers as
 * minipay_execute does. */
MINIPAY_API minipay_status minipay_merchant_update(minipay *pay, const minipay_merchant_change *changes,
                                                   uint32_t count, minipay_outcome *outcomes,
                                                   minipay_error *error);

/* Slips, refused ones too, newest first, from behind the slip `after` (none: from the newest). `*count` is
 * the room, then the number; a page costs the same wherever it lies. MINIPAY_SLIP_NOT_FOUND (after). USAGE:
 * INVALID_ARGUMENT (query, after: NULL), INVALID_SIZE, INVALID_ARGUMENT (merchant_id: neither or both of
 * merchant and member), INVALID_TIME (since_at, until_at), INVALID_ARGUMENT (count), BATCH_TOO_LARGE
 * (count). */
MINIPAY_API minipay_status minipay_slip_list(minipay *pay, const minipay_slip_query *query,
                                             const minipay_id *after, minipay_slip *slips,
                                             uint32_t *count, minipay_error *error);

/* "paid", "partly_captured"; "?" for a value that is not in the list. Static storage. */
MINIPAY_API const char *minipay_slip_state_name(int32_t state);

/* MINIPAY_SLIP_NOT_FOUND. INVALID_ARGUMENT (id, slip). */
MINIPAY_API minipay_status minipay_slip_get(minipay *pay, const minipay_id *id, minipay_slip *slip,
                                            minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
