/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_BANKING_H
#define MINIPAY_BANKING_H

/* Banking: members' and merchants' own bank accounts, and firm-banking orders. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Links a bank account to its owner (a member or a merchant), once the bank has confirmed it. `id`
 * becomes the account's id; an owner's first account is the one used when none is named. */
typedef struct minipay_link_request {
    uint32_t struct_size;
    minipay_id id;
    minipay_id owner_id;
    char bank[12];
    char account_number[36]; /* sealed at rest */
    char holder[96];         /* as the bank knows it; sealed at rest */
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_link_request;

typedef struct minipay_bank_account {
    uint32_t struct_size;
    minipay_id id;
    minipay_id owner_id;
    int64_t linked_at;
    int32_t state; /* 0 linked, 1 unlinked */
    char bank[12];
    char masked_number[36]; /* "***-***-1234" */
} minipay_bank_account;

MINIPAY_API void minipay_link_request_init(minipay_link_request *request);
MINIPAY_API void minipay_bank_account_init(minipay_bank_account *account);

/* USAGE: INVALID_ID, INVALID_TEXT, ID_REUSED. REJECTED: ACCOUNT_NOT_FOUND, HOLDER_MISMATCH,
 * ACCOUNT_EXISTS. RETRYABLE: UNAVAILABLE. Answers as minipay_execute does. */
MINIPAY_API minipay_status minipay_account_link(minipay *pay, const minipay_link_request *requests,
                                                uint32_t count, minipay_outcome *outcomes,
                                                minipay_error *error);

/* The corporate account as the books have it: money at the bank, and money on its way out. */
typedef struct minipay_corporate_account {
    uint32_t struct_size;
    char currency[4];
    int64_t posted_minor;
    int64_t in_transit_minor;
} minipay_corporate_account;

MINIPAY_API void minipay_corporate_account_init(minipay_corporate_account *account);
MINIPAY_API minipay_status minipay_corporate_account_get(minipay *pay, const char *currency,
                                                         minipay_corporate_account *account,
                                                         minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
