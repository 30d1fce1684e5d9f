/* SPDX-License-Identifier: Apache-2.0 */
/* EC keys as objects: what is checked and computed when one is made (kind.h). */
#include "token/der.h"
#include "token/kind.h"
#include "token/ossl.h"
#include "token/pkey.h"
#include "token/secmem.h"

#include <string.h>

/* SubjectPublicKeyInfo (RFC 5480, section 2), and the point in its OCTET STRING. */
static CK_RV set_public(tok_attrs *a, const tok_curve *curve, const uint8_t *point)
{
    static const uint8_t algorithm[] = {0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
    static const uint8_t no_unused_bits = 0;
    size_t len = 1 + 2 * curve->bytes;
    uint8_t buf[TOK_EC_POINT_MAX + 64];
    const uint8_t *end, *params;
    tok_der_out out;
    CK_RV rv;

    tok_der_out_init(&out, buf, sizeof buf);
    end = out.p;
    tok_der_put(&out, point, len);
    tok_der_wrap(&out, TOK_DER_OCTETS, end);
    if (tok_der_out_len(&out) == 0)
        return CKR_GENERAL_ERROR;
    rv = tok_attrs_set(a, CKA_EC_POINT, out.p, tok_der_out_len(&out));
    if (rv != CKR_OK)
        return rv;

    tok_der_out_init(&out, buf, sizeof buf);
    tok_der_put(&out, point, len);
    tok_der_put(&out, &no_unused_bits, 1);
    tok_der_wrap(&out, TOK_DER_BITS, end);
    params = out.p;
    tok_der_put(&out, curve->der, curve->der_len);
    tok_der_put(&out, algorithm, sizeof algorithm);
    tok_der_wrap(&out, TOK_DER_SEQUENCE, params);
    tok_der_wrap(&out, TOK_DER_SEQUENCE, end);
    if (tok_der_out_len(&out) == 0)
        return CKR_GENERAL_ERROR;
    return tok_attrs_set(a, CKA_PUBLIC_KEY_INFO, out.p, tok_der_out_len(&out));
}

/* The point that a set has, if it is one of the curve. */
static CK_RV read_point(const tok_attrs *a, const tok_curve *curve, uint8_t point[TOK_EC_POINT_MAX])
{
    const CK_ATTRIBUTE *at = tok_attrs_get(a, CKA_EC_POINT);
    OSSL_LIB_CTX *lib;
    CK_RV rv;

    if (at == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    lib = tok_ossl_enter();
    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = tok_ec_point(lib, curve, at->pValue, at->ulValueLen, point);
    tok_ossl_leave();
    return rv;
}

CK_RV tok_kind_ec_public(tok_attrs *a, tok_how how)
{
    uint8_t point[TOK_EC_POINT_MAX];
    const tok_curve *curve;
    CK_RV rv = tok_curve_of(a, &curve);

    if (rv == CKR_OK)
        rv = read_point(a, curve, point);
    if (rv == CKR_OK)
        rv = set_public(a, curve, point);
    return rv == CKR_OK ? tok_kind_key_origin(a, how, 0) : rv;
}

/* Stores a private value in the length that the curve has. */
static CK_RV set_value(tok_attrs *a, const tok_curve *curve)
{
    const CK_ATTRIBUTE *at = tok_attrs_get(a, CKA_VALUE);
    const CK_BYTE *p = at->pValue;
    CK_ULONG len = at->ulValueLen;
    uint8_t *d;
    CK_RV rv;

    if (len == curve->bytes)
        return CKR_OK;
    for (; len > curve->bytes; len--)
        p++; /* zeros: the value is below the order */
    d = tok_secret_alloc(curve->bytes);
    if (d == NULL)
        return CKR_HOST_MEMORY;
    memcpy(d + curve->bytes - len, p, len);
    rv = tok_attrs_set(a, CKA_VALUE, d, curve->bytes);
    tok_secret_free(d);
    return rv;
}

CK_RV tok_kind_ec_private(tok_attrs *a, tok_how how)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(a, CKA_VALUE);
    uint8_t point[TOK_EC_POINT_MAX], given[TOK_EC_POINT_MAX];
    const tok_curve *curve;
    OSSL_LIB_CTX *lib;
    CK_RV rv = tok_curve_of(a, &curve);

    if (rv != CKR_OK)
        return rv;
    if (value == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    lib = tok_ossl_enter();
    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = tok_ec_public(lib, curve, value->pValue, value->ulValueLen, point);
    tok_ossl_leave();
    if (rv == CKR_OK && tok_attrs_get(a, CKA_EC_POINT) != NULL) {
        rv = read_point(a, curve, given);
        if (rv == CKR_OK && memcmp(given, point, 1 + 2 * curve->bytes) != 0)
            rv = CKR_TEMPLATE_INCONSISTENT;
    }
    if (rv == CKR_OK)
        rv = set_value(a, curve);
    if (rv == CKR_OK)
        rv = set_public(a, curve, point);
    return rv == CKR_OK ? tok_kind_key_origin(a, how, 1) : rv;
}
