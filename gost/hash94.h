/* SPDX-License-Identifier: Apache-2.0 */
/* GOST R 34.11-94 (RFC 5831) with the S-box of the test or the CryptoPro parameter set, and its
 * HMAC. For old signatures and the TLS suites of 2001. */
#ifndef GOST_HASH94_H
#define GOST_HASH94_H

#include "gost/gost28147.h"

#define GOST_HASH94_SIZE  32
#define GOST_HASH94_BLOCK 32

typedef struct gost_hash94 {
    const gost_sbox *sbox;
    uint8_t h[32], sum[32], buf[32];
    uint64_t len; /* bytes */
    unsigned have;
} gost_hash94;

extern const gost_sbox *const gost_hash94_cryptopro, *const gost_hash94_test;

void gost_hash94_init(gost_hash94 *c, const gost_sbox *sbox);
void gost_hash94_update(gost_hash94 *c, const void *data, size_t len);
void gost_hash94_final(gost_hash94 *c, uint8_t out[32]); /* wipes */

typedef struct gost_hmac94 {
    gost_hash94 inner, outer;
} gost_hmac94;

void gost_hmac94_init(gost_hmac94 *c, const gost_sbox *sbox, const void *key, size_t key_len);
void gost_hmac94_update(gost_hmac94 *c, const void *data, size_t len);
void gost_hmac94_final(gost_hmac94 *c, uint8_t out[32]); /* wipes */

#endif
