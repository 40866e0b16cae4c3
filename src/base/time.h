/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_TIME_H
#define MPI_BASE_TIME_H

#include "minipay/sys/host.h"
#include "minipay/values.h"

#include <stdbool.h>

/* The proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */

/* The last microsecond of the year 9998: what is booked later could fall due beyond the calendar. */
extern const int64_t mpi_time_last;

/* The furthest that a host's clock may be ahead of what was booked last. */
extern const int64_t mpi_time_leap;

/* The host's clock; the nearest of 0 and mpi_time_last when it is not between them. */
int64_t mpi_time_of_host(const minipay_host *host);

/* 20261123 of the instant `at` (µs), seen `offset_minutes` east of UTC. Years 1970 to 9999; the nearest
 * for others. */
int32_t mpi_date_of(int64_t at, int32_t offset_minutes);

/* The instants of the day that `at` lies in, the first and the one behind the last. */
void mpi_day_of(int64_t at, int32_t offset_minutes, int64_t *begins_at, int64_t *ends_at);

/* Days since 1970-01-01 of 20261123, and back. */
int32_t mpi_date_to_days(int32_t date);
int32_t mpi_date_from_days(int32_t days);

bool mpi_date_valid(int32_t date);

/* The last microsecond of the year 9999. */
#define MPI_TIME_LARGEST INT64_C(253402300799999999)

/* `at` and so many milliseconds, or INT64_MAX when that does not fit. */
int64_t mpi_time_after_ms(int64_t at, int64_t ms);

#endif
