/* SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include "audit.h"
#include "commands.h"
#include "fail.h"
#include "json.h"
#include "regions.h"
#include "table.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOP_MERCHANTS = 10, LABEL_SIZE = 128 };

static const struct {
    int32_t kind;
    const char *label;
} kinds[] = {
    {MINIPAY_KIND_TOPUP, "Top-up"},
    {MINIPAY_KIND_WITHDRAW, "Withdrawal"},
    {MINIPAY_KIND_TRANSFER, "Transfer"},
    {MINIPAY_KIND_PAY, "Payment"},
    {MINIPAY_KIND_CAPTURE, "Capture of a payment"},
    {MINIPAY_KIND_HOLD_CAPTURE, "Captured hold"},
    {MINIPAY_KIND_REFUND, "Refund"},
    {MINIPAY_KIND_CREDIT, "Operator credit"},
    {MINIPAY_KIND_DEBIT, "Operator debit"},
    {MINIPAY_KIND_REVERSAL, "Reversal"},
};

enum { KIND_ROWS = sizeof kinds / sizeof *kinds };

/* ---- operations ---- */

static void replay_kinds(table *t, const figures *f, const tally *played)
{
    kind_figures total = {0};
    for (int i = 0; i < KIND_ROWS; i++) {
        const kind_figures *k = kinds[i].kind < TALLY_KINDS ? &played->kinds[kinds[i].kind] : &total;
        if (k == &total || k->accepted + k->refused == 0)
            continue;
        table_cell(t, kinds[i].label);
        table_count(t, k->accepted);
        table_count(t, k->refused);
        table_money(t, k->amount_minor, f->currency);
        total.accepted += k->accepted;
        total.refused += k->refused;
        sum_add(&total.amount_minor, k->amount_minor);
    }
    table_line(t);
    table_cell(t, "Rows of the file");
    table_count(t, total.accepted);
    table_count(t, total.refused);
    table_money(t, total.amount_minor, f->currency);
    table_cell(t, "Opening balances");
    table_count(t, played->openings.accepted);
    table_count(t, played->openings.refused);
    table_money(t, played->openings.amount_minor, f->currency);
}

/* Of a file behind another one. */
static void print_known(const tally *played)
{
    char members[TEXT_SIZE];
    text_count(played->known_members, members);
    if (played->known_members)
        printf("\n  %s %s in the books already: no opening balance for them again.\n", members,
               played->known_members == 1 ? "member was" : "members were");
}

static void print_replay_kinds(const figures *f, const tally *played)
{
    table t;
    const char *heads[] = {"Operation", ">Accepted", ">Refused", ">Amount"};
    table_title(stdout, "OPERATIONS BY KIND");
    table_begin(&t, heads, 4);
    replay_kinds(&t, f, played);
    table_end(&t, stdout);
    print_known(played);
    if (!played->reason_count)
        return;
    const char *reasons[] = {"Reason", ">Refused", ""};
    table_title(stdout, "REFUSED, BY REASON");
    table_begin(&t, reasons, 3);
    for (int i = 0; i < played->reason_count; i++) {
        table_cell(&t, result_name(played->reasons[i].result));
        table_count(&t, played->reasons[i].count);
        table_cell(&t, result_text(played->reasons[i].result));
    }
    table_end(&t, stdout);
}

static void print_kinds(const figures *f)
{
    table t;
    const char *heads[] = {"Operation", ">Booked", ">Amount"};
    table_title(stdout, "OPERATIONS BY KIND");
    table_begin(&t, heads, 3);
    for (int i = 0; i < KIND_ROWS; i++) {
        const kind_figures *k = &f->kinds[kinds[i].kind];
        if (!k->accepted)
            continue;
        table_cell(&t, kinds[i].label);
        table_count(&t, k->accepted);
        table_money(&t, k->amount_minor, f->currency);
    }
    table_end(&t, stdout);
}

/* ---- regions ---- */

static const figures *sorted_figures; /* qsort gives its comparison no context */

static int richer_region(const void *a, const void *b)
{
    const region_figures *left = &sorted_figures->regions[*(const uint32_t *)a];
    const region_figures *right = &sorted_figures->regions[*(const uint32_t *)b];
    if (left->balance_minor != right->balance_minor)
        return left->balance_minor < right->balance_minor ? 1 : -1;
    return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

static int bigger_merchant(const void *a, const void *b)
{
    const merchant_figures *left = &sorted_figures->merchants[*(const uint32_t *)a];
    const merchant_figures *right = &sorted_figures->merchants[*(const uint32_t *)b];
    if (left->paid_out_minor != right->paid_out_minor)
        return left->paid_out_minor < right->paid_out_minor ? 1 : -1;
    return *(const uint32_t *)a < *(const uint32_t *)b ? -1 : 1;
}

/* Positions 0 to count - 1 in the order of `compare`; NULL when memory runs out. */
static uint32_t *sorted(const figures *f, uint32_t count, int (*compare)(const void *, const void *))
{
    uint32_t *order = calloc(count ? count : 1, sizeof *order);
    for (uint32_t i = 0; order && i < count; i++)
        order[i] = i;
    sorted_figures = f;
    if (order && count)
        qsort(order, count, sizeof *order, compare);
    return order;
}

/* A row's amounts must fit into one line, so what moved between wallets, and to merchants, is one of them. */
static void region_row(table *t, const figures *f, const char *label, const region_figures *region)
{
    table_cell(t, label);
    table_money(t, region->in_minor, f->currency);
    table_money(t, region->out_minor, f->currency);
    table_money(t, region->spent_minor - region->refunded_minor - region->other_minor, f->currency);
    table_money(t, region->balance_minor, f->currency);
}

static void add_region(region_figures *total, const region_figures *region)
{
    total->members += region->members;
    sum_add(&total->in_minor, region->in_minor);
    sum_add(&total->out_minor, region->out_minor);
    sum_add(&total->spent_minor, region->spent_minor);
    sum_add(&total->refunded_minor, region->refunded_minor);
    sum_add(&total->other_minor, region->other_minor);
    sum_add(&total->balance_minor, region->balance_minor);
}

static void print_regions(const figures *f)
{
    char label[LABEL_SIZE];
    region_figures total = {0};
    uint32_t *order = sorted(f, f->region_codes.count, richer_region);
    table t;
    const char *heads[] = {"Region", ">Topped up", ">Withdrawn", ">Paid and sent", ">Balance"};
    table_title(stdout, "MONEY BY REGION");
    table_begin(&t, heads, 5);
    for (uint32_t i = 0; order && i < f->region_codes.count; i++) {
        region_label(map_at(&f->region_codes, order[i]), label, sizeof label);
        region_row(&t, f, label, &f->regions[order[i]]);
        add_region(&total, &f->regions[order[i]]);
    }
    table_line(&t);
    region_row(&t, f, "All", &total);
    table_end(&t, stdout);
    puts("\n  Balance = topped up - withdrawn - paid and sent.\n"
         "  Paid and sent: to merchants, members and the operator, less what came from\n"
         "  them.");
    free(order);
}

/* ---- settlement ---- */

static void merchant_label(db *d, const minipay_id *id, char label[LABEL_SIZE])
{
    minipay_merchant merchant;
    minipay_merchant_init(&merchant);
    if (minipay_merchant_get(d->pay, id, &merchant, NULL) == MINIPAY_OK)
        snprintf(label, LABEL_SIZE, "%s", merchant.name);
    else
        minipay_id_format(id, label);
}

static void merchant_row(table *t, const figures *f, const char *label, const merchant_figures *m)
{
    table_cell(t, label);
    table_count(t, m->payments);
    table_money(t, m->paid_minor, f->currency);
    table_money(t, m->refunded_minor, f->currency);
    table_money(t, m->fee_minor, f->currency);
    table_money(t, m->paid_out_minor, f->currency);
}

static void add_merchant(merchant_figures *total, const merchant_figures *m)
{
    total->payments += m->payments;
    sum_add(&total->paid_minor, m->paid_minor);
    sum_add(&total->refunded_minor, m->refunded_minor);
    sum_add(&total->fee_minor, m->fee_minor);
    sum_add(&total->paid_out_minor, m->paid_out_minor);
}

static void merchant_rows(db *d, table *t, const figures *f, const uint32_t *order)
{
    char label[LABEL_SIZE], number[TEXT_SIZE];
    merchant_figures total = {0}, others = {0};
    uint32_t count = f->merchant_ids.count;
    for (uint32_t i = 0; i < count; i++) {
        const merchant_figures *m = &f->merchants[order[i]];
        minipay_id id;
        add_merchant(&total, m);
        if (i >= TOP_MERCHANTS) {
            add_merchant(&others, m);
            continue;
        }
        memcpy(id.bytes, map_at(&f->merchant_ids, order[i]), sizeof id.bytes);
        merchant_label(d, &id, label);
        merchant_row(t, f, label, m);
    }
    if (count > TOP_MERCHANTS) {
        text_count(count - TOP_MERCHANTS, number);
        snprintf(label, sizeof label, "%s others", number);
        merchant_row(t, f, label, &others);
    }
    table_line(t);
    merchant_row(t, f, "All", &total);
}

static void print_runs(const figures *f)
{
    char runs[TEXT_SIZE], lines[TEXT_SIZE], paid[TEXT_SIZE], amount[TEXT_SIZE];
    const settled_figures *s = &f->settled;
    text_count(s->runs, runs);
    text_count(s->lines, lines);
    text_count(s->paid, paid);
    text_money(s->paid_out_minor, f->currency, amount);
    printf("\n  %s %s, %s %s due, %s paid: %s %s", runs, s->runs == 1 ? "run" : "runs", lines,
           s->lines == 1 ? "payout" : "payouts", paid, amount, f->currency);
    if (s->refused > s->not_asked)
        printf("; %llu refused by the bank", (unsigned long long)(s->refused - s->not_asked));
    if (s->not_asked)
        printf("; %llu not sent to the bank: no account to pay to, or one that it does not serve",
               (unsigned long long)s->not_asked);
    if (s->open)
        printf("; %llu still open", (unsigned long long)s->open);
    puts(".");
}

static void print_settlement(db *d, const figures *f)
{
    uint32_t *order = sorted(f, f->merchant_ids.count, bigger_merchant);
    table t;
    if (f->merchant_ids.count && order) {
        const char *heads[] = {"Merchant", ">Payments", ">Paid", ">Refunded", ">Fee", ">Paid out"};
        table_title(stdout, "SETTLEMENT BY MERCHANT");
        table_begin(&t, heads, 6);
        merchant_rows(d, &t, f, order);
        table_end(&t, stdout);
        print_runs(f);
    }
    free(order);
}

/* ---- the bank account against the books ---- */

static void bank_row(table *t, const figures *f, const char *label, int64_t amount_minor)
{
    table_cell(t, label);
    table_money(t, amount_minor, f->currency);
}

/* What explains the money at the bank, and whether it adds to it or takes away. The first are always shown. */
static const struct {
    int sum, sign;
    const char *label;
} explanations[] = {
    {SUM_PAYABLE, 1, "Merchants, not paid out yet"},
    {SUM_FEES, 1, "Fees earned"},
    {SUM_PROMOTION, 1, "Promotion funds"},
    {SUM_SUSPENSE, 1, "Nobody's yet (suspense)"},
    {SUM_EQUITY, 1, "Equity"},
    {SUM_TRANSIT, -1, "On its way"},
    {SUM_RECEIVABLE, -1, "Less: owed by members"},
    {SUM_PROMOTION_EXPENSE, -1, "Less: promotions that the company pays"},
    {SUM_BANK_FEE, -1, "Less: bank fees"},
    {SUM_ADJUSTMENT, -1, "Less: put in by the operator"},
};

enum { EXPLANATIONS = sizeof explanations / sizeof *explanations, ALWAYS_SHOWN = 2 };

static int64_t unexplained(const figures *f)
{
    int64_t rest = f->corporate.posted_minor;
    sum_add(&rest, -f->posted_minor);
    for (int i = 0; i < EXPLANATIONS; i++)
        sum_add(&rest, -explanations[i].sign * f->sums[explanations[i].sum]);
    return rest;
}

static void explain(table *t, const figures *f)
{
    for (int i = 0; i < EXPLANATIONS; i++) {
        int64_t amount = explanations[i].sign * f->sums[explanations[i].sum];
        if (amount || i < ALWAYS_SHOWN)
            bank_row(t, f, explanations[i].label, amount);
    }
}

static void print_bank(const figures *f)
{
    int64_t difference = f->bank_minor;
    table t;
    sum_add(&difference, -f->corporate.posted_minor);
    const char *heads[] = {"", ">Amount"};
    table_title(stdout, "THE BANK ACCOUNT AGAINST THE BOOKS");
    table_begin(&t, heads, 2);
    bank_row(&t, f, "The bank says: balance of the corporate account", f->bank_minor);
    bank_row(&t, f, "The books say: money at the bank", f->corporate.posted_minor);
    bank_row(&t, f, "Difference", difference);
    table_line(&t);
    bank_row(&t, f, "Members' wallets", f->posted_minor);
    explain(&t, f);
    bank_row(&t, f, "Not explained", unexplained(f));
    table_end(&t, stdout);
    puts(difference || unexplained(f)
             ? "\n  THE BANK AND THE BOOKS DIFFER."
             : "\n  The bank and the books agree, and every amount is explained.");
}

/* ---- the whole ---- */

static void print_head(const figures *f, const tally *played)
{
    char first[TEXT_SIZE], last[TEXT_SIZE], members[TEXT_SIZE], rows[TEXT_SIZE], rate[TEXT_SIZE];
    text_date(f->first_date, first);
    text_date(f->last_date, last);
    text_count(f->wallets, members);
    printf("\nMiniPay report, %s, ", f->currency);
    if (!f->first_date)
        puts("nothing booked yet");
    else if (f->first_date == f->last_date)
        printf("business date %s\n", first);
    else
        printf("business dates %s to %s\n", first, last);
    printf("%s %s", members, f->wallets == 1 ? "wallet" : "wallets");
    if (played) {
        text_count(played->rows, rows);
        text_count(tally_rate(played), rate);
        printf("; %s %s replayed in %lld.%02lld s, %s a second", rows,
               played->rows == 1 ? "row" : "rows", (long long)(played->wall_ms / 1000),
               (long long)(played->wall_ms % 1000 / 10), rate);
    }
    puts("");
}

void report_print_days(db *d, const figures *f, const tally *t)
{
    print_head(f, t);
    if (t)
        print_replay_kinds(f, t);
    else
        print_kinds(f);
    print_regions(f);
    print_settlement(d, f);
}

void report_print_proof(const figures *f)
{
    print_bank(f);
    audit_print_verdict(f->checks, f->check_count, f->clean);
}

static json_t *tally_kind_json(const kind_figures *k)
{
    return json_pack("{s:I,s:I,s:I}", "accepted", (json_int_t)k->accepted, "refused",
                     (json_int_t)k->refused, "amount_minor", (json_int_t)k->amount_minor);
}

static json_t *tally_json(const tally *t)
{
    json_t *reasons = json_object(), *by_kind = json_object();
    for (int i = 0; i < t->reason_count; i++)
        json_object_set_new(reasons, result_name(t->reasons[i].result),
                            json_integer((json_int_t)t->reasons[i].count));
    for (int i = 0; i < KIND_ROWS; i++) {
        if (kinds[i].kind < TALLY_KINDS &&
            t->kinds[kinds[i].kind].accepted + t->kinds[kinds[i].kind].refused)
            json_object_set_new(by_kind, minipay_kind_name(kinds[i].kind),
                                tally_kind_json(&t->kinds[kinds[i].kind]));
    }
    return json_pack("{s:I,s:I,s:I,s:o,s:o,s:o,s:I,s:I,s:f}", "rows", (json_int_t)t->rows, "accepted",
                     (json_int_t)t->accepted, "refused", (json_int_t)t->refused, "refused_by_reason",
                     reasons, "by_kind", by_kind, "openings", tally_kind_json(&t->openings),
                     "known_members", (json_int_t)t->known_members, "operations_per_second",
                     (json_int_t)tally_rate(t), "wall_seconds", (double)t->wall_ms / 1000);
}

static json_t *booked_json(const figures *f)
{
    json_t *booked = json_object();
    for (int i = 0; i < KIND_ROWS; i++) {
        const kind_figures *k = &f->kinds[kinds[i].kind];
        if (k->accepted)
            json_object_set_new(booked, minipay_kind_name(kinds[i].kind),
                                json_pack("{s:I,s:I}", "count", (json_int_t)k->accepted, "amount_minor",
                                          (json_int_t)k->amount_minor));
    }
    return booked;
}

static json_t *regions_json(const figures *f)
{
    json_t *list = json_array();
    uint32_t *order = sorted(f, f->region_codes.count, richer_region);
    for (uint32_t i = 0; order && i < f->region_codes.count; i++) {
        const region_figures *r = &f->regions[order[i]];
        const char *code = map_at(&f->region_codes, order[i]);
        const province *known = region_find(code);
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "region", code, "name",
                            known ? known->name_en : "", "members", (json_int_t)r->members,
                            "topped_up_minor", (json_int_t)r->in_minor, "withdrawn_minor",
                            (json_int_t)r->out_minor, "paid_minor", (json_int_t)r->spent_minor,
                            "refunded_minor", (json_int_t)r->refunded_minor, "other_minor",
                            (json_int_t)r->other_minor, "balance_minor", (json_int_t)r->balance_minor));
    }
    free(order);
    return list;
}

static json_t *settled_json(const figures *f)
{
    const settled_figures *s = &f->settled;
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "runs", (json_int_t)s->runs,
                     "lines", (json_int_t)s->lines, "paid", (json_int_t)s->paid, "refused",
                     (json_int_t)s->refused, "open", (json_int_t)s->open, "slips", (json_int_t)s->slips,
                     "gross_minor", (json_int_t)s->gross_minor, "refund_minor",
                     (json_int_t)s->refund_minor, "fee_minor", (json_int_t)s->fee_minor,
                     "promotion_minor", (json_int_t)s->promotion_minor, "net_minor",
                     (json_int_t)s->net_minor, "paid_out_minor", (json_int_t)s->paid_out_minor);
}

static json_t *bank_json(const figures *f)
{
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "bank_minor", (json_int_t)f->bank_minor,
                     "books_minor", (json_int_t)f->corporate.posted_minor, "in_transit_minor",
                     (json_int_t)f->corporate.in_transit_minor, "members_minor",
                     (json_int_t)f->posted_minor, "merchants_minor", (json_int_t)f->sums[SUM_PAYABLE],
                     "fees_minor", (json_int_t)f->sums[SUM_FEES], "not_explained_minor",
                     (json_int_t)unexplained(f));
}

static int print_json(const figures *f, const tally *t)
{
    json_t *object = t ? tally_json(t) : json_object();
    if (!object)
        return fail_own("memory is used up");
    int failed = json_object_set_new(object, "audit_clean", json_boolean(f->clean)) ||
                 json_object_set_new(object, "currency", json_string(f->currency)) ||
                 json_object_set_new(object, "first_date", json_date(f->first_date)) ||
                 json_object_set_new(object, "last_date", json_date(f->last_date)) ||
                 json_object_set_new(object, "wallets", json_integer((json_int_t)f->wallets)) ||
                 json_object_set_new(object, "booked", booked_json(f)) ||
                 json_object_set_new(object, "settlement", settled_json(f)) ||
                 json_object_set_new(object, "bank", bank_json(f)) ||
                 json_object_set_new(object, "regions", regions_json(f));
    if (!failed)
        return json_print(object);
    json_decref(object);
    return fail_own("memory is used up");
}

int report(db *d, const char *currency, const tally *t, bool as_json)
{
    figures f;
    int code = figures_read(d, currency, &f);
    if (!code && as_json)
        code = print_json(&f, t);
    else if (!code) {
        report_print_days(d, &f, t);
        report_print_proof(&f);
    }
    if (!code && !f.clean)
        code = EXIT_OWN;
    figures_free(&f);
    return code;
}

int cmd_report(const args *a, db *d)
{
    char currency[MINIPAY_CURRENCY_SIZE];
    int code = args_currency(a, currency);
    return code ? code : report(d, currency, NULL, args_json(a));
}
