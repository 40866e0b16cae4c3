/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_PORT_H
#define MPI_PAYMENT_PORT_H

/* What settlement may ask payment. */

#include "minipay/settlement.h"
#include "saga/saga.h"

/* What a merchant is due from one bucket. due = gross - refund - fee - promotion + carried. */
typedef struct mpi_due {
    minipay_id merchant_id;
    int64_t slips;
    int64_t gross_minor;
    int64_t refund_minor;
    int64_t fee_minor;
    int64_t promotion_minor; /* the merchant's own part */
    int64_t carried_minor;
    int32_t due_date;
    int32_t business_date;
    int32_t round;
} mpi_due;

/* The bucket into which an amount was carried. */
typedef struct mpi_carried {
    int32_t business_date;
    int32_t round;
} mpi_carried;

typedef struct mpi_payment_port {
    void *impl;

    /* Closes up to `*count` open buckets of the currency, due by `through_date`, for a run, from behind
     * `after` (its due date, merchant and business date; NULL: from the first); `*count` becomes how many
     * there were, 0 when all are closed. A merchant may come several times, but once with a business date:
     * what he earns meanwhile is another run's. Only at an operation's start. */
    minipay_status (*close)(void *impl, mpi_flow *flow, const minipay_id *run_id, const char currency[4],
                            int32_t through_date, const mpi_due *after, mpi_due *dues, uint32_t *count);

    /* Opens a bucket again that `close` has just closed: it is due the day after `through_date`. */
    minipay_status (*postpone)(void *impl, mpi_flow *flow, const char currency[4], int32_t through_date,
                               const mpi_due *due);

    /* Puts what a run did not pay out into the merchant's open bucket, for the run in which that is due. */
    minipay_status (*carry)(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                            const char currency[4], int64_t amount_minor, mpi_carried *carried);

    /* Takes it out again. MINIPAY_NOT_FOUND when another run has closed that bucket. */
    minipay_status (*take_back)(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                const char currency[4], int64_t amount_minor,
                                const mpi_carried *carried);

    /* What `close` would give, read beside the lane from behind `after` (NULL: from the first). */
    minipay_status (*look)(void *impl, mpi_view *view, const char currency[4], int32_t through_date,
                           const mpi_due *after, mpi_due *dues, uint32_t *count, minipay_error *error);

    /* What the buckets that a run closed for a merchant counted, newest first, from behind `after` (its
     * kind, or 0: from the newest; and its id). MINIPAY_NOT_FOUND: there is no such entry. */
    minipay_status (*statement)(void *impl, mpi_view *view, const minipay_id *run_id,
                                const minipay_id *merchant_id, const minipay_statement_entry *after,
                                minipay_statement_entry *entries, uint32_t *count, minipay_error *error);

    /* Where the merchant's payouts go; none: to his first account. */
    minipay_status (*account)(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                              minipay_id *account_id);
} mpi_payment_port;

#endif
