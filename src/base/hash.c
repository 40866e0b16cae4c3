/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <sodium.h>
#include <string.h>

int mpi_hash_start(void)
{
    return sodium_init() < 0 ? -1 : 0;
}

void mpi_keys_derive(const uint8_t master[32], mpi_keys *keys)
{
    static const char context[] = "minipay1";
    crypto_kdf_derive_from_key(keys->chain, sizeof keys->chain, 1, context, master);
    crypto_kdf_derive_from_key(keys->row, sizeof keys->row, 2, context, master);
    crypto_kdf_derive_from_key(keys->column, sizeof keys->column, 3, context, master);
    crypto_kdf_derive_from_key(keys->fingerprint, sizeof keys->fingerprint, 4, context, master);
    crypto_kdf_derive_from_key(keys->lookup, sizeof keys->lookup, 5, context, master);
    crypto_kdf_derive_from_key(keys->seal, sizeof keys->seal, 6, context, master);
    crypto_kdf_derive_from_key(keys->check, sizeof keys->check, 7, context, master);
    crypto_kdf_derive_from_key(keys->sign, sizeof keys->sign, 8, context, master);
}

void mpi_wipe(void *bytes, size_t count)
{
    sodium_memzero(bytes, count);
}

void mpi_random(uint8_t *bytes, size_t count)
{
    randombytes_buf(bytes, count);
}

uint64_t mpi_hash64(const uint8_t key[16], const void *bytes, size_t count)
{
    uint8_t hash[8];
    uint64_t value;
    crypto_shorthash_siphash24(hash, bytes, count, key);
    memcpy(&value, hash, sizeof value);
    return value;
}

void mpi_hash256(const uint8_t key[32], const void *bytes, size_t count, uint8_t hash[32])
{
    crypto_generichash(hash, 32, bytes, count, key, key ? 32 : 0);
}

static crypto_generichash_state *state_of(mpi_hasher *hasher)
{
    uintptr_t address = ((uintptr_t)hasher->state + 63) & ~(uintptr_t)63;
    _Static_assert(sizeof(crypto_generichash_state) + 63 <= sizeof hasher->state, "room for the state");
    return (crypto_generichash_state *)address;
}

void mpi_hasher_start(mpi_hasher *hasher, const uint8_t key[32])
{
    crypto_generichash_init(state_of(hasher), key, key ? 32 : 0, 32);
}

void mpi_hasher_add(mpi_hasher *hasher, const void *bytes, size_t count)
{
    crypto_generichash_update(state_of(hasher), bytes, count);
}

void mpi_hasher_end(mpi_hasher *hasher, uint8_t hash[32])
{
    crypto_generichash_final(state_of(hasher), hash, 32);
}

void mpi_seal(const uint8_t key[32], const minipay_id *context, const void *text, size_t count,
              uint8_t *sealed)
{
    uint8_t *nonce = sealed;
    unsigned long long length = 0;
    randombytes_buf(nonce, 24);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + 24, &length, text, count, context->bytes,
                                               sizeof context->bytes, NULL, nonce, key);
}

int mpi_unseal(const uint8_t key[32], const minipay_id *context, const uint8_t *sealed, size_t count,
               void *text)
{
    unsigned long long length = 0;
    if (count < MPI_SEAL_OVERHEAD)
        return -1;
    return crypto_aead_xchacha20poly1305_ietf_decrypt(text, &length, NULL, sealed + 24, count - 24,
                                                      context->bytes, sizeof context->bytes, sealed,
                                                      key);
}

void mpi_sign_public(const uint8_t seed[32], uint8_t public_key[MPI_PUBLIC_KEY_SIZE])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret, seed);
    sodium_memzero(secret, sizeof secret);
}

void mpi_sign(const uint8_t seed[32], const void *bytes, size_t count,
              uint8_t signature[MPI_SIGNATURE_SIZE])
{
    uint8_t public_key[MPI_PUBLIC_KEY_SIZE], secret[crypto_sign_SECRETKEYBYTES];
    crypto_sign_seed_keypair(public_key, secret, seed);
    crypto_sign_detached(signature, NULL, bytes, count, secret);
    sodium_memzero(secret, sizeof secret);
}

int mpi_signature_check(const uint8_t public_key[MPI_PUBLIC_KEY_SIZE], const void *bytes, size_t count,
                        const uint8_t signature[MPI_SIGNATURE_SIZE])
{
    return crypto_sign_verify_detached(signature, bytes, count, public_key);
}
