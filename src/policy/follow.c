/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/internal.h"

#include "base/error.h"

#include <stdlib.h>

/* Versions are published in one store; every other has a copy of them, row by row. Numbered without gaps and
 * never changed, they need no more than the newest number to be told apart. */

typedef struct following {
    mpi_policy *policy;
    mpi_view *view; /* of the store that is followed */
} following;

static minipay_status copy_version(const following *to, mpi_unit *unit, int32_t version,
                                   minipay_error *error)
{
    mpi_policy_source source = {.view = to->view};
    mpi_policy_version row = {.version = version};
    mpi_rule_set set = {NULL, 0, 0};
    minipay_status status = mpi_view_get(to->view, &mpi_policy_version_record, -1, &row, error);
    if (status == MINIPAY_OK)
        status = mpi_rules_read(&source, version, &set, error);
    if (status == MINIPAY_OK)
        status = mpi_versions_insert(to->policy, unit, &set, &row, error);
    free(set.rows);
    return status;
}

static minipay_status copy_next(void *context, mpi_unit *unit, minipay_error *error)
{
    const following *to = context;
    minipay_status status = mpi_policy_refresh(to->policy, unit, error);
    for (int32_t next = to->policy->known.newest + 1; status == MINIPAY_OK; next++)
        status = copy_version(to, unit, next, error);
    if (status != MINIPAY_NOT_FOUND)
        return status;
    mpi_unit_settle(unit);
    return MINIPAY_OK;
}

static minipay_status find_newest(mpi_view *view, int64_t *version, minipay_error *error)
{
    mpi_version_seen seen = {.row = {.version = 0}};
    uint32_t count = 1;
    minipay_status status = mpi_policy_list(view, 0, 0, &seen, &count, error);
    *version = seen.row.version;
    return status;
}

static minipay_status find_newest_of(mpi_policy *policy, int64_t *version, minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(policy->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = find_newest(&view, version, error);
    mpi_view_close(&view);
    return status;
}

minipay_status mpi_policy_follow(mpi_policy *policy, const mpi_policy *first, minipay_error *error)
{
    mpi_view view;
    int64_t published = 0, copied = 0;
    minipay_status status = find_newest_of(policy, &copied, error);
    if (status == MINIPAY_OK)
        status = mpi_view_open(first->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    following to = {policy, &view};
    status = find_newest(&view, &published, error);
    if (status == MINIPAY_OK && copied < published)
        status = mpi_store_write(policy->store, copy_next, &to, error);
    mpi_view_close(&view);
    return status;
}
