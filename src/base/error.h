/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_ERROR_H
#define MPI_BASE_ERROR_H

#include "minipay/status.h"

/* Fills `error` (may be NULL) and returns `status`, so that a refusal is one line. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
minipay_status
mpi_fail(minipay_error *error, minipay_status status, const char *field, const char *format, ...);

/* The same with the status's own sentence. */
minipay_status mpi_fail_plain(minipay_error *error, minipay_status status, const char *field);

/* What clang-tidy cannot see from other files: they answer the status that they are given. */
#ifdef __clang_analyzer__
#define mpi_fail(error, status, ...) (mpi_fail(error, status, __VA_ARGS__), (status))
#define mpi_fail_plain(error, status, field) (mpi_fail_plain(error, status, field), (status))
#endif

/* OK when a struct that the caller gave was set up: INVALID_SIZE (struct_size), and the message names the
 * parameter. */
minipay_status mpi_check_size(const char *parameter, uint32_t struct_size, size_t expected,
                              minipay_error *error);

/* NULL-terminated, indexed by MINIPAY_KIND_* and MINIPAY_STATE_*: what ENUM columns hold. */
extern const char *const mpi_kind_names[];
extern const char *const mpi_state_names[];

#endif
