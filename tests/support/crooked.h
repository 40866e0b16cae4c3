/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_CROOKED_H
#define MPI_TESTS_CROOKED_H

/* A bank that is crooked on demand: the scripted one, with other amounts in its answers, and a statement of
 * which lines are missing, false, or nobody's. */

#include "world.h"

enum { CROOKED_EXTRAS = 8, CROOKED_LINES = 512 };

typedef struct crooked {
    world *w;
    int64_t answer_more;     /* added to the amount of every DONE answer */
    int64_t fee_more;        /* added to the fee of every DONE answer */
    int64_t line_more;       /* added to the amount of every statement line */
    int64_t line_fee_more;   /* added to the fee of every statement line */
    int64_t hidden_position; /* the line that the statement leaves out; 0: none */
    bool hush;               /* what is submitted gets no answer; what is asked gets the truth */
    bool mute;               /* nor does what is asked */
    bool empty;              /* the statement has no line of an order */
    bool twice;              /* every line stands twice */
    bool silent;             /* statement and balance answer UNAVAILABLE */
    uint32_t pages;          /* statement calls */
    uint32_t silent_after;   /* so many of them, statement answers UNAVAILABLE; 0: never */
    uint32_t submits;        /* orders submitted */
    minipay_bank_movement extras[CROOKED_EXTRAS]; /* behind all others, at their positions */
    uint32_t extra_count;
} crooked;

/* A world at `path` whose bank is `bank`, open. */
void crooked_begin(world *w, crooked *bank, const char *path);

/* Another handle on the file, as of another process, whose bank is the same. To be closed before the first. */
void crooked_second(const world *first, world *second);

/* A movement that nobody ordered. */
void crooked_add(crooked *bank, int64_t position, const char *reference, int32_t direction,
                 int64_t amount_minor);

#endif
