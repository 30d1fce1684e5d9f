/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MACs of block ciphers. CKM_KUZNYECHIK_MAC and CKM_MAGMA_MAC: OMAC of a whole block, or of as many
 * bytes as the parameter says, if there is one (CK_MAC_GENERAL_PARAMS). CKM_GOST28147_MAC: 4 bytes;
 * the parameter, if there is one, is the initial value of 8 bytes.
 */
#include "gost/mem.h"
#include "gost/omac.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

typedef struct mac_op {
    tok_op op;
    union {
        gost_omac omac;
        gost_28147_mac imit;
    } u; /* both: the block's pointers, then what can be saved, which begins with the expanded key
          */
} mac_op;

static CK_RV omac_update(tok_op *op, const CK_BYTE *data, CK_ULONG len)
{
    gost_omac_update(&((mac_op *)op)->u.omac, data, len);
    return CKR_OK;
}

static CK_RV omac_finish(tok_op *op, CK_BYTE *out)
{
    gost_omac_final(&((mac_op *)op)->u.omac, out, op->size);
    return CKR_OK;
}

static CK_RV imit_update(tok_op *op, const CK_BYTE *data, CK_ULONG len)
{
    gost_28147_mac_update(&((mac_op *)op)->u.imit, data, len);
    return CKR_OK;
}

static CK_RV imit_finish(tok_op *op, CK_BYTE *out)
{
    gost_28147_mac_final(&((mac_op *)op)->u.imit, out);
    return CKR_OK;
}

static CK_RV compare(tok_op *op, const CK_BYTE *sig, CK_RV (*finish)(tok_op *op, CK_BYTE *out))
{
    CK_BYTE mac[GOST_BLOCK_MAX];
    CK_RV rv = finish(op, mac);
    int same;

    if (rv != CKR_OK)
        return rv;
    same = gost_equal(mac, sig, op->size);
    gost_unpoison(&same, sizeof same);
    gost_wipe(mac, sizeof mac);
    return same ? CKR_OK : CKR_SIGNATURE_INVALID;
}

static CK_RV omac_check(tok_op *op, const CK_BYTE *sig)
{
    return compare(op, sig, omac_finish);
}

static CK_RV imit_check(tok_op *op, const CK_BYTE *sig)
{
    return compare(op, sig, imit_finish);
}

#define STATE                                                                                      \
    .state_at = offsetof(mac_op, u.omac.block.ks),                                                 \
    .state_len = sizeof(mac_op) - offsetof(mac_op, u.omac.block.ks)

static const tok_op_class omac_class = {
    .update = omac_update,
    .finish = omac_finish,
    .check = omac_check,
    STATE,
    .free = tok_op_end,
};

static const tok_op_class imit_class = {
    .update = imit_update,
    .finish = imit_finish,
    .check = imit_check,
    STATE,
    .free = tok_op_end,
};

static CK_RV omac_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                        tok_object *key, tok_op **out)
{
    CK_ULONG size = tok_key_cipher(key->key_type)->size, given = size;
    gost_block *block;
    mac_op *op;
    CK_RV rv;

    (void)m;
    if (param->ulParameterLen == sizeof given)
        memcpy(&given, param->pParameter, sizeof given);
    else if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    if (given < 1 || given > size)
        return CKR_MECHANISM_PARAM_INVALID;
    block = tok_secret_alloc(sizeof *block);
    op = tok_op_new(sizeof *op, &omac_class);
    rv = block != NULL && op != NULL ? tok_key_block(s, key, block) : CKR_HOST_MEMORY;
    if (rv == CKR_OK) {
        gost_omac_init(&op->u.omac, block);
        op->op.size = given;
        *out = &op->op;
    } else {
        tok_op_end((tok_op *)op);
    }
    tok_secret_free(block);
    return rv;
}

static CK_RV imit_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                        tok_object *key, tok_op **out)
{
    const gost_sbox *sbox = tok_key_sbox(key->attrs);
    void *value;
    mac_op *op;
    CK_RV rv;

    (void)m;
    if (param->ulParameterLen != 0 && param->ulParameterLen != 8)
        return CKR_MECHANISM_PARAM_INVALID;
    if (sbox == NULL)
        return CKR_DEVICE_ERROR;
    rv = tok_key_value_of(s, key, GOST_BLOCK_KEY, &value);
    if (rv != CKR_OK)
        return rv;
    op = tok_op_new(sizeof *op, &imit_class);
    if (op != NULL) {
        gost_28147_mac_init(&op->u.imit, sbox, sbox->meshing, value,
                            param->ulParameterLen != 0 ? param->pParameter : NULL);
        op->op.size = 4;
        *out = &op->op;
    }
    tok_secret_free(value);
    return op != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

const tok_mech_class tok_mech_omac = {
    .sign = omac_start,
    .verify = omac_start,
};

const tok_mech_class tok_mech_28147_mac = {
    .sign = imit_start,
    .verify = imit_start,
};
