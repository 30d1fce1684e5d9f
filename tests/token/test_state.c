/* SPDX-License-Identifier: Apache-2.0 */
/* Slots, tokens, sessions, logins and PINs: the state and flag rules of the standard. */
#include "tests/token/harness.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- slots and tokens ----------------------------------------------------------------------- */

static void slot_list(void **state)
{
    CK_SLOT_ID slots[4] = {9, 9, 9, 9};
    CK_SLOT_INFO slot;
    CK_TOKEN_INFO token;
    CK_ULONG n = 0;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetSlotList(CK_TRUE, NULL, NULL));
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_int_equal(n, 2); /* the token and the spare */
    n = 1;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_GetSlotList(CK_TRUE, slots, &n));
    assert_int_equal(n, 2);
    n = 4;
    OK(F->C_GetSlotList(CK_FALSE, slots, &n));
    assert_int_equal(n, 2);
    assert_int_equal(slots[0], 0);
    assert_int_equal(slots[1], 1);

    OK(F->C_GetSlotInfo(1, &slot));
    assert_memory_equal(slot.slotDescription, "gosttoken slot 1     ", 21);
    assert_int_equal(slot.slotDescription[63], ' ');
    assert_int_equal(slot.flags, CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE);
    FAILS(CKR_SLOT_ID_INVALID, F->C_GetSlotInfo(2, &slot));
    FAILS(CKR_SLOT_ID_INVALID, F->C_GetTokenInfo(77, &token));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetSlotInfo(0, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetTokenInfo(0, NULL));

    OK(F->C_GetTokenInfo(0, &token));
    assert_memory_equal(token.label, "work                            ", 32);
    assert_memory_equal(token.manufacturerID, "gosttoken                       ", 32);
    assert_memory_equal(token.model, "gosttoken       ", 16);
    assert_int_equal(token.flags, CKF_RNG | CKF_LOGIN_REQUIRED | CKF_DUAL_CRYPTO_OPERATIONS |
                                      CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED);
    assert_int_equal(token.ulMinPinLen, 6);
    assert_int_equal(token.ulMaxPinLen, 249);
    assert_int_equal(token.ulSessionCount, 0);
    OK(F->C_GetTokenInfo(1, &token));
    assert_int_equal(token.flags & CKF_TOKEN_INITIALIZED, 0);
}

static void sessions_are_counted(void **state)
{
    CK_SESSION_HANDLE a = open_ro(), b = open_rw();
    CK_TOKEN_INFO token;

    (void)state;
    OK(F->C_GetTokenInfo(0, &token));
    assert_int_equal(token.ulSessionCount, 2);
    assert_int_equal(token.ulRwSessionCount, 1);
    OK(F->C_CloseSession(b));
    OK(F->C_GetTokenInfo(0, &token));
    assert_int_equal(token.ulSessionCount, 1);
    assert_int_equal(token.ulRwSessionCount, 0);
    FAILS(CKR_SESSION_HANDLE_INVALID, F->C_CloseSession(b));
    OK(F->C_CloseSession(a));
}

static void init_token(void **state)
{
    CK_UTF8CHAR label[33] = "another                         ";
    CK_SESSION_HANDLE s, user;
    CK_OBJECT_HANDLE pub, priv;
    CK_TOKEN_INFO before, after;
    CK_ULONG n = 0;

    (void)state;
    user = open_user();
    make_pair(user, paramset("1.2.643.7.1.2.1.1.1"), CK_TRUE, &pub, &priv);
    FAILS(CKR_SESSION_EXISTS, F->C_InitToken(0, PIN(SO_PIN), label));
    OK(F->C_CloseAllSessions(0));
    FAILS(CKR_ARGUMENTS_BAD, F->C_InitToken(0, NULL, 0, label));
    FAILS(CKR_ARGUMENTS_BAD, F->C_InitToken(0, PIN(SO_PIN), NULL));
    FAILS(CKR_SLOT_ID_INVALID, F->C_InitToken(5, PIN(SO_PIN), label));
    OK(F->C_GetTokenInfo(0, &before));
    FAILS(CKR_PIN_INCORRECT, F->C_InitToken(0, PIN("not the pin"), label));
    assert_true(token_flags(0) & CKF_SO_PIN_COUNT_LOW);
    s = open_ro();
    assert_int_equal(find_n(s, NULL, 0, NULL), 1); /* the public key is still there */
    OK(F->C_CloseSession(s));

    OK(F->C_InitToken(0, PIN(SO_PIN), label));
    OK(F->C_GetTokenInfo(0, &after));
    assert_memory_equal(after.label, label, 32);
    assert_int_equal(after.flags & (CKF_USER_PIN_INITIALIZED | CKF_SO_PIN_COUNT_LOW), 0);
    s = open_rw();
    assert_int_equal(find_n(s, NULL, 0, NULL), 0);
    FAILS(CKR_USER_PIN_NOT_INITIALIZED, F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    OK(F->C_CloseSession(s));

    /* The spare becomes a token, and there is a new spare. */
    FAILS(CKR_PIN_INCORRECT, F->C_InitToken(1, PIN("short"), label));
    FAILS(CKR_TOKEN_NOT_RECOGNIZED, F->C_OpenSession(1, CKF_SERIAL_SESSION, NULL, NULL, &s));
    OK(F->C_InitToken(1, PIN(SO_PIN), label));
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_int_equal(n, 3);
    s = open_session(1, CKF_RW_SESSION);
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
}

/* Sizes are in bits, and those that there are. */
static void sizes(void **state)
{
    static const struct {
        CK_MECHANISM_TYPE type;
        CK_ULONG min, max;
    } want[] = {
        {CKM_GENERIC_SECRET_KEY_GEN, 8, 65536},
        {CKM_CONCATENATE_BASE_AND_KEY, 0, 0},
        {CKM_GOSTR3411_HMAC, 0, 0},
        {CKM_GOSTR3411_12_256_HMAC, 0, 0},
        {CKM_SHA256_HMAC, 0, 0},
        {CKM_SHA256_HMAC_GENERAL, 0, 0},
        {CKM_SHA256, 0, 0},
        {CKM_PKCS5_PBKD2, 8, 32768},
        {CKM_KUZNYECHIK_KEXP_15_WRAP, 512, 512},
        {CKM_RSA_PKCS, 512, 4096},
    };
    CK_MECHANISM gen = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0}, hmac = {CKM_SHA256_HMAC, NULL, 0};
    static CK_BYTE long_value[20000];
    CK_ULONG len;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_VALUE_LEN, len)};
    CK_ATTRIBUTE big[] = {A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type_generic),
                          A_BYTES(CKA_VALUE, long_value)};
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM_INFO info;
    CK_OBJECT_HANDLE o;
    CK_ULONG i;

    (void)state;
    for (i = 0; i < COUNT(want); i++) {
        OK(F->C_GetMechanismInfo(0, want[i].type, &info));
        assert_int_equal(info.ulMinKeySize, want[i].min);
        assert_int_equal(info.ulMaxKeySize, want[i].max);
    }
    OK(F->C_GetMechanismInfo(0, gen.mechanism, &info));
    len = info.ulMinKeySize / 8;
    OK(F->C_GenerateKey(s, &gen, t, 1, &o));
    len = info.ulMaxKeySize / 8;
    OK(F->C_GenerateKey(s, &gen, t, 1, &o));
    len++;
    FAILS(CKR_KEY_SIZE_RANGE, F->C_GenerateKey(s, &gen, t, 1, &o));
    OK(F->C_CreateObject(s, big, COUNT(big), &o));
    OK(F->C_SignInit(s, &hmac, o)); /* no limit is said, and there is none */
}

/* Tokens come and go: a slot is of that kind. And as many sessions as are said. */
static void what_slots_say(void **state)
{
    CK_SLOT_INFO slot;
    CK_TOKEN_INFO info;

    (void)state;
    OK(F->C_GetSlotInfo(0, &slot));
    assert_int_equal(slot.flags, CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE);
    OK(F->C_GetTokenInfo(0, &info));
    assert_int_equal(info.ulMaxSessionCount, 65536);
    assert_int_equal(info.ulMaxRwSessionCount, 65536);
}

static void mechanisms(void **state)
{
    static const struct {
        CK_MECHANISM_TYPE type;
        CK_ULONG bits;
        CK_FLAGS flags;
    } want[] = {
        {CKM_GOSTR3410_KEY_PAIR_GEN, 256, CKF_GENERATE_KEY_PAIR},
        {CKM_GOSTR3410_512_KEY_PAIR_GEN, 512, CKF_GENERATE_KEY_PAIR},
        {CKM_GOSTR3410, 256, CKF_SIGN | CKF_VERIFY},
        {CKM_GOSTR3410_512, 512, CKF_SIGN | CKF_VERIFY},
        {CKM_GOSTR3410_WITH_GOSTR3411_12_256, 256, CKF_SIGN | CKF_VERIFY},
        {CKM_GOSTR3410_WITH_GOSTR3411_12_512, 512, CKF_SIGN | CKF_VERIFY},
        {CKM_GOSTR3411_12_256, 0, CKF_DIGEST},
        {CKM_GOSTR3411_12_512, 0, CKF_DIGEST},
    };
    CK_MECHANISM_TYPE list[512];
    CK_MECHANISM_INFO info;
    CK_ULONG n = 0, i, k;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetMechanismList(0, NULL, NULL));
    OK(F->C_GetMechanismList(0, NULL, &n));
    assert_in_range(n, COUNT(want), COUNT(list));
    assert_true(n >= COUNT(want));
    n--;
    FAILS(CKR_BUFFER_TOO_SMALL, F->C_GetMechanismList(0, list, &n));
    n = COUNT(list);
    OK(F->C_GetMechanismList(0, list, &n));
    for (i = 0; i < COUNT(want); i++) {
        for (k = 0; k < n && list[k] != want[i].type; k++)
            ;
        assert_true(k < n);
        OK(F->C_GetMechanismInfo(0, want[i].type, &info));
        assert_int_equal(info.flags, want[i].flags);
        assert_int_equal(info.ulMinKeySize, want[i].bits);
        assert_int_equal(info.ulMaxKeySize, want[i].bits);
    }
    FAILS(CKR_MECHANISM_INVALID, F->C_GetMechanismInfo(0, CKM_MD2, &info));
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetMechanismInfo(0, CKM_GOSTR3410, NULL));
}

/* ---- sessions and logins -------------------------------------------------------------------- */

static void open_session_arguments(void **state)
{
    CK_SESSION_HANDLE s;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, NULL));
    FAILS(CKR_SESSION_PARALLEL_NOT_SUPPORTED, F->C_OpenSession(0, CKF_RW_SESSION, NULL, NULL, &s));
    FAILS(CKR_SLOT_ID_INVALID, F->C_OpenSession(3, CKF_SERIAL_SESSION, NULL, NULL, &s));
    FAILS(CKR_SLOT_ID_INVALID, F->C_CloseAllSessions(3));
    FAILS(CKR_SESSION_HANDLE_INVALID, F->C_CloseSession(CK_INVALID_HANDLE));
    s = open_ro();
    FAILS(CKR_ARGUMENTS_BAD, F->C_GetSessionInfo(s, NULL));
}

static void states(void **state)
{
    CK_SESSION_HANDLE ro = open_ro(), rw = open_rw(), more;
    CK_SESSION_INFO info;

    (void)state;
    OK(F->C_GetSessionInfo(rw, &info));
    assert_int_equal(info.slotID, 0);
    assert_int_equal(info.flags, CKF_SERIAL_SESSION | CKF_RW_SESSION);
    assert_int_equal(state_of(ro), CKS_RO_PUBLIC_SESSION);
    assert_int_equal(state_of(rw), CKS_RW_PUBLIC_SESSION);
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_Logout(rw));
    FAILS(CKR_USER_TYPE_INVALID, F->C_Login(rw, 3, PIN(USER_PIN)));
    FAILS(CKR_ARGUMENTS_BAD, F->C_Login(rw, CKU_USER, NULL, 0));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Login(rw, CKU_CONTEXT_SPECIFIC, PIN(USER_PIN)));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(rw, CKU_USER, PIN("x")));

    /* One login is every session's. */
    OK(F->C_Login(ro, CKU_USER, PIN(USER_PIN)));
    assert_int_equal(state_of(ro), CKS_RO_USER_FUNCTIONS);
    assert_int_equal(state_of(rw), CKS_RW_USER_FUNCTIONS);
    more = open_rw();
    assert_int_equal(state_of(more), CKS_RW_USER_FUNCTIONS);
    FAILS(CKR_USER_ALREADY_LOGGED_IN, F->C_Login(rw, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, F->C_Login(rw, CKU_SO, PIN(SO_PIN)));
    OK(F->C_Logout(more));
    assert_int_equal(state_of(ro), CKS_RO_PUBLIC_SESSION);

    /* The SO and read-only sessions do not go together. */
    FAILS(CKR_SESSION_READ_ONLY_EXISTS, F->C_Login(rw, CKU_SO, PIN(SO_PIN)));
    OK(F->C_CloseSession(ro));
    OK(F->C_Login(rw, CKU_SO, PIN(SO_PIN)));
    assert_int_equal(state_of(rw), CKS_RW_SO_FUNCTIONS);
    assert_int_equal(state_of(more), CKS_RW_SO_FUNCTIONS);
    FAILS(CKR_SESSION_READ_WRITE_SO_EXISTS,
          F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &ro));
    FAILS(CKR_USER_ALREADY_LOGGED_IN, F->C_Login(rw, CKU_SO, PIN(SO_PIN)));
    FAILS(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, F->C_Login(rw, CKU_USER, PIN(USER_PIN)));

    /* The last session takes the login with it. */
    OK(F->C_CloseSession(more));
    OK(F->C_CloseSession(rw));
    ro = open_ro();
    assert_int_equal(state_of(ro), CKS_RO_PUBLIC_SESSION);
    OK(F->C_CloseAllSessions(0));
    FAILS(CKR_SESSION_HANDLE_INVALID, F->C_GetSessionInfo(ro, &info));
}

static void logout_takes_private_things(void **state)
{
    CK_SESSION_HANDLE s = open_user(), other = open_rw();
    CK_OBJECT_HANDLE pub, priv, spub, spriv, again = 0;
    CK_MECHANISM mech = {CKM_GOSTR3410, NULL, 0}, digest = {CKM_GOSTR3411_12_256, NULL, 0};
    CK_ATTRIBUTE priv_templ[] = {A_ULONG(CKA_CLASS, class_priv)};
    CK_BYTE hash[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig, found;

    (void)state;
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_TRUE, &pub, &priv);
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_FALSE, &spub, &spriv);
    assert_int_equal(find_n(other, NULL, 0, NULL), 4);
    OK(F->C_SignInit(other, &mech, spriv)); /* session objects are all sessions' */
    OK(F->C_DigestInit(other, &digest));
    OK(F->C_FindObjectsInit(other, NULL, 0));
    OK(F->C_Logout(s));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Sign(other, hash, 32, sig, &n));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_DigestUpdate(other, hash, 32));
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_FindObjects(other, &again, 1, &found));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(other, &mech, priv));
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_GetObjectSize(s, priv, &n));
    assert_int_equal(get_ulong(s, pub, CKA_CLASS), CKO_PUBLIC_KEY);
    assert_int_equal(get_ulong(s, spub, CKA_CLASS), CKO_PUBLIC_KEY);
    assert_int_equal(find_n(s, NULL, 0, NULL), 2);

    /* The SO does not see them either. */
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    assert_int_equal(find_n(s, priv_templ, 1, NULL), 0);
    OK(F->C_Logout(s));

    /* A later login gives the token's private key a new handle; the session's is gone. */
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(s, &mech, priv));
    FAILS(CKR_KEY_HANDLE_INVALID, F->C_SignInit(s, &mech, spriv));
    assert_int_equal(find_n(s, priv_templ, 1, &again), 1);
    OK(F->C_SignInit(s, &mech, again));
    OK(F->C_Sign(s, hash, 32, sig, &n));
}

static void session_objects_die_with_it(void **state)
{
    CK_SESSION_HANDLE a = open_rw(), b = open_ro();
    CK_ATTRIBUTE data[] = {A_ULONG(CKA_CLASS, class_data), A_STR(CKA_VALUE, "mine")};
    CK_OBJECT_HANDLE o, p;
    CK_ULONG size;

    (void)state;
    OK(F->C_CreateObject(b, data, 2, &o)); /* a session object in a read-only session */
    OK(F->C_CreateObject(a, data, 2, &p));
    assert_int_equal(find_n(a, NULL, 0, NULL), 2);
    OK(F->C_CloseSession(b));
    FAILS(CKR_OBJECT_HANDLE_INVALID, F->C_GetObjectSize(a, o, &size));
    OK(F->C_GetObjectSize(a, p, &size));
    assert_int_equal(find_n(a, NULL, 0, NULL), 1);
}

/* ---- PINs ----------------------------------------------------------------------------------- */

static void pin_rules(void **state)
{
    CK_SESSION_HANDLE s = open_rw(), ro;

    (void)state;
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_InitPIN(s, PIN("another-pin")));
    FAILS(CKR_ARGUMENTS_BAD, F->C_SetPIN(s, NULL, 0, PIN("another-pin")));
    FAILS(CKR_ARGUMENTS_BAD, F->C_SetPIN(s, PIN(USER_PIN), NULL, 0));
    FAILS(CKR_PIN_INCORRECT, F->C_SetPIN(s, PIN("not this"), PIN("another-pin")));
    FAILS(CKR_PIN_LEN_RANGE, F->C_SetPIN(s, PIN(USER_PIN), PIN("short")));
    OK(F->C_SetPIN(s, PIN(USER_PIN), PIN("another-pin"))); /* public session: the user's PIN */
    ro = open_ro();
    FAILS(CKR_SESSION_READ_ONLY, F->C_SetPIN(ro, PIN("another-pin"), PIN(USER_PIN)));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    OK(F->C_Login(s, CKU_USER, PIN("another-pin")));
    FAILS(CKR_USER_NOT_LOGGED_IN, F->C_InitPIN(s, PIN("another-pin")));
    OK(F->C_SetPIN(s, PIN("another-pin"), PIN("third-pin")));
    OK(F->C_SetPIN(s, NULL, 0, PIN("fourth-pin"))); /* logged in: the old one may be left out */
    OK(F->C_SetPIN(s, NULL, 0, PIN("fourth-pin"))); /* and the new may equal it */
    OK(F->C_Logout(s));
    OK(F->C_CloseSession(ro));

    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_SetPIN(s, PIN(SO_PIN), PIN("so-secret-2"))); /* SO session: the SO's PIN */
    FAILS(CKR_PIN_LEN_RANGE, F->C_InitPIN(s, PIN("short")));
    FAILS(CKR_ARGUMENTS_BAD, F->C_InitPIN(s, NULL, 0));
    OK(F->C_InitPIN(s, PIN(USER_PIN)));
    OK(F->C_Logout(s));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_Login(s, CKU_SO, PIN("so-secret-2")));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
}

static void pin_counter_flags(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    const CK_FLAGS all = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;
    int i;

    (void)state;
    assert_int_equal(token_flags(0) & all, 0);
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("wrong-pin")));
    assert_int_equal(token_flags(0) & all, CKF_USER_PIN_COUNT_LOW);
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    assert_int_equal(token_flags(0) & all, 0);
    OK(F->C_Logout(s));
    for (i = 0; i < 9; i++)
        FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("wrong-pin")));
    assert_int_equal(token_flags(0) & all, CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY);
    (void)F->C_Login(s, CKU_USER, PIN("wrong-pin"));
    assert_int_equal(token_flags(0) & all, CKF_USER_PIN_LOCKED);
    FAILS(CKR_PIN_LOCKED, F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_PIN_LOCKED, F->C_SetPIN(s, PIN(USER_PIN), PIN("another-pin")));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_InitPIN(s, PIN(USER_PIN)));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    assert_int_equal(token_flags(0) & all, 0);
}

/* ---- the factory token ---------------------------------------------------------------------- */

static void factory_token(void **state)
{
    const CK_FLAGS change = CKF_USER_PIN_TO_BE_CHANGED | CKF_SO_PIN_TO_BE_CHANGED;
    CK_ATTRIBUTE data[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, no)};
    CK_OBJECT_HANDLE o;
    CK_SESSION_HANDLE s;
    CK_TOKEN_INFO info;
    CK_ULONG n = 0;

    (void)state;
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_int_equal(n, 1);
    OK(F->C_GetTokenInfo(0, &info));
    assert_memory_equal(info.label, "gosttoken                       ", 32);
    assert_int_equal(info.flags, CKF_RNG | CKF_LOGIN_REQUIRED | CKF_DUAL_CRYPTO_OPERATIONS |
                                     CKF_TOKEN_INITIALIZED | CKF_USER_PIN_INITIALIZED | change);
    s = open_rw();
    assert_int_equal(find_n(s, NULL, 0, NULL), 0);
    OK(F->C_CreateObject(s, data, 2, &o));           /* a session object needs no store */
    assert_int_equal(access(store_dir(), F_OK), -1); /* looking has left nothing behind */
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("123456789")));
    assert_int_equal(access(store_dir(), F_OK), 0); /* a try has been counted */
    assert_int_equal(state_of(s), CKS_RW_PUBLIC_SESSION);
    OK(F->C_Login(s, CKU_USER, PIN("12345678")));
    assert_int_equal(token_flags(0) & change, change);
    OK(F->C_SetPIN(s, NULL, 0, PIN(USER_PIN)));
    assert_int_equal(token_flags(0) & change, CKF_SO_PIN_TO_BE_CHANGED);
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_SO, PIN("87654321")));
    OK(F->C_SetPIN(s, PIN("87654321"), PIN(SO_PIN)));
    assert_int_equal(token_flags(0) & change, 0);
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_int_equal(n, 2);
}

static void factory_token_by_write(void **state)
{
    CK_ATTRIBUTE data[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes)};
    CK_OBJECT_HANDLE o;
    CK_SESSION_HANDLE s = open_rw();

    (void)state;
    OK(F->C_CreateObject(s, data, 2, &o));
    assert_int_equal(find_n(s, NULL, 0, NULL), 1);
    OK(F->C_CloseSession(s));
    OK(F->C_Finalize(NULL));
    OK(F->C_Initialize(NULL));
    s = open_ro();
    assert_int_equal(find_n(s, NULL, 0, NULL), 1);
}

static void factory_token_formatted(void **state)
{
    CK_UTF8CHAR label[33] = "fresh                           ";
    CK_SESSION_HANDLE s;

    (void)state;
    OK(F->C_InitToken(0, PIN("any-so-pin"), label)); /* nothing is there to be protected */
    assert_int_equal(token_flags(0), CKF_RNG | CKF_LOGIN_REQUIRED | CKF_DUAL_CRYPTO_OPERATIONS |
                                         CKF_TOKEN_INITIALIZED);
    s = open_rw();
    OK(F->C_Login(s, CKU_SO, PIN("any-so-pin")));
}

static void factory_token_off(void **state)
{
    CK_SESSION_HANDLE s;

    (void)state;
    OK(F->C_Finalize(NULL));
    (void)setenv("GOSTTOKEN_FACTORY_TOKEN", "off", 1);
    OK(F->C_Initialize(NULL));
    (void)unsetenv("GOSTTOKEN_FACTORY_TOKEN");
    assert_int_equal(token_flags(0) & CKF_TOKEN_INITIALIZED, 0);
    FAILS(CKR_TOKEN_NOT_RECOGNIZED, F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s));
}

/* ---- slot events ---------------------------------------------------------------------------- */

static void *wait_forever(void *arg)
{
    CK_SLOT_ID slot;

    *(CK_RV *)arg = F->C_WaitForSlotEvent(0, &slot, NULL);
    return NULL;
}

static void slot_events(void **state)
{
    struct timespec wait = {0, 50000000}, t0, t1;
    CK_RV rv = CKR_GENERAL_ERROR;
    pthread_t thread;
    CK_SLOT_ID slot;
    long ms = 1000;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL));
    FAILS(CKR_ARGUMENTS_BAD, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, &slot));
    FAILS(CKR_NO_EVENT, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
    /* Woken, not found by the next look, every 250 ms; a busy machine may need more than one try.
     */
    for (int tries = 0; tries < 20 && ms > 100; tries++) {
        assert_int_equal(pthread_create(&thread, NULL, wait_forever, &rv), 0);
        (void)nanosleep(&wait, NULL);
        (void)clock_gettime(CLOCK_MONOTONIC, &t0);
        OK(F->C_Finalize(NULL));
        (void)clock_gettime(CLOCK_MONOTONIC, &t1);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(rv, CKR_CRYPTOKI_NOT_INITIALIZED);
        ms = (t1.tv_sec - t0.tv_sec) * 1000 + (t1.tv_nsec - t0.tv_nsec) / 1000000;
        OK(F->C_Initialize(NULL));
    }
    assert_true(ms <= 100);
}

int main(void)
{
#define FRESH(t) cmocka_unit_test_setup_teardown(t, test_begin, test_end)
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        TOKEN(slot_list),
        TOKEN(sessions_are_counted),
        TOKEN(init_token),
        TOKEN(mechanisms),
        TOKEN(open_session_arguments),
        TOKEN(states),
        TOKEN(logout_takes_private_things),
        TOKEN(session_objects_die_with_it),
        TOKEN(pin_rules),
        TOKEN(pin_counter_flags),
        FRESH(factory_token),
        FRESH(factory_token_by_write),
        FRESH(factory_token_formatted),
        FRESH(factory_token_off),
        TOKEN(slot_events),
        TOKEN(sizes),
        TOKEN(what_slots_say),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
