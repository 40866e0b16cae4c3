/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* An id that comes again with another request: which field the refusal names, when several differ, and when
 * what stands has been changed since. (One field of each form of request: tests/api.) */

static minipay_member_request registration(world *w)
{
    minipay_member_request request;
    minipay_member_request_init(&request);
    request.id = world_id(w);
    request.tier = 1;
    strcpy(request.name, "Kim");
    snprintf(request.email, sizeof request.email, "kim%u@world.example", (unsigned)w->made);
    strcpy(request.region, "11");
    strcpy(request.actor, "clerk");
    return request;
}

enum { NAME = 1, EMAIL = 2, REGION = 4, TIER = 8, ACTOR = 16 };

/* Sends the registration again with these fields other ones: which does the refusal name? */
static void expect_named(world *w, const minipay_member_request *first, int32_t others,
                         const char *field)
{
    minipay_error error;
    minipay_outcome outcome;
    minipay_member_request again = *first;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    if (others & NAME)
        strcpy(again.name, "Lee");
    again.email[0] = others & EMAIL ? 'l' : again.email[0];
    if (others & REGION)
        strcpy(again.region, "31");
    if (others & TIER)
        again.tier = 3;
    again.actor[0] = others & ACTOR ? 'x' : again.actor[0];
    ASSERT_STATUS(minipay_member_register(w->pay, &again, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, field);
    ASSERT_STATUS(minipay_member_register(w->pay, first, 1, &outcome, &error), MINIPAY_OK);
}

static void update(world *w, minipay_id member, int32_t fields)
{
    minipay_outcome outcome;
    minipay_member_change change;
    minipay_member_change_init(&change);
    change.id = world_id(w);
    change.member_id = member;
    change.changes =
        (fields & NAME ? MINIPAY_CHANGE_NAME : 0) | (fields & EMAIL ? MINIPAY_CHANGE_EMAIL : 0) |
        (fields & REGION ? MINIPAY_CHANGE_REGION : 0) | (fields & TIER ? MINIPAY_CHANGE_TIER : 0);
    change.tier = 2;
    strcpy(change.reason, "test");
    strcpy(change.name, "Park");
    snprintf(change.email, sizeof change.email, "park%u@world.example", (unsigned)w->made);
    strcpy(change.region, "26");
    ASSERT_STATUS(minipay_member_update(w->pay, &change, 1, &outcome, NULL), MINIPAY_OK);
}

/* What a registration said of a field that was changed since is not kept: that field is not named, nor is one
 * that is the same in both. */
static void a_registration_sent_again_names_only_what_differs_from_the_first(void **state)
{
    static const struct {
        int32_t updated, others;
        const char *field;
    } cases[] = {
        {0, NAME, "name"},
        {0, EMAIL, "email"},
        {0, NAME | EMAIL, "email"},
        {0, NAME | EMAIL | REGION | TIER | ACTOR, "actor"},
        {REGION, EMAIL, "email"},
        {REGION, NAME, "name"},
        {REGION, TIER | EMAIL, "tier"},
        {REGION, REGION, "request"},
        {REGION, REGION | EMAIL, "request"},
        {NAME | EMAIL, NAME, "request"},
        {NAME | EMAIL, EMAIL, "request"},
        {NAME | EMAIL, REGION, "region"},
        {NAME | EMAIL, REGION | ACTOR, "actor"},
        {NAME | EMAIL, NAME | ACTOR, "actor"},
        {EMAIL, NAME | TIER, "tier"},
        {NAME | EMAIL | REGION | TIER, ACTOR, "actor"},
        {NAME | EMAIL | REGION | TIER, TIER, "request"},
    };
    world w;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_member_request first = registration(&w);
        ASSERT_STATUS(minipay_member_register(w.pay, &first, 1, &outcome, NULL), MINIPAY_OK);
        if (cases[i].updated)
            update(&w, first.id, cases[i].updated);
        expect_named(&w, &first, cases[i].others, cases[i].field);
    }
    world_audit_clean(&w);
    world_close(&w);
}

/* More of them than there are choices to try. */
static void a_wholly_different_request_names_its_first_field(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    minipay_promotion_request p;
    (void)state;
    world_begin(&w);
    minipay_promotion_request_init(&p);
    p.id = world_id(&w);
    p.merchant_id = world_merchant(&w, NULL, 0);
    p.basis_points = 100;
    p.merchant_share = 100;
    p.largest_minor = 5;
    p.budget_minor = 1000;
    p.starts_at = 10;
    p.ends_at = 1000;
    memcpy(p.currency, "KRW", 4);
    strcpy(p.name, "Opening");
    strcpy(p.actor, "clerk");
    strcpy(p.channel, "app");
    strcpy(p.reason, "spring");
    ASSERT_STATUS(minipay_promotion_register(w.pay, &p, 1, &outcome, NULL), MINIPAY_OK);
    p.merchant_id = world_id(&w);
    p.basis_points = 0;
    p.fixed_minor = 1;
    p.merchant_share++;
    p.largest_minor++;
    p.budget_minor++;
    p.starts_at++;
    p.ends_at++;
    memcpy(p.currency, "USD", 4);
    strcpy(p.name, "Closing");
    strcpy(p.channel, "web");
    strcpy(p.reason, "autumn");
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_promotion_register(w.pay, &p, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "channel");
    p.actor[0] = 'x';
    ASSERT_STATUS(minipay_promotion_register(w.pay, &p, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "actor");
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_registration_sent_again_names_only_what_differs_from_the_first),
        cmocka_unit_test(a_wholly_different_request_names_its_first_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
