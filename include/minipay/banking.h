/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_BANKING_H
#define MINIPAY_BANKING_H

/* Banking: members' and merchants' own bank accounts, and firm-banking orders. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Links a bank account to its owner (a member or a merchant), once the bank has confirmed it. `id`
 * becomes the account's id; an owner's first account is the one used when none is named. */
typedef struct minipay_link_request {
    uint32_t struct_size;
    minipay_id id;
    minipay_id owner_id;
    char bank[12];
    char account_number[36]; /* sealed at rest */
    char holder[96];         /* as the bank knows it; sealed at rest */
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_link_request;

enum { MINIPAY_ACCOUNT_LINKED = 0, MINIPAY_ACCOUNT_UNLINKED = 1 };

typedef struct minipay_bank_account {
    uint32_t struct_size;
    minipay_id id;
    minipay_id owner_id;
    int64_t linked_at;
    int32_t state;    /* MINIPAY_ACCOUNT_LINKED or _UNLINKED */
    int32_t is_first; /* 1: used when an operation names none */
    char bank[12];
    char masked_number[36]; /* "***-***-1234": the last four characters; of four or fewer none */
} minipay_bank_account;

MINIPAY_API void minipay_link_request_init(minipay_link_request *request);
MINIPAY_API void minipay_bank_account_init(minipay_bank_account *account);

/* USAGE: INVALID_ID (id, owner_id), INVALID_TEXT (bank, account_number, holder, actor, channel, reason),
 * ID_REUSED, NOT_SUPPORTED (no bank). REJECTED: NOT_FOUND (no member or merchant is owner_id), MEMBER_INACTIVE,
 * ACCOUNT_NOT_FOUND, HOLDER_MISMATCH, ACCOUNT_EXISTS, BANK_SILENT (no answer by the deadline). While the bank
 * does not answer the outcome is RUNNING with OK: minipay_run asks again, ever later, and the same request
 * asks at once. Nothing has been moved, so past MINIPAY_RULE_BANK_DEADLINE_MS the account is refused, and may
 * be asked for under a new id. Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_account_link(minipay *pay, const minipay_link_request *requests,
                                                uint32_t count, minipay_outcome *outcomes,
                                                minipay_error *error);

/* `id` is the operation's own. */
typedef struct minipay_unlink_request {
    uint32_t struct_size;
    minipay_id id;
    minipay_id owner_id;
    minipay_id account_id;
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_unlink_request;

MINIPAY_API void minipay_unlink_request_init(minipay_unlink_request *request);

/* Unlinks accounts: no new order uses them, and their numbers may be linked again. Orders under way go on.
 * Where it was the owner's first account, the one that was linked next becomes the first. USAGE: INVALID_ID
 * (id, owner_id, account_id), INVALID_TEXT (actor, channel, reason), ID_REUSED. REJECTED: ACCOUNT_NOT_FOUND
 * (there is none, it is another owner's, or unlinked already). Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_account_unlink(minipay *pay, const minipay_unlink_request *requests,
                                                  uint32_t count, minipay_outcome *outcomes,
                                                  minipay_error *error);

/* A linked or unlinked account; one that the bank has not confirmed is none. ACCOUNT_NOT_FOUND.
 * INVALID_ARGUMENT (id, account). */
MINIPAY_API minipay_status minipay_account_get(minipay *pay, const minipay_id *id,
                                               minipay_bank_account *account, minipay_error *error);

/* An owner's linked accounts in the order of their ids, from the first behind `after` (none: the first).
 * `*count` is the room, then the number; less than the room: the end. INVALID_ARGUMENT (owner_id, after,
 * count), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_account_list(minipay *pay, const minipay_id *owner_id,
                                                const minipay_id *after, minipay_bank_account *accounts,
                                                uint32_t *count, minipay_error *error);

/* ---- firm-banking orders ------------------------------------------------------------------------------- */

/* What the bank was asked to move, for which operation, and what it said. */
typedef struct minipay_order {
    uint32_t struct_size;
    int32_t direction; /* MINIPAY_BANK_COLLECT or _PAY_OUT */
    minipay_id id;
    minipay_id operation_id; /* the top-up, withdrawal or payout that it serves */
    minipay_id owner_id;
    minipay_id account_id;
    int32_t operation_kind;
    int32_t state;        /* PARKED: asked beyond its deadline, no answer; or another amount moved */
    int32_t status;       /* why it was rejected or parked */
    int32_t verdict;      /* the bank's last word, MINIPAY_VERDICT_* */
    int64_t amount_minor; /* ordered */
    int64_t moved_minor;  /* what the bank says it moved */
    int64_t fee_minor; /* what the bank took for it from the corporate account: the company's expense */
    int64_t created_at;
    int64_t finished_at; /* 0: not yet */
    int64_t next_at;     /* when the bank is asked again; 0: never */
    int64_t deadline_at;
    int32_t attempts;
    int32_t reference_date;
    char currency[4];
    char reference[40]; /* by which the bank knows it, with its date */
    char bank_reason[64];
} minipay_order;

/* Which orders a list shows; all zero: every one. */
typedef struct minipay_order_query {
    uint32_t struct_size;
    int32_t state; /* MINIPAY_STATE_*; NONE: any */
    minipay_id owner_id;
    minipay_id after; /* the id of the last one seen; none: from the first */
} minipay_order_query;

MINIPAY_API void minipay_order_init(minipay_order *order);
MINIPAY_API void minipay_order_query_init(minipay_order_query *query);

/* "no_answer". "?" for a value that is not in the list. Static storage. */
MINIPAY_API const char *minipay_verdict_name(int32_t verdict);

/* NOT_FOUND. USAGE: INVALID_ARGUMENT (id, order). */
MINIPAY_API minipay_status minipay_order_get(minipay *pay, const minipay_id *id, minipay_order *order,
                                             minipay_error *error);

/* The order that an operation made. NOT_FOUND. USAGE: INVALID_ARGUMENT (operation_id, order). */
MINIPAY_API minipay_status minipay_order_find(minipay *pay, const minipay_id *operation_id,
                                              minipay_order *order, minipay_error *error);

/* Orders in the order of their ids, oldest first where ids rise with time. `*count` is the room, then the
 * number; less than the room: the end. Those that are not done are found without reading others;
 * an owner's are picked out of all from `after` on, so that the cost grows with what lies between. (An
 * owner's history and minipay_order_find are the short way to the orders of one member.) USAGE:
 * INVALID_ARGUMENT (query, state, count), INVALID_SIZE, BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_order_list(minipay *pay, const minipay_order_query *query,
                                              minipay_order *orders, uint32_t *count,
                                              minipay_error *error);

/* ---- the corporate account ----------------------------------------------------------------------------- */

/* The corporate account as the books have it: money at the bank, and money on its way out. */
typedef struct minipay_corporate_account {
    uint32_t struct_size;
    char currency[4];
    int64_t posted_minor;
    int64_t in_transit_minor;
} minipay_corporate_account;

MINIPAY_API void minipay_corporate_account_init(minipay_corporate_account *account);

/* Zero where there is none yet. INVALID_ARGUMENT (currency, account), INVALID_CURRENCY. */
MINIPAY_API minipay_status minipay_corporate_account_get(minipay *pay, const char *currency,
                                                         minipay_corporate_account *account,
                                                         minipay_error *error);

/* What the bank says beside what the books say. While orders are under way the bank may be ahead: by payouts
 * out of what is in transit, and by collections whose answer is not known yet. */
typedef struct minipay_corporate_position {
    uint32_t struct_size;
    char currency[4];
    int64_t at_bank_minor;
    int64_t posted_minor;
    int64_t in_transit_minor; /* below zero: on its way out */
    int64_t difference_minor; /* at_bank - posted */
} minipay_corporate_position;

MINIPAY_API void minipay_corporate_position_init(minipay_corporate_position *position);

/* Asks the bank. USAGE: INVALID_ARGUMENT (currency, position), INVALID_CURRENCY, NOT_SUPPORTED (no
 * bank). REJECTED: AMOUNT_OVERFLOW. RETRYABLE: UNAVAILABLE (the bank does not answer). */
MINIPAY_API minipay_status minipay_corporate_position_get(minipay *pay, const char *currency,
                                                          minipay_corporate_position *position,
                                                          minipay_error *error);

/* ---- reconciliation ------------------------------------------------------------------------------------ */

/* Holds the bank's statement of the corporate account against the orders. A line is the bank's own word: it
 * completes an order of its amount that has had no answer yet, as DONE would. Else the books are not touched:
 * what differs is listed, and stays a person's to resolve. `id` is the run's own. */
typedef struct minipay_reconcile_request {
    uint32_t struct_size;
    /* 0: from where the statement was read to; 1: from behind `from_position`. Lines that such a run leaves out
     * ahead of that are read by the next one that goes on. */
    int32_t again;
    minipay_id id;
    int64_t from_position;
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_reconcile_request;

/* What a run found. */
typedef struct minipay_reconciliation {
    uint32_t struct_size;
    int32_t state; /* RUNNING: interrupted; the same request carries it on */
    minipay_id id;
    int64_t from_position;    /* of the statement: lines behind it ... */
    int64_t through_position; /* ... up to it */
    int64_t started_at;
    int64_t finished_at;
    int64_t lines;
    int64_t matched;
    int64_t
        in_flight; /* lines, of this run or an earlier one, of another amount than their order, which has
                          no answer yet: counted by every run until it has ended */
    int64_t missing;
    int64_t extra;
    int64_t different; /* AMOUNT, PARKED and FEE */
} minipay_reconciliation;

enum {
    MINIPAY_DIFFERENCE_MISSING =
        1, /* an order is done, and the statement does not have it, or has it no more where a run
                                       reads again; listed again by every run until it has */
    MINIPAY_DIFFERENCE_EXTRA = 2,  /* money moved that no order asked for: nobody's reference, a refused
                                       order, the other direction, or a second movement of one order */
    MINIPAY_DIFFERENCE_AMOUNT = 3, /* the statement has another amount than the order */
    /* the statement has, or had, an order that waits for a person; listed again by every run until it has
     * ended */
    MINIPAY_DIFFERENCE_PARKED = 4,
    /* the amounts agree, the fees do not: ordered_minor and bank_minor are what was booked and what the
     * statement has */
    MINIPAY_DIFFERENCE_FEE = 5
};

typedef struct minipay_difference {
    uint32_t struct_size;
    int32_t difference; /* MINIPAY_DIFFERENCE_* */
    minipay_id reconciliation_id;
    int64_t number;        /* from 1 */
    minipay_id order_id;   /* none: nobody ordered it */
    int64_t position;      /* in the statement; 0: MISSING, or the line is gone */
    int64_t ordered_minor; /* 0: nobody ordered it */
    int64_t bank_minor;    /* 0: MISSING, or the line is gone */
    int32_t direction;     /* MINIPAY_BANK_COLLECT or _PAY_OUT */
    int32_t value_date;    /* the bank's; MISSING: the order's */
    char currency[4];
    char reference[40];
} minipay_difference;

MINIPAY_API void minipay_reconcile_request_init(minipay_reconcile_request *request);
MINIPAY_API void minipay_reconciliation_init(minipay_reconciliation *reconciliation);
MINIPAY_API void minipay_difference_init(minipay_difference *difference);

/* "missing". "?" for a value that is not in the list. Static storage. */
MINIPAY_API const char *minipay_difference_name(int32_t difference);

/* Reads the statement to its end, in pages, and commits what each page shows; no call to the bank is made
 * inside a unit of work. A line of an order's amount completes it when it has no answer yet, or was parked
 * without one. MISSING is judged of orders that were done when the run began. Where a run reads again what an
 * earlier one has read, the statement must still have every line that was matched there: an order whose
 * line is gone is MISSING (or PARKED still), one whose line now has another amount or fee is AMOUNT or FEE. The
 * same request again answers what stands, or carries on what was interrupted. USAGE: INVALID_ARGUMENT (request,
 * reconciliation, again, from_position), INVALID_SIZE, INVALID_ID, INVALID_TEXT (actor, channel, reason),
 * ID_REUSED, NOT_SUPPORTED (no bank), ADAPTER_INVALID (a statement whose positions do not rise, or whose
 * lines are none). RETRYABLE: UNAVAILABLE (the bank does not answer). */
MINIPAY_API minipay_status minipay_reconcile(minipay *pay, const minipay_reconcile_request *request,
                                             minipay_reconciliation *reconciliation,
                                             minipay_error *error);

/* NOT_FOUND. USAGE: INVALID_ARGUMENT (id, reconciliation). */
MINIPAY_API minipay_status minipay_reconciliation_get(minipay *pay, const minipay_id *id,
                                                      minipay_reconciliation *reconciliation,
                                                      minipay_error *error);

/* A run's differences in the order of their numbers, from the first above `after` (0: the first). `*count`
 * is the room, then the number; less than the room: the end. INVALID_ARGUMENT (reconciliation_id, after,
 * count), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_difference_list(minipay *pay, const minipay_id *reconciliation_id,
                                                   int64_t after, minipay_difference *differences,
                                                   uint32_t *count, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
