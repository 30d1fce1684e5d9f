/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that leave the token wrapped and come back: examples, agreement and wrap as in CMS, and what
 * is refused. (By gost-engine: test_mech_engine.c.) */
#include "tests/token/mech_test.h"

#define KEY_A "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef"
/* R 1323565.1.017-2018: the MAC's key, then the cipher's */
#define TWIN                                                                                       \
    "08090a0b0c0d0e0f0001020304050607101112131415161718191a1b1c1d1e1f"                             \
    "202122232425262728292a2b2c2d2e2f38393a3b3c3d3e3f3031323334353637"

static CK_KEY_TYPE type_kuz = CKK_KUZNYECHIK, type_magma = CKK_MAGMA, type_89 = CKK_GOST28147,
                   type_kuz_twin = CKK_KUZNYECHIK_TWIN;

static const struct {
    CK_MECHANISM_TYPE mech;
    CK_KEY_TYPE twin;
    size_t block;
    const char *iv, *wrapped;
} kexp15[] = {
    {CKM_MAGMA_KEXP_15_WRAP, CKK_MAGMA_TWIN, 8, "67bed654",
     "cfd5a12d5b81b6e1e99c916d07900c6ac12703fb3abded55567bf3742c899c75 5dafe7b42e3a8bd9"},
    {CKM_KUZNYECHIK_KEXP_15_WRAP, CKK_KUZNYECHIK_TWIN, 16, "0909472dd9f26be8",
     "e36184e84e8d736ff36cc2e5ae065dc656b23c20f549b02fdff88e1f3f30d8c2 "
     "9a53f3ca554dbad80de152b9a4625b32"},
};

/* Unwraps to a key that can be read, and reads it. */
static CK_RV unwrap_value(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE by,
                          const CK_BYTE *wrapped, CK_ULONG len, CK_KEY_TYPE type, CK_BYTE *out,
                          size_t *out_len)
{
    CK_ATTRIBUTE templ[] = {MADE(type)};
    CK_OBJECT_HANDLE key = CK_INVALID_HANDLE;
    CK_RV rv = F->C_UnwrapKey(s, mech, by, (CK_BYTE *)wrapped, len, templ, COUNT(templ), &key);

    if (rv != CKR_OK)
        return rv;
    *out_len = get_bytes(s, key, CKA_VALUE, out, 256);
    assert_false(get_bool(s, key, CKA_LOCAL));
    OK(F->C_DestroyObject(s, key));
    return CKR_OK;
}

static void test_kexp15(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    size_t i, j, n;

    (void)state;
    for (i = 0; i < COUNT(kexp15); i++) {
        CK_BYTE iv[8], secret[32], want[64], out[200], value[256], any[128];
        CK_MECHANISM mech = {kexp15[i].mech, iv, unhex(iv, kexp15[i].iv)};
        CK_OBJECT_HANDLE twin = secret_hex(s, kexp15[i].twin, TWIN, 0),
                         key = secret_hex(s, CKK_KUZNYECHIK, KEY_A, 0), other;
        CK_ULONG len = 0, want_len = unhex(want, kexp15[i].wrapped);

        unhex(secret, KEY_A);
        OK(F->C_WrapKey(s, &mech, twin, key, NULL, &len));
        assert_int_equal(len, want_len);
        len--;
        FAILS(CKR_BUFFER_TOO_SMALL, F->C_WrapKey(s, &mech, twin, key, out, &len));
        assert_int_equal(len, want_len);
        OK(F->C_WrapKey(s, &mech, twin, key, out, &len));
        assert_int_equal(len, want_len);
        assert_memory_equal(out, want, len);
        OK(unwrap_value(s, &mech, twin, want, want_len, CKK_KUZNYECHIK, value, &n));
        assert_int_equal(n, 32);
        assert_memory_equal(value, secret, 32);
        OK(unwrap_value(s, &mech, twin, want, want_len, CKK_GENERIC_SECRET, value, &n));
        assert_int_equal(n, 32);

        /* every bit matters */
        for (j = 0; j < 8 * want_len; j += 3) {
            memcpy(out, want, want_len);
            out[j / 8] ^= (CK_BYTE)(1u << j % 8);
            FAILS(CKR_WRAPPED_KEY_INVALID,
                  unwrap_value(s, &mech, twin, out, want_len, CKK_GENERIC_SECRET, value, &n));
        }
        iv[0] ^= 1;
        FAILS(CKR_WRAPPED_KEY_INVALID,
              unwrap_value(s, &mech, twin, want, want_len, CKK_KUZNYECHIK, value, &n));
        iv[0] ^= 1;

        /* lengths */
        for (j = 0; j <= want_len; j++) {
            CK_RV rv = unwrap_value(s, &mech, twin, want, j, CKK_KUZNYECHIK, value, &n);

            assert_int_equal(rv, j == want_len ? CKR_OK : CKR_WRAPPED_KEY_LEN_RANGE);
        }
        FAILS(CKR_WRAPPED_KEY_LEN_RANGE,
              unwrap_value(s, &mech, twin, any, 128 + kexp15[i].block + 1, CKK_GENERIC_SECRET,
                           value, &n));
        FAILS(CKR_WRAPPED_KEY_LEN_RANGE, /* 32 bytes are no twin */
              unwrap_value(s, &mech, twin, want, want_len, CKK_MAGMA_TWIN, value, &n));
        for (j = 0; j < sizeof any; j++)
            any[j] = (CK_BYTE)(j * 7);
        for (j = 1; j <= 128; j += j < 8 ? 1 : 15) {
            other = secret_key(s, CKK_GENERIC_SECRET, any, j, 0);
            len = sizeof out;
            OK(F->C_WrapKey(s, &mech, twin, other, out, &len));
            assert_int_equal(len, j + kexp15[i].block);
            OK(unwrap_value(s, &mech, twin, out, len, CKK_GENERIC_SECRET, value, &n));
            assert_int_equal(n, j);
            assert_memory_equal(value, any, j);
            OK(F->C_DestroyObject(s, other));
        }
        /* a twin by a twin */
        other = secret_key(s, kexp15[1 - i].twin, any, 64, 0);
        len = sizeof out;
        OK(F->C_WrapKey(s, &mech, twin, other, out, &len));
        OK(unwrap_value(s, &mech, twin, out, len, kexp15[1 - i].twin, value, &n));
        assert_memory_equal(value, any, 64);

        /* parameters, keys */
        for (j = 0; j < 18; j++) {
            if (j == kexp15[i].block / 2)
                continue;
            mech.ulParameterLen = j;
            mech.pParameter = j == 0 ? NULL : out;
            FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &mech, twin, key, out, &len));
            FAILS(CKR_MECHANISM_PARAM_INVALID,
                  unwrap_value(s, &mech, twin, want, want_len, CKK_KUZNYECHIK, value, &n));
        }
        mech.pParameter = iv;
        mech.ulParameterLen = kexp15[i].block / 2;
        FAILS(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, F->C_WrapKey(s, &mech, other, key, out, &len));
        FAILS(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, F->C_WrapKey(s, &mech, key, key, out, &len));
        FAILS(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT,
              unwrap_value(s, &mech, key, want, want_len, CKK_KUZNYECHIK, value, &n));
    }
}

static void test_28147(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE kek[32], cek[32], ukm[8], out[64], value[256];
    CK_KEY_DERIVATION_STRING_DATA data = {ukm, 8};
    CK_MECHANISM raw = {CKM_GOST28147_KEY_WRAP, ukm, 8},
                 structured = {CKM_GOST28147_KEY_WRAP, &data, sizeof data},
                 none = {CKM_GOST28147_KEY_WRAP, NULL, 0};
    CK_OBJECT_HANDLE by, by_z, key, other;
    CK_ULONG len = 0, i;
    size_t n;

    (void)state;
    for (i = 0; i < 32; i++) {
        kek[i] = (CK_BYTE)i;
        cek[i] = (CK_BYTE)(0xf0 - i);
        ukm[i % 8] = (CK_BYTE)(0x11 * i);
    }
    by = secret_key(s, CKK_GOST28147, kek, 32, 0); /* S-box A */
    by_z = secret_key(s, CKK_GOST28147, kek, 32, 'Z');
    key = secret_key(s, CKK_MAGMA, cek, 32, 0);
    OK(F->C_WrapKey(s, &raw, by, key, NULL, &len));
    assert_int_equal(len, 36);
    len = 35;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_WrapKey(s, &raw, by, key, out, &len));
    assert_int_equal(len, 36);
    OK(F->C_WrapKey(s, &raw, by, key, out, &len));
    /* what gost-engine makes of the same */
    assert_hex(out, 36, "115ae8c9718494f40db765549ca0ab3012b3a5b1c2be7bde7cafe57771b2922e81255115");
    OK(unwrap_value(s, &raw, by, out, 36, CKK_GOST28147, value, &n));
    assert_memory_equal(value, cek, 32);
    OK(unwrap_value(s, &structured, by, out, 36, CKK_KUZNYECHIK, value, &n));
    FAILS(CKR_WRAPPED_KEY_INVALID, unwrap_value(s, &raw, by_z, out, 36, CKK_MAGMA, value, &n));
    FAILS(CKR_WRAPPED_KEY_INVALID, unwrap_value(s, &none, by, out, 36, CKK_MAGMA, value, &n));
    for (i = 0; i < 36 * 8; i += 3) {
        out[i / 8] ^= (CK_BYTE)(1u << i % 8);
        FAILS(CKR_WRAPPED_KEY_INVALID, unwrap_value(s, &raw, by, out, 36, CKK_MAGMA, value, &n));
        out[i / 8] ^= (CK_BYTE)(1u << i % 8);
    }
    for (i = 0; i < 40; i++) {
        if (i != 36)
            FAILS(CKR_WRAPPED_KEY_LEN_RANGE,
                  unwrap_value(s, &raw, by, out, i, CKK_MAGMA, value, &n));
    }
    FAILS(CKR_TEMPLATE_INCONSISTENT, unwrap_value(s, &raw, by, out, 36, CKK_MAGMA_TWIN, value, &n));
    other = secret_key(s, CKK_GENERIC_SECRET, cek, 31, 0);
    len = sizeof out;
    FAILS(CKR_KEY_SIZE_RANGE, F->C_WrapKey(s, &raw, by, other, out, &len));
    FAILS(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, F->C_WrapKey(s, &raw, key, by, out, &len));
    raw.ulParameterLen = 7;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &raw, by, key, out, &len));
    data.ulLen = 9;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &structured, by, key, out, &len));
    data.pData = NULL;
    data.ulLen = 8;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &structured, by, key, out, &len));
}

static void test_may_not(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE value[64] = {1}, iv[8] = {0}, out[128];
    CK_ATTRIBUTE hidden[] = {A_ULONG(CKA_CLASS, class_secret),
                             A_ULONG(CKA_KEY_TYPE, type_kuz),
                             {CKA_VALUE, value, 32},
                             A_BOOL(CKA_EXTRACTABLE, no)};
    CK_ATTRIBUTE idle[] = {A_ULONG(CKA_CLASS, class_secret),
                           A_ULONG(CKA_KEY_TYPE, type_kuz_twin),
                           {CKA_VALUE, value, 64},
                           A_BOOL(CKA_WRAP, no),
                           A_BOOL(CKA_UNWRAP, no)};
    CK_MECHANISM mech = {CKM_KUZNYECHIK_KEXP_15_WRAP, iv, 8};
    CK_OBJECT_HANDLE twin = secret_key(s, type_kuz_twin, value, 64, 0),
                     key = secret_key(s, type_magma, value, 32, 0), a, b, pub, priv;
    CK_ULONG len = sizeof out;
    size_t n;

    (void)state;
    OK(F->C_CreateObject(s, hidden, COUNT(hidden), &a));
    OK(F->C_CreateObject(s, idle, COUNT(idle), &b));
    FAILS(CKR_KEY_UNEXTRACTABLE, F->C_WrapKey(s, &mech, twin, a, out, &len));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, F->C_WrapKey(s, &mech, b, key, out, &len));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED,
          unwrap_value(s, &mech, b, value, 48, type_magma, out, &n));
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), no, &pub, &priv);
    FAILS(CKR_KEY_NOT_WRAPPABLE, F->C_WrapKey(s, &mech, twin, pub, out, &len));
}

/* ---- CKM_GOSTR3410_KEY_WRAP ----------------------------------------------------------------- */

static const CK_BYTE hash94[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};

typedef struct party {
    const gost_paramset *ps;
    CK_BYTE d[64], q[128];
    CK_OBJECT_HANDLE pub, priv;
} party;

static void make_party(CK_SESSION_HANDLE s, const char *oid, int old, party *p)
{
    const CK_BYTE *hash = old ? hash94 : NULL;

    p->ps = paramset(oid);
    assert_int_equal(gost_3410_keygen(p->ps, p->d, gost_random_system, NULL), 1);
    assert_int_equal(gost_3410_public(p->ps, p->d, p->q), 1);
    p->pub = gost_public(s, p->ps, p->q, hash, sizeof hash94);
    p->priv = gost_private(s, p->ps, p->d, hash, sizeof hash94);
}

static const struct {
    const char *oid;
    int old;
} sets[] = {
    {"1.2.643.2.2.35.1", 1},    {"1.2.643.2.2.36.0", 1},    {"1.2.643.2.2.35.1", 0},
    {"1.2.643.7.1.2.1.1.1", 0}, {"1.2.643.7.1.2.1.1.4", 0}, {"1.2.643.7.1.2.1.2.1", 0},
    {"1.2.643.7.1.2.1.2.3", 0},
};

static void test_transport(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    size_t i, j, n;

    (void)state;
    for (i = 0; i < COUNT(sets); i++) {
        CK_BYTE cek[32], out[512], again[512], bad[512], value[256], ukm[8] = {1, 2, 3, 4};
        CK_GOSTR3410_KEY_WRAP_PARAMS p = {NULL, 0, NULL, 0, CK_INVALID_HANDLE},
                                     with_ukm = {NULL, 0, ukm, 8, CK_INVALID_HANDLE}, sender;
        CK_MECHANISM mech = {CKM_GOSTR3410_KEY_WRAP, &p, sizeof p},
                     exact = {CKM_GOSTR3410_KEY_WRAP, &with_ukm, sizeof with_ukm},
                     known = {CKM_GOSTR3410_KEY_WRAP, &sender, sizeof sender},
                     none = {CKM_GOSTR3410_KEY_WRAP, NULL, 0};
        CK_OBJECT_HANDLE key;
        party alice, bob;
        CK_ULONG len = 0, len2;

        make_party(s, sets[i].oid, sets[i].old, &alice);
        make_party(s, sets[i].oid, sets[i].old, &bob);
        for (j = 0; j < 32; j++)
            cek[j] = (CK_BYTE)(i * 16 + j);
        key = secret_key(s, CKK_GOST28147, cek, 32, 0);
        OK(F->C_WrapKey(s, &mech, bob.pub, key, NULL, &len));
        len--;
        FAILS(CKR_BUFFER_TOO_SMALL, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
        OK(F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
        len2 = sizeof again;
        OK(F->C_WrapKey(s, &mech, bob.pub, key, again, &len2));
        assert_int_equal(len, len2);
        assert_memory_not_equal(out, again, len); /* another sender, another UKM */
        OK(unwrap_value(s, &mech, bob.priv, out, len, CKK_GOST28147, value, &n));
        assert_memory_equal(value, cek, 32);
        OK(unwrap_value(s, &none, bob.priv, again, len, CKK_KUZNYECHIK, value, &n));
        assert_memory_equal(value, cek, 32);
        FAILS(CKR_WRAPPED_KEY_INVALID,
              unwrap_value(s, &mech, alice.priv, out, len, CKK_GOST28147, value, &n));

        /* the UKM that is expected */
        FAILS(CKR_WRAPPED_KEY_INVALID,
              unwrap_value(s, &exact, bob.priv, out, len, CKK_GOST28147, value, &n));
        OK(F->C_WrapKey(s, &exact, bob.pub, key, out, &len));
        OK(unwrap_value(s, &exact, bob.priv, out, len, CKK_GOST28147, value, &n));
        assert_memory_equal(value, cek, 32);

        /* from a sender that stays: the same twice, if the UKM is */
        sender = with_ukm;
        sender.hKey = alice.priv;
        OK(F->C_WrapKey(s, &known, bob.pub, key, out, &len));
        OK(F->C_WrapKey(s, &known, bob.pub, key, again, &len2));
        assert_memory_equal(out, again, len);
        OK(unwrap_value(s, &none, bob.priv, out, len, CKK_GOST28147, value, &n));
        assert_memory_equal(value, cek, 32);

        /* the same by the two steps that programs for tokens take: agree, then unwrap */
        {
            CK_GOSTR3410_DERIVE_PARAMS dp = {CKD_KDF_4357, alice.q, alice.ps->bits / 4, ukm, 8};
            CK_MECHANISM dm = {sets[i].old ? CKM_GOSTR3410_DERIVE : CKM_GOSTR3410_12_DERIVE, &dp,
                               sizeof dp},
                         wm = {CKM_GOST28147_KEY_WRAP, ukm, 8};
            CK_ULONG der_len;
            const CK_BYTE *der = sbox_der(sets[i].old ? 'A' : 'Z', &der_len);
            CK_ATTRIBUTE templ[] = {MADE(type_89), {CKA_GOST28147_PARAMS, (void *)der, der_len}};
            CK_OBJECT_HANDLE kek;
            CK_BYTE blob[36];

            OK(F->C_DeriveKey(s, &dm, bob.priv, templ, COUNT(templ), &kek));
            /* SEQUENCE { SEQUENCE { OCTET STRING (32), OCTET STRING (4) … */
            j = out[1] < 0x80 ? 2 : 1 + 1 + (out[1] & 0x7f);
            assert_memory_equal(out + j, "\x30\x28\x04\x20", 4);
            memcpy(blob, out + j + 4, 32);
            assert_memory_equal(out + j + 36, "\x04\x04", 2);
            memcpy(blob + 32, out + j + 38, 4);
            OK(unwrap_value(s, &wm, kek, blob, 36, CKK_GOST28147, value, &n));
            assert_memory_equal(value, cek, 32);
        }

        /* no bit of it may change, and no byte may be missing */
        for (j = 0; j < len; j++) {
            CK_RV rv;

            memcpy(bad, out, len);
            bad[j] ^= (CK_BYTE)(1u << j % 8);
            rv = unwrap_value(s, &none, bob.priv, bad, len, CKK_GOST28147, value, &n);
            if (rv == CKR_OK) /* names that do not matter: the sender's algorithm, its hash */
                assert_memory_equal(value, cek, 32);
            else
                assert_true(rv == CKR_WRAPPED_KEY_INVALID || rv == CKR_MECHANISM_PARAM_INVALID);
            FAILS(j == 0 ? CKR_WRAPPED_KEY_LEN_RANGE : CKR_WRAPPED_KEY_INVALID,
                  unwrap_value(s, &none, bob.priv, out, j, CKK_GOST28147, value, &n));
        }
    }
}

static void test_transport_refused(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE cek[33] = {5}, out[512], ukm[8] = {1}, oid[] = {6, 3, 42, 3, 4};
    CK_GOSTR3410_KEY_WRAP_PARAMS good = {NULL, 0, ukm, 8, CK_INVALID_HANDLE}, p;
    CK_MECHANISM mech = {CKM_GOSTR3410_KEY_WRAP, &p, sizeof p};
    CK_OBJECT_HANDLE key = secret_key(s, CKK_GOST28147, cek, 32, 0),
                     odd = secret_key(s, CKK_GENERIC_SECRET, cek, 33, 0);
    CK_ULONG len = sizeof out;
    party bob, other;

    (void)state;
    make_party(s, "1.2.643.7.1.2.1.1.1", 0, &bob);
    make_party(s, "1.2.643.7.1.2.1.1.2", 0, &other);
    p = good;
    p.ulUKMLen = 7;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    p = good;
    p.pUKM = NULL;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    p = good;
    p.ulWrapOIDLen = 5;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    p.pWrapOID = oid;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    p = good;
    p.hKey = 999999;
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    p.hKey = other.pub;
    len = sizeof out;
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    p.hKey = other.priv; /* of another curve */
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    p = good;
    mech.ulParameterLen--;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
    mech.ulParameterLen++;
    FAILS(CKR_KEY_SIZE_RANGE, F->C_WrapKey(s, &mech, bob.pub, odd, out, &len));
    FAILS(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, F->C_WrapKey(s, &mech, bob.priv, key, out, &len));
    FAILS(CKR_WRAPPING_KEY_TYPE_INCONSISTENT, F->C_WrapKey(s, &mech, key, key, out, &len));
    OK(F->C_WrapKey(s, &mech, bob.pub, key, out, &len));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kexp15, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_28147, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_may_not, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_transport, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_transport_refused, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
