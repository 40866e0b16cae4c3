/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty_vfs.h"
#include "scenario.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The disk under SQLite fails at every change of a file in turn. */

static void start(world *w, const char *path)
{
    world_init(w, path);
    w->without_bank = true;
    w->busy_ms = 200;
}

/* Another handle can write: the failed one has let go of its lock. */
static void expect_free(world *w, minipay_id member)
{
    static uint64_t times;
    world other;
    start(&other, w->path);
    world_open(&other);
    other.made = 500000 + times++;
    world_credit(&other, member, 1);
    world_close(&other);
}

/* One credit, failing at its `number`-th change; then the disk is sound and the same credit is sent again.
 * False when there was no such change. */
static bool fail_once(world *w, minipay_id member, uint32_t number, minipay_status *status)
{
    minipay_outcome outcome, untouched;
    minipay_error error;
    int64_t balance_minor = world_balance(w, member);
    minipay_instruction credit = world_ask(w, MINIPAY_KIND_CREDIT, member, world_nobody, 100);
    memset(&outcome, 0xa5, sizeof outcome);
    untouched = outcome;
    minipay_error_init(&error);
    world_disk.changes = 0;
    world_disk.fails_at = number;
    *status = minipay_execute(w->pay, &credit, 1, &outcome, &error);
    bool hit = world_disk.changes >= number;
    faulty_vfs_mend();
    if (*status != MINIPAY_OK) {
        assert_true(hit);
        ASSERT_STATUS(error.status, *status);
        assert_memory_equal(&outcome, &untouched, sizeof outcome);
        assert_int_equal(world_balance(w, member), balance_minor);
        expect_free(w, member);
        balance_minor++;
    }
    world_expect(w, &credit, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(w, member), balance_minor + 100);
    return hit;
}

static void fail_everywhere(const char *path, int code, bool (*expected)(minipay_status))
{
    world w;
    minipay_status status;
    uint32_t failed = 0;
    world_forget(path);
    faulty_vfs_mend();
    start(&w, path);
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_disk.code = code;
    for (uint32_t number = 1; fail_once(&w, member, number, &status); number++) {
        if (status == MINIPAY_OK)
            continue;
        if (!expected(status))
            print_error("change %u: %s\n", number, minipay_status_name(status));
        assert_true(expected(status));
        failed++;
    }
    assert_true(failed > 0);
    world_audit_clean(&w);
    world_close(&w);
    world_open(&w);
    world_audit_clean(&w);
    world_close(&w);
}

static bool is_full(minipay_status status)
{
    return status == MINIPAY_DISK_FULL;
}

static void a_full_disk_loses_nothing_and_the_same_call_works_when_there_is_room(void **state)
{
    (void)state;
    fail_everywhere("full.db", SQLITE_FULL, is_full);
}

static bool is_io_error(minipay_status status)
{
    return status == MINIPAY_IO_ERROR || status == MINIPAY_COMMIT_UNKNOWN;
}

static void a_failing_disk_loses_nothing_and_the_same_call_tells_what_stands(void **state)
{
    (void)state;
    fail_everywhere("failing.db", SQLITE_IOERR_WRITE, is_io_error);
}

/* A failed sync is told in the commit: whether it stands cannot be known. */
static void a_commit_under_which_the_disk_fails_is_unknown(void **state)
{
    world w;
    minipay_outcome outcome;
    (void)state;
    world_forget("unknown.db");
    faulty_vfs_mend();
    start(&w, "unknown.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 100);
    world_disk.code = SQLITE_IOERR_WRITE;
    world_disk.fails_at = 1;
    world_disk.changes = 0;
    ASSERT_STATUS(minipay_execute(w.pay, &credit, 1, &outcome, NULL), MINIPAY_COMMIT_UNKNOWN);
    faulty_vfs_mend();
    world_expect(&w, &credit, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&w, member), 100);
    world_audit_clean(&w);
    world_close(&w);
}

/* A transaction too large for SQLite's cache writes to the disk before it commits, and is undone by SQLite when
 * that fails: the session must be given back all the same. */
static void a_disk_that_fills_up_within_a_group_leaves_the_lock_free(void **state)
{
    enum { CREDITS = 6000 };
    static minipay_instruction credits[CREDITS];
    static minipay_outcome outcomes[CREDITS];
    world w;
    (void)state;
    world_forget("large.db");
    faulty_vfs_mend();
    start(&w, "large.db");
    w.cache_kib = 64;
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    for (int i = 0; i < CREDITS; i++)
        credits[i] = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 1);
    world_disk.code = SQLITE_FULL;
    for (uint32_t at = 1; at < 200; at += 60) {
        world_disk.changes = 0;
        world_disk.fails_at = at;
        ASSERT_STATUS(minipay_execute(w.pay, credits, CREDITS, outcomes, NULL), MINIPAY_DISK_FULL);
        faulty_vfs_mend();
        assert_int_equal(world_balance(&w, member), (int64_t)(at / 60));
        expect_free(&w, member);
    }
    ASSERT_STATUS(minipay_execute(w.pay, credits, CREDITS, outcomes, NULL), MINIPAY_OK);
    assert_int_equal(world_balance(&w, member), CREDITS + 4);
    world_audit_clean(&w);
    world_close(&w);
}

static void credit_often(world *w, minipay_id member, uint32_t times)
{
    minipay_instruction credits[256];
    minipay_outcome outcomes[256];
    assert_true(times <= 256);
    for (uint32_t i = 0; i < times; i++)
        credits[i] = world_ask(w, MINIPAY_KIND_CREDIT, member, world_nobody, 1);
    ASSERT_STATUS(minipay_execute(w->pay, credits, times, outcomes, NULL), MINIPAY_OK);
}

/* The last handle moves the log into the file as it closes. Nobody can be told when that fails. */
static void fail_while_closing(int code, uint32_t times)
{
    enum { CREDITS = 200 };
    uint32_t number = 1;
    bool hit = true;
    for (; hit; number += SWEEP_STRIDE) {
        world w;
        world_forget("closing.db");
        faulty_vfs_mend();
        start(&w, "closing.db");
        world_open(&w);
        minipay_id member = world_person(&w, NULL);
        for (int i = 0; i < 3; i++)
            credit_often(&w, member, CREDITS);
        world_disk.changes = 0;
        world_disk.code = code;
        world_disk.fails_for = times;
        world_disk.fails_at = number;
        world_close(&w);
        hit = world_disk.changes >= number;
        faulty_vfs_mend();
        world_open(&w);
        assert_int_equal(world_balance(&w, member), 3 * CREDITS);
        world_credit(&w, member, 1);
        world_audit_clean(&w);
        world_close(&w);
    }
    assert_true(number > 40);
}

static void a_disk_that_fails_while_closing_loses_nothing(void **state)
{
    (void)state;
    fail_while_closing(SQLITE_FULL, 0);
    fail_while_closing(SQLITE_FULL, 1);
    fail_while_closing(SQLITE_IOERR_WRITE, 1);
}

/* ---- killed at every change ------------------------------------------------------------------------ */

/* Runs `work` in a child that is killed at its `number`-th change; true when it was. */
static bool dies_at(void (*work)(const char *path), const char *path, uint32_t number)
{
    int how;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        faulty_vfs_mend();
        world_disk.fails_at = number;
        world_disk.dies = true;
        work(path);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
    return WIFSIGNALED(how);
}

static const minipay_id first_member = {{0x01, 0x9a, 0xb0, 0, 0, 0, 0x70, 0, 0x80, [15] = 1}};

static void begin_business(const char *path)
{
    world w;
    start(&w, path);
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 1000);
    world_close(&w);
}

/* Whatever stands of the day is completed by doing it again. */
static void a_process_killed_at_any_change_leaves_a_file_that_goes_on(void **state)
{
    uint32_t number = 1;
    (void)state;
    faulty_vfs_mend();
    for (bool died = true; died; number += SWEEP_STRIDE) {
        world w;
        world_forget("killed.db");
        died = dies_at(begin_business, "killed.db", number);
        start(&w, "killed.db");
        world_open(&w);
        world_audit_clean(&w);
        world_close(&w);
        begin_business("killed.db");
        start(&w, "killed.db");
        world_open(&w);
        assert_int_equal(world_balance(&w, first_member), 1000);
        world_audit_clean(&w);
        world_close(&w);
    }
    assert_true(number > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_loses_nothing_and_the_same_call_works_when_there_is_room),
        cmocka_unit_test(a_failing_disk_loses_nothing_and_the_same_call_tells_what_stands),
        cmocka_unit_test(a_commit_under_which_the_disk_fails_is_unknown),
        cmocka_unit_test(a_disk_that_fills_up_within_a_group_leaves_the_lock_free),
        cmocka_unit_test(a_disk_that_fails_while_closing_loses_nothing),
        cmocka_unit_test(a_process_killed_at_any_change_leaves_a_file_that_goes_on),
    };
    faulty_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
