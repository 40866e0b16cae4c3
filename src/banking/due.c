/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

#include <stdlib.h>

/* Orders and accounts without an answer are asked about again, ever later. Behind its deadline an order is
 * asked about once more before it is parked (calls.c), however long nobody was here to ask. */

enum { DUE_LARGEST = 1024 };

/* What is due of one record, leased in one unit of work. */
typedef struct due_work {
    mpi_banking *banking;
    uint32_t budget;
    uint32_t count;
    mpi_call_list calls;
    mpi_bank_order *orders;
    mpi_bank_account *accounts;
} due_work;

/* The bank never named it, so it was never submitted: no money can have moved, and nobody need decide. */
static minipay_status give_up_unnamed(mpi_flow *flow, mpi_bank_order *order)
{
    order->verdict = MINIPAY_VERDICT_REFUSED;
    mpi_text_copy(order->bank_reason, sizeof order->bank_reason, "not prepared in time");
    return mpi_saga_resume(flow, MINIPAY_KIND_ORDER, &order->op.id);
}

static minipay_status ask_again(mpi_banking *banking, mpi_flow *flow, const mpi_bank_order *due)
{
    const void *row;
    const mpi_rules *rules = mpi_order_rules(banking, flow, due->currency);
    if (!rules)
        return flow->error->status;
    minipay_status status = mpi_unit_get(flow->unit, banking->orders, due, &row, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_bank_order *order = mpi_unit_edit(flow->unit, banking->orders, row);
    if (!order)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    int64_t now = mpi_unit_now(flow->unit);
    if (now >= order->deadline_at && !order->reference[0])
        return give_up_unnamed(flow, order);
    order->attempts++;
    order->next_at = mpi_time_after_ms(now, mpi_order_wait_ms(rules, order->attempts));
    if (!order->reference[0])
        return mpi_order_add_first_call(banking, flow, order);
    return mpi_order_add_call(banking, flow, order, MPI_CALL_QUERY);
}

static minipay_status lease_orders(void *context, mpi_unit *unit, minipay_error *error)
{
    due_work *due = context;
    mpi_flow flow = {.engine = due->banking->engine, .unit = unit, .calls = &due->calls, .error = error};
    mpi_bank_order until = {.next_at = mpi_unit_now(unit)};
    minipay_scan scan = {.table = &mpi_bank_order_record.table,
                         .index = MPI_ORDERS_DUE,
                         .high = &until,
                         .high_fields = 1};
    due->count = due->budget;
    mpi_calls_clear(&due->calls);
    minipay_status status = mpi_unit_scan(unit, &scan, due->orders, &due->count, error);
    for (uint32_t i = 0; i < due->count && status == MINIPAY_OK; i++) {
        status = ask_again(due->banking, &flow, &due->orders[i]);
        mpi_unit_settle(unit);
    }
    return status;
}

static minipay_status lease_accounts(void *context, mpi_unit *unit, minipay_error *error)
{
    due_work *due = context;
    mpi_flow flow = {.engine = due->banking->engine, .unit = unit, .calls = &due->calls, .error = error};
    mpi_bank_account until = {.next_at = mpi_unit_now(unit)};
    minipay_scan scan = {.table = &mpi_bank_account_record.table,
                         .index = MPI_ACCOUNTS_DUE,
                         .high = &until,
                         .high_fields = 1};
    due->count = due->budget;
    mpi_calls_clear(&due->calls);
    minipay_status status = mpi_unit_scan(unit, &scan, due->accounts, &due->count, error);
    for (uint32_t i = 0; i < due->count && status == MINIPAY_OK; i++) {
        status = mpi_saga_resume(&flow, MINIPAY_KIND_LINK, &due->accounts[i].op.id);
        mpi_unit_settle(unit);
    }
    return status;
}

/* Up to `*left`, which becomes what is left of it. */
static minipay_status carry_on(due_work *due, mpi_task_run lease, uint32_t *left, uint32_t *carried,
                               minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    due->count = DUE_LARGEST;
    while (status == MINIPAY_OK && due->count == DUE_LARGEST && *left) {
        due->budget = *left < DUE_LARGEST ? *left : DUE_LARGEST;
        status = mpi_store_write(due->banking->store, lease, due, error);
        if (status == MINIPAY_OK)
            status = mpi_drive_calls(due->banking->engine, &due->calls, error);
        *carried += due->count;
        *left -= due->count;
    }
    return status;
}

static minipay_status read_first(mpi_view *view, int64_t *order_at, int64_t *account_at,
                                 minipay_error *error)
{
    minipay_scan orders = {.table = &mpi_bank_order_record.table, .index = MPI_ORDERS_DUE};
    minipay_scan accounts = {.table = &mpi_bank_account_record.table, .index = MPI_ACCOUNTS_DUE};
    mpi_bank_order order;
    mpi_bank_account account;
    uint32_t count = 1;
    minipay_status status = mpi_view_scan(view, &orders, &order, &count, error);
    if (status == MINIPAY_OK) {
        *order_at = count ? order.next_at : 0;
        count = 1;
        status = mpi_view_scan(view, &accounts, &account, &count, error);
    }
    if (status == MINIPAY_OK)
        *account_at = count ? account.next_at : 0;
    return status;
}

static minipay_status first_due(mpi_banking *banking, int64_t *next_at, minipay_error *error)
{
    mpi_view view;
    int64_t order_at = 0, account_at = 0;
    minipay_status status = mpi_view_open(banking->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = read_first(&view, &order_at, &account_at, error);
    mpi_view_close(&view);
    bool account_first = account_at && (!order_at || account_at < order_at);
    if (status == MINIPAY_OK)
        *next_at = account_first ? account_at : order_at;
    return status;
}

minipay_status mpi_banking_run(mpi_banking *banking, uint32_t budget, uint32_t *carried,
                               int64_t *next_at, minipay_error *error)
{
    due_work due = {.banking = banking};
    uint32_t left = budget ? budget : UINT32_MAX;
    minipay_status status = MINIPAY_NO_MEMORY;
    due.orders = malloc(DUE_LARGEST * sizeof *due.orders);
    due.accounts = malloc(DUE_LARGEST * sizeof *due.accounts);
    *carried = 0;
    if (due.orders && due.accounts)
        status = carry_on(&due, lease_orders, &left, carried, error);
    else
        mpi_fail_plain(error, status, NULL);
    if (status == MINIPAY_OK)
        status = carry_on(&due, lease_accounts, &left, carried, error);
    free(due.orders);
    free(due.accounts);
    mpi_calls_free(&due.calls);
    return status == MINIPAY_OK ? first_due(banking, next_at, error) : status;
}
