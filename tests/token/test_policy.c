/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of PINs as programs meet it: what a configuration asks for, C_EX_InitToken's own part,
 * flags, forced changes. The rules one by one are the vault's tests.
 */
#include "tests/token/harness.h"
#include "tests/token/conf.h"

#include <string.h>

static CK_RUTOKEN_INIT_PARAM init_param(void)
{
    CK_RUTOKEN_INIT_PARAM p;

    memset(&p, 0, sizeof p);
    p.ulSizeofThisStructure = sizeof p;
    p.pNewAdminPin = (CK_BYTE *)SO_PIN;
    p.ulNewAdminPinLen = sizeof SO_PIN - 1;
    p.pNewUserPin = (CK_BYTE *)USER_PIN;
    p.ulNewUserPinLen = sizeof USER_PIN - 1;
    p.ChangeUserPINPolicy = 3;
    p.ulMinAdminPinLen = p.ulMinUserPinLen = 6;
    p.ulMaxAdminRetryCount = p.ulMaxUserRetryCount = 10;
    return p;
}

static CK_TOKEN_INFO_EXTENDED extended(void)
{
    CK_TOKEN_INFO_EXTENDED info;

    memset(&info, 0, sizeof info);
    info.ulSizeofThisStructure = sizeof info;
    OK(X->C_EX_GetTokenInfoExtended(0, &info));
    return info;
}

static void signs(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE key, CK_RV want)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig;
    CK_RV rv = F->C_SignInit(s, &m, key);

    if (rv == CKR_OK)
        rv = F->C_Sign(s, digest, sizeof digest, sig, &n);
    assert_int_equal(rv, want);
}

/* An untouched store's token is good for everything with its factory PIN, and says so. */
static void factory_token(void **state)
{
    CK_USER_TYPE user = CKU_USER;
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_HANDLE s = open_rw();

    (void)state;
    assert_true(token_flags(0) & CKF_USER_PIN_TO_BE_CHANGED);
    assert_int_equal(extended().flags & 0xC, 0);
    OK(X->C_EX_SlotManage(0, MODE_GET_PIN_SHOULD_BE_CHANGED, &user));
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
    make_pair(s, paramset(GOST_PARAMS), CK_TRUE, &pub, &priv);
    signs(s, priv, CKR_OK);
    assert_true(token_flags(0) & CKF_USER_PIN_TO_BE_CHANGED);
    OK(F->C_SetPIN(s, NULL, 0, PIN(USER_PIN)));
    assert_false(token_flags(0) & CKF_USER_PIN_TO_BE_CHANGED);
    assert_int_equal(extended().flags & 0xC, TOKEN_FLAGS_USER_PIN_NOT_DEFAULT);
}

static void factory_must_change(void **state)
{
    CK_USER_TYPE user = CKU_USER;
    CK_OBJECT_HANDLE pub, priv, found;
    CK_SESSION_HANDLE s;
    CK_MECHANISM gen = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_TOKEN, yes)};
    CK_ATTRIBUTE pt[] = {A_BOOL(CKA_TOKEN, yes), {0, NULL, 0}};
    CK_ATTRIBUTE data[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_PRIVATE, yes)};
    const gost_paramset *ps = paramset(GOST_PARAMS);

    (void)state;
    pt[1] = (CK_ATTRIBUTE){CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len};
    configure("pin.change-first = factory\n");
    FAILS(CKR_PIN_EXPIRED, X->C_EX_SlotManage(0, MODE_GET_PIN_SHOULD_BE_CHANGED, &user));
    s = open_rw();
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
    FAILS(CKR_PIN_EXPIRED, F->C_GenerateKeyPair(s, &gen, pt, 2, t, 1, &pub, &priv));
    /* Nor in the session, where the PIN opens nothing; what is public needs no login. */
    FAILS(CKR_PIN_EXPIRED, F->C_GenerateKeyPair(s, &gen, pt + 1, 1, NULL, 0, &pub, &priv));
    FAILS(CKR_PIN_EXPIRED, F->C_CreateObject(s, data, 2, &found));
    data[1].pValue = &no;
    OK(F->C_CreateObject(s, data, 2, &found));
    FAILS(CKR_PIN_EXPIRED,
          F->C_CopyObject(s, found, &(CK_ATTRIBUTE)A_BOOL(CKA_PRIVATE, yes), 1, &found));
    FAILS(CKR_PIN_EXPIRED, X->C_EX_SetTokenName(s, (CK_CHAR *)"n", 1));
    assert_int_equal(find_n(s, NULL, 0, &found) > 64, 0);
    OK(F->C_SetPIN(s, PIN("12345678"), PIN(USER_PIN)));
    make_pair(s, ps, CK_TRUE, &pub, &priv);
    signs(s, priv, CKR_OK);
    OK(X->C_EX_SlotManage(0, MODE_GET_PIN_SHOULD_BE_CHANGED, &user));
}

/* The SO tells the user to change the PIN: keys are there, and of no use until then. */
static void forced(void **state)
{
    CK_ATTRIBUTE by_class[] = {A_ULONG(CKA_CLASS, class_priv)};
    CK_USER_TYPE user = CKU_USER, so = CKU_SO;
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_HANDLE s = open_user();

    (void)state;
    make_pair(s, paramset(GOST_PARAMS), CK_TRUE, &pub, &priv);
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_TokenManage(s, MODE_FORCE_USER_TO_CHANGE_PIN, &user));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_TokenManage(s, MODE_FORCE_USER_TO_CHANGE_PIN, &so));
    OK(X->C_EX_TokenManage(s, MODE_FORCE_USER_TO_CHANGE_PIN, &user));
    OK(F->C_Logout(s));
    FAILS(CKR_PIN_EXPIRED, X->C_EX_SlotManage(0, MODE_GET_PIN_SHOULD_BE_CHANGED, &user));
    OK(X->C_EX_SlotManage(0, MODE_GET_PIN_SHOULD_BE_CHANGED, &so));
    FAILS(CKR_ARGUMENTS_BAD,
          X->C_EX_SlotManage(0, MODE_GET_PIN_SHOULD_BE_CHANGED, &(CK_USER_TYPE){7}));
    assert_true(token_flags(0) & CKF_USER_PIN_TO_BE_CHANGED);
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    if (find_n(s, by_class, 1, &priv) == 1)
        signs(s, priv, CKR_PIN_EXPIRED);
    OK(F->C_SetPIN(s, NULL, 0, PIN(USER_PIN)));
    assert_int_equal(find_n(s, by_class, 1, &priv), 1);
    signs(s, priv, CKR_OK);
    assert_false(token_flags(0) & CKF_USER_PIN_TO_BE_CHANGED);
}

static void who_may_change(void **state)
{
    CK_RUTOKEN_INIT_PARAM p = init_param();
    CK_USER_TYPE user = CKU_USER;
    CK_SESSION_HANDLE s;

    (void)state;
    p.ChangeUserPINPolicy = TOKEN_FLAGS_ADMIN_CHANGE_USER_PIN;
    OK(X->C_EX_InitToken(0, PIN(SO_PIN), &p));
    assert_int_equal(extended().flags & 3, TOKEN_FLAGS_ADMIN_CHANGE_USER_PIN);
    s = open_rw();
    FAILS(CKR_FUNCTION_REJECTED, F->C_SetPIN(s, PIN(USER_PIN), PIN("some-other-pin")));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_FUNCTION_REJECTED, F->C_SetPIN(s, NULL, 0, PIN("some-other-pin")));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    FAILS(CKR_FUNCTION_REJECTED, X->C_EX_TokenManage(s, MODE_FORCE_USER_TO_CHANGE_PIN, &user));
    OK(F->C_InitPIN(s, PIN("some-other-pin")));
    OK(F->C_CloseSession(s));

    p.ChangeUserPINPolicy = TOKEN_FLAGS_USER_CHANGE_USER_PIN;
    OK(X->C_EX_InitToken(0, PIN(SO_PIN), &p));
    assert_int_equal(extended().flags & 3, TOKEN_FLAGS_USER_CHANGE_USER_PIN);
    s = open_rw();
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_InitPIN(s, PIN("some-other-pin")));
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, &user));
    OK(X->C_EX_UnblockUserPIN(s));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    OK(F->C_SetPIN(s, NULL, 0, PIN("some-other-pin")));
}

static void configured(void **state)
{
    static CK_UTF8CHAR label[33] = "policy                          ";
    CK_RUTOKEN_INIT_PARAM p = init_param();
    CK_SESSION_HANDLE s;
    CK_TOKEN_INFO info;

    (void)state;
    configure(
        "pin.min-length = 8\npin.max-length = 20\npin.classes = digit upper\npin.history = 2\n"
        "pin.tries = 3\nso-pin.repeated = refuse\nso-pin.min-length = 7\n");
    FAILS(CKR_PIN_INCORRECT,
          F->C_InitToken(0, PIN("so-pin"), label)); /* the standard has no other */
    FAILS(CKR_INAPPROPRIATE_PIN, F->C_InitToken(0, PIN("0000000"), label));
    OK(F->C_InitToken(0, PIN(SO_PIN), label));
    OK(F->C_GetTokenInfo(0, &info));
    assert_int_equal(info.ulMinPinLen, 8);
    assert_int_equal(info.ulMaxPinLen, 20);
    assert_int_equal(extended().ulMinAdminPinLen, 7);
    assert_int_equal(extended().ulMaxAdminPinLen, 249);
    assert_int_equal(extended().ulMaxUserRetryCount, 3);
    s = open_rw();
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    FAILS(CKR_INAPPROPRIATE_PIN, F->C_InitPIN(s, PIN(USER_PIN)));
    FAILS(CKR_PIN_LEN_RANGE, F->C_InitPIN(s, PIN("Pin-1")));
    OK(F->C_InitPIN(s, PIN("User-Pin-1")));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN("User-Pin-1")));
    FAILS(CKR_PIN_IN_HISTORY, F->C_SetPIN(s, NULL, 0, PIN("User-Pin-1")));
    OK(F->C_SetPIN(s, NULL, 0, PIN("User-Pin-2")));
    FAILS(CKR_PIN_IN_HISTORY, F->C_SetPIN(s, NULL, 0, PIN("User-Pin-1")));
    OK(F->C_SetPIN(s, NULL, 0, PIN("User-Pin-3")));
    OK(F->C_SetPIN(s, NULL, 0, PIN("User-Pin-1")));
    OK(F->C_CloseSession(s));

    /* The policy is the token's: it stays when the file is gone. */
    configure("");
    s = open_rw();
    OK(F->C_Login(s, CKU_USER, PIN("User-Pin-1")));
    FAILS(CKR_INAPPROPRIATE_PIN, F->C_SetPIN(s, NULL, 0, PIN(USER_PIN)));
    OK(F->C_CloseSession(s));

    /* And C_EX_InitToken does not get below it. */
    configure("pin.min-length = 12\npin.tries = 5\npin.changed-by = user\n");
    p.ulNewUserPinLen = 10;
    FAILS(CKR_PIN_LEN_RANGE, X->C_EX_InitToken(0, PIN(SO_PIN), &p));
    p.ulNewUserPinLen = sizeof USER_PIN - 1;
    FAILS(CKR_INAPPROPRIATE_PIN, X->C_EX_InitToken(0, PIN(SO_PIN), &p)); /* classes: as they were */
    p.pNewUserPin = (CK_BYTE *)"User-Secret-1";
    OK(X->C_EX_InitToken(0, PIN(SO_PIN), &p));
    assert_int_equal(extended().ulMinUserPinLen, 12);
    assert_int_equal(extended().ulMaxUserRetryCount, 5);
    assert_int_equal(extended().flags & 3, TOKEN_FLAGS_USER_CHANGE_USER_PIN);
}

static void counters(void **state)
{
    CK_SESSION_HANDLE s = open_rw();

    (void)state;
    assert_false(token_flags(0) & (CKF_USER_PIN_COUNT_LOW | CKF_SO_PIN_COUNT_LOW));
    for (int i = 0; i < 9; i++) {
        FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("wrong-pin")));
        FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_SO, PIN("wrong-pin")));
        assert_true(token_flags(0) & CKF_USER_PIN_COUNT_LOW);
        assert_true(token_flags(0) & CKF_SO_PIN_COUNT_LOW);
    }
    assert_true(token_flags(0) & CKF_USER_PIN_FINAL_TRY);
    assert_true(token_flags(0) & CKF_SO_PIN_FINAL_TRY);
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("wrong-pin")));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_SO, PIN("wrong-pin")));
    assert_true(token_flags(0) & CKF_USER_PIN_LOCKED);
    assert_true(token_flags(0) & CKF_SO_PIN_LOCKED);
    FAILS(CKR_PIN_LOCKED, F->C_Login(s, CKU_SO, PIN(SO_PIN)));
}

int main(void)
{
#define FRESH(t) cmocka_unit_test_setup_teardown(t, test_begin, conf_end)
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, conf_end)
    const struct CMUnitTest tests[] = {
        FRESH(factory_token),  FRESH(factory_must_change), TOKEN(forced),
        TOKEN(who_may_change), FRESH(configured),          TOKEN(counters),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
