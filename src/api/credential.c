/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "base/hash.h"

#include <string.h>

enum { PIN_LEAST = 4, PIN_MOST = 12, PASSWORD_LEAST = 8, PASSWORD_MOST = 128 };

static minipay_status check_kind(int32_t credential, minipay_error *error)
{
    return credential == MINIPAY_CREDENTIAL_PIN || credential == MINIPAY_CREDENTIAL_PASSWORD
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "credential", "%d is no kind of credential",
                          credential);
}

/* Says what such a secret is like, never what this one is. */
static minipay_status check_secret(int32_t credential, const char secret[MINIPAY_SECRET_SIZE],
                                   minipay_error *error)
{
    minipay_status status = mpi_check_text(secret, MINIPAY_SECRET_SIZE, true, "secret", error);
    size_t length = status == MINIPAY_OK ? strlen(secret) : 0;
    if (status != MINIPAY_OK)
        return status;
    if (credential == MINIPAY_CREDENTIAL_PASSWORD)
        return length >= PASSWORD_LEAST && length <= PASSWORD_MOST
                   ? MINIPAY_OK
                   : mpi_fail(error, MINIPAY_INVALID_TEXT, "secret", "a password has %d to %d bytes",
                              PASSWORD_LEAST, PASSWORD_MOST);
    return length >= PIN_LEAST && length <= PIN_MOST && strspn(secret, "0123456789") == length
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_TEXT, "secret", "a PIN has %d to %d digits", PIN_LEAST,
                          PIN_MOST);
}

static minipay_status check(const minipay_credential_request *request, minipay_error *error)
{
    minipay_status status = mpi_check_size("request", request->struct_size, sizeof *request, error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->id, "id", error);
    if (status == MINIPAY_OK)
        status = mpi_check_id(&request->member_id, "member_id", error);
    if (status == MINIPAY_OK)
        status = check_kind(request->credential, error);
    if (status == MINIPAY_OK)
        status = check_secret(request->credential, request->secret, error);
    if (status == MINIPAY_OK)
        status = mpi_check_stamp(request->actor, request->channel, request->reason, false, error);
    return status;
}

minipay_status minipay_credential_set(minipay *pay, const minipay_credential_request *request,
                                      minipay_outcome *outcome, minipay_error *error)
{
    minipay_status status = mpi_check_both(request, "request", outcome, "outcome", error);
    if (status == MINIPAY_OK)
        status = check(request, error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_membership_set_credential(&pay->membership, request, outcome, error);
        mpi_leave(pay);
    }
    return status;
}

minipay_status minipay_credential_verify(minipay *pay, const minipay_id *member_id, int32_t credential,
                                         const char *secret, minipay_error *error)
{
    char tried[MINIPAY_SECRET_SIZE] = {0};
    if (!member_id || !secret)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, member_id ? "secret" : "member_id", "NULL");
    size_t length = strnlen(secret, sizeof tried);
    memcpy(tried, secret, length); /* what is too long has no NUL, and is refused */
    minipay_status status = check_kind(credential, error);
    if (status == MINIPAY_OK)
        status = check_secret(credential, tried, error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_membership_try_credential(&pay->membership, member_id, credential, tried, error);
        mpi_leave(pay);
    }
    mpi_wipe(tried, sizeof tried);
    return status;
}

minipay_status minipay_credential_get(minipay *pay, const minipay_id *member_id, int32_t credential,
                                      minipay_credential *found, minipay_error *error)
{
    minipay_status status = mpi_check_both(member_id, "member_id", found, "found", error);
    if (status == MINIPAY_OK)
        status = check_kind(credential, error);
    if (mpi_enter(pay, &status, error)) {
        status = mpi_membership_get_credential(&pay->membership, member_id, credential, found, error);
        mpi_leave(pay);
    }
    return status;
}
