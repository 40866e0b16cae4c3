/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

static minipay_status check(const minipay_reconcile_request *request, minipay_error *error)
{
    minipay_status status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->id, "id", error);
    if (status != MINIPAY_OK)
        return status;
    if (request->again != 0 && request->again != 1)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "again", "%d is neither 0 nor 1",
                        request->again);
    if (request->from_position < 0 || (request->from_position && !request->again))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "from_position",
                        "a position is given with `again` only, and is not below zero");
    return mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
}

minipay_status minipay_reconcile(minipay *pay, const minipay_reconcile_request *request,
                                 minipay_reconciliation *reconciliation, minipay_error *error)
{
    minipay_status status = mpi_check_both(request, "request", reconciliation, "reconciliation", error);
    if (status == MINIPAY_OK)
        status = check(request, error);
    if (mpi_enter(pay, &status, error)) {
        status = pay->banking.bank.version
                     ? mpi_banking_reconcile(&pay->banking, request, reconciliation, error)
                     : mpi_fail_plain(error, MINIPAY_NOT_SUPPORTED, "bank");
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_reconciliation_get(minipay *pay, const minipay_id *id,
                                          minipay_reconciliation *reconciliation, minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", reconciliation, "reconciliation", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_banking_reconciliation(&pay->banking, id, reconciliation, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_difference_list(minipay *pay, const minipay_id *reconciliation_id, int64_t after,
                                       minipay_difference *differences, uint32_t *count,
                                       minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_given(reconciliation_id, "reconciliation_id", error);
    if (status == MINIPAY_OK && after < 0)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "after", "a number is not below zero");
    if (mpi_page_enter(pay, &page, differences, sizeof *differences, count, &status, error)) {
        status = mpi_banking_differences(&pay->banking, reconciliation_id, after, page.rows, &page.count,
                                         error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}
