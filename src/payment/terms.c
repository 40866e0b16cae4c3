/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/money.h"

#include <string.h>

/* A merchant's terms: fees, cycle and account, in versions that come into force at a time. */

const char *const mpi_cycle_names[] = {"days", "weekly", "monthly", NULL};

static const minipay_field terms_fields[] = {
    MPI_ID(mpi_merchant_terms, merchant_id),
    MPI_INT32(mpi_merchant_terms, version),
    MPI_TARIFF_SHARE(mpi_merchant_terms),
    MPI_TARIFF_REST(mpi_merchant_terms),
    MPI_OPTIONAL_ID(mpi_merchant_terms, account_id),
    MPI_INT64(mpi_merchant_terms, effective_at),
    MPI_ID(mpi_merchant_terms, set_by),
    MPI_HASH(mpi_merchant_terms, row_tag),
};

const mpi_record mpi_merchant_terms_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_merchant_terms, "merchant_terms", terms_fields, 2, NULL, 0);

static void first_terms(const mpi_merchant *merchant, mpi_merchant_terms *terms)
{
    *terms = (mpi_merchant_terms){
        .merchant_id = merchant->op.id,
        .version = 1,
        .tariff = merchant->tariff,
        .effective_at = merchant->op.finished_at,
        .set_by = merchant->op.id,
    };
}

minipay_status mpi_terms_of(mpi_payments *payments, mpi_flow *flow, const mpi_merchant *merchant,
                            int32_t version, mpi_merchant_terms *terms)
{
    mpi_merchant_terms key = {.merchant_id = merchant->op.id, .version = version};
    const void *row;
    if (version < 2) {
        first_terms(merchant, terms);
        return MINIPAY_OK;
    }
    minipay_status status = mpi_unit_get(flow->unit, payments->terms, &key, &row, flow->error);
    if (status == MINIPAY_NOT_FOUND)
        return mpi_fail(flow->error, MINIPAY_CORRUPT, "merchant_terms", "version %d is gone", version);
    if (status == MINIPAY_OK)
        *terms = *(const mpi_merchant_terms *)row;
    return status;
}

minipay_status mpi_terms_now(mpi_payments *payments, mpi_flow *flow, const mpi_merchant *merchant,
                             mpi_merchant_terms *terms)
{
    int64_t now = mpi_unit_now(flow->unit);
    for (int32_t version = merchant->terms_last; version > 1; version--) {
        minipay_status status = mpi_terms_of(payments, flow, merchant, version, terms);
        if (status != MINIPAY_OK || terms->effective_at <= now)
            return status;
    }
    return mpi_terms_of(payments, flow, merchant, 1, terms);
}

minipay_status mpi_terms_read(mpi_view *view, const mpi_merchant *merchant, int64_t at,
                              mpi_merchant_terms *terms, minipay_error *error)
{
    for (int32_t version = merchant->terms_last; version > 1; version--) {
        *terms = (mpi_merchant_terms){.merchant_id = merchant->op.id, .version = version};
        minipay_status status = mpi_view_get(view, &mpi_merchant_terms_record, -1, terms, error);
        if (status == MINIPAY_NOT_FOUND)
            return mpi_fail(error, MINIPAY_CORRUPT, "merchant_terms", "version %d is gone", version);
        if (status != MINIPAY_OK || terms->effective_at <= at)
            return status;
    }
    first_terms(merchant, terms);
    return MINIPAY_OK;
}

bool mpi_terms_fee(const mpi_merchant_terms *terms, int64_t amount_minor, int64_t *fee_minor)
{
    const mpi_tariff *tariff = &terms->tariff;
    int64_t fee;
    if (!mpi_money_is_share(tariff->fee_basis_points))
        return false;
    if (!mpi_money_add(mpi_money_share(amount_minor, tariff->fee_basis_points), tariff->fixed_fee_minor,
                       &fee))
        fee = INT64_MAX;
    if (fee < tariff->minimum_fee_minor)
        fee = tariff->minimum_fee_minor;
    if (tariff->maximum_fee_minor && fee > tariff->maximum_fee_minor)
        fee = tariff->maximum_fee_minor;
    *fee_minor = fee < amount_minor ? fee : amount_minor;
    return true;
}
