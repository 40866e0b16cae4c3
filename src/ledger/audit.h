/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_LEDGER_AUDIT_H
#define MPI_LEDGER_AUDIT_H

/* Proves the books: every balance is the sum of its postings, all of them together are nothing, and members'
 * money is in the bank. What the books say of documents goes to the claims. */

#include "ledger/claim.h"

typedef struct mpi_ledger_auditor mpi_ledger_auditor;

minipay_status mpi_ledger_auditor_new(mpi_claims *claims, mpi_ledger_auditor **auditor,
                                      minipay_error *error);
void mpi_ledger_auditor_free(mpi_ledger_auditor *auditor);
mpi_auditor mpi_ledger_auditor_face(mpi_ledger_auditor *auditor);

#endif
