/* SPDX-License-Identifier: Apache-2.0 */
#include "secret_fixture.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <gosttoken/pkcs11-gost.h>

uint8_t sk_ku[32], sk_ma[32], sk_z[32], sk_a[32], sk_rfc[32];

/* The OIDs 1.2.643.7.1.2.5.1.1 and 1.2.643.2.2.31.1 */
static const uint8_t oid_z[] = {0x06, 0x09, 0x2a, 0x85, 0x03, 0x07, 0x01, 0x02, 0x05, 0x01, 0x01};
static const uint8_t oid_a[] = {0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, 0x1f, 0x01};

static void put(const char *label, uint8_t id, unsigned long type, const uint8_t *value, int use)
{
    fx_put_secret(FX_LABEL, FX_PIN, label, id, type, value, NULL, 0, use);
}

void sk_start(const char *lines)
{
    uint64_t rnd = 20;
    char all[512];

    snprintf(all, sizeof(all), "pin = " FX_PIN "\n%s", lines);
    fx_start(all);
    fx_make_token(FX_LABEL, FX_PIN);
    sy_unhex(sk_ku, "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef");
    sy_unhex(sk_rfc, "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
    sy_fill(&rnd, sk_ma, sizeof(sk_ma));
    sy_fill(&rnd, sk_z, sizeof(sk_z));
    sy_fill(&rnd, sk_a, sizeof(sk_a));
    put("ku", 1, CKK_KUZNYECHIK, sk_ku, 1);
    put("ma", 2, CKK_MAGMA, sk_ma, 1);
    put("rfc", 3, CKK_MAGMA, sk_rfc, 1);
    put("idle", 4, CKK_KUZNYECHIK, sk_ku, 0);
    fx_put_secret(FX_LABEL, FX_PIN, "z", 5, CKK_GOST28147, sk_z, oid_z, sizeof(oid_z), 1);
    fx_put_secret(FX_LABEL, FX_PIN, "a", 6, CKK_GOST28147, sk_a, oid_a, sizeof(oid_a), 1);
}

EVP_CIPHER *sk_cipher(const char *name)
{
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, "provider=gosttoken");

    if (cipher == NULL)
        fprintf(stderr, "no cipher %s\n", name);
    assert_non_null(cipher);
    return cipher;
}

EVP_CIPHER *sk_token_cipher(const char *name)
{
    char token_name[80];

    snprintf(token_name, sizeof(token_name), GOSTTOKEN_CIPHER("%s"), name);
    return sk_cipher(token_name);
}

int sk_init(EVP_CIPHER_CTX *ctx, const EVP_CIPHER *cipher, const char *uri, const uint8_t *iv,
            int encrypt)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(GOSTTOKEN_PARAM_URI, (char *)(uintptr_t)uri, 0),
        OSSL_PARAM_construct_end(),
    };

    return EVP_CipherInit_ex2(ctx, cipher, NULL, iv, encrypt, params);
}

EVP_MAC_CTX *sk_mac(const char *name)
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, name, "provider=gosttoken");
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);

    EVP_MAC_free(mac);
    assert_non_null(ctx);
    return ctx;
}

int sk_mac_init(EVP_MAC_CTX *ctx, const char *uri)
{
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(GOSTTOKEN_PARAM_URI, (char *)(uintptr_t)uri, 0),
        OSSL_PARAM_construct_end(),
    };

    return EVP_MAC_init(ctx, NULL, 0, params);
}
