/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_CURRENCY_H
#define MPI_BASE_CURRENCY_H

#include <stdbool.h>

/* Is it three letters of ISO 4217 and a NUL? */
bool mpi_currency_valid(const char currency[4]);

/* What goes on with something earlier is in its currency: `asked`, empty when none was asked for, becomes
 * `found`. False when it is another one. */
bool mpi_currency_take(char asked[4], const char found[4]);

#endif
