/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of the native ciphers: see cipher/native.h. */
#include "cipher/native.h"

#include <string.h>

#include <gosttoken/openssl.h>

#include "cipher/token.h"
#include "provider/param.h"

/* OpenSSL 3.5 gave the first of them its second name. */
static const char algorithm_id[] = "alg_id_param", algorithm_id_new[] = "algorithm-id-params";

/* As gost-engine's provider has it: bytes under one key of ACPKM; 28147: 0 is "no meshing". */
static const char key_mesh[] = "key-mesh";

/* The S-box of GOST 28147-89 by name or OID. */
static const char paramset[] = "paramset";

/* ---- of the algorithm ------------------------------------------------------------------------ */

const OSSL_PARAM *gt_native_cipher_gettable_params(void *provctx)
{
    static const OSSL_PARAM list[] = {
        OSSL_PARAM_uint(OSSL_CIPHER_PARAM_MODE, NULL),
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_KEYLEN, NULL),
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_IVLEN, NULL),
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_BLOCK_SIZE, NULL),
        OSSL_PARAM_int(OSSL_CIPHER_PARAM_AEAD, NULL),
        OSSL_PARAM_int(OSSL_CIPHER_PARAM_CUSTOM_IV, NULL),
        OSSL_PARAM_END,
    };

    (void)provctx;
    return list;
}

int gt_native_cipher_get_params(OSSL_PARAM params[], const gt_cipher_alg *alg)
{
    int aead = alg->mode == &gt_mode_mgm;

    return gt_param_give_uint(params, OSSL_CIPHER_PARAM_MODE, alg->evp_mode) &&
           gt_param_give_size(params, OSSL_CIPHER_PARAM_KEYLEN, GT_CIPHER_KEY) &&
           gt_param_give_size(params, OSSL_CIPHER_PARAM_IVLEN, alg->iv_size) &&
           gt_param_give_size(params, OSSL_CIPHER_PARAM_BLOCK_SIZE, alg->block) &&
           gt_param_give_int(params, OSSL_CIPHER_PARAM_AEAD, aead) &&
           gt_param_give_int(params, OSSL_CIPHER_PARAM_CUSTOM_IV, aead);
}

/* ---- of a context ---------------------------------------------------------------------------- */

#define GETTABLE                                                                                   \
    OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_KEYLEN, NULL),                                             \
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_IVLEN, NULL),                                          \
        OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_IV, NULL, 0),                                    \
        OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_UPDATED_IV, NULL, 0),                            \
        OSSL_PARAM_uint(OSSL_CIPHER_PARAM_PADDING, NULL),                                          \
        OSSL_PARAM_uint(OSSL_CIPHER_PARAM_NUM, NULL)

const OSSL_PARAM *gt_native_cipher_gettable_plain(void *cctx, void *provctx)
{
    static const OSSL_PARAM list[] = {GETTABLE, OSSL_PARAM_END};

    (void)cctx, (void)provctx;
    return list;
}

const OSSL_PARAM *gt_native_cipher_gettable_asn1(void *cctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        GETTABLE,
        OSSL_PARAM_octet_string(algorithm_id, NULL, 0),
        OSSL_PARAM_octet_string(algorithm_id_new, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)cctx, (void)provctx;
    return list;
}

const OSSL_PARAM *gt_native_cipher_gettable_aead(void *cctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        GETTABLE,
        OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL, 0),
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_AEAD_TAGLEN, NULL),
        OSSL_PARAM_END,
    };

    (void)cctx, (void)provctx;
    return list;
}

static int set_octets(OSSL_PARAM *p, const uint8_t *octets, size_t len)
{
    return p == NULL || OSSL_PARAM_set_octet_string(p, octets, len) ||
           OSSL_PARAM_set_octet_ptr(p, octets, len);
}

static int get_algorithm_id(gt_native_cipher *n, OSSL_PARAM *p)
{
    uint8_t der[GT_CIPHER_PARAMS_MAX];
    size_t len;

    if (p == NULL)
        return 1;
    len = gt_cipher_put_params(&n->c, der);
    return len > 0 && OSSL_PARAM_set_octet_string(p, der, len);
}

static int get_tag(const gt_native_cipher *n, OSSL_PARAM *p)
{
    if (p == NULL)
        return 1;
    if (!n->c.encrypt || !n->c.tagged || p->data_type != OSSL_PARAM_OCTET_STRING ||
        p->data_size > n->tag_len)
        return gt_raise(n->core, GT_R_ORDER, "no tag of %zu bytes", p->data_size);
    return OSSL_PARAM_set_octet_string(p, n->c.tag, p->data != NULL ? p->data_size : n->tag_len);
}

static int get_next_iv(const gt_native_cipher *n, OSSL_PARAM *p)
{
    const uint8_t *iv = n->token != NULL ? gt_token_cipher_next_iv(n) : gt_cipher_next_iv(&n->c);

    if (p == NULL)
        return 1;
    if (iv == NULL)
        return gt_raise(n->core, GT_R_NOT_SUPPORTED, "the token does not tell the next IV");
    return set_octets(p, iv, n->c.alg->iv_size);
}

int gt_native_cipher_get_ctx_params(void *cctx, OSSL_PARAM params[])
{
    gt_native_cipher *n = cctx;
    const gt_cipher_alg *alg = n->c.alg;

    if (!gt_param_give_size(params, OSSL_CIPHER_PARAM_KEYLEN, GT_CIPHER_KEY) ||
        !gt_param_give_size(params, OSSL_CIPHER_PARAM_IVLEN, alg->iv_size) ||
        !set_octets(OSSL_PARAM_locate(params, OSSL_CIPHER_PARAM_IV), n->c.iv, alg->iv_size) ||
        !get_next_iv(n, OSSL_PARAM_locate(params, OSSL_CIPHER_PARAM_UPDATED_IV)) ||
        !gt_param_give_uint(params, OSSL_CIPHER_PARAM_PADDING, alg->block > 1 ? n->padding : 0) ||
        !gt_param_give_uint(params, OSSL_CIPHER_PARAM_NUM, 0))
        return 0;
    if (alg->mode == &gt_mode_mgm)
        return gt_param_give_size(params, OSSL_CIPHER_PARAM_AEAD_TAGLEN, n->tag_len) &&
               get_tag(n, OSSL_PARAM_locate(params, OSSL_CIPHER_PARAM_AEAD_TAG));
    return get_algorithm_id(n, OSSL_PARAM_locate(params, algorithm_id)) &&
           get_algorithm_id(n, OSSL_PARAM_locate(params, algorithm_id_new));
}

#define SETTABLE                                                                                   \
    OSSL_PARAM_uint(OSSL_CIPHER_PARAM_PADDING, NULL),                                              \
        OSSL_PARAM_uint(OSSL_CIPHER_PARAM_NUM, NULL),                                              \
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_KEYLEN, NULL),                                         \
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_IVLEN, NULL),                                          \
        OSSL_PARAM_utf8_string(GOSTTOKEN_PARAM_URI, NULL, 0)

const OSSL_PARAM *gt_native_cipher_settable_plain(void *cctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        SETTABLE,
        OSSL_PARAM_utf8_string(paramset, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)cctx, (void)provctx;
    return list;
}

const OSSL_PARAM *gt_native_cipher_settable_asn1(void *cctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        SETTABLE,
        OSSL_PARAM_size_t(key_mesh, NULL),
        OSSL_PARAM_utf8_string(paramset, NULL, 0),
        OSSL_PARAM_octet_string(algorithm_id, NULL, 0),
        OSSL_PARAM_octet_string(algorithm_id_new, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)cctx, (void)provctx;
    return list;
}

const OSSL_PARAM *gt_native_cipher_settable_aead(void *cctx, void *provctx)
{
    static const OSSL_PARAM list[] = {
        SETTABLE,
        OSSL_PARAM_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL, 0),
        OSSL_PARAM_size_t(OSSL_CIPHER_PARAM_AEAD_TAGLEN, NULL),
        OSSL_PARAM_END,
    };

    (void)cctx, (void)provctx;
    return list;
}

/* A length that cannot be changed may be set to what it is. */
static int check_length(const gt_native_cipher *n, const OSSL_PARAM *p, size_t len)
{
    size_t value;

    if (p == NULL)
        return 1;
    if (!OSSL_PARAM_get_size_t(p, &value) || value != len)
        return gt_raise(n->core, GT_R_LENGTH, "%s is always %zu bytes", p->key, len);
    return 1;
}

static int set_algorithm_id(gt_native_cipher *n, const OSSL_PARAM *p)
{
    const void *der;
    size_t len;

    if (p == NULL)
        return 1;
    if (!gt_param_octets(p, &der, &len) || !gt_cipher_get_params(&n->c, der, len))
        return gt_raise(n->core, GT_R_PARAMETER, "not the AlgorithmIdentifier's parameters of %s",
                        n->c.alg->name);
    return 1;
}

/* Without data it is the tag's length that is set, as EVP_CTRL_AEAD_SET_TAG does. */
static int set_tag(gt_native_cipher *n, const OSSL_PARAM *p)
{
    if (p == NULL)
        return 1;
    if (p->data_type != OSSL_PARAM_OCTET_STRING || p->data_size < 4 ||
        p->data_size > n->c.alg->class->size || (p->data != NULL && n->c.encrypt))
        return gt_raise(n->core, GT_R_LENGTH, "a tag has 4 to %u bytes, and is set to decrypt",
                        n->c.alg->class->size);
    n->tag_len = p->data_size;
    if (p->data != NULL) {
        memcpy(n->c.tag, p->data, p->data_size);
        n->c.tagged = 1;
    }
    return 1;
}

static int set_tag_length(gt_native_cipher *n, const OSSL_PARAM *p)
{
    size_t len;

    if (p == NULL)
        return 1;
    if (!OSSL_PARAM_get_size_t(p, &len) || len < 4 || len > n->c.alg->class->size)
        return gt_raise(n->core, GT_R_LENGTH, "a tag has 4 to %u bytes", n->c.alg->class->size);
    n->tag_len = len;
    return 1;
}

/* The key is on a token. */
static int set_uri(gt_native_cipher *n, const OSSL_PARAM params[])
{
    const char *uri;
    gt_skey *key;
    int ok;

    if (!gt_skey_uri_param(n->prov, params, &uri))
        return 0;
    if (uri == NULL)
        return 1;
    key = gt_skey_find(n->prov, uri, gt_skey_alg_by_class(n->c.alg->class));
    ok = key != NULL && gt_token_cipher_set(n, key);
    gt_skey_free(key);
    /* A message that is going on does go on; none begins under the key before. */
    if (!ok && !n->c.started && n->have == 0 && n->ad_len == 0)
        gt_native_cipher_forget(n);
    return ok;
}

int gt_native_cipher_set_ctx_params(void *cctx, const OSSL_PARAM params[])
{
    gt_native_cipher *n = cctx;
    const OSSL_PARAM *p;
    const char *text;
    size_t section;

    if (params == NULL)
        return 1;
    if ((p = OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_PADDING)) != NULL &&
        !OSSL_PARAM_get_uint(p, &n->padding))
        return 0;
    if (!check_length(n, OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_KEYLEN),
                      GT_CIPHER_KEY) ||
        !check_length(n, OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_IVLEN),
                      n->c.alg->iv_size))
        return 0;
    if (!set_uri(n, params))
        return 0;
    if (n->c.alg->mode == &gt_mode_mgm)
        return set_tag(n, OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_AEAD_TAG)) &&
               set_tag_length(n, OSSL_PARAM_locate_const(params, OSSL_CIPHER_PARAM_AEAD_TAGLEN));
    if (!set_algorithm_id(n, OSSL_PARAM_locate_const(params, algorithm_id)) ||
        !set_algorithm_id(n, OSSL_PARAM_locate_const(params, algorithm_id_new)))
        return 0;
    if ((p = OSSL_PARAM_locate_const(params, paramset)) != NULL &&
        (!gt_param_text(p, &text) || !gt_cipher_set_sbox(&n->c, text)))
        return gt_raise(n->core, GT_R_PARAMETER, "paramset");
    if ((p = OSSL_PARAM_locate_const(params, key_mesh)) != NULL &&
        (!OSSL_PARAM_get_size_t(p, &section) || !gt_cipher_set_section(&n->c, section)))
        return gt_raise(n->core, GT_R_PARAMETER, "key-mesh");
    return 1;
}
