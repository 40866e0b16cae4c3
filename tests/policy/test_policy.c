/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Versions of rules: what can be published, and which one is in force. */

static const int64_t day_us = INT64_C(86400000000);

static minipay_rule rule_of(int32_t number, int32_t tier, const char *currency, int64_t value)
{
    minipay_rule rule;
    minipay_rule_init(&rule);
    rule.rule = number;
    rule.tier = tier;
    rule.value = value;
    snprintf(rule.currency, sizeof rule.currency, "%s", currency);
    return rule;
}

static minipay_policy_request request_of(world *w, int64_t effective_at)
{
    minipay_policy_request request;
    minipay_policy_request_init(&request);
    request.id = world_id(w);
    request.effective_at = effective_at;
    return request;
}

static minipay_status publish(world *w, const minipay_rule *rules, uint32_t count, int64_t effective_at,
                              minipay_outcome *outcome, minipay_error *error)
{
    minipay_policy_request request = request_of(w, effective_at);
    minipay_error_init(error);
    return minipay_policy_publish(w->pay, &request, rules, count, outcome, error);
}

static int32_t publish_one(world *w, minipay_rule rule, int64_t effective_at)
{
    return world_publish(w, &rule, 1, effective_at);
}

static int64_t value_of(world *w, int32_t rule, int32_t tier, const char *currency, int32_t *version)
{
    int64_t value = -1;
    ASSERT_STATUS(minipay_policy_get(w->pay, rule, tier, currency, &value, version, NULL), MINIPAY_OK);
    return value;
}

/* ---- how much there may be ------------------------------------------------------------------------------ */

static void limits_of_every_currency_have_room(void **state)
{
    static const char currencies[][4] = {
        "AED", "AUD", "BHD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD",
        "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "KWD", "MXN", "MYR", "NOK", "NZD", "OMR", "PHP",
        "PLN", "QAR", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "VND", "ZAR"};
    enum { CURRENCIES = sizeof currencies / sizeof *currencies, OF_ONE = 4 * MINIPAY_TIER_COUNT };
    world w;
    int32_t version;
    (void)state;
    world_begin(&w);
    for (int c = 0; c < CURRENCIES; c++) {
        minipay_rule rules[OF_ONE];
        for (int i = 0; i < OF_ONE; i++)
            rules[i] = rule_of(MINIPAY_RULE_LIMIT_OPERATION + i / MINIPAY_TIER_COUNT,
                               i % MINIPAY_TIER_COUNT, currencies[c], 1000 * c + i + 1);
        world_publish(&w, rules, OF_ONE, 0);
    }
    for (int c = 0; c < CURRENCIES; c++) {
        for (int i = 0; i < OF_ONE; i++)
            assert_int_equal(value_of(&w, MINIPAY_RULE_LIMIT_OPERATION + i / MINIPAY_TIER_COUNT,
                                      i % MINIPAY_TIER_COUNT, currencies[c], &version),
                             1000 * c + i + 1);
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void one_call_changes_a_bounded_number_of_rules(void **state)
{
    world w;
    minipay_rule rules[MINIPAY_RULES_LARGEST + 1];
    minipay_error error;
    minipay_outcome outcome = {.policy_version = -7};
    int32_t version;
    (void)state;
    world_begin(&w);
    for (int i = 0; i <= MINIPAY_RULES_LARGEST; i++)
        rules[i] = rule_of(MINIPAY_RULE_REFUND_DAYS, 0, "", i);
    ASSERT_STATUS(publish(&w, rules, 0, 0, &outcome, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "rules");
    ASSERT_STATUS(publish(&w, NULL, 1, 0, &outcome, &error), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(publish(&w, rules, MINIPAY_RULES_LARGEST + 1, 0, &outcome, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "rules");
    assert_int_equal(outcome.policy_version, -7);
    ASSERT_STATUS(publish(&w, rules, MINIPAY_RULES_LARGEST, 0, &outcome, &error), MINIPAY_OK);
    assert_int_equal(value_of(&w, MINIPAY_RULE_REFUND_DAYS, 0, "", &version),
                     MINIPAY_RULES_LARGEST - 1); /* the last one says it */
    world_close(&w);
}

/* ---- which version is in force -------------------------------------------------------------------------- */

static void versions_of_the_future_leave_the_one_in_force(void **state)
{
    world w;
    int32_t version;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, "110-1"), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    int32_t in_force = publish_one(&w, rule_of(MINIPAY_RULE_TOPUP_MINIMUM, 0, "KRW", 20000), 0);
    for (int i = 1; i <= 70; i++)
        publish_one(&w, rule_of(MINIPAY_RULE_TOPUP_MINIMUM, 0, "KRW", 20000 + i * 10000),
                    w.now + i * day_us);
    assert_int_equal(value_of(&w, MINIPAY_RULE_TOPUP_MINIMUM, 0, "KRW", &version), 20000);
    assert_int_equal(version, in_force);
    assert_int_equal(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 100).policy_version, in_force);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TOPUP, payer, world_nobody, 10000).status,
                  MINIPAY_BELOW_MINIMUM);
    for (int i = 1; i <= 70; i += 23) {
        w.now = INT64_C(1763856000000000) + i * day_us - 1;
        assert_int_equal(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1).policy_version,
                         in_force + i - 1);
        w.now++;
        assert_int_equal(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1).policy_version,
                         in_force + i);
        assert_int_equal(value_of(&w, MINIPAY_RULE_TOPUP_MINIMUM, 0, "KRW", &version),
                         20000 + i * 10000);
        assert_int_equal(version, in_force + i);
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void rules_of_many_currencies_in_turn_stay_apart(void **state)
{
    static const char currencies[][4] = {"KRW", "USD", "EUR", "JPY", "GBP", "CNY", "HKD",
                                         "SGD", "AUD", "CAD", "CHF", "SEK", "NOK", "DKK",
                                         "INR", "IDR", "THB", "MYR", "PHP", "VND"};
    enum { CURRENCIES = sizeof currencies / sizeof *currencies };
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, NULL);
    for (int c = 0; c < CURRENCIES; c++) {
        minipay_wallet_request wallet;
        minipay_outcome outcome;
        minipay_wallet_request_init(&wallet);
        minipay_outcome_init(&outcome);
        wallet.id = world_id(&w);
        wallet.member_id = payer;
        memcpy(wallet.currency, currencies[c], 4);
        if (c)
            ASSERT_STATUS(minipay_wallet_open(w.pay, &wallet, 1, &outcome, NULL), MINIPAY_OK);
        publish_one(&w, rule_of(MINIPAY_RULE_LIMIT_HOLDING, 0, currencies[c], 100 + c), 0);
    }
    for (int turn = 0; turn < 3; turn++) {
        for (int c = 0; c < CURRENCIES; c++) {
            minipay_instruction asked = world_ask(&w, MINIPAY_KIND_CREDIT, payer, world_nobody, 101 + c);
            memcpy(asked.currency, currencies[c], 4);
            world_expect(&w, &asked, MINIPAY_STATE_REJECTED, MINIPAY_LIMIT_HOLDING);
            asked.id = world_id(&w);
            asked.amount_minor = turn < 2 ? 30 : 40 + c;
            world_expect(&w, &asked, MINIPAY_STATE_DONE, MINIPAY_OK);
        }
    }
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- what a rule may be --------------------------------------------------------------------------------- */

static void what_is_no_rule_cannot_be_read(void **state)
{
    static const struct {
        int32_t rule, tier;
        const char *currency;
        minipay_status status;
        const char *field;
    } cases[] = {
        {9999, 0, "KRW", MINIPAY_INVALID_ARGUMENT, "rule"},
        {-5, 0, "KRW", MINIPAY_INVALID_ARGUMENT, "rule"},
        {0, 0, "KRW", MINIPAY_INVALID_ARGUMENT, "rule"},
        {MINIPAY_RULE_COUNT, 0, "", MINIPAY_INVALID_ARGUMENT, "rule"},
        {MINIPAY_RULE_LIMIT_DAILY, 77, "KRW", MINIPAY_INVALID_ARGUMENT, "tier"},
        {MINIPAY_RULE_LIMIT_DAILY, MINIPAY_TIER_COUNT, "KRW", MINIPAY_INVALID_ARGUMENT, "tier"},
        {MINIPAY_RULE_LIMIT_DAILY, -1, "KRW", MINIPAY_INVALID_ARGUMENT, "tier"},
        {MINIPAY_RULE_TOPUP_UNIT, 1, "KRW", MINIPAY_INVALID_ARGUMENT, "tier"},
        {MINIPAY_RULE_LIMIT_DAILY, 0, "NONSENSE-LONG", MINIPAY_INVALID_CURRENCY, "currency"},
        {MINIPAY_RULE_LIMIT_DAILY, 0, "KRWX", MINIPAY_INVALID_CURRENCY, "currency"},
        {MINIPAY_RULE_LIMIT_DAILY, 0, "KR", MINIPAY_INVALID_CURRENCY, "currency"},
        {MINIPAY_RULE_LIMIT_DAILY, 0, "", MINIPAY_INVALID_CURRENCY, "currency"},
        {MINIPAY_RULE_REFUND_DAYS, 0, "KRW", MINIPAY_INVALID_CURRENCY, "currency"},
        {MINIPAY_RULE_REFUND_DAYS, 0, "NONSENSE-LONG", MINIPAY_INVALID_CURRENCY, "currency"},
    };
    world w;
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t value = -7;
        int32_t version = -7;
        minipay_error error;
        minipay_error_init(&error);
        ASSERT_STATUS(minipay_policy_get(w.pay, cases[i].rule, cases[i].tier, cases[i].currency, &value,
                                         &version, &error),
                      cases[i].status);
        assert_string_equal(error.field, cases[i].field);
        assert_int_equal(value, -7);
        assert_int_equal(version, -7);
    }
    world_close(&w);
}

static void a_call_without_its_arguments_is_refused(void **state)
{
    world w;
    int64_t value = -7;
    int32_t version = -7;
    (void)state;
    world_begin(&w);
    const int32_t rule = MINIPAY_RULE_REFUND_DAYS;
    ASSERT_STATUS(minipay_policy_get(w.pay, rule, 0, NULL, &value, &version, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_policy_get(w.pay, rule, 0, "", NULL, &version, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_policy_get(w.pay, rule, 0, "", &value, NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    assert_int_equal(value, -7);
    world_close(&w);
}

typedef struct range_case {
    int32_t rule;
    int64_t least, largest;
} range_case;

static const range_case ranges[] = {
    {MINIPAY_RULE_TOPUP_MINIMUM, 0, INT64_MAX},
    {MINIPAY_RULE_TOPUP_UNIT, 1, INT64_MAX},
    {MINIPAY_RULE_LIMIT_OPERATION, 0, INT64_MAX},
    {MINIPAY_RULE_LIMIT_HOLDING, 0, INT64_MAX},
    {MINIPAY_RULE_LIMIT_DAILY, 0, INT64_MAX},
    {MINIPAY_RULE_LIMIT_MONTHLY, 0, INT64_MAX},
    {MINIPAY_RULE_DAY_OFFSET_MINUTES, -12 * 60, 14 * 60},
    {MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, 24 * 60 - 1},
    {MINIPAY_RULE_MINIMUM_PAYOUT, 0, INT64_MAX},
    {MINIPAY_RULE_BANK_RETRY_FIRST_MS, 1, 86400000},
    {MINIPAY_RULE_BANK_RETRY_LARGEST_MS, 1, 86400000},
    {MINIPAY_RULE_BANK_DEADLINE_MS, 1, INT64_C(366) * 86400000},
    {MINIPAY_RULE_AUTHORIZATION_SECONDS, 0, INT64_C(36500) * 86400},
    {MINIPAY_RULE_CREDENTIAL_TRIES, 0, 1000},
    {MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS, 0, INT64_C(36500) * 86400},
    {MINIPAY_RULE_REFUND_DAYS, 0, 36525},
    {MINIPAY_RULE_REVERSAL_DAYS, 0, 36525},
    {MINIPAY_RULE_WEEKEND_DAYS, 0, 126},
};

enum { RANGES = sizeof ranges / sizeof *ranges };

static bool is_amount(int32_t rule)
{
    return rule <= MINIPAY_RULE_LIMIT_MONTHLY || rule == MINIPAY_RULE_MINIMUM_PAYOUT;
}

static void refuse_value(world *w, int32_t rule, int64_t value)
{
    char text[32];
    minipay_error error;
    minipay_outcome outcome = {.policy_version = -7};
    minipay_rule changed = rule_of(rule, 0, is_amount(rule) ? "KRW" : "", value);
    ASSERT_STATUS(publish(w, &changed, 1, 0, &outcome, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "value");
    assert_non_null(strstr(error.message, minipay_rule_name(rule)));
    snprintf(text, sizeof text, "%lld", (long long)value);
    assert_non_null(strstr(error.message, text));
    assert_int_equal(outcome.policy_version, -7);
}

static void every_rule_has_its_range(void **state)
{
    world w;
    int32_t version;
    (void)state;
    world_begin(&w);
    assert_int_equal(RANGES, MINIPAY_RULE_COUNT - 1);
    for (size_t i = 0; i < RANGES; i++) {
        const range_case *range = &ranges[i];
        const char *currency = is_amount(range->rule) ? "KRW" : "";
        refuse_value(&w, range->rule, range->least - 1);
        refuse_value(&w, range->rule, INT64_MIN);
        if (range->largest < INT64_MAX) {
            refuse_value(&w, range->rule, range->largest + 1);
            refuse_value(&w, range->rule, INT64_MAX);
        }
        publish_one(&w, rule_of(range->rule, 0, currency, range->least), 0);
        assert_int_equal(value_of(&w, range->rule, 0, currency, &version), range->least);
        publish_one(&w, rule_of(range->rule, 0, currency, range->largest), 0);
        assert_int_equal(value_of(&w, range->rule, 0, currency, &version), range->largest);
    }
    world_close(&w);
}

static void an_amount_has_a_currency_and_nothing_else_has(void **state)
{
    static const struct {
        minipay_status status;
        int32_t rule, tier;
        const char *currency, *field;
    } cases[] = {
        {MINIPAY_INVALID_ARGUMENT, 0, 0, "", "rule"},
        {MINIPAY_INVALID_ARGUMENT, MINIPAY_RULE_COUNT, 0, "", "rule"},
        {MINIPAY_INVALID_ARGUMENT, MINIPAY_RULE_LIMIT_DAILY, 4, "KRW", "tier"},
        {MINIPAY_INVALID_ARGUMENT, MINIPAY_RULE_TOPUP_UNIT, 1, "KRW", "tier"},
        {MINIPAY_INVALID_CURRENCY, MINIPAY_RULE_LIMIT_DAILY, 0, "", "currency"},
        {MINIPAY_INVALID_CURRENCY, MINIPAY_RULE_LIMIT_DAILY, 0, "krw", "currency"},
        {MINIPAY_INVALID_CURRENCY, MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, "KRW", "currency"},
    };
    world w;
    minipay_error error;
    minipay_outcome outcome = {.policy_version = -7};
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_rule rule = rule_of(cases[i].rule, cases[i].tier, cases[i].currency, 1);
        ASSERT_STATUS(publish(&w, &rule, 1, 0, &outcome, &error), cases[i].status);
        assert_string_equal(error.field, cases[i].field);
    }
    minipay_rule rule = rule_of(MINIPAY_RULE_REFUND_DAYS, 0, "", 1);
    ASSERT_STATUS(publish(&w, &rule, 1, -1, &outcome, &error), MINIPAY_INVALID_TIME);
    ASSERT_STATUS(publish(&w, &rule, 1, INT64_MAX, &outcome, &error), MINIPAY_INVALID_TIME);
    rule.struct_size = 0;
    ASSERT_STATUS(publish(&w, &rule, 1, 0, &outcome, &error), MINIPAY_INVALID_SIZE);
    assert_int_equal(outcome.policy_version, -7);
    world_close(&w);
}

static void at_the_ends_of_its_range(world *w, const range_case *range, int64_t value)
{
    minipay_id payer = world_person(w, "PENDING-1"), shop = world_merchant(w, "110-2", 100);
    world_credit(w, payer, 30000);
    world_rule(w, range->rule, 0, value);
    minipay_instruction asked[] = {
        world_ask(w, MINIPAY_KIND_TOPUP, payer, world_nobody, 10000),
        world_ask(w, MINIPAY_KIND_PAY, payer, shop, 100),
        world_ask(w, MINIPAY_KIND_AUTHORIZE, payer, shop, 100),
        world_ask(w, MINIPAY_KIND_TRANSFER, payer, world_person(w, NULL), 100),
        world_ask(w, MINIPAY_KIND_WITHDRAW, payer, world_nobody, 100),
    };
    asked[1].flags = MINIPAY_FLAG_AUTO_TOPUP;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        assert_int_not_equal(world_execute(w, &asked[i]).state, MINIPAY_STATE_NONE);
    world_do(w, MINIPAY_KIND_REFUND, world_nobody, asked[1].id, 10);
    world_do(w, MINIPAY_KIND_REVERSAL, world_nobody, asked[3].id, 0);
    world_settle(w, world_id(w), 20991231);
    world_pass(w, 86400);
    ASSERT_STATUS(minipay_run(w->pay, 0, NULL, NULL, NULL), MINIPAY_OK);
}

static void a_day_goes_well_at_both_ends_of_every_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < RANGES; i++) {
        for (int end = 0; end < 2; end++) {
            world w;
            world_begin(&w);
            at_the_ends_of_its_range(&w, &ranges[i], end ? ranges[i].largest : ranges[i].least);
            world_audit_clean(&w);
            world_close(&w);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_of_every_currency_have_room),
        cmocka_unit_test(one_call_changes_a_bounded_number_of_rules),
        cmocka_unit_test(versions_of_the_future_leave_the_one_in_force),
        cmocka_unit_test(rules_of_many_currencies_in_turn_stay_apart),
        cmocka_unit_test(what_is_no_rule_cannot_be_read),
        cmocka_unit_test(a_call_without_its_arguments_is_refused),
        cmocka_unit_test(every_rule_has_its_range),
        cmocka_unit_test(an_amount_has_a_currency_and_nothing_else_has),
        cmocka_unit_test(a_day_goes_well_at_both_ends_of_every_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
