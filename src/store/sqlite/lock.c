/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/internal.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Two bytes of a file beside the database. Whoever wants to write takes the gate, then the seat, then
 * gives the gate back. A process that has just written and wants to write again finds the gate taken by
 * whoever waits for the seat, and so comes after it. SQLite's own busy wait has no such order and lets
 * one process keep the database.
 *
 * The locks belong to the open file, not to the process: two handles of one process exclude each other,
 * and the locks of a process that dies are gone. A forked child would share the open file and so keep its
 * dead parent's lock; therefore it lets go of the file at once.
 *
 * SQLite's own locks belong to the process, and it keeps a table of those it has. A forked child inherits the
 * table without the locks; so it opens no file when one was open at the fork. */
enum { GATE = 0, SEAT = 1 };

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static mpi_file_lock *open_locks;
static bool fork_watched;
static bool forked_beside_open; /* this process, or one that it comes from */

static void before_fork(void)
{
    pthread_mutex_lock(&list_lock);
}

static void after_fork_in_parent(void)
{
    pthread_mutex_unlock(&list_lock);
}

static void after_fork_in_child(void)
{
    for (mpi_file_lock *lock = open_locks; lock; lock = lock->next) {
        close(lock->file);
        lock->file = -1;
    }
    forked_beside_open = forked_beside_open || open_locks;
    open_locks = NULL;
    pthread_mutex_unlock(&list_lock);
}

static void watch_forks(void)
{
    fork_watched = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
}

static void enlist(mpi_file_lock *lock)
{
    pthread_mutex_lock(&list_lock);
    lock->next = open_locks;
    open_locks = lock;
    pthread_mutex_unlock(&list_lock);
}

static void strike_out(mpi_file_lock *lock)
{
    pthread_mutex_lock(&list_lock);
    for (mpi_file_lock **at = &open_locks; *at; at = &(*at)->next) {
        if (*at == lock) {
            *at = lock->next;
            break;
        }
    }
    pthread_mutex_unlock(&list_lock);
}

minipay_status mpi_file_lock_open(const char *path, mpi_file_lock *lock, minipay_error *error)
{
    pthread_once(&fork_once, watch_forks);
    if (!fork_watched)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    if (forked_beside_open)
        return mpi_fail(
            error, MINIPAY_CLOSED, "path",
            "%s: this process was forked while its parent had a database open; open first in the "
            "child, or exec",
            path);
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
        bool forbidden = errno == EACCES || errno == EROFS || errno == EPERM;
        minipay_status status = forbidden         ? MINIPAY_READ_ONLY
                                : errno == ENOSPC ? MINIPAY_DISK_FULL
                                                  : MINIPAY_IO_ERROR;
        return mpi_fail(error, status, "path", "%s: %s", path, strerror(errno));
    }
    lock->file = file;
    enlist(lock);
    return MINIPAY_OK;
}

void mpi_file_lock_close(mpi_file_lock *lock)
{
    if (lock->file < 0)
        return;
    strike_out(lock);
    close(lock->file);
    lock->file = -1;
}

/* 0, or why not. */
static int set_lock(const mpi_file_lock *lock, int byte, short kind)
{
    struct flock range;
    memset(&range, 0, sizeof range);
    range.l_type = kind;
    range.l_whence = SEEK_SET;
    range.l_start = byte;
    range.l_len = 1;
    return fcntl(lock->file, F_OFD_SETLK, &range) == 0 ? 0 : errno;
}

static int64_t monotonic_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static bool is_taken(int why)
{
    return why == EAGAIN || why == EACCES || why == EINTR;
}

static int wait_for(const mpi_file_lock *lock, int byte, int64_t until)
{
    long pause_us = 20;
    int why;
    while (is_taken(why = set_lock(lock, byte, F_WRLCK))) {
        struct timespec pause = {0, pause_us * 1000};
        if (monotonic_us() >= until)
            break;
        nanosleep(&pause, NULL);
        pause_us = pause_us < 320 ? pause_us * 2 : pause_us;
    }
    return why;
}

minipay_status mpi_file_lock_take(const mpi_file_lock *lock, uint32_t busy_ms, const char *path,
                                  minipay_error *error)
{
    int64_t until = monotonic_us() + (int64_t)busy_ms * 1000;
    int why = wait_for(lock, GATE, until);
    if (why == 0) {
        why = wait_for(lock, SEAT, until);
        set_lock(lock, GATE, F_UNLCK);
    }
    if (why == 0)
        return MINIPAY_OK;
    if (is_taken(why))
        return mpi_fail(error, MINIPAY_BUSY, "path", "%s: other processes kept the database for %u ms",
                        path, busy_ms);
    return mpi_fail(error, MINIPAY_IO_ERROR, "path", "%s-lock: %s", path, strerror(why));
}

void mpi_file_lock_release(const mpi_file_lock *lock)
{
    set_lock(lock, SEAT, F_UNLCK);
}

minipay_status mpi_file_lock_mark(const mpi_file_lock *lock, const char *path, minipay_error *error)
{
    static const char line[] = "A database was made here.\n";
    ssize_t count = (ssize_t)sizeof line - 1;
    if (pwrite(lock->file, line, sizeof line - 1, 0) == count && fsync(lock->file) == 0)
        return MINIPAY_OK;
    return mpi_fail(error, errno == ENOSPC ? MINIPAY_DISK_FULL : MINIPAY_IO_ERROR, "path", "%s-lock: %s",
                    path, strerror(errno));
}
