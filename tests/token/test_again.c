/* SPDX-License-Identifier: Apache-2.0 */
/* Keys with CKA_ALWAYS_AUTHENTICATE: the PIN for each use. */
#include "tests/token/harness.h"

#include <string.h>

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

#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {TOKEN(signing), TOKEN(deriving)};

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
