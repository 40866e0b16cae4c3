/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "base/error.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

/* Group commit. The first caller to come leads: it runs everyone who waits in one unit of work, commits
 * once and wakes them all, then hands the lead to the next in the queue; a leader that stayed would
 * starve the others. Before it begins, a leader that follows a group of several yields until as many
 * wait again, for at most 100 µs: measured better than fixed delays and than spinning. */

enum { YIELD_LARGEST_US = 100 };

static int64_t monotonic_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
}

static void wait_for_followers(mpi_lane *lane)
{
    uint32_t wanted = lane->last_group;
    if (wanted <= 1)
        return;
    int64_t until = monotonic_us() + YIELD_LARGEST_US;
    for (;;) {
        pthread_mutex_lock(&lane->lock);
        uint32_t waiting = lane->waiting;
        pthread_mutex_unlock(&lane->lock);
        if (waiting >= wanted || monotonic_us() >= until)
            return;
        sched_yield();
    }
}

static mpi_task *take_group(mpi_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    mpi_task *group = lane->first;
    lane->last_group = lane->waiting;
    lane->first = lane->last = NULL;
    lane->waiting = 0;
    pthread_mutex_unlock(&lane->lock);
    return group;
}

/* Runs tasks of one unit of work. `*failed` becomes the one that failed of itself, if one did. */
static minipay_status run_unit(mpi_store *store, mpi_task *tasks, mpi_task **failed,
                               minipay_error *error)
{
    minipay_status status = mpi_unit_begin(store, error);
    if (status != MINIPAY_OK)
        return status;
    for (mpi_task *task = tasks; task; task = task->next) {
        status = task->run(task->context, &store->unit, error);
        if (status != MINIPAY_OK) {
            *failed = task;
            mpi_unit_abandon(store);
            return status;
        }
        mpi_unit_settle(&store->unit);
    }
    return mpi_unit_commit(store, error);
}

static void tell(mpi_task *task, const mpi_task *failed, minipay_status status,
                 const minipay_error *error)
{
    task->status = status;
    task->error = *error;
    if (failed && task != failed)
        task->status = mpi_fail(&task->error, MINIPAY_UNAVAILABLE, NULL,
                                "another operation of the same commit failed: %s",
                                error->message[0] ? error->message : minipay_status_text(status));
}

/* A task that fails takes those before it along, whose work cannot be done again here; those behind it have not
 * begun, and go on in a unit of their own. */
static void run_group(mpi_store *store, mpi_task *group)
{
    while (group) {
        mpi_task *failed = NULL;
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status = run_unit(store, group, &failed, &error);
        mpi_task *rest = failed ? failed->next : NULL;
        for (; group != rest; group = group->next)
            tell(group, failed, status, &error);
    }
}

/* The next in the queue leads, or nobody does. */
static void hand_on(mpi_lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    mpi_task *next = lane->first;
    if (next)
        next->lead = true;
    else
        lane->led = false;
    pthread_mutex_unlock(&lane->lock);
    if (next)
        sem_post(&next->wake);
}

static void lead(mpi_store *store, mpi_task *own)
{
    mpi_lane *lane = &store->lane;
    wait_for_followers(lane);
    mpi_task *group = take_group(lane);
    run_group(store, group);
    hand_on(lane);
    while (group) {
        mpi_task *task = group;
        group = task->next;
        if (task != own)
            sem_post(&task->wake);
    }
}

static bool join(mpi_lane *lane, mpi_task *task)
{
    pthread_mutex_lock(&lane->lock);
    if (lane->last)
        lane->last->next = task;
    else
        lane->first = task;
    lane->last = task;
    lane->waiting++;
    bool leads = !lane->led;
    lane->led = true;
    pthread_mutex_unlock(&lane->lock);
    return leads;
}

minipay_status mpi_store_write(mpi_store *store, mpi_task_run run, void *context, minipay_error *error)
{
    mpi_task task = {.run = run, .context = context};
    if (store->examine)
        return mpi_fail(error, MINIPAY_READ_ONLY, "pay", "the handle was opened only to look");
    if (sem_init(&task.wake, 0, 0) != 0)
        return mpi_fail(error, MINIPAY_NO_MEMORY, NULL, "no semaphore: %s", strerror(errno));
    bool leads = join(&store->lane, &task);
    if (!leads) {
        while (sem_wait(&task.wake) != 0) {
        }
        leads = task.lead;
    }
    if (leads)
        lead(store, &task);
    sem_destroy(&task.wake);
    if (task.status != MINIPAY_OK && error)
        *error = task.error;
    return task.status;
}
