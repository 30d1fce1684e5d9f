/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_GetJournal, and what programs do that is written down. */
#include "tests/token/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *journal(CK_SLOT_ID slot)
{
    CK_ULONG n = 0, more;
    char *text;

    OK(X->C_EX_GetJournal(slot, NULL, &n));
    text = malloc(n + 1);
    assert_non_null(text);
    more = n;
    OK(X->C_EX_GetJournal(slot, (CK_BYTE *)text, &more));
    assert_int_equal(more, n);
    text[n] = 0;
    return text;
}

static unsigned says(const char *words)
{
    char *text = journal(0);
    unsigned n = 0;
    const char *p;

    for (p = text; (p = strstr(p, words)) != NULL; p++)
        n++;
    free(text);
    return n;
}

static CK_TOKEN_INFO_EXTENDED extended(void)
{
    CK_TOKEN_INFO_EXTENDED info;

    memset(&info, 0, sizeof info);
    info.ulSizeofThisStructure = sizeof info;
    OK(X->C_EX_GetTokenInfoExtended(0, &info));
    return info;
}

static void arguments(void **state)
{
    CK_BYTE buf[16];
    CK_ULONG n = sizeof buf;
    char *text;

    (void)state;
    FAILS(CKR_ARGUMENTS_BAD, X->C_EX_GetJournal(0, NULL, NULL));
    FAILS(CKR_SLOT_ID_INVALID, X->C_EX_GetJournal(9, NULL, &n));
    FAILS(CKR_TOKEN_NOT_RECOGNIZED, X->C_EX_GetJournal(1, NULL, &n));
    n = sizeof buf;
    FAILS(CKR_BUFFER_TOO_SMALL, X->C_EX_GetJournal(0, buf, &n));
    text = journal(0); /* without a session or a login */
    assert_int_equal(strlen(text), n);
    assert_memory_equal(text, "{\"journal\":1,\"serial\":\"", 23);
    free(text);
}

static void untouched(void **state)
{
    CK_ULONG n = 7;

    (void)state;
    OK(X->C_EX_GetJournal(0, NULL, &n));
    assert_int_equal(n, 0); /* a factory token that nobody has used */
    OK(F->C_Login(open_rw(), CKU_USER, PIN("12345678")));
    assert_int_equal(says("\"event\":\"token-create\",\"factory\":true,"), 1);
    assert_int_equal(says("\"event\":\"login\""), 1);
}

static void what_happens(void **state)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    assert_true(extended().flags & TOKEN_FLAGS_SUPPORT_JOURNAL);
    FAILS(CKR_PIN_INCORRECT, F->C_Login(s, CKU_USER, PIN("wrong-pin")));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    make_pair(s, paramset(GOST_PARAMS), CK_TRUE, &pub, &priv);
    assert_int_equal(says("\"event\":\"key-create\""), 1);
    assert_int_equal(says("\"generated\":true,\"mechanism\":\"0x1200\""), 1);
    OK(F->C_DestroyObject(s, pub));
    OK(F->C_DestroyObject(s, priv));
    assert_int_equal(says("\"event\":\"key-destroy\""), 1);
    OK(F->C_SetPIN(s, NULL, 0, PIN(USER_PIN)));
    OK(F->C_Logout(s));
    assert_int_equal(says("\"result\":\"wrong PIN\""), 1);
    assert_int_equal(says("\"event\":\"login\",\"user\":\"user\",\"result\":\"ok\""), 1);
    assert_int_equal(says("\"event\":\"pin-set\""), 1);
}

static void off(void **state)
{
    CK_SESSION_HANDLE s;
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    configure("journal = off\n");
    s = open_user();
    make_pair(s, paramset(GOST_PARAMS), CK_TRUE, &pub, &priv);
    assert_int_equal(says("\"event\":\"login\",\"user\":\"user\""), 0);
    assert_int_equal(says("\"event\":\"key-create\""), 0);
    assert_false(extended().flags & TOKEN_FLAGS_SUPPORT_JOURNAL);
}

/* C_Sign: of keys that ask for it, or of all. */
static void signatures(void **state)
{
    CK_MECHANISM gen = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0}, m = {CKM_GOSTR3410, NULL, 0};
    const gost_paramset *ps = paramset(GOST_PARAMS);
    CK_ATTRIBUTE t[] = {
        {CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len},
        A_BOOL(CKA_TOKEN, yes),
        A_STR(CKA_ID, "\x12\x34"),
        A_BOOL(CKA_VENDOR_KEY_JOURNAL, yes),
    };
    CK_OBJECT_HANDLE pub, quiet, loud;
    CK_BYTE digest[32] = {1}, sig[64];
    CK_SESSION_HANDLE s;
    CK_ULONG n;

    (void)state;
    configure("journal = on\n");
    s = open_user();
    OK(F->C_GenerateKeyPair(s, &gen, t, 2, t + 1, 1, &pub, &quiet));
    OK(F->C_GenerateKeyPair(s, &gen, t, 2, t + 1, 3, &pub, &loud));
    for (int i = 0; i < 3; i++) {
        CK_OBJECT_HANDLE key = i == 0 ? quiet : loud;

        OK(F->C_SignInit(s, &m, key));
        n = sizeof sig;
        OK(F->C_Sign(s, digest, sizeof digest, sig, &n));
    }
    assert_int_equal(says("\"event\":\"sign\",\"mechanism\":\"0x1201\""), 2);
    assert_int_equal(says("\"id\":\"1234\",\"digest\":\""), 2);
    configure("journal = all\n");
    s = open_user();
    assert_int_equal(find_n(s, (CK_ATTRIBUTE[]){A_ULONG(CKA_CLASS, class_priv)}, 1, &quiet), 2);
    OK(F->C_SignInit(s, &m, quiet));
    n = sizeof sig;
    OK(F->C_Sign(s, digest, sizeof digest, sig, &n));
    assert_int_equal(says("\"event\":\"sign\""), 3);
}

int main(void)
{
#define FRESH(t) cmocka_unit_test_setup_teardown(t, test_begin, conf_end)
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, conf_end)
    const struct CMUnitTest tests[] = {
        TOKEN(arguments), FRESH(untouched), TOKEN(what_happens), TOKEN(off), TOKEN(signatures),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
