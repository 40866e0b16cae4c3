/* SPDX-License-Identifier: Apache-2.0 */
#include "model.h"

#include <string.h>
#include <time.h>

enum { OPEN = 0, FROZEN = 1, CLOSED = 2, POINTS = 10000 };

/* ---- time ------------------------------------------------------------------------------------------------ */

static void calendar(int64_t at, int32_t *day, int32_t *month)
{
    time_t seconds = (time_t)(at / 1000000 + 9 * 3600);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    *day = (int32_t)(seconds / 86400);
    *month = parts.tm_year * 12 + parts.tm_mon;
}

int32_t model_date(int64_t at)
{
    time_t seconds = (time_t)(at / 1000000 + 9 * 3600);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    return (parts.tm_year + 1900) * 10000 + (parts.tm_mon + 1) * 100 + parts.tm_mday;
}

static void roll(model_purse *p, int64_t now)
{
    int32_t day, month;
    calendar(now, &day, &month);
    if (p->day != day)
        p->day_out = 0;
    if (p->month != month)
        p->month_out = 0;
    p->day = day;
    p->month = month;
}

/* ---- shares: half away from zero ------------------------------------------------------------------------- */

static int64_t part(int64_t amount, int64_t numerator, int64_t denominator)
{
    int64_t twice = 2 * amount * numerator;
    if (denominator == 0)
        return 0;
    return (twice < 0 ? twice - denominator : twice + denominator) / (2 * denominator);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- wallets --------------------------------------------------------------------------------------------- */

static int32_t open_state(const model_purse *p)
{
    return p->state == FROZEN   ? MINIPAY_WALLET_FROZEN
           : p->state == CLOSED ? MINIPAY_WALLET_CLOSED
                                : MINIPAY_OK;
}

static int32_t may_spend(const model *m, const model_purse *p, int64_t amount, bool counts)
{
    if (amount > m->operation)
        return MINIPAY_LIMIT_OPERATION;
    if (p->posted - p->held < amount)
        return MINIPAY_INSUFFICIENT_FUNDS;
    if (counts && p->day_out + amount > m->daily)
        return MINIPAY_LIMIT_DAILY;
    return counts && p->month_out + amount > m->monthly ? MINIPAY_LIMIT_MONTHLY : MINIPAY_OK;
}

static int32_t room(const model *m, const model_purse *p, int64_t amount)
{
    return p->posted + p->incoming + amount > m->holding ? MINIPAY_LIMIT_HOLDING : MINIPAY_OK;
}

static void count(model_purse *p, int64_t amount)
{
    p->day_out += amount;
    p->month_out += amount;
}

static void spend(model_purse *p, int64_t amount)
{
    p->posted -= amount;
    count(p, amount);
}

/* What was counted on a day or in a month that has not ended. */
static void give_back(model_purse *p, int32_t day, int32_t month, int64_t amount)
{
    p->day_out -= day == p->day ? amount : 0;
    p->month_out -= month == p->month ? amount : 0;
}

/* Money that must come back; where nobody is left to have it, it lies in suspense. */
static void put_back(model *m, model_purse *p, int64_t amount)
{
    if (p->state == CLOSED)
        m->suspense += amount;
    else
        p->posted += amount;
}

static void hold(model_purse *p, model_deed *d, int64_t amount, bool spending)
{
    p->held += amount;
    d->left = amount;
    d->holds = true;
    d->spending = spending;
    if (spending)
        count(p, amount);
}

static void unhold(model_purse *p, model_deed *held, int64_t amount)
{
    p->held -= amount;
    held->left -= amount;
    if (held->spending)
        give_back(p, held->day, held->month, amount);
}

static bool is_over(const model_deed *held, int64_t now)
{
    return held->expires && now >= held->expires;
}

/* ---- the bank -------------------------------------------------------------------------------------------- */

static void fee_of_bank(model *m)
{
    m->corporate -= m->fee_of_bank;
    m->bank_fees += m->fee_of_bank;
}

static int32_t reserve(model *m, model_purse *p, int64_t amount)
{
    int32_t status = open_state(p);
    if (status == MINIPAY_OK && amount > m->operation)
        status = MINIPAY_LIMIT_OPERATION;
    if (status == MINIPAY_OK)
        status = room(m, p, amount);
    if (status == MINIPAY_OK)
        p->incoming += amount;
    return status;
}

static void topped_up(model *m, model_purse *p, int64_t amount, bool done)
{
    p->incoming -= amount;
    if (!done)
        return;
    m->corporate += amount;
    fee_of_bank(m);
    put_back(m, p, amount);
}

static int32_t ask_topup(model *m, model_deed *d)
{
    if (d->amount < 10000)
        return MINIPAY_BELOW_MINIMUM;
    if (d->amount % 10000)
        return MINIPAY_NOT_IN_UNITS;
    int32_t status = reserve(m, &m->purses[d->payer], d->amount);
    d->at_bank = status == MINIPAY_OK;
    return status;
}

static int32_t ask_withdrawal(model *m, model_deed *d)
{
    model_purse *p = &m->purses[d->payer];
    int32_t status = open_state(p);
    if (status == MINIPAY_OK)
        status = may_spend(m, p, d->amount, true);
    if (status != MINIPAY_OK)
        return status;
    spend(p, d->amount);
    m->transit += d->amount;
    d->at_bank = true;
    return MINIPAY_OK;
}

static void withdrawn(model *m, model_deed *d, bool done, int64_t now)
{
    model_purse *p = &m->purses[d->payer];
    m->transit -= d->amount;
    if (done) {
        m->corporate -= d->amount;
        fee_of_bank(m);
        return;
    }
    put_back(m, p, d->amount);
    if (p->state == CLOSED)
        return;
    roll(p, now);
    give_back(p, d->day, d->month, d->amount);
}

/* ---- promotions and slips -------------------------------------------------------------------------------- */

static int64_t discount(const model_event *e, int64_t amount)
{
    int64_t off = e->points ? part(amount, e->points, POINTS) : e->fixed;
    if (e->largest)
        off = smaller(off, e->largest);
    return smaller(off, amount - 1);
}

static int32_t quote(const model *m, const model_deed *d, int64_t *off)
{
    *off = 0;
    if (d->event < 0)
        return MINIPAY_OK;
    const model_event *e = &m->events[d->event];
    if (e->shop >= 0 && e->shop != d->payee)
        return MINIPAY_NOT_FOUND;
    *off = discount(e, d->amount);
    return *off > e->budget - e->used ? MINIPAY_PROMOTION_EXHAUSTED : MINIPAY_OK;
}

static int64_t of_shop(const model *m, const model_deed *d, int64_t promotion)
{
    return d->event < 0 ? 0 : part(promotion, m->events[d->event].share, POINTS);
}

static int64_t promotion_at(const model_deed *d, int64_t captured)
{
    return part(d->promotion, captured, d->asked.amount_minor);
}

static void change_used(model *m, const model_deed *d, int64_t change)
{
    if (d->event >= 0)
        m->events[d->event].used += change;
}

/* The merchant is owed `amount`, of which the promotion gave what lies between `before` and `after`. Answers
 * the member's part. */
static int64_t owe(model *m, const model_deed *slip, int64_t amount, int64_t before, int64_t after)
{
    model_shop *shop = &m->shops[slip->payee];
    int64_t shops = of_shop(m, slip, after) - of_shop(m, slip, before);
    int64_t company = after - before - shops;
    m->promotion_expense += company;
    shop->payable += amount - shops;
    shop->due.promotion += shops;
    return amount - (after - before);
}

static void captured(model *m, model_deed *slip, int64_t amount)
{
    model_shop *shop = &m->shops[slip->payee];
    shop->due.slips += slip->captured == 0;
    slip->captured += amount;
    int64_t fee = smaller(part(slip->captured, shop->fee_points, POINTS), slip->captured);
    shop->due.gross += amount;
    shop->due.fee += fee - slip->fee;
    slip->fee = fee;
}

static int32_t ask_payment(model *m, model_deed *d, int64_t now)
{
    model_purse *p = &m->purses[d->payer];
    bool later = d->asked.kind == MINIPAY_KIND_AUTHORIZE;
    int64_t off;
    int32_t status =
        later && d->asked.expires_at && d->asked.expires_at <= now ? MINIPAY_HOLD_EXPIRED : MINIPAY_OK;
    if (status == MINIPAY_OK)
        status = quote(m, d, &off);
    if (status == MINIPAY_OK)
        status = open_state(p);
    if (status == MINIPAY_OK)
        status = may_spend(m, p, d->amount - off, true);
    if (status != MINIPAY_OK)
        return status;
    d->promotion = off;
    change_used(m, d, off);
    if (later) {
        hold(p, d, d->amount - off, true);
        d->expires = d->asked.expires_at ? d->asked.expires_at : now + m->authorization_us;
        d->slip = MINIPAY_SLIP_AUTHORIZED;
        return MINIPAY_OK;
    }
    spend(p, owe(m, d, d->amount, 0, off));
    captured(m, d, d->amount);
    d->slip = MINIPAY_SLIP_PAID;
    return MINIPAY_OK;
}

static int32_t ask_capture(model *m, model_deed *d, model_deed *slip, int64_t now)
{
    model_purse *p = &m->purses[slip->payer];
    int64_t rest = slip->asked.amount_minor - slip->captured;
    d->amount = d->asked.amount_minor ? d->asked.amount_minor : rest;
    if (!slip->holds)
        return MINIPAY_SLIP_CLOSED;
    if (is_over(slip, now))
        return MINIPAY_HOLD_EXPIRED;
    if (d->amount > rest)
        return MINIPAY_INSUFFICIENT_FUNDS;
    int64_t members = owe(m, slip, d->amount, promotion_at(slip, slip->captured),
                          promotion_at(slip, slip->captured + d->amount));
    roll(p, now);
    unhold(p, slip, members);
    spend(p, members);
    captured(m, slip, d->amount);
    slip->holds = d->amount < rest;
    slip->slip = slip->holds ? MINIPAY_SLIP_PARTLY_CAPTURED : MINIPAY_SLIP_PAID;
    return MINIPAY_OK;
}

static int32_t ask_void(model *m, model_deed *d, model_deed *slip, int64_t now)
{
    model_purse *p = &m->purses[slip->payer];
    if (!slip->holds)
        return MINIPAY_SLIP_CLOSED;
    d->amount = slip->left;
    roll(p, now);
    unhold(p, slip, slip->left);
    change_used(m, slip, promotion_at(slip, slip->captured) - slip->promotion);
    slip->holds = false;
    slip->slip = slip->captured == 0                ? MINIPAY_SLIP_VOIDED
                 : slip->refunded == slip->captured ? MINIPAY_SLIP_REFUNDED
                                                    : MINIPAY_SLIP_PAID;
    return MINIPAY_OK;
}

/* As much of the promotion as of the payment, but never so much that a part goes below zero, nor so little that
 * the member would get back more than he paid. */
static int64_t promotion_back(const model_deed *slip, int64_t refunded)
{
    int64_t given = promotion_at(slip, slip->captured), stands = slip->refunded_promotion;
    int64_t least = larger(refunded - (slip->captured - given), stands);
    int64_t most = smaller(given, stands + refunded - slip->refunded);
    return smaller(larger(part(given, refunded, slip->captured), least), most);
}

static int32_t ask_refund(model *m, model_deed *d, model_deed *slip, int64_t now)
{
    model_purse *p = &m->purses[slip->payer];
    model_shop *shop = &m->shops[slip->payee];
    int64_t left = slip->captured - slip->refunded;
    int32_t day, month;
    calendar(now, &day, &month);
    d->amount = d->asked.amount_minor ? d->asked.amount_minor : left;
    if (left == 0)
        return slip->holds && slip->captured ? MINIPAY_NOTHING_LEFT : MINIPAY_SLIP_CLOSED;
    if (day - slip->day > m->refund_days)
        return MINIPAY_TOO_LATE;
    if (d->amount > left)
        return MINIPAY_REFUND_EXCEEDS;
    int64_t promotion = promotion_back(slip, slip->refunded + d->amount);
    if (p->state == CLOSED && d->amount > promotion - slip->refunded_promotion)
        return MINIPAY_WALLET_CLOSED;
    p->posted -= owe(m, slip, -d->amount, promotion, slip->refunded_promotion);
    change_used(m, slip, slip->refunded_promotion - promotion);
    slip->refunded_promotion = promotion;
    slip->refunded += d->amount;
    int64_t fee = larger(part(slip->fee, slip->refunded, slip->captured), slip->refunded_fee);
    shop->due.refund += d->amount;
    shop->due.fee -= fee - slip->refunded_fee;
    slip->refunded_fee = fee;
    if (slip->slip == MINIPAY_SLIP_PAID && slip->refunded == slip->captured)
        slip->slip = MINIPAY_SLIP_REFUNDED;
    return MINIPAY_OK;
}

static int32_t go_on_with_slip(model *m, model_deed *d, int64_t now)
{
    model_deed *slip = d->target < 0 ? NULL : &m->deeds[d->target];
    if (!slip || (slip->asked.kind != MINIPAY_KIND_PAY && slip->asked.kind != MINIPAY_KIND_AUTHORIZE))
        return MINIPAY_SLIP_NOT_FOUND;
    if (slip->state != MINIPAY_STATE_DONE)
        return MINIPAY_SLIP_CLOSED;
    return d->asked.kind == MINIPAY_KIND_CAPTURE ? ask_capture(m, d, slip, now)
           : d->asked.kind == MINIPAY_KIND_VOID  ? ask_void(m, d, slip, now)
                                                 : ask_refund(m, d, slip, now);
}

/* ---- holds ----------------------------------------------------------------------------------------------- */

static int32_t ask_hold(model *m, model_deed *d, int64_t now)
{
    model_purse *p = &m->purses[d->payer];
    int32_t status;
    if (d->asked.expires_at && d->asked.expires_at <= now)
        return MINIPAY_HOLD_EXPIRED;
    if (d->payee == d->payer)
        return MINIPAY_SELF_TRANSFER;
    if (d->payee < 0) { /* a legal freeze */
        status = p->state == CLOSED                ? MINIPAY_WALLET_CLOSED
                 : p->posted - p->held < d->amount ? MINIPAY_INSUFFICIENT_FUNDS
                                                   : MINIPAY_OK;
    } else {
        status = open_state(p);
        if (status == MINIPAY_OK)
            status = may_spend(m, p, d->amount, true);
    }
    if (status != MINIPAY_OK)
        return status;
    hold(p, d, d->amount, d->payee >= 0);
    d->expires = d->asked.expires_at;
    return MINIPAY_OK;
}

static int32_t capture_hold(model *m, model_deed *d, model_deed *held, int64_t now)
{
    model_purse *from = &m->purses[held->payer], *to = &m->purses[held->payee];
    d->amount = d->asked.amount_minor ? d->asked.amount_minor : held->left;
    if (to->state == CLOSED)
        return MINIPAY_WALLET_CLOSED;
    if (!held->holds)
        return MINIPAY_HOLD_CLOSED;
    if (is_over(held, now))
        return MINIPAY_HOLD_EXPIRED;
    if (d->amount > held->left)
        return MINIPAY_INSUFFICIENT_FUNDS;
    if (room(m, to, d->amount) != MINIPAY_OK)
        return MINIPAY_LIMIT_HOLDING;
    roll(from, now);
    unhold(from, held, d->amount);
    spend(from, d->amount);
    to->posted += d->amount;
    held->holds = held->left > 0;
    return MINIPAY_OK;
}

static int32_t go_on_with_hold(model *m, model_deed *d, int64_t now)
{
    model_deed *held = d->target < 0 ? NULL : &m->deeds[d->target];
    if (!held || held->asked.kind != MINIPAY_KIND_HOLD || held->state != MINIPAY_STATE_DONE)
        return MINIPAY_HOLD_NOT_FOUND;
    if (d->asked.kind == MINIPAY_KIND_HOLD_CAPTURE)
        return held->payee < 0 ? MINIPAY_HOLD_CLOSED : capture_hold(m, d, held, now);
    if (!held->holds)
        return MINIPAY_HOLD_CLOSED;
    d->amount = held->left;
    roll(&m->purses[held->payer], now);
    unhold(&m->purses[held->payer], held, held->left);
    held->holds = false;
    return MINIPAY_OK;
}

void model_expire(model *m, model_deed *d, int64_t now)
{
    model_deed expiry = {.asked.kind = d->asked.kind == MINIPAY_KIND_HOLD ? MINIPAY_KIND_HOLD_VOID
                                                                          : MINIPAY_KIND_VOID,
                         .target = (int)(d - m->deeds)};
    if (d->asked.kind == MINIPAY_KIND_HOLD)
        go_on_with_hold(m, &expiry, now);
    else
        go_on_with_slip(m, &expiry, now);
}

/* ---- the rest -------------------------------------------------------------------------------------------- */

static int32_t ask_transfer(model *m, model_deed *d)
{
    model_purse *from = &m->purses[d->payer], *to = &m->purses[d->payee];
    if (from == to)
        return MINIPAY_SELF_TRANSFER;
    int32_t status = open_state(from);
    if (status == MINIPAY_OK)
        status = open_state(to);
    if (status == MINIPAY_OK)
        status = may_spend(m, from, d->amount, true);
    if (status == MINIPAY_OK)
        status = room(m, to, d->amount);
    if (status != MINIPAY_OK)
        return status;
    spend(from, d->amount);
    to->posted += d->amount;
    return MINIPAY_OK;
}

static int32_t ask_adjustment(model *m, model_deed *d)
{
    model_purse *p = &m->purses[d->payer];
    bool credit = d->asked.kind == MINIPAY_KIND_CREDIT;
    bool kept = d->asked.flags & MINIPAY_FLAG_FROM_SUSPENSE;
    int32_t status = open_state(p);
    if (status == MINIPAY_OK && kept && m->suspense < d->amount)
        status = MINIPAY_INSUFFICIENT_FUNDS;
    if (status == MINIPAY_OK)
        status = credit ? room(m, p, d->amount) : may_spend(m, p, d->amount, false);
    if (status != MINIPAY_OK)
        return status;
    p->posted += credit ? d->amount : -d->amount;
    if (kept)
        m->suspense -= d->amount;
    else
        m->adjusted += credit ? d->amount : -d->amount;
    return MINIPAY_OK;
}

static int32_t ask_reversal(model *m, model_deed *d, int64_t now)
{
    model_deed *moved = d->target < 0 ? NULL : &m->deeds[d->target];
    int32_t day, month;
    calendar(now, &day, &month);
    if (!moved || moved->state != MINIPAY_STATE_DONE)
        return MINIPAY_NOT_FOUND;
    if (moved->asked.kind != MINIPAY_KIND_TRANSFER)
        return MINIPAY_NOT_REVERSIBLE;
    if (moved->reversed)
        return MINIPAY_ALREADY_REVERSED;
    if (day - moved->day > m->reversal_days)
        return MINIPAY_TOO_LATE;
    model_purse *from = &m->purses[moved->payee], *to = &m->purses[moved->payer];
    d->amount = moved->amount;
    int32_t status = open_state(from);
    if (status == MINIPAY_OK)
        status = open_state(to);
    if (status == MINIPAY_OK && from->posted - from->held < d->amount)
        status = MINIPAY_INSUFFICIENT_FUNDS;
    if (status != MINIPAY_OK)
        return status;
    from->posted -= d->amount;
    to->posted += d->amount;
    roll(to, now);
    give_back(to, moved->day, moved->month, d->amount);
    moved->reversed = true;
    return MINIPAY_OK;
}

static int32_t ask_state(model *m, model_deed *d)
{
    model_purse *p = &m->purses[d->payer];
    bool closes = d->asked.kind == MINIPAY_KIND_CLOSE;
    if (p->state == CLOSED)
        return MINIPAY_WALLET_CLOSED;
    if (closes && p->state == FROZEN)
        return MINIPAY_WALLET_FROZEN;
    if (closes && (p->posted || p->held || p->incoming))
        return MINIPAY_WALLET_NOT_EMPTY;
    p->state = closes ? CLOSED : d->asked.kind == MINIPAY_KIND_FREEZE ? FROZEN : OPEN;
    return MINIPAY_OK;
}

/* ---- one operation --------------------------------------------------------------------------------------- */

static int32_t act(model *m, model_deed *d, int64_t now)
{
    switch (d->asked.kind) {
    case MINIPAY_KIND_TRANSFER:
        return ask_transfer(m, d);
    case MINIPAY_KIND_PAY:
    case MINIPAY_KIND_AUTHORIZE:
        return ask_payment(m, d, now);
    case MINIPAY_KIND_TOPUP:
        return ask_topup(m, d);
    case MINIPAY_KIND_WITHDRAW:
        return ask_withdrawal(m, d);
    case MINIPAY_KIND_CREDIT:
    case MINIPAY_KIND_DEBIT:
        return ask_adjustment(m, d);
    case MINIPAY_KIND_HOLD:
        return ask_hold(m, d, now);
    case MINIPAY_KIND_HOLD_CAPTURE:
    case MINIPAY_KIND_HOLD_VOID:
        return go_on_with_hold(m, d, now);
    case MINIPAY_KIND_CAPTURE:
    case MINIPAY_KIND_VOID:
    case MINIPAY_KIND_REFUND:
        return go_on_with_slip(m, d, now);
    case MINIPAY_KIND_REVERSAL:
        return ask_reversal(m, d, now);
    default:
        return ask_state(m, d);
    }
}

static bool is_payment(const model_deed *d)
{
    return d->asked.kind == MINIPAY_KIND_PAY || d->asked.kind == MINIPAY_KIND_AUTHORIZE;
}

static void end(model_deed *d, int32_t status)
{
    d->status = status;
    d->state = status == MINIPAY_OK ? MINIPAY_STATE_DONE : MINIPAY_STATE_REJECTED;
    if (is_payment(d) && status != MINIPAY_OK)
        d->slip = MINIPAY_SLIP_REFUSED;
}

static void run(model *m, model_deed *d, int64_t now)
{
    if (d->payer >= 0)
        roll(&m->purses[d->payer], now);
    calendar(now, &d->day, &d->month);
    int32_t status = act(m, d, now);
    if (status != MINIPAY_OK || !d->at_bank)
        end(d, status);
}

/* What is looked at before money is asked of the bank for a payment. */
static int32_t look_first(const model *m, const model_deed *d, int64_t now, int64_t *needed)
{
    int64_t off = 0;
    bool over =
        d->asked.kind == MINIPAY_KIND_AUTHORIZE && d->asked.expires_at && d->asked.expires_at <= now;
    int32_t status = over ? MINIPAY_HOLD_EXPIRED : is_payment(d) ? quote(m, d, &off) : MINIPAY_OK;
    *needed = d->amount - off;
    return status;
}

/* Tops up what is missing, in full units. */
static int32_t provide(model *m, model_deed *d, int64_t now)
{
    model_purse *p = &m->purses[d->payer];
    int64_t needed;
    int32_t status = look_first(m, d, now, &needed);
    int64_t missing = needed - (p->posted - p->held);
    if (status != MINIPAY_OK || missing <= 0)
        return status;
    d->topup = (missing + 9999) / 10000 * 10000;
    status = reserve(m, p, d->topup);
    d->at_bank = status == MINIPAY_OK;
    return status;
}

void model_ask(model *m, model_deed *d, int64_t now)
{
    d->amount = d->asked.amount_minor;
    d->state = MINIPAY_STATE_RUNNING;
    if (is_payment(d))
        d->slip = MINIPAY_SLIP_WAITING;
    int32_t status = d->asked.flags & MINIPAY_FLAG_AUTO_TOPUP ? provide(m, d, now) : MINIPAY_OK;
    if (status != MINIPAY_OK)
        end(d, status);
    else if (!d->at_bank)
        run(m, d, now);
}

void model_answer(model *m, model_deed *d, bool done, int64_t now)
{
    d->at_bank = false;
    if (d->asked.kind == MINIPAY_KIND_TOPUP)
        topped_up(m, &m->purses[d->payer], d->amount, done);
    else if (d->asked.kind == MINIPAY_KIND_WITHDRAW)
        withdrawn(m, d, done, now);
    if (!d->topup) {
        end(d, done ? MINIPAY_OK : MINIPAY_BANK_REFUSED);
        return;
    }
    topped_up(m, &m->purses[d->payer], d->topup, done);
    if (done)
        run(m, d, now);
    else
        end(d, MINIPAY_BANK_REFUSED);
}

/* ---- settlement ------------------------------------------------------------------------------------------ */

static void pay_out(model *m, model_line *line, int64_t minimum)
{
    model_shop *shop = &m->shops[line->shop];
    shop->payable -= line->due.fee;
    m->fee_income += line->due.fee;
    line->payout = line->net > 0 && line->net >= minimum ? line->net : 0;
    line->state = line->payout ? MINIPAY_STATE_RUNNING : MINIPAY_STATE_DONE;
    shop->payable -= line->payout;
    m->transit += line->payout;
    if (!line->payout)
        shop->due.carried += line->net;
}

model_line *model_settle(model *m, int shop, const minipay_id *run_id)
{
    model_line *line = &m->lines[m->line_count++];
    model_due *due = &m->shops[shop].due;
    *line = (model_line){.run = *run_id, .shop = shop, .due = *due};
    line->net = due->gross - due->refund - due->fee - due->promotion + due->carried;
    *due = (model_due){0};
    for (int i = 0; i < m->line_count; i++) {
        if (m->lines[i].shop == shop)
            m->lines[i].waits = false;
    }
    pay_out(m, line, m->minimum_payout);
    return line;
}

model_line *model_retry(model *m, model_line *refused, const minipay_id *run_id)
{
    model_line *line = &m->lines[m->line_count++];
    *line = (model_line){
        .run = *run_id, .shop = refused->shop, .due.carried = refused->net, .net = refused->net};
    m->shops[line->shop].due.carried -= refused->net;
    refused->waits = false;
    pay_out(m, line, 0);
    return line;
}

void model_line_answer(model *m, model_line *line, bool done)
{
    model_shop *shop = &m->shops[line->shop];
    m->transit -= line->payout;
    line->state = done ? MINIPAY_STATE_DONE : MINIPAY_STATE_REJECTED;
    if (done) {
        m->corporate -= line->payout;
        fee_of_bank(m);
        return;
    }
    shop->payable += line->payout;
    shop->due.carried += line->net;
    line->waits = true;
}

int64_t model_backed(const model *m)
{
    int64_t sum =
        m->suspense + m->fee_income + m->transit - m->promotion_expense - m->bank_fees - m->adjusted;
    for (int i = 0; i < MODEL_MEMBERS; i++)
        sum += m->purses[i].posted;
    for (int i = 0; i < MODEL_SHOPS; i++)
        sum += m->shops[i].payable;
    return sum;
}
