/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_MEMBERSHIP_MEMBERSHIP_H
#define MPI_MEMBERSHIP_MEMBERSHIP_H

/* Membership: who may hold a wallet. Owns `member` and `member_email`. */

#include "membership/port.h"
#include "minipay/member.h"

typedef struct mpi_member {
    mpi_operation op; /* kind REGISTER; its id is the member's */
    int32_t legal_form;
    int32_t member_state;
    int32_t tier;
    int32_t unused;
    int64_t terms_version;
    char region[MINIPAY_REGION_SIZE];
    uint8_t email_hash[32];
    MPI_SECRET(MINIPAY_NAME_SIZE) name;
    MPI_SECRET(MINIPAY_EMAIL_SIZE) email;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_member;

/* An e-mail address in use, by its keyed hash. */
typedef struct mpi_member_email {
    uint8_t email_hash[32];
    minipay_id member_id;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_member_email;

extern const mpi_record mpi_member_record;
extern const mpi_record mpi_member_email_record;

typedef struct mpi_membership {
    mpi_store *store;
    mpi_engine *engine;
    mpi_table *members, *emails;
} mpi_membership;

void mpi_membership_set_up(mpi_membership *membership, mpi_engine *engine);
mpi_membership_port mpi_membership_open_port(mpi_membership *membership);

/* `draw_up` for minipay_member_request; its context is the membership. */
void mpi_membership_draw_up(void *context, const void *requests, uint32_t number,
                            mpi_document *document);

minipay_status mpi_membership_get(mpi_membership *membership, const minipay_id *id,
                                  minipay_member *member, minipay_error *error);
minipay_status mpi_membership_find(mpi_membership *membership, const char *email, minipay_member *member,
                                   minipay_error *error);

#endif
