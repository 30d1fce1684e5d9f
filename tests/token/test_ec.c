/* SPDX-License-Identifier: Apache-2.0 */
/* EC keys: made, imported, ECDSA, ECDH; OpenSSL on the other side. */
#include "tests/token/harness.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <string.h>

#define POINT_MAX (1 + 2 * 66)

static CK_KEY_TYPE type_ec = CKK_EC;
static CK_BYTE text[301];

static const CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
static const CK_BYTE p384[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
static const CK_BYTE p521[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23};
static const CK_BYTE k256[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A};

typedef struct curve {
    const char *name;
    const CK_BYTE *der;
    CK_ULONG der_len, bytes;
} curve;

static const curve curves[] = {
    {"P-256", p256, sizeof p256, 32},
    {"P-384", p384, sizeof p384, 48},
    {"P-521", p521, sizeof p521, 66},
};

static int fill_text(void **state)
{
    size_t i;

    for (i = 0; i < sizeof text; i++)
        text[i] = (CK_BYTE)(i * 11 + 3);
    return suite_begin(state);
}

static CK_RV generate(CK_SESSION_HANDLE s, const CK_BYTE *der, CK_ULONG len, CK_BBOOL token,
                      CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM m = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE pub_t[] = {A_BOOL(CKA_TOKEN, token), {CKA_EC_PARAMS, (void *)der, len}};
    CK_ATTRIBUTE priv_t[] = {A_BOOL(CKA_TOKEN, token), A_BOOL(CKA_DERIVE, yes)};

    return F->C_GenerateKeyPair(s, &m, pub_t, COUNT(pub_t), priv_t, COUNT(priv_t), pub, priv);
}

static EVP_PKEY *openssl_key(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o)
{
    CK_BYTE der[256];
    const CK_BYTE *p = der;
    size_t len = get_bytes(s, o, CKA_PUBLIC_KEY_INFO, der, sizeof der);
    EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)len);

    assert_non_null(pkey);
    return pkey;
}

/* OpenSSL's key: its point and its private value. */
static size_t parts_of(const EVP_PKEY *pkey, CK_ULONG bytes, CK_BYTE *point, CK_BYTE *d)
{
    BIGNUM *n = NULL;
    size_t len;

    assert_int_equal(
        EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, POINT_MAX, &len), 1);
    assert_int_equal(len, 1 + 2 * bytes);
    if (d != NULL) {
        assert_int_equal(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, &n), 1);
        assert_int_equal(BN_bn2binpad(n, d, (int)bytes), bytes);
        BN_clear_free(n);
    }
    return len;
}

/* ---- ECDSA ---------------------------------------------------------------------------------- */

static const struct {
    CK_MECHANISM_TYPE mech;
    const char *md;
} sig_cases[] = {
    {CKM_ECDSA, NULL},
    {CKM_ECDSA_SHA1, "SHA1"},
    {CKM_ECDSA_SHA224, "SHA224"},
    {CKM_ECDSA_SHA256, "SHA256"},
    {CKM_ECDSA_SHA384, "SHA384"},
    {CKM_ECDSA_SHA512, "SHA512"},
};

/* r | s against OpenSSL's DER. */
static int openssl_verify(EVP_PKEY *pkey, const CK_BYTE *digest, size_t len, const CK_BYTE *sig,
                          CK_ULONG n)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    ECDSA_SIG *rs = ECDSA_SIG_new();
    unsigned char *der = NULL;
    int der_len, ok;

    assert_int_equal(ECDSA_SIG_set0(rs, BN_bin2bn(sig, (int)n / 2, NULL),
                                    BN_bin2bn(sig + n / 2, (int)n / 2, NULL)),
                     1);
    der_len = i2d_ECDSA_SIG(rs, &der);
    assert_true(der_len > 0);
    assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
    ok = EVP_PKEY_verify(ctx, der, (size_t)der_len, digest, len);
    OPENSSL_free(der);
    ECDSA_SIG_free(rs);
    EVP_PKEY_CTX_free(ctx);
    return ok;
}

static void signatures(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG c, i, n;

    (void)state;
    for (c = 0; c < COUNT(curves); c++) {
        CK_OBJECT_HANDLE pub, priv;
        EVP_PKEY *pkey;

        OK(generate(s, curves[c].der, curves[c].der_len, c == 0, &pub, &priv));
        pkey = openssl_key(s, priv);
        for (i = 0; i < COUNT(sig_cases); i++) {
            CK_MECHANISM m = {sig_cases[i].mech, NULL, 0};
            CK_ULONG len = sig_cases[i].md == NULL ? 48 : sizeof text - 1;
            CK_BYTE digest[64], sig[132];
            unsigned digest_len = 48;

            memcpy(digest, text, 48);
            if (sig_cases[i].md != NULL)
                assert_int_equal(EVP_Digest(text, len, digest, &digest_len,
                                            EVP_get_digestbyname(sig_cases[i].md), NULL),
                                 1);
            OK(F->C_SignInit(s, &m, priv));
            OK(F->C_Sign(s, text, len, NULL, &n));
            assert_int_equal(n, 2 * curves[c].bytes);
            n--;
            FAILS(CKR_BUFFER_TOO_SMALL, F->C_Sign(s, text, len, sig, &n));
            OK(F->C_Sign(s, text, len, sig, &n));
            assert_int_equal(openssl_verify(pkey, digest, digest_len, sig, n), 1);
            OK(F->C_VerifyInit(s, &m, pub));
            OK(F->C_Verify(s, text, len, sig, n));
            OK(F->C_VerifyInit(s, &m, pub));
            OK(F->C_VerifyUpdate(s, text, 7));
            OK(F->C_VerifyUpdate(s, text + 7, len - 7));
            OK(F->C_VerifyFinal(s, sig, n));
            OK(F->C_VerifyInit(s, &m, pub));
            FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, text + 1, len, sig, n));
            OK(F->C_VerifyInit(s, &m, pub));
            FAILS(CKR_SIGNATURE_LEN_RANGE, F->C_Verify(s, text, len, sig, n - 2));
            memset(sig, 0, n / 2); /* r = 0 */
            OK(F->C_VerifyInit(s, &m, pub));
            FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, text, len, sig, n));
            memset(sig, 0xFF, n);
            OK(F->C_VerifyInit(s, &m, pub));
            FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, text, len, sig, n));
        }
        EVP_PKEY_free(pkey);
    }
}

static void signing_wrong(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_ECDSA, NULL, 0}, rsa = {CKM_RSA_PKCS, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE sig[64];
    CK_ULONG n = sizeof sig;

    (void)state;
    OK(generate(s, p256, sizeof p256, CK_FALSE, &pub, &priv));
    OK(F->C_SignInit(s, &m, priv));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, text, 65, sig, &n));
    OK(F->C_SignInit(s, &m, priv));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, text, 0, sig, &n));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &rsa, priv));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &m, pub));
    m.pParameter = text;
    m.ulParameterLen = 4;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void generating_wrong(void **state)
{
    static const CK_BYTE explicit_params[] = {0x30, 0x03, 0x02, 0x01, 0x01};
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE a = A_BYTES(CKA_EC_PARAMS, p256), b = A_BYTES(CKA_EC_PARAMS, p384);
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_GenerateKeyPair(s, &m, NULL, 0, NULL, 0, &pub, &priv));
    FAILS(CKR_CURVE_NOT_SUPPORTED, generate(s, k256, sizeof k256, CK_FALSE, &pub, &priv));
    FAILS(CKR_CURVE_NOT_SUPPORTED,
          generate(s, explicit_params, sizeof explicit_params, CK_FALSE, &pub, &priv));
    FAILS(CKR_DOMAIN_PARAMS_INVALID, generate(s, p256, sizeof p256 - 1, CK_FALSE, &pub, &priv));
    FAILS(CKR_DOMAIN_PARAMS_INVALID, generate(s, p256, 0, CK_FALSE, &pub, &priv));
    OK(F->C_GenerateKeyPair(s, &m, &a, 1, &a, 1, &pub, &priv));
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_GenerateKeyPair(s, &m, &a, 1, &b, 1, &pub, &priv));
    m.ulParameterLen = 1;
    m.pParameter = text;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_GenerateKeyPair(s, &m, &a, 1, NULL, 0, &pub, &priv));
}

static void importing(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_ECDSA_SHA256, NULL, 0};
    CK_ULONG c, n, where;

    (void)state;
    for (c = 0; c < COUNT(curves); c++) {
        EVP_PKEY *pkey = EVP_EC_gen(curves[c].name), *got;
        CK_BYTE point[POINT_MAX], d[66], sig[POINT_MAX + 3], buf[POINT_MAX + 3], bad[POINT_MAX];
        CK_ULONG len = parts_of(pkey, curves[c].bytes, point, d);
        CK_ATTRIBUTE pub_t[] = {
            A_ULONG(CKA_CLASS, class_pub),
            A_ULONG(CKA_KEY_TYPE, type_ec),
            {CKA_EC_PARAMS, (void *)curves[c].der, curves[c].der_len},
            {CKA_EC_POINT, point, len},
        };
        CK_ATTRIBUTE priv_t[] = {
            A_ULONG(CKA_CLASS, class_priv),
            A_ULONG(CKA_KEY_TYPE, type_ec),
            {CKA_EC_PARAMS, (void *)curves[c].der, curves[c].der_len},
            {CKA_VALUE, d, curves[c].bytes},
            A_BOOL(CKA_TOKEN, yes),
            {CKA_EC_POINT, point, len},
        };
        CK_OBJECT_HANDLE pub, priv;

        for (where = 0; where < 2; where++) {
            priv_t[4].pValue = where == 0 ? &no : &yes;
            OK(F->C_CreateObject(s, priv_t, COUNT(priv_t) - where, &priv));
            OK(F->C_CreateObject(s, pub_t, COUNT(pub_t), &pub));
            got = openssl_key(s, priv);
            assert_int_equal(EVP_PKEY_eq(pkey, got), 1);
            EVP_PKEY_free(got);
            OK(F->C_SignInit(s, &m, priv));
            n = sizeof sig;
            OK(F->C_Sign(s, text, sizeof text, sig, &n));
            OK(F->C_VerifyInit(s, &m, pub));
            OK(F->C_Verify(s, text, sizeof text, sig, n));
            assert_int_equal(get_rv(s, priv, CKA_VALUE), CKR_ATTRIBUTE_SENSITIVE);
            assert_int_equal(get_rv(s, pub, CKA_VALUE), CKR_ATTRIBUTE_TYPE_INVALID);
        }

        /* However the point is given, it is kept in an OCTET STRING, uncompressed. */
        n = get_bytes(s, pub, CKA_EC_POINT, buf, sizeof buf);
        assert_memory_equal(buf + n - len, point, len);
        assert_int_equal(buf[0], 4);
        pub_t[3].pValue = buf;
        pub_t[3].ulValueLen = n;
        OK(F->C_CreateObject(s, pub_t, COUNT(pub_t), &pub));
        memcpy(bad, point, 1 + curves[c].bytes); /* compressed */
        bad[0] = 2 + (point[len - 1] & 1);
        pub_t[3].pValue = bad;
        pub_t[3].ulValueLen = 1 + curves[c].bytes;
        OK(F->C_CreateObject(s, pub_t, COUNT(pub_t), &pub));
        assert_int_equal(get_bytes(s, pub, CKA_EC_POINT, sig, sizeof sig), n);

        /* Not a point; not a point of this curve; not the key's. */
        memcpy(bad, point, len);
        bad[len - 1] ^= 1;
        pub_t[3].ulValueLen = len;
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, pub_t, COUNT(pub_t), &pub));
        pub_t[3].ulValueLen = len - 1;
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, pub_t, COUNT(pub_t), &pub));
        pub_t[3].pValue = "\0"; /* infinity */
        pub_t[3].ulValueLen = 1;
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, pub_t, COUNT(pub_t), &pub));
        FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_CreateObject(s, pub_t, 3, &pub));
        d[curves[c].bytes - 1] ^= 1;
        FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_CreateObject(s, priv_t, COUNT(priv_t), &priv));
        memset(d, 0xFF, sizeof d);
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, priv_t, 5, &priv));
        memset(d, 0, sizeof d);
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, priv_t, 5, &priv));
        d[curves[c].bytes - 1] = 5; /* a short value is lengthened */
        priv_t[3].pValue = d + curves[c].bytes - 1;
        priv_t[3].ulValueLen = 1;
        OK(F->C_CreateObject(s, priv_t, 5, &priv));
        OK(F->C_SignInit(s, &m, priv));
        EVP_PKEY_free(pkey);
        OK(F->C_Finalize(NULL));
        OK(F->C_Initialize(NULL));
        s = open_user();
    }
}

/* ---- ECDH ----------------------------------------------------------------------------------- */

static CK_RV derive(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE priv, const void *point, CK_ULONG len,
                    CK_ULONG value_len, CK_OBJECT_HANDLE *key)
{
    CK_ECDH1_DERIVE_PARAMS p = {CKD_NULL, 0, NULL, len, (CK_BYTE *)(uintptr_t)point};
    CK_MECHANISM m = {CKM_ECDH1_DERIVE, &p, sizeof p};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type_generic),
                        A_BOOL(CKA_SENSITIVE, no), A_BOOL(CKA_EXTRACTABLE, yes),
                        A_ULONG(CKA_VALUE_LEN, value_len)};

    return F->C_DeriveKey(s, &m, priv, t, value_len != 0 ? 5 : 4, key);
}

static void ecdh(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG c;

    (void)state;
    for (c = 0; c < COUNT(curves); c++) {
        CK_BYTE point[POINT_MAX], secret[66], got[66], der[POINT_MAX + 3];
        CK_OBJECT_HANDLE pub, priv, key;
        EVP_PKEY *own = EVP_EC_gen(curves[c].name), *peer;
        CK_ULONG len = parts_of(own, curves[c].bytes, point, NULL), bytes = curves[c].bytes, n;
        EVP_PKEY_CTX *ctx;
        size_t size = sizeof secret;

        OK(generate(s, curves[c].der, curves[c].der_len, c == 1, &pub, &priv));
        peer = openssl_key(s, pub);
        ctx = EVP_PKEY_CTX_new(own, NULL);
        assert_int_equal(EVP_PKEY_derive_init(ctx), 1);
        assert_int_equal(EVP_PKEY_derive_set_peer(ctx, peer), 1);
        assert_int_equal(EVP_PKEY_derive(ctx, secret, &size), 1);
        assert_int_equal(size, bytes);
        EVP_PKEY_CTX_free(ctx);
        EVP_PKEY_free(peer);
        EVP_PKEY_free(own);

        OK(derive(s, priv, point, len, 0, &key));
        assert_int_equal(get_bytes(s, key, CKA_VALUE, got, sizeof got), bytes);
        assert_memory_equal(got, secret, bytes);
        OK(derive(s, priv, point, len, 20, &key)); /* its end */
        assert_int_equal(get_bytes(s, key, CKA_VALUE, got, sizeof got), 20);
        assert_memory_equal(got, secret + bytes - 20, 20);
        FAILS(CKR_KEY_SIZE_RANGE, derive(s, priv, point, len, bytes + 1, &key));
        n = get_bytes(s, pub, CKA_EC_POINT, der, sizeof der); /* with oneself, in DER */
        OK(derive(s, priv, der, n, 0, &key));

        FAILS(CKR_KEY_TYPE_INCONSISTENT, derive(s, pub, point, len, 0, &key));
        FAILS(CKR_MECHANISM_PARAM_INVALID, derive(s, priv, point, len - 1, 0, &key));
        FAILS(CKR_MECHANISM_PARAM_INVALID, derive(s, priv, NULL, len, 0, &key));
        point[len - 1] ^= 1;
        FAILS(CKR_MECHANISM_PARAM_INVALID, derive(s, priv, point, len, 0, &key));
    }
}

static void ecdh_params(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE der[POINT_MAX + 3];
    CK_ECDH1_DERIVE_PARAMS p = {CKD_NULL, 0, NULL, 0, der};
    CK_MECHANISM m = {CKM_ECDH1_DERIVE, &p, sizeof p};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type_generic)};
    CK_OBJECT_HANDLE pub, priv, key;

    (void)state;
    OK(generate(s, p256, sizeof p256, CK_FALSE, &pub, &priv));
    p.ulPublicDataLen = get_bytes(s, pub, CKA_EC_POINT, der, sizeof der);
    OK(F->C_DeriveKey(s, &m, priv, t, COUNT(t), &key));
    p.kdf = CKD_SHA1_KDF;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &m, priv, t, COUNT(t), &key));
    p.kdf = CKD_NULL;
    p.ulSharedDataLen = 1;
    p.pSharedData = der;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &m, priv, t, COUNT(t), &key));
    p.ulSharedDataLen = 0;
    m.ulParameterLen--;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DeriveKey(s, &m, priv, t, COUNT(t), &key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signatures, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(signing_wrong, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(generating_wrong, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(importing, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(ecdh, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(ecdh_params, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, fill_text, suite_end);
}
