/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* An installation that was opened without a bank: what needs one is not stored, so that it can be done when the
 * bank is there, and what is on its way to a bank waits for one. */

static void reopen_with(world *w, bool bank)
{
    world_close(w);
    w->without_bank = !bank;
    world_open(w);
}

static minipay_status send(world *w, const minipay_instruction *ask, minipay_error *error)
{
    minipay_outcome outcome;
    minipay_error_init(error);
    return minipay_execute(w->pay, ask, 1, &outcome, error);
}

static void nothing_stands(world *w, const minipay_instruction *ask)
{
    minipay_outcome outcome;
    minipay_error error;
    ASSERT_STATUS(send(w, ask, &error), MINIPAY_NOT_SUPPORTED);
    assert_string_equal(error.field, "bank");
    ASSERT_STATUS(minipay_outcome_get(w->pay, ask->kind, &ask->id, &outcome, NULL), MINIPAY_NOT_FOUND);
}

static void what_needs_a_bank_is_done_under_the_same_id_once_it_is_there(void **state)
{
    static const struct {
        int32_t kind;
        int64_t amount_minor;
        int32_t flags;
    } cases[] = {{MINIPAY_KIND_TOPUP, 10000, 0},
                 {MINIPAY_KIND_WITHDRAW, 100, 0},
                 {MINIPAY_KIND_TRANSFER, 60000, MINIPAY_FLAG_AUTO_TOPUP},
                 {MINIPAY_KIND_PAY, 70000, MINIPAY_FLAG_AUTO_TOPUP},
                 {MINIPAY_KIND_AUTHORIZE, 80000, MINIPAY_FLAG_AUTO_TOPUP}};
    enum { CASES = sizeof cases / sizeof *cases };
    minipay_instruction asks[CASES];
    minipay_error error;
    world w;
    (void)state;
    world_init(&w, "without.db");
    world_open(&w);
    minipay_id payer = world_person(&w, "110-1"), payee = world_person(&w, NULL);
    minipay_id merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, payer, 50000);
    reopen_with(&w, false);
    for (int i = 0; i < CASES; i++) {
        bool flagged = cases[i].flags, transfer = cases[i].kind == MINIPAY_KIND_TRANSFER;
        minipay_id other = !flagged ? world_nobody : transfer ? payee : merchant;
        asks[i] = world_ask(&w, cases[i].kind, payer, other, cases[i].amount_minor);
        asks[i].flags = cases[i].flags;
        nothing_stands(&w, &asks[i]);
    }
    assert_int_equal(world_balance(&w, payer), 50000);
    world_audit_clean(&w);
    reopen_with(&w, true);
    for (int i = 0; i < CASES; i++)
        ASSERT_STATUS(send(&w, &asks[i], &error), MINIPAY_OK);
    world_at_peace(&w);
    world_close(&w);
}

/* Others of the call are carried out, and a flag that needs no bank today is none's business. */
static void what_needs_no_bank_is_done_without_one(void **state)
{
    minipay_instruction asks[3];
    minipay_outcome outcomes[3];
    minipay_error error;
    world w;
    (void)state;
    world_init(&w, ":memory:");
    w.without_bank = true;
    world_open(&w);
    minipay_error_init(&error);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 5000);
    asks[0] = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 1000);
    asks[1] = world_ask(&w, MINIPAY_KIND_TOPUP, payee, world_nobody, 10000);
    asks[2] = world_ask(&w, MINIPAY_KIND_TRANSFER, payer, payee, 2000);
    asks[2].flags = MINIPAY_FLAG_AUTO_TOPUP;
    ASSERT_STATUS(minipay_execute(w.pay, asks, 3, outcomes, &error), MINIPAY_OK);
    ASSERT_STATUS(outcomes[0].status, MINIPAY_OK);
    ASSERT_STATUS(outcomes[1].status, MINIPAY_NOT_SUPPORTED);
    ASSERT_STATE(outcomes[1].state, MINIPAY_STATE_NONE);
    ASSERT_STATUS(outcomes[2].status, MINIPAY_OK);
    ASSERT_STATUS(error.status, MINIPAY_NOT_SUPPORTED);
    assert_int_equal(world_balance(&w, payee), 3000);
    world_audit_clean(&w);
    world_close(&w);
}

static void what_is_on_its_way_to_a_bank_waits_for_one(void **state)
{
    minipay_error error;
    minipay_outcome link;
    minipay_link_request request;
    int64_t next_at = 1;
    uint32_t carried = 1;
    world w;
    (void)state;
    world_init(&w, "under_way.db");
    world_open(&w);
    minipay_id member = world_person(&w, "PENDING-1"), slow = world_person(&w, NULL);
    world_credit(&w, member, 10000);
    minipay_instruction ask = world_ask(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 4000);
    world_expect(&w, &ask, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    minipay_link_request_init(&request);
    request.id = world_id(&w);
    request.owner_id = slow;
    strcpy(request.bank, "004");
    strcpy(request.account_number, "UNKNOWN-1");
    strcpy(request.holder, "Holder");
    w.faults.bank_fails_at = w.faults.bank_calls + 1;
    ASSERT_STATUS(minipay_account_link(w.pay, &request, 1, &link, NULL), MINIPAY_OK);
    ASSERT_STATE(link.state, MINIPAY_STATE_RUNNING);
    reopen_with(&w, false);
    world_pass(&w, 3600);
    ASSERT_STATUS(minipay_run(w.pay, 0, &carried, &next_at, &error), MINIPAY_OK);
    assert_int_equal(carried, 0);
    assert_int_equal(next_at, 0);
    ASSERT_STATUS(send(&w, &ask, &error), MINIPAY_OK);
    ASSERT_STATE(world_outcome(&w, ask.kind, ask.id).state, MINIPAY_STATE_RUNNING);
    assert_int_equal(world_balance(&w, member), 6000);
    reopen_with(&w, true);
    world_rest(&w);
    ASSERT_STATE(world_outcome(&w, ask.kind, ask.id).state, MINIPAY_STATE_DONE);
    world_at_peace(&w);
    world_close(&w);
}

static void a_run_pays_by_a_bank_or_is_not_begun(void **state)
{
    minipay_settlement_request request;
    minipay_retry_request retry;
    minipay_settlement run;
    minipay_error error;
    world w;
    (void)state;
    world_init(&w, "runs.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "REFUSE-1", 0);
    world_credit(&w, member, 10000);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1000).state, MINIPAY_STATE_DONE);
    minipay_settlement refused = world_settle(&w, world_id(&w), 20251123);
    assert_int_equal(refused.refused, 1);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_PAY, member, merchant, 500).state, MINIPAY_STATE_DONE);
    reopen_with(&w, false);
    minipay_settlement_request_init(&request);
    request.id = world_id(&w);
    request.through_date = 20251123;
    memcpy(request.currency, "KRW", 4);
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &run, &error), MINIPAY_NOT_SUPPORTED);
    assert_string_equal(error.field, "bank");
    ASSERT_STATUS(minipay_settlement_get(w.pay, &request.id, &run, NULL), MINIPAY_NOT_FOUND);
    minipay_retry_request_init(&retry);
    retry.id = world_id(&w);
    retry.run_id = refused.id;
    ASSERT_STATUS(minipay_settlement_retry(w.pay, &retry, &run, &error), MINIPAY_NOT_SUPPORTED);
    ASSERT_STATUS(minipay_settlement_get(w.pay, &retry.id, &run, NULL), MINIPAY_NOT_FOUND);
    request.id = refused.id;
    ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &run, &error), MINIPAY_OK);
    assert_memory_equal(&run, &refused, sizeof run);
    world_audit_clean(&w);
    world_close(&w);
}

/* The run is stored, the commit of its payouts is not. */
static void a_run_whose_payouts_had_not_begun_goes_on_with_a_bank(void **state)
{
    minipay_settlement_request request;
    minipay_settlement run;
    minipay_error error;
    uint32_t carried = 1;
    int64_t next_at = 1;
    world w;
    (void)state;
    world_init(&w, "interrupted.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, "110-1", 0);
    world_credit(&w, member, 10000);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1000).state, MINIPAY_STATE_DONE);
    minipay_settlement_request_init(&request);
    request.id = world_id(&w);
    request.through_date = 20251123;
    memcpy(request.currency, "KRW", 4);
    minipay_error_init(&error);
    for (uint32_t n = 1;; n++) {
        w.faults.storage_fails_at = w.faults.storage_calls + n;
        ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &run, &error), MINIPAY_IO_ERROR);
        w.faults.storage_fails_at = 0;
        if (minipay_settlement_get(w.pay, &request.id, &run, NULL) == MINIPAY_OK)
            break;
    }
    assert_int_equal(run.open, 1);
    reopen_with(&w, false);
    ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &run, &error), MINIPAY_NOT_SUPPORTED);
    ASSERT_STATUS(minipay_run(w.pay, 0, &carried, &next_at, &error), MINIPAY_OK);
    assert_int_equal(carried, 0);
    assert_int_equal(next_at, 0);
    world_audit_clean(&w);
    reopen_with(&w, true);
    ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &run, &error), MINIPAY_OK);
    assert_int_equal(run.paid_minor, 1000);
    world_at_peace(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_needs_a_bank_is_done_under_the_same_id_once_it_is_there),
        cmocka_unit_test(what_needs_no_bank_is_done_without_one),
        cmocka_unit_test(what_is_on_its_way_to_a_bank_waits_for_one),
        cmocka_unit_test(a_run_pays_by_a_bank_or_is_not_begun),
        cmocka_unit_test(a_run_whose_payouts_had_not_begun_goes_on_with_a_bank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
