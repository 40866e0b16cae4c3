/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TRANSFER_INTERNAL_H
#define MPI_TRANSFER_INTERNAL_H

#include "transfer/transfer.h"

extern const mpi_saga mpi_withdraw_saga;
extern const mpi_saga mpi_reversal_saga;

#endif
