/* SPDX-License-Identifier: Apache-2.0 */
/* Random keys and digests, signed by us and verified by gost-engine, and the other way round, for
 * every identifier of a parameter set. */
#include "curve_test.h"
#include "engine_key.h"

#include <openssl/err.h>

static ENGINE *engine;

static void one(const gost_paramset *ps)
{
    size_t len = ps->bits / 8, siglen = 2 * len;
    uint8_t d[64], pub[128], digest[64], sig[128], spki[300], *p = spki;
    EVP_PKEY *sk, *pk;
    EVP_PKEY_CTX *ctx;
    gost_3410_key key;
    int n;

    assert_int_equal(gost_3410_keygen(ps, d, test_random, NULL), 1);
    assert_int_equal(gost_3410_public(ps, d, pub), 1);
    sk = engine_private(ps, d);
    pk = engine_public(ps, pub);
    if (!sk || !pk)
        ERR_print_errors_fp(stderr);
    assert_non_null(sk);
    assert_non_null(pk);

    /* its public key of our private one: the end of its SubjectPublicKeyInfo */
    n = i2d_PUBKEY(sk, NULL);
    assert_true(n > 0 && n <= (int)sizeof spki);
    assert_int_equal(i2d_PUBKEY(sk, &p), n);
    assert_memory_equal(spki + n - 2 * len, pub, 2 * len);

    test_random(NULL, digest, len);
    assert_int_equal(gost_3410_key_init(&key, ps, d), 1);
    assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);
    ctx = EVP_PKEY_CTX_new(pk, engine);
    assert_non_null(ctx);
    assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
    assert_int_equal(EVP_PKEY_verify(ctx, sig, siglen, digest, len), 1);
    EVP_PKEY_CTX_free(ctx);

    ctx = EVP_PKEY_CTX_new(sk, engine);
    assert_non_null(ctx);
    assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
    assert_int_equal(EVP_PKEY_sign(ctx, sig, &siglen, digest, len), 1);
    assert_int_equal(siglen, 2 * len);
    EVP_PKEY_CTX_free(ctx);
    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 1);
    digest[test_next() % len] ^= 1;
    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 0);
    EVP_PKEY_free(sk);
    EVP_PKEY_free(pk);
}

static void test_cross(void **state)
{
    const gost_paramset *ps;

    (void)state;
    engine = engine_open();
    if (!engine) {
        print_message("skipped: gost-engine is not installed\n");
        skip();
    }
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        if (ps->bits == 512 && ps->test)
            continue; /* gost-engine does not have this one */
        for (int n = 0; n < CROSS_CHECKS; n++)
            one(ps);
    }
    ENGINE_finish(engine);
    ENGINE_free(engine);
}

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
