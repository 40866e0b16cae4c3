/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "base/error.h"
#include "base/id.h"

#include <string.h>

/* Unlinking an account: one step. Its document stays, for the orders that use it and for history; its number
 * may be linked again, under a new id. Where it was the owner's first, the one that was linked next is. */

static const minipay_field unlink_fields[] = {
    MPI_OPERATION_FIELDS(mpi_unlinking),
    MPI_ID(mpi_unlinking, owner_id),
    MPI_ID(mpi_unlinking, account_id),
    MPI_HASH(mpi_unlinking, row_tag),
};

const mpi_record mpi_unlinking_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_unlinking, "bank_unlink", unlink_fields, 1, NULL, 0);

minipay_status mpi_banking_linked(const mpi_banking *banking, mpi_flow *flow, const minipay_id *owner_id,
                                  const minipay_id *account_id, const mpi_bank_account **account)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, banking->accounts, account_id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_ACCOUNT_NOT_FOUND : status;
    *account = row;
    bool linked = (*account)->op.state == MINIPAY_STATE_DONE &&
                  (*account)->account_state == MINIPAY_ACCOUNT_LINKED &&
                  mpi_id_compare(&(*account)->owner_id, owner_id) == 0;
    return linked ? MINIPAY_OK : MINIPAY_ACCOUNT_NOT_FOUND;
}

/* ---- the owner's next ---------------------------------------------------------------------------------- */

enum { PAGE = 16 };

static bool is_earlier(const mpi_bank_account *a, const mpi_bank_account *b)
{
    if (a->op.finished_at != b->op.finished_at)
        return a->op.finished_at < b->op.finished_at;
    return mpi_id_compare(&a->op.id, &b->op.id) < 0;
}

/* The earliest linked account of the owner but the one that goes; its id is none when there is no other.
 * Scans, so it comes before anything is staged. */
static minipay_status find_next(mpi_flow *flow, const mpi_unlinking *unlinking, mpi_bank_account *next)
{
    mpi_bank_account rows[PAGE], bound = {.owner_id = unlinking->owner_id};
    minipay_scan scan = {.table = &mpi_bank_account_record.table,
                         .index = MPI_ACCOUNTS_OF_OWNER,
                         .low = &bound,
                         .high = &bound,
                         .low_fields = 2,
                         .high_fields = 1,
                         .low_exclusive = 1};
    uint32_t read = PAGE;
    memset(next, 0, sizeof *next);
    while (read == PAGE) {
        minipay_status status = mpi_unit_scan(flow->unit, &scan, rows, &read, flow->error);
        if (status != MINIPAY_OK)
            return status;
        for (uint32_t i = 0; i < read; i++) {
            bool other = rows[i].op.state == MINIPAY_STATE_DONE &&
                         mpi_id_compare(&rows[i].op.id, &unlinking->account_id) != 0;
            if (other && (mpi_id_is_none(&next->op.id) || is_earlier(&rows[i], next)))
                *next = rows[i];
        }
        if (read)
            bound.op.id = rows[read - 1].op.id;
    }
    return MINIPAY_OK;
}

static minipay_status hand_on_first(const mpi_banking *banking, mpi_flow *flow,
                                    const mpi_unlinking *unlinking, const minipay_id *next_id)
{
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, banking->owners, &unlinking->owner_id, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "bank_owner", "an owner's first account is gone");
    if (status != MINIPAY_OK)
        return status;
    const mpi_bank_owner *owner = row;
    if (mpi_id_compare(&owner->account_id, &unlinking->account_id) != 0)
        return MINIPAY_OK;
    if (mpi_id_is_none(next_id))
        return mpi_unit_delete(flow->unit, banking->owners, row, flow->error);
    mpi_bank_owner *edit = mpi_unit_edit(flow->unit, banking->owners, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    edit->account_id = *next_id;
    return MINIPAY_OK;
}

/* ---- the saga: one step -------------------------------------------------------------------------------- */

static minipay_status free_number(const mpi_banking *banking, mpi_flow *flow,
                                  const mpi_bank_account *account)
{
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, banking->numbers, account->number_hash, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "bank_number", "an account's number is gone");
    return status == MINIPAY_OK ? mpi_unit_delete(flow->unit, banking->numbers, row, flow->error)
                                : status;
}

static minipay_status unlink_account(void *context, mpi_flow *flow, void *document)
{
    mpi_banking *banking = context;
    const mpi_unlinking *unlinking = document;
    const mpi_bank_account *account;
    mpi_bank_account next;
    minipay_status status =
        mpi_banking_linked(banking, flow, &unlinking->owner_id, &unlinking->account_id, &account);
    if (status == MINIPAY_OK)
        status = find_next(flow, unlinking, &next);
    if (status == MINIPAY_OK)
        status = free_number(banking, flow, account);
    if (status == MINIPAY_OK)
        status = hand_on_first(banking, flow, unlinking, &next.op.id);
    if (status != MINIPAY_OK)
        return status;
    mpi_bank_account *edit = mpi_unit_edit(flow->unit, banking->accounts, account);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    edit->account_state = MINIPAY_ACCOUNT_UNLINKED;
    return MINIPAY_OK;
}

static const mpi_step unlink_steps[] = {
    {"unlink", "banking.account", unlink_account, NULL, NULL},
};

const mpi_saga mpi_unlink_saga = {
    .kind = MINIPAY_KIND_UNLINK,
    .name = "unlink",
    .record = &mpi_unlinking_record,
    .steps = unlink_steps,
    .step_count = MPI_COUNT(unlink_steps),
};

void mpi_banking_draw_up_unlink(void *context, const void *requests, uint32_t number,
                                mpi_document *document)
{
    const minipay_unlink_request *request = (const minipay_unlink_request *)requests + number;
    mpi_unlinking *unlinking = (mpi_unlinking *)(void *)document;
    (void)context;
    memset(unlinking, 0, sizeof *unlinking);
    mpi_operation_head(&unlinking->op, MINIPAY_KIND_UNLINK, &request->id, request->actor,
                       request->channel, request->reason);
    unlinking->owner_id = request->owner_id;
    unlinking->account_id = request->account_id;
}
