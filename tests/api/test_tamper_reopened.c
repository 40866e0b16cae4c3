/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "rich.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Somebody with the sqlite3 shell while nobody has the file open: opening it again writes nothing into it and
 * says which table is damaged, or lets it pass; then the audit names the table, and so does one that only
 * looks. */

static const char path[] = "reopened.db", good[] = "reopened.good";

enum { TABLES_LARGEST = 64, SQL_SIZE = 512 };

static world w;
static char tables[TABLES_LARGEST][64];
static int table_count;

static sqlite3 *open_file(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    return db;
}

static uint64_t add_row(uint64_t print, sqlite3_stmt *row)
{
    for (int c = 0; c < sqlite3_column_count(row); c++) {
        const uint8_t *bytes = sqlite3_column_blob(row, c);
        for (int i = 0; i <= sqlite3_column_bytes(row, c); i++)
            print = (print ^ (i ? bytes[i - 1] : 0xffu)) * UINT64_C(1099511628211);
    }
    return print;
}

/* Every row of every table. */
static uint64_t print_of_file(void)
{
    uint64_t print = 0;
    sqlite3 *db = open_file();
    for (int t = 0; t < table_count; t++) {
        char sql[SQL_SIZE];
        sqlite3_stmt *row = NULL;
        snprintf(sql, sizeof sql, "SELECT '%.60s',* FROM %.60s", tables[t], tables[t]);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
        while (sqlite3_step(row) == SQLITE_ROW)
            print = add_row(print, row);
        sqlite3_finalize(row);
    }
    sqlite3_close(db);
    return print;
}

static void tamper(const char *sql)
{
    unlink("reopened.db-wal");
    unlink("reopened.db-shm");
    by_hand_copy(good, path);
    assert_true(by_hand_run(path, sql) > 0);
}

static bool audit_names(const char *table)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 1;
    bool named = false;
    minipay_error error;
    minipay_error_init(&error);
    minipay_status status = minipay_audit(w.pay, checks, &count, &clean, &error);
    if (status != MINIPAY_OK) {
        print_error("  the audit ends: %s %s\n", minipay_status_name(status), error.message);
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        named = named || (!checks[i].ok && strstr(checks[i].detail, table));
    for (uint32_t i = 0; i < count && !named; i++) {
        if (!checks[i].ok)
            print_error("  %s: %s\n", checks[i].name, checks[i].detail);
    }
    return !clean && named;
}

static bool opening_names(const char *table)
{
    minipay_error error;
    minipay_error_init(&error);
    w.examines = false;
    minipay_status status = world_try_open(&w, &error);
    bool named = status == MINIPAY_CORRUPT && strstr(error.message, table);
    if (status != MINIPAY_OK && !named)
        print_error("  opening: %s %s\n", minipay_status_name(status), error.message);
    if (status == MINIPAY_OK) {
        named = audit_names(table);
        world_close(&w);
    }
    return named;
}

static bool looking_names(const char *table)
{
    minipay_error error;
    minipay_error_init(&error);
    w.examines = true;
    minipay_status status = world_try_open(&w, &error);
    if (status != MINIPAY_OK) {
        print_error("  looking: %s %s\n", minipay_status_name(status), error.message);
        return false;
    }
    bool named = audit_names(table);
    world_close(&w);
    return named;
}

/* 0, or 1 when it goes unnamed or is written to. */
static int missed(const char *table, const char *sql)
{
    tamper(sql);
    uint64_t before = print_of_file();
    bool opened = opening_names(table), kept = print_of_file() == before;
    bool looked = looking_names(table);
    kept = kept && print_of_file() == before;
    if (!opened || !kept || !looked)
        print_error("%s:%s%s%s\n", sql, opened ? "" : " opening", kept ? "" : " written",
                    looked ? "" : " looking");
    return !opened || !kept || !looked;
}

static void rows_gone_from_any_table_are_named_when_it_is_opened_again(void **state)
{
    int bad = 0;
    (void)state;
    for (int t = 0; t < table_count; t++) {
        char sql[SQL_SIZE];
        snprintf(sql, sizeof sql, "DELETE FROM %.60s", tables[t]);
        bad += missed(tables[t], sql);
    }
    assert_true(table_count > 40);
    assert_int_equal(bad, 0);
}

static void what_opening_reads_is_named_when_it_was_changed(void **state)
{
    static const struct {
        const char *table, *sql;
    } cases[] = {
        {"policy_version", "DELETE FROM policy_version WHERE version=1"},
        {"policy_version", "DELETE FROM policy_version WHERE version=2"},
        {"policy_version", "UPDATE policy_version SET effective_at=9000000000000000"},
        {"policy", "DELETE FROM policy_version; DELETE FROM policy_rule"},
        {"policy_rule", "DELETE FROM policy_rule WHERE version=2"},
        {"policy_rule", "DELETE FROM policy_rule WHERE version=1 AND rule='topup_unit'"},
        {"installation", "UPDATE installation SET key_check=randomblob(32)"},
        {"installation", "UPDATE installation SET installation_id=randomblob(16)"},
        {"installation", "UPDATE installation SET public_key=randomblob(32)"},
        {"installation", "UPDATE installation SET number=2"},
        {"counter", "UPDATE counter SET value=value+1"},
        {"tally", "UPDATE tally SET row_count=row_count+1 WHERE table_name='member'"},
        {"tally", "DELETE FROM tally WHERE table_name='policy_version'"},
        {"tally", "DELETE FROM tally WHERE table_name='installation'"},
        {"block", "DELETE FROM block WHERE number=1"},
        {"block",
         "UPDATE block SET tallies=randomblob(32) WHERE number=(SELECT max(number) FROM block)"},
        {"installation", "DELETE FROM block; DELETE FROM installation"},
        {"block", "DELETE FROM block; DELETE FROM installation; DELETE FROM tally"},
    };
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        bad += missed(cases[i].table, cases[i].sql);
    assert_int_equal(bad, 0);
}

static void who_only_looks_reads_all_and_writes_nothing(void **state)
{
    (void)state;
    by_hand_copy(good, path);
    uint64_t before = print_of_file();
    w.examines = true;
    world_open(&w);
    world_audit_clean(&w);
    minipay_policy_version version;
    minipay_policy_version_init(&version);
    ASSERT_STATUS(minipay_policy_version_get(w.pay, 1, &version, NULL), MINIPAY_OK);
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_CREDIT, world_id(&w), world_nobody, 10);
    minipay_outcome outcome;
    minipay_error error;
    minipay_outcome_init(&outcome);
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &asked, 1, &outcome, &error), MINIPAY_READ_ONLY);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_READ_ONLY);
    world_close(&w);
    assert_true(print_of_file() == before);
}

static int set_up(void **state)
{
    sqlite3_stmt *row = NULL;
    (void)state;
    rich_world(&w, path);
    world_close(&w);
    by_hand_copy(path, good);
    sqlite3 *db = open_file();
    if (sqlite3_prepare_v2(db, "SELECT name FROM sqlite_schema WHERE type='table' ORDER BY name", -1,
                           &row, NULL) != SQLITE_OK)
        return -1;
    while (sqlite3_step(row) == SQLITE_ROW && table_count < TABLES_LARGEST)
        snprintf(tables[table_count++], 64, "%s", (const char *)sqlite3_column_text(row, 0));
    sqlite3_finalize(row);
    return sqlite3_close(db) == SQLITE_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_gone_from_any_table_are_named_when_it_is_opened_again),
        cmocka_unit_test(what_opening_reads_is_named_when_it_was_changed),
        cmocka_unit_test(who_only_looks_reads_all_and_writes_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
