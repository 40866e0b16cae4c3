/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/promotion.h"
#include "seed.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static minipay_promotion_request ask_promotion(world *w, int32_t points, int64_t fixed, int64_t budget,
                                               int32_t merchant_share)
{
    minipay_promotion_request request;
    minipay_promotion_request_init(&request);
    request.id = world_id(w);
    request.basis_points = points;
    request.fixed_minor = fixed;
    request.budget_minor = budget;
    request.merchant_share = merchant_share;
    memcpy(request.currency, "KRW", 4);
    memcpy(request.name, "Event", 6);
    return request;
}

static minipay_id promotion(world *w, const minipay_promotion_request *request)
{
    minipay_outcome outcome;
    ASSERT_STATUS(minipay_promotion_register(w->pay, request, 1, &outcome, NULL), MINIPAY_OK);
    return request->id;
}

static minipay_slip slip_of(world *w, minipay_id id)
{
    minipay_slip slip;
    minipay_slip_init(&slip);
    ASSERT_STATUS(minipay_slip_get(w->pay, &id, &slip, NULL), MINIPAY_OK);
    return slip;
}

static minipay_outcome pay_with(world *w, int32_t kind, minipay_id member, minipay_id merchant,
                                int64_t amount_minor, minipay_id event)
{
    minipay_instruction ask = world_ask(w, kind, member, merchant, amount_minor);
    ask.promotion_id = event;
    return world_execute(w, &ask);
}

/* 10 % of 9,999 is 1,000, of which the merchant bears 30 %. */
static void the_parts_of_a_payment_make_up_the_whole(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, member, 100000);
    minipay_promotion_request request = ask_promotion(&w, 1000, 0, 50000, 3000);
    minipay_id event = promotion(&w, &request);
    minipay_id payment = pay_with(&w, MINIPAY_KIND_PAY, member, merchant, 9999, event).id;
    assert_int_equal(world_balance(&w, member), 100000 - 8999);
    minipay_slip slip = slip_of(&w, payment);
    assert_int_equal(slip.promotion_minor, 1000);
    assert_int_equal(slip.merchant_part_minor, 300);
    assert_int_equal(world_promotion_used(&w, event), 1000);
    world_audit_clean(&w);
    minipay_settlement run = world_settle(&w, world_id(&w), 20251123);
    assert_int_equal(run.gross_minor, 9999);
    assert_int_equal(run.promotion_minor, 300);
    assert_int_equal(run.paid_minor, 9699);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 0).status, MINIPAY_OK);
    assert_int_equal(world_balance(&w, member), 100000);
    assert_int_equal(world_promotion_used(&w, event), 0);
    run = world_settle(&w, world_id(&w), 20251123);
    assert_int_equal(run.net_minor, -9699);
    world_at_peace(&w);
    world_close(&w);
}

/* By the merchant, the promotion, the wallet or the bank: nothing of what it would have cost is shown. */
static void a_refused_slip_shows_nothing_that_was_never_charged(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    static const char *const accounts[] = {NULL, "REFUSE-1"};
    (void)state;
    for (int i = 0; i < 8; i++) {
        world w;
        world_begin(&w);
        minipay_id merchant = world_merchant(&w, NULL, 100), member = world_person(&w, accounts[i / 4]);
        minipay_promotion_request request = ask_promotion(&w, 1000, 0, i / 2 % 2 ? 50 : 50000, 3000);
        minipay_instruction ask = world_ask(&w, kinds[i % 2], member, merchant, 1000);
        ask.promotion_id = promotion(&w, &request);
        ask.flags = accounts[i / 4] ? MINIPAY_FLAG_AUTO_TOPUP : 0;
        minipay_outcome outcome = world_execute(&w, &ask);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
        minipay_slip slip = slip_of(&w, ask.id);
        assert_int_equal(slip.state, MINIPAY_SLIP_REFUSED);
        assert_int_equal(slip.fee_minor, 0);
        assert_int_equal(slip.promotion_minor, 0);
        assert_int_equal(slip.merchant_part_minor, 0);
        assert_int_equal(slip.terms_version, 0);
        assert_int_equal(slip.business_date, 0);
        assert_int_equal(slip.amount_minor, 1000);
        assert_int_equal(world_promotion_used(&w, ask.promotion_id), 0);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void a_promotion_is_of_a_merchant_that_there_is(void **state)
{
    world w;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_promotion_request request = ask_promotion(&w, 1000, 0, 50000, 3000);
    request.merchant_id = world_person(&w, NULL);
    ASSERT_STATUS(minipay_promotion_register(w.pay, &request, 1, &outcome, NULL),
                  MINIPAY_MERCHANT_NOT_FOUND);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
    request = ask_promotion(&w, 1000, 0, 50000, 3000);
    request.merchant_id = world_merchant(&w, NULL, 0);
    memcpy(request.currency, "USD", 4);
    ASSERT_STATUS(minipay_promotion_register(w.pay, &request, 1, &outcome, NULL),
                  MINIPAY_CURRENCY_MISMATCH);
    minipay_promotion found;
    ASSERT_STATUS(minipay_promotion_get(w.pay, &request.id, &found, NULL), MINIPAY_NOT_FOUND);
    request.id = world_id(&w);
    memcpy(request.currency, "KRW", 4);
    ASSERT_STATUS(minipay_promotion_register(w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    minipay_promotion listed[4];
    uint32_t count = 4;
    ASSERT_STATUS(minipay_promotion_list(w.pay, &world_nobody, listed, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 1);
    assert_memory_equal(&listed[0].id, &request.id, sizeof request.id);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_promotion_is_part_of_the_request(void **state)
{
    world w;
    minipay_outcome outcome;
    minipay_error error;
    (void)state;
    world_begin(&w);
    minipay_error_init(&error);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 100000);
    minipay_promotion_request request = ask_promotion(&w, 1000, 0, 50000, 0);
    minipay_instruction ask = world_ask(&w, MINIPAY_KIND_PAY, member, merchant, 1000);
    ask.promotion_id = promotion(&w, &request);
    world_expect(&w, &ask, MINIPAY_STATE_DONE, MINIPAY_OK);
    const minipay_id others[] = {world_nobody, world_id(&w)};
    for (int i = 0; i < 2; i++) {
        ask.promotion_id = others[i];
        ASSERT_STATUS(minipay_execute(w.pay, &ask, 1, &outcome, &error), MINIPAY_ID_REUSED);
        assert_string_equal(error.field, "promotion_id");
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void a_discount_has_bounds_and_leaves_something_to_pay(void **state)
{
    static const struct {
        int32_t points;
        int64_t fixed, largest, amount, discount;
    } cases[] = {{5000, 0, 0, 1001, 501}, {5000, 0, 400, 1001, 400}, {10000, 0, 0, 10, 9},
                 {0, 700, 0, 1000, 700},  {0, 700, 0, 700, 699},     {0, 700, 600, 1000, 600},
                 {1, 0, 0, 1000, 0},      {10000, 0, 0, 1, 0}};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 100000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_promotion_request request =
            ask_promotion(&w, cases[i].points, cases[i].fixed, 5000, 10000);
        request.largest_minor = cases[i].largest;
        minipay_outcome outcome =
            pay_with(&w, MINIPAY_KIND_PAY, member, merchant, cases[i].amount, promotion(&w, &request));
        ASSERT_STATUS(outcome.status, MINIPAY_OK);
        assert_int_equal(slip_of(&w, outcome.id).promotion_minor, cases[i].discount);
    }
    world_audit_clean(&w);
    world_close(&w);
}

/* Of 1,000 the member has paid 1: the first refund has nothing for him, the second has his 1. */
static void a_refund_without_a_part_of_the_member_needs_no_open_wallet(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 1);
    minipay_promotion_request request = ask_promotion(&w, 10000, 0, 5000, 0);
    minipay_id event = promotion(&w, &request);
    minipay_id payment = pay_with(&w, MINIPAY_KIND_PAY, member, merchant, 1000, event).id;
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CLOSE, member, world_nobody, 0).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 400).status, MINIPAY_OK);
    assert_int_equal(slip_of(&w, payment).refunded_promotion_minor, 400);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 600).status,
                  MINIPAY_WALLET_CLOSED);
    assert_int_equal(slip_of(&w, payment).refunded_minor, 400);
    world_audit_clean(&w);
    world_close(&w);
}

static void an_authorisation_reserves_its_discount_and_a_void_returns_it(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 10000);
    minipay_promotion_request request = ask_promotion(&w, 0, 3000, 3000, 5000);
    minipay_id event = promotion(&w, &request);
    minipay_id payment = pay_with(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 10000, event).id;
    assert_int_equal(world_wallet(&w, member).held_minor, 7000);
    assert_int_equal(world_promotion_used(&w, event), 3000);
    ASSERT_STATUS(pay_with(&w, MINIPAY_KIND_PAY, member, merchant, 3001, event).status,
                  MINIPAY_PROMOTION_EXHAUSTED);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 4000);
    assert_int_equal(world_wallet(&w, member).posted_minor, 10000 - 2800);
    minipay_outcome freed = world_do(&w, MINIPAY_KIND_VOID, world_nobody, payment, 0);
    assert_int_equal(freed.amount_minor, 4200);
    assert_int_equal(world_promotion_used(&w, event), 1200);
    world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 0);
    assert_int_equal(world_wallet(&w, member).available_minor, 10000);
    assert_int_equal(world_promotion_used(&w, event), 0);
    world_audit_clean(&w);
    world_close(&w);
}

static void only_the_members_part_is_topped_up(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "110-222-333444"), merchant = world_merchant(&w, NULL, 0);
    minipay_promotion_request request = ask_promotion(&w, 0, 5000, 5000, 0);
    minipay_instruction ask = world_ask(&w, MINIPAY_KIND_PAY, member, merchant, 25000);
    ask.promotion_id = promotion(&w, &request);
    ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
    minipay_outcome outcome = world_execute(&w, &ask);
    ASSERT_STATUS(outcome.status, MINIPAY_OK);
    assert_int_equal(outcome.topup_minor, 20000);
    assert_int_equal(world_balance(&w, member), 0);
    world_at_peace(&w);
    world_close(&w);
}

static void a_payment_is_refused_in_the_order_of_the_header(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    minipay_id other = world_merchant(&w, NULL, 0);
    minipay_promotion_request request = ask_promotion(&w, 0, 100, 99, 0);
    request.merchant_id = merchant;
    request.starts_at = w.now + 1000000;
    request.ends_at = w.now + 3000000;
    minipay_id event = promotion(&w, &request), nobody = world_id(&w);
    const struct {
        minipay_id merchant, event;
        int64_t at;
        minipay_status status;
    } cases[] = {
        {nobody, nobody, 0, MINIPAY_MERCHANT_NOT_FOUND},   {merchant, nobody, 0, MINIPAY_NOT_FOUND},
        {merchant, event, 0, MINIPAY_NOT_FOUND},           {other, event, 1, MINIPAY_NOT_FOUND},
        {merchant, event, 1, MINIPAY_PROMOTION_EXHAUSTED}, {merchant, event, 3, MINIPAY_NOT_FOUND}};
    int64_t begin = w.now;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w.now = begin + cases[i].at * 1000000;
        ASSERT_STATUS(
            pay_with(&w, MINIPAY_KIND_PAY, member, cases[i].merchant, 1000, cases[i].event).status,
            cases[i].status);
    }
    minipay_promotion_request dollars = ask_promotion(&w, 0, 100, 1000, 0);
    memcpy(dollars.currency, "USD", 4);
    ASSERT_STATUS(pay_with(&w, MINIPAY_KIND_PAY, member, merchant, 1000, promotion(&w, &dollars)).status,
                  MINIPAY_CURRENCY_MISMATCH);
    ASSERT_STATUS(pay_with(&w, MINIPAY_KIND_REFUND, world_nobody, merchant, 0, event).status,
                  MINIPAY_INVALID_ARGUMENT);
    assert_int_equal(world_promotion_used(&w, event), 0);
    world_close(&w);
}

static void requests_are_checked_in_the_order_of_the_header(void **state)
{
    static const struct {
        int32_t points, share;
        int64_t fixed, largest, budget, starts, ends;
        minipay_status status;
        const char *field;
    } cases[] = {
        {10001, -1, -1, -1, 0, -1, -1, MINIPAY_INVALID_ARGUMENT, "basis_points"},
        {0, -1, -1, -1, 0, -1, -1, MINIPAY_INVALID_AMOUNT, "fixed_minor"},
        {0, -1, 0, -1, 0, -1, -1, MINIPAY_INVALID_ARGUMENT, "basis_points"},
        {1, -1, 1, -1, 0, -1, -1, MINIPAY_INVALID_ARGUMENT, "basis_points"},
        {1, 10001, 0, -1, 0, -1, -1, MINIPAY_INVALID_ARGUMENT, "merchant_share"},
        {1, 10000, 0, -1, 0, -1, -1, MINIPAY_INVALID_AMOUNT, "largest_minor"},
        {1, 0, 0, 0, 0, -1, -1, MINIPAY_INVALID_AMOUNT, "budget_minor"},
        {1, 0, 0, 0, 1, -1, -1, MINIPAY_INVALID_TIME, "starts_at"},
        {1, 0, 0, 0, 1, 5, 5, MINIPAY_INVALID_TIME, "ends_at"},
        {1, 0, 0, 0, 1, 5, 6, MINIPAY_OK, ""},
    };
    world w;
    minipay_promotion page[2];
    minipay_outcome outcome;
    uint32_t count = 2;
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_error error;
        minipay_promotion_request request =
            ask_promotion(&w, cases[i].points, cases[i].fixed, cases[i].budget, cases[i].share);
        minipay_error_init(&error);
        request.largest_minor = cases[i].largest;
        request.starts_at = cases[i].starts;
        request.ends_at = cases[i].ends;
        ASSERT_STATUS(minipay_promotion_register(w.pay, &request, 1, &outcome, &error), cases[i].status);
        assert_string_equal(error.field, cases[i].field);
    }
    minipay_id nothing = world_id(&w);
    ASSERT_STATUS(minipay_promotion_get(w.pay, &nothing, page, NULL), MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_promotion_list(w.pay, &world_nobody, page, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 1);
    assert_int_equal(page[0].ends_at, 6);
    ASSERT_STATUS(minipay_promotion_list(w.pay, &page[0].id, page, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 0);
    world_close(&w);
}

/* ---- a property: whatever happens, the parts are the whole ----------------------------------------------- */

enum { MEMBERS = 3, MERCHANTS = 3, EVENTS = 3, PAYMENTS = 40, STEPS = 400 };

typedef struct market {
    world w;
    seed s;
    minipay_id members[MEMBERS], merchants[MERCHANTS], events[EVENTS], payments[PAYMENTS];
    uint32_t paid;
    int64_t net_paid; /* by runs */
} market;

static seed first;

static uint32_t draw(market *m, uint32_t below)
{
    return seed_draw(&m->s, below);
}

static void open_market(market *m)
{
    static const int32_t shares[EVENTS] = {0, 3333, 10000};
    world_begin(&m->w);
    for (int i = 0; i < MEMBERS; i++) {
        m->members[i] = world_person(&m->w, NULL);
        world_credit(&m->w, m->members[i], 200000);
    }
    for (int i = 0; i < MERCHANTS; i++)
        m->merchants[i] = world_merchant(&m->w, i ? "110-1" : "REFUSE-1", 37 * i);
    for (int i = 0; i < EVENTS; i++) {
        minipay_promotion_request request =
            ask_promotion(&m->w, i == 2 ? 0 : 9999 / (i + 1), i == 2 ? 77 : 0, 30000, shares[i]);
        m->events[i] = promotion(&m->w, &request);
    }
}

static void take_a_step(market *m)
{
    static const int32_t kinds[] = {MINIPAY_KIND_CAPTURE, MINIPAY_KIND_CAPTURE, MINIPAY_KIND_REFUND,
                                    MINIPAY_KIND_REFUND, MINIPAY_KIND_VOID};
    uint32_t what = draw(m, 10);
    if (what < 3 && m->paid < PAYMENTS) {
        int32_t kind = draw(m, 2) ? MINIPAY_KIND_PAY : MINIPAY_KIND_AUTHORIZE;
        minipay_id event = draw(m, 4) ? m->events[draw(m, EVENTS)] : world_nobody;
        m->payments[m->paid++] =
            pay_with(&m->w, kind, m->members[draw(m, MEMBERS)], m->merchants[draw(m, MERCHANTS)],
                     1 + draw(m, draw(m, 2) ? 20 : 20000), event)
                .id;
    } else if (what < 9 && m->paid) {
        int32_t kind = kinds[draw(m, 5)];
        int64_t amount =
            kind == MINIPAY_KIND_VOID || draw(m, 3) == 0 ? 0 : 1 + draw(m, draw(m, 2) ? 4 : 3000);
        world_do(&m->w, kind, world_nobody, m->payments[draw(m, m->paid)], amount);
    } else {
        minipay_id id = world_id(&m->w);
        m->net_paid += world_settle(&m->w, id, 20251123).paid_minor;
    }
}

/* What slips say of members, merchants and the company, against wallets, budgets and payouts. */
static void check_market(market *m)
{
    int64_t spent = 0, held = 0, wallets = 0, given = 0, budgets = 0;
    for (uint32_t i = 0; i < m->paid; i++) {
        minipay_slip s = slip_of(&m->w, m->payments[i]);
        if (s.state == MINIPAY_SLIP_REFUSED)
            continue;
        assert_true(s.refunded_promotion_minor >= 0);
        assert_true(s.refunded_promotion_minor <= s.promotion_minor);
        assert_true(s.refunded_fee_minor <= s.fee_minor);
        if (s.refunded_minor == s.captured_minor)
            assert_int_equal(s.refunded_fee_minor, s.fee_minor);
        spent += s.captured_minor - s.refunded_minor;
    }
    for (int i = 0; i < MEMBERS; i++) {
        wallets += world_wallet(&m->w, m->members[i]).posted_minor;
        held += world_wallet(&m->w, m->members[i]).held_minor;
    }
    for (int i = 0; i < EVENTS; i++)
        budgets += world_promotion_used(&m->w, m->events[i]);
    given = spent - (MEMBERS * 200000 - wallets); /* what members did not pay of what they bought */
    assert_true(given >= 0);
    assert_true(held > 0 || given == budgets);
    assert_true(given <= budgets);
    world_audit_clean(&m->w);
}

/* Captures and refunds of a few won each, where every rounding shows. */
static void a_refund_returns_what_was_given_and_no_more(void **state)
{
    market m = {.s.state = 7};
    (void)state;
    for (int walk = 0; walk < 20000; walk++) {
        mpi_slip slip = {.op = {.kind = MINIPAY_KIND_AUTHORIZE}, .amount_minor = 2 + draw(&m, 12)};
        slip.promotion_minor = 1 + draw(&m, (uint32_t)slip.amount_minor - 1);
        while (slip.refunded_minor < slip.amount_minor) {
            mpi_slip after = slip;
            int64_t open = slip.amount_minor - slip.captured_minor;
            int64_t left = slip.captured_minor - slip.refunded_minor;
            if (open && (left == 0 || draw(&m, 2))) {
                slip.captured_minor += 1 + draw(&m, (uint32_t)open);
                continue;
            }
            int64_t amount = 1 + draw(&m, (uint32_t)left);
            int64_t given = mpi_promotion_at(&slip, slip.captured_minor);
            after.refunded_minor += amount;
            after.refunded_promotion_minor = mpi_promotion_refunded(&slip, &after);
            int64_t back = after.refunded_promotion_minor - slip.refunded_promotion_minor;
            assert_true(back >= 0 && back <= amount);
            assert_true(after.refunded_promotion_minor <= given);
            assert_true(after.refunded_minor - after.refunded_promotion_minor <=
                        after.captured_minor - given);
            if (after.refunded_minor == after.captured_minor)
                assert_int_equal(after.refunded_promotion_minor, given);
            slip = after;
        }
    }
}

static void random_days_end_in_true_books(void **state)
{
    (void)state;
    for (uint64_t day = 0; day < (first.given ? 1 : 4); day++) {
        market m = {.s = first};
        seed_begin(&m.s, day);
        open_market(&m);
        for (int i = 0; i < STEPS; i++) {
            take_a_step(&m);
            if (i % 100 == 99)
                check_market(&m);
        }
        for (uint32_t i = 0; i < m.paid; i++) { /* all is undone: nobody has lost or won anything */
            world_do(&m.w, MINIPAY_KIND_VOID, world_nobody, m.payments[i], 0);
            world_do(&m.w, MINIPAY_KIND_REFUND, world_nobody, m.payments[i], 0);
        }
        check_market(&m);
        for (int i = 0; i < MEMBERS; i++)
            assert_int_equal(world_wallet(&m.w, m.members[i]).available_minor, 200000);
        for (int i = 0; i < EVENTS; i++)
            assert_int_equal(world_promotion_used(&m.w, m.events[i]), 0);
        assert_int_equal(world_settle(&m.w, world_id(&m.w), 20251123).net_minor, -m.net_paid);
        world_audit_clean(&m.w);
        world_close(&m.w);
    }
}

/* Of 10, the promotion bears 9; the member's 1 is used up by the first capture of 6. */
static void what_only_the_promotion_has_left_is_void_at_expiry(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, member, 100000);
    minipay_promotion_request request = ask_promotion(&w, 0, 9, 9, 0);
    minipay_instruction ask = world_ask(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 10);
    ask.promotion_id = promotion(&w, &request);
    ask.expires_at = w.now + INT64_C(60000000);
    ASSERT_STATUS(world_execute(&w, &ask).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, ask.id, 6).status, MINIPAY_OK);
    assert_int_equal(world_wallet(&w, member).held_minor, 0);
    assert_int_equal(world_promotion_used(&w, ask.promotion_id), 9);
    world_rest(&w);
    assert_int_equal(slip_of(&w, ask.id).state, MINIPAY_SLIP_PAID);
    assert_int_equal(slip_of(&w, ask.id).captured_minor, 6);
    assert_int_equal(world_promotion_used(&w, ask.promotion_id), 5);
    assert_int_equal(world_wallet(&w, member).held_minor, 0);
    world_audit_clean(&w);
    ask.id = world_id(&w);
    ask.expires_at = w.now + INT64_C(60000000);
    ASSERT_STATUS(world_execute(&w, &ask).status, MINIPAY_PROMOTION_EXHAUSTED);
    world_close(&w);
}

/* The rest, which costs the member nothing, is still captured, and ends the authorisation. */
static void what_only_the_promotion_has_left_is_captured_before_expiry(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, member, 100000);
    minipay_promotion_request request = ask_promotion(&w, 0, 9, 9, 0);
    minipay_id event = promotion(&w, &request);
    minipay_id payment = pay_with(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 10, event).id;
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 6).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 0).status, MINIPAY_OK);
    world_audit_clean(&w);
    world_rest(&w);
    assert_int_equal(slip_of(&w, payment).state, MINIPAY_SLIP_PAID);
    assert_int_equal(slip_of(&w, payment).captured_minor, 10);
    assert_int_equal(world_promotion_used(&w, event), 9);
    assert_int_equal(world_balance(&w, member), 100000 - 1);
    world_audit_clean(&w);
    world_close(&w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_parts_of_a_payment_make_up_the_whole),
        cmocka_unit_test(what_only_the_promotion_has_left_is_void_at_expiry),
        cmocka_unit_test(what_only_the_promotion_has_left_is_captured_before_expiry),
        cmocka_unit_test(a_discount_has_bounds_and_leaves_something_to_pay),
        cmocka_unit_test(a_refund_without_a_part_of_the_member_needs_no_open_wallet),
        cmocka_unit_test(an_authorisation_reserves_its_discount_and_a_void_returns_it),
        cmocka_unit_test(only_the_members_part_is_topped_up),
        cmocka_unit_test(a_payment_is_refused_in_the_order_of_the_header),
        cmocka_unit_test(a_refused_slip_shows_nothing_that_was_never_charged),
        cmocka_unit_test(a_promotion_is_of_a_merchant_that_there_is),
        cmocka_unit_test(a_promotion_is_part_of_the_request),
        cmocka_unit_test(requests_are_checked_in_the_order_of_the_header),
        cmocka_unit_test(a_refund_returns_what_was_given_and_no_more),
        cmocka_unit_test(random_days_end_in_true_books),
    };
    first = seed_of(argc, argv, 20251123);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
