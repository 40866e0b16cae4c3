/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TRANSFER_INTERNAL_H
#define MPI_TRANSFER_INTERNAL_H

#include "transfer/transfer.h"

/* The legs of a withdrawal; the first is also the step that posts it. */
enum { MPI_WITHDRAW_DEBIT = 0, MPI_WITHDRAW_SETTLE = 1, MPI_WITHDRAW_REVERSE = 2 };

/* The step that the bank does. */
enum { MPI_WITHDRAW_ORDER = 1 };

extern const mpi_saga mpi_withdraw_saga;
extern const mpi_saga mpi_reversal_saga;

#endif
