/* SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"
#include "store/store.h"

#include <string.h>

/* A list shows each row of its scan once, in order, whatever is left out and however many pages that takes. */

enum { ROWS = 300 };

typedef struct row {
    int32_t number;
    int32_t hundred;
    uint8_t row_tag[MPI_TAG_SIZE];
} row;

static const minipay_field row_fields[] = {MPI_INT32(row, number), MPI_INT32(row, hundred),
                                           MPI_HASH(row, row_tag)};
static const minipay_index row_indexes[] = {{"row_by_hundred", {1, 0}, 2, 1, -1, 0}};
static const mpi_record row_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, row, "row_of_list", row_fields, 1, row_indexes, 1);
static const mpi_record *const records[] = {&row_record};

static int64_t now(void *impl)
{
    (void)impl;
    return 1000;
}

static minipay_status insert_rows(void *context, mpi_unit *unit, minipay_error *error)
{
    mpi_table *table = mpi_store_table(context, &row_record);
    minipay_status status = MINIPAY_OK;
    for (int32_t i = 0; i < ROWS && status == MINIPAY_OK; i++) {
        row made = {.number = i, .hundred = i / 100};
        status = mpi_unit_insert(unit, table, &made, error);
    }
    return status;
}

static mpi_store *open_store(minipay_host *host)
{
    static const uint8_t master[32] = {1};
    minipay_sqlite_config file;
    minipay_storage storage;
    mpi_keys keys;
    mpi_store *store;
    minipay_host_init(host);
    host->now = now;
    minipay_sqlite_config_init(&file);
    strcpy(file.path, ":memory:");
    assert_int_equal(mpi_hash_start(), 0);
    mpi_keys_derive(master, &keys);
    assert_int_equal(minipay_sqlite_storage(&file, &storage, NULL), MINIPAY_OK);
    mpi_store_config config = {.storage = &storage,
                               .host = host,
                               .keys = &keys,
                               .records = records,
                               .record_count = 1,
                               .cached_rows = 100};
    assert_int_equal(mpi_store_open(&config, &store, NULL), MINIPAY_OK);
    assert_int_equal(mpi_store_write(store, insert_rows, store, NULL), MINIPAY_OK);
    return store;
}

/* What a list shows of the rows, and where it breaks off. */
typedef struct choice {
    int32_t every, fails_at;
} choice;

static minipay_status show(void *context, mpi_view *view, const void *from, void *item,
                           minipay_error *error)
{
    const choice *chosen = context;
    const row *shown = from;
    (void)view;
    (void)error;
    if (shown->number == chosen->fails_at)
        return MINIPAY_CORRUPT;
    if (shown->number % chosen->every)
        return MPI_LEFT_OUT;
    *(int32_t *)item = shown->number;
    return MINIPAY_OK;
}

static void each_row_is_shown_once_and_in_order(void **state)
{
    static const struct {
        int32_t index, descending, every;
        uint32_t room, expected;
    } cases[] = {
        {-1, 0, 1, 400, 300}, {-1, 0, 1, 300, 300}, {-1, 0, 1, 128, 128}, {-1, 0, 1, 1, 1},
        {-1, 0, 1, 0, 0},     {-1, 1, 1, 400, 300}, {0, 0, 1, 400, 300},  {0, 1, 1, 299, 299},
        {-1, 0, 7, 400, 43},  {-1, 1, 100, 2, 2},   {0, 0, 150, 5, 2},    {-1, 0, 299, 2, 2},
    };
    minipay_host host;
    mpi_store *store = open_store(&host);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t items[ROWS + 100], every = cases[i].every;
        choice chosen = {every, -1};
        mpi_list list = {.scan = {.table = &row_record.table,
                                  .index = cases[i].index,
                                  .descending = cases[i].descending},
                         .item_size = sizeof *items,
                         .context = &chosen,
                         .show = show};
        uint32_t count = cases[i].room;
        assert_int_equal(mpi_store_list(store, &list, items, &count, NULL), MINIPAY_OK);
        assert_int_equal(count, cases[i].expected);
        for (uint32_t n = 0; n < count; n++) {
            int32_t last = (ROWS - 1) / every * every;
            assert_int_equal(items[n],
                             cases[i].descending ? last - (int32_t)n * every : (int32_t)n * every);
        }
    }
    mpi_store_close(store);
}

static void bounds_hold_on_every_page(void **state)
{
    minipay_host host;
    mpi_store *store = open_store(&host);
    row low = {.number = 5}, high = {.number = 294};
    choice chosen = {1, -1};
    (void)state;
    for (int32_t descending = 0; descending < 2; descending++) {
        int32_t items[ROWS];
        uint32_t count = ROWS;
        mpi_list list = {.scan = {.table = &row_record.table,
                                  .index = -1,
                                  .descending = descending,
                                  .low = &low,
                                  .high = &high,
                                  .low_fields = 1,
                                  .high_fields = 1,
                                  .low_exclusive = 1},
                         .item_size = sizeof *items,
                         .context = &chosen,
                         .show = show};
        assert_int_equal(mpi_store_list(store, &list, items, &count, NULL), MINIPAY_OK);
        assert_int_equal(count, 289);
        assert_int_equal(items[0], descending ? 294 : 6);
        assert_int_equal(items[288], descending ? 6 : 294);
    }
    mpi_store_close(store);
}

static void a_row_that_cannot_be_shown_fails_the_list(void **state)
{
    minipay_host host;
    mpi_store *store = open_store(&host);
    int32_t items[ROWS];
    choice chosen = {1, 200};
    uint32_t count = ROWS;
    mpi_list list = {.scan = {.table = &row_record.table, .index = -1},
                     .item_size = sizeof *items,
                     .context = &chosen,
                     .show = show};
    (void)state;
    assert_int_equal(mpi_store_list(store, &list, items, &count, NULL), MINIPAY_CORRUPT);
    assert_int_equal(count, ROWS);
    count = 200;
    assert_int_equal(mpi_store_list(store, &list, items, &count, NULL), MINIPAY_OK);
    mpi_store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_shown_once_and_in_order),
        cmocka_unit_test(bounds_hold_on_every_page),
        cmocka_unit_test(a_row_that_cannot_be_shown_fails_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
