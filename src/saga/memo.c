/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/assert.h"

/* The one secret of an operation that whoever took part in it may read. */

minipay_status mpi_saga_memo(mpi_flow *flow, int32_t kind, const minipay_id *id,
                             char memo[MINIPAY_MEMO_SIZE])
{
    mpi_document document;
    const mpi_record *record = mpi_engine_saga(flow->engine, kind)->record;
    const minipay_field *field = mpi_saga_field(record, "memo");
    MPI_ASSERT(field && field->flags & MINIPAY_FIELD_SECRET);
    minipay_status status = mpi_saga_find(flow, kind, id, &document);
    if (status == MINIPAY_OK &&
        mpi_record_unseal(flow->engine->keys, id, (const uint8_t *)&document + field->offset, memo,
                          MINIPAY_MEMO_SIZE) != 0)
        status = mpi_fail(flow->error, MINIPAY_CORRUPT, record->table.name, "a memo cannot be unsealed");
    return status;
}
