/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Changes of members: which fields, whose address, and what the wallets then obey. */

static minipay_member_change ask(world *w, minipay_id member, int32_t changes)
{
    minipay_member_change change;
    minipay_member_change_init(&change);
    change.id = world_id(w);
    change.member_id = member;
    change.changes = changes;
    snprintf(change.reason, sizeof change.reason, "test");
    return change;
}

static minipay_outcome make(world *w, const minipay_member_change *change)
{
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    minipay_status status = minipay_member_update(w->pay, change, 1, &outcome, NULL);
    ASSERT_STATUS(status, outcome.status);
    return outcome;
}

static void expect(world *w, const minipay_member_change *change, int32_t state, minipay_status status)
{
    minipay_outcome outcome = make(w, change);
    ASSERT_STATUS(outcome.status, status);
    ASSERT_STATE(outcome.state, state);
}

static void set_state(world *w, minipay_id member, int32_t state)
{
    minipay_member_change change = ask(w, member, MINIPAY_CHANGE_STATE);
    change.state = state;
    expect(w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
}

static void set_email(world *w, minipay_id member, const char *email, int32_t state,
                      minipay_status status)
{
    minipay_member_change change = ask(w, member, MINIPAY_CHANGE_EMAIL);
    snprintf(change.email, sizeof change.email, "%s", email);
    expect(w, &change, state, status);
}

static minipay_member member_of(world *w, minipay_id id)
{
    minipay_member member;
    minipay_member_init(&member);
    ASSERT_STATUS(minipay_member_get(w->pay, &id, &member, NULL), MINIPAY_OK);
    return member;
}

static void expect_found(world *w, const char *email, const minipay_id *id)
{
    minipay_member member;
    minipay_member_init(&member);
    minipay_status status = minipay_member_find(w->pay, email, &member, NULL);
    ASSERT_STATUS(status, id ? MINIPAY_OK : MINIPAY_MEMBER_NOT_FOUND);
    if (id)
        assert_memory_equal(&member.id, id, sizeof *id);
}

static void exactly_the_named_fields_change(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id id = world_person(&w, NULL);
    for (int32_t bit = 1; bit <= MINIPAY_CHANGE_TIER; bit *= 2) {
        minipay_member before = member_of(&w, id), expected = before;
        minipay_member_change change = ask(&w, id, bit);
        change.tier = 3;
        change.state = MINIPAY_MEMBER_INACTIVE_STATE;
        snprintf(change.region, sizeof change.region, "26");
        snprintf(change.name, sizeof change.name, "Named anew");
        snprintf(change.email, sizeof change.email, "new@world.example");
        expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
        if (bit == MINIPAY_CHANGE_NAME)
            memcpy(expected.name, change.name, sizeof expected.name);
        if (bit == MINIPAY_CHANGE_EMAIL)
            memcpy(expected.email, change.email, sizeof expected.email);
        if (bit == MINIPAY_CHANGE_REGION)
            memcpy(expected.region, change.region, sizeof expected.region);
        if (bit == MINIPAY_CHANGE_TIER)
            expected.tier = change.tier;
        minipay_member after = member_of(&w, id);
        assert_memory_equal(&after, &expected, sizeof after);
    }
    assert_int_equal(world_wallet(&w, id).tier, 3);
    world_audit_clean(&w);
    world_close(&w);
}

static void an_address_has_one_owner_and_an_old_one_is_free(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id first = world_person(&w, NULL), second = world_person(&w, NULL);
    set_email(&w, first, "Wanted@world.example", MINIPAY_STATE_DONE, MINIPAY_OK);
    set_email(&w, second, "wanted@WORLD.example", MINIPAY_STATE_REJECTED, MINIPAY_EMAIL_TAKEN);
    expect_found(&w, "WANTED@world.example", &first);
    set_email(&w, first, "wanted@world.example", MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_string_equal(member_of(&w, first).email, "wanted@world.example");
    set_email(&w, first, "other@world.example", MINIPAY_STATE_DONE, MINIPAY_OK);
    expect_found(&w, "wanted@world.example", NULL);
    set_email(&w, second, "wanted@world.example", MINIPAY_STATE_DONE, MINIPAY_OK);
    expect_found(&w, "wanted@world.example", &second);
    expect_found(&w, "other@world.example", &first);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_refused_address_changes_no_other_field(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id taken = world_person(&w, NULL), id = world_person(&w, NULL);
    minipay_member before = member_of(&w, id);
    minipay_member_change change = ask(&w, id, MINIPAY_CHANGE_EMAIL | MINIPAY_CHANGE_TIER);
    memcpy(change.email, member_of(&w, taken).email, sizeof change.email);
    change.tier = 2;
    expect(&w, &change, MINIPAY_STATE_REJECTED, MINIPAY_EMAIL_TAKEN);
    minipay_member after = member_of(&w, id);
    assert_memory_equal(&after, &before, sizeof after);
    assert_int_equal(world_wallet(&w, id).tier, 0);
    set_email(&w, taken, "elsewhere@world.example", MINIPAY_STATE_DONE, MINIPAY_OK);
    expect(&w, &change, MINIPAY_STATE_REJECTED, MINIPAY_EMAIL_TAKEN);
    world_audit_clean(&w);
    world_close(&w);
}

static minipay_status count_push(void *impl, mpi_flow *flow, const minipay_id *member_id,
                                 const mpi_terms *terms)
{
    (void)flow, (void)member_id, (void)terms;
    ++*(int *)impl;
    return MINIPAY_OK;
}

/* Where the wallet has a store of its own, what it took could not be undone here. */
static void only_a_change_that_will_stand_is_pushed(void **state)
{
    world w;
    int pushes = 0;
    mpi_terms_sink sink = {&pushes, false, count_push};
    (void)state;
    world_begin(&w);
    minipay_id taken = world_person(&w, NULL), id = world_person(&w, NULL);
    w.pay->membership.sink = sink;
    minipay_member_change change = ask(&w, id, MINIPAY_CHANGE_EMAIL | MINIPAY_CHANGE_TIER);
    memcpy(change.email, member_of(&w, taken).email, sizeof change.email);
    change.tier = 2;
    expect(&w, &change, MINIPAY_STATE_REJECTED, MINIPAY_EMAIL_TAKEN);
    change = ask(&w, id, MINIPAY_CHANGE_TIER | MINIPAY_CHANGE_STATE);
    expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(pushes, 0);
    change = ask(&w, id, MINIPAY_CHANGE_TIER);
    change.tier = 1;
    expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
    expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(pushes, 1);
    world_close(&w);
}

static void a_deactivated_members_money_stands_still_until_he_is_back(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_TRANSFER, MINIPAY_KIND_WITHDRAW,
                                    MINIPAY_KIND_PAY,   MINIPAY_KIND_CREDIT,   MINIPAY_KIND_DEBIT,
                                    MINIPAY_KIND_HOLD};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "110-1"), friend = world_person(&w, NULL);
    minipay_id merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 50000);
    world_credit(&w, friend, 50000);
    set_state(&w, member, MINIPAY_MEMBER_INACTIVE_STATE);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        bool has_payee = kinds[i] == MINIPAY_KIND_TRANSFER || kinds[i] == MINIPAY_KIND_HOLD;
        minipay_id other = has_payee ? friend : kinds[i] == MINIPAY_KIND_PAY ? merchant : world_nobody;
        minipay_instruction asked = world_ask(&w, kinds[i], member, other, 10000);
        world_expect(&w, &asked, MINIPAY_STATE_REJECTED, MINIPAY_MEMBER_INACTIVE);
    }
    minipay_instruction gift = world_ask(&w, MINIPAY_KIND_TRANSFER, friend, member, 10000);
    world_expect(&w, &gift, MINIPAY_STATE_REJECTED, MINIPAY_MEMBER_INACTIVE);
    assert_int_equal(world_balance(&w, member), 50000);
    set_state(&w, member, MINIPAY_MEMBER_ACTIVE);
    minipay_instruction again = world_ask(&w, MINIPAY_KIND_TRANSFER, friend, member, 10000);
    world_expect(&w, &again, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_expect(&w, &gift, MINIPAY_STATE_REJECTED, MINIPAY_MEMBER_INACTIVE);
    world_at_peace(&w);
    world_close(&w);
}

static void money_the_bank_has_moved_reaches_a_deactivated_member(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "PENDING-1");
    minipay_instruction topup = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    world_expect(&w, &topup, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    set_state(&w, member, MINIPAY_MEMBER_INACTIVE_STATE);
    world_rest(&w);
    world_expect(&w, &topup, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(world_balance(&w, member), 10000);
    world_at_peace(&w);
    world_close(&w);
}

static void a_deactivated_member_opens_no_wallet(void **state)
{
    world w;
    minipay_wallet_request request;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    set_state(&w, member, MINIPAY_MEMBER_INACTIVE_STATE);
    minipay_wallet_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(&w);
    request.member_id = member;
    memcpy(request.currency, "USD", 4);
    ASSERT_STATUS(minipay_wallet_open(w.pay, &request, 1, &outcome, NULL), MINIPAY_MEMBER_INACTIVE);
    world_close(&w);
}

static void every_wallet_of_a_member_takes_the_new_tier(void **state)
{
    static const char *const currencies[] = {"USD", "EUR", "JPY"};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    for (size_t i = 0; i < 3; i++) {
        minipay_wallet_request request;
        minipay_outcome outcome;
        minipay_wallet_request_init(&request);
        minipay_outcome_init(&outcome);
        request.id = world_id(&w);
        request.member_id = member;
        memcpy(request.currency, currencies[i], 4);
        ASSERT_STATUS(minipay_wallet_open(w.pay, &request, 1, &outcome, NULL), MINIPAY_OK);
    }
    minipay_member_change change = ask(&w, member, MINIPAY_CHANGE_TIER);
    change.tier = 2;
    expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
    for (size_t i = 0; i < 3; i++) {
        minipay_wallet wallet;
        minipay_wallet_init(&wallet);
        ASSERT_STATUS(minipay_wallet_get(w.pay, &member, currencies[i], &wallet, NULL), MINIPAY_OK);
        assert_int_equal(wallet.tier, 2);
    }
    assert_int_equal(world_wallet(&w, member).tier, 2);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_new_tiers_limit_holds_for_the_next_posting(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), friend = world_person(&w, NULL);
    world_rule(&w, MINIPAY_RULE_LIMIT_OPERATION, 1, 5000);
    world_credit(&w, member, 50000);
    minipay_instruction before = world_ask(&w, MINIPAY_KIND_TRANSFER, member, friend, 5001);
    world_expect(&w, &before, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_member_change change = ask(&w, member, MINIPAY_CHANGE_TIER);
    change.tier = 1;
    expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_instruction after = world_ask(&w, MINIPAY_KIND_TRANSFER, member, friend, 5001);
    world_expect(&w, &after, MINIPAY_STATE_REJECTED, MINIPAY_LIMIT_OPERATION);
    minipay_instruction within = world_ask(&w, MINIPAY_KIND_TRANSFER, member, friend, 5000);
    world_expect(&w, &within, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_at_peace(&w);
    world_close(&w);
}

/* All of a batch share one unit of work: a later change sees, and pushes, what an earlier one left. */
static void changes_of_one_member_in_one_call_go_in_the_order_given(void **state)
{
    world w;
    minipay_member_change changes[3];
    minipay_outcome outcomes[3];
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    changes[0] = ask(&w, member, MINIPAY_CHANGE_TIER);
    changes[0].tier = 3;
    changes[1] = ask(&w, member, MINIPAY_CHANGE_STATE);
    changes[1].state = MINIPAY_MEMBER_INACTIVE_STATE;
    changes[2] = ask(&w, member, MINIPAY_CHANGE_TIER);
    changes[2].tier = 1;
    ASSERT_STATUS(minipay_member_update(w.pay, changes, 3, outcomes, NULL), MINIPAY_OK);
    for (int i = 0; i < 3; i++)
        ASSERT_STATE(outcomes[i].state, MINIPAY_STATE_DONE);
    assert_int_equal(member_of(&w, member).tier, 1);
    assert_int_equal(world_wallet(&w, member).tier, 1);
    minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 100);
    world_expect(&w, &credit, MINIPAY_STATE_REJECTED, MINIPAY_MEMBER_INACTIVE);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_change_is_made_once_whatever_came_after(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    minipay_member_change first = ask(&w, member, MINIPAY_CHANGE_TIER | MINIPAY_CHANGE_NAME);
    first.tier = 1;
    snprintf(first.name, sizeof first.name, "One");
    expect(&w, &first, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_member_change second = ask(&w, member, MINIPAY_CHANGE_TIER);
    second.tier = 2;
    expect(&w, &second, MINIPAY_STATE_DONE, MINIPAY_OK);
    expect(&w, &first, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(member_of(&w, member).tier, 2);
    assert_int_equal(world_wallet(&w, member).tier, 2);
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    first.tier = 3;
    ASSERT_STATUS(minipay_member_update(w.pay, &first, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "tier");
    world_audit_clean(&w);
    world_close(&w);
}

static void a_member_who_never_joined_is_not_found(void **state)
{
    world w;
    minipay_member_request refused;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_member_change change = ask(&w, world_id(&w), MINIPAY_CHANGE_TIER);
    expect(&w, &change, MINIPAY_STATE_REJECTED, MINIPAY_MEMBER_NOT_FOUND);
    minipay_id taken = world_person(&w, NULL);
    minipay_member_request_init(&refused);
    minipay_outcome_init(&outcome);
    refused.id = world_id(&w);
    snprintf(refused.name, sizeof refused.name, "Late");
    memcpy(refused.email, member_of(&w, taken).email, sizeof refused.email);
    ASSERT_STATUS(minipay_member_register(w.pay, &refused, 1, &outcome, NULL), MINIPAY_EMAIL_TAKEN);
    change = ask(&w, refused.id, MINIPAY_CHANGE_TIER);
    expect(&w, &change, MINIPAY_STATE_REJECTED, MINIPAY_MEMBER_NOT_FOUND);
    world_close(&w);
}

typedef struct wrong {
    const char *field;
    minipay_status status;
    void (*spoil)(minipay_member_change *change);
} wrong;

static void no_size(minipay_member_change *c)
{
    c->struct_size--;
}
static void no_id(minipay_member_change *c)
{
    memset(&c->id, 0, sizeof c->id);
}
static void no_member(minipay_member_change *c)
{
    memset(&c->member_id, 0, sizeof c->member_id);
}
static void no_change(minipay_member_change *c)
{
    c->changes = 0;
}
static void unknown_change(minipay_member_change *c)
{
    c->changes |= 32;
}
static void low_tier(minipay_member_change *c)
{
    c->tier = -1;
}
static void high_tier(minipay_member_change *c)
{
    c->tier = 4;
}
static void bad_state(minipay_member_change *c)
{
    c->state = 2;
}
static void bad_region(minipay_member_change *c)
{
    memset(c->region, 'x', sizeof c->region);
}
static void bad_actor(minipay_member_change *c)
{
    memset(c->actor, 'x', sizeof c->actor);
}
static void bad_channel(minipay_member_change *c)
{
    c->channel[3] = 'x';
}
static void no_reason(minipay_member_change *c)
{
    memset(c->reason, 0, sizeof c->reason);
}
static void no_name(minipay_member_change *c)
{
    memset(c->name, 0, sizeof c->name);
}
static void bad_email(minipay_member_change *c)
{
    c->email[0] = (char)0xff;
}

static void every_wrong_field_is_named(void **state)
{
    static const wrong cases[] = {
        {"struct_size", MINIPAY_INVALID_SIZE, no_size},
        {"id", MINIPAY_INVALID_ID, no_id},
        {"member_id", MINIPAY_INVALID_ID, no_member},
        {"changes", MINIPAY_INVALID_ARGUMENT, no_change},
        {"changes", MINIPAY_INVALID_ARGUMENT, unknown_change},
        {"tier", MINIPAY_INVALID_ARGUMENT, low_tier},
        {"tier", MINIPAY_INVALID_ARGUMENT, high_tier},
        {"state", MINIPAY_INVALID_ARGUMENT, bad_state},
        {"region", MINIPAY_INVALID_TEXT, bad_region},
        {"actor", MINIPAY_INVALID_TEXT, bad_actor},
        {"channel", MINIPAY_INVALID_TEXT, bad_channel},
        {"reason", MINIPAY_INVALID_TEXT, no_reason},
        {"name", MINIPAY_INVALID_TEXT, no_name},
        {"email", MINIPAY_INVALID_TEXT, bad_email},
    };
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    minipay_member before = member_of(&w, member);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        minipay_error error;
        minipay_outcome outcome;
        minipay_member_change change = ask(&w, member, 31);
        minipay_error_init(&error);
        minipay_outcome_init(&outcome);
        snprintf(change.name, sizeof change.name, "Name");
        snprintf(change.email, sizeof change.email, "x@world.example");
        cases[i].spoil(&change);
        ASSERT_STATUS(minipay_member_update(w.pay, &change, 1, &outcome, &error), cases[i].status);
        assert_string_equal(error.field, cases[i].field);
        assert_int_equal(outcome.state, MINIPAY_STATE_NONE);
    }
    minipay_member after = member_of(&w, member);
    assert_memory_equal(&after, &before, sizeof after);
    world_close(&w);
}

static void what_changes_survives_reopening(void **state)
{
    world w;
    (void)state;
    world_init(&w, "members.db");
    world_open(&w);
    minipay_id member = world_person(&w, NULL);
    set_email(&w, member, "kept@world.example", MINIPAY_STATE_DONE, MINIPAY_OK);
    set_state(&w, member, MINIPAY_MEMBER_INACTIVE_STATE);
    world_reopen(&w);
    expect_found(&w, "kept@world.example", &member);
    assert_int_equal(member_of(&w, member).state, MINIPAY_MEMBER_INACTIVE_STATE);
    minipay_instruction credit = world_ask(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 100);
    world_expect(&w, &credit, MINIPAY_STATE_REJECTED, MINIPAY_MEMBER_INACTIVE);
    world_audit_clean(&w);
    world_close(&w);
}

/* The n-th call of the storage fails: after it either nothing of the change stands or all of it, and the
 * same call goes through. */
static void a_failing_storage_leaves_the_change_whole_or_undone(void **state)
{
    bool failed = true;
    (void)state;
    for (uint32_t n = 1; failed; n++) {
        world w;
        minipay_outcome outcome;
        world_begin(&w);
        minipay_id member = world_person(&w, NULL);
        minipay_member_change change = ask(&w, member, MINIPAY_CHANGE_EMAIL | MINIPAY_CHANGE_TIER);
        snprintf(change.email, sizeof change.email, "new@world.example");
        change.tier = 1;
        minipay_outcome_init(&outcome);
        w.faults.storage_calls = 0;
        w.faults.storage_fails_at = n;
        failed = minipay_member_update(w.pay, &change, 1, &outcome, NULL) != MINIPAY_OK;
        w.faults.storage_fails_at = 0;
        minipay_member standing = member_of(&w, member);
        int32_t pushed = world_wallet(&w, member).tier;
        assert_true(pushed == standing.tier || (w.apart && pushed == 0));
        if (!w.apart || !failed)
            assert_int_equal(pushed, failed ? 0 : 1);
        expect(&w, &change, MINIPAY_STATE_DONE, MINIPAY_OK);
        assert_int_equal(world_wallet(&w, member).tier, 1);
        world_audit_clean(&w);
        world_close(&w);
        assert_true(n < 200);
    }
}

/* At registration and at a change, as the header says; letters beyond ASCII are compared as they are. */
static void an_address_is_checked_and_compared_as_the_header_says(void **state)
{
    static const char *const bad[] = {"@",     "a@",    "@b",    "ab",      "a@b@c",
                                      "a@b\n", "a b@c", "\ta@b", "a@b\x7f", " a@b"};
    static const char *const good[] = {"a@b", "\xea\xb9\x80@\xed\x9a\x8c.kr", "\xc3\x84rger@b.kr",
                                       "\xc3\xa4rger@b.kr", "x+y'z@[10.0.0.1]"};
    world w;
    minipay_error error;
    minipay_outcome outcome;
    minipay_member_request request;
    minipay_member_change change;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL);
    minipay_error_init(&error);
    minipay_member_request_init(&request);
    strcpy(request.name, "Somebody");
    minipay_member_change_init(&change);
    change.member_id = member;
    change.changes = MINIPAY_CHANGE_EMAIL;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        request.id = change.id = world_id(&w);
        memset(request.email, 0, sizeof request.email);
        strcpy(request.email, bad[i]);
        memcpy(change.email, request.email, sizeof change.email);
        ASSERT_STATUS(minipay_member_register(w.pay, &request, 1, &outcome, &error),
                      MINIPAY_INVALID_TEXT);
        assert_string_equal(error.field, "email");
        ASSERT_STATUS(minipay_member_update(w.pay, &change, 1, &outcome, &error), MINIPAY_INVALID_TEXT);
        assert_string_equal(error.field, "email");
    }
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        request.id = world_id(&w);
        memset(request.email, 0, sizeof request.email);
        strcpy(request.email, good[i]);
        ASSERT_STATUS(minipay_member_register(w.pay, &request, 1, &outcome, &error), MINIPAY_OK);
    }
    request.id = world_id(&w);
    memset(request.email, 0, sizeof request.email);
    strcpy(request.email, "\xc3\xa4RGER@B.kr");
    ASSERT_STATUS(minipay_member_register(w.pay, &request, 1, &outcome, &error), MINIPAY_EMAIL_TAKEN);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_checked_and_compared_as_the_header_says),
        cmocka_unit_test(exactly_the_named_fields_change),
        cmocka_unit_test(an_address_has_one_owner_and_an_old_one_is_free),
        cmocka_unit_test(a_refused_address_changes_no_other_field),
        cmocka_unit_test(only_a_change_that_will_stand_is_pushed),
        cmocka_unit_test(a_deactivated_members_money_stands_still_until_he_is_back),
        cmocka_unit_test(money_the_bank_has_moved_reaches_a_deactivated_member),
        cmocka_unit_test(a_deactivated_member_opens_no_wallet),
        cmocka_unit_test(every_wallet_of_a_member_takes_the_new_tier),
        cmocka_unit_test(a_new_tiers_limit_holds_for_the_next_posting),
        cmocka_unit_test(changes_of_one_member_in_one_call_go_in_the_order_given),
        cmocka_unit_test(a_change_is_made_once_whatever_came_after),
        cmocka_unit_test(a_member_who_never_joined_is_not_found),
        cmocka_unit_test(every_wrong_field_is_named),
        cmocka_unit_test(what_changes_survives_reopening),
        cmocka_unit_test(a_failing_storage_leaves_the_change_whole_or_undone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
