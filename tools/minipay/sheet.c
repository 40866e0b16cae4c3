/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "sheet.h"

#include "fail.h"
#include "source.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    BLOCK_SIZE = 65536,
    LINE_LARGEST = 65536,
    HEADS_LARGEST = 64,
    HEAD_SIZE = 64,
    WHY_SIZE = 160,
    PASSED_OVER = -1
};

struct sheet {
    char *path;
    source *source;
    struct csv_parser parser;
    bool has_parser;

    const sheet_column *wanted;
    int wanted_count;
    sheet_take take;
    void *context;
    int answer;      /* what stops the reading */
    char fault[640]; /* why, when it is the file's */

    uint64_t line, row_line; /* the line that is read, and where the row in it began */
    bool between_rows;
    bool behind_return; /* a CR has just ended a line: an LF behind it belongs to it */
    bool is_open;       /* what was read last is the beginning of a line, or a line without its end */
    size_t line_length;
    uint64_t rows;
    bool has_header;
    int head;                     /* of the field that comes next */
    int heads_count;              /* in the header */
    int column_of[HEADS_LARGEST]; /* which wanted column stands there, or PASSED_OVER */
    int head_of[SHEET_COLUMNS];   /* where a wanted column stands, or PASSED_OVER */
    char heads[HEADS_LARGEST][HEAD_SIZE];
    char values[SHEET_COLUMNS][SHEET_VALUE_SIZE];
};

const char *sheet_value(const sheet *s, int column)
{
    return s->values[column];
}

uint64_t sheet_line(const sheet *s)
{
    return s->row_line;
}

uint64_t sheet_rows(const sheet *s)
{
    return s->rows;
}

bool sheet_is_open(const sheet *s)
{
    return s->is_open;
}

/* ---- faults ---- */

__attribute__((format(printf, 3, 0))) static void note(sheet *s, const char *field, const char *format,
                                                       va_list arguments)
{
    char what[512];
    if (s->answer)
        return;
    vsnprintf(what, sizeof what, format, arguments);
    snprintf(s->fault, sizeof s->fault, "line %llu: %s%s%s", (unsigned long long)s->row_line, field,
             field[0] ? ": " : "", what);
    s->answer = EXIT_OWN;
}

__attribute__((format(printf, 3, 4))) static void fault(sheet *s, const char *field, const char *format,
                                                        ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(s, field, format, arguments);
    va_end(arguments);
}

int sheet_fault(sheet *s, int column, const char *format, ...)
{
    va_list arguments;
    int head = s->head_of[column];
    va_start(arguments, format);
    note(s, head == PASSED_OVER ? s->wanted[column].name : s->heads[head], format, arguments);
    va_end(arguments);
    return s->answer;
}

/* The head of the field that is being read. */
static const char *this_head(const sheet *s)
{
    return s->has_header && s->head < s->heads_count ? s->heads[s->head] : "";
}

/* Damaged .xz data is noticed only behind the bytes that it spoils: what looked like a fault of the text
 * may be one of the packing. */
static void say_fault(sheet *s)
{
    static uint8_t rest[BLOCK_SIZE];
    char why[WHY_SIZE];
    long count = 1;
    while (source_is_xz(s->source) && count > 0)
        count = source_read(s->source, rest, sizeof rest, why, sizeof why);
    if (count < 0)
        fail_own("%s: line %llu, or before: %s", s->path, (unsigned long long)s->row_line, why);
    else
        fail_own("%s: %s", s->path, s->fault);
}

/* ---- the header ---- */

static int column_named(const sheet *s, const char *head)
{
    for (int i = 0; i < s->wanted_count; i++) {
        const sheet_column *c = &s->wanted[i];
        if (strcasecmp(head, c->name) == 0 || (c->other && strcasecmp(head, c->other) == 0))
            return i;
    }
    return PASSED_OVER;
}

static void take_head(sheet *s, const char *text, size_t length)
{
    if (s->head == HEADS_LARGEST)
        fault(s, "", "the header has more than %d columns", HEADS_LARGEST);
    if (s->answer)
        return;
    int shown = (int)(length < HEAD_SIZE ? length : HEAD_SIZE - 1);
    snprintf(s->heads[s->head], HEAD_SIZE, "%.*s", shown, text);
    int column = length < HEAD_SIZE ? column_named(s, s->heads[s->head]) : PASSED_OVER;
    s->column_of[s->head] = column;
    if (column != PASSED_OVER && s->head_of[column] != PASSED_OVER)
        fault(s, s->heads[s->head], "the header names this column twice");
    else if (column != PASSED_OVER)
        s->head_of[column] = s->head;
    s->head++;
}

/* What the file may be instead. */
static const char *hint(const sheet *s)
{
    size_t length = strlen(s->path);
    bool says_xz = length > 3 && strcmp(s->path + length - 3, ".xz") == 0;
    if (says_xz && !source_is_xz(s->source))
        return "; the name ends in .xz, but the content is not .xz";
    bool one = s->heads_count == 1 && strpbrk(s->heads[0], ";\t");
    return one ? "; columns are separated by commas" : "";
}

static void end_header(sheet *s)
{
    s->heads_count = s->head;
    for (int i = 0; i < s->wanted_count; i++) {
        const sheet_column *c = &s->wanted[i];
        bool two = c->other && strcasecmp(c->name, c->other) != 0;
        if (s->head_of[i] == PASSED_OVER && !c->is_optional)
            fault(s, c->name, "the header has no such column%s%s%s", two ? ", nor " : "",
                  two ? c->other : "", hint(s));
    }
    s->has_header = true;
}

/* ---- what libcsv calls ---- */

static void take_value(sheet *s, const char *text, size_t length)
{
    int column = s->column_of[s->head];
    if (column != PASSED_OVER && length > s->wanted[column].longest) {
        fault(s, s->heads[s->head], "is longer than %zu bytes", s->wanted[column].longest);
        return;
    }
    s->head++;
    if (column == PASSED_OVER)
        return;
    memset(s->values[column], 0, SHEET_VALUE_SIZE);
    memcpy(s->values[column], text, length);
}

static void on_field(void *bytes, size_t length, void *context)
{
    sheet *s = context;
    const char *text = bytes;
    if (s->answer)
        return;
    if (length && memchr(text, 0, length))
        fault(s, this_head(s), "there is a NUL byte%s",
              s->has_header ? "" : "; the text must be UTF-8, not UTF-16");
    else if (!s->has_header)
        take_head(s, text, length);
    else if (s->head >= s->heads_count)
        fault(s, "", "the line has more fields than the header, which has %d", s->heads_count);
    else
        take_value(s, text, length);
}

static void end_row(sheet *s)
{
    if (s->head < s->heads_count)
        fault(s, s->heads[s->head], "is missing: the line has %d fields where the header has %d",
              s->head, s->heads_count);
    if (s->answer)
        return;
    s->rows++;
    int answer = s->take(s->context, s);
    if (!s->answer)
        s->answer = answer;
}

static void on_line(int terminator, void *context)
{
    sheet *s = context;
    (void)terminator;
    s->between_rows = true;
    if (s->answer)
        return;
    if (s->has_header)
        end_row(s);
    else
        end_header(s);
    s->head = 0;
}

/* Spaces belong to their field: a number with one is refused. */
static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

/* ---- the stream ---- */

static void feed_line(sheet *s, const uint8_t *bytes, size_t count)
{
    s->line_length += count;
    if (s->between_rows)
        s->row_line = s->line;
    s->between_rows = s->between_rows && (bytes[0] == '\n' || bytes[0] == '\r');
    if (s->line_length > LINE_LARGEST)
        fault(s, "", "is longer than %d bytes", LINE_LARGEST);
    else if (csv_parse(&s->parser, bytes, count, on_field, on_line, s) != count && !s->answer) {
        if (csv_error(&s->parser) == CSV_EPARSE)
            fault(s, this_head(s), "a quotation mark stands where none may");
        else
            fault(s, "", "memory is used up");
    }
}

/* How many bytes the line, or what there is of it, has left; `end` is what ends it, or 0. */
static size_t line_part(const uint8_t *bytes, size_t count, uint8_t *end)
{
    size_t part = 0;
    while (part < count && bytes[part] != '\n' && bytes[part] != '\r')
        part++;
    *end = part < count ? bytes[part] : 0;
    return part < count ? part + 1 : count;
}

/* A line at a time, so that a fault can name its line; lines end with LF, CR LF or CR. */
static void feed(sheet *s, const uint8_t *bytes, size_t count)
{
    while (count && !s->answer) {
        uint8_t end = 0;
        bool is_second = s->behind_return && bytes[0] == '\n';
        size_t part = is_second ? 1 : line_part(bytes, count, &end);
        feed_line(s, bytes, part);
        s->behind_return = !is_second && end == '\r';
        s->is_open = !is_second && !end;
        bytes += part;
        count -= part;
        if (!is_second && end && !s->answer) {
            s->line++;
            s->line_length = 0;
        }
    }
}

/* The first block, without the mark that some programs put before UTF-8. */
static void feed_first(sheet *s, const uint8_t *bytes, size_t count)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    size_t skip = count >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0 ? sizeof mark : 0;
    feed(s, bytes + skip, count - skip);
}

static void finish(sheet *s)
{
    if (!s->answer && csv_fini(&s->parser, on_field, on_line, s) != 0)
        fault(s, this_head(s), "the quotation marks are not closed");
    if (!s->answer && !s->has_header)
        fault(s, "", "the file is empty");
}

static int begin_reading(sheet *s)
{
    if (s->has_parser)
        csv_free(&s->parser);
    s->has_parser = csv_init(&s->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) == 0;
    if (!s->has_parser)
        return fail_own("%s: memory is used up", s->path);
    csv_set_space_func(&s->parser, no_space);
    s->answer = s->head = s->heads_count = 0;
    s->fault[0] = 0;
    s->has_header = false;
    s->rows = 0;
    s->line = s->row_line = 1;
    s->between_rows = true;
    s->behind_return = s->is_open = false;
    s->line_length = 0;
    memset(s->values, 0, sizeof s->values);
    for (int i = 0; i < SHEET_COLUMNS; i++)
        s->head_of[i] = PASSED_OVER;
    return 0;
}

sheet *sheet_open(const char *path, const sheet_column *columns, int count)
{
    char why[WHY_SIZE];
    sheet *s = calloc(1, sizeof *s);
    if (!path[0]) {
        fail_own("the name of the file is empty");
        free(s);
        return NULL;
    }
    if (!s || !(s->path = strdup(path))) {
        fail_own("%s: memory is used up", path);
        free(s);
        return NULL;
    }
    s->wanted = columns;
    s->wanted_count = count;
    s->source = source_open(path, why, sizeof why);
    if (!s->source) {
        fail_own("%s: %s", path, why);
        sheet_close(s);
        return NULL;
    }
    return s;
}

int sheet_read(sheet *s, sheet_take take, void *context)
{
    static uint8_t block[BLOCK_SIZE];
    char why[WHY_SIZE];
    long count = 0;
    if (begin_reading(s) != 0)
        return EXIT_OWN;
    if (!source_rewind(s->source, why, sizeof why))
        return fail_own("%s: %s", s->path, why);
    s->take = take;
    s->context = context;
    for (bool first = true; !s->answer; first = false) {
        count = source_read(s->source, block, sizeof block, why, sizeof why);
        if (count <= 0)
            break;
        (first ? feed_first : feed)(s, block, (size_t)count);
    }
    if (count < 0)
        fault(s, "", "%s", why);
    else
        finish(s);
    if (s->fault[0])
        say_fault(s);
    return s->answer;
}

void sheet_close(sheet *s)
{
    if (!s)
        return;
    if (s->has_parser)
        csv_free(&s->parser);
    source_close(s->source);
    free(s->path);
    free(s);
}
