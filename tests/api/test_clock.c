/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* The host's clock may say anything. What would be booked at a time that no calendar has is refused, and the
 * books go on as soon as the clock is right again. */

static int64_t told;

static int64_t tell(void *impl)
{
    (void)impl;
    return told;
}

static void a_clock_beyond_the_calendar_is_refused_and_spoils_nothing(void **state)
{
    static const int64_t wrong[] = {INT64_MAX, INT64_MIN, -1, INT64_C(253370764800000000)};
    world w;
    minipay_error error;
    minipay_outcome outcome;
    minipay_id id;
    (void)state;
    world_init(&w, ":memory:");
    w.host.now = tell;
    told = w.now;
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t value = 0, right = told;
        int32_t version = 0;
        uint32_t carried;
        minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 5);
        told = wrong[i];
        minipay_error_init(&error);
        ASSERT_STATUS(minipay_execute(w.pay, &credit, 1, &outcome, &error), MINIPAY_UNAVAILABLE);
        assert_string_equal(error.field, "host");
        ASSERT_STATUS(minipay_id_generate(w.pay, &id), MINIPAY_OK);
        minipay_policy_get(w.pay, MINIPAY_RULE_TOPUP_UNIT, 0, "KRW", &value, &version, NULL);
        minipay_run(w.pay, 0, &carried, NULL, NULL);
        assert_int_equal(world_balance(&w, member), 5 * (int64_t)i);
        told = right;
        world_expect(&w, &credit, MINIPAY_STATE_DONE, MINIPAY_OK);
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void the_last_second_of_the_calendar_can_be_booked(void **state)
{
    world w;
    (void)state;
    world_init(&w, ":memory:");
    w.now = INT64_C(253370764799000000);
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 5);
    assert_int_equal(world_balance(&w, member), 5);
    world_audit_clean(&w);
    world_close(&w);
}

/* Once booked it could not be taken back: business dates would stand still for all these years. */
static void a_clock_that_leaps_is_refused_before_anything_is_booked_by_it(void **state)
{
    const int64_t year = INT64_C(365) * 86400 * 1000000;
    world w;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    world_init(&w, ":memory:");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 5);
    minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 5);
    int64_t right = w.now;
    w.now = right + 11 * year;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &credit, 1, &outcome, &error), MINIPAY_UNAVAILABLE);
    assert_string_equal(error.field, "host");
    assert_int_equal(world_balance(&w, member), 5);
    w.now = right;
    world_expect(&w, &credit, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_outcome(&w, credit.kind, credit.id).booked_at, right);
    w.now = right + 9 * year; /* a database that nobody used for long */
    world_credit(&w, member, 5);
    world_audit_clean(&w);
    world_close(&w);
}

/* Books of an earlier day, or of a virtual clock, can be begun in a database that was made today. */
static void a_database_that_books_nothing_yet_binds_no_clock(void **state)
{
    world w;
    (void)state;
    world_init(&w, "bound-to-no-clock.db");
    w.now += INT64_C(400) * 86400 * 1000000;
    world_open(&w);
    world_close(&w);
    w.now -= INT64_C(300) * 86400 * 1000000;
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 5);
    assert_int_equal(outcome.booked_at, w.now);
    w.now -= 1000000; /* but now there are books, and their time does not go back */
    outcome = world_do(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 5);
    assert_int_equal(outcome.booked_at, w.now + 1000000);
    world_audit_clean(&w);
    world_close(&w);
}

static void times_beyond_the_calendar_are_shown_as_its_end(void **state)
{
    char text[32];
    (void)state;
    minipay_time_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
    minipay_time_format(INT64_C(253402300799999999), text);
    assert_string_equal(text, "9999-12-31T23:59:59.999999Z");
    minipay_time_format(INT64_C(253402300799999998), text);
    assert_string_equal(text, "9999-12-31T23:59:59.999998Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_beyond_the_calendar_is_refused_and_spoils_nothing),
        cmocka_unit_test(the_last_second_of_the_calendar_can_be_booked),
        cmocka_unit_test(a_clock_that_leaps_is_refused_before_anything_is_booked_by_it),
        cmocka_unit_test(a_database_that_books_nothing_yet_binds_no_clock),
        cmocka_unit_test(times_beyond_the_calendar_are_shown_as_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
