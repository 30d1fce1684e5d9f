/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RSA encryption: PKCS #1 v1.5, OAEP and X.509 (raw); encrypting, decrypting, and secret keys
 * wrapped so. The whole of the input is taken first, in one part or several.
 *
 * PKCS #1 v1.5 decryption tells by its result whether the padding was right, which is what
 * Bleichenbacher's attack asks for. OpenSSL looks at the padding in constant time; from 3.2 on it
 * gives out random bytes for a wrong one (implicit rejection), before that an error, which comes
 * here as CKR_ENCRYPTED_DATA_INVALID. Who decrypts for strangers should use OAEP.
 */
#include "gost/mem.h"
#include "token/mech_rsa.h"
#include "token/ossl.h"
#include "token/pkey.h"
#include "token/secmem.h"

#include <openssl/evp.h>

#include <string.h>

/* In secret memory: data may be a plaintext. */
typedef struct rsa_op {
    tok_op op;
    tok_rsa_params params;
    int decrypting;
    CK_ULONG bytes; /* of the modulus */
    CK_ULONG room;  /* the most that is taken */
    CK_ULONG have;
    CK_BYTE data[TOK_RSA_BYTES];
    CK_BYTE label[TOK_RSA_BYTES];
    tok_key *key;   /* decrypting */
    EVP_PKEY *pkey; /* the same, or the public key */
} rsa_op;

/* ---- parameters ----------------------------------------------------------------------------- */

static CK_RV oaep_params(const CK_MECHANISM *param, tok_rsa_params *p)
{
    CK_RSA_PKCS_OAEP_PARAMS given;

    if (param->ulParameterLen != sizeof given)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&given, param->pParameter, sizeof given);
    p->hash = tok_hash_find(given.hashAlg);
    p->mgf = tok_hash_of_mgf(given.mgf);
    if (p->hash == NULL || p->hash->mgf == 0 || p->mgf == NULL)
        return CKR_MECHANISM_PARAM_INVALID;
    /* Without a label some callers leave the source 0. */
    if ((given.source != CKZ_DATA_SPECIFIED && (given.source != 0 || given.ulSourceDataLen != 0)) ||
        (given.pSourceData == NULL && given.ulSourceDataLen != 0) ||
        given.ulSourceDataLen > TOK_RSA_BYTES)
        return CKR_MECHANISM_PARAM_INVALID;
    p->label = given.pSourceData;
    p->label_len = given.ulSourceDataLen;
    return CKR_OK;
}

/* Fills in everything but the key. */
static CK_RV prepare(const tok_mech *m, const CK_MECHANISM *param, const tok_attrs *key,
                     int decrypting, rsa_op *op)
{
    size_t overhead = 0;
    CK_RV rv = CKR_OK;

    op->params.pad = tok_rsa_pad_of(m);
    op->bytes = tok_rsa_bytes(key);
    op->decrypting = decrypting;
    if (op->bytes < TOK_RSA_MIN / 8 || op->bytes > TOK_RSA_BYTES)
        return CKR_DEVICE_ERROR; /* the object was checked when it was made */
    if (op->params.pad == TOK_RSA_OAEP) {
        rv = oaep_params(param, &op->params);
        if (rv != CKR_OK)
            return rv;
        overhead = 2 * op->params.hash->size + 2;
        if (op->params.label_len != 0) /* it must outlive the caller's */
            memcpy(op->label, op->params.label, op->params.label_len);
        op->params.label = op->label;
    } else if (param->ulParameterLen != 0) {
        return CKR_MECHANISM_PARAM_INVALID;
    } else if (op->params.pad == TOK_RSA_PKCS1) {
        overhead = TOK_RSA_PKCS1_ROOM;
    }
    if (overhead > op->bytes)
        return CKR_KEY_SIZE_RANGE;
    op->room = decrypting ? op->bytes : op->bytes - overhead;
    return rv;
}

/* ---- the operation itself -------------------------------------------------------------------- */

/* Of the data that has come; out has room for the modulus. */
static CK_RV encrypt(OSSL_LIB_CTX *lib, rsa_op *op, CK_BYTE *out, size_t *len)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(lib, op->pkey, NULL);
    OSSL_PARAM params[TOK_RSA_OSSL];
    CK_RV rv = CKR_OK;

    if (op->params.pad == TOK_RSA_RAW) { /* a number: zeros in front */
        memmove(op->data + op->bytes - op->have, op->data, op->have);
        memset(op->data, 0, op->bytes - op->have);
        op->have = op->bytes;
    }
    tok_rsa_ossl_params(&op->params, params);
    *len = op->bytes;
    if (ctx == NULL)
        rv = CKR_HOST_MEMORY;
    else if (EVP_PKEY_encrypt_init_ex(ctx, params) <= 0)
        rv = CKR_FUNCTION_FAILED;
    else if (EVP_PKEY_encrypt(ctx, out, len, op->data, op->have) <= 0 || *len != op->bytes)
        rv = op->params.pad == TOK_RSA_RAW ? CKR_DATA_INVALID : CKR_FUNCTION_FAILED;
    EVP_PKEY_CTX_free(ctx);
    return rv;
}

/* plain: in secret memory, room for the modulus: a wrong padding must not show in how much is
 * written where. */
static CK_RV decrypt(OSSL_LIB_CTX *lib, rsa_op *op, CK_BYTE *plain, size_t *len)
{
    EVP_PKEY_CTX *ctx;
    OSSL_PARAM params[TOK_RSA_OSSL];
    CK_RV rv = CKR_OK;

    if (op->have != op->bytes)
        return CKR_ENCRYPTED_DATA_LEN_RANGE;
    ctx = EVP_PKEY_CTX_new_from_pkey(lib, op->pkey, NULL);
    tok_rsa_ossl_params(&op->params, params);
    *len = op->bytes;
    if (ctx == NULL)
        rv = CKR_HOST_MEMORY;
    else if (EVP_PKEY_decrypt_init_ex(ctx, params) <= 0)
        rv = CKR_FUNCTION_FAILED;
    else if (EVP_PKEY_decrypt(ctx, plain, len, op->data, op->have) <= 0 || *len > op->bytes)
        rv = CKR_ENCRYPTED_DATA_INVALID;
    EVP_PKEY_CTX_free(ctx);
    return rv;
}

/* ---- operations ----------------------------------------------------------------------------- */

static CK_ULONG rsa_size(const tok_op *base, CK_ULONG len, int last)
{
    (void)len;
    return last ? ((const rsa_op *)base)->bytes : 0;
}

static CK_RV rsa_update(tok_op *base, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                        CK_ULONG *out_len)
{
    rsa_op *op = (rsa_op *)base;

    (void)out;
    *out_len = 0;
    if (len > op->room - op->have)
        return op->decrypting ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_DATA_LEN_RANGE;
    if (len != 0)
        memcpy(op->data + op->have, in, len);
    op->have += len;
    return CKR_OK;
}

static CK_RV rsa_final(tok_op *base, CK_BYTE *out, CK_ULONG *out_len)
{
    rsa_op *op = (rsa_op *)base;
    OSSL_LIB_CTX *lib = tok_ossl_enter();
    CK_BYTE *plain = NULL;
    size_t len = 0;
    CK_RV rv;

    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    if (!op->decrypting) {
        rv = encrypt(lib, op, out, &len);
    } else {
        plain = tok_secret_alloc(TOK_RSA_BYTES);
        rv = plain != NULL ? decrypt(lib, op, plain, &len) : CKR_HOST_MEMORY;
        if (rv == CKR_OK && len > *out_len) {
            rv = CKR_BUFFER_TOO_SMALL;
            op->have = base->parts ? op->have : 0;
        }
        if (rv == CKR_OK && len != 0)
            memcpy(out, plain, len);
        tok_secret_free(plain);
    }
    tok_ossl_leave();
    *out_len = rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL ? len : 0;
    return rv;
}

static void rsa_free(tok_op *base)
{
    rsa_op *op = (rsa_op *)base;

    if (op->key != NULL)
        tok_key_free(op->key);
    else if (!tok_ossl_gone())
        EVP_PKEY_free(op->pkey);
    tok_secret_free(op);
}

static const tok_op_class encrypt_class = {
    .crypt_size = rsa_size,
    .crypt_update = rsa_update,
    .crypt_final = rsa_final,
    .free = rsa_free,
};

static const tok_op_class decrypt_class = {
    .crypt_size = rsa_size,
    .crypt_update = rsa_update,
    .crypt_final = rsa_final,
    .measures = 1,
    .free = rsa_free,
};

static CK_RV start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key,
                   int decrypting, rsa_op **out)
{
    rsa_op *op = tok_secret_alloc(sizeof *op);
    OSSL_LIB_CTX *lib;
    CK_RV rv;

    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->op.class = decrypting ? &decrypt_class : &encrypt_class;
    rv = prepare(m, param, key->attrs, decrypting, op);
    if (rv == CKR_OK && decrypting) {
        rv = tok_object_key(s, key, &op->key);
        if (rv == CKR_OK) {
            op->pkey = op->key->ossl;
            op->op.wants_pin = tok_attrs_bool(key->attrs, CKA_ALWAYS_AUTHENTICATE, CK_FALSE);
        }
    } else if (rv == CKR_OK) {
        lib = tok_ossl_enter();
        rv = lib != NULL ? tok_pkey_public(lib, key->attrs, &op->pkey) : CKR_FUNCTION_FAILED;
        if (lib != NULL)
            tok_ossl_leave();
    }
    if (rv == CKR_OK)
        *out = op;
    else
        tok_secret_free(op);
    return rv;
}

CK_RV tok_rsa_encrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key,
                      tok_op **out)
{
    rsa_op *op;
    CK_RV rv = start(m, param, s, key, 0, &op);

    if (rv == CKR_OK)
        *out = &op->op;
    return rv;
}

CK_RV tok_rsa_decrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key,
                      tok_op **out)
{
    rsa_op *op;
    CK_RV rv = start(m, param, s, key, 1, &op);

    if (rv == CKR_OK)
        *out = &op->op;
    return rv;
}

/* ---- wrapping ------------------------------------------------------------------------------- */

CK_RV tok_rsa_wrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                   tok_object *wrapping, tok_object *key, CK_BYTE *out, CK_ULONG *out_len)
{
    rsa_op *op;
    void *value = NULL;
    size_t len;
    CK_RV rv;

    if (key->class != CKO_SECRET_KEY)
        return CKR_KEY_NOT_WRAPPABLE;
    rv = start(m, param, s, wrapping, 0, &op);
    if (rv != CKR_OK)
        return rv;
    rv = tok_object_secret(s, key, CKA_VALUE, &value, &len);
    if (rv == CKR_OK && (len > op->room || len == 0))
        rv = CKR_KEY_SIZE_RANGE;
    if (rv == CKR_OK && out != NULL && *out_len < op->bytes)
        rv = CKR_BUFFER_TOO_SMALL;
    if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
        *out_len = op->bytes;
    if (rv == CKR_OK && out != NULL) {
        memcpy(op->data, value, len);
        op->have = len;
        rv = rsa_final(&op->op, out, out_len);
    }
    tok_secret_free(value);
    rsa_free(&op->op);
    return rv;
}

/* How long the key is to be; X.509's plaintext does not say it. */
static CK_RV cut(const tok_attrs *key, tok_rsa_pad pad, const CK_BYTE *plain, size_t have,
                 void **value, size_t *len)
{
    size_t want = tok_kind_value_len(tok_attrs_ulong(key, CKA_KEY_TYPE, TOK_NO_TYPE));
    CK_ULONG asked = tok_attrs_ulong(key, CKA_VALUE_LEN, 0);

    if (asked != 0 && want != 0 && asked != want)
        return CKR_TEMPLATE_INCONSISTENT;
    if (want == 0)
        want = asked;
    if (want == 0 && pad == TOK_RSA_RAW)
        return CKR_TEMPLATE_INCOMPLETE;
    if (want == 0)
        want = have;
    if (want == 0 || want > have || (want < have && pad != TOK_RSA_RAW))
        return CKR_WRAPPED_KEY_INVALID;
    *value = tok_secret_alloc(want);
    if (*value == NULL)
        return CKR_HOST_MEMORY;
    memcpy(*value, plain + have - want, want);
    *len = want;
    return CKR_OK;
}

CK_RV tok_rsa_unwrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                     tok_object *wrapping, const CK_BYTE *wrapped, CK_ULONG wrapped_len,
                     tok_attrs *key, void **value, size_t *len)
{
    CK_BYTE *plain;
    CK_ULONG n = TOK_RSA_BYTES;
    rsa_op *op;
    CK_RV rv;

    if (tok_attrs_ulong(key, CKA_CLASS, TOK_NO_TYPE) != CKO_SECRET_KEY)
        return CKR_TEMPLATE_INCONSISTENT;
    rv = start(m, param, s, wrapping, 1, &op);
    if (rv != CKR_OK)
        return rv;
    plain = tok_secret_alloc(TOK_RSA_BYTES);
    if (plain == NULL)
        rv = CKR_HOST_MEMORY;
    else if (wrapped_len != op->bytes)
        rv = CKR_WRAPPED_KEY_LEN_RANGE;
    if (rv == CKR_OK) {
        memcpy(op->data, wrapped, wrapped_len);
        op->have = wrapped_len;
        rv = rsa_final(&op->op, plain, &n);
        if (rv == CKR_ENCRYPTED_DATA_INVALID)
            rv = CKR_WRAPPED_KEY_INVALID;
    }
    if (rv == CKR_OK)
        rv = cut(key, op->params.pad, plain, n, value, len);
    tok_secret_free(plain);
    rsa_free(&op->op);
    return rv;
}
