/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Runs: what they pay, what they carry forward, and how they go on after a fault. */

enum { TODAY = 20251124, TOMORROW = 20251125 }; /* a Monday */

/* ---- a bank that does as it is told ---------------------------------------------------------------------- */

typedef struct moody_bank {
    int32_t verdict;
    uint32_t paid_orders, submits;
    int64_t paid_minor;
    minipay_id paid[64];
} moody_bank;

static minipay_bank_capabilities moody_can(void *impl)
{
    minipay_bank_capabilities can = {.collects = 1, .pays_out = 1};
    (void)impl;
    return can;
}

static minipay_status moody_verify(void *impl, const char *bank, const char *number, const char *holder,
                                   minipay_error *error)
{
    (void)impl, (void)bank, (void)number, (void)holder, (void)error;
    return MINIPAY_OK;
}

static minipay_status moody_submit(void *impl, const minipay_bank_order *orders,
                                   minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    moody_bank *bank = impl;
    (void)error;
    for (uint32_t i = 0; i < count; i++) {
        bank->submits++;
        answers[i].verdict = bank->verdict;
        if (bank->verdict != MINIPAY_VERDICT_DONE)
            continue;
        answers[i].amount_minor = orders[i].amount_minor;
        assert_true(bank->paid_orders < 64);
        bank->paid[bank->paid_orders++] = orders[i].id;
        bank->paid_minor += orders[i].amount_minor;
    }
    return MINIPAY_OK;
}

static minipay_status moody_query(void *impl, const minipay_bank_order *orders,
                                  minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    const moody_bank *bank = impl;
    (void)error;
    for (uint32_t i = 0; i < count; i++) {
        answers[i].verdict = MINIPAY_VERDICT_NOT_FOUND;
        for (uint32_t j = 0; j < bank->paid_orders; j++) {
            if (memcmp(&bank->paid[j], &orders[i].id, sizeof orders[i].id) == 0)
                answers[i].verdict = MINIPAY_VERDICT_DONE;
        }
        if (answers[i].verdict == MINIPAY_VERDICT_DONE)
            answers[i].amount_minor = orders[i].amount_minor;
    }
    return MINIPAY_OK;
}

static minipay_status moody_statement(void *impl, int64_t position, minipay_bank_movement *movements,
                                      uint32_t *count, minipay_error *error)
{
    (void)impl, (void)position, (void)movements, (void)error;
    *count = 0;
    return MINIPAY_OK;
}

static minipay_status moody_balance(void *impl, const char *currency, int64_t *balance_minor,
                                    minipay_error *error)
{
    const moody_bank *bank = impl;
    (void)currency, (void)error;
    *balance_minor = -bank->paid_minor;
    return MINIPAY_OK;
}

static void moody_close(void *impl)
{
    (void)impl;
}

static void begin_with(world *w, moody_bank *bank)
{
    memset(bank, 0, sizeof *bank);
    bank->verdict = MINIPAY_VERDICT_DONE;
    world_init(w, ":memory:");
    w->now += INT64_C(86400) * 1000000; /* Monday */
    w->bank = (minipay_bank){.version = MINIPAY_BANK_VERSION,
                             .impl = bank,
                             .capabilities = moody_can,
                             .verify_account = moody_verify,
                             .submit = moody_submit,
                             .query = moody_query,
                             .statement = moody_statement,
                             .balance = moody_balance,
                             .close = moody_close};
    world_open(w);
}

/* ---- small words ----------------------------------------------------------------------------------------- */

static minipay_id rich_member(world *w)
{
    minipay_id member = world_person(w, NULL);
    world_credit(w, member, 10000000);
    return member;
}

static minipay_id pay(world *w, minipay_id member, minipay_id merchant, int64_t amount_minor)
{
    minipay_outcome outcome = world_do(w, MINIPAY_KIND_PAY, member, merchant, amount_minor);
    ASSERT_STATUS(outcome.status, MINIPAY_OK);
    return outcome.id;
}

static void refund(world *w, minipay_id payment, int64_t amount_minor)
{
    ASSERT_STATUS(world_do(w, MINIPAY_KIND_REFUND, world_nobody, payment, amount_minor).status,
                  MINIPAY_OK);
}

static minipay_settlement settle(world *w, int32_t date)
{
    return world_settle(w, world_id(w), date);
}

static minipay_settlement retry(world *w, minipay_id id, minipay_id run)
{
    minipay_retry_request request;
    minipay_settlement settlement;
    minipay_retry_request_init(&request);
    minipay_settlement_init(&settlement);
    request.id = id;
    request.run_id = run;
    ASSERT_STATUS(minipay_settlement_retry(w->pay, &request, &settlement, NULL), MINIPAY_OK);
    return settlement;
}

static uint32_t lines_of(world *w, minipay_id run, minipay_settlement_line *lines, uint32_t room)
{
    ASSERT_STATUS(minipay_settlement_lines(w->pay, &run, &world_nobody, lines, &room, NULL), MINIPAY_OK);
    return room;
}

static minipay_settlement preview(world *w, int32_t date, minipay_id after,
                                  minipay_settlement_line *lines, uint32_t *count)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    request.through_date = date;
    memcpy(request.currency, "KRW", 4);
    ASSERT_STATUS(minipay_settlement_preview(w->pay, &request, &after, &settlement, lines, count, NULL),
                  MINIPAY_OK);
    return settlement;
}

/* ---- what a run pays ------------------------------------------------------------------------------------- */

static void a_run_pays_net_of_refunds_and_fees(void **state)
{
    world w;
    moody_bank bank;
    minipay_settlement_line line;
    (void)state;
    begin_with(&w, &bank);
    minipay_id member = rich_member(&w), merchant = world_merchant(&w, "110-1", 150);
    minipay_id first = pay(&w, member, merchant, 10000);
    pay(&w, member, merchant, 20001);
    refund(&w, first, 3333);
    minipay_settlement run = settle(&w, TODAY);
    ASSERT_STATE(run.state, MINIPAY_STATE_DONE);
    assert_int_equal(run.lines, 1);
    assert_int_equal(run.paid, 1);
    assert_int_equal(run.gross_minor, 30001);
    assert_int_equal(run.refund_minor, 3333);
    assert_int_equal(run.fee_minor, 150 + 300 - 50); /* 1.5 % each, and a third of the first back */
    assert_int_equal(run.net_minor, 30001 - 3333 - 400);
    assert_int_equal(run.payout_minor, run.net_minor);
    assert_int_equal(run.paid_minor, run.net_minor);
    assert_int_equal(bank.paid_minor, run.net_minor);
    assert_int_equal(lines_of(&w, run.id, &line, 1), 1);
    assert_int_equal(line.slips, 2);
    assert_int_equal(line.net_minor, run.net_minor);
    world_audit_clean(&w);
    world_close(&w);
}

/* The bank's answer comes on the next day: the line was booked when its money was set aside. */
static void a_line_keeps_the_day_on_which_it_was_set_aside(void **state)
{
    world w;
    minipay_settlement_line line;
    (void)state;
    world_begin(&w);
    minipay_id member = rich_member(&w), merchant = world_merchant(&w, "UNKNOWN-1", 0);
    minipay_id paid = pay(&w, member, merchant, 10000);
    int32_t day = world_outcome(&w, MINIPAY_KIND_PAY, paid).business_date;
    minipay_settlement run = settle(&w, TODAY);
    assert_int_equal(lines_of(&w, run.id, &line, 1), 1);
    ASSERT_STATE(line.state, MINIPAY_STATE_RUNNING);
    world_pass(&w, 16 * 3600); /* to one o'clock */
    world_rest(&w);
    assert_int_equal(lines_of(&w, run.id, &line, 1), 1);
    ASSERT_STATE(line.state, MINIPAY_STATE_DONE);
    minipay_outcome outcome = world_outcome(&w, MINIPAY_KIND_PAYOUT, line.id);
    assert_int_equal(outcome.business_date, day);
    assert_true(outcome.booked_at / 3600000000 > run.made_at / 3600000000 + 15);
    world_at_peace(&w);
    world_close(&w);
}

static void the_same_run_again_changes_nothing(void **state)
{
    world w;
    moody_bank bank;
    minipay_error error;
    minipay_settlement_request request;
    minipay_settlement again;
    (void)state;
    begin_with(&w, &bank);
    minipay_id merchant = world_merchant(&w, "110-1", 0), id = world_id(&w);
    pay(&w, rich_member(&w), merchant, 10000);
    minipay_settlement run = world_settle(&w, id, TODAY);
    pay(&w, rich_member(&w), merchant, 500);
    again = world_settle(&w, id, TODAY);
    assert_memory_equal(&again, &run, sizeof run);
    assert_int_equal(bank.paid_orders, 1);
    minipay_settlement_request_init(&request);
    minipay_error_init(&error);
    request.id = id;
    request.through_date = TOMORROW;
    memcpy(request.currency, "KRW", 4);
    ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &again, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "through_date");
    assert_int_equal(settle(&w, TODAY).net_minor, 500);
    world_audit_clean(&w);
    world_close(&w);
}

static void too_little_is_carried_forward(void **state)
{
    world w;
    moody_bank bank;
    (void)state;
    begin_with(&w, &bank);
    world_rule(&w, MINIPAY_RULE_MINIMUM_PAYOUT, 0, 5000);
    minipay_id member = rich_member(&w), merchant = world_merchant(&w, "110-1", 0);
    pay(&w, member, merchant, 4999);
    minipay_settlement run = settle(&w, TODAY);
    ASSERT_STATE(run.state, MINIPAY_STATE_DONE);
    assert_int_equal(run.net_minor, 4999);
    assert_int_equal(run.payout_minor, 0);
    pay(&w, member, merchant, 1);
    run = settle(&w, TODAY);
    assert_int_equal(run.gross_minor, 1);
    assert_int_equal(run.carried_minor, 4999);
    assert_int_equal(run.paid_minor, 5000);
    assert_int_equal(bank.paid_minor, 5000);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_payable_below_zero_is_carried_forward(void **state)
{
    world w;
    moody_bank bank;
    (void)state;
    begin_with(&w, &bank);
    minipay_id member = rich_member(&w), merchant = world_merchant(&w, "110-1", 1000);
    minipay_id payment = pay(&w, member, merchant, 10000);
    assert_int_equal(settle(&w, TODAY).paid_minor, 9000);
    refund(&w, payment, 0);
    minipay_settlement run = settle(&w, TODAY);
    assert_int_equal(run.net_minor, -9000); /* the fee came back to the merchant */
    assert_int_equal(run.fee_minor, -1000);
    assert_int_equal(run.payout_minor, 0);
    assert_int_equal(settle(&w, TODAY).net_minor, -9000);
    pay(&w, member, merchant, 20000);
    assert_int_equal(settle(&w, TODAY).paid_minor, 9000);
    assert_int_equal(bank.paid_minor, 18000);
    world_audit_clean(&w);
    world_close(&w);
}

static void captures_are_paid_in_the_run_of_their_own_day(void **state)
{
    world w;
    moody_bank bank;
    (void)state;
    begin_with(&w, &bank);
    minipay_id member = rich_member(&w), merchant = world_merchant(&w, "110-1", 0);
    minipay_id payment = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 10000).id;
    assert_int_equal(settle(&w, TODAY).lines, 0);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 4000);
    world_pass(&w, 86400);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, payment, 5000);
    minipay_settlement run = settle(&w, TODAY);
    assert_int_equal(run.gross_minor, 4000);
    assert_int_equal(settle(&w, TOMORROW).gross_minor, 5000);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- preview --------------------------------------------------------------------------------------------- */

static void a_busy_day(world *w, minipay_id *merchants, uint32_t count)
{
    minipay_id member = rich_member(w);
    for (uint32_t i = 0; i < count; i++) {
        merchants[i] = world_merchant(w, "110-1", (int32_t)i * 77);
        minipay_id payment = pay(w, member, merchants[i], 1000 + 997 * i);
        if (i % 3 == 0)
            refund(w, payment, i % 2 ? 0 : 500);
    }
}

static void a_preview_equals_what_the_run_then_does(void **state)
{
    enum { MERCHANTS = 7 };
    world w;
    moody_bank bank;
    minipay_id merchants[MERCHANTS];
    minipay_settlement_line seen[MERCHANTS], paged[MERCHANTS], done[MERCHANTS];
    uint32_t count = MERCHANTS, used = 0;
    (void)state;
    begin_with(&w, &bank);
    world_rule(&w, MINIPAY_RULE_MINIMUM_PAYOUT, 0, 2000);
    a_busy_day(&w, merchants, MERCHANTS);
    bank.verdict = MINIPAY_VERDICT_REFUSED;
    settle(&w, TODAY); /* leaves carried amounts behind */
    bank.verdict = MINIPAY_VERDICT_DONE;
    pay(&w, rich_member(&w), merchants[2], 12345);
    minipay_settlement first = preview(&w, TODAY, world_nobody, seen, &count);
    assert_int_equal(count, first.lines);
    for (minipay_id after = world_nobody; used < count; after = paged[used++].merchant_id) {
        uint32_t one = 1;
        minipay_settlement total = preview(&w, TODAY, after, &paged[used], &one);
        assert_int_equal(one, 1);
        assert_memory_equal(&total, &first, sizeof total);
    }
    assert_memory_equal(seen, paged, count * sizeof *seen);
    minipay_settlement run = settle(&w, TODAY);
    assert_int_equal(lines_of(&w, run.id, done, MERCHANTS), count);
    assert_int_equal(run.gross_minor, first.gross_minor);
    assert_int_equal(run.carried_minor, first.carried_minor);
    assert_int_equal(run.net_minor, first.net_minor);
    assert_int_equal(run.payout_minor, first.payout_minor);
    assert_int_equal(run.paid_minor, first.payout_minor);
    for (uint32_t i = 0; i < count; i++) {
        ASSERT_STATE(seen[i].state, MINIPAY_STATE_NONE);
        assert_memory_equal(&seen[i].id, &world_nobody, sizeof seen[i].id);
        seen[i].state = done[i].state;
        seen[i].id = done[i].id;
        seen[i].run_id = done[i].run_id;
    }
    assert_memory_equal(seen, done, count * sizeof *seen);
    world_audit_clean(&w);
    world_close(&w);
}

static void malformed_requests_are_usage_errors(void **state)
{
    static const struct {
        bool id;
        int32_t date;
        const char *currency;
        minipay_status status, previewed;
    } cases[] = {
        {false, 20250230, "won", MINIPAY_INVALID_ID, MINIPAY_INVALID_TIME},
        {true, 20250230, "won", MINIPAY_INVALID_TIME, MINIPAY_INVALID_TIME},
        {true, TODAY, "won", MINIPAY_INVALID_CURRENCY, MINIPAY_INVALID_CURRENCY},
        {true, TODAY, "KRW", MINIPAY_OK, MINIPAY_OK},
    };
    world w;
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_settlement_request request;
        minipay_settlement settlement;
        uint32_t none = 0, many = MINIPAY_BATCH_LARGEST + 1;
        minipay_settlement_line line;
        minipay_settlement_request_init(&request);
        request.id = cases[i].id ? world_id(&w) : world_nobody;
        request.through_date = cases[i].date;
        memcpy(request.currency, cases[i].currency, 4);
        ASSERT_STATUS(
            minipay_settlement_preview(w.pay, &request, &world_nobody, &settlement, NULL, &none, NULL),
            cases[i].previewed);
        ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &settlement, NULL), cases[i].status);
        request.struct_size--;
        ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &settlement, NULL), MINIPAY_INVALID_SIZE);
        ASSERT_STATUS(
            minipay_settlement_preview(w.pay, &request, &world_nobody, &settlement, &line, &many, NULL),
            MINIPAY_INVALID_SIZE);
        request.struct_size++;
        if (cases[i].status != MINIPAY_OK)
            continue;
        ASSERT_STATUS(
            minipay_settlement_preview(w.pay, &request, &world_nobody, &settlement, &line, &many, NULL),
            MINIPAY_BATCH_TOO_LARGE);
        ASSERT_STATUS(
            minipay_settlement_preview(w.pay, &request, &world_nobody, &settlement, NULL, &many, NULL),
            MINIPAY_INVALID_ARGUMENT);
        memset(request.reason, 'x', sizeof request.reason);
        ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &settlement, NULL), MINIPAY_INVALID_TEXT);
    }
    world_close(&w);
}

static void what_is_not_there_is_not_found(void **state)
{
    world w;
    minipay_settlement settlement;
    minipay_statement_entry entry;
    minipay_retry_request request;
    minipay_settlement_line line;
    uint32_t one = 1;
    (void)state;
    world_begin(&w);
    minipay_id nothing = world_id(&w);
    minipay_statement_entry_init(&entry);
    minipay_retry_request_init(&request);
    ASSERT_STATUS(minipay_settlement_get(w.pay, &nothing, &settlement, NULL), MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_settlement_statement(w.pay, &nothing, &entry, &entry, &one, NULL),
                  MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_settlement_retry(w.pay, &request, &settlement, NULL), MINIPAY_INVALID_ID);
    request.id = world_id(&w);
    ASSERT_STATUS(minipay_settlement_retry(w.pay, &request, &settlement, NULL), MINIPAY_INVALID_ID);
    request.run_id = nothing;
    for (int i = 0; i < 2; i++)
        ASSERT_STATUS(minipay_settlement_retry(w.pay, &request, &settlement, NULL), MINIPAY_NOT_FOUND);
    ASSERT_STATUS(minipay_settlement_get(w.pay, &request.id, &settlement, NULL), MINIPAY_NOT_FOUND);
    assert_int_equal(lines_of(&w, nothing, &line, 1), 0);
    minipay_settlement_init(&settlement);
    ASSERT_STATUS(minipay_settlement_list(w.pay, "won", &settlement, &settlement, &one, NULL),
                  MINIPAY_INVALID_CURRENCY);
    ASSERT_STATUS(minipay_settlement_list(w.pay, "KRW", &settlement, &settlement, &one, NULL),
                  MINIPAY_OK);
    assert_int_equal(one, 0);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- refused payouts ------------------------------------------------------------------------------------- */

static void a_refused_payout_goes_into_the_next_run(void **state)
{
    world w;
    moody_bank bank;
    minipay_settlement_line line;
    (void)state;
    begin_with(&w, &bank);
    minipay_id merchant = world_merchant(&w, "110-1", 100);
    pay(&w, rich_member(&w), merchant, 10000);
    bank.verdict = MINIPAY_VERDICT_REFUSED;
    minipay_settlement run = settle(&w, TODAY);
    assert_int_equal(run.refused, 1);
    assert_int_equal(run.paid_minor, 0);
    lines_of(&w, run.id, &line, 1);
    ASSERT_STATUS(line.status, MINIPAY_BANK_REFUSED);
    world_audit_clean(&w);
    bank.verdict = MINIPAY_VERDICT_DONE;
    run = settle(&w, TODAY);
    assert_int_equal(run.carried_minor, 9900);
    assert_int_equal(run.fee_minor, 0); /* it was taken by the first run */
    assert_int_equal(run.paid_minor, 9900);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_retry_pays_refused_payouts_again(void **state)
{
    world w;
    moody_bank bank;
    minipay_settlement_line old[2], fresh[2];
    (void)state;
    begin_with(&w, &bank);
    minipay_id member = rich_member(&w);
    pay(&w, member, world_merchant(&w, "110-1", 0), 10000);
    pay(&w, member, world_merchant(&w, "110-2", 0), 20000);
    bank.verdict = MINIPAY_VERDICT_REFUSED;
    minipay_settlement run = settle(&w, TODAY);
    minipay_settlement second = retry(&w, world_id(&w), run.id);
    assert_int_equal(second.lines, 2);
    assert_int_equal(second.refused, 2);
    assert_memory_equal(&second.retry_of, &run.id, sizeof run.id);
    bank.verdict = MINIPAY_VERDICT_DONE;
    assert_int_equal(retry(&w, world_id(&w), run.id).lines, 0); /* those are retried already */
    minipay_id id = world_id(&w);
    minipay_settlement third = retry(&w, id, second.id), again = retry(&w, id, second.id);
    assert_memory_equal(&third, &again, sizeof third);
    assert_int_equal(third.paid, 2);
    assert_int_equal(third.paid_minor, 30000);
    assert_int_equal(third.through_date, TODAY);
    lines_of(&w, second.id, old, 2);
    lines_of(&w, third.id, fresh, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(old[i].attempt, 1);
        assert_int_equal(fresh[i].attempt, 2);
        assert_memory_equal(&fresh[i].retries_id, &old[i].id, sizeof old[i].id);
        assert_memory_equal(&old[i].retried_by, &fresh[i].id, sizeof old[i].id);
    }
    assert_int_equal(bank.paid_orders, 2);
    assert_int_equal(bank.paid_minor, 30000);
    assert_int_equal(settle(&w, TODAY).lines, 0);
    assert_int_equal(retry(&w, world_id(&w), second.id).lines, 0);
    world_audit_clean(&w);
    world_close(&w);
}

/* A payout whose retry was refused too waits for the next run. */
static void a_retry_leaves_alone_what_a_later_run_took(void **state)
{
    world w;
    moody_bank bank;
    (void)state;
    begin_with(&w, &bank);
    pay(&w, rich_member(&w), world_merchant(&w, "110-1", 0), 10000);
    bank.verdict = MINIPAY_VERDICT_REFUSED;
    minipay_settlement run = settle(&w, TODAY), refused = retry(&w, world_id(&w), run.id);
    bank.verdict = MINIPAY_VERDICT_DONE;
    assert_int_equal(retry(&w, world_id(&w), run.id).lines, 0);
    assert_int_equal(settle(&w, TODAY).paid_minor, 10000);
    minipay_settlement late = retry(&w, world_id(&w), refused.id);
    ASSERT_STATE(late.state, MINIPAY_STATE_DONE);
    assert_int_equal(late.lines, 0);
    assert_int_equal(bank.paid_orders, 1);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_merchant_without_an_account_keeps_his_money_due(void **state)
{
    world w;
    moody_bank bank;
    minipay_settlement_line line;
    (void)state;
    begin_with(&w, &bank);
    minipay_id merchant = world_merchant(&w, NULL, 0);
    pay(&w, rich_member(&w), merchant, 10000);
    minipay_settlement run = settle(&w, TODAY);
    lines_of(&w, run.id, &line, 1);
    ASSERT_STATUS(line.status, MINIPAY_ACCOUNT_NOT_FOUND);
    world_link(&w, merchant, "110-1");
    assert_int_equal(retry(&w, world_id(&w), run.id).paid_minor, 10000);
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- lists ----------------------------------------------------------------------------------------------- */

static void runs_are_listed_latest_date_first(void **state)
{
    enum { RUNS = 5 };
    static const int32_t dates[RUNS] = {TODAY, TOMORROW, 20251010, TOMORROW, 20240229};
    world w;
    minipay_settlement all[RUNS + 1], after;
    uint32_t count = RUNS + 1;
    (void)state;
    world_begin(&w);
    for (int i = 0; i < RUNS; i++)
        settle(&w, dates[i]);
    minipay_settlement_init(&after);
    ASSERT_STATUS(minipay_settlement_list(w.pay, "KRW", &after, all, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, RUNS);
    for (uint32_t i = 1; i < count; i++)
        assert_true(all[i - 1].through_date >= all[i].through_date);
    for (uint32_t i = 0; i < count; i++) {
        minipay_settlement one;
        uint32_t room = 1;
        ASSERT_STATUS(minipay_settlement_list(w.pay, "KRW", &after, &one, &room, NULL), MINIPAY_OK);
        assert_int_equal(room, 1);
        assert_memory_equal(&one, &all[i], sizeof one);
        after = one;
    }
    count = 1;
    ASSERT_STATUS(minipay_settlement_list(w.pay, "USD", &after, all, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 0);
    world_close(&w);
}

enum { ENTRIES = 16 };

static uint32_t statement(world *w, minipay_id line, uint32_t page, minipay_statement_entry *entries)
{
    minipay_statement_entry after;
    uint32_t used = 0, count = page;
    minipay_statement_entry_init(&after);
    while (count == page) {
        ASSERT_STATUS(minipay_settlement_statement(w->pay, &line, &after, entries + used, &count, NULL),
                      MINIPAY_OK);
        used += count;
        assert_true(used + page <= ENTRIES);
        if (count)
            after = entries[used - 1];
    }
    return used;
}

static void check_statement(world *w, const minipay_settlement_line *line, uint32_t expected)
{
    minipay_statement_entry entries[ENTRIES], paged[ENTRIES];
    int64_t gross = 0, refunds = 0, fee = 0;
    uint32_t count = statement(w, line->id, 8, entries);
    assert_int_equal(count, expected);
    for (uint32_t i = 0; i < count; i++) {
        bool back = entries[i].kind == MINIPAY_KIND_REFUND;
        gross += back ? 0 : entries[i].amount_minor;
        refunds += back ? entries[i].amount_minor : 0;
        fee += back ? -entries[i].fee_minor : entries[i].fee_minor;
        assert_true(i == 0 || entries[i - 1].booked_at >= entries[i].booked_at);
    }
    assert_int_equal(gross, line->gross_minor);
    assert_int_equal(refunds, line->refund_minor);
    assert_int_equal(fee, line->fee_minor);
    for (uint32_t page = 1; page < 4; page++) {
        assert_int_equal(statement(w, line->id, page, paged), count);
        assert_memory_equal(paged, entries, count * sizeof *entries);
    }
}

static void a_statement_tells_what_is_behind_a_line(void **state)
{
    world w;
    moody_bank bank;
    minipay_settlement_line line, later, repeated;
    minipay_statement_entry entries[ENTRIES];
    uint32_t one = 1;
    (void)state;
    begin_with(&w, &bank);
    minipay_id member = rich_member(&w), merchant = world_merchant(&w, "110-1", 123);
    minipay_id other = world_merchant(&w, "110-2", 0);
    minipay_id first = pay(&w, member, merchant, 10000);
    minipay_id hold = world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 9000).id;
    pay(&w, member, other, 777);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, hold, 5000);
    world_pass(&w, 86400);
    refund(&w, first, 3000);
    world_do(&w, MINIPAY_KIND_CAPTURE, world_nobody, hold, 0);
    bank.verdict = MINIPAY_VERDICT_REFUSED;
    minipay_settlement run = settle(&w, TOMORROW);
    assert_int_equal(lines_of(&w, run.id, &line, 1), 1);
    check_statement(&w, &line, 4); /* of two days */
    bank.verdict = MINIPAY_VERDICT_DONE;
    minipay_settlement second = retry(&w, world_id(&w), run.id);
    lines_of(&w, second.id, &repeated, 1);
    assert_int_equal(statement(&w, repeated.id, 8, entries), 4);
    assert_memory_equal(&entries[3].id, &first, sizeof first);
    assert_memory_equal(&entries[0].slip_id, &hold, sizeof hold);
    refund(&w, first, 1);
    run = settle(&w, TOMORROW);
    lines_of(&w, run.id, &later, 1);
    check_statement(&w, &later, 1);
    ASSERT_STATUS(minipay_settlement_statement(w.pay, &later.id, &entries[0], entries, &one, NULL),
                  MINIPAY_NOT_FOUND); /* a cursor of another line */
    world_audit_clean(&w);
    world_close(&w);
}

/* ---- faults ---------------------------------------------------------------------------------------------- */

static void expect_paid_once(world *w, moody_bank *bank, minipay_id run, uint32_t lines, int64_t total)
{
    minipay_settlement stands;
    minipay_settlement_init(&stands);
    ASSERT_STATUS(minipay_settlement_get(w->pay, &run, &stands, NULL), MINIPAY_OK);
    ASSERT_STATE(stands.state, MINIPAY_STATE_DONE);
    assert_int_equal(stands.paid, lines);
    assert_int_equal(stands.paid_minor, total);
    assert_int_equal(bank->paid_minor, total);
    world_audit_clean(w);
}

/* Every storage call of a run fails once; then minipay_run alone, or the same call, brings it to its end. */
static void an_interrupted_run_goes_on(void **state, bool by_call)
{
    enum { MERCHANTS = 3 };
    bool failed = true;
    (void)state;
    for (uint32_t at = 1; failed; at++) {
        world w;
        moody_bank bank;
        minipay_settlement_request request;
        minipay_settlement settlement;
        begin_with(&w, &bank);
        minipay_id member = rich_member(&w);
        for (int i = 0; i < MERCHANTS; i++)
            pay(&w, member, world_merchant(&w, "110-1", 0), 1000);
        minipay_settlement_request_init(&request);
        request.id = world_id(&w);
        request.through_date = TODAY;
        memcpy(request.currency, "KRW", 4);
        w.faults.storage_status = MINIPAY_BUSY;
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = at;
        failed = minipay_settlement_run(w.pay, &request, &settlement, NULL) != MINIPAY_OK;
        w.faults.storage_fails_at = 0;
        bool stands = minipay_settlement_get(w.pay, &request.id, &settlement, NULL) == MINIPAY_OK;
        if (by_call || !stands)
            ASSERT_STATUS(minipay_settlement_run(w.pay, &request, &settlement, NULL), MINIPAY_OK);
        world_rest(&w);
        expect_paid_once(&w, &bank, request.id, MERCHANTS, 1000 * MERCHANTS);
        world_close(&w);
    }
}

static void an_interrupted_run_is_carried_on_by_run(void **state)
{
    an_interrupted_run_goes_on(state, false);
}

static void an_interrupted_run_is_carried_on_by_the_same_call(void **state)
{
    an_interrupted_run_goes_on(state, true);
}

static void run_carries_on_within_its_budget(void **state)
{
    world w;
    moody_bank bank;
    minipay_settlement_request request;
    minipay_settlement settlement;
    uint32_t carried = 0, total = 0, calls = 0;
    int64_t next_at;
    (void)state;
    begin_with(&w, &bank);
    minipay_id member = rich_member(&w);
    for (int i = 0; i < 5; i++)
        pay(&w, member, world_merchant(&w, "110-1", 0), 1000);
    minipay_settlement_request_init(&request);
    request.id = world_id(&w);
    request.through_date = TODAY;
    memcpy(request.currency, "KRW", 4);
    w.faults.storage_status = MINIPAY_BUSY;
    do { /* until the run is stored, and not closed yet */
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = ++calls;
        assert_true(calls < 1000);
        minipay_settlement_run(w.pay, &request, &settlement, NULL);
        w.faults.storage_fails_at = 0;
    } while (minipay_settlement_get(w.pay, &request.id, &settlement, NULL) != MINIPAY_OK);
    ASSERT_STATE(settlement.state, MINIPAY_STATE_RUNNING);
    do {
        ASSERT_STATUS(minipay_run(w.pay, 2, &carried, &next_at, NULL), MINIPAY_OK);
        assert_true(carried <= 2);
        assert_true(carried < 2 || next_at != 0);
        total += carried;
    } while (carried);
    assert_true(total >= 5);
    expect_paid_once(&w, &bank, request.id, 5, 5000);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_pays_net_of_refunds_and_fees),
        cmocka_unit_test(a_line_keeps_the_day_on_which_it_was_set_aside),
        cmocka_unit_test(the_same_run_again_changes_nothing),
        cmocka_unit_test(too_little_is_carried_forward),
        cmocka_unit_test(a_payable_below_zero_is_carried_forward),
        cmocka_unit_test(captures_are_paid_in_the_run_of_their_own_day),
        cmocka_unit_test(a_preview_equals_what_the_run_then_does),
        cmocka_unit_test(malformed_requests_are_usage_errors),
        cmocka_unit_test(what_is_not_there_is_not_found),
        cmocka_unit_test(a_refused_payout_goes_into_the_next_run),
        cmocka_unit_test(a_retry_pays_refused_payouts_again),
        cmocka_unit_test(a_retry_leaves_alone_what_a_later_run_took),
        cmocka_unit_test(a_merchant_without_an_account_keeps_his_money_due),
        cmocka_unit_test(runs_are_listed_latest_date_first),
        cmocka_unit_test(a_statement_tells_what_is_behind_a_line),
        cmocka_unit_test(an_interrupted_run_is_carried_on_by_run),
        cmocka_unit_test(an_interrupted_run_is_carried_on_by_the_same_call),
        cmocka_unit_test(run_carries_on_within_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
