/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/error.h"
#include "base/id.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* The books as a whole: accounts with their balances, and postings in the order of operations. */

enum { PAGE = 256, KNOWN_ACCOUNTS = 512 };

/* ---- accounts -------------------------------------------------------------------------------------------- */

static const char *account_name(int32_t kind)
{
    return mpi_account_record.table.fields[1].names[kind];
}

/* -1 for a name that no account has. */
static int32_t account_named(const char *name)
{
    const char *const *names = mpi_account_record.table.fields[1].names;
    for (int32_t kind = 0; names[kind]; kind++) {
        if (strcmp(names[kind], name) == 0)
            return kind;
    }
    return -1;
}

static minipay_status fill_balance(void *context, mpi_view *view, const void *account_row, void *item,
                                   minipay_error *error)
{
    const mpi_account *account = account_row;
    minipay_balance *balance = item;
    (void)context;
    mpi_balance row = {.account_id = account->account_id};
    minipay_status status = mpi_view_get(view, &mpi_balance_record, -1, &row, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, "balance", "account %lld has no balance",
                        (long long)account->account_id);
    if (status != MINIPAY_OK)
        return status;
    minipay_balance_init(balance);
    balance->owner_id = account->owner_id;
    balance->state = account->state;
    balance->tier = account->tier;
    mpi_text_copy(balance->account, sizeof balance->account, account_name(account->kind));
    memcpy(balance->purse, account->purse, sizeof balance->purse);
    memcpy(balance->currency, account->currency, sizeof balance->currency);
    balance->posted_minor = row.posted_minor;
    balance->held_minor = row.held_minor;
    balance->incoming_minor = row.incoming_minor;
    return MINIPAY_OK;
}

minipay_status mpi_wallets_balances(mpi_wallets *wallets, const minipay_balance *after,
                                    minipay_balance *balances, uint32_t *count, minipay_error *error)
{
    mpi_account low = {.owner_id = after->owner_id,
                       .kind = after->account[0] ? account_named(after->account) : 0};
    mpi_list list = {.scan = {.table = &mpi_account_record.table,
                              .index = -1,
                              .low = &low,
                              .low_fields = after->currency[0] ? 4 : 0,
                              .low_exclusive = 1},
                     .item_size = sizeof *balances,
                     .show = fill_balance};
    memcpy(low.purse, after->purse, sizeof low.purse);
    memcpy(low.currency, after->currency, sizeof low.currency);
    return low.kind < 0 ? mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "after", "there is no such account")
                        : mpi_store_list(wallets->store, &list, balances, count, error);
}

/* ---- postings -------------------------------------------------------------------------------------------- */

/* A walk over the journal in the order of (operation, leg), which remembers the accounts it has met. */
typedef struct walk {
    mpi_view view;
    mpi_journal low;
    uint32_t low_fields; /* 0: from the first row */
    mpi_journal *rows;
    mpi_account *known;
} walk;

static minipay_status begin_walk(mpi_wallets *wallets, walk *w, minipay_error *error)
{
    w->rows = malloc(PAGE * sizeof *w->rows);
    w->known = calloc(KNOWN_ACCOUNTS, sizeof *w->known);
    minipay_status status = w->rows && w->known ? mpi_view_open(wallets->store, &w->view, error)
                                                : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    if (status != MINIPAY_OK) {
        free(w->rows);
        free(w->known);
    }
    return status;
}

static void end_walk(walk *w)
{
    mpi_view_close(&w->view);
    free(w->rows);
    free(w->known);
}

static minipay_status next_rows(walk *w, uint32_t *count, minipay_error *error)
{
    minipay_scan scan = {.table = &mpi_journal_record.table,
                         .index = 0,
                         .low = &w->low,
                         .low_fields = w->low_fields,
                         .low_exclusive = 1};
    minipay_status status = mpi_view_scan(&w->view, &scan, w->rows, count, error);
    if (status == MINIPAY_OK && *count) {
        w->low = w->rows[*count - 1];
        w->low_fields = 2;
    }
    return status;
}

static minipay_status account_of(walk *w, int64_t number, const mpi_account **account,
                                 minipay_error *error)
{
    mpi_account *known = &w->known[number % KNOWN_ACCOUNTS];
    *account = known;
    if (known->account_id == number && number)
        return MINIPAY_OK;
    known->account_id = number;
    minipay_status status =
        mpi_view_get(&w->view, &mpi_account_record, MPI_ACCOUNT_BY_NUMBER, known, error);
    if (status == MINIPAY_NOT_FOUND)
        status = mpi_fail(error, MINIPAY_CORRUPT, "account", "account %lld is gone", (long long)number);
    return status;
}

static minipay_status fill_posting(walk *w, const mpi_journal *row, minipay_posting *posting,
                                   minipay_error *error)
{
    const mpi_account *account;
    minipay_posting_init(posting);
    minipay_status status = account_of(w, row->debit_account, &account, error);
    if (status != MINIPAY_OK)
        return status;
    posting->debit_owner_id = account->owner_id;
    mpi_text_copy(posting->debit_account, sizeof posting->debit_account, account_name(account->kind));
    memcpy(posting->currency, account->currency, sizeof posting->currency);
    status = account_of(w, row->credit_account, &account, error);
    if (status != MINIPAY_OK)
        return status;
    posting->credit_owner_id = account->owner_id;
    mpi_text_copy(posting->credit_account, sizeof posting->credit_account, account_name(account->kind));
    posting->kind = row->kind;
    posting->operation_id = row->operation_id;
    posting->leg = row->leg;
    posting->business_date = row->business_date;
    posting->policy_version = row->policy_version;
    posting->amount_minor = row->amount_minor;
    posting->booked_at = row->booked_at;
    posting->sequence = row->sequence;
    posting->reverses = row->reverses;
    return MINIPAY_OK;
}

minipay_status mpi_wallets_postings(mpi_wallets *wallets, const minipay_posting *after,
                                    minipay_posting *postings, uint32_t *count, minipay_error *error)
{
    walk w = {.low = {.operation_id = after->operation_id, .leg = after->leg},
              .low_fields = mpi_id_is_none(&after->operation_id) ? 0 : 2};
    uint32_t used = 0, wanted, read;
    minipay_status status = begin_walk(wallets, &w, error);
    if (status != MINIPAY_OK)
        return status;
    do {
        wanted = read = *count - used < PAGE ? *count - used : PAGE;
        if (wanted)
            status = next_rows(&w, &read, error);
        for (uint32_t i = 0; i < read && status == MINIPAY_OK; i++)
            status = fill_posting(&w, &w.rows[i], &postings[used++], error);
    } while (status == MINIPAY_OK && wanted && read == wanted);
    end_walk(&w);
    if (status == MINIPAY_OK)
        *count = used;
    return status;
}

/* ---- for other contexts: moves that say all of their operation ------------------------------------------- */

static minipay_status fill_moved(walk *w, const mpi_journal *row, mpi_moved *moved, minipay_error *error)
{
    const mpi_account *debit, *credit;
    minipay_status status = account_of(w, row->debit_account, &debit, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_wallets_tell_move(row, debit, debit, moved);
    status = account_of(w, row->credit_account, &credit, error);
    if (status == MINIPAY_OK)
        moved->payee = mpi_wallets_party(credit);
    return status;
}

minipay_status mpi_wallets_moves(void *impl, int32_t kind, const minipay_id *after, mpi_moved *moved,
                                 uint32_t *count, minipay_error *error)
{
    walk w = {.low = {.operation_id = *after, .leg = INT32_MAX}, .low_fields = 2};
    uint32_t used = 0, read;
    minipay_status status = begin_walk(impl, &w, error);
    if (status != MINIPAY_OK)
        return status;
    do {
        read = PAGE;
        status = next_rows(&w, &read, error);
        for (uint32_t i = 0; i < read && used < *count && status == MINIPAY_OK; i++) {
            if (w.rows[i].kind == kind && w.rows[i].leg == 0)
                status = fill_moved(&w, &w.rows[i], &moved[used++], error);
        }
    } while (status == MINIPAY_OK && used < *count && read == PAGE);
    end_walk(&w);
    if (status == MINIPAY_OK)
        *count = used;
    return status;
}
