/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "lines.h"
#include "list.h"
#include "policy.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the books say, sorted, a line each: every operation with its document and outcome, every account,
 * member, merchant, posting and rule, and every movement at the bank. Left out is what two runs of the
 * same operations may differ in: times, positions, attempts, and what depends on an installation's key.
 * So two installations hold the same books when this is the same, byte for byte.
 *
 * Sections come in the order of the alphabet, and the library lists most of them in the order of their
 * ids: only what it does not is kept and sorted here. */

enum { KEY_SIZE = 160 };

/* ---- what is left out of a document ---------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), size = strlen(end);
    return length >= size && strcmp(name + length - size, end) == 0;
}

/* Said before already, of the run rather than of the books, or a print under the installation's key (of
 * a request, of a batch's instructions: those stand in lines of their own). */
static bool is_left_out(const char *name)
{
    static const char *const names[] = {"id",       "kind",        "state",        "status",
                                        "step",     "fingerprint", "instructions", "attempts",
                                        "is_asked", "sequence"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return ends_with(name, "_at") || ends_with(name, "_hash");
}

static json_t *without_run(json_t *document)
{
    json_t *facts = json_object(), *value;
    const char *name;
    json_object_foreach(document, name, value)
    {
        if (!is_left_out(name))
            json_object_set(facts, name, value);
    }
    json_decref(document);
    return facts;
}

/* ---- operations, and who came in by them ----------------------------------------------------------------- */

/* Where a list has come to, and where its lines go. */
typedef struct section {
    lines *out;
    int32_t kind; /* of operations */
    minipay_id operation;
    minipay_balance account;
    minipay_posting posting;
    int64_t position; /* of the bank's statement */
} section;

static minipay_status read_operations(db *d, void *query, void *page, uint32_t *count,
                                      minipay_error *error)
{
    section *s = query;
    minipay_operation *found = page;
    minipay_status status = minipay_operation_list(d->pay, s->kind, &s->operation, found, count, error);
    if (status == MINIPAY_OK && *count)
        s->operation = found[*count - 1].id;
    return status;
}

typedef int (*take_item)(db *d, const void *query, const void *item, table *t);

static int each_operation(lines *out, db *d, int32_t kind, take_item take)
{
    const list operations = {NULL, sizeof(minipay_operation), read_operations, take};
    section s = {.out = out, .kind = kind};
    return list_each(d, &operations, &s, 0, NULL);
}

static int tell_operation(db *d, const void *query, const void *item, table *t)
{
    lines *out = ((const section *)query)->out;
    const minipay_operation *operation = item;
    char key[KEY_SIZE], id[MINIPAY_ID_TEXT_SIZE];
    const char *status = operation->status ? minipay_status_name(operation->status) : "";
    json_t *document;
    int code = json_document(operation, &document);
    (void)d;
    (void)t;
    if (code)
        return code;
    minipay_id_format(&operation->id, id);
    snprintf(key, sizeof key, "%s %s %s%s%s", minipay_kind_name(operation->kind), id,
             minipay_state_name(operation->state), status[0] ? " " : "", status);
    return lines_tell(out, "operation", key, without_run(document));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(minipay_kind_name(*(const int32_t *)a), minipay_kind_name(*(const int32_t *)b));
}

static int tell_operations(lines *out, db *d)
{
    int32_t kinds[256], count = 0;
    while (count < 255 && strcmp(minipay_kind_name(count + 1), "?") != 0) {
        kinds[count] = count + 1;
        count++;
    }
    qsort(kinds, (size_t)count, sizeof *kinds, by_name);
    int code = 0;
    for (int32_t i = 0; !code && i < count; i++)
        code = each_operation(out, d, kinds[i], tell_operation);
    return code;
}

static int tell_member(db *d, const void *query, const void *item, table *t)
{
    lines *out = ((const section *)query)->out;
    const minipay_operation *operation = item;
    char id[MINIPAY_ID_TEXT_SIZE];
    minipay_member m;
    minipay_error error;
    (void)t;
    minipay_member_init(&m);
    minipay_error_init(&error);
    if (operation->state != MINIPAY_STATE_DONE)
        return 0;
    minipay_status status = minipay_member_get(d->pay, &operation->id, &m, &error);
    if (status != MINIPAY_OK)
        return fail_doing("member", status, &error);
    minipay_id_format(&m.id, id);
    return lines_tell(out, "member", id,
                      json_pack("{s:s,s:s,s:s,s:i,s:i,s:i}", "name", m.name, "email", m.email, "region",
                                m.region, "legal_form", m.legal_form, "tier", m.tier, "state", m.state));
}

static int tell_merchant(db *d, const void *query, const void *item, table *t)
{
    lines *out = ((const section *)query)->out;
    const minipay_operation *operation = item;
    char id[MINIPAY_ID_TEXT_SIZE];
    minipay_merchant m;
    minipay_error error;
    (void)t;
    minipay_merchant_init(&m);
    minipay_error_init(&error);
    if (operation->state != MINIPAY_STATE_DONE)
        return 0;
    minipay_status status = minipay_merchant_get(d->pay, &operation->id, &m, &error);
    if (status != MINIPAY_OK)
        return fail_doing("merchant", status, &error);
    minipay_id_format(&m.id, id);
    return lines_tell(out, "merchant", id,
                      json_pack("{s:s,s:s,s:i,s:i,s:i}", "name", m.name, "currency", m.currency,
                                "fee_basis_points", m.fee_basis_points, "cycle_days", m.cycle_days,
                                "state", m.state));
}

/* ---- accounts, postings ---------------------------------------------------------------------------------- */

/* "-" for the company's own. */
static void owner_text(const minipay_id *owner, char text[MINIPAY_ID_TEXT_SIZE])
{
    if (id_is_none(owner))
        snprintf(text, MINIPAY_ID_TEXT_SIZE, "-");
    else
        minipay_id_format(owner, text);
}

static int tell_account(db *d, const void *query, const void *item, table *t)
{
    lines *out = ((const section *)query)->out;
    const minipay_balance *b = item;
    static const char *const states[] = {"open", "frozen", "closed"};
    char key[KEY_SIZE], owner[MINIPAY_ID_TEXT_SIZE];
    (void)d;
    (void)t;
    owner_text(&b->owner_id, owner);
    snprintf(key, sizeof key, "%s %s%s%s %s", owner, b->account, b->purse[0] ? " " : "", b->purse,
             b->currency);
    return lines_keep(
        out, "account", key,
        json_pack("{s:I,s:I,s:I,s:s,s:i}", "posted_minor", (json_int_t)b->posted_minor, "held_minor",
                  (json_int_t)b->held_minor, "incoming_minor", (json_int_t)b->incoming_minor, "state",
                  b->state >= 0 && b->state < 3 ? states[b->state] : "?", "tier", b->tier));
}

static minipay_status read_accounts(db *d, void *query, void *page, uint32_t *count,
                                    minipay_error *error)
{
    section *s = query;
    minipay_balance *found = page;
    minipay_status status = minipay_balance_list(d->pay, &s->account, found, count, error);
    if (status == MINIPAY_OK && *count)
        s->account = found[*count - 1];
    return status;
}

static int tell_accounts(lines *out, db *d)
{
    static const list listed = {NULL, sizeof(minipay_balance), read_accounts, tell_account};
    section s = {.out = out};
    minipay_balance_init(&s.account);
    minipay_posting_init(&s.posting);
    int code = list_each(d, &listed, &s, 0, NULL);
    return code ? code : lines_sort(out);
}

static int tell_posting(db *d, const void *query, const void *item, table *t)
{
    lines *out = ((const section *)query)->out;
    const minipay_posting *p = item;
    char key[KEY_SIZE], id[MINIPAY_ID_TEXT_SIZE], date[TEXT_SIZE];
    (void)d;
    (void)t;
    minipay_id_format(&p->operation_id, id);
    snprintf(key, sizeof key, "%s %02d %s", id, p->leg, minipay_kind_name(p->kind));
    text_date(p->business_date, date);
    return lines_tell(out, "posting", key,
                      json_pack("{s:s,s:o,s:s,s:o,s:s,s:I,s:s,s:i,s:b}", "debit", p->debit_account,
                                "debit_owner", json_id(&p->debit_owner_id), "credit", p->credit_account,
                                "credit_owner", json_id(&p->credit_owner_id), "currency", p->currency,
                                "amount_minor", (json_int_t)p->amount_minor, "business_date", date,
                                "policy_version", p->policy_version, "reverses", p->reverses != 0));
}

static minipay_status read_postings(db *d, void *query, void *page, uint32_t *count,
                                    minipay_error *error)
{
    section *s = query;
    minipay_posting *found = page;
    minipay_status status = minipay_posting_list(d->pay, &s->posting, found, count, error);
    if (status == MINIPAY_OK && *count)
        s->posting = found[*count - 1];
    return status;
}

static int tell_postings(lines *out, db *d)
{
    static const list listed = {NULL, sizeof(minipay_posting), read_postings, tell_posting};
    section s = {.out = out};
    minipay_balance_init(&s.account);
    minipay_posting_init(&s.posting);
    int code = list_each(d, &listed, &s, 0, NULL);
    return code;
}

/* ---- the bank's word ------------------------------------------------------------------------------------- */

static int tell_movement(db *d, const void *query, const void *item, table *t)
{
    lines *out = ((const section *)query)->out;
    const minipay_bank_movement *m = item;
    char key[KEY_SIZE], date[TEXT_SIZE];
    (void)d;
    (void)t;
    text_date(m->value_date, date);
    snprintf(key, sizeof key, "%s %s %s", m->currency,
             m->direction == MINIPAY_BANK_COLLECT ? "in" : "out", m->reference);
    return lines_keep(out, "movement", key,
                      json_pack("{s:I,s:s,s:s}", "amount_minor", (json_int_t)m->amount_minor,
                                "value_date", date, "counterparty", m->counterparty));
}

static minipay_status read_movements(db *d, void *query, void *page, uint32_t *count,
                                     minipay_error *error)
{
    section *s = query;
    minipay_bank_movement *found = page;
    minipay_status status = d->bank.statement(d->bank.impl, s->position, found, count, error);
    if (status == MINIPAY_OK && *count)
        s->position = found[*count - 1].position;
    return status;
}

static int tell_movements(lines *out, db *d)
{
    static const list listed = {NULL, sizeof(minipay_bank_movement), read_movements, tell_movement};
    section s = {.out = out};
    minipay_balance_init(&s.account);
    minipay_posting_init(&s.posting);
    int code = list_each(d, &listed, &s, 0, NULL);
    return code ? code : lines_sort(out);
}

/* ---- rules ----------------------------------------------------------------------------------------------- */

static int tell_rule(lines *out, db *d, int32_t rule, int32_t tier)
{
    char key[KEY_SIZE];
    minipay_error error;
    int64_t value = 0;
    int32_t version = 0;
    const char *currency = rule_is_amount(rule) ? "KRW" : "";
    minipay_error_init(&error);
    minipay_status status = minipay_policy_get(d->pay, rule, tier, currency, &value, &version, &error);
    if (status != MINIPAY_OK)
        return fail_doing("rules", status, &error);
    snprintf(key, sizeof key, "%s %d%s%s", minipay_rule_name(rule), tier, currency[0] ? " " : "",
             currency);
    return lines_keep(out, "rule", key,
                      json_pack("{s:I,s:i}", "value", (json_int_t)value, "policy_version", version));
}

static int tell_rules(lines *out, db *d)
{
    int code = 0;
    for (int32_t rule = 1; !code && rule < MINIPAY_RULE_COUNT; rule++) {
        int32_t tiers = rule_has_tiers(rule) ? MINIPAY_TIER_COUNT : 1;
        for (int32_t tier = 0; !code && tier < tiers; tier++)
            code = tell_rule(out, d, rule, tier);
    }
    return code ? code : lines_sort(out);
}

int cmd_books(const args *a, db *d)
{
    lines out = {.as_json = args_json(a)};
    int code = tell_accounts(&out, d);
    if (!code)
        code = each_operation(&out, d, MINIPAY_KIND_REGISTER, tell_member);
    if (!code)
        code = each_operation(&out, d, MINIPAY_KIND_MERCHANT, tell_merchant);
    if (!code)
        code = tell_movements(&out, d);
    if (!code)
        code = tell_operations(&out, d);
    if (!code)
        code = tell_postings(&out, d);
    if (!code)
        code = tell_rules(&out, d);
    lines_free(&out);
    return code;
}
