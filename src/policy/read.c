/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/internal.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* Reading beside the lane. */

/* As an operation finds it: a rule of the currency, else one for all, else the default. */
static minipay_status find_value(mpi_view *view, mpi_policy_rule *row, int64_t *value,
                                 minipay_error *error)
{
    char currency[4];
    memcpy(currency, row->currency, sizeof currency);
    minipay_status status = mpi_view_get(view, &mpi_policy_rule_record, -1, row, error);
    if (status == MINIPAY_NOT_FOUND && currency[0]) {
        memset(row->currency, 0, sizeof row->currency);
        status = mpi_view_get(view, &mpi_policy_rule_record, -1, row, error);
    }
    if (status == MINIPAY_OK)
        *value = mpi_rule_within(row->rule, row->value);
    if (status == MINIPAY_NOT_FOUND)
        *value = mpi_rule_default(row->rule, row->tier, currency);
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

static minipay_status find_in_force(mpi_view *view, int64_t at, int32_t *version, minipay_error *error)
{
    mpi_policy_source source = {.view = view};
    mpi_versions versions = {NULL, 0, 0, 0};
    minipay_status status = mpi_versions_read(&source, at, &versions, error);
    if (status == MINIPAY_OK)
        *version = (int32_t)mpi_versions_at(&versions, at)->version;
    free(versions.rows);
    return status;
}

/* Every version has what the first one had, at least. */
static minipay_status has_rules(mpi_view *view, int32_t version, minipay_error *error)
{
    mpi_policy_rule bound = {.version = version}, row;
    minipay_scan scan = {.table = &mpi_policy_rule_record.table,
                         .index = -1,
                         .low = &bound,
                         .high = &bound,
                         .low_fields = 1,
                         .high_fields = 1};
    uint32_t count = 1;
    minipay_status status = mpi_view_scan(view, &scan, &row, &count, error);
    return status == MINIPAY_OK && count == 0
               ? mpi_fail(error, MINIPAY_CORRUPT, "policy_rule",
                          "policy_rule: the rules of version %d are gone", version)
               : status;
}

minipay_status mpi_policy_check(mpi_policy *policy, minipay_error *error)
{
    mpi_view view;
    int32_t version = 0;
    minipay_status status = mpi_view_open(policy->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = find_in_force(&view, mpi_store_now(policy->store), &version, error);
    if (status == MINIPAY_OK)
        status = has_rules(&view, version, error);
    mpi_view_close(&view);
    return status;
}

static minipay_status find_version(mpi_view *view, int32_t version, minipay_error *error)
{
    mpi_policy_version row = {.version = version};
    minipay_status status = mpi_view_get(view, &mpi_policy_version_record, -1, &row, error);
    return status == MINIPAY_NOT_FOUND
               ? mpi_fail(error, status, "version", "there is no version %d", version)
               : status;
}

static minipay_status read_rule(mpi_view *view, int64_t at, mpi_policy_rule *row, int64_t *value,
                                minipay_error *error)
{
    minipay_status status = row->version ? find_version(view, row->version, error)
                                         : find_in_force(view, at, &row->version, error);
    return status == MINIPAY_OK ? find_value(view, row, value, error) : status;
}

/* What is longer than a code stays no code: there is no NUL behind it. */
static void take_currency(const char *text, char currency[4])
{
    memset(currency, 0, 4);
    memcpy(currency, text, strnlen(text, 4));
}

static minipay_status read_checked(mpi_policy *policy, int64_t at, mpi_policy_rule *row, int64_t *value,
                                   minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_rule_check_name(row->rule, row->tier, row->currency, error);
    if (status == MINIPAY_OK)
        status = mpi_view_open(policy->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    int64_t found = 0;
    status = read_rule(&view, at, row, &found, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        *value = found;
    return status;
}

minipay_status mpi_policy_read(mpi_policy *policy, int32_t rule, int32_t tier, const char *currency,
                               int64_t at, int64_t *value, int32_t *version, minipay_error *error)
{
    mpi_policy_rule row = {.rule = rule, .tier = tier};
    take_currency(currency, row.currency);
    minipay_status status = read_checked(policy, at, &row, value, error);
    if (status == MINIPAY_OK)
        *version = row.version;
    return status;
}

minipay_status mpi_policy_read_of(mpi_policy *policy, int32_t version, int32_t rule, int32_t tier,
                                  const char *currency, int64_t *value, minipay_error *error)
{
    mpi_policy_rule row = {.version = version ? version : -1, .rule = rule, .tier = tier};
    take_currency(currency, row.currency);
    return read_checked(policy, 0, &row, value, error);
}

/* ---- versions ------------------------------------------------------------------------------------------- */

/* `earliest` is when the first of the newer versions comes into force. */
static int32_t state_of(const mpi_policy_version *row, int64_t earliest, int64_t at)
{
    if (row->effective_at >= earliest)
        return MINIPAY_POLICY_REPLACED;
    if (row->effective_at > at)
        return MINIPAY_POLICY_PLANNED;
    return earliest > at ? MINIPAY_POLICY_IN_FORCE : MINIPAY_POLICY_PAST;
}

/* All newer ones are passed too: they say what became of those below. */
minipay_status mpi_policy_list(mpi_view *view, int32_t before, int64_t at, mpi_version_seen *seen,
                               uint32_t *count, minipay_error *error)
{
    mpi_policy_version row = {.version = INT64_MAX};
    minipay_scan scan = {.table = &mpi_policy_version_record.table,
                         .index = -1,
                         .descending = 1,
                         .high = &row,
                         .high_fields = 1,
                         .high_exclusive = 1};
    int64_t earliest = INT64_MAX;
    uint32_t used = 0, read = 1;
    minipay_status status = MINIPAY_OK;
    while (used < *count && status == MINIPAY_OK) {
        mpi_policy_version next;
        status = mpi_view_scan(view, &scan, &next, &read, error);
        if (status != MINIPAY_OK || read == 0)
            break;
        row = next;
        if (before == 0 || row.version < before)
            seen[used++] = (mpi_version_seen){row, state_of(&row, earliest, at)};
        earliest = row.effective_at < earliest ? row.effective_at : earliest;
    }
    if (status == MINIPAY_OK)
        *count = used;
    return status;
}

/* What became of it is read off the newer ones. */
minipay_status mpi_policy_find(mpi_view *view, int32_t version, int64_t at, mpi_version_seen *seen,
                               minipay_error *error)
{
    uint32_t count = 1;
    minipay_status status = find_version(view, version, error);
    return status == MINIPAY_OK ? mpi_policy_list(view, version + 1, at, seen, &count, error) : status;
}
