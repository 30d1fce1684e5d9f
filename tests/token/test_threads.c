/* SPDX-License-Identifier: Apache-2.0 */
/* Threads on one token: one login, then sign, find, create, change, destroy, log out, all at once.
 */
#include "tests/token/harness.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define TC26_A  "1.2.643.7.1.2.1.1.1"
#define THREADS 4
#ifndef ROUNDS
#define ROUNDS 60
#endif

/* cmocka's assertions belong to the main thread: the others count what went wrong. */
static atomic_int wrong, signatures;
#define EXPECT(x)                                                                                  \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            atomic_fetch_add(&wrong, 1);                                                           \
            print_error("line %d: %s\n", __LINE__, #x);                                            \
        }                                                                                          \
    } while (0)

typedef struct worker {
    pthread_t thread;
    int number;
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE q[64];
} worker;

static void sign_once(const worker *w, CK_SESSION_HANDLE s, int round)
{
    const gost_paramset *ps = gost_paramset_by_name(TC26_A, 256);
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {0}, sig[64];
    CK_ULONG n = sizeof sig;

    digest[0] = (CK_BYTE)round;
    digest[1] = (CK_BYTE)w->number;
    EXPECT(F->C_SignInit(s, &m, w->priv) == CKR_OK);
    EXPECT(F->C_Sign(s, digest, sizeof digest, sig, &n) == CKR_OK);
    EXPECT(n == 64 && gost_3410_verify(ps, w->q, digest, sig));
    EXPECT(F->C_VerifyInit(s, &m, w->pub) == CKR_OK);
    EXPECT(F->C_Verify(s, digest, sizeof digest, sig, n) == CKR_OK);
    atomic_fetch_add(&signatures, 1);
}

static void store_once(const worker *w, CK_SESSION_HANDLE s, int round)
{
    CK_BYTE value[3] = {(CK_BYTE)w->number, (CK_BYTE)round, 1}, back[3] = {0};
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes),
                        A_BYTES(CKA_LABEL, value), A_BYTES(CKA_VALUE, value)};
    CK_ATTRIBUTE get = A_BYTES(CKA_VALUE, back);
    CK_OBJECT_HANDLE o = 0, found[2];
    CK_ULONG n = 0;

    t[1].pValue = round % 4 == 0 ? &yes : &no;
    EXPECT(F->C_CreateObject(s, t, COUNT(t), &o) == CKR_OK);
    EXPECT(F->C_FindObjectsInit(s, t, COUNT(t)) == CKR_OK);
    EXPECT(F->C_FindObjects(s, found, 2, &n) == CKR_OK && n == 1 && found[0] == o);
    EXPECT(F->C_FindObjectsFinal(s) == CKR_OK);
    value[2] = 2;
    EXPECT(F->C_SetAttributeValue(s, o, &t[3], 1) == CKR_OK);
    EXPECT(F->C_GetAttributeValue(s, o, &get, 1) == CKR_OK && memcmp(back, value, 3) == 0);
    EXPECT(F->C_DestroyObject(s, o) == CKR_OK);
    EXPECT(F->C_GetAttributeValue(s, o, &get, 1) == CKR_OBJECT_HANDLE_INVALID);
}

static void *work(void *arg)
{
    const worker *w = arg;
    CK_SESSION_HANDLE s = 0;
    int round;

    for (round = 0; round < ROUNDS; round++) {
        EXPECT(F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) == CKR_OK);
        sign_once(w, s, round);
        store_once(w, s, round);
        sign_once(w, s, round);
        EXPECT(F->C_CloseSession(s) == CKR_OK);
    }
    return NULL;
}

static void together(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    worker w[THREADS];
    int i;

    (void)state;
    for (i = 0; i < THREADS; i++) {
        w[i].number = i;
        make_pair(s, paramset(TC26_A), i % 2 == 0, &w[i].pub, &w[i].priv);
        (void)get_bytes(s, w[i].pub, CKA_VALUE, w[i].q, sizeof w[i].q);
    }
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(w[i].thread, NULL), 0);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(atomic_load(&signatures), THREADS * ROUNDS * 2);
    assert_int_equal(find_n(s, NULL, 0, NULL), 2 * THREADS);
}

/* One session used by all: calls are taken one after the other, none is lost. */
static void *share_digest(void *arg)
{
    CK_SESSION_HANDLE s = *(CK_SESSION_HANDLE *)arg;
    CK_BYTE data[64] = {0};
    int i;

    for (i = 0; i < 200; i++)
        EXPECT(F->C_DigestUpdate(s, data, sizeof data) == CKR_OK);
    return NULL;
}

static void one_session(void **state)
{
    static CK_BYTE zeros[THREADS * 200 * 64];
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};
    CK_SESSION_HANDLE s = open_ro();
    CK_BYTE got[32], want[32];
    CK_ULONG n = sizeof got;
    pthread_t thread[THREADS];
    int i;

    (void)state;
    OK(F->C_DigestInit(s, &m));
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, share_digest, &s), 0);
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    OK(F->C_DigestFinal(s, got, &n));
    OK(F->C_DigestInit(s, &m));
    OK(F->C_Digest(s, zeros, sizeof zeros, want, &n));
    assert_memory_equal(got, want, sizeof want);
}

/* Logins and logouts, sessions closed and the module finalised under the others' feet: every call
 * gives one of the codes that the standard has for that, and nothing breaks. */
static atomic_int stop;

static int expected(CK_RV rv)
{
    static const CK_RV codes[] = {CKR_OK,
                                  CKR_KEY_HANDLE_INVALID,
                                  CKR_OPERATION_NOT_INITIALIZED,
                                  CKR_SESSION_HANDLE_INVALID,
                                  CKR_USER_NOT_LOGGED_IN,
                                  CKR_USER_ALREADY_LOGGED_IN,
                                  CKR_OBJECT_HANDLE_INVALID,
                                  CKR_CRYPTOKI_NOT_INITIALIZED,
                                  CKR_OPERATION_ACTIVE};
    size_t i;

    for (i = 0; i < COUNT(codes); i++) {
        if (codes[i] == rv)
            return 1;
    }
    return 0;
}

static void *nervous(void *arg)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_priv)};
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_SESSION_HANDLE s;
    CK_OBJECT_HANDLE o;
    CK_BYTE digest[32] = {1}, sig[64] = {0};
    CK_ULONG n;
    CK_RV rv;

    (void)arg;
    while (!atomic_load(&stop)) {
        rv = F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s);
        EXPECT(expected(rv));
        if (rv != CKR_OK)
            continue;
        EXPECT(expected(F->C_Login(s, CKU_USER, PIN(USER_PIN))));
        n = 0;
        rv = F->C_FindObjectsInit(s, t, 1);
        EXPECT(expected(rv));
        EXPECT(expected(F->C_FindObjects(s, &o, 1, &n)));
        (void)F->C_FindObjectsFinal(s);
        if (n == 1) {
            EXPECT(expected(F->C_SignInit(s, &m, o)));
            n = sizeof sig;
            EXPECT(expected(F->C_Sign(s, digest, sizeof digest, sig, &n)));
        }
        if ((sig[0] & 3) == 0)
            EXPECT(expected(F->C_Logout(s)));
        if ((sig[1] & 7) == 0)
            EXPECT(expected(F->C_CloseAllSessions(0)));
        else
            EXPECT(expected(F->C_CloseSession(s)));
    }
    return NULL;
}

static void under_their_feet(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    pthread_t thread[THREADS];
    int i;

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    atomic_store(&stop, 0);
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, nervous, NULL), 0);
    for (i = 0; i < 10; i++) {
        struct timespec wait = {0, 100000000};

        (void)nanosleep(&wait, NULL);
        OK(F->C_Finalize(NULL));
        OK(F->C_Initialize(NULL));
    }
    atomic_store(&stop, 1);
    for (i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    assert_int_equal(atomic_load(&wrong), 0);
}

int main(void)
{
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        TOKEN(together),
        TOKEN(one_session),
        TOKEN(under_their_feet),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
