/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include <stdlib.h>
#include <string.h>

/* A VFS over the system's own that puts writes to the log which follow each other into one. SQLite
 * writes each page of its log in two system calls, a commit of a group in hundreds; here they are one or two.
 *
 * A write is held back only while it continues the one before it, and leaves before anything can depend
 * on it: before a sync, a read, a truncation or a look at the size of the log. A write that fails late
 * is told by the call that would have let it go, and stays held: no later call, least of all the sync of
 * a commit, can succeed without it.
 *
 * Only the log is held back, and only under the lock of its one writer. SQLite publishes pages of its
 * log to other connections only after it has synced them (synchronous=FULL, which is always set); so
 * what is still held when the writer gives its lock back was undone, and is thrown away: written later,
 * it would land on what others have committed since. The database itself is never held back: after the
 * last page of a checkpoint SQLite may publish what was copied without any call that could tell of a
 * failure. docs/decisions/0016 has the proof. */

/* SQLite's system VFS for Unix writes less than 128 KiB at once. */
enum { HELD_LARGEST = 124 * 1024 };

/* Which of the locks in SQLite's shared memory is the writer's. */
enum { WRITE_LOCK = 0 };

typedef struct held_file {
    sqlite3_file base;
    struct held_file *log;      /* of a database: its log, while that is open */
    struct held_file *database; /* of a log */
    bool writing;               /* a database: has its writer's lock */
    uint8_t *held;              /* bytes that are to stand at `offset`; NULL until the first is held */
    sqlite3_int64 offset;
    int used;
} held_file;

static sqlite3_file *below(sqlite3_file *file)
{
    return (sqlite3_file *)(void *)((uint8_t *)file + ((sizeof(held_file) + 7) & ~(size_t)7));
}

static int let_go(sqlite3_file *file)
{
    held_file *own = (held_file *)file;
    int code = SQLITE_OK;
    if (own->used)
        code = below(file)->pMethods->xWrite(below(file), own->held, own->used, own->offset);
    if (code == SQLITE_OK)
        own->used = 0;
    return code;
}

static void end_writing(held_file *database)
{
    database->writing = false;
    if (database->log)
        database->log->used = 0;
}

/* Can a write of so many bytes be held back? */
static bool holds(held_file *own, int count)
{
    if (!own->database || !own->database->writing || count > HELD_LARGEST)
        return false;
    if (!own->held)
        own->held = malloc(HELD_LARGEST);
    return own->held;
}

/* ---- file -------------------------------------------------------------------------------------------- */

/* SQLite closes a log after it has given back every lock: nothing is held by then. */
static int held_close(sqlite3_file *file)
{
    held_file *own = (held_file *)file;
    if (own->database)
        own->database->log = NULL;
    if (own->log)
        own->log->database = NULL;
    free(own->held);
    return below(file)->pMethods->xClose(below(file));
}

static int held_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset)
{
    int code = let_go(file);
    return code == SQLITE_OK ? below(file)->pMethods->xRead(below(file), bytes, count, offset) : code;
}

static int held_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset)
{
    held_file *own = (held_file *)file;
    bool follows = own->used && offset == own->offset + own->used && own->used + count <= HELD_LARGEST;
    int code = follows ? SQLITE_OK : let_go(file);
    if (code != SQLITE_OK)
        return code;
    if (!holds(own, count))
        return below(file)->pMethods->xWrite(below(file), bytes, count, offset);
    if (!own->used)
        own->offset = offset;
    memcpy(own->held + own->used, bytes, (size_t)count);
    own->used += count;
    return SQLITE_OK;
}

static int held_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = let_go(file);
    return code == SQLITE_OK ? below(file)->pMethods->xTruncate(below(file), size) : code;
}

static int held_sync(sqlite3_file *file, int flags)
{
    int code = let_go(file);
    return code == SQLITE_OK ? below(file)->pMethods->xSync(below(file), flags) : code;
}

static int held_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int code = let_go(file);
    return code == SQLITE_OK ? below(file)->pMethods->xFileSize(below(file), size) : code;
}

static int held_lock(sqlite3_file *file, int kind)
{
    return below(file)->pMethods->xLock(below(file), kind);
}

static int held_unlock(sqlite3_file *file, int kind)
{
    return below(file)->pMethods->xUnlock(below(file), kind);
}

static int held_reserved(sqlite3_file *file, int *result)
{
    return below(file)->pMethods->xCheckReservedLock(below(file), result);
}

static int held_control(sqlite3_file *file, int operation, void *argument)
{
    int code = let_go(file);
    return code == SQLITE_OK ? below(file)->pMethods->xFileControl(below(file), operation, argument)
                             : code;
}

static int held_sector_size(sqlite3_file *file)
{
    return below(file)->pMethods->xSectorSize(below(file));
}

static int held_device(sqlite3_file *file)
{
    return below(file)->pMethods->xDeviceCharacteristics(below(file));
}

static int held_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **mapped)
{
    return below(file)->pMethods->xShmMap(below(file), page, size, extend, mapped);
}

static int held_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    held_file *own = (held_file *)file;
    bool writer = offset == WRITE_LOCK && (flags & SQLITE_SHM_EXCLUSIVE);
    if (writer && (flags & SQLITE_SHM_UNLOCK))
        end_writing(own);
    int code = below(file)->pMethods->xShmLock(below(file), offset, count, flags);
    if (writer && (flags & SQLITE_SHM_LOCK))
        own->writing = code == SQLITE_OK;
    return code;
}

static void held_shm_barrier(sqlite3_file *file)
{
    below(file)->pMethods->xShmBarrier(below(file));
}

static int held_shm_unmap(sqlite3_file *file, int erase)
{
    end_writing((held_file *)file);
    return below(file)->pMethods->xShmUnmap(below(file), erase);
}

/* Version 2: without the mapped reads of version 3, which would not see what is held back. */
static const sqlite3_io_methods held_methods = {
    .iVersion = 2,
    .xClose = held_close,
    .xRead = held_read,
    .xWrite = held_write,
    .xTruncate = held_truncate,
    .xSync = held_sync,
    .xFileSize = held_size,
    .xLock = held_lock,
    .xUnlock = held_unlock,
    .xCheckReservedLock = held_reserved,
    .xFileControl = held_control,
    .xSectorSize = held_sector_size,
    .xDeviceCharacteristics = held_device,
    .xShmMap = held_shm_map,
    .xShmLock = held_shm_lock,
    .xShmBarrier = held_shm_barrier,
    .xShmUnmap = held_shm_unmap,
};

/* ---- VFS --------------------------------------------------------------------------------------------- */

static sqlite3_vfs *system_vfs(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

/* Where a write may damage its neighbours, SQLite writes on after the sync of a commit: nothing is held
 * back there. */
static void bind_log(held_file *log, const char *name)
{
    held_file *database = (held_file *)sqlite3_database_file_object(name);
    if (database->base.pMethods != &held_methods ||
        !(held_device(&database->base) & SQLITE_IOCAP_POWERSAFE_OVERWRITE))
        return;
    log->database = database;
    database->log = log;
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *opened)
{
    held_file *own = (held_file *)file;
    memset(own, 0, sizeof *own);
    int code = system_vfs(vfs)->xOpen(system_vfs(vfs), name, below(file), flags, opened);
    if (below(file)->pMethods)
        own->base.pMethods = &held_methods;
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL))
        bind_log(own, name);
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    return system_vfs(vfs)->xDelete(system_vfs(vfs), name, sync);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    return system_vfs(vfs)->xAccess(system_vfs(vfs), name, flags, result);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int room, char *path)
{
    return system_vfs(vfs)->xFullPathname(system_vfs(vfs), name, room, path);
}

static int vfs_randomness(sqlite3_vfs *vfs, int count, char *bytes)
{
    return system_vfs(vfs)->xRandomness(system_vfs(vfs), count, bytes);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    return system_vfs(vfs)->xSleep(system_vfs(vfs), microseconds);
}

static int vfs_last_error(sqlite3_vfs *vfs, int room, char *text)
{
    return system_vfs(vfs)->xGetLastError(system_vfs(vfs), room, text);
}

static int vfs_current_time(sqlite3_vfs *vfs, sqlite3_int64 *now)
{
    return system_vfs(vfs)->xCurrentTimeInt64(system_vfs(vfs), now);
}

static sqlite3_vfs holding_vfs = {
    .iVersion = 2,
    .zName = MPI_SQLITE_VFS,
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_path,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xGetLastError = vfs_last_error,
    .xCurrentTimeInt64 = vfs_current_time,
};
static pthread_once_t made = PTHREAD_ONCE_INIT;
static int made_code;

static void make_vfs(void)
{
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    if (!system || system->iVersion < 2) {
        made_code = SQLITE_ERROR;
        return;
    }
    holding_vfs.szOsFile = (int)((sizeof(held_file) + 7) & ~(size_t)7) + system->szOsFile;
    holding_vfs.mxPathname = system->mxPathname;
    holding_vfs.pAppData = system;
    made_code = sqlite3_vfs_register(&holding_vfs, 0);
}

int mpi_sqlite_vfs(void)
{
    pthread_once(&made, make_vfs);
    return made_code;
}
