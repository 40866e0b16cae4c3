/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SAGA_INTERNAL_H
#define MPI_SAGA_INTERNAL_H

#include "saga/saga.h"

#include "base/error.h"

enum { MPI_KINDS = 64 };

typedef struct mpi_known_saga {
    const mpi_saga *saga;
    void *context;
    uint32_t place; /* which store of the engine's */
    mpi_table *table;
    bool shares; /* its table is an earlier kind's too */
} mpi_known_saga;

enum { MPI_PLACES = 8 };

struct mpi_engine {
    mpi_store *places[MPI_PLACES]; /* the stores of its kinds */
    uint32_t place_count;
    const mpi_keys *keys;
    mpi_known_saga known[MPI_KINDS];
    mpi_caller caller;
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

typedef struct mpi_atomic mpi_atomic;

#endif
