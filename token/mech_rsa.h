/* SPDX-License-Identifier: Apache-2.0 */
/* What RSA's signatures and encryption share: paddings and their parameters. */
#ifndef TOK_MECH_RSA_H
#define TOK_MECH_RSA_H

#include "token/hash.h"
#include "token/mech.h"

#include <openssl/params.h>

typedef enum tok_rsa_pad { TOK_RSA_RAW, TOK_RSA_PKCS1, TOK_RSA_PSS, TOK_RSA_OAEP } tok_rsa_pad;

/* The padding is the mechanism's class. */
extern const tok_mech_class tok_mech_rsa_pkcs, tok_mech_rsa_raw, tok_mech_rsa_pss,
    tok_mech_rsa_oaep;
tok_rsa_pad tok_rsa_pad_of(const tok_mech *m);

tok_mech_start tok_rsa_sign, tok_rsa_verify;     /* mech_rsa_sign.c */
tok_mech_start tok_rsa_encrypt, tok_rsa_decrypt; /* mech_rsa_crypt.c */
CK_RV tok_rsa_wrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                   tok_object *wrapping, tok_object *key, CK_BYTE *out, CK_ULONG *out_len);
CK_RV tok_rsa_unwrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                     tok_object *wrapping, const CK_BYTE *wrapped, CK_ULONG wrapped_len,
                     tok_attrs *key, void **value, size_t *len);

#define TOK_RSA_PKCS1_ROOM 11 /* bytes that the padding takes at least */

typedef struct tok_rsa_params {
    tok_rsa_pad pad;
    const tok_hash_alg *hash, *mgf; /* PSS and OAEP; `hash` of a digest before PKCS #1 too */
    int salt;                       /* PSS: bytes */
    const CK_BYTE *label;           /* OAEP */
    size_t label_len;
} tok_rsa_params;

#define TOK_RSA_OSSL 6 /* how many OSSL_PARAMs there are at most */

/* For EVP_PKEY_sign_init_ex and its like. They point into p. */
void tok_rsa_ossl_params(const tok_rsa_params *p, OSSL_PARAM out[TOK_RSA_OSSL]);

/* Bytes of the modulus. */
CK_ULONG tok_rsa_bytes(const tok_attrs *a);

#endif
