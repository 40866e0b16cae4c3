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
 * one process keep the database. */
enum { GATE = 0, SEAT = 1 };

static bool set_lock(int file, int byte, short kind)
{
    struct flock lock;
    memset(&lock, 0, sizeof lock);
    lock.l_type = kind;
    lock.l_whence = SEEK_SET;
    lock.l_start = byte;
    lock.l_len = 1;
    return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

static bool wait_for(int file, int byte, int64_t *left_us)
{
    int64_t pause_us = 20;
    while (!set_lock(file, byte, F_WRLCK)) {
        struct timespec pause = {0, (long)(pause_us * 1000)};
        if (*left_us <= 0)
            return false;
        nanosleep(&pause, NULL);
        *left_us -= pause_us;
        pause_us = pause_us < 320 ? pause_us * 2 : pause_us;
    }
    return true;
}

minipay_status mpi_file_lock_open(const char *path, int *file, minipay_error *error)
{
    int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0)
        return mpi_fail(error, errno == EACCES || errno == EROFS ? MINIPAY_READ_ONLY : MINIPAY_IO_ERROR,
                        "path", "%s: %s", path, strerror(errno));
    *file = opened;
    return MINIPAY_OK;
}

minipay_status mpi_file_lock_take(int file, uint32_t busy_ms, minipay_error *error)
{
    int64_t left_us = (int64_t)busy_ms * 1000;
    if (!wait_for(file, GATE, &left_us))
        return mpi_fail(error, MINIPAY_BUSY, NULL, "other processes kept the database for %u ms",
                        busy_ms);
    bool seated = wait_for(file, SEAT, &left_us);
    set_lock(file, GATE, F_UNLCK);
    if (!seated)
        return mpi_fail(error, MINIPAY_BUSY, NULL, "another process kept the database for %u ms",
                        busy_ms);
    return MINIPAY_OK;
}

void mpi_file_lock_release(int file)
{
    set_lock(file, SEAT, F_UNLCK);
}
