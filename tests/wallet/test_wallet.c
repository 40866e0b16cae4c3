/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* Wallets: their states, limits, holds, overflow at both ends, and their history. */

static const char good[] = "110-222-333444";

static minipay_status change(world *w, int32_t kind, minipay_id member)
{
    minipay_instruction instruction = world_ask(w, kind, member, world_nobody, 0);
    strcpy(instruction.reason, "test");
    return world_execute(w, &instruction).status;
}

static minipay_status transfer(world *w, minipay_id payer, minipay_id payee, int64_t amount_minor)
{
    return world_do(w, MINIPAY_KIND_TRANSFER, payer, payee, amount_minor).status;
}

static void end(world *w)
{
    world_audit_clean(w);
    world_close(w);
}

/* ---- states ---------------------------------------------------------------------------------------------- */

static minipay_id wallet_in(world *w, int32_t state)
{
    minipay_id member = world_person(w, good);
    if (state == MINIPAY_WALLET_FROZEN_STATE)
        ASSERT_STATUS(change(w, MINIPAY_KIND_FREEZE, member), MINIPAY_OK);
    if (state == MINIPAY_WALLET_CLOSED_STATE)
        ASSERT_STATUS(change(w, MINIPAY_KIND_CLOSE, member), MINIPAY_OK);
    assert_int_equal(world_wallet(w, member).state, state);
    return member;
}

static void every_change_from_every_state(void **state)
{
    static const struct {
        int32_t kind;
        minipay_status from[3]; /* open, frozen, closed */
        int32_t to;
    } moves[] = {
        {MINIPAY_KIND_FREEZE,
         {MINIPAY_OK, MINIPAY_OK, MINIPAY_WALLET_CLOSED},
         MINIPAY_WALLET_FROZEN_STATE},
        {MINIPAY_KIND_UNFREEZE, {MINIPAY_OK, MINIPAY_OK, MINIPAY_WALLET_CLOSED}, MINIPAY_WALLET_OPEN},
        {MINIPAY_KIND_CLOSE,
         {MINIPAY_OK, MINIPAY_WALLET_FROZEN, MINIPAY_WALLET_CLOSED},
         MINIPAY_WALLET_CLOSED_STATE},
    };
    world w;
    (void)state;
    world_begin(&w);
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        for (int32_t from = 0; from < 3; from++) {
            minipay_id member = wallet_in(&w, from);
            ASSERT_STATUS(change(&w, moves[i].kind, member), moves[i].from[from]);
            assert_int_equal(world_wallet(&w, member).state,
                             moves[i].from[from] == MINIPAY_OK ? moves[i].to : from);
        }
        ASSERT_STATUS(change(&w, moves[i].kind, world_id(&w)), MINIPAY_WALLET_NOT_FOUND);
    }
    end(&w);
}

/* What each state says to money that goes out, comes in, or is set aside. */
static void every_movement_in_every_state(void **state)
{
    static const minipay_status refusal[] = {MINIPAY_OK, MINIPAY_WALLET_FROZEN, MINIPAY_WALLET_CLOSED};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id rich = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, rich, 100000);
    for (int32_t s = 0; s < 3; s++) {
        minipay_id member = world_person(&w, good);
        if (s != MINIPAY_WALLET_CLOSED_STATE)
            world_credit(&w, member, 50000);
        ASSERT_STATUS(s == 1   ? change(&w, MINIPAY_KIND_FREEZE, member)
                      : s == 2 ? change(&w, MINIPAY_KIND_CLOSE, member)
                               : MINIPAY_OK,
                      MINIPAY_OK);
        ASSERT_STATUS(transfer(&w, member, rich, 1), refusal[s]);
        ASSERT_STATUS(transfer(&w, rich, member, 1), refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1).status, refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_AUTHORIZE, member, merchant, 1).status, refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).status, refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 1).status, refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 1).status, refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_DEBIT, member, world_nobody, 1).status, refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, member, rich, 1).status, refusal[s]);
        ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, member, world_nobody, 1).status,
                      s == 2 ? MINIPAY_WALLET_CLOSED : MINIPAY_OK);
    }
    end(&w);
}

static void wallet_is_closed_only_when_nothing_is_in_it_or_on_its_way(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "UNKNOWN-1"), payee = world_person(&w, NULL);
    world_credit(&w, member, 10);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_CLOSE, member), MINIPAY_WALLET_NOT_EMPTY);
    ASSERT_STATUS(transfer(&w, member, payee, 10), MINIPAY_OK);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).state,
                 MINIPAY_STATE_RUNNING);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_CLOSE, member), MINIPAY_WALLET_NOT_EMPTY);
    world_rest(&w);
    ASSERT_STATUS(transfer(&w, member, payee, 10000), MINIPAY_OK);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_CLOSE, member), MINIPAY_OK);
    end(&w);
}

static void refund_into_a_closed_wallet_is_refused(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, member, 1000);
    minipay_outcome paid = world_do(&w, MINIPAY_KIND_PAY, member, merchant, 1000);
    ASSERT_STATE(paid.state, MINIPAY_STATE_DONE);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_CLOSE, member), MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, paid.id, 0).status,
                  MINIPAY_WALLET_CLOSED);
    assert_int_equal(world_balance(&w, member), 0);
    end(&w);
}

/* The withdrawal is under way when its wallet, at zero, is closed; then it turns out that the bank refused. */
static void money_back_for_a_wallet_that_was_closed_meanwhile_goes_to_suspense(void **state)
{
    world w;
    (void)state;
    world_init(&w, ":memory:");
    w.script.refused = 10000;
    world_open(&w);
    minipay_id member = world_person(&w, good);
    world_credit(&w, member, 1000);
    w.faults.bank_calls = 0;
    w.faults.bank_fails_at = 1;
    w.faults.bank_reply_is_lost = true;
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 1000);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_CLOSE, member), MINIPAY_OK);
    world_rest(&w);
    outcome = world_outcome(&w, MINIPAY_KIND_WITHDRAW, outcome.id);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
    ASSERT_STATUS(outcome.status, MINIPAY_BANK_REFUSED);
    assert_int_equal(world_balance(&w, member), 0);
    end(&w);
}

static minipay_instruction from_suspense(world *w, minipay_id member, int64_t amount_minor)
{
    minipay_instruction asked = world_ask(w, MINIPAY_KIND_CREDIT, member, world_nobody, amount_minor);
    asked.flags = MINIPAY_FLAG_FROM_SUSPENSE;
    strcpy(asked.reason, "the old wallet was closed");
    return asked;
}

/* 1,000 came back for a wallet that was closed; its heir is paid that in two parts, and no more. */
static void money_in_suspense_is_paid_out_once_and_not_beyond_what_is_there(void **state)
{
    world w;
    (void)state;
    world_init(&w, ":memory:");
    w.script.refused = 10000;
    world_open(&w);
    minipay_id member = world_person(&w, good), heir = world_person(&w, NULL);
    world_credit(&w, member, 1000);
    minipay_instruction early = from_suspense(&w, heir, 1);
    world_expect(&w, &early, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    w.faults.bank_calls = 0;
    w.faults.bank_fails_at = 1;
    w.faults.bank_reply_is_lost = true;
    world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 1000);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_CLOSE, member), MINIPAY_OK);
    world_rest(&w);
    minipay_instruction too_much = from_suspense(&w, heir, 1001), part = from_suspense(&w, heir, 400),
                        rest = from_suspense(&w, heir, 600), more = from_suspense(&w, heir, 1);
    world_expect(&w, &too_much, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    world_expect(&w, &part, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_expect(&w, &part, MINIPAY_STATE_DONE, MINIPAY_OK);
    minipay_instruction other = part;
    other.flags = 0;
    minipay_error error;
    minipay_outcome outcome;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_execute(w.pay, &other, 1, &outcome, &error), MINIPAY_ID_REUSED);
    assert_string_equal(error.field, "flags");
    world_expect(&w, &rest, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_expect(&w, &more, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    assert_int_equal(world_balance(&w, heir), 1000);
    end(&w);
}

/* ---- limits ---------------------------------------------------------------------------------------------- */

static void limits_are_those_of_the_members_tier(void **state)
{
    static const int64_t limits[] = {100, 200, 300, 0};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payee = world_person_of_tier(&w, NULL, 3);
    for (int32_t tier = 0; tier < 4; tier++) {
        minipay_id member = world_person_of_tier(&w, NULL, tier);
        world_credit(&w, member, 1000);
        world_rule(&w, MINIPAY_RULE_LIMIT_OPERATION, tier, limits[tier]);
        if (limits[tier])
            ASSERT_STATUS(transfer(&w, member, payee, limits[tier] + 1), MINIPAY_LIMIT_OPERATION);
        ASSERT_STATUS(transfer(&w, member, payee, limits[tier] ? limits[tier] : 1000), MINIPAY_OK);
    }
    end(&w);
}

static void held_money_does_not_lift_its_payee_above_what_he_may_hold(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 100000);
    world_credit(&w, payee, 1000);
    world_rule(&w, MINIPAY_RULE_LIMIT_HOLDING, 0, 2000);
    minipay_id hold = world_do(&w, MINIPAY_KIND_HOLD, payer, payee, 50000).id;
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold, 0).status,
                  MINIPAY_LIMIT_HOLDING);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold, 1001).status,
                  MINIPAY_LIMIT_HOLDING);
    assert_int_equal(world_wallet(&w, payer).held_minor, 50000);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold, 1000).status, MINIPAY_OK);
    assert_int_equal(world_balance(&w, payee), 2000);
    assert_int_equal(world_wallet(&w, payer).held_minor, 49000);
    world_rule(&w, MINIPAY_RULE_LIMIT_HOLDING, 0, 0);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold, 0).status, MINIPAY_OK);
    end(&w);
}

static void captured_hold_stands_everywhere_under_its_own_kind(void **state)
{
    world w;
    minipay_entry entry;
    minipay_operation listed[2];
    uint32_t one = 1, two = 2, none = 2;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    minipay_id hold = world_do(&w, MINIPAY_KIND_HOLD, payer, payee, 600).id;
    minipay_id taken = world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold, 0).id;
    ASSERT_STATUS(minipay_wallet_history(w.pay, &payee, "KRW", 0, &entry, &one, NULL), MINIPAY_OK);
    assert_string_equal(minipay_kind_name(entry.kind), "hold_capture");
    assert_memory_equal(&entry.operation_id, &taken, sizeof taken);
    ASSERT_STATUS(
        minipay_operation_list(w.pay, MINIPAY_KIND_HOLD_CAPTURE, &world_nobody, listed, &two, NULL),
        MINIPAY_OK);
    assert_int_equal(two, 1);
    assert_memory_equal(&listed[0].id, &taken, sizeof taken);
    ASSERT_STATUS(
        minipay_operation_list(w.pay, MINIPAY_KIND_TRANSFER, &world_nobody, listed, &none, NULL),
        MINIPAY_OK);
    assert_int_equal(none, 0);
    end(&w);
}

static void holding_counts_what_is_there_and_what_is_on_its_way(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, "UNKNOWN-1"), other = world_person(&w, NULL);
    world_rule(&w, MINIPAY_RULE_LIMIT_HOLDING, 0, 30000);
    world_credit(&w, other, 30000);
    world_credit(&w, member, 10000);
    ASSERT_STATE(world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000).state,
                 MINIPAY_STATE_RUNNING);
    ASSERT_STATUS(transfer(&w, other, member, 10001), MINIPAY_LIMIT_HOLDING);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000).status,
                  MINIPAY_LIMIT_HOLDING);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CREDIT, member, world_nobody, 10001).status,
                  MINIPAY_LIMIT_HOLDING);
    ASSERT_STATUS(transfer(&w, other, member, 10000), MINIPAY_OK);
    world_rest(&w);
    assert_int_equal(world_balance(&w, member), 30000);
    end(&w);
}

/* The day begins at midnight of the offset, put off by the cut-off. */
static void day_and_month_begin_where_policy_says(void **state)
{
    static const struct {
        int64_t offset, cutoff;
        int64_t start_s; /* seconds from 2025-11-23T00:00:00Z to the day's begin that is tried */
    } cases[] = {
        {540, 0, 15 * 3600},  {0, 0, 24 * 3600},          {540, 180, 18 * 3600},
        {540, 60, 16 * 3600}, {330, 0, 18 * 3600 + 1800}, {0, 300, 29 * 3600},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world w;
        world_begin(&w);
        minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
        int64_t start = w.now + cases[i].start_s * 1000000;
        world_credit(&w, payer, 1000000);
        world_rule(&w, MINIPAY_RULE_DAY_OFFSET_MINUTES, 0, cases[i].offset);
        world_rule(&w, MINIPAY_RULE_DAY_CUTOFF_MINUTES, 0, cases[i].cutoff);
        world_rule(&w, MINIPAY_RULE_LIMIT_DAILY, 0, 100);
        w.now = start - 1;
        ASSERT_STATUS(transfer(&w, payer, payee, 100), MINIPAY_OK);
        ASSERT_STATUS(transfer(&w, payer, payee, 1), MINIPAY_LIMIT_DAILY);
        w.now = start;
        ASSERT_STATUS(transfer(&w, payer, payee, 100), MINIPAY_OK);
        ASSERT_STATUS(transfer(&w, payer, payee, 1), MINIPAY_LIMIT_DAILY);
        end(&w);
    }
}

static void month_rolls_with_its_last_day(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000000);
    world_rule(&w, MINIPAY_RULE_LIMIT_MONTHLY, 0, 100);
    ASSERT_STATUS(transfer(&w, payer, payee, 60), MINIPAY_OK);
    int64_t december = w.now + INT64_C(1000000) * (7 * 86400 + 15 * 3600); /* 00:00 in Seoul */
    w.now = december - 1;
    ASSERT_STATUS(transfer(&w, payer, payee, 41), MINIPAY_LIMIT_MONTHLY);
    ASSERT_STATUS(transfer(&w, payer, payee, 40), MINIPAY_OK);
    w.now = december;
    ASSERT_STATUS(transfer(&w, payer, payee, 100), MINIPAY_OK);
    ASSERT_STATUS(transfer(&w, payer, payee, 1), MINIPAY_LIMIT_MONTHLY);
    w.now = december + INT64_C(1000000) * 31 * 86400 - 1; /* still the same month */
    ASSERT_STATUS(transfer(&w, payer, payee, 1), MINIPAY_LIMIT_MONTHLY);
    w.now++;
    ASSERT_STATUS(transfer(&w, payer, payee, 1), MINIPAY_OK);
    end(&w);
}

static void what_counts_towards_the_day(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id payer = world_person(&w, good), payee = world_person(&w, NULL);
    minipay_id merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, payer, 100000);
    world_rule(&w, MINIPAY_RULE_LIMIT_DAILY, 0, 400);
    ASSERT_STATUS(transfer(&w, payer, payee, 100), MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_PAY, payer, merchant, 100).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_WITHDRAW, payer, world_nobody, 100).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_DEBIT, payer, world_nobody, 5000).status, MINIPAY_OK);
    minipay_outcome hold = world_do(&w, MINIPAY_KIND_HOLD, payer, payee, 100);
    ASSERT_STATUS(hold.status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, payer, payee, 101).status, MINIPAY_LIMIT_DAILY);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, payer, world_nobody, 5000).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 0).status, MINIPAY_OK);
    ASSERT_STATUS(transfer(&w, payer, payee, 1), MINIPAY_LIMIT_DAILY);
    end(&w);
}

/* ---- holds ----------------------------------------------------------------------------------------------- */

static void legal_freeze_takes_any_amount_of_what_is_there_for_ever(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), other = world_person(&w, NULL);
    world_credit(&w, member, 1000);
    world_rule(&w, MINIPAY_RULE_LIMIT_OPERATION, 0, 10);
    world_rule(&w, MINIPAY_RULE_LIMIT_DAILY, 0, 10);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_FREEZE, member), MINIPAY_OK);
    minipay_outcome first = world_do(&w, MINIPAY_KIND_HOLD, member, world_nobody, 995);
    ASSERT_STATUS(first.status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, member, world_nobody, 6).status,
                  MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_UNFREEZE, member), MINIPAY_OK);
    world_pass(&w, 400 * 86400);
    world_rest(&w);
    ASSERT_STATUS(transfer(&w, member, other, 6), MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(transfer(&w, member, other, 5), MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, first.id, 0).status,
                  MINIPAY_HOLD_CLOSED);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_VOID, world_nobody, first.id, 0).status, MINIPAY_OK);
    assert_int_equal(world_wallet(&w, member).available_minor, 995);
    end(&w);
}

/* open, closed by capture, closed by void, expired, never there × capture, void */
static void every_end_of_every_hold(void **state)
{
    enum { OPEN, CAPTURED, VOIDED, EXPIRED, NOWHERE, HOLDS };
    static const minipay_status captures[HOLDS] = {MINIPAY_OK, MINIPAY_HOLD_CLOSED, MINIPAY_HOLD_CLOSED,
                                                   MINIPAY_HOLD_EXPIRED, MINIPAY_HOLD_NOT_FOUND};
    static const minipay_status voids[HOLDS] = {MINIPAY_OK, MINIPAY_HOLD_CLOSED, MINIPAY_HOLD_CLOSED,
                                                MINIPAY_OK, MINIPAY_HOLD_NOT_FOUND};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, member, 100000);
    for (int h = 0; h < HOLDS; h++) {
        for (int capture = 0; capture < 2; capture++) {
            minipay_instruction hold = world_ask(&w, MINIPAY_KIND_HOLD, member, payee, 100);
            hold.expires_at = h == EXPIRED ? w.now + 1 : 0;
            if (h != NOWHERE)
                world_expect(&w, &hold, MINIPAY_STATE_DONE, MINIPAY_OK);
            if (h == CAPTURED)
                ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, hold.id, 0).status,
                              MINIPAY_OK);
            if (h == VOIDED)
                ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_VOID, world_nobody, hold.id, 0).status,
                              MINIPAY_OK);
            w.now += h == EXPIRED;
            int32_t kind = capture ? MINIPAY_KIND_HOLD_CAPTURE : MINIPAY_KIND_HOLD_VOID;
            ASSERT_STATUS(world_do(&w, kind, world_nobody, hold.id, 0).status,
                          capture ? captures[h] : voids[h]);
        }
    }
    minipay_instruction late = world_ask(&w, MINIPAY_KIND_HOLD, member, member, 100);
    late.expires_at = w.now;
    world_expect(&w, &late, MINIPAY_STATE_REJECTED, MINIPAY_HOLD_EXPIRED);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, member, member, 1).status, MINIPAY_SELF_TRANSFER);
    end(&w);
}

static void hold_needs_a_payee_with_a_wallet_that_is_open_when_it_is_captured(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), payee = world_person(&w, NULL), nobody = world_id(&w);
    world_credit(&w, member, 100000);
    minipay_outcome one = world_do(&w, MINIPAY_KIND_HOLD, member, payee, 100);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, member, nobody, 100).status, MINIPAY_WALLET_NOT_FOUND);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD, member, world_merchant(&w, NULL, 0), 100).status,
                  MINIPAY_WALLET_NOT_FOUND);
    ASSERT_STATUS(change(&w, MINIPAY_KIND_CLOSE, payee), MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, one.id, 0).status,
                  MINIPAY_WALLET_CLOSED);
    assert_int_equal(world_wallet(&w, member).held_minor, 100);
    end(&w);
}

/* ---- topped up on the way -------------------------------------------------------------------------------- */

static minipay_instruction short_of(world *w, int32_t kind, const char *account)
{
    minipay_id payer = world_person(w, account);
    minipay_id other =
        kind == MINIPAY_KIND_TRANSFER ? world_person(w, NULL) : world_merchant(w, NULL, 0);
    minipay_instruction ask = world_ask(w, kind, payer, other, 5000);
    ask.flags = MINIPAY_FLAG_AUTO_TOPUP;
    return ask;
}

static void a_refusal_tells_of_a_top_up_only_when_it_was_made(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    static const char *const accounts[] = {NULL, "REFUSE-1"};
    world w;
    (void)state;
    world_begin(&w);
    for (int i = 0; i < 6; i++) {
        minipay_instruction ask = short_of(&w, kinds[i % 3], accounts[i / 3]);
        minipay_outcome outcome = world_execute(&w, &ask);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
        assert_int_equal(outcome.topup_minor, 0);
        assert_int_equal(world_outcome(&w, ask.kind, ask.id).topup_minor, 0);
    }
    for (int i = 0; i < 3; i++) {
        minipay_instruction ask = short_of(&w, kinds[i], "PENDING-1");
        world_expect(&w, &ask, MINIPAY_STATE_RUNNING, MINIPAY_OK);
        minipay_instruction freeze = world_ask(&w, MINIPAY_KIND_FREEZE, ask.member_id, world_nobody, 0);
        strcpy(freeze.reason, "test");
        world_expect(&w, &freeze, MINIPAY_STATE_DONE, MINIPAY_OK);
        world_rest(&w);
        minipay_outcome outcome = world_outcome(&w, ask.kind, ask.id);
        ASSERT_STATUS(outcome.status, MINIPAY_WALLET_FROZEN);
        assert_int_equal(outcome.topup_minor, 10000);
        assert_int_equal(world_balance(&w, ask.member_id), 10000);
    }
    end(&w);
}

/* ---- overflow -------------------------------------------------------------------------------------------- */

static void balances_stop_at_both_ends_of_64_bits(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id full = world_person(&w, good), other = world_person(&w, good);
    world_credit(&w, full, INT64_MAX);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CREDIT, full, world_nobody, 1).status,
                  MINIPAY_AMOUNT_OVERFLOW);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_CREDIT, other, world_nobody, INT64_MAX).status,
                  MINIPAY_AMOUNT_OVERFLOW); /* the company's own side */
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TOPUP, full, world_nobody, 10000).status,
                  MINIPAY_AMOUNT_OVERFLOW);
    world_topup(&w, other, 20000);
    ASSERT_STATUS(transfer(&w, other, full, 1), MINIPAY_AMOUNT_OVERFLOW);
    ASSERT_STATUS(transfer(&w, other, full, INT64_MAX), MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_DEBIT, full, world_nobody, INT64_MAX).status, MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_DEBIT, other, world_nobody, 20000).status, MINIPAY_OK);
    assert_int_equal(world_balance(&w, full), 0);
    world_topup(&w, other, INT64_C(9223372036854750000));
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_TOPUP, full, world_nobody, 40000).status,
                  MINIPAY_AMOUNT_OVERFLOW); /* the corporate account's side, before the bank is asked */
    ASSERT_STATUS(
        world_do(&w, MINIPAY_KIND_DEBIT, other, world_nobody, INT64_C(9223372036854750000)).status,
        MINIPAY_OK);
    assert_int_equal(world_balance(&w, other), 0);
    end(&w);
}

static void windows_do_not_overflow(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, NULL), b = world_person(&w, NULL);
    world_credit(&w, a, INT64_MAX);
    ASSERT_STATUS(transfer(&w, a, b, INT64_MAX), MINIPAY_OK);
    ASSERT_STATUS(transfer(&w, b, a, INT64_MAX), MINIPAY_OK);
    ASSERT_STATUS(transfer(&w, a, b, 1), MINIPAY_AMOUNT_OVERFLOW); /* of the day's sum */
    world_pass(&w, 40 * 86400);
    ASSERT_STATUS(transfer(&w, a, b, 1), MINIPAY_OK);
    end(&w);
}

/* Whatever counts towards the day: what is captured counts on the day of the capture. */
static void a_day_has_no_room_for_more_than_64_bits(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_WITHDRAW, MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE,
                                    MINIPAY_KIND_HOLD, MINIPAY_KIND_CAPTURE};
    world w;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, good), b = world_person(&w, NULL);
    minipay_id merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, a, INT64_MAX);
    minipay_instruction held = world_ask(&w, MINIPAY_KIND_AUTHORIZE, a, merchant, 1);
    held.expires_at = w.now + INT64_C(90) * 86400 * 1000000;
    world_expect(&w, &held, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_pass(&w, 40 * 86400);
    ASSERT_STATUS(transfer(&w, a, b, INT64_MAX - 1), MINIPAY_OK);
    ASSERT_STATUS(transfer(&w, b, a, INT64_MAX - 1), MINIPAY_OK);
    ASSERT_STATUS(transfer(&w, a, b, 1), MINIPAY_OK);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        bool capture = kinds[i] == MINIPAY_KIND_CAPTURE;
        bool pays = kinds[i] == MINIPAY_KIND_PAY || kinds[i] == MINIPAY_KIND_AUTHORIZE;
        minipay_id other = capture                         ? held.id
                           : pays                          ? merchant
                           : kinds[i] == MINIPAY_KIND_HOLD ? b
                                                           : world_nobody;
        minipay_outcome outcome = world_do(&w, kinds[i], capture ? world_nobody : a, other, 1);
        ASSERT_STATUS(outcome.status, MINIPAY_AMOUNT_OVERFLOW);
    }
    end(&w);
}

/* Money that comes back finds the wallet full. */
static void a_refund_that_the_wallet_has_no_room_for_is_refused(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_id full = world_person(&w, NULL), other = world_person(&w, good);
    minipay_id merchant = world_merchant(&w, NULL, 0);
    world_credit(&w, full, INT64_MAX);
    minipay_id payment = world_do(&w, MINIPAY_KIND_PAY, full, merchant, 1).id;
    world_topup(&w, other, 20000);
    ASSERT_STATUS(transfer(&w, other, full, 1), MINIPAY_OK);
    ASSERT_STATUS(world_do(&w, MINIPAY_KIND_REFUND, world_nobody, payment, 1).status,
                  MINIPAY_AMOUNT_OVERFLOW);
    end(&w);
}

/* ---- history --------------------------------------------------------------------------------------------- */

static void history_is_paged_newest_first_without_gap_or_repeat(void **state)
{
    enum { MANY = 25 };
    world w;
    minipay_entry page[7];
    int64_t before = 0, balance_minor;
    int seen = 0;
    uint32_t count = 7;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, NULL), b = world_person(&w, NULL), c = world_person(&w, NULL);
    world_credit(&w, a, 10000);
    for (int i = 1; i < MANY; i++)
        ASSERT_STATUS(transfer(&w, a, i % 3 ? b : c, i), MINIPAY_OK);
    balance_minor = world_balance(&w, a);
    while (count == 7) {
        for (int i = 0; i < 7; i++)
            minipay_entry_init(&page[i]);
        ASSERT_STATUS(minipay_wallet_history(w.pay, &a, "KRW", before, page, &count, NULL), MINIPAY_OK);
        for (uint32_t i = 0; i < count; i++, seen++) {
            assert_true(before == 0 || page[i].sequence < before);
            before = page[i].sequence;
            assert_int_equal(page[i].balance_minor, balance_minor);
            balance_minor -= page[i].amount_minor;
            if (seen < MANY - 1)
                assert_int_equal(page[i].amount_minor, -(MANY - 1 - seen));
        }
    }
    assert_int_equal(seen, MANY);
    assert_int_equal(balance_minor, 0);
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_wallet_history(w.pay, &b, "KRW", before, page, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "before");
    ASSERT_STATUS(minipay_wallet_history(w.pay, &a, "KRW", INT64_MAX, page, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_wallet_history(w.pay, &a, "KRW", -1, page, &count, &error),
                  MINIPAY_INVALID_ARGUMENT);
    count = MINIPAY_BATCH_LARGEST + 1;
    ASSERT_STATUS(minipay_wallet_history(w.pay, &a, "KRW", 0, page, &count, &error),
                  MINIPAY_BATCH_TOO_LARGE);
    end(&w);
}

static void page_costs_the_same_wherever_it_lies(void **state)
{
    static minipay_instruction many[4000];
    static minipay_outcome outcomes[4000];
    static minipay_entry all[4001];
    world w;
    uint32_t count = 4001, page = 50;
    (void)state;
    world_begin(&w);
    minipay_id a = world_person(&w, NULL), b = world_person(&w, NULL);
    world_credit(&w, a, 100000);
    for (int i = 0; i < 4000; i++)
        many[i] = world_ask(&w, MINIPAY_KIND_TRANSFER, a, b, 1);
    ASSERT_STATUS(minipay_execute(w.pay, many, 4000, outcomes, NULL), MINIPAY_OK);
    ASSERT_STATUS(minipay_wallet_history(w.pay, &a, "KRW", 0, all, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 4001);
    uint32_t calls[2];
    for (int i = 0; i < 2; i++) {
        w.faults.storage_calls = 0;
        page = 50;
        ASSERT_STATUS(minipay_wallet_history(w.pay, &a, "KRW", all[i ? 3900 : 10].sequence, all + 3950,
                                             &page, NULL),
                      MINIPAY_OK);
        assert_int_equal(page, 50);
        calls[i] = w.faults.storage_calls;
    }
    assert_int_equal(calls[0], calls[1]);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_from_every_state),
        cmocka_unit_test(every_movement_in_every_state),
        cmocka_unit_test(wallet_is_closed_only_when_nothing_is_in_it_or_on_its_way),
        cmocka_unit_test(refund_into_a_closed_wallet_is_refused),
        cmocka_unit_test(money_back_for_a_wallet_that_was_closed_meanwhile_goes_to_suspense),
        cmocka_unit_test(money_in_suspense_is_paid_out_once_and_not_beyond_what_is_there),
        cmocka_unit_test(limits_are_those_of_the_members_tier),
        cmocka_unit_test(captured_hold_stands_everywhere_under_its_own_kind),
        cmocka_unit_test(held_money_does_not_lift_its_payee_above_what_he_may_hold),
        cmocka_unit_test(holding_counts_what_is_there_and_what_is_on_its_way),
        cmocka_unit_test(day_and_month_begin_where_policy_says),
        cmocka_unit_test(month_rolls_with_its_last_day),
        cmocka_unit_test(what_counts_towards_the_day),
        cmocka_unit_test(legal_freeze_takes_any_amount_of_what_is_there_for_ever),
        cmocka_unit_test(every_end_of_every_hold),
        cmocka_unit_test(hold_needs_a_payee_with_a_wallet_that_is_open_when_it_is_captured),
        cmocka_unit_test(balances_stop_at_both_ends_of_64_bits),
        cmocka_unit_test(a_refusal_tells_of_a_top_up_only_when_it_was_made),
        cmocka_unit_test(windows_do_not_overflow),
        cmocka_unit_test(a_day_has_no_room_for_more_than_64_bits),
        cmocka_unit_test(a_refund_that_the_wallet_has_no_room_for_is_refused),
        cmocka_unit_test(history_is_paged_newest_first_without_gap_or_repeat),
        cmocka_unit_test(page_costs_the_same_wherever_it_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
