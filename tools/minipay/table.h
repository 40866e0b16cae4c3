/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_TABLE_H
#define MINIPAY_TOOL_TABLE_H

/* A table of text whose columns are as wide as what stands in them, on lines of at most 80 columns: where that
 * does not do, ids go to lines of their own below their row, long texts are broken, and last of all a row
 * goes on in the next line.
 *
 * Amounts of one currency have it in their head; of several, each has its own. A table with a column
 * "Currency" tells it there. */

#include "minipay/types.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { TABLE_COLUMNS = 10, TABLE_WIDTH = 80, TABLE_HEAD_SIZE = 48 };

typedef struct table {
    char heads[TABLE_COLUMNS][TABLE_HEAD_SIZE];
    bool right[TABLE_COLUMNS], is_whole[TABLE_COLUMNS], is_mixed[TABLE_COLUMNS];
    char currency[TABLE_COLUMNS][MINIPAY_CURRENCY_SIZE]; /* of its amounts */
    int widths[TABLE_COLUMNS];
    int bands[TABLE_COLUMNS]; /* in which of a row's lines it stands */
    int gap;                  /* between columns */
    int columns;
    char **cells; /* a NULL stands for a line across */
    size_t count, room;
    int failed; /* memory ran out: the table prints nothing */
} table;

/* Heads that begin with '>' stand, with their column, to the right. */
void table_begin(table *t, const char *const *heads, int columns);

void table_cell(table *t, const char *text);
void table_count(table *t, uint64_t number);
void table_money(table *t, int64_t amount_minor, const char *currency);
void table_id(table *t, const minipay_id *id); /* "-" for none */
void table_whole(table *t, const char *text);  /* what is copied, and so is never broken */
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
