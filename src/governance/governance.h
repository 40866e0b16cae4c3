/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_GOVERNANCE_GOVERNANCE_H
#define MPI_GOVERNANCE_GOVERNANCE_H

/* Changes of policy as operations: who published which version, and why. */

#include "saga/saga.h"

typedef struct mpi_policy_change {
    mpi_operation op;     /* policy_version is the version that it made */
    int64_t effective_at; /* as the request says */
    int64_t rules;        /* what tells one set of rules from another */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_policy_change;

extern const mpi_record mpi_policy_change_record;

typedef struct mpi_governance {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    const mpi_publication *asked; /* by the operation that runs; only who leads the lane looks at it */
} mpi_governance;

void mpi_governance_set_up(mpi_governance *governance, mpi_engine *engine, const mpi_home *home);

minipay_status mpi_governance_publish(mpi_governance *governance, const minipay_policy_request *request,
                                      const minipay_rule *rules, uint32_t count,
                                      minipay_outcome *outcome, minipay_error *error);

/* One version, as minipay_policy_version_get says. */
minipay_status mpi_governance_version(mpi_governance *governance, int32_t version,
                                      minipay_policy_version *found, minipay_error *error);

/* Versions below `before`, newest first, as minipay_policy_list says. */
minipay_status mpi_governance_list(mpi_governance *governance, int32_t before,
                                   minipay_policy_version *versions, uint32_t *count,
                                   minipay_error *error);

#endif
