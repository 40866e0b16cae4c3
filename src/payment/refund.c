/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/money.h"
#include "payment/promotion.h"

#include <string.h>

/* Refund, in full or in parts: the merchant's payable goes down, the member gets his money back, and the fee
 * is given back in proportion, cumulatively, so that it is exact when all is refunded. */

static const minipay_field refund_fields[] = {
    MPI_OPERATION_FIELDS(mpi_refund),
    MPI_ID(mpi_refund, slip_id),
    MPI_MONEY(mpi_refund, asked_minor),
    MPI_MONEY(mpi_refund, amount_minor),
    MPI_MONEY(mpi_refund, fee_minor),
    MPI_COUNTED_DATE(mpi_refund),
    MPI_COUNTED_PLACE(mpi_refund),
    MPI_MONEY(mpi_refund, promotion_minor),
    MPI_MONEY(mpi_refund, merchant_part_minor),
    MPI_BYTES(mpi_refund, memo),
    MPI_TEXT(mpi_refund, currency),
    MPI_HASH(mpi_refund, row_tag),
};

const mpi_record mpi_refund_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_refund, "refund", refund_fields, 1, NULL, 0);

/* The fee's part is cumulative, and never less than what earlier refunds gave back: a capture between two
 * refunds changes the proportion. */
static void fee_back(mpi_refund *refund, mpi_slip *after)
{
    int64_t before = after->refunded_fee_minor;
    int64_t part = mpi_money_part(after->fee_minor, after->refunded_minor, mpi_slip_captured(after));
    after->refunded_fee_minor = part > before ? part : before;
    mpi_money_subtract(after->refunded_fee_minor, before, &refund->fee_minor);
}

static minipay_status size_up(const mpi_slip *slip, bool too_late, mpi_refund *refund, mpi_slip *after)
{
    int64_t left;
    if (!mpi_money_subtract(mpi_slip_captured(slip), slip->refunded_minor, &left))
        return MINIPAY_AMOUNT_OVERFLOW;
    refund->amount_minor = refund->asked_minor ? refund->asked_minor : left;
    bool rest = refund->amount_minor == left;
    const mpi_slip_move *move =
        &mpi_slip_moves[mpi_slip_state(slip)][rest ? MPI_SLIP_REFUND_REST : MPI_SLIP_REFUND_PART];
    if (move->status != MINIPAY_OK)
        return move->status;
    if (left == 0)
        return MINIPAY_NOTHING_LEFT;
    if (too_late)
        return MINIPAY_TOO_LATE;
    if (refund->amount_minor > left ||
        !mpi_money_add(slip->refunded_minor, refund->amount_minor, &after->refunded_minor))
        return MINIPAY_REFUND_EXCEEDS;
    after->slip_state = move->to;
    after->refunded_promotion_minor = mpi_promotion_refunded(slip, after);
    fee_back(refund, after);
    return MINIPAY_OK;
}

static minipay_status pay_member(mpi_payments *payments, mpi_flow *flow, const mpi_refund *refund,
                                 const mpi_slip *slip, int64_t amount_minor)
{
    mpi_move asked = {
        .op = &refund->op,
        .leg = MPI_LEG_MEMBER,
        .kind = MINIPAY_KIND_REFUND,
        .payer = {MPI_PARTY_PAYABLE, slip->merchant_id},
        .payee = {MPI_PARTY_WALLET, slip->member_id},
        .amount_minor = amount_minor,
        .forced = true,
    };
    if (amount_minor == 0)
        return MINIPAY_OK;
    memcpy(asked.currency, slip->currency, sizeof asked.currency);
    mpi_booked booked;
    return payments->wallet.move(payments->wallet.impl, flow, &asked, &booked);
}

static minipay_status count(void *context, mpi_flow *flow, void *document)
{
    mpi_refund *refund = document;
    mpi_due change = {.refund_minor = refund->amount_minor};
    mpi_entry entry = {refund->op.id, MINIPAY_KIND_REFUND};
    mpi_money_subtract(0, refund->fee_minor, &change.fee_minor);
    mpi_money_subtract(0, refund->merchant_part_minor, &change.promotion_minor);
    return mpi_slip_count(context, flow, &refund->slip_id, &change, &entry, &refund->counted);
}

/* From now on nobody else gives back the same. To each what he gave: member, company, and by a figure of his
 * line the merchant. */
static minipay_status decide(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_refund *refund = document;
    const mpi_slip *slip;
    const mpi_rules *rules;
    mpi_split split;
    minipay_status status = mpi_slip_take_up(payments, flow, &refund->slip_id, refund->currency, &slip);
    if (status == MINIPAY_OK)
        status = mpi_policy_rules(payments->policy, flow->unit, slip->currency, &rules, flow->error);
    if (status != MINIPAY_OK)
        return status;
    refund->op.policy_version = rules->version;
    mpi_slip after = *slip;
    status = size_up(slip,
                     mpi_rules_are_over(rules, MINIPAY_RULE_REFUND_DAYS, slip->counted.business_date,
                                        mpi_unit_now(flow->unit)),
                     refund, &after);
    if (status != MINIPAY_OK)
        return status;
    mpi_promotion_split(slip, refund->amount_minor, slip->refunded_promotion_minor,
                        after.refunded_promotion_minor, &split);
    refund->promotion_minor = split.promotion_minor;
    refund->merchant_part_minor = split.merchant_minor;
    status = mpi_promotion_return(payments, flow, slip, refund->promotion_minor);
    return status == MINIPAY_OK ? mpi_slip_write(payments, flow, slip, &after) : status;
}

static minipay_status undecide(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    const mpi_refund *refund = document;
    const mpi_slip *slip;
    minipay_status status = mpi_slip_find(payments, flow, &refund->slip_id, &slip);
    if (status == MINIPAY_OK)
        status = mpi_promotion_return(payments, flow, slip, mpi_money_rest(0, refund->promotion_minor));
    if (status != MINIPAY_OK)
        return status;
    mpi_slip after = *slip;
    after.refunded_minor = mpi_money_rest(after.refunded_minor, refund->amount_minor);
    after.refunded_fee_minor = mpi_money_rest(after.refunded_fee_minor, refund->fee_minor);
    after.refunded_promotion_minor =
        mpi_money_rest(after.refunded_promotion_minor, refund->promotion_minor);
    if (after.slip_state == MINIPAY_SLIP_REFUNDED)
        after.slip_state = MINIPAY_SLIP_PAID;
    return mpi_slip_write(payments, flow, slip, &after);
}

static minipay_status give_back(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    const mpi_refund *refund = document;
    const mpi_slip *slip;
    int64_t company = mpi_money_rest(refund->promotion_minor, refund->merchant_part_minor);
    minipay_status status = mpi_slip_find(payments, flow, &refund->slip_id, &slip);
    if (status == MINIPAY_OK)
        status = pay_member(payments, flow, refund, slip,
                            mpi_money_rest(refund->amount_minor, refund->promotion_minor));
    return status == MINIPAY_OK ? mpi_promotion_pay(payments, flow, &refund->op, slip, company, true)
                                : status;
}

static minipay_status take_again(void *context, mpi_flow *flow, void *document)
{
    const mpi_refund *refund = document;
    return mpi_parts_reverse(context, flow, &refund->op, refund->amount_minor, refund->promotion_minor,
                             refund->merchant_part_minor);
}

static const mpi_step refund_steps[] = {
    [MPI_REFUND_DECIDE] = {"decide", "payment.slip", decide, undecide, "payment.slip"},
    {"give back", "wallet.move", give_back, take_again, "wallet.reverse"},
    {"count", "payment.bucket", count, NULL, NULL},
};

static void draw_up(const minipay_instruction *instruction, void *document)
{
    mpi_refund *refund = document;
    refund->slip_id = instruction->other_id;
    refund->asked_minor = instruction->amount_minor;
    memcpy(refund->currency, instruction->currency, sizeof refund->currency);
    if (instruction->memo[0])
        mpi_secret_set(&refund->memo, sizeof refund->memo, instruction->memo);
}

static void tell(const void *document, minipay_outcome *outcome)
{
    const mpi_refund *refund = document;
    outcome->amount_minor = refund->amount_minor;
    outcome->business_date = refund->counted.business_date;
}

const mpi_saga mpi_refund_saga = {
    .kind = MINIPAY_KIND_REFUND,
    .name = "refund",
    .touches = MPI_TOUCHES_OTHER,
    .record = &mpi_refund_record,
    .steps = refund_steps,
    .step_count = MPI_COUNT(refund_steps),
    .draw_up = draw_up,
    .tell = tell,
};
