/* SPDX-License-Identifier: Apache-2.0 */
/* Streebog on 16-byte vectors, a word each. See gost/streebog_shuffle.h for the data flow. */
#include "gost/streebog_core.h"

#if GOST_X86

#include <immintrin.h>

#include "gost/streebog_shuffle.h"

#define TARGET __attribute__((target("ssse3")))
#define INLINE static inline __attribute__((always_inline, target("ssse3")))

/* Where the tables for 32-byte vectors have word i, as an index and a lane. */
#define INDEX(i) (((i) >> 2 & 1) | ((i)&2))
#define LANE(i)  ((i)&1)

INLINE __m128i load(const void *p)
{
    return _mm_load_si128((const __m128i *)p);
}

INLINE __m128i load_word(const void *p)
{
    return _mm_loadl_epi64((const __m128i *)p);
}

INLINE __m128i low(__m128i x)
{
    return _mm_and_si128(x, _mm_set1_epi8(0x0f));
}

INLINE __m128i high(__m128i x)
{
    return low(_mm_srli_epi16(x, 4));
}

/* A map of bytes that is linear over GF(2), by its tables of the two nibbles. */
INLINE __m128i map(const uint8_t t[2][16], __m128i x)
{
    return _mm_xor_si128(_mm_shuffle_epi8(load(t[0]), low(x)),
                         _mm_shuffle_epi8(load(t[1]), high(x)));
}

/* The nonlinear middle of the substitution: l becomes u, r a logarithm. */
INLINE void substitute(__m128i x, __m128i *u, __m128i *r)
{
    const gost_streebog_nibbles *t = &gost_streebog_nibble;
    const __m128i c15 = _mm_set1_epi8(15), c70 = _mm_set1_epi8(0x70);
    __m128i log_l = _mm_shuffle_epi8(load(t->log), low(x));
    __m128i log_r = _mm_shuffle_epi8(load(t->log), high(x)), s, z;

    /* Of a sum and the sum plus or minus 15, the lesser byte is the one from 0 to 14. */
    s = _mm_sub_epi8(log_l, log_r);
    s = _mm_min_epu8(s, _mm_add_epi8(s, c15));
    /* Only where r is 0 does the saturated index keep bit 7 clear. */
    z = _mm_shuffle_epi8(load(t->nu0), _mm_adds_epu8(x, c70));
    *u = _mm_xor_si128(_mm_shuffle_epi8(load(t->nu1_exp), s), z);
    s = _mm_add_epi8(_mm_shuffle_epi8(load(t->log_phi), *u), log_r);
    *r = _mm_min_epu8(s, _mm_sub_epi8(s, c15));
}

/* What word i gives to byte j of the output words. */
INLINE __m128i share(const uint8_t (*linear)[2][4][2][32], int i, int j, __m128i u, __m128i r)
{
    const uint8_t(*t)[32] = linear[(j >> 1 & 1) | (j & 1) << 1][(j >> 2) ^ LANE(i)][INDEX(i)];

    return _mm_xor_si128(_mm_shuffle_epi8(load(t[0] + 16 * LANE(i)), u),
                         _mm_shuffle_epi8(load(t[1] + 16 * LANE(i)), r));
}

INLINE void lps(__m128i v[8])
{
    const uint8_t(*t)[2][4][2][32] = gost_streebog_linear;
    __m128i u, r, a[8];

    /* Keeps the compiler from copying the table to the stack before the rounds. */
    __asm__("" : "+r"(t));
    substitute(v[0], &u, &r);
    for (int j = 0; j < 8; j++)
        a[j] = share(t, 0, j, u, r);
    for (int i = 1; i < 8; i++) {
        substitute(v[i], &u, &r);
        for (int j = 0; j < 8; j++) {
            a[j] = _mm_xor_si128(a[j], share(t, i, j, u, r));
            __asm__("" : "+x"(a[j]));
        }
    }
    /* From columns to words: the bits of the vector's number change places with three of the four
     * bits of a byte's place (all but message or key). */
    for (int n = 4; n > 0; n /= 2)
        for (int i = 0; i < 8; i++)
            if ((i & n) == 0) {
                __m128i x = a[i];

                a[i] = _mm_unpacklo_epi16(x, a[i + n]);
                a[i + n] = _mm_unpackhi_epi16(x, a[i + n]);
            }
    for (int i = 0; i < 8; i++)
        v[i] = a[i];
}

TARGET void gost_streebog_g_ssse3(uint64_t h[8], const uint64_t n[8], const uint8_t *block)
{
    const __m128i message = _mm_set1_epi16(0x00ff);
    __m128i m[8], v[8], x;

    for (int i = 0; i < 8; i++) {
        x = _mm_xor_si128(load_word(h + i), load_word(n + i));
        x = _mm_unpacklo_epi8(load_word(block + 8 * i), x);
        v[i] = map(gost_streebog_nibble.alpha, x);
        m[i] = _mm_and_si128(v[i], message);
    }
    lps(v);
    /* That was for the first key; the message comes in only now. */
    for (int i = 0; i < 8; i++)
        v[i] = _mm_or_si128(_mm_andnot_si128(message, v[i]), m[i]);
    for (int k = 0; k < 12; k++) {
        for (int i = 0; i < 8; i++) {
            x = _mm_xor_si128(v[i], load(gost_streebog_c_alpha[k][INDEX(i)] + 8 * LANE(i)));
            v[i] = _mm_xor_si128(x, _mm_srli_epi16(v[i], 8));
        }
        lps(v);
    }
    for (int i = 0; i < 8; i++) {
        x = _mm_xor_si128(v[i], _mm_srli_epi16(v[i], 8));
        v[i] = _mm_and_si128(_mm_xor_si128(x, m[i]), message);
    }
    for (int i = 0; i < 8; i += 2) {
        __m128i *out = (__m128i *)(void *)(h + i);

        x = map(gost_streebog_nibble.unalpha, _mm_packus_epi16(v[i], v[i + 1]));
        _mm_storeu_si128(out, _mm_xor_si128(_mm_loadu_si128(out), x));
    }
}

#endif
