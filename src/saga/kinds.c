/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/error.h"
#include "base/id.h"

/* Ids are one space for operations of all kinds, though each kind looks for its own in its own table. Before an
 * operation begins, the others are asked. Nearly always the id is above every id that stands, and that
 * says all. */

static minipay_status stands(mpi_flow *flow, const mpi_known_saga *known, const minipay_id *id)
{
    mpi_document document;
    minipay_status status =
        known->shares ? MINIPAY_NOT_FOUND : mpi_unit_has(flow->unit, known->table, id, flow->error);
    if (status != MINIPAY_NOT_FOUND || !known->saga->find)
        return status;
    document.op.id = *id;
    return known->saga->find(known->context, flow, &document);
}

static minipay_status taken(mpi_flow *flow)
{
    return mpi_fail(flow->error, MINIPAY_ID_REUSED, "kind",
                    "this id already belongs to an operation of another kind");
}

minipay_status mpi_saga_check_kind(mpi_flow *flow, const mpi_known_saga *own, const minipay_id *id)
{
    bool may = false;
    if (flow->is_taken)
        return taken(flow);
    minipay_status status = mpi_unit_may_stand(flow->unit, id, &may, flow->error);
    for (int32_t kind = 1; may && kind < MPI_KINDS && status == MINIPAY_OK; kind++) {
        const mpi_known_saga *known = &flow->engine->known[kind];
        if (!known->saga || known->table == own->table || known->place != own->place)
            continue;
        status = stands(flow, known, id);
        if (status == MINIPAY_OK)
            return taken(flow);
        if (status == MINIPAY_NOT_FOUND)
            status = MINIPAY_OK;
    }
    return status;
}

/* ---- in other stores ------------------------------------------------------------------------------------- */

typedef struct elsewhere {
    const mpi_engine *engine;
    const mpi_resumption *wanted;
    uint32_t count;
    uint64_t *taken;
    uint32_t place;
    mpi_view view;
} elsewhere;

/* None above the highest id of a table stands in it. */
static minipay_status find_highest(elsewhere *work, const mpi_record *record, mpi_document *highest,
                                   minipay_error *error)
{
    minipay_scan scan = {.table = &record->table, .index = -1, .descending = 1};
    uint32_t count = 1;
    highest->op.id = (minipay_id){{0}};
    return mpi_view_scan(&work->view, &scan, highest, &count, error);
}

static minipay_status look_in_table(elsewhere *work, const mpi_record *record, minipay_error *error)
{
    mpi_document highest, found;
    minipay_status status = find_highest(work, record, &highest, error);
    for (uint32_t i = 0; i < work->count && status == MINIPAY_OK; i++) {
        const mpi_resumption *wanted = &work->wanted[i];
        if (work->engine->known[wanted->kind].place == work->place ||
            mpi_id_compare(&wanted->id, &highest.op.id) > 0)
            continue;
        found.op.id = wanted->id;
        status = mpi_view_get(&work->view, record, -1, &found, error);
        if (status == MINIPAY_OK)
            work->taken[i / 64] |= (uint64_t)1 << (i % 64);
        if (status == MINIPAY_NOT_FOUND)
            status = MINIPAY_OK;
    }
    return status;
}

static minipay_status look_in_place(elsewhere *work, minipay_error *error)
{
    const mpi_engine *engine = work->engine;
    minipay_status status = mpi_view_open(engine->places[work->place].store, &work->view, error);
    if (status != MINIPAY_OK)
        return status;
    for (int32_t kind = 1; kind < MPI_KINDS && status == MINIPAY_OK; kind++) {
        const mpi_known_saga *known = &engine->known[kind];
        if (known->saga && known->place == work->place && !known->shares)
            status = look_in_table(work, known->saga->record, error);
    }
    mpi_view_close(&work->view);
    return status;
}

static bool all_are_at(const elsewhere *work)
{
    bool all = true;
    for (uint32_t i = 0; i < work->count; i++)
        all &= work->engine->known[work->wanted[i].kind].place == work->place;
    return all;
}

minipay_status mpi_saga_find_elsewhere(const mpi_engine *engine, const mpi_resumption *wanted,
                                       uint32_t count, uint64_t *taken, minipay_error *error)
{
    elsewhere work = {.engine = engine, .wanted = wanted, .count = count, .taken = taken};
    minipay_status status = MINIPAY_OK;
    for (; engine->place_count > 1 && work.place < engine->place_count && status == MINIPAY_OK;
         work.place++) {
        if (!all_are_at(&work))
            status = look_in_place(&work, error);
    }
    return status;
}

minipay_status mpi_saga_is_taken(mpi_engine *engine, int32_t kind, const minipay_id *id, bool *taken,
                                 minipay_error *error)
{
    mpi_resumption wanted = {kind, *id};
    uint64_t found = 0;
    minipay_status status = mpi_saga_find_elsewhere(engine, &wanted, 1, &found, error);
    *taken = found != 0;
    return status;
}
