/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_ONE_H
#define MINIPAY_TOOL_ONE_H

/* The one shape of every command that shows a thing by its id. */

#include "args.h"
#include "open.h"

typedef struct one {
    const char *what; /* "merchant" */
    size_t size;      /* of the public struct, which begins with its size */
    minipay_status (*get)(db *d, const minipay_id *id, void *item, minipay_error *error);
    int (*show)(const args *a, db *d, const void *item); /* answers the exit code */
} one;

/* The thing that the command's first word names. */
int one_show(const args *a, db *d, const one *o);

/* The same, by an id that is known. */
int one_show_id(const args *a, db *d, const one *o, const minipay_id *id);

#endif
