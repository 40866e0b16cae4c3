/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/hold.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"

#include <string.h>

static const char *const hold_state_names[] = {"open", "closed", NULL};

static const minipay_field hold_fields[] = {
    MPI_ID(mpi_hold, hold_id),
    MPI_ID(mpi_hold, owner_id),
    MPI_OPTIONAL_ID(mpi_hold, payee_id),
    MPI_MONEY(mpi_hold, amount_minor),
    MPI_MONEY(mpi_hold, captured_minor),
    MPI_INT64(mpi_hold, expires_at),
    MPI_ENUM(mpi_hold, hold_state, hold_state_names),
    MPI_ENUM(mpi_hold, opened_by, mpi_kind_names),
    MPI_TEXT(mpi_hold, currency),
    MPI_INT32(mpi_hold, business_date),
    MPI_INT64(mpi_hold, next_sequence),
    MPI_HASH(mpi_hold, row_tag),
};

static const minipay_index hold_indexes[] = {{"hold_due", {5}, 1, 0, 6, 1}};

const mpi_record mpi_hold_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_hold, "hold", hold_fields, 1, hold_indexes, 1);

static minipay_status wallet_of(mpi_ledger *ledger, mpi_unit *unit, const mpi_hold *hold,
                                const mpi_account **account, minipay_error *error)
{
    mpi_account key = {.owner_id = hold->owner_id, .kind = MPI_ACCOUNT_WALLET, .purse = MPI_CASH};
    memcpy(key.currency, hold->currency, sizeof key.currency);
    minipay_status status = mpi_ledger_find(ledger, unit, &key, account, error);
    return status == MINIPAY_NOT_FOUND
               ? mpi_fail(error, MINIPAY_CORRUPT, "hold", "a hold's wallet is gone")
               : status;
}

/* What counts towards the limits of the hold's date changes with it. */
static bool count_held(const mpi_hold *hold, int64_t change, mpi_balance *balance)
{
    int64_t freed;
    if (hold->business_date == 0)
        return true;
    if (change > 0)
        return mpi_balance_count(balance, hold->business_date, change);
    if (!mpi_money_subtract(0, change, &freed))
        return false;
    mpi_balance_give_back(balance, hold->business_date, freed);
    return true;
}

static minipay_status change_held(mpi_ledger *ledger, mpi_unit *unit, const mpi_hold *hold,
                                  int64_t change, minipay_error *error)
{
    const mpi_account *account;
    const mpi_balance *row = NULL;
    minipay_status status = wallet_of(ledger, unit, hold, &account, error);
    if (status == MINIPAY_OK)
        status = mpi_ledger_balance(ledger, unit, account->account_id, &row, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_balance after = *row;
    if (!mpi_money_add(row->held_minor, change, &after.held_minor) || !count_held(hold, change, &after))
        return MINIPAY_AMOUNT_OVERFLOW;
    if (after.held_minor < 0)
        return mpi_fail(error, MINIPAY_CORRUPT, "balance",
                        "account %lld: less is held than its holds say", (long long)account->account_id);
    mpi_balance *edit = mpi_unit_edit(unit, ledger->balances, row);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    *edit = after;
    return MINIPAY_OK;
}

/* A legal freeze of a part: nothing is spent, so no limit is asked, and a frozen wallet can have one too. */
static minipay_status may_freeze(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                 int64_t amount_minor, minipay_error *error)
{
    const mpi_balance *row = NULL;
    int64_t available;
    if (account->state == MPI_STATE_CLOSED)
        return MINIPAY_WALLET_CLOSED;
    minipay_status status = mpi_ledger_balance(ledger, unit, account->account_id, &row, error);
    if (status != MINIPAY_OK)
        return status;
    if (!mpi_money_subtract(row->posted_minor, row->held_minor, &available))
        return MINIPAY_AMOUNT_OVERFLOW;
    return available < amount_minor ? MINIPAY_INSUFFICIENT_FUNDS : MINIPAY_OK;
}

/* The day that the wallet's limits are at: today, or a later one that was already begun. */
static minipay_status date_hold(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                                const mpi_rules *rules, mpi_hold *hold, minipay_error *error)
{
    const mpi_balance *row = NULL;
    minipay_status status = mpi_ledger_balance(ledger, unit, account->account_id, &row, error);
    if (status != MINIPAY_OK)
        return status;
    int32_t today = mpi_rules_date(rules, mpi_unit_now(unit));
    hold->business_date = today > row->day ? today : row->day;
    return MINIPAY_OK;
}

minipay_status mpi_hold_open(mpi_ledger *ledger, mpi_unit *unit, const mpi_account *account,
                             const mpi_rules *rules, const mpi_hold *wanted, minipay_error *error)
{
    bool legal = wanted->opened_by == MINIPAY_KIND_HOLD && mpi_id_is_none(&wanted->payee_id);
    minipay_status status =
        legal ? may_freeze(ledger, unit, account, wanted->amount_minor, error)
              : mpi_ledger_may_spend(ledger, unit, account, rules, wanted->amount_minor, error);
    mpi_hold hold = *wanted;
    hold.next_sequence = mpi_unit_next_sequence(unit);
    if (status == MINIPAY_OK && !legal)
        status = date_hold(ledger, unit, account, rules, &hold, error);
    if (status == MINIPAY_OK)
        status = mpi_unit_insert(unit, ledger->holds, &hold, error);
    return status == MINIPAY_OK ? change_held(ledger, unit, &hold, hold.amount_minor, error) : status;
}

minipay_status mpi_hold_find(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *hold_id,
                             const mpi_hold **hold, minipay_error *error)
{
    const void *row;
    minipay_status status = mpi_unit_get(unit, ledger->holds, hold_id, &row, error);
    if (status == MINIPAY_OK)
        *hold = row;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_HOLD_NOT_FOUND : status;
}

static minipay_status find_open(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *hold_id,
                                const mpi_hold **hold, int64_t *left_minor, minipay_error *error)
{
    minipay_status status = mpi_hold_find(ledger, unit, hold_id, hold, error);
    if (status != MINIPAY_OK)
        return status;
    if ((*hold)->hold_state != MPI_HOLD_OPEN)
        return MINIPAY_HOLD_CLOSED;
    return mpi_money_subtract((*hold)->amount_minor, (*hold)->captured_minor, left_minor)
               ? MINIPAY_OK
               : MINIPAY_AMOUNT_OVERFLOW;
}

minipay_status mpi_hold_take(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *hold_id,
                             int64_t amount_minor, int64_t *taken_minor, int64_t *left_minor,
                             minipay_error *error)
{
    const mpi_hold *hold;
    int64_t left, captured, change;
    minipay_status status = find_open(ledger, unit, hold_id, &hold, &left, error);
    if (status != MINIPAY_OK)
        return status;
    int64_t taken = amount_minor ? amount_minor : left;
    if (hold->expires_at && mpi_unit_now(unit) >= hold->expires_at)
        return MINIPAY_HOLD_EXPIRED;
    if (taken > left)
        return MINIPAY_INSUFFICIENT_FUNDS;
    if (!mpi_money_add(hold->captured_minor, taken, &captured) || !mpi_money_subtract(0, taken, &change))
        return MINIPAY_AMOUNT_OVERFLOW;
    status = change_held(ledger, unit, hold, change, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_hold *edit = mpi_unit_edit(unit, ledger->holds, hold);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    edit->captured_minor = captured;
    bool ended = captured == edit->amount_minor && edit->opened_by == MINIPAY_KIND_HOLD;
    edit->hold_state = ended ? MPI_HOLD_CLOSED : MPI_HOLD_OPEN;
    *taken_minor = taken;
    mpi_money_subtract(left, taken, left_minor);
    return MINIPAY_OK;
}

minipay_status mpi_hold_release(mpi_ledger *ledger, mpi_unit *unit, const minipay_id *hold_id,
                                int64_t *freed_minor, minipay_error *error)
{
    const mpi_hold *hold;
    int64_t left, change;
    minipay_status status = find_open(ledger, unit, hold_id, &hold, &left, error);
    if (status == MINIPAY_OK && !mpi_money_subtract(0, left, &change))
        status = MINIPAY_AMOUNT_OVERFLOW;
    if (status == MINIPAY_OK)
        status = change_held(ledger, unit, hold, change, error);
    if (status != MINIPAY_OK)
        return status;
    mpi_hold *edit = mpi_unit_edit(unit, ledger->holds, hold);
    if (!edit)
        return mpi_fail_plain(error, MINIPAY_NO_MEMORY, NULL);
    edit->hold_state = MPI_HOLD_CLOSED;
    *freed_minor = left;
    return MINIPAY_OK;
}
