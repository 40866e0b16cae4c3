/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_LINES_H
#define MINIPAY_TOOL_LINES_H

/* Lines of facts: "SECTION KEY name=value ...", or the same as one JSON object a line. A fact that is
 * zero, empty, false or none is not told. Begins all zero but `as_json`. All answer 0, or say what is
 * wrong and answer the exit code. */

#include "json.h"

#include <stdbool.h>

typedef struct lines {
    bool as_json;
    char **kept;
    size_t count, room;
} lines;

/* Prints a line at once, and lets `facts` go. NULL means that memory ran out. */
int lines_tell(lines *l, const char *section, const char *key, json_t *facts);

/* Keeps a line until lines_sort prints all that are kept, in the order of their bytes. */
int lines_keep(lines *l, const char *section, const char *key, json_t *facts);
int lines_sort(lines *l);

void lines_free(lines *l);

#endif
