/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GOST 28147-89 and Magma on x86 vectors, for the files that compile it. Before including it,
 * define
 *
 *     VEC      __m128i or __m256i
 *     LANES    1 or 2, the 16-byte lanes of it
 *     OP(name) the intrinsic _mm_name or _mm256_name
 *     TARGET   the attribute of a function that uses them
 *
 * It defines crypt. An S-box is a shuffle, its index a nibble of the data. There are two ways:
 *
 * Few blocks: a vector holds the same half of 4 blocks in a lane as words. A shuffle looks up one
 * S-box for all bytes, so the others have the index zero; what they give then is a constant, which
 * is taken out of the tables and added by itself.
 *
 * Many blocks: a vector holds one byte of 16 blocks in a lane, so that a shuffle serves 16 blocks.
 * The sum with the key is made byte by byte, with its carries; turning the word by 11 bits is
 * turning it by a byte, which is only a name, and 3 bits, which the tables do.
 *
 * Internal to gost/.
 */
#include <string.h>

#include "gost/bytes.h"
#include "gost/gost28147.h"
#include "gost/mem.h"

#define INLINE static inline __attribute__((always_inline)) TARGET

#define FEW    (4 * LANES)
#define MANY   (16 * LANES)

INLINE VEC all_lanes(__m128i x)
{
#if LANES == 2
    return _mm256_broadcastsi128_si256(x);
#else
    return x;
#endif
}

INLINE VEC table(const uint8_t t[16])
{
    return all_lanes(_mm_loadu_si128((const __m128i *)(const void *)t));
}

INLINE VEC bytes(int x)
{
    return OP(set1_epi8)((char)x);
}

INLINE VEC low(VEC x)
{
    return x & bytes(0x0f);
}

INLINE VEC high(VEC x)
{
    return low(OP(srli_epi16)(x, 4));
}

INLINE VEC load(const uint8_t *p)
{
#if LANES == 2
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
#else
    return _mm_loadu_si128((const __m128i *)(const void *)p);
#endif
}

INLINE void store(uint8_t *p, VEC x)
{
#if LANES == 2
    _mm256_storeu_si256((__m256i *)(void *)p, x);
#else
    _mm_storeu_si128((__m128i *)(void *)p, x);
#endif
}

/* Magma's order of bytes from, and to, that of GOST 28147-89. */
INLINE VEC flip(VEC x)
{
    return OP(shuffle_epi8)(
        x, all_lanes(_mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8)));
}

/* ---- few blocks ------------------------------------------------------------------------------ */

typedef struct few {
    VEC low[4], high[4]; /* of the nibbles of byte n of a word */
    VEC rest;
} few;

INLINE void prepare_few(few *t, const gost_sbox *sbox)
{
    uint32_t rest = 0;

    for (int n = 0; n < 4; n++) {
        const uint8_t *l = sbox->rows[2 * n], *h = sbox->rows[2 * n + 1];

        t->low[n] = table(l) ^ bytes(l[0]);
        t->high[n] = OP(slli_epi16)(table(h) ^ bytes(h[0]), 4);
        rest |= (uint32_t)(l[0] | h[0] << 4) << (8 * n);
    }
    t->rest = OP(set1_epi32)((int)(rest << 11 | rest >> 21));
}

/* y + f(x): what depends on the high nibbles comes last, as they are known later. */
INLINE VEC round_few(const few *t, VEC x, VEC y)
{
    VEC h = OP(srli_epi32)(x, 4), l[4];

    for (int n = 0; n < 4; n++) {
        VEC here = OP(set1_epi32)(0x0f << 8 * n);

        l[n] = OP(shuffle_epi8)(t->low[n], x & here);
        l[n] ^= OP(shuffle_epi8)(t->high[n], h & here);
    }
    h = (l[0] ^ l[1]) ^ (l[2] ^ l[3]);
    return (OP(slli_epi32)(h, 11) ^ (y ^ t->rest)) ^ OP(srli_epi32)(h, 21);
}

INLINE void rounds_few(const few *t, const gost_block *b, int back, VEC *n1, VEC *n2)
{
    VEC x = *n1, y = *n2;

    for (int i = 0; i < 32; i += 2) {
        unsigned k = gost_28147_word(back ? 31 - i : i);
        unsigned l = gost_28147_word(back ? 30 - i : i + 1);

        y = round_few(t, OP(add_epi32)(x, OP(set1_epi32)((int)b->ks.words[k])), y);
        x = round_few(t, OP(add_epi32)(y, OP(set1_epi32)((int)b->ks.words[l])), x);
    }
    /* The last round does not exchange the halves. */
    *n1 = y;
    *n2 = x;
}

/* ---- many blocks ----------------------------------------------------------------------------- */

typedef struct many {
    VEC keys[8][4]; /* byte n of word i, with its highest bit changed */
    /* What the low nibble of byte n gives to the byte above, and the high one to that and to the
     * one above that; the high one's index has its highest bit changed. */
    VEC low[4], high[4], top[4];
    VEC n1[4], n2[4];
} many;

INLINE void prepare_many(many *m, const gost_block *b)
{
    for (int i = 0; i < 8; i++)
        for (int n = 0; n < 4; n++)
            m->keys[i][n] = bytes((int)(b->ks.words[i] >> (8 * n) & 0xff) ^ 0x80);
    for (int n = 0; n < 4; n++) {
        VEC x = OP(shuffle_epi32)(table(b->sbox->rows[2 * n + 1]), 0x4e);

        m->low[n] = OP(slli_epi16)(table(b->sbox->rows[2 * n]), 3);
        m->high[n] = OP(slli_epi16)(x & bytes(1), 7);
        m->top[n] = OP(srli_epi16)(x & bytes(14), 1);
    }
}

/* y += f(x + key) */
INLINE void round_many(const many *m, const VEC x[4], VEC y[4], const VEC key[4])
{
    VEC carry = {0}, i[4], j[4];

    /* The key's highest bits being changed, so are those of the sums, and bytes compare as if they
     * were signed. A sum overflows if it is less than the key, or if the carry made it zero. */
    for (int n = 0; n < 4; n++) {
        VEC sum = OP(add_epi8)(x[n], key[n]), over = OP(cmpgt_epi8)(key[n], sum);

        sum = OP(sub_epi8)(sum, carry);
        carry = over | (carry & OP(cmpeq_epi8)(sum, bytes(0x80)));
        i[n] = low(sum);
        j[n] = high(sum);
    }
    for (int n = 0; n < 4; n++) {
        int p = (n + 3) % 4, q = (n + 2) % 4;

        y[n] ^= OP(shuffle_epi8)(m->low[p], i[p]) ^ OP(shuffle_epi8)(m->high[p], j[p]) ^
                OP(shuffle_epi8)(m->top[q], j[q]);
    }
}

/*
 * One stage of a transposition: the bits of a byte's place, the vector's number and then the place
 * in its lane, go round by one. After four of the seven, the vectors are the bytes of a block.
 */
INLINE void stage(VEC v[8])
{
    VEC w[8];

    for (int i = 0; i < 4; i++) {
        w[2 * i] = OP(unpacklo_epi8)(v[i], v[i + 4]);
        w[2 * i + 1] = OP(unpackhi_epi8)(v[i], v[i + 4]);
    }
    for (int i = 0; i < 8; i++)
        v[i] = w[i];
}

INLINE void crypt_many(many *m, int magma, int back, const uint8_t *in, uint8_t *out)
{
    VEC v[8], *x = m->n1, *y = m->n2;

    for (int i = 0; i < 8; i++)
        v[i] = load(in + 16 * LANES * i);
    for (int i = 0; i < 4; i++)
        stage(v);
    for (int i = 0; i < 4; i++) {
        x[i] = v[magma ? 7 - i : i];
        y[i] = v[magma ? 3 - i : 4 + i];
    }
    for (int i = 0; i < 32; i += 2) {
        round_many(m, x, y, m->keys[gost_28147_word(back ? 31 - i : i)]);
        round_many(m, y, x, m->keys[gost_28147_word(back ? 30 - i : i + 1)]);
    }
    /* The last round does not exchange the halves. */
    for (int i = 0; i < 4; i++) {
        v[magma ? 7 - i : i] = y[i];
        v[magma ? 3 - i : 4 + i] = x[i];
    }
    for (int i = 0; i < 3; i++)
        stage(v);
    for (int i = 0; i < 8; i++)
        store(out + 16 * LANES * i, v[i]);
}

/* ---- all together ---------------------------------------------------------------------------- */

/* One block or FEW of them. */
INLINE void crypt_few(const few *t, const gost_block *b, int back, const uint8_t *in, uint8_t *out,
                      int one)
{
    int magma = b->class == &gost_block_magma;
    VEC x, y, p, q;

    if (one) {
        x = all_lanes(_mm_loadl_epi64((const __m128i *)(const void *)in));
        y = x;
    } else {
        x = load(in);
        y = load(in + 16 * LANES);
    }
    if (magma) {
        x = flip(x);
        y = flip(y);
    }
    p = OP(unpacklo_epi32)(x, y);
    q = OP(unpackhi_epi32)(x, y);
    x = OP(unpacklo_epi64)(p, q);
    y = OP(unpackhi_epi64)(p, q);
    rounds_few(t, b, back, &x, &y);
    p = OP(unpacklo_epi32)(x, y);
    q = OP(unpackhi_epi32)(x, y);
    x = OP(unpacklo_epi64)(p, q);
    y = OP(unpackhi_epi64)(p, q);
    if (magma) {
        x = flip(x);
        y = flip(y);
    }
    if (one) {
#if LANES == 2
        _mm_storel_epi64((__m128i *)(void *)out, _mm256_castsi256_si128(x));
#else
        _mm_storel_epi64((__m128i *)(void *)out, x);
#endif
    } else {
        store(out, x);
        store(out + 16 * LANES, y);
    }
}

TARGET static void all_few(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks,
                           int back)
{
    few t;

    prepare_few(&t, b->sbox);
    if (blocks == 1) {
        crypt_few(&t, b, back, in, out, 1);
    } else {
        uint8_t part[8 * FEW] = {0};

        memcpy(part, in, 8 * blocks);
        crypt_few(&t, b, back, part, part, 0);
        memcpy(out, part, 8 * blocks);
        gost_wipe(part, sizeof part);
    }
}

TARGET static void all_many(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks,
                            int back)
{
    int magma = b->class == &gost_block_magma;
    many m;

    prepare_many(&m, b);
    for (; blocks >= MANY; blocks -= MANY, in += 8 * MANY, out += 8 * MANY)
        crypt_many(&m, magma, back, in, out);
    if (blocks > FEW) {
        uint8_t part[8 * MANY] = {0};

        memcpy(part, in, 8 * blocks);
        crypt_many(&m, magma, back, part, part);
        memcpy(out, part, 8 * blocks);
        gost_wipe(part, sizeof part);
    }
    gost_wipe(&m, sizeof m);
}

TARGET static void crypt(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks,
                         int back)
{
    size_t tail = blocks % MANY > FEW ? 0 : blocks % MANY, rest = blocks - tail;

    if (rest > 0)
        all_many(b, in, out, rest, back);
    if (tail > 0)
        all_few(b, in + 8 * rest, out + 8 * rest, tail, back);
}
