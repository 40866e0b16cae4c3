/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Many threads, one handle. */

enum { THREADS = 16, WON = 100, CLERKS = 8, ROUNDS = 60 };

/* Every racer starts from the same place at once. */
typedef struct racer {
    world *w;
    pthread_t thread;
    pthread_barrier_t *start;
    minipay_instruction instructions[WON];
    uint32_t count;
    uint32_t done, refused;
} racer;

static void *race(void *argument)
{
    racer *r = argument;
    pthread_barrier_wait(r->start);
    for (uint32_t i = 0; i < r->count; i++) {
        minipay_outcome outcome;
        minipay_outcome_init(&outcome);
        minipay_status status = minipay_execute(r->w->pay, &r->instructions[i], 1, &outcome, NULL);
        r->done += status == MINIPAY_OK;
        r->refused += status == MINIPAY_INSUFFICIENT_FUNDS;
    }
    return NULL;
}

static void run(racer *racers, uint32_t count)
{
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, count);
    for (uint32_t i = 0; i < count; i++) {
        racers[i].start = &start;
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (uint32_t i = 0; i < count; i++)
        pthread_join(racers[i].thread, NULL);
    pthread_barrier_destroy(&start);
}

static void sixteen_threads_race_for_the_last_won(void **state)
{
    static racer racers[THREADS];
    world w;
    uint32_t done = 0, refused = 0;
    (void)state;
    memset(racers, 0, sizeof racers);
    world_init(&w, "race.db");
    world_open(&w);
    minipay_id payer = world_person(&w, NULL);
    minipay_id payees[THREADS], merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, payer, WON);
    for (int i = 0; i < THREADS; i++) {
        payees[i] = world_person(&w, NULL);
        racers[i].w = &w;
        racers[i].count = WON / 5; /* together more than three times what there is */
        for (uint32_t j = 0; j < racers[i].count; j++)
            racers[i].instructions[j] = j % 2 ? world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payees[i], 1)
                                              : world_ask(&w, MINIPAY_KIND_PAY, payer, merchant, 1);
    }
    run(racers, THREADS);
    for (int i = 0; i < THREADS; i++) {
        done += racers[i].done;
        refused += racers[i].refused;
    }
    assert_int_equal(done, WON);
    assert_int_equal(done + refused, THREADS * (WON / 5));
    assert_int_equal(world_balance(&w, payer), 0);
    world_audit_clean(&w);
    world_close(&w);
}

static void one_id_from_sixteen_threads_is_done_once(void **state)
{
    static racer racers[THREADS];
    world w;
    (void)state;
    memset(racers, 0, sizeof racers);
    world_init(&w, "same.db");
    world_open(&w);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    minipay_instruction same = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 600);
    for (int i = 0; i < THREADS; i++) {
        racers[i].w = &w;
        racers[i].count = 3;
        for (int j = 0; j < 3; j++)
            racers[i].instructions[j] = same;
    }
    run(racers, THREADS);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(racers[i].done, 3);
    assert_int_equal(world_balance(&w, payee), 600);
    world_audit_clean(&w);
    world_close(&w);
}

/* Money that goes both ways between the same wallets, and its undoing, cannot dead-lock or lose any. */
static void transfers_in_circles_keep_the_sum(void **state)
{
    static racer racers[THREADS];
    minipay_id members[4];
    world w;
    int64_t sum = 0;
    (void)state;
    memset(racers, 0, sizeof racers);
    world_init(&w, "circle.db");
    world_open(&w);
    for (int i = 0; i < 4; i++) {
        members[i] = world_person(&w, NULL);
        world_credit(&w, members[i], 50);
    }
    for (int i = 0; i < THREADS; i++) {
        racers[i].w = &w;
        racers[i].count = 40;
        for (int j = 0; j < 40; j++)
            racers[i].instructions[j] = world_ask(&w, MINIPAY_KIND_TRANSFER, members[(i + j) % 4],
                                                  members[(i + j + 1 + i % 3) % 4], 1 + (i + j) % 30);
    }
    run(racers, THREADS);
    for (int i = 0; i < 4; i++) {
        assert_true(world_balance(&w, members[i]) >= 0);
        sum += world_balance(&w, members[i]);
    }
    assert_int_equal(sum, 200);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- everything at once ---------------------------------------------------------------------------------- */

typedef struct clerk {
    world *w;
    pthread_t thread;
    int number;
    minipay_id members[4], merchant;
    uint64_t seed;
    uint64_t made;
    uint32_t strange; /* answers that no rule of the header gives */
} clerk;

static uint32_t draw(clerk *c, uint32_t below)
{
    c->seed = c->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(c->seed >> 33) % below;
}

static minipay_id clerks_id(clerk *c)
{
    minipay_id id;
    if (minipay_id_generate(c->w->pay, &id) != MINIPAY_OK)
        c->strange++;
    return id;
}

static minipay_instruction draw_instruction(clerk *c, minipay_id last)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_TRANSFER, MINIPAY_KIND_PAY,
                                    MINIPAY_KIND_TOPUP,    MINIPAY_KIND_WITHDRAW, MINIPAY_KIND_CREDIT,
                                    MINIPAY_KIND_HOLD,     MINIPAY_KIND_FREEZE,   MINIPAY_KIND_UNFREEZE,
                                    MINIPAY_KIND_REVERSAL, MINIPAY_KIND_DEBIT};
    int32_t kind = kinds[draw(c, sizeof kinds / sizeof *kinds)];
    minipay_instruction i;
    minipay_instruction_init(&i, kind);
    i.id = clerks_id(c);
    memcpy(i.currency, "KRW", 4);
    strcpy(i.reason, "shift");
    i.member_id = c->members[draw(c, 4)];
    if (kind == MINIPAY_KIND_TRANSFER || kind == MINIPAY_KIND_HOLD)
        i.other_id = c->members[draw(c, 4)];
    if (kind == MINIPAY_KIND_PAY)
        i.other_id = c->merchant;
    if (kind == MINIPAY_KIND_REVERSAL) {
        i.member_id = world_nobody;
        i.other_id = last;
    }
    if (kind == MINIPAY_KIND_TOPUP)
        i.amount_minor = 10000;
    else if (kind != MINIPAY_KIND_REVERSAL && kind != MINIPAY_KIND_FREEZE &&
             kind != MINIPAY_KIND_UNFREEZE)
        i.amount_minor = 1 + draw(c, 3000);
    if (kind == MINIPAY_KIND_TRANSFER && draw(c, 4) == 0)
        i.flags = MINIPAY_FLAG_AUTO_TOPUP;
    return i;
}

static void look_around(clerk *c)
{
    minipay_wallet wallet;
    minipay_entry entries[8];
    minipay_corporate_account corporate;
    uint32_t count = 8;
    int64_t balance_minor;
    minipay_wallet_init(&wallet);
    minipay_corporate_account_init(&corporate);
    for (int i = 0; i < 8; i++)
        minipay_entry_init(&entries[i]);
    const minipay_id *member = &c->members[draw(c, 4)];
    c->strange += minipay_wallet_get(c->w->pay, member, "KRW", &wallet, NULL) != MINIPAY_OK;
    c->strange += wallet.posted_minor < 0 || wallet.held_minor < 0 || wallet.available_minor < 0;
    c->strange +=
        minipay_wallet_history(c->w->pay, member, "KRW", 0, entries, &count, NULL) != MINIPAY_OK;
    c->strange += minipay_wallet_balance_at(c->w->pay, member, "KRW", INT64_MAX, &balance_minor, NULL) !=
                  MINIPAY_OK;
    c->strange += minipay_corporate_account_get(c->w->pay, "KRW", &corporate, NULL) != MINIPAY_OK;
}

static bool is_expected(minipay_status status)
{
    int32_t class = minipay_status_class(status);
    return class == MINIPAY_CLASS_OK || class == MINIPAY_CLASS_REJECTED || status == MINIPAY_BEHIND;
}

static void audit_beside(clerk *c)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 0;
    for (int i = 0; i < 32; i++)
        minipay_audit_check_init(&checks[i]);
    c->strange += minipay_audit(c->w->pay, checks, &count, &clean, NULL) != MINIPAY_OK || !clean;
}

static void *work(void *argument)
{
    clerk *c = argument;
    minipay_id last = c->members[0];
    for (int round = 0; round < ROUNDS; round++) {
        minipay_instruction some[8];
        minipay_outcome outcomes[8];
        uint32_t count = 1 + draw(c, 8);
        for (uint32_t i = 0; i < count; i++) {
            some[i] = draw_instruction(c, last);
            if (some[i].kind == MINIPAY_KIND_TRANSFER)
                last = some[i].id;
        }
        minipay_status status = minipay_execute(c->w->pay, some, count, outcomes, NULL);
        c->strange += count == 1 ? !is_expected(status) : status != MINIPAY_OK;
        for (uint32_t i = 0; i < count; i++)
            c->strange += !is_expected(outcomes[i].status);
        look_around(c);
        if (round % 16 == c->number)
            c->strange += minipay_run(c->w->pay, 0, NULL, NULL, NULL) != MINIPAY_OK;
        if (round == 20 && c->number == 0)
            audit_beside(c);
    }
    return NULL;
}

static void everything_at_once_then_the_audit_is_clean(void **state)
{
    static clerk clerks[CLERKS];
    static const char *const accounts[] = {"110-222-333444", "UNKNOWN-1", "REFUSE-1", "PENDING-1"};
    world w;
    minipay_id members[4];
    (void)state;
    memset(clerks, 0, sizeof clerks);
    world_init(&w, "all.db");
    world_open(&w);
    minipay_id merchant = world_merchant(&w, "110-999-000111", 250);
    for (int i = 0; i < 4; i++) {
        members[i] = world_person(&w, accounts[i]);
        world_credit(&w, members[i], 20000);
    }
    for (int i = 0; i < CLERKS; i++) {
        clerks[i] = (clerk){.w = &w, .number = i, .merchant = merchant, .seed = (uint64_t)i + 1};
        memcpy(clerks[i].members, members, sizeof members);
        assert_int_equal(pthread_create(&clerks[i].thread, NULL, work, &clerks[i]), 0);
    }
    for (int i = 0; i < CLERKS; i++) {
        pthread_join(clerks[i].thread, NULL);
        assert_int_equal(clerks[i].strange, 0);
    }
    world_rest(&w);
    world_settle(&w, world_id(&w), 20991231);
    world_rest(&w);
    world_at_peace(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixteen_threads_race_for_the_last_won),
        cmocka_unit_test(one_id_from_sixteen_threads_is_done_once),
        cmocka_unit_test(transfers_in_circles_keep_the_sum),
        cmocka_unit_test(everything_at_once_then_the_audit_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
