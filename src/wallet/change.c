/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include "base/error.h"

#include <string.h>

/* A wallet's own state (FREEZE, UNFREEZE, CLOSE), and the terms that membership pushes.
 *
 *          FREEZE
 *   OPEN ─────────▶ FROZEN
 *    │  ◀─────────   │
 *    │   UNFREEZE    │
 *    └── CLOSE at 0 ─┴──▶ CLOSED, for ever
 */

static const minipay_field change_fields[] = {
    MPI_OPERATION_FIELDS(mpi_wallet_change),
    MPI_ID(mpi_wallet_change, member_id),
    MPI_TEXT(mpi_wallet_change, currency),
    MPI_HASH(mpi_wallet_change, row_tag),
};

const mpi_record mpi_wallet_change_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_wallet_change, "wallet_change", change_fields, 1, NULL, 0);

/* From which state each kind may come, and what it refuses with from each other. */
static const struct {
    int32_t kind;
    int32_t to;
    minipay_status from[3]; /* by MPI_STATE_* */
} moves[] = {
    {MINIPAY_KIND_FREEZE, MPI_STATE_FROZEN, {MINIPAY_OK, MINIPAY_OK, MINIPAY_WALLET_CLOSED}},
    {MINIPAY_KIND_UNFREEZE, MPI_STATE_OPEN, {MINIPAY_OK, MINIPAY_OK, MINIPAY_WALLET_CLOSED}},
    {MINIPAY_KIND_CLOSE, MPI_STATE_CLOSED, {MINIPAY_OK, MINIPAY_WALLET_FROZEN, MINIPAY_WALLET_CLOSED}},
};

static minipay_status check_empty(mpi_wallets *wallets, mpi_flow *flow, const mpi_account *account)
{
    const mpi_balance *balance = NULL;
    minipay_status status =
        mpi_ledger_balance(&wallets->ledger, flow->unit, account->account_id, &balance, flow->error);
    if (status != MINIPAY_OK)
        return status;
    bool empty = balance->posted_minor == 0 && balance->held_minor == 0 && balance->incoming_minor == 0;
    return empty ? MINIPAY_OK : MINIPAY_WALLET_NOT_EMPTY;
}

static minipay_status change_state(void *context, mpi_flow *flow, void *document)
{
    mpi_wallets *wallets = context;
    const mpi_wallet_change *change = document;
    const mpi_account *account;
    size_t i = 0;
    while (moves[i].kind != change->op.kind)
        i++;
    minipay_status status =
        mpi_wallets_find(wallets, flow, &change->member_id, change->currency, &account);
    if (status == MINIPAY_OK)
        status = moves[i].from[account->state];
    if (status == MINIPAY_OK && moves[i].to == MPI_STATE_CLOSED)
        status = check_empty(wallets, flow, account);
    if (status != MINIPAY_OK)
        return status;
    mpi_account *edit = mpi_unit_edit(flow->unit, wallets->ledger.accounts, account);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    edit->state = moves[i].to;
    return MINIPAY_OK;
}

static const mpi_step change_steps[] = {{"change", "ledger.account", change_state, NULL, NULL}};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_wallet_change *change = document;
    change->member_id = instruction->member_id;
    memcpy(change->currency, instruction->currency, sizeof change->currency);
}

const mpi_saga mpi_freeze_saga = {
    .kind = MINIPAY_KIND_FREEZE,
    .name = "freeze",
    .record = &mpi_wallet_change_record,
    .steps = change_steps,
    .step_count = MPI_COUNT(change_steps),
    .draw_up = draw_up,
};

const mpi_saga mpi_unfreeze_saga = {
    .kind = MINIPAY_KIND_UNFREEZE,
    .name = "unfreeze",
    .record = &mpi_wallet_change_record,
    .steps = change_steps,
    .step_count = MPI_COUNT(change_steps),
    .draw_up = draw_up,
};

const mpi_saga mpi_close_saga = {
    .kind = MINIPAY_KIND_CLOSE,
    .name = "close",
    .record = &mpi_wallet_change_record,
    .steps = change_steps,
    .step_count = MPI_COUNT(change_steps),
    .draw_up = draw_up,
};

/* ---- terms ----------------------------------------------------------------------------------------------- */

enum { WALLETS_LARGEST = 256 }; /* more than there are currencies */

minipay_status mpi_wallets_take_terms(mpi_wallets *wallets, mpi_flow *flow, const mpi_account *account,
                                      const mpi_terms *terms)
{
    if (account->terms_version >= terms->version)
        return MINIPAY_OK;
    mpi_account *edit = mpi_unit_edit(flow->unit, wallets->ledger.accounts, account);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    edit->tier = terms->tier;
    edit->owner_state = terms->active ? 0 : 1;
    edit->terms_version = terms->version;
    return MINIPAY_OK;
}

/* Reads before it changes: a scan sees only what earlier operations staged, so whoever pushes has staged
 * nothing yet. */
static minipay_status take_terms(void *impl, mpi_flow *flow, const minipay_id *member_id,
                                 const mpi_terms *terms)
{
    mpi_wallets *wallets = impl;
    mpi_account bound = {.owner_id = *member_id, .kind = MPI_ACCOUNT_WALLET}, found[WALLETS_LARGEST];
    minipay_scan scan = {.table = &mpi_account_record.table,
                         .index = -1,
                         .low = &bound,
                         .high = &bound,
                         .low_fields = 2,
                         .high_fields = 2};
    uint32_t count = WALLETS_LARGEST;
    minipay_status status = mpi_unit_scan(flow->unit, &scan, found, &count, flow->error);
    for (uint32_t i = 0; i < count && status == MINIPAY_OK; i++) {
        const mpi_account *account;
        status = mpi_ledger_find(&wallets->ledger, flow->unit, &found[i], &account, flow->error);
        if (status == MINIPAY_OK)
            status = mpi_wallets_take_terms(wallets, flow, account, terms);
    }
    return status;
}

mpi_terms_sink mpi_wallets_open_sink(mpi_wallets *wallets)
{
    return (mpi_terms_sink){wallets, false, take_terms};
}
