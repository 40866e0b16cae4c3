/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"
#include "world.h"

#include <string.h>

static const char good[] = "110-222-333444";

static minipay_slip slip_of(world *w, minipay_id id)
{
    minipay_slip slip;
    minipay_slip_init(&slip);
    ASSERT_STATUS(minipay_slip_get(w->pay, &id, &slip, NULL), MINIPAY_OK);
    return slip;
}

typedef struct shop {
    world w;
    minipay_id member, merchant;
} shop;

/* A member with 100,000 won, and a merchant who pays 1 %. */
static void open_shop(shop *s)
{
    world_begin(&s->w);
    s->member = world_person(&s->w, good);
    s->merchant = world_merchant(&s->w, "110-999-000111", 100);
    world_topup(&s->w, s->member, 100000);
}

static void close_shop(shop *s)
{
    world_audit_clean(&s->w);
    world_close(&s->w);
}

static minipay_id authorize(shop *s, int64_t amount_minor)
{
    minipay_outcome outcome =
        world_do(&s->w, MINIPAY_KIND_AUTHORIZE, s->member, s->merchant, amount_minor);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    return outcome.id;
}

static minipay_outcome change(shop *s, int32_t kind, minipay_id payment, int64_t amount_minor)
{
    return world_do(&s->w, kind, world_nobody, payment, amount_minor);
}

static minipay_settlement settle_now(shop *s)
{
    minipay_id id = world_id(&s->w);
    return world_settle(&s->w, id, 20251123);
}

/* ---- the life of an authorisation ---------------------------------------------------------------------- */

static void an_authorisation_holds_the_money_and_moves_none(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    assert_int_equal(world_wallet(&s.w, s.member).posted_minor, 100000);
    assert_int_equal(world_wallet(&s.w, s.member).available_minor, 40000);
    minipay_slip slip = slip_of(&s.w, payment);
    assert_int_equal(slip.state, MINIPAY_SLIP_AUTHORIZED);
    assert_int_equal(slip.kind, MINIPAY_KIND_AUTHORIZE);
    assert_int_equal(slip.amount_minor, 60000);
    assert_int_equal(slip.captured_minor, 0);
    assert_int_equal(slip.fee_minor, 0);
    minipay_instruction second = world_ask(&s.w, MINIPAY_KIND_PAY, s.member, s.merchant, 40001);
    world_expect(&s.w, &second, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    assert_int_equal(settle_now(&s).lines, 0);
    close_shop(&s);
}

/* The wallet's newest entry is the capture's. */
static void expect_booked(shop *s, const minipay_outcome *capture)
{
    minipay_entry entry;
    uint32_t count = 1;
    ASSERT_STATUS(minipay_wallet_history(s->w.pay, &s->member, "KRW", 0, &entry, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(entry.kind, MINIPAY_KIND_CAPTURE);
    assert_memory_equal(&entry.operation_id, &capture->id, sizeof capture->id);
    assert_int_equal(entry.amount_minor, -capture->amount_minor);
}

static void a_capture_is_booked_under_its_own_kind(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    for (int64_t left = 60000; left; left -= 20000) {
        minipay_outcome outcome = change(&s, MINIPAY_KIND_CAPTURE, payment, 20000);
        ASSERT_STATUS(outcome.status, MINIPAY_OK);
        expect_booked(&s, &outcome);
    }
    close_shop(&s);
}

static void parts_are_captured_until_nothing_is_left(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    assert_int_equal(change(&s, MINIPAY_KIND_CAPTURE, payment, 25050).amount_minor, 25050);
    assert_int_equal(slip_of(&s.w, payment).state, MINIPAY_SLIP_PARTLY_CAPTURED);
    assert_int_equal(world_wallet(&s.w, s.member).posted_minor, 74950);
    assert_int_equal(world_wallet(&s.w, s.member).held_minor, 34950);
    assert_int_equal(change(&s, MINIPAY_KIND_CAPTURE, payment, 0).amount_minor, 34950);
    minipay_slip slip = slip_of(&s.w, payment);
    assert_int_equal(slip.state, MINIPAY_SLIP_PAID);
    assert_int_equal(slip.captured_minor, 60000);
    assert_int_equal(slip.fee_minor, 600); /* 251 + 349: what the whole costs */
    assert_int_equal(world_wallet(&s.w, s.member).held_minor, 0);
    minipay_settlement run = settle_now(&s);
    assert_int_equal(run.gross_minor, 60000);
    assert_int_equal(run.net_minor, 59400);
    world_at_peace(&s.w);
    close_shop(&s);
}

static void a_capture_never_passes_what_was_authorised(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_CAPTURE, payment, 60001).status, MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_CAPTURE, payment, 40000).status, MINIPAY_OK);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_CAPTURE, payment, 20001).status, MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_CAPTURE, payment, INT64_MAX).status,
                  MINIPAY_INSUFFICIENT_FUNDS);
    assert_int_equal(slip_of(&s.w, payment).captured_minor, 40000);
    assert_int_equal(world_wallet(&s.w, s.member).posted_minor, 60000);
    close_shop(&s);
}

static void a_void_frees_what_is_left(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id whole = authorize(&s, 30000), part = authorize(&s, 50000);
    change(&s, MINIPAY_KIND_CAPTURE, part, 20000);
    assert_int_equal(change(&s, MINIPAY_KIND_VOID, whole, 0).amount_minor, 30000);
    assert_int_equal(change(&s, MINIPAY_KIND_VOID, part, 0).amount_minor, 30000);
    assert_int_equal(slip_of(&s.w, whole).state, MINIPAY_SLIP_VOIDED);
    assert_int_equal(slip_of(&s.w, part).state, MINIPAY_SLIP_PAID);
    assert_int_equal(slip_of(&s.w, part).captured_minor, 20000);
    assert_int_equal(world_wallet(&s.w, s.member).available_minor, 80000);
    close_shop(&s);
}

static void what_expires_is_void_by_itself(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_instruction short_one = world_ask(&s.w, MINIPAY_KIND_AUTHORIZE, s.member, s.merchant, 10000);
    short_one.expires_at = s.w.now + 60 * INT64_C(1000000);
    world_expect(&s.w, &short_one, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_id by_policy = authorize(&s, 20000);
    assert_int_equal(slip_of(&s.w, by_policy).expires_at, s.w.now + 604800 * INT64_C(1000000));
    world_pass(&s.w, 60);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_CAPTURE, short_one.id, 1).status, MINIPAY_HOLD_EXPIRED);
    assert_int_equal(world_wallet(&s.w, s.member).held_minor, 30000);
    ASSERT_STATUS(minipay_run(s.w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(slip_of(&s.w, short_one.id).state, MINIPAY_SLIP_VOIDED);
    assert_int_equal(world_wallet(&s.w, s.member).held_minor, 20000);
    world_rest(&s.w);
    assert_int_equal(slip_of(&s.w, by_policy).state, MINIPAY_SLIP_VOIDED);
    assert_int_equal(world_wallet(&s.w, s.member).available_minor, 100000);
    close_shop(&s);
}

static void policy_may_let_authorisations_stand_for_ever(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    world_rule(&s.w, MINIPAY_RULE_AUTHORIZATION_SECONDS, 0, 0);
    minipay_id payment = authorize(&s, 20000);
    assert_int_equal(slip_of(&s.w, payment).expires_at, 0);
    for (int i = 0; i < 10; i++) {
        world_pass(&s.w, 366 * 86400);
        world_rest(&s.w);
        world_credit(&s.w, s.member, 1);
    }
    ASSERT_STATUS(change(&s, MINIPAY_KIND_CAPTURE, payment, 0).status, MINIPAY_OK);
    close_shop(&s);
}

static void an_authorisation_tops_up_what_is_missing(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_instruction ask = world_ask(&s.w, MINIPAY_KIND_AUTHORIZE, s.member, s.merchant, 115000);
    ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
    minipay_outcome outcome = world_execute(&s.w, &ask);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(outcome.topup_minor, 20000);
    assert_int_equal(world_wallet(&s.w, s.member).available_minor, 5000);
    assert_int_equal(slip_of(&s.w, ask.id).topup_minor, 20000);
    world_at_peace(&s.w);
    close_shop(&s);
}

static void nothing_is_topped_up_for_a_payment_that_would_be_refused(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < 2; i++) {
        minipay_instruction ask = world_ask(&s.w, kinds[i], s.member, s.member, 150000);
        ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
        world_expect(&s.w, &ask, MINIPAY_STATE_REJECTED, MINIPAY_MERCHANT_NOT_FOUND);
    }
    assert_int_equal(world_balance(&s.w, s.member), 100000);
    close_shop(&s);
}

static void a_payment_whose_top_up_the_bank_refuses_is_refused_too(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id poor = world_person(&s.w, "REFUSE-1");
    for (size_t i = 0; i < 2; i++) {
        minipay_instruction ask = world_ask(&s.w, kinds[i], poor, s.merchant, 5000);
        ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
        world_expect(&s.w, &ask, MINIPAY_STATE_REJECTED, MINIPAY_BANK_REFUSED);
        assert_int_equal(slip_of(&s.w, ask.id).state, MINIPAY_SLIP_REFUSED);
    }
    assert_int_equal(world_balance(&s.w, poor), 0);
    world_at_peace(&s.w);
    close_shop(&s);
}

static void what_refuses_the_top_up_refuses_what_needs_it(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id linked = world_person(&s.w, "110-9"), bare = world_person(&s.w, NULL);
    world_rule(&s.w, MINIPAY_RULE_LIMIT_HOLDING, 0, 9999); /* less than a top-up brings */
    for (size_t i = 0; i < 3; i++) {
        minipay_id other = kinds[i] == MINIPAY_KIND_TRANSFER ? bare : s.merchant;
        minipay_instruction ask = world_ask(&s.w, kinds[i], linked, other, 5000);
        ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
        world_expect(&s.w, &ask, MINIPAY_STATE_REJECTED, MINIPAY_LIMIT_HOLDING);
    }
    world_rule(&s.w, MINIPAY_RULE_LIMIT_HOLDING, 0, 0);
    for (size_t i = 0; i < 3; i++) {
        minipay_id other = kinds[i] == MINIPAY_KIND_TRANSFER ? linked : s.merchant;
        minipay_instruction ask = world_ask(&s.w, kinds[i], bare, other, 5000);
        ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
        world_expect(&s.w, &ask, MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND);
    }
    assert_int_equal(world_balance(&s.w, linked) + world_balance(&s.w, bare), 0);
    world_at_peace(&s.w);
    close_shop(&s);
}

/* ---- refunds ------------------------------------------------------------------------------------------ */

static void a_refund_never_passes_what_was_captured(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 1).status, MINIPAY_SLIP_CLOSED);
    change(&s, MINIPAY_KIND_CAPTURE, payment, 30000);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 30001).status, MINIPAY_REFUND_EXCEEDS);
    assert_int_equal(change(&s, MINIPAY_KIND_REFUND, payment, 0).amount_minor, 30000);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 1).status, MINIPAY_NOTHING_LEFT);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 0).status, MINIPAY_NOTHING_LEFT);
    assert_int_equal(slip_of(&s.w, payment).state, MINIPAY_SLIP_PARTLY_CAPTURED);
    change(&s, MINIPAY_KIND_CAPTURE, payment, 10);
    assert_int_equal(change(&s, MINIPAY_KIND_REFUND, payment, 0).amount_minor, 10);
    change(&s, MINIPAY_KIND_VOID, payment, 0);
    assert_int_equal(slip_of(&s.w, payment).state, MINIPAY_SLIP_REFUNDED);
    assert_int_equal(world_wallet(&s.w, s.member).available_minor, 100000);
    assert_int_equal(settle_now(&s).net_minor, 0);
    close_shop(&s);
}

/* Refunds between captures change the proportion, never the end: all captured, all refunded, no fee. */
static void the_fee_comes_back_exactly_whatever_the_order(void **state)
{
    static const struct {
        int32_t kind;
        int64_t amount;
    } steps[] = {{MINIPAY_KIND_CAPTURE, 149}, {MINIPAY_KIND_REFUND, 1},    {MINIPAY_KIND_CAPTURE, 1},
                 {MINIPAY_KIND_REFUND, 100},  {MINIPAY_KIND_CAPTURE, 350}, {MINIPAY_KIND_REFUND, 299},
                 {MINIPAY_KIND_CAPTURE, 0},   {MINIPAY_KIND_REFUND, 0}};
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 999);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        ASSERT_STATUS(change(&s, steps[i].kind, payment, steps[i].amount).status, MINIPAY_OK);
        minipay_slip slip = slip_of(&s.w, payment);
        assert_int_equal(slip.fee_minor, (slip.captured_minor * 100 + 5000) / 10000);
        assert_true(slip.refunded_fee_minor <= slip.fee_minor);
    }
    minipay_slip slip = slip_of(&s.w, payment);
    assert_int_equal(slip.refunded_minor, 999);
    assert_int_equal(slip.refunded_fee_minor, slip.fee_minor);
    assert_int_equal(slip.state, MINIPAY_SLIP_REFUNDED);
    assert_int_equal(settle_now(&s).fee_minor, 0);
    close_shop(&s);
}

static void a_refund_comes_within_policys_days(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    world_rule(&s.w, MINIPAY_RULE_REFUND_DAYS, 0, 3);
    minipay_id payment = world_do(&s.w, MINIPAY_KIND_PAY, s.member, s.merchant, 10000).id;
    world_pass(&s.w, 3 * 86400);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 1000).status, MINIPAY_OK);
    world_pass(&s.w, 86400);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 1000).status, MINIPAY_TOO_LATE);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 10000).status, MINIPAY_TOO_LATE);
    assert_int_equal(world_balance(&s.w, s.member), 91000);
    close_shop(&s);
}

/* ---- idempotency and order ---------------------------------------------------------------------------- */

static void every_step_is_idempotent_by_its_id(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    minipay_instruction steps[] = {
        world_ask(&s.w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 10000),
        world_ask(&s.w, MINIPAY_KIND_REFUND, world_nobody, payment, 4000),
        world_ask(&s.w, MINIPAY_KIND_VOID, world_nobody, payment, 0),
        world_ask(&s.w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 0),
    };
    minipay_outcome first[4];
    minipay_error error;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < 4; i++) {
            minipay_outcome outcome = world_execute(&s.w, &steps[i]);
            if (round == 0)
                first[i] = outcome;
            assert_memory_equal(&outcome, &first[i], sizeof outcome);
        }
    }
    ASSERT_STATE(first[3].state, MINIPAY_STATE_REJECTED);
    assert_int_equal(world_wallet(&s.w, s.member).available_minor, 94000);
    minipay_error_init(&error);
    steps[0].amount_minor = 10001;
    ASSERT_STATUS(minipay_execute(s.w.pay, &steps[0], 1, &first[0], &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "amount_minor");
    close_shop(&s);
}

static void an_authorisations_id_is_no_other_payments(void **state)
{
    shop s;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    open_shop(&s);
    minipay_instruction ask = world_ask(&s.w, MINIPAY_KIND_AUTHORIZE, s.member, s.merchant, 5000);
    world_expect(&s.w, &ask, MINIPAY_STATE_DONE, MINIPAY_OK);
    ask.kind = MINIPAY_KIND_PAY;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(s.w.pay, &ask, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "kind");
    close_shop(&s);
}

/* The authorisation waits for a slow bank; what comes behind it in the same call waits with it. */
static void steps_of_one_payment_keep_their_order_in_a_call(void **state)
{
    world w;
    minipay_outcome outcomes[3];
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "PENDING-1"), merchant = world_merchant(&w, NULL, 0);
    minipay_instruction calls[3];
    calls[0] = world_ask(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 20000);
    calls[0].flags = MINIPAY_FLAG_AUTO_TOPUP;
    calls[1] = world_ask(&w, MINIPAY_KIND_CAPTURE, world_nobody, calls[0].id, 15000);
    calls[2] = world_ask(&w, MINIPAY_KIND_REFUND, world_nobody, calls[0].id, 0);
    ASSERT_STATUS(minipay_execute(w.pay, calls, 3, outcomes, NULL), MINIPAY_OK);
    ASSERT_STATE(outcomes[0].state, MINIPAY_STATE_RUNNING);
    ASSERT_STATUS(outcomes[1].status, MINIPAY_BEHIND);
    ASSERT_STATUS(outcomes[2].status, MINIPAY_BEHIND);
    minipay_slip slip = slip_of(&w, calls[0].id);
    assert_int_equal(slip.state, MINIPAY_SLIP_WAITING);
    w.now += 60 * INT64_C(1000000);
    for (uint32_t carried = 1; carried;) {
        ASSERT_STATUS(minipay_run(w.pay, 0, &carried, NULL, NULL), MINIPAY_OK);
        w.now += 60 * INT64_C(1000000);
    }
    ASSERT_STATUS(minipay_execute(w.pay, calls, 3, outcomes, NULL), MINIPAY_OK);
    for (int i = 0; i < 3; i++)
        ASSERT_STATE(outcomes[i].state, MINIPAY_STATE_DONE);
    assert_int_equal(outcomes[2].amount_minor, 15000);
    world_at_peace(&w);
    world_close(&w);
}

/* ---- refusals ----------------------------------------------------------------------------------------- */

static void authorise_is_refused_in_the_order_of_the_header(void **state)
{
    static const struct {
        bool member, merchant;
        int64_t amount, expires_at;
        minipay_status status;
    } cases[] = {
        {false, false, 1000000, 1, MINIPAY_MERCHANT_NOT_FOUND},
        {false, true, 1000000, 1, MINIPAY_HOLD_EXPIRED},
        {false, true, 1000000, 0, MINIPAY_WALLET_NOT_FOUND},
        {true, true, 1000000, 0, MINIPAY_INSUFFICIENT_FUNDS},
        {true, true, 100000, 0, MINIPAY_OK},
    };
    shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_instruction ask =
            world_ask(&s.w, MINIPAY_KIND_AUTHORIZE, cases[i].member ? s.member : world_id(&s.w),
                      cases[i].merchant ? s.merchant : world_id(&s.w), cases[i].amount);
        ask.expires_at = cases[i].expires_at;
        ASSERT_STATUS(world_execute(&s.w, &ask).status, cases[i].status);
    }
    close_shop(&s);
}

static void a_frozen_wallet_authorises_nothing_but_its_holds_are_captured(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    minipay_instruction freeze = world_ask(&s.w, MINIPAY_KIND_FREEZE, s.member, world_nobody, 0);
    memcpy(freeze.reason, "test", 5);
    world_expect(&s.w, &freeze, MINIPAY_STATE_DONE, MINIPAY_OK);
    ASSERT_STATUS(world_do(&s.w, MINIPAY_KIND_AUTHORIZE, s.member, s.merchant, 1).status,
                  MINIPAY_WALLET_FROZEN);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_CAPTURE, payment, 0).status, MINIPAY_OK);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_REFUND, payment, 0).status, MINIPAY_OK);
    assert_int_equal(world_balance(&s.w, s.member), 100000);
    close_shop(&s);
}

static void malformed_steps_are_usage_errors(void **state)
{
    static const struct {
        int32_t kind;
        bool other;
        int64_t amount, expires_at;
        int32_t flags;
        minipay_status status;
    } cases[] = {
        {MINIPAY_KIND_CAPTURE, false, -1, 1, 1, MINIPAY_INVALID_ID},
        {MINIPAY_KIND_CAPTURE, true, -1, 1, 1, MINIPAY_INVALID_AMOUNT},
        {MINIPAY_KIND_CAPTURE, true, 1, 1, 1, MINIPAY_INVALID_ARGUMENT},
        {MINIPAY_KIND_CAPTURE, true, 1, 1, 0, MINIPAY_INVALID_TIME},
        {MINIPAY_KIND_VOID, false, 1, 1, 1, MINIPAY_INVALID_ID},
        {MINIPAY_KIND_VOID, true, 1, 1, 1, MINIPAY_INVALID_AMOUNT},
        {MINIPAY_KIND_VOID, true, 0, 1, 1, MINIPAY_INVALID_ARGUMENT},
        {MINIPAY_KIND_VOID, true, 0, 1, 0, MINIPAY_INVALID_TIME},
        {MINIPAY_KIND_AUTHORIZE, false, 0, -1, 2, MINIPAY_INVALID_ID},
        {MINIPAY_KIND_AUTHORIZE, true, 0, -1, 2, MINIPAY_INVALID_AMOUNT},
        {MINIPAY_KIND_AUTHORIZE, true, 1, -1, 2, MINIPAY_INVALID_ARGUMENT},
        {MINIPAY_KIND_AUTHORIZE, true, 1, -1, 0, MINIPAY_INVALID_TIME},
    };
    shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_id payer = cases[i].kind == MINIPAY_KIND_AUTHORIZE ? s.member : world_nobody;
        minipay_id other = cases[i].other ? s.merchant : world_nobody;
        minipay_instruction ask = world_ask(&s.w, cases[i].kind, payer, other, cases[i].amount);
        ask.expires_at = cases[i].expires_at;
        ask.flags = cases[i].flags;
        ASSERT_STATUS(world_execute(&s.w, &ask).status, cases[i].status);
    }
    close_shop(&s);
}

static void steps_of_no_payment_find_none(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_CAPTURE, MINIPAY_KIND_VOID, MINIPAY_KIND_REFUND};
    shop s;
    minipay_slip slip;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        ASSERT_STATUS(change(&s, kinds[i], s.merchant, 0).status, MINIPAY_SLIP_NOT_FOUND);
    ASSERT_STATUS(minipay_slip_get(s.w.pay, &s.merchant, &slip, NULL), MINIPAY_SLIP_NOT_FOUND);
    close_shop(&s);
}

/* A hold that a payment opened is the payment's: nobody takes it by itself. */
static void an_authorisations_hold_is_not_taken_by_hold_steps(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    minipay_id payment = authorize(&s, 60000);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_HOLD_CAPTURE, payment, 0).status, MINIPAY_HOLD_NOT_FOUND);
    ASSERT_STATUS(change(&s, MINIPAY_KIND_HOLD_VOID, payment, 0).status, MINIPAY_HOLD_NOT_FOUND);
    close_shop(&s);
}

static void captured_money_counts_towards_the_days_limit(void **state)
{
    shop s;
    (void)state;
    open_shop(&s);
    world_rule(&s.w, MINIPAY_RULE_LIMIT_DAILY, 0, 50000);
    minipay_id payment = authorize(&s, 40000);
    change(&s, MINIPAY_KIND_CAPTURE, payment, 0);
    ASSERT_STATUS(world_do(&s.w, MINIPAY_KIND_PAY, s.member, s.merchant, 10001).status,
                  MINIPAY_LIMIT_DAILY);
    ASSERT_STATUS(world_do(&s.w, MINIPAY_KIND_PAY, s.member, s.merchant, 10000).status, MINIPAY_OK);
    close_shop(&s);
}

/* ---- the matrix --------------------------------------------------------------------------------------- */

/* By state, then: capture a part, capture the rest, void, void when all is refunded, refund a part, refund
 * the rest. 0: SLIP_CLOSED. */
static void every_state_answers_every_step(void **state)
{
    enum {
        PAID = MINIPAY_SLIP_PAID,
        REFUNDED = MINIPAY_SLIP_REFUNDED,
        PARTLY = MINIPAY_SLIP_PARTLY_CAPTURED,
        VOIDED = MINIPAY_SLIP_VOIDED
    };
    static const int32_t expected[MPI_SLIP_STATES][MPI_SLIP_EVENTS] = {
        [MINIPAY_SLIP_PAID] = {0, 0, 0, 0, PAID, REFUNDED},
        [MINIPAY_SLIP_AUTHORIZED] = {PARTLY, PAID, VOIDED, 0, 0, 0},
        [MINIPAY_SLIP_PARTLY_CAPTURED] = {PARTLY, PAID, PAID, REFUNDED, PARTLY, PARTLY},
    };
    (void)state;
    for (int from = 0; from < MPI_SLIP_STATES; from++) {
        for (int event = 0; event < MPI_SLIP_EVENTS; event++) {
            const mpi_slip_move *move = &mpi_slip_moves[from][event];
            bool closed = expected[from][event] == 0;
            ASSERT_STATUS(move->status, closed ? MINIPAY_SLIP_CLOSED : MINIPAY_OK);
            assert_int_equal(move->to, expected[from][event]);
        }
    }
}

static void slip_states_have_names(void **state)
{
    (void)state;
    assert_string_equal(minipay_slip_state_name(MINIPAY_SLIP_PAID), "paid");
    assert_string_equal(minipay_slip_state_name(MINIPAY_SLIP_VOIDED), "voided");
    assert_string_equal(minipay_slip_state_name(0), "?");
    assert_string_equal(minipay_slip_state_name(MPI_SLIP_STATES), "?");
}

typedef minipay_id (*bring_to)(shop *s);

static minipay_id to_paid(shop *s)
{
    return world_do(&s->w, MINIPAY_KIND_PAY, s->member, s->merchant, 1000).id;
}

static minipay_id to_refused(shop *s)
{
    return world_do(&s->w, MINIPAY_KIND_PAY, s->member, s->merchant, 1000000).id;
}

static minipay_id to_refunded(shop *s)
{
    minipay_id id = to_paid(s);
    change(s, MINIPAY_KIND_REFUND, id, 0);
    return id;
}

static minipay_id to_authorized(shop *s)
{
    return authorize(s, 1000);
}

static minipay_id to_partly(shop *s)
{
    minipay_id id = authorize(s, 1000);
    change(s, MINIPAY_KIND_CAPTURE, id, 400);
    return id;
}

static minipay_id to_voided(shop *s)
{
    minipay_id id = authorize(s, 1000);
    change(s, MINIPAY_KIND_VOID, id, 0);
    return id;
}

/* The same through the API: how a slip comes into each state, and what each step then answers. */
static void every_state_answers_every_step_of_the_api(void **state)
{
    static const struct {
        bring_to bring;
        int32_t at;
        int32_t captured, rest, voided, refund, refund_all; /* the state after it, or 0: SLIP_CLOSED */
    } cases[] = {
        {to_paid, MINIPAY_SLIP_PAID, 0, 0, 0, MINIPAY_SLIP_PAID, MINIPAY_SLIP_REFUNDED},
        {to_refused, MINIPAY_SLIP_REFUSED, 0, 0, 0, 0, 0},
        {to_refunded, MINIPAY_SLIP_REFUNDED, 0, 0, 0, 0, 0},
        {to_authorized, MINIPAY_SLIP_AUTHORIZED, MINIPAY_SLIP_PARTLY_CAPTURED, MINIPAY_SLIP_PAID,
         MINIPAY_SLIP_VOIDED, 0, 0},
        {to_partly, MINIPAY_SLIP_PARTLY_CAPTURED, MINIPAY_SLIP_PARTLY_CAPTURED, MINIPAY_SLIP_PAID,
         MINIPAY_SLIP_PAID, MINIPAY_SLIP_PARTLY_CAPTURED, MINIPAY_SLIP_PARTLY_CAPTURED},
        {to_voided, MINIPAY_SLIP_VOIDED, 0, 0, 0, 0, 0},
    };
    shop s;
    (void)state;
    open_shop(&s);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct {
            int32_t kind;
            int64_t amount;
            int32_t to;
        } steps[] = {{MINIPAY_KIND_CAPTURE, 10, cases[i].captured},
                     {MINIPAY_KIND_CAPTURE, 0, cases[i].rest},
                     {MINIPAY_KIND_VOID, 0, cases[i].voided},
                     {MINIPAY_KIND_REFUND, 10, cases[i].refund},
                     {MINIPAY_KIND_REFUND, 0, cases[i].refund_all}};
        for (size_t j = 0; j < sizeof steps / sizeof *steps; j++) {
            minipay_id payment = cases[i].bring(&s);
            assert_int_equal(slip_of(&s.w, payment).state, cases[i].at);
            minipay_outcome outcome = change(&s, steps[j].kind, payment, steps[j].amount);
            ASSERT_STATUS(outcome.status, steps[j].to ? MINIPAY_OK : MINIPAY_SLIP_CLOSED);
            assert_int_equal(slip_of(&s.w, payment).state, steps[j].to ? steps[j].to : cases[i].at);
        }
    }
    close_shop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_authorisation_holds_the_money_and_moves_none),
        cmocka_unit_test(a_capture_is_booked_under_its_own_kind),
        cmocka_unit_test(parts_are_captured_until_nothing_is_left),
        cmocka_unit_test(a_capture_never_passes_what_was_authorised),
        cmocka_unit_test(a_void_frees_what_is_left),
        cmocka_unit_test(what_expires_is_void_by_itself),
        cmocka_unit_test(policy_may_let_authorisations_stand_for_ever),
        cmocka_unit_test(an_authorisation_tops_up_what_is_missing),
        cmocka_unit_test(nothing_is_topped_up_for_a_payment_that_would_be_refused),
        cmocka_unit_test(a_payment_whose_top_up_the_bank_refuses_is_refused_too),
        cmocka_unit_test(what_refuses_the_top_up_refuses_what_needs_it),
        cmocka_unit_test(a_refund_never_passes_what_was_captured),
        cmocka_unit_test(the_fee_comes_back_exactly_whatever_the_order),
        cmocka_unit_test(a_refund_comes_within_policys_days),
        cmocka_unit_test(every_step_is_idempotent_by_its_id),
        cmocka_unit_test(an_authorisations_id_is_no_other_payments),
        cmocka_unit_test(steps_of_one_payment_keep_their_order_in_a_call),
        cmocka_unit_test(authorise_is_refused_in_the_order_of_the_header),
        cmocka_unit_test(a_frozen_wallet_authorises_nothing_but_its_holds_are_captured),
        cmocka_unit_test(malformed_steps_are_usage_errors),
        cmocka_unit_test(steps_of_no_payment_find_none),
        cmocka_unit_test(an_authorisations_hold_is_not_taken_by_hold_steps),
        cmocka_unit_test(captured_money_counts_towards_the_days_limit),
        cmocka_unit_test(slip_states_have_names),
        cmocka_unit_test(every_state_answers_every_step),
        cmocka_unit_test(every_state_answers_every_step_of_the_api),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
