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
    const minipay_reconcile_request *request; /* what it reconciles; NULL: it carries on what is due */
    uint32_t reading, at;
} meanwhile;

static void act(void *context)
{
    meanwhile *plan = context;
    if (++plan->reading != plan->at)
        return;
    if (plan->request)
        reconcile_run(plan->other, plan->request);
    else
        ASSERT_STATUS(minipay_run(plan->other->pay, 0, NULL, NULL, NULL), MINIPAY_OK);
}

static void act_at(world *w, meanwhile *plan, uint32_t at)
{
    plan->at = at;
    plan->reading = 0;
    w->clock_context = plan;
    w->on_clock = act;
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
        meanwhile plan = {.other = &other};
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

enum { DONE = 300, EXTRAS = 3 };

/* Whoever else carries the same run on, wherever the first stands: each difference is counted once. */
static void a_run_that_another_process_ends_meanwhile_counts_nothing_twice(void **state)
{
    static minipay_instruction asked[DONE];
    static minipay_outcome outcomes[DONE];
    bool reached = true;
    uint32_t points = 0;
    (void)state;
    for (uint32_t at = 2; reached; at++) {
        world w, other;
        crooked bank;
        char path[32];
        snprintf(path, sizeof path, "same-run-%u.db", at);
        crooked_begin(&w, &bank, path);
        minipay_id member = world_person(&w, "110-1");
        for (int i = 0; i < DONE; i++)
            asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
        ASSERT_STATUS(minipay_execute(w.pay, asked, DONE, outcomes, NULL), MINIPAY_OK);
        bank.empty = true;
        for (int i = 0; i < EXTRAS; i++)
            crooked_add(&bank, 1000 + i, "nobody", MINIPAY_BANK_COLLECT, 500);
        minipay_reconcile_request request = reconcile_ask(&w);
        crooked_second(&w, &other);
        meanwhile plan = {.other = &other, .request = &request};
        act_at(&w, &plan, at);
        minipay_reconciliation found = reconcile_run(&w, &request);
        w.on_clock = NULL;
        reached = plan.reading >= at;
        points += reached;
        reconcile_expect(found, (reconciled){.lines = EXTRAS, .missing = DONE, .extra = EXTRAS});
        world_close(&other);
        world_audit_clean(&w);
        world_close(&w);
    }
    assert_true(points > 4);
}

/* A page of the statement says nothing of the lines behind it. */
static void a_run_cut_off_between_two_pages_takes_nothing_back_that_it_has_not_read(void **state)
{
    static minipay_instruction asked[DONE];
    static minipay_outcome outcomes[DONE];
    world w;
    crooked bank;
    minipay_reconciliation cut;
    (void)state;
    crooked_begin(&w, &bank, ":memory:");
    minipay_id member = world_person(&w, "110-1");
    for (int i = 0; i < DONE; i++)
        asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_execute(w.pay, asked, DONE, outcomes, NULL), MINIPAY_OK);
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
        cmocka_unit_test(a_run_that_another_process_ends_meanwhile_counts_nothing_twice),
        cmocka_unit_test(a_run_cut_off_between_two_pages_takes_nothing_back_that_it_has_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
