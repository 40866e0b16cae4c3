/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/assert.h"
#include "base/error.h"

#include <unistd.h>

/* The handles that this thread is inside of, the innermost last: a call that finds its own handle here comes
 * from a callback. A callback may use another handle, which has callbacks of its own. */
enum { NESTED_LARGEST = 8 };

static _Thread_local struct {
    const minipay *handles[NESTED_LARGEST];
    uint32_t count;
} inside;

bool mpi_is_inside(const minipay *pay)
{
    for (uint32_t i = 0; i < inside.count; i++) {
        if (inside.handles[i] == pay)
            return true;
    }
    return false;
}

static minipay_status enter(minipay *pay, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    if (!pay)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "pay", "the handle is NULL");
    if (pay->process != getpid())
        return mpi_fail(error, MINIPAY_CLOSED, "pay", "the handle belongs to the parent process");
    if (mpi_is_inside(pay) || inside.count == NESTED_LARGEST)
        return mpi_fail_plain(error, MINIPAY_REENTERED, "pay");
    pthread_mutex_lock(&pay->lock);
    if (pay->closing)
        status = mpi_fail_plain(error, MINIPAY_CLOSED, "pay");
    else
        pay->calls++;
    pthread_mutex_unlock(&pay->lock);
    if (status == MINIPAY_OK)
        inside.handles[inside.count++] = pay;
    return status;
}

bool(mpi_enter)(minipay *pay, minipay_status *status, minipay_error *error)
{
    if (*status == MINIPAY_OK)
        *status = enter(pay, error);
    return *status == MINIPAY_OK;
}

void mpi_leave(minipay *pay)
{
    MPI_ASSERT(inside.count > 0 && inside.handles[inside.count - 1] == pay);
    inside.count--;
    pthread_mutex_lock(&pay->lock);
    if (--pay->calls == 0 && pay->closing)
        pthread_cond_broadcast(&pay->idle);
    pthread_mutex_unlock(&pay->lock);
}
