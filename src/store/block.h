/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_STORE_BLOCK_H
#define MPI_STORE_BLOCK_H

/* What proves a store: blocks over the streams, tallies over the documents.
 *
 * Every commit closes a block. Its hash is a keyed BLAKE2b over the hash before it, the stream rows of
 * the commit in the order of their sequence, the block's own figures, and a digest of all tallies. A
 * tally is the number of a document table's rows and the sum of their tags, so that a document changed,
 * gone or added by hand shows, and so that a commit's cost does not grow with the table. */

#include "record/record.h"

typedef struct mpi_block {
    int64_t number;
    int64_t first_sequence;
    int64_t row_count;
    int64_t closed_at;
    uint8_t tallies[32];
    uint8_t hash[32];
} mpi_block;

typedef struct mpi_tally {
    char table_name[32];
    int64_t row_count;
    int64_t tag_low; /* the tags' sum, as two numbers of 64 bits that wrap */
    int64_t tag_high;
} mpi_tally;

extern const mpi_record mpi_block_record;
extern const mpi_record mpi_tally_record;

/* One stream row into a block's hash. */
void mpi_block_add_row(mpi_hasher *hasher, const mpi_record *record, const void *row);

/* Ends a block's hash with its figures. */
void mpi_block_end(mpi_hasher *hasher, mpi_block *block);

/* Adds (`sign` 1) or takes away (-1) a document's tag. */
void mpi_tally_count(mpi_tally *tally, const uint8_t tag[MPI_TAG_SIZE], int sign);

/* The digest of `count` tallies, in an order that never changes. A table that has had no row adds nothing, so
 * that a later version's new tables change no digest. */
void mpi_tally_digest(const mpi_tally *const *tallies, uint32_t count, uint8_t digest[32]);

/* Is this their digest? Files of schema version 1 counted empty tables too; those that came later are
 * behind them. */
bool mpi_tallies_are(const mpi_tally *const *tallies, uint32_t count, const uint8_t digest[32]);

#endif
