/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SETTLEMENT_INTERNAL_H
#define MPI_SETTLEMENT_INTERNAL_H

#include "base/money.h"
#include "settlement/settlement.h"

/* The legs of a payout; the first two are also the steps that post them. */
enum { MPI_LEG_FEE = 0, MPI_LEG_SET_ASIDE = 1, MPI_LEG_SETTLE = 2, MPI_LEG_REVERSE = 3 };

/* The step that the bank does. */
enum { MPI_PAYOUT_ORDER = 2 };

extern const mpi_saga mpi_run_saga;
extern const mpi_saga mpi_payout_saga;

enum { MPI_RUN_CLOSE = 0, MPI_RUN_PAY = 1 }; /* a run's steps */

/* A bucket whose carried money was taken back may hold nothing: it makes no line. */
bool mpi_due_is_empty(const mpi_due *due);

/* Adds a bucket's figures to a line; false, and the line stays as it is, when they do not fit. */
bool mpi_line_sum(mpi_line *line, const mpi_due *due);

/* Decides what is paid out, once all is summed up. */
void mpi_line_decide(mpi_line *line, int64_t minimum_minor);

/* A line of the run for a merchant, empty, with its id. */
void mpi_line_name(const mpi_run *run, const minipay_id *merchant_id, mpi_line *line);

/* What a run asks payment for its next page. */
mpi_closing mpi_run_closing(const mpi_run *run);

/* Adds a bucket's figures to its merchant's line in the run; `*added` grows by 1 when the line is new.
 * AMOUNT_OVERFLOW, and nothing is changed, when they do not fit. */
minipay_status mpi_line_add(mpi_settlements *settlements, mpi_flow *flow, const mpi_run *run,
                            const mpi_due *due, int32_t *added);

/* One page of a retry's lines: OK when it was the last. */
minipay_status mpi_retry_page(mpi_settlements *settlements, mpi_flow *flow, mpi_run *run);

/* Lines of a run on a snapshot, in the order of merchants from behind `after`. */
minipay_status mpi_lines_read(mpi_view *view, const minipay_id *run_id, const minipay_id *after,
                              mpi_line *lines, uint32_t *count, minipay_error *error);

void mpi_line_show(const mpi_line *row, minipay_settlement_line *line);

/* A run's totals: each line fits int64_t, their sum need not. */
typedef struct mpi_run_totals {
    mpi_money_sum gross, refund, fee, promotion, carried, net, payout, paid;
} mpi_run_totals;

void mpi_totals_add(mpi_run_totals *totals, const mpi_line *line);
void mpi_totals_show(const mpi_run_totals *totals, minipay_settlement *settlement);

#endif
