/* SPDX-License-Identifier: Apache-2.0 */
#include "reconcile.h"

minipay_reconcile_request reconcile_ask(world *w)
{
    minipay_reconcile_request request;
    minipay_reconcile_request_init(&request);
    request.id = world_id(w);
    return request;
}

minipay_reconciliation reconcile_run(world *w, const minipay_reconcile_request *request)
{
    minipay_reconciliation found, same;
    minipay_error error;
    minipay_reconciliation_init(&found);
    minipay_reconciliation_init(&same);
    minipay_error_init(&error);
    minipay_status status = minipay_reconcile(w->pay, request, &found, &error);
    if (status != MINIPAY_OK)
        print_error("reconcile: %s\n", error.message);
    ASSERT_STATUS(status, MINIPAY_OK);
    ASSERT_STATE(found.state, MINIPAY_STATE_DONE);
    ASSERT_STATUS(minipay_reconciliation_get(w->pay, &request->id, &same, NULL), MINIPAY_OK);
    assert_memory_equal(&same, &found, sizeof found);
    return found;
}

minipay_reconciliation reconcile_on(world *w)
{
    minipay_reconcile_request request = reconcile_ask(w);
    return reconcile_run(w, &request);
}

minipay_reconciliation reconcile_again(world *w, int64_t from_position)
{
    minipay_reconcile_request request = reconcile_ask(w);
    request.again = 1;
    request.from_position = from_position;
    return reconcile_run(w, &request);
}

void reconcile_expect(minipay_reconciliation found, reconciled expected)
{
    assert_int_equal(found.lines, expected.lines);
    assert_int_equal(found.matched, expected.matched);
    assert_int_equal(found.in_flight, expected.in_flight);
    assert_int_equal(found.missing, expected.missing);
    assert_int_equal(found.extra, expected.extra);
    assert_int_equal(found.different, expected.different);
}
