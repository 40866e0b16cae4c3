/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "open.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>

static json_t *slip_json(const minipay_slip *s)
{
    json_t *object = json_pack(
        "{s:o,s:s,s:s,s:o,s:o,s:s,s:I,s:I,s:I,s:I}", "id", json_id(&s->id), "kind",
        minipay_kind_name(s->kind), "state", minipay_slip_state_name(s->state), "member_id",
        json_id(&s->member_id), "merchant_id", json_id(&s->merchant_id), "currency", s->currency,
        "amount_minor", (json_int_t)s->amount_minor, "captured_minor", (json_int_t)s->captured_minor,
        "fee_minor", (json_int_t)s->fee_minor, "refunded_minor", (json_int_t)s->refunded_minor);
    json_t *rest = json_pack(
        "{s:I,s:I,s:o,s:o,s:o,s:s,s:s}", "refunded_fee_minor", (json_int_t)s->refunded_fee_minor,
        "topup_minor", (json_int_t)s->topup_minor, "made_at", json_time(s->made_at), "business_date",
        json_date(s->business_date), "expires_at", json_time(s->expires_at), "status",
        minipay_status_name(s->status), "memo", s->memo);
    json_object_update(object, rest);
    json_decref(rest);
    return object;
}

static int show(const args *a, const minipay_slip *s)
{
    char id[3][MINIPAY_ID_TEXT_SIZE], date[TEXT_SIZE], expiry[TEXT_SIZE], money[4][TEXT_SIZE];
    if (args_json(a))
        return json_print(slip_json(s));
    minipay_id_format(&s->id, id[0]);
    minipay_id_format(&s->member_id, id[1]);
    minipay_id_format(&s->merchant_id, id[2]);
    text_date(s->business_date, date);
    text_time(s->expires_at, expiry);
    text_money(s->amount_minor, s->currency, money[0]);
    text_money(s->captured_minor, s->currency, money[1]);
    text_money(s->refunded_minor, s->currency, money[2]);
    text_money(s->fee_minor, s->currency, money[3]);
    printf("slip      %s %s\nmember    %s\nmerchant  %s\ndate      %s\n", id[0],
           minipay_slip_state_name(s->state), id[1], id[2], date);
    printf("amount    %s %s\ncaptured  %s\nrefunded  %s\nfee       %s\n", money[0], s->currency,
           money[1], money[2], money[3]);
    if (s->kind == MINIPAY_KIND_AUTHORIZE)
        printf("expires   %s\n", expiry);
    if (s->status)
        printf("status    %s\n", minipay_status_name(s->status));
    if (s->memo[0])
        printf("memo      %s\n", s->memo);
    return EXIT_DONE;
}

int cmd_slip_get(const args *a, db *d)
{
    minipay_id id;
    minipay_error error;
    minipay_slip slip;
    int code = args_id_text("slip", a->words[0], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_slip_init(&slip);
    minipay_status status = minipay_slip_get(d->pay, &id, &slip, &error);
    return status == MINIPAY_OK ? show(a, &slip) : fail_status(status, &error);
}

enum { LIST_LARGEST = 1000 };

static void slip_row(table *t, const minipay_slip *s)
{
    char id[MINIPAY_ID_TEXT_SIZE], date[TEXT_SIZE];
    minipay_id_format(&s->id, id);
    text_date(s->business_date, date);
    table_cell(t, id);
    table_cell(t, s->business_date ? date : "-");
    table_cell(t, minipay_slip_state_name(s->state));
    table_money(t, s->amount_minor, s->currency);
    table_money(t, s->captured_minor, s->currency);
    table_money(t, s->refunded_minor, s->currency);
}

static int read_query(const args *a, db *d, minipay_slip_query *q)
{
    minipay_slip_query_init(q);
    if (!a->text[OPT_MEMBER] == !a->text[OPT_MERCHANT])
        return fail_usage("--member or --merchant: one of them is needed");
    int code = args_time(a, OPT_SINCE, &q->since_at);
    if (!code)
        code = args_time(a, OPT_UNTIL, &q->until_at);
    if (code)
        return code;
    return a->text[OPT_MEMBER] ? db_member(d, "--member", a->text[OPT_MEMBER], &q->member_id)
                               : args_id(a, OPT_MERCHANT, &q->merchant_id);
}

static int list_slips(const args *a, db *d, minipay_slip *slips, uint32_t count, table *t)
{
    minipay_slip_query query;
    minipay_id first = {{0}};
    minipay_error error;
    int code = read_query(a, d, &query);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_status status = minipay_slip_list(d->pay, &query, &first, slips, &count, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    for (uint32_t i = 0; !code && i < count; i++) {
        if (args_json(a))
            code = json_print(slip_json(&slips[i]));
        else
            slip_row(t, &slips[i]);
    }
    return code;
}

int cmd_slip_list(const args *a, db *d)
{
    static const char *const heads[] = {"Slip", "Date", "State", ">Amount", ">Captured", ">Refunded"};
    minipay_slip *slips = calloc(LIST_LARGEST, sizeof *slips);
    int64_t count;
    table t;
    table_begin(&t, heads, 6);
    int code =
        slips ? args_number(a, OPT_COUNT, 1, LIST_LARGEST, 20, &count) : fail_own("memory is used up");
    if (!code)
        code = list_slips(a, d, slips, (uint32_t)count, &t);
    free(slips);
    return table_finish(&t, code, args_json(a));
}
