/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"
#include "crooked.h"
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

/* Somebody at another handle, who pays whenever the first one is about to begin a unit of work. */
typedef struct payer {
    world w;
    minipay_id member, merchant;
    uint32_t payments, room;
} payer;

static void pay_once(void *context)
{
    payer *somebody = context;
    if (somebody->payments == somebody->room)
        return;
    somebody->payments++;
    minipay_outcome paid =
        world_do(&somebody->w, MINIPAY_KIND_PAY, somebody->member, somebody->merchant, 1000);
    ASSERT_STATE(paid.state, MINIPAY_STATE_DONE);
}

static minipay_settlement settle(world *w)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    request.id = world_id(w);
    request.through_date = TODAY;
    memcpy(request.currency, "KRW", 4);
    ASSERT_STATUS(minipay_settlement_run(w->pay, &request, &settlement, NULL), MINIPAY_OK);
    return settlement;
}

/* What is due today is a bucket of each merchant, however often they are paid meanwhile. */
static void a_run_ends_while_its_merchants_are_paid(void **state)
{
    enum { PAYMENTS = 40 };
    world w;
    crooked bank = {.w = &w};
    payer somebody = {.room = PAYMENTS};
    (void)state;
    world_forget("beside.db");
    crooked_begin(&w, &bank, "beside.db");
    somebody.member = world_person(&w, NULL);
    somebody.merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, somebody.member, 100000);
    crooked_second(&w, &somebody.w);
    somebody.w.made = 1000000;
    w.on_clock = pay_once;
    w.clock_context = &somebody;
    minipay_settlement first = settle(&w);
    w.on_clock = NULL;
    assert_in_range(first.gross_minor, 1000, 3000);
    assert_in_range(somebody.payments, first.gross_minor / 1000 + 1, PAYMENTS - 1);
    minipay_settlement second = settle(&w);
    assert_int_equal(first.paid_minor + second.paid_minor, somebody.payments * 1000);
    world_close(&somebody.w);
    world_at_peace(&w);
    world_close(&w);
}

/* Each run of a day closes a round, and the next payment opens another. */
static void a_day_may_have_many_rounds(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, member, 100000);
    for (int64_t run = 1; run <= 20; run++) {
        for (int64_t paid = 0; paid < run; paid++)
            ASSERT_STATE(world_do(&w, MINIPAY_KIND_PAY, member, merchant, 10).state, MINIPAY_STATE_DONE);
        assert_int_equal(settle(&w).paid_minor, run * 10);
    }
    world_at_peace(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_paid_while_its_run_closes),
        cmocka_unit_test(a_day_may_have_many_rounds),
        cmocka_unit_test(a_run_ends_while_its_merchants_are_paid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
