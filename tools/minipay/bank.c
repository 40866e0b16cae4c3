/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

enum { PAGE = 128 };

/* ---- unlink ---- */

int cmd_bank_unlink(const args *a, db *d)
{
    minipay_unlink_request request;
    minipay_unlink_request_init(&request);
    int code = request_id(a, d, &request.id);
    if (!code)
        code = request_stamp(a, request.actor, request.channel, request.reason);
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

static int show_one(const args *a, const minipay_order *o)
{
    char id[3][MINIPAY_ID_TEXT_SIZE], money[3][TEXT_SIZE], at[3][TEXT_SIZE], date[TEXT_SIZE];
    if (args_json(a))
        return json_print(order_json(o));
    minipay_id_format(&o->id, id[0]);
    minipay_id_format(&o->operation_id, id[1]);
    minipay_id_format(&o->account_id, id[2]);
    text_money(o->amount_minor, o->currency, money[0]);
    text_money(o->moved_minor, o->currency, money[1]);
    text_money(o->fee_minor, o->currency, money[2]);
    text_time(o->created_at, at[0]);
    text_time(o->finished_at, at[1]);
    text_time(o->next_at, at[2]);
    text_date(o->reference_date, date);
    printf("order      %s %s", id[0], minipay_state_name(o->state));
    if (o->status)
        printf(": %s", minipay_status_name(o->status));
    printf("\nfor        %s %s\naccount    %s\namount     %s %s, %s\nmoved      %s, for a fee of %s\n",
           minipay_kind_name(o->operation_kind), id[1], id[2], money[0], o->currency,
           o->direction == MINIPAY_BANK_COLLECT ? "from the account" : "to the account", money[1],
           money[2]);
    printf("bank says  %s%s%s\nreference  %s of %s\ntries      %d, asked again at %s\nmade       %s\n"
           "ended      %s\n",
           minipay_verdict_name(o->verdict), o->bank_reason[0] ? ": " : "", o->bank_reason, o->reference,
           date, o->attempts, at[2], at[0], at[1]);
    return EXIT_DONE;
}

static int show_order(const args *a, table *t, const minipay_order *o)
{
    char id[MINIPAY_ID_TEXT_SIZE], next[TEXT_SIZE];
    if (args_json(a))
        return json_print(order_json(o));
    minipay_id_format(&o->operation_id, id);
    text_time(o->next_at, next);
    table_cell(t, minipay_kind_name(o->operation_kind));
    table_cell(t, id);
    table_cell(t, minipay_state_name(o->state));
    table_cell(t, minipay_verdict_name(o->verdict));
    table_money(t, o->amount_minor, o->currency);
    table_cell(t, o->bank_reason);
    table_cell(t, next);
    return EXIT_DONE;
}

/* An order is named by its own id or by that of the operation that it serves. */
int cmd_bank_order(const args *a, db *d)
{
    minipay_id id;
    minipay_error error;
    minipay_order order;
    int code = args_id_text("order", a->words[0], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_order_init(&order);
    minipay_status status = minipay_order_get(d->pay, &id, &order, &error);
    if (status == MINIPAY_NOT_FOUND)
        status = minipay_order_find(d->pay, &id, &order, &error);
    return status == MINIPAY_OK ? show_one(a, &order) : fail_status(status, &error);
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

static int list_orders(const args *a, db *d, table *t)
{
    minipay_order page[PAGE];
    minipay_order_query query;
    uint32_t count = PAGE;
    int code = fill_query(a, d, &query);
    while (!code && count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status = minipay_order_list(d->pay, &query, page, &count, &error);
        if (status != MINIPAY_OK)
            return fail_status(status, &error);
        for (uint32_t i = 0; i < count && !code; i++)
            code = show_order(a, t, &page[i]);
        if (count)
            query.after = page[count - 1].id;
    }
    return code;
}

int cmd_bank_orders(const args *a, db *d)
{
    static const char *const heads[] = {"For",     "Operation",  "State",      "Bank says",
                                        ">Amount", "Its reason", "Asked again"};
    table t;
    table_begin(&t, heads, 7);
    return table_finish(&t, list_orders(a, d, &t), args_json(a));
}

/* ---- corporate ---- */

int cmd_bank_corporate(const args *a, db *d)
{
    minipay_error error;
    minipay_corporate_position p;
    char currency[MINIPAY_CURRENCY_SIZE], at_bank[TEXT_SIZE], posted[TEXT_SIZE], transit[TEXT_SIZE],
        difference[TEXT_SIZE];
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
    text_money(p.at_bank_minor, currency, at_bank);
    text_money(p.posted_minor, currency, posted);
    text_money(p.in_transit_minor, currency, transit);
    text_money(p.difference_minor, currency, difference);
    printf("at the bank  %s %s\nin the books %s\nin transit   %s\ndifference   %s\n", at_bank, currency,
           posted, transit, difference);
    return EXIT_DONE;
}
