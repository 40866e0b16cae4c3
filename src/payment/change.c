/* SPDX-License-Identifier: Apache-2.0 */
#include "payment/internal.h"

#include "base/error.h"
#include "base/id.h"

#include <string.h>

/* MERCHANT_CHANGE: a merchant's next terms, or another state. */

static const char *const action_names[] = {"none", "terms", "deactivate", "reactivate", NULL};

static const minipay_field change_fields[] = {
    MPI_OPERATION_FIELDS(mpi_merchant_change),
    MPI_ID(mpi_merchant_change, merchant_id),
    MPI_ENUM(mpi_merchant_change, action, action_names),
    MPI_TARIFF_SHARE(mpi_merchant_change),
    MPI_TARIFF_REST(mpi_merchant_change),
    MPI_OPTIONAL_ID(mpi_merchant_change, account_id),
    MPI_INT64(mpi_merchant_change, asked_at),
    MPI_INT64(mpi_merchant_change, effective_at),
    MPI_INT32(mpi_merchant_change, version),
    MPI_HASH(mpi_merchant_change, row_tag),
};

const mpi_record mpi_merchant_change_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_merchant_change, "merchant_change", change_fields, 1, NULL, 0);

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Payouts go to the merchant's own account; without one in the terms, to his first. */
static minipay_status check_account(mpi_payments *payments, mpi_flow *flow,
                                    const mpi_merchant_change *change)
{
    if (mpi_id_is_none(&change->account_id))
        return MINIPAY_OK;
    return payments->banking.account(payments->banking.impl, flow, &change->merchant_id,
                                     &change->account_id);
}

static minipay_status insert_terms(mpi_payments *payments, mpi_flow *flow, mpi_merchant_change *change,
                                   const mpi_merchant *merchant)
{
    mpi_merchant_terms last;
    int32_t number = merchant->terms_last > 1 ? merchant->terms_last : 1;
    minipay_status status = check_account(payments, flow, change);
    if (status == MINIPAY_OK)
        status = mpi_terms_of(payments, flow, merchant, number, &last);
    if (status != MINIPAY_OK)
        return status;
    change->version = number + 1;
    change->effective_at = later(later(change->asked_at, mpi_unit_now(flow->unit)), last.effective_at);
    mpi_merchant_terms terms = {.merchant_id = change->merchant_id,
                                .version = change->version,
                                .tariff = change->tariff,
                                .account_id = change->account_id,
                                .effective_at = change->effective_at,
                                .set_by = change->op.id};
    return mpi_unit_insert(flow->unit, payments->terms, &terms, flow->error);
}

static minipay_status change_merchant(void *context, mpi_flow *flow, void *document)
{
    mpi_payments *payments = context;
    mpi_merchant_change *change = document;
    const mpi_merchant *merchant;
    minipay_status status = mpi_merchant_get(payments, flow, &change->merchant_id, &merchant);
    if (status == MINIPAY_OK && change->action == MINIPAY_MERCHANT_TERMS)
        status = insert_terms(payments, flow, change, merchant);
    if (status != MINIPAY_OK)
        return status;
    mpi_merchant *edit = mpi_unit_edit(flow->unit, payments->merchants, merchant);
    if (!edit)
        return mpi_fail_plain(flow->error, MINIPAY_NO_MEMORY, NULL);
    if (change->action == MINIPAY_MERCHANT_TERMS)
        edit->terms_last = change->version;
    else
        edit->merchant_state = change->action == MINIPAY_MERCHANT_DEACTIVATE;
    return MINIPAY_OK;
}

static const mpi_step change_steps[] = {{"change", "payment.merchant", change_merchant, NULL, NULL}};

const mpi_saga mpi_merchant_change_saga = {
    .kind = MINIPAY_KIND_MERCHANT_CHANGE,
    .name = "merchant_change",
    .record = &mpi_merchant_change_record,
    .steps = change_steps,
    .step_count = MPI_COUNT(change_steps),
};

/* Terms belong to a change of terms only. */
void mpi_merchant_change_draw_up(void *context, const void *requests, uint32_t number,
                                 mpi_document *document)
{
    const minipay_merchant_change *request = (const minipay_merchant_change *)requests + number;
    mpi_merchant_change *change = (mpi_merchant_change *)(void *)document;
    (void)context;
    memset(change, 0, sizeof *change);
    mpi_operation_head(&change->op, MINIPAY_KIND_MERCHANT_CHANGE, &request->id, request->actor,
                       request->channel, request->reason);
    change->merchant_id = request->merchant_id;
    change->action = request->action;
    if (request->action != MINIPAY_MERCHANT_TERMS)
        return;
    change->tariff = MPI_TARIFF_OF(request);
    change->account_id = request->account_id;
    change->asked_at = request->effective_at;
}
