/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_MEMBER_H
#define MINIPAY_MEMBER_H

/* Membership: who may hold a wallet. */

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
    char email[128]; /* unique, compared without case */
} minipay_member_request;

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
MINIPAY_API void minipay_member_init(minipay_member *member);

/* Registers up to MINIPAY_BATCH_LARGEST members, each for itself. USAGE: INVALID_ID, INVALID_TEXT
 * (region, actor, channel, reason, name, email), INVALID_ARGUMENT (legal_form, tier), ID_REUSED.
 * REJECTED: EMAIL_TAKEN. Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_member_register(minipay *pay, const minipay_member_request *requests,
                                                   uint32_t count, minipay_outcome *outcomes,
                                                   minipay_error *error);

/* MINIPAY_MEMBER_NOT_FOUND. */
MINIPAY_API minipay_status minipay_member_get(minipay *pay, const minipay_id *id, minipay_member *member,
                                              minipay_error *error);
MINIPAY_API minipay_status minipay_member_find(minipay *pay, const char *email, minipay_member *member,
                                               minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
