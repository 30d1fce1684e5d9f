/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streebog by vector shuffles: the data flow that the x86 bodies share, and its tables.
 *
 * The substitution has a decomposition into a linear map alpha, operations on two nibbles in
 * GF(16) = GF(2)[x]/(x^4 + x^3 + 1), and a linear map omega (A. Biryukov, L. Perrin, A. Udovenko,
 * "Reverse-Engineering the S-Box of Streebog, Kuznyechik and STRIBOBr1", EUROCRYPT 2016):
 *
 *     (l, r) = alpha(x)
 *     l      = r == 0 ? nu0(l) : nu1(l * 1/r)
 *     r      = sigma(r * phi(l))
 *     y      = omega(l, r)
 *
 * so that it takes a handful of 16-entry lookups, which a shuffle does without an address that
 * depends on the data. Products are sums of logarithms mod 15; the logarithm of zero is a value
 * that keeps bit 7 set, and a shuffle answers an index with bit 7 set by zero.
 *
 * All of the state is kept as alpha(x), l in the low nibble: alpha is linear and goes through the
 * XORs, and the tables of the linear map take in omega before and alpha after it. The
 * linear map looks up u = l + nu1(0), and r before sigma, still as a logarithm.
 *
 * The message's state and the key's go through a round side by side: K' = LPS(K + C) and
 * M' = LPS(M + K) need only K and M. The tables come from gost/gen/pi_tables.py. Internal to gost/.
 */
#ifndef GOST_STREEBOG_SHUFFLE_H
#define GOST_STREEBOG_SHUFFLE_H

#include <stdint.h>

typedef struct gost_streebog_nibbles {
    uint8_t alpha[2][16];   /* alpha of a byte's low and high nibble */
    uint8_t unalpha[2][16]; /* its inverse */
    uint8_t log[16];        /* 0xa0 for 0 */
    uint8_t nu1_exp[16];    /* of a logarithm s: nu1(exp s) + nu1(0) */
    uint8_t nu0[16];        /* added to that where r is 0: gives nu0(l) + nu1(0) */
    uint8_t log_phi[16];    /* of u: log phi(l) */
} gost_streebog_nibbles;

extern const gost_streebog_nibbles gost_streebog_nibble;

/*
 * A vector is 16 rows side by side: (message byte, key byte) of the 8 bytes of one word, so that
 * one shuffle multiplies all by one coefficient. Two lanes hold the words i and i + 1, and
 * four vectors the words 0, 4, 2 and 6 (+ 1): this order is what the cheapest transposition gives.
 *
 * The linear map, [v][x][w][t]: lane y gets what word order[w] + y of the input gives to byte
 * (v & 1) * 2 + (v >> 1) + 4 * (x ^ y) of the output words; t = 0 for the index u, 1 for r.
 */
extern const uint8_t gost_streebog_linear[4][2][4][2][32] __attribute__((aligned(32)));

/* alpha of the iteration constants in the vectors' order, at the key's bytes. */
extern const uint16_t gost_streebog_c_alpha[12][4][16] __attribute__((aligned(32)));

#endif
