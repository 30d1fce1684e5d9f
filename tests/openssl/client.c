/* SPDX-License-Identifier: Apache-2.0 */
/* See client.h. */
#include "tests/openssl/client.h"

#include <stdio.h>
#include <openssl/err.h>
#include <openssl/store.h>

EVP_PKEY *client_key(OSSL_LIB_CTX *ctx, const char *uri)
{
    EVP_PKEY *key = NULL;
    OSSL_STORE_CTX *store = OSSL_STORE_open_ex(uri, ctx, NULL, NULL, NULL, NULL, NULL, NULL);

    while (store != NULL && key == NULL && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);

        if (info == NULL) {
            break;
        }
        if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) {
            key = OSSL_STORE_INFO_get1_PKEY(info);
        }
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    if (key == NULL) {
        ERR_print_errors_fp(stderr);
    }
    return key;
}

static int verify(OSSL_LIB_CTX *ctx, EVP_PKEY *key, const char *md, const unsigned char *message,
                  size_t len, const unsigned char *sig, size_t sig_len)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    int ok = c != NULL && EVP_DigestVerifyInit_ex(c, NULL, md, ctx, NULL, key, NULL) == 1 &&
             EVP_DigestVerify(c, sig, sig_len, message, len) == 1;

    EVP_MD_CTX_free(c);
    return ok;
}

int client_sign_verify(OSSL_LIB_CTX *ctx, EVP_PKEY *key)
{
    static const unsigned char message[] = "a message", other[] = "a massage";
    const char *md = EVP_PKEY_get_bits(key) > 256 ? "md_gost12_512" : "md_gost12_256";
    unsigned char sig[1024];
    size_t len = sizeof(sig);
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    int ok = 0;

    if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC")) {
        md = "SHA256";
    }
    if (c == NULL || EVP_DigestSignInit_ex(c, NULL, md, ctx, NULL, key, NULL) != 1 ||
        EVP_DigestSign(c, sig, &len, message, sizeof(message)) != 1) {
        fprintf(stderr, "signing failed\n");
    } else if (!verify(ctx, key, md, message, sizeof(message), sig, len)) {
        fprintf(stderr, "the signature does not verify\n");
    } else if (verify(ctx, key, md, other, sizeof(other), sig, len)) {
        fprintf(stderr, "the signature verifies for another message\n");
    } else {
        ok = 1;
    }
    if (!ok) {
        ERR_print_errors_fp(stderr);
    }
    ERR_clear_error();
    EVP_MD_CTX_free(c);
    return ok;
}
