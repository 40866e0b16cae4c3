/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/reconcile.h"

#include "base/error.h"
#include "base/id.h"

#include <string.h>

/* Lines that were matched once, and that the statement has no more. What they had proved is taken back: a done
 * order is missing until the statement has it again, a parked one is told without a line; of any other it is as
 * if none had been seen. */

enum { PAGE = 128 };

/* No two matches have one position: who gets its line comes behind the taking back of who had it. */

/* The line at a position; lines are in the order of their positions. */
static const minipay_bank_movement *line_at(const minipay_bank_movement *lines, uint32_t count,
                                            int64_t position)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (lines[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && lines[low].position == position ? &lines[low] : NULL;
}

/* Is the line of the match still there, and still of its order? */
static minipay_status look_for(const mpi_judgement *work, const minipay_bank_movement *lines,
                               uint32_t count, const mpi_match *match, bool *stands)
{
    const mpi_bank_order *order = NULL;
    const minipay_bank_movement *line = line_at(lines, count, match->position);
    minipay_status status = line ? mpi_judge_find_order(work, line, &order) : MINIPAY_OK;
    *stands = order && mpi_id_compare(&order->op.id, &match->order_id) == 0;
    return status;
}

static minipay_status take_back(const mpi_judgement *work, const mpi_match *match)
{
    mpi_table *matches = work->banking->matches;
    const void *row = NULL, *standing = NULL;
    minipay_status status =
        mpi_judge_find_known(work, work->banking->orders, "bank_order", &match->order_id, &row);
    if (status == MINIPAY_OK)
        status = mpi_judge_find_known(work, matches, "bank_match", &match->order_id, &standing);
    if (status != MINIPAY_OK)
        return status;
    const mpi_bank_order *order = row;
    bool missing = match->match_state == MPI_MATCH_SETTLED && order->op.state == MINIPAY_STATE_DONE;
    if (!missing && order->op.state != MINIPAY_STATE_PARKED)
        return mpi_unit_delete(work->unit, matches, standing, work->error);
    mpi_match *edit = mpi_unit_edit(work->unit, matches, standing);
    if (!edit)
        return mpi_fail_plain(work->error, MINIPAY_NO_MEMORY, NULL);
    mpi_match made = {.order_id = match->order_id,
                      .match_state = missing ? MPI_MATCH_MISSING : MPI_MATCH_IN_FLIGHT};
    memcpy(edit, &made, offsetof(mpi_match, row_tag));
    return MINIPAY_OK;
}

minipay_status mpi_judge_gone(const mpi_judgement *work, const minipay_bank_movement *lines,
                              uint32_t count, int64_t through)
{
    mpi_match rows[PAGE], low = {.position = work->run->position}, high = {.position = through};
    minipay_scan scan = {.table = &mpi_match_record.table,
                         .index = MPI_MATCHES_BY_LINE,
                         .low = &low,
                         .high = &high,
                         .low_fields = 1,
                         .high_fields = 1,
                         .low_exclusive = 1};
    minipay_status status = MINIPAY_OK;
    uint32_t read = through > low.position ? PAGE : 0;
    while (status == MINIPAY_OK && read) {
        bool stands;
        read = PAGE;
        status = mpi_unit_scan(work->unit, &scan, rows, &read, work->error);
        for (uint32_t i = 0; i < read && status == MINIPAY_OK; i++) {
            status = look_for(work, lines, count, &rows[i], &stands);
            if (status == MINIPAY_OK && !stands)
                status = take_back(work, &rows[i]);
        }
        if (status == MINIPAY_OK && read)
            low = rows[read - 1];
    }
    return status;
}

minipay_status mpi_judge_farthest(mpi_unit *unit, int64_t *position, minipay_error *error)
{
    mpi_match last = {.position = 0};
    minipay_scan scan = {
        .table = &mpi_match_record.table, .index = MPI_MATCHES_BY_LINE, .descending = 1};
    uint32_t count = 1;
    minipay_status status = mpi_unit_scan(unit, &scan, &last, &count, error);
    if (status == MINIPAY_OK)
        *position = count ? last.position : 0;
    return status;
}
