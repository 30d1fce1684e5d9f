/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loadloop CONFIG URI N: N times makes a library context, loads the configuration into it (and so
 * the provider), signs, and takes all of it down again.
 */
#include "tests/openssl/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

static int one_round(const char *config, const char *uri)
{
    OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
    EVP_PKEY *key = NULL;
    int ok = 0;

    if (ctx == NULL || !OSSL_LIB_CTX_load_config(ctx, config)) {
        ERR_print_errors_fp(stderr);
        goto done;
    }
    key = client_key(ctx, uri);
    ok = key != NULL && client_sign_verify(ctx, key);
done:
    EVP_PKEY_free(key);
    OSSL_LIB_CTX_free(ctx);
    return ok;
}

int main(int argc, char **argv)
{
    int n;

    if (argc != 4) {
        fprintf(stderr, "usage: loadloop config uri n\n");
        return 2;
    }
    for (n = atoi(argv[3]); n > 0; n--) {
        if (!one_round(argv[1], argv[2])) {
            fprintf(stderr, "failed with %d rounds to go\n", n);
            return 1;
        }
    }
    return 0;
}
