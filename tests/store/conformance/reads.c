/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

static void many_rows_are_read_at_once_and_missing_ones_are_marked(void **state)
{
    enum { ASKED = 200 };
    opened o;
    entry rows[ASKED];
    void *pointers[ASKED];
    uint8_t found[ASKED];
    conf_open_new(state, &o);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    for (int64_t i = 0; i < ASKED; i += 2) {
        entry row = {i, i * 3};
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row), MINIPAY_OK);
    }
    conf_commit(&o);
    for (int64_t i = 0; i < ASKED; i++) {
        rows[i] = (entry){ASKED - 1 - i, -1};
        pointers[i] = &rows[i];
    }
    memset(found, 7, sizeof found);
    conf_begin(&o, MINIPAY_SESSION_READ);
    conf_expect(o.storage.get_many(o.storage.impl, o.session, &conf_entry_table, -1, pointers, found,
                                   ASKED, NULL),
                MINIPAY_OK);
    conf_expect(
        o.storage.get_many(o.storage.impl, o.session, &conf_entry_table, -1, NULL, NULL, 0, NULL),
        MINIPAY_OK);
    conf_commit(&o);
    for (int64_t i = 0; i < ASKED; i++) {
        int64_t sequence = ASKED - 1 - i;
        assert_int_equal(found[i], sequence % 2 == 0);
        assert_int_equal(rows[i].sequence, sequence);
        assert_int_equal(rows[i].amount, found[i] ? sequence * 3 : -1);
    }
    conf_close(&o);
}

static void a_row_is_read_by_a_unique_index(void **state)
{
    opened o;
    conf_open_new(state, &o);
    conf_store_items(&o, 5);
    item sought = {.wide = 4};
    assert_true(conf_read(&o, &conf_item_table, BY_WIDE, &sought));
    assert_int_equal(sought.id.bytes[0], 4);
    assert_int_equal(sought.narrow, 96);
    item other = conf_item(2);
    memset(&other.id, 0, sizeof other.id);
    assert_true(conf_read(&o, &conf_item_table, BY_OTHER, &other));
    assert_int_equal(other.id.bytes[0], 2);
    sought.wide = 6;
    assert_false(conf_read(&o, &conf_item_table, BY_WIDE, &sought));
    conf_close(&o);
}

static void a_writer_reads_what_it_wrote(void **state)
{
    opened o;
    item row = conf_item(1), sought = {.wide = 50};
    conf_open_new(state, &o);
    conf_store_items(&o, 1);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    row.wide = 50;
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_item_table, &row), MINIPAY_OK);
    assert_true(conf_get(&o, &conf_item_table, BY_WIDE, &sought));
    sought.wide = 1;
    assert_false(conf_get(&o, &conf_item_table, BY_WIDE, &sought));
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_DELETE, &conf_item_table, &row), MINIPAY_OK);
    assert_false(conf_get(&o, &conf_item_table, -1, &row));
    conf_commit(&o);
    conf_close(&o);
}

static void expect_numbers(opened *o, const minipay_scan *wanted, const char *numbers)
{
    sum rows[12];
    char found[64] = "";
    uint32_t count = conf_scan(o, wanted, rows, 12), used = 0;
    for (uint32_t i = 0; i < count; i++) {
        found[used++] = rows[i].name[0];
        found[used++] = (char)('0' + rows[i].number);
        found[used++] = ' ';
    }
    found[used ? used - 1 : 0] = 0;
    assert_string_equal(found, numbers);
}

static void scans_are_bounded_by_whole_keys_and_by_prefixes(void **state)
{
    static const sum a2 = {.name = "a", .number = 2}, b2 = {.name = "b", .number = 2},
                     b9 = {.name = "b", .number = 9}, none = {.name = "bb"};
    static const struct {
        minipay_scan scan;
        const char *numbers;
    } cases[] = {
        {{.index = -1}, "a1 a2 a3 b1 b2 b3 c1 c2 c3"},
        {{.low = &b2, .low_fields = 2}, "b2 b3 c1 c2 c3"},
        {{.low = &b2, .low_fields = 2, .low_exclusive = 1}, "b3 c1 c2 c3"},
        {{.high = &b2, .high_fields = 2}, "a1 a2 a3 b1 b2"},
        {{.high = &b2, .high_fields = 2, .high_exclusive = 1}, "a1 a2 a3 b1"},
        {{.low = &a2, .low_fields = 2, .high = &b2, .high_fields = 2}, "a2 a3 b1 b2"},
        {{.low = &b2, .low_fields = 1, .high = &b2, .high_fields = 1}, "b1 b2 b3"},
        {{.low = &b2, .low_fields = 2, .high = &b2, .high_fields = 1}, "b2 b3"},
        {{.low = &b2, .low_fields = 1, .low_exclusive = 1}, "c1 c2 c3"},
        {{.high = &b2, .high_fields = 1, .high_exclusive = 1}, "a1 a2 a3"},
        {{.low = &b9, .low_fields = 2}, "c1 c2 c3"},
        {{.low = &none, .low_fields = 1, .high = &none, .high_fields = 1}, ""},
        {{.low = &b2, .low_fields = 2, .high = &a2, .high_fields = 2}, ""},
        {{.descending = 1}, "c3 c2 c1 b3 b2 b1 a3 a2 a1"},
        {{.descending = 1, .low = &b2, .low_fields = 1, .high = &b2, .high_fields = 2}, "b2 b1"},
        {{.descending = 1, .high = &b2, .high_fields = 2, .high_exclusive = 1}, "b1 a3 a2 a1"},
    };
    opened o;
    conf_open_new(state, &o);
    conf_store_sums(&o);
    for (int kind = MINIPAY_SESSION_READ; kind <= MINIPAY_SESSION_WRITE; kind++) {
        conf_begin(&o, kind);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            minipay_scan wanted = cases[i].scan;
            wanted.table = &conf_sum_table;
            wanted.index = -1;
            expect_numbers(&o, &wanted, cases[i].numbers);
        }
        conf_commit(&o);
    }
    conf_close(&o);
}

static void a_scan_ends_at_its_limit_and_goes_on_behind_its_last_row(void **state)
{
    opened o;
    sum rows[4], last;
    int seen = 0;
    minipay_scan pages = {.table = &conf_sum_table, .index = -1, .low = &last, .low_exclusive = 1};
    conf_open_new(state, &o);
    conf_store_sums(&o);
    conf_begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(conf_scan(&o, &pages, rows, 0), 0);
    for (uint32_t count = 4; count == 4; pages.low_fields = 2) {
        count = conf_scan(&o, &pages, rows, 4);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(rows[i].still, seen++);
        if (count)
            last = rows[count - 1];
    }
    assert_int_equal(seen, 9);
    conf_commit(&o);
    conf_close(&o);
}

static void ids_and_numbers_come_in_the_order_of_their_kind(void **state)
{
    static const uint8_t firsts[] = {0x80, 0x00, 0x7f, 0xff, 0x01};
    opened o;
    item rows[6];
    entry numbers[3];
    minipay_scan items = {.table = &conf_item_table, .index = -1};
    minipay_scan entries = {.table = &conf_entry_table, .index = -1};
    conf_open_new(state, &o);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    for (uint8_t i = 0; i < 5; i++) {
        item row = conf_item((uint8_t)(i + 1));
        row.id.bytes[0] = firsts[i];
        row.id.bytes[15] = 1;
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_item_table, &row), MINIPAY_OK);
    }
    for (int64_t i = 0; i < 3; i++) {
        entry row = {i == 0 ? INT64_MAX : i == 1 ? -5 : INT64_MIN, i};
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row), MINIPAY_OK);
    }
    conf_commit(&o);
    conf_begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(conf_scan(&o, &items, rows, 6), 5);
    for (int i = 1; i < 5; i++)
        assert_true(memcmp(&rows[i - 1].id, &rows[i].id, sizeof rows[i].id) < 0);
    assert_int_equal(conf_scan(&o, &entries, numbers, 3), 3);
    assert_int_equal(numbers[0].amount, 2);
    assert_int_equal(numbers[2].amount, 0);
    conf_commit(&o);
    conf_close(&o);
}

static void a_scan_by_an_index_comes_in_its_order(void **state)
{
    opened o;
    item rows[9], low = {.wide = 2}, high = {.wide = 4};
    minipay_scan by_wide = {.table = &conf_item_table,
                            .index = BY_WIDE,
                            .descending = 1,
                            .low = &low,
                            .low_fields = 1,
                            .high = &high,
                            .high_fields = 1};
    conf_open_new(state, &o);
    conf_store_items(&o, 6);
    conf_begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(conf_scan(&o, &by_wide, rows, 9), 3);
    assert_int_equal(rows[0].wide, 4);
    assert_int_equal(rows[2].wide, 2);
    assert_int_equal(rows[2].narrow, 98);
    conf_commit(&o);
    conf_close(&o);
}

static void a_partial_index_holds_only_rows_of_its_first_names(void **state)
{
    opened o;
    item rows[9], row;
    minipay_scan open_ones = {.table = &conf_item_table, .index = OPEN_BY_NARROW};
    conf_open_new(state, &o);
    conf_store_items(&o, 5);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    row = conf_item(2);
    row.state = STATE_SHUT;
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_item_table, &row), MINIPAY_OK);
    row = conf_item(4);
    row.state = STATE_NONE;
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_item_table, &row), MINIPAY_OK);
    assert_int_equal(conf_scan(&o, &open_ones, rows, 9), 4);
    row = conf_item(2);
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_item_table, &row), MINIPAY_OK);
    row.state = STATE_SHUT;
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_item_table, &row), MINIPAY_OK);
    conf_commit(&o);
    conf_begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(conf_scan(&o, &open_ones, rows, 9), 4);
    assert_int_equal(rows[0].id.bytes[0], 5); /* the lowest `narrow` */
    assert_int_equal(rows[3].id.bytes[0], 1);
    item low = {.narrow = 96}, high = {.narrow = 97};
    open_ones.low = &low;
    open_ones.high = &high;
    open_ones.low_fields = open_ones.high_fields = 1;
    assert_int_equal(conf_scan(&o, &open_ones, rows, 9), 2);
    conf_commit(&o);
    conf_close(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_rows_are_read_at_once_and_missing_ones_are_marked),
    cmocka_unit_test(a_row_is_read_by_a_unique_index),
    cmocka_unit_test(a_writer_reads_what_it_wrote),
    cmocka_unit_test(scans_are_bounded_by_whole_keys_and_by_prefixes),
    cmocka_unit_test(a_scan_ends_at_its_limit_and_goes_on_behind_its_last_row),
    cmocka_unit_test(ids_and_numbers_come_in_the_order_of_their_kind),
    cmocka_unit_test(a_scan_by_an_index_comes_in_its_order),
    cmocka_unit_test(a_partial_index_holds_only_rows_of_its_first_names),
};

CONF_PART(conf_reads, tests);
