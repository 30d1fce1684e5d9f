/* SPDX-License-Identifier: Apache-2.0 */
/* OSSL_OP_DIGEST, see provider-digest(7). Streebog here; GOST R 34.11-94 is native94.c. */
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "digest/native.h"
#include "gost/mem.h"
#include "gost/streebog.h"
#include "provider/param.h"

static OSSL_FUNC_digest_newctx_fn digest_newctx;
static OSSL_FUNC_digest_freectx_fn digest_freectx;
static OSSL_FUNC_digest_dupctx_fn digest_dupctx;
static OSSL_FUNC_digest_init_fn digest_init_256, digest_init_512;
static OSSL_FUNC_digest_update_fn digest_update;
static OSSL_FUNC_digest_final_fn digest_final;
static OSSL_FUNC_digest_digest_fn digest_256, digest_512;
static OSSL_FUNC_digest_get_params_fn digest_get_params_256, digest_get_params_512;

static void *digest_newctx(void *provctx)
{
    (void)provctx;
    return OPENSSL_zalloc(sizeof(gost_streebog));
}

static void digest_freectx(void *dctx)
{
    OPENSSL_clear_free(dctx, sizeof(gost_streebog));
}

static void *digest_dupctx(void *dctx)
{
    return OPENSSL_memdup(dctx, sizeof(gost_streebog));
}

static int digest_init_256(void *dctx, const OSSL_PARAM params[])
{
    (void)params;
    gost_streebog_init(dctx, 256);
    return 1;
}

static int digest_init_512(void *dctx, const OSSL_PARAM params[])
{
    (void)params;
    gost_streebog_init(dctx, 512);
    return 1;
}

static int digest_update(void *dctx, const unsigned char *in, size_t inl)
{
    gost_streebog_update(dctx, in, inl);
    return 1;
}

static int digest_final(void *dctx, unsigned char *out, size_t *outl, size_t outsz)
{
    gost_streebog *ctx = dctx;
    size_t size = ctx->bits / 8u;

    if (size == 0 || outsz < size)
        return 0;
    gost_streebog_final(ctx, out);
    *outl = size;
    return 1;
}

static int digest_once(unsigned bits, const unsigned char *in, size_t inl, unsigned char *out,
                       size_t *outl, size_t outsz)
{
    if (outsz < bits / 8)
        return 0;
    gost_streebog_hash(bits, in, inl, out);
    *outl = bits / 8;
    return 1;
}

static int digest_256(void *provctx, const unsigned char *in, size_t inl, unsigned char *out,
                      size_t *outl, size_t outsz)
{
    (void)provctx;
    return digest_once(256, in, inl, out, outl, outsz);
}

static int digest_512(void *provctx, const unsigned char *in, size_t inl, unsigned char *out,
                      size_t *outl, size_t outsz)
{
    (void)provctx;
    return digest_once(512, in, inl, out, outl, outsz);
}

const OSSL_PARAM *gt_digest_gettable_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_BLOCK_SIZE, NULL),
        OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_SIZE, NULL),
        OSSL_PARAM_int(OSSL_DIGEST_PARAM_XOF, NULL),
        OSSL_PARAM_int(OSSL_DIGEST_PARAM_ALGID_ABSENT, NULL),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

int gt_digest_get_params(OSSL_PARAM params[], size_t size, size_t block, int absent)
{
    return gt_param_give_size(params, OSSL_DIGEST_PARAM_BLOCK_SIZE, block) &&
           gt_param_give_size(params, OSSL_DIGEST_PARAM_SIZE, size) &&
           gt_param_give_int(params, OSSL_DIGEST_PARAM_XOF, 0) &&
           gt_param_give_int(params, OSSL_DIGEST_PARAM_ALGID_ABSENT, absent);
}

/* RFC 9215, section 2: the algorithm identifier has no parameters. */
static int digest_get_params_256(OSSL_PARAM params[])
{
    return gt_digest_get_params(params, 32, GOST_STREEBOG_BLOCK, 1);
}

static int digest_get_params_512(OSSL_PARAM params[])
{
    return gt_digest_get_params(params, 64, GOST_STREEBOG_BLOCK, 1);
}

#define DIGEST_FUNCTIONS(bits)                                                                     \
    static const OSSL_DISPATCH functions_##bits[] = {                                              \
        {OSSL_FUNC_DIGEST_NEWCTX, (void (*)(void))digest_newctx},                                  \
        {OSSL_FUNC_DIGEST_FREECTX, (void (*)(void))digest_freectx},                                \
        {OSSL_FUNC_DIGEST_DUPCTX, (void (*)(void))digest_dupctx},                                  \
        {OSSL_FUNC_DIGEST_INIT, (void (*)(void))digest_init_##bits},                               \
        {OSSL_FUNC_DIGEST_UPDATE, (void (*)(void))digest_update},                                  \
        {OSSL_FUNC_DIGEST_FINAL, (void (*)(void))digest_final},                                    \
        {OSSL_FUNC_DIGEST_DIGEST, (void (*)(void))digest_##bits},                                  \
        {OSSL_FUNC_DIGEST_GETTABLE_PARAMS, (void (*)(void))gt_digest_gettable_params},             \
        {OSSL_FUNC_DIGEST_GET_PARAMS, (void (*)(void))digest_get_params_##bits},                   \
        {0, NULL},                                                                                 \
    }

DIGEST_FUNCTIONS(256);
DIGEST_FUNCTIONS(512);

/* The first names are short names of OIDs, so that a fetched digest has its NID. */
const OSSL_ALGORITHM gt_digest_algorithms[] = {
    {"md_gost12_256:GOST R 34.11-2012 with 256 bit hash:1.2.643.7.1.1.2.2:streebog256",
     "provider=gosttoken", functions_256, "Streebog, GOST R 34.11-2012, 256 bits"},
    {"md_gost12_512:GOST R 34.11-2012 with 512 bit hash:1.2.643.7.1.1.2.3:streebog512",
     "provider=gosttoken", functions_512, "Streebog, GOST R 34.11-2012, 512 bits"},
    {"md_gost94:GOST R 34.11-94:1.2.643.2.2.9", "provider=gosttoken", gt_digest_functions_94,
     "GOST R 34.11-94, S-box CryptoPro"},
    {NULL, NULL, NULL, NULL},
};
