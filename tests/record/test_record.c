/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "record/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A record described once: its hashed form, its JSON, its tag, its secrets. */

static const char *const state_names[] = {"none", "open", "shut", NULL};

typedef struct paper {
    minipay_id id;
    int64_t amount_minor;
    int64_t fee_minor;
    int32_t count;
    int32_t state;
    char note[24];
    uint8_t print[20];
    MPI_SECRET(16) number;
    minipay_id other;
    uint8_t row_tag[MPI_TAG_SIZE];
} paper;

static const minipay_field paper_fields[] = {
    MPI_ID(paper, id),
    MPI_MONEY(paper, amount_minor),
    MPI_MONEY(paper, fee_minor),
    MPI_INT32(paper, count),
    MPI_ENUM(paper, state, state_names),
    MPI_TEXT(paper, note),
    MPI_HASH(paper, print),
    MPI_BYTES(paper, number),
    MPI_OPTIONAL_ID(paper, other),
    MPI_HASH(paper, row_tag),
};
static const mpi_record paper_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, paper, "paper", paper_fields, 1, NULL, 0);

static mpi_keys keys;

static int derive(void **state)
{
    static const uint8_t master[32] = {1, 2, 3};
    (void)state;
    if (mpi_hash_start() != 0)
        return -1;
    mpi_keys_derive(master, &keys);
    return 0;
}

static paper make_paper(void)
{
    paper made;
    memset(&made, 0, sizeof made);
    memset(made.id.bytes, 0x11, sizeof made.id.bytes);
    made.amount_minor = -1234567890123;
    made.fee_minor = INT64_MIN;
    made.count = INT32_MIN;
    made.state = 2;
    strcpy(made.note, "\xec\x86\xa1\xea\xb8\x88");
    memset(made.print, 0xab, sizeof made.print);
    mpi_secret_set(&made.number, sizeof made.number, "110-222");
    return made;
}

/* ---- the form that is hashed ----------------------------------------------------------------------- */

static void what_was_written_in_canonical_form_is_restored(void **state)
{
    uint8_t bytes[MPI_RECORD_LARGEST];
    paper written = make_paper(), restored;
    (void)state;
    memset(&restored, 0xee, sizeof restored);
    size_t count = mpi_record_canonical(&paper_record, &written, bytes);
    assert_int_equal(mpi_record_restore(&paper_record, bytes, count, &restored), 0);
    assert_memory_equal(&restored, &written, sizeof restored);
}

/* Each would be a row that has another form than the one it was made of. */
static void bytes_that_no_row_is_written_as_are_refused(void **state)
{
    static const uint8_t state_beyond_its_names[] = {4, 3, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t negative_state[] = {4, 255, 255, 255, 255, 255, 255, 255, 255};
    static const uint8_t count_too_large[] = {3, 0, 0, 0, 0, 1, 0, 0, 0};
    static const uint8_t text_with_a_nul[] = {5, 3, 0, 'a', 0, 'b'};
    static const uint8_t falling_positions[] = {3, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t twice_the_same[] = {3, 1, 0, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0, 0, 0};
    paper row;
    (void)state;
    assert_int_equal(mpi_record_restore(&paper_record, state_beyond_its_names, 9, &row), -1);
    assert_int_equal(mpi_record_restore(&paper_record, negative_state, 9, &row), -1);
    assert_int_equal(mpi_record_restore(&paper_record, count_too_large, 9, &row), -1);
    assert_int_equal(mpi_record_restore(&paper_record, text_with_a_nul, 6, &row), -1);
    assert_int_equal(mpi_record_restore(&paper_record, falling_positions, 18, &row), -1);
    assert_int_equal(mpi_record_restore(&paper_record, twice_the_same, 18, &row), -1);
}

static void a_field_that_is_zero_is_not_in_the_form(void **state)
{
    uint8_t bytes[MPI_RECORD_LARGEST];
    paper empty;
    (void)state;
    memset(&empty, 0, sizeof empty);
    assert_int_equal(mpi_record_canonical(&paper_record, &empty, bytes), 0);
    empty.fee_minor = 1;
    assert_int_equal(mpi_record_canonical(&paper_record, &empty, bytes), 9);
    assert_int_equal(bytes[0], 2);
    assert_int_equal(bytes[1], 1);
    memset(empty.row_tag, 7, sizeof empty.row_tag);
    assert_int_equal(mpi_record_canonical(&paper_record, &empty, bytes), 9);
}

static void every_field_changes_the_form_and_the_tag_does_not(void **state)
{
    uint8_t bytes[MPI_RECORD_LARGEST], other[MPI_RECORD_LARGEST];
    paper row = make_paper();
    (void)state;
    size_t count = mpi_record_canonical(&paper_record, &row, bytes);
    for (uint32_t i = 0; i < paper_record.table.field_count; i++) {
        const minipay_field *field = &paper_record.table.fields[i];
        paper changed = row;
        size_t at = field->offset + (field->kind == MINIPAY_FIELD_BYTES ? 4 : 0);
        ((uint8_t *)&changed)[at] ^= 1;
        size_t used = mpi_record_canonical(&paper_record, &changed, other);
        bool same = used == count && memcmp(bytes, other, count) == 0;
        assert_int_equal(same, i == paper_record.table.field_count - 1);
    }
}

static void the_public_form_has_no_secret(void **state)
{
    uint8_t bytes[MPI_RECORD_LARGEST];
    paper row = make_paper(), restored;
    (void)state;
    size_t count = mpi_record_public(&paper_record, &row, bytes);
    for (size_t i = 0; i + 7 <= count; i++)
        assert_memory_not_equal(bytes + i, "110-222", 7);
    assert_int_equal(mpi_record_restore(&paper_record, bytes, count, &restored), 0);
    assert_int_equal(restored.number.length, 0);
    assert_int_equal(restored.amount_minor, row.amount_minor);
}

static void bytes_that_are_not_of_the_form_restore_nothing(void **state)
{
    uint8_t bytes[MPI_RECORD_LARGEST + 8];
    paper row = make_paper(), restored;
    (void)state;
    size_t count = mpi_record_canonical(&paper_record, &row, bytes);
    for (size_t cut = 1; cut < count; cut++) { /* whole fields may be missing, half ones not */
        uint8_t again[MPI_RECORD_LARGEST];
        uint8_t *exact = malloc(cut);
        assert_non_null(exact);
        memcpy(exact, bytes, cut);
        if (mpi_record_restore(&paper_record, exact, cut, &restored) == 0)
            assert_int_equal(mpi_record_canonical(&paper_record, &restored, again), cut);
        free(exact);
    }
    bytes[count] = 9; /* the tag's own place */
    assert_int_equal(mpi_record_restore(&paper_record, bytes, count + 1, &restored), -1);
    static const uint8_t long_note[] = {5,   24,  0,   'a', 'a', 'a', 'a', 'a', 'a',
                                        'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a',
                                        'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a'};
    assert_int_equal(mpi_record_restore(&paper_record, long_note, sizeof long_note, &restored), -1);
}

/* Every cut and every flipped byte, in memory of exactly that size. */
static void garbage_never_reaches_beyond_its_end(void **state)
{
    uint8_t bytes[MPI_RECORD_LARGEST];
    paper row = make_paper(), restored;
    (void)state;
    size_t count = mpi_record_canonical(&paper_record, &row, bytes);
    uint8_t *exact = malloc(count);
    assert_non_null(exact);
    for (size_t at = 0; at < count; at++) {
        for (int bit = 0; bit < 8; bit++) {
            uint8_t again[MPI_RECORD_LARGEST];
            memcpy(exact, bytes, count);
            exact[at] ^= (uint8_t)(1 << bit);
            if (mpi_record_restore(&paper_record, exact, count, &restored) == 0)
                assert_in_range(mpi_record_canonical(&paper_record, &restored, again), 0, sizeof again);
        }
    }
    free(exact);
}

/* ---- tags ------------------------------------------------------------------------------------------ */

static const char *changed(const paper *row, const uint8_t tag[MPI_TAG_SIZE])
{
    static char text[128];
    mpi_record_changed_field(&paper_record, &keys, row, tag, text);
    return text;
}

static void a_tag_names_the_money_column_that_changed(void **state)
{
    uint8_t tag[MPI_TAG_SIZE];
    paper row = make_paper();
    (void)state;
    mpi_record_tag(&paper_record, &keys, &row, tag);
    assert_true(mpi_record_is_tagged(&paper_record, &keys, &row, tag));
    assert_string_equal(changed(&row, tag), "");
    row.fee_minor += 1;
    assert_string_equal(changed(&row, tag), "fee_minor");
    row.fee_minor -= 1;
    row.amount_minor = 7;
    assert_string_equal(changed(&row, tag), "amount_minor");
    row = make_paper();
    row.note[0] = 'x';
    assert_string_equal(changed(&row, tag), "");
    assert_false(mpi_record_is_tagged(&paper_record, &keys, &row, tag));
}

/* With a check of one byte some ten of these would be found, but not named. */
static void whatever_amount_is_put_into_a_column_the_tag_names_it(void **state)
{
    uint8_t tag[MPI_TAG_SIZE];
    paper row = make_paper(), other = row;
    (void)state;
    mpi_record_tag(&paper_record, &keys, &row, tag);
    for (int64_t change = 1; change < 3000; change++) {
        other.amount_minor = row.amount_minor + change;
        assert_string_equal(changed(&other, tag), "amount_minor");
        assert_false(mpi_record_is_tagged(&paper_record, &keys, &other, tag));
    }
}

/* They had one byte for each column, and were shorter. */
static void a_tag_of_an_earlier_version_still_names_the_column(void **state)
{
    uint8_t tag[MPI_TAG_SIZE];
    paper row = make_paper();
    (void)state;
    mpi_record_tag(&paper_record, &keys, &row, tag);
    memset(tag + 16, 0, sizeof tag - 16);
    assert_true(mpi_record_is_tagged(&paper_record, &keys, &row, tag));
    assert_string_equal(changed(&row, tag), "");
    row.fee_minor += 1;
    assert_string_equal(changed(&row, tag), "fee_minor");
}

/* One more than a tag has checks; an earlier version had one less. */
typedef struct bill {
    minipay_id id;
    int64_t a, b, c, d, e, f, g, h, i;
    uint8_t row_tag[MPI_TAG_SIZE];
} bill;

#define EIGHT_AMOUNTS                                                                                   \
    MPI_ID(bill, id), MPI_MONEY(bill, a), MPI_MONEY(bill, b), MPI_MONEY(bill, c), MPI_MONEY(bill, d),   \
        MPI_MONEY(bill, e), MPI_MONEY(bill, f), MPI_MONEY(bill, g), MPI_MONEY(bill, h)

static const minipay_field old_bill_fields[] = {EIGHT_AMOUNTS, MPI_HASH(bill, row_tag)};
static const minipay_field bill_fields[] = {EIGHT_AMOUNTS, MPI_MONEY(bill, i), MPI_HASH(bill, row_tag)};
static const mpi_record old_bill_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, bill, "bill", old_bill_fields, 1, NULL, 0);
static const mpi_record bill_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, bill, "bill", bill_fields, 1, NULL, 0);

static void a_tag_holds_when_a_ninth_amount_is_appended(void **state)
{
    uint8_t tag[MPI_TAG_SIZE], now[MPI_TAG_SIZE];
    char text[128];
    bill row;
    (void)state;
    memset(&row, 0, sizeof row);
    row.a = 5;
    row.h = 700;
    mpi_record_tag(&old_bill_record, &keys, &row, tag);
    mpi_record_tag(&bill_record, &keys, &row, now);
    assert_memory_equal(now, tag, sizeof tag);
    assert_true(mpi_record_is_tagged(&bill_record, &keys, &row, tag));
    mpi_record_changed_field(&bill_record, &keys, &row, tag, text);
    assert_string_equal(text, "");
    row.i = 1;
    mpi_record_changed_field(&bill_record, &keys, &row, tag, text);
    assert_string_equal(text, "i");
    row.i = 0;
    row.h = 1;
    mpi_record_changed_field(&bill_record, &keys, &row, tag, text);
    assert_string_equal(text, "h");
}

static void swapped_amounts_do_not_keep_their_tag(void **state)
{
    uint8_t tag[MPI_TAG_SIZE];
    paper row = make_paper();
    (void)state;
    row.amount_minor = 100;
    row.fee_minor = 200;
    mpi_record_tag(&paper_record, &keys, &row, tag);
    row.amount_minor = 200;
    row.fee_minor = 100;
    assert_string_not_equal(changed(&row, tag), "");
    assert_false(mpi_record_is_tagged(&paper_record, &keys, &row, tag));
}

/* ---- secrets --------------------------------------------------------------------------------------- */

static void a_sealed_field_opens_under_its_row_only(void **state)
{
    paper row = make_paper();
    minipay_id stranger = {{9}};
    char text[16];
    (void)state;
    mpi_record_seal(&paper_record, &keys, &row.id, &row);
    assert_int_equal(row.number.length, 7 + MPI_SEAL_OVERHEAD);
    assert_int_equal(mpi_record_unseal(&keys, &row.id, &row.number, text, sizeof text), 0);
    assert_string_equal(text, "110-222");
    assert_int_equal(mpi_record_unseal(&keys, &stranger, &row.number, text, sizeof text), -1);
    row.number.bytes[30] ^= 1;
    assert_int_equal(mpi_record_unseal(&keys, &row.id, &row.number, text, sizeof text), -1);
    row.number.bytes[30] ^= 1;
    assert_int_equal(mpi_record_unseal(&keys, &row.id, &row.number, text, 7), -1); /* no room for NUL */
}

static void an_empty_secret_stays_empty(void **state)
{
    paper row = make_paper();
    char text[16] = "before";
    (void)state;
    memset(&row.number, 0, sizeof row.number);
    mpi_record_seal(&paper_record, &keys, &row.id, &row);
    assert_int_equal(row.number.length, 0);
    assert_int_equal(mpi_record_unseal(&keys, &row.id, &row.number, text, sizeof text), 0);
    assert_string_equal(text, "");
}

/* ---- JSON ------------------------------------------------------------------------------------------ */

static void json_has_every_field_but_secrets_and_the_tag(void **state)
{
    char json[1024];
    paper row = make_paper();
    (void)state;
    assert_true(mpi_record_json(&paper_record, &row, json, sizeof json));
    assert_string_equal(json, "{\"id\":\"11111111-1111-1111-1111-111111111111\","
                              "\"amount_minor\":-1234567890123,\"fee_minor\":-9223372036854775808,"
                              "\"count\":-2147483648,\"state\":\"shut\","
                              "\"note\":\"\xec\x86\xa1\xea\xb8\x88\","
                              "\"print\":\"abababababababababababababababababababab\",\"other\":null}");
}

static void json_escapes_what_json_must(void **state)
{
    char json[1024];
    paper row = make_paper();
    (void)state;
    strcpy(row.note, "a\"b\\c\n\t\x01\x1f\x7f/");
    assert_true(mpi_record_json(&paper_record, &row, json, sizeof json));
    assert_non_null(strstr(json, "\"note\":\"a\\\"b\\\\c\\u000a\\u0009\\u0001\\u001f\x7f/\""));
}

static void json_without_room_is_refused_and_stays_in_its_room(void **state)
{
    char whole[1024];
    paper row = make_paper();
    (void)state;
    assert_true(mpi_record_json(&paper_record, &row, whole, sizeof whole));
    for (size_t room = 1; room <= strlen(whole); room++) {
        char *json = malloc(room);
        assert_non_null(json);
        assert_false(mpi_record_json(&paper_record, &row, json, room));
        assert_in_range(strnlen(json, room), 0, room - 1);
        assert_memory_equal(json, whole, strlen(json)); /* what is there is a beginning of the whole */
        free(json);
    }
    assert_true(mpi_record_json(&paper_record, &row, whole, strlen(whole) + 1));
}

static void a_key_is_shown_to_people(void **state)
{
    char text[128];
    paper row = make_paper();
    (void)state;
    mpi_record_key_text(&paper_record, &row, text);
    assert_string_equal(text, "11111111-1111-1111-1111-111111111111");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_in_canonical_form_is_restored),
        cmocka_unit_test(bytes_that_no_row_is_written_as_are_refused),
        cmocka_unit_test(a_field_that_is_zero_is_not_in_the_form),
        cmocka_unit_test(every_field_changes_the_form_and_the_tag_does_not),
        cmocka_unit_test(the_public_form_has_no_secret),
        cmocka_unit_test(bytes_that_are_not_of_the_form_restore_nothing),
        cmocka_unit_test(garbage_never_reaches_beyond_its_end),
        cmocka_unit_test(a_tag_names_the_money_column_that_changed),
        cmocka_unit_test(whatever_amount_is_put_into_a_column_the_tag_names_it),
        cmocka_unit_test(a_tag_of_an_earlier_version_still_names_the_column),
        cmocka_unit_test(a_tag_holds_when_a_ninth_amount_is_appended),
        cmocka_unit_test(swapped_amounts_do_not_keep_their_tag),
        cmocka_unit_test(a_sealed_field_opens_under_its_row_only),
        cmocka_unit_test(an_empty_secret_stays_empty),
        cmocka_unit_test(json_has_every_field_but_secrets_and_the_tag),
        cmocka_unit_test(json_escapes_what_json_must),
        cmocka_unit_test(json_without_room_is_refused_and_stays_in_its_room),
        cmocka_unit_test(a_key_is_shown_to_people),
    };
    return cmocka_run_group_tests(tests, derive, NULL);
}
