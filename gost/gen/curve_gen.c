/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the definitions of the curves (gost_curve, see gost/curve.h) with their tables as C, for
 * the build. It computes with the general arithmetic of gost/modulus.h and affine points only:
 * slow, short, and independent of the fast field code that uses the tables. Whatever is wrong with
 * a parameter (P off the curve, q * P not zero, the two forms of a curve not the same) ends the
 * build.
 */
#include "gost/modulus.h"
#include "gost/gen/curve_params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N GOST_MAX_LIMBS

typedef struct num {
    uint64_t w[N];
} num;

typedef struct point {
    num x, y;
    int zero;
} point;

/* The field being worked in; numbers are in Montgomery form from here on. */
static gost_modulus P;

static void die(const char *curve, const char *what)
{
    fprintf(stderr, "curve_gen: %s: %s\n", curve, what);
    exit(1);
}

static num parse(const char *hex)
{
    num r = {{0}};

    for (; *hex; hex++) {
        uint64_t digit = (uint64_t)(*hex <= '9' ? *hex - '0' : *hex - 'A' + 10);

        for (int i = N - 1; i > 0; i--)
            r.w[i] = r.w[i] << 4 | r.w[i - 1] >> 60;
        r.w[0] = r.w[0] << 4 | digit;
    }
    return r;
}

static num mul(num a, num b)
{
    num r = {{0}};

    gost_mod_montmul(&P, r.w, a.w, b.w);
    return r;
}

static num add(num a, num b)
{
    num r = {{0}};

    gost_mod_add(&P, r.w, a.w, b.w);
    return r;
}

static num sub(num a, num b)
{
    num r = {{0}};

    gost_mod_sub(&P, r.w, a.w, b.w);
    return r;
}

static num inv(num a)
{
    num r = {{0}};

    gost_mod_inverse(&P, r.w, a.w);       /* 1/(aR) */
    gost_mod_montmul(&P, r.w, r.w, P.r3); /* R/a */
    return r;
}

static num from_plain(num a)
{
    num r = {{0}};

    gost_mod_montmul(&P, r.w, a.w, P.rr);
    return r;
}

static num to_plain(num a)
{
    num one = {{1}}, r = {{0}};

    gost_mod_montmul(&P, r.w, a.w, one.w);
    return r;
}

static num field(const char *hex)
{
    return from_plain(parse(hex));
}

static int same(num a, num b)
{
    return !memcmp(&a, &b, sizeof a);
}

static int is_zero(num a)
{
    return same(a, (num){{0}});
}

/* Affine Weierstrass addition with every exceptional case. */
static point w_add(point p, point q, num a)
{
    num l, l2;
    point r = {.zero = 0};

    if (p.zero)
        return q;
    if (q.zero)
        return p;
    if (same(p.x, q.x)) {
        if (!same(p.y, q.y) || is_zero(p.y)) {
            r.zero = 1;
            return r;
        }
        l2 = mul(p.x, p.x);
        l = mul(add(add(add(l2, l2), l2), a), inv(add(p.y, p.y)));
    } else {
        l = mul(sub(q.y, p.y), inv(sub(q.x, p.x)));
    }
    r.x = sub(sub(mul(l, l), p.x), q.x);
    r.y = sub(mul(l, sub(p.x, r.x)), p.y);
    return r;
}

static void print_num(const char *label, num a, unsigned limbs)
{
    printf("%s{", label);
    for (unsigned i = 0; i < limbs; i++)
        printf("%s0x%016llxu", i ? ", " : "", (unsigned long long)a.w[i]);
    printf("}");
}

static void print_modulus(const char *label, const gost_modulus *m)
{
    num t;

    printf("    .%s = {.limbs = %u, .bits = %u, .neg_inv = 0x%016llxu,\n", label, m->limbs, m->bits,
           (unsigned long long)m->neg_inv);
    memcpy(t.w, m->m, sizeof t.w);
    print_num("        .m = ", t, m->limbs);
    memcpy(t.w, m->rr, sizeof t.w);
    print_num(",\n        .rr = ", t, m->limbs);
    memcpy(t.w, m->r3, sizeof t.w);
    print_num(",\n        .r3 = ", t, m->limbs);
    printf("},\n");
}

static void print_words(num a, unsigned limbs)
{
    for (unsigned i = 0; i < limbs; i++)
        printf("0x%016llxu,%s", (unsigned long long)a.w[i], i + 1 == limbs ? "\n" : " ");
}

static void curve(const curve_params *cp)
{
    unsigned limbs = cp->bits / 64, rows, edwards = cp->ed_d != NULL;
    gost_modulus q = {.limbs = limbs};
    num a, b, s = {{0}}, t = {{0}}, d = {{0}}, four, six, one, qm = parse(cp->q);
    point base, sum, bit;

    memset(&P, 0, sizeof P);
    P.limbs = limbs;
    memcpy(P.m, parse(cp->p).w, sizeof P.m);
    memcpy(q.m, qm.w, sizeof q.m);
    gost_modulus_init(&P);
    gost_modulus_init(&q);
    a = field(cp->a);
    b = field(cp->b);
    base = (point){.x = field(cp->x), .y = field(cp->y)};
    one = field("1");
    four = field("4");
    six = field("6");

    /* A row for every `window` bits; the digits reach one bit above the last (curve_scalar.h). */
    rows = (q.bits + cp->window - 1) / cp->window;

    if (!same(mul(base.y, base.y), add(add(mul(mul(base.x, base.x), base.x), mul(a, base.x)), b)))
        die(cp->ident, "P is not on the curve");
    if (edwards) {
        num u = field(cp->ed_u), v = field(cp->ed_v), k;

        d = field(cp->ed_d);
        s = mul(sub(one, d), inv(four));
        t = mul(add(one, d), inv(six));
        k = mul(add(one, v), inv(sub(one, v)));
        if (!same(base.x, add(mul(s, k), t)) || !same(base.y, mul(mul(s, k), inv(u))) ||
            !same(a, sub(mul(s, s), mul(field("3"), mul(t, t)))) ||
            !same(b, sub(mul(field("2"), mul(mul(t, t), t)), mul(t, mul(s, s)))))
            die(cp->ident, "the twisted Edwards form is another curve");
    }

    printf("static const uint64_t table_%s[] __attribute__((aligned(64))) = {\n", cp->ident);
    sum.zero = 1;
    bit = base;
    for (unsigned i = 0; i < rows * cp->window; i++) {
        if (i % cp->window == 0) { /* bit = 2^i * P: the row's odd multiples of it */
            point twice = w_add(bit, bit, a), m = bit;

            for (unsigned j = 0; j < 1u << (cp->window - 1); j++) {
                num x = m.x, y = m.y, dxy = {{0}};

                if (m.zero)
                    die(cp->ident, "a table entry is zero");
                if (edwards) { /* (x, y) to (u, v), RFC 7836 appendix A.2 */
                    x = mul(sub(m.x, t), inv(m.y));
                    y = mul(sub(sub(m.x, t), s), inv(add(sub(m.x, t), s)));
                    dxy = mul(d, mul(x, y));
                }
                print_words(cp->montgomery ? x : to_plain(x), limbs);
                print_words(cp->montgomery ? y : to_plain(y), limbs);
                if (edwards)
                    print_words(cp->montgomery ? dxy : to_plain(dxy), limbs);
                m = w_add(m, twice, a);
            }
        }
        if (i < 64 * limbs && qm.w[i / 64] >> (i % 64) & 1)
            sum = w_add(sum, bit, a);
        bit = w_add(bit, bit, a);
    }
    printf("};\n");
    if (!sum.zero)
        die(cp->ident, "q * P is not zero");

    printf("const gost_curve gost_curve_%s = {\n    .name = \"%s\", .bits = %u, .limbs = %u, "
           ".cofactor = %u, .a_minus_3 = %u,\n",
           cp->ident, cp->ident, cp->bits, limbs, cp->cofactor, is_zero(add(a, field("3"))));
    print_modulus("p", &P);
    print_modulus("q", &q);
    print_num("    .a = ", cp->montgomery ? a : to_plain(a), limbs);
    print_num(",\n    .b = ", cp->montgomery ? b : to_plain(b), limbs);
    print_num(",\n    .s = ", cp->montgomery ? s : to_plain(s), limbs);
    print_num(",\n    .t = ", cp->montgomery ? t : to_plain(t), limbs);
    print_num(",\n    .d = ", cp->montgomery ? d : to_plain(d), limbs);
    printf(",\n    .window = %u, .rows = %u, .table = table_%s,\n    .ops = OPS(%s_%s)};\n\n",
           cp->window, rows, cp->ident, cp->field, edwards ? "edwards" : "weierstrass");
}

int main(void)
{
    printf("/* Made by gost/gen/curve_gen.c; do not edit. */\n#include \"gost/curve.h\"\n\n"
           "#ifdef GOST_HAVE_ADX\n"
           "#define OPS(name) {&gost_##name##_portable, &gost_##name##_adx}\n"
           "#else\n#define OPS(name) {&gost_##name##_portable, 0}\n#endif\n\n"
           "extern const gost_curve_ops");
    for (unsigned i = 0; i < 2; i++)
        printf("%s gost_p256_weierstrass_%s, gost_p256_edwards_%s, gost_p255_weierstrass_%s,\n"
               "    gost_m256_weierstrass_%s, gost_p512_weierstrass_%s, gost_p512_edwards_%s,\n"
               "    gost_p511_weierstrass_%s, gost_m512_weierstrass_%s",
               i ? "," : "", i ? "adx" : "portable", i ? "adx" : "portable", i ? "adx" : "portable",
               i ? "adx" : "portable", i ? "adx" : "portable", i ? "adx" : "portable",
               i ? "adx" : "portable", i ? "adx" : "portable");
    printf(";\n\n");
    for (unsigned i = 0; i < CURVE_PARAMS_COUNT; i++)
        curve(&all_curve_params[i]);
    return fflush(stdout) || ferror(stdout);
}
