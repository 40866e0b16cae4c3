/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* The balance at an instant: what the wallet's newest row booked by then says.
 *
 * Two ways lead to that row, and each is short where the other is long: back along the wallet's own chain, as
 * many rows as it has had since; and back through the journal from the instant on, as many rows as all wallets
 * have had since its last one before. They are gone in turns, so the cost is twice the shorter: for a wallet
 * with n of N rows, spread evenly, at most n and about N/n, together never much above the square root of N. */

enum { PAGE = 256, CHAIN_STEPS = 32 };

typedef struct search {
    mpi_view *view;
    int64_t account_id;
    int64_t at;
    int64_t chain; /* the next row along the wallet's chain */
    int64_t below; /* rows of the journal below this sequence are still to be looked through */
    mpi_journal *page;
    bool found;
    int64_t balance_minor;
} search;

static bool take(search *s, const mpi_journal *row)
{
    bool debit = row->debit_account == s->account_id;
    if (row->booked_at > s->at || (!debit && row->credit_account != s->account_id))
        return false;
    s->balance_minor = debit ? row->debit_balance_minor : row->credit_balance_minor;
    s->found = true;
    return true;
}

/* ---- along the chain ------------------------------------------------------------------------------------- */

static minipay_status step_chain(search *s, minipay_error *error)
{
    mpi_journal row;
    for (int i = 0; i < CHAIN_STEPS && !s->found; i++) {
        if (s->chain == 0) { /* before its first row a wallet has nothing */
            s->found = true;
            break;
        }
        minipay_status status = mpi_wallets_row_seen(s->view, s->chain, s->account_id, &row, error);
        if (status != MINIPAY_OK)
            return status;
        if (!take(s, &row))
            s->chain = row.debit_account == s->account_id ? row.debit_previous : row.credit_previous;
    }
    return MINIPAY_OK;
}

/* ---- through the journal --------------------------------------------------------------------------------- */

/* Up to `count` rows below a sequence, the newest first. */
static minipay_status read_below(search *s, int64_t below, uint32_t *count, minipay_error *error)
{
    mpi_journal high = {.sequence = below};
    minipay_scan scan = {.table = &mpi_journal_record.table,
                         .index = -1,
                         .high = &high,
                         .high_fields = 1,
                         .high_exclusive = 1,
                         .descending = 1};
    return mpi_view_scan(s->view, &scan, s->page, count, error);
}

static minipay_status step_journal(search *s, minipay_error *error)
{
    uint32_t count = PAGE;
    minipay_status status = read_below(s, s->below, &count, error);
    for (uint32_t i = 0; status == MINIPAY_OK && i < count && !s->found; i++)
        take(s, &s->page[i]);
    if (status == MINIPAY_OK && count < PAGE)
        s->found = true;
    else if (status == MINIPAY_OK)
        s->below = s->page[count - 1].sequence;
    return status;
}

/* Where the rows booked after the instant begin: `booked_at` never goes back, so halving finds it. */
static minipay_status find_instant(search *s, minipay_error *error)
{
    int64_t low = 0, high = s->chain + 1;
    while (low + 1 < high) {
        int64_t middle = low + (high - low) / 2;
        uint32_t count = 1;
        minipay_status status = read_below(s, middle, &count, error);
        if (status != MINIPAY_OK)
            return status;
        if (count == 0 || s->page[0].booked_at <= s->at)
            low = middle;
        else
            high = s->page[0].sequence;
    }
    s->below = high;
    return MINIPAY_OK;
}

static minipay_status find_balance(search *s, minipay_error *error)
{
    mpi_balance balance = {.account_id = s->account_id};
    minipay_status status = mpi_view_get(s->view, &mpi_balance_record, -1, &balance, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, "balance", "account %lld has no balance",
                        (long long)s->account_id);
    s->chain = balance.last_sequence;
    if (status == MINIPAY_OK)
        status = step_chain(s, error);
    if (status == MINIPAY_OK && !s->found)
        status = find_instant(s, error);
    while (status == MINIPAY_OK && !s->found) {
        status = step_journal(s, error);
        if (status == MINIPAY_OK && !s->found)
            status = step_chain(s, error);
    }
    return status;
}

minipay_status mpi_wallets_balance_at(mpi_wallets *wallets, const minipay_id *member_id,
                                      const char *currency, int64_t at, int64_t *balance_minor,
                                      minipay_error *error)
{
    mpi_account account;
    mpi_view view;
    search s = {.view = &view, .at = at, .page = malloc(PAGE * sizeof *s.page)};
    minipay_status status = s.page ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    if (status == MINIPAY_OK)
        status = mpi_view_open(wallets->store, &view, error);
    if (status == MINIPAY_OK) {
        status = mpi_wallets_find_seen(&view, member_id, currency, &account, error);
        s.account_id = account.account_id;
        if (status == MINIPAY_OK)
            status = find_balance(&s, error);
        mpi_view_close(&view);
    }
    free(s.page);
    if (status == MINIPAY_OK)
        *balance_minor = s.balance_minor;
    return status;
}
