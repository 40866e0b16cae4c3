/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/audit.h"

#include "base/error.h"
#include "base/money.h"
#include "ledger/hold.h"

#include <stdlib.h>
#include <string.h>

/* What an account's holds say of its limits: of the last date there is, and its month. */
typedef struct held {
    int64_t day_minor;
    int64_t month_minor;
    int64_t next_sequence; /* the journal's row after the first hold of the date */
    int32_t date;
} held;

/* What the journal says of one account, as far as it has been read. */
typedef struct tracked {
    minipay_id owner_id;
    int64_t posted_minor;
    int64_t last_sequence;
    int64_t day_out_minor;
    int64_t month_out_minor;
    int32_t day;
    int32_t held; /* the place of its holds, from 1; 0: it has none */
    int8_t kind;
    uint8_t currency;
    uint8_t known;
    uint8_t balanced; /* its balance row was seen */
} tracked;

/* A counter above this is not believed without accounts. */
enum { CURRENCIES_LARGEST = 64, ACCOUNTS_AT_ONCE = 4194304 };

/* The balances of a currency, by the kind of their accounts, as the balance rows have them. Each balance fits
 * int64_t; all together need not. */
typedef struct sums {
    mpi_money_sum posted[MPI_ACCOUNT_COUNT];
} sums;

struct mpi_ledger_auditor {
    mpi_view *view;
    mpi_claims *claims;
    tracked *accounts; /* by account number */
    int64_t room;
    held *holds;
    int32_t held_count, held_room;
    char currencies[CURRENCIES_LARGEST][MINIPAY_CURRENCY_SIZE];
    sums sums[CURRENCIES_LARGEST];
    uint32_t currency_count;
    minipay_audit_check *postings, *balances, *trial, *safeguarding;
};

minipay_status mpi_ledger_auditor_new(mpi_claims *claims, mpi_ledger_auditor **auditor,
                                      minipay_error *error)
{
    *auditor = calloc(1, sizeof **auditor);
    if (!*auditor)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    (*auditor)->claims = claims;
    return MINIPAY_OK;
}

void mpi_ledger_auditor_free(mpi_ledger_auditor *auditor)
{
    if (auditor) {
        free(auditor->accounts);
        free(auditor->holds);
    }
    free(auditor);
}

static minipay_status start(void *context, mpi_audit *audit, minipay_error *error)
{
    mpi_ledger_auditor *auditor = context;
    auditor->view = audit->view;
    auditor->postings = mpi_audit_check(audit, "postings");
    auditor->balances = mpi_audit_check(audit, "balances");
    auditor->trial = mpi_audit_check(audit, "trial balance");
    auditor->safeguarding = mpi_audit_check(audit, "safeguarding");
    return auditor->safeguarding
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

static minipay_status make_room(mpi_ledger_auditor *auditor, int64_t number, minipay_error *error)
{
    if (number < auditor->room)
        return MINIPAY_OK;
    int64_t room = number < 1024 ? 2048 : number + number / 4;
    tracked *accounts = realloc(auditor->accounts, (size_t)room * sizeof *accounts);
    if (!accounts)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    memset(accounts + auditor->room, 0, (size_t)(room - auditor->room) * sizeof *accounts);
    auditor->accounts = accounts;
    auditor->room = room;
    return MINIPAY_OK;
}

/* The counter of accounts stands before the accounts, and says how many there are. */
static minipay_status see_counter(mpi_ledger_auditor *auditor, const mpi_counter *counter,
                                  minipay_error *error)
{
    bool counts =
        strcmp(counter->name, "account") == 0 && counter->value > 0 && counter->value < ACCOUNTS_AT_ONCE;
    return counts ? make_room(auditor, counter->value, error) : MINIPAY_OK;
}

static minipay_status see_account(mpi_ledger_auditor *auditor, const mpi_account *account,
                                  minipay_error *error)
{
    int64_t number = account->account_id;
    if (number <= 0 || number > INT32_MAX) {
        mpi_audit_fail(auditor->postings, "account: %lld is no account number", (long long)number);
        return MINIPAY_OK;
    }
    minipay_status status = make_room(auditor, number, error);
    if (status != MINIPAY_OK)
        return status;
    tracked *seen = &auditor->accounts[number];
    if (seen->known)
        mpi_audit_fail(auditor->postings, "account: the number %lld stands twice", (long long)number);
    seen->known = 1;
    seen->owner_id = account->owner_id;
    seen->kind = (int8_t)account->kind;
    seen->currency = currency_number(auditor, account->currency);
    return MINIPAY_OK;
}

static tracked *find(mpi_ledger_auditor *auditor, int64_t number)
{
    bool known = number > 0 && number < auditor->room && auditor->accounts[number].known;
    return known ? &auditor->accounts[number] : NULL;
}

/* ---- limits --------------------------------------------------------------------------------------------- */

static void roll(tracked *account, int32_t date)
{
    if (date <= account->day)
        return;
    if (account->day / 100 != date / 100)
        account->month_out_minor = 0;
    account->day_out_minor = 0;
    account->day = date;
}

/* Holds are read before the journal: the day that a hold began has begun for the rows behind it. */
static void roll_to(const mpi_ledger_auditor *auditor, tracked *account, const mpi_journal *row)
{
    const held *holds = account->held ? &auditor->holds[account->held - 1] : NULL;
    if (holds && row->sequence >= holds->next_sequence)
        roll(account, holds->date);
    roll(account, row->business_date);
}

static void count_out(const mpi_ledger_auditor *auditor, tracked *account, const mpi_journal *row)
{
    if (account->kind != MPI_ACCOUNT_WALLET || !mpi_kind_counts(row->kind))
        return;
    roll_to(auditor, account, row);
    mpi_money_add(account->day_out_minor, row->amount_minor, &account->day_out_minor);
    mpi_money_add(account->month_out_minor, row->amount_minor, &account->month_out_minor);
}

/* A reversal gives the windows back what the reversed row took, if they are still the same. */
static void count_back(const mpi_ledger_auditor *auditor, tracked *account, const mpi_journal *row,
                       const mpi_journal *reversed)
{
    if (account->kind != MPI_ACCOUNT_WALLET || !mpi_kind_counts(reversed->kind))
        return;
    roll_to(auditor, account, row);
    if (reversed->business_date == account->day && account->day_out_minor >= row->amount_minor)
        mpi_money_subtract(account->day_out_minor, row->amount_minor, &account->day_out_minor);
    if (reversed->business_date / 100 == account->day / 100 &&
        account->month_out_minor >= row->amount_minor)
        mpi_money_subtract(account->month_out_minor, row->amount_minor, &account->month_out_minor);
}

static minipay_status holds_of(mpi_ledger_auditor *auditor, tracked *account, held **holds,
                               minipay_error *error)
{
    if (!account->held && auditor->held_count == auditor->held_room) {
        int32_t room = auditor->held_room ? auditor->held_room * 2 : 64;
        held *all = realloc(auditor->holds, (size_t)room * sizeof *all);
        if (!all)
            return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
        auditor->holds = all;
        auditor->held_room = room;
    }
    if (!account->held) {
        memset(&auditor->holds[auditor->held_count], 0, sizeof *auditor->holds);
        account->held = ++auditor->held_count;
    }
    *holds = &auditor->holds[account->held - 1];
    return MINIPAY_OK;
}

/* What is left of an open hold counts on its date; one that is closed has brought that date. In any order. */
static void count_hold(held *holds, const mpi_hold *hold)
{
    bool open = hold->hold_state == MPI_HOLD_OPEN;
    int64_t left = open ? mpi_money_wrap_subtract(hold->amount_minor, hold->captured_minor) : 0;
    bool newer = hold->business_date > holds->date;
    if (newer && hold->business_date / 100 != holds->date / 100)
        holds->month_minor = 0;
    if (newer)
        holds->day_minor = 0;
    if (newer || (hold->business_date == holds->date && hold->next_sequence < holds->next_sequence))
        holds->next_sequence = hold->next_sequence;
    if (newer)
        holds->date = hold->business_date;
    if (hold->business_date == holds->date)
        holds->day_minor = mpi_money_wrap_add(holds->day_minor, left);
    if (hold->business_date / 100 == holds->date / 100)
        holds->month_minor = mpi_money_wrap_add(holds->month_minor, left);
}

static minipay_status see_hold(mpi_ledger_auditor *auditor, const mpi_hold *hold, minipay_error *error)
{
    mpi_account owner = {.owner_id = hold->owner_id, .kind = MPI_ACCOUNT_WALLET, .purse = MPI_CASH};
    held *holds = NULL;
    if (hold->business_date == 0)
        return MINIPAY_OK;
    memcpy(owner.currency, hold->currency, sizeof owner.currency);
    minipay_status status = mpi_view_get(auditor->view, &mpi_account_record, -1, &owner, error);
    if (status == MINIPAY_NOT_FOUND)
        return MINIPAY_OK;
    tracked *account = status == MINIPAY_OK ? find(auditor, owner.account_id) : NULL;
    if (account)
        status = holds_of(auditor, account, &holds, error);
    if (account && status == MINIPAY_OK)
        count_hold(holds, hold);
    return status;
}

/* When all is read: what is still held is as good as spent. */
static void count_held(const mpi_ledger_auditor *auditor, tracked *account)
{
    const held *holds = account->held ? &auditor->holds[account->held - 1] : NULL;
    if (!holds)
        return;
    roll(account, holds->date);
    if (account->day == holds->date)
        account->day_out_minor = mpi_money_wrap_add(account->day_out_minor, holds->day_minor);
    if (account->day / 100 == holds->date / 100)
        account->month_out_minor = mpi_money_wrap_add(account->month_out_minor, holds->month_minor);
}

/* ---- journal -------------------------------------------------------------------------------------------- */

static mpi_claimed_posting posting_of(const mpi_ledger_auditor *auditor, const mpi_journal *row,
                                      const tracked *debit, const tracked *credit)
{
    mpi_claimed_posting posting = {.operation_id = row->operation_id,
                                   .debit_owner = debit->owner_id,
                                   .credit_owner = credit->owner_id,
                                   .debit_kind = debit->kind,
                                   .credit_kind = credit->kind,
                                   .leg = row->leg,
                                   .kind = row->kind};
    memcpy(posting.currency, auditor->currencies[debit->currency], sizeof posting.currency);
    return posting;
}

/* Is the row the other way round? Money whose wallet was closed meanwhile comes back to suspense. */
static bool mirrors(const mpi_journal *row, const tracked *credit, const mpi_journal *reversed)
{
    return row->debit_account == reversed->credit_account && row->sequence > reversed->sequence &&
           (row->credit_account == reversed->debit_account || credit->kind == MPI_ACCOUNT_SUSPENSE);
}

static minipay_status see_reversal(mpi_ledger_auditor *auditor, const mpi_journal *row, tracked *credit,
                                   minipay_error *error)
{
    mpi_journal reversed = {.sequence = row->reverses};
    minipay_status status = mpi_view_get(auditor->view, &mpi_journal_record, -1, &reversed, error);
    if (status != MINIPAY_OK && status != MINIPAY_NOT_FOUND)
        return status;
    const tracked *debited = find(auditor, reversed.debit_account);
    const tracked *credited = find(auditor, reversed.credit_account);
    if (status == MINIPAY_NOT_FOUND || !debited || !credited) {
        mpi_audit_fail(auditor->postings, "journal %lld: the reversed row %lld is missing",
                       (long long)row->sequence, (long long)row->reverses);
        return MINIPAY_OK;
    }
    if (!mirrors(row, credit, &reversed))
        mpi_audit_fail(auditor->postings, "journal %lld: reverses is %lld, which is not its mirror",
                       (long long)row->sequence, (long long)row->reverses);
    count_back(auditor, credit, row, &reversed);
    mpi_claimed_posting undone = posting_of(auditor, &reversed, debited, credited);
    mpi_claim_undone(auditor->claims, &undone, row);
    return MINIPAY_OK;
}

static void see_side(mpi_ledger_auditor *auditor, const mpi_journal *row, tracked *account, bool rises,
                     int64_t balance_minor, int64_t previous, const char *side)
{
    int64_t before = account->posted_minor;
    bool fits =
        rises ? mpi_money_add(account->posted_minor, row->amount_minor, &account->posted_minor)
              : mpi_money_subtract(account->posted_minor, row->amount_minor, &account->posted_minor);
    bool linked = mpi_account_is(account->kind, MPI_LINKED);
    if (!fits)
        mpi_audit_fail(auditor->postings, "journal %lld: amount_minor overflows the %s account",
                       (long long)row->sequence, side);
    if (linked && balance_minor != account->posted_minor)
        mpi_audit_fail(auditor->postings,
                       "journal %lld: with amount_minor %lld after %lld, %s_balance_minor should be "
                       "%lld, but is %lld",
                       (long long)row->sequence, (long long)row->amount_minor, (long long)before, side,
                       (long long)account->posted_minor, (long long)balance_minor);
    if (!linked && balance_minor != 0)
        mpi_audit_fail(auditor->postings, "journal %lld: %s_balance_minor is %lld, should be 0",
                       (long long)row->sequence, side, (long long)balance_minor);
    if (previous != (linked ? account->last_sequence : 0))
        mpi_audit_fail(auditor->postings, "journal %lld: %s_previous is %lld, should be %lld",
                       (long long)row->sequence, side, (long long)previous,
                       (long long)(linked ? account->last_sequence : 0));
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
    see_side(auditor, row, debit, mpi_account_is(debit->kind, MPI_RISES_WITH_DEBIT),
             row->debit_balance_minor, row->debit_previous, "debit");
    see_side(auditor, row, credit, !mpi_account_is(credit->kind, MPI_RISES_WITH_DEBIT),
             row->credit_balance_minor, row->credit_previous, "credit");
    count_out(auditor, debit, row);
    mpi_claims_at(auditor->claims, &mpi_journal_record, row);
    if (row->reverses)
        return see_reversal(auditor, row, credit, error);
    mpi_claimed_posting posting = posting_of(auditor, row, debit, credit);
    mpi_claim_journal(auditor->claims, &posting, row);
    return MINIPAY_OK;
}

/* ---- balances -------------------------------------------------------------------------------------------- */

static void compare(mpi_ledger_auditor *auditor, const mpi_balance *balance, const char *column,
                    int64_t stands, int64_t should)
{
    if (stands != should)
        mpi_audit_fail(auditor->balances, "balance %lld: %s is %lld, the journal says %lld",
                       (long long)balance->account_id, column, (long long)stands, (long long)should);
}

static void sum_up(mpi_ledger_auditor *auditor, const mpi_balance *balance, const tracked *account)
{
    mpi_money_sum_add(&auditor->sums[account->currency].posted[account->kind], balance->posted_minor);
}

static void claim_balance(mpi_ledger_auditor *auditor, const mpi_balance *balance,
                          const tracked *account)
{
    mpi_claim_key key = {.id = account->owner_id};
    mpi_claims *claims = auditor->claims;
    bool wallet = account->kind == MPI_ACCOUNT_WALLET;
    memcpy(key.currency, auditor->currencies[account->currency], sizeof key.currency);
    mpi_claims_at(claims, &mpi_balance_record, balance);
    if (account->kind == MPI_ACCOUNT_PAYABLE)
        mpi_claim_say(claims, MPI_TOPIC_PAYABLES, MPI_SIDE_FIRST, &key, balance->posted_minor,
                      "posted_minor");
    if (wallet) {
        mpi_claim_say(claims, MPI_TOPIC_HELD, MPI_SIDE_FIRST, &key, balance->held_minor, "held_minor");
        mpi_claim_say(claims, MPI_TOPIC_INCOMING, MPI_SIDE_FIRST, &key, balance->incoming_minor,
                      "incoming_minor");
    } else {
        compare(auditor, balance, "held_minor", balance->held_minor, 0);
        compare(auditor, balance, "incoming_minor", balance->incoming_minor, 0);
    }
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
    count_held(auditor, account);
    compare(auditor, balance, "posted_minor", balance->posted_minor, account->posted_minor);
    compare(auditor, balance, "last_sequence", balance->last_sequence, account->last_sequence);
    compare(auditor, balance, "day", balance->day, account->day);
    compare(auditor, balance, "day_out_minor", balance->day_out_minor, account->day_out_minor);
    compare(auditor, balance, "month_out_minor", balance->month_out_minor, account->month_out_minor);
    sum_up(auditor, balance, account);
    claim_balance(auditor, balance, account);
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
    if (record == &mpi_hold_record)
        return see_hold(auditor, row, error);
    if (record == &mpi_journal_record)
        return see_row(auditor, row, error);
    if (record == &mpi_counter_record)
        return see_counter(auditor, row, error);
    if (record == &mpi_balance_record)
        see_balance(auditor, row);
    return MINIPAY_OK;
}

static void check_trial(mpi_ledger_auditor *auditor, uint8_t currency)
{
    mpi_money_sum sum = {0, 0}, nothing = {0, 0};
    for (int64_t i = 1; i < auditor->room; i++) {
        const tracked *account = &auditor->accounts[i];
        if (!account->known || account->currency != currency)
            continue;
        if (mpi_account_is(account->kind, MPI_RISES_WITH_DEBIT))
            mpi_money_sum_add(&sum, account->posted_minor);
        else
            mpi_money_sum_subtract(&sum, account->posted_minor);
    }
    auditor->trial->rows++;
    if (!mpi_money_sum_equal(&sum, &nothing))
        mpi_audit_fail(auditor->trial, "%s: debits exceed credits by %lld",
                       auditor->currencies[currency], (long long)mpi_money_sum_shown(&sum));
}

static long long shown(const mpi_money_sum *sum)
{
    return mpi_money_sum_shown(sum);
}

/* What the company owes, and what it has: owed = what is in the bank, less what is on its way out. An
 * operator's credits are owed without money behind them, so they are taken off as a debt to be covered. */
static void check_safeguarding(mpi_ledger_auditor *auditor, uint32_t currency)
{
    const mpi_money_sum *sum = auditor->sums[currency].posted;
    minipay_audit_check *check = auditor->safeguarding;
    mpi_money_sum owed = {0, 0}, owned = {0, 0};
    for (int32_t kind = 0; kind < MPI_ACCOUNT_COUNT; kind++) {
        bool at_bank = mpi_account_is(kind, MPI_AT_BANK);
        bool taken_off = !at_bank && mpi_account_is(kind, MPI_RISES_WITH_DEBIT);
        mpi_money_sum_join(at_bank ? &owned : &owed, &sum[kind], taken_off);
    }
    check->rows++;
    if (!mpi_money_sum_equal(&owed, &owned))
        mpi_audit_fail(
            check, "%s: owed %lld (members %lld, merchants %lld), but the bank with transit has %lld",
            auditor->currencies[currency], shown(&owed), shown(&sum[MPI_ACCOUNT_WALLET]),
            shown(&sum[MPI_ACCOUNT_PAYABLE]), shown(&owned));
    else
        mpi_audit_note(check, "%s: owed %lld = bank %lld with %lld in transit",
                       auditor->currencies[currency], shown(&owed), shown(&sum[MPI_ACCOUNT_CORPORATE]),
                       shown(&sum[MPI_ACCOUNT_TRANSIT]));
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
    for (uint32_t i = 0; i < auditor->currency_count; i++)
        check_safeguarding(auditor, i);
    return MINIPAY_OK;
}

mpi_auditor mpi_ledger_auditor_face(mpi_ledger_auditor *auditor)
{
    return (mpi_auditor){auditor, start, visit, finish};
}
