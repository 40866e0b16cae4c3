/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BANKING_RECONCILE_H
#define MPI_BANKING_RECONCILE_H

/* Reconciliation with the bank's statement. Owns `bank_statement`, `reconciliation`,
 * `reconciliation_difference` and `bank_match`. */

#include "banking/banking.h"

/* How far the corporate account's statement, and the orders' events, have been read. */
typedef struct mpi_statement {
    char name[16];
    int64_t position;
    int64_t event_sequence;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_statement;

enum { MPI_STAGE_STATEMENT = 0, MPI_STAGE_ORDERS = 1, MPI_STAGE_MISSING = 2, MPI_STAGE_END = 3 };

typedef struct mpi_reconciliation {
    minipay_id id;
    int32_t stage; /* MPI_STAGE_* */
    int32_t again;
    int64_t asked_position;
    int64_t from_position;
    int64_t position;     /* of the statement, read so far */
    int64_t below;        /* orders whose end has a sequence below this one are judged */
    minipay_id judged_id; /* the last missing order that is listed */
    int64_t fingerprint;
    int64_t started_at;
    int64_t finished_at;
    int64_t lines;
    int64_t matched;
    int64_t in_flight;
    int64_t missing;
    int64_t extra;
    int64_t different;
    char actor[MINIPAY_ACTOR_SIZE];
    char channel[MINIPAY_CHANNEL_SIZE];
    char reason[MINIPAY_REASON_SIZE];
    int64_t matched_position; /* the farthest line that was matched when the run began */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_reconciliation;

typedef struct mpi_difference {
    minipay_id reconciliation_id;
    int64_t number;
    int32_t difference; /* MINIPAY_DIFFERENCE_* */
    int32_t direction;
    minipay_id order_id;
    int64_t position;
    int64_t ordered_minor;
    int64_t bank_minor;
    int32_t value_date;
    char currency[MINIPAY_CURRENCY_SIZE];
    char reference[MINIPAY_REFERENCE_SIZE];
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_difference;

enum { MPI_MATCH_MISSING = 0, MPI_MATCH_IN_FLIGHT = 1, MPI_MATCH_SETTLED = 2 };

/* What the statement has of an order: its first line, or nothing although the order is done. */
typedef struct mpi_match {
    minipay_id order_id;
    int32_t match_state; /* MPI_MATCH_* */
    int32_t value_date;
    int64_t position;
    int64_t amount_minor;
    int64_t fee_minor;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_match;

extern const mpi_record mpi_statement_record;
extern const mpi_record mpi_reconciliation_record;
extern const mpi_record mpi_difference_record;
extern const mpi_record mpi_match_record;

/* mpi_match_record's indexes: on the id of orders missing or in flight; on the line's position and the id. */
enum { MPI_MATCHES_OPEN = 0, MPI_MATCHES_BY_LINE = 1 };

/* As the public calls say; the request is checked already. */
minipay_status mpi_banking_reconcile(mpi_banking *banking, const minipay_reconcile_request *request,
                                     minipay_reconciliation *reconciliation, minipay_error *error);
minipay_status mpi_banking_reconciliation(mpi_banking *banking, const minipay_id *id,
                                          minipay_reconciliation *reconciliation, minipay_error *error);
minipay_status mpi_banking_differences(mpi_banking *banking, const minipay_id *id, int64_t after,
                                       minipay_difference *differences, uint32_t *count,
                                       minipay_error *error);

void mpi_reconciliation_show(const mpi_reconciliation *run, minipay_reconciliation *shown);

/* ---- judging, inside a unit of work (judge.c) ---------------------------------------------------------- */

/* A unit's part of a run; `run` may be changed. `calls` are what operations that go on ask of the bank next. */
typedef struct mpi_judgement {
    mpi_banking *banking;
    mpi_unit *unit;
    mpi_reconciliation *run;
    mpi_call_list *calls;
    minipay_error *error;
} mpi_judgement;

/* A row that must be there: an order that was matched or just read, a match that is being judged; else
 * CORRUPT (name). */
minipay_status mpi_judge_find_known(const mpi_judgement *work, mpi_table *table, const char *name,
                                    const void *id, const void **found);

/* The order that the line is of, by its reference, direction and currency; NULL: of none. */
minipay_status mpi_judge_find_order(const mpi_judgement *work, const minipay_bank_movement *line,
                                    const mpi_bank_order **order);

/* The farthest position of a line that was ever matched; 0: none. Before anything is staged. */
minipay_status mpi_judge_farthest(mpi_unit *unit, int64_t *position, minipay_error *error);

/* What was matched to a line behind the run's position, up to `through`, that is not there any more; `lines`
 * are all that the statement has there. Before these are judged: one that has moved on is found again. */
minipay_status mpi_judge_gone(const mpi_judgement *work, const minipay_bank_movement *lines,
                              uint32_t count, int64_t through);

/* One line of the statement. */
minipay_status mpi_judge_line(const mpi_judgement *work, const minipay_bank_movement *line);

/* An order that has ended. */
minipay_status mpi_judge_ended(const mpi_judgement *work, const minipay_id *order_id);

/* What is still open at the end of a run: an order that the statement has not, or a line whose order had no
 * answer. */
minipay_status mpi_judge_open(const mpi_judgement *work, const mpi_match *match);

/* Has a line of the statement been seen that is of this order? */
minipay_status mpi_judge_has_line(mpi_banking *banking, mpi_flow *flow, const minipay_id *order_id,
                                  bool *has);

#endif
