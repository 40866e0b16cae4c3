/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/money.h"
#include "payment/promotion.h"

#include <string.h>

/* Authorised money: captured in full or in parts (CAPTURE), or free again (VOID, and expiry, which is a VOID
 * that minipay_run orders). The fee is fixed at each capture, on all that is captured so far, so parts cost
 * what the whole would. */

static const minipay_field change_fields[] = {
    MPI_OPERATION_FIELDS(mpi_slip_change),
    MPI_ID(mpi_slip_change, slip_id),
    MPI_MONEY(mpi_slip_change, asked_minor),
    MPI_MONEY(mpi_slip_change, amount_minor),
    MPI_MONEY(mpi_slip_change, fee_minor),
    MPI_COUNTED_DATE(mpi_slip_change),
    MPI_COUNTED_PLACE(mpi_slip_change),
    MPI_MONEY(mpi_slip_change, promotion_minor),
    MPI_MONEY(mpi_slip_change, merchant_part_minor),
    MPI_TEXT(mpi_slip_change, currency),
    MPI_INT32(mpi_slip_change, is_first),
    MPI_INT32(mpi_slip_change, is_last),
    MPI_HASH(mpi_slip_change, row_tag),
};

const mpi_record mpi_slip_change_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_slip_change, "slip_change", change_fields, 1, NULL, 0);

/* What is left of the authorisation, and what the change takes of it. */
static minipay_status size_up(const mpi_slip *slip, int64_t now, mpi_slip_change *change,
                              mpi_slip *after)
{
    int64_t left;
    if (!mpi_money_subtract(slip->amount_minor, slip->captured_minor, &left))
        return MINIPAY_AMOUNT_OVERFLOW;
    change->amount_minor = change->asked_minor ? change->asked_minor : left;
    bool rest = change->amount_minor == left;
    const mpi_slip_move *move =
        &mpi_slip_moves[mpi_slip_state(slip)][rest ? MPI_SLIP_CAPTURE_REST : MPI_SLIP_CAPTURE_PART];
    if (move->status != MINIPAY_OK)
        return move->status;
    if (slip->expires_at && now >= slip->expires_at)
        return MINIPAY_HOLD_EXPIRED;
    if (change->amount_minor > left)
        return MINIPAY_INSUFFICIENT_FUNDS;
    after->slip_state = move->to;
    return mpi_money_add(slip->captured_minor, change->amount_minor, &after->captured_minor)
               ? MINIPAY_OK
               : MINIPAY_AMOUNT_OVERFLOW;
}

/* All captures of a payment are charged by the terms in force at the first. */
static minipay_status fix_fee(mpi_payments *payments, mpi_flow *flow, mpi_slip_change *change,
                              mpi_slip *after)
{
    const mpi_merchant *merchant;
    mpi_merchant_terms terms;
    int64_t fee;
    minipay_status status = mpi_merchant_get(payments, flow, &after->merchant_id, &merchant);
    if (status == MINIPAY_OK)
        status = after->terms_version
                     ? mpi_terms_of(payments, flow, merchant, after->terms_version, &terms)
                     : mpi_terms_now(payments, flow, merchant, &terms);
    if (status != MINIPAY_OK)
        return status;
    if (!mpi_terms_fee(&terms, after->captured_minor, &fee) ||
        !mpi_money_subtract(fee, after->fee_minor, &change->fee_minor))
        return MINIPAY_AMOUNT_OVERFLOW;
    after->fee_minor = fee;
    after->terms_version = terms.version;
    return MINIPAY_OK;
}

/* The authorisation is over, and its hold with it; schema version 1 closed a hold when it was used up. */
static minipay_status end_hold(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                               int64_t *freed_minor)
{
    minipay_status status =
        payments->wallet.release(payments->wallet.impl, flow, &slip->op.id, freed_minor);
    return status == MINIPAY_HOLD_CLOSED ? MINIPAY_OK : status;
}

/* ---- capture --------------------------------------------------------------------------------------------- */

/* From now on nobody else captures the same. */
static minipay_status decide_capture(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip_change *change = document;
    const mpi_slip *slip;
    const mpi_rules *rules;
    mpi_split split;
    minipay_status status = mpi_slip_take_up(payments, flow, &change->slip_id, change->currency, &slip);
    if (status == MINIPAY_OK)
        status = mpi_policy_rules(payments->policy, flow->unit, slip->currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    change->op.policy_version = rules->version;
    mpi_slip after = *slip;
    status = size_up(slip, mpi_unit_now(flow->unit), change, &after);
    if (status == MINIPAY_HOLD_EXPIRED) /* by the rule that the authorisation was made under */
        change->op.policy_version = slip->op.policy_version;
    if (status == MINIPAY_OK)
        status = fix_fee(payments, flow, change, &after);
    if (status != MINIPAY_OK)
        return status;
    mpi_promotion_split(slip, change->amount_minor, mpi_promotion_at(slip, slip->captured_minor),
                        mpi_promotion_at(slip, after.captured_minor), &split);
    change->promotion_minor = split.promotion_minor;
    change->merchant_part_minor = split.merchant_minor;
    change->is_first = slip->captured_minor == 0;
    change->is_last = after.captured_minor == slip->amount_minor;
    return mpi_slip_write(payments, flow, slip, &after);
}

/* A void may have come meanwhile. */
static int32_t state_without(const mpi_slip *slip, int64_t captured_minor)
{
    bool closed = !mpi_slip_is_open(slip) && slip->captured_minor < slip->amount_minor;
    if (captured_minor)
        return closed ? slip->slip_state : MINIPAY_SLIP_PARTLY_CAPTURED;
    return closed ? MINIPAY_SLIP_VOIDED : MINIPAY_SLIP_AUTHORIZED;
}

static minipay_status undecide_capture(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    const mpi_slip_change *change = document;
    const mpi_slip *slip;
    minipay_status status = mpi_slip_find(payments, flow, &change->slip_id, &slip);
    if (status != MINIPAY_OK)
        return status;
    mpi_slip after = *slip;
    after.captured_minor = mpi_money_rest(after.captured_minor, change->amount_minor);
    after.fee_minor = mpi_money_rest(after.fee_minor, change->fee_minor);
    after.slip_state = state_without(slip, after.captured_minor);
    return mpi_slip_write(payments, flow, slip, &after);
}

/* A small capture may leave the member nothing to pay; then no money is taken. */
static minipay_status take_held(mpi_payments *payments, mpi_flow *flow, const mpi_slip_change *change,
                                const mpi_slip *slip, int64_t member_minor)
{
    int64_t left;
    const mpi_rules *rules;
    mpi_move asked = {
        .op = &change->op,
        .leg = MPI_LEG_MEMBER,
        .kind = MINIPAY_KIND_CAPTURE,
        .payer = {MPI_PARTY_WALLET, slip->member_id},
        .payee = {MPI_PARTY_PAYABLE, slip->merchant_id},
        .amount_minor = member_minor,
    };
    if (member_minor == 0)
        return MINIPAY_OK;
    memcpy(asked.currency, slip->currency, sizeof asked.currency);
    minipay_status status =
        mpi_policy_rules(payments->policy, flow->unit, slip->currency, &rules, flow->error);
    return status == MINIPAY_OK ? payments->wallet.capture(payments->wallet.impl, flow, &slip->op.id,
                                                           &asked, rules, &left)
                                : status;
}

static minipay_status capture(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    const mpi_slip_change *change = document;
    const mpi_slip *slip;
    int64_t company = mpi_money_rest(change->promotion_minor, change->merchant_part_minor);
    minipay_status status = mpi_slip_find(payments, flow, &change->slip_id, &slip);
    if (status == MINIPAY_OK)
        status = take_held(payments, flow, change, slip,
                           mpi_money_rest(change->amount_minor, change->promotion_minor));
    return status == MINIPAY_OK ? mpi_promotion_pay(payments, flow, &change->op, slip, company, false)
                                : status;
}

static minipay_status end_when_last(void *context, mpi_flow *flow, void *document)
{
    const mpi_slip_change *change = document;
    const mpi_slip *slip;
    int64_t freed;
    minipay_status status =
        change->is_last ? mpi_slip_find(context, flow, &change->slip_id, &slip) : MINIPAY_NOT_FOUND;
    if (status != MINIPAY_OK)
        return status == MINIPAY_NOT_FOUND ? MINIPAY_OK : status;
    return end_hold(context, flow, slip, &freed);
}

static minipay_status count(void *context, mpi_flow *flow, void *document)
{
    mpi_slip_change *change = document;
    mpi_due figures = {.slips = change->is_first,
                       .gross_minor = change->amount_minor,
                       .fee_minor = change->fee_minor,
                       .promotion_minor = change->merchant_part_minor};
    mpi_entry entry = {change->op.id, MINIPAY_KIND_CAPTURE};
    return mpi_slip_count(context, flow, &change->slip_id, &figures, &entry, &change->counted);
}

/* ---- void ------------------------------------------------------------------------------------------------ */

static minipay_status decide_void(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_slip_change *change = document;
    const mpi_slip *slip;
    mpi_split split;
    int64_t left;
    minipay_status status = mpi_slip_take_up(payments, flow, &change->slip_id, change->currency, &slip);
    if (status != MINIPAY_OK)
        return status;
    bool refunded = slip->captured_minor && slip->captured_minor == slip->refunded_minor;
    const mpi_slip_move *move =
        &mpi_slip_moves[mpi_slip_state(slip)][refunded ? MPI_SLIP_VOID_REFUNDED : MPI_SLIP_VOID];
    if (move->status != MINIPAY_OK)
        return move->status;
    int64_t given = mpi_promotion_at(slip, slip->captured_minor);
    if (!mpi_money_subtract(slip->amount_minor, slip->captured_minor, &left))
        return MINIPAY_AMOUNT_OVERFLOW;
    mpi_promotion_split(slip, left, given, slip->promotion_minor, &split);
    status = mpi_promotion_return(payments, flow, slip, split.promotion_minor);
    if (status != MINIPAY_OK)
        return status;
    mpi_slip after = *slip;
    after.slip_state = move->to;
    return mpi_slip_write(payments, flow, slip, &after);
}

static minipay_status free_rest(void *context, mpi_flow *flow, void *document)
{
    mpi_slip_change *change = document;
    const mpi_slip *slip;
    minipay_status status = mpi_slip_find(context, flow, &change->slip_id, &slip);
    return status == MINIPAY_OK ? end_hold(context, flow, slip, &change->amount_minor) : status;
}

static const mpi_step capture_steps[] = {
    [MPI_CAPTURE_DECIDE] = {"decide", "payment.slip", decide_capture, undecide_capture, "payment.slip"},
    {"capture", "wallet.capture", capture, NULL, NULL},
    {"count", "payment.bucket", count, NULL, NULL},
    {"end", "wallet.release", end_when_last, NULL, NULL},
};
static const mpi_step void_steps[] = {
    {"decide", "payment.slip", decide_void, NULL, NULL},
    {"void", "wallet.release", free_rest, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_slip_change *change = document;
    change->slip_id = instruction->other_id;
    change->asked_minor = instruction->amount_minor;
    memcpy(change->currency, instruction->currency, sizeof change->currency);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_slip_change *change = document;
    outcome->amount_minor = change->amount_minor;
    outcome->business_date = change->counted.business_date;
}

const mpi_saga mpi_capture_saga = {
    .kind = MINIPAY_KIND_CAPTURE,
    .name = "capture",
    .touches = MPI_TOUCHES_OTHER,
    .record = &mpi_slip_change_record,
    .steps = capture_steps,
    .step_count = MPI_COUNT(capture_steps),
    .pivot = MPI_CAPTURE_DECIDE + 2, /* the held money has gone to the merchant */
    .draw_up = draw_up,
    .tell = tell,
};

const mpi_saga mpi_void_saga = {
    .kind = MINIPAY_KIND_VOID,
    .name = "void",
    .touches = MPI_TOUCHES_OTHER,
    .record = &mpi_slip_change_record,
    .steps = void_steps,
    .step_count = MPI_COUNT(void_steps),
    .draw_up = draw_up,
    .tell = tell,
};
