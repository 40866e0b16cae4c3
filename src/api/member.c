/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/text.h"

#include <string.h>

static minipay_status check_email(const char email[MINIPAY_EMAIL_SIZE], minipay_error *error)
{
    minipay_status status = mpi_check_text(email, MINIPAY_EMAIL_SIZE, true, "email", error);
    return status != MINIPAY_OK || mpi_text_is_email(email)
               ? status
               : mpi_fail(error, MINIPAY_INVALID_TEXT, "email", "email is no e-mail address");
}

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
        status = check_email(request->email, error);
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
    mpi_batch batch = {.items = requests,
                       .item_size = sizeof *requests,
                       .count = count,
                       .check = check,
                       .context = pay ? &pay->membership : NULL,
                       .draw_up = mpi_membership_draw_up};
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
        status = check_email(change->email, error);
    return status;
}

minipay_status minipay_member_update(minipay *pay, const minipay_member_change *changes, uint32_t count,
                                     minipay_outcome *outcomes, minipay_error *error)
{
    mpi_batch batch = {.items = changes,
                       .item_size = sizeof *changes,
                       .count = count,
                       .check = check_change,
                       .context = pay ? &pay->membership : NULL,
                       .draw_up = mpi_membership_draw_up_change};
    return mpi_run_batch(pay, &batch, outcomes, error);
}

/* ---- reading --------------------------------------------------------------------------------------------- */

minipay_status minipay_member_get(minipay *pay, const minipay_id *id, minipay_member *member,
                                  minipay_error *error)
{
    minipay_status status = mpi_check_both(id, "id", member, "member", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_membership_get(&pay->membership, id, member, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_member_find(minipay *pay, const char *email, minipay_member *member,
                                   minipay_error *error)
{
    minipay_status status = mpi_check_both(email, "email", member, "member", error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_membership_find(&pay->membership, email, member, error);
        mpi_leave(pay);
    }
    return status;
}

static minipay_status take_region(const char *region, char name[MINIPAY_REGION_SIZE],
                                  minipay_error *error)
{
    if (strlen(region) >= MINIPAY_REGION_SIZE)
        return mpi_fail(error, MINIPAY_INVALID_TEXT, "region", "region is longer than %d bytes",
                        MINIPAY_REGION_SIZE - 1);
    strncpy(name, region, MINIPAY_REGION_SIZE);
    return mpi_check_text(name, MINIPAY_REGION_SIZE, false, "region", error);
}

minipay_status minipay_member_list(minipay *pay, const char *region, const minipay_id *after,
                                   minipay_member *members, uint32_t *count, minipay_error *error)
{
    char name[MINIPAY_REGION_SIZE];
    mpi_page page;
    minipay_status status = mpi_check_both(region, "region", after, "after", error);
    if (status == MINIPAY_OK)
        status = take_region(region, name, error);
    if (mpi_page_enter(pay, &page, members, sizeof *members, count, &status, error)) {
        status = mpi_membership_list(&pay->membership, name, after, page.rows, &page.count, error);
        mpi_page_leave(pay, &page, status);
    }
    return status;
}
