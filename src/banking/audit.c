/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/banking.h"

/* What orders say of the operations that they serve. */

static minipay_status say_order(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_bank_order *order = row;
    bool done = order->op.state == MINIPAY_STATE_DONE;
    (void)error;
    if (done || mpi_operation_waits(&order->op))
        mpi_claim_order(claims, MPI_SIDE_FIRST, &order->op.parent_id, order->direction, &order->owner_id,
                        order->currency, done, order->amount_minor);
    return MINIPAY_OK;
}

const mpi_claimant mpi_banking_claimants[] = {{&mpi_bank_order_record, say_order}, {NULL, NULL}};
