/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "table.h"
#include "text.h"

#include <stdio.h>

/* The commands that list: a page after the other, as a table or a JSON object a line. */

enum { PAGE = 64 };

/* One kind of list. `read` fills the next page behind what it read before, kept in `state`; `json` and `row` show
 * one item of that page. */
typedef struct list {
    const char *const *heads;
    int columns;
    minipay_status (*read)(db *d, void *state, uint32_t *count, minipay_error *error);
    json_t *(*json)(const void *state, uint32_t number);
    void (*row)(table *t, const void *state, uint32_t number);
} list;

static int show_page(const list *l, const void *state, uint32_t count, table *t)
{
    int code = 0;
    for (uint32_t i = 0; !code && i < count; i++) {
        if (t)
            l->row(t, state, i);
        else
            code = json_print(l->json(state, i));
    }
    return code;
}

static int show_list(const args *a, db *d, const list *l, void *state)
{
    table t;
    uint32_t count = PAGE;
    int code = 0;
    table_begin(&t, l->heads, l->columns);
    while (!code && count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status = l->read(d, state, &count, &error);
        code = status == MINIPAY_OK ? show_page(l, state, count, args_json(a) ? NULL : &t)
                                    : fail_status(status, &error);
    }
    return table_finish(&t, code, args_json(a));
}

static void cell_id(table *t, const minipay_id *id)
{
    char text[MINIPAY_ID_TEXT_SIZE];
    minipay_id_format(id, text);
    table_cell(t, text);
}

/* ---- members of a region ---- */

typedef struct members {
    char region[MINIPAY_REGION_SIZE];
    minipay_id after;
    minipay_member page[PAGE];
} members;

static minipay_status read_members(db *d, void *state, uint32_t *count, minipay_error *error)
{
    members *m = state;
    for (uint32_t i = 0; i < PAGE; i++)
        minipay_member_init(&m->page[i]);
    minipay_status status = minipay_member_list(d->pay, m->region, &m->after, m->page, count, error);
    if (status == MINIPAY_OK && *count)
        m->after = m->page[*count - 1].id;
    return status;
}

static const char *member_state(const minipay_member *m)
{
    return m->state == MINIPAY_MEMBER_ACTIVE ? "active" : "inactive";
}

static json_t *member_json(const void *state, uint32_t number)
{
    const minipay_member *m = &((const members *)state)->page[number];
    return json_pack("{s:o,s:s,s:s,s:s,s:i,s:s}", "id", json_id(&m->id), "name", m->name, "email",
                     m->email, "region", m->region, "tier", m->tier, "state", member_state(m));
}

static void member_row(table *t, const void *state, uint32_t number)
{
    const minipay_member *m = &((const members *)state)->page[number];
    table_cell(t, m->name);
    table_cell(t, m->email);
    table_cell(t, member_state(m));
    cell_id(t, &m->id);
}

int cmd_member_list(const args *a, db *d)
{
    static const char *const heads[] = {"Member", "E-mail", "State", "Id"};
    static const list members_list = {heads, 4, read_members, member_json, member_row};
    members state = {.after = {{0}}};
    int code = args_copy(a, OPT_REGION, "", state.region, sizeof state.region);
    return code ? code : show_list(a, d, &members_list, &state);
}

/* ---- bank accounts of an owner ---- */

typedef struct accounts {
    minipay_id owner, after;
    minipay_bank_account page[PAGE];
} accounts;

static minipay_status read_accounts(db *d, void *state, uint32_t *count, minipay_error *error)
{
    accounts *s = state;
    for (uint32_t i = 0; i < PAGE; i++)
        minipay_bank_account_init(&s->page[i]);
    minipay_status status = minipay_account_list(d->pay, &s->owner, &s->after, s->page, count, error);
    if (status == MINIPAY_OK && *count)
        s->after = s->page[*count - 1].id;
    return status;
}

static json_t *account_json(const void *state, uint32_t number)
{
    const minipay_bank_account *b = &((const accounts *)state)->page[number];
    return json_pack("{s:o,s:o,s:s,s:s,s:b,s:o}", "id", json_id(&b->id), "owner_id",
                     json_id(&b->owner_id), "bank", b->bank, "number", b->masked_number, "first",
                     b->is_first, "linked_at", json_time(b->linked_at));
}

static void account_row(table *t, const void *state, uint32_t number)
{
    char since[TEXT_SIZE];
    const minipay_bank_account *b = &((const accounts *)state)->page[number];
    text_time(b->linked_at, since);
    table_cell(t, b->bank);
    table_cell(t, b->masked_number);
    table_cell(t, since);
    cell_id(t, &b->id);
}

int cmd_bank_list(const args *a, db *d)
{
    static const char *const heads[] = {"Bank", "Number", "Linked at (UTC)", "Id"};
    static const list accounts_list = {heads, 4, read_accounts, account_json, account_row};
    accounts state = {.after = {{0}}};
    int code = db_member(d, "--owner", a->text[OPT_OWNER], &state.owner);
    return code ? code : show_list(a, d, &accounts_list, &state);
}

/* ---- merchants ---- */

typedef struct merchants {
    minipay_id after;
    minipay_merchant page[PAGE];
} merchants;

static minipay_status read_merchants(db *d, void *state, uint32_t *count, minipay_error *error)
{
    merchants *s = state;
    for (uint32_t i = 0; i < PAGE; i++)
        minipay_merchant_init(&s->page[i]);
    minipay_status status = minipay_merchant_list(d->pay, &s->after, s->page, count, error);
    if (status == MINIPAY_OK && *count)
        s->after = s->page[*count - 1].id;
    return status;
}

static json_t *merchant_json(const void *state, uint32_t number)
{
    const minipay_merchant *m = &((const merchants *)state)->page[number];
    return json_pack("{s:o,s:s,s:s,s:i,s:i,s:i}", "id", json_id(&m->id), "name", m->name, "currency",
                     m->currency, "fee_basis_points", m->fee_basis_points, "cycle_days", m->cycle_days,
                     "state", m->state);
}

static void merchant_row(table *t, const void *state, uint32_t number)
{
    const minipay_merchant *m = &((const merchants *)state)->page[number];
    table_cell(t, m->name);
    table_cell(t, m->currency);
    table_count(t, (uint64_t)m->fee_basis_points);
    cell_id(t, &m->id);
}

int cmd_merchant_list(const args *a, db *d)
{
    static const char *const heads[] = {"Merchant", "Currency", ">Fee (bp)", "Id"};
    static const list merchants_list = {heads, 4, read_merchants, merchant_json, merchant_row};
    merchants state = {.after = {{0}}};
    return show_list(a, d, &merchants_list, &state);
}

/* ---- settlement runs, the latest first ---- */

typedef struct runs {
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_settlement after;
    minipay_settlement page[PAGE];
} runs;

static minipay_status read_runs(db *d, void *state, uint32_t *count, minipay_error *error)
{
    runs *s = state;
    for (uint32_t i = 0; i < PAGE; i++)
        minipay_settlement_init(&s->page[i]);
    minipay_status status =
        minipay_settlement_list(d->pay, s->currency, &s->after, s->page, count, error);
    if (status == MINIPAY_OK && *count)
        s->after = s->page[*count - 1];
    return status;
}

static json_t *run_json(const void *state, uint32_t number)
{
    const minipay_settlement *s = &((const runs *)state)->page[number];
    return json_pack("{s:o,s:o,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:o}", "id", json_id(&s->id), "through_date",
                     json_date(s->through_date), "currency", s->currency, "state",
                     minipay_state_name(s->state), "lines", (json_int_t)s->lines, "refused",
                     (json_int_t)s->refused, "gross_minor", (json_int_t)s->gross_minor, "fee_minor",
                     (json_int_t)s->fee_minor, "paid_minor", (json_int_t)s->paid_minor, "retry_of",
                     json_id(&s->retry_of));
}

static void run_row(table *t, const void *state, uint32_t number)
{
    char date[TEXT_SIZE];
    const minipay_settlement *s = &((const runs *)state)->page[number];
    text_date(s->through_date, date);
    table_cell(t, date);
    table_cell(t, minipay_state_name(s->state));
    table_count(t, s->lines);
    table_count(t, s->refused);
    table_money(t, s->gross_minor, s->currency);
    table_money(t, s->fee_minor, s->currency);
    table_money(t, s->paid_minor, s->currency);
}

int cmd_settle_list(const args *a, db *d)
{
    static const char *const heads[] = {"Through", "State", ">Merchants", ">Refused",
                                        ">Gross",  ">Fee",  ">Paid out"};
    static const list runs_list = {heads, 7, read_runs, run_json, run_row};
    runs state;
    minipay_settlement_init(&state.after);
    int code = args_currency(a, state.currency);
    return code ? code : show_list(a, d, &runs_list, &state);
}
