/* SPDX-License-Identifier: Apache-2.0 */
#include "banking/internal.h"

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

#include <string.h>

/* Orders that the bank names itself: its reference and date are stored, with a record that finds the order by
 * them, before the order is submitted. */

static const minipay_field reference_fields[] = {
    MPI_TEXT(mpi_bank_reference, reference), MPI_INT32(mpi_bank_reference, reference_date),
    MPI_ID(mpi_bank_reference, order_id),    MPI_INT64(mpi_bank_reference, prepared_at),
    MPI_HASH(mpi_bank_reference, row_tag),
};

const mpi_record mpi_bank_reference_record =
    MPI_RECORD(MPI_FORM_DOCUMENT, mpi_bank_reference, "bank_reference", reference_fields, 2, NULL, 0);

/* Without a name of its own the order stays as it is, and is prepared again when it is due. */
minipay_status mpi_order_prepared(mpi_banking *banking, mpi_flow *flow, mpi_bank_order *order,
                                  const mpi_call *call)
{
    const minipay_bank_order *named = &call->order;
    const void *row;
    mpi_bank_reference made = {.reference_date = named->reference_date,
                               .order_id = order->op.id,
                               .prepared_at = mpi_unit_now(flow->unit)};
    if (order->reference[0] || call->status != MINIPAY_OK || !named->reference[0] ||
        !mpi_text_valid(named->reference, sizeof named->reference) ||
        !mpi_date_valid(named->reference_date))
        return MINIPAY_OK;
    mpi_text_copy(made.reference, sizeof made.reference, named->reference);
    minipay_status status = mpi_unit_get(flow->unit, banking->references, &made, &row, flow->error);
    if (status == MINIPAY_OK)
        return MINIPAY_OK;
    if (status == MINIPAY_NOT_FOUND)
        status = mpi_unit_insert(flow->unit, banking->references, &made, flow->error);
    if (status != MINIPAY_OK)
        return status;
    memcpy(order->reference, made.reference, sizeof order->reference);
    order->reference_date = made.reference_date;
    return mpi_order_add_call(banking, flow, order, MPI_CALL_SUBMIT);
}
