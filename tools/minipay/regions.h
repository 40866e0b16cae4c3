/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_REGIONS_H
#define MINIPAY_TOOL_REGIONS_H

/* Korea's seventeen provinces and cities, as in examples/data/regions.csv. */

#include <stddef.h>

typedef struct province {
    const char *code, *name_en;
} province;

/* NULL when the code is not among them. */
const province *region_find(const char *code);

/* The region that a replay gives to a name: always the same one. */
const province *region_of_name(const char *name);

/* "Seoul"; the code itself when it is not among them, "(none)" for "". */
void region_label(const char *code, char *out, size_t size);

#endif
