/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

/* What is set aside to be spent counts towards the daily and monthly limits as if it were spent. */

enum { LIMIT = 100000, DAY = 86400 };

typedef struct street {
    world w;
    minipay_id payer, payee, merchant;
    int32_t rule, kind; /* which limit stands, and by what money is set aside */
    minipay_status refused;
} street;

static const struct {
    int32_t rule, kind;
    minipay_status refused;
} streets[] = {
    {MINIPAY_RULE_LIMIT_DAILY, MINIPAY_KIND_HOLD, MINIPAY_LIMIT_DAILY},
    {MINIPAY_RULE_LIMIT_DAILY, MINIPAY_KIND_AUTHORIZE, MINIPAY_LIMIT_DAILY},
    {MINIPAY_RULE_LIMIT_MONTHLY, MINIPAY_KIND_HOLD, MINIPAY_LIMIT_MONTHLY},
    {MINIPAY_RULE_LIMIT_MONTHLY, MINIPAY_KIND_AUTHORIZE, MINIPAY_LIMIT_MONTHLY},
};

static void begin(street *s, size_t number)
{
    world_begin(&s->w);
    s->payer = world_person(&s->w, "110-222-333444");
    s->payee = world_person(&s->w, NULL);
    s->merchant = world_merchant(&s->w, NULL, 0);
    s->rule = streets[number].rule;
    s->kind = streets[number].kind;
    s->refused = streets[number].refused;
    world_credit(&s->w, s->payer, 10 * LIMIT);
    world_rule(&s->w, s->rule, 0, LIMIT);
}

static void end(street *s)
{
    world_audit_clean(&s->w);
    world_close(&s->w);
}

static minipay_outcome set_aside(street *s, int64_t amount_minor, int64_t seconds)
{
    bool hold = s->kind == MINIPAY_KIND_HOLD;
    minipay_instruction asked =
        world_ask(&s->w, s->kind, s->payer, hold ? s->payee : s->merchant, amount_minor);
    asked.expires_at = s->w.now + seconds * 1000000;
    return world_execute(&s->w, &asked);
}

static minipay_id set_aside_well(street *s, int64_t amount_minor)
{
    minipay_outcome outcome = set_aside(s, amount_minor, 100 * DAY);
    ASSERT_STATUS(outcome.status, MINIPAY_OK);
    return outcome.id;
}

static void capture(street *s, minipay_id held, int64_t amount_minor)
{
    bool hold = s->kind == MINIPAY_KIND_HOLD;
    int32_t kind = hold ? MINIPAY_KIND_HOLD_CAPTURE : MINIPAY_KIND_CAPTURE;
    ASSERT_STATUS(world_do(&s->w, kind, world_nobody, held, amount_minor).status, MINIPAY_OK);
}

static void free_rest(street *s, minipay_id held)
{
    bool hold = s->kind == MINIPAY_KIND_HOLD;
    int32_t kind = hold ? MINIPAY_KIND_HOLD_VOID : MINIPAY_KIND_VOID;
    ASSERT_STATUS(world_do(&s->w, kind, world_nobody, held, 0).status, MINIPAY_OK);
}

/* So much can be spent, to the last won, and it is spent then. */
static void assert_left(street *s, int64_t left_minor)
{
    ASSERT_STATUS(world_do(&s->w, MINIPAY_KIND_TRANSFER, s->payer, s->payee, left_minor + 1).status,
                  s->refused);
    ASSERT_STATUS(world_do(&s->w, MINIPAY_KIND_PAY, s->payer, s->merchant, left_minor + 1).status,
                  s->refused);
    ASSERT_STATUS(world_do(&s->w, MINIPAY_KIND_WITHDRAW, s->payer, world_nobody, left_minor + 1).status,
                  s->refused);
    ASSERT_STATUS(set_aside(s, left_minor + 1, DAY).status, s->refused);
    if (left_minor)
        ASSERT_STATUS(world_do(&s->w, MINIPAY_KIND_TRANSFER, s->payer, s->payee, left_minor).status,
                      MINIPAY_OK);
}

static void several_together_pass_no_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streets / sizeof *streets; i++) {
        street s;
        begin(&s, i);
        minipay_id first = set_aside_well(&s, LIMIT - 30000), second = set_aside_well(&s, 20000);
        world_audit_clean(&s.w);
        assert_left(&s, 10000);
        capture(&s, first, 0);
        capture(&s, second, 1);
        assert_left(&s, 0); /* a capture adds nothing more */
        end(&s);
    }
}

static void what_is_freed_the_same_day_can_be_spent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streets / sizeof *streets; i++) {
        street s;
        begin(&s, i);
        minipay_id voided = set_aside_well(&s, 40000), parted = set_aside_well(&s, 30000);
        ASSERT_STATUS(set_aside(&s, 20000, 60).status, MINIPAY_OK);
        free_rest(&s, voided);
        capture(&s, parted, 5000);
        free_rest(&s, parted);
        world_pass(&s.w, 61);
        world_rest(&s.w);
        assert_left(&s, LIMIT - 5000);
        end(&s);
    }
}

static void what_was_held_on_another_day_gives_this_one_nothing_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        street s;
        begin(&s, i);
        minipay_id voided = set_aside_well(&s, 60000), captured = set_aside_well(&s, 40000);
        world_pass(&s.w, DAY);
        assert_left(&s, LIMIT);
        free_rest(&s, voided);
        assert_left(&s, 0);
        world_pass(&s.w, DAY);
        capture(&s, captured, 0); /* counts on its own day */
        assert_left(&s, LIMIT - 40000);
        end(&s);
    }
}

static void what_earlier_days_granted_is_captured_past_the_limit_and_leaves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        street s;
        begin(&s, i);
        minipay_id first = set_aside_well(&s, LIMIT - 10000);
        world_pass(&s.w, DAY);
        minipay_id second = set_aside_well(&s, LIMIT - 20000);
        world_pass(&s.w, DAY);
        capture(&s, first, 0);
        world_audit_clean(&s.w);
        capture(&s, second, 0);
        assert_left(&s, 0);
        world_pass(&s.w, DAY);
        assert_left(&s, LIMIT);
        end(&s);
    }
}

static void a_month_counts_what_is_captured_on_a_later_day_once(void **state)
{
    (void)state;
    for (size_t i = 2; i < 4; i++) {
        street s;
        begin(&s, i);
        minipay_id captured = set_aside_well(&s, 60000), voided = set_aside_well(&s, 30000);
        world_pass(&s.w, DAY); /* 2025-11-24 */
        world_audit_clean(&s.w);
        capture(&s, captured, 0);
        free_rest(&s, voided);
        assert_left(&s, LIMIT - 60000);
        world_pass(&s.w, 10 * DAY);
        assert_left(&s, LIMIT);
        end(&s);
    }
}

/* A later cut-off makes a day come again: nothing is spent twice in it, nor held, and the audit agrees. */
static void a_day_that_comes_again_is_the_one_that_was_begun(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        street s;
        begin(&s, i);
        minipay_id first = set_aside_well(&s, 50000);
        world_rule(&s.w, MINIPAY_RULE_DAY_OFFSET_MINUTES, 0, -720);
        minipay_id second = set_aside_well(&s, 20000);
        assert_left(&s, 30000);
        world_audit_clean(&s.w);
        free_rest(&s, first);
        free_rest(&s, second);
        assert_left(&s, 70000);
        end(&s);
    }
}

static void a_legal_freeze_counts_towards_no_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streets / sizeof *streets; i++) {
        street s;
        begin(&s, i);
        minipay_outcome frozen = world_do(&s.w, MINIPAY_KIND_HOLD, s.payer, world_nobody, LIMIT + 1);
        ASSERT_STATUS(frozen.status, MINIPAY_OK);
        assert_left(&s, LIMIT);
        ASSERT_STATUS(world_do(&s.w, MINIPAY_KIND_HOLD_VOID, world_nobody, frozen.id, 0).status,
                      MINIPAY_OK);
        assert_left(&s, 0);
        end(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_together_pass_no_limit),
        cmocka_unit_test(what_is_freed_the_same_day_can_be_spent),
        cmocka_unit_test(what_was_held_on_another_day_gives_this_one_nothing_back),
        cmocka_unit_test(what_earlier_days_granted_is_captured_past_the_limit_and_leaves_nothing),
        cmocka_unit_test(a_month_counts_what_is_captured_on_a_later_day_once),
        cmocka_unit_test(a_day_that_comes_again_is_the_one_that_was_begun),
        cmocka_unit_test(a_legal_freeze_counts_towards_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
