/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The curves against libcrypto's general ones (EC_GROUP over the same parameters): the parameters
 * themselves, fixed-base multiplication at its edges, and points of small order.
 */
#include "curve_test.h"

#include "curve_ref.h"

#include <openssl/err.h>

static void test_parameters(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        ref r;
        BIGNUM *t = BN_new(), *u = BN_new(), *v;
        EC_POINT *pt;

        ref_open(&r, i);
        assert_int_equal(BN_check_prime(r.p, r.ctx, NULL), 1);
        assert_int_equal(BN_check_prime(r.q, r.ctx, NULL), 1);
        assert_int_not_equal(BN_cmp(r.p, r.q), 0); /* not anomalous */
        assert_int_equal(EC_POINT_is_on_curve(r.group, EC_GROUP_get0_generator(r.group), r.ctx), 1);
        pt = EC_POINT_new(r.group);
        assert_int_equal(
            EC_POINT_mul(r.group, pt, NULL, EC_GROUP_get0_generator(r.group), r.q, r.ctx), 1);
        assert_int_equal(EC_POINT_is_at_infinity(r.group, pt), 1);

        /* Hasse: (cofactor * q - p - 1)^2 <= 4 p */
        BN_copy(t, r.q);
        BN_mul_word(t, r.cp->cofactor);
        BN_sub(t, t, r.p);
        BN_sub_word(t, 1);
        BN_sqr(t, t, r.ctx);
        BN_copy(u, r.p);
        BN_mul_word(u, 4);
        assert_true(BN_cmp(t, u) <= 0);

        /* what the generator wrote is what the parameters say */
        v = from_limbs(r.c, r.c->p.m);
        assert_int_equal(BN_cmp(v, r.p), 0);
        BN_free(v);
        v = from_limbs(r.c, r.c->q.m);
        assert_int_equal(BN_cmp(v, r.q), 0);
        BN_free(v);
        assert_int_equal(r.c->cofactor, r.cp->cofactor);
        assert_int_equal(r.c->bits, r.cp->bits);

        /* The Edwards addition law is complete if d is no square (and 1, the other coefficient,
         * is one): d^((p-1)/2) = -1. */
        if (r.cp->ed_d) {
            v = hex(r.cp->ed_d);
            BN_rshift1(t, r.p);
            assert_int_equal(BN_mod_exp(u, v, t, r.p, r.ctx), 1);
            BN_add_word(u, 1);
            assert_int_equal(BN_cmp(u, r.p), 0);
            BN_free(v);
        }
        EC_POINT_free(pt);
        BN_free(t);
        BN_free(u);
        ref_close(&r);
    }
}

/* mul_base of k by each backend, with and without y, and of q - k, against the point `want`. */
static void check_base(ref *r, const BIGNUM *k, const EC_POINT *want)
{
    const gost_curve *c = r->c;
    BIGNUM *x = BN_new(), *y = BN_new(), *n = BN_new();
    uint64_t wx[8], wy[8], ny[8], kk[8], nk[8], gx[8], gy[8];

    if (BN_is_zero(k) || BN_cmp(k, r->q) >= 0)
        goto out;
    assert_int_equal(EC_POINT_get_affine_coordinates(r->group, want, x, y, r->ctx), 1);
    to_limbs(c, wx, x);
    to_limbs(c, wy, y);
    BN_sub(y, r->p, y);
    to_limbs(c, ny, y);
    to_limbs(c, kk, k);
    BN_sub(n, r->q, k);
    to_limbs(c, nk, n);
    for (int b = 0; b < test_backends(); b++) {
        const gost_curve_ops *ops = c->ops[b];
        size_t len = 8 * c->limbs;

        ops->mul_base(c, kk, gx, gy);
        assert_memory_equal(gx, wx, len);
        assert_memory_equal(gy, wy, len);
        assert_int_equal(ops->on_curve(c, gx, gy), 1);
        memset(gx, 0xaa, sizeof gx);
        ops->mul_base(c, kk, gx, NULL);
        assert_memory_equal(gx, wx, len);
        ops->mul_base(c, nk, gx, gy);
        assert_memory_equal(gx, wx, len);
        assert_memory_equal(gy, ny, len);
    }
out:
    BN_free(x);
    BN_free(y);
    BN_free(n);
}

static void check_scalar(ref *r, const BIGNUM *k)
{
    EC_POINT *pt = EC_POINT_new(r->group);

    assert_int_equal(EC_POINT_mul(r->group, pt, k, NULL, NULL, r->ctx), 1);
    check_base(r, k, pt);
    EC_POINT_free(pt);
}

static void test_base_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        ref r;
        BIGNUM *k = BN_new(), *t = BN_new(), *m = BN_new();
        EC_POINT *pt, *side, *minus;
        const EC_POINT *base;

        ref_open(&r, i);
        base = EC_GROUP_get0_generator(r.group);
        pt = EC_POINT_new(r.group);
        side = EC_POINT_new(r.group);
        minus = EC_POINT_dup(base, r.group);
        EC_POINT_invert(r.group, minus, r.ctx);

        /* 1, 2, 3, ...: all values of the lowest digits; q - k is checked beside each */
        EC_POINT_copy(pt, base);
        for (unsigned n = 1; n <= 2u << r.c->window; n++) {
            BN_set_word(k, n);
            check_base(&r, k, pt);
            EC_POINT_add(r.group, pt, pt, base, r.ctx);
        }
        /* 2^n, and 2^n - 1 or 2^n + 1 in turn */
        EC_POINT_copy(pt, base);
        BN_one(k);
        for (unsigned n = 0; n < r.c->q.bits; n++) {
            check_base(&r, k, pt);
            EC_POINT_add(r.group, side, pt, n % 2 ? minus : base, r.ctx);
            if (n % 2)
                BN_sub(t, k, BN_value_one());
            else
                BN_add(t, k, BN_value_one());
            check_base(&r, t, side);
            EC_POINT_dbl(r.group, pt, pt, r.ctx);
            BN_lshift1(k, k);
        }
        /* windows of all ones between windows of zeros, in both phases, and single full windows */
        for (unsigned phase = 0; phase < 2; phase++) {
            BN_zero(k);
            for (unsigned n = 0; n < r.c->q.bits - 1; n++) {
                if ((n / r.c->window + phase) % 2)
                    BN_set_bit(k, (int)n);
            }
            check_scalar(&r, k);
        }
        for (unsigned row = 0; row < r.c->rows; row += 5) {
            BN_zero(k);
            for (unsigned n = 0; n < r.c->window; n++)
                BN_set_bit(k, (int)(row * r.c->window + n));
            check_scalar(&r, k);
        }
        /* The last addition's doublings: k = 2 D 2^(w (rows - 1)) - j q for odd D, see
         * curve_weierstrass.h. */
        for (unsigned d = 1; d < 1u << r.c->window; d += 2) {
            for (unsigned j = 0; j < 4; j++) {
                BN_set_word(k, 2 * d);
                BN_lshift(k, k, (int)(r.c->window * (r.c->rows - 1)));
                BN_copy(m, r.q);
                BN_mul_word(m, j);
                BN_sub(k, k, m);
                if (BN_is_negative(k) || BN_is_zero(k) || BN_cmp(k, r.q) >= 0)
                    continue;
                check_scalar(&r, k);
            }
        }
        EC_POINT_free(pt);
        EC_POINT_free(side);
        EC_POINT_free(minus);
        BN_free(k);
        BN_free(t);
        BN_free(m);
        ref_close(&r);
    }
}

static void test_base_random(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        ref r;

        ref_open(&r, i);
        for (int n = 0; n < CROSS_CHECKS / 4; n++) {
            uint8_t raw[64];
            BIGNUM *k;

            test_random(NULL, raw, sizeof raw);
            k = BN_bin2bn(raw, (int)(8 * r.c->limbs), NULL);
            BN_mod(k, k, r.q, r.ctx);
            check_scalar(&r, k);
            BN_free(k);
        }
        ref_close(&r);
    }
}

/* check(): u1 P + u2 Q where the sum meets zero, a doubling, or a coordinate above q. */
static void test_check_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        const gost_curve *c = curves[i];
        uint64_t one[8] = {1}, two[8] = {2}, three[8] = {3}, zero[8] = {0};
        uint64_t minus1[8], minus2[8], minus3[8], px[8], py[8], x2[8], x3[8], rx[8], rx2[8], rx3[8];
        uint64_t nx[8], ny[8];

        gost_mod_neg(&c->q, minus1, one);
        gost_mod_neg(&c->q, minus2, two);
        gost_mod_neg(&c->q, minus3, three);
        for (int b = 0; b < test_backends(); b++) {
            const gost_curve_ops *ops = c->ops[b];

            ops->mul_base(c, one, px, py);
            ops->mul_base(c, minus1, nx, ny);
            ops->mul_base(c, two, x2, NULL);
            ops->mul_base(c, three, x3, NULL);
            gost_mod_reduce(&c->q, rx, px);
            gost_mod_reduce(&c->q, rx2, x2);
            gost_mod_reduce(&c->q, rx3, x3);
            /* Q = P: P + 0, 0 + Q, P + Q (a doubling), 2P - Q, 2P + Q, 3P - 2Q, -3P + Q */
            assert_int_equal(ops->check(c, px, py, one, zero, rx), 1);
            assert_int_equal(ops->check(c, px, py, zero, one, rx), 1);
            assert_int_equal(ops->check(c, px, py, one, one, rx2), 1);
            assert_int_equal(ops->check(c, px, py, one, one, rx3), 0);
            assert_int_equal(ops->check(c, px, py, two, minus1, rx), 1);
            assert_int_equal(ops->check(c, px, py, two, one, rx3), 1);
            assert_int_equal(ops->check(c, px, py, three, minus2, rx), 1);
            assert_int_equal(ops->check(c, px, py, minus3, one, rx2), 1);
            /* Q = -P */
            assert_int_equal(ops->check(c, nx, ny, one, minus1, rx2), 1);
            assert_int_equal(ops->check(c, nx, ny, minus1, one, rx2), 1);
            assert_int_equal(ops->check(c, nx, ny, three, one, rx2), 1);
            assert_int_equal(ops->check(c, nx, ny, two, minus1, rx3), 1);
            /* zero is no signature's point, whatever r */
            assert_int_equal(ops->check(c, px, py, one, minus1, rx), 0);
            assert_int_equal(ops->check(c, px, py, one, minus1, zero), 0);
            assert_int_equal(ops->check(c, px, py, zero, zero, zero), 0);
            assert_int_equal(ops->check(c, nx, ny, one, one, zero), 0);
        }
    }
}

/* Cofactor 4: the points of order 2 and 4, and P plus each, lie on the curve and are no keys. */
static void test_small_order(void **state)
{
    unsigned seen = 0;

    (void)state;
    for (size_t i = 0; i < CURVES; i++) {
        const gost_paramset *ps = NULL;
        ref r;
        EC_POINT *pt, *sum;
        BIGNUM *x = BN_new(), *y = BN_new(), *order4 = BN_new(), *k = BN_new();

        for (size_t j = 0; gost_paramset_at(j); j++) {
            if (gost_paramset_at(j)->curve == curves[i])
                ps = gost_paramset_at(j);
        }
        assert_non_null(ps);
        ref_open(&r, i);
        if (r.cp->cofactor != 4) {
            ref_close(&r);
            goto next;
        }
        /* A random point times q has an order that divides 4. */
        pt = EC_POINT_new(r.group);
        sum = EC_POINT_new(r.group);
        BN_set_word(order4, 4);
        seen = 0;
        for (unsigned n = 1; n < 200; n++) {
            uint8_t pub[128];
            uint64_t lx[8], ly[8];
            size_t len = ps->bits / 8;

            BN_set_word(x, n);
            if (!EC_POINT_set_compressed_coordinates(r.group, pt, x, (int)(n & 1), r.ctx))
                continue;
            EC_POINT_mul(r.group, pt, NULL, pt, r.q, r.ctx);
            if (EC_POINT_is_at_infinity(r.group, pt))
                continue;
            EC_POINT_mul(r.group, sum, NULL, pt, order4, r.ctx);
            assert_int_equal(EC_POINT_is_at_infinity(r.group, sum), 1);
            EC_POINT_dbl(r.group, sum, pt, r.ctx);
            seen |= EC_POINT_is_at_infinity(r.group, sum) ? 2 : 4;
            for (int plus = 0; plus < 2; plus++) {
                if (plus)
                    EC_POINT_add(r.group, pt, pt, EC_GROUP_get0_generator(r.group), r.ctx);
                EC_POINT_get_affine_coordinates(r.group, pt, x, y, r.ctx);
                BN_bn2lebinpad(x, pub, (int)len);
                BN_bn2lebinpad(y, pub + len, (int)len);
                to_limbs(r.c, lx, x);
                to_limbs(r.c, ly, y);
                for (int b = 0; b < test_backends(); b++) {
                    assert_int_equal(r.c->ops[b]->on_curve(r.c, lx, ly), 1);
                    assert_int_equal(r.c->ops[b]->order_q(r.c, lx, ly), 0);
                }
                assert_int_equal(gost_3410_public_valid(ps, pub), 0);
            }
        }
        assert_int_equal(seen, 2 | 4); /* both kinds came up */
        EC_POINT_free(pt);
        EC_POINT_free(sum);
        ref_close(&r);
    next:
        BN_free(x);
        BN_free(y);
        BN_free(order4);
        BN_free(k);
    }
    ERR_clear_error();
}

static void test_modulus(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * CURVES; i++) {
        const gost_curve *c = curves[i / 2];
        const gost_modulus *m = i % 2 ? &c->p : &c->q;
        BN_CTX *ctx = BN_CTX_new();
        BIGNUM *bm = from_limbs(c, m->m), *t = BN_new(), *big = BN_new();

        for (int n = 0; n < 500; n++) {
            uint64_t a[8], b[8], wide[16], r[8], want[8];
            BIGNUM *ba, *bb;

            test_random(NULL, wide, sizeof wide);
            if (n < 6)
                memset(wide, n % 2 ? 0xff : 0, sizeof wide);
            gost_mod_reduce(m, a, wide);
            gost_mod_reduce(m, b, wide + c->limbs);
            if (n == 6 || n == 7) { /* 1 and -1 */
                memset(a, 0, sizeof a);
                a[0] = 1;
                if (n == 7)
                    gost_mod_neg(m, a, a);
            }
            ba = from_limbs(c, a);
            bb = from_limbs(c, b);
            assert_true(BN_cmp(ba, bm) < 0);

            gost_mod_mul(m, r, a, b);
            BN_mod_mul(t, ba, bb, bm, ctx);
            to_limbs(c, want, t);
            assert_memory_equal(r, want, 8 * c->limbs);
            gost_mod_add(m, r, a, b);
            BN_mod_add(t, ba, bb, bm, ctx);
            to_limbs(c, want, t);
            assert_memory_equal(r, want, 8 * c->limbs);
            gost_mod_sub(m, r, a, b);
            BN_mod_sub(t, ba, bb, bm, ctx);
            to_limbs(c, want, t);
            assert_memory_equal(r, want, 8 * c->limbs);
            gost_mod_inverse(m, r, a);
            if (BN_is_zero(ba))
                BN_zero(t);
            else
                assert_non_null(BN_mod_inverse(t, ba, bm, ctx));
            to_limbs(c, want, t);
            assert_memory_equal(r, want, 8 * c->limbs);

            gost_mod_reduce_wide(m, r, wide, wide + c->limbs);
            {
                uint8_t le[128];

                gost_limbs_to_le(le, wide, 2 * c->limbs);
                BN_lebin2bn(le, (int)(16 * c->limbs), big);
            }
            BN_mod(t, big, bm, ctx);
            to_limbs(c, want, t);
            assert_memory_equal(r, want, 8 * c->limbs);
            BN_free(ba);
            BN_free(bb);
        }
        BN_free(bm);
        BN_free(t);
        BN_free(big);
        BN_CTX_free(ctx);
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
        cmocka_unit_test(test_modulus),     cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_base_edges),  cmocka_unit_test(test_base_random),
        cmocka_unit_test(test_check_edges), cmocka_unit_test(test_small_order),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
