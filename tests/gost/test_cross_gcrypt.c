/* SPDX-License-Identifier: Apache-2.0 */
/* Random keys and digests, signed by us and verified by libgcrypt, and the other way round. */
#include "curve_test.h"

#ifdef HAVE_GCRYPT
#include <gcrypt.h>

typedef struct peer {
    const gost_curve *curve;
    const char *set; /* one row that has the curve */
    unsigned bits;
    const char *name; /* libgcrypt's */
} peer;

static const peer peers[] = {
    {&gost_curve_256_test, "0", 256, "GOST2001-test"},
    {&gost_curve_256_cpa, "A", 256, "GOST2001-CryptoPro-A"},
    {&gost_curve_256_cpb, "B", 256, "GOST2001-CryptoPro-B"},
    {&gost_curve_256_cpc, "C", 256, "GOST2001-CryptoPro-C"},
    {&gost_curve_256_tc26a, "TCA", 256, "GOST2012-256-A"},
    {&gost_curve_512_test, "0", 512, "GOST2012-512-test"},
    {&gost_curve_512_a, "A", 512, "GOST2012-512-tc26-A"},
    {&gost_curve_512_b, "B", 512, "GOST2012-512-tc26-B"},
    {&gost_curve_512_c, "C", 512, "GOST2012-512-tc26-C"},
};

/* A token of a signature, as len bytes, most significant first. */
static void get_number(gcry_sexp_t sexp, const char *name, uint8_t *out, size_t len)
{
    gcry_sexp_t part = gcry_sexp_find_token(sexp, name, 0);
    size_t n;
    const char *data;

    assert_non_null(part);
    data = gcry_sexp_nth_data(part, 1, &n);
    assert_non_null(data);
    while (n > len) {
        assert_int_equal(*data, 0);
        data++;
        n--;
    }
    memset(out, 0, len - n);
    memcpy(out + len - n, data, n);
    gcry_sexp_release(part);
}

static void one(const peer *pr, const gost_paramset *ps)
{
    size_t len = ps->bits / 8;
    uint8_t d[64], dbe[64], pub[128], q[129] = {4}, digest[64], e[64], sig[128];
    gcry_sexp_t sk, pk, data, sv;
    gost_3410_key key;

    assert_int_equal(gost_3410_keygen(ps, d, test_random, NULL), 1);
    assert_int_equal(gost_3410_public(ps, d, pub), 1);
    reverse(dbe, d, len);
    reverse(q + 1, pub, len);
    reverse(q + 1 + len, pub + len, len);
    assert_false(gcry_sexp_build(&pk, NULL, "(public-key (ecc (curve %s) (q %b)))", pr->name,
                                 (int)(2 * len + 1), q));
    assert_false(gcry_sexp_build(&sk, NULL, "(private-key (ecc (curve %s) (q %b) (d %b)))",
                                 pr->name, (int)(2 * len + 1), q, (int)len, dbe));
    test_random(NULL, digest, len);
    reverse(e, digest, len);
    assert_false(gcry_sexp_build(&data, NULL, "(data (flags gost) (value %b))", (int)len, e));

    assert_int_equal(gost_3410_key_init(&key, ps, d), 1);
    assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);
    assert_false(gcry_sexp_build(&sv, NULL, "(sig-val (gost (r %b) (s %b)))", (int)len, sig + len,
                                 (int)len, sig));
    assert_false(gcry_pk_verify(sv, data, pk));
    gcry_sexp_release(sv);

    assert_false(gcry_pk_sign(&sv, data, sk));
    get_number(sv, "s", sig, len);
    get_number(sv, "r", sig + len, len);
    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 1);
    digest[test_next() % len] ^= 1;
    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 0);
    gcry_sexp_release(sv);
    gcry_sexp_release(data);
    gcry_sexp_release(sk);
    gcry_sexp_release(pk);
}

static void test_cross(void **state)
{
    (void)state;
    assert_non_null(gcry_check_version(NULL));
    gcry_control(GCRYCTL_ENABLE_QUICK_RANDOM, 0);
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        const gost_paramset *ps = gost_paramset_by_name(peers[i].set, peers[i].bits);

        assert_non_null(ps);
        assert_ptr_equal(ps->curve, peers[i].curve);
        for (int n = 0; n < (ps->bits == 512 ? CROSS_CHECKS_SLOW : CROSS_CHECKS); n++)
            one(&peers[i], ps);
    }
}
#else
static void test_cross(void **state)
{
    (void)state;
    print_message("skipped: built without libgcrypt\n");
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
