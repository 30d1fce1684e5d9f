/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kuznyechik by vector shuffles: the tables of the x86 bodies, and what they stand on. The
 * decomposition of the substitution and its logarithms are those of gost/streebog_shuffle.h, whose
 * tables serve here too: alpha, u, r and omega are explained there.
 *
 * The linear map L is 16 steps of a shift register. With the block's bytes in the order of the
 * standard's text, x << e for moving them e places on, and * in GF(256),
 *
 *     t    = sum of f[15 - e] * (x << e)      the factors f: RFC 7801, section 4.1.1; f[15] = 1
 *     L(x) = sum of g[e] * (t >> e)           g: the series 1 / (1 + f[0] z + f[1] z^2 + ...)
 *
 * since the bytes that leave the register take part in t only, and those that come in, in L(x)
 * only. A factor is the same for all bytes, so 16 entries for each nibble make a product of a whole
 * block by two shuffles. The factors are a palindrome (but for the last): only 8 differ, and the
 * inverse of L is L on the bytes in the opposite order, << and >> changed about.
 *
 * That is the way of one block in a vector. For many blocks, a vector holds one byte of 16 or 32
 * blocks, and the steps of the register are done one by one: 7 products each. Internal to gost/.
 */
#ifndef GOST_KUZNYECHIK_SHUFFLE_H
#define GOST_KUZNYECHIK_SHUFFLE_H

#include <stdint.h>

/* Tables of a map of bytes: [0] by the low nibble, [1] by the high one; or [0] by u, [1] by r. */
typedef uint8_t gost_kuznyechik_map[2][16];

/* Two of them beside each other, for the lanes of a long vector: [index][map]. */
typedef uint8_t gost_kuznyechik_pair[2][2][16];

typedef struct gost_kuznyechik_shuffles {
    /* One block. The products by the factors 1, 148, 32, 133 beside 16, 194, 192, 251, and by
     * g[0..7] beside g[8..15]: encrypting, from u and r to bytes, and from these to alpha;
     * decrypting, from alpha to bytes, and from these to l and r + sigma(0) before the inverse of
     * the substitution's middle. */
    gost_kuznyechik_pair f[4], g[8];
    gost_kuznyechik_pair back_f[4], back_g[8];

    /* A block by itself in two lanes: the indices of a shuffle that moves the products of the first
     * sum, bytes on [0] or back [1]: three times those by f[0], twice those by f[1], f[2] and f[3];
     * and last, what moves the second lane by 8 places the other way. */
    uint8_t moves[2][10][2][16];

    /* Many blocks: from u and r to bytes, and those factors but 1 on bytes; for decrypting, from
     * bytes to l and r + sigma(0). */
    gost_kuznyechik_map omega, factor[7], unomega;

    /* The inverse of the middle of the substitution, by l and by r + sigma(0). */
    uint8_t log_sigma[16]; /* of r + sigma(0): log of what sigma makes r of; 0xa0 for 0 */
    uint8_t log_phi[16];   /* of l: log phi(l) */
    uint8_t log_nu1[16];   /* of l: log of what nu1 makes l of; 0xa0 for 0 */
    uint8_t nu0[16];       /* of l: what nu0 makes l of */
    uint8_t exp[16];       /* of a logarithm */

    uint8_t c[32][16]; /* alpha of the constants C1..C32: RFC 7801, section 4.3 */
} gost_kuznyechik_shuffles;

extern const gost_kuznyechik_shuffles gost_kuznyechik_shuffle __attribute__((aligned(32)));

#endif
