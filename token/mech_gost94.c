/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_GOSTR3411 and CKM_GOSTR3411_HMAC: GOST R 34.11-94. The parameter is the DER OBJECT IDENTIFIER
 * of a parameter set (CryptoPro's or the test's); none: CryptoPro's.
 */
#include "gost/hash94.h"
#include "gost/mem.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <stdlib.h>

static CK_RV read_sbox(const CK_MECHANISM *param, const gost_sbox **sbox)
{
    *sbox = param->ulParameterLen == 0 ? gost_hash94_cryptopro
                                       : gost_sbox_by_der(param->pParameter, param->ulParameterLen);
    return *sbox == gost_hash94_cryptopro || *sbox == gost_hash94_test
               ? CKR_OK
               : CKR_MECHANISM_PARAM_INVALID;
}

/* ---- the digest ----------------------------------------------------------------------------- */

typedef struct digest_op {
    tok_op op;
    gost_hash94 hash; /* the S-box, then what can be saved */
} digest_op;

static CK_RV digest_update(tok_op *op, const CK_BYTE *data, CK_ULONG len)
{
    gost_hash94_update(&((digest_op *)op)->hash, data, len);
    return CKR_OK;
}

static CK_RV digest_finish(tok_op *op, CK_BYTE *out)
{
    gost_hash94_final(&((digest_op *)op)->hash, out);
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
    .state_at = offsetof(digest_op, hash.h),
    .state_len = sizeof(digest_op) - offsetof(digest_op, hash.h),
    .free = digest_free,
};

static CK_RV digest_start(const tok_mech *m, const CK_MECHANISM *param, tok_op **out)
{
    const gost_sbox *sbox;
    digest_op *op;
    CK_RV rv = read_sbox(param, &sbox);

    (void)m;
    if (rv != CKR_OK)
        return rv;
    op = calloc(1, sizeof *op);
    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->op.class = &digest_class;
    op->op.size = GOST_HASH94_SIZE;
    gost_hash94_init(&op->hash, sbox);
    *out = &op->op;
    return CKR_OK;
}

const tok_mech_class tok_mech_gost94 = {
    .digest = digest_start,
};

/* ---- the HMAC ------------------------------------------------------------------------------- */

typedef struct hmac_op {
    tok_op op;
    gost_hmac94 hmac;
} hmac_op;

static CK_RV hmac_update(tok_op *op, const CK_BYTE *data, CK_ULONG len)
{
    gost_hmac94_update(&((hmac_op *)op)->hmac, data, len);
    return CKR_OK;
}

static CK_RV hmac_finish(tok_op *op, CK_BYTE *out)
{
    gost_hmac94_final(&((hmac_op *)op)->hmac, out);
    return CKR_OK;
}

static CK_RV hmac_check(tok_op *op, const CK_BYTE *sig)
{
    uint8_t mac[GOST_HASH94_SIZE];
    int same;

    gost_hmac94_final(&((hmac_op *)op)->hmac, mac);
    same = gost_equal(mac, sig, sizeof mac);
    gost_unpoison(&same, sizeof same);
    gost_wipe(mac, sizeof mac);
    return same ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static const tok_op_class hmac_class = {
    .update = hmac_update,
    .finish = hmac_finish,
    .check = hmac_check,
    /* of the inner hash; the outer one is the key's alone */
    .state_at = offsetof(hmac_op, hmac.inner.h),
    .state_len = sizeof(gost_hash94) - offsetof(gost_hash94, h),
    .free = tok_op_end,
};

static CK_RV hmac_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                        tok_object *key, tok_op **out)
{
    const gost_sbox *sbox;
    void *value;
    size_t len;
    hmac_op *op;
    CK_RV rv = read_sbox(param, &sbox);

    (void)m;
    if (rv == CKR_OK)
        rv = tok_key_value(s, key, &value, &len);
    if (rv != CKR_OK)
        return rv;
    op = tok_op_new(sizeof *op, &hmac_class);
    if (op != NULL) {
        gost_hmac94_init(&op->hmac, sbox, value, len);
        op->op.size = GOST_HASH94_SIZE;
        *out = &op->op;
    }
    tok_secret_free(value);
    return op != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

const tok_mech_class tok_mech_gost94_hmac = {
    .sign = hmac_start,
    .verify = hmac_start,
};
