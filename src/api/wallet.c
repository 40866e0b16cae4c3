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
    mpi_batch batch = {.items = requests,
                       .item_size = sizeof *requests,
                       .count = count,
                       .check = check,
                       .context = pay ? &pay->wallets : NULL,
                       .draw_up = mpi_wallets_draw_up};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

static minipay_status check_name(const minipay_id *member_id, const char *currency, minipay_error *error)
{
    minipay_status status = mpi_check_both(member_id, "member_id", currency, "currency", error);
    return status == MINIPAY_OK ? mpi_check_currency_text(currency, error) : status;
}

minipay_status minipay_wallet_get(minipay *pay, const minipay_id *member_id, const char *currency,
                                  minipay_wallet *wallet, minipay_error *error)
{
    minipay_status status = check_name(member_id, currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_given(wallet, "wallet", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_wallets_get(&pay->wallets, member_id, currency, wallet, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_wallet_list(minipay *pay, const minipay_wallet *after, minipay_wallet *wallets,
                                   uint32_t *count, minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_given(after, "after", error);
    if (mpi_page_enter(pay, &page, wallets, sizeof *wallets, count, &status, error)) {
        status = mpi_wallets_list(&pay->wallets, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_wallet_history(minipay *pay, const minipay_id *member_id, const char *currency,
                                      int64_t before, minipay_entry *entries, uint32_t *count,
                                      minipay_error *error)
{
    mpi_page page;
    minipay_status status = check_name(member_id, currency, error);
    if (mpi_page_enter(pay, &page, entries, sizeof *entries, count, &status, error)) {
        status = mpi_wallets_history(&pay->wallets, member_id, currency, before, page.rows, &page.count,
                                     error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_wallet_balance_at(minipay *pay, const minipay_id *member_id, const char *currency,
                                         int64_t at, int64_t *balance_minor, minipay_error *error)
{
    minipay_status status = check_name(member_id, currency, error);
    if (status == MINIPAY_OK)
        status = mpi_check_given(balance_minor, "balance_minor", error);
    if (status == MINIPAY_OK && at < 0)
        status = mpi_fail_plain(error, MINIPAY_INVALID_TIME, "at");
    if (mpi_enter(pay, &status, error)) {
        status = mpi_wallets_balance_at(&pay->wallets, member_id, currency, at, balance_minor, error);
        mpi_leave(pay);
    }
    return status;
}
