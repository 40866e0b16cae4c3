/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"
#include "model.h"
#include "seed.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Random days: operations of every kind, groups that stand or fall together, a bank that refuses, is silent or
 * answers late, time that passes, holds that expire, settlement runs whose payouts are refused and retried, and
 * the same requests again. What every operation ends with, every wallet, slip and account is as the model says.
 * A run prints its seed, and `--seed N` repeats it. */

enum { RUNS = 12, GROUP = 6, OPERATIONS = MODEL_DEEDS - GROUP, FEE_OF_BANK = 30 };

typedef struct lab {
    world w;
    minipay_id members[MODEL_MEMBERS], shops[MODEL_SHOPS], events[MODEL_EVENTS];
    minipay_id runs[MODEL_LINES];
    int run_count;
    model m;
    seed s;
} lab;

static seed given;

static uint32_t draw(lab *l, uint32_t below)
{
    return seed_draw(&l->s, below);
}

/* ---- what is asked --------------------------------------------------------------------------------------- */

static const int32_t often[] = {
    MINIPAY_KIND_TRANSFER,     MINIPAY_KIND_TRANSFER,  MINIPAY_KIND_TRANSFER, MINIPAY_KIND_PAY,
    MINIPAY_KIND_PAY,          MINIPAY_KIND_PAY,       MINIPAY_KIND_PAY,      MINIPAY_KIND_AUTHORIZE,
    MINIPAY_KIND_AUTHORIZE,    MINIPAY_KIND_AUTHORIZE, MINIPAY_KIND_CAPTURE,  MINIPAY_KIND_CAPTURE,
    MINIPAY_KIND_CAPTURE,      MINIPAY_KIND_VOID,      MINIPAY_KIND_REFUND,   MINIPAY_KIND_REFUND,
    MINIPAY_KIND_REFUND,       MINIPAY_KIND_TOPUP,     MINIPAY_KIND_TOPUP,    MINIPAY_KIND_TOPUP,
    MINIPAY_KIND_TOPUP,        MINIPAY_KIND_WITHDRAW,  MINIPAY_KIND_WITHDRAW, MINIPAY_KIND_CREDIT,
    MINIPAY_KIND_DEBIT,        MINIPAY_KIND_HOLD,      MINIPAY_KIND_HOLD,     MINIPAY_KIND_HOLD_CAPTURE,
    MINIPAY_KIND_HOLD_CAPTURE, MINIPAY_KIND_HOLD_VOID, MINIPAY_KIND_REVERSAL, MINIPAY_KIND_REVERSAL,
    MINIPAY_KIND_FREEZE,       MINIPAY_KIND_UNFREEZE,  MINIPAY_KIND_UNFREEZE, MINIPAY_KIND_UNFREEZE,
    MINIPAY_KIND_CLOSE,        MINIPAY_KIND_CREDIT,    MINIPAY_KIND_CREDIT,   MINIPAY_KIND_TOPUP,
};

static bool goes_on(int32_t kind)
{
    return kind == MINIPAY_KIND_CAPTURE || kind == MINIPAY_KIND_VOID || kind == MINIPAY_KIND_REFUND ||
           kind == MINIPAY_KIND_HOLD_CAPTURE || kind == MINIPAY_KIND_HOLD_VOID ||
           kind == MINIPAY_KIND_REVERSAL;
}

static bool fits(int32_t kind, const model_deed *d)
{
    switch (kind) {
    case MINIPAY_KIND_CAPTURE:
    case MINIPAY_KIND_VOID:
        return d->asked.kind == MINIPAY_KIND_AUTHORIZE;
    case MINIPAY_KIND_REFUND:
        return d->asked.kind == MINIPAY_KIND_AUTHORIZE || d->asked.kind == MINIPAY_KIND_PAY;
    case MINIPAY_KIND_REVERSAL:
        return d->asked.kind == MINIPAY_KIND_TRANSFER;
    default:
        return d->asked.kind == MINIPAY_KIND_HOLD;
    }
}

static bool has_more(int32_t kind, const model_deed *d)
{
    bool on_hold = kind != MINIPAY_KIND_REFUND && kind != MINIPAY_KIND_REVERSAL;
    return d->state == MINIPAY_STATE_DONE && (on_hold                       ? d->holds
                                              : kind == MINIPAY_KIND_REFUND ? d->refunded < d->captured
                                                                            : !d->reversed);
}

/* One of the newest that it can go on with; now and then one that it cannot, or nobody's. */
static int draw_target(lab *l, int32_t kind)
{
    int found = -1;
    int skipped = (int)draw(l, draw(l, 4) ? 4 : 30), never = draw(l, 25) == 0;
    bool any = draw(l, 4) == 0;
    for (int i = l->m.deed_count - 1; i >= 0 && !never && skipped >= 0; i--) {
        if (!fits(kind, &l->m.deeds[i]))
            continue;
        found = i;
        skipped -= any || has_more(kind, &l->m.deeds[i]);
    }
    return found;
}

static int64_t draw_amount(lab *l, int32_t kind, const model_purse *payer)
{
    int64_t available = payer ? payer->posted - payer->held : 0;
    bool all = available > 0 && draw(l, 6) == 0;
    switch (kind) {
    case MINIPAY_KIND_TOPUP:
        return draw(l, 6) ? 10000 * (1 + (int64_t)draw(l, 4)) : 1 + (int64_t)draw(l, 25000);
    case MINIPAY_KIND_FREEZE:
    case MINIPAY_KIND_UNFREEZE:
    case MINIPAY_KIND_CLOSE:
    case MINIPAY_KIND_REVERSAL:
    case MINIPAY_KIND_VOID:
    case MINIPAY_KIND_HOLD_VOID:
        return 0;
    case MINIPAY_KIND_DEBIT:
    case MINIPAY_KIND_WITHDRAW:
        if (all)
            return available;
        break;
    default:
        if (goes_on(kind) && draw(l, 3) == 0)
            return 0;
    }
    return 1 + (int64_t)draw(l, draw(l, 4) ? 3000 : 40000);
}

/* What is frozen thaws soon. */
static int draw_payer(lab *l, int32_t kind)
{
    int payer = (int)draw(l, MODEL_MEMBERS);
    for (int i = 0; i < MODEL_MEMBERS && kind == MINIPAY_KIND_UNFREEZE; i++)
        payer = l->m.purses[i].state == MINIPAY_WALLET_FROZEN_STATE ? i : payer;
    return payer;
}

/* Mostly all that is there, now and then too much. */
static void draw_from_suspense(lab *l, model_deed *d)
{
    d->asked.flags = MINIPAY_FLAG_FROM_SUSPENSE;
    if (draw(l, 3))
        d->asked.amount_minor = l->m.suspense;
}

static void draw_details(lab *l, model_deed *d)
{
    int32_t kind = d->asked.kind;
    bool pays = kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_AUTHORIZE;
    if ((pays || kind == MINIPAY_KIND_TRANSFER) && draw(l, 3) == 0)
        d->asked.flags = MINIPAY_FLAG_AUTO_TOPUP;
    if ((kind == MINIPAY_KIND_HOLD || kind == MINIPAY_KIND_AUTHORIZE) && draw(l, 2))
        d->asked.expires_at = l->w.now + ((int64_t)draw(l, 300000) - 5000) * 1000000;
    if (pays && draw(l, 2)) {
        d->event = (int)draw(l, MODEL_EVENTS);
        d->asked.promotion_id = l->events[d->event];
    }
    if (kind == MINIPAY_KIND_CREDIT && l->m.suspense > 0)
        draw_from_suspense(l, d);
    if (kind == MINIPAY_KIND_TRANSFER && draw(l, 4) == 0)
        strcpy(d->asked.memo, "memo");
    strcpy(d->asked.reason, "drawn");
}

static model_deed *begin_deed(lab *l, int32_t kind, int payer)
{
    model_deed *d = &l->m.deeds[l->m.deed_count];
    minipay_id member = payer < 0 ? world_nobody : l->members[payer], other = world_nobody;
    *d = (model_deed){.payer = payer, .payee = -1, .event = -1, .target = -1};
    if (goes_on(kind)) {
        d->target = draw_target(l, kind);
        other = d->target < 0 ? world_id(&l->w) : l->m.deeds[d->target].asked.id;
    } else if (kind == MINIPAY_KIND_TRANSFER || (kind == MINIPAY_KIND_HOLD && draw(l, 3))) {
        d->payee = (int)draw(l, MODEL_MEMBERS);
        other = l->members[d->payee];
    } else if (kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_AUTHORIZE) {
        d->payee = (int)draw(l, MODEL_SHOPS);
        other = l->shops[d->payee];
    }
    l->m.deed_count++;
    d->asked = world_ask(&l->w, kind, member, other,
                         draw_amount(l, kind, payer < 0 ? NULL : &l->m.purses[payer]));
    draw_details(l, d);
    return d;
}

static model_deed *draw_deed(lab *l)
{
    int32_t kind = often[draw(l, sizeof often / sizeof *often)];
    return begin_deed(l, kind, goes_on(kind) ? -1 : draw_payer(l, kind));
}

/* ---- what became of it ----------------------------------------------------------------------------------- */

static void compare_outcome(const model_deed *d, const minipay_outcome *outcome)
{
    if (outcome->status != d->status || outcome->state != d->state)
        print_error("operation %s of %lld: the model says %s, %s\n", minipay_kind_name(d->asked.kind),
                    (long long)d->asked.amount_minor, minipay_state_name(d->state),
                    minipay_status_name(d->status));
    ASSERT_STATUS(outcome->status, d->status);
    ASSERT_STATE(outcome->state, d->state);
    if (d->state != MINIPAY_STATE_DONE)
        return;
    assert_int_equal(outcome->amount_minor, d->amount);
    assert_int_equal(outcome->topup_minor, d->topup);
}

/* Has the bank answered? Only this does the model take from MiniPay; at rest the bank's own balance proves
 * it. */
static bool has_answer(lab *l, int32_t kind, minipay_id id, bool *done)
{
    minipay_outcome outcome = world_outcome(&l->w, kind, id);
    *done = outcome.state == MINIPAY_STATE_DONE;
    if (outcome.state == MINIPAY_STATE_REJECTED)
        ASSERT_STATUS(outcome.status, MINIPAY_BANK_REFUSED);
    else if (!*done)
        ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
    return outcome.state != MINIPAY_STATE_RUNNING;
}

static void take_answers_in(lab *l)
{
    bool done;
    for (int i = 0; i < l->m.deed_count; i++) {
        model_deed *d = &l->m.deeds[i];
        minipay_id id = d->asked.id;
        if (d->at_bank && d->topup)
            mpi_id_derive(&d->asked.id, "topup", &id);
        if (d->at_bank && has_answer(l, d->topup ? MINIPAY_KIND_TOPUP : d->asked.kind, id, &done))
            model_answer(&l->m, d, done, l->w.now);
    }
    for (int i = 0; i < l->m.line_count; i++) {
        model_line *line = &l->m.lines[i];
        if (line->state == MINIPAY_STATE_RUNNING && has_answer(l, MINIPAY_KIND_PAYOUT, line->id, &done))
            model_line_answer(&l->m, line, done);
    }
}

static void take_expiry_in(lab *l)
{
    for (int i = 0; i < l->m.deed_count; i++) {
        model_deed *d = &l->m.deeds[i];
        bool own = d->asked.kind == MINIPAY_KIND_HOLD;
        minipay_id id;
        minipay_outcome outcome;
        if (!d->holds || !d->expires || d->expires > l->w.now)
            continue;
        mpi_id_derive(&d->asked.id, "expiry", &id);
        minipay_outcome_init(&outcome);
        minipay_status status = minipay_outcome_get(
            l->w.pay, own ? MINIPAY_KIND_HOLD_VOID : MINIPAY_KIND_VOID, &id, &outcome, NULL);
        if (status == MINIPAY_OK)
            model_expire(&l->m, d, l->w.now);
    }
}

/* ---- comparing all --------------------------------------------------------------------------------------- */

static void compare_wallets(lab *l)
{
    for (int i = 0; i < MODEL_MEMBERS; i++) {
        const model_purse *p = &l->m.purses[i];
        minipay_wallet wallet = world_wallet(&l->w, l->members[i]);
        assert_int_equal(wallet.posted_minor, p->posted);
        assert_int_equal(wallet.held_minor, p->held);
        assert_int_equal(wallet.incoming_minor, p->incoming);
        assert_int_equal(wallet.available_minor, p->posted - p->held);
        assert_int_equal(wallet.state, p->state);
    }
}

static int64_t balance_of(const minipay_balance *balances, uint32_t count, const char *account,
                          minipay_id owner)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(balances[i].account, account) == 0 &&
            memcmp(&balances[i].owner_id, &owner, sizeof owner) == 0)
            return balances[i].posted_minor;
    }
    return 0;
}

static void compare_accounts(lab *l)
{
    minipay_balance rows[64], from;
    uint32_t count = 64;
    memset(&from, 0, sizeof from);
    from.struct_size = sizeof from;
    ASSERT_STATUS(minipay_balance_list(l->w.pay, &from, rows, &count, NULL), MINIPAY_OK);
    assert_true(count < 64);
    assert_int_equal(balance_of(rows, count, "corporate", world_nobody), l->m.corporate);
    assert_int_equal(balance_of(rows, count, "transit", world_nobody), -l->m.transit);
    assert_int_equal(balance_of(rows, count, "suspense", world_nobody), l->m.suspense);
    assert_int_equal(balance_of(rows, count, "fee_income", world_nobody), l->m.fee_income);
    assert_int_equal(balance_of(rows, count, "promotion_expense", world_nobody), l->m.promotion_expense);
    assert_int_equal(balance_of(rows, count, "bank_fee", world_nobody), l->m.bank_fees);
    assert_int_equal(balance_of(rows, count, "adjustment", world_nobody), l->m.adjusted);
    for (int i = 0; i < MODEL_SHOPS; i++)
        assert_int_equal(balance_of(rows, count, "payable", l->shops[i]), l->m.shops[i].payable);
    for (int i = 0; i < MODEL_EVENTS; i++)
        assert_int_equal(world_promotion_used(&l->w, l->events[i]), l->m.events[i].used);
    assert_int_equal(model_backed(&l->m), l->m.corporate);
}

static void compare_slip(lab *l, const model_deed *d)
{
    minipay_slip slip;
    minipay_slip_init(&slip);
    ASSERT_STATUS(minipay_slip_get(l->w.pay, &d->asked.id, &slip, NULL), MINIPAY_OK);
    assert_string_equal(minipay_slip_state_name(slip.state), minipay_slip_state_name(d->slip));
    if (d->state != MINIPAY_STATE_DONE)
        return;
    assert_int_equal(slip.captured_minor, d->captured);
    assert_int_equal(slip.refunded_minor, d->refunded);
    assert_int_equal(slip.fee_minor, d->fee);
    assert_int_equal(slip.refunded_fee_minor, d->refunded_fee);
    assert_int_equal(slip.promotion_minor, d->promotion);
    assert_int_equal(slip.refunded_promotion_minor, d->refunded_promotion);
}

static void compare_deeds(lab *l)
{
    for (int i = 0; i < l->m.deed_count; i++) {
        const model_deed *d = &l->m.deeds[i];
        minipay_outcome outcome = world_outcome(&l->w, d->asked.kind, d->asked.id);
        compare_outcome(d, &outcome);
        if (d->slip)
            compare_slip(l, d);
    }
}

/* ---- moves ----------------------------------------------------------------------------------------------- */

static void ask(lab *l, model_deed *d)
{
    minipay_outcome outcome = world_execute(&l->w, &d->asked);
    model_ask(&l->m, d, l->w.now);
    take_answers_in(l);
    compare_outcome(d, &outcome);
}

/* A member, made poorer, takes all his money to the bank and closes his wallet, perhaps before the bank has
 * answered: what it refuses then lies in suspense. */
static void leave(lab *l)
{
    int payer = (int)draw(l, MODEL_MEMBERS);
    const model_purse *p = &l->m.purses[payer];
    int gone = 0;
    for (int i = 0; i < MODEL_MEMBERS; i++)
        gone += l->m.purses[i].state == MINIPAY_WALLET_CLOSED_STATE;
    if (gone > MODEL_MEMBERS / 2 || p->state || p->held || p->incoming || p->posted == 0)
        return;
    model_deed *d = begin_deed(l, MINIPAY_KIND_DEBIT, payer);
    d->asked.amount_minor = p->posted > l->m.operation ? l->m.operation : (p->posted + 1) / 2;
    ask(l, d);
    if (p->posted == 0 || p->posted > l->m.operation)
        return;
    d = begin_deed(l, MINIPAY_KIND_WITHDRAW, payer);
    d->asked.amount_minor = p->posted;
    ask(l, d);
    ask(l, begin_deed(l, MINIPAY_KIND_CLOSE, payer));
}

static void ask_again(lab *l)
{
    if (l->m.deed_count == 0)
        return;
    model_deed *d = &l->m.deeds[draw(l, (uint32_t)l->m.deed_count)];
    minipay_outcome outcome = world_execute(&l->w, &d->asked);
    take_answers_in(l);
    compare_outcome(d, &outcome);
    minipay_outcome found = world_outcome(&l->w, d->asked.kind, d->asked.id);
    assert_memory_equal(&found, &outcome, sizeof found);
}

/* Of a kind that never waits for the bank. */
static model_deed *draw_deed_of_a_group(lab *l)
{
    model_deed *d = draw_deed(l);
    while (d->asked.kind == MINIPAY_KIND_TOPUP || d->asked.kind == MINIPAY_KIND_WITHDRAW) {
        l->m.deed_count--;
        d = draw_deed(l);
    }
    d->asked.flags = 0;
    return d;
}

/* Several at once, in one commit, all or none: the model tries them and steps back when one is refused. */
static void ask_together(lab *l)
{
    minipay_batch_request request;
    minipay_batch_outcome told;
    minipay_instruction asked[GROUP];
    minipay_outcome outcomes[GROUP];
    int32_t refused = MINIPAY_OK;
    uint32_t count = 2 + draw(l, GROUP - 1), failed = 0;
    model *before = malloc(sizeof *before);
    assert_non_null(before);
    *before = l->m;
    minipay_batch_request_init(&request);
    minipay_batch_outcome_init(&told);
    request.id = world_id(&l->w);
    for (uint32_t i = 0; i < count; i++) {
        model_deed *d = draw_deed_of_a_group(l);
        asked[i] = d->asked;
        if (refused != MINIPAY_OK)
            continue;
        model_ask(&l->m, d, l->w.now);
        refused = d->status;
        failed = i;
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

static void ask_otherwise(lab *l)
{
    if (l->m.deed_count == 0)
        return;
    const model_deed *d = &l->m.deeds[draw(l, (uint32_t)l->m.deed_count)];
    minipay_instruction other = d->asked;
    minipay_outcome outcome;
    minipay_error error;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    bool amount = other.amount_minor && draw(l, 2);
    if (amount)
        other.amount_minor++;
    else
        strcpy(other.channel, "other");
    ASSERT_STATUS(minipay_execute(l->w.pay, &other, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, amount ? "amount_minor" : "channel");
    ASSERT_STATE(outcome.state, MINIPAY_STATE_NONE);
}

/* One thing at a time, so that the model can follow in the same order. */
static void carry_on(lab *l, int most)
{
    uint32_t carried = 1;
    int64_t next_at;
    while (carried && most--) {
        ASSERT_STATUS(minipay_run(l->w.pay, 1, &carried, &next_at, NULL), MINIPAY_OK);
        assert_true(carried <= 1);
        take_expiry_in(l);
        take_answers_in(l);
    }
}

static void compare_line(const model_line *line, const minipay_settlement_line *shown)
{
    assert_int_equal(shown->slips, line->due.slips);
    assert_int_equal(shown->gross_minor, line->due.gross);
    assert_int_equal(shown->refund_minor, line->due.refund);
    assert_int_equal(shown->fee_minor, line->due.fee);
    assert_int_equal(shown->promotion_minor, line->due.promotion);
    assert_int_equal(shown->carried_minor, line->due.carried);
    assert_int_equal(shown->net_minor, line->net);
    assert_int_equal(shown->payout_minor, line->payout);
}

static uint32_t read_lines(lab *l, minipay_id run, minipay_settlement_line *lines)
{
    uint32_t count = MODEL_SHOPS;
    ASSERT_STATUS(minipay_settlement_lines(l->w.pay, &run, &world_nobody, lines, &count, NULL),
                  MINIPAY_OK);
    return count;
}

static const minipay_settlement_line *line_of(const minipay_settlement_line *lines, uint32_t count,
                                              minipay_id shop)
{
    for (uint32_t i = 0; i < count; i++) {
        if (memcmp(&lines[i].merchant_id, &shop, sizeof shop) == 0)
            return &lines[i];
    }
    return NULL;
}

static void settle(lab *l)
{
    static const model_due nothing;
    minipay_settlement_line shown[MODEL_SHOPS];
    minipay_id id = world_id(&l->w);
    if (l->m.line_count > MODEL_LINES - MODEL_SHOPS)
        return;
    world_settle(&l->w, id, model_date(l->w.now));
    l->runs[l->run_count++] = id;
    uint32_t count = read_lines(l, id, shown);
    for (int i = 0; i < MODEL_SHOPS; i++) {
        const minipay_settlement_line *found = line_of(shown, count, l->shops[i]);
        if (!found) {
            assert_memory_equal(&l->m.shops[i].due, &nothing, sizeof nothing);
            continue;
        }
        model_line *line = model_settle(&l->m, i, &id);
        line->id = found->id;
        compare_line(line, found);
    }
    take_answers_in(l);
}

static void retry(lab *l)
{
    minipay_settlement_line shown[MODEL_SHOPS];
    minipay_settlement settlement;
    minipay_retry_request request;
    if (l->run_count == 0 || l->m.line_count > MODEL_LINES - MODEL_SHOPS)
        return;
    minipay_settlement_init(&settlement);
    minipay_retry_request_init(&request);
    request.id = world_id(&l->w);
    request.run_id = l->runs[draw(l, (uint32_t)l->run_count)];
    ASSERT_STATUS(minipay_settlement_retry(l->w.pay, &request, &settlement, NULL), MINIPAY_OK);
    l->runs[l->run_count++] = request.id;
    uint32_t count = read_lines(l, request.id, shown), wanted = 0;
    for (int i = l->m.line_count - 1; i >= 0; i--) {
        model_line *refused = &l->m.lines[i];
        if (!refused->waits || memcmp(&refused->run, &request.run_id, sizeof refused->run) != 0)
            continue;
        const minipay_settlement_line *found = line_of(shown, count, l->shops[refused->shop]);
        assert_non_null(found);
        model_line *line = model_retry(&l->m, refused, &request.id);
        line->id = found->id;
        compare_line(line, found);
        wanted++;
    }
    assert_int_equal(count, wanted);
    take_answers_in(l);
}

/* A run that stands says the same again; its open lines ask their bank at once. */
static void settle_again(lab *l)
{
    minipay_settlement first, again;
    if (l->run_count == 0)
        return;
    minipay_settlement_init(&first);
    minipay_id id = l->runs[draw(l, (uint32_t)l->run_count)];
    ASSERT_STATUS(minipay_settlement_get(l->w.pay, &id, &first, NULL), MINIPAY_OK);
    if (mpi_id_is_none(&first.retry_of)) {
        again = world_settle(&l->w, id, first.through_date);
        assert_int_equal(again.lines, first.lines);
        assert_int_equal(again.payout_minor, first.payout_minor);
    }
    take_answers_in(l);
}

/* Everything ends: all that is asked of the bank has its answer, and the bank has what the books say. */
static void rest(lab *l)
{
    int64_t next_at = 1;
    uint32_t carried = 1;
    bool waits = true;
    while (waits || carried) {
        waits = false;
        carry_on(l, 100000);
        for (int i = 0; i < l->m.deed_count; i++)
            waits |= l->m.deeds[i].at_bank;
        for (int i = 0; i < l->m.line_count; i++)
            waits |= l->m.lines[i].state == MINIPAY_STATE_RUNNING;
        ASSERT_STATUS(minipay_run(l->w.pay, 1, &carried, &next_at, NULL), MINIPAY_OK);
        assert_int_equal(carried, 0);
        if (waits) {
            assert_true(next_at > l->w.now);
            l->w.now = next_at;
        }
    }
    world_at_peace(&l->w);
    assert_int_equal(world_at_bank(&l->w), l->m.corporate);
    assert_int_equal(l->m.transit, 0);
    compare_wallets(l);
    compare_accounts(l);
}

static void move(lab *l)
{
    uint32_t what = draw(l, 43);
    if (what < 26)
        ask(l, draw_deed(l));
    else if (what < 28)
        ask_again(l);
    else if (what < 30)
        ask_otherwise(l);
    else if (what < 34)
        carry_on(l, 1 + (int)draw(l, 6));
    else if (what < 38)
        world_pass(&l->w, draw(l, draw(l, 8) ? 3000 : 90000));
    else if (what < 41)
        ask_together(l);
    else if (what < 42)
        settle(l);
    else if (draw(l, 4))
        retry(l);
    else
        settle_again(l);
    if (l->m.deed_count > OPERATIONS / 2 && l->m.deed_count < OPERATIONS - 3)
        leave(l);
}

/* ---- a world --------------------------------------------------------------------------------------------- */

static void set_rules(lab *l)
{
    model *m = &l->m;
    m->operation = 40000;
    m->holding = 120000;
    m->daily = 50000;
    m->monthly = 150000;
    m->minimum_payout = 2000;
    m->fee_of_bank = FEE_OF_BANK;
    m->refund_days = 2;
    m->reversal_days = 1;
    m->authorization_us = INT64_C(2) * 86400 * 1000000;
    world_rule(&l->w, MINIPAY_RULE_LIMIT_OPERATION, 0, m->operation);
    world_rule(&l->w, MINIPAY_RULE_LIMIT_HOLDING, 0, m->holding);
    world_rule(&l->w, MINIPAY_RULE_LIMIT_DAILY, 0, m->daily);
    world_rule(&l->w, MINIPAY_RULE_LIMIT_MONTHLY, 0, m->monthly);
    world_rule(&l->w, MINIPAY_RULE_MINIMUM_PAYOUT, 0, m->minimum_payout);
    world_rule(&l->w, MINIPAY_RULE_REFUND_DAYS, 0, m->refund_days);
    world_rule(&l->w, MINIPAY_RULE_REVERSAL_DAYS, 0, m->reversal_days);
    world_rule(&l->w, MINIPAY_RULE_AUTHORIZATION_SECONDS, 0, m->authorization_us / 1000000);
    world_rule(&l->w, MINIPAY_RULE_BANK_DEADLINE_MS, 0, INT64_C(31622400000)); /* nobody is parked */
}

static void make_event(lab *l, int number, model_event event)
{
    minipay_promotion_request request;
    minipay_outcome outcome;
    minipay_promotion_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = l->events[number] = world_id(&l->w);
    request.basis_points = event.points;
    request.fixed_minor = event.fixed;
    request.largest_minor = event.largest;
    request.budget_minor = event.budget;
    request.merchant_share = event.share;
    if (event.shop >= 0)
        request.merchant_id = l->shops[event.shop];
    memcpy(request.currency, "KRW", 4);
    strcpy(request.name, "Event");
    ASSERT_STATUS(minipay_promotion_register(l->w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    l->m.events[number] = event;
}

static void open_lab(lab *l)
{
    static const int32_t fees[MODEL_SHOPS] = {0, 137, 5000};
    memset(&l->m, 0, sizeof l->m);
    l->run_count = 0;
    world_init(&l->w, ":memory:");
    l->w.script.seed = draw(l, 1000000);
    l->w.script.lost_request = draw(l, 3000);
    bool harsh = draw(l, 2); /* refusals are often heard late: of wallets that are closed by then */
    l->w.script.pending = 800;
    l->w.script.lost_reply = harsh ? 6000 : 800;
    l->w.script.refused = harsh ? 4000 : 1500;
    l->w.script.duplicate = 500;
    l->w.script.unknown_asks = draw(l, 3);
    l->w.script.fee_minor = FEE_OF_BANK;
    world_open(&l->w);
    for (int i = 0; i < MODEL_MEMBERS; i++)
        l->members[i] = world_person(&l->w, "110-222-333444");
    for (int i = 0; i < MODEL_SHOPS; i++) {
        l->shops[i] = world_merchant(&l->w, "110-222-555666", fees[i]);
        l->m.shops[i].fee_points = fees[i];
    }
    set_rules(l);
    make_event(l, 0, (model_event){.points = 1000, .share = 3333, .shop = -1, .budget = 20000});
    make_event(l, 1, (model_event){.fixed = 777, .share = 10000, .shop = 1, .budget = 1000000});
    make_event(l, 2,
               (model_event){.points = 9900, .largest = 5000, .share = 0, .shop = -1, .budget = 30000});
}

static void random_days_are_as_the_model_says(void **state)
{
    lab *l = calloc(1, sizeof *l);
    (void)state;
    assert_non_null(l);
    l->s = given;
    for (uint64_t i = 0; i < (given.given ? 1 : RUNS); i++) {
        seed_begin(&l->s, i);
        open_lab(l);
        for (uint32_t moves = 1; l->m.deed_count < OPERATIONS; moves++) {
            move(l);
            if (moves % 8 == 0) {
                compare_wallets(l);
                compare_accounts(l);
            }
            if (moves % 250 == 0)
                rest(l);
            else if (moves % 50 == 0)
                world_audit_clean(&l->w);
        }
        rest(l);
        compare_deeds(l);
        world_close(&l->w);
    }
    free(l);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_days_are_as_the_model_says),
    };
    given = seed_of(argc, argv, (uint64_t)time(NULL) * 1000003u % 1000000007u);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
