/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_MONEY_H
#define MPI_BASE_MONEY_H

/* Arithmetic on amounts: here and nowhere else. Each answers 0 and leaves `*result` alone when the
 * result does not fit. */

#include "minipay/types.h"

#include <stdbool.h>

bool mpi_money_add(int64_t a, int64_t b, int64_t *result);
bool mpi_money_subtract(int64_t a, int64_t b, int64_t *result);
bool mpi_money_multiply(int64_t a, int64_t b, int64_t *result);

/* The amount without its sign; INT64_MIN has one too. */
uint64_t mpi_money_size(int64_t amount_minor);

/* Shares and parts may be asked of stored figures, which somebody may have changed by hand: where they
 * are none, the answer is the nearest that fits, and it is for the caller to notice. */

/* 0 to 10,000. */
bool mpi_money_is_share(int32_t basis_points);

/* amount × basis points / 10,000, half away from zero. Exact at any size. */
int64_t mpi_money_share(int64_t amount_minor, int32_t basis_points);

/* part × numerator / denominator rounded half up, for 0 <= numerator <= denominator: proportional parts
 * of a refund, cumulative and exact at the whole. 0 without a denominator. */
int64_t mpi_money_part(int64_t amount_minor, int64_t numerator, int64_t denominator);

/* The smallest multiple of `unit` that is >= amount and >= minimum; both must be above zero. */
bool mpi_money_round_up(int64_t amount_minor, int64_t minimum, int64_t unit, int64_t *result);

/* What is left of a whole without a part of it: it always fits. */
int64_t mpi_money_rest(int64_t whole, int64_t part);

/* Modulo 2^64, for sums of figures that may be anything: those of rows that someone changed by hand. */
int64_t mpi_money_wrap_add(int64_t a, int64_t b);
int64_t mpi_money_wrap_subtract(int64_t a, int64_t b);

/* A sum of any number of amounts, in 128 bits; zero when zeroed. */
typedef struct mpi_money_sum {
    uint64_t low;
    int64_t high;
} mpi_money_sum;

void mpi_money_sum_add(mpi_money_sum *sum, int64_t amount_minor);
void mpi_money_sum_subtract(mpi_money_sum *sum, int64_t amount_minor);
void mpi_money_sum_join(mpi_money_sum *sum, const mpi_money_sum *other, bool subtracted);
bool mpi_money_sum_equal(const mpi_money_sum *a, const mpi_money_sum *b);

/* To be shown: what does not fit stands at its end, INT64_MAX or INT64_MIN. */
int64_t mpi_money_sum_shown(const mpi_money_sum *sum);

#endif
