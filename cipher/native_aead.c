/* SPDX-License-Identifier: Apache-2.0 */
/* MGM (RFC 9058) as an AEAD of OSSL_OP_CIPHER. */
#include "cipher/native.h"

#include "cipher/token.h"
#include "gost/mem.h"

void gt_aead_restart(gt_native_cipher *n, int nonce)
{
    /* Under one nonce only one message. */
    if (nonce)
        n->nonce = 1;
    else if (n->ad_len != 0 || n->data_len != 0 || n->done)
        n->nonce = 0;
    n->data = n->done = 0;
    n->ad_len = n->data_len = 0;
    if (n->c.encrypt)
        n->c.tagged = 0;
}

/* 1 if more bytes may come, of which there will then be len more. */
static int more(const gt_native_cipher *n, size_t len)
{
    uint64_t limit = gost_aead_limit(n->c.alg->class), seen = n->ad_len + n->data_len;

    if (!n->nonce)
        return gt_raise(n->core, GT_R_ORDER, "MGM needs a new nonce for each message");
    if (n->done)
        return gt_raise(n->core, GT_R_ORDER, "the message has ended");
    if (len > limit - seen)
        return gt_raise(n->core, GT_R_LENGTH, "too long for one nonce");
    return 1;
}

int gt_aead_update(void *cctx, unsigned char *out, size_t *outl, size_t outsize,
                   const unsigned char *in, size_t inl)
{
    gt_native_cipher *n = cctx;

    *outl = 0;
    if (!gt_native_cipher_room(n, out != NULL ? outsize : inl, inl) || !more(n, inl))
        return 0;
    if (out == NULL) {
        if (n->data)
            return gt_raise(n->core, GT_R_ORDER, "associated data come before the data");
        if (n->token == NULL)
            gost_aead_ad(&n->c.u.aead, in, inl);
        else if (!gt_token_cipher_ad(n, in, inl))
            return 0;
        n->ad_len += inl;
    } else {
        n->data = 1;
        if (!gt_native_cipher_crypt(n, in, out, inl))
            return 0;
        n->data_len += inl;
    }
    *outl = inl;
    return 1;
}

int gt_aead_final(void *cctx, unsigned char *out, size_t *outl, size_t outsize)
{
    gt_native_cipher *n = cctx;
    uint8_t tag[GOST_BLOCK_MAX];
    int ok = 1;

    (void)out;
    *outl = 0;
    if (!gt_native_cipher_room(n, outsize, 0) || !more(n, 0))
        return 0;
    if (!n->c.encrypt && !n->c.tagged)
        return gt_raise(n->core, GT_R_ORDER, "there is no tag to check");
    if (n->token == NULL)
        gost_aead_final(&n->c.u.aead, tag);
    else if (!gt_token_cipher_tag(n, tag))
        return 0;
    n->nonce = 0;
    n->done = 1;
    if (n->c.encrypt) {
        for (size_t i = 0; i < sizeof(tag); i++)
            n->c.tag[i] = tag[i];
        n->c.tagged = 1;
    } else {
        ok = gost_equal(tag, n->c.tag, n->tag_len);
    }
    gost_wipe(tag, sizeof(tag));
    return ok || gt_raise(n->core, GT_R_DECRYPT, "the tag is wrong");
}

int gt_aead_cipher(void *cctx, unsigned char *out, size_t *outl, size_t outsize,
                   const unsigned char *in, size_t inl)
{
    if (in == NULL)
        return gt_aead_final(cctx, out, outl, outsize);
    return gt_aead_update(cctx, out, outl, outsize, in, inl);
}
