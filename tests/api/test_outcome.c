/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* What an outcome tells of the booking, and what a bank is told of a withdrawal. */

enum { DAY = 20251123 };

static void expect_date(world *w, minipay_outcome outcome, int32_t date)
{
    ASSERT_STATUS(outcome.status, MINIPAY_OK);
    if (outcome.business_date != date)
        print_error("%s: %d\n", minipay_kind_name(outcome.kind), (int)outcome.business_date);
    assert_int_equal(outcome.business_date, date);
    assert_int_equal(world_outcome(w, outcome.kind, outcome.id).business_date, date);
}

static void every_operation_that_books_tells_its_business_date(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, "110-1"), b = world_person(&w, NULL);
    minipay_id shop = world_merchant(&w, "220-1", 0);
    expect_date(&w, world_do(&w, MINIPAY_KIND_TOPUP, a, world_nobody, 100000), DAY);
    expect_date(&w, world_do(&w, MINIPAY_KIND_WITHDRAW, a, world_nobody, 10000), DAY);
    minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, a, world_nobody, 5);
    strcpy(credit.reason, "gift");
    expect_date(&w, world_execute(&w, &credit), DAY);
    credit.kind = MINIPAY_KIND_DEBIT;
    credit.id = world_id(&w);
    expect_date(&w, world_execute(&w, &credit), DAY);
    minipay_outcome sent = world_do(&w, MINIPAY_KIND_TRANSFER, a, b, 100);
    expect_date(&w, sent, DAY);
    minipay_instruction noted = world_ask(&w, MINIPAY_KIND_TRANSFER, a, b, 100);
    strcpy(noted.memo, "lunch");
    expect_date(&w, world_execute(&w, &noted), DAY);
    minipay_id paid = world_do(&w, MINIPAY_KIND_PAY, a, shop, 1000).id;
    minipay_id hold = world_do(&w, MINIPAY_KIND_HOLD, a, b, 100).id;
    world_pass(&w, 86400);
    expect_date(&w, world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold, 0), DAY + 1);
    expect_date(&w, world_do(&w, MINIPAY_KIND_REFUND, world_nobody, paid, 0), DAY + 1);
    minipay_instruction back = world_ask(&w, MINIPAY_KIND_REVERSAL, world_nobody, sent.id, 0);
    strcpy(back.reason, "wrong");
    expect_date(&w, world_execute(&w, &back), DAY + 1);
    assert_int_equal(world_outcome(&w, MINIPAY_KIND_TRANSFER, sent.id).business_date, DAY);
    world_audit_clean(&w);
    world_close(&w);
}

static void what_was_refused_was_never_booked(void **state)
{
    world w;
    minipay_batch_request request;
    minipay_batch_outcome batch;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, NULL), b = world_person(&w, NULL);
    minipay_outcome refused = world_do(&w, MINIPAY_KIND_TRANSFER, a, b, 100);
    ASSERT_STATUS(refused.status, MINIPAY_INSUFFICIENT_FUNDS);
    assert_int_equal(refused.booked_at, 0);
    assert_int_equal(refused.business_date, 0);
    assert_int_equal(world_outcome(&w, refused.kind, refused.id).booked_at, 0);
    minipay_batch_request_init(&request);
    request.id = world_id(&w);
    minipay_instruction one = world_ask(&w, MINIPAY_KIND_TRANSFER, a, b, 100);
    ASSERT_STATUS(minipay_execute_atomic(w.pay, &request, &one, 1, &batch, &outcome, NULL),
                  MINIPAY_BATCH_REFUSED);
    assert_int_equal(batch.booked_at, 0);
    assert_int_equal(outcome.booked_at, 0);
    world_audit_clean(&w);
    world_close(&w);
}

/* One handle, which has known the day all along; midnight is Korea's. */
static void a_day_ends_at_its_last_microsecond(void **state)
{
    static const int64_t first_midnight = INT64_C(1763910000000000); /* 2025-11-24T00:00:00+09:00 */
    static const int64_t day = INT64_C(86400000000);
    world w;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, NULL), b = world_person(&w, NULL);
    world_credit(&w, a, 1000);
    for (int32_t i = 0; i < 3; i++) {
        w.now = first_midnight + i * day - 1;
        expect_date(&w, world_do(&w, MINIPAY_KIND_TRANSFER, a, b, 1), DAY + i);
        w.now++;
        expect_date(&w, world_do(&w, MINIPAY_KIND_TRANSFER, a, b, 1), DAY + 1 + i);
    }
    w.now += 3600 * INT64_C(1000000);
    world_rule(&w, MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, 120);
    expect_date(&w, world_do(&w, MINIPAY_KIND_TRANSFER, a, b, 1), DAY + 2);
    world_audit_clean(&w);
    world_close(&w);
}

static minipay_id line_of(world *w, minipay_id run)
{
    minipay_settlement_line line;
    uint32_t count = 1;
    minipay_settlement_line_init(&line);
    ASSERT_STATUS(minipay_settlement_lines(w->pay, &run, &world_nobody, &line, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(count, 1);
    return line.id;
}

/* Of three runs over one payment: below the minimum without a fee, with one, and paid out. */
static void a_payout_tells_the_date_on_which_its_merchants_money_moved(void **state)
{
    static const struct {
        int32_t fee;
        int64_t minimum;
        int32_t date;
    } cases[] = {{0, 5000, 0}, {100, 5000, DAY + 1}, {0, 0, DAY + 1}, {100, 0, DAY + 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world w;
        world_begin(&w);
        minipay_id payer = world_person(&w, NULL), shop = world_merchant(&w, "220-1", cases[i].fee);
        world_credit(&w, payer, 1000);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_PAY, payer, shop, 1000).status, MINIPAY_OK);
        world_rule(&w, MINIPAY_RULE_MINIMUM_PAYOUT, 0, cases[i].minimum);
        world_pass(&w, 86400);
        minipay_id run = world_settle(&w, world_id(&w), 20991231).id;
        world_pass(&w, 86400);
        minipay_outcome payout = world_outcome(&w, MINIPAY_KIND_PAYOUT, line_of(&w, run));
        ASSERT_STATE(payout.state, MINIPAY_STATE_DONE);
        assert_int_equal(payout.business_date, cases[i].date);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void what_books_nothing_has_no_business_date(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, "REFUSE-1"), b = world_person(&w, NULL);
    world_credit(&w, a, 100);
    assert_int_equal(world_do(&w, MINIPAY_KIND_TRANSFER, a, b, 101).business_date, 0);
    minipay_outcome refused = world_do(&w, MINIPAY_KIND_WITHDRAW, a, world_nobody, 100);
    ASSERT_STATUS(refused.status, MINIPAY_BANK_REFUSED);
    assert_int_equal(refused.business_date, 0);
    assert_int_equal(world_do(&w, MINIPAY_KIND_HOLD, a, b, 50).business_date, 0);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- a bank that writes down what it is told ------------------------------------------------------------- */

static minipay_status (*plain_submit)(void *impl, const minipay_bank_order *orders,
                                      minipay_bank_answer *answers, uint32_t count,
                                      minipay_error *error);
static char told[2][32];
static uint32_t told_count;

static minipay_status listening_submit(void *impl, const minipay_bank_order *orders,
                                       minipay_bank_answer *answers, uint32_t count,
                                       minipay_error *error)
{
    for (uint32_t i = 0; i < count && told_count < 2; i++)
        memcpy(told[told_count++], orders[i].memo, sizeof told[0]);
    return plain_submit(impl, orders, answers, count, error);
}

static void a_withdrawals_memo_goes_to_the_bank_in_whole_characters(void **state)
{
    static const char long_memo[] =
        "\xec\x9b\x94\xec\x9b\x94\xec\x9b\x94\xec\x9b\x94\xec\x9b\x94\xec\x9b\x94"
        "\xec\x9b\x94\xec\x9b\x94\xec\x9b\x94\xec\x9b\x94\xec\x9b\x94";
    world w;
    (void)state;
    world_init(&w, ":memory:");
    strcpy(w.script.path, ":memory:");
    ASSERT_STATUS(minipay_scripted_bank(&w.script, &w.bank, NULL), MINIPAY_OK);
    plain_submit = w.bank.submit;
    w.bank.submit = listening_submit;
    world_open(&w);
    told_count = 0;
    minipay_id member = world_person(&w, "110-1");
    world_credit(&w, member, 1000);
    minipay_instruction ask = world_ask(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 100);
    strcpy(ask.memo, "rent");
    ASSERT_STATUS(world_execute(&w, &ask).status, MINIPAY_OK);
    assert_string_equal(told[0], "rent");
    ask.id = world_id(&w);
    strcpy(ask.memo, long_memo);
    ASSERT_STATUS(world_execute(&w, &ask).status, MINIPAY_OK);
    assert_int_equal(strlen(told[1]), 30); /* ten of three bytes */
    assert_memory_equal(told[1], long_memo, 30);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_refused_was_never_booked),
        cmocka_unit_test(a_day_ends_at_its_last_microsecond),
        cmocka_unit_test(every_operation_that_books_tells_its_business_date),
        cmocka_unit_test(a_payout_tells_the_date_on_which_its_merchants_money_moved),
        cmocka_unit_test(what_books_nothing_has_no_business_date),
        cmocka_unit_test(a_withdrawals_memo_goes_to_the_bank_in_whole_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
