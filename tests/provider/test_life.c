/* SPDX-License-Identifier: Apache-2.0 */
/* Threads, forks, library contexts, loading and unloading, and keys that outlive their provider. */
#include "fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KEY "pkcs11:token=" FX_LABEL ";object=alice;type=private"

static const unsigned char doc[] = "a document\n";

static int sign_once(EVP_PKEY *key)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char sig[128];
    size_t len = sizeof(sig);
    int ok = EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestSign(ctx, sig, &len, doc, sizeof(doc)) == 1 && EVP_MD_CTX_reset(ctx) == 1 &&
             EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestVerify(ctx, sig, len, doc, sizeof(doc)) == 1;

    EVP_MD_CTX_free(ctx);
    return ok;
}

static EVP_PKEY *load_in(OSSL_LIB_CTX *ctx)
{
    OSSL_STORE_CTX *store = OSSL_STORE_open_ex(KEY, ctx, NULL, NULL, NULL, NULL, NULL, NULL);
    OSSL_STORE_INFO *info = store != NULL ? OSSL_STORE_load(store) : NULL;
    EVP_PKEY *key = info != NULL ? OSSL_STORE_INFO_get1_PKEY(info) : NULL;

    OSSL_STORE_INFO_free(info);
    OSSL_STORE_close(store);
    return key;
}

/* ---- threads --------------------------------------------------------------------------------- */

/* What is left open on purpose stays reachable from here, or a leak checker would object. */
static EVP_PKEY *volatile shared;
static OSSL_STORE_CTX *volatile left_open;

static void *sign_loop(void *arg)
{
    (void)arg;
    for (int i = 0; i < 50; i++)
        if (!sign_once(shared))
            return (void *)1;
    return NULL;
}

static void *load_loop(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10; i++) {
        EVP_PKEY *key = load_in(NULL);
        int ok = key != NULL && sign_once(key);

        EVP_PKEY_free(key);
        if (!ok)
            return (void *)1;
    }
    return NULL;
}

static void threads(void **state)
{
    pthread_t ids[12];
    void *result;

    (void)state;
    shared = load_in(NULL);
    assert_non_null(shared);
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, i % 2 ? load_loop : sign_loop, NULL), 0);
    for (size_t i = 0; i < 12; i++) {
        assert_int_equal(pthread_join(ids[i], &result), 0);
        assert_null(result);
    }
    EVP_PKEY_free(shared);
}

/* The first load of all, from many threads at once, in a process that has not touched OpenSSL. */
static void first_load(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0) {
        pthread_t ids[8];
        void *result;
        int failed = 0;

        for (size_t i = 0; i < 8; i++)
            pthread_create(&ids[i], NULL, load_loop, NULL);
        for (size_t i = 0; i < 8; i++) {
            pthread_join(ids[i], &result);
            failed |= result != NULL;
        }
        exit(failed);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- forks ----------------------------------------------------------------------------------- */

static void forks(void **state)
{
    EVP_PKEY *key = load_in(NULL);
    pid_t children[4];
    int status;

    (void)state;
    assert_non_null(key);
    assert_int_equal(sign_once(key), 1);
    for (size_t i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            int ok = 1;

            /* The child signs with what it has, loads anew, has a child of its own, and leaves
             * through the exit handlers. */
            for (int n = 0; n < 20; n++)
                ok = ok && sign_once(key);
            if (i == 0) {
                pid_t grandchild = fork();

                if (grandchild == 0)
                    exit(!sign_once(key));
                ok = ok && waitpid(grandchild, &status, 0) == grandchild && status == 0;
            }
            EVP_PKEY_free(key);
            shared = key = load_in(NULL);
            ok = ok && key != NULL && sign_once(key);
            if (i % 2)
                EVP_PKEY_free(key); /* the others leave it open */
            exit(!ok);
        }
    }
    for (int n = 0; n < 20; n++)
        assert_int_equal(sign_once(key), 1);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(sign_once(key), 1);
    EVP_PKEY_free(key);
}

/* ---- contexts, loading and unloading --------------------------------------------------------- */

static void contexts(void **state)
{
    OSSL_LIB_CTX *ctx[3];
    EVP_PKEY *key[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        ctx[i] = OSSL_LIB_CTX_new();
        assert_int_equal(OSSL_LIB_CTX_load_config(ctx[i], fx_path("ours.cnf")), 1);
        key[i] = load_in(ctx[i]);
        assert_non_null(key[i]);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(sign_once(key[i]), 1);
        assert_int_equal(EVP_PKEY_eq(key[i], key[(i + 1) % 3]), 1);
    }
    /* Keys live on when their context is gone. */
    OSSL_LIB_CTX_free(ctx[0]);
    assert_int_equal(sign_once(key[0]), 1);
    assert_int_equal(sign_once(key[1]), 1);
    OSSL_LIB_CTX_free(ctx[2]);
    EVP_PKEY_free(key[2]);
    assert_int_equal(sign_once(key[1]), 1);
    OSSL_LIB_CTX_free(ctx[1]);
    EVP_PKEY_free(key[1]);
    assert_int_equal(sign_once(key[0]), 1);
    EVP_PKEY_free(key[0]);
}

static void load_unload(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
        OSSL_PROVIDER *prov, *base;
        EVP_MD *md;

        assert_int_equal(OSSL_PROVIDER_set_default_search_path(ctx, fx_path("")), 1);
        base = OSSL_PROVIDER_load(ctx, "default");
        assert_int_equal(OSSL_LIB_CTX_load_config(ctx, fx_path("ours.cnf")), 1);
        prov = OSSL_PROVIDER_load(ctx, "gosttoken");
        assert_non_null(prov);
        md = EVP_MD_fetch(ctx, "md_gost12_256", NULL);
        assert_non_null(md);
        if (i % 10 == 0) {
            EVP_PKEY *key = load_in(ctx);

            assert_non_null(key);
            EVP_PKEY_free(key);
        }
        EVP_MD_free(md);
        assert_int_equal(OSSL_PROVIDER_unload(prov), 1);
        OSSL_PROVIDER_unload(base);
        OSSL_LIB_CTX_free(ctx);
    }
}

/* Ways for a process to end; each in a child, which must end well. */
static void leave(int how)
{
    EVP_PKEY *key = shared = load_in(NULL);
    OSSL_PROVIDER *prov;

    if (key == NULL || !sign_once(key))
        _exit(1);
    switch (how) {
    case 0: /* everything open */
        left_open = OSSL_STORE_open("pkcs11:token=" FX_LABEL, NULL, NULL, NULL, NULL);
        OSSL_STORE_INFO_free(OSSL_STORE_load(left_open));
        break;
    case 1: /* in order */
        EVP_PKEY_free(key);
        break;
    case 2: /* a reference of the provider comes and goes */
        prov = OSSL_PROVIDER_load(NULL, "gosttoken");
        OSSL_PROVIDER_unload(prov);
        if (!sign_once(key))
            _exit(1);
        EVP_PKEY_free(key);
        break;
    case 3: /* libcrypto is cleaned up by the program itself */
        EVP_PKEY_free(key);
        OPENSSL_cleanup();
        break;
    default: /* with a key in hand */
        break;
    }
    exit(0);
}

static void endings(void **state)
{
    (void)state;
    for (int how = 0; how < 5; how++) {
        pid_t child = fork();
        int status;

        if (child == 0) {
            signal(SIGSEGV, SIG_DFL); /* cmocka's handler would go on with the next test */
            leave(how);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        if (status != 0)
            fprintf(stderr, "ending %d: status 0x%x\n", how, status);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First, while this process has not loaded anything. */
        cmocka_unit_test(first_load), cmocka_unit_test(endings),  cmocka_unit_test(threads),
        cmocka_unit_test(forks),      cmocka_unit_test(contexts), cmocka_unit_test(load_unload),
    };
    int failed;

    fx_start("pin = " FX_PIN);
    fx_make_token(FX_LABEL, FX_PIN);
    fx_make_key(FX_LABEL, FX_PIN, "alice", 1, 256, "1.2.643.7.1.2.1.1.1");
    failed = cmocka_run_group_tests_name("provider-life", tests, NULL, NULL);
    fx_end();
    return failed;
}
