/* SPDX-License-Identifier: Apache-2.0 */
/* Key derivation: RFC 7836 sections 4.2, 4.4, 4.5; RFC 4357's is gost_28147_diversify;
 * TLS 1.0–1.2's PRF over HMAC-Streebog and HMAC-GOST R 34.11-94; PBKDF2 (RFC 9337). Constant time
 * in keys. */
#ifndef GOST_KDF_H
#define GOST_KDF_H

#include <stddef.h>
#include <stdint.h>

/* KDF_GOSTR3411_2012_256 (RFC 7836, 4.4): 32 bytes. */
void gost_kdf_2012_256(const uint8_t *key, size_t key_len, const void *label, size_t label_len,
                       const void *seed, size_t seed_len, uint8_t out[32]);

/*
 * KDF_TREE_GOSTR3411_2012_256 (RFC 7836, 4.5): len bytes at `offset` bytes of the output. r: bytes
 * of the counter, 1 … 4. total: L, in bytes, of the whole output (it is hashed, in bits, in as few
 * bytes as it needs); offset + len <= total; total / 32 counts must fit r bytes. Returns 1, 0: out
 * of range.
 */
int gost_kdf_tree(const uint8_t *key, size_t key_len, const void *label, size_t label_len,
                  const void *seed, size_t seed_len, unsigned r, uint64_t total, uint64_t offset,
                  uint8_t *out, size_t len);

typedef enum gost_prf_hash { GOST_PRF_94, GOST_PRF_256, GOST_PRF_512 } gost_prf_hash;

/* TLS PRF: P_hash(secret, label | seed) (RFC 5246 section 5; RFC 7836, 4.2.1 and 4.2.2). */
void gost_tls_prf(gost_prf_hash hash, const uint8_t *secret, size_t secret_len, const void *label,
                  size_t label_len, const void *seed, size_t seed_len, uint8_t *out, size_t len);

/* PBKDF2 with HMAC-Streebog-512 (RFC 9337) or the other two. iterations >= 1. */
void gost_pbkdf2(gost_prf_hash hash, const void *password, size_t password_len, const void *salt,
                 size_t salt_len, uint32_t iterations, uint8_t *out, size_t len);

#endif
