/* SPDX-License-Identifier: Apache-2.0 */
/* The conventions of C_Encrypt… and C_Decrypt…, whatever the mechanism; the dual functions. */
#include "tests/token/keys.h"

#include <string.h>

#include "gost/streebog.h"

static CK_BYTE iv8[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static CK_MECHANISM stream = {CKM_GOST28147, iv8, 8}, ecb = {CKM_KUZNYECHIK_ECB, NULL, 0};
static CK_BYTE data[64], out[128], back[128];

static void sizes(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_GOST28147, 0);
    CK_ULONG n = 7, i;

    (void)state;
    for (i = 0; i < sizeof data; i++)
        data[i] = (CK_BYTE)i;
    OK(F->C_EncryptInit(s, &stream, k));
    OK(F->C_Encrypt(s, data, 33, NULL, &n));
    assert_int_equal(n, 33);
    n = 32;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_Encrypt(s, data, 33, out, &n));
    assert_int_equal(n, 33);
    OK(F->C_Encrypt(s, data, 33, out, &n));
    assert_int_equal(n, 33);
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Encrypt(s, data, 33, out, &n));
    /* In parts, in place, and back in one. */
    memcpy(back, data, 33);
    OK(F->C_EncryptInit(s, &stream, k));
    n = sizeof back;
    OK(F->C_EncryptUpdate(s, back, 5, back, &n));
    assert_int_equal(n, 5);
    OK(F->C_EncryptUpdate(s, back + 5, 28, NULL, &n));
    assert_int_equal(n, 28);
    OK(F->C_EncryptUpdate(s, back + 5, 28, back + 5, &n));
    assert_memory_equal(back, out, 33);
    n = 9;
    OK(F->C_EncryptFinal(s, NULL, &n)); /* a question */
    assert_int_equal(n, 0);
    OK(F->C_EncryptFinal(s, out + 64, &n));
    assert_int_equal(n, 0);
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_EncryptFinal(s, out + 64, &n));
    OK(F->C_DecryptInit(s, &stream, k));
    n = sizeof back;
    OK(F->C_Decrypt(s, out, 33, back, &n));
    assert_int_equal(n, 33);
    assert_memory_equal(back, data, 33);
    /* Nothing at all. */
    OK(F->C_EncryptInit(s, &stream, k));
    n = sizeof out;
    OK(F->C_Encrypt(s, NULL, 0, out, &n));
    assert_int_equal(n, 0);
}

static void errors_end_it(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_KUZNYECHIK, 0);
    CK_ULONG n = sizeof out;

    (void)state;
    OK(F->C_EncryptInit(s, &ecb, k));
    FAILS(CKR_OPERATION_ACTIVE, F->C_EncryptInit(s, &ecb, k));
    OK(F->C_EncryptUpdate(s, data, 20, out, &n));
    assert_int_equal(n, 16);
    n = sizeof out;
    FAILS(CKR_DATA_LEN_RANGE, F->C_EncryptFinal(s, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_EncryptFinal(s, out, &n));
    OK(F->C_DecryptInit(s, &ecb, k));
    FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE, F->C_Decrypt(s, data, 20, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Decrypt(s, data, 16, out, &n));
    /* One call cannot end what parts have begun. */
    OK(F->C_EncryptInit(s, &ecb, k));
    n = sizeof out;
    OK(F->C_EncryptUpdate(s, data, 16, out, &n));
    n = sizeof out;
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Encrypt(s, data, 16, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_EncryptFinal(s, out, &n));
    /* Arguments. */
    OK(F->C_EncryptInit(s, &ecb, k));
    FAILS(CKR_ARGUMENTS_BAD, F->C_Encrypt(s, data, 16, out, NULL));
    OK(F->C_EncryptInit(s, &ecb, k));
    FAILS(CKR_ARGUMENTS_BAD, F->C_EncryptUpdate(s, NULL, 16, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_EncryptFinal(s, out, &n));
    OK(F->C_EncryptInit(s, &ecb, k));
    FAILS(CKR_DATA_LEN_RANGE, F->C_Encrypt(s, data, (CK_ULONG)-1, out, &n));
    OK(F->C_DecryptInit(s, &ecb, k));
    FAILS(CKR_ENCRYPTED_DATA_LEN_RANGE, F->C_DecryptUpdate(s, data, (CK_ULONG)-1, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DecryptFinal(s, out, &n));
    /* No mechanism: ends what is active (3.0), else it is an argument missing. */
    FAILS(CKR_ARGUMENTS_BAD, F->C_EncryptInit(s, NULL, k));
    OK(F->C_EncryptInit(s, &ecb, k));
    OK(F->C_EncryptInit(s, NULL, k));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_EncryptFinal(s, out, &n));
}

static void the_key(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_KUZNYECHIK, 0), pub, priv;
    CK_ATTRIBUTE deny = A_BOOL(CKA_ENCRYPT, no);
    CK_MECHANISM none = {CKM_DES3_ECB, NULL, 0}, sign = {CKM_GOSTR3410, NULL, 0};
    CK_ULONG n = sizeof out;

    (void)state;
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &pub, &priv);
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_EncryptInit(s, &ecb, k + 1000));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_EncryptInit(s, &stream, k));
    FAILS(CKR_KEY_TYPE_INCONSISTENT, F->C_EncryptInit(s, &ecb, pub));
    FAILS(CKR_MECHANISM_INVALID, F->C_EncryptInit(s, &none, k));
    FAILS(CKR_MECHANISM_INVALID, F->C_EncryptInit(s, &sign, k));
    OK(F->C_SetAttributeValue(s, k, &deny, 1));
    FAILS(CKR_KEY_FUNCTION_NOT_PERMITTED, F->C_EncryptInit(s, &ecb, k));
    OK(F->C_DecryptInit(s, &ecb, k));
    /* A key that is gone still ends what it has begun; a logout ends everything. */
    OK(F->C_DestroyObject(s, k));
    OK(F->C_Decrypt(s, data, 16, out, &n));
    k = key_of(s, CKK_KUZNYECHIK, 0);
    OK(F->C_EncryptInit(s, &ecb, k));
    OK(F->C_Logout(s));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Encrypt(s, data, 16, out, &n));
}

/* ---- two at once ---------------------------------------------------------------------------- */

static void dual(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_GOST28147, 0);
    CK_MECHANISM hash = {CKM_GOSTR3411_12_256, NULL, 0}, mac = {CKM_GOSTR3411_12_256_HMAC, NULL, 0};
    CK_BYTE want[32], digest[32], tag[32];
    CK_ULONG n, i;

    (void)state;
    for (i = 0; i < sizeof data; i++)
        data[i] = (CK_BYTE)(5 * i);
    gost_streebog_hash(256, data, 64, want);

    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestEncryptUpdate(s, data, 10, out, &n));
    OK(F->C_DigestInit(s, &hash));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestEncryptUpdate(s, data, 10, out, &n));
    OK(F->C_EncryptInit(s, &stream, k));
    n = 3;
    OK(F->C_DigestEncryptUpdate(s, data, 10, NULL, &n));
    assert_int_equal(n, 10);
    n = 9;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_DigestEncryptUpdate(s, data, 10, out, &n));
    OK(F->C_DigestEncryptUpdate(s, data, 10, out, &n));
    n = sizeof out;
    memcpy(out + 10, data + 10, 54); /* in place: the digest sees the plain text */
    OK(F->C_DigestEncryptUpdate(s, out + 10, 54, out + 10, &n));
    assert_int_equal(n, 54);
    n = sizeof digest;
    OK(F->C_DigestFinal(s, digest, &n));
    assert_memory_equal(digest, want, 32);
    OK(F->C_EncryptFinal(s, back, &n));

    OK(F->C_DigestInit(s, &hash));
    OK(F->C_DecryptInit(s, &stream, k));
    n = sizeof back;
    OK(F->C_DecryptDigestUpdate(s, out, 64, back, &n));
    assert_memory_equal(back, data, 64);
    n = sizeof digest;
    OK(F->C_DigestFinal(s, digest, &n));
    assert_memory_equal(digest, want, 32);
    OK(F->C_DecryptFinal(s, back, &n));

    OK(F->C_SignInit(s, &mac, k));
    OK(F->C_EncryptInit(s, &stream, k));
    n = sizeof back;
    OK(F->C_SignEncryptUpdate(s, data, 64, back, &n));
    assert_memory_equal(back, out, 64);
    n = sizeof tag;
    OK(F->C_SignFinal(s, tag, &n));
    OK(F->C_EncryptFinal(s, back, &n));
    OK(F->C_VerifyInit(s, &mac, k));
    OK(F->C_DecryptInit(s, &stream, k));
    n = sizeof back;
    OK(F->C_DecryptVerifyUpdate(s, out, 30, back, &n));
    n = sizeof back;
    OK(F->C_DecryptVerifyUpdate(s, out + 30, 34, back + 30, &n));
    assert_memory_equal(back, data, 64);
    OK(F->C_VerifyFinal(s, tag, 32));
    OK(F->C_DecryptFinal(s, back, &n));

    /* An error ends both. */
    OK(F->C_DigestInit(s, &hash));
    OK(F->C_EncryptInit(s, &stream, k));
    FAILS(CKR_ARGUMENTS_BAD, F->C_DigestEncryptUpdate(s, NULL, 10, out, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestFinal(s, digest, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_EncryptFinal(s, digest, &n));
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {TOKEN(sizes), TOKEN(errors_end_it), TOKEN(the_key),
                                       TOKEN(dual)};

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
