/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty_vfs.h"
#include "world.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A database that is gone, or cut to nothing, is never taken for one that is yet to be made. */

static const char path[] = "lost.db", lock[] = "lost.db-lock", log_path[] = "lost.db-wal";

static const minipay_id first_member = {{0x01, 0x9a, 0xb0, 0, 0, 0, 0x70, 0, 0x80, [15] = 1}};

/* -1: there is no such file. */
static long size_of(const char *name)
{
    struct stat facts;
    return stat(name, &facts) == 0 ? (long)facts.st_size : -1;
}

static void write_byte(const char *name)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fputc('S', file), 'S');
    assert_int_equal(fclose(file), 0);
}

static void start(world *w)
{
    world_init(w, path);
    w->without_bank = true;
    w->busy_ms = 200;
}

/* A member who has 1,000, or what of that is still to be done. */
static void begin_business(world *w)
{
    start(w);
    world_open(w);
    minipay_id member = world_person(w, NULL);
    assert_memory_equal(&member, &first_member, sizeof member);
    world_credit(w, member, 1000);
}

static void make_file(void)
{
    world w;
    world_forget(path);
    begin_business(&w);
    world_close(&w);
}

static void expect_whole(void)
{
    world w;
    start(&w);
    world_open(&w);
    assert_int_equal(world_balance(&w, first_member), 1000);
    world_audit_clean(&w);
    world_close(&w);
}

/* To write and to look, refused twice; the file keeps its size, and what is not there is not made. */
static void expect_refused(minipay_status status, const char *said)
{
    static const char *const names[] = {path, lock, log_path};
    long sizes[3];
    for (int i = 0; i < 3; i++)
        sizes[i] = size_of(names[i]);
    for (int turn = 0; turn < 4; turn++) {
        world w;
        minipay_error error;
        start(&w);
        w.examines = turn % 2;
        minipay_error_init(&error);
        ASSERT_STATUS(world_try_open(&w, &error), status);
        ASSERT_STATUS(error.status, status);
        assert_string_equal(error.field, "path");
        assert_non_null(strstr(error.message, path));
        assert_non_null(strstr(error.message, said));
        assert_int_equal(size_of(path), sizes[0]);
        if (sizes[2] > 0)
            assert_int_equal(size_of(log_path), sizes[2]);
        if (sizes[1] > 0)
            assert_int_equal(size_of(lock), sizes[1]);
    }
}

static void a_database_cut_to_nothing_is_corrupt_and_stays_as_it_is(void **state)
{
    (void)state;
    for (off_t size = 0; size <= 1; size++) {
        make_file();
        assert_int_equal(truncate(path, size), 0);
        expect_refused(MINIPAY_CORRUPT, lock);
    }
}

static void a_database_that_is_gone_is_corrupt_and_not_made_again(void **state)
{
    (void)state;
    make_file();
    assert_int_equal(rename(path, "kept.db"), 0);
    expect_refused(MINIPAY_CORRUPT, lock);
    assert_int_equal(rename("kept.db", path), 0); /* put back, it goes on */
    expect_whole();
}

static void with_what_stood_beside_it_gone_too_a_new_one_is_made(void **state)
{
    world w;
    (void)state;
    make_file();
    assert_int_equal(unlink(path), 0);
    assert_int_equal(unlink(lock), 0);
    begin_business(&w);
    world_close(&w);
    expect_whole();
}

static void begin_and_die(void **state)
{
    world w;
    (void)state;
    begin_business(&w);
    _exit(0);
}

static void a_log_tells_of_the_database_whose_lock_is_gone(void **state)
{
    (void)state;
    world_forget(path);
    world_survives(begin_and_die);
    assert_true(size_of(log_path) > 0);
    assert_int_equal(unlink(lock), 0);
    assert_int_equal(truncate(path, 0), 0);
    expect_refused(MINIPAY_CORRUPT, log_path);
}

/* The first page alone, as it is before the log is first moved into the database. */
static void a_database_whose_tables_went_with_its_log_is_corrupt(void **state)
{
    (void)state;
    world_forget(path);
    world_survives(begin_and_die);
    assert_int_equal(size_of(path), 4096);
    assert_int_equal(unlink(log_path), 0);
    expect_refused(MINIPAY_CORRUPT, lock);
}

static void a_copy_alone_is_whole_and_guarded_like_the_first(void **state)
{
    (void)state;
    make_file();
    assert_int_equal(unlink(lock), 0);
    expect_whole();
    assert_int_equal(truncate(path, 0), 0);
    expect_refused(MINIPAY_CORRUPT, lock);
}

/* It keeps the money that the books count on. */
static void a_scripted_bank_whose_file_is_gone_is_not_made_again(void **state)
{
    world w;
    minipay_bank bank;
    minipay_error error;
    (void)state;
    world_forget(path);
    world_init(&w, path);
    world_open(&w);
    world_close(&w);
    assert_int_equal(unlink("lost.db.bank"), 0);
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_scripted_bank(&w.script, &bank, &error), MINIPAY_CORRUPT);
    assert_non_null(strstr(error.message, "lost.db.bank"));
    assert_int_equal(size_of("lost.db.bank"), -1);
}

static void an_empty_file_alone_is_begun_as_a_missing_one_is(void **state)
{
    world w;
    (void)state;
    world_forget(path);
    write_byte(path);
    assert_int_equal(truncate(path, 0), 0);
    begin_business(&w);
    world_close(&w);
    expect_whole();
}

static void a_file_of_one_byte_is_not_a_database(void **state)
{
    (void)state;
    world_forget(path);
    write_byte(path);
    expect_refused(MINIPAY_NOT_A_DATABASE, "not a database");
}

static void looking_makes_no_file(void **state)
{
    static const char *const nowhere[] = {path, ":memory:", "nowhere/lost.db"};
    (void)state;
    world_forget(path);
    for (int i = 0; i < 3; i++) {
        world w;
        minipay_error error;
        start(&w);
        strcpy(w.path, nowhere[i]);
        w.examines = true;
        minipay_error_init(&error);
        ASSERT_STATUS(world_try_open(&w, &error), MINIPAY_NOT_A_DATABASE);
        assert_non_null(strstr(error.message, nowhere[i]));
    }
    assert_int_equal(size_of(path), -1);
    assert_int_equal(size_of(lock), -1);
}

static void a_file_without_tables_is_nothing_to_look_at(void **state)
{
    world w;
    minipay_error error;
    (void)state;
    world_forget(path);
    world_survives(begin_and_die);
    assert_int_equal(unlink(log_path), 0);
    assert_int_equal(unlink(lock), 0);
    start(&w);
    w.examines = true;
    minipay_error_init(&error);
    ASSERT_STATUS(world_try_open(&w, &error), MINIPAY_NOT_A_DATABASE);
    assert_int_equal(size_of(path), 4096);
}

/* Killed at its n-th change while it is made it can be begun, and is guarded from then on. */
static void killed_while_it_is_made_it_can_be_begun(void **state)
{
    bool died = true;
    uint32_t number = 1;
    (void)state;
    for (; died; number++) {
        int how;
        world_forget(path);
        fflush(NULL);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            world w;
            faulty_vfs_mend();
            world_disk.fails_at = number;
            world_disk.dies = true;
            start(&w);
            world_open(&w);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &how, 0), child);
        died = WIFSIGNALED(how);
        assert_true(died || WEXITSTATUS(how) == 0);
        world w;
        begin_business(&w);
        world_close(&w);
        expect_whole();
        assert_int_equal(truncate(path, 0), 0);
        expect_refused(MINIPAY_CORRUPT, lock);
    }
    assert_true(number > 10); /* the first page, its journal, the tables, the first rules */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_database_cut_to_nothing_is_corrupt_and_stays_as_it_is),
        cmocka_unit_test(a_database_that_is_gone_is_corrupt_and_not_made_again),
        cmocka_unit_test(with_what_stood_beside_it_gone_too_a_new_one_is_made),
        cmocka_unit_test(a_log_tells_of_the_database_whose_lock_is_gone),
        cmocka_unit_test(a_database_whose_tables_went_with_its_log_is_corrupt),
        cmocka_unit_test(a_copy_alone_is_whole_and_guarded_like_the_first),
        cmocka_unit_test(a_scripted_bank_whose_file_is_gone_is_not_made_again),
        cmocka_unit_test(an_empty_file_alone_is_begun_as_a_missing_one_is),
        cmocka_unit_test(a_file_of_one_byte_is_not_a_database),
        cmocka_unit_test(looking_makes_no_file),
        cmocka_unit_test(a_file_without_tables_is_nothing_to_look_at),
        cmocka_unit_test(killed_while_it_is_made_it_can_be_begun),
    };
    faulty_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
