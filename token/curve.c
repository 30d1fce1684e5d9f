/* SPDX-License-Identifier: Apache-2.0 */
/* see pkey.h: NIST's curves */
#include "token/der.h"
#include "token/pkey.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <string.h>

static const uint8_t p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
static const uint8_t p384[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
static const uint8_t p521[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23};

static const tok_curve curves[] = {
    {"P-256", NID_X9_62_prime256v1, 32, p256, sizeof p256},
    {"P-384", NID_secp384r1, 48, p384, sizeof p384},
    {"P-521", NID_secp521r1, 66, p521, sizeof p521},
};

CK_RV tok_curve_of(const tok_attrs *a, const tok_curve **out)
{
    const CK_ATTRIBUTE *params = tok_attrs_get(a, CKA_EC_PARAMS);
    tok_der in;
    size_t i;

    if (params == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    for (i = 0; i < sizeof curves / sizeof curves[0]; i++) {
        if (params->ulValueLen == curves[i].der_len &&
            memcmp(params->pValue, curves[i].der, curves[i].der_len) == 0) {
            *out = &curves[i];
            return CKR_OK;
        }
    }
    in.p = params->pValue;
    in.len = params->ulValueLen;
    if (tok_der_is_oid(in.p, in.len) ||
        (tok_der_take(&in, TOK_DER_SEQUENCE, NULL, NULL) && in.len == 0))
        return CKR_CURVE_NOT_SUPPORTED;
    return CKR_DOMAIN_PARAMS_INVALID;
}

/* A point in OpenSSL's hands. */
typedef struct point {
    EC_GROUP *group;
    EC_POINT *at;
    BN_CTX *bn;
} point;

static int point_new(OSSL_LIB_CTX *lib, const tok_curve *curve, point *p)
{
    p->group = EC_GROUP_new_by_curve_name_ex(lib, NULL, curve->nid);
    p->at = p->group != NULL ? EC_POINT_new(p->group) : NULL;
    p->bn = BN_CTX_secure_new_ex(lib);
    return p->at != NULL && p->bn != NULL;
}

static void point_free(point *p)
{
    EC_POINT_free(p->at);
    EC_GROUP_free(p->group);
    BN_CTX_free(p->bn);
}

static int point_write(const point *p, const tok_curve *curve, uint8_t out[TOK_EC_POINT_MAX])
{
    return EC_POINT_point2oct(p->group, p->at, POINT_CONVERSION_UNCOMPRESSED, out, TOK_EC_POINT_MAX,
                              p->bn) == 1 + 2 * curve->bytes;
}

CK_RV tok_ec_point(OSSL_LIB_CTX *lib, const tok_curve *curve, const void *in, size_t len,
                   uint8_t out[TOK_EC_POINT_MAX])
{
    tok_der der = {in, len}, raw = {in, len};
    point p;
    CK_RV rv = CKR_HOST_MEMORY;

    /* 04 begins an uncompressed point and an OCTET STRING; only one of them has the right length */
    if (len != 1 + 2 * curve->bytes && len != 1 + curve->bytes &&
        (!tok_der_take(&der, TOK_DER_OCTETS, &raw, NULL) || der.len != 0))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if (raw.len != 1 + 2 * curve->bytes && raw.len != 1 + curve->bytes)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if (point_new(lib, curve, &p)) {
        rv = CKR_ATTRIBUTE_VALUE_INVALID; /* oct2point says no to what is not on the curve */
        if (EC_POINT_oct2point(p.group, p.at, raw.p, raw.len, p.bn) && point_write(&p, curve, out))
            rv = CKR_OK;
    }
    point_free(&p);
    return rv;
}

CK_RV tok_ec_public(OSSL_LIB_CTX *lib, const tok_curve *curve, const void *d, size_t len,
                    uint8_t out[TOK_EC_POINT_MAX])
{
    BIGNUM *k;
    point p;
    CK_RV rv = CKR_HOST_MEMORY;

    if (tok_number_bits(d, len) > curve->bytes * 8)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    k = BN_secure_new();
    if (point_new(lib, curve, &p) && k != NULL && BN_bin2bn(d, (int)len, k) != NULL) {
        BN_set_flags(k, BN_FLG_CONSTTIME);
        rv = CKR_ATTRIBUTE_VALUE_INVALID;
        if (!BN_is_zero(k) && BN_cmp(k, EC_GROUP_get0_order(p.group)) < 0 &&
            EC_POINT_mul(p.group, p.at, k, NULL, NULL, p.bn) && point_write(&p, curve, out))
            rv = CKR_OK;
    }
    BN_clear_free(k);
    point_free(&p);
    return rv;
}
