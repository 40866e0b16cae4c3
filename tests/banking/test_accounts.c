/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* Linked accounts: who sees which, which is used when none is named, and what unlinking leaves. */

static minipay_unlink_request ask(world *w, minipay_id owner, minipay_id account)
{
    minipay_unlink_request request;
    minipay_unlink_request_init(&request);
    request.id = world_id(w);
    request.owner_id = owner;
    request.account_id = account;
    return request;
}

static void expect(world *w, const minipay_unlink_request *request, int32_t state, minipay_status status)
{
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    ASSERT_STATUS(minipay_account_unlink(w->pay, request, 1, &outcome, NULL), status);
    ASSERT_STATE(outcome.state, state);
}

static void unlink_it(world *w, minipay_id owner, minipay_id account)
{
    minipay_unlink_request request = ask(w, owner, account);
    expect(w, &request, MINIPAY_STATE_DONE, MINIPAY_OK);
}

static uint32_t list(world *w, minipay_id owner, minipay_bank_account accounts[8])
{
    uint32_t count = 8;
    ASSERT_STATUS(minipay_account_list(w->pay, &owner, &world_nobody, accounts, &count, NULL),
                  MINIPAY_OK);
    return count;
}

static minipay_bank_account get(world *w, minipay_id id)
{
    minipay_bank_account account;
    minipay_bank_account_init(&account);
    ASSERT_STATUS(minipay_account_get(w->pay, &id, &account, NULL), MINIPAY_OK);
    return account;
}

static minipay_outcome link_to(world *w, minipay_id owner)
{
    minipay_outcome outcome;
    minipay_link_request request;
    minipay_link_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = world_id(w);
    request.owner_id = owner;
    strcpy(request.bank, "004");
    snprintf(request.account_number, sizeof request.account_number, "77-%u", (unsigned)w->made);
    strcpy(request.holder, "Holder");
    minipay_status status = minipay_account_link(w->pay, &request, 1, &outcome, NULL);
    ASSERT_STATUS(status, outcome.status);
    return outcome;
}

static void change_member_state(world *w, minipay_id member, int32_t state)
{
    minipay_outcome outcome;
    minipay_member_change change;
    minipay_member_change_init(&change);
    change.id = world_id(w);
    change.member_id = member;
    change.changes = MINIPAY_CHANGE_STATE;
    change.state = state;
    strcpy(change.reason, "test");
    ASSERT_STATUS(minipay_member_update(w->pay, &change, 1, &outcome, NULL), MINIPAY_OK);
}

static minipay_id refused_member(world *w)
{
    minipay_outcome outcome;
    minipay_member_request request;
    minipay_member_request_init(&request);
    strcpy(request.name, "Twin");
    strcpy(request.email, "twin@world.example");
    for (int i = 0; i < 2; i++) {
        request.id = world_id(w);
        minipay_member_register(w->pay, &request, 1, &outcome, NULL);
    }
    ASSERT_STATUS(outcome.status, MINIPAY_EMAIL_TAKEN);
    return request.id;
}

/* Before the bank is asked. A deactivated merchant is paid out still. */
static void an_owner_is_an_active_member_or_a_merchant(void **state)
{
    world w;
    minipay_outcome outcome;
    minipay_merchant_change off;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    minipay_id account = world_link(&w, member, "110-1");
    const minipay_id nobodies[] = {world_id(&w), refused_member(&w), account};
    for (size_t i = 0; i < sizeof nobodies / sizeof *nobodies; i++) {
        uint32_t asked = w.faults.bank_calls;
        outcome = link_to(&w, nobodies[i]);
        ASSERT_STATUS(outcome.status, MINIPAY_NOT_FOUND);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
        assert_int_equal(w.faults.bank_calls, asked);
    }
    change_member_state(&w, member, MINIPAY_MEMBER_INACTIVE_STATE);
    ASSERT_STATUS(link_to(&w, member).status, MINIPAY_MEMBER_INACTIVE);
    change_member_state(&w, member, MINIPAY_MEMBER_ACTIVE);
    ASSERT_STATUS(link_to(&w, member).status, MINIPAY_OK);
    minipay_merchant_change_init(&off);
    off.id = world_id(&w);
    off.merchant_id = merchant;
    off.action = MINIPAY_MERCHANT_DEACTIVATE;
    ASSERT_STATUS(minipay_merchant_update(w.pay, &off, 1, &outcome, NULL), MINIPAY_OK);
    ASSERT_STATUS(link_to(&w, merchant).status, MINIPAY_OK);
    world_audit_clean(&w);
    world_close(&w);
}

static void an_owner_sees_his_own_accounts_masked(void **state)
{
    world w;
    minipay_bank_account found[8];
    (void)state;
    world_begin(&w);
    minipay_id mine = world_person(&w, NULL), theirs = world_person(&w, "110-222-9999");
    minipay_id first = world_link(&w, mine, "110-222-333444"), second = world_link(&w, mine, "12");
    assert_int_equal(list(&w, mine, found), 2);
    assert_memory_equal(&found[0].id, &first, sizeof first);
    assert_memory_equal(&found[1].id, &second, sizeof second);
    assert_string_equal(found[0].masked_number, "***-***-3444");
    assert_string_equal(found[1].masked_number, "***-***-");
    assert_int_equal(found[0].is_first, 1);
    assert_int_equal(found[1].is_first, 0);
    assert_memory_equal(&found[0].owner_id, &mine, sizeof mine);
    assert_int_equal(found[0].linked_at, w.now);
    assert_int_equal(list(&w, theirs, found), 1);
    assert_string_equal(found[0].masked_number, "***-***-9999");
    world_close(&w);
}

/* Of characters, whatever their bytes: what is shown stays UTF-8, and of four nothing is shown. */
static void the_last_four_characters_of_a_number_are_shown(void **state)
{
    static const struct {
        const char *number, *shown;
    } cases[] = {
        {"12345", "***-***-2345"},
        {"1234", "***-***-"},
        {"\uacc4\uc88c-\ud638\uc218", "***-***-\uc88c-\ud638\uc218"},
        {"\uacc4\uc88c\ud638\uc218", "***-***-"},
        {"1\u00e9\u00e8\u00ea\u00eb", "***-***-\u00e9\u00e8\u00ea\u00eb"},
        {"0\U0001f3e6\U0001f3e7\U0001f4b3\U0001f4b4",
         "***-***-\U0001f3e6\U0001f3e7\U0001f4b3\U0001f4b4"},
    };
    world w;
    minipay_bank_account found[8];
    (void)state;
    world_begin(&w);
    minipay_id mine = world_person(&w, NULL);
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world_link(&w, mine, cases[i].number);
        assert_int_equal(list(&w, mine, found), i + 1);
        assert_string_equal(found[i].masked_number, cases[i].shown);
    }
    world_audit_clean(&w);
    world_close(&w);
}

static void accounts_come_in_pages(void **state)
{
    world w;
    minipay_bank_account page[7];
    minipay_id after = world_nobody, ids[20];
    uint32_t count = 7, seen = 0;
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL);
    for (unsigned i = 0; i < 20; i++) {
        char number[16];
        snprintf(number, sizeof number, "110-%u", i % 100);
        ids[i] = world_link(&w, owner, number);
    }
    while (count == 7) {
        ASSERT_STATUS(minipay_account_list(w.pay, &owner, &after, page, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++)
            assert_memory_equal(&page[i].id, &ids[seen++], sizeof after);
        after = page[count - 1].id;
    }
    assert_int_equal(seen, 20);
    world_close(&w);
}

static void an_unlinked_account_is_used_no_more(void **state)
{
    world w;
    minipay_bank_account found[8];
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL), account = world_link(&w, owner, "110-1");
    unlink_it(&w, owner, account);
    assert_int_equal(list(&w, owner, found), 0);
    assert_int_equal(get(&w, account).state, MINIPAY_ACCOUNT_UNLINKED);
    assert_int_equal(get(&w, account).is_first, 0);
    minipay_instruction named = world_ask(&w, MINIPAY_KIND_TOPUP, owner, account, 10000);
    world_expect(&w, &named, MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND);
    minipay_instruction first = world_ask(&w, MINIPAY_KIND_TOPUP, owner, world_nobody, 10000);
    world_expect(&w, &first, MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND);
    world_at_peace(&w);
    world_close(&w);
}

static minipay_outcome link_as(world *w, minipay_id owner, minipay_id id, const char *number)
{
    minipay_link_request request;
    minipay_outcome outcome;
    minipay_link_request_init(&request);
    minipay_outcome_init(&outcome);
    request.id = id;
    request.owner_id = owner;
    snprintf(request.bank, sizeof request.bank, "004");
    snprintf(request.account_number, sizeof request.account_number, "%s", number);
    snprintf(request.holder, sizeof request.holder, "Holder");
    minipay_account_link(w->pay, &request, 1, &outcome, NULL);
    return outcome;
}

static void the_account_that_was_linked_next_becomes_the_first(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL), late_id = world_id(&w);
    minipay_id first = world_link(&w, owner, "REFUSE-1");
    world_pass(&w, 1);
    minipay_id second = world_link(&w, owner, "110-2");
    world_pass(&w, 1);
    /* Linked last, under an id that is lower than all. */
    ASSERT_STATUS(link_as(&w, owner, late_id, "REFUSE-3").status, MINIPAY_OK);
    unlink_it(&w, owner, first);
    assert_int_equal(get(&w, second).is_first, 1);
    assert_int_equal(get(&w, late_id).is_first, 0);
    world_topup(&w, owner, 10000);
    unlink_it(&w, owner, late_id);
    assert_int_equal(get(&w, second).is_first, 1);
    world_topup(&w, owner, 10000);
    world_at_peace(&w);
    world_close(&w);
}

/* Two linked at the same instant: which is the first was settled by the order of commits, not by ids. */
static void unlinking_another_leaves_the_first_as_it_is(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL), low = world_id(&w), high = world_id(&w);
    ASSERT_STATUS(link_as(&w, owner, high, "110-1").status, MINIPAY_OK);
    ASSERT_STATUS(link_as(&w, owner, low, "110-2").status, MINIPAY_OK);
    minipay_id third = world_link(&w, owner, "110-3");
    assert_int_equal(get(&w, high).is_first, 1);
    unlink_it(&w, owner, third);
    assert_int_equal(get(&w, high).is_first, 1);
    assert_int_equal(get(&w, low).is_first, 0);
    world_audit_clean(&w);
    world_close(&w);
}

/* A link that was refused, and one that has no answer yet, are not the owner's. */
static void only_a_linked_account_becomes_the_next_first(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL), refused = world_id(&w), unanswered = world_id(&w);
    minipay_id first = world_link(&w, owner, "110-1");
    ASSERT_STATE(link_as(&w, owner, refused, "NOACCT-1").state, MINIPAY_STATE_REJECTED);
    w.faults.bank_fails_at = w.faults.bank_calls + 1;
    ASSERT_STATE(link_as(&w, owner, unanswered, "110-2").state, MINIPAY_STATE_RUNNING);
    world_pass(&w, 1);
    minipay_id linked = world_link(&w, owner, "110-3");
    unlink_it(&w, owner, first);
    assert_int_equal(get(&w, linked).is_first, 1);
    world_topup(&w, owner, 10000);
    world_rest(&w);
    world_at_peace(&w);
    world_close(&w);
}

static void several_unlinked_in_one_call_leave_the_right_first(void **state)
{
    world w;
    minipay_unlink_request requests[2];
    minipay_outcome outcomes[2];
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL);
    minipay_id a = world_link(&w, owner, "110-1"), b = world_link(&w, owner, "110-2");
    minipay_id c = world_link(&w, owner, "110-3");
    requests[0] = ask(&w, owner, a);
    requests[1] = ask(&w, owner, b);
    ASSERT_STATUS(minipay_account_unlink(w.pay, requests, 2, outcomes, NULL), MINIPAY_OK);
    ASSERT_STATE(outcomes[0].state, MINIPAY_STATE_DONE);
    ASSERT_STATE(outcomes[1].state, MINIPAY_STATE_DONE);
    assert_int_equal(get(&w, c).is_first, 1);
    world_audit_clean(&w);
    world_close(&w);
}

static void an_unlinked_number_can_be_linked_again(void **state)
{
    world w;
    minipay_bank_account found[8];
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL), account = world_link(&w, owner, "110-1");
    unlink_it(&w, owner, account);
    minipay_id again = world_link(&w, owner, "110-1");
    assert_int_equal(list(&w, owner, found), 1);
    assert_memory_equal(&found[0].id, &again, sizeof again);
    assert_int_equal(found[0].is_first, 1);
    world_topup(&w, owner, 10000);
    world_at_peace(&w);
    world_close(&w);
}

static void an_order_under_way_goes_on(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        world w;
        world_begin(&w);
        minipay_id owner = world_person(&w, NULL), account = world_link(&w, owner, "PENDING-1");
        world_credit(&w, owner, 30000);
        minipay_instruction asked = world_ask(&w, kinds[i], owner, world_nobody, 10000);
        world_expect(&w, &asked, MINIPAY_STATE_RUNNING, MINIPAY_OK);
        unlink_it(&w, owner, account);
        world_rest(&w);
        world_expect(&w, &asked, MINIPAY_STATE_DONE, MINIPAY_OK);
        assert_int_equal(world_balance(&w, owner), kinds[i] == MINIPAY_KIND_TOPUP ? 40000 : 20000);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void an_unlink_is_made_once(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL), account = world_link(&w, owner, "110-1");
    minipay_unlink_request first = ask(&w, owner, account);
    expect(&w, &first, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_id again = world_link(&w, owner, "110-1");
    expect(&w, &first, MINIPAY_STATE_DONE, MINIPAY_OK);
    assert_int_equal(get(&w, again).state, MINIPAY_ACCOUNT_LINKED);
    minipay_unlink_request second = ask(&w, owner, account);
    expect(&w, &second, MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND);
    first.account_id = again;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    ASSERT_STATUS(minipay_account_unlink(w.pay, &first, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "account_id");
    outcome = world_outcome(&w, MINIPAY_KIND_UNLINK, second.id);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
    world_audit_clean(&w);
    world_close(&w);
}

static void what_is_not_the_owners_is_not_found(void **state)
{
    world w;
    minipay_link_request refused;
    minipay_outcome outcome;
    minipay_bank_account account, found[8];
    (void)state;
    world_begin(&w);
    minipay_id owner = world_person(&w, NULL), other = world_person(&w, NULL);
    minipay_id linked = world_link(&w, owner, "110-1"), unknown = world_id(&w);
    minipay_unlink_request foreign = ask(&w, other, linked), nothing = ask(&w, owner, unknown);
    expect(&w, &foreign, MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND);
    expect(&w, &nothing, MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND);
    ASSERT_STATUS(minipay_account_get(w.pay, &unknown, &account, NULL), MINIPAY_ACCOUNT_NOT_FOUND);
    minipay_link_request_init(&refused);
    minipay_outcome_init(&outcome);
    refused.id = world_id(&w);
    refused.owner_id = other;
    snprintf(refused.bank, sizeof refused.bank, "004");
    snprintf(refused.account_number, sizeof refused.account_number, "NONAME-1");
    snprintf(refused.holder, sizeof refused.holder, "Holder");
    ASSERT_STATUS(minipay_account_link(w.pay, &refused, 1, &outcome, NULL), MINIPAY_HOLDER_MISMATCH);
    ASSERT_STATUS(minipay_account_get(w.pay, &refused.id, &account, NULL), MINIPAY_ACCOUNT_NOT_FOUND);
    assert_int_equal(list(&w, other, found), 0);
    minipay_unlink_request unconfirmed = ask(&w, other, refused.id);
    expect(&w, &unconfirmed, MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND);
    world_close(&w);
}

static void wrong_arguments_are_named(void **state)
{
    world w;
    minipay_error error;
    minipay_outcome outcome;
    minipay_bank_account account;
    uint32_t count = 1, large = MINIPAY_BATCH_LARGEST + 1;
    (void)state;
    world_begin(&w);
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_id owner = world_person(&w, NULL), linked = world_link(&w, owner, "110-1");
    minipay_unlink_request good = ask(&w, owner, linked), bad = good;
    bad.id = world_nobody;
    ASSERT_STATUS(minipay_account_unlink(w.pay, &bad, 1, &outcome, &error), MINIPAY_INVALID_ID);
    assert_string_equal(error.field, "id");
    bad = good;
    bad.owner_id = world_nobody;
    ASSERT_STATUS(minipay_account_unlink(w.pay, &bad, 1, &outcome, &error), MINIPAY_INVALID_ID);
    assert_string_equal(error.field, "owner_id");
    bad = good;
    bad.account_id = world_nobody;
    ASSERT_STATUS(minipay_account_unlink(w.pay, &bad, 1, &outcome, &error), MINIPAY_INVALID_ID);
    assert_string_equal(error.field, "account_id");
    bad = good;
    memset(bad.actor, 'a', sizeof bad.actor);
    ASSERT_STATUS(minipay_account_unlink(w.pay, &bad, 1, &outcome, &error), MINIPAY_INVALID_TEXT);
    assert_string_equal(error.field, "actor");
    ASSERT_STATUS(minipay_account_get(w.pay, NULL, &account, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_account_get(w.pay, &linked, NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_account_list(w.pay, NULL, &linked, &account, &count, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_account_list(w.pay, &owner, NULL, &account, &count, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_account_list(w.pay, &owner, &linked, &account, NULL, NULL),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_account_list(w.pay, &owner, &linked, &account, &large, NULL),
                  MINIPAY_BATCH_TOO_LARGE);
    assert_int_equal(get(&w, linked).state, MINIPAY_ACCOUNT_LINKED);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_owner_is_an_active_member_or_a_merchant),
        cmocka_unit_test(an_owner_sees_his_own_accounts_masked),
        cmocka_unit_test(the_last_four_characters_of_a_number_are_shown),
        cmocka_unit_test(accounts_come_in_pages),
        cmocka_unit_test(an_unlinked_account_is_used_no_more),
        cmocka_unit_test(the_account_that_was_linked_next_becomes_the_first),
        cmocka_unit_test(unlinking_another_leaves_the_first_as_it_is),
        cmocka_unit_test(only_a_linked_account_becomes_the_next_first),
        cmocka_unit_test(several_unlinked_in_one_call_leave_the_right_first),
        cmocka_unit_test(an_unlinked_number_can_be_linked_again),
        cmocka_unit_test(an_order_under_way_goes_on),
        cmocka_unit_test(an_unlink_is_made_once),
        cmocka_unit_test(what_is_not_the_owners_is_not_found),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
