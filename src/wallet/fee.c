/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

/* What a bank takes for an order: the company pays it, out of the corporate account. Members' money and what
 * merchants are owed stay as they are. */

static minipay_status book(void *impl, mpi_flow *flow, const mpi_operation *order,
                           const char currency[4], int64_t fee_minor)
{
    mpi_booked booked;
    mpi_booking booking = {.op = order,
                           .currency = currency,
                           .debit = MPI_ACCOUNT_BANK_FEE,
                           .credit = MPI_ACCOUNT_CORPORATE,
                           .amount_minor = fee_minor};
    return mpi_wallets_book(impl, flow, &booking, &booked);
}

mpi_bank_fees mpi_wallets_open_fees(mpi_wallets *wallets)
{
    return (mpi_bank_fees){wallets, book};
}
