/* SPDX-License-Identifier: Apache-2.0 */
/* Keys with CKA_ALWAYS_AUTHENTICATE: the PIN for each use. */
#include "tests/token/harness.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static CK_MECHANISM sign = {CKM_GOSTR3410, NULL, 0};
static CK_BYTE digest[32] = {1}, sig[64];
static CK_ULONG n;

static void make(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    const gost_paramset *ps = paramset("1.2.643.7.1.2.1.1.1");
    CK_MECHANISM gen = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE a[] = {{CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len}};
    CK_ATTRIBUTE b[] = {A_BOOL(CKA_ALWAYS_AUTHENTICATE, yes)};

    OK(F->C_GenerateKeyPair(s, &gen, a, 1, b, 1, pub, priv));
}

static CK_RV again(CK_SESSION_HANDLE s)
{
    return F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN));
}

static void signing(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    make(s, &pub, &priv);
    FAILS(CKR_OPERATION_NOT_INITIALIZED, again(s));
    OK(F->C_SignInit(s, &sign, priv));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN("wrong one")));
    OK(again(s));
    n = sizeof sig;
    OK(F->C_Sign(s, digest, sizeof digest, sig, &n));
    OK(F->C_SignInit(s, &sign, priv));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_Sign(s, digest, sizeof digest, sig, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Sign(s, digest, sizeof digest, sig, &n));
    OK(F->C_SignInit(s, &sign, priv));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_SignUpdate(s, digest, sizeof digest));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, again(s));
    OK(F->C_VerifyInit(s, &sign, pub)); /* a public key asks for nothing */
    OK(F->C_Verify(s, digest, sizeof digest, sig, 64));
}

static void deriving(void **state)
{
    CK_SESSION_HANDLE s = open_user(), other = open_rw();
    CK_BYTE ukm[8] = {1}, point[64];
    CK_GOSTR3410_DERIVE_PARAMS p = {CKD_CPDIVERSIFY_KDF, point, sizeof point, ukm, sizeof ukm};
    CK_MECHANISM m = {CKM_GOSTR3410_12_DERIVE, &p, sizeof p};
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_KEY_TYPE, type)};
    CK_OBJECT_HANDLE pub, priv, pub2, priv2, key;

    (void)state;
    make(s, &pub, &priv);
    make(s, &pub2, &priv2);
    assert_int_equal(get_bytes(s, pub, CKA_VALUE, point, sizeof point), 64);
    p.kdf = CKD_NULL;
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_DeriveKey(s, &m, priv, t, 1, &key));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_DeriveKey(s, &m, priv, t, 1, &key));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN("wrong one")));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_DeriveKey(s, &m, priv, t, 1, &key));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, again(other)); /* only where it was asked for */
    OK(again(s));
    OK(F->C_DeriveKey(s, &m, priv, t, 1, &key));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_DeriveKey(s, &m, priv, t, 1, &key)); /* once */
    OK(again(s));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_DeriveKey(s, &m, priv2, t, 1, &key)); /* that key */
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_DeriveKey(s, &m, priv, t, 1, &key));
}

/* Wrong PINs here lock the PIN as they do elsewhere; who has done it is logged out, as the standard
 * says, with all that was going on. */
static void locking(void **state)
{
    CK_SESSION_HANDLE s = open_user(), other = open_rw();
    CK_OBJECT_HANDLE pub, priv, pub2, priv2;
    CK_TOKEN_INFO info;
    CK_RV rv;
    int tries = 0;

    (void)state;
    make(s, &pub, &priv);
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_TRUE, &pub2, &priv2);
    OK(F->C_SignInit(other, &sign, priv2));
    OK(F->C_SignInit(s, &sign, priv));
    do {
        assert_int_equal(state_of(s), CKS_RW_USER_FUNCTIONS);
        rv = F->C_Login(s, CKU_CONTEXT_SPECIFIC, PIN("wrong one"));
        tries++;
    } while (rv == CKR_PIN_INCORRECT && tries < 100);
    assert_int_equal(rv, CKR_PIN_LOCKED);
    assert_int_equal(tries, 10);
    OK(F->C_GetTokenInfo(0, &info));
    assert_true(info.flags & CKF_USER_PIN_LOCKED);
    assert_int_equal(state_of(s), CKS_RW_PUBLIC_SESSION);
    assert_int_equal(state_of(other), CKS_RW_PUBLIC_SESSION);
    n = sizeof sig;
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Sign(s, digest, sizeof digest, sig, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Sign(other, digest, sizeof digest, sig, &n));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(other, &sign, priv2));
    FAILS(CKR_PIN_LOCKED, F->C_Login(s, CKU_USER, PIN(USER_PIN)));
}

/* Locked by others, it is so for this one too. */
static void locked_elsewhere(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    int i, status;
    pid_t pid;

    (void)state;
    make(s, &pub, &priv);
    OK(F->C_SignInit(s, &sign, priv));
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (F->C_Initialize(NULL) != CKR_OK ||
            F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s) != CKR_OK)
            _exit(1);
        for (i = 0; i < 10; i++)
            (void)F->C_Login(s, CKU_USER, PIN("wrong one"));
        _exit(F->C_Login(s, CKU_USER, PIN(USER_PIN)) == CKR_PIN_LOCKED ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(state_of(s), CKS_RW_USER_FUNCTIONS);
    FAILS(CKR_PIN_LOCKED, again(s));
    assert_int_equal(state_of(s), CKS_RW_PUBLIC_SESSION);
}

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {TOKEN(signing), TOKEN(deriving), TOKEN(locking),
                                       TOKEN(locked_elsewhere)};

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
