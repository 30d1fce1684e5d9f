/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-keyexch(7). */
#include "keyexch/common.h"

#include <stdint.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "gost/mem.h"
#include "keymgmt/common.h"
#include "provider/param.h"

static OSSL_FUNC_keyexch_newctx_fn keyexch_newctx;
static OSSL_FUNC_keyexch_freectx_fn keyexch_freectx;
static OSSL_FUNC_keyexch_dupctx_fn keyexch_dupctx;
static OSSL_FUNC_keyexch_init_fn keyexch_init;
static OSSL_FUNC_keyexch_set_peer_fn keyexch_set_peer;
static OSSL_FUNC_keyexch_derive_fn keyexch_derive;
static OSSL_FUNC_keyexch_set_ctx_params_fn keyexch_set_ctx_params;
static OSSL_FUNC_keyexch_settable_ctx_params_fn keyexch_settable_ctx_params;
static OSSL_FUNC_keyexch_get_ctx_params_fn keyexch_get_ctx_params;
static OSSL_FUNC_keyexch_gettable_ctx_params_fn keyexch_gettable_ctx_params;

enum { NAME_MAX_LEN = 64, FIELD_MAX = 72, POINT_MAX = 2 * FIELD_MAX + 1 };

typedef struct keyexch_ctx {
    gt_provider *prov;
    gt_common *key, *peer;
    int x963;                  /* the KDF; else none */
    char digest[NAME_MAX_LEN]; /* its digest */
    size_t out_len;            /* of it */
    uint8_t *ukm;
    size_t ukm_len;
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
    gt_common_free(ctx->key);
    gt_common_free(ctx->peer);
    OPENSSL_clear_free(ctx->ukm, ctx->ukm_len);
    OPENSSL_free(ctx);
}

static void *keyexch_dupctx(void *vctx)
{
    const keyexch_ctx *from = vctx;
    keyexch_ctx *to = OPENSSL_memdup(from, sizeof(*from));

    if (to == NULL)
        return NULL;
    if (to->key != NULL)
        gt_common_ref(to->key);
    if (to->peer != NULL)
        gt_common_ref(to->peer);
    if (from->ukm != NULL && (to->ukm = OPENSSL_memdup(from->ukm, from->ukm_len)) == NULL) {
        keyexch_freectx(to);
        return NULL;
    }
    return to;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const OSSL_PARAM *keyexch_settable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST_PROPS, NULL, 0),
        OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
        OSSL_PARAM_octet_string(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int set_kdf(keyexch_ctx *ctx, const char *name)
{
    ctx->x963 = strcmp(name, OSSL_KDF_NAME_X963KDF) == 0;
    return ctx->x963 || name[0] == '\0' ||
           gt_raise(&ctx->prov->core, GT_R_NOT_SUPPORTED, "the key derivation %.40s", name);
}

static int keyexch_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    keyexch_ctx *ctx = vctx;
    const OSSL_PARAM *p;
    const char *name;
    int cofactor;

    if (params == NULL)
        return 1;
    /* The curves here have a cofactor of 1: both modes are one. */
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE);
    if (p != NULL && (!OSSL_PARAM_get_int(p, &cofactor) || cofactor < -1 || cofactor > 1))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_TYPE);
    if (p != NULL && (!gt_param_text(p, &name) || !set_kdf(ctx, name)))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST);
    if (p != NULL) {
        if (!gt_param_text(p, &name) || strlen(name) >= sizeof(ctx->digest))
            return 0;
        strcpy(ctx->digest, name);
    }
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN);
    if (p != NULL && !OSSL_PARAM_get_size_t(p, &ctx->out_len))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
    if (p != NULL) {
        OPENSSL_clear_free(ctx->ukm, ctx->ukm_len);
        ctx->ukm = NULL;
        ctx->ukm_len = 0;
        if (p->data != NULL && p->data_size != 0 &&
            !OSSL_PARAM_get_octet_string(p, (void **)&ctx->ukm, 0, &ctx->ukm_len))
            return 0;
    }
    return 1;
}

static const OSSL_PARAM *keyexch_gettable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_int(OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, NULL),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_TYPE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_EXCHANGE_PARAM_KDF_DIGEST, NULL, 0),
        OSSL_PARAM_size_t(OSSL_EXCHANGE_PARAM_KDF_OUTLEN, NULL),
        OSSL_PARAM_octet_ptr(OSSL_EXCHANGE_PARAM_KDF_UKM, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int keyexch_get_ctx_params(void *vctx, OSSL_PARAM params[])
{
    keyexch_ctx *ctx = vctx;
    OSSL_PARAM *p;

    if (!gt_param_give_int(params, OSSL_EXCHANGE_PARAM_EC_ECDH_COFACTOR_MODE, 0) ||
        !gt_param_give_text(params, OSSL_EXCHANGE_PARAM_KDF_TYPE,
                            ctx->x963 ? OSSL_KDF_NAME_X963KDF : "") ||
        !gt_param_give_text(params, OSSL_EXCHANGE_PARAM_KDF_DIGEST, ctx->digest) ||
        !gt_param_give_size(params, OSSL_EXCHANGE_PARAM_KDF_OUTLEN, ctx->out_len))
        return 0;
    p = OSSL_PARAM_locate(params, OSSL_EXCHANGE_PARAM_KDF_UKM);
    return p == NULL || OSSL_PARAM_set_octet_ptr(p, ctx->ukm, ctx->ukm_len);
}

/* ---- the work -------------------------------------------------------------------------------- */

static int keyexch_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    keyexch_ctx *ctx = vctx;
    gt_common *key = provkey;

    if (key == NULL || key->object == NULL)
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, "a derivation needs a private key");
    gt_common_free(ctx->key);
    ctx->key = gt_common_ref(key);
    gt_common_free(ctx->peer);
    ctx->peer = NULL;
    ctx->x963 = 0;
    return keyexch_set_ctx_params(ctx, params);
}

static int keyexch_set_peer(void *vctx, void *provkey)
{
    keyexch_ctx *ctx = vctx;
    gt_common *peer = provkey;

    if (peer == NULL || peer->pub == NULL || peer->bare)
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, "the peer has no public key");
    if (ctx->key == NULL || EVP_PKEY_parameters_eq(ctx->key->pub, peer->pub) != 1)
        return gt_raise(&ctx->prov->core, GT_R_KEY_TYPE, "the peer's key is on another curve");
    gt_common_free(ctx->peer);
    ctx->peer = gt_common_ref(peer);
    return 1;
}

/* The point as CKA_EC_POINT has it, in an OCTET STRING: what some modules take, and others do not.
 */
static size_t wrap_point(const uint8_t *point, size_t len, uint8_t out[POINT_MAX + 3])
{
    size_t at = 0;

    out[at++] = 0x04;
    if (len >= 0x80)
        out[at++] = 0x81;
    out[at++] = (uint8_t)len;
    memcpy(out + at, point, len);
    return at + len;
}

static int by_token(const gt_common *key, uint8_t *point, size_t point_len, uint8_t *out,
                    size_t field, gt_error *err)
{
    CK_OBJECT_CLASS cls = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_ULONG want = field;
    CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, point_len, point};
    const gt_step step = {
        .mechanism = {CKM_ECDH1_DERIVE, &params, sizeof(params)},
        .templ = {{CKA_CLASS, &cls, sizeof(cls)},
                  {CKA_KEY_TYPE, &type, sizeof(type)},
                  {CKA_TOKEN, &no, sizeof(no)},
                  {CKA_SENSITIVE, &no, sizeof(no)},
                  {CKA_EXTRACTABLE, &yes, sizeof(yes)},
                  {CKA_VALUE_LEN, &want, sizeof(want)}},
        .n = 6,
    };
    size_t len = field;

    if (!gt_object_derive(key->object, &step, 1, out, &len, err))
        return 0;
    return len == field || gt_fail(err, GT_TOKEN_ERROR, CKR_GENERAL_ERROR,
                                   "the token derived %zu bytes and not %zu", len, field);
}

static int agree(const keyexch_ctx *ctx, uint8_t *out, size_t field)
{
    uint8_t point[POINT_MAX], wrapped[POINT_MAX + 3];
    gt_error err = {.reason = GT_OK};
    size_t len;

    /* Checked: a point that is not on the curve would tell of the private key. */
    if (!EVP_PKEY_get_octet_string_param(ctx->peer->pub, OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, point,
                                         sizeof(point), &len))
        return gt_raise(&ctx->prov->core, GT_R_BAD_KEY, "the peer's public key");
    if (by_token(ctx->key, point, len, out, field, &err))
        return 1;
    if (gt_error_is_unsupported(&err)) {
        gt_error again = {.reason = GT_OK};

        if (by_token(ctx->key, wrapped, wrap_point(point, len, wrapped), out, field, &again))
            return 1;
    }
    return gt_raise_error(&ctx->prov->core, &err);
}

static int derive_x963(keyexch_ctx *ctx, uint8_t *z, size_t z_len, unsigned char *out)
{
    EVP_KDF *kdf = EVP_KDF_fetch(ctx->prov->libctx, OSSL_KDF_NAME_X963KDF, NULL);
    EVP_KDF_CTX *kctx = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, ctx->digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, z, z_len),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, ctx->ukm, ctx->ukm_len),
        OSSL_PARAM_construct_end(),
    };
    int ok = kctx != NULL && EVP_KDF_derive(kctx, out, ctx->out_len, params) > 0;

    EVP_KDF_CTX_free(kctx);
    EVP_KDF_free(kdf);
    return ok;
}

static int keyexch_derive(void *vctx, unsigned char *secret, size_t *secretlen, size_t outlen)
{
    keyexch_ctx *ctx = vctx;
    const gt_core *core = &ctx->prov->core;
    uint8_t z[FIELD_MAX];
    size_t field, len;
    int ok;

    if (ctx->key == NULL || ctx->peer == NULL)
        return gt_raise(core, GT_R_NO_KEY, "a derivation needs a private key and a peer's key");
    field = ((size_t)EVP_PKEY_get_bits(ctx->key->pub) + 7) / 8;
    len = ctx->x963 ? ctx->out_len : field;
    if (secret == NULL) {
        *secretlen = len;
        return 1;
    }
    if (outlen < len || field > sizeof(z))
        return gt_raise(core, GT_R_LENGTH, "there is no room for %zu bytes", len);
    ok = agree(ctx, z, field);
    if (ok && ctx->x963)
        ok = derive_x963(ctx, z, field, secret);
    else if (ok)
        memcpy(secret, z, field);
    gost_wipe(z, sizeof(z));
    if (ok)
        *secretlen = len;
    return ok;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_KEYEXCH_NEWCTX, (void (*)(void))keyexch_newctx},
    {OSSL_FUNC_KEYEXCH_FREECTX, (void (*)(void))keyexch_freectx},
    {OSSL_FUNC_KEYEXCH_DUPCTX, (void (*)(void))keyexch_dupctx},
    {OSSL_FUNC_KEYEXCH_INIT, (void (*)(void))keyexch_init},
    {OSSL_FUNC_KEYEXCH_SET_PEER, (void (*)(void))keyexch_set_peer},
    {OSSL_FUNC_KEYEXCH_DERIVE, (void (*)(void))keyexch_derive},
    {OSSL_FUNC_KEYEXCH_SET_CTX_PARAMS, (void (*)(void))keyexch_set_ctx_params},
    {OSSL_FUNC_KEYEXCH_SETTABLE_CTX_PARAMS, (void (*)(void))keyexch_settable_ctx_params},
    {OSSL_FUNC_KEYEXCH_GET_CTX_PARAMS, (void (*)(void))keyexch_get_ctx_params},
    {OSSL_FUNC_KEYEXCH_GETTABLE_CTX_PARAMS, (void (*)(void))keyexch_gettable_ctx_params},
    {0, NULL},
};

const OSSL_ALGORITHM gt_common_keyexch[] = {
    {GT_COMMON_EC, GT_COMMON_PROPERTIES, functions, "ECDH by a token"},
    {NULL, NULL, NULL, NULL},
};
