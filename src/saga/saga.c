/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/id.h"
#include "event/stream.h"

#include <stdlib.h>
#include <string.h>

/* A misused id found on the way refuses the operation as a rule does: it must not fail the others of its
 * group. */
bool mpi_is_rejection(minipay_status status)
{
    return status >= 100 && status < 300;
}

/* What is under way and finds no bank stays as it is, for whoever has one. */
static bool is_refused(minipay_status status)
{
    return mpi_is_rejection(status) && status != MINIPAY_NOT_SUPPORTED;
}

static bool is_final(const mpi_operation *op)
{
    return op->state == MINIPAY_STATE_DONE || op->state == MINIPAY_STATE_REJECTED;
}

/* ---- engine ------------------------------------------------------------------------------------------ */

minipay_status mpi_engine_new(const mpi_keys *keys, mpi_engine **engine, minipay_error *error)
{
    mpi_engine *made = calloc(1, sizeof *made);
    if (!made)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    made->keys = keys;
    *engine = made;
    return MINIPAY_OK;
}

void mpi_engine_free(mpi_engine *engine)
{
    free(engine);
}

uint32_t mpi_place_of(mpi_engine *engine, mpi_store *store)
{
    uint32_t place = 0;
    while (place < engine->place_count && engine->places[place].store != store)
        place++;
    MPI_ASSERT(place < MPI_PLACES);
    engine->place_count += place == engine->place_count;
    engine->places[place].store = store;
    return place;
}

void mpi_engine_add(mpi_engine *engine, const mpi_home *home, const mpi_saga *saga, void *context)
{
    MPI_ASSERT(saga->kind > 0 && saga->kind < MPI_KINDS && !engine->known[saga->kind].saga);
    MPI_ASSERT(saga->record->table.row_size <= MPI_DOCUMENT_LARGEST);
    mpi_table *table = mpi_store_table(home->store, saga->record);
    bool shares = false;
    for (int32_t kind = 1; kind < MPI_KINDS; kind++)
        shares |= engine->known[kind].table == table;
    engine->known[saga->kind] =
        (mpi_known_saga){saga, context, mpi_place_of(engine, home->store), table, shares};
}

void mpi_engine_set_caller(mpi_engine *engine, const mpi_home *home, const mpi_caller *caller)
{
    engine->caller = *caller;
    engine->caller_place = mpi_place_of(engine, home->store);
}

void mpi_engine_set_warmer(mpi_engine *engine, const mpi_warmer *warmer)
{
    engine->warmer = *warmer;
}

mpi_store *mpi_engine_store(const mpi_engine *engine, int32_t kind)
{
    return engine->places[engine->known[kind].place].store;
}

const mpi_saga *mpi_engine_saga(const mpi_engine *engine, int32_t kind)
{
    return kind > 0 && kind < MPI_KINDS ? engine->known[kind].saga : NULL;
}

static mpi_known_saga *known_saga(mpi_engine *engine, int32_t kind)
{
    MPI_ASSERT(mpi_engine_saga(engine, kind));
    return &engine->known[kind];
}

/* ---- documents ----------------------------------------------------------------------------------------- */

/* A request is its drawn-up document: what was not given is zero and is left out, so that a request that
 * an older version wrote keeps its fingerprint when fields are added at the end. */
int64_t mpi_saga_fingerprint(const mpi_engine *engine, const mpi_record *record, const void *document)
{
    uint8_t bytes[MPI_RECORD_LARGEST];
    size_t count = mpi_record_canonical(record, document, bytes);
    return (int64_t)mpi_hash64(engine->keys->fingerprint, bytes, count);
}

void mpi_operation_head(mpi_operation *op, int32_t kind, const minipay_id *id,
                        const char actor[MINIPAY_ACTOR_SIZE], const char channel[MINIPAY_CHANNEL_SIZE],
                        const char reason[MINIPAY_REASON_SIZE])
{
    op->id = *id;
    op->kind = kind;
    memcpy(op->actor, actor, sizeof op->actor);
    memcpy(op->channel, channel, sizeof op->channel);
    memcpy(op->reason, reason, sizeof op->reason);
}

bool mpi_operation_waits(const mpi_operation *op)
{
    return op->state == MINIPAY_STATE_RUNNING || op->state == MINIPAY_STATE_PARKED;
}

bool mpi_operation_passed(const mpi_operation *op, int32_t step)
{
    return op->state == MINIPAY_STATE_DONE || (mpi_operation_waits(op) && op->step > step);
}

void mpi_saga_draw_up(void *context, const void *instructions, uint32_t number, mpi_document *document)
{
    mpi_engine *engine = context;
    const minipay_instruction *instruction = (const minipay_instruction *)instructions + number;
    const mpi_known_saga *known = known_saga(engine, instruction->kind);
    memset(document, 0, known->saga->record->table.row_size);
    mpi_operation_head(&document->op, instruction->kind, &instruction->id, instruction->actor,
                       instruction->channel, instruction->reason);
    known->saga->draw_up(instruction, document);
}

void mpi_saga_tell(const mpi_saga *saga, const mpi_document *document, minipay_outcome *outcome)
{
    const mpi_operation *op = &document->op;
    minipay_outcome_init(outcome);
    outcome->kind = op->kind;
    outcome->state = op->state;
    outcome->status = op->state == MINIPAY_STATE_RUNNING ? MINIPAY_OK : op->status;
    outcome->id = op->id;
    outcome->booked_at = op->state == MINIPAY_STATE_DONE ? op->finished_at : 0;
    outcome->policy_version = op->policy_version;
    if (saga->tell)
        saga->tell(document, outcome);
    if (op->state == MINIPAY_STATE_REJECTED)
        outcome->business_date = 0;
}

static minipay_status read_document(mpi_flow *flow, const mpi_known_saga *known, mpi_document *document)
{
    const mpi_record *record = known->saga->record;
    const void *row;
    if (flow->view)
        return mpi_view_get(flow->view, record, -1, document, flow->error);
    minipay_status status = mpi_unit_get(flow->unit, known->table, &document->op.id, &row, flow->error);
    if (status == MINIPAY_OK)
        memcpy(document, row, record->table.row_size);
    return status;
}

static minipay_status find_standing(mpi_flow *flow, mpi_known_saga *known, mpi_document *document)
{
    minipay_status status = read_document(flow, known, document);
    if (status == MINIPAY_NOT_FOUND && known->saga->find)
        status = known->saga->find(known->context, flow, document);
    return status;
}

/* ---- running ------------------------------------------------------------------------------------------- */

mpi_saga_point mpi_saga_point_of(const mpi_flow *flow)
{
    const mpi_call_list *list = flow->calls;
    return (mpi_saga_point){mpi_unit_mark(flow->unit), list->count, list->ask_count, list->wake_count};
}

void mpi_saga_point_return(mpi_flow *flow, const mpi_saga_point *point)
{
    mpi_unit_undo(flow->unit, point->mark);
    flow->calls->count = point->calls;
    flow->calls->ask_count = point->asks;
    flow->calls->wake_count = point->wakes;
}

/* Does a step wait for the answer to a question of its own? It runs again from its beginning. */
static bool asks_itself(const mpi_flow *flow, const mpi_saga_point *since, const minipay_id *id)
{
    for (uint32_t i = since->asks; i < flow->calls->ask_count; i++) {
        if (mpi_id_compare(&flow->calls->asks[i].op.id, id) == 0)
            return true;
    }
    return false;
}

/* What a step was answered is no other step's. */
static void forget_heard(mpi_flow *flow, const minipay_id *id)
{
    if (flow->heard && mpi_id_compare(&flow->heard->op.id, id) == 0)
        flow->heard = NULL;
}

static minipay_status run_step(mpi_flow *flow, const mpi_known_saga *known, mpi_step_run run,
                               mpi_document *document)
{
    const mpi_operation *outer = flow->op;
    mpi_saga_point point = mpi_saga_point_of(flow);
    flow->op = &document->op;
    minipay_status status = run(known->context, flow, document);
    flow->op = outer;
    if (status == MPI_WAIT && asks_itself(flow, &point, &document->op.id))
        mpi_unit_undo(flow->unit, point.mark);
    if (status != MPI_WAIT)
        forget_heard(flow, &document->op.id);
    return status;
}

static minipay_status run_steps(mpi_flow *flow, const mpi_known_saga *known, int32_t until,
                                mpi_document *document)
{
    while (document->op.step < until) {
        const mpi_step *step = &known->saga->steps[document->op.step];
        minipay_status status = run_step(flow, known, step->run, document);
        if (status != MINIPAY_OK)
            return status;
        document->op.step++;
    }
    return MINIPAY_OK;
}

/* What is undone has not been passed any more, so that a compensation which waits goes on where it stood. */
static minipay_status compensate(mpi_flow *flow, const mpi_known_saga *known, mpi_document *document)
{
    for (int32_t step = document->op.step - 1; step >= 0; step--) {
        const mpi_step *done = &known->saga->steps[step];
        if (!done->undo)
            continue;
        minipay_status status = run_step(flow, known, done->undo, document);
        if (status != MINIPAY_OK)
            return status;
        document->op.step = step;
    }
    return MINIPAY_OK;
}

static minipay_status finish(mpi_flow *flow, const mpi_known_saga *known, int32_t state,
                             minipay_status reason, mpi_document *document)
{
    document->op.state = state;
    document->op.status = reason;
    document->op.finished_at = mpi_unit_now(flow->unit);
    return known->saga->ended ? known->saga->ended(known->context, flow, document) : MINIPAY_OK;
}

static minipay_status tell_world(mpi_flow *flow, const mpi_known_saga *known,
                                 const mpi_document *document)
{
    const mpi_saga *saga = known->saga;
    return mpi_event_append(flow->unit, saga->record, saga->name, minipay_state_name(document->op.state),
                            &document->op.id, document, flow->error);
}

/* A step found no bank, or the id taken by an operation of another kind: that is no refusal, and nothing is
 * stored. */
static minipay_status misused(mpi_flow *flow, minipay_status status)
{
    if (flow->error && flow->error->status == status)
        return status;
    return mpi_fail(flow->error, status, "kind",
                    "this id already belongs to an operation of another kind");
}

/* Only what waits for another store asks again by itself; a part of the same store wakes it. */
static minipay_status note_waiting(mpi_flow *flow, const mpi_known_saga *known, const mpi_operation *op,
                                   const mpi_saga_point *since)
{
    return asks_itself(flow, since, &op->id) ? mpi_waiting_note(flow, known, op)
                                             : mpi_waiting_forget(flow, known, &op->id);
}

static minipay_status first_run(mpi_flow *flow, const mpi_known_saga *known, mpi_document *document)
{
    mpi_saga_point point = mpi_saga_point_of(flow);
    const mpi_saga *saga = known->saga;
    document->op.created_at = mpi_unit_now(flow->unit);
    document->op.state = MINIPAY_STATE_RUNNING;
    if (saga->needs_bank && !flow->engine->caller.has_bank)
        return mpi_fail_plain(flow->error, MINIPAY_NOT_SUPPORTED, "bank");
    if (flow->error)
        flow->error->status = MINIPAY_OK; /* of an earlier operation of the group */
    minipay_status status = run_steps(flow, known, (int32_t)saga->step_count, document);
    if (status == MPI_WAIT) {
        status = mpi_unit_insert(flow->unit, known->table, document, flow->error);
        return status == MINIPAY_OK ? note_waiting(flow, known, &document->op, &point) : status;
    }
    if (status == MINIPAY_OK) {
        status = finish(flow, known, MINIPAY_STATE_DONE, MINIPAY_OK, document);
    } else if (mpi_is_rejection(status)) {
        mpi_saga_point_return(flow, &point);
        if (minipay_status_class(status) == MINIPAY_CLASS_USAGE)
            return misused(flow, status);
        status = finish(flow, known, MINIPAY_STATE_REJECTED, status, document);
    }
    if (status != MINIPAY_OK)
        return status;
    if (document->op.state == MINIPAY_STATE_DONE && saga->is_said &&
        saga->is_said(known->context, document))
        return MINIPAY_OK;
    status = mpi_unit_insert(flow->unit, known->table, document, flow->error);
    return status == MINIPAY_OK ? tell_world(flow, known, document) : status;
}

/* What stands without a document may be another kind's posting. */
static minipay_status check_posting(mpi_flow *flow, const mpi_known_saga *known, const minipay_id *id)
{
    minipay_status status = mpi_unit_has(flow->unit, known->table, id, flow->error);
    return status == MINIPAY_NOT_FOUND ? mpi_saga_check_kind(flow, known, id) : status;
}

static minipay_status compare_standing(mpi_flow *flow, const mpi_known_saga *known,
                                       const mpi_document *asked, int64_t print,
                                       const mpi_document *standing)
{
    if (standing->op.fingerprint == print && standing->op.kind == asked->op.kind)
        return MINIPAY_OK;
    minipay_status status = check_posting(flow, known, &asked->op.id);
    if (status != MINIPAY_OK)
        return status;
    const char *field = mpi_saga_difference(flow->engine, known->saga, asked, standing);
    return mpi_fail(flow->error, MINIPAY_ID_REUSED, field,
                    "this id already belongs to another request: %s differs", field);
}

minipay_status mpi_saga_start(mpi_flow *flow, int32_t kind, mpi_document *document)
{
    mpi_known_saga *known = known_saga(flow->engine, kind);
    const mpi_record *record = known->saga->record;
    mpi_document standing;
    standing.op.id = document->op.id;
    int64_t print = mpi_saga_fingerprint(flow->engine, record, document);
    minipay_status status = find_standing(flow, known, &standing);
    if (status == MINIPAY_NOT_FOUND) {
        status = mpi_saga_check_kind(flow, known, &document->op.id);
        if (status != MINIPAY_OK)
            return status;
        document->op.fingerprint = print;
        mpi_record_seal(record, flow->engine->keys, &document->op.id, document);
        return first_run(flow, known, document);
    }
    if (status == MINIPAY_OK)
        status = compare_standing(flow, known, document, print, &standing);
    if (status == MINIPAY_OK && standing.op.state == MINIPAY_STATE_RUNNING) {
        status = mpi_saga_resume(flow, kind, &document->op.id);
        if (status == MINIPAY_OK)
            status = find_standing(flow, known, &standing);
    }
    if (status == MINIPAY_OK)
        memcpy(document, &standing, record->table.row_size);
    return status;
}

static minipay_status write_back(mpi_flow *flow, const mpi_known_saga *known, const void *row,
                                 const mpi_document *document)
{
    const mpi_record *record = known->saga->record;
    uint8_t *edit = mpi_unit_edit(flow->unit, known->table, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    memcpy(edit, document, record->table.row_size);
    return MINIPAY_OK;
}

/* Where a run can be taken back to. */
typedef struct start_point {
    mpi_saga_point point;
    mpi_document document;
} start_point;

static void remember(const mpi_flow *flow, const mpi_known_saga *known, const mpi_document *document,
                     start_point *start)
{
    start->point = mpi_saga_point_of(flow);
    memcpy(&start->document, document, known->saga->record->table.row_size);
}

static void take_back(mpi_flow *flow, const mpi_known_saga *known, const start_point *start,
                      mpi_document *document)
{
    mpi_saga_point_return(flow, &start->point);
    memcpy(document, &start->document, known->saga->record->table.row_size);
}

/* Its outcome says only that money waits for a person: what refused it would look like a refusal. The host is
 * told when the commit stands. */
static minipay_status tell_host(mpi_flow *flow, const mpi_operation *op, minipay_status reason)
{
    mpi_call *call = mpi_call_add(flow->calls);
    if (!call)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    call->kind = MPI_CALL_TELL_PARKED;
    call->status = reason;
    call->order.id = op->id;
    call->parked_kind = op->kind;
    return MINIPAY_OK;
}

/* As if this run had not been, but for the version that refused: its steps are undone, those of earlier runs
 * compensated. What cannot be taken back any more, or cannot be given back, stays RUNNING, to be parked. */
static minipay_status refuse(mpi_flow *flow, const mpi_known_saga *known, const start_point *start,
                             minipay_status reason, mpi_document *document)
{
    bool stays = known->saga->pivot && document->op.step >= known->saga->pivot;
    int32_t decided_by = document->op.policy_version;
    take_back(flow, known, start, document);
    minipay_status status = stays ? MINIPAY_OK : compensate(flow, known, document);
    if (mpi_is_rejection(status)) {
        take_back(flow, known, start, document);
        stays = true;
        status = MINIPAY_OK;
    }
    if (status == MINIPAY_OK && stays)
        return tell_host(flow, &document->op, reason);
    document->op.policy_version = decided_by;
    document->op.status = reason; /* while it waits: it is being undone, for this */
    return status == MINIPAY_OK ? finish(flow, known, MINIPAY_STATE_REJECTED, reason, document) : status;
}

/* What it asked for first needs a bank, and there is none: nothing has been done yet, and nothing stays. */
static minipay_status drop(mpi_flow *flow, const mpi_known_saga *known, const void *row)
{
    minipay_status status = mpi_waiting_forget(flow, known, &((const mpi_operation *)row)->id);
    return status == MINIPAY_OK ? mpi_unit_delete(flow->unit, known->table, row, flow->error) : status;
}

static bool is_undone(const mpi_operation *op)
{
    return op->state == MINIPAY_STATE_RUNNING && op->status != MINIPAY_OK;
}

/* `document` becomes what stands now. */
static minipay_status run_again(mpi_flow *flow, const mpi_known_saga *known, const void *row,
                                mpi_document *document)
{
    /* What stands when a later step refuses: the step that hears an answer, too, for what it asked for was done
     * in another store. */
    const int32_t heard = flow->heard ? document->op.step + 1 : 0;
    const int32_t stands[] = {heard, known->saga->kept, known->saga->pivot,
                              (int32_t)known->saga->step_count};
    start_point start;
    bool parks = false;
    mpi_saga_point point = mpi_saga_point_of(flow);
    minipay_status status = MINIPAY_OK;
    remember(flow, known, document, &start);
    if (is_undone(&document->op))
        status = document->op.status;
    for (uint32_t i = 0; i < MPI_COUNT(stands) && status == MINIPAY_OK; i++) {
        status = run_steps(flow, known, stands[i], document);
        if (status == MINIPAY_OK)
            remember(flow, known, document, &start);
    }
    if (status == MINIPAY_OK) {
        status = finish(flow, known, MINIPAY_STATE_DONE, MINIPAY_OK, document);
    } else if (is_refused(status)) {
        status = refuse(flow, known, &start, status, document);
        parks = status == MINIPAY_OK && document->op.state == MINIPAY_STATE_RUNNING;
    }
    if (status == MINIPAY_NOT_SUPPORTED && heard && document->op.step == 0)
        return drop(flow, known, row);
    if (status == MPI_WAIT)
        status = note_waiting(flow, known, &document->op, &point);
    if (status == MINIPAY_OK && is_final(&document->op))
        status = mpi_waiting_forget(flow, known, &document->op.id);
    if (status == MINIPAY_OK)
        status = write_back(flow, known, row, document);
    return status == MINIPAY_OK && parks
               ? mpi_saga_park(flow, document->op.kind, &document->op.id, MINIPAY_NOT_BOOKED)
               : status;
}

static minipay_status wake_far(mpi_flow *flow, const mpi_operation *op)
{
    mpi_call_list *list = flow->calls;
    mpi_resumption parent = {op->parent_kind, op->parent_id};
    return mpi_resumption_add(&list->wakes, &list->wake_count, &list->wake_room, &parent)
               ? MINIPAY_OK
               : mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
}

static minipay_status wake_parent(mpi_flow *flow, const mpi_known_saga *known, const mpi_operation *op)
{
    if (known_saga(flow->engine, op->parent_kind)->place == known->place)
        return mpi_saga_resume(flow, op->parent_kind, &op->parent_id);
    minipay_status status = mpi_waiting_tell(flow, known->place, op->parent_kind, &op->parent_id, false);
    return status == MINIPAY_OK ? wake_far(flow, op) : status;
}

minipay_status mpi_saga_resume(mpi_flow *flow, int32_t kind, const minipay_id *id)
{
    mpi_known_saga *known = known_saga(flow->engine, kind);
    mpi_document document;
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, known->table, id, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, known->saga->record->table.name,
                        "a running operation is gone");
    if (status != MINIPAY_OK)
        return status;
    memcpy(&document, row, known->saga->record->table.row_size);
    if (document.op.state != MINIPAY_STATE_RUNNING)
        return MINIPAY_OK;
    status = run_again(flow, known, row, &document);
    if (status == MINIPAY_OK && is_final(&document.op))
        status = tell_world(flow, known, &document);
    if (status == MINIPAY_OK && is_final(&document.op) && document.op.parent_kind)
        status = wake_parent(flow, known, &document.op);
    return status;
}

/* How an operation waits, and for what. */
typedef struct waiting {
    int32_t state;
    minipay_status reason;
    const char *event;
} waiting;

/* In another store. Who runs asks again by himself, but nobody looks at what is parked. */
static minipay_status tell_parent(mpi_flow *flow, const mpi_known_saga *known, const mpi_operation *op,
                                  int32_t state)
{
    bool runs = state == MINIPAY_STATE_RUNNING;
    minipay_status status = mpi_waiting_tell(flow, known->place, op->parent_kind, &op->parent_id, runs);
    return status == MINIPAY_OK ? wake_far(flow, op) : status;
}

/* Of it and of all that waits for it, as far as they wait alike: whoever waits for a parked operation waits
 * for the same person. */
static minipay_status wait_otherwise(mpi_flow *flow, int32_t kind, const minipay_id *id,
                                     const waiting *from, const waiting *to)
{
    while (kind) {
        mpi_known_saga *known = known_saga(flow->engine, kind);
        const void *row;
        minipay_status status = mpi_unit_get(flow->unit, known->table, id, &row, flow->error);
        if (status != MINIPAY_OK)
            return status;
        mpi_operation *op = mpi_unit_edit(flow->unit, known->table, row);
        if (!op)
            return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
        if (op->state != from->state || op->status != (int32_t)from->reason)
            return MINIPAY_OK;
        op->state = to->state;
        op->status = to->reason;
        status = mpi_event_append(flow->unit, known->saga->record, known->saga->name, to->event, &op->id,
                                  op, flow->error);
        if (status == MINIPAY_OK && to->state == MINIPAY_STATE_PARKED)
            status = mpi_waiting_forget(flow, known, &op->id);
        if (status != MINIPAY_OK)
            return status;
        if (op->parent_kind && known_saga(flow->engine, op->parent_kind)->place != known->place)
            return tell_parent(flow, known, op, to->state);
        kind = op->parent_kind;
        id = &op->parent_id;
    }
    return MINIPAY_OK;
}

minipay_status mpi_saga_park(mpi_flow *flow, int32_t kind, const minipay_id *id, minipay_status reason)
{
    waiting running = {MINIPAY_STATE_RUNNING, MINIPAY_OK, NULL};
    waiting parked = {MINIPAY_STATE_PARKED, reason, "parked"};
    return wait_otherwise(flow, kind, id, &running, &parked);
}

minipay_status mpi_saga_unpark(mpi_flow *flow, int32_t kind, const minipay_id *id, minipay_status reason)
{
    waiting parked = {MINIPAY_STATE_PARKED, reason, NULL};
    waiting running = {MINIPAY_STATE_RUNNING, MINIPAY_OK, "unparked"};
    return wait_otherwise(flow, kind, id, &parked, &running);
}

minipay_status mpi_saga_wake(mpi_flow *flow, int32_t kind, const minipay_id *id)
{
    mpi_known_saga *known = known_saga(flow->engine, kind);
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, known->table, id, &row, flow->error);
    const mpi_operation *op = status == MINIPAY_OK ? row : NULL;
    if (op && op->state == MINIPAY_STATE_PARKED && op->status != MINIPAY_NOT_BOOKED)
        status = mpi_saga_unpark(flow, kind, id, op->status);
    return status == MINIPAY_OK || status == MINIPAY_NOT_FOUND ? mpi_saga_resume(flow, kind, id)
                                                               : status;
}

minipay_status mpi_saga_child(mpi_flow *flow, int32_t kind, mpi_document *document)
{
    minipay_status status = mpi_saga_start(flow, kind, document);
    if (status != MINIPAY_OK)
        return status;
    switch (document->op.state) {
    case MINIPAY_STATE_DONE:
        return MINIPAY_OK;
    case MINIPAY_STATE_REJECTED:
        return document->op.status;
    case MINIPAY_STATE_PARKED:
        flow->parked = document->op.status;
        return MPI_WAIT;
    default:
        return MPI_WAIT;
    }
}

minipay_status mpi_saga_find(mpi_flow *flow, int32_t kind, const minipay_id *id, mpi_document *document)
{
    document->op.id = *id;
    minipay_status status = find_standing(flow, known_saga(flow->engine, kind), document);
    return status == MINIPAY_OK && document->op.kind != kind ? MINIPAY_NOT_FOUND : status;
}

minipay_status mpi_saga_look_up(mpi_flow *flow, int32_t kind, const minipay_id *id,
                                minipay_outcome *outcome)
{
    mpi_document document;
    minipay_status status = mpi_saga_find(flow, kind, id, &document);
    if (status == MINIPAY_OK)
        mpi_saga_tell(known_saga(flow->engine, kind)->saga, &document, outcome);
    return status;
}

/* Room for one more at the end of an array; NULL: no memory. */
static void *grow(void *array, size_t size, uint32_t count, uint32_t *room)
{
    if (count < *room)
        return array;
    uint32_t wanted = *room ? *room * 2 : 16;
    void *grown = realloc(array, wanted * size);
    if (grown)
        *room = wanted;
    return grown;
}

mpi_call *mpi_call_add(mpi_call_list *list)
{
    mpi_call *calls = grow(list->calls, sizeof *calls, list->count, &list->room);
    if (!calls)
        return NULL;
    list->calls = calls;
    memset(&calls[list->count], 0, sizeof *calls);
    return &calls[list->count++];
}

mpi_ask *mpi_ask_add(mpi_ask **asks, uint32_t *count, uint32_t *room)
{
    mpi_ask *grown = grow(*asks, sizeof *grown, *count, room);
    if (!grown)
        return NULL;
    *asks = grown;
    return &grown[(*count)++];
}

bool mpi_resumption_add(mpi_resumption **list, uint32_t *count, uint32_t *room,
                        const mpi_resumption *added)
{
    mpi_resumption *grown = grow(*list, sizeof *grown, *count, room);
    if (!grown)
        return false;
    *list = grown;
    grown[(*count)++] = *added;
    return true;
}

void mpi_calls_clear(mpi_call_list *list)
{
    list->count = list->ask_count = list->wake_count = 0;
}

void mpi_calls_free(mpi_call_list *list)
{
    free(list->calls);
    free(list->asks);
    free(list->wakes);
    *list = (mpi_call_list){0};
}
