/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_EVENT_STREAM_H
#define MPI_EVENT_STREAM_H

/* The stream of events: what became of documents, in the same commit as the documents. The journal is the
 * ledger's own stream; an operation that is said by its posting alone has no event here.
 *
 * An event carries the document as it then was, without secrets, in the form that is hashed: mpi_record_restore
 * makes a row of it again. */

#include "store/store.h"

enum { MPI_EVENT_BODY_LARGEST = 764 };

typedef struct mpi_event {
    int64_t sequence;
    minipay_id subject_id; /* the document */
    int64_t at;
    char event_type[32]; /* "topup.done" */
    char record[24];     /* the document's table */
    struct {
        uint32_t length;
        uint8_t bytes[MPI_EVENT_BODY_LARGEST];
    } body;
} mpi_event;

extern const mpi_record mpi_event_record;

/* Appends "<name>.<state>" about a document. */
minipay_status mpi_event_append(mpi_unit *unit, const mpi_record *record, const char *name,
                                const char *state, const minipay_id *subject_id, const void *document,
                                minipay_error *error);

#endif
