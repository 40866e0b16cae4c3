/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "world.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The file and its neighbours in every state that a disk, a person or another program can leave them in. */

enum { NOBODY = 65534, FILE_LARGEST = 1 << 20 };

typedef struct image {
    size_t size;
    uint8_t bytes[FILE_LARGEST];
} image;

static image before, after;

static void read_file(const char *path, image *read)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    read->size = fread(read->bytes, 1, sizeof read->bytes, file);
    assert_true(read->size < sizeof read->bytes);
    fclose(file);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static bool stands(const char *path)
{
    return access(path, F_OK) == 0;
}

static void start(world *w, const char *path)
{
    world_init(w, path);
    w->without_bank = true;
    w->busy_ms = 60;
}

/* A closed file with one member who has 1,000. */
static minipay_id make_file(const char *path)
{
    world w;
    start(&w, path);
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 1000);
    world_close(&w);
    return member;
}

/* Opening is refused, names the file, and leaves it as it is. */
static void expect_refusal(const char *path, minipay_status status)
{
    world w;
    minipay_error error;
    read_file(path, &before);
    for (int i = 0; i < 2; i++) {
        start(&w, path);
        minipay_error_init(&error);
        ASSERT_STATUS(world_try_open(&w, &error), status);
        ASSERT_STATUS(error.status, status);
        assert_non_null(strstr(error.message, path));
    }
    read_file(path, &after);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.bytes, before.bytes, after.size);
}

static void expect_balance(const char *path, minipay_id member, int64_t balance_minor)
{
    world w;
    start(&w, path);
    world_open(&w);
    assert_int_equal(world_balance(&w, member), balance_minor);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- what is no file of ours ----------------------------------------------------------------------- */

static void text_is_not_a_database(void **state)
{
    static const char text[] = "row,status,reason\n1,accepted,\n2,refused,insufficient_funds\n";
    (void)state;
    write_file("text.db", text, sizeof text - 1);
    expect_refusal("text.db", MINIPAY_NOT_A_DATABASE);
}

static void another_programs_database_is_refused_unchanged(void **state)
{
    (void)state;
    by_hand_run("other.db", "CREATE TABLE mine(a); INSERT INTO mine VALUES(1)");
    expect_refusal("other.db", MINIPAY_NOT_A_DATABASE);
    by_hand_run("marked.db", "PRAGMA application_id=7");
    expect_refusal("marked.db", MINIPAY_NOT_A_DATABASE);
}

static void a_newer_version_is_refused_unchanged(void **state)
{
    (void)state;
    minipay_id member = make_file("newer.db");
    by_hand_run("newer.db", "PRAGMA user_version=99");
    expect_refusal("newer.db", MINIPAY_NEWER_VERSION);
    by_hand_run("newer.db", "PRAGMA user_version=2");
    expect_balance("newer.db", member, 1000);
}

static void a_file_cut_short_is_corrupt(void **state)
{
    (void)state;
    make_file("cut.db");
    read_file("cut.db", &before);
    size_t whole = before.size;
    assert_int_equal(truncate("cut.db", (off_t)(whole / 2)), 0);
    expect_refusal("cut.db", MINIPAY_CORRUPT);
    assert_int_equal(truncate("cut.db", 100), 0);
    expect_refusal("cut.db", MINIPAY_CORRUPT);
}

static void a_folder_or_a_missing_folder_is_an_io_error(void **state)
{
    world w;
    minipay_error error;
    (void)state;
    assert_int_equal(mkdir("folder.db", 0755), 0);
    static const char *const paths[] = {"folder.db", "nowhere/f.db"};
    for (int i = 0; i < 2; i++) {
        start(&w, paths[i]);
        minipay_error_init(&error);
        ASSERT_STATUS(world_try_open(&w, &error), MINIPAY_IO_ERROR);
        assert_non_null(strstr(error.message, paths[i]));
    }
}

/* ---- rights ---------------------------------------------------------------------------------------- */

static char folder[64], file_in_folder[80], lock_in_folder[96];

/* As root nothing is forbidden, so a child becomes somebody else. */
static void become_nobody(void)
{
    if (geteuid() == 0)
        assert_int_equal(setuid(NOBODY), 0);
}

static void expect_read_only(void **state)
{
    (void)state;
    become_nobody();
    expect_refusal(file_in_folder, MINIPAY_READ_ONLY);
}

static void a_file_without_the_right_to_write_is_read_only(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/minipay-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    snprintf(file_in_folder, sizeof file_in_folder, "%s/f.db", folder);
    snprintf(lock_in_folder, sizeof lock_in_folder, "%s-lock", file_in_folder);
    minipay_id member = make_file(file_in_folder);
    assert_int_equal(chmod(file_in_folder, 0444), 0);
    assert_int_equal(chmod(lock_in_folder, 0444), 0);
    world_survives(expect_read_only); /* the lock's file */
    assert_int_equal(chmod(lock_in_folder, 0666), 0);
    world_survives(expect_read_only); /* the database's */
    assert_int_equal(unlink(lock_in_folder), 0);
    assert_int_equal(chmod(folder, 0555), 0);
    world_survives(expect_read_only); /* the folder */
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(chmod(file_in_folder, 0644), 0);
    expect_balance(file_in_folder, member, 1000);
    unlink(file_in_folder);
    unlink(lock_in_folder);
    assert_int_equal(rmdir(folder), 0);
}

/* ---- other programs -------------------------------------------------------------------------------- */

static void another_programs_lock_is_busy_and_then_the_same_call_works(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    sqlite3 *other = NULL;
    (void)state;
    start(&w, "locked.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    assert_int_equal(sqlite3_open("locked.db", &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 500);
    memset(&outcome, 0xa5, sizeof outcome);
    minipay_outcome untouched = outcome;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &credit, 1, &outcome, &error), MINIPAY_BUSY);
    assert_non_null(strstr(error.message, "locked.db"));
    assert_memory_equal(&outcome, &untouched, sizeof outcome);
    assert_int_equal(world_balance(&w, member), 0); /* readers go on */
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    world_expect(&w, &credit, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&w, member), 500);
    sqlite3_close(other);
    world_audit_clean(&w);
    world_close(&w);
}

static void opening_a_locked_file_is_busy_and_then_works(void **state)
{
    world w;
    sqlite3 *other = NULL;
    minipay_error error;
    (void)state;
    minipay_id member = make_file("held.db");
    assert_int_equal(sqlite3_open("held.db", &other), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(other, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL),
        SQLITE_OK);
    start(&w, "held.db");
    minipay_error_init(&error);
    ASSERT_STATUS(world_try_open(&w, &error), MINIPAY_BUSY);
    assert_non_null(strstr(error.message, "held.db"));
    sqlite3_close(other);
    expect_balance("held.db", member, 1000);
}

static void what_another_program_wrote_is_seen_by_the_next_operation(void **state)
{
    world w;
    (void)state;
    start(&w, "foreign.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 1000);
    by_hand_run("foreign.db", "UPDATE account SET state='frozen' WHERE kind='wallet'");
    minipay_id other = world_person(&w, NULL);
    minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, member, other, 10);
    minipay_outcome outcome;
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &transfer, 1, &outcome, &error), MINIPAY_CORRUPT);
    assert_string_equal(error.field, "account");
    by_hand_run("foreign.db", "UPDATE account SET state='open' WHERE kind='wallet'");
    world_expect(&w, &transfer, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_close(&w);
}

static void a_name_that_no_list_has_fails_writers_and_is_shown_by_the_audit(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    minipay_audit_check checks[64];
    uint32_t count = 64;
    int32_t clean = 1;
    (void)state;
    start(&w, "strange.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    minipay_instruction freeze = world_ask(&w, MINIPAY_KIND_FREEZE, member, world_nobody, 0);
    strcpy(freeze.reason, "court order");
    world_expect(&w, &freeze, MINIPAY_STATE_DONE, MINIPAY_OK);
    by_hand_run("strange.db", "UPDATE account SET state='melted' WHERE kind='wallet'");
    minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 500);
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &credit, 1, &outcome, &error), MINIPAY_CORRUPT);
    assert_non_null(strstr(error.message, "account.state"));
    ASSERT_STATUS(minipay_audit(w.pay, checks, &count, &clean, NULL), MINIPAY_OK);
    assert_int_equal(clean, 0);
    by_hand_run("strange.db", "UPDATE account SET state='frozen' WHERE kind='wallet'");
    world_expect(&w, &credit, MINIPAY_STATE_REJECTED, MINIPAY_WALLET_FROZEN);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- the log --------------------------------------------------------------------------------------- */

static void a_table_that_somebody_dropped_is_corrupt(void **state)
{
    world w;
    minipay_error error;
    minipay_audit_check checks[64];
    uint32_t count = 64;
    int32_t clean = 1;
    (void)state;
    start(&w, "dropped.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 1000);
    by_hand_run("dropped.db", "DROP VIEW slip_status; UPDATE member SET tier=tier; DROP TABLE slip");
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_audit(w.pay, checks, &count, &clean, &error), MINIPAY_CORRUPT);
    assert_non_null(strstr(error.message, "slip"));
    minipay_instruction pay = world_ask(&w, MINIPAY_KIND_PAY, member, merchant, 10);
    minipay_outcome outcome;
    ASSERT_STATUS(minipay_execute(w.pay, &pay, 1, &outcome, &error), MINIPAY_CORRUPT);
    assert_non_null(strstr(error.message, "slip"));
    world_close(&w);
}

static void closing_leaves_one_whole_file(void **state)
{
    (void)state;
    minipay_id member = make_file("whole.db");
    assert_false(stands("whole.db-wal"));
    assert_false(stands("whole.db-shm"));
    read_file("whole.db", &before);
    write_file("copy.db", before.bytes, before.size);
    expect_balance("copy.db", member, 1000);
}

static void closing_beside_another_handle_leaves_it_its_log(void **state)
{
    world one, two;
    (void)state;
    start(&one, "beside.db");
    start(&two, "beside.db");
    world_open(&one);
    minipay_id member = world_person(&one, NULL);
    world_credit(&one, member, 1000);
    world_open(&two);
    two.made = 1000;
    world_credit(&one, member, 1);
    world_close(&one);
    assert_true(stands("beside.db-wal"));
    world_credit(&two, member, 10);
    assert_int_equal(world_balance(&two, member), 1011);
    world_close(&two);
    assert_false(stands("beside.db-wal"));
    expect_balance("beside.db", member, 1011);
}

static void write_and_die(void **state)
{
    world w;
    (void)state;
    start(&w, "crash.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 1000);
    _exit(0);
}

static void a_log_that_a_crash_left_is_taken_over(void **state)
{
    world w;
    (void)state;
    world_survives(write_and_die);
    assert_true(stands("crash.db-wal"));
    start(&w, "names.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL); /* the ids are the same in every world */
    world_close(&w);
    FILE *log = fopen("crash.db-wal", "ab"); /* and a torn write behind the last commit */
    assert_non_null(log);
    assert_int_equal(fwrite("garbage", 1, 7, log), 7);
    fclose(log);
    expect_balance("crash.db", member, 1000);
}

static void garbage_beside_a_whole_file_is_passed_over(void **state)
{
    static uint8_t garbage[40000];
    (void)state;
    minipay_id member = make_file("dirty.db");
    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = (uint8_t)(i * 2654435761u >> 13);
    write_file("dirty.db-wal", garbage, sizeof garbage);
    write_file("dirty.db-shm", garbage, 32768);
    expect_balance("dirty.db", member, 1000);
}

/* ---- processes ------------------------------------------------------------------------------------- */

/* A process that is killed in the middle of a write, while a child that it forked lives on. */
static void a_dead_writers_child_does_not_keep_the_lock(void **state)
{
    int ready[2], hold[2];
    char byte;
    (void)state;
    minipay_id member = make_file("forked.db");
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(hold), 0);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        world w;
        int32_t foreign;
        void *session;
        start(&w, "forked.db");
        world_open(&w);
        if (w.stores[0].storage.begin(w.stores[0].storage.impl, MINIPAY_SESSION_WRITE, &session,
                                      &foreign, NULL))
            _exit(1);
        close(hold[1]);
        if (fork() == 0) {
            if (write(ready[1], "x", 1) != 1 || read(hold[0], &byte, 1) < 0)
                _exit(1);
            _exit(0);
        }
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    world w;
    minipay_error error;
    start(&w, "forked.db");
    minipay_error_init(&error);
    ASSERT_STATUS(world_try_open(&w, &error), MINIPAY_BUSY); /* while the writer lives */
    assert_int_equal(kill(writer, SIGKILL), 0);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    expect_balance("forked.db", member, 1000);
    close(hold[0]);
    close(hold[1]);
    close(ready[0]);
    close(ready[1]);
}

/* So many credits in one commit take longer than a waiting process sleeps, on a disk that needs no time too. */
enum { CREDITS_OF_A_COMMIT = 100 };

/* Credits in the name of `channel`, in `count` commits. */
static void credit_often(const char *channel, uint64_t first_id, int count, int go)
{
    world w;
    char byte;
    start(&w, "fair.db");
    w.busy_ms = 0;
    minipay_id member = {{0x01, 0x9a, 0xb0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}};
    world_open(&w);
    w.made = first_id;
    if (read(go, &byte, 1) != 0)
        _exit(1);
    for (int i = 0; i < count; i++) {
        static minipay_instruction credits[CREDITS_OF_A_COMMIT];
        static minipay_outcome outcomes[CREDITS_OF_A_COMMIT];
        for (int n = 0; n < CREDITS_OF_A_COMMIT; n++) {
            credits[n] = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 1);
            snprintf(credits[n].channel, sizeof credits[n].channel, "%s", channel);
        }
        if (minipay_execute(w.pay, credits, CREDITS_OF_A_COMMIT, outcomes, NULL) != MINIPAY_OK)
            _exit(1);
    }
    world_close(&w);
    _exit(0);
}

static void two_processes_take_turns(void **state)
{
    enum { COMMITS = 60 };
    int go[2], how;
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    pid_t children[2];
    (void)state;
    minipay_id member = make_file("fair.db");
    assert_int_equal(pipe(go), 0);
    for (int i = 0; i < 2; i++) {
        fflush(NULL);
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            close(go[1]);
            credit_often(i ? "right" : "left", (uint64_t)(i + 1) * 1000000, COMMITS, go[0]);
        }
    }
    close(go[0]);
    close(go[1]); /* both begin */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(waitpid(children[i], &how, 0), children[i]);
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    }
    assert_int_equal(sqlite3_open("fair.db", &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT sum(channel <> before) FROM (SELECT channel, lag(channel)"
                           " OVER (ORDER BY sequence) AS before FROM journal)",
                           -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int turns = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    /* One that keeps the database takes two or three turns; in strict turn there would be 120. The scheduler of
     * a busy machine takes away what it likes. */
    assert_in_range(turns, COMMITS / 6, 2 * COMMITS);
    expect_balance("fair.db", member, 1000 + 2 * COMMITS * CREDITS_OF_A_COMMIT);
}

static int64_t page_size_of(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA page_size", -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t size = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return size;
}

static void a_new_file_has_pages_of_the_size_asked_for_and_keeps_them(void **state)
{
    static const uint32_t asked[] = {16384, 0, 65536}, made[] = {16384, 4096, 65536};
    (void)state;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        world w;
        world_forget("pages.db");
        start(&w, "pages.db");
        w.page_bytes = asked[i];
        world_open(&w);
        minipay_id member = world_person(&w, NULL);
        world_close(&w);
        assert_int_equal(page_size_of("pages.db"), made[i]);
        w.page_bytes = 8192;
        world_open(&w);
        world_credit(&w, member, 700);
        world_audit_clean(&w);
        world_close(&w);
        assert_int_equal(page_size_of("pages.db"), made[i]);
    }
}

static void expect_config_refused(const minipay_sqlite_config *config, minipay_status status,
                                  const char *field)
{
    minipay_storage storage;
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_sqlite_storage(config, &storage, &error), status);
    assert_string_equal(error.field, field);
}

static void a_configuration_is_judged_before_anything_is_opened(void **state)
{
    static const uint32_t sizes[] = {1, 512, 2048, 4095, 4097, 12288, 65535, 65537, 131072, UINT32_MAX};
    minipay_sqlite_config config;
    (void)state;
    minipay_sqlite_config_init(&config);
    expect_config_refused(&config, MINIPAY_INVALID_TEXT, "path");
    snprintf(config.path, sizeof config.path, "never\xff.db");
    expect_config_refused(&config, MINIPAY_INVALID_TEXT, "path");
    memset(config.path, 'a', sizeof config.path);
    expect_config_refused(&config, MINIPAY_INVALID_TEXT, "path");
    minipay_sqlite_config_init(&config);
    snprintf(config.path, sizeof config.path, "never.db");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        config.page_bytes = sizes[i];
        expect_config_refused(&config, MINIPAY_INVALID_ARGUMENT, "page_bytes");
    }
    config.page_bytes = 0;
    config.struct_size -= 4;
    expect_config_refused(&config, MINIPAY_INVALID_SIZE, "struct_size");
    assert_false(stands("never.db"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_not_a_database),
        cmocka_unit_test(another_programs_database_is_refused_unchanged),
        cmocka_unit_test(a_newer_version_is_refused_unchanged),
        cmocka_unit_test(a_file_cut_short_is_corrupt),
        cmocka_unit_test(a_folder_or_a_missing_folder_is_an_io_error),
        cmocka_unit_test(a_file_without_the_right_to_write_is_read_only),
        cmocka_unit_test(another_programs_lock_is_busy_and_then_the_same_call_works),
        cmocka_unit_test(opening_a_locked_file_is_busy_and_then_works),
        cmocka_unit_test(what_another_program_wrote_is_seen_by_the_next_operation),
        cmocka_unit_test(a_name_that_no_list_has_fails_writers_and_is_shown_by_the_audit),
        cmocka_unit_test(a_table_that_somebody_dropped_is_corrupt),
        cmocka_unit_test(closing_leaves_one_whole_file),
        cmocka_unit_test(closing_beside_another_handle_leaves_it_its_log),
        cmocka_unit_test(a_log_that_a_crash_left_is_taken_over),
        cmocka_unit_test(garbage_beside_a_whole_file_is_passed_over),
        cmocka_unit_test(a_dead_writers_child_does_not_keep_the_lock),
        cmocka_unit_test(two_processes_take_turns),
        cmocka_unit_test(a_new_file_has_pages_of_the_size_asked_for_and_keeps_them),
        cmocka_unit_test(a_configuration_is_judged_before_anything_is_opened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
