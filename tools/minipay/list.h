/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_LIST_H
#define MINIPAY_TOOL_LIST_H

/* The one shape of every command that lists: a page of the library's after the other, shown as a table
 * or as a JSON object a line. */

#include "args.h"
#include "open.h"
#include "table.h"

typedef struct list {
    const char *const *heads; /* of the table, the last one NULL */
    size_t item_size;         /* of the public struct, which begins with its size */

    /* Reads the page behind the place that `query` keeps, and moves that place behind what it read.
     * `*count` is the room, then the number; less than the room is the end. */
    minipay_status (*read)(db *d, void *query, void *page, uint32_t *count, minipay_error *error);

    /* Shows an item: cells of the table, or where there is none its JSON. Answers the exit code. */
    int (*show)(db *d, const void *query, const void *item, table *t);
} list;

/* Shows up to `most` items (0: all) from the query's place on, in `t` or as JSON. Answers the exit code. */
int list_each(db *d, const list *l, void *query, uint64_t most, table *t);

/* The same with a table of its own, or with none. */
int list_show(db *d, const list *l, void *query, uint64_t most, bool as_json);

#endif
