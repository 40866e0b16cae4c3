/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/banking.h"
#include "event/stream.h"
#include "wallet/wallet.h"
#include "world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* Events: written in the commit of what they tell, without secrets, in the order of commits; JSON when
 * they are read. */

static const char path[] = "events.db";

typedef struct telling {
    mpi_event events[64];
    int count;
} telling;

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *row = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
    return row;
}

static void read_events(telling *told)
{
    sqlite3 *db = NULL;
    memset(told, 0, sizeof *told);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    sqlite3_stmt *row =
        prepare(db, "SELECT sequence,subject_id,at,event_type,record,body FROM event ORDER BY sequence");
    while (sqlite3_step(row) == SQLITE_ROW) {
        assert_true(told->count < 64);
        mpi_event *event = &told->events[told->count++];
        event->sequence = sqlite3_column_int64(row, 0);
        memcpy(&event->subject_id, sqlite3_column_blob(row, 1), sizeof event->subject_id);
        event->at = sqlite3_column_int64(row, 2);
        snprintf(event->event_type, sizeof event->event_type, "%s",
                 (const char *)sqlite3_column_text(row, 3));
        snprintf(event->record, sizeof event->record, "%s", (const char *)sqlite3_column_text(row, 4));
        event->body.length = (uint32_t)sqlite3_column_bytes(row, 5);
        assert_true(event->body.length <= sizeof event->body.bytes);
        memcpy(event->body.bytes, sqlite3_column_blob(row, 5), event->body.length);
    }
    sqlite3_finalize(row);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static const mpi_event *find(const telling *told, const char *event_type)
{
    for (int i = 0; i < told->count; i++) {
        if (strcmp(told->events[i].event_type, event_type) == 0)
            return &told->events[i];
    }
    fail_msg("no event %s", event_type);
    return NULL;
}

static void begin(world *w)
{
    world_forget(path);
    world_init(w, path);
    world_open(w);
}

static void expect_contains(const char *json, const char *wanted)
{
    if (!strstr(json, wanted))
        fail_msg("%s is not in %s", wanted, json);
}

/* The document that an event carries. */
static void show(const mpi_event *event, const mpi_record *record, char *json, size_t room)
{
    uint64_t row[MPI_RECORD_LARGEST / 8];
    assert_string_equal(event->record, record->table.name);
    assert_int_equal(mpi_record_restore(record, event->body.bytes, event->body.length, row), 0);
    assert_true(mpi_record_json(record, row, json, room));
}

static void an_event_shows_the_document_as_it_was(void **state)
{
    world w;
    telling told;
    char json[4096], id[MINIPAY_ID_TEXT_SIZE], wanted[64];
    (void)state;
    begin(&w);
    minipay_id member = world_person(&w, "110-222-333444");
    minipay_outcome outcome = world_do(&w, MINIPAY_KIND_TOPUP, member, world_nobody, 30000);
    read_events(&told);
    const mpi_event *event = find(&told, "topup.done");
    assert_memory_equal(&event->subject_id, &outcome.id, sizeof outcome.id);
    assert_int_equal(event->at, w.now);
    show(event, &mpi_topup_record, json, sizeof json);
    minipay_id_format(&member, id);
    snprintf(wanted, sizeof wanted, "\"member_id\":\"%s\"", id);
    expect_contains(json, wanted);
    expect_contains(json, "\"amount_minor\":30000");
    expect_contains(json, "\"state\":\"done\"");
    expect_contains(json, "\"currency\":\"KRW\"");
    assert_int_equal(json[0], '{');
    assert_int_equal(json[strlen(json) - 1], '}');
    world_audit_clean(&w);
    world_close(&w);
}

static void an_event_has_no_secret(void **state)
{
    world w;
    telling told;
    char json[4096];
    (void)state;
    begin(&w);
    world_person(&w, "110-222-333444");
    read_events(&told);
    const mpi_event *event = find(&told, "link.done");
    show(event, &mpi_bank_account_record, json, sizeof json);
    assert_null(strstr(json, "333444"));
    assert_null(strstr(json, "Holder"));
    for (uint32_t i = 0; i + 6 <= event->body.length; i++)
        assert_memory_not_equal(event->body.bytes + i, "333444", 6);
    world_close(&w);
}

/* One for each document that ended, none for what a posting says alone, in rising order. */
static void events_rise_in_the_order_of_commits(void **state)
{
    world w;
    telling told;
    (void)state;
    begin(&w);
    minipay_id member = world_person(&w, "110-222-333444"), other = world_person(&w, NULL);
    world_topup(&w, member, 30000);
    world_pass(&w, 60);
    read_events(&told);
    int before = told.count;
    world_do(&w, MINIPAY_KIND_TRANSFER, member, other, 10000);
    read_events(&told);
    assert_int_equal(told.count, before);
    world_do(&w, MINIPAY_KIND_TRANSFER, other, member, 10001);
    world_do(&w, MINIPAY_KIND_WITHDRAW, member, world_nobody, 5000);
    read_events(&told);
    for (int i = 1; i < told.count; i++) {
        assert_true(told.events[i].sequence > told.events[i - 1].sequence);
        assert_true(told.events[i].at >= told.events[i - 1].at);
    }
    assert_true(find(&told, "transfer.rejected")->sequence < find(&told, "order.done")->sequence ||
                find(&told, "order.done")->at < find(&told, "transfer.rejected")->at);
    assert_true(find(&told, "transfer.rejected")->sequence < find(&told, "withdraw.done")->sequence);
    world_audit_clean(&w);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_shows_the_document_as_it_was),
        cmocka_unit_test(an_event_has_no_secret),
        cmocka_unit_test(events_rise_in_the_order_of_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
