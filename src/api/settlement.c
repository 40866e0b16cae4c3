/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/time.h"

static minipay_status check_period(const minipay_settlement_request *request, minipay_error *error)
{
    if (!mpi_date_valid(request->through_date))
        return mpi_fail(error, MINIPAY_INVALID_TIME, "through_date", "%d is no date",
                        request->through_date);
    return mpi_check_currency(request->currency, error);
}

static minipay_status check_run(const minipay_settlement_request *request, minipay_error *error)
{
    minipay_status status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = check_period(request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

static minipay_status check_retry(const minipay_retry_request *request, minipay_error *error)
{
    minipay_status status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->run_id, "run_id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

minipay_status minipay_settlement_run(minipay *pay, const minipay_settlement_request *request,
                                      minipay_settlement *settlement, minipay_error *error)
{
    minipay_status status = mpi_check_both(request, "request", settlement, "settlement", error);
    if (status == MINIPAY_OK)
        status = check_run(request, error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_settlements_run(&pay->settlements, request, settlement, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_settlement_get(minipay *pay, const minipay_id *id, minipay_settlement *settlement,
                                      minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", settlement, "settlement", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_settlements_get(&pay->settlements, id, settlement, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_settlement_lines(minipay *pay, const minipay_id *run_id, const minipay_id *after,
                                        minipay_settlement_line *lines, uint32_t *count,
                                        minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_both(run_id, "run_id", after, "after", error);
    if (mpi_page_enter(pay, &page, lines, sizeof *lines, count, &status, error)) {
        status = mpi_settlements_lines(&pay->settlements, run_id, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_settlement_preview(minipay *pay, const minipay_settlement_request *request,
                                          const minipay_id *after, minipay_settlement *settlement,
                                          minipay_settlement_line *lines, uint32_t *count,
                                          minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_both(request, "request", after, "after", error);
    if (status == MINIPAY_OK)
        status = mpi_check_given(settlement, "settlement", error);
    if (status == MINIPAY_OK)
        status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = check_period(request, error);
    if (mpi_page_enter(pay, &page, lines, sizeof *lines, count, &status, error)) {
        status = mpi_settlements_preview(&pay->settlements, request, after, settlement, page.rows,
                                         &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_settlement_retry(minipay *pay, const minipay_retry_request *request,
                                        minipay_settlement *settlement, minipay_error *error)
{
    minipay_status status = mpi_check_both(request, "request", settlement, "settlement", error);
    if (status == MINIPAY_OK)
        status = check_retry(request, error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_settlements_retry(&pay->settlements, request, settlement, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_settlement_list(minipay *pay, const char *currency,
                                       const minipay_settlement *after, minipay_settlement *settlements,
                                       uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_both(currency, "currency", after, "after", error);
    if (status == MINIPAY_OK)
        status = mpi_check_currency_text(currency, error);
    if (mpi_page_enter(pay, &page, settlements, sizeof *settlements, count, &status, error)) {
        status = mpi_settlements_list(&pay->settlements, currency, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_settlement_statement(minipay *pay, const minipay_id *line_id,
                                            const minipay_statement_entry *after,
                                            minipay_statement_entry *entries, uint32_t *count,
                                            minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_both(line_id, "line_id", after, "after", error);
    if (mpi_page_enter(pay, &page, entries, sizeof *entries, count, &status, error)) {
        status =
            mpi_settlements_statement(&pay->settlements, line_id, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

/* ---- the business calendar ------------------------------------------------------------------------------- */

static minipay_status check_holiday(const void *item, minipay_error *error)
{
    const minipay_holiday_request *request = item;
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status != MINIPAY_OK)
        return status;
    if (!mpi_date_valid(request->date))
        return mpi_fail(error, MINIPAY_INVALID_TIME, "date", "%d is no date", request->date);
    if (request->withdrawn != 0 && request->withdrawn != 1)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "withdrawn", "withdrawn is 0 or 1");
    status = mpi_check_text(request->name, sizeof request->name, !request->withdrawn, "name", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

minipay_status minipay_holiday_set(minipay *pay, const minipay_holiday_request *requests, uint32_t count,
                                   minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {.items = requests,
                       .item_size = sizeof *requests,
                       .count = count,
                       .check = check_holiday,
                       .draw_up = mpi_calendar_draw_up};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

minipay_status minipay_holiday_list(minipay *pay, int32_t after, minipay_holiday *holidays,
                                    uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = MINIPAY_OK;
    if (mpi_page_enter(pay, &page, holidays, sizeof *holidays, count, &status, error)) {
        status = mpi_calendar_list(&pay->payments, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}
