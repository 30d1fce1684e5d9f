/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers modulo an odd m of 4 or 8 limbs: the scalars (m = q), and the slow, general arithmetic
 * that the table generator uses for the field (m = p).
 *
 * A number is an array of m->limbs words of 64 bits, the least significant first. Everything but
 * gost_modulus_init is constant time in the numbers; m itself is public.
 */
#ifndef GOST_MODULUS_H
#define GOST_MODULUS_H

#include <stdint.h>

#define GOST_MAX_LIMBS 8

#ifndef __SIZEOF_INT128__
#error "gost/ needs a 64-bit target whose compiler has unsigned __int128 (gcc or clang)"
#endif

/* All ones if x is not 0, else 0. The barrier keeps a compiler from seeing that it is one of two
 * values, which is what lets it turn masks back into branches. */
static inline uint64_t gost_barrier(uint64_t x)
{
    __asm__("" : "+r"(x));
    return x;
}

static inline uint64_t gost_mask_nonzero(uint64_t x)
{
    return gost_barrier(0 - ((x | (0 - x)) >> 63));
}

typedef struct gost_modulus {
    unsigned limbs;   /* 4 or 8; R below is 2^(64 * limbs) */
    unsigned bits;    /* bit length of m */
    uint64_t neg_inv; /* -1/m mod 2^64 */
    uint64_t m[GOST_MAX_LIMBS];
    uint64_t rr[GOST_MAX_LIMBS]; /* R^2 mod m */
    uint64_t r3[GOST_MAX_LIMBS]; /* R^3 mod m */
} gost_modulus;

/* Fills in everything from limbs and m. Variable time; used when the tables are made. */
void gost_modulus_init(gost_modulus *mod);

/* r = a * b / R mod m, below m. Needs a * b < m * R: one of the two may be any array of limbs if
 * the other is below m. r may be a or b. */
void gost_mod_montmul(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b);

/* r = a * b mod m, for a below R and b below m. */
void gost_mod_mul(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b);

/* r = a + b, a - b, -a mod m; the arguments are below m. */
void gost_mod_add(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b);
void gost_mod_sub(const gost_modulus *mod, uint64_t *r, const uint64_t *a, const uint64_t *b);
void gost_mod_neg(const gost_modulus *mod, uint64_t *r, const uint64_t *a);

/* r = a mod m, for any array of limbs (lo) or of twice as many (lo, hi). */
void gost_mod_reduce(const gost_modulus *mod, uint64_t *r, const uint64_t *lo);
void gost_mod_reduce_wide(const gost_modulus *mod, uint64_t *r, const uint64_t *lo,
                          const uint64_t *hi);

/* r = 1/a mod m for a below m; 0 if a is 0 (or shares a factor with m). See inverse.c. */
void gost_mod_inverse(const gost_modulus *mod, uint64_t *r, const uint64_t *a);

/* All ones if a is 0 / if a < m, else 0. */
uint64_t gost_mod_is_zero(const gost_modulus *mod, const uint64_t *a);
uint64_t gost_mod_below(const gost_modulus *mod, const uint64_t *a);

/* Bytes, least significant first, to limbs and back: 8 * limbs of them. */
void gost_limbs_from_le(uint64_t *r, const uint8_t *bytes, unsigned limbs);
void gost_limbs_to_le(uint8_t *bytes, const uint64_t *a, unsigned limbs);
/* The same, most significant first. */
void gost_limbs_from_be(uint64_t *r, const uint8_t *bytes, unsigned limbs);
void gost_limbs_to_be(uint8_t *bytes, const uint64_t *a, unsigned limbs);

#endif
