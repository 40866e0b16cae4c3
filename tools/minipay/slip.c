/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "open.h"
#include "text.h"

#include <stdio.h>

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
