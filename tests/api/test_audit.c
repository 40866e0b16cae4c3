/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

static const char good[] = "110-222-333444";

/* The check of a name, from a fresh audit. */
static minipay_audit_check check_of(world *w, const char *name)
{
    minipay_audit_check checks[32];
    uint32_t count = 32, i = 0;
    int32_t clean = 0;
    ASSERT_STATUS(minipay_audit(w->pay, checks, &count, &clean, NULL), MINIPAY_OK);
    while (i < count && strcmp(checks[i].name, name) != 0)
        i++;
    assert_true(i < count);
    return checks[i];
}

static void operations_that_wait_claim_what_is_behind_them(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        world w;
        world_begin(&w);
        minipay_id member = world_person(&w, "PENDING-1");
        world_credit(&w, member, 30000);
        minipay_outcome outcome = world_do(&w, kinds[i], member, world_nobody, 20000);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
        assert_int_equal(check_of(&w, "bank orders").rows, 2);
        world_audit_clean(&w);
        world_rest(&w);
        ASSERT_STATE(world_outcome(&w, kinds[i], outcome.id).state, MINIPAY_STATE_DONE);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void a_parent_and_its_topup_wait_for_each_other(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "PENDING-1"), payee = world_person(&w, NULL);
    minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, member, payee, 5000);
    transfer.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_expect(&w, &transfer, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    assert_int_equal(check_of(&w, "waiting operations").rows, 2);
    assert_int_equal(check_of(&w, "incoming money").rows, 2);
    world_audit_clean(&w);
    world_rest(&w);
    world_expect(&w, &transfer, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(check_of(&w, "waiting operations").rows, 0);
    world_at_peace(&w);
    world_close(&w);
}

static void parked_operations_audit_clean(void **state)
{
    world w;
    (void)state;
    world_init(&w, ":memory:");
    w.script.unknown_asks = 8;
    world_open(&w);
    world_rule(&w, MINIPAY_RULE_BANK_DEADLINE_MS, 0, 1);
    minipay_id member = world_person(&w, "UNKNOWN-1"), payee = world_person(&w, NULL);
    minipay_instruction transfer = world_ask(&w, MINIPAY_KIND_TRANSFER, member, payee, 5000);
    transfer.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_expect(&w, &transfer, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    world_rest(&w);
    ASSERT_STATE(world_outcome(&w, MINIPAY_KIND_TRANSFER, transfer.id).state, MINIPAY_STATE_PARKED);
    assert_int_equal(check_of(&w, "waiting operations").rows, 2);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_payout_is_claimed_at_every_stage(void **state)
{
    static const struct {
        const char *account;
        int32_t fee_basis_points;
        int64_t refunded;
    } cases[] = {{good, 100, 0},         {good, 0, 0},         {good, 100, 10000},
                 {"REFUSE-1", 100, 400}, {"PENDING-1", 50, 0}, {NULL, 100, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world w;
        world_begin(&w);
        minipay_id payer = world_person(&w, good);
        minipay_id merchant = world_merchant(&w, cases[i].account, cases[i].fee_basis_points);
        world_topup(&w, payer, 50000);
        minipay_outcome paid = world_do(&w, MINIPAY_KIND_PAY, payer, merchant, 10000);
        world_audit_clean(&w);
        world_settle(&w, world_id(&w), 20991231);
        world_audit_clean(&w);
        if (cases[i].refunded) {
            world_do(&w, MINIPAY_KIND_REFUND, world_nobody, paid.id, cases[i].refunded);
            world_audit_clean(&w);
        }
        world_rest(&w);
        world_settle(&w, world_id(&w), 20991231);
        world_rest(&w);
        assert_true(check_of(&w, "settlement runs").rows > 0);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void safeguarding_shows_what_is_owed_and_what_is_there(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "PENDING-1"), merchant = world_merchant(&w, good, 100);
    world_credit(&w, member, 500);
    world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 70000);
    world_rest(&w);
    world_do(&w, MINIPAY_KIND_PAY, member, merchant, 30000);
    world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 20000);
    minipay_audit_check check = check_of(&w, "safeguarding");
    assert_int_equal(check.ok, 1);
    assert_string_equal(check.detail, "KRW: owed 50000 = bank 70000 with -20000 in transit");
    world_rest(&w);
    check = check_of(&w, "safeguarding");
    assert_string_equal(check.detail, "KRW: owed 50000 = bank 50000 with 0 in transit");
    world_at_peace(&w);
    world_close(&w);
}

static void a_missing_argument_is_a_usage_error(void **state)
{
    world w;
    minipay_audit_check checks[32];
    uint32_t count = 32, few = 3;
    int32_t clean = 7;
    (void)state;
    memset(checks, 0x33, sizeof checks);
    world_begin(&w);
    ASSERT_STATUS(minipay_audit(w.pay, NULL, &count, &clean, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_audit(w.pay, checks, NULL, &clean, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_audit(w.pay, checks, &count, NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_audit(NULL, checks, &count, &clean, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_audit(w.pay, checks, &few, &clean, NULL), MINIPAY_INVALID_ARGUMENT);
    assert_int_equal(clean, 7);
    assert_int_equal(few, 3);
    assert_int_equal(checks[0].ok, 0x33333333);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_that_wait_claim_what_is_behind_them),
        cmocka_unit_test(a_parent_and_its_topup_wait_for_each_other),
        cmocka_unit_test(parked_operations_audit_clean),
        cmocka_unit_test(a_payout_is_claimed_at_every_stage),
        cmocka_unit_test(safeguarding_shows_what_is_owed_and_what_is_there),
        cmocka_unit_test(a_missing_argument_is_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
