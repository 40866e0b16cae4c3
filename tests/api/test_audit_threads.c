/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* The audit reads one snapshot: whatever is committed beside it, half an operation is never seen. */

enum { WRITERS = 4, OPERATIONS = 60 };

typedef struct writer {
    world *w;
    minipay_id member, other, merchant;
    uint8_t number;
    uint32_t failed;
} writer;

static atomic_int writing;

static minipay_instruction next(const writer *me, uint32_t number)
{
    static const int32_t kinds[] = {MINIPAY_KIND_TRANSFER, MINIPAY_KIND_PAY,  MINIPAY_KIND_WITHDRAW,
                                    MINIPAY_KIND_TOPUP,    MINIPAY_KIND_HOLD, MINIPAY_KIND_AUTHORIZE};
    minipay_instruction instruction;
    int32_t kind = kinds[number % (sizeof kinds / sizeof *kinds)];
    bool pays = kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_AUTHORIZE;
    bool banks = kind == MINIPAY_KIND_WITHDRAW || kind == MINIPAY_KIND_TOPUP;
    minipay_instruction_init(&instruction, kind);
    memcpy(instruction.id.bytes, "\x01\x9a\xb1\0\0\0\x70\0\x80", 9);
    instruction.id.bytes[13] = me->number;
    instruction.id.bytes[14] = (uint8_t)(number >> 8);
    instruction.id.bytes[15] = (uint8_t)number;
    instruction.member_id = me->member;
    instruction.other_id = banks ? world_nobody : pays ? me->merchant : me->other;
    instruction.amount_minor = kind == MINIPAY_KIND_TOPUP ? 10000 : 100;
    memcpy(instruction.currency, "KRW", 4);
    return instruction;
}

static void *write_on(void *argument)
{
    writer *me = argument;
    for (uint32_t i = 0; i < OPERATIONS; i++) {
        minipay_outcome outcome;
        minipay_instruction instruction = next(me, i);
        minipay_outcome_init(&outcome);
        if (minipay_execute(me->w->pay, &instruction, 1, &outcome, NULL) != MINIPAY_OK)
            me->failed++;
    }
    atomic_fetch_sub(&writing, 1);
    return NULL;
}

static void set_writers_up(world *w, writer *writers)
{
    minipay_id merchant = world_merchant(w, "110-999-000111", 100);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (writer){.w = w, .merchant = merchant, .number = (uint8_t)i};
        writers[i].member = world_person(w, "110-222-333444");
        world_topup(w, writers[i].member, 100000);
    }
    for (int i = 0; i < WRITERS; i++)
        writers[i].other = writers[(i + 1) % WRITERS].member;
}

static void audits_beside_writers_are_clean_and_see_them_grow(void **state)
{
    static const char path[] = "beside.db";
    world w;
    writer writers[WRITERS];
    pthread_t threads[WRITERS];
    uint32_t audits = 0;
    minipay_checkpoint first, last;
    (void)state;
    world_forget(path);
    world_init(&w, path);
    world_open(&w);
    set_writers_up(&w, writers);
    ASSERT_STATUS(minipay_checkpoint_make(w.pay, &first, NULL), MINIPAY_OK);
    atomic_store(&writing, WRITERS);
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_on, &writers[i]), 0);
    do {
        world_audit_clean(&w);
        ASSERT_STATUS(minipay_checkpoint_verify(w.pay, &first, NULL), MINIPAY_OK);
        audits++;
    } while (atomic_load(&writing) > 0);
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(writers[i].failed, 0);
    }
    ASSERT_STATUS(minipay_checkpoint_make(w.pay, &last, NULL), MINIPAY_OK);
    assert_true(last.block_number > first.block_number);
    assert_true(audits > 0);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audits_beside_writers_are_clean_and_see_them_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
