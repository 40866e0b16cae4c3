/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The handle itself: calls from inside callbacks, closing under calls, a forked child. */

typedef struct caller {
    world w;
    world other;
    minipay_id member, other_member;
    minipay_status of_same, of_other, of_same_again;
    bool armed;
    int64_t (*world_now)(void *impl);
} caller;

static minipay_status ask(world *w, minipay_id member)
{
    minipay_wallet wallet;
    minipay_wallet_init(&wallet);
    return minipay_wallet_get(w->pay, &member, "KRW", &wallet, NULL);
}

static void call_back(caller *c)
{
    if (!c->armed)
        return;
    c->armed = false;
    c->of_same = ask(&c->w, c->member);
    if (c->other.pay)
        c->of_other = ask(&c->other, c->other_member);
    c->of_same_again = ask(&c->w, c->member);
    minipay_close(c->w.pay); /* does nothing */
}

static int64_t calling_now(void *impl)
{
    caller *c = impl; /* its first member is the world */
    call_back(c);
    return c->world_now(impl);
}

static void begin(caller *c)
{
    memset(c, 0, sizeof *c);
    world_init(&c->w, ":memory:");
    c->world_now = c->w.host.now;
    c->w.host.now = calling_now;
    world_open(&c->w);
    world_begin(&c->other);
    c->member = world_person(&c->w, "110-222-333444");
    c->other_member = world_person(&c->other, NULL);
}

static void end(caller *c)
{
    world_audit_clean(&c->w);
    world_close(&c->w);
    world_close(&c->other);
}

static void host_callback_may_use_another_handle_but_not_its_own(void **state)
{
    caller c;
    (void)state;
    begin(&c);
    c.armed = true;
    world_credit(&c.w, c.member, 5);
    assert_false(c.armed);
    ASSERT_STATUS(c.of_same, MINIPAY_REENTERED);
    ASSERT_STATUS(c.of_other, MINIPAY_OK);
    ASSERT_STATUS(c.of_same_again, MINIPAY_REENTERED);
    ASSERT_STATUS(ask(&c.w, c.member), MINIPAY_OK);
    end(&c);
}

/* ---- bank ---- */

static caller *at_bank;
static minipay_bank wrapped;

static minipay_bank_capabilities b_capabilities(void *impl)
{
    return wrapped.capabilities(impl);
}

static minipay_status b_verify(void *impl, const char *bank, const char *account_number,
                               const char *holder, minipay_error *error)
{
    call_back(at_bank);
    return wrapped.verify_account(impl, bank, account_number, holder, error);
}

static minipay_status b_submit(void *impl, const minipay_bank_order *orders,
                               minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    call_back(at_bank);
    return wrapped.submit(impl, orders, answers, count, error);
}

static minipay_status b_query(void *impl, const minipay_bank_order *orders, minipay_bank_answer *answers,
                              uint32_t count, minipay_error *error)
{
    call_back(at_bank);
    return wrapped.query(impl, orders, answers, count, error);
}

static void begin_at_bank(caller *c)
{
    memset(c, 0, sizeof *c);
    world_init(&c->w, ":memory:");
    strcpy(c->w.script.path, ":memory:");
    ASSERT_STATUS(minipay_scripted_bank(&c->w.script, &wrapped, NULL), MINIPAY_OK);
    c->w.bank = wrapped;
    c->w.bank.capabilities = b_capabilities;
    c->w.bank.verify_account = b_verify;
    c->w.bank.submit = b_submit;
    c->w.bank.query = b_query;
    at_bank = c;
    world_open(&c->w);
    world_begin(&c->other);
    c->member = world_person(&c->w, "110-222-333444");
    c->other_member = world_person(&c->other, NULL);
}

static void bank_callback_may_use_another_handle_but_not_its_own(void **state)
{
    caller c;
    (void)state;
    begin_at_bank(&c);
    for (int i = 0; i < 3; i++) {
        c.armed = true;
        c.of_same = c.of_other = c.of_same_again = -1;
        if (i == 0) {
            world_link(&c.w, c.member, "110-222-333999");
        } else if (i == 1) {
            world_topup(&c.w, c.member, 10000);
        } else {
            minipay_id slow = world_person(&c.w, NULL);
            c.armed = false;
            world_link(&c.w, slow, "UNKNOWN-1");
            ASSERT_STATE(world_do(&c.w, MINIPAY_KIND_TOPUP, slow, world_nobody, 10000).state,
                         MINIPAY_STATE_RUNNING);
            c.armed = true;
            world_rest(&c.w);
        }
        assert_false(c.armed);
        ASSERT_STATUS(c.of_same, MINIPAY_REENTERED);
        ASSERT_STATUS(c.of_other, MINIPAY_OK);
        ASSERT_STATUS(c.of_same_again, MINIPAY_REENTERED);
    }
    end(&c);
}

/* ---- depth ---- */

enum { DEEP = 10 };

static world chain[DEEP];
static minipay_id chain_member[DEEP];
static int chain_reached;
static minipay_status chain_end;
static bool chain_armed;
static int64_t (*plain_now)(void *impl);

static int64_t chained_now(void *impl)
{
    world *w = impl;
    int here = (int)(w - chain);
    if (chain_armed && here == chain_reached) {
        minipay_instruction credit;
        minipay_outcome outcome;
        minipay_outcome_init(&outcome);
        chain_reached++;
        if (chain_reached < DEEP) {
            credit = world_ask(&chain[chain_reached], MINIPAY_KIND_CREDIT, chain_member[chain_reached],
                               world_nobody, 1);
            minipay_status status =
                minipay_execute(chain[chain_reached].pay, &credit, 1, &outcome, NULL);
            if (status != MINIPAY_OK)
                chain_end = status;
        }
    }
    return plain_now(impl);
}

static void eight_handles_may_be_within_each_other_and_no_more(void **state)
{
    (void)state;
    chain_armed = false;
    for (int i = 0; i < DEEP; i++) {
        world_init(&chain[i], ":memory:");
        plain_now = chain[i].host.now;
        chain[i].host.now = chained_now;
        world_open(&chain[i]);
        chain_member[i] = world_person(&chain[i], NULL);
    }
    chain_reached = 0;
    chain_end = MINIPAY_OK;
    chain_armed = true;
    world_credit(&chain[0], chain_member[0], 1);
    chain_armed = false;
    assert_int_equal(chain_reached, 8);
    ASSERT_STATUS(chain_end, MINIPAY_REENTERED);
    for (int i = 0; i < DEEP; i++) {
        assert_int_equal(world_balance(&chain[i], chain_member[i]), i < 8);
        world_close(&chain[i]);
    }
}

/* ---- closing ---- */

static sem_t entered, leave;

static minipay_status waiting_submit(void *impl, const minipay_bank_order *orders,
                                     minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    sem_post(&entered);
    sem_wait(&leave);
    return wrapped.submit(impl, orders, answers, count, error);
}

typedef struct topping_up {
    world *w;
    minipay_instruction instruction;
    minipay_outcome outcome;
    minipay_status status;
} topping_up;

static void *top_up(void *argument)
{
    topping_up *t = argument;
    t->status = minipay_execute(t->w->pay, &t->instruction, 1, &t->outcome, NULL);
    return NULL;
}

static void *close_it(void *argument)
{
    minipay_close(argument);
    sem_post(&entered);
    return NULL;
}

/* A member whose call is inside the bank keeps the handle alive, so others may still ask it: they learn that it
 * is being closed. */
static void closing_waits_for_calls_and_refuses_new_ones(void **state)
{
    world w;
    topping_up t = {.w = &w};
    pthread_t tops, closes;
    int posted = -1;
    (void)state;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    world_init(&w, ":memory:");
    strcpy(w.script.path, ":memory:");
    ASSERT_STATUS(minipay_scripted_bank(&w.script, &wrapped, NULL), MINIPAY_OK);
    w.bank = wrapped;
    w.bank.submit = waiting_submit;
    world_open(&w);
    minipay_id member = world_person(&w, "110-222-333444");
    t.instruction = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    assert_int_equal(pthread_create(&tops, NULL, top_up, &t), 0);
    sem_wait(&entered);
    assert_int_equal(pthread_create(&closes, NULL, close_it, w.pay), 0);
    minipay_status status = MINIPAY_OK;
    while ((status = ask(&w, member)) == MINIPAY_OK)
        sched_yield();
    ASSERT_STATUS(status, MINIPAY_CLOSED);
    sem_getvalue(&entered, &posted);
    assert_int_equal(posted, 0); /* still waiting for the top-up */
    sem_post(&leave);
    pthread_join(tops, NULL);
    pthread_join(closes, NULL);
    ASSERT_STATUS(t.status, MINIPAY_OK);
    ASSERT_STATE(t.outcome.state, MINIPAY_STATE_DONE);
}

/* ---- fork ---- */

static int in_child(world *w, minipay_id member)
{
    minipay_instruction credit = world_ask(w, MINIPAY_KIND_CREDIT, member, world_nobody, 1);
    minipay_audit_check checks[32];
    minipay_outcome outcome;
    minipay_id id;
    uint32_t count = 32;
    int32_t clean;
    uint32_t calls = w->faults.storage_calls;
    minipay_status found[] = {minipay_execute(w->pay, &credit, 1, &outcome, NULL),
                              ask(w, member),
                              minipay_run(w->pay, 0, NULL, NULL, NULL),
                              minipay_audit(w->pay, checks, &count, &clean, NULL),
                              minipay_id_generate(w->pay, &id),
                              minipay_outcome_get(w->pay, MINIPAY_KIND_CREDIT, &id, &outcome, NULL)};
    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        if (found[i] != MINIPAY_CLOSED)
            return 10 + (int)i;
    }
    minipay_close(w->pay);
    return w->faults.storage_calls == calls && w->stores[0].storage.close ? 0 : 1;
}

static void forked_child_is_closed_and_touches_no_database(void **state)
{
    world w;
    int how = 0;
    (void)state;
    world_init(&w, "fork.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 7);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(in_child(&w, member));
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    world_credit(&w, member, 7);
    assert_int_equal(world_balance(&w, member), 14);
    world_audit_clean(&w);
    world_close(&w);
}

static void null_handle_is_a_usage_error(void **state)
{
    minipay_error error;
    (void)state;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_run(NULL, 0, NULL, NULL, &error), MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "pay");
    minipay_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_callback_may_use_another_handle_but_not_its_own),
        cmocka_unit_test(bank_callback_may_use_another_handle_but_not_its_own),
        cmocka_unit_test(eight_handles_may_be_within_each_other_and_no_more),
        cmocka_unit_test(closing_waits_for_calls_and_refuses_new_ones),
        cmocka_unit_test(forked_child_is_closed_and_touches_no_database),
        cmocka_unit_test(null_handle_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
