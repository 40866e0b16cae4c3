/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "saga/ask.h"

#include <string.h>

/* The wallet's port, and what else others ask of the books, for contexts whose store is another one: each
 * function twice, as it asks and as it is answered. */

static void set_booked(const mpi_reply *reply, mpi_booked *booked)
{
    *booked = (mpi_booked){reply->policy_version, reply->business_date};
}

/* ---- move ------------------------------------------------------------------------------------------------ */

static minipay_status answer_move(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    mpi_move move;
    mpi_booked booked;
    memcpy(&move, question, sizeof move);
    move.op = &ask->op;
    move.said = false; /* it has not been looked for here */
    minipay_status status = mpi_wallets_move(impl, flow, &move, &booked);
    ask->answer.reply.policy_version = booked.policy_version;
    ask->answer.reply.business_date = booked.business_date;
    return status;
}

static const mpi_far far_move = {"wallet.move", true, answer_move, NULL};

static minipay_status ask_move(void *impl, mpi_flow *flow, const mpi_move *move, mpi_booked *booked)
{
    mpi_reply reply;
    (void)impl;
    minipay_status status =
        mpi_ask_far(flow, &far_move, move->op, move->leg, move, sizeof *move, &reply);
    set_booked(&reply, booked);
    return status;
}

/* ---- reverse, undo --------------------------------------------------------------------------------------- */

typedef struct undoing {
    minipay_id undone_id; /* UNDO: whose move; REVERSE: the operation's own */
    int32_t leg;
    int32_t undo_leg;
} undoing;

static minipay_status answer_reverse(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const undoing *asked = question;
    return mpi_wallets_reverse(impl, flow, &ask->op, asked->leg, asked->undo_leg);
}

static const mpi_far far_reverse = {"wallet.reverse", true, answer_reverse, NULL};

static minipay_status ask_reverse(void *impl, mpi_flow *flow, const mpi_operation *op, int32_t leg,
                                  int32_t undo_leg)
{
    undoing asked = {op->id, leg, undo_leg};
    mpi_reply reply;
    (void)impl;
    return mpi_ask_far(flow, &far_reverse, op, undo_leg, &asked, sizeof asked, &reply);
}

static minipay_status answer_undo(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const undoing *asked = question;
    return mpi_wallets_undo(impl, flow, &ask->op, &asked->undone_id, asked->leg);
}

static const mpi_far far_undo = {"wallet.undo", true, answer_undo, NULL};

static minipay_status ask_undo(void *impl, mpi_flow *flow, const mpi_operation *op,
                               const minipay_id *undone_id, int32_t leg)
{
    undoing asked = {*undone_id, leg, 0};
    mpi_reply reply;
    (void)impl;
    return mpi_ask_far(flow, &far_undo, op, 0, &asked, sizeof asked, &reply);
}

/* ---- provide --------------------------------------------------------------------------------------------- */

typedef struct need {
    minipay_id member_id;
    int64_t amount_minor;
    char currency[4];
} need;

/* The asker hears of the top-up only when it has ended: until then it stands here alone. */
static minipay_status answer_provide(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const need *asked = question;
    int64_t topup_minor = 0;
    minipay_status status = mpi_topup_begun(flow, &ask->op.id, &topup_minor);
    if (status == MINIPAY_OK)
        status = mpi_wallets_provide(impl, flow, &ask->op, &asked->member_id, asked->currency,
                                     asked->amount_minor, &topup_minor);
    ask->answer.reply.amount_minor = topup_minor;
    ask->answer.reply.policy_version = ask->op.policy_version;
    return status;
}

static const mpi_far far_provide = {"wallet.provide", true, answer_provide, NULL};

static minipay_status ask_provide(void *impl, mpi_flow *flow, mpi_operation *parent,
                                  const minipay_id *member_id, const char currency[4],
                                  int64_t amount_minor, int64_t *topup_minor)
{
    need asked = {.member_id = *member_id, .amount_minor = amount_minor};
    mpi_reply reply;
    (void)impl;
    memcpy(asked.currency, currency, sizeof asked.currency);
    minipay_status status = mpi_ask_far(flow, &far_provide, parent, 0, &asked, sizeof asked, &reply);
    if (status == MPI_WAIT)
        return status;
    *topup_minor = reply.amount_minor;
    if (reply.policy_version)
        parent->policy_version = reply.policy_version;
    return status;
}

/* ---- hold, capture, release ------------------------------------------------------------------------------ */

typedef struct holding {
    minipay_id member_id;
    minipay_id payee_id;
    int64_t amount_minor;
    int64_t expires_at;
    char currency[4];
} holding;

static minipay_status answer_hold(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const holding *asked = question;
    return mpi_wallets_hold(impl, flow, &ask->op, &asked->member_id, &asked->payee_id, asked->currency,
                            asked->amount_minor, asked->expires_at, &ask->answer.reply.policy_version);
}

static const mpi_far far_hold = {"wallet.hold", true, answer_hold, NULL};

static minipay_status ask_hold(void *impl, mpi_flow *flow, const mpi_operation *op,
                               const minipay_id *member_id, const minipay_id *payee_id,
                               const char currency[4], int64_t amount_minor, int64_t expires_at,
                               int32_t *policy_version)
{
    holding asked = {.member_id = *member_id,
                     .payee_id = *payee_id,
                     .amount_minor = amount_minor,
                     .expires_at = expires_at};
    mpi_reply reply;
    (void)impl;
    memcpy(asked.currency, currency, sizeof asked.currency);
    minipay_status status = mpi_ask_far(flow, &far_hold, op, 0, &asked, sizeof asked, &reply);
    if (reply.policy_version)
        *policy_version = reply.policy_version;
    return status;
}

typedef struct capturing {
    minipay_id hold_id;
    mpi_move move;
} capturing;

static minipay_status answer_capture(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const mpi_wallets *wallets = impl;
    capturing asked;
    const mpi_rules *rules;
    memcpy(&asked, question, sizeof asked);
    asked.move.op = &ask->op;
    minipay_status status =
        mpi_policy_rules(wallets->policy, flow->unit, asked.move.currency, &rules, flow->error);
    if (status == MINIPAY_OK)
        status = mpi_wallets_capture(impl, flow, &asked.hold_id, &asked.move, rules,
                                     &ask->answer.reply.left_minor);
    ask->answer.reply.amount_minor = asked.move.amount_minor;
    return status;
}

static const mpi_far far_capture = {"wallet.capture", true, answer_capture, NULL};

/* By the rules that stand with the books. */
static minipay_status ask_capture(void *impl, mpi_flow *flow, const minipay_id *hold_id, mpi_move *move,
                                  const mpi_rules *rules, int64_t *left_minor)
{
    capturing asked = {*hold_id, *move};
    mpi_reply reply;
    (void)impl;
    (void)rules;
    minipay_status status =
        mpi_ask_far(flow, &far_capture, move->op, move->leg, &asked, sizeof asked, &reply);
    move->amount_minor = reply.amount_minor;
    *left_minor = reply.left_minor;
    return status;
}

static minipay_status answer_release(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    return mpi_wallets_release(impl, flow, question, &ask->answer.reply.amount_minor);
}

static const mpi_far far_release = {"wallet.release", true, answer_release, NULL};

static minipay_status ask_release(void *impl, mpi_flow *flow, const minipay_id *hold_id,
                                  int64_t *freed_minor)
{
    mpi_reply reply;
    (void)impl;
    minipay_status status =
        mpi_ask_far(flow, &far_release, flow->op, 0, hold_id, sizeof *hold_id, &reply);
    *freed_minor = reply.amount_minor;
    return status;
}

/* ---- fees of the bank, terms of members ------------------------------------------------------------------ */

typedef struct fee {
    int64_t fee_minor;
    char currency[4];
} fee;

static minipay_status answer_fee(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const fee *asked = question;
    mpi_bank_fees fees = mpi_wallets_open_fees(impl);
    return fees.book(fees.impl, flow, &ask->op, asked->currency, asked->fee_minor);
}

static const mpi_far far_fee = {"wallet.fee", true, answer_fee, NULL};

static minipay_status ask_fee(void *impl, mpi_flow *flow, const mpi_operation *order,
                              const char currency[4], int64_t fee_minor)
{
    fee asked = {.fee_minor = fee_minor};
    mpi_reply reply;
    (void)impl;
    memcpy(asked.currency, currency, sizeof asked.currency);
    return mpi_ask_far(flow, &far_fee, order, 0, &asked, sizeof asked, &reply);
}

typedef struct pushed {
    minipay_id member_id;
    mpi_terms terms;
} pushed;

/* A version that was taken before changes nothing. */
static minipay_status answer_terms(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    const pushed *asked = question;
    mpi_terms_sink sink = mpi_wallets_open_sink(impl);
    (void)ask;
    return sink.take(sink.impl, flow, &asked->member_id, &asked->terms);
}

static const mpi_far far_terms = {"wallet.terms", false, answer_terms, NULL};

static minipay_status ask_terms(void *impl, mpi_flow *flow, const minipay_id *member_id,
                                const mpi_terms *terms)
{
    pushed asked = {*member_id, *terms};
    mpi_reply reply;
    (void)impl;
    return mpi_ask_far(flow, &far_terms, flow->op, 0, &asked, sizeof asked, &reply);
}

/* ---- find, moves ----------------------------------------------------------------------------------------- */

static minipay_status answer_has_moved(void *impl, mpi_flow *flow, const void *question, mpi_ask *ask)
{
    (void)ask;
    return mpi_wallets_has_moved(impl, flow, question);
}

static const mpi_far far_has_moved = {"wallet.has_moved", false, answer_has_moved, NULL};

static minipay_status ask_has_moved(void *impl, mpi_flow *flow, const minipay_id *operation_id)
{
    mpi_reply reply;
    (void)impl;
    return mpi_ask_far(flow, &far_has_moved, flow->op, 0, operation_id, sizeof *operation_id, &reply);
}

/* An operation that asks from afar has its own document: none is said by its posting alone. */
static minipay_status find_none(void *impl, mpi_flow *flow, const minipay_id *operation_id, int32_t leg,
                                mpi_moved *moved)
{
    (void)impl;
    (void)flow;
    (void)operation_id;
    (void)leg;
    (void)moved;
    return MINIPAY_NOT_FOUND;
}

static minipay_status no_moves(void *impl, int32_t kind, const minipay_id *after, mpi_moved *moved,
                               uint32_t *count, minipay_error *error)
{
    (void)impl;
    (void)kind;
    (void)after;
    (void)moved;
    (void)error;
    *count = 0;
    return MINIPAY_OK;
}

/* ---- composition ----------------------------------------------------------------------------------------- */

void mpi_wallets_serve(mpi_wallets *wallets, const mpi_home *home)
{
    static const mpi_far *const all[] = {&far_move,  &far_reverse,  &far_undo,    &far_provide,
                                         &far_hold,  &far_capture,  &far_release, &far_fee,
                                         &far_terms, &far_has_moved};
    for (uint32_t i = 0; i < MPI_COUNT(all); i++)
        mpi_engine_serve(wallets->engine, home, all[i], wallets);
}

mpi_wallet_port mpi_wallets_open_far(mpi_wallets *wallets)
{
    return (mpi_wallet_port){.impl = wallets,
                             .move = ask_move,
                             .reverse = ask_reverse,
                             .undo = ask_undo,
                             .provide = ask_provide,
                             .hold = ask_hold,
                             .capture = ask_capture,
                             .release = ask_release,
                             .find = find_none,
                             .has_moved = ask_has_moved,
                             .moves = no_moves};
}

mpi_bank_fees mpi_wallets_open_far_fees(mpi_wallets *wallets)
{
    return (mpi_bank_fees){wallets, ask_fee};
}

mpi_terms_sink mpi_wallets_open_far_sink(mpi_wallets *wallets)
{
    return (mpi_terms_sink){wallets, true, ask_terms};
}
