/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* Balance at an instant, against a list of what was done when. */

enum { MEMBERS = 6, MOVES = 3000 };

typedef struct moved {
    int64_t at;
    int payer, payee;
    int64_t amount_minor;
} moved;

typedef struct past {
    world w;
    minipay_id members[MEMBERS];
    moved moves[MOVES];
    int count;
} past;

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33) % below;
}

static int64_t at(past *p, int member, int64_t instant)
{
    int64_t balance_minor = -1;
    ASSERT_STATUS(
        minipay_wallet_balance_at(p->w.pay, &p->members[member], "KRW", instant, &balance_minor, NULL),
        MINIPAY_OK);
    return balance_minor;
}

static int64_t expected(const past *p, int member, int64_t instant)
{
    int64_t sum = 0;
    for (int i = 0; i < p->count && p->moves[i].at <= instant; i++) {
        sum += p->moves[i].payee == member ? p->moves[i].amount_minor : 0;
        sum -= p->moves[i].payer == member ? p->moves[i].amount_minor : 0;
    }
    return sum;
}

static void move(past *p, int payer, int payee, int64_t amount_minor)
{
    minipay_outcome outcome =
        payer < 0
            ? world_do(&p->w, MINIPAY_KIND_CREDIT, p->members[payee], world_nobody, amount_minor)
            : world_do(&p->w, MINIPAY_KIND_TRANSFER, p->members[payer], p->members[payee], amount_minor);
    ASSERT_STATE(outcome.state, MINIPAY_STATE_DONE);
    p->moves[p->count++] = (moved){p->w.now, payer, payee, amount_minor};
}

/* Member 0 moves all the time, member 1 at the start and at the end only, member 5 never. */
static void live(past *p)
{
    uint64_t seed = 1;
    world_begin(&p->w);
    p->count = 0;
    for (int i = 0; i < MEMBERS; i++)
        p->members[i] = world_person(&p->w, NULL);
    world_pass(&p->w, 1);
    for (int i = 0; i < MEMBERS - 1; i++)
        move(p, -1, i, 1000000);
    while (p->count < MOVES - 1) {
        int other = 2 + (int)draw(&seed, 3);
        int64_t amount_minor = 1 + draw(&seed, 5);
        if (draw(&seed, 3))
            p->w.now += draw(&seed, 2000000);
        if (draw(&seed, 2))
            move(p, 0, other, amount_minor);
        else
            move(p, other, 0, amount_minor);
    }
    move(p, 1, 0, 7);
}

static void balance_at_every_kind_of_instant_is_what_the_moves_sum_to(void **state)
{
    past *p = malloc(sizeof *p);
    uint64_t seed = 2;
    (void)state;
    assert_non_null(p);
    live(p);
    for (int member = 0; member < MEMBERS; member++) {
        assert_int_equal(at(p, member, 0), 0);
        assert_int_equal(at(p, member, p->moves[0].at - 1), 0);
        assert_int_equal(at(p, member, INT64_MAX), expected(p, member, INT64_MAX));
        assert_int_equal(at(p, member, INT64_MAX), world_balance(&p->w, p->members[member]));
        for (int i = 0; i < 60; i++) {
            int64_t instant = p->moves[draw(&seed, MOVES)].at + (int64_t)draw(&seed, 3) - 1;
            assert_int_equal(at(p, member, instant), expected(p, member, instant));
        }
    }
    world_audit_clean(&p->w);
    world_close(&p->w);
    free(p);
}

/* Half of the history back: neither the wallet that always moves nor the one that never does reads much. */
static void cost_does_not_grow_with_the_shorter_way(void **state)
{
    past *p = malloc(sizeof *p);
    (void)state;
    assert_non_null(p);
    live(p);
    for (int member = 0; member < MEMBERS; member++) {
        p->w.faults.storage_calls = 0;
        at(p, member, p->moves[MOVES / 2].at);
        assert_true(p->w.faults.storage_calls < 150);
    }
    world_close(&p->w);
    free(p);
}

static void every_status_of_the_header(void **state)
{
    world w;
    int64_t balance_minor = 77;
    minipay_error error;
    (void)state;
    world_begin(&w);
    minipay_id member = world_person(&w, NULL), nobody = world_id(&w);
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_wallet_balance_at(w.pay, NULL, "KRW", 0, &balance_minor, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "member_id");
    ASSERT_STATUS(minipay_wallet_balance_at(w.pay, &member, NULL, 0, &balance_minor, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "currency");
    ASSERT_STATUS(minipay_wallet_balance_at(w.pay, &member, "XXQ", -1, NULL, &error),
                  MINIPAY_INVALID_CURRENCY);
    ASSERT_STATUS(minipay_wallet_balance_at(w.pay, &member, "KRW", -1, NULL, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "balance_minor");
    ASSERT_STATUS(minipay_wallet_balance_at(w.pay, &nobody, "KRW", -1, &balance_minor, &error),
                  MINIPAY_INVALID_TIME);
    ASSERT_STATUS(minipay_wallet_balance_at(NULL, &nobody, "KRW", 1, &balance_minor, &error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(error.field, "pay");
    ASSERT_STATUS(minipay_wallet_balance_at(w.pay, &nobody, "KRW", 1, &balance_minor, &error),
                  MINIPAY_WALLET_NOT_FOUND);
    ASSERT_STATUS(minipay_wallet_balance_at(w.pay, &member, "USD", 1, &balance_minor, &error),
                  MINIPAY_WALLET_NOT_FOUND);
    assert_int_equal(balance_minor, 77);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balance_at_every_kind_of_instant_is_what_the_moves_sum_to),
        cmocka_unit_test(cost_does_not_grow_with_the_shorter_way),
        cmocka_unit_test(every_status_of_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
