/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streebog, the hash function of GOST R 34.11-2012 (RFC 6986), with 256 or 512 bits.
 *
 * Bytes stand as in RFC 6986's and OpenSSL's everyday use (md_gost12_256): the message's first
 * byte first, the digest as the standard's "little-endian" octet string.
 *
 * Constant time: see the note on gost_streebog_init. Contexts may be copied by assignment and hold
 * no pointers. No function here allocates or keeps state; a context is used by one thread at a
 * time.
 */
#ifndef GOST_STREEBOG_H
#define GOST_STREEBOG_H

#include <stddef.h>
#include <stdint.h>

#define GOST_STREEBOG_BLOCK 64
#define GOST_STREEBOG_MAX   64

typedef struct gost_streebog {
    uint64_t h[8];     /* chaining value */
    uint64_t n[8];     /* bits hashed so far, mod 2^512 */
    uint64_t sigma[8]; /* sum of the blocks, mod 2^512 */
    uint8_t block[GOST_STREEBOG_BLOCK];
    uint32_t used;   /* bytes waiting in block, 0..63 */
    uint16_t bits;   /* 256 or 512 */
    uint16_t secret; /* 1: only constant-time code may touch it */
} gost_streebog;

/*
 * Starts a hash of `bits` (256 or 512) bits. The message is taken to be public: on a CPU without
 * AVX2 the portable code looks up tables at indices that depend on it.
 */
void gost_streebog_init(gost_streebog *ctx, unsigned bits);

/* The same for a secret message: constant time on every CPU, slower where there is no AVX2. */
void gost_streebog_init_secret(gost_streebog *ctx, unsigned bits);

/* Adds len bytes; data may be NULL if len is 0. */
void gost_streebog_update(gost_streebog *ctx, const void *data, size_t len);

/* Writes bits/8 bytes of digest to out and wipes the context. */
void gost_streebog_final(gost_streebog *ctx, uint8_t *out);

/* The whole in one call. out takes bits/8 bytes. */
void gost_streebog_hash(unsigned bits, const void *data, size_t len, uint8_t *out);

#endif
