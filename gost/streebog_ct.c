/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streebog's portable constant-time body, in bit planes. See gost/streebog_core.h.
 *
 * Plane b has, at bit 8i + r, bit b of byte r of word i. A vector holds a plane of the message's
 * state and the same plane of the key's, which go through a round side by side (see
 * gost/streebog_shuffle.h; bytes are kept as alpha(x) here too).
 */
#include "gost/bytes.h"
#include "gost/streebog_core.h"
#include "gost/streebog_planes.h"

typedef uint64_t planes2 __attribute__((vector_size(16)));

#define GOST_PLANE planes2
#include "gost/pi_planes.h"

/*
 * The linear map with omega before and alpha behind it. Byte j of plane k of the image is the sum
 * over d and b of byte j + d (mod 8) of plane b where bit k of byte j of the constant (d, b) below
 * is set; the table spreads these bits to bytes, once for each state.
 */
#define ONES UINT64_C(0x0101010101010101)
#define MASK(x, k)                                                                                 \
    {                                                                                              \
        ((UINT64_C(x) >> (k)) & ONES) * 0xff, ((UINT64_C(x) >> (k)) & ONES) * 0xff                 \
    }
#define MASKS1(x)                                                                                  \
    {                                                                                              \
        MASK(x, 0), MASK(x, 1), MASK(x, 2), MASK(x, 3), MASK(x, 4), MASK(x, 5), MASK(x, 6),        \
            MASK(x, 7)                                                                             \
    }
#define MASKS(a, b, c, d, e, f, g, h)                                                              \
    {MASKS1(a), MASKS1(b), MASKS1(c), MASKS1(d), MASKS1(e), MASKS1(f), MASKS1(g), MASKS1(h)},

static const planes2 linear[8][8][8] = {GOST_STREEBOG_DIAGONALS(MASKS)};

/* Swaps the bits of x that m selects with those n places above. */
#define SWAP(x, n, m)                                                                              \
    do {                                                                                           \
        __typeof__(x) t_ = ((x) ^ ((x) >> (n))) & UINT64_C(m);                                     \
        (x) ^= t_ ^ (t_ << (n));                                                                   \
    } while (0)

static void transpose_bits(uint64_t x[8])
{
    for (int i = 0; i < 8; i++) {
        SWAP(x[i], 7, 0x00aa00aa00aa00aa);
        SWAP(x[i], 14, 0x0000cccc0000cccc);
        SWAP(x[i], 28, 0x00000000f0f0f0f0);
    }
}

static inline void swap_bytes(uint64_t x[8], int n, uint64_t m)
{
    for (int i = 0; i < 8; i++)
        if ((i & n) == 0) {
            uint64_t t = ((x[i] >> (8 * n)) ^ x[i + n]) & m;

            x[i] ^= t << (8 * n);
            x[i + n] ^= t;
        }
}

static void transpose_bytes(uint64_t x[8])
{
    swap_bytes(x, 1, 0x00ff00ff00ff00ff);
    swap_bytes(x, 2, 0x0000ffff0000ffff);
    swap_bytes(x, 4, 0x00000000ffffffff);
}

static void to_planes(uint64_t x[8])
{
    transpose_bits(x);
    transpose_bytes(x);
}

static void from_planes(uint64_t x[8])
{
    transpose_bytes(x);
    transpose_bits(x);
}

static void lps(planes2 p[8])
{
    planes2 q[8] = {{0, 0}};

    gost_pi_middle(p);
    for (int d = 0; d < 8; d++)
        for (int b = 0; b < 8; b++) {
            planes2 x = p[b];

            if (d > 0)
                x = (x >> (8 * d)) | (x << (64 - 8 * d));
            for (int k = 0; k < 8; k++)
                q[k] ^= x & linear[d][b][k];
        }
    /* The image has bit r in byte j; the next round wants bit j in byte r. */
    for (int k = 0; k < 8; k++) {
        SWAP(q[k], 7, 0x00aa00aa00aa00aa);
        SWAP(q[k], 14, 0x0000cccc0000cccc);
        SWAP(q[k], 28, 0x00000000f0f0f0f0);
        p[k] = q[k];
    }
}

void gost_streebog_g_ct(uint64_t h[8], const uint64_t n[8], const uint8_t *block)
{
    planes2 p[8];
    uint64_t m[8], x[8];

    for (int i = 0; i < 8; i++) {
        m[i] = gost_load_le64(block + 8 * i);
        x[i] = h[i] ^ n[i];
    }
    to_planes(m);
    to_planes(x);
    for (int i = 0; i < 8; i++)
        p[i] = (planes2){m[i], x[i]};
    gost_pi_alpha(p);
    for (int i = 0; i < 8; i++)
        m[i] = p[i][0];
    lps(p);
    /* That was for the first key; the message comes in only now. */
    for (int i = 0; i < 8; i++)
        p[i][0] = m[i];
    for (int k = 0; k < 12; k++) {
        for (int i = 0; i < 8; i++)
            p[i] ^= (planes2){p[i][1], gost_streebog_c_planes[k][i]};
        lps(p);
    }
    for (int i = 0; i < 8; i++)
        p[i] = (planes2){p[i][0] ^ p[i][1] ^ m[i], 0};
    gost_pi_unalpha(p);
    for (int i = 0; i < 8; i++)
        x[i] = p[i][0];
    from_planes(x);
    for (int i = 0; i < 8; i++)
        h[i] ^= x[i];
}
