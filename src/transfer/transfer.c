/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/internal.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* Transfer, member to member.
 *
 *   provide ──▶ move ──▶ DONE
 *      │ (only with AUTO_TOPUP: tops up what is missing)
 *
 * If the move is refused after a top-up, the money stays in the payer's wallet. */

static const minipay_field transfer_fields[] = {
    MPI_OPERATION_FIELDS(mpi_transfer),     MPI_ID(mpi_transfer, payer_id),
    MPI_ID(mpi_transfer, payee_id),         MPI_MONEY(mpi_transfer, amount_minor),
    MPI_MONEY(mpi_transfer, topup_minor),   MPI_INT32(mpi_transfer, flags),
    MPI_TEXT(mpi_transfer, currency),       MPI_BYTES(mpi_transfer, memo),
    MPI_INT32(mpi_transfer, business_date), MPI_HASH(mpi_transfer, row_tag),
};

const mpi_record mpi_transfer_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_transfer, "transfer", transfer_fields, 1, NULL, 0);

static minipay_status provide(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    mpi_transfer *transfer = document;
    if (!(transfer->flags & MINIPAY_FLAG_AUTO_TOPUP))
        return MINIPAY_OK;
    return transfers->wallet.provide(transfers->wallet.impl, flow, &transfer->op, &transfer->payer_id,
                                     transfer->currency, transfer->amount_minor, &transfer->topup_minor);
}

static minipay_status move(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    mpi_transfer *transfer = document;
    mpi_booked booked;
    mpi_move asked = {
        .op = &transfer->op,
        .kind = MINIPAY_KIND_TRANSFER,
        .payer = {MPI_PARTY_WALLET, transfer->payer_id},
        .payee = {MPI_PARTY_WALLET, transfer->payee_id},
        .amount_minor = transfer->amount_minor,
        .said = true,
    };
    memcpy(asked.currency, transfer->currency, sizeof asked.currency);
    minipay_status status = transfers->wallet.move(transfers->wallet.impl, flow, &asked, &booked);
    if (booked.policy_version)
        transfer->op.policy_version = booked.policy_version;
    if (status == MINIPAY_OK)
        transfer->business_date = booked.business_date;
    return status;
}

enum { STEP_PROVIDE = 0 };

static const mpi_step transfer_steps[] = {
    [STEP_PROVIDE] = {"provide", "wallet.provide", provide, NULL, NULL},
    {"move", "wallet.move", move, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_transfer *transfer = document;
    transfer->payer_id = instruction->member_id;
    transfer->payee_id = instruction->other_id;
    transfer->amount_minor = instruction->amount_minor;
    transfer->flags = instruction->flags;
    memcpy(transfer->currency, instruction->currency, sizeof transfer->currency);
    if (instruction->memo[0])
        mpi_secret_set(&transfer->memo, sizeof transfer->memo, instruction->memo);
}

/* The document of a transfer that its posting says. */
static void restore(mpi_transfer *transfer, const mpi_moved *moved)
{
    memset(transfer, 0, sizeof *transfer);
    transfer->op.id = moved->operation_id;
    transfer->op.kind = moved->kind;
    transfer->op.state = MINIPAY_STATE_DONE;
    transfer->op.step = MPI_COUNT(transfer_steps);
    transfer->op.policy_version = moved->policy_version;
    transfer->op.fingerprint = moved->fingerprint;
    transfer->op.created_at = transfer->op.finished_at = moved->booked_at;
    memcpy(transfer->op.actor, moved->actor, sizeof transfer->op.actor);
    memcpy(transfer->op.channel, moved->channel, sizeof transfer->op.channel);
    transfer->payer_id = moved->payer.owner_id;
    transfer->payee_id = moved->payee.owner_id;
    transfer->amount_minor = moved->amount_minor;
    transfer->business_date = moved->business_date;
    memcpy(transfer->currency, moved->currency, sizeof transfer->currency);
}

static minipay_status find(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    mpi_transfer *transfer = document;
    mpi_moved moved;
    minipay_status status =
        transfers->wallet.find(transfers->wallet.impl, flow, &transfer->op.id, 0, &moved);
    if (status == MINIPAY_OK)
        restore(transfer, &moved);
    return status;
}

static minipay_status said(void *context, const minipay_id *after, void *documents, uint32_t *count,
                           minipay_error *error)
{
    mpi_transfers *transfers = context;
    mpi_moved *moved = malloc((*count + 1) * sizeof *moved);
    if (!moved)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = transfers->wallet.moves(transfers->wallet.impl, MINIPAY_KIND_TRANSFER, after,
                                                    moved, count, error);
    for (uint32_t i = 0; i < *count && status == MINIPAY_OK; i++)
        restore((mpi_transfer *)documents + i, &moved[i]);
    free(moved);
    return status;
}

/* Flags, a top-up, a reason and a memo are not in the journal. */
static bool is_said(void *context, const void *document)
{
    const mpi_transfer *transfer = document;
    (void)context;
    return transfer->topup_minor == 0 && transfer->flags == 0 && !transfer->op.reason[0] &&
           transfer->memo.length == 0;
}

static minipay_status ended(void *context, mpi_flow *flow, void *document)
{
    mpi_transfer *transfer = document;
    (void)context;
    (void)flow;
    if (transfer->op.state == MINIPAY_STATE_REJECTED && transfer->op.step <= STEP_PROVIDE)
        transfer->topup_minor = 0;
    return MINIPAY_OK;
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_transfer *transfer = document;
    outcome->amount_minor = transfer->amount_minor;
    outcome->topup_minor = transfer->topup_minor;
    outcome->business_date = transfer->business_date;
}

static const mpi_saga transfer_saga = {
    .kind = MINIPAY_KIND_TRANSFER,
    .name = "transfer",
    .touches = MPI_TOUCHES_OTHER | MPI_OTHER_IS_MEMBER | MPI_REVERSIBLE,
    .record = &mpi_transfer_record,
    .steps = transfer_steps,
    .step_count = MPI_COUNT(transfer_steps),
    .kept = STEP_PROVIDE + 1,
    .draw_up = draw_up,
    .find = find,
    .is_said = is_said,
    .said = said,
    .ended = ended,
    .tell = tell,
};

void mpi_transfers_set_up(mpi_transfers *transfers, mpi_engine *engine, const mpi_home *home,
                          const mpi_wallet_port *wallet, const mpi_banking_port *banking)
{
    transfers->engine = engine;
    transfers->store = home->store;
    transfers->policy = home->policy;
    transfers->documents = mpi_store_table(transfers->store, &mpi_transfer_record);
    transfers->reversed = mpi_store_table(transfers->store, &mpi_reversed_transfer_record);
    transfers->wallet = *wallet;
    transfers->banking = *banking;
    mpi_engine_add(engine, home, &transfer_saga, transfers);
    mpi_engine_add(engine, home, &mpi_withdraw_saga, transfers);
    mpi_engine_add(engine, home, &mpi_reversal_saga, transfers);
}
