/* SPDX-License-Identifier: Apache-2.0 */
/* GOST R 34.11-94 (RFC 5831) as OSSL_OP_DIGEST, for old signatures. */
#include <openssl/crypto.h>

#include "digest/native.h"
#include "gost/hash94.h"

static OSSL_FUNC_digest_newctx_fn newctx;
static OSSL_FUNC_digest_freectx_fn freectx;
static OSSL_FUNC_digest_dupctx_fn dupctx;
static OSSL_FUNC_digest_init_fn init;
static OSSL_FUNC_digest_update_fn update;
static OSSL_FUNC_digest_final_fn final;
static OSSL_FUNC_digest_digest_fn once;
static OSSL_FUNC_digest_get_params_fn get_params;

static void *newctx(void *provctx)
{
    (void)provctx;
    return OPENSSL_zalloc(sizeof(gost_hash94));
}

static void freectx(void *dctx)
{
    OPENSSL_clear_free(dctx, sizeof(gost_hash94));
}

static void *dupctx(void *dctx)
{
    return OPENSSL_memdup(dctx, sizeof(gost_hash94));
}

static int init(void *dctx, const OSSL_PARAM params[])
{
    (void)params;
    gost_hash94_init(dctx, gost_hash94_cryptopro);
    return 1;
}

static int update(void *dctx, const unsigned char *in, size_t inl)
{
    gost_hash94_update(dctx, in, inl);
    return 1;
}

/* A context without an S-box was not begun, or is at its end. */
static int final(void *dctx, unsigned char *out, size_t *outl, size_t outsz)
{
    gost_hash94 *ctx = dctx;

    if (ctx->sbox == NULL || outsz < GOST_HASH94_SIZE)
        return 0;
    gost_hash94_final(ctx, out);
    *outl = GOST_HASH94_SIZE;
    return 1;
}

static int once(void *provctx, const unsigned char *in, size_t inl, unsigned char *out,
                size_t *outl, size_t outsz)
{
    gost_hash94 ctx;

    (void)provctx;
    return init(&ctx, NULL) && update(&ctx, in, inl) && final(&ctx, out, outl, outsz);
}

static int get_params(OSSL_PARAM params[])
{
    return gt_digest_get_params(params, GOST_HASH94_SIZE, GOST_HASH94_BLOCK, 0);
}

const OSSL_DISPATCH gt_digest_functions_94[] = {
    {OSSL_FUNC_DIGEST_NEWCTX, (void (*)(void))newctx},
    {OSSL_FUNC_DIGEST_FREECTX, (void (*)(void))freectx},
    {OSSL_FUNC_DIGEST_DUPCTX, (void (*)(void))dupctx},
    {OSSL_FUNC_DIGEST_INIT, (void (*)(void))init},
    {OSSL_FUNC_DIGEST_UPDATE, (void (*)(void))update},
    {OSSL_FUNC_DIGEST_FINAL, (void (*)(void)) final},
    {OSSL_FUNC_DIGEST_DIGEST, (void (*)(void))once},
    {OSSL_FUNC_DIGEST_GETTABLE_PARAMS, (void (*)(void))gt_digest_gettable_params},
    {OSSL_FUNC_DIGEST_GET_PARAMS, (void (*)(void))get_params},
    {0, NULL},
};
