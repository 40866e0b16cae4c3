/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "one.h"
#include "operation.h"
#include "request.h"
#include "text.h"

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
    int code = request_begin(a, d, &r->id, r->actor, r->channel, r->reason);
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

static const char *merchant_state(const minipay_merchant *m)
{
    return m->state == MINIPAY_MERCHANT_ACTIVE ? "active" : "inactive";
}

static int show_json(const minipay_merchant *m)
{
    json_t *object = json_pack("{s:o,s:s,s:s,s:i,s:i,s:s,s:s,s:i}", "id", json_id(&m->id), "name",
                               m->name, "currency", m->currency, "fee_basis_points", m->fee_basis_points,
                               "cycle_days", m->cycle_days, "state", merchant_state(m), "cycle",
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

static void tell_cycle(const minipay_merchant *m)
{
    static const char *const days[] = {"",         "Monday", "Tuesday",  "Wednesday",
                                       "Thursday", "Friday", "Saturday", "Sunday"};
    if (m->cycle == MINIPAY_CYCLE_WEEKLY && m->cycle_day >= 1 && m->cycle_day <= 7)
        fact_format("settled", "every %s", days[m->cycle_day]);
    else if (m->cycle == MINIPAY_CYCLE_MONTHLY)
        fact_format("settled", "monthly, on day %d", m->cycle_day);
    else if (m->cycle_days == 0)
        fact_text("settled", "the same day");
    else
        fact_format("settled", "after %d business %s", m->cycle_days,
                    m->cycle_days == 1 ? "day" : "days");
}

static int show(const args *a, db *d, const void *item)
{
    const minipay_merchant *m = item;
    (void)d;
    if (args_json(a))
        return show_json(m);
    fact_id("merchant", &m->id);
    fact_text("name", m->name);
    fact_text("state", merchant_state(m));
    fact_text("currency", m->currency);
    fact_format("fee", "%d.%02d %%", m->fee_basis_points / 100, m->fee_basis_points % 100);
    if (m->fixed_fee_minor)
        fact_money("and", m->fixed_fee_minor, m->currency);
    if (m->minimum_fee_minor)
        fact_money("at least", m->minimum_fee_minor, m->currency);
    if (m->maximum_fee_minor)
        fact_money("at most", m->maximum_fee_minor, m->currency);
    tell_cycle(m);
    if (!id_is_none(&m->account_id))
        fact_id("paid to account", &m->account_id);
    fact_format("terms", "version %d", m->terms_version);
    fact_time("in force since", m->effective_at);
    return EXIT_DONE;
}

static minipay_status get_merchant(db *d, const minipay_id *id, void *item, minipay_error *error)
{
    return minipay_merchant_get(d->pay, id, item, error);
}

int cmd_merchant_get(const args *a, db *d)
{
    static const one merchant = {"merchant", sizeof(minipay_merchant), get_merchant, show};
    return one_show(a, d, &merchant);
}

/* ---- changes ---- */

static int begin_change(const args *a, db *d, int32_t action, minipay_merchant_change *c)
{
    minipay_merchant_change_init(c);
    c->action = action;
    int code = args_id_text("merchant", a->words[0], &c->merchant_id);
    return code ? code : request_begin(a, d, &c->id, c->actor, c->channel, c->reason);
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

/* Terms follow those before them: agreed behind planned ones, they come into force only with these. */
static int tell_effective(const args *a, db *d, const minipay_outcome *o, json_t *object)
{
    minipay_error error;
    minipay_operation operation;
    int64_t asked_at = 0;
    minipay_error_init(&error);
    minipay_status status = operation_find(d, MINIPAY_KIND_MERCHANT_CHANGE, &o->id, &operation, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    json_t *document;
    int code = json_document(&operation, &document);
    if (code)
        return code;
    int64_t at = json_integer_value(json_object_get(document, "effective_at"));
    json_decref(document);
    args_time(a, OPT_EFFECTIVE, &asked_at);
    bool is_behind = at > asked_at && at > operation.finished_at;
    if (object)
        return json_object_set_new(object, "effective_at", json_time(at)) ||
                       json_object_set_new(object, "behind_planned_terms", json_boolean(is_behind))
                   ? fail_own("memory is used up")
                   : EXIT_DONE;
    fact_time("in force from", at);
    if (is_behind)
        fact_text("", "Not earlier: other terms are agreed already that come into force only then, and "
                      "these follow them. From then on these alone hold.");
    return EXIT_DONE;
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
    return request_send_more(a, d, call_merchant_update, &change, NULL, tell_effective);
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
