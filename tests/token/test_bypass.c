/* SPDX-License-Identifier: Apache-2.0 */
/* Ways around what the attributes of a key promise, none of which may lead anywhere. */
#include "tests/token/keys.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/sanitizer.h"

static CK_RV concatenate(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE a, CK_OBJECT_HANDLE b, CK_ULONG len,
                         CK_OBJECT_HANDLE *key)
{
    CK_MECHANISM m = {CKM_CONCATENATE_BASE_AND_KEY, &b, sizeof b};
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_PRIVATE, no), A_BOOL(CKA_EXTRACTABLE, yes),
                        A_BOOL(CKA_SENSITIVE, no), A_ULONG(CKA_VALUE_LEN, len)};

    return F->C_DeriveKey(s, &m, a, t, len != 0 ? 4 : 3, key);
}

static CK_OBJECT_HANDLE secret(CK_SESSION_HANDLE s, CK_ATTRIBUTE *more, CK_ULONG n)
{
    CK_MECHANISM m = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
    CK_ULONG len = 16;
    CK_ATTRIBUTE t[8] = {A_ULONG(CKA_VALUE_LEN, len)};
    CK_OBJECT_HANDLE key;

    if (n != 0)
        memcpy(t + 1, more, n * sizeof *more);
    OK(F->C_GenerateKey(s, &m, t, n + 1, &key));
    return key;
}

/* A known byte and the first byte of a secret key make a key of 256 possible values; the next byte
 * another 256, and so on. */
static void byte_by_byte(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE known = import_key(s, CKK_GENERIC_SECRET, "x", 1), o;
    CK_OBJECT_HANDLE hidden = secret(s, NULL, 0);
    CK_ULONG n;

    (void)state;
    for (n = 2; n < 17; n++)
        FAILS(CKR_KEY_SIZE_RANGE, concatenate(s, known, hidden, n, &o));
    for (n = 1; n < 16; n++)
        FAILS(CKR_KEY_SIZE_RANGE, concatenate(s, hidden, known, n, &o));
    OK(concatenate(s, known, hidden, 17, &o));
    assert_true(get_bool(s, o, CKA_SENSITIVE));
    OK(concatenate(s, known, hidden, 1, &o)); /* nothing of it */
    OK(concatenate(s, hidden, known, 16, &o));
}

/* What a key is part of leaves the token as the key itself does, and is as private. */
static void part_of_another(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE known = import_key(s, CKK_GENERIC_SECRET, "0123456789abcdef", 16), o, kept;
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_WRAP_WITH_TRUSTED, yes), A_BOOL(CKA_EXTRACTABLE, yes)};
    int i;

    (void)state;
    kept = secret(s, t, 2);
    for (i = 0; i < 2; i++) {
        OK(concatenate(s, i == 0 ? kept : known, i == 0 ? known : kept, 0, &o));
        assert_true(get_bool(s, o, CKA_WRAP_WITH_TRUSTED));
        assert_true(get_bool(s, o, CKA_PRIVATE));
    }
    OK(concatenate(s, known, known, 0, &o));
    assert_false(get_bool(s, o, CKA_WRAP_WITH_TRUSTED));
    assert_false(get_bool(s, o, CKA_PRIVATE));
    OK(F->C_Logout(s));
    assert_int_equal(find_n(s, t, 1, &o), 0);
}

/* The SO has said that a key may only wrap: nobody else makes it decrypt or unwrap, neither the key
 * nor a copy of it. */
static void trusted_for_one_thing(void **state)
{
    static const CK_ATTRIBUTE_TYPE uses[] = {CKA_ENCRYPT, CKA_DECRYPT, CKA_SIGN,
                                             CKA_VERIFY,  CKA_UNWRAP,  CKA_DERIVE};
    CK_SESSION_HANDLE s = open_rw();
    CK_KEY_TYPE type = CKK_GOST28147;
    CK_BYTE value[32] = {1};
    CK_ATTRIBUTE t[] = {
        A_ULONG(CKA_CLASS, class_secret), A_ULONG(CKA_KEY_TYPE, type), A_BYTES(CKA_VALUE, value),
        A_BOOL(CKA_PRIVATE, no),          A_BOOL(CKA_TRUSTED, yes),    A_BOOL(CKA_ENCRYPT, no),
        A_BOOL(CKA_DECRYPT, no),          A_BOOL(CKA_SIGN, no),        A_BOOL(CKA_VERIFY, no),
        A_BOOL(CKA_UNWRAP, no),           A_BOOL(CKA_DERIVE, no)};
    CK_ATTRIBUTE distrust = A_BOOL(CKA_TRUSTED, no), label = A_STR(CKA_LABEL, "kek");
    CK_ATTRIBUTE both[] = {A_BOOL(CKA_TRUSTED, no), A_BOOL(CKA_DECRYPT, yes)};
    CK_OBJECT_HANDLE kek, copy, other;
    CK_ULONG i;

    (void)state;
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_CreateObject(s, t, COUNT(t), &kek));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    for (i = 0; i < COUNT(uses); i++) {
        CK_ATTRIBUTE use[] = {{uses[i], &yes, sizeof yes}, A_BOOL(CKA_MODIFIABLE, yes)};

        FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, kek, use, 1));
        FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CopyObject(s, kek, use, 2, &copy));
    }
    OK(F->C_SetAttributeValue(s, kek, &label, 1));
    OK(F->C_CopyObject(s, kek, NULL, 0, &copy));
    assert_true(get_bool(s, copy, CKA_TRUSTED));
    /* The limit does not go, for the trust does not: from neither of them, nor on the way to a
     * copy, nor together with what it forbids. */
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, kek, &distrust, 1));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, copy, &distrust, 1));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CopyObject(s, kek, both, 1, &other));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_CopyObject(s, copy, both, 2, &other));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, copy, both, 2));
    FAILS(CKR_ATTRIBUTE_READ_ONLY, F->C_SetAttributeValue(s, copy, both + 1, 1));
    assert_true(get_bool(s, copy, CKA_TRUSTED));
    assert_false(get_bool(s, copy, CKA_DECRYPT));
    OK(F->C_SetAttributeValue(s, copy, &(CK_ATTRIBUTE){CKA_TRUSTED, &yes, sizeof yes}, 1));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_SetAttributeValue(s, kek, &(CK_ATTRIBUTE){CKA_UNWRAP, &yes, sizeof yes}, 1));
    OK(F->C_SetAttributeValue(s, kek, &distrust, 1));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_ATTRIBUTE_READ_ONLY,
          F->C_SetAttributeValue(s, kek, &(CK_ATTRIBUTE){CKA_TRUSTED, &yes, sizeof yes}, 1));
    OK(F->C_SetAttributeValue(s, kek, &(CK_ATTRIBUTE){CKA_DECRYPT, &yes, sizeof yes}, 1));
}

/* The sender's key of a key transport is used by that mechanism, too. */
static void mechanisms_of_the_sender(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM_TYPE only = CKM_GOSTR3410;
    CK_MECHANISM gen = {CKM_GOSTR3410_KEY_PAIR_GEN, NULL, 0}, wrap;
    const gost_paramset *ps = paramset("1.2.643.7.1.2.1.1.1");
    CK_ATTRIBUTE pub_t[] = {{CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len},
                            A_BOOL(CKA_WRAP, yes)};
    CK_ATTRIBUTE priv_t[] = {{CKA_GOSTR3410_PARAMS, (void *)ps->der, ps->der_len},
                             {CKA_ALLOWED_MECHANISMS, &only, sizeof only}};
    CK_OBJECT_HANDLE key = key_of(s, CKK_GOST28147, 1), pub, free_key, bound;
    CK_GOSTR3410_KEY_WRAP_PARAMS p;
    CK_BYTE out[512];
    CK_ULONG n = sizeof out;

    (void)state;
    OK(F->C_GenerateKeyPair(s, &gen, pub_t, 2, priv_t, 2, &pub, &bound));
    OK(F->C_GenerateKeyPair(s, &gen, pub_t, 2, priv_t, 1, &pub, &free_key));
    memset(&p, 0, sizeof p);
    wrap.mechanism = CKM_GOSTR3410_KEY_WRAP;
    wrap.pParameter = &p;
    wrap.ulParameterLen = sizeof p;
    p.hKey = free_key;
    OK(F->C_WrapKey(s, &wrap, pub, key, out, &n));
    p.hKey = bound;
    n = sizeof out;
    FAILS(CKR_MECHANISM_INVALID, F->C_WrapKey(s, &wrap, pub, key, out, &n));
}

/* ---- two at once ---------------------------------------------------------------------------- */

static volatile int stop;
static CK_OBJECT_HANDLE shared;

static void *relabel(void *arg)
{
    CK_SESSION_HANDLE s = *(CK_SESSION_HANDLE *)arg;
    static const char text[1 << 18]; /* a while to copy */
    CK_ATTRIBUTE label = A_BYTES(CKA_LABEL, text);

    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
        (void)F->C_SetAttributeValue(s, __atomic_load_n(&shared, __ATOMIC_RELAXED), &label, 1);
    return NULL;
}

/* A thread that changes something else does not take back what this one has set. */
static void two_threads(void **state)
{
    CK_SESSION_HANDLE s = open_user(), other = open_rw();
    CK_ATTRIBUTE hide[] = {A_BOOL(CKA_SENSITIVE, yes), A_BOOL(CKA_EXTRACTABLE, no)};
    pthread_t thread;
    int i, lost = 0;

    (void)state;
    stop = 0;
    shared = key_of(s, CKK_GENERIC_SECRET, 1);
    assert_int_equal(pthread_create(&thread, NULL, relabel, &other), 0);
    for (i = 0; i < 300; i++) {
        CK_OBJECT_HANDLE o = key_of(s, CKK_GENERIC_SECRET, 1);

        CK_ATTRIBUTE label = {CKA_LABEL, NULL, 0};

        __atomic_store_n(&shared, o, __ATOMIC_RELAXED);
        while (label.ulValueLen == 0) /* until the other one is at it */
            OK(F->C_GetAttributeValue(s, o, &label, 1));
        OK(F->C_SetAttributeValue(s, o, hide, 1));
        OK(F->C_SetAttributeValue(s, o, hide + 1, 1));
        lost += !get_bool(s, o, CKA_SENSITIVE) || get_bool(s, o, CKA_EXTRACTABLE);
        OK(F->C_DestroyObject(s, o));
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(lost, 0);
}

static int hide_it(CK_OBJECT_HANDLE *o)
{
    CK_ATTRIBUTE find = A_STR(CKA_LABEL, "shared"), hide = A_BOOL(CKA_SENSITIVE, yes);
    CK_SESSION_HANDLE s;
    CK_ULONG n = 0;

    return F->C_Initialize(NULL) == CKR_OK &&
           F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) == CKR_OK &&
           F->C_Login(s, CKU_USER, PIN(USER_PIN)) == CKR_OK &&
           F->C_FindObjectsInit(s, &find, 1) == CKR_OK && F->C_FindObjects(s, o, 1, &n) == CKR_OK &&
           n == 1 && F->C_SetAttributeValue(s, *o, &hide, 1) == CKR_OK &&
           F->C_Finalize(NULL) == CKR_OK;
}

/* Nor does a process that has not yet heard of it and says once more what it thinks is so. */
static void two_processes(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG len = 16;
    CK_MECHANISM gen = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
    CK_ATTRIBUTE t[] = {A_BOOL(CKA_TOKEN, yes), A_BOOL(CKA_SENSITIVE, no),
                        A_BOOL(CKA_EXTRACTABLE, yes), A_STR(CKA_LABEL, "shared"),
                        A_ULONG(CKA_VALUE_LEN, len)};
    CK_ATTRIBUTE show = A_BOOL(CKA_SENSITIVE, no);
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        CK_OBJECT_HANDLE o;
        CK_RV rv = CKR_OK;
        int status = -1;
        pid_t pid;

        OK(F->C_GenerateKey(s, &gen, t, COUNT(t), &o));
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(hide_it(&o) ? 0 : 1);
        while (waitpid(pid, &status, WNOHANG) == 0 && rv == CKR_OK)
            rv = F->C_SetAttributeValue(s, o, &show, 1);
        assert_true(rv == CKR_OK || rv == CKR_ATTRIBUTE_READ_ONLY);
        if (status == -1)
            assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(find_n(s, &t[3], 1, NULL), 1); /* looks for changes */
        assert_true(get_bool(s, o, CKA_SENSITIVE));
        OK(F->C_DestroyObject(s, o));
    }
}

/* ---- a logout without memory ---------------------------------------------------------------- */

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void *__libc_calloc(size_t n, size_t size);

static size_t refused; /* that many elements */

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
    return refused != 0 && n == refused ? NULL : __libc_calloc(n, size);
}

/* An operation does not outlive the login, even if there is no memory for a list of sessions. */
static void logout_without_memory(void **state)
{
    CK_SESSION_HANDLE s = open_user(), more[20];
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig, i;
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    for (i = 0; i < COUNT(more); i++)
        more[i] = open_rw();
    make_pair(s, paramset("1.2.643.7.1.2.1.1.1"), CK_TRUE, &pub, &priv);
    OK(F->C_SignInit(more[3], &m, priv));
    refused = COUNT(more) + 2;
    OK(F->C_Logout(s));
    refused = 0;
    FAILS(CKR_OPERATION_NOT_INITIALIZED, F->C_Sign(more[3], digest, 32, sig, &n));
}
#endif

int main(void)
{
#define T(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        T(byte_by_byte),
        T(part_of_another),
        T(trusted_for_one_thing),
        T(mechanisms_of_the_sender),
        T(two_threads),
        T(two_processes),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        T(logout_without_memory),
#endif
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
