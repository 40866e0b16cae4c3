/* SPDX-License-Identifier: Apache-2.0 */
#include "by_hand.h"
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char path[] = "key.db";

static char *read_file(size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

/* A file with one member in it, written under the world's key, and closed. */
static void make_file(world *w)
{
    world_forget(path);
    world_init(w, path);
    world_open(w);
    minipay_id member = world_person(w, NULL);
    world_credit(w, member, 100);
    world_close(w);
}

static void expect_refused_and_untouched(world *w)
{
    size_t before_size, after_size;
    minipay_error error;
    minipay_error_init(&error);
    char *before = read_file(&before_size);
    w->key[31] ^= 1;
    ASSERT_STATUS(world_try_open(w, &error), MINIPAY_CORRUPT);
    assert_string_equal(error.field, "key");
    assert_non_null(strstr(error.message, "another master key"));
    w->key[31] ^= 1;
    char *after = read_file(&after_size);
    assert_int_equal(before_size, after_size);
    assert_memory_equal(before, after, before_size);
    free(before);
    free(after);
}

static void another_installations_key_is_refused_and_the_file_is_untouched(void **state)
{
    world w;
    (void)state;
    make_file(&w);
    expect_refused_and_untouched(&w);
    world_open(&w);
    world_audit_clean(&w);
    world_close(&w);
}

/* A file of schema version 1, which has no such row yet, and its key. */
static void copy_version_1(world *w)
{
    static char bytes[8 << 20];
    world_forget(path);
    FILE *from = fopen(MINIPAY_TEST_DATA_DIR "/schema-1/day.db", "rb"), *to = fopen(path, "wb");
    assert_non_null(from);
    assert_non_null(to);
    size_t size = fread(bytes, 1, sizeof bytes, from);
    assert_in_range(size, 4096, sizeof bytes - 1);
    assert_int_equal(fwrite(bytes, 1, size, to), size);
    fclose(from);
    fclose(to);
    memcpy(w->key, "minipay schema 1 test key 0123456", sizeof w->key);
}

static void a_file_of_before_is_known_by_a_documents_tag(void **state)
{
    world w;
    (void)state;
    make_file(&w);
    copy_version_1(&w);
    expect_refused_and_untouched(&w);
    world_open(&w);
    world_audit_clean(&w);
    world_close(&w);
    expect_refused_and_untouched(&w);
}

static void a_row_that_was_taken_away_is_not_made_up_for(void **state)
{
    world w;
    minipay_audit_check checks[32];
    uint32_t count = 32;
    int32_t clean = 1;
    (void)state;
    make_file(&w);
    by_hand_run(path, "DELETE FROM installation");
    ASSERT_STATUS(world_try_open(&w, NULL), MINIPAY_CORRUPT);
    w.examines = true;
    world_open(&w);
    ASSERT_STATUS(minipay_audit(w.pay, checks, &count, &clean, NULL), MINIPAY_OK);
    assert_int_equal(clean, 0);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_installations_key_is_refused_and_the_file_is_untouched),
        cmocka_unit_test(a_file_of_before_is_known_by_a_documents_tag),
        cmocka_unit_test(a_row_that_was_taken_away_is_not_made_up_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
