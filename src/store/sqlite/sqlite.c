/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/error.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAGE_SMALLEST = 4096,
    PAGE_LARGEST = 65536,
    DEFAULT_CACHE_KIB = 12288,
    DEFAULT_BUSY_MS = 5000,
    IDLE_READERS_LARGEST = 16
};

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

static minipay_status take_lock(mpi_sqlite *sqlite, minipay_error *error)
{
    if (!sqlite->in_memory)
        return mpi_file_lock_take(&sqlite->file_lock, sqlite->config.busy_ms, sqlite->config.path,
                                  error);
    pthread_mutex_lock(&sqlite->lock);
    return MINIPAY_OK;
}

static void release_lock(mpi_sqlite *sqlite)
{
    if (sqlite->in_memory)
        pthread_mutex_unlock(&sqlite->lock);
    else
        mpi_file_lock_release(&sqlite->file_lock);
}

/* ---- open and close -------------------------------------------------------------------------------- */

static minipay_status open_writer(mpi_sqlite *sqlite, minipay_error *error)
{
    minipay_status status = mpi_sqlite_check_made(sqlite, error);
    if (status == MINIPAY_OK)
        status = mpi_connection_open(sqlite, true, &sqlite->writer, error);
    if (status == MINIPAY_OK)
        status = mpi_sqlite_schema(sqlite->writer, sqlite->schema, error);
    if (status != MINIPAY_OK)
        return status;
    int code = mpi_sqlite_register_rows(sqlite->writer);
    if (code == SQLITE_OK)
        code = mpi_connection_prepare(sqlite->writer);
    return code == SQLITE_OK ? MINIPAY_OK : mpi_sqlite_fail(sqlite->writer, code, "preparing", error);
}

static void let_go(mpi_sqlite *sqlite)
{
    mpi_connection_close(sqlite->writer);
    sqlite->writer = NULL;
    mpi_file_lock_close(&sqlite->file_lock);
}

static minipay_status open_locked(mpi_sqlite *sqlite, minipay_error *error)
{
    minipay_status status = take_lock(sqlite, error);
    if (status != MINIPAY_OK)
        return status;
    status = open_writer(sqlite, error);
    if (status == MINIPAY_OK && !sqlite->in_memory)
        status = mpi_sqlite_mark_made(sqlite, error);
    release_lock(sqlite);
    return status;
}

/* After a failure all is as before, so that the same storage can be opened again. */
static minipay_status sqlite_open_store(void *impl, const minipay_schema *schema, minipay_error *error)
{
    mpi_sqlite *sqlite = impl;
    char path[1100];
    minipay_status status = MINIPAY_OK;
    let_go(sqlite); /* what the user of an earlier opening could not go on with */
    sqlite->schema = schema;
    if (schema->existing && mpi_sqlite_leaves_no_trace(sqlite))
        return mpi_sqlite_check_made(sqlite, error);
    snprintf(path, sizeof path, "%s-lock", sqlite->config.path);
    if (!sqlite->in_memory)
        status = mpi_file_lock_open(path, &sqlite->file_lock, error);
    if (status == MINIPAY_OK)
        status = open_locked(sqlite, error);
    if (status != MINIPAY_OK)
        let_go(sqlite);
    return status;
}

/* Whoever closes last moves the log into the database, so that the one file holds all. SQLite does that only
 * when no other connection is left; and here nobody begins to write meanwhile. */
static void close_writer(mpi_sqlite *sqlite)
{
    bool alone = sqlite->writer && !sqlite->in_memory &&
                 mpi_file_lock_take(&sqlite->file_lock, 0, sqlite->config.path, NULL) == MINIPAY_OK;
    if (alone)
        sqlite3_db_config(sqlite->writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    mpi_connection_close(sqlite->writer);
    if (alone)
        mpi_file_lock_release(&sqlite->file_lock);
}

static void sqlite_close(void *impl)
{
    mpi_sqlite *sqlite = impl;
    while (sqlite->idle_readers) {
        mpi_connection *reader = sqlite->idle_readers;
        sqlite->idle_readers = reader->next;
        mpi_connection_close(reader);
    }
    close_writer(sqlite);
    mpi_file_lock_close(&sqlite->file_lock);
    pthread_mutex_destroy(&sqlite->lock);
    free(sqlite);
}

/* ---- sessions -------------------------------------------------------------------------------------- */

static minipay_status begin_write(mpi_sqlite *sqlite, void **session, int32_t *foreign,
                                  minipay_error *error)
{
    mpi_connection *writer = sqlite->writer;
    minipay_status status = take_lock(sqlite, error);
    if (status != MINIPAY_OK)
        return status;
    int code = step_and_reset(writer->begin);
    if (code != SQLITE_OK) {
        status = mpi_sqlite_fail(writer, code, "beginning to write", error);
        release_lock(sqlite);
        return status;
    }
    int64_t version = data_version(writer);
    *foreign = version < 0 || version != writer->data_version_seen;
    writer->data_version_seen = version;
    writer->writing = true;
    *session = writer;
    return MINIPAY_OK;
}

static minipay_status make_reader(mpi_sqlite *sqlite, mpi_connection **reader, minipay_error *error)
{
    minipay_status status = mpi_connection_open(sqlite, false, reader, error);
    if (status != MINIPAY_OK)
        return status;
    int code = mpi_connection_prepare(*reader);
    if (code == SQLITE_OK)
        return MINIPAY_OK;
    status = mpi_sqlite_fail(*reader, code, "preparing", error);
    mpi_connection_close(*reader);
    return status;
}

static mpi_connection *idle_reader(mpi_sqlite *sqlite)
{
    mpi_connection *reader = sqlite->idle_readers;
    if (reader) {
        sqlite->idle_readers = reader->next;
        sqlite->idle_count--;
    }
    return reader;
}

static minipay_status begin_read(mpi_sqlite *sqlite, void **session, minipay_error *error)
{
    pthread_mutex_lock(&sqlite->lock);
    if (sqlite->in_memory) {
        *session = sqlite->writer; /* one connection: the mutex is kept until the session ends */
        return MINIPAY_OK;
    }
    mpi_connection *reader = idle_reader(sqlite);
    pthread_mutex_unlock(&sqlite->lock);
    minipay_status status = reader ? MINIPAY_OK : make_reader(sqlite, &reader, error);
    if (status != MINIPAY_OK)
        return status;
    /* BEGIN alone takes no snapshot: the first read does. */
    int code = step_and_reset(reader->begin);
    if (code == SQLITE_OK)
        code = step_and_reset(reader->data_version);
    if (code != SQLITE_OK) {
        status = mpi_sqlite_fail(reader, code, "beginning to read", error);
        mpi_connection_close(reader);
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
 * 3.51.3 can damage a WAL when two connections do (https://sqlite.org/wal.html#walresetbug). While a reader
 * stands on an old snapshot the log cannot begin again, and looking at it costs more the longer it is: so
 * the next try is only as many frames later. */
static void checkpoint_if_long(mpi_connection *writer)
{
    if (writer->wal_frames < writer->checkpoint_at - writer->checkpoint_every)
        writer->checkpoint_at = 0; /* the log has begun again */
    if (writer->checkpoint_at < writer->checkpoint_every)
        writer->checkpoint_at = writer->checkpoint_every;
    if (writer->wal_frames < writer->checkpoint_at)
        return;
    sqlite3_wal_checkpoint_v2(writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    writer->checkpoint_at = writer->wal_frames + writer->checkpoint_every;
}

static void end_write(mpi_sqlite *sqlite)
{
    if (!sqlite3_get_autocommit(sqlite->writer->db))
        step_and_reset(sqlite->writer->rollback);
    sqlite->writer->writing = false;
    release_lock(sqlite);
}

static void end_read(mpi_sqlite *sqlite, mpi_connection *reader)
{
    if (sqlite->in_memory) {
        pthread_mutex_unlock(&sqlite->lock);
        return;
    }
    step_and_reset(reader->commit);
    pthread_mutex_lock(&sqlite->lock);
    bool kept = sqlite3_get_autocommit(reader->db) && sqlite->idle_count < IDLE_READERS_LARGEST;
    if (kept) {
        reader->next = sqlite->idle_readers;
        sqlite->idle_readers = reader;
        sqlite->idle_count++;
    }
    pthread_mutex_unlock(&sqlite->lock);
    if (!kept)
        mpi_connection_close(reader);
}

/* A commit that fails is undone here, but when the disk failed under it, its end may already stand in the
 * log, and would be found there if this process ended now. */
static minipay_status commit_failure(mpi_connection *writer, int code, minipay_error *error)
{
    minipay_status status = mpi_sqlite_fail(writer, code, "committing", error);
    if (status == MINIPAY_IO_ERROR) {
        status = MINIPAY_COMMIT_UNKNOWN;
        if (error)
            error->status = status;
    }
    return status;
}

static minipay_status sqlite_commit(void *impl, void *session, minipay_error *error)
{
    mpi_sqlite *sqlite = impl;
    mpi_connection *connection = session;
    minipay_status status = MINIPAY_OK;
    if (!connection->writing) {
        end_read(sqlite, connection);
        return MINIPAY_OK;
    }
    int code = step_and_reset(connection->commit);
    if (code != SQLITE_OK)
        status = commit_failure(connection, code, error);
    else
        checkpoint_if_long(connection);
    end_write(sqlite);
    return status;
}

static void sqlite_rollback(void *impl, void *session)
{
    mpi_connection *connection = session;
    if (connection->writing)
        end_write(impl);
    else
        end_read(impl, connection);
}

static minipay_storage_capabilities sqlite_capabilities(void *impl)
{
    const mpi_sqlite *sqlite = impl;
    bool file = !sqlite->in_memory;
    minipay_storage_capabilities capabilities = {file, file, 0, file};
    return capabilities;
}

void minipay_sqlite_config_init(minipay_sqlite_config *config)
{
    if (!config)
        return;
    memset(config, 0, sizeof *config);
    config->struct_size = sizeof *config;
}

static bool is_page_size(uint32_t bytes)
{
    return bytes >= PAGE_SMALLEST && bytes <= PAGE_LARGEST && (bytes & (bytes - 1)) == 0;
}

minipay_status minipay_sqlite_storage(const minipay_sqlite_config *config, minipay_storage *storage,
                                      minipay_error *error)
{
    if (!config || !storage)
        return mpi_fail_plain(error, MINIPAY_INVALID_ARGUMENT, config ? "storage" : "config");
    minipay_status status = mpi_check_size("config", config->struct_size, sizeof *config, error);
    if (status != MINIPAY_OK)
        return status;
    if (!config->path[0] || !mpi_text_valid(config->path, sizeof config->path))
        return mpi_fail_plain(error, MINIPAY_INVALID_TEXT, "path");
    if (config->page_bytes && !is_page_size(config->page_bytes))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "page_bytes",
                        "%u is no power of two from %d to %d", config->page_bytes, PAGE_SMALLEST,
                        PAGE_LARGEST);
    mpi_sqlite *sqlite = calloc(1, sizeof *sqlite);
    if (!sqlite)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    sqlite->config = *config;
    sqlite->config.cache_kib = config->cache_kib ? config->cache_kib : DEFAULT_CACHE_KIB;
    sqlite->config.page_bytes = config->page_bytes ? config->page_bytes : PAGE_SMALLEST;
    sqlite->config.busy_ms = config->busy_ms ? config->busy_ms : DEFAULT_BUSY_MS;
    sqlite->in_memory = strcmp(config->path, ":memory:") == 0;
    sqlite->file_lock.file = -1;
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
