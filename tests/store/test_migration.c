/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty_vfs.h"
#include "scenario.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file of schema version 1 with a day's business in it and a top-up that waits for its bank, opened by the
 * library of today. */

enum { FIXTURE_LARGEST = 8 << 20, DUMP_LARGEST = 4 << 20 };

static void copy_fixture(const char *name, const char *path)
{
    static char bytes[FIXTURE_LARGEST];
    char source[512];
    snprintf(source, sizeof source, "%s/schema-1/%s", MINIPAY_TEST_DATA_DIR, name);
    FILE *file = fopen(source, "rb");
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_in_range(size, 4096, sizeof bytes - 1);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void fresh_file(const char *path)
{
    char name[128];
    world_forget(path);
    copy_fixture("day.db", path);
    snprintf(name, sizeof name, "%s.bank", path);
    copy_fixture("day.db.bank", name);
}

/* ---- reading by SQL -------------------------------------------------------------------------------- */

static int64_t number(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return value;
}

/* All rows of a query as one text; the caller frees it. */
static char *dump(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    char *text = calloc(1, DUMP_LARGEST);
    size_t used = 0;
    assert_non_null(text);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *value = (const char *)sqlite3_column_text(statement, i);
            used += (size_t)snprintf(text + used, DUMP_LARGEST - used, "%s|", value ? value : "");
            assert_true(used < DUMP_LARGEST);
        }
        text[used - 1] = '\n';
    }
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text;
}

static const char balances_sql[] = "SELECT account_id, posted_minor, held_minor, incoming_minor,"
                                   " last_sequence FROM balance ORDER BY account_id";
static const char journal_sql[] = "SELECT sequence, hex(operation_id), leg, kind, debit_account,"
                                  " credit_account, amount_minor FROM journal ORDER BY sequence";
static const char schema_sql[] = "SELECT type, name, sql FROM sqlite_schema"
                                 " WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name";

static void expect_same(const char *path, const char *sql, const char *expected)
{
    char *found = dump(path, sql);
    assert_string_equal(found, expected);
    free(found);
}

/* ---- opening --------------------------------------------------------------------------------------- */

static void start(world *w, const char *path)
{
    world_init(w, path);
    memcpy(w->key, "minipay schema 1 test key 0123456", sizeof w->key);
    w->now = number(path, "SELECT max(closed_at) FROM block") + 1000000;
}

static void migrate(const char *path)
{
    world w;
    start(&w, path);
    world_open(&w);
    world_close(&w);
}

static void a_file_of_version_1_migrates_and_keeps_its_books(void **state)
{
    world w;
    (void)state;
    fresh_file("day.db");
    assert_int_equal(number("day.db", "PRAGMA user_version"), 1);
    char *balances = dump("day.db", balances_sql), *journal = dump("day.db", journal_sql);
    start(&w, "day.db");
    world_open(&w);
    world_audit_clean(&w);
    expect_same("day.db", balances_sql, balances);
    expect_same("day.db", journal_sql, journal);
    assert_int_equal(number("day.db", "PRAGMA user_version"), 2);
    assert_int_equal(number("day.db", "SELECT count(*) FROM pragma_integrity_check"
                                      " WHERE integrity_check = 'ok'"),
                     1);
    world_reopen(&w);
    world_audit_clean(&w);
    world_close(&w);
    free(balances);
    free(journal);
}

static void the_running_topup_is_carried_on_to_its_end(void **state)
{
    static const char wallets[] = "SELECT coalesce(sum(b.posted_minor), 0) FROM balance b"
                                  " JOIN account a USING (account_id) WHERE a.kind = 'wallet'";
    world w;
    (void)state;
    fresh_file("carried.db");
    assert_int_equal(number("carried.db", "SELECT count(*) FROM topup WHERE state = 'running'"), 1);
    int64_t amount_minor =
        number("carried.db", "SELECT amount_minor FROM topup WHERE state = 'running'");
    int64_t before_minor = number("carried.db", wallets);
    start(&w, "carried.db");
    world_open(&w);
    world_rest(&w);
    world_audit_clean(&w);
    world_close(&w);
    assert_int_equal(number("carried.db", "SELECT count(*) FROM topup WHERE state = 'running'"), 0);
    assert_int_equal(number("carried.db", "SELECT count(*) FROM topup WHERE state = 'parked'"), 0);
    assert_int_equal(number("carried.db", wallets), before_minor + amount_minor);
}

static void business_goes_on_after_a_migration(void **state)
{
    world w;
    (void)state;
    fresh_file("goes-on.db");
    start(&w, "goes-on.db");
    world_open(&w);
    w.made = 7000000;
    minipay_id payer = world_person(&w, "110-222-333"), payee = world_person(&w, NULL);
    world_topup(&w, payer, 50000);
    minipay_outcome moved = world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 20000);
    ASSERT_STATE(moved.state, MINIPAY_STATE_DONE);
    world_audit_clean(&w);
    world_reopen(&w);
    assert_int_equal(world_balance(&w, payee), 20000);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- killed ---------------------------------------------------------------------------------------- */

static bool dies_at(const char *path, uint32_t change)
{
    int how;
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        faulty_vfs_mend();
        strcpy(world_disk.only, path);
        world_disk.fails_at = change;
        world_disk.dies = true;
        migrate(path);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) || WEXITSTATUS(how) == 0);
    return WIFSIGNALED(how);
}

static void a_migration_killed_at_any_change_is_done_by_the_next_open(void **state)
{
    uint32_t change = 1;
    (void)state;
    fresh_file("whole.db");
    migrate("whole.db");
    char *schema = dump("whole.db", schema_sql), *balances = dump("whole.db", balances_sql);
    for (bool died = true; died; change += SWEEP_STRIDE) {
        world w;
        fresh_file("step.db");
        died = dies_at("step.db", change);
        int64_t version = number("step.db", "PRAGMA user_version");
        assert_in_range(version, 1, 2);
        start(&w, "step.db");
        world_open(&w);
        world_audit_clean(&w);
        world_close(&w);
        assert_int_equal(number("step.db", "PRAGMA user_version"), 2);
        expect_same("step.db", schema_sql, schema);
        expect_same("step.db", balances_sql, balances);
    }
    assert_true(change > 10);
    free(schema);
    free(balances);
}

static void a_migrated_file_has_the_tables_of_a_new_one(void **state)
{
    static const char columns[] =
        "SELECT t.name, c.name, c.type FROM sqlite_schema t, pragma_table_info(t.name) c"
        " WHERE t.type = 'table' ORDER BY t.name, c.name";
    static const char others[] = "SELECT type, name FROM sqlite_schema WHERE type <> 'table'"
                                 " AND name NOT LIKE 'sqlite_%' ORDER BY type, name";
    world w;
    (void)state;
    fresh_file("old.db");
    migrate("old.db");
    world_init(&w, "new.db");
    world_open(&w);
    world_close(&w);
    char *new_columns = dump("new.db", columns), *new_others = dump("new.db", others);
    expect_same("old.db", columns, new_columns);
    expect_same("old.db", others, new_others);
    free(new_columns);
    free(new_others);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_version_1_migrates_and_keeps_its_books),
        cmocka_unit_test(the_running_topup_is_carried_on_to_its_end),
        cmocka_unit_test(business_goes_on_after_a_migration),
        cmocka_unit_test(a_migrated_file_has_the_tables_of_a_new_one),
        cmocka_unit_test(a_migration_killed_at_any_change_is_done_by_the_next_open),
    };
    faulty_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
