/* SPDX-License-Identifier: Apache-2.0 */
#include "store/conformance.h"

#include "cmocka_all.h"

#include <stdbool.h>
#include <string.h>

/* ---- what is stored -------------------------------------------------------------------------------- */

enum { STATE_NONE, STATE_OPEN, STATE_SHUT };
static const char *const state_names[] = {"none", "open", "shut", NULL};

/* Every kind of field. */
typedef struct item {
    minipay_id id;
    int64_t wide;
    int32_t narrow;
    int32_t state;
    char text[24];
    uint8_t hash[40];
    struct {
        uint32_t length;
        uint8_t bytes[20];
    } blob;
    minipay_id other;
    int64_t maybe;
    char maybe_text[8];
    uint8_t maybe_hash[32];
    int64_t added; /* from version 2 on */
    char added_text[8];
} item;

#define FIELD(type, member, kind, flags, names)                                                         \
    {                                                                                                   \
#member, kind, offsetof(type, member), sizeof(((type *)0)->member), flags, names                \
    }

static const minipay_field item_fields[] = {
    FIELD(item, id, MINIPAY_FIELD_ID, 0, NULL),
    FIELD(item, wide, MINIPAY_FIELD_INT64, MINIPAY_FIELD_MONEY, NULL),
    FIELD(item, narrow, MINIPAY_FIELD_INT32, 0, NULL),
    FIELD(item, state, MINIPAY_FIELD_ENUM, 0, state_names),
    FIELD(item, text, MINIPAY_FIELD_TEXT, 0, NULL),
    FIELD(item, hash, MINIPAY_FIELD_HASH, 0, NULL),
    FIELD(item, blob, MINIPAY_FIELD_BYTES, 0, NULL),
    FIELD(item, other, MINIPAY_FIELD_ID, MINIPAY_FIELD_OPTIONAL, NULL),
    FIELD(item, maybe, MINIPAY_FIELD_INT64, MINIPAY_FIELD_OPTIONAL, NULL),
    FIELD(item, maybe_text, MINIPAY_FIELD_TEXT, MINIPAY_FIELD_OPTIONAL, NULL),
    FIELD(item, maybe_hash, MINIPAY_FIELD_HASH, MINIPAY_FIELD_OPTIONAL, NULL),
    FIELD(item, added, MINIPAY_FIELD_INT64, 0, NULL),
    FIELD(item, added_text, MINIPAY_FIELD_TEXT, 0, NULL),
};

enum { BY_WIDE, OPEN_BY_NARROW, BY_OTHER, BY_TEXT };
static const minipay_index item_indexes[] = {
    {"item_by_wide", {1}, 1, 1, -1, 0},
    {"item_open_by_narrow", {2}, 1, 0, 3, 2}, /* none and open */
    {"item_by_other", {7}, 1, 1, -1, 0},
    {"item_by_text", {4, 2}, 2, 0, -1, 0}, /* from version 2 on */
};

static const minipay_table item_table_1 = {"item", item_fields, item_indexes, 11, 1, 3, sizeof(item)};
static const minipay_table item_table = {"item", item_fields, item_indexes, 13, 1, 4, sizeof(item)};

typedef struct entry {
    int64_t sequence;
    int64_t amount;
} entry;

static const minipay_field entry_fields[] = {
    FIELD(entry, sequence, MINIPAY_FIELD_INT64, 0, NULL),
    FIELD(entry, amount, MINIPAY_FIELD_INT64, 0, NULL),
};
static const minipay_table entry_table = {"entry", entry_fields, NULL, 2, 1, 0, sizeof(entry)};

typedef struct sum {
    char name[16];
    int64_t number;
    int64_t total;
    int64_t other_total;
    int64_t still;
} sum;

static const minipay_field sum_fields[] = {
    FIELD(sum, name, MINIPAY_FIELD_TEXT, 0, NULL),
    FIELD(sum, number, MINIPAY_FIELD_INT64, 0, NULL),
    FIELD(sum, total, MINIPAY_FIELD_INT64, MINIPAY_FIELD_ADDITIVE, NULL),
    FIELD(sum, other_total, MINIPAY_FIELD_INT64, MINIPAY_FIELD_ADDITIVE, NULL),
    FIELD(sum, still, MINIPAY_FIELD_INT64, 0, NULL),
};
static const minipay_table sum_table = {"sum", sum_fields, NULL, 5, 2, 0, sizeof(sum)};

static const minipay_table *const tables_1[] = {&item_table_1, &entry_table};
static const minipay_table *const tables_2[] = {&item_table, &entry_table, &sum_table};
static const minipay_schema schema_1 = {1, 2, 0, tables_1, NULL, NULL};
static const minipay_schema schema = {2, 3, 0, tables_2, NULL, NULL};
static const minipay_schema schema_3 = {3, 3, 0, tables_2, NULL, NULL};

/* ---- short forms ----------------------------------------------------------------------------------- */

typedef struct opened {
    const conformance_factory *factory;
    minipay_storage storage;
    void *session;
    int32_t foreign;
} opened;

static void expect(minipay_status found, minipay_status wanted)
{
    assert_string_equal(minipay_status_name(found), minipay_status_name(wanted));
}

static void open_as(const conformance_factory *factory, const minipay_schema *described, opened *o)
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
    expect(status, MINIPAY_OK);
}

static void open_new(void **state, opened *o)
{
    const conformance_factory *factory = *state;
    factory->forget(factory->context);
    open_as(factory, &schema, o);
}

static void close_storage(opened *o)
{
    o->storage.close(o->storage.impl);
}

static void begin(opened *o, int32_t kind)
{
    expect(o->storage.begin(o->storage.impl, kind, &o->session, &o->foreign, NULL), MINIPAY_OK);
}

static void commit(opened *o)
{
    expect(o->storage.commit(o->storage.impl, o->session, NULL), MINIPAY_OK);
}

static void roll_back(opened *o)
{
    o->storage.rollback(o->storage.impl, o->session);
}

static minipay_status write_all(opened *o, int32_t kind, const minipay_table *table,
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

static minipay_status write_one(opened *o, int32_t kind, const minipay_table *table, const void *row)
{
    return write_all(o, kind, table, &row, 1, NULL);
}

static void store(opened *o, int32_t kind, const minipay_table *table, const void *row)
{
    begin(o, MINIPAY_SESSION_WRITE);
    expect(write_one(o, kind, table, row), MINIPAY_OK);
    commit(o);
}

static bool get(opened *o, const minipay_table *table, int32_t index, void *row)
{
    uint8_t found = 2;
    expect(o->storage.get_many(o->storage.impl, o->session, table, index, &row, &found, 1, NULL),
           MINIPAY_OK);
    assert_in_range(found, 0, 1);
    return found;
}

/* In a session of its own. */
static bool read_row(opened *o, const minipay_table *table, int32_t index, void *row)
{
    begin(o, MINIPAY_SESSION_READ);
    bool found = get(o, table, index, row);
    commit(o);
    return found;
}

static uint32_t scan(opened *o, const minipay_scan *wanted, void *rows, uint32_t room)
{
    uint32_t count = room;
    expect(o->storage.scan(o->storage.impl, o->session, wanted, rows, &count, NULL), MINIPAY_OK);
    assert_true(count <= room);
    return count;
}

static item make_item(uint8_t number)
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

static void store_items(opened *o, uint8_t count)
{
    begin(o, MINIPAY_SESSION_WRITE);
    for (uint8_t i = 1; i <= count; i++) {
        item made = make_item(i);
        expect(write_one(o, MINIPAY_WRITE_INSERT, &item_table, &made), MINIPAY_OK);
    }
    commit(o);
}

/* Sums "a" 1..3, "b" 1..3, "c" 1..3. */
static void store_sums(opened *o)
{
    begin(o, MINIPAY_SESSION_WRITE);
    for (int i = 0; i < 9; i++) {
        sum made = {.name = {(char)('a' + i / 3)}, .number = i % 3 + 1, .total = 10 * i, .still = i};
        expect(write_one(o, MINIPAY_WRITE_INSERT, &sum_table, &made), MINIPAY_OK);
    }
    commit(o);
}

/* ---- sessions -------------------------------------------------------------------------------------- */

static void a_committed_row_is_read_and_a_rolled_back_one_is_not(void **state)
{
    opened o;
    entry kept = {1, 10}, gone = {2, 20}, read = {1, 0};
    open_new(state, &o);
    store(&o, MINIPAY_WRITE_INSERT, &entry_table, &kept);
    begin(&o, MINIPAY_SESSION_WRITE);
    expect(write_one(&o, MINIPAY_WRITE_INSERT, &entry_table, &gone), MINIPAY_OK);
    assert_true(get(&o, &entry_table, -1, &gone));
    roll_back(&o);
    assert_true(read_row(&o, &entry_table, -1, &read));
    assert_int_equal(read.amount, 10);
    read.sequence = 2;
    assert_false(read_row(&o, &entry_table, -1, &read));
    close_storage(&o);
}

static void what_was_committed_is_there_after_reopening(void **state)
{
    opened o;
    entry row = {7, INT64_MIN}, read = {7, 0};
    const conformance_factory *factory = *state;
    if (!factory->keeps)
        skip();
    open_new(state, &o);
    store(&o, MINIPAY_WRITE_INSERT, &entry_table, &row);
    begin(&o, MINIPAY_SESSION_WRITE);
    row.sequence = 8;
    expect(write_one(&o, MINIPAY_WRITE_INSERT, &entry_table, &row), MINIPAY_OK);
    roll_back(&o);
    close_storage(&o);
    open_as(factory, &schema, &o);
    assert_true(read_row(&o, &entry_table, -1, &read));
    assert_true(read.amount == INT64_MIN);
    read.sequence = 8;
    assert_false(read_row(&o, &entry_table, -1, &read));
    close_storage(&o);
}

static void a_session_after_a_failed_write_works_again(void **state)
{
    opened o;
    entry row = {1, 10}, next = {2, 20};
    open_new(state, &o);
    store(&o, MINIPAY_WRITE_INSERT, &entry_table, &row);
    for (int i = 0; i < 3; i++) {
        begin(&o, MINIPAY_SESSION_WRITE);
        expect(write_one(&o, MINIPAY_WRITE_INSERT, &entry_table, &row), MINIPAY_ID_REUSED);
        roll_back(&o);
    }
    store(&o, MINIPAY_WRITE_INSERT, &entry_table, &next);
    assert_true(read_row(&o, &entry_table, -1, &next));
    close_storage(&o);
}

static void a_reader_stands_on_the_snapshot_of_its_beginning(void **state)
{
    opened o, reader;
    entry row = {1, 10}, read = {1, 0};
    open_new(state, &o);
    if (!o.storage.capabilities(o.storage.impl).readers_beside) {
        close_storage(&o);
        skip();
    }
    store(&o, MINIPAY_WRITE_INSERT, &entry_table, &row);
    reader = o;
    begin(&reader, MINIPAY_SESSION_READ);
    for (int64_t i = 0; i < 3; i++) { /* before its first read, and between its reads */
        row.amount = 100 + i;
        begin(&o, MINIPAY_SESSION_WRITE);
        expect(write_one(&o, MINIPAY_WRITE_PUT, &entry_table, &row), MINIPAY_OK);
        entry more = {2 + i, 0};
        expect(write_one(&o, MINIPAY_WRITE_INSERT, &entry_table, &more), MINIPAY_OK);
        commit(&o);
        entry rows[4];
        minipay_scan all = {.table = &entry_table, .index = -1};
        assert_int_equal(scan(&reader, &all, rows, 4), 1);
        assert_int_equal(rows[0].amount, 10);
        assert_true(get(&reader, &entry_table, -1, &read));
        assert_int_equal(read.amount, 10);
    }
    commit(&reader);
    assert_true(read_row(&o, &entry_table, -1, &read));
    assert_int_equal(read.amount, 102);
    close_storage(&o);
}

static void many_readers_stand_beside_each_other(void **state)
{
    enum { READERS = 40 };
    opened o, readers[READERS];
    entry row = {1, 0};
    open_new(state, &o);
    if (!o.storage.capabilities(o.storage.impl).readers_beside) {
        close_storage(&o);
        skip();
    }
    for (int i = 0; i < READERS; i++) {
        row.amount = i;
        store(&o, MINIPAY_WRITE_PUT, &entry_table, &row);
        readers[i] = o;
        begin(&readers[i], MINIPAY_SESSION_READ);
    }
    for (int i = 0; i < READERS; i++) {
        assert_true(get(&readers[i], &entry_table, -1, &row));
        assert_int_equal(row.amount, i);
        commit(&readers[i]);
    }
    assert_true(read_row(&o, &entry_table, -1, &row));
    close_storage(&o);
}

static void a_writer_is_told_that_another_one_wrote(void **state)
{
    opened a, b;
    entry row = {1, 10};
    open_new(state, &a);
    if (!a.storage.capabilities(a.storage.impl).several_writers) {
        close_storage(&a);
        skip();
    }
    open_as(*state, &schema, &b);
    store(&a, MINIPAY_WRITE_INSERT, &entry_table, &row);
    begin(&b, MINIPAY_SESSION_WRITE);
    assert_int_equal(b.foreign, 1);
    assert_true(get(&b, &entry_table, -1, &row));
    row.amount = 11;
    expect(write_one(&b, MINIPAY_WRITE_PUT, &entry_table, &row), MINIPAY_OK);
    commit(&b);
    begin(&b, MINIPAY_SESSION_WRITE);
    assert_int_equal(b.foreign, 0); /* its own */
    roll_back(&b);
    begin(&a, MINIPAY_SESSION_WRITE);
    assert_int_equal(a.foreign, 1);
    assert_true(get(&a, &entry_table, -1, &row));
    assert_int_equal(row.amount, 11);
    roll_back(&a);
    begin(&a, MINIPAY_SESSION_WRITE);
    assert_int_equal(a.foreign, 0); /* nobody since */
    roll_back(&a);
    begin(&b, MINIPAY_SESSION_WRITE);
    row.amount = 12;
    expect(write_one(&b, MINIPAY_WRITE_PUT, &entry_table, &row), MINIPAY_OK);
    roll_back(&b);
    begin(&a, MINIPAY_SESSION_WRITE);
    assert_int_equal(a.foreign, 0); /* undone */
    roll_back(&a);
    close_storage(&a);
    close_storage(&b);
}

/* ---- kinds of field -------------------------------------------------------------------------------- */

static void round_trip(opened *o, const item *written)
{
    item read, kept;
    memset(&read, 0xee, sizeof read);
    read.id = written->id;
    store(o, MINIPAY_WRITE_INSERT, &item_table, written);
    assert_true(read_row(o, &item_table, -1, &read));
    memset(&kept, 0, sizeof kept);
    memcpy(&kept, written, sizeof kept);
    assert_memory_equal(&read, &kept, offsetof(item, added_text) + sizeof read.added_text);
}

static void every_kind_of_field_keeps_its_extremes(void **state)
{
    opened o;
    item least = make_item(1), most = make_item(2), empty = make_item(3);
    open_new(state, &o);
    least.wide = least.maybe = least.added = INT64_MIN;
    least.narrow = INT32_MIN;
    least.maybe_hash[31] = 1; /* not empty, though most of it is zero */
    least.blob.length = 1;
    round_trip(&o, &least);
    most.wide = most.maybe = most.added = INT64_MAX;
    most.narrow = INT32_MAX;
    most.state = STATE_SHUT;
    memset(most.id.bytes, 0xff, sizeof most.id.bytes);
    memset(most.hash, 0xff, sizeof most.hash);
    memset(most.blob.bytes, 0xff, sizeof most.blob.bytes);
    most.blob.length = sizeof most.blob.bytes;
    memcpy(most.text, "\xec\x86\xa1\xea\xb8\x88 \xf0\x9f\x92\xb0 '\"\\\t\x7f\xc2\xa0z", 21);
    memset(most.maybe_text, 'x', sizeof most.maybe_text - 1);
    round_trip(&o, &most);
    memset(&empty.other, 0, sizeof empty.other);
    empty.wide = empty.narrow = empty.state = 0;
    round_trip(&o, &empty);
    close_storage(&o);
}

static void bytes_keep_every_length(void **state)
{
    opened o;
    open_new(state, &o);
    for (uint32_t length = 0; length <= 20; length++) {
        item row = make_item((uint8_t)(length + 1));
        row.blob.length = length;
        memset(row.blob.bytes, 0xa5, length);
        round_trip(&o, &row);
    }
    close_storage(&o);
}

static void an_enum_without_a_name_is_not_stored(void **state)
{
    static const int32_t strange[] = {-1, 3, INT32_MAX, INT32_MIN};
    opened o;
    open_new(state, &o);
    for (size_t i = 0; i < 4; i++) {
        item row = make_item(1);
        row.state = strange[i];
        begin(&o, MINIPAY_SESSION_WRITE);
        expect(write_one(&o, MINIPAY_WRITE_INSERT, &item_table, &row), MINIPAY_CORRUPT);
        roll_back(&o);
        assert_false(read_row(&o, &item_table, -1, &row));
    }
    close_storage(&o);
}

static void empty_optional_fields_do_not_meet_in_a_unique_index(void **state)
{
    opened o;
    item a = make_item(1), b = make_item(2), sought = make_item(3);
    open_new(state, &o);
    memset(&a.other, 0, sizeof a.other);
    b.other = sought.other = a.other;
    begin(&o, MINIPAY_SESSION_WRITE);
    expect(write_one(&o, MINIPAY_WRITE_INSERT, &item_table, &a), MINIPAY_OK);
    expect(write_one(&o, MINIPAY_WRITE_INSERT, &item_table, &b), MINIPAY_OK);
    assert_false(get(&o, &item_table, BY_OTHER, &sought));
    commit(&o);
    close_storage(&o);
}

/* ---- get_many -------------------------------------------------------------------------------------- */

static void many_rows_are_read_at_once_and_missing_ones_are_marked(void **state)
{
    enum { ASKED = 200 };
    opened o;
    entry rows[ASKED];
    void *pointers[ASKED];
    uint8_t found[ASKED];
    open_new(state, &o);
    begin(&o, MINIPAY_SESSION_WRITE);
    for (int64_t i = 0; i < ASKED; i += 2) {
        entry row = {i, i * 3};
        expect(write_one(&o, MINIPAY_WRITE_INSERT, &entry_table, &row), MINIPAY_OK);
    }
    commit(&o);
    for (int64_t i = 0; i < ASKED; i++) {
        rows[i] = (entry){ASKED - 1 - i, -1};
        pointers[i] = &rows[i];
    }
    memset(found, 7, sizeof found);
    begin(&o, MINIPAY_SESSION_READ);
    expect(o.storage.get_many(o.storage.impl, o.session, &entry_table, -1, pointers, found, ASKED, NULL),
           MINIPAY_OK);
    expect(o.storage.get_many(o.storage.impl, o.session, &entry_table, -1, NULL, NULL, 0, NULL),
           MINIPAY_OK);
    commit(&o);
    for (int64_t i = 0; i < ASKED; i++) {
        int64_t sequence = ASKED - 1 - i;
        assert_int_equal(found[i], sequence % 2 == 0);
        assert_int_equal(rows[i].sequence, sequence);
        assert_int_equal(rows[i].amount, found[i] ? sequence * 3 : -1);
    }
    close_storage(&o);
}

static void a_row_is_read_by_a_unique_index(void **state)
{
    opened o;
    open_new(state, &o);
    store_items(&o, 5);
    item sought = {.wide = 4};
    assert_true(read_row(&o, &item_table, BY_WIDE, &sought));
    assert_int_equal(sought.id.bytes[0], 4);
    assert_int_equal(sought.narrow, 96);
    item other = make_item(2);
    memset(&other.id, 0, sizeof other.id);
    assert_true(read_row(&o, &item_table, BY_OTHER, &other));
    assert_int_equal(other.id.bytes[0], 2);
    sought.wide = 6;
    assert_false(read_row(&o, &item_table, BY_WIDE, &sought));
    close_storage(&o);
}

static void a_writer_reads_what_it_wrote(void **state)
{
    opened o;
    item row = make_item(1), sought = {.wide = 50};
    open_new(state, &o);
    store_items(&o, 1);
    begin(&o, MINIPAY_SESSION_WRITE);
    row.wide = 50;
    expect(write_one(&o, MINIPAY_WRITE_PUT, &item_table, &row), MINIPAY_OK);
    assert_true(get(&o, &item_table, BY_WIDE, &sought));
    sought.wide = 1;
    assert_false(get(&o, &item_table, BY_WIDE, &sought));
    expect(write_one(&o, MINIPAY_WRITE_DELETE, &item_table, &row), MINIPAY_OK);
    assert_false(get(&o, &item_table, -1, &row));
    commit(&o);
    close_storage(&o);
}

/* ---- scan ------------------------------------------------------------------------------------------ */

static void expect_numbers(opened *o, const minipay_scan *wanted, const char *numbers)
{
    sum rows[12];
    char found[64] = "";
    uint32_t count = scan(o, wanted, rows, 12), used = 0;
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
    open_new(state, &o);
    store_sums(&o);
    for (int kind = MINIPAY_SESSION_READ; kind <= MINIPAY_SESSION_WRITE; kind++) {
        begin(&o, kind);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            minipay_scan wanted = cases[i].scan;
            wanted.table = &sum_table;
            wanted.index = -1;
            expect_numbers(&o, &wanted, cases[i].numbers);
        }
        commit(&o);
    }
    close_storage(&o);
}

static void a_scan_ends_at_its_limit_and_goes_on_behind_its_last_row(void **state)
{
    opened o;
    sum rows[4], last;
    int seen = 0;
    minipay_scan pages = {.table = &sum_table, .index = -1, .low = &last, .low_exclusive = 1};
    open_new(state, &o);
    store_sums(&o);
    begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(scan(&o, &pages, rows, 0), 0);
    for (uint32_t count = 4; count == 4; pages.low_fields = 2) {
        count = scan(&o, &pages, rows, 4);
        for (uint32_t i = 0; i < count; i++)
            assert_int_equal(rows[i].still, seen++);
        if (count)
            last = rows[count - 1];
    }
    assert_int_equal(seen, 9);
    commit(&o);
    close_storage(&o);
}

static void ids_and_numbers_come_in_the_order_of_their_kind(void **state)
{
    static const uint8_t firsts[] = {0x80, 0x00, 0x7f, 0xff, 0x01};
    opened o;
    item rows[6];
    entry numbers[3];
    minipay_scan items = {.table = &item_table, .index = -1};
    minipay_scan entries = {.table = &entry_table, .index = -1};
    open_new(state, &o);
    begin(&o, MINIPAY_SESSION_WRITE);
    for (uint8_t i = 0; i < 5; i++) {
        item row = make_item((uint8_t)(i + 1));
        row.id.bytes[0] = firsts[i];
        row.id.bytes[15] = 1;
        expect(write_one(&o, MINIPAY_WRITE_INSERT, &item_table, &row), MINIPAY_OK);
    }
    for (int64_t i = 0; i < 3; i++) {
        entry row = {i == 0 ? INT64_MAX : i == 1 ? -5 : INT64_MIN, i};
        expect(write_one(&o, MINIPAY_WRITE_INSERT, &entry_table, &row), MINIPAY_OK);
    }
    commit(&o);
    begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(scan(&o, &items, rows, 6), 5);
    for (int i = 1; i < 5; i++)
        assert_true(memcmp(&rows[i - 1].id, &rows[i].id, sizeof rows[i].id) < 0);
    assert_int_equal(scan(&o, &entries, numbers, 3), 3);
    assert_int_equal(numbers[0].amount, 2);
    assert_int_equal(numbers[2].amount, 0);
    commit(&o);
    close_storage(&o);
}

static void a_scan_by_an_index_comes_in_its_order(void **state)
{
    opened o;
    item rows[9], low = {.wide = 2}, high = {.wide = 4};
    minipay_scan by_wide = {.table = &item_table,
                            .index = BY_WIDE,
                            .descending = 1,
                            .low = &low,
                            .low_fields = 1,
                            .high = &high,
                            .high_fields = 1};
    open_new(state, &o);
    store_items(&o, 6);
    begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(scan(&o, &by_wide, rows, 9), 3);
    assert_int_equal(rows[0].wide, 4);
    assert_int_equal(rows[2].wide, 2);
    assert_int_equal(rows[2].narrow, 98);
    commit(&o);
    close_storage(&o);
}

static void a_partial_index_holds_only_rows_of_its_first_names(void **state)
{
    opened o;
    item rows[9], row;
    minipay_scan open_ones = {.table = &item_table, .index = OPEN_BY_NARROW};
    open_new(state, &o);
    store_items(&o, 5);
    begin(&o, MINIPAY_SESSION_WRITE);
    row = make_item(2);
    row.state = STATE_SHUT;
    expect(write_one(&o, MINIPAY_WRITE_PUT, &item_table, &row), MINIPAY_OK);
    row = make_item(4);
    row.state = STATE_NONE;
    expect(write_one(&o, MINIPAY_WRITE_PUT, &item_table, &row), MINIPAY_OK);
    assert_int_equal(scan(&o, &open_ones, rows, 9), 4);
    row = make_item(2);
    expect(write_one(&o, MINIPAY_WRITE_PUT, &item_table, &row), MINIPAY_OK);
    row.state = STATE_SHUT;
    expect(write_one(&o, MINIPAY_WRITE_PUT, &item_table, &row), MINIPAY_OK);
    commit(&o);
    begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(scan(&o, &open_ones, rows, 9), 4);
    assert_int_equal(rows[0].id.bytes[0], 5); /* the lowest `narrow` */
    assert_int_equal(rows[3].id.bytes[0], 1);
    item low = {.narrow = 96}, high = {.narrow = 97};
    open_ones.low = &low;
    open_ones.high = &high;
    open_ones.low_fields = open_ones.high_fields = 1;
    assert_int_equal(scan(&o, &open_ones, rows, 9), 2);
    commit(&o);
    close_storage(&o);
}

/* ---- write_many ------------------------------------------------------------------------------------ */

static void a_taken_key_or_unique_index_tells_the_place_in_the_batch(void **state)
{
    enum { BY_KEY, BY_INDEX, IN_BATCH_BY_KEY, IN_BATCH_BY_INDEX, CASES };
    opened o;
    open_new(state, &o);
    store_items(&o, 3);
    for (int i = 0; i < CASES; i++) {
        item rows[4] = {make_item(10), make_item(11), make_item(12), make_item(13)};
        const void *pointers[4] = {&rows[0], &rows[1], &rows[2], &rows[3]};
        uint32_t conflict = 0;
        if (i == BY_KEY)
            rows[2].id = make_item(3).id;
        else if (i == BY_INDEX)
            rows[2].wide = 3;
        else if (i == IN_BATCH_BY_KEY)
            rows[2].id = rows[1].id;
        else
            rows[2].other = rows[0].other;
        begin(&o, MINIPAY_SESSION_WRITE);
        expect(write_all(&o, MINIPAY_WRITE_INSERT, &item_table, pointers, 4, &conflict),
               MINIPAY_ID_REUSED);
        assert_int_equal(conflict, 2);
        roll_back(&o);
        for (int k = 0; k < 4; k++) {
            if (k != 2)
                assert_false(read_row(&o, &item_table, -1, &rows[k]));
        }
    }
    close_storage(&o);
}

static void put_makes_or_replaces_with_and_without_indexes(void **state)
{
    opened o;
    item rows[3] = {make_item(1), make_item(2), make_item(3)}, item_read;
    const void *pointers[3] = {&rows[0], &rows[1], &rows[2]};
    open_new(state, &o);
    store_items(&o, 2);
    begin(&o, MINIPAY_SESSION_WRITE);
    rows[0].narrow = 7;
    rows[2].narrow = 8;
    expect(write_all(&o, MINIPAY_WRITE_PUT, &item_table, pointers, 3, NULL), MINIPAY_OK);
    sum first = {.name = "x", .number = 1, .total = 5}, again = {.name = "x", .number = 1, .still = 6};
    expect(write_one(&o, MINIPAY_WRITE_PUT, &sum_table, &first), MINIPAY_OK);
    expect(write_one(&o, MINIPAY_WRITE_PUT, &sum_table, &again), MINIPAY_OK);
    commit(&o);
    item_read.id = rows[0].id;
    assert_true(read_row(&o, &item_table, -1, &item_read));
    assert_int_equal(item_read.narrow, 7);
    item_read.id = rows[2].id;
    assert_true(read_row(&o, &item_table, -1, &item_read));
    assert_int_equal(item_read.narrow, 8);
    assert_true(read_row(&o, &sum_table, -1, &first));
    assert_int_equal(first.total, 0);
    assert_int_equal(first.still, 6);
    close_storage(&o);
}

static void put_does_not_take_another_rows_unique_index(void **state)
{
    opened o;
    item rows[2] = {make_item(1), make_item(2)}, read = make_item(2);
    const void *pointers[2] = {&rows[0], &rows[1]};
    uint32_t conflict = 0;
    open_new(state, &o);
    store_items(&o, 3);
    begin(&o, MINIPAY_SESSION_WRITE);
    rows[1].wide = 3;
    expect(write_all(&o, MINIPAY_WRITE_PUT, &item_table, pointers, 2, &conflict), MINIPAY_ID_REUSED);
    assert_int_equal(conflict, 1);
    roll_back(&o);
    assert_true(read_row(&o, &item_table, -1, &read));
    assert_int_equal(read.wide, 2);
    close_storage(&o);
}

static void add_changes_additive_fields_and_no_others(void **state)
{
    opened o;
    sum a = {.name = "a", .number = 1, .total = 5, .other_total = -7, .still = 99}, read = a;
    const void *twice[2] = {&a, &a};
    open_new(state, &o);
    store_sums(&o);
    begin(&o, MINIPAY_SESSION_WRITE);
    expect(write_all(&o, MINIPAY_WRITE_ADD, &sum_table, twice, 2, NULL), MINIPAY_OK);
    commit(&o);
    assert_true(read_row(&o, &sum_table, -1, &read));
    assert_int_equal(read.total, 10);
    assert_int_equal(read.other_total, -14);
    assert_int_equal(read.still, 0);
    close_storage(&o);
}

static void add_beyond_the_end_or_to_nothing_is_refused(void **state)
{
    static const int64_t ends[2] = {INT64_MAX, INT64_MIN};
    opened o;
    open_new(state, &o);
    for (int i = 0; i < 2; i++) {
        sum row = {.name = "end", .number = i, .total = ends[i]};
        sum one = {.name = "end", .number = i, .total = i ? -1 : 1};
        store(&o, MINIPAY_WRITE_INSERT, &sum_table, &row);
        begin(&o, MINIPAY_SESSION_WRITE);
        expect(write_one(&o, MINIPAY_WRITE_ADD, &sum_table, &one), MINIPAY_CORRUPT);
        roll_back(&o);
        assert_true(read_row(&o, &sum_table, -1, &row));
        assert_true(row.total == ends[i]);
    }
    sum nobody = {.name = "nobody", .number = 1, .total = 1};
    begin(&o, MINIPAY_SESSION_WRITE);
    expect(write_one(&o, MINIPAY_WRITE_ADD, &sum_table, &nobody), MINIPAY_CORRUPT);
    roll_back(&o);
    assert_false(read_row(&o, &sum_table, -1, &nobody));
    close_storage(&o);
}

static void delete_takes_rows_away_and_does_not_mind_missing_ones(void **state)
{
    opened o;
    item rows[3] = {make_item(2), make_item(9), make_item(3)};
    const void *pointers[3] = {&rows[0], &rows[1], &rows[2]};
    open_new(state, &o);
    store_items(&o, 3);
    begin(&o, MINIPAY_SESSION_WRITE);
    expect(write_all(&o, MINIPAY_WRITE_DELETE, &item_table, pointers, 3, NULL), MINIPAY_OK);
    expect(write_one(&o, MINIPAY_WRITE_INSERT, &item_table, &rows[2]), MINIPAY_OK);
    commit(&o);
    assert_false(read_row(&o, &item_table, -1, &rows[0]));
    assert_true(read_row(&o, &item_table, -1, &rows[2]));
    item sought = {.wide = 2};
    assert_false(read_row(&o, &item_table, BY_WIDE, &sought));
    close_storage(&o);
}

static void a_batch_of_the_largest_size_is_written(void **state)
{
    enum { ROWS = 8190 };
    static entry rows[ROWS];
    static const void *pointers[ROWS];
    opened o;
    entry last[1];
    minipay_scan newest = {.table = &entry_table, .index = -1, .descending = 1};
    open_new(state, &o);
    for (int64_t i = 0; i < ROWS; i++) {
        rows[i] = (entry){i + 1, -i};
        pointers[i] = &rows[i];
    }
    for (int kind = MINIPAY_WRITE_INSERT; kind <= MINIPAY_WRITE_PUT; kind++) {
        begin(&o, MINIPAY_SESSION_WRITE);
        expect(write_all(&o, kind, &entry_table, pointers, ROWS, NULL), MINIPAY_OK);
        commit(&o);
    }
    begin(&o, MINIPAY_SESSION_READ);
    assert_int_equal(scan(&o, &newest, last, 1), 1);
    assert_int_equal(last[0].sequence, ROWS);
    commit(&o);
    close_storage(&o);
}

/* ---- schema ---------------------------------------------------------------------------------------- */

static void an_older_schema_gains_what_it_has_not(void **state)
{
    opened o;
    item row = make_item(1), read = make_item(1), rows[4];
    minipay_scan by_text = {.table = &item_table, .index = BY_TEXT};
    const conformance_factory *factory = *state;
    if (!factory->keeps)
        skip();
    factory->forget(factory->context);
    open_as(factory, &schema_1, &o);
    memcpy(row.text, "kept", 5);
    row.added = 5; /* version 1 does not know it */
    store(&o, MINIPAY_WRITE_INSERT, &item_table_1, &row);
    close_storage(&o);
    for (int i = 0; i < 2; i++) { /* the second time there is nothing left to do */
        open_as(factory, &schema, &o);
        memset(&read, 0xee, sizeof read);
        read.id = row.id;
        assert_true(read_row(&o, &item_table, -1, &read));
        assert_string_equal(read.text, "kept");
        assert_int_equal(read.wide, 1);
        assert_int_equal(read.added, i ? 77 : 0);
        assert_string_equal(read.added_text, "");
        begin(&o, MINIPAY_SESSION_READ);
        assert_int_equal(scan(&o, &by_text, rows, 4), 1);
        commit(&o);
        sum added = {.name = "new", .number = i};
        store(&o, MINIPAY_WRITE_INSERT, &sum_table, &added);
        read.added = 77;
        store(&o, MINIPAY_WRITE_PUT, &item_table, &read);
        close_storage(&o);
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
    open_as(factory, &schema_3, &o);
    store(&o, MINIPAY_WRITE_INSERT, &entry_table, &row);
    close_storage(&o);
    factory->make(factory->context, &o.storage);
    minipay_error_init(&error);
    for (int i = 0; i < 2; i++) {
        expect(o.storage.open(o.storage.impl, &schema, &error), MINIPAY_NEWER_VERSION);
        expect(error.status, MINIPAY_NEWER_VERSION);
        assert_true(error.message[0]);
    }
    o.storage.close(o.storage.impl);
    open_as(factory, &schema_3, &o);
    row.amount = 0;
    assert_true(read_row(&o, &entry_table, -1, &row));
    assert_int_equal(row.amount, 10);
    close_storage(&o);
}

static void a_storage_that_was_never_opened_can_be_closed(void **state)
{
    minipay_storage storage;
    const conformance_factory *factory = *state;
    factory->forget(factory->context);
    factory->make(factory->context, &storage);
    storage.close(storage.impl);
}

int conformance_run(const conformance_factory *factory)
{
    struct CMUnitTest tests[] = {
        cmocka_unit_test(a_committed_row_is_read_and_a_rolled_back_one_is_not),
        cmocka_unit_test(what_was_committed_is_there_after_reopening),
        cmocka_unit_test(a_session_after_a_failed_write_works_again),
        cmocka_unit_test(a_reader_stands_on_the_snapshot_of_its_beginning),
        cmocka_unit_test(many_readers_stand_beside_each_other),
        cmocka_unit_test(a_writer_is_told_that_another_one_wrote),
        cmocka_unit_test(every_kind_of_field_keeps_its_extremes),
        cmocka_unit_test(bytes_keep_every_length),
        cmocka_unit_test(an_enum_without_a_name_is_not_stored),
        cmocka_unit_test(empty_optional_fields_do_not_meet_in_a_unique_index),
        cmocka_unit_test(many_rows_are_read_at_once_and_missing_ones_are_marked),
        cmocka_unit_test(a_row_is_read_by_a_unique_index),
        cmocka_unit_test(a_writer_reads_what_it_wrote),
        cmocka_unit_test(scans_are_bounded_by_whole_keys_and_by_prefixes),
        cmocka_unit_test(a_scan_ends_at_its_limit_and_goes_on_behind_its_last_row),
        cmocka_unit_test(ids_and_numbers_come_in_the_order_of_their_kind),
        cmocka_unit_test(a_scan_by_an_index_comes_in_its_order),
        cmocka_unit_test(a_partial_index_holds_only_rows_of_its_first_names),
        cmocka_unit_test(a_taken_key_or_unique_index_tells_the_place_in_the_batch),
        cmocka_unit_test(put_makes_or_replaces_with_and_without_indexes),
        cmocka_unit_test(put_does_not_take_another_rows_unique_index),
        cmocka_unit_test(add_changes_additive_fields_and_no_others),
        cmocka_unit_test(add_beyond_the_end_or_to_nothing_is_refused),
        cmocka_unit_test(delete_takes_rows_away_and_does_not_mind_missing_ones),
        cmocka_unit_test(a_batch_of_the_largest_size_is_written),
        cmocka_unit_test(an_older_schema_gains_what_it_has_not),
        cmocka_unit_test(a_newer_schema_is_refused_and_left_alone),
        cmocka_unit_test(a_storage_that_was_never_opened_can_be_closed),
    };
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tests[i].initial_state = (void *)(uintptr_t)factory;
    return cmocka_run_group_tests_name(factory->name, tests, NULL, NULL);
}
