/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-keyexch(7). */
#include "keyexch/native.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "gost/vko.h"
#include "keyexch/keyexch.h"
#include "keymgmt/native.h"
#include "provider/number.h"
#include "provider/param.h"

static OSSL_FUNC_keyexch_newctx_fn keyexch_newctx;
static OSSL_FUNC_keyexch_freectx_fn keyexch_freectx;
static OSSL_FUNC_keyexch_dupctx_fn keyexch_dupctx;
static OSSL_FUNC_keyexch_init_fn keyexch_init;
static OSSL_FUNC_keyexch_set_peer_fn keyexch_set_peer;
static OSSL_FUNC_keyexch_derive_fn keyexch_derive;
static OSSL_FUNC_keyexch_settable_ctx_params_fn keyexch_settable_ctx_params;
static OSSL_FUNC_keyexch_set_ctx_params_fn keyexch_set_ctx_params;

/* Our own parameters, by the names that gost-engine's options have. */
#define PARAM_UKM     "ukm"
#define PARAM_UKM_HEX "ukmhex"
#define PARAM_VKO     "vko"

typedef struct keyexch_ctx {
    gt_provider *prov;
    gt_key *key, *peer;
    unsigned vko_bits; /* 0: by the UKM's length */
    size_t ukm_len;    /* 0: none was set */
    uint8_t ukm[GOST_VKO_UKM_MAX];
} keyexch_ctx;

static void *keyexch_newctx(void *provctx)
{
    keyexch_ctx *ctx = OPENSSL_zalloc(sizeof(*ctx));

    if (ctx != NULL)
        ctx->prov = provctx;
    return ctx;
}

static void keyexch_freectx(void *vctx)
{
    keyexch_ctx *ctx = vctx;

    if (ctx == NULL)
        return;
    gt_key_free(ctx->key);
    gt_key_free(ctx->peer);
    OPENSSL_free(ctx);
}

static void *keyexch_dupctx(void *vctx)
{
    keyexch_ctx *ctx = OPENSSL_memdup(vctx, sizeof(*ctx));

    if (ctx != NULL && ctx->key != NULL)
        gt_key_ref(ctx->key);
    if (ctx != NULL && ctx->peer != NULL)
        gt_key_ref(ctx->peer);
    return ctx;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const OSSL_PARAM *keyexch_settable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_octet_string(PARAM_UKM, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
        OSSL_PARAM_utf8_string(PARAM_UKM_HEX, NULL, 0),
        /* Text, for libcrypto would read 256x as 256; a number is taken as well. */
        OSSL_PARAM_utf8_string(PARAM_VKO, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int set_ukm(keyexch_ctx *ctx, const void *ukm, size_t len)
{
    if (len == 0 || len > sizeof(ctx->ukm))
        return gt_raise(&ctx->prov->core, GT_R_LENGTH, "a UKM has 1 to %zu bytes and not %zu",
                        sizeof(ctx->ukm), len);
    memcpy(ctx->ukm, ukm, len);
    ctx->ukm_len = len;
    return 1;
}

static int set_ukm_hex(keyexch_ctx *ctx, const OSSL_PARAM *p)
{
    uint8_t ukm[GOST_VKO_UKM_MAX];
    const char *text;
    size_t len;

    if (!gt_param_text(p, &text) || !OPENSSL_hexstr2buf_ex(ukm, sizeof(ukm), &len, text, '\0'))
        return gt_raise(&ctx->prov->core, GT_R_PARAMETER, "%s is up to %d bytes in hexadecimal",
                        PARAM_UKM_HEX, GOST_VKO_UKM_MAX);
    return set_ukm(ctx, ukm, len);
}

static int set_vko(keyexch_ctx *ctx, const OSSL_PARAM *p)
{
    const char *text = NULL;
    unsigned bits;
    int ok = p->data_type == OSSL_PARAM_UTF8_STRING
                 ? gt_param_text(p, &text) && gt_number(text, &bits)
                 : OSSL_PARAM_get_uint(p, &bits);

    if (!ok || (bits != 0 && bits != 256 && bits != 512))
        return gt_raise(&ctx->prov->core, GT_R_PARAMETER, "%s:%.40s: it is 256 or 512", PARAM_VKO,
                        text != NULL ? text : "");
    ctx->vko_bits = bits;
    return 1;
}

static int keyexch_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    static const char *const octets[] = {PARAM_UKM, OSSL_EXCHANGE_PARAM_KDF_UKM};
    keyexch_ctx *ctx = vctx;
    const OSSL_PARAM *p;
    const void *ukm;
    size_t len;

    if (params == NULL)
        return 1;
    for (size_t i = 0; i < sizeof(octets) / sizeof(octets[0]); i++)
        if ((p = OSSL_PARAM_locate_const(params, octets[i])) != NULL &&
            (!gt_param_octets(p, &ukm, &len) || !set_ukm(ctx, ukm, len)))
            return 0;
    p = OSSL_PARAM_locate_const(params, PARAM_UKM_HEX);
    if (p != NULL && !set_ukm_hex(ctx, p))
        return 0;
    p = OSSL_PARAM_locate_const(params, PARAM_VKO);
    return p == NULL || set_vko(ctx, p);
}

/* ---- the work -------------------------------------------------------------------------------- */

static int keyexch_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    keyexch_ctx *ctx = vctx;
    const gt_native_key *native = provkey;

    if (native == NULL || native->key == NULL || !gt_key_is_private(native->key))
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, "a derivation needs a private key");
    gt_key_free(ctx->key);
    ctx->key = gt_key_ref(native->key);
    gt_key_free(ctx->peer);
    ctx->peer = NULL;
    return keyexch_set_ctx_params(ctx, params);
}

static int keyexch_set_peer(void *vctx, void *provkey)
{
    keyexch_ctx *ctx = vctx;
    const gt_native_key *native = provkey;

    if (native == NULL || native->key == NULL || !native->key->has_public)
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, "the peer has no public key");
    if (ctx->key == NULL || !gt_key_same_params(ctx->key, native->key))
        return gt_raise(&ctx->prov->core, GT_R_KEY_TYPE,
                        "the peer's key has other parameters than the private one");
    gt_key_free(ctx->peer);
    ctx->peer = gt_key_ref(native->key);
    return 1;
}

/* 0: no UKM of use. */
static size_t derived_size(const keyexch_ctx *ctx)
{
    if (ctx->ukm_len == 0)
        return 0;
    if (ctx->vko_bits != 0)
        return ctx->vko_bits / 8;
    return ctx->ukm_len == GT_WRAP_UKM ? 32 : ctx->ukm_len == GT_KEG_UKM ? GT_KEG_SIZE : 0;
}

static int keyexch_derive(void *vctx, unsigned char *secret, size_t *secretlen, size_t outlen)
{
    const keyexch_ctx *ctx = vctx;
    const gt_core *core = &ctx->prov->core;
    size_t len = derived_size(ctx);
    gt_error err = {.reason = GT_OK};
    int ok;

    if (ctx->key == NULL || ctx->peer == NULL)
        return gt_raise(core, GT_R_NO_KEY, "a derivation needs a private key and a peer's key");
    if (len == 0)
        return gt_raise(core, GT_R_PARAMETER,
                        "set ukmhex:HEX, and vko:256 or vko:512 unless it has 8 or 32 bytes");
    if (secret == NULL) {
        *secretlen = len;
        return 1;
    }
    if (outlen < len)
        return gt_raise(core, GT_R_LENGTH, "there is no room for %zu bytes", len);
    ok = ctx->vko_bits == 0 && len == GT_KEG_SIZE
             ? gt_keyexch_keg(ctx->key, ctx->peer, ctx->ukm, secret, &err)
             : gt_keyexch_vko(ctx->key, ctx->peer, (unsigned)len * 8, ctx->ukm, ctx->ukm_len,
                              secret, &err);
    if (!ok)
        return gt_raise_error(core, &err);
    *secretlen = len;
    return 1;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_KEYEXCH_NEWCTX, (void (*)(void))keyexch_newctx},
    {OSSL_FUNC_KEYEXCH_FREECTX, (void (*)(void))keyexch_freectx},
    {OSSL_FUNC_KEYEXCH_DUPCTX, (void (*)(void))keyexch_dupctx},
    {OSSL_FUNC_KEYEXCH_INIT, (void (*)(void))keyexch_init},
    {OSSL_FUNC_KEYEXCH_SET_PEER, (void (*)(void))keyexch_set_peer},
    {OSSL_FUNC_KEYEXCH_DERIVE, (void (*)(void))keyexch_derive},
    {OSSL_FUNC_KEYEXCH_SETTABLE_CTX_PARAMS, (void (*)(void))keyexch_settable_ctx_params},
    {OSSL_FUNC_KEYEXCH_SET_CTX_PARAMS, (void (*)(void))keyexch_set_ctx_params},
    {0, NULL},
};

const OSSL_ALGORITHM gt_keyexch_algorithms[] = {
    {GT_NATIVE_256, "provider=gosttoken", functions, "VKO and KEG, 256 bits"},
    {GT_NATIVE_512, "provider=gosttoken", functions, "VKO and KEG, 512 bits"},
    {NULL, NULL, NULL, NULL},
};
