/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

static minipay_status check_discount(const minipay_promotion_request *request, minipay_error *error)
{
    bool by_points = request->basis_points > 0;
    if (request->basis_points < 0 || request->basis_points > 10000)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "basis_points",
                        "a discount is 1 to 10,000 basis points, or a fixed amount");
    if (request->fixed_minor < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_AMOUNT, "fixed_minor");
    if (by_points == (request->fixed_minor > 0))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "basis_points",
                        "a discount is either basis points or a fixed amount");
    if (request->merchant_share < 0 || request->merchant_share > 10000)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "merchant_share",
                        "a share is 0 to 10,000 basis points");
    if (request->largest_minor < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_AMOUNT, "largest_minor");
    return request->budget_minor > 0 ? MINIPAY_OK
                                     : mpi_fail_plain(error, MINIPAY_INVALID_AMOUNT, "budget_minor");
}

static minipay_status check(const void *item, minipay_error *error)
{
    const minipay_promotion_request *request = item;
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_currency(request->currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->name, sizeof request->name, true, "name", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    if (status == MINIPAY_OK)
        status = check_discount(request, error);
    if (status != MINIPAY_OK)
        return status;
    if (request->starts_at < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_TIME, "starts_at");
    if (request->ends_at && request->ends_at <= request->starts_at)
        return mpi_fail(error, MINIPAY_INVALID_TIME, "ends_at", "it ends before it starts");
    return MINIPAY_OK;
}

minipay_status minipay_promotion_register(minipay *pay, const minipay_promotion_request *requests,
                                          uint32_t count, minipay_outcome *outcomes,
                                          minipay_error *error)
{
    mpi_batch batch = {.items = requests,
                       .item_size = sizeof *requests,
                       .count = count,
                       .check = check,
                       .draw_up = mpi_promotion_draw_up};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

minipay_status minipay_promotion_get(minipay *pay, const minipay_id *id, minipay_promotion *promotion,
                                     minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", promotion, "promotion", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_promotions_get(&pay->payments, id, promotion, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_promotion_list(minipay *pay, const minipay_id *after,
                                      minipay_promotion *promotions, uint32_t *count,
                                      minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_given(after, "after", error);
    if (mpi_page_enter(pay, &page, promotions, sizeof *promotions, count, &status, error)) {
        status = mpi_promotions_list(&pay->payments, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}
