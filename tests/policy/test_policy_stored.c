/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* An operation stores the version that was in force when it ran, in its document and on its postings, and keeps
 * it when the rules have changed. */

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

static void a_payout_and_its_order_store_the_version_of_their_run(void **state)
{
    desk d;
    minipay_settlement_line line;
    minipay_order order;
    uint32_t count = 1;
    (void)state;
    begin(&d);
    made(&d, MINIPAY_KIND_PAY, d.shop, 1000);
    int32_t version = publish(&d.w, 600000);
    minipay_settlement run = world_settle(&d.w, world_id(&d.w), 20991231);
    publish(&d.w, 700000);
    minipay_settlement_line_init(&line);
    minipay_order_init(&order);
    ASSERT_STATUS(minipay_settlement_lines(d.w.pay, &run.id, &world_nobody, &line, &count, NULL),
                  MINIPAY_OK);
    assert_int_equal(count, 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_stores_the_version_in_force_at_its_run),
        cmocka_unit_test(a_payout_and_its_order_store_the_version_of_their_run),
        cmocka_unit_test(a_top_up_on_the_way_has_the_version_of_its_run_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
