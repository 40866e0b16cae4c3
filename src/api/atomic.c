/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

static minipay_status check_request(const minipay_batch_request *request, minipay_error *error)
{
    minipay_status status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->id, "id", error);
    return status == MINIPAY_OK
               ? mpi_check_stamp(request->actor, request->channel, request->reason, false, error)
               : status;
}

/* Only what ends at once can be undone as if it had never been. */
static minipay_status check_never_waits(const minipay_instruction *instruction, minipay_error *error)
{
    if (instruction->kind == MINIPAY_KIND_TOPUP || instruction->kind == MINIPAY_KIND_WITHDRAW)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "kind", "a %s waits for a bank",
                        minipay_kind_name(instruction->kind));
    return instruction->flags & MINIPAY_FLAG_AUTO_TOPUP
               ? mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "flags", "an auto top-up waits for a bank")
               : MINIPAY_OK;
}

static minipay_status check_instructions(const minipay_instruction *instructions, uint32_t count,
                                         minipay_error *error)
{
    minipay_error found;
    minipay_error_init(&found);
    for (uint32_t i = 0; i < count; i++) {
        minipay_status status = mpi_check_instruction(&instructions[i], &found);
        if (status == MINIPAY_OK)
            status = check_never_waits(&instructions[i], &found);
        if (status != MINIPAY_OK)
            return mpi_fail(error, status, found.field, "instruction %u: %.250s", i, found.message);
    }
    return MINIPAY_OK;
}

static minipay_status check(const minipay_batch_request *request,
                            const minipay_instruction *instructions, uint32_t count,
                            const minipay_batch_outcome *outcome, const minipay_outcome *outcomes,
                            minipay_error *error)
{
    minipay_status status = mpi_check_both(request, "request", instructions, "instructions", error);
    if (status == MINIPAY_OK)
        status = mpi_check_both(outcome, "outcome", outcomes, "outcomes", error);
    if (status != MINIPAY_OK)
        return status;
    if (count == 0)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "count", "a batch has an instruction");
    if (count > MINIPAY_BATCH_LARGEST)
        return mpi_fail_plain(error, MINIPAY_BATCH_TOO_LARGE, "count");
    status = check_request(request, error);
    return status == MINIPAY_OK ? check_instructions(instructions, count, error) : status;
}

static minipay_status tell(const mpi_batch_document *batch, minipay_batch_outcome *outcome,
                           minipay_error *error)
{
    minipay_batch_outcome_init(outcome);
    outcome->state = batch->op.state;
    outcome->status = batch->op.status;
    outcome->count = (uint32_t)batch->count;
    outcome->id = batch->op.id;
    outcome->booked_at = batch->op.state == MINIPAY_STATE_DONE ? batch->op.finished_at : 0;
    outcome->failed_number = (uint32_t)batch->failed_number;
    outcome->failed_status = batch->failed_status;
    return outcome->status == MINIPAY_OK
               ? MINIPAY_OK
               : mpi_fail(error, outcome->status, "instructions", "instruction %u: %s",
                          outcome->failed_number, minipay_status_text(outcome->failed_status));
}

minipay_status minipay_execute_atomic(minipay *pay, const minipay_batch_request *request,
                                      const minipay_instruction *instructions, uint32_t count,
                                      minipay_batch_outcome *outcome, minipay_outcome *outcomes,
                                      minipay_error *error)
{
    mpi_batch_document batch;
    minipay_status status = check(request, instructions, count, outcome, outcomes, error);
    if (mpi_enter(pay, &status, error)) {
        mpi_atomic_request asked = {&request->id,    request->actor, request->channel,
                                    request->reason, instructions,   count};
        status = mpi_drive_atomic(pay->engine, mpi_home_of(pay, MPI_CONTEXT_WALLET), &asked, &batch,
                                  outcomes, error);
        mpi_leave(pay);
    }
    return status == MINIPAY_OK ? tell(&batch, outcome, error) : status;
}
