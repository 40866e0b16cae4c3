/* SPDX-License-Identifier: Apache-2.0 */
#include "crooked.h"
#include "reconcile.h"

#include <string.h>

/* A statement that is read again, and no longer has what was matched in it. */

static minipay_reconciliation again(world *w, int64_t from_position, reconciled expected)
{
    minipay_reconciliation found = reconcile_again(w, from_position);
    reconcile_expect(found, expected);
    return found;
}

static minipay_reconciliation go_on(world *w, reconciled expected)
{
    minipay_reconciliation found = reconcile_on(w);
    reconcile_expect(found, expected);
    return found;
}

static minipay_difference difference(world *w, const minipay_reconciliation *of, int64_t number)
{
    minipay_difference found;
    uint32_t count = 1;
    ASSERT_STATUS(minipay_difference_list(w->pay, &of->id, number - 1, &found, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(count, 1);
    assert_int_equal(found.number, number);
    return found;
}

static minipay_order topup(world *w, minipay_id member)
{
    return world_order(w, world_do(w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).id);
}

/* The first, the last, and one between: lines stand at 2, 4 and 6. */
static void a_matched_line_that_is_gone_leaves_its_order_missing_until_it_is_back(void **state)
{
    (void)state;
    for (int lost = 0; lost < 3; lost++) {
        world w;
        crooked bank;
        minipay_order orders[3];
        crooked_begin(&w, &bank, ":memory:");
        minipay_id member = world_person(&w, "110-1");
        for (int i = 0; i < 3; i++)
            orders[i] = topup(&w, member);
        go_on(&w, (reconciled){.lines = 3, .matched = 3});
        bank.hidden_position = 2 * (lost + 1);
        go_on(&w, (reconciled){.lines = 0});
        minipay_reconciliation found =
            again(&w, 0, (reconciled){.lines = 2, .matched = 2, .missing = 1});
        minipay_difference missing = difference(&w, &found, 1);
        assert_string_equal(minipay_difference_name(missing.difference), "missing");
        assert_memory_equal(&missing.order_id, &orders[lost].id, sizeof missing.order_id);
        assert_int_equal(missing.position, 0);
        assert_int_equal(missing.ordered_minor, 10000);
        assert_int_equal(missing.bank_minor, 0);
        assert_int_equal(missing.value_date, orders[lost].reference_date);
        go_on(&w, (reconciled){.missing = 1});
        bank.hidden_position = 0;
        again(&w, 0, (reconciled){.lines = 3, .matched = 3});
        go_on(&w, (reconciled){.lines = 0});
        world_at_peace(&w);
        world_close(&w);
    }
}

static void a_run_answers_only_for_what_it_reads_again(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    topup(&w, member);
    topup(&w, member);
    go_on(&w, (reconciled){.lines = 2, .matched = 2});
    bank.hidden_position = 2;
    again(&w, 2, (reconciled){.lines = 1, .matched = 1});
    again(&w, 1, (reconciled){.lines = 1, .matched = 1, .missing = 1});
    world_close(&w);
}

static void a_matched_line_that_then_has_another_amount_or_fee_is_told(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_order order = topup(&w, world_person(&w, "110-1"));
    go_on(&w, (reconciled){.lines = 1, .matched = 1});
    bank.line_more = 7;
    minipay_reconciliation found = again(&w, 0, (reconciled){.lines = 1, .different = 1});
    minipay_difference told = difference(&w, &found, 1);
    assert_string_equal(minipay_difference_name(told.difference), "amount");
    assert_memory_equal(&told.order_id, &order.id, sizeof order.id);
    assert_int_equal(told.bank_minor, 10007);
    bank.line_more = 0;
    bank.line_fee_more = 3;
    found = again(&w, 0, (reconciled){.lines = 1, .different = 1});
    assert_string_equal(minipay_difference_name(difference(&w, &found, 1).difference), "fee");
    world_close(&w);
}

static void a_position_that_now_has_anothers_line_is_extra_and_the_order_missing(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_order order = topup(&w, world_person(&w, "110-1"));
    go_on(&w, (reconciled){.lines = 1, .matched = 1});
    bank.hidden_position = 2;
    crooked_add(&bank, 2, "nobody", MINIPAY_BANK_COLLECT, 10000);
    minipay_reconciliation found = again(&w, 0, (reconciled){.lines = 1, .missing = 1, .extra = 1});
    minipay_difference missing = difference(&w, &found, 2);
    assert_string_equal(minipay_difference_name(missing.difference), "missing");
    assert_memory_equal(&missing.order_id, &order.id, sizeof order.id);
    world_close(&w);
}

static void a_line_that_stands_farther_on_now_is_matched_there(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_order order = topup(&w, world_person(&w, "110-1"));
    go_on(&w, (reconciled){.lines = 1, .matched = 1});
    bank.hidden_position = 2;
    crooked_add(&bank, 3, order.reference, MINIPAY_BANK_COLLECT, 10000);
    again(&w, 0, (reconciled){.lines = 1, .matched = 1});
    go_on(&w, (reconciled){.lines = 0});
    world_close(&w);
}

/* The line where one was matched is there, but another order's: each is found again where it stands now. */
static void lines_that_have_changed_places_are_matched_there(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    minipay_order first = topup(&w, member), second = topup(&w, member);
    go_on(&w, (reconciled){.lines = 2, .matched = 2});
    bank.empty = true;
    crooked_add(&bank, 2, second.reference, MINIPAY_BANK_COLLECT, 10000);
    crooked_add(&bank, 4, first.reference, MINIPAY_BANK_COLLECT, 10000);
    again(&w, 0, (reconciled){.lines = 2, .matched = 2});
    go_on(&w, (reconciled){.lines = 0});
    world_close(&w);
}

/* Nothing is missing of an order that has not ended, nor of one that was refused. */
static void a_gone_line_of_an_order_that_is_not_done_is_forgotten(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_order waits = topup(&w, world_person(&w, "UNKNOWN-1"));
    minipay_order refused = topup(&w, world_person(&w, "REFUSE-1"));
    bank.empty = true;
    crooked_add(&bank, 100, waits.reference, MINIPAY_BANK_COLLECT, 10001);
    crooked_add(&bank, 101, refused.reference, MINIPAY_BANK_COLLECT, 10000);
    go_on(&w, (reconciled){.lines = 2, .in_flight = 1, .extra = 1});
    bank.extra_count = 0;
    again(&w, 0, (reconciled){.lines = 0});
    world_rest(&w);
    minipay_reconciliation found = go_on(&w, (reconciled){.missing = 1});
    minipay_difference missing = difference(&w, &found, 1);
    assert_memory_equal(&missing.order_id, &waits.id, sizeof waits.id);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_parked_order_whose_line_is_gone_is_told_without_one(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.answer_more = 1;
    minipay_order parked = topup(&w, world_person(&w, "110-1"));
    ASSERT_STATE(parked.state, MINIPAY_STATE_PARKED);
    minipay_reconciliation found = go_on(&w, (reconciled){.lines = 1, .different = 1});
    assert_int_equal(difference(&w, &found, 1).position, 2);
    bank.empty = true;
    for (int times = 0; times < 2; times++) {
        found = again(&w, 0, (reconciled){.different = 1});
        minipay_difference told = difference(&w, &found, 1);
        assert_string_equal(minipay_difference_name(told.difference), "parked");
        assert_memory_equal(&told.order_id, &parked.id, sizeof parked.id);
        assert_int_equal(told.position, 0);
        assert_int_equal(told.bank_minor, 0);
        assert_int_equal(told.value_date, parked.reference_date);
    }
    world_audit_clean(&w);
    world_close(&w);
}

enum { MANY = 300 };

static void many_lines_that_are_gone_are_each_named_once(void **state)
{
    static minipay_instruction asked[MANY];
    static minipay_outcome outcomes[MANY];
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    for (int i = 0; i < MANY; i++)
        asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_execute(w.pay, asked, MANY, outcomes, NULL), MINIPAY_OK);
    go_on(&w, (reconciled){.lines = MANY, .matched = MANY});
    bank.empty = true;
    again(&w, 0, (reconciled){.missing = MANY});
    again(&w, 0, (reconciled){.missing = MANY});
    bank.empty = false;
    again(&w, 0, (reconciled){.lines = MANY, .matched = MANY});
    world_audit_clean(&w);
    world_close(&w);
}

/* A run that was cut off has matched lines behind the place that the last whole run had reached. */
static void a_line_that_a_cut_off_run_has_matched_is_missing_too(void **state)
{
    bool failed = true;
    uint32_t found = 0;
    (void)state;
    for (uint32_t at = 1; failed; at++) {
        world w;
        crooked bank;
        minipay_reconciliation cut;
        crooked_begin(&w, &bank, ":memory:");
        minipay_reconciliation_init(&cut);
        topup(&w, world_person(&w, "110-1"));
        minipay_reconcile_request first = reconcile_ask(&w);
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = at;
        failed = minipay_reconcile(w.pay, &first, &cut, NULL) != MINIPAY_OK;
        w.faults.storage_fails_at = 0;
        if (failed) {
            found += minipay_reconciliation_get(w.pay, &first.id, &cut, NULL) == MINIPAY_OK && cut.lines;
            bank.hidden_position = 2;
            go_on(&w, (reconciled){.missing = 1});
        }
        world_close(&w);
    }
    assert_true(found > 0);
}

/* The n-th call of the storage fails: the same request again ends in what an undisturbed run finds. */
static void a_failing_storage_names_a_gone_line_once(void **state)
{
    bool failed = true;
    (void)state;
    for (uint32_t n = 1; failed; n++) {
        world w;
        crooked bank;
        minipay_reconciliation found;
        crooked_begin(&w, &bank, ":memory:");
        minipay_reconciliation_init(&found);
        topup(&w, world_person(&w, "110-1"));
        topup(&w, world_person(&w, "110-2"));
        go_on(&w, (reconciled){.lines = 2, .matched = 2});
        bank.hidden_position = 2;
        minipay_reconcile_request request = reconcile_ask(&w);
        request.again = 1;
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = n;
        failed = minipay_reconcile(w.pay, &request, &found, NULL) != MINIPAY_OK;
        w.faults.storage_fails_at = 0;
        reconcile_expect(reconcile_run(&w, &request),
                         (reconciled){.lines = 1, .matched = 1, .missing = 1});
        world_audit_clean(&w);
        world_close(&w);
        assert_true(n < 300);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_matched_line_that_is_gone_leaves_its_order_missing_until_it_is_back),
        cmocka_unit_test(a_run_answers_only_for_what_it_reads_again),
        cmocka_unit_test(a_matched_line_that_then_has_another_amount_or_fee_is_told),
        cmocka_unit_test(a_position_that_now_has_anothers_line_is_extra_and_the_order_missing),
        cmocka_unit_test(a_line_that_stands_farther_on_now_is_matched_there),
        cmocka_unit_test(lines_that_have_changed_places_are_matched_there),
        cmocka_unit_test(a_gone_line_of_an_order_that_is_not_done_is_forgotten),
        cmocka_unit_test(a_parked_order_whose_line_is_gone_is_told_without_one),
        cmocka_unit_test(many_lines_that_are_gone_are_each_named_once),
        cmocka_unit_test(a_line_that_a_cut_off_run_has_matched_is_missing_too),
        cmocka_unit_test(a_failing_storage_names_a_gone_line_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
