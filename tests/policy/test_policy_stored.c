/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* An operation stores the version that was in force when it ran, in its document and on its postings, and keeps
 * it when the rules have changed. One that a rule refuses stores the version whose rule it was; one that waits
 * for its bank stores the version that let it pass, whatever is in force when the bank answers. */

typedef struct desk {
    world w;
    minipay_id payer, payee, shop, other; /* `other`: what is captured, refunded, reversed, void */
} desk;

/* What the kind acts on, made anew under the version that stands then. */
static minipay_id made(desk *d, int32_t kind, minipay_id payee, int64_t amount_minor)
{
    minipay_outcome outcome = world_do(&d->w, kind, d->payer, payee, amount_minor);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    return outcome.id;
}

static minipay_instruction ask(desk *d, int32_t kind)
{
    switch (kind) {
    case MINIPAY_KIND_TRANSFER:
        return world_ask(&d->w, kind, d->payer, d->payee, 10);
    case MINIPAY_KIND_PAY:
    case MINIPAY_KIND_AUTHORIZE:
        return world_ask(&d->w, kind, d->payer, d->shop, 100);
    case MINIPAY_KIND_HOLD:
        return world_ask(&d->w, kind, d->payer, d->payee, 10);
    case MINIPAY_KIND_HOLD_CAPTURE:
        return world_ask(&d->w, kind, world_nobody, made(d, MINIPAY_KIND_HOLD, d->payee, 10), 4);
    case MINIPAY_KIND_CAPTURE:
        return world_ask(&d->w, kind, world_nobody, made(d, MINIPAY_KIND_AUTHORIZE, d->shop, 100), 40);
    case MINIPAY_KIND_REFUND:
        return world_ask(&d->w, kind, world_nobody, made(d, MINIPAY_KIND_PAY, d->shop, 100), 40);
    case MINIPAY_KIND_REVERSAL:
        return world_ask(&d->w, kind, world_nobody, made(d, MINIPAY_KIND_TRANSFER, d->payee, 10), 0);
    case MINIPAY_KIND_TOPUP:
        return world_ask(&d->w, kind, d->payer, world_nobody, 10000);
    default: /* WITHDRAW, CREDIT, DEBIT */
        return world_ask(&d->w, kind, d->payer, world_nobody, 100);
    }
}

/* How many postings of the operation there are, each of which must have the version. */
static int count_postings(world *w, minipay_id id, int32_t version)
{
    minipay_posting page[256], after;
    int found = 0;
    minipay_posting_init(&after);
    for (uint32_t count = 256; count == 256;) {
        ASSERT_STATUS(minipay_posting_list(w->pay, &after, page, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++) {
            after = page[i];
            if (memcmp(&page[i].operation_id, &id, sizeof id) != 0)
                continue;
            found++;
            assert_int_equal(page[i].policy_version, version);
        }
    }
    return found;
}

static int32_t publish(world *w, int64_t limit_minor)
{
    minipay_rule rule;
    minipay_rule_init(&rule);
    rule.rule = MINIPAY_RULE_LIMIT_OPERATION;
    rule.value = limit_minor;
    memcpy(rule.currency, "KRW", 4);
    return world_publish(w, &rule, 1, 0);
}

static void begin(desk *d)
{
    memset(d, 0, sizeof *d);
    world_begin(&d->w);
    d->payer = world_person(&d->w, "110-1");
    d->payee = world_person(&d->w, NULL);
    d->shop = world_merchant(&d->w, "110-2", 100);
    world_topup(&d->w, d->payer, 1000000);
}

static void every_instruction_stores_the_version_in_force_at_its_run(void **state)
{
    static const int32_t kinds[] = {
        MINIPAY_KIND_TOPUP,        MINIPAY_KIND_TRANSFER,  MINIPAY_KIND_WITHDRAW, MINIPAY_KIND_PAY,
        MINIPAY_KIND_REFUND,       MINIPAY_KIND_CREDIT,    MINIPAY_KIND_DEBIT,    MINIPAY_KIND_HOLD,
        MINIPAY_KIND_HOLD_CAPTURE, MINIPAY_KIND_AUTHORIZE, MINIPAY_KIND_CAPTURE,  MINIPAY_KIND_REVERSAL,
    };
    enum { KINDS = sizeof kinds / sizeof *kinds, CHANGES = 3 };
    desk d;
    minipay_id ids[KINDS][CHANGES];
    int32_t versions[KINDS][CHANGES];
    (void)state;
    begin(&d);
    for (int change = 0; change < CHANGES; change++) {
        for (int k = 0; k < KINDS; k++) {
            minipay_instruction asked = ask(&d, kinds[k]);
            snprintf(asked.reason, sizeof asked.reason, "why");
            int32_t version = publish(&d.w, 500000 + change);
            minipay_outcome outcome = world_execute(&d.w, &asked);
            if (outcome.state != MINIPAY_STATE_DONE || outcome.policy_version != version)
                print_error("%s\n", minipay_kind_name(kinds[k]));
            ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
            assert_int_equal(outcome.policy_version, version);
            ids[k][change] = asked.id;
            versions[k][change] = version;
        }
    }
    for (int k = 0; k < KINDS; k++) {
        bool holds = kinds[k] == MINIPAY_KIND_HOLD || kinds[k] == MINIPAY_KIND_AUTHORIZE;
        for (int i = 0; i < CHANGES; i++) {
            minipay_outcome outcome = world_outcome(&d.w, kinds[k], ids[k][i]);
            assert_int_equal(outcome.policy_version, versions[k][i]);
            assert_int_equal(count_postings(&d.w, ids[k][i], versions[k][i]) > 0, !holds);
        }
    }
    world_at_peace(&d.w);
    world_close(&d.w);
}

static minipay_settlement_line only_line(world *w, minipay_id run)
{
    minipay_settlement_line line;
    uint32_t count = 1;
    minipay_settlement_line_init(&line);
    ASSERT_STATUS(minipay_settlement_lines(w->pay, &run, &world_nobody, &line, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(count, 1);
    return line;
}

static void a_payout_and_its_order_store_the_version_of_their_run(void **state)
{
    desk d;
    minipay_order order;
    (void)state;
    begin(&d);
    made(&d, MINIPAY_KIND_PAY, d.shop, 1000);
    int32_t version = publish(&d.w, 600000);
    minipay_settlement run = world_settle(&d.w, world_id(&d.w), 20991231);
    publish(&d.w, 700000);
    minipay_order_init(&order);
    minipay_settlement_line line = only_line(&d.w, run.id);
    assert_int_equal(world_outcome(&d.w, MINIPAY_KIND_PAYOUT, line.id).policy_version, version);
    assert_true(count_postings(&d.w, line.id, version) > 0);
    ASSERT_STATUS(minipay_order_find(d.w.pay, &line.id, &order, NULL), MINIPAY_OK);
    assert_int_equal(world_outcome(&d.w, MINIPAY_KIND_ORDER, order.id).policy_version, version);
    world_at_peace(&d.w);
    world_close(&d.w);
}

static void a_top_up_on_the_way_has_the_version_of_its_run_too(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    minipay_instruction asked = world_ask(&d.w, MINIPAY_KIND_PAY, d.payer, d.shop, 1005000);
    asked.flags = MINIPAY_FLAG_AUTO_TOPUP;
    int32_t version = publish(&d.w, 0);
    world_expect(&d.w, &asked, MINIPAY_STATE_DONE, MINIPAY_OK);
    publish(&d.w, 1);
    assert_int_equal(world_outcome(&d.w, MINIPAY_KIND_PAY, asked.id).policy_version, version);
    minipay_posting page[256], after;
    uint32_t count = 256, of_this_version = 0;
    minipay_posting_init(&after);
    ASSERT_STATUS(minipay_posting_list(d.w.pay, &after, page, &count, NULL), MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++)
        of_this_version += page[i].policy_version == version;
    assert_int_equal(of_this_version, 2); /* the top-up's and the payment's */
    world_at_peace(&d.w);
    world_close(&d.w);
}

/* ---- refused ------------------------------------------------------------------------------------------ */

/* A rule that refuses what `ask` draws up, so many days after that was made. */
typedef struct refusal {
    int32_t kind;
    int32_t rule;
    int64_t value;
    minipay_status status;
    int64_t days;
} refusal;

static int32_t publish_rule(world *w, int32_t rule, int64_t value, bool amount)
{
    minipay_rule changed;
    minipay_rule_init(&changed);
    changed.rule = rule;
    changed.value = value;
    memcpy(changed.currency, amount ? "KRW" : "\0\0\0", 4);
    return world_publish(w, &changed, 1, 0);
}

static void expect_version(world *w, int32_t kind, minipay_id id, minipay_status status, int32_t version)
{
    minipay_outcome outcome = world_outcome(w, kind, id);
    ASSERT_STATUS(outcome.status, status);
    assert_int_equal(outcome.policy_version, version);
}

static void what_a_rule_refuses_stores_the_version_of_that_rule(void **state)
{
    static const refusal refusals[] = {
        {MINIPAY_KIND_TOPUP, MINIPAY_RULE_TOPUP_MINIMUM, 20000, MINIPAY_BELOW_MINIMUM, 0},
        {MINIPAY_KIND_TOPUP, MINIPAY_RULE_TOPUP_UNIT, 7000, MINIPAY_NOT_IN_UNITS, 0},
        {MINIPAY_KIND_TOPUP, MINIPAY_RULE_LIMIT_OPERATION, 1, MINIPAY_LIMIT_OPERATION, 0},
        {MINIPAY_KIND_TOPUP, MINIPAY_RULE_LIMIT_HOLDING, 1, MINIPAY_LIMIT_HOLDING, 0},
        {MINIPAY_KIND_TRANSFER, MINIPAY_RULE_LIMIT_OPERATION, 1, MINIPAY_LIMIT_OPERATION, 0},
        {MINIPAY_KIND_TRANSFER, MINIPAY_RULE_LIMIT_DAILY, 1, MINIPAY_LIMIT_DAILY, 0},
        {MINIPAY_KIND_TRANSFER, MINIPAY_RULE_LIMIT_MONTHLY, 1, MINIPAY_LIMIT_MONTHLY, 0},
        {MINIPAY_KIND_TRANSFER, MINIPAY_RULE_LIMIT_HOLDING, 1, MINIPAY_LIMIT_HOLDING, 0},
        {MINIPAY_KIND_WITHDRAW, MINIPAY_RULE_LIMIT_OPERATION, 1, MINIPAY_LIMIT_OPERATION, 0},
        {MINIPAY_KIND_PAY, MINIPAY_RULE_LIMIT_OPERATION, 1, MINIPAY_LIMIT_OPERATION, 0},
        {MINIPAY_KIND_AUTHORIZE, MINIPAY_RULE_LIMIT_DAILY, 1, MINIPAY_LIMIT_DAILY, 0},
        {MINIPAY_KIND_HOLD, MINIPAY_RULE_LIMIT_OPERATION, 1, MINIPAY_LIMIT_OPERATION, 0},
        {MINIPAY_KIND_HOLD_CAPTURE, MINIPAY_RULE_LIMIT_HOLDING, 1, MINIPAY_LIMIT_HOLDING, 0},
        {MINIPAY_KIND_CREDIT, MINIPAY_RULE_LIMIT_HOLDING, 1, MINIPAY_LIMIT_HOLDING, 0},
        {MINIPAY_KIND_DEBIT, MINIPAY_RULE_LIMIT_OPERATION, 1, MINIPAY_LIMIT_OPERATION, 0},
        {MINIPAY_KIND_REFUND, MINIPAY_RULE_REFUND_DAYS, 1, MINIPAY_TOO_LATE, 2},
        {MINIPAY_KIND_REVERSAL, MINIPAY_RULE_REVERSAL_DAYS, 1, MINIPAY_TOO_LATE, 2},
    };
    desk d;
    (void)state;
    begin(&d);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const refusal *r = &refusals[i];
        minipay_instruction asked = ask(&d, r->kind);
        snprintf(asked.reason, sizeof asked.reason, "why");
        world_pass(&d.w, r->days * 86400);
        int32_t version = publish_rule(&d.w, r->rule, r->value, r->days == 0);
        minipay_outcome outcome = world_execute(&d.w, &asked);
        if (outcome.status != r->status || outcome.policy_version != version)
            print_error("%s\n", minipay_kind_name(r->kind));
        ASSERT_STATUS(outcome.status, r->status);
        assert_int_equal(outcome.policy_version, version);
        publish_rule(&d.w, r->rule, r->rule == MINIPAY_RULE_TOPUP_UNIT, r->days == 0);
        expect_version(&d.w, r->kind, asked.id, r->status, version);
    }
    world_at_peace(&d.w);
    world_close(&d.w);
}

static void a_refusal_on_the_way_is_of_the_version_then_and_not_of_the_first(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    d.payer = world_person(&d.w, "PENDING-1");
    minipay_instruction asked = world_ask(&d.w, MINIPAY_KIND_PAY, d.payer, d.shop, 5000);
    asked.flags = MINIPAY_FLAG_AUTO_TOPUP;
    ASSERT_STATE(world_execute(&d.w, &asked).state, MINIPAY_STATE_RUNNING);
    int32_t version = publish(&d.w, 4999);
    world_rest(&d.w);
    expect_version(&d.w, MINIPAY_KIND_PAY, asked.id, MINIPAY_LIMIT_OPERATION, version);
    assert_int_equal(world_balance(&d.w, d.payer), 10000);
    world_at_peace(&d.w);
    world_close(&d.w);
}

static void what_waits_for_a_top_up_that_a_rule_refuses_stores_that_version_too(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    desk d;
    (void)state;
    begin(&d);
    minipay_id poor = world_person(&d.w, "110-3");
    for (int i = 0; i < 3; i++) {
        minipay_id payee = kinds[i] == MINIPAY_KIND_TRANSFER ? d.payee : d.shop;
        minipay_instruction asked = world_ask(&d.w, kinds[i], poor, payee, 100);
        asked.flags = MINIPAY_FLAG_AUTO_TOPUP;
        int32_t version = publish(&d.w, 9000 + i);
        ASSERT_STATUS(world_execute(&d.w, &asked).status, MINIPAY_LIMIT_OPERATION);
        expect_version(&d.w, kinds[i], asked.id, MINIPAY_LIMIT_OPERATION, version);
    }
    world_at_peace(&d.w);
    world_close(&d.w);
}

static void a_batch_stores_the_version_that_refused_one_of_it(void **state)
{
    desk d;
    minipay_instruction asked[2];
    minipay_outcome outcomes[2];
    minipay_batch_outcome outcome;
    minipay_batch_request request;
    (void)state;
    begin(&d);
    int32_t version = publish(&d.w, 99);
    for (int i = 0; i < 2; i++)
        asked[i] = world_ask(&d.w, MINIPAY_KIND_TRANSFER, d.payer, d.payee, 99 + i);
    minipay_batch_request_init(&request);
    minipay_batch_outcome_init(&outcome);
    request.id = world_id(&d.w);
    for (int i = 0; i < 2; i++) { /* refused, and then as it stands */
        ASSERT_STATUS(minipay_execute_atomic(d.w.pay, &request, asked, 2, &outcome, outcomes, NULL),
                      MINIPAY_BATCH_REFUSED);
        ASSERT_STATUS(outcomes[1].status, MINIPAY_LIMIT_OPERATION);
        assert_int_equal(outcomes[0].policy_version, 0);
        assert_int_equal(outcomes[1].policy_version, version);
        publish(&d.w, 100);
    }
    expect_version(&d.w, MINIPAY_KIND_BATCH, request.id, MINIPAY_BATCH_REFUSED, version);
    world_at_peace(&d.w);
    world_close(&d.w);
}

static void a_capture_that_comes_too_late_stores_the_version_of_the_expiry(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    int32_t version = publish_rule(&d.w, MINIPAY_RULE_AUTHORIZATION_SECONDS, 60, false);
    minipay_id authorized = made(&d, MINIPAY_KIND_AUTHORIZE, d.shop, 100);
    publish_rule(&d.w, MINIPAY_RULE_AUTHORIZATION_SECONDS, 0, false);
    world_pass(&d.w, 60);
    minipay_instruction asked = world_ask(&d.w, MINIPAY_KIND_CAPTURE, world_nobody, authorized, 0);
    world_expect(&d.w, &asked, MINIPAY_STATE_REJECTED, MINIPAY_HOLD_EXPIRED);
    expect_version(&d.w, MINIPAY_KIND_CAPTURE, asked.id, MINIPAY_HOLD_EXPIRED, version);
    world_rest(&d.w);
    world_at_peace(&d.w);
    world_close(&d.w);
}

static void a_link_whose_bank_is_silent_stores_the_version_of_its_deadline(void **state)
{
    desk d;
    minipay_link_request request;
    minipay_outcome outcome;
    (void)state;
    begin(&d);
    minipay_link_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(&d.w);
    request.owner_id = d.payee;
    strcpy(request.bank, "004");
    strcpy(request.account_number, "110-3");
    strcpy(request.holder, "Holder");
    int32_t version = publish_rule(&d.w, MINIPAY_RULE_BANK_DEADLINE_MS, 1, false);
    d.w.faults.bank_fails_at = d.w.faults.bank_calls + 1;
    ASSERT_STATUS(minipay_account_link(d.w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    expect_version(&d.w, MINIPAY_KIND_LINK, request.id, MINIPAY_OK, version);
    publish_rule(&d.w, MINIPAY_RULE_BANK_DEADLINE_MS, 2, false);
    world_rest(&d.w);
    expect_version(&d.w, MINIPAY_KIND_LINK, request.id, MINIPAY_BANK_SILENT, version);
    world_at_peace(&d.w);
    world_close(&d.w);
}

static void a_retry_and_its_payout_store_the_version_in_force_at_the_retry(void **state)
{
    desk d;
    minipay_retry_request request;
    minipay_settlement run, again;
    (void)state;
    begin(&d);
    d.shop = world_merchant(&d.w, "REFUSE-2", 100);
    made(&d, MINIPAY_KIND_PAY, d.shop, 1000);
    int32_t first = publish(&d.w, 600000);
    run = world_settle(&d.w, world_id(&d.w), 20991231);
    int32_t second = publish(&d.w, 700000);
    minipay_retry_request_init(&request);
    minipay_settlement_init(&again);
    request.id = world_id(&d.w);
    request.run_id = run.id;
    ASSERT_STATUS(minipay_settlement_retry(d.w.pay, &request, &again, NULL), MINIPAY_OK);
    expect_version(&d.w, MINIPAY_KIND_PAYOUT, only_line(&d.w, run.id).id, MINIPAY_BANK_REFUSED, first);
    expect_version(&d.w, MINIPAY_KIND_SETTLEMENT, run.id, MINIPAY_OK, first);
    expect_version(&d.w, MINIPAY_KIND_PAYOUT, only_line(&d.w, request.id).id, MINIPAY_BANK_REFUSED,
                   second);
    expect_version(&d.w, MINIPAY_KIND_SETTLEMENT, request.id, MINIPAY_OK, second);
    world_at_peace(&d.w);
    world_close(&d.w);
}

/* ---- waiting ------------------------------------------------------------------------------------------ */

static void a_withdrawal_keeps_the_version_that_let_it_leave_the_wallet(void **state)
{
    static const struct {
        const char *number;
        minipay_status status;
    } banks[] = {{"PENDING-1", MINIPAY_OK}, {"REFUSE-1", MINIPAY_BANK_REFUSED}};
    (void)state;
    for (size_t i = 0; i < sizeof banks / sizeof *banks; i++) {
        desk d;
        begin(&d);
        minipay_id payer = world_person(&d.w, banks[i].number);
        world_credit(&d.w, payer, 1000);
        d.w.faults.bank_fails_at = d.w.faults.bank_calls + 1;
        minipay_instruction asked = world_ask(&d.w, MINIPAY_KIND_WITHDRAW, payer, world_nobody, 1000);
        int32_t version = publish(&d.w, 600000);
        ASSERT_STATE(world_execute(&d.w, &asked).state, MINIPAY_STATE_RUNNING);
        publish(&d.w, 700000);
        world_rest(&d.w);
        expect_version(&d.w, MINIPAY_KIND_WITHDRAW, asked.id, banks[i].status, version);
        world_at_peace(&d.w);
        world_close(&d.w);
    }
}

static void a_payout_keeps_the_version_that_decided_what_is_paid_out(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    d.shop = world_merchant(&d.w, "PENDING-2", 100);
    made(&d, MINIPAY_KIND_PAY, d.shop, 1000);
    int32_t version = publish(&d.w, 600000);
    minipay_settlement run = world_settle(&d.w, world_id(&d.w), 20991231);
    ASSERT_STATE(run.state, MINIPAY_STATE_RUNNING);
    publish(&d.w, 700000);
    world_rest(&d.w);
    expect_version(&d.w, MINIPAY_KIND_PAYOUT, only_line(&d.w, run.id).id, MINIPAY_OK, version);
    expect_version(&d.w, MINIPAY_KIND_SETTLEMENT, run.id, MINIPAY_OK, version);
    world_at_peace(&d.w);
    world_close(&d.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_stores_the_version_in_force_at_its_run),
        cmocka_unit_test(a_payout_and_its_order_store_the_version_of_their_run),
        cmocka_unit_test(a_top_up_on_the_way_has_the_version_of_its_run_too),
        cmocka_unit_test(what_a_rule_refuses_stores_the_version_of_that_rule),
        cmocka_unit_test(a_refusal_on_the_way_is_of_the_version_then_and_not_of_the_first),
        cmocka_unit_test(what_waits_for_a_top_up_that_a_rule_refuses_stores_that_version_too),
        cmocka_unit_test(a_batch_stores_the_version_that_refused_one_of_it),
        cmocka_unit_test(a_capture_that_comes_too_late_stores_the_version_of_the_expiry),
        cmocka_unit_test(a_link_whose_bank_is_silent_stores_the_version_of_its_deadline),
        cmocka_unit_test(a_retry_and_its_payout_store_the_version_in_force_at_the_retry),
        cmocka_unit_test(a_withdrawal_keeps_the_version_that_let_it_leave_the_wallet),
        cmocka_unit_test(a_payout_keeps_the_version_that_decided_what_is_paid_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
