/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's own OpenSSL context beside the application's: configuration, error queue, threads,
 * fork, and the order of the end. Every case that needs a fresh libcrypto runs in a child.
 */
#include "tests/token/harness.h"

#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANARY "gosttokenCanary"

static CK_OBJECT_CLASS cls_pub = CKO_PUBLIC_KEY, cls_priv = CKO_PRIVATE_KEY;
static const CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};

static CK_RV make_ec(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM m = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE pub_t[] = {A_ULONG(CKA_CLASS, cls_pub), A_BYTES(CKA_EC_PARAMS, p256)};
    CK_ATTRIBUTE priv_t[] = {A_ULONG(CKA_CLASS, cls_priv)};

    return F->C_GenerateKeyPair(s, &m, pub_t, COUNT(pub_t), priv_t, COUNT(priv_t), pub, priv);
}

static CK_RV sign_ec(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE priv)
{
    CK_MECHANISM m = {CKM_ECDSA_SHA256, NULL, 0};
    CK_BYTE sig[64];
    CK_ULONG n = sizeof sig;
    CK_RV rv = F->C_SignInit(s, &m, priv);

    return rv == CKR_OK ? F->C_Sign(s, (CK_BYTE *)"text", 4, sig, &n) : rv;
}

/* Everything that goes to OpenSSL, once. */
static CK_RV use_all(CK_SESSION_HANDLE s)
{
    CK_OBJECT_HANDLE pub, priv;
    CK_RV rv = make_ec(s, &pub, &priv);

    if (rv == CKR_OK)
        rv = sign_ec(s, priv);
    if (rv == CKR_OK)
        rv = F->C_DestroyObject(s, priv);
    return rv == CKR_OK ? F->C_DestroyObject(s, pub) : rv;
}

/* Runs f in a child with a token; its exit status is 0 if all was well. */
static void in_child(int (*f)(CK_SESSION_HANDLE s))
{
    int status = -1;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        CK_SESSION_HANDLE s;

        if (F->C_Initialize(NULL) != CKR_OK ||
            F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) != CKR_OK ||
            F->C_Login(s, CKU_USER, PIN(USER_PIN)) != CKR_OK)
            _exit(100);
        exit(f(s)); /* with the handlers of the process's end */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define CHECK(n, ok)                                                                               \
    do {                                                                                           \
        if (!(ok))                                                                                 \
            return (n);                                                                            \
    } while (0)

/* ---- configuration -------------------------------------------------------------------------- */

/* Has the file that `watch` watches been opened since the last question? */
static int watch = -1;

static int was_read(void)
{
    char events[4096];

    return read(watch, events, sizeof events) > 0;
}

static CK_RV digest(CK_SESSION_HANDLE s)
{
    CK_MECHANISM m = {CKM_SHA256, NULL, 0};
    CK_BYTE out[32];
    CK_ULONG n = sizeof out;
    CK_RV rv = F->C_DigestInit(s, &m);

    return rv == CKR_OK ? F->C_Digest(s, (CK_BYTE *)"text", 4, out, &n) : rv;
}

/* A module of the configuration that, when it is read, calls the token: as a provider does which
 * uses it. */
static int inner = -1;

static int inner_init(CONF_IMODULE *md, const CONF *conf)
{
    CK_SESSION_HANDLE s;

    (void)md;
    (void)conf;
    inner = F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s) == CKR_OK &&
            use_all(s) == CKR_OK && F->C_CloseSession(s) == CKR_OK;
    return 1;
}

/*
 * The configuration breaks the application's default context: no algorithm has the property that
 * it asks for. The token does not notice.
 */
static int config_is_not_ours(CK_SESSION_HANDLE s)
{
    EVP_MD *md;

    CHECK(1, CONF_module_add("test_inner", inner_init, NULL) == 1);
    CHECK(2, digest(s) == CKR_OK);
    CHECK(3, !was_read());
    CHECK(4, use_all(s) == CKR_OK);
#ifdef OPENSSL_NO_ENGINE
    CHECK(5, !was_read());
#else
    (void)was_read(); /* see ossl.h */
#endif
    /* The application's own use of it is not hindered. */
    CHECK(6, OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL) == 1);
    CHECK(7, inner == 1);
    CHECK(8, OBJ_txt2nid(CANARY) != NID_undef);
    md = EVP_MD_fetch(NULL, "SHA256", NULL);
    CHECK(9, md == NULL);
    CHECK(10, use_all(s) == CKR_OK);
    CHECK(11, digest(s) == CKR_OK);
    return 0;
}

static void configuration(void **state)
{
    char path[] = "/tmp/gosttoken-conf-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

    (void)state;
    assert_non_null(f);
    assert_true(fprintf(f,
                        "openssl_conf = i\n[i]\noid_section = o\nalg_section = a\ntest_inner = t\n"
                        "[o]\n%s = 1.2.3.4.5\n[a]\ndefault_properties = nobody=has\n[t]\nx = y\n",
                        CANARY) > 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(setenv("OPENSSL_CONF", path, 1), 0);
    watch = inotify_init1(IN_NONBLOCK);
    assert_true(watch >= 0);
    assert_true(inotify_add_watch(watch, path, IN_OPEN) >= 0);
    in_child(config_is_not_ours);
    (void)close(watch);
    (void)unsetenv("OPENSSL_CONF");
    (void)unlink(path);
}

/* ---- the error queue ------------------------------------------------------------------------ */

static void error_queue(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_MECHANISM m = {CKM_ECDSA_SHA256, NULL, 0};
    CK_BYTE sig[64] = {1}, bad[65] = {4, 1, 2, 3};
    CK_OBJECT_HANDLE pub, priv;
    CK_KEY_TYPE type = CKK_EC;
    CK_ATTRIBUTE templ[] = {A_ULONG(CKA_CLASS, cls_pub), A_ULONG(CKA_KEY_TYPE, type),
                            A_BYTES(CKA_EC_PARAMS, p256), A_BYTES(CKA_EC_POINT, bad)};
    int round;

    (void)state;
    OK(make_ec(s, &pub, &priv));
    for (round = 0; round < 2; round++) {
        unsigned long before;

        ERR_clear_error();
        if (round == 1)
            ERR_raise(ERR_LIB_USER, 77);
        before = ERR_peek_last_error();
        FAILS(CKR_ATTRIBUTE_VALUE_INVALID, F->C_CreateObject(s, templ, COUNT(templ), &pub));
        OK(F->C_VerifyInit(s, &m, pub));
        FAILS(CKR_SIGNATURE_INVALID, F->C_Verify(s, bad, 4, sig, sizeof sig));
        assert_int_equal(ERR_peek_last_error(), before);
        assert_int_equal(ERR_get_error(), before);
        assert_int_equal(ERR_get_error(), 0);
    }
}

/* ---- threads -------------------------------------------------------------------------------- */

#define THREADS 4

static void *first_use(void *arg)
{
    CK_SESSION_HANDLE s;
    int i;

    (void)arg;
    if (F->C_OpenSession(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &s) != CKR_OK)
        return NULL;
    for (i = 0; i < 5; i++) {
        if (use_all(s) != CKR_OK)
            return NULL;
    }
    return arg;
}

/* The threads end after C_Finalize: OpenSSL's handlers of their end must find what they free. */
static pthread_barrier_t finalized;

static void *outlive(void *arg)
{
    void *rc = first_use(arg);

    (void)pthread_barrier_wait(&finalized);
    (void)pthread_barrier_wait(&finalized);
    return rc;
}

static int threads_outlive(CK_SESSION_HANDLE s)
{
    pthread_t t[THREADS];
    void *rc;
    int i, ok = 1;

    (void)s;
    (void)pthread_barrier_init(&finalized, NULL, THREADS + 1);
    for (i = 0; i < THREADS; i++)
        CHECK(1, pthread_create(&t[i], NULL, outlive, t) == 0);
    (void)pthread_barrier_wait(&finalized);
    CHECK(2, F->C_Finalize(NULL) == CKR_OK);
    (void)pthread_barrier_wait(&finalized);
    for (i = 0; i < THREADS; i++)
        ok = pthread_join(t[i], &rc) == 0 && rc != NULL && ok;
    CHECK(3, ok);
    /* And again, on what was kept. */
    CHECK(4, F->C_Initialize(NULL) == CKR_OK);
    CHECK(5, F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s) == CKR_OK);
    CHECK(6, F->C_Login(s, CKU_USER, PIN(USER_PIN)) == CKR_OK);
    CHECK(7, use_all(s) == CKR_OK);
    CHECK(8, F->C_Finalize(NULL) == CKR_OK);
    return 0;
}

static void threads(void **state)
{
    (void)state;
    in_child(threads_outlive);
}

/* ---- fork ----------------------------------------------------------------------------------- */

static int uses(CK_SESSION_HANDLE s)
{
    CHECK(1, use_all(s) == CKR_OK);
    CHECK(2, F->C_Finalize(NULL) == CKR_OK);
    return 0;
}

static void forked(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;

    (void)state;
    OK(make_ec(s, &pub, &priv));
    OK(sign_ec(s, priv));
    in_child(uses); /* with the parent's context, keys and all, to be dropped */
    OK(sign_ec(s, priv));
}

/* What was torn is not freed: no handlers, a leak checker's least of all. */
static int uses_torn(CK_SESSION_HANDLE s)
{
    _exit(uses(s));
}

static atomic_int keep_busy;

static void *busy(void *arg)
{
    CK_SESSION_HANDLE s;

    if (F->C_OpenSession(0, CKF_SERIAL_SESSION, NULL, NULL, &s) != CKR_OK)
        return NULL;
    while (atomic_load(&keep_busy)) {
        if (use_all(s) != CKR_OK)
            return NULL;
    }
    return arg;
}

/* A thread was inside when the process forked: what the child has is torn. */
static void forked_amid(void **state)
{
    CK_SESSION_HANDLE s = open_user();
    pthread_t t;
    void *rc = NULL;
    int i;

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its allocator keeps the locks that the other thread held: the child would hang */
#endif
    OK(use_all(s));
    atomic_store(&keep_busy, 1);
    assert_int_equal(pthread_create(&t, NULL, busy, &rc), 0);
    for (i = 0; i < 5; i++)
        in_child(uses_torn);
    atomic_store(&keep_busy, 0);
    assert_int_equal(pthread_join(t, &rc), 0);
    assert_ptr_equal(rc, &rc);
}

/* ---- the end -------------------------------------------------------------------------------- */

/* A provider that uses the module is torn down within OPENSSL_cleanup. */
static int cleanup_first(CK_SESSION_HANDLE s)
{
    CK_MECHANISM m = {CKM_ECDSA_SHA256, NULL, 0}, gost = {CKM_GOSTR3411_12_256, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE data[4] = {1}, out[64];
    CK_ULONG n = sizeof out;

    CHECK(1, make_ec(s, &pub, &priv) == CKR_OK);
    CHECK(2, sign_ec(s, priv) == CKR_OK);
    CHECK(3, F->C_SignInit(s, &m, priv) == CKR_OK); /* left in the midst of it */
    OPENSSL_cleanup();
    CHECK(4, F->C_Sign(s, data, 4, out, &n) == CKR_FUNCTION_FAILED);
    CHECK(5, sign_ec(s, priv) == CKR_FUNCTION_FAILED);
    CHECK(6, make_ec(s, &pub, &priv) == CKR_FUNCTION_FAILED);
    CHECK(7, F->C_DigestInit(s, &gost) == CKR_OK);
    n = sizeof out;
    CHECK(8, F->C_Digest(s, data, 4, out, &n) == CKR_OK);
    CHECK(9, F->C_Finalize(NULL) == CKR_OK);
    CHECK(10, F->C_Initialize(NULL) == CKR_OK);
    CHECK(11, F->C_Finalize(NULL) == CKR_OK);
    return 0;
}

/* OPENSSL_cleanup has run before the module needed OpenSSL at all. */
static int cleanup_before(CK_SESSION_HANDLE s)
{
    CHECK(1, OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) == 1);
    OPENSSL_cleanup();
    CHECK(2, use_all(s) == CKR_FUNCTION_FAILED);
    CHECK(3, F->C_Finalize(NULL) == CKR_OK);
    return 0;
}

/* No C_Finalize: the process ends with keys prepared and an operation begun. */
static int no_finalize(CK_SESSION_HANDLE s)
{
    CK_MECHANISM m = {CKM_ECDSA_SHA256, NULL, 0};
    CK_OBJECT_HANDLE pub, priv;

    CHECK(1, make_ec(s, &pub, &priv) == CKR_OK);
    CHECK(2, sign_ec(s, priv) == CKR_OK);
    CHECK(3, F->C_SignInit(s, &m, priv) == CKR_OK);
    return 0;
}

static void ends(void **state)
{
    (void)state;
    in_child(cleanup_first);
    in_child(cleanup_before);
    in_child(no_finalize);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first: no other may have read the configuration before */
        cmocka_unit_test_setup_teardown(configuration, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(ends, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(threads, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(forked, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(forked_amid, test_begin_token, test_end),
        cmocka_unit_test_setup_teardown(error_queue, test_begin_token, test_end),
    };

    return cmocka_run_group_tests(tests, suite_begin, suite_end);
}
