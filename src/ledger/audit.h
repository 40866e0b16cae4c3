/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_LEDGER_AUDIT_H
#define MPI_LEDGER_AUDIT_H

/* Proves the books: every balance is the sum of its postings, and all of them together are nothing. */

#include "ledger/ledger.h"
#include "store/audit.h"

typedef struct mpi_ledger_auditor mpi_ledger_auditor;

minipay_status mpi_ledger_auditor_new(mpi_ledger_auditor **auditor, minipay_error *error);
void mpi_ledger_auditor_free(mpi_ledger_auditor *auditor);
mpi_auditor mpi_ledger_auditor_face(mpi_ledger_auditor *auditor);

#endif
