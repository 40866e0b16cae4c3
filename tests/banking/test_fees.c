/* SPDX-License-Identifier: Apache-2.0 */
#include "crooked.h"
#include "reconcile.h"

#include <stdio.h>
#include <string.h>

/* What the bank takes for an order is the company's expense: members and merchants do not feel it, and the
 * books stay what the bank has. */

enum { FEE = 50 };

static void begin_with_fee(world *w)
{
    world_init(w, ":memory:");
    w->script.fee_minor = FEE;
    world_open(w);
}

static int64_t at_bank_by_books(world *w)
{
    minipay_corporate_account account;
    minipay_corporate_account_init(&account);
    ASSERT_STATUS(minipay_corporate_account_get(w->pay, "KRW", &account, NULL), MINIPAY_OK);
    return account.posted_minor;
}

static int64_t fees_by_books(world *w)
{
    minipay_balance rows[64], after;
    uint32_t count = 64;
    int64_t fees = 0;
    minipay_balance_init(&after);
    ASSERT_STATUS(minipay_balance_list(w->pay, &after, rows, &count, NULL), MINIPAY_OK);
    assert_true(count < 64);
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(rows[i].account, "bank_fee") == 0)
            fees += rows[i].posted_minor;
    }
    return fees;
}

static void the_company_bears_the_fee_of_orders_in_both_directions(void **state)
{
    static const char *const accounts[] = {"110-1", "PENDING-1", "UNKNOWN-1"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        world w;
        begin_with_fee(&w);
        minipay_id member = world_person(&w, accounts[i]);
        minipay_id in = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000).id;
        world_rest(&w);
        minipay_id out = world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 5000).id;
        world_rest(&w);
        assert_int_equal(world_balance(&w, member), 15000);
        assert_int_equal(world_order(&w, in).fee_minor, FEE);
        assert_int_equal(world_order(&w, out).fee_minor, FEE);
        assert_int_equal(world_at_bank(&w), 15000 - 2 * FEE);
        assert_int_equal(at_bank_by_books(&w), 15000 - 2 * FEE);
        assert_int_equal(fees_by_books(&w), 2 * FEE);
        world_at_peace(&w);
        minipay_reconciliation found = reconcile_on(&w);
        assert_int_equal(found.matched, 2);
        assert_int_equal(found.different, 0);
        world_close(&w);
    }
}

static void a_merchants_payout_costs_the_company_its_fee(void **state)
{
    world w;
    (void)state;
    begin_with_fee(&w);
    minipay_id member = world_person(&w, "110-1"), shop = world_merchant(&w, "220-1", 0);
    world_topup(&w, member, 20000);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_PAY, member, shop, 7000).state, MINIPAY_STATE_DONE);
    world_pass(&w, 86400);
    world_settle(&w, world_id(&w), 20251230);
    world_rest(&w);
    assert_int_equal(world_at_bank(&w), 13000 - 2 * FEE);
    assert_int_equal(fees_by_books(&w), 2 * FEE);
    world_at_peace(&w);
    world_close(&w);
}

static void what_did_not_move_costs_nothing(void **state)
{
    world w;
    (void)state;
    begin_with_fee(&w);
    minipay_id member = world_person(&w, "REFUSE-1");
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    world_expect(&w, &asked, MINIPAY_STATE_REJECTED, MINIPAY_BANK_REFUSED);
    assert_int_equal(world_order(&w, asked.id).fee_minor, 0);
    assert_int_equal(fees_by_books(&w), 0);
    world_at_peace(&w);
    world_close(&w);
}

static void a_fee_below_zero_is_no_answer(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.fee_more = -1;
    minipay_id member = world_person(&w, "110-1");
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    world_expect(&w, &asked, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    bank.fee_more = 7;
    world_rest(&w);
    world_expect(&w, &asked, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(fees_by_books(&w), 7);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_fee_beyond_the_books_waits_for_a_person_and_does_not_undo_what_moved(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    bank.fee_more = INT64_MAX;
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).state,
                 MINIPAY_STATE_DONE);
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    world_execute(&w, &asked);
    world_expect(&w, &asked, MINIPAY_STATE_PARKED, MINIPAY_NOT_BOOKED);
    ASSERT_STATE(world_order(&w, asked.id).state, MINIPAY_STATE_PARKED);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_fee_that_the_statement_has_otherwise_is_a_difference(void **state)
{
    world w;
    crooked bank;
    minipay_difference told;
    uint32_t count = 1;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    bank.fee_more = 30;
    bank.line_fee_more = 40;
    minipay_order order =
        world_order(&w, world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).id);
    minipay_reconciliation found = reconcile_on(&w);
    assert_int_equal(found.different, 1);
    assert_int_equal(found.matched, 0);
    minipay_difference_init(&told);
    ASSERT_STATUS(minipay_difference_list(w.pay, &found.id, 0, &told, &count, NULL), MINIPAY_OK);
    assert_string_equal(minipay_difference_name(told.difference), "fee");
    assert_memory_equal(&told.order_id, &order.id, sizeof order.id);
    assert_int_equal(told.ordered_minor, 30);
    assert_int_equal(told.bank_minor, 40);
    world_audit_clean(&w);
    world_close(&w);
}

static void an_order_that_the_statement_completes_has_the_statements_fee(void **state)
{
    world w;
    (void)state;
    begin_with_fee(&w);
    minipay_id member = world_person(&w, "UNKNOWN-1");
    minipay_id asked = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).id;
    assert_int_equal(reconcile_on(&w).matched, 1);
    assert_int_equal(world_order(&w, asked).fee_minor, FEE);
    assert_int_equal(fees_by_books(&w), FEE);
    world_at_peace(&w);
    world_close(&w);
}

/* An order beyond the bank's range is refused; the others of the same call are done. */
static void each_order_of_a_call_is_answered_for_itself(void **state)
{
    static const int64_t amounts[] = {10000, INT64_C(9000000000000000000), 20000};
    static const char *const accounts[] = {"110-1", "PENDING-1"};
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        world w;
        minipay_instruction asked[3];
        minipay_outcome outcomes[3];
        world_init(&w, ":memory:");
        w.script.opening_minor = INT64_C(900000000000000000);
        world_open(&w);
        for (size_t i = 0; i < 3; i++) {
            asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, world_person(&w, accounts[k]), world_nobody,
                                 amounts[i]);
            minipay_outcome_init(&outcomes[i]);
        }
        ASSERT_STATUS(minipay_execute(w.pay, asked, 3, outcomes, NULL), MINIPAY_OK);
        world_rest(&w);
        world_expect(&w, &asked[0], MINIPAY_STATE_DONE, MINIPAY_OK);
        world_expect(&w, &asked[1], MINIPAY_STATE_REJECTED, MINIPAY_BANK_REFUSED);
        world_expect(&w, &asked[2], MINIPAY_STATE_DONE, MINIPAY_OK);
        assert_string_equal(world_order(&w, asked[1].id).bank_reason, "421 beyond the account's range");
        world_at_peace(&w);
        world_close(&w);
    }
}

static void a_scripted_bank_says_what_is_wrong_with_its_script(void **state)
{
    minipay_scripted_bank_config config;
    minipay_error error;
    minipay_bank bank;
    (void)state;
    minipay_scripted_bank_config_init(&config);
    minipay_error_init(&error);
    snprintf(config.path, sizeof config.path, ":memory:");
    config.fee_minor = -1;
    ASSERT_STATUS(minipay_scripted_bank(&config, &bank, &error), MINIPAY_INVALID_AMOUNT);
    assert_string_equal(error.field, "fee_minor");
    config.fee_minor = 0;
    config.path[0] = 0;
    ASSERT_STATUS(minipay_scripted_bank(&config, &bank, &error), MINIPAY_INVALID_TEXT);
    assert_string_equal(error.field, "path");
    config.struct_size = 0;
    ASSERT_STATUS(minipay_scripted_bank(&config, &bank, &error), MINIPAY_INVALID_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_company_bears_the_fee_of_orders_in_both_directions),
        cmocka_unit_test(a_merchants_payout_costs_the_company_its_fee),
        cmocka_unit_test(what_did_not_move_costs_nothing),
        cmocka_unit_test(a_fee_below_zero_is_no_answer),
        cmocka_unit_test(a_fee_beyond_the_books_waits_for_a_person_and_does_not_undo_what_moved),
        cmocka_unit_test(a_fee_that_the_statement_has_otherwise_is_a_difference),
        cmocka_unit_test(an_order_that_the_statement_completes_has_the_statements_fee),
        cmocka_unit_test(each_order_of_a_call_is_answered_for_itself),
        cmocka_unit_test(a_scripted_bank_says_what_is_wrong_with_its_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
