/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_ASSERT_H
#define MPI_BASE_ASSERT_H

/* For our own bugs only, and on in release: a payment core that has lost its way must stop before it
 * writes. Callers, banks, files and stored rows get errors, never assertions. */
#define MPI_ASSERT(condition) ((condition) ? (void)0 : mpi_assert_failed(#condition, __FILE__, __LINE__))

#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void mpi_assert_failed(const char *condition, const char *file, int line);

#endif
