/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/error.h"
#include "base/time.h"

#include <stdlib.h>

/* An operation that waits for another store, and when it asks again by itself; or one of another store, to
 * which a word is owed, and when it is told again. */
typedef struct waiting {
    minipay_id operation_id;
    int32_t kind;
    int32_t attempts;
    int64_t next_at;
    uint8_t row_tag[MPI_TAG_SIZE];
} waiting;

static const minipay_field waiting_fields[] = {
    MPI_ID(waiting, operation_id), MPI_ENUM(waiting, kind, mpi_kind_names),
    MPI_INT32(waiting, attempts),  MPI_INT64(waiting, next_at),
    MPI_HASH(waiting, row_tag),
};

static const minipay_index waiting_indexes[] = {{"waiting_due", {3, 0}, 2, 0, -1, 0}};

const mpi_record mpi_waiting_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, waiting, "waiting", waiting_fields, 1, waiting_indexes, 1);

/* Somebody drives it as long as his call lasts; only what he left is asked again. */
enum { FIRST_WAIT_MS = 2000, DOUBLED_LARGEST = 5 };

#define NEVER MPI_TIME_LARGEST

static mpi_table *table_of(const mpi_flow *flow, uint32_t place)
{
    return flow->engine->places[place].waiting;
}

/* `*edit` is NULL when none stands. */
static minipay_status find(mpi_flow *flow, mpi_table *table, const minipay_id *id, waiting **edit)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, table, id, &row, flow->error);
    *edit = status == MINIPAY_OK ? mpi_unit_edit(flow->unit, table, row) : NULL;
    if (status == MINIPAY_OK && !*edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

/* Ever later. */
minipay_status mpi_waiting_note(mpi_flow *flow, const mpi_known_saga *known, const mpi_operation *op)
{
    mpi_table *table = table_of(flow, known->place);
    waiting made = {.operation_id = op->id, .kind = op->kind}, *edit;
    int64_t now = mpi_unit_now(flow->unit);
    minipay_status status = find(flow, table, &op->id, &edit);
    if (status != MINIPAY_OK)
        return status;
    if (!edit) {
        made.next_at = mpi_time_after_ms(now, FIRST_WAIT_MS);
        return mpi_unit_insert(flow->unit, table, &made, flow->error);
    }
    int32_t doubled = edit->attempts < DOUBLED_LARGEST ? edit->attempts : DOUBLED_LARGEST;
    edit->next_at = mpi_time_after_ms(now, (int64_t)FIRST_WAIT_MS << doubled);
    edit->attempts++;
    return MINIPAY_OK;
}

minipay_status mpi_waiting_rest(mpi_flow *flow, int32_t kind, const minipay_id *id)
{
    waiting *edit;
    minipay_status status = find(flow, table_of(flow, flow->engine->known[kind].place), id, &edit);
    if (edit) {
        edit->next_at = NEVER;
        edit->attempts = 0;
    }
    return status;
}

minipay_status mpi_waiting_owe(mpi_flow *flow, uint32_t place, int32_t kind, const minipay_id *id)
{
    waiting owed = {.operation_id = *id, .kind = kind, .next_at = NEVER}, *edit;
    minipay_status status = find(flow, table_of(flow, place), id, &edit);
    return status == MINIPAY_OK && !edit
               ? mpi_unit_insert(flow->unit, table_of(flow, place), &owed, flow->error)
               : status;
}

minipay_status mpi_waiting_tell(mpi_flow *flow, uint32_t place, int32_t kind, const minipay_id *id,
                                bool owed)
{
    waiting *edit;
    minipay_status status = owed ? mpi_waiting_owe(flow, place, kind, id) : MINIPAY_OK;
    if (status == MINIPAY_OK)
        status = find(flow, table_of(flow, place), id, &edit);
    if (status == MINIPAY_OK && edit)
        edit->next_at = mpi_time_after_ms(mpi_unit_now(flow->unit), FIRST_WAIT_MS);
    return status;
}

minipay_status mpi_waiting_told(mpi_flow *flow, uint32_t place, const minipay_id *id)
{
    mpi_table *table = table_of(flow, place);
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, table, id, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return MINIPAY_OK;
    return status == MINIPAY_OK ? mpi_unit_delete(flow->unit, table, row, flow->error) : status;
}

minipay_status mpi_waiting_forget(mpi_flow *flow, const mpi_known_saga *known, const minipay_id *id)
{
    return table_of(flow, known->place) ? mpi_waiting_told(flow, known->place, id) : MINIPAY_OK;
}

/* ---- going on -------------------------------------------------------------------------------------------- */

enum { PAGE = 500 };

static minipay_status find_due(const mpi_engine *engine, uint32_t place, mpi_resumption *found,
                               uint32_t *count, int64_t *next_at, minipay_error *error)
{
    waiting rows[PAGE + 1];
    uint32_t read = *count + 1;
    minipay_scan scan = {.table = &mpi_waiting_record.table, .index = 0};
    int64_t now = mpi_store_now(engine->places[place].store);
    mpi_view view;
    minipay_status status = mpi_view_open(engine->places[place].store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_scan(&view, &scan, rows, &read, error);
    mpi_view_close(&view);
    if (status != MINIPAY_OK)
        return status;
    uint32_t due = 0;
    for (; due < read && due < *count && rows[due].next_at <= now; due++)
        found[due] = (mpi_resumption){rows[due].kind, rows[due].operation_id};
    if (due < read && rows[due].next_at != NEVER && (*next_at == 0 || rows[due].next_at < *next_at))
        *next_at = rows[due].next_at;
    *count = due;
    return MINIPAY_OK;
}

typedef struct told {
    mpi_engine *engine;
    uint32_t place;
    const mpi_resumption *found;
    uint32_t count;
} told;

static bool is_far(const told *work, uint32_t number)
{
    return work->engine->known[work->found[number].kind].place != work->place;
}

/* Those of other stores have been woken. */
static minipay_status forget_told(void *context, mpi_unit *unit, minipay_error *error)
{
    const told *work = context;
    mpi_flow flow = {.engine = work->engine, .unit = unit, .error = error};
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < work->count && status == MINIPAY_OK; i++) {
        if (is_far(work, i))
            status = mpi_waiting_told(&flow, work->place, &work->found[i].id);
    }
    return status;
}

static bool any_told(const told *work)
{
    bool any = false;
    for (uint32_t i = 0; i < work->count; i++)
        any |= is_far(work, i);
    return any;
}

static minipay_status carry_place_on(mpi_engine *engine, uint32_t place, uint32_t *left,
                                     int64_t *next_at, minipay_error *error)
{
    mpi_resumption found[PAGE];
    uint32_t count = PAGE;
    minipay_status status = MINIPAY_OK;
    while (status == MINIPAY_OK && count == PAGE && *left) {
        count = *left < PAGE ? *left : PAGE;
        status = find_due(engine, place, found, &count, next_at, error);
        if (status == MINIPAY_OK && count)
            status = mpi_drive_on(engine, found, count, error);
        told work = {engine, place, found, count};
        if (status == MINIPAY_OK && any_told(&work))
            status = mpi_store_write(engine->places[place].store, forget_told, &work, error);
        *left -= count;
    }
    return status;
}

minipay_status mpi_drive_waiting(mpi_engine *engine, uint32_t budget, uint32_t *carried,
                                 int64_t *next_at, minipay_error *error)
{
    uint32_t given = budget ? budget : UINT32_MAX, left = given;
    minipay_status status = MINIPAY_OK;
    *next_at = 0;
    for (uint32_t place = 0; place < engine->place_count && status == MINIPAY_OK && left; place++) {
        if (engine->places[place].waiting)
            status = carry_place_on(engine, place, &left, next_at, error);
    }
    *carried = given - left;
    return status;
}
