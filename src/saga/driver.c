/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/assert.h"
#include "base/id.h"

#include <stdlib.h>
#include <string.h>

/* The driver carries a call's operations through rounds:
 *
 *    ┌──▶ one unit of work in each store: the answers that came for it, the questions of others, then every
 *    │         operation that is free to begin; each runs until it ends or waits
 *    │    commit, and hand on what it asks of other stores
 *    └─── one call to the bank for all that wait
 *
 * Operations that touch the same wallet or payment keep their order: each waits for the one before it.
 * So a round's commit carries the answers of one bank call and the intents of the next. */

typedef enum job_state { JOB_BLOCKED, JOB_READY, JOB_WAITING, JOB_ENDED } job_state;

enum { KEYS_OF_A_JOB = 3, NOBODY = -1 };

typedef struct job {
    job_state state;
    int32_t kind;
    minipay_id id;
    minipay_status status; /* a usage error found by the saga: nothing was stored */
    int32_t before;        /* how many earlier jobs must end first */
    int32_t after[KEYS_OF_A_JOB];
} job;

typedef struct drive {
    mpi_engine *engine;
    const mpi_requests *requests; /* NULL: the jobs are resumed, not started */
    job *jobs;
    minipay_outcome *outcomes; /* NULL: not wanted */
    uint32_t count;
    mpi_part parts[MPI_PLACES];
    uint32_t place;  /* whose unit of work it is */
    uint64_t *taken; /* a bit for each job whose id stands in another store */
    uint32_t *waiting;
    uint32_t waiting_count;
    mpi_call_list asked;  /* answered calls of the round before */
    mpi_call_list calls;  /* what this round asks for */
    minipay_error detail; /* of the first usage error */
} drive;

/* ---- order per wallet --------------------------------------------------------------------------------- */

typedef struct wallet_slot {
    minipay_id id;
    int32_t last; /* the newest job on this wallet, or NOBODY */
    int32_t side; /* which of its successors is this wallet's */
} wallet_slot;

static wallet_slot *slot_of(wallet_slot *slots, uint32_t mask, const minipay_id *id)
{
    uint64_t word;
    memcpy(&word, id->bytes + 8, sizeof word);
    uint32_t at = (uint32_t)((word * 0x9e3779b97f4a7c15u) >> 32) & mask;
    while (slots[at].last != NOBODY && mpi_id_compare(&slots[at].id, id) != 0)
        at = (at + 1) & mask;
    return &slots[at];
}

static void queue_on(drive *work, wallet_slot *slots, uint32_t mask, const minipay_id *id,
                     uint32_t number, int32_t side)
{
    if (mpi_id_is_none(id))
        return;
    wallet_slot *slot = slot_of(slots, mask, id);
    if (slot->last != NOBODY && slot->last != (int32_t)number) {
        work->jobs[slot->last].after[slot->side] = (int32_t)number;
        work->jobs[number].before++;
    }
    slot->id = *id;
    slot->last = (int32_t)number;
    slot->side = side;
}

static uint32_t touches(const drive *work, uint32_t number)
{
    return work->engine->known[work->requests->instructions[number].kind].saga->touches;
}

/* Only then do transfers queue under their own ids too. */
static bool has_reversal(const drive *work)
{
    for (uint32_t i = 0; i < work->count; i++) {
        if (touches(work, i) & MPI_REVERSES)
            return true;
    }
    return false;
}

static bool order_jobs(drive *work)
{
    uint32_t room = 4;
    while (room < work->count * 4)
        room *= 2;
    wallet_slot *slots = malloc(room * sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < room; i++)
        slots[i].last = NOBODY;
    uint32_t own = MPI_TOUCHES_OWN | (has_reversal(work) ? MPI_REVERSIBLE : 0);
    for (uint32_t i = 0; i < work->count; i++) {
        const minipay_instruction *instruction = &work->requests->instructions[i];
        uint32_t touched = touches(work, i);
        queue_on(work, slots, room - 1, &instruction->member_id, i, 0);
        if (touched & MPI_TOUCHES_OTHER)
            queue_on(work, slots, room - 1, &instruction->other_id, i, 1);
        if (touched & own)
            queue_on(work, slots, room - 1, &instruction->id, i, 2);
    }
    free(slots);
    return true;
}

static mpi_part *part_of(drive *work, int32_t kind)
{
    return &work->parts[work->engine->known[kind].place];
}

static void make_ready(drive *work, uint32_t number)
{
    job *made = &work->jobs[number];
    mpi_part *home = part_of(work, made->kind);
    MPI_ASSERT(home->ready);
    made->state = JOB_READY;
    home->ready[number / 64] |= (uint64_t)1 << (number % 64);
    home->ready_count++;
}

/* The first ready job from `number` on. Jobs go in the order given wherever nothing holds them up: ids that
 * rise stay so in the journal. */
static uint32_t take_ready(mpi_part *home, uint32_t number)
{
    uint32_t word = number / 64;
    uint64_t bits = home->ready[word] & (UINT64_MAX << (number % 64));
    while (!bits)
        bits = home->ready[++word];
    number = word * 64 + (uint32_t)__builtin_ctzll(bits);
    home->ready[word] &= ~((uint64_t)1 << (number % 64));
    home->ready_count--;
    return number;
}

static void end_job(drive *work, job *ended)
{
    ended->state = JOB_ENDED;
    for (int side = 0; side < KEYS_OF_A_JOB; side++) {
        int32_t next = ended->after[side];
        if (next != NOBODY && --work->jobs[next].before == 0)
            make_ready(work, (uint32_t)next);
    }
}

/* ---- one round ------------------------------------------------------------------------------------------ */

static void tell(drive *work, uint32_t number, const mpi_document *document)
{
    if (work->outcomes)
        mpi_saga_tell(work->engine->known[document->op.kind].saga, document, &work->outcomes[number]);
}

static minipay_status start_job(drive *work, mpi_flow *flow, uint32_t number, mpi_document *document)
{
    job *started = &work->jobs[number];
    if (!work->requests) {
        minipay_status status = mpi_saga_wake(flow, started->kind, &started->id);
        started->state = JOB_WAITING;
        return status;
    }
    work->requests->draw_up(work->requests->context, work->requests->items, number, document);
    started->kind = document->op.kind;
    started->id = document->op.id;
    flow->is_taken = work->taken[number / 64] >> (number % 64) & 1;
    minipay_status status = mpi_saga_start(flow, started->kind, document);
    flow->is_taken = false;
    if (minipay_status_class(status) == MINIPAY_CLASS_USAGE) {
        started->status = status;
        if (work->detail.status == MINIPAY_OK)
            work->detail = *flow->error;
        end_job(work, started);
        return MINIPAY_OK;
    }
    if (status != MINIPAY_OK)
        return status;
    tell(work, number, document);
    if (document->op.state == MINIPAY_STATE_RUNNING || document->op.state == MINIPAY_STATE_PARKED) {
        started->state = JOB_WAITING;
        work->waiting[work->waiting_count++] = number;
    } else {
        end_job(work, started);
    }
    return MINIPAY_OK;
}

static minipay_status take_answers_in(drive *work, mpi_flow *flow)
{
    for (uint32_t i = 0; i < work->asked.count; i++) {
        mpi_caller *caller = &work->engine->caller;
        minipay_status status = caller->take_in(caller->impl, flow, &work->asked.calls[i]);
        if (status != MINIPAY_OK)
            return status;
        mpi_unit_settle(flow->unit);
    }
    return MINIPAY_OK;
}

/* It turned out that it needs a bank: nothing of it stands. */
static void end_without_bank(drive *work, job *ended)
{
    ended->status = MINIPAY_NOT_SUPPORTED;
    if (work->detail.status == MINIPAY_OK)
        mpi_fail_plain(&work->detail, MINIPAY_NOT_SUPPORTED, "bank");
    end_job(work, ended);
}

/* Of the unit's store. */
static minipay_status look_at_waiting(drive *work, mpi_flow *flow, mpi_document *document)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < work->waiting_count; i++) {
        uint32_t number = work->waiting[i];
        mpi_known_saga *known = &work->engine->known[work->jobs[number].kind];
        const void *row;
        if (known->place != work->place) {
            work->waiting[kept++] = number;
            continue;
        }
        minipay_status status =
            mpi_unit_get(flow->unit, known->table, &work->jobs[number].id, &row, flow->error);
        if (status == MINIPAY_NOT_FOUND) {
            end_without_bank(work, &work->jobs[number]);
            continue;
        }
        if (status != MINIPAY_OK)
            return status;
        memcpy(document, row, known->saga->record->table.row_size);
        tell(work, number, document);
        if (document->op.state == MINIPAY_STATE_RUNNING || document->op.state == MINIPAY_STATE_PARKED)
            work->waiting[kept++] = number;
        else
            end_job(work, &work->jobs[number]);
    }
    work->waiting_count = kept;
    return MINIPAY_OK;
}

/* The wallets of the next instructions; a job that is not ready yet costs a look too many, no more. */
static uint32_t warm_ahead(drive *work, mpi_unit *unit, uint32_t number)
{
    mpi_wallet_name names[MPI_WARM_LARGEST];
    uint32_t count = 0, until = number;
    const minipay_instruction *instructions = work->requests ? work->requests->instructions : NULL;
    bool elsewhere = work->engine->place_count > 1; /* the wallets' tables may be another lane's */
    if (!instructions || work->count == 1 || elsewhere)
        return UINT32_MAX;
    for (; until < work->count && count <= MPI_WARM_LARGEST - 2; until++) {
        const minipay_instruction *next = &instructions[until];
        names[count++] = (mpi_wallet_name){&next->member_id, next->currency};
        if (touches(work, until) & MPI_OTHER_IS_MEMBER)
            names[count++] = (mpi_wallet_name){&next->other_id, next->currency};
    }
    work->engine->warmer.warm(work->engine->warmer.impl, unit, names, count);
    return until;
}

static minipay_status run_ready(drive *work, mpi_flow *flow, mpi_document *document)
{
    mpi_part *home = &work->parts[work->place];
    minipay_status status = MINIPAY_OK;
    uint32_t warmed = 0;
    /* A job that ends frees only jobs behind it, so one pass finds them all. */
    for (uint32_t number = 0; status == MINIPAY_OK && home->ready_count; number++) {
        number = take_ready(home, number);
        if (number >= warmed)
            warmed = warm_ahead(work, flow->unit, number);
        status = start_job(work, flow, number, document);
        mpi_unit_settle(flow->unit);
    }
    return status;
}

static minipay_status run_unit(void *context, mpi_unit *unit, minipay_error *error)
{
    drive *work = context;
    mpi_document document;
    mpi_flow flow = {.engine = work->engine, .unit = unit, .calls = &work->calls, .error = error};
    minipay_status status =
        work->place == work->engine->caller_place ? take_answers_in(work, &flow) : MINIPAY_OK;
    if (status == MINIPAY_OK && work->engine->place_count > 1)
        status = mpi_parts_run(work->parts, &flow, work->place);
    if (status == MINIPAY_OK)
        status = look_at_waiting(work, &flow, &document);
    return status == MINIPAY_OK ? run_ready(work, &flow, &document) : status;
}

static bool is_due(const drive *work, uint32_t place)
{
    const mpi_part *home = &work->parts[place];
    return home->ready_count || home->is_due ||
           (work->asked.count && place == work->engine->caller_place);
}

static minipay_status run_round(drive *work, minipay_error *error)
{
    mpi_engine *engine = work->engine;
    minipay_status status = MINIPAY_OK;
    for (uint32_t place = 0; place < engine->place_count && status == MINIPAY_OK; place++) {
        work->place = place;
        if (!is_due(work, place))
            continue;
        status = mpi_store_write(engine->places[place].store, run_unit, work, error);
        if (status == MINIPAY_OK && engine->place_count > 1)
            status = mpi_parts_hand_on(work->parts, engine, place, &work->calls, error);
        if (place == engine->caller_place)
            work->asked.count = 0;
    }
    return status;
}

static bool anything_is_due(const drive *work)
{
    for (uint32_t place = 0; place < work->engine->place_count; place++) {
        if (is_due(work, place))
            return true;
    }
    return false;
}

static minipay_status promise(void *context, mpi_unit *unit, minipay_error *error)
{
    drive *work = context;
    mpi_flow flow = {.engine = work->engine, .unit = unit, .calls = &work->calls, .error = error};
    return mpi_parts_promise(&work->parts[work->place], &flow, work->place);
}

/* Nothing goes on any more: what is still asked waits for a bank, or for a call that somebody else drives. */
static minipay_status promise_all(drive *work, minipay_error *error)
{
    mpi_engine *engine = work->engine;
    minipay_status status = MINIPAY_OK;
    for (uint32_t place = 0; place < engine->place_count && status == MINIPAY_OK; place++) {
        work->place = place;
        if (work->parts[place].open.count == 0 && work->parts[place].told_count == 0)
            continue;
        status = mpi_store_write(engine->places[place].store, promise, work, error);
        if (status == MINIPAY_OK)
            status = mpi_parts_hand_on(work->parts, engine, place, &work->calls, error);
    }
    return status;
}

static minipay_status run_while_due(drive *work, minipay_error *error)
{
    while (anything_is_due(work)) {
        minipay_status status = run_round(work, error);
        if (status != MINIPAY_OK)
            return status;
        mpi_call_list made = work->calls;
        work->calls = work->asked;
        work->asked = made;
        mpi_calls_clear(&work->calls);
        if (made.count)
            work->engine->caller.make(work->engine->caller.impl, made.calls, made.count);
    }
    return MINIPAY_OK;
}

static minipay_status run_rounds(drive *work, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    do {
        status = run_while_due(work, error);
        if (status == MINIPAY_OK)
            status = promise_all(work, error);
    } while (status == MINIPAY_OK && anything_is_due(work));
    return status;
}

/* ---- entry ----------------------------------------------------------------------------------------------- */

static void release(drive *work)
{
    free(work->jobs);
    free(work->taken);
    free(work->waiting);
    mpi_parts_free(work->parts);
    mpi_calls_free(&work->asked);
    mpi_calls_free(&work->calls);
}

static bool prepare(drive *work, uint32_t count)
{
    work->count = count;
    work->jobs = calloc(count ? count : 1, sizeof *work->jobs);
    work->waiting = malloc((count ? count : 1) * sizeof *work->waiting);
    for (uint32_t i = 0; work->jobs && i < count; i++)
        memset(work->jobs[i].after, 0xff, sizeof work->jobs[i].after); /* NOBODY */
    bool ready = true;
    for (uint32_t place = 0; place < work->engine->place_count; place++) {
        mpi_part *home = &work->parts[place];
        home->ready = calloc(count / 64 + 1, sizeof *home->ready);
        ready &= home->ready != NULL;
    }
    work->taken = calloc(count / 64 + 1, sizeof *work->taken);
    return work->jobs && ready && work->waiting && work->taken;
}

/* Only where stores are apart it matters before they begin. */
static void name_jobs(drive *work, mpi_resumption *named)
{
    const mpi_requests *requests = work->requests;
    const minipay_instruction *instructions = requests->instructions;
    mpi_document drawn;
    for (uint32_t i = 0; i < work->count; i++) {
        if (!instructions)
            requests->draw_up(requests->context, requests->items, i, &drawn);
        named[i] = instructions ? (mpi_resumption){instructions[i].kind, instructions[i].id}
                                : (mpi_resumption){drawn.op.kind, drawn.op.id};
        work->jobs[i].kind = named[i].kind;
    }
}

static minipay_status look_elsewhere(drive *work, minipay_error *error)
{
    if (work->engine->place_count == 1)
        return MINIPAY_OK;
    mpi_resumption *named = malloc((work->count ? work->count : 1) * sizeof *named);
    if (!named)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    name_jobs(work, named);
    minipay_status status =
        mpi_saga_find_elsewhere(work->engine, named, work->count, work->taken, error);
    free(named);
    return status;
}

static void begin_free_jobs(drive *work)
{
    for (uint32_t i = 0; i < work->count; i++) {
        if (work->jobs[i].before == 0)
            make_ready(work, i);
    }
}

/* What the saga did not tell: usage errors, and jobs behind one that still runs. */
static void tell_the_rest(drive *work)
{
    for (uint32_t i = 0; i < work->count; i++) {
        const job *told = &work->jobs[i];
        bool behind = told->state == JOB_BLOCKED;
        if (!behind && told->status == MINIPAY_OK)
            continue;
        minipay_outcome_init(&work->outcomes[i]);
        if (work->requests->instructions) {
            work->outcomes[i].kind = work->requests->instructions[i].kind;
            work->outcomes[i].id = work->requests->instructions[i].id;
        }
        work->outcomes[i].status = behind ? MINIPAY_BEHIND : told->status;
    }
}

minipay_status mpi_drive(mpi_engine *engine, const mpi_requests *requests, minipay_outcome *outcomes,
                         minipay_error *error)
{
    drive work = {.engine = engine, .requests = requests};
    uint32_t count = requests->count;
    minipay_status status = MINIPAY_NO_MEMORY;
    work.outcomes = malloc((count ? count : 1) * sizeof *outcomes);
    if (work.outcomes && prepare(&work, count) && (!requests->instructions || order_jobs(&work))) {
        status = look_elsewhere(&work, error);
        if (status == MINIPAY_OK) {
            begin_free_jobs(&work);
            status = run_rounds(&work, error);
        }
    } else {
        mpi_fail_plain(error, status, NULL);
    }
    if (status == MINIPAY_OK) {
        tell_the_rest(&work);
        memcpy(outcomes, work.outcomes, count * sizeof *outcomes);
        if (error && work.detail.status != MINIPAY_OK)
            *error = work.detail;
    }
    free(work.outcomes);
    release(&work);
    return status;
}

minipay_status mpi_drive_on(mpi_engine *engine, const mpi_resumption *operations, uint32_t count,
                            minipay_error *error)
{
    drive work = {.engine = engine};
    minipay_status status = MINIPAY_NO_MEMORY;
    if (prepare(&work, count)) {
        for (uint32_t i = 0; i < count; i++) {
            work.jobs[i].kind = operations[i].kind;
            work.jobs[i].id = operations[i].id;
        }
        begin_free_jobs(&work);
        status = run_rounds(&work, error);
    } else {
        mpi_fail_plain(error, status, NULL);
    }
    release(&work);
    return status;
}

minipay_status mpi_drive_calls(mpi_engine *engine, mpi_call_list *calls, minipay_error *error)
{
    drive work = {.engine = engine, .calls = *calls};
    minipay_status status = MINIPAY_OK;
    *calls = (mpi_call_list){0};
    if (engine->place_count > 1)
        status = mpi_parts_hand_on(work.parts, engine, engine->caller_place, &work.calls, error);
    if (work.calls.count)
        engine->caller.make(engine->caller.impl, work.calls.calls, work.calls.count);
    work.asked = work.calls;
    work.calls = (mpi_call_list){0};
    if (status == MINIPAY_OK)
        status = run_rounds(&work, error);
    release(&work);
    return status;
}
