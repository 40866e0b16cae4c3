/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"
#include "table.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>

/* The bank's statement against the orders: a line of counts, then every difference. */

enum { PAGE = 128 };

static int show_counts(const args *a, const minipay_reconciliation *r)
{
    char id[MINIPAY_ID_TEXT_SIZE];
    if (args_json(a))
        return json_print(json_pack("{s:o,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "id", json_id(&r->id),
                                    "state", minipay_state_name(r->state), "from_position",
                                    (json_int_t)r->from_position, "through_position",
                                    (json_int_t)r->through_position, "lines", (json_int_t)r->lines,
                                    "matched", (json_int_t)r->matched, "in_flight",
                                    (json_int_t)r->in_flight, "missing", (json_int_t)r->missing, "extra",
                                    (json_int_t)r->extra, "different", (json_int_t)r->different));
    minipay_id_format(&r->id, id);
    printf("reconciliation %s: statement from %" PRId64 " through %" PRId64 "\n", id, r->from_position,
           r->through_position);
    printf("lines %" PRId64 ", matched %" PRId64 ", in flight %" PRId64 ", missing %" PRId64
           ", extra %" PRId64 ", other amount %" PRId64 "\n",
           r->lines, r->matched, r->in_flight, r->missing, r->extra, r->different);
    return EXIT_DONE;
}

static int show_difference(const args *a, table *t, const minipay_difference *f)
{
    char date[TEXT_SIZE];
    const char *direction = f->direction == MINIPAY_BANK_COLLECT ? "collect" : "pay_out";
    if (args_json(a))
        return json_print(
            json_pack("{s:s,s:I,s:o,s:I,s:I,s:I,s:s,s:s,s:o,s:s}", "difference",
                      minipay_difference_name(f->difference), "number", (json_int_t)f->number,
                      "order_id", json_id(&f->order_id), "position", (json_int_t)f->position,
                      "ordered_minor", (json_int_t)f->ordered_minor, "bank_minor",
                      (json_int_t)f->bank_minor, "currency", f->currency, "direction", direction, "date",
                      json_date(f->value_date), "reference", f->reference));
    text_date(f->value_date, date);
    table_cell(t, minipay_difference_name(f->difference));
    table_cell(t, direction);
    table_money(t, f->ordered_minor, f->currency);
    table_money(t, f->bank_minor, f->currency);
    table_cell(t, date);
    table_cell(t, f->reference);
    return EXIT_DONE;
}

static int list_differences(const args *a, db *d, const minipay_id *id, table *t)
{
    minipay_difference page[PAGE];
    int64_t after = 0;
    uint32_t count = PAGE;
    int code = EXIT_DONE;
    while (!code && count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status = minipay_difference_list(d->pay, id, after, page, &count, &error);
        if (status != MINIPAY_OK)
            return fail_status(status, &error);
        for (uint32_t i = 0; i < count && !code; i++)
            code = show_difference(a, t, &page[i]);
        after += count;
    }
    return code;
}

static int show(const args *a, db *d, const minipay_reconciliation *r)
{
    static const char *const heads[] = {"Difference", "Direction", ">Ordered",
                                        ">Bank",      "Date",      "Reference"};
    table t;
    int code = show_counts(a, r);
    if (code || r->missing + r->extra + r->different == 0)
        return code;
    table_begin(&t, heads, 6);
    return table_finish(&t, list_differences(a, d, &r->id, &t), args_json(a));
}

int cmd_bank_reconciliation(const args *a, db *d)
{
    minipay_id id;
    minipay_error error;
    minipay_reconciliation found;
    int code = args_id_text("reconciliation", a->words[0], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_reconciliation_init(&found);
    minipay_status status = minipay_reconciliation_get(d->pay, &id, &found, &error);
    return status == MINIPAY_OK ? show(a, d, &found) : fail_status(status, &error);
}

int cmd_bank_reconcile(const args *a, db *d)
{
    minipay_error error;
    minipay_reconcile_request request;
    minipay_reconciliation found;
    minipay_error_init(&error);
    minipay_reconcile_request_init(&request);
    minipay_reconciliation_init(&found);
    request.again = a->text[OPT_FROM] != NULL;
    int code = request_id(a, d, &request.id);
    if (!code)
        code = request_stamp(a, request.actor, request.channel, request.reason);
    if (!code)
        code = args_number(a, OPT_FROM, 0, INT64_MAX, 0, &request.from_position);
    if (code)
        return code;
    minipay_status status = minipay_reconcile(d->pay, &request, &found, &error);
    return status == MINIPAY_OK ? show(a, d, &found) : request_fail(d, status, &error);
}
