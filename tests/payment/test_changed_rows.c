/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

/* A row that somebody changed in the file is an error of the operation that goes on with it; nothing moves, and
 * the program goes on. */

static const char path[] = "changed.db";

static world w;
static minipay_id member, merchant;

static void change(const char *sql)
{
    world_close(&w);
    assert_true(by_hand_run(path, sql) > 0);
    world_open(&w);
}

static void keep(const char *sql)
{
    char both[200];
    snprintf(both, sizeof both, "CREATE TABLE kept AS SELECT * FROM slip;%s", sql);
    change(both);
}

static void restore(void)
{
    change("DELETE FROM slip; INSERT INTO slip SELECT * FROM kept; DROP TABLE kept");
}

static void refuse(int32_t kind, minipay_id slip, int64_t amount_minor)
{
    minipay_instruction asked = world_ask(&w, kind, world_nobody, slip, amount_minor);
    minipay_outcome outcome;
    minipay_error error;
    int64_t before = world_balance(&w, member);
    minipay_error_init(&error);
    minipay_status status = minipay_execute(w.pay, &asked, 1, &outcome, &error);
    if (status != MINIPAY_CORRUPT)
        print_error("%s: %s\n", minipay_kind_name(kind), error.message);
    ASSERT_STATUS(status, MINIPAY_CORRUPT);
    assert_int_equal(world_balance(&w, member), before);
}

static void figures_of_a_slip_that_cannot_be_are_corrupt(void **state)
{
    static const char *const changes[] = {"UPDATE slip SET merchant_share=10001",
                                          "UPDATE slip SET merchant_share=-1",
                                          "UPDATE slip SET amount_minor=-5",
                                          "UPDATE slip SET captured_minor=amount_minor+1",
                                          "UPDATE slip SET refunded_minor=-1",
                                          "UPDATE slip SET refunded_minor=amount_minor+1",
                                          "UPDATE slip SET promotion_minor=amount_minor+1"};
    (void)state;
    minipay_outcome paid = world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1000);
    minipay_outcome held = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 500);
    ASSERT_STATE(held.state, MINIPAY_STATE_DONE);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        keep(changes[i]);
        refuse(MINIPAY_KIND_REFUND, paid.id, 100);
        refuse(MINIPAY_KIND_CAPTURE, held.id, 100);
        restore();
    }
    world_audit_clean(&w);
}

/* Not one of these is out of its bounds: only its tag knows. An operation that wrote such a row anew would sign
 * it. */
static void a_changed_row_is_not_signed_by_the_operation_that_changes_it_next(void **state)
{
    (void)state;
    minipay_outcome paid = world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1000);
    minipay_outcome held = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 500);
    keep("UPDATE slip SET topup_minor=10000");
    refuse(MINIPAY_KIND_REFUND, paid.id, 100);
    refuse(MINIPAY_KIND_VOID, held.id, 0);
    restore();
    world_audit_clean(&w);
    change("UPDATE merchant SET fixed_fee_minor=fixed_fee_minor+1");
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_PAY, member, merchant, 100);
    minipay_outcome outcome;
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &asked, 1, &outcome, &error), MINIPAY_CORRUPT);
    assert_string_equal(error.field, "merchant");
    change("UPDATE merchant SET fixed_fee_minor=fixed_fee_minor-1");
    change("UPDATE counter SET value=value+1000000 WHERE name='account'");
    minipay_wallet_request request;
    minipay_wallet_request_init(&request);
    request.id = world_id(&w);
    request.member_id = member;
    memcpy(request.currency, "USD", 4);
    ASSERT_STATUS(minipay_wallet_open(w.pay, &request, 1, &outcome, &error), MINIPAY_CORRUPT);
    assert_string_equal(error.field, "counter");
}

static void held_money_that_is_less_than_its_holds_is_corrupt(void **state)
{
    (void)state;
    minipay_outcome held = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 500);
    change("UPDATE balance SET held_minor=1 WHERE held_minor>0");
    refuse(MINIPAY_KIND_VOID, held.id, 0);
}

static int set_up(void **state)
{
    (void)state;
    world_forget(path);
    world_init(&w, path);
    world_open(&w);
    member = world_person(&w, NULL);
    merchant = world_merchant(&w, NULL, 100);
    world_credit(&w, member, 10000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(&w);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(figures_of_a_slip_that_cannot_be_are_corrupt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_changed_row_is_not_signed_by_the_operation_that_changes_it_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(held_money_that_is_less_than_its_holds_is_corrupt, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
