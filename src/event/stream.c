/* SPDX-License-Identifier: Apache-2.0 */
#include "event/stream.h"

#include "base/assert.h"

#include <stdio.h>
#include <string.h>

static const minipay_field event_fields[] = {
    MPI_INT64(mpi_event, sequence), MPI_ID(mpi_event, subject_id),
    MPI_INT64(mpi_event, at),       MPI_TEXT(mpi_event, event_type),
    MPI_TEXT(mpi_event, record),    MPI_FIELD(mpi_event, body, MINIPAY_FIELD_BYTES, 0, NULL),
};

const mpi_record mpi_event_record =
    MPI_RECORD(MPI_FORM_STREAM, mpi_event, "event", event_fields, 1, NULL, 0);

minipay_status mpi_event_append(mpi_unit *unit, const mpi_record *record, const char *name,
                                const char *state, const minipay_id *subject_id, const void *document,
                                minipay_error *error)
{
    mpi_event event = {.subject_id = *subject_id, .at = mpi_unit_now(unit)};
    uint8_t bytes[MPI_RECORD_LARGEST];
    int64_t sequence;
    size_t count = mpi_record_public(record, document, bytes);
    MPI_ASSERT(count <= sizeof event.body.bytes);
    snprintf(event.event_type, sizeof event.event_type, "%s.%s", name, state);
    snprintf(event.record, sizeof event.record, "%s", record->table.name);
    event.body.length = (uint32_t)count;
    memcpy(event.body.bytes, bytes, count);
    mpi_table *stream = mpi_store_table(mpi_unit_store(unit), &mpi_event_record);
    return mpi_unit_append(unit, stream, &event, &sequence, error);
}
