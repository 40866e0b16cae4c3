/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_CMOCKA_ALL_H
#define MPI_TESTS_CMOCKA_ALL_H

/* cmocka.h needs these before it, in this order. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#endif
