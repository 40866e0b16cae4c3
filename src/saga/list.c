/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/id.h"

#include <stdlib.h>
#include <string.h>

/* Listing operations of a kind: those that have a document, and those that stand by their posting alone, merged
 * in the order of ids. */

enum { PAGE = 128 };

typedef struct page {
    uint8_t *rows;
    uint32_t count, at;
} page;

typedef struct listing {
    mpi_store *store;
    const mpi_known_saga *known;
    int32_t kind;
    uint32_t row_size;
    page written, said;
    uint8_t *scanned;
    minipay_id after;
} listing;

static const mpi_document *document_at(const listing *list, const page *from, uint32_t number)
{
    return (const mpi_document *)(const void *)(from->rows + (size_t)number * list->row_size);
}

/* Kinds may share a table: only those of the wanted one are kept. */
static void keep(listing *list, uint32_t scanned, uint32_t wanted)
{
    for (uint32_t i = 0; i < scanned && list->written.count < wanted; i++) {
        const uint8_t *row = list->scanned + (size_t)i * list->row_size;
        mpi_operation op;
        memcpy(&op, row, sizeof op);
        if (op.kind == list->kind)
            memcpy(list->written.rows + (size_t)list->written.count++ * list->row_size, row,
                   list->row_size);
    }
}

static minipay_status scan_written(listing *list, mpi_view *view, uint32_t wanted, minipay_error *error)
{
    mpi_document low;
    minipay_scan scan = {.table = &list->known->saga->record->table,
                         .index = -1,
                         .low = &low,
                         .low_fields = 1,
                         .low_exclusive = 1};
    uint32_t scanned = wanted;
    low.op.id = list->after;
    list->written.count = list->written.at = 0;
    while (list->written.count < wanted && scanned == wanted) {
        minipay_status status = mpi_view_scan(view, &scan, list->scanned, &scanned, error);
        if (status != MINIPAY_OK)
            return status;
        keep(list, scanned, wanted);
        if (scanned)
            memcpy(&low.op.id, list->scanned + (size_t)(scanned - 1) * list->row_size, sizeof low.op.id);
    }
    return MINIPAY_OK;
}

/* One view at a time: a storage in memory has no more. */
static minipay_status read_written(listing *list, uint32_t wanted, minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(list->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = scan_written(list, &view, wanted, error);
    mpi_view_close(&view);
    return status;
}

static minipay_status read_said(listing *list, uint32_t wanted, minipay_error *error)
{
    const mpi_known_saga *known = list->known;
    list->said.at = 0;
    list->said.count = known->saga->said ? wanted : 0;
    if (!known->saga->said)
        return MINIPAY_OK;
    return known->saga->said(known->context, &list->after, list->said.rows, &list->said.count, error);
}

/* The next in the order of ids; NULL at the end of both pages. A document says more than its posting. */
static const mpi_document *next(listing *list)
{
    const mpi_document *written = list->written.at < list->written.count
                                      ? document_at(list, &list->written, list->written.at)
                                      : NULL;
    const mpi_document *said =
        list->said.at < list->said.count ? document_at(list, &list->said, list->said.at) : NULL;
    int order = written && said ? mpi_id_compare(&written->op.id, &said->op.id) : written ? -1 : 1;
    list->written.at += written && order <= 0;
    list->said.at += said && order >= 0;
    return order <= 0 ? written : said;
}

static minipay_status fill(const listing *list, const mpi_document *document,
                           minipay_operation *operation, minipay_error *error)
{
    minipay_operation_init(operation);
    operation->kind = document->op.kind;
    operation->id = document->op.id;
    operation->state = document->op.state;
    operation->status = document->op.state == MINIPAY_STATE_RUNNING ? MINIPAY_OK : document->op.status;
    operation->finished_at = document->op.finished_at;
    if (mpi_record_json(list->known->saga->record, document, operation->document,
                        sizeof operation->document))
        return MINIPAY_OK;
    return mpi_fail(error, MINIPAY_INTERNAL, "document", "a document does not fit its JSON");
}

static minipay_status fill_page(listing *list, uint32_t wanted, minipay_operation *operations,
                                uint32_t *used, minipay_error *error)
{
    const mpi_document *document;
    uint32_t filled = 0;
    minipay_status status = read_written(list, wanted, error);
    if (status == MINIPAY_OK)
        status = read_said(list, wanted, error);
    while (status == MINIPAY_OK && filled < wanted && (document = next(list))) {
        status = fill(list, document, &operations[filled++], error);
        list->after = document->op.id;
    }
    *used = filled;
    return status;
}

static minipay_status fill_pages(listing *list, minipay_operation *operations, uint32_t *count,
                                 minipay_error *error)
{
    uint32_t used = 0, filled, wanted;
    minipay_status status = MINIPAY_OK;
    do {
        wanted = *count - used < PAGE ? *count - used : PAGE;
        filled = 0;
        if (wanted)
            status = fill_page(list, wanted, operations + used, &filled, error);
        used += filled;
    } while (status == MINIPAY_OK && wanted && filled == wanted);
    if (status == MINIPAY_OK)
        *count = used;
    return status;
}

minipay_status mpi_saga_list(mpi_engine *engine, int32_t kind, const minipay_id *after,
                             minipay_operation *operations, uint32_t *count, minipay_error *error)
{
    if (!mpi_engine_saga(engine, kind)) {
        *count = 0;
        return MINIPAY_OK;
    }
    listing list = {.store = mpi_engine_store(engine, kind),
                    .known = &engine->known[kind],
                    .kind = kind,
                    .after = *after};
    list.row_size = list.known->saga->record->table.row_size;
    list.written.rows = calloc(PAGE, list.row_size);
    list.said.rows = calloc(PAGE, list.row_size);
    list.scanned = calloc(PAGE, list.row_size);
    minipay_status status = list.written.rows && list.said.rows && list.scanned
                                ? fill_pages(&list, operations, count, error)
                                : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    free(list.written.rows);
    free(list.said.rows);
    free(list.scanned);
    return status;
}
