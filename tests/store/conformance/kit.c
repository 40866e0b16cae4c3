/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

static const char *const state_names[] = {"none", "open", "shut", NULL};

#define FIELD(type, member, kind, flags, names)                                                         \
    {                                                                                                   \
#member, kind, offsetof(type, member), sizeof(((type *)0)->member), flags, names                \
    }

/* What a later version adds does not stand last: a document's tag does. */
#define OLD_FIELDS                                                                                      \
    FIELD(item, id, MINIPAY_FIELD_ID, 0, NULL),                                                         \
        FIELD(item, wide, MINIPAY_FIELD_INT64, MINIPAY_FIELD_MONEY, NULL),                              \
        FIELD(item, narrow, MINIPAY_FIELD_INT32, 0, NULL),                                              \
        FIELD(item, state, MINIPAY_FIELD_ENUM, 0, state_names),                                         \
        FIELD(item, text, MINIPAY_FIELD_TEXT, 0, NULL), FIELD(item, hash, MINIPAY_FIELD_HASH, 0, NULL), \
        FIELD(item, blob, MINIPAY_FIELD_BYTES, 0, NULL),                                                \
        FIELD(item, other, MINIPAY_FIELD_ID, MINIPAY_FIELD_OPTIONAL, NULL)
#define LAST_FIELDS                                                                                     \
    FIELD(item, maybe, MINIPAY_FIELD_INT64, MINIPAY_FIELD_OPTIONAL, NULL),                              \
        FIELD(item, maybe_text, MINIPAY_FIELD_TEXT, MINIPAY_FIELD_OPTIONAL, NULL),                      \
        FIELD(item, maybe_hash, MINIPAY_FIELD_HASH, MINIPAY_FIELD_OPTIONAL, NULL)

static const minipay_field item_fields_1[] = {OLD_FIELDS, LAST_FIELDS};
static const minipay_field item_fields[] = {OLD_FIELDS, FIELD(item, added, MINIPAY_FIELD_INT64, 0, NULL),
                                            FIELD(item, added_text, MINIPAY_FIELD_TEXT, 0, NULL),
                                            LAST_FIELDS};

static const minipay_index item_indexes[] = {
    {"item_by_wide", {1}, 1, 1, -1, 0},
    {"item_open_by_narrow", {2}, 1, 0, 3, 2}, /* none and open */
    {"item_by_other", {7}, 1, 1, -1, 0},
    {"item_by_text", {4, 2}, 2, 0, -1, 0}, /* from version 2 on */
};

const minipay_table conf_item_table_1 = {"item", item_fields_1, item_indexes, 11, 1, 3, sizeof(item)};
const minipay_table conf_item_table = {"item", item_fields, item_indexes, 13, 1, 4, sizeof(item)};

static const minipay_field entry_fields[] = {
    FIELD(entry, sequence, MINIPAY_FIELD_INT64, 0, NULL),
    FIELD(entry, amount, MINIPAY_FIELD_INT64, 0, NULL),
};
const minipay_table conf_entry_table = {"entry", entry_fields, NULL, 2, 1, 0, sizeof(entry)};

static const minipay_field sum_fields[] = {
    FIELD(sum, name, MINIPAY_FIELD_TEXT, 0, NULL),
    FIELD(sum, number, MINIPAY_FIELD_INT64, 0, NULL),
    FIELD(sum, total, MINIPAY_FIELD_INT64, MINIPAY_FIELD_ADDITIVE, NULL),
    FIELD(sum, other_total, MINIPAY_FIELD_INT64, MINIPAY_FIELD_ADDITIVE, NULL),
    FIELD(sum, still, MINIPAY_FIELD_INT64, 0, NULL),
};
const minipay_table conf_sum_table = {"sum", sum_fields, NULL, 5, 2, 0, sizeof(sum)};

static const minipay_table *const tables_1[] = {&conf_item_table_1, &conf_entry_table};
static const minipay_table *const tables_2[] = {&conf_item_table, &conf_entry_table, &conf_sum_table};
const minipay_schema conf_schema_1 = {1, 2, 0, 0, tables_1, NULL, NULL, NULL, NULL};
const minipay_schema conf_schema = {2, 3, 0, 0, tables_2, NULL, NULL, NULL, NULL};
const minipay_schema conf_schema_3 = {3, 3, 0, 0, tables_2, NULL, NULL, NULL, NULL};

void conf_expect(minipay_status found, minipay_status wanted)
{
    assert_string_equal(minipay_status_name(found), minipay_status_name(wanted));
}

void conf_open_as(const conformance_factory *factory, const minipay_schema *described, opened *o)
{
    minipay_error error;
    minipay_error_init(&error);
    memset(o, 0, sizeof *o);
    o->factory = factory;
    factory->make(factory->context, &o->storage);
    assert_int_equal(o->storage.version, MINIPAY_STORAGE_VERSION);
    minipay_status status = o->storage.open(o->storage.impl, described, &error);
    if (status != MINIPAY_OK)
        print_error("open: %s\n", error.message);
    conf_expect(status, MINIPAY_OK);
}

void conf_open_new(void **state, opened *o)
{
    const conformance_factory *factory = *state;
    factory->forget(factory->context);
    conf_open_as(factory, &conf_schema, o);
}

void conf_close(opened *o)
{
    o->storage.close(o->storage.impl);
}

void conf_begin(opened *o, int32_t kind)
{
    conf_expect(o->storage.begin(o->storage.impl, kind, &o->session, &o->foreign, NULL), MINIPAY_OK);
}

void conf_commit(opened *o)
{
    conf_expect(o->storage.commit(o->storage.impl, o->session, NULL), MINIPAY_OK);
}

void conf_roll_back(opened *o)
{
    o->storage.rollback(o->storage.impl, o->session);
}

minipay_status conf_write_all(opened *o, int32_t kind, const minipay_table *table,
                              const void *const *rows, uint32_t count, uint32_t *conflict)
{
    minipay_error error;
    minipay_write write = {kind, count, table, rows, UINT32_MAX};
    minipay_error_init(&error);
    minipay_status status = o->storage.write_many(o->storage.impl, o->session, &write, &error);
    assert_int_equal(status == MINIPAY_OK, error.status == MINIPAY_OK);
    if (conflict)
        *conflict = write.conflict;
    return status;
}

minipay_status conf_write_one(opened *o, int32_t kind, const minipay_table *table, const void *row)
{
    return conf_write_all(o, kind, table, &row, 1, NULL);
}

void conf_store(opened *o, int32_t kind, const minipay_table *table, const void *row)
{
    conf_begin(o, MINIPAY_SESSION_WRITE);
    conf_expect(conf_write_one(o, kind, table, row), MINIPAY_OK);
    conf_commit(o);
}

bool conf_get(opened *o, const minipay_table *table, int32_t index, void *row)
{
    uint8_t found = 2;
    conf_expect(o->storage.get_many(o->storage.impl, o->session, table, index, &row, &found, 1, NULL),
                MINIPAY_OK);
    assert_in_range(found, 0, 1);
    return found;
}

/* In a session of its own. */
bool conf_read(opened *o, const minipay_table *table, int32_t index, void *row)
{
    conf_begin(o, MINIPAY_SESSION_READ);
    bool found = conf_get(o, table, index, row);
    conf_commit(o);
    return found;
}

uint32_t conf_scan(opened *o, const minipay_scan *wanted, void *rows, uint32_t room)
{
    uint32_t count = room;
    conf_expect(o->storage.scan(o->storage.impl, o->session, wanted, rows, &count, NULL), MINIPAY_OK);
    assert_true(count <= room);
    return count;
}

item conf_item(uint8_t number)
{
    item made;
    memset(&made, 0, sizeof made);
    made.id.bytes[0] = number;
    made.wide = number;
    made.narrow = 100 - number;
    made.state = STATE_OPEN;
    made.other.bytes[15] = number;
    return made;
}

void conf_store_items(opened *o, uint8_t count)
{
    conf_begin(o, MINIPAY_SESSION_WRITE);
    for (uint8_t i = 1; i <= count; i++) {
        item made = conf_item(i);
        conf_expect(conf_write_one(o, MINIPAY_WRITE_INSERT, &conf_item_table, &made), MINIPAY_OK);
    }
    conf_commit(o);
}

/* Sums "a" 1..3, "b" 1..3, "c" 1..3. */
void conf_store_sums(opened *o)
{
    conf_begin(o, MINIPAY_SESSION_WRITE);
    for (int i = 0; i < 9; i++) {
        sum made = {.name = {(char)('a' + i / 3)}, .number = i % 3 + 1, .total = 10 * i, .still = i};
        conf_expect(conf_write_one(o, MINIPAY_WRITE_INSERT, &conf_sum_table, &made), MINIPAY_OK);
    }
    conf_commit(o);
}
