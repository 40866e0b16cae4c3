/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>

void mpi_sql_say(mpi_sql *sql, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(sql->text + sql->used, sizeof sql->text - sql->used, format, arguments);
    va_end(arguments);
    MPI_ASSERT(written >= 0 && (size_t)written < sizeof sql->text - sql->used);
    sql->used += (size_t)written;
}

int mpi_sqlite_prepare(mpi_connection *connection, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
}
