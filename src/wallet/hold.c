/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/currency.h"
#include "base/error.h"
#include "base/id.h"

#include <stdlib.h>
#include <string.h>

/* Holds, by themselves (HOLD, HOLD_CAPTURE, HOLD_VOID) and as the wallet's port offers them to payment. */

static const minipay_field hold_operation_fields[] = {
    MPI_OPERATION_FIELDS(mpi_hold_operation),
    MPI_OPTIONAL_ID(mpi_hold_operation, hold_id),
    MPI_OPTIONAL_ID(mpi_hold_operation, member_id),
    MPI_OPTIONAL_ID(mpi_hold_operation, payee_id),
    MPI_MONEY(mpi_hold_operation, asked_minor),
    MPI_MONEY(mpi_hold_operation, amount_minor),
    MPI_INT64(mpi_hold_operation, expires_at),
    MPI_TEXT(mpi_hold_operation, currency),
    MPI_INT32(mpi_hold_operation, business_date),
    MPI_ENUM(mpi_hold_operation, booked_as, mpi_kind_names),
    MPI_HASH(mpi_hold_operation, row_tag),
};

const mpi_record mpi_hold_operation_record = MPI_RECORD(
    MPI_FORM_DOCUMENT, mpi_hold_operation, "hold_operation", hold_operation_fields, 1, NULL, 0);

/* ---- port ------------------------------------------------------------------------------------------------ */

minipay_status mpi_wallets_hold(void *impl, mpi_flow *flow, const mpi_operation *op,
                                const minipay_id *member_id, const minipay_id *payee_id,
                                const char currency[4], int64_t amount_minor, int64_t expires_at,
                                int32_t *policy_version)
{
    mpi_wallets *wallets = impl;
    const mpi_account *account;
    const mpi_rules *rules;
    mpi_hold hold = {.hold_id = op->id,
                     .owner_id = *member_id,
                     .payee_id = *payee_id,
                     .amount_minor = amount_minor,
                     .expires_at = expires_at,
                     .opened_by = op->kind};
    memcpy(hold.currency, currency, sizeof hold.currency);
    minipay_status status = mpi_policy_rules(wallets->policy, flow->unit, currency, &rules, flow->error);
    if (status == MINIPAY_OK)
        status = mpi_wallets_find(wallets, flow, member_id, currency, &account);
    if (status != MINIPAY_OK)
        return status;
    *policy_version = rules->version;
    return mpi_hold_open(&wallets->ledger, flow->unit, account, rules, &hold, flow->error);
}

/* A member who receives may hold no more than his limit, whoever pays. */
static minipay_status check_payee(mpi_wallets *wallets, mpi_flow *flow, const mpi_move *move,
                                  const mpi_rules *rules)
{
    const mpi_account *payee;
    if (move->payee.kind != MPI_PARTY_WALLET)
        return MINIPAY_OK;
    minipay_status status =
        mpi_wallets_find(wallets, flow, &move->payee.owner_id, move->currency, &payee);
    return status == MINIPAY_OK ? mpi_ledger_may_receive(&wallets->ledger, flow->unit, payee, rules,
                                                         move->amount_minor, flow->error)
                                : status;
}

/* Held money was granted when it was set aside: no limit or state of the payer refuses its capture. */
minipay_status mpi_wallets_capture(void *impl, mpi_flow *flow, const minipay_id *hold_id, mpi_move *move,
                                   const mpi_rules *rules, int64_t *left_minor)
{
    mpi_wallets *wallets = impl;
    mpi_booked booked;
    minipay_status status = mpi_hold_take(&wallets->ledger, flow->unit, hold_id, move->amount_minor,
                                          &move->amount_minor, left_minor, flow->error);
    move->forced = true;
    if (status == MINIPAY_OK)
        status = check_payee(wallets, flow, move, rules);
    return status == MINIPAY_OK ? mpi_wallets_move(wallets, flow, move, &booked) : status;
}

minipay_status mpi_wallets_release(void *impl, mpi_flow *flow, const minipay_id *hold_id,
                                   int64_t *freed_minor)
{
    mpi_wallets *wallets = impl;
    return mpi_hold_release(&wallets->ledger, flow->unit, hold_id, freed_minor, flow->error);
}

/* ---- sagas of one step ----------------------------------------------------------------------------------- */

/* A hold for nobody can only be void. */
static minipay_status check_parties(mpi_wallets *wallets, mpi_flow *flow,
                                    const mpi_hold_operation *operation)
{
    const mpi_account *account;
    if (mpi_id_is_none(&operation->payee_id))
        return MINIPAY_OK;
    minipay_status status =
        mpi_wallets_find(wallets, flow, &operation->payee_id, operation->currency, &account);
    if (status == MINIPAY_OK)
        status = mpi_wallets_find(wallets, flow, &operation->member_id, operation->currency, &account);
    bool same = mpi_id_compare(&operation->payee_id, &operation->member_id) == 0;
    return status == MINIPAY_OK && same ? MINIPAY_SELF_TRANSFER : status;
}

static minipay_status open_hold(void *context, mpi_flow *flow, void *document)
{
    mpi_hold_operation *operation = document;
    operation->amount_minor = operation->asked_minor;
    operation->hold_id = operation->op.id;
    if (operation->expires_at && operation->expires_at <= mpi_unit_now(flow->unit))
        return MINIPAY_HOLD_EXPIRED;
    minipay_status status = check_parties(context, flow, operation);
    if (status != MINIPAY_OK)
        return status;
    return mpi_wallets_hold(context, flow, &operation->op, &operation->member_id, &operation->payee_id,
                            operation->currency, operation->amount_minor, operation->expires_at,
                            &operation->op.policy_version);
}

/* The hold, if it was opened by itself: an authorisation's is the payment's own. */
static minipay_status find_own(mpi_wallets *wallets, mpi_flow *flow, mpi_hold_operation *operation,
                               const mpi_hold **hold)
{
    minipay_status status =
        mpi_hold_find(&wallets->ledger, flow->unit, &operation->hold_id, hold, flow->error);
    if (status == MINIPAY_OK && (*hold)->opened_by != MINIPAY_KIND_HOLD)
        status = MINIPAY_HOLD_NOT_FOUND;
    return status == MINIPAY_OK && !mpi_currency_take(operation->currency, (*hold)->currency)
               ? MINIPAY_CURRENCY_MISMATCH
               : status;
}

static minipay_status capture_hold(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    mpi_hold_operation *operation = document;
    const mpi_hold *hold;
    const mpi_account *payee;
    const mpi_rules *rules;
    int64_t left;
    minipay_status status = find_own(wallets, flow, operation, &hold);
    if (status != MINIPAY_OK)
        return status;
    if (mpi_id_is_none(&hold->payee_id))
        return MINIPAY_HOLD_CLOSED;
    status = mpi_wallets_find(wallets, flow, &hold->payee_id, hold->currency, &payee);
    if (status == MINIPAY_OK && payee->state == MPI_STATE_CLOSED)
        status = MINIPAY_WALLET_CLOSED;
    if (status == MINIPAY_OK)
        status = mpi_policy_rules(wallets->policy, flow->unit, hold->currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_move move = {
        .op = &operation->op,
        .kind = MINIPAY_KIND_HOLD_CAPTURE,
        .payer = {MPI_PARTY_WALLET, hold->owner_id},
        .payee = {MPI_PARTY_WALLET, hold->payee_id},
        .amount_minor = operation->asked_minor,
    };
    memcpy(move.currency, hold->currency, sizeof move.currency);
    operation->member_id = hold->owner_id;
    operation->payee_id = hold->payee_id;
    operation->op.policy_version = rules->version;
    operation->business_date = mpi_rules_date(rules, mpi_unit_now(flow->unit));
    status = mpi_wallets_capture(wallets, flow, &operation->hold_id, &move, rules, &left);
    operation->amount_minor = move.amount_minor;
    operation->booked_as = move.kind;
    return status;
}

static minipay_status void_hold(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    mpi_hold_operation *operation = document;
    const mpi_hold *hold;
    minipay_status status = find_own(wallets, flow, operation, &hold);
    if (status != MINIPAY_OK)
        return status;
    return mpi_wallets_release(wallets, flow, &operation->hold_id, &operation->amount_minor);
}

static const mpi_step hold_steps[] = {{"hold", "ledger.hold", open_hold, NULL, NULL}};
static const mpi_step capture_steps[] = {
    {"capture", "ledger.hold, ledger.post", capture_hold, NULL, NULL}};
static const mpi_step void_steps[] = {{"void", "ledger.hold", void_hold, NULL, NULL}};

static void draw_up_hold(const minipay_instruction *instruction, void *document)
{
    mpi_hold_operation *operation = document;
    operation->member_id = instruction->member_id;
    operation->payee_id = instruction->other_id;
    operation->asked_minor = instruction->amount_minor;
    operation->expires_at = instruction->expires_at;
    memcpy(operation->currency, instruction->currency, sizeof operation->currency);
}

static void draw_up_end(const minipay_instruction *instruction, void *document)
{
    mpi_hold_operation *operation = document;
    operation->hold_id = instruction->other_id;
    operation->asked_minor = instruction->amount_minor;
    memcpy(operation->currency, instruction->currency, sizeof operation->currency);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_hold_operation *told = document;
    outcome->amount_minor = told->amount_minor;
    outcome->business_date = told->business_date;
}

const mpi_saga mpi_hold_saga = {
    .kind = MINIPAY_KIND_HOLD,
    .name = "hold",
    .touches = MPI_TOUCHES_OWN,
    .record = &mpi_hold_operation_record,
    .steps = hold_steps,
    .step_count = MPI_COUNT(hold_steps),
    .draw_up = draw_up_hold,
    .tell = tell,
};

const mpi_saga mpi_hold_capture_saga = {
    .kind = MINIPAY_KIND_HOLD_CAPTURE,
    .name = "hold_capture",
    .touches = MPI_TOUCHES_OTHER,
    .record = &mpi_hold_operation_record,
    .steps = capture_steps,
    .step_count = MPI_COUNT(capture_steps),
    .draw_up = draw_up_end,
    .tell = tell,
};

const mpi_saga mpi_hold_void_saga = {
    .kind = MINIPAY_KIND_HOLD_VOID,
    .name = "hold_void",
    .touches = MPI_TOUCHES_OTHER,
    .record = &mpi_hold_operation_record,
    .steps = void_steps,
    .step_count = MPI_COUNT(void_steps),
    .draw_up = draw_up_end,
    .tell = tell,
};

/* ---- expiry ---------------------------------------------------------------------------------------------- */

enum { DUE_LARGEST = 256 };

static minipay_status read_due(mpi_wallets *wallets, int64_t until, mpi_hold *holds, uint32_t *count,
                               minipay_error *error)
{
    mpi_hold low = {.expires_at = 1}, high = {.expires_at = until};
    minipay_scan scan = {.table = &mpi_hold_record.table,
                         .index = MPI_HOLDS_DUE,
                         .low = &low,
                         .high = &high,
                         .low_fields = 1,
                         .high_fields = 1};
    mpi_view view;
    minipay_status status = mpi_view_open(wallets->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_scan(&view, &scan, holds, count, error);
    mpi_view_close(&view);
    return status;
}

static void order_void(const mpi_hold *hold, minipay_instruction *instruction)
{
    bool own = hold->opened_by == MINIPAY_KIND_HOLD;
    minipay_instruction_init(instruction, own ? MINIPAY_KIND_HOLD_VOID : MINIPAY_KIND_VOID);
    mpi_id_derive(&hold->hold_id, "expiry", &instruction->id);
    instruction->other_id = hold->hold_id;
    memcpy(instruction->actor, "expiry", sizeof "expiry");
}

/* An expired hold is voided by whoever opened it, as an operation like any other. */
static minipay_status void_due(mpi_wallets *wallets, const mpi_hold *holds, uint32_t count,
                               minipay_error *error)
{
    minipay_instruction *instructions = calloc(count, sizeof *instructions);
    minipay_outcome *outcomes = calloc(count, sizeof *outcomes);
    minipay_status status =
        instructions && outcomes ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++)
        order_void(&holds[i], &instructions[i]);
    if (status == MINIPAY_OK) {
        mpi_requests requests = {instructions, count, wallets->engine, mpi_saga_draw_up, instructions};
        status = mpi_drive(wallets->engine, &requests, outcomes, error);
    }
    free(instructions);
    free(outcomes);
    return status;
}

minipay_status mpi_wallets_run(mpi_wallets *wallets, uint32_t budget, uint32_t *carried,
                               int64_t *next_at, minipay_error *error)
{
    mpi_hold *holds = malloc(DUE_LARGEST * sizeof *holds);
    uint32_t left = budget ? budget : UINT32_MAX, count;
    minipay_status status = holds ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    *carried = 0;
    do {
        count = left < DUE_LARGEST ? left : DUE_LARGEST;
        if (status == MINIPAY_OK)
            status = read_due(wallets, mpi_store_now(wallets->store), holds, &count, error);
        if (status == MINIPAY_OK && count)
            status = void_due(wallets, holds, count, error);
        *carried += count;
        left -= count;
    } while (status == MINIPAY_OK && count == DUE_LARGEST && left);
    count = 1;
    if (status == MINIPAY_OK)
        status = read_due(wallets, INT64_MAX, holds, &count, error);
    if (status == MINIPAY_OK)
        *next_at = count ? holds[0].expires_at : 0;
    free(holds);
    return status;
}
