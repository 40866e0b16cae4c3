/* SPDX-License-Identifier: Apache-2.0 */
#include "settlement/internal.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"

#include <string.h>

/* A line of a run: the fee is taken, the rest is paid out.
 *
 *   fee ──▶ set aside ──▶ order ──▶ settle ──▶ carry ──▶ DONE
 *                           │ refused
 *   carry ◀──── reverse ◀───┘
 *     └──▶ REJECTED: the net is carried into the next run; the fee stays taken
 *
 * A net that is not above zero, or below the minimum payout, skips the bank and is carried forward. */

static const minipay_field line_fields[] = {
    MPI_OPERATION_FIELDS(mpi_line),        MPI_ID(mpi_line, run_id),
    MPI_ID(mpi_line, merchant_id),         MPI_INT64(mpi_line, slips),
    MPI_MONEY(mpi_line, gross_minor),      MPI_MONEY(mpi_line, refund_minor),
    MPI_MONEY(mpi_line, fee_minor),        MPI_MONEY(mpi_line, carried_minor),
    MPI_MONEY(mpi_line, net_minor),        MPI_MONEY(mpi_line, payout_minor),
    MPI_TEXT(mpi_line, currency),          MPI_OPTIONAL_ID(mpi_line, account_id),
    MPI_INT32(mpi_line, attempt),          MPI_OPTIONAL_ID(mpi_line, retries_id),
    MPI_OPTIONAL_ID(mpi_line, retried_by), MPI_INT32(mpi_line, carried_date),
    MPI_INT32(mpi_line, carried_round),    MPI_MONEY(mpi_line, promotion_minor),
    MPI_INT32(mpi_line, business_date),    MPI_HASH(mpi_line, row_tag),
};

enum { FIELD_STATE = 4, FIELD_STEP = 5, FIELD_RUN = 14, FIELD_MERCHANT = 15 };

static const minipay_index line_indexes[] = {
    {"settlement_line_of_run", {FIELD_RUN, FIELD_MERCHANT}, 2, 1, -1, 0},
    {"settlement_line_unbegun", {FIELD_STEP}, 1, 0, FIELD_STATE, MINIPAY_STATE_RUNNING + 1}};

const mpi_record mpi_line_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_line, "settlement_line", line_fields, 1, line_indexes, 2);

static minipay_status move(mpi_settlements *settlements, mpi_flow *flow, mpi_line *line, int32_t leg,
                           int32_t kind, mpi_party payer, mpi_party payee, int64_t amount_minor)
{
    mpi_move asked = {.op = &line->op,
                      .leg = leg,
                      .kind = kind,
                      .payer = payer,
                      .payee = payee,
                      .amount_minor = amount_minor,
                      .forced = true};
    memcpy(asked.currency, line->currency, sizeof asked.currency);
    mpi_booked booked;
    minipay_status status = settlements->wallet.move(settlements->wallet.impl, flow, &asked, &booked);
    if (status == MINIPAY_OK && leg != MPI_LEG_SETTLE)
        line->business_date = booked.business_date;
    return status;
}

/* Figures may still be added to a line while its run closes buckets. */
static minipay_status wait_for_close(mpi_settlements *settlements, mpi_flow *flow, const mpi_line *line)
{
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, settlements->runs, &line->run_id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    return ((const mpi_run *)row)->op.step == MPI_RUN_CLOSE ? MPI_WAIT : MINIPAY_OK;
}

static minipay_status take_fee(void *context, mpi_flow *flow, void *document)
{
    mpi_line *line = document;
    minipay_status status = wait_for_close(context, flow, line);
    if (status != MINIPAY_OK)
        return status;
    mpi_party payable = {MPI_PARTY_PAYABLE, line->merchant_id}, income = {.kind = MPI_PARTY_FEE_INCOME};
    int64_t amount = line->fee_minor;
    if (amount == 0)
        return MINIPAY_OK;
    if (amount > 0)
        return move(context, flow, line, MPI_LEG_FEE, MINIPAY_KIND_FEE, payable, income, amount);
    return mpi_money_subtract(0, amount, &amount)
               ? move(context, flow, line, MPI_LEG_FEE, MINIPAY_KIND_FEE, income, payable, amount)
               : MINIPAY_AMOUNT_OVERFLOW;
}

static minipay_status set_aside(void *context, mpi_flow *flow, void *document)
{
    mpi_settlements *settlements = context;
    mpi_line *line = document;
    mpi_party payable = {MPI_PARTY_PAYABLE, line->merchant_id}, transit = {.kind = MPI_PARTY_TRANSIT};
    if (line->payout_minor == 0)
        return MINIPAY_OK;
    minipay_status status = settlements->payment.account(settlements->payment.impl, flow,
                                                         &line->merchant_id, &line->account_id);
    if (status != MINIPAY_OK)
        return status;
    return move(context, flow, line, MPI_LEG_SET_ASIDE, MINIPAY_KIND_PAYOUT, payable, transit,
                line->payout_minor);
}

static minipay_status put_back(void *context, mpi_flow *flow, void *document)
{
    mpi_settlements *settlements = context;
    const mpi_line *line = document;
    if (line->payout_minor == 0)
        return MINIPAY_OK;
    return settlements->wallet.reverse(settlements->wallet.impl, flow, &line->op, MPI_LEG_SET_ASIDE,
                                       MPI_LEG_REVERSE);
}

static minipay_status order(void *context, mpi_flow *flow, void *document)
{
    mpi_settlements *settlements = context;
    const mpi_line *line = document;
    if (line->payout_minor == 0)
        return MINIPAY_OK;
    mpi_order_request request = {
        .parent = &line->op,
        .direction = MINIPAY_BANK_PAY_OUT,
        .owner_id = line->merchant_id,
        .account_id = line->account_id,
        .amount_minor = line->payout_minor,
    };
    memcpy(request.currency, line->currency, sizeof request.currency);
    return settlements->banking.order(settlements->banking.impl, flow, &request);
}

static minipay_status settle(void *context, mpi_flow *flow, void *document)
{
    mpi_line *line = document;
    mpi_party transit = {.kind = MPI_PARTY_TRANSIT}, corporate = {.kind = MPI_PARTY_CORPORATE};
    if (line->payout_minor == 0)
        return MINIPAY_OK;
    return move(context, flow, line, MPI_LEG_SETTLE, MINIPAY_KIND_PAYOUT, transit, corporate,
                line->payout_minor);
}

static minipay_status carry(void *context, mpi_flow *flow, void *document)
{
    mpi_settlements *settlements = context;
    mpi_line *line = document;
    mpi_carried carried;
    if (line->net_minor == 0)
        return MINIPAY_OK;
    minipay_status status = settlements->payment.carry(
        settlements->payment.impl, flow, &line->merchant_id, line->currency, line->net_minor, &carried);
    if (status != MINIPAY_OK)
        return status;
    line->carried_date = carried.business_date;
    line->carried_round = carried.round;
    return MINIPAY_OK;
}

static minipay_status carry_unpaid(void *context, mpi_flow *flow, void *document)
{
    const mpi_line *line = document;
    return line->payout_minor == line->net_minor ? MINIPAY_OK : carry(context, flow, document);
}

static const mpi_step payout_steps[] = {
    {"fee", "wallet.move", take_fee, carry, "payment.carry"}, /* the fee stays taken */
    {"set aside", "wallet.move", set_aside, put_back, "wallet.reverse"},
    {"order", "banking.order", order, NULL, NULL},
    {"settle", "wallet.move", settle, NULL, NULL},
    {"carry", "payment.carry", carry_unpaid, NULL, NULL},
};

/* The run counts it. */
static minipay_status ended(void *context, mpi_flow *flow, void *document)
{
    mpi_settlements *settlements = context;
    const mpi_line *line = document;
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, settlements->runs, &line->run_id, &row, flow->error);
    mpi_run *run = status == MINIPAY_OK ? mpi_unit_edit(flow->unit, settlements->runs, row) : NULL;
    if (!run)
        return status == MINIPAY_OK ? mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL) : status;
    run->open--;
    run->paid += line->op.state == MINIPAY_STATE_DONE;
    run->refused += line->op.state == MINIPAY_STATE_REJECTED;
    return MINIPAY_OK;
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_line *line = document;
    outcome->amount_minor = line->payout_minor;
    outcome->business_date = line->business_date;
}

const mpi_saga mpi_payout_saga = {
    .kind = MINIPAY_KIND_PAYOUT,
    .name = "payout",
    .record = &mpi_line_record,
    .steps = payout_steps,
    .step_count = MPI_COUNT(payout_steps),
    .kept = 1,                     /* the fee */
    .pivot = MPI_PAYOUT_ORDER + 1, /* the bank has moved the money */
    .ended = ended,
    .tell = tell,
};

/* ---- making lines ---------------------------------------------------------------------------------------- */

bool mpi_due_is_empty(const mpi_due *due)
{
    return due->slips == 0 && due->gross_minor == 0 && due->refund_minor == 0 && due->fee_minor == 0 &&
           due->promotion_minor == 0 && due->carried_minor == 0;
}

static bool sum(mpi_line *line, const mpi_due *due)
{
    line->slips += due->slips;
    return mpi_money_add(line->gross_minor, due->gross_minor, &line->gross_minor) &&
           mpi_money_add(line->refund_minor, due->refund_minor, &line->refund_minor) &&
           mpi_money_add(line->fee_minor, due->fee_minor, &line->fee_minor) &&
           mpi_money_add(line->promotion_minor, due->promotion_minor, &line->promotion_minor) &&
           mpi_money_add(line->carried_minor, due->carried_minor, &line->carried_minor) &&
           mpi_money_subtract(line->gross_minor, line->refund_minor, &line->net_minor) &&
           mpi_money_subtract(line->net_minor, line->fee_minor, &line->net_minor) &&
           mpi_money_subtract(line->net_minor, line->promotion_minor, &line->net_minor) &&
           mpi_money_add(line->net_minor, line->carried_minor, &line->net_minor);
}

bool mpi_line_sum(mpi_line *line, const mpi_due *due)
{
    mpi_line tried = *line;
    bool fits = sum(&tried, due);
    if (fits)
        *line = tried;
    return fits;
}

void mpi_line_decide(mpi_line *line, int64_t minimum_minor)
{
    bool paid = line->net_minor > 0 && line->net_minor >= minimum_minor;
    line->payout_minor = paid ? line->net_minor : 0;
}

void mpi_line_name(const mpi_run *run, const minipay_id *merchant_id, mpi_line *line)
{
    char name[33];
    memset(line, 0, sizeof *line);
    for (int i = 0; i < 16; i++) {
        name[2 * i] = (char)('a' + (merchant_id->bytes[i] >> 4));
        name[2 * i + 1] = (char)('a' + (merchant_id->bytes[i] & 15));
    }
    name[32] = 0;
    mpi_id_derive(&run->op.id, name, &line->op.id);
    line->op.parent_id = run->op.id;
    line->op.parent_kind = MINIPAY_KIND_SETTLEMENT;
    line->op.kind = MINIPAY_KIND_PAYOUT;
    line->op.state = MINIPAY_STATE_RUNNING;
    memcpy(line->op.actor, run->op.actor, sizeof line->op.actor);
    memcpy(line->op.channel, run->op.channel, sizeof line->op.channel);
    line->run_id = run->op.id;
    line->merchant_id = *merchant_id;
    memcpy(line->currency, run->currency, sizeof line->currency);
}

minipay_status mpi_line_add(mpi_settlements *settlements, mpi_flow *flow, const mpi_run *run,
                            const mpi_due *due, int32_t *added)
{
    mpi_line line;
    const void *row = NULL;
    const mpi_rules *rules;
    minipay_status status =
        mpi_policy_rules(settlements->policy, flow->unit, run->currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_line_name(run, &due->merchant_id, &line);
    status = mpi_unit_get(flow->unit, settlements->lines, &line, &row, flow->error);
    if (status != MINIPAY_OK && status != MINIPAY_NOT_FOUND)
        return status;
    if (row)
        line = *(const mpi_line *)row;
    else
        line.op.created_at = mpi_unit_now(flow->unit);
    if (!mpi_line_sum(&line, due))
        return MINIPAY_AMOUNT_OVERFLOW;
    mpi_line_decide(&line, rules->values[MINIPAY_RULE_MINIMUM_PAYOUT][0]);
    line.op.policy_version = rules->version;
    *added += !row;
    if (!row)
        return mpi_unit_insert(flow->unit, settlements->lines, &line, flow->error);
    mpi_line *edit = mpi_unit_edit(flow->unit, settlements->lines, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    *edit = line;
    return MINIPAY_OK;
}
