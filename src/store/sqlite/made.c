/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* SQLite makes a file that is missing or empty, and throws a log beside it away. What has been a database must
 * not end so. Its lock's file is marked behind the commit that made the tables: killed before, there was
 * nothing in it yet. A log is begun only when the file has its first page. */

/* SQLite takes a file of one byte for an empty one. */
enum { EMPTY_LARGEST = 1 };

/* -1: there is none. */
static int64_t size_of(const char *path)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return errno == ENOENT ? -1 : EMPTY_LARGEST + 1; /* SQLite says what is wrong with it */
    return S_ISREG(facts.st_mode) ? facts.st_size : EMPTY_LARGEST + 1;
}

static int64_t size_beside(const mpi_sqlite *sqlite, const char *end)
{
    char path[sizeof sqlite->config.path + 8];
    snprintf(path, sizeof path, "%s%s", sqlite->config.path, end);
    return sqlite->in_memory ? -1 : size_of(path);
}

static minipay_status lost(const mpi_sqlite *sqlite, minipay_error *error)
{
    const char *path = sqlite->config.path;
    return mpi_fail(error, MINIPAY_CORRUPT, "path",
                    "%s: a database was made here and is gone: put it back from a copy; to begin anew, "
                    "move away what is left of it (%s-lock, %s-wal)",
                    path, path, path);
}

bool mpi_sqlite_leaves_no_trace(const mpi_sqlite *sqlite)
{
    return size_beside(sqlite, "") <= 0 && size_beside(sqlite, "-lock") < 0;
}

minipay_status mpi_sqlite_check_made(const mpi_sqlite *sqlite, minipay_error *error)
{
    int64_t size = size_beside(sqlite, "");
    if (size > EMPTY_LARGEST)
        return MINIPAY_OK;
    if (size_beside(sqlite, "-wal") > 0)
        return lost(sqlite, error);
    minipay_status status = mpi_sqlite_refuse_empty(sqlite, error);
    if (status == MINIPAY_OK && size == EMPTY_LARGEST)
        status =
            mpi_fail(error, MINIPAY_NOT_A_DATABASE, "path", "%s is not a database", sqlite->config.path);
    return status;
}

minipay_status mpi_sqlite_refuse_empty(const mpi_sqlite *sqlite, minipay_error *error)
{
    if (size_beside(sqlite, "-lock") > 0)
        return lost(sqlite, error);
    if (sqlite->schema->existing)
        return mpi_fail(error, MINIPAY_NOT_A_DATABASE, "path", "%s is not a database: nothing is in it",
                        sqlite->config.path);
    return MINIPAY_OK;
}

minipay_status mpi_sqlite_mark_made(const mpi_sqlite *sqlite, minipay_error *error)
{
    return size_beside(sqlite, "-lock") > 0
               ? MINIPAY_OK
               : mpi_file_lock_mark(&sqlite->file_lock, sqlite->config.path, error);
}
