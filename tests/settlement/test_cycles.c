/* SPDX-License-Identifier: Apache-2.0 */
#include "base/time.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

/* When a day's payments are due, by cycle, weekend and holidays. */

static int64_t noon_of(int32_t date)
{
    return (mpi_date_to_days(date) * INT64_C(86400) + 3 * 3600) * 1000000; /* 12:00 in Seoul */
}

static minipay_merchant_request ask_merchant(world *w, int32_t cycle, int32_t days, int32_t day)
{
    minipay_merchant_request request;
    minipay_merchant_request_init(&request);
    request.id = world_id(w);
    request.cycle = cycle;
    request.cycle_days = days;
    request.cycle_day = day;
    memcpy(request.currency, "KRW", 4);
    memcpy(request.name, "Shop", 5);
    return request;
}

static minipay_id merchant_of(world *w, int32_t cycle, int32_t days, int32_t day)
{
    minipay_merchant_request request = ask_merchant(w, cycle, days, day);
    minipay_outcome outcome;
    ASSERT_STATUS(minipay_merchant_register(w->pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    return request.id;
}

static void holiday(world *w, int32_t date, int32_t withdrawn)
{
    minipay_holiday_request request;
    minipay_outcome outcome;
    minipay_holiday_request_init(&request);
    request.id = world_id(w);
    request.date = date;
    request.withdrawn = withdrawn;
    snprintf(request.name, sizeof request.name, "Holiday %d", (int)date);
    ASSERT_STATUS(minipay_holiday_set(w->pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
}

static bool is_due(world *w, int32_t date)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    uint32_t count = 0;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    request.through_date = date;
    memcpy(request.currency, "KRW", 4);
    ASSERT_STATUS(
        minipay_settlement_preview(w->pay, &request, &world_nobody, &settlement, NULL, &count, NULL),
        MINIPAY_OK);
    return settlement.lines > 0;
}

/* The first date whose run pays what is open. */
static int32_t due_from(world *w, int32_t date)
{
    int32_t day = mpi_date_to_days(date);
    for (int32_t end = day + 60; day < end; day++) {
        if (is_due(w, mpi_date_from_days(day)))
            return mpi_date_from_days(day);
    }
    return 0;
}

typedef struct date_case {
    int32_t cycle, days, day, paid_on;
    int32_t holidays[6];
    int32_t due;
} date_case;

static void begin_at(world *w, int32_t date)
{
    world_init(w, ":memory:");
    w->now = noon_of(date);
    world_open(w);
}

static void pay_on_the_day(world *w, minipay_id merchant)
{
    minipay_id member = world_person(w, NULL);
    world_credit(w, member, 5000);
    ASSERT_STATUS(world_do(w, MINIPAY_KIND_PAY, member, merchant, 1000).status, MINIPAY_OK);
}

static void check_cases(const date_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        world w;
        begin_at(&w, cases[i].paid_on);
        for (size_t j = 0; j < 6 && cases[i].holidays[j]; j++)
            holiday(&w, cases[i].holidays[j], 0);
        pay_on_the_day(&w, merchant_of(&w, cases[i].cycle, cases[i].days, cases[i].day));
        int32_t due = due_from(&w, cases[i].paid_on);
        if (due != cases[i].due)
            print_error("case %zu: due %d\n", i, (int)due);
        assert_int_equal(due, cases[i].due);
        w.now = noon_of(mpi_date_from_days(mpi_date_to_days(cases[i].due) - 1));
        if (cases[i].due > cases[i].paid_on)
            assert_int_equal(world_settle(&w, world_id(&w), 20991231).lines, 0); /* not before its day */
        w.now = noon_of(cases[i].due);
        assert_int_equal(world_settle(&w, world_id(&w), cases[i].due).lines, 1);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void days_are_business_days(void **state)
{
    static const date_case cases[] = {
        {MINIPAY_CYCLE_DAYS, 0, 0, 20251121, {0}, 20251121}, /* Friday */
        {MINIPAY_CYCLE_DAYS, 0, 0, 20251123, {0}, 20251123}, /* Sunday: the same day, whatever it is */
        {MINIPAY_CYCLE_DAYS, 0, 0, 20251124, {20251124}, 20251124},
        {MINIPAY_CYCLE_DAYS, 1, 0, 20251120, {0}, 20251121},
        {MINIPAY_CYCLE_DAYS, 1, 0, 20251121, {0}, 20251124},
        {MINIPAY_CYCLE_DAYS, 1, 0, 20251122, {0}, 20251124},
        {MINIPAY_CYCLE_DAYS, 2, 0, 20251121, {0}, 20251125},
        {MINIPAY_CYCLE_DAYS, 1, 0, 20251121, {20251124}, 20251125},
        {MINIPAY_CYCLE_DAYS, 2, 0, 20251121, {20251125}, 20251126},
        {MINIPAY_CYCLE_DAYS, 1, 0, 20251231, {20260101}, 20260102},
        {MINIPAY_CYCLE_DAYS,
         1,
         0,
         20251002, /* the Thursday before Chuseok */
         {20251003, 20251006, 20251007, 20251008, 20251009},
         20251010},
    };
    (void)state;
    check_cases(cases, sizeof cases / sizeof *cases);
}

static void weeks_end_on_their_weekday(void **state)
{
    static const date_case cases[] = {
        {MINIPAY_CYCLE_WEEKLY, 0, 1, 20251121, {0}, 20251124},
        {MINIPAY_CYCLE_WEEKLY, 0, 1, 20251123, {0}, 20251124},
        {MINIPAY_CYCLE_WEEKLY, 0, 1, 20251124, {0}, 20251201}, /* on the Monday itself: the next one */
        {MINIPAY_CYCLE_WEEKLY, 0, 1, 20251124, {20251201}, 20251202},
        {MINIPAY_CYCLE_WEEKLY, 0, 7, 20251121, {0}, 20251124}, /* a Sunday gives way to the Monday */
        {MINIPAY_CYCLE_WEEKLY, 0, 5, 20251122, {0}, 20251128},
    };
    (void)state;
    check_cases(cases, sizeof cases / sizeof *cases);
}

static void months_end_on_their_day_or_their_last(void **state)
{
    static const date_case cases[] = {
        {MINIPAY_CYCLE_MONTHLY, 0, 25, 20251121, {0}, 20251125},
        {MINIPAY_CYCLE_MONTHLY, 0, 25, 20251125, {20251225}, 20251226},
        {MINIPAY_CYCLE_MONTHLY, 0, 31, 20251121, {0}, 20251201}, /* the 30th is a Sunday */
        {MINIPAY_CYCLE_MONTHLY, 0, 31, 20251205, {0}, 20251231},
        {MINIPAY_CYCLE_MONTHLY,
         0,
         10,
         20251210,
         {0},
         20260112}, /* over the year's end, and a Saturday */
        {MINIPAY_CYCLE_MONTHLY, 0, 31, 20260203, {0}, 20260302},
        {MINIPAY_CYCLE_MONTHLY, 0, 30, 20280210, {0}, 20280229}, /* a leap year */
        {MINIPAY_CYCLE_MONTHLY, 0, 1, 20251231, {20260101}, 20260102},
    };
    (void)state;
    check_cases(cases, sizeof cases / sizeof *cases);
}

static void policy_says_which_days_are_the_weekend(void **state)
{
    world w;
    (void)state;
    begin_at(&w, 20251121);
    world_rule(&w, MINIPAY_RULE_WEEKEND_DAYS, 0, 16 + 32); /* Friday and Saturday */
    pay_on_the_day(&w, merchant_of(&w, MINIPAY_CYCLE_DAYS, 1, 0));
    assert_int_equal(due_from(&w, 20251121), 20251123);
    world_close(&w);
}

static void a_due_date_is_fixed_with_the_days_first_payment(void **state)
{
    world w;
    (void)state;
    begin_at(&w, 20251121);
    minipay_id merchant = merchant_of(&w, MINIPAY_CYCLE_DAYS, 1, 0);
    pay_on_the_day(&w, merchant);
    holiday(&w, 20251124, 0);
    pay_on_the_day(&w, merchant);
    assert_int_equal(due_from(&w, 20251121), 20251124);
    world_pass(&w, 86400);
    pay_on_the_day(&w, merchant);
    w.now = noon_of(20251124);
    assert_int_equal(world_settle(&w, world_id(&w), 20251124).gross_minor, 2000);
    assert_int_equal(due_from(&w, 20251122), 20251125);
    world_close(&w);
}

static void a_date_that_is_not_reached_brings_nothing_forward(void **state)
{
    world w;
    (void)state;
    begin_at(&w, 20251125);
    pay_on_the_day(&w, merchant_of(&w, MINIPAY_CYCLE_DAYS, 0, 0));
    pay_on_the_day(&w, merchant_of(&w, MINIPAY_CYCLE_DAYS, 3, 0));
    minipay_id id = world_id(&w);
    minipay_settlement run = world_settle(&w, id, 20991231);
    assert_int_equal(run.lines, 1);
    assert_int_equal(run.payout_minor, 1000);
    assert_int_equal(run.through_date, 20991231);
    assert_int_equal(run.due_date, 20251125);
    assert_true(is_due(&w, 20251128));
    w.now = noon_of(20251128);
    run = world_settle(&w, id, 20991231); /* the run that stands */
    assert_int_equal(run.lines, 1);
    assert_int_equal(run.due_date, 20251125);
    run = world_settle(&w, world_id(&w), 20251128);
    assert_int_equal(run.gross_minor, 1000);
    assert_int_equal(run.due_date, 20251128);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_withdrawn_holiday_is_a_business_day_again(void **state)
{
    minipay_holiday list[4];
    uint32_t count = 4;
    world w;
    (void)state;
    begin_at(&w, 20251121);
    holiday(&w, 20251225, 0);
    holiday(&w, 20251124, 0);
    holiday(&w, 20260101, 0);
    holiday(&w, 20251124, 1);
    pay_on_the_day(&w, merchant_of(&w, MINIPAY_CYCLE_DAYS, 1, 0));
    assert_int_equal(due_from(&w, 20251121), 20251124);
    ASSERT_STATUS(minipay_holiday_list(w.pay, 0, list, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 2);
    assert_int_equal(list[0].date, 20251225);
    assert_string_equal(list[0].name, "Holiday 20251225");
    count = 4;
    ASSERT_STATUS(minipay_holiday_list(w.pay, list[0].date, list, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 1);
    assert_int_equal(list[0].date, 20260101);
    world_audit_clean(&w);
    world_close(&w);
}

/* Terms, weekend and holidays each in their next version: what opens from now on is due by these. */
static void change_all_three(world *w, minipay_id merchant)
{
    minipay_merchant_change change;
    minipay_outcome outcome;
    minipay_merchant_change_init(&change);
    change.id = world_id(w);
    change.merchant_id = merchant;
    change.action = MINIPAY_MERCHANT_TERMS;
    change.cycle_days = 1;
    ASSERT_STATUS(minipay_merchant_update(w->pay, &change, 1, &outcome, NULL), MINIPAY_OK);
    world_rule(w, MINIPAY_RULE_WEEKEND_DAYS, 0, 64);
    holiday(w, 20260101, 0);
    holiday(w, 20251225, 0);
}

static void a_due_date_stands_with_the_versions_it_was_found_by(void **state)
{
    minipay_settlement_line line;
    minipay_statement_entry entries[2], none;
    uint32_t lines = 1, count = 2;
    world w;
    (void)state;
    begin_at(&w, 20251121); /* a Friday */
    minipay_id merchant = merchant_of(&w, MINIPAY_CYCLE_DAYS, 2, 0);
    pay_on_the_day(&w, merchant);
    change_all_three(&w, merchant);
    pay_on_the_day(&w, merchant); /* into the bucket that stands */
    world_pass(&w, 86400);
    pay_on_the_day(&w, merchant);
    w.now = noon_of(20251125);
    minipay_id run = world_settle(&w, world_id(&w), 20251125).id;
    minipay_settlement_line_init(&line);
    minipay_statement_entry_init(&none);
    ASSERT_STATUS(minipay_settlement_lines(w.pay, &run, &world_nobody, &line, &lines, NULL), MINIPAY_OK);
    assert_int_equal(line.policy_version, 2);
    for (uint32_t i = 0; i < 3; i += count) { /* page by page, so that a walk begins in each bucket */
        static const struct {
            int32_t due_date, terms, policy, calendar;
        } expected[] = {{20251124, 2, 2, 2}, {20251125, 1, 1, 0}, {20251125, 1, 1, 0}};
        count = 1;
        ASSERT_STATUS(
            minipay_settlement_statement(w.pay, &line.id, i ? entries : &none, entries, &count, NULL),
            MINIPAY_OK);
        assert_int_equal(count, 1);
        assert_int_equal(entries[0].due_date, expected[i].due_date);
        assert_int_equal(entries[0].due_terms_version, expected[i].terms);
        assert_int_equal(entries[0].due_policy_version, expected[i].policy);
        assert_int_equal(entries[0].due_calendar_version, expected[i].calendar);
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void a_change_of_the_calendar_stays_under_its_version(void **state)
{
    static const struct {
        int32_t date, withdrawn;
    } changes[] = {{20251225, 0}, {20251124, 0}, {20251225, 1}, {20251225, 0}};
    minipay_holiday list[2];
    minipay_operation done[5];
    uint32_t count = 2, operations = 5;
    world w;
    (void)state;
    begin_at(&w, 20251121);
    for (size_t i = 0; i < 4; i++)
        holiday(&w, changes[i].date, changes[i].withdrawn);
    ASSERT_STATUS(minipay_holiday_list(w.pay, 0, list, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 2);
    assert_int_equal(list[0].version, 2);
    assert_int_equal(list[1].version, 4);
    ASSERT_STATUS(
        minipay_operation_list(w.pay, MINIPAY_KIND_HOLIDAY, &world_nobody, done, &operations, NULL),
        MINIPAY_OK);
    assert_int_equal(operations, 4);
    for (int i = 0; i < 4; i++) {
        char expected[80];
        snprintf(expected, sizeof expected, "\"date\":%d,\"withdrawn\":%d", (int)changes[i].date,
                 (int)changes[i].withdrawn);
        assert_non_null(strstr(done[i].document, expected));
        snprintf(expected, sizeof expected, "\"version\":%d", i + 1);
        assert_non_null(strstr(done[i].document, expected));
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void a_preview_says_by_which_policy_it_decides(void **state)
{
    minipay_settlement_request request;
    minipay_settlement sum;
    minipay_settlement_line line;
    uint32_t count = 1;
    world w;
    (void)state;
    begin_at(&w, 20251121);
    pay_on_the_day(&w, merchant_of(&w, MINIPAY_CYCLE_DAYS, 0, 0));
    world_rule(&w, MINIPAY_RULE_MINIMUM_PAYOUT, 0, 1001);
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&sum);
    minipay_settlement_line_init(&line);
    request.through_date = 20251121;
    memcpy(request.currency, "KRW", 4);
    ASSERT_STATUS(minipay_settlement_preview(w.pay, &request, &world_nobody, &sum, &line, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(line.payout_minor, 0);
    assert_int_equal(line.policy_version, 2);
    assert_int_equal(sum.policy_version, 2);
    assert_int_equal(world_settle(&w, world_id(&w), 20251121).policy_version, 2);
    world_close(&w);
}

static void a_holiday_is_idempotent_by_its_id(void **state)
{
    minipay_holiday_request request;
    minipay_outcome outcome;
    minipay_error error;
    world w;
    (void)state;
    begin_at(&w, 20251121);
    minipay_holiday_request_init(&request);
    minipay_error_init(&error);
    request.id = world_id(&w);
    request.date = 20251225;
    memcpy(request.name, "Christmas", 10);
    for (int i = 0; i < 2; i++)
        ASSERT_STATUS(minipay_holiday_set(w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    request.date = 20251226;
    ASSERT_STATUS(minipay_holiday_set(w.pay, &request, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "date");
    world_close(&w);
}

static void malformed_holidays_are_usage_errors(void **state)
{
    static const struct {
        bool id;
        int32_t date, withdrawn;
        const char *name;
        minipay_status status;
    } cases[] = {
        {false, 20250230, 2, "", MINIPAY_INVALID_ID},
        {true, 20250230, 2, "", MINIPAY_INVALID_TIME},
        {true, 20250228, 2, "", MINIPAY_INVALID_ARGUMENT},
        {true, 20250228, 0, "", MINIPAY_INVALID_TEXT},
        {true, 20250228, 1, "", MINIPAY_OK},
    };
    world w;
    (void)state;
    begin_at(&w, 20251121);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_holiday_request request;
        minipay_outcome outcome;
        minipay_holiday_request_init(&request);
        request.id = cases[i].id ? world_id(&w) : world_nobody;
        request.date = cases[i].date;
        request.withdrawn = cases[i].withdrawn;
        memcpy(request.name, cases[i].name, strlen(cases[i].name) + 1);
        ASSERT_STATUS(minipay_holiday_set(w.pay, &request, 1, &outcome, NULL), cases[i].status);
    }
    world_close(&w);
}

static void terms_are_checked_in_the_order_of_the_header(void **state)
{
    static const struct {
        int32_t points;
        int64_t fixed, least, most;
        int32_t cycle, days, day;
        minipay_status status;
        const char *field;
    } cases[] = {
        {10001, -1, -1, -1, 3, 0, 0, MINIPAY_INVALID_ARGUMENT, "fee_basis_points"},
        {10000, -1, -1, -1, 3, 0, 0, MINIPAY_INVALID_AMOUNT, "fixed_fee_minor"},
        {0, 0, -1, -1, 3, 0, 0, MINIPAY_INVALID_AMOUNT, "minimum_fee_minor"},
        {0, 0, 10, 9, 3, 0, 0, MINIPAY_INVALID_AMOUNT, "maximum_fee_minor"},
        {0, 0, 0, -1, 3, 0, 0, MINIPAY_INVALID_AMOUNT, "maximum_fee_minor"},
        {0, 0, 10, 10, 3, 0, 0, MINIPAY_INVALID_ARGUMENT, "cycle"},
        {0, 0, 0, 0, MINIPAY_CYCLE_DAYS, 367, 1, MINIPAY_INVALID_ARGUMENT, "cycle_days"},
        {0, 0, 0, 0, MINIPAY_CYCLE_DAYS, 366, 1, MINIPAY_INVALID_ARGUMENT, "cycle_day"},
        {0, 0, 0, 0, MINIPAY_CYCLE_WEEKLY, 1, 1, MINIPAY_INVALID_ARGUMENT, "cycle_days"},
        {0, 0, 0, 0, MINIPAY_CYCLE_WEEKLY, 0, 0, MINIPAY_INVALID_ARGUMENT, "cycle_day"},
        {0, 0, 0, 0, MINIPAY_CYCLE_WEEKLY, 0, 8, MINIPAY_INVALID_ARGUMENT, "cycle_day"},
        {0, 0, 0, 0, MINIPAY_CYCLE_MONTHLY, 0, 32, MINIPAY_INVALID_ARGUMENT, "cycle_day"},
        {0, 0, 0, 0, MINIPAY_CYCLE_MONTHLY, 0, 31, MINIPAY_OK, ""},
    };
    world w;
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_merchant_request request = ask_merchant(&w, cases[i].cycle, cases[i].days, cases[i].day);
        minipay_outcome outcome;
        minipay_error error;
        minipay_error_init(&error);
        request.fee_basis_points = cases[i].points;
        request.fixed_fee_minor = cases[i].fixed;
        request.minimum_fee_minor = cases[i].least;
        request.maximum_fee_minor = cases[i].most;
        ASSERT_STATUS(minipay_merchant_register(w.pay, &request, 1, &outcome, &error), cases[i].status);
        assert_string_equal(error.field, cases[i].field);
    }
    world_close(&w);
}

static void a_fee_has_a_fixed_part_and_bounds(void **state)
{
    static const struct {
        int64_t amount, fee;
    } cases[] = {{10000, 200}, {1000, 110}, {100, 100}, {50, 50}, {1, 1}, {1000000, 5000}};
    world w;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 2000000);
    minipay_merchant_request request = ask_merchant(&w, MINIPAY_CYCLE_DAYS, 0, 0);
    request.fee_basis_points = 100;
    request.fixed_fee_minor = 100;
    request.minimum_fee_minor = 100;
    request.maximum_fee_minor = 5000;
    ASSERT_STATUS(minipay_merchant_register(w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_slip slip;
        minipay_slip_init(&slip);
        minipay_id id = world_do(&w, MINIPAY_KIND_PAY, member, request.id, cases[i].amount).id;
        ASSERT_STATUS(minipay_slip_get(w.pay, &id, &slip, NULL), MINIPAY_OK);
        assert_int_equal(slip.fee_minor, cases[i].fee);
        assert_int_equal(slip.terms_version, 1);
    }
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_business_days),
        cmocka_unit_test(weeks_end_on_their_weekday),
        cmocka_unit_test(months_end_on_their_day_or_their_last),
        cmocka_unit_test(policy_says_which_days_are_the_weekend),
        cmocka_unit_test(a_due_date_is_fixed_with_the_days_first_payment),
        cmocka_unit_test(a_date_that_is_not_reached_brings_nothing_forward),
        cmocka_unit_test(a_withdrawn_holiday_is_a_business_day_again),
        cmocka_unit_test(a_due_date_stands_with_the_versions_it_was_found_by),
        cmocka_unit_test(a_change_of_the_calendar_stays_under_its_version),
        cmocka_unit_test(a_preview_says_by_which_policy_it_decides),
        cmocka_unit_test(a_holiday_is_idempotent_by_its_id),
        cmocka_unit_test(malformed_holidays_are_usage_errors),
        cmocka_unit_test(terms_are_checked_in_the_order_of_the_header),
        cmocka_unit_test(a_fee_has_a_fixed_part_and_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
