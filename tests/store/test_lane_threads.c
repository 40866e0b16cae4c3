/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "base/error.h"
#include "store/audit.h"
#include "store/internal.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

/* Group commit: who leads, who follows, and what each is told. */

typedef struct row {
    int64_t number;
    int64_t value;
    uint8_t row_tag[MPI_TAG_SIZE];
} row;

static const minipay_field row_fields[] = {MPI_INT64(row, number), MPI_MONEY(row, value),
                                           MPI_HASH(row, row_tag)};
static const mpi_record row_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, row, "numbered", row_fields, 1, NULL, 0);
static const mpi_record *const records[] = {&row_record};

static mpi_store *open_store(void)
{
    static const uint8_t master[32] = {1};
    minipay_sqlite_config file;
    minipay_storage storage;
    minipay_host host;
    mpi_keys keys;
    mpi_store *store = NULL;
    minipay_host_init(&host);
    minipay_sqlite_config_init(&file);
    strcpy(file.path, ":memory:");
    assert_int_equal(mpi_hash_start(), 0);
    mpi_keys_derive(master, &keys);
    assert_int_equal(minipay_sqlite_storage(&file, &storage, NULL), MINIPAY_OK);
    mpi_store_config config = {.storage = &storage,
                               .host = &host,
                               .keys = &keys,
                               .records = records,
                               .record_count = 1,
                               .cached_rows = 1000};
    assert_int_equal(mpi_store_open(&config, &store, NULL), MINIPAY_OK);
    return store;
}

/* One caller: inserts its number, then answers as it is told. */
typedef struct caller {
    mpi_store *store;
    pthread_t thread;
    int64_t number;
    minipay_status answer, told;
    minipay_error error;
    uint32_t wait_for; /* so many must be waiting before it goes on */
} caller;

static uint32_t waiting(mpi_store *store)
{
    pthread_mutex_lock(&store->lane.lock);
    uint32_t count = store->lane.waiting;
    pthread_mutex_unlock(&store->lane.lock);
    return count;
}

static minipay_status insert_number(void *context, mpi_unit *unit, minipay_error *error)
{
    caller *own = context;
    row made = {.number = own->number, .value = own->number * 2};
    while (waiting(own->store) < own->wait_for)
        sched_yield();
    minipay_status status =
        mpi_unit_insert(unit, mpi_store_table(own->store, &row_record), &made, error);
    if (status == MINIPAY_OK && own->answer != MINIPAY_OK)
        status = mpi_fail(error, own->answer, "number", "caller %d", (int)own->number);
    return status;
}

static void *call(void *context)
{
    caller *own = context;
    minipay_error_init(&own->error);
    own->told = mpi_store_write(own->store, insert_number, own, &own->error);
    return NULL;
}

static bool stands(mpi_store *store, int64_t number)
{
    mpi_view view;
    row found = {.number = number};
    assert_int_equal(mpi_view_open(store, &view, NULL), MINIPAY_OK);
    minipay_status status = mpi_view_get(&view, &row_record, -1, &found, NULL);
    mpi_view_close(&view);
    assert_true(status == MINIPAY_OK || status == MINIPAY_NOT_FOUND);
    return status == MINIPAY_OK;
}

static void expect_sound(mpi_store *store)
{
    minipay_audit_check checks[8];
    mpi_audit audit = {checks, 8, 0, NULL};
    mpi_view view;
    assert_int_equal(mpi_view_open(store, &view, NULL), MINIPAY_OK);
    audit.view = &view;
    assert_int_equal(mpi_store_audit(&view, NULL, 0, &audit, NULL), MINIPAY_OK);
    mpi_view_close(&view);
    for (uint32_t i = 0; i < audit.count; i++)
        assert_true(checks[i].ok);
}

/* Caller 0 leads and holds the lane until the others have queued up in their order. */
static void run_together(mpi_store *store, caller *callers, uint32_t count)
{
    callers[0].wait_for = count - 1;
    for (uint32_t i = 0; i < count; i++) {
        callers[i].store = store;
        callers[i].number = i;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
        if (i == 0) {
            bool led = false;
            while (!led) {
                pthread_mutex_lock(&store->lane.lock);
                led = store->lane.led && store->lane.waiting == 0;
                pthread_mutex_unlock(&store->lane.lock);
                sched_yield();
            }
        }
        while (i > 0 && i + 1 < count && waiting(store) < i)
            sched_yield();
    }
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
}

static void callers_that_wait_share_one_commit(void **state)
{
    enum { CALLERS = 9 };
    caller callers[CALLERS];
    mpi_store *store = open_store();
    (void)state;
    memset(callers, 0, sizeof callers);
    run_together(store, callers, CALLERS);
    for (int64_t i = 0; i < CALLERS; i++) {
        assert_int_equal(callers[i].told, MINIPAY_OK);
        assert_true(stands(store, i));
    }
    assert_int_equal(store->head.number, 2);
    expect_sound(store);
    mpi_store_close(store);
}

static void a_failing_task_fails_alone_and_those_before_it_are_told_to_come_again(void **state)
{
    enum { CALLERS = 9, FAILING = 4 };
    caller callers[CALLERS];
    mpi_store *store = open_store();
    (void)state;
    memset(callers, 0, sizeof callers);
    callers[FAILING].answer = MINIPAY_CORRUPT;
    run_together(store, callers, CALLERS);
    for (int64_t i = 0; i < CALLERS; i++) {
        bool before = i > 0 && i < FAILING;
        minipay_status expected = i == FAILING ? MINIPAY_CORRUPT
                                  : before     ? MINIPAY_UNAVAILABLE
                                               : MINIPAY_OK;
        assert_int_equal(callers[i].told, expected);
        assert_int_equal(callers[i].error.status, expected);
        assert_int_equal(stands(store, i), expected == MINIPAY_OK);
    }
    assert_string_equal(callers[FAILING].error.message, "caller 4");
    assert_non_null(strstr(callers[1].error.message, "caller 4"));
    for (int64_t i = 1; i < FAILING; i++) {
        callers[i].wait_for = 0;
        call(&callers[i]);
        assert_int_equal(callers[i].told, MINIPAY_OK);
    }
    expect_sound(store);
    mpi_store_close(store);
}

/* ---- many ------------------------------------------------------------------------------------------ */

enum { THREADS = 16, CALLS = 60 };

static void *call_often(void *context)
{
    caller *calls = context;
    for (int i = 0; i < CALLS; i++)
        call(&calls[i]);
    return NULL;
}

static void whoever_was_told_ok_stands_and_nobody_else(void **state)
{
    static caller calls[THREADS][CALLS];
    pthread_t threads[THREADS];
    uint32_t done = 0;
    mpi_store *store = open_store();
    (void)state;
    for (int i = 0; i < THREADS; i++) {
        for (int k = 0; k < CALLS; k++) {
            int64_t number = i * CALLS + k;
            calls[i][k] = (caller){.store = store, .number = number};
            if (number % 13 == 5)
                calls[i][k].answer = MINIPAY_BUSY;
        }
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, calls[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int64_t number = 0; number < THREADS * CALLS; number++) {
        const caller *told = &calls[number / CALLS][number % CALLS];
        assert_int_equal(stands(store, number), told->told == MINIPAY_OK);
        assert_true(told->answer == MINIPAY_OK || told->told == MINIPAY_BUSY);
        assert_true(told->answer != MINIPAY_OK || told->told == MINIPAY_OK ||
                    told->told == MINIPAY_UNAVAILABLE);
        done += told->told == MINIPAY_OK;
    }
    assert_true(done > 0);
    expect_sound(store);
    mpi_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_that_wait_share_one_commit),
        cmocka_unit_test(a_failing_task_fails_alone_and_those_before_it_are_told_to_come_again),
        cmocka_unit_test(whoever_was_told_ok_stands_and_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
