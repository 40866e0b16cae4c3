/* SPDX-License-Identifier: Apache-2.0 */
#include "membership/internal.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/secret.h"

#include <string.h>

/* Trying a PIN or password.
 *
 *   look on a snapshot ──▶ hash, outside the lane ──▶ judge in the lane ──▶ OK, WRONG or LOCKED
 *        ▲                                                │ set anew meanwhile
 *        └────────────────────────────────────────────────┘
 *
 * Only the lane judges: of tries that are hashed at once, each is counted before its answer is known. */

static minipay_status check_member(const mpi_member *member, minipay_error *error)
{
    if (member->op.state != MINIPAY_STATE_DONE)
        return mpi_fail_plain(error, MINIPAY_MEMBER_NOT_FOUND, "member_id");
    return member->member_state == MINIPAY_MEMBER_ACTIVE
               ? MINIPAY_OK
               : mpi_fail_plain(error, MINIPAY_MEMBER_INACTIVE, "member_id");
}

static minipay_status locked(const mpi_credential *credential, minipay_error *error)
{
    char until[MINIPAY_TIME_TEXT_SIZE];
    minipay_time_format(credential->locked_until, until);
    return mpi_fail(error, MINIPAY_CREDENTIAL_LOCKED, "secret",
                    "too many wrong tries: the credential is locked until %s", until);
}

static minipay_status read_both(mpi_view *view, mpi_member *member, mpi_credential *credential,
                                minipay_error *error)
{
    minipay_status status = mpi_view_get(view, &mpi_member_record, -1, member, error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, MINIPAY_MEMBER_NOT_FOUND, "member_id")
                                           : status;
    status = mpi_view_get(view, &mpi_credential_record, -1, credential, error);
    return status == MINIPAY_NOT_FOUND
               ? mpi_fail(error, MINIPAY_NOT_FOUND, "credential", "the member has set none of this kind")
               : status;
}

/* Both rows; a missing credential is told only of a member that is there. */
static minipay_status look(mpi_membership *membership, const minipay_id *member_id, int32_t kind,
                           mpi_member *member, mpi_credential *credential, minipay_error *error)
{
    mpi_view view;
    memset(member, 0, sizeof *member);
    memset(credential, 0, sizeof *credential);
    member->op.id = *member_id;
    credential->member_id = *member_id;
    credential->credential_kind = kind;
    minipay_status status = mpi_view_open(membership->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = read_both(&view, member, credential, error);
    mpi_view_close(&view);
    return status;
}

/* ---- judging ------------------------------------------------------------------------------------------- */

typedef struct trial {
    mpi_membership *membership;
    mpi_credential tried; /* as it was when the secret was hashed */
    bool right;
    bool again; /* it was set anew meanwhile */
    minipay_status verdict;
} trial;

static int64_t lock_end(int64_t now, int64_t seconds)
{
    return seconds > (INT64_MAX - now) / 1000000 ? INT64_MAX : now + seconds * 1000000;
}

static void count_wrong(const mpi_rules *rules, int64_t now, mpi_credential *credential)
{
    int64_t tries = rules->values[MINIPAY_RULE_CREDENTIAL_TRIES][0];
    credential->locked_until = 0;
    credential->wrong_tries++;
    if (tries == 0 || credential->wrong_tries < tries)
        return;
    credential->wrong_tries = 0;
    credential->locked_until = lock_end(now, rules->values[MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS][0]);
}

static minipay_status write_verdict(trial *work, mpi_unit *unit, const mpi_credential *credential,
                                    const mpi_rules *rules, minipay_error *error)
{
    work->verdict = work->right ? MINIPAY_OK : MINIPAY_CREDENTIAL_WRONG;
    if (work->right && credential->wrong_tries == 0 && credential->locked_until == 0)
        return MINIPAY_OK;
    mpi_credential *edit = mpi_unit_edit(unit, work->membership->credentials, credential);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    if (work->right)
        edit->wrong_tries = 0, edit->locked_until = 0;
    else
        count_wrong(rules, mpi_unit_now(unit), edit);
    return MINIPAY_OK;
}

static minipay_status judge(void *context, mpi_unit *unit, minipay_error *error)
{
    trial *work = context;
    mpi_call_list none = {0};
    mpi_flow flow = {.engine = work->membership->engine, .unit = unit, .calls = &none, .error = error};
    const mpi_rules *rules;
    const mpi_member *member;
    const void *row = NULL;
    minipay_status status = mpi_policy_rules(work->membership->policy, unit, "\0\0\0", &rules, error);
    if (status == MINIPAY_OK)
        status = mpi_membership_member(work->membership, &flow, &work->tried.member_id, &member);
    if (status == MINIPAY_OK)
        status = mpi_unit_get(unit, work->membership->credentials, &work->tried, &row, error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND || status == MINIPAY_MEMBER_NOT_FOUND
                   ? mpi_fail(error, MINIPAY_CORRUPT, "credential", "a member's credential is gone")
                   : status;
    const mpi_credential *credential = row;
    work->again = mpi_id_compare(&credential->set_by, &work->tried.set_by) != 0;
    work->tried = *credential;
    if (member->member_state != MINIPAY_MEMBER_ACTIVE)
        work->verdict = MINIPAY_MEMBER_INACTIVE;
    else if (credential->locked_until > mpi_unit_now(unit))
        work->verdict = MINIPAY_CREDENTIAL_LOCKED;
    else if (!work->again)
        return write_verdict(work, unit, credential, rules, error);
    return MINIPAY_OK;
}

static minipay_status compare(mpi_membership *membership, const mpi_credential *credential,
                              const char *secret, bool *right, minipay_error *error)
{
    char made[MPI_CREDENTIAL_HASH_SIZE] = {0}, stored[MPI_CREDENTIAL_HASH_SIZE];
    if (mpi_record_unseal(mpi_store_keys(membership->store), &credential->set_by, &credential->hash,
                          stored, sizeof stored) != 0 ||
        !stored[0])
        return mpi_fail(error, MINIPAY_CORRUPT, "credential", "a credential cannot be unsealed");
    minipay_status status = mpi_credential_hash(membership, credential, secret, made, error);
    *right = status == MINIPAY_OK && mpi_secret_equal(made, stored, sizeof made);
    mpi_wipe(made, sizeof made);
    mpi_wipe(stored, sizeof stored);
    return status;
}

static minipay_status tell(const trial *work, minipay_error *error)
{
    if (work->verdict == MINIPAY_OK)
        return MINIPAY_OK;
    if (work->verdict == MINIPAY_CREDENTIAL_LOCKED)
        return locked(&work->tried, error);
    return mpi_fail_plain(error, work->verdict,
                          work->verdict == MINIPAY_CREDENTIAL_WRONG ? "secret" : "member_id");
}

minipay_status mpi_membership_try_credential(mpi_membership *membership, const minipay_id *member_id,
                                             int32_t credential_kind, const char *secret,
                                             minipay_error *error)
{
    trial work = {.membership = membership};
    mpi_member member;
    minipay_status status;
    do {
        work.again = false;
        status = look(membership, member_id, credential_kind, &member, &work.tried, error);
        if (status == MINIPAY_OK || status == MINIPAY_NOT_FOUND) {
            minipay_status able = check_member(&member, error);
            status = able == MINIPAY_OK ? status : able;
        }
        if (status == MINIPAY_OK && work.tried.locked_until > mpi_store_now(membership->store))
            return locked(&work.tried, error);
        if (status == MINIPAY_OK)
            status = compare(membership, &work.tried, secret, &work.right, error);
        if (status == MINIPAY_OK)
            status = mpi_store_write(membership->store, judge, &work, error);
    } while (status == MINIPAY_OK && work.again);
    return status == MINIPAY_OK ? tell(&work, error) : status;
}

/* ---- reading ------------------------------------------------------------------------------------------- */

minipay_status mpi_membership_get_credential(mpi_membership *membership, const minipay_id *member_id,
                                             int32_t credential_kind, minipay_credential *found,
                                             minipay_error *error)
{
    mpi_member member;
    mpi_credential row;
    minipay_credential shown;
    minipay_status status = look(membership, member_id, credential_kind, &member, &row, error);
    if (status != MINIPAY_OK && status != MINIPAY_NOT_FOUND)
        return status;
    if (member.op.state != MINIPAY_STATE_DONE)
        return mpi_fail_plain(error, MINIPAY_MEMBER_NOT_FOUND, "member_id");
    if (status != MINIPAY_OK)
        return status;
    minipay_credential_init(&shown);
    shown.credential = row.credential_kind;
    shown.member_id = row.member_id;
    shown.set_at = row.set_at;
    shown.locked_until = row.locked_until;
    shown.wrong_tries = row.wrong_tries;
    *found = shown;
    return MINIPAY_OK;
}
