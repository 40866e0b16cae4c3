/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_INSTRUCTION_H
#define MINIPAY_INSTRUCTION_H

/* Instructions move money; an outcome says what became of one.
 *
 * The id of an instruction is its idempotency key. The same id with the same instruction answers what
 * stands (done, running, parked, or the first refusal, for ever); with another instruction it answers
 * MINIPAY_ID_REUSED and `error.field` names the first field that differs. Ids made in time order
 * (minipay_id_generate) are the fastest.
 *
 * What each kind reads, beside id, actor, channel and reason:
 *
 *   kind       member_id          other_id                      amount   flags
 *   TOPUP      wallet credited    linked account, or none: the  > 0
 *                                 member's first
 *   TRANSFER   wallet that pays   member who receives           > 0      AUTO_TOPUP
 *   WITHDRAW   wallet that pays   linked account, or none       > 0
 *   PAY        wallet that pays   merchant                      > 0      AUTO_TOPUP
 *   AUTHORIZE  wallet             merchant                      > 0      AUTO_TOPUP (reads expires_at)
 *   CAPTURE    none               the authorisation's id        > 0, or 0: all that is left
 *   VOID       none               the authorisation's id        0
 *   REFUND     none               the payment's id              > 0, or 0: all that is left
 *   CREDIT     wallet credited    none                          > 0
 *   DEBIT      wallet debited     none                          > 0
 *   HOLD       wallet             member who may receive it,    > 0      (reads expires_at)
 *                                 or none: it can only be void
 *   HOLD_CAPTURE none             the hold's id                 > 0, or 0: all that is left
 *   HOLD_VOID  none               the hold's id                 0
 *   FREEZE, UNFREEZE, CLOSE  wallet  none                       0
 *
 * Statuses of an outcome. USAGE: INVALID_ID (id, member_id, other_id), INVALID_AMOUNT, INVALID_CURRENCY,
 * INVALID_TEXT, INVALID_ARGUMENT (kind, flags), INVALID_TEXT (CREDIT, DEBIT, FREEZE, UNFREEZE
 * need a reason), INVALID_TIME (expires_at), ID_REUSED, CLOSED,
 * REENTERED. REJECTED: WALLET_NOT_FOUND, WALLET_FROZEN, WALLET_CLOSED, MEMBER_INACTIVE,
 * INSUFFICIENT_FUNDS, SELF_TRANSFER, BELOW_MINIMUM, NOT_IN_UNITS, LIMIT_OPERATION, LIMIT_HOLDING,
 * LIMIT_DAILY, LIMIT_MONTHLY, AMOUNT_OVERFLOW, ACCOUNT_NOT_FOUND, BANK_REFUSED, MERCHANT_NOT_FOUND,
 * MERCHANT_INACTIVE, SLIP_NOT_FOUND, SLIP_CLOSED, REFUND_EXCEEDS, HOLD_NOT_FOUND, HOLD_CLOSED,
 * HOLD_EXPIRED, WALLET_NOT_EMPTY. RETRYABLE, UNKNOWN and FATAL: of the
 * storage. Checks are made in the order of the list.
 *
 * CAPTURE beyond what is left of the authorisation is INSUFFICIENT_FUNDS, after its expiry HOLD_EXPIRED.
 * SLIP_CLOSED: the payment's state does not allow it, nothing is left, or a REFUND comes later than policy's
 * RULE_REFUND_DAYS after the payment's business date. A REFUND goes to the wallet whatever its state. A
 * deactivated merchant's payments can still be captured, voided and refunded. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MINIPAY_FLAG_AUTO_TOPUP = 1 /* what is missing is topped up first, by policy's minimum and unit */
};

typedef struct minipay_instruction {
    uint32_t struct_size;
    int32_t kind;
    minipay_id id;
    minipay_id member_id;
    minipay_id other_id;
    int64_t amount_minor;
    int64_t expires_at; /* HOLD, AUTHORIZE: when it can no longer be captured; 0: HOLD never, AUTHORIZE
                           after policy's RULE_AUTHORIZATION_SECONDS */
    int32_t flags;
    char currency[4];
    char actor[40];   /* who asks: "" means the member himself */
    char channel[16]; /* by which way: "app", "pos", "batch" */
    char reason[128];
    char memo[128]; /* for the two parties; sealed at rest */
} minipay_instruction;

typedef struct minipay_outcome {
    uint32_t struct_size;
    int32_t kind;
    int32_t state;  /* MINIPAY_STATE_NONE when nothing was stored */
    int32_t status; /* MINIPAY_OK, or why not */
    minipay_id id;
    int64_t amount_minor;
    int64_t topup_minor; /* topped up on the way */
    int64_t booked_at;
    int32_t business_date;
    int32_t policy_version;
} minipay_outcome;

MINIPAY_API void minipay_instruction_init(minipay_instruction *instruction, int32_t kind);
MINIPAY_API void minipay_outcome_init(minipay_outcome *outcome);

/* A new UUIDv7 from the handle's clock and entropy, above every id it made before. */
MINIPAY_API minipay_status minipay_id_generate(minipay *pay, minipay_id *id);

/* Carries out up to MINIPAY_BATCH_LARGEST instructions of any kinds, each for itself. Instructions that
 * touch the same wallet, payment or hold go in the order given; all others go together: their commits are shared, and so
 * are their calls to a bank. Returns when each is final or waits for more than a bank's answer.
 *
 * An instruction behind one that still runs (on the same wallet) is not begun: its outcome is
 * MINIPAY_BEHIND with the state NONE, and it may be sent again later.
 *
 * Answers OK when every instruction has its outcome; with a `count` of 1, the status of that outcome.
 * `error` then speaks of the first outcome that is not OK. A failing storage is answered for the whole
 * call: outcomes are untouched, and the same call may be made again. */
MINIPAY_API minipay_status minipay_execute(minipay *pay, const minipay_instruction *instructions,
                                           uint32_t count, minipay_outcome *outcomes,
                                           minipay_error *error);

/* What stands under an operation's id. MINIPAY_NOT_FOUND. */
MINIPAY_API minipay_status minipay_outcome_get(minipay *pay, int32_t kind, const minipay_id *id,
                                               minipay_outcome *outcome, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
