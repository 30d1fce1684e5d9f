/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-signature(7). */
#include "signature/native.h"

#include <string.h>
#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "codec/asn1.h"
#include "digest/digest.h"
#include "gost/hash94.h"
#include "gost/streebog.h"
#include "keymgmt/native.h"
#include "provider/param.h"
#include "signature/signature.h"

static OSSL_FUNC_signature_newctx_fn signature_newctx_256, signature_newctx_512,
    signature_newctx_2001;
static OSSL_FUNC_signature_freectx_fn signature_freectx;
static OSSL_FUNC_signature_dupctx_fn signature_dupctx;
static OSSL_FUNC_signature_sign_init_fn signature_sign_init;
static OSSL_FUNC_signature_sign_fn signature_sign;
static OSSL_FUNC_signature_verify_init_fn signature_verify_init;
static OSSL_FUNC_signature_verify_fn signature_verify;
static OSSL_FUNC_signature_digest_sign_init_fn signature_digest_sign_init;
static OSSL_FUNC_signature_digest_sign_update_fn signature_update;
static OSSL_FUNC_signature_digest_sign_final_fn signature_sign_final;
static OSSL_FUNC_signature_digest_sign_fn signature_digest_sign;
static OSSL_FUNC_signature_digest_verify_init_fn signature_digest_verify_init;
static OSSL_FUNC_signature_digest_verify_final_fn signature_verify_final;
static OSSL_FUNC_signature_digest_verify_fn signature_digest_verify;
static OSSL_FUNC_signature_get_ctx_params_fn signature_get_ctx_params;
static OSSL_FUNC_signature_gettable_ctx_params_fn signature_gettable_ctx_params;
static OSSL_FUNC_signature_set_ctx_params_fn signature_set_ctx_params;
static OSSL_FUNC_signature_settable_ctx_params_fn signature_settable_ctx_params;
static OSSL_FUNC_signature_get_ctx_md_params_fn signature_get_ctx_md_params;
static OSSL_FUNC_signature_gettable_ctx_md_params_fn signature_gettable_ctx_md_params;
static OSSL_FUNC_signature_set_ctx_md_params_fn signature_set_ctx_md_params;
static OSSL_FUNC_signature_settable_ctx_md_params_fn signature_settable_ctx_md_params;

/* The old keys hash by the old standard. */
typedef union sig_hash {
    gost_streebog streebog;
    gost_hash94 old;
} sig_hash;

typedef struct sig_ctx {
    gt_provider *prov;
    const gt_alg *alg;
    gt_key *key;
    int message;   /* what is signed or verified is a message and not its digest */
    sig_hash hash; /* of the message so far */
    uint8_t sig[GOST_3410_MAX_PUB];
    size_t sig_len; /* the signature to verify, given beforehand; 0 if not */
} sig_ctx;

/* 1.2.643.7.1.1.3.2 and .3: id-tc26-signwithdigest-gost3410-12-256, -512. The identifier has no
 * parameters (RFC 9215, section 3). */
static const uint8_t with_digest_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03,
                                          0x07, 0x01, 0x01, 0x03, 0x02};
static const uint8_t with_digest_512[] = {0x06, 0x08, 0x2A, 0x85, 0x03,
                                          0x07, 0x01, 0x01, 0x03, 0x03};
/* 1.2.643.2.2.3: id-GostR3411-94-with-GostR3410-2001 (RFC 4491, section 2.2.2) */
static const uint8_t with_digest_2001[] = {0x06, 0x06, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x03};

/* ---- contexts -------------------------------------------------------------------------------- */

static void *newctx(void *provctx, const gt_alg *alg)
{
    sig_ctx *ctx = OPENSSL_zalloc(sizeof(*ctx));

    if (ctx == NULL)
        return NULL;
    ctx->prov = provctx;
    ctx->alg = alg;
    return ctx;
}

static void *signature_newctx_256(void *provctx, const char *propq)
{
    (void)propq; /* nothing is fetched */
    return newctx(provctx, gt_alg_by_bits(256));
}

static void *signature_newctx_512(void *provctx, const char *propq)
{
    (void)propq;
    return newctx(provctx, gt_alg_by_bits(512));
}

static void *signature_newctx_2001(void *provctx, const char *propq)
{
    (void)propq;
    return newctx(provctx, gt_alg_old());
}

static void signature_freectx(void *vctx)
{
    sig_ctx *ctx = vctx;

    if (ctx == NULL)
        return;
    gt_key_free(ctx->key);
    OPENSSL_clear_free(ctx, sizeof(*ctx));
}

static void *signature_dupctx(void *vctx)
{
    sig_ctx *ctx = OPENSSL_memdup(vctx, sizeof(*ctx));

    if (ctx != NULL && ctx->key != NULL)
        gt_key_ref(ctx->key);
    return ctx;
}

/* ---- the message's digest -------------------------------------------------------------------- */

static void hash_begin(sig_ctx *ctx)
{
    if (ctx->alg == gt_alg_old())
        gost_hash94_init(&ctx->hash.old, gost_hash94_cryptopro);
    else
        gost_streebog_init(&ctx->hash.streebog, ctx->alg->bits);
}

static void hash_update(const gt_alg *alg, sig_hash *hash, const unsigned char *data, size_t len)
{
    if (alg == gt_alg_old())
        gost_hash94_update(&hash->old, data, len);
    else
        gost_streebog_update(&hash->streebog, data, len);
}

/* The digest of the message so far and of len bytes more; the context can go on. */
static void digest_of(const sig_ctx *ctx, const unsigned char *data, size_t len,
                      uint8_t digest[GOST_STREEBOG_MAX])
{
    sig_hash hash = ctx->hash;

    hash_update(ctx->alg, &hash, data, len);
    if (ctx->alg == gt_alg_old())
        gost_hash94_final(&hash.old, digest);
    else
        gost_streebog_final(&hash.streebog, digest);
}

/* ---- parameters ------------------------------------------------------------------------------ */

static int named(const OSSL_ALGORITHM *digest, const char *name)
{
    size_t len = strlen(name);
    const char *names = digest->algorithm_names;

    for (;;) {
        size_t part = strcspn(names, ":");

        if (part == len && strncasecmp(names, name, len) == 0)
            return 1;
        if (names[part] == '\0')
            return 0;
        names += part + 1;
    }
}

/* By any of the names that our own digest has. */
static int check_digest(const sig_ctx *ctx, const char *name)
{
    for (const OSSL_ALGORITHM *a = gt_digest_algorithms; a->algorithm_names != NULL; a++)
        if (named(a, ctx->alg->digest) && named(a, name))
            return 1;
    return gt_raise(&ctx->prov->core, GT_R_DIGEST, "a %s key signs %s and nothing else",
                    ctx->alg->name, ctx->alg->digest);
}

static const OSSL_PARAM *signature_settable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PROPERTIES, NULL, 0),
#ifdef OSSL_SIGNATURE_PARAM_SIGNATURE
        OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_SIGNATURE, NULL, 0),
#endif
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int signature_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    sig_ctx *ctx = vctx;
    const OSSL_PARAM *p;
    const char *name;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_DIGEST);
    if (p != NULL && (!gt_param_text(p, &name) || !check_digest(ctx, name)))
        return 0;
#ifdef OSSL_SIGNATURE_PARAM_SIGNATURE
    p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_SIGNATURE);
    if (p != NULL) {
        const void *sig;
        size_t len;

        if (!gt_param_octets(p, &sig, &len))
            return 0;
        /* One of another length is no signature of ours: it will not verify. */
        ctx->sig_len = len < sizeof(ctx->sig) ? len : sizeof(ctx->sig);
        if (len > sizeof(ctx->sig) || len == 0)
            ctx->sig_len = 1;
        else
            memcpy(ctx->sig, sig, len);
    }
#endif
    return 1;
}

static const OSSL_PARAM *signature_gettable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_octet_string(OSSL_SIGNATURE_PARAM_ALGORITHM_ID, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int signature_get_ctx_params(void *vctx, OSSL_PARAM params[])
{
    const sig_ctx *ctx = vctx;
    OSSL_PARAM *p = OSSL_PARAM_locate(params, OSSL_SIGNATURE_PARAM_ALGORITHM_ID);

    if (p != NULL) {
        uint8_t der[2 + sizeof(with_digest_256)] = {GT_ASN1_SEQUENCE};
        const uint8_t *oid = ctx->alg == gt_alg_old() ? with_digest_2001
                             : ctx->alg->bits == 256  ? with_digest_256
                                                      : with_digest_512;
        size_t len = 2 + (size_t)oid[1];

        der[1] = (uint8_t)len;
        memcpy(der + 2, oid, len);
        if (!OSSL_PARAM_set_octet_string(p, der, 2 + len))
            return 0;
    }
    return gt_param_give_text(params, OSSL_SIGNATURE_PARAM_DIGEST, ctx->alg->digest);
}

/* What EVP_MD_CTX_get_params asks of a context that signs. */
static const OSSL_PARAM *signature_gettable_ctx_md_params(void *vctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_SIZE, NULL),
        OSSL_PARAM_size_t(OSSL_DIGEST_PARAM_BLOCK_SIZE, NULL),
        OSSL_PARAM_END,
    };

    (void)vctx;
    return list;
}

static int signature_get_ctx_md_params(void *vctx, OSSL_PARAM params[])
{
    const sig_ctx *ctx = vctx;

    return ctx->message &&
           gt_param_give_size(params, OSSL_DIGEST_PARAM_SIZE, gt_alg_digest_size(ctx->alg)) &&
           gt_param_give_size(params, OSSL_DIGEST_PARAM_BLOCK_SIZE,
                              ctx->alg == gt_alg_old() ? GOST_HASH94_BLOCK : GOST_STREEBOG_BLOCK);
}

static const OSSL_PARAM *signature_settable_ctx_md_params(void *vctx)
{
    static const OSSL_PARAM none[] = {OSSL_PARAM_END};

    (void)vctx;
    return none;
}

static int signature_set_ctx_md_params(void *vctx, const OSSL_PARAM params[])
{
    (void)vctx, (void)params; /* the hashes have none */
    return 1;
}

/* ---- beginning ------------------------------------------------------------------------------- */

/* provkey NULL: the one of the last time. */
static int begin(sig_ctx *ctx, gt_native_key *provkey, int private, const OSSL_PARAM params[])
{
    const gt_core *core = &ctx->prov->core;

    if (private && ctx->alg->verify_only != NULL)
        return gt_raise(core, GT_R_NOT_SUPPORTED, "%s", ctx->alg->verify_only);
    if (provkey != NULL && provkey->key == NULL)
        return gt_raise(core, GT_R_NO_KEY, NULL);
    if (provkey != NULL && provkey->alg != ctx->alg)
        return gt_raise(core, GT_R_KEY_TYPE, "this is a %s key and not %s", provkey->alg->name,
                        ctx->alg->name);
    if (provkey != NULL) {
        gt_key_free(ctx->key);
        ctx->key = gt_key_ref(provkey->key);
    }
    if (ctx->key == NULL)
        return gt_raise(core, GT_R_NO_KEY, NULL);
    if (private && !gt_key_is_private(ctx->key))
        return gt_raise(core, GT_R_NO_KEY, "this is a public key: signing needs the private one");
    if (!private && !ctx->key->has_public)
        return gt_raise(core, GT_R_NO_KEY, "there is no public key to verify with");
    ctx->message = 0;
    ctx->sig_len = 0;
    return signature_set_ctx_params(ctx, params);
}

static int signature_sign_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 1, params);
}

static int signature_verify_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 0, params);
}

static int begin_message(sig_ctx *ctx, const char *mdname)
{
    if (mdname != NULL && mdname[0] != '\0' && !check_digest(ctx, mdname))
        return 0;
    hash_begin(ctx);
    ctx->message = 1;
    return 1;
}

static int signature_digest_sign_init(void *vctx, const char *mdname, void *provkey,
                                      const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 1, params) && begin_message(vctx, mdname);
}

static int signature_digest_verify_init(void *vctx, const char *mdname, void *provkey,
                                        const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 0, params) && begin_message(vctx, mdname);
}

/* ---- the work -------------------------------------------------------------------------------- */

/* sig NULL: only its size. */
static int sign_digest(const sig_ctx *ctx, unsigned char *sig, size_t *siglen, size_t sigsize,
                       const uint8_t *digest, size_t digest_len)
{
    gt_error err = {.reason = GT_OK};
    size_t len = sigsize;

    if (!gt_signature_sign(ctx->key, digest, digest_len, sig, &len, &err))
        return gt_raise_error(&ctx->prov->core, &err);
    *siglen = len;
    return 1;
}

static int no_key(const sig_ctx *ctx)
{
    return gt_raise(&ctx->prov->core, GT_R_NO_KEY, NULL);
}

static int wrong_length(const sig_ctx *ctx, const char *verb, size_t len)
{
    return gt_raise(&ctx->prov->core, GT_R_DIGEST_LENGTH, "a %s key %s %zu bytes of %s and not %zu",
                    ctx->alg->name, verb, gt_alg_digest_size(ctx->alg), ctx->alg->digest, len);
}

static int signature_update(void *vctx, const unsigned char *data, size_t len)
{
    sig_ctx *ctx = vctx;

    if (!ctx->message)
        return gt_raise(&ctx->prov->core, GT_R_ORDER, "there is no message to add to");
    hash_update(ctx->alg, &ctx->hash, data, len);
    return 1;
}

static int signature_digest_sign(void *vctx, unsigned char *sig, size_t *siglen, size_t sigsize,
                                 const unsigned char *data, size_t len)
{
    const sig_ctx *ctx = vctx;
    uint8_t digest[GOST_STREEBOG_MAX];

    if (ctx->key == NULL || !ctx->message)
        return no_key(ctx);
    if (sig == NULL) {
        *siglen = gt_signature_size(ctx->key);
        return 1;
    }
    digest_of(ctx, data, len, digest);
    return sign_digest(ctx, sig, siglen, sigsize, digest, gt_alg_digest_size(ctx->alg));
}

static int signature_sign_final(void *vctx, unsigned char *sig, size_t *siglen, size_t sigsize)
{
    return signature_digest_sign(vctx, sig, siglen, sigsize, NULL, 0);
}

static int signature_digest_verify(void *vctx, const unsigned char *sig, size_t siglen,
                                   const unsigned char *data, size_t len)
{
    const sig_ctx *ctx = vctx;
    uint8_t digest[GOST_STREEBOG_MAX];

    if (ctx->key == NULL || !ctx->message)
        return no_key(ctx);
    digest_of(ctx, data, len, digest);
    return gt_signature_verify(ctx->key, digest, gt_alg_digest_size(ctx->alg), sig, siglen);
}

static int signature_verify_final(void *vctx, const unsigned char *sig, size_t siglen)
{
    return signature_digest_verify(vctx, sig, siglen, NULL, 0);
}

static int signature_sign(void *vctx, unsigned char *sig, size_t *siglen, size_t sigsize,
                          const unsigned char *tbs, size_t tbslen)
{
    const sig_ctx *ctx = vctx;

    if (ctx->message)
        return signature_digest_sign(vctx, sig, siglen, sigsize, tbs, tbslen);
    if (ctx->key == NULL)
        return no_key(ctx);
    if (sig == NULL) {
        *siglen = gt_signature_size(ctx->key);
        return 1;
    }
    if (tbslen != gt_alg_digest_size(ctx->alg))
        return wrong_length(ctx, "signs", tbslen);
    return sign_digest(ctx, sig, siglen, sigsize, tbs, tbslen);
}

static int signature_verify(void *vctx, const unsigned char *sig, size_t siglen,
                            const unsigned char *tbs, size_t tbslen)
{
    const sig_ctx *ctx = vctx;

    if (ctx->message)
        return signature_digest_verify(vctx, sig, siglen, tbs, tbslen);
    if (ctx->key == NULL)
        return no_key(ctx);
    if (tbslen != gt_alg_digest_size(ctx->alg))
        return wrong_length(ctx, "verifies", tbslen);
    return gt_signature_verify(ctx->key, tbs, tbslen, sig, siglen);
}

/* ---- messages, as OpenSSL 3.4 and later have them -------------------------------------------- */

#ifdef OSSL_FUNC_SIGNATURE_SIGN_MESSAGE_INIT
static OSSL_FUNC_signature_sign_message_init_fn signature_sign_message_init;
static OSSL_FUNC_signature_verify_message_init_fn signature_verify_message_init;
static OSSL_FUNC_signature_verify_message_final_fn signature_verify_message_final;
static OSSL_FUNC_signature_query_key_types_fn signature_key_types_256, signature_key_types_512,
    signature_key_types_2001;

static int signature_sign_message_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 1, params) && begin_message(vctx, NULL);
}

static int signature_verify_message_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 0, params) && begin_message(vctx, NULL);
}

static int signature_verify_message_final(void *vctx)
{
    const sig_ctx *ctx = vctx;

    if (ctx->sig_len == 0)
        return gt_raise(&ctx->prov->core, GT_R_ORDER, "the signature has to be set first");
    return signature_verify_final(vctx, ctx->sig, ctx->sig_len);
}

static const char **signature_key_types_256(void)
{
    static const char *types[] = {"gost2012_256", NULL};

    return types;
}

static const char **signature_key_types_512(void)
{
    static const char *types[] = {"gost2012_512", NULL};

    return types;
}

static const char **signature_key_types_2001(void)
{
    static const char *types[] = {"gost2001", NULL};

    return types;
}

#define MESSAGE_FUNCTIONS                                                                          \
    {OSSL_FUNC_SIGNATURE_SIGN_MESSAGE_INIT, (void (*)(void))signature_sign_message_init},          \
        {OSSL_FUNC_SIGNATURE_SIGN_MESSAGE_UPDATE, (void (*)(void))signature_update},               \
        {OSSL_FUNC_SIGNATURE_SIGN_MESSAGE_FINAL, (void (*)(void))signature_sign_final},            \
        {OSSL_FUNC_SIGNATURE_VERIFY_MESSAGE_INIT, (void (*)(void))signature_verify_message_init},  \
        {OSSL_FUNC_SIGNATURE_VERIFY_MESSAGE_UPDATE, (void (*)(void))signature_update},             \
        {OSSL_FUNC_SIGNATURE_VERIFY_MESSAGE_FINAL,                                                 \
         (void (*)(void))signature_verify_message_final},
#else
#define MESSAGE_FUNCTIONS
#endif

/* ---- the tables ------------------------------------------------------------------------------ */

#define CONTEXT_FUNCTIONS(bits)                                                                    \
    {OSSL_FUNC_SIGNATURE_NEWCTX, (void (*)(void))signature_newctx_##bits},                         \
        {OSSL_FUNC_SIGNATURE_FREECTX, (void (*)(void))signature_freectx},                          \
        {OSSL_FUNC_SIGNATURE_DUPCTX, (void (*)(void))signature_dupctx},                            \
        {OSSL_FUNC_SIGNATURE_SIGN, (void (*)(void))signature_sign},                                \
        {OSSL_FUNC_SIGNATURE_VERIFY, (void (*)(void))signature_verify},                            \
        {OSSL_FUNC_SIGNATURE_GET_CTX_PARAMS, (void (*)(void))signature_get_ctx_params},            \
        {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_PARAMS, (void (*)(void))signature_gettable_ctx_params},  \
        {OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, (void (*)(void))signature_set_ctx_params},            \
        {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, (void (*)(void))signature_settable_ctx_params},

#define SIGNATURE_FUNCTIONS(bits)                                                                  \
    static const OSSL_DISPATCH functions_##bits[] = {                                              \
        CONTEXT_FUNCTIONS(bits)                                                                    \
            MESSAGE_FUNCTIONS{OSSL_FUNC_SIGNATURE_SIGN_INIT, (void (*)(void))signature_sign_init}, \
        {OSSL_FUNC_SIGNATURE_VERIFY_INIT, (void (*)(void))signature_verify_init},                  \
        {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, (void (*)(void))signature_digest_sign_init},        \
        {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, (void (*)(void))signature_update},                \
        {OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, (void (*)(void))signature_sign_final},             \
        {OSSL_FUNC_SIGNATURE_DIGEST_SIGN, (void (*)(void))signature_digest_sign},                  \
        {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, (void (*)(void))signature_digest_verify_init},    \
        {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_UPDATE, (void (*)(void))signature_update},              \
        {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_FINAL, (void (*)(void))signature_verify_final},         \
        {OSSL_FUNC_SIGNATURE_DIGEST_VERIFY, (void (*)(void))signature_digest_verify},              \
        {OSSL_FUNC_SIGNATURE_GET_CTX_MD_PARAMS, (void (*)(void))signature_get_ctx_md_params},      \
        {OSSL_FUNC_SIGNATURE_GETTABLE_CTX_MD_PARAMS,                                               \
         (void (*)(void))signature_gettable_ctx_md_params},                                        \
        {OSSL_FUNC_SIGNATURE_SET_CTX_MD_PARAMS, (void (*)(void))signature_set_ctx_md_params},      \
        {OSSL_FUNC_SIGNATURE_SETTABLE_CTX_MD_PARAMS,                                               \
         (void (*)(void))signature_settable_ctx_md_params},                                        \
        {0, NULL},                                                                                 \
    }

SIGNATURE_FUNCTIONS(256);
SIGNATURE_FUNCTIONS(512);
SIGNATURE_FUNCTIONS(2001);

#ifdef OSSL_FUNC_SIGNATURE_SIGN_MESSAGE_INIT
/* Signature and digest under one name: there is nothing left to choose. */
#define COMPOSITE_FUNCTIONS(bits)                                                                  \
    static const OSSL_DISPATCH composite_##bits[] = {                                              \
        CONTEXT_FUNCTIONS(bits) MESSAGE_FUNCTIONS{OSSL_FUNC_SIGNATURE_QUERY_KEY_TYPES,             \
                                                  (void (*)(void))signature_key_types_##bits},     \
        {0, NULL},                                                                                 \
    }

COMPOSITE_FUNCTIONS(256);
COMPOSITE_FUNCTIONS(512);
COMPOSITE_FUNCTIONS(2001);
#endif

const OSSL_ALGORITHM gt_signature_algorithms[] = {
    {GT_NATIVE_256, "provider=gosttoken", functions_256, "GOST R 34.10-2012, 256 bits"},
    {GT_NATIVE_512, "provider=gosttoken", functions_512, "GOST R 34.10-2012, 512 bits"},
    {GT_NATIVE_2001, "provider=gosttoken", functions_2001, "GOST R 34.10-2001, to verify"},
#ifdef OSSL_FUNC_SIGNATURE_SIGN_MESSAGE_INIT
    {"id-tc26-signwithdigest-gost3410-2012-256:"
     "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit):1.2.643.7.1.1.3.2",
     "provider=gosttoken", composite_256, "GOST R 34.10-2012 with Streebog, 256 bits"},
    {"id-tc26-signwithdigest-gost3410-2012-512:"
     "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit):1.2.643.7.1.1.3.3",
     "provider=gosttoken", composite_512, "GOST R 34.10-2012 with Streebog, 512 bits"},
    {"id-GostR3411-94-with-GostR3410-2001:GOST R 34.11-94 with GOST R 34.10-2001:1.2.643.2.2.3",
     "provider=gosttoken", composite_2001, "GOST R 34.10-2001 with GOST R 34.11-94, to verify"},
#endif
    {NULL, NULL, NULL, NULL},
};
