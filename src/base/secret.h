/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_SECRET_H
#define MPI_BASE_SECRET_H

/* Slow hashes of what people know: Argon2id. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a hash costs; stored with it, so that it can be made again after the defaults have risen. */
typedef struct mpi_secret_cost {
    int32_t passes;
    int32_t memory_kib;
} mpi_secret_cost;

/* OWASP's least for Argon2id: 19 MiB, two passes; a few ten milliseconds. */
extern const mpi_secret_cost mpi_secret_default_cost;

enum { MPI_SECRET_SALT_SIZE = 16, MPI_SECRET_HASH_SIZE = 32 };

/* -1: no memory, or a cost that is none. */
int mpi_secret_hash(const char *secret, const uint8_t salt[MPI_SECRET_SALT_SIZE],
                    const mpi_secret_cost *cost, uint8_t hash[MPI_SECRET_HASH_SIZE]);

/* In a time that does not depend on where they differ. */
bool mpi_secret_equal(const void *a, const void *b, size_t count);

#endif
