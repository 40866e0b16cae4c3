/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_ID_H
#define MPI_BASE_ID_H

#include "minipay/values.h"

#include <stdbool.h>
#include <string.h>

static inline bool mpi_id_is_none(const minipay_id *id)
{
    static const minipay_id none;
    return memcmp(id, &none, sizeof none) == 0;
}

static inline int mpi_id_compare(const minipay_id *a, const minipay_id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

/* UUIDv7 of `time_ms` with 74 bits of `entropy`. */
void mpi_id_make(uint64_t time_ms, const uint8_t entropy[10], minipay_id *id);

/* The next id above `id`: the same time, one more. */
void mpi_id_increment(minipay_id *id);

/* The id of a part of an operation: the parent's time, and a hash of (parent, name). */
void mpi_id_derive(const minipay_id *parent, const char *name, minipay_id *id);

#endif
