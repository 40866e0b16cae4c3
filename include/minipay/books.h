/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_BOOKS_H
#define MINIPAY_BOOKS_H

/* The books as a whole: every operation with its document, every account with its balance, every posting.
 * For export, for comparing two installations, and for whoever checks the books from outside.
 *
 * Lists are read in pages, in an order that never changes: pass what the last page ended with to get the
 * next one. Each page is a snapshot of its own, beside running operations. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One operation of any kind. `document` is all that is kept of it but secrets: one JSON object whose names
 * are those of the table's columns; amounts are minor units, times microseconds, ids their text. */
typedef struct minipay_operation {
    uint32_t struct_size;
    int32_t kind;
    minipay_id id;
    int32_t state;
    int32_t status;      /* why it was refused */
    int64_t finished_at; /* 0 while it runs */
    char document[4096];
} minipay_operation;

/* One account of the books. `account` says what it is: "wallet", "payable" (what a merchant is owed),
 * "corporate", "transit", "fee_income" and so on. */
typedef struct minipay_balance {
    uint32_t struct_size;
    int32_t state;       /* MINIPAY_WALLET_OPEN and so on */
    minipay_id owner_id; /* the member or merchant; none for the company's own */
    char account[24];
    char purse[8]; /* wallets: "cash" */
    char currency[4];
    int32_t tier;
    int64_t posted_minor;
    int64_t held_minor;
    int64_t incoming_minor;
} minipay_balance;

/* One posting: an amount from the account that is debited to the one that is credited. What members have and
 * merchants are owed rises with a credit; what is in the bank rises with a debit.
 *
 * Its kind is that of its operation, but for what an operation books beside, under its own id:
 * MINIPAY_KIND_REVERSAL what a withdrawal or payout that came to nothing gives back, _FEE a payout's fee,
 * _PROMOTION the company's part of a payment, capture or refund. An order's posting is the bank's fee. */
typedef struct minipay_posting {
    uint32_t struct_size;
    int32_t kind;
    minipay_id operation_id;
    int32_t leg; /* tells the postings of one operation apart */
    int32_t business_date;
    minipay_id debit_owner_id;
    minipay_id credit_owner_id;
    char debit_account[24];
    char credit_account[24];
    char currency[4];
    int32_t policy_version;
    int64_t amount_minor;
    int64_t booked_at;
    int64_t sequence; /* position in the journal */
    int64_t reverses; /* the sequence of the posting that this one undoes, or 0 */
} minipay_posting;

MINIPAY_API void minipay_operation_init(minipay_operation *operation);
MINIPAY_API void minipay_balance_init(minipay_balance *balance);
MINIPAY_API void minipay_posting_init(minipay_posting *posting);

/* Operations of a kind in the order of their ids, from behind `after` (none: from the first), those that
 * stand by their posting alone included. `*count` is the room, then the number; less than the room means
 * the end. A kind that no operation is of by itself (MINIPAY_KIND_FEE) has none. USAGE: INVALID_ARGUMENT
 * (count: no room is given; after: NULL; kind), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_operation_list(minipay *pay, int32_t kind, const minipay_id *after,
                                                  minipay_operation *operations, uint32_t *count,
                                                  minipay_error *error);

/* Accounts in the order of (owner, account, purse, currency), from behind `after` (all zero: from the
 * first); accounts of one owner stand in the order of their chart. `*count` as above. INVALID_ARGUMENT (count,
 * after), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_balance_list(minipay *pay, const minipay_balance *after,
                                                minipay_balance *balances, uint32_t *count,
                                                minipay_error *error);

/* Postings in the order of (operation, leg), from behind those of `after` (all zero: from the first).
 * `*count` as above. INVALID_ARGUMENT (count, after), BATCH_TOO_LARGE (count). */
MINIPAY_API minipay_status minipay_posting_list(minipay *pay, const minipay_posting *after,
                                                minipay_posting *postings, uint32_t *count,
                                                minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
