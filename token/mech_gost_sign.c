/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_GOSTR3410, CKM_GOSTR3410_512 and their forms with Streebog and GOST R 34.11-94: signing and
 * verifying. The raw forms take a digest of 32 or 64 bytes, in one part or several.
 */
#include "gost/gostr3410.h"
#include "gost/hash94.h"
#include "gost/mem.h"
#include "gost/streebog.h"
#include "token/gostkey.h"
#include "token/mech.h"

#include <stdlib.h>
#include <string.h>

typedef struct gost_op {
    tok_op op;
    const gost_paramset *ps;
    unsigned hashing;   /* 256, 512: `hash`; TOK_DIGEST_94: `hash94`; 0: none */
    gost_hash94 hash94; /* the S-box, then what can be saved, up to `key` */
    gost_streebog hash;
    CK_BYTE digest[GOST_STREEBOG_MAX]; /* raw: what has come so far */
    CK_ULONG have;
    tok_key *key;                   /* signing */
    CK_BYTE pub[GOST_3410_MAX_PUB]; /* verifying */
} gost_op;

static CK_RV gost_update(tok_op *base, const CK_BYTE *data, CK_ULONG len)
{
    gost_op *op = (gost_op *)base;

    if (op->hashing == TOK_DIGEST_94) {
        gost_hash94_update(&op->hash94, data, len);
        return CKR_OK;
    }
    if (op->hashing) {
        gost_streebog_update(&op->hash, data, len);
        return CKR_OK;
    }
    if (len > op->ps->bits / 8 - op->have)
        return CKR_DATA_LEN_RANGE;
    if (len != 0)
        memcpy(op->digest + op->have, data, len);
    op->have += len;
    return CKR_OK;
}

static CK_RV gost_digest(gost_op *op)
{
    if (op->hashing == TOK_DIGEST_94)
        gost_hash94_final(&op->hash94, op->digest);
    else if (op->hashing)
        gost_streebog_final(&op->hash, op->digest);
    else if (op->have != op->ps->bits / 8)
        return CKR_DATA_LEN_RANGE;
    return CKR_OK;
}

static CK_RV gost_finish(tok_op *base, CK_BYTE *out)
{
    gost_op *op = (gost_op *)base;
    CK_RV rv = gost_digest(op);

    if (rv != CKR_OK)
        return rv;
    if (!gost_3410_sign(&op->key->gost, op->digest, out, gost_random_system, NULL))
        return CKR_FUNCTION_FAILED;
    gost_unpoison(out, op->op.size);
    return CKR_OK;
}

static CK_RV gost_check(tok_op *base, const CK_BYTE *sig)
{
    gost_op *op = (gost_op *)base;
    CK_RV rv = gost_digest(op);

    if (rv != CKR_OK)
        return rv;
    return gost_3410_verify(op->ps, op->pub, op->digest, sig) ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static void gost_free(tok_op *base)
{
    gost_op *op = (gost_op *)base;

    tok_key_free(op->key);
    gost_wipe(op, sizeof *op);
    free(op);
}

#define STATE_AT  offsetof(gost_op, hash94.h)
#define STATE_LEN (offsetof(gost_op, key) - STATE_AT)

static const tok_op_class sign_class = {
    .update = gost_update,
    .finish = gost_finish,
    .state_at = STATE_AT,
    .state_len = STATE_LEN,
    .free = gost_free,
};

static const tok_op_class verify_class = {
    .update = gost_update,
    .check = gost_check,
    .state_at = STATE_AT,
    .state_len = STATE_LEN,
    .free = gost_free,
};

static CK_RV start(const tok_mech *m, const CK_MECHANISM *param, const tok_op_class *class,
                   const gost_paramset *ps, gost_op **out)
{
    gost_op *op;
    unsigned bits = m->key_type == CKK_GOSTR3410_512 ? 512 : 256;
    CK_RV rv = tok_mech_hash_param(param, m->digest == TOK_DIGEST_94 ? 0 : bits);

    if (rv != CKR_OK)
        return rv;
    op = calloc(1, sizeof *op);
    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->op.class = class;
    op->op.size = ps->bits / 4;
    op->ps = ps;
    op->hashing = m->digest;
    if (m->digest == TOK_DIGEST_94)
        gost_hash94_init(&op->hash94, gost_hash94_cryptopro);
    else if (m->digest != 0)
        gost_streebog_init(&op->hash, m->digest);
    *out = op;
    return CKR_OK;
}

static CK_RV sign_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                        tok_object *key, tok_op **out)
{
    tok_key *prepared;
    gost_op *op;
    CK_RV rv = tok_object_key(s, key, &prepared);

    if (rv != CKR_OK)
        return rv;
    rv = start(m, param, &sign_class, prepared->gost.ps, &op);
    if (rv != CKR_OK) {
        tok_key_free(prepared);
        return rv;
    }
    op->key = prepared;
    *out = &op->op;
    return CKR_OK;
}

static CK_RV verify_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                          tok_object *key, tok_op **out)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(key->attrs, CKA_VALUE);
    const tok_gost_hash *hash;
    const gost_paramset *ps;
    gost_op *op;
    CK_RV rv = tok_gost_params(key->attrs, &ps, &hash);

    (void)s;
    if (rv != CKR_OK || value == NULL || value->ulValueLen != ps->bits / 4)
        return CKR_DEVICE_ERROR; /* the object was checked when it was made */
    rv = start(m, param, &verify_class, ps, &op);
    if (rv != CKR_OK)
        return rv;
    memcpy(op->pub, value->pValue, value->ulValueLen);
    *out = &op->op;
    return CKR_OK;
}

const tok_mech_class tok_mech_gost_sign = {
    .sign = sign_start,
    .verify = verify_start,
};
