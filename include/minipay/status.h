/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_STATUS_H
#define MINIPAY_STATUS_H

#include "minipay/types.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a call answers. The hundreds are the class, and the class says what to do next:
 *
 *   OK         0    done, or what stood already
 *   USAGE      1xx  fix the call; nothing was stored
 *   REJECTED   2xx  final: no money moved; the operation's id keeps this answer for ever
 *   RETRYABLE  3xx  the same call with the same id, later
 *   UNKNOWN    4xx  money may have moved; ask again with the same id
 *   FATAL      5xx  stop writing: the installation or the machine is not sound
 *
 * Values are never renumbered. On any status but OK the outputs are untouched, except
 * `minipay_error`. */
typedef int32_t minipay_status;

enum {
    MINIPAY_OK = 0,

    MINIPAY_INVALID_ARGUMENT = 101,
    MINIPAY_INVALID_ID = 102,
    MINIPAY_INVALID_AMOUNT = 103,
    MINIPAY_INVALID_CURRENCY = 104,
    MINIPAY_INVALID_TEXT = 105,
    MINIPAY_INVALID_SIZE = 106,
    MINIPAY_INVALID_TIME = 107,
    MINIPAY_ID_REUSED = 108,
    MINIPAY_BATCH_TOO_LARGE = 109,
    MINIPAY_REENTERED = 110,
    MINIPAY_CLOSED = 111,
    MINIPAY_NOT_SUPPORTED = 112,
    MINIPAY_ADAPTER_INVALID = 113,

    MINIPAY_NOT_FOUND = 201,
    MINIPAY_MEMBER_NOT_FOUND = 202,
    MINIPAY_MEMBER_INACTIVE = 203,
    MINIPAY_EMAIL_TAKEN = 204,
    MINIPAY_WALLET_NOT_FOUND = 205,
    MINIPAY_WALLET_EXISTS = 206,
    MINIPAY_WALLET_FROZEN = 207,
    MINIPAY_WALLET_CLOSED = 208,
    MINIPAY_WALLET_NOT_EMPTY = 209,
    MINIPAY_INSUFFICIENT_FUNDS = 210,
    MINIPAY_SELF_TRANSFER = 211,
    MINIPAY_BELOW_MINIMUM = 212,
    MINIPAY_NOT_IN_UNITS = 213,
    MINIPAY_LIMIT_OPERATION = 214,
    MINIPAY_LIMIT_HOLDING = 215,
    MINIPAY_LIMIT_DAILY = 216,
    MINIPAY_LIMIT_MONTHLY = 217,
    MINIPAY_CURRENCY_MISMATCH = 218,
    MINIPAY_AMOUNT_OVERFLOW = 219,
    MINIPAY_ACCOUNT_NOT_FOUND = 220,
    MINIPAY_ACCOUNT_EXISTS = 221,
    MINIPAY_HOLDER_MISMATCH = 222,
    MINIPAY_BANK_REFUSED = 223,
    MINIPAY_MERCHANT_NOT_FOUND = 224,
    MINIPAY_MERCHANT_INACTIVE = 225,
    MINIPAY_HOLD_NOT_FOUND = 226,
    MINIPAY_HOLD_CLOSED = 227,
    MINIPAY_HOLD_EXPIRED = 228,
    MINIPAY_SLIP_NOT_FOUND = 229,
    MINIPAY_SLIP_CLOSED = 230,
    MINIPAY_REFUND_EXCEEDS = 231,
    MINIPAY_PROMOTION_EXHAUSTED = 232,
    MINIPAY_CREDENTIAL_WRONG = 233,
    MINIPAY_CREDENTIAL_LOCKED = 234,
    MINIPAY_BATCH_REFUSED = 235,
    MINIPAY_BANK_NOT_SERVED = 236,
    MINIPAY_ALREADY_REVERSED = 237,
    MINIPAY_TOO_LATE = 238,
    MINIPAY_BANK_SILENT = 239,
    MINIPAY_NOT_REVERSIBLE = 240,
    MINIPAY_NOTHING_LEFT = 241,

    MINIPAY_BUSY = 301,
    MINIPAY_NO_MEMORY = 302,
    MINIPAY_DISK_FULL = 303,
    MINIPAY_UNAVAILABLE = 304,
    MINIPAY_BEHIND = 305,

    MINIPAY_COMMIT_UNKNOWN = 401,
    MINIPAY_BANK_UNKNOWN = 402,
    MINIPAY_BANK_AMOUNT_DIFFERS = 403,
    MINIPAY_NOT_BOOKED = 404,

    MINIPAY_IO_ERROR = 501,
    MINIPAY_NOT_A_DATABASE = 502,
    MINIPAY_CORRUPT = 503,
    MINIPAY_NEWER_VERSION = 504,
    MINIPAY_READ_ONLY = 505,
    MINIPAY_KEY_MISSING = 506,
    MINIPAY_INTERNAL = 507
};

/* Classes, as minipay_status_class answers them. */
enum {
    MINIPAY_CLASS_OK = 0,
    MINIPAY_CLASS_USAGE = 1,
    MINIPAY_CLASS_REJECTED = 2,
    MINIPAY_CLASS_RETRYABLE = 3,
    MINIPAY_CLASS_UNKNOWN = 4,
    MINIPAY_CLASS_FATAL = 5
};

/* Says where and why a call failed. Owned by the caller, optional (NULL) everywhere, written only when
 * a call fails. */
typedef struct minipay_error {
    uint32_t struct_size;
    int32_t status;
    char field[48];    /* the request's field that is wrong, or "" */
    char message[320]; /* one sentence for a person: what and where; never a secret or a person's data */
} minipay_error;

MINIPAY_API void minipay_error_init(minipay_error *error);

/* The class of a status; MINIPAY_CLASS_FATAL for a value that is not in the list. */
MINIPAY_API int32_t minipay_status_class(minipay_status status);

/* The status's name as written in programs, logs and files, without prefix and in lower case:
 * "insufficient_funds". "unknown_status" for a value that is not in the list. Static storage. */
MINIPAY_API const char *minipay_status_name(minipay_status status);

/* One sentence for a person. Static storage. */
MINIPAY_API const char *minipay_status_text(minipay_status status);

/* The names as stored and shown: "transfer", "done". "?" for a value that is not in the list. Static
 * storage. */
MINIPAY_API const char *minipay_kind_name(int32_t kind);
MINIPAY_API const char *minipay_state_name(int32_t state);

#ifdef __cplusplus
}
#endif
#endif
