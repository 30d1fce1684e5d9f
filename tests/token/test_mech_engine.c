/* SPDX-License-Identifier: Apache-2.0 */
/* The mechanisms with gost-engine at the other end: key transport as in CMS and as in TLS, ciphers.
 */
#include "tests/gost/engine_key.h"
#include "tests/token/mech_test.h"

#include <openssl/err.h>

static ENGINE *engine;

static const struct {
    const char *oid;
    int old; /* a key of GOST R 34.10-2001, with the hash of 1994 */
} sets[] = {
    {"1.2.643.2.2.35.1", 1},    {"1.2.643.2.2.35.1", 0},    {"1.2.643.7.1.2.1.1.1", 0},
    {"1.2.643.7.1.2.1.2.1", 0}, {"1.2.643.7.1.2.1.2.3", 0},
};

static const CK_BYTE hash94[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};

/* A pair that both have. */
typedef struct pair {
    const gost_paramset *ps;
    CK_OBJECT_HANDLE pub, priv;
    EVP_PKEY *theirs_pub, *theirs_priv;
} pair;

/* AlgorithmIdentifier of RFC 4491, 2.3.2. */
static size_t der_2001(uint8_t *out, const gost_paramset *ps)
{
    static const uint8_t key_oid[] = {0x06, 0x06, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x13};
    uint8_t t[64], u[64];
    size_t n = sizeof key_oid;

    memcpy(t, ps->der, ps->der_len);
    memcpy(t + ps->der_len, hash94, sizeof hash94);
    memcpy(u, key_oid, n);
    n += der_wrap(u + n, 0x30, t, ps->der_len + sizeof hash94);
    return der_wrap(out, 0x30, u, n);
}

static void make(CK_SESSION_HANDLE s, size_t i, pair *p)
{
    const CK_BYTE *hash = sets[i].old ? hash94 : NULL, *at;
    uint8_t d[64], q[128], t[256], u[256], der[300];
    size_t n, m;

    p->ps = paramset(sets[i].oid);
    assert_int_equal(gost_3410_keygen(p->ps, d, gost_random_system, NULL), 1);
    assert_int_equal(gost_3410_public(p->ps, d, q), 1);
    p->pub = gost_public(s, p->ps, q, hash, sizeof hash94);
    p->priv = gost_private(s, p->ps, d, hash, sizeof hash94);
    if (!sets[i].old) {
        p->theirs_priv = engine_private(p->ps, d);
        p->theirs_pub = engine_public(p->ps, q);
    } else {
        memcpy(t, "\x02\x01\x00", 3);
        n = 3 + der_2001(t + 3, p->ps);
        m = der_wrap(u, 0x04, d, 32);
        n += der_wrap(t + n, 0x04, u, m);
        n = der_wrap(der, 0x30, t, n);
        at = der;
        p->theirs_priv = d2i_AutoPrivateKey(NULL, &at, (long)n);
        n = der_2001(t, p->ps);
        u[0] = 0;
        m = 1 + der_wrap(u + 1, 0x04, q, 64);
        n += der_wrap(t + n, 0x03, u, m);
        n = der_wrap(der, 0x30, t, n);
        at = der;
        p->theirs_pub = d2i_PUBKEY(NULL, &at, (long)n);
    }
    assert_non_null(p->theirs_priv);
    assert_non_null(p->theirs_pub);
}

static void forget(pair *p)
{
    EVP_PKEY_free(p->theirs_priv);
    EVP_PKEY_free(p->theirs_pub);
}

static void unwrap_is(CK_SESSION_HANDLE s, CK_MECHANISM *mech, CK_OBJECT_HANDLE by, CK_BYTE *blob,
                      CK_ULONG len, const CK_BYTE *want)
{
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_ATTRIBUTE templ[] = {MADE(type)};
    CK_OBJECT_HANDLE key;
    CK_BYTE value[32];

    OK(F->C_UnwrapKey(s, mech, by, blob, len, templ, COUNT(templ), &key));
    assert_int_equal(get_bytes(s, key, CKA_VALUE, value, sizeof value), 32);
    assert_memory_equal(value, want, 32);
    OK(F->C_DestroyObject(s, key));
}

/* RFC 4490's key transport, both ways. */
static void test_key_transport(void **state)
{
    CK_GOSTR3410_KEY_WRAP_PARAMS p = {NULL, 0, NULL, 0, CK_INVALID_HANDLE};
    CK_MECHANISM mech = {CKM_GOSTR3410_KEY_WRAP, &p, sizeof p};
    CK_SESSION_HANDLE s = open_user();
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(sets); i++) {
        uint8_t cek[32], back[64], blob[512];
        EVP_PKEY_CTX *ctx;
        CK_OBJECT_HANDLE key;
        CK_ULONG len = sizeof blob;
        size_t n;
        pair bob;

        make(s, i, &bob);
        assert_int_equal(gost_random_system(NULL, cek, sizeof cek), 1);

        ctx = EVP_PKEY_CTX_new(bob.theirs_pub, engine);
        assert_non_null(ctx);
        n = sizeof blob;
        assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
        assert_int_equal(EVP_PKEY_encrypt(ctx, blob, &n, cek, 32), 1);
        EVP_PKEY_CTX_free(ctx);
        unwrap_is(s, &mech, bob.priv, blob, n, cek);

        key = secret_key(s, CKK_GOST28147, cek, 32, 0);
        OK(F->C_WrapKey(s, &mech, bob.pub, key, blob, &len));
        ctx = EVP_PKEY_CTX_new(bob.theirs_priv, engine);
        assert_non_null(ctx);
        n = sizeof back;
        assert_int_equal(EVP_PKEY_decrypt_init(ctx), 1);
        assert_int_equal(EVP_PKEY_decrypt(ctx, back, &n, blob, len), 1);
        EVP_PKEY_CTX_free(ctx);
        assert_int_equal(n, 32);
        assert_memory_equal(back, cek, 32);
        forget(&bob);
    }
}

/*
 * TLS 1.2's key exchange (RFC 9189, 4.2.4.1): the engine sends a premaster secret with KEG and
 * KExp15; the token derives the twin key and unwraps it.
 */
static void test_tls_exchange(void **state)
{
    static const struct {
        int nid;
        CK_KEY_TYPE twin;
        CK_MECHANISM_TYPE wrap;
        CK_ULONG iv;
    } ciphers[] = {
        {NID_magma_ctr, CKK_MAGMA_TWIN, CKM_MAGMA_KEXP_15_WRAP, 4},
        {NID_kuznyechik_ctr, CKK_KUZNYECHIK_TWIN, CKM_KUZNYECHIK_KEXP_15_WRAP, 8},
    };
    CK_SESSION_HANDLE s = open_user();
    size_t i, c;

    (void)state;
    for (i = 1; i < COUNT(sets); i++) {
        for (c = 0; c < COUNT(ciphers); c++) {
            uint8_t secret[32], ukm[32], blob[512], spki[300];
            const uint8_t *at = blob, *exported, *inner;
            EVP_PKEY_CTX *ctx;
            CK_KEY_TYPE type = ciphers[c].twin;
            CK_ATTRIBUTE templ[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type)};
            CK_ECDH1_DERIVE_PARAMS dp = {CKD_NULL, 32, ukm, 0, NULL};
            CK_MECHANISM keg = {CKM_GOST_KEG, &dp, sizeof dp},
                         kexp = {ciphers[c].wrap, ukm + 24, ciphers[c].iv};
            CK_OBJECT_HANDLE twin;
            size_t n = sizeof blob;
            long exported_len, len;
            int tag, class;
            pair bob;

            make(s, i, &bob);
            assert_int_equal(gost_random_system(NULL, secret, sizeof secret), 1);
            assert_int_equal(gost_random_system(NULL, ukm, sizeof ukm), 1);
            ctx = EVP_PKEY_CTX_new(bob.theirs_pub, engine);
            assert_non_null(ctx);
            assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
            assert_int_equal(EVP_PKEY_CTX_ctrl(ctx, -1, EVP_PKEY_OP_ENCRYPT, EVP_PKEY_CTRL_CIPHER,
                                               ciphers[c].nid, NULL),
                             1);
            assert_int_equal(EVP_PKEY_CTX_ctrl(ctx, -1, EVP_PKEY_OP_ENCRYPT, EVP_PKEY_CTRL_SET_IV,
                                               sizeof ukm, ukm),
                             1);
            assert_int_equal(EVP_PKEY_encrypt(ctx, blob, &n, secret, 32), 1);
            EVP_PKEY_CTX_free(ctx);

            /* PSKeyTransport: SEQUENCE { PSEXP OCTET STRING, ephemeralPublicKey SPKI, … } */
            assert_int_equal(ASN1_get_object(&at, &len, &tag, &class, (long)n) & 0x80, 0);
            assert_int_equal(tag, V_ASN1_SEQUENCE);
            assert_int_equal(ASN1_get_object(&at, &exported_len, &tag, &class, len) & 0x80, 0);
            assert_int_equal(tag, V_ASN1_OCTET_STRING);
            exported = at;
            inner = at + exported_len;
            /* the public key is the end of SubjectPublicKeyInfo */
            at = inner;
            assert_int_equal(ASN1_get_object(&at, &len, &tag, &class, 300) & 0x80, 0);
            assert_int_equal(tag, V_ASN1_SEQUENCE);
            memcpy(spki, at, (size_t)len);
            dp.ulPublicDataLen = bob.ps->bits / 4;
            dp.pPublicData = spki + len - dp.ulPublicDataLen;

            OK(F->C_DeriveKey(s, &keg, bob.priv, templ, COUNT(templ), &twin));
            unwrap_is(s, &kexp, twin, (CK_BYTE *)exported, (CK_ULONG)exported_len, secret);
            forget(&bob);
        }
    }
}

/* ---- ciphers -------------------------------------------------------------------------------- */

static void test_ciphers(void **state)
{
    static const struct {
        const char *name, *set;
        char sbox;
        CK_MECHANISM_TYPE mech;
        CK_KEY_TYPE type;
        size_t iv;
        const char *prefix; /* of our parameter */
    } c[] = {
        {"gost89", "id-Gost28147-89-CryptoPro-A-ParamSet", 'A', CKM_GOST28147, CKK_GOST28147, 8,
         ""},
        {"gost89", "id-Gost28147-89-CryptoPro-B-ParamSet", 'B', CKM_GOST28147, CKK_GOST28147, 8,
         ""},
        {"gost89", "id-tc26-gost-28147-param-Z", 'Z', CKM_GOST28147, CKK_GOST28147, 8, ""},
        /* without a section: the key stays */
        {"kuznyechik-ctr", NULL, 0, CKM_KUZNYECHIK_CTR_ACPKM, CKK_KUZNYECHIK, 8, "00000000"},
        {"magma-ctr", NULL, 0, CKM_MAGMA_CTR_ACPKM, CKK_MAGMA, 4, "00000000"},
    };
    CK_SESSION_HANDLE s = open_user();
    static uint8_t text[5000], theirs[5000], ours[5000];
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(c); i++) {
        uint8_t key[32], iv[16] = {0}, param[16];
        const EVP_CIPHER *cipher;
        EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
        CK_MECHANISM mech = {c[i].mech, param, 0};
        CK_ULONG n = sizeof ours;
        size_t at = unhex(param, c[i].prefix);
        int len, rest;

        assert_int_equal(gost_random_system(NULL, key, sizeof key), 1);
        assert_int_equal(gost_random_system(NULL, iv, c[i].iv), 1);
        assert_int_equal(gost_random_system(NULL, text, sizeof text), 1);
        memcpy(param + at, iv, c[i].iv);
        mech.ulParameterLen = at + c[i].iv;
        if (c[i].set != NULL)
            assert_int_equal(ENGINE_ctrl_cmd_string(engine, "CRYPT_PARAMS", c[i].set, 0), 1);
        cipher = ENGINE_get_cipher(engine, OBJ_sn2nid(c[i].name));
        if (cipher == NULL)
            cipher = EVP_get_cipherbyname(c[i].name);
        assert_non_null(cipher);
        assert_int_equal(EVP_EncryptInit_ex(ctx, cipher, engine, key, iv), 1);
        assert_int_equal(EVP_EncryptUpdate(ctx, theirs, &len, text, sizeof text), 1);
        assert_int_equal(EVP_EncryptFinal_ex(ctx, theirs + len, &rest), 1);
        assert_int_equal(len + rest, sizeof text);
        EVP_CIPHER_CTX_free(ctx);
        OK(crypt_one(s, &mech, secret_key(s, c[i].type, key, 32, c[i].sbox), 0, text, sizeof text,
                     ours, &n));
        assert_int_equal(n, sizeof text);
        assert_memory_equal(ours, theirs, sizeof text);
    }
}

/* ---- signatures with GOST R 34.11-94 -------------------------------------------------------- */

static void test_sign94(void **state)
{
    CK_MECHANISM mech = {CKM_GOSTR3410_WITH_GOSTR3411, NULL, 0};
    CK_SESSION_HANDLE s = open_user();
    uint8_t text[] = "an old document", sig[64];
    size_t n = sizeof sig;
    CK_ULONG len = sizeof sig;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    const EVP_MD *hash = ENGINE_get_digest(engine, NID_id_GostR3411_94);
    pair p;

    (void)state;
    assert_non_null(hash);
    make(s, 0, &p);
    OK(sign_one(s, &mech, p.priv, text, sizeof text, sig, &len));
    assert_int_equal(EVP_DigestVerifyInit(md, NULL, hash, engine, p.theirs_pub), 1);
    assert_int_equal(EVP_DigestVerify(md, sig, sizeof sig, text, sizeof text), 1);
    EVP_MD_CTX_free(md);
    md = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestSignInit(md, NULL, hash, engine, p.theirs_priv), 1);
    assert_int_equal(EVP_DigestSign(md, sig, &n, text, sizeof text), 1);
    assert_int_equal(n, sizeof sig);
    OK(verify_one(s, &mech, p.pub, text, sizeof text, sig, n));
    EVP_MD_CTX_free(md);
    forget(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_key_transport, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_tls_exchange, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_ciphers, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(test_sign94, test_begin_token, test_end),
    };
    int failed;

    engine = engine_open();
    if (engine == NULL) {
        (void)printf("skipped: gost-engine is not installed\n");
        return 77;
    }
    failed = cmocka_run_group_tests(tests, suite_begin, suite_end);
    ENGINE_finish(engine);
    ENGINE_free(engine);
    return failed;
}
