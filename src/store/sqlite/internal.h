/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_STORE_SQLITE_INTERNAL_H
#define MPI_STORE_SQLITE_INTERNAL_H

/* What the files of this folder share. Nothing outside it includes sqlite3.h. */

#include "minipay/sys/storage.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>

enum { MPI_SQLITE_TABLES_LARGEST = 64, MPI_SQLITE_SCANS_LARGEST = 64, MPI_SQLITE_INDEXES_LARGEST = 4 };

/* The rows that the next bulk statement reads: the virtual table of one table shows them. */
typedef struct mpi_row_source {
    const minipay_table *table;
    const void *const *rows;
    uint32_t count;
} mpi_row_source;

/* The statements that write many rows of one table: of any rows, and of such as are alike in the fields
 * `bound`. */
typedef struct mpi_bulk {
    sqlite3_stmt *any, *narrow;
    uint64_t bound;
} mpi_bulk;

/* A prepared scan, kept by its shape. */
typedef struct mpi_scan_statement {
    const minipay_table *table;
    uint32_t shape;
    sqlite3_stmt *statement;
} mpi_scan_statement;

/* One SQLite connection with its prepared statements; used by one thread at a time. */
typedef struct mpi_connection {
    struct mpi_sqlite *owner;
    struct mpi_connection *next;
    sqlite3 *db;
    sqlite3_stmt *begin, *commit, *rollback, *data_version;
    sqlite3_stmt *get[MPI_SQLITE_TABLES_LARGEST]
                     [MPI_SQLITE_INDEXES_LARGEST + 1]; /* by primary key, then by index */
    mpi_bulk insert[MPI_SQLITE_TABLES_LARGEST];
    mpi_bulk replace[MPI_SQLITE_TABLES_LARGEST]; /* of tables without indexes */
    sqlite3_stmt *update[MPI_SQLITE_TABLES_LARGEST];
    sqlite3_stmt *add[MPI_SQLITE_TABLES_LARGEST];
    sqlite3_stmt *remove[MPI_SQLITE_TABLES_LARGEST];
    mpi_scan_statement scans[MPI_SQLITE_SCANS_LARGEST];
    uint32_t scan_count;
    uint32_t scan_oldest;
    mpi_row_source sources[MPI_SQLITE_TABLES_LARGEST];
    int64_t data_version_seen;
    int wal_frames;    /* as of the last commit */
    int checkpoint_at; /* when there are so many */
    int checkpoint_every;
    bool writer;
    bool writing; /* a WRITE session is open on it */
} mpi_connection;

enum { MPI_SQLITE_CHECKPOINT_BYTES = 64 << 20 };

/* Bytes that are left of a log that has grown under a reader, when it begins again: twice of what it has
 * otherwise, so that it is not cut and written anew all the time. */
enum { MPI_SQLITE_LOG_LARGEST = 2 * MPI_SQLITE_CHECKPOINT_BYTES };

/* A file beside the database by which processes take turns. */
typedef struct mpi_file_lock {
    int file; /* -1: not open */
    struct mpi_file_lock *next;
} mpi_file_lock;

typedef struct mpi_sqlite {
    minipay_sqlite_config config;
    const minipay_schema *schema;
    mpi_connection *writer;
    mpi_connection *idle_readers;
    uint32_t idle_count;
    pthread_mutex_t lock; /* idle readers, and the one connection of a database in memory */
    mpi_file_lock file_lock;
    bool in_memory;
} mpi_sqlite;

/* A statement under construction. Descriptions are constant and short: text that does not fit is a bug. */
typedef struct mpi_sql {
    char text[8192];
    size_t used;
} mpi_sql;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void mpi_sql_say(mpi_sql *sql, const char *format, ...);

/* Translates SQLite's code, in the one place that does; never OK. */
minipay_status mpi_sqlite_fail(mpi_connection *connection, int code, const char *doing,
                               minipay_error *error);

/* schema.c: creates, migrates or refuses. */
minipay_status mpi_sqlite_schema(mpi_connection *connection, const minipay_schema *schema,
                                 minipay_error *error);
uint32_t mpi_sqlite_table_number(const mpi_sqlite *sqlite, const minipay_table *table);

/* made.c: was this database made before? CORRUPT where it was, and is gone; NOT_A_DATABASE where it was not,
 * and may not be. `check` comes before SQLite opens the file, `refuse_empty` when it has found no table in it;
 * both under the lock, unless neither the file nor its lock's is there. `mark`: it has its tables. */
bool mpi_sqlite_leaves_no_trace(const mpi_sqlite *sqlite);
minipay_status mpi_sqlite_check_made(const mpi_sqlite *sqlite, minipay_error *error);
minipay_status mpi_sqlite_refuse_empty(const mpi_sqlite *sqlite, minipay_error *error);
minipay_status mpi_sqlite_mark_made(const mpi_sqlite *sqlite, minipay_error *error);

/* vfs.c: the VFS through which connections are opened; registers it once a process. */
#define MPI_SQLITE_VFS "minipay"
int mpi_sqlite_vfs(void);

/* rows.c: the virtual tables `rows_<table>`. */
int mpi_sqlite_register_rows(mpi_connection *connection);

/* value.c */
typedef struct mpi_value {
    int type; /* SQLITE_NULL, SQLITE_INTEGER, SQLITE_TEXT or SQLITE_BLOB */
    int length;
    int64_t number;
    const void *bytes;
} mpi_value;

void mpi_sqlite_value(const minipay_field *field, const void *row, mpi_value *value);
void mpi_sqlite_bind(sqlite3_stmt *statement, int position, const minipay_field *field, const void *row);

/* Fills a struct; an ENUM field whose name is not in its list, or NULL. */
const minipay_field *mpi_sqlite_read(sqlite3_stmt *statement, const minipay_table *table, void *row);

/* bulk.c: `verb` is "INSERT" or "REPLACE" */
int mpi_sqlite_run_bulk(mpi_connection *connection, const char *verb, mpi_bulk *bulk,
                        mpi_row_source *source, const void *const *rows, uint32_t count);

/* statement.c: reading; write.c: writing */
int mpi_sqlite_prepare(mpi_connection *connection, const char *sql, sqlite3_stmt **statement);
void mpi_sqlite_say_columns(const minipay_table *table, mpi_sql *sql);
minipay_status mpi_sqlite_get_many(void *impl, void *session, const minipay_table *table, int32_t index,
                                   void *const *rows, uint8_t *found, uint32_t count,
                                   minipay_error *error);
minipay_status mpi_sqlite_scan(void *impl, void *session, const minipay_scan *scan, void *rows,
                               uint32_t *count, minipay_error *error);
minipay_status mpi_sqlite_write_many(void *impl, void *session, minipay_write *write,
                                     minipay_error *error);

/* connection.c. `prepare` readies the statements that begin and end sessions. */
minipay_status mpi_connection_open(mpi_sqlite *sqlite, bool writer, mpi_connection **opened,
                                   minipay_error *error);
int mpi_connection_prepare(mpi_connection *connection);
void mpi_connection_close(mpi_connection *connection);

/* lock.c: fair between processes. `path`, the database's, is for errors. */
minipay_status mpi_file_lock_open(const char *path, mpi_file_lock *lock, minipay_error *error);
void mpi_file_lock_close(mpi_file_lock *lock);
minipay_status mpi_file_lock_take(const mpi_file_lock *lock, uint32_t busy_ms, const char *path,
                                  minipay_error *error);
void mpi_file_lock_release(const mpi_file_lock *lock);

/* Gives the file the line that it has once the database has been made; durable when it answers OK. */
minipay_status mpi_file_lock_mark(const mpi_file_lock *lock, const char *path, minipay_error *error);

#endif
