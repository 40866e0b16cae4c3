/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/text.h"

static minipay_status check(const void *item, minipay_error *error)
{
    const minipay_link_request *request = item;
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->owner_id, "owner_id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->bank, sizeof request->bank, true, "bank", error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->account_number, sizeof request->account_number, true,
                                "account_number", error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->holder, sizeof request->holder, true, "holder", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

minipay_status minipay_account_link(minipay *pay, const minipay_link_request *requests, uint32_t count,
                                    minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {.items = requests,
                       .item_size = sizeof *requests,
                       .count = count,
                       .check = check,
                       .context = pay ? &pay->banking : NULL,
                       .draw_up = mpi_banking_draw_up};
    if (pay && pay->banking.bank.version == 0)
        return mpi_fail_plain(error, MINIPAY_NOT_SUPPORTED, "bank");
    return mpi_run_batch(pay, &batch, outcomes, error);
}

static minipay_status check_unlink(const void *item, minipay_error *error)
{
    const minipay_unlink_request *request = item;
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->owner_id, "owner_id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->account_id, "account_id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

minipay_status minipay_account_unlink(minipay *pay, const minipay_unlink_request *requests,
                                      uint32_t count, minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {.items = requests,
                       .item_size = sizeof *requests,
                       .count = count,
                       .check = check_unlink,
                       .context = pay ? &pay->banking : NULL,
                       .draw_up = mpi_banking_draw_up_unlink};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

minipay_status minipay_account_get(minipay *pay, const minipay_id *id, minipay_bank_account *account,
                                   minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", account, "account", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_banking_account(&pay->banking, id, account, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_account_list(minipay *pay, const minipay_id *owner_id, const minipay_id *after,
                                    minipay_bank_account *accounts, uint32_t *count,
                                    minipay_error *error)
{
    mpi_page page;
    minipay_status status = mpi_check_both(owner_id, "owner_id", after, "after", error);
    if (mpi_page_enter(pay, &page, accounts, sizeof *accounts, count, &status, error)) {
        status = mpi_banking_accounts(&pay->banking, owner_id, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}

minipay_status minipay_corporate_account_get(minipay *pay, const char *currency,
                                             minipay_corporate_account *account, minipay_error *error)
{
    minipay_corporate_account found;
    minipay_status status = mpi_check_both(currency, "currency", account, "account", error);
    if (status == MINIPAY_OK)
        status = mpi_check_currency_text(currency, error);
    if (mpi_enter(pay, &status, error)) {
        minipay_corporate_account_init(&found);
        mpi_text_copy(found.currency, sizeof found.currency, currency);
        status = mpi_wallets_company(&pay->wallets, currency, &found.posted_minor,
                                     &found.in_transit_minor, error);
        mpi_leave(pay);
    }
    if (status == MINIPAY_OK)
        *account = found;
    return status;
}
