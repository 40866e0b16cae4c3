/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MINIPAY_TOOL_SHEET_H
#define MINIPAY_TOOL_SHEET_H

/* A CSV file with a header, plain or .xz, a row at a time. Columns are found by name, in any order and
 * in any case of their letters; others are passed over. Whatever is wrong is said with file, line and field. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHEET_COLUMNS = 16, SHEET_VALUE_SIZE = 256 };

typedef struct sheet_column {
    const char *name;
    const char *other; /* another spelling, or NULL */
    bool is_optional;  /* the header need not have it */
    size_t longest;    /* bytes of a value; below SHEET_VALUE_SIZE */
} sheet_column;

typedef struct sheet sheet;

/* Takes a row; anything but 0 stops the reading and is its answer. */
typedef int (*sheet_take)(void *context, sheet *s);

/* Opens FILE; NULL, said on stderr, when it cannot be read. `columns` must outlive the sheet. */
sheet *sheet_open(const char *path, const sheet_column *columns, int count);

/* Reads from the first row to the last. A fault is said on stderr and answers EXIT_OWN. */
int sheet_read(sheet *s, sheet_take take, void *context);

/* ---- inside `take` ---- */

/* The value of a column, by its place in `columns`; "" where the file does not have it. */
const char *sheet_value(const sheet *s, int column);

/* Notes what is wrong with the row and answers EXIT_OWN, for `take` to answer. It is said when the
 * reading ends: damaged .xz data shows later than the text that it spoils. */
int sheet_fault(sheet *s, int column, const char *format, ...) __attribute__((format(printf, 3, 4)));

uint64_t sheet_line(const sheet *s); /* where the row began, from 1 */
uint64_t sheet_rows(const sheet *s); /* rows taken so far, this one included */

/* ---- behind `sheet_read` ---- */

/* Whether the last line has no line end. Its last field may then be the beginning of another value. */
bool sheet_is_open(const sheet *s);

void sheet_close(sheet *s);

#endif
