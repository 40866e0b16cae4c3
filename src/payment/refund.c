/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/money.h"

#include <string.h>

/* Refund, in full or in parts: the merchant's payable goes down, the member gets his money back, and the fee
 * is given back in proportion, cumulatively, so that it is exact when all is refunded. */

static const minipay_field refund_fields[] = {
    MPI_OPERATION_FIELDS(mpi_refund),   MPI_ID(mpi_refund, slip_id),
    MPI_MONEY(mpi_refund, asked_minor), MPI_MONEY(mpi_refund, amount_minor),
    MPI_MONEY(mpi_refund, fee_minor),   MPI_HASH(mpi_refund, row_tag),
};

const mpi_record mpi_refund_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_refund, "refund", refund_fields, 1, NULL, 0);

static minipay_status size_up(const mpi_slip *slip, mpi_refund *refund, mpi_slip *after)
{
    int64_t left;
    if (slip->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_SLIP_CLOSED;
    if (!mpi_money_subtract(slip->amount_minor, slip->refunded_minor, &left))
        return MINIPAY_AMOUNT_OVERFLOW;
    refund->amount_minor = refund->asked_minor ? refund->asked_minor : left;
    if (left == 0)
        return MINIPAY_SLIP_CLOSED;
    if (refund->amount_minor > left ||
        !mpi_money_add(slip->refunded_minor, refund->amount_minor, &after->refunded_minor))
        return MINIPAY_REFUND_EXCEEDS;
    after->refunded_fee_minor =
        mpi_money_part(slip->fee_minor, after->refunded_minor, slip->amount_minor);
    mpi_money_subtract(after->refunded_fee_minor, slip->refunded_fee_minor, &refund->fee_minor);
    return MINIPAY_OK;
}

static minipay_status give_back(mpi_payments *payments, mpi_flow *flow, mpi_refund *refund,
                                const mpi_slip *slip)
{
    mpi_due change = {.refund_minor = refund->amount_minor};
    mpi_move asked = {
        .op = &refund->op,
        .kind = MINIPAY_KIND_REFUND,
        .payer = {MPI_PARTY_PAYABLE, slip->merchant_id},
        .payee = {MPI_PARTY_WALLET, slip->member_id},
        .amount_minor = refund->amount_minor,
        .forced = true,
    };
    mpi_money_subtract(0, refund->fee_minor, &change.fee_minor);
    memcpy(asked.currency, slip->currency, sizeof asked.currency);
    minipay_status status =
        payments->wallet.move(payments->wallet.impl, flow, &asked, &refund->op.policy_version);
    return status == MINIPAY_OK
               ? mpi_bucket_add(payments, flow, &slip->merchant_id, slip->currency, &change)
               : status;
}

static minipay_status refund_step(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_refund *refund = document;
    const void *row;
    minipay_status status =
        mpi_unit_get(flow->unit, payments->slips, &refund->slip_id, &row, flow->error);
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_SLIP_NOT_FOUND : status;
    mpi_slip after = *(const mpi_slip *)row;
    status = size_up(row, refund, &after);
    if (status == MINIPAY_OK)
        status = give_back(payments, flow, refund, row);
    if (status != MINIPAY_OK)
        return status;
    mpi_slip *edit = mpi_unit_edit(flow->unit, payments->slips, row);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    *edit = after;
    return MINIPAY_OK;
}

static const mpi_step refund_steps[] = {
    {"refund", "wallet.move", refund_step, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_refund *refund = document;
    refund->slip_id = instruction->other_id;
    refund->asked_minor = instruction->amount_minor;
}

static void tell(const void *document, minipay_outcome *outcome)
{
    outcome->amount_minor = ((const mpi_refund *)document)->amount_minor;
}

const mpi_saga mpi_refund_saga = {
    .kind = MINIPAY_KIND_REFUND,
    .name = "refund",
    .record = &mpi_refund_record,
    .steps = refund_steps,
    .step_count = MPI_COUNT(refund_steps),
    .draw_up = draw_up,
    .tell = tell,
};
