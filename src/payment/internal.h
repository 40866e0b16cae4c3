/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_INTERNAL_H
#define MPI_PAYMENT_INTERNAL_H

#include "payment/payment.h"

extern const mpi_saga mpi_merchant_saga;
extern const mpi_saga mpi_pay_saga;
extern const mpi_saga mpi_refund_saga;

/* The active merchant, or MERCHANT_NOT_FOUND, MERCHANT_INACTIVE, CURRENCY_MISMATCH. */
minipay_status mpi_merchant_find(mpi_payments *payments, mpi_flow *flow, const minipay_id *id,
                                 const char currency[4], const mpi_merchant **merchant);

/* Adds the figures of `change` to the merchant's open bucket of the unit's business date. */
minipay_status mpi_bucket_add(mpi_payments *payments, mpi_flow *flow, const minipay_id *merchant_id,
                              const char currency[4], const mpi_due *change);

minipay_status mpi_bucket_close(void *impl, mpi_flow *flow, const minipay_id *run_id,
                                const char currency[4], int32_t through_date, mpi_due *dues,
                                uint32_t *count);
minipay_status mpi_bucket_carry(void *impl, mpi_flow *flow, const minipay_id *merchant_id,
                                const char currency[4], int64_t amount_minor);

#endif
