/* SPDX-License-Identifier: Apache-2.0 */
/* What the native ciphers' files share. */
#ifndef GT_CIPHER_NATIVE_H
#define GT_CIPHER_NATIVE_H

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "cipher/context.h"
#include "provider/provider.h"
#include "skeymgmt/compat.h"

typedef struct gt_token_cipher gt_token_cipher; /* cipher/token.h */

typedef struct gt_native_cipher {
    gt_provider *prov;
    const gt_core *core;    /* the provider's */
    gt_token_cipher *token; /* the key is on a token, and c has none */
    gt_cipher c;
    unsigned padding;
    uint8_t buf[GOST_BLOCK_MAX];
    size_t have; /* bytes in buf */
    /* MGM only */
    size_t tag_len;
    uint64_t ad_len, data_len;
    int nonce, data, done; /* a nonce waits to be used; the data have begun; the tag is there */
} gt_native_cipher;

/* native.c */
void *gt_native_cipher_new(void *provctx, const gt_cipher_alg *alg);
/* Leaves no key of any kind. */
void gt_native_cipher_forget(gt_native_cipher *n);
/* A part of the message; 0 with an error raised only if the key is on a token. */
int gt_native_cipher_crypt(gt_native_cipher *n, const uint8_t *in, uint8_t *out, size_t len);
/* 1 if there is a key, and room; else 0 with an error raised. */
int gt_native_cipher_room(const gt_native_cipher *n, size_t outsize, size_t len);

/* native_params.c: the lists of parameters of a cipher, of one with its own form of ASN.1
 * parameters (libcrypto looks whether it lists them), of MGM. */
int gt_native_cipher_get_params(OSSL_PARAM params[], const gt_cipher_alg *alg);
OSSL_FUNC_cipher_gettable_params_fn gt_native_cipher_gettable_params;
OSSL_FUNC_cipher_get_ctx_params_fn gt_native_cipher_get_ctx_params;
OSSL_FUNC_cipher_set_ctx_params_fn gt_native_cipher_set_ctx_params;
OSSL_FUNC_cipher_gettable_ctx_params_fn gt_native_cipher_gettable_plain,
    gt_native_cipher_gettable_asn1, gt_native_cipher_gettable_aead;
OSSL_FUNC_cipher_settable_ctx_params_fn gt_native_cipher_settable_plain,
    gt_native_cipher_settable_asn1, gt_native_cipher_settable_aead;

/* native_aead.c. restart: before a message, with a nonce that was given or without. */
void gt_aead_restart(gt_native_cipher *n, int nonce);
OSSL_FUNC_cipher_update_fn gt_aead_update;
OSSL_FUNC_cipher_final_fn gt_aead_final;
OSSL_FUNC_cipher_cipher_fn gt_aead_cipher;

#endif
