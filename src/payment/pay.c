/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/money.h"

#include <string.h>

/* Payment: the member's money goes down, the merchant is owed it, and a slip is made.
 *
 *   provide ──▶ debit ──▶ count ──▶ DONE: the slip
 *      │ (only with AUTO_TOPUP)   └ into the merchant's open bucket
 */

static const minipay_field slip_fields[] = {
    MPI_OPERATION_FIELDS(mpi_slip),
    MPI_ID(mpi_slip, member_id),
    MPI_ID(mpi_slip, merchant_id),
    MPI_MONEY(mpi_slip, amount_minor),
    MPI_MONEY(mpi_slip, fee_minor),
    MPI_MONEY(mpi_slip, refunded_minor),
    MPI_MONEY(mpi_slip, refunded_fee_minor),
    MPI_MONEY(mpi_slip, topup_minor),
    MPI_INT32(mpi_slip, flags),
    MPI_INT32(mpi_slip, business_date),
    MPI_TEXT(mpi_slip, currency),
    MPI_BYTES(mpi_slip, memo),
    MPI_HASH(mpi_slip, row_tag),
};

const mpi_record mpi_slip_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_slip, "slip", slip_fields, 1, NULL, 0);

static minipay_status provide(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    if (!(slip->flags & MINIPAY_FLAG_AUTO_TOPUP))
        return MINIPAY_OK;
    return payments->wallet.provide(payments->wallet.impl, flow, &slip->op, &slip->member_id,
                                    slip->currency, slip->amount_minor, &slip->topup_minor);
}

static minipay_status debit(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    const mpi_merchant *merchant;
    minipay_status status =
        mpi_merchant_find(payments, flow, &slip->merchant_id, slip->currency, &merchant);
    if (status != MINIPAY_OK)
        return status;
    mpi_move asked = {
        .op = &slip->op,
        .kind = MINIPAY_KIND_PAY,
        .payer = {MPI_PARTY_WALLET, slip->member_id},
        .payee = {MPI_PARTY_PAYABLE, slip->merchant_id},
        .amount_minor = slip->amount_minor,
    };
    memcpy(asked.currency, slip->currency, sizeof asked.currency);
    slip->fee_minor = mpi_money_share(slip->amount_minor, merchant->fee_basis_points);
    return payments->wallet.move(payments->wallet.impl, flow, &asked, &slip->op.policy_version);
}

static minipay_status count(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    const mpi_rules *rules;
    mpi_due change = {.slips = 1, .gross_minor = slip->amount_minor, .fee_minor = slip->fee_minor};
    minipay_status status =
        mpi_policy_rules(payments->policy, flow->unit, slip->currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    slip->business_date = mpi_rules_date(rules, mpi_unit_now(flow->unit));
    return mpi_bucket_add(payments, flow, &slip->merchant_id, slip->currency, &change);
}

static const mpi_step pay_steps[] = {
    {"provide", "wallet.provide", provide, NULL, NULL},
    {"debit", "wallet.move", debit, NULL, NULL},
    {"count", "payment.bucket", count, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_slip *slip = document;
    slip->member_id = instruction->member_id;
    slip->merchant_id = instruction->other_id;
    slip->amount_minor = instruction->amount_minor;
    slip->flags = instruction->flags;
    memcpy(slip->currency, instruction->currency, sizeof slip->currency);
    if (instruction->memo[0])
        mpi_secret_set(&slip->memo, sizeof slip->memo, instruction->memo);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_slip *slip = document;
    outcome->amount_minor = slip->amount_minor;
    outcome->topup_minor = slip->topup_minor;
    outcome->business_date = slip->business_date;
}

const mpi_saga mpi_pay_saga = {
    .kind = MINIPAY_KIND_PAY,
    .name = "pay",
    .record = &mpi_slip_record,
    .steps = pay_steps,
    .step_count = MPI_COUNT(pay_steps),
    .draw_up = draw_up,
    .tell = tell,
};

/* ---- composition and reading --------------------------------------------------------------------------------- */

mpi_payment_port mpi_payments_open_port(mpi_payments *payments)
{
    return (mpi_payment_port){payments, mpi_bucket_close, mpi_bucket_carry};
}

void mpi_payments_set_up(mpi_payments *payments, mpi_engine *engine, mpi_policy *policy,
                         const mpi_wallet_port *wallet)
{
    payments->engine = engine;
    payments->store = mpi_engine_store(engine);
    payments->policy = policy;
    payments->wallet = *wallet;
    payments->merchants = mpi_store_table(payments->store, &mpi_merchant_record);
    payments->slips = mpi_store_table(payments->store, &mpi_slip_record);
    payments->buckets = mpi_store_table(payments->store, &mpi_bucket_record);
    mpi_engine_add(engine, &mpi_merchant_saga, payments);
    mpi_engine_add(engine, &mpi_pay_saga, payments);
    mpi_engine_add(engine, &mpi_refund_saga, payments);
}

static int32_t slip_state(const mpi_slip *slip)
{
    switch (slip->op.state) {
    case MINIPAY_STATE_DONE:
        return slip->refunded_minor == slip->amount_minor ? MINIPAY_SLIP_REFUNDED : MINIPAY_SLIP_PAID;
    case MINIPAY_STATE_REJECTED:
        return MINIPAY_SLIP_REFUSED;
    case MINIPAY_STATE_PARKED:
        return MINIPAY_SLIP_PARKED;
    default:
        return MINIPAY_SLIP_WAITING;
    }
}

minipay_status mpi_payments_slip(mpi_payments *payments, const minipay_id *id, minipay_slip *slip,
                                 minipay_error *error)
{
    mpi_slip row = {.op.id = *id};
    mpi_view view;
    minipay_status status = mpi_view_open(payments->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_slip_record, -1, &row, error);
    mpi_view_close(&view);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, MINIPAY_SLIP_NOT_FOUND, "id")
                                           : status;
    minipay_slip_init(slip);
    slip->state = slip_state(&row);
    slip->id = *id;
    slip->member_id = row.member_id;
    slip->merchant_id = row.merchant_id;
    slip->amount_minor = row.amount_minor;
    slip->fee_minor = row.fee_minor;
    slip->refunded_minor = row.refunded_minor;
    slip->made_at = row.op.finished_at;
    slip->business_date = row.business_date;
    slip->status = row.op.status;
    memcpy(slip->currency, row.currency, sizeof slip->currency);
    return MINIPAY_OK;
}
