/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_MEMBERSHIP_INTERNAL_H
#define MPI_MEMBERSHIP_INTERNAL_H

#include "membership/membership.h"

extern const mpi_saga mpi_member_change_saga;
extern const mpi_saga mpi_member_change_far_saga;

mpi_terms mpi_membership_terms(const mpi_member *member);

extern const mpi_saga mpi_credential_saga;

/* By which an address is found again, in whatever case it is written. */
void mpi_membership_hash_email(const mpi_membership *membership, const char *email, uint8_t hash[32]);

/* A member that has joined. MINIPAY_MEMBER_NOT_FOUND. */
minipay_status mpi_membership_member(mpi_membership *membership, mpi_flow *flow, const minipay_id *id,
                                     const mpi_member **member);

/* Argon2id of a secret, in hexadecimal: as `credential`, whose head says for whom, by which operation and at
 * which cost. NO_MEMORY. */
minipay_status mpi_credential_hash(const mpi_membership *membership, const mpi_credential *credential,
                                   const char *secret, char hex[MPI_CREDENTIAL_HASH_SIZE],
                                   minipay_error *error);

#endif
