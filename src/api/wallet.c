/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

static minipay_status check(const void *item, minipay_error *error)
{
    const minipay_wallet_request *request = item;
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->member_id, "member_id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_currency(request->currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

minipay_status minipay_wallet_open(minipay *pay, const minipay_wallet_request *requests, uint32_t count,
                                   minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {requests, sizeof *requests,           count,
                       check,    pay ? &pay->wallets : NULL, mpi_wallets_draw_up,
                       false};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

static minipay_status check_name(const minipay_id *member_id, const char *currency, minipay_error *error)
{
    if (!member_id || !currency)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, member_id ? "currency" : "member_id", "NULL");
    return minipay_currency_exponent(currency) < 0
               ? mpi_fail_plain(error, MINIPAY_INVALID_CURRENCY, "currency")
               : MINIPAY_OK;
}

minipay_status minipay_wallet_get(minipay *pay, const minipay_id *member_id, const char *currency,
                                  minipay_wallet *wallet, minipay_error *error)
{
    minipay_status status = check_name(member_id, currency, error);
    if (status == MINIPAY_OK && !wallet)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "wallet", "NULL");
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_get(&pay->wallets, member_id, currency, wallet, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_wallet_list(minipay *pay, const minipay_wallet *after, minipay_wallet *wallets,
                                   uint32_t *count, minipay_error *error)
{
    minipay_status status = mpi_check_page(wallets, count, error);
    if (status == MINIPAY_OK && !after)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "after", "NULL");
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_list(&pay->wallets, after, wallets, count, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_wallet_history(minipay *pay, const minipay_id *member_id, const char *currency,
                                      int64_t before, minipay_entry *entries, uint32_t *count,
                                      minipay_error *error)
{
    minipay_status status = check_name(member_id, currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_page(entries, count, error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_history(&pay->wallets, member_id, currency, before, entries, count, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_wallet_balance_at(minipay *pay, const minipay_id *member_id, const char *currency,
                                         int64_t at, int64_t *balance_minor, minipay_error *error)
{
    minipay_status status = check_name(member_id, currency, error);
    if (status == MINIPAY_OK && !balance_minor)
        status = mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "balance_minor", "NULL");
    if (status == MINIPAY_OK && at < 0)
        status = mpi_fail_plain(error, MINIPAY_INVALID_TIME, "at");
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_balance_at(&pay->wallets, member_id, currency, at, balance_minor, error);
    mpi_leave(pay);
    return status;
}
