/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/internal.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* The rules in force, inside a unit of work. */

static const minipay_field version_fields[] = {
    MPI_INT64(mpi_policy_version, version),      MPI_INT64(mpi_policy_version, effective_at),
    MPI_INT64(mpi_policy_version, published_at), MPI_OPTIONAL_ID(mpi_policy_version, set_by),
    MPI_HASH(mpi_policy_version, row_tag),
};

const mpi_record mpi_policy_version_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_policy_version, "policy_version", version_fields, 1, NULL, 0);

static const minipay_field rule_fields[] = {
    MPI_INT32(mpi_policy_rule, version), MPI_ENUM(mpi_policy_rule, rule, mpi_rule_names),
    MPI_INT32(mpi_policy_rule, tier),    MPI_TEXT(mpi_policy_rule, currency),
    MPI_MONEY(mpi_policy_rule, value),   MPI_HASH(mpi_policy_rule, row_tag),
};

const mpi_record mpi_policy_rule_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_policy_rule, "policy_rule", rule_fields, 4, NULL, 0);

minipay_status mpi_policy_new(mpi_store *store, mpi_policy **policy, minipay_error *error)
{
    mpi_policy *made = calloc(1, sizeof *made);
    if (!made)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    made->store = store;
    made->versions = mpi_store_table(store, &mpi_policy_version_record);
    made->rules = mpi_store_table(store, &mpi_policy_rule_record);
    *policy = made;
    return MINIPAY_OK;
}

void mpi_policy_free(mpi_policy *policy)
{
    if (policy)
        free(policy->known.rows);
    free(policy);
}

minipay_status mpi_policy_refresh(mpi_policy *policy, mpi_unit *unit, minipay_error *error)
{
    mpi_policy_source source = {.unit = unit};
    if (policy->read && policy->generation == mpi_unit_generation(unit))
        return MINIPAY_OK;
    policy->read = false;
    policy->compiled_count = 0;
    minipay_status status = mpi_versions_read(&source, mpi_unit_now(unit), &policy->known, error);
    policy->generation = mpi_unit_generation(unit);
    policy->read = status == MINIPAY_OK;
    return status;
}

/* A rule of the currency, else one for all, as older libraries let be published, else the default. */
static minipay_status find_value(const mpi_policy *policy, mpi_unit *unit, mpi_policy_rule *key,
                                 const char currency[4], int64_t *value, minipay_error *error)
{
    const void *row;
    *value = mpi_rule_default(key->rule, key->tier, currency);
    for (int general = 0; general < 2; general++) {
        memcpy(key->currency, general ? "\0\0\0" : currency, sizeof key->currency);
        minipay_status status = mpi_unit_get(unit, policy->rules, key, &row, error);
        if (status == MINIPAY_OK)
            *value = mpi_rule_within(key->rule, ((const mpi_policy_rule *)row)->value);
        if (status != MINIPAY_NOT_FOUND)
            return status;
    }
    return MINIPAY_OK;
}

static minipay_status compile(const mpi_policy *policy, mpi_unit *unit, int32_t version,
                              const char currency[4], mpi_rules *rules, minipay_error *error)
{
    mpi_policy_rule key = {.version = version};
    minipay_status status = MINIPAY_OK;
    memset(rules, 0, sizeof *rules);
    for (key.rule = 1; key.rule < MINIPAY_RULE_COUNT && status == MINIPAY_OK; key.rule++) {
        for (key.tier = 0; key.tier < MINIPAY_TIER_COUNT && status == MINIPAY_OK; key.tier++)
            status = find_value(policy, unit, &key, currency, &rules->values[key.rule][key.tier], error);
    }
    if (status != MINIPAY_OK)
        return status;
    rules->version = version;
    memcpy(rules->currency, currency, sizeof rules->currency);
    return MINIPAY_OK;
}

static mpi_rules *free_slot(mpi_policy *policy)
{
    if (policy->compiled_count < MPI_COMPILED_LARGEST)
        return &policy->compiled[policy->compiled_count++];
    return &policy->compiled[policy->next_compiled++ % MPI_COMPILED_LARGEST];
}

minipay_status mpi_policy_rules(mpi_policy *policy, mpi_unit *unit, const char currency[4],
                                const mpi_rules **rules, minipay_error *error)
{
    minipay_status status = mpi_policy_refresh(policy, unit, error);
    if (status != MINIPAY_OK)
        return status;
    const mpi_policy_version *version = mpi_versions_at(&policy->known, mpi_unit_now(unit));
    for (uint32_t i = 0; i < policy->compiled_count; i++) {
        mpi_rules *made = &policy->compiled[i];
        if (made->version == version->version && memcmp(made->currency, currency, 4) == 0) {
            mpi_rules_know_day(made, mpi_unit_now(unit));
            *rules = made;
            return MINIPAY_OK;
        }
    }
    mpi_rules *slot = free_slot(policy);
    status = compile(policy, unit, (int32_t)version->version, currency, slot, error);
    if (status == MINIPAY_OK)
        *rules = slot;
    return status;
}
