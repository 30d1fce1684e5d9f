/* SPDX-License-Identifier: Apache-2.0 */
/* MD5, SHA-1, SHA-2 and HMAC with them, beside OpenSSL's. */
#include "tests/token/harness.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string.h>

static const struct {
    CK_MECHANISM_TYPE digest, hmac, general;
    const char *name;
    CK_ULONG size;
} algs[] = {
    {CKM_MD5, CKM_MD5_HMAC, CKM_MD5_HMAC_GENERAL, "MD5", 16},
    {CKM_SHA_1, CKM_SHA_1_HMAC, CKM_SHA_1_HMAC_GENERAL, "SHA1", 20},
    {CKM_SHA224, CKM_SHA224_HMAC, CKM_SHA224_HMAC_GENERAL, "SHA224", 28},
    {CKM_SHA256, CKM_SHA256_HMAC, CKM_SHA256_HMAC_GENERAL, "SHA256", 32},
    {CKM_SHA384, CKM_SHA384_HMAC, CKM_SHA384_HMAC_GENERAL, "SHA384", 48},
    {CKM_SHA512, CKM_SHA512_HMAC, CKM_SHA512_HMAC_GENERAL, "SHA512", 64},
};

static CK_BYTE text[1000];

static int fill_text(void **state)
{
    size_t i;

    for (i = 0; i < sizeof text; i++)
        text[i] = (CK_BYTE)(i * 3 + i / 256);
    return suite_begin(state);
}

static void digests(void **state)
{
    static const CK_ULONG lengths[] = {0, 1, 63, 64, 111, 112, 128, 1000};
    CK_SESSION_HANDLE s = open_ro();
    CK_BYTE want[64], got[64];
    CK_ULONG a, i, n, at, step;

    (void)state;
    for (a = 0; a < COUNT(algs); a++) {
        CK_MECHANISM m = {algs[a].digest, NULL, 0};

        for (i = 0; i < COUNT(lengths); i++) {
            assert_int_equal(
                EVP_Digest(text, lengths[i], want, NULL, EVP_get_digestbyname(algs[a].name), NULL),
                1);
            OK(F->C_DigestInit(s, &m));
            OK(F->C_Digest(s, text, lengths[i], NULL, &n));
            assert_int_equal(n, algs[a].size);
            OK(F->C_Digest(s, text, lengths[i], got, &n));
            assert_memory_equal(got, want, n);
            OK(F->C_DigestInit(s, &m));
            for (at = 0; at < lengths[i]; at += step) {
                step = lengths[i] - at < 41 ? lengths[i] - at : 41;
                OK(F->C_DigestUpdate(s, text + at, step));
            }
            OK(F->C_DigestFinal(s, got, &n));
            assert_memory_equal(got, want, n);
        }
        m.pParameter = text;
        m.ulParameterLen = 1;
        FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_DigestInit(s, &m));
    }
}

/* A digest goes on in another session from its saved state. */
static void saved(void **state)
{
    CK_SESSION_HANDLE s = open_ro(), other = open_ro();
    CK_BYTE want[64], got[64], kept[1024];
    CK_ULONG a, n, kept_len;

    (void)state;
    for (a = 0; a < COUNT(algs); a++) {
        CK_MECHANISM m = {algs[a].digest, NULL, 0};

        OK(F->C_DigestInit(s, &m));
        OK(F->C_DigestUpdate(s, text, 77));
        kept_len = sizeof kept;
        OK(F->C_GetOperationState(s, kept, &kept_len));
        OK(F->C_DigestUpdate(s, text + 77, 100));
        n = sizeof want;
        OK(F->C_DigestFinal(s, want, &n));
        OK(F->C_SetOperationState(other, kept, kept_len, 0, 0));
        OK(F->C_DigestUpdate(other, text + 77, 100));
        n = sizeof got;
        OK(F->C_DigestFinal(other, got, &n));
        assert_memory_equal(got, want, algs[a].size);
    }
}

static CK_OBJECT_HANDLE secret(CK_SESSION_HANDLE s, const CK_BYTE *value, CK_ULONG len)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_secret),
                        A_ULONG(CKA_KEY_TYPE, type_generic),
                        A_BOOL(CKA_SIGN, yes),
                        A_BOOL(CKA_VERIFY, yes),
                        {CKA_VALUE, (void *)value, len}};
    CK_OBJECT_HANDLE o;

    OK(F->C_CreateObject(s, t, COUNT(t), &o));
    return o;
}

static void hmacs(void **state)
{
    static const CK_ULONG key_lengths[] = {1, 20, 64, 65, 128, 129, 500};
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE want[64], got[64];
    CK_ULONG a, k, n, cut;

    (void)state;
    for (a = 0; a < COUNT(algs); a++) {
        CK_MECHANISM m = {algs[a].hmac, NULL, 0}, g = {algs[a].general, &cut, sizeof cut};

        for (k = 0; k < COUNT(key_lengths); k++) {
            CK_OBJECT_HANDLE key = secret(s, text, key_lengths[k]);

            assert_non_null(HMAC(EVP_get_digestbyname(algs[a].name), text, (int)key_lengths[k],
                                 text, sizeof text, want, NULL));
            OK(F->C_SignInit(s, &m, key));
            n = sizeof got;
            OK(F->C_Sign(s, text, sizeof text, got, &n));
            assert_int_equal(n, algs[a].size);
            assert_memory_equal(got, want, n);
            OK(F->C_VerifyInit(s, &m, key));
            OK(F->C_VerifyUpdate(s, text, 500));
            OK(F->C_VerifyUpdate(s, text + 500, 500));
            OK(F->C_VerifyFinal(s, want, n));
            want[n - 1] ^= 1;
            OK(F->C_VerifyInit(s, &m, key));
            FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, text, sizeof text, want, n));

            cut = 5;
            OK(F->C_SignInit(s, &g, key));
            n = sizeof got;
            OK(F->C_Sign(s, text, sizeof text, got, &n));
            assert_int_equal(n, 5);
            assert_memory_equal(got, want, 5);
            OK(F->C_VerifyInit(s, &g, key));
            OK(F->C_Verify(s, text, sizeof text, got, 5));
            cut = algs[a].size + 1;
            FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &g, key));
            cut = 0;
            FAILS(CKR_MECHANISM_PARAM_INVALID, F->C_SignInit(s, &g, key));
            OK(F->C_DestroyObject(s, key));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(digests, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(saved, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(hmacs, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, fill_text, suite_end);
}
