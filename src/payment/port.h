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

/* Where among the due buckets of a currency; a merchant comes once with a business date. No merchant: before
 * the first. */
typedef struct mpi_due_cursor {
    minipay_id merchant_id;
    int32_t due_date;
    int32_t business_date;
} mpi_due_cursor;

bool mpi_due_is_behind(const mpi_due *due, const mpi_due_cursor *cursor);

/* The next buckets that a run closes. */
typedef struct mpi_closing {
    minipay_id run_id;
    int32_t page; /* the run's pages, from 0: each is answered alike for ever */
    int32_t through_date;
    mpi_due_cursor after;
    char currency[MINIPAY_CURRENCY_SIZE];
} mpi_closing;

/* The bucket into which an amount was carried. */
typedef struct mpi_carried {
    int32_t business_date;
    int32_t round;
} mpi_carried;

/* An amount that is to be taken out of the bucket into which it was carried. */
typedef struct mpi_taking {
    minipay_id merchant_id;
    int64_t amount_minor;
    mpi_carried carried;
    bool taken; /* false: another run has closed that bucket */
} mpi_taking;

enum { MPI_DUES_LARGEST = 1000 };

typedef struct mpi_payment_port {
    void *impl;

    uint32_t page; /* of how many buckets a question may be at most: up to MPI_DUES_LARGEST */

    /* Closes the next open buckets of the currency, due by `through_date`, for a run; `dues` has room for a
     * page, and `*count` becomes how many there were; `*more` is false when all are closed. A merchant may
     * come several times, but once with a business date: what he earns meanwhile is another run's. */
    minipay_status (*close)(void *impl, mpi_flow *flow, const mpi_closing *closing, mpi_due *dues,
                            uint32_t *count, bool *more);

    /* Opens buckets again that `close` has just closed: they are due the day after `through_date`. */
    minipay_status (*postpone)(void *impl, mpi_flow *flow, const mpi_closing *closing,
                               const mpi_due *dues, uint32_t count);

    /* Puts what a run did not pay out into the merchant's open bucket, for the run in which that is due. */
    minipay_status (*carry)(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                            const char currency[4], int64_t amount_minor, mpi_carried *carried);

    /* Takes amounts out again, up to a page of them, each once for a run and its page. */
    minipay_status (*take_back)(void *impl, mpi_flow *flow, const mpi_closing *closing,
                                mpi_taking *takings, uint32_t count);

    /* What `close` would give, read beside the lane from behind `after`. */
    minipay_status (*look)(void *impl, const char currency[4], int32_t through_date,
                           const mpi_due_cursor *after, mpi_due *dues, uint32_t *count,
                           minipay_error *error);

    /* What the buckets that a run closed for a merchant counted, newest first, from behind `after` (its
     * kind, or 0: from the newest; and its id). MINIPAY_NOT_FOUND: there is no such entry. */
    minipay_status (*statement)(void *impl, const minipay_id *run_id, const minipay_id *merchant_id,
                                const minipay_statement_entry *after, minipay_statement_entry *entries,
                                uint32_t *count, minipay_error *error);

    /* Where the merchant's payouts go; none: to his first account. */
    minipay_status (*account)(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                              minipay_id *account_id);
} mpi_payment_port;

#endif
