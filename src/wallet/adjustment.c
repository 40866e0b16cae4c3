/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/internal.h"

#include <string.h>

/* Operator credit and debit: one posting against the adjustment account, or a credit out of suspense, and a
 * document that keeps the reason. */

static const minipay_field adjustment_fields[] = {
    MPI_OPERATION_FIELDS(mpi_adjustment),     MPI_ID(mpi_adjustment, member_id),
    MPI_MONEY(mpi_adjustment, amount_minor),  MPI_TEXT(mpi_adjustment, currency),
    MPI_INT32(mpi_adjustment, business_date), MPI_INT32(mpi_adjustment, flags),
    MPI_HASH(mpi_adjustment, row_tag),
};

const mpi_record mpi_adjustment_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_adjustment, "adjustment", adjustment_fields, 1, NULL, 0);

int32_t mpi_adjustment_against(const mpi_adjustment *adjustment)
{
    return adjustment->flags & MINIPAY_FLAG_FROM_SUSPENSE ? MPI_ACCOUNT_SUSPENSE
                                                          : MPI_ACCOUNT_ADJUSTMENT;
}

static minipay_status post(void *context, mpi_flow *flow, void *document)
{
    mpi_adjustment *adjustment = document;
    bool is_credit = adjustment->op.kind == MINIPAY_KIND_CREDIT;
    int32_t against = mpi_adjustment_against(adjustment);
    mpi_booked booked;
    mpi_booking booking = {.op = &adjustment->op,
                           .currency = adjustment->currency,
                           .debit = is_credit ? against : MPI_ACCOUNT_WALLET,
                           .credit = is_credit ? MPI_ACCOUNT_WALLET : against,
                           .member_id = &adjustment->member_id,
                           .amount_minor = adjustment->amount_minor};
    minipay_status status = mpi_wallets_book(context, flow, &booking, &booked);
    adjustment->op.policy_version = booked.policy_version;
    adjustment->business_date = booked.business_date;
    return status;
}

static const mpi_step adjustment_steps[] = {
    {"post", "ledger.post", post, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_adjustment *adjustment = document;
    adjustment->member_id = instruction->member_id;
    adjustment->amount_minor = instruction->amount_minor;
    adjustment->flags = instruction->flags;
    memcpy(adjustment->currency, instruction->currency, sizeof adjustment->currency);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_adjustment *told = document;
    outcome->amount_minor = told->amount_minor;
    outcome->business_date = told->business_date;
}

const mpi_saga mpi_credit_saga = {
    .kind = MINIPAY_KIND_CREDIT,
    .name = "credit",
    .record = &mpi_adjustment_record,
    .steps = adjustment_steps,
    .step_count = MPI_COUNT(adjustment_steps),
    .draw_up = draw_up,
    .tell = tell,
};

const mpi_saga mpi_debit_saga = {
    .kind = MINIPAY_KIND_DEBIT,
    .name = "debit",
    .record = &mpi_adjustment_record,
    .steps = adjustment_steps,
    .step_count = MPI_COUNT(adjustment_steps),
    .draw_up = draw_up,
    .tell = tell,
};
