/* SPDX-License-Identifier: Apache-2.0 */
#include "rich.h"

#include <stdio.h>
#include <string.h>

static const char good[] = "110-222-333444";

typedef struct cast {
    minipay_id payer, payee, slow, refused, shop, broken_shop;
} cast;

static minipay_outcome must(world *w, int32_t kind, minipay_id member, minipay_id other,
                            int64_t amount_minor)
{
    minipay_instruction asked = world_ask(w, kind, member, other, amount_minor);
    snprintf(asked.reason, sizeof asked.reason, "rich");
    minipay_outcome outcome = world_execute(w, &asked);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    return outcome;
}

static void move_between_members(world *w, const cast *c)
{
    minipay_instruction noted = world_ask(w, MINIPAY_KIND_TRANSFER, c->payer, c->payee, 700);
    snprintf(noted.memo, sizeof noted.memo, "lunch");
    world_expect(w, &noted, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_instruction brought = world_ask(w, MINIPAY_KIND_TRANSFER, c->slow, c->payee, 900);
    brought.flags = MINIPAY_FLAG_AUTO_TOPUP;
    world_expect(w, &brought, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    world_rest(w);
    minipay_outcome plain = must(w, MINIPAY_KIND_TRANSFER, c->payer, c->payee, 500);
    must(w, MINIPAY_KIND_TRANSFER, c->payer, c->payee, 600);
    must(w, MINIPAY_KIND_REVERSAL, world_nobody, plain.id, 0);
    must(w, MINIPAY_KIND_DEBIT, c->payee, world_nobody, 30);
}

static void set_aside(world *w, const cast *c)
{
    minipay_outcome hold = must(w, MINIPAY_KIND_HOLD, c->payer, c->payee, 1000);
    must(w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 400);
    must(w, MINIPAY_KIND_HOLD_VOID, world_nobody, hold.id, 0);
    hold = must(w, MINIPAY_KIND_HOLD, c->payer, c->payee, 250);
    must(w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 50);
}

static void shop(world *w, const cast *c)
{
    minipay_outcome paid = must(w, MINIPAY_KIND_PAY, c->payer, c->shop, 20000);
    must(w, MINIPAY_KIND_REFUND, world_nobody, paid.id, 5000);
    must(w, MINIPAY_KIND_PAY, c->payer, c->broken_shop, 3000);
    minipay_outcome granted = must(w, MINIPAY_KIND_AUTHORIZE, c->payer, c->shop, 4000);
    must(w, MINIPAY_KIND_CAPTURE, world_nobody, granted.id, 1500);
    must(w, MINIPAY_KIND_REFUND, world_nobody, granted.id, 200);
    granted = must(w, MINIPAY_KIND_AUTHORIZE, c->payer, c->shop, 800);
    must(w, MINIPAY_KIND_VOID, world_nobody, granted.id, 0);
}

static void pass_a_batch(world *w, const cast *c)
{
    minipay_batch_request request;
    minipay_batch_outcome batch;
    minipay_outcome outcomes[2];
    minipay_instruction asked[] = {world_ask(w, MINIPAY_KIND_TRANSFER, c->payer, c->payee, 10),
                                   world_ask(w, MINIPAY_KIND_TRANSFER, c->payee, c->payer, 20)};
    minipay_batch_request_init(&request);
    minipay_batch_outcome_init(&batch);
    for (int i = 0; i < 2; i++)
        minipay_outcome_init(&outcomes[i]);
    request.id = world_id(w);
    ASSERT_STATUS(minipay_execute_atomic(w->pay, &request, asked, 2, &batch, outcomes, NULL),
                  MINIPAY_OK);
    ASSERT_STATE(batch.state, MINIPAY_STATE_DONE);
}

static void change_member(world *w, minipay_id member)
{
    minipay_member_change change;
    minipay_credential_request credential;
    minipay_outcome outcome;
    minipay_member_change_init(&change);
    minipay_credential_request_init(&credential);
    minipay_outcome_init(&outcome);
    change.id = world_id(w);
    change.member_id = member;
    change.changes = MINIPAY_CHANGE_TIER;
    change.tier = 1;
    ASSERT_STATUS(minipay_member_update(w->pay, &change, 1, &outcome, NULL), MINIPAY_OK);
    credential.id = world_id(w);
    credential.member_id = member;
    credential.credential = MINIPAY_CREDENTIAL_PIN;
    snprintf(credential.secret, sizeof credential.secret, "482913");
    ASSERT_STATUS(minipay_credential_set(w->pay, &credential, &outcome, NULL), MINIPAY_OK);
}

/* Refused by their banks, and waiting for them. */
static void meet_banks(world *w, const cast *c)
{
    ASSERT_STATUS(world_do(w, MINIPAY_KIND_WITHDRAW, c->refused, world_nobody, 100).status,
                  MINIPAY_BANK_REFUSED);
    ASSERT_STATE(world_do(w, MINIPAY_KIND_WITHDRAW, c->slow, world_nobody, 100).state,
                 MINIPAY_STATE_RUNNING);
    ASSERT_STATE(world_do(w, MINIPAY_KIND_TOPUP, c->slow, world_nobody, 10000).state,
                 MINIPAY_STATE_RUNNING);
}

static void unlink_account(world *w, minipay_id owner, minipay_id account)
{
    minipay_unlink_request request;
    minipay_outcome outcome;
    minipay_unlink_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(w);
    request.owner_id = owner;
    request.account_id = account;
    ASSERT_STATUS(minipay_account_unlink(w->pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
}

static void close_on_christmas(world *w)
{
    minipay_holiday_request request;
    minipay_outcome outcome;
    minipay_holiday_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(w);
    request.date = 20251225;
    snprintf(request.name, sizeof request.name, "Christmas");
    ASSERT_STATUS(minipay_holiday_set(w->pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
}

static void agree_on_new_terms(world *w, minipay_id merchant)
{
    minipay_merchant_change change;
    minipay_outcome outcome;
    minipay_merchant_change_init(&change);
    minipay_outcome_init(&outcome);
    change.id = world_id(w);
    change.merchant_id = merchant;
    change.action = MINIPAY_MERCHANT_TERMS;
    change.fee_basis_points = 120;
    change.fixed_fee_minor = 10;
    change.minimum_fee_minor = 20;
    change.maximum_fee_minor = 3000;
    ASSERT_STATUS(minipay_merchant_update(w->pay, &change, 1, &outcome, NULL), MINIPAY_OK);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
}

/* Money that nobody ordered arrives, which reconciliation then lists. */
static void reconcile(world *w)
{
    minipay_bank_order deposit = {.struct_size = sizeof deposit,
                                  .direction = MINIPAY_BANK_COLLECT,
                                  .amount_minor = 777,
                                  .reference_date = 20251123,
                                  .attempt = 1,
                                  .currency = "KRW",
                                  .account_number = "110-1",
                                  .reference = "ATM 4711"};
    minipay_bank_answer answer = {.struct_size = sizeof answer};
    minipay_reconcile_request request;
    minipay_reconciliation found;
    ASSERT_STATUS(w->scripted.submit(w->scripted.impl, &deposit, &answer, 1, NULL), MINIPAY_OK);
    minipay_reconcile_request_init(&request);
    minipay_reconciliation_init(&found);
    request.id = world_id(w);
    ASSERT_STATUS(minipay_reconcile(w->pay, &request, &found, NULL), MINIPAY_OK);
    assert_int_equal(found.extra, 1);
}

static void celebrate(world *w, const cast *c)
{
    minipay_promotion_request request;
    minipay_outcome outcome;
    minipay_promotion_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(w);
    request.fixed_minor = 1001;
    request.largest_minor = 2000;
    request.budget_minor = 100000;
    request.merchant_share = 3000;
    memcpy(request.currency, "KRW", 4);
    snprintf(request.name, sizeof request.name, "Opening");
    ASSERT_STATUS(minipay_promotion_register(w->pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    minipay_instruction pay = world_ask(w, MINIPAY_KIND_PAY, c->payer, c->shop, 3000);
    pay.promotion_id = request.id;
    world_expect(w, &pay, MINIPAY_STATE_DONE, MINIPAY_OK);
    must(w, MINIPAY_KIND_REFUND, world_nobody, pay.id, 700);
    minipay_instruction hold = world_ask(w, MINIPAY_KIND_AUTHORIZE, c->payer, c->shop, 3000);
    hold.promotion_id = request.id;
    world_expect(w, &hold, MINIPAY_STATE_DONE, MINIPAY_OK);
    must(w, MINIPAY_KIND_CAPTURE, world_nobody, hold.id, 700);
}

void rich_world(world *w, const char *path)
{
    world_forget(path);
    world_init(w, path);
    w->prepares = true;
    world_open(w);
    rich_day(w);
}

void rich_day(world *w)
{
    cast c = {.payer = world_person(w, good),
              .payee = world_person(w, NULL),
              .slow = world_person(w, "PENDING-1"),
              .refused = world_person(w, "REFUSE-1"),
              .shop = world_merchant(w, "110-999-000111", 150),
              .broken_shop = world_merchant(w, "REFUSE-9", 100)};
    world_rule(w, MINIPAY_RULE_LIMIT_DAILY, 0, 5000000);
    close_on_christmas(w);
    agree_on_new_terms(w, c.shop);
    world_topup(w, c.payer, 100000);
    world_credit(w, c.refused, 500);
    must(w, MINIPAY_KIND_WITHDRAW, c.payer, world_nobody, 1000);
    move_between_members(w, &c);
    set_aside(w, &c);
    shop(w, &c);
    celebrate(w, &c);
    pass_a_batch(w, &c);
    world_settle(w, world_id(w), 20991231);
    must(w, MINIPAY_KIND_PAY, c.payer, c.shop, 7000);
    world_settle(w, world_id(w), 20991231);
    shop(w, &c);
    change_member(w, c.payee);
    unlink_account(w, c.payee, world_link(w, c.payee, "110-555-666777"));
    meet_banks(w, &c);
    must(w, MINIPAY_KIND_FREEZE, c.refused, world_nobody, 0);
    reconcile(w);
    world_audit_clean(w);
}
