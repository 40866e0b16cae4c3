/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_PORT_H
#define MPI_PAYMENT_PORT_H

/* What settlement may ask payment. */

#include "saga/saga.h"

/* What a merchant is due from one bucket that a run closed. due = gross - refund - fee + carried. */
typedef struct mpi_due {
    minipay_id merchant_id;
    int64_t slips;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t carried_minor;
} mpi_due;

typedef struct mpi_payment_port {
    void *impl;

    /* Closes up to `*count` open buckets of the currency, of dates up to `through_date`, for a run; `*count`
     * becomes how many there were, 0 when all are closed. A merchant may come several times. Only at an
     * operation's start. */
    minipay_status (*close)(void *impl, mpi_flow *flow, const minipay_id *run_id, const char currency[4],
                            int32_t through_date, mpi_due *dues, uint32_t *count);

    /* Puts what a run did not pay out into the merchant's open bucket, for the next run. */
    minipay_status (*carry)(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                            const char currency[4], int64_t amount_minor);
} mpi_payment_port;

#endif
