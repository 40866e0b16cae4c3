/* SPDX-License-Identifier: Apache-2.0 */
#include "crooked.h"
#include "reconcile.h"

#include <string.h>

/* Runs of reconciliation that overtake each other. */

/* The older run ends behind a newer one: where the statement was read to does not go back. */
static void the_place_in_the_statement_never_goes_back(void **state)
{
    bool failed = true;
    uint32_t behind = 0;
    (void)state;
    for (uint32_t at = 1; failed; at++) {
        world w;
        crooked bank;
        minipay_reconciliation cut;
        crooked_begin(&w, &bank, ":memory:");
        minipay_id member = world_person(&w, "110-1");
        world_topup(&w, member, 10000);
        minipay_reconcile_request older = reconcile_ask(&w), newer = reconcile_ask(&w),
                                  last = reconcile_ask(&w);
        minipay_reconciliation_init(&cut);
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = at;
        failed = minipay_reconcile(w.pay, &older, &cut, NULL) != MINIPAY_OK;
        w.faults.storage_fails_at = 0;
        world_topup(&w, member, 10000);
        minipay_reconciliation through = reconcile_run(&w, &newer), late = reconcile_run(&w, &older);
        behind += late.through_position < through.through_position && failed;
        minipay_reconciliation next = reconcile_run(&w, &last);
        assert_int_equal(next.from_position, through.through_position);
        assert_int_equal(next.lines, 0);
        assert_int_equal(next.missing + next.extra + next.different, 0);
        world_at_peace(&w);
        world_close(&w);
    }
    assert_true(behind > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_place_in_the_statement_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
