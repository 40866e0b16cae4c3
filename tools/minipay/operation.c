/* SPDX-License-Identifier: Apache-2.0 */
#include "operation.h"

#include "commands.h"
#include "facts.h"
#include "fail.h"
#include "json.h"
#include "list.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

/* Operations of any kind: what became of them, and all that is kept of them. */

static int kind_named(const char *name, int32_t *kind)
{
    for (*kind = 1; strcmp(minipay_kind_name(*kind), "?") != 0; (*kind)++) {
        if (strcmp(minipay_kind_name(*kind), name) == 0)
            return 0;
    }
    return fail_usage("'%s' is no kind of operation, such as topup, transfer, pay, order or settlement",
                      name);
}

/* The greatest id below this one. */
static minipay_id id_before(minipay_id id)
{
    int i = (int)sizeof id.bytes - 1;
    while (i >= 0 && id.bytes[i]-- == 0)
        i--;
    return id;
}

minipay_status operation_find(db *d, int32_t kind, const minipay_id *id, minipay_operation *operation,
                              minipay_error *error)
{
    uint32_t count = 1;
    minipay_id after = id_before(*id);
    minipay_operation_init(operation);
    minipay_status status = minipay_operation_list(d->pay, kind, &after, operation, &count, error);
    if (status == MINIPAY_OK && (count == 0 || memcmp(&operation->id, id, sizeof *id) != 0))
        status = MINIPAY_NOT_FOUND;
    return status;
}

/* `memo`: NULL leaves it out. */
static int print_json(const minipay_operation *o, const char *memo)
{
    json_t *document;
    int code = json_document(o, &document);
    if (code)
        return code;
    return json_print(json_pack("{s:o,s:s,s:s,s:s,s:o,s:s*,s:o}", "id", json_id(&o->id), "kind",
                                minipay_kind_name(o->kind), "state", minipay_state_name(o->state),
                                "status", minipay_status_name(o->status), "finished_at",
                                json_time(o->finished_at), "memo", memo, "document", document));
}

/* ---- get ---- */

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), size = strlen(end);
    return length > size && strcmp(name + length - size, end) == 0;
}

/* What stands in the first line, says nothing to a person, or is empty. */
static bool is_left_out(const char *name, const json_t *value)
{
    static const char *const names[] = {"id",   "kind",        "state",      "status",
                                        "step", "fingerprint", "finished_at"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    const char *text = json_string_value(value);
    return json_is_null(value) || (text && (!text[0] || strcmp(text, "none") == 0));
}

/* "amount_minor 5000" is shown as "amount 5,000 KRW", times as times, dates as dates. */
static void print_value(const char *name, const json_t *value, const char *currency)
{
    char text[TEXT_SIZE], shown[TEXT_SIZE];
    json_int_t number = json_integer_value(value);
    if (ends_with(name, "_minor")) {
        snprintf(shown, sizeof shown, "%.*s", (int)(strlen(name) - strlen("_minor")), name);
        fact_money(shown, number, currency);
        return;
    }
    if (ends_with(name, "_at")) {
        text_time(number, text);
    } else if (ends_with(name, "_date")) {
        text_date((int32_t)number, text);
    } else {
        snprintf(text, sizeof text, "%lld", (long long)number);
    }
    fact_text(name, json_is_string(value) ? json_string_value(value) : text);
}

static bool id_in(const json_t *document, const char *name, minipay_id *id)
{
    const char *text = json_string_value(json_object_get(document, name));
    return text && minipay_id_parse(text, id) == MINIPAY_OK;
}

/* A document that goes on with a payment, or changes a merchant, leaves the currency to that. */
void operation_currency(db *d, const minipay_operation *operation, char currency[MINIPAY_CURRENCY_SIZE])
{
    minipay_id id;
    minipay_slip slip;
    minipay_merchant merchant;
    json_t *document = json_loads(operation->document, 0, NULL);
    const char *text = json_string_value(json_object_get(document, "currency"));
    minipay_slip_init(&slip);
    minipay_merchant_init(&merchant);
    if (!text && id_in(document, "slip_id", &id) &&
        minipay_slip_get(d->pay, &id, &slip, NULL) == MINIPAY_OK)
        text = slip.currency;
    if (!text && id_in(document, "merchant_id", &id) &&
        minipay_merchant_get(d->pay, &id, &merchant, NULL) == MINIPAY_OK)
        text = merchant.currency;
    if (text)
        text_set(currency, MINIPAY_CURRENCY_SIZE, text);
    json_decref(document);
}

static int show_text(db *d, const minipay_operation *o, const char *memo)
{
    char id[MINIPAY_ID_TEXT_SIZE], at[TEXT_SIZE], currency[MINIPAY_CURRENCY_SIZE] = "";
    const char *name;
    json_t *document, *value;
    int code = json_document(o, &document);
    if (code)
        return code;
    minipay_id_format(&o->id, id);
    text_time(o->finished_at, at);
    operation_currency(d, o, currency);
    printf("%s %s %s%s%s\n\n", minipay_kind_name(o->kind), id, minipay_state_name(o->state),
           o->status ? ": " : "", o->status ? minipay_status_name(o->status) : "");
    fact_text("finished_at", at);
    json_object_foreach(document, name, value)
    {
        if (!is_left_out(name, value))
            print_value(name, value, currency);
    }
    if (memo && memo[0])
        fact_text("memo", memo);
    json_decref(document);
    return EXIT_DONE;
}

/* `*text` is NULL when operations of this kind have no memo. */
static minipay_status find_memo(db *d, const minipay_operation *o, minipay_memo *memo, const char **text,
                                minipay_error *error)
{
    *text = NULL;
    minipay_memo_init(memo);
    minipay_status status = minipay_memo_get(d->pay, o->kind, &o->id, memo, error);
    if (status == MINIPAY_INVALID_ARGUMENT)
        return MINIPAY_OK;
    *text = memo->text;
    return status;
}

int cmd_operation_get(const args *a, db *d)
{
    int32_t kind;
    minipay_id id;
    minipay_error error;
    minipay_operation operation;
    minipay_memo memo;
    const char *text;
    int code = kind_named(a->words[0], &kind);
    if (!code)
        code = args_id_text("operation", a->words[1], &id);
    if (code)
        return code;
    minipay_error_init(&error);
    minipay_status status = operation_find(d, kind, &id, &operation, &error);
    if (status == MINIPAY_OK)
        status = find_memo(d, &operation, &memo, &text, &error);
    if (status != MINIPAY_OK)
        return fail_status(status, &error);
    return args_json(a) ? print_json(&operation, text) : show_text(d, &operation, text);
}

/* ---- list ---- */

typedef struct query {
    int32_t kind;
    minipay_id after;
} query;

static minipay_status read_operations(db *d, void *at, void *page, uint32_t *count, minipay_error *error)
{
    query *q = at;
    minipay_operation *found = page;
    minipay_status status = minipay_operation_list(d->pay, q->kind, &q->after, found, count, error);
    if (status == MINIPAY_OK && *count)
        q->after = found[*count - 1].id;
    return status;
}

static int show_operation(db *d, const void *at, const void *item, table *t)
{
    char finished[TEXT_SIZE];
    const minipay_operation *o = item;
    (void)d;
    (void)at;
    if (!t)
        return print_json(o, NULL);
    text_time(o->finished_at, finished);
    table_id(t, &o->id);
    table_cell(t, minipay_state_name(o->state));
    table_whole(t, finished);
    table_whole(t, o->status ? minipay_status_name(o->status) : "");
    return 0;
}

int cmd_operation_list(const args *a, db *d)
{
    static const char *const heads[] = {"Operation", "State", "Finished (UTC)", "Why not", NULL};
    static const list operations = {heads, sizeof(minipay_operation), read_operations, show_operation};
    query q = {0};
    int64_t count;
    int code = kind_named(a->words[0], &q.kind);
    if (!code)
        code = args_id(a, OPT_AFTER, &q.after);
    if (!code)
        code = args_number(a, OPT_COUNT, 1, INT64_MAX, 20, &count);
    return code ? code : list_show(d, &operations, &q, (uint64_t)count, args_json(a));
}
