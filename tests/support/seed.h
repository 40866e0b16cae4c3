/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_TESTS_SEED_H
#define MPI_TESTS_SEED_H

#include <stdbool.h>
#include <stdint.h>

/* Random tests: `PROGRAM --seed N` repeats the run that printed "seed N". Without it `otherwise` is taken. */
typedef struct seed {
    uint64_t state;
    uint64_t first;
    bool given;
} seed;

seed seed_of(int argc, char **argv, uint64_t otherwise);

/* Begins a run of its own with the seed `first + number`, and prints it. */
void seed_begin(seed *s, uint64_t number);

/* From 0 to below - 1. */
uint32_t seed_draw(seed *s, uint32_t below);

#endif
