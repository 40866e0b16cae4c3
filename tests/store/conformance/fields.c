/* SPDX-License-Identifier: Apache-2.0 */
#include "kit.h"

#include <string.h>

static void round_trip(opened *o, const item *written)
{
    item read, kept;
    memset(&read, 0xee, sizeof read);
    read.id = written->id;
    conf_store(o, MINIPAY_WRITE_INSERT, &conf_item_table, written);
    assert_true(conf_read(o, &conf_item_table, -1, &read));
    memset(&kept, 0, sizeof kept);
    memcpy(&kept, written, sizeof kept);
    assert_memory_equal(&read, &kept, offsetof(item, added_text) + sizeof read.added_text);
}

static void every_kind_of_field_keeps_its_extremes(void **state)
{
    opened o;
    item least = conf_item(1), most = conf_item(2), empty = conf_item(3);
    conf_open_new(state, &o);
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
    conf_close(&o);
}

static void bytes_keep_every_length(void **state)
{
    opened o;
    conf_open_new(state, &o);
    for (uint32_t length = 0; length <= 20; length++) {
        item row = conf_item((uint8_t)(length + 1));
        row.blob.length = length;
        memset(row.blob.bytes, 0xa5, length);
        round_trip(&o, &row);
    }
    conf_close(&o);
}

static void an_enum_without_a_name_is_not_stored(void **state)
{
    static const int32_t strange[] = {-1, 3, INT32_MAX, INT32_MIN};
    opened o;
    conf_open_new(state, &o);
    for (size_t i = 0; i < 4; i++) {
        item row = conf_item(1);
        row.state = strange[i];
        conf_begin(&o, MINIPAY_SESSION_WRITE);
        conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_item_table, &row), MINIPAY_CORRUPT);
        conf_roll_back(&o);
        assert_false(conf_read(&o, &conf_item_table, -1, &row));
    }
    conf_close(&o);
}

static void empty_optional_fields_do_not_meet_in_a_unique_index(void **state)
{
    opened o;
    item a = conf_item(1), b = conf_item(2), sought = conf_item(3);
    conf_open_new(state, &o);
    memset(&a.other, 0, sizeof a.other);
    b.other = sought.other = a.other;
    conf_begin(&o, MINIPAY_SESSION_WRITE);
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_item_table, &a), MINIPAY_OK);
    conf_expect(conf_write_one(&o, MINIPAY_WRITE_INSERT, &conf_item_table, &b), MINIPAY_OK);
    assert_false(conf_get(&o, &conf_item_table, BY_OTHER, &sought));
    conf_commit(&o);
    conf_close(&o);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_kind_of_field_keeps_its_extremes),
    cmocka_unit_test(bytes_keep_every_length),
    cmocka_unit_test(an_enum_without_a_name_is_not_stored),
    cmocka_unit_test(empty_optional_fields_do_not_meet_in_a_unique_index),
};

CONF_PART(conf_fields, tests);
