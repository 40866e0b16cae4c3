/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "one.h"
#include "request.h"
#include "text.h"

#include <stdio.h>

static int fill(const args *a, db *d, minipay_promotion_request *r)
{
    int64_t points, share;
    minipay_promotion_request_init(r);
    int code = request_begin(a, d, &r->id, r->actor, r->channel, r->reason);
    if (!code)
        code = args_copy(a, OPT_NAME, "", r->name, sizeof r->name);
    if (!code)
        code = args_currency(a, r->currency);
    if (!code)
        code = args_id(a, OPT_MERCHANT, &r->merchant_id);
    if (!code)
        code = args_number(a, OPT_DISCOUNT_BPS, 1, 10000, 0, &points);
    if (!code)
        code = args_number(a, OPT_SHARE, 0, 10000, 0, &share);
    if (!code)
        code = args_amount(a, OPT_DISCOUNT, r->currency, &r->fixed_minor);
    if (!code)
        code = args_amount(a, OPT_LARGEST, r->currency, &r->largest_minor);
    if (!code)
        code = args_amount(a, OPT_FUND, r->currency, &r->budget_minor);
    if (!code)
        code = args_time(a, OPT_STARTS, &r->starts_at);
    if (!code)
        code = args_time(a, OPT_ENDS, &r->ends_at);
    if (code)
        return code;
    r->basis_points = (int32_t)points;
    r->merchant_share = (int32_t)share;
    return 0;
}

int cmd_promotion_register(const args *a, db *d)
{
    minipay_promotion_request request;
    int code = fill(a, d, &request);
    return code ? code : request_send(a, d, call_promotion_register, &request, NULL);
}

static int show_json(const minipay_promotion *p)
{
    return json_print(
        json_pack("{s:o,s:s,s:s,s:o,s:i,s:I,s:I,s:i,s:I,s:I,s:o,s:o}", "id", json_id(&p->id), "name",
                  p->name, "currency", p->currency, "merchant_id", json_id(&p->merchant_id),
                  "basis_points", p->basis_points, "fixed_minor", (json_int_t)p->fixed_minor,
                  "largest_minor", (json_int_t)p->largest_minor, "merchant_share", p->merchant_share,
                  "budget_minor", (json_int_t)p->budget_minor, "used_minor", (json_int_t)p->used_minor,
                  "starts_at", json_time(p->starts_at), "ends_at", json_time(p->ends_at)));
}

static void discount_text(const minipay_promotion *p, char text[TEXT_SIZE])
{
    if (p->basis_points)
        snprintf(text, TEXT_SIZE, "%d.%02d %%", p->basis_points / 100, p->basis_points % 100);
    else
        text_money(p->fixed_minor, p->currency, text);
}

static int show(const args *a, db *d, const void *item)
{
    char discount[TEXT_SIZE];
    const minipay_promotion *p = item;
    (void)d;
    if (args_json(a))
        return show_json(p);
    discount_text(p, discount);
    fact_id("promotion", &p->id);
    fact_text("name", p->name);
    if (!id_is_none(&p->merchant_id))
        fact_id("merchant", &p->merchant_id);
    fact_format("discount", "%s%s%s", discount, p->basis_points ? "" : " ",
                p->basis_points ? "" : p->currency);
    if (p->largest_minor)
        fact_money("at most", p->largest_minor, p->currency);
    fact_format("merchant bears", "%d.%02d %% of it", p->merchant_share / 100, p->merchant_share % 100);
    fact_money("fund", p->budget_minor, p->currency);
    fact_money("used", p->used_minor, p->currency);
    if (p->starts_at)
        fact_time("from (UTC)", p->starts_at);
    if (p->ends_at)
        fact_time("until before (UTC)", p->ends_at);
    return EXIT_DONE;
}

static minipay_status get_promotion(db *d, const minipay_id *id, void *item, minipay_error *error)
{
    return minipay_promotion_get(d->pay, id, item, error);
}

int cmd_promotion_get(const args *a, db *d)
{
    static const one promotion = {"promotion", sizeof(minipay_promotion), get_promotion, show};
    return one_show(a, d, &promotion);
}

/* ---- list ---- */

static minipay_status read_promotions(db *d, void *query, void *page, uint32_t *count,
                                      minipay_error *error)
{
    minipay_id *after = query;
    minipay_promotion *found = page;
    minipay_status status = minipay_promotion_list(d->pay, after, found, count, error);
    if (status == MINIPAY_OK && *count)
        *after = found[*count - 1].id;
    return status;
}

static int show_row(db *d, const void *query, const void *item, table *t)
{
    char discount[TEXT_SIZE];
    const minipay_promotion *p = item;
    (void)d;
    (void)query;
    if (!t)
        return show_json(p);
    discount_text(p, discount);
    table_cell(t, p->name);
    table_cell(t, discount);
    table_money(t, p->used_minor, p->currency);
    table_money(t, p->budget_minor, p->currency);
    table_cell(t, p->currency);
    table_id(t, &p->id);
    return EXIT_DONE;
}

int cmd_promotion_list(const args *a, db *d)
{
    static const char *const heads[] = {"Promotion", ">Discount", ">Used", ">Fund",
                                        "Currency",  "Id",        NULL};
    static const list promotions = {heads, sizeof(minipay_promotion), read_promotions, show_row};
    minipay_id after = {{0}};
    return list_show(d, &promotions, &after, 0, args_json(a));
}
