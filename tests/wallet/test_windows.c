/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* Daily and monthly limits when a cut-off moves the business date back. */

enum { TEN_HOURS = 600 };

static world w;
static minipay_id payer, payee;

/* Ten minutes past midnight in Seoul on the day whose midnight in Greenwich is so many seconds later. */
static void begin(int64_t days)
{
    world_init(&w, ":memory:");
    w.now += days * INT64_C(86400000000) - INT64_C(8) * 3600000000 - INT64_C(50) * 60000000;
    world_open(&w);
    payer = world_person(&w, NULL);
    payee = world_person(&w, NULL);
    world_credit(&w, payer, 10000);
}

static minipay_outcome spend(int64_t amount_minor, minipay_status status)
{
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, amount_minor);
    ASSERT_STATUS(outcome.status, status);
    return outcome;
}

static int32_t newest_date(void)
{
    minipay_entry entry;
    uint32_t count = 1;
    minipay_entry_init(&entry);
    ASSERT_STATUS(minipay_wallet_history(w.pay, &payer, "KRW", 0, &entry, &count, NULL), MINIPAY_OK);
    return entry.business_date;
}

static void a_limit_is_not_there_twice_when_the_date_goes_back(int32_t rule, minipay_status refusal)
{
    world_rule(&w, rule, 0, 100);
    spend(100, MINIPAY_OK);
    int32_t first_date = newest_date();
    for (int turn = 0; turn < 4; turn++) {
        spend(1, refusal);
        world_rule(&w, MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, turn % 2 ? 0 : TEN_HOURS);
    }
    spend(1, refusal);
    world_rule(&w, MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, TEN_HOURS);
    world_rule(&w, rule, 0, 130);
    spend(30, MINIPAY_OK);
    assert_true(newest_date() < first_date);
    spend(1, refusal);
    world_audit_clean(&w);
}

static void a_daily_limit_is_not_there_twice_when_the_date_goes_back(void **state)
{
    (void)state;
    begin(0);
    a_limit_is_not_there_twice_when_the_date_goes_back(MINIPAY_RULE_LIMIT_DAILY, MINIPAY_LIMIT_DAILY);
    world_pass(&w, 86400); /* the newest date, by the later cut-off: its window goes on */
    spend(1, MINIPAY_LIMIT_DAILY);
    world_pass(&w, 86400);
    spend(130, MINIPAY_OK);
    spend(1, MINIPAY_LIMIT_DAILY);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_monthly_limit_is_not_there_twice_when_the_date_goes_back(void **state)
{
    (void)state;
    begin(8); /* the first of December */
    a_limit_is_not_there_twice_when_the_date_goes_back(MINIPAY_RULE_LIMIT_MONTHLY,
                                                       MINIPAY_LIMIT_MONTHLY);
    world_pass(&w, 86400 * 20);
    spend(1, MINIPAY_LIMIT_MONTHLY);
    world_pass(&w, 86400 * 20);
    spend(130, MINIPAY_OK);
    world_close(&w);
}

static void a_hold_asks_the_newest_window_too(void **state)
{
    (void)state;
    begin(0);
    minipay_id shop = world_merchant(&w, NULL, 0);
    world_rule(&w, MINIPAY_RULE_LIMIT_DAILY, 0, 100);
    spend(100, MINIPAY_OK);
    world_rule(&w, MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, TEN_HOURS);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_AUTHORIZE, payer, shop, 1).status, MINIPAY_LIMIT_DAILY);
    world_close(&w);
}

static void a_reversal_gives_back_to_the_window_that_it_was_taken_from(void **state)
{
    (void)state;
    begin(0);
    world_rule(&w, MINIPAY_RULE_LIMIT_DAILY, 0, 100);
    world_rule(&w, MINIPAY_RULE_LIMIT_MONTHLY, 0, 100);
    minipay_outcome spent = spend(100, MINIPAY_OK);
    world_rule(&w, MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, TEN_HOURS);
    spend(1, MINIPAY_LIMIT_DAILY);
    minipay_instruction undo = world_ask(&w, MINIPAY_KIND_REVERSAL, world_nobody, spent.id, 0);
    memcpy(undo.reason, "wrong", 6);
    world_expect(&w, &undo, MINIPAY_STATE_DONE, MINIPAY_OK);
    spend(101, MINIPAY_LIMIT_DAILY);
    spend(100, MINIPAY_OK);
    spend(1, MINIPAY_LIMIT_DAILY);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_daily_limit_is_not_there_twice_when_the_date_goes_back),
        cmocka_unit_test(a_monthly_limit_is_not_there_twice_when_the_date_goes_back),
        cmocka_unit_test(a_hold_asks_the_newest_window_too),
        cmocka_unit_test(a_reversal_gives_back_to_the_window_that_it_was_taken_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
