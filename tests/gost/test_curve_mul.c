/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The curves' multiplication of any point by a secret scalar, on every backend, against libcrypto's
 * general one: the scalars where digits and additions are at their limits, random ones, and, where
 * the cofactor is 4, points outside of the subgroup.
 */
#include "curve_ref.h"

#include <openssl/err.h>

/* mul of k and (x, y) must give `want`, or zero if that is. */
static void check_mul(ref *r, const BIGNUM *k, const EC_POINT *pt, const EC_POINT *want)
{
    const gost_curve *c = r->c;
    BIGNUM *x = BN_new(), *y = BN_new();
    uint64_t kk[8], px[8], py[8], wx[8], wy[8], gx[8], gy[8];
    int zero = EC_POINT_is_at_infinity(r->group, want);

    assert_int_equal(EC_POINT_get_affine_coordinates(r->group, pt, x, y, r->ctx), 1);
    to_limbs(c, px, x);
    to_limbs(c, py, y);
    to_limbs(c, kk, k);
    if (!zero) {
        assert_int_equal(EC_POINT_get_affine_coordinates(r->group, want, x, y, r->ctx), 1);
        to_limbs(c, wx, x);
        to_limbs(c, wy, y);
    }
    for (int b = 0; b < test_backends(); b++) {
        memset(gx, 0xaa, sizeof gx);
        memset(gy, 0xaa, sizeof gy);
        assert_int_equal(c->ops[b]->mul(c, kk, px, py, gx, gy), !zero);
        if (!zero) {
            assert_memory_equal(gx, wx, 8 * c->limbs);
            assert_memory_equal(gy, wy, 8 * c->limbs);
        }
    }
    BN_free(x);
    BN_free(y);
}

/* Whether `want` is what k and q - k give, q - k up to the sign; k below q. */
static void check_pair(ref *r, const BIGNUM *k, const EC_POINT *pt, const EC_POINT *want)
{
    EC_POINT *minus = EC_POINT_dup(want, r->group);
    BIGNUM *n = BN_new();

    assert_int_equal(EC_POINT_invert(r->group, minus, r->ctx), 1);
    BN_sub(n, r->q, k);
    check_mul(r, k, pt, want);
    check_mul(r, n, pt, minus);
    EC_POINT_free(minus);
    BN_free(n);
}

/* cofactor * pt */
static EC_POINT *clear_cofactor(ref *r, const EC_POINT *pt)
{
    EC_POINT *out = EC_POINT_dup(pt, r->group);

    for (unsigned i = 1; i < r->cp->cofactor; i *= 2)
        assert_int_equal(EC_POINT_dbl(r->group, out, out, r->ctx), 1);
    return out;
}

/* The same, where libcrypto says what is wanted. */
static void check_scalar(ref *r, const BIGNUM *k, const EC_POINT *pt)
{
    EC_POINT *want = clear_cofactor(r, pt);

    assert_int_equal(EC_POINT_mul(r->group, want, NULL, want, k, r->ctx), 1);
    check_pair(r, k, pt, want);
    EC_POINT_free(want);
}

static EC_POINT *random_point(ref *r)
{
    EC_POINT *pt = EC_POINT_new(r->group);
    BIGNUM *x = BN_new();
    uint8_t raw[64];

    do {
        test_random(NULL, raw, sizeof raw);
        BN_bin2bn(raw, (int)(8 * r->c->limbs), x);
        BN_mod(x, x, r->p, r->ctx);
    } while (!EC_POINT_set_compressed_coordinates(r->group, pt, x, raw[0] & 1, r->ctx));
    ERR_clear_error();
    BN_free(x);
    return pt;
}

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        ref r;
        BIGNUM *k = BN_new();
        EC_POINT *pt, *base, *sum, *side;

        ref_open(&r, i);
        pt = random_point(&r);
        base = clear_cofactor(&r, pt);
        /* Each value of the lowest digit, and by q - k the scalars whose last addition meets two
         * equal points. */
        sum = EC_POINT_dup(base, r.group);
        for (unsigned n = 1; n <= 70; n++) {
            BN_set_word(k, n);
            check_pair(&r, k, pt, sum);
            EC_POINT_add(r.group, sum, sum, base, r.ctx);
        }
        /* 2^n and 2^n + 1 */
        EC_POINT_copy(sum, base);
        side = EC_POINT_new(r.group);
        BN_one(k);
        for (unsigned n = 0; n + 1 < r.c->q.bits; n++) {
            if (n % 7 == 0 || n + 8 > r.c->q.bits) {
                check_pair(&r, k, pt, sum);
                EC_POINT_add(r.group, side, sum, base, r.ctx);
                BN_add_word(k, 1);
                check_pair(&r, k, pt, side);
                BN_sub_word(k, 1);
            }
            BN_lshift1(k, k);
            EC_POINT_dbl(r.group, sum, sum, r.ctx);
        }
        /* digits of all ones between digits of zeros */
        for (unsigned phase = 0; phase < 2; phase++) {
            BN_zero(k);
            for (unsigned n = 0; n < r.c->q.bits - 1; n++) {
                if ((n / 5 + phase) % 2)
                    BN_set_bit(k, (int)n);
            }
            check_scalar(&r, k, pt);
        }
        /* near q / 2, where k and q - k meet */
        BN_rshift1(k, r.q);
        BN_sub_word(k, 2);
        for (unsigned n = 0; n < 4; n++) {
            check_scalar(&r, k, pt);
            BN_add_word(k, 1);
        }
        EC_POINT_free(pt);
        EC_POINT_free(base);
        EC_POINT_free(sum);
        EC_POINT_free(side);
        BN_free(k);
        ref_close(&r);
    }
}

static void test_random_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        ref r;

        ref_open(&r, i);
        for (int n = 0; n < CROSS_CHECKS / 20; n++) {
            uint8_t raw[64];
            BIGNUM *k;
            EC_POINT *pt = random_point(&r);

            test_random(NULL, raw, sizeof raw);
            k = BN_bin2bn(raw, (int)(8 * r.c->limbs), NULL);
            BN_mod(k, k, r.q, r.ctx);
            if (BN_is_zero(k))
                BN_one(k);
            check_scalar(&r, k, pt);
            check_scalar(&r, k, EC_GROUP_get0_generator(r.group));
            EC_POINT_free(pt);
            BN_free(k);
        }
        ref_close(&r);
    }
}

/* Cofactor 4: points of order 2 and 4 give zero; added to another point they change nothing. */
static void test_small_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        ref r;
        unsigned seen = 0;
        EC_POINT *small, *pt, *sum, *want;
        BIGNUM *k = BN_new();

        ref_open(&r, i);
        small = EC_POINT_new(r.group);
        sum = EC_POINT_new(r.group);
        want = EC_POINT_new(r.group);
        for (unsigned n = 0; r.cp->cofactor == 4 && seen != (2 | 4); n++) {
            assert_true(n < 200);
            pt = random_point(&r);
            EC_POINT_mul(r.group, small, NULL, pt, r.q, r.ctx);
            if (!EC_POINT_is_at_infinity(r.group, small)) {
                EC_POINT_dbl(r.group, sum, small, r.ctx);
                seen |= EC_POINT_is_at_infinity(r.group, sum) ? 2 : 4;
                EC_POINT_set_to_infinity(r.group, want);
                for (unsigned j = 1; j < 9; j++) {
                    BN_set_word(k, j);
                    check_mul(&r, k, small, want);
                    BN_sub(k, r.q, k);
                    check_mul(&r, k, small, want);
                }
                EC_POINT_add(r.group, sum, small, EC_GROUP_get0_generator(r.group), r.ctx);
                for (unsigned j = 1; j < 9; j++) {
                    BN_set_word(k, 4 * j);
                    EC_POINT_mul(r.group, want, k, NULL, NULL, r.ctx);
                    BN_set_word(k, j);
                    check_mul(&r, k, sum, want);
                    check_mul(&r, k, EC_GROUP_get0_generator(r.group), want);
                }
            }
            EC_POINT_free(pt);
        }
        EC_POINT_free(small);
        EC_POINT_free(sum);
        EC_POINT_free(want);
        BN_free(k);
        ref_close(&r);
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
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_random_pairs),
        cmocka_unit_test(test_small_order),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
