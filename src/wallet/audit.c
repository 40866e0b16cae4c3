/* SPDX-License-Identifier: Apache-2.0 */
#include "wallet/wallet.h"

#include <string.h>

/* What top-ups, adjustments and operations on holds say of the books. */

static mpi_claimed_posting posting_of(const mpi_operation *op, const char currency[4])
{
    mpi_claimed_posting posting = {.operation_id = op->id, .kind = op->kind};
    memcpy(posting.currency, currency, sizeof posting.currency);
    return posting;
}

static void wait_for_bank(mpi_claims *claims, const mpi_topup *topup)
{
    mpi_claim_key wallet = {.id = topup->member_id}, waiting = {.id = topup->op.parent_id};
    memcpy(wallet.currency, topup->currency, sizeof wallet.currency);
    mpi_claim_say(claims, MPI_TOPIC_INCOMING, MPI_SIDE_SECOND, &wallet, topup->amount_minor,
                  "amount_minor");
    if (topup->op.parent_kind)
        mpi_claim_say(claims, MPI_TOPIC_WAITING, MPI_SIDE_FIRST, &waiting, topup->amount_minor,
                      "amount_minor");
}

static minipay_status say_topup(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_topup *topup = row;
    bool done = topup->op.state == MINIPAY_STATE_DONE, waits = mpi_operation_waits(&topup->op);
    (void)error;
    if (waits)
        wait_for_bank(claims, topup);
    if (done || waits)
        mpi_claim_order(claims, MPI_SIDE_SECOND, &topup->op.id, MINIPAY_BANK_COLLECT, &topup->member_id,
                        topup->currency, mpi_operation_passed(&topup->op, MPI_TOPUP_ORDER),
                        topup->amount_minor);
    if (!done)
        return MINIPAY_OK;
    mpi_claimed_posting posting = posting_of(&topup->op, topup->currency);
    bool suspended = topup->credited_to == MPI_CREDITED_SUSPENSE;
    posting.debit_kind = MPI_ACCOUNT_CORPORATE;
    posting.credit_kind = suspended ? MPI_ACCOUNT_SUSPENSE : MPI_ACCOUNT_WALLET;
    if (!suspended)
        posting.credit_owner = topup->member_id;
    mpi_claim_posting(claims, &posting, topup->amount_minor);
    return MINIPAY_OK;
}

static minipay_status say_adjustment(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_adjustment *adjustment = row;
    mpi_claimed_posting posting = posting_of(&adjustment->op, adjustment->currency);
    bool is_credit = adjustment->op.kind == MINIPAY_KIND_CREDIT;
    int32_t against = mpi_adjustment_against(adjustment);
    (void)error;
    if (adjustment->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_OK;
    posting.debit_kind = is_credit ? against : MPI_ACCOUNT_WALLET;
    posting.credit_kind = is_credit ? MPI_ACCOUNT_WALLET : against;
    *(is_credit ? &posting.credit_owner : &posting.debit_owner) = adjustment->member_id;
    mpi_claim_posting(claims, &posting, adjustment->amount_minor);
    return MINIPAY_OK;
}

static void say_capture(mpi_claims *claims, const mpi_hold_operation *operation)
{
    mpi_claimed_posting posting = posting_of(&operation->op, operation->currency);
    posting.kind = operation->booked_as ? operation->booked_as : MINIPAY_KIND_TRANSFER;
    posting.debit_kind = posting.credit_kind = MPI_ACCOUNT_WALLET;
    posting.debit_owner = operation->member_id;
    posting.credit_owner = operation->payee_id;
    mpi_claim_posting(claims, &posting, operation->amount_minor);
}

static minipay_status say_hold_operation(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_hold_operation *operation = row;
    mpi_claim_key key = {.id = operation->hold_id};
    (void)error;
    if (operation->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_OK;
    if (operation->op.kind == MINIPAY_KIND_HOLD_CAPTURE)
        say_capture(claims, operation);
    key.part = operation->op.kind == MINIPAY_KIND_HOLD           ? MPI_HOLD_PART_OPENED
               : operation->op.kind == MINIPAY_KIND_HOLD_CAPTURE ? MPI_HOLD_PART_CAPTURED
                                                                 : MPI_HOLD_PART_FREED;
    mpi_claim_say(claims, MPI_TOPIC_HOLDS, MPI_SIDE_SECOND, &key, operation->amount_minor,
                  "amount_minor");
    return MINIPAY_OK;
}

const mpi_claimant mpi_wallet_claimants[] = {{&mpi_topup_record, say_topup},
                                             {&mpi_adjustment_record, say_adjustment},
                                             {&mpi_hold_operation_record, say_hold_operation},
                                             {NULL, NULL}};
