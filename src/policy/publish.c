/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/internal.h"

#include "base/error.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

/* A new version: the rules of the one that it follows, with some changed. */

enum { PAGE = 256 };

static bool same_rule(const mpi_policy_rule *a, const mpi_policy_rule *b)
{
    return a->rule == b->rule && a->tier == b->tier && memcmp(a->currency, b->currency, 4) == 0;
}

static minipay_status make_room(mpi_rule_set *set, uint32_t more, minipay_error *error)
{
    if (set->count + more <= set->room)
        return MINIPAY_OK;
    uint32_t room = (set->count + more) * 2;
    mpi_policy_rule *rows = realloc(set->rows, room * sizeof *rows);
    if (!rows)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    set->rows = rows;
    set->room = room;
    return MINIPAY_OK;
}

static minipay_status set_rule(mpi_rule_set *set, int32_t rule, int32_t tier, const char *currency,
                               int64_t value, minipay_error *error)
{
    mpi_policy_rule row = {.rule = rule, .tier = tier, .value = value};
    uint32_t i = 0;
    memcpy(row.currency, currency, strnlen(currency, 3));
    minipay_status status = make_room(set, 1, error);
    if (status != MINIPAY_OK)
        return status;
    while (i < set->count && !same_rule(&set->rows[i], &row))
        i++;
    set->rows[i] = row;
    set->count += i == set->count;
    return MINIPAY_OK;
}

minipay_status mpi_rules_read(const mpi_policy_source *source, int64_t version, mpi_rule_set *set,
                              minipay_error *error)
{
    mpi_policy_rule low = {.version = (int32_t)version}, high = low;
    minipay_scan scan = {.table = &mpi_policy_rule_record.table,
                         .index = -1,
                         .low = &low,
                         .high = &high,
                         .low_fields = 1,
                         .high_fields = 1};
    minipay_status status = MINIPAY_OK;
    for (uint32_t count = PAGE; count == PAGE && status == MINIPAY_OK;) {
        status = make_room(set, PAGE, error);
        if (status == MINIPAY_OK)
            status = mpi_policy_scan(source, &scan, set->rows + set->count, &count, error);
        if (status != MINIPAY_OK || count == 0)
            break;
        set->count += count;
        low = set->rows[set->count - 1];
        scan.low_fields = 4;
        scan.low_exclusive = 1;
    }
    return status;
}

static minipay_status insert(mpi_unit *unit, mpi_table *table, const void *row, const char *name,
                             minipay_error *error)
{
    minipay_status status = mpi_unit_insert(unit, table, row, error);
    return status == MINIPAY_ID_REUSED ? mpi_fail(error, MINIPAY_CORRUPT, name,
                                                  "%s: a row of the next version stands already", name)
                                       : status;
}

minipay_status mpi_versions_insert(mpi_policy *policy, mpi_unit *unit, mpi_rule_set *set,
                                   const mpi_policy_version *version, minipay_error *error)
{
    minipay_status status = insert(unit, policy->versions, version, "policy_version", error);
    for (uint32_t i = 0; i < set->count && status == MINIPAY_OK; i++) {
        set->rows[i].version = (int32_t)version->version;
        status = insert(unit, policy->rules, &set->rows[i], "policy_rule", error);
    }
    policy->read = false;
    return status;
}

static minipay_status change_rules(mpi_rule_set *set, const minipay_rule *rules, uint32_t count,
                                   minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++)
        status = set_rule(set, rules[i].rule, rules[i].tier, rules[i].currency, rules[i].value, error);
    return status;
}

static minipay_status set_defaults(mpi_rule_set *set, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < mpi_default_rule_count && status == MINIPAY_OK; i++)
        status = set_rule(set, mpi_default_rules[i].rule, 0, mpi_default_rules[i].currency,
                          mpi_default_rules[i].value, error);
    return status;
}

/* ---- the first version ----------------------------------------------------------------------------------- */

minipay_status mpi_policy_seed(void *policy, mpi_unit *unit, minipay_error *error)
{
    mpi_policy_version first = {.version = 1, .published_at = mpi_unit_now(unit)};
    mpi_rule_set set = {NULL, 0, 0};
    first.effective_at = 1; /* in force for every clock, a virtual one too */
    minipay_status status = set_defaults(&set, error);
    if (status == MINIPAY_OK)
        status = mpi_versions_insert(policy, unit, &set, &first, error);
    free(set.rows);
    return status;
}

/* ---- publishing ----------------------------------------------------------------------------------------- */

minipay_status mpi_publication_check(const mpi_publication *asked, minipay_error *error)
{
    if (!asked->rules || asked->count == 0 || asked->count > MINIPAY_RULES_LARGEST)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "rules", "a version takes 1 to %d rules",
                        MINIPAY_RULES_LARGEST);
    for (uint32_t i = 0; i < asked->count; i++) {
        minipay_status status = mpi_rule_check(&asked->rules[i], error);
        if (status != MINIPAY_OK)
            return status;
    }
    if (asked->effective_at < 0 || asked->effective_at > MPI_TIME_LARGEST)
        return mpi_fail_plain(error, MINIPAY_INVALID_TIME, "effective_at");
    return MINIPAY_OK;
}

minipay_status mpi_policy_add(mpi_policy *policy, mpi_unit *unit, const mpi_publication *asked,
                              int32_t *version, minipay_error *error)
{
    mpi_policy_source source = {.unit = unit};
    mpi_rule_set set = {NULL, 0, 0};
    int64_t now = mpi_unit_now(unit);
    minipay_status status = mpi_policy_refresh(policy, unit, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_policy_version made = {.version = policy->known.newest + 1,
                               .effective_at = asked->effective_at > now ? asked->effective_at : now,
                               .published_at = now,
                               .set_by = asked->set_by};
    const mpi_policy_version *base = mpi_versions_at(&policy->known, made.effective_at);
    status = mpi_rules_read(&source, base->version, &set, error);
    if (status == MINIPAY_OK)
        status = change_rules(&set, asked->rules, asked->count, error);
    if (status == MINIPAY_OK)
        status = mpi_versions_insert(policy, unit, &set, &made, error);
    if (status == MINIPAY_OK)
        *version = (int32_t)made.version;
    free(set.rows);
    return status;
}
