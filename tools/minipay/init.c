/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "open.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

int cmd_init(const args *a)
{
    db d;
    bool is_new = access(a->text[OPT_DB], F_OK) != 0;
    int code = db_open(&d, a->text[OPT_DB], DB_NEW_TOO, 0);
    if (!code && args_json(a))
        code = json_print(json_pack("{s:s,s:b}", "db", d.path, "created", is_new));
    else if (!code)
        printf("%s is ready%s; its master key is in %s.key: keep that file as safe as the money.\n",
               d.path, is_new ? "" : " (it was there already)", d.path);
    db_close(&d);
    return code;
}

static int carry_on(const args *a, db *d, uint32_t budget)
{
    char next[TEXT_SIZE];
    uint32_t carried = 0;
    int64_t next_at = 0;
    minipay_error error;
    minipay_error_init(&error);
    minipay_status status = minipay_run(d->pay, budget, &carried, &next_at, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    if (args_json(a))
        return json_print(
            json_pack("{s:I,s:o}", "carried", (json_int_t)carried, "next_at", json_time(next_at)));
    text_time(next_at, next);
    printf("%" PRIu32 " operations carried on; ", carried);
    if (next_at)
        printf("next at %s\n", next);
    else
        puts("nothing waits");
    return EXIT_DONE;
}

int cmd_run(const args *a)
{
    db d;
    int64_t budget;
    int code = args_number(a, OPT_BUDGET, 1, UINT32_MAX, 0, &budget);
    if (code)
        return code;
    if ((code = db_open(&d, a->text[OPT_DB], DB_EXISTING, 0)) == 0)
        code = carry_on(a, &d, (uint32_t)budget);
    db_close(&d);
    return code;
}
