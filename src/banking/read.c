/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "base/error.h"
#include "base/id.h"

#include <string.h>

/* Reading accounts and orders, on a snapshot beside the lane. */

/* ---- accounts ------------------------------------------------------------------------------------------ */

static minipay_status read_first(mpi_view *view, const minipay_id *owner_id, minipay_id *first,
                                 minipay_error *error)
{
    mpi_bank_owner owner = {.owner_id = *owner_id};
    minipay_status status = mpi_view_get(view, &mpi_bank_owner_record, -1, &owner, error);
    memset(first, 0, sizeof *first);
    if (status == MINIPAY_OK)
        *first = owner.account_id;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

static void show_account(const mpi_bank_account *row, const minipay_id *first,
                         minipay_bank_account *shown)
{
    minipay_bank_account_init(shown);
    shown->id = row->op.id;
    shown->owner_id = row->owner_id;
    shown->linked_at = row->op.finished_at;
    shown->state = row->account_state;
    shown->is_first = mpi_id_compare(&row->op.id, first) == 0;
    memcpy(shown->bank, row->bank, sizeof shown->bank);
    memcpy(shown->masked_number, row->masked_number, sizeof shown->masked_number);
}

static minipay_status get_account(mpi_view *view, const minipay_id *id, minipay_bank_account *shown,
                                  minipay_error *error)
{
    mpi_bank_account row = {.op.id = *id};
    minipay_id first;
    minipay_status status = mpi_view_get(view, &mpi_bank_account_record, -1, &row, error);
    if (status == MINIPAY_NOT_FOUND || (status == MINIPAY_OK && row.op.state != MINIPAY_STATE_DONE))
        return mpi_fail_plain(error, MINIPAY_ACCOUNT_NOT_FOUND, "id");
    if (status == MINIPAY_OK)
        status = read_first(view, &row.owner_id, &first, error);
    if (status == MINIPAY_OK)
        show_account(&row, &first, shown);
    return status;
}

minipay_status mpi_banking_account(mpi_banking *banking, const minipay_id *id,
                                   minipay_bank_account *account, minipay_error *error)
{
    mpi_view view;
    minipay_bank_account shown;
    minipay_status status = mpi_view_open(banking->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = get_account(&view, id, &shown, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        *account = shown;
    return status;
}

static minipay_status show_linked(void *context, mpi_view *view, const void *row, void *item,
                                  minipay_error *error)
{
    const mpi_bank_account *account = row;
    (void)view;
    (void)error;
    if (account->op.state != MINIPAY_STATE_DONE)
        return MPI_LEFT_OUT;
    show_account(account, context, item);
    return MINIPAY_OK;
}

minipay_status mpi_banking_accounts(mpi_banking *banking, const minipay_id *owner_id,
                                    const minipay_id *after, minipay_bank_account *accounts,
                                    uint32_t *count, minipay_error *error)
{
    mpi_view view;
    minipay_id first;
    mpi_bank_account low = {.op.id = *after, .owner_id = *owner_id};
    mpi_list list = {.scan = {.table = &mpi_bank_account_record.table,
                              .index = MPI_ACCOUNTS_OF_OWNER,
                              .low = &low,
                              .high = &low,
                              .low_fields = 2,
                              .high_fields = 1,
                              .low_exclusive = 1},
                     .item_size = sizeof *accounts,
                     .context = &first,
                     .show = show_linked};
    minipay_status status = mpi_view_open(banking->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = read_first(&view, owner_id, &first, error);
    if (status == MINIPAY_OK)
        status = mpi_view_list(&view, &list, accounts, count, error);
    mpi_view_close(&view);
    return status;
}

/* ---- orders -------------------------------------------------------------------------------------------- */

static void show_order(const mpi_bank_order *row, minipay_order *shown)
{
    minipay_order_init(shown);
    shown->id = row->op.id;
    shown->operation_id = row->op.parent_id;
    shown->operation_kind = row->op.parent_kind;
    shown->owner_id = row->owner_id;
    shown->account_id = row->account_id;
    shown->direction = row->direction;
    shown->state = row->op.state;
    shown->status = row->op.status;
    shown->verdict = row->verdict;
    shown->amount_minor = row->amount_minor;
    shown->moved_minor = row->moved_minor;
    shown->fee_minor = row->fee_minor;
    shown->created_at = row->op.created_at;
    shown->finished_at = row->op.finished_at;
    shown->next_at = row->op.state == MINIPAY_STATE_RUNNING ? row->next_at : 0;
    shown->deadline_at = row->deadline_at;
    shown->attempts = row->attempts;
    shown->reference_date = row->reference_date;
    memcpy(shown->currency, row->currency, sizeof shown->currency);
    memcpy(shown->reference, row->reference, sizeof shown->reference);
    memcpy(shown->bank_reason, row->bank_reason, sizeof shown->bank_reason);
}

minipay_status mpi_banking_order(mpi_banking *banking, const minipay_id *id, minipay_order *order,
                                 minipay_error *error)
{
    mpi_view view;
    mpi_bank_order row = {.op.id = *id};
    minipay_status status = mpi_view_open(banking->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_bank_order_record, -1, &row, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        show_order(&row, order);
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, MINIPAY_NOT_FOUND, "id") : status;
}

/* Those that are not done are few, and have an index. An owner's have none: it would cost every top-up
 * and withdrawal a fifth of its time, for a list that only a person asks for. */
static minipay_scan scan_for(const minipay_order_query *query, const mpi_bank_order *bound)
{
    bool few = query->state && query->state != MINIPAY_STATE_DONE;
    return (minipay_scan){.table = &mpi_bank_order_record.table,
                          .index = few ? MPI_ORDERS_NOT_DONE : -1,
                          .low = bound,
                          .low_fields = 1,
                          .low_exclusive = 1};
}

static bool is_asked_for(const minipay_order_query *query, const mpi_bank_order *row)
{
    return (query->state == 0 || row->op.state == query->state) &&
           (mpi_id_is_none(&query->owner_id) || mpi_id_compare(&query->owner_id, &row->owner_id) == 0);
}

static minipay_status show_asked(void *context, mpi_view *view, const void *row, void *item,
                                 minipay_error *error)
{
    (void)view;
    (void)error;
    if (!is_asked_for(context, row))
        return MPI_LEFT_OUT;
    show_order(row, item);
    return MINIPAY_OK;
}

minipay_status mpi_banking_orders(mpi_banking *banking, const minipay_order_query *query,
                                  minipay_order *orders, uint32_t *count, minipay_error *error)
{
    minipay_order_query asked = *query;
    mpi_bank_order bound = {.op.id = query->after};
    mpi_list list = {.scan = scan_for(query, &bound),
                     .item_size = sizeof *orders,
                     .context = &asked,
                     .show = show_asked};
    return mpi_store_list(banking->store, &list, orders, count, error);
}

/* ---- the corporate account ----------------------------------------------------------------------------- */

/* Whatever a bank that does not answer says, it means that the answer is not known now. */
minipay_status mpi_banking_balance(mpi_banking *banking, const char *currency, int64_t *balance_minor,
                                   minipay_error *error)
{
    int64_t balance = 0;
    pthread_mutex_lock(&banking->line);
    minipay_status said = banking->bank.balance(banking->bank.impl, currency, &balance, NULL);
    pthread_mutex_unlock(&banking->line);
    if (said != MINIPAY_OK)
        return mpi_fail(error, MINIPAY_UNAVAILABLE, "bank", "the bank does not tell its balance: %s",
                        minipay_status_name(said));
    *balance_minor = balance;
    return MINIPAY_OK;
}
