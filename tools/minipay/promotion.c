/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"
#include "text.h"

#include <stdio.h>

static int fill(const args *a, db *d, minipay_promotion_request *r)
{
    int64_t points, share;
    minipay_promotion_request_init(r);
    int code = request_id(a, d, &r->id);
    if (!code)
        code = request_stamp(a, r->actor, r->channel, r->reason);
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

static int show(const args *a, const minipay_promotion *p)
{
    char id[MINIPAY_ID_TEXT_SIZE], fixed[TEXT_SIZE], budget[TEXT_SIZE], used[TEXT_SIZE];
    if (args_json(a))
        return show_json(p);
    minipay_id_format(&p->id, id);
    text_money(p->fixed_minor, p->currency, fixed);
    text_money(p->budget_minor, p->currency, budget);
    text_money(p->used_minor, p->currency, used);
    printf("%s  %s: ", id, p->name);
    if (p->basis_points)
        printf("%d basis points off", p->basis_points);
    else
        printf("%s off", fixed);
    printf(", the merchant bears %d of 10,000; %s of %s %s used\n", p->merchant_share, used, budget,
           p->currency);
    return EXIT_DONE;
}

int cmd_promotion_get(const args *a, db *d)
{
    minipay_id id;
    minipay_error error;
    minipay_promotion promotion;
    int code = args_id_text("promotion", a->words[0], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_promotion_init(&promotion);
    minipay_status status = minipay_promotion_get(d->pay, &id, &promotion, &error);
    return status == MINIPAY_OK ? show(a, &promotion) : fail_status(status, &error);
}

int cmd_promotion_list(const args *a, db *d)
{
    minipay_promotion promotion;
    minipay_id after = {{0}};
    uint32_t count = 1;
    int code = EXIT_DONE;
    while (!code && count) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_promotion_init(&promotion);
        minipay_status status = minipay_promotion_list(d->pay, &after, &promotion, &count, &error);
        if (status != MINIPAY_OK)
            return fail_status(status, &error);
        after = promotion.id;
        if (count)
            code = show(a, &promotion);
    }
    return code;
}
