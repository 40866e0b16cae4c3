/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "api/handle.h"

#include <stdio.h>
#include <string.h>

/* Ids are one space for operations of all kinds: what stands under an id is never another kind's. */

typedef struct desk {
    world w;
    minipay_id payer, payee, merchant;
} desk;

/* ---- one request of each kind, under a given id ---------------------------------------------------------- */

typedef minipay_status (*sender)(desk *d, int32_t kind, minipay_id id, minipay_error *error);

static minipay_status instruct(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    bool to_merchant = kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_AUTHORIZE;
    bool no_member = kind == MINIPAY_KIND_CAPTURE || kind == MINIPAY_KIND_VOID ||
                     kind == MINIPAY_KIND_REFUND || kind == MINIPAY_KIND_HOLD_CAPTURE ||
                     kind == MINIPAY_KIND_HOLD_VOID || kind == MINIPAY_KIND_REVERSAL;
    bool no_amount = kind == MINIPAY_KIND_VOID || kind == MINIPAY_KIND_HOLD_VOID ||
                     kind == MINIPAY_KIND_REVERSAL || kind == MINIPAY_KIND_FREEZE ||
                     kind == MINIPAY_KIND_UNFREEZE || kind == MINIPAY_KIND_CLOSE;
    minipay_id other = to_merchant                     ? d->merchant
                       : kind == MINIPAY_KIND_TRANSFER ? d->payee
                       : no_member                     ? world_id(&d->w)
                                                       : world_nobody;
    minipay_instruction asked = world_ask(&d->w, kind, no_member ? world_nobody : d->payer, other,
                                          no_amount                    ? 0
                                          : kind == MINIPAY_KIND_TOPUP ? 10000
                                                                       : 100);
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    asked.id = id;
    snprintf(asked.reason, sizeof asked.reason, "%s", kind == MINIPAY_KIND_TRANSFER ? "" : "because");
    return minipay_execute(d->w.pay, &asked, 1, &outcome, error);
}

static minipay_status register_member(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_member_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_member_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    snprintf(request.name, sizeof request.name, "Somebody");
    snprintf(request.email, sizeof request.email, "s%u@world.example", (unsigned)++d->w.made);
    return minipay_member_register(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status change_member(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_member_change request;
    minipay_outcome outcome;
    (void)kind;
    minipay_member_change_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.member_id = d->payer;
    request.changes = MINIPAY_CHANGE_REGION;
    snprintf(request.region, sizeof request.region, "26");
    return minipay_member_update(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status set_credential(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_credential_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_credential_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.member_id = d->payer;
    request.credential = MINIPAY_CREDENTIAL_PIN;
    snprintf(request.secret, sizeof request.secret, "1234");
    return minipay_credential_set(d->w.pay, &request, &outcome, error);
}

static minipay_status link_account(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_link_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_link_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.owner_id = d->payee;
    snprintf(request.bank, sizeof request.bank, "004");
    snprintf(request.account_number, sizeof request.account_number, "77-%u", (unsigned)++d->w.made);
    snprintf(request.holder, sizeof request.holder, "Holder");
    return minipay_account_link(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status unlink_account(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_unlink_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_unlink_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.owner_id = d->payee;
    request.account_id = world_id(&d->w);
    return minipay_account_unlink(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status open_wallet(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_wallet_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_wallet_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.member_id = d->payee;
    memcpy(request.currency, "USD", 4);
    return minipay_wallet_open(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status register_merchant(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_merchant_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_merchant_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    memcpy(request.currency, "KRW", 4);
    snprintf(request.name, sizeof request.name, "Shop");
    return minipay_merchant_register(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status change_merchant(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_merchant_change request;
    minipay_outcome outcome;
    (void)kind;
    minipay_merchant_change_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.merchant_id = d->merchant;
    request.action = MINIPAY_MERCHANT_TERMS;
    return minipay_merchant_update(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status set_holiday(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_holiday_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_holiday_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.date = 20261225;
    snprintf(request.name, sizeof request.name, "Christmas");
    return minipay_holiday_set(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status register_promotion(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_promotion_request request;
    minipay_outcome outcome;
    (void)kind;
    minipay_promotion_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.basis_points = 100;
    request.budget_minor = 1000;
    request.starts_at = d->w.now;
    memcpy(request.currency, "KRW", 4);
    snprintf(request.name, sizeof request.name, "Opening");
    return minipay_promotion_register(d->w.pay, &request, 1, &outcome, error);
}

static minipay_status publish_policy(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_policy_request request;
    minipay_rule rule;
    minipay_outcome outcome;
    (void)kind;
    minipay_policy_request_init(&request);
    minipay_rule_init(&rule);
    minipay_outcome_init(&outcome);
    request.id = id;
    rule.rule = MINIPAY_RULE_REFUND_DAYS;
    rule.value = 36525;
    return minipay_policy_publish(d->w.pay, &request, &rule, 1, &outcome, error);
}

static minipay_status run_batch(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_batch_request request;
    minipay_batch_outcome batch;
    minipay_outcome outcome;
    (void)kind;
    minipay_batch_request_init(&request);
    minipay_batch_outcome_init(&batch);
    minipay_outcome_init(&outcome);
    request.id = id;
    minipay_instruction one = world_ask(&d->w, MINIPAY_KIND_TRANSFER, d->payer, d->payee, 1);
    return minipay_execute_atomic(d->w.pay, &request, &one, 1, &batch, &outcome, error);
}

static minipay_status settle(desk *d, int32_t kind, minipay_id id, minipay_error *error)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    (void)kind;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    request.id = id;
    request.through_date = 20251231;
    memcpy(request.currency, "KRW", 4);
    return minipay_settlement_run(d->w.pay, &request, &settlement, error);
}

static const struct {
    int32_t kind;
    sender send;
} kinds[] = {
    {MINIPAY_KIND_TOPUP, instruct},
    {MINIPAY_KIND_TRANSFER, instruct},
    {MINIPAY_KIND_WITHDRAW, instruct},
    {MINIPAY_KIND_PAY, instruct},
    {MINIPAY_KIND_AUTHORIZE, instruct},
    {MINIPAY_KIND_CAPTURE, instruct},
    {MINIPAY_KIND_VOID, instruct},
    {MINIPAY_KIND_REFUND, instruct},
    {MINIPAY_KIND_CREDIT, instruct},
    {MINIPAY_KIND_DEBIT, instruct},
    {MINIPAY_KIND_HOLD, instruct},
    {MINIPAY_KIND_HOLD_CAPTURE, instruct},
    {MINIPAY_KIND_HOLD_VOID, instruct},
    {MINIPAY_KIND_REVERSAL, instruct},
    {MINIPAY_KIND_REGISTER, register_member},
    {MINIPAY_KIND_MEMBER_CHANGE, change_member},
    {MINIPAY_KIND_CREDENTIAL, set_credential},
    {MINIPAY_KIND_LINK, link_account},
    {MINIPAY_KIND_UNLINK, unlink_account},
    {MINIPAY_KIND_OPEN, open_wallet},
    {MINIPAY_KIND_MERCHANT, register_merchant},
    {MINIPAY_KIND_MERCHANT_CHANGE, change_merchant},
    {MINIPAY_KIND_HOLIDAY, set_holiday},
    {MINIPAY_KIND_PROMOTION, register_promotion},
    {MINIPAY_KIND_POLICY, publish_policy},
    {MINIPAY_KIND_BATCH, run_batch},
    {MINIPAY_KIND_SETTLEMENT, settle},
    {MINIPAY_KIND_FREEZE, instruct},
    {MINIPAY_KIND_UNFREEZE, instruct},
    {MINIPAY_KIND_CLOSE, instruct},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void open_desk(desk *d)
{
    world_open(&d->w);
    d->w.pay->membership.cost = (mpi_secret_cost){.passes = 1, .memory_kib = 64};
}

static void begin_at(desk *d, const char *path)
{
    world_init(&d->w, path);
    open_desk(d);
    d->payer = world_person(&d->w, "110-222-333444");
    d->payee = world_person(&d->w, NULL);
    d->merchant = world_merchant(&d->w, NULL, 100);
    world_credit(&d->w, d->payer, 100000);
}

static void begin(desk *d)
{
    begin_at(d, ":memory:");
}

static void end(desk *d)
{
    world_audit_clean(&d->w);
    world_close(&d->w);
}

/* No kind but its own may have what stands under the id. */
static void expect_taken(desk *d, int32_t kind, minipay_id id)
{
    for (int k = 0; k < KINDS; k++) {
        minipay_error error;
        minipay_outcome outcome;
        minipay_error_init(&error);
        if (kinds[k].kind == kind)
            continue;
        minipay_status status = kinds[k].send(d, kinds[k].kind, id, &error);
        if (status != MINIPAY_ID_REUSED || strcmp(error.field, "kind") != 0)
            print_error("%s under the id of a %s: %s\n", minipay_kind_name(kinds[k].kind),
                        minipay_kind_name(kind), error.field);
        ASSERT_STATUS(status, MINIPAY_ID_REUSED);
        assert_string_equal(error.field, "kind");
        if (kinds[k].kind != MINIPAY_KIND_TRANSFER)
            ASSERT_STATUS(minipay_outcome_get(d->w.pay, kinds[k].kind, &id, &outcome, NULL),
                          MINIPAY_NOT_FOUND);
    }
}

/* ---- claims ---------------------------------------------------------------------------------------------- */

static void an_id_of_any_kind_is_reused_by_every_other(void **state)
{
    desk d;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++) {
        minipay_error error;
        minipay_id id = world_id(&d.w);
        minipay_status status = kinds[k].send(&d, kinds[k].kind, id, &error);
        bool stands = status == MINIPAY_OK || minipay_status_class(status) == MINIPAY_CLASS_REJECTED;
        if (!stands)
            print_error("%s: %s\n", minipay_kind_name(kinds[k].kind), minipay_status_name(status));
        assert_true(stands);
        expect_taken(&d, kinds[k].kind, id);
    }
    end(&d);
}

/* Known from the file alone, to a handle that made none of them. */
static void an_id_is_reused_after_opening_again_too(void **state)
{
    desk d;
    minipay_id ids[KINDS];
    minipay_error error;
    (void)state;
    begin_at(&d, "kinds.db");
    for (int k = 0; k < KINDS; k++) {
        ids[k] = world_id(&d.w);
        kinds[k].send(&d, kinds[k].kind, ids[k], &error);
    }
    world_close(&d.w);
    open_desk(&d);
    for (int k = 0; k < KINDS; k += 4)
        expect_taken(&d, kinds[k].kind, ids[k]);
    end(&d);
}

static void an_order_and_a_payout_keep_their_ids_to_themselves(void **state)
{
    desk d;
    minipay_order order;
    minipay_settlement_line line;
    uint32_t count = 1;
    (void)state;
    begin(&d);
    minipay_outcome topup = world_do(&d.w, MINIPAY_KIND_TOPUP, d.payer, world_nobody, 10000);
    minipay_order_init(&order);
    ASSERT_STATUS(minipay_order_find(d.w.pay, &topup.id, &order, NULL), MINIPAY_OK);
    expect_taken(&d, MINIPAY_KIND_ORDER, order.id);
    ASSERT_STATUS(world_do(&d.w, MINIPAY_KIND_PAY, d.payer, d.merchant, 1000).status, MINIPAY_OK);
    minipay_id run = world_id(&d.w);
    world_settle(&d.w, run, 20251231);
    minipay_settlement_line_init(&line);
    ASSERT_STATUS(minipay_settlement_lines(d.w.pay, &run, &world_nobody, &line, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(count, 1);
    expect_taken(&d, MINIPAY_KIND_PAYOUT, line.id);
    end(&d);
}

/* In one call, so in one unit of work: what is staged stands too, and what was undone does not. */
static void an_id_that_comes_twice_in_a_call(void **state)
{
    desk d;
    minipay_outcome outcomes[4];
    (void)state;
    begin(&d);
    minipay_instruction asked[4];
    for (int i = 0; i < 4; i++) {
        static const int32_t mixed[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_FREEZE, MINIPAY_KIND_HOLD,
                                        MINIPAY_KIND_CREDIT};
        bool freeze = mixed[i] == MINIPAY_KIND_FREEZE;
        asked[i] = world_ask(&d.w, mixed[i], i % 2 ? d.payee : d.payer, i == 0 ? d.payee : world_nobody,
                             freeze ? 0 : 10);
        snprintf(asked[i].reason, sizeof asked[i].reason, "%s", i % 2 ? "because" : "");
        minipay_outcome_init(&outcomes[i]);
    }
    asked[1].id = asked[0].id;
    asked[3].id = asked[2].id;
    ASSERT_STATUS(minipay_execute(d.w.pay, asked, 4, outcomes, NULL), MINIPAY_OK);
    ASSERT_STATUS(outcomes[0].status, MINIPAY_OK);
    ASSERT_STATUS(outcomes[1].status, MINIPAY_ID_REUSED);
    ASSERT_STATUS(outcomes[2].status, MINIPAY_OK);
    ASSERT_STATUS(outcomes[3].status, MINIPAY_ID_REUSED);
    assert_int_equal(world_wallet(&d.w, d.payee).state, MINIPAY_WALLET_OPEN);
    assert_int_equal(world_balance(&d.w, d.payee), 10);
    end(&d);
}

static void a_batch_does_not_give_its_own_id_away(void **state)
{
    desk d;
    minipay_error error;
    minipay_batch_request request;
    minipay_batch_outcome batch;
    minipay_outcome outcomes[2];
    (void)state;
    begin(&d);
    minipay_error_init(&error);
    minipay_batch_request_init(&request);
    minipay_batch_outcome_init(&batch);
    minipay_instruction asked[2];
    for (int i = 0; i < 2; i++)
        asked[i] = world_ask(&d.w, MINIPAY_KIND_TRANSFER, d.payer, d.payee, 10);
    request.id = asked[1].id;
    ASSERT_STATUS(minipay_execute_atomic(d.w.pay, &request, asked, 2, &batch, outcomes, &error),
                  MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "kind");
    assert_int_equal(world_balance(&d.w, d.payee), 0);
    request.id = world_id(&d.w);
    ASSERT_STATUS(minipay_execute_atomic(d.w.pay, &request, asked, 2, &batch, outcomes, &error),
                  MINIPAY_OK);
    end(&d);
}

/* An id below others is not taken for that. */
static void an_old_id_that_nobody_has_is_free(void **state)
{
    desk d;
    minipay_id old[KINDS];
    minipay_error error;
    (void)state;
    begin(&d);
    for (int k = 0; k < KINDS; k++)
        old[k] = world_id(&d.w);
    for (int k = 0; k < KINDS; k++)
        kinds[k].send(&d, kinds[k].kind, world_id(&d.w), &error);
    for (int k = KINDS - 1; k >= 0; k--) {
        minipay_status status = kinds[k].send(&d, kinds[k].kind, old[k], &error);
        assert_true(status == MINIPAY_OK || minipay_status_class(status) == MINIPAY_CLASS_REJECTED);
        expect_taken(&d, kinds[k].kind, old[k]);
    }
    end(&d);
}

/* All but those that the library makes itself: orders, payouts and their fees. */
static void every_kind_that_can_be_asked_for_is_tried_here(void **state)
{
    static const int32_t own[] = {MINIPAY_KIND_ORDER, MINIPAY_KIND_PAYOUT, MINIPAY_KIND_FEE};
    int32_t kind = 1;
    (void)state;
    for (; strcmp(minipay_kind_name(kind), "?") != 0; kind++) {
        bool tried = false;
        for (size_t i = 0; i < sizeof own / sizeof *own; i++)
            tried |= own[i] == kind;
        for (int k = 0; k < KINDS; k++)
            tried |= kinds[k].kind == kind;
        if (!tried)
            print_error("%s is not tried\n", minipay_kind_name(kind));
        assert_true(tried);
    }
    assert_true(kind > KINDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_that_can_be_asked_for_is_tried_here),
        cmocka_unit_test(an_id_of_any_kind_is_reused_by_every_other),
        cmocka_unit_test(an_id_is_reused_after_opening_again_too),
        cmocka_unit_test(an_order_and_a_payout_keep_their_ids_to_themselves),
        cmocka_unit_test(an_id_that_comes_twice_in_a_call),
        cmocka_unit_test(a_batch_does_not_give_its_own_id_away),
        cmocka_unit_test(an_old_id_that_nobody_has_is_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
