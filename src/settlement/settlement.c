/* SPDX-License-Identifier: Apache-2.0 */
#include "settlement/internal.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/money.h"

#include <stdlib.h>
#include <string.h>

/* A run: close what is open, page by page, then wait for every line's payout.
 *
 *   close ⟲ ──▶ pay ──▶ DONE, when no line is open
 */

enum { CLOSE_PAGE = 1000, LINE_PAGE = 500, STEP_CLOSE = 0, STEP_PAY = 1 };

static const minipay_field run_fields[] = {
    MPI_OPERATION_FIELDS(mpi_run), MPI_INT32(mpi_run, through_date), MPI_INT32(mpi_run, lines),
    MPI_INT32(mpi_run, paid),      MPI_INT32(mpi_run, refused),      MPI_INT32(mpi_run, open),
    MPI_TEXT(mpi_run, currency),   MPI_HASH(mpi_run, row_tag),
};

const mpi_record mpi_run_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_run, "settlement_run", run_fields, 1, NULL, 0);

static minipay_status close_page(void *context, mpi_flow *flow, void *document)
{
    mpi_settlements *settlements = context;
    mpi_run *run = document;
    uint32_t count = CLOSE_PAGE;
    mpi_due *dues = malloc(CLOSE_PAGE * sizeof *dues);
    if (!dues)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = settlements->payment.close(settlements->payment.impl, flow, &run->op.id,
                                                       run->currency, run->through_date, dues, &count);
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++) {
        int32_t added = 0;
        status = mpi_line_add(settlements, flow, run, &dues[i], &added);
        run->lines += added;
        run->open += added;
    }
    free(dues);
    return status == MINIPAY_OK && count ? MPI_WAIT : status;
}

static minipay_status all_paid(void *context, mpi_flow *flow, void *document)
{
    const mpi_run *run = document;
    (void)context;
    (void)flow;
    return run->open ? MPI_WAIT : MINIPAY_OK;
}

static const mpi_step run_steps[] = {
    {"close", "payment.close", close_page, NULL, NULL},
    {"pay", "settlement.line", all_paid, NULL, NULL},
};

const mpi_saga mpi_run_saga = {
    .kind = MINIPAY_KIND_SETTLEMENT,
    .name = "settlement",
    .record = &mpi_run_record,
    .steps = run_steps,
    .step_count = MPI_COUNT(run_steps),
};

void mpi_settlements_set_up(mpi_settlements *settlements, mpi_engine *engine, mpi_policy *policy,
                            const mpi_wallet_port *wallet, const mpi_banking_port *banking,
                            const mpi_payment_port *payment)
{
    settlements->engine = engine;
    settlements->store = mpi_engine_store(engine);
    settlements->policy = policy;
    settlements->wallet = *wallet;
    settlements->banking = *banking;
    settlements->payment = *payment;
    settlements->runs = mpi_store_table(settlements->store, &mpi_run_record);
    settlements->lines = mpi_store_table(settlements->store, &mpi_line_record);
    mpi_engine_add(settlements->engine, &mpi_run_saga, settlements);
    mpi_engine_add(settlements->engine, &mpi_payout_saga, settlements);
}

/* ---- driving a run -------------------------------------------------------------------------------------------- */

static void draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const minipay_settlement_request *request = (const minipay_settlement_request *)requests + number;
    mpi_run *run = (mpi_run *)(void *)document;
    (void)context;
    memset(run, 0, sizeof *run);
    mpi_operation_head(&run->op, MINIPAY_KIND_SETTLEMENT, &request->id, request->actor, request->channel,
                       request->reason);
    run->through_date = request->through_date;
    memcpy(run->currency, request->currency, sizeof run->currency);
}

static minipay_status read_run(mpi_settlements *settlements, const minipay_id *id, mpi_run *run,
                               minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(settlements->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    memset(run, 0, sizeof *run);
    run->op.id = *id;
    status = mpi_view_get(&view, &mpi_run_record, -1, run, error);
    mpi_view_close(&view);
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, MINIPAY_NOT_FOUND, "id") : status;
}

static minipay_status read_lines(mpi_settlements *settlements, const minipay_id *run_id,
                                 const minipay_id *after, mpi_line *lines, uint32_t *count,
                                 minipay_error *error)
{
    mpi_line low = {.run_id = *run_id}, high = {.run_id = *run_id};
    minipay_scan scan = {.table = &mpi_line_record.table,
                         .index = MPI_LINES_OF_RUN,
                         .low = &low,
                         .high = &high,
                         .low_fields = 2,
                         .high_fields = 1,
                         .low_exclusive = 1};
    mpi_view view;
    low.merchant_id = *after;
    minipay_status status = mpi_view_open(settlements->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_scan(&view, &scan, lines, count, error);
    mpi_view_close(&view);
    return status;
}

/* Every line that is still open is carried as far as it goes; a line that waits for its bank stays there. */
static minipay_status pay_lines(mpi_settlements *settlements, const minipay_id *run_id, mpi_line *lines,
                                minipay_error *error)
{
    mpi_resumption open[LINE_PAGE];
    minipay_id after = {{0}};
    uint32_t count = LINE_PAGE;
    while (count == LINE_PAGE) {
        uint32_t used = 0;
        minipay_status status = read_lines(settlements, run_id, &after, lines, &count, error);
        for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++) {
            if (lines[i].op.state == MINIPAY_STATE_RUNNING)
                open[used++] = (mpi_resumption){MINIPAY_KIND_PAYOUT, lines[i].op.id};
        }
        if (status == MINIPAY_OK && used)
            status = mpi_drive_on(settlements->engine, open, used, error);
        if (status != MINIPAY_OK)
            return status;
        if (count)
            after = lines[count - 1].merchant_id;
    }
    return MINIPAY_OK;
}

static minipay_status carry_run_on(mpi_settlements *settlements, const minipay_id *id,
                                   minipay_error *error)
{
    mpi_resumption resumption = {MINIPAY_KIND_SETTLEMENT, *id};
    mpi_run run;
    mpi_line *lines = malloc(LINE_PAGE * sizeof *lines);
    if (!lines)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = read_run(settlements, id, &run, error);
    while (status == MINIPAY_OK && run.op.state == MINIPAY_STATE_RUNNING && run.op.step == STEP_CLOSE) {
        status = mpi_drive_on(settlements->engine, &resumption, 1, error);
        if (status == MINIPAY_OK)
            status = read_run(settlements, id, &run, error);
    }
    if (status == MINIPAY_OK && run.op.state == MINIPAY_STATE_RUNNING)
        status = pay_lines(settlements, id, lines, error);
    free(lines);
    return status;
}

minipay_status mpi_settlements_run(mpi_settlements *settlements,
                                   const minipay_settlement_request *request,
                                   minipay_settlement *settlement, minipay_error *error)
{
    mpi_requests requests = {request, 1, settlements, draw_up, NULL};
    minipay_outcome outcome;
    minipay_status status = mpi_drive(settlements->engine, &requests, &outcome, error);
    if (status == MINIPAY_OK && outcome.status != MINIPAY_OK)
        return outcome.status;
    if (status == MINIPAY_OK)
        status = carry_run_on(settlements, &request->id, error);
    return status == MINIPAY_OK ? mpi_settlements_get(settlements, &request->id, settlement, error)
                                : status;
}

/* ---- reading ---------------------------------------------------------------------------------------------------- */

static bool add_line(minipay_settlement *sum, const mpi_line *line)
{
    return mpi_money_add(sum->gross_minor, line->gross_minor, &sum->gross_minor) &&
           mpi_money_add(sum->refund_minor, line->refund_minor, &sum->refund_minor) &&
           mpi_money_add(sum->fee_minor, line->fee_minor, &sum->fee_minor) &&
           mpi_money_add(sum->net_minor, line->net_minor, &sum->net_minor);
}

static minipay_status sum_lines(mpi_settlements *settlements, minipay_settlement *sum, mpi_line *lines,
                                minipay_error *error)
{
    minipay_id after = {{0}};
    uint32_t count = LINE_PAGE;
    while (count == LINE_PAGE) {
        minipay_status status = read_lines(settlements, &sum->id, &after, lines, &count, error);
        if (status != MINIPAY_OK)
            return status;
        for (uint32_t i = 0; i < count; i++) {
            if (!add_line(sum, &lines[i]))
                return mpi_fail_plain(error, MINIPAY_AMOUNT_OVERFLOW, NULL);
        }
        if (count)
            after = lines[count - 1].merchant_id;
    }
    return MINIPAY_OK;
}

minipay_status mpi_settlements_get(mpi_settlements *settlements, const minipay_id *id,
                                   minipay_settlement *settlement, minipay_error *error)
{
    mpi_run run;
    minipay_settlement shown;
    mpi_line *lines;
    minipay_status status = read_run(settlements, id, &run, error);
    if (status != MINIPAY_OK)
        return status;
    minipay_settlement_init(&shown);
    shown.id = *id;
    shown.state = run.op.state;
    shown.through_date = run.through_date;
    memcpy(shown.currency, run.currency, sizeof shown.currency);
    shown.lines = (uint32_t)run.lines;
    shown.paid = (uint32_t)run.paid;
    shown.refused = (uint32_t)run.refused;
    shown.open = (uint32_t)run.open;
    lines = malloc(LINE_PAGE * sizeof *lines);
    if (!lines)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    status = sum_lines(settlements, &shown, lines, error);
    free(lines);
    if (status == MINIPAY_OK)
        *settlement = shown;
    return status;
}

static void show_line(const mpi_line *row, minipay_settlement_line *line)
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
    line->status = row->op.status;
    memcpy(line->currency, row->currency, sizeof line->currency);
}

minipay_status mpi_settlements_lines(mpi_settlements *settlements, const minipay_id *run_id,
                                     const minipay_id *after, minipay_settlement_line *lines,
                                     uint32_t *count, minipay_error *error)
{
    mpi_line *rows = malloc((*count ? *count : 1) * sizeof *rows);
    if (!rows)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = read_lines(settlements, run_id, after, rows, count, error);
    for (uint32_t i = 0; i < *count && status == MINIPAY_OK; i++)
        show_line(&rows[i], &lines[i]);
    free(rows);
    return status;
}
