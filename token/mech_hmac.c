/* SPDX-License-Identifier: Apache-2.0 */
/* CKM_GOSTR3411_12_256_HMAC and _512_HMAC (RFC 7836, 4.1), under a secret key of any type. */
#include "gost/hmac.h"
#include "gost/mem.h"
#include "token/mech.h"
#include "token/secmem.h"

typedef struct hmac_op {
    tok_op op;
    gost_hmac hmac;
} hmac_op;

static CK_RV hmac_update(tok_op *op, const CK_BYTE *data, CK_ULONG len)
{
    gost_hmac_update(&((hmac_op *)op)->hmac, data, len);
    return CKR_OK;
}

static CK_RV hmac_finish(tok_op *op, CK_BYTE *out)
{
    gost_hmac_final(&((hmac_op *)op)->hmac, out);
    gost_unpoison(out, op->size);
    return CKR_OK;
}

static CK_RV hmac_check(tok_op *op, const CK_BYTE *sig)
{
    CK_BYTE mac[GOST_STREEBOG_MAX];
    int right;

    gost_hmac_final(&((hmac_op *)op)->hmac, mac);
    right = gost_equal(mac, sig, op->size);
    gost_wipe(mac, sizeof mac); /* the right MAC of a forged message is nobody's business */
    gost_unpoison(&right, sizeof right);
    return right ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static void hmac_free(tok_op *op)
{
    tok_secret_free(op);
}

static const tok_op_class sign_class = {
    .update = hmac_update,
    .finish = hmac_finish,
    .state_at = offsetof(hmac_op, hmac),
    .state_len = sizeof(gost_hmac),
    .free = hmac_free,
};

static const tok_op_class verify_class = {
    .update = hmac_update,
    .check = hmac_check,
    .state_at = offsetof(hmac_op, hmac),
    .state_len = sizeof(gost_hmac),
    .free = hmac_free,
};

static CK_RV start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *key,
                   const tok_op_class *class, tok_op **out)
{
    void *value = NULL;
    size_t len = 0;
    hmac_op *op;
    CK_RV rv = tok_mech_hash_param(param, m->digest);

    if (rv == CKR_OK)
        rv = tok_object_secret(s, key, CKA_VALUE, &value, &len);
    if (rv != CKR_OK)
        return rv;
    op = tok_secret_alloc(sizeof *op);
    if (op != NULL) {
        op->op.class = class;
        op->op.size = m->digest / 8;
        gost_hmac_init(&op->hmac, m->digest, value, len);
        *out = &op->op;
    }
    tok_secret_free(value);
    return op != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

static CK_RV sign_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                        tok_object *key, tok_op **op)
{
    return start(m, param, s, key, &sign_class, op);
}

static CK_RV verify_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                          tok_object *key, tok_op **op)
{
    return start(m, param, s, key, &verify_class, op);
}

const tok_mech_class tok_mech_hmac = {
    .sign = sign_start,
    .verify = verify_start,
};
