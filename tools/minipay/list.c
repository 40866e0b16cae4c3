/* SPDX-License-Identifier: Apache-2.0 */
#include "list.h"

#include "fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 256 };

static int columns_of(const char *const *heads)
{
    int count = 0;
    while (heads[count])
        count++;
    return count;
}

/* As each struct's init function does: all zero but the size that it begins with. */
static void clear_page(const list *l, char *page)
{
    uint32_t size = (uint32_t)l->item_size;
    memset(page, 0, PAGE * l->item_size);
    for (size_t i = 0; i < PAGE; i++)
        memcpy(page + i * l->item_size, &size, sizeof size);
}

static int show_page(db *d, const list *l, const void *query, const char *page, uint32_t count, table *t)
{
    int code = EXIT_DONE;
    for (uint32_t i = 0; !code && i < count; i++)
        code = l->show(d, query, page + i * l->item_size, t);
    return code;
}

int list_each(db *d, const list *l, void *query, uint64_t most, table *t)
{
    char *page = malloc(PAGE * l->item_size);
    uint64_t left = most ? most : UINT64_MAX;
    bool at_end = false;
    int code = page ? EXIT_DONE : fail_own("memory is used up");
    while (!code && !at_end && left) {
        uint32_t room = left < PAGE ? (uint32_t)left : PAGE, count = room;
        minipay_error error;
        minipay_error_init(&error);
        clear_page(l, page);
        minipay_status status = l->read(d, query, page, &count, &error);
        code =
            status == MINIPAY_OK ? show_page(d, l, query, page, count, t) : fail_status(status, &error);
        at_end = count < room;
        left -= count;
    }
    free(page);
    return code;
}

int list_show(db *d, const list *l, void *query, uint64_t most, bool as_json)
{
    table t;
    table_begin(&t, l->heads, columns_of(l->heads));
    return table_finish(&t, list_each(d, l, query, most, as_json ? NULL : &t), as_json);
}
