/* SPDX-License-Identifier: Apache-2.0 */
#include "api/views.h"

/* The wallet's, then payment's. */
static const char *const names[] = {"wallet_balance", "wallet_history", "company_balance",
                                    "slip_status"};

static const char *const sql[] = {
    ("SELECT lower(hex(a.owner_id)) AS member_id, a.purse, a.currency, a.state, b.posted_minor, "
     "b.held_minor,"
     " b.incoming_minor, b.posted_minor - b.held_minor AS available_minor, a.account_id"
     " FROM account a JOIN balance b USING (account_id) WHERE a.kind = 'wallet'"),

    ("SELECT lower(hex(a.owner_id)) AS member_id, a.currency, j.sequence, j.kind,"
     " iif(j.debit_account = a.account_id, -j.amount_minor, j.amount_minor) AS amount_minor,"
     " iif(j.debit_account = a.account_id, j.debit_balance_minor, j.credit_balance_minor) AS "
     "balance_minor,"
     " j.business_date, strftime('%Y-%m-%dT%H:%M:%SZ', j.booked_at / 1000000, 'unixepoch') AS booked_at,"
     " lower(hex(j.operation_id)) AS operation_id, j.channel"
     " FROM journal j JOIN account a ON a.account_id IN (j.debit_account, j.credit_account)"
     " WHERE a.kind = 'wallet'"),

    ("SELECT a.kind, a.currency, b.posted_minor FROM account a JOIN balance b USING (account_id)"
     " WHERE a.kind NOT IN ('wallet', 'payable')"),

    ("SELECT lower(hex(id)) AS slip_id, lower(hex(member_id)) AS member_id, lower(hex(merchant_id)) AS "
     "merchant_id,"
     " CASE WHEN state = 'done' AND slip_state <> 'none' THEN slip_state"
     " WHEN state = 'done' AND refunded_minor = amount_minor THEN 'refunded' WHEN state = 'done' "
     "THEN 'paid'"
     " WHEN state = 'rejected' THEN 'refused' WHEN state = 'running' THEN 'waiting' ELSE state END AS "
     "status,"
     " amount_minor, iif(kind = 'pay' AND state = 'done', amount_minor, captured_minor) AS "
     "captured_minor,"
     " fee_minor, refunded_minor, currency, business_date FROM slip"),
};

enum { ALL = MPI_COUNT(names), WALLETS = 3 };

void mpi_views_choose(uint32_t context, mpi_store_config *store)
{
    bool of_payment = context == MPI_CONTEXT_PAYMENT;
    uint32_t first = of_payment ? WALLETS : 0;
    store->view_names = names + first;
    store->view_sql = sql + first;
    store->view_count = context == MPI_CONTEXTS         ? ALL
                        : context == MPI_CONTEXT_WALLET ? WALLETS
                        : of_payment                    ? ALL - WALLETS
                                                        : 0;
}
