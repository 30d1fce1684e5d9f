/* SPDX-License-Identifier: Apache-2.0 */
/* see kind.h */
#include "token/kind.h"
#include "gost/mem.h"
#include "token/der.h"
#include "token/gostkey.h"
#include "token/hwfeature.h"

#include <string.h>

/* Fills in what the caller left out or empty. */
static CK_RV fill(tok_attrs *a, CK_ATTRIBUTE_TYPE type, const tok_der *element)
{
    const CK_ATTRIBUTE *given = tok_attrs_get(a, type);

    if (given != NULL && given->ulValueLen != 0)
        return CKR_OK;
    return tok_attrs_set(a, type, element->p, element->len);
}

static CK_RV certificate(tok_attrs *a, tok_how how)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(a, CKA_VALUE);
    const CK_ATTRIBUTE *info = tok_attrs_get(a, CKA_PUBLIC_KEY_INFO);
    tok_certificate cert;
    CK_RV rv;

    (void)how;
    if (value == NULL || !tok_der_certificate(value->pValue, value->ulValueLen, &cert))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if (info != NULL && info->ulValueLen != 0 &&
        (info->ulValueLen != cert.public_key_info.len ||
         memcmp(info->pValue, cert.public_key_info.p, info->ulValueLen) != 0))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if (tok_attrs_ulong(a, CKA_CERTIFICATE_CATEGORY, 0) >
        3) /* unspecified, user, authority, other */
        return CKR_ATTRIBUTE_VALUE_INVALID;
    rv = fill(a, CKA_SUBJECT, &cert.subject);
    if (rv == CKR_OK)
        rv = fill(a, CKA_ISSUER, &cert.issuer);
    if (rv == CKR_OK)
        rv = fill(a, CKA_SERIAL_NUMBER, &cert.serial);
    if (rv == CKR_OK)
        rv = fill(a, CKA_PUBLIC_KEY_INFO, &cert.public_key_info);
    return rv;
}

CK_RV tok_kind_key_origin(tok_attrs *a, tok_how how, int secret)
{
    CK_BBOOL sensitive = tok_attrs_bool(a, CKA_SENSITIVE, CK_FALSE);
    CK_BBOOL extractable = tok_attrs_bool(a, CKA_EXTRACTABLE, CK_TRUE);
    CK_BBOOL local = how == TOK_GENERATE;
    CK_RV rv;

    rv = tok_attrs_set_bool(a, CKA_LOCAL, local);
    /* CKA_KEY_GEN_MECHANISM of a local key is set by its mechanism. */
    if (rv == CKR_OK && !local)
        rv = tok_attrs_set_ulong(a, CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION);
    if (rv == CKR_OK && secret)
        rv = tok_attrs_set_bool(a, CKA_ALWAYS_SENSITIVE, local && sensitive);
    if (rv == CKR_OK && secret)
        rv = tok_attrs_set_bool(a, CKA_NEVER_EXTRACTABLE, local && !extractable);
    return rv;
}

/* Sets CKA_GOSTR3411_PARAMS, if it is not there, and CKA_PUBLIC_KEY_INFO. */
static CK_RV gost_common(tok_attrs *a, const gost_paramset *ps, const tok_gost_hash *hash,
                         const uint8_t *pub)
{
    uint8_t buf[TOK_GOST_SPKI_MAX];
    const uint8_t *spki;
    size_t len = tok_gost_spki(ps, hash, pub, buf, &spki);
    CK_RV rv;

    if (len == 0)
        return CKR_GENERAL_ERROR;
    rv = tok_attrs_set(a, CKA_PUBLIC_KEY_INFO, spki, len);
    if (rv == CKR_OK)
        rv = tok_attrs_set(a, CKA_GOSTR3411_PARAMS, hash->der, hash->der_len);
    return rv;
}

static CK_RV gost_public(tok_attrs *a, tok_how how)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(a, CKA_VALUE);
    const tok_gost_hash *hash;
    const gost_paramset *ps;
    uint8_t pub[GOST_3410_MAX_PUB];
    tok_der in, raw;
    CK_RV rv = tok_gost_params(a, &ps, &hash);

    if (rv != CKR_OK)
        return rv;
    if (value == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    raw.p = value->pValue;
    raw.len = value->ulValueLen;
    if (raw.len != ps->bits / 4) { /* perhaps as it stands in SubjectPublicKeyInfo */
        in = raw;
        if (!tok_der_take(&in, TOK_DER_OCTETS, &raw, NULL) || in.len != 0 ||
            raw.len != ps->bits / 4)
            return CKR_ATTRIBUTE_VALUE_INVALID;
    }
    if (!gost_3410_public_valid(ps, raw.p))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    memcpy(pub, raw.p, raw.len);
    rv = tok_attrs_set(a, CKA_VALUE, pub, raw.len);
    if (rv == CKR_OK)
        rv = gost_common(a, ps, hash, pub);
    return rv == CKR_OK ? tok_kind_key_origin(a, how, 0) : rv;
}

static CK_RV gost_private(tok_attrs *a, tok_how how)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(a, CKA_VALUE);
    const tok_gost_hash *hash;
    const gost_paramset *ps;
    uint8_t pub[GOST_3410_MAX_PUB];
    CK_RV rv = tok_gost_params(a, &ps, &hash);

    if (rv != CKR_OK)
        return rv;
    if (value == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    if (value->ulValueLen != ps->bits / 8 || !gost_3410_public(ps, value->pValue, pub))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    gost_unpoison(pub, sizeof pub);
    rv = gost_common(a, ps, hash, pub);
    return rv == CKR_OK ? tok_kind_key_origin(a, how, 1) : rv;
}

static CK_RV data(tok_attrs *a, tok_how how)
{
    (void)a;
    (void)how;
    return CKR_OK;
}

/* Nobody makes one: see hwfeature.h. */
static CK_RV hw_feature(tok_attrs *a, tok_how how)
{
    (void)a;
    (void)how;
    return CKR_TEMPLATE_INCONSISTENT;
}

static const tok_kind kinds[] = {
    {TOK_KIND_DATA, CKO_DATA, TOK_NO_TYPE, 0, data},
    {TOK_KIND_HW_FEATURE, CKO_HW_FEATURE, CKA_HW_FEATURE_TYPE, TOK_FEATURE_TOKEN_INFO, hw_feature},
    {TOK_KIND_CERT, CKO_CERTIFICATE, CKA_CERTIFICATE_TYPE, CKC_X_509, certificate},
    {TOK_KIND_GOST_PUB, CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKK_GOSTR3410, gost_public},
    {TOK_KIND_GOST_PUB, CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKK_GOSTR3410_512, gost_public},
    {TOK_KIND_GOST_PRIV, CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKK_GOSTR3410, gost_private},
    {TOK_KIND_GOST_PRIV, CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKK_GOSTR3410_512, gost_private},
    {TOK_KIND_RSA_PUB, CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKK_RSA, tok_kind_rsa_public},
    {TOK_KIND_RSA_PRIV, CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKK_RSA, tok_kind_rsa_private},
    {TOK_KIND_EC_PUB, CKO_PUBLIC_KEY, CKA_KEY_TYPE, CKK_EC, tok_kind_ec_public},
    {TOK_KIND_EC_PRIV, CKO_PRIVATE_KEY, CKA_KEY_TYPE, CKK_EC, tok_kind_ec_private},
    {TOK_KIND_GENERIC, CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_GENERIC_SECRET, tok_kind_generic},
    {TOK_KIND_28147, CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_GOST28147, tok_kind_28147},
    {TOK_KIND_BLOCK, CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_KUZNYECHIK, tok_kind_block},
    {TOK_KIND_BLOCK, CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_MAGMA, tok_kind_block},
    {TOK_KIND_TWIN, CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_KUZNYECHIK_TWIN, tok_kind_twin},
    {TOK_KIND_TWIN, CKO_SECRET_KEY, CKA_KEY_TYPE, CKK_MAGMA_TWIN, tok_kind_twin},
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const tok_kind *tok_kind_find(CK_OBJECT_CLASS class, CK_ULONG type)
{
    size_t i;

    for (i = 0; i < COUNT(kinds); i++) {
        if (kinds[i].class == class && (kinds[i].type_attr == TOK_NO_TYPE || kinds[i].type == type))
            return &kinds[i];
    }
    return NULL;
}

const tok_kind *tok_kind_of(const tok_attrs *a)
{
    CK_OBJECT_CLASS class = tok_attrs_ulong(a, CKA_CLASS, CK_UNAVAILABLE_INFORMATION);
    CK_ATTRIBUTE_TYPE type_attr;

    if (!tok_kind_class(class, &type_attr))
        return NULL;
    return tok_kind_find(class, type_attr == TOK_NO_TYPE
                                    ? 0
                                    : tok_attrs_ulong(a, type_attr, CK_UNAVAILABLE_INFORMATION));
}

int tok_kind_class(CK_OBJECT_CLASS class, CK_ATTRIBUTE_TYPE *type_attr)
{
    size_t i;

    for (i = 0; i < COUNT(kinds); i++) {
        if (kinds[i].class == class) {
            *type_attr = kinds[i].type_attr;
            return 1;
        }
    }
    return 0;
}
