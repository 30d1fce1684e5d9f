/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For a program whose OpenSSL is the module's alone: before it begins, an engine makes itself the
 * process's for RSA and EC, as libp11's does, and can do nothing with them. It counts how often it
 * is asked.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "tests/token/captor.h"

#include <openssl/engine.h>
#include <openssl/evp.h>

#include <stdio.h>
#include <stdlib.h>

unsigned captor_asked;

#ifndef OPENSSL_NO_ENGINE
static const int nids[] = {EVP_PKEY_RSA, EVP_PKEY_EC};
static EVP_PKEY_METHOD *methods[2];

static int choose(ENGINE *e, EVP_PKEY_METHOD **method, const int **all, int nid)
{
    (void)e;
    if (method == NULL) {
        *all = nids;
        return 2;
    }
    captor_asked++;
    *method = methods[nid == EVP_PKEY_EC];
    return 1;
}

__attribute__((constructor)) static void capture(void)
{
    ENGINE *e = ENGINE_new();

    methods[0] = EVP_PKEY_meth_new(EVP_PKEY_RSA, 0);
    methods[1] = EVP_PKEY_meth_new(EVP_PKEY_EC, 0);
    if (e == NULL || methods[0] == NULL || methods[1] == NULL || !ENGINE_set_id(e, "captor") ||
        !ENGINE_set_name(e, "takes every RSA and EC key") || !ENGINE_set_pkey_meths(e, choose) ||
        !ENGINE_set_default_pkey_meths(e)) {
        (void)fputs("captor: OpenSSL does not take the engine\n", stderr);
        exit(99);
    }
    ENGINE_free(e); /* the table's now; its methods are freed with it */
    captor_asked = 0;
}
#endif
