/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_API_VIEWS_H
#define MPI_API_VIEWS_H

#include "api/handle.h"

/* Views for people who open the database with SQL: those of a context, or all (MPI_CONTEXTS). */
void mpi_views_choose(uint32_t context, mpi_store_config *store);

#endif
