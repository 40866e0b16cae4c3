/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "rich.h"

#include <string.h>

static const char path[] = "checkpoint.db";

static minipay_checkpoint make(world *w)
{
    minipay_checkpoint checkpoint;
    minipay_checkpoint_init(&checkpoint);
    ASSERT_STATUS(minipay_checkpoint_make(w->pay, &checkpoint, NULL), MINIPAY_OK);
    return checkpoint;
}

static void expect(world *w, const minipay_checkpoint *checkpoint, minipay_status status,
                   const char *field)
{
    minipay_error error;
    minipay_error_init(&error);
    ASSERT_STATUS(minipay_checkpoint_verify(w->pay, checkpoint, &error), status);
    assert_string_equal(error.field, field);
}

static void open_file(world *w)
{
    world_forget(path);
    world_init(w, path);
    world_open(w);
}

static void a_checkpoint_holds_while_the_database_grows(void **state)
{
    world w;
    (void)state;
    world_begin(&w);
    minipay_checkpoint first = make(&w);
    minipay_id member = world_person(&w, NULL);
    world_credit(&w, member, 100);
    minipay_checkpoint second = make(&w);
    assert_true(second.block_number > first.block_number);
    assert_true(second.last_sequence > first.last_sequence);
    assert_int_equal(second.made_at, w.now);
    expect(&w, &first, MINIPAY_OK, "");
    expect(&w, &second, MINIPAY_OK, "");
    world_close(&w);
}

static void its_text_says_all_and_reads_back(void **state)
{
    world w;
    char text[MINIPAY_CHECKPOINT_TEXT_SIZE], again[MINIPAY_CHECKPOINT_TEXT_SIZE];
    minipay_checkpoint read;
    (void)state;
    world_begin(&w);
    minipay_checkpoint made = make(&w);
    minipay_checkpoint_format(&made, text);
    ASSERT_STATUS(minipay_checkpoint_parse(text, &read, NULL), MINIPAY_OK);
    assert_memory_equal(&read, &made, sizeof made);
    expect(&w, &read, MINIPAY_OK, "");
    text[strlen(text) - 1] = 0; /* the last newline may be missing */
    ASSERT_STATUS(minipay_checkpoint_parse(text, &read, NULL), MINIPAY_OK);
    minipay_checkpoint_format(&read, again);
    assert_memory_equal(again, text, strlen(text));
    world_close(&w);
}

static void a_text_that_is_none_names_its_line(void **state)
{
    static const char *const lines[] = {
        "minipay-checkpoint", "installation", "block", "sequence", "made_at", "hash", "key",
        "signature"};
    world w;
    minipay_checkpoint untouched;
    (void)state;
    world_begin(&w);
    minipay_checkpoint made = make(&w);
    memset(&untouched, 0x11, sizeof untouched);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[MINIPAY_CHECKPOINT_TEXT_SIZE];
        minipay_error error;
        minipay_checkpoint read = untouched;
        minipay_error_init(&error);
        minipay_checkpoint_format(&made, text);
        char *line = strstr(text, lines[i]);
        line[strlen(lines[i]) + 1] = '~';
        ASSERT_STATUS(minipay_checkpoint_parse(text, &read, &error), MINIPAY_INVALID_TEXT);
        assert_string_equal(error.field, lines[i]);
        assert_memory_equal(&read, &untouched, sizeof read);
        text[i * 20] = 0;
        ASSERT_STATUS(minipay_checkpoint_parse(text, &read, &error), MINIPAY_INVALID_TEXT);
    }
    ASSERT_STATUS(minipay_checkpoint_parse(NULL, &untouched, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_checkpoint_parse("x", NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    world_close(&w);
}

static void any_bit_changed_breaks_the_signature(void **state)
{
    world w;
    uint8_t key[32];
    (void)state;
    world_begin(&w);
    minipay_checkpoint made = make(&w);
    ASSERT_STATUS(minipay_checkpoint_key(w.pay, key, NULL), MINIPAY_OK);
    ASSERT_STATUS(minipay_checkpoint_check(&made, key, NULL), MINIPAY_OK);
    for (size_t at = offsetof(minipay_checkpoint, block_number); at < sizeof made; at++) {
        minipay_checkpoint changed = made;
        ((uint8_t *)&changed)[at] ^= 1;
        ASSERT_STATUS(minipay_checkpoint_check(&changed, key, NULL), MINIPAY_INVALID_ARGUMENT);
        expect(&w, &changed, MINIPAY_INVALID_ARGUMENT, "signature");
    }
    key[0] ^= 1;
    ASSERT_STATUS(minipay_checkpoint_check(&made, key, NULL), MINIPAY_INVALID_ARGUMENT);
    world_close(&w);
}

static void another_installations_checkpoint_is_refused(void **state)
{
    world w, other;
    (void)state;
    world_begin(&w);
    world_init(&other, ":memory:");
    memset(other.key, 0x77, sizeof other.key);
    world_open(&other);
    minipay_checkpoint made = make(&other);
    expect(&w, &made, MINIPAY_INVALID_ARGUMENT, "signature");
    world_close(&other);
    world_close(&w);
}

/* All that a careful thief takes: the newest block, its rows, and the tallies are put right. */
static void a_newest_row_taken_away_with_its_block_is_found(void **state)
{
    world w;
    (void)state;
    open_file(&w);
    minipay_id payer = world_person(&w, NULL), payee = world_person(&w, NULL);
    world_credit(&w, payer, 1000);
    world_close(&w);
    by_hand_copy(path, "before.db");
    world_open(&w);
    world_do(&w, MINIPAY_KIND_TRANSFER, payer, payee, 400);
    minipay_checkpoint made = make(&w);
    world_close(&w);
    by_hand_run(path, "ATTACH 'before.db' AS old;"
                      "DELETE FROM journal WHERE sequence>(SELECT max(sequence) FROM old.journal);"
                      "DELETE FROM block WHERE number>(SELECT max(number) FROM old.block);"
                      "DELETE FROM balance; INSERT INTO balance SELECT * FROM old.balance");
    world_open(&w);
    world_audit_clean(&w);
    expect(&w, &made, MINIPAY_CORRUPT, "block_number");
    world_close(&w);
}

static void an_older_copy_put_back_is_found_even_when_it_goes_on(void **state)
{
    world w;
    (void)state;
    open_file(&w);
    minipay_id member = world_person(&w, NULL);
    world_close(&w);
    by_hand_copy(path, "older.db");
    world_open(&w);
    world_credit(&w, member, 1000);
    minipay_checkpoint made = make(&w);
    world_close(&w);
    by_hand_copy("older.db", path);
    world_open(&w);
    expect(&w, &made, MINIPAY_CORRUPT, "block_number");
    world_credit(&w, member, 999);
    world_audit_clean(&w);
    expect(&w, &made, MINIPAY_CORRUPT, "block_hash");
    world_close(&w);
}

static void what_is_missing_is_a_usage_error(void **state)
{
    world w;
    uint8_t key[32];
    (void)state;
    world_begin(&w);
    minipay_checkpoint made = make(&w);
    ASSERT_STATUS(minipay_checkpoint_make(w.pay, NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_checkpoint_make(NULL, &made, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_checkpoint_verify(w.pay, NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_checkpoint_key(w.pay, NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    ASSERT_STATUS(minipay_checkpoint_key(w.pay, key, NULL), MINIPAY_OK);
    ASSERT_STATUS(minipay_checkpoint_check(&made, NULL, NULL), MINIPAY_INVALID_ARGUMENT);
    made.struct_size++;
    expect(&w, &made, MINIPAY_INVALID_SIZE, "struct_size");
    world_close(&w);
}

static void a_database_without_its_installations_row_makes_none(void **state)
{
    world w;
    minipay_checkpoint untouched;
    (void)state;
    open_file(&w);
    memset(&untouched, 0x11, sizeof untouched);
    minipay_checkpoint checkpoint = untouched;
    by_hand_run(path, "DELETE FROM installation");
    ASSERT_STATUS(minipay_checkpoint_make(w.pay, &checkpoint, NULL), MINIPAY_CORRUPT);
    assert_memory_equal(&checkpoint, &untouched, sizeof checkpoint);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_holds_while_the_database_grows),
        cmocka_unit_test(its_text_says_all_and_reads_back),
        cmocka_unit_test(a_text_that_is_none_names_its_line),
        cmocka_unit_test(any_bit_changed_breaks_the_signature),
        cmocka_unit_test(another_installations_checkpoint_is_refused),
        cmocka_unit_test(a_newest_row_taken_away_with_its_block_is_found),
        cmocka_unit_test(an_older_copy_put_back_is_found_even_when_it_goes_on),
        cmocka_unit_test(what_is_missing_is_a_usage_error),
        cmocka_unit_test(a_database_without_its_installations_row_makes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
