/* SPDX-License-Identifier: Apache-2.0 */
/* The extended functions, and what programs written for Rutoken tokens do, in their order. */
#include "tests/token/harness.h"
#include "tests/token/certificate.h"
#include "gost/streebog.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const CK_BYTE PARAMS_A[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x23, 0x01};
static const CK_BYTE HASH_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};

static CK_RUTOKEN_INIT_PARAM init_param(void)
{
    CK_RUTOKEN_INIT_PARAM p;

    memset(&p, 0, sizeof p);
    p.ulSizeofThisStructure = sizeof p;
    p.pNewAdminPin = (CK_BYTE *)"87654321";
    p.ulNewAdminPinLen = 8;
    p.pNewUserPin = (CK_BYTE *)"12345678";
    p.ulNewUserPinLen = 8;
    p.ChangeUserPINPolicy = TOKEN_FLAGS_ADMIN_CHANGE_USER_PIN | TOKEN_FLAGS_USER_CHANGE_USER_PIN;
    p.ulMinAdminPinLen = 6;
    p.ulMinUserPinLen = 6;
    p.ulMaxAdminRetryCount = 10;
    p.ulMaxUserRetryCount = 10;
    p.pTokenLabel = (CK_BYTE *)"Rutoken label";
    p.ulLabelLen = 13;
    return p;
}

/* A program's first run on an untouched store: format, log in, make a key, sign, store a
 * certificate. */
static void from_the_box(void **state)
{
    CK_RUTOKEN_INIT_PARAM p = init_param();
    CK_BYTE id[59], data[] = "data to sign", digest[32], sig[128], q[64];
    CK_MECHANISM gen = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0};
    CK_MECHANISM hash = {CKM_GOSTR3411_12_256, (void *)HASH_256, sizeof HASH_256};
    CK_MECHANISM sign = {CKM_GOSTR3410, NULL, 0};
    CK_ATTRIBUTE pub[] = {
        A_ULONG(CKA_CLASS, class_pub),
        A_BYTES(CKA_ID, id),
        A_ULONG(CKA_KEY_TYPE, type_256),
        A_BOOL(CKA_TOKEN, yes),
        A_BOOL(CKA_PRIVATE, no),
        A_BYTES(CKA_GOSTR3410_PARAMS, PARAMS_A),
        A_BYTES(CKA_GOSTR3411_PARAMS, HASH_256),
    };
    CK_ATTRIBUTE priv[] = {
        A_ULONG(CKA_CLASS, class_priv),
        A_BYTES(CKA_ID, id),
        A_ULONG(CKA_KEY_TYPE, type_256),
        A_BOOL(CKA_TOKEN, yes),
        A_BOOL(CKA_PRIVATE, yes),
        A_BOOL(CKA_VENDOR_KEY_PIN_ENTER, no),
        A_BOOL(CKA_VENDOR_KEY_CONFIRM_OP, no),
        A_BOOL(CKA_VENDOR_KEY_JOURNAL, yes),
        A_BOOL(CKA_VENDOR_KEY_CONFIRM_OP_BY_TOUCH, no),
        A_BYTES(CKA_GOSTR3410_PARAMS, PARAMS_A),
        A_BYTES(CKA_GOSTR3411_PARAMS, HASH_256),
    };
    CK_ULONG category = 1;
    CK_ATTRIBUTE cert[] = {
        A_BYTES(CKA_VALUE, CERTIFICATE),
        A_ULONG(CKA_CLASS, class_cert),
        A_BYTES(CKA_ID, id),
        A_BOOL(CKA_TOKEN, yes),
        A_BOOL(CKA_PRIVATE, no),
        A_ULONG(CKA_CERTIFICATE_TYPE, x509),
        A_ULONG(CKA_CERTIFICATE_CATEGORY, category),
    };
    CK_C_INITIALIZE_ARGS args = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL};
    CK_OBJECT_HANDLE kpub, kpriv, kcert;
    CK_SLOT_ID slots[8];
    CK_SESSION_HANDLE s;
    CK_TOKEN_INFO info;
    CK_ULONG n = 0;
    size_t i;

    (void)state;
    OK(F->C_Finalize(NULL));
    OK(F->C_Initialize(&args));
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_true(n >= 1 && n <= 8);
    OK(F->C_GetSlotList(CK_TRUE, slots, &n));
    OK(X->C_EX_InitToken(slots[0], PIN("87654321"), &p));
    OK(F->C_GetTokenInfo(slots[0], &info));
    assert_memory_equal(info.label, "Rutoken label                   ", 32);

    s = open_session(slots[0], CKF_RW_SESSION);
    OK(F->C_Login(s, CKU_USER, PIN("12345678"))); /* the user's PIN works at once */
    OK(F->C_SetPIN(s, NULL, 0, PIN("12345678")));
    for (i = 0; i < sizeof id; i++)
        id[i] = (CK_BYTE)i;
    OK(F->C_GenerateKeyPair(s, &gen, pub, COUNT(pub), priv, COUNT(priv), &kpub, &kpriv));
    assert_int_equal(get_bool(s, kpriv, CKA_SENSITIVE), CK_TRUE);
    assert_int_equal(get_bool(s, kpriv, CKA_EXTRACTABLE), CK_FALSE);
    assert_int_equal(get_bool(s, kpriv, CKA_VENDOR_KEY_JOURNAL), CK_TRUE);

    OK(F->C_DigestInit(s, &hash));
    n = (CK_ULONG)-1; /* programs ask for the size through an uninitialised length */
    OK(F->C_Digest(s, data, sizeof data, NULL, &n));
    assert_int_equal(n, 32);
    OK(F->C_Digest(s, data, sizeof data, digest, &n));
    OK(F->C_SignInit(s, &sign, kpriv));
    n = (CK_ULONG)-1;
    OK(F->C_Sign(s, digest, sizeof digest, NULL, &n));
    assert_int_equal(n, 64);
    OK(F->C_Sign(s, digest, sizeof digest, sig, &n));
    assert_int_equal(get_bytes(s, kpub, CKA_VALUE, q, sizeof q), 64);
    assert_true(gost_3410_verify(paramset("1.2.643.2.2.35.1"), q, digest, sig));

    OK(F->C_CreateObject(s, cert, COUNT(cert), &kcert));
    n = get_bytes(s, kcert, CKA_SUBJECT, sig, sizeof sig);
    assert_int_equal(n, CERTIFICATE_SUBJECT_LEN);
    OK(F->C_Logout(s));
    OK(F->C_CloseSession(s));

    /* Formatting takes everything. */
    FAILS(CKR_PIN_INCORRECT, X->C_EX_InitToken(slots[0], PIN("11111111"), &p));
    OK(X->C_EX_InitToken(slots[0], PIN("87654321"), &p));
    s = open_session(slots[0], CKF_RW_SESSION);
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
    assert_int_equal(find_n(s, NULL, 0, NULL), 0);
}

static void init_token_arguments(void **state)
{
    CK_RUTOKEN_INIT_PARAM p = init_param();
    CK_SESSION_HANDLE s;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_InitToken(0, PIN(SO_PIN), NULL));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_InitToken(0, NULL, 0, &p));
    FAILS(CKR_SLOT_ID_INVALID, X->C_EX_InitToken(9, PIN(SO_PIN), &p));
#define REFUSED(rv, field, value)                                                                  \
    do {                                                                                           \
        p = init_param();                                                                          \
        p.field = (value);                                                                         \
        FAILS(rv, X->C_EX_InitToken(0, PIN(SO_PIN), &p));                                          \
    } while (0)
    REFUSED(CKR_ARGUMENTS_BAD, ulSizeofThisStructure, 8);
    REFUSED(CKR_ARGUMENTS_BAD, ChangeUserPINPolicy, 0);
    REFUSED(CKR_ARGUMENTS_BAD, ChangeUserPINPolicy, 4);
    REFUSED(CKR_ARGUMENTS_BAD, ulMinAdminPinLen, 32);
    REFUSED(CKR_ARGUMENTS_BAD, ulMinUserPinLen, 0);
    REFUSED(CKR_ARGUMENTS_BAD, ulMaxAdminRetryCount, 2);
    REFUSED(CKR_ARGUMENTS_BAD, ulMaxUserRetryCount, 11);
    REFUSED(CKR_ARGUMENTS_BAD, ulLabelLen, 33);
    REFUSED(CKR_ARGUMENTS_BAD, ulSmMode, 1);
    REFUSED(CKR_PIN_LEN_RANGE, ulMinUserPinLen, 9);
    REFUSED(CKR_PIN_LEN_RANGE, ulNewAdminPinLen, 5);
    p = init_param();
    s = open_rw();
    FAILS(CKR_SESSION_EXISTS, X->C_EX_InitToken(0, PIN(SO_PIN), &p));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN))); /* nothing has changed */
    OK(F->C_CloseSession(s));

    /* Repair asks for no PIN: the way back for a token whose SO PIN is lost. */
    p.UseRepairMode = 1;
    OK(X->C_EX_InitToken(0, NULL, 0, &p));
    s = open_rw();
    OK(F->C_Login(s, CKU_SO, PIN("87654321")));
}

static void token_info_extended(void **state)
{
    CK_TOKEN_INFO_EXTENDED info, old;
    CK_SESSION_HANDLE s = open_rw();
    CK_TOKEN_INFO plain;
    char serial[17];
    int i;

    (void)state;
    memset(&info, 0xAA, sizeof info);
    info.ulSizeofThisStructure = sizeof info;
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("wrong-pin")));
    OK(X->C_EX_GetTokenInfoExtended(0, &info));
    assert_int_equal(info.ulSizeofThisStructure, 256);
    assert_int_equal(info.ulTokenType, 1);
    assert_int_equal(info.ulTokenClass, 1);
    assert_int_equal(info.ulMaxUserPinLen, 249);
    assert_int_equal(info.ulMinUserPinLen, 6);
    assert_int_equal(info.ulMaxUserRetryCount, 10);
    assert_int_equal(info.ulUserRetryCountLeft, 9);
    assert_int_equal(info.ulAdminRetryCountLeft, 10);
    assert_int_equal(info.ulATRLen, 15);
    assert_int_equal(info.ATR[0], 0x3B);
    assert_int_equal(info.flags & 0x0F, 0x0F);
    OK(F->C_GetTokenInfo(0, &plain));
    for (i = 0; i < 8; i++)
        (void)snprintf(serial + 2 * i, 3, "%02x", info.serialNumber[i]);
    assert_memory_equal(serial, plain.serialNumber, 16);

    /* An older program's structure ends before the battery. */
    memset(&old, 0xAA, sizeof old);
    old.ulSizeofThisStructure = offsetof(CK_TOKEN_INFO_EXTENDED, ulBatteryPercentage);
    OK(X->C_EX_GetTokenInfoExtended(0, &old));
    assert_int_equal(old.ulSizeofThisStructure, 240);
    assert_true(old.ulFreeMemory <= old.ulTotalMemory);
    old.ulTotalMemory = info.ulTotalMemory; /* what others leave of the disk may have changed */
    old.ulFreeMemory = info.ulFreeMemory;
    assert_memory_equal(&old.ulTokenType, &info.ulTokenType, 240 - sizeof(CK_ULONG));
    assert_int_equal(old.ulBatteryPercentage, 0xAAAAAAAAAAAAAAAA);
    old.ulSizeofThisStructure = 100;
    FAILS(CKR_BUFFER_TOO_SMALL, X->C_EX_GetTokenInfoExtended(0, &old));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetTokenInfoExtended(0, NULL));
    FAILS(CKR_TOKEN_NOT_RECOGNIZED, X->C_EX_GetTokenInfoExtended(1, &info));
    FAILS(CKR_SLOT_ID_INVALID, X->C_EX_GetTokenInfoExtended(2, &info));
}

static void unblock_user_pin(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    int i;

    (void)state;
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_UnblockUserPIN(s));
    for (i = 0; i < 12; i++)
        (void)F->C_Login(s, CKU_USER, PIN("wrong-pin"));
    FAILS(CKR_PIN_LOCKED, F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(X->C_EX_UnblockUserPIN(s));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN))); /* the PIN itself has not changed */
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_UnblockUserPIN(s));
}

static void token_name(void **state)
{
    CK_SESSION_HANDLE s = open_rw(), ro = open_ro();
    CK_CHAR buf[32];
    CK_ULONG n = 0;

    (void)state;
    OK(X->C_EX_GetTokenName(s, NULL, &n));
    assert_int_equal(n, 4);
    n = 3;
    FAILS(CKR_BUFFER_TOO_SMALL, X->C_EX_GetTokenName(s, buf, &n));
    OK(X->C_EX_GetTokenName(s, buf, &n));
    assert_memory_equal(buf, "work", 4);
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetTokenName(s, buf, NULL));
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_SetTokenName(s, (CK_CHAR *)"new", 3));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_SESSION_READ_ONLY, X->C_EX_SetTokenName(ro, (CK_CHAR *)"new", 3));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_SetTokenName(s, (CK_CHAR *)"new", 33));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_SetTokenName(s, NULL, 3));
    OK(X->C_EX_SetTokenName(s, (CK_CHAR *)"new", 3));
    n = sizeof buf;
    OK(X->C_EX_GetTokenName(ro, buf, &n));
    assert_int_equal(n, 3);
    assert_memory_equal(buf, "new", 3);
}

static void true_figures(void **state)
{
    CK_TOKEN_INFO_EXTENDED info;
    CK_TOKEN_INFO plain;

    (void)state;
    memset(&info, 0, sizeof info);
    info.ulSizeofThisStructure = sizeof info;
    OK(X->C_EX_GetTokenInfoExtended(0, &info));
    assert_int_equal(info.ulProtocolNumber, 1);
    assert_true(info.ulMicrocodeNumber != 0 && info.ulOrderNumber != 0);
    assert_int_equal(info.flags & ~TOKEN_FLAGS_FW_CHECKSUM_UNAVAILABLE, 0x1C0F);
    assert_true(info.ulFreeMemory > 0 && info.ulTotalMemory > info.ulFreeMemory);
    assert_true(info.ulTotalMemory != CK_UNAVAILABLE_INFORMATION);
    OK(F->C_GetTokenInfo(0, &plain));
    assert_true(plain.ulTotalPrivateMemory > plain.ulFreePrivateMemory);
    OK(F->C_GetTokenInfo(1, &plain)); /* not initialised */
    assert_int_equal(plain.ulTotalPrivateMemory, CK_UNAVAILABLE_INFORMATION);
}

static void licences(void **state)
{
    CK_SESSION_HANDLE s = open_rw(), ro = open_ro();
    CK_BYTE one[72], got[80], none[72] = {0};
    CK_RUTOKEN_INIT_PARAM p = init_param();
    CK_ULONG n = 0;

    (void)state;
    memset(one, 0xA5, sizeof one);
    OK(X->C_EX_GetLicense(ro, 1, NULL, &n));
    assert_int_equal(n, 72);
    n = 71;
    FAILS(CKR_BUFFER_TOO_SMALL, X->C_EX_GetLicense(ro, 1, got, &n));
    assert_int_equal(n, 72);
    OK(X->C_EX_GetLicense(ro, 1, got, &n));
    assert_memory_equal(got, none, 72);
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetLicense(ro, 0, got, &n));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetLicense(ro, 3, got, &n));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetLicense(ro, 1, got, NULL));
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_SetLicense(s, 1, one, 72));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_SESSION_READ_ONLY, X->C_EX_SetLicense(ro, 1, one, 72));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_SetLicense(s, 1, one, 71));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_SetLicense(s, 1, NULL, 72));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_SetLicense(s, 3, one, 72));
    OK(X->C_EX_SetLicense(s, 1, none, 72));
    OK(X->C_EX_SetLicense(s, 1, one, 72));
    OK(F->C_CloseAllSessions(0));
    OK(X->C_EX_InitToken(0, PIN(SO_PIN), &p)); /* they stay */
    s = open_rw();
    n = sizeof got;
    OK(X->C_EX_GetLicense(s, 1, got, &n));
    assert_int_equal(n, 72);
    assert_memory_equal(got, one, 72);
    OK(X->C_EX_GetLicense(s, 2, got, &n));
    assert_memory_equal(got, none, 72);
    OK(F->C_Login(s, CKU_SO, PIN("87654321")));
    OK(X->C_EX_SetLicense(s, 2, one, 72)); /* by the SO too */
}

static CK_FLAGS extended_flags(void)
{
    CK_TOKEN_INFO_EXTENDED info;

    memset(&info, 0, sizeof info);
    info.ulSizeofThisStructure = sizeof info;
    OK(X->C_EX_GetTokenInfoExtended(0, &info));
    return info.flags;
}

static void token_manage(void **state)
{
    CK_VENDOR_PIN_PARAMS own = {CKU_USER, (CK_UTF8CHAR *)"own-default", 11};
    CK_USER_TYPE user = CKU_USER, so = CKU_SO;
    CK_SESSION_HANDLE s = open_rw();

    (void)state;
    FAILS(CKR_SESSION_HANDLE_INVALID, X->C_EX_TokenManage(s + 9, 4, &user));
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, &user));
    FAILS(CKR_USER_NOT_LOGGED_IN, X->C_EX_TokenManage(s, MODE_CHANGE_DEFAULT_PIN, &own));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, X->C_EX_TokenManage(s, 1, &user));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_TokenManage(s, 0, &user));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_TokenManage(s, 7, &user));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, NULL));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, &so));
    own.ulPinLength = 5;
    FAILS(CKR_PIN_LEN_RANGE, X->C_EX_TokenManage(s, MODE_CHANGE_DEFAULT_PIN, &own));
    own.ulPinLength = 11;
    OK(X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, &user)); /* the factory's */
    assert_int_equal(extended_flags() & TOKEN_FLAGS_USER_PIN_NOT_DEFAULT, 0);
    assert_true(token_flags(0) & CKF_USER_PIN_TO_BE_CHANGED);
    OK(X->C_EX_TokenManage(s, MODE_CHANGE_DEFAULT_PIN, &own));
    assert_true(extended_flags() & TOKEN_FLAGS_USER_PIN_NOT_DEFAULT);
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, &user));
    assert_int_equal(extended_flags() & TOKEN_FLAGS_USER_PIN_NOT_DEFAULT, 0);
    OK(F->C_Logout(s));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("12345678")));
    OK(F->C_Login(s, CKU_USER, PIN("own-default")));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(X->C_EX_TokenManage(s, MODE_RESET_CUSTOM_PIN_TO_STANDARD, &user));
    OK(X->C_EX_TokenManage(s, MODE_RESET_PIN_TO_DEFAULT, &user));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
}

static void slot_manage(void **state)
{
    CK_VENDOR_RESTORE_FACTORY_DEFAULTS_PARAMS r;
    CK_RUTOKEN_INIT_PARAM p = init_param();
    CK_LOCAL_PIN_INFO local = {3, 0, 0, 0, 0, 0};
    CK_USER_TYPE user = CKU_USER;
    CK_BYTE issuer[32] = {0};
    CK_SESSION_HANDLE s;

    (void)state;
    FAILS(CKR_SLOT_ID_INVALID, X->C_EX_SlotManage(9, 7, &user));
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_SlotManage(0, 7, NULL));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, X->C_EX_SlotManage(0, 4, &user));
    /* There are no local PINs: they own a device's flash drive. */
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, X->C_EX_SlotManage(0, MODE_GET_LOCAL_PIN_INFO, &local));
    FAILS(CKR_FUNCTION_NOT_SUPPORTED, X->C_EX_SetLocalPIN(0, PIN(USER_PIN), PIN("local-pin"), 3));

    memset(&r, 0, sizeof r);
    r.ulSizeofThisStructure = sizeof r;
    r.pAdminPin = (CK_BYTE *)SO_PIN;
    r.ulAdminPinLen = sizeof SO_PIN - 1;
    r.pInitParam = &p;
    r.pNewEmitentKey = issuer;
    r.ulNewEmitentKeyLen = 31;
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_SlotManage(0, MODE_RESTORE_FACTORY_DEFAULTS, &r));
    r.ulNewEmitentKeyLen = 32;
    s = open_rw();
    FAILS(CKR_SESSION_EXISTS, X->C_EX_SlotManage(0, MODE_RESTORE_FACTORY_DEFAULTS, &r));
    OK(F->C_CloseSession(s));
    p.UseRepairMode = 1; /* is no way around the PIN here */
    r.ulAdminPinLen--;
    FAILS(CKR_PIN_INCORRECT, X->C_EX_SlotManage(0, MODE_RESTORE_FACTORY_DEFAULTS, &r));
    r.ulAdminPinLen++;
    OK(X->C_EX_SlotManage(0, MODE_RESTORE_FACTORY_DEFAULTS, &r));
    s = open_rw();
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
}

int main(void)
{
#define FRESH(t) cmocka_unit_test_setup_teardown(t, test_begin, test_end)
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        FRESH(from_the_box),     TOKEN(init_token_arguments), TOKEN(token_info_extended),
        TOKEN(unblock_user_pin), TOKEN(token_name),           TOKEN(true_figures),
        TOKEN(licences),         TOKEN(token_manage),         TOKEN(slot_manage),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
