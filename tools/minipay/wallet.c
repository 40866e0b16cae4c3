/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet.h"

#include "commands.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "request.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

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
    int code = request_begin(a, d, &request.id, request.actor, request.channel, request.reason);
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

static const char *const wallet_heads[] = {"Member",     "Currency", ">Balance", ">Held",
                                           ">Available", "State",    NULL};

static int show_wallet(db *d, const void *query, const void *item, table *t)
{
    minipay_member member;
    const minipay_wallet *w = item;
    int code = member_of(d, &w->member_id, &member);
    (void)query;
    if (code)
        return code;
    if (!t)
        return json_print(wallet_json(w, member.name));
    table_cell(t, member.name);
    table_cell(t, w->currency);
    table_money(t, w->posted_minor, w->currency);
    table_money(t, w->held_minor, w->currency);
    table_money(t, w->available_minor, w->currency);
    table_cell(t, state_name(w->state));
    return EXIT_DONE;
}

static minipay_status read_wallets(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    minipay_wallet *after = query, *found = page;
    minipay_status status = minipay_wallet_list(d->pay, after, found, count, error);
    if (status == MINIPAY_OK && *count)
        *after = found[*count - 1];
    return status;
}

int cmd_wallet_list(const args *a, db *d)
{
    static const list wallets = {wallet_heads, sizeof(minipay_wallet), read_wallets, show_wallet};
    minipay_wallet after;
    minipay_wallet_init(&after);
    return list_show(d, &wallets, &after, 0, args_json(a));
}

/* ---- get ---- */

typedef struct account {
    minipay_id member;
    char currency[MINIPAY_CURRENCY_SIZE];
    int64_t before; /* of its history */
    bool has_more;
} account;

/* One wallet is a list of one. */
static minipay_status read_wallet(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    const account *q = query;
    *count = 1;
    return minipay_wallet_get(d->pay, &q->member, q->currency, page, error);
}

int cmd_wallet_get(const args *a, db *d)
{
    static const list wallet = {wallet_heads, sizeof(minipay_wallet), read_wallet, show_wallet};
    account query;
    int code = args_currency(a, query.currency);
    if (!code)
        code = db_member(d, "--member", a->text[OPT_MEMBER], &query.member);
    return code ? code : list_show(d, &wallet, &query, 1, args_json(a));
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

static int show_entry(db *d, const void *query, const void *item, table *t)
{
    char at[TEXT_SIZE], other[MINIPAY_NAME_SIZE];
    const account *q = query;
    const minipay_entry *e = item;
    other_name(d, &e->other_id, other);
    if (!t)
        return json_print(entry_json(e, other));
    text_time(e->booked_at, at);
    at[strcspn(at, "Z")] = 0;
    table_cell(t, at);
    table_cell(t, minipay_kind_name(e->kind));
    table_cell(t, other);
    table_money(t, e->amount_minor, q->currency);
    table_money(t, e->balance_minor, q->currency);
    return EXIT_DONE;
}

static minipay_status read_entries(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    account *q = query;
    minipay_entry *found = page;
    uint32_t room = *count;
    minipay_status status =
        minipay_wallet_history(d->pay, &q->member, q->currency, q->before, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->before = found[*count - 1].sequence;
    q->has_more = status == MINIPAY_OK && *count == room;
    return status;
}

static int show_history(db *d, account *query, uint64_t most, bool as_json)
{
    static const char *const heads[] = {"Booked at (UTC)", "Kind", "With", ">Amount", ">Balance", NULL};
    static const list entries = {heads, sizeof(minipay_entry), read_entries, show_entry};
    return list_show(d, &entries, query, most, as_json);
}

int wallet_history(db *d, const minipay_id *member, const char *currency, uint64_t most)
{
    account query = {.member = *member};
    snprintf(query.currency, sizeof query.currency, "%s", currency);
    return show_history(d, &query, most, false);
}

int cmd_wallet_history(const args *a, db *d)
{
    account query = {.has_more = false};
    int64_t count;
    int code = args_currency(a, query.currency);
    if (!code)
        code = args_number(a, OPT_BEFORE, 1, INT64_MAX, 0, &query.before);
    if (!code)
        code = args_number(a, OPT_COUNT, 1, INT64_MAX, 20, &count);
    if (!code)
        code = db_member(d, "--member", a->text[OPT_MEMBER], &query.member);
    if (!code)
        code = show_history(d, &query, (uint64_t)count, args_json(a));
    if (!code && query.has_more && !args_json(a))
        printf("\n  Older entries: --before %lld\n", (long long)query.before);
    return code;
}
