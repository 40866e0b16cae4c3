/* SPDX-License-Identifier: Apache-2.0 */
#include "membership/internal.h"

#include "saga/ask.h"

/* Membership's port for contexts whose store is another one. */

static minipay_status answer_terms(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const minipay_id *member_id = question;
    mpi_membership_port port = mpi_membership_open_port(impl);
    mpi_terms terms;
    minipay_status status = port.terms(port.impl, flow, member_id, &terms);
    if (status == MINIPAY_OK || status == MINIPAY_MEMBER_INACTIVE)
        ask->answer.reply = (mpi_reply){.tier = terms.tier, .number = terms.version};
    return status;
}

static const mpi_far far_terms = {"membership.terms", false, answer_terms, NULL};

static minipay_status ask_terms(void *impl, mpi_flow *flow, const minipay_id *member_id,
                                mpi_terms *terms)
{
    mpi_reply reply;
    (void)impl;
    minipay_status status =
        mpi_ask_far(flow, &far_terms, flow->op, 0, member_id, sizeof *member_id, &reply);
    *terms = (mpi_terms){.tier = reply.tier, .active = status == MINIPAY_OK, .version = reply.number};
    return status;
}

void mpi_membership_serve(mpi_membership *membership, const mpi_home *home)
{
    mpi_engine_serve(membership->engine, home, &far_terms, membership);
}

mpi_membership_port mpi_membership_open_far(mpi_membership *membership)
{
    return (mpi_membership_port){membership, ask_terms};
}
