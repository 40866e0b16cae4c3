/* SPDX-License-Identifier: Apache-2.0 */
#include "audit.h"

#include "checkpoint.h"
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "open.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

enum { CHECKS_LARGEST = 64 };

static void print_failures(const minipay_audit_check *checks, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!checks[i].ok)
            printf("\n  %s: %s\n", checks[i].name, checks[i].detail);
    }
}

void audit_print(const minipay_audit_check *checks, uint32_t count, int32_t clean)
{
    static const char *const heads[] = {"Check", "Verdict", ">Rows read"};
    uint32_t failed = 0;
    table t;
    table_title(stdout, "AUDIT");
    table_begin(&t, heads, 3);
    for (uint32_t i = 0; i < count; i++) {
        table_cell(&t, checks[i].name);
        table_cell(&t, checks[i].ok ? "ok" : "FAILED");
        table_count(&t, checks[i].rows);
        failed += !checks[i].ok;
    }
    table_end(&t, stdout);
    print_failures(checks, count);
    if (clean)
        printf("\n  Clean: all %u checks hold.\n", count);
    else
        printf("\n  NOT CLEAN: %u of %u checks failed.\n", failed, count);
}

void audit_print_verdict(const minipay_audit_check *checks, uint32_t count, int32_t clean)
{
    char text[TEXT_SIZE];
    uint64_t rows = 0;
    if (!clean) {
        audit_print(checks, count, clean);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        rows += checks[i].rows;
    text_count(rows, text);
    table_title(stdout, "AUDIT");
    printf("  Clean: all %u checks hold, over %s stored rows; minipay audit tells each.\n", count, text);
}

static int print_json(const minipay_audit_check *checks, uint32_t count, int32_t clean)
{
    json_t *list = json_array();
    for (uint32_t i = 0; list && i < count; i++)
        json_array_append_new(list,
                              json_pack("{s:s,s:b,s:I,s:s}", "name", checks[i].name, "ok", checks[i].ok,
                                        "rows", (json_int_t)checks[i].rows, "detail", checks[i].detail));
    return json_print(json_pack("{s:b,s:o}", "clean", clean, "checks", list));
}

int cmd_audit(const args *a, db *d)
{
    minipay_audit_check checks[CHECKS_LARGEST + 1];
    minipay_checkpoint checkpoint;
    minipay_error error;
    uint32_t count = CHECKS_LARGEST;
    int32_t clean = 0;
    const char *path = a->text[OPT_CHECKPOINT];
    int code = path ? checkpoint_read(path, &checkpoint) : EXIT_DONE;
    if (code != EXIT_DONE)
        return code;
    minipay_error_init(&error);
    for (int i = 0; i < CHECKS_LARGEST; i++)
        minipay_audit_check_init(&checks[i]);
    minipay_status status = minipay_audit(d->pay, checks, &count, &clean, &error);
    if (status != MINIPAY_OK)
        return fail_doing("audit", status, &error);
    if (path) {
        checkpoint_check(d->pay, &checkpoint, &checks[count]);
        clean = clean && checks[count].ok;
        count++;
    }
    if (args_json(a))
        code = print_json(checks, count, clean);
    else
        audit_print(checks, count, clean);
    return code ? code : clean ? EXIT_DONE : EXIT_OWN;
}
