/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_POLICY_H
#define MINIPAY_POLICY_H

/* Policy: every rule is a number in a versioned, effective-dated set. An operation stores the version
 * that decided it. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rules. Amounts are minor units of the rule's currency; 0 means "no bound" for a limit. */
enum {
    MINIPAY_RULE_TOPUP_MINIMUM = 1,          /* 10,000: every firm-banking call costs a fee */
    MINIPAY_RULE_TOPUP_UNIT = 2,             /* 10,000 */
    MINIPAY_RULE_LIMIT_OPERATION = 3,        /* by tier */
    MINIPAY_RULE_LIMIT_HOLDING = 4,          /* by tier */
    MINIPAY_RULE_LIMIT_DAILY = 5,            /* by tier: out of the wallet, a business day */
    MINIPAY_RULE_LIMIT_MONTHLY = 6,          /* by tier */
    MINIPAY_RULE_DAY_OFFSET_MINUTES = 7,     /* 540: the business day's time zone, +09:00 */
    MINIPAY_RULE_DAY_CUTOFF_MINUTES = 8,     /* 0: the business day begins this long after midnight */
    MINIPAY_RULE_MINIMUM_PAYOUT = 9,         /* settlement: less is carried forward */
    MINIPAY_RULE_BANK_RETRY_FIRST_MS = 10,   /* 1,000: the first wait before a bank is asked again */
    MINIPAY_RULE_BANK_RETRY_LARGEST_MS = 11, /* 300,000 */
    MINIPAY_RULE_BANK_DEADLINE_MS = 12,      /* 86,400,000: then the operation is parked for a person */
    MINIPAY_RULE_AUTHORIZATION_SECONDS =
        13,                             /* 604,800: an authorisation that says no expiry has this one */
    MINIPAY_RULE_CREDENTIAL_TRIES = 14, /* 5: wrong tries in a row before a credential is locked */
    MINIPAY_RULE_CREDENTIAL_LOCK_SECONDS = 15, /* 600 */
    MINIPAY_RULE_REFUND_DAYS = 16,   /* 0, no bound: how long after a payment it can be refunded */
    MINIPAY_RULE_REVERSAL_DAYS = 17, /* 0, no bound: how long after a transfer it can be reversed */
    MINIPAY_RULE_WEEKEND_DAYS =
        18, /* 96, Saturday and Sunday: 1 for Monday, 2, 4, … 64 for Sunday, added */
    MINIPAY_RULE_COUNT = 19
};

enum { MINIPAY_TIER_COUNT = 4 };

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

/* Publishes a new version: the last one with `rules` changed, in force from `effective_at` (0: now; not
 * before the last version's). `*version` is its number. USAGE: INVALID_ARGUMENT (rules: NULL, or
 * more than 256, or more than 512 in the set that they make), INVALID_SIZE, INVALID_ARGUMENT (rule; tier; value: below
 * zero, or none that the rule can have), INVALID_CURRENCY (currency), INVALID_TIME (effective_at). */
MINIPAY_API minipay_status minipay_policy_publish(minipay *pay, const minipay_rule *rules,
                                                  uint32_t count, int64_t effective_at, int32_t *version,
                                                  minipay_error *error);

/* The rule in force now; 0 where the set has none. INVALID_ARGUMENT (value: it or another pointer is NULL). */
MINIPAY_API minipay_status minipay_policy_get(minipay *pay, int32_t rule, int32_t tier,
                                              const char *currency, int64_t *value, int32_t *version,
                                              minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
