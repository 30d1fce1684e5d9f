/* SPDX-License-Identifier: Apache-2.0 */
/* VKO and KEG: examples, both sides of each agreement, and what is refused. */
#include "curve_test.h"
#include "hash_test.h"

#include "gost/kdf.h"
#include "gost/streebog.h"
#include "gost/vko.h"

typedef struct example {
    const char *set;
    unsigned bits;
    gost_vko_hash hash;
    const char *a, *b, *ukm, *kek; /* private keys and all else as bytes */
} example;

#define A_512                                                                                      \
    "c990ecd972fce84ec4db022778f50fcac726f46708384b8d458304962d7147f8"                             \
    "c2db41cef22c90b102f2968404f9b9be6d47c79692d81826b32b8daca43cb667"
#define B_512                                                                                      \
    "48c859f7b6f11585887cc05ec6ef1390cfea739b1a18c0d4662293ef63b79e3b"                             \
    "8014070b44918590b4b996acfea4edfbbbcccc8c06edd8bf5bda92a51392d0db"

static const example examples[] = {
    /* RFC 7836, B.7 and B.8 */
    {"A", 512, GOST_VKO_2012_256, A_512, B_512, "1d80603c8544c727",
     "c9a9a77320e2cc559ed72dce6f47e2192ccea95fa648670582c054c0ef36c221"},
    {"A", 512, GOST_VKO_2012_512, A_512, B_512, "1d80603c8544c727",
     "79f002a96940ce7bde3259a52e015297adaad84597a0d205b50e3e1719f97bfa"
     "7ee1d2661fa9979a5aa235b558a7e6d9f88f982dd63fc35a8ec0dd5e242d3bdf"},
    /* The test set and VKO GOST R 34.10-2001 (RFC 4357, 5.2), as implementations agree. */
    {"0", 256, GOST_VKO_2001, "1df129e43dab345b68f6a852f4162dc69f36b2f84717d08755cc5c44150bf928",
     "5b9356c6474f913f1e83885ea0edd5df1a43fd9d799d219093241157ac9ed473", "5172be25f852a233",
     "ee4618a0dbb10cb31777b4b86a53d9e7ef6cb3e400101410f0c0f2af46c494a6"},
};

typedef struct pair {
    gost_3410_key a, b;
    uint8_t da[64], db[64], pa[128], pb[128];
} pair;

static void ready(pair *p, const gost_paramset *ps)
{
    assert_int_equal(gost_3410_key_init(&p->a, ps, p->da), 1);
    assert_int_equal(gost_3410_key_init(&p->b, ps, p->db), 1);
    assert_int_equal(gost_3410_public(ps, p->da, p->pa), 1);
    assert_int_equal(gost_3410_public(ps, p->db, p->pb), 1);
}

static void make(pair *p, const gost_paramset *ps)
{
    assert_int_equal(gost_3410_keygen(ps, p->da, test_random, NULL), 1);
    assert_int_equal(gost_3410_keygen(ps, p->db, test_random, NULL), 1);
    ready(p, ps);
}

static void test_examples(void **state)
{
    (void)state;
    for (int backend = 0; backend < test_backends(); backend++) {
        gost_curve_force(backend);
        for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
            const example *ex = &examples[i];
            uint8_t ukm[16], want[64], got[64];
            size_t len = unhex(want, ex->kek), ukm_len = unhex(ukm, ex->ukm);
            pair p;

            unhex(p.da, ex->a);
            unhex(p.db, ex->b);
            ready(&p, gost_paramset_by_name(ex->set, ex->bits));
            assert_int_equal(gost_vko(&p.a, ex->hash, p.pb, ukm, ukm_len, got), len);
            assert_memory_equal(got, want, len);
            assert_int_equal(gost_vko(&p.b, ex->hash, p.pa, ukm, ukm_len, got), len);
            assert_memory_equal(got, want, len);
        }
    }
    gost_curve_force(-1);
}

/* Both sides, every set, hash and backend, UKMs of 1 to 64 bytes; nothing is written past the end.
 */
static void test_agreement(void **state)
{
    const gost_paramset *ps;

    (void)state;
    for (int backend = 0; backend < test_backends(); backend++) {
        gost_curve_force(backend);
        for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
            pair p;

            make(&p, ps);
            for (size_t n = 1; n <= GOST_VKO_UKM_MAX; n += n < 9 ? 1 : 11) {
                gost_vko_hash hash = (gost_vko_hash)(n % 3);
                size_t len = hash == GOST_VKO_2012_512 ? 64 : 32;
                uint8_t ukm[64], x[65], y[65];

                test_random(NULL, ukm, n);
                memset(x, 0xaa, sizeof x);
                memset(y, 0xaa, sizeof y);
                assert_int_equal(gost_vko(&p.a, hash, p.pb, ukm, n, x), len);
                assert_int_equal(gost_vko(&p.b, hash, p.pa, ukm, n, y), len);
                assert_memory_equal(x, y, len);
                assert_int_equal(x[len], 0xaa);
                assert_int_equal(gost_keg(&p.a, p.pb, ukm, x), 1);
                assert_int_equal(gost_keg(&p.b, p.pa, ukm, y), 1);
                assert_memory_equal(x, y, 64);
                ukm[0] ^= 1;
                if (n > 1) {
                    assert_int_equal(gost_vko(&p.a, GOST_VKO_2012_512, p.pb, ukm, n, x), 64);
                    ukm[0] ^= 1;
                    assert_int_equal(gost_vko(&p.a, GOST_VKO_2012_512, p.pb, ukm, n, y), 64);
                    assert_memory_not_equal(x, y, 64);
                }
            }
        }
    }
    gost_curve_force(-1);
}

/* UKM = 1, by d = 1: the hash of cofactor * pub, which for d = 1 of cofactor 1 is of pub itself. */
static void test_definition(void **state)
{
    const gost_paramset *ps;

    (void)state;
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        uint8_t one[64] = {1}, four[64] = {4}, point[128], want[64], got[64];
        gost_streebog hash;
        gost_3410_key key;

        assert_int_equal(gost_3410_key_init(&key, ps, one), 1);
        assert_int_equal(gost_3410_public(ps, ps->curve->cofactor == 4 ? four : one, point), 1);
        gost_streebog_init(&hash, 256);
        gost_streebog_update(&hash, point, ps->bits / 4);
        gost_streebog_final(&hash, want);
        assert_int_equal(gost_3410_public(ps, one, point), 1);
        assert_int_equal(gost_vko(&key, GOST_VKO_2012_256, point, one, 1, got), 32);
        assert_memory_equal(got, want, 32);
        assert_int_equal(gost_vko(&key, GOST_VKO_2012_256, point, one, 64, got), 32);
        assert_memory_equal(got, want, 32);
        /* zero counts as one, of any length */
        memset(four, 0, sizeof four);
        for (size_t n = 1; n <= sizeof four; n++) {
            assert_int_equal(gost_vko(&key, GOST_VKO_2012_256, point, four, n, got), 32);
            assert_memory_equal(got, want, 32);
        }
    }
}

static void refused(const gost_3410_key *key, const uint8_t *pub, const uint8_t *ukm, size_t len)
{
    uint8_t out[64];

    memset(out, 0xaa, sizeof out);
    for (int hash = GOST_VKO_2001; hash <= GOST_VKO_2012_512; hash++)
        assert_int_equal(gost_vko(key, (gost_vko_hash)hash, pub, ukm, len, out), 0);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], 0xaa);
}

static void test_refused(void **state)
{
    const gost_paramset *ps;

    (void)state;
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        const gost_curve *c = ps->curve;
        size_t len = ps->bits / 8;
        uint8_t ukm[80] = {7}, bad[128], q[64], out[64];
        uint64_t t[9] = {0};
        pair p;

        make(&p, ps);
        refused(&p.a, p.pb, ukm, 0);
        refused(&p.a, p.pb, ukm, 65);
        refused(&p.a, p.pb, ukm, (size_t)-1);
        /* off the curve: another y, x and y exchanged, zero, a coordinate of p or more */
        memcpy(bad, p.pb, 2 * len);
        bad[len] ^= 1;
        refused(&p.a, bad, ukm, 8);
        assert_int_equal(gost_keg(&p.a, bad, ukm, out), 0);
        memcpy(bad, p.pb + len, len);
        memcpy(bad + len, p.pb, len);
        refused(&p.a, bad, ukm, 8);
        memset(bad, 0, sizeof bad);
        refused(&p.a, bad, ukm, 8);
        assert_int_equal(gost_keg(&p.a, bad, ukm, out), 0);
        memset(bad, 0xff, sizeof bad);
        refused(&p.a, bad, ukm, 8);
        memcpy(bad, p.pb, 2 * len);
        gost_limbs_to_le(bad, c->p.m, c->limbs);
        refused(&p.a, bad, ukm, 8);
        /* a UKM of q and of 2q is zero modulo q, and not one */
        gost_limbs_to_le(q, c->q.m, c->limbs);
        refused(&p.a, p.pb, q, len);
        if (len == 32) {
            uint64_t carry = 0;

            for (unsigned j = 0; j < c->limbs; j++) {
                t[j] = c->q.m[j] << 1 | carry;
                carry = c->q.m[j] >> 63;
            }
            t[c->limbs] = carry;
            gost_limbs_to_le(ukm, t, 8);
            refused(&p.a, p.pb, ukm, 33);
        }
    }
}

/* The points of order 2: y = 0, where x^3 + a x + b has a root. Found on the curves of cofactor 4
 * by the map from the Edwards form: (t, 0). */
static void test_order_two(void **state)
{
    static const gost_curve *const with_cofactor[] = {&gost_curve_256_tc26a, &gost_curve_512_c};
    const gost_paramset *ps;
    unsigned found = 0;

    (void)state;
    for (size_t i = 0; (ps = gost_paramset_at(i)) != NULL; i++) {
        uint8_t pub[128] = {0}, ukm[8] = {1};
        uint64_t x[8], y[8];
        pair p;

        if (ps->curve != with_cofactor[0] && ps->curve != with_cofactor[1])
            continue;
        gost_limbs_to_le(pub, ps->curve->t, ps->curve->limbs); /* these fields hold plain numbers */
        assert_int_equal(gost_curve_read_point(ps->curve, pub, x, y), 1);
        make(&p, ps);
        for (int backend = 0; backend < test_backends(); backend++) {
            gost_curve_force(backend);
            refused(&p.a, pub, ukm, sizeof ukm);
        }
        gost_curve_force(-1);
        found++;
    }
    assert_int_equal(found, 2);
}

/* RFC 9189, 8.3.1, step by step. */
static void test_keg(void **state)
{
    static const char *const names[] = {"A", "TCA", "A", "C"};
    static const unsigned bits[] = {256, 256, 512, 512};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint8_t h[32], r[16], exp[64], want[64], got[64];
        pair p;

        make(&p, gost_paramset_by_name(names[i], bits[i]));
        for (int zero = 0; zero < 2; zero++) {
            test_random(NULL, h, sizeof h);
            if (zero)
                memset(h, 0, 16);
            for (size_t j = 0; j < 16; j++)
                r[j] = h[15 - j];
            if (zero)
                r[0] = 1;
            if (bits[i] == 256) {
                assert_int_equal(gost_vko(&p.a, GOST_VKO_2012_256, p.pb, r, 16, exp), 32);
                assert_int_equal(
                    gost_kdf_tree(exp, 32, "kdf tree", 8, h + 16, 8, 1, 64, 0, want, 64), 1);
            } else {
                assert_int_equal(gost_vko(&p.a, GOST_VKO_2012_512, p.pb, r, 16, want), 64);
            }
            assert_int_equal(gost_keg(&p.a, p.pb, h, got), 1);
            assert_memory_equal(got, want, 64);
            h[31] ^= 1; /* not used */
            assert_int_equal(gost_keg(&p.b, p.pa, h, got), 1);
            assert_memory_equal(got, want, 64);
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
        cmocka_unit_test(test_examples),   cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_definition), cmocka_unit_test(test_refused),
        cmocka_unit_test(test_order_two),  cmocka_unit_test(test_keg),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
