/* SPDX-License-Identifier: Apache-2.0 */
/* OSSL_OP_MAC, see provider-mac(7). */
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

#include <gosttoken/openssl.h>

#include "gost/mem.h"
#include "mac/mac.h"
#include "mac/token.h"
#include "provider/param.h"
#include "skeymgmt/compat.h"

/* The names that gost-engine's provider has for them: OMAC-ACPKM's sections. */
static const char key_mesh[] = "key-mesh", cipher_key_mesh[] = "cipher-key-mesh";
/* As `openssl dgst -macopt paramset:…` has it: the S-box of GOST 28147-89. */
static const char paramset[] = "paramset";
static const char key_length[] = "keylen";

typedef struct native_mac {
    gt_provider *prov;
    const gt_core *core; /* the provider's */
    gt_token_mac *token; /* the key is on a token, and m has none */
    gt_mac m;
} native_mac;

static OSSL_FUNC_mac_freectx_fn mac_freectx;
static OSSL_FUNC_mac_dupctx_fn mac_dupctx;
static OSSL_FUNC_mac_init_fn mac_init;
static OSSL_FUNC_mac_init_skey_fn mac_init_skey;
static OSSL_FUNC_mac_update_fn mac_update;
static OSSL_FUNC_mac_final_fn mac_final;
static OSSL_FUNC_mac_gettable_params_fn mac_gettable_params;
static OSSL_FUNC_mac_gettable_ctx_params_fn mac_gettable_ctx_params;
static OSSL_FUNC_mac_settable_ctx_params_fn mac_settable_ctx_params;
static OSSL_FUNC_mac_get_ctx_params_fn mac_get_ctx_params;
static OSSL_FUNC_mac_set_ctx_params_fn mac_set_ctx_params;

static void *new_mac(void *provctx, const gt_mac_alg *alg)
{
    native_mac *n = OPENSSL_zalloc(sizeof(*n));

    if (n == NULL)
        return NULL;
    n->prov = provctx;
    n->core = &n->prov->core;
    gt_mac_init(&n->m, alg);
    return n;
}

static void mac_freectx(void *mctx)
{
    native_mac *n = mctx;

    if (n == NULL)
        return;
    gt_token_mac_free(n->token);
    OPENSSL_clear_free(n, sizeof(*n));
}

static void *mac_dupctx(void *mctx)
{
    const native_mac *n = mctx;
    native_mac *copy = OPENSSL_memdup(n, sizeof(*n));

    if (copy == NULL || n->token == NULL)
        return copy;
    copy->token = gt_token_mac_copy(n->token);
    if (copy->token != NULL)
        return copy;
    mac_freectx(copy);
    return NULL;
}

/* ---- a message ------------------------------------------------------------------------------- */

/* No message goes on, and none begins. */
static void forget_key(native_mac *n)
{
    gt_token_mac_free(n->token);
    n->token = NULL;
    gost_wipe(n->m.key, sizeof(n->m.key));
    gost_wipe(&n->m.u, sizeof(n->m.u));
    n->m.keyed = n->m.ready = n->m.started = 0;
}

static int set_key(native_mac *n, const uint8_t *key, size_t len)
{
    if (key == NULL || len != GT_MAC_KEY)
        return gt_raise(n->core, GT_R_LENGTH, "a key of %zu bytes and not %d", len, GT_MAC_KEY);
    gt_token_mac_free(n->token);
    n->token = NULL;
    return gt_mac_start(&n->m, key);
}

/* Of an EVP_SKEY, or found by its URI. */
static int set_skey(native_mac *n, gt_skey *key)
{
    gt_token_mac *token;

    if (key->object == NULL &&
        key->alg->class != (n->m.alg->class != NULL ? n->m.alg->class : &gost_block_28147))
        return gt_raise(n->core, GT_R_KEY_TYPE, "a %s key for %s", key->alg->name, n->m.alg->name);
    if (key->object == NULL)
        return set_key(n, key->bytes, GT_SKEY_BYTES);
    token = gt_token_mac_new(n->prov, key, &n->m);
    if (token == NULL)
        return 0;
    /* No other key is left by which the message might go on. */
    forget_key(n);
    n->token = token;
    return 1;
}

static int start(native_mac *n, const unsigned char *key, size_t len, const OSSL_PARAM params[])
{
    const char *uri;

    if (!gt_skey_uri_param(n->prov, params, &uri))
        return 0;
    if (key != NULL && uri != NULL)
        return gt_raise(n->core, GT_R_PARAMETER, "a key by its bytes and one of a token at once");
    n->m.started = 0;
    if (n->token != NULL)
        gt_token_mac_restart(n->token);
    if (!mac_set_ctx_params(n, params))
        return 0;
    if (key != NULL)
        return set_key(n, key, len);
    /* The key may also have come, or come yet, as a parameter. */
    gt_mac_start(&n->m, NULL);
    return 1;
}

static int start_skey(native_mac *n, gt_skey *key, const OSSL_PARAM params[])
{
    const char *uri;

    if (!gt_skey_uri_param(n->prov, params, &uri))
        return 0;
    if (key != NULL && uri != NULL)
        return gt_raise(n->core, GT_R_PARAMETER, "two keys at once");
    return (key == NULL || set_skey(n, key)) && start(n, NULL, 0, params);
}

/* A program that goes on after a failure is not to get the MAC of the key before this one. */
static int started(native_mac *n, int ok)
{
    if (!ok)
        forget_key(n);
    return ok;
}

static int mac_init(void *mctx, const unsigned char *key, size_t len, const OSSL_PARAM params[])
{
    return started(mctx, start(mctx, key, len, params));
}

/* OpenSSL 3.5: the key is an EVP_SKEY of skeymgmt/. */
static int mac_init_skey(void *mctx, void *key, const OSSL_PARAM params[])
{
    return started(mctx, start_skey(mctx, key, params));
}

static int mac_update(void *mctx, const unsigned char *in, size_t len)
{
    native_mac *n = mctx;

    if (n->token != NULL) {
        n->m.started = 1;
        return gt_token_mac_update(n->token, &n->m, in, len);
    }
    return gt_mac_update(&n->m, in, len) || gt_raise(n->core, GT_R_NO_KEY, "the MAC has no key");
}

static int mac_final(void *mctx, unsigned char *out, size_t *outl, size_t outsize)
{
    native_mac *n = mctx;

    if (outsize < n->m.size)
        return gt_raise(n->core, GT_R_LENGTH, "room for %zu bytes, and %zu are needed", outsize,
                        n->m.size);
    if (n->token != NULL) {
        if (!gt_token_mac_final(n->token, &n->m, out))
            return 0;
    } else if (!gt_mac_final(&n->m, out))
        return gt_raise(n->core, GT_R_NO_KEY, "the MAC has no key");
    *outl = n->m.size;
    return 1;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static const OSSL_PARAM *gettable(void)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_size_t(OSSL_MAC_PARAM_SIZE, NULL),
        OSSL_PARAM_size_t(OSSL_MAC_PARAM_BLOCK_SIZE, NULL),
        OSSL_PARAM_size_t(key_length, NULL),
        OSSL_PARAM_END,
    };

    return list;
}

static const OSSL_PARAM *mac_gettable_params(void *provctx)
{
    (void)provctx;
    return gettable();
}

static const OSSL_PARAM *mac_gettable_ctx_params(void *mctx, void *provctx)
{
    (void)mctx, (void)provctx;
    return gettable();
}

static int get_params(OSSL_PARAM params[], const gt_mac_alg *alg, size_t size)
{
    return gt_param_give_size(params, OSSL_MAC_PARAM_SIZE, size) &&
           gt_param_give_size(params, OSSL_MAC_PARAM_BLOCK_SIZE, alg->block) &&
           gt_param_give_size(params, key_length, GT_MAC_KEY);
}

static int mac_get_ctx_params(void *mctx, OSSL_PARAM params[])
{
    const native_mac *n = mctx;

    return get_params(params, n->m.alg, n->m.size);
}

static const OSSL_PARAM *mac_settable_ctx_params(void *mctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_size_t(OSSL_MAC_PARAM_SIZE, NULL),
        OSSL_PARAM_octet_string(OSSL_MAC_PARAM_KEY, NULL, 0),
        OSSL_PARAM_size_t(key_mesh, NULL),
        OSSL_PARAM_size_t(cipher_key_mesh, NULL),
        OSSL_PARAM_utf8_string(paramset, NULL, 0),
        OSSL_PARAM_utf8_string(GOSTTOKEN_PARAM_URI, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)mctx, (void)provctx;
    return list;
}

static int bad(const native_mac *n, const char *what)
{
    return gt_raise(n->core, GT_R_PARAMETER, "%s of %s", what, n->m.alg->name);
}

/* The key is on a token. */
static int set_uri(native_mac *n, const char *uri)
{
    gt_skey *key;
    int ok;

    if (n->m.started)
        return gt_raise(n->core, GT_R_ORDER, "a key comes before the first byte");
    key = gt_skey_find(n->prov, uri, NULL);
    ok = key != NULL && set_skey(n, key);
    gt_skey_free(key);
    return started(n, ok);
}

static int mac_set_ctx_params(void *mctx, const OSSL_PARAM params[])
{
    native_mac *n = mctx;
    const OSSL_PARAM *p;
    const void *key;
    const char *text, *uri;
    size_t size, master = 0;

    if (params == NULL)
        return 1;
    if (!gt_skey_uri_param(n->prov, params, &uri))
        return 0;
    if ((p = OSSL_PARAM_locate_const(params, OSSL_MAC_PARAM_SIZE)) != NULL &&
        (!OSSL_PARAM_get_size_t(p, &size) || !gt_mac_set_size(&n->m, size)))
        return bad(n, "size");
    if ((p = OSSL_PARAM_locate_const(params, paramset)) != NULL &&
        (!gt_param_text(p, &text) || !gt_mac_set_sbox(&n->m, text)))
        return bad(n, "paramset");
    if ((p = OSSL_PARAM_locate_const(params, cipher_key_mesh)) != NULL &&
        !OSSL_PARAM_get_size_t(p, &master))
        return bad(n, "cipher-key-mesh");
    if ((p = OSSL_PARAM_locate_const(params, key_mesh)) != NULL &&
        (!OSSL_PARAM_get_size_t(p, &size) || !gt_mac_set_section(&n->m, size, master)))
        return bad(n, "key-mesh");
    if ((p = OSSL_PARAM_locate_const(params, OSSL_MAC_PARAM_KEY)) != NULL && uri != NULL)
        return gt_raise(n->core, GT_R_PARAMETER, "a key by its bytes and one of a token at once");
    if (uri != NULL)
        return set_uri(n, uri);
    if (p != NULL)
        return started(n, gt_param_octets(p, &key, &size) && set_key(n, key, size));
    return 1;
}

/* ---- the table ------------------------------------------------------------------------------- */

#define FUNCTIONS(id)                                                                              \
    static OSSL_FUNC_mac_newctx_fn newctx_##id;                                                    \
    static void *newctx_##id(void *provctx)                                                        \
    {                                                                                              \
        return new_mac(provctx, &gt_mac_algs[id]);                                                 \
    }                                                                                              \
    static OSSL_FUNC_mac_get_params_fn get_params_##id;                                            \
    static int get_params_##id(OSSL_PARAM params[])                                                \
    {                                                                                              \
        return get_params(params, &gt_mac_algs[id], gt_mac_algs[id].size);                         \
    }                                                                                              \
    static const OSSL_DISPATCH functions_##id[] = {                                                \
        {OSSL_FUNC_MAC_NEWCTX, (void (*)(void))newctx_##id},                                       \
        {OSSL_FUNC_MAC_FREECTX, (void (*)(void))mac_freectx},                                      \
        {OSSL_FUNC_MAC_DUPCTX, (void (*)(void))mac_dupctx},                                        \
        {OSSL_FUNC_MAC_INIT, (void (*)(void))mac_init},                                            \
        {OSSL_FUNC_MAC_INIT_SKEY, (void (*)(void))mac_init_skey},                                  \
        {OSSL_FUNC_MAC_UPDATE, (void (*)(void))mac_update},                                        \
        {OSSL_FUNC_MAC_FINAL, (void (*)(void))mac_final},                                          \
        {OSSL_FUNC_MAC_GET_PARAMS, (void (*)(void))get_params_##id},                               \
        {OSSL_FUNC_MAC_GETTABLE_PARAMS, (void (*)(void))mac_gettable_params},                      \
        {OSSL_FUNC_MAC_GET_CTX_PARAMS, (void (*)(void))mac_get_ctx_params},                        \
        {OSSL_FUNC_MAC_GETTABLE_CTX_PARAMS, (void (*)(void))mac_gettable_ctx_params},              \
        {OSSL_FUNC_MAC_SET_CTX_PARAMS, (void (*)(void))mac_set_ctx_params},                        \
        {OSSL_FUNC_MAC_SETTABLE_CTX_PARAMS, (void (*)(void))mac_settable_ctx_params},              \
        {0, NULL},                                                                                 \
    }

FUNCTIONS(GT_MAC_GOST);
FUNCTIONS(GT_MAC_GOST_12);
FUNCTIONS(GT_MAC_MAGMA);
FUNCTIONS(GT_MAC_KUZNYECHIK);
FUNCTIONS(GT_MAC_MAGMA_ACPKM);
FUNCTIONS(GT_MAC_KUZNYECHIK_ACPKM);

#define ALGORITHM(id, names, text)                                                                 \
    {                                                                                              \
        names, "provider=gosttoken", functions_##id, text                                          \
    }

const OSSL_ALGORITHM gt_mac_algorithms[] = {
    ALGORITHM(GT_MAC_GOST, "gost-mac:GOST 28147-89 MAC:1.2.643.2.2.22",
              "GOST 28147-89 MAC, S-box CryptoPro-A"),
    ALGORITHM(GT_MAC_GOST_12, "gost-mac-12", "GOST 28147-89 MAC, S-box TC26-Z"),
    ALGORITHM(GT_MAC_MAGMA, "magma-mac", "Magma OMAC"),
    ALGORITHM(GT_MAC_KUZNYECHIK, "kuznyechik-mac", "Kuznyechik OMAC"),
    ALGORITHM(GT_MAC_MAGMA_ACPKM, "magma-ctr-acpkm-omac:1.2.643.7.1.1.5.1.2", "Magma OMAC-ACPKM"),
    ALGORITHM(GT_MAC_KUZNYECHIK_ACPKM, "kuznyechik-ctr-acpkm-omac:1.2.643.7.1.1.5.2.2",
              "Kuznyechik OMAC-ACPKM"),
    {NULL, NULL, NULL, NULL},
};
