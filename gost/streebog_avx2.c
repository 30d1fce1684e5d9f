/* SPDX-License-Identifier: Apache-2.0 */
/* Streebog on 32-byte vectors. See gost/streebog_shuffle.h for the data flow. */
#include "gost/streebog_core.h"

#if GOST_X86

#include <immintrin.h>

#include "gost/streebog_shuffle.h"

#define TARGET __attribute__((target("avx2")))
#define INLINE static inline __attribute__((always_inline, target("avx2")))

INLINE __m256i load(const void *p)
{
    return _mm256_load_si256((const __m256i *)p);
}

INLINE __m256i both(const uint8_t t[16])
{
    return _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)(const void *)t));
}

INLINE __m256i low(__m256i x)
{
    return _mm256_and_si256(x, _mm256_set1_epi8(0x0f));
}

INLINE __m256i high(__m256i x)
{
    return low(_mm256_srli_epi16(x, 4));
}

/* A map of bytes that is linear over GF(2), by its tables of the two nibbles. */
INLINE __m256i map(const uint8_t t[2][16], __m256i x)
{
    return _mm256_xor_si256(_mm256_shuffle_epi8(both(t[0]), low(x)),
                            _mm256_shuffle_epi8(both(t[1]), high(x)));
}

/* The nonlinear middle of the substitution: l becomes u, r a logarithm. */
INLINE void substitute(__m256i x, __m256i *u, __m256i *r)
{
    const gost_streebog_nibbles *t = &gost_streebog_nibble;
    const __m256i c15 = _mm256_set1_epi8(15), c70 = _mm256_set1_epi8(0x70);
    __m256i log_l = _mm256_shuffle_epi8(both(t->log), low(x));
    __m256i log_r = _mm256_shuffle_epi8(both(t->log), high(x)), s, z;

    /* Of a sum and the sum plus or minus 15, the lesser byte is the one from 0 to 14. */
    s = _mm256_sub_epi8(log_l, log_r);
    s = _mm256_min_epu8(s, _mm256_add_epi8(s, c15));
    /* Only where r is 0 does the saturated index keep bit 7 clear. */
    z = _mm256_shuffle_epi8(both(t->nu0), _mm256_adds_epu8(x, c70));
    *u = _mm256_xor_si256(_mm256_shuffle_epi8(both(t->nu1_exp), s), z);
    s = _mm256_add_epi8(_mm256_shuffle_epi8(both(t->log_phi), *u), log_r);
    *r = _mm256_min_epu8(s, _mm256_sub_epi8(s, c15));
}

/* The sum of the shares that the words of one lane give to one byte of the output words. */
INLINE __m256i column(const uint8_t t[4][2][32], const __m256i u[4], const __m256i r[4])
{
    __m256i a, b;

    a = _mm256_shuffle_epi8(load(t[0][0]), u[0]);
    b = _mm256_shuffle_epi8(load(t[0][1]), r[0]);
    for (int w = 1; w < 4; w++) {
        a = _mm256_xor_si256(a, _mm256_shuffle_epi8(load(t[w][0]), u[w]));
        b = _mm256_xor_si256(b, _mm256_shuffle_epi8(load(t[w][1]), r[w]));
    }
    a = _mm256_xor_si256(a, b);
    /* One sum at a time: many products at once do not fit the registers. */
    __asm__("" : "+x"(a));
    return a;
}

INLINE void lps(__m256i v[4])
{
    const uint8_t(*t)[2][4][2][32] = gost_streebog_linear;
    __m256i u[4], r[4], a[4], b[4];

    /* Keeps the compiler from copying the table to the stack before the rounds. */
    __asm__("" : "+r"(t));
    for (int i = 0; i < 4; i++)
        substitute(v[i], &u[i], &r[i]);
    for (int i = 0; i < 4; i++) {
        /* In a the lanes are of the right columns, in b crossed. */
        b[i] = column(t[i][1], u, r);
        a[i] = column(t[i][0], u, r);
        a[i] = _mm256_xor_si256(a[i], _mm256_permute2x128_si256(b[i], b[i], 0x01));
    }

    /* From columns to words: three of the four bits of a byte's place in its lane (all but
     * message or key) change places with the two bits of the vector and the bit of the lane. */
    b[0] = _mm256_unpacklo_epi16(a[0], a[1]);
    b[1] = _mm256_unpackhi_epi16(a[0], a[1]);
    b[2] = _mm256_unpacklo_epi16(a[2], a[3]);
    b[3] = _mm256_unpackhi_epi16(a[2], a[3]);
    v[0] = _mm256_permute4x64_epi64(_mm256_unpacklo_epi16(b[0], b[2]), 0xd8);
    v[1] = _mm256_permute4x64_epi64(_mm256_unpacklo_epi16(b[1], b[3]), 0xd8);
    v[2] = _mm256_permute4x64_epi64(_mm256_unpackhi_epi16(b[0], b[2]), 0xd8);
    v[3] = _mm256_permute4x64_epi64(_mm256_unpackhi_epi16(b[1], b[3]), 0xd8);
}

/* The first word of each vector. */
static const uint8_t order[4] = {0, 4, 2, 6};

/* The words at p and p + 8, a byte to 16 bits. */
INLINE __m256i spread(const void *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
}

TARGET void gost_streebog_g_avx2(uint64_t h[8], const uint64_t n[8], const uint8_t *block)
{
    const __m256i message = _mm256_set1_epi16(0x00ff);
    __m256i m[4], v[4], x;

    for (int i = 0; i < 4; i++) {
        x = _mm256_xor_si256(spread(h + order[i]), spread(n + order[i]));
        x = _mm256_or_si256(_mm256_slli_epi16(x, 8), spread(block + 8 * order[i]));
        v[i] = map(gost_streebog_nibble.alpha, x);
        m[i] = _mm256_and_si256(v[i], message);
    }
    lps(v);
    /* That was for the first key; the message comes in only now. */
    for (int i = 0; i < 4; i++)
        v[i] = _mm256_or_si256(_mm256_andnot_si256(message, v[i]), m[i]);
    for (int k = 0; k < 12; k++) {
        for (int i = 0; i < 4; i++) {
            x = _mm256_xor_si256(v[i], load(gost_streebog_c_alpha[k][i]));
            v[i] = _mm256_xor_si256(x, _mm256_srli_epi16(v[i], 8));
        }
        lps(v);
    }
    for (int i = 0; i < 4; i++) {
        x = _mm256_xor_si256(v[i], _mm256_srli_epi16(v[i], 8));
        v[i] = _mm256_and_si256(_mm256_xor_si256(x, m[i]), message);
    }
    for (int i = 0; i < 2; i++) {
        __m128i *out = (__m128i *)(void *)h + i;

        /* Words 0, 1, 4, 5, then 2, 3, 6, 7. */
        x = _mm256_packus_epi16(v[2 * i], v[2 * i + 1]);
        x = map(gost_streebog_nibble.unalpha, _mm256_permute4x64_epi64(x, 0xd8));
        _mm_storeu_si128(out, _mm_xor_si128(_mm_loadu_si128(out), _mm256_castsi256_si128(x)));
        out += 2;
        _mm_storeu_si128(out, _mm_xor_si128(_mm_loadu_si128(out), _mm256_extracti128_si256(x, 1)));
    }
}

#endif
