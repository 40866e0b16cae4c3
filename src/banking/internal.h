/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BANKING_INTERNAL_H
#define MPI_BANKING_INTERNAL_H

#include "banking/banking.h"

extern const mpi_saga mpi_order_saga;

/* Fills bank, account number and holder of a linked account in plain. */
minipay_status mpi_banking_address(const mpi_banking *banking, mpi_flow *flow,
                                   const minipay_id *account_id, minipay_bank_order *order);

/* The engine's caller. */
void mpi_banking_make_calls(void *impl, mpi_call *calls, uint32_t count);
minipay_status mpi_banking_take_in(void *impl, mpi_flow *flow, const mpi_call *call);

#endif
