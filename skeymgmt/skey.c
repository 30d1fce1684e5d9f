/* SPDX-License-Identifier: Apache-2.0 */
#include "skeymgmt/skey.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/params.h>

#include <gosttoken/openssl.h>

#include "gost/random.h"
#include "provider/param.h"

#define NONE CK_UNAVAILABLE_INFORMATION

const gt_skey_alg gt_skey_algs[GT_SKEY_ALGS] = {
    [GT_SKEY_KUZNYECHIK] = {GOSTTOKEN_SKEY_KUZNYECHIK, &gost_block_kuznyechik, CKK_KUZNYECHIK,
                            CKM_KUZNYECHIK_KEY_GEN, CKM_KUZNYECHIK_ECB, CKM_KUZNYECHIK_MAC,
                            CKM_KUZNYECHIK_CTR_ACPKM, CKM_KUZNYECHIK_MGM},
    [GT_SKEY_MAGMA] = {GOSTTOKEN_SKEY_MAGMA, &gost_block_magma, CKK_MAGMA, CKM_MAGMA_KEY_GEN,
                       CKM_MAGMA_ECB, CKM_MAGMA_MAC, CKM_MAGMA_CTR_ACPKM, CKM_MAGMA_MGM},
    [GT_SKEY_28147] = {GOSTTOKEN_SKEY_GOST28147, &gost_block_28147, CKK_GOST28147,
                       CKM_GOST28147_KEY_GEN, CKM_GOST28147_ECB, CKM_GOST28147_MAC, NONE, NONE},
};

const gt_skey_alg *gt_skey_alg_by_type(CK_KEY_TYPE type)
{
    for (size_t i = 0; i < GT_SKEY_ALGS; i++)
        if (gt_skey_algs[i].type == type)
            return &gt_skey_algs[i];
    return NULL;
}

const gt_skey_alg *gt_skey_alg_by_class(const gost_block_class *class)
{
    for (size_t i = 0; i < GT_SKEY_ALGS; i++)
        if (gt_skey_algs[i].class == class)
            return &gt_skey_algs[i];
    return NULL;
}

/* ---- making one ------------------------------------------------------------------------------ */

static gt_skey *new_key(gt_provider *prov, const gt_skey_alg *alg)
{
    gt_skey *key = OPENSSL_zalloc(sizeof(*key));

    if (key == NULL) {
        gt_raise(&prov->core, GT_R_NO_MEMORY, "no memory for a key");
        return NULL;
    }
    key->alg = alg;
    key->refs = 1;
    return key;
}

/* A token's GOST 28147 key has its S-box with it. */
static int read_sbox(gt_skey *key, gt_error *err)
{
    uint8_t *der;
    size_t len;

    if (key->alg->type != CKK_GOST28147)
        return 1;
    if (!gt_object_get(key->object, CKA_GOST28147_PARAMS, &der, &len, err))
        return 0;
    key->sbox = gost_sbox_by_der(der, len);
    free(der);
    return key->sbox != NULL ||
           gt_fail(err, GT_KEY_TYPE, CKR_DOMAIN_PARAMS_INVALID,
                   "%s has an S-box that is not known here", gt_object_uri(key->object));
}

/* Takes the reference of the object, which may be NULL: then err is set. */
static gt_skey *from_object(gt_provider *prov, gt_object *object, const gt_skey_alg *alg,
                            gt_error *err)
{
    const gt_skey_alg *found;
    gt_skey *key;

    if (object == NULL) {
        gt_raise_error(&prov->core, err);
        return NULL;
    }
    found = gt_skey_alg_by_type(gt_object_key_type(object));
    if (found == NULL || (alg != NULL && found != alg)) {
        gt_raise(&prov->core, GT_R_KEY_TYPE, "%s is a %s key, and a %s key is needed",
                 gt_object_uri(object),
                 found != NULL ? found->name : "secret, but no GOST cipher's",
                 alg != NULL ? alg->name : "kuznyechik, magma or gost28147");
        gt_object_free(object);
        return NULL;
    }
    key = new_key(prov, found);
    if (key == NULL) {
        gt_object_free(object);
        return NULL;
    }
    key->object = object;
    if (read_sbox(key, err))
        return key;
    gt_raise_error(&prov->core, err);
    gt_skey_free(key);
    return NULL;
}

static int has_module(const gt_provider *prov)
{
    return prov->broken[0] == '\0' || gt_raise(&prov->core, GT_R_CONFIG, "%s", prov->broken);
}

gt_skey *gt_skey_find(gt_provider *prov, const char *uri, const gt_skey_alg *alg)
{
    gt_error err = {.reason = GT_OK};

    if (!has_module(prov))
        return NULL;
    return from_object(prov, gt_p11_find_one(prov->p11, uri, CKO_SECRET_KEY, NULL, &err), alg,
                       &err);
}

gt_skey *gt_skey_generate(gt_provider *prov, const char *uri, const gt_skey_alg *alg,
                          const gost_sbox *sbox)
{
    const gost_sbox *box = sbox != NULL ? sbox : gost_sbox_tc26_z;
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
    CK_OBJECT_CLASS cls = CKO_SECRET_KEY;
    CK_KEY_TYPE type = alg->type;
    const CK_ATTRIBUTE templ[] = {
        {CKA_CLASS, &cls, sizeof(cls)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_PRIVATE, &yes, sizeof(yes)},
        {CKA_SENSITIVE, &yes, sizeof(yes)},
        {CKA_EXTRACTABLE, &no, sizeof(no)},
        {CKA_ENCRYPT, &yes, sizeof(yes)},
        {CKA_DECRYPT, &yes, sizeof(yes)},
        {CKA_SIGN, &yes, sizeof(yes)},
        {CKA_VERIFY, &yes, sizeof(yes)},
        {CKA_WRAP, &no, sizeof(no)},
        {CKA_UNWRAP, &no, sizeof(no)},
        {CKA_DERIVE, &no, sizeof(no)},
        {CKA_GOST28147_PARAMS, (void *)box->der, box->der_len}, /* the last: of one type only */
    };
    size_t n = sizeof(templ) / sizeof(templ[0]) - (alg->type != CKK_GOST28147);
    gt_error err = {.reason = GT_OK};

    if (!has_module(prov))
        return NULL;
    return from_object(prov, gt_p11_generate(prov->p11, uri, NULL, alg->keygen, templ, n, &err),
                       alg, &err);
}

gt_skey *gt_skey_new_bytes(gt_provider *prov, const gt_skey_alg *alg, const uint8_t *bytes)
{
    gt_skey *key = new_key(prov, alg);

    if (key == NULL)
        return NULL;
    key->bytes = gt_secret_new(GT_SKEY_BYTES);
    if (key->bytes != NULL && bytes != NULL) {
        memcpy(key->bytes, bytes, GT_SKEY_BYTES);
        return key;
    }
    if (key->bytes != NULL && gost_random_system(NULL, key->bytes, GT_SKEY_BYTES))
        return key;
    gt_raise(&prov->core, GT_R_INTERNAL, "no memory, or no random bytes, for a key");
    gt_skey_free(key);
    return NULL;
}

/* ---- references ------------------------------------------------------------------------------ */

gt_skey *gt_skey_ref(gt_skey *key)
{
    __atomic_fetch_add(&key->refs, 1, __ATOMIC_RELAXED);
    return key;
}

void gt_skey_free(gt_skey *key)
{
    if (key == NULL || __atomic_fetch_sub(&key->refs, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    gt_object_free(key->object);
    gt_secret_free(key->bytes, GT_SKEY_BYTES);
    OPENSSL_free(key);
}

/* ---- parameters ------------------------------------------------------------------------------ */

int gt_skey_uri_param(gt_provider *prov, const OSSL_PARAM params[], const char **uri)
{
    const OSSL_PARAM *p =
        params != NULL ? OSSL_PARAM_locate_const(params, GOSTTOKEN_PARAM_URI) : NULL;

    *uri = NULL;
    if (p == NULL)
        return 1;
    /* Not a NUL-terminated string: a URI cut off, or none, would be an empty one. */
    return gt_param_text(p, uri) ||
           gt_raise(&prov->core, GT_R_PARAMETER, "%s is to be a UTF-8 string", GOSTTOKEN_PARAM_URI);
}
