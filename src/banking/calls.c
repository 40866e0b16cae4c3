/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "base/error.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The engine's caller: asks the bank between two units of work, and takes its answers in. */

/* ---- calling the bank ---------------------------------------------------------------------------------------- */

static void verify_one(mpi_banking *banking, mpi_call *call)
{
    minipay_error error;
    minipay_error_init(&error);
    call->status = banking->bank.verify_account(banking->bank.impl, call->order.bank,
                                                call->order.account_number, call->order.holder, &error);
}

static void make_orders(mpi_banking *banking, mpi_call *calls, uint32_t count, mpi_call_kind kind,
                        minipay_bank_order *orders, minipay_bank_answer *answers)
{
    minipay_error error;
    uint32_t used = 0;
    minipay_error_init(&error);
    for (uint32_t i = 0; i < count; i++) {
        if (calls[i].kind == kind)
            orders[used++] = calls[i].order;
    }
    if (used == 0)
        return;
    memset(answers, 0, used * sizeof *answers);
    for (uint32_t i = 0; i < used; i++)
        answers[i].struct_size = sizeof *answers;
    if (kind == MPI_CALL_SUBMIT)
        banking->bank.submit(banking->bank.impl, orders, answers, used, &error);
    else
        banking->bank.query(banking->bank.impl, orders, answers, used, &error);
    used = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (calls[i].kind == kind)
            calls[i].answer = answers[used++];
    }
}

/* Without memory no call is made, and every answer stays UNANSWERED: the orders are asked about later. */
void mpi_banking_make_calls(void *impl, mpi_call *calls, uint32_t count)
{
    mpi_banking *banking = impl;
    minipay_bank_order *orders = malloc(count * sizeof *orders);
    minipay_bank_answer *answers = malloc(count * sizeof *answers);
    pthread_mutex_lock(&banking->line);
    banking->finality_ms = banking->bank.capabilities(banking->bank.impl).finality_ms;
    for (uint32_t i = 0; i < count; i++) {
        calls[i].status = MINIPAY_UNAVAILABLE;
        if (calls[i].kind == MPI_CALL_VERIFY)
            verify_one(banking, &calls[i]);
    }
    if (orders && answers) {
        make_orders(banking, calls, count, MPI_CALL_SUBMIT, orders, answers);
        make_orders(banking, calls, count, MPI_CALL_QUERY, orders, answers);
    }
    pthread_mutex_unlock(&banking->line);
    free(orders);
    free(answers);
}

/* ---- taking answers in ----------------------------------------------------------------------------------------- */

static minipay_status take_verification_in(mpi_banking *banking, mpi_flow *flow, const mpi_call *call)
{
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, banking->accounts, &call->order.id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_bank_account *account = mpi_unit_edit(flow->unit, banking->accounts, row);
    if (!account)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    bool final = call->status == MINIPAY_OK || call->status == MINIPAY_ACCOUNT_NOT_FOUND ||
                 call->status == MINIPAY_HOLDER_MISMATCH;
    if (!final || account->verified != MPI_WAIT)
        return MINIPAY_OK;
    account->verified = call->status;
    return mpi_saga_resume(flow, MINIPAY_KIND_LINK, &call->order.id);
}

/* A verdict outside the list is garbage, and garbage is no answer. */
static int32_t verdict_of(const mpi_call *call)
{
    bool known = call->answer.verdict > MINIPAY_VERDICT_UNANSWERED &&
                 call->answer.verdict <= MINIPAY_VERDICT_NOT_FOUND;
    bool fits = call->kind == MPI_CALL_QUERY || call->answer.verdict != MINIPAY_VERDICT_NOT_FOUND;
    return known && fits ? call->answer.verdict : MINIPAY_VERDICT_NO_ANSWER;
}

minipay_status mpi_banking_take_in(void *impl, mpi_flow *flow, const mpi_call *call)
{
    mpi_banking *banking = impl;
    const void *row;
    if (call->kind == MPI_CALL_VERIFY)
        return take_verification_in(banking, flow, call);
    minipay_status status =
        mpi_unit_get(flow->unit, banking->orders, &call->order.id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    if (((const mpi_bank_order *)row)->op.state != MINIPAY_STATE_RUNNING)
        return MINIPAY_OK;
    mpi_bank_order *order = mpi_unit_edit(flow->unit, banking->orders, row);
    if (!order)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    order->verdict = verdict_of(call);
    order->moved_minor = order->verdict == MINIPAY_VERDICT_DONE ? call->answer.amount_minor : 0;
    order->fee_minor = call->answer.fee_minor;
    if (mpi_text_valid(call->answer.reason, sizeof call->answer.reason))
        memcpy(order->bank_reason, call->answer.reason, sizeof order->bank_reason);
    if (order->verdict == MINIPAY_VERDICT_DONE && order->moved_minor != order->amount_minor)
        return mpi_saga_park(flow, MINIPAY_KIND_ORDER, &order->op.id, MINIPAY_BANK_AMOUNT_DIFFERS);
    if (order->verdict == MINIPAY_VERDICT_NOT_FOUND) {
        if (mpi_unit_now(flow->unit) >= order->op.created_at + banking->finality_ms * 1000)
            return mpi_order_add_call(banking, flow, order, MPI_CALL_SUBMIT);
    }
    return mpi_saga_resume(flow, MINIPAY_KIND_ORDER, &call->order.id);
}
