/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/ledger.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/id.h"
#include "base/money.h"
#include "base/text.h"
#include "ledger/hold.h"

#include <string.h>

void mpi_ledger_set_up(mpi_ledger *ledger, mpi_store *store, mpi_policy *policy)
{
    ledger->accounts = mpi_store_table(store, &mpi_account_record);
    ledger->balances = mpi_store_table(store, &mpi_balance_record);
    ledger->journal = mpi_store_table(store, &mpi_journal_record);
    ledger->counters = mpi_store_table(store, &mpi_counter_record);
    ledger->holds = mpi_store_table(store, &mpi_hold_record);
    ledger->policy = policy;
}

/* ---- accounts -------------------------------------------------------------------------------------- */

minipay_status mpi_ledger_find(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *key,
                               const mpi_account **account, minipay_error *error)
{
    const void *row;
    minipay_status status = mpi_unit_get(unit, ledger->accounts, key, &row, error);
    if (status == MINIPAY_OK)
        *account = row;
    return status;
}

void mpi_ledger_warm(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *const *keys, uint32_t count)
{
    const void *names[MPI_WARM_LARGEST] = {NULL}, *rows[MPI_WARM_LARGEST];
    uint32_t known = 0;
    for (uint32_t i = 0; i < count; i++)
        names[i] = keys[i];
    mpi_unit_warm(unit, ledger->accounts, names, rows, count);
    for (uint32_t i = 0; i < count; i++) {
        if (rows[i])
            names[known++] = &((const mpi_account *)rows[i])->account_id;
    }
    mpi_unit_warm(unit, ledger->balances, names, rows, known);
}

minipay_status mpi_counter_next(mpi_unit *unit, mpi_table *counters, const char *name, int64_t *number,
                                minipay_error *error)
{
    mpi_counter counter = {{0}, 0, {0}};
    const void *row;
    memcpy(counter.name, name, strlen(name));
    minipay_status status = mpi_unit_get(unit, counters, &counter, &row, error);
    if (status == MINIPAY_NOT_FOUND) {
        status = mpi_unit_insert(unit, counters, &counter, error);
        if (status == MINIPAY_OK)
            status = mpi_unit_get(unit, counters, &counter, &row, error);
    }
    if (status != MINIPAY_OK)
        return status;
    mpi_counter *edited = mpi_unit_edit(unit, counters, row);
    if (!edited)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    *number = ++edited->value;
    return MINIPAY_OK;
}

minipay_status mpi_counter_newest(mpi_unit *unit, mpi_table *counters, const char *name, int64_t *number,
                                  minipay_error *error)
{
    mpi_counter counter = {{0}, 0, {0}};
    const void *row;
    memcpy(counter.name, name, strlen(name));
    minipay_status status = mpi_unit_get(unit, counters, &counter, &row, error);
    *number = status == MINIPAY_OK ? ((const mpi_counter *)row)->value : 0;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

minipay_status mpi_ledger_open(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *wanted,
                               const mpi_account **account, minipay_error *error)
{
    mpi_account opened = *wanted;
    minipay_status status = mpi_ledger_find(ledger, unit, wanted, account, error);
    if (status == MINIPAY_OK)
        return MINIPAY_WALLET_EXISTS;
    if (status != MINIPAY_NOT_FOUND)
        return status;
    status = mpi_counter_next(unit, ledger->counters, "account", &opened.account_id, error);
    if (status != MINIPAY_OK)
        return status;
    opened.opened_at = mpi_unit_now(unit);
    mpi_balance balance = {.account_id = opened.account_id};
    status = mpi_unit_insert(unit, ledger->accounts, &opened, error);
    if (status == MINIPAY_OK)
        status = mpi_unit_insert(unit, ledger->balances, &balance, error);
    return status == MINIPAY_OK ? mpi_ledger_find(ledger, unit, wanted, account, error) : status;
}

minipay_status mpi_ledger_own(mpi_ledger *ledger, mpi_unit *unit, int32_t kind, const char currency[4],
                              const mpi_account **account, minipay_error *error)
{
    mpi_account key = {.kind = kind};
    memcpy(key.currency, currency, sizeof key.currency);
    minipay_status status = mpi_ledger_find(ledger, unit, &key, account, error);
    return status == MINIPAY_NOT_FOUND ? mpi_ledger_open(ledger, unit, &key, account, error) : status;
}

minipay_status mpi_ledger_balance(mpi_ledger *ledger, mpi_unit *unit, int64_t account_id,
                                  const mpi_balance **balance, minipay_error *error)
{
    const void *row;
    minipay_status status = mpi_unit_get(unit, ledger->balances, &account_id, &row, error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(error, MINIPAY_CORRUPT, "balance", "account %lld has no balance",
                        (long long)account_id);
    if (status == MINIPAY_OK)
        *balance = row;
    return status;
}

/* ---- limits ---------------------------------------------------------------------------------------- */

/* The windows as they are on `date`: a new day begins at nothing, a new month too. A date before the newest one
 * seen, as when a later cut-off comes into force, counts in that one: else a limit would be there twice. */
static void roll_windows(mpi_balance *balance, int32_t date)
{
    if (date <= balance->day)
        return;
    if (balance->day / 100 != date / 100)
        balance->month_out_minor = 0;
    balance->day_out_minor = 0;
    balance->day = date;
}

bool mpi_balance_count(mpi_balance *balance, int32_t date, int64_t amount_minor)
{
    roll_windows(balance, date);
    return mpi_money_add(balance->day_out_minor, amount_minor, &balance->day_out_minor) &&
           mpi_money_add(balance->month_out_minor, amount_minor, &balance->month_out_minor);
}

void mpi_balance_give_back(mpi_balance *balance, int32_t date, int64_t amount_minor)
{
    if (date == balance->day && balance->day_out_minor >= amount_minor)
        mpi_money_subtract(balance->day_out_minor, amount_minor, &balance->day_out_minor);
    if (date / 100 == balance->day / 100 && balance->month_out_minor >= amount_minor)
        mpi_money_subtract(balance->month_out_minor, amount_minor, &balance->month_out_minor);
}

static bool exceeds(int64_t sum, int64_t limit)
{
    return limit > 0 && sum > limit;
}

static minipay_status check_state(const mpi_account *account)
{
    return account->owner_state                 ? MINIPAY_MEMBER_INACTIVE
           : account->state == MPI_STATE_FROZEN ? MINIPAY_WALLET_FROZEN
           : account->state == MPI_STATE_CLOSED ? MINIPAY_WALLET_CLOSED
                                                : MINIPAY_OK;
}

static int64_t limit_of(const mpi_posting *posting, const mpi_account *account, int32_t rule)
{
    return posting->forced || posting->unlimited || account->kind != MPI_ACCOUNT_WALLET
               ? 0
               : posting->rules->values[rule][account->tier];
}

/* ---- one side of a posting --------------------------------------------------------------------------- */

static minipay_status take_out(const mpi_posting *posting, const mpi_account *account, int32_t date,
                               mpi_balance *balance)
{
    int64_t available;
    if (exceeds(posting->amount_minor, limit_of(posting, account, MINIPAY_RULE_LIMIT_OPERATION)))
        return MINIPAY_LIMIT_OPERATION;
    if (!mpi_money_subtract(balance->posted_minor, balance->held_minor, &available))
        return MINIPAY_AMOUNT_OVERFLOW;
    if (mpi_account_is(account->kind, MPI_HAS_FLOOR) && available < posting->amount_minor)
        return MINIPAY_INSUFFICIENT_FUNDS;
    if (!mpi_money_subtract(balance->posted_minor, posting->amount_minor, &balance->posted_minor))
        return MINIPAY_AMOUNT_OVERFLOW;
    if (account->kind != MPI_ACCOUNT_WALLET || !mpi_kind_counts(posting->kind))
        return MINIPAY_OK;
    if (!mpi_balance_count(balance, date, posting->amount_minor))
        return MINIPAY_AMOUNT_OVERFLOW;
    if (exceeds(balance->day_out_minor, limit_of(posting, account, MINIPAY_RULE_LIMIT_DAILY)))
        return MINIPAY_LIMIT_DAILY;
    return exceeds(balance->month_out_minor, limit_of(posting, account, MINIPAY_RULE_LIMIT_MONTHLY))
               ? MINIPAY_LIMIT_MONTHLY
               : MINIPAY_OK;
}

static minipay_status put_in(const mpi_posting *posting, const mpi_account *account,
                             mpi_balance *balance)
{
    int64_t posted, whole;
    if (!mpi_money_add(balance->posted_minor, posting->amount_minor, &posted) ||
        !mpi_money_add(posted, balance->incoming_minor, &whole))
        return MINIPAY_AMOUNT_OVERFLOW;
    if (exceeds(whole, limit_of(posting, account, MINIPAY_RULE_LIMIT_HOLDING)))
        return MINIPAY_LIMIT_HOLDING;
    balance->posted_minor = posted;
    return MINIPAY_OK;
}

/* A reversal gives the windows back what the reversed row took from them. */
static void restore_windows(const mpi_posting *posting, int32_t date, mpi_balance *balance)
{
    const mpi_journal *row = posting->reversed;
    if (!row || posting->credit->kind != MPI_ACCOUNT_WALLET || !mpi_kind_counts(row->kind))
        return;
    roll_windows(balance, date);
    mpi_balance_give_back(balance, row->business_date, posting->amount_minor);
}

minipay_status mpi_ledger_may_spend(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                    const mpi_rules *rules, int64_t amount_minor, minipay_error *error)
{
    const mpi_balance *row = NULL;
    mpi_posting spending = {.kind = MINIPAY_KIND_PAY, .rules = rules, .amount_minor = amount_minor};
    minipay_status status = check_state(account);
    if (status == MINIPAY_OK)
        status = mpi_ledger_balance(ledger, unit, account->account_id, &row, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_balance tried = *row;
    return take_out(&spending, account, mpi_rules_date(rules, mpi_unit_now(unit)), &tried);
}

minipay_status mpi_ledger_may_receive(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                      const mpi_rules *rules, int64_t amount_minor, minipay_error *error)
{
    const mpi_balance *row = NULL;
    mpi_posting receiving = {.rules = rules, .amount_minor = amount_minor};
    minipay_status status = mpi_ledger_balance(ledger, unit, account->account_id, &row, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_balance tried = *row;
    return put_in(&receiving, account, &tried);
}

/* ---- posting ----------------------------------------------------------------------------------------- */

/* A closed wallet stays at zero whatever comes: who must not be refused books to suspense. */
static minipay_status check_states(const mpi_posting *posting)
{
    if (posting->forced && posting->credit->state == MPI_STATE_CLOSED)
        return MINIPAY_WALLET_CLOSED;
    minipay_status status = posting->forced ? MINIPAY_OK : check_state(posting->debit);
    return status != MINIPAY_OK || posting->forced ? status : check_state(posting->credit);
}

static minipay_status apply(const mpi_posting *posting, int32_t date, mpi_balance *debit,
                            mpi_balance *credit)
{
    bool debit_rises = mpi_account_is(posting->debit->kind, MPI_RISES_WITH_DEBIT);
    bool credit_rises = !mpi_account_is(posting->credit->kind, MPI_RISES_WITH_DEBIT);
    minipay_status status = debit_rises ? put_in(posting, posting->debit, debit)
                                        : take_out(posting, posting->debit, date, debit);
    if (status != MINIPAY_OK)
        return status;
    return credit_rises ? put_in(posting, posting->credit, credit)
                        : take_out(posting, posting->credit, date, credit);
}

static void link_side(const mpi_account *account, mpi_balance *balance, int64_t sequence,
                      int64_t *resulting, int64_t *previous)
{
    if (!mpi_account_is(account->kind, MPI_LINKED))
        return;
    *resulting = balance->posted_minor;
    *previous = balance->last_sequence;
    balance->last_sequence = sequence;
}

static minipay_status write_row(mpi_ledger *ledger, mpi_unit *unit, const mpi_posting *posting,
                                int32_t date, mpi_balance *debit, mpi_balance *credit, int64_t *sequence,
                                minipay_error *error)
{
    int64_t next = mpi_unit_next_sequence(unit);
    mpi_journal row = {
        .operation_id = posting->operation_id,
        .leg = posting->leg,
        .kind = posting->kind,
        .debit_account = posting->debit->account_id,
        .credit_account = posting->credit->account_id,
        .amount_minor = posting->amount_minor,
        .booked_at = mpi_unit_now(unit),
        .business_date = date,
        .policy_version = posting->rules->version,
        .fingerprint = posting->fingerprint,
        .reverses = posting->reversed ? posting->reversed->sequence : 0,
    };
    memcpy(row.actor, posting->actor, sizeof row.actor);
    memcpy(row.channel, posting->channel, sizeof row.channel);
    link_side(posting->debit, debit, next, &row.debit_balance_minor, &row.debit_previous);
    link_side(posting->credit, credit, next, &row.credit_balance_minor, &row.credit_previous);
    minipay_status status = mpi_unit_append(unit, ledger->journal, &row, sequence, error);
    MPI_ASSERT(status != MINIPAY_OK || *sequence == next);
    return status;
}

/* Another operation may have been given the same id. */
static minipay_status check_unused(mpi_ledger *ledger, mpi_unit *unit, const mpi_posting *posting,
                                   minipay_error *error)
{
    mpi_journal row;
    if (posting->looked_up)
        return MINIPAY_OK;
    minipay_status status =
        mpi_ledger_row(ledger, unit, &posting->operation_id, posting->leg, &row, error);
    return status == MINIPAY_OK ? MINIPAY_ID_REUSED : status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

/* Accounts and amounts come from documents, which are rows of the file. */
static minipay_status check_posting(const mpi_posting *posting, minipay_error *error)
{
    bool sound = posting->amount_minor > 0 && posting->debit != posting->credit &&
                 memcmp(posting->debit->currency, posting->credit->currency, 4) == 0;
    return sound
               ? MINIPAY_OK
               : mpi_fail(error, MINIPAY_CORRUPT, "posting",
                          "%s: a document asks for a posting of %lld from account %lld to %lld",
                          minipay_kind_name(posting->kind), (long long)posting->amount_minor,
                          (long long)posting->debit->account_id, (long long)posting->credit->account_id);
}

minipay_status mpi_ledger_post(mpi_ledger *ledger, mpi_unit *unit, const mpi_posting *posting,
                               int64_t *sequence, minipay_error *error)
{
    const mpi_balance *debit_row = NULL, *credit_row = NULL;
    minipay_status status = check_posting(posting, error);
    if (status == MINIPAY_OK)
        status = check_states(posting);
    if (status == MINIPAY_OK)
        status = check_unused(ledger, unit, posting, error);
    if (status == MINIPAY_OK)
        status = mpi_ledger_balance(ledger, unit, posting->debit->account_id, &debit_row, error);
    if (status == MINIPAY_OK)
        status = mpi_ledger_balance(ledger, unit, posting->credit->account_id, &credit_row, error);
    if (status != MINIPAY_OK)
        return status;
    int32_t date = mpi_rules_date(posting->rules, mpi_unit_now(unit));
    mpi_balance debit = *debit_row, credit = *credit_row;
    status = apply(posting, date, &debit, &credit);
    if (status == MINIPAY_OK)
        restore_windows(posting, date, &credit);
    if (status == MINIPAY_OK)
        status = write_row(ledger, unit, posting, date, &debit, &credit, sequence, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_balance *debit_edit = mpi_unit_edit(unit, ledger->balances, debit_row);
    mpi_balance *credit_edit = mpi_unit_edit(unit, ledger->balances, credit_row);
    if (!debit_edit || !credit_edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    *debit_edit = debit;
    *credit_edit = credit;
    return MINIPAY_OK;
}

minipay_status mpi_ledger_reserve(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                  const mpi_rules *rules, int64_t amount_minor, minipay_error *error)
{
    const mpi_balance *row = NULL;
    int64_t incoming, whole;
    bool reserving = amount_minor > 0;
    minipay_status status = reserving ? check_state(account) : MINIPAY_OK;
    if (status == MINIPAY_OK)
        status = mpi_ledger_balance(ledger, unit, account->account_id, &row, error);
    if (status != MINIPAY_OK)
        return status;
    if (reserving && exceeds(amount_minor, rules->values[MINIPAY_RULE_LIMIT_OPERATION][account->tier]))
        return MINIPAY_LIMIT_OPERATION;
    if (!mpi_money_add(row->incoming_minor, amount_minor, &incoming) ||
        !mpi_money_add(row->posted_minor, incoming, &whole))
        return MINIPAY_AMOUNT_OVERFLOW;
    if (reserving && exceeds(whole, rules->values[MINIPAY_RULE_LIMIT_HOLDING][account->tier]))
        return MINIPAY_LIMIT_HOLDING;
    if (incoming < 0)
        return mpi_fail(error, MINIPAY_CORRUPT, "balance",
                        "account %lld: less money is on its way than its top-ups say",
                        (long long)account->account_id);
    mpi_balance *edit = mpi_unit_edit(unit, ledger->balances, row);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    edit->incoming_minor = incoming;
    return MINIPAY_OK;
}

minipay_status mpi_ledger_row(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *operation_id,
                              int32_t leg, mpi_journal *row, minipay_error *error)
{
    memset(row, 0, sizeof *row);
    row->operation_id = *operation_id;
    row->leg = leg;
    return mpi_unit_find(unit, ledger->journal, row, error);
}

minipay_status mpi_ledger_row_seen(mpi_view *view, const minipay_id *operation_id, int32_t leg,
                                   mpi_journal *row, minipay_error *error)
{
    memset(row, 0, sizeof *row);
    row->operation_id = *operation_id;
    row->leg = leg;
    return mpi_view_get(view, &mpi_journal_record, MPI_JOURNAL_BY_OPERATION, row, error);
}
