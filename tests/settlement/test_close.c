/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"
#include "world.h"

#include <string.h>

/* While a run still closes buckets, figures may be added to its lines: none is paid before. */

enum { MERCHANTS = 3, TODAY = 20251123 };

static bool is_closing(world *w, minipay_id run)
{
    minipay_operation operation;
    uint32_t count = 1;
    minipay_operation_init(&operation);
    ASSERT_STATUS(
        minipay_operation_list(w->pay, MINIPAY_KIND_SETTLEMENT, &world_nobody, &operation, &count, NULL),
        MINIPAY_OK);
    return count == 1 && memcmp(&operation.id, &run, sizeof run) == 0 &&
           operation.state == MINIPAY_STATE_RUNNING && strstr(operation.document, "\"step\":0,");
}

static uint32_t read_lines(world *w, minipay_id run, minipay_settlement_line *lines)
{
    uint32_t count = MERCHANTS;
    ASSERT_STATUS(minipay_settlement_lines(w->pay, &run, &world_nobody, lines, &count, NULL),
                  MINIPAY_OK);
    return count;
}

/* Somebody carries the lines on, as a process beside the one that closes would. */
static void push_lines(world *w, const minipay_settlement_line *lines, uint32_t count)
{
    mpi_resumption pushed[MERCHANTS];
    for (uint32_t i = 0; i < count; i++)
        pushed[i] = (mpi_resumption){MINIPAY_KIND_PAYOUT, lines[i].id};
    ASSERT_STATUS(mpi_drive_on(w->pay->engine, pushed, count, NULL), MINIPAY_OK);
}

/* Cut off at every storage call in turn; answers whether it was cut off with lines made and not all closed. */
static bool cut_off(uint32_t at, bool *failed)
{
    world w;
    minipay_settlement_request request;
    minipay_settlement settlement;
    minipay_settlement_line lines[MERCHANTS];
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 100000);
    for (int i = 0; i < MERCHANTS; i++)
        world_do(&w, MINIPAY_KIND_PAY, member, world_merchant(&w, "110-1", 100), 1000);
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    request.id = world_id(&w);
    request.through_date = TODAY;
    memcpy(request.currency, "KRW", 4);
    w.faults.storage_calls = 0;
    w.faults.storage_fails_at = at;
    *failed = minipay_settlement_run(w.pay, &request, &settlement, NULL) != MINIPAY_OK;
    w.faults.storage_fails_at = 0;
    uint32_t count = read_lines(&w, request.id, lines);
    bool reached = count > 0 && is_closing(&w, request.id);
    if (reached) {
        int64_t at_bank = world_at_bank(&w);
        push_lines(&w, lines, count);
        assert_int_equal(read_lines(&w, request.id, lines), count);
        for (uint32_t i = 0; i < count; i++)
            ASSERT_STATE(lines[i].state, MINIPAY_STATE_RUNNING);
        assert_int_equal(world_at_bank(&w), at_bank);
        assert_true(is_closing(&w, request.id));
    }
    ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &settlement, NULL), MINIPAY_OK);
    world_rest(&w); /* an answer that could not be kept is asked for again */
    ASSERT_STATUS(minipay_settlement_get(w.pay, &request.id, &settlement, NULL), MINIPAY_OK);
    assert_int_equal(settlement.paid_minor, MERCHANTS * 990);
    world_at_peace(&w);
    world_close(&w);
    return reached;
}

static void no_line_is_paid_while_its_run_closes(void **state)
{
    uint32_t reached = 0;
    bool failed = true;
    (void)state;
    for (uint32_t at = 1; failed; at++)
        reached += cut_off(at, &failed);
    assert_true(reached > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_paid_while_its_run_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
