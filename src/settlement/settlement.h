/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SETTLEMENT_SETTLEMENT_H
#define MPI_SETTLEMENT_SETTLEMENT_H

/* Settlement: a run turns buckets of slips into one payout a merchant. Owns `settlement_run` and
 * `settlement_line`. */

#include "banking/port.h"
#include "ledger/claim.h"
#include "minipay/settlement.h"
#include "payment/port.h"
#include "wallet/port.h"

typedef struct mpi_run {
    mpi_operation op; /* kind SETTLEMENT */
    int32_t through_date;
    int32_t lines;
    int32_t paid;
    int32_t refused;
    int32_t open;
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_id retry_of;  /* the run whose refused payouts this one pays */
    minipay_id cursor_id; /* the merchant up to whom it has come */
    int32_t due_date;     /* what is due later stays; 0 in a retry, and where schema version 1 ran */
    int32_t cursor_due;   /* the bucket up to which it has come, with cursor_id; not a retry */
    int32_t cursor_date;
    int32_t cursor_page; /* so many pages it has closed */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_run;

/* One merchant in a run, and its payout. net = gross - refund - fee - promotion + carried. */
typedef struct mpi_line {
    mpi_operation op; /* kind PAYOUT; its parent is the run */
    minipay_id run_id;
    minipay_id merchant_id;
    int64_t slips;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t carried_minor;
    int64_t net_minor;
    int64_t payout_minor; /* what the bank is to pay: net, or 0 when it is carried forward */
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_id account_id; /* where the payout goes; none: the merchant's first account */
    int32_t attempt;       /* a retry's, from 1 */
    minipay_id retries_id; /* the line that this one pays again */
    minipay_id retried_by; /* the line that pays this one again */
    int32_t carried_date;  /* not paid out: the bucket of the merchant that it was carried into */
    int32_t carried_round;
    int64_t promotion_minor; /* the merchant's own part */
    int32_t business_date;   /* on which the merchant's money moved; 0 in a file of schema version 1 */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_line;

extern const mpi_claimant mpi_settlement_claimants[];
extern const mpi_record mpi_run_record;
extern const mpi_record mpi_line_record;

enum { MPI_LINES_OF_RUN = 0, MPI_LINES_UNBEGUN = 1, MPI_RUNS_BY_DATE = 0, MPI_RUNS_UNCLOSED = 1 };

typedef struct mpi_settlements {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_wallet_port wallet;
    mpi_banking_port banking;
    mpi_payment_port payment;
    mpi_table *runs, *lines;
} mpi_settlements;

void mpi_settlements_set_up(mpi_settlements *settlements, mpi_engine *engine, const mpi_home *home,
                            const mpi_wallet_port *wallet, const mpi_banking_port *banking,
                            const mpi_payment_port *payment);

/* Runs, or carries on, the settlement of the request. */
minipay_status mpi_settlements_run(mpi_settlements *settlements,
                                   const minipay_settlement_request *request,
                                   minipay_settlement *settlement, minipay_error *error);
minipay_status mpi_settlements_retry(mpi_settlements *settlements, const minipay_retry_request *request,
                                     minipay_settlement *settlement, minipay_error *error);

/* Carries on, up to `budget`, what an interrupted call left: runs that are not closed, lines not begun. */
minipay_status mpi_settlements_carry_on(mpi_settlements *settlements, uint32_t budget, uint32_t *carried,
                                        minipay_error *error);

/* Reading, beside the lane. */
minipay_status mpi_settlements_preview(mpi_settlements *settlements,
                                       const minipay_settlement_request *request,
                                       const minipay_id *after, minipay_settlement *settlement,
                                       minipay_settlement_line *lines, uint32_t *count,
                                       minipay_error *error);
minipay_status mpi_settlements_get(mpi_settlements *settlements, const minipay_id *id,
                                   minipay_settlement *settlement, minipay_error *error);
minipay_status mpi_settlements_list(mpi_settlements *settlements, const char *currency,
                                    const minipay_settlement *after, minipay_settlement *list,
                                    uint32_t *count, minipay_error *error);
minipay_status mpi_settlements_lines(mpi_settlements *settlements, const minipay_id *run_id,
                                     const minipay_id *after, minipay_settlement_line *lines,
                                     uint32_t *count, minipay_error *error);
minipay_status mpi_settlements_statement(mpi_settlements *settlements, const minipay_id *line_id,
                                         const minipay_statement_entry *after,
                                         minipay_statement_entry *entries, uint32_t *count,
                                         minipay_error *error);

#endif
