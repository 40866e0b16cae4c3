/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SETTLEMENT_INTERNAL_H
#define MPI_SETTLEMENT_INTERNAL_H

#include "settlement/settlement.h"

/* The legs of a payout; the first two are also the steps that post them. */
enum { MPI_LEG_FEE = 0, MPI_LEG_SET_ASIDE = 1, MPI_LEG_SETTLE = 2, MPI_LEG_REVERSE = 3 };

extern const mpi_saga mpi_run_saga;
extern const mpi_saga mpi_payout_saga;

/* Adds a bucket's figures to its merchant's line in the run; `*added` is 1 when the line is new. */
minipay_status mpi_line_add(mpi_settlements *settlements, mpi_flow *flow, const mpi_run *run,
                            const mpi_due *due, int32_t *added);

#endif
