/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "rich.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* The block chain against somebody with the sqlite3 shell: each column of a block and of the rows that
 * it proves is changed, blocks are taken away, put in, and change places. The check "block chain" of
 * the audit finds all of it. What it cannot find, a newest block that went with its rows, is found
 * against a checkpoint (tests/api/test_checkpoint.c). */

static const char path[] = "chain.db", good[] = "chain.good";

enum { SQL_SIZE = 768, COLUMNS_LARGEST = 40 };

typedef struct column {
    char name[48], type[16];
} column;

static world w;

/* Answers how many rows it changed. */
static int tamper(const char *sql)
{
    by_hand_copy(good, path);
    return by_hand_run(path, sql);
}

/* Does the audit's check fail (NULL: any)? A row that cannot even be read is found too. */
static bool fails(const char *check)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 1;
    bool broken = false;
    minipay_error error;
    minipay_error_init(&error);
    w.examines = true;
    minipay_status status = world_try_open(&w, &error);
    if (status == MINIPAY_CORRUPT)
        return true;
    ASSERT_STATUS(status, MINIPAY_OK);
    status = minipay_audit(w.pay, checks, &count, &clean, &error);
    for (uint32_t i = 0; status == MINIPAY_OK && i < count; i++)
        broken |= !checks[i].ok && (!check || strcmp(checks[i].name, check) == 0);
    world_close(&w);
    return status == MINIPAY_CORRUPT || broken;
}

static bool chain_is_broken(void)
{
    return fails("block chain");
}

static void expect_found(const char *sql)
{
    assert_true(tamper(sql) > 0);
    if (!chain_is_broken())
        fail_msg("not found: %s", sql);
}

static int columns_of(const char *table, column *columns)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *row = NULL;
    char sql[SQL_SIZE];
    int count = 0;
    snprintf(sql, sizeof sql, "PRAGMA table_info(%s)", table);
    assert_int_equal(sqlite3_open(good, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
    while (sqlite3_step(row) == SQLITE_ROW && count < COLUMNS_LARGEST) {
        snprintf(columns[count].name, sizeof columns->name, "%s",
                 (const char *)sqlite3_column_text(row, 1));
        snprintf(columns[count++].type, sizeof columns->type, "%s",
                 (const char *)sqlite3_column_text(row, 2));
    }
    sqlite3_finalize(row);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return count;
}

static void change_each_column(const char *table, const char *key)
{
    static const char *const places[] = {"min", "max"};
    column columns[COLUMNS_LARGEST];
    int count = columns_of(table, columns);
    assert_true(count > 3);
    for (int i = 0; i < count; i++) {
        const char *name = columns[i].name;
        bool number = strcmp(columns[i].type, "INTEGER") == 0,
             text = strcmp(columns[i].type, "TEXT") == 0;
        for (size_t p = 0; p < 2; p++) {
            char value[128], sql[SQL_SIZE];
            snprintf(value, sizeof value,
                     number ? "%s+1000000"
                     : text ? "%s||'x'"
                            : "randomblob(length(%s))",
                     name);
            snprintf(
                sql, sizeof sql,
                "UPDATE %s SET %s=%s WHERE %s=(SELECT %s(%s) FROM %s WHERE %s>1 AND %s IS NOT NULL)",
                table, name, value, key, places[p], key, table, key, name);
            if (tamper(sql) && !chain_is_broken())
                fail_msg("not found: %s", sql);
        }
    }
}

static void every_column_of_a_block_is_proved(void **state)
{
    (void)state;
    change_each_column("block", "number");
}

static void every_column_of_a_posting_is_proved(void **state)
{
    (void)state;
    change_each_column("journal", "sequence");
}

static void every_column_of_an_event_is_proved(void **state)
{
    (void)state;
    change_each_column("event", "sequence");
}

static void a_block_taken_away_is_found(void **state)
{
    (void)state;
    expect_found("DELETE FROM block WHERE number=1");
    expect_found("DELETE FROM block WHERE number=3");
    expect_found("DELETE FROM block WHERE number=3; UPDATE block SET number=-number WHERE number>3;"
                 "UPDATE block SET number=-number-1 WHERE number<0"); /* and the rest moved up */
}

/* The block of a commit of documents alone has no rows that miss it, but the tallies do. */
static void a_newest_block_taken_away_is_found(void **state)
{
    (void)state;
    assert_int_equal(tamper("DELETE FROM block WHERE number=(SELECT max(number) FROM block)"), 1);
    assert_true(fails(NULL));
}

static void blocks_that_changed_places_are_found(void **state)
{
    (void)state;
    expect_found("UPDATE block SET number=number+1000000 WHERE number IN (3,4);"
                 "UPDATE block SET number=1000007-number WHERE number>1000000");
    expect_found(
        "UPDATE block SET hash=(SELECT hash FROM block AS other WHERE other.number=3) WHERE number=4");
}

static void a_block_put_in_is_found(void **state)
{
    (void)state;
    expect_found("INSERT INTO block SELECT "
                 "max(number)+1,first_sequence,row_count,closed_at,tallies,hash FROM block");
    expect_found(
        "INSERT INTO block SELECT 0,first_sequence,0,closed_at,tallies,hash FROM block WHERE number=1");
}

static void rows_of_streams_that_changed_places_or_are_gone_are_found(void **state)
{
    (void)state;
    expect_found("DELETE FROM journal WHERE sequence=(SELECT max(sequence) FROM journal)");
    expect_found("DELETE FROM event WHERE sequence=(SELECT min(sequence) FROM event)");
    expect_found("UPDATE event SET body=(SELECT body FROM event AS other WHERE "
                 "other.sequence>event.sequence LIMIT 1)"
                 " WHERE sequence=(SELECT min(sequence) FROM event)");
    expect_found(
        "UPDATE event SET sequence=sequence+1000000 WHERE sequence=(SELECT max(sequence) FROM event)");
}

static void untouched_it_holds(void **state)
{
    (void)state;
    by_hand_copy(good, path);
    assert_false(chain_is_broken());
}

static int set_up(void **state)
{
    (void)state;
    rich_world(&w, path);
    world_close(&w);
    by_hand_copy(path, good);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(untouched_it_holds),
        cmocka_unit_test(every_column_of_a_block_is_proved),
        cmocka_unit_test(every_column_of_a_posting_is_proved),
        cmocka_unit_test(every_column_of_an_event_is_proved),
        cmocka_unit_test(a_block_taken_away_is_found),
        cmocka_unit_test(a_newest_block_taken_away_is_found),
        cmocka_unit_test(blocks_that_changed_places_are_found),
        cmocka_unit_test(a_block_put_in_is_found),
        cmocka_unit_test(rows_of_streams_that_changed_places_or_are_gone_are_found),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
