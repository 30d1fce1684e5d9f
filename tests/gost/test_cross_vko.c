/* SPDX-License-Identifier: Apache-2.0 */
/* Random key agreements, ours beside those of gost-engine (every parameter set it has, VKO 2012 of
 * both sizes, KEG, and VKO 2001 by keys of that standard) and of nettle (the two curves it has). */
#include "curve_test.h"
#include "engine_key.h"

#include <openssl/err.h>
#include "gost/streebog.h"
#include "gost/vko.h"

#define ENGINE_SET_VKO (EVP_PKEY_ALG_CTRL + 11) /* gost-engine's EVP_PKEY_CTRL_SET_VKO */

typedef struct pair {
    gost_3410_key key;
    uint8_t d[64], mine[128], pub[128];
} pair;

static void make(pair *p, const gost_paramset *ps)
{
    uint8_t other[64];

    assert_int_equal(gost_3410_keygen(ps, p->d, test_random, NULL), 1);
    assert_int_equal(gost_3410_key_init(&p->key, ps, p->d), 1);
    assert_int_equal(gost_3410_public(ps, p->d, p->mine), 1);
    assert_int_equal(gost_3410_keygen(ps, other, test_random, NULL), 1);
    assert_int_equal(gost_3410_public(ps, other, p->pub), 1);
}

/* vko: the hash's NID, or 0 for what the length of the UKM says. */
static void derive(EVP_PKEY *sk, EVP_PKEY *pk, int vko, uint8_t *ukm, size_t ukm_len, uint8_t *out,
                   size_t len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(sk, NULL);
    size_t n = 64;

    assert_non_null(ctx);
    assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
    assert_int_equal(EVP_PKEY_derive_set_peer(ctx, pk), 1);
    if (vko)
        assert_int_equal(EVP_PKEY_CTX_ctrl(ctx, -1, -1, ENGINE_SET_VKO, vko, NULL), 1);
    assert_int_equal(EVP_PKEY_CTX_ctrl(ctx, -1, -1, EVP_PKEY_CTRL_SET_IV, (int)ukm_len, ukm), 1);
    assert_int_equal(EVP_PKEY_derive(ctx, out, &n), 1);
    assert_int_equal(n, len);
    EVP_PKEY_CTX_free(ctx);
}

static void one(const gost_paramset *ps)
{
    uint8_t ukm[32], want[64], got[64];
    size_t ukm_len = 1 + test_next() % sizeof ukm;
    EVP_PKEY *sk, *pk;
    pair p;

    make(&p, ps);
    sk = engine_private(ps, p.d);
    pk = engine_public(ps, p.pub);
    assert_non_null(sk);
    assert_non_null(pk);
    test_random(NULL, ukm, sizeof ukm);
    ukm[ukm_len - 1] |= 1; /* not zero */

    derive(sk, pk, NID_id_GostR3411_2012_256, ukm, ukm_len, want, 32);
    assert_int_equal(gost_vko(&p.key, GOST_VKO_2012_256, p.pub, ukm, ukm_len, got), 32);
    assert_memory_equal(got, want, 32);
    derive(sk, pk, NID_id_GostR3411_2012_512, ukm, ukm_len, want, 64);
    assert_int_equal(gost_vko(&p.key, GOST_VKO_2012_512, p.pub, ukm, ukm_len, got), 64);
    assert_memory_equal(got, want, 64);
    derive(sk, pk, 0, ukm, 32, want, 64);
    assert_int_equal(gost_keg(&p.key, p.pub, ukm, got), 1);
    assert_memory_equal(got, want, 64);
    EVP_PKEY_free(sk);
    EVP_PKEY_free(pk);
}

/* AlgorithmIdentifier of a key of GOST R 34.10-2001 with the hash of 1994 (RFC 4491, 2.3.2). */
static size_t der_2001(uint8_t *out, const gost_paramset *ps)
{
    static const uint8_t key_oid[] = {0x06, 0x06, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x13};
    static const uint8_t digest_oid[] = {0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x1e, 0x01};
    uint8_t t[64], u[64];
    size_t n = sizeof key_oid;

    memcpy(t, ps->der, ps->der_len);
    memcpy(t + ps->der_len, digest_oid, sizeof digest_oid);
    memcpy(u, key_oid, n);
    n += der_wrap(u + n, 0x30, t, ps->der_len + sizeof digest_oid);
    return der_wrap(out, 0x30, u, n);
}

static void one_2001(const gost_paramset *ps)
{
    uint8_t t[256], u[256], der[300], ukm[8], want[64], got[64];
    const uint8_t *q = der;
    size_t n, m;
    EVP_PKEY *sk, *pk;
    pair p;

    make(&p, ps);
    memcpy(t, "\x02\x01\x00", 3);
    n = 3 + der_2001(t + 3, ps);
    m = der_wrap(u, 0x04, p.d, 32);
    n += der_wrap(t + n, 0x04, u, m);
    n = der_wrap(der, 0x30, t, n);
    sk = d2i_AutoPrivateKey(NULL, &q, (long)n);
    assert_non_null(sk);
    n = der_2001(t, ps);
    u[0] = 0;
    m = 1 + der_wrap(u + 1, 0x04, p.pub, 64);
    n += der_wrap(t + n, 0x03, u, m);
    n = der_wrap(der, 0x30, t, n);
    q = der;
    pk = d2i_PUBKEY(NULL, &q, (long)n);
    assert_non_null(pk);

    test_random(NULL, ukm, sizeof ukm);
    ukm[0] |= 1;
    derive(sk, pk, 0, ukm, sizeof ukm, want, 32);
    assert_int_equal(gost_vko(&p.key, GOST_VKO_2001, p.pub, ukm, sizeof ukm, got), 32);
    assert_memory_equal(got, want, 32);
    EVP_PKEY_free(sk);
    EVP_PKEY_free(pk);
}

static void test_engine(void **state)
{
    ENGINE *engine = engine_open();
    const gost_paramset *ps;

    (void)state;
    if (!engine) {
        print_message("skipped: gost-engine is not installed\n");
        skip();
    }
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        if (ps->bits == 512 && ps->test)
            continue; /* gost-engine does not have this one */
        for (int n = 0; n < CROSS_CHECKS / 4; n++)
            one(ps);
        for (int n = 0; ps->der_len == 9 && n < CROSS_CHECKS / 4; n++) /* 1.2.643.2.2 */
            one_2001(ps);
    }
    ENGINE_finish(engine);
    ENGINE_free(engine);
}

#ifdef HAVE_NETTLE
#include <gmp.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/gostdsa.h>

static void one_nettle(const gost_paramset *ps, const struct ecc_curve *curve)
{
    size_t len = ps->bits / 8, ukm_len = 1 + test_next() % 32;
    uint8_t ukm[32], point[128], want[64], got[64];
    struct ecc_scalar sk;
    struct ecc_point pk;
    gost_streebog hash;
    mpz_t x, y;
    pair p;

    make(&p, ps);
    test_random(NULL, ukm, sizeof ukm);
    mpz_inits(x, y, NULL);
    ecc_scalar_init(&sk, curve);
    ecc_point_init(&pk, curve);
    mpz_import(x, len, -1, 1, 0, 0, p.d);
    assert_int_equal(ecc_scalar_set(&sk, x), 1);
    mpz_import(x, len, -1, 1, 0, 0, p.pub);
    mpz_import(y, len, -1, 1, 0, 0, p.pub + len);
    assert_int_equal(ecc_point_set(&pk, x, y), 1);
    gostdsa_vko(&sk, &pk, ukm_len, ukm, point); /* the point only */
    for (int bits = 256; bits <= 512; bits += 256) {
        gost_streebog_init(&hash, (unsigned)bits);
        gost_streebog_update(&hash, point, 2 * len);
        gost_streebog_final(&hash, want);
        assert_int_equal(gost_vko(&p.key, bits == 256 ? GOST_VKO_2012_256 : GOST_VKO_2012_512,
                                  p.pub, ukm, ukm_len, got),
                         bits / 8);
        assert_memory_equal(got, want, (size_t)bits / 8);
    }
    ecc_scalar_clear(&sk);
    ecc_point_clear(&pk);
    mpz_clears(x, y, NULL);
}

static void test_nettle(void **state)
{
    (void)state;
    for (int n = 0; n < CROSS_CHECKS; n++) {
        one_nettle(gost_paramset_by_name("TCB", 256), nettle_get_gost_gc256b());
        one_nettle(gost_paramset_by_name("A", 512), nettle_get_gost_gc512a());
    }
}
#else
static void test_nettle(void **state)
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine),
        cmocka_unit_test(test_nettle),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
