/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/reconcile.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* Reading runs and their differences, on a snapshot beside the lane. */

void mpi_reconciliation_show(const mpi_reconciliation *run, minipay_reconciliation *shown)
{
    minipay_reconciliation_init(shown);
    shown->id = run->id;
    shown->state = run->stage == MPI_STAGE_END ? MINIPAY_STATE_DONE : MINIPAY_STATE_RUNNING;
    shown->from_position = run->from_position;
    shown->through_position = run->position;
    shown->started_at = run->started_at;
    shown->finished_at = run->finished_at;
    shown->lines = run->lines;
    shown->matched = run->matched;
    shown->in_flight = run->in_flight;
    shown->missing = run->missing;
    shown->extra = run->extra;
    shown->different = run->different;
}

minipay_status mpi_banking_reconciliation(mpi_banking *banking, const minipay_id *id,
                                          minipay_reconciliation *reconciliation, minipay_error *error)
{
    mpi_view view;
    mpi_reconciliation run = {.id = *id};
    minipay_status status = mpi_view_open(banking->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_reconciliation_record, -1, &run, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        mpi_reconciliation_show(&run, reconciliation);
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, MINIPAY_NOT_FOUND, "id") : status;
}

static minipay_status show_difference(void *context, mpi_view *view, const void *difference, void *item,
                                      minipay_error *error)
{
    const mpi_difference *row = difference;
    minipay_difference *shown = item;
    (void)context;
    (void)view;
    (void)error;
    minipay_difference_init(shown);
    shown->difference = row->difference;
    shown->reconciliation_id = row->reconciliation_id;
    shown->number = row->number;
    shown->order_id = row->order_id;
    shown->position = row->position;
    shown->ordered_minor = row->ordered_minor;
    shown->bank_minor = row->bank_minor;
    shown->direction = row->direction;
    shown->value_date = row->value_date;
    memcpy(shown->currency, row->currency, sizeof shown->currency);
    memcpy(shown->reference, row->reference, sizeof shown->reference);
    return MINIPAY_OK;
}

minipay_status mpi_banking_differences(mpi_banking *banking, const minipay_id *id, int64_t after,
                                       minipay_difference *differences, uint32_t *count,
                                       minipay_error *error)
{
    mpi_difference low = {.reconciliation_id = *id, .number = after};
    mpi_list list = {.scan = {.table = &mpi_difference_record.table,
                              .index = -1,
                              .low = &low,
                              .high = &low,
                              .low_fields = 2,
                              .high_fields = 1,
                              .low_exclusive = 1},
                     .item_size = sizeof *differences,
                     .show = show_difference};
    return mpi_store_list(banking->store, &list, differences, count, error);
}
