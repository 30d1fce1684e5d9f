/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-asym_cipher(7). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "asymcipher/common.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "gost/mem.h"
#include "keymgmt/common.h"
#include "signature/common.h"

static OSSL_FUNC_asym_cipher_newctx_fn asym_newctx;
static OSSL_FUNC_asym_cipher_freectx_fn asym_freectx;
static OSSL_FUNC_asym_cipher_dupctx_fn asym_dupctx;
static OSSL_FUNC_asym_cipher_encrypt_init_fn asym_encrypt_init;
static OSSL_FUNC_asym_cipher_encrypt_fn asym_encrypt;
static OSSL_FUNC_asym_cipher_decrypt_init_fn asym_decrypt_init;
static OSSL_FUNC_asym_cipher_decrypt_fn asym_decrypt;
static OSSL_FUNC_asym_cipher_get_ctx_params_fn asym_get_ctx_params;
static OSSL_FUNC_asym_cipher_gettable_ctx_params_fn asym_gettable_ctx_params;
static OSSL_FUNC_asym_cipher_set_ctx_params_fn asym_set_ctx_params;
static OSSL_FUNC_asym_cipher_settable_ctx_params_fn asym_settable_ctx_params;

enum { RSA_MAX = OPENSSL_RSA_MAX_MODULUS_BITS / 8, PREMASTER = 48 };

typedef struct asym_ctx {
    gt_provider *prov;
    gt_common *key;
    EVP_PKEY_CTX *pub; /* of the public half, as if to encrypt */
    int tls;           /* RSA_PKCS1_WITH_TLS_PADDING, which is not for encryption */
    unsigned client_version, negotiated_version;
} asym_ctx;

static void *asym_newctx(void *provctx)
{
    asym_ctx *ctx = OPENSSL_zalloc(sizeof(*ctx));

    if (ctx != NULL)
        ctx->prov = provctx;
    return ctx;
}

static void asym_freectx(void *vctx)
{
    asym_ctx *ctx = vctx;

    if (ctx == NULL)
        return;
    EVP_PKEY_CTX_free(ctx->pub);
    gt_common_free(ctx->key);
    OPENSSL_free(ctx);
}

static void *asym_dupctx(void *vctx)
{
    const asym_ctx *from = vctx;
    asym_ctx *to = OPENSSL_memdup(from, sizeof(*from));

    if (to == NULL)
        return NULL;
    if (to->key != NULL)
        gt_common_ref(to->key);
    if (from->pub != NULL && (to->pub = EVP_PKEY_CTX_dup(from->pub)) == NULL) {
        asym_freectx(to);
        return NULL;
    }
    return to;
}

static int begin(asym_ctx *ctx, gt_common *key, int private, const OSSL_PARAM params[])
{
    const gt_core *core = &ctx->prov->core;

    if (key != NULL) {
        gt_common_free(ctx->key);
        ctx->key = gt_common_ref(key);
    }
    if (ctx->key == NULL || ctx->key->pub == NULL)
        return gt_raise(core, GT_R_NO_KEY, NULL);
    if (private && ctx->key->object == NULL)
        return gt_raise(core, GT_R_NO_KEY,
                        "this is a public key: decrypting needs the private one");
    EVP_PKEY_CTX_free(ctx->pub);
    ctx->tls = 0;
    ctx->pub = EVP_PKEY_CTX_new_from_pkey(ctx->prov->libctx, ctx->key->pub, GT_COMMON_OTHERS);
    return ctx->pub != NULL && EVP_PKEY_encrypt_init(ctx->pub) > 0 &&
           asym_set_ctx_params(ctx, params);
}

static int asym_encrypt_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 0, params);
}

static int asym_decrypt_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 1, params);
}

static int asym_encrypt(void *vctx, unsigned char *out, size_t *outlen, size_t outsize,
                        const unsigned char *in, size_t inlen)
{
    asym_ctx *ctx = vctx;

    *outlen = outsize;
    return ctx->pub != NULL && EVP_PKEY_encrypt(ctx->pub, out, outlen, in, inlen) > 0;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const OSSL_PARAM *asym_settable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST_PROPS, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST_PROPS, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, NULL, 0),
        OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, NULL),
        OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_NEGOTIATED_VERSION, NULL),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int asym_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    asym_ctx *ctx = vctx;
    const OSSL_PARAM *p;
    int pad;

    if (params == NULL || params[0].key == NULL)
        return 1;
    if (ctx->pub == NULL)
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, NULL);
    p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION);
    if (p != NULL && !OSSL_PARAM_get_uint(p, &ctx->client_version))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_TLS_NEGOTIATED_VERSION);
    if (p != NULL && !OSSL_PARAM_get_uint(p, &ctx->negotiated_version))
        return 0;
    p = OSSL_PARAM_locate_const(params, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
    if (p != NULL) {
        /* By a word it is another one. */
        ctx->tls = OSSL_PARAM_get_int(p, &pad) && pad == RSA_PKCS1_WITH_TLS_PADDING;
        if (ctx->tls)
            return 1;
    }
    return EVP_PKEY_CTX_set_params(ctx->pub, params) > 0;
}

static const OSSL_PARAM *asym_gettable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, NULL, 0),
        OSSL_PARAM_octet_ptr(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int asym_get_ctx_params(void *vctx, OSSL_PARAM params[])
{
    asym_ctx *ctx = vctx;

    return ctx->pub != NULL && EVP_PKEY_CTX_get_params(ctx->pub, params) > 0;
}

/* ---- decrypting ------------------------------------------------------------------------------ */

static int by_token(const asym_ctx *ctx, CK_MECHANISM_TYPE type, void *params, size_t params_len,
                    const uint8_t *in, size_t len, uint8_t *out, size_t *out_len, gt_error *err)
{
    CK_MECHANISM mechanism = {type, params, params_len};

    return gt_object_decrypt(ctx->key->object, &mechanism, in, len, out, out_len, err);
}

typedef struct oaep {
    EVP_MD *md, *mgf;
    const uint8_t *label;
    size_t label_len;
} oaep;

/* What the public half's context says; of what it does not, OpenSSL's defaults. */
static int read_oaep(const asym_ctx *ctx, oaep *o)
{
    char md[64] = "", mgf[64] = "";
    unsigned char *label = NULL;
    int len;

    memset(o, 0, sizeof(*o));
    if (EVP_PKEY_CTX_get_rsa_oaep_md_name(ctx->pub, md, sizeof(md)) <= 0 || md[0] == '\0')
        memcpy(md, "SHA1", 5);
    if (EVP_PKEY_CTX_get_rsa_mgf1_md_name(ctx->pub, mgf, sizeof(mgf)) <= 0 || mgf[0] == '\0')
        memcpy(mgf, md, sizeof(mgf));
    len = EVP_PKEY_CTX_get0_rsa_oaep_label(ctx->pub, &label);
    o->label = label;
    o->label_len = len > 0 && label != NULL ? (size_t)len : 0;
    o->md = EVP_MD_fetch(ctx->prov->libctx, md, NULL);
    o->mgf = EVP_MD_fetch(ctx->prov->libctx, mgf, NULL);
    return o->md != NULL && o->mgf != NULL;
}

/* *err without a failure: the padding is wrong. */
static int open_oaep(const asym_ctx *ctx, const uint8_t *in, size_t len, uint8_t *out,
                     size_t *out_len, gt_error *err)
{
    int raw = (gt_p11_quirks(gt_object_p11(ctx->key->object)) & GT_QUIRK_RAW_RSA) != 0, ok = 0, n;
    const gt_pss_hash *hash, *mgf;
    uint8_t block[RSA_MAX];
    size_t n_block = sizeof(block);
    oaep o;

    if (!read_oaep(ctx, &o))
        goto end;
    hash = gt_pss_hash_of(o.md);
    mgf = gt_pss_hash_of(o.mgf);
    raw = raw || hash == NULL || mgf == NULL;
    if (!raw) {
        CK_RSA_PKCS_OAEP_PARAMS params = {hash->hash, mgf->mgf, CKZ_DATA_SPECIFIED,
                                          (void *)(uintptr_t)o.label, o.label_len};
        size_t room = *out_len;

        ok = by_token(ctx, CKM_RSA_PKCS_OAEP, &params, sizeof(params), in, len, out, out_len, err);
        raw = !ok && gt_error_is_unsupported(err);
        if (raw)
            *out_len = room;
    }
    if (raw && by_token(ctx, CKM_RSA_X_509, NULL, 0, in, len, block, &n_block, err)) {
        n = RSA_padding_check_PKCS1_OAEP_mgf1(out, (int)*out_len, block, (int)n_block, (int)len,
                                              o.label, (int)o.label_len, o.md, o.mgf);
        ok = n >= 0;
        *out_len = ok ? (size_t)n : 0;
        gost_wipe(block, sizeof(block));
    }
end:
    EVP_MD_free(o.md);
    EVP_MD_free(o.mgf);
    return ok;
}

/*
 * The premaster secret (RFC 5246, 7.4.7.1): whatever goes wrong, there are 48 bytes, random ones
 * then, and nothing says which. How long the token takes is the token's affair.
 */
static int open_premaster(const asym_ctx *ctx, const uint8_t *in, size_t len, uint8_t *out,
                          size_t *out_len)
{
    uint8_t random[PREMASTER], block[RSA_MAX];
    gt_error err = {.reason = GT_OK};
    size_t n = sizeof(block);
    unsigned good, got, old;
    uint8_t mask;

    memset(block, 0, sizeof(block));
    if (RAND_bytes_ex(ctx->prov->libctx, random, sizeof(random), 0) <= 0)
        return 0;
    good = (unsigned)by_token(ctx, CKM_RSA_PKCS, NULL, 0, in, len, block, &n, &err);
    /* A token that has gone, or is not logged in to, is no secret. */
    if (!good && (err.reason == GT_TOKEN_GONE || err.reason == GT_PIN_NEEDED ||
                  err.reason == GT_PIN_WRONG || err.reason == GT_PIN_LOCKED))
        return gt_raise_error(&ctx->prov->core, &err);
    got = (unsigned)block[0] << 8 | block[1];
    old = (unsigned)(ctx->negotiated_version != 0) & (unsigned)(got == ctx->negotiated_version);
    good &= (unsigned)(n == PREMASTER) & ((unsigned)(got == ctx->client_version) | old);
    mask = (uint8_t)(0U - good);
    for (size_t i = 0; i < PREMASTER; i++)
        out[i] = (uint8_t)((block[i] & mask) | (random[i] & (uint8_t)~mask));
    *out_len = PREMASTER;
    gost_wipe(block, sizeof(block));
    gost_wipe(random, sizeof(random));
    return 1;
}

static int asym_decrypt(void *vctx, unsigned char *out, size_t *outlen, size_t outsize,
                        const unsigned char *in, size_t inlen)
{
    const asym_ctx *ctx = vctx;
    const gt_core *core = &ctx->prov->core;
    gt_error err = {.reason = GT_OK};
    int pad = RSA_PKCS1_PADDING, ok = 0;
    uint8_t block[RSA_MAX];
    size_t size, n = sizeof(block);

    if (ctx->key == NULL || ctx->pub == NULL)
        return gt_raise(core, GT_R_NO_KEY, NULL);
    size = (size_t)EVP_PKEY_get_size(ctx->key->pub);
    if (out == NULL) {
        *outlen = ctx->tls ? PREMASTER : size;
        return 1;
    }
    if (inlen != size)
        return gt_raise(core, GT_R_LENGTH, "%zu bytes were encrypted with another key", inlen);
    if (ctx->tls)
        return outsize < PREMASTER ? gt_raise(core, GT_R_LENGTH, "there is no room for 48 bytes")
                                   : open_premaster(ctx, in, inlen, out, outlen);
    if (EVP_PKEY_CTX_get_rsa_padding(ctx->pub, &pad) <= 0)
        return 0;
    if (pad == RSA_PKCS1_OAEP_PADDING)
        ok = open_oaep(ctx, in, inlen, block, &n, &err);
    else if (pad == RSA_PKCS1_PADDING)
        ok = by_token(ctx, CKM_RSA_PKCS, NULL, 0, in, inlen, block, &n, &err);
    else if (pad == RSA_NO_PADDING)
        ok = by_token(ctx, CKM_RSA_X_509, NULL, 0, in, inlen, block, &n, &err);
    else
        return gt_raise(core, GT_R_NOT_SUPPORTED, "this RSA padding");
    if (ok && n <= outsize) {
        memcpy(out, block, n);
        *outlen = n;
    } else if (ok) {
        ok = gt_raise(core, GT_R_LENGTH, "there is no room for %zu bytes", n);
    } else if (err.reason != GT_OK) {
        gt_raise_error(core, &err);
    } else {
        gt_raise(core, GT_R_DECRYPT, NULL);
    }
    gost_wipe(block, sizeof(block));
    return ok;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_ASYM_CIPHER_NEWCTX, (void (*)(void))asym_newctx},
    {OSSL_FUNC_ASYM_CIPHER_FREECTX, (void (*)(void))asym_freectx},
    {OSSL_FUNC_ASYM_CIPHER_DUPCTX, (void (*)(void))asym_dupctx},
    {OSSL_FUNC_ASYM_CIPHER_ENCRYPT_INIT, (void (*)(void))asym_encrypt_init},
    {OSSL_FUNC_ASYM_CIPHER_ENCRYPT, (void (*)(void))asym_encrypt},
    {OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, (void (*)(void))asym_decrypt_init},
    {OSSL_FUNC_ASYM_CIPHER_DECRYPT, (void (*)(void))asym_decrypt},
    {OSSL_FUNC_ASYM_CIPHER_GET_CTX_PARAMS, (void (*)(void))asym_get_ctx_params},
    {OSSL_FUNC_ASYM_CIPHER_GETTABLE_CTX_PARAMS, (void (*)(void))asym_gettable_ctx_params},
    {OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, (void (*)(void))asym_set_ctx_params},
    {OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, (void (*)(void))asym_settable_ctx_params},
    {0, NULL},
};

const OSSL_ALGORITHM gt_common_asymcipher[] = {
    {GT_COMMON_RSA, GT_COMMON_PROPERTIES, functions, "RSA by a token"},
    {NULL, NULL, NULL, NULL},
};
