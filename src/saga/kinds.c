/* SPDX-License-Identifier: Apache-2.0 */
#include "saga/internal.h"

#include "base/error.h"

/* Ids are one space for operations of all kinds, though each kind looks for its own in its own table. Before an
 * operation begins, the others are asked. Nearly always the id is above every id that stands, and that
 * says all. */

static minipay_status stands(mpi_flow *flow, const mpi_known_saga *known, const minipay_id *id)
{
    mpi_document document;
    minipay_status status =
        known->shares ? MINIPAY_NOT_FOUND : mpi_unit_has(flow->unit, known->table, id, flow->error);
    if (status != MINIPAY_NOT_FOUND || !known->saga->find)
        return status;
    document.op.id = *id;
    return known->saga->find(known->context, flow, &document);
}

minipay_status mpi_saga_check_kind(mpi_flow *flow, const mpi_known_saga *own, const minipay_id *id)
{
    bool may = false;
    minipay_status status = mpi_unit_may_stand(flow->unit, id, &may, flow->error);
    for (int32_t kind = 1; may && kind < MPI_KINDS && status == MINIPAY_OK; kind++) {
        const mpi_known_saga *known = &flow->engine->known[kind];
        if (!known->saga || known->table == own->table)
            continue;
        status = stands(flow, known, id);
        if (status == MINIPAY_OK)
            return mpi_fail(flow->error, MINIPAY_ID_REUSED, "kind",
                            "this id already belongs to an operation of another kind");
        if (status == MINIPAY_NOT_FOUND)
            status = MINIPAY_OK;
    }
    return status;
}
