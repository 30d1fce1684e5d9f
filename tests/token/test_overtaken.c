/* SPDX-License-Identifier: Apache-2.0 */
/* A process that has seen a slot without a token goes on when another one has put one there: it
 * need not ask for the list of slots first. */
#include "tests/token/harness.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER_SO "other-so-pin"

static CK_UTF8CHAR made[33] = "made elsewhere                  ";
static CK_UTF8CHAR again[33] = "made here                       ";

static CK_RV fill(CK_SLOT_ID slot)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes)};
    CK_SESSION_HANDLE s;
    CK_OBJECT_HANDLE o;
    CK_RV rv = F->C_InitToken(slot, PIN(OTHER_SO), made);

    if (rv == CKR_OK)
        rv = F->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s);
    if (rv == CKR_OK)
        rv = F->C_Login(s, CKU_SO, PIN(OTHER_SO));
    if (rv == CKR_OK)
        rv = F->C_InitPIN(s, PIN(USER_PIN));
    return rv == CKR_OK ? F->C_CreateObject(s, t, 2, &o) : rv;
}

/* Another process makes a token with an object in that slot. */
static void elsewhere(CK_SLOT_ID slot)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit(F->C_Initialize(NULL) == CKR_OK && fill(slot) == CKR_OK &&
                      F->C_Finalize(NULL) == CKR_OK
                  ? 0
                  : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void info_is(CK_SLOT_ID slot, const CK_UTF8CHAR *label)
{
    CK_TOKEN_INFO info;

    OK(F->C_GetTokenInfo(slot, &info));
    assert_memory_equal(info.label, label, 32);
}

static void info(void **state)
{
    (void)state;
    elsewhere(0);
    info_is(0, made);
    assert_true(token_flags(0) & CKF_USER_PIN_INITIALIZED);
}

static void session(void **state)
{
    CK_ATTRIBUTE data = A_ULONG(CKA_CLASS, class_data);
    CK_SESSION_HANDLE s;

    (void)state;
    elsewhere(0);
    s = open_rw();
    assert_int_equal(find_n(s, &data, 1, NULL), 1);
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
}

/* A session with the factory token, which was not in the store: it is with the one that is there
 * now. */
static void session_before(void **state)
{
    CK_ATTRIBUTE data = A_ULONG(CKA_CLASS, class_data);
    CK_SESSION_HANDLE s = open_rw();

    (void)state;
    assert_int_equal(find_n(s, &data, 1, NULL), 0);
    elsewhere(0);
    assert_int_equal(find_n(s, &data, 1, NULL), 1);
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_SO, PIN("87654321"))); /* the factory's no more */
    OK(F->C_Login(s, CKU_SO, PIN(OTHER_SO)));
}

static void login_before(void **state)
{
    CK_SESSION_HANDLE s = open_rw();

    (void)state;
    elsewhere(0);
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
}

/* Another slot has the token: the store is not empty, and there is no factory token any more. */
static void session_elsewhere(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_TOKEN_INFO now;
    char from[256], to[256];

    (void)state;
    (void)snprintf(from, sizeof from, "%s/token-0.db", store_dir());
    (void)snprintf(to, sizeof to, "%s/token-1.db", store_dir());
    elsewhere(0);
    assert_int_equal(rename(from, to), 0);
    FAILS(CKR_DEVICE_REMOVED, F->C_Login(s, CKU_SO, PIN("87654321")));
    FAILS(CKR_DEVICE_REMOVED, F->C_FindObjectsInit(s, NULL, 0));
    OK(F->C_GetTokenInfo(0, &now));
    assert_false(now.flags & CKF_TOKEN_INITIALIZED);
    info_is(1, made);
}

/* To initialise it is to initialise a token that is there: its SO PIN is asked for. */
static void format(void **state)
{
    (void)state;
    elsewhere(0);
    FAILS(CKR_PIN_INCORRECT, F->C_InitToken(0, PIN("not that PIN"), again));
    info_is(0, made);
    OK(F->C_InitToken(0, PIN(OTHER_SO), again));
    info_is(0, again);
}

static CK_RUTOKEN_INIT_PARAM param(CK_ULONG repair)
{
    CK_RUTOKEN_INIT_PARAM p = {.ulSizeofThisStructure = sizeof p,
                               .UseRepairMode = repair,
                               .pNewAdminPin = (CK_UTF8CHAR *)SO_PIN,
                               .ulNewAdminPinLen = sizeof SO_PIN - 1,
                               .pNewUserPin = (CK_UTF8CHAR *)USER_PIN,
                               .ulNewUserPinLen = sizeof USER_PIN - 1,
                               .ulMinAdminPinLen = 6,
                               .ulMinUserPinLen = 6,
                               .ChangeUserPINPolicy = 3,
                               .ulMaxAdminRetryCount = 10,
                               .ulMaxUserRetryCount = 10,
                               .pTokenLabel = again,
                               .ulLabelLen = 32};

    return p;
}

static void format_extended(void **state)
{
    CK_RUTOKEN_INIT_PARAM p = param(0);

    (void)state;
    elsewhere(0);
    FAILS(CKR_PIN_INCORRECT, X->C_EX_InitToken(0, PIN("not that PIN"), &p));
    info_is(0, made);
    OK(X->C_EX_InitToken(0, PIN(OTHER_SO), &p));
    info_is(0, again);
}

static void repair(void **state)
{
    CK_RUTOKEN_INIT_PARAM p = param(1);

    (void)state;
    elsewhere(0);
    OK(X->C_EX_InitToken(0, NULL, 0, &p));
    info_is(0, again);
}

/* The same with the spare slot of a store that has tokens. */
static void spare(void **state)
{
    CK_ATTRIBUTE data = A_ULONG(CKA_CLASS, class_data);
    CK_ULONG n = 0;

    (void)state;
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_int_equal(n, 2);
    elsewhere(1);
    info_is(1, made);
    assert_int_equal(find_n(open_session(1, 0), &data, 1, NULL), 1);
    elsewhere(2);
    FAILS(CKR_PIN_INCORRECT, F->C_InitToken(2, PIN("not that PIN"), again));
    OK(F->C_InitToken(2, PIN(OTHER_SO), again));
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_int_equal(n, 4);
}

#define EMPTY(f) cmocka_unit_test_setup_teardown(f, test_begin, test_end)
#define TOKEN(f) cmocka_unit_test_setup_teardown(f, test_begin_token, test_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY(info),   EMPTY(session),         EMPTY(session_before), EMPTY(login_before),
        EMPTY(format), EMPTY(format_extended), EMPTY(repair),         EMPTY(session_elsewhere),
        TOKEN(spare),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
