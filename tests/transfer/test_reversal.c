/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

typedef struct pair {
    world w;
    minipay_id payer, payee;
} pair;

static void begin(pair *p, int64_t amount_minor)
{
    world_begin(&p->w);
    p->payer = world_person(&p->w, "110-222-333444");
    p->payee = world_person(&p->w, "110-222-333555");
    if (amount_minor)
        world_credit(&p->w, p->payer, amount_minor);
}

static minipay_instruction reversal_of(pair *p, minipay_id transfer)
{
    minipay_instruction reversal = world_ask(&p->w, MINIPAY_KIND_REVERSAL, world_nobody, transfer, 0);
    strcpy(reversal.reason, "sent to the wrong person");
    return reversal;
}

static minipay_id transfer(pair *p, int64_t amount_minor)
{
    minipay_outcome outcome = world_do(&p->w, MINIPAY_KIND_TRANSFER, p->payer, p->payee, amount_minor);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    return outcome.id;
}

static void change(pair *p, int32_t kind, minipay_id member)
{
    minipay_instruction instruction = world_ask(&p->w, kind, member, world_nobody, 0);
    strcpy(instruction.reason, "test");
    world_expect(&p->w, &instruction, MINIPAY_STATE_DONE, MINIPAY_OK);
}

static void reversal_gives_all_back_and_names_what_it_undoes(void **state)
{
    pair p;
    minipay_entry entry;
    uint32_t count = 1;
    (void)state;
    begin(&p, 50000);
    minipay_id sent = transfer(&p, 20000);
    minipay_instruction reversal = reversal_of(&p, sent);
    minipay_outcome outcome = world_execute(&p.w, &reversal);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(outcome.amount_minor, 20000);
    assert_int_equal(world_balance(&p.w, p.payer), 50000);
    assert_int_equal(world_balance(&p.w, p.payee), 0);
    ASSERT_STATUS(minipay_wallet_history(p.w.pay, &p.payer, "KRW", 0, &entry, &count, NULL), MINIPAY_OK);
    assert_int_equal(entry.kind, MINIPAY_KIND_REVERSAL);
    assert_memory_equal(&entry.operation_id, &reversal.id, sizeof reversal.id);
    assert_memory_equal(&entry.other_id, &p.payee, sizeof p.payee);
    world_expect(&p.w, &reversal, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&p.w, p.payer), 50000);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void transfer_with_a_document_is_reversed_too(void **state)
{
    pair p;
    (void)state;
    begin(&p, 0);
    minipay_instruction sent = world_ask(&p.w, MINIPAY_KIND_TRANSFER, p.payer, p.payee, 15000);
    sent.flags = MINIPAY_FLAG_AUTO_TOPUP;
    strcpy(sent.memo, "lunch");
    world_expect(&p.w, &sent, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_instruction reversal = reversal_of(&p, sent.id);
    world_expect(&p.w, &reversal, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&p.w, p.payer), 20000);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void captured_hold_is_not_reversible_and_goes_back_by_a_transfer(void **state)
{
    pair p;
    (void)state;
    begin(&p, 10000);
    minipay_outcome hold = world_do(&p.w, MINIPAY_KIND_HOLD, p.payer, p.payee, 4000);
    minipay_outcome taken = world_do(&p.w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 3000);
    ASSERT_STATE(taken.state, MINIPAY_STATE_DONE);
    minipay_instruction reversal = reversal_of(&p, taken.id);
    world_expect(&p.w, &reversal, MINIPAY_STATE_REJECTED, MINIPAY_NOT_REVERSIBLE);
    world_expect(&p.w, &reversal, MINIPAY_STATE_REJECTED, MINIPAY_NOT_REVERSIBLE);
    assert_int_equal(world_balance(&p.w, p.payee), 3000);
    ASSERT_STATE(world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payee, p.payer, 3000).state,
                 MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&p.w, p.payer), 10000);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

/* ---- refusals, each with everything that is checked later wrong too -------------------------------------- */

static void only_a_transfer_between_members_can_be_reversed(void **state)
{
    pair p;
    (void)state;
    begin(&p, 0);
    minipay_id merchant = world_merchant(&p.w, NULL, 100);
    minipay_outcome refused = world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payer, p.payee, 1);
    ASSERT_STATE(refused.state, MINIPAY_STATE_REJECTED);
    minipay_outcome credit = world_do(&p.w, MINIPAY_KIND_CREDIT, p.payer, world_nobody, 30000);
    minipay_outcome paid = world_do(&p.w, MINIPAY_KIND_PAY, p.payer, merchant, 1000);
    minipay_outcome topup = world_do(&p.w, MINIPAY_KIND_TOPUP, p.payer, world_nobody, 10000);
    minipay_outcome withdrawal = world_do(&p.w, MINIPAY_KIND_WITHDRAW, p.payer, world_nobody, 1000);
    minipay_id nothing = world_id(&p.w);
    const minipay_id ids[] = {nothing, refused.id, credit.id, paid.id, topup.id, withdrawal.id};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        minipay_instruction reversal = reversal_of(&p, ids[i]);
        world_expect(&p.w, &reversal, MINIPAY_STATE_REJECTED,
                     i < 2 ? MINIPAY_NOT_FOUND : MINIPAY_NOT_REVERSIBLE);
    }
    assert_int_equal(world_balance(&p.w, p.payer), 38000);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void transfer_is_reversed_once(void **state)
{
    pair p;
    (void)state;
    begin(&p, 50000);
    minipay_id sent = transfer(&p, 20000);
    minipay_instruction first = reversal_of(&p, sent), second = reversal_of(&p, sent);
    world_expect(&p.w, &first, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_rule(&p.w, MINIPAY_RULE_REVERSAL_DAYS, 0, 1);
    world_pass(&p.w, 86400);
    change(&p, MINIPAY_KIND_FREEZE, p.payee);
    world_expect(&p.w, &second, MINIPAY_STATE_REJECTED, MINIPAY_ALREADY_REVERSED);
    assert_int_equal(world_balance(&p.w, p.payer), 50000);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void refused_reversal_leaves_the_transfer_open_for_another(void **state)
{
    pair p;
    (void)state;
    begin(&p, 50000);
    minipay_id sent = transfer(&p, 20000);
    ASSERT_STATE(world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payee, p.payer, 1).state, MINIPAY_STATE_DONE);
    minipay_instruction first = reversal_of(&p, sent), second = reversal_of(&p, sent);
    world_expect(&p.w, &first, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    world_credit(&p.w, p.payee, 1);
    world_expect(&p.w, &first, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    world_expect(&p.w, &second, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&p.w, p.payee), 0);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void policy_says_how_long_a_transfer_can_be_reversed(void **state)
{
    pair p;
    (void)state;
    begin(&p, 50000);
    world_rule(&p.w, MINIPAY_RULE_REVERSAL_DAYS, 0, 7);
    minipay_id early = transfer(&p, 100), late = transfer(&p, 200);
    world_pass(&p.w,
               7 * 86400 + 15 * 3600 - 1); /* 09:00 and so long: the last second of the seventh date */
    minipay_instruction in_time = reversal_of(&p, early), too_late = reversal_of(&p, late);
    world_expect(&p.w, &in_time, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_pass(&p.w, 1);
    change(&p, MINIPAY_KIND_FREEZE, p.payee);
    world_expect(&p.w, &too_late, MINIPAY_STATE_REJECTED, MINIPAY_TOO_LATE);
    world_rule(&p.w, MINIPAY_RULE_REVERSAL_DAYS, 0, 0);
    change(&p, MINIPAY_KIND_UNFREEZE, p.payee);
    minipay_instruction unbounded = reversal_of(&p, late);
    world_expect(&p.w, &unbounded, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void state_of_either_wallet_refuses(void **state)
{
    pair p;
    (void)state;
    begin(&p, 50000);
    const minipay_id *const sides[] = {&p.payee, &p.payer};
    minipay_id sent = transfer(&p, 50000);
    for (int i = 0; i < 2; i++) {
        change(&p, MINIPAY_KIND_FREEZE, *sides[i]);
        minipay_instruction frozen = reversal_of(&p, sent);
        world_expect(&p.w, &frozen, MINIPAY_STATE_REJECTED, MINIPAY_WALLET_FROZEN);
        change(&p, MINIPAY_KIND_UNFREEZE, *sides[i]);
    }
    change(&p, MINIPAY_KIND_CLOSE, p.payer);
    minipay_instruction payer_closed = reversal_of(&p, sent);
    world_expect(&p.w, &payer_closed, MINIPAY_STATE_REJECTED, MINIPAY_WALLET_CLOSED);
    minipay_id third = world_person(&p.w, NULL);
    ASSERT_STATE(world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payee, third, 50000).state, MINIPAY_STATE_DONE);
    change(&p, MINIPAY_KIND_CLOSE, p.payee);
    minipay_instruction payee_closed = reversal_of(&p, sent);
    world_expect(&p.w, &payee_closed, MINIPAY_STATE_REJECTED, MINIPAY_WALLET_CLOSED);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void held_money_of_the_payee_is_not_taken(void **state)
{
    pair p;
    (void)state;
    begin(&p, 50000);
    minipay_id sent = transfer(&p, 20000);
    minipay_outcome hold = world_do(&p.w, MINIPAY_KIND_HOLD, p.payee, world_nobody, 1);
    ASSERT_STATE(hold.state, MINIPAY_STATE_DONE);
    minipay_instruction reversal = reversal_of(&p, sent);
    world_expect(&p.w, &reversal, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

/* ---- limits ---------------------------------------------------------------------------------------------- */

static void no_limit_refuses_a_reversal(void **state)
{
    pair p;
    (void)state;
    begin(&p, 50000);
    minipay_id sent = transfer(&p, 40000);
    world_credit(&p.w, p.payer, 90000);
    world_rule(&p.w, MINIPAY_RULE_LIMIT_OPERATION, 0, 1);
    world_rule(&p.w, MINIPAY_RULE_LIMIT_HOLDING, 0, 100000);
    world_rule(&p.w, MINIPAY_RULE_LIMIT_DAILY, 0, 1);
    minipay_instruction reversal = reversal_of(&p, sent);
    world_expect(&p.w, &reversal, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&p.w, p.payer), 140000);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void reversal_restores_the_day_and_the_month_it_used(void **state)
{
    /* limits of a day and a month; days between transfer and reversal; what can then be sent */
    static const struct {
        int64_t daily, monthly;
        int days;
        int64_t fits;
    } cases[] = {
        {10000, 0, 0, 10000}, {0, 10000, 0, 10000}, {0, 10000, 1, 10000},
        {10000, 0, 1, 10000}, {0, 10000, 8, 10000}, {10000, 10000, 1, 10000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pair p;
        begin(&p, 50000);
        world_rule(&p.w, MINIPAY_RULE_LIMIT_DAILY, 0, cases[i].daily);
        world_rule(&p.w, MINIPAY_RULE_LIMIT_MONTHLY, 0, cases[i].monthly);
        minipay_id sent = transfer(&p, 9000);
        world_pass(&p.w, cases[i].days * 86400);
        minipay_instruction reversal = reversal_of(&p, sent);
        world_expect(&p.w, &reversal, MINIPAY_STATE_DONE, MINIPAY_OK);
        minipay_status above =
            world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payer, p.payee, cases[i].fits + 1).status;
        assert_true(above == MINIPAY_LIMIT_DAILY || above == MINIPAY_LIMIT_MONTHLY);
        ASSERT_STATUS(world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payer, p.payee, cases[i].fits).status,
                      MINIPAY_OK);
        world_audit_clean(&p.w);
        world_close(&p.w);
    }
}

/* What was sent on the day of the reversal stays counted when the reversed transfer was of another day. */
static void reversal_of_another_day_leaves_this_days_window(void **state)
{
    pair p;
    (void)state;
    begin(&p, 50000);
    world_rule(&p.w, MINIPAY_RULE_LIMIT_DAILY, 0, 10000);
    world_rule(&p.w, MINIPAY_RULE_LIMIT_MONTHLY, 0, 15000);
    minipay_id sent = transfer(&p, 9000);
    world_pass(&p.w, 86400);
    transfer(&p, 6000);
    minipay_instruction reversal = reversal_of(&p, sent);
    world_expect(&p.w, &reversal, MINIPAY_STATE_DONE, MINIPAY_OK);
    ASSERT_STATUS(world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payer, p.payee, 4001).status,
                  MINIPAY_LIMIT_DAILY);
    transfer(&p, 4000);
    world_pass(&p.w, 86400);
    ASSERT_STATUS(world_do(&p.w, MINIPAY_KIND_TRANSFER, p.payer, p.payee, 5001).status,
                  MINIPAY_LIMIT_MONTHLY);
    transfer(&p, 5000);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

static void many_reversals_in_one_call_each_find_their_transfer(void **state)
{
    enum { MANY = 300 };
    pair p;
    static minipay_instruction instructions[2 * MANY];
    static minipay_outcome outcomes[2 * MANY];
    (void)state;
    begin(&p, MANY);
    for (int i = 0; i < MANY; i++) {
        instructions[2 * i] = world_ask(&p.w, MINIPAY_KIND_TRANSFER, p.payer, p.payee, 1);
        instructions[2 * i + 1] = reversal_of(&p, instructions[2 * i].id);
    }
    ASSERT_STATUS(minipay_execute(p.w.pay, instructions, 2 * MANY, outcomes, NULL), MINIPAY_OK);
    for (int i = 0; i < 2 * MANY; i++)
        ASSERT_STATUS(outcomes[i].status, MINIPAY_OK);
    assert_int_equal(world_balance(&p.w, p.payer), MANY);
    world_audit_clean(&p.w);
    world_close(&p.w);
}

/* ---- beside its transfer in one call ---- */

static void a_reversal_waits_for_its_transfer_of_the_same_call(void **state)
{
    static const char *const accounts[] = {"110-1", "PENDING-1", "REFUSE-1"};
    (void)state;
    for (int i = 0; i < 3; i++) {
        world w;
        minipay_outcome outcomes[2];
        world_begin(&w);
        minipay_id payer = world_person(&w, accounts[i]), payee = world_person(&w, NULL);
        minipay_instruction asked[2] = {
            world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 20000),
            world_ask(&w, MINIPAY_KIND_REVERSAL, world_nobody, world_nobody, 0),
        };
        asked[0].flags = MINIPAY_FLAG_AUTO_TOPUP;
        asked[1].other_id = asked[0].id;
        strcpy(asked[1].reason, "mistaken");
        minipay_outcome_init(&outcomes[0]);
        minipay_outcome_init(&outcomes[1]);
        ASSERT_STATUS(minipay_execute(w.pay, asked, 2, outcomes, NULL), MINIPAY_OK);
        bool waits = outcomes[0].state == MINIPAY_STATE_RUNNING;
        assert_int_equal(waits, i == 1);
        if (waits) {
            ASSERT_STATUS(outcomes[1].status, MINIPAY_BEHIND);
            world_rest(&w);
            outcomes[1] = world_execute(&w, &asked[1]);
        }
        ASSERT_STATUS(outcomes[1].status, i == 2 ? MINIPAY_NOT_FOUND : MINIPAY_OK);
        assert_int_equal(world_balance(&w, payer), i == 2 ? 0 : 20000);
        assert_int_equal(world_balance(&w, payee), 0);
        world_at_peace(&w);
        world_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reversal_gives_all_back_and_names_what_it_undoes),
        cmocka_unit_test(transfer_with_a_document_is_reversed_too),
        cmocka_unit_test(captured_hold_is_not_reversible_and_goes_back_by_a_transfer),
        cmocka_unit_test(only_a_transfer_between_members_can_be_reversed),
        cmocka_unit_test(transfer_is_reversed_once),
        cmocka_unit_test(refused_reversal_leaves_the_transfer_open_for_another),
        cmocka_unit_test(policy_says_how_long_a_transfer_can_be_reversed),
        cmocka_unit_test(state_of_either_wallet_refuses),
        cmocka_unit_test(held_money_of_the_payee_is_not_taken),
        cmocka_unit_test(no_limit_refuses_a_reversal),
        cmocka_unit_test(reversal_restores_the_day_and_the_month_it_used),
        cmocka_unit_test(reversal_of_another_day_leaves_this_days_window),
        cmocka_unit_test(many_reversals_in_one_call_each_find_their_transfer),
        cmocka_unit_test(a_reversal_waits_for_its_transfer_of_the_same_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
