/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/audit.h"

#include "base/error.h"
#include "base/money.h"

#include <stdlib.h>
#include <string.h>

/* What the journal says of one account, as far as it has been read. */
typedef struct tracked {
    int64_t posted_minor;
    int64_t last_sequence;
    int64_t day_out_minor;
    int64_t month_out_minor;
    int32_t day;
    int8_t kind;
    uint8_t currency;
    uint8_t known;
    uint8_t balanced; /* its balance row was seen */
} tracked;

enum { CURRENCIES_LARGEST = 64 };

struct mpi_ledger_auditor {
    mpi_view *view;
    tracked *accounts; /* by account number */
    int64_t room;
    char currencies[CURRENCIES_LARGEST][MINIPAY_CURRENCY_SIZE];
    uint32_t currency_count;
    minipay_audit_check *postings, *balances, *trial;
};

minipay_status mpi_ledger_auditor_new(mpi_ledger_auditor **auditor, minipay_error *error)
{
    *auditor = calloc(1, sizeof **auditor);
    if (!*auditor)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    return MINIPAY_OK;
}

void mpi_ledger_auditor_free(mpi_ledger_auditor *auditor)
{
    if (auditor)
        free(auditor->accounts);
    free(auditor);
}

static minipay_status start(void *context, mpi_audit *audit, minipay_error *error)
{
    mpi_ledger_auditor *auditor = context;
    auditor->view = audit->view;
    auditor->postings = mpi_audit_check(audit, "postings");
    auditor->balances = mpi_audit_check(audit, "balances");
    auditor->trial = mpi_audit_check(audit, "trial balance");
    return auditor->trial
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "count", "room for 32 checks is needed");
}

/* ---- accounts ------------------------------------------------------------------------------------------ */

static uint8_t currency_number(mpi_ledger_auditor *auditor, const char currency[4])
{
    uint32_t i = 0;
    while (i < auditor->currency_count && memcmp(auditor->currencies[i], currency, 4) != 0)
        i++;
    if (i == auditor->currency_count && i < CURRENCIES_LARGEST - 1)
        memcpy(auditor->currencies[auditor->currency_count++], currency, 4);
    return (uint8_t)i;
}

static minipay_status see_account(mpi_ledger_auditor *auditor, const mpi_account *account,
                                  minipay_error *error)
{
    int64_t number = account->account_id;
    if (number <= 0 || number > INT32_MAX) {
        mpi_audit_fail(auditor->postings, "account: %lld is no account number", (long long)number);
        return MINIPAY_OK;
    }
    if (number >= auditor->room) {
        int64_t room = number < 1024 ? 2048 : number * 2;
        tracked *accounts = realloc(auditor->accounts, (size_t)room * sizeof *accounts);
        if (!accounts)
            return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
        memset(accounts + auditor->room, 0, (size_t)(room - auditor->room) * sizeof *accounts);
        auditor->accounts = accounts;
        auditor->room = room;
    }
    tracked *seen = &auditor->accounts[number];
    if (seen->known)
        mpi_audit_fail(auditor->postings, "account: the number %lld stands twice", (long long)number);
    seen->known = 1;
    seen->kind = (int8_t)account->kind;
    seen->currency = currency_number(auditor, account->currency);
    return MINIPAY_OK;
}

static tracked *find(mpi_ledger_auditor *auditor, int64_t number)
{
    bool known = number > 0 && number < auditor->room && auditor->accounts[number].known;
    return known ? &auditor->accounts[number] : NULL;
}

/* ---- journal -------------------------------------------------------------------------------------------- */

static void roll(tracked *account, int32_t date)
{
    if (account->day == date)
        return;
    if (account->day / 100 != date / 100)
        account->month_out_minor = 0;
    account->day_out_minor = 0;
    account->day = date;
}

static void count_out(tracked *account, const mpi_journal *row)
{
    if (account->kind != MPI_ACCOUNT_WALLET || !mpi_kind_counts(row->kind))
        return;
    roll(account, row->business_date);
    mpi_money_add(account->day_out_minor, row->amount_minor, &account->day_out_minor);
    mpi_money_add(account->month_out_minor, row->amount_minor, &account->month_out_minor);
}

/* A reversal gives the windows back what the reversed row took, if they are still the same. */
static minipay_status count_back(mpi_ledger_auditor *auditor, tracked *account, const mpi_journal *row,
                                 minipay_error *error)
{
    mpi_journal reversed;
    if (!row->reverses || account->kind != MPI_ACCOUNT_WALLET)
        return MINIPAY_OK;
    reversed.sequence = row->reverses;
    minipay_status status = mpi_view_get(auditor->view, &mpi_journal_record, -1, &reversed, error);
    if (status == MINIPAY_NOT_FOUND) {
        mpi_audit_fail(auditor->postings, "journal %lld: the reversed row %lld is missing",
                       (long long)row->sequence, (long long)row->reverses);
        return MINIPAY_OK;
    }
    if (status != MINIPAY_OK || !mpi_kind_counts(reversed.kind))
        return status;
    roll(account, row->business_date);
    if (reversed.business_date == row->business_date && account->day_out_minor >= row->amount_minor)
        mpi_money_subtract(account->day_out_minor, row->amount_minor, &account->day_out_minor);
    if (reversed.business_date / 100 == row->business_date / 100 &&
        account->month_out_minor >= row->amount_minor)
        mpi_money_subtract(account->month_out_minor, row->amount_minor, &account->month_out_minor);
    return MINIPAY_OK;
}

static void see_side(mpi_ledger_auditor *auditor, const mpi_journal *row, tracked *account, bool rises,
                     int64_t balance_minor, int64_t previous, const char *side)
{
    bool fits =
        rises ? mpi_money_add(account->posted_minor, row->amount_minor, &account->posted_minor)
              : mpi_money_subtract(account->posted_minor, row->amount_minor, &account->posted_minor);
    bool linked = mpi_account_is_linked(account->kind);
    if (!fits)
        mpi_audit_fail(auditor->postings, "journal %lld: amount_minor overflows the %s account",
                       (long long)row->sequence, side);
    if (balance_minor != (linked ? account->posted_minor : 0))
        mpi_audit_fail(auditor->postings, "journal %lld: %s_balance_minor is %lld, should be %lld",
                       (long long)row->sequence, side, (long long)balance_minor,
                       (long long)(linked ? account->posted_minor : 0));
    if (previous != (linked ? account->last_sequence : 0))
        mpi_audit_fail(auditor->postings, "journal %lld: %s_previous is %lld, should be %lld",
                       (long long)row->sequence, side, (long long)previous,
                       (long long)account->last_sequence);
    if (linked)
        account->last_sequence = row->sequence;
}

static minipay_status see_row(mpi_ledger_auditor *auditor, const mpi_journal *row, minipay_error *error)
{
    tracked *debit = find(auditor, row->debit_account), *credit = find(auditor, row->credit_account);
    auditor->postings->rows++;
    if (!debit || !credit) {
        mpi_audit_fail(auditor->postings, "journal %lld: account %lld is missing",
                       (long long)row->sequence,
                       (long long)(debit ? row->credit_account : row->debit_account));
        return MINIPAY_OK;
    }
    if (row->amount_minor <= 0)
        mpi_audit_fail(auditor->postings, "journal %lld: amount_minor is %lld", (long long)row->sequence,
                       (long long)row->amount_minor);
    if (debit->currency != credit->currency)
        mpi_audit_fail(auditor->postings, "journal %lld: the accounts are in two currencies",
                       (long long)row->sequence);
    see_side(auditor, row, debit, mpi_account_rises_with_debit(debit->kind), row->debit_balance_minor,
             row->debit_previous, "debit");
    see_side(auditor, row, credit, !mpi_account_rises_with_debit(credit->kind),
             row->credit_balance_minor, row->credit_previous, "credit");
    count_out(debit, row);
    return count_back(auditor, credit, row, error);
}

/* ---- balances -------------------------------------------------------------------------------------------- */

static void compare(mpi_ledger_auditor *auditor, const mpi_balance *balance, const char *column,
                    int64_t stands, int64_t should)
{
    if (stands != should)
        mpi_audit_fail(auditor->balances, "balance %lld: %s is %lld, the journal says %lld",
                       (long long)balance->account_id, column, (long long)stands, (long long)should);
}

static void see_balance(mpi_ledger_auditor *auditor, const mpi_balance *balance)
{
    tracked *account = find(auditor, balance->account_id);
    auditor->balances->rows++;
    if (!account) {
        mpi_audit_fail(auditor->balances, "balance %lld belongs to no account",
                       (long long)balance->account_id);
        return;
    }
    account->balanced = 1;
    compare(auditor, balance, "posted_minor", balance->posted_minor, account->posted_minor);
    compare(auditor, balance, "last_sequence", balance->last_sequence, account->last_sequence);
    if (balance->day == account->day) {
        compare(auditor, balance, "day_out_minor", balance->day_out_minor, account->day_out_minor);
        compare(auditor, balance, "month_out_minor", balance->month_out_minor, account->month_out_minor);
    }
    if (account->kind == MPI_ACCOUNT_WALLET && balance->posted_minor < 0)
        mpi_audit_fail(auditor->balances, "balance %lld: posted_minor is below zero",
                       (long long)balance->account_id);
}

static minipay_status visit(void *context, const mpi_record *record, const void *row,
                            minipay_error *error)
{
    mpi_ledger_auditor *auditor = context;
    if (record == &mpi_account_record)
        return see_account(auditor, row, error);
    if (record == &mpi_journal_record)
        return see_row(auditor, row, error);
    if (record == &mpi_balance_record)
        see_balance(auditor, row);
    return MINIPAY_OK;
}

static void check_trial(mpi_ledger_auditor *auditor, uint8_t currency)
{
    int64_t sum = 0;
    bool fits = true;
    for (int64_t i = 1; i < auditor->room; i++) {
        const tracked *account = &auditor->accounts[i];
        if (!account->known || account->currency != currency)
            continue;
        fits = fits && (mpi_account_rises_with_debit(account->kind)
                            ? mpi_money_add(sum, account->posted_minor, &sum)
                            : mpi_money_subtract(sum, account->posted_minor, &sum));
    }
    auditor->trial->rows++;
    if (!fits || sum != 0)
        mpi_audit_fail(auditor->trial, "%s: debits exceed credits by %lld",
                       auditor->currencies[currency], (long long)sum);
}

static minipay_status finish(void *context, minipay_error *error)
{
    mpi_ledger_auditor *auditor = context;
    (void)error;
    for (int64_t i = 1; i < auditor->room; i++) {
        if (auditor->accounts[i].known && !auditor->accounts[i].balanced)
            mpi_audit_fail(auditor->balances, "balance %lld is missing", (long long)i);
    }
    for (uint32_t i = 0; i < auditor->currency_count; i++)
        check_trial(auditor, (uint8_t)i);
    return MINIPAY_OK;
}

mpi_auditor mpi_ledger_auditor_face(mpi_ledger_auditor *auditor)
{
    return (mpi_auditor){auditor, start, visit, finish};
}
