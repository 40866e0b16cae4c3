/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"
#include "settled.h"
#include "table.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { PAGE = 512 };

/* ---- a run ---- */

static int show_run_json(const minipay_settlement *s)
{
    json_t *object =
        json_pack("{s:o,s:s,s:o,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "id", json_id(&s->id), "state",
                  minipay_state_name(s->state), "through_date", json_date(s->through_date), "currency",
                  s->currency, "lines", (json_int_t)s->lines, "paid", (json_int_t)s->paid, "refused",
                  (json_int_t)s->refused, "open", (json_int_t)s->open, "gross_minor",
                  (json_int_t)s->gross_minor, "refund_minor", (json_int_t)s->refund_minor, "fee_minor",
                  (json_int_t)s->fee_minor, "net_minor", (json_int_t)s->net_minor);
    json_t *rest = json_pack("{s:I,s:I,s:I,s:I,s:o}", "promotion_minor", (json_int_t)s->promotion_minor,
                             "carried_minor", (json_int_t)s->carried_minor, "payout_minor",
                             (json_int_t)s->payout_minor, "paid_minor", (json_int_t)s->paid_minor,
                             "retry_of", json_id(&s->retry_of));
    json_object_update(object, rest);
    json_decref(rest);
    return json_print(object);
}

static int show_run(const args *a, const minipay_settlement *s)
{
    char id[MINIPAY_ID_TEXT_SIZE], date[TEXT_SIZE], money[4][TEXT_SIZE];
    if (args_json(a))
        return show_run_json(s);
    minipay_id_format(&s->id, id);
    text_date(s->through_date, date);
    text_money(s->gross_minor, s->currency, money[0]);
    text_money(s->refund_minor, s->currency, money[1]);
    text_money(s->fee_minor, s->currency, money[2]);
    text_money(s->net_minor, s->currency, money[3]);
    printf("settlement %s %s, through %s, %s\n", id, minipay_state_name(s->state), date, s->currency);
    printf("%" PRIu32 " merchants: %" PRIu32 " paid, %" PRIu32 " refused, %" PRIu32 " open\n", s->lines,
           s->paid, s->refused, s->open);
    printf("gross %s, refunds %s, fees %s, net %s\n", money[0], money[1], money[2], money[3]);
    return EXIT_DONE;
}

/* After a run or a retry: payouts may still be open. */
static int show_own(const args *a, const minipay_settlement *s)
{
    int code = show_run(a, s);
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
        code = request_stamp(a, request.actor, request.channel, request.reason);
    if (code)
        return code;
    settlement_id(request.currency, request.through_date, &request.id);
    minipay_status status = minipay_settlement_run(d->pay, &request, &settlement, &error);
    return status == MINIPAY_OK ? show_own(a, &settlement) : fail_status(status, &error);
}

/* A run is named by its id, or by the date it settled. */
static int run_named(const args *a, minipay_id *id)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    int32_t date;
    int code = args_currency(a, currency);
    if (code)
        return code;
    if (!date_parse(a->words[0], &date))
        return args_id_text("settlement", a->words[0], id);
    settlement_id(currency, date, id);
    return 0;
}

int cmd_settle_get(const args *a, db *d)
{
    minipay_id id;
    minipay_error error;
    minipay_settlement settlement;
    int code = run_named(a, &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_settlement_init(&settlement);
    minipay_status status = minipay_settlement_get(d->pay, &id, &settlement, &error);
    return status == MINIPAY_OK ? show_run(a, &settlement) : fail_status(status, &error);
}

/* ---- its lines ---- */

static json_t *line_json(const minipay_settlement_line *l, const char *name)
{
    return json_pack(
        "{s:s,s:o,s:o,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:i}", "name", name, "merchant_id",
        json_id(&l->merchant_id), "id", json_id(&l->id), "state", minipay_state_name(l->state), "status",
        minipay_status_name(l->status), "currency", l->currency, "slips", (json_int_t)l->slips,
        "gross_minor", (json_int_t)l->gross_minor, "refund_minor", (json_int_t)l->refund_minor,
        "fee_minor", (json_int_t)l->fee_minor, "net_minor", (json_int_t)l->net_minor, "promotion_minor",
        (json_int_t)l->promotion_minor, "carried_minor", (json_int_t)l->carried_minor, "payout_minor",
        (json_int_t)l->payout_minor, "attempt", l->attempt);
}

static void line_row(table *t, const minipay_settlement_line *l, const char *name)
{
    table_cell(t, name);
    table_cell(t, minipay_state_name(l->state));
    table_count(t, (uint64_t)l->slips);
    table_money(t, l->gross_minor, l->currency);
    table_money(t, l->refund_minor, l->currency);
    table_money(t, l->fee_minor, l->currency);
    table_money(t, l->net_minor, l->currency);
}

static int show_line(db *d, const minipay_settlement_line *line, table *t)
{
    minipay_merchant merchant;
    minipay_error error;
    minipay_merchant_init(&merchant);
    minipay_error_init(&error);
    minipay_status status = minipay_merchant_get(d->pay, &line->merchant_id, &merchant, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    if (!t)
        return json_print(line_json(line, merchant.name));
    line_row(t, line, merchant.name);
    return 0;
}

static int show_lines(db *d, const minipay_id *id, table *t)
{
    minipay_settlement_line *lines = calloc(PAGE, sizeof *lines);
    minipay_id after = {{0}};
    uint32_t count = PAGE;
    int code = lines ? 0 : fail_own("memory is used up");
    while (!code && count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        for (uint32_t i = 0; i < PAGE; i++)
            minipay_settlement_line_init(&lines[i]);
        minipay_status status = minipay_settlement_lines(d->pay, id, &after, lines, &count, &error);
        if (status != MINIPAY_OK)
            code = fail_status(status, &error);
        for (uint32_t i = 0; !code && i < count; i++) {
            code = show_line(d, &lines[i], t);
            after = lines[i].merchant_id;
        }
    }
    free(lines);
    return code;
}

int cmd_settle_lines(const args *a, db *d)
{
    static const char *const heads[] = {"Merchant", "Payout", ">Slips", ">Gross",
                                        ">Refunds", ">Fee",   ">Net"};
    table t;
    minipay_id id;
    int code = run_named(a, &id);
    table_begin(&t, heads, 7);
    if (!code)
        code = show_lines(d, &id, args_json(a) ? NULL : &t);
    return table_finish(&t, code, args_json(a));
}

/* ---- preview and retry ---- */

int cmd_settle_preview(const args *a, db *d)
{
    minipay_settlement_request request;
    minipay_settlement settlement;
    minipay_settlement_line line;
    minipay_id after = {{0}};
    uint32_t count = 1;
    int code = EXIT_DONE;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&settlement);
    code = args_currency(a, request.currency);
    if (!code)
        code = args_date(a, OPT_THROUGH, &request.through_date);
    while (!code && count) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_settlement_line_init(&line);
        minipay_status status =
            minipay_settlement_preview(d->pay, &request, &after, &settlement, &line, &count, &error);
        if (status != MINIPAY_OK)
            return fail_status(status, &error);
        after = line.merchant_id;
        if (count && args_json(a))
            code = show_line(d, &line, NULL);
    }
    return code ? code : show_run(a, &settlement);
}

int cmd_settle_retry(const args *a, db *d)
{
    minipay_retry_request request;
    minipay_settlement settlement;
    minipay_error error;
    minipay_retry_request_init(&request);
    minipay_settlement_init(&settlement);
    minipay_error_init(&error);
    int code = run_named(a, &request.run_id);
    if (!code)
        code = request_id(a, d, &request.id);
    if (!code)
        code = request_stamp(a, request.actor, request.channel, request.reason);
    if (code)
        return code;
    minipay_status status = minipay_settlement_retry(d->pay, &request, &settlement, &error);
    return status == MINIPAY_OK ? show_own(a, &settlement) : request_fail(d, status, &error);
}

/* ---- what is behind a line ---- */

static int show_entry(const args *a, const minipay_statement_entry *e, const char *currency)
{
    char id[MINIPAY_ID_TEXT_SIZE], amount[TEXT_SIZE], date[TEXT_SIZE];
    if (args_json(a))
        return json_print(json_pack("{s:s,s:o,s:o,s:I,s:I,s:I,s:o,s:o}", "kind",
                                    minipay_kind_name(e->kind), "id", json_id(&e->id), "slip_id",
                                    json_id(&e->slip_id), "amount_minor", (json_int_t)e->amount_minor,
                                    "fee_minor", (json_int_t)e->fee_minor, "promotion_minor",
                                    (json_int_t)e->promotion_minor, "booked_at", json_time(e->booked_at),
                                    "business_date", json_date(e->business_date)));
    minipay_id_format(&e->id, id);
    text_money(e->amount_minor, currency, amount);
    text_date(e->business_date, date);
    printf("%s  %-7s %s  %s\n", date, minipay_kind_name(e->kind), id, amount);
    return EXIT_DONE;
}

int cmd_settle_statement(const args *a, db *d)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    minipay_id line;
    minipay_statement_entry entry;
    uint32_t count = 1;
    int code = args_currency(a, currency);
    minipay_statement_entry_init(&entry);
    if (!code)
        code = args_id_text("line", a->words[0], &line);
    while (!code && count) {
        minipay_error error;
        minipay_statement_entry after = entry;
        minipay_error_init(&error);
        minipay_status status =
            minipay_settlement_statement(d->pay, &line, &after, &entry, &count, &error);
        if (status != MINIPAY_OK)
            return fail_status(status, &error);
        if (count)
            code = show_entry(a, &entry, currency);
    }
    return code;
}

/* ---- the business calendar ---- */

int cmd_settle_holiday(const args *a, db *d)
{
    minipay_holiday_request request;
    minipay_holiday_request_init(&request);
    if (!date_parse(a->words[0], &request.date))
        return fail_usage("'%s' is not a date such as 2026-11-23", a->words[0]);
    request.withdrawn = a->text[OPT_WITHDRAWN] != NULL;
    int code = request_id(a, d, &request.id);
    if (!code)
        code = request_stamp(a, request.actor, request.channel, request.reason);
    if (!code)
        code = args_copy(a, OPT_NAME, "", request.name, sizeof request.name);
    return code ? code : request_send(a, d, call_holiday_set, &request, NULL);
}

int cmd_settle_holidays(const args *a, db *d)
{
    minipay_holiday holiday;
    uint32_t count = 1;
    int code = EXIT_DONE;
    minipay_holiday_init(&holiday);
    while (!code && count) {
        char date[TEXT_SIZE];
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status = minipay_holiday_list(d->pay, holiday.date, &holiday, &count, &error);
        if (status != MINIPAY_OK)
            return fail_status(status, &error);
        if (!count)
            break;
        text_date(holiday.date, date);
        if (args_json(a))
            code = json_print(
                json_pack("{s:o,s:s}", "date", json_date(holiday.date), "name", holiday.name));
        else
            printf("%s  %s\n", date, holiday.name);
    }
    return code;
}
