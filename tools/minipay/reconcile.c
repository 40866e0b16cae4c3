/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "one.h"
#include "request.h"

#include <inttypes.h>
#include <stdio.h>

/* The bank's statement against the orders: a line of counts, then every difference. */

static int show_counts(const args *a, const minipay_reconciliation *r)
{
    if (args_json(a))
        return json_print(json_pack("{s:o,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "id", json_id(&r->id),
                                    "state", minipay_state_name(r->state), "from_position",
                                    (json_int_t)r->from_position, "through_position",
                                    (json_int_t)r->through_position, "lines", (json_int_t)r->lines,
                                    "matched", (json_int_t)r->matched, "in_flight",
                                    (json_int_t)r->in_flight, "missing", (json_int_t)r->missing, "extra",
                                    (json_int_t)r->extra, "different", (json_int_t)r->different));
    fact_id("reconciliation", &r->id);
    fact_text("state", minipay_state_name(r->state));
    fact_format("statement", "%" PRId64 " to %" PRId64, r->from_position, r->through_position);
    fact_count("lines", (uint64_t)r->lines);
    fact_count("matched", (uint64_t)r->matched);
    fact_count("in flight", (uint64_t)r->in_flight);
    fact_count("missing", (uint64_t)r->missing);
    fact_count("extra", (uint64_t)r->extra);
    fact_count("other amount", (uint64_t)r->different);
    return EXIT_DONE;
}

typedef struct differences {
    minipay_id run;
    int64_t after;
} differences;

static minipay_status read_differences(db *d, void *query, void *page, uint32_t *count,
                                       minipay_error *error)
{
    differences *q = query;
    minipay_status status = minipay_difference_list(d->pay, &q->run, q->after, page, count, error);
    if (status == MINIPAY_OK)
        q->after += *count;
    return status;
}

static int show_difference(db *d, const void *query, const void *item, table *t)
{
    const minipay_difference *f = item;
    const char *direction = f->direction == MINIPAY_BANK_COLLECT ? "collect" : "pay_out";
    (void)d;
    (void)query;
    if (!t)
        return json_print(
            json_pack("{s:s,s:I,s:o,s:I,s:I,s:I,s:s,s:s,s:o,s:s}", "difference",
                      minipay_difference_name(f->difference), "number", (json_int_t)f->number,
                      "order_id", json_id(&f->order_id), "position", (json_int_t)f->position,
                      "ordered_minor", (json_int_t)f->ordered_minor, "bank_minor",
                      (json_int_t)f->bank_minor, "currency", f->currency, "direction", direction, "date",
                      json_date(f->value_date), "reference", f->reference));
    table_cell(t, minipay_difference_name(f->difference));
    table_cell(t, direction);
    table_money(t, f->ordered_minor, f->currency);
    table_money(t, f->bank_minor, f->currency);
    table_date(t, f->value_date);
    table_whole(t, f->reference);
    return EXIT_DONE;
}

static int show(const args *a, db *d, const void *item)
{
    static const char *const heads[] = {"Difference", "Direction", ">Ordered", ">Bank",
                                        "Date",       "Reference", NULL};
    static const list listed = {heads, sizeof(minipay_difference), read_differences, show_difference};
    const minipay_reconciliation *r = item;
    differences query = {.run = r->id};
    int code = show_counts(a, r);
    if (code || r->missing + r->extra + r->different == 0)
        return code;
    if (!args_json(a))
        puts("");
    return list_show(d, &listed, &query, 0, args_json(a));
}

static minipay_status get_reconciliation(db *d, const minipay_id *id, void *item, minipay_error *error)
{
    return minipay_reconciliation_get(d->pay, id, item, error);
}

int cmd_bank_reconciliation(const args *a, db *d)
{
    static const one reconciliation = {"reconciliation", sizeof(minipay_reconciliation),
                                       get_reconciliation, show};
    return one_show(a, d, &reconciliation);
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
    int code = request_begin(a, d, &request.id, request.actor, request.channel, request.reason);
    if (!code)
        code = args_number(a, OPT_FROM, 0, INT64_MAX, 0, &request.from_position);
    if (code)
        return code;
    minipay_status status = minipay_reconcile(d->pay, &request, &found, &error);
    return status == MINIPAY_OK ? show(a, d, &found) : request_fail(d, status, &error);
}
