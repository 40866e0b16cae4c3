/* SPDX-License-Identifier: Apache-2.0 */
#include "paysim.h"

#include "fail.h"
#include "map.h"
#include "minipay/values.h"
#include "sheet.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

enum { VALUE_LONGEST = PAYSIM_NAME_SIZE - 1 };

/* The simulator's spelling, then the published data set's. */
static const sheet_column columns[FIELDS] = {
    [FIELD_STEP] = {"step", NULL, false, VALUE_LONGEST},
    [FIELD_KIND] = {"action", "type", false, VALUE_LONGEST},
    [FIELD_AMOUNT] = {"amount", NULL, false, VALUE_LONGEST},
    [FIELD_ORIGIN] = {"nameOrig", NULL, false, VALUE_LONGEST},
    [FIELD_OLD_ORIGIN] = {"oldBalanceOrig", "oldbalanceOrg", false, VALUE_LONGEST},
    [FIELD_TARGET] = {"nameDest", NULL, false, VALUE_LONGEST},
    [FIELD_OLD_TARGET] = {"oldBalanceDest", "oldbalanceDest", false, VALUE_LONGEST},
};

static const char *const kind_names[PAYSIM_KINDS] = {
    [PAYSIM_CASH_IN] = "CASH_IN",   [PAYSIM_CASH_OUT] = "CASH_OUT", [PAYSIM_DEBIT] = "DEBIT",
    [PAYSIM_TRANSFER] = "TRANSFER", [PAYSIM_PAYMENT] = "PAYMENT",
};

struct paysim {
    sheet *sheet;
    paysim_take take;
    void *context;
    uint64_t rows, identity;
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

/* ---- a row: each answers 0, or notes what is wrong ---- */

static int read_step(paysim *p)
{
    const char *text = sheet_value(p->sheet, FIELD_STEP);
    int32_t step = 0;
    bool good = *text != 0;
    for (; good && *text; text++) {
        good = *text >= '0' && *text <= '9' && step <= PAYSIM_STEP_LARGEST;
        step = step * 10 + (*text - '0');
    }
    p->row.step = step;
    if (good && step >= 1 && step <= PAYSIM_STEP_LARGEST)
        return 0;
    return sheet_fault(p->sheet, FIELD_STEP, "'%s' is not a whole number from 1 to %d",
                       sheet_value(p->sheet, FIELD_STEP), PAYSIM_STEP_LARGEST);
}

static int read_kind(paysim *p)
{
    const char *text = sheet_value(p->sheet, FIELD_KIND);
    for (int32_t kind = 0; kind < PAYSIM_KINDS; kind++) {
        if (strcmp(text, kind_names[kind]) == 0) {
            p->row.kind = kind;
            return 0;
        }
    }
    return sheet_fault(p->sheet, FIELD_KIND,
                       "'%s' is not a known type of row (CASH_IN, CASH_OUT, DEBIT, TRANSFER, PAYMENT)",
                       text);
}

/* Only digits with at most two decimals, or a power of ten: then there are too many. */
static bool is_decimal(const char *text)
{
    text += *text == '-';
    size_t whole = strspn(text, "0123456789");
    text += whole;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    if (whole && (*text == 'e' || *text == 'E'))
        text += 1 + strspn(text + 1, "0123456789");
    return whole > 0 && *text == 0;
}

/* Why a decimal was refused. */
static const char *decimal_fault(const char *text)
{
    const char *point = strchr(text, '.');
    if (point && strspn(point + 1, "0123456789") > 2 && point[1 + strspn(point + 1, "0123456789")] == 0)
        return "has more than two decimals";
    if (is_decimal(text))
        return "is too large: an amount is at most 92233720368547758.07";
    return "is not a decimal number with at most two decimals";
}

static int read_money(paysim *p, int field, int64_t *amount)
{
    const char *text = sheet_value(p->sheet, field);
    if (minipay_money_parse(text, "USD", amount) == MINIPAY_OK)
        return 0;
    return text[0] ? sheet_fault(p->sheet, field, "'%s' %s", text, decimal_fault(text))
                   : sheet_fault(p->sheet, field, "is empty");
}

static int read_name(paysim *p, int field, const char *first, char name[PAYSIM_NAME_SIZE])
{
    const char *text = sheet_value(p->sheet, field);
    if (!text[0])
        return sheet_fault(p->sheet, field, "the name is empty");
    if (!text_is_utf8(text))
        return sheet_fault(p->sheet, field, "the name is not UTF-8");
    if (!strchr(first, text[0]))
        return sheet_fault(p->sheet, field, "'%s' does not begin with one of the letters %s", text,
                           first);
    memcpy(name, text, PAYSIM_NAME_SIZE);
    return 0;
}

/* Balances are of use for members only; what stands beside a merchant's or bank's name is not read. */
static int read_balance(paysim *p, int field, const char *name, int64_t *amount)
{
    *amount = 0;
    int code = paysim_is_member(name) ? read_money(p, field, amount) : 0;
    return code || *amount >= 0 ? code : sheet_fault(p->sheet, field, "a balance is not below zero");
}

static int read_row(paysim *p)
{
    paysim_row *row = &p->row;
    int code = read_step(p);
    if (!code)
        code = read_kind(p);
    if (!code)
        code = read_money(p, FIELD_AMOUNT, &row->amount);
    if (!code)
        code = read_name(p, FIELD_ORIGIN, "C", row->origin);
    if (!code)
        code = read_balance(p, FIELD_OLD_ORIGIN, row->origin, &row->old_origin);
    if (!code)
        code = read_name(p, FIELD_TARGET, row->kind == PAYSIM_TRANSFER ? "C" : "CMB", row->target);
    return code ? code : read_balance(p, FIELD_OLD_TARGET, row->target, &row->old_target);
}

/* Each row's hash goes over the one before it. */
static uint64_t identity_behind(uint64_t before, const paysim_row *row)
{
    char text[2 * PAYSIM_NAME_SIZE + 128];
    int length = snprintf(
        text, sizeof text, "%016" PRIx64 ":%d:%d:%" PRId64 ":%" PRId64 ":%" PRId64 ":%s:%s", before,
        row->step, row->kind, row->amount, row->old_origin, row->old_target, row->origin, row->target);
    return map_hash(text, (size_t)length);
}

static int take_row(void *context, sheet *s)
{
    paysim *p = context;
    int code = read_row(p);
    if (code)
        return code;
    p->row.number = p->rows = sheet_rows(s);
    p->identity = identity_behind(p->identity, &p->row);
    return p->take ? p->take(p->context, &p->row) : 0;
}

/* ---- the file ---- */

paysim *paysim_open(const char *path)
{
    paysim *p = calloc(1, sizeof *p);
    if (!p) {
        fail_own("%s: memory is used up", path);
        return NULL;
    }
    p->sheet = sheet_open(path, columns, FIELDS);
    if (p->sheet)
        return p;
    free(p);
    return NULL;
}

int paysim_read(paysim *p, paysim_take take, void *context)
{
    p->take = take;
    p->context = context;
    p->rows = p->identity = 0;
    return sheet_read(p->sheet, take_row, p);
}

uint64_t paysim_rows(const paysim *p)
{
    return p->rows;
}

uint64_t paysim_identity(const paysim *p)
{
    return p->identity;
}

void paysim_close(paysim *p)
{
    if (!p)
        return;
    sheet_close(p->sheet);
    free(p);
}
