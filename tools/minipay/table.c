/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include "minipay/values.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const char MARGIN[] = "  ", GAP[] = "  ", DASH[] = "\xe2\x94\x80";

void table_begin(table *t, const char *const *heads, int columns)
{
    memset(t, 0, sizeof *t);
    t->columns = columns;
    for (int i = 0; i < columns; i++) {
        t->right[i] = heads[i][0] == '>';
        t->heads[i] = heads[i] + t->right[i];
        t->widths[i] = text_width(t->heads[i]);
    }
}

static void put(table *t, char *cell)
{
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        char **cells = realloc(t->cells, room * sizeof *cells);
        if (!cells) {
            t->failed = 1;
            free(cell);
            return;
        }
        t->cells = cells;
        t->room = room;
    }
    t->cells[t->count++] = cell;
}

/* '?' takes no more room than what it stands for. */
static char *plain_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy)
        text_plain(text, copy, size);
    return copy;
}

void table_cell(table *t, const char *text)
{
    size_t column = t->count % (size_t)t->columns;
    char *copy = plain_copy(text);
    int width = copy ? text_width(copy) : 0;
    if (!copy) {
        t->failed = 1;
        return;
    }
    if (t->widths[column] < width)
        t->widths[column] = width;
    put(t, copy);
}

void table_count(table *t, uint64_t number)
{
    char text[TEXT_SIZE];
    text_count(number, text);
    table_cell(t, text);
}

void table_money(table *t, int64_t amount_minor, const char *currency)
{
    char text[TEXT_SIZE];
    text_money(amount_minor, currency, text);
    table_cell(t, text);
}

void table_id(table *t, const minipay_id *id)
{
    char text[MINIPAY_ID_TEXT_SIZE] = "-";
    if (!id_is_none(id))
        minipay_id_format(id, text);
    table_cell(t, text);
}

void table_date(table *t, int32_t date)
{
    char text[TEXT_SIZE];
    text_date(date, text);
    table_cell(t, text);
}

void table_line(table *t)
{
    for (int i = 0; i < t->columns; i++)
        put(t, NULL);
}

static void print_line(const table *t, FILE *out)
{
    fputs(MARGIN, out);
    for (int column = 0; column < t->columns; column++) {
        int width = t->widths[column] + (column + 1 < t->columns ? (int)sizeof GAP - 1 : 0);
        for (int i = 0; i < width; i++)
            fputs(DASH, out);
    }
    fputc('\n', out);
}

static void print_row(const table *t, const char *const *row, FILE *out)
{
    fputs(MARGIN, out);
    int columns = t->columns;
    while (columns > 1 && !row[columns - 1][0])
        columns--;
    for (int i = 0; i < columns; i++) {
        int space = t->widths[i] - text_width(row[i]), last = i + 1 == columns;
        if (t->right[i])
            fprintf(out, "%*s%s", space, "", row[i]);
        else
            fprintf(out, "%s%*s", row[i], last ? 0 : space, "");
        fputs(last ? "\n" : GAP, out);
    }
}

void table_drop(table *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->cells[i]);
    free(t->cells);
    memset(t, 0, sizeof *t);
}

void table_end(table *t, FILE *out)
{
    size_t columns = (size_t)t->columns;
    if (!t->failed) {
        print_row(t, t->heads, out);
        print_line(t, out);
    }
    if (!t->failed && !t->count)
        fprintf(out, "%s(none)\n", MARGIN);
    for (size_t i = 0; !t->failed && i + columns <= t->count; i += columns) {
        if (t->cells[i])
            print_row(t, (const char *const *)(t->cells + i), out);
        else
            print_line(t, out);
    }
    table_drop(t);
}

int table_finish(table *t, int code, bool as_json)
{
    if (code || as_json)
        table_drop(t);
    else
        table_end(t, stdout);
    return code;
}

void table_title(FILE *out, const char *title)
{
    fprintf(out, "\n%s\n\n", title);
}
