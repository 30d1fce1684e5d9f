/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields whose prime lies close to 2^n or 2^(n-1), n = 64 * FE_LIMBS: contract in field.h.
 *
 *   FE_MINUS c:  p = 2^n - c,          so 2^n =  c mod p   (256: c = 617; 512: c = 569)
 *   FE_PLUS c:   p = 2^(n-1) + c / 2,  so 2^n = -c mod p   (256: c = 6450; 512: c = 222)
 *
 * A number is any one below 2^n: only fe_store and fe_is_zero reduce it fully. c is below 2^13,
 * and the bounds in the comments use no more than that.
 */
#ifndef GOST_FIELD_SPECIAL_H
#define GOST_FIELD_SPECIAL_H

#include "gost/field.h"

#ifdef FE_MINUS
#define FE_C ((uint64_t)(FE_MINUS))
#else
#define FE_C ((uint64_t)(FE_PLUS))
#endif

/* r += x, for a number x of one limb; returns the carry. */
static inline uint64_t fe_add_word(uint64_t *r, uint64_t x)
{
    for (int i = 0; i < FE_LIMBS; i++) {
        u128 t = (u128)r[i] + x;

        r[i] = (uint64_t)t;
        x = (uint64_t)(t >> 64);
    }
    return x;
}

static inline uint64_t fe_sub_word(uint64_t *r, uint64_t x)
{
    for (int i = 0; i < FE_LIMBS; i++) {
        u128 t = (u128)r[i] - x;

        r[i] = (uint64_t)t;
        x = (uint64_t)(t >> 64) & 1;
    }
    return x;
}

#ifdef FE_PLUS
/* r += mask & p, r -= mask & p: p has only its lowest and its highest limb. Return the carry. */
static inline uint64_t fe_add_p(uint64_t *r, uint64_t mask)
{
    uint64_t p[FE_LIMBS] = {FE_C / 2 & mask};

    p[FE_LIMBS - 1] = mask << 63;
    return fe_add_limbs(r, r, p);
}

static inline uint64_t fe_sub_p(uint64_t *r, uint64_t mask)
{
    uint64_t p[FE_LIMBS] = {FE_C / 2 & mask};

    p[FE_LIMBS - 1] = mask << 63;
    return fe_sub_limbs(r, r, p);
}
#endif

#if defined(__x86_64__)
#include "gost/field_x86.h"
#endif

#ifndef FE_HAVE_ADD
static inline void fe_add(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t carry = fe_add_limbs(r->w, a->w, b->w);

    (void)p;
#ifdef FE_MINUS
    /* A second carry leaves a number below c, so the last addition stays in the lowest limb. */
    carry = fe_add_word(r->w, FE_C & gost_barrier(0 - carry));
    r->w[0] += FE_C & gost_barrier(0 - carry);
#else
    /* a + b < 2^(n+1) < 4p: after two subtractions of p the sum is below 2^n. */
    carry -= fe_sub_p(r->w, gost_barrier(0 - carry));
    fe_sub_p(r->w, gost_barrier(0 - carry));
#endif
}

static inline void fe_sub(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t borrow = fe_sub_limbs(r->w, a->w, b->w);

    (void)p;
#ifdef FE_MINUS
    /* A second borrow leaves a number of at least 2^n - c: again only the lowest limb changes. */
    borrow = fe_sub_word(r->w, FE_C & gost_barrier(0 - borrow));
    r->w[0] -= FE_C & gost_barrier(0 - borrow);
#else
    /* a - b > -2^n > -2p. */
    borrow -= fe_add_p(r->w, gost_barrier(0 - borrow));
    fe_add_p(r->w, gost_barrier(0 - borrow));
#endif
}
#endif

#ifndef FE_HAVE_MUL
/* t (2n bits) mod p. */
static inline void fe_fold(fe *r, const uint64_t *t)
{
    uint64_t h[FE_LIMBS], top = 0, carry;

    for (int i = 0; i < FE_LIMBS; i++) { /* h | top = c * the upper half */
        u128 m = (u128)t[FE_LIMBS + i] * FE_C + top;

        h[i] = (uint64_t)m;
        top = (uint64_t)(m >> 64);
    }
#ifdef FE_MINUS
    top += fe_add_limbs(r->w, t, h);
    /* top <= c; a carry leaves a number below c^2. */
    carry = fe_add_word(r->w, top * FE_C);
    r->w[0] += FE_C & gost_barrier(0 - carry);
#else
    top += fe_sub_limbs(r->w, t, h);
    /* The value is r - top * 2^n = r + top * c. A carry leaves a number below 2^26, and stands for
     * 2^n: make it 2^n - p = 2^(n-1) - c / 2. */
    carry = fe_add_word(r->w, top * FE_C);
    {
        uint64_t mask = gost_barrier(0 - carry), k[FE_LIMBS];

        for (int i = 1; i < FE_LIMBS; i++)
            k[i] = mask;
        k[0] = (0 - FE_C / 2) & mask;
        k[FE_LIMBS - 1] = mask >> 1;
        fe_add_limbs(r->w, r->w, k);
    }
#endif
}

static void fe_mul(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t t[2 * FE_LIMBS] = {0};

    for (int i = 0; i < FE_LIMBS; i++) {
        uint64_t carry = 0;

        for (int j = 0; j < FE_LIMBS; j++) {
            u128 m = (u128)a->w[j] * b->w[i] + t[i + j] + carry;

            t[i + j] = (uint64_t)m;
            carry = (uint64_t)(m >> 64);
        }
        t[i + FE_LIMBS] = carry;
    }
    (void)p;
    fe_fold(r, t);
}

static void fe_sqr(const gost_modulus *p, fe *r, const fe *a)
{
    uint64_t t[2 * FE_LIMBS] = {0}, carry = 0, top = 0;

    for (int i = 0; i + 1 < FE_LIMBS; i++) { /* the products of different limbs, once */
        carry = 0;
        for (int j = i + 1; j < FE_LIMBS; j++) {
            u128 m = (u128)a->w[j] * a->w[i] + t[i + j] + carry;

            t[i + j] = (uint64_t)m;
            carry = (uint64_t)(m >> 64);
        }
        t[i + FE_LIMBS] = carry;
    }
    carry = 0;
    for (int i = 0; i < FE_LIMBS; i++) { /* doubled, and the squares */
        uint64_t lo = t[2 * i], hi = t[2 * i + 1];
        u128 m = (u128)a->w[i] * a->w[i];
        u128 s = (u128)(lo << 1 | top) + (uint64_t)m + carry;

        t[2 * i] = (uint64_t)s;
        s = (u128)(hi << 1 | lo >> 63) + (uint64_t)(m >> 64) + (uint64_t)(s >> 64);
        t[2 * i + 1] = (uint64_t)s;
        carry = (uint64_t)(s >> 64);
        top = hi >> 63;
    }
    (void)p;
    fe_fold(r, t);
}
#endif

static inline void fe_load(const gost_modulus *p, fe *r, const uint64_t *a)
{
    (void)p;
    fe_copy(r, a);
}

static inline void fe_store(const gost_modulus *p, uint64_t *r, const fe *a)
{
    fe t = *a, d;

    /* MINUS: below 2^n < 2p; PLUS: below 2^n < 2p as well: p comes off at most once. */
    for (int i = 0; i < FE_LIMBS; i++)
        d.w[i] = p->m[i];
    {
        uint64_t borrow = fe_sub_limbs(d.w, t.w, d.w);

        fe_cmov(&t, ~gost_mask_nonzero(borrow), &d);
    }
    memcpy(r, t.w, sizeof t.w);
}

static inline uint64_t fe_is_zero(const gost_modulus *p, const fe *a)
{
    uint64_t t[FE_LIMBS], any = 0;

    fe_store(p, t, a);
    for (int i = 0; i < FE_LIMBS; i++)
        any |= t[i];
    return ~gost_mask_nonzero(any);
}

static inline void fe_inv(const gost_modulus *p, fe *r, const fe *a)
{
    fe_store(p, r->w, a);
    gost_mod_inverse(p, r->w, r->w);
}

static inline void fe_one(const gost_modulus *p, fe *r)
{
    (void)p;
    memset(r->w, 0, sizeof r->w);
    r->w[0] = 1;
}

#endif
