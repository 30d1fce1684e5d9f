/* SPDX-License-Identifier: Apache-2.0 */
/* Key agreement: the RFCs' examples, every form of the parameters, both sides, and what is refused.
 */
#include "tests/token/mech_test.h"

#include "gost/gost28147.h"
#include "gost/kdf.h"
#include "gost/vko.h"

static CK_KEY_TYPE type_89 = CKK_GOST28147;

static const CK_BYTE hash94[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};

/* ---- VKO ------------------------------------------------------------------------------------ */

#define A_512                                                                                      \
    "c990ecd972fce84ec4db022778f50fcac726f46708384b8d458304962d7147f8"                             \
    "c2db41cef22c90b102f2968404f9b9be6d47c79692d81826b32b8daca43cb667"
#define B_512                                                                                      \
    "48c859f7b6f11585887cc05ec6ef1390cfea739b1a18c0d4662293ef63b79e3b"                             \
    "8014070b44918590b4b996acfea4edfbbbcccc8c06edd8bf5bda92a51392d0db"

typedef struct pair {
    const gost_paramset *ps;
    CK_BYTE pa[128], pb[128];
    CK_OBJECT_HANDLE a, b;
} pair;

static void make_ends(CK_SESSION_HANDLE s, const char *oid, const char *a, const char *b, int old,
                      pair *p)
{
    CK_BYTE d[64];

    p->ps = paramset(oid);
    unhex(d, a);
    assert_int_equal(gost_3410_public(p->ps, d, p->pa), 1);
    p->a = gost_private(s, p->ps, d, old ? hash94 : NULL, sizeof hash94);
    unhex(d, b);
    assert_int_equal(gost_3410_public(p->ps, d, p->pb), 1);
    p->b = gost_private(s, p->ps, d, old ? hash94 : NULL, sizeof hash94);
}

/* The parameter of CKM_GOSTR3410_12_DERIVE without pointers, with numbers of `width` bytes and room
 * for `hold` bytes of public key (0: as many as there are). */
static CK_ULONG flat(CK_BYTE *out, size_t width, CK_ULONG hold, CK_ULONG kdf, const CK_BYTE *pub,
                     CK_ULONG pub_len, const CK_BYTE *ukm, CK_ULONG ukm_len)
{
    CK_BYTE *p = out;

    hold = hold != 0 ? hold : pub_len;
    memcpy(p, &kdf, width); /* little-endian */
    memcpy(p + width, &pub_len, width);
    p += 2 * width;
    memset(p, 0xEE, hold);
    memcpy(p, pub, pub_len);
    p += hold;
    memcpy(p, &ukm_len, width);
    memcpy(p + width, ukm, ukm_len);
    return (CK_ULONG)(p + width + ukm_len - out);
}

static void test_vko_2012(void **state)
{
    /* RFC 7836, B.7 and B.8 */
    static const char kek256[] = "c9a9a77320e2cc559ed72dce6f47e2192ccea95fa648670582c054c0ef36c221",
                      kek512[] = "79f002a96940ce7bde3259a52e015297adaad84597a0d205b50e3e1719f97bfa"
                                 "7ee1d2661fa9979a5aa235b558a7e6d9f88f982dd63fc35a8ec0dd5e242d3bdf";
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE ukm[8], out[256], flat_param[300], der[140];
    CK_GOSTR3410_DERIVE_PARAMS p = {CKD_NULL, NULL, 128, ukm, 8};
    CK_ECDH1_DERIVE_PARAMS e = {CKD_NULL, 8, ukm, 128, NULL};
    CK_MECHANISM vko = {CKM_GOSTR3410_12_DERIVE, &p, sizeof p},
                 vko512 = {CKM_GOSTR3410_VKO_512, &e, sizeof e},
                 form = {CKM_GOSTR3410_12_DERIVE, flat_param, 0};
    size_t width, len = 0;
    pair ends;
    int side;

    (void)state;
    make_ends(s, "1.2.643.7.1.2.1.2.1", A_512, B_512, 0, &ends);
    unhex(ukm, "1d80603c8544c727");
    for (side = 0; side < 2; side++) {
        CK_OBJECT_HANDLE mine = side ? ends.a : ends.b;
        CK_BYTE *pub = side ? ends.pb : ends.pa;

        p.pPublicData = e.pPublicData = pub;
        OK(derive_value(s, &vko, mine, CKK_GENERIC_SECRET, 0, out, &len));
        assert_hex(out, len, kek256);
        OK(derive_value(s, &vko, mine, CKK_KUZNYECHIK, 32, out, &len));
        assert_hex(out, len, kek256);
        OK(derive_value(s, &vko512, mine, CKK_MAGMA_TWIN, 0, out, &len));
        assert_hex(out, len, kek512);
        OK(derive_value(s, &vko512, mine, CKK_GENERIC_SECRET, 64, out, &len));
        assert_hex(out, len, kek512);
        for (width = 4; width <= 8; width += 4) {
            form.ulParameterLen = flat(flat_param, width, 0, CKD_NULL, pub, 128, ukm, 8);
            OK(derive_value(s, &form, mine, CKK_GOST28147, 0, out, &len));
            assert_hex(out, len, kek256);
            form.ulParameterLen = flat(flat_param, width, 0, 0x90000001UL, pub, 128, ukm, 8);
            OK(derive_value(s, &form, mine, CKK_GOST28147, 0, out, &len));
            assert_hex(out, len, kek256);
        }
        /* as it stands in SubjectPublicKeyInfo */
        der[0] = 0x04;
        der[1] = 0x81;
        der[2] = 0x80;
        memcpy(der + 3, pub, 128);
        p.pPublicData = der;
        p.ulPublicDataLen = 131;
        OK(derive_value(s, &vko, mine, CKK_KUZNYECHIK, 0, out, &len));
        assert_hex(out, len, kek256);
        p.ulPublicDataLen = 128;
    }
    FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &vko, ends.a, CKK_GENERIC_SECRET, 16, out, &len));
    FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &vko, ends.a, CKK_MAGMA_TWIN, 0, out, &len));
    FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &vko512, ends.a, CKK_MAGMA, 0, out, &len));
}

/* The test set, RFC 4357's VKO, as implementations agree; with GOST R 34.11-94. */
static void test_vko_2001(void **state)
{
    static const char kek[] = "ee4618a0dbb10cb31777b4b86a53d9e7ef6cb3e400101410f0c0f2af46c494a6";
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE ukm[8], out[256], raw[32], want[32], flat_param[300];
    CK_GOSTR3410_DERIVE_PARAMS p = {CKD_NULL, NULL, 64, ukm, 8};
    CK_MECHANISM vko = {CKM_GOSTR3410_DERIVE, &p, sizeof p},
                 form = {CKM_GOSTR3410_DERIVE, flat_param, 0};
    CK_ULONG der_len;
    const CK_BYTE *der = sbox_der('Z', &der_len);
    CK_ATTRIBUTE with_z[] = {MADE(type_89), {CKA_GOST28147_PARAMS, (void *)der, der_len}};
    CK_OBJECT_HANDLE key;
    size_t len = 0, width;
    pair ends;

    (void)state;
    make_ends(s, "1.2.643.2.2.35.0",
              "1df129e43dab345b68f6a852f4162dc69f36b2f84717d08755cc5c44150bf928",
              "5b9356c6474f913f1e83885ea0edd5df1a43fd9d799d219093241157ac9ed473", 1, &ends);
    unhex(ukm, "5172be25f852a233");
    p.pPublicData = ends.pb;
    OK(derive_value(s, &vko, ends.a, CKK_GOST28147, 0, raw, &len));
    assert_hex(raw, len, kek);
    p.pPublicData = ends.pa;
    OK(derive_value(s, &vko, ends.b, CKK_GOST28147, 0, out, &len));
    assert_hex(out, len, kek);
    /* room for 128 bytes of public key, of which 64 are it */
    for (width = 4; width <= 8; width += 4) {
        form.ulParameterLen = flat(flat_param, width, 128, CKD_NULL, ends.pa, 64, ukm, 8);
        OK(derive_value(s, &form, ends.b, CKK_GOST28147, 0, out, &len));
        assert_hex(out, len, kek);
    }
    /* diversified: both names of it, the S-box A, then one that the new key names */
    gost_28147_diversify(gost_sbox_cryptopro_a, raw, ukm, want);
    p.kdf = CKD_CPDIVERSIFY_KDF;
    OK(derive_value(s, &vko, ends.b, CKK_GOST28147, 0, out, &len));
    assert_memory_equal(out, want, 32);
    p.kdf = CKD_KDF_4357;
    OK(derive_value(s, &vko, ends.b, CKK_GOST28147, 0, out, &len));
    assert_memory_equal(out, want, 32);
    form.ulParameterLen = flat(flat_param, 8, 0, 0x90000009UL, ends.pa, 64, ukm, 8);
    OK(derive_value(s, &form, ends.b, CKK_GOST28147, 0, out, &len));
    assert_memory_equal(out, want, 32);
    gost_28147_diversify(gost_sbox_tc26_z, raw, ukm, want);
    OK(F->C_DeriveKey(s, &vko, ends.b, with_z, COUNT(with_z), &key));
    assert_int_equal(get_bytes(s, key, CKA_VALUE, out, 32), 32);
    assert_memory_equal(out, want, 32);
    /* of 2012 only */
    p.kdf = CKD_KDF_GOSTR3411_2012_256;
    FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &vko, ends.b, CKK_GOST28147, 0, out, &len));
    /* the hash of 2012 by the same keys */
    vko.mechanism = CKM_GOSTR3410_12_DERIVE;
    p.kdf = CKD_NULL;
    OK(derive_value(s, &vko, ends.b, CKK_GOST28147, 0, raw, &len));
    assert_memory_not_equal(raw, out, 32);
    gost_kdf_2012_256(raw, 32, "\x26\xbd\xb8\x78", 4, ukm, 8, want); /* RFC 7836, 4.6 */
    p.kdf = CKD_KDF_GOSTR3411_2012_256;
    OK(derive_value(s, &vko, ends.b, CKK_GOST28147, 0, out, &len));
    assert_memory_equal(out, want, 32);
}

static void test_keg(void **state)
{
    static const char *const sets[] = {"1.2.643.7.1.2.1.1.1", "1.2.643.2.2.35.2",
                                       "1.2.643.7.1.2.1.2.3"};
    CK_SESSION_HANDLE s = open_user();
    size_t i, j, n;

    (void)state;
    for (i = 0; i < COUNT(sets); i++) {
        const gost_paramset *ps = paramset(sets[i]);
        CK_BYTE d[2][64], q[2][128], ukm[32], want[64], out[256], zeros[32] = {0};
        CK_ECDH1_DERIVE_PARAMS p = {CKD_NULL, 32, ukm, ps->bits / 4, q[1]};
        CK_MECHANISM keg = {CKM_GOST_KEG, &p, sizeof p};
        CK_ULONG used = ps->bits == 256 ? 24 : 16;
        CK_OBJECT_HANDLE key[2];
        gost_3410_key mine;

        for (j = 0; j < 2; j++) {
            assert_int_equal(gost_3410_keygen(ps, d[j], gost_random_system, NULL), 1);
            assert_int_equal(gost_3410_public(ps, d[j], q[j]), 1);
            key[j] = gost_private(s, ps, d[j], NULL, 0);
        }
        assert_int_equal(gost_random_system(NULL, ukm, sizeof ukm), 1);
        assert_int_equal(gost_3410_key_init(&mine, ps, d[0]), 1);
        assert_int_equal(gost_keg(&mine, q[1], ukm, want), 1);
        OK(derive_value(s, &keg, key[0], CKK_KUZNYECHIK_TWIN, 0, out, &n));
        assert_int_equal(n, 64);
        assert_memory_equal(out, want, 64);
        p.pPublicData = q[0];
        OK(derive_value(s, &keg, key[1], CKK_GENERIC_SECRET, 0, out, &n));
        assert_int_equal(n, 64);
        assert_memory_equal(out, want, 64);
        /* what it does not use may be missing */
        memcpy(ukm + used, zeros, 32 - used);
        OK(derive_value(s, &keg, key[1], CKK_MAGMA_TWIN, 0, out, &n));
        p.ulSharedDataLen = used;
        OK(derive_value(s, &keg, key[1], CKK_MAGMA_TWIN, 0, want, &n));
        assert_memory_equal(out, want, 64);
        for (j = 0; j < 40; j++) {
            p.ulSharedDataLen = j;
            if (j != used && j != 32)
                FAILS(CKR_MECHANISM_PARAM_INVALID,
                      derive_value(s, &keg, key[1], CKK_MAGMA_TWIN, 0, out, &n));
        }
        p.ulSharedDataLen = 32;
        FAILS(CKR_KEY_SIZE_RANGE, derive_value(s, &keg, key[1], CKK_GENERIC_SECRET, 32, out, &n));
        p.kdf = CKD_CPDIVERSIFY_KDF;
        FAILS(CKR_MECHANISM_PARAM_INVALID,
              derive_value(s, &keg, key[1], CKK_MAGMA_TWIN, 0, out, &n));
    }
}

static void test_vko_refused(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE ukm[80] = {1, 2, 3}, out[256], bad[128], flat_param[300];
    CK_GOSTR3410_DERIVE_PARAMS good, p;
    CK_ECDH1_DERIVE_PARAMS e = {CKD_NULL, 8, ukm, 128, NULL};
    CK_MECHANISM vko = {CKM_GOSTR3410_12_DERIVE, &p, sizeof p},
                 old = {CKM_GOSTR3410_DERIVE, &p, sizeof p},
                 vko512 = {CKM_GOSTR3410_VKO_512, &e, sizeof e},
                 form = {CKM_GOSTR3410_12_DERIVE, flat_param, 0};
    CK_OBJECT_HANDLE small, quiet, pub, secret;
    CK_ULONG full;
    size_t n, i;
    pair ends;

    (void)state;
    make_ends(s, "1.2.643.7.1.2.1.2.1", A_512, B_512, 0, &ends);
    make_pair(s, paramset("1.2.643.2.2.35.1"), no, &pub, &small);
    good = (CK_GOSTR3410_DERIVE_PARAMS){CKD_NULL, ends.pb, 128, ukm, 8};
    p = good;
    OK(derive_value(s, &vko, ends.a, CKK_MAGMA, 0, out, &n));
#define BAD(change)                                                                                \
    do {                                                                                           \
        p = good;                                                                                  \
        change;                                                                                    \
        FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &vko, ends.a, CKK_MAGMA, 0, out, &n));  \
    } while (0)
    BAD(p.kdf = 2);
    BAD(p.kdf = 0);
    BAD(p.pPublicData = NULL);
    BAD(p.ulPublicDataLen = 64);
    BAD(p.ulPublicDataLen = 127);
    BAD(p.ulPublicDataLen = (CK_ULONG)-1);
    BAD(p.pUKM = NULL);
    BAD(p.ulUKMLen = 0);
    BAD(p.ulUKMLen = 65);
    BAD(p.ulUKMLen = (CK_ULONG)-1);
    BAD(p.kdf = CKD_KDF_4357; p.ulUKMLen = 16);
    memcpy(bad, ends.pb, 128);
    bad[3] ^= 1; /* no point of the curve */
    BAD(p.pPublicData = bad);
    memset(bad, 0, sizeof bad);
    BAD(p.pPublicData = bad);
    memset(bad, 0xFF, sizeof bad);
    BAD(p.pPublicData = bad);
    p = good;
    for (i = 0; i < sizeof p; i++) {
        vko.ulParameterLen = i;
        vko.pParameter = i == 0 ? NULL : (void *)&p;
        FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &vko, ends.a, CKK_MAGMA, 0, out, &n));
    }
    vko.ulParameterLen = sizeof p;
    vko.pParameter = &p;
    /* keys */
    FAILS(CKR_KEY_TYPE_INCONSISTENT, derive_value(s, &old, ends.a, CKK_MAGMA, 0, out, &n));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, derive_value(s, &vko512, small, CKK_MAGMA_TWIN, 0, out, &n));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, derive_value(s, &vko, pub, CKK_MAGMA, 0, out, &n));
    secret = secret_key(s, CKK_MAGMA, ukm, 32, 0);
    FAILS(CKR_KEY_TYPE_INCONSISTENT, derive_value(s, &vko, secret, CKK_MAGMA, 0, out, &n));
    OK(F->C_CopyObject(s, ends.a, (CK_ATTRIBUTE[]){A_BOOL(CKA_DERIVE, no)}, 1, &quiet));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, derive_value(s, &vko, quiet, CKK_MAGMA, 0, out, &n));
    /* the form without pointers, cut short or with lengths that lie */
    full = flat(flat_param, 4, 0, CKD_NULL, ends.pb, 128, ukm, 8);
    for (i = 1; i < full; i++) {
        form.ulParameterLen = i;
        if (i != sizeof p) /* this many bytes would be the form with pointers */
            FAILS(CKR_MECHANISM_PARAM_INVALID,
                  derive_value(s, &form, ends.a, CKK_MAGMA, 0, out, &n));
    }
    form.ulParameterLen = full;
    OK(derive_value(s, &form, ends.a, CKK_MAGMA, 0, out, &n));
    for (i = 4; i < 8; i++) {
        flat_param[i] ^= 0xFF;
        FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &form, ends.a, CKK_MAGMA, 0, out, &n));
        flat_param[i] ^= 0xFF;
        flat_param[132 + i] ^= 0xFF;
        FAILS(CKR_MECHANISM_PARAM_INVALID, derive_value(s, &form, ends.a, CKK_MAGMA, 0, out, &n));
        flat_param[132 + i] ^= 0xFF;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_vko_2012, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_vko_2001, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_keg, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_vko_refused, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
