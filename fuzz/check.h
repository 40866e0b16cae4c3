/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_FUZZ_CHECK_H
#define MPI_FUZZ_CHECK_H

/* What every fuzz target shares. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                                                \
    ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

/* libFuzzer calls it with one input after another. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#endif
