/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* Each context on a store of its own: the same results as on one. */

static world w;

static int set_up(void **state)
{
    (void)state;
    world_init(&w, ":memory:");
    w.apart = true;
    world_open(&w);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

static void members_join_and_pay_each_other(void **state)
{
    (void)state;
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 300);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(outcome.policy_version, 1);
    assert_true(outcome.business_date > 0);
    assert_int_equal(world_balance(&w, payer), 700);
    assert_int_equal(world_balance(&w, payee), 300);
    outcome = world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 701);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
    ASSERT_STATUS(outcome.status, MINIPAY_INSUFFICIENT_FUNDS);
}

static void the_bank_fills_and_empties_a_wallet(void **state)
{
    (void)state;
    minipay_id member = world_person(&w, "110-222-333444");
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).state,
                 MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 10000);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 4000).state,
                 MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 6000);
}

static void a_withdrawal_that_the_bank_refuses_is_undone(void **state)
{
    (void)state;
    minipay_id member = world_person(&w, "REFUSE-1");
    world_credit(&w, member, 5000);
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 4000);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
    ASSERT_STATUS(outcome.status, MINIPAY_BANK_REFUSED);
    assert_int_equal(world_balance(&w, member), 5000);
}

static void what_is_missing_is_topped_up(void **state)
{
    (void)state;
    minipay_id payer = world_person(&w, "110-222-333444"), payee = world_person(&w, NULL);
    minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 12000);
    transfer.flags = MINIPAY_FLAG_AUTO_TOPUP;
    minipay_outcome outcome = world_execute(&w, &transfer);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(outcome.topup_minor, 20000);
    assert_int_equal(world_balance(&w, payer), 8000);
    assert_int_equal(world_balance(&w, payee), 12000);
}

static void a_shop_is_paid(void **state)
{
    (void)state;
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 100);
    world_credit(&w, member, 5000);
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_PAY, member, merchant, 4000);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 1000);
}

static void a_payment_is_authorised_captured_and_given_back(void **state)
{
    (void)state;
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 100);
    world_credit(&w, member, 5000);
    minipay_id held = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 4000).id;
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, held, 3000).state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 2000);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, held, 500).state, MINIPAY_STATE_DONE);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_VOID, world_nobody, held, 0).state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 2500);
    minipay_id all = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 2500).id;
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, all, 0).state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 0);
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, all, 0);
    ASSERT_STATUS(outcome.status, MINIPAY_SLIP_CLOSED);
}

static void a_transfer_is_reversed_once(void **state)
{
    (void)state;
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    minipay_id transfer = world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 300).id;
    for (int time = 0; time < 2; time++) {
        minipay_instruction reversal = world_ask(&w, MINIPAY_KIND_REVERSAL, world_nobody, transfer, 0);
        strcpy(reversal.reason, "a mistake");
        ASSERT_STATUS(world_execute(&w, &reversal).status, time ? MINIPAY_ALREADY_REVERSED : MINIPAY_OK);
    }
    assert_int_equal(world_balance(&w, payer), 1000);
}

static void a_call_keeps_the_order_of_a_wallet(void **state)
{
    (void)state;
    minipay_id member = world_person(&w, "110-222-333444"), payee = world_person(&w, NULL);
    minipay_outcome outcomes[3];
    minipay_instruction calls[] = {
        world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000),
        world_ask(&w, MINIPAY_KIND_TRANSFER, member, payee, 10000),
        world_ask(&w, MINIPAY_KIND_TRANSFER, payee, member, 10000),
    };
    ASSERT_STATUS(minipay_execute(w.pay, calls, 3, outcomes, NULL), MINIPAY_OK);
    for (int number = 0; number < 3; number++)
        ASSERT_STATE(outcomes[number].state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 10000);
}

/* instruction.h: NOT_SUPPORTED stores nothing, so the same id is free once there is a bank. */
static void what_turned_out_to_need_a_bank_is_done_once_there_is_one(void **state)
{
    world of;
    minipay_outcome outcome;
    (void)state;
    world_forget("no_bank.db");
    world_init(&of, "no_bank.db");
    of.apart = true;
    world_open(&of);
    minipay_id payer = world_person(&of, "110-222-333444"), payee = world_person(&of, NULL);
    minipay_instruction transfer = world_ask(&of, MINIPAY_KIND_TRANSFER, payer, payee, 12000);
    transfer.flags = MINIPAY_FLAG_AUTO_TOPUP;
    of.without_bank = true;
    world_reopen(&of);
    minipay_outcome_init(&outcome);
    ASSERT_STATUS(minipay_execute(of.pay, &transfer, 1, &outcome, NULL), MINIPAY_NOT_SUPPORTED);
    ASSERT_STATUS(minipay_outcome_get(of.pay, transfer.kind, &transfer.id, &outcome, NULL),
                  MINIPAY_NOT_FOUND);
    of.without_bank = false;
    world_reopen(&of);
    ASSERT_STATE(world_execute(&of, &transfer).state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&of, payee), 12000);
    world_close(&of);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members_join_and_pay_each_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_bank_fills_and_empties_a_wallet, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_withdrawal_that_the_bank_refuses_is_undone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_missing_is_topped_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_shop_is_paid, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_payment_is_authorised_captured_and_given_back, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_transfer_is_reversed_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_call_keeps_the_order_of_a_wallet, set_up, tear_down),
        cmocka_unit_test(what_turned_out_to_need_a_bank_is_done_once_there_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
