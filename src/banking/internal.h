/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BANKING_INTERNAL_H
#define MPI_BANKING_INTERNAL_H

#include "banking/banking.h"

extern const mpi_saga mpi_order_saga;
extern const mpi_saga mpi_unlink_saga;

/* Fills bank, account number and holder of a linked account in plain. */
minipay_status mpi_banking_address(const mpi_banking *banking, mpi_flow *flow,
                                   const minipay_id *account_id, minipay_bank_order *order);

/* The owner's linked account, or ACCOUNT_NOT_FOUND (unlink.c). */
minipay_status mpi_banking_linked(const mpi_banking *banking, mpi_flow *flow, const minipay_id *owner_id,
                                  const minipay_id *account_id, const mpi_bank_account **account);

/* The rules that hold for an order now; NULL: `flow->error` says why there are none. */
const mpi_rules *mpi_order_rules(const mpi_banking *banking, mpi_flow *flow, const char currency[4]);

/* How long after an attempt the bank is asked again. */
int64_t mpi_order_wait_ms(const mpi_rules *rules, int32_t attempts);

/* A SUBMIT is noted in the order, from when its time of finality counts. */
minipay_status mpi_order_add_call(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order,
                                  mpi_call_kind kind);

/* The call that an order without a reference needs: PREPARE, where the bank names its orders; else it is
 * named by its id, and SUBMIT. */
minipay_status mpi_order_add_first_call(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order);

/* What the bank has prepared (prepare.c): stores it, and the order is submitted next. */
minipay_status mpi_order_prepared(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order,
                                  const mpi_call *call);

/* The engine's caller. */
void mpi_banking_make_calls(void *impl, mpi_call *calls, uint32_t count);
minipay_status mpi_banking_take_in(void *impl, mpi_flow *flow, const mpi_call *call);

#endif
