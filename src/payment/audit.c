/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/money.h"
#include "payment/promotion.h"

#include <string.h>

/* What slips, captures, refunds and buckets say of the books and of each other. */

static void say_figures(mpi_claims *claims, mpi_topic topic, mpi_side side, mpi_claim_key key,
                        const mpi_due *figures)
{
    key.part = MPI_LINE_PART_SLIPS;
    mpi_claim_say(claims, topic, side, &key, figures->slips, "slips");
    key.part = MPI_LINE_PART_GROSS;
    mpi_claim_say(claims, topic, side, &key, figures->gross_minor, "gross_minor");
    key.part = MPI_LINE_PART_REFUND;
    mpi_claim_say(claims, topic, side, &key, figures->refund_minor, "refund_minor");
    key.part = MPI_LINE_PART_FEE;
    mpi_claim_say(claims, topic, side, &key, figures->fee_minor, "fee_minor");
    key.part = MPI_LINE_PART_PROMOTION;
    mpi_claim_say(claims, topic, side, &key, figures->promotion_minor, "promotion_minor");
}

/* The merchant's buckets have counted this, of a payment, a capture or a refund. */
static void say_counted(mpi_claims *claims, const mpi_slip *slip, const mpi_due *figures)
{
    mpi_claim_key key = {.id = slip->merchant_id};
    memcpy(key.currency, slip->currency, sizeof key.currency);
    say_figures(claims, MPI_TOPIC_BUCKETS, MPI_SIDE_SECOND, key, figures);
}

static void say_part(mpi_claims *claims, mpi_side side, const minipay_id *slip_id, int32_t part,
                     int64_t value, const char *column)
{
    mpi_claim_key key = {.id = *slip_id, .part = part};
    mpi_claim_say(claims, MPI_TOPIC_SLIPS, side, &key, value, column);
}

/* The company's part of an amount goes to the merchant, or back. */
static void say_promoted(mpi_claims *claims, const minipay_id *operation_id, const mpi_slip *slip,
                         int64_t company_minor, bool back)
{
    mpi_claimed_posting posting = {
        .operation_id = *operation_id,
        .debit_kind = back ? MPI_ACCOUNT_PAYABLE : MPI_ACCOUNT_PROMOTION_EXPENSE,
        .credit_kind = back ? MPI_ACCOUNT_PROMOTION_EXPENSE : MPI_ACCOUNT_PAYABLE,
        .leg = MPI_LEG_COMPANY,
        .kind = MINIPAY_KIND_PROMOTION};
    *(back ? &posting.debit_owner : &posting.credit_owner) = slip->merchant_id;
    memcpy(posting.currency, slip->currency, sizeof posting.currency);
    if (company_minor)
        mpi_claim_posting(claims, &posting, company_minor);
}

/* The member's money goes to the merchant, by a payment at once or by a capture. */
static void say_paid(mpi_claims *claims, const mpi_operation *by, const mpi_slip *slip,
                     int64_t amount_minor)
{
    mpi_claimed_posting posting = {.operation_id = by->id,
                                   .debit_owner = slip->member_id,
                                   .credit_owner = slip->merchant_id,
                                   .debit_kind = MPI_ACCOUNT_WALLET,
                                   .credit_kind = MPI_ACCOUNT_PAYABLE,
                                   .kind = by->kind};
    memcpy(posting.currency, slip->currency, sizeof posting.currency);
    if (amount_minor)
        mpi_claim_posting(claims, &posting, amount_minor);
}

static void say_held(mpi_claims *claims, const minipay_id *slip_id, int32_t part, int64_t amount_minor)
{
    mpi_claim_key key = {.id = *slip_id, .part = part};
    mpi_claim_say(claims, MPI_TOPIC_HOLDS, MPI_SIDE_SECOND, &key, amount_minor, "amount_minor");
}

/* The slip of a capture, void or refund, where member and merchant stand; `*found` is false when it is gone,
 * which leaves the posting unclaimed. */
static minipay_status find_slip(mpi_claims *claims, const minipay_id *slip_id, mpi_slip *slip,
                                bool *found, minipay_error *error)
{
    slip->op.id = *slip_id;
    minipay_status status = mpi_view_get(mpi_claims_view(claims), &mpi_slip_record, -1, slip, error);
    *found = status == MINIPAY_OK;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
}

/* ---- slips ----------------------------------------------------------------------------------------------- */

/* The captures say the rest of its figures. */
static void say_authorized(mpi_claims *claims, const mpi_slip *slip)
{
    mpi_due figures = {.slips = slip->captured_minor != 0};
    say_held(claims, &slip->op.id, MPI_HOLD_PART_OPENED,
             mpi_money_wrap_subtract(slip->amount_minor, slip->promotion_minor));
    say_part(claims, MPI_SIDE_FIRST, &slip->op.id, MPI_SLIP_PART_CAPTURED, slip->captured_minor,
             "captured_minor");
    say_part(claims, MPI_SIDE_FIRST, &slip->op.id, MPI_SLIP_PART_FEE, slip->fee_minor, "fee_minor");
    say_counted(claims, slip, &figures);
}

/* What a promotion has given: for all that may still be captured, too. */
static void say_used(mpi_claims *claims, const mpi_slip *slip)
{
    mpi_claim_key key = {.id = slip->promotion_id};
    bool whole = slip->op.kind == MINIPAY_KIND_PAY || mpi_slip_is_open(slip);
    bool fits = slip->captured_minor >= 0 && slip->captured_minor <= slip->amount_minor;
    int64_t given =
        whole || !fits ? slip->promotion_minor : mpi_promotion_at(slip, slip->captured_minor);
    mpi_claim_say(claims, MPI_TOPIC_PROMOTIONS, MPI_SIDE_SECOND, &key,
                  mpi_money_wrap_subtract(given, slip->refunded_promotion_minor), "promotion_minor");
}

static minipay_status say_promotion(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_promotion *promotion = row;
    mpi_claim_key key = {.id = promotion->op.id};
    (void)error;
    mpi_claim_say(claims, MPI_TOPIC_PROMOTIONS, MPI_SIDE_FIRST, &key, promotion->used_minor,
                  "used_minor");
    return MINIPAY_OK;
}

/* Paid at once. */
static void say_done(mpi_claims *claims, const mpi_slip *slip)
{
    int64_t merchant = mpi_promotion_merchant(slip, slip->promotion_minor);
    mpi_due figures = {.slips = 1,
                       .gross_minor = slip->amount_minor,
                       .fee_minor = slip->fee_minor,
                       .promotion_minor = merchant};
    say_paid(claims, &slip->op, slip,
             mpi_money_wrap_subtract(slip->amount_minor, slip->promotion_minor));
    say_promoted(claims, &slip->op.id, slip, mpi_money_wrap_subtract(slip->promotion_minor, merchant),
                 false);
    say_counted(claims, slip, &figures);
}

static minipay_status say_slip(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_slip *slip = row;
    mpi_claim_key key = {.id = slip->op.id};
    (void)error;
    if (mpi_operation_waits(&slip->op))
        mpi_claim_say(claims, MPI_TOPIC_WAITING, MPI_SIDE_SECOND, &key, slip->topup_minor,
                      "topup_minor");
    if (slip->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_OK;
    if (slip->op.kind == MINIPAY_KIND_AUTHORIZE)
        say_authorized(claims, slip);
    else
        say_done(claims, slip);
    if (slip->promotion_minor || slip->refunded_promotion_minor)
        say_used(claims, slip);
    say_part(claims, MPI_SIDE_FIRST, &slip->op.id, MPI_SLIP_PART_REFUNDED_PROMOTION,
             slip->refunded_promotion_minor, "refunded_promotion_minor");
    say_part(claims, MPI_SIDE_FIRST, &slip->op.id, MPI_SLIP_PART_REFUNDED, slip->refunded_minor,
             "refunded_minor");
    say_part(claims, MPI_SIDE_FIRST, &slip->op.id, MPI_SLIP_PART_REFUNDED_FEE, slip->refunded_fee_minor,
             "refunded_fee_minor");
    return MINIPAY_OK;
}

/* ---- captures, voids, refunds ---------------------------------------------------------------------------- */

static minipay_status say_capture(mpi_claims *claims, const mpi_slip_change *change,
                                  minipay_error *error)
{
    mpi_slip slip;
    bool found;
    mpi_due figures = {.gross_minor = change->amount_minor,
                       .fee_minor = change->fee_minor,
                       .promotion_minor = change->merchant_part_minor};
    int64_t member = mpi_money_wrap_subtract(change->amount_minor, change->promotion_minor);
    say_held(claims, &change->slip_id, MPI_HOLD_PART_CAPTURED, member);
    say_part(claims, MPI_SIDE_SECOND, &change->slip_id, MPI_SLIP_PART_CAPTURED, change->amount_minor,
             "amount_minor");
    say_part(claims, MPI_SIDE_SECOND, &change->slip_id, MPI_SLIP_PART_FEE, change->fee_minor,
             "fee_minor");
    minipay_status status = find_slip(claims, &change->slip_id, &slip, &found, error);
    if (!found)
        return status;
    say_paid(claims, &change->op, &slip, member);
    say_promoted(claims, &change->op.id, &slip,
                 mpi_money_wrap_subtract(change->promotion_minor, change->merchant_part_minor), false);
    say_counted(claims, &slip, &figures);
    return MINIPAY_OK;
}

static minipay_status say_change(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_slip_change *change = row;
    if (change->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_OK;
    if (change->op.kind == MINIPAY_KIND_CAPTURE)
        return say_capture(claims, change, error);
    say_held(claims, &change->slip_id, MPI_HOLD_PART_FREED, change->amount_minor);
    return MINIPAY_OK;
}

static void say_given_back(mpi_claims *claims, const mpi_refund *refund, const mpi_slip *slip)
{
    mpi_due figures = {.refund_minor = refund->amount_minor,
                       .fee_minor = mpi_money_wrap_subtract(0, refund->fee_minor),
                       .promotion_minor = mpi_money_wrap_subtract(0, refund->merchant_part_minor)};
    int64_t member = mpi_money_wrap_subtract(refund->amount_minor, refund->promotion_minor);
    mpi_claimed_posting posting = {.operation_id = refund->op.id,
                                   .debit_owner = slip->merchant_id,
                                   .credit_owner = slip->member_id,
                                   .debit_kind = MPI_ACCOUNT_PAYABLE,
                                   .credit_kind = MPI_ACCOUNT_WALLET,
                                   .kind = MINIPAY_KIND_REFUND};
    memcpy(posting.currency, slip->currency, sizeof posting.currency);
    if (member)
        mpi_claim_posting(claims, &posting, member);
    say_promoted(claims, &refund->op.id, slip,
                 mpi_money_wrap_subtract(refund->promotion_minor, refund->merchant_part_minor), true);
    say_counted(claims, slip, &figures);
}

static minipay_status say_refund(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_refund *refund = row;
    mpi_slip slip;
    bool found;
    if (refund->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_OK;
    say_part(claims, MPI_SIDE_SECOND, &refund->slip_id, MPI_SLIP_PART_REFUNDED, refund->amount_minor,
             "amount_minor");
    say_part(claims, MPI_SIDE_SECOND, &refund->slip_id, MPI_SLIP_PART_REFUNDED_FEE, refund->fee_minor,
             "fee_minor");
    say_part(claims, MPI_SIDE_SECOND, &refund->slip_id, MPI_SLIP_PART_REFUNDED_PROMOTION,
             refund->promotion_minor, "promotion_minor");
    minipay_status status = find_slip(claims, &refund->slip_id, &slip, &found, error);
    if (found)
        say_given_back(claims, refund, &slip);
    return status;
}

/* ---- buckets --------------------------------------------------------------------------------------------- */

/* A merchant is owed what its open buckets have, and the fee until a run takes it. */
static void say_owed(mpi_claims *claims, const mpi_bucket *bucket, const mpi_claim_key *key)
{
    mpi_claim_say(claims, MPI_TOPIC_PAYABLES, MPI_SIDE_SECOND, key, bucket->gross_minor, "gross_minor");
    mpi_claim_say(claims, MPI_TOPIC_PAYABLES, MPI_SIDE_SECOND, key,
                  mpi_money_wrap_subtract(0, bucket->refund_minor), "refund_minor");
    mpi_claim_say(claims, MPI_TOPIC_PAYABLES, MPI_SIDE_SECOND, key,
                  mpi_money_wrap_subtract(0, bucket->promotion_minor), "promotion_minor");
    mpi_claim_say(claims, MPI_TOPIC_PAYABLES, MPI_SIDE_SECOND, key, bucket->carried_minor,
                  "carried_minor");
}

static minipay_status say_bucket(mpi_claims *claims, const void *row, minipay_error *error)
{
    const mpi_bucket *bucket = row;
    mpi_due figures = {.slips = bucket->slips,
                       .gross_minor = bucket->gross_minor,
                       .refund_minor = bucket->refund_minor,
                       .fee_minor = bucket->fee_minor,
                       .promotion_minor = bucket->promotion_minor};
    mpi_claim_key merchant = {.id = bucket->merchant_id};
    mpi_claim_key line = {.id = bucket->run_id, .other = bucket->merchant_id};
    (void)error;
    memcpy(merchant.currency, bucket->currency, sizeof merchant.currency);
    memcpy(line.currency, bucket->currency, sizeof line.currency);
    say_figures(claims, MPI_TOPIC_BUCKETS, MPI_SIDE_FIRST, merchant, &figures);
    mpi_claim_say(claims, MPI_TOPIC_CARRIED, MPI_SIDE_FIRST, &merchant, bucket->carried_minor,
                  "carried_minor");
    if (bucket->bucket_state == 0) {
        say_owed(claims, bucket, &merchant);
        return MINIPAY_OK;
    }
    say_figures(claims, MPI_TOPIC_LINES, MPI_SIDE_SECOND, line, &figures);
    line.part = MPI_LINE_PART_CARRIED;
    mpi_claim_say(claims, MPI_TOPIC_LINES, MPI_SIDE_SECOND, &line, bucket->carried_minor,
                  "carried_minor");
    return MINIPAY_OK;
}

const mpi_claimant mpi_payment_claimants[] = {
    {&mpi_slip_record, say_slip},           {&mpi_slip_change_record, say_change},
    {&mpi_refund_record, say_refund},       {&mpi_bucket_record, say_bucket},
    {&mpi_promotion_record, say_promotion}, {NULL, NULL}};
