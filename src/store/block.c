/* SPDX-License-Identifier: Apache-2.0 */
#include "store/block.h"

#include <string.h>

static const minipay_field block_fields[] = {
    MPI_INT64(mpi_block, number),    MPI_INT64(mpi_block, first_sequence),
    MPI_INT64(mpi_block, row_count), MPI_INT64(mpi_block, closed_at),
    MPI_HASH(mpi_block, tallies),    MPI_HASH(mpi_block, hash),
};

const mpi_record mpi_block_record =
    MPI_RECORD(MPI_FORM_STATE, mpi_block, "block", block_fields, 1, NULL, 0);

static const minipay_field tally_fields[] = {
    MPI_TEXT(mpi_tally, table_name),
    MPI_INT64(mpi_tally, row_count),
    MPI_INT64(mpi_tally, tag_low),
    MPI_INT64(mpi_tally, tag_high),
};

const mpi_record mpi_tally_record =
    MPI_RECORD(MPI_FORM_STATE, mpi_tally, "tally", tally_fields, 1, NULL, 0);

void mpi_block_add_row(mpi_hasher *hasher, const mpi_record *record, const void *row)
{
    uint8_t bytes[64 + MPI_RECORD_LARGEST];
    size_t name = strlen(record->table.name) + 1;
    memcpy(bytes, record->table.name, name);
    mpi_hasher_add(hasher, bytes, name + mpi_record_canonical(record, row, bytes + name));
}

void mpi_block_end(mpi_hasher *hasher, mpi_block *block)
{
    uint8_t bytes[MPI_RECORD_LARGEST];
    memset(block->hash, 0, sizeof block->hash);
    mpi_hasher_add(hasher, bytes, mpi_record_canonical(&mpi_block_record, block, bytes));
    mpi_hasher_end(hasher, block->hash);
}

static int64_t wrap_add(int64_t a, uint64_t b, int sign)
{
    return (int64_t)(sign > 0 ? (uint64_t)a + b : (uint64_t)a - b);
}

void mpi_tally_count(mpi_tally *tally, const uint8_t tag[MPI_TAG_SIZE], int sign)
{
    uint64_t low, high, end;
    memcpy(&low, tag, sizeof low);
    memcpy(&high, tag + 8, sizeof high);
    memcpy(&end, tag + 16,
           sizeof end); /* zero in tags of earlier versions, whose sum it leaves as it is */
    high += end * UINT64_C(0x9e3779b97f4a7c15);
    tally->tag_low = wrap_add(tally->tag_low, low, sign);
    tally->tag_high = wrap_add(tally->tag_high, high, sign);
    tally->row_count += sign;
}

static bool is_empty(const mpi_tally *tally)
{
    return tally->row_count == 0 && tally->tag_low == 0 && tally->tag_high == 0;
}

static void digest_of(const mpi_tally *const *tallies, uint32_t count, bool with_empty,
                      uint8_t digest[32])
{
    mpi_hasher hasher;
    mpi_hasher_start(&hasher, NULL);
    for (uint32_t i = 0; i < count; i++) {
        uint8_t bytes[MPI_RECORD_LARGEST];
        if (with_empty || !is_empty(tallies[i]))
            mpi_hasher_add(&hasher, bytes, mpi_record_canonical(&mpi_tally_record, tallies[i], bytes));
    }
    mpi_hasher_end(&hasher, digest);
}

void mpi_tally_digest(const mpi_tally *const *tallies, uint32_t count, uint8_t digest[32])
{
    digest_of(tallies, count, false, digest);
}

bool mpi_tallies_are(const mpi_tally *const *tallies, uint32_t count, const uint8_t digest[32])
{
    uint8_t made[32];
    bool same;
    mpi_tally_digest(tallies, count, made);
    same = memcmp(made, digest, sizeof made) == 0;
    while (!same && count) {
        digest_of(tallies, count, true, made);
        same = memcmp(made, digest, sizeof made) == 0;
        if (!is_empty(tallies[--count]))
            count = 0;
    }
    return same;
}
