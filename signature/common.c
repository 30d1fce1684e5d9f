/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-signature(7). */
#include "signature/common.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

static OSSL_FUNC_signature_newctx_fn signature_newctx;
static OSSL_FUNC_signature_freectx_fn signature_freectx;
static OSSL_FUNC_signature_dupctx_fn signature_dupctx;
static OSSL_FUNC_signature_sign_init_fn signature_sign_init;
static OSSL_FUNC_signature_sign_fn signature_sign;
static OSSL_FUNC_signature_verify_init_fn signature_verify_init;
static OSSL_FUNC_signature_verify_fn signature_verify;
static OSSL_FUNC_signature_verify_recover_init_fn signature_recover_init;
static OSSL_FUNC_signature_verify_recover_fn signature_recover;
static OSSL_FUNC_signature_digest_sign_init_fn signature_digest_sign_init;
static OSSL_FUNC_signature_digest_sign_update_fn signature_update;
static OSSL_FUNC_signature_digest_sign_final_fn signature_sign_final;
static OSSL_FUNC_signature_digest_verify_init_fn signature_digest_verify_init;
static OSSL_FUNC_signature_digest_verify_final_fn signature_verify_final;
static OSSL_FUNC_signature_get_ctx_params_fn signature_get_ctx_params;
static OSSL_FUNC_signature_gettable_ctx_params_fn signature_gettable_ctx_params;
static OSSL_FUNC_signature_set_ctx_params_fn signature_set_ctx_params;
static OSSL_FUNC_signature_settable_ctx_params_fn signature_settable_ctx_params;
static OSSL_FUNC_signature_get_ctx_md_params_fn signature_get_ctx_md_params;
static OSSL_FUNC_signature_gettable_ctx_md_params_fn signature_gettable_ctx_md_params;
static OSSL_FUNC_signature_set_ctx_md_params_fn signature_set_ctx_md_params;
static OSSL_FUNC_signature_settable_ctx_md_params_fn signature_settable_ctx_md_params;

typedef struct sig_ctx {
    gt_provider *prov;
    gt_common *key;
    EVP_PKEY_CTX *pub;   /* of the public half, as if to verify; message's own if there is one */
    EVP_MD_CTX *message; /* to verify a message, and to keep pub for signing one */
    EVP_MD_CTX *hash;    /* of a message to sign */
    EVP_MD *md;          /* of hash */
} sig_ctx;

/* ---- contexts -------------------------------------------------------------------------------- */

static void *signature_newctx(void *provctx, const char *propq)
{
    sig_ctx *ctx = OPENSSL_zalloc(sizeof(*ctx));

    (void)propq; /* what is fetched is fetched for the public half, of others than us */
    if (ctx != NULL)
        ctx->prov = provctx;
    return ctx;
}

/* All but the key. */
static void clear(sig_ctx *ctx)
{
    if (ctx->message == NULL)
        EVP_PKEY_CTX_free(ctx->pub);
    EVP_MD_CTX_free(ctx->message);
    EVP_MD_CTX_free(ctx->hash);
    EVP_MD_free(ctx->md);
    ctx->pub = NULL;
    ctx->message = ctx->hash = NULL;
    ctx->md = NULL;
}

static void signature_freectx(void *vctx)
{
    sig_ctx *ctx = vctx;

    if (ctx == NULL)
        return;
    clear(ctx);
    gt_common_free(ctx->key);
    OPENSSL_free(ctx);
}

static EVP_MD_CTX *copy_md_ctx(const EVP_MD_CTX *from)
{
    EVP_MD_CTX *to = EVP_MD_CTX_new();

    if (to != NULL && EVP_MD_CTX_copy_ex(to, from))
        return to;
    EVP_MD_CTX_free(to);
    return NULL;
}

static void *signature_dupctx(void *vctx)
{
    const sig_ctx *from = vctx;
    sig_ctx *to = signature_newctx(from->prov, NULL);
    int ok = 1;

    if (to == NULL)
        return NULL;
    if (from->key != NULL)
        to->key = gt_common_ref(from->key);
    if (from->message != NULL) {
        to->message = copy_md_ctx(from->message);
        to->pub = to->message != NULL ? EVP_MD_CTX_get_pkey_ctx(to->message) : NULL;
        ok = to->pub != NULL;
    } else if (from->pub != NULL) {
        to->pub = EVP_PKEY_CTX_dup(from->pub);
        ok = to->pub != NULL;
    }
    if (ok && from->hash != NULL) {
        to->hash = copy_md_ctx(from->hash);
        ok = to->hash != NULL && EVP_MD_up_ref(from->md);
        to->md = ok ? from->md : NULL;
    }
    if (ok)
        return to;
    signature_freectx(to);
    return NULL;
}

/* ---- parameters: the public half's ----------------------------------------------------------- */

static const OSSL_PARAM settable[] = {
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PROPERTIES, NULL, 0),
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_PROPERTIES, NULL, 0),
    OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
    OSSL_PARAM_END,
};

static const OSSL_PARAM *signature_settable_ctx_params(void *vctx, void *provctx)
{
    (void)vctx, (void)provctx;
    return settable;
}

static int signature_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    sig_ctx *ctx = vctx;

    if (params == NULL || params[0].key == NULL)
        return 1;
    if (ctx->pub == NULL)
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, NULL);
    return EVP_PKEY_CTX_set_params(ctx->pub, params) > 0;
}

static const OSSL_PARAM *signature_gettable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int signature_get_ctx_params(void *vctx, OSSL_PARAM params[])
{
    sig_ctx *ctx = vctx;

    return ctx->pub != NULL && EVP_PKEY_CTX_get_params(ctx->pub, params) > 0;
}

static const OSSL_PARAM *signature_gettable_ctx_md_params(void *vctx)
{
    const sig_ctx *ctx = vctx;

    return ctx->hash != NULL ? EVP_MD_CTX_gettable_params(ctx->hash) : NULL;
}

static int signature_get_ctx_md_params(void *vctx, OSSL_PARAM params[])
{
    sig_ctx *ctx = vctx;

    return ctx->hash != NULL && EVP_MD_CTX_get_params(ctx->hash, params);
}

static const OSSL_PARAM *signature_settable_ctx_md_params(void *vctx)
{
    const sig_ctx *ctx = vctx;

    return ctx->hash != NULL ? EVP_MD_CTX_settable_params(ctx->hash) : NULL;
}

static int signature_set_ctx_md_params(void *vctx, const OSSL_PARAM params[])
{
    sig_ctx *ctx = vctx;

    return ctx->hash != NULL && EVP_MD_CTX_set_params(ctx->hash, params);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static int set_key(sig_ctx *ctx, gt_common *key, int private)
{
    const gt_core *core = &ctx->prov->core;

    clear(ctx);
    if (key != NULL) {
        gt_common_free(ctx->key);
        ctx->key = gt_common_ref(key);
    }
    if (ctx->key == NULL || ctx->key->pub == NULL)
        return gt_raise(core, GT_R_NO_KEY, NULL);
    if (private && ctx->key->object == NULL)
        return gt_raise(core, GT_R_NO_KEY, "this is a public key: signing needs the private one");
    return 1;
}

typedef int init_fn(EVP_PKEY_CTX *ctx, const OSSL_PARAM params[]);

static int begin(sig_ctx *ctx, gt_common *key, int private, init_fn *init,
                 const OSSL_PARAM params[])
{
    if (!set_key(ctx, key, private))
        return 0;
    ctx->pub = EVP_PKEY_CTX_new_from_pkey(ctx->prov->libctx, ctx->key->pub, GT_COMMON_OTHERS);
    return ctx->pub != NULL && init(ctx->pub, params) > 0;
}

static int signature_sign_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 1, EVP_PKEY_verify_init_ex, params);
}

static int signature_verify_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 0, EVP_PKEY_verify_init_ex, params);
}

static int signature_recover_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 0, EVP_PKEY_verify_recover_init_ex, params);
}

static int begin_message(sig_ctx *ctx, const char *mdname, gt_common *key, int private,
                         const OSSL_PARAM params[])
{
    EVP_PKEY_CTX *pub = NULL;

    if (!set_key(ctx, key, private))
        return 0;
    if (mdname != NULL && mdname[0] == '\0')
        mdname = NULL; /* the key's own default */
    ctx->message = EVP_MD_CTX_new();
    if (ctx->message == NULL ||
        !EVP_DigestVerifyInit_ex(ctx->message, &pub, mdname, ctx->prov->libctx, GT_COMMON_OTHERS,
                                 ctx->key->pub, params))
        return 0;
    ctx->pub = pub;
    return 1;
}

/* The digest that the public half's context has; NULL and 1: none. */
static int chosen_digest(sig_ctx *ctx, EVP_MD **md)
{
    char name[64] = "";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, name, sizeof(name)),
        OSSL_PARAM_construct_end(),
    };

    *md = NULL;
    if (EVP_PKEY_CTX_get_params(ctx->pub, params) <= 0 || name[0] == '\0' ||
        strcmp(name, "UNDEF") == 0)
        return 1;
    *md = EVP_MD_fetch(ctx->prov->libctx, name, NULL);
    return *md != NULL || gt_raise(&ctx->prov->core, GT_R_DIGEST, "there is no digest %s", name);
}

static int signature_digest_sign_init(void *vctx, const char *mdname, void *provkey,
                                      const OSSL_PARAM params[])
{
    sig_ctx *ctx = vctx;

    if (!begin_message(ctx, mdname, provkey, 1, params) || !chosen_digest(ctx, &ctx->md))
        return 0;
    ctx->hash = ctx->md != NULL ? EVP_MD_CTX_new() : NULL;
    return ctx->hash != NULL && EVP_DigestInit_ex2(ctx->hash, ctx->md, NULL);
}

static int signature_digest_verify_init(void *vctx, const char *mdname, void *provkey,
                                        const OSSL_PARAM params[])
{
    return begin_message(vctx, mdname, provkey, 0, params);
}

/* ---- the work -------------------------------------------------------------------------------- */

static int no_key(const sig_ctx *ctx)
{
    return gt_raise(&ctx->prov->core, GT_R_NO_KEY, NULL);
}

static int signature_update(void *vctx, const unsigned char *data, size_t len)
{
    sig_ctx *ctx = vctx;

    if (ctx->hash != NULL)
        return EVP_DigestUpdate(ctx->hash, data, len);
    if (ctx->message != NULL)
        return EVP_DigestVerifyUpdate(ctx->message, data, len);
    return gt_raise(&ctx->prov->core, GT_R_ORDER, "there is no message to add to");
}

static int size_only(const sig_ctx *ctx, size_t *siglen)
{
    *siglen = (size_t)EVP_PKEY_get_size(ctx->key->pub);
    return 1;
}

static int signature_sign_final(void *vctx, unsigned char *sig, size_t *siglen, size_t sigsize)
{
    sig_ctx *ctx = vctx;
    uint8_t digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *copy;
    unsigned n;
    int ok;

    if (ctx->key == NULL || ctx->hash == NULL)
        return no_key(ctx);
    if (sig == NULL)
        return size_only(ctx, siglen);
    /* A program may ask again, or go on. */
    copy = copy_md_ctx(ctx->hash);
    ok = copy != NULL && EVP_DigestFinal_ex(copy, digest, &n);
    EVP_MD_CTX_free(copy);
    return ok && gt_common_sign(ctx->key, ctx->pub, ctx->md, digest, n, sig, siglen, sigsize);
}

static int signature_verify_final(void *vctx, const unsigned char *sig, size_t siglen)
{
    sig_ctx *ctx = vctx;

    if (ctx->message == NULL)
        return no_key(ctx);
    return EVP_DigestVerifyFinal(ctx->message, sig, siglen) == 1;
}

static int signature_sign(void *vctx, unsigned char *sig, size_t *siglen, size_t sigsize,
                          const unsigned char *tbs, size_t tbslen)
{
    sig_ctx *ctx = vctx;
    EVP_MD *md;
    int ok;

    if (ctx->key == NULL || ctx->pub == NULL)
        return no_key(ctx);
    if (sig == NULL)
        return size_only(ctx, siglen);
    if (!chosen_digest(ctx, &md))
        return 0;
    ok = gt_common_sign(ctx->key, ctx->pub, md, tbs, tbslen, sig, siglen, sigsize);
    EVP_MD_free(md);
    return ok;
}

static int signature_verify(void *vctx, const unsigned char *sig, size_t siglen,
                            const unsigned char *tbs, size_t tbslen)
{
    sig_ctx *ctx = vctx;

    return ctx->pub != NULL && EVP_PKEY_verify(ctx->pub, sig, siglen, tbs, tbslen) == 1;
}

static int signature_recover(void *vctx, unsigned char *out, size_t *outlen, size_t outsize,
                             const unsigned char *sig, size_t siglen)
{
    sig_ctx *ctx = vctx;

    *outlen = outsize;
    return ctx->pub != NULL && EVP_PKEY_verify_recover(ctx->pub, out, outlen, sig, siglen) == 1;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_SIGNATURE_NEWCTX, (void (*)(void))signature_newctx},
    {OSSL_FUNC_SIGNATURE_FREECTX, (void (*)(void))signature_freectx},
    {OSSL_FUNC_SIGNATURE_DUPCTX, (void (*)(void))signature_dupctx},
    {OSSL_FUNC_SIGNATURE_SIGN_INIT, (void (*)(void))signature_sign_init},
    {OSSL_FUNC_SIGNATURE_SIGN, (void (*)(void))signature_sign},
    {OSSL_FUNC_SIGNATURE_VERIFY_INIT, (void (*)(void))signature_verify_init},
    {OSSL_FUNC_SIGNATURE_VERIFY, (void (*)(void))signature_verify},
    {OSSL_FUNC_SIGNATURE_VERIFY_RECOVER_INIT, (void (*)(void))signature_recover_init},
    {OSSL_FUNC_SIGNATURE_VERIFY_RECOVER, (void (*)(void))signature_recover},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, (void (*)(void))signature_digest_sign_init},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, (void (*)(void))signature_update},
    {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, (void (*)(void))signature_sign_final},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, (void (*)(void))signature_digest_verify_init},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE, (void (*)(void))signature_update},
    {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL, (void (*)(void))signature_verify_final},
    {OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, (void (*)(void))signature_get_ctx_params},
    {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, (void (*)(void))signature_gettable_ctx_params},
    {OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, (void (*)(void))signature_set_ctx_params},
    {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, (void (*)(void))signature_settable_ctx_params},
    {OSSL_FUNC_SIGNATURE_GET_CTX_MD_PARAMS, (void (*)(void))signature_get_ctx_md_params},
    {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_MD_PARAMS, (void (*)(void))signature_gettable_ctx_md_params},
    {OSSL_FUNC_SIGNATURE_SET_CTX_MD_PARAMS, (void (*)(void))signature_set_ctx_md_params},
    {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_MD_PARAMS, (void (*)(void))signature_settable_ctx_md_params},
    {0, NULL},
};

const OSSL_ALGORITHM gt_common_signature[] = {
    {GT_COMMON_RSA, GT_COMMON_PROPERTIES, functions, "RSA by a token"},
    {GT_COMMON_EC, GT_COMMON_PROPERTIES, functions, "ECDSA by a token"},
    {NULL, NULL, NULL, NULL},
};
