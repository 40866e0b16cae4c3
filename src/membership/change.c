/* SPDX-License-Identifier: Apache-2.0 */
#include "membership/internal.h"

#include "base/error.h"
#include "base/hash.h"

#include <string.h>

/* A change of a member, which is done only when the wallet has taken what money must know of it.
 *
 *   look ──▶ push ──▶ change ──▶ DONE     where both share a store: the wallet looks for the member's
 *    │                                    accounts by a scan, so nothing may be staged before it
 *    ├─────▶ change ──▶ push ──▶ DONE     where it is asked: changes of one member that are on their way at the
 *    │                                    same time go by the versions of the terms
 *    │ refused: nothing has been changed or pushed yet
 *
 * `look` finds every reason to refuse. */

static const char *const state_names[] = {"active", "inactive", NULL};

static const minipay_field change_fields[] = {
    MPI_OPERATION_FIELDS(mpi_member_change),
    MPI_ID(mpi_member_change, member_id),
    MPI_INT32(mpi_member_change, changes),
    MPI_INT32(mpi_member_change, tier),
    MPI_ENUM(mpi_member_change, member_state, state_names),
    MPI_INT64(mpi_member_change, terms_version),
    MPI_TEXT(mpi_member_change, region),
    MPI_HASH(mpi_member_change, email_hash),
    MPI_BYTES(mpi_member_change, name),
    MPI_BYTES(mpi_member_change, email),
    MPI_HASH(mpi_member_change, row_tag),
};

const mpi_record mpi_member_change_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_member_change, "member_change", change_fields, 1, NULL, 0);

static bool says(const mpi_member_change *change, int32_t what)
{
    return (change->changes & what) != 0;
}

static mpi_terms terms_after(const mpi_member *member, const mpi_member_change *change)
{
    int32_t state = says(change, MINIPAY_CHANGE_STATE) ? change->member_state : member->member_state;
    return (mpi_terms){
        .tier = says(change, MINIPAY_CHANGE_TIER) ? change->tier : member->tier,
        .active = state == MINIPAY_MEMBER_ACTIVE,
        .version = member->terms_version + 1,
    };
}

/* An address is free when nobody has it, or the member himself. */
static minipay_status check_email(mpi_membership *membership, mpi_flow *flow,
                                  const mpi_member_change *change)
{
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, membership->emails, change->email_hash, &row, flow->error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
    const mpi_member_email *email = row;
    bool own = memcmp(&email->member_id, &change->member_id, sizeof email->member_id) == 0;
    return own ? MINIPAY_OK : MINIPAY_EMAIL_TAKEN;
}

static minipay_status look(void *context, mpi_flow *flow, void *document)
{
    mpi_member_change *change = document;
    const mpi_member *member;
    minipay_status status = mpi_membership_member(context, flow, &change->member_id, &member);
    if (status == MINIPAY_OK && says(change, MINIPAY_CHANGE_EMAIL))
        status = check_email(context, flow, change);
    if (status != MINIPAY_OK)
        return status;
    mpi_terms terms = terms_after(member, change);
    bool active = member->member_state == MINIPAY_MEMBER_ACTIVE;
    if (terms.tier != member->tier || terms.active != active)
        change->terms_version = terms.version;
    return MINIPAY_OK;
}

/* What was changed here first is pushed as it stands: others may have changed since, and then theirs goes with
 * it. */
static minipay_status push(void *context, mpi_flow *flow, void *document)
{
    mpi_membership *membership = context;
    const mpi_member_change *change = document;
    const mpi_member *member;
    if (change->terms_version == 0)
        return MINIPAY_OK;
    minipay_status status = mpi_membership_member(context, flow, &change->member_id, &member);
    if (status != MINIPAY_OK)
        return status;
    bool stands = member->terms_version >= change->terms_version;
    mpi_terms terms = stands ? mpi_membership_terms(member) : terms_after(member, change);
    return membership->sink.take(membership->sink.impl, flow, &change->member_id, &terms);
}

static minipay_status free_email(mpi_membership *membership, mpi_flow *flow, const uint8_t hash[32])
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, membership->emails, hash, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "member_email", "a member's address is gone");
    return status == MINIPAY_OK ? mpi_unit_delete(flow->unit, membership->emails, row, flow->error)
                                : status;
}

static minipay_status move_email(mpi_membership *membership, mpi_flow *flow, mpi_member *member,
                                 const mpi_member_change *change)
{
    mpi_member_email email = {.member_id = member->op.id};
    minipay_status status = free_email(membership, flow, member->email_hash);
    memcpy(email.email_hash, change->email_hash, sizeof email.email_hash);
    if (status == MINIPAY_OK)
        status = mpi_unit_insert(flow->unit, membership->emails, &email, flow->error);
    memcpy(member->email_hash, change->email_hash, sizeof member->email_hash);
    return status == MINIPAY_ID_REUSED ? MINIPAY_EMAIL_TAKEN : status;
}

/* Personal data is sealed for its document: it is opened here and sealed anew for the member. */
static minipay_status move_secrets(mpi_membership *membership, mpi_flow *flow, mpi_member *member,
                                   const mpi_member_change *change)
{
    const mpi_keys *keys = mpi_store_keys(membership->store);
    bool named = says(change, MINIPAY_CHANGE_NAME), mailed = says(change, MINIPAY_CHANGE_EMAIL);
    char name[MINIPAY_NAME_SIZE], email[MINIPAY_EMAIL_SIZE];
    if (!named && !mailed)
        return MINIPAY_OK;
    bool opened =
        mpi_record_unseal(keys, named ? &change->op.id : &member->op.id,
                          named ? (const void *)&change->name : &member->name, name, sizeof name) == 0 &&
        mpi_record_unseal(keys, mailed ? &change->op.id : &member->op.id,
                          mailed ? (const void *)&change->email : &member->email, email,
                          sizeof email) == 0;
    if (opened) {
        mpi_secret_set(&member->name, sizeof member->name, name);
        mpi_secret_set(&member->email, sizeof member->email, email);
        mpi_record_seal(&mpi_member_record, keys, &member->op.id, member);
    }
    mpi_wipe(name, sizeof name);
    mpi_wipe(email, sizeof email);
    return opened ? MINIPAY_OK
                  : mpi_fail(flow->error, MINIPAY_CORRUPT, "member",
                             "a member's personal data cannot be unsealed");
}

static minipay_status change_member(void *context, mpi_flow *flow, void *document)
{
    mpi_membership *membership = context;
    const mpi_member_change *change = document;
    const mpi_member *standing;
    minipay_status status = mpi_membership_member(context, flow, &change->member_id, &standing);
    if (status != MINIPAY_OK)
        return status;
    mpi_terms terms = terms_after(standing, change);
    mpi_member *member = mpi_unit_edit(flow->unit, membership->members, standing);
    if (!member)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    status = move_secrets(membership, flow, member, change);
    if (status == MINIPAY_OK && says(change, MINIPAY_CHANGE_EMAIL))
        status = move_email(membership, flow, member, change);
    if (says(change, MINIPAY_CHANGE_REGION))
        memcpy(member->region, change->region, sizeof member->region);
    member->tier = terms.tier;
    member->member_state = terms.active ? MINIPAY_MEMBER_ACTIVE : MINIPAY_MEMBER_INACTIVE_STATE;
    if (change->terms_version)
        member->terms_version = change->terms_version;
    return status;
}

static const mpi_step far_steps[] = {
    {"look", "membership.member", look, NULL, NULL},
    {"change", "membership.member", change_member, NULL, NULL},
    {"push", "wallet.terms", push, NULL, NULL},
};

static const mpi_step change_steps[] = {
    {"look", "membership.member", look, NULL, NULL},
    {"push", "wallet.terms", push, NULL, NULL},
    {"change", "membership.member", change_member, NULL, NULL},
};

const mpi_saga mpi_member_change_saga = {
    .kind = MINIPAY_KIND_MEMBER_CHANGE,
    .name = "member_change",
    .record = &mpi_member_change_record,
    .steps = change_steps,
    .step_count = MPI_COUNT(change_steps),
};

const mpi_saga mpi_member_change_far_saga = {
    .kind = MINIPAY_KIND_MEMBER_CHANGE,
    .name = "member_change",
    .record = &mpi_member_change_record,
    .steps = far_steps,
    .step_count = MPI_COUNT(far_steps),
};

/* Only what `changes` names is part of the request. */
void mpi_membership_draw_up_change(void *context, const void *changes, uint32_t number,
                                   mpi_document *document)
{
    const minipay_member_change *request = (const minipay_member_change *)changes + number;
    mpi_member_change *change = (mpi_member_change *)(void *)document;
    memset(change, 0, sizeof *change);
    mpi_operation_head(&change->op, MINIPAY_KIND_MEMBER_CHANGE, &request->id, request->actor,
                       request->channel, request->reason);
    change->member_id = request->member_id;
    change->changes = request->changes;
    if (says(change, MINIPAY_CHANGE_TIER))
        change->tier = request->tier;
    if (says(change, MINIPAY_CHANGE_STATE))
        change->member_state = request->state;
    if (says(change, MINIPAY_CHANGE_REGION))
        memcpy(change->region, request->region, sizeof change->region);
    if (says(change, MINIPAY_CHANGE_NAME))
        mpi_secret_set(&change->name, sizeof change->name, request->name);
    if (says(change, MINIPAY_CHANGE_EMAIL)) {
        mpi_membership_hash_email(context, request->email, change->email_hash);
        mpi_secret_set(&change->email, sizeof change->email, request->email);
    }
}
