/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Refusals in the order of the header's lists: of each kind of instruction every cause alone, and every cause
 * together with all that come behind it, of which the first is told and stays. */

typedef enum cause {
    NO_PAYER, /* no such wallet */
    NO_PAYEE,
    SELF,
    PAYER_INACTIVE,
    PAYER_FROZEN,
    PAYER_CLOSED,
    PAYEE_INACTIVE,
    PAYEE_FROZEN,
    PAYEE_CLOSED,
    OVER_OPERATION,
    SHORT,
    OVER_DAILY,
    OVER_MONTHLY,
    OVERFLOWS, /* in the wallet that receives */
    OVER_HOLDING,
    BELOW_MINIMUM,
    NOT_IN_UNITS,
    NO_ACCOUNT,
    NOT_SERVED,
    BANK_REFUSES,
    NO_MERCHANT,
    MERCHANT_INACTIVE,
    MERCHANT_CURRENCY,
    BEGINS_EXPIRED,
    NO_PROMOTION,
    PROMOTION_EXHAUSTED,
    NOT_EMPTY,
    NOT_THERE, /* what it goes on with: a slip, a hold, a transfer */
    NOT_A_TRANSFER,
    OTHER_CURRENCY, /* than that of what it goes on with */
    ALL_REFUNDED,   /* of what was captured; more could be */
    DONE_ALREADY,
    TOO_OLD, /* expired, or past its days */
    TOO_MUCH,
    CAUSES
} cause;

#define BIT(c) (UINT64_C(1) << (c))

typedef struct step {
    cause cause;
    minipay_status status;
} step;

enum { AMOUNT = 20000, STEPS_LARGEST = 20 };

typedef struct stage {
    world w;
    uint64_t causes;
    minipay_id payer, payee, merchant, promotion;
    minipay_instruction asked;
} stage;

static bool has(const stage *s, cause c)
{
    return s->causes & BIT(c);
}

/* ---- what makes a cause true ----------------------------------------------------------------------------- */

static void change_wallet(stage *s, int32_t kind, minipay_id member)
{
    minipay_instruction change = world_ask(&s->w, kind, member, world_nobody, 0);
    strcpy(change.reason, "test");
    world_expect(&s->w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
}

static void deactivate(stage *s, minipay_id member)
{
    minipay_member_change change;
    minipay_outcome outcome;
    minipay_member_change_init(&change);
    change.id = world_id(&s->w);
    change.member_id = member;
    change.changes = MINIPAY_CHANGE_STATE;
    change.state = MINIPAY_MEMBER_INACTIVE_STATE;
    strcpy(change.reason, "test");
    ASSERT_STATUS(minipay_member_update(s->w.pay, &change, 1, &outcome, NULL), MINIPAY_OK);
}

static void empty(stage *s, minipay_id member)
{
    int64_t left = world_wallet(&s->w, member).available_minor;
    if (left)
        ASSERT_STATE(world_do(&s->w, MINIPAY_KIND_DEBIT, member, world_nobody, left).state,
                     MINIPAY_STATE_DONE);
}

static void spoil_wallet(stage *s, minipay_id member, cause inactive, cause frozen, cause closed)
{
    if (has(s, closed)) {
        empty(s, member);
        change_wallet(s, MINIPAY_KIND_CLOSE, member);
    }
    if (has(s, frozen))
        change_wallet(s, MINIPAY_KIND_FREEZE, member);
    if (has(s, inactive))
        deactivate(s, member);
}

static void bound(stage *s, cause c, int32_t rule, int64_t value)
{
    if (has(s, c))
        world_rule(&s->w, rule, 0, value);
}

static void set_limits(stage *s, int64_t amount_minor)
{
    bound(s, OVER_OPERATION, MINIPAY_RULE_LIMIT_OPERATION, amount_minor - 1);
    bound(s, OVER_DAILY, MINIPAY_RULE_LIMIT_DAILY, amount_minor - 1);
    bound(s, OVER_MONTHLY, MINIPAY_RULE_LIMIT_MONTHLY, amount_minor - 1);
    bound(s, OVER_HOLDING, MINIPAY_RULE_LIMIT_HOLDING, 1);
    bound(s, BELOW_MINIMUM, MINIPAY_RULE_TOPUP_MINIMUM, amount_minor + 1);
    bound(s, NOT_IN_UNITS, MINIPAY_RULE_TOPUP_UNIT, amount_minor - 1);
}

static minipay_bank_capabilities (*plain_capabilities)(void *impl);

static minipay_bank_capabilities narrow(void *impl)
{
    minipay_bank_capabilities found = plain_capabilities(impl);
    found.largest_minor = 1;
    return found;
}

static void open_world(stage *s)
{
    world_init(&s->w, ":memory:");
    if (has(s, NOT_SERVED)) {
        strcpy(s->w.script.path, ":memory:");
        ASSERT_STATUS(minipay_scripted_bank(&s->w.script, &s->w.bank, NULL), MINIPAY_OK);
        plain_capabilities = s->w.bank.capabilities;
        s->w.bank.capabilities = narrow;
    }
    world_open(&s->w);
}

/* A payer with three times the amount, or a little less than it. */
static void make_parties(stage *s)
{
    s->payer = world_person(&s->w, has(s, NO_ACCOUNT)     ? NULL
                                   : has(s, BANK_REFUSES) ? "REFUSE-1"
                                                          : "110-1");
    s->payee = has(s, SELF) ? s->payer : world_person(&s->w, NULL);
    world_credit(&s->w, s->payer, has(s, SHORT) ? AMOUNT - 1 : 3 * AMOUNT);
}

/* Room for one unit less than the amount. */
static void overflow(stage *s, minipay_id receiver)
{
    int64_t stands = world_balance(&s->w, receiver);
    empty(s, s->payer);
    empty(s, s->payee);
    world_credit(&s->w, receiver, INT64_MAX - AMOUNT + 1);
    assert_true(stands >= 0);
}

static void finish(stage *s, minipay_id receiver, int64_t amount_minor)
{
    if (has(s, OVERFLOWS) && !has(s, PAYER_CLOSED) && !has(s, PAYEE_CLOSED) && !has(s, SELF))
        overflow(s, receiver);
    spoil_wallet(s, s->payer, PAYER_INACTIVE, PAYER_FROZEN, PAYER_CLOSED);
    if (!has(s, SELF))
        spoil_wallet(s, s->payee, PAYEE_INACTIVE, PAYEE_FROZEN, PAYEE_CLOSED);
    set_limits(s, amount_minor);
    if (has(s, NO_PAYER))
        s->payer = world_id(&s->w);
    if (has(s, NO_PAYEE))
        s->payee = world_id(&s->w);
    else if (has(s, SELF))
        s->payee = s->payer;
}

/* ---- kinds: what stands before the instruction ----------------------------------------------------------- */

static void ask(stage *s, int32_t kind, minipay_id member, minipay_id other, int64_t amount_minor)
{
    s->asked = world_ask(&s->w, kind, member, other, amount_minor);
    strcpy(s->asked.reason, "test");
    if (has(s, OTHER_CURRENCY))
        strcpy(s->asked.currency, "USD");
}

static void topup(stage *s)
{
    make_parties(s);
    finish(s, s->payer, AMOUNT);
    ask(s, MINIPAY_KIND_TOPUP, s->payer, world_nobody, AMOUNT);
}

static void withdraw(stage *s)
{
    make_parties(s);
    finish(s, s->payer, AMOUNT);
    ask(s, MINIPAY_KIND_WITHDRAW, s->payer, world_nobody, AMOUNT);
}

/* Without an overflow the payer has enough; with it he is topped up, as the company's own accounts have an end
 * too. */
static void transfer(stage *s)
{
    make_parties(s);
    bool refill = has(s, OVERFLOWS) && !has(s, PAYER_CLOSED) && !has(s, PAYEE_CLOSED) && !has(s, SELF) &&
                  !has(s, SHORT);
    if (refill) {
        overflow(s, s->payee);
        world_link(&s->w, s->payer, "110-9");
        world_topup(&s->w, s->payer, 3 * AMOUNT);
    }
    uint64_t causes = s->causes;
    s->causes &= refill ? ~BIT(OVERFLOWS) : ~UINT64_C(0);
    finish(s, s->payee, AMOUNT);
    s->causes = causes;
    ask(s, MINIPAY_KIND_TRANSFER, s->payer, s->payee, AMOUNT);
}

static void credit(stage *s)
{
    make_parties(s);
    finish(s, s->payer, AMOUNT);
    ask(s, MINIPAY_KIND_CREDIT, s->payer, world_nobody, AMOUNT);
}

static void debit(stage *s)
{
    make_parties(s);
    finish(s, s->payer, AMOUNT);
    ask(s, MINIPAY_KIND_DEBIT, s->payer, world_nobody, AMOUNT);
}

static void hold(stage *s)
{
    make_parties(s);
    finish(s, s->payee, AMOUNT);
    ask(s, MINIPAY_KIND_HOLD, s->payer, s->payee, AMOUNT);
    s->asked.expires_at = has(s, BEGINS_EXPIRED) ? s->w.now : 0;
}

static minipay_id make_merchant(stage *s)
{
    minipay_merchant_request request;
    minipay_merchant_change change;
    minipay_outcome outcome;
    minipay_merchant_request_init(&request);
    request.id = world_id(&s->w);
    memcpy(request.currency, has(s, MERCHANT_CURRENCY) ? "USD" : "KRW", 4);
    strcpy(request.name, "Shop");
    ASSERT_STATUS(minipay_merchant_register(s->w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    minipay_merchant_change_init(&change);
    change.id = world_id(&s->w);
    change.merchant_id = request.id;
    change.action = MINIPAY_MERCHANT_DEACTIVATE;
    if (has(s, MERCHANT_INACTIVE))
        ASSERT_STATUS(minipay_merchant_update(s->w.pay, &change, 1, &outcome, NULL), MINIPAY_OK);
    return has(s, NO_MERCHANT) ? world_id(&s->w) : request.id;
}

static minipay_id make_promotion(stage *s)
{
    minipay_promotion_request request;
    minipay_outcome outcome;
    minipay_promotion_request_init(&request);
    request.id = world_id(&s->w);
    request.fixed_minor = 100;
    request.budget_minor = has(s, PROMOTION_EXHAUSTED) ? 99 : 1000000;
    memcpy(request.currency, "KRW", 4);
    strcpy(request.name, "Opening");
    ASSERT_STATUS(minipay_promotion_register(s->w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    return has(s, NO_PROMOTION) ? world_id(&s->w) : request.id;
}

static void pay_as(stage *s, int32_t kind)
{
    bool promoted = has(s, NO_PROMOTION) || has(s, PROMOTION_EXHAUSTED);
    make_parties(s);
    s->merchant = make_merchant(s);
    s->promotion = promoted ? make_promotion(s) : world_nobody;
    finish(s, s->payer, AMOUNT);
    ask(s, kind, s->payer, s->merchant, AMOUNT);
    s->asked.promotion_id = s->promotion;
    s->asked.expires_at = has(s, BEGINS_EXPIRED) ? s->w.now : 0;
}

static void pay(stage *s)
{
    pay_as(s, MINIPAY_KIND_PAY);
}

static void authorize(stage *s)
{
    pay_as(s, MINIPAY_KIND_AUTHORIZE);
}

static void authorize_with_topup(stage *s)
{
    pay_as(s, MINIPAY_KIND_AUTHORIZE);
    s->asked.flags = MINIPAY_FLAG_AUTO_TOPUP;
}

static void age(stage *s)
{
    if (has(s, TOO_OLD))
        world_pass(&s->w, 10 * 86400);
}

/* An authorisation of the amount, of which a part is captured already. */
static minipay_id authorised(stage *s)
{
    make_parties(s);
    s->merchant = make_merchant(s);
    minipay_id slip = world_do(&s->w, MINIPAY_KIND_AUTHORIZE, s->payer, s->merchant, AMOUNT).id;
    ASSERT_STATE(world_do(&s->w, MINIPAY_KIND_CAPTURE, world_nobody, slip, 1).state, MINIPAY_STATE_DONE);
    if (has(s, DONE_ALREADY))
        ASSERT_STATE(world_do(&s->w, MINIPAY_KIND_VOID, world_nobody, slip, 0).state,
                     MINIPAY_STATE_DONE);
    age(s);
    finish(s, s->payer, AMOUNT);
    return has(s, NOT_THERE) ? world_id(&s->w) : slip;
}

static void capture(stage *s)
{
    ask(s, MINIPAY_KIND_CAPTURE, world_nobody, authorised(s), has(s, TOO_MUCH) ? AMOUNT : 1);
}

static void void_slip(stage *s)
{
    ask(s, MINIPAY_KIND_VOID, world_nobody, authorised(s), 0);
}

static void refund(stage *s)
{
    make_parties(s);
    s->merchant = make_merchant(s);
    bool open = has(s, ALL_REFUNDED) && !has(s, DONE_ALREADY);
    int32_t kind = open ? MINIPAY_KIND_AUTHORIZE : MINIPAY_KIND_PAY;
    minipay_id slip = world_do(&s->w, kind, s->payer, s->merchant, AMOUNT).id;
    if (open)
        ASSERT_STATE(world_do(&s->w, MINIPAY_KIND_CAPTURE, world_nobody, slip, 1).state,
                     MINIPAY_STATE_DONE);
    if (open || has(s, DONE_ALREADY))
        ASSERT_STATE(world_do(&s->w, MINIPAY_KIND_REFUND, world_nobody, slip, 0).state,
                     MINIPAY_STATE_DONE);
    finish(s, s->payer, AMOUNT);
    if (has(s, TOO_OLD))
        world_rule(&s->w, MINIPAY_RULE_REFUND_DAYS, 0, 3);
    age(s);
    ask(s, MINIPAY_KIND_REFUND, world_nobody, has(s, NOT_THERE) ? world_id(&s->w) : slip,
        has(s, TOO_MUCH) ? AMOUNT + 1 : 1);
}

static minipay_id held(stage *s)
{
    make_parties(s);
    if (has(s, OVERFLOWS)) { /* as in a reversal */
        empty(s, s->payer);
        world_topup(&s->w, s->payer, 3 * AMOUNT);
    }
    minipay_instruction holding = world_ask(&s->w, MINIPAY_KIND_HOLD, s->payer, s->payee, AMOUNT);
    holding.expires_at = s->w.now + 86400000000;
    world_expect(&s->w, &holding, MINIPAY_STATE_DONE, MINIPAY_OK);
    if (has(s, DONE_ALREADY))
        ASSERT_STATE(world_do(&s->w, MINIPAY_KIND_HOLD_VOID, world_nobody, holding.id, 0).state,
                     MINIPAY_STATE_DONE);
    age(s);
    finish(s, s->payee, AMOUNT);
    return has(s, NOT_THERE) ? world_id(&s->w) : holding.id;
}

static void hold_capture(stage *s)
{
    ask(s, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, held(s), has(s, TOO_MUCH) ? AMOUNT + 1 : AMOUNT);
}

static void hold_void(stage *s)
{
    ask(s, MINIPAY_KIND_HOLD_VOID, world_nobody, held(s), 0);
}

static void freeze_or_close(stage *s, int32_t kind)
{
    make_parties(s);
    finish(s, s->payer, AMOUNT);
    if (!has(s, NOT_EMPTY) && !has(s, PAYER_FROZEN) && !has(s, PAYER_CLOSED) && !has(s, NO_PAYER))
        empty(s, s->payer);
    ask(s, kind, s->payer, world_nobody, 0);
}

static void close_wallet(stage *s)
{
    freeze_or_close(s, MINIPAY_KIND_CLOSE);
}

static void freeze(stage *s)
{
    freeze_or_close(s, MINIPAY_KIND_FREEZE);
}

static void unfreeze(stage *s)
{
    freeze_or_close(s, MINIPAY_KIND_UNFREEZE);
}

/* A transfer whose money the payee still has, or has spent. Before an overflow it comes from the bank, as the
 * company's account for credits has an end too. */
static void reversal(stage *s)
{
    make_parties(s);
    if (has(s, OVERFLOWS)) {
        empty(s, s->payer);
        world_topup(&s->w, s->payer, 3 * AMOUNT);
    }
    minipay_id sent = world_do(&s->w, MINIPAY_KIND_TRANSFER, s->payer, s->payee, AMOUNT).id;
    minipay_id credit = has(s, NOT_A_TRANSFER)
                            ? world_do(&s->w, MINIPAY_KIND_CREDIT, s->payer, world_nobody, AMOUNT).id
                            : sent;
    if (has(s, DONE_ALREADY)) {
        minipay_instruction first = world_ask(&s->w, MINIPAY_KIND_REVERSAL, world_nobody, sent, 0);
        strcpy(first.reason, "test");
        world_expect(&s->w, &first, MINIPAY_STATE_DONE, MINIPAY_OK);
    }
    if (has(s, TOO_MUCH))
        empty(s, s->payee);
    if (has(s, OVERFLOWS) && !has(s, PAYER_CLOSED) && !has(s, PAYEE_CLOSED)) {
        int64_t left = world_balance(&s->w, s->payer);
        world_credit(&s->w, s->payer, INT64_MAX - AMOUNT + 1 - left);
    }
    uint64_t causes = s->causes;
    s->causes &= ~BIT(OVERFLOWS);
    finish(s, s->payer, AMOUNT);
    s->causes = causes;
    if (has(s, TOO_OLD))
        world_rule(&s->w, MINIPAY_RULE_REVERSAL_DAYS, 0, 3);
    age(s);
    ask(s, MINIPAY_KIND_REVERSAL, world_nobody, has(s, NOT_THERE) ? world_id(&s->w) : credit, 0);
}

/* ---- the header's lists ---------------------------------------------------------------------------------- */

#define WALLET_STATES(party)                                                                            \
    {party##_INACTIVE, MINIPAY_MEMBER_INACTIVE}, {party##_FROZEN, MINIPAY_WALLET_FROZEN},               \
    {                                                                                                   \
        party##_CLOSED, MINIPAY_WALLET_CLOSED                                                           \
    }
#define MAY_SPEND                                                                                       \
    {OVER_OPERATION, MINIPAY_LIMIT_OPERATION},                                                          \
    {                                                                                                   \
        SHORT, MINIPAY_INSUFFICIENT_FUNDS                                                               \
    }
#define MAY_SPEND_TODAY                                                                                 \
    MAY_SPEND, {OVER_DAILY, MINIPAY_LIMIT_DAILY},                                                       \
    {                                                                                                   \
        OVER_MONTHLY, MINIPAY_LIMIT_MONTHLY                                                             \
    }
#define OF_THE_MERCHANT                                                                                 \
    {NO_MERCHANT, MINIPAY_MERCHANT_NOT_FOUND}, {MERCHANT_INACTIVE, MINIPAY_MERCHANT_INACTIVE},          \
    {                                                                                                   \
        MERCHANT_CURRENCY, MINIPAY_CURRENCY_MISMATCH                                                    \
    }
#define OF_THE_PROMOTION                                                                                \
    {NO_PROMOTION, MINIPAY_NOT_FOUND},                                                                  \
    {                                                                                                   \
        PROMOTION_EXHAUSTED, MINIPAY_PROMOTION_EXHAUSTED                                                \
    }
#define THE_END                                                                                         \
    {                                                                                                   \
        CAUSES, MINIPAY_OK                                                                              \
    }

static const struct list {
    const char *name;
    void (*arrange)(stage *s);
    step steps[STEPS_LARGEST];
} lists[] = {
    {"topup",
     topup,
     {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      {BELOW_MINIMUM, MINIPAY_BELOW_MINIMUM},
      {NOT_IN_UNITS, MINIPAY_NOT_IN_UNITS},
      WALLET_STATES(PAYER),
      {OVER_OPERATION, MINIPAY_LIMIT_OPERATION},
      {OVERFLOWS, MINIPAY_AMOUNT_OVERFLOW},
      {OVER_HOLDING, MINIPAY_LIMIT_HOLDING},
      {NO_ACCOUNT, MINIPAY_ACCOUNT_NOT_FOUND},
      {NOT_SERVED, MINIPAY_BANK_NOT_SERVED},
      {BANK_REFUSES, MINIPAY_BANK_REFUSED},
      THE_END}},
    {"transfer",
     transfer,
     {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      {NO_PAYEE, MINIPAY_WALLET_NOT_FOUND},
      {SELF, MINIPAY_SELF_TRANSFER},
      WALLET_STATES(PAYER),
      WALLET_STATES(PAYEE),
      MAY_SPEND_TODAY,
      {OVERFLOWS, MINIPAY_AMOUNT_OVERFLOW},
      {OVER_HOLDING, MINIPAY_LIMIT_HOLDING},
      THE_END}},
    {"withdraw",
     withdraw,
     {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      WALLET_STATES(PAYER),
      MAY_SPEND_TODAY,
      {NO_ACCOUNT, MINIPAY_ACCOUNT_NOT_FOUND},
      {NOT_SERVED, MINIPAY_BANK_NOT_SERVED},
      {BANK_REFUSES, MINIPAY_BANK_REFUSED},
      THE_END}},
    {"pay",
     pay,
     {OF_THE_MERCHANT,
      OF_THE_PROMOTION,
      {NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      WALLET_STATES(PAYER),
      MAY_SPEND_TODAY,
      THE_END}},
    {"authorize",
     authorize,
     {OF_THE_MERCHANT,
      {BEGINS_EXPIRED, MINIPAY_HOLD_EXPIRED},
      OF_THE_PROMOTION,
      {NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      WALLET_STATES(PAYER),
      MAY_SPEND_TODAY,
      THE_END}},
    {"authorize with auto top-up",
     authorize_with_topup,
     {OF_THE_MERCHANT,
      {BEGINS_EXPIRED, MINIPAY_HOLD_EXPIRED},
      OF_THE_PROMOTION,
      {NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      WALLET_STATES(PAYER),
      THE_END}},
    {"capture",
     capture,
     {{NOT_THERE, MINIPAY_SLIP_NOT_FOUND},
      {OTHER_CURRENCY, MINIPAY_CURRENCY_MISMATCH},
      {DONE_ALREADY, MINIPAY_SLIP_CLOSED},
      {TOO_OLD, MINIPAY_HOLD_EXPIRED},
      {TOO_MUCH, MINIPAY_INSUFFICIENT_FUNDS},
      THE_END}},
    {"void",
     void_slip,
     {{NOT_THERE, MINIPAY_SLIP_NOT_FOUND},
      {OTHER_CURRENCY, MINIPAY_CURRENCY_MISMATCH},
      {DONE_ALREADY, MINIPAY_SLIP_CLOSED},
      THE_END}},
    {"refund",
     refund,
     {{NOT_THERE, MINIPAY_SLIP_NOT_FOUND},
      {OTHER_CURRENCY, MINIPAY_CURRENCY_MISMATCH},
      {DONE_ALREADY, MINIPAY_SLIP_CLOSED},
      {ALL_REFUNDED, MINIPAY_NOTHING_LEFT},
      {TOO_OLD, MINIPAY_TOO_LATE},
      {TOO_MUCH, MINIPAY_REFUND_EXCEEDS},
      {PAYER_CLOSED, MINIPAY_WALLET_CLOSED},
      THE_END}},
    {"credit",
     credit,
     {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      WALLET_STATES(PAYER),
      {OVERFLOWS, MINIPAY_AMOUNT_OVERFLOW},
      {OVER_HOLDING, MINIPAY_LIMIT_HOLDING},
      THE_END}},
    {"debit", debit, {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND}, WALLET_STATES(PAYER), MAY_SPEND, THE_END}},
    {"hold",
     hold,
     {{BEGINS_EXPIRED, MINIPAY_HOLD_EXPIRED},
      {NO_PAYEE, MINIPAY_WALLET_NOT_FOUND},
      {NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      {SELF, MINIPAY_SELF_TRANSFER},
      WALLET_STATES(PAYER),
      MAY_SPEND_TODAY,
      THE_END}},
    {"hold_capture",
     hold_capture,
     {{NOT_THERE, MINIPAY_HOLD_NOT_FOUND},
      {OTHER_CURRENCY, MINIPAY_CURRENCY_MISMATCH},
      {PAYEE_CLOSED, MINIPAY_WALLET_CLOSED},
      {DONE_ALREADY, MINIPAY_HOLD_CLOSED},
      {TOO_OLD, MINIPAY_HOLD_EXPIRED},
      {TOO_MUCH, MINIPAY_INSUFFICIENT_FUNDS},
      {OVERFLOWS, MINIPAY_AMOUNT_OVERFLOW},
      {OVER_HOLDING, MINIPAY_LIMIT_HOLDING},
      THE_END}},
    {"hold_void",
     hold_void,
     {{NOT_THERE, MINIPAY_HOLD_NOT_FOUND},
      {OTHER_CURRENCY, MINIPAY_CURRENCY_MISMATCH},
      {DONE_ALREADY, MINIPAY_HOLD_CLOSED},
      THE_END}},
    {"close",
     close_wallet,
     {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND},
      {PAYER_FROZEN, MINIPAY_WALLET_FROZEN},
      {PAYER_CLOSED, MINIPAY_WALLET_CLOSED},
      {NOT_EMPTY, MINIPAY_WALLET_NOT_EMPTY},
      THE_END}},
    {"freeze",
     freeze,
     {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND}, {PAYER_CLOSED, MINIPAY_WALLET_CLOSED}, THE_END}},
    {"unfreeze",
     unfreeze,
     {{NO_PAYER, MINIPAY_WALLET_NOT_FOUND}, {PAYER_CLOSED, MINIPAY_WALLET_CLOSED}, THE_END}},
    {"reversal",
     reversal,
     {{NOT_THERE, MINIPAY_NOT_FOUND},
      {NOT_A_TRANSFER, MINIPAY_NOT_REVERSIBLE},
      {OTHER_CURRENCY, MINIPAY_CURRENCY_MISMATCH},
      {DONE_ALREADY, MINIPAY_ALREADY_REVERSED},
      {TOO_OLD, MINIPAY_TOO_LATE},
      WALLET_STATES(PAYEE),
      WALLET_STATES(PAYER),
      {TOO_MUCH, MINIPAY_INSUFFICIENT_FUNDS},
      {OVERFLOWS, MINIPAY_AMOUNT_OVERFLOW},
      THE_END}},
};

/* ---- claims ---------------------------------------------------------------------------------------------- */

/* What cannot be true of one wallet at once gives way to what comes first in the list. */
static uint64_t possible(uint64_t causes)
{
    if (causes & BIT(PAYER_FROZEN))
        causes &= ~BIT(PAYER_CLOSED);
    if (causes & BIT(PAYEE_FROZEN))
        causes &= ~BIT(PAYEE_CLOSED);
    if (causes & BIT(ALL_REFUNDED)) /* the rest is held yet */
        causes &= ~BIT(PAYER_CLOSED);
    return causes;
}

static void expect(const struct list *list, uint64_t causes, minipay_status status, const char *how)
{
    stage s;
    memset(&s, 0, sizeof s);
    s.causes = possible(causes);
    open_world(&s);
    list->arrange(&s);
    minipay_outcome outcome = world_execute(&s.w, &s.asked);
    if (outcome.status != status)
        print_error("%s, %s: %s\n", list->name, how, minipay_status_name(outcome.status));
    ASSERT_STATUS(outcome.status, status);
    ASSERT_STATE(outcome.state, status == MINIPAY_OK ? MINIPAY_STATE_DONE : MINIPAY_STATE_REJECTED);
    ASSERT_STATUS(world_execute(&s.w, &s.asked).status, status);
    world_audit_clean(&s.w);
    world_close(&s.w);
}

static void nothing_wrong_is_done(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        expect(&lists[k], 0, MINIPAY_OK, "without a cause");
}

static void every_cause_alone_refuses(void **state)
{
    char how[32];
    (void)state;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        for (const step *one = lists[k].steps; one->cause != CAUSES; one++) {
            snprintf(how, sizeof how, "cause %d alone", (int)(one - lists[k].steps));
            expect(&lists[k], BIT(one->cause), one->status, how);
        }
    }
}

static void of_several_causes_the_first_in_the_headers_order_is_told(void **state)
{
    char how[32];
    (void)state;
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
        uint32_t count = 0;
        uint64_t causes = 0;
        while (lists[k].steps[count].cause != CAUSES)
            count++;
        for (uint32_t i = count; i-- > 0;) {
            causes |= BIT(lists[k].steps[i].cause);
            snprintf(how, sizeof how, "cause %u and behind", i);
            expect(&lists[k], causes, lists[k].steps[i].status, how);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_wrong_is_done),
        cmocka_unit_test(every_cause_alone_refuses),
        cmocka_unit_test(of_several_causes_the_first_in_the_headers_order_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
