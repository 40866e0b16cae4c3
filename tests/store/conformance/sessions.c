/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

static void a_committed_row_is_read_and_a_rolled_back_one_is_not(void **state)
{
    opened o;
    entry kept = {1, 10}, gone = {2, 20}, read = {1, 0};
    conf_open_new(state, &o);
    conf_store(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &kept);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &gone), MINIPAY_OK);
    assert_true(conf_get(&o, &conf_entry_table, -1, &gone));
    conf_roll_back(&o);
    assert_true(conf_read(&o, &conf_entry_table, -1, &read));
    assert_int_equal(read.amount, 10);
    read.sequence = 2;
    assert_false(conf_read(&o, &conf_entry_table, -1, &read));
    conf_close(&o);
}

static void what_was_committed_is_there_after_reopening(void **state)
{
    opened o;
    entry row = {7, INT64_MIN}, read = {7, 0};
    const conformance_factory *factory = *state;
    if (!factory->keeps)
        skip();
    conf_open_new(state, &o);
    conf_store(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row);
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    row.sequence = 8;
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row), MINIPAY_OK);
    conf_roll_back(&o);
    conf_close(&o);
    conf_open_as(factory, &conf_schema, &o);
    assert_true(conf_read(&o, &conf_entry_table, -1, &read));
    assert_true(read.amount == INT64_MIN);
    read.sequence = 8;
    assert_false(conf_read(&o, &conf_entry_table, -1, &read));
    conf_close(&o);
}

static void a_session_after_a_failed_write_works_again(void **state)
{
    opened o;
    entry row = {1, 10}, next = {2, 20};
    conf_open_new(state, &o);
    conf_store(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row);
    for (int i = 0; i < 3; i++) {
        conf_begin(&o, MINIPAY_SESSION_WRITE);
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row),
                    MINIPAY_ID_REUSED);
        conf_roll_back(&o);
    }
    conf_store(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &next);
    assert_true(conf_read(&o, &conf_entry_table, -1, &next));
    conf_close(&o);
}

static void a_reader_stands_on_the_snapshot_of_its_beginning(void **state)
{
    opened o, reader;
    entry row = {1, 10}, read = {1, 0};
    conf_open_new(state, &o);
    if (!o.storage.capabilities(o.storage.impl).readers_beside) {
        conf_close(&o);
        skip();
    }
    conf_store(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row);
    reader = o;
    conf_begin(&reader, MINIPAY_SESSION_READ);
    for (int64_t i = 0; i < 3; i++) { /* before its first read, and between its reads */
        row.amount = 100 + i;
        conf_begin(&o, MINIPAY_SESSION_WRITE);
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_PUT, &conf_entry_table, &row), MINIPAY_OK);
        entry more = {2 + i, 0};
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &more), MINIPAY_OK);
        conf_commit(&o);
        entry rows[4];
        minipay_scan all = {.table = &conf_entry_table, .index = -1};
        assert_int_equal(conf_scan(&reader, &all, rows, 4), 1);
        assert_int_equal(rows[0].amount, 10);
        assert_true(conf_get(&reader, &conf_entry_table, -1, &read));
        assert_int_equal(read.amount, 10);
    }
    conf_commit(&reader);
    assert_true(conf_read(&o, &conf_entry_table, -1, &read));
    assert_int_equal(read.amount, 102);
    conf_close(&o);
}

static void many_readers_stand_beside_each_other(void **state)
{
    enum { READERS = 40 };
    opened o, readers[READERS];
    entry row = {1, 0};
    conf_open_new(state, &o);
    if (!o.storage.capabilities(o.storage.impl).readers_beside) {
        conf_close(&o);
        skip();
    }
    for (int i = 0; i < READERS; i++) {
        row.amount = i;
        conf_store(&o, MINIPAY_WRITE_PUT, &conf_entry_table, &row);
        readers[i] = o;
        conf_begin(&readers[i], MINIPAY_SESSION_READ);
    }
    for (int i = 0; i < READERS; i++) {
        assert_true(conf_get(&readers[i], &conf_entry_table, -1, &row));
        assert_int_equal(row.amount, i);
        conf_commit(&readers[i]);
    }
    assert_true(conf_read(&o, &conf_entry_table, -1, &row));
    conf_close(&o);
}

static void a_writer_is_told_that_another_one_wrote(void **state)
{
    opened a, b;
    entry row = {1, 10};
    conf_open_new(state, &a);
    if (!a.storage.capabilities(a.storage.impl).several_writers) {
        conf_close(&a);
        skip();
    }
    conf_open_as(*state, &conf_schema, &b);
    conf_store(&a, MINIPAY_WRITE_INSERT, &conf_entry_table, &row);
    conf_begin(&b, MINIPAY_SESSION_WRITE);
    assert_int_equal(b.foreign, 1);
    assert_true(conf_get(&b, &conf_entry_table, -1, &row));
    row.amount = 11;
    conf_expect(conf_write_one(&b, MINIPAY_WRITE_PUT, &conf_entry_table, &row), MINIPAY_OK);
    conf_commit(&b);
    conf_begin(&b, MINIPAY_SESSION_WRITE);
    assert_int_equal(b.foreign, 0); /* its own */
    conf_roll_back(&b);
    conf_begin(&a, MINIPAY_SESSION_WRITE);
    assert_int_equal(a.foreign, 1);
    assert_true(conf_get(&a, &conf_entry_table, -1, &row));
    assert_int_equal(row.amount, 11);
    conf_roll_back(&a);
    conf_begin(&a, MINIPAY_SESSION_WRITE);
    assert_int_equal(a.foreign, 0); /* nobody since */
    conf_roll_back(&a);
    conf_begin(&b, MINIPAY_SESSION_WRITE);
    row.amount = 12;
    conf_expect(conf_write_one(&b, MINIPAY_WRITE_PUT, &conf_entry_table, &row), MINIPAY_OK);
    conf_roll_back(&b);
    conf_begin(&a, MINIPAY_SESSION_WRITE);
    assert_int_equal(a.foreign, 0); /* undone */
    conf_roll_back(&a);
    conf_close(&a);
    conf_close(&b);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_committed_row_is_read_and_a_rolled_back_one_is_not),
    cmocka_unit_test(what_was_committed_is_there_after_reopening),
    cmocka_unit_test(a_session_after_a_failed_write_works_again),
    cmocka_unit_test(a_reader_stands_on_the_snapshot_of_its_beginning),
    cmocka_unit_test(many_readers_stand_beside_each_other),
    cmocka_unit_test(a_writer_is_told_that_another_one_wrote),
};

CONF_PART(conf_sessions, tests);
