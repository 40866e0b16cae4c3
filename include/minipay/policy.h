/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_POLICY_H
#define MINIPAY_POLICY_H

/* Policy: every rule is a number in a versioned, effective-dated set. An operation stores the version
 * that decided it: what a rule refuses, that of the rule; what waits for a bank, that which let it pass. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rules: the value where nobody published another one, and the range of values. Amounts are minor units of
 * the rule's currency, 0 to what int64_t holds; for a limit 0 means "no bound". */
enum {
    MINIPAY_RULE_TOPUP_MINIMUM = 1,   /* 10,000 won: every firm-banking call costs a fee */
    MINIPAY_RULE_TOPUP_UNIT = 2,      /* 10,000 won; at least 1 */
    MINIPAY_RULE_LIMIT_OPERATION = 3, /* by tier */
    MINIPAY_RULE_LIMIT_HOLDING = 4,   /* by tier */
    MINIPAY_RULE_LIMIT_DAILY = 5,     /* by tier: out of the wallet or held to be, a business day */
    MINIPAY_RULE_LIMIT_MONTHLY = 6,   /* by tier */
    /* 540: the business day's time zone, +09:00; -720 to 840 */
    MINIPAY_RULE_DAY_OFFSET_MINUTES = 7,
    /* 0: the business day begins this long after midnight; 0 to 1,439 */
    MINIPAY_RULE_DAY_CUTOFF_MINUTES = 8,
    MINIPAY_RULE_MINIMUM_PAYOUT = 9, /* settlement: less is carried forward */
    /* 1,000: the first wait before a bank is asked again, which doubles; 1 to 86,400,000 */
    MINIPAY_RULE_BANK_RETRY_FIRST_MS = 10,
    MINIPAY_RULE_BANK_RETRY_LARGEST_MS = 11, /* 300,000; 1 to 86,400,000 */
    /* 86,400,000: when the bank is asked behind it and does not know, the operation is parked, until the bank's
     * statement tells or a person does; it is refused when its order was not even prepared or it links an
     * account; 1 to 31,622,400,000 */
    MINIPAY_RULE_BANK_DEADLINE_MS = 12,
    /* 604,800: an authorisation that says no expiry has this one; 0 (never) to 3,153,600,000 */
    MINIPAY_RULE_AUTHORIZATION_SECONDS = 13,
    /* 5: wrong tries in a row before a credential is locked; 0 (no bound) to 1,000 */
    MINIPAY_RULE_CREDENTIAL_TRIES = 14,
    MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS = 15, /* 600; 0 to 3,153,600,000 */
    /* 0, no bound: so many business dates after a payment it can be refunded; 0 to 36,525 */
    MINIPAY_RULE_REFUND_DAYS = 16,
    /* 0, no bound: so many business dates after a transfer it can be reversed; 0 to 36,525 */
    MINIPAY_RULE_REVERSAL_DAYS = 17,
    /* 96, Saturday and Sunday: 1 for Monday, 2, 4, … 64 for Sunday, added; 0 to 126 */
    MINIPAY_RULE_WEEKEND_DAYS = 18,
    MINIPAY_RULE_COUNT = 19
};

enum { MINIPAY_TIER_COUNT = 4 };

/* The largest number of rules that one call changes. */
enum { MINIPAY_RULES_LARGEST = 256 };

/* One rule of a set. `tier` is 0 to 3 for the limits, else 0. */
typedef struct minipay_rule {
    uint32_t struct_size;
    int32_t rule;
    int32_t tier;
    char currency[4]; /* "" for rules that are no amounts */
    int64_t value;
} minipay_rule;

MINIPAY_API void minipay_rule_init(minipay_rule *rule);

/* "topup_minimum". "?" for a value that is not in the list. Static storage. */
MINIPAY_API const char *minipay_rule_name(int32_t rule);

/* Who publishes, and from when on. */
typedef struct minipay_policy_request {
    uint32_t struct_size;
    minipay_id id;
    int64_t effective_at; /* 0, or a time that has passed: now */
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_policy_request;

/* What became of a version. At any time the newest version whose time has come is in force: so one that is
 * published now and comes into force before a planned one replaces it, and what was planned is published
 * again if it is still wanted. */
enum {
    MINIPAY_POLICY_PLANNED = 1,
    MINIPAY_POLICY_IN_FORCE = 2,
    MINIPAY_POLICY_PAST = 3,
    MINIPAY_POLICY_REPLACED = 4 /* by a newer one, from the same time on or an earlier one */
};

typedef struct minipay_policy_version {
    uint32_t struct_size;
    int32_t version; /* from 1, without gaps, in the order of publishing */
    int32_t state;   /* MINIPAY_POLICY_* now */
    minipay_id id;   /* the operation that published it; none: it was made with the installation */
    int64_t effective_at;
    int64_t published_at;
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_policy_version;

MINIPAY_API void minipay_policy_request_init(minipay_policy_request *request);
MINIPAY_API void minipay_policy_version_init(minipay_policy_version *version);

/* Publishes a new version: the one that would be in force at its time, with `rules` changed. The outcome's
 * `policy_version` is its number. Idempotent by the request's id. USAGE: INVALID_ARGUMENT (request, outcome:
 * NULL), INVALID_SIZE, INVALID_ID (id), INVALID_TEXT (actor, channel, reason), INVALID_ARGUMENT (rules: none,
 * or more than MINIPAY_RULES_LARGEST), INVALID_SIZE (of a rule), INVALID_ARGUMENT (rule; tier),
 * INVALID_CURRENCY (currency: an amount needs one, nothing else has one), INVALID_ARGUMENT (value: outside the
 * rule's range), INVALID_TIME (effective_at), ID_REUSED (effective_at, rules). */
MINIPAY_API minipay_status minipay_policy_publish(minipay *pay, const minipay_policy_request *request,
                                                  const minipay_rule *rules, uint32_t count,
                                                  minipay_outcome *outcome, minipay_error *error);

/* The rule in force now, and the version that it is of; the default where nobody published another value.
 * `currency` is "" for rules that are no amounts. USAGE: INVALID_ARGUMENT (value: it or another pointer
 * is NULL; rule; tier), INVALID_CURRENCY (currency). */
MINIPAY_API minipay_status minipay_policy_get(minipay *pay, int32_t rule, int32_t tier,
                                              const char *currency, int64_t *value, int32_t *version,
                                              minipay_error *error);

/* The same of the version that an operation stored. INVALID_ARGUMENT (value: it or another pointer is
 * NULL; rule; tier), INVALID_CURRENCY (currency), NOT_FOUND (version). */
MINIPAY_API minipay_status minipay_policy_rule_get(minipay *pay, int32_t version, int32_t rule,
                                                   int32_t tier, const char *currency, int64_t *value,
                                                   minipay_error *error);

/* A version. INVALID_ARGUMENT (found: NULL), NOT_FOUND (version). */
MINIPAY_API minipay_status minipay_policy_version_get(minipay *pay, int32_t version,
                                                      minipay_policy_version *found,
                                                      minipay_error *error);

/* Versions, newest first, from below the version `before` (0: from the newest). `*count` is the room, then the
 * number. USAGE: INVALID_ARGUMENT (count; before: below zero), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_policy_list(minipay *pay, int32_t before,
                                               minipay_policy_version *versions, uint32_t *count,
                                               minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
