/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Curves y^2 = x^3 + a x + b, over the field included before this file. Contract: gost/curve.h.
 *
 * Secret scalars: the sum of one table entry per row, from row 0 upwards, in coordinates
 * (X, Y, ZZ, ZZZ), x = X/ZZ, y = Y/ZZZ, ZZ^3 = ZZZ^2, with an addition that is wrong only if the
 * two points are equal, opposite or zero. That does not happen before the last row: after the rows
 * below i the sum is A * P with A odd and |A| < 2^(w i), and the entry is D * P with
 * 2^(w i) <= |D| and |A| + |D| < 2^(w (i+1)); so A + D and A - D are not 0, and for i < n - 1 they
 * are below 2^(w (n-1)) <= 2^(bits of q - 1) < q: not 0 modulo q, and A and D are not either. In
 * the last row A + D = k, which is not 0 modulo q; A - D may be (there is such a k for most
 * curves), so the last addition also computes the double and takes it by a mask.
 */
#ifndef GOST_CURVE_WEIERSTRASS_H
#define GOST_CURVE_WEIERSTRASS_H

#include "gost/curve_scalar.h"
#include "gost/mem.h"

typedef struct wpoint {
    fe x, y, zz, zzz;
} wpoint;

/* The entry of row i for the odd scalar kk. */
static inline void w_entry(const gost_curve *c, fe xy[2], const uint64_t *kk, unsigned i)
{
    const gost_modulus *p = &c->p;
    static const fe zero;
    uint64_t sign, index = scalar_digit(c, kk, i, &sign);
    fe neg;

    table_select((uint64_t *)(void *)xy, c, i, index, 2 * FE_LIMBS);
    fe_sub(p, &neg, &zero, &xy[1]);
    fe_cmov(&xy[1], sign, &neg);
}

/* r += (x2, y2); 8M + 2S. same (if not NULL): all ones if the two points were equal, and then r is
 * not right. */
static inline __attribute__((always_inline)) void w_add_entry(const gost_modulus *p, wpoint *r,
                                                              const fe *xy, uint64_t *same)
{
    fe u, s, pp, ppp, q, t;

    /* Ordered so that products which do not wait for each other stand together. */
    fe_mul(p, &u, &xy[0], &r->zz);
    fe_mul(p, &s, &xy[1], &r->zzz);
    fe_sub(p, &u, &u, &r->x);
    fe_sub(p, &s, &s, &r->y);
    if (same)
        *same = fe_is_zero(p, &u) & fe_is_zero(p, &s);
    fe_sqr(p, &pp, &u);
    fe_sqr(p, &t, &s);
    fe_mul(p, &ppp, &u, &pp);
    fe_mul(p, &q, &r->x, &pp);
    fe_mul(p, &r->zz, &r->zz, &pp);
    fe_sub(p, &t, &t, &ppp);
    fe_sub(p, &t, &t, &q);
    fe_sub(p, &r->x, &t, &q);
    fe_sub(p, &q, &q, &r->x);
    fe_mul(p, &t, &r->y, &ppp);
    fe_mul(p, &q, &q, &s);
    fe_mul(p, &r->zzz, &r->zzz, &ppp);
    fe_sub(p, &r->y, &q, &t);
}

/* r = 2 * (x, y), where y is not 0: no point of an odd order has y = 0. */
static void w_double_entry(const gost_curve *c, wpoint *r, const fe *xy)
{
    const gost_modulus *p = &c->p;
    fe u, s, m, a;

    fe_copy(&a, c->a);
    fe_add(p, &u, &xy[1], &xy[1]);
    fe_sqr(p, &r->zz, &u);
    fe_mul(p, &r->zzz, &u, &r->zz);
    fe_mul(p, &s, &xy[0], &r->zz);
    fe_sqr(p, &u, &xy[0]);
    fe_add(p, &m, &u, &u);
    fe_add(p, &m, &m, &u);
    fe_add(p, &m, &m, &a);
    fe_sqr(p, &r->x, &m);
    fe_sub(p, &r->x, &r->x, &s);
    fe_sub(p, &r->x, &r->x, &s);
    fe_sub(p, &s, &s, &r->x);
    fe_mul(p, &s, &s, &m);
    fe_mul(p, &u, &r->zzz, &xy[1]);
    fe_sub(p, &r->y, &s, &u);
}

static void w_mul_base(const gost_curve *c, const uint64_t *k, uint64_t *x, uint64_t *y)
{
    const gost_modulus *p = &c->p;
    static const fe zero;
    struct {
        uint64_t kk[GOST_MAX_LIMBS];
        wpoint r, dbl;
        fe xy[2], t, i;
    } v;
    uint64_t even = scalar_make_odd(c, v.kk, k), same;

    w_entry(c, v.xy, v.kk, 0);
    v.r.x = v.xy[0];
    v.r.y = v.xy[1];
    fe_one(p, &v.r.zz);
    fe_one(p, &v.r.zzz);
    for (unsigned i = 1; i + 1 < c->rows; i++) {
        w_entry(c, v.xy, v.kk, i);
        table_prefetch(c, i + 1, 2 * FE_LIMBS);
        w_add_entry(p, &v.r, v.xy, NULL);
    }
    w_entry(c, v.xy, v.kk, c->rows - 1);
    w_double_entry(c, &v.dbl, v.xy);
    w_add_entry(p, &v.r, v.xy, &same);
    fe_cmov(&v.r.x, same, &v.dbl.x);
    fe_cmov(&v.r.y, same, &v.dbl.y);
    fe_cmov(&v.r.zz, same, &v.dbl.zz);
    fe_cmov(&v.r.zzz, same, &v.dbl.zzz);

    if (!y) {
        fe_inv(p, &v.i, &v.r.zz);
    } else { /* 1/ZZ = (ZZ/ZZZ)^2 */
        fe_inv(p, &v.t, &v.r.zzz);
        fe_mul(p, &v.r.y, &v.r.y, &v.t);
        fe_sub(p, &v.i, &zero, &v.r.y);
        fe_cmov(&v.r.y, even, &v.i);
        fe_store(p, y, &v.r.y);
        fe_mul(p, &v.t, &v.t, &v.r.zz);
        fe_sqr(p, &v.i, &v.t);
    }
    fe_mul(p, &v.r.x, &v.r.x, &v.i);
    fe_store(p, x, &v.r.x);
    gost_wipe(&v, sizeof v);
}

/* ---- from here on everything is public and variable time ---- */

static int w_on_curve(const gost_curve *c, const uint64_t *x, const uint64_t *y)
{
    const gost_modulus *p = &c->p;
    fe fx, fy, t, k;

    fe_load(p, &fx, x);
    fe_load(p, &fy, y);
    fe_sqr(p, &t, &fx);
    fe_copy(&k, c->a);
    fe_add(p, &t, &t, &k);
    fe_mul(p, &t, &t, &fx);
    fe_copy(&k, c->b);
    fe_add(p, &t, &t, &k);
    fe_sqr(p, &fy, &fy);
    fe_sub(p, &t, &t, &fy);
    return fe_is_zero(p, &t) != 0;
}

#ifndef FE_NO_WEIERSTRASS

/* Jacobian coordinates, x = X/Z^2, y = Y/Z^3. */
typedef struct jpoint {
    fe x, y, z;
    int zero;
} jpoint;

static void j_double(const gost_curve *c, jpoint *r)
{
    const gost_modulus *p = &c->p;
    fe delta, gamma, beta, alpha, t;

    if (r->zero)
        return;
    fe_add(p, &t, &r->y, &r->z);
    fe_sqr(p, &delta, &r->z);
    fe_sqr(p, &gamma, &r->y);
    fe_sqr(p, &r->z, &t);
    fe_mul(p, &beta, &r->x, &gamma);
    if (c->a_minus_3) { /* alpha = 3 (x - z^2) (x + z^2) */
        fe_sub(p, &alpha, &r->x, &delta);
        fe_add(p, &t, &r->x, &delta);
        fe_mul(p, &alpha, &alpha, &t);
        fe_add(p, &t, &alpha, &alpha);
        fe_add(p, &alpha, &alpha, &t);
    } else { /* 3 x^2 + a z^4 */
        fe a;

        fe_copy(&a, c->a);
        fe_sqr(p, &alpha, &delta);
        fe_mul(p, &alpha, &alpha, &a);
        fe_sqr(p, &t, &r->x);
        fe_add(p, &alpha, &alpha, &t);
        fe_add(p, &t, &t, &t);
        fe_add(p, &alpha, &alpha, &t);
    }
    fe_add(p, &beta, &beta, &beta);
    fe_add(p, &beta, &beta, &beta); /* 4 x y^2 */
    fe_sqr(p, &r->x, &alpha);
    fe_sub(p, &r->z, &r->z, &gamma);
    fe_add(p, &gamma, &gamma, &gamma);
    fe_sqr(p, &gamma, &gamma);
    fe_sub(p, &r->z, &r->z, &delta);
    fe_sub(p, &r->x, &r->x, &beta);
    fe_sub(p, &r->x, &r->x, &beta);
    fe_sub(p, &beta, &beta, &r->x);
    fe_mul(p, &r->y, &alpha, &beta);
    fe_add(p, &gamma, &gamma, &gamma); /* 8 y^4 */
    fe_sub(p, &r->y, &r->y, &gamma);
}

/* The differences that say which case the addition of (x2, y2) to r is: of x (h) and of y (s),
 * times powers of Z. */
static inline __attribute__((always_inline)) void
j_differences(const gost_modulus *p, fe *h, fe *s, const jpoint *r, const fe *x2, const fe *y2)
{
    fe zz;

    fe_sqr(p, &zz, &r->z);
    fe_mul(p, h, x2, &zz);
    fe_mul(p, s, y2, &zz);
    fe_mul(p, s, s, &r->z);
    fe_sub(p, h, h, &r->x);
    fe_sub(p, s, s, &r->y);
}

/* The addition itself, where h is not 0. */
static inline __attribute__((always_inline)) void
j_add_differences(const gost_modulus *p, jpoint *r, const fe *h, const fe *s)
{
    fe hh, hhh, v;

    fe_mul(p, &r->z, &r->z, h);
    fe_sqr(p, &hh, h);
    fe_mul(p, &v, &r->x, &hh);
    fe_sqr(p, &r->x, s);
    fe_mul(p, &hhh, h, &hh);
    fe_sub(p, &r->x, &r->x, &hhh);
    fe_sub(p, &r->x, &r->x, &v);
    fe_sub(p, &r->x, &r->x, &v);
    fe_sub(p, &v, &v, &r->x);
    fe_mul(p, &hhh, &hhh, &r->y);
    fe_mul(p, &v, &v, s);
    fe_sub(p, &r->y, &v, &hhh);
}

/* r += (x2, y2), every case. */
static void j_add_affine(const gost_curve *c, jpoint *r, const fe *x2, const fe *y2)
{
    const gost_modulus *p = &c->p;
    fe h, s;

    if (r->zero) {
        r->x = *x2;
        r->y = *y2;
        fe_one(p, &r->z);
        r->zero = 0;
        return;
    }
    j_differences(p, &h, &s, r, x2, y2);
    if (fe_is_zero(p, &h)) {
        if (fe_is_zero(p, &s))
            j_double(c, r);
        else
            r->zero = 1;
        return;
    }
    j_add_differences(p, r, &h, &s);
}

/* r += sign(d) * entry (|d| - 1) / 2 of xy. */
static void j_add_digit(const gost_curve *c, jpoint *r, const fe (*xy)[2], int d)
{
    static const fe zero;
    const fe *e = xy[(d < 0 ? -d : d) / 2];
    fe y;

    if (d < 0)
        fe_sub(&c->p, &y, &zero, &e[1]);
    else
        y = e[1];
    j_add_affine(c, r, &e[0], &y);
}

#define Q_WINDOW 5
#define Q_ODD    (1 << (Q_WINDOW - 2))
#define ODD_MAX  16 /* entries of the largest table of odd multiples */

/* xy[i] = (2i + 1) * (x, y) for i < n, affine, by one inversion. 0 if a multiple is zero: the order
 * of (x, y) is then below 2n, and the point no key. */
static __attribute__((noinline)) int j_odd_multiples(const gost_curve *c, fe (*xy)[2], int n,
                                                     const fe *x, const fe *y)
{
    const gost_modulus *p = &c->p;
    jpoint m[ODD_MAX], two;
    fe acc[ODD_MAX + 1], inv, t, zz;

    two.zero = 1;
    j_add_affine(c, &two, x, y);
    m[0] = two;
    j_double(c, &two);
    /* Work on the isomorphic curve on which 2Q is affine: with u = Z of 2Q, (x, y) -> (x u^2,
     * y u^3) takes Q there, a mixed addition does for each step, and Z picks up the factor u. */
    fe_sqr(p, &zz, &two.z);
    fe_mul(p, &m[0].x, &m[0].x, &zz);
    fe_mul(p, &t, &zz, &two.z);
    fe_mul(p, &m[0].y, &m[0].y, &t);
    for (int i = 1; i < n; i++) {
        m[i] = m[i - 1];
        j_add_affine(c, &m[i], &two.x, &two.y);
        if (m[i].zero)
            return 0;
    }
    fe_one(p, &acc[0]);
    for (int i = 0; i < n; i++) {
        fe_mul(p, &m[i].z, &m[i].z, &two.z);
        fe_mul(p, &acc[i + 1], &acc[i], &m[i].z);
    }
    if (fe_is_zero(p, &acc[n]))
        return 0;
    fe_inv(p, &inv, &acc[n]);
    for (int i = n - 1; i >= 0; i--) {
        fe_mul(p, &t, &inv, &acc[i]); /* 1/Z */
        fe_mul(p, &inv, &inv, &m[i].z);
        fe_sqr(p, &zz, &t);
        fe_mul(p, &xy[i][0], &m[i].x, &zz);
        fe_mul(p, &t, &t, &zz);
        fe_mul(p, &xy[i][1], &m[i].y, &t);
    }
    return 1;
}

static int w_check(const gost_curve *c, const uint64_t *x, const uint64_t *y, const uint64_t *u1,
                   const uint64_t *u2, const uint64_t *r)
{
    const gost_modulus *p = &c->p;
    int8_t d1[64 * FE_LIMBS + 1], d2[64 * FE_LIMBS + 1];
    int n1 = scalar_wnaf(d1, u1, c->window + 1), n2 = scalar_wnaf(d2, u2, Q_WINDOW);
    fe odd[Q_ODD][2], t, zz;
    jpoint s = {.zero = 1};
    uint64_t cand[GOST_MAX_LIMBS] = {0};

    fe_load(p, &t, x);
    fe_load(p, &zz, y);
    if (!j_odd_multiples(c, odd, Q_ODD, &t, &zz))
        return 0;
    for (int i = (n1 > n2 ? n1 : n2) - 1; i >= 0; i--) {
        j_double(c, &s);
        if (i < n1 && d1[i]) /* row 0 of the table: the odd multiples of P */
            j_add_digit(c, &s, (const fe(*)[2])(const void *)c->table, d1[i]);
        if (i < n2 && d2[i])
            j_add_digit(c, &s, (const fe(*)[2])odd, d2[i]);
    }
    if (s.zero)
        return 0;
    /* X / Z^2 = r or r + q or ..., as far as that is below p. */
    fe_sqr(p, &zz, &s.z);
    memcpy(cand, r, FE_LIMBS * sizeof *r);
    while (gost_mod_below(p, cand)) {
        fe_load(p, &t, cand);
        fe_mul(p, &t, &t, &zz);
        fe_sub(p, &t, &t, &s.x);
        if (fe_is_zero(p, &t))
            return 1;
        if (fe_add_limbs(cand, cand, c->q.m))
            break;
    }
    return 0;
}

/* Cofactor 1: every point of the curve has order q. */
static int w_order_q(const gost_curve *c, const uint64_t *x, const uint64_t *y)
{
    (void)c;
    (void)x;
    (void)y;
    return 1;
}

/*
 * ---- a secret scalar times a public point: constant time again ----
 *
 * From the highest digit down: A = 2^w A + D with a table of odd multiples. A is (k >> w i) | 1 and
 * D is odd with |D| < 2^w, so before the last addition 2^w A + D and 2^w A - D lie between 0 and q:
 * no addition of equal, opposite or zero points (the order of every point but zero is q). In the
 * last one 2^w A + D = k is not 0 modulo q; 2^w A - D is for some k close to q, so that addition
 * also computes the double of D and takes it by a mask.
 */
#define M_WINDOW 5
#define M_ODD    (1 << (M_WINDOW - 1))
_Static_assert(M_ODD <= ODD_MAX, "the table of odd multiples is too small");

static inline void w_mul_entry(const gost_modulus *p, fe xy[2], const fe (*odd)[2],
                               const uint64_t *kk, unsigned n, unsigned i)
{
    static const fe zero;
    uint64_t sign, index = scalar_digit_of(kk, M_WINDOW, n, i, &sign);
    fe neg;

    entry_select((uint64_t *)(void *)xy, (const uint64_t *)(const void *)odd, M_ODD, index,
                 2 * FE_LIMBS);
    fe_sub(p, &neg, &zero, &xy[1]);
    fe_cmov(&xy[1], sign, &neg);
}

static int w_mul(const gost_curve *c, const uint64_t *k, const uint64_t *px, const uint64_t *py,
                 uint64_t *x, uint64_t *y)
{
    const gost_modulus *p = &c->p;
    const unsigned n = (c->q.bits + M_WINDOW - 1) / M_WINDOW;
    static const fe zero;
    fe odd[M_ODD][2]; /* public */
    struct {
        uint64_t kk[GOST_MAX_LIMBS];
        jpoint r, dbl;
        fe xy[2], h, s, i;
    } v;
    uint64_t even, same;

    fe_load(p, &v.h, px);
    fe_load(p, &v.s, py);
    if (!j_odd_multiples(c, odd, M_ODD, &v.h, &v.s))
        return 0; /* does not happen: the cofactor is 1 */
    even = scalar_make_odd(c, v.kk, k);
    v.r.zero = v.dbl.zero = 0;
    w_mul_entry(p, v.xy, (const fe(*)[2])odd, v.kk, n, n - 1);
    v.r.x = v.xy[0];
    v.r.y = v.xy[1];
    fe_one(p, &v.r.z);
    for (unsigned i = n - 1; i-- > 0;) {
        for (int j = 0; j < M_WINDOW; j++)
            j_double(c, &v.r);
        w_mul_entry(p, v.xy, (const fe(*)[2])odd, v.kk, n, i);
        j_differences(p, &v.h, &v.s, &v.r, &v.xy[0], &v.xy[1]);
        if (i > 0)
            j_add_differences(p, &v.r, &v.h, &v.s);
    }
    v.dbl.x = v.xy[0];
    v.dbl.y = v.xy[1];
    fe_one(p, &v.dbl.z);
    j_double(c, &v.dbl);
    same = fe_is_zero(p, &v.h) & fe_is_zero(p, &v.s);
    j_add_differences(p, &v.r, &v.h, &v.s);
    fe_cmov(&v.r.x, same, &v.dbl.x);
    fe_cmov(&v.r.y, same, &v.dbl.y);
    fe_cmov(&v.r.z, same, &v.dbl.z);

    fe_inv(p, &v.i, &v.r.z);
    fe_sqr(p, &v.h, &v.i);
    fe_mul(p, &v.s, &v.h, &v.i);
    fe_mul(p, &v.h, &v.h, &v.r.x);
    fe_store(p, x, &v.h);
    fe_mul(p, &v.s, &v.s, &v.r.y);
    fe_sub(p, &v.i, &zero, &v.s);
    fe_cmov(&v.s, even, &v.i);
    fe_store(p, y, &v.s);
    gost_wipe(&v, sizeof v);
    return 1;
}

#define GOST_WEIERSTRASS_OPS                                                                       \
    {                                                                                              \
        w_mul_base, w_mul, w_on_curve, w_order_q, w_check                                          \
    }

#endif
#endif
