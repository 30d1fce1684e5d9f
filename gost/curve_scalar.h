/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalars as digits, for both shapes of curves.
 *
 * Secret scalars: an odd k below 2^(w * n) is a sum of n digits d_i * 2^(w * i), every d_i odd and
 * between -(2^w - 1) and 2^w - 1. They stand in k's bits as they are: with c_i the w bits of k from
 * bit w*i + 1 on, where the bit at w*n counts as 1, d_i = 2 c_i + 1 - 2^w. (The sum of all
 * 2 c_i 2^(w i) is k - 1 + 2^(w n), and the sum of all (2^w - 1) 2^(w i) is 2^(w n) - 1.) No digit
 * is zero, so a sum over a table's rows has no zero to skip, and no carries run between digits. The
 * last digit is positive. An even k is replaced by q - k, and the result negated.
 *
 * Public scalars: width-w non-adjacent form.
 */
#ifndef GOST_CURVE_SCALAR_H
#define GOST_CURVE_SCALAR_H

#include "gost/curve.h"
#include "gost/field.h"

typedef uint64_t vec4 __attribute__((vector_size(32), aligned(8), may_alias));

/* kk = k if k is odd, q - k if even. Returns all ones if it was even. */
static inline uint64_t scalar_make_odd(const gost_curve *c, uint64_t *kk, const uint64_t *k)
{
    uint64_t even = gost_barrier((k[0] & 1) - 1);

    gost_mod_neg(&c->q, kk, k);
    for (unsigned i = 0; i < FE_LIMBS; i++)
        kk[i] = k[i] ^ (even & (k[i] ^ kk[i]));
    return even;
}

/*
 * The digit i of the `n` digits of w bits of an odd kk: its place among the odd numbers,
 * (|d| - 1) / 2, and its sign, all ones if negative.
 */
static inline uint64_t scalar_digit_of(const uint64_t *kk, unsigned w, unsigned n, unsigned i,
                                       uint64_t *sign)
{
    unsigned bit = w * i + 1, limb = bit / 64, shift = bit % 64;
    uint64_t d = limb < FE_LIMBS ? kk[limb] >> shift : 0;

    if (shift + w > 64 && limb + 1 < FE_LIMBS)
        d |= kk[limb + 1] << (64 - shift);
    if (i == n - 1)
        d |= (uint64_t)1 << (w - 1); /* kk has no bits here: they end at w * n */
    *sign = gost_barrier((d >> (w - 1) & 1) - 1);
    return (d ^ *sign) & (((uint64_t)1 << (w - 1)) - 1);
}

/* The digit of row i of the curve's table. */
static inline uint64_t scalar_digit(const gost_curve *c, const uint64_t *kk, unsigned i,
                                    uint64_t *sign)
{
    return scalar_digit_of(kk, c->window, c->rows, i, sign);
}

/* Copies entry `index` of `entries` at t to out, reading all of them: `words` (a multiple of 4, at
 * most 32) per entry. */
static inline __attribute__((always_inline)) void
entry_select(uint64_t *out, const uint64_t *t, unsigned entries, uint64_t index, unsigned words)
{
    const vec4 want = {index, index, index, index}, one = {1, 1, 1, 1};
    vec4 acc[8] = {{0}}, j = {0};

#pragma GCC unroll 4
    for (unsigned i = 0; i < entries; i++) {
        const vec4 mask = (vec4)(j == want);

        for (unsigned k = 0; k < words / 4; k++)
            acc[k] |= *(const vec4 *)(t + 4 * k) & mask;
        j += one;
        t += words;
    }
    memcpy(out, acc, words * sizeof *out);
}

/* The same from a row of the curve's table. */
static inline __attribute__((always_inline)) void
table_select(uint64_t *out, const gost_curve *c, unsigned row, uint64_t index, unsigned words)
{
    const unsigned entries = 1u << (c->window - 1);

    entry_select(out, c->table + (size_t)row * entries * words, entries, index, words);
}

/* Asks for the next row while the addition of this one's entry runs. */
static inline __attribute__((always_inline)) void table_prefetch(const gost_curve *c, unsigned row,
                                                                 unsigned words)
{
    const unsigned row_words = (1u << (c->window - 1)) * words;
    const uint64_t *t = c->table + (size_t)row * row_words;

    for (unsigned i = 0; i < row_words; i += 8)
        __builtin_prefetch(t + i);
}

/*
 * Width-w non-adjacent form of a public k: out[i], for i up to the returned length, is 0 or odd and
 * below 2^(w-1) in absolute value. out has 64 * FE_LIMBS + 1 places.
 */
static inline int scalar_wnaf(int8_t *out, const uint64_t *k, unsigned w)
{
    uint64_t t[FE_LIMBS + 1] = {0};
    int len = 0;

    memcpy(t, k, FE_LIMBS * sizeof *k);
    for (int i = 0; i <= 64 * FE_LIMBS; i++) {
        int d = 0;

        if (t[0] & 1) {
            uint64_t x;

            d = (int)(t[0] & ((1u << w) - 1));
            if (d >= 1 << (w - 1))
                d -= 1 << w;
            x = (uint64_t)(d < 0 ? -d : d);
            if (d > 0) {
                t[0] -= x; /* the low bits: no borrow */
            } else {
                for (int j = 0; j <= FE_LIMBS && x; j++) {
                    t[j] += x;
                    x = t[j] < x;
                }
            }
            len = i + 1;
        }
        out[i] = (int8_t)d;
        for (int j = 0; j < FE_LIMBS; j++)
            t[j] = t[j] >> 1 | t[j + 1] << 63;
        t[FE_LIMBS] >>= 1;
    }
    return len;
}

#endif
