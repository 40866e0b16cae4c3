/* SPDX-License-Identifier: Apache-2.0 */
#include "faulty_vfs.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

faulty_vfs world_disk;

typedef struct faulty_file {
    sqlite3_file base;
    sqlite3_file *real;
    bool counts;
} faulty_file;

static sqlite3_vfs *real_vfs;
static sqlite3_vfs installed;

/* Is the next change to fail? */
static bool fails(bool counts)
{
    if (!counts)
        return false;
    uint32_t number = ++world_disk.changes;
    return world_disk.fails_at && number >= world_disk.fails_at &&
           (!world_disk.fails_for || number < world_disk.fails_at + world_disk.fails_for);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((faulty_file *)file)->real;
}

static int ff_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int ff_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), bytes, count, at);
}

static int ff_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
    sqlite3_file *real = real_of(file);
    bool bad = fails(((faulty_file *)file)->counts);
    if (bad && world_disk.dies) {
        real->pMethods->xWrite(real, bytes, count / 2, at);
        die();
    }
    return bad ? world_disk.code : real->pMethods->xWrite(real, bytes, count, at);
}

static int ff_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    bool bad = fails(((faulty_file *)file)->counts);
    if (bad && world_disk.dies)
        die();
    if (bad && world_disk.code != SQLITE_FULL)
        return SQLITE_IOERR_TRUNCATE;
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int ff_sync(sqlite3_file *file, int flags)
{
    bool bad = fails(((faulty_file *)file)->counts);
    if (bad && world_disk.dies)
        die();
    if (bad && world_disk.code != SQLITE_FULL)
        return SQLITE_IOERR_FSYNC;
    return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int ff_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int ff_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int ff_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int ff_reserved(sqlite3_file *file, int *reserved)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int ff_control(sqlite3_file *file, int what, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, argument);
}

static int ff_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int ff_device(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int ff_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **at)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, at);
}

static int ff_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void ff_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int ff_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = ff_close,
    .xRead = ff_read,
    .xWrite = ff_write,
    .xTruncate = ff_truncate,
    .xSync = ff_sync,
    .xFileSize = ff_size,
    .xLock = ff_lock,
    .xUnlock = ff_unlock,
    .xCheckReservedLock = ff_reserved,
    .xFileControl = ff_control,
    .xSectorSize = ff_sector,
    .xDeviceCharacteristics = ff_device,
    .xShmMap = ff_shm_map,
    .xShmLock = ff_shm_lock,
    .xShmBarrier = ff_shm_barrier,
    .xShmUnmap = ff_shm_unmap,
};

static bool counts(const char *name)
{
    return !world_disk.only[0] || (name && strstr(name, world_disk.only));
}

static int fv_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    faulty_file *made = (faulty_file *)file;
    (void)vfs;
    made->real = (sqlite3_file *)(made + 1);
    made->counts = counts(name);
    int code = real_vfs->xOpen(real_vfs, name, made->real, flags, out);
    file->pMethods = made->real->pMethods ? &methods : NULL;
    return code;
}

static int fv_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    bool bad = fails(counts(name));
    if (bad && world_disk.dies)
        die();
    if (bad && world_disk.code != SQLITE_FULL)
        return SQLITE_IOERR_DELETE;
    return real_vfs->xDelete(real_vfs, name, sync);
}

void faulty_vfs_mend(void)
{
    world_disk.reached = world_disk.changes;
    world_disk.changes = world_disk.fails_at = world_disk.fails_for = 0;
    world_disk.dies = false;
}

void faulty_vfs_install(void)
{
    if (real_vfs)
        return;
    real_vfs = sqlite3_vfs_find(NULL);
    installed = *real_vfs;
    installed.zName = "faulty";
    installed.szOsFile = (int)sizeof(faulty_file) + real_vfs->szOsFile;
    installed.xOpen = fv_open;
    installed.xDelete = fv_delete;
    sqlite3_vfs_register(&installed, 1);
}
