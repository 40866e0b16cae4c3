/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MPI_BASE_HASH_H
#define MPI_BASE_HASH_H

/* Keyed hashes and the keys they use. The only folder that knows libsodium is base/. */

#include "minipay/types.h"

/* Keys derived from the master key; one a purpose. */
typedef struct mpi_keys {
    uint8_t chain[32];       /* the block chain */
    uint8_t row[16];         /* the tag of a document's row */
    uint8_t column[16];      /* the checks of its money columns */
    uint8_t fingerprint[16]; /* an operation's request; never rotated */
    uint8_t lookup[32];      /* equality search of sealed text */
    uint8_t seal[32];        /* sealing of personal data */
    uint8_t check[32];       /* tells whether a database was written under the same master key */
    uint8_t sign[32];        /* seed of the key pair that signs checkpoints */
} mpi_keys;

/* Readies libsodium; 0 on success. */
int mpi_hash_start(void);
void mpi_keys_derive(const uint8_t master[32], mpi_keys *keys);
void mpi_wipe(void *bytes, size_t count);
void mpi_random(uint8_t *bytes, size_t count);

/* SipHash-2-4, a keyed pseudorandom function: 8 and 16 bytes. */
uint64_t mpi_hash64(const uint8_t key[16], const void *bytes, size_t count);

/* BLAKE2b-256, keyed when `key` is given. */
void mpi_hash256(const uint8_t key[32], const void *bytes, size_t count, uint8_t hash[32]);

typedef struct mpi_hasher {
    uint64_t state[56]; /* room for libsodium's state, 384 bytes, at any alignment to 64 */
} mpi_hasher;

void mpi_hasher_start(mpi_hasher *hasher, const uint8_t key[32]);
void mpi_hasher_add(mpi_hasher *hasher, const void *bytes, size_t count);
void mpi_hasher_end(mpi_hasher *hasher, uint8_t hash[32]);

/* Authenticated sealing (XChaCha20-Poly1305). `sealed` takes count + 40 bytes: nonce, text, tag.
 * Opening answers -1 when the bytes are not what was sealed under this key and `context`. */
enum { MPI_SEAL_OVERHEAD = 40 };
void mpi_seal(const uint8_t key[32], const minipay_id *context, const void *text, size_t count,
              uint8_t *sealed);
int mpi_unseal(const uint8_t key[32], const minipay_id *context, const uint8_t *sealed, size_t count,
               void *text);

/* Ed25519. The key pair is derived from a seed each time it is used. */
enum { MPI_PUBLIC_KEY_SIZE = 32, MPI_SIGNATURE_SIZE = 64 };
void mpi_sign_public(const uint8_t seed[32], uint8_t public_key[MPI_PUBLIC_KEY_SIZE]);
void mpi_sign(const uint8_t seed[32], const void *bytes, size_t count,
              uint8_t signature[MPI_SIGNATURE_SIZE]);

/* 0 when the signature of these bytes was made by the holder of the key; else -1. */
int mpi_signature_check(const uint8_t public_key[MPI_PUBLIC_KEY_SIZE], const void *bytes, size_t count,
                        const uint8_t signature[MPI_SIGNATURE_SIZE]);

#endif
