/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "paysim.h"

#include "fail.h"
#include "minipay/values.h"
#include "source.h"
#include "text.h"

#include <csv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    BLOCK_SIZE = 65536,
    LINE_LARGEST = 65536,
    COLUMNS_LARGEST = 64,
    COLUMN_NAME_SIZE = 64,
    WHY_SIZE = 160
};

enum {
    FIELD_STEP,
    FIELD_KIND,
    FIELD_AMOUNT,
    FIELD_ORIGIN,
    FIELD_OLD_ORIGIN,
    FIELD_TARGET,
    FIELD_OLD_TARGET,
    FIELDS
};

/* The simulator's spelling, then the published data set's. */
static const char *const spellings[FIELDS][2] = {
    [FIELD_STEP] = {"step", "step"},
    [FIELD_KIND] = {"action", "type"},
    [FIELD_AMOUNT] = {"amount", "amount"},
    [FIELD_ORIGIN] = {"nameOrig", "nameOrig"},
    [FIELD_OLD_ORIGIN] = {"oldBalanceOrig", "oldbalanceOrg"},
    [FIELD_TARGET] = {"nameDest", "nameDest"},
    [FIELD_OLD_TARGET] = {"oldBalanceDest", "oldbalanceDest"},
};

static const char *const kind_names[PAYSIM_KINDS] = {
    [PAYSIM_CASH_IN] = "CASH_IN",   [PAYSIM_CASH_OUT] = "CASH_OUT", [PAYSIM_DEBIT] = "DEBIT",
    [PAYSIM_TRANSFER] = "TRANSFER", [PAYSIM_PAYMENT] = "PAYMENT",
};

struct paysim {
    char *path;
    source *source;
    struct csv_parser parser;
    bool has_parser;

    paysim_take take;
    void *context;
    int answer;      /* what stops the reading */
    char fault[640]; /* why, when it is the file's */

    uint64_t line, row_line; /* the line that is read, and where the row in it began */
    bool between_rows;
    size_t line_length;
    uint64_t rows;
    bool has_header;
    int column;                    /* of the field that comes next */
    int columns;                   /* in the header */
    int field_of[COLUMNS_LARGEST]; /* FIELDS: passed over */
    char heads[COLUMNS_LARGEST][COLUMN_NAME_SIZE];
    char values[FIELDS][PAYSIM_NAME_SIZE];
    paysim_row row;
};

const char *paysim_kind_name(int32_t kind)
{
    return kind_names[kind];
}

bool paysim_is_member(const char *name)
{
    return name[0] == 'C';
}

__attribute__((format(printf, 3, 4))) static void fault(paysim *p, const char *field, const char *format,
                                                        ...)
{
    char what[512];
    va_list arguments;
    if (p->answer)
        return;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    snprintf(p->fault, sizeof p->fault, "line %llu: %s%s%s", (unsigned long long)p->row_line, field,
             field[0] ? ": " : "", what);
    p->answer = EXIT_OWN;
}

/* ---- the header ---- */

static int field_named(const char *head)
{
    for (int field = 0; field < FIELDS; field++) {
        if (strcasecmp(head, spellings[field][0]) == 0 || strcasecmp(head, spellings[field][1]) == 0)
            return field;
    }
    return FIELDS;
}

static void take_head(paysim *p, const char *text, size_t length)
{
    if (p->column == COLUMNS_LARGEST)
        fault(p, "", "the header has more than %d columns", COLUMNS_LARGEST);
    if (p->answer)
        return;
    snprintf(p->heads[p->column], COLUMN_NAME_SIZE, "%.*s", (int)(length < 63 ? length : 63), text);
    p->field_of[p->column] = length < COLUMN_NAME_SIZE ? field_named(p->heads[p->column]) : FIELDS;
    p->column++;
}

static const char *packed_hint(const paysim *p)
{
    size_t length = strlen(p->path);
    bool says_xz = length > 3 && strcmp(p->path + length - 3, ".xz") == 0;
    return says_xz && !source_is_xz(p->source) ? "; the name ends in .xz, but the content is not .xz"
                                               : "";
}

static void end_header(paysim *p)
{
    int seen[FIELDS] = {0};
    p->columns = p->column;
    for (int i = 0; i < p->columns; i++) {
        if (p->field_of[i] < FIELDS && seen[p->field_of[i]]++)
            fault(p, p->heads[i], "the header names this column twice");
    }
    for (int field = 0; field < FIELDS; field++) {
        bool two = strcasecmp(spellings[field][0], spellings[field][1]) != 0;
        if (!seen[field])
            fault(p, spellings[field][0], "the header has no such column%s%s%s", two ? ", nor " : "",
                  two ? spellings[field][1] : "", packed_hint(p));
    }
    p->has_header = true;
}

/* ---- a row ---- */

static bool read_step(paysim *p)
{
    const char *text = p->values[FIELD_STEP];
    int32_t step = 0;
    bool good = *text != 0;
    for (; good && *text; text++) {
        good = *text >= '0' && *text <= '9' && step <= PAYSIM_STEP_LARGEST;
        step = step * 10 + (*text - '0');
    }
    p->row.step = step;
    if (!good || step < 1 || step > PAYSIM_STEP_LARGEST)
        fault(p, "step", "'%s' is not a whole number from 1 to %d", p->values[FIELD_STEP],
              PAYSIM_STEP_LARGEST);
    return !p->answer;
}

static bool read_kind(paysim *p, const char *head)
{
    for (int32_t kind = 0; kind < PAYSIM_KINDS; kind++) {
        if (strcmp(p->values[FIELD_KIND], kind_names[kind]) == 0) {
            p->row.kind = kind;
            return true;
        }
    }
    fault(p, head, "'%s' is not a known type of row (CASH_IN, CASH_OUT, DEBIT, TRANSFER, PAYMENT)",
          p->values[FIELD_KIND]);
    return false;
}

/* Why a decimal was refused. */
static const char *decimal_fault(const char *text)
{
    const char *point = strchr(text, '.');
    if (point && strspn(point + 1, "0123456789") > 2 && point[1 + strspn(point + 1, "0123456789")] == 0)
        return "has more than two decimals";
    return "is not a decimal number with at most two decimals";
}

static bool read_money(paysim *p, int field, const char *head, int64_t *amount)
{
    const char *text = p->values[field];
    if (minipay_money_parse(text, "USD", amount) == MINIPAY_OK)
        return true;
    if (text[0])
        fault(p, head, "'%s' %s", text, decimal_fault(text));
    else
        fault(p, head, "is empty");
    return false;
}

static bool read_name(paysim *p, int field, const char *head, const char *first,
                      char name[PAYSIM_NAME_SIZE])
{
    const char *text = p->values[field];
    if (!text[0])
        fault(p, head, "the name is empty");
    else if (!text_is_utf8(text))
        fault(p, head, "the name is not UTF-8");
    else if (!strchr(first, text[0]))
        fault(p, head, "'%s' does not begin with one of the letters %s", text, first);
    else
        memcpy(name, text, PAYSIM_NAME_SIZE);
    return !p->answer;
}

static const char *head_of(const paysim *p, int field)
{
    int i = 0;
    while (p->field_of[i] != field)
        i++;
    return p->heads[i];
}

/* Balances are of use for members only; what stands beside a merchant's or bank's name is not read. */
static bool read_balance(paysim *p, int field, const char *name, int64_t *amount)
{
    *amount = 0;
    return !paysim_is_member(name) || read_money(p, field, head_of(p, field), amount);
}

static bool read_row(paysim *p)
{
    paysim_row *row = &p->row;
    const char *targets = "CMB";
    if (!read_step(p) || !read_kind(p, head_of(p, FIELD_KIND)))
        return false;
    if (row->kind == PAYSIM_TRANSFER)
        targets = "C";
    return read_money(p, FIELD_AMOUNT, head_of(p, FIELD_AMOUNT), &row->amount) &&
           read_name(p, FIELD_ORIGIN, head_of(p, FIELD_ORIGIN), "C", row->origin) &&
           read_balance(p, FIELD_OLD_ORIGIN, row->origin, &row->old_origin) &&
           read_name(p, FIELD_TARGET, head_of(p, FIELD_TARGET), targets, row->target) &&
           read_balance(p, FIELD_OLD_TARGET, row->target, &row->old_target);
}

static void end_row(paysim *p)
{
    if (p->column < p->columns)
        fault(p, p->heads[p->column], "is missing: the line has %d fields where the header has %d",
              p->column, p->columns);
    if (p->answer || !read_row(p))
        return;
    p->row.number = ++p->rows;
    if (p->take)
        p->answer = p->take(p->context, &p->row);
}

/* ---- what libcsv calls ---- */

static void on_field(void *bytes, size_t length, void *context)
{
    paysim *p = context;
    const char *text = bytes;
    if (p->answer)
        return;
    if (length && memchr(text, 0, length))
        fault(p, p->has_header && p->column < p->columns ? p->heads[p->column] : "",
              "there is a NUL byte");
    else if (!p->has_header)
        take_head(p, text, length);
    else if (p->column >= p->columns)
        fault(p, "", "the line has more fields than the header, which has %d", p->columns);
    else if (p->field_of[p->column] < FIELDS && length >= PAYSIM_NAME_SIZE)
        fault(p, p->heads[p->column], "is longer than %d bytes", PAYSIM_NAME_SIZE - 1);
    else {
        int field = p->field_of[p->column++];
        if (field == FIELDS)
            return;
        memset(p->values[field], 0, PAYSIM_NAME_SIZE);
        memcpy(p->values[field], text, length);
    }
}

static void on_line(int terminator, void *context)
{
    paysim *p = context;
    (void)terminator;
    p->between_rows = true;
    if (p->answer)
        return;
    if (p->has_header)
        end_row(p);
    else
        end_header(p);
    p->column = 0;
}

/* Spaces belong to their field: a number with one is refused. */
static int no_space(unsigned char c)
{
    (void)c;
    return 0;
}

/* ---- the stream ---- */

static void feed_line(paysim *p, const uint8_t *bytes, size_t count)
{
    p->line_length += count;
    if (p->between_rows)
        p->row_line = p->line;
    p->between_rows = p->between_rows && (bytes[0] == '\n' || bytes[0] == '\r');
    if (p->line_length > LINE_LARGEST)
        fault(p, "", "is longer than %d bytes", LINE_LARGEST);
    else if (csv_parse(&p->parser, bytes, count, on_field, on_line, p) != count && !p->answer) {
        if (csv_error(&p->parser) == CSV_EPARSE)
            fault(p, p->has_header && p->column < p->columns ? p->heads[p->column] : "",
                  "a quotation mark stands where none may");
        else
            fault(p, "", "memory is used up");
    }
}

/* A line at a time, so that a fault can name its line. */
static void feed(paysim *p, const uint8_t *bytes, size_t count)
{
    while (count && !p->answer) {
        const uint8_t *end = memchr(bytes, '\n', count);
        size_t part = end ? (size_t)(end - bytes) + 1 : count;
        feed_line(p, bytes, part);
        bytes += part;
        count -= part;
        if (end && !p->answer) {
            p->line++;
            p->line_length = 0;
        }
    }
}

/* The first block, without the mark that some programs put before UTF-8. */
static void feed_first(paysim *p, const uint8_t *bytes, size_t count)
{
    static const uint8_t mark[] = {0xef, 0xbb, 0xbf};
    size_t skip = count >= sizeof mark && memcmp(bytes, mark, sizeof mark) == 0 ? sizeof mark : 0;
    feed(p, bytes + skip, count - skip);
}

static void finish(paysim *p)
{
    if (!p->answer && csv_fini(&p->parser, on_field, on_line, p) != 0)
        fault(p, p->has_header && p->column < p->columns ? p->heads[p->column] : "",
              "the quotation marks are not closed");
    if (!p->answer && !p->has_header)
        fault(p, "", "the file is empty");
}

/* Damaged .xz data is noticed only behind the bytes that it spoils: what looked like a fault of the text
 * may be one of the packing. */
static void say_fault(paysim *p)
{
    static uint8_t rest[BLOCK_SIZE];
    char why[WHY_SIZE];
    long count = 1;
    while (source_is_xz(p->source) && count > 0)
        count = source_read(p->source, rest, sizeof rest, why, sizeof why);
    if (count < 0)
        fail_own("%s: line %llu, or before: %s", p->path, (unsigned long long)p->row_line, why);
    else
        fail_own("%s: %s", p->path, p->fault);
}

static int begin_reading(paysim *p)
{
    if (p->has_parser)
        csv_free(&p->parser);
    p->has_parser = csv_init(&p->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) == 0;
    if (!p->has_parser)
        return fail_own("%s: memory is used up", p->path);
    csv_set_space_func(&p->parser, no_space);
    p->answer = p->column = p->columns = 0;
    p->fault[0] = 0;
    p->has_header = false;
    p->rows = 0;
    p->line = p->row_line = 1;
    p->between_rows = true;
    p->line_length = 0;
    return 0;
}

paysim *paysim_open(const char *path)
{
    char why[WHY_SIZE];
    paysim *p = calloc(1, sizeof *p);
    if (!p || !(p->path = strdup(path))) {
        fail_own("%s: memory is used up", path);
        free(p);
        return NULL;
    }
    p->source = source_open(path, why, sizeof why);
    if (!p->source) {
        fail_own("%s: %s", path, why);
        paysim_close(p);
        return NULL;
    }
    return p;
}

int paysim_read(paysim *p, paysim_take take, void *context)
{
    static uint8_t block[BLOCK_SIZE];
    char why[WHY_SIZE];
    long count = 0;
    if (begin_reading(p) != 0)
        return EXIT_OWN;
    if (!source_rewind(p->source, why, sizeof why))
        return fail_own("%s: %s", p->path, why);
    p->take = take;
    p->context = context;
    for (bool first = true; !p->answer; first = false) {
        count = source_read(p->source, block, sizeof block, why, sizeof why);
        if (count <= 0)
            break;
        (first ? feed_first : feed)(p, block, (size_t)count);
    }
    if (count < 0)
        fault(p, "", "%s", why);
    else
        finish(p);
    if (p->fault[0])
        say_fault(p);
    return p->answer;
}

uint64_t paysim_rows(const paysim *p)
{
    return p->rows;
}

void paysim_close(paysim *p)
{
    if (!p)
        return;
    if (p->has_parser)
        csv_free(&p->parser);
    source_close(p->source);
    free(p->path);
    free(p);
}
