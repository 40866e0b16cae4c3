/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "banking/reconcile.h"
#include "base/error.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The engine's caller: asks the bank between two units of work, and takes its answers in. */

/* ---- calling the bank ------------------------------------------------------------------------------------ */

/* Whoever runs the installation should know of a bank that fails, before orders wait for a person. */
static void tell_host(const mpi_banking *banking, const char *asked, uint32_t count,
                      minipay_status status)
{
    char line[96];
    snprintf(line, sizeof line, "bank: %s of %u answered %s", asked, count, minipay_status_name(status));
    mpi_store_log(banking->store, MINIPAY_LOG_WARNING, line);
}

static void tell_parked(const mpi_banking *banking, const mpi_call *call)
{
    char line[128], id[2 * sizeof call->order.id.bytes + 1];
    mpi_text_hex(call->order.id.bytes, sizeof call->order.id.bytes, id);
    snprintf(line, sizeof line, "saga: %s %s is parked: %s", minipay_kind_name(call->parked_kind), id,
             minipay_status_name(call->status));
    mpi_store_log(banking->store, MINIPAY_LOG_WARNING, line);
}

static bool is_verified(minipay_status status)
{
    return status == MINIPAY_OK || status == MINIPAY_ACCOUNT_NOT_FOUND ||
           status == MINIPAY_HOLDER_MISMATCH;
}

static void verify_one(mpi_banking *banking, mpi_call *call)
{
    minipay_error error;
    minipay_error_init(&error);
    call->status = banking->bank.verify_account(banking->bank.impl, call->order.bank,
                                                call->order.account_number, call->order.holder, &error);
    if (!is_verified(call->status))
        tell_host(banking, "verify_account", 1, call->status);
}

/* One call of the contract for these orders; they are as many as one call takes. */
static minipay_status call_bank(const minipay_bank *bank, mpi_call_kind kind, minipay_bank_order *orders,
                                minipay_bank_answer *answers, uint32_t count)
{
    minipay_error error;
    minipay_error_init(&error);
    switch (kind) {
    case MPI_CALL_PREPARE:
        return bank->prepare(bank->impl, orders, count, &error);
    case MPI_CALL_SUBMIT:
        return bank->submit(bank->impl, orders, answers, count, &error);
    default:
        return bank->query(bank->impl, orders, answers, count, &error);
    }
}

static void hear(mpi_call *call, minipay_status status, const minipay_bank_order *order,
                 const minipay_bank_answer *answer)
{
    call->status = status;
    call->answer = *answer;
    if (call->kind == MPI_CALL_PREPARE) {
        memcpy(call->order.reference, order->reference, sizeof call->order.reference);
        call->order.reference_date = order->reference_date;
    }
}

static const char *const call_names[] = {
    [MPI_CALL_SUBMIT] = "submit", [MPI_CALL_QUERY] = "query", [MPI_CALL_PREPARE] = "prepare"};

/* From `*at` on; `*at` becomes where the next call begins. */
static void make_one(mpi_banking *banking, mpi_call *calls, uint32_t count, mpi_call_kind kind,
                     minipay_bank_order *orders, minipay_bank_answer *answers, uint32_t *at)
{
    uint32_t used = 0, first = *at, largest = banking->can.largest_batch;
    for (; *at < count && (largest == 0 || used < largest); (*at)++) {
        if (calls[*at].kind == kind)
            orders[used++] = calls[*at].order;
    }
    if (used == 0)
        return;
    memset(answers, 0, used * sizeof *answers);
    for (uint32_t i = 0; i < used; i++)
        answers[i].struct_size = sizeof *answers;
    minipay_status status = call_bank(&banking->bank, kind, orders, answers, used);
    if (status != MINIPAY_OK)
        tell_host(banking, call_names[kind], used, status);
    used = 0;
    for (uint32_t i = first; i < *at; i++) {
        if (calls[i].kind == kind) {
            hear(&calls[i], status, &orders[used], &answers[used]);
            used++;
        }
    }
}

static void make_orders(mpi_banking *banking, mpi_call *calls, uint32_t count,
                        minipay_bank_order *orders, minipay_bank_answer *answers)
{
    static const mpi_call_kind kinds[] = {MPI_CALL_PREPARE, MPI_CALL_SUBMIT, MPI_CALL_QUERY};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (uint32_t at = 0; at < count;)
            make_one(banking, calls, count, kinds[k], orders, answers, &at);
    }
}

/* Without memory no call is made, and every answer stays UNANSWERED: the orders are asked about later. */
void mpi_banking_make_calls(void *impl, mpi_call *calls, uint32_t count)
{
    mpi_banking *banking = impl;
    minipay_bank_order *orders = malloc(count * sizeof *orders);
    minipay_bank_answer *answers = malloc(count * sizeof *answers);
    for (uint32_t i = 0; i < count; i++) {
        if (calls[i].kind == MPI_CALL_TELL_PARKED)
            tell_parked(banking, &calls[i]);
    }
    pthread_mutex_lock(&banking->line);
    banking->finality_ms = banking->bank.capabilities(banking->bank.impl).finality_ms;
    for (uint32_t i = 0; i < count; i++) {
        calls[i].status = MINIPAY_UNAVAILABLE;
        if (calls[i].kind == MPI_CALL_VERIFY)
            verify_one(banking, &calls[i]);
    }
    if (orders && answers)
        make_orders(banking, calls, count, orders, answers);
    pthread_mutex_unlock(&banking->line);
    free(orders);
    free(answers);
}

/* ---- taking answers in ----------------------------------------------------------------------------------- */

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
    if (!is_verified(call->status) || account->verified != MPI_WAIT)
        return MINIPAY_OK;
    account->verified = call->status;
    return mpi_saga_resume(flow, MINIPAY_KIND_LINK, &call->order.id);
}

/* A verdict outside the list, or a fee below zero, is garbage, and garbage is no answer. */
static int32_t verdict_of(const mpi_call *call)
{
    bool known = call->answer.verdict > MINIPAY_VERDICT_UNANSWERED &&
                 call->answer.verdict <= MINIPAY_VERDICT_NOT_FOUND;
    bool fits = call->kind == MPI_CALL_QUERY || call->answer.verdict != MINIPAY_VERDICT_NOT_FOUND;
    fits = fits && (call->answer.verdict != MINIPAY_VERDICT_DONE || call->answer.fee_minor >= 0);
    return known && fits ? call->answer.verdict : MINIPAY_VERDICT_NO_ANSWER;
}

/* Each submit can become an order as late as the bank's time of finality after it was made, so it counts from
 * the last one, and by what was asked behind it. Of an order that an older version left, the last submit is
 * not known: it counts from now. */
static bool is_final(const mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order,
                     const mpi_call *call)
{
    if (call->kind == MPI_CALL_SUBMIT || order->submitted_at == 0)
        order->submitted_at = mpi_unit_now(flow->unit);
    return (call->drawn_at - order->submitted_at) / 1000 >= banking->finality_ms;
}

/* The bank's answer leaves it open whether the money has moved, or will. */
static minipay_status stay_open(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order,
                                const mpi_call *call)
{
    bool may_arrive = !is_final(banking, flow, order, call), has_line = false;
    bool unknown = order->verdict == MINIPAY_VERDICT_NOT_FOUND;
    minipay_status status = MINIPAY_OK;
    if (unknown && may_arrive)
        return MINIPAY_OK;
    if (unknown)
        status = mpi_judge_has_line(banking, flow, &order->op.id, &has_line);
    if (status != MINIPAY_OK)
        return status;
    if (unknown && !has_line && order->submitted_at < order->deadline_at)
        return mpi_order_add_call(banking, flow, order, MPI_CALL_SUBMIT);
    if (call->kind == MPI_CALL_QUERY && call->drawn_at >= order->deadline_at)
        return mpi_saga_park(flow, MINIPAY_KIND_ORDER, &order->op.id, MINIPAY_BANK_UNKNOWN);
    return MINIPAY_OK;
}

static minipay_status take_verdict_in(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order,
                                      const mpi_call *call)
{
    bool done = (order->verdict = verdict_of(call)) == MINIPAY_VERDICT_DONE;
    order->moved_minor = done ? call->answer.amount_minor : 0;
    order->fee_minor = done ? call->answer.fee_minor : 0;
    if (mpi_text_valid(call->answer.reason, sizeof call->answer.reason))
        memcpy(order->bank_reason, call->answer.reason, sizeof order->bank_reason);
    if (done && order->moved_minor != order->amount_minor)
        return mpi_saga_park(flow, MINIPAY_KIND_ORDER, &order->op.id, MINIPAY_BANK_AMOUNT_DIFFERS);
    if (!done && order->verdict != MINIPAY_VERDICT_REFUSED)
        return stay_open(banking, flow, order, call);
    return mpi_saga_resume(flow, MINIPAY_KIND_ORDER, &order->op.id);
}

minipay_status mpi_banking_take_in(void *impl, mpi_flow *flow, const mpi_call *call)
{
    mpi_banking *banking = impl;
    const void *row;
    if (call->kind == MPI_CALL_TELL_PARKED)
        return MINIPAY_OK;
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
    if (call->kind == MPI_CALL_PREPARE)
        return mpi_order_prepared(banking, flow, order, call);
    return take_verdict_in(banking, flow, order, call);
}
