/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/banking.h"

#include <string.h>

/* What orders say of the operations that they serve. */

static void say_fee(mpi_claims *claims, const mpi_bank_order *order)
{
    mpi_claimed_posting posting = {.operation_id = order->op.id,
                                   .debit_kind = MPI_ACCOUNT_BANK_FEE,
                                   .credit_kind = MPI_ACCOUNT_CORPORATE,
                                   .kind = MINIPAY_KIND_ORDER};
    memcpy(posting.currency, order->currency, sizeof posting.currency);
    mpi_claim_posting(claims, &posting, order->fee_minor);
}

static minipay_status say_order(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_bank_order *order = row;
    bool done = order->op.state == MINIPAY_STATE_DONE;
    (void)error;
    if (done || mpi_operation_waits(&order->op))
        mpi_claim_order(claims, MPI_SIDE_FIRST, &order->op.parent_id, order->direction, &order->owner_id,
                        order->currency, done, order->amount_minor);
    if (done && order->fee_minor && order->op.step > MPI_STEP_FEE)
        say_fee(claims, order);
    return MINIPAY_OK;
}

const mpi_claimant mpi_banking_claimants[] = {{&mpi_bank_order_record, say_order}, {NULL, NULL}};
