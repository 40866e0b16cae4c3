/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_POLICY_INTERNAL_H
#define MPI_POLICY_INTERNAL_H

#include "policy/policy.h"

enum { MPI_COMPILED_LARGEST = 16 };

/* What is known of the store's versions: newest first, only those that are or will be in force. A version is
 * in force from its time on until that of a newer one; so what was published before a version and would come
 * into force after it never does. */
typedef struct mpi_versions {
    mpi_policy_version *rows;
    uint32_t count, room;
    int32_t newest; /* the highest number */
} mpi_versions;

struct mpi_policy {
    mpi_store *store;
    mpi_table *versions, *rules;
    uint64_t generation; /* of the store's cache, when this was read */
    bool read;
    mpi_versions known;
    mpi_rules compiled[MPI_COMPILED_LARGEST];
    uint32_t compiled_count, next_compiled;
};

typedef struct mpi_default_rule {
    int32_t rule;
    const char *currency;
    int64_t value;
} mpi_default_rule;

extern const char *const mpi_rule_names[];
extern const mpi_default_rule mpi_default_rules[];
extern const uint32_t mpi_default_rule_count;

/* What a version has for a rule that it does not say: older libraries did not know all. */
int64_t mpi_rule_default(int32_t rule, int32_t tier, const char *currency);

/* The value, or the end of the rule's range that is nearer: older libraries let others pass. */
int64_t mpi_rule_within(int32_t rule, int64_t value);

/* INVALID_ARGUMENT (rule, tier), INVALID_CURRENCY. */
minipay_status mpi_rule_check_name(int32_t rule, int32_t tier, const char currency[4],
                                   minipay_error *error);

/* The same, INVALID_SIZE before it and INVALID_ARGUMENT (value) after it. */
minipay_status mpi_rule_check(const minipay_rule *rule, minipay_error *error);

/* Where versions and rules are read: a unit of work, or a snapshot beside the lane. */
typedef struct mpi_policy_source {
    mpi_unit *unit;
    mpi_view *view;
} mpi_policy_source;

minipay_status mpi_policy_scan(const mpi_policy_source *source, const minipay_scan *scan, void *rows,
                               uint32_t *count, minipay_error *error);

/* Reads the versions that are in force at `at` or later. CORRUPT when one is missing. The caller frees
 * `versions->rows`, after a failure too. */
minipay_status mpi_versions_read(const mpi_policy_source *source, int64_t at, mpi_versions *versions,
                                 minipay_error *error);

/* The version in force at `at`, which is not before the time they were read for. */
const mpi_policy_version *mpi_versions_at(const mpi_versions *versions, int64_t at);

/* Makes the date of `at` known beforehand: a batch asks for it once an operation. */
void mpi_rules_know_day(mpi_rules *rules, int64_t at);

/* There is room for every rule that can be: it grows, and rules, tiers and currencies are bounded. The caller
 * frees `rows`. */
typedef struct mpi_rule_set {
    mpi_policy_rule *rows;
    uint32_t count, room;
} mpi_rule_set;

/* Adds a version's rules to a set; and the next version with a set's, CORRUPT (the table) when a row of it
 * stands already. */
minipay_status mpi_rules_read(const mpi_policy_source *source, int64_t version, mpi_rule_set *set,
                              minipay_error *error);
minipay_status mpi_versions_insert(mpi_policy *policy, mpi_unit *unit, mpi_rule_set *set,
                                   const mpi_policy_version *version, minipay_error *error);

/* What the policy knows, brought up to date. */
minipay_status mpi_policy_refresh(mpi_policy *policy, mpi_unit *unit, minipay_error *error);

#endif
