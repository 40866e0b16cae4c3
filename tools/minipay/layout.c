/* SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"

#include "text.h"

#include <string.h>

enum { MARGIN_WIDTH = 2, GAP_WIDTH = 2, NARROW_GAP = 1, SHORTEST = 12 };

int table_width(const table *t, int band)
{
    int width = band ? TABLE_INDENT : MARGIN_WIDTH, count = 0;
    for (int i = 0; i < t->columns; i++) {
        if (t->bands[i] == band)
            width += t->widths[i] + (count++ ? t->gap : 0);
    }
    return width;
}

static int widest(const table *t, int column)
{
    int width = text_width(t->heads[column]);
    for (size_t i = (size_t)column; i < t->count; i += (size_t)t->columns) {
        int here = t->cells[i] ? text_width(t->cells[i]) : 0;
        if (width < here)
            width = here;
    }
    return width;
}

static void measure(table *t)
{
    for (int i = 0; i < t->columns; i++)
        t->widths[i] = widest(t, i);
}

/* ---- the currency ---- */

static bool has_currency_column(const table *t)
{
    for (int i = 0; i < t->columns; i++) {
        if (strcmp(t->heads[i], "Currency") == 0)
            return true;
    }
    return false;
}

/* "1,000 KRW" -> "1,000" */
static void strip_currency(table *t, int column)
{
    size_t length = strlen(t->currency[column]);
    for (size_t i = (size_t)column; i < t->count; i += (size_t)t->columns) {
        size_t size = t->cells[i] ? strlen(t->cells[i]) : 0;
        if (size > length + 1 && t->cells[i][size - length - 1] == ' ')
            t->cells[i][size - length - 1] = 0;
    }
}

static void name_currency(table *t, int column)
{
    char head[TABLE_HEAD_SIZE + 2 * MINIPAY_CURRENCY_SIZE];
    const char *name = t->heads[column];
    snprintf(head, sizeof head, "%s%s(%s)", name, name[0] ? " " : "", t->currency[column]);
    text_set(t->heads[column], TABLE_HEAD_SIZE, head);
}

static bool is_named(const table *t, int column)
{
    return t->currency[column][0] && !t->is_mixed[column];
}

/* In each head; where that makes the table too wide, in the last one alone. */
static void say_currency(table *t)
{
    table plain = *t;
    int last = -1;
    for (int i = 0; i < t->columns; i++) {
        if (!is_named(t, i))
            continue;
        name_currency(t, i);
        last = i;
    }
    measure(t);
    if (last < 0 || table_width(t, 0) <= TABLE_WIDTH)
        return;
    memcpy(t->heads, plain.heads, sizeof t->heads);
    name_currency(t, last);
    measure(t);
}

/* ---- the lines ---- */

/* Gives the columns that must stay whole, or all others, their lines from `band` on: what does not fit goes on
 * in the next one. The first column tells which row it is, and moves nowhere. Answers the last line. */
static int stack(table *t, bool is_whole, int band)
{
    int used = band ? TABLE_INDENT : MARGIN_WIDTH, count = 0;
    for (int i = 0; i < t->columns; i++) {
        if ((i && t->is_whole[i]) != is_whole)
            continue;
        if (count && used + GAP_WIDTH + t->widths[i] > TABLE_WIDTH) {
            band++;
            used = TABLE_INDENT;
            count = 0;
        }
        used += t->widths[i] + (count++ ? GAP_WIDTH : 0);
        t->bands[i] = band;
    }
    return band;
}

/* The widest column that can be broken, or -1. */
static int breakable(const table *t)
{
    int found = -1;
    for (int i = 0; i < t->columns; i++) {
        bool can = !t->right[i] && !t->is_whole[i] && t->bands[i] == 0 && t->widths[i] > SHORTEST &&
                   t->widths[i] > text_width(t->heads[i]);
        if (can && (found < 0 || t->widths[i] > t->widths[found]))
            found = i;
    }
    return found;
}

static void break_texts(table *t)
{
    int column;
    while (table_width(t, 0) > TABLE_WIDTH && (column = breakable(t)) >= 0)
        t->widths[column]--;
}

void table_lay_out(table *t)
{
    bool in_column = has_currency_column(t);
    t->gap = GAP_WIDTH;
    for (int i = 0; i < t->columns; i++) {
        if (t->currency[i][0] && (in_column || is_named(t, i)))
            strip_currency(t, i);
        if (in_column)
            t->currency[i][0] = 0;
    }
    say_currency(t);
    if (table_width(t, 0) <= TABLE_WIDTH)
        return;
    stack(t, true, 1);
    break_texts(t);
    if (table_width(t, 0) <= TABLE_WIDTH)
        return;
    t->gap = NARROW_GAP;
    if (table_width(t, 0) <= TABLE_WIDTH)
        return;
    t->gap = GAP_WIDTH;
    stack(t, true, stack(t, false, 0) + 1);
}
