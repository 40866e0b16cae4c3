/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TRANSFER_TRANSFER_H
#define MPI_TRANSFER_TRANSFER_H

/* Transfers: member to member, member to bank, and the undoing of the former. Owns `transfer`, `withdrawal`,
 * `reversal` and `reversed_transfer`. */

#include "banking/port.h"
#include "ledger/claim.h"
#include "saga/saga.h"
#include "wallet/port.h"

/* Written when the transfer was refused, had to wait, or says more than its posting does. */
typedef struct mpi_transfer {
    mpi_operation op;
    minipay_id payer_id;
    minipay_id payee_id;
    int64_t amount_minor;
    int64_t topup_minor;
    int32_t flags;
    char currency[MINIPAY_CURRENCY_SIZE];
    MPI_SECRET(MINIPAY_MEMO_SIZE) memo;
    int32_t business_date; /* on which the wallet's money moved */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_transfer;

typedef struct mpi_withdrawal {
    mpi_operation op;
    minipay_id member_id;
    minipay_id account_id; /* linked account, or none: the member's first */
    int64_t amount_minor;
    char currency[MINIPAY_CURRENCY_SIZE];
    MPI_SECRET(MINIPAY_MEMO_SIZE) memo;
    int32_t business_date; /* on which the wallet's money moved */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_withdrawal;

typedef struct mpi_reversal {
    mpi_operation op;
    minipay_id transfer_id;
    int64_t amount_minor;
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t business_date; /* on which the wallet's money moved */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_reversal;

/* Stands for every transfer that was reversed: so none is reversed twice. */
typedef struct mpi_reversed_transfer {
    minipay_id transfer_id;
    minipay_id reversal_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_reversed_transfer;

extern const mpi_claimant mpi_transfer_claimants[];
extern const mpi_record mpi_transfer_record;
extern const mpi_record mpi_withdrawal_record;
extern const mpi_record mpi_reversal_record;
extern const mpi_record mpi_reversed_transfer_record;

typedef struct mpi_transfers {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_table *documents, *reversed;
    mpi_wallet_port wallet;
    mpi_banking_port banking;
} mpi_transfers;

void mpi_transfers_set_up(mpi_transfers *transfers, mpi_engine *engine, const mpi_home *home,
                          const mpi_wallet_port *wallet, const mpi_banking_port *banking);

/* For mpi_plain; the context is the transfers. */
bool mpi_transfers_is_plain(void *context, const mpi_claimed_posting *posting, const mpi_journal *row);

#endif
