/* SPDX-License-Identifier: Apache-2.0 */
/* Random keys and digests, signed by us and verified by nettle, and the other way round: the two
 * curves it has. */
#include "curve_test.h"

#ifdef HAVE_NETTLE
#include <gmp.h>
#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/gostdsa.h>

static void random_nettle(void *ctx, size_t len, uint8_t *out)
{
    test_random(ctx, out, len);
}

static void get_le(mpz_t r, const uint8_t *in, size_t len)
{
    mpz_import(r, len, -1, 1, 0, 0, in);
}

static void one(const gost_paramset *ps, const struct ecc_curve *curve)
{
    size_t len = ps->bits / 8;
    uint8_t d[64], pub[128], digest[64], sig[128], got[128];
    struct ecc_scalar sk;
    struct ecc_point pk;
    struct dsa_signature sv;
    gost_3410_key key;
    mpz_t x, y;
    size_t n;

    mpz_inits(x, y, NULL);
    ecc_scalar_init(&sk, curve);
    ecc_point_init(&pk, curve);
    dsa_signature_init(&sv);

    assert_int_equal(gost_3410_keygen(ps, d, test_random, NULL), 1);
    assert_int_equal(gost_3410_public(ps, d, pub), 1);
    get_le(x, d, len);
    assert_int_equal(ecc_scalar_set(&sk, x), 1);
    get_le(x, pub, len);
    get_le(y, pub + len, len);
    assert_int_equal(ecc_point_set(&pk, x, y), 1); /* checks the equation */
    ecc_point_mul_g(&pk, &sk);
    ecc_point_get(&pk, x, y);
    memset(got, 0, sizeof got);
    mpz_export(got, &n, -1, 1, 0, 0, x);
    mpz_export(got + len, &n, -1, 1, 0, 0, y);
    assert_memory_equal(got, pub, 2 * len);

    test_random(NULL, digest, len);
    assert_int_equal(gost_3410_key_init(&key, ps, d), 1);
    assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);
    mpz_import(sv.s, len, 1, 1, 0, 0, sig);
    mpz_import(sv.r, len, 1, 1, 0, 0, sig + len);
    assert_int_equal(gostdsa_verify(&pk, len, digest, &sv), 1);

    gostdsa_sign(&sk, NULL, random_nettle, len, digest, &sv);
    memset(got, 0, sizeof got);
    mpz_export(got, &n, -1, 1, 0, 0, sv.s);
    reverse(sig, got, len);
    memset(got, 0, sizeof got);
    mpz_export(got, &n, -1, 1, 0, 0, sv.r);
    reverse(sig + len, got, len);
    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 1);
    digest[test_next() % len] ^= 1;
    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 0);

    dsa_signature_clear(&sv);
    ecc_point_clear(&pk);
    ecc_scalar_clear(&sk);
    mpz_clears(x, y, NULL);
}

static void test_cross(void **state)
{
    (void)state;
    for (int n = 0; n < CROSS_CHECKS; n++) {
        one(gost_paramset_by_name("TCB", 256), nettle_get_gost_gc256b());
        one(gost_paramset_by_name("A", 512), nettle_get_gost_gc512a());
    }
}
#else
static void test_cross(void **state)
{
    (void)state;
    print_message("skipped: built without nettle\n");
    skip();
}
#endif

static int setup(void **state)
{
    (void)state;
    test_seed();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cross)};

    return cmocka_run_group_tests(tests, setup, NULL);
}
