/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet.h"

#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 256 };

static const char *state_name(int32_t state)
{
    static const char *const names[] = {"open", "frozen", "closed"};
    return state >= 0 && state < 3 ? names[state] : "?";
}

static int member_of(db *d, const minipay_id *id, minipay_member *member)
{
    minipay_error error;
    minipay_error_init(&error);
    minipay_member_init(member);
    minipay_status status = minipay_member_get(d->pay, id, member, &error);
    return status == MINIPAY_OK ? 0 : fail_doing("wallet", status, &error);
}

/* ---- open ---- */

int cmd_wallet_open(const args *a, db *d)
{
    minipay_wallet_request request;
    minipay_wallet_request_init(&request);
    int code = request_id(a, d, &request.id);
    if (!code)
        code = request_stamp(a, request.actor, request.channel, request.reason);
    if (!code)
        code = db_member(d, "--member", a->text[OPT_MEMBER], &request.member_id);
    if (!code)
        code = args_currency(a, request.currency);
    return code ? code : request_send(a, d, call_wallet_open, &request, NULL);
}

/* ---- list ---- */

static json_t *wallet_json(const minipay_wallet *w, const char *name)
{
    return json_pack("{s:s,s:o,s:s,s:I,s:I,s:I,s:I,s:s}", "name", name, "member_id",
                     json_id(&w->member_id), "currency", w->currency, "balance_minor",
                     (json_int_t)w->posted_minor, "held_minor", (json_int_t)w->held_minor,
                     "available_minor", (json_int_t)w->available_minor, "incoming_minor",
                     (json_int_t)w->incoming_minor, "state", state_name(w->state));
}

static void wallet_row(table *t, const minipay_wallet *w, const char *name)
{
    table_cell(t, name);
    table_cell(t, w->currency);
    table_money(t, w->posted_minor, w->currency);
    table_money(t, w->held_minor, w->currency);
    table_money(t, w->available_minor, w->currency);
    table_cell(t, state_name(w->state));
}

static const char *const wallet_heads[] = {"Member", "Currency",   ">Balance",
                                           ">Held",  ">Available", "State"};

/* JSON goes out as it is read; a table must be whole before its widths are known. */
static int list_page(db *d, const minipay_wallet *wallets, uint32_t count, table *t)
{
    int code = 0;
    for (uint32_t i = 0; !code && i < count; i++) {
        minipay_member member;
        if ((code = member_of(d, &wallets[i].member_id, &member)) != 0)
            break;
        if (t)
            wallet_row(t, &wallets[i], member.name);
        else
            code = json_print(wallet_json(&wallets[i], member.name));
    }
    return code;
}

static int list_wallets(db *d, table *t)
{
    minipay_wallet after, *wallets = calloc(PAGE, sizeof *wallets);
    uint32_t count = PAGE;
    int code = wallets ? 0 : fail_own("memory is used up");
    minipay_wallet_init(&after);
    while (!code && count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        for (uint32_t i = 0; i < PAGE; i++)
            minipay_wallet_init(&wallets[i]);
        minipay_status status = minipay_wallet_list(d->pay, &after, wallets, &count, &error);
        code = status == MINIPAY_OK ? list_page(d, wallets, count, t)
                                    : fail_doing("wallets", status, &error);
        if (!code && count)
            after = wallets[count - 1];
    }
    free(wallets);
    return code;
}

int cmd_wallet_list(const args *a, db *d)
{
    table t;
    table_begin(&t, wallet_heads, 6);
    int code = list_wallets(d, args_json(a) ? NULL : &t);
    return table_finish(&t, code, args_json(a));
}

/* ---- get ---- */

int cmd_wallet_get(const args *a, db *d)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_id id;
    minipay_wallet wallet;
    minipay_member member;
    minipay_error error;
    table t;
    int code = args_currency(a, currency);
    if (!code)
        code = db_member(d, "--member", a->text[OPT_MEMBER], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_wallet_init(&wallet);
    minipay_status status = minipay_wallet_get(d->pay, &id, currency, &wallet, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    if ((code = member_of(d, &id, &member)) != 0)
        return code;
    if (args_json(a))
        return json_print(wallet_json(&wallet, member.name));
    table_begin(&t, wallet_heads, 6);
    wallet_row(&t, &wallet, member.name);
    table_end(&t, stdout);
    return EXIT_DONE;
}

/* ---- history ---- */

/* Who stands on the other side, by name; our own accounts have none. */
static void other_name(db *d, const minipay_id *id, char name[MINIPAY_NAME_SIZE])
{
    minipay_member member;
    minipay_merchant merchant;
    minipay_member_init(&member);
    minipay_merchant_init(&merchant);
    name[0] = 0;
    if (id_is_none(id))
        return;
    if (minipay_member_get(d->pay, id, &member, NULL) == MINIPAY_OK)
        snprintf(name, MINIPAY_NAME_SIZE, "%s", member.name);
    else if (minipay_merchant_get(d->pay, id, &merchant, NULL) == MINIPAY_OK)
        snprintf(name, MINIPAY_NAME_SIZE, "%s", merchant.name);
}

static json_t *entry_json(const minipay_entry *e, const char *other)
{
    return json_pack("{s:I,s:o,s:o,s:s,s:o,s:o,s:s,s:I,s:I}", "sequence", (json_int_t)e->sequence,
                     "booked_at", json_time(e->booked_at), "business_date", json_date(e->business_date),
                     "kind", minipay_kind_name(e->kind), "operation_id", json_id(&e->operation_id),
                     "other_id", json_id(&e->other_id), "other_name", other, "amount_minor",
                     (json_int_t)e->amount_minor, "balance_minor", (json_int_t)e->balance_minor);
}

static void entry_row(table *t, const minipay_entry *e, const char *other, const char *currency)
{
    char at[TEXT_SIZE];
    text_time(e->booked_at, at);
    table_cell(t, at);
    table_cell(t, minipay_kind_name(e->kind));
    table_cell(t, other);
    table_money(t, e->amount_minor, currency);
    table_money(t, e->balance_minor, currency);
    table_count(t, (uint64_t)e->sequence);
}

static int show_entries(db *d, const minipay_entry *entries, uint32_t count, const char *currency,
                        bool as_json)
{
    static const char *const heads[] = {"Booked at (UTC)", "Kind",     "With",
                                        ">Amount",         ">Balance", ">Sequence"};
    char other[MINIPAY_NAME_SIZE];
    int code = 0;
    table t;
    table_begin(&t, heads, 6);
    for (uint32_t i = 0; !code && i < count; i++) {
        other_name(d, &entries[i].other_id, other);
        if (as_json)
            code = json_print(entry_json(&entries[i], other));
        else
            entry_row(&t, &entries[i], other, currency);
    }
    return table_finish(&t, code, as_json);
}

int wallet_history(db *d, const minipay_id *member, const char *currency, int64_t before, uint32_t count,
                   bool as_json)
{
    minipay_error error;
    minipay_entry *entries = calloc(count, sizeof *entries);
    if (!entries)
        return fail_own("memory is used up");
    minipay_error_init(&error);
    for (uint32_t i = 0; i < count; i++)
        entries[i].struct_size = sizeof *entries;
    minipay_status status =
        minipay_wallet_history(d->pay, member, currency, before, entries, &count, &error);
    int code = status == MINIPAY_OK ? show_entries(d, entries, count, currency, as_json)
                                    : fail_status(status, &error);
    free(entries);
    return code;
}

int cmd_wallet_history(const args *a, db *d)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_id id;
    int64_t before, count;
    int code = args_currency(a, currency);
    if (!code)
        code = args_number(a, OPT_BEFORE, 1, INT64_MAX, 0, &before);
    if (!code)
        code = args_number(a, OPT_COUNT, 1, HISTORY_LARGEST, 20, &count);
    if (!code)
        code = db_member(d, "--member", a->text[OPT_MEMBER], &id);
    return code ? code : wallet_history(d, &id, currency, before, (uint32_t)count, args_json(a));
}
