/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "reconcile.h"

#include <stdio.h>
#include <string.h>

/* What sys/bank.h promises an adapter: how orders are named, how many come in a call, and which come at all. */

typedef struct strict_bank {
    world *w;
    minipay_bank_capabilities can;
    uint32_t prepares, submits, queries, most, orders;
    uint32_t prepared_turn;
    uint32_t busy;        /* prepare calls that fail before one works */
    uint32_t unavailable; /* verify calls that fail before one works */
    uint32_t verifies;
    int32_t books_on;                  /* the value date of every line; 0: the order's own */
    bool tells_no_date;                /* of the reference */
    bool borrowed;                     /* its scripted bank is another's to close */
    bool same;                         /* every order gets the same name */
    bool hush;                         /* what is submitted gets no answer */
    const minipay_bank_order *garbage; /* the name that the next order gets; NULL: a good one */
    struct strict_bank *other; /* whose handle carries on what is due while the next order is named */
    char last[40];             /* the reference that was submitted last */
    int32_t last_date;
} strict_bank;

static minipay_bank_capabilities strict_can(void *impl)
{
    return ((const strict_bank *)impl)->can;
}

static void enter(strict_bank *bank, uint32_t count)
{
    assert_false(world_writes(bank->w));
    bank->most = count > bank->most ? count : bank->most;
}

static minipay_status strict_verify(void *impl, const char *name, const char *number, const char *holder,
                                    minipay_error *error)
{
    strict_bank *bank = impl;
    enter(bank, 0);
    bank->verifies++;
    if (bank->unavailable && bank->unavailable--)
        return MINIPAY_UNAVAILABLE;
    return bank->w->scripted.verify_account(bank->w->scripted.impl, name, number, holder, error);
}

static void carry_on_elsewhere(strict_bank *bank)
{
    strict_bank *other = bank->other;
    bank->other = NULL;
    if (!other)
        return;
    world_pass(other->w, 60);
    ASSERT_STATUS(minipay_run(other->w->pay, 0, NULL, NULL, NULL), MINIPAY_OK);
}

static minipay_status strict_prepare(void *impl, minipay_bank_order *orders, uint32_t count,
                                     minipay_error *error)
{
    strict_bank *bank = impl;
    (void)error;
    enter(bank, count);
    bank->prepares++;
    bank->prepared_turn = bank->w->faults.turns;
    carry_on_elsewhere(bank);
    for (uint32_t i = 0; i < count; i++) {
        assert_string_equal(orders[i].reference, "");
        snprintf(orders[i].reference, sizeof orders[i].reference, "NO-%u",
                 bank->same ? 1 : ++bank->orders);
        orders[i].reference_date = 20251125;
        if (bank->garbage) {
            memcpy(orders[i].reference, bank->garbage->reference, sizeof orders[i].reference);
            orders[i].reference_date = bank->garbage->reference_date;
        }
    }
    bank->garbage = NULL;
    return bank->busy && bank->busy-- ? MINIPAY_UNAVAILABLE : MINIPAY_OK;
}

static minipay_status strict_submit(void *impl, const minipay_bank_order *orders,
                                    minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    strict_bank *bank = impl;
    enter(bank, count);
    bank->submits += count;
    memcpy(bank->last, orders[count - 1].reference, sizeof bank->last);
    bank->last_date = orders[count - 1].reference_date;
    if (bank->prepares) /* a commit lies between */
        assert_true(bank->w->faults.turns > bank->prepared_turn);
    minipay_status status =
        bank->w->scripted.submit(bank->w->scripted.impl, orders, answers, count, error);
    for (uint32_t i = 0; i < count && bank->hush; i++)
        answers[i].verdict = MINIPAY_VERDICT_NO_ANSWER;
    return status;
}

static minipay_status strict_query(void *impl, const minipay_bank_order *orders,
                                   minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    strict_bank *bank = impl;
    enter(bank, count);
    bank->queries += count;
    for (uint32_t i = 0; i < count; i++)
        assert_string_not_equal(orders[i].reference, "");
    return bank->w->scripted.query(bank->w->scripted.impl, orders, answers, count, error);
}

static minipay_status strict_statement(void *impl, int64_t position, minipay_bank_movement *lines,
                                       uint32_t *count, minipay_error *error)
{
    const strict_bank *bank = impl;
    minipay_status status =
        bank->w->scripted.statement(bank->w->scripted.impl, position, lines, count, error);
    for (uint32_t i = 0; i < *count; i++) {
        lines[i].value_date = bank->books_on ? bank->books_on : lines[i].value_date;
        lines[i].reference_date = bank->tells_no_date ? 0 : lines[i].reference_date;
    }
    return status;
}

static minipay_status strict_balance(void *impl, const char *currency, int64_t *balance_minor,
                                     minipay_error *error)
{
    const strict_bank *bank = impl;
    return bank->w->scripted.balance(bank->w->scripted.impl, currency, balance_minor, error);
}

static void strict_close(void *impl)
{
    const strict_bank *bank = impl;
    if (bank->borrowed)
        return;
    bank->w->scripted.close(bank->w->scripted.impl);
    memset(&bank->w->scripted, 0, sizeof bank->w->scripted);
}

static void compose(world *w, strict_bank *bank, minipay_bank_capabilities can, bool prepares)
{
    memset(bank, 0, sizeof *bank);
    bank->w = w;
    bank->can = can;
    w->bank = (minipay_bank){.version = MINIPAY_BANK_VERSION,
                             .impl = bank,
                             .capabilities = strict_can,
                             .verify_account = strict_verify,
                             .prepare = prepares ? strict_prepare : NULL,
                             .submit = strict_submit,
                             .query = strict_query,
                             .statement = strict_statement,
                             .balance = strict_balance,
                             .close = strict_close};
    world_open(w);
}

static void begin_at(world *w, strict_bank *bank, const char *path, minipay_bank_capabilities can,
                     bool prepares)
{
    world_init(w, path);
    snprintf(w->script.path, sizeof w->script.path, ":memory:");
    ASSERT_STATUS(minipay_scripted_bank(&w->script, &w->scripted, NULL), MINIPAY_OK);
    compose(w, bank, can, prepares);
}

static void begin(world *w, strict_bank *bank, minipay_bank_capabilities can, bool prepares)
{
    begin_at(w, bank, ":memory:", can, prepares);
}

static const minipay_bank_capabilities both_ways = {.collects = 1, .pays_out = 1};

static void reconcile(world *w, int64_t matched, int64_t differences)
{
    minipay_reconciliation found = reconcile_on(w);
    assert_int_equal(found.matched, matched);
    assert_int_equal(found.missing + found.extra + found.different, differences);
}

static void the_banks_own_name_is_stored_before_the_order_is_submitted(void **state)
{
    world w;
    strict_bank bank;
    (void)state;
    begin(&w, &bank, both_ways, true);
    minipay_id member = world_person(&w, "110-1");
    minipay_outcome first = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    minipay_order order = world_order(&w, first.id);
    ASSERT_STATE(order.state, MINIPAY_STATE_DONE);
    assert_string_equal(order.reference, "NO-1");
    assert_int_equal(order.reference_date, 20251125);
    assert_string_equal(bank.last, "NO-1");
    assert_int_equal(bank.last_date, 20251125);
    minipay_outcome second = world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 5000);
    assert_string_equal(world_order(&w, second.id).reference, "NO-2");
    assert_int_equal(bank.prepares, 2);
    assert_int_equal(bank.submits, 2);
    reconcile(&w, 2, 0);
    world_at_peace(&w);
    world_close(&w);
}

static void a_bank_that_names_nothing_gets_the_orders_id(void **state)
{
    static const char digits[] = "0123456789abcdef";
    world w;
    strict_bank bank;
    char hex[33] = {0};
    (void)state;
    begin(&w, &bank, both_ways, false);
    minipay_id member = world_person(&w, "110-1");
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    minipay_order order = world_order(&w, outcome.id);
    for (size_t i = 0; i < 16; i++) {
        hex[2 * i] = digits[order.id.bytes[i] / 16];
        hex[2 * i + 1] = digits[order.id.bytes[i] % 16];
    }
    assert_string_equal(order.reference, hex);
    assert_string_equal(bank.last, hex);
    assert_int_equal(bank.prepares, 0);
    reconcile(&w, 1, 0);
    world_close(&w);
}

static void an_order_that_is_not_named_is_prepared_again_and_never_asked_about(void **state)
{
    world w;
    strict_bank bank;
    (void)state;
    begin(&w, &bank, both_ways, true);
    bank.busy = 2;
    minipay_id member = world_person(&w, "110-1");
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
    assert_string_equal(world_order(&w, outcome.id).reference, "");
    assert_int_equal(bank.submits, 0);
    world_rest(&w);
    ASSERT_STATE(world_order(&w, outcome.id).state, MINIPAY_STATE_DONE);
    assert_int_equal(bank.prepares, 3);
    assert_int_equal(bank.submits, 1);
    assert_int_equal(bank.queries, 0);
    world_at_peace(&w);
    world_close(&w);
}

/* No money can have moved, so nobody need decide. */
static void an_order_that_is_never_named_is_refused_at_the_deadline(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW};
    world w;
    strict_bank bank;
    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(&w, &bank, both_ways, true);
        bank.busy = UINT32_MAX;
        minipay_id member = world_person(&w, "110-1");
        world_credit(&w, member, 30000);
        minipay_outcome outcome = world_do(&w, kinds[i], member, world_nobody, 20000);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
        world_pass(&w, 86399);
        ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
        ASSERT_STATE(world_order(&w, outcome.id).state, MINIPAY_STATE_RUNNING);
        world_rest(&w);
        minipay_order order = world_order(&w, outcome.id);
        ASSERT_STATE(order.state, MINIPAY_STATE_REJECTED);
        assert_string_equal(order.bank_reason, "not prepared in time");
        outcome = world_outcome(&w, kinds[i], outcome.id);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_REJECTED);
        ASSERT_STATUS(outcome.status, MINIPAY_BANK_REFUSED);
        assert_int_equal(bank.submits + bank.queries, 0);
        assert_int_equal(world_wallet(&w, member).available_minor, 30000);
        assert_int_equal(world_wallet(&w, member).incoming_minor, 0);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void a_line_is_found_by_the_day_of_its_reference_or_else_by_its_value_date(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        world w;
        strict_bank bank;
        begin(&w, &bank, both_ways, true);
        bank.books_on = way ? 0 : 20251128;
        bank.tells_no_date = way;
        world_topup(&w, world_person(&w, "110-1"), 20000);
        reconcile(&w, 1, 0);
        world_close(&w);
    }
}

/* No reference, one that is not UTF-8, a day that is none: the order is named again, and then goes on. */
static void a_name_that_is_none_is_not_taken(void **state)
{
    static const minipay_bank_order names[] = {{.reference = "", .reference_date = 20251125},
                                               {.reference = "NO-\xff", .reference_date = 20251125},
                                               {.reference = "NO-7", .reference_date = 20251345},
                                               {.reference = "NO-8", .reference_date = 0}};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        world w;
        strict_bank bank;
        begin(&w, &bank, both_ways, true);
        bank.garbage = &names[i];
        minipay_id member = world_person(&w, "110-1");
        minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
        assert_string_equal(world_order(&w, outcome.id).reference, "");
        assert_int_equal(bank.submits, 0);
        world_rest(&w);
        assert_string_equal(world_order(&w, outcome.id).reference, "NO-2");
        assert_int_equal(bank.submits, 1);
        reconcile(&w, 1, 0);
        world_at_peace(&w);
        world_close(&w);
    }
}

/* While the bank names an order, another process finds it due, has it named and submits it. A second name would
 * be a second order to the bank, and the money would be collected twice. */
static void an_order_named_elsewhere_meanwhile_keeps_its_first_name(void **state)
{
    world w, elsewhere;
    strict_bank bank, other;
    (void)state;
    begin_at(&w, &bank, "named-elsewhere.db", both_ways, true);
    minipay_id member = world_person(&w, "110-1");
    world_init(&elsewhere, w.path);
    elsewhere.scripted = w.scripted;
    elsewhere.now = w.now;
    compose(&elsewhere, &other, both_ways, true);
    other.borrowed = true;
    other.orders = 100;
    other.hush = true;
    bank.other = &other;
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
    assert_string_equal(world_order(&w, outcome.id).reference, "NO-101");
    assert_int_equal(bank.submits, 0);
    assert_int_equal(other.submits, 1);
    world_pass(&w, 3600);
    world_rest(&w);
    ASSERT_STATE(world_outcome(&w, MINIPAY_KIND_TOPUP, outcome.id).state, MINIPAY_STATE_DONE);
    assert_int_equal(bank.submits, 0);
    reconcile(&w, 1, 0);
    world_close(&elsewhere);
    world_at_peace(&w);
    world_close(&w);
}

/* ---- the process ends on the way ---- */

static uint32_t dying_turn;
static bool dying_after;
static const minipay_id topup_id = {{0x7f, 1}};

static void begin_on_disk(world *w)
{
    world_init(w, "prepared.db");
    w->prepares = true;
}

static void top_up_and_die(void **state)
{
    world w;
    (void)state;
    begin_on_disk(&w);
    world_open(&w);
    minipay_instruction asked =
        world_ask(&w, MINIPAY_KIND_TOPUP, world_person(&w, "110-1"), world_nobody, 20000);
    asked.id = topup_id;
    w.faults.turns = 0;
    w.faults.dies_at = dying_turn;
    w.faults.dies_after = dying_after;
    world_execute(&w, &asked);
    world_close(&w);
}

/* Turns: the intent's commit, prepare, the name's commit, submit, the answer's commit. */
static void an_order_is_carried_on_wherever_the_process_ended(void **state)
{
    world w;
    int how = WORLD_DIED;
    (void)state;
    for (dying_turn = 1; how == WORLD_DIED && dying_turn < 20; dying_turn++) {
        for (int after = 0; after < 2; after++) {
            world_forget("prepared.db");
            dying_after = after;
            how = world_child(top_up_and_die);
            begin_on_disk(&w);
            world_open(&w);
            world_rest(&w);
            minipay_outcome outcome;
            minipay_outcome_init(&outcome);
            minipay_status found =
                minipay_outcome_get(w.pay, MINIPAY_KIND_TOPUP, &topup_id, &outcome, NULL);
            bool begun = found != MINIPAY_NOT_FOUND;
            if (begun)
                ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
            assert_true(begun || dying_turn == 1);
            assert_int_equal(world_at_bank(&w), begun ? 20000 : 0);
            world_at_peace(&w);
            world_close(&w);
        }
    }
    assert_int_equal(how, 0);
    assert_true(dying_turn > 4);
}

static void finality_counts_from_when_the_order_was_named(void **state)
{
    world w;
    strict_bank bank;
    minipay_bank_capabilities can = both_ways;
    (void)state;
    can.finality_ms = 3600000;
    begin(&w, &bank, can, true);
    bank.busy = 1;
    minipay_id member = world_person(&w, "LOST-1");
    world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    w.now += INT64_C(3600000000);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.submits, 1);
    w.now += INT64_C(3000000000);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.queries, 1);
    assert_int_equal(bank.submits, 1);
    w.now += INT64_C(3000000000);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.queries, 2);
    assert_int_equal(bank.submits, 2);
    world_close(&w);
}

static void a_name_that_another_order_has_is_not_taken(void **state)
{
    world w;
    strict_bank bank;
    (void)state;
    begin(&w, &bank, both_ways, true);
    bank.same = true;
    minipay_id member = world_person(&w, "110-1");
    world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    minipay_outcome second = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    ASSERT_STATE(second.state, MINIPAY_STATE_RUNNING);
    assert_int_equal(bank.submits, 1);
    bank.same = false;
    bank.orders = 1;
    world_rest(&w);
    assert_string_equal(world_order(&w, second.id).reference, "NO-2");
    reconcile(&w, 2, 0);
    world_at_peace(&w);
    world_close(&w);
}

static void no_call_has_more_orders_than_the_bank_takes(void **state)
{
    enum { PEOPLE = 7 };
    world w;
    strict_bank bank;
    minipay_instruction asked[PEOPLE];
    minipay_outcome outcomes[PEOPLE];
    minipay_bank_capabilities can = both_ways;
    (void)state;
    can.largest_batch = 3;
    begin(&w, &bank, can, true);
    for (size_t i = 0; i < PEOPLE; i++) {
        minipay_id member = world_person(&w, i % 2 ? "PENDING-1" : "110-1");
        asked[i] = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
        minipay_outcome_init(&outcomes[i]);
    }
    ASSERT_STATUS(minipay_execute(w.pay, asked, PEOPLE, outcomes, NULL), MINIPAY_OK);
    assert_int_equal(bank.submits, PEOPLE);
    assert_int_equal(bank.prepares, 3);
    assert_int_equal(bank.most, 3);
    world_rest(&w);
    assert_int_equal(bank.queries, PEOPLE / 2);
    assert_int_equal(bank.most, 3);
    for (size_t i = 0; i < PEOPLE; i++)
        ASSERT_STATE(world_order(&w, asked[i].id).state, MINIPAY_STATE_DONE);
    world_at_peace(&w);
    world_close(&w);
}

static void refuse(minipay_bank_capabilities can, int32_t kind, int64_t amount_minor, bool served)
{
    world w;
    strict_bank bank;
    begin(&w, &bank, can, false);
    minipay_id member = world_person(&w, "110-1");
    world_credit(&w, member, 50000);
    minipay_instruction asked = world_ask(&w, kind, member, world_nobody, amount_minor);
    world_expect(&w, &asked, served ? MINIPAY_STATE_DONE : MINIPAY_STATE_REJECTED,
                 served ? MINIPAY_OK : MINIPAY_BANK_NOT_SERVED);
    assert_int_equal(bank.submits, served);
    if (!served)
        assert_int_equal(world_balance(&w, member), 50000);
    world_audit_clean(&w);
    world_close(&w);
}

static void what_the_bank_does_not_serve_is_refused_before_money_moves(void **state)
{
    minipay_bank_capabilities in = {.collects = 1}, out = {.pays_out = 1};
    (void)state;
    refuse(in, MINIPAY_KIND_TOPUP, 10000, true);
    refuse(in, MINIPAY_KIND_WITHDRAW, 10000, false);
    refuse(out, MINIPAY_KIND_TOPUP, 10000, false);
    refuse(out, MINIPAY_KIND_WITHDRAW, 10000, true);
    for (int32_t i = 0; i < 4; i++) {
        int32_t kind = i % 2 ? MINIPAY_KIND_TOPUP : MINIPAY_KIND_WITHDRAW;
        minipay_bank_capabilities least = both_ways, most = both_ways;
        least.smallest_minor = 20000 + i / 2;
        most.largest_minor = 20000 - i / 2;
        refuse(least, kind, 20000, i / 2 == 0);
        refuse(most, kind, 20000, i / 2 == 0);
    }
}

static void what_the_bank_does_not_serve_is_not_topped_up_on_the_way_either(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_PAY, MINIPAY_KIND_AUTHORIZE};
    minipay_bank_capabilities out = {.pays_out = 1};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        world w;
        strict_bank bank;
        begin(&w, &bank, out, false);
        minipay_id member = world_person(&w, "110-1");
        minipay_id other =
            kinds[i] == MINIPAY_KIND_TRANSFER ? world_person(&w, NULL) : world_merchant(&w, NULL, 0);
        world_credit(&w, member, 50000);
        minipay_instruction asked = world_ask(&w, kinds[i], member, other, 60000);
        asked.flags = MINIPAY_FLAG_AUTO_TOPUP;
        world_expect(&w, &asked, MINIPAY_STATE_REJECTED, MINIPAY_BANK_NOT_SERVED);
        assert_int_equal(bank.submits, 0);
        assert_int_equal(world_balance(&w, member), 50000);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static minipay_link_request ask_link(world *w, minipay_id owner, const char *number)
{
    minipay_link_request request;
    minipay_link_request_init(&request);
    request.id = world_id(w);
    request.owner_id = owner;
    snprintf(request.bank, sizeof request.bank, "004");
    snprintf(request.account_number, sizeof request.account_number, "%s", number);
    snprintf(request.holder, sizeof request.holder, "Holder");
    return request;
}

static void expect_link(world *w, const minipay_link_request *request, int32_t state,
                        minipay_status status)
{
    minipay_outcome outcome;
    minipay_outcome_init(&outcome);
    ASSERT_STATUS(minipay_account_link(w->pay, request, 1, &outcome, NULL), status);
    ASSERT_STATE(outcome.state, state);
    ASSERT_STATUS(outcome.status, status);
}

static void an_account_whose_bank_does_not_answer_is_carried_on_ever_later(void **state)
{
    static const struct {
        const char *number;
        int32_t state;
        minipay_status status;
    } ends[] = {{"110-1", MINIPAY_STATE_DONE, MINIPAY_OK},
                {"NOACCT-1", MINIPAY_STATE_REJECTED, MINIPAY_ACCOUNT_NOT_FOUND},
                {"NONAME-1", MINIPAY_STATE_REJECTED, MINIPAY_HOLDER_MISMATCH}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        world w;
        strict_bank bank;
        int64_t next_at = 0, before = 0;
        begin(&w, &bank, both_ways, false);
        minipay_id member = world_person(&w, NULL);
        minipay_link_request request = ask_link(&w, member, ends[i].number);
        bank.unavailable = 4;
        expect_link(&w, &request, MINIPAY_STATE_RUNNING, MINIPAY_OK);
        ASSERT_STATUS(minipay_run(w.pay, 0, NULL, &next_at, NULL), MINIPAY_OK);
        assert_true(next_at > w.now);
        for (uint32_t n = 2; n < 5; n++) {
            assert_true(next_at - w.now > before);
            before = next_at - w.now;
            w.now = next_at;
            ASSERT_STATUS(minipay_run(w.pay, 0, NULL, &next_at, NULL), MINIPAY_OK);
            assert_int_equal(bank.verifies, n);
        }
        world_rest(&w);
        assert_int_equal(bank.verifies, 5);
        expect_link(&w, &request, ends[i].state, ends[i].status);
        assert_int_equal(bank.verifies, 5);
        world_audit_clean(&w);
        world_close(&w);
    }
}

static void an_account_whose_bank_is_silent_until_the_deadline_is_refused(void **state)
{
    world w;
    strict_bank bank;
    uint32_t carried = 0;
    (void)state;
    begin(&w, &bank, both_ways, false);
    minipay_id member = world_person(&w, NULL);
    minipay_link_request request = ask_link(&w, member, "110-1"), again;
    bank.unavailable = UINT32_MAX;
    expect_link(&w, &request, MINIPAY_STATE_RUNNING, MINIPAY_OK);
    world_pass(&w, 86399);
    ASSERT_STATUS(minipay_run(w.pay, 0, &carried, NULL, NULL), MINIPAY_OK);
    assert_int_equal(carried, 1);
    ASSERT_STATE(world_outcome(&w, MINIPAY_KIND_LINK, request.id).state, MINIPAY_STATE_RUNNING);
    world_rest(&w);
    bank.unavailable = 0;
    expect_link(&w, &request, MINIPAY_STATE_REJECTED, MINIPAY_BANK_SILENT);
    again = ask_link(&w, member, "110-1"); /* nothing is left of the first */
    expect_link(&w, &again, MINIPAY_STATE_DONE, MINIPAY_OK);
    world_audit_clean(&w);
    world_close(&w);
}

static void the_same_link_asks_at_once_and_a_budget_bounds_what_is_carried_on(void **state)
{
    static const char *const numbers[] = {"110-1", "110-2", "110-3", "110-4"};
    world w;
    strict_bank bank;
    minipay_link_request asked[4];
    uint32_t carried = 0;
    (void)state;
    begin(&w, &bank, both_ways, false);
    minipay_id member = world_person(&w, NULL);
    bank.unavailable = 4;
    for (size_t i = 0; i < 4; i++) {
        asked[i] = ask_link(&w, member, numbers[i]);
        expect_link(&w, &asked[i], MINIPAY_STATE_RUNNING, MINIPAY_OK);
    }
    expect_link(&w, &asked[0], MINIPAY_STATE_DONE, MINIPAY_OK);
    world_pass(&w, 2);
    ASSERT_STATUS(minipay_run(w.pay, 2, &carried, NULL, NULL), MINIPAY_OK);
    assert_int_equal(carried, 2);
    ASSERT_STATUS(minipay_run(w.pay, 0, &carried, NULL, NULL), MINIPAY_OK);
    assert_int_equal(carried, 1);
    assert_int_equal(bank.verifies, 8);
    for (size_t i = 0; i < 4; i++)
        expect_link(&w, &asked[i], MINIPAY_STATE_DONE, MINIPAY_OK);
    world_audit_clean(&w);
    world_close(&w);
}

static char logged[128];
static int32_t logged_level;

static void keep_line(void *impl, int32_t level, const char *line)
{
    const world *w = impl;
    assert_false(world_writes(w));
    logged_level = level;
    snprintf(logged, sizeof logged, "%s", line);
}

static void a_bank_that_fails_is_told_to_the_hosts_log(void **state)
{
    world w;
    (void)state;
    world_init(&w, ":memory:");
    w.host.log = keep_line;
    world_open(&w);
    minipay_id member = world_person(&w, "110-1");
    assert_string_equal(logged, "");
    w.faults.bank_fails_at = w.faults.bank_calls + 1;
    world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 20000);
    assert_int_equal(logged_level, MINIPAY_LOG_WARNING);
    assert_string_equal(logged, "bank: submit of 1 answered unavailable");
    world_rest(&w);
    world_at_peace(&w);
    world_close(&w);
}

/* Its status says only that money waits: what refused it stands in the log, once the commit stands. */
static void what_keeps_an_operation_from_its_end_is_told_to_the_hosts_log(void **state)
{
    world w;
    char expected[128], hex[33];
    (void)state;
    world_init(&w, ":memory:");
    w.host.log = keep_line;
    w.script.fee_minor = INT64_MAX / 2 + 10000;
    world_open(&w);
    minipay_id member = world_person(&w, "110-1");
    world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    logged[0] = 0;
    minipay_instruction asked = world_ask(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    world_expect(&w, &asked, MINIPAY_STATE_PARKED, MINIPAY_NOT_BOOKED);
    mpi_text_hex(world_order(&w, asked.id).id.bytes, sizeof asked.id.bytes, hex);
    snprintf(expected, sizeof expected, "saga: order %s is parked: amount_overflow", hex);
    assert_string_equal(logged, expected);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_banks_own_name_is_stored_before_the_order_is_submitted),
        cmocka_unit_test(a_bank_that_names_nothing_gets_the_orders_id),
        cmocka_unit_test(an_order_that_is_not_named_is_prepared_again_and_never_asked_about),
        cmocka_unit_test(an_order_that_is_never_named_is_refused_at_the_deadline),
        cmocka_unit_test(a_line_is_found_by_the_day_of_its_reference_or_else_by_its_value_date),
        cmocka_unit_test(a_name_that_is_none_is_not_taken),
        cmocka_unit_test(an_order_named_elsewhere_meanwhile_keeps_its_first_name),
        cmocka_unit_test(an_order_is_carried_on_wherever_the_process_ended),
        cmocka_unit_test(finality_counts_from_when_the_order_was_named),
        cmocka_unit_test(a_name_that_another_order_has_is_not_taken),
        cmocka_unit_test(no_call_has_more_orders_than_the_bank_takes),
        cmocka_unit_test(a_bank_that_fails_is_told_to_the_hosts_log),
        cmocka_unit_test(what_keeps_an_operation_from_its_end_is_told_to_the_hosts_log),
        cmocka_unit_test(an_account_whose_bank_does_not_answer_is_carried_on_ever_later),
        cmocka_unit_test(an_account_whose_bank_is_silent_until_the_deadline_is_refused),
        cmocka_unit_test(the_same_link_asks_at_once_and_a_budget_bounds_what_is_carried_on),
        cmocka_unit_test(what_the_bank_does_not_serve_is_refused_before_money_moves),
        cmocka_unit_test(what_the_bank_does_not_serve_is_not_topped_up_on_the_way_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
