/* SPDX-License-Identifier: Apache-2.0 */
/* The four encryptions of a step of GOST R 34.11-94 at once: a vector has a word of 32 bits of
 * each. See gost/hash94_core.h. */
#include "gost/hash94_core.h"

#if GOST_X86

#include <immintrin.h>

#define TARGET __attribute__((target("ssse3")))
#define INLINE static inline __attribute__((always_inline, target("ssse3")))

INLINE __m128i load(const void *p)
{
    return _mm_loadu_si128((const __m128i *)p);
}

/* x[i][j] = x[j][i] */
INLINE void transpose(__m128i x[4])
{
    __m128i a = _mm_unpacklo_epi32(x[0], x[1]), b = _mm_unpackhi_epi32(x[0], x[1]);
    __m128i c = _mm_unpacklo_epi32(x[2], x[3]), d = _mm_unpackhi_epi32(x[2], x[3]);

    x[0] = _mm_unpacklo_epi64(a, c);
    x[1] = _mm_unpackhi_epi64(a, c);
    x[2] = _mm_unpacklo_epi64(b, d);
    x[3] = _mm_unpackhi_epi64(b, d);
}

/* P of each w[j]; key[i] has the word i of each. */
INLINE void make_keys(__m128i key[8], const uint64_t w[4][4])
{
    for (int j = 0; j < 4; j++) {
        __m128i a = load(w[j]), b = load(w[j] + 2);

        /* bytes 0 and 1, 2 and 3 of each word of P, then all four */
        a = _mm_unpacklo_epi8(a, _mm_unpackhi_epi64(a, a));
        b = _mm_unpacklo_epi8(b, _mm_unpackhi_epi64(b, b));
        key[j] = _mm_unpacklo_epi16(a, b);
        key[4 + j] = _mm_unpackhi_epi16(a, b);
    }
    transpose(key);
    transpose(key + 4);
}

/*
 * The S-boxes: an index with its top bit set gives 0, so that each of the 8 tables acts on its own
 * byte of the words and the results are put together.
 */
typedef struct tables {
    __m128i low[4], high[4], other[4];
} tables;

INLINE void make_tables(tables *t, const gost_sbox *sbox)
{
    for (int i = 0; i < 4; i++) {
        t->low[i] = load(sbox->rows[2 * i]);
        t->high[i] = _mm_slli_epi16(load(sbox->rows[2 * i + 1]), 4);
        t->other[i] = _mm_set1_epi32((int)(0x80808080u & ~(0x80u << (8 * i))));
    }
}

INLINE __m128i f(const tables *t, __m128i x)
{
    const __m128i nibble = _mm_set1_epi8(0x0f);
    __m128i lo = _mm_and_si128(x, nibble), hi = _mm_and_si128(_mm_srli_epi16(x, 4), nibble), y[4];

    for (int i = 0; i < 4; i++)
        y[i] = _mm_or_si128(_mm_shuffle_epi8(t->low[i], _mm_or_si128(lo, t->other[i])),
                            _mm_shuffle_epi8(t->high[i], _mm_or_si128(hi, t->other[i])));
    x = _mm_or_si128(_mm_or_si128(y[0], y[1]), _mm_or_si128(y[2], y[3]));
    return _mm_or_si128(_mm_slli_epi32(x, 11), _mm_srli_epi32(x, 21));
}

TARGET void gost_hash94_encrypt_ssse3(const gost_sbox *sbox, const uint64_t w[4][4],
                                      const uint64_t h[4], uint64_t s[4])
{
    __m128i key[8], a = load(h), b = load(h + 2), n1, n2;
    tables t;

    make_tables(&t, sbox);
    make_keys(key, w);
    a = _mm_shuffle_epi32(a, 0xd8);
    b = _mm_shuffle_epi32(b, 0xd8);
    n1 = _mm_unpacklo_epi64(a, b);
    n2 = _mm_unpackhi_epi64(a, b);
    for (int i = 0; i < 24; i += 2) {
        n2 = _mm_xor_si128(n2, f(&t, _mm_add_epi32(n1, key[i % 8])));
        n1 = _mm_xor_si128(n1, f(&t, _mm_add_epi32(n2, key[i % 8 + 1])));
    }
    for (int i = 7; i > 0; i -= 2) {
        n2 = _mm_xor_si128(n2, f(&t, _mm_add_epi32(n1, key[i])));
        n1 = _mm_xor_si128(n1, f(&t, _mm_add_epi32(n2, key[i - 1])));
    }
    /* The last round does not exchange the halves. */
    _mm_storeu_si128((__m128i *)(void *)s, _mm_unpacklo_epi32(n2, n1));
    _mm_storeu_si128((__m128i *)(void *)(s + 2), _mm_unpackhi_epi32(n2, n1));
}

#endif
