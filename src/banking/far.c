/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "saga/ask.h"

#include <string.h>

/* Banking's port for contexts whose store is another one: each function as it asks and as it is answered. */

/* ---- order ----------------------------------------------------------------------------------------------- */

/* The order remembers itself. Where there is no bank any more, who asks waits for one. */
static minipay_status answer_order(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    mpi_banking_port port = mpi_banking_open_port(impl);
    mpi_order_request request;
    memcpy(&request, question, sizeof request);
    request.parent = &ask->op;
    minipay_status status = port.order(port.impl, flow, &request);
    ask->must_ask_again = status == MINIPAY_NOT_SUPPORTED;
    return ask->must_ask_again ? MPI_WAIT : status;
}

static const mpi_far far_order = {"banking.order", false, answer_order, NULL};

static minipay_status ask_order(void *impl, mpi_flow *flow, const mpi_order_request *request)
{
    mpi_banking_port port = mpi_banking_open_port(impl);
    mpi_reply reply;
    if (!port.has_bank(port.impl))
        return mpi_fail_plain(flow->error, MINIPAY_NOT_SUPPORTED, "bank");
    return mpi_ask_far(flow, &far_order, request->parent, 0, request, sizeof *request, &reply);
}

/* ---- account --------------------------------------------------------------------------------------------- */

typedef struct belonging {
    minipay_id owner_id;
    minipay_id account_id;
} belonging;

static minipay_status answer_account(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const belonging *asked = question;
    mpi_banking_port port = mpi_banking_open_port(impl);
    (void)ask;
    return port.account(port.impl, flow, &asked->owner_id, &asked->account_id);
}

static const mpi_far far_account = {"banking.account", false, answer_account, NULL};

static minipay_status ask_account(void *impl, mpi_flow *flow, const minipay_id *owner_id,
                                  const minipay_id *account_id)
{
    belonging asked = {*owner_id, *account_id};
    mpi_reply reply;
    (void)impl;
    return mpi_ask_far(flow, &far_account, flow->op, 0, &asked, sizeof asked, &reply);
}

/* ---- composition ----------------------------------------------------------------------------------------- */

void mpi_banking_serve(mpi_banking *banking, const mpi_home *home)
{
    mpi_engine_serve(banking->engine, home, &far_order, banking);
    mpi_engine_serve(banking->engine, home, &far_account, banking);
}

mpi_banking_port mpi_banking_open_far(mpi_banking *banking)
{
    mpi_banking_port port = mpi_banking_open_port(banking);
    port.order = ask_order;
    port.account = ask_account;
    return port;
}
