/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/time.h"

static minipay_status check(const minipay_settlement_request *request, minipay_error *error)
{
    if (request->struct_size != sizeof *request)
        return mpi_fail_plain(error, MINIPAY_INVALID_SIZE, "request");
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK && !mpi_date_valid(request->through_date))
        status = mpi_fail(error, MINIPAY_INVALID_TIME, "through_date", "%d is no date",
                          request->through_date);
    if (status == MINIPAY_OK)
        status = mpi_check_currency(request->currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

minipay_status minipay_settlement_run(minipay *pay, const minipay_settlement_request *request,
                                      minipay_settlement *settlement, minipay_error *error)
{
    if (!request || !settlement)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, request ? "settlement" : "request", "NULL");
    minipay_status status = check(request, error);
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
