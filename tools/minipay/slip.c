/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "one.h"
#include "open.h"

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

static int show(const args *a, db *d, const void *item)
{
    const minipay_slip *s = item;
    (void)d;
    if (args_json(a))
        return json_print(slip_json(s));
    fact_id("slip", &s->id);
    fact_text("state", minipay_slip_state_name(s->state));
    if (s->status)
        fact_text("why", minipay_status_text(s->status));
    fact_id("member", &s->member_id);
    fact_id("merchant", &s->merchant_id);
    fact_time("made (UTC)", s->made_at);
    fact_date("business date", s->business_date);
    fact_money("amount", s->amount_minor, s->currency);
    if (s->promotion_minor)
        fact_money("taken off", s->promotion_minor, s->currency);
    fact_money("captured", s->captured_minor, s->currency);
    fact_money("refunded", s->refunded_minor, s->currency);
    fact_money("merchant's fee", s->fee_minor, s->currency);
    if (s->kind == MINIPAY_KIND_AUTHORIZE)
        fact_time("expires (UTC)", s->expires_at);
    fact_text("memo", s->memo);
    return EXIT_DONE;
}

static minipay_status get_slip(db *d, const minipay_id *id, void *item, minipay_error *error)
{
    return minipay_slip_get(d->pay, id, item, error);
}

int cmd_slip_get(const args *a, db *d)
{
    static const one slip = {"slip", sizeof(minipay_slip), get_slip, show};
    return one_show(a, d, &slip);
}

/* ---- list ---- */

typedef struct slips {
    minipay_slip_query query;
    minipay_id after;
} slips;

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

static minipay_status read_slips(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    slips *q = query;
    minipay_slip *found = page;
    minipay_status status = minipay_slip_list(d->pay, &q->query, &q->after, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1].id;
    return status;
}

static int show_row(db *d, const void *query, const void *item, table *t)
{
    const minipay_slip *s = item;
    (void)d;
    (void)query;
    if (!t)
        return json_print(slip_json(s));
    table_date(t, s->business_date);
    table_cell(t, minipay_slip_state_name(s->state));
    table_money(t, s->amount_minor, s->currency);
    table_money(t, s->captured_minor, s->currency);
    table_money(t, s->refunded_minor, s->currency);
    table_id(t, &s->id);
    return EXIT_DONE;
}

int cmd_slip_list(const args *a, db *d)
{
    static const char *const heads[] = {"Date",      "State", ">Amount", ">Captured",
                                        ">Refunded", "Slip",  NULL};
    static const list listed = {heads, sizeof(minipay_slip), read_slips, show_row};
    slips q = {.after = {{0}}};
    int64_t count;
    int code = args_number(a, OPT_COUNT, 1, INT64_MAX, 20, &count);
    if (!code)
        code = read_query(a, d, &q.query);
    return code ? code : list_show(d, &listed, &q, (uint64_t)count, args_json(a));
}
