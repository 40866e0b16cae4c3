/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_TIME_H
#define MPI_BASE_TIME_H

#include "minipay/values.h"

#include <stdbool.h>

/* The proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */

/* 20261123 of the instant `at` (µs), seen `offset_minutes` east of UTC. Years 1970 to 9999. */
int32_t mpi_date_of(int64_t at, int32_t offset_minutes);

/* Days since 1970-01-01 of 20261123, and back. */
int32_t mpi_date_to_days(int32_t date);
int32_t mpi_date_from_days(int32_t days);

bool mpi_date_valid(int32_t date);

#endif
