/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/error.h"

/* Reversing postings: a correction is a posting of its own, in the other direction, that names the row which
 * it undoes. */

/* Both sides of the reversing posting: the row's, the other way round. */
static minipay_status turn_round(mpi_wallets *wallets, mpi_flow *flow, const mpi_operation *op,
                                 const mpi_journal *row, mpi_posting *posting)
{
    const mpi_account *debit, *credit;
    minipay_status status = mpi_wallets_account(wallets, flow, row->credit_account, &debit);
    if (status == MINIPAY_OK)
        status = mpi_wallets_account(wallets, flow, row->debit_account, &credit);
    if (status == MINIPAY_OK)
        status = mpi_wallets_posting(wallets, flow, op, debit->currency, posting);
    if (status != MINIPAY_OK)
        return status;
    posting->debit = debit;
    posting->credit = credit;
    posting->kind = MINIPAY_KIND_REVERSAL;
    posting->amount_minor = row->amount_minor;
    posting->reversed = row;
    return MINIPAY_OK;
}

/* The money must come back even when its wallet was closed meanwhile: then it lies in suspense. */
minipay_status mpi_wallets_reverse(void *impl, mpi_flow *flow, const mpi_operation *op, int32_t leg,
                                   int32_t undo_leg)
{
    mpi_wallets *wallets = impl;
    mpi_ledger *ledger = &wallets->ledger;
    mpi_journal row;
    mpi_posting posting;
    int64_t sequence;
    minipay_status status = mpi_ledger_row(ledger, flow->unit, &op->id, leg, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "journal", "the posting to be reversed is gone");
    if (status == MINIPAY_OK)
        status = turn_round(wallets, flow, op, &row, &posting);
    if (status == MINIPAY_OK && posting.credit->state == MPI_STATE_CLOSED)
        status = mpi_ledger_own(ledger, flow->unit, MPI_ACCOUNT_SUSPENSE, posting.credit->currency,
                                &posting.credit, flow->error);
    if (status != MINIPAY_OK)
        return status;
    posting.leg = undo_leg;
    posting.forced = true;
    return mpi_ledger_post(ledger, flow->unit, &posting, &sequence, flow->error);
}

minipay_status mpi_wallets_undo(void *impl, mpi_flow *flow, const mpi_operation *op,
                                const minipay_id *undone_id, int32_t leg)
{
    mpi_wallets *wallets = impl;
    mpi_ledger *ledger = &wallets->ledger;
    mpi_journal row;
    mpi_posting posting;
    int64_t sequence;
    minipay_status status = mpi_ledger_row(ledger, flow->unit, undone_id, leg, &row, flow->error);
    if (status == MINIPAY_OK)
        status = turn_round(wallets, flow, op, &row, &posting);
    if (status != MINIPAY_OK)
        return status;
    posting.unlimited = true;
    return mpi_ledger_post(ledger, flow->unit, &posting, &sequence, flow->error);
}
