/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/error.h"

#include <string.h>

/* Many rows of one table at once. */

static void say_key(const minipay_table *table, mpi_sql *sql)
{
    mpi_sql_say(sql, " WHERE ");
    for (uint32_t i = 0; i < table->key_count; i++)
        mpi_sql_say(sql, "%s%s=?%u", i ? " AND " : "", table->fields[i].name, i + 1);
}

/* A row at a time, for tables with indexes: only the indexes whose columns change are touched, which a
 * REPLACE would all delete and make again. */
static int prepare_update(mpi_connection *connection, const minipay_table *table, bool add,
                          sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    bool any = false;
    if (*statement)
        return SQLITE_OK;
    mpi_sql_say(&sql, "UPDATE %s SET ", table->name);
    for (uint32_t i = table->key_count; i < table->field_count; i++) {
        const char *name = table->fields[i].name;
        if (add && !(table->fields[i].flags & MINIPAY_FIELD_ADDITIVE))
            continue;
        mpi_sql_say(&sql, "%s%s=", any ? "," : "", name);
        if (add)
            mpi_sql_say(&sql, "%s+", name);
        mpi_sql_say(&sql, "?%u", i + 1);
        any = true;
    }
    say_key(table, &sql);
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

static int prepare_delete(mpi_connection *connection, const minipay_table *table,
                          sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    if (*statement)
        return SQLITE_OK;
    mpi_sql_say(&sql, "DELETE FROM %s", table->name);
    say_key(table, &sql);
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

/* Which fields a statement of one row takes: all, the key alone, or the key and what is added. */
typedef enum bound_fields { ALL_FIELDS, KEY_FIELDS, ADDED_FIELDS } bound_fields;

static int run_row(sqlite3_stmt *statement, const minipay_table *table, const void *row,
                   bound_fields fields)
{
    uint32_t count = fields == KEY_FIELDS ? table->key_count : table->field_count;
    for (uint32_t k = 0; k < count; k++) {
        const minipay_field *field = &table->fields[k];
        if (k < table->key_count || fields == ALL_FIELDS || (field->flags & MINIPAY_FIELD_ADDITIVE))
            mpi_sqlite_bind(statement, (int)k + 1, field, row);
    }
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- the four kinds -------------------------------------------------------------------------------- */

static int write_insert(mpi_connection *connection, uint32_t number, const void *const *rows,
                        uint32_t count)
{
    return mpi_sqlite_run_bulk(connection, "INSERT", &connection->insert[number],
                               &connection->sources[number], rows, count);
}

static int put_row(mpi_connection *connection, uint32_t number, const minipay_table *table,
                   const void *row)
{
    int code = run_row(connection->update[number], table, row, ALL_FIELDS);
    if (code != SQLITE_OK || sqlite3_changes(connection->db) > 0)
        return code;
    return write_insert(connection, number, &row, 1);
}

/* `*at` becomes the row that failed. */
static int write_put(mpi_connection *connection, uint32_t number, const minipay_write *write,
                     uint32_t *at)
{
    const minipay_table *table = write->table;
    if (table->index_count == 0)
        return mpi_sqlite_run_bulk(connection, "REPLACE", &connection->replace[number],
                                   &connection->sources[number], write->rows, write->count);
    int code = prepare_update(connection, table, false, &connection->update[number]);
    for (*at = 0; *at < write->count && code == SQLITE_OK; ++*at)
        code = put_row(connection, number, table, write->rows[*at]);
    *at -= code != SQLITE_OK && *at > 0;
    return code;
}

static int write_add(mpi_connection *connection, uint32_t number, const minipay_write *write)
{
    sqlite3_stmt **slot = &connection->add[number];
    int code = prepare_update(connection, write->table, true, slot);
    for (uint32_t i = 0; i < write->count && code == SQLITE_OK; i++) {
        code = run_row(*slot, write->table, write->rows[i], ADDED_FIELDS);
        if (code == SQLITE_OK && sqlite3_changes(connection->db) == 0)
            code = SQLITE_NOTFOUND;
    }
    return code;
}

static int write_delete(mpi_connection *connection, uint32_t number, const minipay_write *write)
{
    sqlite3_stmt **slot = &connection->remove[number];
    int code = prepare_delete(connection, write->table, slot);
    for (uint32_t i = 0; i < write->count && code == SQLITE_OK; i++)
        code = run_row(*slot, write->table, write->rows[i], KEY_FIELDS);
    return code;
}

/* ---- conflicts ------------------------------------------------------------------------------------- */

static bool row_stands(mpi_connection *connection, const minipay_table *table, int32_t index,
                       const void *row)
{
    uint8_t copy[4096], found = 0;
    void *rows[1] = {copy};
    memcpy(copy, row, table->row_size);
    minipay_status status =
        mpi_sqlite_get_many(connection->owner, connection, table, index, rows, &found, 1, NULL);
    return status == MINIPAY_OK && found;
}

/* Under the key, or a unique index; NULLs are never the same. */
static bool same_key(const minipay_table *table, int32_t index, const uint8_t *a, const uint8_t *b)
{
    uint32_t count = index < 0 ? table->key_count : table->indexes[index].field_count;
    for (uint32_t i = 0; i < count; i++) {
        const minipay_field *field = &table->fields[index < 0 ? i : table->indexes[index].fields[i]];
        mpi_value value;
        mpi_sqlite_value(field, a, &value);
        if (value.type == SQLITE_NULL || memcmp(a + field->offset, b + field->offset, field->size) != 0)
            return false;
    }
    return true;
}

static bool is_taken(mpi_connection *connection, const minipay_write *write, uint32_t at, int32_t index)
{
    if (row_stands(connection, write->table, index, write->rows[at]))
        return true;
    for (uint32_t i = 0; i < at; i++) {
        if (same_key(write->table, index, write->rows[at], write->rows[i]))
            return true;
    }
    return false;
}

/* Nothing of the failed statement stands, so a row is in the way of another one only if it stood before or
 * comes before it in the batch. */
static uint32_t find_conflict(mpi_connection *connection, const minipay_write *write)
{
    for (uint32_t i = 0; i < write->count; i++) {
        if (is_taken(connection, write, i, -1))
            return i;
        for (uint32_t k = 0; k < write->table->index_count; k++) {
            if (write->table->indexes[k].unique && is_taken(connection, write, i, (int32_t)k))
                return i;
        }
    }
    return write->count;
}

static bool is_conflict(int code)
{
    return code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE ||
           code == SQLITE_CONSTRAINT_ROWID;
}

minipay_status mpi_sqlite_write_many(void *impl, void *session, minipay_write *write,
                                     minipay_error *error)
{
    mpi_connection *connection = session;
    const char *name = write->table->name;
    uint32_t number = mpi_sqlite_table_number(impl, write->table), at = 0;
    int code = write->kind == MINIPAY_WRITE_INSERT
                   ? write_insert(connection, number, write->rows, write->count)
               : write->kind == MINIPAY_WRITE_PUT ? write_put(connection, number, write, &at)
               : write->kind == MINIPAY_WRITE_ADD ? write_add(connection, number, write)
                                                  : write_delete(connection, number, write);
    if (code == SQLITE_OK)
        return MINIPAY_OK;
    if (code == SQLITE_NOTFOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, name, "%s: %s: no row stands to add to",
                        connection->owner->config.path, name);
    if (!is_conflict(code))
        return mpi_sqlite_fail(connection, code, name, error);
    write->conflict = write->kind == MINIPAY_WRITE_INSERT ? find_conflict(connection, write) : at;
    return mpi_fail(error, MINIPAY_ID_REUSED, name, "%s: a row with this key stands already", name);
}
