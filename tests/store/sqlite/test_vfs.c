/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "store/sqlite/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The VFS that holds writes back, against a file in memory: whatever the order of calls on a log, what is read
 * is what was written, and what is synced stands in the file as every other program sees it. */

enum { FILE_LARGEST = 600 * 1024, STEPS = 4000, LARGEST_WRITE = 127 * 1024 };

typedef struct model {
    sqlite3_file *file;
    uint8_t *bytes;
    int64_t size;
    int64_t after; /* where the last write ended */
    uint64_t random;
    int system; /* the same file, opened beside SQLite */
} model;

static uint64_t draw(model *m, uint64_t below)
{
    m->random = m->random * 6364136223846793005u + 1442695040888963407u;
    return (m->random >> 20) % below;
}

static void one_write(model *m)
{
    static uint8_t bytes[LARGEST_WRITE];
    static const uint64_t sizes[] = {24, 4096, 4120, 100, LARGEST_WRITE};
    int count = (int)(1 + draw(m, sizes[draw(m, 5)]));
    int64_t at = draw(m, 4) ? m->after : (int64_t)draw(m, FILE_LARGEST);
    if (at + count > FILE_LARGEST)
        return;
    memset(bytes, (int)draw(m, 256), (size_t)count);
    assert_int_equal(m->file->pMethods->xWrite(m->file, bytes, count, at), SQLITE_OK);
    memcpy(m->bytes + at, bytes, (size_t)count);
    m->after = at + count;
    m->size = m->after > m->size ? m->after : m->size;
}

static void one_read(model *m)
{
    static uint8_t bytes[LARGEST_WRITE];
    if (m->size < 2)
        return;
    int64_t at = (int64_t)draw(m, (uint64_t)m->size - 1);
    int count = (int)(m->size - at < 5000 ? m->size - at : 5000);
    assert_int_equal(m->file->pMethods->xRead(m->file, bytes, count, at), SQLITE_OK);
    assert_memory_equal(bytes, m->bytes + at, (size_t)count);
}

static void one_sync(model *m)
{
    static uint8_t bytes[FILE_LARGEST];
    assert_int_equal(m->file->pMethods->xSync(m->file, SQLITE_SYNC_NORMAL), SQLITE_OK);
    assert_int_equal(pread(m->system, bytes, sizeof bytes, 0), m->size);
    assert_memory_equal(bytes, m->bytes, (size_t)m->size);
}

static void one_truncation(model *m)
{
    int64_t size = (int64_t)draw(m, (uint64_t)m->size + 1);
    assert_int_equal(m->file->pMethods->xTruncate(m->file, size), SQLITE_OK);
    memset(m->bytes + size, 0, (size_t)(m->size - size));
    m->size = size;
}

static void one_size(model *m)
{
    sqlite3_int64 size = -1;
    assert_int_equal(m->file->pMethods->xFileSize(m->file, &size), SQLITE_OK);
    assert_int_equal(size, m->size);
}

static void one_step(model *m)
{
    uint64_t drawn = draw(m, 100);
    if (drawn < 80)
        one_write(m);
    else if (drawn < 90)
        one_read(m);
    else if (drawn < 96)
        one_sync(m);
    else if (drawn < 98)
        one_size(m);
    else
        one_truncation(m);
}

/* A database whose log is open and empty, under the lock of its writer. */
static sqlite3 *open_log(const char *path, model *m)
{
    char log_path[80];
    sqlite3 *db;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    snprintf(log_path, sizeof log_path, "%s-wal", path);
    assert_int_equal(mpi_sqlite_vfs(), SQLITE_OK);
    assert_int_equal(sqlite3_open_v2(path, &db, flags, MPI_SQLITE_VFS), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "PRAGMA journal_mode=WAL;CREATE TABLE t(a);"
                                  "PRAGMA wal_checkpoint(TRUNCATE);BEGIN IMMEDIATE",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &m->file),
                     SQLITE_OK);
    m->system = open(log_path, O_RDONLY | O_CLOEXEC);
    assert_true(m->system >= 0);
    return db;
}

static void what_is_held_back_is_never_missed(void **state)
{
    model m = {.random = 20261124, .bytes = calloc(1, FILE_LARGEST)};
    (void)state;
    sqlite3 *db = open_log("held", &m);
    for (int i = 0; i < STEPS; i++)
        one_step(&m);
    one_sync(&m);
    assert_int_equal(m.file->pMethods->xTruncate(m.file, 0), SQLITE_OK);
    sqlite3_close(db);
    close(m.system);
    free(m.bytes);
}

static int64_t size_of(int file)
{
    struct stat about;
    assert_int_equal(fstat(file, &about), 0);
    return about.st_size;
}

static void what_its_writer_gave_up_never_reaches_the_log(void **state)
{
    static const uint8_t bytes[5000] = {1};
    uint8_t read[1];
    sqlite3_int64 size = -1;
    model m = {.random = 1};
    (void)state;
    sqlite3 *db = open_log("given-up", &m);
    assert_int_equal(m.file->pMethods->xWrite(m.file, bytes, sizeof bytes, 0), SQLITE_OK);
    assert_int_equal(size_of(m.system), 0); /* held back */
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(m.file->pMethods->xFileSize(m.file, &size), SQLITE_OK);
    assert_int_equal(size, 0);
    assert_int_equal(m.file->pMethods->xRead(m.file, read, 1, 0), SQLITE_IOERR_SHORT_READ);
    assert_int_equal(m.file->pMethods->xWrite(m.file, bytes, sizeof bytes, 0), SQLITE_OK);
    assert_int_equal(size_of(m.system), sizeof bytes); /* nobody's writer: not held back */
    assert_int_equal(m.file->pMethods->xTruncate(m.file, 0), SQLITE_OK);
    sqlite3_close(db);
    close(m.system);
}

/* SQLite may publish what a checkpoint copied without asking whether it stands. */
static void a_write_to_the_database_itself_is_never_held_back(void **state)
{
    static const uint8_t bytes[4096] = {1};
    sqlite3_file *file;
    model m = {.random = 1};
    (void)state;
    sqlite3 *db = open_log("plain", &m);
    int seen = open("plain", O_RDONLY | O_CLOEXEC);
    assert_int_equal(sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file), SQLITE_OK);
    int64_t end = size_of(seen);
    assert_int_equal(file->pMethods->xWrite(file, bytes, sizeof bytes, end), SQLITE_OK);
    assert_int_equal(size_of(seen), end + (int64_t)sizeof bytes);
    sqlite3_close(db);
    close(seen);
    close(m.system);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_held_back_is_never_missed),
        cmocka_unit_test(what_its_writer_gave_up_never_reaches_the_log),
        cmocka_unit_test(a_write_to_the_database_itself_is_never_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
