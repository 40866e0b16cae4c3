/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

static void an_older_schema_gains_what_it_has_not(void **state)
{
    opened o;
    item row = conf_item(1), read = conf_item(1), rows[4];
    minipay_scan by_text = {.table = &conf_item_table, .index = BY_TEXT};
    const conformance_factory *factory = *state;
    if (!factory->keeps)
        skip();
    factory->forget(factory->context);
    conf_open_as(factory, &conf_schema_1, &o);
    memcpy(row.text, "kept", 5);
    memcpy(row.maybe_text, "last", 5);
    row.added = 5; /* version 1 does not know it */
    conf_store(&o, MINIPAY_WRITE_INSERT, &conf_item_table_1, &row);
    conf_close(&o);
    for (int i = 0; i < 2; i++) { /* the second time there is nothing left to do */
        conf_open_as(factory, &conf_schema, &o);
        memset(&read, 0xee, sizeof read);
        read.id = row.id;
        assert_true(conf_read(&o, &conf_item_table, -1, &read));
        assert_string_equal(read.text, "kept");
        assert_string_equal(read.maybe_text, "last");
        assert_int_equal(read.wide, 1);
        assert_int_equal(read.added, i ? 77 : 0);
        assert_string_equal(read.added_text, "");
        conf_begin(&o, MINIPAY_SESSION_READ);
        assert_int_equal(conf_scan(&o, &by_text, rows, 4), 1);
        conf_commit(&o);
        sum added = {.name = "new", .number = i};
        conf_store(&o, MINIPAY_WRITE_INSERT, &conf_sum_table, &added);
        read.added = 77;
        conf_store(&o, MINIPAY_WRITE_PUT, &conf_item_table, &read);
        conf_close(&o);
    }
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
    opened o;
    minipay_error error;
    entry row = {1, 10};
    const conformance_factory *factory = *state;
    if (!factory->keeps)
        skip();
    factory->forget(factory->context);
    conf_open_as(factory, &conf_schema_3, &o);
    conf_store(&o, MINIPAY_WRITE_INSERT, &conf_entry_table, &row);
    conf_close(&o);
    factory->make(factory->context, &o.storage);
    minipay_error_init(&error);
    for (int i = 0; i < 2; i++) {
        conf_expect(o.storage.open(o.storage.impl, &conf_schema, &error), MINIPAY_NEWER_VERSION);
        conf_expect(error.status, MINIPAY_NEWER_VERSION);
        assert_true(error.message[0]);
    }
    o.storage.close(o.storage.impl);
    conf_open_as(factory, &conf_schema_3, &o);
    row.amount = 0;
    assert_true(conf_read(&o, &conf_entry_table, -1, &row));
    assert_int_equal(row.amount, 10);
    conf_close(&o);
}

static void nothing_is_made_where_only_what_exists_is_asked_for(void **state)
{
    opened o;
    minipay_error error;
    minipay_schema existing = conf_schema;
    const conformance_factory *factory = *state;
    existing.existing = 1;
    factory->forget(factory->context);
    factory->make(factory->context, &o.storage);
    minipay_error_init(&error);
    for (int i = 0; i < 2; i++) {
        conf_expect(o.storage.open(o.storage.impl, &existing, &error), MINIPAY_NOT_A_DATABASE);
        conf_expect(error.status, MINIPAY_NOT_A_DATABASE);
    }
    conf_expect(o.storage.open(o.storage.impl, &conf_schema, &error), MINIPAY_OK);
    conf_close(&o);
    if (!factory->keeps)
        return;
    conf_open_as(factory, &existing, &o);
    conf_close(&o);
}

static void a_storage_that_was_never_opened_can_be_closed(void **state)
{
    minipay_storage storage;
    const conformance_factory *factory = *state;
    factory->forget(factory->context);
    factory->make(factory->context, &storage);
    storage.close(storage.impl);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_older_schema_gains_what_it_has_not),
    cmocka_unit_test(a_newer_schema_is_refused_and_left_alone),
    cmocka_unit_test(nothing_is_made_where_only_what_exists_is_asked_for),
    cmocka_unit_test(a_storage_that_was_never_opened_can_be_closed),
};

CONF_PART(conf_schemas, tests);
