/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/assert.h"
#include "base/error.h"

#include <string.h>

/* Nothing may be done on a value that was misread. Who only reads sees the first name, unless he asks to be
 * told, as the audit does. */
static minipay_status check_read(const mpi_connection *connection, const minipay_table *table,
                                 const minipay_field *strange, minipay_error *error)
{
    if (!strange)
        return MINIPAY_OK;
    return mpi_fail(error, MINIPAY_CORRUPT, strange->name,
                    "%s: %s.%s holds a name that this library does not know",
                    connection->owner->config.path, table->name, strange->name);
}

void mpi_sqlite_say_columns(const minipay_table *table, mpi_sql *sql)
{
    for (uint32_t i = 0; i < table->field_count; i++)
        mpi_sql_say(sql, "%s%s", i ? "," : "", table->fields[i].name);
}

static uint32_t index_fields(const minipay_table *table, int32_t index, uint32_t fields[8])
{
    uint32_t count = 0;
    if (index >= 0) {
        for (; count < table->indexes[index].field_count; count++)
            fields[count] = table->indexes[index].fields[count];
    } else {
        for (; count < table->key_count; count++)
            fields[count] = count;
    }
    return count;
}

/* The fields that a scan goes along. Its bounds are of the first of these. */
static uint32_t scan_fields(const minipay_scan *scan, uint32_t fields[8])
{
    uint32_t count = index_fields(scan->table, scan->index, fields);
    MPI_ASSERT(scan->low_fields <= count && scan->high_fields <= count);
    return count;
}

static int prepare_get(mpi_connection *connection, const minipay_table *table, int32_t index,
                       sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    uint32_t fields[8];
    uint32_t count = index_fields(table, index, fields);
    mpi_sql_say(&sql, "SELECT ");
    mpi_sqlite_say_columns(table, &sql);
    mpi_sql_say(&sql, " FROM %s WHERE ", table->name);
    for (uint32_t i = 0; i < count; i++)
        mpi_sql_say(&sql, "%s%s=?", i ? " AND " : "", table->fields[fields[i]].name);
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

minipay_status mpi_sqlite_get_many(void *impl, void *session, const minipay_table *table, int32_t index,
                                   void *const *rows, uint8_t *found, uint32_t count,
                                   minipay_error *error)
{
    mpi_connection *connection = session;
    sqlite3_stmt **slot = &connection->get[mpi_sqlite_table_number(impl, table)][index + 1];
    uint32_t fields[8];
    uint32_t field_count = index_fields(table, index, fields);
    int code = *slot ? SQLITE_OK : prepare_get(connection, table, index, slot);
    const minipay_field *strange = NULL;
    for (uint32_t i = 0; i < count && code == SQLITE_OK && !strange; i++) {
        for (uint32_t k = 0; k < field_count; k++)
            mpi_sqlite_bind(*slot, (int)k + 1, &table->fields[fields[k]], rows[i]);
        int step = sqlite3_step(*slot);
        found[i] = step == SQLITE_ROW;
        const minipay_field *odd = found[i] ? mpi_sqlite_read(*slot, table, rows[i]) : NULL;
        strange = connection->writing ? odd : NULL;
        sqlite3_reset(*slot);
        code = step == SQLITE_ROW || step == SQLITE_DONE ? SQLITE_OK : step;
    }
    return code == SQLITE_OK ? check_read(connection, table, strange, error)
                             : mpi_sqlite_fail(connection, code, table->name, error);
}

static void say_bound(const minipay_table *table, const uint32_t *fields, uint32_t count,
                      const char *compare, bool *any, mpi_sql *sql)
{
    if (count == 0)
        return;
    mpi_sql_say(sql, *any ? " AND (" : " WHERE (");
    *any = true;
    for (uint32_t i = 0; i < count; i++)
        mpi_sql_say(sql, "%s%s", i ? "," : "", table->fields[fields[i]].name);
    mpi_sql_say(sql, ")%s(", compare);
    for (uint32_t i = 0; i < count; i++)
        mpi_sql_say(sql, i ? ",?" : "?");
    mpi_sql_say(sql, ")");
}

static int prepare_scan(mpi_connection *connection, const minipay_scan *scan, sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    uint32_t fields[8];
    uint32_t count = scan_fields(scan, fields);
    bool any = false;
    mpi_sql_say(&sql, "SELECT ");
    mpi_sqlite_say_columns(scan->table, &sql);
    mpi_sql_say(&sql, " FROM %s", scan->table->name);
    if (scan->index >= 0)
        mpi_sql_say(&sql, " INDEXED BY %s", scan->table->indexes[scan->index].name);
    say_bound(scan->table, fields, scan->low_fields, scan->low_exclusive ? ">" : ">=", &any, &sql);
    say_bound(scan->table, fields, scan->high_fields, scan->high_exclusive ? "<" : "<=", &any, &sql);
    const minipay_index *index = scan->index >= 0 ? &scan->table->indexes[scan->index] : NULL;
    if (index && index->where_field >= 0) {
        const minipay_field *field = &scan->table->fields[index->where_field];
        mpi_sql_say(&sql, "%s%s IN(", any ? " AND " : " WHERE ", field->name);
        for (int32_t i = 0; i < index->where_below; i++)
            mpi_sql_say(&sql, "%s'%s'", i ? "," : "", field->names[i]);
        mpi_sql_say(&sql, ")");
    }
    mpi_sql_say(&sql, " ORDER BY ");
    for (uint32_t i = 0; i < count; i++)
        mpi_sql_say(&sql, "%s%s%s", i ? "," : "", scan->table->fields[fields[i]].name,
                    scan->descending ? " DESC" : "");
    mpi_sql_say(&sql, " LIMIT ?");
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

static uint32_t scan_shape(const minipay_scan *scan)
{
    return (uint32_t)(scan->index + 1) | scan->low_fields << 4 | scan->high_fields << 8 |
           (scan->descending ? 1u << 12 : 0) | (scan->low_exclusive ? 1u << 13 : 0) |
           (scan->high_exclusive ? 1u << 14 : 0);
}

static int find_scan(mpi_connection *connection, const minipay_scan *scan, sqlite3_stmt **statement)
{
    uint32_t shape = scan_shape(scan);
    for (uint32_t i = 0; i < connection->scan_count; i++) {
        mpi_scan_statement *kept = &connection->scans[i];
        if (kept->table == scan->table && kept->shape == shape) {
            *statement = kept->statement;
            return SQLITE_OK;
        }
    }
    int code = prepare_scan(connection, scan, statement);
    if (code != SQLITE_OK)
        return code;
    uint32_t slot = connection->scan_count < MPI_SQLITE_SCANS_LARGEST
                        ? connection->scan_count++
                        : connection->scan_oldest++ % MPI_SQLITE_SCANS_LARGEST;
    sqlite3_finalize(connection->scans[slot].statement);
    connection->scans[slot] = (mpi_scan_statement){scan->table, shape, *statement};
    return SQLITE_OK;
}

minipay_status mpi_sqlite_scan(void *impl, void *session, const minipay_scan *scan, void *rows,
                               uint32_t *count, minipay_error *error)
{
    mpi_connection *connection = session;
    sqlite3_stmt *statement = NULL;
    uint32_t fields[8], used = 0;
    const minipay_field *strange = NULL;
    int position = 1, code = find_scan(connection, scan, &statement);
    (void)impl;
    if (code != SQLITE_OK)
        return mpi_sqlite_fail(connection, code, scan->table->name, error);
    scan_fields(scan, fields);
    for (uint32_t i = 0; i < scan->low_fields; i++)
        mpi_sqlite_bind(statement, position++, &scan->table->fields[fields[i]], scan->low);
    for (uint32_t i = 0; i < scan->high_fields; i++)
        mpi_sqlite_bind(statement, position++, &scan->table->fields[fields[i]], scan->high);
    sqlite3_bind_int64(statement, position, *count);
    bool strict = connection->writing || scan->strict;
    while (used < *count && !strange && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        uint8_t *row = (uint8_t *)rows + (size_t)used++ * scan->table->row_size;
        const minipay_field *odd = mpi_sqlite_read(statement, scan->table, row);
        strange = strict ? odd : NULL;
    }
    sqlite3_reset(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE && code != SQLITE_OK)
        return mpi_sqlite_fail(connection, code, scan->table->name, error);
    minipay_status status = check_read(connection, scan->table, strange, error);
    if (status == MINIPAY_OK)
        *count = used;
    return status;
}
