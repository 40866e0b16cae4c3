/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/error.h"
#include "base/money.h"

#include <string.h>

static const minipay_field opening_fields[] = {
    MPI_OPERATION_FIELDS(mpi_wallet_opening),
    MPI_ID(mpi_wallet_opening, member_id),
    MPI_TEXT(mpi_wallet_opening, currency),
    MPI_HASH(mpi_wallet_opening, row_tag),
};

const mpi_record mpi_wallet_opening_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_wallet_opening, "wallet", opening_fields, 1, NULL, 0);

/* ---- opening a wallet ------------------------------------------------------------------------------------ */

static minipay_status open_account(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    const mpi_wallet_opening *opening = document;
    const mpi_account *account;
    mpi_terms terms;
    mpi_account wanted = {.owner_id = opening->member_id, .kind = MPI_ACCOUNT_WALLET, .purse = MPI_CASH};
    minipay_status status =
        wallets->membership.terms(wallets->membership.impl, flow, &opening->member_id, &terms);
    if (status != MINIPAY_OK)
        return status;
    memcpy(wanted.currency, opening->currency, sizeof wanted.currency);
    wanted.tier = terms.tier;
    wanted.terms_version = terms.version;
    wanted.opened_by = opening->op.id;
    return mpi_ledger_open(&wallets->ledger, flow->unit, &wanted, &account, flow->error);
}

/* Terms that changed while the account was not there yet were pushed to nobody. */
static minipay_status confirm_terms(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    const mpi_wallet_opening *opening = document;
    const mpi_account *account;
    mpi_terms terms;
    minipay_status status =
        wallets->membership.terms(wallets->membership.impl, flow, &opening->member_id, &terms);
    if (status != MINIPAY_OK && status != MINIPAY_MEMBER_INACTIVE)
        return status;
    status = mpi_wallets_find(wallets, flow, &opening->member_id, opening->currency, &account);
    return status == MINIPAY_OK ? mpi_wallets_take_terms(wallets, flow, account, &terms) : status;
}

static const mpi_step open_steps[] = {
    {"open", "membership.terms", open_account, NULL, NULL},
    {"confirm", "membership.terms", confirm_terms, NULL, NULL},
};

static const mpi_saga open_saga = {
    .kind = MINIPAY_KIND_OPEN,
    .name = "open",
    .record = &mpi_wallet_opening_record,
    .steps = open_steps,
    .step_count = MPI_COUNT(open_steps),
};

void mpi_wallets_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const minipay_wallet_request *request = (const minipay_wallet_request *)requests + number;
    mpi_wallet_opening *opening = (mpi_wallet_opening *)(void *)document;
    (void)context;
    memset(opening, 0, sizeof *opening);
    mpi_operation_head(&opening->op, MINIPAY_KIND_OPEN, &request->id, request->actor, request->channel,
                       request->reason);
    opening->member_id = request->member_id;
    memcpy(opening->currency, request->currency, sizeof opening->currency);
}

/* ---- what the sagas of this context share ---------------------------------------------------------------- */

minipay_status mpi_wallets_find(mpi_wallets *wallets, mpi_flow *flow, const minipay_id *member_id,
                                const char currency[4], const mpi_account **account)
{
    mpi_account key = {.owner_id = *member_id, .kind = MPI_ACCOUNT_WALLET, .purse = MPI_CASH};
    memcpy(key.currency, currency, sizeof key.currency);
    minipay_status status = mpi_ledger_find(&wallets->ledger, flow->unit, &key, account, flow->error);
    return status == MINIPAY_NOT_FOUND ? MINIPAY_WALLET_NOT_FOUND : status;
}

void mpi_wallets_warm(void *impl, mpi_unit *unit, const mpi_wallet_name *names, uint32_t count)
{
    mpi_wallets *wallets = impl;
    mpi_account keys[MPI_WARM_LARGEST];
    const mpi_account *pointers[MPI_WARM_LARGEST];
    for (uint32_t i = 0; i < count; i++) {
        keys[i].owner_id = *names[i].member_id;
        keys[i].kind = MPI_ACCOUNT_WALLET;
        memcpy(keys[i].purse, MPI_CASH "\0\0\0", sizeof keys[i].purse);
        memcpy(keys[i].currency, names[i].currency, sizeof keys[i].currency);
        pointers[i] = &keys[i];
    }
    mpi_ledger_warm(&wallets->ledger, unit, pointers, count);
}

minipay_status mpi_wallets_posting(mpi_wallets *wallets, mpi_flow *flow, const mpi_operation *op,
                                   const char currency[4], mpi_posting *posting)
{
    memset(posting, 0, sizeof *posting);
    posting->operation_id = op->id;
    posting->kind = op->kind;
    posting->fingerprint = op->fingerprint;
    posting->actor = op->actor;
    posting->channel = op->channel;
    return mpi_policy_rules(wallets->policy, flow->unit, currency, &posting->rules, flow->error);
}

static minipay_status find_side(mpi_wallets *wallets, mpi_flow *flow, const mpi_booking *booking,
                                int32_t kind, const mpi_account **account)
{
    return kind == MPI_ACCOUNT_WALLET
               ? mpi_wallets_find(wallets, flow, booking->member_id, booking->currency, account)
               : mpi_ledger_own(&wallets->ledger, flow->unit, kind, booking->currency, account,
                                flow->error);
}

minipay_status mpi_wallets_book(mpi_wallets *wallets, mpi_flow *flow, const mpi_booking *booking,
                                mpi_booked *booked)
{
    mpi_posting posting;
    int64_t sequence;
    *booked = (mpi_booked){0, 0};
    minipay_status status = mpi_wallets_posting(wallets, flow, booking->op, booking->currency, &posting);
    if (status == MINIPAY_OK)
        status = find_side(wallets, flow, booking, booking->debit, &posting.debit);
    if (status == MINIPAY_OK)
        status = find_side(wallets, flow, booking, booking->credit, &posting.credit);
    if (status != MINIPAY_OK)
        return status;
    posting.amount_minor = booking->amount_minor;
    posting.forced = booking->forced;
    booked->policy_version = posting.rules->version;
    booked->business_date = mpi_rules_date(posting.rules, mpi_unit_now(flow->unit));
    return mpi_ledger_post(&wallets->ledger, flow->unit, &posting, &sequence, flow->error);
}

/* ---- port ------------------------------------------------------------------------------------------------ */

/* Parties and the accounts they are, for both ways. A new party is a line here. */
static const int32_t party_accounts[] = {[MPI_PARTY_WALLET] = MPI_ACCOUNT_WALLET,
                                         [MPI_PARTY_PAYABLE] = MPI_ACCOUNT_PAYABLE,
                                         [MPI_PARTY_TRANSIT] = MPI_ACCOUNT_TRANSIT,
                                         [MPI_PARTY_CORPORATE] = MPI_ACCOUNT_CORPORATE,
                                         [MPI_PARTY_FEE_INCOME] = MPI_ACCOUNT_FEE_INCOME,
                                         [MPI_PARTY_PROMOTION_EXPENSE] = MPI_ACCOUNT_PROMOTION_EXPENSE};

static minipay_status find_party(mpi_wallets *wallets, mpi_flow *flow, const mpi_party *party,
                                 const char currency[4], const mpi_account **account)
{
    mpi_account key = {.owner_id = party->owner_id, .kind = party_accounts[party->kind]};
    if (party->kind == MPI_PARTY_OTHER)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "journal",
                        "a posting is on an account that no operation like it moves money on");
    if (party->kind == MPI_PARTY_WALLET)
        return mpi_wallets_find(wallets, flow, &party->owner_id, currency, account);
    memcpy(key.currency, currency, sizeof key.currency);
    minipay_status status = mpi_ledger_find(&wallets->ledger, flow->unit, &key, account, flow->error);
    return status == MINIPAY_NOT_FOUND
               ? mpi_ledger_open(&wallets->ledger, flow->unit, &key, account, flow->error)
               : status;
}

minipay_status mpi_wallets_move(void *impl, mpi_flow *flow, const mpi_move *move, mpi_booked *booked)
{
    mpi_wallets *wallets = impl;
    mpi_posting posting;
    int64_t sequence;
    *booked = (mpi_booked){0, 0};
    minipay_status status = mpi_wallets_posting(wallets, flow, move->op, move->currency, &posting);
    if (status == MINIPAY_OK)
        status = find_party(wallets, flow, &move->payer, move->currency, &posting.debit);
    if (status == MINIPAY_OK)
        status = find_party(wallets, flow, &move->payee, move->currency, &posting.credit);
    if (status != MINIPAY_OK)
        return status;
    if (posting.debit == posting.credit)
        return MINIPAY_SELF_TRANSFER;
    posting.leg = move->leg;
    posting.kind = move->kind;
    posting.amount_minor = move->amount_minor;
    posting.looked_up = move->said;
    posting.forced = move->forced;
    booked->policy_version = posting.rules->version;
    booked->business_date = mpi_rules_date(posting.rules, mpi_unit_now(flow->unit));
    return mpi_ledger_post(&wallets->ledger, flow->unit, &posting, &sequence, flow->error);
}

static minipay_status account_by_number(mpi_wallets *wallets, mpi_flow *flow, int64_t number,
                                        mpi_account *account)
{
    account->account_id = number;
    minipay_status status = flow->view ? mpi_view_get(flow->view, &mpi_account_record,
                                                      MPI_ACCOUNT_BY_NUMBER, account, flow->error)
                                       : mpi_unit_lookup(flow->unit, wallets->ledger.accounts,
                                                         MPI_ACCOUNT_BY_NUMBER, account, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "account", "account %lld is gone",
                        (long long)number);
    return status;
}

minipay_status mpi_wallets_account(mpi_wallets *wallets, mpi_flow *flow, int64_t number,
                                   const mpi_account **account)
{
    mpi_account copy;
    minipay_status status = account_by_number(wallets, flow, number, &copy);
    return status == MINIPAY_OK
               ? mpi_ledger_find(&wallets->ledger, flow->unit, &copy, account, flow->error)
               : status;
}

mpi_party mpi_wallets_party(const mpi_account *account)
{
    mpi_party party = {MPI_PARTY_OTHER, account->owner_id};
    for (mpi_party_kind kind = MPI_PARTY_WALLET; kind < MPI_COUNT(party_accounts); kind++) {
        if (party_accounts[kind] == account->kind)
            party.kind = kind;
    }
    return party;
}

void mpi_wallets_tell_move(const mpi_journal *row, const mpi_account *debit, const mpi_account *credit,
                           mpi_moved *moved)
{
    memset(moved, 0, sizeof *moved);
    moved->operation_id = row->operation_id;
    moved->kind = row->kind;
    moved->policy_version = row->policy_version;
    moved->business_date = row->business_date;
    moved->amount_minor = row->amount_minor;
    moved->booked_at = row->booked_at;
    moved->fingerprint = row->fingerprint;
    moved->payer = mpi_wallets_party(debit);
    moved->payee = mpi_wallets_party(credit);
    memcpy(moved->currency, debit->currency, sizeof moved->currency);
    memcpy(moved->actor, row->actor, sizeof moved->actor);
    memcpy(moved->channel, row->channel, sizeof moved->channel);
}

static minipay_status port_find(void *impl, mpi_flow *flow, const minipay_id *operation_id, int32_t leg,
                                mpi_moved *moved)
{
    mpi_wallets *wallets = impl;
    mpi_journal row;
    mpi_account debit, credit;
    minipay_status status =
        flow->view ? mpi_ledger_row_seen(flow->view, operation_id, leg, &row, flow->error)
                   : mpi_ledger_row(&wallets->ledger, flow->unit, operation_id, leg, &row, flow->error);
    if (status == MINIPAY_OK)
        status = account_by_number(wallets, flow, row.debit_account, &debit);
    if (status == MINIPAY_OK)
        status = account_by_number(wallets, flow, row.credit_account, &credit);
    if (status == MINIPAY_OK)
        mpi_wallets_tell_move(&row, &debit, &credit, moved);
    return status;
}

minipay_status mpi_wallets_has_moved(void *impl, mpi_flow *flow, const minipay_id *operation_id)
{
    mpi_wallets *wallets = impl;
    mpi_journal row;
    return mpi_ledger_row(&wallets->ledger, flow->unit, operation_id, 0, &row, flow->error);
}

minipay_status mpi_wallets_provide(void *impl, mpi_flow *flow, mpi_operation *parent,
                                   const minipay_id *member_id, const char currency[4],
                                   int64_t amount_minor, int64_t *topup_minor)
{
    mpi_wallets *wallets = impl;
    const mpi_account *account;
    const mpi_balance *balance;
    int64_t available, missing;
    minipay_status status = mpi_wallets_find(wallets, flow, member_id, currency, &account);
    if (status == MINIPAY_OK)
        status =
            mpi_ledger_balance(&wallets->ledger, flow->unit, account->account_id, &balance, flow->error);
    if (status != MINIPAY_OK)
        return status;
    if (*topup_minor == 0) {
        if (!mpi_money_subtract(balance->posted_minor, balance->held_minor, &available) ||
            !mpi_money_subtract(amount_minor, available, &missing))
            return MINIPAY_AMOUNT_OVERFLOW;
        if (missing <= 0)
            return MINIPAY_OK;
    } else {
        missing = *topup_minor;
    }
    return mpi_topup_for(wallets, flow, parent, member_id, currency, missing, topup_minor);
}

mpi_wallet_port mpi_wallets_open_port(mpi_wallets *wallets)
{
    return (mpi_wallet_port){
        .impl = wallets,
        .move = mpi_wallets_move,
        .reverse = mpi_wallets_reverse,
        .undo = mpi_wallets_undo,
        .provide = mpi_wallets_provide,
        .hold = mpi_wallets_hold,
        .capture = mpi_wallets_capture,
        .release = mpi_wallets_release,
        .find = port_find,
        .has_moved = mpi_wallets_has_moved,
        .moves = mpi_wallets_moves,
    };
}

void mpi_wallets_set_up(mpi_wallets *wallets, mpi_engine *engine, const mpi_home *home,
                        const mpi_membership_port *membership, const mpi_banking_port *banking)
{
    wallets->engine = engine;
    wallets->store = home->store;
    wallets->policy = home->policy;
    wallets->membership = *membership;
    wallets->banking = *banking;
    mpi_ledger_set_up(&wallets->ledger, wallets->store, wallets->policy);
    mpi_engine_set_warmer(engine, &(mpi_warmer){wallets, mpi_wallets_warm});
    mpi_engine_add(engine, home, &open_saga, wallets);
    mpi_engine_add(engine, home, &mpi_topup_saga, wallets);
    mpi_engine_add(engine, home, &mpi_credit_saga, wallets);
    mpi_engine_add(engine, home, &mpi_debit_saga, wallets);
    mpi_engine_add(engine, home, &mpi_hold_saga, wallets);
    mpi_engine_add(engine, home, &mpi_hold_capture_saga, wallets);
    mpi_engine_add(engine, home, &mpi_hold_void_saga, wallets);
    mpi_engine_add(engine, home, &mpi_freeze_saga, wallets);
    mpi_engine_add(engine, home, &mpi_unfreeze_saga, wallets);
    mpi_engine_add(engine, home, &mpi_close_saga, wallets);
}
