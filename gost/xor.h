/* SPDX-License-Identifier: Apache-2.0 */
/* What the modes share: adding gamma, and counters. Internal to gost/. */
#ifndef GOST_XOR_H
#define GOST_XOR_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of blocks that a mode makes in one call of the cipher: its bodies do many at a time. */
#define GOST_BATCH 1024

/* out = a ^ b; out may be a or b. */
static inline void gost_xor(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = a[i] ^ b[i];
}

/* Adds 1 to a big-endian number of len bytes, mod 2^(8 len). */
static inline void gost_increment(uint8_t *counter, size_t len)
{
    unsigned carry = 1;

    while (len-- > 0) {
        carry += counter[len];
        counter[len] = (uint8_t)carry;
        carry >>= 8;
    }
}

static inline size_t gost_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
