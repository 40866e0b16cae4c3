/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_WALLET_INTERNAL_H
#define MPI_WALLET_INTERNAL_H

#include "wallet/wallet.h"

extern const mpi_saga mpi_topup_saga;
extern const mpi_saga mpi_credit_saga;
extern const mpi_saga mpi_debit_saga;

/* A member's wallet in the books. MINIPAY_WALLET_NOT_FOUND. */
minipay_status mpi_wallets_find(mpi_wallets *wallets, mpi_flow *flow, const minipay_id *member_id,
                                const char currency[4], const mpi_account **account);

/* The posting of an operation's leg, with head, rules and text filled in. */
minipay_status mpi_wallets_posting(mpi_wallets *wallets, mpi_flow *flow, const mpi_operation *op,
                                   const char currency[4], mpi_posting *posting);

/* The top-up that another operation needs: `*topup_minor` is what it brought. */
minipay_status mpi_topup_for(mpi_wallets *wallets, mpi_flow *flow, const mpi_operation *parent,
                             const minipay_id *member_id, const char currency[4], int64_t missing_minor,
                             int64_t *topup_minor);

#endif
