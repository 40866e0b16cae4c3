/* SPDX-License-Identifier: Apache-2.0 */
#include "settlement/internal.h"

#include "base/error.h"
#include "base/id.h"

#include <stdlib.h>
#include <string.h>

/* A run: close what is due (or take back what another run's bank refused), page by page, then wait for every
 * line's payout.
 *
 *   close ⟲ ──▶ pay ──▶ DONE, when no line is open
 */

enum { LINE_PAGE = 500 };

static const minipay_field run_fields[] = {
    MPI_OPERATION_FIELDS(mpi_run),       MPI_INT32(mpi_run, through_date),
    MPI_INT32(mpi_run, lines),           MPI_INT32(mpi_run, paid),
    MPI_INT32(mpi_run, refused),         MPI_INT32(mpi_run, open),
    MPI_TEXT(mpi_run, currency),         MPI_OPTIONAL_ID(mpi_run, retry_of),
    MPI_OPTIONAL_ID(mpi_run, cursor_id), MPI_INT32(mpi_run, due_date),
    MPI_INT32(mpi_run, cursor_due),      MPI_INT32(mpi_run, cursor_date),
    MPI_INT32(mpi_run, cursor_page),     MPI_HASH(mpi_run, row_tag),
};

enum { FIELD_ID = 0, FIELD_STATE = 4, FIELD_STEP = 5, FIELD_DATE = 14, FIELD_CURRENCY = 19 };

static const minipay_index run_indexes[] = {
    {"settlement_run_by_date", {FIELD_CURRENCY, FIELD_DATE, FIELD_ID}, 3, 0, -1, 0},
    {"settlement_run_unclosed", {FIELD_STEP}, 1, 0, FIELD_STATE, MINIPAY_STATE_RUNNING + 1}};

const mpi_record mpi_run_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_run, "settlement_run", run_fields, 1, run_indexes, 2);

mpi_closing mpi_run_closing(const mpi_run *run)
{
    mpi_closing closing = {.run_id = run->op.id,
                           .page = run->cursor_page,
                           .through_date = run->due_date,
                           .after = {run->cursor_id, run->cursor_due, run->cursor_date}};
    memcpy(closing.currency, run->currency, sizeof closing.currency);
    return closing;
}

/* Nothing is paid before its day, whatever date is asked for. */
static minipay_status find_due_date(mpi_settlements *settlements, mpi_flow *flow, mpi_run *run)
{
    const mpi_rules *rules;
    if (run->due_date)
        return MINIPAY_OK;
    minipay_status status =
        mpi_policy_rules(settlements->policy, flow->unit, run->currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    int32_t today = mpi_rules_date(rules, mpi_unit_now(flow->unit));
    run->op.policy_version = rules->version;
    run->due_date = today < run->through_date ? today : run->through_date;
    return MINIPAY_OK;
}

/* What does not fit into its merchant's line waits for the next day's run: those are moved to the front of
 * `dues`, and `*left` counts them. */
static minipay_status take_dues(mpi_settlements *settlements, mpi_flow *flow, const mpi_run *run,
                                mpi_due *dues, uint32_t count, int32_t *added, uint32_t *left)
{
    *added = 0;
    *left = 0;
    for (uint32_t i = 0; i < count; i++) {
        minipay_status status = mpi_due_is_empty(&dues[i])
                                    ? MINIPAY_OK
                                    : mpi_line_add(settlements, flow, run, &dues[i], added);
        if (status == MINIPAY_AMOUNT_OVERFLOW)
            dues[(*left)++] = dues[i];
        else if (status != MINIPAY_OK)
            return status;
    }
    return MINIPAY_OK;
}

/* From where it has come to; the cursor then stands behind this page. */
static minipay_status close_next(mpi_settlements *settlements, mpi_flow *flow, mpi_run *run,
                                 mpi_due *dues, bool *more)
{
    const mpi_payment_port *payment = &settlements->payment;
    mpi_closing closing = mpi_run_closing(run);
    mpi_due_cursor last = closing.after;
    uint32_t count, left;
    int32_t added;
    minipay_status status = payment->close(payment->impl, flow, &closing, dues, &count, more);
    if (status != MINIPAY_OK)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        if (mpi_due_is_behind(&dues[i], &last))
            last = (mpi_due_cursor){dues[i].merchant_id, dues[i].due_date, dues[i].business_date};
    }
    status = take_dues(settlements, flow, run, dues, count, &added, &left);
    if (status == MINIPAY_OK && left)
        status = payment->postpone(payment->impl, flow, &closing, dues, left);
    if (status != MINIPAY_OK)
        return status;
    run->cursor_id = last.merchant_id;
    run->cursor_due = last.due_date;
    run->cursor_date = last.business_date;
    run->cursor_page++;
    run->lines += added;
    run->open += added;
    return MINIPAY_OK;
}

static minipay_status close_page(void *context, mpi_flow *flow, void *document)
{
    mpi_settlements *settlements = context;
    mpi_run *run = document;
    bool more = false;
    if (!settlements->banking.has_bank(settlements->banking.impl))
        return mpi_fail_plain(flow->error, MINIPAY_NOT_SUPPORTED, "bank");
    if (!mpi_id_is_none(&run->retry_of))
        return mpi_retry_page(settlements, flow, run);
    minipay_status status = find_due_date(settlements, flow, run);
    if (status != MINIPAY_OK)
        return status;
    mpi_due *dues = malloc(settlements->payment.page * sizeof *dues);
    if (!dues)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    status = close_next(settlements, flow, run, dues, &more);
    free(dues);
    return status == MINIPAY_OK && more ? MPI_WAIT : status;
}

static minipay_status all_paid(void *context, mpi_flow *flow, void *document)
{
    const mpi_run *run = document;
    (void)context;
    (void)flow;
    return run->open ? MPI_WAIT : MINIPAY_OK;
}

static const mpi_step run_steps[] = {
    [MPI_RUN_CLOSE] = {"close", "payment.close", close_page, NULL, NULL},
    [MPI_RUN_PAY] = {"pay", "settlement.line", all_paid, NULL, NULL},
};

const mpi_saga mpi_run_saga = {
    .kind = MINIPAY_KIND_SETTLEMENT,
    .name = "settlement",
    .record = &mpi_run_record,
    .steps = run_steps,
    .step_count = MPI_COUNT(run_steps),
};

void mpi_settlements_set_up(mpi_settlements *settlements, mpi_engine *engine, const mpi_home *home,
                            const mpi_wallet_port *wallet, const mpi_banking_port *banking,
                            const mpi_payment_port *payment)
{
    settlements->engine = engine;
    settlements->store = home->store;
    settlements->policy = home->policy;
    settlements->wallet = *wallet;
    settlements->banking = *banking;
    settlements->payment = *payment;
    settlements->runs = mpi_store_table(settlements->store, &mpi_run_record);
    settlements->lines = mpi_store_table(settlements->store, &mpi_line_record);
    mpi_engine_add(settlements->engine, home, &mpi_run_saga, settlements);
    mpi_engine_add(settlements->engine, home, &mpi_payout_saga, settlements);
}

/* ---- driving --------------------------------------------------------------------------------------------- */

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

/* Page by page until nothing is left to close, or no page comes any more. */
static minipay_status close_run(mpi_settlements *settlements, const minipay_id *id, mpi_run *run,
                                minipay_error *error)
{
    mpi_resumption resumption = {MINIPAY_KIND_SETTLEMENT, *id};
    int32_t page = -1;
    minipay_status status = read_run(settlements, id, run, error);
    while (status == MINIPAY_OK && run->op.state == MINIPAY_STATE_RUNNING &&
           run->op.step == MPI_RUN_CLOSE && run->cursor_page != page) {
        page = run->cursor_page;
        status = mpi_drive_on(settlements->engine, &resumption, 1, error);
        if (status == MINIPAY_OK)
            status = read_run(settlements, id, run, error);
    }
    return status;
}

static minipay_status read_page(mpi_settlements *settlements, const minipay_id *run_id,
                                const minipay_id *after, mpi_line *lines, uint32_t *count,
                                minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(settlements->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_lines_read(&view, run_id, after, lines, count, error);
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
        minipay_status status = read_page(settlements, run_id, &after, lines, &count, error);
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
    mpi_run run;
    mpi_line *lines = malloc(LINE_PAGE * sizeof *lines);
    if (!lines)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status = close_run(settlements, id, &run, error);
    if (status == MINIPAY_OK && run.op.state == MINIPAY_STATE_RUNNING)
        status = pay_lines(settlements, id, lines, error);
    free(lines);
    return status;
}

static minipay_status drive(mpi_settlements *settlements, const mpi_requests *requests,
                            const minipay_id *id, minipay_settlement *settlement, minipay_error *error)
{
    minipay_outcome outcome;
    minipay_status status = mpi_drive(settlements->engine, requests, &outcome, error);
    if (status == MINIPAY_OK && minipay_status_class(outcome.status) == MINIPAY_CLASS_USAGE)
        return outcome.status;
    if (status == MINIPAY_OK && outcome.state == MINIPAY_STATE_REJECTED)
        return mpi_fail_plain(error, outcome.status,
                              outcome.status == MINIPAY_NOT_FOUND ? "run_id" : NULL);
    if (status == MINIPAY_OK)
        status = carry_run_on(settlements, id, error);
    return status == MINIPAY_OK ? mpi_settlements_get(settlements, id, settlement, error) : status;
}

static void draw_up_run(void *context, const void *requests, uint32_t number, mpi_document *document)
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

minipay_status mpi_settlements_run(mpi_settlements *settlements,
                                   const minipay_settlement_request *request,
                                   minipay_settlement *settlement, minipay_error *error)
{
    mpi_requests requests = {request, 1, settlements, draw_up_run, NULL};
    return drive(settlements, &requests, &request->id, settlement, error);
}

static void draw_up_retry(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const minipay_retry_request *request = (const minipay_retry_request *)requests + number;
    mpi_run *run = (mpi_run *)(void *)document;
    (void)context;
    memset(run, 0, sizeof *run);
    mpi_operation_head(&run->op, MINIPAY_KIND_SETTLEMENT, &request->id, request->actor, request->channel,
                       request->reason);
    run->retry_of = request->run_id;
}

minipay_status mpi_settlements_retry(mpi_settlements *settlements, const minipay_retry_request *request,
                                     minipay_settlement *settlement, minipay_error *error)
{
    mpi_requests requests = {request, 1, settlements, draw_up_retry, NULL};
    return drive(settlements, &requests, &request->id, settlement, error);
}

/* ---- what an interrupted call left ----------------------------------------------------------------------- */

/* Ids of RUNNING documents of a table that stand at their first step. */
static minipay_status find_unbegun(mpi_settlements *settlements, const mpi_record *record, int32_t index,
                                   mpi_resumption *found, uint32_t *count, minipay_error *error)
{
    mpi_document bound;
    uint32_t size = record->table.row_size;
    uint8_t *rows = calloc(*count ? *count : 1, size);
    minipay_scan scan = {.table = &record->table,
                         .index = index,
                         .low = &bound,
                         .high = &bound,
                         .low_fields = 1,
                         .high_fields = 1};
    mpi_view view;
    if (!rows)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    memset(&bound, 0, sizeof bound);
    minipay_status status = mpi_view_open(settlements->store, &view, error);
    if (status == MINIPAY_OK) {
        status = mpi_view_scan(&view, &scan, rows, count, error);
        mpi_view_close(&view);
    }
    for (uint32_t i = 0; i < *count && status == MINIPAY_OK; i++) {
        mpi_operation op;
        memcpy(&op, rows + (size_t)i * size, sizeof op);
        found[i] = (mpi_resumption){op.kind, op.id};
    }
    free(rows);
    return status;
}

static minipay_status close_interrupted(mpi_settlements *settlements, uint32_t budget, uint32_t *carried,
                                        minipay_error *error)
{
    mpi_resumption found[LINE_PAGE];
    uint32_t count = budget < LINE_PAGE ? budget : LINE_PAGE;
    minipay_status status =
        find_unbegun(settlements, &mpi_run_record, MPI_RUNS_UNCLOSED, found, &count, error);
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++) {
        mpi_run run;
        status = close_run(settlements, &found[i].id, &run, error);
        *carried += status == MINIPAY_OK;
    }
    return status;
}

minipay_status mpi_settlements_carry_on(mpi_settlements *settlements, uint32_t budget, uint32_t *carried,
                                        minipay_error *error)
{
    mpi_resumption found[LINE_PAGE];
    uint32_t left = budget ? budget : UINT32_MAX, count = LINE_PAGE;
    *carried = 0;
    minipay_status status = close_interrupted(settlements, left, carried, error);
    left -= *carried;
    while (status == MINIPAY_OK && left && count == LINE_PAGE) {
        count = left < LINE_PAGE ? left : LINE_PAGE;
        status = find_unbegun(settlements, &mpi_line_record, MPI_LINES_UNBEGUN, found, &count, error);
        if (status == MINIPAY_OK && count)
            status = mpi_drive_on(settlements->engine, found, count, error);
        *carried += count;
        left -= count;
    }
    return status;
}
