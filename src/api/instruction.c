/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/id.h"
#include "base/text.h"

#include <string.h>

/* What each kind of instruction needs. */
typedef enum amount_rule { AMOUNT, AMOUNT_OR_ALL, NO_AMOUNT } amount_rule;
typedef enum id_rule { NONE, MAY, MUST } id_rule;

typedef struct rule_of_kind {
    int32_t kind;
    id_rule member, other;
    amount_rule amount;
    bool reason, expires;
    int32_t flags;
    bool memo;
} rule_of_kind;

static const rule_of_kind kinds[] = {
    {MINIPAY_KIND_TOPUP, MUST, MAY, AMOUNT, false, false, 0, false},
    {MINIPAY_KIND_TRANSFER, MUST, MUST, AMOUNT, false, false, MINIPAY_FLAG_AUTO_TOPUP, true},
    {MINIPAY_KIND_WITHDRAW, MUST, MAY, AMOUNT, false, false, 0, true},
    {MINIPAY_KIND_PAY, MUST, MUST, AMOUNT, false, false, MINIPAY_FLAG_AUTO_TOPUP, true},
    {MINIPAY_KIND_AUTHORIZE, MUST, MUST, AMOUNT, false, true, MINIPAY_FLAG_AUTO_TOPUP, true},
    {MINIPAY_KIND_CAPTURE, NONE, MUST, AMOUNT_OR_ALL, false, false, 0, false},
    {MINIPAY_KIND_VOID, NONE, MUST, NO_AMOUNT, false, false, 0, false},
    {MINIPAY_KIND_REFUND, NONE, MUST, AMOUNT_OR_ALL, false, false, 0, true},
    {MINIPAY_KIND_CREDIT, MUST, NONE, AMOUNT, true, false, MINIPAY_FLAG_FROM_SUSPENSE, false},
    {MINIPAY_KIND_DEBIT, MUST, NONE, AMOUNT, true, false, 0, false},
    {MINIPAY_KIND_HOLD, MUST, MAY, AMOUNT, false, true, 0, false},
    {MINIPAY_KIND_HOLD_CAPTURE, NONE, MUST, AMOUNT_OR_ALL, false, false, 0, false},
    {MINIPAY_KIND_HOLD_VOID, NONE, MUST, NO_AMOUNT, false, false, 0, false},
    {MINIPAY_KIND_FREEZE, MUST, NONE, NO_AMOUNT, true, false, 0, false},
    {MINIPAY_KIND_UNFREEZE, MUST, NONE, NO_AMOUNT, true, false, 0, false},
    {MINIPAY_KIND_REVERSAL, NONE, MUST, NO_AMOUNT, true, false, 0, false},
    {MINIPAY_KIND_CLOSE, MUST, NONE, NO_AMOUNT, false, false, 0, false},
};

static const rule_of_kind *find_kind(int32_t kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind == kind)
            return &kinds[i];
    }
    return NULL;
}

static bool may_be_promoted(const rule_of_kind *rule)
{
    return rule->kind == MINIPAY_KIND_PAY || rule->kind == MINIPAY_KIND_AUTHORIZE;
}

/* What nobody reads would be no part of the request: it is refused rather than lost. */
static minipay_status check_id_by(id_rule rule, const minipay_id *id, const char *field,
                                  minipay_error *error)
{
    if (rule == MUST)
        return mpi_check_id(id, field, error);
    return rule == MAY || mpi_id_is_none(id)
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_ID, field, "this kind reads no %s", field);
}

static minipay_status check_texts(const minipay_instruction *instruction, const rule_of_kind *rule,
                                  minipay_error *error)
{
    minipay_status status = mpi_check_stamp(instruction->actor, instruction->channel,
                                            instruction->reason, rule->reason, error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(instruction->memo, sizeof instruction->memo, false, "memo", error);
    if (status == MINIPAY_OK && instruction->memo[0] && !rule->memo)
        status = mpi_fail(error, MINIPAY_INVALID_TEXT, "memo", "this kind has no memo");
    return status;
}

/* Where no member is read, the currency is that of what `other_id` names: said again, or left out. */
static minipay_status check_currency(const minipay_instruction *instruction, const rule_of_kind *rule,
                                     minipay_error *error)
{
    const char *currency = instruction->currency;
    bool left_out = mpi_bytes_are_zero(currency, sizeof instruction->currency);
    return rule->member == NONE && left_out ? MINIPAY_OK : mpi_check_currency(currency, error);
}

static minipay_status check(const void *item, minipay_error *error)
{
    const minipay_instruction *instruction = item;
    const rule_of_kind *rule = find_kind(instruction->kind);
    if (!rule)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "kind", "%d is no kind of instruction",
                        instruction->kind);
    minipay_status status = mpi_check_id(&instruction->id, "id", error);
    if (status == MINIPAY_OK)
        status = check_id_by(rule->member, &instruction->member_id, "member_id", error);
    if (status == MINIPAY_OK)
        status = check_id_by(rule->other, &instruction->other_id, "other_id", error);
    if (status != MINIPAY_OK)
        return status;
    if (instruction->amount_minor < (rule->amount == AMOUNT ? 1 : 0) ||
        (rule->amount == NO_AMOUNT && instruction->amount_minor))
        return mpi_fail_plain(error, MINIPAY_INVALID_AMOUNT, "amount_minor");
    status = check_currency(instruction, rule, error);
    if (status == MINIPAY_OK)
        status = check_texts(instruction, rule, error);
    if (status == MINIPAY_OK && (instruction->flags & ~rule->flags))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "flags", "a flag does not belong to this kind");
    if (status == MINIPAY_OK && !mpi_id_is_none(&instruction->promotion_id) && !may_be_promoted(rule))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "promotion_id",
                        "a promotion belongs to a payment");
    if (status == MINIPAY_OK &&
        (instruction->expires_at < 0 || (instruction->expires_at && !rule->expires)))
        return mpi_fail(error, MINIPAY_INVALID_TIME, "expires_at",
                        instruction->expires_at < 0 ? "a time is not below zero"
                                                    : "this kind does not expire");
    return status;
}

minipay_status mpi_check_instruction(const minipay_instruction *instruction, minipay_error *error)
{
    minipay_status status =
        mpi_check_size("instruction", instruction->struct_size, sizeof *instruction, error);
    return status == MINIPAY_OK ? check(instruction, error) : status;
}

minipay_status minipay_execute(minipay *pay, const minipay_instruction *instructions, uint32_t count,
                               minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {.items = instructions,
                       .item_size = sizeof *instructions,
                       .count = count,
                       .check = check,
                       .context = pay ? pay->engine : NULL,
                       .draw_up = mpi_saga_draw_up,
                       .instructions = true};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

static minipay_status look_up(minipay *pay, int32_t kind, const minipay_id *id, minipay_outcome *outcome,
                              minipay_error *error)
{
    mpi_view view;
    if (!mpi_engine_saga(pay->engine, kind))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "kind", "%d is no kind of operation", kind);
    minipay_status status = mpi_view_open(mpi_engine_store(pay->engine, kind), &view, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_flow flow = {.engine = pay->engine, .error = error, .view = &view};
    status = mpi_saga_look_up(&flow, kind, id, outcome);
    mpi_view_close(&view);
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, status, "id") : status;
}

minipay_status minipay_outcome_get(minipay *pay, int32_t kind, const minipay_id *id,
                                   minipay_outcome *outcome, minipay_error *error)
{
    minipay_outcome found;
    minipay_status status = mpi_check_both(id, "id", outcome, "outcome", error);
    if (mpi_enter(pay, &status, error)) {
        status = look_up(pay, kind, id, &found, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK)
        *outcome = found;
    return status;
}

static minipay_status read_memo(minipay *pay, int32_t kind, const minipay_id *id, minipay_memo *memo,
                                minipay_error *error)
{
    mpi_view view;
    const rule_of_kind *rule = find_kind(kind);
    if (!rule || !rule->memo)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "kind", "operations of kind %d have no memo",
                        kind);
    minipay_status status = mpi_view_open(mpi_engine_store(pay->engine, kind), &view, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_flow flow = {.engine = pay->engine, .error = error, .view = &view};
    minipay_memo_init(memo);
    memo->kind = kind;
    memo->id = *id;
    status = mpi_saga_memo(&flow, kind, id, memo->text);
    mpi_view_close(&view);
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, status, "id") : status;
}

minipay_status minipay_memo_get(minipay *pay, int32_t kind, const minipay_id *id, minipay_memo *memo,
                                minipay_error *error)
{
    minipay_memo found;
    minipay_status status = mpi_check_both(id, "id", memo, "memo", error);
    if (mpi_enter(pay, &status, error)) {
        status = read_memo(pay, kind, id, &found, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK)
        *memo = found;
    return status;
}
