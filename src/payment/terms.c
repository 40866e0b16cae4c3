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
    MPI_INT32(mpi_merchant_terms, fee_basis_points),
    MPI_MONEY(mpi_merchant_terms, fixed_fee_minor),
    MPI_MONEY(mpi_merchant_terms, minimum_fee_minor),
    MPI_MONEY(mpi_merchant_terms, maximum_fee_minor),
    MPI_ENUM(mpi_merchant_terms, cycle, mpi_cycle_names),
    MPI_INT32(mpi_merchant_terms, cycle_days),
    MPI_INT32(mpi_merchant_terms, cycle_day),
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
        .fee_basis_points = merchant->fee_basis_points,
        .fixed_fee_minor = merchant->fixed_fee_minor,
        .minimum_fee_minor = merchant->minimum_fee_minor,
        .maximum_fee_minor = merchant->maximum_fee_minor,
        .cycle = merchant->cycle,
        .cycle_days = merchant->cycle_days,
        .cycle_day = merchant->cycle_day,
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
    int64_t fee;
    if (!mpi_money_is_share(terms->fee_basis_points))
        return false;
    if (!mpi_money_add(mpi_money_share(amount_minor, terms->fee_basis_points), terms->fixed_fee_minor,
                       &fee))
        fee = INT64_MAX;
    if (fee < terms->minimum_fee_minor)
        fee = terms->minimum_fee_minor;
    if (terms->maximum_fee_minor && fee > terms->maximum_fee_minor)
        fee = terms->maximum_fee_minor;
    *fee_minor = fee < amount_minor ? fee : amount_minor;
    return true;
}
