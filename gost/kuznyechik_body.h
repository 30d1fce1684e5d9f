/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kuznyechik on x86 vectors, for the files that compile it: see gost/kuznyechik_shuffle.h for the
 * data flow. Before including it, define
 *
 *     VEC       __m128i or __m256i
 *     LANES     1 or 2, the 16-byte lanes of it
 *     OP(name)  the intrinsic _mm_name or _mm256_name
 *     TARGET    the attribute of a function that uses them
 *     FEW       as many blocks or fewer are not worth filling up a group of 16 * LANES
 *
 * It defines encrypt, decrypt and set_key. Internal to gost/.
 */
#include <string.h>

#include "gost/kuznyechik_shuffle.h"
#include "gost/mem.h"
#include "gost/streebog_shuffle.h"

#define INLINE static inline __attribute__((always_inline)) TARGET

/* 16 bytes in every lane. */
INLINE VEC all_lanes(__m128i x)
{
#if LANES == 2
    return _mm256_broadcastsi128_si256(x);
#else
    return x;
#endif
}

INLINE VEC look(const uint8_t t[16], VEC index)
{
    __m128i x = _mm_load_si128((const __m128i *)(const void *)t);

    return OP(shuffle_epi8)(all_lanes(x), index);
}

/* A block in every lane. */
INLINE VEC block(const uint8_t *p)
{
    return all_lanes(_mm_loadu_si128((const __m128i *)(const void *)p));
}

INLINE void put_block(uint8_t *p, __m128i x)
{
    _mm_storeu_si128((__m128i *)(void *)p, x);
}

INLINE VEC low(VEC x)
{
    return x & OP(set1_epi8)(0x0f);
}

INLINE VEC high(VEC x)
{
    return low(OP(srli_epi16)(x, 4));
}

/* One block, of a vector that has it in every lane. */
INLINE void store_one(uint8_t *out, VEC x)
{
#if LANES == 2
    put_block(out, _mm256_castsi256_si128(x));
#else
    put_block(out, x);
#endif
}

/* A map by two indices; bits 4 to 6 of an index do not matter, bit 7 makes a zero. */
INLINE VEC map(gost_kuznyechik_map const t, VEC i, VEC j)
{
    return look(t[0], i) ^ look(t[1], j);
}

/* One of the maps of a row of pairs. */
INLINE VEC pick(gost_kuznyechik_pair const *t, int n, int half, VEC i, VEC j)
{
    return look(t[n % half][0][n / half], i) ^ look(t[n % half][1][n / half], j);
}

INLINE VEC map_bytes(gost_kuznyechik_map const t, VEC x)
{
    return map(t, low(x), high(x));
}

/* Of a sum of logarithms and the sum plus or minus 15, the lesser byte is the one from 0 to 14. */
INLINE VEC difference(VEC a, VEC b)
{
    VEC s = OP(sub_epi8)(a, b);

    return OP(min_epu8)(s, OP(add_epi8)(s, OP(set1_epi8)(15)));
}

INLINE VEC total(VEC a, VEC b)
{
    VEC s = OP(adds_epu8)(a, b);

    return OP(min_epu8)(s, OP(sub_epi8)(s, OP(set1_epi8)(15)));
}

/* From x, a byte of alpha, to u and r's logarithm. */
INLINE void middle(VEC x, VEC *u, VEC *r)
{
    const gost_streebog_nibbles *t = &gost_streebog_nibble;
    VEC log_r = look(t->log, high(x)), z;

    /* Only where r is 0 does the saturated index keep bit 7 clear. */
    z = look(t->nu0, OP(adds_epu8)(x, OP(set1_epi8)(0x70)));
    *u = look(t->nu1_exp, difference(look(t->log, low(x)), log_r)) ^ z;
    *r = total(look(t->log_phi, *u), log_r);
}

/* From l and r + sigma(0) in the nibbles of x, after which the parts are l and r of alpha. */
INLINE void middle_inverse(VEC x, VEC *l, VEC *r)
{
    const gost_kuznyechik_shuffles *t = &gost_kuznyechik_shuffle;
    VEC i = low(x), s, z;

    s = difference(look(t->log_sigma, high(x)), look(t->log_phi, i));
    z = look(t->nu0, OP(adds_epu8)(x, OP(set1_epi8)(0x70)));
    *r = look(t->exp, s);
    *l = look(t->exp, total(look(t->log_nu1, i), s)) ^ z;
}

/* ---- a block in a lane --------------------------------------------------------------------- */

/* Both sums of L, by UP and DOWN, which move bytes on and back; changed about for its inverse. */
#define SUMS(suffix, UP, DOWN)                                                                     \
    INLINE VEC first_sum##suffix(const gost_kuznyechik_pair f[4], VEC i, VEC j)                    \
    {                                                                                              \
        VEC p = pick(f, 0, 4, i, j), q = pick(f, 7, 4, i, j);                                      \
        VEC sum = p ^ UP(p, 7) ^ UP(p, 9) ^ UP(q, 8);                                              \
                                                                                                   \
        p = pick(f, 1, 4, i, j), sum ^= UP(p, 1) ^ UP(p, 15);                                      \
        p = pick(f, 2, 4, i, j), sum ^= UP(p, 2) ^ UP(p, 14);                                      \
        p = pick(f, 3, 4, i, j), sum ^= UP(p, 3) ^ UP(p, 13);                                      \
        p = pick(f, 4, 4, i, j), sum ^= UP(p, 4) ^ UP(p, 12);                                      \
        p = pick(f, 5, 4, i, j), sum ^= UP(p, 5) ^ UP(p, 11);                                      \
        p = pick(f, 6, 4, i, j), sum ^= UP(p, 6) ^ UP(p, 10);                                      \
        return sum;                                                                                \
    }                                                                                              \
                                                                                                   \
    INLINE VEC second_sum##suffix(const gost_kuznyechik_pair g[8], VEC x)                          \
    {                                                                                              \
        VEC i = low(x), j = high(x), sum = pick(g, 0, 8, i, j);                                    \
                                                                                                   \
        sum ^= DOWN(pick(g, 1, 8, i, j), 1) ^ DOWN(pick(g, 2, 8, i, j), 2);                        \
        sum ^= DOWN(pick(g, 3, 8, i, j), 3) ^ DOWN(pick(g, 4, 8, i, j), 4);                        \
        sum ^= DOWN(pick(g, 5, 8, i, j), 5) ^ DOWN(pick(g, 6, 8, i, j), 6);                        \
        sum ^= DOWN(pick(g, 7, 8, i, j), 7) ^ DOWN(pick(g, 8, 8, i, j), 8);                        \
        sum ^= DOWN(pick(g, 9, 8, i, j), 9) ^ DOWN(pick(g, 10, 8, i, j), 10);                      \
        sum ^= DOWN(pick(g, 11, 8, i, j), 11) ^ DOWN(pick(g, 12, 8, i, j), 12);                    \
        sum ^= DOWN(pick(g, 13, 8, i, j), 13) ^ DOWN(pick(g, 14, 8, i, j), 14);                    \
        return sum ^ DOWN(pick(g, 15, 8, i, j), 15);                                               \
    }                                                                                              \
                                                                                                   \
    INLINE VEC l##suffix(const gost_kuznyechik_pair f[4], const gost_kuznyechik_pair g[8], VEC i,  \
                         VEC j)                                                                    \
    {                                                                                              \
        return second_sum##suffix(g, first_sum##suffix(f, i, j));                                  \
    }

#if LANES == 2

SUMS(_lanes, _mm256_bslli_epi128, _mm256_bsrli_epi128)
SUMS(_lanes_inverse, _mm256_bsrli_epi128, _mm256_bslli_epi128)

/* One block, the same in both lanes: they share the terms of the sums. */
INLINE VEC look_pair(uint8_t const t[2][16], VEC index)
{
    return _mm256_shuffle_epi8(_mm256_load_si256((const __m256i *)(const void *)t), index);
}

INLINE VEC both(const gost_kuznyechik_pair t, VEC i, VEC j)
{
    return look_pair(t[0], i) ^ look_pair(t[1], j);
}

INLINE VEC moved(uint8_t const moves[2][16], VEC x)
{
    return _mm256_shuffle_epi8(x, _mm256_load_si256((const __m256i *)(const void *)moves));
}

INLINE VEC add_lanes(VEC x)
{
    return x ^ _mm256_permute2x128_si256(x, x, 1);
}

#define SUM(suffix, back, DOWN)                                                                    \
    INLINE VEC l##suffix(const gost_kuznyechik_pair f[4], const gost_kuznyechik_pair g[8], VEC i,  \
                         VEC j)                                                                    \
    {                                                                                              \
        uint8_t const(*m)[2][16] = gost_kuznyechik_shuffle.moves[back];                            \
        VEC p = both(f[0], i, j), q = both(f[1], i, j), r = both(f[2], i, j);                      \
        VEC s = both(f[3], i, j);                                                                  \
                                                                                                   \
        p = (moved(m[0], p) ^ moved(m[1], p)) ^ (moved(m[2], p) ^ moved(m[3], q));                 \
        q = (moved(m[4], q) ^ moved(m[5], r)) ^ (moved(m[6], r) ^ moved(m[7], s));                 \
        p = add_lanes(p ^ q ^ moved(m[8], s));                                                     \
        i = low(p);                                                                                \
        j = high(p);                                                                               \
        p = both(g[0], i, j) ^ DOWN(both(g[1], i, j), 1);                                          \
        q = DOWN(both(g[2], i, j), 2) ^ DOWN(both(g[3], i, j), 3);                                 \
        r = DOWN(both(g[4], i, j), 4) ^ DOWN(both(g[5], i, j), 5);                                 \
        s = DOWN(both(g[6], i, j), 6) ^ DOWN(both(g[7], i, j), 7);                                 \
        return add_lanes(moved(m[9], (p ^ q) ^ (r ^ s)));                                          \
    }

SUM(_one, 0, _mm256_bsrli_epi128)
SUM(_one_inverse, 1, _mm256_bslli_epi128)

#else

SUMS(_lanes, _mm_slli_si128, _mm_srli_si128)
SUMS(_lanes_inverse, _mm_srli_si128, _mm_slli_si128)
#define l_one         l_lanes
#define l_one_inverse l_lanes_inverse

#endif

/* On alpha of the block's bytes: L after the substitution, and all rounds; l_one or l_lanes. */
#define ROUNDS(way)                                                                                \
    INLINE VEC ls_##way(VEC x)                                                                     \
    {                                                                                              \
        const gost_kuznyechik_shuffles *t = &gost_kuznyechik_shuffle;                              \
        VEC u, r;                                                                                  \
                                                                                                   \
        middle(x, &u, &r);                                                                         \
        return l_##way(t->f, t->g, u, r);                                                          \
    }                                                                                              \
                                                                                                   \
    INLINE VEC ls_inverse_##way(VEC x)                                                             \
    {                                                                                              \
        const gost_kuznyechik_shuffles *t = &gost_kuznyechik_shuffle;                              \
        VEC l, r;                                                                                  \
                                                                                                   \
        x = l_##way##_inverse(t->back_f, t->back_g, low(x), high(x));                              \
        middle_inverse(x, &l, &r);                                                                 \
        return l ^ OP(slli_epi16)(r, 4);                                                           \
    }                                                                                              \
                                                                                                   \
    INLINE VEC encrypt_##way(const uint8_t k[10][16], VEC x)                                       \
    {                                                                                              \
        x = map_bytes(gost_streebog_nibble.alpha, x);                                              \
        for (int i = 0; i < 9; i++)                                                                \
            x = ls_##way(x ^ block(k[i]));                                                         \
        return map_bytes(gost_streebog_nibble.unalpha, x ^ block(k[9]));                           \
    }                                                                                              \
                                                                                                   \
    INLINE VEC decrypt_##way(const uint8_t k[10][16], VEC x)                                       \
    {                                                                                              \
        x = map_bytes(gost_streebog_nibble.alpha, x) ^ block(k[9]);                                \
        for (int i = 8; i >= 0; i--)                                                               \
            x = ls_inverse_##way(x) ^ block(k[i]);                                                 \
        return map_bytes(gost_streebog_nibble.unalpha, x);                                         \
    }

ROUNDS(one)
#if LANES == 2
ROUNDS(lanes)
#else
#define encrypt_lanes    encrypt_one
#define decrypt_lanes    decrypt_one
#define ls_lanes         ls_one
#define ls_inverse_lanes ls_inverse_one
#endif

/* Two vectors side by side, so that one's lookups fill the time in which the other waits. */
INLINE void encrypt_two(const uint8_t k[10][16], VEC x, VEC y, VEC out[2])
{
    x = map_bytes(gost_streebog_nibble.alpha, x);
    y = map_bytes(gost_streebog_nibble.alpha, y);
    for (int i = 0; i < 9; i++) {
        x = ls_lanes(x ^ block(k[i]));
        y = ls_lanes(y ^ block(k[i]));
    }
    out[0] = map_bytes(gost_streebog_nibble.unalpha, x ^ block(k[9]));
    out[1] = map_bytes(gost_streebog_nibble.unalpha, y ^ block(k[9]));
}

INLINE void decrypt_two(const uint8_t k[10][16], VEC x, VEC y, VEC out[2])
{
    x = map_bytes(gost_streebog_nibble.alpha, x) ^ block(k[9]);
    y = map_bytes(gost_streebog_nibble.alpha, y) ^ block(k[9]);
    for (int i = 8; i >= 0; i--) {
        x = ls_inverse_lanes(x) ^ block(k[i]);
        y = ls_inverse_lanes(y) ^ block(k[i]);
    }
    out[0] = map_bytes(gost_streebog_nibble.unalpha, x);
    out[1] = map_bytes(gost_streebog_nibble.unalpha, y);
}

/* ---- many blocks, sliced by bytes ------------------------------------------------------------ */

#define WIDE (16 * LANES) /* blocks in a group; a vector holds one byte of each */

/*
 * One stage of a transposition: the bits of a byte's place, the vector's number and then the place
 * in its lane, go round by one. Four of them exchange the two.
 */
INLINE void stage(VEC to[16], const VEC from[16])
{
    for (int i = 0; i < 8; i++) {
        to[2 * i] = OP(unpacklo_epi8)(from[i], from[i + 8]);
        to[2 * i + 1] = OP(unpackhi_epi8)(from[i], from[i + 8]);
    }
}

INLINE void transpose(VEC v[16])
{
    VEC w[16];

    stage(w, v);
    stage(v, w);
    stage(w, v);
    stage(v, w);
}

/* s[i] is byte 15 - i of the blocks: the order in which they leave the register. */
INLINE void slice(VEC s[16], const uint8_t *in)
{
    VEC v[16];

    for (int i = 0; i < 16; i++) {
        v[i] = block(in + 16 * i);
#if LANES == 2
        v[i] = _mm256_inserti128_si256(
            v[i], _mm_loadu_si128((const __m128i *)(const void *)(in + 256 + 16 * i)), 1);
#endif
    }
    transpose(v);
    for (int i = 0; i < 16; i++)
        s[i] = v[15 - i];
}

INLINE void unslice(uint8_t *out, const VEC s[16])
{
    VEC v[16];

    for (int i = 0; i < 16; i++)
        v[i] = s[15 - i];
    transpose(v);
    for (int i = 0; i < 16; i++) {
#if LANES == 2
        put_block(out + 16 * i, _mm256_castsi256_si128(v[i]));
        put_block(out + 256 + 16 * i, _mm256_extracti128_si256(v[i], 1));
#else
        put_block(out + 16 * i, v[i]);
#endif
    }
}

/* Two steps of the register at once, since they need the same tables; s[16] and s[17] come in. */
INLINE void two_steps(VEC *s)
{
    const gost_kuznyechik_map *f = gost_kuznyechik_shuffle.factor;
    VEC a, b;

    /* Keeps the compiler from carrying the register over from step to step, which costs more. */
    __asm__("" : "+r"(s));
    a = s[0] ^ s[7] ^ s[9] ^ map_bytes(f[6], s[8]);
    b = s[1] ^ s[8] ^ s[10] ^ map_bytes(f[6], s[9]);
    for (int k = 5; k > 0; k--) {
        a ^= map_bytes(f[k], s[1 + k] ^ s[15 - k]);
        b ^= map_bytes(f[k], s[2 + k] ^ s[16 - k]);
    }
    s[16] = a ^= map_bytes(f[0], s[1] ^ s[15]);
    s[17] = b ^ map_bytes(f[0], s[2] ^ a);
}

/* And back: s[1] and s[0] come in. */
INLINE void two_steps_back(VEC *s)
{
    const gost_kuznyechik_map *f = gost_kuznyechik_shuffle.factor;
    VEC a, b;

    __asm__("" : "+r"(s));
    a = s[17] ^ s[8] ^ s[10] ^ map_bytes(f[6], s[9]);
    b = s[16] ^ s[7] ^ s[9] ^ map_bytes(f[6], s[8]);
    for (int k = 5; k > 0; k--) {
        a ^= map_bytes(f[k], s[2 + k] ^ s[16 - k]);
        b ^= map_bytes(f[k], s[1 + k] ^ s[15 - k]);
    }
    s[1] = a ^= map_bytes(f[0], s[2] ^ s[16]);
    s[0] = b ^ map_bytes(f[0], a ^ s[15]);
}

INLINE VEC all_bytes(uint8_t x)
{
    return OP(set1_epi8)((char)x);
}

/* A round key as it is in the standard. */
INLINE void plain_key(uint8_t out[16], const uint8_t k[16])
{
    store_one(out, map_bytes(gost_streebog_nibble.unalpha, block(k)));
}

/* WIDE blocks; s is the caller's, so that it is wiped once. */
TARGET static void encrypt_wide(const uint8_t k[10][16], VEC s[32], const uint8_t *in, uint8_t *out)
{
    uint8_t last[16];
    VEC u, r;

    slice(s + 16, in);
    for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 16; j++) {
            u = map_bytes(gost_streebog_nibble.alpha, s[16 + j]) ^ all_bytes(k[i][15 - j]);
            middle(u, &u, &r);
            s[j] = map(gost_kuznyechik_shuffle.omega, u, r);
        }
        for (int j = 0; j < 16; j += 2)
            two_steps(s + j);
    }
    plain_key(last, k[9]);
    for (int j = 0; j < 16; j++)
        s[16 + j] ^= all_bytes(last[15 - j]);
    unslice(out, s + 16);
    gost_wipe(last, sizeof last);
}

TARGET static void decrypt_wide(const uint8_t k[10][16], VEC s[32], const uint8_t *in, uint8_t *out)
{
    uint8_t plain[16];
    VEC l, r;

    plain_key(plain, k[9]);
    slice(s + 16, in);
    for (int j = 0; j < 16; j++)
        s[16 + j] ^= all_bytes(plain[15 - j]);
    for (int i = 8; i >= 0; i--) {
        for (int j = 14; j >= 0; j -= 2)
            two_steps_back(s + j);
        plain_key(plain, k[i]);
        for (int j = 0; j < 16; j++) {
            middle_inverse(map_bytes(gost_kuznyechik_shuffle.unomega, s[j]), &l, &r);
            s[16 + j] = map(gost_streebog_nibble.unalpha, l, r) ^ all_bytes(plain[15 - j]);
        }
    }
    unslice(out, s + 16);
    gost_wipe(plain, sizeof plain);
}

/* ---- all together ---------------------------------------------------------------------------- */

INLINE VEC load(const uint8_t *p)
{
#if LANES == 2
    return _mm256_loadu_si256((const __m256i *)(const void *)p);
#else
    return block(p);
#endif
}

INLINE void store(uint8_t *p, VEC x)
{
#if LANES == 2
    _mm256_storeu_si256((__m256i *)(void *)p, x);
#else
    put_block(p, x);
#endif
}

/* Whole groups; then a part of one, filled up if it has more than FEW blocks, else two vectors, a
 * vector or a block at a time. */
#define RUN(name)                                                                                  \
    TARGET static void name(const gost_block *b, const uint8_t *in, uint8_t *out, size_t blocks)   \
    {                                                                                              \
        const uint8_t(*k)[16] = b->ks.kuznyechik;                                                  \
                                                                                                   \
        if (blocks > FEW) {                                                                        \
            VEC s[32];                                                                             \
                                                                                                   \
            for (; blocks >= WIDE; blocks -= WIDE, in += 16 * WIDE, out += 16 * WIDE)              \
                name##_wide(k, s, in, out);                                                        \
            if (blocks > FEW) {                                                                    \
                uint8_t part[16 * WIDE] = {0};                                                     \
                                                                                                   \
                memcpy(part, in, 16 * blocks);                                                     \
                name##_wide(k, s, part, part);                                                     \
                memcpy(out, part, 16 * blocks);                                                    \
                gost_wipe(part, sizeof part);                                                      \
                blocks = 0;                                                                        \
            }                                                                                      \
            gost_wipe(s, sizeof s);                                                                \
        }                                                                                          \
        for (; blocks >= 2 * LANES; blocks -= 2 * LANES, in += 32 * LANES, out += 32 * LANES) {    \
            VEC x[2];                                                                              \
                                                                                                   \
            name##_two(k, load(in), load(in + 16 * LANES), x);                                     \
            store(out, x[0]);                                                                      \
            store(out + 16 * LANES, x[1]);                                                         \
        }                                                                                          \
        for (; blocks >= LANES && LANES > 1; blocks -= LANES, in += 16 * LANES, out += 16 * LANES) \
            store(out, name##_lanes(k, load(in)));                                                 \
        for (; blocks > 0; blocks--, in += 16, out += 16)                                          \
            store_one(out, name##_one(k, block(in)));                                              \
    }

RUN(encrypt)
RUN(decrypt)

/* RFC 7801, section 4.3: each pair of round keys is the one before it after eight Feistel steps. */
TARGET static void set_key(gost_block *ks, const uint8_t key[32])
{
    uint8_t(*round)[16] = ks->ks.kuznyechik;
    VEC a = map_bytes(gost_streebog_nibble.alpha, block(key));
    VEC b = map_bytes(gost_streebog_nibble.alpha, block(key + 16)), t;

    store_one(round[0], a);
    store_one(round[1], b);
    for (int i = 0; i < 32; i++) {
        t = b ^ ls_one(a ^ block(gost_kuznyechik_shuffle.c[i]));
        b = a;
        a = t;
        if (i % 8 == 7) {
            store_one(round[i / 4 + 1], a);
            store_one(round[i / 4 + 2], b);
        }
    }
}
