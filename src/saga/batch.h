/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_SAGA_BATCH_H
#define MPI_SAGA_BATCH_H

/* Atomic batches of instructions. Owns `batch`. */

#include "saga/saga.h"

typedef struct mpi_batch_document {
    mpi_operation op;
    int64_t instructions; /* a keyed hash of all, in order */
    int32_t count;
    int32_t failed_number; /* REJECTED: the first that was refused, from 0, and why */
    int32_t failed_status;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_batch_document;

extern const mpi_record mpi_batch_record;

/* Checked: no instruction can wait. */
typedef struct mpi_atomic_request {
    const minipay_id *id;
    const char *actor; /* as mpi_operation_head takes them */
    const char *channel;
    const char *reason;
    const minipay_instruction *instructions;
    uint32_t count;
} mpi_atomic_request;

void mpi_batches_set_up(mpi_engine *engine, const mpi_home *home);

/* Carries the batch out in one unit of work, or finds that it stands; `batch` and the outcomes tell
 * which way it went. ID_REUSED: of the batch's id or an instruction's. */
minipay_status mpi_drive_atomic(mpi_engine *engine, const mpi_home *home,
                                const mpi_atomic_request *request, mpi_batch_document *batch,
                                minipay_outcome *outcomes, minipay_error *error);

#endif
