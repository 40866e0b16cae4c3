/* SPDX-License-Identifier: Apache-2.0 */
#include "one.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>

int one_show_id(const args *a, db *d, const one *o, const minipay_id *id)
{
    uint32_t size = (uint32_t)o->size;
    minipay_error error;
    void *item = calloc(1, o->size);
    if (!item)
        return fail_own("memory is used up");
    memcpy(item, &size, sizeof size);
    minipay_error_init(&error);
    minipay_status status = o->get(d, id, item, &error);
    int code = status == MINIPAY_OK ? o->show(a, d, item) : fail_status(status, &error);
    free(item);
    return code;
}

int one_show(const args *a, db *d, const one *o)
{
    minipay_id id;
    int code = args_id_text(o->what, a->words[0], &id);
    return code ? code : one_show_id(a, d, o, &id);
}
