/* SPDX-License-Identifier: Apache-2.0 */
/* OSSL_OP_SKEYMGMT, see provider-skeymgmt(7) of OpenSSL 3.5. */
#include "skeymgmt/skeymgmt.h"

#include <openssl/params.h>

#include <gosttoken/openssl.h>

#include "provider/param.h"
#include "skeymgmt/skey.h"

/* As everywhere in the provider: the S-box of GOST 28147-89 by name or OID. */
static const char paramset[] = "paramset";

static OSSL_FUNC_skeymgmt_free_fn skey_free;
static OSSL_FUNC_skeymgmt_export_fn skey_export;
static OSSL_FUNC_skeymgmt_get_key_id_fn skey_get_key_id;
static OSSL_FUNC_skeymgmt_imp_settable_params_fn skey_imp_settable;
static OSSL_FUNC_skeymgmt_gen_settable_params_fn skey_gen_settable;

static void skey_free(void *keydata)
{
    gt_skey_free(keydata);
}

/* ---- import ---------------------------------------------------------------------------------- */

static const OSSL_PARAM *skey_imp_settable(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(GOSTTOKEN_PARAM_URI, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_SKEY_PARAM_RAW_BYTES, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

/* A key of a token is not moved: it is named by its URI. Raw bytes become a key in memory. */
static void *import(gt_provider *prov, const gt_skey_alg *alg, int selection,
                    const OSSL_PARAM params[])
{
    const OSSL_PARAM *raw =
        params != NULL ? OSSL_PARAM_locate_const(params, OSSL_SKEY_PARAM_RAW_BYTES) : NULL;
    const void *bytes;
    const char *uri;
    size_t len;

    if ((selection & OSSL_SKEYMGMT_SELECT_SECRET_KEY) == 0 ||
        !gt_skey_uri_param(prov, params, &uri))
        return NULL;
    if ((uri != NULL) == (raw != NULL)) {
        gt_raise(&prov->core, GT_R_PARAMETER, "either %s or %s names the key", GOSTTOKEN_PARAM_URI,
                 OSSL_SKEY_PARAM_RAW_BYTES);
        return NULL;
    }
    if (uri != NULL)
        return gt_skey_find(prov, uri, alg);
    if (!gt_param_octets(raw, &bytes, &len) || len != GT_SKEY_BYTES || bytes == NULL) {
        gt_raise(&prov->core, GT_R_LENGTH, "a %s key has %d bytes", alg->name, GT_SKEY_BYTES);
        return NULL;
    }
    return gt_skey_new_bytes(prov, alg, bytes);
}

/* ---- generate -------------------------------------------------------------------------------- */

static const OSSL_PARAM *skey_gen_settable(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_utf8_string(GOSTTOKEN_PARAM_URI, NULL, 0),
        OSSL_PARAM_utf8_string(paramset, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

static void *generate(gt_provider *prov, const gt_skey_alg *alg, const OSSL_PARAM params[])
{
    const OSSL_PARAM *p = params != NULL ? OSSL_PARAM_locate_const(params, paramset) : NULL;
    const gost_sbox *sbox = NULL;
    const char *uri, *name;

    if (!gt_skey_uri_param(prov, params, &uri))
        return NULL;
    if (p != NULL && (alg->type != CKK_GOST28147 || uri == NULL || !gt_param_text(p, &name) ||
                      (sbox = gost_sbox_by_name(name)) == NULL)) {
        gt_raise(&prov->core, GT_R_PARAMETER,
                 "paramset is the name or OID of the S-box of a gost28147 key on a token");
        return NULL;
    }
    return uri != NULL ? gt_skey_generate(prov, uri, alg, sbox)
                       : gt_skey_new_bytes(prov, alg, NULL);
}

/* ---- export ---------------------------------------------------------------------------------- */

static int skey_export(void *keydata, int selection, OSSL_CALLBACK *cb, void *cbarg)
{
    const gt_skey *key = keydata;
    OSSL_PARAM params[2];

    /* libcrypto tries this of its own accord when another provider's cipher is given the key, and
     * tells the program of that in its own words. */
    if (key->object != NULL || (selection & OSSL_SKEYMGMT_SELECT_SECRET_KEY) == 0)
        return 0;
    params[0] =
        OSSL_PARAM_construct_octet_string(OSSL_SKEY_PARAM_RAW_BYTES, key->bytes, GT_SKEY_BYTES);
    params[1] = OSSL_PARAM_construct_end();
    return cb(params, cbarg);
}

static const char *skey_get_key_id(void *keydata)
{
    const gt_skey *key = keydata;

    return key->object != NULL ? gt_object_uri(key->object) : NULL;
}

/* ---- the table ------------------------------------------------------------------------------- */

#define FUNCTIONS(id)                                                                              \
    static OSSL_FUNC_skeymgmt_import_fn import_##id;                                               \
    static void *import_##id(void *provctx, int selection, const OSSL_PARAM params[])              \
    {                                                                                              \
        return import(provctx, &gt_skey_algs[id], selection, params);                              \
    }                                                                                              \
    static OSSL_FUNC_skeymgmt_generate_fn generate_##id;                                           \
    static void *generate_##id(void *provctx, const OSSL_PARAM params[])                           \
    {                                                                                              \
        return generate(provctx, &gt_skey_algs[id], params);                                       \
    }                                                                                              \
    static const OSSL_DISPATCH functions_##id[] = {                                                \
        {OSSL_FUNC_SKEYMGMT_FREE, (void (*)(void))skey_free},                                      \
        {OSSL_FUNC_SKEYMGMT_IMPORT, (void (*)(void))import_##id},                                  \
        {OSSL_FUNC_SKEYMGMT_EXPORT, (void (*)(void))skey_export},                                  \
        {OSSL_FUNC_SKEYMGMT_GENERATE, (void (*)(void))generate_##id},                              \
        {OSSL_FUNC_SKEYMGMT_GET_KEY_ID, (void (*)(void))skey_get_key_id},                          \
        {OSSL_FUNC_SKEYMGMT_IMP_SETTABLE_PARAMS, (void (*)(void))skey_imp_settable},               \
        {OSSL_FUNC_SKEYMGMT_GEN_SETTABLE_PARAMS, (void (*)(void))skey_gen_settable},               \
        {0, NULL},                                                                                 \
    }

FUNCTIONS(GT_SKEY_KUZNYECHIK);
FUNCTIONS(GT_SKEY_MAGMA);
FUNCTIONS(GT_SKEY_28147);

const OSSL_ALGORITHM gt_skeymgmt_algorithms[] = {
    {GOSTTOKEN_SKEY_KUZNYECHIK, "provider=gosttoken", functions_GT_SKEY_KUZNYECHIK,
     "Kuznyechik keys"},
    {GOSTTOKEN_SKEY_MAGMA, "provider=gosttoken", functions_GT_SKEY_MAGMA, "Magma keys"},
    {GOSTTOKEN_SKEY_GOST28147, "provider=gosttoken", functions_GT_SKEY_28147, "GOST 28147-89 keys"},
    {NULL, NULL, NULL, NULL},
};
