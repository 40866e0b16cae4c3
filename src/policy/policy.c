/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/policy.h"

#include "base/currency.h"
#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

static const char *const rule_names[] = {"none",
                                         "topup_minimum",
                                         "topup_unit",
                                         "limit_operation",
                                         "limit_holding",
                                         "limit_daily",
                                         "limit_monthly",
                                         "day_offset_minutes",
                                         "day_cutoff_minutes",
                                         "minimum_payout",
                                         "bank_retry_first_ms",
                                         "bank_retry_largest_ms",
                                         "bank_deadline_ms",
                                         "authorization_seconds",
                                         "credential_tries",
                                         "credential_lock_seconds",
                                         "refund_days",
                                         "reversal_days",
                                         "weekend_days",
                                         NULL};

static const minipay_field version_fields[] = {
    MPI_INT64(mpi_policy_version, version),
    MPI_INT64(mpi_policy_version, effective_at),
    MPI_INT64(mpi_policy_version, published_at),
    MPI_HASH(mpi_policy_version, row_tag),
};

const mpi_record mpi_policy_version_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_policy_version, "policy_version", version_fields, 1, NULL, 0);

static const minipay_field rule_fields[] = {
    MPI_INT32(mpi_policy_rule, version), MPI_ENUM(mpi_policy_rule, rule, rule_names),
    MPI_INT32(mpi_policy_rule, tier),    MPI_TEXT(mpi_policy_rule, currency),
    MPI_MONEY(mpi_policy_rule, value),   MPI_HASH(mpi_policy_rule, row_tag),
};

const mpi_record mpi_policy_rule_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_policy_rule, "policy_rule", rule_fields, 4, NULL, 0);

enum { WEEKEND_LARGEST = 126 }; /* seven days, of which one is none */
enum { VERSIONS_LARGEST = 64, RULES_LARGEST = 512, COMPILED_LARGEST = 16 };

struct mpi_policy {
    mpi_store *store;
    mpi_table *versions, *rules;
    uint64_t generation; /* of the store's cache, when this was read */
    bool read;
    mpi_policy_version known[VERSIONS_LARGEST];
    uint32_t known_count;
    mpi_rules compiled[COMPILED_LARGEST];
    uint32_t compiled_count;
};

typedef struct default_rule {
    int32_t rule;
    const char *currency;
    int64_t value;
} default_rule;

static const default_rule defaults[] = {
    {MINIPAY_RULE_TOPUP_MINIMUM, "KRW", 10000},    {MINIPAY_RULE_TOPUP_UNIT, "KRW", 10000},
    {MINIPAY_RULE_DAY_OFFSET_MINUTES, "", 540},    {MINIPAY_RULE_DAY_CUTOFF_MINUTES, "", 0},
    {MINIPAY_RULE_BANK_RETRY_FIRST_MS, "", 1000},  {MINIPAY_RULE_BANK_RETRY_LARGEST_MS, "", 300000},
    {MINIPAY_RULE_BANK_DEADLINE_MS, "", 86400000}, {MINIPAY_RULE_AUTHORIZATION_SECONDS, "", 604800},
    {MINIPAY_RULE_CREDENTIAL_TRIES, "", 5},        {MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS, "", 600},
    {MINIPAY_RULE_WEEKEND_DAYS, "", 96},
};

/* What a version that an older library wrote has for a rule that it did not know. */
static int64_t default_of(int32_t rule, const char *currency)
{
    for (uint32_t i = 0; i < MPI_COUNT(defaults); i++) {
        if (defaults[i].rule == rule &&
            (!defaults[i].currency[0] || strcmp(defaults[i].currency, currency) == 0))
            return defaults[i].value;
    }
    return 0;
}

const char *minipay_rule_name(int32_t rule)
{
    return rule > 0 && rule < MINIPAY_RULE_COUNT ? rule_names[rule] : "?";
}

void minipay_rule_init(minipay_rule *rule)
{
    memset(rule, 0, sizeof *rule);
    rule->struct_size = sizeof *rule;
}

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
    free(policy);
}

int32_t mpi_rules_date(const mpi_rules *rules, int64_t at)
{
    int64_t cutoff = rules->values[MINIPAY_RULE_DAY_CUTOFF_MINUTES][0];
    return mpi_date_of(at, (int32_t)(rules->values[MINIPAY_RULE_DAY_OFFSET_MINUTES][0] - cutoff));
}

/* ---- reading inside a unit of work ------------------------------------------------------------------ */

/* The newest known, newest first. */
static void remember(mpi_policy *policy, const mpi_policy_version *version)
{
    uint32_t kept = policy->known_count < VERSIONS_LARGEST ? policy->known_count : VERSIONS_LARGEST - 1;
    memmove(policy->known + 1, policy->known, kept * sizeof *policy->known);
    policy->known[0] = *version;
    policy->known_count = kept + 1;
}

/* Versions are numbered without gaps and are read by number: a scan would not do where an operation has staged
 * something before it first asks for a rule. */
static minipay_status read_versions(mpi_policy *policy, mpi_unit *unit, minipay_error *error)
{
    mpi_policy_version key = {.version = 1};
    minipay_status status = MINIPAY_OK;
    if (policy->read && policy->generation == mpi_unit_generation(unit))
        return MINIPAY_OK;
    policy->read = false;
    policy->known_count = 0;
    policy->compiled_count = 0;
    for (const void *row; status == MINIPAY_OK; key.version++) {
        status = mpi_unit_get(unit, policy->versions, &key, &row, error);
        if (status == MINIPAY_OK)
            remember(policy, row);
    }
    if (status != MINIPAY_NOT_FOUND)
        return status;
    policy->generation = mpi_unit_generation(unit);
    policy->read = true;
    return MINIPAY_OK;
}

/* The newest version in force at `at`; NULL when there is none. */
static const mpi_policy_version *in_force(const mpi_policy_version *versions, uint32_t count, int64_t at)
{
    for (uint32_t i = 0; i < count; i++) {
        if (versions[i].effective_at <= at)
            return &versions[i];
    }
    return NULL;
}

static minipay_status compile(mpi_policy *policy, mpi_unit *unit, int32_t version,
                              const char currency[4], mpi_rules *rules, minipay_error *error)
{
    mpi_policy_rule key = {.version = version};
    const void *row;
    memset(rules, 0, sizeof *rules);
    rules->version = version;
    memcpy(rules->currency, currency, sizeof rules->currency);
    for (int32_t rule = 1; rule < MINIPAY_RULE_COUNT; rule++) {
        for (int32_t tier = 0; tier < MINIPAY_TIER_COUNT; tier++) {
            rules->values[rule][tier] = tier ? 0 : default_of(rule, rules->currency);
            for (int general = 0; general < 2; general++) {
                key.rule = rule;
                key.tier = tier;
                memcpy(key.currency, general ? "\0\0\0" : currency, sizeof key.currency);
                minipay_status status = mpi_unit_get(unit, policy->rules, &key, &row, error);
                if (status == MINIPAY_OK) {
                    rules->values[rule][tier] = ((const mpi_policy_rule *)row)->value;
                    break;
                }
                if (status != MINIPAY_NOT_FOUND)
                    return status;
            }
        }
    }
    return MINIPAY_OK;
}

minipay_status mpi_policy_rules(mpi_policy *policy, mpi_unit *unit, const char currency[4],
                                const mpi_rules **rules, minipay_error *error)
{
    minipay_status status = read_versions(policy, unit, error);
    if (status != MINIPAY_OK)
        return status;
    const mpi_policy_version *version = in_force(policy->known, policy->known_count, mpi_unit_now(unit));
    if (!version)
        return mpi_fail(error, MINIPAY_CORRUPT, "policy_version", "no policy is in force");
    for (uint32_t i = 0; i < policy->compiled_count; i++) {
        const mpi_rules *made = &policy->compiled[i];
        if (made->version == version->version && memcmp(made->currency, currency, 4) == 0) {
            *rules = made;
            return MINIPAY_OK;
        }
    }
    uint32_t slot = policy->compiled_count < COMPILED_LARGEST ? policy->compiled_count++ : 0;
    *rules = &policy->compiled[slot];
    return compile(policy, unit, (int32_t)version->version, currency, &policy->compiled[slot], error);
}

/* ---- publishing ------------------------------------------------------------------------------------- */

typedef struct publication {
    mpi_policy *policy;
    const minipay_rule *rules;
    uint32_t count;
    int64_t effective_at;
    int32_t version;
    minipay_status status;
    mpi_policy_rule set[RULES_LARGEST];
    uint32_t set_count;
} publication;

static void set_rule(publication *work, int32_t rule, int32_t tier, const char *currency, int64_t value)
{
    mpi_policy_rule row = {.rule = rule, .tier = tier, .value = value};
    memcpy(row.currency, currency, strnlen(currency, 3));
    uint32_t i = 0;
    while (i < work->set_count && !(work->set[i].rule == rule && work->set[i].tier == tier &&
                                    memcmp(work->set[i].currency, row.currency, 4) == 0))
        i++;
    if (i == RULES_LARGEST) {
        work->status = MINIPAY_INVALID_ARGUMENT;
        return;
    }
    work->set[i] = row;
    work->set_count += i == work->set_count;
}

static minipay_status copy_last(publication *work, mpi_unit *unit, int64_t version, minipay_error *error)
{
    mpi_policy_rule bound = {.version = (int32_t)version};
    minipay_scan scan = {.table = &mpi_policy_rule_record.table,
                         .index = -1,
                         .low = &bound,
                         .high = &bound,
                         .low_fields = 1,
                         .high_fields = 1};
    work->set_count = RULES_LARGEST;
    return mpi_unit_scan(unit, &scan, work->set, &work->set_count, error);
}

static minipay_status insert_set(publication *work, mpi_unit *unit, minipay_error *error)
{
    mpi_policy_version version = {work->version, work->effective_at, mpi_unit_now(unit), {0}};
    minipay_status status = mpi_unit_insert(unit, work->policy->versions, &version, error);
    for (uint32_t i = 0; i < work->set_count && status == MINIPAY_OK; i++) {
        work->set[i].version = work->version;
        status = mpi_unit_insert(unit, work->policy->rules, &work->set[i], error);
    }
    work->policy->read = false;
    return status;
}

static minipay_status publish(void *context, mpi_unit *unit, minipay_error *error)
{
    publication *work = context;
    minipay_status status = read_versions(work->policy, unit, error);
    if (status != MINIPAY_OK)
        return status;
    const mpi_policy_version *last = work->policy->known_count ? &work->policy->known[0] : NULL;
    work->effective_at = work->effective_at ? work->effective_at : mpi_unit_now(unit);
    if (!work->rules && last)
        return MINIPAY_OK; /* seeding what is seeded */
    if (last && work->effective_at < last->effective_at) {
        work->status = MINIPAY_INVALID_TIME;
        return MINIPAY_OK;
    }
    if (last)
        status = copy_last(work, unit, last->version, error);
    if (status != MINIPAY_OK)
        return status;
    work->version = last ? (int32_t)last->version + 1 : 1;
    for (uint32_t i = 0; !last && i < MPI_COUNT(defaults); i++)
        set_rule(work, defaults[i].rule, 0, defaults[i].currency, defaults[i].value);
    for (uint32_t i = 0; i < work->count; i++)
        set_rule(work, work->rules[i].rule, work->rules[i].tier, work->rules[i].currency,
                 work->rules[i].value);
    return work->status == MINIPAY_OK ? insert_set(work, unit, error) : MINIPAY_OK;
}

static minipay_status run_publication(publication *work, minipay_error *error)
{
    minipay_status status = mpi_store_write(work->policy->store, publish, work, error);
    if (status == MINIPAY_OK && work->status == MINIPAY_INVALID_TIME)
        return mpi_fail(error, work->status, "effective_at", "the last version is in force only later");
    if (status == MINIPAY_OK && work->status == MINIPAY_INVALID_ARGUMENT)
        return mpi_fail(error, work->status, "rules", "a set has at most %d rules", RULES_LARGEST);
    return status;
}

minipay_status mpi_policy_seed(mpi_policy *policy, minipay_error *error)
{
    publication *work = calloc(1, sizeof *work);
    if (!work)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    work->policy = policy;
    work->effective_at = 1; /* in force for every clock, a virtual one too */
    minipay_status status = run_publication(work, error);
    free(work);
    return status;
}

static minipay_status check_rule(const minipay_rule *rule, minipay_error *error)
{
    bool by_tier =
        rule->rule >= MINIPAY_RULE_LIMIT_OPERATION && rule->rule <= MINIPAY_RULE_LIMIT_MONTHLY;
    if (rule->struct_size != sizeof *rule)
        return mpi_fail_plain(error, MINIPAY_INVALID_SIZE, "rules");
    if (rule->rule <= 0 || rule->rule >= MINIPAY_RULE_COUNT)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "rule", "there is no rule %d", rule->rule);
    if (rule->tier < 0 || rule->tier >= (by_tier ? MINIPAY_TIER_COUNT : 1))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "tier", "%s has no tier %d",
                        rule_names[rule->rule], rule->tier);
    if (rule->value < 0 || (rule->rule == MINIPAY_RULE_TOPUP_UNIT && rule->value == 0) ||
        (rule->rule == MINIPAY_RULE_WEEKEND_DAYS && rule->value > WEEKEND_LARGEST))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "value", "%s cannot be %lld",
                        rule_names[rule->rule], (long long)rule->value);
    if (rule->currency[0] && !mpi_currency_valid(rule->currency))
        return mpi_fail_plain(error, MINIPAY_INVALID_CURRENCY, "currency");
    return MINIPAY_OK;
}

minipay_status mpi_policy_publish(mpi_policy *policy, const minipay_rule *rules, uint32_t count,
                                  int64_t effective_at, int32_t *version, minipay_error *error)
{
    if (!rules || count == 0 || count > RULES_LARGEST / 2)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "rules", "a version takes 1 to %d rules",
                        RULES_LARGEST / 2);
    for (uint32_t i = 0; i < count; i++) {
        minipay_status status = check_rule(&rules[i], error);
        if (status != MINIPAY_OK)
            return status;
    }
    publication *work = calloc(1, sizeof *work);
    if (!work)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    work->policy = policy;
    work->rules = rules;
    work->count = count;
    work->effective_at = effective_at;
    minipay_status status = run_publication(work, error);
    if (status == MINIPAY_OK && version)
        *version = work->version;
    free(work);
    return status;
}

/* ---- reading beside the lane -------------------------------------------------------------------------- */

minipay_status mpi_policy_read(mpi_policy *policy, int32_t rule, int32_t tier, const char *currency,
                               int64_t at, int64_t *value, int32_t *version, minipay_error *error)
{
    mpi_policy_version versions[VERSIONS_LARGEST];
    minipay_scan scan = {.table = &mpi_policy_version_record.table, .index = -1, .descending = 1};
    uint32_t count = VERSIONS_LARGEST;
    mpi_view view;
    minipay_status status = mpi_view_open(policy->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_scan(&view, &scan, versions, &count, error);
    const mpi_policy_version *found = status == MINIPAY_OK ? in_force(versions, count, at) : NULL;
    if (found) {
        mpi_policy_rule row = {.version = (int32_t)found->version, .rule = rule, .tier = tier};
        mpi_text_copy(row.currency, sizeof row.currency, currency);
        status = mpi_view_get(&view, &mpi_policy_rule_record, -1, &row, error);
        if (status == MINIPAY_NOT_FOUND) {
            row.value = tier ? 0 : default_of(rule, currency);
            status = MINIPAY_OK;
        }
        if (status == MINIPAY_OK) {
            *value = row.value;
            *version = (int32_t)found->version;
        }
    }
    mpi_view_close(&view);
    return status;
}
