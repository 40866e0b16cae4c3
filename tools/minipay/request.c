/* SPDX-License-Identifier: Apache-2.0 */
#include "request.h"

#include "fail.h"
#include "json.h"
#include "text.h"

#include <stdio.h>

int request_id(const args *a, db *d, minipay_id *id)
{
    minipay_error error;
    if (a->text[OPT_ID])
        return args_id(a, OPT_ID, id);
    minipay_error_init(&error);
    minipay_status status = minipay_id_generate(d->pay, id);
    d->operation_id = *id;
    return status == MINIPAY_OK ? 0 : fail_doing("--id", status, &error);
}

int request_stamp(const args *a, char actor[MINIPAY_ACTOR_SIZE], char channel[MINIPAY_CHANNEL_SIZE],
                  char reason[MINIPAY_REASON_SIZE])
{
    int code = args_copy(a, OPT_ACTOR, "", actor, MINIPAY_ACTOR_SIZE);
    if (!code)
        code = args_copy(a, OPT_CHANNEL, "cli", channel, MINIPAY_CHANNEL_SIZE);
    return code ? code : args_copy(a, OPT_REASON, "", reason, MINIPAY_REASON_SIZE);
}

int request_begin(const args *a, db *d, minipay_id *id, char actor[MINIPAY_ACTOR_SIZE],
                  char channel[MINIPAY_CHANNEL_SIZE], char reason[MINIPAY_REASON_SIZE])
{
    int code = request_id(a, d, id);
    return code ? code : request_stamp(a, actor, channel, reason);
}

int request_fail(const db *d, minipay_status status, const minipay_error *error)
{
    char id[MINIPAY_ID_TEXT_SIZE];
    int32_t class = minipay_status_class(status);
    int code = fail_status(status, error);
    if (id_is_none(&d->operation_id) ||
        (class != MINIPAY_CLASS_RETRYABLE && class != MINIPAY_CLASS_UNKNOWN))
        return code;
    minipay_id_format(&d->operation_id, id);
    fprintf(stderr, "minipay: the same command with --id %s goes on from here\n", id);
    return code;
}

int request_waits(const minipay_id *id)
{
    char text[MINIPAY_ID_TEXT_SIZE];
    minipay_id_format(id, text);
    fflush(stdout);
    fprintf(stderr,
            "minipay: it is not known yet whether the bank moved the money: minipay run asks; the same "
            "command with\n--id %s tells what stands\n",
            text);
    return EXIT_STATUS + MINIPAY_CLASS_UNKNOWN;
}

static json_t *outcome_json(const minipay_outcome *o, minipay_status status)
{
    return json_pack("{s:o,s:s,s:s,s:s,s:I,s:I,s:o,s:o,s:i}", "id", json_id(&o->id), "kind",
                     minipay_kind_name(o->kind), "state", minipay_state_name(o->state), "status",
                     minipay_status_name(status), "amount_minor", (json_int_t)o->amount_minor,
                     "topup_minor", (json_int_t)o->topup_minor, "booked_at", json_time(o->booked_at),
                     "business_date", json_date(o->business_date), "policy_version", o->policy_version);
}

static void show_text(const minipay_outcome *o, const char *currency)
{
    char id[MINIPAY_ID_TEXT_SIZE], amount[TEXT_SIZE], topup[TEXT_SIZE];
    minipay_id_format(&o->id, id);
    printf("%s %s %s", minipay_kind_name(o->kind), id, minipay_state_name(o->state));
    if (currency && o->amount_minor) {
        text_money(o->amount_minor, currency, amount);
        printf(": %s %s", amount, currency);
    }
    if (currency && o->topup_minor) {
        text_money(o->topup_minor, currency, topup);
        printf(", %s topped up first", topup);
    }
    puts("");
}

static int show(const args *a, db *d, const minipay_outcome *o, minipay_status status,
                const char *currency, request_more more)
{
    json_t *object = args_json(a) ? outcome_json(o, status) : NULL;
    int code = EXIT_DONE;
    if (!object && !args_json(a))
        show_text(o, currency);
    if (more && o->state == MINIPAY_STATE_DONE)
        code = more(a, d, o, object);
    return args_json(a) ? json_print(object) : code;
}

/* The rule of top-ups that refused this one, as it was then. */
static void name_rule(db *d, const minipay_outcome *o, const char *currency, minipay_error *error)
{
    char text[TEXT_SIZE];
    int64_t value;
    bool unit = o->status == MINIPAY_NOT_IN_UNITS;
    int32_t rule = unit ? MINIPAY_RULE_TOPUP_UNIT : MINIPAY_RULE_TOPUP_MINIMUM;
    if (!currency || (!unit && o->status != MINIPAY_BELOW_MINIMUM) ||
        minipay_policy_rule_get(d->pay, o->policy_version, rule, 0, currency, &value, NULL) !=
            MINIPAY_OK)
        return;
    text_money(value, currency, text);
    error->status = o->status;
    snprintf(error->message, sizeof error->message,
             unit ? "a multiple of %s %s is needed" : "%s %s or more is needed", text, currency);
}

int request_send(const args *a, db *d, batch_call call, const void *request, const char *currency)
{
    return request_send_more(a, d, call, request, currency, NULL);
}

int request_send_more(const args *a, db *d, batch_call call, const void *request, const char *currency,
                      request_more more)
{
    minipay_error error;
    minipay_outcome outcome;
    int code = EXIT_DONE;
    minipay_error_init(&error);
    minipay_outcome_init(&outcome);
    minipay_status status = call(d->pay, request, 1, &outcome, &error);
    if (outcome.state != MINIPAY_STATE_NONE)
        code = show(a, d, &outcome, status, currency, more);
    if (status != MINIPAY_OK) {
        name_rule(d, &outcome, currency, &error);
        return request_fail(d, status, &error);
    }
    return !code && outcome.state == MINIPAY_STATE_RUNNING ? request_waits(&outcome.id) : code;
}
