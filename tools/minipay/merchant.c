/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "request.h"
#include "text.h"

#include <stdio.h>

/* Terms in both requests, so that one function reads them. */
typedef struct agreed {
    int64_t points, fixed, least, most, days, weekday, monthday;
    minipay_id account_id;
} agreed;

static int read_terms(const args *a, const char *currency, agreed *t)
{
    int code = args_number(a, OPT_FEE_BPS, 0, 10000, t->points, &t->points);
    if (!code && a->text[OPT_FIXED_FEE])
        code = args_amount(a, OPT_FIXED_FEE, currency, &t->fixed);
    if (!code && a->text[OPT_LEAST_FEE])
        code = args_amount(a, OPT_LEAST_FEE, currency, &t->least);
    if (!code && a->text[OPT_MOST_FEE])
        code = args_amount(a, OPT_MOST_FEE, currency, &t->most);
    if (!code && a->text[OPT_ACCOUNT])
        code = args_id(a, OPT_ACCOUNT, &t->account_id);
    if (a->text[OPT_CYCLE] || a->text[OPT_WEEKLY] || a->text[OPT_MONTHLY])
        t->days = t->weekday = t->monthday = 0;
    if (!code)
        code = args_number(a, OPT_CYCLE, 0, 366, t->days, &t->days);
    if (!code)
        code = args_number(a, OPT_WEEKLY, 1, 7, t->weekday, &t->weekday);
    if (!code)
        code = args_number(a, OPT_MONTHLY, 1, 31, t->monthday, &t->monthday);
    if (!code && !!a->text[OPT_CYCLE] + !!a->text[OPT_WEEKLY] + !!a->text[OPT_MONTHLY] > 1)
        code = fail_usage("--cycle-days, --weekly and --monthly: only one of them");
    return code;
}

static int32_t cycle_of(const agreed *t)
{
    return t->weekday ? MINIPAY_CYCLE_WEEKLY : t->monthday ? MINIPAY_CYCLE_MONTHLY : MINIPAY_CYCLE_DAYS;
}

static int fill(const args *a, db *d, minipay_merchant_request *r)
{
    agreed t = {.points = 50, .days = 1};
    minipay_merchant_request_init(r);
    int code = request_id(a, d, &r->id);
    if (!code)
        code = request_stamp(a, r->actor, r->channel, r->reason);
    if (!code)
        code = args_copy(a, OPT_NAME, "", r->name, sizeof r->name);
    if (!code)
        code = args_currency(a, r->currency);
    if (!code)
        code = read_terms(a, r->currency, &t);
    if (code)
        return code;
    r->fee_basis_points = (int32_t)t.points;
    r->fixed_fee_minor = t.fixed;
    r->minimum_fee_minor = t.least;
    r->maximum_fee_minor = t.most;
    r->cycle = cycle_of(&t);
    r->cycle_days = (int32_t)t.days;
    r->cycle_day = (int32_t)(t.weekday ? t.weekday : t.monthday);
    r->account_id = t.account_id;
    return 0;
}

int cmd_merchant_register(const args *a, db *d)
{
    minipay_merchant_request request;
    int code = fill(a, d, &request);
    return code ? code : request_send(a, d, call_merchant_register, &request, NULL);
}

static const char *cycle_name(int32_t cycle)
{
    static const char *const names[] = {"days", "weekly", "monthly"};
    return cycle >= MINIPAY_CYCLE_DAYS && cycle <= MINIPAY_CYCLE_MONTHLY ? names[cycle] : "?";
}

static int show_json(const minipay_merchant *m)
{
    json_t *object = json_pack("{s:o,s:s,s:s,s:i,s:i,s:i,s:s,s:i}", "id", json_id(&m->id), "name",
                               m->name, "currency", m->currency, "fee_basis_points", m->fee_basis_points,
                               "cycle_days", m->cycle_days, "state", m->state, "cycle",
                               cycle_name(m->cycle), "cycle_day", m->cycle_day);
    json_t *rest =
        json_pack("{s:I,s:I,s:I,s:o,s:i,s:o}", "fixed_fee_minor", (json_int_t)m->fixed_fee_minor,
                  "minimum_fee_minor", (json_int_t)m->minimum_fee_minor, "maximum_fee_minor",
                  (json_int_t)m->maximum_fee_minor, "account_id", json_id(&m->account_id),
                  "terms_version", m->terms_version, "effective_at", json_time(m->effective_at));
    json_object_update(object, rest);
    json_decref(rest);
    return json_print(object);
}

static void print_cycle(const minipay_merchant *m)
{
    if (m->cycle == MINIPAY_CYCLE_DAYS)
        printf("cycle     %d business days\n", m->cycle_days);
    else
        printf("cycle     %s, day %d\n", cycle_name(m->cycle), m->cycle_day);
}

static int show(const args *a, const minipay_merchant *m)
{
    char id[MINIPAY_ID_TEXT_SIZE], money[3][TEXT_SIZE];
    if (args_json(a))
        return show_json(m);
    minipay_id_format(&m->id, id);
    text_money(m->fixed_fee_minor, m->currency, money[0]);
    text_money(m->minimum_fee_minor, m->currency, money[1]);
    text_money(m->maximum_fee_minor, m->currency, money[2]);
    printf("id        %s\nname      %s\nstate     %s\ncurrency  %s\n", id, m->name,
           m->state == MINIPAY_MERCHANT_ACTIVE ? "active" : "inactive", m->currency);
    printf("fee       %d basis points and %s, at least %s, at most %s\n", m->fee_basis_points, money[0],
           money[1], m->maximum_fee_minor ? money[2] : "any");
    print_cycle(m);
    printf("terms     version %d\n", m->terms_version);
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

/* ---- changes ---- */

static int begin_change(const args *a, db *d, int32_t action, minipay_merchant_change *c)
{
    minipay_merchant_change_init(c);
    c->action = action;
    int code = args_id_text("merchant", a->words[0], &c->merchant_id);
    if (!code)
        code = request_id(a, d, &c->id);
    return code ? code : request_stamp(a, c->actor, c->channel, c->reason);
}

/* What is not named stays as it is. */
static int take_current(db *d, const minipay_merchant_change *c, minipay_merchant *m, agreed *t)
{
    minipay_error error;
    minipay_error_init(&error);
    minipay_merchant_init(m);
    minipay_status status = minipay_merchant_get(d->pay, &c->merchant_id, m, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    *t = (agreed){m->fee_basis_points,
                  m->fixed_fee_minor,
                  m->minimum_fee_minor,
                  m->maximum_fee_minor,
                  m->cycle_days,
                  m->cycle == MINIPAY_CYCLE_WEEKLY ? m->cycle_day : 0,
                  m->cycle == MINIPAY_CYCLE_MONTHLY ? m->cycle_day : 0,
                  m->account_id};
    return 0;
}

int cmd_merchant_terms(const args *a, db *d)
{
    minipay_merchant_change change;
    minipay_merchant m;
    agreed t;
    int code = begin_change(a, d, MINIPAY_MERCHANT_TERMS, &change);
    if (!code)
        code = take_current(d, &change, &m, &t);
    if (!code)
        code = read_terms(a, m.currency, &t);
    if (!code)
        code = args_time(a, OPT_EFFECTIVE, &change.effective_at);
    if (code)
        return code;
    change.fee_basis_points = (int32_t)t.points;
    change.fixed_fee_minor = t.fixed;
    change.minimum_fee_minor = t.least;
    change.maximum_fee_minor = t.most;
    change.cycle = cycle_of(&t);
    change.cycle_days = (int32_t)t.days;
    change.cycle_day = (int32_t)(t.weekday ? t.weekday : t.monthday);
    change.account_id = t.account_id;
    return request_send(a, d, call_merchant_update, &change, NULL);
}

static int change_state(const args *a, db *d, int32_t action)
{
    minipay_merchant_change change;
    int code = begin_change(a, d, action, &change);
    return code ? code : request_send(a, d, call_merchant_update, &change, NULL);
}

int cmd_merchant_deactivate(const args *a, db *d)
{
    return change_state(a, d, MINIPAY_MERCHANT_DEACTIVATE);
}

int cmd_merchant_reactivate(const args *a, db *d)
{
    return change_state(a, d, MINIPAY_MERCHANT_REACTIVATE);
}
