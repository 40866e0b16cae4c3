/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

/* Every word a bank can say, at submit and at query, for money in and money out: where the operation, the
 * wallet and the reservation stand afterwards. */

typedef struct saying_bank {
    int32_t at_submit, at_query;
    int64_t finality_ms;
    uint32_t submits, queries;
    minipay_id submitted[8]; /* the newest last */
} saying_bank;

static minipay_bank_capabilities say_capabilities(void *impl)
{
    const saying_bank *bank = impl;
    minipay_bank_capabilities can = {.collects = 1, .pays_out = 1, .finality_ms = bank->finality_ms};
    return can;
}

static minipay_status say_verify(void *impl, const char *bank, const char *number, const char *holder,
                                 minipay_error *error)
{
    (void)impl, (void)bank, (void)number, (void)holder, (void)error;
    return MINIPAY_OK;
}

static void say(const minipay_bank_order *orders, minipay_bank_answer *answers, uint32_t count,
                int32_t verdict)
{
    for (uint32_t i = 0; i < count; i++) {
        answers[i].verdict = verdict;
        answers[i].amount_minor = verdict == MINIPAY_VERDICT_DONE ? orders[i].amount_minor : 0;
    }
}

static minipay_status say_submit(void *impl, const minipay_bank_order *orders,
                                 minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    saying_bank *bank = impl;
    (void)error;
    for (uint32_t i = 0; i < count; i++)
        bank->submitted[bank->submits++ % 8] = orders[i].id;
    say(orders, answers, count, bank->at_submit);
    return MINIPAY_OK;
}

static bool was_submitted(const saying_bank *bank, const minipay_id *id)
{
    bool found = false;
    for (uint32_t i = 0; i < bank->submits && i < 8; i++)
        found = found || memcmp(&bank->submitted[i], id, sizeof *id) == 0;
    return found;
}

static minipay_status say_query(void *impl, const minipay_bank_order *orders,
                                minipay_bank_answer *answers, uint32_t count, minipay_error *error)
{
    saying_bank *bank = impl;
    (void)error;
    bank->queries += count;
    for (uint32_t i = 0; i < count; i++)
        assert_true(was_submitted(bank, &orders[i].id));
    say(orders, answers, count, bank->at_query);
    return MINIPAY_OK;
}

static minipay_status say_statement(void *impl, int64_t position, minipay_bank_movement *movements,
                                    uint32_t *count, minipay_error *error)
{
    (void)impl, (void)position, (void)movements, (void)error;
    *count = 0;
    return MINIPAY_OK;
}

static minipay_status say_balance(void *impl, const char *currency, int64_t *balance_minor,
                                  minipay_error *error)
{
    (void)impl, (void)currency, (void)error;
    *balance_minor = 0;
    return MINIPAY_OK;
}

static void begin_saying(world *w, saying_bank *bank)
{
    memset(bank, 0, sizeof *bank);
    world_init(w, ":memory:");
    w->bank = (minipay_bank){.version = MINIPAY_BANK_VERSION,
                             .impl = bank,
                             .capabilities = say_capabilities,
                             .verify_account = say_verify,
                             .submit = say_submit,
                             .query = say_query,
                             .statement = say_statement,
                             .balance = say_balance};
    world_open(w);
}

enum { UNANSWERED, DONE, PENDING, REFUSED, NO_ANSWER, NOT_FOUND, OUTSIDE = 99, BELOW = -1 };

typedef struct verdict_case {
    int32_t said;
    int32_t state;
} verdict_case;

static const verdict_case at_submit[] = {
    {UNANSWERED, MINIPAY_STATE_RUNNING}, {DONE, MINIPAY_STATE_DONE},
    {PENDING, MINIPAY_STATE_RUNNING},    {REFUSED, MINIPAY_STATE_REJECTED},
    {NO_ANSWER, MINIPAY_STATE_RUNNING},  {NOT_FOUND, MINIPAY_STATE_RUNNING},
    {OUTSIDE, MINIPAY_STATE_RUNNING},    {BELOW, MINIPAY_STATE_RUNNING},
};
enum { SAYINGS = sizeof at_submit / sizeof *at_submit };

static int64_t money_after(int32_t kind, int32_t state)
{
    bool done = state == MINIPAY_STATE_DONE, refused = state == MINIPAY_STATE_REJECTED;
    if (kind == MINIPAY_KIND_TOPUP)
        return done ? 60000 : 50000;
    return refused ? 50000 : 40000;
}

static void expect_standing(world *w, minipay_id member, const minipay_instruction *asked, int32_t state)
{
    minipay_wallet wallet = world_wallet(w, member);
    minipay_outcome outcome = world_outcome(w, asked->kind, asked->id);
    bool reserved = asked->kind == MINIPAY_KIND_TOPUP && state == MINIPAY_STATE_RUNNING;
    ASSERT_STATE(outcome.state, state);
    ASSERT_STATUS(outcome.status, state == MINIPAY_STATE_REJECTED ? MINIPAY_BANK_REFUSED : MINIPAY_OK);
    assert_int_equal(wallet.posted_minor, money_after(asked->kind, state));
    assert_int_equal(wallet.incoming_minor, reserved ? 10000 : 0);
    world_audit_clean(w);
}

static void one_pair(int32_t kind, const verdict_case *first, const verdict_case *then)
{
    world w;
    saying_bank bank;
    begin_saying(&w, &bank);
    minipay_id member = world_person(&w, "110-1");
    world_credit(&w, member, 50000);
    bank.at_submit = first->said;
    bank.at_query = then->said;
    bank.finality_ms = 3600000;
    minipay_instruction asked = world_ask(&w, kind, member, world_nobody, 10000);
    world_expect(&w, &asked, first->state,
                 first->state == MINIPAY_STATE_REJECTED ? MINIPAY_BANK_REFUSED : MINIPAY_OK);
    expect_standing(&w, member, &asked, first->state);
    w.now += 1000000;
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    bool waited = first->state == MINIPAY_STATE_RUNNING;
    assert_int_equal(bank.queries, waited);
    assert_int_equal(bank.submits, 1);
    expect_standing(&w, member, &asked, waited ? then->state : first->state);
    world_expect(&w, &asked, waited ? then->state : first->state,
                 (waited ? then->state : first->state) == MINIPAY_STATE_REJECTED ? MINIPAY_BANK_REFUSED
                                                                                 : MINIPAY_OK);
    assert_int_equal(bank.submits, 1);
    world_close(&w);
}

static void every_verdict_leads_where_its_class_says(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW};
    (void)state;
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t first = 0; first < SAYINGS; first++) {
            for (size_t then = 0; then < SAYINGS; then++)
                one_pair(kinds[kind], &at_submit[first], &at_submit[then]);
        }
    }
}

static void an_order_the_bank_never_saw_is_submitted_again_only_after_finality(void **state)
{
    world w;
    saying_bank bank;
    (void)state;
    begin_saying(&w, &bank);
    minipay_id member = world_person(&w, "110-1");
    bank.at_submit = NO_ANSWER;
    bank.at_query = NOT_FOUND;
    bank.finality_ms = 60000;
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_RUNNING);
    w.now += 30000000;
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.submits, 1);
    bank.at_submit = DONE;
    w.now += 31000000;
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
    assert_int_equal(bank.submits, 2);
    assert_int_equal(world_balance(&w, member), 10000);
    world_audit_clean(&w);
    world_close(&w);
}

static void questions_come_ever_later_and_stop_at_the_deadline(void **state)
{
    world w;
    saying_bank bank;
    int64_t next_at = 0, last_wait = 0;
    (void)state;
    begin_saying(&w, &bank);
    minipay_id member = world_person(&w, "110-1");
    bank.at_submit = bank.at_query = NO_ANSWER;
    int64_t begun = w.now;
    world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 10000);
    ASSERT_STATUS(minipay_run(w.pay, 0, NULL, &next_at, NULL), MINIPAY_OK);
    while (next_at) {
        assert_true(next_at > w.now && next_at - w.now <= INT64_C(300000000));
        assert_true(next_at - w.now >= last_wait);
        last_wait = next_at - w.now;
        w.now = next_at;
        ASSERT_STATUS(minipay_run(w.pay, 0, NULL, &next_at, NULL), MINIPAY_OK);
    }
    assert_true(w.now - begun >= INT64_C(86400000000));
    assert_int_equal(bank.submits, 1);
    assert_int_equal(world_wallet(&w, member).incoming_minor, 10000);
    world_audit_clean(&w);
    world_close(&w);
}

/* types.h: PARKED waits for a person; policy.h: at the deadline "the operation is parked". */
static void an_operation_without_an_answer_by_its_deadline_is_parked(void **state)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        world w;
        saying_bank bank;
        begin_saying(&w, &bank);
        minipay_id member = world_person(&w, "110-1");
        world_credit(&w, member, 50000);
        bank.at_submit = bank.at_query = NO_ANSWER;
        minipay_outcome begun = world_do(&w, kinds[i], member, world_nobody, 10000);
        world_rest(&w);
        minipay_outcome outcome = world_outcome(&w, kinds[i], begun.id);
        ASSERT_STATE(outcome.state, MINIPAY_STATE_PARKED);
        ASSERT_STATUS(outcome.status, MINIPAY_BANK_UNKNOWN);
        world_audit_clean(&w);
        world_close(&w);
    }
}

/* Whoever was away longer than the deadline asks once before a person is bothered. */
static void after_a_long_absence_the_bank_is_asked_before_anything_is_parked(void **state)
{
    static const struct {
        int32_t said, ends;
    } cases[] = {
        {DONE, MINIPAY_STATE_DONE}, {REFUSED, MINIPAY_STATE_REJECTED}, {PENDING, MINIPAY_STATE_PARKED}};
    static const int32_t kinds[] = {MINIPAY_KIND_TOPUP, MINIPAY_KIND_WITHDRAW};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        world w;
        saying_bank bank;
        int32_t kind = kinds[i % 2], ends = cases[i / 2].ends;
        begin_saying(&w, &bank);
        minipay_id member = world_person(&w, "110-1");
        world_credit(&w, member, 50000);
        bank.at_submit = NO_ANSWER;
        bank.at_query = cases[i / 2].said;
        minipay_outcome begun = world_do(&w, kind, member, world_nobody, 10000);
        ASSERT_STATE(begun.state, MINIPAY_STATE_RUNNING);
        world_pass(&w, INT64_C(86400) * 30);
        ASSERT_STATUS(minipay_run(w.pay, 0, NULL, NULL, NULL), MINIPAY_OK);
        assert_int_equal(bank.queries, 1);
        ASSERT_STATE(world_outcome(&w, kind, begun.id).state, ends);
        assert_int_equal(world_wallet(&w, member).posted_minor, money_after(kind, ends));
        world_audit_clean(&w);
        world_close(&w);
    }
}

/* The bank has moved it, and the books cannot say so: nothing is refused any more, a person must see it. */
static void money_that_the_books_cannot_hold_is_parked(void **state)
{
    const int64_t most = INT64_C(5000000000000000000);
    minipay_outcome outcomes[2];
    world w;
    saying_bank bank;
    (void)state;
    begin_saying(&w, &bank);
    bank.at_submit = MINIPAY_VERDICT_PENDING;
    bank.at_query = MINIPAY_VERDICT_DONE;
    minipay_id ids[2];
    for (int i = 0; i < 2; i++)
        ids[i] =
            world_do(&w, MINIPAY_KIND_TOPUP, world_person(&w, i ? "110-2" : "110-1"), world_nobody, most)
                .id;
    world_rest(&w);
    for (int i = 0; i < 2; i++)
        outcomes[i] = world_outcome(&w, MINIPAY_KIND_TOPUP, ids[i]);
    bool first_fits = outcomes[0].state == MINIPAY_STATE_DONE; /* whichever the bank was asked first */
    ASSERT_STATE(outcomes[first_fits ? 0 : 1].state, MINIPAY_STATE_DONE);
    ASSERT_STATE(outcomes[first_fits ? 1 : 0].state, MINIPAY_STATE_PARKED);
    ASSERT_STATUS(outcomes[first_fits ? 1 : 0].status, MINIPAY_NOT_BOOKED);
    world_audit_clean(&w);
    world_close(&w);
}

static void a_run_touches_no_more_than_its_budget(void **state)
{
    world w;
    saying_bank bank;
    uint32_t carried = 0;
    int64_t next_at = 0;
    (void)state;
    begin_saying(&w, &bank);
    bank.at_submit = PENDING;
    bank.at_query = DONE;
    for (int i = 0; i < 5; i++)
        world_do(&w, MINIPAY_KIND_TOPUP, world_person(&w, "110-1"), world_nobody, 10000);
    w.now += 2000000;
    for (uint32_t left = 5; left; left -= carried) {
        ASSERT_STATUS(minipay_run(w.pay, 2, &carried, &next_at, NULL), MINIPAY_OK);
        assert_int_equal(carried, left < 2 ? left : 2);
        assert_int_equal(next_at != 0, left > carried);
    }
    assert_int_equal(bank.queries, 5);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_leads_where_its_class_says),
        cmocka_unit_test(an_order_the_bank_never_saw_is_submitted_again_only_after_finality),
        cmocka_unit_test(questions_come_ever_later_and_stop_at_the_deadline),
        cmocka_unit_test(an_operation_without_an_answer_by_its_deadline_is_parked),
        cmocka_unit_test(after_a_long_absence_the_bank_is_asked_before_anything_is_parked),
        cmocka_unit_test(money_that_the_books_cannot_hold_is_parked),
        cmocka_unit_test(a_run_touches_no_more_than_its_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
