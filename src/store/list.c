/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* Lists: a scan is read page by page, since some of its rows may not be in the list. */

enum { PAGE = 128 };

/* The scan goes on behind the row. */
static void go_on(minipay_scan *scan, const void *row)
{
    const minipay_table *table = scan->table;
    uint32_t fields = scan->index < 0 ? table->key_count : table->indexes[scan->index].field_count;
    if (scan->descending) {
        scan->high = row;
        scan->high_fields = fields;
        scan->high_exclusive = 1;
    } else {
        scan->low = row;
        scan->low_fields = fields;
        scan->low_exclusive = 1;
    }
}

/* What is filled so far of the array. */
typedef struct filling {
    uint8_t *items;
    uint32_t used, room;
} filling;

static minipay_status show_page(mpi_view *view, const mpi_list *list, const uint8_t *rows, uint32_t read,
                                filling *filled, minipay_error *error)
{
    for (uint32_t i = 0; i < read && filled->used < filled->room; i++) {
        minipay_status status =
            list->show(list->context, view, rows + (size_t)i * list->scan.table->row_size,
                       filled->items + filled->used * list->item_size, error);
        if (status != MINIPAY_OK && status != MPI_LEFT_OUT)
            return status;
        filled->used += status == MINIPAY_OK;
    }
    return MINIPAY_OK;
}

minipay_status mpi_view_list(mpi_view *view, const mpi_list *list, void *items, uint32_t *count,
                             minipay_error *error)
{
    minipay_scan scan = list->scan;
    filling filled = {items, 0, *count};
    size_t size = scan.table->row_size;
    uint32_t asked = *count < PAGE ? *count : PAGE, read = 0;
    uint8_t *rows = malloc((PAGE + 1) * size); /* the last is a copy of the row to go on behind */
    minipay_status status = rows ? MINIPAY_OK : mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    for (bool more = asked > 0; more && status == MINIPAY_OK; asked = PAGE) {
        read = asked;
        status = mpi_view_scan(view, &scan, rows, &read, error);
        if (status == MINIPAY_OK)
            status = show_page(view, list, rows, read, &filled, error);
        more = read == asked && filled.used < filled.room;
        if (status == MINIPAY_OK && more)
            go_on(&scan, memcpy(rows + PAGE * size, rows + (read - 1) * size, size));
    }
    free(rows);
    if (status == MINIPAY_OK)
        *count = filled.used;
    return status;
}

minipay_status mpi_store_list(mpi_store *store, const mpi_list *list, void *items, uint32_t *count,
                              minipay_error *error)
{
    mpi_view view;
    minipay_status status = mpi_view_open(store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_list(&view, list, items, count, error);
    mpi_view_close(&view);
    return status;
}
