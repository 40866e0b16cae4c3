/* SPDX-License-Identifier: Apache-2.0 */
#include "rich.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Two installations hold the same books when `minipay books` tells the same of them: whatever their keys, their
 * clocks and their caches; and it tells another thing as soon as anything else stands in one of them. */

typedef struct installation {
    const char *path, *books;
    uint8_t key;
    int64_t later; /* microseconds behind the usual beginning */
    uint32_t cached_accounts;
} installation;

static const installation here = {"here.db", "here.txt", 0x5a, 0, 0};
static const installation there = {"there.db", "there.txt", 0xa5, INT64_C(3723000001), 16};

static void leave_key(const installation *i)
{
    char name[64];
    snprintf(name, sizeof name, "%s.key", i->path);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    for (int n = 0; n < 32; n++)
        fputc(i->key, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, S_IRUSR | S_IWUSR), 0);
}

static void begin(const installation *i, world *w)
{
    world_forget(i->path);
    leave_key(i);
    world_init(w, i->path);
    memset(w->key, i->key, sizeof w->key);
    w->now += i->later;
    w->cached_accounts = i->cached_accounts;
    world_open(w);
    rich_day(w);
}

/* Closes the world: the tool reads what it left. */
static void write_books(const installation *i, world *w)
{
    char command[1024];
    const char *tool = getenv("MINIPAY_TOOL");
    assert_non_null(tool);
    world_close(w);
    snprintf(command, sizeof command, "'%s' books --db %s >%s && LC_ALL=C sort -c %s", tool, i->path,
             i->books, i->books);
    assert_int_equal(system(command), 0);
}

static int difference(void)
{
    char command[128];
    snprintf(command, sizeof command, "diff %s %s", here.books, there.books);
    return system(command);
}

static void keys_clocks_and_caches_do_not_show_in_the_books(void **state)
{
    world one, other;
    (void)state;
    begin(&here, &one);
    write_books(&here, &one);
    begin(&there, &other);
    write_books(&there, &other);
    assert_int_equal(difference(), 0);
}

/* ---- one thing more -------------------------------------------------------------------------------------- */

static void a_won_more(world *w)
{
    minipay_id member = {{0}};
    minipay_wallet wallet, none;
    uint32_t count = 1;
    minipay_wallet_init(&wallet);
    minipay_wallet_init(&none);
    ASSERT_STATUS(minipay_wallet_list(w->pay, &none, &wallet, &count, NULL), MINIPAY_OK);
    member = wallet.member_id;
    world_credit(w, member, 1);
}

static void a_refused_transfer(world *w)
{
    minipay_wallet wallets[2], none;
    uint32_t count = 2;
    minipay_wallet_init(&none);
    ASSERT_STATUS(minipay_wallet_list(w->pay, &none, wallets, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 2);
    minipay_outcome outcome =
        world_do(w, MINIPAY_KIND_TRANSFER, wallets[0].member_id, wallets[1].member_id, INT64_C(1) << 50);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
}

static void a_member_more(world *w)
{
    world_person(w, NULL);
}

static void a_rule_changed(world *w)
{
    world_rule(w, MINIPAY_RULE_REFUND_DAYS, 0, 30);
}

static void a_movement_that_nobody_ordered(world *w)
{
    minipay_bank_order order = {.struct_size = sizeof order,
                                .direction = MINIPAY_BANK_COLLECT,
                                .amount_minor = 5,
                                .reference_date = 20251123,
                                .attempt = 1,
                                .currency = "KRW",
                                .reference = "stray"};
    minipay_bank_answer answer = {.struct_size = sizeof answer};
    ASSERT_STATUS(w->scripted.submit(w->scripted.impl, &order, &answer, 1, NULL), MINIPAY_OK);
    assert_int_equal(answer.verdict, MINIPAY_VERDICT_DONE);
}

static void anything_that_differs_shows(void **state)
{
    static void (*const changes[])(world * w) = {a_won_more, a_refused_transfer, a_member_more,
                                                 a_rule_changed, a_movement_that_nobody_ordered};
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        world w;
        begin(&there, &w);
        changes[i](&w);
        write_books(&there, &w);
        assert_int_not_equal(difference(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_clocks_and_caches_do_not_show_in_the_books),
        cmocka_unit_test(anything_that_differs_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
