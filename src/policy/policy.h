/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_POLICY_POLICY_H
#define MPI_POLICY_POLICY_H

/* Every rule is a row of an immutable, effective-dated version; an operation stores the version that
 * decided it. */

#include "minipay/policy.h"
#include "store/store.h"

typedef struct mpi_policy_version {
    int64_t version;
    int64_t effective_at;
    int64_t published_at;
    minipay_id set_by; /* the operation; none: made with the installation, or by an older library */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_policy_version;

typedef struct mpi_policy_rule {
    int32_t version;
    int32_t rule;
    int32_t tier;
    char currency[4];
    int64_t value;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_policy_rule;

extern const mpi_record mpi_policy_version_record;
extern const mpi_record mpi_policy_rule_record;

/* The rules of one currency in one version, ready for use. */
typedef struct mpi_rules {
    int32_t version;
    char currency[4];
    int64_t values[MINIPAY_RULE_COUNT][MINIPAY_TIER_COUNT];
    int64_t day_begins_at, day_ends_at; /* of the day that was asked for last */
    int32_t day;
} mpi_rules;

typedef struct mpi_policy mpi_policy;

minipay_status mpi_policy_new(mpi_store *store, mpi_policy **policy, minipay_error *error);
void mpi_policy_free(mpi_policy *policy);

/* A task for a new installation's first unit of work: version 1, the defaults. The context is the policy. */
minipay_status mpi_policy_seed(void *policy, mpi_unit *unit, minipay_error *error);

/* Is there a version in force? CORRUPT names the table where not. */
minipay_status mpi_policy_check(mpi_policy *policy, minipay_error *error);

/* The rules in force at the unit's time. Valid until the group ends, or rules of 15 other currencies were asked
 * for. CORRUPT when a version is gone. */
minipay_status mpi_policy_rules(mpi_policy *policy, mpi_unit *unit, const char currency[4],
                                const mpi_rules **rules, minipay_error *error);

/* What a new version changes. */
typedef struct mpi_publication {
    const minipay_rule *rules;
    uint32_t count;
    int64_t effective_at; /* 0, or a time that has passed: now */
    minipay_id set_by;
} mpi_publication;

/* INVALID_ARGUMENT, INVALID_SIZE, INVALID_CURRENCY, INVALID_TIME: what can be said without looking at
 * what stands. */
minipay_status mpi_publication_check(const mpi_publication *asked, minipay_error *error);

/* Adds the version: that which would be in force at its time, with rules changed. */
minipay_status mpi_policy_add(mpi_policy *policy, mpi_unit *unit, const mpi_publication *asked,
                              int32_t *version, minipay_error *error);

/* Where stores are apart: copies the versions that are published in the first's store and not yet here. */
minipay_status mpi_policy_follow(mpi_policy *policy, const mpi_policy *first, minipay_error *error);

/* The rule in force at `at`, read beside the lane. INVALID_ARGUMENT (rule, tier), INVALID_CURRENCY, CORRUPT. */
minipay_status mpi_policy_read(mpi_policy *policy, int32_t rule, int32_t tier, const char *currency,
                               int64_t at, int64_t *value, int32_t *version, minipay_error *error);

/* The same of a version; NOT_FOUND (version). */
minipay_status mpi_policy_read_of(mpi_policy *policy, int32_t version, int32_t rule, int32_t tier,
                                  const char *currency, int64_t *value, minipay_error *error);

typedef struct mpi_version_seen {
    mpi_policy_version row;
    int32_t state; /* MINIPAY_POLICY_* at the time it was asked for */
} mpi_version_seen;

/* One version. NOT_FOUND (version). */
minipay_status mpi_policy_find(mpi_view *view, int32_t version, int64_t at, mpi_version_seen *seen,
                               minipay_error *error);

/* Versions below `before` (0: all), newest first. `*count` is the room, then the number. */
minipay_status mpi_policy_list(mpi_view *view, int32_t before, int64_t at, mpi_version_seen *seen,
                               uint32_t *count, minipay_error *error);

/* Are the days over that a rule (RULE_REFUND_DAYS, RULE_REVERSAL_DAYS) gives from a business date on?
 * They are counted in business dates, and the last one is whole. */
bool mpi_rules_are_over(const mpi_rules *rules, int32_t rule, int32_t since_date, int64_t now);

/* The business date of `at` under these rules. */
int32_t mpi_rules_date(const mpi_rules *rules, int64_t at);

#endif
