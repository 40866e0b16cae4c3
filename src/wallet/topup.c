/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"

#include <string.h>

/* Top-up: the bank moves money from the member's account to the corporate account; then, and only then,
 * the wallet is credited.
 *
 *   reserve ──▶ order ──▶ credit ──▶ DONE
 *      ▲           │ refused
 *      └── release ┘──▶ REJECTED
 */

static const char *const credited_names[] = {"wallet", "suspense", NULL};

static const minipay_field topup_fields[] = {
    MPI_OPERATION_FIELDS(mpi_topup),        MPI_ID(mpi_topup, member_id),
    MPI_OPTIONAL_ID(mpi_topup, account_id), MPI_MONEY(mpi_topup, amount_minor),
    MPI_TEXT(mpi_topup, currency),          MPI_ENUM(mpi_topup, credited_to, credited_names),
    MPI_INT32(mpi_topup, business_date),    MPI_HASH(mpi_topup, row_tag),
};

const mpi_record mpi_topup_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_topup, "topup", topup_fields, 1, NULL, 0);

static minipay_status check_amount(const mpi_rules *rules, int64_t amount_minor)
{
    int64_t unit = rules->values[MINIPAY_RULE_TOPUP_UNIT][0];
    if (amount_minor < rules->values[MINIPAY_RULE_TOPUP_MINIMUM][0])
        return MINIPAY_BELOW_MINIMUM;
    return unit > 0 && amount_minor % unit ? MINIPAY_NOT_IN_UNITS : MINIPAY_OK;
}

/* What the bank moves must fit into the corporate account too: afterwards it is too late to refuse. */
static minipay_status check_corporate(mpi_wallets *wallets, mpi_flow *flow, const mpi_topup *topup)
{
    const mpi_account *corporate;
    const mpi_balance *balance;
    int64_t after;
    minipay_status status = mpi_ledger_own(&wallets->ledger, flow->unit, MPI_ACCOUNT_CORPORATE,
                                           topup->currency, &corporate, flow->error);
    if (status == MINIPAY_OK)
        status = mpi_ledger_balance(&wallets->ledger, flow->unit, corporate->account_id, &balance,
                                    flow->error);
    if (status != MINIPAY_OK)
        return status;
    return mpi_money_add(balance->posted_minor, topup->amount_minor, &after) ? MINIPAY_OK
                                                                             : MINIPAY_AMOUNT_OVERFLOW;
}

static minipay_status reserve(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    mpi_topup *topup = document;
    const mpi_account *account;
    const mpi_rules *rules;
    minipay_status status =
        mpi_policy_rules(wallets->policy, flow->unit, topup->currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    topup->op.policy_version = rules->version;
    status = mpi_wallets_find(wallets, flow, &topup->member_id, topup->currency, &account);
    if (status == MINIPAY_OK)
        status = check_amount(rules, topup->amount_minor);
    if (status == MINIPAY_OK)
        status = mpi_ledger_reserve(&wallets->ledger, flow->unit, account, rules, topup->amount_minor,
                                    flow->error);
    return status == MINIPAY_OK ? check_corporate(wallets, flow, topup) : status;
}

static minipay_status release(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    const mpi_topup *topup = document;
    const mpi_account *account;
    minipay_status status =
        mpi_wallets_find(wallets, flow, &topup->member_id, topup->currency, &account);
    if (status != MINIPAY_OK)
        return status;
    return mpi_ledger_reserve(&wallets->ledger, flow->unit, account, NULL, -topup->amount_minor,
                              flow->error);
}

static minipay_status order(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    const mpi_topup *topup = document;
    mpi_order_request request = {
        .parent = &topup->op,
        .direction = MINIPAY_BANK_COLLECT,
        .owner_id = topup->member_id,
        .account_id = topup->account_id,
        .amount_minor = topup->amount_minor,
    };
    memcpy(request.currency, topup->currency, sizeof request.currency);
    return wallets->banking.order(wallets->banking.impl, flow, &request);
}

/* The bank has moved the money, so nothing here may be refused. A wallet that was closed meanwhile leaves it in
 * suspense. */
static minipay_status credit(void *context, mpi_flow *flow, void *document)
{
    mpi_topup *topup = document;
    const mpi_account *wallet;
    mpi_booked booked;
    minipay_status status = release(context, flow, document);
    if (status == MINIPAY_OK)
        status = mpi_wallets_find(context, flow, &topup->member_id, topup->currency, &wallet);
    if (status != MINIPAY_OK)
        return status;
    bool closed = wallet->state == MPI_STATE_CLOSED;
    topup->credited_to = closed ? MPI_CREDITED_SUSPENSE : MPI_CREDITED_WALLET;
    mpi_booking booking = {.op = &topup->op,
                           .currency = topup->currency,
                           .debit = MPI_ACCOUNT_CORPORATE,
                           .credit = closed ? MPI_ACCOUNT_SUSPENSE : MPI_ACCOUNT_WALLET,
                           .member_id = &topup->member_id,
                           .amount_minor = topup->amount_minor,
                           .forced = true};
    status = mpi_wallets_book(context, flow, &booking, &booked);
    topup->business_date = booked.business_date;
    return status;
}

static const mpi_step topup_steps[] = {
    {"reserve", "ledger.reserve", reserve, release, "ledger.release"},
    {"order", "banking.order", order, NULL, NULL},
    {"credit", "ledger.post", credit, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_topup *topup = document;
    topup->member_id = instruction->member_id;
    topup->account_id = instruction->other_id;
    topup->amount_minor = instruction->amount_minor;
    memcpy(topup->currency, instruction->currency, sizeof topup->currency);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_topup *told = document;
    outcome->amount_minor = told->amount_minor;
    outcome->business_date = told->business_date;
}

/* What its id follows from, with its parent's. */
static const char topup_name[] = "topup";

const mpi_saga mpi_topup_saga = {
    .kind = MINIPAY_KIND_TOPUP,
    .name = "topup",
    .needs_bank = true,
    .record = &mpi_topup_record,
    .steps = topup_steps,
    .step_count = MPI_COUNT(topup_steps),
    .pivot = MPI_TOPUP_ORDER + 1, /* the bank has moved the money */
    .draw_up = draw_up,
    .tell = tell,
};

minipay_status mpi_topup_begun(mpi_flow *flow, const minipay_id *parent_id, int64_t *topup_minor)
{
    minipay_id id;
    minipay_outcome topup;
    mpi_id_derive(parent_id, topup_name, &id);
    minipay_status status = mpi_saga_look_up(flow, MINIPAY_KIND_TOPUP, &id, &topup);
    *topup_minor = status == MINIPAY_OK ? topup.amount_minor : 0;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

minipay_status mpi_topup_for(mpi_wallets *wallets, mpi_flow *flow, mpi_operation *parent,
                             const minipay_id *member_id, const char currency[4], int64_t missing_minor,
                             int64_t *topup_minor)
{
    mpi_document document;
    mpi_topup *topup = (mpi_topup *)(void *)&document;
    const mpi_rules *rules;
    minipay_status status = mpi_policy_rules(wallets->policy, flow->unit, currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    int64_t unit = rules->values[MINIPAY_RULE_TOPUP_UNIT][0];
    memset(topup, 0, sizeof *topup);
    if (*topup_minor)
        topup->amount_minor = *topup_minor; /* as it was decided at the first run */
    else if (!mpi_money_round_up(missing_minor, rules->values[MINIPAY_RULE_TOPUP_MINIMUM][0],
                                 unit ? unit : 1, &topup->amount_minor))
        return MINIPAY_AMOUNT_OVERFLOW;
    mpi_id_derive(&parent->id, topup_name, &topup->op.id);
    topup->op.kind = MINIPAY_KIND_TOPUP;
    topup->op.parent_id = parent->id;
    topup->op.parent_kind = parent->kind;
    memcpy(topup->op.actor, parent->actor, sizeof topup->op.actor);
    memcpy(topup->op.channel, parent->channel, sizeof topup->op.channel);
    topup->member_id = *member_id;
    memcpy(topup->currency, currency, sizeof topup->currency);
    *topup_minor = topup->amount_minor;
    status = mpi_saga_child(flow, MINIPAY_KIND_TOPUP, &document);
    parent->policy_version = topup->op.policy_version;
    return status;
}
