/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_MEMBERSHIP_PORT_H
#define MPI_MEMBERSHIP_PORT_H

/* What other contexts may ask membership. */

#include "saga/saga.h"

/* What money may know of a member. */
typedef struct mpi_terms {
    int32_t tier;
    bool active;
    int64_t version;
} mpi_terms;

typedef struct mpi_membership_port {
    void *impl;

    /* The terms of an active member. MINIPAY_MEMBER_NOT_FOUND, MINIPAY_MEMBER_INACTIVE (which fills them, too),
     * MPI_WAIT. */
    minipay_status (*terms)(void *impl, mpi_flow *flow, const minipay_id *member_id, mpi_terms *terms);
} mpi_membership_port;

/* Where membership pushes what money may know of a member; a change counts as done only when it has been
 * taken. */
typedef struct mpi_terms_sink {
    void *impl;
    bool is_far; /* taken by a question: see membership/change.c */
    minipay_status (*take)(void *impl, mpi_flow *flow, const minipay_id *member_id,
                           const mpi_terms *terms);
} mpi_terms_sink;

#endif
