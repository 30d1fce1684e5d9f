/* SPDX-License-Identifier: Apache-2.0 */
/* What the module exports of its own: <gosttoken/module.h>. */
#include "tests/token/conf.h"

#include <dlfcn.h>
#include <gosttoken/module.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static CK_RV (*get_details)(CK_SLOT_ID slot, gosttoken_details *details);
static CK_RV (*verify_journal)(CK_SLOT_ID slot, gosttoken_journal_state *state);
static CK_RV (*make_token)(CK_SLOT_ID slot, const CK_UTF8CHAR *so_pin, CK_ULONG len,
                           const CK_UTF8CHAR *label);

static int begin(void **state)
{
    void *module = dlopen(TEST_MODULE, RTLD_NOW | RTLD_NOLOAD);

    *(void **)&get_details = dlsym(module, "gosttoken_get_details");
    *(void **)&verify_journal = dlsym(module, "gosttoken_verify_journal");
    *(void **)&make_token = dlsym(module, "gosttoken_make_token");
    (void)dlclose(module);
    return get_details != NULL && verify_journal != NULL && make_token != NULL ? test_begin(state)
                                                                               : -1;
}

static int begin_token(void **state)
{
    return begin(state) == 0 && test_end(state) == 0 ? test_begin_token(state) : -1;
}

static void mistakes(void **state)
{
    gosttoken_details d = {.size = sizeof d - 1};
    gosttoken_journal_state j = {.size = sizeof j - 1};

    (void)state;
    FAILS(CKR_BUFFER_TOO_SMALL, get_details(0, &d));
    FAILS(CKR_BUFFER_TOO_SMALL, verify_journal(0, &j));
    FAILS(CKR_ARGUMENTS_BAD, get_details(0, NULL));
    FAILS(CKR_ARGUMENTS_BAD, verify_journal(0, NULL));
    d.size = sizeof d;
    j.size = sizeof j;
    FAILS(CKR_SLOT_ID_INVALID, get_details(77, &d));
    FAILS(CKR_SLOT_ID_INVALID, verify_journal(77, &j));
    FAILS(CKR_TOKEN_NOT_RECOGNIZED, get_details(1, &d)); /* the free slot */
    FAILS(CKR_TOKEN_NOT_RECOGNIZED, verify_journal(1, &j));
    OK(F->C_Finalize(NULL));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, get_details(0, &d));
    FAILS(CKR_CRYPTOKI_NOT_INITIALIZED, verify_journal(0, &j));
    OK(F->C_Initialize(NULL));
}

/* A token in a slot that is free, and in no other, though C_InitToken would make it anew. */
static void making(void **state)
{
    static const CK_UTF8CHAR label[33] = "made                            ";
    static CK_UTF8CHAR other[33] = "other                           ";
    CK_TOKEN_INFO info;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, make_token(0, NULL, 0, label));
    FAILS(CKR_ARGUMENTS_BAD, make_token(0, PIN(SO_PIN), NULL));
    FAILS(CKR_SLOT_ID_INVALID, make_token(77, PIN(SO_PIN), label));
    FAILS(CKR_PIN_INCORRECT,
          make_token(0, PIN("1"), label)); /* too short, as C_InitToken says it */
    OK(make_token(0, PIN(SO_PIN), label)); /* the factory token is on no disk */
    FAILS(CKR_FUNCTION_FAILED, make_token(0, PIN(SO_PIN), other));
    OK(F->C_GetTokenInfo(0, &info));
    assert_memory_equal(info.label, label, 32);
    OK(make_token(1, PIN(SO_PIN), label));
    FAILS(CKR_FUNCTION_FAILED, make_token(1, PIN(SO_PIN), other));
    OK(F->C_InitToken(1, PIN(SO_PIN), other));
}

/* A token that is not in the store yet, under a policy. */
static void factory(void **state)
{
    gosttoken_details d = {.size = sizeof d};
    gosttoken_journal_state j = {.size = sizeof j};

    (void)state;
    configure("pin.classes = digit lower\npin.history = 4\nso-pin.tries = 5\npin.changed-by = so\n"
              "journal = off\n");
    OK(get_details(0, &d));
    assert_int_equal(d.path_len, 0);
    assert_int_equal(d.objects, 0);
    assert_int_equal(d.journal, 0);
    assert_int_equal(d.changers, GOSTTOKEN_CHANGER_SO);
    assert_int_equal(d.user.classes, GOSTTOKEN_CLASS_DIGIT | GOSTTOKEN_CLASS_LOWER);
    assert_int_equal(d.user.history, 4);
    assert_int_equal(d.so.tries, 5);
    assert_int_equal(d.so.tries_left, 5);
    assert_true(d.user.set && d.user.is_default && d.so.is_default);
    OK(verify_journal(0, &j));
    assert_true(j.last < j.first && !j.altered && !j.checked);
}

/* One that is: its file, its objects, its PINs. */
static void token(void **state)
{
    gosttoken_details d = {.size = sizeof d};
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_HANDLE s = open_user();

    (void)state;
    make_pair(s, paramset(GOST_PARAMS), CK_TRUE, &pub, &priv);
    OK(F->C_Logout(s));
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("wrong-secret")));
    OK(get_details(0, &d));
    assert_int_equal(d.path_len, strlen(d.path));
    assert_int_equal(strncmp(d.path, store_dir(), strlen(store_dir())), 0);
    assert_int_equal(d.objects, 2);
    assert_true(d.bytes > 4096);
    assert_int_equal(d.journal, 1);
    assert_int_equal(d.changers, GOSTTOKEN_CHANGER_SO | GOSTTOKEN_CHANGER_USER);
    assert_int_equal(d.user.tries, 10);
    assert_int_equal(d.user.tries_left, 9);
    assert_int_equal(d.so.tries_left, 10);
    assert_true(d.user.set && !d.user.is_default && !d.user.due);
    assert_int_equal(d.user.min_len, 6);
    assert_int_equal(d.user.max_len, 249);
    assert_true(d.user.changed != 0 && (time_t)d.user.changed <= time(NULL));
    OK(F->C_CloseSession(s));
}

/* The verdict without a login, and with one. */
static void journal(void **state)
{
    gosttoken_journal_state j = {.size = sizeof j};
    CK_SESSION_HANDLE s;

    (void)state;
    OK(verify_journal(0, &j));
    assert_true(j.first == 1 && j.last >= 1 && !j.broken && !j.altered && !j.checked);
    s = open_user();
    OK(verify_journal(0, &j));
    assert_true(j.checked && !j.altered && j.anchored == j.last);
    OK(F->C_CloseSession(s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(mistakes, begin_token, conf_end),
        cmocka_unit_test_setup_teardown(making, begin, conf_end),
        cmocka_unit_test_setup_teardown(factory, begin, conf_end),
        cmocka_unit_test_setup_teardown(token, begin_token, conf_end),
        cmocka_unit_test_setup_teardown(journal, begin_token, conf_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
