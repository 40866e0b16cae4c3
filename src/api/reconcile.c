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
    if (!request || !reconciliation)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, request ? "reconciliation" : "request", "NULL");
    minipay_status status = check(request, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = pay->banking.bank.version
                 ? mpi_banking_reconcile(&pay->banking, request, reconciliation, error)
                 : mpi_fail_plain(error, MINIPAY_NOT_SUPPORTED, "bank");
    mpi_leave(pay);
    return status;
}

minipay_status minipay_reconciliation_get(minipay *pay, const minipay_id *id,
                                          minipay_reconciliation *reconciliation, minipay_error *error)
{
    if (!id || !reconciliation)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, id ? "reconciliation" : "id", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_banking_reconciliation(&pay->banking, id, reconciliation, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_difference_list(minipay *pay, const minipay_id *reconciliation_id, int64_t after,
                                       minipay_difference *differences, uint32_t *count,
                                       minipay_error *error)
{
    if (!reconciliation_id || after < 0)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT,
                        reconciliation_id ? "after" : "reconciliation_id", "NULL, or below zero");
    minipay_status status = mpi_check_page(differences, count, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_banking_differences(&pay->banking, reconciliation_id, after, differences, count, error);
    mpi_leave(pay);
    return status;
}
