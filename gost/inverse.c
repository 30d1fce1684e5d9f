/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inverses modulo an odd m in constant time: Bernstein and Yang's division steps ("Fast
 * constant-time gcd computation and modular inversion", TCHES 2019), in the variant that starts
 * with delta = 1/2. Contract in modulus.h.
 *
 * Numbers are signed, in limbs of 62 bits. BATCH division steps at a time are done on the lowest
 * 64 bits of f and g alone, giving a 2x2 matrix that is then applied to all of f, g and, modulo m,
 * to d, e (with d = f/a, e = g/a mod m up to the same power of two). For a modulus of n bits,
 * floor((45907 n + 26313) / 19929) steps always suffice: 591 for 256 bits, 1180 for 512; 10 and 20
 * batches of 60 give 600 and 1200.
 */
#include "gost/modulus.h"

#include <string.h>
#include "gost/mem.h"

typedef __int128 i128;

#define BATCH  60
#define MASK62 (UINT64_MAX >> 2)
#define MAX62  9 /* limbs of 62 bits for 512 bits, a sign and a factor of two */

typedef struct matrix {
    int64_t u, v, q, r;
} matrix;

/*
 * BATCH division steps on (f, g), both known modulo 2^64. zeta is -(delta + 1/2). The matrix comes
 * out multiplied by 2^(62 - BATCH) more than the steps' 2^BATCH, so that a shift by 62 undoes both;
 * |u| + |v| and |q| + |r| are at most 2^62.
 */
static inline int64_t divsteps(int64_t zeta, uint64_t f, uint64_t g, matrix *t)
{
    uint64_t u = 1u << (62 - BATCH), v = 0, q = 0, r = 1u << (62 - BATCH);

    for (int i = 0; i < BATCH; i++) {
        uint64_t odd = gost_barrier(0 - (g & 1));
        uint64_t swap = gost_barrier((uint64_t)(zeta >> 63));

        /* g += (delta > 0 ? -f : f) if g is odd, and the same with the matrix's rows */
        g += ((f ^ swap) - swap) & odd;
        q += ((u ^ swap) - swap) & odd;
        r += ((v ^ swap) - swap) & odd;
        /* if delta > 0 and g was odd: delta = -delta, f = old g (= new g + f) */
        swap &= odd;
        zeta = (int64_t)((uint64_t)zeta ^ swap) - 1;
        f += g & swap;
        u += q & swap;
        v += r & swap;
        g >>= 1;
        u <<= 1;
        v <<= 1;
    }
    t->u = (int64_t)u;
    t->v = (int64_t)v;
    t->q = (int64_t)q;
    t->r = (int64_t)r;
    return zeta;
}

/* (d, e) = t * (d, e) / 2^62 mod m; d and e stay in (-2m, m). */
static inline __attribute__((always_inline)) void
update_de(int64_t *d, int64_t *e, const matrix *t, const int64_t *m, uint64_t inv62, unsigned n)
{
    int64_t sd = d[n - 1] >> 63, se = e[n - 1] >> 63;
    /* Multiples of m to add: m for each negative input, then what clears the low 62 bits. */
    int64_t md = (t->u & sd) + (t->v & se), me = (t->q & sd) + (t->r & se);
    i128 cd = (i128)t->u * d[0] + (i128)t->v * e[0];
    i128 ce = (i128)t->q * d[0] + (i128)t->r * e[0];

    md -= (int64_t)((inv62 * (uint64_t)cd + (uint64_t)md) & MASK62);
    me -= (int64_t)((inv62 * (uint64_t)ce + (uint64_t)me) & MASK62);
    cd += (i128)m[0] * md;
    ce += (i128)m[0] * me;
    cd >>= 62;
    ce >>= 62;
    for (unsigned i = 1; i < n; i++) {
        cd += (i128)t->u * d[i] + (i128)t->v * e[i] + (i128)m[i] * md;
        ce += (i128)t->q * d[i] + (i128)t->r * e[i] + (i128)m[i] * me;
        d[i - 1] = (int64_t)((uint64_t)cd & MASK62);
        e[i - 1] = (int64_t)((uint64_t)ce & MASK62);
        cd >>= 62;
        ce >>= 62;
    }
    d[n - 1] = (int64_t)cd;
    e[n - 1] = (int64_t)ce;
}

/* (f, g) = t * (f, g) / 2^62, exactly. */
static inline __attribute__((always_inline)) void update_fg(int64_t *f, int64_t *g, const matrix *t,
                                                            unsigned n)
{
    i128 cf = (i128)t->u * f[0] + (i128)t->v * g[0];
    i128 cg = (i128)t->q * f[0] + (i128)t->r * g[0];

    cf >>= 62;
    cg >>= 62;
    for (unsigned i = 1; i < n; i++) {
        cf += (i128)t->u * f[i] + (i128)t->v * g[i];
        cg += (i128)t->q * f[i] + (i128)t->r * g[i];
        f[i - 1] = (int64_t)((uint64_t)cf & MASK62);
        g[i - 1] = (int64_t)((uint64_t)cg & MASK62);
        cf >>= 62;
        cg >>= 62;
    }
    f[n - 1] = (int64_t)cf;
    g[n - 1] = (int64_t)cg;
}

static void carry62(int64_t *a, unsigned n)
{
    for (unsigned i = 0; i + 1 < n; i++) {
        a[i + 1] += a[i] >> 62;
        a[i] = (int64_t)((uint64_t)a[i] & MASK62);
    }
}

/* d in (-2m, m) times the sign of f (which is 1 or -1), into [0, m). */
static void normalize(int64_t *d, int64_t sign, const int64_t *m, unsigned n)
{
    int64_t neg = d[n - 1] >> 63, flip = sign >> 63;

    for (unsigned i = 0; i < n; i++)
        d[i] = ((d[i] + (m[i] & neg)) ^ flip) - flip;
    carry62(d, n);
    neg = d[n - 1] >> 63;
    for (unsigned i = 0; i < n; i++)
        d[i] += m[i] & neg;
    carry62(d, n);
}

static void to62(int64_t *r, const uint64_t *a, unsigned n, unsigned n62)
{
    for (unsigned i = 0; i < n62; i++) {
        unsigned bit = 62 * i, w = bit / 64, s = bit % 64;
        uint64_t x = w < n ? a[w] >> s : 0;

        if (s > 2 && w + 1 < n)
            x |= a[w + 1] << (64 - s);
        r[i] = (int64_t)(x & MASK62);
    }
}

static void from62(uint64_t *r, const int64_t *a, unsigned n, unsigned n62)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned bit = 64 * i, w = bit / 62, s = bit % 62;
        uint64_t x = (uint64_t)a[w] >> s;

        for (unsigned have = 62 - s; have < 64 && ++w < n62; have += 62)
            x |= (uint64_t)a[w] << have;
        r[i] = x;
    }
}

static inline __attribute__((always_inline)) void
inverse_n(const gost_modulus *mod, uint64_t *r, const uint64_t *a, unsigned n62, int batches)
{
    int64_t m[MAX62], f[MAX62], g[MAX62], d[MAX62] = {0}, e[MAX62] = {1};
    int64_t zeta = -1;
    uint64_t inv62 = (0 - mod->neg_inv) & MASK62;
    matrix t;

    to62(m, mod->m, mod->limbs, n62);
    to62(g, a, mod->limbs, n62);
    memcpy(f, m, sizeof f);
    for (int i = 0; i < batches; i++) {
        zeta = divsteps(zeta, (uint64_t)f[0] | (uint64_t)f[1] << 62,
                        (uint64_t)g[0] | (uint64_t)g[1] << 62, &t);
        update_de(d, e, &t, m, inv62, n62);
        update_fg(f, g, &t, n62);
    }
    normalize(d, f[n62 - 1], m, n62);
    from62(r, d, mod->limbs, n62);
    gost_wipe(d, sizeof d);
    gost_wipe(e, sizeof e);
    gost_wipe(f, sizeof f);
    gost_wipe(g, sizeof g);
    gost_wipe(&t, sizeof t);
}

void gost_mod_inverse(const gost_modulus *mod, uint64_t *r, const uint64_t *a)
{
    if (mod->limbs == 4)
        inverse_n(mod, r, a, 5, 10);
    else
        inverse_n(mod, r, a, 9, 20);
}
