/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA signatures: PKCS #1 v1.5, X.509 (raw) and PSS, of data that is taken as it is or hashed
 * before. What is taken as it is comes in one part or several.
 */
#include "gost/mem.h"
#include "token/mech_rsa.h"
#include "token/ossl.h"
#include "token/pkey.h"
#include "token/secmem.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

/* ---- operations ----------------------------------------------------------------------------- */

typedef struct rsa_op {
    tok_op op;
    tok_rsa_params params;
    int hashing;
    tok_hash hash;               /* from here to `have`: what can be saved */
    CK_BYTE data[TOK_RSA_BYTES]; /* not hashed here: what has come so far */
    CK_ULONG have;
    CK_ULONG room;
    tok_key *key;   /* signing */
    EVP_PKEY *pkey; /* the same, or the public key */
} rsa_op;

static CK_RV rsa_update(tok_op *base, const CK_BYTE *data, CK_ULONG len)
{
    rsa_op *op = (rsa_op *)base;

    if (op->hashing) {
        tok_hash_update(op->params.hash, &op->hash, data, len);
        return CKR_OK;
    }
    if (len > op->room - op->have)
        return CKR_DATA_LEN_RANGE;
    if (len != 0)
        memcpy(op->data + op->have, data, len);
    op->have += len;
    return CKR_OK;
}

/* Makes `data` what OpenSSL is to sign. */
static CK_RV rsa_input(rsa_op *op)
{
    CK_ULONG size = op->op.size;

    if (op->hashing) {
        tok_hash_final(op->params.hash, &op->hash, op->data);
        op->have = op->params.hash->size;
    } else if (op->params.pad == TOK_RSA_PSS && op->have != op->params.hash->size) {
        return CKR_DATA_LEN_RANGE;
    } else if (op->params.pad == TOK_RSA_RAW) { /* a number: zeros in front */
        memmove(op->data + size - op->have, op->data, op->have);
        memset(op->data, 0, size - op->have);
        op->have = size;
    }
    return CKR_OK;
}

static CK_RV rsa_finish(tok_op *base, CK_BYTE *out)
{
    OSSL_LIB_CTX *lib = tok_ossl_enter();
    rsa_op *op = (rsa_op *)base;
    OSSL_PARAM params[TOK_RSA_OSSL];
    size_t len = op->op.size;
    EVP_PKEY_CTX *ctx;
    CK_RV rv;

    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = rsa_input(op);
    if (rv == CKR_OK) {
        tok_rsa_ossl_params(&op->params, params);
        ctx = EVP_PKEY_CTX_new_from_pkey(lib, op->pkey, NULL);
        if (ctx == NULL)
            rv = CKR_HOST_MEMORY;
        else if (EVP_PKEY_sign_init_ex(ctx, params) <= 0)
            rv = CKR_FUNCTION_FAILED;
        else if (EVP_PKEY_sign(ctx, out, &len, op->data, op->have) <= 0 || len != op->op.size)
            rv = op->params.pad == TOK_RSA_RAW ? CKR_DATA_INVALID /* not below the modulus */
                                               : CKR_FUNCTION_FAILED;
        EVP_PKEY_CTX_free(ctx);
    }
    tok_ossl_leave();
    return rv;
}

static CK_RV rsa_check(tok_op *base, const CK_BYTE *sig)
{
    OSSL_LIB_CTX *lib = tok_ossl_enter();
    rsa_op *op = (rsa_op *)base;
    OSSL_PARAM params[TOK_RSA_OSSL];
    EVP_PKEY_CTX *ctx;
    CK_RV rv;

    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = rsa_input(op);
    if (rv == CKR_OK) {
        tok_rsa_ossl_params(&op->params, params);
        ctx = EVP_PKEY_CTX_new_from_pkey(lib, op->pkey, NULL);
        if (ctx == NULL)
            rv = CKR_HOST_MEMORY;
        else if (EVP_PKEY_verify_init_ex(ctx, params) <= 0)
            rv = CKR_FUNCTION_FAILED;
        else if (EVP_PKEY_verify(ctx, sig, op->op.size, op->data, op->have) <= 0)
            rv = CKR_SIGNATURE_INVALID;
        EVP_PKEY_CTX_free(ctx);
    }
    tok_ossl_leave();
    return rv;
}

static void rsa_free(tok_op *base)
{
    rsa_op *op = (rsa_op *)base;

    if (op->key != NULL)
        tok_key_free(op->key);
    else if (!tok_ossl_gone())
        EVP_PKEY_free(op->pkey);
    gost_wipe(op, sizeof *op);
    free(op);
}

static const tok_op_class sign_class = {
    .update = rsa_update,
    .finish = rsa_finish,
    .state_at = offsetof(rsa_op, hash),
    .state_len = offsetof(rsa_op, room) - offsetof(rsa_op, hash),
    .free = rsa_free,
};

static const tok_op_class verify_class = {
    .update = rsa_update,
    .check = rsa_check,
    .state_at = offsetof(rsa_op, hash),
    .state_len = offsetof(rsa_op, room) - offsetof(rsa_op, hash),
    .free = rsa_free,
};

/* ---- starting ------------------------------------------------------------------------------- */

/* RFC 8017, 8.1 and 9.1.1: what PSS signs is a digest, and with the salt it must fit. */
static CK_RV pss_params(const tok_mech *m, const CK_MECHANISM *param, const tok_attrs *key,
                        tok_rsa_params *p)
{
    const CK_ATTRIBUTE *n = tok_attrs_get(key, CKA_MODULUS);
    CK_RSA_PKCS_PSS_PARAMS given;
    size_t room;

    if (param->ulParameterLen != sizeof given)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&given, param->pParameter, sizeof given);
    p->hash = tok_hash_find(given.hashAlg);
    p->mgf = tok_hash_of_mgf(given.mgf);
    if (p->hash == NULL || p->hash->mgf == 0 || p->mgf == NULL ||
        (m->digest != 0 && m->digest != p->hash->mech))
        return CKR_MECHANISM_PARAM_INVALID;
    room = (tok_number_bits(n->pValue, n->ulValueLen) + 6) / 8; /* bytes of all but the top bit */
    if (room < p->hash->size + 2)
        return CKR_KEY_SIZE_RANGE;
    if (given.sLen > room - p->hash->size - 2)
        return CKR_MECHANISM_PARAM_INVALID;
    p->salt = (int)given.sLen;
    return CKR_OK;
}

/* Bytes of DigestInfo (RFC 8017, 9.2) without the digest. */
static size_t digest_info(const tok_hash_alg *hash)
{
    return hash->mech == CKM_SHA_1 ? 15 : hash->mech == CKM_MD5 ? 18 : 19;
}

static CK_RV new_op(const tok_mech *m, const CK_MECHANISM *param, const tok_attrs *key,
                    const tok_op_class *class, rsa_op **out)
{
    tok_rsa_pad pad = tok_rsa_pad_of(m);
    tok_rsa_params p = {.pad = pad};
    CK_ULONG size = tok_rsa_bytes(key);
    rsa_op *op;
    CK_RV rv = CKR_OK;

    if (size < TOK_RSA_MIN / 8 || size > TOK_RSA_BYTES)
        return CKR_DEVICE_ERROR; /* the object was checked when it was made */
    if (pad == TOK_RSA_PSS) {
        rv = pss_params(m, param, key, &p);
    } else if (param->ulParameterLen != 0) {
        rv = CKR_MECHANISM_PARAM_INVALID;
    } else if (m->digest != 0) {
        p.hash = tok_hash_find(m->digest);
        if (digest_info(p.hash) + p.hash->size + TOK_RSA_PKCS1_ROOM > size)
            rv = CKR_KEY_SIZE_RANGE;
    }
    if (rv != CKR_OK)
        return rv;
    op = calloc(1, sizeof *op);
    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->op.class = class;
    op->op.size = size;
    op->params = p;
    op->hashing = m->digest != 0;
    op->room = pad == TOK_RSA_PSS     ? p.hash->size
               : pad == TOK_RSA_PKCS1 ? size - TOK_RSA_PKCS1_ROOM
                                      : size;
    if (op->hashing)
        tok_hash_init(p.hash, &op->hash);
    *out = op;
    return CKR_OK;
}

CK_RV tok_rsa_sign(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key,
                   tok_op **out)
{
    rsa_op *op;
    CK_RV rv = new_op(m, param, key->attrs, &sign_class, &op);

    if (rv != CKR_OK)
        return rv;
    rv = tok_object_key(s, key, &op->key);
    if (rv != CKR_OK) {
        free(op);
        return rv;
    }
    op->pkey = op->key->ossl;
    op->op.wants_pin = tok_attrs_bool(key->attrs, CKA_ALWAYS_AUTHENTICATE, CK_FALSE);
    *out = &op->op;
    return CKR_OK;
}

CK_RV tok_rsa_verify(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key,
                     tok_op **out)
{
    OSSL_LIB_CTX *lib;
    rsa_op *op;
    CK_RV rv = new_op(m, param, key->attrs, &verify_class, &op);

    (void)s;
    if (rv != CKR_OK)
        return rv;
    lib = tok_ossl_enter();
    rv = lib != NULL ? tok_pkey_public(lib, key->attrs, &op->pkey) : CKR_FUNCTION_FAILED;
    if (lib != NULL)
        tok_ossl_leave();
    if (rv == CKR_OK)
        *out = &op->op;
    else
        free(op);
    return rv;
}
