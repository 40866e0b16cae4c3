/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_SETTLEMENT_H
#define MINIPAY_SETTLEMENT_H

/* Settlement: the payments of a period become one payout a merchant.
 *
 * Every payment, capture and refund is counted, when it is made, in its merchant's bucket of the business date.
 * A bucket is due on the date that the merchant's cycle gives it (MINIPAY_CYCLE_*), moved to the next business
 * day: not a weekend day of policy (RULE_WEEKEND_DAYS), not a holiday. A run pays all that is due by its date.
 *
 * A line is one merchant in a run:
 *
 *   net = gross - refund - fee - promotion + carried
 *
 * `promotion` is the merchant's own part of promotions. gross, refund, fee and promotion are sums of
 * what was fixed at each payment, capture and refund; a run rounds nothing. `carried` is what earlier
 * runs did not pay out. A net above zero that is at least policy's RULE_MINIMUM_PAYOUT is paid out by
 * one bank order; anything else is carried into the merchant's bucket of today, and so is a payout that
 * the bank refuses.
 *
 * Every figure of a line fits int64_t; what would not is left to the next day's run. A total of a run
 * that leaves int64_t stands at its end, INT64_MAX or INT64_MIN: then the lines say what it is.
 *
 * The cost of a run grows with the number of merchants, not of payments. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Settles all that is due on `through_date` or before. A date that is not reached brings nothing
 * forward: what is due by the business date on which the run is made is paid, and the rest stays for a
 * later run. The same id again carries an interrupted run on, or answers what stands; minipay_run
 * carries it on too. */
typedef struct minipay_settlement_request {
    uint32_t struct_size;
    minipay_id id;
    int32_t through_date;
    char currency[4];
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_settlement_request;

/* Pays refused payouts of a run again. */
typedef struct minipay_retry_request {
    uint32_t struct_size;
    minipay_id id;
    minipay_id run_id;
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_retry_request;

typedef struct minipay_settlement {
    uint32_t struct_size;
    int32_t state; /* RUNNING while a bank has not answered for every line */
    minipay_id id;
    int32_t through_date;
    char currency[4];
    uint32_t lines; /* merchants */
    uint32_t paid;  /* done: paid out, or carried forward */
    uint32_t refused;
    uint32_t open;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t net_minor;
    int64_t carried_minor;
    int64_t payout_minor; /* what the bank is, or was, to pay */
    int64_t paid_minor;   /* what it has paid */
    int64_t promotion_minor;
    minipay_id retry_of; /* the run whose refused payouts this one pays; none: a run of its own */
    int64_t made_at;
    int32_t
        due_date; /* what was due by this date is in the run: through_date, or the day on which it was made */
    int32_t policy_version; /* in force when it was made */
} minipay_settlement;

/* One merchant in a run. */
typedef struct minipay_settlement_line {
    uint32_t struct_size;
    int32_t state; /* in a preview: NONE */
    minipay_id id;
    minipay_id run_id;
    minipay_id merchant_id;
    int64_t slips;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t net_minor;
    int32_t status; /* why the payout was refused */
    char currency[4];
    int64_t promotion_minor; /* the merchant's own part of promotions */
    int64_t carried_minor;
    int64_t payout_minor;   /* what the bank is to pay: the net, or 0 when it is carried forward */
    int32_t attempt;        /* 0; in a retry, from 1 */
    minipay_id retries_id;  /* the line whose payout this one pays again, or none */
    minipay_id retried_by;  /* the line that pays this one's payout again, or none */
    int32_t policy_version; /* whose minimum payout decided */
} minipay_settlement_line;

/* A payment, capture or refund behind a line. A REFUND's figures take away from the line. */
typedef struct minipay_statement_entry {
    uint32_t struct_size;
    int32_t kind; /* MINIPAY_KIND_PAY, _CAPTURE or _REFUND */
    minipay_id id;
    minipay_id slip_id;
    int64_t amount_minor;
    int64_t fee_minor;
    int64_t promotion_minor; /* the merchant's own part */
    int64_t booked_at;
    int32_t business_date;
    /* When its day's bucket was due, and by which of the merchant's terms, by which weekend (a version of
     * policy) and by which holidays (see minipay_holiday) that was found when the bucket opened. 0: not known,
     * in a file of schema version 1. Money that did not fit into its line waits a day longer. */
    int32_t due_date;
    int32_t due_terms_version;
    int32_t due_policy_version;
    int32_t due_calendar_version;
} minipay_statement_entry;

/* A date becomes a holiday, or with `withdrawn` 1 a business day again, from now on: a bucket that opens later
 * is due by it, and one that has its due date keeps it. Each change is a version of the calendar, numbered from
 * 1; it stays as an operation (minipay_operation_list), which tells the date and the version. */
typedef struct minipay_holiday_request {
    uint32_t struct_size;
    minipay_id id;
    int32_t date;
    int32_t withdrawn;
    char name[96];
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_holiday_request;

typedef struct minipay_holiday {
    uint32_t struct_size;
    int32_t date;
    char name[96];
    int32_t version; /* of the calendar: the change that made the date a holiday */
} minipay_holiday;

MINIPAY_API void minipay_settlement_request_init(minipay_settlement_request *request);
MINIPAY_API void minipay_retry_request_init(minipay_retry_request *request);
MINIPAY_API void minipay_settlement_init(minipay_settlement *settlement);
MINIPAY_API void minipay_settlement_line_init(minipay_settlement_line *line);
MINIPAY_API void minipay_statement_entry_init(minipay_statement_entry *entry);
MINIPAY_API void minipay_holiday_request_init(minipay_holiday_request *request);
MINIPAY_API void minipay_holiday_init(minipay_holiday *holiday);

/* Takes what is due, a merchant's payments of each business date once: what he is paid while the run is under
 * way may be in it or in the next one.
 *
 * USAGE: INVALID_ARGUMENT (request, settlement), INVALID_SIZE, INVALID_ID (id), INVALID_TIME (through_date),
 * INVALID_CURRENCY (currency), INVALID_TEXT (actor, channel, reason), ID_REUSED, NOT_SUPPORTED (no bank: of a
 * new run, or one that has payouts to make). */
MINIPAY_API minipay_status minipay_settlement_run(minipay *pay,
                                                  const minipay_settlement_request *request,
                                                  minipay_settlement *settlement, minipay_error *error);

/* What a run of the same date and currency would do of all that stands now: totals, and a page of lines as
 * minipay_settlement_lines gives them. A date to come looks ahead: it takes what is due by then. Stores
 * nothing. The request's id may be none, and the lines have none then; its actor, channel and reason are
 * not read. USAGE: INVALID_ARGUMENT (request, after, settlement), INVALID_SIZE, INVALID_TIME (through_date),
 * INVALID_CURRENCY (currency), INVALID_ARGUMENT (count), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_settlement_preview(minipay *pay,
                                                      const minipay_settlement_request *request,
                                                      const minipay_id *after,
                                                      minipay_settlement *settlement,
                                                      minipay_settlement_line *lines, uint32_t *count,
                                                      minipay_error *error);

/* Pays the refused payouts of a run again, as a run of its own whose `retry_of` is that run: a line for each
 * refused line whose money still waits, with an id that follows from that line and the number of the
 * attempt. Money that a later run has taken is left alone, and so is what was retried already: nothing is
 * paid twice. A payout whose retry is refused too waits as it did before: the next run pays it, or a retry
 * of the retry's run. Idempotent and carried on as a run is. USAGE: INVALID_ARGUMENT (request, settlement),
 * INVALID_SIZE, INVALID_ID (id, run_id), INVALID_TEXT (actor, channel, reason), ID_REUSED, NOT_SUPPORTED (no
 * bank). REJECTED: NOT_FOUND (run_id). */
MINIPAY_API minipay_status minipay_settlement_retry(minipay *pay, const minipay_retry_request *request,
                                                    minipay_settlement *settlement,
                                                    minipay_error *error);

/* MINIPAY_NOT_FOUND. INVALID_ARGUMENT (id, settlement). */
MINIPAY_API minipay_status minipay_settlement_get(minipay *pay, const minipay_id *id,
                                                  minipay_settlement *settlement, minipay_error *error);

/* Runs of a currency, the latest date first, from behind the run `after` (its through_date and id; all
 * zero: from the latest). `*count` is the room, then the number. USAGE: INVALID_ARGUMENT
 * (currency, after), INVALID_CURRENCY, INVALID_ARGUMENT (count), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_settlement_list(minipay *pay, const char *currency,
                                                   const minipay_settlement *after,
                                                   minipay_settlement *settlements, uint32_t *count,
                                                   minipay_error *error);

/* Lines of a run in the order of merchants, from behind the merchant `after` (none: from the first).
 * `*count` is the room, then the number; a run that does not stand has none. USAGE: INVALID_ARGUMENT
 * (run_id, after, count), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_settlement_lines(minipay *pay, const minipay_id *run_id,
                                                    const minipay_id *after,
                                                    minipay_settlement_line *lines, uint32_t *count,
                                                    minipay_error *error);

/* The payments, captures and refunds behind a line, newest first, from behind the entry `after` (its kind
 * and id; all zero: from the newest). A retry's line has those of the line that it pays again. `*count` is
 * the room, then the number; a page costs the same wherever it lies. MINIPAY_NOT_FOUND (line_id, after).
 * USAGE: INVALID_ARGUMENT (line_id, after: NULL; count), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_settlement_statement(minipay *pay, const minipay_id *line_id,
                                                        const minipay_statement_entry *after,
                                                        minipay_statement_entry *entries,
                                                        uint32_t *count, minipay_error *error);

/* USAGE: INVALID_SIZE, INVALID_ID (id), INVALID_TIME (date), INVALID_ARGUMENT (withdrawn), INVALID_TEXT
 * (name: a holiday needs one; actor, channel, reason), ID_REUSED. Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_holiday_set(minipay *pay, const minipay_holiday_request *requests,
                                               uint32_t count, minipay_outcome *outcomes,
                                               minipay_error *error);

/* Holidays in the order of dates, from behind the date `after` (0: from the first). `*count` is the
 * room, then the number. USAGE: INVALID_ARGUMENT (count), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_holiday_list(minipay *pay, int32_t after, minipay_holiday *holidays,
                                                uint32_t *count, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
