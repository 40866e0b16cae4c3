/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "text.h"

#include <stdio.h>

/* What was in a wallet at the end of an instant. */

static int show(const args *a, const minipay_id *member, const char *currency, int64_t at,
                int64_t balance_minor)
{
    char money[TEXT_SIZE], when[TEXT_SIZE];
    if (args_json(a))
        return json_print(json_pack("{s:o,s:s,s:o,s:I}", "member_id", json_id(member), "currency",
                                    currency, "at", json_time(at), "balance_minor",
                                    (json_int_t)balance_minor));
    text_money(balance_minor, currency, money);
    text_time(at, when);
    printf("%s %s at %s\n", money, currency, when);
    return EXIT_DONE;
}

int cmd_wallet_balance_at(const args *a, db *d)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_id member;
    int64_t at, balance_minor;
    minipay_error error;
    if (!time_parse(a->words[0], &at))
        return fail_usage("'%s' is not a time such as 2026-11-23T08:35:00Z", a->words[0]);
    int code = args_currency(a, currency);
    if (!code)
        code = db_member(d, "--member", a->text[OPT_MEMBER], &member);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_status status =
        minipay_wallet_balance_at(d->pay, &member, currency, at, &balance_minor, &error);
    return status == MINIPAY_OK ? show(a, &member, currency, at, balance_minor)
                                : fail_status(status, &error);
}
