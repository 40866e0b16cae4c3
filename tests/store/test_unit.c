/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "base/error.h"
#include "store/audit.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The unit of work over three small records: a document, a state, a stream. */

static const char *const state_names[] = {"open", "shut", NULL};

typedef struct paper {
    minipay_id id;
    int64_t number;
    int32_t state;
    int32_t rank;
    uint8_t row_tag[MPI_TAG_SIZE];
} paper;

static const minipay_field paper_fields[] = {
    MPI_ID(paper, id),      MPI_MONEY(paper, number), MPI_ENUM(paper, state, state_names),
    MPI_INT32(paper, rank), MPI_HASH(paper, row_tag),
};
enum { BY_NUMBER, OPEN_BY_RANK };
static const minipay_index paper_indexes[] = {{"paper_by_number", {1}, 1, 1, -1, 0},
                                              {"paper_open_by_rank", {3}, 1, 0, 2, 1}};
static const mpi_record paper_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, paper, "paper", paper_fields, 1, paper_indexes, 2);

typedef struct sum {
    int64_t number;
    int64_t total;
} sum;

static const minipay_field sum_fields[] = {MPI_INT64(sum, number), MPI_MONEY(sum, total)};
static const mpi_record sum_record = MPI_RECORD(MPI_FORM_STATE, sum, "sum", sum_fields, 1, NULL, 0);

typedef struct line {
    int64_t sequence;
    minipay_id by;
    int32_t leg;
    int32_t value;
} line;

static const minipay_field line_fields[] = {MPI_INT64(line, sequence), MPI_ID(line, by),
                                            MPI_INT32(line, leg), MPI_INT32(line, value)};
static const minipay_index line_indexes[] = {{"line_by", {1, 2}, 2, 1, -1, 0}};
static const mpi_record line_record =
    MPI_RECORD(MPI_FORM_STREAM, line, "line", line_fields, 1, line_indexes, 1);

static const mpi_record *const records[] = {&paper_record, &sum_record, &line_record};

/* ---- a store --------------------------------------------------------------------------------------- */

typedef struct shop {
    mpi_store *store;
    mpi_table *papers, *sums, *lines;
    minipay_host host;
    int64_t now;
} shop;

static int64_t shop_now(void *impl)
{
    return ((const shop *)impl)->now;
}

static void open_shop(shop *s, const char *path, uint32_t cached_rows)
{
    static const uint8_t master[32] = {1};
    minipay_sqlite_config file;
    minipay_storage storage;
    mpi_keys keys;
    memset(s, 0, sizeof *s);
    s->now = 1000;
    minipay_host_init(&s->host);
    s->host.impl = s;
    s->host.now = shop_now;
    minipay_sqlite_config_init(&file);
    snprintf(file.path, sizeof file.path, "%s", path);
    assert_int_equal(mpi_hash_start(), 0);
    mpi_keys_derive(master, &keys);
    assert_int_equal(minipay_sqlite_storage(&file, &storage, NULL), MINIPAY_OK);
    mpi_store_config config = {.storage = &storage,
                               .host = &s->host,
                               .keys = &keys,
                               .records = records,
                               .record_count = 3,
                               .cached_rows = cached_rows};
    assert_int_equal(mpi_store_open(&config, &s->store, NULL), MINIPAY_OK);
    s->papers = mpi_store_table(s->store, &paper_record);
    s->sums = mpi_store_table(s->store, &sum_record);
    s->lines = mpi_store_table(s->store, &line_record);
}

static paper make_paper(uint8_t number)
{
    paper made;
    memset(&made, 0, sizeof made);
    made.id.bytes[0] = number;
    made.number = number;
    made.rank = 100 - number;
    return made;
}

/* A task is a test's function over the shop. */
typedef struct work {
    shop *s;
    void (*run)(shop *s, mpi_unit *unit);
    minipay_status answer;
} work;

static minipay_status run_work(void *context, mpi_unit *unit, minipay_error *error)
{
    work *given = context;
    given->run(given->s, unit);
    return given->answer == MINIPAY_OK ? MINIPAY_OK : mpi_fail_plain(error, given->answer, "work");
}

static void in_unit(shop *s, void (*run)(shop *s, mpi_unit *unit))
{
    work given = {s, run, MINIPAY_OK};
    assert_int_equal(mpi_store_write(s->store, run_work, &given, NULL), MINIPAY_OK);
}

static void in_failing_unit(shop *s, void (*run)(shop *s, mpi_unit *unit))
{
    minipay_error error;
    work given = {s, run, MINIPAY_BUSY};
    minipay_error_init(&error);
    assert_int_equal(mpi_store_write(s->store, run_work, &given, &error), MINIPAY_BUSY);
    assert_int_equal(error.status, MINIPAY_BUSY);
    assert_string_equal(error.field, "work");
}

static void insert(shop *s, mpi_unit *unit, uint8_t number)
{
    paper made = make_paper(number);
    assert_int_equal(mpi_unit_insert(unit, s->papers, &made, NULL), MINIPAY_OK);
}

static paper *edit(shop *s, mpi_unit *unit, uint8_t number)
{
    paper key = make_paper(number);
    const void *row = NULL;
    assert_int_equal(mpi_unit_get(unit, s->papers, &key, &row, NULL), MINIPAY_OK);
    paper *edited = mpi_unit_edit(unit, s->papers, row);
    assert_non_null(edited);
    return edited;
}

static bool has(shop *s, mpi_unit *unit, uint8_t number)
{
    paper key = make_paper(number);
    const void *row = NULL;
    minipay_status status = mpi_unit_get(unit, s->papers, &key, &row, NULL);
    assert_true(status == MINIPAY_OK || status == MINIPAY_NOT_FOUND);
    return status == MINIPAY_OK;
}

static void take_away(shop *s, mpi_unit *unit, uint8_t number)
{
    paper key = make_paper(number);
    const void *row = NULL;
    assert_int_equal(mpi_unit_get(unit, s->papers, &key, &row, NULL), MINIPAY_OK);
    assert_int_equal(mpi_unit_delete(unit, s->papers, row, NULL), MINIPAY_OK);
}

static int64_t append(shop *s, mpi_unit *unit, uint8_t by, int32_t value)
{
    line row = {.by = {{by}}, .value = value};
    int64_t sequence = 0;
    assert_int_equal(mpi_unit_append(unit, s->lines, &row, &sequence, NULL), MINIPAY_OK);
    return sequence;
}

static void expect_ranks(mpi_unit *unit, const minipay_scan *scan, const char *expected)
{
    paper rows[8];
    char found[64] = "";
    uint32_t count = 4, used = 0;
    assert_int_equal(mpi_unit_scan(unit, scan, rows, &count, NULL), MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++)
        used += (uint32_t)snprintf(found + used, sizeof found - used, "%d ", rows[i].rank);
    assert_string_equal(found, expected);
}

static void expect_sound(shop *s)
{
    minipay_audit_check checks[8];
    mpi_audit audit = {checks, 8, 0, NULL};
    mpi_view view;
    assert_int_equal(mpi_view_open(s->store, &view, NULL), MINIPAY_OK);
    audit.view = &view;
    assert_int_equal(mpi_store_audit(&view, NULL, 0, &audit, NULL), MINIPAY_OK);
    mpi_view_close(&view);
    for (uint32_t i = 0; i < audit.count; i++) {
        if (!checks[i].ok)
            print_error("%s: %s\n", checks[i].name, checks[i].detail);
        assert_true(checks[i].ok);
    }
}

/* ---- undo ------------------------------------------------------------------------------------------ */

static void make_three(shop *s, mpi_unit *unit)
{
    for (uint8_t i = 1; i <= 3; i++)
        insert(s, unit, i);
    append(s, unit, 1, 10);
}

static void stage_all_and_undo(shop *s, mpi_unit *unit)
{
    int64_t next = mpi_unit_next_sequence(unit);
    edit(s, unit, 1)->number = 77;
    mpi_mark mark = mpi_unit_mark(unit);
    insert(s, unit, 4);
    edit(s, unit, 1)->number = 88;
    edit(s, unit, 2)->number = 99;
    take_away(s, unit, 3);
    insert(s, unit, 3);
    take_away(s, unit, 4);
    append(s, unit, 2, 20);
    append(s, unit, 3, 30);
    mpi_unit_undo(unit, mark);
    assert_int_equal(mpi_unit_next_sequence(unit), next);
    assert_int_equal(edit(s, unit, 1)->number, 77);
    assert_int_equal(edit(s, unit, 2)->number, 2);
    assert_true(has(s, unit, 3));
    assert_false(has(s, unit, 4));
    line gone = {.by = {{2}}};
    assert_int_equal(mpi_unit_find(unit, s->lines, &gone, NULL), MINIPAY_NOT_FOUND);
}

static void expect_after_undo(shop *s, mpi_unit *unit)
{
    assert_int_equal(edit(s, unit, 1)->number, 77);
    assert_false(has(s, unit, 4));
}

static void what_is_undone_leaves_no_trace(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, make_three);
    in_unit(&s, stage_all_and_undo);
    in_unit(&s, expect_after_undo);
    expect_sound(&s);
    mpi_store_close(s.store);
}

static void change_everything(shop *s, mpi_unit *unit)
{
    edit(s, unit, 1)->number = 500;
    take_away(s, unit, 2);
    insert(s, unit, 5);
    append(s, unit, 9, 90);
}

static void expect_first_three(shop *s, mpi_unit *unit)
{
    line gone = {.by = {{9}}};
    assert_int_equal(edit(s, unit, 1)->number, 1);
    assert_true(has(s, unit, 2));
    assert_false(has(s, unit, 5));
    assert_int_equal(mpi_unit_find(unit, s->lines, &gone, NULL), MINIPAY_NOT_FOUND);
    assert_int_equal(mpi_unit_next_sequence(unit), 2);
}

static void a_unit_that_fails_leaves_no_trace_in_file_or_cache(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, make_three);
    in_failing_unit(&s, change_everything);
    in_unit(&s, expect_first_three);
    in_unit(&s, change_everything);
    expect_sound(&s);
    mpi_store_close(s.store);
}

static void insert_and_take_away(shop *s, mpi_unit *unit)
{
    insert(s, unit, 1);
    take_away(s, unit, 1);
    insert(s, unit, 2);
    take_away(s, unit, 2);
    insert(s, unit, 2);
}

static void take_away_and_insert_again(shop *s, mpi_unit *unit)
{
    assert_false(has(s, unit, 1));
    paper taken = make_paper(2);
    assert_int_equal(mpi_unit_insert(unit, s->papers, &taken, NULL), MINIPAY_ID_REUSED);
    take_away(s, unit, 2);
    taken.number = 22;
    assert_int_equal(mpi_unit_insert(unit, s->papers, &taken, NULL), MINIPAY_OK);
}

/* A holder of a copy writes all of it back, the tag of before included, when the row has been written
 * meanwhile. */
static void write_an_old_copy_back(shop *s, mpi_unit *unit)
{
    paper copy = *edit(s, unit, 1);
    mpi_unit_settle(unit);
    edit(s, unit, 1)->number = 50;
    mpi_unit_settle(unit);
    expect_ranks(unit, &(minipay_scan){.table = &paper_record.table, .index = -1, .descending = 1},
                 "97 98 99 ");
    copy.number = 60;
    *edit(s, unit, 1) = copy;
}

static void a_row_written_twice_in_a_unit_is_counted_once(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, make_three);
    in_unit(&s, write_an_old_copy_back);
    expect_sound(&s);
    mpi_store_close(s.store);
}

static void rows_come_and_go_within_a_unit(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, insert_and_take_away);
    in_unit(&s, take_away_and_insert_again);
    expect_sound(&s);
    mpi_store_close(s.store);
}

/* ---- reading by order while rows are staged -------------------------------------------------------- */

static void scan_over_staged_rows(shop *s, mpi_unit *unit)
{
    minipay_scan open_ones = {.table = &paper_record.table, .index = OPEN_BY_RANK};
    expect_ranks(unit, &open_ones, "97 98 99 ");
    edit(s, unit, 3)->rank = 200;
    expect_ranks(unit, &open_ones, "98 99 200 ");
    edit(s, unit, 1)->state = 1;
    expect_ranks(unit, &open_ones, "98 200 ");
    insert(s, unit, 4);
    insert(s, unit, 5);
    expect_ranks(unit, &open_ones, "95 96 98 200 ");
    insert(s, unit, 6);
    expect_ranks(unit, &open_ones, "94 95 96 98 "); /* cut at four */
    open_ones.descending = 1;
    expect_ranks(unit, &open_ones, "200 98 96 95 ");
    take_away(s, unit, 2);
    expect_ranks(unit, &open_ones, "200 96 95 94 ");
    paper low = {.rank = 95}, high = {.rank = 96};
    open_ones = (minipay_scan){.table = &paper_record.table,
                               .index = OPEN_BY_RANK,
                               .low = &low,
                               .low_fields = 1,
                               .high = &high,
                               .high_fields = 1};
    expect_ranks(unit, &open_ones, "95 96 ");
    open_ones.low_exclusive = 1;
    expect_ranks(unit, &open_ones, "96 ");
    open_ones.high_exclusive = 1;
    expect_ranks(unit, &open_ones, "");
    minipay_scan all = {.table = &paper_record.table, .index = -1};
    expect_ranks(unit, &all, "99 200 96 95 ");
}

static void a_scan_sees_what_the_running_operation_staged(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, make_three);
    in_unit(&s, scan_over_staged_rows);
    expect_sound(&s);
    mpi_store_close(s.store);
}

static bool finds(shop *s, mpi_unit *unit, int64_t number, uint8_t id)
{
    paper row = {.number = number};
    minipay_status status = mpi_unit_lookup(unit, s->papers, BY_NUMBER, &row, NULL);
    assert_true(status == MINIPAY_OK || status == MINIPAY_NOT_FOUND);
    return status == MINIPAY_OK && row.id.bytes[0] == id;
}

static void look_up_over_staged_rows(shop *s, mpi_unit *unit)
{
    assert_true(finds(s, unit, 2, 2));
    edit(s, unit, 2)->number = 20;
    assert_false(finds(s, unit, 2, 2));
    assert_true(finds(s, unit, 20, 2));
    insert(s, unit, 7);
    assert_true(finds(s, unit, 7, 7));
    take_away(s, unit, 7);
    assert_false(finds(s, unit, 7, 7));
    assert_true(finds(s, unit, 1, 1));
    mpi_unit_settle(unit); /* the next operation of the group sees the same */
    assert_true(finds(s, unit, 20, 2));
    assert_false(finds(s, unit, 2, 2));
    assert_false(finds(s, unit, 7, 7));
}

static void a_lookup_sees_what_was_staged(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, make_three);
    in_unit(&s, look_up_over_staged_rows);
    expect_sound(&s);
    mpi_store_close(s.store);
}

/* ---- streams, time, blocks ------------------------------------------------------------------------- */

static void append_and_find(shop *s, mpi_unit *unit)
{
    int64_t first = append(s, unit, 5, 50);
    assert_int_equal(append(s, unit, 4, 40), first + 1); /* ids need not rise */
    line sought = {.by = {{4}}};
    assert_int_equal(mpi_unit_find(unit, s->lines, &sought, NULL), MINIPAY_OK);
    assert_int_equal(sought.value, 40);
}

static void find_stored(shop *s, mpi_unit *unit)
{
    line sought = {.by = {{5}}}, missing = {.by = {{5}}, .leg = 1};
    assert_int_equal(mpi_unit_find(unit, s->lines, &sought, NULL), MINIPAY_OK);
    assert_int_equal(sought.value, 50);
    assert_int_equal(sought.sequence, 1);
    assert_int_equal(mpi_unit_find(unit, s->lines, &missing, NULL), MINIPAY_NOT_FOUND);
    assert_int_equal(mpi_unit_next_sequence(unit), 3);
}

static void a_stream_is_numbered_without_gaps_and_found_by_its_index(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, append_and_find);
    in_unit(&s, find_stored);
    expect_sound(&s);
    mpi_store_close(s.store);
}

/* 0: it is not there. */
static int32_t value_of(shop *s, mpi_unit *unit, uint8_t by)
{
    line sought = {.by = {{by}}};
    minipay_status status = mpi_unit_find(unit, s->lines, &sought, NULL);
    assert_true(status == MINIPAY_OK || status == MINIPAY_NOT_FOUND);
    return status == MINIPAY_OK ? sought.value : 0;
}

static void append_undo_and_look(shop *s, mpi_unit *unit)
{
    append(s, unit, 5, 50);
    assert_int_equal(value_of(s, unit, 5), 50);
    mpi_mark mark = mpi_unit_mark(unit);
    append(s, unit, 9, 90);
    assert_int_equal(value_of(s, unit, 9), 90);
    append(s, unit, 8, 80); /* and nobody looks for this one */
    mpi_unit_undo(unit, mark);
    assert_int_equal(value_of(s, unit, 9), 0);
    assert_int_equal(value_of(s, unit, 8), 0);
    append(s, unit, 9, 91);
    assert_int_equal(value_of(s, unit, 9), 91);
    for (uint8_t by = 10; by < 250; by++) /* far more than there was room for */
        append(s, unit, by, by);
    assert_int_equal(value_of(s, unit, 5), 50);
    assert_int_equal(value_of(s, unit, 9), 91);
    assert_int_equal(value_of(s, unit, 249), 249);
    assert_int_equal(value_of(s, unit, 8), 0);
}

static void look_again(shop *s, mpi_unit *unit)
{
    assert_int_equal(value_of(s, unit, 9), 91);
    assert_int_equal(value_of(s, unit, 8), 0);
    append(s, unit, 8, 81);
    assert_int_equal(value_of(s, unit, 8), 81);
    assert_int_equal(value_of(s, unit, 249), 249);
}

static void a_staged_row_is_found_and_an_undone_one_is_not(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, append_undo_and_look);
    in_unit(&s, look_again);
    expect_sound(&s);
    mpi_store_close(s.store);
}

static void find_none(shop *s, mpi_unit *unit)
{
    line sought = {.by = {{9}}};
    assert_int_equal(mpi_unit_find(unit, s->lines, &sought, NULL), MINIPAY_NOT_FOUND);
}

/* Reading between operations writes what is staged. */
static void append_around_a_scan(shop *s, mpi_unit *unit)
{
    line rows[4];
    uint32_t count = 4;
    minipay_scan all = {.table = &line_record.table, .index = -1};
    append(s, unit, 5, 50);
    mpi_unit_settle(unit);
    assert_int_equal(mpi_unit_scan(unit, &all, rows, &count, NULL), MINIPAY_OK);
    assert_int_equal(count, 1);
    append(s, unit, 7, 70);
}

static void find_both(shop *s, mpi_unit *unit)
{
    line earlier = {.by = {{5}}}, later = {.by = {{7}}};
    assert_int_equal(mpi_unit_find(unit, s->lines, &earlier, NULL), MINIPAY_OK);
    assert_int_equal(mpi_unit_find(unit, s->lines, &later, NULL), MINIPAY_OK);
    assert_int_equal(later.value, 70);
}

static void what_is_appended_behind_a_scan_is_found_later(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, find_none);
    in_unit(&s, append_around_a_scan);
    in_unit(&s, find_both);
    expect_sound(&s);
    mpi_store_close(s.store);
}

static void expect_time(shop *s, mpi_unit *unit)
{
    assert_int_equal(mpi_unit_now(unit), s->now < 5000 ? 5000 : s->now);
    append(s, unit, (uint8_t)mpi_unit_next_sequence(unit), 0);
}

/* ---- ids that certainly stand nowhere ---- */

static bool may_stand(mpi_unit *unit, uint8_t first, uint32_t rest)
{
    minipay_id id = {{first}};
    bool may = false;
    memcpy(id.bytes + 12, &rest, sizeof rest);
    assert_int_equal(mpi_unit_may_stand(unit, &id, &may, NULL), MINIPAY_OK);
    return may;
}

static void append_by(shop *s, mpi_unit *unit, uint8_t first)
{
    line made = {.by = {{first}}, .leg = 1};
    int64_t sequence;
    assert_int_equal(mpi_unit_append(unit, s->lines, &made, &sequence, NULL), MINIPAY_OK);
}

static void stage_in_both_and_ask(shop *s, mpi_unit *unit)
{
    insert(s, unit, 199);
    append_by(s, unit, 198);
    append_by(s, unit, 200);
    assert_true(may_stand(unit, 199, 0));
    assert_true(may_stand(unit, 200, 0));
    assert_false(may_stand(unit, 201, 0));
    insert(s, unit, 210);
    append_by(s, unit, 205);
    assert_true(may_stand(unit, 210, 0));
    assert_true(may_stand(unit, 205, 0));
    assert_false(may_stand(unit, 207, 0));
    assert_false(may_stand(unit, 211, 0));
}

static void ask_what_stands(shop *s, mpi_unit *unit)
{
    minipay_id papers[] = {{{210}}, {{209}}, {{211}}};
    assert_true(may_stand(unit, 200, 0));
    assert_true(may_stand(unit, 205, 0));
    assert_true(may_stand(unit, 210, 0));
    assert_false(may_stand(unit, 211, 0));
    assert_int_equal(mpi_unit_has(unit, s->papers, &papers[0], NULL), MINIPAY_OK);
    assert_int_equal(mpi_unit_has(unit, s->papers, &papers[1], NULL), MINIPAY_NOT_FOUND);
    assert_int_equal(mpi_unit_has(unit, s->papers, &papers[2], NULL), MINIPAY_NOT_FOUND);
}

static void take_note_of_nothing(shop *s, mpi_unit *unit)
{
    (void)s;
    assert_false(may_stand(unit, 210, 0));
}

static void an_id_that_stands_may_always_stand(void **state)
{
    shop s, other;
    (void)state;
    remove("may_stand.db");
    open_shop(&s, "may_stand.db", 1000);
    open_shop(&other, "may_stand.db", 1000);
    in_unit(&other, take_note_of_nothing);
    in_unit(&s, stage_in_both_and_ask);
    in_unit(&s, ask_what_stands);
    in_unit(&other, ask_what_stands);
    mpi_store_close(other.store);
    mpi_store_close(s.store);
    open_shop(&s, "may_stand.db", 1000);
    in_unit(&s, ask_what_stands);
    mpi_store_close(s.store);
}

enum { MANY = 40000 };

/* More than are known by their hash, in an order that is not theirs. */
static void append_many_and_ask(shop *s, mpi_unit *unit)
{
    assert_false(may_stand(unit, 1, 0));
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t number = i * 7919 % MANY;
        line made = {.by = {{1}}, .leg = 1};
        int64_t sequence;
        memcpy(made.by.bytes + 12, &number, sizeof number);
        assert_int_equal(mpi_unit_append(unit, s->lines, &made, &sequence, NULL), MINIPAY_OK);
        mpi_unit_settle(unit);
    }
    for (uint32_t i = 0; i < MANY; i++)
        assert_true(may_stand(unit, 1, i));
    assert_false(may_stand(unit, 2, 0));
}

static void the_newest_of_many_ids_are_known_and_the_older_looked_for(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, append_many_and_ask);
    mpi_store_close(s.store);
}

static void time_never_goes_back(void **state)
{
    static const int64_t clocks[] = {5000, 4000, 5000, 4999, 6000};
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    for (size_t i = 0; i < 5; i++) {
        s.now = clocks[i];
        in_unit(&s, expect_time);
    }
    expect_sound(&s);
    mpi_store_close(s.store);
}

static void do_nothing(shop *s, mpi_unit *unit)
{
    assert_false(has(s, unit, 200));
}

static int64_t blocks(shop *s)
{
    mpi_view view;
    mpi_block newest = {.number = 0};
    uint32_t count = 1;
    minipay_scan scan = {.table = &mpi_block_record.table, .index = -1, .descending = 1};
    assert_int_equal(mpi_view_open(s->store, &view, NULL), MINIPAY_OK);
    assert_int_equal(mpi_view_scan(&view, &scan, &newest, &count, NULL), MINIPAY_OK);
    mpi_view_close(&view);
    return newest.number;
}

static void a_commit_closes_one_block_and_reading_closes_none(void **state)
{
    shop s;
    (void)state;
    open_shop(&s, ":memory:", 1000);
    in_unit(&s, make_three);
    assert_int_equal(blocks(&s), 1);
    in_unit(&s, do_nothing);
    in_failing_unit(&s, change_everything);
    assert_int_equal(blocks(&s), 1);
    in_unit(&s, change_everything);
    assert_int_equal(blocks(&s), 2);
    mpi_store_close(s.store);
}

/* ---- cache ----------------------------------------------------------------------------------------- */

static void touch_many(shop *s, mpi_unit *unit)
{
    for (int64_t i = 0; i < 500; i++) {
        sum key = {.number = (i * 7919) % 1000};
        const void *row = NULL;
        minipay_status status = mpi_unit_get(unit, s->sums, &key, &row, NULL);
        if (status == MINIPAY_NOT_FOUND) {
            assert_int_equal(mpi_unit_insert(unit, s->sums, &key, NULL), MINIPAY_OK);
            assert_int_equal(mpi_unit_get(unit, s->sums, &key, &row, NULL), MINIPAY_OK);
        }
        sum *edited = mpi_unit_edit(unit, s->sums, row);
        assert_non_null(edited);
        edited->total++;
    }
}

static void a_cache_of_almost_no_rows_changes_nothing_but_speed(void **state)
{
    (void)state;
    for (uint32_t cached = 1; cached <= 100000; cached *= 100) {
        shop s;
        mpi_view view;
        int64_t total = 0;
        open_shop(&s, ":memory:", cached);
        for (int i = 0; i < 6; i++)
            in_unit(&s, touch_many);
        assert_int_equal(mpi_view_open(s.store, &view, NULL), MINIPAY_OK);
        for (int64_t i = 0; i < 1000; i++) {
            sum row = {.number = i};
            minipay_status status = mpi_view_get(&view, &sum_record, -1, &row, NULL);
            total += status == MINIPAY_OK ? row.total : 0;
        }
        mpi_view_close(&view);
        assert_int_equal(total, 6 * 500);
        mpi_store_close(s.store);
    }
}

static void expect_changed_elsewhere(shop *s, mpi_unit *unit)
{
    assert_int_equal(edit(s, unit, 1)->number, 500);
    assert_false(has(s, unit, 2));
    assert_true(has(s, unit, 5));
    assert_int_equal(append(s, unit, 8, 80), 3);
}

static void what_another_store_wrote_replaces_the_cache(void **state)
{
    shop a, b;
    (void)state;
    open_shop(&a, "two.db", 1000);
    open_shop(&b, "two.db", 1000);
    in_unit(&a, make_three);
    in_unit(&b, change_everything);
    in_unit(&a, expect_changed_elsewhere);
    expect_sound(&b);
    mpi_store_close(a.store);
    mpi_store_close(b.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_undone_leaves_no_trace),
        cmocka_unit_test(a_unit_that_fails_leaves_no_trace_in_file_or_cache),
        cmocka_unit_test(a_row_written_twice_in_a_unit_is_counted_once),
        cmocka_unit_test(rows_come_and_go_within_a_unit),
        cmocka_unit_test(a_scan_sees_what_the_running_operation_staged),
        cmocka_unit_test(a_lookup_sees_what_was_staged),
        cmocka_unit_test(a_stream_is_numbered_without_gaps_and_found_by_its_index),
        cmocka_unit_test(a_staged_row_is_found_and_an_undone_one_is_not),
        cmocka_unit_test(what_is_appended_behind_a_scan_is_found_later),
        cmocka_unit_test(an_id_that_stands_may_always_stand),
        cmocka_unit_test(the_newest_of_many_ids_are_known_and_the_older_looked_for),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_commit_closes_one_block_and_reading_closes_none),
        cmocka_unit_test(a_cache_of_almost_no_rows_changes_nothing_but_speed),
        cmocka_unit_test(what_another_store_wrote_replaces_the_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
