/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_KUZNYECHIK_MGM, CKM_MAGMA_MGM (RFC 9058).
 *
 * C_Encrypt and C_Decrypt: the tag follows the ciphertext. The parameter is CK_GCM_PARAMS, with or
 * without ulIvBits (the standard has had both), or the nonce alone: one block, no associated data,
 * a tag of a block. The top bit of a nonce is not used. A decryption keeps everything until it has
 * seen the tag.
 *
 * The functions for messages (PKCS #11 3.0) have CK_GCM_MESSAGE_PARAMS for each message, with a
 * place for the tag, and can make the nonce: random, or a counter after ulIvFixedBits of it.
 */
#include "gost/aead.h"
#include "gost/mem.h"
#include "gost/random.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <stdlib.h>
#include <string.h>

/* CK_GCM_PARAMS as the first 2.40 headers have it. */
typedef struct gcm_params_240 {
    CK_BYTE_PTR pIv;
    CK_ULONG ulIvLen;
    CK_BYTE_PTR pAAD;
    CK_ULONG ulAADLen;
    CK_ULONG ulTagBits;
} gcm_params_240;

typedef struct mgm_op {
    tok_op op;
    gost_aead aead;
    CK_ULONG tag_len;
    uint64_t ad_len, data_len, limit;
    /* decrypting: all that has come, ciphertext and perhaps tag */
    CK_BYTE *kept;
    CK_ULONG kept_len, room;
} mgm_op;

/* RFC 9058, 4.1: data and associated data are less than 2^(n/2) bits. For Kuznyechik this is more
 * than fits in memory, and the library counts in 64 bits. */
static uint64_t limit_of(const gost_block *b)
{
    return b->class->size == 8 ? (uint64_t)1 << 29 : (uint64_t)1 << 60;
}

static int add_data(mgm_op *op, CK_ULONG len)
{
    if (len >= op->limit || op->ad_len + op->data_len + len >= op->limit)
        return 0;
    op->data_len += len;
    return 1;
}

/* ---- encrypting ----------------------------------------------------------------------------- */

static CK_ULONG encrypt_size(const tok_op *base, CK_ULONG len, int last)
{
    const mgm_op *op = (const mgm_op *)base;

    return last && len <= (CK_ULONG)-1 - op->tag_len ? len + op->tag_len : len;
}

static CK_RV encrypt_update(tok_op *base, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                            CK_ULONG *out_len)
{
    mgm_op *op = (mgm_op *)base;

    if (!add_data(op, len))
        return CKR_DATA_LEN_RANGE;
    gost_aead_encrypt(&op->aead, in, out, len);
    *out_len = len;
    return CKR_OK;
}

static CK_RV encrypt_final(tok_op *base, CK_BYTE *out, CK_ULONG *out_len)
{
    mgm_op *op = (mgm_op *)base;
    CK_BYTE tag[GOST_BLOCK_MAX];

    gost_aead_final(&op->aead, tag);
    memcpy(out, tag, op->tag_len);
    gost_wipe(tag, sizeof tag);
    *out_len = op->tag_len;
    return CKR_OK;
}

/* ---- decrypting ----------------------------------------------------------------------------- */

static CK_ULONG decrypt_size(const tok_op *base, CK_ULONG len, int last)
{
    const mgm_op *op = (const mgm_op *)base;
    CK_ULONG all = len <= (CK_ULONG)-1 - op->kept_len ? len + op->kept_len : len;

    return last && all >= op->tag_len ? all - op->tag_len : 0;
}

static CK_RV decrypt_update(tok_op *base, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                            CK_ULONG *out_len)
{
    mgm_op *op = (mgm_op *)base;
    CK_ULONG room;
    CK_BYTE *more;

    (void)out;
    *out_len = 0;
    if (len >= op->limit || op->ad_len + op->kept_len + len >= op->limit + op->tag_len)
        return CKR_ENCRYPTED_DATA_LEN_RANGE;
    if (len > op->room - op->kept_len) {
        room = op->kept_len + len + op->room;
        more = realloc(op->kept, room);
        if (more == NULL)
            return CKR_HOST_MEMORY;
        op->kept = more;
        op->room = room;
    }
    if (len != 0)
        memcpy(op->kept + op->kept_len, in, len);
    op->kept_len += len;
    return CKR_OK;
}

static CK_RV decrypt_final(tok_op *base, CK_BYTE *out, CK_ULONG *out_len)
{
    mgm_op *op = (mgm_op *)base;
    CK_BYTE tag[GOST_BLOCK_MAX];
    CK_ULONG len;
    int right;

    if (op->kept_len < op->tag_len)
        return CKR_ENCRYPTED_DATA_LEN_RANGE;
    len = op->kept_len - op->tag_len;
    if (len != 0)
        gost_aead_decrypt(&op->aead, op->kept, op->kept, len);
    gost_aead_final(&op->aead, tag);
    right = gost_equal(tag, op->kept + len, op->tag_len);
    gost_unpoison(&right, sizeof right);
    gost_wipe(tag, sizeof tag);
    if (right && len != 0)
        memcpy(out, op->kept, len);
    if (len != 0)
        gost_wipe(op->kept, len);
    *out_len = right ? len : 0;
    return right ? CKR_OK : CKR_ENCRYPTED_DATA_INVALID;
}

/* ---- starting ------------------------------------------------------------------------------- */

static void mgm_free(tok_op *base)
{
    mgm_op *op = (mgm_op *)base;

    free(op->kept); /* ciphertext; plaintext is wiped as soon as it has been given out */
    tok_op_end(base);
}

static const tok_op_class encrypt_class = {
    .crypt_size = encrypt_size,
    .crypt_update = encrypt_update,
    .crypt_final = encrypt_final,
    .free = mgm_free,
};

static const tok_op_class decrypt_class = {
    .crypt_size = decrypt_size,
    .crypt_update = decrypt_update,
    .crypt_final = decrypt_final,
    .free = mgm_free,
};

/* What all forms of the parameter say; it points into the caller's. */
typedef struct mgm_params {
    const CK_BYTE *nonce, *ad;
    CK_ULONG ad_len, tag_len;
} mgm_params;

static int tag_ok(CK_ULONG bits, CK_ULONG block)
{
    return bits % 8 == 0 && bits >= 32 && bits <= 8 * block;
}

static CK_RV read_params(const CK_MECHANISM *param, CK_ULONG block, mgm_params *p)
{
    CK_GCM_PARAMS full;
    gcm_params_240 old;

    memset(p, 0, sizeof *p);
    if (param->ulParameterLen == block) {
        p->nonce = param->pParameter;
        p->tag_len = block;
        return CKR_OK;
    }
    if (param->ulParameterLen == sizeof full) {
        memcpy(&full, param->pParameter, sizeof full);
        if (full.ulIvBits != 0 && full.ulIvBits != 8 * full.ulIvLen)
            return CKR_MECHANISM_PARAM_INVALID;
        old = (gcm_params_240){full.pIv, full.ulIvLen, full.pAAD, full.ulAADLen, full.ulTagBits};
    } else if (param->ulParameterLen == sizeof old) {
        memcpy(&old, param->pParameter, sizeof old);
    } else {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    if (old.pIv == NULL || old.ulIvLen != block || (old.pAAD == NULL && old.ulAADLen != 0) ||
        !tag_ok(old.ulTagBits, block))
        return CKR_MECHANISM_PARAM_INVALID;
    p->nonce = old.pIv;
    p->ad = old.pAAD;
    p->ad_len = old.ulAADLen;
    p->tag_len = old.ulTagBits / 8;
    return CKR_OK;
}

static CK_RV mgm_start(const CK_MECHANISM *param, tok_session *s, tok_object *key,
                       const tok_op_class *class, tok_op **out)
{
    gost_block *block;
    mgm_params p;
    mgm_op *op;
    CK_RV rv = read_params(param, tok_key_cipher(key->key_type)->size, &p);

    if (rv != CKR_OK)
        return rv;
    block = tok_secret_alloc(sizeof *block);
    op = tok_op_new(sizeof *op, class);
    rv = block != NULL && op != NULL ? tok_key_block(s, key, block) : CKR_HOST_MEMORY;
    if (rv == CKR_OK) {
        op->limit = limit_of(block);
        op->tag_len = p.tag_len;
        op->ad_len = p.ad_len;
        if (p.ad_len >= op->limit)
            rv = CKR_MECHANISM_PARAM_INVALID;
    }
    if (rv == CKR_OK) {
        gost_aead_init(&op->aead, block, p.nonce);
        if (p.ad_len != 0)
            gost_aead_ad(&op->aead, p.ad, p.ad_len);
        *out = &op->op;
    } else {
        tok_op_end((tok_op *)op);
    }
    tok_secret_free(block);
    return rv;
}

static CK_RV start_encrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                           tok_object *key, tok_op **op)
{
    (void)m;
    return mgm_start(param, s, key, &encrypt_class, op);
}

static CK_RV start_decrypt(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                           tok_object *key, tok_op **op)
{
    (void)m;
    return mgm_start(param, s, key, &decrypt_class, op);
}

/* ---- messages ------------------------------------------------------------------------------- */

typedef struct message_op {
    tok_op op;
    gost_block block;
    gost_aead aead;
    uint64_t counter; /* nonces made so far, CKG_GENERATE_COUNTER */
} message_op;

static CK_ULONG message_size(const tok_op *op, CK_ULONG len, int last)
{
    (void)op;
    (void)last;
    return len;
}

/* Fills in what of the nonce follows the caller's fixed bits. */
static CK_RV make_nonce(message_op *op, const CK_GCM_MESSAGE_PARAMS *p)
{
    CK_ULONG fixed = p->ulIvFixedBits / 8, i, n;
    uint64_t c;

    if (p->ivGenerator == CKG_NO_GENERATE)
        return CKR_OK;
    if (p->ulIvFixedBits % 8 != 0 || fixed > p->ulIvLen)
        return CKR_MECHANISM_PARAM_INVALID;
    n = p->ulIvLen - fixed;
    switch (p->ivGenerator) {
    case CKG_GENERATE:
    case CKG_GENERATE_RANDOM:
        /* with fewer bits messages under one key would soon meet the same nonce */
        if (n < 8)
            return CKR_MECHANISM_PARAM_INVALID;
        return gost_random_system(NULL, p->pIv + fixed, n) ? CKR_OK : CKR_FUNCTION_FAILED;
    case CKG_GENERATE_COUNTER:
        /* the top bit is not used: a counter alone may not reach it */
        c = op->counter;
        if (n == 0 || (n < 8 && c >> (8 * n - (fixed == 0)) != 0))
            return CKR_DATA_LEN_RANGE;
        for (i = 0; i < n; i++) {
            p->pIv[p->ulIvLen - 1 - i] = (CK_BYTE)c;
            c >>= 8;
        }
        op->counter++;
        return CKR_OK;
    default:
        return CKR_MECHANISM_PARAM_INVALID;
    }
}

static CK_RV message_begin(message_op *op, const void *param, CK_ULONG param_len, int make,
                           const CK_BYTE *ad, CK_ULONG ad_len, CK_ULONG len,
                           CK_GCM_MESSAGE_PARAMS *p)
{
    CK_ULONG block = op->block.class->size;
    uint64_t limit = limit_of(&op->block);
    CK_RV rv = CKR_OK;

    if (param == NULL || param_len != sizeof *p)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(p, param, sizeof *p);
    if (p->pIv == NULL || p->ulIvLen != block || p->pTag == NULL || !tag_ok(p->ulTagBits, block))
        return CKR_MECHANISM_PARAM_INVALID;
    if (ad_len >= limit || len >= limit || ad_len + len >= limit)
        return make ? CKR_DATA_LEN_RANGE : CKR_ENCRYPTED_DATA_LEN_RANGE;
    if (make)
        rv = make_nonce(op, p);
    if (rv != CKR_OK)
        return rv;
    gost_aead_init(&op->aead, &op->block, p->pIv);
    if (ad_len != 0)
        gost_aead_ad(&op->aead, ad, ad_len);
    return CKR_OK;
}

static CK_RV encrypt_message(tok_op *base, const void *param, CK_ULONG param_len, const CK_BYTE *ad,
                             CK_ULONG ad_len, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                             CK_ULONG *out_len)
{
    message_op *op = (message_op *)base;
    CK_BYTE tag[GOST_BLOCK_MAX];
    CK_GCM_MESSAGE_PARAMS p;
    CK_RV rv = message_begin(op, param, param_len, 1, ad, ad_len, len, &p);

    if (rv != CKR_OK)
        return rv;
    if (len != 0)
        gost_aead_encrypt(&op->aead, in, out, len);
    gost_aead_final(&op->aead, tag);
    memcpy(p.pTag, tag, p.ulTagBits / 8);
    gost_wipe(tag, sizeof tag);
    *out_len = len;
    return CKR_OK;
}

static CK_RV decrypt_message(tok_op *base, const void *param, CK_ULONG param_len, const CK_BYTE *ad,
                             CK_ULONG ad_len, const CK_BYTE *in, CK_ULONG len, CK_BYTE *out,
                             CK_ULONG *out_len)
{
    message_op *op = (message_op *)base;
    CK_BYTE tag[GOST_BLOCK_MAX], *plain;
    CK_GCM_MESSAGE_PARAMS p;
    int right;
    CK_RV rv = message_begin(op, param, param_len, 0, ad, ad_len, len, &p);

    *out_len = 0;
    if (rv != CKR_OK)
        return rv;
    plain = malloc(len != 0 ? len : 1);
    if (plain == NULL)
        return CKR_HOST_MEMORY;
    if (len != 0)
        gost_aead_decrypt(&op->aead, in, plain, len);
    gost_aead_final(&op->aead, tag);
    right = gost_equal(tag, p.pTag, p.ulTagBits / 8);
    gost_unpoison(&right, sizeof right);
    gost_wipe(tag, sizeof tag);
    if (right && len != 0)
        memcpy(out, plain, len);
    gost_wipe(plain, len);
    free(plain);
    *out_len = right ? len : 0;
    return right ? CKR_OK : CKR_AEAD_DECRYPT_FAILED;
}

static const tok_op_class encrypt_messages = {
    .crypt_size = message_size,
    .message = encrypt_message,
    .free = tok_op_end,
};

static const tok_op_class decrypt_messages = {
    .crypt_size = message_size,
    .message = decrypt_message,
    .free = tok_op_end,
};

/* The mechanism's own parameter says nothing yet: each message has one. */
static CK_RV start_messages(tok_session *s, tok_object *key, const tok_op_class *class,
                            tok_op **out)
{
    message_op *op = tok_op_new(sizeof *op, class);
    CK_RV rv;

    if (op == NULL)
        return CKR_HOST_MEMORY;
    rv = tok_key_block(s, key, &op->block);
    if (rv == CKR_OK)
        *out = &op->op;
    else
        tok_op_end(&op->op);
    return rv;
}

static CK_RV start_encrypt_messages(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                                    tok_object *key, tok_op **op)
{
    (void)m;
    (void)param;
    return start_messages(s, key, &encrypt_messages, op);
}

static CK_RV start_decrypt_messages(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                                    tok_object *key, tok_op **op)
{
    (void)m;
    (void)param;
    return start_messages(s, key, &decrypt_messages, op);
}

const tok_mech_class tok_mech_mgm = {
    .encrypt = start_encrypt,
    .decrypt = start_decrypt,
    .message_encrypt = start_encrypt_messages,
    .message_decrypt = start_decrypt_messages,
};
