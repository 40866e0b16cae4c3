/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/id.h"

static minipay_status check_fees(const mpi_tariff *agreed, minipay_error *error)
{
    if (agreed->fee_basis_points < 0 || agreed->fee_basis_points > 10000)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "fee_basis_points",
                        "a fee is 0 to 10,000 basis points");
    if (agreed->fixed_fee_minor < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_AMOUNT, "fixed_fee_minor");
    if (agreed->minimum_fee_minor < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_AMOUNT, "minimum_fee_minor");
    if (agreed->maximum_fee_minor < 0 ||
        (agreed->maximum_fee_minor && agreed->maximum_fee_minor < agreed->minimum_fee_minor))
        return mpi_fail(error, MINIPAY_INVALID_AMOUNT, "maximum_fee_minor",
                        "the largest fee is below zero or below the smallest");
    return MINIPAY_OK;
}

static minipay_status check_cycle(const mpi_tariff *agreed, minipay_error *error)
{
    static const int32_t last_days[] = {
        [MINIPAY_CYCLE_DAYS] = 0, [MINIPAY_CYCLE_WEEKLY] = 7, [MINIPAY_CYCLE_MONTHLY] = 31};
    if (agreed->cycle < MINIPAY_CYCLE_DAYS || agreed->cycle > MINIPAY_CYCLE_MONTHLY)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "cycle", "%d is no cycle", agreed->cycle);
    bool by_days = agreed->cycle == MINIPAY_CYCLE_DAYS;
    if (agreed->cycle_days < 0 || agreed->cycle_days > (by_days ? 366 : 0))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "cycle_days",
                        "a cycle is 0 to 366 business days, or none when it goes by the week or month");
    if (agreed->cycle_day < !by_days || agreed->cycle_day > last_days[agreed->cycle])
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "cycle_day",
                        "a weekday is 1 to 7, a day of the month 1 to 31");
    return MINIPAY_OK;
}

static minipay_status check(const void *item, minipay_error *error)
{
    const minipay_merchant_request *request = item;
    mpi_tariff agreed = MPI_TARIFF_OF(request);
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_currency(request->currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->name, sizeof request->name, true, "name", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    if (status == MINIPAY_OK)
        status = check_fees(&agreed, error);
    return status == MINIPAY_OK ? check_cycle(&agreed, error) : status;
}

static minipay_status check_change(const void *item, minipay_error *error)
{
    const minipay_merchant_change *change = item;
    mpi_tariff agreed = MPI_TARIFF_OF(change);
    minipay_status status = mpi_check_id(&change->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&change->merchant_id, "merchant_id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(change->actor, change->channel, change->reason, false, error);
    if (status != MINIPAY_OK)
        return status;
    if (change->action < MINIPAY_MERCHANT_TERMS || change->action > MINIPAY_MERCHANT_REACTIVATE)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "action", "%d is no change of a merchant",
                        change->action);
    if (change->action != MINIPAY_MERCHANT_TERMS)
        return MINIPAY_OK;
    if (change->effective_at < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_TIME, "effective_at");
    status = check_fees(&agreed, error);
    return status == MINIPAY_OK ? check_cycle(&agreed, error) : status;
}

minipay_status minipay_merchant_register(minipay *pay, const minipay_merchant_request *requests,
                                         uint32_t count, minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {.items = requests,
                       .item_size = sizeof *requests,
                       .count = count,
                       .check = check,
                       .context = pay ? &pay->payments : NULL,
                       .draw_up = mpi_payments_draw_up};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

minipay_status minipay_merchant_get(minipay *pay, const minipay_id *id, minipay_merchant *merchant,
                                    minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", merchant, "merchant", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_payments_merchant(&pay->payments, id, merchant, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_slip_get(minipay *pay, const minipay_id *id, minipay_slip *slip,
                                minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", slip, "slip", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_payments_slip(&pay->payments, id, slip, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_merchant_update(minipay *pay, const minipay_merchant_change *changes,
                                       uint32_t count, minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {.items = changes,
                       .item_size = sizeof *changes,
                       .count = count,
                       .check = check_change,
                       .draw_up = mpi_merchant_change_draw_up};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

minipay_status minipay_merchant_list(minipay *pay, const minipay_id *after, minipay_merchant *merchants,
                                     uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_given(after, "after", error);
    if (mpi_page_enter(pay, &page, merchants, sizeof *merchants, count, &status, error)) {
        status = mpi_payments_merchants(&pay->payments, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

static minipay_status check_query(const minipay_slip_query *query, minipay_error *error)
{
    minipay_status status = mpi_check_size("query", query->struct_size, sizeof *query, error);
    if (status != MINIPAY_OK)
        return status;
    if (mpi_id_is_none(&query->merchant_id) == mpi_id_is_none(&query->member_id))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "merchant_id",
                        "slips are a merchant's or a member's");
    if (query->since_at < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_TIME, "since_at");
    if (query->until_at < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_TIME, "until_at");
    return MINIPAY_OK;
}

minipay_status minipay_slip_list(minipay *pay, const minipay_slip_query *query, const minipay_id *after,
                                 minipay_slip *slips, uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_both(query, "query", after, "after", error);
    if (status == MINIPAY_OK)
        status = check_query(query, error);
    if (mpi_page_enter(pay, &page, slips, sizeof *slips, count, &status, error)) {
        status = mpi_payments_slips(&pay->payments, query, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}
