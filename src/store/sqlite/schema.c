/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/assert.h"
#include "base/error.h"

#include <string.h>

enum { APPLICATION_ID = 0x4d695061 }; /* "MiPa" */

static const char *column_type(const minipay_field *field)
{
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
    case MINIPAY_FIELD_INT32:
        return "INTEGER";
    case MINIPAY_FIELD_ENUM:
    case MINIPAY_FIELD_TEXT:
        return "TEXT";
    default:
        return "BLOB";
    }
}

static bool is_rowid_key(const minipay_table *table)
{
    return table->key_count == 1 && table->fields[0].kind == MINIPAY_FIELD_INT64;
}

static void say_table(const minipay_table *table, mpi_sql *sql)
{
    mpi_sql_say(sql, "CREATE TABLE %s(", table->name);
    for (uint32_t i = 0; i < table->field_count; i++) {
        const minipay_field *field = &table->fields[i];
        bool key = is_rowid_key(table) && i == 0;
        mpi_sql_say(sql, "%s%s %s%s", i ? "," : "", field->name, column_type(field),
                    key                                     ? " PRIMARY KEY"
                    : field->flags & MINIPAY_FIELD_OPTIONAL ? ""
                                                            : " NOT NULL");
    }
    if (!is_rowid_key(table)) {
        mpi_sql_say(sql, ",PRIMARY KEY(");
        for (uint32_t i = 0; i < table->key_count; i++)
            mpi_sql_say(sql, "%s%s", i ? "," : "", table->fields[i].name);
        mpi_sql_say(sql, ")");
    }
    mpi_sql_say(sql, ")%s;", is_rowid_key(table) ? "STRICT" : "STRICT,WITHOUT ROWID");
}

static void say_index(const minipay_table *table, const minipay_index *index, mpi_sql *sql)
{
    mpi_sql_say(sql, "CREATE %sINDEX %s ON %s(", index->unique ? "UNIQUE " : "", index->name,
                table->name);
    for (uint32_t i = 0; i < index->field_count; i++)
        mpi_sql_say(sql, "%s%s", i ? "," : "", table->fields[index->fields[i]].name);
    mpi_sql_say(sql, ")");
    if (index->where_field >= 0) {
        const minipay_field *field = &table->fields[index->where_field];
        mpi_sql_say(sql, " WHERE %s IN(", field->name);
        for (int32_t i = 0; i < index->where_below; i++)
            mpi_sql_say(sql, "%s'%s'", i ? "," : "", field->names[i]);
        mpi_sql_say(sql, ")");
    }
    mpi_sql_say(sql, ";");
}

static void say_default(const minipay_field *field, mpi_sql *sql)
{
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
    case MINIPAY_FIELD_INT32:
        mpi_sql_say(sql, "0");
        break;
    case MINIPAY_FIELD_ENUM:
        mpi_sql_say(sql, "'%s'", field->names[0]);
        break;
    case MINIPAY_FIELD_TEXT:
        mpi_sql_say(sql, "''");
        break;
    case MINIPAY_FIELD_BYTES:
        mpi_sql_say(sql, "x''");
        break;
    default:
        mpi_sql_say(sql, "x'%0*d'", (int)field->size * 2, 0);
    }
}

/* A column that the file's version did not have holds zero in every row that stands, which is what rows'
 * hashes take it for. */
static void say_missing_column(const minipay_table *table, const minipay_field *field, mpi_sql *sql)
{
    mpi_sql_say(sql, "ALTER TABLE %s ADD COLUMN %s %s", table->name, field->name, column_type(field));
    if (!(field->flags & MINIPAY_FIELD_OPTIONAL)) {
        mpi_sql_say(sql, " NOT NULL DEFAULT ");
        say_default(field, sql);
    }
    mpi_sql_say(sql, ";");
}

static int run(mpi_connection *connection, const mpi_sql *sql)
{
    return sqlite3_exec(connection->db, sql->text, NULL, NULL, NULL);
}

static bool name_stands(mpi_connection *connection, const char *query, const char *table,
                        const char *name)
{
    sqlite3_stmt *statement = NULL;
    bool stands = sqlite3_prepare_v2(connection->db, query, -1, &statement, NULL) == SQLITE_OK &&
                  sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK &&
                  sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC) == SQLITE_OK &&
                  sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return stands;
}

static bool column_stands(mpi_connection *connection, const char *table, const char *column)
{
    return name_stands(connection, "SELECT 1 FROM pragma_table_info(?1) WHERE name=?2", table, column);
}

static bool object_stands(mpi_connection *connection, const char *kind, const char *name)
{
    return name_stands(connection, "SELECT 1 FROM sqlite_schema WHERE type=?1 AND name=?2", kind, name);
}

static void say_columns_or_table(mpi_connection *connection, const minipay_table *table, mpi_sql *sql)
{
    if (!object_stands(connection, "table", table->name)) {
        say_table(table, sql);
        return;
    }
    for (uint32_t i = 0; i < table->field_count; i++) {
        if (!column_stands(connection, table->name, table->fields[i].name))
            say_missing_column(table, &table->fields[i], sql);
    }
}

/* Is this index as the description has it? */
static bool is_described(const minipay_table *table, const char *name, const char *text)
{
    for (uint32_t i = 0; i < table->index_count; i++) {
        mpi_sql made = {.used = 0};
        if (strcmp(table->indexes[i].name, name) != 0)
            continue;
        say_index(table, &table->indexes[i], &made);
        return made.used == strlen(text) + 1 && memcmp(made.text, text, made.used - 1) == 0;
    }
    return false;
}

static int drop_other_indexes(mpi_connection *connection, const minipay_table *table)
{
    mpi_sql sql = {.used = 0};
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->db,
                                  "SELECT name, sql FROM sqlite_schema"
                                  " WHERE type='index' AND tbl_name=?1 AND sql IS NOT NULL",
                                  -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(statement, 1, table->name, -1, SQLITE_STATIC);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 0);
        const char *text = (const char *)sqlite3_column_text(statement, 1);
        if (name && text && !is_described(table, name, text))
            mpi_sql_say(&sql, "DROP INDEX %s;", name);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? run(connection, &sql) : code;
}

static int bring_up_table(mpi_connection *connection, const minipay_table *table)
{
    mpi_sql sql = {.used = 0};
    int code = drop_other_indexes(connection, table);
    if (code != SQLITE_OK)
        return code;
    say_columns_or_table(connection, table, &sql);
    for (uint32_t i = 0; i < table->index_count; i++) {
        if (!object_stands(connection, "index", table->indexes[i].name))
            say_index(table, &table->indexes[i], &sql);
    }
    return run(connection, &sql);
}

static int bring_up_view(mpi_connection *connection, const char *name, const char *select)
{
    mpi_sql sql = {.used = 0};
    mpi_sql_say(&sql, "DROP VIEW IF EXISTS %s;CREATE VIEW %s AS %s", name, name, select);
    return run(connection, &sql);
}

/* Makes the file what the description says: all of it for a new file, the difference for one of an older
 * version. Columns and tables are only ever added; an index that is described no more, or otherwise, goes. */
static int bring_up(mpi_connection *connection, const minipay_schema *schema)
{
    mpi_sql sql = {.used = 0};
    int code = SQLITE_OK;
    for (uint32_t i = 0; i < schema->table_count && code == SQLITE_OK; i++)
        code = bring_up_table(connection, schema->tables[i]);
    for (uint32_t i = 0; i < schema->view_count && code == SQLITE_OK; i++)
        code = bring_up_view(connection, schema->view_names[i], schema->view_sql[i]);
    mpi_sql_say(&sql, "PRAGMA application_id=%d;PRAGMA user_version=%d", APPLICATION_ID,
                schema->version);
    return code == SQLITE_OK ? run(connection, &sql) : code;
}

static int read_pragma(mpi_connection *connection, const char *sql, int64_t *value)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        *value = sqlite3_column_int64(statement, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    return code;
}

static minipay_status check_versions(mpi_connection *connection, const minipay_schema *schema,
                                     int64_t tables, int64_t application, int64_t version,
                                     minipay_error *error)
{
    const char *path = connection->owner->config.path;
    if (application != APPLICATION_ID && (application || tables))
        return mpi_fail(error, MINIPAY_NOT_A_DATABASE, "path", "%s is a database of another program",
                        path);
    if (version > schema->version)
        return mpi_fail(error, MINIPAY_NEWER_VERSION, "path",
                        "%s has schema version %lld; this library knows versions up to %d", path,
                        (long long)version, schema->version);
    return tables ? MINIPAY_OK : mpi_sqlite_refuse_empty(connection->owner, error);
}

/* Whose file is this, and of which version? */
static minipay_status look_at_file(mpi_connection *connection, const minipay_schema *schema,
                                   int64_t *version, minipay_error *error)
{
    int64_t tables = 0, application = 0;
    int code = read_pragma(connection, "SELECT count(*) FROM sqlite_schema", &tables);
    if (code == SQLITE_OK)
        code = read_pragma(connection, "PRAGMA application_id", &application);
    if (code == SQLITE_OK)
        code = read_pragma(connection, "PRAGMA user_version", version);
    return code == SQLITE_OK ? check_versions(connection, schema, tables, application, *version, error)
                             : mpi_sqlite_fail(connection, code, "reading the schema", error);
}

/* The journal mode is written into the file; so it comes after the look at it. */
static minipay_status use_log(mpi_connection *connection, minipay_error *error)
{
    bool in_memory = connection->owner->in_memory;
    const char *wanted = in_memory ? "memory" : "wal";
    sqlite3_stmt *statement = NULL;
    bool used = false;
    int code = sqlite3_prepare_v2(connection->db,
                                  in_memory ? "PRAGMA journal_mode=MEMORY" : "PRAGMA journal_mode=WAL",
                                  -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        used = strcmp((const char *)sqlite3_column_text(statement, 0), wanted) == 0;
        code = SQLITE_OK;
    }
    sqlite3_finalize(statement);
    if (code != SQLITE_OK)
        return mpi_sqlite_fail(connection, code, "setting up the log", error);
    return used ? MINIPAY_OK
                : mpi_fail(error, MINIPAY_IO_ERROR, "path",
                           "%s: the file system has no shared memory for a write-ahead log",
                           connection->owner->config.path);
}

static minipay_status measure_pages(mpi_connection *connection, minipay_error *error)
{
    int64_t bytes = 0;
    int code = read_pragma(connection, "PRAGMA page_size", &bytes);
    if (code != SQLITE_OK || bytes <= 0)
        return mpi_sqlite_fail(connection, code, "reading the page size", error);
    connection->checkpoint_every = (int)(MPI_SQLITE_CHECKPOINT_BYTES / bytes);
    return MINIPAY_OK;
}

static minipay_status bring_up_to_date(mpi_connection *connection, const minipay_schema *schema,
                                       minipay_error *error)
{
    int64_t version = 0;
    minipay_status status = look_at_file(connection, schema, &version, error);
    if (status != MINIPAY_OK || version == schema->version)
        return status;
    int code = bring_up(connection, schema);
    return code == SQLITE_OK ? MINIPAY_OK : mpi_sqlite_fail(connection, code, "making tables", error);
}

minipay_status mpi_sqlite_schema(mpi_connection *connection, const minipay_schema *schema,
                                 minipay_error *error)
{
    int64_t version = 0;
    int code;
    minipay_status status = look_at_file(connection, schema, &version, error);
    if (status == MINIPAY_OK)
        status = use_log(connection, error);
    if (status == MINIPAY_OK)
        status = measure_pages(connection, error);
    if (status != MINIPAY_OK)
        return status;
    code = sqlite3_exec(connection->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        return mpi_sqlite_fail(connection, code, "beginning to write", error);
    status = bring_up_to_date(connection, schema, error);
    if (status == MINIPAY_OK && schema->accept)
        status = schema->accept(schema->accept_context, connection, error);
    if (status == MINIPAY_OK) {
        code = sqlite3_exec(connection->db, "COMMIT", NULL, NULL, NULL);
        if (code != SQLITE_OK)
            status = mpi_sqlite_fail(connection, code, "making tables", error);
    }
    if (!sqlite3_get_autocommit(connection->db))
        sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

uint32_t mpi_sqlite_table_number(const mpi_sqlite *sqlite, const minipay_table *table)
{
    uint32_t i = 0;
    while (i < sqlite->schema->table_count && sqlite->schema->tables[i] != table)
        i++;
    MPI_ASSERT(i < sqlite->schema->table_count);
    return i;
}
