/* SPDX-License-Identifier: Apache-2.0 */
#include "seed.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Random instructions of all kinds against a model of a few lines. A run
 * prints its seed, and `--seed N` repeats it. */

enum { MEMBERS = 5, OPERATIONS = 2500, MERCHANTS = 2, GROUP = 6, RUNS = 4 };

/* ---- the model ------------------------------------------------------------------------------------------- */

typedef struct purse {
    int64_t posted, held, day_out, month_out;
    int32_t day; /* days since 1970, in Seoul */
    int32_t month;
    int state; /* 0 open, 1 frozen, 2 closed */
} purse;

/* What an operation left for later ones to go on with. */
typedef struct deed {
    minipay_instruction asked;
    minipay_status status;
    int64_t amount; /* moved, held */
    int payer, payee;
    int64_t left;     /* HOLD, AUTHORIZE: still held */
    bool spending;    /* what is held counts as spent */
    int64_t captured; /* PAY, AUTHORIZE */
    int64_t refunded;
    bool reversed;
    int32_t day, month;
} deed;

typedef struct model {
    purse purses[MEMBERS];
    int64_t owed[MERCHANTS];
    deed deeds[OPERATIONS];
    int count;
    int64_t operation, holding, daily, monthly; /* limits */
} model;

typedef struct lab {
    world w;
    minipay_id members[MEMBERS], merchants[MERCHANTS];
    model m;
    seed s;
} lab;

static seed given;

static uint32_t draw(lab *l, uint32_t below)
{
    return seed_draw(&l->s, below);
}

static void calendar(int64_t at, int32_t *day, int32_t *month)
{
    time_t seconds = (time_t)(at / 1000000 + 9 * 3600);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    *day = (int32_t)(seconds / 86400);
    *month = parts.tm_year * 12 + parts.tm_mon;
}

static void roll(purse *p, int64_t now)
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

static minipay_status open_state(const purse *p)
{
    return p->state == 1 ? MINIPAY_WALLET_FROZEN : p->state == 2 ? MINIPAY_WALLET_CLOSED : MINIPAY_OK;
}

static minipay_status may_spend(const model *m, const purse *p, int64_t amount, bool counts)
{
    if (m->operation && amount > m->operation)
        return MINIPAY_LIMIT_OPERATION;
    if (p->posted - p->held < amount)
        return MINIPAY_INSUFFICIENT_FUNDS;
    if (counts && m->daily && p->day_out + amount > m->daily)
        return MINIPAY_LIMIT_DAILY;
    if (counts && m->monthly && p->month_out + amount > m->monthly)
        return MINIPAY_LIMIT_MONTHLY;
    return MINIPAY_OK;
}

static void spend(purse *p, int64_t amount)
{
    p->posted -= amount;
    p->day_out += amount;
    p->month_out += amount;
}

/* What is set aside to be spent counts as spent on its day. */
static void set_aside(purse *p, deed *d, bool spending)
{
    p->held += d->amount;
    d->left = d->amount;
    d->spending = spending;
    p->day_out += spending ? d->amount : 0;
    p->month_out += spending ? d->amount : 0;
}

/* What is not held any more does not count either, if its day or month has not ended. */
static void unset(purse *p, deed *held, int64_t amount)
{
    p->held -= amount;
    held->left -= amount;
    p->day_out -= held->spending && held->day == p->day ? amount : 0;
    p->month_out -= held->spending && held->month == p->month ? amount : 0;
}

static minipay_status room(const model *m, const purse *p, int64_t amount)
{
    return m->holding && p->posted + amount > m->holding ? MINIPAY_LIMIT_HOLDING : MINIPAY_OK;
}

static deed *deed_of(model *m, const minipay_id *id)
{
    for (int i = 0; i < m->count; i++) {
        if (memcmp(&m->deeds[i].asked.id, id, sizeof *id) == 0)
            return &m->deeds[i];
    }
    return NULL;
}

static minipay_status model_transfer(model *m, deed *d)
{
    purse *payer = &m->purses[d->payer], *payee = &m->purses[d->payee];
    if (payer == payee)
        return MINIPAY_SELF_TRANSFER;
    minipay_status status = open_state(payer);
    if (status == MINIPAY_OK)
        status = open_state(payee);
    if (status == MINIPAY_OK)
        status = may_spend(m, payer, d->amount, true);
    if (status == MINIPAY_OK)
        status = room(m, payee, d->amount);
    if (status != MINIPAY_OK)
        return status;
    spend(payer, d->amount);
    payee->posted += d->amount;
    return MINIPAY_OK;
}

static minipay_status model_pay(model *m, deed *d)
{
    purse *payer = &m->purses[d->payer];
    minipay_status status = open_state(payer);
    if (status == MINIPAY_OK)
        status = may_spend(m, payer, d->amount, true);
    if (status != MINIPAY_OK)
        return status;
    if (d->asked.kind == MINIPAY_KIND_AUTHORIZE) {
        set_aside(payer, d, true);
        return MINIPAY_OK;
    }
    spend(payer, d->amount);
    m->owed[d->payee] += d->amount;
    d->captured = d->amount;
    return MINIPAY_OK;
}

static minipay_status model_bank(model *m, deed *d)
{
    purse *p = &m->purses[d->payer];
    minipay_status status = MINIPAY_OK;
    if (d->asked.kind == MINIPAY_KIND_TOPUP) {
        if (d->amount < 10000)
            return MINIPAY_BELOW_MINIMUM;
        if (d->amount % 10000)
            return MINIPAY_NOT_IN_UNITS;
        status = open_state(p);
        if (status == MINIPAY_OK && m->operation && d->amount > m->operation)
            status = MINIPAY_LIMIT_OPERATION;
        if (status == MINIPAY_OK)
            status = room(m, p, d->amount);
        if (status == MINIPAY_OK)
            p->posted += d->amount;
        return status;
    }
    status = open_state(p);
    if (status == MINIPAY_OK)
        status = may_spend(m, p, d->amount, true);
    if (status == MINIPAY_OK)
        spend(p, d->amount);
    return status;
}

static minipay_status model_adjust(model *m, deed *d)
{
    purse *p = &m->purses[d->payer];
    bool credit = d->asked.kind == MINIPAY_KIND_CREDIT;
    minipay_status status = open_state(p);
    if (status == MINIPAY_OK)
        status = credit ? room(m, p, d->amount) : may_spend(m, p, d->amount, false);
    if (status == MINIPAY_OK)
        p->posted += credit ? d->amount : -d->amount;
    return status;
}

static minipay_status model_hold(model *m, deed *d)
{
    purse *p = &m->purses[d->payer];
    minipay_status status = MINIPAY_OK;
    if (d->payee == d->payer)
        return MINIPAY_SELF_TRANSFER;
    if (d->payee < 0) { /* a legal freeze */
        status = p->state == 2                     ? MINIPAY_WALLET_CLOSED
                 : p->posted - p->held < d->amount ? MINIPAY_INSUFFICIENT_FUNDS
                                                   : MINIPAY_OK;
    } else {
        status = open_state(p);
        if (status == MINIPAY_OK)
            status = may_spend(m, p, d->amount, true);
    }
    if (status != MINIPAY_OK)
        return status;
    set_aside(p, d, d->payee >= 0);
    return MINIPAY_OK;
}

static minipay_status model_go_on_with_hold(model *m, deed *d)
{
    deed *hold = deed_of(m, &d->asked.other_id);
    bool captures = d->asked.kind == MINIPAY_KIND_HOLD_CAPTURE;
    if (!hold || hold->asked.kind != MINIPAY_KIND_HOLD || hold->status != MINIPAY_OK)
        return MINIPAY_HOLD_NOT_FOUND;
    purse *p = &m->purses[hold->payer];
    if (captures && hold->payee < 0)
        return MINIPAY_HOLD_CLOSED;
    if (captures && m->purses[hold->payee].state == 2)
        return MINIPAY_WALLET_CLOSED;
    if (hold->left == 0)
        return MINIPAY_HOLD_CLOSED;
    d->amount = captures && d->asked.amount_minor ? d->asked.amount_minor : hold->left;
    if (d->amount > hold->left)
        return MINIPAY_INSUFFICIENT_FUNDS;
    if (captures && room(m, &m->purses[hold->payee], d->amount) != MINIPAY_OK)
        return MINIPAY_LIMIT_HOLDING;
    roll(p, d->asked.expires_at); /* the instant: see act */
    unset(p, hold, d->amount);
    if (captures) {
        spend(p, d->amount);
        m->purses[hold->payee].posted += d->amount;
        d->payer = hold->payer;
        d->payee = hold->payee;
    }
    return MINIPAY_OK;
}

static minipay_status model_go_on_with_slip(model *m, deed *d)
{
    deed *slip = deed_of(m, &d->asked.other_id);
    bool known =
        slip && (slip->asked.kind == MINIPAY_KIND_PAY || slip->asked.kind == MINIPAY_KIND_AUTHORIZE);
    if (!known)
        return MINIPAY_SLIP_NOT_FOUND;
    if (slip->status != MINIPAY_OK)
        return MINIPAY_SLIP_CLOSED;
    purse *p = &m->purses[slip->payer];
    if (d->asked.kind == MINIPAY_KIND_REFUND) {
        int64_t left = slip->captured - slip->refunded;
        d->amount = d->asked.amount_minor ? d->asked.amount_minor : left;
        if (left == 0)
            return slip->captured && slip->left ? MINIPAY_NOTHING_LEFT : MINIPAY_SLIP_CLOSED;
        if (d->amount > left)
            return MINIPAY_REFUND_EXCEEDS;
        if (p->state == 2)
            return MINIPAY_WALLET_CLOSED;
        slip->refunded += d->amount;
        m->owed[slip->payee] -= d->amount;
        p->posted += d->amount;
        return MINIPAY_OK;
    }
    if (slip->asked.kind != MINIPAY_KIND_AUTHORIZE || slip->left == 0)
        return MINIPAY_SLIP_CLOSED;
    bool captures = d->asked.kind == MINIPAY_KIND_CAPTURE;
    d->amount = captures && d->asked.amount_minor ? d->asked.amount_minor : slip->left;
    if (d->amount > slip->left)
        return MINIPAY_INSUFFICIENT_FUNDS;
    roll(p, d->asked.expires_at);
    unset(p, slip, d->amount);
    if (captures) {
        spend(p, d->amount);
        slip->captured += d->amount;
        m->owed[slip->payee] += d->amount;
    }
    return MINIPAY_OK;
}

static bool moves_money(int32_t kind)
{
    static const int32_t others[] = {MINIPAY_KIND_AUTHORIZE, MINIPAY_KIND_VOID,   MINIPAY_KIND_HOLD,
                                     MINIPAY_KIND_HOLD_VOID, MINIPAY_KIND_FREEZE, MINIPAY_KIND_UNFREEZE,
                                     MINIPAY_KIND_CLOSE};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (others[i] == kind)
            return false;
    }
    return true;
}

static minipay_status model_reverse(model *m, deed *d, int64_t now)
{
    deed *moved = deed_of(m, &d->asked.other_id);
    if (!moved || moved->status != MINIPAY_OK || !moves_money(moved->asked.kind))
        return MINIPAY_NOT_FOUND;
    if (moved->asked.kind != MINIPAY_KIND_TRANSFER)
        return MINIPAY_NOT_REVERSIBLE;
    if (moved->reversed)
        return MINIPAY_ALREADY_REVERSED;
    purse *from = &m->purses[moved->payee], *to = &m->purses[moved->payer];
    d->amount = moved->amount;
    minipay_status status = open_state(from);
    if (status == MINIPAY_OK)
        status = open_state(to);
    if (status == MINIPAY_OK && from->posted - from->held < d->amount)
        status = MINIPAY_INSUFFICIENT_FUNDS;
    if (status != MINIPAY_OK)
        return status;
    from->posted -= d->amount;
    to->posted += d->amount;
    roll(to, now);
    to->day_out -= moved->day == to->day ? d->amount : 0;
    to->month_out -= moved->month == to->month ? d->amount : 0;
    moved->reversed = true;
    return MINIPAY_OK;
}

static minipay_status model_state(model *m, deed *d)
{
    purse *p = &m->purses[d->payer];
    bool closes = d->asked.kind == MINIPAY_KIND_CLOSE;
    if (p->state == 2)
        return MINIPAY_WALLET_CLOSED;
    if (closes && p->state == 1)
        return MINIPAY_WALLET_FROZEN;
    if (closes && (p->posted || p->held))
        return MINIPAY_WALLET_NOT_EMPTY;
    p->state = closes ? 2 : d->asked.kind == MINIPAY_KIND_FREEZE;
    return MINIPAY_OK;
}

static void act(model *m, deed *d, int64_t now)
{
    d->amount = d->asked.amount_minor;
    d->asked.expires_at = now; /* not asked for by these instructions: the model's clock */
    calendar(now, &d->day, &d->month);
    if (d->payer >= 0)
        roll(&m->purses[d->payer], now);
    switch (d->asked.kind) {
    case MINIPAY_KIND_TRANSFER:
        d->status = model_transfer(m, d);
        break;
    case MINIPAY_KIND_PAY:
    case MINIPAY_KIND_AUTHORIZE:
        d->status = model_pay(m, d);
        break;
    case MINIPAY_KIND_TOPUP:
    case MINIPAY_KIND_WITHDRAW:
        d->status = model_bank(m, d);
        break;
    case MINIPAY_KIND_CREDIT:
    case MINIPAY_KIND_DEBIT:
        d->status = model_adjust(m, d);
        break;
    case MINIPAY_KIND_HOLD:
        d->status = model_hold(m, d);
        break;
    case MINIPAY_KIND_HOLD_CAPTURE:
    case MINIPAY_KIND_HOLD_VOID:
        d->status = model_go_on_with_hold(m, d);
        break;
    case MINIPAY_KIND_CAPTURE:
    case MINIPAY_KIND_VOID:
    case MINIPAY_KIND_REFUND:
        d->status = model_go_on_with_slip(m, d);
        break;
    case MINIPAY_KIND_REVERSAL:
        d->status = model_reverse(m, d, now);
        break;
    default:
        d->status = model_state(m, d);
        break;
    }
}

/* ---- instructions ---------------------------------------------------------------------------------------- */

static const int32_t often[] = {
    MINIPAY_KIND_TRANSFER, MINIPAY_KIND_TRANSFER,     MINIPAY_KIND_TRANSFER,  MINIPAY_KIND_PAY,
    MINIPAY_KIND_PAY,      MINIPAY_KIND_AUTHORIZE,    MINIPAY_KIND_CAPTURE,   MINIPAY_KIND_VOID,
    MINIPAY_KIND_REFUND,   MINIPAY_KIND_TOPUP,        MINIPAY_KIND_TOPUP,     MINIPAY_KIND_WITHDRAW,
    MINIPAY_KIND_CREDIT,   MINIPAY_KIND_CREDIT,       MINIPAY_KIND_DEBIT,     MINIPAY_KIND_HOLD,
    MINIPAY_KIND_HOLD,     MINIPAY_KIND_HOLD_CAPTURE, MINIPAY_KIND_HOLD_VOID, MINIPAY_KIND_REVERSAL,
    MINIPAY_KIND_REVERSAL, MINIPAY_KIND_FREEZE,       MINIPAY_KIND_UNFREEZE,  MINIPAY_KIND_UNFREEZE,
};

static bool goes_on(int32_t kind)
{
    return kind == MINIPAY_KIND_CAPTURE || kind == MINIPAY_KIND_VOID || kind == MINIPAY_KIND_REFUND ||
           kind == MINIPAY_KIND_HOLD_CAPTURE || kind == MINIPAY_KIND_HOLD_VOID ||
           kind == MINIPAY_KIND_REVERSAL;
}

/* Mostly one that it can go on with: the newest few of the right kind. */
static minipay_id earlier(lab *l, int32_t kind)
{
    int32_t wanted = kind == MINIPAY_KIND_REFUND                                 ? MINIPAY_KIND_PAY
                     : kind == MINIPAY_KIND_REVERSAL                             ? MINIPAY_KIND_TRANSFER
                     : kind == MINIPAY_KIND_CAPTURE || kind == MINIPAY_KIND_VOID ? MINIPAY_KIND_AUTHORIZE
                                                                                 : MINIPAY_KIND_HOLD;
    if (l->m.count == 0 || draw(l, 20) == 0)
        return world_id(&l->w);
    int found = (int)draw(l, (uint32_t)l->m.count);
    for (int i = l->m.count - 1 - (int)draw(l, 10); i >= 0 && draw(l, 15); i--) {
        if (l->m.deeds[i].asked.kind == wanted)
            found = i;
    }
    return l->m.deeds[found].asked.id;
}

static int64_t draw_amount(lab *l, int32_t kind)
{
    if (kind == MINIPAY_KIND_TOPUP)
        return draw(l, 5) ? 10000 * (1 + (int64_t)draw(l, 4)) : 1 + (int64_t)draw(l, 25000);
    if (kind == MINIPAY_KIND_FREEZE || kind == MINIPAY_KIND_UNFREEZE || kind == MINIPAY_KIND_CLOSE ||
        kind == MINIPAY_KIND_REVERSAL || kind == MINIPAY_KIND_VOID || kind == MINIPAY_KIND_HOLD_VOID)
        return 0;
    if (goes_on(kind) && draw(l, 3) == 0)
        return 0;
    return 1 + (int64_t)draw(l, draw(l, 4) ? 3000 : 40000);
}

static deed draw_deed(lab *l)
{
    int32_t kind = draw(l, 200) ? often[draw(l, sizeof often / sizeof *often)] : MINIPAY_KIND_CLOSE;
    deed d = {.payer = -1, .payee = -1};
    minipay_id member = world_nobody, other = world_nobody;
    if (goes_on(kind)) {
        other = earlier(l, kind);
    } else {
        d.payer = (int)draw(l, MEMBERS);
        member = l->members[d.payer];
    }
    if (kind == MINIPAY_KIND_TRANSFER || (kind == MINIPAY_KIND_HOLD && draw(l, 3))) {
        d.payee = (int)draw(l, MEMBERS);
        other = l->members[d.payee];
    }
    if (kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_AUTHORIZE) {
        d.payee = (int)draw(l, MERCHANTS);
        other = l->merchants[d.payee];
    }
    d.asked = world_ask(&l->w, kind, member, other, draw_amount(l, kind));
    strcpy(d.asked.reason, "drawn");
    strcpy(d.asked.memo, draw(l, 4) == 0 && kind == MINIPAY_KIND_TRANSFER ? "memo" : "");
    return d;
}

/* ---- comparing ------------------------------------------------------------------------------------------- */

static void compare_outcome(const deed *d, const minipay_outcome *outcome)
{
    if (outcome->status != d->status)
        print_error("%s %lld: the model says %s\n", minipay_kind_name(d->asked.kind),
                    (long long)d->asked.amount_minor, minipay_status_name(d->status));
    ASSERT_STATUS(outcome->status, d->status);
    ASSERT_STATE(outcome->state, d->status == MINIPAY_OK ? MINIPAY_STATE_DONE : MINIPAY_STATE_REJECTED);
    if (d->status == MINIPAY_OK)
        assert_int_equal(outcome->amount_minor, d->amount);
}

static void compare_wallets(lab *l)
{
    for (int i = 0; i < MEMBERS; i++) {
        minipay_wallet wallet = world_wallet(&l->w, l->members[i]);
        assert_int_equal(wallet.posted_minor, l->m.purses[i].posted);
        assert_int_equal(wallet.held_minor, l->m.purses[i].held);
        assert_int_equal(wallet.available_minor, l->m.purses[i].posted - l->m.purses[i].held);
        assert_int_equal(wallet.incoming_minor, 0);
        assert_int_equal(wallet.state, l->m.purses[i].state);
    }
}

static minipay_instruction as_sent(const deed *d)
{
    minipay_instruction sent = d->asked;
    sent.expires_at = 0;
    return sent;
}

static void do_one(lab *l)
{
    deed d = draw_deed(l);
    minipay_outcome outcome = world_execute(&l->w, &d.asked);
    act(&l->m, &d, l->w.now);
    compare_outcome(&d, &outcome);
    l->m.deeds[l->m.count++] = d;
}

/* Several at once, in one commit, all or none: the model tries them and steps back when one is refused. */
static void do_atomic(lab *l)
{
    minipay_batch_request request;
    minipay_batch_outcome told;
    minipay_instruction asked[GROUP];
    minipay_outcome outcomes[GROUP];
    model *before = malloc(sizeof *before);
    minipay_status refused = MINIPAY_OK;
    uint32_t count = 0, failed = 0;
    assert_non_null(before);
    *before = l->m;
    minipay_batch_request_init(&request);
    minipay_batch_outcome_init(&told);
    request.id = world_id(&l->w);
    while (count < GROUP) {
        deed d = draw_deed(l);
        if (d.asked.kind == MINIPAY_KIND_TOPUP || d.asked.kind == MINIPAY_KIND_WITHDRAW)
            continue;
        asked[count] = d.asked;
        if (refused == MINIPAY_OK) {
            act(&l->m, &d, l->w.now);
            refused = d.status;
            failed = count;
            l->m.deeds[l->m.count++] = d;
        }
        count++;
    }
    minipay_status status =
        minipay_execute_atomic(l->w.pay, &request, asked, count, &told, outcomes, NULL);
    ASSERT_STATUS(status, refused == MINIPAY_OK ? MINIPAY_OK : MINIPAY_BATCH_REFUSED);
    ASSERT_STATUS(told.failed_status, refused);
    if (refused != MINIPAY_OK) {
        assert_int_equal(told.failed_number, failed);
        l->m = *before;
    }
    free(before);
}

static void resend_an_old_one(lab *l)
{
    if (l->m.count == 0)
        return;
    const deed *d = &l->m.deeds[draw(l, (uint32_t)l->m.count)];
    minipay_instruction again = as_sent(d);
    minipay_outcome outcome = world_execute(&l->w, &again);
    compare_outcome(d, &outcome);
    minipay_outcome found = world_outcome(&l->w, again.kind, again.id);
    assert_memory_equal(&found, &outcome, sizeof found);
}

static void set_limits(lab *l)
{
    l->m.operation = 35000;
    l->m.holding = 150000;
    l->m.daily = 90000;
    l->m.monthly = 150000;
    world_rule(&l->w, MINIPAY_RULE_LIMIT_OPERATION, 0, l->m.operation);
    world_rule(&l->w, MINIPAY_RULE_LIMIT_HOLDING, 0, l->m.holding);
    world_rule(&l->w, MINIPAY_RULE_LIMIT_DAILY, 0, l->m.daily);
    world_rule(&l->w, MINIPAY_RULE_LIMIT_MONTHLY, 0, l->m.monthly);
    world_rule(&l->w, MINIPAY_RULE_AUTHORIZATION_SECONDS, 0, 400 * 86400);
}

static void open_lab(lab *l, uint64_t number)
{
    memset(l, 0, sizeof *l);
    l->s = given;
    seed_begin(&l->s, number);
    world_begin(&l->w);
    for (int i = 0; i < MEMBERS; i++)
        l->members[i] = world_person(&l->w, "110-222-333444");
    for (int i = 0; i < MERCHANTS; i++)
        l->merchants[i] = world_merchant(&l->w, NULL, 100 * i);
    set_limits(l);
}

static void run(uint64_t number)
{
    lab *l = malloc(sizeof *l);
    assert_non_null(l);
    open_lab(l, number);
    while (l->m.count < OPERATIONS - GROUP) {
        uint32_t what = draw(l, 20);
        if (what < 16)
            do_one(l);
        else if (what < 17)
            do_atomic(l);
        else if (what < 19)
            resend_an_old_one(l);
        else
            world_pass(&l->w, draw(l, 30000));
        if (draw(l, 25) == 0)
            compare_wallets(l);
    }
    compare_wallets(l);
    for (int i = 0; i < l->m.count; i++) {
        minipay_outcome found = world_outcome(&l->w, l->m.deeds[i].asked.kind, l->m.deeds[i].asked.id);
        compare_outcome(&l->m.deeds[i], &found);
    }
    world_audit_clean(&l->w);
    world_close(&l->w);
    free(l);
}

static void random_operations_end_as_in_the_model(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < (given.given ? 1 : RUNS); i++)
        run(i);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_operations_end_as_in_the_model),
    };
    given = seed_of(argc, argv, (uint64_t)time(NULL) * 1000003u % 1000000007u);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
