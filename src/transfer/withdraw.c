/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/internal.h"

#include "base/error.h"

#include <string.h>

/* Withdrawal, member to bank: the wallet goes down at once, so that the money cannot be spent twice; it is
 * in transit until the bank has paid it out.
 *
 *   debit ──▶ order ──▶ settle ──▶ DONE
 *     ▲          │ refused
 *     └ reverse ─┘──▶ REJECTED
 */

static const minipay_field withdrawal_fields[] = {
    MPI_OPERATION_FIELDS(mpi_withdrawal),        MPI_ID(mpi_withdrawal, member_id),
    MPI_OPTIONAL_ID(mpi_withdrawal, account_id), MPI_MONEY(mpi_withdrawal, amount_minor),
    MPI_TEXT(mpi_withdrawal, currency),          MPI_BYTES(mpi_withdrawal, memo),
    MPI_INT32(mpi_withdrawal, business_date),    MPI_HASH(mpi_withdrawal, row_tag),
};

const mpi_record mpi_withdrawal_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_withdrawal, "withdrawal", withdrawal_fields, 1, NULL, 0);

static minipay_status move(mpi_transfers *transfers, mpi_flow *flow, mpi_withdrawal *withdrawal,
                           int32_t leg, mpi_party payer, mpi_party payee, mpi_booked *booked)
{
    mpi_move asked = {
        .op = &withdrawal->op,
        .leg = leg,
        .kind = MINIPAY_KIND_WITHDRAW,
        .payer = payer,
        .payee = payee,
        .amount_minor = withdrawal->amount_minor,
        .forced = leg != MPI_WITHDRAW_DEBIT,
    };
    memcpy(asked.currency, withdrawal->currency, sizeof asked.currency);
    return transfers->wallet.move(transfers->wallet.impl, flow, &asked, booked);
}

static minipay_status debit(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    mpi_withdrawal *withdrawal = document;
    mpi_party wallet = {MPI_PARTY_WALLET, withdrawal->member_id}, transit = {.kind = MPI_PARTY_TRANSIT};
    mpi_booked booked;
    minipay_status status =
        move(transfers, flow, withdrawal, MPI_WITHDRAW_DEBIT, wallet, transit, &booked);
    if (booked.policy_version)
        withdrawal->op.policy_version = booked.policy_version;
    if (status == MINIPAY_OK)
        withdrawal->business_date = booked.business_date;
    return status;
}

static minipay_status reverse(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    const mpi_withdrawal *withdrawal = document;
    return transfers->wallet.reverse(transfers->wallet.impl, flow, &withdrawal->op, MPI_WITHDRAW_DEBIT,
                                     MPI_WITHDRAW_REVERSE);
}

static minipay_status order(void *context, mpi_flow *flow, void *document)
{
    mpi_transfers *transfers = context;
    const mpi_withdrawal *withdrawal = document;
    mpi_order_request request = {
        .parent = &withdrawal->op,
        .direction = MINIPAY_BANK_PAY_OUT,
        .owner_id = withdrawal->member_id,
        .account_id = withdrawal->account_id,
        .amount_minor = withdrawal->amount_minor,
    };
    memcpy(request.currency, withdrawal->currency, sizeof request.currency);
    if (mpi_record_unseal(mpi_store_keys(transfers->store), &withdrawal->op.id, &withdrawal->memo,
                          request.memo, sizeof request.memo) != 0)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "withdrawal", "a memo cannot be unsealed");
    return transfers->banking.order(transfers->banking.impl, flow, &request);
}

static minipay_status settle(void *context, mpi_flow *flow, void *document)
{
    mpi_party transit = {.kind = MPI_PARTY_TRANSIT}, corporate = {.kind = MPI_PARTY_CORPORATE};
    mpi_booked booked;
    return move(context, flow, document, MPI_WITHDRAW_SETTLE, transit, corporate, &booked);
}

static const mpi_step withdraw_steps[] = {
    {"debit", "wallet.move", debit, reverse, "wallet.reverse"},
    {"order", "banking.order", order, NULL, NULL},
    {"settle", "wallet.move", settle, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_withdrawal *withdrawal = document;
    withdrawal->member_id = instruction->member_id;
    withdrawal->account_id = instruction->other_id;
    withdrawal->amount_minor = instruction->amount_minor;
    memcpy(withdrawal->currency, instruction->currency, sizeof withdrawal->currency);
    if (instruction->memo[0])
        mpi_secret_set(&withdrawal->memo, sizeof withdrawal->memo, instruction->memo);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_withdrawal *told = document;
    outcome->amount_minor = told->amount_minor;
    outcome->business_date = told->business_date;
}

const mpi_saga mpi_withdraw_saga = {
    .kind = MINIPAY_KIND_WITHDRAW,
    .name = "withdraw",
    .needs_bank = true,
    .record = &mpi_withdrawal_record,
    .steps = withdraw_steps,
    .step_count = MPI_COUNT(withdraw_steps),
    .pivot = MPI_WITHDRAW_ORDER + 1, /* the bank has moved the money */
    .draw_up = draw_up,
    .tell = tell,
};
