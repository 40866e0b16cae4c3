/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/id.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* Firm-banking orders.
 *
 *   the bank says        the order                       and then
 *   DONE                 DONE                            its parent goes on
 *   REFUSED              REJECTED, with the reason       its parent is undone
 *   PENDING, NO_ANSWER   RUNNING                         asked again, ever later; never submitted again
 *   NOT_FOUND            RUNNING                         asked again until the adapter's time of finality
 *                                                        has passed: then it never arrived, and is
 *                                                        submitted again under the same reference
 *   nothing by deadline  PARKED                          waits for a person */

static const char *const direction_names[] = {"none", "collect", "pay_out", NULL};
static const char *const verdict_names[] = {"unanswered", "done",      "pending", "refused",
                                            "no_answer",  "not_found", NULL};

static const minipay_field order_fields[] = {
    MPI_OPERATION_FIELDS(mpi_bank_order),
    MPI_ENUM(mpi_bank_order, direction, direction_names),
    MPI_ENUM(mpi_bank_order, verdict, verdict_names),
    MPI_ID(mpi_bank_order, owner_id),
    MPI_OPTIONAL_ID(mpi_bank_order, account_id),
    MPI_MONEY(mpi_bank_order, amount_minor),
    MPI_MONEY(mpi_bank_order, moved_minor),
    MPI_MONEY(mpi_bank_order, fee_minor),
    MPI_INT64(mpi_bank_order, next_at),
    MPI_INT64(mpi_bank_order, deadline_at),
    MPI_INT32(mpi_bank_order, attempts),
    MPI_INT32(mpi_bank_order, reference_date),
    MPI_TEXT(mpi_bank_order, currency),
    MPI_TEXT(mpi_bank_order, reference),
    MPI_TEXT(mpi_bank_order, bank_reason),
    MPI_HASH(mpi_bank_order, row_tag),
};

enum { FIELD_STATE = 4, FIELD_NEXT_AT = 21 };

static const minipay_index order_indexes[] = {
    {"bank_order_due", {FIELD_NEXT_AT}, 1, 0, FIELD_STATE, MINIPAY_STATE_RUNNING + 1}};

const mpi_record mpi_bank_order_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_bank_order, "bank_order", order_fields, 1, order_indexes, 1);

static const mpi_rules *order_rules(const mpi_banking *banking, mpi_flow *flow, const char currency[4])
{
    const mpi_rules *rules = NULL;
    minipay_status status = mpi_policy_rules(banking->policy, flow->unit, currency, &rules, flow->error);
    return status == MINIPAY_OK ? rules : NULL;
}

/* Twice as long after each attempt, up to policy's largest wait. */
static int64_t wait_us(const mpi_rules *rules, int32_t attempts)
{
    int64_t first = rules->values[MINIPAY_RULE_BANK_RETRY_FIRST_MS][0];
    int64_t largest = rules->values[MINIPAY_RULE_BANK_RETRY_LARGEST_MS][0];
    int64_t wait = attempts > 30 ? largest : first << (attempts > 0 ? attempts - 1 : 0);
    return (wait < largest ? wait : largest) * 1000;
}

static minipay_status add_call(mpi_banking *banking, mpi_flow *flow, const mpi_bank_order *order,
                               mpi_call_kind kind)
{
    mpi_call *call = mpi_call_add(flow->calls);
    if (!call)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    call->kind = kind;
    call->order.struct_size = sizeof call->order;
    call->order.direction = order->direction;
    call->order.id = order->op.id;
    call->order.amount_minor = order->amount_minor;
    call->order.reference_date = order->reference_date;
    call->order.attempt = order->attempts;
    memcpy(call->order.currency, order->currency, sizeof call->order.currency);
    memcpy(call->order.reference, order->reference, sizeof call->order.reference);
    return mpi_banking_address(banking, flow, &order->account_id, &call->order);
}

/* ---- the saga: one step ------------------------------------------------------------------------------------ */

static minipay_status find_account(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order)
{
    const void *row;
    minipay_status status = MINIPAY_OK;
    if (mpi_id_is_none(&order->account_id)) {
        status = mpi_unit_get(flow->unit, banking->owners, &order->owner_id, &row, flow->error);
        if (status == MINIPAY_OK)
            order->account_id = ((const mpi_bank_owner *)row)->account_id;
    }
    if (status == MINIPAY_OK)
        status = mpi_unit_get(flow->unit, banking->accounts, &order->account_id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_ACCOUNT_NOT_FOUND : status;
    const mpi_bank_account *account = row;
    bool usable = account->op.state == MINIPAY_STATE_DONE && account->account_state == 0 &&
                  mpi_id_compare(&account->owner_id, &order->owner_id) == 0;
    return usable ? MINIPAY_OK : MINIPAY_ACCOUNT_NOT_FOUND;
}

static minipay_status first_submit(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order)
{
    int64_t now = mpi_unit_now(flow->unit);
    const mpi_rules *rules = order_rules(banking, flow, order->currency);
    if (!rules)
        return flow->error->status;
    minipay_status status = find_account(banking, flow, order);
    if (status != MINIPAY_OK)
        return status;
    mpi_text_hex(order->op.id.bytes, sizeof order->op.id.bytes, order->reference);
    order->reference_date = mpi_rules_date(rules, now);
    order->op.policy_version = rules->version;
    order->attempts = 1;
    order->next_at = now + wait_us(rules, 1);
    order->deadline_at = now + rules->values[MINIPAY_RULE_BANK_DEADLINE_MS][0] * 1000;
    status = add_call(banking, flow, order, MPI_CALL_SUBMIT);
    return status == MINIPAY_OK ? MPI_WAIT : status;
}

static minipay_status submit(void *context, mpi_flow *flow, void *document)
{
    mpi_bank_order *order = document;
    if (order->attempts == 0)
        return first_submit(context, flow, order);
    switch (order->verdict) {
    case MINIPAY_VERDICT_DONE:
        return MINIPAY_OK;
    case MINIPAY_VERDICT_REFUSED:
        return MINIPAY_BANK_REFUSED;
    default:
        return MPI_WAIT;
    }
}

static const mpi_step order_steps[] = {
    {"submit", "bank.submit", submit, NULL, NULL},
};

static void tell_order(const void *document, minipay_outcome *outcome)
{
    outcome->amount_minor = ((const mpi_bank_order *)document)->amount_minor;
}

const mpi_saga mpi_order_saga = {
    .kind = MINIPAY_KIND_ORDER,
    .name = "order",
    .record = &mpi_bank_order_record,
    .steps = order_steps,
    .step_count = MPI_COUNT(order_steps),
    .tell = tell_order,
};

static minipay_status port_order(void *impl, mpi_flow *flow, const mpi_order_request *request)
{
    mpi_document document;
    mpi_bank_order *order = (mpi_bank_order *)(void *)&document;
    const mpi_banking *banking = impl;
    if (banking->bank.version == 0)
        return MINIPAY_BANK_NOT_SERVED;
    memset(order, 0, sizeof *order);
    mpi_id_derive(&request->parent->id, "order", &order->op.id);
    order->op.kind = MINIPAY_KIND_ORDER;
    order->op.parent_id = request->parent->id;
    order->op.parent_kind = request->parent->kind;
    memcpy(order->op.channel, request->parent->channel, sizeof order->op.channel);
    order->direction = request->direction;
    order->owner_id = request->owner_id;
    order->account_id = request->account_id;
    order->amount_minor = request->amount_minor;
    memcpy(order->currency, request->currency, sizeof order->currency);
    return mpi_saga_child(flow, MINIPAY_KIND_ORDER, &document);
}

mpi_banking_port mpi_banking_open_port(mpi_banking *banking)
{
    return (mpi_banking_port){banking, port_order};
}

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
    if (order->verdict == MINIPAY_VERDICT_NOT_FOUND) {
        minipay_bank_capabilities can = banking->bank.capabilities(banking->bank.impl);
        if (mpi_unit_now(flow->unit) >= order->op.created_at + can.finality_ms * 1000)
            return add_call(banking, flow, order, MPI_CALL_SUBMIT);
    }
    return mpi_saga_resume(flow, MINIPAY_KIND_ORDER, &call->order.id);
}

/* ---- asking again ------------------------------------------------------------------------------------------------ */

enum { DUE_LARGEST = 1024 };

typedef struct due_orders {
    mpi_banking *banking;
    uint32_t budget;
    uint32_t count;
    mpi_call_list calls;
    mpi_bank_order *rows;
} due_orders;

static minipay_status ask_again(mpi_banking *banking, mpi_flow *flow, const mpi_bank_order *due)
{
    const void *row;
    const mpi_rules *rules = order_rules(banking, flow, due->currency);
    if (!rules)
        return flow->error->status;
    minipay_status status = mpi_unit_get(flow->unit, banking->orders, due, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_bank_order *order = mpi_unit_edit(flow->unit, banking->orders, row);
    if (!order)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    int64_t now = mpi_unit_now(flow->unit);
    if (now >= order->deadline_at)
        return mpi_saga_park(flow, MINIPAY_KIND_ORDER, &order->op.id, MINIPAY_BANK_UNKNOWN);
    order->attempts++;
    order->next_at = now + wait_us(rules, order->attempts);
    return add_call(banking, flow, order, MPI_CALL_QUERY);
}

static minipay_status lease_due(void *context, mpi_unit *unit, minipay_error *error)
{
    due_orders *due = context;
    mpi_flow flow = {due->banking->engine, unit, &due->calls, error, NULL, NULL};
    mpi_bank_order until = {.next_at = mpi_unit_now(unit)};
    minipay_scan scan = {.table = &mpi_bank_order_record.table,
                         .index = MPI_ORDERS_DUE,
                         .high = &until,
                         .high_fields = 1};
    due->count = due->budget;
    due->calls.count = 0;
    minipay_status status = mpi_unit_scan(unit, &scan, due->rows, &due->count, error);
    for (uint32_t i = 0; i < due->count && status == MINIPAY_OK; i++)
        status = ask_again(due->banking, &flow, &due->rows[i]);
    return status;
}

static minipay_status first_due(mpi_banking *banking, int64_t *next_at, minipay_error *error)
{
    minipay_scan scan = {.table = &mpi_bank_order_record.table, .index = MPI_ORDERS_DUE};
    mpi_bank_order order;
    uint32_t count = 1;
    mpi_view view;
    minipay_status status = mpi_view_open(banking->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_scan(&view, &scan, &order, &count, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        *next_at = count ? order.next_at : 0;
    return status;
}

minipay_status mpi_banking_run(mpi_banking *banking, uint32_t budget, uint32_t *carried,
                               int64_t *next_at, minipay_error *error)
{
    due_orders due = {.banking = banking};
    minipay_status status = MINIPAY_OK;
    uint32_t left = budget ? budget : UINT32_MAX;
    due.rows = malloc(DUE_LARGEST * sizeof *due.rows);
    if (!due.rows)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    *carried = 0;
    do {
        due.budget = left < DUE_LARGEST ? left : DUE_LARGEST;
        status = mpi_store_write(banking->store, lease_due, &due, error);
        if (status == MINIPAY_OK)
            status = mpi_drive_calls(banking->engine, &due.calls, error);
        *carried += due.count;
        left -= due.count;
    } while (status == MINIPAY_OK && due.count == DUE_LARGEST && left);
    free(due.rows);
    free(due.calls.calls);
    return status == MINIPAY_OK ? first_due(banking, next_at, error) : status;
}
