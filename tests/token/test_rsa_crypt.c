/* SPDX-License-Identifier: Apache-2.0 */
/* RSA encryption and wrapping, with OpenSSL on the other side. */
#include "tests/token/harness.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <string.h>

#define BITS  1024
#define BYTES (BITS / 8)

static CK_BYTE text[300];
static CK_BYTE label[] = "a label";

static int fill_text(void **state)
{
    size_t i;

    for (i = 0; i < sizeof text; i++)
        text[i] = (CK_BYTE)(i * 5 + 1);
    return suite_begin(state);
}

static EVP_PKEY *generate(CK_SESSION_HANDLE s, CK_BBOOL token, CK_OBJECT_HANDLE *pub,
                          CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM m = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = BITS;
    CK_ATTRIBUTE pub_t[] = {A_BOOL(CKA_TOKEN, token), A_BOOL(CKA_WRAP, yes),
                            A_ULONG(CKA_MODULUS_BITS, bits)};
    CK_ATTRIBUTE priv_t[] = {A_BOOL(CKA_TOKEN, token), A_BOOL(CKA_UNWRAP, yes)};
    CK_BYTE der[512];
    const CK_BYTE *p = der;
    EVP_PKEY *pkey;
    size_t len;

    OK(F->C_GenerateKeyPair(s, &m, pub_t, COUNT(pub_t), priv_t, COUNT(priv_t), pub, priv));
    len = get_bytes(s, *pub, CKA_PUBLIC_KEY_INFO, der, sizeof der);
    pkey = d2i_PUBKEY(NULL, &p, (long)len);
    assert_non_null(pkey);
    return pkey;
}

/* ---- the cases ------------------------------------------------------------------------------ */

typedef struct pad_case {
    CK_MECHANISM_TYPE mech;
    int pad;
    CK_MECHANISM_TYPE hash;
    CK_RSA_PKCS_MGF_TYPE mgf;
    const char *md, *mgf_md;
    int label;
    CK_ULONG max; /* bytes of plaintext */
} pad_case;

static const pad_case cases[] = {
    {CKM_RSA_PKCS, RSA_PKCS1_PADDING, 0, 0, NULL, NULL, 0, BYTES - 11},
    {CKM_RSA_PKCS_OAEP, RSA_PKCS1_OAEP_PADDING, CKM_SHA_1, CKG_MGF1_SHA1, "SHA1", "SHA1", 0,
     BYTES - 42},
    {CKM_RSA_PKCS_OAEP, RSA_PKCS1_OAEP_PADDING, CKM_SHA256, CKG_MGF1_SHA256, "SHA256", "SHA256", 1,
     BYTES - 66},
    {CKM_RSA_PKCS_OAEP, RSA_PKCS1_OAEP_PADDING, CKM_SHA384, CKG_MGF1_SHA1, "SHA384", "SHA1", 1,
     BYTES - 98},
    {CKM_RSA_X_509, RSA_NO_PADDING, 0, 0, NULL, NULL, 0, BYTES},
};

static CK_MECHANISM mechanism(const pad_case *c, CK_RSA_PKCS_OAEP_PARAMS *oaep)
{
    CK_MECHANISM m = {c->mech, NULL, 0};

    if (c->mech != CKM_RSA_PKCS_OAEP)
        return m;
    oaep->hashAlg = c->hash;
    oaep->mgf = c->mgf;
    oaep->source = CKZ_DATA_SPECIFIED;
    oaep->pSourceData = c->label ? label : NULL;
    oaep->ulSourceDataLen = c->label ? sizeof label : 0;
    m.pParameter = oaep;
    m.ulParameterLen = sizeof *oaep;
    return m;
}

static void openssl_encrypt(EVP_PKEY *pkey, const pad_case *c, const CK_BYTE *in, size_t len,
                            CK_BYTE out[BYTES])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
    CK_BYTE padded[BYTES] = {0};
    size_t n = BYTES;

    assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, c->pad), 1);
    if (c->md != NULL) {
        assert_int_equal(EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_get_digestbyname(c->md)), 1);
        assert_int_equal(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_get_digestbyname(c->mgf_md)), 1);
    }
    if (c->label) {
        void *copy = OPENSSL_memdup(label, sizeof label);

        assert_int_equal(EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, copy, sizeof label), 1);
    }
    if (c->pad == RSA_NO_PADDING) {
        memcpy(padded + BYTES - len, in, len);
        in = padded;
        len = BYTES;
    }
    assert_int_equal(EVP_PKEY_encrypt(ctx, out, &n, in, len), 1);
    assert_int_equal(n, BYTES);
    EVP_PKEY_CTX_free(ctx);
}

static void check_plain(const pad_case *c, const CK_BYTE *got, CK_ULONG n, CK_ULONG len)
{
    CK_ULONG zeros = c->pad == RSA_NO_PADDING ? BYTES - len : 0, i;

    assert_int_equal(n, zeros + len);
    for (i = 0; i < zeros; i++)
        assert_int_equal(got[i], 0);
    assert_memory_equal(got + zeros, text, len);
}

static void encrypting(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE out[BYTES], back[BYTES];
    CK_ULONG i, where, n, k;

    (void)state;
    for (where = 0; where < 2; where++) {
        EVP_PKEY *pkey = generate(s, where == 1, &pub, &priv);

        for (i = 0; i < COUNT(cases); i++) {
            const CK_ULONG lengths[] = {cases[i].max, 1, 16, 0};
            CK_RSA_PKCS_OAEP_PARAMS oaep;
            CK_MECHANISM m = mechanism(&cases[i], &oaep);

            for (k = 0; k < COUNT(lengths); k++) {
                CK_ULONG len = lengths[k];

                OK(F->C_EncryptInit(s, &m, pub));
                OK(F->C_Encrypt(s, text, len, NULL, &n));
                assert_int_equal(n, BYTES);
                n = BYTES - 1;
                FAILS(CKR_BUFFER_TOO_SMALL, F->C_Encrypt(s, text, len, out, &n));
                n = BYTES;
                OK(F->C_Encrypt(s, text, len, out, &n));
                assert_int_equal(n, BYTES);
                OK(F->C_DecryptInit(s, &m, priv));
                n = sizeof back;
                OK(F->C_Decrypt(s, out, BYTES, back, &n));
                check_plain(&cases[i], back, n, len);

                /* From OpenSSL, in two parts, in place. */
                openssl_encrypt(pkey, &cases[i], text, len, out);
                OK(F->C_DecryptInit(s, &m, priv));
                n = 0;
                OK(F->C_DecryptUpdate(s, out, 50, back, &n));
                assert_int_equal(n, 0);
                OK(F->C_DecryptUpdate(s, out + 50, BYTES - 50, back, &n));
                n = sizeof back;
                OK(F->C_DecryptFinal(s, out, &n));
                check_plain(&cases[i], out, n, len);
            }
            OK(F->C_EncryptInit(s, &m, pub));
            n = sizeof out;
            FAILS(CKR_DATA_LEN_RANGE, F->C_Encrypt(s, text, cases[i].max + 1, out, &n));
        }
        EVP_PKEY_free(pkey);
    }
}

/* A buffer of the plaintext's length will do, and a shorter one leaves the operation as it was. */
static void exact_room(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    EVP_PKEY *pkey = generate(s, CK_FALSE, &pub, &priv);
    CK_RSA_PKCS_OAEP_PARAMS oaep;
    CK_BYTE out[BYTES], back[BYTES + 1];
    CK_ULONG n, i, want;

    (void)state;
    for (i = 0; i < COUNT(cases); i++) {
        CK_MECHANISM m = mechanism(&cases[i], &oaep);

        openssl_encrypt(pkey, &cases[i], text, 20, out);
        want = cases[i].pad == RSA_NO_PADDING ? BYTES : 20;

        OK(F->C_DecryptInit(s, &m, priv));
        n = 0;
        FAILS(CKR_BUFFER_TOO_SMALL, F->C_Decrypt(s, out, BYTES, back, &n));
        assert_int_equal(n, want);
        n = want - 1;
        memset(back, 0x5A, sizeof back);
        FAILS(CKR_BUFFER_TOO_SMALL, F->C_Decrypt(s, out, BYTES, back, &n));
        assert_int_equal(n, want);
        assert_int_equal(back[0], 0x5A); /* nothing is written */
        OK(F->C_Decrypt(s, out, BYTES, back, &n));
        assert_int_equal(n, want);
        check_plain(&cases[i], back, n, 20);
        assert_int_equal(back[want], 0x5A);
        FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Decrypt(s, out, BYTES, back, &n));

        /* in parts, the last one asked three times */
        OK(F->C_DecryptInit(s, &m, priv));
        n = 0;
        OK(F->C_DecryptUpdate(s, out, 100, back, &n));
        OK(F->C_DecryptUpdate(s, out + 100, BYTES - 100, back, &n));
        OK(F->C_DecryptFinal(s, NULL, &n));
        assert_int_equal(n, BYTES); /* the most that it may be */
        n = want - 1;
        FAILS(CKR_BUFFER_TOO_SMALL, F->C_DecryptFinal(s, back, &n));
        assert_int_equal(n, want);
        OK(F->C_DecryptFinal(s, back, &n));
        check_plain(&cases[i], back, n, 20);
        FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DecryptFinal(s, back, &n));

        /* What cannot be decrypted ends it, however little room there is. */
        OK(F->C_DecryptInit(s, &m, priv));
        n = 0;
        FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE, F->C_Decrypt(s, out, BYTES - 1, back, &n));
        FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Decrypt(s, out, BYTES, back, &n));
    }
    EVP_PKEY_free(pkey);
}

static void decrypting_wrong(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    EVP_PKEY *pkey = generate(s, CK_FALSE, &pub, &priv);
    CK_RSA_PKCS_OAEP_PARAMS oaep;
    CK_MECHANISM m, pkcs = {CKM_RSA_PKCS, NULL, 0}, raw = {CKM_RSA_X_509, NULL, 0};
    CK_BYTE out[BYTES], back[BYTES];
    CK_ULONG n;
    CK_RV rv;

    (void)state;
    m = mechanism(&cases[2], &oaep);
    openssl_encrypt(pkey, &cases[2], text, 20, out);
    EVP_PKEY_free(pkey);

    OK(F->C_DecryptInit(s, &m, priv));
    n = sizeof back;
    FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE, F->C_Decrypt(s, out, BYTES - 1, back, &n));
    OK(F->C_DecryptInit(s, &m, priv));
    n = sizeof back;
    FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE, F->C_Decrypt(s, text, BYTES + 1, back, &n));
    OK(F->C_DecryptInit(s, &m, priv));
    n = sizeof back;
    oaep.ulSourceDataLen--; /* what the caller does with its parameter now does not matter */
    OK(F->C_Decrypt(s, out, BYTES, back, &n));
    assert_int_equal(n, 20);
    OK(F->C_DecryptInit(s, &m, priv)); /* another label */
    n = sizeof back;
    FAILS(CKR_ENCRYPTED_DATA_INVALID, F->C_Decrypt(s, out, BYTES, back, &n));
    oaep.ulSourceDataLen++;
    oaep.mgf = CKG_MGF1_SHA1;
    OK(F->C_DecryptInit(s, &m, priv));
    FAILS(CKR_ENCRYPTED_DATA_INVALID, F->C_Decrypt(s, out, BYTES, back, &n));

    /* PKCS #1 v1.5: an error, or from OpenSSL 3.2 on bytes that have nothing to do with it. */
    OK(F->C_DecryptInit(s, &pkcs, priv));
    n = sizeof back;
    rv = F->C_Decrypt(s, out, BYTES, back, &n);
    assert_true(rv == CKR_ENCRYPTED_DATA_INVALID ||
                (rv == CKR_OK && (n != 20 || memcmp(back, text, 20) != 0)));
    memset(out, 0xFF, sizeof out); /* not below the modulus */
    OK(F->C_DecryptInit(s, &raw, priv));
    n = sizeof back;
    FAILS(CKR_ENCRYPTED_DATA_INVALID, F->C_Decrypt(s, out, BYTES, back, &n));
    OK(F->C_EncryptInit(s, &raw, pub));
    n = sizeof back;
    FAILS(CKR_DATA_INVALID, F->C_Encrypt(s, out, BYTES, back, &n));

    /* Parameters. */
    oaep.mgf = 99;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &m, priv));
    oaep.mgf = CKG_MGF1_SHA256;
    oaep.hashAlg = CKM_MD5;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &m, priv));
    oaep.hashAlg = CKM_SHA256;
    oaep.source = 7;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &m, priv));
    oaep.source = CKZ_DATA_SPECIFIED;
    oaep.pSourceData = NULL;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &m, priv));
    oaep.pSourceData = label;
    oaep.ulSourceDataLen = (CK_ULONG)-1;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &m, priv));
    m.ulParameterLen = 1;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &m, priv));
    pkcs.pParameter = text;
    pkcs.ulParameterLen = 1;
    FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DecryptInit(s, &pkcs, priv));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_DecryptInit(s, &raw, pub));
}

static void wrapping(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG value_len = 24, long_len = BYTES, i, n;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret),
                        A_ULONG(CKA_KEY_TYPE, type_generic),
                        A_BOOL(CKA_EXTRACTABLE, yes),
                        A_BOOL(CKA_SENSITIVE, no),
                        {CKA_VALUE, text, value_len}};
    CK_ATTRIBUTE to[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type_generic),
                         A_BOOL(CKA_EXTRACTABLE, yes), A_BOOL(CKA_SENSITIVE, no),
                         A_ULONG(CKA_VALUE_LEN, value_len)};
    CK_OBJECT_HANDLE pub, priv, key, big, back;
    CK_BYTE out[BYTES], got[BYTES];

    (void)state;
    EVP_PKEY_free(generate(s, CK_FALSE, &pub, &priv));
    OK(F->C_CreateObject(s, t, COUNT(t), &key));
    t[4].ulValueLen = long_len;
    OK(F->C_CreateObject(s, t, COUNT(t), &big));
    for (i = 0; i < COUNT(cases); i++) {
        CK_RSA_PKCS_OAEP_PARAMS oaep;
        CK_MECHANISM m = mechanism(&cases[i], &oaep);
        CK_ULONG count = COUNT(to) - (cases[i].pad == RSA_NO_PADDING ? 0 : 1);

        OK(F->C_WrapKey(s, &m, pub, key, NULL, &n));
        assert_int_equal(n, BYTES);
        n--;
        FAILS(CKR_BUFFER_TOO_SMALL, F->C_WrapKey(s, &m, pub, key, out, &n));
        assert_int_equal(n, BYTES);
        OK(F->C_WrapKey(s, &m, pub, key, out, &n));
        OK(F->C_UnwrapKey(s, &m, priv, out, n, to, count, &back));
        assert_int_equal(get_bytes(s, back, CKA_VALUE, got, sizeof got), value_len);
        assert_memory_equal(got, text, value_len);
        if (cases[i].pad != RSA_NO_PADDING)
            FAILS(CKR_KEY_SIZE_RANGE, F->C_WrapKey(s, &m, pub, big, out, &n));
        else
            FAILS(CKR_TEMPLATE_INCOMPLETE,
                  F->C_UnwrapKey(s, &m, priv, out, n, to, count - 1, &back));
        FAILS(CKR_WRAPPED_KEY_LEN_RANGE, F->C_UnwrapKey(s, &m, priv, out, n - 1, to, count, &back));
        if (cases[i].pad == RSA_PKCS1_OAEP_PADDING) {
            out[3] ^= 1;
            FAILS(CKR_WRAPPED_KEY_INVALID, F->C_UnwrapKey(s, &m, priv, out, n, to, count, &back));
        }
    }
}

/* CKA_ALWAYS_AUTHENTICATE: each signature and each decryption asks for the PIN. */
static void every_time(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM gen = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0}, m = {CKM_RSA_PKCS, NULL, 0};
    CK_ULONG bits = BITS, n = BYTES;
    CK_ATTRIBUTE pub_t = A_ULONG(CKA_MODULUS_BITS, bits),
                 priv_t = A_BOOL(CKA_ALWAYS_AUTHENTICATE, yes);
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE out[BYTES], back[BYTES];

    (void)state;
    OK(F->C_GenerateKeyPair(s, &gen, &pub_t, 1, &priv_t, 1, &pub, &priv));
    OK(F->C_EncryptInit(s, &m, pub));
    OK(F->C_Encrypt(s, text, 10, out, &n));
    OK(F->C_DecryptInit(s, &m, priv));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_Decrypt(s, out, BYTES, back, &n));
    OK(F->C_DecryptInit(s, &m, priv));
    OK(F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN)));
    n = BYTES;
    OK(F->C_Decrypt(s, out, BYTES, back, &n));
    assert_int_equal(n, 10);
    OK(F->C_SignInit(s, &m, priv));
    n = BYTES;
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_Sign(s, text, 10, out, &n));
    OK(F->C_SignInit(s, &m, priv));
    OK(F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN)));
    n = BYTES;
    OK(F->C_Sign(s, text, 10, out, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(encrypting, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(exact_room, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(decrypting_wrong, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(wrapping, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(every_time, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, fill_text, suite_end);
}
