/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the C programs of the end-to-end tests share: a key by its URI and a signature by it, with
 * nothing but OpenSSL's public functions, as any program would.
 */
#ifndef TESTS_OPENSSL_CLIENT_H
#define TESTS_OPENSSL_CLIENT_H

#include <openssl/evp.h>

/* The private key that uri names; NULL with OpenSSL's errors printed. ctx NULL: the default. */
EVP_PKEY *client_key(OSSL_LIB_CTX *ctx, const char *uri);

/* Signs a message by the key and verifies the signature; 1 when both are as they should be, and
 * when the signature does not verify for another message. */
int client_sign_verify(OSSL_LIB_CTX *ctx, EVP_PKEY *key);

#endif
