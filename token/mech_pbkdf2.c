/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_PKCS5_PBKD2 with HMAC of Streebog (RFC 9337, section 4) or of GOST R 34.11-94. The parameter
 * is CK_PKCS5_PBKD2_PARAMS2. (The older CK_PKCS5_PBKD2_PARAMS has a pointer to the password's
 * length in its place and cannot be told apart safely.)
 */
#include "gost/kdf.h"
#include "token/gostkey.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

#define PART_MAX 65536 /* bytes of a password or salt */
#define KEY_MAX  4096

static const struct {
    CK_ULONG prf;
    gost_prf_hash hash;
    unsigned digest; /* of the hash parameters that may be named: see tok_gost_hash */
} prfs[] = {
    {CKP_PKCS5_PBKD2_HMAC_GOSTR3411, GOST_PRF_94, 0},
    {CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_256, GOST_PRF_256, 256},
    {CKP_PKCS5_PBKD2_HMAC_GOSTR3411_2012_512, GOST_PRF_512, 512},
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static CK_RV read_params(const CK_MECHANISM *param, CK_PKCS5_PBKD2_PARAMS2 *p, gost_prf_hash *hash)
{
    const tok_gost_hash *named;
    size_t i;

    if (param->ulParameterLen != sizeof *p)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(p, param->pParameter, sizeof *p);
    for (i = 0; i < COUNT(prfs) && prfs[i].prf != p->prf; i++)
        ;
    if (i == COUNT(prfs) || p->saltSource != CKZ_SALT_SPECIFIED || p->pSaltSourceData == NULL ||
        p->ulSaltSourceDataLen == 0 || p->ulSaltSourceDataLen > PART_MAX || p->iterations == 0 ||
        p->iterations > UINT32_MAX || (p->pPassword == NULL && p->ulPasswordLen != 0) ||
        p->ulPasswordLen > PART_MAX)
        return CKR_MECHANISM_PARAM_INVALID;
    if (p->pPrfData != NULL) {
        named = tok_gost_hash_by_der(p->pPrfData, p->ulPrfDataLen);
        if (named == NULL || named->digest != prfs[i].digest)
            return CKR_MECHANISM_PARAM_INVALID;
    } else if (p->ulPrfDataLen != 0) {
        return CKR_MECHANISM_PARAM_INVALID;
    }
    *hash = prfs[i].hash;
    return CKR_OK;
}

static CK_RV generate(const tok_mech *m, const CK_MECHANISM *param, tok_attrs *key, void **value,
                      size_t *len)
{
    CK_KEY_TYPE type = tok_attrs_ulong(key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);
    CK_PKCS5_PBKD2_PARAMS2 p;
    gost_prf_hash hash;
    CK_RV rv = read_params(param, &p, &hash);

    (void)m;
    if (rv == CKR_OK && tok_kind_value_len(type) == 0 && tok_attrs_get(key, CKA_VALUE_LEN) == NULL)
        rv = CKR_TEMPLATE_INCOMPLETE;
    if (rv == CKR_OK)
        rv = tok_key_wanted(key, KEY_MAX, 0, len);
    if (rv != CKR_OK)
        return rv;
    *value = tok_secret_alloc(*len);
    if (*value == NULL)
        return CKR_HOST_MEMORY;
    gost_pbkdf2(hash, p.pPassword, p.ulPasswordLen, p.pSaltSourceData, p.ulSaltSourceDataLen,
                (uint32_t)p.iterations, *value, *len);
    return CKR_OK;
}

const tok_mech_class tok_mech_pbkdf2 = {
    .generate = generate,
};
