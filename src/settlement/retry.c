/* SPDX-License-Identifier: Apache-2.0 */
#include "settlement/internal.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A retry is a run whose lines are refused lines of another run. What a refused line carried forward is taken
 * out of its bucket again, so it is either in the retry or in a later run, never in both. */

enum { PAGE = 500 };

static minipay_status scan_lines(mpi_flow *flow, const mpi_run *run, mpi_line *lines, uint32_t *count)
{
    mpi_line low = {.run_id = run->retry_of, .merchant_id = run->cursor_id};
    mpi_line high = {.run_id = run->retry_of};
    minipay_scan scan = {.table = &mpi_line_record.table,
                         .index = MPI_LINES_OF_RUN,
                         .low = &low,
                         .high = &high,
                         .low_fields = 2,
                         .high_fields = 1,
                         .low_exclusive = 1};
    return mpi_unit_scan(flow->unit, &scan, lines, count, flow->error);
}

/* The new attempt: what is carried is all of it, and no minimum refuses it. */
static void draw_up(const mpi_run *run, const mpi_line *refused, int64_t now, mpi_line *line)
{
    char name[32];
    snprintf(name, sizeof name, "attempt-%d", refused->attempt + 1);
    mpi_line_name(run, &refused->merchant_id, line);
    mpi_id_derive(&refused->op.id, name, &line->op.id);
    line->op.created_at = now;
    line->op.policy_version = run->op.policy_version;
    line->attempt = refused->attempt + 1;
    line->retries_id = refused->op.id;
    line->carried_minor = line->net_minor = line->payout_minor = refused->net_minor;
}

static minipay_status mark_retried(mpi_settlements *settlements, mpi_flow *flow, const mpi_line *refused,
                                   const minipay_id *by)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, settlements->lines, refused, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_line *edit = mpi_unit_edit(flow->unit, settlements->lines, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    edit->retried_by = *by;
    return MINIPAY_OK;
}

static minipay_status retry_one(mpi_settlements *settlements, mpi_flow *flow, mpi_run *run,
                                const mpi_line *refused)
{
    mpi_payment_port *payment = &settlements->payment;
    mpi_carried carried = {refused->carried_date, refused->carried_round};
    mpi_line line;
    if (refused->op.state != MINIPAY_STATE_REJECTED || !mpi_id_is_none(&refused->retried_by))
        return MINIPAY_OK;
    minipay_status status = payment->take_back(payment->impl, flow, &refused->merchant_id, run->currency,
                                               refused->net_minor, &carried);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
    draw_up(run, refused, mpi_unit_now(flow->unit), &line);
    status = mark_retried(settlements, flow, refused, &line.op.id);
    if (status == MINIPAY_OK)
        status = mpi_unit_insert(flow->unit, settlements->lines, &line, flow->error);
    run->lines++;
    run->open++;
    return status;
}

static minipay_status find_run(mpi_settlements *settlements, mpi_flow *flow, mpi_run *run)
{
    const void *row;
    const mpi_rules *rules;
    minipay_status status =
        mpi_unit_get(flow->unit, settlements->runs, &run->retry_of, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    run->through_date = ((const mpi_run *)row)->through_date;
    memcpy(run->currency, ((const mpi_run *)row)->currency, sizeof run->currency);
    status = mpi_policy_rules(settlements->policy, flow->unit, run->currency, &rules, flow->error);
    if (status == MINIPAY_OK && run->op.policy_version == 0)
        run->op.policy_version = rules->version;
    return status;
}

minipay_status mpi_retry_page(mpi_settlements *settlements, mpi_flow *flow, mpi_run *run)
{
    uint32_t count = PAGE;
    mpi_line *lines = malloc(PAGE * sizeof *lines);
    if (!lines)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = find_run(settlements, flow, run);
    if (status == MINIPAY_OK)
        status = scan_lines(flow, run, lines, &count);
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++)
        status = retry_one(settlements, flow, run, &lines[i]);
    if (status == MINIPAY_OK && count)
        run->cursor_id = lines[count - 1].merchant_id;
    free(lines);
    return status == MINIPAY_OK && count == PAGE ? MPI_WAIT : status;
}
