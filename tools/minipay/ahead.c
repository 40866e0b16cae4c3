/* SPDX-License-Identifier: Apache-2.0 */
#include "ahead.h"

#include "fail.h"

#include <pthread.h>
#include <stdlib.h>

/* Blocks of rows in a ring: the reader fills the one behind the newest, the caller takes the oldest. */

enum { BLOCKS = 4, BLOCK_ROWS = 512 };

typedef struct block {
    uint32_t count;
    paysim_row rows[BLOCK_ROWS];
} block;

typedef struct ahead {
    paysim *file;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t filled, taken; /* blocks so far */
    bool ended;             /* no block comes any more */
    bool stops;             /* nobody takes any more */
    int answer;             /* of the reader, when it has ended */
    block blocks[BLOCKS];
} ahead;

/* ---- the reader ---- */

/* The next block to fill, or NULL when nobody takes any more. */
static block *wait_for_room(ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->stops && a->filled - a->taken == BLOCKS)
        pthread_cond_wait(&a->changed, &a->lock);
    block *next = a->stops ? NULL : &a->blocks[a->filled % BLOCKS];
    pthread_mutex_unlock(&a->lock);
    return next;
}

static void hand_over(ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->filled++;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

static int put_row(void *context, const paysim_row *row)
{
    ahead *a = context;
    block *b = &a->blocks[a->filled % BLOCKS];
    b->rows[b->count++] = *row;
    if (b->count < BLOCK_ROWS)
        return 0;
    hand_over(a);
    if (!(b = wait_for_room(a)))
        return EXIT_OWN;
    b->count = 0;
    return 0;
}

static void *read_all(void *context)
{
    ahead *a = context;
    int answer = paysim_read(a->file, put_row, a);
    pthread_mutex_lock(&a->lock);
    a->filled += a->blocks[a->filled % BLOCKS].count > 0 && !a->stops;
    a->ended = true;
    a->answer = answer;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* ---- the caller ---- */

/* The oldest block, or NULL when all were taken. */
static const block *wait_for_rows(ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->ended && a->filled == a->taken)
        pthread_cond_wait(&a->changed, &a->lock);
    const block *oldest = a->filled == a->taken ? NULL : &a->blocks[a->taken % BLOCKS];
    pthread_mutex_unlock(&a->lock);
    return oldest;
}

static void give_back(ahead *a, bool stops)
{
    pthread_mutex_lock(&a->lock);
    a->taken++;
    a->stops = stops;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

static int take_all(ahead *a, paysim_take take, void *context)
{
    const block *b;
    int answer = 0;
    while (!answer && (b = wait_for_rows(a))) {
        for (uint32_t i = 0; i < b->count && !answer; i++)
            answer = take(context, &b->rows[i]);
        give_back(a, answer != 0);
    }
    return answer;
}

int paysim_read_ahead(paysim *p, paysim_take take, void *context)
{
    pthread_t reader;
    ahead *a = calloc(1, sizeof *a);
    if (!a)
        return fail_own("memory is used up");
    a->file = p;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    int answer;
    if (pthread_create(&reader, NULL, read_all, a) == 0) {
        answer = take_all(a, take, context);
        pthread_join(reader, NULL);
        answer = answer ? answer : a->answer;
    } else {
        answer = paysim_read(p, take, context);
    }
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->lock);
    free(a);
    return answer;
}
