/* SPDX-License-Identifier: Apache-2.0 */
/* GOST R 34.10-2012: ranges, rejection, key checks, nonces; the names of the parameter sets. */
#include "curve_test.h"

#include "gost/mem.h"

#define EACH_SET(ps)                                                                               \
    const gost_paramset *ps;                                                                       \
    for (size_t i_ = 0; (ps = gost_paramset_at(i_)) != NULL; i_++)

static void le_add(uint8_t *a, size_t len, unsigned v)
{
    for (size_t i = 0; i < len && v; i++) {
        v += a[i];
        a[i] = (uint8_t)v;
        v >>= 8;
    }
}

static void q_bytes(const gost_paramset *ps, uint8_t *out)
{
    gost_limbs_to_le(out, ps->curve->q.m, ps->curve->limbs);
}

static void new_key(const gost_paramset *ps, gost_3410_key *key, uint8_t *d, uint8_t *pub)
{
    assert_int_equal(gost_3410_keygen(ps, d, test_random, NULL), 1);
    assert_int_equal(gost_3410_private_valid(ps, d), 1);
    assert_int_equal(gost_3410_public(ps, d, pub), 1);
    assert_int_equal(gost_3410_public_valid(ps, pub), 1);
    assert_int_equal(gost_3410_key_init(key, ps, d), 1);
}

static void test_sign_verify(void **state)
{
    (void)state;
    for (int b = 0; b < test_backends(); b++) {
        gost_curve_force(b);
        EACH_SET(ps)
        {
            size_t len = ps->bits / 8;
            uint8_t d[64], pub[128], other[128], digest[64], sig[128], le[64];
            gost_3410_key key;

            for (int n = 0; n < 10; n++) {
                new_key(ps, &key, d, pub);
                test_random(NULL, digest, len);
                assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);
                for (int half = 0; half < 2; half++) { /* 0 < s, r < q */
                    reverse(le, sig + (size_t)half * len, len);
                    assert_int_equal(gost_3410_private_valid(ps, le), 1);
                }
                assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 1);

                for (size_t j = 0; j < 2 * len; j += 7) {
                    uint8_t bit = (uint8_t)(1u << (test_next() & 7));

                    sig[j] ^= bit;
                    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 0);
                    sig[j] ^= bit;
                }
                for (size_t j = 0; j < len; j += 7) {
                    digest[j] ^= 0x10;
                    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 0);
                    digest[j] ^= 0x10;
                }
                for (size_t j = 0; j < 2 * len; j += 7) { /* off the curve */
                    pub[j] ^= 0x20;
                    assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 0);
                    assert_int_equal(gost_3410_public_valid(ps, pub), 0);
                    pub[j] ^= 0x20;
                }
                new_key(ps, &key, d, other);
                assert_int_equal(gost_3410_verify(ps, other, digest, sig), 0);
            }
        }
    }
    gost_curve_force(-1);
}

static void test_signature_range(void **state)
{
    (void)state;
    EACH_SET(ps)
    {
        size_t len = ps->bits / 8;
        uint8_t d[64], pub[128], digest[64], sig[128], bad[128], q[64], le[64];
        gost_3410_key key;

        new_key(ps, &key, d, pub);
        test_random(NULL, digest, len);
        assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);
        q_bytes(ps, q);
        for (int half = 0; half < 2; half++) {
            uint8_t *part = bad + (size_t)half * len;

            memcpy(bad, sig, 2 * len);
            memset(part, 0, len);
            assert_int_equal(gost_3410_verify(ps, pub, digest, bad), 0);
            reverse(part, q, len);
            assert_int_equal(gost_3410_verify(ps, pub, digest, bad), 0);
            memset(part, 0xff, len);
            assert_int_equal(gost_3410_verify(ps, pub, digest, bad), 0);

            /* the right value plus q, where that fits: the same modulo q, and still not allowed */
            {
                unsigned carry = 0;

                reverse(le, sig + (size_t)half * len, len);
                for (size_t i = 0; i < len; i++) {
                    carry += (unsigned)le[i] + q[i];
                    le[i] = (uint8_t)carry;
                    carry >>= 8;
                }
                if (!carry) {
                    reverse(part, le, len);
                    assert_int_equal(gost_3410_verify(ps, pub, digest, bad), 0);
                }
            }
        }
        memset(bad, 0, sizeof bad);
        assert_int_equal(gost_3410_verify(ps, pub, digest, bad), 0);
    }
}

static void test_private_range(void **state)
{
    (void)state;
    EACH_SET(ps)
    {
        size_t len = ps->bits / 8;
        uint8_t d[64] = {0}, pub[128], p1[128], sig[128], digest[64];
        gost_3410_key key;

        /* 0 and q, q + 1, all ones */
        assert_int_equal(gost_3410_private_valid(ps, d), 0);
        assert_int_equal(gost_3410_public(ps, d, pub), 0);
        assert_int_equal(gost_3410_key_init(&key, ps, d), 0);
        q_bytes(ps, d);
        assert_int_equal(gost_3410_private_valid(ps, d), 0);
        assert_int_equal(gost_3410_public(ps, d, pub), 0);
        assert_int_equal(gost_3410_key_init(&key, ps, d), 0);
        le_add(d, len, 1);
        assert_int_equal(gost_3410_private_valid(ps, d), 0);
        memset(d, 0xff, len);
        assert_int_equal(gost_3410_private_valid(ps, d), 0);

        /* 1: P itself. q - 1: -P. Both sign. */
        memset(d, 0, sizeof d);
        d[0] = 1;
        assert_int_equal(gost_3410_public(ps, d, p1), 1);
        assert_int_equal(gost_3410_public_valid(ps, p1), 1);
        test_random(NULL, digest, len);
        assert_int_equal(gost_3410_key_init(&key, ps, d), 1);
        assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);
        assert_int_equal(gost_3410_verify(ps, p1, digest, sig), 1);
        q_bytes(ps, d);
        d[0] ^= 1; /* q is odd */
        assert_int_equal(gost_3410_public(ps, d, pub), 1);
        assert_memory_equal(pub, p1, len);
        assert_memory_not_equal(pub + len, p1 + len, len);
        assert_int_equal(gost_3410_key_init(&key, ps, d), 1);
        assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);
        assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 1);
        assert_int_equal(gost_3410_verify(ps, p1, digest, sig), 0);
    }
}

static void test_public_range(void **state)
{
    (void)state;
    EACH_SET(ps)
    {
        const gost_curve *c = ps->curve;
        size_t len = ps->bits / 8;
        uint8_t d[64], pub[128], bad[128], digest[64], sig[128];
        gost_3410_key key;

        new_key(ps, &key, d, pub);
        test_random(NULL, digest, len);
        assert_int_equal(gost_3410_sign(&key, digest, sig, test_random, NULL), 1);

        memset(bad, 0, sizeof bad); /* (0, 0): b is not 0 */
        assert_int_equal(gost_3410_public_valid(ps, bad), 0);
        assert_int_equal(gost_3410_verify(ps, bad, digest, sig), 0);
        memset(bad, 0xff, sizeof bad);
        assert_int_equal(gost_3410_public_valid(ps, bad), 0);

        /* x + p or y + p, where it fits into the bytes: the same number modulo p, not a key */
        for (int half = 0; half < 2; half++) {
            uint8_t p[64];
            unsigned carry = 0;

            memcpy(bad, pub, 2 * len);
            gost_limbs_to_le(p, c->p.m, c->limbs);
            for (size_t i = 0; i < len; i++) {
                carry += (unsigned)p[i] + pub[(size_t)half * len + i];
                bad[(size_t)half * len + i] = (uint8_t)carry;
                carry >>= 8;
            }
            if (!carry) {
                assert_int_equal(gost_3410_public_valid(ps, bad), 0);
                assert_int_equal(gost_3410_verify(ps, bad, digest, sig), 0);
            }
        }
        /* CryptoPro C's P has x = 0, so x = p is a number that fits for certain. */
        gost_limbs_to_le(bad, c->p.m, c->limbs);
        memcpy(bad + len, pub + len, len);
        assert_int_equal(gost_3410_public_valid(ps, bad), 0);
    }
}

static int rng_fails(void *arg, void *out, size_t len)
{
    (void)arg;
    memset(out, 0x55, len);
    return 0;
}

static int rng_constant(void *arg, void *out, size_t len)
{
    memset(out, *(int *)arg, len);
    return 1;
}

static void test_rng(void **state)
{
    (void)state;
    EACH_SET(ps)
    {
        size_t len = ps->bits / 8;
        uint8_t d[64], pub[128], a[64], b[64], s1[128], s2[128], zero[64] = {0};
        gost_3410_key key;
        int byte = 0;

        memset(d, 1, sizeof d);
        assert_int_equal(gost_3410_keygen(ps, d, rng_fails, NULL), 0);
        assert_memory_equal(d, zero, len);
        /* a generator that is stuck at a number out of range must end, and in failure */
        assert_int_equal(gost_3410_keygen(ps, d, rng_constant, &byte), 0);

        new_key(ps, &key, d, pub);
        test_random(NULL, a, len);
        memcpy(b, a, len);
        b[len - 1] ^= 1;
        assert_int_equal(gost_3410_sign(&key, a, s1, rng_fails, NULL), 0);

        /* the same generator output: the same signature for the same digest, and for another
         * digest another nonce (r = x(kP) tells) */
        byte = 0x42;
        assert_int_equal(gost_3410_sign(&key, a, s1, rng_constant, &byte), 1);
        assert_int_equal(gost_3410_sign(&key, a, s2, rng_constant, &byte), 1);
        assert_memory_equal(s1, s2, 2 * len);
        assert_int_equal(gost_3410_sign(&key, b, s2, rng_constant, &byte), 1);
        assert_memory_not_equal(s1 + len, s2 + len, len);
        assert_int_equal(gost_3410_verify(ps, pub, b, s2), 1);

        /* another generator output, or none: another nonce */
        byte = 0x43;
        assert_int_equal(gost_3410_sign(&key, a, s2, rng_constant, &byte), 1);
        assert_memory_not_equal(s1 + len, s2 + len, len);
        assert_int_equal(gost_3410_sign(&key, a, s1, NULL, NULL), 1);
        assert_memory_not_equal(s1 + len, s2 + len, len);
        assert_int_equal(gost_3410_verify(ps, pub, a, s1), 1);
        assert_int_equal(gost_3410_sign(&key, a, s2, NULL, NULL), 1);
        assert_memory_equal(s1, s2, 2 * len);

        /* another key, the same rest: another nonce */
        new_key(ps, &key, d, pub);
        assert_int_equal(gost_3410_sign(&key, a, s2, NULL, NULL), 1);
        assert_memory_not_equal(s1 + len, s2 + len, len);
    }
}

/* One d, one digest and no generator, on every curve: the nonces, worked out of the signatures, are
 * not each other's. (Sets of one curve do share the nonce, and so the signature.) */
static void test_nonce_domains(void **state)
{
    uint64_t seen[16];
    const gost_curve *of[16];
    size_t n = 0;

    (void)state;
    EACH_SET(ps)
    {
        const gost_modulus *q = &ps->curve->q;
        uint8_t d[64] = {0}, digest[64], sig[128];
        uint64_t r[8], s[8], e[8], k[8], dl[8];
        gost_3410_key key;

        memset(d, 0x11, ps->bits / 8 - 1);
        memset(digest, 0x22, sizeof digest);
        assert_int_equal(gost_3410_key_init(&key, ps, d), 1);
        assert_int_equal(gost_3410_sign(&key, digest, sig, NULL, NULL), 1);
        gost_limbs_from_be(s, sig, q->limbs);
        gost_limbs_from_be(r, sig + ps->bits / 8, q->limbs);
        gost_limbs_from_le(e, digest, q->limbs);
        gost_limbs_from_le(dl, d, q->limbs);
        gost_mod_reduce(q, e, e);
        gost_mod_inverse(q, e, e);
        gost_mod_mul(q, k, r, dl);
        gost_mod_sub(q, s, s, k);
        gost_mod_mul(q, k, s, e);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(seen[i] == k[0], of[i] == ps->curve);
        seen[n] = k[0];
        of[n++] = ps->curve;
    }
}

/* e = 0 is taken as 1: digests 0, 1, q and q + 1 are signed alike. */
static void test_digest_zero(void **state)
{
    (void)state;
    EACH_SET(ps)
    {
        size_t len = ps->bits / 8;
        uint8_t d[64], pub[128], sig[128], sig2[128], k[64], digest[64] = {0};
        gost_3410_key key;

        new_key(ps, &key, d, pub);
        assert_int_equal(gost_3410_keygen(ps, k, test_random, NULL), 1);
        assert_int_equal(gost_3410_sign_nonce(&key, digest, k, sig), 1);
        digest[0] = 1;
        assert_int_equal(gost_3410_sign_nonce(&key, digest, k, sig2), 1);
        assert_memory_equal(sig, sig2, 2 * len);
        q_bytes(ps, digest);
        assert_int_equal(gost_3410_sign_nonce(&key, digest, k, sig2), 1);
        assert_memory_equal(sig, sig2, 2 * len);
        assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 1);
        le_add(digest, len, 1);
        assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 1);
        le_add(digest, len, 1);
        assert_int_equal(gost_3410_verify(ps, pub, digest, sig), 0);
    }
}

static void test_nonce_range(void **state)
{
    (void)state;
    EACH_SET(ps)
    {
        uint8_t d[64], pub[128], sig[128], digest[64], k[64] = {0};
        gost_3410_key key;

        new_key(ps, &key, d, pub);
        test_random(NULL, digest, sizeof digest);
        assert_int_equal(gost_3410_sign_nonce(&key, digest, k, sig), 0);
        q_bytes(ps, k);
        assert_int_equal(gost_3410_sign_nonce(&key, digest, k, sig), 0);
        k[0] ^= 1; /* q - 1: r is P's x; 0 only for CryptoPro C, whose P has x = 0 */
        assert_int_equal(gost_3410_sign_nonce(&key, digest, k, sig),
                         ps->curve != &gost_curve_256_cpc);
    }
}

/* Keys are uniform up to q: some lie in the top part that a mere cut to fewer bits would miss, all
 * are below q, and no two are the same. */
static void test_keygen_spread(void **state)
{
    (void)state;
    EACH_SET(ps)
    {
        unsigned top = 0, n = 200, bit = ps->curve->q.bits - 1;
        uint8_t d[64], last[64] = {0};
        int wants = ps->curve->q.m[bit / 64] >> (bit % 64 - 8) == 0x1ff;

        for (unsigned i = 0; i < n; i++) {
            assert_int_equal(gost_3410_keygen(ps, d, test_random, NULL), 1);
            assert_int_equal(gost_3410_private_valid(ps, d), 1);
            assert_memory_not_equal(d, last, ps->bits / 8);
            memcpy(last, d, sizeof last);
            top += d[bit / 8] >> (bit % 8) & 1;
        }
        if (wants) /* q fills its bits: half of the keys have the top one (7 sigma is 50) */
            assert_in_range(top, n / 2 - 50, n / 2 + 50);
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *name;
        unsigned bits;
        const char *oid, *canonical;
    } names[] = {
        {"A", 256, "1.2.643.2.2.35.1", "1.2.643.7.1.2.1.1.2"},
        {"b", 256, "1.2.643.2.2.35.2", "1.2.643.7.1.2.1.1.3"},
        {"C", 256, "1.2.643.2.2.35.3", "1.2.643.7.1.2.1.1.4"},
        {"XA", 256, "1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.2"},
        {"xB", 256, "1.2.643.2.2.36.1", "1.2.643.7.1.2.1.1.4"},
        {"TCA", 256, "1.2.643.7.1.2.1.1.1", "1.2.643.7.1.2.1.1.1"},
        {"tcb", 256, "1.2.643.7.1.2.1.1.2", "1.2.643.7.1.2.1.1.2"},
        {"TCD", 256, "1.2.643.7.1.2.1.1.4", "1.2.643.7.1.2.1.1.4"},
        {"0", 256, "1.2.643.2.2.35.0", "1.2.643.2.2.35.0"},
        {"A", 512, "1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.2.1"},
        {"c", 512, "1.2.643.7.1.2.1.2.3", "1.2.643.7.1.2.1.2.3"},
        {"0", 512, "1.2.643.7.1.2.1.2.0", "1.2.643.7.1.2.1.2.0"},
        {"ID-TC26-gost-3410-2012-512-paramsetb", 0, "1.2.643.7.1.2.1.2.2", "1.2.643.7.1.2.1.2.2"},
    };
    size_t rows = 0;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const gost_paramset *ps = gost_paramset_by_name(names[i].name, names[i].bits);

        assert_non_null(ps);
        assert_string_equal(ps->oid, names[i].oid);
        assert_string_equal(ps->canonical, names[i].canonical);
    }
    assert_null(gost_paramset_by_name("A", 0));
    assert_null(gost_paramset_by_name("", 256));
    assert_null(gost_paramset_by_name("TC", 256));
    assert_null(gost_paramset_by_name("TCAA", 256));
    assert_null(gost_paramset_by_name("B", 1024));
    assert_null(gost_paramset_by_name("1.2.643.7.1.2.1.2", 512));

    EACH_SET(ps)
    {
        const gost_paramset *canonical = gost_paramset_by_name(ps->canonical, 0);

        rows++;
        assert_ptr_equal(gost_paramset_by_der(ps->der, ps->der_len), ps);
        assert_ptr_equal(gost_paramset_by_name(ps->oid, 0), ps);
        assert_ptr_equal(gost_paramset_by_name(ps->name, 0), ps);
        assert_ptr_equal(gost_paramset_by_name(ps->shorthand, ps->bits), ps);
        assert_null(gost_paramset_by_der(ps->der, ps->der_len - 1));
        assert_int_equal(ps->bits, ps->curve->bits);
        assert_non_null(canonical);
        assert_ptr_equal(canonical->curve, ps->curve);
        assert_string_equal(canonical->canonical, canonical->oid);
    }
    assert_int_equal(rows, 14);
    assert_null(gost_paramset_at(14));
    assert_null(gost_paramset_by_der((const uint8_t *)"\x06\x00", 2));
    assert_null(gost_paramset_by_der(NULL, 0));
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
        cmocka_unit_test(test_names),           cmocka_unit_test(test_sign_verify),
        cmocka_unit_test(test_signature_range), cmocka_unit_test(test_private_range),
        cmocka_unit_test(test_public_range),    cmocka_unit_test(test_rng),
        cmocka_unit_test(test_digest_zero),     cmocka_unit_test(test_nonce_range),
        cmocka_unit_test(test_keygen_spread),   cmocka_unit_test(test_nonce_domains),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
