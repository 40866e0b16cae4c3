/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <stdio.h>
#include <string.h>

/* Parties by the step that makes them. */
enum { NOBODY = -1, PAYER = 0, PAYEE = 1, MERCHANT = 2, LEAVER = 3 };

typedef struct scenario_step {
    const char *name;
    int32_t kind;
    int who;
    int other; /* a party; from 100 on: step (other - 100) */
    int64_t amount_minor;
    int32_t flags;
    const char *account;
} scenario_step;

#define STEP_OF(number) (100 + (number))

/* A flag of a step, not of the instruction: it names the promotion of step 43. */
enum { PROMOTED = 1 << 16, PROMOTION = 43 };

/* clang-format off */
static const scenario_step steps[] = {
    /*  0 */ {"payer", MINIPAY_KIND_REGISTER, PAYER, NOBODY, 0, 0, NULL},
    /*  1 */ {"payee", MINIPAY_KIND_REGISTER, PAYEE, NOBODY, 0, 0, NULL},
    /*  2 */ {"merchant", MINIPAY_KIND_MERCHANT, MERCHANT, NOBODY, 0, 0, NULL},
    /*  3 */ {"leaver", MINIPAY_KIND_REGISTER, LEAVER, NOBODY, 0, 0, NULL},
    /*  4 */ {"payer's wallet", MINIPAY_KIND_OPEN, PAYER, NOBODY, 0, 0, NULL},
    /*  5 */ {"payee's wallet", MINIPAY_KIND_OPEN, PAYEE, NOBODY, 0, 0, NULL},
    /*  6 */ {"leaver's wallet", MINIPAY_KIND_OPEN, LEAVER, NOBODY, 0, 0, NULL},
    /*  7 */ {"payer's account", MINIPAY_KIND_LINK, PAYER, NOBODY, 0, 0, "110-1"},
    /*  8 */ {"payee's account", MINIPAY_KIND_LINK, PAYEE, NOBODY, 0, 0, "110-2"},
    /*  9 */ {"merchant's account", MINIPAY_KIND_LINK, MERCHANT, NOBODY, 0, 0, "110-3"},
    /* 10 */ {"top-up", MINIPAY_KIND_TOPUP, PAYER, NOBODY, 100000, 0, NULL},
    /* 11 */ {"transfer", MINIPAY_KIND_TRANSFER, PAYER, PAYEE, 10000, 0, NULL},
    /* 12 */ {"topping transfer", MINIPAY_KIND_TRANSFER, PAYEE, PAYER, 25000, MINIPAY_FLAG_AUTO_TOPUP, NULL},
    /* 13 */ {"withdrawal", MINIPAY_KIND_WITHDRAW, PAYER, NOBODY, 15000, 0, NULL},
    /* 14 */ {"payment", MINIPAY_KIND_PAY, PAYER, MERCHANT, 20000, 0, NULL},
    /* 15 */ {"refund", MINIPAY_KIND_REFUND, NOBODY, STEP_OF(14), 5000, 0, NULL},
    /* 16 */ {"credit", MINIPAY_KIND_CREDIT, PAYEE, NOBODY, 1000, 0, NULL},
    /* 17 */ {"debit", MINIPAY_KIND_DEBIT, PAYEE, NOBODY, 400, 0, NULL},
    /* 18 */ {"hold", MINIPAY_KIND_HOLD, PAYER, PAYEE, 8000, 0, NULL},
    /* 19 */ {"capture of a hold", MINIPAY_KIND_HOLD_CAPTURE, NOBODY, STEP_OF(18), 3000, 0, NULL},
    /* 20 */ {"void of a hold", MINIPAY_KIND_HOLD_VOID, NOBODY, STEP_OF(18), 0, 0, NULL},
    /* 21 */ {"refused transfer", MINIPAY_KIND_TRANSFER, LEAVER, PAYER, 1, 0, NULL},
    /* 22 */ {"freeze", MINIPAY_KIND_FREEZE, LEAVER, NOBODY, 0, 0, NULL},
    /* 23 */ {"refused top-up", MINIPAY_KIND_TOPUP, LEAVER, NOBODY, 10000, 0, NULL},
    /* 24 */ {"unfreeze", MINIPAY_KIND_UNFREEZE, LEAVER, NOBODY, 0, 0, NULL},
    /* 25 */ {"closing", MINIPAY_KIND_CLOSE, LEAVER, NOBODY, 0, 0, NULL},
    /* 26 */ {"authorisation", MINIPAY_KIND_AUTHORIZE, PAYER, MERCHANT, 9000, 0, NULL},
    /* 27 */ {"capture", MINIPAY_KIND_CAPTURE, NOBODY, STEP_OF(26), 4000, 0, NULL},
    /* 28 */ {"void", MINIPAY_KIND_VOID, NOBODY, STEP_OF(26), 0, 0, NULL},
    /* 29 */ {"settlement", MINIPAY_KIND_PAYOUT, NOBODY, NOBODY, 0, 0, NULL},
    /* 30 */ {"transfer to the wrong one", MINIPAY_KIND_TRANSFER, PAYER, PAYEE, 500, 0, NULL},
    /* 31 */ {"reversal", MINIPAY_KIND_REVERSAL, NOBODY, STEP_OF(30), 0, 0, NULL},
    /* 32 */ {"refused reversal", MINIPAY_KIND_REVERSAL, NOBODY, STEP_OF(10), 0, 0, NULL},
    /* 33 */ {"change of a member", MINIPAY_KIND_MEMBER_CHANGE, PAYEE, NOBODY, 0, 0, NULL},
    /* 34 */ {"refused change of nobody", MINIPAY_KIND_MEMBER_CHANGE, MERCHANT, NOBODY, 0, 0, NULL},
    /* 35 */ {"a PIN", MINIPAY_KIND_CREDENTIAL, PAYEE, NOBODY, 0, 0, NULL},
    /* 36 */ {"payee's second account", MINIPAY_KIND_LINK, PAYEE, NOBODY, 0, 0, "110-4"},
    /* 37 */ {"unlinking", MINIPAY_KIND_UNLINK, PAYEE, STEP_OF(8), 0, 0, NULL},
    /* 38 */ {"top-up from the second account", MINIPAY_KIND_TOPUP, PAYEE, NOBODY, 20000, 0, NULL},
    /* 39 */ {"holiday", MINIPAY_KIND_HOLIDAY, NOBODY, NOBODY, 0, 0, NULL},
    /* 40 */ {"batch", MINIPAY_KIND_BATCH, PAYEE, PAYER, 300, 0, NULL},
    /* 41 */ {"refused batch", MINIPAY_KIND_BATCH, PAYEE, PAYER, 1000000000, 0, NULL},
    /* 42 */ {"new terms", MINIPAY_KIND_MERCHANT_CHANGE, MERCHANT, NOBODY, 0, 0, NULL},
    /* 43 */ {"promotion", MINIPAY_KIND_PROMOTION, MERCHANT, NOBODY, 0, 0, NULL},
    /* 44 */ {"payment with a promotion", MINIPAY_KIND_PAY, PAYER, MERCHANT, 5000, PROMOTED, NULL},
    /* 45 */ {"refund with a promotion", MINIPAY_KIND_REFUND, NOBODY, STEP_OF(44), 2000, 0, NULL},
    /* 46 */ {"settlement of the rest", MINIPAY_KIND_PAYOUT, NOBODY, NOBODY, 0, 0, NULL},
};
/* clang-format on */

uint32_t scenario_steps(void)
{
    return sizeof steps / sizeof *steps;
}

const char *scenario_name(uint32_t step)
{
    return steps[step].name;
}

static minipay_id id_of(world *w, int step)
{
    w->made = (uint64_t)step;
    return world_id(w);
}

static minipay_id party(world *w, int who)
{
    return who == NOBODY ? world_nobody : id_of(w, who >= 100 ? who - 100 : who);
}

static minipay_status register_member(world *w, uint32_t step, minipay_outcome *outcome,
                                      minipay_error *error)
{
    minipay_member_request request;
    minipay_member_request_init(&request);
    request.id = id_of(w, (int)step);
    snprintf(request.region, sizeof request.region, "11");
    snprintf(request.name, sizeof request.name, "%s", steps[step].name);
    snprintf(request.email, sizeof request.email, "%s@world.example", steps[step].name);
    return minipay_member_register(w->pay, &request, 1, outcome, error);
}

static minipay_status register_merchant(world *w, uint32_t step, minipay_outcome *outcome,
                                        minipay_error *error)
{
    minipay_merchant_request request;
    minipay_merchant_request_init(&request);
    request.id = id_of(w, (int)step);
    request.fee_basis_points = 333;
    memcpy(request.currency, "KRW", 4);
    snprintf(request.name, sizeof request.name, "%s", steps[step].name);
    return minipay_merchant_register(w->pay, &request, 1, outcome, error);
}

static minipay_status open_wallet(world *w, uint32_t step, minipay_outcome *outcome,
                                  minipay_error *error)
{
    minipay_wallet_request request;
    minipay_wallet_request_init(&request);
    request.member_id = party(w, steps[step].who);
    request.id = id_of(w, (int)step);
    memcpy(request.currency, "KRW", 4);
    return minipay_wallet_open(w->pay, &request, 1, outcome, error);
}

static minipay_status link_account(world *w, uint32_t step, minipay_outcome *outcome,
                                   minipay_error *error)
{
    minipay_link_request request;
    minipay_link_request_init(&request);
    request.owner_id = party(w, steps[step].who);
    request.id = id_of(w, (int)step);
    snprintf(request.bank, sizeof request.bank, "004");
    snprintf(request.account_number, sizeof request.account_number, "%s", steps[step].account);
    snprintf(request.holder, sizeof request.holder, "Holder");
    return minipay_account_link(w->pay, &request, 1, outcome, error);
}

static minipay_status settle(world *w, uint32_t step, minipay_outcome *outcome, minipay_error *error)
{
    minipay_settlement_request request;
    minipay_settlement settlement, untouched;
    minipay_settlement_request_init(&request);
    memset(&settlement, 0xa5, sizeof settlement);
    untouched = settlement;
    request.id = id_of(w, (int)step);
    request.through_date = 20991231;
    memcpy(request.currency, "KRW", 4);
    minipay_status status = minipay_settlement_run(w->pay, &request, &settlement, error);
    if (status == MINIPAY_OK) {
        minipay_outcome_init(outcome);
        outcome->id = request.id;
        outcome->state = settlement.state;
        outcome->amount_minor = settlement.net_minor;
    } else {
        assert_memory_equal(&settlement, &untouched, sizeof settlement);
    }
    return status;
}

static minipay_status instruct(world *w, uint32_t step, minipay_outcome *outcome, minipay_error *error)
{
    const scenario_step *sent = &steps[step];
    minipay_instruction instruction;
    minipay_instruction_init(&instruction, sent->kind);
    instruction.member_id = party(w, sent->who);
    instruction.other_id = party(w, sent->other);
    instruction.id = id_of(w, (int)step);
    instruction.amount_minor = sent->amount_minor;
    instruction.flags = sent->flags & ~PROMOTED;
    if (sent->flags & PROMOTED)
        instruction.promotion_id = id_of(w, PROMOTION);
    memcpy(instruction.currency, "KRW", 4);
    snprintf(instruction.reason, sizeof instruction.reason, "%s", sent->name);
    return minipay_execute(w->pay, &instruction, 1, outcome, error);
}

static minipay_status change_member(world *w, uint32_t step, minipay_outcome *outcome,
                                    minipay_error *error)
{
    minipay_member_change change;
    minipay_member_change_init(&change);
    change.member_id = party(w, steps[step].who);
    change.id = id_of(w, (int)step);
    change.changes = MINIPAY_CHANGE_EMAIL | MINIPAY_CHANGE_TIER;
    change.tier = 2;
    snprintf(change.email, sizeof change.email, "%u@elsewhere.example", step);
    return minipay_member_update(w->pay, &change, 1, outcome, error);
}

static minipay_status set_pin(world *w, uint32_t step, minipay_outcome *outcome, minipay_error *error)
{
    minipay_credential_request request;
    minipay_credential_request_init(&request);
    request.member_id = party(w, steps[step].who);
    request.id = id_of(w, (int)step);
    request.credential = MINIPAY_CREDENTIAL_PIN;
    snprintf(request.secret, sizeof request.secret, "135790");
    return minipay_credential_set(w->pay, &request, outcome, error);
}

static minipay_status unlink_account(world *w, uint32_t step, minipay_outcome *outcome,
                                     minipay_error *error)
{
    minipay_unlink_request request;
    minipay_unlink_request_init(&request);
    request.owner_id = party(w, steps[step].who);
    request.account_id = party(w, steps[step].other);
    request.id = id_of(w, (int)step);
    return minipay_account_unlink(w->pay, &request, 1, outcome, error);
}

static minipay_status set_holiday(world *w, uint32_t step, minipay_outcome *outcome,
                                  minipay_error *error)
{
    minipay_holiday_request request;
    minipay_holiday_request_init(&request);
    request.id = id_of(w, (int)step);
    request.date = 20251225;
    snprintf(request.name, sizeof request.name, "Christmas");
    return minipay_holiday_set(w->pay, &request, 1, outcome, error);
}

/* Two transfers; the second asks for as much again. */
static minipay_status pass_batch(world *w, uint32_t step, minipay_outcome *outcome, minipay_error *error)
{
    minipay_batch_request request;
    minipay_instruction transfers[2];
    minipay_outcome outcomes[2];
    minipay_batch_outcome whole;
    minipay_batch_request_init(&request);
    for (int i = 0; i < 2; i++) {
        minipay_instruction_init(&transfers[i], MINIPAY_KIND_TRANSFER);
        transfers[i].member_id = party(w, steps[step].who);
        transfers[i].other_id = party(w, steps[step].other);
        transfers[i].id = id_of(w, 1000 + 2 * (int)step + i);
        transfers[i].amount_minor = steps[step].amount_minor;
        memcpy(transfers[i].currency, "KRW", 4);
    }
    request.id = id_of(w, (int)step);
    minipay_status status =
        minipay_execute_atomic(w->pay, &request, transfers, 2, &whole, outcomes, error);
    if (status == MINIPAY_OK || status == MINIPAY_BATCH_REFUSED) {
        minipay_outcome_init(outcome);
        outcome->id = whole.id;
        outcome->state = whole.state;
        outcome->status = whole.status;
    }
    return status;
}

static minipay_status change_terms(world *w, uint32_t step, minipay_outcome *outcome,
                                   minipay_error *error)
{
    minipay_merchant_change change;
    minipay_merchant_change_init(&change);
    change.merchant_id = party(w, steps[step].who);
    change.id = id_of(w, (int)step);
    change.action = MINIPAY_MERCHANT_TERMS;
    change.fee_basis_points = 111;
    change.fixed_fee_minor = 7;
    return minipay_merchant_update(w->pay, &change, 1, outcome, error);
}

static minipay_status promote(world *w, uint32_t step, minipay_outcome *outcome, minipay_error *error)
{
    minipay_promotion_request request;
    minipay_promotion_request_init(&request);
    request.merchant_id = party(w, steps[step].who);
    request.id = id_of(w, (int)step);
    request.basis_points = 1500;
    request.merchant_share = 3333;
    request.budget_minor = 100000;
    memcpy(request.currency, "KRW", 4);
    snprintf(request.name, sizeof request.name, "Opening");
    return minipay_promotion_register(w->pay, &request, 1, outcome, error);
}

minipay_status scenario_send(world *w, uint32_t step, minipay_outcome *outcome, minipay_error *error)
{
    switch (steps[step].kind) {
    case MINIPAY_KIND_REGISTER:
        return register_member(w, step, outcome, error);
    case MINIPAY_KIND_MERCHANT:
        return register_merchant(w, step, outcome, error);
    case MINIPAY_KIND_OPEN:
        return open_wallet(w, step, outcome, error);
    case MINIPAY_KIND_LINK:
        return link_account(w, step, outcome, error);
    case MINIPAY_KIND_PAYOUT:
        return settle(w, step, outcome, error);
    case MINIPAY_KIND_MEMBER_CHANGE:
        return change_member(w, step, outcome, error);
    case MINIPAY_KIND_CREDENTIAL:
        return set_pin(w, step, outcome, error);
    case MINIPAY_KIND_UNLINK:
        return unlink_account(w, step, outcome, error);
    case MINIPAY_KIND_HOLIDAY:
        return set_holiday(w, step, outcome, error);
    case MINIPAY_KIND_BATCH:
        return pass_batch(w, step, outcome, error);
    case MINIPAY_KIND_MERCHANT_CHANGE:
        return change_terms(w, step, outcome, error);
    case MINIPAY_KIND_PROMOTION:
        return promote(w, step, outcome, error);
    default:
        return instruct(w, step, outcome, error);
    }
}

/* ---- running --------------------------------------------------------------------------------------- */

/* An answer about the operation, rather than a failure of the call. */
static bool is_answer(minipay_status status)
{
    int32_t class = minipay_status_class(status);
    return class == MINIPAY_CLASS_OK || class == MINIPAY_CLASS_REJECTED;
}

/* One try; true when the fault came. */
static bool try_step(world *w, const scenario_fault *fault, uint32_t step, uint32_t number,
                     uint32_t *failures)
{
    minipay_outcome outcome, untouched;
    minipay_error error;
    memset(&outcome, 0xa5, sizeof outcome);
    untouched = outcome;
    minipay_error_init(&error);
    fault->set(w, number);
    minipay_status status = scenario_send(w, step, &outcome, &error);
    bool came = fault->lift(w, number);
    if (is_answer(status))
        return came;
    if (!came || !fault->expected(status) || error.status != status)
        print_error("%s, chance %u: %s (%s)\n", steps[step].name, number, minipay_status_name(status),
                    error.message);
    assert_true(came);
    assert_true(fault->expected(status));
    ASSERT_STATUS(error.status, status);
    if (status != MINIPAY_UNAVAILABLE) /* with one request: its outcome may be told */
        assert_memory_equal(&outcome, &untouched, sizeof outcome);
    world_audit_clean(w);
    ++*failures;
    return true;
}

static void note_end(world *w, scenario_end *end)
{
    memset(end, 0, sizeof *end);
    for (uint32_t step = 0; step < scenario_steps(); step++) {
        minipay_status status = scenario_send(w, step, &end->outcomes[step], NULL);
        if (!is_answer(status))
            print_error("%s: %s\n", steps[step].name, minipay_status_name(status));
        assert_true(is_answer(status));
    }
    for (int who = PAYER; who <= LEAVER; who++) {
        if (who != MERCHANT)
            end->balances[who] = world_balance(w, party(w, who));
    }
    end->at_bank = world_at_bank(w);
}

uint32_t scenario_run(world *w, const scenario_fault *fault, scenario_end *end)
{
    uint32_t failures = 0;
    for (uint32_t step = 0; step < scenario_steps(); step++) {
        minipay_outcome outcome;
        uint32_t stride = fault && fault->stride ? fault->stride : SWEEP_STRIDE;
        uint32_t number = 1 + step % stride;
        while (fault && number < 100000 && try_step(w, fault, step, number, &failures))
            number += stride;
        minipay_status status = scenario_send(w, step, &outcome, NULL);
        assert_true(is_answer(status));
        if (outcome.state == MINIPAY_STATE_RUNNING) /* not otherwise: an authorisation would expire */
            world_rest(w);
    }
    world_at_peace(w);
    note_end(w, end);
    return failures;
}

void scenario_expect_same(const scenario_end *found, const scenario_end *expected)
{
    for (uint32_t step = 0; step < scenario_steps(); step++) {
        const minipay_outcome *a = &found->outcomes[step], *b = &expected->outcomes[step];
        if (a->state != b->state || a->status != b->status)
            print_error("%s\n", steps[step].name);
        ASSERT_STATE(a->state, b->state);
        ASSERT_STATUS(a->status, b->status);
        assert_int_equal(a->amount_minor, b->amount_minor);
        assert_int_equal(a->topup_minor, b->topup_minor);
    }
    for (int who = PAYER; who <= LEAVER; who++)
        assert_int_equal(found->balances[who], expected->balances[who]);
    assert_int_equal(found->at_bank, expected->at_bank);
}
