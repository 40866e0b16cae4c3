/* SPDX-License-Identifier: Apache-2.0 */
#include "membership/internal.h"

#include "base/hash.h"
#include "base/text.h"

#include <string.h>

static const char *const form_names[] = {"person", "company", NULL};
static const char *const state_names[] = {"active", "inactive", NULL};

static const minipay_field member_fields[] = {
    MPI_OPERATION_FIELDS(mpi_member),
    MPI_ENUM(mpi_member, legal_form, form_names),
    MPI_ENUM(mpi_member, member_state, state_names),
    MPI_INT32(mpi_member, tier),
    MPI_INT64(mpi_member, terms_version),
    MPI_TEXT(mpi_member, region),
    MPI_HASH(mpi_member, email_hash),
    MPI_BYTES(mpi_member, name),
    MPI_BYTES(mpi_member, email),
    MPI_HASH(mpi_member, row_tag),
};

enum { FIELD_ID = 0, FIELD_STATE = 4, FIELD_REGION = 18 };

/* Without the refused registrations. */
static const minipay_index member_indexes[] = {
    {"member_of_region", {FIELD_REGION, FIELD_ID}, 2, 0, FIELD_STATE, MINIPAY_STATE_DONE + 1}};

const mpi_record mpi_member_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_member, "member", member_fields, 1, member_indexes, 1);

static const minipay_field email_fields[] = {
    MPI_HASH(mpi_member_email, email_hash),
    MPI_ID(mpi_member_email, member_id),
    MPI_HASH(mpi_member_email, row_tag),
};

const mpi_record mpi_member_email_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_member_email, "member_email", email_fields, 1, NULL, 0);

void mpi_membership_hash_email(const mpi_membership *membership, const char *email, uint8_t hash[32])
{
    char lower[MINIPAY_EMAIL_SIZE];
    mpi_text_copy(lower, sizeof lower, email);
    mpi_text_lower(lower);
    mpi_hash256(mpi_store_keys(membership->store)->lookup, lower, strlen(lower), hash);
}

/* ---- registering: one step --------------------------------------------------------------------------- */

static minipay_status claim_email(void *context, mpi_flow *flow, void *document)
{
    mpi_membership *membership = context;
    mpi_member *member = document;
    mpi_member_email email = {.member_id = member->op.id};
    memcpy(email.email_hash, member->email_hash, sizeof email.email_hash);
    member->terms_version = 1;
    minipay_status status = mpi_unit_insert(flow->unit, membership->emails, &email, flow->error);
    return status == MINIPAY_ID_REUSED ? MINIPAY_EMAIL_TAKEN : status;
}

static const mpi_step register_steps[] = {
    {"claim the e-mail", "membership.email", claim_email, NULL, NULL},
};

/* By a change of the member. */
static const char *const changed_later[] = {"tier", "region", "email_hash", "name", "email", NULL};

static const mpi_saga register_saga = {
    .kind = MINIPAY_KIND_REGISTER,
    .name = "register",
    .record = &mpi_member_record,
    .steps = register_steps,
    .step_count = MPI_COUNT(register_steps),
    .changed_later = changed_later,
};

void mpi_membership_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const minipay_member_request *request = (const minipay_member_request *)requests + number;
    mpi_member *member = (mpi_member *)(void *)document;
    memset(member, 0, sizeof *member);
    mpi_operation_head(&member->op, MINIPAY_KIND_REGISTER, &request->id, request->actor,
                       request->channel, request->reason);
    member->legal_form = request->legal_form;
    member->tier = request->tier;
    memcpy(member->region, request->region, sizeof member->region);
    mpi_membership_hash_email(context, request->email, member->email_hash);
    mpi_secret_set(&member->name, sizeof member->name, request->name);
    mpi_secret_set(&member->email, sizeof member->email, request->email);
}

/* ---- port ---------------------------------------------------------------------------------------------- */

minipay_status mpi_membership_member(mpi_membership *membership, mpi_flow *flow, const minipay_id *id,
                                     const mpi_member **member)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, membership->members, id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_MEMBER_NOT_FOUND : status;
    *member = row;
    return (*member)->op.state == MINIPAY_STATE_DONE ? MINIPAY_OK : MINIPAY_MEMBER_NOT_FOUND;
}

mpi_terms mpi_membership_terms(const mpi_member *member)
{
    return (mpi_terms){member->tier, member->member_state == MINIPAY_MEMBER_ACTIVE,
                       member->terms_version};
}

static minipay_status port_terms(void *impl, mpi_flow *flow, const minipay_id *member_id,
                                 mpi_terms *terms)
{
    const mpi_member *member;
    minipay_status status = mpi_membership_member(impl, flow, member_id, &member);
    if (status != MINIPAY_OK)
        return status;
    *terms = mpi_membership_terms(member);
    return terms->active ? MINIPAY_OK : MINIPAY_MEMBER_INACTIVE;
}

mpi_membership_port mpi_membership_open_port(mpi_membership *membership)
{
    return (mpi_membership_port){membership, port_terms};
}

void mpi_membership_set_up(mpi_membership *membership, mpi_engine *engine, const mpi_home *home)
{
    membership->engine = engine;
    membership->policy = home->policy;
    membership->cost = mpi_secret_default_cost;
    membership->store = home->store;
    membership->members = mpi_store_table(membership->store, &mpi_member_record);
    membership->emails = mpi_store_table(membership->store, &mpi_member_email_record);
    membership->credentials = mpi_store_table(membership->store, &mpi_credential_record);
    mpi_engine_add(engine, home, &register_saga, membership);
    mpi_engine_add(engine, home, &mpi_credential_saga, membership);
}

void mpi_membership_bind(mpi_membership *membership, const mpi_home *home, const mpi_terms_sink *sink)
{
    membership->sink = *sink;
    mpi_engine_add(membership->engine, home,
                   sink->is_far ? &mpi_member_change_far_saga : &mpi_member_change_saga, membership);
}
