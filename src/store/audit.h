/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_STORE_AUDIT_H
#define MPI_STORE_AUDIT_H

/* The audit of a store: every row is read once, on one snapshot, and shown to the auditors of those who own
 * it; the store itself proves the chain and the tallies. */

#include "minipay/audit.h"
#include "store/block.h"
#include "store/store.h"

/* Where checks are written. */
typedef struct mpi_audit {
    minipay_audit_check *checks;
    uint32_t room, count;
    mpi_view *view; /* the snapshot, while the audit runs: for a row out of turn */
} mpi_audit;

/* A new check, ok until it is failed. NULL when there is no room. */
minipay_audit_check *mpi_audit_check(mpi_audit *audit, const char *name);

/* Fails a check; only the first difference is kept. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void mpi_audit_fail(minipay_audit_check *check, const char *format, ...);

/* Adds to the detail of a check that holds: what a person wants to see even then. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void mpi_audit_note(minipay_audit_check *check, const char *format, ...);

/* `start` before the first row, `visit` for each row (documents, then streams, then states), `finish` after
 * the last. A failing status is a failure of the storage or of memory, not of the books. */
typedef struct mpi_auditor {
    void *context;
    minipay_status (*start)(void *context, mpi_audit *audit, minipay_error *error);
    minipay_status (*visit)(void *context, const mpi_record *record, const void *row,
                            minipay_error *error);
    minipay_status (*finish)(void *context, minipay_error *error);
} mpi_auditor;

/* One pass over the snapshot. */
minipay_status mpi_store_audit(mpi_view *view, const mpi_auditor *auditors, uint32_t auditor_count,
                               mpi_audit *audit, minipay_error *error);

#endif
