/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/transfer.h"

#include "transfer/internal.h"

#include <string.h>

/* What transfers, withdrawals and reversals say of the books, and which posting is a whole transfer. */

static mpi_claimed_posting posting_of(const mpi_operation *op, int32_t leg, const char currency[4])
{
    mpi_claimed_posting posting = {.operation_id = op->id, .leg = leg, .kind = op->kind};
    memcpy(posting.currency, currency, sizeof posting.currency);
    return posting;
}

static minipay_status say_transfer(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_transfer *transfer = row;
    mpi_claim_key key = {.id = transfer->op.id};
    (void)error;
    if (mpi_operation_waits(&transfer->op))
        mpi_claim_say(claims, MPI_TOPIC_WAITING, MPI_SIDE_SECOND, &key, transfer->topup_minor,
                      "topup_minor");
    if (transfer->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_OK;
    mpi_claimed_posting posting = posting_of(&transfer->op, 0, transfer->currency);
    posting.debit_kind = posting.credit_kind = MPI_ACCOUNT_WALLET;
    posting.debit_owner = transfer->payer_id;
    posting.credit_owner = transfer->payee_id;
    mpi_claim_posting(claims, &posting, transfer->amount_minor);
    return MINIPAY_OK;
}

static minipay_status say_withdrawal(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_withdrawal *withdrawal = row;
    bool done = withdrawal->op.state == MINIPAY_STATE_DONE;
    mpi_claimed_posting posting = posting_of(&withdrawal->op, MPI_WITHDRAW_DEBIT, withdrawal->currency);
    (void)error;
    if (!mpi_operation_passed(&withdrawal->op, MPI_WITHDRAW_DEBIT))
        return MINIPAY_OK;
    posting.debit_kind = MPI_ACCOUNT_WALLET;
    posting.debit_owner = withdrawal->member_id;
    posting.credit_kind = MPI_ACCOUNT_TRANSIT;
    mpi_claim_posting(claims, &posting, withdrawal->amount_minor);
    mpi_claim_order(claims, MPI_SIDE_SECOND, &withdrawal->op.id, MINIPAY_BANK_PAY_OUT,
                    &withdrawal->member_id, withdrawal->currency,
                    mpi_operation_passed(&withdrawal->op, MPI_WITHDRAW_ORDER), withdrawal->amount_minor);
    if (!done)
        return MINIPAY_OK;
    posting = posting_of(&withdrawal->op, MPI_WITHDRAW_SETTLE, withdrawal->currency);
    posting.debit_kind = MPI_ACCOUNT_TRANSIT;
    posting.credit_kind = MPI_ACCOUNT_CORPORATE;
    mpi_claim_posting(claims, &posting, withdrawal->amount_minor);
    return MINIPAY_OK;
}

static minipay_status say_reversal(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_reversal *reversal = row;
    (void)error;
    if (reversal->op.state == MINIPAY_STATE_DONE)
        mpi_claim_reversal(claims, &reversal->op.id, 0, &reversal->transfer_id, reversal->currency,
                           reversal->amount_minor);
    return MINIPAY_OK;
}

const mpi_claimant mpi_transfer_claimants[] = {{&mpi_transfer_record, say_transfer},
                                               {&mpi_withdrawal_record, say_withdrawal},
                                               {&mpi_reversal_record, say_reversal},
                                               {NULL, NULL}};

/* A transfer has no document when its posting says all that was asked: then the request can be drawn up from
 * the posting, and has the fingerprint that the posting keeps. */
bool mpi_transfers_is_plain(void *context, const mpi_claimed_posting *posting, const mpi_journal *row)
{
    const mpi_transfers *transfers = context;
    mpi_transfer asked;
    if (row->kind != MINIPAY_KIND_TRANSFER || row->leg != 0 ||
        posting->debit_kind != MPI_ACCOUNT_WALLET || posting->credit_kind != MPI_ACCOUNT_WALLET)
        return false;
    memset(&asked, 0, sizeof asked);
    asked.op.id = row->operation_id;
    asked.op.kind = row->kind;
    memcpy(asked.op.actor, row->actor, sizeof asked.op.actor);
    memcpy(asked.op.channel, row->channel, sizeof asked.op.channel);
    asked.payer_id = posting->debit_owner;
    asked.payee_id = posting->credit_owner;
    asked.amount_minor = row->amount_minor;
    memcpy(asked.currency, posting->currency, sizeof asked.currency);
    return mpi_saga_fingerprint(transfers->engine, &mpi_transfer_record, &asked) == row->fingerprint;
}
