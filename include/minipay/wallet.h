/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_WALLET_H
#define MINIPAY_WALLET_H

/* Wallets: members' money in the books. */

#include "minipay/instruction.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { MINIPAY_WALLET_OPEN = 0, MINIPAY_WALLET_FROZEN_STATE = 1, MINIPAY_WALLET_CLOSED_STATE = 2 };

typedef struct minipay_wallet_request {
    uint32_t struct_size;
    minipay_id id;
    minipay_id member_id;
    char currency[4];
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_wallet_request;

/* available = posted - held. `incoming` is reserved for money that a bank is asked for. */
typedef struct minipay_wallet {
    uint32_t struct_size;
    int32_t state;
    minipay_id member_id;
    char currency[4];
    int32_t tier;
    int64_t posted_minor;
    int64_t held_minor;
    int64_t incoming_minor;
    int64_t available_minor;
} minipay_wallet;

/* One entry of a wallet's history: a posting seen from this wallet, of the kind of its operation; but what a
 * withdrawal that came to nothing gives back is a REVERSAL under the withdrawal's id. */
typedef struct minipay_entry {
    uint32_t struct_size;
    int32_t kind;
    minipay_id operation_id;
    minipay_id other_id; /* the other account's owner: a member or merchant; none for our own accounts */
    int64_t sequence;    /* position in the journal; the page's cursor */
    int64_t amount_minor; /* above zero: money in; below: money out */
    int64_t balance_minor;
    int64_t booked_at;
    int32_t business_date;
} minipay_entry;

MINIPAY_API void minipay_wallet_request_init(minipay_wallet_request *request);
MINIPAY_API void minipay_wallet_init(minipay_wallet *wallet);
MINIPAY_API void minipay_entry_init(minipay_entry *entry);

/* Opens wallets, each for itself; a member may have one in each currency. USAGE: INVALID_SIZE, INVALID_ID (id,
 * member_id), INVALID_CURRENCY, INVALID_TEXT (actor, channel, reason), ID_REUSED. REJECTED: MEMBER_NOT_FOUND,
 * MEMBER_INACTIVE, WALLET_EXISTS. Answers as minipay_execute does. A wallet is frozen, unfrozen and closed, and
 * money in it held, by instructions. */
MINIPAY_API minipay_status minipay_wallet_open(minipay *pay, const minipay_wallet_request *requests,
                                               uint32_t count, minipay_outcome *outcomes,
                                               minipay_error *error);

/* INVALID_ARGUMENT (member_id, currency, wallet: NULL), INVALID_CURRENCY, WALLET_NOT_FOUND. */
MINIPAY_API minipay_status minipay_wallet_get(minipay *pay, const minipay_id *member_id,
                                              const char *currency, minipay_wallet *wallet,
                                              minipay_error *error);

/* Wallets in the order of (member, currency), from behind `after` (all zero: from the first). `*count` is the
 * room, then the number; less than the room means the end. INVALID_ARGUMENT (count, after: NULL),
 * BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_wallet_list(minipay *pay, const minipay_wallet *after,
                                               minipay_wallet *wallets, uint32_t *count,
                                               minipay_error *error);

/* Newest first, from before the entry with the sequence `before` (0: from the newest). `*count` is the
 * room, then the number; less than the room means the end. A page costs the same wherever it lies.
 * INVALID_ARGUMENT (member_id, currency, count: NULL; before: not the sequence of an entry of this
 * wallet), INVALID_CURRENCY, BATCH_TOO_LARGE (count), WALLET_NOT_FOUND. */
MINIPAY_API minipay_status minipay_wallet_history(minipay *pay, const minipay_id *member_id,
                                                  const char *currency, int64_t before,
                                                  minipay_entry *entries, uint32_t *count,
                                                  minipay_error *error);

/* What was posted in the wallet at the end of the instant `at`; 0 before it was opened. Reads at most
 * about twice the wallet's entries since then, and where these are many, about twice the entries of all
 * wallets between `at` and its last one before: with entries spread evenly, never much more than the
 * square root of all there are. INVALID_ARGUMENT (member_id, currency, balance_minor: NULL),
 * INVALID_CURRENCY, INVALID_TIME (at: below zero), WALLET_NOT_FOUND. */
MINIPAY_API minipay_status minipay_wallet_balance_at(minipay *pay, const minipay_id *member_id,
                                                     const char *currency, int64_t at,
                                                     int64_t *balance_minor, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
