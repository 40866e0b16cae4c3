/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* Runs over amounts whose sums leave 64 bits: every line is paid and exact all the same. */

enum { MONDAY = 20251124, TUESDAY = 20251125, WEDNESDAY = 20251126 };

static const int64_t large = INT64_C(9000000000000000000);

static void begin(world *w)
{
    world_init(w, ":memory:");
    w->now += INT64_C(86400) * 1000000; /* Monday */
    world_open(w);
}

static void end(world *w)
{
    world_audit_clean(w);
    world_close(w);
}

static void pay(world *w, minipay_id member, minipay_id merchant)
{
    ASSERT_STATUS(world_do(w, MINIPAY_KIND_PAY, member, merchant, large).status, MINIPAY_OK);
}

static minipay_settlement preview(world *w, int32_t date, uint32_t expected_lines)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    minipay_settlement_line lines[4];
    uint32_t count = 4;
    minipay_settlement_request_init(&request);
    memcpy(request.currency, "KRW", 4);
    request.through_date = date;
    minipay_settlement_init(&settlement);
    for (int i = 0; i < 4; i++)
        minipay_settlement_line_init(&lines[i]);
    ASSERT_STATUS(
        minipay_settlement_preview(w->pay, &request, &world_nobody, &settlement, lines, &count, NULL),
        MINIPAY_OK);
    assert_int_equal(count, expected_lines);
    return settlement;
}

/* Both payouts cannot be on their way at once: the second is refused, and the next run pays it. */
static void totals_that_leave_64_bits_stand_at_their_end_and_every_line_is_paid(void **state)
{
    world w;
    minipay_settlement_line lines[4];
    uint32_t count = 4;
    (void)state;
    begin(&w);
    minipay_id one = world_person(&w, NULL), other = world_person(&w, "110-1");
    minipay_id merchant = world_merchant(&w, "220-1", 0), second = world_merchant(&w, "220-2", 0);
    world_credit(&w, one, large);
    world_topup(&w, other, large);
    world_audit_clean(&w);
    pay(&w, one, merchant);
    pay(&w, other, second);
    world_audit_clean(&w);
    assert_int_equal(preview(&w, MONDAY, 2).payout_minor, INT64_MAX);
    minipay_id id = world_id(&w);
    minipay_settlement run = world_settle(&w, id, MONDAY);
    ASSERT_STATE(run.state, MINIPAY_STATE_DONE);
    assert_int_equal(run.gross_minor, INT64_MAX);
    assert_int_equal(run.paid_minor, large);
    ASSERT_STATUS(minipay_settlement_get(w.pay, &id, &run, NULL), MINIPAY_OK);
    assert_int_equal(run.payout_minor, INT64_MAX);
    ASSERT_STATUS(minipay_settlement_lines(w.pay, &id, &world_nobody, lines, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 2);
    assert_int_equal(lines[0].payout_minor, large);
    assert_int_equal(lines[1].payout_minor, large);
    world_audit_clean(&w);
    run = world_settle(&w, world_id(&w), MONDAY);
    assert_int_equal(run.paid_minor, large);
    end(&w);
}

/* Paid, refunded the next day and paid again: the merchant is owed it once, but two days' payments together do
 * not fit into a line. */
static void what_does_not_fit_into_a_line_waits_for_the_next_days_run(void **state)
{
    world w;
    (void)state;
    begin(&w);
    minipay_id member = world_person(&w, NULL), other = world_person(&w, NULL);
    minipay_id merchant = world_merchant(&w, "220-1", 0);
    world_credit(&w, member, large);
    minipay_id first = world_do(&w, MINIPAY_KIND_PAY, member, merchant, large).id;
    world_pass(&w, 86400);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, first, 0).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_DEBIT, member, world_nobody, large).status, MINIPAY_OK);
    world_credit(&w, other, large);
    pay(&w, other, merchant);
    assert_int_equal(preview(&w, TUESDAY, 1).net_minor, large);
    minipay_settlement run = world_settle(&w, world_id(&w), TUESDAY);
    ASSERT_STATE(run.state, MINIPAY_STATE_DONE);
    assert_int_equal(run.gross_minor, large);
    assert_int_equal(run.refund_minor, 0);
    assert_int_equal(run.paid_minor, large);
    assert_int_equal(preview(&w, TUESDAY, 0).gross_minor, 0);
    world_pass(&w, 86400);
    run = world_settle(&w, world_id(&w), WEDNESDAY);
    assert_int_equal(run.gross_minor, large);
    assert_int_equal(run.refund_minor, large);
    assert_int_equal(run.paid_minor, 0);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_that_leave_64_bits_stand_at_their_end_and_every_line_is_paid),
        cmocka_unit_test(what_does_not_fit_into_a_line_waits_for_the_next_days_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
