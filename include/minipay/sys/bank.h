/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_SYS_BANK_H
#define MINIPAY_SYS_BANK_H

/* The bank contract: what MiniPay asks of a bank, or of a firm-banking line. For authors of bank
 * adapters.
 *
 * No method is called while a storage transaction is open. Methods may be called from any caller's
 * thread, but MiniPay makes one call at a time. A method must not call the library back. A call that
 * fails is told to the host's log. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a bank says of an order. */
enum {
    MINIPAY_VERDICT_UNANSWERED = 0, /* the adapter wrote nothing: taken as UNKNOWN */
    MINIPAY_VERDICT_DONE = 1,       /* the money has moved */
    MINIPAY_VERDICT_PENDING = 2,    /* accepted; the answer comes later, by query */
    MINIPAY_VERDICT_REFUSED = 3,    /* the money has not moved and will not; `reason` says why */
    MINIPAY_VERDICT_NO_ANSWER = 4,  /* unknown: the money may have moved. Never repeated, always asked */
    MINIPAY_VERDICT_NOT_FOUND = 5   /* query only: the bank has no such order */
};

enum {
    MINIPAY_BANK_COLLECT = 1, /* the customer's account -> the corporate account */
    MINIPAY_BANK_PAY_OUT = 2  /* the corporate account -> the customer's account */
};

/* An order as the bank gets it. (`reference`, `reference_date`) name it to the bank. */
typedef struct minipay_bank_order {
    uint32_t struct_size;
    int32_t direction;
    minipay_id id;
    int64_t amount_minor;
    int32_t reference_date;
    int32_t attempt; /* rises when the order is carried on later; 1 until then */
    char currency[4];
    char bank[12];
    char account_number[36];
    char holder[96];
    char reference[40];
    char memo[32]; /* a withdrawal's, as much as fits: for whoever reads the payee's statement */
} minipay_bank_order;

typedef struct minipay_bank_answer {
    uint32_t struct_size;
    int32_t verdict;
    int64_t amount_minor; /* what moved. DONE with another amount than ordered, 0 too, books nothing: the
                             order is parked with BANK_AMOUNT_DIFFERS, and a person decides */
    int64_t
        fee_minor; /* DONE: what the bank took for it from the corporate account, beside the amount, in either
                          direction and in the order's currency. Never below zero: that is no answer */
    char reason[64]; /* the bank's code and words, for a person */
} minipay_bank_answer;

/* One movement on the corporate account, as the bank's statement shows it. */
typedef struct minipay_bank_movement {
    uint32_t struct_size;
    int32_t direction; /* COLLECT: money in; PAY_OUT: money out */
    int64_t position;  /* rises with every movement */
    int64_t amount_minor;
    int32_t value_date;     /* YYYYMMDD */
    int32_t reference_date; /* of the order; 0: the value date is taken for it */
    char currency[4];
    char reference[40]; /* of the order, or the bank's own when nobody ordered it */
    char counterparty[96];
    int64_t
        fee_minor; /* what the bank took for it beside the amount, as in the order's answer. A bank that
                          shows fees as lines of their own: its adapter joins them to the orders' lines */
} minipay_bank_movement;

/* Asked when the bank is composed, which settles all but `finality_ms`: that is asked before calls too.
 * An order in a direction or of an amount that the bank does not serve is refused with
 * MINIPAY_BANK_NOT_SERVED before it is submitted. */
typedef struct minipay_bank_capabilities {
    uint32_t largest_batch; /* orders in one prepare, submit or query; 0: any number */
    int32_t collects;       /* directions it serves */
    int32_t pays_out;
    int64_t smallest_minor; /* of one order */
    int64_t largest_minor;  /* 0: no bound */
    int64_t finality_ms;    /* how long after a submit NOT_FOUND can still become an order: only when it
                               has passed since the last one is the order submitted again */
} minipay_bank_capabilities;

/* Version 1. `prepare` is Optional: without it the order's id in hexadecimal is its reference. */
typedef struct minipay_bank {
    uint32_t version;
    void *impl;

    minipay_bank_capabilities (*capabilities)(void *impl);

    /* Required. Does the account exist, and is it this holder's? OK; or MINIPAY_ACCOUNT_NOT_FOUND,
     * MINIPAY_HOLDER_MISMATCH, MINIPAY_UNAVAILABLE. Any other status is taken as UNAVAILABLE: asked
     * again later. */
    minipay_status (*verify_account)(void *impl, const char *bank, const char *account_number,
                                     const char *holder, minipay_error *error);

    /* Optional. Fills `reference`, which comes empty, and may change `reference_date`, which comes as the
     * business date; both are stored before submit. A pair must never name two orders. It moves no money and
     * may be called again for an order whose answer got lost. On any status but OK, and where a reference is
     * empty or names another order, the order is not submitted, and is prepared again later; past policy's
     * deadline it is refused, since no money can have moved. */
    minipay_status (*prepare)(void *impl, minipay_bank_order *orders, uint32_t count,
                              minipay_error *error);

    /* Required. One answer an order. The return value speaks of the call: on any status but OK every
     * order that has no answer is taken as NO_ANSWER. */
    minipay_status (*submit)(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                             uint32_t count, minipay_error *error);

    /* Required. Asks what became of orders submitted before. */
    minipay_status (*query)(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                            uint32_t count, minipay_error *error);

    /* Required. Movements above `position`, oldest first; `*count` is the room, then the number. */
    minipay_status (*statement)(void *impl, int64_t position, minipay_bank_movement *movements,
                                uint32_t *count, minipay_error *error);

    /* Required. The corporate account's balance. */
    minipay_status (*balance)(void *impl, const char *currency, int64_t *balance_minor,
                              minipay_error *error);

    void (*close)(void *impl);
} minipay_bank;

enum { MINIPAY_BANK_VERSION = 1 };

/* A scripted bank, for tests, demos and simulation: it keeps its own database, commits before it
 * answers, and draws each fault from a hash of (seed, order, attempt), so that the same orders meet the
 * same faults in whatever order and grouping they come. Customers' accounts exist when asked for and
 * never run dry, unless the script says otherwise. Rates are per 10,000.
 *
 * An account number that begins with one of these gets the named treatment at every order, for tests
 * that want one outcome on demand: "REFUSE", "UNKNOWN" (done, answered NO_ANSWER until asked),
 * "PENDING" (done when asked for the second time), "LOST" (never arrived; NO_ANSWER), "NONAME" (the
 * holder does not match), "NOACCT" (verify and orders find no account). */
typedef struct minipay_scripted_bank_config {
    uint32_t struct_size;
    uint32_t lost_request; /* never arrives; NO_ANSWER */
    uint32_t lost_reply;   /* done; NO_ANSWER */
    uint32_t pending;      /* accepted; done when asked */
    uint32_t refused;      /* refused with a reason */
    uint32_t duplicate;    /* the bank gets the order twice; it must not move money twice */
    uint32_t unknown_asks; /* how many queries answer NO_ANSWER before the truth, 0 to 8 */
    int64_t opening_minor; /* the corporate account's opening balance */
    int64_t fee_minor;     /* taken from the corporate account for each order that is done; 0 or more */
    uint64_t seed;
    char path[1024]; /* the bank's own SQLite file, or ":memory:" */
} minipay_scripted_bank_config;

MINIPAY_API void minipay_scripted_bank_config_init(minipay_scripted_bank_config *config);

/* Opens a scripted bank into `bank`, whose `close` ends it. USAGE: INVALID_ARGUMENT (config, bank),
 * INVALID_SIZE, INVALID_TEXT (path), INVALID_AMOUNT (fee_minor). FATAL: of its file, CORRUPT (lost or
 * damaged) among them. */
MINIPAY_API minipay_status minipay_scripted_bank(const minipay_scripted_bank_config *config,
                                                 minipay_bank *bank, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
