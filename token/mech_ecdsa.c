/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_ECDSA and its forms with SHA-1 and SHA-2. CKM_ECDSA takes a digest, in one part or several,
 * of which as many bits count as the order has. A signature is r | s, as PKCS #11 has it.
 */
#include "gost/mem.h"
#include "token/hash.h"
#include "token/mech.h"
#include "token/ossl.h"
#include "token/pkey.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#define DER_MAX (2 * (TOK_EC_MAX + 1 + 2) + 4)

typedef struct ec_op {
    tok_op op;
    const tok_hash_alg *alg; /* NULL: the caller's digest */
    tok_hash hash;           /* from here to `have`: what can be saved */
    CK_BYTE digest[TOK_HASH_MAX];
    CK_ULONG have;
    tok_key *key;   /* signing */
    EVP_PKEY *pkey; /* the same, or the public key */
} ec_op;

static CK_RV ec_update(tok_op *base, const CK_BYTE *data, CK_ULONG len)
{
    ec_op *op = (ec_op *)base;

    if (op->alg != NULL) {
        tok_hash_update(op->alg, &op->hash, data, len);
        return CKR_OK;
    }
    if (len > sizeof op->digest - op->have)
        return CKR_DATA_LEN_RANGE;
    if (len != 0)
        memcpy(op->digest + op->have, data, len);
    op->have += len;
    return CKR_OK;
}

static CK_RV ec_digest(ec_op *op)
{
    if (op->alg != NULL) {
        tok_hash_final(op->alg, &op->hash, op->digest);
        op->have = op->alg->size;
    }
    return op->have != 0 ? CKR_OK : CKR_DATA_LEN_RANGE;
}

/* OpenSSL's signature is DER: SEQUENCE { r, s }. */
static CK_RV from_der(const uint8_t *der, size_t len, CK_BYTE *out, CK_ULONG size)
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    CK_RV rv = CKR_FUNCTION_FAILED;

    if (sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, (int)size / 2) > 0 &&
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + size / 2, (int)size / 2) > 0)
        rv = CKR_OK;
    ECDSA_SIG_free(sig);
    return rv;
}

static int to_der(const CK_BYTE *in, CK_ULONG size, uint8_t der[DER_MAX])
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(in, (int)size / 2, NULL);
    BIGNUM *s = BN_bin2bn(in + size / 2, (int)size / 2, NULL);
    int len = 0;

    if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s)) {
        r = s = NULL; /* the signature's now */
        if (i2d_ECDSA_SIG(sig, NULL) <= DER_MAX)
            len = i2d_ECDSA_SIG(sig, &der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return len;
}

static CK_RV ec_finish(tok_op *base, CK_BYTE *out)
{
    OSSL_LIB_CTX *lib = tok_ossl_enter();
    ec_op *op = (ec_op *)base;
    uint8_t der[DER_MAX];
    size_t len = sizeof der;
    EVP_PKEY_CTX *ctx = NULL;
    CK_RV rv;

    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = ec_digest(op);
    if (rv == CKR_OK) {
        ctx = EVP_PKEY_CTX_new_from_pkey(lib, op->pkey, NULL);
        if (ctx == NULL)
            rv = CKR_HOST_MEMORY;
        else if (EVP_PKEY_sign_init(ctx) <= 0 ||
                 EVP_PKEY_sign(ctx, der, &len, op->digest, op->have) <= 0)
            rv = CKR_FUNCTION_FAILED;
        else
            rv = from_der(der, len, out, op->op.size);
    }
    EVP_PKEY_CTX_free(ctx);
    tok_ossl_leave();
    return rv;
}

static CK_RV ec_check(tok_op *base, const CK_BYTE *sig)
{
    OSSL_LIB_CTX *lib = tok_ossl_enter();
    ec_op *op = (ec_op *)base;
    uint8_t der[DER_MAX];
    EVP_PKEY_CTX *ctx = NULL;
    int len;
    CK_RV rv;

    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = ec_digest(op);
    len = rv == CKR_OK ? to_der(sig, op->op.size, der) : 0;
    if (len > 0)
        ctx = EVP_PKEY_CTX_new_from_pkey(lib, op->pkey, NULL);
    if (rv == CKR_OK && ctx == NULL)
        rv = CKR_HOST_MEMORY;
    else if (rv == CKR_OK && EVP_PKEY_verify_init(ctx) <= 0)
        rv = CKR_FUNCTION_FAILED;
    else if (rv == CKR_OK && EVP_PKEY_verify(ctx, der, (size_t)len, op->digest, op->have) <= 0)
        rv = CKR_SIGNATURE_INVALID;
    EVP_PKEY_CTX_free(ctx);
    tok_ossl_leave();
    return rv;
}

static void ec_free(tok_op *base)
{
    ec_op *op = (ec_op *)base;

    if (op->key != NULL)
        tok_key_free(op->key);
    else if (!tok_ossl_gone())
        EVP_PKEY_free(op->pkey);
    gost_wipe(op, sizeof *op);
    free(op);
}

static const tok_op_class sign_class = {
    .update = ec_update,
    .finish = ec_finish,
    .state_at = offsetof(ec_op, hash),
    .state_len = offsetof(ec_op, key) - offsetof(ec_op, hash),
    .free = ec_free,
};

static const tok_op_class verify_class = {
    .update = ec_update,
    .check = ec_check,
    .state_at = offsetof(ec_op, hash),
    .state_len = offsetof(ec_op, key) - offsetof(ec_op, hash),
    .free = ec_free,
};

static CK_RV new_op(const tok_mech *m, const CK_MECHANISM *param, const tok_attrs *key,
                    const tok_op_class *class, ec_op **out)
{
    const tok_curve *curve;
    ec_op *op;

    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    if (tok_curve_of(key, &curve) != CKR_OK)
        return CKR_DEVICE_ERROR; /* the object was checked when it was made */
    op = calloc(1, sizeof *op);
    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->op.class = class;
    op->op.size = 2 * curve->bytes;
    if (m->digest != 0) {
        op->alg = tok_hash_find(m->digest);
        tok_hash_init(op->alg, &op->hash);
    }
    *out = op;
    return CKR_OK;
}

static CK_RV sign_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                        tok_object *key, tok_op **out)
{
    ec_op *op;
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

static CK_RV verify_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                          tok_object *key, tok_op **out)
{
    OSSL_LIB_CTX *lib;
    ec_op *op;
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

const tok_mech_class tok_mech_ecdsa = {
    .sign = sign_start,
    .verify = verify_start,
};
