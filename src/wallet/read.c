/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/error.h"
#include "base/money.h"
#include "base/text.h"

#include <string.h>

/* Reading wallets, on a snapshot beside the lane. */

static minipay_status fill(mpi_view *view, const mpi_account *account, minipay_wallet *wallet,
                           minipay_error *error)
{
    mpi_balance balance = {.account_id = account->account_id};
    minipay_status status = mpi_view_get(view, &mpi_balance_record, -1, &balance, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, "balance", "account %lld has no balance",
                        (long long)account->account_id);
    if (status != MINIPAY_OK)
        return status;
    minipay_wallet_init(wallet);
    wallet->member_id = account->owner_id;
    memcpy(wallet->currency, account->currency, sizeof wallet->currency);
    wallet->state = account->state;
    wallet->tier = account->tier;
    wallet->posted_minor = balance.posted_minor;
    wallet->held_minor = balance.held_minor;
    wallet->incoming_minor = balance.incoming_minor;
    mpi_money_subtract(balance.posted_minor, balance.held_minor, &wallet->available_minor);
    return MINIPAY_OK;
}

minipay_status mpi_wallets_find_seen(mpi_view *view, const minipay_id *member_id, const char *currency,
                                     mpi_account *account, minipay_error *error)
{
    memset(account, 0, sizeof *account);
    account->owner_id = *member_id;
    account->kind = MPI_ACCOUNT_WALLET;
    mpi_text_copy(account->purse, sizeof account->purse, MPI_CASH);
    mpi_text_copy(account->currency, sizeof account->currency, currency);
    minipay_status status = mpi_view_get(view, &mpi_account_record, -1, account, error);
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, MINIPAY_WALLET_NOT_FOUND, "member_id")
                                       : status;
}

minipay_status mpi_wallets_get(mpi_wallets *wallets, const minipay_id *member_id, const char *currency,
                               minipay_wallet *wallet, minipay_error *error)
{
    mpi_account account;
    minipay_wallet filled;
    mpi_view view;
    minipay_status status = mpi_view_open(wallets->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_find_seen(&view, member_id, currency, &account, error);
    if (status == MINIPAY_OK)
        status = fill(&view, &account, &filled, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        *wallet = filled;
    return status;
}

/* ---- list ---------------------------------------------------------------------------------------------- */

static minipay_status show_wallet(void *context, mpi_view *view, const void *row, void *item,
                                  minipay_error *error)
{
    const mpi_account *account = row;
    (void)context;
    return account->kind == MPI_ACCOUNT_WALLET ? fill(view, account, item, error) : MPI_LEFT_OUT;
}

minipay_status mpi_wallets_list(mpi_wallets *wallets, const minipay_wallet *after, minipay_wallet *shown,
                                uint32_t *count, minipay_error *error)
{
    mpi_account low = {.owner_id = after->member_id, .kind = MPI_ACCOUNT_WALLET, .purse = MPI_CASH};
    mpi_list list = {.scan = {.table = &mpi_account_record.table,
                              .index = -1,
                              .low = &low,
                              .low_fields = 4,
                              .low_exclusive = 1},
                     .item_size = sizeof *shown,
                     .show = show_wallet};
    memcpy(low.currency, after->currency, sizeof low.currency);
    return mpi_store_list(wallets->store, &list, shown, count, error);
}

/* ---- history ------------------------------------------------------------------------------------------- */

static minipay_status fill_entry(mpi_view *view, int64_t account_id, const mpi_journal *row,
                                 minipay_entry *entry, minipay_error *error)
{
    bool out = row->debit_account == account_id;
    mpi_account other = {.account_id = out ? row->credit_account : row->debit_account};
    minipay_status status =
        mpi_view_get(view, &mpi_account_record, MPI_ACCOUNT_BY_NUMBER, &other, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, "account", "account %lld is gone",
                        (long long)other.account_id);
    if (status != MINIPAY_OK)
        return status;
    minipay_entry_init(entry);
    entry->kind = row->kind;
    entry->operation_id = row->operation_id;
    entry->other_id = other.owner_id;
    entry->sequence = row->sequence;
    mpi_money_subtract(0, row->amount_minor, &entry->amount_minor);
    if (!out)
        entry->amount_minor = row->amount_minor;
    entry->balance_minor = out ? row->debit_balance_minor : row->credit_balance_minor;
    entry->booked_at = row->booked_at;
    entry->business_date = row->business_date;
    return MINIPAY_OK;
}

minipay_status mpi_wallets_row_seen(mpi_view *view, int64_t sequence, int64_t account_id,
                                    mpi_journal *row, minipay_error *error)
{
    row->sequence = sequence;
    minipay_status status = mpi_view_get(view, &mpi_journal_record, -1, row, error);
    bool strange =
        status == MINIPAY_NOT_FOUND ||
        (status == MINIPAY_OK && row->debit_account != account_id && row->credit_account != account_id);
    return strange
               ? mpi_fail(error, MINIPAY_CORRUPT, "journal", "row %lld does not belong to account %lld",
                          (long long)sequence, (long long)account_id)
               : status;
}

static int64_t previous_of(const mpi_journal *row, int64_t account_id)
{
    return row->debit_account == account_id ? row->debit_previous : row->credit_previous;
}

/* The account's newest row, or the one before the entry that the last page ended with. */
static minipay_status first_sequence(mpi_view *view, int64_t account_id, int64_t before,
                                     int64_t *sequence, minipay_error *error)
{
    mpi_balance balance = {.account_id = account_id};
    mpi_journal row;
    if (before) {
        minipay_status status = mpi_wallets_row_seen(view, before, account_id, &row, error);
        if (status == MINIPAY_OK)
            *sequence = previous_of(&row, account_id);
        return status == MINIPAY_CORRUPT ? mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "before",
                                                    "no entry of this wallet has this sequence")
                                         : status;
    }
    minipay_status status = mpi_view_get(view, &mpi_balance_record, -1, &balance, error);
    *sequence = balance.last_sequence;
    return status;
}

static minipay_status walk(mpi_view *view, int64_t account_id, int64_t before, minipay_entry *entries,
                           uint32_t *count, minipay_error *error)
{
    int64_t sequence = 0;
    uint32_t used = 0;
    mpi_journal row;
    minipay_status status = first_sequence(view, account_id, before, &sequence, error);
    while (status == MINIPAY_OK && sequence && used < *count) {
        status = mpi_wallets_row_seen(view, sequence, account_id, &row, error);
        if (status == MINIPAY_OK)
            status = fill_entry(view, account_id, &row, &entries[used++], error);
        if (status == MINIPAY_OK)
            sequence = previous_of(&row, account_id);
    }
    if (status == MINIPAY_OK)
        *count = used;
    return status;
}

minipay_status mpi_wallets_history(mpi_wallets *wallets, const minipay_id *member_id,
                                   const char *currency, int64_t before, minipay_entry *entries,
                                   uint32_t *count, minipay_error *error)
{
    mpi_account account;
    mpi_view view;
    minipay_status status = mpi_view_open(wallets->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_wallets_find_seen(&view, member_id, currency, &account, error);
    if (status == MINIPAY_OK)
        status = walk(&view, account.account_id, before, entries, count, error);
    mpi_view_close(&view);
    return status;
}

/* ---- the company's own ----------------------------------------------------------------------------------- */

static minipay_status company_balance(mpi_view *view, int32_t kind, const char *currency,
                                      int64_t *posted_minor, minipay_error *error)
{
    mpi_account account = {.kind = kind};
    mpi_balance balance = {.account_id = 0};
    mpi_text_copy(account.currency, sizeof account.currency, currency);
    minipay_status status = mpi_view_get(view, &mpi_account_record, -1, &account, error);
    balance.account_id = account.account_id;
    if (status == MINIPAY_OK)
        status = mpi_view_get(view, &mpi_balance_record, -1, &balance, error);
    *posted_minor = status == MINIPAY_OK ? balance.posted_minor : 0;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

minipay_status mpi_wallets_company(mpi_wallets *wallets, const char *currency, int64_t *posted_minor,
                                   int64_t *in_transit_minor, minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(wallets->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = company_balance(&view, MPI_ACCOUNT_CORPORATE, currency, posted_minor, error);
    if (status == MINIPAY_OK)
        status = company_balance(&view, MPI_ACCOUNT_TRANSIT, currency, in_transit_minor, error);
    mpi_view_close(&view);
    return status;
}
