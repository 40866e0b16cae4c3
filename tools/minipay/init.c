/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "open.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>

int cmd_init(const args *a, db *d)
{
    if (args_json(a))
        return json_print(json_pack("{s:s,s:b}", "db", d->path, "created", d->is_new));
    printf("%s is ready%s; its master key is in %s.key: keep that file as safe as the money.\n", d->path,
           d->is_new ? "" : " (it was there already)", d->path);
    return EXIT_DONE;
}

int cmd_run(const args *a, db *d)
{
    char next[TEXT_SIZE];
    uint32_t carried = 0;
    int64_t next_at = 0, budget;
    minipay_error error;
    int code = args_number(a, OPT_BUDGET, 1, UINT32_MAX, 0, &budget);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_status status = minipay_run(d->pay, (uint32_t)budget, &carried, &next_at, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    if (args_json(a))
        return json_print(
            json_pack("{s:I,s:o}", "carried", (json_int_t)carried, "next_at", json_time(next_at)));
    text_time(next_at, next);
    printf("%" PRIu32 " %s carried on; ", carried, carried == 1 ? "operation" : "operations");
    if (next_at)
        printf("next at %s\n", next);
    else
        puts("nothing waits");
    return EXIT_DONE;
}
