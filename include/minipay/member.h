/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_MEMBER_H
#define MINIPAY_MEMBER_H

/* Membership: who may hold a wallet, and how a member proves himself. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MINIPAY_MEMBER_PERSON = 0, MINIPAY_MEMBER_COMPANY = 1 };
enum { MINIPAY_MEMBER_ACTIVE = 0, MINIPAY_MEMBER_INACTIVE_STATE = 1 };

/* `id` becomes the member's id. */
typedef struct minipay_member_request {
    uint32_t struct_size;
    int32_t legal_form; /* MINIPAY_MEMBER_PERSON or _COMPANY */
    minipay_id id;
    int32_t tier; /* 0 to 3: which limits apply */
    char region[16];
    char actor[40];
    char channel[16];
    char reason[128];
    char name[96];
    /* unique. One '@' with something on either side, no ASCII space or control character; compared without the
     * case of the letters A to Z, and nothing else is folded */
    char email[128];
} minipay_member_request;

/* Which fields a change names. */
enum {
    MINIPAY_CHANGE_NAME = 1,
    MINIPAY_CHANGE_EMAIL = 2,
    MINIPAY_CHANGE_REGION = 4,
    MINIPAY_CHANGE_TIER = 8,
    MINIPAY_CHANGE_STATE = 16 /* deactivates or reactivates; needs a reason */
};

/* `id` is the operation's own. A field that `changes` does not name is not read. */
typedef struct minipay_member_change {
    uint32_t struct_size;
    int32_t changes; /* MINIPAY_CHANGE_*, at least one */
    minipay_id id;
    minipay_id member_id;
    int32_t tier;
    int32_t state; /* MINIPAY_MEMBER_ACTIVE or _INACTIVE_STATE */
    char region[16];
    char actor[40];
    char channel[16];
    char reason[128];
    char name[96];
    char email[128];
} minipay_member_change;

typedef struct minipay_member {
    uint32_t struct_size;
    int32_t legal_form;
    minipay_id id;
    int32_t tier;
    int32_t state;
    int64_t registered_at;
    char region[16];
    char name[96];
    char email[128];
} minipay_member;

MINIPAY_API void minipay_member_request_init(minipay_member_request *request);
MINIPAY_API void minipay_member_change_init(minipay_member_change *change);
MINIPAY_API void minipay_member_init(minipay_member *member);

/* Registers up to MINIPAY_BATCH_LARGEST members, each for itself. USAGE: INVALID_ID (id),
 * INVALID_TEXT (region, actor, channel, reason, name, email), INVALID_ARGUMENT (legal_form, tier),
 * ID_REUSED (the first field that differs; "request" when minipay_member_update has changed it since).
 * REJECTED: EMAIL_TAKEN. Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_member_register(minipay *pay, const minipay_member_request *requests,
                                                   uint32_t count, minipay_outcome *outcomes,
                                                   minipay_error *error);

/* Changes up to MINIPAY_BATCH_LARGEST members, each for itself: exactly the fields that are named. A new
 * address must be free, in any case of the letters A to Z, and the old one becomes free. A new tier or state
 * stands when the member's wallets have taken it: from then on every posting obeys the tier's limits, and
 * a deactivated member's wallets refuse every posting; money that a bank had moved already still
 * arrives. What is as asked already is DONE. USAGE: INVALID_ID (id, member_id), INVALID_ARGUMENT (changes,
 * tier, state), INVALID_TEXT (region, actor, channel, reason, name, email), ID_REUSED. REJECTED:
 * MEMBER_NOT_FOUND, EMAIL_TAKEN. Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_member_update(minipay *pay, const minipay_member_change *changes,
                                                 uint32_t count, minipay_outcome *outcomes,
                                                 minipay_error *error);

/* MINIPAY_MEMBER_NOT_FOUND. INVALID_ARGUMENT when a pointer is NULL. */
MINIPAY_API minipay_status minipay_member_get(minipay *pay, const minipay_id *id, minipay_member *member,
                                              minipay_error *error);
MINIPAY_API minipay_status minipay_member_find(minipay *pay, const char *email, minipay_member *member,
                                               minipay_error *error);

/* The members of a region ("" is one too), active or not, in the order of their ids, from the first behind
 * `after` (none: the first). `*count` is the room, then the number; less than the room: the end. USAGE:
 * INVALID_ARGUMENT (region, after, count), INVALID_TEXT (region), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_member_list(minipay *pay, const char *region, const minipay_id *after,
                                               minipay_member *members, uint32_t *count,
                                               minipay_error *error);

/* ---- PIN and password ---------------------------------------------------------------------------------- */

enum {
    MINIPAY_CREDENTIAL_PIN = 1,     /* 4 to 12 digits */
    MINIPAY_CREDENTIAL_PASSWORD = 2 /* 8 to 128 bytes of UTF-8 */
};

enum { MINIPAY_SECRET_SIZE = 132 };

/* Sets a member's PIN or password. `id` is the operation's own. The library keeps no copy of the secret:
 * what is stored is Argon2id of it, with its cost, sealed. The caller wipes the struct. */
typedef struct minipay_credential_request {
    uint32_t struct_size;
    int32_t credential; /* MINIPAY_CREDENTIAL_PIN or _PASSWORD */
    minipay_id id;
    minipay_id member_id;
    char actor[40];
    char channel[16];
    char reason[128];
    char secret[132];
} minipay_credential_request;

/* How a credential stands. */
typedef struct minipay_credential {
    uint32_t struct_size;
    int32_t credential;
    minipay_id member_id;
    int64_t set_at;
    int64_t locked_until; /* 0, or a time: it is locked while that is ahead */
    int32_t wrong_tries;  /* in a row, since the last right one, the last lock, or the last set */
} minipay_credential;

MINIPAY_API void minipay_credential_request_init(minipay_credential_request *request);
MINIPAY_API void minipay_credential_init(minipay_credential *credential);

/* Sets it, in place of what stood: wrong tries are forgotten and a lock is lifted. Takes as long as a hash
 * takes, outside the lane. The same id with the same secret answers what stands; with another one
 * ID_REUSED. USAGE: INVALID_ARGUMENT (request, outcome), INVALID_SIZE, INVALID_ID (id, member_id),
 * INVALID_ARGUMENT (credential), INVALID_TEXT (secret, actor, channel, reason), ID_REUSED. REJECTED:
 * MEMBER_NOT_FOUND, MEMBER_INACTIVE. RETRYABLE: NO_MEMORY. */
MINIPAY_API minipay_status minipay_credential_set(minipay *pay,
                                                  const minipay_credential_request *request,
                                                  minipay_outcome *outcome, minipay_error *error);

/* Is this the member's secret? OK says yes. A wrong try is durable when the call answers; as many in a row
 * as policy's credential_tries lock the credential for credential_lock_seconds, in which even the right
 * one is refused; after that the count begins anew. Tries made at once count one after the other. In this
 * order: INVALID_ARGUMENT (member_id, credential, secret), INVALID_TEXT (secret: not what the kind can be;
 * counts as no try), MEMBER_NOT_FOUND, MEMBER_INACTIVE, NOT_FOUND (none is set), CREDENTIAL_LOCKED,
 * CREDENTIAL_WRONG. RETRYABLE: NO_MEMORY. No failure of the storage is answered with OK.
 *
 * Alone of the calls that change something it takes no id, actor, channel and reason: a try is no operation.
 * Under an id the same guess could be sent again for nothing, and a guesser could fill the database with the
 * tries that it would have to remember; nobody's word is known to be his before he has proved it. A call whose
 * answer was lost is made again, and counts again, which is the safe side. */
MINIPAY_API minipay_status minipay_credential_verify(minipay *pay, const minipay_id *member_id,
                                                     int32_t credential, const char *secret,
                                                     minipay_error *error);

/* MEMBER_NOT_FOUND, NOT_FOUND (none is set). USAGE: INVALID_ARGUMENT (member_id, found, credential). */
MINIPAY_API minipay_status minipay_credential_get(minipay *pay, const minipay_id *member_id,
                                                  int32_t credential, minipay_credential *found,
                                                  minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
