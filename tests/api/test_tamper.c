/* SPDX-License-Identifier: Apache-2.0 */
#include "record/record.h"
#include "rich.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Somebody with the sqlite3 shell and without the key: whatever he changes, the audit finds and names. The
 * tables and columns come from the file's own schema, so a new one is covered without a word here. */

static const char path[] = "tamper.db";

enum { NAMES_LARGEST = 64, ROWS_LARGEST = 5, SQL_SIZE = 4096 };

typedef struct names {
    char text[NAMES_LARGEST][64];
    int count;
} names;

typedef struct rows {
    char key[ROWS_LARGEST][512]; /* "(x'…',3)" */
    int count;
} rows;

static world w;
static sqlite3 *db;
static int columns_changed;

/* ---- SQL ------------------------------------------------------------------------------------------------ */

__attribute__((format(printf, 1, 2))) static int run(const char *format, ...)
{
    char sql[SQL_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    assert_in_range(length, 1, sizeof sql - 1);
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static void must_run(int code)
{
    if (code != SQLITE_OK)
        print_error("%s\n", sqlite3_errmsg(db));
    assert_int_equal(code, SQLITE_OK);
}

__attribute__((format(printf, 1, 2))) static names read_names(const char *format, ...)
{
    char sql[SQL_SIZE];
    names found = {.count = 0};
    sqlite3_stmt *statement = NULL;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sql, sizeof sql, format, arguments);
    va_end(arguments);
    must_run(sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        assert_true(found.count < NAMES_LARGEST);
        snprintf(found.text[found.count++], 64, "%s", (const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    return found;
}

static names all_tables(void)
{
    return read_names("SELECT name FROM sqlite_schema WHERE type='table' "
                      "ORDER BY name");
}

static names columns_of(const char *table, const char *where)
{
    return read_names("SELECT name FROM pragma_table_info('%s') WHERE %s ORDER BY pk,cid", table, where);
}

static void join(const names *list, const char *before, const char *after, char *text)
{
    size_t used = 0;
    for (int i = 0; i < list->count; i++)
        used += (size_t)snprintf(text + used, SQL_SIZE / 4 - used, "%s%s%s%s", i ? "," : "", before,
                                 list->text[i], after);
    assert_true(used < SQL_SIZE / 4);
}

/* The keys of up to ROWS_LARGEST rows, the first and the last among them, as SQL. */
static rows some_rows(const char *table)
{
    char keys[SQL_SIZE / 4], quoted[SQL_SIZE / 4], sql[SQL_SIZE];
    rows found = {.count = 0};
    sqlite3_stmt *statement = NULL;
    names key = columns_of(table, "pk>0");
    join(&key, "", "", keys);
    size_t used = 0;
    for (int i = 0; i < key.count; i++)
        used += (size_t)snprintf(quoted + used, sizeof quoted - used, "%squote(%s)", i ? "||','||" : "",
                                 key.text[i]);
    snprintf(
        sql, sizeof sql,
        "SELECT k FROM (SELECT %s AS k,row_number() OVER (ORDER BY %s)-1 AS n,count(*) OVER () AS c "
        "FROM %s) WHERE c<=%d OR n=c-1 OR n%%((c+%d)/%d)=0 ORDER BY n",
        quoted, keys, table, ROWS_LARGEST, ROWS_LARGEST - 2, ROWS_LARGEST - 1);
    must_run(sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        assert_true(found.count < ROWS_LARGEST);
        snprintf(found.key[found.count++], sizeof found.key[0], "(%.120s)=(%.380s)", keys,
                 (const char *)sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
    if (found.count == 0)
        print_error("%s has no row: fill it in tests/support/rich.c\n", table);
    assert_true(found.count > 0);
    return found;
}

/* ---- verdicts ------------------------------------------------------------------------------------------- */

static bool names_both(const char *detail, const char *table, const char *column)
{
    return strstr(detail, table) && strstr(detail, column);
}

/* Is the audit not clean, and does a failed check name the table and the column? */
static bool is_caught(const char *table, const char *column)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 1;
    bool named = false;
    ASSERT_STATUS(minipay_audit(w.pay, checks, &count, &clean, NULL), MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++)
        named = named || (!checks[i].ok && names_both(checks[i].detail, table, column));
    if (clean || !named)
        print_error("%s.%s: %s\n", table, column, clean ? "the audit is clean" : "it is not named");
    for (uint32_t i = 0; i < count && !clean && !named; i++) {
        if (!checks[i].ok)
            print_error("  %s: %s\n", checks[i].name, checks[i].detail);
    }
    return !clean && named;
}

/* ---- tests ---------------------------------------------------------------------------------------------- */

static names money_columns(const char *table)
{
    bool plain = strcmp(table, "policy_rule") == 0 || strcmp(table, "counter") == 0;
    return columns_of(table, plain ? "name='value'" : "name LIKE '%\\_minor' ESCAPE '\\'");
}

static int tamper_row(const char *table, const char *column, const char *key)
{
    static const char *const others[] = {"saved.v+1", "0", "-saved.v-1000", "saved.v+999999937"};
    int missed = 0;
    must_run(run("CREATE TEMP TABLE saved AS SELECT %s AS v FROM %s WHERE %s", column, table, key));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        must_run(run("UPDATE %s SET %s=(SELECT %s FROM saved) WHERE %s AND %s<>(SELECT %s FROM saved)",
                     table, column, others[i], key, column, others[i]));
        bool same = sqlite3_changes(db) == 0;
        missed += !same && !is_caught(table, column);
        must_run(run("UPDATE %s SET %s=(SELECT v FROM saved) WHERE %s", table, column, key));
    }
    must_run(run("DROP TABLE saved"));
    return missed;
}

static int tamper_column(const char *table, const char *column)
{
    rows chosen = some_rows(table);
    int missed = 0;
    for (int i = 0; i < chosen.count; i++)
        missed += tamper_row(table, column, chosen.key[i]);
    return missed;
}

static void any_amount_changed_in_any_table_is_named(void **state)
{
    names tables = all_tables();
    int columns = 0, missed = 0;
    (void)state;
    for (int t = 0; t < tables.count; t++) {
        names amounts = money_columns(tables.text[t]);
        for (int i = 0; i < amounts.count; i++, columns++)
            missed += tamper_column(tables.text[t], amounts.text[i]);
    }
    assert_true(columns > 30);
    assert_int_equal(missed, 0);
    world_audit_clean(&w);
}

static void any_byte_of_a_tag_is_proven(void **state)
{
    rows chosen = some_rows("slip");
    (void)state;
    for (int at = 0; at < MPI_TAG_SIZE; at++) {
        must_run(
            run("CREATE TEMP TABLE saved AS SELECT row_tag AS v FROM slip WHERE %s", chosen.key[0]));
        must_run(run(
            "UPDATE slip SET row_tag=(SELECT CAST(substr(v,1,%d)||iif(substr(v,%d,1)=x'55',x'56',x'55')"
            "||substr(v,%d) AS BLOB) FROM saved) WHERE %s",
            at, at + 1, at + 2, chosen.key[0]));
        assert_true(is_caught("slip", ""));
        must_run(run("UPDATE slip SET row_tag=(SELECT v FROM saved) WHERE %s; DROP TABLE saved",
                     chosen.key[0]));
    }
    world_audit_clean(&w);
}

static void a_row_deleted_from_any_table_is_named(void **state)
{
    names tables = all_tables();
    int missed = 0;
    (void)state;
    for (int t = 0; t < tables.count; t++) {
        const char *table = tables.text[t];
        rows chosen = some_rows(table);
        for (int i = 0; i < chosen.count; i++) {
            must_run(run("CREATE TEMP TABLE saved AS SELECT * FROM %s WHERE %s; DELETE FROM %s WHERE %s",
                         table, chosen.key[i], table, chosen.key[i]));
            missed += !is_caught(table, "");
            must_run(run("INSERT INTO %s SELECT * FROM saved; DROP TABLE saved", table));
        }
    }
    assert_int_equal(missed, 0);
    world_audit_clean(&w);
}

/* Writes, beside the columns that stay, "fresh" ones for those that must differ from row to row. */
static void say_fresh(const char *table, const char *unique, char *select)
{
    names all = columns_of(table, "1");
    size_t used = 0;
    for (int i = 0; i < all.count; i++) {
        char column[80], kind[128];
        snprintf(column, sizeof column, ",%s,", all.text[i]);
        names type =
            read_names("SELECT type FROM pragma_table_info('%s') WHERE name='%s'", table, all.text[i]);
        snprintf(kind, sizeof kind, "%s", type.text[0]);
        const char *text = all.text[i];
        if (!strstr(unique, column))
            used += (size_t)snprintf(select + used, SQL_SIZE / 2 - used, "%s%s", i ? "," : "", text);
        else if (strcmp(kind, "INTEGER") == 0)
            used +=
                (size_t)snprintf(select + used, SQL_SIZE / 2 - used, "%s%s+100000", i ? "," : "", text);
        else if (strcmp(kind, "BLOB") == 0)
            used += (size_t)snprintf(select + used, SQL_SIZE / 2 - used, "%srandomblob(length(%s))",
                                     i ? "," : "", text);
        else
            used += (size_t)snprintf(select + used, SQL_SIZE / 2 - used, "%s'zz'", i ? "," : "");
    }
}

/* ",a,b," of the columns of the key and of the unique indexes; of a policy rule only a number will do, since
 * its text is a list of names. */
static void unique_columns(const char *table, char *text)
{
    names found = read_names("SELECT DISTINCT name FROM ("
                             "SELECT name FROM pragma_table_info('%s') WHERE pk=1 UNION "
                             "SELECT c.name FROM pragma_index_list('%s') l, pragma_index_info(l.name) c "
                             "WHERE l.\"unique\" AND l.origin='c' AND c.seqno=0)",
                             table, table);
    char list[SQL_SIZE / 4];
    join(&found, "", "", list);
    snprintf(text, SQL_SIZE / 4, ",%.1000s,", list);
}

static void a_row_added_to_any_table_is_named(void **state)
{
    names tables = all_tables();
    int missed = 0;
    (void)state;
    for (int t = 0; t < tables.count; t++) {
        const char *table = tables.text[t];
        rows chosen = some_rows(table);
        char unique[SQL_SIZE / 4], select[SQL_SIZE / 2], columns[SQL_SIZE / 4];
        names all = columns_of(table, "1");
        join(&all, "", "", columns);
        unique_columns(table, unique);
        say_fresh(table, unique, select);
        must_run(run("CREATE TEMP TABLE before AS SELECT * FROM %s", table));
        must_run(run("INSERT INTO %s(%s) SELECT %s FROM %s WHERE %s", table, columns, select, table,
                     chosen.key[chosen.count - 1]));
        missed += !is_caught(table, "");
        must_run(
            run("DELETE FROM %s; INSERT INTO %s SELECT * FROM before; DROP TABLE before", table, table));
    }
    assert_int_equal(missed, 0);
    world_audit_clean(&w);
}

/* ---- what agrees with what ------------------------------------------------------------------------------- */

static bool check_fails(const char *name)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 1;
    bool fails = false;
    ASSERT_STATUS(minipay_audit(w.pay, checks, &count, &clean, NULL), MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++)
        fails = fails || (!checks[i].ok && strcmp(checks[i].name, name) == 0);
    return fails;
}

/* Tags aside: a figure that the program itself wrote wrongly would stand under a good tag. */
static void a_figure_that_its_counterpart_does_not_bear_out_fails_their_check(void **state)
{
    static const struct {
        const char *table, *column, *where, *check;
    } cases[] = {
        {"topup", "amount_minor", "state='done'", "documents and postings"},
        {"adjustment", "amount_minor", "state='done'", "documents and postings"},
        {"transfer", "amount_minor", "state='done'", "documents and postings"},
        {"withdrawal", "amount_minor", "state='done'", "documents and postings"},
        {"withdrawal", "amount_minor", "state='running'", "documents and postings"},
        {"reversal", "amount_minor", "state='done'", "documents and postings"},
        {"slip", "amount_minor", "state='done' AND kind='pay'", "documents and postings"},
        {"slip_change", "amount_minor", "kind='capture'", "documents and postings"},
        {"refund", "amount_minor", "state='done'", "documents and postings"},
        {"hold_operation", "amount_minor", "kind='hold_capture'", "documents and postings"},
        {"settlement_line", "payout_minor", "state='done' AND payout_minor>0", "documents and postings"},
        {"settlement_line", "fee_minor", "state='rejected'", "documents and postings"},
        {"topup", "amount_minor", "state='running'", "incoming money"},
        {"balance", "incoming_minor", "incoming_minor>0", "incoming money"},
        {"balance", "held_minor", "held_minor>0", "held money"},
        {"hold", "amount_minor", "hold_state='open'", "held money"},
        {"hold", "captured_minor", "captured_minor>0", "holds"},
        {"hold", "amount_minor", "hold_state='closed'", "holds"},
        {"bank_order", "amount_minor", "state='done'", "bank orders"},
        {"bank_order", "amount_minor", "state='running'", "bank orders"},
        {"slip", "refunded_minor", "refunded_minor>0", "slips"},
        {"slip", "refunded_fee_minor", "refunded_fee_minor>0", "slips"},
        {"slip", "captured_minor", "kind='authorize' AND captured_minor>0", "slips"},
        {"slip", "fee_minor", "state='done' AND kind='pay'", "slips and buckets"},
        {"bucket", "gross_minor", "gross_minor>0", "slips and buckets"},
        {"bucket", "refund_minor", "refund_minor>0", "slips and buckets"},
        {"bucket", "slips", "slips>0", "slips and buckets"},
        {"bucket", "gross_minor", "bucket_state='closed'", "buckets and settlement lines"},
        {"settlement_line", "net_minor", "1", "buckets and settlement lines"},
        {"settlement_run", "paid", "1", "settlement runs"},
        {"settlement_run", "lines", "1", "settlement runs"},
        {"bucket", "carried_minor", "carried_minor<>0", "carried money"},
        {"settlement_line", "net_minor", "state='rejected'", "carried money"},
        {"bucket", "gross_minor", "bucket_state='open'", "payables"},
    };
    int missed = 0;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char where[256];
        names key = columns_of(cases[i].table, "pk=1");
        snprintf(where, sizeof where, "%s=(SELECT min(%s) FROM %s WHERE %s) AND %s", key.text[0],
                 key.text[0], cases[i].table, cases[i].where, cases[i].where);
        must_run(run("CREATE TEMP TABLE before AS SELECT * FROM %s", cases[i].table));
        must_run(run("UPDATE %s SET %s=%s+1 WHERE %s", cases[i].table, cases[i].column, cases[i].column,
                     where));
        assert_true(sqlite3_changes(db) > 0);
        if (!check_fails(cases[i].check)) {
            print_error("%s.%s: %s holds\n", cases[i].table, cases[i].column, cases[i].check);
            missed++;
        }
        must_run(run("DELETE FROM %s; INSERT INTO %s SELECT * FROM before; DROP TABLE before",
                     cases[i].table, cases[i].table));
    }
    assert_int_equal(missed, 0);
    world_audit_clean(&w);
}

/* The rows a and b exchange all that is not their key. */
static void swap(const char *table, const char *a, const char *b)
{
    names key = columns_of(table, "pk>0"), rest = columns_of(table, "pk=0");
    char keys[SQL_SIZE / 4], values[SQL_SIZE / 4], all[SQL_SIZE / 2];
    join(&key, "a.", "", keys);
    join(&rest, "b.", "", values);
    names columns = columns_of(table, "pk>0");
    char left[SQL_SIZE / 4], right[SQL_SIZE / 4];
    join(&columns, "", "", left);
    join(&rest, "", "", right);
    snprintf(all, sizeof all, "%s,%s", left, right);
    must_run(run("CREATE TEMP TABLE a AS SELECT * FROM %s WHERE %s;"
                 "CREATE TEMP TABLE b AS SELECT * FROM %s WHERE %s",
                 table, a, table, b));
    must_run(run("DELETE FROM %s WHERE %s OR %s", table, a, b));
    must_run(run("INSERT INTO %s(%s) SELECT %s,%s FROM a,b", table, all, keys, values));
    must_run(run("INSERT INTO %s(%s) SELECT %s,%s FROM b AS a,a AS b", table, all, keys, values));
    must_run(run("DROP TABLE a; DROP TABLE b"));
}

static void two_rows_exchanged_in_any_table_are_named(void **state)
{
    names tables = all_tables();
    int missed = 0, swapped = 0;
    (void)state;
    for (int t = 0; t < tables.count; t++) {
        const char *table = tables.text[t];
        rows chosen = some_rows(table);
        if (chosen.count < 2)
            continue;
        swap(table, chosen.key[0], chosen.key[chosen.count - 1]);
        missed += !is_caught(table, "");
        swap(table, chosen.key[0], chosen.key[chosen.count - 1]);
        swapped++;
    }
    assert_true(swapped > 20);
    assert_int_equal(missed, 0);
    world_audit_clean(&w);
}

/* A name that no list has, a number more, other bytes; what is empty stays so. */
static int change_column(const char *table, const char *column, const char *type)
{
    char value[128];
    rows chosen = some_rows(table);
    int missed = 0;
    if (strcmp(type, "BLOB") == 0)
        snprintf(value, sizeof value, "CAST(substr(%s,2)||x'7e' AS BLOB)", column);
    else
        snprintf(value, sizeof value, "%s%s%s", strcmp(type, "TEXT") ? "" : "'x'||", column,
                 strcmp(type, "TEXT") ? "+1" : "");
    must_run(run("CREATE TEMP TABLE before AS SELECT * FROM %s", table));
    int changed = run("UPDATE %s SET %s=%s WHERE %s AND length(%s)>0", table, column, value,
                      chosen.key[chosen.count / 2], column);
    if (changed == SQLITE_OK && sqlite3_changes(db)) {
        columns_changed++;
        missed = !is_caught(table, "");
        must_run(run("DELETE FROM %s; INSERT INTO %s SELECT * FROM before", table, table));
    }
    must_run(run("DROP TABLE before"));
    return missed;
}

static void any_other_column_changed_is_noticed_and_its_table_named(void **state)
{
    names tables = all_tables();
    int missed = 0;
    (void)state;
    for (int t = 0; t < tables.count; t++) {
        names columns = columns_of(tables.text[t], "1");
        for (int i = 0; i < columns.count; i++) {
            names type = read_names("SELECT type FROM pragma_table_info('%s') WHERE name='%s'",
                                    tables.text[t], columns.text[i]);
            missed += change_column(tables.text[t], columns.text[i], type.text[0]);
        }
    }
    assert_true(columns_changed > 200);
    assert_int_equal(missed, 0);
    world_audit_clean(&w);
}

/* ---- any number at all -------------------------------------------------------------------------------- */

/* The audit comes to a verdict, and it is not that all is well. */
static bool is_not_clean(void)
{
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 1;
    ASSERT_STATUS(minipay_audit(w.pay, checks, &count, &clean, NULL), MINIPAY_OK);
    return !clean;
}

/* In every row; where the column must differ from row to row, in one. */
static bool set_number(const char *table, const char *column, const char *number, const char *key)
{
    if (run("UPDATE %s SET %s=%s", table, column, number) == SQLITE_OK)
        return true;
    return run("UPDATE %s SET %s=%s WHERE %s AND %s<>%s", table, column, number, key, column, number) ==
               SQLITE_OK &&
           sqlite3_changes(db) > 0;
}

static int set_numbers(const char *table, const char *column)
{
    static const char *const numbers[] = {"9223372036854775807", "-9223372036854775807-1", "-1", "10001",
                                          "8589934592"};
    rows chosen = some_rows(table);
    int missed = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        must_run(run("CREATE TEMP TABLE before AS SELECT * FROM %s", table));
        if (set_number(table, column, numbers[i], chosen.key[chosen.count - 1]) && !is_not_clean()) {
            print_error("%s.%s = %s: the audit is clean\n", table, column, numbers[i]);
            missed++;
        }
        must_run(
            run("DELETE FROM %s; INSERT INTO %s SELECT * FROM before; DROP TABLE before", table, table));
    }
    return missed;
}

static void any_number_in_any_column_gets_a_verdict(void **state)
{
    names tables = all_tables();
    int columns = 0, missed = 0;
    (void)state;
    for (int t = 0; t < tables.count; t++) {
        names numbers = columns_of(tables.text[t], "type='INTEGER'");
        for (int i = 0; i < numbers.count; i++, columns++)
            missed += set_numbers(tables.text[t], numbers.text[i]);
    }
    assert_true(columns > 150);
    assert_int_equal(missed, 0);
    world_audit_clean(&w);
}

static int set_up(void **state)
{
    (void)state;
    rich_world(&w, path);
    return sqlite3_open(path, &db) == SQLITE_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    sqlite3_close(db);
    world_close(&w);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_amount_changed_in_any_table_is_named),
        cmocka_unit_test(any_byte_of_a_tag_is_proven),
        cmocka_unit_test(a_row_deleted_from_any_table_is_named),
        cmocka_unit_test(a_row_added_to_any_table_is_named),
        cmocka_unit_test(a_figure_that_its_counterpart_does_not_bear_out_fails_their_check),
        cmocka_unit_test(two_rows_exchanged_in_any_table_are_named),
        cmocka_unit_test(any_other_column_changed_is_noticed_and_its_table_named),
        cmocka_unit_test(any_number_in_any_column_gets_a_verdict),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
