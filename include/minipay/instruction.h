/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_INSTRUCTION_H
#define MINIPAY_INSTRUCTION_H

/* Instructions move money; an outcome says what became of one.
 *
 * The id of an instruction is its idempotency key. The same id with the same instruction answers what
 * stands (done, running, parked, or the first refusal, for ever); with another instruction it answers
 * MINIPAY_ID_REUSED and `error.field` names the first field that differs. Requests of other forms do the
 * same; where what stands does not tell any more which one it is (a later operation has changed it), the name
 * is "request". Ids made in time order (minipay_id_generate) are the fastest.
 *
 * What each kind reads, beside id, actor, channel, reason and currency. A field that a kind does not read is
 * refused unless it is zero; none is ignored:
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
 *   CREDIT     wallet credited    none                          > 0      FROM_SUSPENSE
 *   DEBIT      wallet debited     none                          > 0
 *   HOLD       wallet             member who may receive it,    > 0      (reads expires_at)
 *                                 or none: it can only be void
 *   HOLD_CAPTURE none             the hold's id                 > 0, or 0: all that is left
 *   HOLD_VOID  none               the hold's id                 0
 *   FREEZE, UNFREEZE, CLOSE  wallet  none                       0
 *   REVERSAL   none               the id of a transfer between  0
 *                                 members, undone in full; no
 *                                 other operation is undone so
 *
 * The currency of a kind that reads a member_id is the wallet's. The others (CAPTURE, VOID, REFUND,
 * HOLD_CAPTURE, HOLD_VOID, REVERSAL) are in the currency of what other_id names: it may be left out, and
 * another one is CURRENCY_MISMATCH. Given or left out, it is part of the request.
 *
 * A HOLD without a payee is a legal freeze of a part: no limit refuses it, nor does a frozen wallet. One with
 * a payee is checked as a payment is; its capture is then refused for no limit of the payer, only when
 * the payee would hold more than he may, and counts towards the payer's daily and monthly limits of its
 * own day. A REVERSAL gives these limits back what its transfer took, if their day or month has not
 * ended; no limit refuses it. FREEZE of a frozen wallet and UNFREEZE of an open one change nothing and
 * are DONE.
 *
 * What a HOLD with a payee or an AUTHORIZE sets aside counts towards the daily and monthly limits of its
 * day as if it were spent, so several together pass no limit. Captured, it counts there no longer but on
 * the day of the capture, so never twice; what is voided or expires counts nowhere, if that day or month
 * has not ended.
 *
 * So a limit is asked once, when money is set aside, and says how much may be granted in a day; a capture is
 * never refused for one. Holds and authorisations of earlier days, all captured on one day, may therefore
 * take that day past its limit: nothing more can be spent or set aside on it then.
 *
 * Statuses of an outcome. USAGE, nothing is stored, checked in this order: INVALID_SIZE, INVALID_ARGUMENT
 * (kind), INVALID_ID (id, member_id, other_id: missing, or given to a kind that reads none),
 * INVALID_AMOUNT (amount_minor), INVALID_CURRENCY (currency), INVALID_TEXT (actor, channel, reason, memo; a
 * kind without a memo has none; CREDIT, DEBIT, FREEZE, UNFREEZE and REVERSAL need a reason),
 * INVALID_ARGUMENT (flags, promotion_id), INVALID_TIME (expires_at), ID_REUSED (the first field that differs).
 *
 * REJECTED, for ever, the first that holds in the order of the kind's line:
 *
 *   TOPUP      WALLET_NOT_FOUND, BELOW_MINIMUM, NOT_IN_UNITS, MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED,
 *              LIMIT_OPERATION, AMOUNT_OVERFLOW, LIMIT_HOLDING, ACCOUNT_NOT_FOUND, BANK_NOT_SERVED,
 *              BANK_REFUSED
 *   TRANSFER   with AUTO_TOPUP first what TOPUP says of the shortfall (LIMIT_HOLDING, ACCOUNT_NOT_FOUND,
 *              BANK_NOT_SERVED, BANK_REFUSED); WALLET_NOT_FOUND (payer, payee), SELF_TRANSFER,
 *              MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED (payer, then payee), LIMIT_OPERATION,
 *              INSUFFICIENT_FUNDS, LIMIT_DAILY, LIMIT_MONTHLY, AMOUNT_OVERFLOW, LIMIT_HOLDING
 *   WITHDRAW   WALLET_NOT_FOUND, MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED, LIMIT_OPERATION,
 *              INSUFFICIENT_FUNDS, LIMIT_DAILY, LIMIT_MONTHLY, AMOUNT_OVERFLOW, ACCOUNT_NOT_FOUND,
 *              BANK_NOT_SERVED, BANK_REFUSED
 *   PAY        MERCHANT_NOT_FOUND, MERCHANT_INACTIVE, CURRENCY_MISMATCH, NOT_FOUND, PROMOTION_EXHAUSTED
 *              (a promotion), with AUTO_TOPUP what TOPUP says of the shortfall (LIMIT_HOLDING,
 *              ACCOUNT_NOT_FOUND, BANK_NOT_SERVED, BANK_REFUSED), WALLET_NOT_FOUND, MEMBER_INACTIVE,
 *              WALLET_FROZEN, WALLET_CLOSED, LIMIT_OPERATION, INSUFFICIENT_FUNDS, LIMIT_DAILY,
 *              LIMIT_MONTHLY, AMOUNT_OVERFLOW
 *   AUTHORIZE  MERCHANT_NOT_FOUND, MERCHANT_INACTIVE, CURRENCY_MISMATCH, HOLD_EXPIRED (it expires before
 *              it begins), then as PAY: NOT_FOUND, PROMOTION_EXHAUSTED, the shortfall (LIMIT_HOLDING,
 *              ACCOUNT_NOT_FOUND, BANK_NOT_SERVED, BANK_REFUSED), WALLET_NOT_FOUND, MEMBER_INACTIVE,
 *              WALLET_FROZEN, WALLET_CLOSED, LIMIT_OPERATION, INSUFFICIENT_FUNDS, LIMIT_DAILY,
 *              LIMIT_MONTHLY, AMOUNT_OVERFLOW
 *   CAPTURE    SLIP_NOT_FOUND, CURRENCY_MISMATCH, SLIP_CLOSED, HOLD_EXPIRED, INSUFFICIENT_FUNDS (the
 *              authorisation has less), AMOUNT_OVERFLOW
 *   VOID       SLIP_NOT_FOUND, CURRENCY_MISMATCH, SLIP_CLOSED
 *   REFUND     SLIP_NOT_FOUND, CURRENCY_MISMATCH, SLIP_CLOSED, NOTHING_LEFT, TOO_LATE
 *              (MINIPAY_RULE_REFUND_DAYS), REFUND_EXCEEDS, WALLET_CLOSED, AMOUNT_OVERFLOW
 *   CREDIT     WALLET_NOT_FOUND, MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED, INSUFFICIENT_FUNDS (with
 *              FROM_SUSPENSE: there is less in suspense), AMOUNT_OVERFLOW, LIMIT_HOLDING
 *   DEBIT      WALLET_NOT_FOUND, MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED, LIMIT_OPERATION,
 *              INSUFFICIENT_FUNDS
 *   HOLD       HOLD_EXPIRED, WALLET_NOT_FOUND (payee, payer), SELF_TRANSFER, MEMBER_INACTIVE,
 *              WALLET_FROZEN, WALLET_CLOSED, LIMIT_OPERATION, INSUFFICIENT_FUNDS, LIMIT_DAILY,
 *              LIMIT_MONTHLY, AMOUNT_OVERFLOW
 *   HOLD_CAPTURE  HOLD_NOT_FOUND, CURRENCY_MISMATCH, HOLD_CLOSED (it has no payee), WALLET_CLOSED (the
 *              payee's), HOLD_CLOSED, HOLD_EXPIRED, INSUFFICIENT_FUNDS (the hold has less),
 *              AMOUNT_OVERFLOW, LIMIT_HOLDING (the payee's)
 *   HOLD_VOID  HOLD_NOT_FOUND, CURRENCY_MISMATCH, HOLD_CLOSED
 *   FREEZE, UNFREEZE  WALLET_NOT_FOUND, WALLET_CLOSED
 *   CLOSE      WALLET_NOT_FOUND, WALLET_FROZEN, WALLET_CLOSED, WALLET_NOT_EMPTY (posted, held or incoming)
 *   REVERSAL   NOT_FOUND, NOT_REVERSIBLE, CURRENCY_MISMATCH, ALREADY_REVERSED, TOO_LATE
 *              (MINIPAY_RULE_REVERSAL_DAYS), MEMBER_INACTIVE, WALLET_FROZEN, WALLET_CLOSED (payee, then
 *              payer), INSUFFICIENT_FUNDS (the payee has less), AMOUNT_OVERFLOW
 *
 * AMOUNT_OVERFLOW: a balance, what a merchant is owed, or what was spent in a day or a month, would not fit
 * into 64 bits.
 *
 * PARKED, until a person decides; with AUTO_TOPUP it is the top-up that waits:
 *
 *   TOPUP, WITHDRAW, TRANSFER, PAY, AUTHORIZE  BANK_UNKNOWN (the bank gave no answer by the deadline),
 *              BANK_AMOUNT_DIFFERS (it moved another amount than was ordered), NOT_BOOKED (it moved the money,
 *              which the books have no room for)
 *
 * A payment that names a promotion is NOT_FOUND when there is none of the merchant that runs now,
 * CURRENCY_MISMATCH, or PROMOTION_EXHAUSTED when less of the budget is left than it would take; promotion_id on
 * another kind is INVALID_ARGUMENT. The promotion is looked at behind the merchant and before the wallet.
 * NOT_REVERSIBLE: what other_id names has moved money, but is no TRANSFER. A captured hold is not: its payer
 * had granted it before; the payee gives it back by a TRANSFER of his own. A REVERSAL of what moved nothing
 * is NOT_FOUND. SLIP_CLOSED: the payment's state (see minipay_slip) does not allow it. NOTHING_LEFT: it
 * does, but all that was captured so far is refunded; what a later capture brings can be refunded again.
 * TOO_LATE: the business date is more than so many days after the payment's, or the transfer's. A REFUND
 * goes to a frozen wallet too, not to a closed one; one of which all was given by a promotion goes to none.
 * A deactivated merchant's payments can still be captured, voided and refunded.
 *
 * RETRYABLE: BEHIND (see minipay_execute), and of the storage. UNKNOWN: of what is PARKED, and of the storage.
 * FATAL: of the storage. */

#include "minipay/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    MINIPAY_FLAG_AUTO_TOPUP = 1,   /* what is missing is topped up first, by policy's minimum and unit */
    MINIPAY_FLAG_FROM_SUSPENSE = 2 /* out of what came for a closed wallet, not the company's money */
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
    char currency[4]; /* the wallet's, or that of what other_id names: see above */
    char actor[40];   /* who asks: "" means the member himself */
    char channel[16]; /* by which way: "app", "pos", "batch" */
    char reason[128];
    char memo
        [128]; /* TRANSFER, PAY, AUTHORIZE, REFUND: for the two parties; WITHDRAW: for the bank, which
                                gets as much of it as its order has room for; sealed at rest. Else empty */
    minipay_id promotion_id; /* PAY, AUTHORIZE: the promotion that takes something off, or none */
} minipay_instruction;

typedef struct minipay_outcome {
    uint32_t struct_size;
    int32_t kind;
    int32_t state;  /* MINIPAY_STATE_NONE when nothing was stored */
    int32_t status; /* MINIPAY_OK, or why it was refused or is parked */
    minipay_id id;
    int64_t amount_minor;
    int64_t topup_minor;   /* topped up on the way, or to be while it runs */
    int64_t booked_at;     /* when it was DONE; 0: it is not */
    int32_t business_date; /* on which the wallet's money moved, AUTHORIZE held it, or PAYOUT took the
                              merchant's fee or payout; 0: nothing was booked */
    int32_t policy_version;
} minipay_outcome;

MINIPAY_API void minipay_instruction_init(minipay_instruction *instruction, int32_t kind);
MINIPAY_API void minipay_outcome_init(minipay_outcome *outcome);

/* A new UUIDv7 from the handle's clock and entropy, above every id it made before. INVALID_ARGUMENT when
 * `id` is NULL. */
MINIPAY_API minipay_status minipay_id_generate(minipay *pay, minipay_id *id);

/* Carries out up to MINIPAY_BATCH_LARGEST instructions of any kinds, each for itself. Instructions that
 * touch the same wallet, payment or hold go in the order given; all others go together: their commits
 * are shared, and so are their calls to a bank. Returns when each is final or waits for more than a
 * bank's answer.
 *
 * An instruction behind one that still runs (on the same wallet) is not begun: its outcome is
 * MINIPAY_BEHIND with the state NONE, and it may be sent again later. One that would have to ask a bank, where
 * the handle was opened without one, is MINIPAY_NOT_SUPPORTED with the state NONE.
 *
 * Answers OK when every instruction has its outcome; with a `count` of 1, the status of that outcome.
 * `error` then speaks of the first outcome that is not OK. A failing storage is answered for the whole
 * call: outcomes are untouched, and the same call may be made again.
 *
 * Of the call itself, and of every other that answers as this one does: INVALID_ARGUMENT (count: 0, or
 * requests or outcomes are NULL), BATCH_TOO_LARGE (count), and for one request, INVALID_SIZE. */
MINIPAY_API minipay_status minipay_execute(minipay *pay, const minipay_instruction *instructions,
                                           uint32_t count, minipay_outcome *outcomes,
                                           minipay_error *error);

/* A batch that stands or falls as a whole, with an id of its own. */
typedef struct minipay_batch_request {
    uint32_t struct_size;
    minipay_id id;
    char actor[40];
    char channel[16];
    char reason[128];
} minipay_batch_request;

/* What became of it. When it was refused, `failed_number` is the place, from 0, of the first instruction that
 * could not be carried out, and `failed_status` says why; else they are 0. */
typedef struct minipay_batch_outcome {
    uint32_t struct_size;
    int32_t state;  /* MINIPAY_STATE_DONE or _REJECTED */
    int32_t status; /* MINIPAY_OK or MINIPAY_BATCH_REFUSED */
    uint32_t count;
    minipay_id id;
    int64_t booked_at; /* 0 when it was refused */
    uint32_t failed_number;
    int32_t failed_status;
} minipay_batch_outcome;

MINIPAY_API void minipay_batch_request_init(minipay_batch_request *request);
MINIPAY_API void minipay_batch_outcome_init(minipay_batch_outcome *outcome);

/* Carries out up to MINIPAY_BATCH_LARGEST instructions in the order given, in one commit: all or none.
 * Each sees what those before it did. Takes no instruction that may have to wait: no TOPUP, no WITHDRAW,
 * no AUTO_TOPUP.
 *
 * The same id with the same instructions answers what stands; a refusal stays one for ever. `outcomes` has room
 * for `count`: when the batch is DONE they are the instructions' own, which can then be asked for by
 * minipay_outcome_get too; when it was refused, nothing stands under their ids: all have the state NONE,
 * and the status BATCH_REFUSED but for the one that was refused, whose version of policy the batch stores, too.
 *
 * Answers MINIPAY_OK when it is DONE, and MINIPAY_BATCH_REFUSED when it was refused, with the outcomes written.
 * On every other status nothing is stored and the outputs are untouched. USAGE: INVALID_ARGUMENT (request,
 * instructions, outcome, outcomes are NULL; count is 0), BATCH_TOO_LARGE, INVALID_SIZE, INVALID_ID
 * (id), INVALID_TEXT (actor, channel, reason), what minipay_execute says of an instruction
 * (`error.message` tells which one), INVALID_ARGUMENT (kind, flags: it may have to wait), ID_REUSED (of
 * the batch: count, instructions, actor, channel, reason; of an instruction: its id stands already, or
 * comes twice). */
MINIPAY_API minipay_status minipay_execute_atomic(minipay *pay, const minipay_batch_request *request,
                                                  const minipay_instruction *instructions,
                                                  uint32_t count, minipay_batch_outcome *outcome,
                                                  minipay_outcome *outcomes, minipay_error *error);

/* What stands under an operation's id, read beside running operations. MINIPAY_INVALID_ARGUMENT (id,
 * outcome: NULL; kind), MINIPAY_NOT_FOUND (id). */
MINIPAY_API minipay_status minipay_outcome_get(minipay *pay, int32_t kind, const minipay_id *id,
                                               minipay_outcome *outcome, minipay_error *error);

/* The memo of an operation, in plain. Only those who may read what the two parties wrote should be shown it. */
typedef struct minipay_memo {
    uint32_t struct_size;
    int32_t kind;
    minipay_id id;
    char text[128]; /* UTF-8; "" when the operation has none */
} minipay_memo;

MINIPAY_API void minipay_memo_init(minipay_memo *memo);

/* The memo of a TRANSFER, WITHDRAW, PAY, AUTHORIZE or REFUND, whatever became of it, read beside running
 * operations. MINIPAY_INVALID_ARGUMENT (id, memo: NULL; kind: one without memos), MINIPAY_NOT_FOUND (id). */
MINIPAY_API minipay_status minipay_memo_get(minipay *pay, int32_t kind, const minipay_id *id,
                                            minipay_memo *memo, minipay_error *error);

#ifdef __cplusplus
}
#endif
#endif
