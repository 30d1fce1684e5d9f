/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/hmac.h. */
#include "gost/hmac.h"

#include <string.h>

#include "gost/mem.h"

static void pad_key(gost_streebog *ctx, unsigned bits, const uint8_t key[GOST_STREEBOG_BLOCK],
                    uint8_t pad)
{
    uint8_t block[GOST_STREEBOG_BLOCK];

    for (int i = 0; i < GOST_STREEBOG_BLOCK; i++)
        block[i] = key[i] ^ pad;
    gost_streebog_init_secret(ctx, bits);
    gost_streebog_update(ctx, block, sizeof block);
    gost_wipe(block, sizeof block);
}

void gost_hmac_init(gost_hmac *ctx, unsigned bits, const void *key, size_t key_len)
{
    uint8_t k[GOST_STREEBOG_BLOCK] = {0};

    if (key_len > sizeof k) {
        gost_streebog_init_secret(&ctx->inner, bits);
        gost_streebog_update(&ctx->inner, key, key_len);
        gost_streebog_final(&ctx->inner, k);
    } else if (key_len > 0) {
        memcpy(k, key, key_len);
    }
    pad_key(&ctx->inner, bits, k, 0x36);
    pad_key(&ctx->outer, bits, k, 0x5c);
    gost_wipe(k, sizeof k);
    gost_wipe_stack();
}

void gost_hmac_update(gost_hmac *ctx, const void *data, size_t len)
{
    gost_streebog_update(&ctx->inner, data, len);
}

void gost_hmac_final(gost_hmac *ctx, uint8_t *out)
{
    uint8_t digest[GOST_STREEBOG_MAX];
    size_t len = ctx->outer.bits / 8U;

    gost_streebog_final(&ctx->inner, digest);
    gost_streebog_update(&ctx->outer, digest, len);
    gost_streebog_final(&ctx->outer, out);
    gost_wipe(digest, sizeof digest);
}

void gost_hmac_streebog(unsigned bits, const void *key, size_t key_len, const void *data,
                        size_t len, uint8_t *out)
{
    gost_hmac ctx;

    gost_hmac_init(&ctx, bits, key, key_len);
    gost_hmac_update(&ctx, data, len);
    gost_hmac_final(&ctx, out);
    gost_wipe_stack();
}
