/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "world.h"

#include <string.h>

/* What the parties wrote is sealed in the file and read back in plain, whatever became of the operation. */

static const char path[] = "memo.db";

static world w;
static minipay_id payer, payee, shop;

static int begin(void **state)
{
    (void)state;
    world_forget(path);
    world_init(&w, path);
    world_open(&w);
    payer = world_person(&w, "110-222");
    payee = world_person(&w, NULL);
    shop = world_merchant(&w, "220-1", 0);
    world_credit(&w, payer, 100000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_audit_clean(&w);
    world_close(&w);
    return 0;
}

static minipay_instruction noted(int32_t kind, minipay_id member, minipay_id other, const char *memo)
{
    minipay_instruction asked = world_ask(&w, kind, member, other, 100);
    memcpy(asked.memo, memo, strlen(memo));
    return asked;
}

static void expect(const minipay_instruction *asked, const char *text)
{
    minipay_memo memo;
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_memo_get(w.pay, asked->kind, &asked->id, &memo, &error), MINIPAY_OK);
    assert_int_equal(memo.struct_size, sizeof memo);
    assert_int_equal(memo.kind, asked->kind);
    assert_memory_equal(&memo.id, &asked->id, sizeof memo.id);
    assert_string_equal(memo.text, text);
}

/* Each kind that has one, with a text as long as it may be. */
static void every_memo_is_read_back_byte_for_byte_after_a_restart_too(void **state)
{
    char longest[MINIPAY_MEMO_SIZE] = "\xea\xb9\x80 ";
    (void)state;
    memset(longest + 4, 'm', sizeof longest - 5);
    minipay_id paid = world_do(&w, MINIPAY_KIND_PAY, payer, shop, 500).id;
    minipay_instruction asked[] = {
        noted(MINIPAY_KIND_TRANSFER, payer, payee, longest),
        noted(MINIPAY_KIND_WITHDRAW, payer, world_nobody, longest),
        noted(MINIPAY_KIND_PAY, payer, shop, longest),
        noted(MINIPAY_KIND_AUTHORIZE, payer, shop, longest),
        noted(MINIPAY_KIND_REFUND, world_nobody, paid, longest),
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        ASSERT_STATUS(world_execute(&w, &asked[i]).status, MINIPAY_OK);
        expect(&asked[i], longest);
    }
    world_close(&w);
    world_open(&w);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        expect(&asked[i], longest);
}

static void refused_operation_keeps_its_memo(void **state)
{
    (void)state;
    minipay_instruction asked = noted(MINIPAY_KIND_TRANSFER, payer, payee, "too much");
    asked.amount_minor = 100001;
    world_expect(&w, &asked, MINIPAY_STATE_REJECTED, MINIPAY_INSUFFICIENT_FUNDS);
    expect(&asked, "too much");
}

static void operation_without_a_memo_has_an_empty_one(void **state)
{
    (void)state;
    minipay_instruction asked[] = {
        noted(MINIPAY_KIND_TRANSFER, payer, payee, ""), /* stands by its posting alone */
        noted(MINIPAY_KIND_WITHDRAW, payer, world_nobody, ""),
        noted(MINIPAY_KIND_PAY, payer, shop, ""),
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        ASSERT_STATUS(world_execute(&w, &asked[i]).status, MINIPAY_OK);
        expect(&asked[i], "");
    }
}

static void refuse(int32_t kind, minipay_id id, minipay_status expected, const char *field)
{
    minipay_memo memo, untouched;
    minipay_error error;
    minipay_error_init(&error);
    memset(&memo, 0x55, sizeof memo);
    untouched = memo;
    ASSERT_STATUS(minipay_memo_get(w.pay, kind, &id, &memo, &error), expected);
    assert_string_equal(error.field, field);
    assert_memory_equal(&memo, &untouched, sizeof memo);
}

static void kinds_without_memos_and_ids_of_another_kind_are_refused(void **state)
{
    (void)state;
    minipay_id paid = world_do(&w, MINIPAY_KIND_PAY, payer, shop, 500).id;
    for (int32_t kind = -1; kind <= 64; kind++) {
        switch (kind) {
        case MINIPAY_KIND_PAY:
            break;
        case MINIPAY_KIND_TRANSFER:
        case MINIPAY_KIND_WITHDRAW:
        case MINIPAY_KIND_AUTHORIZE:
        case MINIPAY_KIND_REFUND:
            refuse(kind, paid, MINIPAY_NOT_FOUND, "id");
            break;
        default:
            refuse(kind, paid, MINIPAY_INVALID_ARGUMENT, "kind");
        }
    }
    refuse(MINIPAY_KIND_PAY, world_id(&w), MINIPAY_NOT_FOUND, "id");
}

static void change(const char *sql)
{
    world_close(&w);
    assert_true(by_hand_run(path, sql) > 0);
    world_open(&w);
}

/* Neither another text, nor another operation's: a seal belongs to its operation. */
static void changed_memo_is_told_rather_than_shown(void **state)
{
    (void)state;
    minipay_instruction one = noted(MINIPAY_KIND_WITHDRAW, payer, world_nobody, "rent");
    minipay_instruction two = noted(MINIPAY_KIND_WITHDRAW, payer, world_nobody, "gift");
    ASSERT_STATUS(world_execute(&w, &one).status, MINIPAY_OK);
    ASSERT_STATUS(world_execute(&w, &two).status, MINIPAY_OK);
    change("CREATE TABLE kept AS SELECT * FROM withdrawal;"
           "UPDATE withdrawal SET memo=(SELECT memo FROM kept WHERE kept.id<>withdrawal.id)");
    refuse(one.kind, one.id, MINIPAY_CORRUPT, "withdrawal");
    refuse(two.kind, two.id, MINIPAY_CORRUPT, "withdrawal");
    change("DELETE FROM withdrawal; INSERT INTO withdrawal SELECT * FROM kept; DROP TABLE kept");
    expect(&one, "rent");
    expect(&two, "gift");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_memo_is_read_back_byte_for_byte_after_a_restart_too, begin,
                                        end),
        cmocka_unit_test_setup_teardown(refused_operation_keeps_its_memo, begin, end),
        cmocka_unit_test_setup_teardown(operation_without_a_memo_has_an_empty_one, begin, end),
        cmocka_unit_test_setup_teardown(kinds_without_memos_and_ids_of_another_kind_are_refused, begin,
                                        end),
        cmocka_unit_test_setup_teardown(changed_memo_is_told_rather_than_shown, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
