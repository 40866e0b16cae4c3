/* SPDX-License-Identifier: Apache-2.0 */
#include "api/handle.h"

#include "base/error.h"
#include "ledger/audit.h"

static minipay_status audit_store(minipay *pay, mpi_audit *audit, minipay_error *error)
{
    mpi_ledger_auditor *ledger = NULL;
    minipay_status status = mpi_ledger_auditor_new(&ledger, error);
    if (status == MINIPAY_OK) {
        mpi_auditor auditors[] = {mpi_ledger_auditor_face(ledger)};
        status = mpi_store_audit(pay->store, auditors, MPI_COUNT(auditors), audit, error);
    }
    mpi_ledger_auditor_free(ledger);
    return status;
}

minipay_status minipay_audit(minipay *pay, minipay_audit_check *checks, uint32_t *count, int32_t *clean,
                             minipay_error *error)
{
    if (!checks || !count || !clean)
        return mpi_fail(error, MINIPAY_INVALID_ARGUMENT, "checks", "NULL");
    mpi_audit audit = {checks, *count, 0, NULL};
    minipay_status status = mpi_enter(pay, error);
    if (status != MINIPAY_OK)
        return status;
    status = audit_store(pay, &audit, error);
    mpi_leave(pay);
    if (status != MINIPAY_OK)
        return status;
    *count = audit.count;
    *clean = 1;
    for (uint32_t i = 0; i < audit.count; i++)
        *clean = *clean && checks[i].ok;
    return MINIPAY_OK;
}
