/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "faulty_vfs.h"
#include "store/sqlite/internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The VFS that holds writes back, under SQLite and over a disk that fails at every change in turn: a commit
 * stands whole or not at all, and a checkpoint never forgets what it could not write. */

enum { OLD_ROWS = 20, NEW_ROWS = 60, ROW_BYTES = 3000 };

static const char *const file_name = "log.db";

static void forget(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char name[80];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(name, sizeof name, "%s%s", file_name, suffixes[i]);
        unlink(name);
    }
}

static sqlite3 *open_file(void)
{
    sqlite3 *db;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXRESCODE;
    assert_int_equal(mpi_sqlite_vfs(), SQLITE_OK);
    assert_int_equal(sqlite3_open_v2(file_name, &db, flags, MPI_SQLITE_VFS), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA cache_size=10;"
                                  "PRAGMA wal_autocheckpoint=0",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    return db;
}

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void must(sqlite3 *db, const char *sql)
{
    int code = run(db, sql);
    if (code != SQLITE_OK)
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
    assert_int_equal(code, SQLITE_OK);
}

static int64_t number_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW)
        print_error("%s: %s\n", sql, sqlite3_errmsg(db));
    assert_int_equal(code, SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void insert_sql(char sql[400], int first, int last)
{
    snprintf(
        sql, 400,
        "INSERT INTO t SELECT value, printf('%%0%dd', value) FROM "
        "(WITH RECURSIVE n(value) AS (SELECT %d UNION ALL SELECT value + 1 FROM n WHERE value < %d) "
        "SELECT value FROM n)",
        ROW_BYTES, first, last);
}

static void insert(sqlite3 *db, int first, int last)
{
    char sql[400];
    insert_sql(sql, first, last);
    must(db, sql);
}

/* Whole, and with so many rows; every row says its number twice. */
static void expect_rows(sqlite3 *db, int rows)
{
    assert_int_equal(
        number_of(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    assert_int_equal(number_of(db, "SELECT count(*) FROM t WHERE substr(b, -6) + 0 <> a"), 0);
    assert_int_equal(number_of(db, "SELECT count(*) FROM t"), rows);
}

static sqlite3 *make_file(void)
{
    forget();
    faulty_vfs_mend();
    sqlite3 *db = open_file();
    must(db, "CREATE TABLE t(a INTEGER PRIMARY KEY, b BLOB)");
    insert(db, 1001, 1000 + OLD_ROWS);
    must(db, "PRAGMA wal_checkpoint(TRUNCATE)");
    return db;
}

/* From the `number`-th change on the disk fails: once, or until it is mended. */
static void break_disk(uint32_t number, uint32_t times, int code)
{
    world_disk.changes = 0;
    world_disk.code = code;
    world_disk.fails_for = times;
    world_disk.fails_at = number;
}

/* ---- what fails ------------------------------------------------------------------------------------ */

static void opens_whole(int rows)
{
    sqlite3 *db = open_file();
    expect_rows(db, rows);
    must(db, "INSERT INTO t VALUES(5000, 5000)");
    expect_rows(db, rows + 1);
    sqlite3_close(db);
    db = open_file();
    expect_rows(db, rows + 1);
    sqlite3_close(db);
}

static void failing_checkpoint(uint32_t number, uint32_t times, int code)
{
    sqlite3 *db = make_file(), *other = open_file();
    insert(db, 2001, 2000 + NEW_ROWS);
    break_disk(number, times, code);
    run(db, "PRAGMA wal_checkpoint(PASSIVE)");
    expect_rows(other, OLD_ROWS + NEW_ROWS);
    faulty_vfs_mend();
    expect_rows(db, OLD_ROWS + NEW_ROWS);
    sqlite3_close(other);
    sqlite3_close(db);
    opens_whole(OLD_ROWS + NEW_ROWS);
}

/* The log goes on behind what a reader sees: SQLite copies a part, and then neither truncates nor syncs. */
static void failing_part_of_a_checkpoint(uint32_t number, uint32_t times, int code)
{
    sqlite3 *db = make_file(), *reader = open_file(), *other = open_file();
    insert(db, 2001, 2000 + NEW_ROWS);
    must(reader, "BEGIN");
    expect_rows(reader, OLD_ROWS + NEW_ROWS);
    must(db, "INSERT INTO t VALUES(4000, 4000)");
    break_disk(number, times, code);
    run(db, "PRAGMA wal_checkpoint(PASSIVE)");
    expect_rows(reader, OLD_ROWS + NEW_ROWS);
    expect_rows(other, OLD_ROWS + NEW_ROWS + 1);
    faulty_vfs_mend();
    expect_rows(other, OLD_ROWS + NEW_ROWS + 1);
    must(reader, "COMMIT");
    sqlite3_close(reader);
    sqlite3_close(other);
    sqlite3_close(db);
    opens_whole(OLD_ROWS + NEW_ROWS + 1);
}

static void failing_close(uint32_t number, uint32_t times, int code)
{
    sqlite3 *db = make_file();
    insert(db, 2001, 2000 + NEW_ROWS);
    break_disk(number, times, code);
    sqlite3_close(db);
    faulty_vfs_mend();
    opens_whole(OLD_ROWS + NEW_ROWS);
}

/* The transaction is larger than SQLite's cache: it writes long before it commits. */
static void failing_commit(uint32_t number, uint32_t times, int code)
{
    char sql[400];
    sqlite3 *db = make_file(), *other = open_file();
    insert_sql(sql, 2001, 2000 + NEW_ROWS);
    must(db, "BEGIN IMMEDIATE");
    break_disk(number, times, code);
    int told = run(db, sql);
    if (told == SQLITE_OK)
        told = run(db, "COMMIT");
    if (!sqlite3_get_autocommit(db))
        run(db, "ROLLBACK");
    int rows = told == SQLITE_OK ? OLD_ROWS + NEW_ROWS : OLD_ROWS;
    expect_rows(other, rows);
    faulty_vfs_mend();
    expect_rows(db, rows);
    must(other, "INSERT INTO t VALUES(4000, 4000)");
    expect_rows(db, rows + 1);
    expect_rows(other, rows + 1);
    sqlite3_close(other);
    sqlite3_close(db);
    opens_whole(rows + 1);
}

static void sweep(void (*failing)(uint32_t number, uint32_t times, int code), uint32_t at_least)
{
    static const int codes[] = {SQLITE_FULL, SQLITE_IOERR_WRITE};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (uint32_t times = 0; times < 2; times++) {
            uint32_t number = 1;
            for (;; number++) {
                failing(number, times, codes[i]);
                if (world_disk.reached < number)
                    break;
            }
            assert_true(number > at_least);
        }
    }
}

static void a_checkpoint_forgets_nothing_that_it_could_not_write(void **state)
{
    (void)state;
    sweep(failing_checkpoint, NEW_ROWS);
}

static void a_part_of_a_checkpoint_forgets_nothing_that_it_could_not_write(void **state)
{
    (void)state;
    sweep(failing_part_of_a_checkpoint, NEW_ROWS);
}

static void a_file_whose_last_checkpoint_fails_keeps_its_log(void **state)
{
    (void)state;
    sweep(failing_close, NEW_ROWS);
}

static void a_commit_stands_whole_or_not_at_all(void **state)
{
    (void)state;
    sweep(failing_commit, 3);
}

static void a_write_that_failed_stays_held_until_it_stands(void **state)
{
    static const char bytes[4000] = "held";
    char read[4];
    sqlite3_file *log;
    (void)state;
    sqlite3 *db = make_file();
    must(db, "BEGIN IMMEDIATE");
    assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log), SQLITE_OK);
    assert_int_equal(log->pMethods->xWrite(log, bytes, sizeof bytes, 0), SQLITE_OK);
    break_disk(1, 3, SQLITE_FULL);
    assert_int_equal(log->pMethods->xRead(log, read, sizeof read, 0), SQLITE_FULL);
    assert_int_equal(log->pMethods->xWrite(log, bytes, sizeof bytes, 9000), SQLITE_FULL);
    assert_int_equal(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), SQLITE_FULL);
    assert_int_equal(log->pMethods->xSync(log, SQLITE_SYNC_NORMAL), SQLITE_OK);
    assert_int_equal(log->pMethods->xRead(log, read, sizeof read, 0), SQLITE_OK);
    assert_memory_equal(read, bytes, sizeof read);
    assert_int_equal(log->pMethods->xTruncate(log, 0), SQLITE_OK);
    must(db, "ROLLBACK");
    sqlite3_close(db);
    opens_whole(OLD_ROWS);
}

/* ---- what was undone ------------------------------------------------------------------------------- */

static void what_was_undone_is_never_written_over_what_others_committed(void **state)
{
    (void)state;
    sqlite3 *db = make_file(), *other = open_file();
    for (int round = 0; round < 4; round++) {
        must(db, "BEGIN IMMEDIATE");
        insert(db, 2001, 2040 + round);
        must(db, "ROLLBACK");
        must(other, "BEGIN IMMEDIATE");
        insert(other, 3001, 3000 + NEW_ROWS);
        must(other, "COMMIT");
        expect_rows(db, OLD_ROWS + NEW_ROWS);
        expect_rows(other, OLD_ROWS + NEW_ROWS);
        must(db, "DELETE FROM t WHERE a > 3000");
    }
    insert(other, 3001, 3000 + NEW_ROWS);
    sqlite3_close(db);
    expect_rows(other, OLD_ROWS + NEW_ROWS);
    sqlite3_close(other);
    opens_whole(OLD_ROWS + NEW_ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_forgets_nothing_that_it_could_not_write),
        cmocka_unit_test(a_part_of_a_checkpoint_forgets_nothing_that_it_could_not_write),
        cmocka_unit_test(a_file_whose_last_checkpoint_fails_keeps_its_log),
        cmocka_unit_test(a_commit_stands_whole_or_not_at_all),
        cmocka_unit_test(a_write_that_failed_stays_held_until_it_stands),
        cmocka_unit_test(what_was_undone_is_never_written_over_what_others_committed),
    };
    faulty_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
