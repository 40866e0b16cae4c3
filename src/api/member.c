/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"

#include <string.h>

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

/* ---- change ---------------------------------------------------------------------------------------------- */

enum {
    EVERY_CHANGE = MINIPAY_CHANGE_NAME | MINIPAY_CHANGE_EMAIL | MINIPAY_CHANGE_REGION |
                   MINIPAY_CHANGE_TIER | MINIPAY_CHANGE_STATE
};

static minipay_status check_numbers(const minipay_member_change *change, minipay_error *error)
{
    if (change->changes == 0 || (change->changes & ~EVERY_CHANGE))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "changes", "%d names no fields of a member",
                        change->changes);
    if ((change->changes & MINIPAY_CHANGE_TIER) &&
        (change->tier < 0 || change->tier >= MINIPAY_TIER_COUNT))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "tier", "there is no tier %d", change->tier);
    if ((change->changes & MINIPAY_CHANGE_STATE) && change->state != MINIPAY_MEMBER_ACTIVE &&
        change->state != MINIPAY_MEMBER_INACTIVE_STATE)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "state", "%d is no state of a member",
                        change->state);
    return MINIPAY_OK;
}

static minipay_status check_change(const void *item, minipay_error *error)
{
    const minipay_member_change *change = item;
    minipay_status status = mpi_check_id(&change->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&change->member_id, "member_id", error);
    if (status == MINIPAY_OK)
        status = check_numbers(change, error);
    if (status == MINIPAY_OK && (change->changes & MINIPAY_CHANGE_REGION))
        status = mpi_check_text(change->region, sizeof change->region, false, "region", error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(change->actor, change->channel, change->reason,
                                 change->changes & MINIPAY_CHANGE_STATE, error);
    if (status == MINIPAY_OK && (change->changes & MINIPAY_CHANGE_NAME))
        status = mpi_check_text(change->name, sizeof change->name, true, "name", error);
    if (status == MINIPAY_OK && (change->changes & MINIPAY_CHANGE_EMAIL))
        status = mpi_check_text(change->email, sizeof change->email, true, "email", error);
    return status;
}

minipay_status minipay_member_update(minipay *pay, const minipay_member_change *changes, uint32_t count,
                                     minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {changes,
                       sizeof *changes,
                       count,
                       check_change,
                       pay ? &pay->membership : NULL,
                       mpi_membership_draw_up_change,
                       false};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

/* ---- reading --------------------------------------------------------------------------------------------- */

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

minipay_status minipay_member_list(minipay *pay, const char *region, const minipay_id *after,
                                   minipay_member *members, uint32_t *count, minipay_error *error)
{
    char name[MINIPAY_REGION_SIZE] = {0};
    if (!region || !after)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, region ? "after" : "region", "NULL");
    minipay_status status = mpi_check_page(members, count, error);
    if (status != MINIPAY_OK)
        return status;
    strncpy(name, region, sizeof name - 1);
    if (strlen(region) >= sizeof name)
        return mpi_fail(error, MINIPAY_INVALID_TEXT, "region", "region is longer than %zu bytes",
                        sizeof name - 1);
    status = mpi_check_text(name, sizeof name, false, "region", error);
    if (status == MINIPAY_OK)
        status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_membership_list(&pay->membership, name, after, members, count, error);
    mpi_leave(pay);
    return status;
}
