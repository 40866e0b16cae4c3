/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "policy.h"
#include "request.h"
#include "table.h"
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RULES_LARGEST = 32 };

bool rule_is_amount(int32_t rule)
{
    return rule <= MINIPAY_RULE_LIMIT_MONTHLY || rule == MINIPAY_RULE_MINIMUM_PAYOUT;
}

bool rule_has_tiers(int32_t rule)
{
    return rule >= MINIPAY_RULE_LIMIT_OPERATION && rule <= MINIPAY_RULE_LIMIT_MONTHLY;
}

/* Rules of which 0 says that there is no bound. */
static bool is_bound(int32_t rule)
{
    return rule_has_tiers(rule) || rule == MINIPAY_RULE_REFUND_DAYS ||
           rule == MINIPAY_RULE_REVERSAL_DAYS;
}

static int32_t rule_named(const char *name, size_t length)
{
    for (int32_t rule = 1; rule < MINIPAY_RULE_COUNT; rule++) {
        const char *known = minipay_rule_name(rule);
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return rule;
    }
    return 0;
}

/* ---- get ---- */

/* Of the version that was asked for, or of the one in force. */
static minipay_status read_one(db *d, int32_t rule, int32_t tier, const char *unit, int64_t *value,
                               int32_t *version, minipay_error *error)
{
    return *version ? minipay_policy_rule_get(d->pay, *version, rule, tier, unit, value, error)
                    : minipay_policy_get(d->pay, rule, tier, unit, value, version, error);
}

/* A time zone west of Greenwich. */
static const char *minus(int64_t value, char text[TEXT_SIZE])
{
    snprintf(text, TEXT_SIZE, "%" PRId64, value);
    return text;
}

static int show_rule(const args *a, db *d, table *t, int32_t rule, int32_t tier, const char *currency)
{
    char number[TEXT_SIZE];
    int64_t value = 0, asked;
    minipay_error error;
    const char *unit = rule_is_amount(rule) ? currency : "";
    minipay_error_init(&error);
    int code = args_number(a, OPT_VERSION, 1, INT32_MAX, 0, &asked);
    if (code)
        return code;
    int32_t version = (int32_t)asked;
    minipay_status status = read_one(d, rule, tier, unit, &value, &version, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    if (args_json(a))
        return json_print(json_pack("{s:s,s:i,s:s,s:I,s:i}", "rule", minipay_rule_name(rule), "tier",
                                    tier, "currency", unit, "value", (json_int_t)value, "version",
                                    version));
    table_cell(t, minipay_rule_name(rule));
    snprintf(number, sizeof number, "%d", tier);
    table_cell(t, rule_has_tiers(rule) ? number : "");
    if (value == 0 && is_bound(rule))
        table_cell(t, "no bound");
    else if (rule_is_amount(rule))
        table_money(t, value, currency);
    else if (value < 0)
        table_cell(t, minus(value, number));
    else
        table_count(t, (uint64_t)value);
    table_cell(t, unit);
    snprintf(number, sizeof number, "%d", version);
    table_cell(t, number);
    return 0;
}

static int show_rules(const args *a, db *d, table *t, int32_t only, int32_t tier)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    int code = args_currency(a, currency);
    for (int32_t rule = 1; !code && rule < MINIPAY_RULE_COUNT; rule++) {
        if (!only || rule == only)
            code = show_rule(a, d, t, rule, rule_has_tiers(rule) ? tier : 0, currency);
    }
    return code;
}

int cmd_policy_get(const args *a, db *d)
{
    static const char *const heads[] = {"Rule", "Tier", ">Value", "Currency", ">Version"};
    table t;
    int64_t tier;
    int32_t only = a->word_count ? rule_named(a->words[0], strlen(a->words[0])) : 0;
    int code = args_number(a, OPT_TIER, 0, MINIPAY_TIER_COUNT - 1, 0, &tier);
    if (code)
        return code;
    if (a->word_count && !only)
        return fail_usage("'%s' is not a rule; minipay policy get lists them", a->words[0]);
    table_begin(&t, heads, 5);
    code = show_rules(a, d, &t, only, (int32_t)tier);
    return table_finish(&t, code, args_json(a));
}

/* ---- set ---- */

static int read_value(const char *text, minipay_rule *rule)
{
    char *end;
    if (rule_is_amount(rule->rule)) {
        if (minipay_money_parse(text, rule->currency, &rule->value) == MINIPAY_OK)
            return 0;
        return fail_usage("%s: '%s' is not an amount in %s", minipay_rule_name(rule->rule), text,
                          rule->currency);
    }
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || end == text)
        return fail_usage("%s: '%s' is not a whole number", minipay_rule_name(rule->rule), text);
    rule->value = value;
    return 0;
}

/* "limit_daily=1000000" */
static int read_rule(const char *text, int32_t tier, const char *currency, minipay_rule *rule)
{
    const char *equals = strchr(text, '=');
    minipay_rule_init(rule);
    rule->rule = equals ? rule_named(text, (size_t)(equals - text)) : 0;
    if (!rule->rule)
        return fail_usage("'%s' is not RULE=VALUE; minipay policy get lists the rules", text);
    rule->tier = rule_has_tiers(rule->rule) ? tier : 0;
    if (rule_is_amount(rule->rule))
        text_set(rule->currency, sizeof rule->currency, currency);
    return read_value(equals + 1, rule);
}

static int send(const args *a, db *d, const minipay_policy_request *request, const minipay_rule *rules,
                uint32_t count)
{
    char at[TEXT_SIZE], id[MINIPAY_ID_TEXT_SIZE];
    minipay_outcome outcome;
    minipay_error error;
    minipay_outcome_init(&outcome);
    minipay_error_init(&error);
    minipay_status status = minipay_policy_publish(d->pay, request, rules, count, &outcome, &error);
    if (status != MINIPAY_OK)
        return request_fail(d, status, &error);
    if (args_json(a))
        return json_print(json_pack("{s:o,s:i,s:o}", "id", json_id(&outcome.id), "version",
                                    outcome.policy_version, "effective_at",
                                    json_time(request->effective_at)));
    minipay_id_format(&outcome.id, id);
    text_time(request->effective_at, at);
    printf("policy version %d %s %s, by %s\n", outcome.policy_version,
           request->effective_at ? "comes into force at" : "is in force",
           request->effective_at ? at : "now", id);
    return EXIT_DONE;
}

static int publish(const args *a, db *d, const minipay_rule *rules, uint32_t count)
{
    minipay_policy_request request;
    minipay_policy_request_init(&request);
    int code = args_time(a, OPT_EFFECTIVE, &request.effective_at);
    if (!code)
        code = request_id(a, d, &request.id);
    if (!code)
        code = request_stamp(a, request.actor, request.channel, request.reason);
    return code ? code : send(a, d, &request, rules, count);
}

int cmd_policy_set(const args *a, db *d)
{
    minipay_rule rules[RULES_LARGEST];
    char currency[MINIPAY_CURRENCY_SIZE];
    int64_t tier = 0;
    int code = args_currency(a, currency);
    if (!code)
        code = args_number(a, OPT_TIER, 0, MINIPAY_TIER_COUNT - 1, 0, &tier);
    for (int i = 0; !code && i < a->word_count; i++)
        code = read_rule(a->words[i], (int32_t)tier, currency, &rules[i]);
    return code ? code : publish(a, d, rules, (uint32_t)a->word_count);
}

/* ---- list ---- */

static const char *state_name(int32_t state)
{
    return state == MINIPAY_POLICY_PLANNED    ? "planned"
           : state == MINIPAY_POLICY_IN_FORCE ? "in force"
           : state == MINIPAY_POLICY_PAST     ? "past"
                                              : "replaced";
}

static minipay_status read_versions(db *d, void *query, void *page, uint32_t *count,
                                    minipay_error *error)
{
    int32_t *before = query;
    minipay_policy_version *found = page;
    if (*before == 1) { /* below the first there is none */
        *count = 0;
        return MINIPAY_OK;
    }
    minipay_status status = minipay_policy_list(d->pay, *before, found, count, error);
    if (status == MINIPAY_OK && *count)
        *before = found[*count - 1].version;
    return status;
}

static int show_version(db *d, const void *query, const void *item, table *t)
{
    char text[TEXT_SIZE];
    const minipay_policy_version *v = item;
    (void)d;
    (void)query;
    if (!t)
        return json_print(json_pack("{s:i,s:s,s:o,s:o,s:o,s:s,s:s,s:s}", "version", v->version, "state",
                                    state_name(v->state), "effective_at", json_time(v->effective_at),
                                    "published_at", json_time(v->published_at), "id", json_id(&v->id),
                                    "actor", v->actor, "channel", v->channel, "reason", v->reason));
    table_count(t, (uint64_t)v->version);
    table_cell(t, state_name(v->state));
    text_time(v->effective_at, text);
    table_cell(t, text);
    table_cell(t, v->actor);
    table_cell(t, v->reason);
    return EXIT_DONE;
}

int cmd_policy_list(const args *a, db *d)
{
    static const char *const heads[] = {">Version", "State", "In force from (UTC)", "By", "Why", NULL};
    static const list versions = {heads, sizeof(minipay_policy_version), read_versions, show_version};
    int32_t before = 0;
    return list_show(d, &versions, &before, 0, args_json(a));
}
