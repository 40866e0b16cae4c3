/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/internal.h"

#include "base/error.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

/* A new version: the rules of the one that it follows, with some changed. */

enum { PAGE = 256 };

/* There is room for every rule that can be: it grows, and rules, tiers and currencies are bounded. */
typedef struct rule_set {
    mpi_policy_rule *rows;
    uint32_t count, room;
} rule_set;

static bool same_rule(const mpi_policy_rule *a, const mpi_policy_rule *b)
{
    return a->rule == b->rule && a->tier == b->tier && memcmp(a->currency, b->currency, 4) == 0;
}

static minipay_status make_room(rule_set *set, uint32_t more, minipay_error *error)
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

static minipay_status set_rule(rule_set *set, int32_t rule, int32_t tier, const char *currency,
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

static minipay_status copy_version(rule_set *set, mpi_unit *unit, int64_t version, minipay_error *error)
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
            status = mpi_unit_scan(unit, &scan, set->rows + set->count, &count, error);
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

static minipay_status insert_version(mpi_policy *policy, mpi_unit *unit, rule_set *set,
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

static minipay_status change_rules(rule_set *set, const minipay_rule *rules, uint32_t count,
                                   minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++)
        status = set_rule(set, rules[i].rule, rules[i].tier, rules[i].currency, rules[i].value, error);
    return status;
}

static minipay_status set_defaults(rule_set *set, minipay_error *error)
{
    minipay_status status = MINIPAY_OK;
    for (uint32_t i = 0; i < mpi_default_rule_count && status == MINIPAY_OK; i++)
        status = set_rule(set, mpi_default_rules[i].rule, 0, mpi_default_rules[i].currency,
                          mpi_default_rules[i].value, error);
    return status;
}

/* ---- seeding -------------------------------------------------------------------------------------------- */

static minipay_status seed(void *context, mpi_unit *unit, minipay_error *error)
{
    mpi_policy *policy = context;
    mpi_policy_version first = {.version = 1};
    rule_set set = {NULL, 0, 0};
    const void *row;
    minipay_status status = mpi_unit_get(unit, policy->versions, &first, &row, error);
    if (status != MINIPAY_NOT_FOUND)
        return status;
    first.effective_at = 1; /* in force for every clock, a virtual one too */
    first.published_at = mpi_unit_now(unit);
    status = set_defaults(&set, error);
    if (status == MINIPAY_OK)
        status = insert_version(policy, unit, &set, &first, error);
    free(set.rows);
    return status;
}

minipay_status mpi_policy_seed(mpi_policy *policy, minipay_error *error)
{
    return mpi_store_write(policy->store, seed, policy, error);
}

/* ---- publishing ----------------------------------------------------------------------------------------- */

typedef struct publication {
    mpi_policy *policy;
    const minipay_rule *rules;
    uint32_t count;
    int64_t effective_at;
    int32_t version;
    minipay_status status;
} publication;

static minipay_status publish(void *context, mpi_unit *unit, minipay_error *error)
{
    publication *work = context;
    rule_set set = {NULL, 0, 0};
    int64_t now = mpi_unit_now(unit);
    minipay_status status = mpi_policy_refresh(work->policy, unit, error);
    if (status != MINIPAY_OK)
        return status;
    const mpi_versions *known = &work->policy->known;
    mpi_policy_version made = {.version = known->newest + 1,
                               .effective_at = work->effective_at > now ? work->effective_at : now,
                               .published_at = now};
    if (made.effective_at < known->rows[0].effective_at) {
        work->status = MINIPAY_INVALID_TIME;
        return MINIPAY_OK;
    }
    status = copy_version(&set, unit, mpi_versions_at(known, made.effective_at)->version, error);
    if (status == MINIPAY_OK)
        status = change_rules(&set, work->rules, work->count, error);
    if (status == MINIPAY_OK)
        status = insert_version(work->policy, unit, &set, &made, error);
    work->version = (int32_t)made.version;
    free(set.rows);
    return status;
}

minipay_status mpi_policy_publish(mpi_policy *policy, const minipay_rule *rules, uint32_t count,
                                  int64_t effective_at, int32_t *version, minipay_error *error)
{
    publication work = {policy, rules, count, effective_at, 0, MINIPAY_OK};
    if (!rules || count == 0 || count > MINIPAY_RULES_LARGEST)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "rules", "a version takes 1 to %d rules",
                        MINIPAY_RULES_LARGEST);
    for (uint32_t i = 0; i < count; i++) {
        minipay_status status = mpi_rule_check(&rules[i], error);
        if (status != MINIPAY_OK)
            return status;
    }
    if (effective_at < 0 || effective_at > MPI_TIME_LARGEST)
        return mpi_fail_plain(error, MINIPAY_INVALID_TIME, "effective_at");
    minipay_status status = mpi_store_write(policy->store, publish, &work, error);
    if (status == MINIPAY_OK && work.status != MINIPAY_OK)
        return mpi_fail(error, work.status, "effective_at", "the last version is in force only later");
    if (status == MINIPAY_OK && version)
        *version = work.version;
    return status;
}
