/* SPDX-License-Identifier: Apache-2.0 */
/* See provider-asym_cipher(7). */
#include "asymcipher/native.h"

#include <string.h>
#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include "asymcipher/transport.h"
#include "gost/mem.h"
#include "keymgmt/native.h"
#include "provider/param.h"

static OSSL_FUNC_asym_cipher_newctx_fn asymcipher_newctx;
static OSSL_FUNC_asym_cipher_freectx_fn asymcipher_freectx;
static OSSL_FUNC_asym_cipher_dupctx_fn asymcipher_dupctx;
static OSSL_FUNC_asym_cipher_encrypt_init_fn asymcipher_encrypt_init;
static OSSL_FUNC_asym_cipher_encrypt_fn asymcipher_encrypt;
static OSSL_FUNC_asym_cipher_decrypt_init_fn asymcipher_decrypt_init;
static OSSL_FUNC_asym_cipher_decrypt_fn asymcipher_decrypt;
static OSSL_FUNC_asym_cipher_settable_ctx_params_fn asymcipher_settable_ctx_params;
static OSSL_FUNC_asym_cipher_set_ctx_params_fn asymcipher_set_ctx_params;

#define PARAM_CIPHER  "cipher"
#define PARAM_UKM     "ukm"
#define PARAM_UKM_HEX "ukmhex"

typedef struct asym_ctx {
    gt_provider *prov;
    gt_key *key;
    gt_transport form;
    size_t ukm_len; /* 0: none was set */
    uint8_t ukm[GT_KEG_UKM];
} asym_ctx;

static void *asymcipher_newctx(void *provctx)
{
    asym_ctx *ctx = OPENSSL_zalloc(sizeof(*ctx));

    if (ctx != NULL)
        ctx->prov = provctx;
    return ctx;
}

static void asymcipher_freectx(void *vctx)
{
    asym_ctx *ctx = vctx;

    if (ctx == NULL)
        return;
    gt_key_free(ctx->key);
    OPENSSL_free(ctx);
}

static void *asymcipher_dupctx(void *vctx)
{
    asym_ctx *ctx = OPENSSL_memdup(vctx, sizeof(*ctx));

    if (ctx != NULL && ctx->key != NULL)
        gt_key_ref(ctx->key);
    return ctx;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const OSSL_PARAM *asymcipher_settable_ctx_params(void *vctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(PARAM_CIPHER, NULL, 0),
        OSSL_PARAM_octet_string(PARAM_UKM, NULL, 0),
        OSSL_PARAM_utf8_string(PARAM_UKM_HEX, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)vctx, (void)provctx;
    return list;
}

static int set_form(asym_ctx *ctx, const OSSL_PARAM *p)
{
    /* By how the names of our ciphers begin. */
    static const struct {
        const char *prefix;
        gt_transport form;
    } table[] = {
        {"gost89", GT_TRANSPORT_28147},
        {"magma", GT_TRANSPORT_MAGMA},
        {"kuznyechik", GT_TRANSPORT_KUZNYECHIK},
    };
    const char *name;

    if (!gt_param_text(p, &name))
        return 0;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (strncasecmp(name, table[i].prefix, strlen(table[i].prefix)) == 0) {
            ctx->form = table[i].form;
            return 1;
        }
    return gt_raise(&ctx->prov->core, GT_R_PARAMETER, "%s is a gost89, magma or kuznyechik cipher",
                    PARAM_CIPHER);
}

static int set_ukm(asym_ctx *ctx, const void *ukm, size_t len)
{
    if (len != GT_WRAP_UKM && len != GT_KEG_UKM)
        return gt_raise(&ctx->prov->core, GT_R_LENGTH, "the UKM has %d or %d bytes and not %zu",
                        GT_WRAP_UKM, GT_KEG_UKM, len);
    memcpy(ctx->ukm, ukm, len);
    ctx->ukm_len = len;
    return 1;
}

static int asymcipher_set_ctx_params(void *vctx, const OSSL_PARAM params[])
{
    asym_ctx *ctx = vctx;
    uint8_t from_hex[GT_KEG_UKM];
    const OSSL_PARAM *p;
    const void *ukm;
    const char *text;
    size_t len;

    if (params == NULL)
        return 1;
    p = OSSL_PARAM_locate_const(params, PARAM_CIPHER);
    if (p != NULL && !set_form(ctx, p))
        return 0;
    p = OSSL_PARAM_locate_const(params, PARAM_UKM);
    if (p != NULL && (!gt_param_octets(p, &ukm, &len) || !set_ukm(ctx, ukm, len)))
        return 0;
    p = OSSL_PARAM_locate_const(params, PARAM_UKM_HEX);
    if (p == NULL)
        return 1;
    if (!gt_param_text(p, &text) ||
        !OPENSSL_hexstr2buf_ex(from_hex, sizeof(from_hex), &len, text, '\0'))
        return gt_raise(&ctx->prov->core, GT_R_PARAMETER, "%s is up to %d bytes in hexadecimal",
                        PARAM_UKM_HEX, GT_KEG_UKM);
    return set_ukm(ctx, from_hex, len);
}

/* ---- the work -------------------------------------------------------------------------------- */

static int begin(asym_ctx *ctx, const gt_native_key *native, int private, const OSSL_PARAM params[])
{
    if (native == NULL || native->key == NULL ||
        (private ? !gt_key_is_private(native->key) : !native->key->has_public))
        return gt_raise(&ctx->prov->core, GT_R_NO_KEY, "%s needs a %s key",
                        private ? "decryption" : "encryption", private ? "private" : "public");
    gt_key_free(ctx->key);
    ctx->key = gt_key_ref(native->key);
    ctx->ukm_len = 0;
    ctx->form = GT_TRANSPORT_28147;
    return asymcipher_set_ctx_params(ctx, params);
}

static int asymcipher_encrypt_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 0, params);
}

static int asymcipher_decrypt_init(void *vctx, void *provkey, const OSSL_PARAM params[])
{
    return begin(vctx, provkey, 1, params);
}

static int no_room(const asym_ctx *ctx, size_t len)
{
    return gt_raise(&ctx->prov->core, GT_R_LENGTH, "there is no room for %zu bytes", len);
}

static int asymcipher_encrypt(void *vctx, unsigned char *out, size_t *outlen, size_t outsize,
                              const unsigned char *in, size_t inlen)
{
    const asym_ctx *ctx = vctx;
    const gt_core *core = &ctx->prov->core;
    uint8_t sealed[GT_TRANSPORT_MAX];
    gt_error err = {.reason = GT_OK};
    size_t len;

    if (ctx->key == NULL)
        return gt_raise(core, GT_R_NO_KEY, NULL);
    if (out == NULL) {
        *outlen = gt_transport_size(ctx->key, ctx->form);
        return *outlen != 0;
    }
    if (inlen != GT_CEK)
        return gt_raise(core, GT_R_LENGTH,
                        "GOST key transport is for keys of %d bytes; this one has %zu", GT_CEK,
                        inlen);
    if (ctx->ukm_len != 0 && ctx->ukm_len != gt_transport_ukm_size(ctx->form))
        return gt_raise(core, GT_R_LENGTH, "the UKM has %zu bytes where %zu are needed",
                        ctx->ukm_len, gt_transport_ukm_size(ctx->form));
    len = gt_transport_seal(ctx->key, ctx->form, ctx->ukm_len != 0 ? ctx->ukm : NULL, in, sealed,
                            &err);
    if (len == 0)
        return gt_raise_error(core, &err);
    if (len > outsize)
        return no_room(ctx, len);
    memcpy(out, sealed, len);
    *outlen = len;
    return 1;
}

static int asymcipher_decrypt(void *vctx, unsigned char *out, size_t *outlen, size_t outsize,
                              const unsigned char *in, size_t inlen)
{
    const asym_ctx *ctx = vctx;
    const gt_core *core = &ctx->prov->core;
    gt_error err = {.reason = GT_OK};
    uint8_t secret[GT_CEK];

    if (ctx->key == NULL)
        return gt_raise(core, GT_R_NO_KEY, NULL);
    if (out == NULL) {
        *outlen = GT_CEK;
        return 1;
    }
    if (outsize < GT_CEK)
        return no_room(ctx, GT_CEK);
    if (!gt_transport_open(ctx->key, NULL, ctx->ukm_len != 0 ? ctx->ukm : NULL, ctx->ukm_len, in,
                           inlen, secret, &err))
        return gt_raise_error(core, &err);
    memcpy(out, secret, GT_CEK);
    *outlen = GT_CEK;
    gost_wipe(secret, sizeof(secret));
    return 1;
}

static const OSSL_DISPATCH functions[] = {
    {OSSL_FUNC_ASYM_CIPHER_NEWCTX, (void (*)(void))asymcipher_newctx},
    {OSSL_FUNC_ASYM_CIPHER_FREECTX, (void (*)(void))asymcipher_freectx},
    {OSSL_FUNC_ASYM_CIPHER_DUPCTX, (void (*)(void))asymcipher_dupctx},
    {OSSL_FUNC_ASYM_CIPHER_ENCRYPT_INIT, (void (*)(void))asymcipher_encrypt_init},
    {OSSL_FUNC_ASYM_CIPHER_ENCRYPT, (void (*)(void))asymcipher_encrypt},
    {OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, (void (*)(void))asymcipher_decrypt_init},
    {OSSL_FUNC_ASYM_CIPHER_DECRYPT, (void (*)(void))asymcipher_decrypt},
    {OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, (void (*)(void))asymcipher_settable_ctx_params},
    {OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, (void (*)(void))asymcipher_set_ctx_params},
    {0, NULL},
};

const OSSL_ALGORITHM gt_asymcipher_algorithms[] = {
    {GT_NATIVE_256, "provider=gosttoken", functions, "GOST key transport, 256 bits"},
    {GT_NATIVE_512, "provider=gosttoken", functions, "GOST key transport, 512 bits"},
    {NULL, NULL, NULL, NULL},
};
