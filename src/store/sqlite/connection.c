/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* One connection: opened, set up and closed. Nothing here writes to the file; a connection that only reads
 * does not even make one. */

enum { READER_CACHE_KIB = 1024 };

/* Where SQLite makes room in a file ahead, a full disk is one that fails. */
static minipay_status translate_io(int code, int of_system)
{
    if (code == SQLITE_IOERR_NOMEM)
        return MINIPAY_NO_MEMORY;
    return of_system == ENOSPC || of_system == EDQUOT ? MINIPAY_DISK_FULL : MINIPAY_IO_ERROR;
}

static minipay_status translate(int code, int of_system)
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
    case SQLITE_ERROR: /* every statement fits the tables as they were made */
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return MINIPAY_CORRUPT;
    case SQLITE_IOERR:
        return translate_io(code, of_system);
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
    int of_system = connection->db ? sqlite3_system_errno(connection->db) : 0;
    return mpi_fail(error, translate(code, of_system), "path", "%s: %s: %s",
                    connection->owner->config.path, doing, message);
}

static int count_frames(void *context, sqlite3 *db, const char *name, int frames)
{
    (void)db;
    (void)name;
    ((mpi_connection *)context)->wal_frames = frames;
    return SQLITE_OK;
}

void mpi_connection_close(mpi_connection *connection)
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
    unsigned cache = connection->writer ? sqlite->config.cache_kib : READER_CACHE_KIB;
    sqlite3_db_config(connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_busy_timeout(connection->db, (int)sqlite->config.busy_ms);
    snprintf(sql, sizeof sql,
             "PRAGMA page_size=%u;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=0;"
             "PRAGMA temp_store=MEMORY;PRAGMA secure_delete=OFF;PRAGMA cell_size_check=ON;PRAGMA "
             "cache_size=-%u;"
             "PRAGMA journal_size_limit=%d",
             sqlite->config.page_bytes, cache, MPI_SQLITE_LOG_LARGEST);
    int code = sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    if (code == SQLITE_OK && connection->writer)
        sqlite3_wal_hook(connection->db, count_frames, connection);
    return code;
}

minipay_status mpi_connection_open(mpi_sqlite *sqlite, bool writer, mpi_connection **opened,
                                   minipay_error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (writer ? SQLITE_OPEN_CREATE : 0);
    mpi_connection *connection = calloc(1, sizeof *connection);
    minipay_status status = MINIPAY_OK;
    if (!connection)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    connection->owner = sqlite;
    connection->writer = writer;
    int code = mpi_sqlite_vfs();
    if (code == SQLITE_OK)
        code = sqlite3_open_v2(sqlite->config.path, &connection->db, flags, MPI_SQLITE_VFS);
    if (code == SQLITE_OK)
        code = configure(connection);
    if (code != SQLITE_OK)
        status = mpi_sqlite_fail(connection, code, "opening", error);
    if (status != MINIPAY_OK) {
        mpi_connection_close(connection);
        return status;
    }
    *opened = connection;
    return MINIPAY_OK;
}

int mpi_connection_prepare(mpi_connection *connection)
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
