/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "request.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { RETRY_PAGE = 64 };

/* ---- a run ---- */

static json_t *run_json(const minipay_settlement *s)
{
    json_t *object =
        json_pack("{s:o,s:s,s:o,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "id", json_id(&s->id), "state",
                  minipay_state_name(s->state), "through_date", json_date(s->through_date), "currency",
                  s->currency, "lines", (json_int_t)s->lines, "paid", (json_int_t)s->paid, "refused",
                  (json_int_t)s->refused, "open", (json_int_t)s->open, "gross_minor",
                  (json_int_t)s->gross_minor, "refund_minor", (json_int_t)s->refund_minor, "fee_minor",
                  (json_int_t)s->fee_minor, "net_minor", (json_int_t)s->net_minor);
    json_t *rest =
        json_pack("{s:I,s:I,s:I,s:I,s:o,s:o}", "promotion_minor", (json_int_t)s->promotion_minor,
                  "carried_minor", (json_int_t)s->carried_minor, "payout_minor",
                  (json_int_t)s->payout_minor, "paid_minor", (json_int_t)s->paid_minor, "retry_of",
                  json_id(&s->retry_of), "due_date", json_date(s->due_date));
    json_object_update(object, rest);
    json_decref(rest);
    return object;
}

static void tell_sums(const minipay_settlement *s)
{
    fact_money("gross", s->gross_minor, s->currency);
    fact_money("refunds", s->refund_minor, s->currency);
    fact_money("fees", s->fee_minor, s->currency);
    if (s->promotion_minor)
        fact_money("promotions", s->promotion_minor, s->currency);
    if (s->carried_minor)
        fact_money("carried over", s->carried_minor, s->currency);
    fact_money("net", s->net_minor, s->currency);
    fact_money("to pay out", s->payout_minor, s->currency);
    fact_money("paid out", s->paid_minor, s->currency);
}

static void tell_run(const minipay_settlement *s)
{
    fact_id("settlement", &s->id);
    fact_text("state", minipay_state_name(s->state));
    fact_date("through", s->through_date);
    if (s->due_date != s->through_date)
        fact_date("due by", s->due_date);
    if (!id_is_none(&s->retry_of))
        fact_id("retry of", &s->retry_of);
    fact_format("merchants", "%" PRIu32 ": %" PRIu32 " paid, %" PRIu32 " refused, %" PRIu32 " open",
                s->lines, s->paid, s->refused, s->open);
    tell_sums(s);
}

static int show_run(const args *a, const minipay_settlement *s)
{
    if (args_json(a))
        return json_print(run_json(s));
    tell_run(s);
    return EXIT_DONE;
}

/* After a run or a retry: payouts may still be open. */
static int end_run(int code, const minipay_settlement *s)
{
    return !code && s->state == MINIPAY_STATE_RUNNING ? request_waits(&s->id) : code;
}

int cmd_settle_run(const args *a, db *d)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    minipay_error error;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    minipay_error_init(&error);
    int code = args_currency(a, request.currency);
    if (!code)
        code = args_date(a, OPT_THROUGH, &request.through_date);
    if (!code)
        code = request_begin(a, d, &request.id, request.actor, request.channel, request.reason);
    if (code)
        return code;
    minipay_status status = minipay_settlement_run(d->pay, &request, &settlement, &error);
    if (status != MINIPAY_OK)
        return request_fail(d, status, &error);
    return end_run(show_run(a, &settlement), &settlement);
}

/* In front of the newest run of a date. */
static void begin_date(int32_t date, minipay_settlement *run)
{
    minipay_settlement_init(run);
    run->through_date = date;
    memset(run->id.bytes, 0xff, sizeof run->id.bytes);
}

/* The next older run of the same date takes the place of `run`; `*is_there` is false behind the oldest. */
static int next_of_date(db *d, const char *currency, minipay_settlement *run, bool *is_there)
{
    minipay_error error;
    minipay_settlement after = *run;
    uint32_t count = 1;
    minipay_error_init(&error);
    minipay_status status = minipay_settlement_list(d->pay, currency, &after, run, &count, &error);
    *is_there = status == MINIPAY_OK && count && run->through_date == after.through_date;
    return status == MINIPAY_OK ? 0 : fail_status(status, &error);
}

static int fail_no_run(const char *name, const char *where)
{
    minipay_error error;
    minipay_error_init(&error);
    error.status = MINIPAY_NOT_FOUND;
    snprintf(error.message, sizeof error.message, "there is no settlement run %s%s", name, where);
    return fail_status(error.status, &error);
}

/* Of several runs of a date: the newest that found something to settle, which is no retry; else the newest. */
static int run_of_date(const args *a, db *d, int32_t date, minipay_settlement *run)
{
    char currency[MINIPAY_CURRENCY_SIZE], where[8];
    minipay_settlement found;
    bool is_there = true, any = false, settled = false;
    int code = args_currency(a, currency);
    begin_date(date, &found);
    while (!code && is_there && !settled) {
        code = next_of_date(d, currency, &found, &is_there);
        bool own = !code && is_there && id_is_none(&found.retry_of);
        settled = own && found.lines;
        if (own && (settled || !any))
            *run = found;
        any = any || own;
    }
    if (code || any)
        return code;
    snprintf(where, sizeof where, " in %s", currency);
    return fail_no_run(a->words[0], where);
}

/* A run is named by its id, or by the date it settled. */
static int run_named(const args *a, db *d, minipay_settlement *run)
{
    minipay_error error;
    minipay_id id;
    int32_t date;
    if (date_parse(a->words[0], &date))
        return run_of_date(a, d, date, run);
    int code = args_id_text("settlement", a->words[0], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_status status = minipay_settlement_get(d->pay, &id, run, &error);
    if (status == MINIPAY_NOT_FOUND)
        return fail_no_run(a->words[0], "");
    return status == MINIPAY_OK ? 0 : fail_status(status, &error);
}

int cmd_settle_get(const args *a, db *d)
{
    minipay_settlement run;
    int code = run_named(a, d, &run);
    return code ? code : show_run(a, &run);
}

/* ---- its lines ---- */

static json_t *line_json(const minipay_settlement_line *l, const char *name)
{
    return json_pack(
        "{s:s,s:o,s:o,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:o,s:o}", "name", name,
        "merchant_id", json_id(&l->merchant_id), "id", json_id(&l->id), "state",
        minipay_state_name(l->state), "status", minipay_status_name(l->status), "currency", l->currency,
        "slips", (json_int_t)l->slips, "gross_minor", (json_int_t)l->gross_minor, "refund_minor",
        (json_int_t)l->refund_minor, "fee_minor", (json_int_t)l->fee_minor, "net_minor",
        (json_int_t)l->net_minor, "promotion_minor", (json_int_t)l->promotion_minor, "carried_minor",
        (json_int_t)l->carried_minor, "payout_minor", (json_int_t)l->payout_minor, "attempt", l->attempt,
        "retries_id", json_id(&l->retries_id), "retried_by", json_id(&l->retried_by));
}

/* Why it was refused, when it was; "due" in a preview. */
static const char *payout_word(const minipay_settlement_line *l)
{
    return l->state == MINIPAY_STATE_REJECTED ? minipay_status_name(l->status)
           : l->state == MINIPAY_STATE_NONE   ? "due"
                                              : minipay_state_name(l->state);
}

static void line_row(table *t, const minipay_settlement_line *l, const char *name)
{
    table_cell(t, name);
    table_cell(t, payout_word(l));
    table_count(t, (uint64_t)l->slips);
    table_money(t, l->gross_minor, l->currency);
    table_money(t, l->refund_minor, l->currency);
    table_money(t, l->fee_minor, l->currency);
    table_money(t, l->net_minor, l->currency);
    if (l->state == MINIPAY_STATE_NONE)
        return;
    table_id(t, &l->id);
    table_id(t, &l->retries_id);
    table_id(t, &l->retried_by);
}

#define DUE_HEADS "Merchant", "Payout", ">Slips", ">Gross", ">Refunds", ">Fee", ">Net"

static int show_line(db *d, const void *query, const void *item, table *t)
{
    const minipay_settlement_line *line = item;
    minipay_merchant merchant;
    minipay_error error;
    (void)query;
    minipay_merchant_init(&merchant);
    minipay_error_init(&error);
    minipay_status status = minipay_merchant_get(d->pay, &line->merchant_id, &merchant, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    if (!t)
        return json_print(line_json(line, merchant.name));
    line_row(t, line, merchant.name);
    return EXIT_DONE;
}

typedef struct lines_query {
    minipay_id run, after;
    minipay_settlement_request request; /* of a preview, and what it would do in all */
    minipay_settlement whole;
} lines_query;

static minipay_status read_lines(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    lines_query *q = query;
    minipay_settlement_line *found = page;
    minipay_status status = minipay_settlement_lines(d->pay, &q->run, &q->after, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1].merchant_id;
    return status;
}

int cmd_settle_lines(const args *a, db *d)
{
    static const char *const heads[] = {DUE_HEADS, "Line", "Retries", "Retried by", NULL};
    static const list lines = {heads, sizeof(minipay_settlement_line), read_lines, show_line};
    lines_query query = {.after = {{0}}};
    minipay_settlement run;
    int code = run_named(a, d, &run);
    query.run = run.id;
    return code ? code : list_show(d, &lines, &query, 0, args_json(a));
}

/* ---- preview ---- */

static minipay_status read_preview(db *d, void *query, void *page, uint32_t *count, minipay_error *error)
{
    lines_query *q = query;
    minipay_settlement_line *found = page;
    minipay_status status =
        minipay_settlement_preview(d->pay, &q->request, &q->after, &q->whole, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1].merchant_id;
    return status;
}

int cmd_settle_preview(const args *a, db *d)
{
    static const char *const heads[] = {DUE_HEADS, NULL};
    static const list lines = {heads, sizeof(minipay_settlement_line), read_preview, show_line};
    lines_query query = {.after = {{0}}};
    minipay_settlement_request_init(&query.request);
    minipay_settlement_init(&query.whole);
    int code = args_currency(a, query.request.currency);
    if (!code)
        code = args_date(a, OPT_THROUGH, &query.request.through_date);
    if (!code)
        code = list_show(d, &lines, &query, 0, args_json(a));
    if (code || args_json(a))
        return code ? code : json_print(run_json(&query.whole));
    puts("");
    tell_sums(&query.whole);
    return EXIT_DONE;
}

/* ---- retry ---- */

/* What a retry left alone of its run's refused payouts. */
typedef struct left_alone {
    uint32_t refused;
    uint32_t retried; /* before */
    uint32_t settled; /* in a later run */
    minipay_id by;    /* the newest run that retried some */
} left_alone;

static void count_line(const minipay_settlement_line *line, left_alone *left)
{
    if (line->state != MINIPAY_STATE_REJECTED)
        return;
    left->refused++;
    left->retried += !id_is_none(&line->retried_by);
}

static int count_lines(db *d, const minipay_id *run, left_alone *left)
{
    minipay_settlement_line lines[RETRY_PAGE];
    minipay_id after = {{0}};
    uint32_t count = RETRY_PAGE;
    while (count == RETRY_PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status = minipay_settlement_lines(d->pay, run, &after, lines, &count, &error);
        if (status != MINIPAY_OK)
            return fail_status(status, &error);
        for (uint32_t i = 0; i < count; i++)
            count_line(&lines[i], left);
        if (count)
            after = lines[count - 1].merchant_id;
    }
    return 0;
}

static int find_retry(db *d, const minipay_settlement *retry, left_alone *left)
{
    minipay_settlement run;
    bool is_there = true;
    int code = 0;
    begin_date(retry->through_date, &run);
    while (!code && is_there && id_is_none(&left->by)) {
        code = next_of_date(d, retry->currency, &run, &is_there);
        bool other = is_there && run.lines && memcmp(&run.id, &retry->id, sizeof run.id) != 0;
        if (other && memcmp(&run.retry_of, &retry->retry_of, sizeof run.id) == 0)
            left->by = run.id;
    }
    return code;
}

/* A payout that was refused and not retried is in a later run: else this retry would have it. */
static int find_left_alone(db *d, const minipay_settlement *retry, left_alone *left)
{
    memset(left, 0, sizeof *left);
    int code = count_lines(d, &retry->retry_of, left);
    if (code)
        return code;
    left->settled = left->refused - left->retried;
    left->retried -= retry->lines;
    return left->retried ? find_retry(d, retry, left) : 0;
}

static void tell_left_alone(const minipay_settlement *retry, const left_alone *left)
{
    char by[MINIPAY_ID_TEXT_SIZE];
    minipay_id_format(&left->by, by);
    if (!retry->lines)
        fact_text("nothing to retry", left->refused ? "other runs have all that was refused"
                                                    : "no payout of that run was refused");
    if (left->retried)
        fact_format("retried before", "%" PRIu32 ", by %s", left->retried, by);
    if (left->settled)
        fact_format("in a later run", "%" PRIu32, left->settled);
}

static int show_retry(const args *a, db *d, const minipay_settlement *retry)
{
    left_alone left;
    int code = find_left_alone(d, retry, &left);
    if (code)
        return code;
    if (!args_json(a)) {
        tell_run(retry);
        tell_left_alone(retry, &left);
        return EXIT_DONE;
    }
    json_t *object = run_json(retry);
    json_object_set_new(object, "retried_before", json_integer(left.retried));
    json_object_set_new(object, "in_later_run", json_integer(left.settled));
    json_object_set_new(object, "retried_by", json_id(&left.by));
    return json_print(object);
}

int cmd_settle_retry(const args *a, db *d)
{
    minipay_retry_request request;
    minipay_settlement run, retry;
    minipay_error error;
    minipay_retry_request_init(&request);
    minipay_settlement_init(&retry);
    minipay_error_init(&error);
    int code = run_named(a, d, &run);
    request.run_id = run.id;
    if (!code)
        code = request_begin(a, d, &request.id, request.actor, request.channel, request.reason);
    if (code)
        return code;
    minipay_status status = minipay_settlement_retry(d->pay, &request, &retry, &error);
    if (status != MINIPAY_OK)
        return request_fail(d, status, &error);
    return end_run(show_retry(a, d, &retry), &retry);
}

/* ---- what is behind a line ---- */

typedef struct statement {
    minipay_id line;
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_statement_entry after;
} statement;

static int show_entry(db *d, const void *query, const void *item, table *t)
{
    const statement *q = query;
    const minipay_statement_entry *e = item;
    (void)d;
    if (!t)
        return json_print(json_pack("{s:s,s:o,s:o,s:I,s:I,s:I,s:o,s:o}", "kind",
                                    minipay_kind_name(e->kind), "id", json_id(&e->id), "slip_id",
                                    json_id(&e->slip_id), "amount_minor", (json_int_t)e->amount_minor,
                                    "fee_minor", (json_int_t)e->fee_minor, "promotion_minor",
                                    (json_int_t)e->promotion_minor, "booked_at", json_time(e->booked_at),
                                    "business_date", json_date(e->business_date)));
    table_date(t, e->business_date);
    table_cell(t, minipay_kind_name(e->kind));
    table_money(t, e->amount_minor, q->currency);
    table_money(t, e->fee_minor, q->currency);
    table_id(t, &e->slip_id);
    return EXIT_DONE;
}

static minipay_status read_statement(db *d, void *query, void *page, uint32_t *count,
                                     minipay_error *error)
{
    statement *q = query;
    minipay_statement_entry *found = page;
    minipay_status status =
        minipay_settlement_statement(d->pay, &q->line, &q->after, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1];
    return status;
}

int cmd_settle_statement(const args *a, db *d)
{
    static const char *const heads[] = {"Date", "Kind", ">Amount", ">Fee", "Slip", NULL};
    static const list entries = {heads, sizeof(minipay_statement_entry), read_statement, show_entry};
    statement query;
    int code = args_currency(a, query.currency);
    minipay_statement_entry_init(&query.after);
    if (!code)
        code = args_id_text("line", a->words[0], &query.line);
    return code ? code : list_show(d, &entries, &query, 0, args_json(a));
}

/* ---- the business calendar ---- */

int cmd_settle_holiday(const args *a, db *d)
{
    minipay_holiday_request request;
    minipay_holiday_request_init(&request);
    if (!date_parse(a->words[0], &request.date))
        return fail_usage("'%s' is not a date such as 2026-11-23", a->words[0]);
    request.withdrawn = a->text[OPT_WITHDRAWN] != NULL;
    int code = request_begin(a, d, &request.id, request.actor, request.channel, request.reason);
    if (!code)
        code = args_copy(a, OPT_NAME, "", request.name, sizeof request.name);
    return code ? code : request_send(a, d, call_holiday_set, &request, NULL);
}

static minipay_status read_holidays(db *d, void *query, void *page, uint32_t *count,
                                    minipay_error *error)
{
    int32_t *after = query;
    minipay_holiday *found = page;
    minipay_status status = minipay_holiday_list(d->pay, *after, found, count, error);
    if (status == MINIPAY_OK && *count)
        *after = found[*count - 1].date;
    return status;
}

static int show_holiday(db *d, const void *query, const void *item, table *t)
{
    const minipay_holiday *h = item;
    (void)d;
    (void)query;
    if (!t)
        return json_print(json_pack("{s:o,s:s}", "date", json_date(h->date), "name", h->name));
    table_date(t, h->date);
    table_cell(t, h->name);
    return EXIT_DONE;
}

int cmd_settle_holidays(const args *a, db *d)
{
    static const char *const heads[] = {"Date", "Holiday", NULL};
    static const list holidays = {heads, sizeof(minipay_holiday), read_holidays, show_holiday};
    int32_t after = 0;
    return list_show(d, &holidays, &after, 0, args_json(a));
}
