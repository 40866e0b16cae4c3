/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Versions as operations: who published them, once, and what became of them. */

static const int64_t day_us = INT64_C(86400000000);

static minipay_rule refund_days(int64_t days)
{
    minipay_rule rule;
    minipay_rule_init(&rule);
    rule.rule = MINIPAY_RULE_REFUND_DAYS;
    rule.value = days;
    return rule;
}

static minipay_policy_request request_of(world *w, int64_t effective_at)
{
    minipay_policy_request request;
    minipay_policy_request_init(&request);
    request.id = world_id(w);
    request.effective_at = effective_at;
    snprintf(request.actor, sizeof request.actor, "kim");
    snprintf(request.channel, sizeof request.channel, "desk");
    snprintf(request.reason, sizeof request.reason, "the regulator's letter");
    return request;
}

static minipay_status send(world *w, const minipay_policy_request *request, const minipay_rule *rules,
                           uint32_t count, minipay_outcome *outcome, minipay_error *error)
{
    minipay_outcome_init(outcome);
    minipay_error_init(error);
    return minipay_policy_publish(w->pay, request, rules, count, outcome, error);
}

static int64_t days_now(world *w, int32_t *version)
{
    int64_t value = -1;
    ASSERT_STATUS(minipay_policy_get(w->pay, MINIPAY_RULE_REFUND_DAYS, 0, "", &value, version, NULL),
                  MINIPAY_OK);
    return value;
}

static int64_t days_of(world *w, int32_t version)
{
    int64_t value = -1;
    ASSERT_STATUS(
        minipay_policy_rule_get(w->pay, version, MINIPAY_RULE_REFUND_DAYS, 0, "", &value, NULL),
        MINIPAY_OK);
    return value;
}

static minipay_policy_version version_of(world *w, int32_t number)
{
    minipay_policy_version version;
    minipay_policy_version_init(&version);
    ASSERT_STATUS(minipay_policy_version_get(w->pay, number, &version, NULL), MINIPAY_OK);
    assert_int_equal(version.version, number);
    return version;
}

static uint32_t count_versions(world *w)
{
    minipay_policy_version versions[64];
    uint32_t count = 64;
    ASSERT_STATUS(minipay_policy_list(w->pay, 0, versions, &count, NULL), MINIPAY_OK);
    return count;
}

/* ---- once ----------------------------------------------------------------------------------------------- */

static void the_same_id_twice_is_one_version(void **state)
{
    world w;
    minipay_outcome first, again;
    minipay_error error;
    int32_t version;
    (void)state;
    world_begin(&w);
    minipay_rule rule = refund_days(30);
    minipay_policy_request request = request_of(&w, 0);
    ASSERT_STATUS(send(&w, &request, &rule, 1, &first, &error), MINIPAY_OK);
    ASSERT_STATE(first.state, MINIPAY_STATE_DONE);
    assert_int_equal(first.kind, MINIPAY_KIND_POLICY);
    assert_memory_equal(&first.id, &request.id, sizeof request.id);
    assert_int_equal(first.policy_version, 2);
    world_rule(&w, MINIPAY_RULE_REFUND_DAYS, 0, 7);
    world_pass(&w, 3600);
    ASSERT_STATUS(send(&w, &request, &rule, 1, &again, &error), MINIPAY_OK);
    assert_memory_equal(&again, &first, sizeof first);
    assert_int_equal(days_now(&w, &version), 7);
    assert_int_equal(version, 3);
    assert_int_equal(count_versions(&w), 3);
    minipay_outcome looked_up = world_outcome(&w, MINIPAY_KIND_POLICY, request.id);
    assert_memory_equal(&looked_up, &first, sizeof first);
    world_audit_clean(&w);
    world_close(&w);
}

static void another_request_under_the_id_is_named_by_its_field(void **state)
{
    world w;
    minipay_outcome outcome;
    minipay_error error;
    (void)state;
    world_begin(&w);
    minipay_rule rules[] = {refund_days(30), refund_days(31)};
    const minipay_policy_request good = request_of(&w, w.now + day_us);
    ASSERT_STATUS(send(&w, &good, rules, 1, &outcome, &error), MINIPAY_OK);
    for (int i = 0; i < 8; i++) {
        static const char *const fields[] = {"effective_at", "effective_at", "rules",  "rules",
                                             "rules",        "actor",        "reason", "channel"};
        minipay_policy_request other = good;
        minipay_rule *from = rules;
        other.effective_at = i == 0 ? good.effective_at + 1 : i == 1 ? 0 : good.effective_at;
        rules[0] = refund_days(i == 2 ? 29 : 30);
        from += i == 4;
        if (i == 5)
            memset(other.actor, 0, sizeof other.actor);
        if (i == 6)
            other.reason[0] = 'T';
        if (i == 7)
            memset(other.channel, 0, sizeof other.channel);
        ASSERT_STATUS(send(&w, &other, from, i == 3 ? 2 : 1, &outcome, &error), MINIPAY_ID_REUSED);
        assert_string_equal(error.field, fields[i]);
        assert_int_equal(outcome.state, MINIPAY_STATE_NONE);
    }
    assert_int_equal(count_versions(&w), 2);
    world_close(&w);
}

static void a_request_says_who_and_when_in_its_own_bounds(void **state)
{
    world w;
    minipay_outcome outcome;
    minipay_error error;
    (void)state;
    world_begin(&w);
    minipay_rule rule = refund_days(30);
    const minipay_policy_request good = request_of(&w, 0);
    static const char *const fields[] = {"struct_size", "id", "actor", "channel", "reason"};
    static const minipay_status statuses[] = {MINIPAY_INVALID_SIZE, MINIPAY_INVALID_ID,
                                              MINIPAY_INVALID_TEXT, MINIPAY_INVALID_TEXT,
                                              MINIPAY_INVALID_TEXT};
    for (int i = 0; i < 5; i++) {
        minipay_policy_request bad = good;
        if (i == 0)
            bad.struct_size--;
        if (i == 1)
            bad.id = world_nobody;
        if (i > 1)
            (i == 2 ? bad.actor : i == 3 ? bad.channel : bad.reason)[0] = (char)0xff;
        ASSERT_STATUS(send(&w, &bad, &rule, 1, &outcome, &error), statuses[i]);
        assert_string_equal(error.field, fields[i]);
    }
    ASSERT_STATUS(send(&w, NULL, &rule, 1, &outcome, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "request");
    ASSERT_STATUS(minipay_policy_publish(w.pay, &good, &rule, 1, NULL, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "outcome");
    assert_int_equal(count_versions(&w), 1);
    world_close(&w);
}

static void a_commit_that_was_lost_is_one_version_too(void **state)
{
    world w;
    minipay_outcome outcome;
    minipay_error error;
    int32_t version;
    (void)state;
    world_begin(&w);
    minipay_rule rule = refund_days(30);
    minipay_policy_request request = request_of(&w, 0);
    for (uint32_t fails_at = 1; fails_at < 12; fails_at++) {
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = fails_at;
        w.faults.commit_is_lost = fails_at % 2;
        minipay_status status = send(&w, &request, &rule, 1, &outcome, &error);
        w.faults.storage_fails_at = 0;
        ASSERT_STATUS(send(&w, &request, &rule, 1, &outcome, &error), MINIPAY_OK);
        assert_int_equal(outcome.policy_version, 2);
        assert_int_equal(days_now(&w, &version), 30);
        assert_int_equal(version, 2);
        if (status == MINIPAY_OK)
            break;
    }
    assert_int_equal(count_versions(&w), 2);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- reading -------------------------------------------------------------------------------------------- */

static void a_version_says_who_published_it_and_why(void **state)
{
    world w;
    minipay_outcome outcome;
    minipay_error error;
    (void)state;
    world_begin(&w);
    minipay_rule rule = refund_days(30);
    minipay_policy_request request = request_of(&w, w.now + day_us);
    ASSERT_STATUS(send(&w, &request, &rule, 1, &outcome, &error), MINIPAY_OK);
    minipay_policy_version version = version_of(&w, outcome.policy_version);
    assert_memory_equal(&version.id, &request.id, sizeof request.id);
    assert_string_equal(version.actor, "kim");
    assert_string_equal(version.channel, "desk");
    assert_string_equal(version.reason, "the regulator's letter");
    assert_int_equal(version.published_at, w.now);
    assert_int_equal(version.effective_at, w.now + day_us);
    minipay_policy_version first = version_of(&w, 1);
    assert_memory_equal(&first.id, &world_nobody, sizeof world_nobody);
    assert_string_equal(first.actor, "");
    world_close(&w);
}

static void versions_are_listed_in_pages_newest_first(void **state)
{
    world w;
    minipay_policy_version page[4];
    int32_t before = 0, seen = 0;
    (void)state;
    world_begin(&w);
    for (int i = 0; i < 9; i++)
        world_rule(&w, MINIPAY_RULE_REFUND_DAYS, 0, i);
    for (uint32_t count = 4; count == 4; before = page[count ? count - 1 : 0].version) {
        ASSERT_STATUS(minipay_policy_list(w.pay, before, page, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++, seen++)
            assert_int_equal(page[i].version, 10 - seen);
    }
    assert_int_equal(seen, 10);
    world_close(&w);
}

static void an_operation_can_be_held_against_the_version_it_stored(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    for (int days = 1; days < 4; days++) {
        world_rule(&w, MINIPAY_RULE_REFUND_DAYS, 0, days);
        minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1);
        world_rule(&w, MINIPAY_RULE_REFUND_DAYS, 0, 100 + days);
        assert_int_equal(days_of(&w, outcome.policy_version), days);
    }
    assert_int_equal(days_of(&w, 1), 0);
    world_close(&w);
}

/* ---- which one is in force ------------------------------------------------------------------------------ */

static void a_planned_version_is_corrected_by_one_that_comes_before_it(void **state)
{
    world w;
    int32_t version;
    (void)state;
    world_begin(&w);
    minipay_rule mistyped = refund_days(9999), wanted = refund_days(14), other = refund_days(0);
    other.rule = MINIPAY_RULE_REVERSAL_DAYS;
    other.value = 3;
    int64_t start = w.now, in_force = world_publish(&w, &other, 1, 0);
    int32_t planned = world_publish(&w, &mistyped, 1, start + 1000 * day_us);
    assert_int_equal(version_of(&w, planned).state, MINIPAY_POLICY_PLANNED);
    assert_int_equal(version_of(&w, (int32_t)in_force).state, MINIPAY_POLICY_IN_FORCE);
    int32_t mended = world_publish(&w, &wanted, 1, start + 2 * day_us);
    assert_int_equal(version_of(&w, planned).state, MINIPAY_POLICY_REPLACED);
    assert_int_equal(version_of(&w, mended).state, MINIPAY_POLICY_PLANNED);
    assert_int_equal(days_now(&w, &version), 0);
    assert_int_equal(version, in_force);
    w.now = start + 2 * day_us;
    assert_int_equal(days_now(&w, &version), 14);
    assert_int_equal(version, mended);
    assert_int_equal(version_of(&w, mended).state, MINIPAY_POLICY_IN_FORCE);
    assert_int_equal(version_of(&w, (int32_t)in_force).state, MINIPAY_POLICY_PAST);
    w.now = start + 1001 * day_us;
    assert_int_equal(days_now(&w, &version), 14);
    assert_int_equal(version, mended);
    int64_t value = -1;
    ASSERT_STATUS(minipay_policy_get(w.pay, MINIPAY_RULE_REVERSAL_DAYS, 0, "", &value, &version, NULL),
                  MINIPAY_OK);
    assert_int_equal(value, 3); /* of the version that it follows, not of the one that it replaces */
    world_close(&w);
}

/* In the lane and beside it, before, at and after the time of each. */
static void in_force_is_the_newest_version_whose_time_has_come(void **state)
{
    static const struct {
        int64_t at_day, days;
    } plan[] = {{50, 1}, {20, 2}, {30, 3}, {30, 4}, {10, 5}, {40, 6}, {15, 7}};
    enum { PLANNED = sizeof plan / sizeof *plan };
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    int64_t start = w.now;
    for (int i = 0; i < PLANNED; i++) {
        minipay_rule rule = refund_days(plan[i].days);
        assert_int_equal(world_publish(&w, &rule, 1, start + plan[i].at_day * day_us), i + 2);
    }
    for (int64_t half = 0; half < 120; half++) {
        int32_t version, expected = 1;
        w.now = start + half * day_us / 2;
        for (int i = 0; i < PLANNED; i++)
            expected = start + plan[i].at_day * day_us <= w.now ? i + 2 : expected;
        assert_int_equal(days_now(&w, &version), expected == 1 ? 0 : plan[expected - 2].days);
        assert_int_equal(version, expected);
        assert_int_equal(world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1).policy_version, expected);
        assert_int_equal(version_of(&w, version).state, MINIPAY_POLICY_IN_FORCE);
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void a_time_that_has_passed_is_now(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_rule rule = refund_days(30);
    int32_t version = world_publish(&w, &rule, 1, 1);
    assert_int_equal(version_of(&w, version).effective_at, w.now);
    assert_int_equal(version_of(&w, version).state, MINIPAY_POLICY_IN_FORCE);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_id_twice_is_one_version),
        cmocka_unit_test(another_request_under_the_id_is_named_by_its_field),
        cmocka_unit_test(a_request_says_who_and_when_in_its_own_bounds),
        cmocka_unit_test(a_commit_that_was_lost_is_one_version_too),
        cmocka_unit_test(a_version_says_who_published_it_and_why),
        cmocka_unit_test(versions_are_listed_in_pages_newest_first),
        cmocka_unit_test(an_operation_can_be_held_against_the_version_it_stored),
        cmocka_unit_test(a_planned_version_is_corrected_by_one_that_comes_before_it),
        cmocka_unit_test(in_force_is_the_newest_version_whose_time_has_come),
        cmocka_unit_test(a_time_that_has_passed_is_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
