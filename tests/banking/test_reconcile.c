/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "crooked.h"
#include "reconcile.h"

#include <stdio.h>
#include <string.h>

/* The bank's statement against the orders: what agrees, what differs and how, and what is only early. */

/* The differences of a run, which must be as many as it counts. */
static uint32_t list(world *w, const minipay_reconciliation *of, minipay_difference found[16])
{
    uint32_t count = 16;
    ASSERT_STATUS(minipay_difference_list(w->pay, &of->id, 0, found, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, of->missing + of->extra + of->different);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(found[i].number, i + 1);
        assert_memory_equal(&found[i].reconciliation_id, &of->id, sizeof of->id);
    }
    return count;
}

static minipay_difference only_difference(world *w, const minipay_reconciliation *of)
{
    minipay_difference found[16];
    assert_int_equal(list(w, of, found), 1);
    return found[0];
}

static minipay_id topup(world *w, minipay_id member)
{
    return world_do(w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).id;
}

static void orders_in_both_directions_match_and_are_not_read_twice(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    topup(&w, member);
    topup(&w, member);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 5000).state,
                 MINIPAY_STATE_DONE);
    minipay_reconciliation first = reconcile_on(&w);
    reconcile_expect(first, (reconciled){.lines = 3, .matched = 3});
    assert_int_equal(first.from_position, 0);
    assert_int_equal(first.through_position, 6);
    topup(&w, member);
    minipay_reconciliation second = reconcile_on(&w);
    reconcile_expect(second, (reconciled){.lines = 1, .matched = 1});
    assert_int_equal(second.from_position, 6);
    assert_int_equal(second.through_position, 8);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    reconcile_expect(reconcile_again(&w, 4), (reconciled){.lines = 2, .matched = 2});
    reconcile_expect(reconcile_again(&w, 0), (reconciled){.lines = 4, .matched = 4});
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    world_at_peace(&w);
    world_close(&w);
}

static void a_done_order_that_the_statement_has_not_is_missing_until_it_has(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1"), lost;
    topup(&w, member);
    lost = topup(&w, member);
    bank.hidden_position = 4;
    minipay_order order = world_order(&w, lost);
    for (int times = 0; times < 2; times++) {
        minipay_reconciliation found = reconcile_on(&w);
        reconcile_expect(found,
                         (reconciled){.lines = times ? 0 : 1, .matched = times ? 0 : 1, .missing = 1});
        minipay_difference missing = only_difference(&w, &found);
        assert_string_equal(minipay_difference_name(missing.difference), "missing");
        assert_memory_equal(&missing.order_id, &order.id, sizeof order.id);
        assert_int_equal(missing.position, 0);
        assert_int_equal(missing.ordered_minor, 10000);
        assert_int_equal(missing.bank_minor, 0);
        assert_int_equal(missing.direction, MINIPAY_BANK_COLLECT);
        assert_int_equal(missing.value_date, order.reference_date);
        assert_string_equal(missing.currency, "KRW");
        assert_string_equal(missing.reference, order.reference);
    }
    bank.hidden_position = 0;
    reconcile_expect(reconcile_again(&w, 0), (reconciled){.lines = 2, .matched = 2});
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    assert_int_equal(world_balance(&w, member), 20000);
    world_audit_clean(&w);
    world_close(&w);
}

static void money_that_nobody_ordered_is_extra(void **state)
{
    static const char *const references[] = {"ATM 4711", "", "0123456789abcdef0123456789abcdef",
                                             "0123456789ABCDEF0123456789ABCDEF"};
    world w;
    crooked bank;
    minipay_difference found[16];
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    topup(&w, world_person(&w, "110-1"));
    for (int i = 0; i < 4; i++)
        crooked_add(&bank, 100 + i, references[i], MINIPAY_BANK_PAY_OUT, 700 + i);
    minipay_reconciliation first = reconcile_on(&w);
    reconcile_expect(first, (reconciled){.lines = 5, .matched = 1, .extra = 4});
    assert_int_equal(list(&w, &first, found), 4);
    for (int i = 0; i < 4; i++) {
        assert_string_equal(minipay_difference_name(found[i].difference), "extra");
        assert_memory_equal(&found[i].order_id, &world_nobody, sizeof world_nobody);
        assert_int_equal(found[i].position, 100 + i);
        assert_int_equal(found[i].ordered_minor, 0);
        assert_int_equal(found[i].bank_minor, 700 + i);
        assert_int_equal(found[i].direction, MINIPAY_BANK_PAY_OUT);
        assert_int_equal(found[i].value_date, 20251123);
        assert_string_equal(found[i].reference, references[i]);
    }
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    world_audit_clean(&w);
    world_close(&w);
}

/* The bank's own reference, but in another currency or the other way: it is not the order's movement. */
static void a_line_that_differs_in_currency_or_direction_is_nobodys(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        world w;
        crooked bank;
        crooked_begin(&w, &bank, ":memory:");
        minipay_order order = world_order(&w, topup(&w, world_person(&w, "110-1")));
        bank.empty = true;
        crooked_add(&bank, 7, order.reference, way ? MINIPAY_BANK_PAY_OUT : MINIPAY_BANK_COLLECT, 10000);
        if (!way)
            memcpy(bank.extras[0].currency, "USD", 4);
        reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .extra = 1, .missing = 1});
        world_close(&w);
    }
}

static void a_missing_order_whose_row_is_gone_is_corrupt(void **state)
{
    world w;
    crooked bank;
    minipay_error error;
    minipay_reconciliation found;
    (void)state;
    crooked_begin(&w, &bank, "order-gone.db");
    topup(&w, world_person(&w, "110-1"));
    bank.empty = true;
    reconcile_expect(reconcile_on(&w), (reconciled){.missing = 1});
    assert_int_equal(by_hand_run(w.path, "DELETE FROM bank_order"), 1);
    minipay_reconcile_request request = reconcile_ask(&w);
    minipay_error_init(&error);
    minipay_reconciliation_init(&found);
    ASSERT_STATUS(minipay_reconcile(w.pay, &request, &found, &error), MINIPAY_CORRUPT);
    assert_string_equal(error.field, "bank_order");
    world_close(&w);
}

static void another_amount_is_a_difference_of_its_own(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id done = topup(&w, world_person(&w, "110-1"));
    minipay_order order = world_order(&w, done);
    bank.line_more = -1;
    minipay_reconciliation found = reconcile_on(&w);
    reconcile_expect(found, (reconciled){.lines = 1, .different = 1});
    minipay_difference amount = only_difference(&w, &found);
    assert_string_equal(minipay_difference_name(amount.difference), "amount");
    assert_memory_equal(&amount.order_id, &order.id, sizeof order.id);
    assert_int_equal(amount.ordered_minor, 10000);
    assert_int_equal(amount.bank_minor, 9999);
    assert_int_equal(amount.position, 2);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    reconcile_expect(reconcile_again(&w, 0), (reconciled){.lines = 1, .different = 1});
    world_close(&w);
}

static void a_second_movement_of_one_order_is_extra_however_often_it_is_read(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id done = topup(&w, world_person(&w, "110-1"));
    bank.twice = true;
    minipay_reconciliation found = reconcile_on(&w);
    reconcile_expect(found, (reconciled){.lines = 2, .matched = 1, .extra = 1});
    minipay_difference extra = only_difference(&w, &found);
    minipay_order order = world_order(&w, done);
    assert_memory_equal(&extra.order_id, &order.id, sizeof order.id);
    assert_int_equal(extra.position, 3);
    reconcile_expect(reconcile_again(&w, 0), (reconciled){.lines = 2, .matched = 1, .extra = 1});
    reconcile_expect(reconcile_again(&w, 2), (reconciled){.lines = 1, .extra = 1});
    world_close(&w);
}

static void a_line_of_a_refused_order_or_the_other_way_round_is_extra(void **state)
{
    world w;
    crooked bank;
    minipay_difference found[16];
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "REFUSE-1"), friend = world_person(&w, "110-1");
    minipay_order refused = world_order(&w, topup(&w, member)),
                  done = world_order(&w, topup(&w, friend));
    crooked_add(&bank, 100, refused.reference, MINIPAY_BANK_COLLECT, 10000);
    crooked_add(&bank, 101, done.reference, MINIPAY_BANK_PAY_OUT, 10000);
    crooked_add(&bank, 102, done.reference, MINIPAY_BANK_COLLECT, 10000);
    memcpy(bank.extras[2].currency, "USD", 4);
    minipay_reconciliation first = reconcile_on(&w);
    reconcile_expect(first, (reconciled){.lines = 4, .matched = 1, .extra = 3});
    list(&w, &first, found);
    assert_memory_equal(&found[0].order_id, &refused.id, sizeof refused.id);
    assert_memory_equal(&found[1].order_id, &world_nobody, sizeof world_nobody);
    assert_string_equal(found[2].currency, "USD");
    world_close(&w);
}

static void a_line_of_another_amount_is_in_flight_until_its_order_has_an_answer(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.line_more = 5;
    minipay_id member = world_person(&w, "UNKNOWN-1");
    world_credit(&w, member, 10000);
    topup(&w, member);
    world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 5000);
    for (int times = 0; times < 2; times++)
        reconcile_expect(times ? reconcile_again(&w, 0) : reconcile_on(&w),
                         (reconciled){.lines = 2, .in_flight = 2});
    reconcile_expect(reconcile_on(&w), (reconciled){.in_flight = 2});
    world_rest(&w);
    reconcile_expect(reconcile_on(&w), (reconciled){.different = 2});
    reconcile_expect(reconcile_on(&w), (reconciled){.matched = 0});
    world_audit_clean(&w);
    world_close(&w);
}

static void a_line_of_the_right_amount_completes_an_order_without_an_answer(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "UNKNOWN-1");
    world_credit(&w, member, 10000);
    minipay_id in = topup(&w, member);
    minipay_id out = world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 5000).id;
    assert_int_equal(world_balance(&w, member), 5000);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 2, .matched = 2});
    ASSERT_STATE(world_outcome(&w, MINIPAY_KIND_TOPUP, in).state, MINIPAY_STATE_DONE);
    ASSERT_STATE(world_outcome(&w, MINIPAY_KIND_WITHDRAW, out).state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, member), 15000);
    minipay_order order = world_order(&w, in);
    assert_string_equal(minipay_verdict_name(order.verdict), "done");
    assert_int_equal(order.moved_minor, 10000);
    world_rest(&w);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    reconcile_expect(reconcile_again(&w, 0), (reconciled){.lines = 2, .matched = 2});
    world_audit_clean(&w);
    world_close(&w);
}

static void what_waited_for_the_completed_order_goes_on(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.hush = true;
    minipay_id member = world_person(&w, "110-1"), friend = world_person(&w, NULL);
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_TRANSFER, member, friend, 4000);
    asked.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_expect(&w, &asked, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .matched = 1});
    ASSERT_STATE(world_outcome(&w, MINIPAY_KIND_TRANSFER, asked.id).state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, friend), 4000);
    world_at_peace(&w);
    world_close(&w);
}

static void a_run_that_begins_ahead_leaves_the_lines_between_to_the_next(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    for (int i = 0; i < 3; i++)
        topup(&w, member);
    reconcile_expect(reconcile_again(&w, 4), (reconciled){.lines = 1, .matched = 1, .missing = 2});
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 3, .matched = 3});
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    world_at_peace(&w);
    world_close(&w);
}

/* The bank's own word is as good late as in time. */
static void a_line_of_the_right_amount_completes_a_parked_order_and_what_waits_for_it(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.line_more = 1;
    bank.mute = true;
    minipay_id member = world_person(&w, "110-1"), friend = world_person(&w, NULL);
    minipay_id in = topup(&w, member);
    minipay_instruction sent = world_ask(&w, MINIPAY_KIND_TRANSFER, member, friend, 4000);
    sent.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_expect(&w, &sent, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    world_rest(&w);
    ASSERT_STATE(world_outcome(&w, MINIPAY_KIND_TOPUP, in).state, MINIPAY_STATE_PARKED);
    world_expect(&w, &sent, MINIPAY_STATE_PARKED, MINIPAY_BANK_UNKNOWN);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 2, .different = 2});
    bank.line_more = 0;
    reconcile_expect(reconcile_again(&w, 0), (reconciled){.lines = 2, .matched = 2});
    world_expect(&w, &sent, MINIPAY_STATE_DONE, MINIPAY_OK);
    ASSERT_STATE(world_order(&w, in).state, MINIPAY_STATE_DONE);
    assert_int_equal(world_balance(&w, friend), 4000);
    assert_int_equal(world_balance(&w, member), 16000);
    world_at_peace(&w);
    world_close(&w);
}

/* The bank has said two amounts: the statement alone does not decide. */
static void a_line_does_not_complete_an_order_of_which_the_bank_moved_another_amount(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.answer_more = 1;
    minipay_id in = topup(&w, world_person(&w, "110-1"));
    ASSERT_STATE(world_order(&w, in).state, MINIPAY_STATE_PARKED);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .different = 1});
    ASSERT_STATE(world_order(&w, in).state, MINIPAY_STATE_PARKED);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_line_of_a_parked_order_is_told_by_every_run_and_names_the_order(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.line_more = -1;
    bank.mute = true;
    minipay_order order = world_order(&w, topup(&w, world_person(&w, "110-1")));
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .in_flight = 1});
    world_pass(&w, INT64_C(86400) * 30);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    minipay_order parked;
    minipay_order_init(&parked);
    ASSERT_STATUS(minipay_order_get(w.pay, &order.id, &parked, NULL), MINIPAY_OK);
    ASSERT_STATE(parked.state, MINIPAY_STATE_PARKED);
    for (int times = 0; times < 3; times++) {
        minipay_reconciliation found = times == 2 ? reconcile_again(&w, 0) : reconcile_on(&w);
        reconcile_expect(found, (reconciled){.lines = times == 2, .different = 1});
        minipay_difference told = only_difference(&w, &found);
        assert_string_equal(minipay_difference_name(told.difference), "parked");
        assert_memory_equal(&told.order_id, &order.id, sizeof order.id);
        assert_int_equal(told.ordered_minor, 10000);
        assert_int_equal(told.bank_minor, 9999);
        assert_int_equal(told.position, 2);
    }
    world_audit_clean(&w);
    world_close(&w);
}

/* The bank says that it does not know the order, but its statement has it. */
static void an_order_that_the_statement_has_is_never_submitted_again(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "LOST-1");
    minipay_order order = world_order(&w, topup(&w, member));
    crooked_add(&bank, 100, order.reference, MINIPAY_BANK_COLLECT, 9000);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .in_flight = 1});
    assert_int_equal(bank.submits, 1);
    world_rest(&w);
    assert_int_equal(bank.submits, 1);
    reconcile_expect(reconcile_on(&w), (reconciled){.different = 1});
    world_audit_clean(&w);
    world_close(&w);
}

static void an_order_in_flight_that_is_then_refused_leaves_an_extra_line(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.hush = true;
    minipay_id asked = topup(&w, world_person(&w, "REFUSE-1"));
    minipay_order order = world_order(&w, asked);
    ASSERT_STATE(order.state, MINIPAY_STATE_RUNNING);
    crooked_add(&bank, 100, order.reference, MINIPAY_BANK_COLLECT, 10001);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .in_flight = 1});
    world_rest(&w);
    ASSERT_STATE(world_order(&w, asked).state, MINIPAY_STATE_REJECTED);
    minipay_reconciliation found = reconcile_on(&w);
    reconcile_expect(found, (reconciled){.extra = 1});
    minipay_difference extra = only_difference(&w, &found);
    assert_int_equal(extra.position, 100);
    assert_int_equal(extra.bank_minor, 10001);
    assert_memory_equal(&extra.order_id, &order.id, sizeof order.id);
    reconcile_expect(reconcile_on(&w), (reconciled){.extra = 0});
    world_close(&w);
}

static void a_parked_order_and_one_that_has_not_ended_are_not_missing(void **state)
{
    world w;
    crooked bank;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    bank.answer_more = 1;
    topup(&w, world_person(&w, "110-1"));
    topup(&w, world_person(&w, "LOST-1"));
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .different = 1});
    bank.empty = true;
    reconcile_expect(reconcile_again(&w, 0), (reconciled){.different = 1});
    world_audit_clean(&w);
    world_close(&w);
}

static void a_run_is_made_once_and_its_id_is_for_one_request(void **state)
{
    world w;
    crooked bank;
    minipay_error error;
    minipay_reconciliation first, second;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_error_init(&error);
    minipay_id member = world_person(&w, "110-1");
    topup(&w, member);
    minipay_reconcile_request request = reconcile_ask(&w), other;
    first = reconcile_run(&w, &request);
    uint32_t pages = bank.pages;
    topup(&w, member);
    second = reconcile_run(&w, &request);
    assert_memory_equal(&first, &second, sizeof first);
    assert_int_equal(bank.pages, pages);
    other = request;
    other.channel[0] = 'x';
    ASSERT_STATUS(minipay_reconcile(w.pay, &other, &second, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "channel");
    other = request;
    other.again = 1;
    ASSERT_STATUS(minipay_reconcile(w.pay, &other, &second, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "again");
    world_close(&w);
}

static void a_bank_that_falls_silent_leaves_a_run_that_goes_on(void **state)
{
    world w;
    crooked bank;
    minipay_error error;
    minipay_reconciliation found;
    (void)state;
    crooked_begin(&w, &bank, "silent.db");
    minipay_error_init(&error);
    minipay_reconciliation_init(&found);
    topup(&w, world_person(&w, "110-1"));
    minipay_reconcile_request request = reconcile_ask(&w);
    bank.silent = true;
    ASSERT_STATUS(minipay_reconcile(w.pay, &request, &found, &error), MINIPAY_UNAVAILABLE);
    ASSERT_STATUS(minipay_reconciliation_get(w.pay, &request.id, &found, NULL), MINIPAY_OK);
    ASSERT_STATE(found.state, MINIPAY_STATE_RUNNING);
    bank.silent = false;
    reconcile_expect(reconcile_run(&w, &request), (reconciled){.lines = 1, .matched = 1});
    world_close(&w);
}

/* What of the second line is wrong, and no line has. */
static void spoil(minipay_bank_movement *line, int way)
{
    switch (way) {
    case 0:
        line->position = 100;
        break;
    case 1:
        line->direction = 3;
        break;
    case 2:
        line->amount_minor = 0;
        break;
    case 3:
        line->amount_minor = INT64_MIN;
        break;
    case 4:
        line->fee_minor = -1;
        break;
    case 5:
        line->reference[0] = (char)0xff;
        break;
    case 6:
        memset(line->reference, 'x', sizeof line->reference); /* without an end */
        break;
    case 7:
        memset(line->currency, 'K', sizeof line->currency);
        break;
    case 8:
        line->value_date = 20251345;
        break;
    case 9:
        line->value_date = 0;
        break;
    default:
        line->reference_date = -1;
    }
}

enum { WAYS_TO_SPOIL = 11 };

static void a_statement_out_of_order_is_refused_and_nothing_is_judged(void **state)
{
    world w;
    crooked bank;
    minipay_error error;
    minipay_reconciliation found;
    (void)state;
    for (int i = 0; i < WAYS_TO_SPOIL; i++) {
        crooked_begin(&w, &bank, ":memory:");
        minipay_error_init(&error);
        minipay_reconciliation_init(&found);
        crooked_add(&bank, 100, "one", MINIPAY_BANK_COLLECT, 10);
        crooked_add(&bank, 101, "two", MINIPAY_BANK_COLLECT, 10);
        spoil(&bank.extras[1], i);
        minipay_reconcile_request request = reconcile_ask(&w);
        ASSERT_STATUS(minipay_reconcile(w.pay, &request, &found, &error), MINIPAY_ADAPTER_INVALID);
        assert_string_equal(error.field, "bank");
        ASSERT_STATUS(minipay_reconciliation_get(w.pay, &request.id, &found, NULL), MINIPAY_OK);
        assert_int_equal(found.lines, 0);
        world_close(&w);
    }
}

enum { MANY = 600 };

static void many_lines_and_many_missing_orders_go_in_pages(void **state)
{
    static minipay_instruction asked[MANY];
    static minipay_outcome outcomes[MANY];
    static minipay_difference page[100];
    world w;
    crooked bank;
    int64_t after = 0;
    uint32_t count = 100;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "110-1");
    for (int i = 0; i < MANY; i++)
        asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_execute(w.pay, asked, MANY, outcomes, NULL), MINIPAY_OK);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = MANY, .matched = MANY});
    world_close(&w);
    crooked_begin(&w, &bank, ":memory:");
    bank.empty = true;
    member = world_person(&w, "110-1");
    for (int i = 0; i < MANY; i++)
        asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_execute(w.pay, asked, MANY, outcomes, NULL), MINIPAY_OK);
    minipay_reconciliation found = reconcile_on(&w);
    reconcile_expect(found, (reconciled){.missing = MANY});
    while (count == 100) {
        ASSERT_STATUS(minipay_difference_list(w.pay, &found.id, after, page, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(page[i].number, after + i + 1);
        after += count;
    }
    assert_int_equal(after, MANY);
    world_audit_clean(&w);
    world_close(&w);
}

/* The n-th call of the storage fails: the same request again ends in what an undisturbed run finds. */
static void a_failing_storage_counts_nothing_twice(void **state)
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
        topup(&w, world_person(&w, "UNKNOWN-1"));
        bank.hidden_position = 2;
        crooked_add(&bank, 100, "nobody", MINIPAY_BANK_COLLECT, 10);
        minipay_reconcile_request request = reconcile_ask(&w);
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = n;
        failed = minipay_reconcile(w.pay, &request, &found, NULL) != MINIPAY_OK;
        w.faults.storage_fails_at = 0;
        found = reconcile_run(&w, &request);
        reconcile_expect(found, (reconciled){.lines = 3, .matched = 2, .missing = 1, .extra = 1});
        minipay_difference differences[16];
        list(&w, &found, differences);
        world_audit_clean(&w);
        world_close(&w);
        assert_true(n < 300);
    }
}

static void wrong_arguments_are_named(void **state)
{
    world w;
    minipay_error error;
    minipay_reconciliation found;
    minipay_difference difference;
    uint32_t count = 1, large = MINIPAY_BATCH_LARGEST + 1;
    (void)state;
    world_begin(&w);
    minipay_error_init(&error);
    minipay_reconcile_request good = reconcile_ask(&w), bad = good;
    ASSERT_STATUS(minipay_reconcile(w.pay, NULL, &found, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_reconcile(w.pay, &good, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    bad.struct_size = 0;
    ASSERT_STATUS(minipay_reconcile(w.pay, &bad, &found, &error), MINIPAY_INVALID_SIZE);
    bad = good;
    bad.id = world_nobody;
    ASSERT_STATUS(minipay_reconcile(w.pay, &bad, &found, &error), MINIPAY_INVALID_ID);
    bad = good;
    bad.again = 2;
    ASSERT_STATUS(minipay_reconcile(w.pay, &bad, &found, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "again");
    bad.again = 1;
    bad.from_position = -1;
    ASSERT_STATUS(minipay_reconcile(w.pay, &bad, &found, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "from_position");
    bad = good;
    bad.from_position = 1;
    ASSERT_STATUS(minipay_reconcile(w.pay, &bad, &found, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "from_position");
    bad = good;
    memset(bad.actor, 'a', sizeof bad.actor);
    ASSERT_STATUS(minipay_reconcile(w.pay, &bad, &found, &error), MINIPAY_INVALID_TEXT);
    ASSERT_STATUS(minipay_reconciliation_get(w.pay, &good.id, &found, &error), MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_reconciliation_get(w.pay, NULL, &found, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_reconciliation_get(w.pay, &good.id, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_difference_list(w.pay, NULL, 0, &difference, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_difference_list(w.pay, &good.id, -1, &difference, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_difference_list(w.pay, &good.id, 0, NULL, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_difference_list(w.pay, &good.id, 0, &difference, &large, &error),
                  MINIPAY_BATCH_TOO_LARGE);
    assert_string_equal(minipay_difference_name(0), "?");
    assert_string_equal(minipay_difference_name(6), "?");
    world_close(&w);
    world_init(&w, ":memory:");
    w.without_bank = true;
    world_open(&w);
    ASSERT_STATUS(minipay_reconcile(w.pay, &good, &found, &error), MINIPAY_NOT_SUPPORTED);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_in_both_directions_match_and_are_not_read_twice),
        cmocka_unit_test(a_done_order_that_the_statement_has_not_is_missing_until_it_has),
        cmocka_unit_test(money_that_nobody_ordered_is_extra),
        cmocka_unit_test(a_line_that_differs_in_currency_or_direction_is_nobodys),
        cmocka_unit_test(a_missing_order_whose_row_is_gone_is_corrupt),
        cmocka_unit_test(another_amount_is_a_difference_of_its_own),
        cmocka_unit_test(a_second_movement_of_one_order_is_extra_however_often_it_is_read),
        cmocka_unit_test(a_line_of_a_refused_order_or_the_other_way_round_is_extra),
        cmocka_unit_test(a_line_of_another_amount_is_in_flight_until_its_order_has_an_answer),
        cmocka_unit_test(a_line_of_the_right_amount_completes_an_order_without_an_answer),
        cmocka_unit_test(what_waited_for_the_completed_order_goes_on),
        cmocka_unit_test(a_run_that_begins_ahead_leaves_the_lines_between_to_the_next),
        cmocka_unit_test(a_line_of_the_right_amount_completes_a_parked_order_and_what_waits_for_it),
        cmocka_unit_test(a_line_does_not_complete_an_order_of_which_the_bank_moved_another_amount),
        cmocka_unit_test(a_line_of_a_parked_order_is_told_by_every_run_and_names_the_order),
        cmocka_unit_test(an_order_that_the_statement_has_is_never_submitted_again),
        cmocka_unit_test(an_order_in_flight_that_is_then_refused_leaves_an_extra_line),
        cmocka_unit_test(a_parked_order_and_one_that_has_not_ended_are_not_missing),
        cmocka_unit_test(a_run_is_made_once_and_its_id_is_for_one_request),
        cmocka_unit_test(a_bank_that_falls_silent_leaves_a_run_that_goes_on),
        cmocka_unit_test(a_statement_out_of_order_is_refused_and_nothing_is_judged),
        cmocka_unit_test(many_lines_and_many_missing_orders_go_in_pages),
        cmocka_unit_test(a_failing_storage_counts_nothing_twice),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
