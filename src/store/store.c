/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/time.h"
#include "store/installation.h"

#include <stdlib.h>
#include <string.h>

static void set_up_table(mpi_table *table, const mpi_record *record)
{
    const minipay_table *description = &record->table;
    MPI_ASSERT(description->row_size <= MPI_RECORD_LARGEST);
    table->record = record;
    table->key_size = mpi_record_key_size(record);
    table->entry_size = (uint32_t)((sizeof(mpi_entry) + description->row_size + 7) & ~(size_t)7);
    if (record->form != MPI_FORM_STREAM || description->index_count == 0)
        return;
    const minipay_index *index = &description->indexes[0];
    table->find_offset = description->fields[index->fields[0]].offset;
    for (uint32_t i = 0; i < index->field_count; i++) {
        const minipay_field *field = &description->fields[index->fields[i]];
        MPI_ASSERT(field->offset == table->find_offset + table->find_size);
        table->find_size += field->size;
    }
}

static void describe(mpi_store *store, const mpi_store_config *config)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < config->record_count; i++)
        store->descriptions[count++] = &config->records[i]->table;
    store->descriptions[count++] = &mpi_block_record.table;
    store->descriptions[count++] = &mpi_tally_record.table;
    store->schema = (minipay_schema){
        .version = MPI_SCHEMA_VERSION,
        .table_count = count,
        .existing = store->examine,
        .tables = store->descriptions,
        .view_count = config->view_count,
        .view_names = config->view_names,
        .view_sql = config->view_sql,
        .accept = mpi_installation_check,
        .accept_context = store,
    };
}

minipay_status mpi_store_open(const mpi_store_config *config, mpi_store **opened, minipay_error *error)
{
    mpi_store *store = calloc(1, sizeof *store);
    mpi_table *tables = calloc(config->record_count, sizeof *tables);
    MPI_ASSERT(config->record_count + 2 <= 64);
    if (!store || !tables) {
        free(store);
        free(tables);
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    }
    store->storage = *config->storage;
    store->host = *config->host;
    store->keys = *config->keys;
    store->tables = tables;
    store->table_count = config->record_count;
    store->cached_rows = config->cached_rows;
    store->examine = config->examine;
    store->newest_commit = config->newest_commit;
    store->unit.store = store;
    pthread_mutex_init(&store->lane.lock, NULL);
    for (uint32_t i = 0; i < config->record_count; i++)
        set_up_table(&tables[i], config->records[i]);
    describe(store, config);
    minipay_status status = store->storage.open(store->storage.impl, &store->schema, error);
    if (status != MINIPAY_OK) {
        mpi_store_give_back(store);
        return status;
    }
    *opened = store;
    return MINIPAY_OK;
}

void mpi_store_close(mpi_store *store)
{
    if (!store)
        return;
    for (uint32_t i = 0; i < store->table_count; i++)
        mpi_table_free(&store->tables[i]);
    free(store->tables);
    mpi_recent_free(&store->recent);
    free(store->unit.undo);
    free(store->unit.images);
    free(store->unit.pointers);
    pthread_mutex_destroy(&store->lane.lock);
    if (store->storage.close)
        store->storage.close(store->storage.impl);
    mpi_wipe(&store->keys, sizeof store->keys);
    free(store);
}

void mpi_store_give_back(mpi_store *store)
{
    if (store)
        store->storage.close = NULL;
    mpi_store_close(store);
}

bool mpi_store_examines(const mpi_store *store)
{
    return store->examine;
}

mpi_table *mpi_store_table(mpi_store *store, const mpi_record *record)
{
    uint32_t i = 0;
    while (i < store->table_count && store->tables[i].record != record)
        i++;
    MPI_ASSERT(i < store->table_count);
    return &store->tables[i];
}

const mpi_keys *mpi_store_keys(const mpi_store *store)
{
    return &store->keys;
}

int64_t mpi_store_now(const mpi_store *store)
{
    return mpi_time_of_host(&store->host);
}

void mpi_store_log(const mpi_store *store, int32_t level, const char *line)
{
    if (store->host.log)
        store->host.log(store->host.impl, level, line);
}

/* ---- reading beside the lane ----------------------------------------------------------------------- */

minipay_status mpi_view_open(mpi_store *store, mpi_view *view, minipay_error *error)
{
    int32_t foreign;
    view->store = store;
    return store->storage.begin(store->storage.impl, MINIPAY_SESSION_READ, &view->session, &foreign,
                                error);
}

void mpi_view_close(mpi_view *view)
{
    view->store->storage.commit(view->store->storage.impl, view->session, NULL);
}

minipay_status mpi_view_get(mpi_view *view, const mpi_record *record, int32_t index, void *row,
                            minipay_error *error)
{
    uint8_t found = 0;
    void *rows[1] = {row};
    minipay_storage *storage = &view->store->storage;
    minipay_status status =
        storage->get_many(storage->impl, view->session, &record->table, index, rows, &found, 1, error);
    return status != MINIPAY_OK ? status : found ? MINIPAY_OK : MINIPAY_NOT_FOUND;
}

minipay_status mpi_view_scan(mpi_view *view, const minipay_scan *scan, void *rows, uint32_t *count,
                             minipay_error *error)
{
    minipay_storage *storage = &view->store->storage;
    return storage->scan(storage->impl, view->session, scan, rows, count, error);
}
