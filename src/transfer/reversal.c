/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/internal.h"

#include "base/currency.h"

#include <string.h>

/* Reversal of a transfer, member to member: in full, once, by a posting that names the one which it undoes.
 *
 *   undo ──▶ DONE
 */

static const minipay_field reversal_fields[] = {
    MPI_OPERATION_FIELDS(mpi_reversal),     MPI_ID(mpi_reversal, transfer_id),
    MPI_MONEY(mpi_reversal, amount_minor),  MPI_TEXT(mpi_reversal, currency),
    MPI_INT32(mpi_reversal, business_date), MPI_HASH(mpi_reversal, row_tag),
};

const mpi_record mpi_reversal_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_reversal, "reversal", reversal_fields, 1, NULL, 0);

static const minipay_field reversed_fields[] = {
    MPI_ID(mpi_reversed_transfer, transfer_id),
    MPI_ID(mpi_reversed_transfer, reversal_id),
    MPI_HASH(mpi_reversed_transfer, row_tag),
};

const mpi_record mpi_reversed_transfer_record = MPI_RECORD(
    MPI_FORM_DOCUMENT, mpi_reversed_transfer, "reversed_transfer", reversed_fields, 1, NULL, 0);

static void show_document(const mpi_transfer *transfer, mpi_moved *moved)
{
    *moved = (mpi_moved){.operation_id = transfer->op.id,
                         .kind = transfer->op.kind,
                         .business_date = transfer->business_date,
                         .amount_minor = transfer->amount_minor,
                         .payer = {MPI_PARTY_WALLET, transfer->payer_id},
                         .payee = {MPI_PARTY_WALLET, transfer->payee_id}};
    memcpy(moved->currency, transfer->currency, sizeof moved->currency);
}

/* By its document, or by its posting: most have no document where they share a store with the books. */
static minipay_status find_transfer(mpi_transfers *transfers, mpi_flow *flow,
                                    const minipay_id *transfer_id, mpi_moved *moved)
{
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, transfers->documents, transfer_id, &row, flow->error);
    if (status == MINIPAY_OK && ((const mpi_transfer *)row)->op.state == MINIPAY_STATE_DONE) {
        show_document(row, moved);
        return MINIPAY_OK;
    }
    if (status == MINIPAY_OK || status == MINIPAY_NOT_FOUND)
        status = transfers->wallet.find(transfers->wallet.impl, flow, transfer_id, 0, moved);
    if (status == MINIPAY_NOT_FOUND) {
        status = transfers->wallet.has_moved(transfers->wallet.impl, flow, transfer_id);
        return status == MINIPAY_OK ? MINIPAY_NOT_REVERSIBLE : status;
    }
    if (status != MINIPAY_OK)
        return status;
    bool between_members = moved->kind == MINIPAY_KIND_TRANSFER &&
                           moved->payer.kind == MPI_PARTY_WALLET &&
                           moved->payee.kind == MPI_PARTY_WALLET;
    return between_members ? MINIPAY_OK : MINIPAY_NOT_REVERSIBLE;
}

static minipay_status check_reversible(mpi_transfers *transfers, mpi_flow *flow, const mpi_rules *rules,
                                       const mpi_reversal *reversal, const mpi_moved *moved)
{
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, transfers->reversed, &reversal->transfer_id, &row, flow->error);
    if (status != MINIPAY_NOT_FOUND)
        return status == MINIPAY_OK ? MINIPAY_ALREADY_REVERSED : status;
    bool over = mpi_rules_are_over(rules, MINIPAY_RULE_REVERSAL_DAYS, moved->business_date,
                                   mpi_unit_now(flow->unit));
    return over ? MINIPAY_TOO_LATE : MINIPAY_OK;
}

/* A transfer that is marked is another one's to reverse, from now on. */
static minipay_status take(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    mpi_reversal *reversal = document;
    mpi_reversed_transfer mark = {reversal->transfer_id, reversal->op.id, {0}};
    mpi_moved moved;
    const mpi_rules *rules;
    minipay_status status = find_transfer(transfers, flow, &reversal->transfer_id, &moved);
    if (status == MINIPAY_OK)
        status = mpi_policy_rules(transfers->policy, flow->unit, moved.currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    if (!mpi_currency_take(reversal->currency, moved.currency))
        return MINIPAY_CURRENCY_MISMATCH;
    reversal->amount_minor = moved.amount_minor;
    reversal->op.policy_version = rules->version;
    reversal->business_date = mpi_rules_date(rules, mpi_unit_now(flow->unit));
    status = check_reversible(transfers, flow, rules, reversal, &moved);
    return status == MINIPAY_OK ? mpi_unit_insert(flow->unit, transfers->reversed, &mark, flow->error)
                                : status;
}

static minipay_status leave(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    const mpi_reversal *reversal = document;
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, transfers->reversed, &reversal->transfer_id, &row, flow->error);
    return status == MINIPAY_OK ? mpi_unit_delete(flow->unit, transfers->reversed, row, flow->error)
                                : status;
}

static minipay_status undo(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    const mpi_reversal *reversal = document;
    return transfers->wallet.undo(transfers->wallet.impl, flow, &reversal->op, &reversal->transfer_id,
                                  0);
}

static const mpi_step reversal_steps[] = {
    {"take", "transfer.reversed", take, leave, "transfer.reversed"},
    {"undo", "wallet.undo", undo, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_reversal *reversal = document;
    reversal->transfer_id = instruction->other_id;
    memcpy(reversal->currency, instruction->currency, sizeof reversal->currency);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_reversal *told = document;
    outcome->amount_minor = told->amount_minor;
    outcome->business_date = told->business_date;
}

const mpi_saga mpi_reversal_saga = {
    .kind = MINIPAY_KIND_REVERSAL,
    .name = "reversal",
    .touches = MPI_TOUCHES_OTHER | MPI_REVERSES,
    .record = &mpi_reversal_record,
    .steps = reversal_steps,
    .step_count = MPI_COUNT(reversal_steps),
    .draw_up = draw_up,
    .tell = tell,
};
