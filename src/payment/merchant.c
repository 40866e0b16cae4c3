/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"

#include <string.h>

static const char *const merchant_state_names[] = {"active", "inactive", NULL};

static const minipay_field merchant_fields[] = {
    MPI_OPERATION_FIELDS(mpi_merchant),  MPI_ENUM(mpi_merchant, merchant_state, merchant_state_names),
    MPI_TARIFF_SHARE(mpi_merchant),      MPI_TEXT(mpi_merchant, currency),
    MPI_BYTES(mpi_merchant, name),       MPI_TARIFF_REST(mpi_merchant),
    MPI_INT32(mpi_merchant, terms_last), MPI_HASH(mpi_merchant, row_tag),
};

const mpi_record mpi_merchant_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_merchant, "merchant", merchant_fields, 1, NULL, 0);

const mpi_saga mpi_merchant_saga = {
    .kind = MINIPAY_KIND_MERCHANT,
    .name = "merchant",
    .record = &mpi_merchant_record,
};

void mpi_payments_draw_up(void *context, const void *requests, uint32_t number, mpi_document *document)
{
    const minipay_merchant_request *request = (const minipay_merchant_request *)requests + number;
    mpi_merchant *merchant = (mpi_merchant *)(void *)document;
    (void)context;
    memset(merchant, 0, sizeof *merchant);
    mpi_operation_head(&merchant->op, MINIPAY_KIND_MERCHANT, &request->id, request->actor,
                       request->channel, request->reason);
    merchant->tariff = MPI_TARIFF_OF(request);
    memcpy(merchant->currency, request->currency, sizeof merchant->currency);
    mpi_secret_set(&merchant->name, sizeof merchant->name, request->name);
}

minipay_status mpi_merchant_get(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                const mpi_merchant **merchant)
{
    const void *row;
    minipay_status status = mpi_unit_get(flow->unit, payments->merchants, id, &row, flow->error);
    if (status == MINIPAY_OK)
        *merchant = row;
    return status == MINIPAY_NOT_FOUND ? MINIPAY_MERCHANT_NOT_FOUND : status;
}

minipay_status mpi_payments_check_merchant(mpi_payments *payments, mpi_flow *flow, const minipay_id *id)
{
    const mpi_merchant *merchant;
    return mpi_merchant_get(payments, flow, id, &merchant);
}

minipay_status mpi_merchant_find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                 const char currency[4], const mpi_merchant **merchant)
{
    minipay_status status = mpi_merchant_get(payments, flow, id, merchant);
    if (status != MINIPAY_OK)
        return status;
    if ((*merchant)->merchant_state != 0)
        return MINIPAY_MERCHANT_INACTIVE;
    return memcmp((*merchant)->currency, currency, 4) ? MINIPAY_CURRENCY_MISMATCH : MINIPAY_OK;
}

minipay_status mpi_merchant_account(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                    minipay_id *account_id)
{
    const mpi_merchant *merchant;
    mpi_merchant_terms terms;
    minipay_status status = mpi_merchant_get(impl, flow, merchant_id, &merchant);
    if (status == MINIPAY_OK)
        status = mpi_terms_now(impl, flow, merchant, &terms);
    if (status == MINIPAY_OK)
        *account_id = terms.account_id;
    return status;
}

/* ---- reading, beside the lane ---------------------------------------------------------------------------- */

static minipay_status show(void *context, mpi_view *view, const void *merchant_row, void *item,
                           minipay_error *error)
{
    const mpi_payments *payments = context;
    const mpi_merchant *row = merchant_row;
    minipay_merchant *shown = item;
    mpi_merchant_terms terms;
    minipay_status status = mpi_terms_read(view, row, mpi_store_now(payments->store), &terms, error);
    if (status != MINIPAY_OK)
        return status;
    minipay_merchant_init(shown);
    shown->id = row->op.id;
    shown->state = row->merchant_state;
    shown->fee_basis_points = terms.tariff.fee_basis_points;
    shown->fixed_fee_minor = terms.tariff.fixed_fee_minor;
    shown->minimum_fee_minor = terms.tariff.minimum_fee_minor;
    shown->maximum_fee_minor = terms.tariff.maximum_fee_minor;
    shown->cycle = terms.tariff.cycle;
    shown->cycle_days = terms.tariff.cycle_days;
    shown->cycle_day = terms.tariff.cycle_day;
    shown->account_id = terms.account_id;
    shown->terms_version = terms.version;
    shown->effective_at = terms.effective_at;
    memcpy(shown->currency, row->currency, sizeof shown->currency);
    if (mpi_record_unseal(mpi_store_keys(payments->store), &row->op.id, &row->name, shown->name,
                          sizeof shown->name) != 0)
        return mpi_fail(error, MINIPAY_CORRUPT, "merchant", "a merchant's name cannot be unsealed");
    return MINIPAY_OK;
}

minipay_status mpi_payments_merchant(mpi_payments *payments, const minipay_id *id,
                                     minipay_merchant *merchant, minipay_error *error)
{
    mpi_merchant row = {.op.id = *id};
    minipay_merchant shown;
    mpi_view view;
    minipay_status status = mpi_view_open(payments->store, &view, error);
    if (status != MINIPAY_OK)
        return status;
    status = mpi_view_get(&view, &mpi_merchant_record, -1, &row, error);
    if (status == MINIPAY_OK)
        status = show(payments, &view, &row, &shown, error);
    mpi_view_close(&view);
    if (status == MINIPAY_OK)
        *merchant = shown;
    return status == MINIPAY_NOT_FOUND ? mpi_fail_plain(error, MINIPAY_MERCHANT_NOT_FOUND, "id")
                                       : status;
}

minipay_status mpi_payments_merchants(mpi_payments *payments, const minipay_id *after,
                                      minipay_merchant *merchants, uint32_t *count, minipay_error *error)
{
    mpi_merchant low = {.op.id = *after};
    mpi_list list = {.scan = {.table = &mpi_merchant_record.table,
                              .index = -1,
                              .low = &low,
                              .low_fields = 1,
                              .low_exclusive = 1},
                     .item_size = sizeof *merchants,
                     .context = payments,
                     .show = show};
    return mpi_store_list(payments->store, &list, merchants, count, error);
}
