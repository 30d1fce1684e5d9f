/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: MD5, SHA-1, SHA-2; and HMAC with them (RFC 2104), by generic secrets. */
#include "gost/mem.h"
#include "token/hash.h"
#include "token/mech.h"
#include "token/secmem.h"

#include <stdlib.h>
#include <string.h>

/* ---- digests -------------------------------------------------------------------------------- */

typedef struct digest_op {
    tok_op op;
    const tok_hash_alg *alg;
    tok_hash hash;
} digest_op;

static CK_RV digest_update(tok_op *base, const CK_BYTE *data, CK_ULONG len)
{
    digest_op *op = (digest_op *)base;

    tok_hash_update(op->alg, &op->hash, data, len);
    return CKR_OK;
}

static CK_RV digest_finish(tok_op *base, CK_BYTE *out)
{
    digest_op *op = (digest_op *)base;

    tok_hash_final(op->alg, &op->hash, out);
    return CKR_OK;
}

static void digest_free(tok_op *op)
{
    gost_wipe(op, sizeof(digest_op));
    free(op);
}

static const tok_op_class digest_class = {
    .update = digest_update,
    .finish = digest_finish,
    .state_at = offsetof(digest_op, hash),
    .state_len = sizeof(tok_hash),
    .free = digest_free,
};

static CK_RV digest_start(const tok_mech *m, const CK_MECHANISM *param, tok_op **out)
{
    digest_op *op;

    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    op = calloc(1, sizeof *op);
    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->alg = tok_hash_find(m->digest);
    op->op.class = &digest_class;
    op->op.size = op->alg->size;
    tok_hash_init(op->alg, &op->hash);
    *out = &op->op;
    return CKR_OK;
}

const tok_mech_class tok_mech_sha = {
    .digest = digest_start,
};

/* ---- HMAC ----------------------------------------------------------------------------------- */

/* In secret memory. `inner` goes on with the data; `outer` waits for its digest. */
typedef struct hmac_op {
    tok_op op;
    const tok_hash_alg *alg;
    tok_hash outer, inner;
} hmac_op;

static CK_RV hmac_update(tok_op *base, const CK_BYTE *data, CK_ULONG len)
{
    hmac_op *op = (hmac_op *)base;

    tok_hash_update(op->alg, &op->inner, data, len);
    return CKR_OK;
}

static void hmac_sum(hmac_op *op, uint8_t mac[TOK_HASH_MAX])
{
    tok_hash_final(op->alg, &op->inner, mac);
    tok_hash_update(op->alg, &op->outer, mac, op->alg->size);
    tok_hash_final(op->alg, &op->outer, mac);
}

static CK_RV hmac_finish(tok_op *base, CK_BYTE *out)
{
    uint8_t mac[TOK_HASH_MAX];

    hmac_sum((hmac_op *)base, mac);
    memcpy(out, mac, base->size);
    gost_wipe(mac, sizeof mac);
    return CKR_OK;
}

static CK_RV hmac_check(tok_op *base, const CK_BYTE *sig)
{
    uint8_t mac[TOK_HASH_MAX];
    int same;

    hmac_sum((hmac_op *)base, mac);
    same = gost_equal(mac, sig, base->size);
    gost_wipe(mac, sizeof mac);
    return same ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static void hmac_free(tok_op *op)
{
    tok_secret_free(op);
}

static const tok_op_class hmac_sign_class = {
    .update = hmac_update,
    .finish = hmac_finish,
    .state_at = offsetof(hmac_op, inner), /* `outer` is the key's alone */
    .state_len = sizeof(tok_hash),
    .free = hmac_free,
};

static const tok_op_class hmac_verify_class = {
    .update = hmac_update,
    .check = hmac_check,
    .state_at = offsetof(hmac_op, inner),
    .state_len = sizeof(tok_hash),
    .free = hmac_free,
};

/* CKM_…_HMAC has none, CKM_…_HMAC_GENERAL the length of the MAC. */
static CK_RV hmac_length(const tok_mech *m, const CK_MECHANISM *param, const tok_hash_alg *alg,
                         CK_ULONG *size)
{
    *size = alg->size;
    if (m->class != &tok_mech_sha_hmac_general)
        return param->ulParameterLen == 0 ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
    if (param->ulParameterLen != sizeof *size)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(size, param->pParameter, sizeof *size);
    return *size >= 1 && *size <= alg->size ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

/* The two halves of the key's block; pad is in secret memory. */
static void hmac_key(hmac_op *op, const uint8_t *key, size_t len, uint8_t pad[TOK_HASH_BLOCK])
{
    size_t i;

    if (len > op->alg->block) {
        tok_hash_init(op->alg, &op->inner);
        tok_hash_update(op->alg, &op->inner, key, len);
        tok_hash_final(op->alg, &op->inner, pad);
    } else {
        memcpy(pad, key, len);
    }
    for (i = 0; i < op->alg->block; i++)
        pad[i] ^= 0x36;
    tok_hash_init(op->alg, &op->inner);
    tok_hash_update(op->alg, &op->inner, pad, op->alg->block);
    for (i = 0; i < op->alg->block; i++)
        pad[i] ^= 0x36 ^ 0x5C;
    tok_hash_init(op->alg, &op->outer);
    tok_hash_update(op->alg, &op->outer, pad, op->alg->block);
}

static CK_RV hmac_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                        tok_object *key, const tok_op_class *class, tok_op **out)
{
    const tok_hash_alg *alg = tok_hash_find(m->digest);
    uint8_t *pad = NULL;
    void *value = NULL;
    hmac_op *op = NULL;
    CK_ULONG size;
    size_t len;
    CK_RV rv = hmac_length(m, param, alg, &size);

    if (rv == CKR_OK)
        rv = tok_object_secret(s, key, CKA_VALUE, &value, &len);
    if (rv != CKR_OK)
        return rv == CKR_ATTRIBUTE_TYPE_INVALID ? CKR_DEVICE_ERROR : rv;
    op = tok_secret_alloc(sizeof *op);
    pad = tok_secret_alloc(TOK_HASH_BLOCK);
    if (op != NULL && pad != NULL) {
        op->op.class = class;
        op->op.size = size;
        op->alg = alg;
        hmac_key(op, value, len, pad);
        *out = &op->op;
    } else {
        tok_secret_free(op);
        rv = CKR_HOST_MEMORY;
    }
    tok_secret_free(pad);
    tok_secret_free(value);
    return rv;
}

static CK_RV hmac_sign(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                       tok_object *key, tok_op **out)
{
    return hmac_start(m, param, s, key, &hmac_sign_class, out);
}

static CK_RV hmac_verify(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *key, tok_op **out)
{
    return hmac_start(m, param, s, key, &hmac_verify_class, out);
}

const tok_mech_class tok_mech_sha_hmac = {
    .sign = hmac_sign,
    .verify = hmac_verify,
};

const tok_mech_class tok_mech_sha_hmac_general = {
    .sign = hmac_sign,
    .verify = hmac_verify,
};
