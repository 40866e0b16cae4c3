/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include <string.h>

/* Many rows by one statement, `INSERT … SELECT` from the virtual table that shows them. Asking it for a column
 * costs as much as all else that is done for the column, so in a large write those that hold one value in
 * every row (who asked, by which channel, when, of what kind) are bound once instead. */

enum { LARGE = 256 };

static bool same_field(const minipay_field *field, const uint8_t *a, const uint8_t *b)
{
    int64_t words[2];
    if (field->kind != MINIPAY_FIELD_INT64)
        return memcmp(a + field->offset, b + field->offset, field->size) == 0;
    memcpy(&words[0], a + field->offset, sizeof words[0]);
    memcpy(&words[1], b + field->offset, sizeof words[1]);
    return words[0] == words[1];
}

/* A bit for each of the first 64 fields, keys apart, that is the same in all rows. */
static uint64_t same_in_all(const minipay_table *table, const void *const *rows, uint32_t count)
{
    uint32_t fields = table->field_count < 64 ? table->field_count : 64;
    uint64_t same = 0;
    for (uint32_t i = table->key_count; i < fields; i++)
        same |= (uint64_t)1 << i;
    for (uint32_t number = 1; number < count && same; number++) {
        for (uint64_t left = same; left; left &= left - 1) {
            uint32_t i = (uint32_t)__builtin_ctzll(left);
            if (!same_field(&table->fields[i], rows[number - 1], rows[number]))
                same &= ~((uint64_t)1 << i);
        }
    }
    return same;
}

static int prepare(mpi_connection *connection, const char *verb, const minipay_table *table,
                   uint64_t bound, sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    mpi_sql_say(&sql, "%s INTO %s(", verb, table->name);
    mpi_sqlite_say_columns(table, &sql); /* a migrated table has them in another order */
    mpi_sql_say(&sql, ") SELECT ");
    for (uint32_t i = 0; i < table->field_count; i++) {
        if (i < 64 && bound >> i & 1)
            mpi_sql_say(&sql, ",?%u", i + 1);
        else
            mpi_sql_say(&sql, "%s%s", i ? "," : "", table->fields[i].name);
    }
    mpi_sql_say(&sql, " FROM rows_%s", table->name);
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

/* The statement for rows of which `same` fields are alike. One that binds nearly as many is as good. */
static int prepare_narrow(mpi_connection *connection, const char *verb, const minipay_table *table,
                          uint64_t same, mpi_bulk *bulk)
{
    enum { WORTH_A_STATEMENT = 2 };
    bool fits = bulk->narrow && (bulk->bound & ~same) == 0;
    if (fits && __builtin_popcountll(same & ~bulk->bound) < WORTH_A_STATEMENT)
        return SQLITE_OK;
    sqlite3_finalize(bulk->narrow);
    bulk->narrow = NULL;
    bulk->bound = same;
    return prepare(connection, verb, table, same, &bulk->narrow);
}

static int run(sqlite3_stmt *statement, mpi_row_source *source, const void *const *rows, uint32_t count)
{
    source->rows = rows;
    source->count = count;
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    source->count = 0;
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int run_narrow(mpi_bulk *bulk, mpi_row_source *source, const void *const *rows, uint32_t count)
{
    for (uint64_t left = bulk->bound; left; left &= left - 1) {
        int i = __builtin_ctzll(left);
        mpi_sqlite_bind(bulk->narrow, i + 1, &source->table->fields[i], rows[0]);
    }
    int code = run(bulk->narrow, source, rows, count);
    sqlite3_clear_bindings(bulk->narrow);
    return code;
}

int mpi_sqlite_run_bulk(mpi_connection *connection, const char *verb, mpi_bulk *bulk,
                        mpi_row_source *source, const void *const *rows, uint32_t count)
{
    const minipay_table *table = source->table;
    uint64_t same = count < LARGE ? 0 : same_in_all(table, rows, count);
    int code = SQLITE_OK;
    if (same) {
        code = prepare_narrow(connection, verb, table, same, bulk);
        return code == SQLITE_OK ? run_narrow(bulk, source, rows, count) : code;
    }
    if (!bulk->any)
        code = prepare(connection, verb, table, 0, &bulk->any);
    return code == SQLITE_OK ? run(bulk->any, source, rows, count) : code;
}
