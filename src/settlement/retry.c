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

static minipay_status retry_one(mpi_settlements *settlements, mpi_flow *flow, const mpi_run *run,
                                const mpi_line *refused)
{
    mpi_line line;
    draw_up(run, refused, mpi_unit_now(flow->unit), &line);
    minipay_status status = mark_retried(settlements, flow, refused, &line.op.id);
    return status == MINIPAY_OK ? mpi_unit_insert(flow->unit, settlements->lines, &line, flow->error)
                                : status;
}

/* Those that can be paid again move to the front of `lines`. */
static uint32_t choose(mpi_line *lines, uint32_t count, mpi_taking *takings)
{
    uint32_t chosen = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].op.state != MINIPAY_STATE_REJECTED || !mpi_id_is_none(&lines[i].retried_by))
            continue;
        takings[chosen] = (mpi_taking){lines[i].merchant_id,
                                       lines[i].net_minor,
                                       {lines[i].carried_date, lines[i].carried_round},
                                       false};
        lines[chosen++] = lines[i];
    }
    return chosen;
}

static minipay_status retry_lines(mpi_settlements *settlements, mpi_flow *flow, mpi_run *run,
                                  mpi_line *lines, uint32_t count)
{
    const mpi_payment_port *payment = &settlements->payment;
    mpi_closing closing = mpi_run_closing(run);
    int32_t added = 0;
    mpi_taking *takings = malloc((count ? count : 1) * sizeof *takings);
    if (!takings)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    uint32_t chosen = choose(lines, count, takings);
    minipay_status status =
        chosen ? payment->take_back(payment->impl, flow, &closing, takings, chosen) : MINIPAY_OK;
    for (uint32_t i = 0; i < chosen && status == MINIPAY_OK; i++) {
        if (takings[i].taken)
            status = retry_one(settlements, flow, run, &lines[i]);
        added += takings[i].taken;
    }
    free(takings);
    if (status != MINIPAY_OK)
        return status;
    run->lines += added;
    run->open += added;
    return MINIPAY_OK;
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
    uint32_t page = settlements->payment.page, count = page;
    mpi_line *lines = malloc(page * sizeof *lines);
    if (!lines)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = find_run(settlements, flow, run);
    if (status == MINIPAY_OK)
        status = scan_lines(flow, run, lines, &count);
    minipay_id last = status == MINIPAY_OK && count ? lines[count - 1].merchant_id : run->cursor_id;
    if (status == MINIPAY_OK)
        status = retry_lines(settlements, flow, run, lines, count);
    free(lines);
    if (status != MINIPAY_OK)
        return status;
    run->cursor_id = last;
    run->cursor_page++;
    return count == page ? MPI_WAIT : MINIPAY_OK;
}
