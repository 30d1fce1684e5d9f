/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One field's code, chosen as in gost/curve_*.c by FE_LIMBS and FE_MINUS, FE_PLUS or nothing
 * (Montgomery), against the general arithmetic of gost/modulus.h, with the numbers where carries
 * run far: near 0, p, 2p, 2^n, limbs of all ones and all zeros.
 */
#include "curve_test.h"

#if defined(FE_MINUS) || defined(FE_PLUS)
#include "gost/field_special.h"
#define LAZY 1 /* any number below 2^n is an argument */
#else
#include "gost/field_mont.h"
#define LAZY 0
#endif

#define N FE_LIMBS

static const gost_modulus *p;

/* A number of the field's own form; half of them extreme. */
static void draw(fe *a)
{
    uint64_t pick = test_next();

    for (int i = 0; i < N; i++) {
        uint64_t w = test_next();

        if (pick & 1) {
            uint64_t kind = test_next() % 4;

            w = kind == 0 ? 0 : kind == 1 ? UINT64_MAX : kind == 2 ? w % 8192 : 0 - w % 8192;
        }
        a->w[i] = w;
    }
    switch (pick >> 1 & 15) { /* close to 0, p, 2p = 2^n + c, 2^n - 1 */
    case 0:
        memset(a, 0, sizeof *a);
        a->w[0] = test_next() % 16384;
        break;
    case 1:
        memset(a, 0xff, sizeof *a);
        a->w[0] -= test_next() % 16384;
        break;
    case 2: {
        uint64_t d[N] = {test_next() % 16384};

        fe_sub_limbs(a->w, p->m, d);
        break;
    }
    case 3: {
        uint64_t d[N] = {test_next() % 16384};

        fe_add_limbs(a->w, p->m, d);
        break;
    }
    default:
        break;
    }
    if (!LAZY)
        gost_mod_reduce(p, a->w, a->w);
}

static void check(const fe *got, const uint64_t *want)
{
    uint64_t r[8];

    if (!LAZY)
        assert_true(gost_mod_below(p, got->w));
    fe_store(p, r, got);
    assert_true(gost_mod_below(p, r));
    assert_memory_equal(r, want, 8 * N);
}

static void test_arithmetic(void **state)
{
    (void)state;
    for (long n = 0; n < 50000; n++) {
        fe a, b, r;
        uint64_t pa[8], pb[8], want[8];

        draw(&a);
        draw(&b);
        if (n % 50 == 0)
            b = a;
        fe_store(p, pa, &a);
        fe_store(p, pb, &b);

        fe_add(p, &r, &a, &b);
        gost_mod_add(p, want, pa, pb);
        check(&r, want);
        fe_sub(p, &r, &a, &b);
        gost_mod_sub(p, want, pa, pb);
        check(&r, want);
        fe_mul(p, &r, &a, &b);
        gost_mod_mul(p, want, pa, pb);
        check(&r, want);
        fe_sqr(p, &r, &a);
        gost_mod_mul(p, want, pa, pa);
        check(&r, want);
        fe_load(p, &r, pa);
        check(&r, pa);
        assert_true((fe_is_zero(p, &a) != 0) == (gost_mod_is_zero(p, pa) != 0));

        /* the result in an argument's place */
        r = a;
        fe_add(p, &r, &r, &b);
        gost_mod_add(p, want, pa, pb);
        check(&r, want);
        r = b;
        fe_sub(p, &r, &a, &r);
        gost_mod_sub(p, want, pa, pb);
        check(&r, want);
        r = a;
        fe_mul(p, &r, &r, &r);
        gost_mod_mul(p, want, pa, pa);
        check(&r, want);
        r = a;
        fe_sqr(p, &r, &r);
        check(&r, want);
        if (n % 100 == 0) {
            fe_inv(p, &r, &a);
            gost_mod_inverse(p, want, pa);
            check(&r, want);
        }
    }
}

static void test_zero(void **state)
{
    fe a, one;

    (void)state;
    memset(&a, 0, sizeof a);
    assert_true(fe_is_zero(p, &a) == UINT64_MAX);
    fe_one(p, &one);
    assert_true(fe_is_zero(p, &one) == 0);
    fe_sub(p, &a, &one, &one);
    assert_true(fe_is_zero(p, &a) == UINT64_MAX);
    fe_inv(p, &a, &a);
    assert_true(fe_is_zero(p, &a) == UINT64_MAX);
    fe_inv(p, &a, &one);
    fe_sub(p, &a, &a, &one);
    assert_true(fe_is_zero(p, &a) == UINT64_MAX);
#if LAZY
    memcpy(a.w, p->m, sizeof a.w); /* p itself is a zero */
    assert_true(fe_is_zero(p, &a) == UINT64_MAX);
#endif
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
        cmocka_unit_test(test_zero),
        cmocka_unit_test(test_arithmetic),
    };

#ifdef GOST_ADX
    if (test_backends() <= GOST_BACKEND_ADX) {
        printf("skipped: this CPU has no ADX\n");
        return 77;
    }
#endif
    p = &TEST_CURVE.p;
    return cmocka_run_group_tests(tests, setup, NULL);
}
