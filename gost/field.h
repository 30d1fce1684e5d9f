/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a field's code offers to the curves' code. It is not called through pointers: a curve_*.c
 * file includes one field (field_special.h or field_mont.h) and then the curve shapes it needs, and
 * everything is static and inlined.
 *
 * A file defines before it includes a field:
 *   FE_LIMBS  4 or 8
 *   and for field_special.h one of
 *   FE_MINUS  c, for p = 2^(64 * FE_LIMBS) - c
 *   FE_PLUS   c, for 2p = 2^(64 * FE_LIMBS) + c
 *
 * The fields then define, for numbers `fe` in the field's own form, not always fully reduced:
 *   fe_add, fe_sub, fe_mul   r = a + b, a - b, a * b; r may be a or b
 *   fe_sqr                   r = a * a; r may be a
 *   fe_load, fe_store        from a fully reduced plain number, and back (r may be a)
 *   fe_is_zero               all ones if a = 0 in the field, else 0
 *   fe_inv                   r = 1 / a; 0 for 0
 *   fe_one                   r = 1
 * Their first argument is the field's gost_modulus (the special fields use it only to reduce fully
 * and to invert). All of it is constant time.
 */
#ifndef GOST_FIELD_H
#define GOST_FIELD_H

#include "gost/modulus.h"

#include <string.h>

typedef unsigned __int128 u128;

typedef struct fe {
    uint64_t w[FE_LIMBS];
} fe;

/* r = mask ? a : r, for a mask of all ones or all zeros. */
static inline void fe_cmov(fe *r, uint64_t mask, const fe *a)
{
    for (int i = 0; i < FE_LIMBS; i++)
        r->w[i] ^= mask & (r->w[i] ^ a->w[i]);
}

static inline void fe_copy(fe *r, const uint64_t *a)
{
    memcpy(r->w, a, sizeof r->w);
}

static inline uint64_t fe_add_limbs(uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    uint64_t carry = 0;

    for (int i = 0; i < FE_LIMBS; i++) {
        u128 t = (u128)a[i] + b[i] + carry;

        r[i] = (uint64_t)t;
        carry = (uint64_t)(t >> 64);
    }
    return carry;
}

static inline uint64_t fe_sub_limbs(uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    uint64_t borrow = 0;

    for (int i = 0; i < FE_LIMBS; i++) {
        u128 t = (u128)a[i] - b[i] - borrow;

        r[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return borrow;
}

#endif
