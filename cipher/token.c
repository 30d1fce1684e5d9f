/* SPDX-License-Identifier: Apache-2.0 */
#include "cipher/token.h"

#include <string.h>

#include "gost/mem.h"

struct gt_token_cipher {
    gt_skey *key;
    gt_stream *direct; /* the token does the mode */
    gt_stream *ecb[2]; /* the token does the blocks: encrypting, decrypting */
    int begun, composed, ended;
    int lost;   /* a part of the message was not done: it ended so */
    int failed; /* in a block; then err says how */
    gt_error err;
    uint8_t *ad; /* associated data, until the token is asked */
    size_t ad_len, ad_room;
};

/* ---- blocks of the token, for the modes of gost/ ----------------------------------------------
 */

/* A gost_block's key is, for these, the pointer to the token's cipher. */
static void put_self(gost_block *block, const gt_token_cipher *t)
{
    memcpy(&block->ks, &t, sizeof(t));
}

static void blocks(const gost_block *block, int decrypt, const uint8_t *in, uint8_t *out,
                   size_t count)
{
    size_t len = count * block->class->size;
    gt_token_cipher *t;
    gt_stream *s;

    memcpy(&t, &block->ks, sizeof(t));
    s = t->ecb[decrypt];
    if (!t->failed && s == NULL && (s = t->ecb[decrypt] = gt_stream_new(t->key->object)) == NULL) {
        gt_fail(&t->err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
        t->failed = 1;
    }
    if (!t->failed && !gt_stream_is_open(s)) {
        const CK_MECHANISM ecb = {.mechanism = t->key->alg->ecb};

        t->failed =
            !gt_stream_begin(s, decrypt ? GT_STREAM_DECRYPT : GT_STREAM_ENCRYPT, &ecb, &t->err);
    }
    if (!t->failed)
        t->failed = !gt_stream_update(s, in, len, out, &t->err);
    /* Nothing of a failed message is given out: this is for the callers' comfort. */
    if (t->failed)
        memset(out, 0, len);
}

static void encrypt_blocks(const gost_block *block, const uint8_t *in, uint8_t *out, size_t count)
{
    blocks(block, 0, in, out, count);
}

static void decrypt_blocks(const gost_block *block, const uint8_t *in, uint8_t *out, size_t count)
{
    blocks(block, 1, in, out, count);
}

static const gost_block_class class_8 = {"token", 8, NULL, encrypt_blocks, decrypt_blocks};
static const gost_block_class class_16 = {"token", 16, NULL, encrypt_blocks, decrypt_blocks};

/* All modes have the block first, so that a copy can be told whose it is. */
_Static_assert(offsetof(gost_feedback, block) == 0 && offsetof(gost_28147_stream, block) == 0 &&
                   offsetof(gost_ctr, block) == 0 && offsetof(gost_aead, block) == 0,
               "the block comes first");

static void compose(gt_native_cipher *n)
{
    gost_block block = {.class = n->c.alg->class->size == 8 ? &class_8 : &class_16};
    const gt_cipher_mode *mode = n->c.alg->mode;
    gt_cipher *c = &n->c;

    put_self(&block, n->token);
    n->token->composed = 1;
    if (mode == &gt_mode_mgm) {
        gost_aead_init(&c->u.aead, &block, c->iv);
        gost_aead_ad(&c->u.aead, n->token->ad, n->token->ad_len);
    } else if (mode == &gt_mode_ctr) {
        gost_ctr_init(&c->u.ctr, &block, c->iv, 0);
    } else if (mode == &gt_mode_89_cfb || mode == &gt_mode_89_cnt) {
        memset(&c->u.stream, 0, sizeof(c->u.stream));
        c->u.stream.block = block;
        memcpy(c->u.stream.iv, c->iv, sizeof(c->u.stream.iv));
        c->u.stream.used = sizeof(c->u.stream.iv);
    } else {
        gost_feedback_init(&c->u.feedback, &block, c->iv, c->alg->iv_size);
    }
}

/* ---- modes of the token ------------------------------------------------------------------------
 */

/* What a mechanism's parameter points to. */
typedef struct mech_param {
    CK_BYTE ctr[4 + GOST_BLOCK_MAX / 2];
    CK_GCM_PARAMS gcm;
} mech_param;

/*
 * The token's mechanism for the whole mode; 0: it has none, and the mode is to be put together. The
 * section of CTR-ACPKM is in bits, big-endian: token/mech_block_cipher.c says why.
 */
static int whole_mode(const gt_native_cipher *n, CK_MECHANISM *m, mech_param *param)
{
    const gt_skey_alg *alg = n->token->key->alg;
    const gt_cipher *c = &n->c;
    uint64_t bits = c->section * 8;

    memset(m, 0, sizeof(*m));
    if (c->alg->mode == &gt_mode_ecb) {
        m->mechanism = alg->ecb;
    } else if (c->alg->mode == &gt_mode_ctr) {
        for (int i = 0; i < 4; i++)
            param->ctr[i] = (CK_BYTE)(bits >> (24 - 8 * i));
        memcpy(param->ctr + 4, c->iv, c->alg->iv_size);
        *m = (CK_MECHANISM){alg->ctr, param->ctr, 4 + c->alg->iv_size};
    } else if (c->alg->mode == &gt_mode_mgm && c->encrypt) {
        memset(&param->gcm, 0, sizeof(param->gcm));
        param->gcm.pIv = (CK_BYTE *)c->iv;
        param->gcm.ulIvLen = c->alg->iv_size;
        param->gcm.ulIvBits = 8 * c->alg->iv_size;
        param->gcm.pAAD = n->token->ad;
        param->gcm.ulAADLen = n->token->ad_len;
        param->gcm.ulTagBits = 8 * c->alg->class->size;
        *m = (CK_MECHANISM){alg->mgm, &param->gcm, sizeof(param->gcm)};
    } else if (c->alg->mode == &gt_mode_89_cfb && c->meshing) {
        *m = (CK_MECHANISM){CKM_GOST28147, (void *)c->iv, c->alg->iv_size};
    } else {
        return 0;
    }
    return 1;
}

/* What cannot be had with this key. */
static int check(const gt_native_cipher *n)
{
    const gost_sbox *sbox = n->token->key->sbox;
    const gt_cipher *c = &n->c;

    if (c->alg->sbox != NULL && c->sbox != sbox)
        return gt_raise(n->core, GT_R_PARAMETER,
                        "the key has the S-box %s and the cipher %s: set paramset", sbox->name,
                        c->sbox->name);
    if (c->alg->mode == &gt_mode_89_cnt && c->meshing)
        return gt_raise(n->core, GT_R_NOT_SUPPORTED,
                        "%s with key meshing: the token has no such mechanism; set key-mesh to 0 "
                        "on both sides, or use gost89",
                        c->alg->name);
    if (c->alg->mode == &gt_mode_89_cfb && c->meshing && !sbox->meshing)
        return gt_raise(n->core, GT_R_NOT_SUPPORTED,
                        "key meshing with the S-box %s, which has none: set key-mesh to 0",
                        sbox->name);
    if (c->section > UINT32_MAX / 8)
        return gt_raise(n->core, GT_R_PARAMETER, "a section of %llu bytes is too long for a token",
                        (unsigned long long)c->section);
    return 1;
}

static int begin(gt_native_cipher *n)
{
    gt_stream_kind kind = n->c.encrypt ? GT_STREAM_ENCRYPT : GT_STREAM_DECRYPT;
    gt_token_cipher *t = n->token;
    gt_error err = {.reason = GT_OK};
    mech_param param;
    CK_MECHANISM m;

    if (t->ended)
        return gt_raise(n->core, GT_R_ORDER, "the message has ended: begin another one");
    if (t->begun)
        return 1;
    if (!check(n))
        return 0;
    t->composed = t->failed = 0;
    if (!whole_mode(n, &m, &param)) {
        compose(n);
    } else {
        if (t->direct == NULL && (t->direct = gt_stream_new(t->key->object)) == NULL)
            return gt_raise(n->core, GT_R_NO_MEMORY, "no memory for a message");
        if (!gt_stream_begin(t->direct, kind, &m, &err)) {
            /* Plain CTR needs nothing but blocks. */
            if (n->c.alg->mode != &gt_mode_ctr || n->c.section != 0 ||
                !gt_error_is_unsupported(&err))
                return gt_raise_error(n->core, &err);
            compose(n);
        }
    }
    t->begun = 1;
    return 1;
}

/* ---- the key -----------------------------------------------------------------------------------
 */

void gt_token_cipher_drop(gt_native_cipher *n)
{
    gt_token_cipher *t = n->token;

    if (t == NULL)
        return;
    n->token = NULL;
    gt_stream_free(t->direct);
    gt_stream_free(t->ecb[0]);
    gt_stream_free(t->ecb[1]);
    gt_skey_free(t->key);
    OPENSSL_clear_free(t->ad, t->ad_room);
    OPENSSL_free(t);
    gost_wipe(&n->c.u, sizeof(n->c.u));
}

int gt_token_cipher_set(gt_native_cipher *n, gt_skey *key)
{
    const gt_skey_alg *alg = gt_skey_alg_by_class(n->c.alg->class);
    gt_token_cipher *t;

    if (key->alg != alg)
        return gt_raise(n->core, GT_R_KEY_TYPE, "%s takes a %s key and not a %s key",
                        n->c.alg->name, alg->name, key->alg->name);
    if (n->c.started || n->have > 0 || n->ad_len > 0)
        return gt_raise(n->core, GT_R_ORDER, "a key comes before the first byte");
    if (key->object == NULL) {
        gt_token_cipher_drop(n);
        return gt_cipher_start(&n->c, key->bytes, NULL, n->c.encrypt) ||
               gt_raise(n->core, GT_R_INTERNAL, "no random bytes");
    }
    t = OPENSSL_zalloc(sizeof(*t));
    if (t == NULL)
        return gt_raise(n->core, GT_R_NO_MEMORY, "no memory for a key");
    t->key = gt_skey_ref(key);
    gt_token_cipher_drop(n);
    gost_wipe(n->c.key, sizeof(n->c.key));
    gost_wipe(&n->c.u, sizeof(n->c.u));
    n->c.keyed = 0;
    n->token = t;
    return 1;
}

void gt_token_cipher_restart(gt_native_cipher *n)
{
    gt_token_cipher *t = n->token;

    t->begun = t->ended = t->lost = t->failed = 0;
    OPENSSL_cleanse(t->ad, t->ad_len);
    t->ad_len = 0;
    n->c.started = 0;
}

int gt_token_cipher_copy(gt_native_cipher *n)
{
    gt_token_cipher *from = n->token, *t = OPENSSL_memdup(from, sizeof(*from));

    n->token = NULL;
    if (t == NULL)
        return gt_raise(n->core, GT_R_NO_MEMORY, "no memory for a copy");
    gt_skey_ref(t->key);
    /* Blocks have no state: the copy gets streams of its own when it needs them. */
    t->direct = t->ecb[0] = t->ecb[1] = NULL;
    t->ad = NULL;
    n->token = t;
    if (from->ad_len > 0 && (t->ad = OPENSSL_memdup(from->ad, from->ad_room)) == NULL) {
        gt_token_cipher_drop(n);
        return gt_raise(n->core, GT_R_NO_MEMORY, "no memory for a copy");
    }
    if (t->ad == NULL)
        t->ad_room = 0;
    if (t->begun && !t->ended && t->composed)
        put_self(&n->c.u.block, t);
    if (t->begun && !t->ended && !t->composed &&
        (t->direct = gt_stream_copy(from->direct, &t->err)) == NULL) {
        gt_raise_error(n->core, &t->err);
        gt_token_cipher_drop(n);
        return 0;
    }
    return 1;
}

/* ---- a message ---------------------------------------------------------------------------------
 */

/* The message has failed with *err. */
static int fail(gt_native_cipher *n, const gt_error *err)
{
    n->token->ended = n->token->lost = 1;
    return gt_raise_error(n->core, err);
}

int gt_token_cipher_crypt(gt_native_cipher *n, const uint8_t *in, uint8_t *out, size_t len)
{
    gt_token_cipher *t = n->token;

    /* What follows would not be what comes after this part. */
    if (!begin(n)) {
        t->ended = t->lost = 1;
        return 0;
    }
    n->c.started = 1;
    if (!t->composed) {
        if (gt_stream_update(t->direct, in, len, out, &t->err))
            return 1;
    } else {
        n->c.alg->mode->crypt(&n->c, in, out, len);
        if (!t->failed)
            return 1;
    }
    gost_wipe(out, len);
    return fail(n, &t->err);
}

int gt_token_cipher_ad(gt_native_cipher *n, const uint8_t *ad, size_t len)
{
    gt_token_cipher *t = n->token;

    if (t->ended)
        return begin(n);
    if (!n->c.encrypt) {
        if (!begin(n))
            return 0;
        gost_aead_ad(&n->c.u.aead, ad, len);
        return !t->failed || fail(n, &t->err);
    }
    if (len > t->ad_room - t->ad_len) {
        size_t room = t->ad_len + len + 256;
        uint8_t *more = OPENSSL_clear_realloc(t->ad, t->ad_room, room);

        if (more == NULL)
            return gt_raise(n->core, GT_R_NO_MEMORY, "no memory for associated data");
        t->ad = more;
        t->ad_room = room;
    }
    if (len > 0)
        memcpy(t->ad + t->ad_len, ad, len);
    t->ad_len += len;
    return 1;
}

int gt_token_cipher_tag(gt_native_cipher *n, uint8_t tag[GOST_BLOCK_MAX])
{
    gt_token_cipher *t = n->token;
    size_t len = GOST_BLOCK_MAX, size = n->c.alg->class->size;

    if (!begin(n))
        return 0;
    if (t->composed) {
        gost_aead_final(&n->c.u.aead, tag);
        t->ended = 1;
        return !t->failed || gt_raise_error(n->core, &t->err);
    }
    if (!gt_stream_final(t->direct, tag, &len, &t->err))
        return fail(n, &t->err);
    t->ended = 1;
    return len == size || gt_raise(n->core, GT_R_TOKEN_ERROR,
                                   "the token made a tag of %zu bytes and not %zu", len, size);
}

int gt_token_cipher_end(gt_native_cipher *n)
{
    gt_token_cipher *t = n->token;
    uint8_t rest[2 * GOST_BLOCK_MAX];
    size_t len = sizeof(rest);

    /* For programs that look at the last result only. */
    if (t->lost)
        return gt_raise(n->core, GT_R_ORDER, "the message has failed: begin another one");
    if (t->begun && !t->ended && !t->composed) {
        if (!gt_stream_final(t->direct, rest, &len, &t->err))
            return fail(n, &t->err);
        if (len != 0)
            return gt_raise(n->core, GT_R_TOKEN_ERROR, "the token held %zu bytes back", len);
    }
    t->ended = 1;
    return 1;
}

const uint8_t *gt_token_cipher_next_iv(const gt_native_cipher *n)
{
    const gt_token_cipher *t = n->token;
    const gt_cipher *c = &n->c;

    /* Of CTR and MGM it is the one given. */
    if (!t->begun || c->alg->mode == &gt_mode_ctr || c->alg->mode == &gt_mode_mgm)
        return c->iv;
    if (t->composed)
        return c->alg->mode->next_iv(c);
    return c->alg->iv_size == 0 ? c->iv : NULL;
}
