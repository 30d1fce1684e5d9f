/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-kdf(7). */
#include "kdf/kdf.h"

#include <stdint.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "gost/kdf.h"
#include "gost/mem.h"
#include "provider/param.h"
#include "provider/provider.h"

static OSSL_FUNC_kdf_newctx_fn kdf_newctx_one, kdf_newctx_tree;
static OSSL_FUNC_kdf_dupctx_fn kdf_dupctx;
static OSSL_FUNC_kdf_freectx_fn kdf_freectx;
static OSSL_FUNC_kdf_reset_fn kdf_reset;
static OSSL_FUNC_kdf_derive_fn kdf_derive;
static OSSL_FUNC_kdf_gettable_ctx_params_fn kdf_gettable_ctx_params;
static OSSL_FUNC_kdf_get_ctx_params_fn kdf_get_ctx_params;
static OSSL_FUNC_kdf_settable_ctx_params_fn kdf_settable_one, kdf_settable_tree;
static OSSL_FUNC_kdf_set_ctx_params_fn kdf_set_ctx_params;

#define PARAM_LABEL  "label"
#define PARAM_SEED   "seed"
#define PARAM_R      "r"
#define PARAM_LENGTH "length"
#define PARAM_OFFSET "offset"

enum { ONE_SIZE = 32 };

typedef struct bytes {
    uint8_t *p;
    size_t len;
} bytes;

typedef struct kdf_ctx {
    gt_provider *prov;
    int tree;
    bytes key, label, seed;
    unsigned r;
    uint64_t length, offset; /* length 0: not set */
} kdf_ctx;

static void *newctx(void *provctx, int tree)
{
    kdf_ctx *ctx = OPENSSL_zalloc(sizeof(*ctx));

    if (ctx == NULL)
        return NULL;
    ctx->prov = provctx;
    ctx->tree = tree;
    ctx->r = 1;
    return ctx;
}

static void *kdf_newctx_one(void *provctx)
{
    return newctx(provctx, 0);
}

static void *kdf_newctx_tree(void *provctx)
{
    return newctx(provctx, 1);
}

static void drop(bytes *b)
{
    OPENSSL_clear_free(b->p, b->len);
    *b = (bytes){NULL, 0};
}

static void kdf_reset(void *vctx)
{
    kdf_ctx *ctx = vctx;

    drop(&ctx->key);
    drop(&ctx->label);
    drop(&ctx->seed);
    ctx->r = 1;
    ctx->length = ctx->offset = 0;
}

static void kdf_freectx(void *vctx)
{
    if (vctx == NULL)
        return;
    kdf_reset(vctx);
    OPENSSL_free(vctx);
}

static int copy(bytes *to, const bytes *from)
{
    if (from->p == NULL)
        return 1;
    to->p = OPENSSL_memdup(from->p, from->len > 0 ? from->len : 1);
    to->len = to->p != NULL ? from->len : 0;
    return to->p != NULL;
}

static void *kdf_dupctx(void *vctx)
{
    const kdf_ctx *from = vctx;
    kdf_ctx *to = newctx(from->prov, from->tree);

    if (to == NULL)
        return NULL;
    to->r = from->r;
    to->length = from->length;
    to->offset = from->offset;
    if (copy(&to->key, &from->key) && copy(&to->label, &from->label) &&
        copy(&to->seed, &from->seed))
        return to;
    kdf_freectx(to);
    return NULL;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const OSSL_PARAM *kdf_settable_one(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, NULL, 0),
        OSSL_PARAM_octet_string(PARAM_LABEL, NULL, 0),
        OSSL_PARAM_octet_string(PARAM_SEED, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static const OSSL_PARAM *kdf_settable_tree(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, NULL, 0),
        OSSL_PARAM_octet_string(PARAM_LABEL, NULL, 0),
        OSSL_PARAM_octet_string(PARAM_SEED, NULL, 0),
        OSSL_PARAM_uint(PARAM_R, NULL),
        OSSL_PARAM_uint64(PARAM_LENGTH, NULL),
        OSSL_PARAM_uint64(PARAM_OFFSET, NULL),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int set_bytes(bytes *to, const OSSL_PARAM params[], const char *name)
{
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, name);
    const void *value;
    bytes from;

    if (p == NULL)
        return 1;
    if (!gt_param_octets(p, &value, &from.len))
        return 0;
    from.p = value != NULL ? (uint8_t *)(uintptr_t)value : (uint8_t *)(uintptr_t) "";
    drop(to);
    return copy(to, &from);
}

static int set_number(uint64_t *to, const OSSL_PARAM params[], const char *name)
{
    const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, name);

    return p == NULL || OSSL_PARAM_get_uint64(p, to);
}

static int kdf_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    kdf_ctx *ctx = vctx;
    unsigned r = ctx->r;
    const OSSL_PARAM *p;

    if (params == NULL)
        return 1;
    if (!set_bytes(&ctx->key, params, OSSL_KDF_PARAM_KEY) ||
        !set_bytes(&ctx->label, params, PARAM_LABEL) || !set_bytes(&ctx->seed, params, PARAM_SEED))
        return 0;
    if (!ctx->tree)
        return 1;
    p = OSSL_PARAM_locate_const(params, PARAM_R);
    if (p != NULL && (!OSSL_PARAM_get_uint(p, &r) || r < 1 || r > 4))
        return gt_raise(&ctx->prov->core, GT_R_PARAMETER, "%s is 1, 2, 3 or 4", PARAM_R);
    ctx->r = r;
    return set_number(&ctx->length, params, PARAM_LENGTH) &&
           set_number(&ctx->offset, params, PARAM_OFFSET);
}

static const OSSL_PARAM *kdf_gettable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_size_t(OSSL_KDF_PARAM_SIZE, NULL),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int kdf_get_ctx_params(void *vctx, OSSL_PARAM params[])
{
    const kdf_ctx *ctx = vctx;
    OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_KDF_PARAM_SIZE);

    return p == NULL || OSSL_PARAM_set_size_t(p, ctx->tree ? SIZE_MAX : ONE_SIZE);
}

/* ---- the work -------------------------------------------------------------------------------- */

static int kdf_derive(void *vctx, unsigned char *out, size_t len, const OSSL_PARAM params[])
{
    kdf_ctx *ctx = vctx;
    const gt_core *core = &ctx->prov->core;
    uint64_t total;

    if (!kdf_set_ctx_params(ctx, params))
        return 0;
    if (ctx->key.p == NULL || ctx->key.len == 0)
        return gt_raise(core, GT_R_NO_KEY, "set the parameter %s", OSSL_KDF_PARAM_KEY);
    if (!ctx->tree && len != ONE_SIZE)
        return gt_raise(core, GT_R_LENGTH, "KDF_GOSTR3411_2012_256 gives 32 bytes and not %zu",
                        len);
    if (!ctx->tree) {
        gost_kdf_2012_256(ctx->key.p, ctx->key.len, ctx->label.p, ctx->label.len, ctx->seed.p,
                          ctx->seed.len, out);
        return 1;
    }
    total = ctx->length != 0 ? ctx->length : ctx->offset + len;
    return gost_kdf_tree(ctx->key.p, ctx->key.len, ctx->label.p, ctx->label.len, ctx->seed.p,
                         ctx->seed.len, ctx->r, total, ctx->offset, out, len) ||
           gt_raise(core, GT_R_LENGTH, "%zu bytes are too many for this length, offset and r", len);
}

#define KDF_FUNCTIONS(type)                                                                        \
    static const OSSL_DISPATCH functions_##type[] = {                                              \
        {OSSL_FUNC_KDF_NEWCTX, (void (*)(void))kdf_newctx_##type},                                 \
        {OSSL_FUNC_KDF_DUPCTX, (void (*)(void))kdf_dupctx},                                        \
        {OSSL_FUNC_KDF_FREECTX, (void (*)(void))kdf_freectx},                                      \
        {OSSL_FUNC_KDF_RESET, (void (*)(void))kdf_reset},                                          \
        {OSSL_FUNC_KDF_DERIVE, (void (*)(void))kdf_derive},                                        \
        {OSSL_FUNC_KDF_GETTABLE_CTX_PARAMS, (void (*)(void))kdf_gettable_ctx_params},              \
        {OSSL_FUNC_KDF_GET_CTX_PARAMS, (void (*)(void))kdf_get_ctx_params},                        \
        {OSSL_FUNC_KDF_SETTABLE_CTX_PARAMS, (void (*)(void))kdf_settable_##type},                  \
        {OSSL_FUNC_KDF_SET_CTX_PARAMS, (void (*)(void))kdf_set_ctx_params},                        \
        {0, NULL},                                                                                 \
    }

KDF_FUNCTIONS(one);
KDF_FUNCTIONS(tree);

const OSSL_ALGORITHM gt_kdf_algorithms[] = {
    {"KDF_GOSTR3411_2012_256", "provider=gosttoken", functions_one, "RFC 7836, section 4.4"},
    {"KDF_TREE_GOSTR3411_2012_256", "provider=gosttoken", functions_tree, "RFC 7836, section 4.5"},
    {NULL, NULL, NULL, NULL},
};
