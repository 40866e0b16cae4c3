/* SPDX-License-Identifier: Apache-2.0 */
#include "table.h"

#include "layout.h"
#include "minipay/values.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

static const char MARGIN[] = "  ", DASH[] = "\xe2\x94\x80";

void table_begin(table *t, const char *const *heads, int columns)
{
    memset(t, 0, sizeof *t);
    t->columns = columns;
    for (int i = 0; i < columns; i++) {
        t->right[i] = heads[i][0] == '>';
        snprintf(t->heads[i], TABLE_HEAD_SIZE, "%s", heads[i] + t->right[i]);
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
    char *copy = plain_copy(text);
    if (copy)
        put(t, copy);
    else
        t->failed = 1;
}

static int next_column(const table *t)
{
    return (int)(t->count % (size_t)t->columns);
}

void table_count(table *t, uint64_t number)
{
    char text[TEXT_SIZE];
    text_count(number, text);
    table_cell(t, text);
}

void table_money(table *t, int64_t amount_minor, const char *currency)
{
    char amount[TEXT_SIZE], text[TEXT_SIZE + MINIPAY_CURRENCY_SIZE];
    int column = next_column(t);
    text_money(amount_minor, currency, amount);
    snprintf(text, sizeof text, "%s %s", amount, currency);
    if (!t->currency[column][0])
        text_set(t->currency[column], MINIPAY_CURRENCY_SIZE, currency);
    else if (strcmp(t->currency[column], currency) != 0)
        t->is_mixed[column] = true;
    table_cell(t, text);
}

void table_whole(table *t, const char *text)
{
    t->is_whole[next_column(t)] = true;
    table_cell(t, text);
}

void table_id(table *t, const minipay_id *id)
{
    char text[MINIPAY_ID_TEXT_SIZE] = "-";
    if (!id_is_none(id))
        minipay_id_format(id, text);
    table_whole(t, text);
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

/* ---- printing ---- */

static void print_line(const table *t, FILE *out)
{
    int width = table_width(t, 0) - (int)strlen(MARGIN);
    fputs(MARGIN, out);
    for (int i = 0; i < width; i++)
        fputs(DASH, out);
    fputc('\n', out);
}

/* What of the cells still stands in front of a line's end; what is printed is taken away from them. */
static void print_pieces(const table *t, const int *columns, int count, const char **rest, FILE *out)
{
    while (count > 1 && !rest[columns[count - 1]][0])
        count--;
    for (int i = 0; i < count; i++) {
        int column = columns[i];
        char piece[TABLE_PIECE_SIZE];
        size_t size = text_break(rest[column], t->widths[column]);
        snprintf(piece, sizeof piece, "%.*s", (int)size, rest[column]);
        int space = t->widths[column] - text_width(piece), last = i + 1 == count;
        if (t->right[column])
            fprintf(out, "%*s%s", space, "", piece);
        else
            fprintf(out, "%s%*s", piece, last ? 0 : space, "");
        fprintf(out, "%*s", last ? 0 : t->gap, "");
        rest[column] += size;
        rest[column] += strspn(rest[column], " ");
    }
    fputc('\n', out);
}

static bool has_text(const int *columns, int count, const char **rest)
{
    for (int i = 0; i < count; i++) {
        if (rest[columns[i]][0])
            return true;
    }
    return false;
}

static void print_row(const table *t, const char *const *row, FILE *out)
{
    const char *rest[TABLE_COLUMNS];
    for (int i = 0; i < t->columns; i++)
        rest[i] = row[i];
    for (int band = 0; band < t->columns; band++) {
        int columns[TABLE_COLUMNS], count = 0;
        for (int i = 0; i < t->columns; i++) {
            if (t->bands[i] == band)
                columns[count++] = i;
        }
        while (has_text(columns, count, rest)) {
            fprintf(out, "%*s", band ? TABLE_INDENT : (int)strlen(MARGIN), "");
            print_pieces(t, columns, count, rest, out);
        }
    }
}

static void print_head(const table *t, FILE *out)
{
    const char *heads[TABLE_COLUMNS];
    for (int i = 0; i < t->columns; i++)
        heads[i] = t->heads[i];
    print_row(t, heads, out);
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
        table_lay_out(t);
        print_head(t, out);
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
