/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA and EC in a process whose engine has taken both (captor.c): the module's own keys must not be
 * given to it, for it may be one that gets its work done by this module.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "tests/token/captor.h"
#include "tests/token/harness.h"

#include <openssl/evp.h>

#include <string.h>

static const CK_BYTE p384[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
static CK_BYTE text[] = "to be signed, or encrypted";

static void make_pair_of(CK_SESSION_HANDLE s, int rsa, CK_OBJECT_HANDLE *pub,
                         CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM m = {rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = 1024;
    CK_ATTRIBUTE rsa_t[] = {A_ULONG(CKA_MODULUS_BITS, bits)};
    CK_ATTRIBUTE ec_t[] = {A_BYTES(CKA_EC_PARAMS, p384)};
    CK_ATTRIBUTE priv_t[] = {A_BOOL(CKA_TOKEN, yes), A_BOOL(CKA_DERIVE, yes)};

    /* A key of the token is prepared from its attributes, not kept from when it was made. */
    OK(F->C_GenerateKeyPair(s, &m, rsa ? rsa_t : ec_t, 1, priv_t, rsa ? 1 : 2, pub, priv));
}

static void signs(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE pub, CK_OBJECT_HANDLE priv)
{
    CK_BYTE sig[256];
    CK_ULONG n = sizeof sig;

    OK(F->C_SignInit(s, m, priv));
    OK(F->C_Sign(s, text, sizeof text, sig, &n));
    OK(F->C_VerifyInit(s, m, pub));
    OK(F->C_Verify(s, text, sizeof text, sig, n));
    sig[n - 1] ^= 1;
    OK(F->C_VerifyInit(s, m, pub));
    FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, text, sizeof text, sig, n));
}

static void encrypts(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_OBJECT_HANDLE pub,
                     CK_OBJECT_HANDLE priv)
{
    CK_BYTE secret[128], plain[128];
    CK_ULONG n = sizeof secret, back = sizeof plain;

    OK(F->C_EncryptInit(s, m, pub));
    OK(F->C_Encrypt(s, text, sizeof text, secret, &n));
    OK(F->C_DecryptInit(s, m, priv));
    OK(F->C_Decrypt(s, secret, n, plain, &back));
    assert_int_equal(back, sizeof text);
    assert_memory_equal(plain, text, back);
}

static void rsa_keys(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 20};
    CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
    CK_MECHANISM sign[] = {
        {CKM_RSA_PKCS, NULL, 0},
        {CKM_SHA256_RSA_PKCS, NULL, 0},
        {CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss},
    };
    CK_MECHANISM encrypt[] = {{CKM_RSA_PKCS, NULL, 0}, {CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep}};
    CK_OBJECT_HANDLE pub, priv;
    size_t i;

    (void)state;
    make_pair_of(s, 1, &pub, &priv);
    for (i = 0; i < COUNT(sign); i++)
        signs(s, &sign[i], pub, priv);
    for (i = 0; i < COUNT(encrypt); i++)
        encrypts(s, &encrypt[i], pub, priv);
    assert_int_equal(captor_asked, 0);
}

static void agree(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE priv, CK_OBJECT_HANDLE peer, CK_BYTE *out)
{
    CK_BYTE point[128];
    CK_ULONG len = (CK_ULONG)get_bytes(s, peer, CKA_EC_POINT, point, sizeof point), size = 48;
    CK_ECDH1_DERIVE_PARAMS p = {CKD_NULL, 0, NULL, len, point};
    CK_MECHANISM m = {CKM_ECDH1_DERIVE, &p, sizeof p};
    CK_ATTRIBUTE templ[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type_generic),
                            A_BOOL(CKA_SENSITIVE, no), A_BOOL(CKA_EXTRACTABLE, yes),
                            A_ULONG(CKA_VALUE_LEN, size)};
    CK_OBJECT_HANDLE key;

    OK(F->C_DeriveKey(s, &m, priv, templ, COUNT(templ), &key));
    assert_int_equal(get_bytes(s, key, CKA_VALUE, out, size), size);
}

static void ec_keys(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_ECDSA_SHA256, NULL, 0};
    CK_OBJECT_HANDLE pub[2], priv[2];
    CK_BYTE z[2][48];

    (void)state;
    make_pair_of(s, 0, &pub[0], &priv[0]);
    make_pair_of(s, 0, &pub[1], &priv[1]);
    signs(s, &m, pub[0], priv[0]);
    agree(s, priv[0], pub[1], z[0]);
    agree(s, priv[1], pub[0], z[1]);
    assert_memory_equal(z[0], z[1], sizeof z[0]);
    assert_int_equal(captor_asked, 0);
}

/* Or nothing of the above means anything. */
static void the_engine_is_there(void **state)
{
#ifdef OPENSSL_NO_ENGINE
    (void)state;
    skip();
#else
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);

    (void)state;
    assert_true(captor_asked > 0);
    assert_true(EVP_PKEY_keygen_init(ctx) <= 0);
    EVP_PKEY_CTX_free(ctx);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rsa_keys, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(ec_keys, test_begin_token, test_end),
        cmocka_unit_test(the_engine_is_there),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
