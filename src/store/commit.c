/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/time.h"

#include <stdlib.h>
#include <string.h>

/* How a unit of work begins and ends: what it staged is written, its block closed, and committed. */

static minipay_status no_memory(minipay_error *error)
{
    return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
}

/* ---- begin ----------------------------------------------------------------------------------------- */

static minipay_status load_head(mpi_unit *unit, minipay_error *error)
{
    mpi_store *store = unit->store;
    uint32_t count = 1;
    minipay_scan newest = {.table = &mpi_block_record.table, .index = -1, .descending = 1};
    memset(&store->head, 0, sizeof store->head);
    store->head.first_sequence = 1;
    return store->storage.scan(store->storage.impl, unit->session, &newest, &store->head, &count, error);
}

/* Everything else is forgotten. Where the tally is the one that was known, the rows are, and so their
 * highest id: a process that writes in turn with others need not look for it again in every table. */
static minipay_status reload_table(mpi_unit *unit, mpi_table *table, minipay_error *error)
{
    minipay_storage *storage = &unit->store->storage;
    mpi_tally before = table->tally;
    bool known = table->highest_known;
    uint8_t found = 0;
    void *rows[1] = {&table->tally};
    mpi_table_forget(table);
    memset(&table->tally, 0, sizeof table->tally);
    if (table->record->form != MPI_FORM_DOCUMENT)
        return MINIPAY_OK;
    strncpy(table->tally.table_name, table->record->table.name, sizeof table->tally.table_name - 1);
    minipay_status status = storage->get_many(storage->impl, unit->session, &mpi_tally_record.table, -1,
                                              rows, &found, 1, error);
    table->highest_known = known && memcmp(&before, &table->tally, sizeof before) == 0;
    return status;
}

/* The tallies that were read are those of the newest block: else what somebody changed in them would be
 * taken for true from here on. */
static minipay_status check_tallies(const mpi_store *store, minipay_error *error)
{
    const mpi_tally *all[64];
    uint32_t count = 0;
    bool any = false;
    for (uint32_t i = 0; i < store->table_count; i++) {
        const mpi_table *table = &store->tables[i];
        if (table->record->form != MPI_FORM_DOCUMENT)
            continue;
        any = any || table->tally.row_count;
        all[count++] = &table->tally;
    }
    if (store->head.number ? mpi_tallies_are(all, count, store->head.tallies) : !any)
        return MINIPAY_OK;
    return mpi_fail(error, MINIPAY_CORRUPT, "tally",
                    "tally or block: the tallies are not those of the newest block, %lld",
                    (long long)store->head.number);
}

static minipay_status reload(mpi_unit *unit, minipay_error *error)
{
    mpi_store *store = unit->store;
    store->generation++;
    store->recent.known = false;
    minipay_status status = load_head(unit, error);
    for (uint32_t i = 0; i < store->table_count && status == MINIPAY_OK; i++)
        status = reload_table(unit, &store->tables[i], error);
    if (status == MINIPAY_OK)
        status = check_tallies(store, error);
    store->loaded = status == MINIPAY_OK;
    return status;
}

/* A time beyond the calendar would be booked, and no later one could go before it. */
static minipay_status read_clock(const minipay_host *host, int64_t *now, minipay_error *error)
{
    *now = host->now(host->impl);
    return *now >= 0 && *now <= mpi_time_last
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_UNAVAILABLE, "host",
                          "the host's clock says %lld, which is not between the years 1970 and 9998",
                          (long long)*now);
}

/* Of the installation: a store may have been left alone while others were written. */
static int64_t newest_commit(const mpi_store *store)
{
    int64_t own = store->head.closed_at;
    int64_t any = store->newest_commit ? __atomic_load_n(store->newest_commit, __ATOMIC_RELAXED) : own;
    if (own > any)
        __atomic_store_n(store->newest_commit, own, __ATOMIC_RELAXED);
    return own > any ? own : any;
}

/* Business dates never go back: a leap that was booked could not be undone. A database that was left alone may
 * be some years behind, and one that has no books yet is bound to no time. */
static minipay_status check_leap(const mpi_store *store, int64_t now, minipay_error *error)
{
    char last[32], leapt[32];
    int64_t newest = newest_commit(store);
    if (store->head.closed_at == 0 || now - newest <= mpi_time_leap)
        return MINIPAY_OK;
    minipay_time_format(newest, last);
    minipay_time_format(now, leapt);
    return mpi_fail(error, MINIPAY_UNAVAILABLE, "host",
                    "the host's clock says %s, more than ten years after the newest commit, %s", leapt,
                    last);
}

minipay_status mpi_unit_begin(mpi_store *store, minipay_error *error)
{
    mpi_unit *unit = &store->unit;
    int32_t foreign = 0;
    int64_t now;
    minipay_status status = read_clock(&store->host, &now, error);
    if (status == MINIPAY_OK)
        status = store->storage.begin(store->storage.impl, MINIPAY_SESSION_WRITE, &unit->session,
                                      &foreign, error);
    if (status != MINIPAY_OK)
        return status;
    if (foreign || !store->loaded)
        status = reload(unit, error);
    if (status == MINIPAY_OK)
        status = check_leap(store, now, error);
    if (status != MINIPAY_OK) {
        store->storage.rollback(store->storage.impl, unit->session);
        return status;
    }
    unit->now = now > store->head.closed_at ? now : store->head.closed_at;
    unit->next_sequence = store->head.first_sequence + store->head.row_count;
    unit->hashing = unit->wrote = unit->undated = false;
    mpi_unit_settle(unit);
    return MINIPAY_OK;
}

/* ---- flush ----------------------------------------------------------------------------------------- */

static minipay_status write_rows(mpi_unit *unit, const minipay_table *table, int32_t kind,
                                 uint32_t count, minipay_error *error)
{
    minipay_storage *storage = &unit->store->storage;
    minipay_write write = {.kind = kind, .count = count, .table = table, .rows = unit->pointers};
    if (count == 0)
        return MINIPAY_OK;
    unit->wrote = true;
    minipay_status status = storage->write_many(storage->impl, unit->session, &write, error);
    /* Every insert was looked up before it was staged: a taken key means that cache and file disagree. */
    return status == MINIPAY_ID_REUSED
               ? mpi_fail(error, MINIPAY_CORRUPT, NULL, "%s: a key that was free is taken", table->name)
               : status;
}

static bool pointer_room(mpi_unit *unit, size_t count)
{
    if (count <= unit->pointer_room)
        return true;
    const void **pointers = realloc(unit->pointers, count * sizeof *pointers);
    if (!pointers)
        return false;
    unit->pointers = pointers;
    unit->pointer_room = count;
    return true;
}

/* The old tag left the tally when the row was first changed. */
static void retag(mpi_unit *unit, mpi_table *table, mpi_entry *entry)
{
    uint8_t *tag = mpi_record_tag_of(table->record, entry->row);
    if (entry->state != MPI_ENTRY_GONE) {
        mpi_record_tag(table->record, &unit->store->keys, entry->row, tag);
        mpi_tally_count(&table->tally, tag, 1);
    }
    table->tally_changed = true;
}

static uint32_t collect(mpi_unit *unit, const mpi_table *table, mpi_entry_state state)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->written_count; i++) {
        if (table->written[i]->state == state)
            unit->pointers[count++] = table->written[i]->row;
    }
    return count;
}

static void clean(mpi_table *table)
{
    for (uint32_t i = 0; i < table->written_count; i++) {
        mpi_entry *entry = table->written[i];
        if (entry->state == MPI_ENTRY_NEW && table->key_size >= sizeof table->highest)
            mpi_table_raise(table, entry->row);
        bool absent = entry->state == MPI_ENTRY_GONE || entry->state == MPI_ENTRY_ABSENT;
        entry->state = absent ? MPI_ENTRY_ABSENT : MPI_ENTRY_CLEAN;
        entry->listed = 0;
    }
    table->written_count = 0;
}

static int64_t sequence_of(const void *row)
{
    int64_t sequence;
    memcpy(&sequence, row, sizeof sequence);
    return sequence;
}

/* A B-tree takes rows in the order of their keys several times as fast as in any other. */
static bool sort_rows(mpi_unit *unit, const mpi_table *table, uint32_t count)
{
    if (table->record->table.fields[0].kind != MINIPAY_FIELD_INT64 || count < 2)
        return true;
    mpi_numbered *rows = malloc(count * 2 * sizeof *rows);
    if (!rows)
        return false;
    for (uint32_t i = 0; i < count; i++)
        rows[i] = (mpi_numbered){(uint64_t)sequence_of(unit->pointers[i]), unit->pointers[i]};
    const mpi_numbered *sorted = mpi_sort_numbered(rows, rows + count, count);
    for (uint32_t i = 0; i < count; i++)
        unit->pointers[i] = sorted[i].row;
    free(rows);
    return true;
}

static minipay_status flush_entries(mpi_unit *unit, mpi_table *table, minipay_error *error)
{
    static const struct {
        mpi_entry_state state;
        int32_t write;
    } kinds[] = {{MPI_ENTRY_NEW, MINIPAY_WRITE_INSERT},
                 {MPI_ENTRY_CHANGED, MINIPAY_WRITE_PUT},
                 {MPI_ENTRY_GONE, MINIPAY_WRITE_DELETE}};
    minipay_status status = MINIPAY_OK;
    if (!pointer_room(unit, table->written_count))
        return no_memory(error);
    for (uint32_t i = 0; table->record->form == MPI_FORM_DOCUMENT && i < table->written_count; i++) {
        mpi_entry_state state = table->written[i]->state;
        if (state != MPI_ENTRY_ABSENT && state != MPI_ENTRY_CLEAN)
            retag(unit, table, table->written[i]);
    }
    for (size_t k = 0; k < 3 && status == MINIPAY_OK; k++) {
        uint32_t count = collect(unit, table, kinds[k].state);
        if (!sort_rows(unit, table, count))
            return no_memory(error);
        status = write_rows(unit, &table->record->table, kinds[k].write, count, error);
    }
    clean(table);
    return status;
}

/* The stream whose next row, counting from `places`, has the lowest sequence. A stream whose turn it was is
 * asked first: rows of one stream mostly follow each other. */
static mpi_table *next_stream(mpi_store *store, const uint32_t *places, uint32_t *number,
                              int64_t expected)
{
    mpi_table *next = &store->tables[*number];
    if (places[*number] < next->staged_count &&
        sequence_of(mpi_stream_row(next, places[*number])) == expected)
        return next;
    next = NULL;
    for (uint32_t i = 0; i < store->table_count; i++) {
        mpi_table *table = &store->tables[i];
        if (places[i] < table->staged_count &&
            (!next || sequence_of(mpi_stream_row(table, places[i])) <
                          sequence_of(mpi_stream_row(next, places[*number])))) {
            next = table;
            *number = i;
        }
    }
    return next;
}

static void hash_streams(mpi_unit *unit)
{
    mpi_store *store = unit->store;
    uint32_t places[64], number = 0;
    int64_t expected = 0;
    mpi_table *table;
    MPI_ASSERT(store->table_count > 0);
    for (uint32_t i = 0; i < store->table_count; i++)
        places[i] = store->tables[i].flushed_count;
    if (!unit->hashing) {
        mpi_hasher_start(&unit->hasher, store->keys.chain);
        mpi_hasher_add(&unit->hasher, store->head.hash, sizeof store->head.hash);
        unit->hashing = true;
    }
    while ((table = next_stream(store, places, &number, expected))) {
        const void *row = mpi_stream_row(table, places[number]++);
        mpi_block_add_row(&unit->hasher, table->record, row);
        expected = sequence_of(row) + 1;
    }
}

static minipay_status flush_stream(mpi_unit *unit, mpi_table *table, minipay_error *error)
{
    uint32_t count = table->staged_count - table->flushed_count;
    if (!pointer_room(unit, count))
        return no_memory(error);
    for (uint32_t i = 0; i < count; i++) {
        unit->pointers[i] = mpi_stream_row(table, table->flushed_count + i);
        if (table->find_size)
            mpi_table_raise(table, (const uint8_t *)unit->pointers[i] + table->find_offset);
    }
    table->flushed_count = table->staged_count;
    return write_rows(unit, &table->record->table, MINIPAY_WRITE_INSERT, count, error);
}

minipay_status mpi_unit_flush(mpi_unit *unit, minipay_error *error)
{
    mpi_store *store = unit->store;
    minipay_status status = MINIPAY_OK;
    hash_streams(unit);
    for (uint32_t i = 0; i < store->table_count && status == MINIPAY_OK; i++) {
        mpi_table *table = &store->tables[i];
        status = table->record->form == MPI_FORM_STREAM ? flush_stream(unit, table, error)
                 : table->written_count                 ? flush_entries(unit, table, error)
                                                        : MINIPAY_OK;
    }
    return status;
}

/* ---- commit ---------------------------------------------------------------------------------------- */

static minipay_status write_tallies(mpi_unit *unit, uint8_t digest[32], minipay_error *error)
{
    mpi_store *store = unit->store;
    const mpi_tally *all[64];
    uint32_t changed = 0, count = 0;
    if (!pointer_room(unit, store->table_count))
        return no_memory(error);
    for (uint32_t i = 0; i < store->table_count; i++) {
        mpi_table *table = &store->tables[i];
        if (table->record->form != MPI_FORM_DOCUMENT)
            continue;
        all[count++] = &table->tally;
        if (table->tally_changed)
            unit->pointers[changed++] = &table->tally;
        table->tally_changed = false;
    }
    if (changed || store->head.number == 0)
        mpi_tally_digest(all, count, digest);
    return write_rows(unit, &mpi_tally_record.table, MINIPAY_WRITE_PUT, changed, error);
}

static minipay_status close_block(mpi_unit *unit, mpi_block *block, minipay_error *error)
{
    mpi_store *store = unit->store;
    *block = store->head;
    block->number++;
    block->first_sequence = store->head.first_sequence + store->head.row_count;
    block->row_count = unit->next_sequence - block->first_sequence;
    block->closed_at = unit->undated ? store->head.closed_at : unit->now;
    minipay_status status = write_tallies(unit, block->tallies, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_block_end(&unit->hasher, block);
    if (!pointer_room(unit, 1))
        return no_memory(error);
    unit->pointers[0] = block;
    return write_rows(unit, &mpi_block_record.table, MINIPAY_WRITE_INSERT, 1, error);
}

static void end_group(mpi_store *store)
{
    for (uint32_t i = 0; i < store->table_count; i++) {
        mpi_table *table = &store->tables[i];
        bool stream = table->record->form == MPI_FORM_STREAM;
        bool highest_known = table->highest_known;
        if (stream ? table->staged_count == 0
                   : table->entry_count <= table->record->cached * (size_t)store->cached_rows / 16)
            continue;
        mpi_table_forget(table);
        table->highest_known = highest_known;
    }
}

minipay_status mpi_unit_commit(mpi_store *store, minipay_error *error)
{
    mpi_unit *unit = &store->unit;
    mpi_block block;
    minipay_status status = mpi_unit_flush(unit, error);
    if (status == MINIPAY_OK && !unit->wrote) {
        store->storage.rollback(store->storage.impl, unit->session);
        end_group(store);
        return MINIPAY_OK;
    }
    if (status == MINIPAY_OK)
        status = close_block(unit, &block, error);
    if (status != MINIPAY_OK) {
        mpi_unit_abandon(store);
        return status;
    }
    status = store->storage.commit(store->storage.impl, unit->session, error);
    if (status != MINIPAY_OK) {
        store->loaded = false;
        return status;
    }
    store->head = block;
    end_group(store);
    return MINIPAY_OK;
}

void mpi_unit_abandon(mpi_store *store)
{
    store->storage.rollback(store->storage.impl, store->unit.session);
    store->loaded = false;
}
