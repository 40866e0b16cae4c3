/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SAGA_ASK_H
#define MPI_SAGA_ASK_H

/* Questions to a context whose store is another one.
 *
 *      the asker's store                                  the other's store
 *   step asks ─ MPI_WAIT ─▶ document RUNNING, committed ─▶ its port's own function runs; what it answers is
 *                                                          kept, committed
 *   the step runs again, and hears the answer ◀────────────┘
 *
 * A question may come twice, or again after a crash: what was answered once is answered alike for ever. One
 * that cannot be answered yet (its part waits, for a bank or another store) is answered when that has ended;
 * the asker waits, in the table `waiting`, and asks again when nobody has told it for a while.
 *
 * A step that asks is run again from its beginning, with all that it has been answered so far: what it had
 * staged before it asked is undone, what it had written into its document stays. */

#include "saga/saga.h"

enum { MPI_QUESTION_LARGEST = 768, MPI_EARLIER_LARGEST = 3 };

/* What questions are answered with, as far as each says. */
typedef struct mpi_reply {
    int32_t policy_version;
    int32_t business_date;
    int64_t amount_minor;
    int64_t left_minor;
    int64_t number;
    minipay_id id;
    int32_t tier; /* not kept */
    uint32_t row_count;
    const void *rows; /* of one that fills; they last as long as the step runs */
} mpi_reply;

typedef struct mpi_ask mpi_ask;

/* One function of a port, as it is asked from afar. */
typedef struct mpi_far {
    const char *name; /* "wallet.move" */
    bool keeps;       /* nothing else tells a second question from the first */

    /* Answers as the port's function does, and fills the reply. The question is what was asked with; whose it
     * is, is `ask->op`. */
    minipay_status (*answer)(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask);

    /* Optional. One that fills answers with rows, for which the room of its question is; this fills in those
     * of an answer that was kept. A step that asks more after it has to ask it again. */
    minipay_status (*fill)(void *impl, mpi_flow *flow, mpi_ask *ask);
} mpi_far;

typedef struct mpi_answered {
    const mpi_far *far;
    int32_t leg;           /* tells an operation's questions to one function apart */
    minipay_status status; /* the answer, or MPI_WAIT */
    mpi_reply reply;
} mpi_answered;

struct mpi_ask {
    mpi_answered answer;
    mpi_answered earlier[MPI_EARLIER_LARGEST]; /* what the step was answered before it asked this */
    uint32_t earlier_count;
    bool again;          /* what it waits for has ended */
    bool must_ask_again; /* not answered, and nothing here will wake who asked */
    int32_t parked;      /* not answered yet, because what it waits for is parked, for this */
    mpi_operation op;    /* who asks */
    uint64_t question[MPI_QUESTION_LARGEST / 8]; /* and the rows of an answer */
};

/* Records of every store that others ask, or that asks others. */
extern const mpi_record mpi_port_answer_record;
extern const mpi_record mpi_waiting_record;

/* A home whose operations ask others, or that others ask: it has the records above. */
void mpi_engine_part(mpi_engine *engine, const mpi_home *home);

/* Says where the function is answered, and by whom; the home is such a part. */
void mpi_engine_serve(mpi_engine *engine, const mpi_home *home, const mpi_far *far, void *impl);

/* For a step: the answer if it was heard, else MPI_WAIT. */
minipay_status mpi_ask_far(mpi_flow *flow, const mpi_far *far, const mpi_operation *op, int32_t leg,
                           const void *question, size_t size, mpi_reply *reply);

/* Asks again for up to `budget` (0: all) operations that nobody has told for a while. `*next_at` is when the
 * next one is due, as they stood before; 0: none waits. */
minipay_status mpi_drive_waiting(mpi_engine *engine, uint32_t budget, uint32_t *carried,
                                 int64_t *next_at, minipay_error *error);

#endif
