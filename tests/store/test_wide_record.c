/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "store/audit.h"
#include "store/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* A record with more money columns than a tag has checks: whichever is changed by hand, the audit names it. */

#define FIVE(x) x##0, x##1, x##2, x##3, x##4
#define FIVE_FIELDS(x)                                                                                  \
    MPI_MONEY(wide, x##0), MPI_MONEY(wide, x##1), MPI_MONEY(wide, x##2), MPI_MONEY(wide, x##3),         \
        MPI_MONEY(wide, x##4)

enum { AMOUNTS = 35 };

typedef struct wide {
    minipay_id id;
    int64_t FIVE(a), FIVE(b), FIVE(c), FIVE(d), FIVE(e), FIVE(f), FIVE(g);
    uint8_t row_tag[MPI_TAG_SIZE];
} wide;

static const minipay_field wide_fields[] = {
    MPI_ID(wide, id), FIVE_FIELDS(a), FIVE_FIELDS(b), FIVE_FIELDS(c),          FIVE_FIELDS(d),
    FIVE_FIELDS(e),   FIVE_FIELDS(f), FIVE_FIELDS(g), MPI_HASH(wide, row_tag),
};
static const mpi_record wide_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, wide, "wide", wide_fields, 1, NULL, 0);
static const mpi_record *const records[] = {&wide_record};

static int64_t now(void *impl)
{
    (void)impl;
    return 1000;
}

static mpi_store *open_store(minipay_host *host, const char *path)
{
    static const uint8_t master[32] = {1};
    minipay_sqlite_config file;
    minipay_storage storage;
    mpi_keys keys;
    mpi_store *store;
    minipay_host_init(host);
    host->now = now;
    minipay_sqlite_config_init(&file);
    snprintf(file.path, sizeof file.path, "%s", path);
    assert_int_equal(mpi_hash_start(), 0);
    mpi_keys_derive(master, &keys);
    assert_int_equal(minipay_sqlite_storage(&file, &storage, NULL), MINIPAY_OK);
    mpi_store_config config = {.storage = &storage,
                               .host = host,
                               .keys = &keys,
                               .records = records,
                               .record_count = 1,
                               .cached_rows = 100};
    assert_int_equal(mpi_store_open(&config, &store, NULL), MINIPAY_OK);
    return store;
}

/* The second row is nothing but zeros, as columns that a later version adds are. */
static minipay_status insert_two(void *context, mpi_unit *unit, minipay_error *error)
{
    mpi_table *table = mpi_store_table(context, &wide_record);
    wide row;
    memset(&row, 0, sizeof row);
    row.id.bytes[0] = 2;
    minipay_status status = mpi_unit_insert(unit, table, &row, error);
    row.id.bytes[0] = 1;
    for (int i = 0; i < AMOUNTS; i++)
        (&row.a0)[i] = 1000 * i + 7;
    return status == MINIPAY_OK ? mpi_unit_insert(unit, table, &row, error) : status;
}

static void audit(mpi_store *store, char detail[512])
{
    minipay_audit_check checks[8];
    mpi_audit audit = {checks, 8, 0, NULL};
    mpi_view view;
    assert_int_equal(mpi_view_open(store, &view, NULL), MINIPAY_OK);
    audit.view = &view;
    assert_int_equal(mpi_store_audit(&view, NULL, 0, &audit, NULL), MINIPAY_OK);
    mpi_view_close(&view);
    detail[0] = 0;
    for (uint32_t i = 0; i < audit.count && !detail[0]; i++)
        snprintf(detail, 512, "%s", checks[i].ok ? "" : checks[i].detail);
}

/* Changes a row, audits, and puts it back. */
static void tamper(mpi_store *store, const char *path, int row, const char *assignments,
                   char detail[512])
{
    char sql[256];
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    snprintf(sql, sizeof sql,
             "CREATE TABLE kept AS SELECT * FROM wide; UPDATE wide SET %s"
             " WHERE substr(hex(id),2,1)='%d'",
             assignments, row);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    audit(store, detail);
    assert_int_equal(sqlite3_exec(db,
                                  "DELETE FROM wide; INSERT INTO wide SELECT * FROM kept;"
                                  " DROP TABLE kept",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
}

static mpi_store *store_of_two(minipay_host *host, const char *path)
{
    char detail[512];
    mpi_store *store = open_store(host, path);
    assert_int_equal(mpi_store_write(store, insert_two, store, NULL), MINIPAY_OK);
    audit(store, detail);
    assert_string_equal(detail, "");
    return store;
}

static void each_of_many_money_columns_is_named_when_it_is_changed(void **state)
{
    static const int others[][2] = {{1, 1}, {0, 0}, {-1, -1000}, {1, 999999937}}; /* times, plus */
    minipay_host host;
    mpi_store *store = store_of_two(&host, "one.db");
    int named = 0;
    (void)state;
    for (uint32_t i = 0; i < AMOUNTS; i++) {
        const char *column = wide_fields[1 + i].name;
        for (size_t k = 0; k < 4; k++) {
            for (int row = 1; row <= 2; row++) {
                char assignment[96], expected[64], detail[512];
                if (k == 1 && row == 2) /* 0 stays 0 */
                    continue;
                snprintf(assignment, sizeof assignment, "%s=%s*%d+%d", column, column, others[k][0],
                         others[k][1]);
                tamper(store, "one.db", row, assignment, detail);
                snprintf(expected, sizeof expected, ": %s is not what was written", column);
                if (!strstr(detail, expected))
                    print_error("%s of row %d: %s\n", assignment, row, detail);
                named += strstr(detail, expected) != NULL;
            }
        }
    }
    assert_int_equal(named, AMOUNTS * 7);
    mpi_store_close(store);
}

static void several_changed_columns_are_told_to_be_several(void **state)
{
    static const char *const changes[] = {"a0=1,a1=2", "b3=1,b4=2",   "b3=1,a0=a0+1",
                                          "g4=1,g3=1", "a0=a1,a1=a0", "g4=g3,g3=g4"};
    minipay_host host;
    mpi_store *store = store_of_two(&host, "several.db");
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char detail[512];
        tamper(store, "several.db", 1, changes[i], detail);
        if (!strstr(detail, ": more than one amount is not what was written"))
            fail_msg("%s: %s", changes[i], detail);
    }
    mpi_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_of_many_money_columns_is_named_when_it_is_changed),
        cmocka_unit_test(several_changed_columns_are_told_to_be_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
