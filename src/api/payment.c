/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

static minipay_status check(const void *item, minipay_error *error)
{
    const minipay_merchant_request *request = item;
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_currency(request->currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->name, sizeof request->name, true, "name", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    if (status != MINIPAY_OK)
        return status;
    if (request->fee_basis_points < 0 || request->fee_basis_points > 10000)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "fee_basis_points",
                        "a fee is 0 to 10,000 basis points");
    if (request->cycle_days < 0 || request->cycle_days > 366)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "cycle_days",
                        "a cycle is 0 to 366 business days");
    return MINIPAY_OK;
}

minipay_status minipay_merchant_register(minipay *pay, const minipay_merchant_request *requests,
                                         uint32_t count, minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {
        requests, sizeof *requests, count, check, pay ? &pay->payments : NULL, mpi_payments_draw_up,
        false};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

minipay_status minipay_merchant_get(minipay *pay, const minipay_id *id, minipay_merchant *merchant,
                                    minipay_error *error)
{
    if (!id || !merchant)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, id ? "merchant" : "id", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_payments_merchant(&pay->payments, id, merchant, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_slip_get(minipay *pay, const minipay_id *id, minipay_slip *slip,
                                minipay_error *error)
{
    if (!id || !slip)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, id ? "slip" : "id", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_payments_slip(&pay->payments, id, slip, error);
    mpi_leave(pay);
    return status;
}
