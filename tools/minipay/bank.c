/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "one.h"
#include "request.h"
#include "text.h"

#include <string.h>

/* ---- unlink ---- */

int cmd_bank_unlink(const args *a, db *d)
{
    minipay_unlink_request request;
    minipay_unlink_request_init(&request);
    int code = request_begin(a, d, &request.id, request.actor, request.channel, request.reason);
    if (!code)
        code = db_member(d, "--owner", a->text[OPT_OWNER], &request.owner_id);
    if (!code)
        code = args_id(a, OPT_ACCOUNT, &request.account_id);
    return code ? code : request_send(a, d, call_account_unlink, &request, NULL);
}

/* ---- orders ---- */

static const char *direction_name(int32_t direction)
{
    return direction == MINIPAY_BANK_COLLECT ? "collect" : "pay_out";
}

static json_t *order_json(const minipay_order *o)
{
    return json_pack("{s:o,s:s,s:o,s:o,s:o,s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:s,s:s,s:o,s:s,s:i,s:o,s:o,s:o}",
                     "id", json_id(&o->id), "operation", minipay_kind_name(o->operation_kind),
                     "operation_id", json_id(&o->operation_id), "owner_id", json_id(&o->owner_id),
                     "account_id", json_id(&o->account_id), "direction", direction_name(o->direction),
                     "state", minipay_state_name(o->state), "status", minipay_status_name(o->status),
                     "verdict", minipay_verdict_name(o->verdict), "amount_minor",
                     (json_int_t)o->amount_minor, "moved_minor", (json_int_t)o->moved_minor, "fee_minor",
                     (json_int_t)o->fee_minor, "currency", o->currency, "reference", o->reference,
                     "reference_date", json_date(o->reference_date), "bank_reason", o->bank_reason,
                     "attempts", o->attempts, "created_at", json_time(o->created_at), "finished_at",
                     json_time(o->finished_at), "next_at", json_time(o->next_at));
}

static int show_one(const args *a, db *d, const void *item)
{
    const minipay_order *o = item;
    (void)d;
    if (args_json(a))
        return json_print(order_json(o));
    fact_id("order", &o->id);
    fact_text("state", minipay_state_name(o->state));
    if (o->status)
        fact_text("why", minipay_status_text(o->status));
    fact_text("for a", minipay_kind_name(o->operation_kind));
    fact_id("operation", &o->operation_id);
    fact_money("amount", o->amount_minor, o->currency);
    fact_id(o->direction == MINIPAY_BANK_COLLECT ? "from account" : "to account", &o->account_id);
    fact_money("moved", o->moved_minor, o->currency);
    fact_money("bank's fee", o->fee_minor, o->currency);
    fact_format("bank says", "%s%s%s", minipay_verdict_name(o->verdict), o->bank_reason[0] ? ": " : "",
                o->bank_reason);
    fact_text("reference", o->reference);
    fact_date("of", o->reference_date);
    fact_count("tries", (uint64_t)o->attempts);
    fact_time("made (UTC)", o->created_at);
    fact_time("ended (UTC)", o->finished_at);
    fact_time("asked again (UTC)", o->next_at);
    return EXIT_DONE;
}

static int show_order(db *d, const void *query, const void *item, table *t)
{
    char next[TEXT_SIZE];
    const minipay_order *o = item;
    (void)d;
    (void)query;
    if (!t)
        return json_print(order_json(o));
    text_time(o->next_at, next);
    table_cell(t, minipay_kind_name(o->operation_kind));
    table_cell(t, minipay_state_name(o->state));
    table_money(t, o->amount_minor, o->currency);
    table_cell(t, o->bank_reason[0] ? o->bank_reason : minipay_verdict_name(o->verdict));
    table_id(t, &o->operation_id);
    table_cell(t, o->next_at ? next : "");
    return EXIT_DONE;
}

/* An order is named by its own id or by that of the operation that it serves. */
static minipay_status get_order(db *d, const minipay_id *id, void *item, minipay_error *error)
{
    minipay_status status = minipay_order_get(d->pay, id, item, error);
    return status == MINIPAY_NOT_FOUND ? minipay_order_find(d->pay, id, item, error) : status;
}

int cmd_bank_order(const args *a, db *d)
{
    static const one order = {"order", sizeof(minipay_order), get_order, show_one};
    return one_show(a, d, &order);
}

static int fill_query(const args *a, db *d, minipay_order_query *query)
{
    const char *state = a->text[OPT_STATE];
    minipay_order_query_init(query);
    for (int32_t i = MINIPAY_STATE_RUNNING; state && i <= MINIPAY_STATE_PARKED; i++) {
        if (strcmp(state, minipay_state_name(i)) == 0)
            query->state = i;
    }
    if (state && !query->state)
        return fail_usage("--state: '%s' is none of running, done, rejected, parked", state);
    return a->text[OPT_OWNER] ? db_member(d, "--owner", a->text[OPT_OWNER], &query->owner_id) : 0;
}

static minipay_status read_orders(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    minipay_order_query *q = query;
    minipay_order *found = page;
    minipay_status status = minipay_order_list(d->pay, q, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1].id;
    return status;
}

int cmd_bank_orders(const args *a, db *d)
{
    static const char *const heads[] = {"For",       "State",       ">Amount", "Bank says",
                                        "Operation", "Asked again", NULL};
    static const list orders = {heads, sizeof(minipay_order), read_orders, show_order};
    minipay_order_query query;
    int code = fill_query(a, d, &query);
    return code ? code : list_show(d, &orders, &query, 0, args_json(a));
}

/* ---- corporate ---- */

int cmd_bank_corporate(const args *a, db *d)
{
    minipay_error error;
    minipay_corporate_position p;
    char currency[MINIPAY_CURRENCY_SIZE];
    int code = args_currency(a, currency);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_corporate_position_init(&p);
    minipay_status status = minipay_corporate_position_get(d->pay, currency, &p, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    if (args_json(a))
        return json_print(json_pack(
            "{s:s,s:I,s:I,s:I,s:I}", "currency", p.currency, "at_bank_minor",
            (json_int_t)p.at_bank_minor, "posted_minor", (json_int_t)p.posted_minor, "in_transit_minor",
            (json_int_t)p.in_transit_minor, "difference_minor", (json_int_t)p.difference_minor));
    fact_money("at the bank", p.at_bank_minor, currency);
    fact_money("in the books", p.posted_minor, currency);
    fact_money("in transit", p.in_transit_minor, currency);
    fact_money("difference", p.difference_minor, currency);
    return EXIT_DONE;
}
