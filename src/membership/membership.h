/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_MEMBERSHIP_MEMBERSHIP_H
#define MPI_MEMBERSHIP_MEMBERSHIP_H

/* Membership: who may hold a wallet. Owns `member`, `member_email`, `member_change`, `credential` and
 * `credential_change`. */

#include "base/secret.h"
#include "membership/port.h"
#include "minipay/member.h"
#include "policy/policy.h"

typedef struct mpi_member {
    mpi_operation op; /* kind REGISTER; its id is the member's */
    int32_t legal_form;
    int32_t member_state;
    int32_t tier;
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

/* A change of a member: the fields that `changes` names. */
typedef struct mpi_member_change {
    mpi_operation op; /* kind MEMBER_CHANGE */
    minipay_id member_id;
    int32_t changes; /* MINIPAY_CHANGE_* */
    int32_t tier;
    int32_t member_state;
    int64_t terms_version; /* that the wallet took, or 0 where money need not know */
    char region[MINIPAY_REGION_SIZE];
    uint8_t email_hash[32];
    MPI_SECRET(MINIPAY_NAME_SIZE) name;
    MPI_SECRET(MINIPAY_EMAIL_SIZE) email;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_member_change;

enum { MPI_CREDENTIAL_HASH_SIZE = 65 }; /* hexadecimal, with its NUL */

/* What a member proves himself by: Argon2id of it, and how it fares. */
typedef struct mpi_credential {
    minipay_id member_id;
    int32_t credential_kind; /* MINIPAY_CREDENTIAL_* */
    int32_t wrong_tries;     /* in a row */
    int32_t passes;
    int32_t memory_kib;
    minipay_id set_by; /* the operation; the salt comes from it, and it names this version */
    int64_t set_at;
    int64_t locked_until;
    MPI_SECRET(MPI_CREDENTIAL_HASH_SIZE) hash; /* sealed for `set_by` */
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_credential;

/* That a credential was set. Its hash passes through to the credential and does not stay here. */
typedef struct mpi_credential_change {
    mpi_operation op; /* kind CREDENTIAL */
    minipay_id member_id;
    int32_t credential_kind;
    int32_t passes;
    int32_t memory_kib;
    MPI_SECRET(MPI_CREDENTIAL_HASH_SIZE) hash;
    uint8_t row_tag[MPI_TAG_SIZE];
} mpi_credential_change;

extern const mpi_record mpi_member_record;
extern const mpi_record mpi_member_email_record;
extern const mpi_record mpi_member_change_record;
extern const mpi_record mpi_credential_record;
extern const mpi_record mpi_credential_change_record;

enum { MPI_MEMBER_OF_REGION = 0 }; /* mpi_member_record's index on (region, id) */

typedef struct mpi_membership {
    mpi_store *store;
    mpi_engine *engine;
    mpi_policy *policy;
    mpi_terms_sink sink;
    mpi_table *members, *emails, *credentials;
    mpi_secret_cost cost; /* of a secret that is set now */
} mpi_membership;

void mpi_membership_set_up(mpi_membership *membership, mpi_engine *engine, const mpi_home *home);
mpi_membership_port mpi_membership_open_port(mpi_membership *membership);

/* The same for contexts whose store is another one, and who answers them. */
mpi_membership_port mpi_membership_open_far(mpi_membership *membership);
void mpi_membership_serve(mpi_membership *membership, const mpi_home *home);

/* Where changed terms are pushed; bound once the wallet is set up, before the first operation. */
void mpi_membership_bind(mpi_membership *membership, const mpi_home *home, const mpi_terms_sink *sink);

/* `draw_up` for minipay_member_request; its context is the membership. */
void mpi_membership_draw_up(void *context, const void *requests, uint32_t number,
                            mpi_document *document);

/* `draw_up` for minipay_member_change; its context is the membership. */
void mpi_membership_draw_up_change(void *context, const void *changes, uint32_t number,
                                   mpi_document *document);

/* Sets a credential, as minipay_credential_set says; the request is checked already. Hashes before it
 * takes the lane. `*outcome` is written when it answers OK. */
minipay_status mpi_membership_set_credential(mpi_membership *membership,
                                             const minipay_credential_request *request,
                                             minipay_outcome *outcome, minipay_error *error);

/* Tries a secret, as minipay_credential_verify says. */
minipay_status mpi_membership_try_credential(mpi_membership *membership, const minipay_id *member_id,
                                             int32_t credential_kind, const char *secret,
                                             minipay_error *error);

minipay_status mpi_membership_get_credential(mpi_membership *membership, const minipay_id *member_id,
                                             int32_t credential_kind, minipay_credential *credential,
                                             minipay_error *error);

minipay_status mpi_membership_get(mpi_membership *membership, const minipay_id *id,
                                  minipay_member *member, minipay_error *error);
minipay_status mpi_membership_find(mpi_membership *membership, const char *email, minipay_member *member,
                                   minipay_error *error);
minipay_status mpi_membership_list(mpi_membership *membership, const char *region,
                                   const minipay_id *after, minipay_member *members, uint32_t *count,
                                   minipay_error *error);

#endif
