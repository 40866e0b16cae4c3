/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* A call of three: a top-up that waits for the bank, what the topped-up money is for, and what goes on with
 * that. The last has no member of its own, so nothing but what it touches tells that it must wait, too. */
typedef struct pair {
    int32_t first, second;
} pair;

static const pair pairs[] = {
    {MINIPAY_KIND_PAY, MINIPAY_KIND_REFUND},     {MINIPAY_KIND_AUTHORIZE, MINIPAY_KIND_CAPTURE},
    {MINIPAY_KIND_AUTHORIZE, MINIPAY_KIND_VOID}, {MINIPAY_KIND_HOLD, MINIPAY_KIND_HOLD_CAPTURE},
    {MINIPAY_KIND_HOLD, MINIPAY_KIND_HOLD_VOID}, {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_REVERSAL},
};

static minipay_id payee_of(world *w, int32_t kind)
{
    bool shop = kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_AUTHORIZE;
    return shop ? world_merchant(w, "110-999-000111", 100) : world_person(w, NULL);
}

static void what_goes_on_with_another_of_its_call_waits_for_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        world w;
        minipay_outcome outcomes[3];
        world_begin(&w);
        minipay_id member = world_person(&w, "110-222-333444");
        minipay_id payee = payee_of(&w, pairs[i].first);
        minipay_instruction calls[3];
        calls[0] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
        calls[1] = world_ask(&w, pairs[i].first, member, payee, 3000);
        calls[2] = world_ask(&w, pairs[i].second, world_nobody, calls[1].id, 0);
        if (pairs[i].second == MINIPAY_KIND_REVERSAL)
            memcpy(calls[2].reason, "a mistake", 10);
        ASSERT_STATUS(minipay_execute(w.pay, calls, 3, outcomes, NULL), MINIPAY_OK);
        for (int number = 0; number < 3; number++)
            ASSERT_STATUS(outcomes[number].status, MINIPAY_OK);
        world_at_peace(&w);
        world_close(&w);
    }
}

static void what_a_payee_does_with_the_money_waits_for_its_coming(void **state)
{
    world w;
    minipay_outcome outcomes[3];
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "110-222-333444"), payee = world_person(&w, NULL);
    minipay_instruction calls[] = {
        world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000),
        world_ask(&w, MINIPAY_KIND_TRANSFER, member, payee, 10000),
        world_ask(&w, MINIPAY_KIND_TRANSFER, payee, member, 10000),
    };
    ASSERT_STATUS(minipay_execute(w.pay, calls, 3, outcomes, NULL), MINIPAY_OK);
    for (int number = 0; number < 3; number++)
        ASSERT_STATUS(outcomes[number].status, MINIPAY_OK);
    assert_int_equal(world_balance(&w, member), 10000);
    world_at_peace(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_on_with_another_of_its_call_waits_for_it),
        cmocka_unit_test(what_a_payee_does_with_the_money_waits_for_its_coming),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
