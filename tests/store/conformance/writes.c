/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

static void a_taken_key_or_unique_index_tells_the_place_in_the_batch(void **state)
{
    enum { BY_KEY, BY_INDEX, IN_BATCH_BY_KEY, IN_BATCH_BY_INDEX, CASES };
    opened o;
    conf_open_new(state, &o);
    conf_store_items(&o, 3);
    for (int i = 0; i < CASES; i++) {
        item rows[4] = {conf_item(10), conf_item(11), conf_item(12), conf_item(13)};
        const void *pointers[4] = {&rows[0], &rows[1], &rows[2], &rows[3]};
        uint32_t conflict = 0;
        if (i == BY_KEY)
            rows[2].id = conf_item(3).id;
        else if (i == BY_INDEX)
            rows[2].wide = 3;
        else if (i == IN_BATCH_BY_KEY)
            rows[2].id = rows[1].id;
        else
            rows[2].other = rows[0].other;
        conf_begin(&o, MINIPAY_SESSION_WRITE);
        conf_expect(conf_write_all(&o, MINIPAY_WRITE_INSERT, &conf_item_table, pointers, 4, &conflict),
                    MINIPAY_ID_REUSED);
        assert_int_equal(conflict, 2);
        conf_roll_back(&o);
        for (int k = 0; k < 4; k++) {
            if (k != 2)
                assert_false(conf_read(&o, &conf_item_table, -1, &rows[k]));
        }
    }
    conf_close(&o);
}

static void put_makes_or_replaces_with_and_without_indexes(void **state)
{
    opened o;
    item rows[3] = {conf_item(1), conf_item(2), conf_item(3)}, item_read;
    const void *pointers[3] = {&rows[0], &rows[1], &rows[2]};
    conf_open_new(state, &o);
    conf_store_items(&o, 2);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    rows[0].narrow = 7;
    rows[2].narrow = 8;
    conf_expect(conf_write_all(&o, MINIPAY_WRITE_PUT, &conf_item_table, pointers, 3, NULL), MINIPAY_OK);
    sum first = {.name = "x", .number = 1, .total = 5}, again = {.name = "x", .number = 1, .still = 6};
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_sum_table, &first), MINIPAY_OK);
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_sum_table, &again), MINIPAY_OK);
    conf_commit(&o);
    item_read.id = rows[0].id;
    assert_true(conf_read(&o, &conf_item_table, -1, &item_read));
    assert_int_equal(item_read.narrow, 7);
    item_read.id = rows[2].id;
    assert_true(conf_read(&o, &conf_item_table, -1, &item_read));
    assert_int_equal(item_read.narrow, 8);
    assert_true(conf_read(&o, &conf_sum_table, -1, &first));
    assert_int_equal(first.total, 0);
    assert_int_equal(first.still, 6);
    conf_close(&o);
}

static void put_does_not_take_another_rows_unique_index(void **state)
{
    opened o;
    item rows[2] = {conf_item(1), conf_item(2)}, read = conf_item(2);
    const void *pointers[2] = {&rows[0], &rows[1]};
    uint32_t conflict = 0;
    conf_open_new(state, &o);
    conf_store_items(&o, 3);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    rows[1].wide = 3;
    conf_expect(conf_write_all(&o, MINIPAY_WRITE_PUT, &conf_item_table, pointers, 2, &conflict),
                MINIPAY_ID_REUSED);
    assert_int_equal(conflict, 1);
    conf_roll_back(&o);
    assert_true(conf_read(&o, &conf_item_table, -1, &read));
    assert_int_equal(read.wide, 2);
    conf_close(&o);
}

static void add_changes_additive_fields_and_no_others(void **state)
{
    opened o;
    sum a = {.name = "a", .number = 1, .total = 5, .other_total = -7, .still = 99}, read = a;
    const void *twice[2] = {&a, &a};
    conf_open_new(state, &o);
    conf_store_sums(&o);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    conf_expect(conf_write_all(&o, MINIPAY_WRITE_ADD, &conf_sum_table, twice, 2, NULL), MINIPAY_OK);
    conf_commit(&o);
    assert_true(conf_read(&o, &conf_sum_table, -1, &read));
    assert_int_equal(read.total, 10);
    assert_int_equal(read.other_total, -14);
    assert_int_equal(read.still, 0);
    conf_close(&o);
}

static void add_beyond_the_end_or_to_nothing_is_refused(void **state)
{
    static const int64_t ends[2] = {INT64_MAX, INT64_MIN};
    opened o;
    conf_open_new(state, &o);
    for (int i = 0; i < 2; i++) {
        sum row = {.name = "end", .number = i, .total = ends[i]};
        sum one = {.name = "end", .number = i, .total = i ? -1 : 1};
        conf_store(&o, MINIPAY_WRITE_INSERT, &conf_sum_table, &row);
        conf_begin(&o, MINIPAY_SESSION_WRITE);
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_ADD, &conf_sum_table, &one), MINIPAY_CORRUPT);
        conf_roll_back(&o);
        assert_true(conf_read(&o, &conf_sum_table, -1, &row));
        assert_true(row.total == ends[i]);
    }
    sum nobody = {.name = "nobody", .number = 1, .total = 1};
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_ADD, &conf_sum_table, &nobody), MINIPAY_CORRUPT);
    conf_roll_back(&o);
    assert_false(conf_read(&o, &conf_sum_table, -1, &nobody));
    conf_close(&o);
}

static void delete_takes_rows_away_and_does_not_mind_missing_ones(void **state)
{
    opened o;
    item rows[3] = {conf_item(2), conf_item(9), conf_item(3)};
    const void *pointers[3] = {&rows[0], &rows[1], &rows[2]};
    conf_open_new(state, &o);
    conf_store_items(&o, 3);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    conf_expect(conf_write_all(&o, MINIPAY_WRITE_DELETE, &conf_item_table, pointers, 3, NULL),
                MINIPAY_OK);
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_item_table, &rows[2]), MINIPAY_OK);
    conf_commit(&o);
    assert_false(conf_read(&o, &conf_item_table, -1, &rows[0]));
    assert_true(conf_read(&o, &conf_item_table, -1, &rows[2]));
    item sought = {.wide = 2};
    assert_false(conf_read(&o, &conf_item_table, BY_WIDE, &sought));
    conf_close(&o);
}

static void a_batch_of_the_largest_size_is_written(void **state)
{
    enum { ROWS = 8190 };
    static entry rows[ROWS];
    static const void *pointers[ROWS];
    opened o;
    entry last[1];
    minipay_scan newest = {.table = &conf_entry_table, .index = -1, .descending = 1};
    conf_open_new(state, &o);
    for (int64_t i = 0; i < ROWS; i++) {
        rows[i] = (entry){i + 1, -i};
        pointers[i] = &rows[i];
    }
    for (int kind = MINIPAY_WRITE_INSERT; kind <= MINIPAY_WRITE_PUT; kind++) {
        conf_begin(&o, MINIPAY_SESSION_WRITE);
        conf_expect(conf_write_all(&o, kind, &conf_entry_table, pointers, ROWS, NULL), MINIPAY_OK);
        conf_commit(&o);
    }
    conf_begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(conf_scan(&o, &newest, last, 1), 1);
    assert_int_equal(last[0].sequence, ROWS);
    conf_commit(&o);
    conf_close(&o);
}

/* Rows that are alike but for their number; `odd`, if there is one, has a value of its own in every field. */
static item alike(uint32_t number, uint32_t kind, uint32_t odd)
{
    item row = conf_item((uint8_t)(number == odd ? 250 : kind));
    memcpy(row.id.bytes, &number, sizeof number);
    memcpy(row.other.bytes, &number, sizeof number);
    row.id.bytes[15] = (uint8_t)kind;
    row.wide = (int64_t)kind * 1000 + number;
    row.maybe = number == odd ? 0 : kind % 2;
    return row;
}

static void rows_that_are_alike_are_written_as_they_are(void **state)
{
    enum { ROWS = 600, ALL_ALIKE = ROWS };
    const uint32_t odd[] = {ALL_ALIKE, ALL_ALIKE, 0, ROWS - 1, 300, ALL_ALIKE};
    static item rows[ROWS];
    static const void *pointers[ROWS];
    opened o;
    conf_open_new(state, &o);
    for (uint32_t kind = 1; kind <= sizeof odd / sizeof *odd; kind++) {
        for (uint32_t i = 0; i < ROWS; i++) {
            rows[i] = alike(i, kind, odd[kind - 1]);
            pointers[i] = &rows[i];
        }
        conf_begin(&o, MINIPAY_SESSION_WRITE);
        conf_expect(conf_write_all(&o, MINIPAY_WRITE_INSERT, &conf_item_table, pointers, ROWS, NULL),
                    MINIPAY_OK);
        conf_commit(&o);
        memset(rows, 0, sizeof rows); /* the storage keeps nothing of them */
        for (uint32_t i = 0; i < ROWS; i++) {
            item wanted = alike(i, kind, odd[kind - 1]), read = {.id = wanted.id};
            assert_true(conf_read(&o, &conf_item_table, -1, &read));
            assert_memory_equal(&read, &wanted, sizeof read);
        }
    }
    conf_close(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_taken_key_or_unique_index_tells_the_place_in_the_batch),
    cmocka_unit_test(put_makes_or_replaces_with_and_without_indexes),
    cmocka_unit_test(put_does_not_take_another_rows_unique_index),
    cmocka_unit_test(add_changes_additive_fields_and_no_others),
    cmocka_unit_test(add_beyond_the_end_or_to_nothing_is_refused),
    cmocka_unit_test(delete_takes_rows_away_and_does_not_mind_missing_ones),
    cmocka_unit_test(a_batch_of_the_largest_size_is_written),
    cmocka_unit_test(rows_that_are_alike_are_written_as_they_are),
};

CONF_PART(conf_writes, tests);
