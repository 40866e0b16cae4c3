/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "store/sqlite/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The VFS that holds writes back, against a file in memory: whatever the order of calls, what is read is what was
 * written, and what is synced stands in the file as every other program sees it. */

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

static void what_is_held_back_is_never_missed(void **state)
{
    model m = {.random = 20261124, .bytes = calloc(1, FILE_LARGEST)};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB;
    char path[4096];
    (void)state;
    assert_non_null(getcwd(path, sizeof path - 16));
    strcat(path, "/held");
    assert_int_equal(mpi_sqlite_vfs(), SQLITE_OK);
    sqlite3_vfs *vfs = sqlite3_vfs_find(MPI_SQLITE_VFS);
    assert_non_null(vfs);
    m.file = calloc(1, (size_t)vfs->szOsFile);
    assert_int_equal(vfs->xOpen(vfs, path, m.file, flags, &flags), SQLITE_OK);
    m.system = open(path, O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < STEPS; i++)
        one_step(&m);
    one_write(&m);
    assert_int_equal(m.file->pMethods->xClose(m.file), SQLITE_OK);
    uint8_t *found = calloc(1, FILE_LARGEST);
    assert_int_equal(pread(m.system, found, FILE_LARGEST, 0), m.size);
    assert_memory_equal(found, m.bytes, (size_t)m.size);
    close(m.system);
    free(found);
    free(m.bytes);
    free(m.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_held_back_is_never_missed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
