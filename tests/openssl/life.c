/* SPDX-License-Identifier: Apache-2.0 */
/*
 * life fork|fork-first|threads|exit URI: the default library context, configured by OPENSSL_CONF,
 * in the ways programs live and die.
 *
 *   fork        a key is loaded and used, then four children and the parent sign with it at once
 *   fork-first  the key is loaded, and first used in the children
 *   threads     sixteen threads sign with one key
 *   exit        exit() with a key, a store and a signature context open
 *   late        the default provider, which the configuration has not, comes when libcrypto has
 *               asked for keys in vain
 */
#include "tests/openssl/client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>

enum { CHILDREN = 4, THREADS = 16, ROUNDS = 20 };

static int sign_rounds(EVP_PKEY *key)
{
    int i;

    for (i = 0; i < ROUNDS; i++) {
        if (!client_sign_verify(NULL, key)) {
            return 0;
        }
    }
    return 1;
}

static int forked(EVP_PKEY *key)
{
    int i, status, ok;

    for (i = 0; i < CHILDREN; i++) {
        pid_t child = fork();

        if (child < 0) {
            perror("fork");
            return 0;
        }
        if (child == 0) {
            ok = sign_rounds(key);
            EVP_PKEY_free(key);
            exit(ok ? 0 : 1); /* with every handler run: a child's exit must not harm the parent */
        }
    }
    ok = sign_rounds(key);
    for (i = 0; i < CHILDREN; i++) {
        if (wait(&status) < 0 || status != 0) {
            fprintf(stderr, "a child ended with status 0x%x\n", (unsigned)status);
            ok = 0;
        }
    }
    return ok && client_sign_verify(NULL, key);
}

static void *thread_main(void *key)
{
    return sign_rounds(key) ? key : NULL;
}

static int threaded(EVP_PKEY *key)
{
    pthread_t thread[THREADS];
    void *result;
    int i, ok = 1;

    for (i = 0; i < THREADS; i++) {
        if (pthread_create(&thread[i], NULL, thread_main, key) != 0) {
            fprintf(stderr, "pthread_create failed\n");
            return 0;
        }
    }
    for (i = 0; i < THREADS; i++) {
        if (pthread_join(thread[i], &result) != 0 || result == NULL) {
            ok = 0;
        }
    }
    return ok;
}

/* The default provider; NULL: it was there already, or cannot be had. */
static OSSL_PROVIDER *default_comes_late(void)
{
    EVP_KEYMGMT *none;

    if (!OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL)) {
        return NULL;
    }
    none = EVP_KEYMGMT_fetch(NULL, "RSA", NULL);
    if (none != NULL) {
        fprintf(stderr, "the configuration has RSA already\n");
        EVP_KEYMGMT_free(none);
        return NULL;
    }
    ERR_clear_error();
    return OSSL_PROVIDER_load(NULL, "default");
}

int main(int argc, char **argv)
{
    OSSL_PROVIDER *late = NULL;
    EVP_PKEY *key;
    int ok;

    if (argc == 3 && strcmp(argv[1], "late") == 0 && (late = default_comes_late()) == NULL) {
        return 1;
    }
    if (argc != 3 || (key = client_key(NULL, argv[2])) == NULL) {
        fprintf(stderr, "usage: life fork|fork-first|threads|exit|late uri\n");
        return 2;
    }
    if (strcmp(argv[1], "fork") == 0) {
        ok = client_sign_verify(NULL, key) && forked(key);
    } else if (strcmp(argv[1], "fork-first") == 0) {
        ok = forked(key);
    } else if (strcmp(argv[1], "threads") == 0) {
        ok = threaded(key);
    } else if (strcmp(argv[1], "late") == 0) {
        ok = client_sign_verify(NULL, key);
    } else {
        EVP_MD_CTX *c = EVP_MD_CTX_new();

        /* All of it left open on purpose. */
        ok = client_sign_verify(NULL, key) && c != NULL &&
             EVP_DigestSignInit_ex(c, NULL, NULL, NULL, NULL, key, NULL) == 1 &&
             EVP_DigestSignUpdate(c, "x", 1) == 1 &&
             OSSL_STORE_open(argv[2], NULL, NULL, NULL, NULL) != NULL;
        exit(ok ? 0 : 1);
    }
    EVP_PKEY_free(key);
    if (late != NULL) {
        OSSL_PROVIDER_unload(late);
    }
    return ok ? 0 : 1;
}
