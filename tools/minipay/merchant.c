/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"

#include <stdio.h>

static int fill(const args *a, db *d, minipay_merchant_request *r)
{
    int64_t fee, cycle;
    minipay_merchant_request_init(r);
    int code = request_id(a, d, &r->id);
    if (!code)
        code = request_stamp(a, r->actor, r->channel, r->reason);
    if (!code)
        code = args_copy(a, OPT_NAME, "", r->name, sizeof r->name);
    if (!code)
        code = args_currency(a, r->currency);
    if (!code)
        code = args_number(a, OPT_FEE_BPS, 0, 10000, 50, &fee);
    if (!code)
        code = args_number(a, OPT_CYCLE, 0, 366, 1, &cycle);
    if (code)
        return code;
    r->fee_basis_points = (int32_t)fee;
    r->cycle_days = (int32_t)cycle;
    return 0;
}

int cmd_merchant_register(const args *a, db *d)
{
    minipay_merchant_request request;
    int code = fill(a, d, &request);
    return code ? code : request_send(a, d, call_merchant_register, &request, NULL);
}

static int show(const args *a, const minipay_merchant *m)
{
    char id[MINIPAY_ID_TEXT_SIZE];
    if (args_json(a))
        return json_print(json_pack("{s:o,s:s,s:s,s:i,s:i,s:i}", "id", json_id(&m->id), "name", m->name,
                                    "currency", m->currency, "fee_basis_points", m->fee_basis_points,
                                    "cycle_days", m->cycle_days, "state", m->state));
    minipay_id_format(&m->id, id);
    printf("id        %s\nname      %s\ncurrency  %s\nfee       %d basis points\ncycle     %d business "
           "days\n",
           id, m->name, m->currency, m->fee_basis_points, m->cycle_days);
    return EXIT_DONE;
}

int cmd_merchant_get(const args *a, db *d)
{
    minipay_id id;
    minipay_error error;
    minipay_merchant merchant;
    int code = args_id_text("merchant", a->words[0], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_merchant_init(&merchant);
    minipay_status status = minipay_merchant_get(d->pay, &id, &merchant, &error);
    return status == MINIPAY_OK ? show(a, &merchant) : fail_status(status, &error);
}
