/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SAGA_INTERNAL_H
#define MPI_SAGA_INTERNAL_H

#include "saga/ask.h"

#include "base/error.h"

enum { MPI_KINDS = 64 };

typedef struct mpi_known_saga {
    const mpi_saga *saga;
    void *context;
    uint32_t place; /* which store of the engine's */
    mpi_table *table;
    bool shares; /* its table is an earlier kind's too */
} mpi_known_saga;

enum { MPI_PLACES = 8, MPI_SERVED_LARGEST = 32 };

/* A store of the engine's. */
typedef struct mpi_place {
    mpi_store *store;
    mpi_table *waiting, *answers; /* NULL where all contexts share the store */
} mpi_place;

/* A function of a port that is asked from afar. */
typedef struct mpi_served {
    const mpi_far *far;
    uint32_t place;
    void *impl;
} mpi_served;

struct mpi_engine {
    mpi_place places[MPI_PLACES];
    mpi_served served[MPI_SERVED_LARGEST];
    uint32_t served_count;
    uint32_t place_count;
    const mpi_keys *keys;
    mpi_known_saga known[MPI_KINDS];
    mpi_caller caller;
    uint32_t caller_place; /* whose operations make the calls */
    mpi_warmer warmer;
};

/* The name of the first field of the request that was another one in the request that stands, or "request" when
 * what stands now does not tell; `asked` is not sealed yet. */
const char *mpi_saga_difference(const mpi_engine *engine, const mpi_saga *saga,
                                const mpi_document *asked, const mpi_document *standing);

/* The description of a document's field; NULL when it has none of this name. */
const minipay_field *mpi_saga_field(const mpi_record *record, const char *name);

/* The document that stands under an operation's id, as mpi_saga_look_up says. */
minipay_status mpi_saga_find(mpi_flow *flow, int32_t kind, const minipay_id *id, mpi_document *document);

/* OK when no other kind has an operation under this id, else MINIPAY_ID_REUSED (kind). */
minipay_status mpi_saga_check_kind(mpi_flow *flow, const mpi_known_saga *own, const minipay_id *id);

/* Which of these ids have an operation in a store other than that of the kind they are to be: a bit each in
 * `taken`. Beside the lanes; nothing where all share a store. */
minipay_status mpi_saga_find_elsewhere(const mpi_engine *engine, const mpi_resumption *wanted,
                                       uint32_t count, uint64_t *taken, minipay_error *error);

typedef struct mpi_atomic mpi_atomic;

/* What goes on in one store while a call is driven. */
typedef struct mpi_asks {
    mpi_ask *asks;
    uint32_t count, room;
} mpi_asks;

typedef struct mpi_part {
    uint64_t *ready; /* a bit for each job that may begin */
    uint32_t ready_count;
    mpi_asks asked;        /* questions of other stores that have come */
    mpi_asks open;         /* those that wait for something here */
    mpi_asks answered;     /* in the unit of work that is under way */
    mpi_asks heard;        /* answers to operations of this store */
    mpi_resumption *woken; /* operations of this store that may go on */
    uint32_t woken_count, woken_room;
    mpi_resumption *told; /* those of other stores that have been woken */
    uint32_t told_count, told_room;
    bool is_due; /* something has come */
} mpi_part;

/* parts.c. Takes in what has come for a store, in a unit of its work. */
minipay_status mpi_parts_run(mpi_part *parts, mpi_flow *flow, uint32_t place);

/* When nothing goes on any more: no word is owed to those who have been woken, and those whose questions have
 * no answer yet are promised one. */
minipay_status mpi_parts_promise(mpi_part *home, mpi_flow *flow, uint32_t place);

/* Hands on what the unit leaves for other stores, once it is committed. */
minipay_status mpi_parts_hand_on(mpi_part *parts, const mpi_engine *engine, uint32_t place,
                                 mpi_call_list *left, minipay_error *error);
void mpi_parts_free(mpi_part *parts);

/* Where a unit of work can be taken back to: what was to be done behind its commit goes with what is undone. */
typedef struct mpi_saga_point {
    mpi_mark mark;
    uint32_t calls, asks, wakes;
} mpi_saga_point;

mpi_saga_point mpi_saga_point_of(const mpi_flow *flow);
void mpi_saga_point_return(mpi_flow *flow, const mpi_saga_point *point);

/* Does the status refuse an operation? */
bool mpi_is_rejection(minipay_status status);

/* Which place of the engine's a store is; made when it is new. */
uint32_t mpi_place_of(mpi_engine *engine, mpi_store *store);

/* ask.c. Answers a question in a unit of its place; `ask->status` is MPI_WAIT while it cannot be known. */
minipay_status mpi_answer(mpi_flow *flow, mpi_ask *ask);
const mpi_served *mpi_served_by(const mpi_engine *engine, const mpi_far *far);
mpi_ask *mpi_ask_add(mpi_ask **asks, uint32_t *count, uint32_t *room);
bool mpi_resumption_add(mpi_resumption **list, uint32_t *count, uint32_t *room,
                        const mpi_resumption *added);

/* An operation that waits for another store is found again by its row in `waiting`. */
minipay_status mpi_waiting_note(mpi_flow *flow, const mpi_known_saga *known, const mpi_operation *op);

/* A place owes an operation of another store a word: then that one may rest, instead of asking again. */
minipay_status mpi_waiting_owe(mpi_flow *flow, uint32_t place, int32_t kind, const minipay_id *id);
minipay_status mpi_waiting_rest(mpi_flow *flow, int32_t kind, const minipay_id *id);

/* The word is due, if the place owes it; always when `owed`. */
minipay_status mpi_waiting_tell(mpi_flow *flow, uint32_t place, int32_t kind, const minipay_id *id,
                                bool owed);
minipay_status mpi_waiting_told(mpi_flow *flow, uint32_t place, const minipay_id *id);
minipay_status mpi_waiting_forget(mpi_flow *flow, const mpi_known_saga *known, const minipay_id *id);

#endif
