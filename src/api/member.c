/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

static minipay_status check(const void *item, minipay_error *error)
{
    const minipay_member_request *request = item;
    minipay_status status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->region, sizeof request->region, false, "region", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->name, sizeof request->name, true, "name", error);
    if (status == MINIPAY_OK)
        status = mpi_check_text(request->email, sizeof request->email, true, "email", error);
    if (status != MINIPAY_OK)
        return status;
    if (request->legal_form != MINIPAY_MEMBER_PERSON && request->legal_form != MINIPAY_MEMBER_COMPANY)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "legal_form", "%d is no legal form",
                        request->legal_form);
    if (request->tier < 0 || request->tier >= MINIPAY_TIER_COUNT)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "tier", "there is no tier %d", request->tier);
    return MINIPAY_OK;
}

minipay_status minipay_member_register(minipay *pay, const minipay_member_request *requests,
                                       uint32_t count, minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {
        requests, sizeof *requests, count, check, pay ? &pay->membership : NULL, mpi_membership_draw_up,
        false};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

minipay_status minipay_member_get(minipay *pay, const minipay_id *id, minipay_member *member,
                                  minipay_error *error)
{
    if (!id || !member)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, id ? "member" : "id", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_membership_get(&pay->membership, id, member, error);
    mpi_leave(pay);
    return status;
}

minipay_status minipay_member_find(minipay *pay, const char *email, minipay_member *member,
                                   minipay_error *error)
{
    if (!email || !member)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, email ? "member" : "email", "NULL");
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_membership_find(&pay->membership, email, member, error);
    mpi_leave(pay);
    return status;
}
