/* SPDX-License-Identifier: Apache-2.0 */
#include "membership/internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/secret.h"
#include "base/text.h"

#include <string.h>

/* Setting a PIN or password: one step. The hash is slow, so it is made before the lane is taken; its salt
 * comes from the operation's id, so that the same request makes the same hash, and its fingerprint costs as
 * much to guess at as the hash itself. */

static const char *const kind_names[] = {"none", "pin", "password", NULL};

static const minipay_field credential_fields[] = {
    MPI_ID(mpi_credential, member_id),      MPI_ENUM(mpi_credential, credential_kind, kind_names),
    MPI_INT32(mpi_credential, wrong_tries), MPI_INT32(mpi_credential, passes),
    MPI_INT32(mpi_credential, memory_kib),  MPI_ID(mpi_credential, set_by),
    MPI_INT64(mpi_credential, set_at),      MPI_INT64(mpi_credential, locked_until),
    MPI_BYTES(mpi_credential, hash),        MPI_HASH(mpi_credential, row_tag),
};

const mpi_record mpi_credential_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_credential, "credential", credential_fields, 2, NULL, 0);

static const minipay_field change_fields[] = {
    MPI_OPERATION_FIELDS(mpi_credential_change),
    MPI_ID(mpi_credential_change, member_id),
    MPI_ENUM(mpi_credential_change, credential_kind, kind_names),
    MPI_INT32(mpi_credential_change, passes),
    MPI_INT32(mpi_credential_change, memory_kib),
    MPI_BYTES(mpi_credential_change, hash),
    MPI_HASH(mpi_credential_change, row_tag),
};

const mpi_record mpi_credential_change_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_credential_change, "credential_change", change_fields, 1, NULL, 0);

minipay_status mpi_credential_hash(const mpi_membership *membership, const mpi_credential *credential,
                                   const char *secret, char hex[MPI_CREDENTIAL_HASH_SIZE],
                                   minipay_error *error)
{
    static const char purpose[16] = "credential salt";
    uint8_t named[sizeof purpose + 16 + 16 + 4], salt[32], hash[MPI_SECRET_HASH_SIZE];
    mpi_secret_cost cost = {credential->passes, credential->memory_kib};
    memcpy(named, purpose, sizeof purpose);
    memcpy(named + 16, credential->set_by.bytes, 16);
    memcpy(named + 32, credential->member_id.bytes, 16);
    memcpy(named + 48, &credential->credential_kind, 4);
    mpi_hash256(mpi_store_keys(membership->store)->lookup, named, sizeof named, salt);
    if (mpi_secret_hash(secret, salt, &cost, hash) != 0)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    mpi_text_hex(hash, sizeof hash, hex);
    mpi_wipe(hash, sizeof hash);
    return MINIPAY_OK;
}

/* ---- the saga: one step -------------------------------------------------------------------------------- */

static minipay_status put(mpi_membership *membership, mpi_flow *flow, const mpi_credential *made)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, membership->credentials, made, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_unit_insert(flow->unit, membership->credentials, made, flow->error);
    if (status != MINIPAY_OK)
        return status;
    mpi_credential *edit = mpi_unit_edit(flow->unit, membership->credentials, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    memcpy(edit, made, offsetof(mpi_credential, row_tag));
    return MINIPAY_OK;
}

static minipay_status set(void *context, mpi_flow *flow, void *document)
{
    mpi_credential_change *change = document;
    const mpi_member *member;
    mpi_credential made = {.member_id = change->member_id,
                           .credential_kind = change->credential_kind,
                           .passes = change->passes,
                           .memory_kib = change->memory_kib,
                           .set_by = change->op.id,
                           .set_at = mpi_unit_now(flow->unit)};
    minipay_status status = mpi_membership_member(context, flow, &change->member_id, &member);
    if (status == MINIPAY_OK && member->member_state != MINIPAY_MEMBER_ACTIVE)
        status = MINIPAY_MEMBER_INACTIVE;
    _Static_assert(sizeof made.hash == sizeof change->hash, "the sealed hash is moved as it is");
    memcpy(&made.hash, &change->hash, sizeof made.hash);
    memset(&change->hash, 0, sizeof change->hash);
    return status == MINIPAY_OK ? put(context, flow, &made) : status;
}

static const mpi_step set_steps[] = {{"set", "membership.credential", set, NULL, NULL}};

static const char *const moved[] = {"hash", NULL};

const mpi_saga mpi_credential_saga = {
    .kind = MINIPAY_KIND_CREDENTIAL,
    .name = "credential",
    .record = &mpi_credential_change_record,
    .steps = set_steps,
    .step_count = MPI_COUNT(set_steps),
    .changed_later = moved,
};

/* ---- setting ------------------------------------------------------------------------------------------- */

typedef struct hashed_request {
    const minipay_credential_request *request;
    mpi_secret_cost cost;
    char hash[MPI_CREDENTIAL_HASH_SIZE];
} hashed_request;

static void draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const hashed_request *hashed = (const hashed_request *)requests + number;
    const minipay_credential_request *request = hashed->request;
    mpi_credential_change *change = (mpi_credential_change *)(void *)document;
    (void)context;
    memset(change, 0, sizeof *change);
    mpi_operation_head(&change->op, MINIPAY_KIND_CREDENTIAL, &request->id, request->actor,
                       request->channel, request->reason);
    change->member_id = request->member_id;
    change->credential_kind = request->credential;
    change->passes = hashed->cost.passes;
    change->memory_kib = hashed->cost.memory_kib;
    mpi_secret_set(&change->hash, sizeof change->hash, hashed->hash);
}

/* A request that stands already is hashed at the cost that it then had. */
static minipay_status find_cost(mpi_membership *membership, const minipay_id *id, mpi_secret_cost *cost,
                                minipay_error *error)
{
    mpi_credential_change standing = {.op.id = *id};
    mpi_view view;
    minipay_status status = mpi_view_open(membership->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_credential_change_record, -1, &standing, error);
    mpi_view_close(&view);
    *cost = membership->cost;
    if (status == MINIPAY_OK)
        *cost = (mpi_secret_cost){standing.passes, standing.memory_kib};
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

static minipay_status hash_request(mpi_membership *membership, hashed_request *hashed,
                                   minipay_error *error)
{
    const minipay_credential_request *request = hashed->request;
    minipay_status status = find_cost(membership, &request->id, &hashed->cost, error);
    mpi_credential named = {.member_id = request->member_id,
                            .credential_kind = request->credential,
                            .passes = hashed->cost.passes,
                            .memory_kib = hashed->cost.memory_kib,
                            .set_by = request->id};
    return status == MINIPAY_OK
               ? mpi_credential_hash(membership, &named, request->secret, hashed->hash, error)
               : status;
}

minipay_status mpi_membership_set_credential(mpi_membership *membership,
                                             const minipay_credential_request *request,
                                             minipay_outcome *outcome, minipay_error *error)
{
    hashed_request hashed = {.request = request};
    mpi_requests requests = {.items = &hashed, .count = 1, .context = membership, .draw_up = draw_up};
    minipay_outcome found;
    minipay_error detail;
    minipay_error_init(&detail);
    minipay_status status = hash_request(membership, &hashed, &detail);
    if (status == MINIPAY_OK)
        status = mpi_drive(membership->engine, &requests, &found, &detail);
    mpi_wipe(&hashed, sizeof hashed);
    if (status != MINIPAY_OK) {
        if (error)
            *error = detail;
        return status;
    }
    found.id = request->id;
    found.kind = MINIPAY_KIND_CREDENTIAL;
    *outcome = found;
    if (found.status == MINIPAY_ID_REUSED && error)
        *error = detail;
    else if (found.status != MINIPAY_OK)
        mpi_fail_plain(error, found.status, "member_id");
    return found.status;
}
