/* SPDX-License-Identifier: Apache-2.0 */
/* CKM_EC_KEY_PAIR_GEN and CKM_ECDH1_DERIVE. */
#include "token/mech.h"
#include "token/ossl.h"
#include "token/inner/inner.h"
#include "token/pkey.h"
#include "token/secmem.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <string.h>

/* ---- key pairs ------------------------------------------------------------------------------ */

/* The curve stands in the public template; in the private one it may be repeated. */
static CK_RV shared_curve(const tok_attrs *pub, tok_attrs *priv, const tok_curve **curve)
{
    const CK_ATTRIBUTE *again = tok_attrs_get(priv, CKA_EC_PARAMS);
    CK_RV rv = tok_curve_of(pub, curve);

    if (rv != CKR_OK)
        return rv;
    if (again != NULL && (again->ulValueLen != (*curve)->der_len ||
                          memcmp(again->pValue, (*curve)->der, (*curve)->der_len) != 0))
        return CKR_TEMPLATE_INCONSISTENT;
    return tok_attrs_set(priv, CKA_EC_PARAMS, (*curve)->der, (*curve)->der_len);
}

static CK_RV make(OSSL_LIB_CTX *lib, const tok_curve *curve, tok_attrs *pub, tok_attrs *priv)
{
    uint8_t point[TOK_EC_POINT_MAX];
    const CK_ATTRIBUTE *d;
    OSSL_PARAM params[2];
    EVP_PKEY *pkey = NULL;
    CK_RV rv;

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                 (char *)(uintptr_t)curve->name, 0);
    params[1] = OSSL_PARAM_construct_end();
    rv = tok_pkey_generate(lib, TOK_OSSL_EC, params, &pkey);
    if (rv == CKR_OK)
        rv = tok_pkey_number(pkey, OSSL_PKEY_PARAM_PRIV_KEY, curve->bytes, priv, CKA_VALUE);
    EVP_PKEY_free(pkey);
    if (rv != CKR_OK)
        return rv;
    d = tok_attrs_get(priv, CKA_VALUE);
    rv = tok_ec_public(lib, curve, d->pValue, d->ulValueLen, point);
    return rv == CKR_OK ? tok_attrs_set(pub, CKA_EC_POINT, point, 1 + 2 * curve->bytes) : rv;
}

static CK_RV generate(const tok_mech *m, const CK_MECHANISM *param, tok_attrs *pub, tok_attrs *priv)
{
    const tok_curve *curve;
    OSSL_LIB_CTX *lib;
    CK_RV rv;

    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    rv = shared_curve(pub, priv, &curve);
    if (rv != CKR_OK)
        return rv;
    lib = tok_ossl_enter();
    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = make(lib, curve, pub, priv);
    tok_ossl_leave();
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(priv, CKA_KEY_GEN_MECHANISM, m->type);
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(pub, CKA_KEY_GEN_MECHANISM, m->type);
    return rv;
}

const tok_mech_class tok_mech_ec_keygen = {
    .generate_pair = generate,
};

/* ---- ECDH ----------------------------------------------------------------------------------- */

/* The other side's point, as it is or in an OCTET STRING. */
static CK_RV peer_of(OSSL_LIB_CTX *lib, const CK_MECHANISM *param, const tok_object *base,
                     const tok_curve **curve, EVP_PKEY **peer)
{
    CK_ECDH1_DERIVE_PARAMS given;
    uint8_t point[TOK_EC_POINT_MAX];
    tok_attrs *a;
    CK_RV rv;

    if (param->ulParameterLen != sizeof given)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&given, param->pParameter, sizeof given);
    if (given.kdf != CKD_NULL || given.ulSharedDataLen != 0 || given.pPublicData == NULL ||
        tok_curve_of(base->attrs, curve) != CKR_OK)
        return CKR_MECHANISM_PARAM_INVALID;
    rv = tok_ec_point(lib, *curve, given.pPublicData, given.ulPublicDataLen, point);
    if (rv != CKR_OK)
        return rv == CKR_ATTRIBUTE_VALUE_INVALID ? CKR_MECHANISM_PARAM_INVALID : rv;
    a = tok_attrs_new();
    rv = a != NULL ? tok_attrs_set_ulong(a, CKA_KEY_TYPE, CKK_EC) : CKR_HOST_MEMORY;
    if (rv == CKR_OK)
        rv = tok_attrs_set(a, CKA_EC_PARAMS, (*curve)->der, (*curve)->der_len);
    if (rv == CKR_OK)
        rv = tok_attrs_set(a, CKA_EC_POINT, point, 1 + 2 * (*curve)->bytes);
    if (rv == CKR_OK)
        rv = tok_pkey_public(lib, a, peer);
    tok_attrs_free(a);
    return rv;
}

/* How much of the secret the new key takes: from its end (PKCS #11 2.40, 2.3.7). */
static CK_RV length_of(const tok_attrs *key, size_t have, size_t *want)
{
    CK_ULONG asked = tok_attrs_ulong(key, CKA_VALUE_LEN, 0);

    if (tok_attrs_ulong(key, CKA_CLASS, TOK_NO_TYPE) != CKO_SECRET_KEY)
        return CKR_TEMPLATE_INCONSISTENT;
    *want = tok_kind_value_len(tok_attrs_ulong(key, CKA_KEY_TYPE, TOK_NO_TYPE));
    if (asked != 0 && *want != 0 && asked != *want)
        return CKR_TEMPLATE_INCONSISTENT;
    if (*want == 0)
        *want = asked != 0 ? asked : have;
    return *want <= have ? CKR_OK : CKR_KEY_SIZE_RANGE;
}

static CK_RV agree(OSSL_LIB_CTX *lib, EVP_PKEY *own, EVP_PKEY *peer, uint8_t *secret, size_t bytes)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(lib, own, NULL);
    size_t len = bytes;
    CK_RV rv = CKR_OK;

    if (ctx == NULL)
        return CKR_HOST_MEMORY;
    if (EVP_PKEY_derive_init(ctx) <= 0 || EVP_PKEY_derive_set_peer(ctx, peer) <= 0 ||
        EVP_PKEY_derive(ctx, secret, &len) <= 0 || len != bytes)
        rv = CKR_FUNCTION_FAILED;
    EVP_PKEY_CTX_free(ctx);
    return rv;
}

static CK_RV derive_in(OSSL_LIB_CTX *lib, const CK_MECHANISM *param, tok_session *s,
                       tok_object *base, tok_attrs *key, void **value, size_t *len)
{
    const tok_curve *curve;
    EVP_PKEY *peer = NULL;
    tok_key *own = NULL;
    uint8_t *secret = NULL;
    CK_RV rv = peer_of(lib, param, base, &curve, &peer);

    if (rv == CKR_OK)
        rv = length_of(key, curve->bytes, len);
    if (rv == CKR_OK)
        rv = tok_object_key(s, base, &own);
    if (rv == CKR_OK) {
        secret = tok_secret_alloc(curve->bytes);
        *value = tok_secret_alloc(*len);
        rv = secret != NULL && *value != NULL ? agree(lib, own->ossl, peer, secret, curve->bytes)
                                              : CKR_HOST_MEMORY;
        if (rv == CKR_OK) {
            memcpy(*value, secret + curve->bytes - *len, *len);
        } else {
            tok_secret_free(*value);
            *value = NULL;
        }
    }
    tok_secret_free(secret);
    tok_key_free(own);
    EVP_PKEY_free(peer);
    return rv;
}

static CK_RV derive(const tok_mech *m, const CK_MECHANISM *param, tok_session *s, tok_object *base,
                    tok_attrs *key, void **value, size_t *len)
{
    OSSL_LIB_CTX *lib = tok_ossl_enter();
    CK_RV rv;

    (void)m;
    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = derive_in(lib, param, s, base, key, value, len);
    tok_ossl_leave();
    return rv;
}

const tok_mech_class tok_mech_ecdh = {
    .derive = derive,
};
