/* SPDX-License-Identifier: Apache-2.0 */
#include "settlement/internal.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"

#include <stdlib.h>
#include <string.h>

/* Reading runs and lines, on a snapshot beside the lane. */

enum { LINE_PAGE = 500 };

static minipay_scan lines_behind(const minipay_id *run_id, const minipay_id *after, mpi_line *low,
                                 mpi_line *high)
{
    *low = (mpi_line){.run_id = *run_id, .merchant_id = *after};
    *high = (mpi_line){.run_id = *run_id};
    return (minipay_scan){.table = &mpi_line_record.table,
                          .index = MPI_LINES_OF_RUN,
                          .low = low,
                          .high = high,
                          .low_fields = 2,
                          .high_fields = 1,
                          .low_exclusive = 1};
}

minipay_status mpi_lines_read(mpi_view *view, const minipay_id *run_id, const minipay_id *after,
                              mpi_line *lines, uint32_t *count, minipay_error *error)
{
    mpi_line low, high;
    minipay_scan scan = lines_behind(run_id, after, &low, &high);
    return mpi_view_scan(view, &scan, lines, count, error);
}

void mpi_totals_add(mpi_run_totals *totals, const mpi_line *line)
{
    mpi_money_sum_add(&totals->gross, line->gross_minor);
    mpi_money_sum_add(&totals->refund, line->refund_minor);
    mpi_money_sum_add(&totals->fee, line->fee_minor);
    mpi_money_sum_add(&totals->promotion, line->promotion_minor);
    mpi_money_sum_add(&totals->carried, line->carried_minor);
    mpi_money_sum_add(&totals->net, line->net_minor);
    mpi_money_sum_add(&totals->payout, line->payout_minor);
    if (line->op.state == MINIPAY_STATE_DONE)
        mpi_money_sum_add(&totals->paid, line->payout_minor);
}

void mpi_totals_show(const mpi_run_totals *totals, minipay_settlement *settlement)
{
    settlement->gross_minor = mpi_money_sum_shown(&totals->gross);
    settlement->refund_minor = mpi_money_sum_shown(&totals->refund);
    settlement->fee_minor = mpi_money_sum_shown(&totals->fee);
    settlement->promotion_minor = mpi_money_sum_shown(&totals->promotion);
    settlement->carried_minor = mpi_money_sum_shown(&totals->carried);
    settlement->net_minor = mpi_money_sum_shown(&totals->net);
    settlement->payout_minor = mpi_money_sum_shown(&totals->payout);
    settlement->paid_minor = mpi_money_sum_shown(&totals->paid);
}

static minipay_status sum_lines(mpi_view *view, minipay_settlement *sum, mpi_line *lines,
                                minipay_error *error)
{
    minipay_id after = {{0}};
    mpi_run_totals totals;
    uint32_t count = LINE_PAGE;
    memset(&totals, 0, sizeof totals);
    while (count == LINE_PAGE) {
        minipay_status status = mpi_lines_read(view, &sum->id, &after, lines, &count, error);
        if (status != MINIPAY_OK)
            return status;
        for (uint32_t i = 0; i < count; i++)
            mpi_totals_add(&totals, &lines[i]);
        if (count)
            after = lines[count - 1].merchant_id;
    }
    mpi_totals_show(&totals, sum);
    return MINIPAY_OK;
}

static minipay_status show_run(void *context, mpi_view *view, const void *row, void *item,
                               minipay_error *error)
{
    const mpi_run *run = row;
    minipay_settlement shown, *settlement = item;
    (void)context;
    mpi_line *lines = malloc(LINE_PAGE * sizeof *lines);
    if (!lines)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_settlement_init(&shown);
    shown.id = run->op.id;
    shown.state = run->op.state;
    shown.through_date = run->through_date;
    memcpy(shown.currency, run->currency, sizeof shown.currency);
    shown.lines = (uint32_t)run->lines;
    shown.paid = (uint32_t)run->paid;
    shown.refused = (uint32_t)run->refused;
    shown.open = (uint32_t)run->open;
    shown.retry_of = run->retry_of;
    shown.made_at = run->op.created_at;
    shown.due_date = run->due_date ? run->due_date : run->through_date;
    shown.policy_version = run->op.policy_version;
    minipay_status status = sum_lines(view, &shown, lines, error);
    free(lines);
    if (status == MINIPAY_OK)
        *settlement = shown;
    return status;
}

minipay_status mpi_settlements_get(mpi_settlements *settlements, const minipay_id *id,
                                   minipay_settlement *settlement, minipay_error *error)
{
    mpi_run run = {.op.id = *id};
    mpi_view view;
    minipay_status status = mpi_view_open(settlements->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_run_record, -1, &run, error);
    if (status == MINIPAY_NOT_FOUND || (status == MINIPAY_OK && run.op.state == MINIPAY_STATE_REJECTED))
        status = mpi_fail_plain(error, MINIPAY_NOT_FOUND, "id");
    if (status == MINIPAY_OK)
        status = show_run(NULL, &view, &run, settlement, error);
    mpi_view_close(&view);
    return status;
}

/* A retry of a run that does not exist has no currency and no date: it is in no list. */
minipay_status mpi_settlements_list(mpi_settlements *settlements, const char *currency,
                                    const minipay_settlement *after, minipay_settlement *shown,
                                    uint32_t *count, minipay_error *error)
{
    mpi_run low = {.through_date = 1}, high = {.op.id = after->id, .through_date = after->through_date};
    bool first = after->through_date == 0;
    mpi_list list = {.scan = {.table = &mpi_run_record.table,
                              .index = MPI_RUNS_BY_DATE,
                              .descending = 1,
                              .low = &low,
                              .high = &high,
                              .low_fields = 2,
                              .high_fields = first ? 1 : 3,
                              .high_exclusive = !first},
                     .item_size = sizeof *shown,
                     .show = show_run};
    memcpy(low.currency, currency, sizeof low.currency);
    memcpy(high.currency, currency, sizeof high.currency);
    return mpi_store_list(settlements->store, &list, shown, count, error);
}

void mpi_line_show(const mpi_line *row, minipay_settlement_line *line)
{
    minipay_settlement_line_init(line);
    line->state = row->op.state;
    line->id = row->op.id;
    line->run_id = row->run_id;
    line->merchant_id = row->merchant_id;
    line->slips = row->slips;
    line->gross_minor = row->gross_minor;
    line->refund_minor = row->refund_minor;
    line->fee_minor = row->fee_minor;
    line->net_minor = row->net_minor;
    line->promotion_minor = row->promotion_minor;
    line->carried_minor = row->carried_minor;
    line->payout_minor = row->payout_minor;
    line->status = row->op.status;
    line->attempt = row->attempt;
    line->retries_id = row->retries_id;
    line->retried_by = row->retried_by;
    line->policy_version = row->op.policy_version;
    memcpy(line->currency, row->currency, sizeof line->currency);
}

static minipay_status show_line(void *context, mpi_view *view, const void *row, void *item,
                                minipay_error *error)
{
    (void)context;
    (void)view;
    (void)error;
    mpi_line_show(row, item);
    return MINIPAY_OK;
}

minipay_status mpi_settlements_lines(mpi_settlements *settlements, const minipay_id *run_id,
                                     const minipay_id *after, minipay_settlement_line *lines,
                                     uint32_t *count, minipay_error *error)
{
    mpi_line low, high;
    mpi_list list = {
        .scan = lines_behind(run_id, after, &low, &high), .item_size = sizeof *lines, .show = show_line};
    return mpi_store_list(settlements->store, &list, lines, count, error);
}

/* A retry pays what the first line of its chain summed up. */
static minipay_status first_line(mpi_view *view, const minipay_id *id, mpi_line *line,
                                 minipay_error *error)
{
    minipay_id next = *id;
    do {
        *line = (mpi_line){.op.id = next};
        minipay_status status = mpi_view_get(view, &mpi_line_record, -1, line, error);
        if (status != MINIPAY_OK)
            return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, status, "line_id") : status;
        next = line->retries_id;
    } while (!mpi_id_is_none(&next));
    return MINIPAY_OK;
}

minipay_status mpi_settlements_statement(mpi_settlements *settlements, const minipay_id *line_id,
                                         const minipay_statement_entry *after,
                                         minipay_statement_entry *entries, uint32_t *count,
                                         minipay_error *error)
{
    mpi_payment_port *payment = &settlements->payment;
    mpi_line line;
    mpi_view view;
    minipay_status status = mpi_view_open(settlements->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = first_line(&view, line_id, &line, error);
    mpi_view_close(&view);
    if (status != MINIPAY_OK)
        return status;
    status =
        payment->statement(payment->impl, &line.run_id, &line.merchant_id, after, entries, count, error);
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, status, "after") : status;
}
