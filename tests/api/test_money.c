/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static const char good[] = "110-222-333444";

static void topup_credits_the_wallet_once(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, good);
    minipay_instruction topup = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 50000);
    world_expect(&w, &topup, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_expect(&w, &topup, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&w, member), 50000);
    assert_int_equal(world_at_bank(&w), 50000);
    world_at_peace(&w);
    world_close(&w);
}

static void topup_follows_minimum_and_unit(void **state)
{
    static const struct {
        int64_t amount;
        minipay_status status;
    } cases[] = {{9999, MINIPAY_BELOW_MINIMUM}, {10000, MINIPAY_OK}, {10001, MINIPAY_NOT_IN_UNITS}};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, good);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, cases[i].amount).status,
                      cases[i].status);
    assert_int_equal(world_balance(&w, member), 10000);
    world_at_peace(&w);
    world_close(&w);
}

static void refused_topup_leaves_no_reservation(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "REFUSE-1");
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
    ASSERT_STATUS(outcome.status, MINIPAY_BANK_REFUSED);
    minipay_instruction transfer =
        world_ask(&w, MINIPAY_KIND_TRANSFER, member, world_person(&w, NULL), 20000);
    transfer.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_expect(&w, &transfer, MINIPAY_STATE_REJECTED, MINIPAY_BANK_REFUSED);
    assert_int_equal(world_wallet(&w, member).incoming_minor, 0);
    assert_int_equal(world_at_bank(&w), 0);
    world_at_peace(&w);
    world_close(&w);
}

static void lost_reply_is_resolved_by_query_and_never_paid_twice(void **state)
{
    static const char *const accounts[] = {"UNKNOWN-1", "PENDING-1"};
    (void)state;
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        world w;
        world_begin(&w);
        minipay_id member = world_person(&w, accounts[i]);
        minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
        assert_int_equal(world_balance(&w, member), 0);
        assert_int_equal(world_wallet(&w, member).incoming_minor, 20000);
        world_rest(&w);
        assert_int_equal(world_balance(&w, member), 20000);
        assert_int_equal(world_at_bank(&w), 20000);
        world_at_peace(&w);
        world_close(&w);
    }
}

static void refused_withdrawal_gives_the_money_back(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "REFUSE-1");
    world_credit(&w, member, 30000);
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 10000);
    ASSERT_STATUS(outcome.status, MINIPAY_BANK_REFUSED);
    assert_int_equal(world_balance(&w, member), 30000);
    world_audit_clean(&w);
    world_close(&w);
}

static void auto_topup_brings_what_is_missing_in_units(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), payee = world_person(&w, NULL);
    world_topup(&w, payer, 10000);
    minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 25000);
    transfer.flags = MINIPAY_FLAG_AUTO_TOPUP;
    minipay_outcome outcome = world_execute(&w, &transfer);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(outcome.topup_minor, 20000);
    assert_int_equal(world_balance(&w, payer), 5000);
    assert_int_equal(world_balance(&w, payee), 25000);
    world_at_peace(&w);
    world_close(&w);
}

static void refusal_stays_a_refusal_when_money_turns_up(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), payee = world_person(&w, NULL);
    minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 10000);
    world_expect(&w, &transfer, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    world_topup(&w, payer, 50000);
    world_expect(&w, &transfer, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    assert_int_equal(world_balance(&w, payer), 50000);
    world_at_peace(&w);
    world_close(&w);
}

static void an_id_with_another_request_names_the_field(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), payee = world_person(&w, NULL);
    world_topup(&w, payer, 50000);
    minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 10000);
    world_expect(&w, &transfer, MINIPAY_STATE_DONE, MINIPAY_OK);
    transfer.amount_minor = 10001;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &transfer, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "amount_minor");
    assert_int_equal(world_balance(&w, payee), 10000);
    world_at_peace(&w);
    world_close(&w);
}

static void held_money_cannot_be_spent_and_is_captured_in_parts(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), payee = world_person(&w, NULL);
    world_topup(&w, payer, 50000);
    minipay_outcome hold = world_do(&w, MINIPAY_KIND_HOLD, payer, payee, 30000);
    ASSERT_STATE(hold.state, MINIPAY_STATE_DONE);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 20001).status,
                  MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 10000).status,
                  MINIPAY_OK);
    assert_int_equal(world_wallet(&w, payer).held_minor, 20000);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 20001).status,
                  MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_VOID, world_nobody, hold.id, 0).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 1).status,
                  MINIPAY_HOLD_CLOSED);
    assert_int_equal(world_wallet(&w, payer).held_minor, 0);
    assert_int_equal(world_balance(&w, payer), 40000);
    assert_int_equal(world_balance(&w, payee), 10000);
    world_at_peace(&w);
    world_close(&w);
}

static void expired_hold_counts_until_it_is_released(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), payee = world_person(&w, NULL);
    world_topup(&w, payer, 50000);
    minipay_instruction hold = world_ask(&w, MINIPAY_KIND_HOLD, payer, payee, 30000);
    hold.expires_at = w.now + 60000000;
    world_expect(&w, &hold, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_pass(&w, 61);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 1).status,
                  MINIPAY_HOLD_EXPIRED);
    assert_int_equal(world_wallet(&w, payer).held_minor, 30000);
    world_rest(&w);
    assert_int_equal(world_wallet(&w, payer).held_minor, 0);
    world_at_peace(&w);
    world_close(&w);
}

static void frozen_and_closed_wallets_move_nothing(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), payee = world_person(&w, NULL);
    world_topup(&w, payer, 10000);
    minipay_instruction freeze = world_ask(&w, MINIPAY_KIND_FREEZE, payer, world_nobody, 0);
    strcpy(freeze.reason, "court order");
    world_expect(&w, &freeze, MINIPAY_STATE_DONE, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1).status, MINIPAY_WALLET_FROZEN);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CLOSE, payer, world_nobody, 0).status,
                  MINIPAY_WALLET_FROZEN);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CLOSE, payee, world_nobody, 0).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1).status, MINIPAY_WALLET_FROZEN);
    world_at_peace(&w);
    world_close(&w);
}

static void parts_of_a_refund_sum_to_the_payment(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), merchant = world_merchant(&w, good, 333);
    world_topup(&w, payer, 50000);
    minipay_outcome paid = world_do(&w, MINIPAY_KIND_PAY, payer, merchant, 10001);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, paid.id, 3333).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, paid.id, 6669).status,
                  MINIPAY_REFUND_EXCEEDS);
    minipay_outcome rest = world_do(&w, MINIPAY_KIND_REFUND, world_nobody, paid.id, 0);
    assert_int_equal(rest.amount_minor, 10001 - 3333);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, paid.id, 0).status,
                  MINIPAY_SLIP_CLOSED);
    assert_int_equal(world_balance(&w, payer), 50000);
    minipay_settlement settled = world_settle(&w, world_id(&w), 20991231);
    assert_int_equal(settled.fee_minor, 0);
    assert_int_equal(settled.net_minor, 0);
    world_at_peace(&w);
    world_close(&w);
}

static void refused_payout_comes_with_the_next_run(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), merchant = world_merchant(&w, "REFUSE-9", 100);
    world_topup(&w, payer, 50000);
    world_do(&w, MINIPAY_KIND_PAY, payer, merchant, 10000);
    minipay_settlement first = world_settle(&w, world_id(&w), 20991231);
    assert_int_equal(first.refused, 1);
    assert_int_equal(first.net_minor, 9900);
    minipay_settlement second = world_settle(&w, world_id(&w), 20991231);
    assert_int_equal(second.lines, 1);
    assert_int_equal(second.net_minor, 9900);
    assert_int_equal(world_at_bank(&w), 50000);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topup_credits_the_wallet_once),
        cmocka_unit_test(topup_follows_minimum_and_unit),
        cmocka_unit_test(refused_topup_leaves_no_reservation),
        cmocka_unit_test(lost_reply_is_resolved_by_query_and_never_paid_twice),
        cmocka_unit_test(refused_withdrawal_gives_the_money_back),
        cmocka_unit_test(auto_topup_brings_what_is_missing_in_units),
        cmocka_unit_test(refusal_stays_a_refusal_when_money_turns_up),
        cmocka_unit_test(an_id_with_another_request_names_the_field),
        cmocka_unit_test(held_money_cannot_be_spent_and_is_captured_in_parts),
        cmocka_unit_test(expired_hold_counts_until_it_is_released),
        cmocka_unit_test(frozen_and_closed_wallets_move_nothing),
        cmocka_unit_test(parts_of_a_refund_sum_to_the_payment),
        cmocka_unit_test(refused_payout_comes_with_the_next_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
