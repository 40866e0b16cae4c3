/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/money.h"
#include "payment/promotion.h"

#include <string.h>

/* Payment: the member's money goes down, the merchant is owed it, and a slip is made.
 *
 *   PAY        provide ──▶ decide ──▶ debit ──▶ count ──▶ DONE: the slip
 *                 │          │                    └ into the merchant's open bucket
 *                 │          │ (fee and discount; takes the promotion's budget)
 *                 │ (only with AUTO_TOPUP: tops up what is missing)
 *   AUTHORIZE  provide ──▶ decide ──▶ hold ──▶ DONE: the slip, whose money is captured or freed later
 */

/* The first step of both: what it has topped up stays when a later one refuses. */
enum { MPI_PAY_PROVIDE = 0 };

static minipay_status check_expiry(const mpi_flow *flow, const mpi_slip *slip)
{
    return slip->expires_at && slip->expires_at <= mpi_unit_now(flow->unit) ? MINIPAY_HOLD_EXPIRED
                                                                            : MINIPAY_OK;
}

/* What the member's wallet needs; nothing is topped up for a payment that would be refused anyway. */
static minipay_status need(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                           int64_t *needed_minor)
{
    const mpi_merchant *merchant;
    const mpi_promotion *promotion;
    int64_t discount;
    minipay_status status =
        mpi_merchant_find(payments, flow, &slip->merchant_id, slip->currency, &merchant);
    if (status == MINIPAY_OK)
        status = check_expiry(flow, slip);
    if (status == MINIPAY_OK)
        status = mpi_promotion_quote(payments, flow, slip, &promotion, &discount);
    if (status != MINIPAY_OK)
        return status;
    return mpi_money_subtract(slip->amount_minor, discount, needed_minor) ? MINIPAY_OK
                                                                          : MINIPAY_AMOUNT_OVERFLOW;
}

/* Judged once, before the wallet is asked; then again when the money is there. */
static minipay_status provide(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    if (!(slip->flags & MINIPAY_FLAG_AUTO_TOPUP))
        return MINIPAY_OK;
    minipay_status status =
        slip->needed_minor ? MINIPAY_OK : need(payments, flow, slip, &slip->needed_minor);
    if (status != MINIPAY_OK)
        return status;
    return payments->wallet.provide(payments->wallet.impl, flow, &slip->op, &slip->member_id,
                                    slip->currency, slip->needed_minor, &slip->topup_minor);
}

/* What the payment costs whom; a promotion's budget is taken from now on. */
static minipay_status decide_pay(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    const mpi_merchant *merchant;
    mpi_merchant_terms terms;
    minipay_status status =
        mpi_merchant_find(payments, flow, &slip->merchant_id, slip->currency, &merchant);
    if (status == MINIPAY_OK)
        status = mpi_terms_now(payments, flow, merchant, &terms);
    if (status != MINIPAY_OK)
        return status;
    if (!mpi_terms_fee(&terms, slip->amount_minor, &slip->fee_minor))
        return MINIPAY_AMOUNT_OVERFLOW;
    slip->terms_version = terms.version;
    return mpi_promotion_take(payments, flow, slip);
}

static minipay_status undecide(void *context, mpi_flow *flow, void *document)
{
    const mpi_slip *slip = document;
    return mpi_promotion_return(context, flow, slip, slip->promotion_minor);
}

static minipay_status debit(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    mpi_split split;
    mpi_booked booked;
    mpi_promotion_split(slip, slip->amount_minor, 0, slip->promotion_minor, &split);
    mpi_move asked = {
        .op = &slip->op,
        .leg = MPI_LEG_MEMBER,
        .kind = MINIPAY_KIND_PAY,
        .payer = {MPI_PARTY_WALLET, slip->member_id},
        .payee = {MPI_PARTY_PAYABLE, slip->merchant_id},
        .amount_minor = split.member_minor,
    };
    memcpy(asked.currency, slip->currency, sizeof asked.currency);
    minipay_status status = payments->wallet.move(payments->wallet.impl, flow, &asked, &booked);
    if (booked.policy_version)
        slip->op.policy_version = booked.policy_version;
    return status == MINIPAY_OK
               ? mpi_promotion_pay(payments, flow, &slip->op, slip, split.company_minor, false)
               : status;
}

minipay_status mpi_parts_reverse(mpi_payments *payments, mpi_flow *flow, const mpi_operation *op,
                                 int64_t amount_minor, int64_t promotion_minor, int64_t merchant_minor)
{
    const mpi_wallet_port *wallet = &payments->wallet;
    minipay_status status = MINIPAY_OK;
    if (amount_minor != promotion_minor)
        status = wallet->reverse(wallet->impl, flow, op, MPI_LEG_MEMBER, MPI_LEG_MEMBER_BACK);
    if (status == MINIPAY_OK && promotion_minor != merchant_minor)
        status = wallet->reverse(wallet->impl, flow, op, MPI_LEG_COMPANY, MPI_LEG_COMPANY_BACK);
    return status;
}

static minipay_status give_back(void *context, mpi_flow *flow, void *document)
{
    const mpi_slip *slip = document;
    return mpi_parts_reverse(context, flow, &slip->op, slip->amount_minor, slip->promotion_minor,
                             mpi_promotion_merchant(slip, slip->promotion_minor));
}

static minipay_status count(void *context, mpi_flow *flow, void *document)
{
    mpi_slip *slip = document;
    mpi_due change = {.slips = 1,
                      .gross_minor = slip->amount_minor,
                      .fee_minor = slip->fee_minor,
                      .promotion_minor = mpi_promotion_merchant(slip, slip->promotion_minor)};
    mpi_entry entry = {slip->op.id, MINIPAY_KIND_PAY};
    minipay_status status = mpi_bucket_add(context, flow, &slip->merchant_id, slip->currency, &change,
                                           &entry, &slip->counted);
    if (status != MINIPAY_OK)
        return status;
    slip->captured_minor = slip->amount_minor;
    slip->slip_state = MINIPAY_SLIP_PAID;
    return MINIPAY_OK;
}

/* Until when the money is held: as asked, or as policy says of authorisations. */
static int64_t expiry(const mpi_slip *slip, const mpi_rules *rules, int64_t now)
{
    int64_t seconds = rules->values[MINIPAY_RULE_AUTHORIZATION_SECONDS][0], us, at;
    if (slip->expires_at || seconds == 0)
        return slip->expires_at;
    return mpi_money_multiply(seconds, 1000000, &us) && mpi_money_add(now, us, &at) ? at : 0;
}

static minipay_status decide_hold(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    const mpi_merchant *merchant;
    const mpi_rules *rules;
    int64_t now = mpi_unit_now(flow->unit);
    minipay_status status =
        mpi_merchant_find(payments, flow, &slip->merchant_id, slip->currency, &merchant);
    if (status == MINIPAY_OK)
        status = mpi_policy_rules(payments->policy, flow->unit, slip->currency, &rules, flow->error);
    if (status == MINIPAY_OK)
        status = check_expiry(flow, slip);
    if (status == MINIPAY_OK)
        status = mpi_promotion_take(payments, flow, slip);
    if (status != MINIPAY_OK)
        return status;
    slip->expires_at = expiry(slip, rules, now);
    slip->counted.business_date = mpi_rules_date(rules, now);
    slip->slip_state = MINIPAY_SLIP_AUTHORIZED;
    return MINIPAY_OK;
}

static minipay_status hold(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip *slip = document;
    return payments->wallet.hold(payments->wallet.impl, flow, &slip->op, &slip->member_id,
                                 &slip->merchant_id, slip->currency,
                                 mpi_money_rest(slip->amount_minor, slip->promotion_minor),
                                 slip->expires_at, &slip->op.policy_version);
}

static const mpi_step pay_steps[] = {
    [MPI_PAY_PROVIDE] = {"provide", "wallet.provide", provide, NULL, NULL},
    [MPI_PAY_DECIDE] = {"decide", "payment.promotion", decide_pay, undecide, "payment.promotion"},
    {"debit", "wallet.move", debit, give_back, "wallet.reverse"},
    {"count", "payment.bucket", count, NULL, NULL},
};

static const mpi_step authorize_steps[] = {
    [MPI_PAY_PROVIDE] = {"provide", "wallet.provide", provide, NULL, NULL},
    [MPI_PAY_DECIDE] = {"decide", "payment.promotion", decide_hold, undecide, "payment.promotion"},
    {"hold", "wallet.hold", hold, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_slip *slip = document;
    slip->member_id = instruction->member_id;
    slip->merchant_id = instruction->other_id;
    slip->amount_minor = instruction->amount_minor;
    slip->flags = instruction->flags;
    slip->expires_at = instruction->expires_at;
    slip->promotion_id = instruction->promotion_id;
    memcpy(slip->currency, instruction->currency, sizeof slip->currency);
    if (instruction->memo[0])
        mpi_secret_set(&slip->memo, sizeof slip->memo, instruction->memo);
}

/* Of a payment that was refused what was asked for stays, and what was topped up before. */
static minipay_status ended(void *context, mpi_flow *flow, void *document)
{
    mpi_slip *slip = document;
    (void)context;
    (void)flow;
    if (slip->op.state != MINIPAY_STATE_REJECTED)
        return MINIPAY_OK;
    slip->fee_minor = slip->promotion_minor = 0;
    slip->terms_version = slip->merchant_share = slip->slip_state = 0;
    slip->counted = (mpi_counted){0};
    if (slip->op.step <= MPI_PAY_PROVIDE)
        slip->topup_minor = 0;
    return MINIPAY_OK;
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_slip *slip = document;
    outcome->amount_minor = slip->amount_minor;
    outcome->topup_minor = slip->topup_minor;
    outcome->business_date = slip->counted.business_date;
}

const mpi_saga mpi_pay_saga = {
    .kind = MINIPAY_KIND_PAY,
    .name = "pay",
    .touches = MPI_TOUCHES_OWN,
    .record = &mpi_slip_record,
    .steps = pay_steps,
    .step_count = MPI_COUNT(pay_steps),
    .kept = MPI_PAY_PROVIDE + 1,
    .draw_up = draw_up,
    .ended = ended,
    .tell = tell,
};

const mpi_saga mpi_authorize_saga = {
    .kind = MINIPAY_KIND_AUTHORIZE,
    .name = "authorize",
    .touches = MPI_TOUCHES_OWN,
    .record = &mpi_slip_record,
    .steps = authorize_steps,
    .step_count = MPI_COUNT(authorize_steps),
    .kept = MPI_PAY_PROVIDE + 1,
    .draw_up = draw_up,
    .ended = ended,
    .tell = tell,
};

/* ---- composition --------------------------------------------------------------------------------- */

mpi_payment_port mpi_payments_open_port(mpi_payments *payments)
{
    return (mpi_payment_port){
        .impl = payments,
        .page = MPI_DUES_LARGEST,
        .close = mpi_bucket_close,
        .postpone = mpi_bucket_postpone,
        .carry = mpi_bucket_carry,
        .take_back = mpi_bucket_take_back,
        .look = mpi_bucket_look,
        .statement = mpi_statement_page,
        .account = mpi_merchant_account,
    };
}

void mpi_payments_set_up(mpi_payments *payments, mpi_engine *engine, const mpi_home *home,
                         const mpi_wallet_port *wallet, const mpi_banking_port *banking)
{
    payments->engine = engine;
    payments->store = home->store;
    payments->policy = home->policy;
    payments->wallet = *wallet;
    payments->banking = *banking;
    payments->merchants = mpi_store_table(payments->store, &mpi_merchant_record);
    payments->terms = mpi_store_table(payments->store, &mpi_merchant_terms_record);
    payments->calendar = mpi_store_table(payments->store, &mpi_calendar_day_record);
    payments->promotions = mpi_store_table(payments->store, &mpi_promotion_record);
    payments->slips = mpi_store_table(payments->store, &mpi_slip_record);
    payments->buckets = mpi_store_table(payments->store, &mpi_bucket_record);
    payments->counters = mpi_store_table(payments->store, &mpi_counter_record);
    mpi_engine_add(engine, home, &mpi_merchant_saga, payments);
    mpi_engine_add(engine, home, &mpi_merchant_change_saga, payments);
    mpi_engine_add(engine, home, &mpi_holiday_saga, payments);
    mpi_engine_add(engine, home, &mpi_promotion_saga, payments);
    mpi_engine_add(engine, home, &mpi_pay_saga, payments);
    mpi_engine_add(engine, home, &mpi_authorize_saga, payments);
    mpi_engine_add(engine, home, &mpi_capture_saga, payments);
    mpi_engine_add(engine, home, &mpi_void_saga, payments);
    mpi_engine_add(engine, home, &mpi_refund_saga, payments);
}
