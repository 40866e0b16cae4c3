/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

static minipay_status check_item(const mpi_batch *batch, uint32_t number, minipay_error *error)
{
    const uint8_t *item = (const uint8_t *)batch->items + number * batch->item_size;
    uint32_t size; /* the first field of every request */
    memcpy(&size, item, sizeof size);
    minipay_status status = mpi_check_size("request", size, batch->item_size, error);
    return status == MINIPAY_OK ? batch->check(item, error) : status;
}

/* Outcomes of the items that fail their check; `*bad` is how many. */
static void check_items(const mpi_batch *batch, minipay_status *found, uint32_t *bad,
                        minipay_error *first)
{
    *bad = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        found[i] = check_item(batch, i, *bad ? NULL : first);
        *bad += found[i] != MINIPAY_OK;
    }
}

static minipay_status drive(minipay *pay, const mpi_batch *batch, const void *items, uint32_t count,
                            minipay_outcome *outcomes, minipay_error *error)
{
    mpi_requests requests = {items, count, batch->context, batch->draw_up,
                             batch->instructions ? items : NULL};
    return mpi_drive(pay->engine, &requests, outcomes, error);
}

/* The good ones are moved together, driven, and their outcomes put back where they belong. */
static minipay_status drive_good(minipay *pay, const mpi_batch *batch, const minipay_status *found,
                                 uint32_t good, minipay_outcome *outcomes, minipay_error *error)
{
    uint8_t *items = malloc(good * batch->item_size + 1);
    minipay_outcome *driven = malloc(good * sizeof *driven + 1);
    minipay_status status =
        items && driven ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    uint32_t used = 0;
    for (uint32_t i = 0; i < batch->count && status == MINIPAY_OK; i++) {
        if (found[i] == MINIPAY_OK)
            memcpy(items + used++ * batch->item_size,
                   (const uint8_t *)batch->items + i * batch->item_size, batch->item_size);
    }
    if (status == MINIPAY_OK)
        status = drive(pay, batch, items, good, driven, error);
    used = 0;
    for (uint32_t i = 0; i < batch->count && status == MINIPAY_OK; i++) {
        minipay_outcome_init(&outcomes[i]);
        if (found[i] == MINIPAY_OK)
            outcomes[i] = driven[used++];
        else
            outcomes[i].status = found[i];
    }
    free(items);
    free(driven);
    return status;
}

static minipay_status run_checked(minipay *pay, const mpi_batch *batch, minipay_outcome *outcomes,
                                  minipay_error *first, minipay_error *error)
{
    uint32_t bad;
    minipay_status *found = malloc(batch->count * sizeof *found + 1);
    if (!found)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    check_items(batch, found, &bad, first);
    minipay_error *detail = bad ? NULL : first;
    minipay_status status = bad ? drive_good(pay, batch, found, batch->count - bad, outcomes, detail)
                                : drive(pay, batch, batch->items, batch->count, outcomes, detail);
    free(found);
    if (status != MINIPAY_OK && error)
        *error = *first;
    return status;
}

/* With one request its status is the call's; with more, the call is OK and `error` tells of the first. */
static minipay_status sum_up(const minipay_outcome *outcomes, uint32_t count, const minipay_error *first,
                             minipay_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        minipay_status status = outcomes[i].status;
        if (status == MINIPAY_OK)
            continue;
        if (error && first->status == status)
            *error = *first;
        else
            mpi_fail_plain(error, status, NULL);
        return count == 1 ? status : MINIPAY_OK;
    }
    return MINIPAY_OK;
}

minipay_status mpi_run_batch(minipay *pay, const mpi_batch *batch, minipay_outcome *outcomes,
                             minipay_error *error)
{
    minipay_error first;
    minipay_error_init(&first);
    minipay_status status = MINIPAY_OK;
    if (!batch->items || !outcomes || batch->count == 0)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "count", "requests and outcomes are missing");
    else if (batch->count > MINIPAY_BATCH_LARGEST)
        status = mpi_fail_plain(error, MINIPAY_BATCH_TOO_LARGE, "count");
    if (mpi_enter(pay, &status, error)) {
        status = run_checked(pay, batch, outcomes, &first, error);
        mpi_leave(pay);
    }
    return status == MINIPAY_OK ? sum_up(outcomes, batch->count, &first, error) : status;
}
