/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures made to hit the verifier where it could be wrong: keys that are small multiples of P,
 * so that its partial sums meet its table entries, their negatives and zero; sums whose two halves
 * are equal or opposite; points whose x lies between q and p. The expected answers come from the
 * equations and from libcrypto's general curve arithmetic.
 */
#include "curve_test.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>

typedef struct group {
    const gost_paramset *ps;
    const gost_curve *c;
    size_t len;
    BN_CTX *ctx;
    BIGNUM *p, *q;
    EC_GROUP *ec;
} group;

static BIGNUM *from_limbs(const group *g, const uint64_t *a)
{
    uint8_t le[64];

    gost_limbs_to_le(le, a, g->c->limbs);
    return BN_lebin2bn(le, (int)g->len, NULL);
}

static void to_limbs(const group *g, uint64_t *r, const BIGNUM *a)
{
    uint8_t le[64];

    assert_true(BN_bn2lebinpad(a, le, (int)g->len) > 0);
    gost_limbs_from_le(r, le, g->c->limbs);
}

/* The curve of a point P and of 2 P, which give a and b: nothing but the points' own code is
 * believed (test-curve compares the parameters with the standards'). */
static void open_group(group *g, const gost_paramset *ps)
{
    uint64_t one[8] = {1}, two[8] = {2}, x[2][8], y[2][8];
    BIGNUM *bx[2], *by[2], *rhs[2], *a = BN_new(), *t = BN_new();
    EC_POINT *base;

    g->ps = ps;
    g->c = ps->curve;
    g->len = ps->bits / 8;
    g->ctx = BN_CTX_new();
    g->p = from_limbs(g, g->c->p.m);
    g->q = from_limbs(g, g->c->q.m);
    for (int i = 0; i < 2; i++) {
        gost_curve_best(g->c)->mul_base(g->c, i ? two : one, x[i], y[i]);
        bx[i] = from_limbs(g, x[i]);
        by[i] = from_limbs(g, y[i]);
        rhs[i] = BN_new(); /* y^2 - x^3 = a x + b */
        BN_mod_sqr(t, bx[i], g->p, g->ctx);
        BN_mod_mul(t, t, bx[i], g->p, g->ctx);
        BN_mod_sqr(rhs[i], by[i], g->p, g->ctx);
        BN_mod_sub(rhs[i], rhs[i], t, g->p, g->ctx);
    }
    BN_mod_sub(a, rhs[0], rhs[1], g->p, g->ctx);
    BN_mod_sub(t, bx[0], bx[1], g->p, g->ctx);
    BN_mod_inverse(t, t, g->p, g->ctx);
    BN_mod_mul(a, a, t, g->p, g->ctx);
    BN_mod_mul(t, a, bx[0], g->p, g->ctx);
    BN_mod_sub(t, rhs[0], t, g->p, g->ctx);
    g->ec = EC_GROUP_new_curve_GFp(g->p, a, t, g->ctx);
    assert_non_null(g->ec);
    base = EC_POINT_new(g->ec);
    assert_int_equal(EC_POINT_set_affine_coordinates(g->ec, base, bx[0], by[0], g->ctx), 1);
    assert_int_equal(EC_GROUP_set_generator(g->ec, base, g->q, NULL), 1);
    EC_POINT_free(base);
    for (int i = 0; i < 2; i++) {
        BN_free(bx[i]);
        BN_free(by[i]);
        BN_free(rhs[i]);
    }
    BN_free(a);
    BN_free(t);
}

static void close_group(group *g)
{
    EC_GROUP_free(g->ec);
    BN_free(g->p);
    BN_free(g->q);
    BN_CTX_free(g->ctx);
}

#define EACH_GROUP(g)                                                                              \
    group g;                                                                                       \
    for (size_t i_ = 0; gost_paramset_at(i_) && (open_group(&g, gost_paramset_at(i_)), 1);         \
         close_group(&g), i_++)                                                                    \
        if (!strcmp(g.ps->oid, g.ps->canonical))

/* verify() by every backend, of the digest that is e. */
static void expect(const group *g, const uint8_t *pub, const uint64_t *e, const uint64_t *r,
                   const uint64_t *s, int want)
{
    uint8_t digest[64], sig[128];

    gost_limbs_to_le(digest, e, g->c->limbs);
    gost_limbs_to_be(sig, s, g->c->limbs);
    gost_limbs_to_be(sig + g->len, r, g->c->limbs);
    for (int b = 0; b < test_backends(); b++) {
        gost_curve_force(b);
        assert_int_equal(gost_3410_verify(g->ps, pub, digest, sig), want);
    }
    gost_curve_force(-1);
}

static void small(const group *g, uint64_t *a, int n)
{
    memset(a, 0, 8 * sizeof *a);
    a[0] = (uint64_t)(n < 0 ? -n : n);
    if (n < 0)
        gost_mod_neg(&g->c->q, a, a);
}

static void public_of(const group *g, const uint64_t *d, uint8_t *pub)
{
    uint8_t le[64];

    gost_limbs_to_le(le, d, g->c->limbs);
    assert_int_equal(gost_3410_public(g->ps, le, pub), 1);
}

/* r = x(k P) mod q, by libcrypto. */
static void r_of(const group *g, const uint64_t *k, uint64_t *r)
{
    BIGNUM *bk = from_limbs(g, k), *x = BN_new();
    EC_POINT *pt = EC_POINT_new(g->ec);

    assert_int_equal(EC_POINT_mul(g->ec, pt, bk, NULL, NULL, g->ctx), 1);
    assert_int_equal(EC_POINT_get_affine_coordinates(g->ec, pt, x, NULL, g->ctx), 1);
    BN_mod(x, x, g->q, g->ctx);
    to_limbs(g, r, x);
    BN_free(bk);
    BN_free(x);
    EC_POINT_free(pt);
}

/* Q = d P for small d of both signs, k small of both signs or d-related, s chosen, e from them. */
static void test_small_multiples(void **state)
{
    static const int ds[] = {1, -1, 2, -2, 3, -7, 16, 31, -33, 65};
    static const int ks[] = {1, -1, 2, -3, 4, 16, -31, 64};

    (void)state;
    EACH_GROUP(g)
    {
        const gost_modulus *q = &g.c->q;
        uint64_t d[8], k[8], r[8], s[8], e[8], t[8], rs[sizeof ks / sizeof ks[0]][8];
        uint8_t pub[128];

        for (size_t j = 0; j < sizeof ks / sizeof ks[0]; j++) {
            small(&g, k, ks[j]);
            r_of(&g, k, rs[j]);
        }
        for (size_t i = 0; i < sizeof ds / sizeof ds[0]; i++) {
            small(&g, d, ds[i]);
            public_of(&g, d, pub);
            for (size_t j = 0; j < sizeof ks / sizeof ks[0]; j++) {
                small(&g, k, ks[j]);
                memcpy(r, rs[j], sizeof r);
                if (gost_mod_is_zero(q, r))
                    continue; /* CryptoPro C's P */
                /* s = 1, -1, -r d (u1 P = u2 Q: the last addition doubles), random */
                for (int way = 0; way < 4; way++) {
                    small(&g, s, way == 0 ? 1 : -1);
                    gost_mod_mul(q, t, r, d);
                    if (way == 2)
                        gost_mod_neg(q, s, t);
                    if (way == 3) {
                        test_random(NULL, s, sizeof s);
                        gost_mod_reduce(q, s, s);
                    }
                    gost_mod_sub(q, e, s, t);
                    gost_mod_inverse(q, t, k);
                    gost_mod_mul(q, e, e, t);
                    if (gost_mod_is_zero(q, e) || gost_mod_is_zero(q, s))
                        continue;
                    expect(&g, pub, e, r, s, 1);
                    small(&g, t, 1);
                    gost_mod_add(q, t, s, t);
                    if (way == 3 && !gost_mod_is_zero(q, t))
                        expect(&g, pub, e, r, t, 0);
                }
                /* s = r d: the sum is zero whatever e is, and zero is no signature */
                gost_mod_mul(q, s, r, d);
                test_random(NULL, e, sizeof e);
                expect(&g, pub, e, r, s, 0);
            }
        }
    }
}

/* Points R with x from each interval [j q, (j + 1) q) below p; Q is made for R: u1 P + u2 Q = R.
 * For the curves of cofactor 1 no honest signature would ever meet j = 1. */
static void test_high_x(void **state)
{
    unsigned above = 0;

    (void)state;
    EACH_GROUP(g)
    {
        BIGNUM *x = BN_new(), *low = BN_new(), *t = BN_new(), *u1 = BN_new(), *u2 = BN_new();
        EC_POINT *pt = EC_POINT_new(g.ec), *up = EC_POINT_new(g.ec);

        for (BN_zero(low); BN_cmp(low, g.p) < 0; BN_add(low, low, g.q)) {
            unsigned seen = 0;

            for (unsigned n = 1; seen < 4; n++) {
                uint64_t r[8], s[8], e[8], v[8];
                uint8_t pub[128];

                assert_true(n < 1000);
                BN_copy(x, low);
                BN_add_word(x, n);
                if (BN_cmp(x, g.p) >= 0 ||
                    !EC_POINT_set_compressed_coordinates(g.ec, pt, x, (int)(n & 1), g.ctx))
                    continue;
                EC_POINT_mul(g.ec, up, NULL, pt, g.q, g.ctx);
                if (!EC_POINT_is_at_infinity(g.ec, up))
                    continue; /* not in the subgroup */
                small(&g, r, (int)n);
                test_random(NULL, s, sizeof s);
                test_random(NULL, e, sizeof e);
                gost_mod_reduce(&g.c->q, s, s);
                gost_mod_reduce(&g.c->q, e, e);
                /* u1 = s / e, u2 = -r / e; Q = (R - u1 P) / u2 */
                gost_mod_inverse(&g.c->q, v, e);
                gost_mod_mul(&g.c->q, s, s, v);
                BN_free(u1);
                u1 = from_limbs(&g, s);
                gost_mod_mul(&g.c->q, s, s, e);
                gost_mod_mul(&g.c->q, v, v, r);
                gost_mod_neg(&g.c->q, v, v);
                BN_free(u2);
                u2 = from_limbs(&g, v);
                BN_mod_inverse(u2, u2, g.q, g.ctx);
                EC_POINT_mul(g.ec, up, u1, NULL, NULL, g.ctx);
                EC_POINT_invert(g.ec, up, g.ctx);
                EC_POINT_add(g.ec, pt, pt, up, g.ctx);
                EC_POINT_mul(g.ec, pt, NULL, pt, u2, g.ctx);
                EC_POINT_get_affine_coordinates(g.ec, pt, t, x, g.ctx);
                BN_bn2lebinpad(t, pub, (int)g.len);
                BN_bn2lebinpad(x, pub + g.len, (int)g.len);
                assert_int_equal(gost_3410_public_valid(g.ps, pub), 1);
                expect(&g, pub, e, r, s, 1);
                small(&g, r, (int)n + 1);
                expect(&g, pub, e, r, s, 0);
                seen++;
                above += !BN_is_zero(low);
            }
        }
        BN_free(x);
        BN_free(low);
        BN_free(t);
        BN_free(u1);
        BN_free(u2);
        EC_POINT_free(pt);
        EC_POINT_free(up);
    }
    ERR_clear_error();
    assert_true(above >= 4 * 8); /* 256-A (cofactor 4) alone gives three intervals of them */
}

/* digest -> e: the digest is any number of its size, and only e = digest mod q counts. */
static void test_digest_range(void **state)
{
    (void)state;
    EACH_GROUP(g)
    {
        const gost_modulus *q = &g.c->q;
        uint64_t d[8], k[8], r[8], s[8], e[8], t[8], wide[8];
        uint8_t pub[128];

        test_random(NULL, d, sizeof d);
        test_random(NULL, k, sizeof k);
        gost_mod_reduce(q, d, d);
        gost_mod_reduce(q, k, k);
        public_of(&g, d, pub);
        r_of(&g, k, r);
        for (int way = 0; way < 8; way++) {
            BIGNUM *big;

            memset(wide, way == 0 ? 0xff : 0,
                   sizeof wide); /* 2^n - 1; 0; q - 1, q, q + 1; 2q ... */
            if (way >= 2) {
                big = BN_dup(g.q);
                if (way >= 5)
                    BN_lshift1(big, big);
                if (way % 3 == 2)
                    BN_sub_word(big, 1);
                if (way % 3 == 1)
                    BN_add_word(big, 1);
                if (BN_num_bytes(big) <= (int)g.len)
                    to_limbs(&g, wide, big);
                BN_free(big);
            }
            big = from_limbs(&g, wide);
            BN_mod(big, big, g.q, g.ctx);
            if (BN_is_zero(big))
                BN_one(big);
            to_limbs(&g, e, big);
            BN_free(big);
            gost_mod_mul(q, s, r, d);
            gost_mod_mul(q, t, k, e);
            gost_mod_add(q, s, s, t);
            expect(&g, pub, wide, r, s, 1);
        }
    }
}

static int setup(void **state)
{
    (void)state;
    test_seed();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_multiples),
        cmocka_unit_test(test_high_x),
        cmocka_unit_test(test_digest_range),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
