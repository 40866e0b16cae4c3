/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "saga/ask.h"

/* What contexts whose store is another one ask payment. */

static minipay_status answer_merchant(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    (void)ask;
    return mpi_payments_check_merchant(impl, flow, question);
}

static const mpi_far far_merchant = {"payment.merchant", false, answer_merchant};

minipay_status mpi_payments_ask_merchant(mpi_flow *flow, const minipay_id *id)
{
    mpi_reply reply;
    return mpi_ask_far(flow, &far_merchant, flow->op, 0, id, sizeof *id, &reply);
}

void mpi_payments_serve(mpi_payments *payments, const mpi_home *home)
{
    mpi_engine_serve(payments->engine, home, &far_merchant, payments);
}
