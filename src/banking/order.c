/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/id.h"
#include "base/text.h"
#include "base/time.h"

#include <string.h>

/* Firm-banking orders.
 *
 *   the bank says        the order                       and then
 *   DONE                 DONE, its fee booked            its parent goes on
 *   DONE, another amount PARKED                          nothing is booked: a person decides
 *   REFUSED              REJECTED, with the reason       its parent is undone
 *   PENDING, NO_ANSWER   RUNNING                         asked again, ever later; never submitted again
 *   NOT_FOUND            RUNNING                         asked again until the adapter's time of finality
 *                                                        has passed since the last submit: then it never
 *                                                        arrived, and is submitted again under the same
 *                                                        reference
 *   neither, asked       PARKED                          its line in the statement completes it, or a person
 *   behind its deadline                                  decides; NOT_FOUND is first submitted a last time
 *   no name by deadline  REJECTED                        never submitted: its parent is undone
 *
 * An order has no reference until it is named, by the bank's `prepare` or by its id: it has not been
 * submitted. */

static const char *const direction_names[] = {"none", "collect", "pay_out", NULL};
static const char *const standing_names[] = {"open", "refused", "done", NULL};
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
    MPI_ENUM(mpi_bank_order, standing, standing_names),
    MPI_INT64(mpi_bank_order, submitted_at),
    MPI_BYTES(mpi_bank_order, memo),
    MPI_HASH(mpi_bank_order, row_tag),
};

enum { FIELD_ID = 0, FIELD_STATE = 4, FIELD_NEXT_AT = 21, FIELD_STANDING = 28 };

static const minipay_index order_indexes[] = {
    {"bank_order_due", {FIELD_NEXT_AT}, 1, 0, FIELD_STATE, MINIPAY_STATE_RUNNING + 1},
    {"bank_order_not_done", {FIELD_ID}, 1, 0, FIELD_STANDING, MPI_ORDER_DONE},
};

const mpi_record mpi_bank_order_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_bank_order, "bank_order", order_fields, 1, order_indexes, 2);

const mpi_rules *mpi_order_rules(const mpi_banking *banking, mpi_flow *flow, const char currency[4])
{
    const mpi_rules *rules = NULL;
    minipay_status status = mpi_policy_rules(banking->policy, flow->unit, currency, &rules, flow->error);
    return status == MINIPAY_OK ? rules : NULL;
}

/* Twice as long after each attempt, up to policy's largest wait. */
int64_t mpi_order_wait_ms(const mpi_rules *rules, int32_t attempts)
{
    int64_t first = rules->values[MINIPAY_RULE_BANK_RETRY_FIRST_MS][0];
    int64_t largest = rules->values[MINIPAY_RULE_BANK_RETRY_LARGEST_MS][0];
    int64_t wait = attempts > 30 ? largest : first << (attempts > 0 ? attempts - 1 : 0);
    return wait < largest ? wait : largest;
}

minipay_status mpi_order_add_call(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order,
                                  mpi_call_kind kind)
{
    mpi_call *call = mpi_call_add(flow->calls);
    if (!call)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    call->kind = kind;
    call->drawn_at = mpi_unit_now(flow->unit);
    if (kind == MPI_CALL_SUBMIT)
        order->submitted_at = call->drawn_at;
    call->order.struct_size = sizeof call->order;
    call->order.direction = order->direction;
    call->order.id = order->op.id;
    call->order.amount_minor = order->amount_minor;
    call->order.reference_date = order->reference_date;
    call->order.attempt = order->attempts;
    memcpy(call->order.currency, order->currency, sizeof call->order.currency);
    memcpy(call->order.reference, order->reference, sizeof call->order.reference);
    if (mpi_record_unseal(mpi_store_keys(banking->store), &order->op.id, &order->memo, call->order.memo,
                          sizeof call->order.memo) != 0)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "bank_order", "a memo cannot be unsealed");
    return mpi_banking_address(banking, flow, &order->account_id, &call->order);
}

/* ---- the saga: one step ---------------------------------------------------------------------------------- */

static minipay_status find_account(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order)
{
    const void *row;
    const mpi_bank_account *account;
    minipay_status status = MINIPAY_OK;
    if (mpi_id_is_none(&order->account_id)) {
        status = mpi_unit_get(flow->unit, banking->owners, &order->owner_id, &row, flow->error);
        if (status == MINIPAY_OK)
            order->account_id = ((const mpi_bank_owner *)row)->account_id;
    }
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_ACCOUNT_NOT_FOUND : status;
    return mpi_banking_linked(banking, flow, &order->owner_id, &order->account_id, &account);
}

minipay_status mpi_order_add_first_call(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order)
{
    if (banking->bank.prepare)
        return mpi_order_add_call(banking, flow, order, MPI_CALL_PREPARE);
    mpi_text_hex(order->op.id.bytes, sizeof order->op.id.bytes, order->reference);
    return mpi_order_add_call(banking, flow, order, MPI_CALL_SUBMIT);
}

static bool is_served(const minipay_bank_capabilities *can, const mpi_bank_order *order)
{
    bool way = order->direction == MINIPAY_BANK_COLLECT ? can->collects : can->pays_out;
    return way && order->amount_minor >= can->smallest_minor &&
           (can->largest_minor == 0 || order->amount_minor <= can->largest_minor);
}

static bool has_bank(const void *impl)
{
    return ((const mpi_banking *)impl)->bank.version != 0;
}

static minipay_status first_submit(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order)
{
    int64_t now = mpi_unit_now(flow->unit);
    const mpi_rules *rules = mpi_order_rules(banking, flow, order->currency);
    if (!rules)
        return flow->error->status;
    if (!has_bank(banking))
        return mpi_fail_plain(flow->error, MINIPAY_NOT_SUPPORTED, "bank");
    minipay_status status = find_account(banking, flow, order);
    if (status != MINIPAY_OK)
        return status;
    if (!is_served(&banking->can, order))
        return MINIPAY_BANK_NOT_SERVED;
    order->reference_date = mpi_rules_date(rules, now);
    order->op.policy_version = rules->version;
    order->attempts = 1;
    order->next_at = mpi_time_after_ms(now, mpi_order_wait_ms(rules, 1));
    order->deadline_at = mpi_time_after_ms(now, rules->values[MINIPAY_RULE_BANK_DEADLINE_MS][0]);
    status = mpi_order_add_first_call(banking, flow, order);
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

/* In the commit that takes the answer in. The bank has moved the money, so nothing here refuses the order. */
static minipay_status book_fee(void *context, mpi_flow *flow, void *document)
{
    const mpi_banking *banking = context;
    const mpi_bank_order *order = document;
    if (order->fee_minor == 0)
        return MINIPAY_OK;
    return banking->fees.book(banking->fees.impl, flow, &order->op, order->currency, order->fee_minor);
}

static const mpi_step order_steps[] = {
    {"submit", "bank.submit", submit, NULL, NULL},
    {"fee", "wallet.book", book_fee, NULL, NULL},
};

static minipay_status ended(void *context, mpi_flow *flow, void *document)
{
    mpi_bank_order *order = document;
    (void)context;
    (void)flow;
    order->standing = order->op.state == MINIPAY_STATE_DONE ? MPI_ORDER_DONE : MPI_ORDER_REFUSED;
    return MINIPAY_OK;
}

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
    .pivot = MPI_STEP_FEE,
    .ended = ended,
    .tell = tell_order,
};

/* As many whole characters as the bank's order has room for. */
static void set_memo(mpi_bank_order *order, const char memo[MINIPAY_MEMO_SIZE])
{
    char part[MPI_ORDER_MEMO_SIZE] = {0};
    size_t count = strnlen(memo, sizeof part - 1);
    while (count && ((unsigned char)memo[count] & 0xC0) == 0x80)
        count--;
    memcpy(part, memo, count);
    if (count)
        mpi_secret_set(&order->memo, sizeof order->memo, part);
}

static minipay_status port_order(void *impl, mpi_flow *flow, const mpi_order_request *request)
{
    mpi_document document;
    mpi_bank_order *order = (mpi_bank_order *)(void *)&document;
    (void)impl;
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
    set_memo(order, request->memo);
    return mpi_saga_child(flow, MINIPAY_KIND_ORDER, &document);
}

static minipay_status port_account(void *impl, mpi_flow *flow, const minipay_id *owner_id,
                                   const minipay_id *account_id)
{
    const mpi_bank_account *account;
    return mpi_banking_linked(impl, flow, owner_id, account_id, &account);
}

mpi_banking_port mpi_banking_open_port(mpi_banking *banking)
{
    return (mpi_banking_port){banking, has_bank, port_order, port_account};
}

const char *minipay_verdict_name(int32_t verdict)
{
    bool known = verdict >= MINIPAY_VERDICT_UNANSWERED && verdict <= MINIPAY_VERDICT_NOT_FOUND;
    return known ? verdict_names[verdict] : "?";
}
