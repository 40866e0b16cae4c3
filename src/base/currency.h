/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_CURRENCY_H
#define MPI_BASE_CURRENCY_H

#include <stdbool.h>

/* Is it three letters of ISO 4217 and a NUL? */
bool mpi_currency_valid(const char currency[4]);

#endif
