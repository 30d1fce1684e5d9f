/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys: made, imported, signing, decrypting, wrapping; OpenSSL on the other side. */
#include "tests/token/harness.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string.h>

#define BITS  1024
#define BYTES (BITS / 8)

static CK_KEY_TYPE type_rsa = CKK_RSA;
static CK_BYTE text[300];

static int fill_text(void **state)
{
    size_t i;

    for (i = 0; i < sizeof text; i++)
        text[i] = (CK_BYTE)(i * 5 + 1);
    return suite_begin(state);
}

/* ---- keys ----------------------------------------------------------------------------------- */

static CK_RV generate(CK_SESSION_HANDLE s, CK_ULONG bits, CK_BBOOL token, CK_OBJECT_HANDLE *pub,
                      CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM m = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE pub_t[] = {
        A_BOOL(CKA_TOKEN, token), A_ULONG(CKA_MODULUS_BITS, bits), A_STR(CKA_LABEL, "rsa"),
        A_BOOL(CKA_ENCRYPT, yes), A_BOOL(CKA_WRAP, yes),
    };
    CK_ATTRIBUTE priv_t[] = {A_BOOL(CKA_TOKEN, token), A_STR(CKA_LABEL, "rsa"),
                             A_BOOL(CKA_DECRYPT, yes), A_BOOL(CKA_UNWRAP, yes)};

    return F->C_GenerateKeyPair(s, &m, pub_t, COUNT(pub_t), priv_t, COUNT(priv_t), pub, priv);
}

/* OpenSSL's key of a public (or private) key's CKA_PUBLIC_KEY_INFO. */
static EVP_PKEY *openssl_key(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o)
{
    CK_BYTE der[1024];
    const CK_BYTE *p = der;
    size_t len = get_bytes(s, o, CKA_PUBLIC_KEY_INFO, der, sizeof der);
    EVP_PKEY *pkey = d2i_PUBKEY(NULL, &p, (long)len);

    assert_non_null(pkey);
    assert_ptr_equal(p, der + len);
    return pkey;
}

static void number(const EVP_PKEY *pkey, const char *name, CK_BYTE *out, CK_ATTRIBUTE_TYPE type,
                   CK_ATTRIBUTE *a)
{
    BIGNUM *n = NULL;

    assert_int_equal(EVP_PKEY_get_bn_param(pkey, name, &n), 1);
    a->type = type;
    a->pValue = out;
    a->ulValueLen = (CK_ULONG)BN_bn2bin(n, out);
    BN_clear_free(n);
}

static const struct {
    CK_ATTRIBUTE_TYPE type;
    const char *name;
} parts[] = {
    {CKA_MODULUS, OSSL_PKEY_PARAM_RSA_N},
    {CKA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E},
    {CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D},
    {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
    {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
    {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

enum { N, E, D, P, Q, DP, DQ, QI, PARTS };

/* A template: `fixed` attributes, then the parts of OpenSSL's key. */
#define FIXED 3
typedef struct import {
    CK_ATTRIBUTE a[FIXED + PARTS];
    CK_BYTE bytes[PARTS][BYTES + 8];
} import;

static void import_of(const EVP_PKEY *pkey, import *t)
{
    static CK_ATTRIBUTE fixed[FIXED] = {A_ULONG(CKA_CLASS, class_priv),
                                        A_ULONG(CKA_KEY_TYPE, type_rsa), A_BOOL(CKA_TOKEN, no)};
    int i;

    memcpy(t->a, fixed, sizeof fixed);
    for (i = 0; i < PARTS; i++)
        number(pkey, parts[i].name, t->bytes[i], parts[i].type, &t->a[FIXED + i]);
}

static void generating(void **state)
{
    static const CK_ULONG sizes[] = {512, 1024, 2048};
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE a[512], b[512];
    CK_ULONG i;

    (void)state;
    for (i = 0; i < COUNT(sizes); i++) {
        EVP_PKEY *pkey;
        CK_ATTRIBUTE n;

        OK(generate(s, sizes[i], i == 1, &pub, &priv));
        assert_int_equal(get_ulong(s, pub, CKA_MODULUS_BITS), sizes[i]);
        assert_int_equal(get_bytes(s, pub, CKA_MODULUS, a, sizeof a), sizes[i] / 8);
        assert_int_equal(get_bytes(s, priv, CKA_MODULUS, b, sizeof b), sizes[i] / 8);
        assert_memory_equal(a, b, sizes[i] / 8);
        pkey = openssl_key(s, priv);
        number(pkey, OSSL_PKEY_PARAM_RSA_N, b, CKA_MODULUS, &n);
        assert_memory_equal(a, b, sizes[i] / 8);
        EVP_PKEY_free(pkey);
        assert_int_equal(get_bytes(s, priv, CKA_PUBLIC_EXPONENT, a, sizeof a), 3);
        assert_memory_equal(a, "\1\0\1", 3);
        assert_int_equal(get_ulong(s, priv, CKA_KEY_GEN_MECHANISM), CKM_RSA_PKCS_KEY_PAIR_GEN);
        assert_true(get_bool(s, priv, CKA_LOCAL));
        assert_true(get_bool(s, priv, CKA_NEVER_EXTRACTABLE));
        assert_int_equal(get_rv(s, priv, CKA_PRIVATE_EXPONENT), CKR_ATTRIBUTE_SENSITIVE);
        assert_int_equal(get_rv(s, priv, CKA_PRIME_1), CKR_ATTRIBUTE_SENSITIVE);
        assert_int_equal(get_rv(s, priv, CKA_COEFFICIENT), CKR_ATTRIBUTE_SENSITIVE);
        assert_int_equal(get_rv(s, pub, CKA_PRIVATE_EXPONENT), CKR_ATTRIBUTE_TYPE_INVALID);
    }
}

static void generating_wrong(void **state)
{
    static CK_BYTE e3[] = {3}, e_even[] = {1, 0, 0}, e_one[] = {1}, e_long[9] = {1, [8] = 1};
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = BITS;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_MODULUS_BITS, bits), A_BYTES(CKA_PUBLIC_EXPONENT, e3)};
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE got[8];

    (void)state;
    OK(F->C_GenerateKeyPair(s, &m, t, 2, NULL, 0, &pub, &priv));
    assert_int_equal(get_bytes(s, pub, CKA_PUBLIC_EXPONENT, got, sizeof got), 1);
    assert_int_equal(got[0], 3);

    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_GenerateKeyPair(s, &m, t + 1, 1, NULL, 0, &pub, &priv));
    t[1] = (CK_ATTRIBUTE)A_BYTES(CKA_PUBLIC_EXPONENT, e_even);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_GenerateKeyPair(s, &m, t, 2, NULL, 0, &pub, &priv));
    t[1] = (CK_ATTRIBUTE)A_BYTES(CKA_PUBLIC_EXPONENT, e_one);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_GenerateKeyPair(s, &m, t, 2, NULL, 0, &pub, &priv));
    t[1] = (CK_ATTRIBUTE)A_BYTES(CKA_PUBLIC_EXPONENT, e_long);
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_GenerateKeyPair(s, &m, t, 2, NULL, 0, &pub, &priv));
    t[1] = (CK_ATTRIBUTE)A_BYTES(CKA_MODULUS, text);
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_GenerateKeyPair(s, &m, t, 2, NULL, 0, &pub, &priv));
    FAILS(CKR_KEY_SIZE_RANGE, generate(s, 511, CK_FALSE, &pub, &priv));
    FAILS(CKR_KEY_SIZE_RANGE, generate(s, 4097, CK_FALSE, &pub, &priv));
    FAILS(CKR_KEY_SIZE_RANGE, generate(s, (CK_ULONG)-1, CK_FALSE, &pub, &priv));
    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_KEY_TYPE, type_256);
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_GenerateKeyPair(s, &m, t, 1, NULL, 0, &pub, &priv));
    m.pParameter = text;
    m.ulParameterLen = 1;
    t[0] = (CK_ATTRIBUTE)A_ULONG(CKA_MODULUS_BITS, bits);
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_GenerateKeyPair(s, &m, t, 1, NULL, 0, &pub, &priv));
}

/* ---- signatures ----------------------------------------------------------------------------- */

typedef struct sig_case {
    CK_MECHANISM_TYPE mech;
    const char *md; /* NULL: none */
    int pad;
    CK_MECHANISM_TYPE hash;
    CK_RSA_PKCS_MGF_TYPE mgf;
    const char *mgf_md;
    CK_ULONG salt, len; /* len: of the data; 0: the whole text */
} sig_case;

#define PSS RSA_PKCS1_PSS_PADDING
static const sig_case sig_cases[] = {
    {CKM_RSA_PKCS, NULL, RSA_PKCS1_PADDING, 0, 0, NULL, 0, 35},
    {CKM_RSA_PKCS, NULL, RSA_PKCS1_PADDING, 0, 0, NULL, 0, BYTES - 11},
    {CKM_RSA_X_509, NULL, RSA_NO_PADDING, 0, 0, NULL, 0, BYTES - 1},
    {CKM_MD5_RSA_PKCS, "MD5", RSA_PKCS1_PADDING, 0, 0, NULL, 0, 0},
    {CKM_SHA1_RSA_PKCS, "SHA1", RSA_PKCS1_PADDING, 0, 0, NULL, 0, 0},
    {CKM_SHA224_RSA_PKCS, "SHA224", RSA_PKCS1_PADDING, 0, 0, NULL, 0, 0},
    {CKM_SHA256_RSA_PKCS, "SHA256", RSA_PKCS1_PADDING, 0, 0, NULL, 0, 0},
    {CKM_SHA384_RSA_PKCS, "SHA384", RSA_PKCS1_PADDING, 0, 0, NULL, 0, 0},
    {CKM_SHA512_RSA_PKCS, "SHA512", RSA_PKCS1_PADDING, 0, 0, NULL, 0, 0},
    {CKM_RSA_PKCS_PSS, "SHA256", PSS, CKM_SHA256, CKG_MGF1_SHA256, "SHA256", 32, 32},
    {CKM_RSA_PKCS_PSS, "SHA384", PSS, CKM_SHA384, CKG_MGF1_SHA1, "SHA1", 0, 48},
    {CKM_SHA1_RSA_PKCS_PSS, "SHA1", PSS, CKM_SHA_1, CKG_MGF1_SHA1, "SHA1", 20, 0},
    {CKM_SHA224_RSA_PKCS_PSS, "SHA224", PSS, CKM_SHA224, CKG_MGF1_SHA224, "SHA224", 28, 0},
    {CKM_SHA256_RSA_PKCS_PSS, "SHA256", PSS, CKM_SHA256, CKG_MGF1_SHA512, "SHA512", 94, 0},
    {CKM_SHA384_RSA_PKCS_PSS, "SHA384", PSS, CKM_SHA384, CKG_MGF1_SHA384, "SHA384", 1, 0},
    {CKM_SHA512_RSA_PKCS_PSS, "SHA512", PSS, CKM_SHA512, CKG_MGF1_SHA512, "SHA512", 62, 0},
};

/* What OpenSSL signs: the data itself where PKCS #11's mechanism does not hash. */
static EVP_PKEY_CTX *sig_ctx(EVP_PKEY *pkey, const sig_case *c, int sign, CK_BYTE *data,
                             size_t *len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    unsigned n = 0;

    assert_non_null(ctx);
    assert_int_equal(sign ? EVP_PKEY_sign_init(ctx) : EVP_PKEY_verify_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, c->pad), 1);
    if (c->md != NULL) {
        const EVP_MD *md = EVP_get_digestbyname(c->md);

        assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, md), 1);
        if (c->len == 0) {
            assert_int_equal(EVP_Digest(text, sizeof text, data, &n, md, NULL), 1);
            *len = n;
        }
    }
    if (c->len != 0) {
        *len = c->len;
        memcpy(data, text, *len);
    }
    if (c->pad == PSS) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, (int)c->salt), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_get_digestbyname(c->mgf_md)), 1);
    }
    if (c->pad == RSA_NO_PADDING) { /* a number in front of which there are zeros */
        memmove(data + BYTES - *len, data, *len);
        memset(data, 0, BYTES - *len);
        *len = BYTES;
    }
    return ctx;
}

static void sign_and_verify(CK_SESSION_HANDLE s, const sig_case *c, CK_OBJECT_HANDLE pub,
                            CK_OBJECT_HANDLE priv, EVP_PKEY *pkey, EVP_PKEY *secret)
{
    CK_RSA_PKCS_PSS_PARAMS pss = {c->hash, c->mgf, c->salt};
    CK_MECHANISM m = {c->mech, c->pad == PSS ? &pss : NULL, c->pad == PSS ? sizeof pss : 0};
    CK_ULONG len = c->len != 0 ? c->len : sizeof text, n, half = len / 2;
    CK_BYTE sig[BYTES], data[BYTES];
    EVP_PKEY_CTX *ctx;
    size_t data_len = 0, sig_len = sizeof sig;

    OK(F->C_SignInit(s, &m, priv));
    OK(F->C_Sign(s, text, len, NULL, &n));
    assert_int_equal(n, BYTES);
    n--;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_Sign(s, text, len, sig, &n));
    OK(F->C_Sign(s, text, len, sig, &n));
    assert_int_equal(n, BYTES);
    ctx = sig_ctx(pkey, c, 0, data, &data_len);
    assert_int_equal(EVP_PKEY_verify(ctx, sig, n, data, data_len), 1);
    EVP_PKEY_CTX_free(ctx);

    /* By the token, and in parts. */
    OK(F->C_VerifyInit(s, &m, pub));
    OK(F->C_Verify(s, text, len, sig, n));
    OK(F->C_VerifyInit(s, &m, pub));
    OK(F->C_VerifyUpdate(s, text, half));
    OK(F->C_VerifyUpdate(s, text + half, len - half));
    OK(F->C_VerifyFinal(s, sig, n));
    OK(F->C_SignInit(s, &m, priv));
    OK(F->C_SignUpdate(s, text, half));
    OK(F->C_SignUpdate(s, text + half, len - half));
    OK(F->C_SignFinal(s, sig, &n));
    OK(F->C_VerifyInit(s, &m, pub));
    OK(F->C_Verify(s, text, len, sig, n));
    sig[5] ^= 1;
    OK(F->C_VerifyInit(s, &m, pub));
    FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, text, len, sig, n));
    OK(F->C_VerifyInit(s, &m, pub));
    FAILS(CKR_SIGNATURE_LEN_RANGE, F->C_Verify(s, text, len, sig, n - 1));
    if (c->pad != PSS || c->len == 0) { /* other data of another length */
        sig[5] ^= 1;
        OK(F->C_VerifyInit(s, &m, pub));
        FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, text + 1, len - 1, sig, n));
    }

    /* By OpenSSL, for the token. */
    ctx = sig_ctx(secret, c, 1, data, &data_len);
    assert_int_equal(EVP_PKEY_sign(ctx, sig, &sig_len, data, data_len), 1);
    EVP_PKEY_CTX_free(ctx);
    OK(F->C_VerifyInit(s, &m, pub));
    OK(F->C_Verify(s, text, len, sig, sig_len));
}

/* A key of OpenSSL's in the token, both halves. */
static EVP_PKEY *imported(CK_SESSION_HANDLE s, CK_BBOOL token, CK_OBJECT_HANDLE *pub,
                          CK_OBJECT_HANDLE *priv)
{
    EVP_PKEY *pkey = EVP_RSA_gen(BITS);
    CK_ATTRIBUTE half[FIXED + 2];
import t;

    assert_non_null(pkey);
    import_of(pkey, &t);
    memcpy(half, t.a, sizeof half);
    half[0].pValue = &class_pub;
    t.a[2].pValue = half[2].pValue = token ? &yes : &no;
    OK(F->C_CreateObject(s, t.a, COUNT(t.a), priv));
    OK(F->C_CreateObject(s, half, COUNT(half), pub));
    return pkey;
}

static void signatures(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    CK_ULONG i, where;

    (void)state;
    for (where = 0; where < 2; where++) {
        EVP_PKEY *secret = imported(s, where == 1, &pub, &priv), *pkey = openssl_key(s, priv);

        for (i = 0; i < COUNT(sig_cases); i++)
            sign_and_verify(s, &sig_cases[i], pub, priv, pkey, secret);
        EVP_PKEY_free(pkey);
        EVP_PKEY_free(secret);
    }
}

static void signing_wrong(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
    CK_MECHANISM raw = {CKM_RSA_PKCS, NULL, 0}, x509_m = {CKM_RSA_X_509, NULL, 0},
                 m = {CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss}, ec = {CKM_ECDSA, NULL, 0},
                 sha512 = {CKM_SHA512_RSA_PKCS, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE sig[BYTES], big[BYTES];
    CK_ULONG n = sizeof sig;

    (void)state;
    OK(generate(s, BITS, CK_FALSE, &pub, &priv));
    OK(F->C_SignInit(s, &raw, priv));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, text, BYTES - 10, sig, &n));
    OK(F->C_SignInit(s, &raw, priv));
    OK(F->C_SignUpdate(s, text, BYTES - 11));
    FAILS(CKR_DATA_LEN_RANGE, F->C_SignUpdate(s, text, 1));
    memset(big, 0xFF, sizeof big);
    OK(F->C_SignInit(s, &x509_m, priv));
    FAILS(CKR_DATA_INVALID, F->C_Sign(s, big, sizeof big, sig, &n));
    OK(F->C_SignInit(s, &x509_m, priv));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, text, BYTES + 1, sig, &n));

    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &raw, pub));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_SignInit(s, &ec, priv));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(s, &raw, 9999));
    raw.pParameter = &pss;
    raw.ulParameterLen = sizeof pss;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &raw, priv));

    OK(F->C_SignInit(s, &m, priv));
    OK(F->C_Sign(s, text, 5, sig, &n));
    pss.sLen = BYTES - 32 - 1;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
    pss.sLen = (CK_ULONG)-1;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
    pss.sLen = 32;
    pss.hashAlg = CKM_SHA384; /* not the mechanism's */
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
    pss.hashAlg = CKM_SHA256;
    pss.mgf = 99;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
    pss.mgf = CKG_MGF1_SHA256;
    m.ulParameterLen--;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
    m.pParameter = NULL;
    m.ulParameterLen = 0;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &m, priv));
    m = (CK_MECHANISM){CKM_RSA_PKCS_PSS, &pss, sizeof pss};
    OK(F->C_SignInit(s, &m, priv));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, text, 31, sig, &n));
    OK(F->C_SignInit(s, &m, priv));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Sign(s, text, 33, sig, &n));

    /* A key too small for the digest. */
    OK(generate(s, 512, CK_FALSE, &pub, &priv));
    FAILS(CKR_KEY_SIZE_RANGE, F->C_SignInit(s, &sha512, priv));
    pss = (CK_RSA_PKCS_PSS_PARAMS){CKM_SHA512, CKG_MGF1_SHA512, 0};
    FAILS(CKR_KEY_SIZE_RANGE, F->C_SignInit(s, &m, priv));
}

/* ---- importing ------------------------------------------------------------------------------ */

static void importing(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    EVP_PKEY *pkey = EVP_RSA_gen(BITS), *got;
    CK_ATTRIBUTE want, all[FIXED + PARTS + 2];
    CK_MECHANISM m = {CKM_SHA256_RSA_PKCS, NULL, 0};
    CK_OBJECT_HANDLE priv, copy;
    CK_BYTE sig[BYTES], buf[BYTES];
    CK_ULONG n, i, drop;
import t;

    (void)state;
    assert_non_null(pkey);
    import_of(pkey, &t);

    /* Without what can be computed: it is computed. */
    for (drop = 0; drop < 3; drop++) {
        CK_ULONG count = drop == 0 ? FIXED + PARTS : drop == 1 ? FIXED + DP : FIXED + P;

        memcpy(all, t.a, sizeof t.a);
        all[count] = (CK_ATTRIBUTE)A_BOOL(CKA_SENSITIVE, no);
        all[count + 1] = (CK_ATTRIBUTE)A_BOOL(CKA_EXTRACTABLE, yes);
        all[2].pValue = drop == 1 ? &yes : &no; /* on the token, in the session */
        OK(F->C_CreateObject(s, all, count + 2, &priv));
        OK(F->C_SignInit(s, &m, priv));
        n = sizeof sig;
        OK(F->C_Sign(s, text, sizeof text, sig, &n));
        got = openssl_key(s, priv);
        assert_int_equal(EVP_PKEY_eq(pkey, got), 1);
        EVP_PKEY_free(got);
        for (i = 0; i < (CK_ULONG)(drop == 2 ? P : PARTS); i++) {
            want = t.a[FIXED + i];
            assert_int_equal(get_bytes(s, priv, parts[i].type, buf, sizeof buf), want.ulValueLen);
            assert_memory_equal(buf, want.pValue, want.ulValueLen);
        }
        if (drop == 2)
            assert_int_equal(get_rv(s, priv, CKA_PRIME_1), CKR_ATTRIBUTE_TYPE_INVALID);
        assert_false(get_bool(s, priv, CKA_LOCAL));
        /* A copy has the secret parts too, and hides them again if it is told to. */
        want = (CK_ATTRIBUTE)A_BOOL(CKA_SENSITIVE, yes);
        OK(F->C_CopyObject(s, priv, &want, 1, &copy));
        OK(F->C_SignInit(s, &m, copy));
        OK(F->C_Sign(s, text, sizeof text, buf, &n));
        assert_memory_equal(buf, sig, n);
        assert_int_equal(get_rv(s, copy, CKA_PRIVATE_EXPONENT), CKR_ATTRIBUTE_SENSITIVE);
        OK(F->C_SetAttributeValue(s, priv, &want, 1));
        assert_int_equal(get_rv(s, priv, CKA_PRIME_2), CKR_ATTRIBUTE_SENSITIVE);
        OK(F->C_SignInit(s, &m, priv));
        OK(F->C_Sign(s, text, sizeof text, buf, &n));
        assert_memory_equal(buf, sig, n);
    }

    /* The public exponent may be found; leading zeros do not count. */
    memcpy(all, t.a, sizeof t.a);
    all[FIXED + E] = t.a[FIXED + D];
    OK(F->C_CreateObject(s, all, FIXED + E + 1, &priv));
    assert_int_equal(get_bytes(s, priv, CKA_PUBLIC_EXPONENT, buf, sizeof buf), 3);
    assert_memory_equal(buf, "\1\0\1", 3);
    memmove(t.bytes[N] + 3, t.bytes[N], BYTES);
    memset(t.bytes[N], 0, 3);
    t.a[FIXED + N].ulValueLen = BYTES + 3;
    OK(F->C_CreateObject(s, t.a, COUNT(t.a), &priv));
    assert_int_equal(get_bytes(s, priv, CKA_MODULUS, buf, sizeof buf), BYTES);
    assert_memory_equal(buf, t.bytes[N] + 3, BYTES);
    EVP_PKEY_free(pkey);
}

static void importing_wrong(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    EVP_PKEY *pkey = EVP_RSA_gen(BITS);
    CK_ATTRIBUTE all[FIXED + PARTS];
    CK_OBJECT_HANDLE o;
    CK_ULONG i;
import t;

    (void)state;
    assert_non_null(pkey);
    import_of(pkey, &t);
    EVP_PKEY_free(pkey);
    OK(F->C_CreateObject(s, t.a, COUNT(t.a), &o));
    for (i = 0; i < PARTS; i++) { /* each number, a little wrong */
        t.bytes[i][t.a[FIXED + i].ulValueLen / 2] ^= 0x10;
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, t.a, COUNT(t.a), &o));
        t.bytes[i][t.a[FIXED + i].ulValueLen / 2] ^= 0x10;
    }
    for (i = 0; i < PARTS; i++) { /* each number zero, or empty */
        memcpy(all, t.a, sizeof all);
        all[FIXED + i].pValue = "\0";
        all[FIXED + i].ulValueLen = 1;
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, all, COUNT(all), &o));
    }
    memcpy(all, t.a, sizeof all);
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_CreateObject(s, all, FIXED + 2, &o)); /* no d */
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_CreateObject(s, all, FIXED + Q, &o)); /* one prime */
    all[FIXED + P] = all[FIXED + DP];
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_CreateObject(s, all, FIXED + P + 1, &o));

    /* The public half. */
    all[0].pValue = &class_pub;
    OK(F->C_CreateObject(s, all, FIXED + 2, &o));
    FAILS(CKR_TEMPLATE_INCOMPLETE, F->C_CreateObject(s, all, FIXED + 1, &o));
    FAILS(CKR_TEMPLATE_INCONSISTENT, F->C_CreateObject(s, all, FIXED + 3, &o)); /* d */
    all[FIXED].ulValueLen = 63;
    FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, all, FIXED + 2, &o));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(generating, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(generating_wrong, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(signatures, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(signing_wrong, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(importing, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(importing_wrong, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, fill_text, suite_end);
}
