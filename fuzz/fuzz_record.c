/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"
#include "check.h"

#include <string.h>

/* The form that rows are hashed in, of every record. The first byte says which record. Bytes that are no such
 * form are refused; of others the restored row has one form, which is restored as the same row, and it can be
 * shown. */

static void try_row(const mpi_record *record, const uint8_t *row)
{
    static uint8_t bytes[MPI_RECORD_LARGEST], again[MPI_RECORD_LARGEST], restored[MPI_RECORD_LARGEST];
    char json[8192], key[128];
    size_t count = mpi_record_canonical(record, row, bytes);
    CHECK(count <= sizeof bytes);
    CHECK(mpi_record_restore(record, bytes, count, restored) == 0);
    CHECK(mpi_record_canonical(record, restored, again) == count);
    CHECK(memcmp(bytes, again, count) == 0);
    mpi_record_json(record, restored, json, sizeof json);
    mpi_record_key_text(record, restored, key);
    CHECK(strnlen(key, sizeof key) < sizeof key);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static uint8_t row[MPI_RECORD_LARGEST];
    if (count < 1)
        return 0;
    const mpi_record *record = mpi_record_known(bytes[0] % mpi_record_count);
    memset(row, 0xee, sizeof row);
    if (mpi_record_restore(record, bytes + 1, count - 1, row) == 0)
        try_row(record, row);
    return 0;
}
