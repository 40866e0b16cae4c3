/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_PAYMENT_PROMOTION_H
#define MPI_PAYMENT_PROMOTION_H

/* Promotions: who bears which part of a payment.
 *
 *   amount = member's part + company's part + merchant's part
 *
 * A slip keeps its discount as one figure, and the merchant's share of it in basis points. What belongs to a
 * part of the payment, and to whom, follows from sums: each sum is split, and a step bears the difference of
 * two sums. So the parts of a step always make up the step, and those of all steps the whole. */

#include "payment/payment.h"

typedef struct mpi_split {
    int64_t member_minor;
    int64_t company_minor;
    int64_t merchant_minor;
    int64_t promotion_minor; /* company's and merchant's */
} mpi_split;

/* The discount on what is captured when so much of the amount is. */
int64_t mpi_promotion_at(const mpi_slip *slip, int64_t captured_minor);

/* The merchant's part of a discount; the rest is the company's. */
int64_t mpi_promotion_merchant(const mpi_slip *slip, int64_t promotion_minor);

/* Splits an amount over which the discount goes from one sum to another. */
void mpi_promotion_split(const mpi_slip *slip, int64_t amount_minor, int64_t before_minor,
                         int64_t after_minor, mpi_split *split);

/* The discount that is given back in all, once `after` has refunded so much. It never falls, is at most
 * what was given and at most what this refund can bear, leaves the member no more than he paid, and is
 * exact when all is refunded. */
int64_t mpi_promotion_refunded(const mpi_slip *before, const mpi_slip *after);

/* What a payment's promotion takes off, at the unit's time; nothing when it names none. NOT_FOUND (no such
 * promotion, not of this merchant, not now), CURRENCY_MISMATCH, PROMOTION_EXHAUSTED. */
minipay_status mpi_promotion_quote(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                                   const mpi_promotion **promotion, int64_t *discount_minor);

/* Quotes, takes it out of the budget and keeps it on the slip. */
minipay_status mpi_promotion_take(mpi_payments *payments, mpi_flow *flow, mpi_slip *slip);

/* Puts a discount that is not given after all back into the budget. */
minipay_status mpi_promotion_return(mpi_payments *payments, mpi_flow *flow, const mpi_slip *slip,
                                    int64_t amount_minor);

/* Moves the company's part between its expense and the merchant's payable. */
minipay_status mpi_promotion_pay(mpi_payments *payments, mpi_flow *flow, const mpi_operation *op,
                                 const mpi_slip *slip, int64_t company_minor, bool back);

#endif
