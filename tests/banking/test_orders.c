/* SPDX-License-Identifier: Apache-2.0 */
#include "crooked.h"

#include <stdio.h>
#include <string.h>

/* Firm-banking orders as people see them, and banks that move another amount than was ordered. */

static uint32_t count_orders(world *w, int32_t state, minipay_id owner, uint32_t page)
{
    minipay_order orders[64];
    minipay_order_query query;
    uint32_t count = page, total = 0;
    minipay_order_query_init(&query);
    query.state = state;
    query.owner_id = owner;
    while (count == page) {
        ASSERT_STATUS(minipay_order_list(w->pay, &query, orders, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++) {
            if (state)
                assert_int_equal(orders[i].state, state);
            assert_true(memcmp(&orders[i].id, &query.after, sizeof query.after) > 0);
            query.after = orders[i].id;
        }
        total += count;
    }
    return total;
}

static void an_order_shows_what_was_asked_and_what_the_bank_said(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), account = world_link(&w, member, "REFUSE-1");
    minipay_instruction topup = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    world_expect(&w, &topup, MINIPAY_STATE_REJECTED, MINIPAY_BANK_REFUSED);
    minipay_order order = world_order(&w, topup.id);
    assert_int_equal(order.direction, MINIPAY_BANK_COLLECT);
    assert_memory_equal(&order.operation_id, &topup.id, sizeof topup.id);
    assert_int_equal(order.operation_kind, MINIPAY_KIND_TOPUP);
    assert_memory_equal(&order.owner_id, &member, sizeof member);
    assert_memory_equal(&order.account_id, &account, sizeof account);
    ASSERT_STATE(order.state, MINIPAY_STATE_REJECTED);
    ASSERT_STATUS(order.status, MINIPAY_BANK_REFUSED);
    assert_string_equal(minipay_verdict_name(order.verdict), "refused");
    assert_string_equal(order.bank_reason, "499 not processed");
    assert_int_equal(order.amount_minor, 20000);
    assert_int_equal(order.moved_minor, 0);
    assert_int_equal(order.attempts, 1);
    assert_int_equal(order.next_at, 0);
    assert_int_equal(order.created_at, w.now);
    assert_int_equal(order.finished_at, w.now);
    assert_string_equal(order.currency, "KRW");
    assert_int_equal(strlen(order.reference), 32);
    assert_int_equal(order.reference_date, 20251123);
    world_close(&w);
}

static void a_running_order_says_when_it_is_asked_again(void **state)
{
    world w;
    int64_t next_at = 0;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "PENDING-1");
    world_credit(&w, member, 20000);
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 20000);
    world_expect(&w, &asked, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, &next_at, NULL), MINIPAY_OK);
    minipay_order order = world_order(&w, asked.id);
    ASSERT_STATE(order.state, MINIPAY_STATE_RUNNING);
    assert_int_equal(order.direction, MINIPAY_BANK_PAY_OUT);
    assert_string_equal(minipay_verdict_name(order.verdict), "pending");
    assert_int_equal(order.next_at, next_at);
    assert_true(order.deadline_at > order.next_at);
    assert_int_equal(order.finished_at, 0);
    world_rest(&w);
    order = world_order(&w, asked.id);
    ASSERT_STATE(order.state, MINIPAY_STATE_DONE);
    assert_int_equal(order.moved_minor, 20000);
    assert_int_equal(order.attempts, 2);
    assert_int_equal(order.next_at, 0);
    world_close(&w);
}

static void lists_show_the_orders_of_a_state_and_of_an_owner(void **state)
{
    static const uint32_t pages[] = {1, 3, 64};
    static const struct {
        const char *account;
        uint32_t times;
        int32_t state;
    } orders[] = {{"110-1", 5, MINIPAY_STATE_DONE},
                  {"REFUSE-1", 3, MINIPAY_STATE_REJECTED},
                  {"PENDING-1", 2, MINIPAY_STATE_RUNNING}};
    world w;
    minipay_id owners[3];
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < 3; i++) {
        owners[i] = world_person(&w, orders[i].account);
        for (uint32_t n = 0; n < orders[i].times; n++)
            world_do(&w, MINIPAY_KIND_TOPUP, owners[i], world_nobody, 10000);
    }
    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(count_orders(&w, orders[i].state, world_nobody, pages[p]), orders[i].times);
            assert_int_equal(count_orders(&w, MINIPAY_STATE_NONE, owners[i], pages[p]), orders[i].times);
            assert_int_equal(count_orders(&w, orders[i].state, owners[i], pages[p]), orders[i].times);
            assert_int_equal(count_orders(&w, MINIPAY_STATE_PARKED, owners[i], pages[p]), 0);
        }
        assert_int_equal(count_orders(&w, MINIPAY_STATE_NONE, world_nobody, pages[p]), 10);
    }
    world_rest(&w);
    assert_int_equal(count_orders(&w, MINIPAY_STATE_RUNNING, world_nobody, 64), 0);
    assert_int_equal(count_orders(&w, MINIPAY_STATE_DONE, world_nobody, 64), 7);
    world_at_peace(&w);
    world_close(&w);
}

static void an_order_that_gets_no_answer_is_listed_as_parked(void **state)
{
    world w;
    (void)state;
    world_init(&w, ":memory:");
    w.script.lost_request = 10000;
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_link(&w, member, "LOST-1");
    world_rule(&w, MINIPAY_RULE_BANK_DEADLINE_MS, 0, 1000);
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    world_pass(&w, 2);
    world_rest(&w);
    minipay_order order = world_order(&w, outcome.id);
    ASSERT_STATE(order.state, MINIPAY_STATE_PARKED);
    ASSERT_STATUS(order.status, MINIPAY_BANK_UNKNOWN);
    assert_int_equal(order.next_at, 0);
    assert_int_equal(count_orders(&w, MINIPAY_STATE_PARKED, world_nobody, 64), 1);
    world_close(&w);
}

/* sys/bank.h: DONE with another amount books nothing, and waits for a person. */
static void another_amount_than_ordered_books_nothing_and_is_parked(void **state)
{
    static const int64_t more[] = {1, -1, -10000, -20000, INT64_C(1000000000000)};
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW};
    static const char *const accounts[] = {"110-1", "UNKNOWN-1"};
    (void)state;
    for (size_t i = 0; i < sizeof more / sizeof *more * 4; i++) {
        world w;
        crooked bank;
        int32_t kind = kinds[i % 2];
        crooked_begin(&w, &bank, ":memory:");
        bank.answer_more = more[i / 4];
        minipay_id member = world_person(&w, accounts[i / 2 % 2]);
        world_credit(&w, member, 50000);
        minipay_instruction asked = world_ask(&w, kind, member, world_nobody, 10000);
        world_execute(&w, &asked);
        world_rest(&w);
        world_expect(&w, &asked, MINIPAY_STATE_PARKED, MINIPAY_BANK_AMOUNT_DIFFERS);
        minipay_order order = world_order(&w, asked.id);
        ASSERT_STATE(order.state, MINIPAY_STATE_PARKED);
        ASSERT_STATUS(order.status, MINIPAY_BANK_AMOUNT_DIFFERS);
        assert_int_equal(order.moved_minor, 10000 + more[i / 4]);
        assert_int_equal(order.amount_minor, 10000);
        minipay_wallet wallet = world_wallet(&w, member);
        assert_int_equal(wallet.posted_minor, kind == MINIPAY_KIND_TOPUP ? 50000 : 40000);
        assert_int_equal(wallet.incoming_minor, kind == MINIPAY_KIND_TOPUP ? 10000 : 0);
        assert_int_equal(count_orders(&w, MINIPAY_STATE_PARKED, member, 64), 1);
        world_audit_clean(&w);
        world_close(&w);
    }
}

/* Whatever it is that waits for an order, itself or by its top-up, waits for the same person. */
static void what_waits_for_a_parked_order_tells_why(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW, MINIPAY_KIND_TRANSFER,
                                    MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    static const minipay_status reasons[] = {MINIPAY_BANK_UNKNOWN, MINIPAY_BANK_AMOUNT_DIFFERS,
                                             MINIPAY_NOT_BOOKED};
    enum { KINDS = sizeof kinds / sizeof *kinds, REASONS = sizeof reasons / sizeof *reasons };
    (void)state;
    for (size_t i = 0; i < KINDS * REASONS; i++) {
        world w;
        crooked bank;
        int32_t kind = kinds[i / REASONS];
        minipay_status reason = reasons[i % REASONS];
        bool alone = kind == MINIPAY_KIND_TOPUP || kind == MINIPAY_KIND_WITHDRAW;
        crooked_begin(&w, &bank, ":memory:");
        minipay_id member = world_person(&w, "110-1");
        bank.fee_more = reason == MINIPAY_NOT_BOOKED ? INT64_MAX : 0;
        world_topup(&w, member, 10000); /* its fee is all that the books have room for */
        bank.hush = bank.mute = reason == MINIPAY_BANK_UNKNOWN;
        bank.answer_more = reason == MINIPAY_BANK_AMOUNT_DIFFERS;
        minipay_id other = kind == MINIPAY_KIND_TRANSFER ? world_person(&w, NULL)
                           : alone                       ? world_nobody
                                                         : world_merchant(&w, NULL, 0);
        minipay_instruction asked = world_ask(&w, kind, member, other, alone ? 10000 : 15000);
        asked.flags = alone ? 0 : MINIPAY_FLAG_AUTO_TOPUP;
        world_execute(&w, &asked);
        world_rest(&w);
        world_expect(&w, &asked, MINIPAY_STATE_PARKED, reason);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void the_corporate_account_stands_beside_the_books(void **state)
{
    world w;
    crooked bank;
    minipay_error error;
    minipay_corporate_position position, before;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_corporate_position_init(&position);
    minipay_error_init(&error);
    minipay_id member = world_person(&w, "UNKNOWN-1");
    world_link(&w, member, "110-1");
    world_credit(&w, member, 30000);
    world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, "KRW", &position, &error), MINIPAY_OK);
    assert_string_equal(position.currency, "KRW");
    assert_int_equal(position.at_bank_minor, -10000);
    assert_int_equal(position.posted_minor, 0);
    assert_int_equal(position.in_transit_minor, -10000);
    assert_int_equal(position.difference_minor, -10000);
    world_rest(&w);
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, "KRW", &position, &error), MINIPAY_OK);
    assert_int_equal(position.posted_minor, -10000);
    assert_int_equal(position.in_transit_minor, 0);
    assert_int_equal(position.difference_minor, 0);
    before = position;
    bank.silent = true;
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, "KRW", &position, &error), MINIPAY_UNAVAILABLE);
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, "XXQ", &position, &error),
                  MINIPAY_INVALID_CURRENCY);
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, NULL, &position, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, "KRW", NULL, &error), MINIPAY_INVALID_ARGUMENT);
    assert_memory_equal(&position, &before, sizeof position);
    world_close(&w);
    world_init(&w, ":memory:");
    w.without_bank = true;
    world_open(&w);
    ASSERT_STATUS(minipay_corporate_position_get(w.pay, "KRW", &position, &error),
                  MINIPAY_NOT_SUPPORTED);
    world_close(&w);
}

static void wrong_arguments_are_named(void **state)
{
    world w;
    minipay_error error;
    minipay_order order;
    minipay_order_query query;
    uint32_t count = 1, large = MINIPAY_BATCH_LARGEST + 1;
    (void)state;
    world_begin(&w);
    minipay_error_init(&error);
    minipay_order_query_init(&query);
    minipay_id unknown = world_id(&w);
    ASSERT_STATUS(minipay_order_get(w.pay, &unknown, &order, &error), MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_order_find(w.pay, &unknown, &order, &error), MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_order_get(w.pay, NULL, &order, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_order_get(w.pay, &unknown, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_order_find(w.pay, NULL, &order, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_order_find(w.pay, &unknown, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_order_list(w.pay, NULL, &order, &count, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_order_list(w.pay, &query, &order, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_order_list(w.pay, &query, &order, &large, &error), MINIPAY_BATCH_TOO_LARGE);
    query.state = 5;
    ASSERT_STATUS(minipay_order_list(w.pay, &query, &order, &count, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "state");
    query.struct_size = 0;
    ASSERT_STATUS(minipay_order_list(w.pay, &query, &order, &count, &error), MINIPAY_INVALID_SIZE);
    assert_string_equal(minipay_verdict_name(-1), "?");
    assert_string_equal(minipay_verdict_name(6), "?");
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_shows_what_was_asked_and_what_the_bank_said),
        cmocka_unit_test(a_running_order_says_when_it_is_asked_again),
        cmocka_unit_test(lists_show_the_orders_of_a_state_and_of_an_owner),
        cmocka_unit_test(an_order_that_gets_no_answer_is_listed_as_parked),
        cmocka_unit_test(another_amount_than_ordered_books_nothing_and_is_parked),
        cmocka_unit_test(what_waits_for_a_parked_order_tells_why),
        cmocka_unit_test(the_corporate_account_stands_beside_the_books),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
