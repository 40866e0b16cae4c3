/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_API_VIEWS_H
#define MPI_API_VIEWS_H

#include <stdint.h>

/* Views for people who open the database with SQL. */
extern const char *const mpi_view_names[];
extern const char *const mpi_view_sql[];
extern const uint32_t mpi_view_count;

#endif
