/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of primes without a form to use: Montgomery arithmetic, numbers as a * R mod p, always
 * below p. Contract in field.h.
 */
#ifndef GOST_FIELD_MONT_H
#define GOST_FIELD_MONT_H

#include "gost/field.h"

static inline void fe_add(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    fe d;
    uint64_t carry = fe_add_limbs(r->w, a->w, b->w);
    uint64_t borrow = fe_sub_limbs(d.w, r->w, p->m);

    fe_cmov(r, ~gost_mask_nonzero(borrow & ~carry), &d);
}

static inline void fe_sub(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t mask = gost_mask_nonzero(fe_sub_limbs(r->w, a->w, b->w)), m[FE_LIMBS];

    for (int i = 0; i < FE_LIMBS; i++)
        m[i] = p->m[i] & mask;
    fe_add_limbs(r->w, r->w, m);
}

#if defined(GOST_ADX) && FE_LIMBS == 4
#include "gost/field_mont_adx.h"
#endif

#ifndef FE_HAVE_MUL
/* CIOS. The running sum stays below 2p, so one subtraction ends it. */
static void fe_mul(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t t[FE_LIMBS + 1] = {0};
    fe d;

#pragma GCC unroll 8
    for (int i = 0; i < FE_LIMBS; i++) {
        u128 ab = (u128)a->w[0] * b->w[i] + t[0];
        uint64_t u = (uint64_t)ab * p->neg_inv;
        u128 um = (u128)u * p->m[0] + (uint64_t)ab;

#pragma GCC unroll 8
        for (int j = 1; j < FE_LIMBS; j++) {
            ab = (u128)a->w[j] * b->w[i] + t[j] + (uint64_t)(ab >> 64);
            um = (u128)u * p->m[j] + (uint64_t)ab + (uint64_t)(um >> 64);
            t[j - 1] = (uint64_t)um;
        }
        ab = (u128)t[FE_LIMBS] + (uint64_t)(ab >> 64) + (uint64_t)(um >> 64);
        t[FE_LIMBS - 1] = (uint64_t)ab;
        t[FE_LIMBS] = (uint64_t)(ab >> 64);
    }
    {
        uint64_t borrow = fe_sub_limbs(d.w, t, p->m);

        memcpy(r->w, t, sizeof r->w);
        fe_cmov(r, ~gost_mask_nonzero(borrow & ~t[FE_LIMBS]), &d);
    }
}
#endif

static inline void fe_sqr(const gost_modulus *p, fe *r, const fe *a)
{
    fe_mul(p, r, a, a);
}

static inline void fe_load(const gost_modulus *p, fe *r, const uint64_t *a)
{
    gost_mod_montmul(p, r->w, a, p->rr);
}

static inline void fe_store(const gost_modulus *p, uint64_t *r, const fe *a)
{
    static const uint64_t one[FE_LIMBS] = {1};

    gost_mod_montmul(p, r, a->w, one);
}

static inline uint64_t fe_is_zero(const gost_modulus *p, const fe *a)
{
    return gost_mod_is_zero(p, a->w);
}

static inline void fe_inv(const gost_modulus *p, fe *r, const fe *a)
{
    gost_mod_inverse(p, r->w, a->w);        /* 1/(aR) */
    gost_mod_montmul(p, r->w, r->w, p->r3); /* R/a */
}

static inline void fe_one(const gost_modulus *p, fe *r)
{
    static const uint64_t one[FE_LIMBS] = {1};

    fe_load(p, r, one);
}

#endif
