/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_RECONCILE_H
#define MPI_TESTS_RECONCILE_H

/* Runs of reconciliation, and what they count. */

#include "world.h"

typedef struct reconciled {
    int64_t lines, matched, in_flight, missing, extra, different;
} reconciled;

/* A request that goes on where the statement was read to. */
minipay_reconcile_request reconcile_ask(world *w);

/* Must end; what is read of the run afterwards is what it answered. */
minipay_reconciliation reconcile_run(world *w, const minipay_reconcile_request *request);

minipay_reconciliation reconcile_on(world *w);
minipay_reconciliation reconcile_again(world *w, int64_t from_position);

void reconcile_expect(minipay_reconciliation found, reconciled expected);

#endif
