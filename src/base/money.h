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

/* amount × basis points / 10,000, half away from zero. Exact at any size. `basis_points` 0 to 10,000. */
int64_t mpi_money_share(int64_t amount_minor, int32_t basis_points);

/* part × numerator / denominator rounded half up, for 0 <= numerator <= denominator: proportional parts
 * of a refund, cumulative and exact at the whole. */
int64_t mpi_money_part(int64_t amount_minor, int64_t numerator, int64_t denominator);

/* The smallest multiple of `unit` that is >= amount and >= minimum. */
bool mpi_money_round_up(int64_t amount_minor, int64_t minimum, int64_t unit, int64_t *result);

/* Modulo 2^64, for sums of figures that may be anything: those of rows that someone changed by hand. */
int64_t mpi_money_wrap_add(int64_t a, int64_t b);
int64_t mpi_money_wrap_subtract(int64_t a, int64_t b);

#endif
