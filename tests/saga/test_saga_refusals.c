/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* An operation that has waited for the bank and is refused afterwards: what its last run did is undone, what
 * earlier runs did stands or is compensated, and what the bank has moved is never forgotten. */

enum { TENTH = 1000 };

static minipay_id promotion(world *w)
{
    minipay_outcome outcome;
    minipay_promotion_request request;
    minipay_promotion_request_init(&request);
    request.id = world_id(w);
    request.basis_points = TENTH;
    request.budget_minor = 50000;
    memcpy(request.currency, "KRW", 4);
    memcpy(request.name, "Event", 6);
    ASSERT_STATUS(minipay_promotion_register(w->pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    return request.id;
}

static minipay_outcome start(world *w, int32_t kind, minipay_id member, minipay_id other,
                             int64_t amount_minor, minipay_id event)
{
    minipay_instruction ask = world_ask(w, kind, member, other, amount_minor);
    ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
    ask.promotion_id = event;
    minipay_outcome outcome = world_execute(w, &ask);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
    return outcome;
}

static void a_promotion_is_not_used_by_a_payment_refused_after_its_top_up(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        world w;
        world_begin(&w);
        minipay_id member = world_person(&w, "PENDING-1"), merchant = world_merchant(&w, "110-1", 0);
        minipay_id event = promotion(&w);
        minipay_id payment = start(&w, kinds[i], member, merchant, 20000, event).id;
        minipay_instruction freeze = world_ask(&w, MINIPAY_KIND_FREEZE, member, world_nobody, 0);
        memcpy(freeze.reason, "lost phone", 11);
        world_expect(&w, &freeze, MINIPAY_STATE_DONE, MINIPAY_OK);
        world_rest(&w);
        minipay_outcome outcome = world_outcome(&w, kinds[i], payment);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
        ASSERT_STATUS(outcome.status, MINIPAY_WALLET_FROZEN);
        assert_int_equal(world_promotion_used(&w, event), 0);
        assert_int_equal(world_balance(&w, member), 20000);
        world_at_peace(&w);
        world_close(&w);
    }
}

static void close_merchant(world *w, minipay_id merchant)
{
    minipay_outcome outcome;
    minipay_merchant_change change;
    minipay_merchant_change_init(&change);
    change.id = world_id(w);
    change.merchant_id = merchant;
    change.action = MINIPAY_MERCHANT_DEACTIVATE;
    ASSERT_STATUS(minipay_merchant_update(w->pay, &change, 1, &outcome, NULL), MINIPAY_OK);
}

/* Only what comes of its top-up tells whether the payment goes on: until then it waits, however often it is
 * sent. */
static void what_waits_for_its_top_up_is_not_judged_again_when_it_is_sent_again(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof *kinds; i++) {
        world w;
        world_begin(&w);
        bool expires = i == 3;
        minipay_id member = world_person(&w, "PENDING-1"), merchant = world_merchant(&w, "110-1", 0);
        minipay_instruction ask = world_ask(&w, kinds[i % 2], member, merchant, 20000);
        ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
        ask.expires_at = expires ? w.now + 1000000 : 0;
        world_expect(&w, &ask, MINIPAY_STATE_RUNNING, MINIPAY_OK);
        if (expires)
            world_pass(&w, 2);
        else
            close_merchant(&w, merchant);
        for (int times = 0; times < 2; times++)
            world_expect(&w, &ask, MINIPAY_STATE_RUNNING, MINIPAY_OK);
        world_audit_clean(&w);
        world_rest(&w);
        world_expect(&w, &ask, MINIPAY_STATE_REJECTED,
                     expires ? MINIPAY_HOLD_EXPIRED : MINIPAY_MERCHANT_INACTIVE);
        assert_int_equal(world_balance(&w, member), 20000);
        world_at_peace(&w);
        world_close(&w);
    }
}

/* The merchant's takings of the day are full: the last step refuses, behind the one that took the money. */
static void a_payment_refused_by_its_last_step_gives_the_money_back(void **state)
{
    const int64_t most = INT64_C(5000000000000000000);
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "PENDING-1"), merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, member, most);
    minipay_id first = world_do(&w, MINIPAY_KIND_PAY, member, merchant, most).id;
    minipay_instruction refund = world_ask(&w, MINIPAY_KIND_REFUND, world_nobody, first, most);
    world_expect(&w, &refund, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_id second = start(&w, MINIPAY_KIND_PAY, member, merchant, most + 10000, world_nobody).id;
    world_rest(&w);
    minipay_outcome outcome = world_outcome(&w, MINIPAY_KIND_PAY, second);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
    ASSERT_STATUS(outcome.status, MINIPAY_AMOUNT_OVERFLOW);
    assert_int_equal(world_balance(&w, member), most + 10000);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promotion_is_not_used_by_a_payment_refused_after_its_top_up),
        cmocka_unit_test(what_waits_for_its_top_up_is_not_judged_again_when_it_is_sent_again),
        cmocka_unit_test(a_payment_refused_by_its_last_step_gives_the_money_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
