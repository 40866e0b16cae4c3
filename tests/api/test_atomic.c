/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 32 };

/* A world with three members, and a batch that is put together step by step. */
typedef struct atomic {
    world w;
    minipay_id a, b, c, merchant;
    minipay_batch_request request;
    minipay_instruction instructions[ROOM];
    uint32_t count;
    minipay_batch_outcome outcome;
    minipay_outcome outcomes[ROOM];
    minipay_error error;
} atomic;

static void new_batch(atomic *t)
{
    minipay_batch_request_init(&t->request);
    t->request.id = world_id(&t->w);
    strcpy(t->request.actor, "payroll");
    t->count = 0;
}

static void begin(atomic *t)
{
    memset(t, 0, sizeof *t);
    world_begin(&t->w);
    t->a = world_person(&t->w, "110-222-333444");
    t->b = world_person(&t->w, NULL);
    t->c = world_person(&t->w, NULL);
    t->merchant = world_merchant(&t->w, NULL, 100);
    world_credit(&t->w, t->a, 100000);
    new_batch(t);
}

static minipay_instruction *add(atomic *t, int32_t kind, minipay_id member, minipay_id other,
                                int64_t amount_minor)
{
    assert_true(t->count < ROOM);
    t->instructions[t->count] = world_ask(&t->w, kind, member, other, amount_minor);
    if (kind == MINIPAY_KIND_FREEZE || kind == MINIPAY_KIND_UNFREEZE || kind == MINIPAY_KIND_REVERSAL)
        strcpy(t->instructions[t->count].reason, "test");
    return &t->instructions[t->count++];
}

static minipay_status run(atomic *t)
{
    minipay_error_init(&t->error);
    minipay_batch_outcome_init(&t->outcome);
    memset(t->outcomes, 0x7f, sizeof t->outcomes);
    return minipay_execute_atomic(t->w.pay, &t->request, t->instructions, t->count, &t->outcome,
                                  t->outcomes, &t->error);
}

static void finish(atomic *t)
{
    world_audit_clean(&t->w);
    world_close(&t->w);
}

/* Nothing stands under the ids of the batch's instructions. */
static void assert_nothing_stands(atomic *t)
{
    minipay_outcome outcome;
    for (uint32_t i = 0; i < t->count; i++)
        ASSERT_STATUS(minipay_outcome_get(t->w.pay, t->instructions[i].kind, &t->instructions[i].id,
                                          &outcome, NULL),
                      MINIPAY_NOT_FOUND);
}

static void each_instruction_sees_what_those_before_it_did(void **state)
{
    atomic t;
    (void)state;
    begin(&t);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 60000);
    add(&t, MINIPAY_KIND_TRANSFER, t.b, t.c, 60000);
    add(&t, MINIPAY_KIND_TRANSFER, t.c, t.a, 59999);
    ASSERT_STATUS(run(&t), MINIPAY_OK);
    ASSERT_STATE(t.outcome.state, MINIPAY_STATE_DONE);
    assert_int_equal(t.outcome.count, 3);
    for (int i = 0; i < 3; i++) {
        ASSERT_STATE(t.outcomes[i].state, MINIPAY_STATE_DONE);
        assert_int_equal(t.outcomes[i].amount_minor, t.instructions[i].amount_minor);
        minipay_outcome found = world_outcome(&t.w, MINIPAY_KIND_TRANSFER, t.instructions[i].id);
        assert_memory_equal(&found, &t.outcomes[i], sizeof found);
    }
    assert_int_equal(world_balance(&t.w, t.c), 1);
    finish(&t);
}

static void one_refusal_undoes_all_and_is_told(void **state)
{
    atomic t;
    (void)state;
    begin(&t);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 60000);
    add(&t, MINIPAY_KIND_PAY, t.a, t.merchant, 40000);
    add(&t, MINIPAY_KIND_CREDIT, t.c, world_nobody, 5);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 1);
    add(&t, MINIPAY_KIND_TRANSFER, t.c, t.b, 1);
    ASSERT_STATUS(run(&t), MINIPAY_BATCH_REFUSED);
    ASSERT_STATE(t.outcome.state, MINIPAY_STATE_REJECTED);
    assert_int_equal(t.outcome.failed_number, 3);
    ASSERT_STATUS(t.outcome.failed_status, MINIPAY_INSUFFICIENT_FUNDS);
    for (uint32_t i = 0; i < t.count; i++) {
        ASSERT_STATE(t.outcomes[i].state, MINIPAY_STATE_NONE);
        ASSERT_STATUS(t.outcomes[i].status, i == 3 ? MINIPAY_INSUFFICIENT_FUNDS : MINIPAY_BATCH_REFUSED);
        assert_memory_equal(&t.outcomes[i].id, &t.instructions[i].id, sizeof(minipay_id));
    }
    assert_nothing_stands(&t);
    assert_int_equal(world_balance(&t.w, t.a), 100000);
    assert_int_equal(world_balance(&t.w, t.b), 0);
    assert_int_equal(world_balance(&t.w, t.c), 0);
    assert_int_equal(world_settle(&t.w, world_id(&t.w), 20991231).lines, 0);
    finish(&t);
}

static void refusal_is_for_ever_and_done_is_told_again(void **state)
{
    atomic t;
    minipay_outcome first[2];
    (void)state;
    begin(&t);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 1000);
    add(&t, MINIPAY_KIND_TRANSFER, t.c, t.b, 1);
    ASSERT_STATUS(run(&t), MINIPAY_BATCH_REFUSED);
    world_credit(&t.w, t.c, 1);
    ASSERT_STATUS(run(&t), MINIPAY_BATCH_REFUSED);
    assert_int_equal(t.outcome.failed_number, 1);
    ASSERT_STATUS(t.outcome.failed_status, MINIPAY_INSUFFICIENT_FUNDS);
    ASSERT_STATUS(t.outcomes[1].status, MINIPAY_INSUFFICIENT_FUNDS);
    assert_nothing_stands(&t);
    minipay_id refused = t.request.id;
    t.request.id = world_id(&t.w);
    ASSERT_STATUS(run(&t), MINIPAY_OK);
    memcpy(first, t.outcomes, sizeof first);
    ASSERT_STATUS(run(&t), MINIPAY_OK);
    assert_memory_equal(first, t.outcomes, sizeof first);
    assert_int_equal(world_balance(&t.w, t.b), 1001);
    ASSERT_STATUS(world_outcome(&t.w, MINIPAY_KIND_BATCH, refused).status, MINIPAY_BATCH_REFUSED);
    ASSERT_STATE(world_outcome(&t.w, MINIPAY_KIND_BATCH, t.request.id).state, MINIPAY_STATE_DONE);
    finish(&t);
}

static void every_kind_that_never_waits_is_taken(void **state)
{
    atomic t;
    (void)state;
    begin(&t);
    minipay_instruction *moved = add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 5000);
    add(&t, MINIPAY_KIND_FREEZE, t.b, world_nobody, 0);
    add(&t, MINIPAY_KIND_UNFREEZE, t.b, world_nobody, 0);
    minipay_instruction *paid = add(&t, MINIPAY_KIND_PAY, t.a, t.merchant, 3000);
    add(&t, MINIPAY_KIND_REFUND, world_nobody, paid->id, 1000);
    add(&t, MINIPAY_KIND_CREDIT, t.c, world_nobody, 700);
    add(&t, MINIPAY_KIND_DEBIT, t.c, world_nobody, 700);
    minipay_instruction *held = add(&t, MINIPAY_KIND_HOLD, t.a, t.b, 400);
    add(&t, MINIPAY_KIND_HOLD_CAPTURE, world_nobody, held->id, 100);
    add(&t, MINIPAY_KIND_HOLD_VOID, world_nobody, held->id, 0);
    add(&t, MINIPAY_KIND_CLOSE, t.c, world_nobody, 0);
    add(&t, MINIPAY_KIND_REVERSAL, world_nobody, moved->id, 0);
    minipay_status status = run(&t);
    if (status != MINIPAY_OK)
        print_error("%s\n", t.error.message);
    ASSERT_STATUS(status, MINIPAY_OK);
    assert_int_equal(world_balance(&t.w, t.a), 100000 - 3000 + 1000 - 100);
    assert_int_equal(world_balance(&t.w, t.b), 100);
    assert_int_equal(world_wallet(&t.w, t.c).state, MINIPAY_WALLET_CLOSED_STATE);
    finish(&t);
}

/* The first money operation of a new installation: policy, company accounts and all are new to the cache. */
static void first_batch_after_opening_and_after_a_new_policy(void **state)
{
    atomic t;
    (void)state;
    begin(&t);
    for (int round = 0; round < 2; round++) {
        new_batch(&t);
        add(&t, MINIPAY_KIND_FREEZE, t.c, world_nobody, 0);
        add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 10);
        add(&t, MINIPAY_KIND_UNFREEZE, t.c, world_nobody, 0);
        world_rule(&t.w, MINIPAY_RULE_LIMIT_OPERATION, 0, 1000 + round);
        ASSERT_STATUS(run(&t), MINIPAY_OK);
    }
    finish(&t);
}

static void what_may_wait_is_a_usage_error(void **state)
{
    static const struct {
        int32_t kind, flags;
        const char *field;
    } cases[] = {{MINIPAY_KIND_TOPUP, 0, "kind"},
                 {MINIPAY_KIND_WITHDRAW, 0, "kind"},
                 {MINIPAY_KIND_TRANSFER, MINIPAY_FLAG_AUTO_TOPUP, "flags"},
                 {MINIPAY_KIND_PAY, MINIPAY_FLAG_AUTO_TOPUP, "flags"}};
    atomic t;
    (void)state;
    begin(&t);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        new_batch(&t);
        add(&t, MINIPAY_KIND_CREDIT, t.b, world_nobody, 1);
        minipay_id other = cases[i].kind == MINIPAY_KIND_TRANSFER ? t.b
                           : cases[i].kind == MINIPAY_KIND_PAY    ? t.merchant
                                                                  : world_nobody;
        add(&t, cases[i].kind, t.a, other, 10000)->flags = cases[i].flags;
        ASSERT_STATUS(run(&t), MINIPAY_INVALID_ARGUMENT);
        assert_string_equal(t.error.field, cases[i].field);
        assert_non_null(strstr(t.error.message, "instruction 1"));
        assert_nothing_stands(&t);
        assert_int_equal(t.outcomes[0].status, 0x7f7f7f7f);
    }
    assert_int_equal(world_balance(&t.w, t.b), 0);
    finish(&t);
}

static void usage_errors_in_the_order_of_the_header(void **state)
{
    atomic t;
    (void)state;
    begin(&t);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 0);
    static minipay_instruction many[MINIPAY_BATCH_LARGEST + 1];
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, NULL, many, 1, &t.outcome, t.outcomes, &t.error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(t.error.field, "request");
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, &t.request, NULL, 1, &t.outcome, t.outcomes, &t.error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(t.error.field, "instructions");
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, &t.request, many, 1, NULL, t.outcomes, &t.error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(t.error.field, "outcome");
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, &t.request, many, 1, &t.outcome, NULL, &t.error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(t.error.field, "outcomes");
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, &t.request, many, 0, &t.outcome, t.outcomes, &t.error),
                  MINIPAY_INVALID_ARGUMENT);
    assert_string_equal(t.error.field, "count");
    t.request.struct_size = 1;
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, &t.request, many, MINIPAY_BATCH_LARGEST + 1,
                                         &t.outcome, t.outcomes, &t.error),
                  MINIPAY_BATCH_TOO_LARGE);
    memset(&t.request.id, 0, sizeof t.request.id);
    ASSERT_STATUS(run(&t), MINIPAY_INVALID_SIZE);
    t.request.struct_size = sizeof t.request;
    t.request.actor[0] = (char)0xff;
    ASSERT_STATUS(run(&t), MINIPAY_INVALID_ID);
    t.request.id = world_id(&t.w);
    ASSERT_STATUS(run(&t), MINIPAY_INVALID_TEXT);
    assert_string_equal(t.error.field, "actor");
    t.request.actor[0] = 'x';
    ASSERT_STATUS(run(&t), MINIPAY_INVALID_AMOUNT);
    assert_non_null(strstr(t.error.message, "instruction 0"));
    t.instructions[0].amount_minor = 1;
    t.instructions[0].struct_size--;
    ASSERT_STATUS(run(&t), MINIPAY_INVALID_SIZE);
    t.instructions[0].struct_size++;
    ASSERT_STATUS(run(&t), MINIPAY_OK);
    finish(&t);
}

static void id_with_another_content_names_what_differs(void **state)
{
    atomic t;
    (void)state;
    begin(&t);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 1);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.c, 2);
    ASSERT_STATUS(run(&t), MINIPAY_OK);
    t.instructions[1].amount_minor = 3;
    ASSERT_STATUS(run(&t), MINIPAY_ID_REUSED);
    assert_string_equal(t.error.field, "instructions");
    t.instructions[1].amount_minor = 2;
    minipay_instruction swapped = t.instructions[0];
    t.instructions[0] = t.instructions[1];
    t.instructions[1] = swapped;
    ASSERT_STATUS(run(&t), MINIPAY_ID_REUSED);
    assert_string_equal(t.error.field, "instructions");
    t.count = 1;
    ASSERT_STATUS(run(&t), MINIPAY_ID_REUSED);
    assert_string_equal(t.error.field, "count");
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 1);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 1);
    ASSERT_STATUS(run(&t), MINIPAY_ID_REUSED);
    assert_string_equal(t.error.field, "count");
    t.count = 2;
    strcpy(t.request.actor, "another");
    ASSERT_STATUS(run(&t), MINIPAY_ID_REUSED);
    assert_string_equal(t.error.field, "actor");
    assert_int_equal(world_balance(&t.w, t.c), 2);
    finish(&t);
}

static void ids_that_stand_already_fail_the_batch(void **state)
{
    atomic t;
    (void)state;
    begin(&t);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 1);
    world_expect(&t.w, &t.instructions[0], MINIPAY_STATE_DONE, MINIPAY_OK);
    add(&t, MINIPAY_KIND_TRANSFER, t.a, t.c, 1);
    minipay_instruction alone = t.instructions[0];
    ASSERT_STATUS(run(&t), MINIPAY_ID_REUSED);
    assert_string_equal(t.error.field, "id");
    assert_non_null(strstr(t.error.message, "instruction 0"));
    /* twice in one batch: as the same kind, in the same table, and as kinds that only share the journal */
    static const int32_t kinds[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_CREDIT, MINIPAY_KIND_DEBIT};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            new_batch(&t);
            add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 100);
            add(&t, kinds[i], t.b, kinds[i] == MINIPAY_KIND_TRANSFER ? t.a : world_nobody, 1);
            add(&t, kinds[j], t.b, kinds[j] == MINIPAY_KIND_TRANSFER ? t.a : world_nobody, 1)->id =
                t.instructions[1].id;
            ASSERT_STATUS(run(&t), MINIPAY_ID_REUSED);
            assert_non_null(strstr(t.error.message, "instruction 2"));
            assert_nothing_stands(&t);
        }
    }
    assert_int_equal(world_balance(&t.w, t.b), 1);
    world_expect(&t.w, &alone, MINIPAY_STATE_DONE, MINIPAY_OK);
    finish(&t);
}

static void largest_batch_stands_or_falls_in_one_commit(void **state)
{
    static minipay_instruction many[MINIPAY_BATCH_LARGEST];
    static minipay_outcome outcomes[MINIPAY_BATCH_LARGEST];
    atomic t;
    (void)state;
    begin(&t);
    for (int i = 0; i < MINIPAY_BATCH_LARGEST; i++)
        many[i] = world_ask(&t.w, MINIPAY_KIND_TRANSFER, i % 2 ? t.b : t.a, i % 2 ? t.a : t.b, 7);
    many[MINIPAY_BATCH_LARGEST - 1].amount_minor = 8;
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, &t.request, many, MINIPAY_BATCH_LARGEST, &t.outcome,
                                         outcomes, &t.error),
                  MINIPAY_BATCH_REFUSED);
    assert_int_equal(t.outcome.failed_number, MINIPAY_BATCH_LARGEST - 1);
    assert_int_equal(world_balance(&t.w, t.a), 100000);
    many[MINIPAY_BATCH_LARGEST - 1].amount_minor = 7;
    t.request.id = world_id(&t.w);
    t.w.faults.storage_calls = 0;
    ASSERT_STATUS(minipay_execute_atomic(t.w.pay, &t.request, many, MINIPAY_BATCH_LARGEST, &t.outcome,
                                         outcomes, &t.error),
                  MINIPAY_OK);
    assert_true(t.w.faults.storage_calls < 100);
    finish(&t);
}

/* Whichever storage call fails, the batch stands whole or not at all, and the same call ends it. */
static void failing_storage_leaves_all_or_nothing(void **state)
{
    (void)state;
    for (uint32_t at = 1;; at++) {
        atomic t;
        begin(&t);
        add(&t, MINIPAY_KIND_TRANSFER, t.a, t.b, 10);
        add(&t, MINIPAY_KIND_PAY, t.a, t.merchant, 20);
        add(&t, MINIPAY_KIND_HOLD, t.a, t.c, 30);
        t.w.faults.storage_calls = 0;
        t.w.faults.storage_fails_at = at;
        minipay_status status = run(&t);
        bool failed = t.w.faults.storage_calls >= at;
        t.w.faults.storage_fails_at = 0;
        if (failed) {
            ASSERT_STATUS(status, MINIPAY_IO_ERROR);
            assert_nothing_stands(&t);
            status = run(&t);
        }
        ASSERT_STATUS(status, MINIPAY_OK);
        assert_int_equal(world_balance(&t.w, t.a), 100000 - 30);
        assert_int_equal(world_wallet(&t.w, t.a).held_minor, 30);
        finish(&t);
        if (!failed)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_instruction_sees_what_those_before_it_did),
        cmocka_unit_test(one_refusal_undoes_all_and_is_told),
        cmocka_unit_test(refusal_is_for_ever_and_done_is_told_again),
        cmocka_unit_test(every_kind_that_never_waits_is_taken),
        cmocka_unit_test(first_batch_after_opening_and_after_a_new_policy),
        cmocka_unit_test(what_may_wait_is_a_usage_error),
        cmocka_unit_test(usage_errors_in_the_order_of_the_header),
        cmocka_unit_test(id_with_another_content_names_what_differs),
        cmocka_unit_test(ids_that_stand_already_fail_the_batch),
        cmocka_unit_test(largest_batch_stands_or_falls_in_one_commit),
        cmocka_unit_test(failing_storage_leaves_all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
