/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "json.h"
#include "list.h"
#include "text.h"

#include <string.h>

/* Commands that list, and do nothing else. */

/* ---- members ---- */

typedef struct members {
    char region[MINIPAY_REGION_SIZE];
    minipay_id after;
} members;

/* A member's id is that of the operation by which he joined. */
static minipay_status read_all_members(db *d, void *query, void *page, uint32_t *count,
                                       minipay_error *error)
{
    members *q = query;
    minipay_member *found = page;
    minipay_operation joined;
    uint32_t room = *count, one = 1;
    minipay_status status = MINIPAY_OK;
    *count = 0;
    while (status == MINIPAY_OK && one && *count < room) {
        minipay_operation_init(&joined);
        status = minipay_operation_list(d->pay, MINIPAY_KIND_REGISTER, &q->after, &joined, &one, error);
        if (status != MINIPAY_OK || !one)
            break;
        q->after = joined.id;
        if (joined.state == MINIPAY_STATE_DONE)
            status = minipay_member_get(d->pay, &joined.id, &found[(*count)++], error);
    }
    return status;
}

static minipay_status read_members(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    members *q = query;
    minipay_member *found = page;
    minipay_status status = minipay_member_list(d->pay, q->region, &q->after, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1].id;
    return status;
}

static int show_member(db *d, const void *query, const void *item, table *t)
{
    const minipay_member *m = item;
    const char *state = m->state == MINIPAY_MEMBER_ACTIVE ? "active" : "inactive";
    (void)d;
    (void)query;
    if (!t)
        return json_print(json_pack("{s:o,s:s,s:s,s:s,s:i,s:s}", "id", json_id(&m->id), "name", m->name,
                                    "email", m->email, "region", m->region, "tier", m->tier, "state",
                                    state));
    table_cell(t, m->name);
    table_cell(t, m->email);
    table_cell(t, state);
    table_id(t, &m->id);
    return 0;
}

int cmd_member_list(const args *a, db *d)
{
    static const char *const heads[] = {"Member", "E-mail", "State", "Id", NULL};
    static const list of_region = {heads, sizeof(minipay_member), read_members, show_member};
    static const list all = {heads, sizeof(minipay_member), read_all_members, show_member};
    members query = {.after = {{0}}};
    int code = args_copy(a, OPT_REGION, "", query.region, sizeof query.region);
    return code ? code : list_show(d, a->text[OPT_REGION] ? &of_region : &all, &query, 0, args_json(a));
}

/* ---- bank accounts of an owner ---- */

typedef struct accounts {
    minipay_id owner, after;
} accounts;

static minipay_status read_accounts(db *d, void *query, void *page, uint32_t *count,
                                    minipay_error *error)
{
    accounts *q = query;
    minipay_bank_account *found = page;
    minipay_status status = minipay_account_list(d->pay, &q->owner, &q->after, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1].id;
    return status;
}

static int show_account(db *d, const void *query, const void *item, table *t)
{
    char since[TEXT_SIZE];
    const int day = (int)strlen("2026-11-23");
    const minipay_bank_account *b = item;
    const char *state = b->state == MINIPAY_ACCOUNT_LINKED ? "linked" : "unlinked";
    (void)d;
    (void)query;
    if (!t)
        return json_print(json_pack("{s:o,s:o,s:s,s:s,s:b,s:s,s:o}", "id", json_id(&b->id), "owner_id",
                                    json_id(&b->owner_id), "bank", b->bank, "number", b->masked_number,
                                    "first", b->is_first, "state", state, "linked_at",
                                    json_time(b->linked_at)));
    text_time(b->linked_at, since);
    if (b->linked_at)
        since[day] = 0;
    table_cell(t, b->bank);
    table_cell(t, b->masked_number);
    table_cell(t, b->is_first ? "first" : state);
    table_cell(t, since);
    table_id(t, &b->id);
    return 0;
}

static const char *const account_heads[] = {"Bank", "Number", "State", "Linked (UTC)", "Id", NULL};
static const list accounts_list = {account_heads, sizeof(minipay_bank_account), read_accounts,
                                   show_account};

int cmd_bank_list(const args *a, db *d)
{
    accounts query = {.after = {{0}}};
    int code = db_member(d, "--owner", a->text[OPT_OWNER], &query.owner);
    return code ? code : list_show(d, &accounts_list, &query, 0, args_json(a));
}

/* One account is a list of one. */
static minipay_status read_account(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    accounts *q = query;
    *count = 1;
    return minipay_account_get(d->pay, &q->after, page, error);
}

int cmd_bank_get(const args *a, db *d)
{
    static const list account_list = {account_heads, sizeof(minipay_bank_account), read_account,
                                      show_account};
    accounts query = {.after = {{0}}};
    int code = args_id_text("account", a->words[0], &query.after);
    return code ? code : list_show(d, &account_list, &query, 1, args_json(a));
}

/* ---- merchants ---- */

static minipay_status read_merchants(db *d, void *query, void *page, uint32_t *count,
                                     minipay_error *error)
{
    minipay_id *after = query;
    minipay_merchant *found = page;
    minipay_status status = minipay_merchant_list(d->pay, after, found, count, error);
    if (status == MINIPAY_OK && *count)
        *after = found[*count - 1].id;
    return status;
}

static int show_merchant(db *d, const void *query, const void *item, table *t)
{
    const minipay_merchant *m = item;
    const char *state = m->state == MINIPAY_MERCHANT_ACTIVE ? "active" : "inactive";
    (void)d;
    (void)query;
    if (!t)
        return json_print(json_pack("{s:o,s:s,s:s,s:i,s:i,s:s}", "id", json_id(&m->id), "name", m->name,
                                    "currency", m->currency, "fee_basis_points", m->fee_basis_points,
                                    "cycle_days", m->cycle_days, "state", state));
    table_cell(t, m->name);
    table_cell(t, state);
    table_cell(t, m->currency);
    table_count(t, (uint64_t)m->fee_basis_points);
    table_id(t, &m->id);
    return 0;
}

int cmd_merchant_list(const args *a, db *d)
{
    static const char *const heads[] = {"Merchant", "State", "Currency", ">Fee (bp)", "Id", NULL};
    static const list merchants_list = {heads, sizeof(minipay_merchant), read_merchants, show_merchant};
    minipay_id after = {{0}};
    return list_show(d, &merchants_list, &after, 0, args_json(a));
}

/* ---- settlement runs, the latest first ---- */

typedef struct runs {
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_settlement after;
} runs;

static minipay_status read_runs(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    runs *q = query;
    minipay_settlement *found = page;
    minipay_status status = minipay_settlement_list(d->pay, q->currency, &q->after, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1];
    return status;
}

static int show_run(db *d, const void *query, const void *item, table *t)
{
    char date[TEXT_SIZE];
    const minipay_settlement *s = item;
    (void)d;
    (void)query;
    if (!t)
        return json_print(json_pack(
            "{s:o,s:o,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:o}", "id", json_id(&s->id), "through_date",
            json_date(s->through_date), "currency", s->currency, "state", minipay_state_name(s->state),
            "lines", (json_int_t)s->lines, "refused", (json_int_t)s->refused, "gross_minor",
            (json_int_t)s->gross_minor, "fee_minor", (json_int_t)s->fee_minor, "paid_minor",
            (json_int_t)s->paid_minor, "retry_of", json_id(&s->retry_of)));
    text_date(s->through_date, date);
    table_cell(t, date);
    table_cell(t, minipay_state_name(s->state));
    table_count(t, s->lines);
    table_count(t, s->refused);
    table_money(t, s->gross_minor, s->currency);
    table_money(t, s->fee_minor, s->currency);
    table_money(t, s->paid_minor, s->currency);
    return 0;
}

int cmd_settle_list(const args *a, db *d)
{
    static const char *const heads[] = {"Through", "State", ">Merchants", ">Refused",
                                        ">Gross",  ">Fee",  ">Paid out",  NULL};
    static const list runs_list = {heads, sizeof(minipay_settlement), read_runs, show_run};
    runs query;
    minipay_settlement_init(&query.after);
    int code = args_currency(a, query.currency);
    return code ? code : list_show(d, &runs_list, &query, 0, args_json(a));
}
