/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/error.h"

#include <string.h>

static void bind_bytes(sqlite3_stmt *statement, int position, const minipay_field *field,
                       const uint8_t *at)
{
    static const uint8_t none[16];
    uint32_t length = field->size;
    bool optional = field->flags & MINIPAY_FIELD_OPTIONAL;
    if (field->kind == MINIPAY_FIELD_BYTES) {
        memcpy(&length, at, sizeof length);
        at += sizeof length;
        optional = optional && length == 0;
    } else {
        optional = optional && memcmp(at, none, sizeof none) == 0;
    }
    if (optional)
        sqlite3_bind_null(statement, position);
    else
        sqlite3_bind_blob(statement, position, at, (int)length, SQLITE_STATIC);
}

void mpi_sqlite_bind(sqlite3_stmt *statement, int position, const minipay_field *field, const void *row)
{
    const uint8_t *at = (const uint8_t *)row + field->offset;
    int64_t wide;
    int32_t narrow;
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
        memcpy(&wide, at, sizeof wide);
        sqlite3_bind_int64(statement, position, wide);
        break;
    case MINIPAY_FIELD_INT32:
        memcpy(&narrow, at, sizeof narrow);
        sqlite3_bind_int(statement, position, narrow);
        break;
    case MINIPAY_FIELD_ENUM:
        memcpy(&narrow, at, sizeof narrow);
        sqlite3_bind_text(statement, position, field->names[narrow], -1, SQLITE_STATIC);
        break;
    case MINIPAY_FIELD_TEXT:
        sqlite3_bind_text(statement, position, (const char *)at, -1, SQLITE_STATIC);
        break;
    default:
        bind_bytes(statement, position, field, at);
    }
}

/* A name that is not in the list reads as the first one; the row's tag tells. */
static int32_t enum_value(const minipay_field *field, const char *name)
{
    for (int32_t i = 0; name && field->names[i]; i++) {
        if (field->names[i][0] == name[0] && strcmp(field->names[i], name) == 0)
            return i;
    }
    return 0;
}

static void read_bytes(sqlite3_stmt *statement, int column, const minipay_field *field, uint8_t *at)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    uint32_t length = (uint32_t)sqlite3_column_bytes(statement, column);
    uint32_t room = field->size;
    if (field->kind == MINIPAY_FIELD_BYTES) {
        room -= (uint32_t)sizeof length;
        length = length > room ? room : length;
        memcpy(at, &length, sizeof length);
        at += sizeof length;
    }
    length = length > room ? room : length;
    if (length)
        memcpy(at, bytes, length);
    memset(at + length, 0, room - length);
}

static void read_text(sqlite3_stmt *statement, int column, const minipay_field *field, uint8_t *at)
{
    const void *text = sqlite3_column_text(statement, column);
    uint32_t length = (uint32_t)sqlite3_column_bytes(statement, column);
    length = length >= field->size ? field->size - 1 : length;
    if (length)
        memcpy(at, text, length);
    memset(at + length, 0, field->size - length);
}

void mpi_sqlite_read(sqlite3_stmt *statement, const minipay_table *table, void *row)
{
    for (uint32_t i = 0; i < table->field_count; i++) {
        const minipay_field *field = &table->fields[i];
        uint8_t *at = (uint8_t *)row + field->offset;
        int column = (int)i;
        int64_t wide;
        int32_t narrow;
        switch (field->kind) {
        case MINIPAY_FIELD_INT64:
            wide = sqlite3_column_int64(statement, column);
            memcpy(at, &wide, sizeof wide);
            break;
        case MINIPAY_FIELD_INT32:
            narrow = sqlite3_column_int(statement, column);
            memcpy(at, &narrow, sizeof narrow);
            break;
        case MINIPAY_FIELD_ENUM:
            narrow = enum_value(field, (const char *)sqlite3_column_text(statement, column));
            memcpy(at, &narrow, sizeof narrow);
            break;
        case MINIPAY_FIELD_TEXT:
            read_text(statement, column, field, at);
            break;
        default:
            read_bytes(statement, column, field, at);
        }
    }
}

static void say_columns(const minipay_table *table, mpi_sql *sql)
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

static int prepare_get(mpi_connection *connection, const minipay_table *table, int32_t index,
                       sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    uint32_t fields[8];
    uint32_t count = index_fields(table, index, fields);
    mpi_sql_say(&sql, "SELECT ");
    say_columns(table, &sql);
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
    for (uint32_t i = 0; i < count && code == SQLITE_OK; i++) {
        for (uint32_t k = 0; k < field_count; k++)
            mpi_sqlite_bind(*slot, (int)k + 1, &table->fields[fields[k]], rows[i]);
        int step = sqlite3_step(*slot);
        found[i] = step == SQLITE_ROW;
        if (step == SQLITE_ROW)
            mpi_sqlite_read(*slot, table, rows[i]);
        sqlite3_reset(*slot);
        code = step == SQLITE_ROW || step == SQLITE_DONE ? SQLITE_OK : step;
    }
    return code == SQLITE_OK ? MINIPAY_OK : mpi_sqlite_fail(connection, code, table->name, error);
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
    uint32_t count = index_fields(scan->table, scan->index, fields);
    bool any = false;
    mpi_sql_say(&sql, "SELECT ");
    say_columns(scan->table, &sql);
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
    uint32_t slot = connection->scan_count < MPI_SQLITE_SCANS_LARGEST ? connection->scan_count++ : 0;
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
    int position = 1, code = find_scan(connection, scan, &statement);
    (void)impl;
    if (code != SQLITE_OK)
        return mpi_sqlite_fail(connection, code, scan->table->name, error);
    index_fields(scan->table, scan->index, fields);
    for (uint32_t i = 0; i < scan->low_fields; i++)
        mpi_sqlite_bind(statement, position++, &scan->table->fields[fields[i]], scan->low);
    for (uint32_t i = 0; i < scan->high_fields; i++)
        mpi_sqlite_bind(statement, position++, &scan->table->fields[fields[i]], scan->high);
    sqlite3_bind_int64(statement, position, *count);
    while (used < *count && (code = sqlite3_step(statement)) == SQLITE_ROW)
        mpi_sqlite_read(statement, scan->table,
                        (uint8_t *)rows + (size_t)used++ * scan->table->row_size);
    sqlite3_reset(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE && code != SQLITE_OK)
        return mpi_sqlite_fail(connection, code, scan->table->name, error);
    *count = used;
    return MINIPAY_OK;
}

/* Writing. */

static int prepare_bulk(mpi_connection *connection, const minipay_table *table, const char *verb,
                        sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    mpi_sql_say(&sql, "%s INTO %s SELECT ", verb, table->name);
    say_columns(table, &sql);
    mpi_sql_say(&sql, " FROM rows_%s", table->name);
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

/* A row at a time, for tables with indexes: only the indexes whose columns change are touched, which a
 * REPLACE would all delete and make again. */
static int prepare_update(mpi_connection *connection, const minipay_table *table, bool add,
                          sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    bool any = false;
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
    mpi_sql_say(&sql, " WHERE ");
    for (uint32_t i = 0; i < table->key_count; i++)
        mpi_sql_say(&sql, "%s%s=?%u", i ? " AND " : "", table->fields[i].name, i + 1);
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

static int prepare_delete(mpi_connection *connection, const minipay_table *table,
                          sqlite3_stmt **statement)
{
    mpi_sql sql = {.used = 0};
    mpi_sql_say(&sql, "DELETE FROM %s WHERE ", table->name);
    for (uint32_t i = 0; i < table->key_count; i++)
        mpi_sql_say(&sql, "%s%s=?%u", i ? " AND " : "", table->fields[i].name, i + 1);
    return mpi_sqlite_prepare(connection, sql.text, statement);
}

static int run_bulk(mpi_connection *connection, uint32_t number, sqlite3_stmt *statement,
                    const minipay_write *write)
{
    mpi_row_source *source = &connection->sources[number];
    source->rows = write->rows;
    source->count = write->count;
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    source->count = 0;
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int run_rows(sqlite3_stmt *statement, const minipay_write *write, bool keys_only, bool add)
{
    const minipay_table *table = write->table;
    uint32_t fields = keys_only ? table->key_count : table->field_count;
    for (uint32_t i = 0; i < write->count; i++) {
        for (uint32_t k = 0; k < fields; k++) {
            const minipay_field *field = &table->fields[k];
            if (k < table->key_count || !add || (field->flags & MINIPAY_FIELD_ADDITIVE))
                mpi_sqlite_bind(statement, (int)k + 1, field, write->rows[i]);
        }
        int code = sqlite3_step(statement);
        sqlite3_reset(statement);
        if (code != SQLITE_DONE)
            return code;
    }
    return SQLITE_OK;
}

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

static uint32_t find_conflict(mpi_connection *connection, const minipay_write *write)
{
    for (uint32_t i = 0; i < write->count; i++) {
        if (row_stands(connection, write->table, -1, write->rows[i]))
            return i;
        for (uint32_t k = 0; k < write->table->index_count; k++) {
            if (write->table->indexes[k].unique &&
                row_stands(connection, write->table, (int32_t)k, write->rows[i]))
                return i;
        }
    }
    return write->count;
}

static int write_insert(mpi_connection *connection, uint32_t number, const minipay_write *write)
{
    sqlite3_stmt **slot = &connection->insert[number];
    int code = *slot ? SQLITE_OK : prepare_bulk(connection, write->table, "INSERT", slot);
    return code == SQLITE_OK ? run_bulk(connection, number, *slot, write) : code;
}

static int write_put(mpi_connection *connection, uint32_t number, const minipay_write *write)
{
    sqlite3_stmt **slot = &connection->put[number];
    bool bulk = write->table->index_count == 0;
    int code = *slot  ? SQLITE_OK
               : bulk ? prepare_bulk(connection, write->table, "REPLACE", slot)
                      : prepare_update(connection, write->table, false, slot);
    if (code != SQLITE_OK)
        return code;
    return bulk ? run_bulk(connection, number, *slot, write) : run_rows(*slot, write, false, false);
}

static int write_rows(mpi_connection *connection, uint32_t number, const minipay_write *write)
{
    bool add = write->kind == MINIPAY_WRITE_ADD;
    sqlite3_stmt **slot = add ? &connection->add[number] : &connection->remove[number];
    int code = *slot ? SQLITE_OK
               : add ? prepare_update(connection, write->table, true, slot)
                     : prepare_delete(connection, write->table, slot);
    return code == SQLITE_OK ? run_rows(*slot, write, !add, add) : code;
}

minipay_status mpi_sqlite_write_many(void *impl, void *session, minipay_write *write,
                                     minipay_error *error)
{
    mpi_connection *connection = session;
    uint32_t number = mpi_sqlite_table_number(impl, write->table);
    int code = write->kind == MINIPAY_WRITE_INSERT ? write_insert(connection, number, write)
               : write->kind == MINIPAY_WRITE_PUT  ? write_put(connection, number, write)
                                                   : write_rows(connection, number, write);
    if (code == SQLITE_OK)
        return MINIPAY_OK;
    if (write->kind == MINIPAY_WRITE_INSERT && (code & 0xff) == SQLITE_CONSTRAINT) {
        write->conflict = find_conflict(connection, write);
        return mpi_fail(error, MINIPAY_ID_REUSED, write->table->name,
                        "%s: a row with this key stands already", write->table->name);
    }
    return mpi_sqlite_fail(connection, code, write->table->name, error);
}
