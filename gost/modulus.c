/* SPDX-License-Identifier: Apache-2.0 */
/* see modulus.h */
#include "gost/modulus.h"

#include <string.h>

typedef unsigned __int128 u128;

/* r = a - b over n limbs; returns the borrow, 0 or 1. */
static inline uint64_t sub_limbs(uint64_t *r, const uint64_t *a, const uint64_t *b, unsigned n)
{
    uint64_t borrow = 0;

    for (unsigned i = 0; i < n; i++) {
        u128 t = (u128)a[i] - b[i] - borrow;

        r[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return borrow;
}

static inline void select_limbs(uint64_t *r, uint64_t mask, const uint64_t *yes, const uint64_t *no,
                                unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        r[i] = no[i] ^ (mask & (yes[i] ^ no[i]));
}

/* CIOS; n is a constant after inlining. The running sum stays below 2m, so one subtraction ends
 * it: a * b / R + m < 2m because a * b < m * R. */
static inline __attribute__((always_inline)) void
montmul_n(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b, unsigned n)
{
    uint64_t t[GOST_MAX_LIMBS + 1] = {0}, d[GOST_MAX_LIMBS], borrow;

    for (unsigned i = 0; i < n; i++) {
        u128 ab = 0, um;
        uint64_t u;

        ab = (u128)a[0] * b[i] + t[0];
        u = (uint64_t)ab * mod->neg_inv;
        um = (u128)u * mod->m[0] + (uint64_t)ab;
        for (unsigned j = 1; j < n; j++) {
            ab = (u128)a[j] * b[i] + t[j] + (uint64_t)(ab >> 64);
            um = (u128)u * mod->m[j] + (uint64_t)ab + (uint64_t)(um >> 64);
            t[j - 1] = (uint64_t)um;
        }
        ab = (u128)t[n] + (uint64_t)(ab >> 64) + (uint64_t)(um >> 64);
        t[n - 1] = (uint64_t)ab;
        t[n] = (uint64_t)(ab >> 64);
    }
    borrow = sub_limbs(d, t, mod->m, n);
    /* t < m exactly when the subtraction borrows and there is no limb above to pay for it. */
    select_limbs(r, gost_mask_nonzero(borrow & ~t[n]), t, d, n);
}

void gost_mod_montmul(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    if (mod->limbs == 4)
        montmul_n(mod, r, a, b, 4);
    else
        montmul_n(mod, r, a, b, 8);
}

void gost_mod_mul(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    uint64_t t[GOST_MAX_LIMBS];

    gost_mod_montmul(mod, t, b, mod->rr);
    gost_mod_montmul(mod, r, a, t);
}

void gost_mod_add(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    uint64_t t[GOST_MAX_LIMBS], d[GOST_MAX_LIMBS], carry = 0, borrow;

    for (unsigned i = 0; i < mod->limbs; i++) {
        u128 s = (u128)a[i] + b[i] + carry;

        t[i] = (uint64_t)s;
        carry = (uint64_t)(s >> 64);
    }
    borrow = sub_limbs(d, t, mod->m, mod->limbs);
    select_limbs(r, gost_mask_nonzero(borrow & ~carry), t, d, mod->limbs);
}

void gost_mod_sub(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b)
{
    uint64_t t[GOST_MAX_LIMBS], mask, carry = 0;

    mask = gost_mask_nonzero(sub_limbs(t, a, b, mod->limbs));
    for (unsigned i = 0; i < mod->limbs; i++) {
        u128 s = (u128)t[i] + (mod->m[i] & mask) + carry;

        r[i] = (uint64_t)s;
        carry = (uint64_t)(s >> 64);
    }
}

void gost_mod_neg(const gost_modulus *mod, uint64_t *r, const uint64_t *a)
{
    static const uint64_t zero[GOST_MAX_LIMBS];

    gost_mod_sub(mod, r, zero, a);
}

void gost_mod_reduce(const gost_modulus *mod, uint64_t *r, const uint64_t *lo)
{
    static const uint64_t one[GOST_MAX_LIMBS] = {1};

    gost_mod_montmul(mod, r, lo, mod->rr);
    gost_mod_montmul(mod, r, r, one);
}

void gost_mod_reduce_wide(const gost_modulus *mod, uint64_t *r, const uint64_t *lo,
                          const uint64_t *hi)
{
    uint64_t t[GOST_MAX_LIMBS];

    gost_mod_montmul(mod, t, hi, mod->rr); /* hi * R mod m */
    gost_mod_reduce(mod, r, lo);
    gost_mod_add(mod, r, r, t);
}

uint64_t gost_mod_is_zero(const gost_modulus *mod, const uint64_t *a)
{
    uint64_t any = 0;

    for (unsigned i = 0; i < mod->limbs; i++)
        any |= a[i];
    return ~gost_mask_nonzero(any);
}

uint64_t gost_mod_below(const gost_modulus *mod, const uint64_t *a)
{
    uint64_t t[GOST_MAX_LIMBS];

    return gost_mask_nonzero(sub_limbs(t, a, mod->m, mod->limbs));
}

void gost_modulus_init(gost_modulus *mod)
{
    unsigned n = mod->limbs;
    uint64_t inv = 1, t[GOST_MAX_LIMBS] = {1};

    for (int i = 0; i < 6; i++) /* Newton: 1, 2, 4, ... 64 right bits (m is odd) */
        inv *= 2 - mod->m[0] * inv;
    mod->neg_inv = 0 - inv;

    mod->bits = 64 * n;
    while (!(mod->m[(mod->bits - 1) / 64] >> ((mod->bits - 1) % 64) & 1))
        mod->bits--;

    /* 2^(128n) and 2^(192n) by doubling; m > 1, so 1 is reduced. */
    for (unsigned i = 0; i < 3 * 64 * n; i++) {
        if (i == 2 * 64 * n)
            memcpy(mod->rr, t, sizeof t);
        gost_mod_add(mod, t, t, t);
    }
    memcpy(mod->r3, t, sizeof t);
}

void gost_limbs_from_le(uint64_t *r, const uint8_t *bytes, unsigned limbs)
{
    for (unsigned i = 0; i < limbs; i++) {
        r[i] = 0;
        for (unsigned j = 0; j < 8; j++)
            r[i] |= (uint64_t)bytes[8 * i + j] << (8 * j);
    }
}

void gost_limbs_to_le(uint8_t *bytes, const uint64_t *a, unsigned limbs)
{
    for (unsigned i = 0; i < 8 * limbs; i++)
        bytes[i] = (uint8_t)(a[i / 8] >> (8 * (i % 8)));
}

void gost_limbs_from_be(uint64_t *r, const uint8_t *bytes, unsigned limbs)
{
    for (unsigned i = 0; i < limbs; i++) {
        const uint8_t *p = bytes + 8 * (limbs - 1 - i);

        r[i] = 0;
        for (unsigned j = 0; j < 8; j++)
            r[i] = r[i] << 8 | p[j];
    }
}

void gost_limbs_to_be(uint8_t *bytes, const uint64_t *a, unsigned limbs)
{
    for (unsigned i = 0; i < 8 * limbs; i++)
        bytes[8 * limbs - 1 - i] = (uint8_t)(a[i / 8] >> (8 * (i % 8)));
}
