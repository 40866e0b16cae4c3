/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"
#include "base/text.h"

static minipay_status get(minipay *pay, const minipay_id *id, minipay_order *order, minipay_error *error)
{
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_banking_order(&pay->banking, id, order, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_order_get(minipay *pay, const minipay_id *id, minipay_order *order,
                                 minipay_error *error)
{
    if (!id || !order)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, id ? "order" : "id", "NULL");
    return get(pay, id, order, error);
}

minipay_status minipay_order_find(minipay *pay, const minipay_id *operation_id, minipay_order *order,
                                  minipay_error *error)
{
    minipay_id id;
    if (!operation_id || !order)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, operation_id ? "order" : "operation_id",
                        "NULL");
    mpi_id_derive(operation_id, "order", &id);
    return get(pay, &id, order, error);
}

static minipay_status check_query(const minipay_order_query *query, minipay_error *error)
{
    if (!query)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "query", "NULL");
    minipay_status status = mpi_check_size("query", query->struct_size, sizeof *query, error);
    if (status != MINIPAY_OK)
        return status;
    return query->state >= MINIPAY_STATE_NONE && query->state <= MINIPAY_STATE_PARKED
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "state", "%d is no state", query->state);
}

minipay_status minipay_order_list(minipay *pay, const minipay_order_query *query, minipay_order *orders,
                                  uint32_t *count, minipay_error *error)
{
    minipay_status status = check_query(query, error);
    if (status == MINIPAY_OK)
        status = mpi_check_page(orders, count, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_banking_orders(&pay->banking, query, orders, count, error);
    mpi_leave(pay);
    return status;
}

/* ---- the corporate account ----------------------------------------------------------------------------- */

static minipay_status fill_position(minipay *pay, const char *currency,
                                    minipay_corporate_position *found, minipay_error *error)
{
    if (pay->banking.bank.version == 0)
        return mpi_fail_plain(error, MINIPAY_NOT_SUPPORTED, "bank");
    minipay_corporate_position_init(found);
    mpi_text_copy(found->currency, sizeof found->currency, currency);
    minipay_status status = mpi_banking_balance(&pay->banking, currency, &found->at_bank_minor, error);
    if (status == MINIPAY_OK)
        status = mpi_wallets_company(&pay->wallets, currency, &found->posted_minor,
                                     &found->in_transit_minor, error);
    if (status == MINIPAY_OK &&
        !mpi_money_subtract(found->at_bank_minor, found->posted_minor, &found->difference_minor))
        status = mpi_fail_plain(error, MINIPAY_AMOUNT_OVERFLOW, "at_bank_minor");
    return status;
}

minipay_status minipay_corporate_position_get(minipay *pay, const char *currency,
                                              minipay_corporate_position *position, minipay_error *error)
{
    minipay_corporate_position found;
    if (!currency || !position)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, currency ? "position" : "currency", "NULL");
    if (minipay_currency_exponent(currency) < 0)
        return mpi_fail_plain(error, MINIPAY_INVALID_CURRENCY, "currency");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = fill_position(pay, currency, &found, error);
    mpi_leave(pay);
    if (status == MINIPAY_OK)
        *position = found;
    return status;
}
