/* SPDX-License-Identifier: Apache-2.0 */
/* The modes of gost/ under one face: see cipher/context.h. */
#include "cipher/context.h"

#include "gost/mem.h"

static void expand(const gt_cipher *c, gost_block *block, const uint8_t *key)
{
    gost_block_init(block, c->alg->class, c->sbox, key);
}

/* ---- ECB ------------------------------------------------------------------------------------- */

static void ecb_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv)
{
    (void)iv;
    expand(c, &c->u.block, key);
}

static void ecb_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    size_t blocks = len / c->alg->class->size;

    if (c->encrypt)
        gost_block_encrypt(&c->u.block, in, out, blocks);
    else
        gost_block_decrypt(&c->u.block, in, out, blocks);
}

static const uint8_t *first_iv(const gt_cipher *c)
{
    return c->iv;
}

const gt_cipher_mode gt_mode_ecb = {ecb_start, ecb_crypt, first_iv};

/* ---- CBC, CFB, OFB --------------------------------------------------------------------------- */

static void feedback_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv)
{
    gost_block block;

    expand(c, &block, key);
    gost_feedback_init(&c->u.feedback, &block, iv, c->alg->iv_size);
    gost_wipe(&block, sizeof(block));
}

static const uint8_t *feedback_iv(const gt_cipher *c)
{
    return c->u.feedback.reg;
}

static void cbc_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    size_t blocks = len / c->alg->class->size;

    if (c->encrypt)
        gost_cbc_encrypt(&c->u.feedback, in, out, blocks);
    else
        gost_cbc_decrypt(&c->u.feedback, in, out, blocks);
}

static void cfb_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    if (c->encrypt)
        gost_cfb_encrypt(&c->u.feedback, in, out, len);
    else
        gost_cfb_decrypt(&c->u.feedback, in, out, len);
}

static void ofb_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_ofb_crypt(&c->u.feedback, in, out, len);
}

const gt_cipher_mode gt_mode_cbc = {feedback_start, cbc_crypt, feedback_iv};
const gt_cipher_mode gt_mode_cfb = {feedback_start, cfb_crypt, feedback_iv};
const gt_cipher_mode gt_mode_ofb = {feedback_start, ofb_crypt, feedback_iv};

/* ---- CTR, CTR-ACPKM -------------------------------------------------------------------------- */

static void ctr_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv)
{
    gost_block block;

    expand(c, &block, key);
    gost_ctr_init(&c->u.ctr, &block, iv, c->section);
    gost_wipe(&block, sizeof(block));
}

static void ctr_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_ctr_crypt(&c->u.ctr, in, out, len);
}

static const uint8_t *ctr_iv(const gt_cipher *c)
{
    return c->u.ctr.counter;
}

const gt_cipher_mode gt_mode_ctr = {ctr_start, ctr_crypt, ctr_iv};

/* ---- MGM ------------------------------------------------------------------------------------- */

static void mgm_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv)
{
    gost_block block;

    expand(c, &block, key);
    gost_aead_init(&c->u.aead, &block, iv);
    gost_wipe(&block, sizeof(block));
}

static void mgm_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    if (c->encrypt)
        gost_aead_encrypt(&c->u.aead, in, out, len);
    else
        gost_aead_decrypt(&c->u.aead, in, out, len);
}

const gt_cipher_mode gt_mode_mgm = {mgm_start, mgm_crypt, first_iv};

/* ---- GOST 28147-89, RFC 5830 ----------------------------------------------------------------- */

static void cfb_89_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv)
{
    gost_28147_cfb_init(&c->u.stream, c->sbox, c->meshing, key, iv);
}

static void cfb_89_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    if (c->encrypt)
        gost_28147_cfb_encrypt(&c->u.stream, in, out, len);
    else
        gost_28147_cfb_decrypt(&c->u.stream, in, out, len);
}

static void cnt_start(gt_cipher *c, const uint8_t *key, const uint8_t *iv)
{
    gost_28147_cnt_init(&c->u.stream, c->sbox, c->meshing, key, iv);
}

static void cnt_crypt(gt_cipher *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_28147_cnt(&c->u.stream, in, out, len);
}

static const uint8_t *stream_iv(const gt_cipher *c)
{
    return c->u.stream.iv;
}

const gt_cipher_mode gt_mode_89_cfb = {cfb_89_start, cfb_89_crypt, stream_iv};
const gt_cipher_mode gt_mode_89_cnt = {cnt_start, cnt_crypt, stream_iv};
