/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block ciphers: ECB (whole blocks), CTR-ACPKM, and CKM_GOST28147, which is CFB with the key
 * meshing that the key's parameter set asks for (OpenSSL's "gost89").
 *
 * CTR-ACPKM's parameter is 4 bytes of section length and half a block of initial value. The length
 * is big-endian and in bits; 0: the key never changes. Public sources also show it in bytes or
 * little-endian, but only this is borne out by what programs send to devices: (01 00 00 00) is 2
 * MiB so, and not a multiple of a block the other way. What is no multiple of the block is refused.
 */
#include "gost/mem.h"
#include "gost/modes.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

/* ---- ECB ------------------------------------------------------------------------------------ */

typedef struct ecb_op {
    tok_op op;
    gost_block block;
    int decrypt;
    /* what can be saved */
    CK_BYTE buf[GOST_BLOCK_MAX];
    CK_ULONG have; /* less than a block */
} ecb_op;

static void ecb_run(const ecb_op *op, const CK_BYTE *in, CK_BYTE *out, size_t blocks)
{
    if (op->decrypt)
        gost_block_decrypt(&op->block, in, out, blocks);
    else
        gost_block_encrypt(&op->block, in, out, blocks);
}

static CK_ULONG ecb_size(const tok_op *base, CK_ULONG len, int last)
{
    const ecb_op *op = (const ecb_op *)base;
    CK_ULONG size = op->block.class->size;

    (void)last;
    return len <= (CK_ULONG)-1 - size ? (op->have + len) / size * size : len;
}

static CK_RV ecb_update(tok_op *base, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                        CK_ULONG *out_len)
{
    ecb_op *op = (ecb_op *)base;
    CK_ULONG size = op->block.class->size, n;

    *out_len = 0;
    /* A block that spans calls. Output may stand where the input is: `have` bytes of it that come
     * after this block are read before the block is written. */
    while (op->have != 0 && op->have + len >= size) {
        CK_BYTE whole[GOST_BLOCK_MAX];

        n = size - op->have;
        memcpy(whole, op->buf, op->have);
        memcpy(whole + op->have, in, n);
        in += n;
        len -= n;
        n = len < op->have ? len : op->have;
        memcpy(op->buf, in, n);
        in += n;
        len -= n;
        op->have = n;
        ecb_run(op, whole, out + *out_len, 1);
        *out_len += size;
        gost_wipe(whole, sizeof whole);
    }
    if (op->have == 0 && len >= size) {
        n = len / size;
        ecb_run(op, in, out + *out_len, n);
        *out_len += n * size;
        in += n * size;
        len -= n * size;
    }
    if (len != 0)
        memcpy(op->buf + op->have, in, len);
    op->have += len;
    return CKR_OK;
}

static CK_RV ecb_final(tok_op *base, CK_BYTE *out, CK_ULONG *out_len)
{
    ecb_op *op = (ecb_op *)base;

    (void)out;
    *out_len = 0;
    if (op->have == 0)
        return CKR_OK;
    return op->decrypt ? CKR_ENCRYPTED_DATA_LEN_RANGE : CKR_DATA_LEN_RANGE;
}

static const tok_op_class ecb_class = {
    .crypt_size = ecb_size,
    .crypt_update = ecb_update,
    .crypt_final = ecb_final,
    .state_at = offsetof(ecb_op, buf),
    .state_len = sizeof(ecb_op) - offsetof(ecb_op, buf),
    .free = tok_op_end,
};

static CK_RV ecb_start(const CK_MECHANISM *param, tok_session *s, tok_object *key, int decrypt,
                       tok_op **out)
{
    ecb_op *op;
    CK_RV rv;

    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    op = tok_op_new(sizeof *op, &ecb_class);
    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->decrypt = decrypt;
    rv = tok_key_block(s, key, &op->block);
    if (rv == CKR_OK)
        *out = &op->op;
    else
        tok_op_end((tok_op *)op);
    return rv;
}

static CK_RV ecb_encrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *key, tok_op **op)
{
    (void)m;
    return ecb_start(param, s, key, 0, op);
}

static CK_RV ecb_decrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *key, tok_op **op)
{
    (void)m;
    return ecb_start(param, s, key, 1, op);
}

const tok_mech_class tok_mech_ecb = {
    .encrypt = ecb_encrypt,
    .decrypt = ecb_decrypt,
};

/* ---- streams -------------------------------------------------------------------------------- */

static CK_ULONG stream_size(const tok_op *op, CK_ULONG len, int last)
{
    (void)op;
    (void)last;
    return len;
}

static CK_RV stream_final(tok_op *op, CK_BYTE *out, CK_ULONG *out_len)
{
    (void)op;
    (void)out;
    *out_len = 0;
    return CKR_OK;
}

typedef struct ctr_op {
    tok_op op;
    gost_ctr ctr;
} ctr_op;

static CK_RV ctr_update(tok_op *op, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                        CK_ULONG *out_len)
{
    gost_ctr_crypt(&((ctr_op *)op)->ctr, in, out, len);
    *out_len = len;
    return CKR_OK;
}

/* What can be saved begins with the expanded key, which ACPKM changes: it stands at the end of the
 * block, after its pointers. (A saved state is sealed: api_state.c.) */
#define FROM_KEY(op, stream)                                                                       \
    .state_at = offsetof(op, stream.block.ks),                                                     \
    .state_len = sizeof(op) - offsetof(op, stream.block.ks)

static const tok_op_class ctr_class = {
    .crypt_size = stream_size,
    .crypt_update = ctr_update,
    .crypt_final = stream_final,
    FROM_KEY(ctr_op, ctr),
    .free = tok_op_end,
};

static CK_RV ctr_start(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                       tok_object *key, tok_op **out)
{
    const CK_BYTE *p = param->pParameter;
    uint32_t bits;
    gost_block *block;
    ctr_op *op;
    CK_RV rv;

    (void)m;
    if (param->ulParameterLen != 4 + tok_key_cipher(key->key_type)->size / 2)
        return CKR_MECHANISM_PARAM_INVALID;
    bits = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    if (bits % (8 * tok_key_cipher(key->key_type)->size) != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    block = tok_secret_alloc(sizeof *block);
    op = tok_op_new(sizeof *op, &ctr_class);
    rv = block != NULL && op != NULL ? tok_key_block(s, key, block) : CKR_HOST_MEMORY;
    if (rv == CKR_OK) {
        gost_ctr_init(&op->ctr, block, p + 4, bits / 8);
        *out = &op->op;
    } else {
        tok_op_end((tok_op *)op);
    }
    tok_secret_free(block);
    return rv;
}

const tok_mech_class tok_mech_ctr_acpkm = {
    .encrypt = ctr_start,
    .decrypt = ctr_start,
};

/* ---- CKM_GOST28147 -------------------------------------------------------------------------- */

typedef struct cfb_op {
    tok_op op;
    gost_28147_stream stream;
} cfb_op;

static CK_RV cfb_encrypt_update(tok_op *op, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                                CK_ULONG *out_len)
{
    gost_28147_cfb_encrypt(&((cfb_op *)op)->stream, in, out, len);
    *out_len = len;
    return CKR_OK;
}

static CK_RV cfb_decrypt_update(tok_op *op, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                                CK_ULONG *out_len)
{
    gost_28147_cfb_decrypt(&((cfb_op *)op)->stream, in, out, len);
    *out_len = len;
    return CKR_OK;
}

static const tok_op_class cfb_encrypt_class = {
    .crypt_size = stream_size,
    .crypt_update = cfb_encrypt_update,
    .crypt_final = stream_final,
    FROM_KEY(cfb_op, stream),
    .free = tok_op_end,
};

static const tok_op_class cfb_decrypt_class = {
    .crypt_size = stream_size,
    .crypt_update = cfb_decrypt_update,
    .crypt_final = stream_final,
    FROM_KEY(cfb_op, stream),
    .free = tok_op_end,
};

static CK_RV cfb_start(const CK_MECHANISM *param, tok_session *s, tok_object *key,
                       const tok_op_class *class, tok_op **out)
{
    static const CK_BYTE zeros[8];
    const gost_sbox *sbox = tok_key_sbox(key->attrs);
    void *value;
    cfb_op *op;
    CK_RV rv;

    if (param->ulParameterLen != 0 && param->ulParameterLen != sizeof zeros)
        return CKR_MECHANISM_PARAM_INVALID;
    if (sbox == NULL)
        return CKR_DEVICE_ERROR;
    rv = tok_key_value_of(s, key, GOST_BLOCK_KEY, &value);
    if (rv != CKR_OK)
        return rv;
    op = tok_op_new(sizeof *op, class);
    if (op != NULL) {
        gost_28147_cfb_init(&op->stream, sbox, sbox->meshing, value,
                            param->ulParameterLen != 0 ? param->pParameter : zeros);
        *out = &op->op;
    }
    tok_secret_free(value);
    return op != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

static CK_RV cfb_encrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *key, tok_op **op)
{
    (void)m;
    return cfb_start(param, s, key, &cfb_encrypt_class, op);
}

static CK_RV cfb_decrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                         tok_object *key, tok_op **op)
{
    (void)m;
    return cfb_start(param, s, key, &cfb_decrypt_class, op);
}

const tok_mech_class tok_mech_28147_cfb = {
    .encrypt = cfb_encrypt,
    .decrypt = cfb_decrypt,
};
