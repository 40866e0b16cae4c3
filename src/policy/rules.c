/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/internal.h"

#include "base/currency.h"
#include "base/error.h"
#include "base/time.h"

#include <string.h>

/* What each rule is: its name, its range, its value where a version says nothing. */

const char *const mpi_rule_names[] = {"none",
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

typedef struct rule_shape {
    int64_t least, largest;
    bool by_tier, is_amount;
} rule_shape;

#define DAY_MS INT64_C(86400000)
#define CENTURY_SECONDS INT64_C(3153600000)

static const rule_shape shapes[MINIPAY_RULE_COUNT] = {
    [MINIPAY_RULE_TOPUP_MINIMUM] = {0, INT64_MAX, false, true},
    [MINIPAY_RULE_TOPUP_UNIT] = {1, INT64_MAX, false, true},
    [MINIPAY_RULE_LIMIT_OPERATION] = {0, INT64_MAX, true, true},
    [MINIPAY_RULE_LIMIT_HOLDING] = {0, INT64_MAX, true, true},
    [MINIPAY_RULE_LIMIT_DAILY] = {0, INT64_MAX, true, true},
    [MINIPAY_RULE_LIMIT_MONTHLY] = {0, INT64_MAX, true, true},
    [MINIPAY_RULE_DAY_OFFSET_MINUTES] = {-720, 840, false, false},
    [MINIPAY_RULE_DAY_CUTOFF_MINUTES] = {0, 1439, false, false},
    [MINIPAY_RULE_MINIMUM_PAYOUT] = {0, INT64_MAX, false, true},
    [MINIPAY_RULE_BANK_RETRY_FIRST_MS] = {1, DAY_MS, false, false},
    [MINIPAY_RULE_BANK_RETRY_LARGEST_MS] = {1, DAY_MS, false, false},
    [MINIPAY_RULE_BANK_DEADLINE_MS] = {1, 366 * DAY_MS, false, false},
    [MINIPAY_RULE_AUTHORIZATION_SECONDS] = {0, CENTURY_SECONDS, false, false},
    [MINIPAY_RULE_CREDENTIAL_TRIES] = {0, 1000, false, false},
    [MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS] = {0, CENTURY_SECONDS, false, false},
    [MINIPAY_RULE_REFUND_DAYS] = {0, 36525, false, false},
    [MINIPAY_RULE_REVERSAL_DAYS] = {0, 36525, false, false},
    [MINIPAY_RULE_WEEKEND_DAYS] = {0, 126, false, false}, /* seven days, of which one is none */
};

const mpi_default_rule mpi_default_rules[] = {
    {MINIPAY_RULE_TOPUP_MINIMUM, "KRW", 10000},    {MINIPAY_RULE_TOPUP_UNIT, "KRW", 10000},
    {MINIPAY_RULE_DAY_OFFSET_MINUTES, "", 540},    {MINIPAY_RULE_DAY_CUTOFF_MINUTES, "", 0},
    {MINIPAY_RULE_BANK_RETRY_FIRST_MS, "", 1000},  {MINIPAY_RULE_BANK_RETRY_LARGEST_MS, "", 300000},
    {MINIPAY_RULE_BANK_DEADLINE_MS, "", 86400000}, {MINIPAY_RULE_AUTHORIZATION_SECONDS, "", 604800},
    {MINIPAY_RULE_CREDENTIAL_TRIES, "", 5},        {MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS, "", 600},
    {MINIPAY_RULE_WEEKEND_DAYS, "", 96},
};

const uint32_t mpi_default_rule_count = MPI_COUNT(mpi_default_rules);

int64_t mpi_rule_default(int32_t rule, int32_t tier, const char *currency)
{
    for (uint32_t i = 0; i < MPI_COUNT(mpi_default_rules) && tier == 0; i++) {
        const mpi_default_rule *known = &mpi_default_rules[i];
        if (known->rule == rule && (!known->currency[0] || strcmp(known->currency, currency) == 0))
            return known->value;
    }
    return 0;
}

int64_t mpi_rule_within(int32_t rule, int64_t value)
{
    const rule_shape *shape = &shapes[rule];
    return value < shape->least ? shape->least : value > shape->largest ? shape->largest : value;
}

const char *minipay_rule_name(int32_t rule)
{
    return rule > 0 && rule < MINIPAY_RULE_COUNT ? mpi_rule_names[rule] : "?";
}

void minipay_rule_init(minipay_rule *rule)
{
    if (!rule)
        return;
    memset(rule, 0, sizeof *rule);
    rule->struct_size = sizeof *rule;
}

static int32_t offset_of(const mpi_rules *rules)
{
    return (int32_t)(rules->values[MINIPAY_RULE_DAY_OFFSET_MINUTES][0] -
                     rules->values[MINIPAY_RULE_DAY_CUTOFF_MINUTES][0]);
}

static bool is_known_day(const mpi_rules *rules, int64_t at)
{
    return at >= rules->day_begins_at && at < rules->day_ends_at;
}

void mpi_rules_know_day(mpi_rules *rules, int64_t at)
{
    if (is_known_day(rules, at))
        return;
    mpi_day_of(at, offset_of(rules), &rules->day_begins_at, &rules->day_ends_at);
    rules->day = mpi_date_of(at, offset_of(rules));
}

int32_t mpi_rules_date(const mpi_rules *rules, int64_t at)
{
    return is_known_day(rules, at) ? rules->day : mpi_date_of(at, offset_of(rules));
}

bool mpi_rules_are_over(const mpi_rules *rules, int32_t rule, int32_t since_date, int64_t now)
{
    int64_t days = rules->values[rule][0];
    int32_t today = mpi_rules_date(rules, now);
    return days && mpi_date_to_days(today) - mpi_date_to_days(since_date) > days;
}

/* ---- checks --------------------------------------------------------------------------------------------- */

minipay_status mpi_rule_check_name(int32_t rule, int32_t tier, const char currency[4],
                                   minipay_error *error)
{
    if (rule <= 0 || rule >= MINIPAY_RULE_COUNT)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "rule", "there is no rule %d", rule);
    const rule_shape *shape = &shapes[rule];
    if (tier < 0 || tier >= (shape->by_tier ? MINIPAY_TIER_COUNT : 1))
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "tier", "%s has no tier %d",
                        mpi_rule_names[rule], tier);
    if (shape->is_amount && !mpi_currency_valid(currency))
        return mpi_fail(error, MINIPAY_INVALID_CURRENCY, "currency",
                        "%s is an amount, and this is no ISO 4217 code", mpi_rule_names[rule]);
    if (!shape->is_amount && memcmp(currency, "\0\0\0", 4) != 0)
        return mpi_fail(error, MINIPAY_INVALID_CURRENCY, "currency",
                        "%s is no amount: its currency is empty", mpi_rule_names[rule]);
    return MINIPAY_OK;
}

minipay_status mpi_rule_check(const minipay_rule *rule, minipay_error *error)
{
    minipay_status status = mpi_check_size("rules", rule->struct_size, sizeof *rule, error);
    if (status == MINIPAY_OK)
        status = mpi_rule_check_name(rule->rule, rule->tier, rule->currency, error);
    if (status != MINIPAY_OK)
        return status;
    const rule_shape *shape = &shapes[rule->rule];
    return rule->value >= shape->least && rule->value <= shape->largest
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "value", "%s is %lld to %lld, not %lld",
                          mpi_rule_names[rule->rule], (long long)shape->least, (long long)shape->largest,
                          (long long)rule->value);
}
