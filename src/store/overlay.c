/* SPDX-License-Identifier: Apache-2.0 */
#include "store/internal.h"

#include "base/assert.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* What the running operation has staged can still be undone, so it must not reach the storage. Who reads by
 * order or by index meanwhile sees the storage's rows with the staged ones laid over them. */

static const minipay_field *field_at(const minipay_table *table, int32_t index, uint32_t place)
{
    return &table->fields[index < 0 ? place : table->indexes[index].fields[place]];
}

static uint32_t field_count(const minipay_table *table, int32_t index)
{
    return index < 0 ? table->key_count : table->indexes[index].field_count;
}

static int compare_integers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_field(const minipay_field *field, const void *a, const void *b)
{
    const uint8_t *left = (const uint8_t *)a + field->offset,
                  *right = (const uint8_t *)b + field->offset;
    int64_t wide[2];
    int32_t narrow[2];
    switch (field->kind) {
    case MINIPAY_FIELD_INT64:
        memcpy(&wide[0], left, sizeof wide[0]);
        memcpy(&wide[1], right, sizeof wide[1]);
        return compare_integers(wide[0], wide[1]);
    case MINIPAY_FIELD_INT32:
    case MINIPAY_FIELD_ENUM:
        memcpy(&narrow[0], left, sizeof narrow[0]);
        memcpy(&narrow[1], right, sizeof narrow[1]);
        return field->kind == MINIPAY_FIELD_INT32
                   ? compare_integers(narrow[0], narrow[1])
                   : strcmp(field->names[narrow[0]], field->names[narrow[1]]);
    default:
        return memcmp(left, right, field->size);
    }
}

static int compare(const minipay_table *table, int32_t index, uint32_t count, const void *a,
                   const void *b)
{
    int order = 0;
    for (uint32_t i = 0; i < count && order == 0; i++)
        order = compare_field(field_at(table, index, i), a, b);
    return order;
}

static bool in_index(const minipay_table *table, int32_t index, const void *row)
{
    int32_t value;
    if (index < 0 || table->indexes[index].where_field < 0)
        return true;
    memcpy(&value, (const uint8_t *)row + table->fields[table->indexes[index].where_field].offset,
           sizeof value);
    return value < table->indexes[index].where_below;
}

static bool within(const minipay_scan *scan, const void *row)
{
    int low = scan->low_fields ? compare(scan->table, scan->index, scan->low_fields, row, scan->low) : 1;
    int high =
        scan->high_fields ? compare(scan->table, scan->index, scan->high_fields, row, scan->high) : -1;
    return (low > 0 || (low == 0 && !scan->low_exclusive)) &&
           (high < 0 || (high == 0 && !scan->high_exclusive)) && in_index(scan->table, scan->index, row);
}

static mpi_table *table_of(mpi_store *store, const minipay_table *description)
{
    uint32_t i = 0;
    while (i < store->table_count && &store->tables[i].record->table != description)
        i++;
    MPI_ASSERT(i < store->table_count && store->tables[i].record->form != MPI_FORM_STREAM);
    return &store->tables[i];
}

static bool is_staged(mpi_table *table, const void *row)
{
    const mpi_entry *entry = mpi_table_find(table, row);
    return entry && entry->listed;
}

/* ---- scan ------------------------------------------------------------------------------------------ */

typedef struct page {
    uint8_t *rows;
    uint32_t count;
    size_t row_size;
} page;

static void *row_at(const page *shown, uint32_t number)
{
    return shown->rows + (size_t)number * shown->row_size;
}

static void drop_staged(page *shown, mpi_table *table)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < shown->count; i++) {
        if (is_staged(table, row_at(shown, i)))
            continue;
        if (kept < i)
            memcpy(row_at(shown, kept), row_at(shown, i), shown->row_size);
        kept++;
    }
    shown->count = kept;
}

static void put_in_order(page *shown, const minipay_scan *scan, const void *row)
{
    uint32_t fields = field_count(scan->table, scan->index), at = shown->count;
    while (at > 0) {
        int order = compare(scan->table, scan->index, fields, row_at(shown, at - 1), row);
        if (scan->descending ? order >= 0 : order <= 0)
            break;
        at--;
    }
    memmove(row_at(shown, at + 1), row_at(shown, at), (shown->count - at) * shown->row_size);
    memcpy(row_at(shown, at), row, shown->row_size);
    shown->count++;
}

minipay_status mpi_overlay_scan(mpi_unit *unit, const minipay_scan *scan, void *rows, uint32_t *count,
                                minipay_error *error)
{
    minipay_storage *storage = &unit->store->storage;
    mpi_table *table = table_of(unit->store, scan->table);
    uint32_t room = *count + table->written_count; /* as many may be dropped again */
    page shown = {.count = room, .row_size = scan->table->row_size};
    shown.rows = malloc((size_t)(room + table->written_count + 1) * shown.row_size);
    if (!shown.rows)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    minipay_status status =
        storage->scan(storage->impl, unit->session, scan, shown.rows, &shown.count, error);
    if (status == MINIPAY_OK) {
        drop_staged(&shown, table);
        for (uint32_t i = 0; i < table->written_count; i++) {
            const mpi_entry *entry = table->written[i];
            if (mpi_entry_stands(entry) && within(scan, entry->row))
                put_in_order(&shown, scan, entry->row);
        }
        *count = shown.count < *count ? shown.count : *count;
        memcpy(rows, shown.rows, *count * shown.row_size);
    }
    free(shown.rows);
    return status;
}

/* ---- lookup ---------------------------------------------------------------------------------------- */

minipay_status mpi_overlay_lookup(mpi_unit *unit, mpi_table *table, int32_t index, void *row,
                                  minipay_error *error)
{
    const minipay_table *description = &table->record->table;
    minipay_storage *storage = &unit->store->storage;
    uint8_t found = 0;
    void *rows[1] = {row};
    for (uint32_t i = 0; i < table->written_count; i++) {
        const mpi_entry *entry = table->written[i];
        if (mpi_entry_stands(entry) &&
            compare(description, index, field_count(description, index), entry->row, row) == 0) {
            memcpy(row, entry->row, description->row_size);
            return MINIPAY_OK;
        }
    }
    minipay_status status =
        storage->get_many(storage->impl, unit->session, description, index, rows, &found, 1, error);
    if (status != MINIPAY_OK)
        return status;
    return found && !is_staged(table, row) ? MINIPAY_OK : MINIPAY_NOT_FOUND;
}
