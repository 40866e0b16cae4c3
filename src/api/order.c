/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"
#include "base/text.h"

minipay_status minipay_order_get(minipay *pay, const minipay_id *id, minipay_order *order,
                                 minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", order, "order", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_banking_order(&pay->banking, id, order, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_order_find(minipay *pay, const minipay_id *operation_id, minipay_order *order,
                                  minipay_error *error)
{
    minipay_id id;
    minipay_status status = mpi_check_both(operation_id, "operation_id", order, "order", error);
    if (mpi_enter(pay, &status, error)) {
        mpi_id_derive(operation_id, "order", &id);
        status = mpi_banking_order(&pay->banking, &id, order, error);
        mpi_leave(pay);
    }
    return status;
}

static minipay_status check_query(const minipay_order_query *query, minipay_error *error)
{
    minipay_status status = mpi_check_given(query, "query", error);
    if (status == MINIPAY_OK)
        status = mpi_check_size("query", query->struct_size, sizeof *query, error);
    if (status != MINIPAY_OK)
        return status;
    return query->state >= MINIPAY_STATE_NONE && query->state <= MINIPAY_STATE_PARKED
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "state", "%d is no state", query->state);
}

minipay_status minipay_order_list(minipay *pay, const minipay_order_query *query, minipay_order *orders,
                                  uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = check_query(query, error);
    if (mpi_page_enter(pay, &page, orders, sizeof *orders, count, &status, error)) {
        status = mpi_banking_orders(&pay->banking, query, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
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
    minipay_status status = mpi_check_both(currency, "currency", position, "position", error);
    if (status == MINIPAY_OK)
        status = mpi_check_currency_text(currency, error);
    if (mpi_enter(pay, &status, error)) {
        status = fill_position(pay, currency, &found, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK)
        *position = found;
    return status;
}
