/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* WAL pages between checkpoints: 64 MiB of 4 KiB pages. */
enum { CHECKPOINT_FRAMES = 16384, DEFAULT_CACHE_KIB = 16384, DEFAULT_BUSY_MS = 5000 };

static minipay_status translate(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return MINIPAY_BUSY;
    case SQLITE_NOMEM:
        return MINIPAY_NO_MEMORY;
    case SQLITE_FULL:
        return MINIPAY_DISK_FULL;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return MINIPAY_READ_ONLY;
    case SQLITE_NOTADB:
        return MINIPAY_NOT_A_DATABASE;
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return MINIPAY_CORRUPT;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return MINIPAY_IO_ERROR;
    default:
        return MINIPAY_INTERNAL;
    }
}

minipay_status mpi_sqlite_fail(mpi_connection *connection, int code, const char *doing,
                               minipay_error *error)
{
    const char *message = connection->db ? sqlite3_errmsg(connection->db) : sqlite3_errstr(code);
    return mpi_fail(error, translate(code), NULL, "%s: %s: %s", connection->owner->config.path, doing,
                    message);
}

static int count_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    (void)db;
    (void)name;
    ((mpi_connection *)context)->wal_frames = frames;
    return SQLITE_OK;
}

static void connection_close(mpi_connection *connection)
{
    sqlite3_stmt *statement;
    if (!connection)
        return;
    while (connection->db && (statement = sqlite3_next_stmt(connection->db, NULL)))
        sqlite3_finalize(statement);
    sqlite3_close(connection->db);
    free(connection);
}

static int configure(mpi_connection *connection)
{
    char sql[256];
    const mpi_sqlite *sqlite = connection->owner;
    unsigned cache = connection->writer ? sqlite->config.cache_kib : 2048;
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_busy_timeout(connection->db, (int)sqlite->config.busy_ms);
    snprintf(sql, sizeof sql,
             "PRAGMA journal_mode=%s;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;"
             "PRAGMA temp_store=MEMORY;PRAGMA secure_delete=OFF;PRAGMA cell_size_check=ON;PRAGMA "
             "cache_size=-%u",
             sqlite->in_memory ? "MEMORY" : "WAL", cache);
    return sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
}

static int prepare_control(mpi_connection *connection)
{
    int code = mpi_sqlite_prepare(connection, connection->writer ? "BEGIN IMMEDIATE" : "BEGIN",
                                  &connection->begin);
    if (code == SQLITE_OK)
        code = mpi_sqlite_prepare(connection, "COMMIT", &connection->commit);
    if (code == SQLITE_OK)
        code = mpi_sqlite_prepare(connection, "ROLLBACK", &connection->rollback);
    if (code == SQLITE_OK)
        code = mpi_sqlite_prepare(connection, "PRAGMA data_version", &connection->data_version);
    return code;
}

static minipay_status connection_open(mpi_sqlite *sqlite, bool writer, mpi_connection **opened,
                                      minipay_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    mpi_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    connection->owner = sqlite;
    connection->writer = writer;
    int code = sqlite3_open_v2(sqlite->config.path, &connection->db, flags, NULL);
    if (code == SQLITE_OK)
        code = configure(connection);
    if (code == SQLITE_OK)
        sqlite3_wal_hook(connection->db, count_frames, connection);
    if (code != SQLITE_OK) {
        minipay_status status = mpi_sqlite_fail(connection, code, "opening", error);
        connection_close(connection);
        return status;
    }
    *opened = connection;
    return MINIPAY_OK;
}

static int step_and_reset(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

static int64_t data_version(mpi_connection *connection)
{
    int64_t version = -1;
    if (sqlite3_step(connection->data_version) == SQLITE_ROW)
        version = sqlite3_column_int64(connection->data_version, 0);
    sqlite3_reset(connection->data_version);
    return version;
}

static minipay_status sqlite_open_store(void *impl, const minipay_schema *schema, minipay_error *error)
{
    mpi_sqlite *sqlite = impl;
    sqlite->schema = schema;
    if (!sqlite->in_memory) {
        char path[1100];
        snprintf(path, sizeof path, "%s-lock", sqlite->config.path);
        minipay_status status = mpi_file_lock_open(path, &sqlite->lock_file, error);
        if (status == MINIPAY_OK)
            status = mpi_file_lock_take(sqlite->lock_file, sqlite->config.busy_ms, error);
        if (status != MINIPAY_OK)
            return status;
    }
    minipay_status status = connection_open(sqlite, true, &sqlite->writer, error);
    if (status == MINIPAY_OK)
        status = mpi_sqlite_schema(sqlite->writer, schema, error);
    if (status == MINIPAY_OK) {
        int code = mpi_sqlite_register_rows(sqlite->writer);
        if (code == SQLITE_OK)
            code = prepare_control(sqlite->writer);
        if (code != SQLITE_OK)
            status = mpi_sqlite_fail(sqlite->writer, code, "preparing", error);
    }
    if (!sqlite->in_memory)
        mpi_file_lock_release(sqlite->lock_file);
    return status;
}

static minipay_status begin_write(mpi_sqlite *sqlite, void **session, int32_t *foreign,
                                  minipay_error *error)
{
    mpi_connection *writer = sqlite->writer;
    if (sqlite->in_memory)
        pthread_mutex_lock(&sqlite->lock);
    else {
        minipay_status status = mpi_file_lock_take(sqlite->lock_file, sqlite->config.busy_ms, error);
        if (status != MINIPAY_OK)
            return status;
    }
    int code = step_and_reset(writer->begin);
    if (code != SQLITE_OK) {
        minipay_status status = mpi_sqlite_fail(writer, code, "beginning to write", error);
        if (sqlite->in_memory)
            pthread_mutex_unlock(&sqlite->lock);
        else
            mpi_file_lock_release(sqlite->lock_file);
        return status;
    }
    int64_t version = data_version(writer);
    *foreign = version != writer->data_version_seen;
    writer->data_version_seen = version;
    *session = writer;
    return MINIPAY_OK;
}

static minipay_status begin_read(mpi_sqlite *sqlite, void **session, minipay_error *error)
{
    mpi_connection *reader;
    pthread_mutex_lock(&sqlite->lock);
    if (sqlite->in_memory) {
        *session = sqlite->writer; /* one connection: the mutex is kept until the session ends */
        return MINIPAY_OK;
    }
    reader = sqlite->idle_readers;
    if (reader)
        sqlite->idle_readers = reader->next;
    pthread_mutex_unlock(&sqlite->lock);
    if (!reader) {
        minipay_status status = connection_open(sqlite, false, &reader, error);
        int code = status == MINIPAY_OK ? prepare_control(reader) : SQLITE_OK;
        if (status == MINIPAY_OK && code != SQLITE_OK) {
            status = mpi_sqlite_fail(reader, code, "preparing", error);
            connection_close(reader);
        }
        if (status != MINIPAY_OK)
            return status;
    }
    int code = step_and_reset(reader->begin);
    if (code != SQLITE_OK) {
        minipay_status status = mpi_sqlite_fail(reader, code, "beginning to read", error);
        connection_close(reader);
        return status;
    }
    *session = reader;
    return MINIPAY_OK;
}

static minipay_status sqlite_begin(void *impl, int32_t kind, void **session, int32_t *foreign,
                                   minipay_error *error)
{
    return kind == MINIPAY_SESSION_WRITE ? begin_write(impl, session, foreign, error)
                                         : begin_read(impl, session, error);
}

/* The log must not grow without end, and nobody else may write or checkpoint meanwhile: SQLite before
 * 3.51.3 can damage a WAL when two connections do (https://sqlite.org/wal.html#walresetbug). */
static void checkpoint_if_long(mpi_connection *writer)
{
    if (writer->wal_frames < CHECKPOINT_FRAMES)
        return;
    sqlite3_wal_checkpoint_v2(writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    writer->wal_frames = 0;
}

static void end_write(mpi_sqlite *sqlite)
{
    if (sqlite->in_memory)
        pthread_mutex_unlock(&sqlite->lock);
    else
        mpi_file_lock_release(sqlite->lock_file);
}

static void end_read(mpi_sqlite *sqlite, mpi_connection *reader)
{
    if (!sqlite->in_memory) {
        step_and_reset(reader->commit);
        pthread_mutex_lock(&sqlite->lock);
        reader->next = sqlite->idle_readers;
        sqlite->idle_readers = reader;
    }
    pthread_mutex_unlock(&sqlite->lock);
}

static bool in_write(const mpi_connection *connection)
{
    return connection->writer && !sqlite3_get_autocommit(connection->db);
}

static minipay_status sqlite_commit(void *impl, void *session, minipay_error *error)
{
    mpi_sqlite *sqlite = impl;
    mpi_connection *connection = session;
    minipay_status status = MINIPAY_OK;
    if (!in_write(connection)) {
        end_read(sqlite, connection);
        return MINIPAY_OK;
    }
    int code = step_and_reset(connection->commit);
    if (code != SQLITE_OK) {
        status = mpi_sqlite_fail(connection, code, "committing", error);
        step_and_reset(connection->rollback);
    } else {
        checkpoint_if_long(connection);
    }
    end_write(sqlite);
    return status;
}

static void sqlite_rollback(void *impl, void *session)
{
    mpi_connection *connection = session;
    if (!in_write(connection)) {
        end_read(impl, connection);
        return;
    }
    step_and_reset(connection->rollback);
    end_write(impl);
}

static minipay_storage_capabilities sqlite_capabilities(void *impl)
{
    const mpi_sqlite *sqlite = impl;
    minipay_storage_capabilities capabilities = {!sqlite->in_memory, !sqlite->in_memory, 0};
    return capabilities;
}

static void sqlite_close(void *impl)
{
    mpi_sqlite *sqlite = impl;
    while (sqlite->idle_readers) {
        mpi_connection *reader = sqlite->idle_readers;
        sqlite->idle_readers = reader->next;
        connection_close(reader);
    }
    connection_close(sqlite->writer);
    if (sqlite->lock_file >= 0)
        close(sqlite->lock_file);
    pthread_mutex_destroy(&sqlite->lock);
    free(sqlite);
}

void minipay_sqlite_config_init(minipay_sqlite_config *config)
{
    memset(config, 0, sizeof *config);
    config->struct_size = sizeof *config;
}

minipay_status minipay_sqlite_storage(const minipay_sqlite_config *config, minipay_storage *storage,
                                      minipay_error *error)
{
    if (config->struct_size != sizeof *config)
        return mpi_fail_plain(error, MINIPAY_INVALID_SIZE, "config");
    if (!config->path[0] || !mpi_text_valid(config->path, sizeof config->path))
        return mpi_fail_plain(error, MINIPAY_INVALID_TEXT, "path");
    mpi_sqlite *sqlite = calloc(1, sizeof *sqlite);
    if (!sqlite)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    sqlite->config = *config;
    sqlite->config.cache_kib = config->cache_kib ? config->cache_kib : DEFAULT_CACHE_KIB;
    sqlite->config.busy_ms = config->busy_ms ? config->busy_ms : DEFAULT_BUSY_MS;
    sqlite->in_memory = strcmp(config->path, ":memory:") == 0;
    sqlite->lock_file = -1;
    pthread_mutex_init(&sqlite->lock, NULL);
    *storage = (minipay_storage){
        .version = MINIPAY_STORAGE_VERSION,
        .impl = sqlite,
        .capabilities = sqlite_capabilities,
        .open = sqlite_open_store,
        .begin = sqlite_begin,
        .get_many = mpi_sqlite_get_many,
        .scan = mpi_sqlite_scan,
        .write_many = mpi_sqlite_write_many,
        .commit = sqlite_commit,
        .rollback = sqlite_rollback,
        .close = sqlite_close,
    };
    return MINIPAY_OK;
}
