/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A program is killed at its n-th commit or call of the bank, for n = 1, 2, ...: before it, or just after. Run
 * again from its beginning it ends in the books of a run that nobody disturbed, as `minipay books` tells
 * them. */

static const char path[] = "killed.db", undisturbed[] = "undisturbed.txt", found[] = "found.txt";

static uint32_t dies_at;
static bool dies_after;

/* ---- the program ----------------------------------------------------------------------------------------- */

static void ask(world *w, int32_t kind, minipay_id member, minipay_id other, int64_t amount,
                int32_t flags)
{
    minipay_instruction instruction = world_ask(w, kind, member, other, amount);
    instruction.flags = flags;
    world_execute(w, &instruction);
    world_rest(w);
}

static void spend(world *w, minipay_id a, minipay_id b, minipay_id shop)
{
    minipay_instruction pay = world_ask(w, MINIPAY_KIND_PAY, a, shop, 60000);
    pay.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_execute(w, &pay);
    world_rest(w);
    ask(w, MINIPAY_KIND_REFUND, world_nobody, pay.id, 7000, 0);
    minipay_instruction hold = world_ask(w, MINIPAY_KIND_HOLD, b, a, 200);
    world_execute(w, &hold);
    ask(w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 150, 0);
    ask(w, MINIPAY_KIND_HOLD_VOID, world_nobody, hold.id, 0, 0);
}

static void business(void **state)
{
    world w;
    (void)state;
    world_init(&w, path);
    w.faults.dies_at = dies_at;
    w.faults.dies_after = dies_after;
    world_open(&w);
    world_rest(&w);
    minipay_id a = world_person(&w, "110-1"), b = world_person(&w, "UNKNOWN-2");
    minipay_id poor = world_person(&w, "REFUSE-3"), shop = world_merchant(&w, "220-1", 150);
    ask(&w, MINIPAY_KIND_TOPUP, a, world_nobody, 50000, 0);
    ask(&w, MINIPAY_KIND_TOPUP, b, world_nobody, 20000, 0);
    ask(&w, MINIPAY_KIND_TOPUP, poor, world_nobody, 10000, 0);
    ask(&w, MINIPAY_KIND_TRANSFER, a, b, 1234, 0);
    ask(&w, MINIPAY_KIND_TRANSFER, b, a, 30000, MINIPAY_FLAG_AUTO_TOPUP);
    ask(&w, MINIPAY_KIND_TRANSFER, poor, a, 1, 0);
    ask(&w, MINIPAY_KIND_CREDIT, poor, world_nobody, 4000, 0);
    ask(&w, MINIPAY_KIND_WITHDRAW, poor, world_nobody, 4000, 0);
    ask(&w, MINIPAY_KIND_WITHDRAW, b, world_nobody, 1000, 0);
    spend(&w, a, b, shop);
    world_settle(&w, world_id(&w), 20251123);
    world_rest(&w);
    world_at_peace(&w);
    world_close(&w);
}

/* ---- its books ------------------------------------------------------------------------------------------- */

/* The tool finds the key of every world beside the database. */
static void leave_key(void)
{
    char name[64];
    snprintf(name, sizeof name, "%s.key", path);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    for (int i = 0; i < 32; i++)
        fputc(0x5a, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, S_IRUSR | S_IWUSR), 0);
}

static void write_books(const char *name)
{
    char command[1024];
    const char *tool = getenv("MINIPAY_TOOL");
    assert_non_null(tool);
    snprintf(command, sizeof command, "'%s' books --db %s >%s", tool, path, name);
    assert_int_equal(system(command), 0);
}

static void expect_the_same_books(void)
{
    char command[256];
    write_books(found);
    snprintf(command, sizeof command, "diff %s %s", undisturbed, found);
    if (system(command) != 0) {
        print_error("killed at turn %u, %s it\n", dies_at, dies_after ? "after" : "before");
        fail();
    }
}

/* ---- claims ---------------------------------------------------------------------------------------------- */

static void kill_at_every_turn(bool after)
{
    int ended = WORLD_DIED;
    world_forget(path);
    leave_key();
    dies_at = 0;
    world_survives(business);
    write_books(undisturbed);
    dies_after = after;
    for (uint32_t turn = 1; ended == WORLD_DIED; turn++) {
        world_forget(path);
        dies_at = turn;
        ended = world_child(business);
        assert_true(ended == WORLD_DIED || (ended == 0 && turn > 60));
        dies_at = 0;
        world_survives(business);
        dies_at = turn;
        expect_the_same_books();
    }
}

static void killed_before_any_commit_or_bank_call_it_ends_in_the_same_books(void **state)
{
    (void)state;
    kill_at_every_turn(false);
}

static void killed_after_any_commit_or_bank_call_it_ends_in_the_same_books(void **state)
{
    (void)state;
    kill_at_every_turn(true);
}

/* Killed again while it makes good what the first kill left. */
static void killed_twice_it_ends_in_the_same_books(void **state)
{
    (void)state;
    dies_after = true;
    for (uint32_t turn = 9; turn < 120; turn += 7) {
        world_forget(path);
        dies_at = turn;
        world_child(business);
        dies_at = turn / 2;
        world_child(business);
        dies_at = 0;
        world_survives(business);
        dies_at = turn;
        expect_the_same_books();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_before_any_commit_or_bank_call_it_ends_in_the_same_books),
        cmocka_unit_test(killed_after_any_commit_or_bank_call_it_ends_in_the_same_books),
        cmocka_unit_test(killed_twice_it_ends_in_the_same_books),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
