/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "base/assert.h"

#include <stdlib.h>
#include <string.h>

enum { SLAB_ROWS = 256 };

static uint32_t hash_bytes(const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (; count >= 8; at += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    if (count) {
        uint64_t word = 0;
        memcpy(&word, at, count);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return (uint32_t)(hash ^ hash >> 29);
}

static mpi_entry *entry_at(const mpi_table *table, uint32_t number)
{
    return (mpi_entry *)(void *)(table->slabs[number / SLAB_ROWS] +
                                 (size_t)(number % SLAB_ROWS) * table->entry_size);
}

static mpi_entry *find_hashed(const mpi_table *table, const void *key, uint32_t hash)
{
    if (!table->slots)
        return NULL;
    for (uint32_t slot = hash & table->slot_mask; table->slots[slot];
         slot = (slot + 1) & table->slot_mask) {
        mpi_entry *entry = entry_at(table, table->slots[slot] - 1);
        if (entry->hash == hash && memcmp(entry->row, key, table->key_size) == 0)
            return entry;
    }
    return NULL;
}

mpi_entry *mpi_table_find(mpi_table *table, const void *key)
{
    return find_hashed(table, key, hash_bytes(key, table->key_size));
}

enum { CACHE_LINE = 64 };

/* Three passes, so that no pass waits for memory that the one before it has not asked for already. */
void mpi_table_warm(mpi_table *table, const void *const *keys, const void **rows, uint32_t count)
{
    uint32_t hashes[MPI_WARM_LARGEST];
    MPI_ASSERT(count <= MPI_WARM_LARGEST);
    memset(rows, 0, count * sizeof *rows);
    for (uint32_t i = 0; table->slots && i < count; i++) {
        hashes[i] = hash_bytes(keys[i], table->key_size);
        __builtin_prefetch(&table->slots[hashes[i] & table->slot_mask]);
    }
    for (uint32_t i = 0; table->slots && i < count; i++) {
        uint32_t number = table->slots[hashes[i] & table->slot_mask];
        const uint8_t *entry = number ? (const uint8_t *)entry_at(table, number - 1) : NULL;
        for (uint32_t at = 0; entry && at < table->entry_size; at += CACHE_LINE)
            __builtin_prefetch(entry + at);
    }
    for (uint32_t i = 0; table->slots && i < count; i++) {
        const mpi_entry *entry = find_hashed(table, keys[i], hashes[i]);
        if (mpi_entry_stands(entry))
            rows[i] = entry->row;
    }
}

static void place(mpi_table *table, uint32_t hash, uint32_t number)
{
    uint32_t slot = hash & table->slot_mask;
    while (table->slots[slot])
        slot = (slot + 1) & table->slot_mask;
    table->slots[slot] = number + 1;
}

static bool grow_slots(mpi_table *table)
{
    uint32_t count = table->slots ? (table->slot_mask + 1) * 2 : 64;
    uint32_t *slots = calloc(count, sizeof *slots);
    if (!slots)
        return false;
    free(table->slots);
    table->slots = slots;
    table->slot_mask = count - 1;
    for (uint32_t i = 0; i < table->entry_count; i++)
        place(table, entry_at(table, i)->hash, i);
    return true;
}

static bool grow_slabs(mpi_table *table)
{
    uint8_t **slabs = realloc(table->slabs, (table->slab_count + 1) * sizeof *slabs);
    if (!slabs)
        return false;
    table->slabs = slabs;
    uint8_t *slab = malloc((size_t)SLAB_ROWS * table->entry_size);
    if (!slab)
        return false;
    table->slabs[table->slab_count++] = slab;
    return true;
}

mpi_entry *mpi_table_add(mpi_table *table, const void *key)
{
    if ((!table->slots || table->entry_count >= (table->slot_mask + 1) / 2) && !grow_slots(table))
        return NULL;
    if (table->entry_count == table->slab_count * SLAB_ROWS && !grow_slabs(table))
        return NULL;
    mpi_entry *entry = entry_at(table, table->entry_count);
    entry->hash = hash_bytes(key, table->key_size);
    entry->state = MPI_ENTRY_ABSENT;
    entry->listed = 0;
    memcpy(entry->row, key, table->key_size);
    place(table, entry->hash, table->entry_count++);
    return entry;
}

bool mpi_table_list(mpi_table *table, mpi_entry *entry)
{
    if (entry->listed)
        return true;
    if (table->written_count == table->written_room) {
        uint32_t room = table->written_room ? table->written_room * 2 : 64;
        mpi_entry **written = realloc(table->written, room * sizeof *written);
        if (!written)
            return false;
        table->written = written;
        table->written_room = room;
    }
    table->written[table->written_count++] = entry;
    entry->listed = 1;
    return true;
}

void mpi_table_forget(mpi_table *table)
{
    if (table->slots)
        memset(table->slots, 0, (size_t)(table->slot_mask + 1) * sizeof *table->slots);
    table->entry_count = 0;
    table->written_count = 0;
    table->staged_count = 0;
    table->flushed_count = 0;
    if (table->finder_count)
        memset(table->finder, 0, (size_t)(table->finder_mask + 1) * sizeof *table->finder);
    table->finder_count = 0;
    table->highest_known = false;
    table->tally_changed = false;
}

void mpi_table_raise(mpi_table *table, const void *id)
{
    if (table->highest_known && memcmp(id, &table->highest, sizeof table->highest) > 0)
        memcpy(&table->highest, id, sizeof table->highest);
}

void mpi_table_free(mpi_table *table)
{
    for (uint32_t i = 0; i < table->slab_count; i++)
        free(table->slabs[i]);
    free(table->slabs);
    free(table->slots);
    free(table->written);
    free(table->staged);
    free(table->finder);
}

/* ---- streams --------------------------------------------------------------------------------------- */

static uint8_t *staged_row(const mpi_table *table, uint32_t number)
{
    return table->staged + (size_t)number * table->record->table.row_size;
}

const uint8_t *mpi_stream_row(const mpi_table *table, uint32_t number)
{
    return staged_row(table, number);
}

static uint32_t finder_slot(const mpi_table *table, const void *row)
{
    return hash_bytes((const uint8_t *)row + table->find_offset, table->find_size) & table->finder_mask;
}

static void finder_place(mpi_table *table, uint32_t number)
{
    uint32_t slot = finder_slot(table, staged_row(table, number));
    while (table->finder[slot])
        slot = (slot + 1) & table->finder_mask;
    table->finder[slot] = number + 1;
}

static bool grow_staged(mpi_table *table)
{
    uint32_t room = table->staged_room ? table->staged_room * 2 : 64;
    uint8_t *staged = realloc(table->staged, (size_t)room * table->record->table.row_size);
    if (!staged)
        return false;
    table->staged = staged;
    table->staged_room = room;
    uint32_t *finder = calloc((size_t)room * 2, sizeof *finder);
    if (!finder)
        return false;
    free(table->finder);
    table->finder = finder;
    table->finder_mask = room * 2 - 1;
    table->finder_count = 0;
    return true;
}

bool mpi_stream_stage(mpi_table *table, const void *row, int64_t sequence)
{
    if ((!table->finder || table->staged_count == table->staged_room) && !grow_staged(table))
        return false;
    uint8_t *staged = staged_row(table, table->staged_count);
    memcpy(staged, row, table->record->table.row_size);
    memcpy(staged, &sequence, sizeof sequence);
    table->staged_count++;
    return true;
}

/* The newest first, so that no probe runs through a slot that is emptied. */
void mpi_stream_unstage(mpi_table *table)
{
    MPI_ASSERT(table->staged_count > table->flushed_count);
    uint32_t number = --table->staged_count;
    if (number >= table->finder_count)
        return;
    table->finder_count = number;
    uint32_t slot = finder_slot(table, staged_row(table, number));
    while (table->finder[slot] != number + 1)
        slot = (slot + 1) & table->finder_mask;
    table->finder[slot] = 0;
}

const void *mpi_stream_staged(mpi_table *table, const void *row)
{
    if (!table->finder || !table->find_size)
        return NULL;
    while (table->finder_count < table->staged_count)
        finder_place(table, table->finder_count++);
    for (uint32_t slot = finder_slot(table, row); table->finder[slot];
         slot = (slot + 1) & table->finder_mask) {
        const uint8_t *staged = staged_row(table, table->finder[slot] - 1);
        if (memcmp(staged + table->find_offset, (const uint8_t *)row + table->find_offset,
                   table->find_size) == 0)
            return staged;
    }
    return NULL;
}
