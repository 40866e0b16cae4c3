/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

/* What a bank takes for an order: the company pays it, out of the corporate account. Members' money and what
 * merchants are owed stay as they are. */

static minipay_status book(void *impl, mpi_flow *flow, const mpi_operation *order,
                           const char currency[4], int64_t fee_minor)
{
    mpi_wallets *wallets = impl;
    mpi_posting posting;
    int64_t sequence;
    minipay_status status = mpi_wallets_posting(wallets, flow, order, currency, &posting);
    if (status == MINIPAY_OK)
        status = mpi_ledger_own(&wallets->ledger, flow->unit, MPI_ACCOUNT_BANK_FEE, currency,
                                &posting.debit, flow->error);
    if (status == MINIPAY_OK)
        status = mpi_ledger_own(&wallets->ledger, flow->unit, MPI_ACCOUNT_CORPORATE, currency,
                                &posting.credit, flow->error);
    if (status != MINIPAY_OK)
        return status;
    posting.amount_minor = fee_minor;
    posting.forced = true;
    return mpi_ledger_post(&wallets->ledger, flow->unit, &posting, &sequence, flow->error);
}

mpi_bank_fees mpi_wallets_open_fees(mpi_wallets *wallets)
{
    return (mpi_bank_fees){wallets, book};
}
