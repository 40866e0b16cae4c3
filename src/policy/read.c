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

static minipay_status read_rule(mpi_view *view, int64_t at, mpi_policy_rule *row, int64_t *value,
                                minipay_error *error)
{
    mpi_policy_source source = {.view = view};
    mpi_versions versions = {NULL, 0, 0, 0};
    minipay_status status = mpi_versions_read(&source, at, &versions, error);
    if (status == MINIPAY_OK) {
        row->version = (int32_t)mpi_versions_at(&versions, at)->version;
        status = find_value(view, row, value, error);
    }
    free(versions.rows);
    return status;
}

/* What is longer than a code stays no code: there is no NUL behind it. */
static void take_currency(const char *text, char currency[4])
{
    memset(currency, 0, 4);
    memcpy(currency, text, strnlen(text, 4));
}

minipay_status mpi_policy_read(mpi_policy *policy, int32_t rule, int32_t tier, const char *currency,
                               int64_t at, int64_t *value, int32_t *version, minipay_error *error)
{
    mpi_policy_rule row = {.rule = rule, .tier = tier};
    int64_t found = 0;
    mpi_view view;
    take_currency(currency, row.currency);
    minipay_status status = mpi_rule_check_name(rule, tier, row.currency, error);
    if (status == MINIPAY_OK)
        status = mpi_view_open(policy->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = read_rule(&view, at, &row, &found, error);
    mpi_view_close(&view);
    if (status != MINIPAY_OK)
        return status;
    *value = found;
    *version = row.version;
    return MINIPAY_OK;
}
