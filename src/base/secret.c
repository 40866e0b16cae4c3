/* SPDX-License-Identifier: Apache-2.0 */
#include "base/secret.h"

#include <sodium.h>
#include <string.h>

const mpi_secret_cost mpi_secret_default_cost = {.passes = 2, .memory_kib = 19 * 1024};

int mpi_secret_hash(const char *secret, const uint8_t salt[MPI_SECRET_SALT_SIZE],
                    const mpi_secret_cost *cost, uint8_t hash[MPI_SECRET_HASH_SIZE])
{
    _Static_assert(MPI_SECRET_SALT_SIZE == crypto_pwhash_argon2id_SALTBYTES, "Argon2id's salt");
    if (cost->passes < 1 || cost->memory_kib < 8)
        return -1;
    return crypto_pwhash(hash, MPI_SECRET_HASH_SIZE, secret, strlen(secret), salt,
                         (unsigned long long)cost->passes, (size_t)cost->memory_kib * 1024,
                         crypto_pwhash_ALG_ARGON2ID13);
}

bool mpi_secret_equal(const void *a, const void *b, size_t count)
{
    return sodium_memcmp(a, b, count) == 0;
}
