/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/batch.h"

#include "base/assert.h"
#include "base/id.h"
#include "saga/internal.h"

#include <stdlib.h>
#include <string.h>

/* Atomic batches: instructions that stand or fall together.
 *
 *   carry_out: each instruction in order ──▶ DONE: all stand
 *      │ one is refused
 *      └──▶ all that was staged is undone ──▶ REJECTED: nothing stands but this document
 *
 * A batch is a saga of one step, so its id, its undoing and its refusal for ever are the engine's own. */

static const minipay_field batch_fields[] = {
    MPI_OPERATION_FIELDS(mpi_batch_document),     MPI_INT64(mpi_batch_document, instructions),
    MPI_INT32(mpi_batch_document, count),         MPI_INT32(mpi_batch_document, failed_number),
    MPI_INT32(mpi_batch_document, failed_status), MPI_HASH(mpi_batch_document, row_tag),
};

const mpi_record mpi_batch_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_batch_document, "batch", batch_fields, 1, NULL, 0);

/* What one call works on while its batch is carried out. */
struct mpi_atomic {
    const mpi_atomic_request *request;
    minipay_outcome *outcomes;
    mpi_document document; /* the batch's */
    bool carried_out;      /* in this unit of work, not an earlier one */
};

/* An id that stands already belongs to something else: this batch would have been found by its own. */
static minipay_status check_unused(mpi_flow *flow, const minipay_instruction *instruction)
{
    minipay_outcome standing;
    if (mpi_id_compare(&instruction->id, flow->atomic->request->id) == 0)
        return mpi_fail(flow->error, MINIPAY_ID_REUSED, "kind", "this id is the batch's own");
    minipay_status status = mpi_saga_look_up(flow, instruction->kind, &instruction->id, &standing);
    if (status == MINIPAY_OK)
        return mpi_fail(flow->error, MINIPAY_ID_REUSED, "id", "this id already belongs to an operation");
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

static minipay_status carry_out_one(mpi_flow *flow, mpi_atomic *atomic, uint32_t number,
                                    int32_t *policy_version)
{
    const minipay_instruction *instruction = &atomic->request->instructions[number];
    mpi_document document;
    minipay_status status = check_unused(flow, instruction);
    if (status != MINIPAY_OK)
        return status;
    mpi_saga_draw_up(flow->engine, atomic->request->instructions, number, &document);
    status = mpi_saga_start(flow, instruction->kind, &document);
    if (status != MINIPAY_OK)
        return status;
    MPI_ASSERT(document.op.state == MINIPAY_STATE_DONE || document.op.state == MINIPAY_STATE_REJECTED);
    mpi_saga_tell(mpi_engine_saga(flow->engine, instruction->kind), &document,
                  &atomic->outcomes[number]);
    *policy_version = document.op.policy_version;
    return document.op.status;
}

/* The detail of a misused instruction says which one it is. */
static void name_instruction(minipay_error *error, uint32_t number)
{
    minipay_error told = *error;
    mpi_fail(error, told.status, told.field, "instruction %u: %.250s", number, told.message);
}

static minipay_status carry_out(void *context, mpi_flow *flow, void *document)
{
    mpi_batch_document *batch = document;
    mpi_atomic *atomic = flow->atomic;
    minipay_status status = MINIPAY_OK;
    (void)context;
    atomic->carried_out = true;
    for (uint32_t i = 0; i < atomic->request->count && status == MINIPAY_OK; i++) {
        status = carry_out_one(flow, atomic, i, &batch->op.policy_version);
        if (minipay_status_class(status) == MINIPAY_CLASS_REJECTED) {
            batch->failed_number = (int32_t)i;
            batch->failed_status = status;
            status = MINIPAY_BATCH_REFUSED;
        } else if (minipay_status_class(status) == MINIPAY_CLASS_USAGE && flow->error) {
            name_instruction(flow->error, i);
        }
    }
    return status;
}

static const mpi_step batch_steps[] = {{"carry_out", "saga.start", carry_out, NULL, NULL}};

const mpi_saga mpi_batch_saga = {
    .kind = MINIPAY_KIND_BATCH,
    .name = "batch",
    .record = &mpi_batch_record,
    .steps = batch_steps,
    .step_count = MPI_COUNT(batch_steps),
};

/* ---- one call -------------------------------------------------------------------------------------------- */

/* What tells one content from another: the fingerprints of all requests, in order. */
static minipay_status print_all(mpi_engine *engine, const mpi_atomic_request *request, int64_t *print)
{
    int64_t *prints = malloc(request->count * sizeof *prints);
    mpi_document document;
    if (!prints)
        return MINIPAY_NO_MEMORY;
    for (uint32_t i = 0; i < request->count; i++) {
        mpi_saga_draw_up(engine, request->instructions, i, &document);
        prints[i] = mpi_saga_fingerprint(
            engine, mpi_engine_saga(engine, request->instructions[i].kind)->record, &document);
    }
    *print = (int64_t)mpi_hash64(engine->keys->fingerprint, prints, request->count * sizeof *prints);
    free(prints);
    return MINIPAY_OK;
}

/* Nothing of a refused batch stands: what was told of the instructions before the refused one is taken back. */
static void tell_refused(mpi_atomic *atomic)
{
    const mpi_batch_document *batch = (const mpi_batch_document *)(const void *)&atomic->document;
    for (uint32_t i = 0; i < atomic->request->count; i++) {
        minipay_outcome *outcome = &atomic->outcomes[i];
        minipay_outcome_init(outcome);
        outcome->kind = atomic->request->instructions[i].kind;
        outcome->id = atomic->request->instructions[i].id;
        bool refused = (int32_t)i == batch->failed_number;
        outcome->status = refused ? batch->failed_status : MINIPAY_BATCH_REFUSED;
        outcome->policy_version = refused ? batch->op.policy_version : 0;
    }
}

static minipay_status tell_standing(mpi_flow *flow, mpi_atomic *atomic)
{
    for (uint32_t i = 0; i < atomic->request->count; i++) {
        const minipay_instruction *instruction = &atomic->request->instructions[i];
        minipay_status status =
            mpi_saga_look_up(flow, instruction->kind, &instruction->id, &atomic->outcomes[i]);
        if (status == MINIPAY_NOT_FOUND)
            return mpi_fail(flow->error, MINIPAY_CORRUPT, "batch",
                            "instruction %u of a finished batch is gone", i);
        if (status != MINIPAY_OK)
            return status;
    }
    return MINIPAY_OK;
}

/* What other stores would have to do cannot be taken back as if it had never been. */
static minipay_status check_one_store(const mpi_engine *engine, const mpi_atomic_request *request,
                                      minipay_error *error)
{
    for (uint32_t i = 0; i < request->count; i++) {
        int32_t kind = request->instructions[i].kind;
        if (engine->known[kind].place != engine->known[MINIPAY_KIND_BATCH].place)
            return mpi_fail(error, MINIPAY_NOT_SUPPORTED, "kind",
                            "instruction %u: a %s has a store of its own", i, minipay_kind_name(kind));
    }
    return MINIPAY_OK;
}

typedef struct call {
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_atomic atomic;
    int64_t print;
    minipay_status status; /* a usage error: nothing was stored */
    minipay_error detail;
} call;

static void draw_up(const call *made, mpi_document *document)
{
    const mpi_atomic_request *request = made->atomic.request;
    mpi_batch_document *batch = (mpi_batch_document *)(void *)document;
    memset(batch, 0, sizeof *batch);
    mpi_operation_head(&batch->op, MINIPAY_KIND_BATCH, request->id, request->actor, request->channel,
                       request->reason);
    batch->count = (int32_t)request->count;
    batch->instructions = made->print;
}

/* Policy is read first: inside a batch nothing can be scanned any more. */
static minipay_status run(void *context, mpi_unit *unit, minipay_error *error)
{
    call *made = context;
    mpi_atomic *atomic = &made->atomic;
    mpi_call_list none = {0};
    mpi_flow flow = {
        .engine = made->engine, .unit = unit, .calls = &none, .error = error, .atomic = atomic};
    const mpi_rules *rules;
    minipay_status status = mpi_policy_rules(made->policy, unit, "KRW", &rules, error);
    if (status != MINIPAY_OK)
        return status;
    draw_up(made, &atomic->document);
    status = mpi_saga_start(&flow, MINIPAY_KIND_BATCH, &atomic->document);
    MPI_ASSERT(none.count == 0);
    if (status == MINIPAY_ID_REUSED) {
        made->status = status;
        made->detail = *error;
        return MINIPAY_OK;
    }
    if (status != MINIPAY_OK)
        return status;
    mpi_unit_settle(unit);
    if (atomic->document.op.state == MINIPAY_STATE_REJECTED)
        tell_refused(atomic);
    else if (!atomic->carried_out)
        status = tell_standing(&flow, atomic);
    return status;
}

minipay_status mpi_drive_atomic(mpi_engine *engine, const mpi_home *home,
                                const mpi_atomic_request *request, mpi_batch_document *batch,
                                minipay_outcome *outcomes, minipay_error *error)
{
    call made = {.engine = engine, .policy = home->policy, .atomic = {.request = request}};
    minipay_status status = check_one_store(engine, request, error);
    if (status != MINIPAY_OK)
        return status;
    made.atomic.outcomes = malloc(request->count * sizeof *outcomes);
    status = made.atomic.outcomes ? MINIPAY_OK : MINIPAY_NO_MEMORY;
    if (status == MINIPAY_OK)
        status = print_all(engine, request, &made.print);
    if (status != MINIPAY_OK)
        mpi_fail_plain(error, status, NULL);
    else
        status = mpi_store_write(home->store, run, &made, error);
    if (status == MINIPAY_OK && made.status != MINIPAY_OK) {
        status = made.status;
        if (error)
            *error = made.detail;
    }
    if (status == MINIPAY_OK) {
        memcpy(batch, &made.atomic.document, sizeof *batch);
        memcpy(outcomes, made.atomic.outcomes, request->count * sizeof *outcomes);
    }
    free(made.atomic.outcomes);
    return status;
}

void mpi_batches_set_up(mpi_engine *engine, const mpi_home *home)
{
    mpi_engine_add(engine, home, &mpi_batch_saga, engine);
}
