/* SPDX-License-Identifier: Apache-2.0 */
/* C_GetOperationState and C_SetOperationState. */
#include "tests/token/keys.h"

#include <string.h>

#include "gost/streebog.h"

static CK_BYTE state_buf[4096], data[100];
static CK_ULONG state_len;

static void save(CK_SESSION_HANDLE s)
{
    CK_ULONG n = 0;

    OK(F->C_GetOperationState(s, NULL, &n));
    assert_true(n > 0 && n <= sizeof state_buf);
    state_len = n - 1;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_GetOperationState(s, state_buf, &state_len));
    assert_int_equal(state_len, n);
    OK(F->C_GetOperationState(s, state_buf, &state_len));
    assert_int_equal(state_len, n);
}

static CK_RV load(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE enc, CK_OBJECT_HANDLE auth)
{
    return F->C_SetOperationState(s, state_buf, state_len, enc, auth);
}

static void digests(void **state)
{
    CK_SESSION_HANDLE s = open_rw(), other = open_ro();
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};
    CK_BYTE want[32], out[32];
    CK_ULONG n;

    (void)state;
    memset(data, 'x', sizeof data);
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_GetOperationState(s, NULL, &n));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetOperationState(s, state_buf, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_SetOperationState(s, NULL, 10, 0, 0));
    OK(F->C_DigestInit(s, &m));
    OK(F->C_DigestUpdate(s, data, 70));
    save(s);
    OK(F->C_DigestUpdate(s, data, 5)); /* goes its own way */
    n = sizeof out;
    OK(F->C_DigestFinal(s, out, &n));
    /* Two that go on from the same place. */
    OK(load(s, 0, 0));
    OK(load(other, 0, 0));
    OK(F->C_DigestUpdate(s, data, 30));
    n = sizeof out;
    OK(F->C_DigestFinal(s, out, &n));
    gost_streebog_hash(256, data, 100, want);
    assert_memory_equal(out, want, 32);
    n = sizeof out;
    OK(F->C_DigestFinal(other, out, &n));
    gost_streebog_hash(256, data, 70, want);
    assert_memory_equal(out, want, 32);
    FAILS(CKR_KEY_NOT_NEEDED, load(s, 0, 5));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestFinal(s, out, &n));
    /* It replaces what is active; a failure leaves that alone. */
    OK(F->C_DigestInit(s, &m));
    FAILS(CKR_KEY_NOT_NEEDED, load(s, 5, 0));
    n = sizeof out;
    OK(F->C_Digest(s, data, 100, out, &n));
    gost_streebog_hash(256, data, 100, want);
    assert_memory_equal(out, want, 32);
    OK(load(s, 0, 0));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Digest(s, data, 1, out, &n)); /* parts have begun */
}

static void forged(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};
    CK_ULONG i;

    (void)state;
    OK(F->C_DigestInit(s, &m));
    OK(F->C_DigestUpdate(s, data, 70));
    save(s);
    for (i = 0; i < state_len; i++) {
        state_buf[i] ^= (CK_BYTE)(1u << i % 8);
        if (i != 0) /* the first bit of the nonce does not count */
            FAILS(CKR_SAVED_STATE_INVALID, load(s, 0, 0));
        state_buf[i] ^= (CK_BYTE)(1u << i % 8);
    }
    for (i = 0; i < state_len; i++)
        FAILS(CKR_SAVED_STATE_INVALID, F->C_SetOperationState(s, state_buf, i, 0, 0));
    FAILS(CKR_SAVED_STATE_INVALID, F->C_SetOperationState(s, state_buf, state_len + 1, 0, 0));
    FAILS(CKR_SAVED_STATE_INVALID, F->C_SetOperationState(s, state_buf, (CK_ULONG)-1, 0, 0));
    OK(load(s, 0, 0));
    /* Of another C_Initialize. */
    OK(F->C_Finalize(NULL));
    OK(F->C_Initialize(NULL));
    FAILS(CKR_SAVED_STATE_INVALID, load(open_rw(), 0, 0));
}

static void macs(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE k = key_of(s, CKK_GENERIC_SECRET, 0), same = key_of(s, CKK_GENERIC_SECRET, 0),
                     another = key_of(s, CKK_GENERIC_SECRET, 1);
    CK_MECHANISM m = {CKM_GOSTR3411_12_512_HMAC, NULL, 0};
    CK_BYTE want[64], out[64];
    CK_ULONG n = sizeof want;

    (void)state;
    OK(F->C_SignInit(s, &m, k));
    OK(F->C_Sign(s, data, 100, want, &n));
    OK(F->C_SignInit(s, &m, k));
    OK(F->C_SignUpdate(s, data, 33));
    save(s);
    OK(F->C_SignInit(s, NULL, 0));
    FAILS(CKR_KEY_NEEDED, load(s, 0, 0));
    FAILS(CKR_KEY_NEEDED, load(s, k, 0));
    FAILS(CKR_KEY_NOT_NEEDED, load(s, k, k));
    FAILS(CKR_KEY_CHANGED, load(s, 0, another));
    FAILS(CKR_KEY_HANDLE_INVALID, load(s, 0, 1000));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_SignFinal(s, out, &n));
    OK(load(s, 0, same));
    OK(F->C_SignUpdate(s, data + 33, 67));
    n = sizeof out;
    OK(F->C_SignFinal(s, out, &n));
    assert_memory_equal(out, want, 64);
}

static void signatures_and_ciphers(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_GOSTR3410_WITH_GOSTR3411_12_256, NULL, 0};
    CK_BYTE iv[8] = {1}, sig[64], a[100], b[100];
    CK_MECHANISM cfb = {CKM_GOST28147, iv, sizeof iv};
    CK_OBJECT_HANDLE pub, priv, k = key_of(s, CKK_GOST28147, 0);
    CK_ULONG n;

    (void)state;
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_TRUE, &pub, &priv);
    n = sizeof a;
    OK(F->C_EncryptInit(s, &cfb, k));
    OK(F->C_Encrypt(s, data, 100, a, &n));
    /* Two operations in one state, each with its key. */
    OK(F->C_SignInit(s, &m, priv));
    OK(F->C_SignUpdate(s, data, 50));
    OK(F->C_EncryptInit(s, &cfb, k));
    n = sizeof b;
    OK(F->C_EncryptUpdate(s, data, 13, b, &n));
    save(s);
    OK(F->C_SignInit(s, NULL, 0));
    OK(F->C_EncryptInit(s, NULL, 0));
    iv[0] = 9; /* the state has its own copy */
    FAILS(CKR_KEY_NEEDED, load(s, k, 0));
    FAILS(CKR_KEY_NEEDED, load(s, 0, priv));
    FAILS(CKR_KEY_CHANGED, load(s, k, pub));
    OK(load(s, k, priv));
    n = sizeof b - 13;
    OK(F->C_EncryptUpdate(s, data + 13, 87, b + 13, &n));
    assert_memory_equal(a, b, 100);
    OK(F->C_SignUpdate(s, data + 50, 50));
    n = sizeof sig;
    OK(F->C_SignFinal(s, sig, &n));
    OK(F->C_VerifyInit(s, &m, pub));
    OK(F->C_VerifyUpdate(s, data, 40));
    OK(F->C_EncryptInit(s, NULL, 0));
    save(s);
    OK(F->C_VerifyInit(s, NULL, 0));
    OK(load(s, 0, pub));
    OK(F->C_VerifyUpdate(s, data + 40, 60));
    OK(F->C_VerifyFinal(s, sig, 64));
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {TOKEN(digests), TOKEN(forged), TOKEN(macs),
                                       TOKEN(signatures_and_ciphers)};

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
