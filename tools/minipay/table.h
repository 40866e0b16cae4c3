/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_TABLE_H
#define MINIPAY_TOOL_TABLE_H

/* A table of text whose columns are as wide as what stands in them. */

#include "minipay/types.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 8 };

typedef struct table {
    const char *heads[TABLE_COLUMNS];
    int right[TABLE_COLUMNS];
    int widths[TABLE_COLUMNS];
    int columns;
    char **cells; /* a NULL stands for a line across */
    size_t count, room;
    int failed; /* memory ran out: the table prints nothing */
} table;

/* Heads that begin with '>' stand, with their column, to the right. They must outlive the table. */
void table_begin(table *t, const char *const *heads, int columns);

void table_cell(table *t, const char *text);
void table_count(table *t, uint64_t number);
void table_money(table *t, int64_t amount_minor, const char *currency);
void table_id(table *t, const minipay_id *id); /* "-" for none */
void table_date(table *t, int32_t date);       /* "-" for none */
void table_line(table *t);                     /* only between rows */

/* Prints with a margin of two columns and frees what the table holds. */
void table_end(table *t, FILE *out);

/* Frees without printing. */
void table_drop(table *t);

/* What a command that could print JSON instead does at its end: drops the table when it failed with `code` or
 * printed JSON, else prints it. Answers `code`. */
int table_finish(table *t, int code, bool as_json);

/* A section's heading. */
void table_title(FILE *out, const char *title);

#endif
