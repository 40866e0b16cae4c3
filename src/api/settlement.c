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

static minipay_status missing(const void *first, const char *second, minipay_error *error)
{
    return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, first ? second : "request", "NULL");
}

minipay_status minipay_settlement_run(minipay *pay, const minipay_settlement_request *request,
                                      minipay_settlement *settlement, minipay_error *error)
{
    if (!request || !settlement)
        return missing(request, "settlement", error);
    minipay_status status = check_run(request, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_settlements_run(&pay->settlements, request, settlement, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_settlement_get(minipay *pay, const minipay_id *id, minipay_settlement *settlement,
                                      minipay_error *error)
{
    if (!id || !settlement)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, id ? "settlement" : "id", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_settlements_get(&pay->settlements, id, settlement, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_settlement_lines(minipay *pay, const minipay_id *run_id, const minipay_id *after,
                                        minipay_settlement_line *lines, uint32_t *count,
                                        minipay_error *error)
{
    minipay_status status = mpi_check_page(lines, count, error);
    if (status == MINIPAY_OK && (!run_id || !after))
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, run_id ? "after" : "run_id", "NULL");
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_settlements_lines(&pay->settlements, run_id, after, lines, count, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_settlement_preview(minipay *pay, const minipay_settlement_request *request,
                                          const minipay_id *after, minipay_settlement *settlement,
                                          minipay_settlement_line *lines, uint32_t *count,
                                          minipay_error *error)
{
    if (!request || !after || !settlement)
        return missing(request, after ? "settlement" : "after", error);
    minipay_status status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = check_period(request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_page(lines, count, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_settlements_preview(&pay->settlements, request, after, settlement, lines, count, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_settlement_retry(minipay *pay, const minipay_retry_request *request,
                                        minipay_settlement *settlement, minipay_error *error)
{
    if (!request || !settlement)
        return missing(request, "settlement", error);
    minipay_status status = check_retry(request, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_settlements_retry(&pay->settlements, request, settlement, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_settlement_list(minipay *pay, const char *currency,
                                       const minipay_settlement *after, minipay_settlement *settlements,
                                       uint32_t *count, minipay_error *error)
{
    minipay_status status = mpi_check_page(settlements, count, error);
    if (status == MINIPAY_OK && (!currency || !after))
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, currency ? "after" : "currency", "NULL");
    if (status == MINIPAY_OK && minipay_currency_exponent(currency) < 0)
        status = mpi_fail_plain(error, MINIPAY_INVALID_CURRENCY, "currency");
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_settlements_list(&pay->settlements, currency, after, settlements, count, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_settlement_statement(minipay *pay, const minipay_id *line_id,
                                            const minipay_statement_entry *after,
                                            minipay_statement_entry *entries, uint32_t *count,
                                            minipay_error *error)
{
    mpi_page made;
    minipay_status status = mpi_check_page(entries, count, error);
    if (status == MINIPAY_OK && (!line_id || !after))
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, line_id ? "after" : "line_id", "NULL");
    if (status == MINIPAY_OK)
        status = mpi_page_begin(pay, &made, sizeof *entries, *count, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_settlements_statement(&pay->settlements, line_id, after, made.rows, &made.count, error);
    return mpi_page_end(pay, &made, status, entries, count);
}

/* ---- the business calendar --------------------------------------------------------------------------------- */

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
    minipay_status status = mpi_check_page(holidays, count, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_calendar_list(&pay->payments, after, holidays, count, error);
    mpi_leave(pay);
    return status;
}
