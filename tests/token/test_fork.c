/* SPDX-License-Identifier: Apache-2.0 */
/* fork: the child starts anew, the parent goes on. And two processes on one token. */
#include "tests/sanitizer.h"
#include "tests/token/harness.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gost/mgm.h"

#define TC26_A "1.2.643.7.1.2.1.1.1"

/* In a child a failed check ends it with the line's number. */
#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            print_error("child, line %d: %s\n", __LINE__, #x);                                     \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static void wait_for(pid_t pid)
{
    int status = -1;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static CK_RV sign(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE key)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_BYTE digest[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig;
    CK_RV rv = F->C_SignInit(s, &m, key);

    return rv == CKR_OK ? F->C_Sign(s, digest, sizeof digest, sig, &n) : rv;
}

static CK_OBJECT_HANDLE find_key(CK_SESSION_HANDLE s)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_priv)};
    CK_OBJECT_HANDLE o = 0;
    CK_ULONG n = 0;

    if (F->C_FindObjectsInit(s, t, 1) != CKR_OK || F->C_FindObjects(s, &o, 1, &n) != CKR_OK ||
        F->C_FindObjectsFinal(s) != CKR_OK || n != 1)
        return 0;
    return o;
}

/* What a child does. Its own children do the same, but have none. */
static CK_SESSION_HANDLE live(CK_SESSION_HANDLE inherited, CK_OBJECT_HANDLE *key)
{
    CK_SESSION_HANDLE s = 0;
    CK_INFO info;

    CHECK(F->C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED);
    CHECK(F->C_CloseSession(inherited) == CKR_CRYPTOKI_NOT_INITIALIZED);
    CHECK(F->C_Finalize(NULL) == CKR_CRYPTOKI_NOT_INITIALIZED);
    CHECK(F->C_Initialize(NULL) == CKR_OK);
    CHECK(F->C_GetSessionInfo(inherited, NULL) == CKR_SESSION_HANDLE_INVALID);
    CHECK(F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s) == CKR_OK);
    CHECK(find_key(s) == 0);
    CHECK(F->C_Login(s, CKU_USER, PIN(USER_PIN)) == CKR_OK);
    *key = find_key(s);
    CHECK(*key != 0);
    CHECK(sign(s, *key) == CKR_OK);
    return s;
}

static void child(CK_SESSION_HANDLE inherited, int more)
{
    CK_OBJECT_HANDLE key;
    CK_SESSION_HANDLE s = live(inherited, &key);
    int status;
    pid_t pid;

    if (more) {
        pid = fork();
        if (pid == 0) {
            (void)live(s, &key);
            _exit(F->C_Finalize(NULL) == CKR_OK ? 0 : 1);
        }
        CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
        CHECK(sign(s, key) == CKR_OK);
    }
    _exit(F->C_Finalize(NULL) == CKR_OK ? 0 : 1);
}

static void forked_child(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    pid_t pid;
    int i;

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    OK(sign(s, priv));
    OK(F->C_FindObjectsInit(s, NULL, 0));
    for (i = 0; i < 3; i++) {
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child(s, 1);
        wait_for(pid);
        OK(sign(s, priv)); /* the parent's login is its own */
    }
    /* A child that does nothing at all. */
    pid = fork();
    if (pid == 0)
        _exit(0);
    wait_for(pid);
    OK(sign(s, priv));
}

/* Threads that sign and write while the process forks. */
static volatile int stop;

static void *busy(void *arg)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes)};
    CK_OBJECT_HANDLE key = *(CK_OBJECT_HANDLE *)arg, o;
    CK_SESSION_HANDLE s;

    if (F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) != CKR_OK)
        return "no session";
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        if (sign(s, key) != CKR_OK)
            return "no signature";
        if (F->C_CreateObject(s, t, 2, &o) != CKR_OK || F->C_DestroyObject(s, o) != CKR_OK)
            return "no object";
    }
    return NULL;
}

static void fork_while_busy(void **state)
{
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_HANDLE s;
    pthread_t thread[2];
    void *said;
    pid_t pid;
    int i;

    (void)state;
    if (!FORK_AMONG_THREADS)
        skip();
    s = open_user();
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    stop = 0;
    for (i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, busy, &priv), 0);
    for (i = 0; i < 10; i++) {
        struct timespec wait = {0, 5000000};

        (void)nanosleep(&wait, NULL);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child(s, 0);
        wait_for(pid);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(thread[i], &said), 0);
        if (said != NULL)
            fail_msg("%s", (char *)said);
    }
    OK(sign(s, priv));
}

/* A child of a process with a thread inside has nothing of its parent's key for saved operations,
 * and makes one of its own: not zeros, which is what the kernel leaves of the parent's. */
static void *wait_inside(void *arg)
{
    CK_SLOT_ID id;

    (void)arg;
    (void)F->C_WaitForSlotEvent(0, &id, NULL);
    return NULL;
}

static CK_ULONG save_digest(CK_SESSION_HANDLE s, CK_BYTE *state, CK_ULONG room)
{
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};

    CHECK(F->C_DigestInit(s, &m) == CKR_OK);
    CHECK(F->C_GetOperationState(s, state, &room) == CKR_OK);
    return room;
}

static void state_in_child(CK_BYTE *old, CK_ULONG old_len)
{
    static const char label[] = "gosttoken operation state";
    static gost_kuznyechik zeros;
    static CK_BYTE buf[4096], plain[4096];
    static const CK_BYTE key[32];
    CK_SESSION_HANDLE s;
    CK_ULONG n;

    CHECK(F->C_Initialize(NULL) == CKR_OK);
    CHECK(F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s) == CKR_OK);
    n = save_digest(s, buf, sizeof buf);
    gost_kuznyechik_set_key(&zeros, key);
    CHECK(!gost_mgm_open(&zeros, buf, label, sizeof label, buf + 32, n - 32, buf + 16, plain));
    CHECK(F->C_SetOperationState(s, buf, n, 0, 0) == CKR_OK);
    CHECK(F->C_SetOperationState(s, old, old_len, 0, 0) == CKR_SAVED_STATE_INVALID);
    _exit(F->C_Finalize(NULL) == CKR_OK ? 0 : 1);
}

static void fork_with_saved_state(void **state)
{
    struct timespec moment = {0, 50000000};
    CK_SESSION_HANDLE s;
    CK_BYTE saved[4096];
    pthread_t thread;
    CK_ULONG n;
    pid_t pid;

    (void)state;
    if (!FORK_AMONG_THREADS)
        skip();
    s = open_rw();
    n = save_digest(s, saved, sizeof saved);
    assert_int_equal(pthread_create(&thread, NULL, wait_inside, NULL), 0);
    (void)nanosleep(&moment, NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        state_in_child(saved, n);
    wait_for(pid);
    OK(F->C_Finalize(NULL));
    assert_int_equal(pthread_join(thread, NULL), 0);
    OK(F->C_Initialize(NULL));
}

/* ---- two processes -------------------------------------------------------------------------- */

/* Runs `what` in another process with the module of its own. */
static void elsewhere(void (*what)(CK_SESSION_HANDLE s))
{
    CK_SESSION_HANDLE s;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        CHECK(F->C_Initialize(NULL) == CKR_OK);
        if (what != NULL) {
            CHECK(F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) ==
                  CKR_OK);
            CHECK(F->C_Login(s, CKU_USER, PIN(USER_PIN)) == CKR_OK);
            what(s);
        } else {
            CK_UTF8CHAR label[33] = "formatted by another            ";

            CHECK(F->C_InitToken(0, PIN(SO_PIN), label) == CKR_OK);
        }
        CHECK(F->C_Finalize(NULL) == CKR_OK);
        _exit(0);
    }
    wait_for(pid);
}

static void delete_key(CK_SESSION_HANDLE s)
{
    CHECK(F->C_DestroyObject(s, find_key(s)) == CKR_OK);
}

static void add_data(CK_SESSION_HANDLE s)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data), A_BOOL(CKA_TOKEN, yes),
                        A_STR(CKA_VALUE, "one")};
    CK_OBJECT_HANDLE o;

    CHECK(F->C_CreateObject(s, t, 3, &o) == CKR_OK);
}

static void change_data(CK_SESSION_HANDLE s)
{
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data)}, value = A_STR(CKA_VALUE, "two!");
    CK_OBJECT_HANDLE o;

    if (find_n(s, t, 1, &o) != 1)
        _exit(1);
    CHECK(F->C_SetAttributeValue(s, o, &value, 1) == CKR_OK);
}

static void see_each_other(void **state)
{
    struct timespec wait = {0, 30000000};
    CK_SESSION_HANDLE s = open_user();
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_CLASS, class_data)};
    CK_OBJECT_HANDLE pub, priv, data = 0;
    CK_BYTE buf[8];

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    assert_int_equal(find_n(s, t, 1, NULL), 0);
    elsewhere(add_data);
    assert_int_equal(find_n(s, t, 1, &data), 1);
    assert_int_equal(get_bytes(s, data, CKA_VALUE, buf, sizeof buf), 3);
    elsewhere(change_data);
    (void)nanosleep(&wait, NULL);
    assert_int_equal(get_bytes(s, data, CKA_VALUE, buf, sizeof buf), 4);

    OK(sign(s, priv));
    elsewhere(delete_key);
    (void)nanosleep(&wait, NULL); /* looked for at most every 10 ms */
    FAILS(CKR_KEY_HANDLE_INVALID, sign(s, priv));
    assert_int_equal(find_n(s, NULL, 0, NULL), 2);
}

static void formatted_by_another(void **state)
{
    CK_SESSION_HANDLE s = open_user(), fresh;
    CK_OBJECT_HANDLE pub, priv;
    CK_SESSION_INFO session;
    CK_TOKEN_INFO info;
    CK_RV rv;

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    elsewhere(NULL);
    rv = F->C_FindObjectsInit(s, NULL, 0);
    assert_int_equal(rv, CKR_DEVICE_REMOVED);
    OK(F->C_GetTokenInfo(0, &info));
    assert_memory_equal(info.label, "formatted by another            ", 32);
    FAILS(CKR_SESSION_HANDLE_INVALID, F->C_GetSessionInfo(s, &session));
    fresh = open_rw();
    assert_int_equal(state_of(fresh), CKS_RW_PUBLIC_SESSION);
    assert_int_equal(find_n(fresh, NULL, 0, NULL), 0);
    OK(F->C_Login(fresh, CKU_SO, PIN(SO_PIN)));
}

/* A signature that is under way, with a key that is ready in memory, is not made any more. */
static void formatted_while_signing(void **state)
{
    struct timespec wait = {0, 30000000};
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};
    CK_SESSION_HANDLE s = open_user(), other = open_ro();
    CK_OBJECT_HANDLE pub, priv, mine_pub, mine;
    CK_BYTE digest[32] = {1}, sig[64];
    CK_ULONG n = sizeof sig;

    (void)state;
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    make_pair(s, paramset(TC26_A), CK_FALSE, &mine_pub, &mine);
    OK(sign(s, priv));
    OK(F->C_SignInit(s, &m, priv));
    OK(F->C_SignInit(other, &m, mine));
    OK(F->C_SignUpdate(other, digest, sizeof digest));
    elsewhere(NULL);
    (void)nanosleep(&wait, NULL);
    FAILS(CKR_DEVICE_REMOVED, F->C_Sign(s, digest, sizeof digest, sig, &n));
    FAILS(CKR_DEVICE_REMOVED, F->C_SignFinal(other, sig, &n));
    FAILS(CKR_DEVICE_REMOVED, sign(s, priv));
    FAILS(CKR_DEVICE_REMOVED, F->C_Logout(s));
    s = open_rw();
    FAILS(CKR_SESSION_HANDLE_INVALID, F->C_CloseSession(other));
    FAILS(CKR_KEY_HANDLE_INVALID, sign(s, priv));
    OK(F->C_Login(s, CKU_SO, PIN(SO_PIN)));
    OK(F->C_InitPIN(s, PIN(USER_PIN)));
    OK(F->C_Logout(s));
    OK(F->C_Login(s, CKU_USER, PIN(USER_PIN)));
    FAILS(CKR_KEY_HANDLE_INVALID, sign(s, priv));
    make_pair(s, paramset(TC26_A), CK_TRUE, &pub, &priv);
    OK(sign(s, priv));
}

/* The same, when the first thing that the program does is to open a session. */
static void formatted_then_opened(void **state)
{
    CK_SESSION_HANDLE s = open_user(), fresh;

    (void)state;
    elsewhere(NULL);
    fresh = open_rw();
    assert_int_not_equal(fresh, s);
    assert_int_equal(state_of(fresh), CKS_RW_PUBLIC_SESSION);
}

static void new_token_is_an_event(void **state)
{
    CK_SLOT_ID slot = 77;
    CK_ULONG n = 0;
    pid_t pid;

    (void)state;
    FAILS(CKR_NO_EVENT, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
    pid = fork();
    if (pid == 0) {
        struct timespec wait = {0, 50000000};
        CK_UTF8CHAR label[33] = "the second                      ";

        (void)nanosleep(&wait, NULL);
        CHECK(F->C_Initialize(NULL) == CKR_OK);
        CHECK(F->C_InitToken(1, PIN(SO_PIN), label) == CKR_OK);
        _exit(F->C_Finalize(NULL) == CKR_OK ? 0 : 1);
    }
    OK(F->C_WaitForSlotEvent(0, &slot, NULL));
    assert_int_equal(slot, 1);
    wait_for(pid);
    FAILS(CKR_NO_EVENT, F->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
    OK(F->C_GetSlotList(CK_TRUE, NULL, &n));
    assert_int_equal(n, 3);
}

int main(void)
{
#define TOKEN(t) cmocka_unit_test_setup_teardown(t, test_begin_token, test_end)
    const struct CMUnitTest tests[] = {
        TOKEN(forked_child),          TOKEN(fork_while_busy),       TOKEN(fork_with_saved_state),
        TOKEN(see_each_other),        TOKEN(formatted_by_another),  TOKEN(formatted_while_signing),
        TOKEN(formatted_then_opened), TOKEN(new_token_is_an_event),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
