/* SPDX-License-Identifier: Apache-2.0 */
#include "crooked.h"
#include "reconcile.h"

#include <stdio.h>
#include <string.h>

/* Runs of reconciliation that overtake each other, and what else goes on while one is made. */

/* The older run ends behind a newer one: where the statement was read to does not go back. */
static void the_place_in_the_statement_never_goes_back(void **state)
{
    bool failed = true;
    uint32_t behind = 0;
    (void)state;
    for (uint32_t at = 1; failed; at++) {
        world w;
        crooked bank;
        minipay_reconciliation cut;
        crooked_begin(&w, &bank, ":memory:");
        minipay_id member = world_person(&w, "110-1");
        world_topup(&w, member, 10000);
        minipay_reconcile_request older = reconcile_ask(&w), newer = reconcile_ask(&w),
                                  last = reconcile_ask(&w);
        minipay_reconciliation_init(&cut);
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = at;
        failed = minipay_reconcile(w.pay, &older, &cut, NULL) != MINIPAY_OK;
        w.faults.storage_fails_at = 0;
        world_topup(&w, member, 10000);
        minipay_reconciliation through = reconcile_run(&w, &newer), late = reconcile_run(&w, &older);
        behind += late.through_position < through.through_position && failed;
        minipay_reconciliation next = reconcile_run(&w, &last);
        assert_int_equal(next.from_position, through.through_position);
        assert_int_equal(next.lines, 0);
        assert_int_equal(next.missing + next.extra + next.different, 0);
        world_at_peace(&w);
        world_close(&w);
    }
    assert_true(behind > 0);
}

/* At the n-th reading of the first handle's clock, another handle does something, once. */
typedef struct meanwhile {
    world *other;
    void (*does)(struct meanwhile *plan);
    const minipay_reconcile_request *request;
    crooked *bank;
    uint32_t reading, at;
    uint32_t stops_at; /* the reading of its own clock at which the other's storage fails; 0: never */
    bool stopped;
} meanwhile;

static void act(void *context)
{
    meanwhile *plan = context;
    if (++plan->reading == plan->at)
        plan->does(plan);
}

static void act_at(world *w, meanwhile *plan, uint32_t at)
{
    plan->at = at;
    plan->reading = 0;
    w->clock_context = plan;
    w->on_clock = act;
}

static void carry_on(meanwhile *plan)
{
    ASSERT_STATUS(minipay_run(plan->other->pay, 0, NULL, NULL, NULL), MINIPAY_OK);
}

/* The bank has not booked it when it is asked, so only orders that had ended before can be missing. */
static void an_order_that_ends_while_the_bank_is_asked_is_not_missing(void **state)
{
    bool reached = true;
    uint32_t during = 0;
    (void)state;
    for (uint32_t at = 1; reached; at++) {
        world w, other;
        crooked bank;
        meanwhile plan = {.other = &other, .does = carry_on};
        char path[32];
        snprintf(path, sizeof path, "ends-%u.db", at);
        crooked_begin(&w, &bank, path);
        minipay_id member = world_person(&w, "110-1");
        bank.hush = true;
        minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
        bank.empty = true;
        world_pass(&w, 60);
        crooked_second(&w, &other);
        minipay_reconcile_request request = reconcile_ask(&w);
        act_at(&w, &plan, at);
        minipay_reconciliation found = reconcile_run(&w, &request);
        w.on_clock = NULL;
        reached = plan.reading >= at;
        bool before = at == 1; /* the clock is read before the run begins */
        assert_int_equal(found.missing, before);
        during += reached && !before;
        bank.empty = false;
        if (!reached)
            ASSERT_STATUS(minipay_run(other.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
        reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .matched = 1});
        world_close(&other);
        world_at_peace(&w);
        world_close(&w);
    }
    assert_true(during > 2);
}

/* A line of another amount than its order's, which gets its answer while the run goes on: told once, by this
 * run or, when that came too late for it, by the next. */
static void a_line_in_flight_whose_order_ends_meanwhile_is_told_once(void **state)
{
    bool reached = true;
    int64_t told_at_once = 0;
    (void)state;
    for (uint32_t at = 2; reached; at++) {
        world w, other;
        crooked bank;
        meanwhile plan = {.other = &other, .does = carry_on};
        char path[32];
        snprintf(path, sizeof path, "in-flight-%u.db", at);
        crooked_begin(&w, &bank, path);
        bank.hush = true;
        bank.line_more = 1;
        world_do(&w, MINIPAY_KIND_TOPUP, world_person(&w, "110-1"), world_nobody, 10000);
        world_pass(&w, 60);
        crooked_second(&w, &other);
        minipay_reconcile_request request = reconcile_ask(&w);
        act_at(&w, &plan, at);
        minipay_reconciliation first = reconcile_run(&w, &request);
        w.on_clock = NULL;
        reached = plan.reading >= at;
        assert_int_equal(first.in_flight + first.different, 1);
        told_at_once += first.different;
        if (!reached)
            ASSERT_STATUS(minipay_run(other.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
        assert_int_equal(first.different + reconcile_on(&w).different, 1);
        world_close(&other);
        world_audit_clean(&w);
        world_close(&w);
    }
    assert_true(told_at_once > 0);
}

/* The line has gone when the statement is read again, and its order ends only then: it had not ended when the
 * bank was asked, so it is the next run that tells that it is missing. */
static void a_gone_line_of_an_order_that_ends_meanwhile_is_missing_from_the_next_run_on(void **state)
{
    bool reached = true;
    (void)state;
    for (uint32_t at = 2; reached; at++) {
        world w, other;
        crooked bank;
        meanwhile plan = {.other = &other, .does = carry_on};
        char path[32];
        snprintf(path, sizeof path, "gone-in-flight-%u.db", at);
        crooked_begin(&w, &bank, path);
        bank.hush = true;
        bank.line_more = 1;
        world_do(&w, MINIPAY_KIND_TOPUP, world_person(&w, "110-1"), world_nobody, 10000);
        reconcile_expect(reconcile_on(&w), (reconciled){.lines = 1, .in_flight = 1});
        bank.empty = true;
        world_pass(&w, 60);
        crooked_second(&w, &other);
        minipay_reconcile_request request = reconcile_ask(&w);
        request.again = 1;
        act_at(&w, &plan, at);
        reconcile_expect(reconcile_run(&w, &request), (reconciled){.lines = 0});
        w.on_clock = NULL;
        reached = plan.reading >= at;
        if (!reached)
            ASSERT_STATUS(minipay_run(other.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
        reconcile_expect(reconcile_on(&w), (reconciled){.missing = 1});
        world_close(&other);
        world_audit_clean(&w);
        world_close(&w);
    }
}

enum { DONE = 300, EXTRAS = 3 };

static void topups(world *w, uint32_t count)
{
    static minipay_instruction asked[DONE];
    static minipay_outcome outcomes[DONE];
    minipay_id member = world_person(w, "110-1");
    for (uint32_t i = 0; i < count; i++)
        asked[i] = world_ask(w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_execute(w->pay, asked, count, outcomes, NULL), MINIPAY_OK);
}

static void stop(void *context)
{
    meanwhile *plan = context;
    world *other = plan->other;
    if (--plan->stops_at == 0)
        other->faults.storage_fails_at = other->faults.storage_calls + 1;
}

static void carry_the_run_on(meanwhile *plan)
{
    minipay_reconciliation found;
    world *other = plan->other;
    minipay_reconciliation_init(&found);
    other->clock_context = plan;
    other->on_clock = plan->stops_at ? stop : NULL;
    minipay_status status = minipay_reconcile(other->pay, plan->request, &found, NULL);
    plan->stopped = status != MINIPAY_OK;
    other->on_clock = NULL;
    ASSERT_STATUS(status, plan->stopped ? MINIPAY_IO_ERROR : MINIPAY_OK);
}

/* Where the first handle stands, and how far the other carries the same run before it is cut off. `*reached`:
 * is there such a place? */
static bool counts_nothing_twice(uint32_t at, uint32_t stops_at, bool *reached)
{
    world w, other;
    crooked bank;
    char path[32];
    snprintf(path, sizeof path, "same-run-%u-%u.db", at, stops_at);
    crooked_begin(&w, &bank, path);
    topups(&w, DONE);
    bank.empty = true;
    for (int i = 0; i < EXTRAS; i++)
        crooked_add(&bank, 1000 + i, "nobody", MINIPAY_BANK_COLLECT, 500);
    minipay_reconcile_request request = reconcile_ask(&w);
    crooked_second(&w, &other);
    meanwhile plan = {
        .other = &other, .does = carry_the_run_on, .request = &request, .stops_at = stops_at};
    act_at(&w, &plan, at);
    minipay_reconciliation found = reconcile_run(&w, &request);
    w.on_clock = NULL;
    reconcile_expect(found, (reconciled){.lines = EXTRAS, .missing = DONE, .extra = EXTRAS});
    world_close(&other);
    world_audit_clean(&w);
    world_close(&w);
    *reached = plan.reading >= at;
    return plan.stopped;
}

static void a_run_that_another_process_carries_on_counts_nothing_twice(void **state)
{
    bool reached = true;
    uint32_t points = 0;
    (void)state;
    for (uint32_t at = 2; reached; at++) {
        bool stopped = true;
        for (uint32_t stops_at = 1; stopped; stops_at++, points++)
            stopped = counts_nothing_twice(at, stops_at, &reached);
    }
    assert_true(points > 10);
}

/* The run is ended elsewhere, and only then a difference comes up, which another run tells. */
static void end_it_and_find_more(meanwhile *plan)
{
    reconcile_run(plan->other, plan->request);
    plan->bank->hidden_position = 2;
    assert_int_equal(reconcile_again(plan->other, 0).missing, 1);
}

static void a_run_that_has_ended_elsewhere_is_not_opened_again(void **state)
{
    bool reached = true;
    (void)state;
    for (uint32_t at = 2; reached; at++) {
        world w, other;
        crooked bank;
        char path[32];
        snprintf(path, sizeof path, "ended-run-%u.db", at);
        crooked_begin(&w, &bank, path);
        topups(&w, 1);
        minipay_reconcile_request request = reconcile_ask(&w);
        crooked_second(&w, &other);
        meanwhile plan = {
            .other = &other, .does = end_it_and_find_more, .request = &request, .bank = &bank};
        act_at(&w, &plan, at);
        reconcile_expect(reconcile_run(&w, &request), (reconciled){.lines = 1, .matched = 1});
        w.on_clock = NULL;
        reached = plan.reading >= at;
        assert_true(reached || at > 4);
        world_close(&other);
        world_audit_clean(&w);
        world_close(&w);
    }
}

/* A page of the statement says nothing of the lines behind it. */
static void a_run_cut_off_between_two_pages_takes_nothing_back_that_it_has_not_read(void **state)
{
    world w;
    crooked bank;
    minipay_reconciliation cut;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    topups(&w, DONE);
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = DONE, .matched = DONE});
    minipay_reconcile_request again = reconcile_ask(&w);
    again.again = 1;
    minipay_reconciliation_init(&cut);
    bank.silent_after = bank.pages + 1;
    ASSERT_STATUS(minipay_reconcile(w.pay, &again, &cut, NULL), MINIPAY_UNAVAILABLE);
    bank.silent_after = 0;
    reconcile_expect(reconcile_on(&w), (reconciled){.lines = 0});
    world_at_peace(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_place_in_the_statement_never_goes_back),
        cmocka_unit_test(an_order_that_ends_while_the_bank_is_asked_is_not_missing),
        cmocka_unit_test(a_line_in_flight_whose_order_ends_meanwhile_is_told_once),
        cmocka_unit_test(a_gone_line_of_an_order_that_ends_meanwhile_is_missing_from_the_next_run_on),
        cmocka_unit_test(a_run_that_another_process_carries_on_counts_nothing_twice),
        cmocka_unit_test(a_run_that_has_ended_elsewhere_is_not_opened_again),
        cmocka_unit_test(a_run_cut_off_between_two_pages_takes_nothing_back_that_it_has_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
