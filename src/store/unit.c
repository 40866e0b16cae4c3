/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/id.h"

#include <stdlib.h>
#include <string.h>

int64_t mpi_unit_now(const mpi_unit *unit)
{
    return unit->now;
}

mpi_store *mpi_unit_store(const mpi_unit *unit)
{
    return unit->store;
}

int64_t mpi_unit_next_sequence(const mpi_unit *unit)
{
    return unit->next_sequence;
}

uint64_t mpi_unit_generation(const mpi_unit *unit)
{
    return unit->store->generation;
}

static minipay_status no_memory(minipay_error *error)
{
    return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
}

/* ---- undo ------------------------------------------------------------------------------------------ */

static bool undo_room(mpi_unit *unit, size_t image_size)
{
    if (unit->undo_count == unit->undo_room) {
        size_t room = unit->undo_room ? unit->undo_room * 2 : 64;
        mpi_undo *undo = realloc(unit->undo, room * sizeof *undo);
        if (!undo)
            return false;
        unit->undo = undo;
        unit->undo_room = room;
    }
    if (unit->image_used + image_size > unit->image_room) {
        size_t room = (unit->image_used + image_size) * 2;
        uint8_t *images = realloc(unit->images, room);
        if (!images)
            return false;
        unit->images = images;
        unit->image_room = room;
    }
    return true;
}

static bool undo_note(mpi_unit *unit, mpi_table *table, mpi_entry *entry)
{
    size_t size = entry && entry->state != MPI_ENTRY_ABSENT ? table->record->table.row_size : 0;
    if (!undo_room(unit, size))
        return false;
    mpi_undo *undo = &unit->undo[unit->undo_count++];
    *undo = (mpi_undo){table, entry, entry ? entry->state : 0, unit->image_used};
    if (size)
        memcpy(unit->images + unit->image_used, entry->row, size);
    unit->image_used += size;
    return true;
}

mpi_mark mpi_unit_mark(const mpi_unit *unit)
{
    return (mpi_mark){unit->undo_count, unit->next_sequence};
}

/* A tally counts the tags of the rows that stand in the storage: a row leaves it when it is first
 * changed, while its tag is the stored one, and comes back with its new tag when it is written. */
static void count_tag(mpi_table *table, mpi_entry *entry, int sign)
{
    if (table->record->form == MPI_FORM_DOCUMENT)
        mpi_tally_count(&table->tally, mpi_record_tag_of(table->record, entry->row), sign);
}

static void restore(mpi_unit *unit, const mpi_undo *undo)
{
    bool is_back = undo->state == MPI_ENTRY_CLEAN && undo->entry->state != MPI_ENTRY_CLEAN;
    undo->entry->state = undo->state;
    if (undo->state != MPI_ENTRY_ABSENT)
        memcpy(undo->entry->row, unit->images + undo->image, undo->table->record->table.row_size);
    if (is_back)
        count_tag(undo->table, undo->entry, 1);
}

void mpi_unit_undo(mpi_unit *unit, mpi_mark mark)
{
    MPI_ASSERT(mark.undo <= unit->undo_count);
    while (unit->undo_count > mark.undo) {
        mpi_undo *undo = &unit->undo[--unit->undo_count];
        unit->image_used = undo->image;
        if (undo->entry)
            restore(unit, undo);
        else
            mpi_stream_unstage(undo->table);
    }
    unit->next_sequence = mark.sequence;
}

void mpi_unit_settle(mpi_unit *unit)
{
    unit->undo_count = 0;
    unit->image_used = 0;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static bool keyed_by_id(const mpi_table *table)
{
    return table->record->table.fields[0].kind == MINIPAY_FIELD_ID &&
           table->record->form != MPI_FORM_STREAM;
}

/* The highest id that stands, once a group of other processes' writes; then kept up by what is written. */
static minipay_status know_highest(mpi_unit *unit, mpi_table *table, int32_t index, size_t offset,
                                   minipay_error *error)
{
    uint64_t row[MPI_RECORD_LARGEST / 8];
    uint32_t count = 1;
    minipay_scan scan = {.table = &table->record->table, .index = index, .descending = 1};
    if (table->highest_known)
        return MINIPAY_OK;
    minipay_status status =
        unit->store->storage.scan(unit->store->storage.impl, unit->session, &scan, row, &count, error);
    if (status != MINIPAY_OK)
        return status;
    memset(&table->highest, 0, sizeof table->highest);
    if (count)
        memcpy(&table->highest, (uint8_t *)row + offset, sizeof table->highest);
    table->highest_known = true;
    return MINIPAY_OK;
}

/* Streams are found by the id that their first index begins with. */
static bool found_by_id(const mpi_table *table)
{
    return keyed_by_id(table) || table->find_size;
}

static void raise_to(minipay_id *highest, const void *id)
{
    if (memcmp(id, highest, sizeof *highest) > 0)
        memcpy(highest, id, sizeof *highest);
}

/* What is staged is in no table's highest yet. */
static void raise_to_staged(const mpi_table *table, minipay_id *highest)
{
    for (uint32_t i = 0; table->find_size && i < table->staged_count; i++)
        raise_to(highest, mpi_stream_row(table, i) + table->find_offset);
    for (uint32_t i = 0; !table->find_size && i < table->written_count; i++)
        raise_to(highest, table->written[i]->row);
}

/* Once after other processes have written. */
static minipay_status know_recent(mpi_unit *unit, minipay_error *error)
{
    mpi_store *store = unit->store;
    minipay_id highest = {{0}};
    if (store->recent.known)
        return MINIPAY_OK;
    for (uint32_t i = 0; i < store->table_count; i++) {
        mpi_table *table = &store->tables[i];
        if (!found_by_id(table))
            continue;
        minipay_status status =
            know_highest(unit, table, table->find_size ? 0 : -1, table->find_offset, error);
        if (status != MINIPAY_OK)
            return status;
        raise_to(&highest, &table->highest);
        raise_to_staged(table, &highest);
    }
    return mpi_recent_begin(&store->recent, &highest) ? MINIPAY_OK : no_memory(error);
}

minipay_status mpi_unit_may_stand(mpi_unit *unit, const minipay_id *id, bool *may, minipay_error *error)
{
    minipay_status status = know_recent(unit, error);
    if (status == MINIPAY_OK)
        *may = mpi_recent_may_have(&unit->store->recent, id);
    return status;
}

/* Whoever changes a row signs it: only one that was signed is worked with. */
static minipay_status check_tag(const mpi_unit *unit, const mpi_table *table, const mpi_entry *entry,
                                minipay_error *error)
{
    const mpi_record *record = table->record;
    char field[128];
    if (record->form != MPI_FORM_DOCUMENT)
        return MINIPAY_OK;
    const uint8_t *tag = mpi_record_stored_tag(record, entry->row);
    if (mpi_record_is_tagged(record, &unit->store->keys, entry->row, tag))
        return MINIPAY_OK;
    mpi_record_changed_field(record, &unit->store->keys, entry->row, tag, field);
    return mpi_fail(error, MINIPAY_CORRUPT, record->table.name,
                    "%s: a row is not what was written%s%s: the audit names it", record->table.name,
                    field[0] ? ": " : "", field);
}

static minipay_status load(mpi_unit *unit, mpi_table *table, const void *key, mpi_entry **entry,
                           minipay_error *error)
{
    uint8_t found = 0;
    mpi_entry *added = mpi_table_add(table, key);
    if (!added)
        return no_memory(error);
    void *rows[1] = {added->row};
    *entry = added;
    minipay_storage *storage = &unit->store->storage;
    minipay_status status = storage->get_many(storage->impl, unit->session, &table->record->table, -1,
                                              rows, &found, 1, error);
    if (status != MINIPAY_OK || !found)
        return status;
    added->state = MPI_ENTRY_CLEAN;
    return check_tag(unit, table, added, error);
}

/* `*entry` is NULL when the row is known not to stand without an entry that says so. */
static minipay_status look_up(mpi_unit *unit, mpi_table *table, const void *key, mpi_entry **entry,
                              minipay_error *error)
{
    *entry = mpi_table_find(table, key);
    if (*entry)
        return MINIPAY_OK;
    if (keyed_by_id(table)) {
        if (!mpi_recent_may_have(&unit->store->recent, key))
            return MINIPAY_OK;
        minipay_status status = know_highest(unit, table, -1, 0, error);
        if (status != MINIPAY_OK)
            return status;
        if (memcmp(key, &table->highest, sizeof table->highest) > 0)
            return MINIPAY_OK;
    }
    return load(unit, table, key, entry, error);
}

minipay_status mpi_unit_get(mpi_unit *unit, mpi_table *table, const void *key, const void **row,
                            minipay_error *error)
{
    mpi_entry *entry = NULL;
    minipay_status status = look_up(unit, table, key, &entry, error);
    if (status != MINIPAY_OK)
        return status;
    if (!mpi_entry_stands(entry))
        return MINIPAY_NOT_FOUND;
    *row = entry->row;
    return MINIPAY_OK;
}

minipay_status mpi_unit_has(mpi_unit *unit, mpi_table *table, const minipay_id *id, minipay_error *error)
{
    uint64_t row[MPI_RECORD_LARGEST / 8];
    void *rows[1] = {row};
    uint8_t found = 0;
    minipay_storage *storage = &unit->store->storage;
    MPI_ASSERT(keyed_by_id(table) && table->key_size == sizeof *id);
    const mpi_entry *entry = mpi_table_find(table, id);
    if (entry)
        return mpi_entry_stands(entry) ? MINIPAY_OK : MINIPAY_NOT_FOUND;
    minipay_status status = know_highest(unit, table, -1, 0, error);
    if (status != MINIPAY_OK)
        return status;
    if (mpi_id_compare(id, &table->highest) > 0)
        return MINIPAY_NOT_FOUND;
    memcpy(row, id, sizeof *id);
    status = storage->get_many(storage->impl, unit->session, &table->record->table, -1, rows, &found, 1,
                               error);
    return status != MINIPAY_OK ? status : found ? MINIPAY_OK : MINIPAY_NOT_FOUND;
}

void mpi_unit_warm(mpi_unit *unit, mpi_table *table, const void *const *keys, const void **rows,
                   uint32_t count)
{
    (void)unit;
    mpi_table_warm(table, keys, rows, count);
}

static mpi_entry *entry_of(const void *row)
{
    return (mpi_entry *)(uintptr_t)((const uint8_t *)row - offsetof(mpi_entry, row));
}

void *mpi_unit_edit(mpi_unit *unit, mpi_table *table, const void *row)
{
    mpi_entry *entry = entry_of(row);
    MPI_ASSERT(mpi_entry_stands(entry));
    if (!undo_note(unit, table, entry) || !mpi_table_list(table, entry))
        return NULL;
    if (entry->state == MPI_ENTRY_CLEAN) {
        count_tag(table, entry, -1);
        entry->state = MPI_ENTRY_CHANGED;
    }
    return entry->row;
}

minipay_status mpi_unit_insert(mpi_unit *unit, mpi_table *table, const void *row, minipay_error *error)
{
    mpi_entry *entry = NULL;
    minipay_status status = look_up(unit, table, row, &entry, error);
    if (status != MINIPAY_OK)
        return status;
    if (mpi_entry_stands(entry))
        return MINIPAY_ID_REUSED;
    if (!entry)
        entry = mpi_table_add(table, row);
    if (!entry || !undo_note(unit, table, entry) || !mpi_table_list(table, entry))
        return no_memory(error);
    entry->state = entry->state == MPI_ENTRY_GONE ? MPI_ENTRY_CHANGED : MPI_ENTRY_NEW;
    memcpy(entry->row, row, table->record->table.row_size);
    if (keyed_by_id(table))
        mpi_recent_add(&unit->store->recent, row);
    return MINIPAY_OK;
}

minipay_status mpi_unit_delete(mpi_unit *unit, mpi_table *table, const void *row, minipay_error *error)
{
    mpi_entry *entry = entry_of(row);
    MPI_ASSERT(mpi_entry_stands(entry));
    if (!undo_note(unit, table, entry) || !mpi_table_list(table, entry))
        return no_memory(error);
    if (entry->state == MPI_ENTRY_CLEAN)
        count_tag(table, entry, -1);
    entry->state = entry->state == MPI_ENTRY_NEW ? MPI_ENTRY_ABSENT : MPI_ENTRY_GONE;
    return MINIPAY_OK;
}

minipay_status mpi_unit_append(mpi_unit *unit, mpi_table *stream, const void *row, int64_t *sequence,
                               minipay_error *error)
{
    if (!undo_note(unit, stream, NULL) || !mpi_stream_stage(stream, row, unit->next_sequence))
        return no_memory(error);
    if (stream->find_size)
        mpi_recent_add(&unit->store->recent, (const uint8_t *)row + stream->find_offset);
    *sequence = unit->next_sequence++;
    return MINIPAY_OK;
}

minipay_status mpi_unit_find(mpi_unit *unit, mpi_table *stream, void *row, minipay_error *error)
{
    uint8_t found = 0;
    void *rows[1] = {row};
    MPI_ASSERT(stream->find_size > 0);
    if (!mpi_recent_may_have(&unit->store->recent, (uint8_t *)row + stream->find_offset))
        return MINIPAY_NOT_FOUND;
    const void *staged = mpi_stream_staged(stream, row);
    if (staged) {
        memcpy(row, staged, stream->record->table.row_size);
        return MINIPAY_OK;
    }
    minipay_status status = know_highest(unit, stream, 0, stream->find_offset, error);
    if (status != MINIPAY_OK)
        return status;
    if (memcmp((uint8_t *)row + stream->find_offset, &stream->highest, sizeof stream->highest) > 0)
        return MINIPAY_NOT_FOUND;
    minipay_storage *storage = &unit->store->storage;
    status = storage->get_many(storage->impl, unit->session, &stream->record->table, 0, rows, &found, 1,
                               error);
    return status != MINIPAY_OK ? status : found ? MINIPAY_OK : MINIPAY_NOT_FOUND;
}

minipay_status mpi_unit_scan(mpi_unit *unit, const minipay_scan *scan, void *rows, uint32_t *count,
                             minipay_error *error)
{
    minipay_storage *storage = &unit->store->storage;
    if (unit->undo_count)
        return mpi_overlay_scan(unit, scan, rows, count, error);
    minipay_status status = mpi_unit_flush(unit, error);
    return status == MINIPAY_OK ? storage->scan(storage->impl, unit->session, scan, rows, count, error)
                                : status;
}

minipay_status mpi_unit_lookup(mpi_unit *unit, mpi_table *table, int32_t index, void *row,
                               minipay_error *error)
{
    uint8_t found = 0;
    void *rows[1] = {row};
    minipay_storage *storage = &unit->store->storage;
    if (unit->undo_count)
        return mpi_overlay_lookup(unit, table, index, row, error);
    minipay_status status = mpi_unit_flush(unit, error);
    if (status == MINIPAY_OK)
        status = storage->get_many(storage->impl, unit->session, &table->record->table, index, rows,
                                   &found, 1, error);
    return status != MINIPAY_OK ? status : found ? MINIPAY_OK : MINIPAY_NOT_FOUND;
}
