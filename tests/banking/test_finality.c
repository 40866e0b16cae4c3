/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* A bank that does not know an order may still get to know it: within its time of finality from each submit. */

static const int64_t finality_ms = 3600000;

enum { SUBMITS = 64 };

/* Answers nothing when it gets an order, loses the first ones, and shows the others `shows_after` later. */
typedef struct late_bank {
    world *w;
    int64_t shows_after;
    uint32_t loses;
    int64_t submitted_at[SUBMITS];
    uint32_t submits, names;
    bool is_slow; /* a submit takes the bank half an hour */
} late_bank;

static minipay_bank_capabilities late_can(void *impl)
{
    (void)impl;
    return (minipay_bank_capabilities){.collects = 1, .pays_out = 1, .finality_ms = finality_ms};
}

static minipay_status late_verify(void *impl, const char *name, const char *number, const char *holder,
                                  minipay_error *error)
{
    (void)impl, (void)name, (void)number, (void)holder, (void)error;
    return MINIPAY_OK;
}

static minipay_status late_prepare(void *impl, minipay_bank_order *orders, uint32_t count,
                                   minipay_error *error)
{
    late_bank *bank = impl;
    (void)error;
    for (uint32_t i = 0; i < count; i++)
        snprintf(orders[i].reference, sizeof orders[i].reference, "L-%u", ++bank->names);
    return MINIPAY_OK;
}

static minipay_status late_submit(void *impl, const minipay_bank_order *orders,
                                  minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    late_bank *bank = impl;
    (void)orders, (void)error;
    for (uint32_t i = 0; i < count; i++) {
        assert_true(bank->submits < SUBMITS);
        if (bank->is_slow)
            world_pass(bank->w, 1800);
        bank->submitted_at[bank->submits++] = bank->w->now;
        answers[i].verdict = MINIPAY_VERDICT_NO_ANSWER;
    }
    return MINIPAY_OK;
}

static uint32_t orders_shown(const late_bank *bank)
{
    uint32_t shown = 0;
    for (uint32_t i = bank->loses; i < bank->submits; i++)
        shown += bank->w->now >= bank->submitted_at[i] + bank->shows_after;
    return shown;
}

static minipay_status late_query(void *impl, const minipay_bank_order *orders,
                                 minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    const late_bank *bank = impl;
    (void)error;
    for (uint32_t i = 0; i < count; i++) {
        answers[i].verdict = orders_shown(bank) ? MINIPAY_VERDICT_DONE : MINIPAY_VERDICT_NOT_FOUND;
        answers[i].amount_minor = orders[i].amount_minor;
    }
    return MINIPAY_OK;
}

static minipay_status late_statement(void *impl, int64_t position, minipay_bank_movement *lines,
                                     uint32_t *count, minipay_error *error)
{
    (void)impl, (void)position, (void)lines, (void)error;
    *count = 0;
    return MINIPAY_OK;
}

static minipay_status late_balance(void *impl, const char *currency, int64_t *balance_minor,
                                   minipay_error *error)
{
    (void)impl, (void)currency, (void)error;
    *balance_minor = 0;
    return MINIPAY_OK;
}

static minipay_instruction pay_out(world *w, late_bank *bank, bool prepares)
{
    bank->w = w;
    world_init(w, ":memory:");
    w->bank = (minipay_bank){.version = MINIPAY_BANK_VERSION,
                             .impl = bank,
                             .capabilities = late_can,
                             .verify_account = late_verify,
                             .prepare = prepares ? late_prepare : NULL,
                             .submit = late_submit,
                             .query = late_query,
                             .statement = late_statement,
                             .balance = late_balance};
    world_open(w);
    minipay_id member = world_person(w, "110-1");
    world_credit(w, member, 50000);
    minipay_instruction asked = world_ask(w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 50000);
    world_expect(w, &asked, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    return asked;
}

static void a_lost_payout_whose_second_submit_shows_late_reaches_the_bank_once(void **state)
{
    (void)state;
    for (int prepares = 0; prepares < 2; prepares++) {
        world w;
        late_bank bank = {.loses = 1, .shows_after = INT64_C(3000000000)};
        minipay_instruction asked = pay_out(&w, &bank, prepares);
        world_rest(&w);
        world_expect(&w, &asked, MINIPAY_STATE_DONE, MINIPAY_OK);
        assert_int_equal(bank.submits, 2);
        assert_int_equal(orders_shown(&bank), 1);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void submits_that_get_lost_are_a_time_of_finality_apart(void **state)
{
    (void)state;
    for (int prepares = 0; prepares < 2; prepares++) {
        world w;
        late_bank bank = {.loses = SUBMITS};
        minipay_instruction asked = pay_out(&w, &bank, prepares);
        world_rest(&w);
        world_expect(&w, &asked, MINIPAY_STATE_PARKED, MINIPAY_BANK_UNKNOWN);
        assert_true(bank.submits > 2);
        for (uint32_t i = 1; i < bank.submits; i++)
            assert_true(bank.submitted_at[i] - bank.submitted_at[i - 1] >= finality_ms * 1000);
        world_audit_clean(&w);
        world_close(&w);
    }
}

/* It never arrived, so it is submitted once more; what is not known of that one either waits for a person. */
static void an_order_found_unknown_behind_its_deadline_is_submitted_a_last_time(void **state)
{
    (void)state;
    for (int arrives = 0; arrives < 2; arrives++) {
        world w;
        late_bank bank = {.loses = arrives ? 1 : SUBMITS};
        minipay_instruction asked = pay_out(&w, &bank, false);
        world_pass(&w, INT64_C(86400) * 30);
        ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
        assert_int_equal(bank.submits, 2);
        world_rest(&w);
        assert_int_equal(bank.submits, 2);
        world_expect(&w, &asked, arrives ? MINIPAY_STATE_DONE : MINIPAY_STATE_PARKED,
                     arrives ? MINIPAY_OK : MINIPAY_BANK_UNKNOWN);
        assert_true(arrives || w.now - bank.submitted_at[1] >= finality_ms * 1000);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void a_slow_submit_counts_from_its_end(void **state)
{
    world w;
    late_bank bank = {.loses = SUBMITS, .is_slow = true};
    (void)state;
    pay_out(&w, &bank, false);
    world_pass(&w, 3599);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.submits, 1);
    world_pass(&w, 3600);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.submits, 2);
    world_close(&w);
}

static void being_asked_about_does_not_bring_the_next_submit_nearer(void **state)
{
    world w;
    late_bank bank = {.loses = SUBMITS};
    (void)state;
    pay_out(&w, &bank, false);
    world_pass(&w, 3600);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.submits, 2);
    for (int i = 0; i < 3; i++) {
        world_pass(&w, 1000);
        ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
        assert_int_equal(bank.submits, 2);
    }
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_payout_whose_second_submit_shows_late_reaches_the_bank_once),
        cmocka_unit_test(submits_that_get_lost_are_a_time_of_finality_apart),
        cmocka_unit_test(an_order_found_unknown_behind_its_deadline_is_submitted_a_last_time),
        cmocka_unit_test(a_slow_submit_counts_from_its_end),
        cmocka_unit_test(being_asked_about_does_not_bring_the_next_submit_nearer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
