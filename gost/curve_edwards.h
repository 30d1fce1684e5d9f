/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Curves with a twisted Edwards form u^2 + v^2 = 1 + d u^2 v^2 (RFC 7836, appendix A.2), over the
 * field included before this file. Contract: gost/curve.h. Include curve_weierstrass.h first, for
 * the Weierstrass equation.
 *
 * Coordinates (X, Y, Z, T), u = X/Z, v = Y/Z, T = X Y / Z. d is not a square (a test checks it), so
 * the addition law is complete: right for any two points of the curve, with no denominator that can
 * be zero. (x, y) = (s (1 + v) / (1 - v) + t, s (1 + v) / ((1 - v) u)), s = (1 - d) / 4,
 * t = (1 + d) / 6.
 */
#ifndef GOST_CURVE_EDWARDS_H
#define GOST_CURVE_EDWARDS_H

#include "gost/curve_scalar.h"
#include "gost/mem.h"

typedef struct epoint {
    fe x, y, z, t;
} epoint;

/* A point to add: u, v, d*u*v. */
typedef struct eentry {
    fe x, y, dt;
} eentry;

static inline void e_negate_if(const gost_modulus *p, eentry *e, uint64_t mask)
{
    static const fe zero;
    fe neg;

    fe_sub(p, &neg, &zero, &e->x);
    fe_cmov(&e->x, mask, &neg);
    fe_sub(p, &neg, &zero, &e->dt);
    fe_cmov(&e->dt, mask, &neg);
}

/* r += e, whose Z is z2 (or 1, if NULL): 8M, or 9M. */
static inline __attribute__((always_inline)) void e_add(const gost_modulus *p, epoint *r,
                                                        const eentry *e, const fe *z2)
{
    fe a, b, c, k, l;

    fe_mul(p, &a, &r->x, &e->x);
    fe_mul(p, &b, &r->y, &e->y);
    fe_mul(p, &c, &r->t, &e->dt);
    fe_add(p, &k, &r->x, &r->y);
    fe_add(p, &l, &e->x, &e->y);
    fe_mul(p, &k, &k, &l);
    fe_sub(p, &k, &k, &a);
    fe_sub(p, &k, &k, &b);
    fe_sub(p, &b, &b, &a);
    if (z2)
        fe_mul(p, &r->z, &r->z, z2);
    fe_sub(p, &l, &r->z, &c);
    fe_add(p, &c, &r->z, &c);
    fe_mul(p, &r->x, &k, &l);
    fe_mul(p, &r->y, &c, &b);
    fe_mul(p, &r->t, &k, &b);
    fe_mul(p, &r->z, &l, &c);
}

/* The Weierstrass coordinates of r, which is of order q, negated if the mask says so; y may be
 * NULL. The order is odd: Z - Y and X are not 0. */
static void e_store(const gost_curve *c, const epoint *r, uint64_t negate, uint64_t *x, uint64_t *y)
{
    const gost_modulus *p = &c->p;
    static const fe zero;
    struct {
        fe n, d, i, neg;
    } v;
    fe ks, kt;

    fe_copy(&ks, c->s);
    fe_copy(&kt, c->t);
    fe_add(p, &v.n, &r->z, &r->y);
    fe_mul(p, &v.n, &v.n, &ks);
    fe_sub(p, &v.d, &r->z, &r->y);
    if (!y) {
        fe_inv(p, &v.i, &v.d);
    } else {
        fe_mul(p, &v.d, &v.d, &r->x);
        fe_inv(p, &v.i, &v.d);
        fe_mul(p, &v.d, &v.n, &r->z);
        fe_mul(p, &v.d, &v.d, &v.i);
        fe_sub(p, &v.neg, &zero, &v.d);
        fe_cmov(&v.d, negate, &v.neg);
        fe_store(p, y, &v.d);
        fe_mul(p, &v.i, &v.i, &r->x);
    }
    fe_mul(p, &v.n, &v.n, &v.i);
    fe_add(p, &v.n, &v.n, &kt);
    fe_store(p, x, &v.n);
    gost_wipe(&v, sizeof v);
}

static void e_mul_base(const gost_curve *c, const uint64_t *k, uint64_t *x, uint64_t *y)
{
    const gost_modulus *p = &c->p;
    struct {
        uint64_t kk[GOST_MAX_LIMBS], sign;
        epoint r;
        eentry e;
    } v;
    uint64_t even = scalar_make_odd(c, v.kk, k);

    for (unsigned i = 0; i < c->rows; i++) {
        uint64_t index = scalar_digit(c, v.kk, i, &v.sign);

        table_select((uint64_t *)(void *)&v.e, c, i, index, 3 * FE_LIMBS);
        e_negate_if(p, &v.e, v.sign);
        if (i == 0) {
            v.r.x = v.e.x;
            v.r.y = v.e.y;
            fe_one(p, &v.r.z);
            fe_mul(p, &v.r.t, &v.e.x, &v.e.y);
        } else {
            e_add(p, &v.r, &v.e, NULL);
        }
        if (i + 1 < c->rows)
            table_prefetch(c, i + 1, 3 * FE_LIMBS);
    }
    e_store(c, &v.r, even, x, y);
    gost_wipe(&v, sizeof v);
}

/* ---- from here on everything is public and variable time ---- */

static void e_double(const gost_modulus *p, epoint *r, int need_t)
{
    fe a, b, e, f, g, h;

    fe_sqr(p, &a, &r->x);
    fe_sqr(p, &b, &r->y);
    fe_add(p, &e, &r->x, &r->y);
    fe_sqr(p, &e, &e);
    fe_add(p, &g, &a, &b);
    fe_sub(p, &e, &e, &g);
    fe_sub(p, &h, &a, &b);
    fe_sqr(p, &f, &r->z);
    fe_add(p, &f, &f, &f);
    fe_sub(p, &f, &g, &f);
    fe_mul(p, &r->x, &e, &f);
    fe_mul(p, &r->y, &g, &h);
    fe_mul(p, &r->z, &f, &g);
    if (need_t)
        fe_mul(p, &r->t, &e, &h);
}

static void e_zero(const gost_modulus *p, epoint *r)
{
    memset(r, 0, sizeof *r);
    fe_one(p, &r->y);
    fe_one(p, &r->z);
}

/* From Weierstrass coordinates; 0 for the points that have no image, which are of even order. */
static int e_from_weierstrass(const gost_curve *c, epoint *r, const uint64_t *x, const uint64_t *y)
{
    const gost_modulus *p = &c->p;
    fe s, xt, fy, plus, minus;

    fe_load(p, &xt, x);
    fe_load(p, &fy, y);
    fe_copy(&s, c->t);
    fe_sub(p, &xt, &xt, &s);
    fe_copy(&s, c->s);
    fe_add(p, &plus, &xt, &s);
    fe_sub(p, &minus, &xt, &s);
    if (fe_is_zero(p, &fy) || fe_is_zero(p, &plus))
        return 0;
    /* u = xt / y, v = minus / plus */
    fe_mul(p, &r->z, &fy, &plus);
    fe_mul(p, &r->x, &xt, &plus);
    fe_mul(p, &r->y, &minus, &fy);
    fe_mul(p, &r->t, &xt, &minus); /* X Y / Z = xt plus minus y / (y plus) */
    return 1;
}

/* A point to add with a Z of its own. */
typedef struct ezentry {
    eentry e;
    fe z;
} ezentry;

/* odd[i] = (2i + 1) * q, for i < n. */
static __attribute__((noinline)) void e_odd_multiples(const gost_curve *c, ezentry *odd, int n,
                                                      const epoint *q)
{
    const gost_modulus *p = &c->p;
    epoint m = *q, dbl = *q;
    ezentry two;
    fe d;

    fe_copy(&d, c->d);
    e_double(p, &dbl, 1);
    two.e.x = dbl.x;
    two.e.y = dbl.y;
    fe_mul(p, &two.e.dt, &dbl.t, &d);
    two.z = dbl.z;
    for (int i = 0; i < n; i++) {
        if (i)
            e_add(p, &m, &two.e, &two.z);
        odd[i].e.x = m.x;
        odd[i].e.y = m.y;
        fe_mul(p, &odd[i].e.dt, &m.t, &d);
        odd[i].z = m.z;
    }
}

#define E_WINDOW 5
#define E_ODD    (1 << (E_WINDOW - 2))

/* r = u1 * P + u2 * q. */
static void e_mul_two(const gost_curve *c, epoint *r, const epoint *q, const uint64_t *u1,
                      const uint64_t *u2)
{
    const gost_modulus *p = &c->p;
    int8_t d1[64 * FE_LIMBS + 1], d2[64 * FE_LIMBS + 1];
    int n1 = scalar_wnaf(d1, u1, c->window + 1), n2 = scalar_wnaf(d2, u2, E_WINDOW);
    int n = n1 > n2 ? n1 : n2;
    const eentry *base = (const eentry *)(const void *)c->table;
    ezentry odd[E_ODD];
    eentry e;

    e_odd_multiples(c, odd, E_ODD, q);
    e_zero(p, r);
    for (int i = n - 1; i >= 0; i--) {
        int a = i < n1 ? d1[i] : 0, b = i < n2 ? d2[i] : 0;

        e_double(p, r, a || b);
        if (a) {
            e = base[(a < 0 ? -a : a) / 2];
            e_negate_if(p, &e, 0 - (uint64_t)(a < 0));
            e_add(p, r, &e, NULL);
        }
        if (b) {
            int j = (b < 0 ? -b : b) / 2;

            e = odd[j].e;
            e_negate_if(p, &e, 0 - (uint64_t)(b < 0));
            e_add(p, r, &e, &odd[j].z);
        }
    }
}

static int e_check(const gost_curve *c, const uint64_t *x, const uint64_t *y, const uint64_t *u1,
                   const uint64_t *u2, const uint64_t *r)
{
    const gost_modulus *p = &c->p;
    uint64_t cand[GOST_MAX_LIMBS] = {0};
    epoint q, m;
    fe den, num, k, t;

    if (!e_from_weierstrass(c, &q, x, y))
        return 0;
    e_mul_two(c, &m, &q, u1, u2);
    fe_sub(p, &den, &m.z, &m.y);
    if (fe_is_zero(p, &den)) /* the zero of the group */
        return 0;
    /* s (Z + Y) = (x - t) (Z - Y) with x = r or r + q or ..., as far as that is below p. */
    fe_add(p, &num, &m.z, &m.y);
    fe_copy(&k, c->s);
    fe_mul(p, &num, &num, &k);
    fe_copy(&k, c->t);
    memcpy(cand, r, FE_LIMBS * sizeof *r);
    while (gost_mod_below(p, cand)) {
        fe_load(p, &t, cand);
        fe_sub(p, &t, &t, &k);
        fe_mul(p, &t, &t, &den);
        fe_sub(p, &t, &t, &num);
        if (fe_is_zero(p, &t))
            return 1;
        if (fe_add_limbs(cand, cand, c->q.m))
            break;
    }
    return 0;
}

/* q * (x, y) is zero, and (x, y) itself is not, being a point with coordinates. */
static int e_order_q(const gost_curve *c, const uint64_t *x, const uint64_t *y)
{
    static const uint64_t zero[GOST_MAX_LIMBS];
    epoint q, m;
    fe t;

    if (!e_from_weierstrass(c, &q, x, y))
        return 0;
    e_mul_two(c, &m, &q, zero, c->q.m);
    fe_sub(&c->p, &t, &m.z, &m.y);
    return fe_is_zero(&c->p, &m.x) && fe_is_zero(&c->p, &t);
}

/*
 * ---- a secret scalar times a public point: constant time again ----
 *
 * The point is multiplied by the cofactor first: what remains is zero or of order q, whatever was
 * given, so that nothing of k modulo the cofactor shows, and q - k stands for -k.
 */
#define E_MUL_WINDOW 5
#define E_MUL_ODD    (1 << (E_MUL_WINDOW - 1))

static int e_mul(const gost_curve *c, const uint64_t *k, const uint64_t *px, const uint64_t *py,
                 uint64_t *x, uint64_t *y)
{
    const gost_modulus *p = &c->p;
    const unsigned n = (c->q.bits + E_MUL_WINDOW - 1) / E_MUL_WINDOW;
    ezentry odd[E_MUL_ODD]; /* public */
    epoint q;
    struct {
        uint64_t kk[GOST_MAX_LIMBS], sign;
        epoint r;
        ezentry e;
    } v;
    uint64_t even;

    if (!e_from_weierstrass(c, &q, px, py))
        return 0; /* of order 2 */
    for (unsigned i = 1; i < c->cofactor; i *= 2)
        e_double(p, &q, 1);
    if (fe_is_zero(p, &q.x))
        return 0;
    e_odd_multiples(c, odd, E_MUL_ODD, &q);
    even = scalar_make_odd(c, v.kk, k);
    e_zero(p, &v.r);
    for (unsigned i = n; i-- > 0;) {
        uint64_t index = scalar_digit_of(v.kk, E_MUL_WINDOW, n, i, &v.sign);

        if (i < n - 1) {
            for (int j = 1; j <= E_MUL_WINDOW; j++)
                e_double(p, &v.r, j == E_MUL_WINDOW);
        }
        entry_select((uint64_t *)(void *)&v.e, (const uint64_t *)(const void *)odd, E_MUL_ODD,
                     index, 4 * FE_LIMBS);
        e_negate_if(p, &v.e.e, v.sign);
        e_add(p, &v.r, &v.e.e, &v.e.z);
    }
    e_store(c, &v.r, even, x, y);
    gost_wipe(&v, sizeof v);
    return 1;
}

#define GOST_EDWARDS_OPS                                                                           \
    {                                                                                              \
        e_mul_base, e_mul, w_on_curve, e_order_q, e_check                                          \
    }

#endif
