/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/promotion.h"

#include "base/error.h"
#include "base/id.h"
#include "base/money.h"
#include "payment/internal.h"

#include <stdlib.h>
#include <string.h>

static const minipay_field promotion_fields[] = {
    MPI_OPERATION_FIELDS(mpi_promotion),    MPI_OPTIONAL_ID(mpi_promotion, merchant_id),
    MPI_INT32(mpi_promotion, basis_points), MPI_INT32(mpi_promotion, merchant_share),
    MPI_MONEY(mpi_promotion, fixed_minor),  MPI_MONEY(mpi_promotion, largest_minor),
    MPI_MONEY(mpi_promotion, budget_minor), MPI_MONEY(mpi_promotion, used_minor),
    MPI_INT64(mpi_promotion, starts_at),    MPI_INT64(mpi_promotion, ends_at),
    MPI_TEXT(mpi_promotion, currency),      MPI_TEXT(mpi_promotion, name),
    MPI_HASH(mpi_promotion, row_tag),
};

enum { FIELD_ID = 0, FIELD_STATE = 4 };

static const minipay_index promotion_indexes[] = {
    {"promotion_registered", {FIELD_ID}, 1, 0, FIELD_STATE, MINIPAY_STATE_DONE + 1}};

const mpi_record mpi_promotion_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_promotion, "promotion", promotion_fields, 1, promotion_indexes, 1);

/* One that names a merchant is his: in his currency, or it would never apply. */
static minipay_status check_merchant(void *context, mpi_flow *flow, void *document)
{
    const mpi_promotion *promotion = document;
    const mpi_merchant *merchant;
    if (mpi_id_is_none(&promotion->merchant_id))
        return MINIPAY_OK;
    minipay_status status = mpi_merchant_get(context, flow, &promotion->merchant_id, &merchant);
    return status == MINIPAY_OK &&
                   memcmp(merchant->currency, promotion->currency, sizeof merchant->currency) != 0
               ? MINIPAY_CURRENCY_MISMATCH
               : status;
}

static const mpi_step promotion_steps[] = {
    {"merchant", "payment.merchant", check_merchant, NULL, NULL},
};

const mpi_saga mpi_promotion_saga = {
    .kind = MINIPAY_KIND_PROMOTION,
    .name = "promotion",
    .record = &mpi_promotion_record,
    .steps = promotion_steps,
    .step_count = MPI_COUNT(promotion_steps),
};

void mpi_promotion_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const minipay_promotion_request *request = (const minipay_promotion_request *)requests + number;
    mpi_promotion *promotion = (mpi_promotion *)(void *)document;
    (void)context;
    memset(promotion, 0, sizeof *promotion);
    mpi_operation_head(&promotion->op, MINIPAY_KIND_PROMOTION, &request->id, request->actor,
                       request->channel, request->reason);
    promotion->merchant_id = request->merchant_id;
    promotion->basis_points = request->basis_points;
    promotion->merchant_share = request->merchant_share;
    promotion->fixed_minor = request->fixed_minor;
    promotion->largest_minor = request->largest_minor;
    promotion->budget_minor = request->budget_minor;
    promotion->starts_at = request->starts_at;
    promotion->ends_at = request->ends_at;
    memcpy(promotion->currency, request->currency, sizeof promotion->currency);
    memcpy(promotion->name, request->name, sizeof promotion->name);
}

/* ---- sums and parts -------------------------------------------------------------------------------------- */

int64_t mpi_promotion_at(const mpi_slip *slip, int64_t captured_minor)
{
    return slip->promotion_minor
               ? mpi_money_part(slip->promotion_minor, captured_minor, slip->amount_minor)
               : 0;
}

int64_t mpi_promotion_merchant(const mpi_slip *slip, int64_t promotion_minor)
{
    return mpi_money_share(promotion_minor, slip->merchant_share);
}

void mpi_promotion_split(const mpi_slip *slip, int64_t amount_minor, int64_t before_minor,
                         int64_t after_minor, mpi_split *split)
{
    split->promotion_minor = mpi_money_rest(after_minor, before_minor);
    split->merchant_minor = mpi_money_rest(mpi_promotion_merchant(slip, after_minor),
                                           mpi_promotion_merchant(slip, before_minor));
    split->company_minor = mpi_money_rest(split->promotion_minor, split->merchant_minor);
    split->member_minor = mpi_money_rest(amount_minor, split->promotion_minor);
}

int64_t mpi_promotion_refunded(const mpi_slip *before, const mpi_slip *after)
{
    int64_t captured = mpi_slip_captured(before);
    if (before->promotion_minor == 0 || captured == 0)
        return 0;
    int64_t given = mpi_promotion_at(before, captured), stands = before->refunded_promotion_minor;
    int64_t target = mpi_money_part(given, after->refunded_minor, captured);
    int64_t least = mpi_money_rest(after->refunded_minor, mpi_money_rest(captured, given)), most = given;
    int64_t bearable =
        mpi_money_rest(after->refunded_minor, mpi_money_rest(before->refunded_minor, stands));
    least = least > stands ? least : stands;
    most = most < bearable ? most : bearable;
    target = target > least ? target : least;
    return target < most ? target : most;
}

/* ---- the budget ------------------------------------------------------------------------------------------ */

/* The member always pays something. */
static int64_t discount_of(const mpi_promotion *promotion, int64_t amount_minor)
{
    int64_t discount = promotion->basis_points ? mpi_money_share(amount_minor, promotion->basis_points)
                                               : promotion->fixed_minor;
    if (promotion->largest_minor && discount > promotion->largest_minor)
        discount = promotion->largest_minor;
    return discount < amount_minor ? discount : mpi_money_rest(amount_minor, 1);
}

static minipay_status check(const mpi_promotion *promotion, const mpi_slip *slip, int64_t now)
{
    bool of_merchant = mpi_id_is_none(&promotion->merchant_id) ||
                       mpi_id_compare(&promotion->merchant_id, &slip->merchant_id) == 0;
    bool runs = now >= promotion->starts_at && (promotion->ends_at == 0 || now < promotion->ends_at);
    if (!of_merchant || !runs)
        return MINIPAY_NOT_FOUND;
    return memcmp(promotion->currency, slip->currency, sizeof slip->currency) ? MINIPAY_CURRENCY_MISMATCH
                                                                              : MINIPAY_OK;
}

static minipay_status find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                           const mpi_promotion **promotion)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, payments->promotions, id, &row, flow->error);
    const mpi_promotion *read = row;
    if (status != MINIPAY_OK)
        return status;
    if (read->op.state != MINIPAY_STATE_DONE)
        return MINIPAY_NOT_FOUND;
    *promotion = read;
    return MINIPAY_OK;
}

minipay_status mpi_promotion_quote(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                                   const mpi_promotion **promotion, int64_t *discount_minor)
{
    *promotion = NULL;
    *discount_minor = 0;
    if (mpi_id_is_none(&slip->promotion_id))
        return MINIPAY_OK;
    minipay_status status = find(payments, flow, &slip->promotion_id, promotion);
    if (status == MINIPAY_OK)
        status = check(*promotion, slip, mpi_unit_now(flow->unit));
    if (status != MINIPAY_OK)
        return status;
    *discount_minor = discount_of(*promotion, slip->amount_minor);
    int64_t left = mpi_money_rest((*promotion)->budget_minor, (*promotion)->used_minor);
    return *discount_minor > left ? MINIPAY_PROMOTION_EXHAUSTED : MINIPAY_OK;
}

static minipay_status change_used(mpi_payments *payments, mpi_flow *flow, const mpi_promotion *promotion,
                                  int64_t used_minor)
{
    mpi_promotion *edit = mpi_unit_edit(flow->unit, payments->promotions, promotion);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    edit->used_minor = used_minor;
    return MINIPAY_OK;
}

minipay_status mpi_promotion_take(mpi_payments *payments, mpi_flow *flow, mpi_slip *slip)
{
    const mpi_promotion *promotion;
    int64_t discount, used;
    minipay_status status = mpi_promotion_quote(payments, flow, slip, &promotion, &discount);
    if (status != MINIPAY_OK || !promotion)
        return status;
    if (!mpi_money_add(promotion->used_minor, discount, &used))
        return MINIPAY_AMOUNT_OVERFLOW;
    slip->promotion_minor = discount;
    slip->merchant_share = promotion->merchant_share;
    return change_used(payments, flow, promotion, used);
}

minipay_status mpi_promotion_return(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                                    int64_t amount_minor)
{
    const mpi_promotion *promotion;
    if (amount_minor == 0)
        return MINIPAY_OK;
    minipay_status status = find(payments, flow, &slip->promotion_id, &promotion);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "promotion", "a slip's promotion is gone");
    return status == MINIPAY_OK ? change_used(payments, flow, promotion,
                                              mpi_money_rest(promotion->used_minor, amount_minor))
                                : status;
}

minipay_status mpi_promotion_pay(mpi_payments *payments, mpi_flow *flow, const mpi_operation *op,
                                 const mpi_slip *slip, int64_t company_minor, bool back)
{
    mpi_booked booked;
    mpi_party expense = {.kind = MPI_PARTY_PROMOTION_EXPENSE};
    mpi_party payable = {MPI_PARTY_PAYABLE, slip->merchant_id};
    mpi_move asked = {.op = op,
                      .leg = MPI_LEG_COMPANY,
                      .kind = MINIPAY_KIND_PROMOTION,
                      .payer = back ? payable : expense,
                      .payee = back ? expense : payable,
                      .amount_minor = company_minor,
                      .forced = true};
    if (company_minor == 0)
        return MINIPAY_OK;
    memcpy(asked.currency, slip->currency, sizeof asked.currency);
    return payments->wallet.move(payments->wallet.impl, flow, &asked, &booked);
}

/* ---- reading, beside the lane ---------------------------------------------------------------------------- */

static minipay_status show(void *context, mpi_view *view, const void *promotion_row, void *item,
                           minipay_error *error)
{
    const mpi_promotion *row = promotion_row;
    minipay_promotion *promotion = item;
    (void)context;
    (void)view;
    (void)error;
    minipay_promotion_init(promotion);
    promotion->id = row->op.id;
    promotion->merchant_id = row->merchant_id;
    promotion->basis_points = row->basis_points;
    promotion->merchant_share = row->merchant_share;
    promotion->fixed_minor = row->fixed_minor;
    promotion->largest_minor = row->largest_minor;
    promotion->budget_minor = row->budget_minor;
    promotion->used_minor = row->used_minor;
    promotion->starts_at = row->starts_at;
    promotion->ends_at = row->ends_at;
    memcpy(promotion->currency, row->currency, sizeof promotion->currency);
    memcpy(promotion->name, row->name, sizeof promotion->name);
    return MINIPAY_OK;
}

minipay_status mpi_promotions_get(mpi_payments *payments, const minipay_id *id,
                                  minipay_promotion *promotion, minipay_error *error)
{
    mpi_promotion row = {.op.id = *id};
    mpi_view view;
    minipay_status status = mpi_view_open(payments->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_promotion_record, -1, &row, error);
    mpi_view_close(&view);
    if (status == MINIPAY_NOT_FOUND || (status == MINIPAY_OK && row.op.state != MINIPAY_STATE_DONE))
        return mpi_fail_plain(error, MINIPAY_NOT_FOUND, "id");
    return status == MINIPAY_OK ? show(NULL, NULL, &row, promotion, error) : status;
}

minipay_status mpi_promotions_list(mpi_payments *payments, const minipay_id *after,
                                   minipay_promotion *promotions, uint32_t *count, minipay_error *error)
{
    mpi_promotion low = {.op.id = *after};
    mpi_list list = {.scan = {.table = &mpi_promotion_record.table,
                              .index = MPI_PROMOTIONS,
                              .low = &low,
                              .low_fields = 1,
                              .low_exclusive = 1},
                     .item_size = sizeof *promotions,
                     .show = show};
    return mpi_store_list(payments->store, &list, promotions, count, error);
}
