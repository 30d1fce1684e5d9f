/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elliptic curves: what gostr3410.c needs of a group, behind one table of functions per kind of
 * field and curve. Each kind is compiled once portably and, on x86-64, once more for CPUs with
 * BMI2, ADX and AVX2 (a "backend"); the choice is made at run time.
 *
 * Coordinates and scalars are arrays of c->limbs words, least significant first, fully reduced.
 * Points are in the Weierstrass form of the standard whatever is used inside.
 */
#ifndef GOST_CURVE_H
#define GOST_CURVE_H

#include "gost/modulus.h"

typedef struct gost_curve gost_curve;

typedef struct gost_curve_ops {
    /* (x, y) = k * P for 0 < k < q; y may be NULL, which is faster. Constant time in k. */
    void (*mul_base)(const gost_curve *c, const uint64_t *k, uint64_t *x, uint64_t *y);
    /*
     * (x, y) = k * (cofactor * (px, py)) for 0 < k < q and a point (px, py) of the curve, of any
     * order. Returns 1, or 0 if that is zero, which is so for the points whose order divides the
     * cofactor. Constant time in k; the point is public.
     */
    int (*mul)(const gost_curve *c, const uint64_t *k, const uint64_t *px, const uint64_t *py,
               uint64_t *x, uint64_t *y);
    /* 1 if (x, y), both below p, lies on the curve. Variable time. */
    int (*on_curve)(const gost_curve *c, const uint64_t *x, const uint64_t *y);
    /* 1 if the point (x, y) of the curve has order q. Variable time. */
    int (*order_q)(const gost_curve *c, const uint64_t *x, const uint64_t *y);
    /* 1 if the x coordinate of u1 * P + u2 * (x, y) is r modulo q (u1, u2, r below q). Variable
     * time: everything is public. */
    int (*check)(const gost_curve *c, const uint64_t *x, const uint64_t *y, const uint64_t *u1,
                 const uint64_t *u2, const uint64_t *r);
} gost_curve_ops;

enum { GOST_BACKEND_PORTABLE, GOST_BACKEND_ADX, GOST_BACKENDS };

/*
 * One curve, made at build time by gen/curve_gen.c from gen/curve_params.h. "Field form" is how
 * the field's own code holds a number: times R modulo p for a Montgomery field, plain otherwise.
 */
struct gost_curve {
    const char *name;
    unsigned bits, limbs, cofactor;
    unsigned a_minus_3; /* a = p - 3 */
    gost_modulus p, q;
    uint64_t a[GOST_MAX_LIMBS], b[GOST_MAX_LIMBS]; /* field form */
    /* Twisted Edwards curves, u^2 + v^2 = 1 + d u^2 v^2 (RFC 7836, appendix A): field form. */
    uint64_t s[GOST_MAX_LIMBS], t[GOST_MAX_LIMBS], d[GOST_MAX_LIMBS];
    /*
     * Multiples of P. Row i (of `rows`) holds m * 2^(i * window) * P for odd m from 1 to
     * 2^window - 1, affine, in field form: x, y (Weierstrass) or u, v, d*u*v (Edwards).
     */
    unsigned window, rows;
    const uint64_t *table;
    const gost_curve_ops *ops[GOST_BACKENDS]; /* NULL where there is no such backend */
};

/* The functions to use on this CPU. */
const gost_curve_ops *gost_curve_best(const gost_curve *c);

/* Reads X | Y, each 8 * c->limbs bytes, little-endian; 1 if it is a point of the curve. Variable
 * time. */
int gost_curve_read_point(const gost_curve *c, const uint8_t *pub, uint64_t *x, uint64_t *y);

/* For tests and benchmarks: use this backend from now on, whatever the CPU says, where a curve has
 * it; -1: choose by the CPU again. */
void gost_curve_force(int backend);

/* clang-format off */
extern const gost_curve gost_curve_256_test, gost_curve_256_cpa, gost_curve_256_cpb,
    gost_curve_256_cpc, gost_curve_256_tc26a;
extern const gost_curve gost_curve_512_test, gost_curve_512_a, gost_curve_512_b, gost_curve_512_c;
/* clang-format on */

#endif
