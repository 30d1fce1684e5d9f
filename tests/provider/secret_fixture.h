/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of secret keys on a token share: a token with keys whose values are known here, so
 * that the provider's own ciphers can be asked for the same. */
#ifndef SECRET_FIXTURE_H
#define SECRET_FIXTURE_H

#include "symmetric.h"

#include <gosttoken/openssl.h>

#define SK_URI(label) "pkcs11:token=" FX_LABEL ";object=" label ";type=secret-key"

/* "ku", "ma", "z", "a" (GOST 28147 with TC26-Z and CryptoPro-A), "rfc" (the key of RFC 8891),
 * "idle" (Kuznyechik, may only decrypt). */
extern uint8_t sk_ku[32], sk_ma[32], sk_z[32], sk_a[32], sk_rfc[32];

/* Makes the place, the token and the keys. lines: of the configuration, beside the PIN. */
void sk_start(const char *lines);

/* A cipher by its plain name, in this provider; NULL is a failure. */
EVP_CIPHER *sk_cipher(const char *name);
/* The same by the name that no engine takes. */
EVP_CIPHER *sk_token_cipher(const char *name);

/* ctx with a key of the token; returns what EVP_CipherInit_ex2 does. */
int sk_init(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, const char *uri, const uint8_t *iv,
            int encrypt);

/* A MAC context with a key of the token; ctx is the caller's. Returns what EVP_MAC_init does. */
EVP_MAC_CTX *sk_mac(const char *name);
int sk_mac_init(EVP_MAC_CTX *ctx, const char *uri);

#endif
