/* SPDX-License-Identifier: Apache-2.0 */
#include "figures.h"

#include "fail.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 512, RUNS_PAGE = 32, ACCOUNTS_PAGE = 128, LAST_DATE = 99991231 };

typedef struct reader {
    db *db;
    figures *f;
    minipay_wallet *wallets;
    minipay_entry *entries;
    minipay_settlement_line *lines;
    int liveliest_kinds;
    uint64_t liveliest_entries;
} reader;

/* ---- tables that grow ---- */

static void *grown(void *list, uint32_t *room, size_t size)
{
    uint32_t wider = *room ? *room * 2 : 32;
    char *longer = realloc(list, wider * size);
    if (!longer)
        return NULL;
    memset(longer + *room * size, 0, (wider - *room) * size);
    *room = wider;
    return longer;
}

static region_figures *region_at(figures *f, const char *code)
{
    uint32_t number = map_put(&f->region_codes, code, (uint32_t)strlen(code));
    while (number != MAP_NONE && number >= f->region_room) {
        region_figures *list = grown(f->regions, &f->region_room, sizeof *list);
        if (!list)
            return NULL;
        f->regions = list;
    }
    return number == MAP_NONE ? NULL : &f->regions[number];
}

static merchant_figures *merchant_at(figures *f, const minipay_id *id)
{
    uint32_t number = map_put(&f->merchant_ids, id->bytes, sizeof id->bytes);
    while (number != MAP_NONE && number >= f->merchant_room) {
        merchant_figures *list = grown(f->merchants, &f->merchant_room, sizeof *list);
        if (!list)
            return NULL;
        f->merchants = list;
    }
    return number == MAP_NONE ? NULL : &f->merchants[number];
}

/* ---- entries ---- */

/* What comes back from nobody is of a withdrawal that came to nothing. */
static bool is_withdrawal_undone(const minipay_entry *entry)
{
    return entry->kind == MINIPAY_KIND_REVERSAL && id_is_none(&entry->other_id);
}

/* An operation that was undone is none: both its entries are of its kind, and come to nothing. */
static int32_t kind_of(const minipay_entry *entry)
{
    if (is_withdrawal_undone(entry))
        return MINIPAY_KIND_WITHDRAW;
    return entry->kind >= 0 && entry->kind < FIGURES_KINDS ? entry->kind : MINIPAY_KIND_NONE;
}

/* Money that went to a merchant. */
static bool is_payment(int32_t kind)
{
    return kind == MINIPAY_KIND_PAY || kind == MINIPAY_KIND_CAPTURE;
}

/* What goes from wallet to wallet stands in both; it is counted where it was paid. */
static bool is_between_wallets(int32_t kind)
{
    return kind == MINIPAY_KIND_TRANSFER || kind == MINIPAY_KIND_HOLD_CAPTURE ||
           kind == MINIPAY_KIND_REVERSAL;
}

static void add_date(figures *f, int32_t date)
{
    if (!f->first_date || date < f->first_date)
        f->first_date = date;
    if (date > f->last_date)
        f->last_date = date;
}

/* Every entry in one figure, by its sign. */
static void add_to_region(region_figures *region, int32_t kind, int64_t amount_minor)
{
    if (kind == MINIPAY_KIND_TOPUP)
        sum_add(&region->in_minor, amount_minor);
    else if (kind == MINIPAY_KIND_WITHDRAW)
        sum_add(&region->out_minor, -amount_minor);
    else if (is_payment(kind))
        sum_add(&region->spent_minor, -amount_minor);
    else if (kind == MINIPAY_KIND_REFUND)
        sum_add(&region->refunded_minor, amount_minor);
    else
        sum_add(&region->other_minor, amount_minor);
}

static void add_entry(figures *f, region_figures *region, const minipay_entry *entry)
{
    int32_t kind = kind_of(entry);
    kind_figures *of_kind = &f->kinds[kind];
    int64_t size = entry->amount_minor < 0 ? -entry->amount_minor : entry->amount_minor;
    add_date(f, entry->business_date);
    add_to_region(region, kind, entry->amount_minor);
    if (is_withdrawal_undone(entry)) {
        of_kind->accepted--;
        sum_add(&of_kind->amount_minor, -size);
    } else if (entry->amount_minor < 0 || !is_between_wallets(kind)) {
        of_kind->accepted++;
        sum_add(&of_kind->amount_minor, size);
    }
}

static int read_history(reader *r, const minipay_wallet *wallet, region_figures *region)
{
    int64_t before = 0;
    uint64_t entries = 0, kinds = 0;
    uint32_t count = PAGE;
    while (count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        for (uint32_t i = 0; i < PAGE; i++)
            r->entries[i].struct_size = sizeof *r->entries;
        minipay_status status = minipay_wallet_history(r->db->pay, &wallet->member_id, r->f->currency,
                                                       before, r->entries, &count, &error);
        if (status != MINIPAY_OK)
            return fail_doing("history", status, &error);
        for (uint32_t i = 0; i < count; i++) {
            add_entry(r->f, region, &r->entries[i]);
            kinds |= UINT64_C(1) << kind_of(&r->entries[i]);
            before = r->entries[i].sequence;
        }
        entries += count;
    }
    int different = __builtin_popcountll(kinds);
    if (different > r->liveliest_kinds ||
        (different == r->liveliest_kinds && entries > r->liveliest_entries)) {
        r->liveliest_kinds = different;
        r->liveliest_entries = entries;
        r->f->liveliest = wallet->member_id;
    }
    return 0;
}

/* ---- wallets ---- */

static int add_wallet(reader *r, const minipay_wallet *wallet)
{
    minipay_error error;
    minipay_member member;
    minipay_error_init(&error);
    minipay_member_init(&member);
    minipay_status status = minipay_member_get(r->db->pay, &wallet->member_id, &member, &error);
    if (status != MINIPAY_OK)
        return fail_doing("wallet", status, &error);
    region_figures *region = region_at(r->f, member.region);
    if (!region)
        return fail_own("memory is used up");
    region->members++;
    r->f->wallets++;
    sum_add(&region->balance_minor, wallet->posted_minor);
    sum_add(&r->f->posted_minor, wallet->posted_minor);
    sum_add(&r->f->held_minor, wallet->held_minor);
    sum_add(&r->f->incoming_minor, wallet->incoming_minor);
    return read_history(r, wallet, region);
}

static int read_wallets(reader *r)
{
    minipay_wallet after;
    uint32_t count = PAGE;
    minipay_wallet_init(&after);
    while (count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        for (uint32_t i = 0; i < PAGE; i++)
            minipay_wallet_init(&r->wallets[i]);
        minipay_status status = minipay_wallet_list(r->db->pay, &after, r->wallets, &count, &error);
        if (status != MINIPAY_OK)
            return fail_doing("wallets", status, &error);
        for (uint32_t i = 0; i < count; i++) {
            bool wanted = strcmp(r->wallets[i].currency, r->f->currency) == 0;
            int code = wanted ? add_wallet(r, &r->wallets[i]) : 0;
            if (code)
                return code;
            after = r->wallets[i];
        }
    }
    return 0;
}

/* ---- settlement ---- */

/* What a line is made of; one that pays another one's payout again is made of nothing new. */
static merchant_figures *add_due(figures *f, const minipay_settlement_line *line)
{
    merchant_figures *merchant = merchant_at(f, &line->merchant_id);
    if (!merchant)
        return NULL;
    merchant->payments += (uint64_t)line->slips;
    sum_add(&merchant->paid_minor, line->gross_minor);
    sum_add(&merchant->refunded_minor, line->refund_minor);
    return merchant;
}

static int add_line(figures *f, const minipay_settlement_line *line)
{
    merchant_figures *merchant = add_due(f, line);
    if (!merchant)
        return fail_own("memory is used up");
    if (line->state == MINIPAY_STATE_DONE)
        sum_add(&merchant->paid_out_minor, line->payout_minor);
    if (line->state == MINIPAY_STATE_REJECTED && line->status != MINIPAY_BANK_REFUSED)
        f->settled.not_asked++;
    sum_add(&merchant->fee_minor, line->fee_minor);
    f->settled.slips += (uint64_t)line->slips;
    return 0;
}

/* What no run has settled yet: all of it is due by the last date there is. */
static int read_unsettled(reader *r)
{
    minipay_settlement_request request;
    minipay_settlement whole;
    minipay_id after = {{0}};
    uint32_t count = PAGE;
    minipay_settlement_request_init(&request);
    minipay_settlement_init(&whole);
    text_set(request.currency, sizeof request.currency, r->f->currency);
    request.through_date = LAST_DATE;
    while (count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status =
            minipay_settlement_preview(r->db->pay, &request, &after, &whole, r->lines, &count, &error);
        if (status != MINIPAY_OK)
            return fail_doing("settlement", status, &error);
        for (uint32_t i = 0; i < count; i++) {
            if (!add_due(r->f, &r->lines[i]))
                return fail_own("memory is used up");
            after = r->lines[i].merchant_id;
        }
    }
    return 0;
}

static int read_lines(reader *r, const minipay_id *run)
{
    minipay_id after = {{0}};
    uint32_t count = PAGE;
    while (count == PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        for (uint32_t i = 0; i < PAGE; i++)
            minipay_settlement_line_init(&r->lines[i]);
        minipay_status status =
            minipay_settlement_lines(r->db->pay, run, &after, r->lines, &count, &error);
        if (status != MINIPAY_OK)
            return fail_doing("settlement", status, &error);
        for (uint32_t i = 0; i < count; i++) {
            int code = add_line(r->f, &r->lines[i]);
            if (code)
                return code;
            after = r->lines[i].merchant_id;
        }
    }
    return 0;
}

static int add_run(reader *r, const minipay_settlement *run)
{
    settled_figures *s = &r->f->settled;
    s->runs++;
    s->lines += run->lines;
    s->paid += run->paid;
    s->refused += run->refused;
    s->open += run->open;
    sum_add(&s->paid_out_minor, run->paid_minor);
    sum_add(&s->gross_minor, run->gross_minor);
    sum_add(&s->refund_minor, run->refund_minor);
    sum_add(&s->fee_minor, run->fee_minor);
    sum_add(&s->promotion_minor, run->promotion_minor);
    sum_add(&s->net_minor, run->net_minor);
    sum_add(&s->net_minor, -run->carried_minor);
    return read_lines(r, &run->id);
}

static int read_settlement(reader *r)
{
    minipay_settlement runs[RUNS_PAGE], after;
    uint32_t count = RUNS_PAGE;
    minipay_settlement_init(&after);
    while (count == RUNS_PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        for (uint32_t i = 0; i < RUNS_PAGE; i++)
            minipay_settlement_init(&runs[i]);
        minipay_status status =
            minipay_settlement_list(r->db->pay, r->f->currency, &after, runs, &count, &error);
        if (status != MINIPAY_OK)
            return fail_doing("settlement", status, &error);
        for (uint32_t i = 0; i < count; i++) {
            int code = add_run(r, &runs[i]);
            if (code)
                return code;
            after = runs[i];
        }
    }
    return 0;
}

/* ---- accounts ---- */

static void add_account(figures *f, const minipay_balance *balance)
{
    static const char *const names[SUMS] = {
        [SUM_PAYABLE] = "payable",       [SUM_FEES] = "fee_income",
        [SUM_PROMOTION] = "promotion",   [SUM_SUSPENSE] = "suspense",
        [SUM_EQUITY] = "equity",         [SUM_TRANSIT] = "transit",
        [SUM_RECEIVABLE] = "receivable", [SUM_PROMOTION_EXPENSE] = "promotion_expense",
        [SUM_BANK_FEE] = "bank_fee",     [SUM_ADJUSTMENT] = "adjustment",
    };
    for (int i = 0; i < SUMS && strcmp(balance->currency, f->currency) == 0; i++) {
        if (strcmp(balance->account, names[i]) == 0)
            sum_add(&f->sums[i], balance->posted_minor);
    }
}

static int read_accounts(reader *r)
{
    minipay_balance page[ACCOUNTS_PAGE], after;
    uint32_t count = ACCOUNTS_PAGE;
    minipay_balance_init(&after);
    while (count == ACCOUNTS_PAGE) {
        minipay_error error;
        minipay_error_init(&error);
        minipay_status status = minipay_balance_list(r->db->pay, &after, page, &count, &error);
        if (status != MINIPAY_OK)
            return fail_doing("accounts", status, &error);
        for (uint32_t i = 0; i < count; i++) {
            add_account(r->f, &page[i]);
            after = page[i];
        }
    }
    return 0;
}

/* ---- the bank, and the audit ---- */

static int read_bank(reader *r)
{
    minipay_error error;
    figures *f = r->f;
    minipay_error_init(&error);
    minipay_corporate_account_init(&f->corporate);
    minipay_status status =
        minipay_corporate_account_get(r->db->pay, f->currency, &f->corporate, &error);
    if (status != MINIPAY_OK)
        return fail_doing("corporate account", status, &error);
    status = r->db->bank.balance(r->db->bank.impl, f->currency, &f->bank_minor, &error);
    if (status != MINIPAY_OK)
        return fail_doing("bank", status, &error);
    return 0;
}

static int read_audit(reader *r)
{
    minipay_error error;
    minipay_error_init(&error);
    for (int i = 0; i < FIGURES_CHECKS; i++)
        minipay_audit_check_init(&r->f->checks[i]);
    r->f->check_count = FIGURES_CHECKS;
    minipay_status status =
        minipay_audit(r->db->pay, r->f->checks, &r->f->check_count, &r->f->clean, &error);
    return status == MINIPAY_OK ? 0 : fail_doing("audit", status, &error);
}

int figures_read(db *d, const char *currency, figures *f)
{
    reader r = {.db = d, .f = f};
    int code = 0;
    memset(f, 0, sizeof *f);
    text_set(f->currency, sizeof f->currency, currency);
    r.wallets = calloc(PAGE, sizeof *r.wallets);
    r.entries = calloc(PAGE, sizeof *r.entries);
    r.lines = calloc(PAGE, sizeof *r.lines);
    if (!r.wallets || !r.entries || !r.lines)
        code = fail_own("memory is used up");
    if (!code)
        code = read_wallets(&r);
    if (!code)
        code = read_settlement(&r);
    if (!code)
        code = read_unsettled(&r);
    if (!code)
        code = read_accounts(&r);
    if (!code)
        code = read_bank(&r);
    if (!code)
        code = read_audit(&r);
    free(r.wallets);
    free(r.entries);
    free(r.lines);
    return code;
}

void figures_free(figures *f)
{
    map_free(&f->region_codes);
    map_free(&f->merchant_ids);
    free(f->regions);
    free(f->merchants);
    f->regions = NULL;
    f->merchants = NULL;
}
