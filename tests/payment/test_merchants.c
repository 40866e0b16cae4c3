/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Merchants' terms and states, and lists of merchants and slips. */

static minipay_merchant merchant_of(world *w, minipay_id id)
{
    minipay_merchant merchant;
    minipay_merchant_init(&merchant);
    ASSERT_STATUS(minipay_merchant_get(w->pay, &id, &merchant, NULL), MINIPAY_OK);
    return merchant;
}

static minipay_slip slip_of(world *w, minipay_id id)
{
    minipay_slip slip;
    minipay_slip_init(&slip);
    ASSERT_STATUS(minipay_slip_get(w->pay, &id, &slip, NULL), MINIPAY_OK);
    return slip;
}

static minipay_merchant_change ask_change(world *w, minipay_id merchant, int32_t action)
{
    minipay_merchant_change change;
    minipay_merchant_change_init(&change);
    change.id = world_id(w);
    change.merchant_id = merchant;
    change.action = action;
    return change;
}

static void expect_change(world *w, const minipay_merchant_change *change, minipay_status status)
{
    minipay_outcome outcome;
    ASSERT_STATUS(minipay_merchant_update(w->pay, change, 1, &outcome, NULL), status);
}

static void change_fee(world *w, minipay_id merchant, int32_t points, int64_t effective_at)
{
    minipay_merchant_change change = ask_change(w, merchant, MINIPAY_MERCHANT_TERMS);
    change.fee_basis_points = points;
    change.effective_at = effective_at;
    expect_change(w, &change, MINIPAY_OK);
}

static minipay_id pay(world *w, minipay_id member, minipay_id merchant, int64_t amount_minor)
{
    return world_do(w, MINIPAY_KIND_PAY, member, merchant, amount_minor).id;
}

static void new_terms_come_into_force_at_their_time(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 100);
    world_credit(&w, member, 1000000);
    change_fee(&w, merchant, 200, w.now + 3600 * INT64_C(1000000));
    change_fee(&w, merchant, 300, 0); /* not before the version that it follows */
    assert_int_equal(merchant_of(&w, merchant).fee_basis_points, 100);
    minipay_id before = pay(&w, member, merchant, 10000);
    world_pass(&w, 3600);
    assert_int_equal(merchant_of(&w, merchant).terms_version, 3);
    assert_int_equal(merchant_of(&w, merchant).fee_basis_points, 300);
    minipay_id after = pay(&w, member, merchant, 10000);
    assert_int_equal(slip_of(&w, before).fee_minor, 100);
    assert_int_equal(slip_of(&w, before).terms_version, 1);
    assert_int_equal(slip_of(&w, after).fee_minor, 300);
    assert_int_equal(slip_of(&w, after).terms_version, 3);
    world_audit_clean(&w);
    world_close(&w);
}

static void captures_of_one_payment_keep_the_first_ones_terms(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 100);
    world_credit(&w, member, 1000000);
    minipay_id payment = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 10000).id;
    change_fee(&w, merchant, 200, 0);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 5000);
    change_fee(&w, merchant, 900, 0);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 5000);
    assert_int_equal(slip_of(&w, payment).fee_minor, 200);
    assert_int_equal(slip_of(&w, payment).terms_version, 2);
    world_audit_clean(&w);
    world_close(&w);
}

/* A fixed fee weighs less when more is captured: what a refund gave back already stays given back. */
static void a_fee_given_back_is_not_taken_again(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 1000000);
    minipay_merchant_change change = ask_change(&w, merchant, MINIPAY_MERCHANT_TERMS);
    change.fixed_fee_minor = 100;
    expect_change(&w, &change, MINIPAY_OK);
    minipay_id payment = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 1000).id;
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 100);
    world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 50);
    assert_int_equal(slip_of(&w, payment).refunded_fee_minor, 50);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 900);
    world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 1);
    assert_int_equal(slip_of(&w, payment).refunded_fee_minor, 50);
    world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 0);
    assert_int_equal(slip_of(&w, payment).refunded_fee_minor, 100);
    world_audit_clean(&w);
    world_close(&w);
}

/* However large the fee of the terms, even where its parts do not fit together. */
static void a_fee_is_never_more_than_what_is_captured(void **state)
{
    static const struct {
        int64_t fixed, least, most, fee;
    } cases[] = {{INT64_MAX, 0, 0, 1000}, {0, INT64_MAX, 0, 1000}, {INT64_MAX, 0, 70, 70}};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 10000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_id merchant = world_merchant(&w, NULL, 0);
        minipay_merchant_change change = ask_change(&w, merchant, MINIPAY_MERCHANT_TERMS);
        change.fee_basis_points = 100;
        change.fixed_fee_minor = cases[i].fixed;
        change.minimum_fee_minor = cases[i].least;
        change.maximum_fee_minor = cases[i].most;
        expect_change(&w, &change, MINIPAY_OK);
        assert_int_equal(slip_of(&w, pay(&w, member, merchant, 1000)).fee_minor, cases[i].fee);
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void a_deactivated_merchant_takes_no_new_payment(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, member, 1000000);
    minipay_id payment = pay(&w, member, merchant, 10000);
    minipay_id hold = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 10000).id;
    minipay_merchant_change off = ask_change(&w, merchant, MINIPAY_MERCHANT_DEACTIVATE);
    minipay_merchant_change on = ask_change(&w, merchant, MINIPAY_MERCHANT_REACTIVATE);
    expect_change(&w, &off, MINIPAY_OK);
    assert_int_equal(merchant_of(&w, merchant).state, MINIPAY_MERCHANT_INACTIVE_STATE);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1).status, MINIPAY_MERCHANT_INACTIVE);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 1).status,
                  MINIPAY_MERCHANT_INACTIVE);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, hold, 0).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 1).status, MINIPAY_OK);
    assert_int_equal(world_settle(&w, world_id(&w), 20251123).paid_minor, 19999);
    expect_change(&w, &on, MINIPAY_OK);
    expect_change(&w, &off, MINIPAY_OK); /* the same id again: it stands */
    assert_int_equal(merchant_of(&w, merchant).state, MINIPAY_MERCHANT_ACTIVE);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1).status, MINIPAY_OK);
    world_audit_clean(&w);
    world_close(&w);
}

static void payouts_go_to_the_account_of_the_terms(void **state)
{
    world w;
    minipay_settlement_line line;
    uint32_t one = 1;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "REFUSE-1", 0);
    world_credit(&w, member, 1000000);
    pay(&w, member, merchant, 10000);
    minipay_settlement run = world_settle(&w, world_id(&w), 20251123);
    assert_int_equal(run.refused, 1);
    minipay_merchant_change change = ask_change(&w, merchant, MINIPAY_MERCHANT_TERMS);
    change.account_id = world_link(&w, merchant, "110-222-333444");
    expect_change(&w, &change, MINIPAY_OK);
    run = world_settle(&w, world_id(&w), 20251123);
    ASSERT_STATUS(minipay_settlement_lines(w.pay, &run.id, &world_nobody, &line, &one, NULL),
                  MINIPAY_OK);
    assert_int_equal(run.paid_minor, 10000);
    assert_int_equal(world_at_bank(&w), -10000);
    world_audit_clean(&w);
    world_close(&w);
}

static void terms_name_a_linked_account_of_the_merchant_or_none(void **state)
{
    world w;
    minipay_outcome outcome;
    minipay_unlink_request unlink;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    minipay_id unlinked = world_link(&w, merchant, "110-1"), linked = world_link(&w, merchant, "110-2");
    minipay_unlink_request_init(&unlink);
    unlink.id = world_id(&w);
    unlink.owner_id = merchant;
    unlink.account_id = unlinked;
    ASSERT_STATUS(minipay_account_unlink(w.pay, &unlink, 1, &outcome, NULL), MINIPAY_OK);
    const minipay_id others[] = {world_id(&w), merchant, unlinked, world_link(&w, member, "110-3"),
                                 world_link(&w, world_merchant(&w, NULL, 0), "110-4")};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        minipay_merchant_change change = ask_change(&w, merchant, MINIPAY_MERCHANT_TERMS);
        change.account_id = others[i];
        expect_change(&w, &change, MINIPAY_ACCOUNT_NOT_FOUND);
    }
    assert_int_equal(merchant_of(&w, merchant).terms_version, 1);
    minipay_merchant_change change = ask_change(&w, merchant, MINIPAY_MERCHANT_TERMS);
    change.account_id = linked;
    expect_change(&w, &change, MINIPAY_OK);
    change = ask_change(&w, merchant, MINIPAY_MERCHANT_TERMS);
    expect_change(&w, &change, MINIPAY_OK);
    world_audit_clean(&w);
    world_close(&w);
}

static void changes_are_refused_in_the_order_of_the_header(void **state)
{
    static const struct {
        bool id, merchant;
        int32_t action, points, cycle;
        int64_t effective_at;
        bool known;
        minipay_status status;
    } cases[] = {
        {false, false, 9, -1, 9, -1, false, MINIPAY_INVALID_ID},
        {true, false, 9, -1, 9, -1, false, MINIPAY_INVALID_ID},
        {true, true, 9, -1, 9, -1, false, MINIPAY_INVALID_ARGUMENT},
        {true, true, MINIPAY_MERCHANT_TERMS, -1, 9, -1, false, MINIPAY_INVALID_TIME},
        {true, true, MINIPAY_MERCHANT_TERMS, -1, 9, 0, false, MINIPAY_INVALID_ARGUMENT},
        {true, true, MINIPAY_MERCHANT_TERMS, 0, 9, 0, false, MINIPAY_INVALID_ARGUMENT},
        {true, true, MINIPAY_MERCHANT_TERMS, 0, 0, 0, false, MINIPAY_MERCHANT_NOT_FOUND},
        {true, true, MINIPAY_MERCHANT_DEACTIVATE, -1, 9, -1, false, MINIPAY_MERCHANT_NOT_FOUND},
        {true, true, MINIPAY_MERCHANT_DEACTIVATE, -1, 9, -1, true, MINIPAY_OK},
    };
    world w;
    (void)state;
    world_begin(&w);
    minipay_id merchant = world_merchant(&w, NULL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_merchant_change change = ask_change(&w, merchant, cases[i].action);
        if (!cases[i].id)
            change.id = world_nobody;
        if (!cases[i].known)
            change.merchant_id = cases[i].merchant ? world_id(&w) : world_nobody;
        change.fee_basis_points = cases[i].points;
        change.cycle = cases[i].cycle;
        change.effective_at = cases[i].effective_at;
        expect_change(&w, &change, cases[i].status);
    }
    world_close(&w);
}

static void merchants_are_listed_in_pages(void **state)
{
    enum { MERCHANTS = 5 };
    world w;
    minipay_id made[MERCHANTS], after = world_nobody;
    minipay_merchant page[2];
    uint32_t count = 2, seen = 0;
    (void)state;
    world_begin(&w);
    for (int32_t i = 0; i < MERCHANTS; i++)
        made[i] = world_merchant(&w, NULL, i);
    while (count == 2) {
        ASSERT_STATUS(minipay_merchant_list(w.pay, &after, page, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++, seen++) {
            assert_memory_equal(&page[i].id, &made[seen], sizeof made[seen]);
            assert_int_equal(page[i].fee_basis_points, seen);
            after = page[i].id;
        }
    }
    assert_int_equal(seen, MERCHANTS);
    ASSERT_STATUS(minipay_merchant_list(w.pay, NULL, page, &count, NULL), MINIPAY_INVALID_ARGUMENT);
    world_close(&w);
}

enum { SLIPS = 9 };

static uint32_t list(world *w, const minipay_slip_query *query, uint32_t page, minipay_slip *slips)
{
    minipay_id after = world_nobody;
    uint32_t used = 0, count = page;
    while (count == page) {
        ASSERT_STATUS(minipay_slip_list(w->pay, query, &after, slips + used, &count, NULL), MINIPAY_OK);
        used += count;
        assert_true(used + page <= 2 * SLIPS);
        if (count)
            after = slips[used - 1].id;
    }
    return used;
}

static void slips_are_listed_newest_first(void **state)
{
    world w;
    minipay_id made[SLIPS];
    minipay_slip slips[2 * SLIPS];
    minipay_slip_query query;
    int64_t times[SLIPS];
    (void)state;
    world_begin(&w);
    minipay_id members[] = {world_person(&w, NULL), world_person(&w, NULL)};
    minipay_id merchants[] = {world_merchant(&w, NULL, 0), world_merchant(&w, NULL, 0)};
    world_credit(&w, members[0], 1000000); /* the other's payments are refused */
    for (int i = 0; i < SLIPS; i++) {
        world_pass(&w, i % 2); /* some at the same time */
        times[i] = w.now;
        made[i] = pay(&w, members[i % 2], merchants[i % 3 == 0], 100 + i);
    }
    minipay_slip_query_init(&query);
    for (int by = 0; by < 4; by++) {
        query.member_id = by < 2 ? members[by] : world_nobody;
        query.merchant_id = by < 2 ? world_nobody : merchants[by - 2];
        for (uint32_t page = 1; page < 6; page++) {
            uint32_t count = list(&w, &query, page, slips), seen = 0;
            for (int i = SLIPS - 1; i >= 0; i--) {
                if (by < 2 ? i % 2 != by : (i % 3 == 0) != by - 2)
                    continue;
                assert_true(seen < count);
                assert_memory_equal(&slips[seen].id, &made[i], sizeof made[i]);
                assert_int_equal(slips[seen++].amount_minor, 100 + i);
            }
            assert_int_equal(count, seen);
        }
    }
    query.member_id = members[0];
    query.merchant_id = world_nobody;
    query.since_at = times[2];
    query.until_at = times[6];
    assert_int_equal(list(&w, &query, 1, slips), 2);
    assert_memory_equal(&slips[0].id, &made[4], sizeof made[4]);
    assert_memory_equal(&slips[1].id, &made[2], sizeof made[2]);
    world_close(&w);
}

static void slip_queries_are_checked(void **state)
{
    world w;
    minipay_slip_query query;
    minipay_slip slip;
    uint32_t one = 1, many = MINIPAY_BATCH_LARGEST + 1;
    (void)state;
    world_begin(&w);
    minipay_id id = world_id(&w);
    minipay_slip_query_init(&query);
    query.struct_size++;
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &world_nobody, &slip, &one, NULL),
                  MINIPAY_INVALID_SIZE);
    query.struct_size--;
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &world_nobody, &slip, &one, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    query.member_id = query.merchant_id = id;
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &world_nobody, &slip, &one, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    query.merchant_id = world_nobody;
    query.since_at = -1;
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &world_nobody, &slip, &one, NULL),
                  MINIPAY_INVALID_TIME);
    query.since_at = 0;
    query.until_at = -1;
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &world_nobody, &slip, &one, NULL),
                  MINIPAY_INVALID_TIME);
    query.until_at = 0;
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &world_nobody, &slip, &many, NULL),
                  MINIPAY_BATCH_TOO_LARGE);
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &id, &slip, &one, NULL), MINIPAY_SLIP_NOT_FOUND);
    ASSERT_STATUS(minipay_slip_list(w.pay, &query, &world_nobody, &slip, &one, NULL), MINIPAY_OK);
    assert_int_equal(one, 0);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_terms_come_into_force_at_their_time),
        cmocka_unit_test(captures_of_one_payment_keep_the_first_ones_terms),
        cmocka_unit_test(a_fee_given_back_is_not_taken_again),
        cmocka_unit_test(a_fee_is_never_more_than_what_is_captured),
        cmocka_unit_test(a_deactivated_merchant_takes_no_new_payment),
        cmocka_unit_test(payouts_go_to_the_account_of_the_terms),
        cmocka_unit_test(terms_name_a_linked_account_of_the_merchant_or_none),
        cmocka_unit_test(changes_are_refused_in_the_order_of_the_header),
        cmocka_unit_test(merchants_are_listed_in_pages),
        cmocka_unit_test(slips_are_listed_newest_first),
        cmocka_unit_test(slip_queries_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
