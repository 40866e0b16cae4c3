/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One read-only virtual table for each table shows the structs that are about to be written, so that a
 * whole group is one `INSERT … SELECT`: that halves the cost of binding row by row. */

typedef struct rows_table {
    sqlite3_vtab base;
    mpi_row_source *source;
} rows_table;

typedef struct rows_cursor {
    sqlite3_vtab_cursor base;
    uint32_t position;
} rows_cursor;

static mpi_row_source *source_of(sqlite3_vtab_cursor *cursor)
{
    return ((rows_table *)cursor->pVtab)->source;
}

static int rows_connect(sqlite3 *db, void *aux, int argc, const char *const *argv, sqlite3_vtab **table,
                        char **message)
{
    mpi_row_source *source = aux;
    char sql[2048] = "CREATE TABLE rows(";
    size_t used = strlen(sql);
    (void)argc;
    (void)argv;
    (void)message;
    for (uint32_t i = 0; i < source->table->field_count; i++)
        used += (size_t)snprintf(sql + used, sizeof sql - used, "%s%s", i ? "," : "",
                                 source->table->fields[i].name);
    snprintf(sql + used, sizeof sql - used, ")");
    rows_table *made = sqlite3_malloc(sizeof *made);
    if (!made)
        return SQLITE_NOMEM;
    memset(made, 0, sizeof *made);
    made->source = source;
    *table = &made->base;
    return sqlite3_declare_vtab(db, sql);
}

static int rows_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int rows_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1000;
    info->estimatedRows = MINIPAY_BATCH_LARGEST;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    rows_cursor *made = sqlite3_malloc(sizeof *made);
    (void)table;
    if (!made)
        return SQLITE_NOMEM;
    memset(made, 0, sizeof *made);
    *cursor = &made->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *cursor, int number, const char *name, int argc,
                       sqlite3_value **argv)
{
    (void)number;
    (void)name;
    (void)argc;
    (void)argv;
    ((rows_cursor *)cursor)->position = 0;
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *cursor)
{
    ((rows_cursor *)cursor)->position++;
    return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *cursor)
{
    return ((rows_cursor *)cursor)->position >= source_of(cursor)->count;
}

static void result_bytes(sqlite3_context *context, const minipay_field *field, const uint8_t *at)
{
    static const uint8_t none[16];
    uint32_t length;
    if (field->kind == MINIPAY_FIELD_BYTES) {
        memcpy(&length, at, sizeof length);
        if (length || !(field->flags & MINIPAY_FIELD_OPTIONAL))
            sqlite3_result_blob(context, at + sizeof length, (int)length, SQLITE_STATIC);
    } else if (!(field->flags & MINIPAY_FIELD_OPTIONAL) || memcmp(at, none, sizeof none)) {
        sqlite3_result_blob(context, at, (int)field->size, SQLITE_STATIC);
    }
}

static int rows_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int number)
{
    const mpi_row_source *source = source_of(cursor);
    const minipay_field *field = &source->table->fields[number];
    const uint8_t *at = (const uint8_t *)source->rows[((rows_cursor *)cursor)->position] + field->offset;
    int32_t narrow;
    int64_t wide;
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
        memcpy(&wide, at, sizeof wide);
        sqlite3_result_int64(context, wide);
        break;
    case MINIPAY_FIELD_INT32:
        memcpy(&narrow, at, sizeof narrow);
        sqlite3_result_int(context, narrow);
        break;
    case MINIPAY_FIELD_ENUM:
        memcpy(&narrow, at, sizeof narrow);
        sqlite3_result_text(context, field->names[narrow], -1, SQLITE_STATIC);
        break;
    case MINIPAY_FIELD_TEXT:
        sqlite3_result_text(context, (const char *)at, -1, SQLITE_STATIC);
        break;
    default:
        result_bytes(context, field, at);
    }
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = ((rows_cursor *)cursor)->position;
    return SQLITE_OK;
}

static const sqlite3_module rows_module = {
    .xConnect = rows_connect,
    .xBestIndex = rows_best_index,
    .xDisconnect = rows_disconnect,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};

int mpi_sqlite_register_rows(mpi_connection *connection)
{
    const minipay_schema *schema = connection->owner->schema;
    for (uint32_t i = 0; i < schema->table_count; i++) {
        char name[80];
        mpi_row_source *source = &connection->sources[i];
        source->table = schema->tables[i];
        snprintf(name, sizeof name, "rows_%s", source->table->name);
        int code = sqlite3_create_module_v2(connection->db, name, &rows_module, source, NULL);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}
