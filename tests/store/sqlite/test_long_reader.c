/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Another program reads the file in one transaction that does not end, over thousands of commits. The
 * log cannot begin again under it and grows by what is written; nothing is lost; when the reader has
 * gone, the log is cut to its bound again. */

enum { MEMBERS = 256, COMMITS_LEAST = 2000, GROUP = 64 };

#define MIB (INT64_C(1) << 20)
#define BOUND (128 * MIB)

typedef struct place {
    world w;
    minipay_id members[MEMBERS];
    int64_t credited[MEMBERS];
    uint32_t commits, drawn;
} place;

static const char path[] = "read.db";

static void begin(place *p)
{
    memset(p, 0, sizeof *p);
    world_init(&p->w, path);
    p->w.without_bank = true;
    world_open(&p->w);
    for (int i = 0; i < MEMBERS; i++)
        p->members[i] = world_person(&p->w, NULL);
}

static int64_t log_size(void)
{
    struct stat found;
    assert_int_equal(stat("read.db-wal", &found), 0);
    return found.st_size;
}

/* One commit: alone, or a group. */
static void write_on(place *p)
{
    minipay_instruction asked[GROUP];
    minipay_outcome outcomes[GROUP];
    uint32_t count = p->commits++ % 8 ? 1 : GROUP;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = p->drawn++ * 2654435761u % MEMBERS;
        asked[i] = world_ask(&p->w, MINIPAY_KIND_CREDIT, p->members[number], world_nobody, 7);
        p->credited[number] += 7;
    }
    ASSERT_STATUS(minipay_execute(p->w.pay, asked, count, outcomes, NULL), MINIPAY_OK);
    for (uint32_t i = 0; i < count; i++)
        ASSERT_STATE(outcomes[i].state, MINIPAY_STATE_DONE);
}

static sqlite3 *reader_begins(sqlite3_stmt **count)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM journal", -1, count, NULL), SQLITE_OK);
    return db;
}

static int64_t reader_counts(sqlite3_stmt *count)
{
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    int64_t rows = sqlite3_column_int64(count, 0);
    sqlite3_reset(count);
    return rows;
}

static void reader_ends(sqlite3 *db, sqlite3_stmt *count)
{
    sqlite3_finalize(count);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void nothing_is_lost(place *p)
{
    for (int i = 0; i < MEMBERS; i++)
        assert_int_equal(world_balance(&p->w, p->members[i]), p->credited[i]);
    world_audit_clean(&p->w);
}

static void the_log_grows_under_a_reader_loses_nothing_and_is_cut_when_he_has_gone(void **state)
{
    place p;
    sqlite3_stmt *count;
    (void)state;
    begin(&p);
    write_on(&p);
    sqlite3 *reader = reader_begins(&count);
    int64_t seen = reader_counts(count);
    while (p.commits < COMMITS_LEAST || log_size() < BOUND + 16 * MIB) {
        write_on(&p);
        assert_true(p.commits < 100000);
    }
    assert_int_equal(reader_counts(count), seen); /* he stands on his snapshot */
    nothing_is_lost(&p);
    reader_ends(reader, count);

    for (uint32_t so_far = p.commits; log_size() > BOUND;) {
        write_on(&p);
        assert_true(p.commits < 2 * so_far); /* it took more than 64 MiB to come so far */
    }
    nothing_is_lost(&p);
    world_reopen(&p.w);
    nothing_is_lost(&p);
    world_close(&p.w);
}

/* Without one the log begins again before it has reached its bound. */
static void the_log_is_bounded_while_nobody_stands_on_it(void **state)
{
    place p;
    uint32_t begun = 0;
    (void)state;
    world_forget(path);
    begin(&p);
    for (int64_t before = 0, now; begun < 2000; before = now) {
        write_on(&p);
        now = log_size();
        assert_true(now < BOUND);
        begun += now == before; /* what is written lands on what was copied */
    }
    nothing_is_lost(&p);
    world_close(&p.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_grows_under_a_reader_loses_nothing_and_is_cut_when_he_has_gone),
        cmocka_unit_test(the_log_is_bounded_while_nobody_stands_on_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
