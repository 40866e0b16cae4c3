/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TYPES_H
#define MINIPAY_TYPES_H

/* Types that every public header uses.
 *
 * Shapes. A struct that crosses the API begins with `uint32_t struct_size`, is set up by its
 * `minipay_<struct>_init` function (which does nothing for NULL) and is owned by the caller; the library
 * keeps no pointer into it after a call returns. Its layout changes only with the library's soname. What is
 * given to the library without having been set up is refused with MINIPAY_INVALID_SIZE; what the library
 * fills need not be set up and is written whole; of a struct that is given back to ask for the next page, only
 * the keys are read.
 * Text is UTF-8 inside the struct, ends with a NUL and is zero after it; what is
 * longer, not UTF-8 or goes on after its NUL is refused with MINIPAY_INVALID_TEXT. Arrays are a pointer
 * and a count, and their elements are `struct_size` bytes apart.
 *
 * Units. Amounts are minor units of their currency (won, cents) in int64_t, and the name ends in
 * `_minor`. Times are microseconds since 1970-01-01T00:00:00Z in int64_t and end in `_at`. Business
 * dates are int32_t in the form 20261123 and end in `_date`. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__) && !defined(SWIG)
#define MINIPAY_API __attribute__((visibility("default")))
#else
#define MINIPAY_API
#endif

/* Sizes of text fields, in bytes, the closing NUL included. */
enum {
    MINIPAY_CURRENCY_SIZE = 4,
    MINIPAY_ACTOR_SIZE = 40,
    MINIPAY_CHANNEL_SIZE = 16,
    MINIPAY_REASON_SIZE = 128,
    MINIPAY_MEMO_SIZE = 128,
    MINIPAY_NAME_SIZE = 96,
    MINIPAY_EMAIL_SIZE = 128,
    MINIPAY_REGION_SIZE = 16,
    MINIPAY_BANK_SIZE = 12,
    MINIPAY_ACCOUNT_NUMBER_SIZE = 36,
    MINIPAY_REFERENCE_SIZE = 40,
    MINIPAY_ID_TEXT_SIZE = 37,
    MINIPAY_MONEY_TEXT_SIZE = 32,
    MINIPAY_TIME_TEXT_SIZE = 32
};

/* The largest number of requests that one call takes. */
enum { MINIPAY_BATCH_LARGEST = 8190 };

/* A 128-bit id. Ids are UUIDs, version 7 where the library makes them; all zero means "none". */
typedef struct minipay_id {
    uint8_t bytes[16];
} minipay_id;

/* One handle is one open installation; any number of threads may use it at once. */
typedef struct minipay minipay;

/* Kinds of operation, as stored and as shown. Values are never renumbered. */
enum {
    MINIPAY_KIND_NONE = 0,
    MINIPAY_KIND_TOPUP = 1,         /* bank account -> wallet */
    MINIPAY_KIND_TRANSFER = 2,      /* wallet -> wallet */
    MINIPAY_KIND_WITHDRAW = 3,      /* wallet -> bank account */
    MINIPAY_KIND_PAY = 4,           /* wallet -> merchant, with a slip */
    MINIPAY_KIND_REFUND = 5,        /* merchant -> wallet */
    MINIPAY_KIND_CREDIT = 6,        /* operator credit, with a reason */
    MINIPAY_KIND_DEBIT = 7,         /* operator debit, with a reason */
    MINIPAY_KIND_PAYOUT = 8,        /* settlement: merchant payable -> merchant's bank account */
    MINIPAY_KIND_FEE = 9,           /* settlement: merchant payable -> fee income */
    MINIPAY_KIND_REVERSAL = 10,     /* undoes a posting and names it */
    MINIPAY_KIND_REGISTER = 11,     /* a member */
    MINIPAY_KIND_LINK = 12,         /* a member's or merchant's bank account */
    MINIPAY_KIND_OPEN = 13,         /* a wallet */
    MINIPAY_KIND_MERCHANT = 14,     /* a merchant */
    MINIPAY_KIND_ORDER = 15,        /* a firm-banking order */
    MINIPAY_KIND_SETTLEMENT = 16,   /* a settlement run */
    MINIPAY_KIND_HOLD = 17,         /* money set aside in a wallet */
    MINIPAY_KIND_HOLD_CAPTURE = 18, /* held money -> the hold's payee */
    MINIPAY_KIND_HOLD_VOID = 19,    /* what is left of a hold is free again */
    MINIPAY_KIND_AUTHORIZE = 20,    /* a payment whose money is held, not moved */
    MINIPAY_KIND_CAPTURE = 21,      /* authorised money -> merchant */
    MINIPAY_KIND_VOID = 22,         /* what is left of an authorisation is free again */
    MINIPAY_KIND_FREEZE = 23,       /* a wallet: nothing moves */
    MINIPAY_KIND_UNFREEZE = 24,
    MINIPAY_KIND_CLOSE = 25,           /* a wallet, at zero */
    MINIPAY_KIND_MEMBER_CHANGE = 26,   /* a member's name, e-mail, region, tier or state */
    MINIPAY_KIND_CREDENTIAL = 27,      /* a member's PIN or password */
    MINIPAY_KIND_UNLINK = 28,          /* a bank account is no longer its owner's */
    MINIPAY_KIND_PROMOTION = 29,       /* a promotional event */
    MINIPAY_KIND_BATCH = 30,           /* instructions that stand or fall together */
    MINIPAY_KIND_MERCHANT_CHANGE = 31, /* a merchant's terms or state */
    MINIPAY_KIND_HOLIDAY = 32,         /* the business calendar */
    MINIPAY_KIND_POLICY = 33           /* a new version of the rules */
};

/* Where an operation stands. Only DONE and REJECTED are final. */
enum {
    MINIPAY_STATE_NONE = 0,
    MINIPAY_STATE_RUNNING = 1,  /* waits: for a bank, another store, or time */
    MINIPAY_STATE_DONE = 2,     /* the effect stands */
    MINIPAY_STATE_REJECTED = 3, /* no effect, for ever; the outcome's `status` is the first reason */
    MINIPAY_STATE_PARKED = 4    /* waits for a person */
};

#ifdef __cplusplus
}
#endif
#endif
