/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_GOST28147_KEY_WRAP (RFC 4357, 6.1 and 6.2): a secret key of 32 bytes under one of GOST
 * 28147-89, encrypted | MAC of 4 bytes. The key is not diversified here: who wants CryptoPro's wrap
 * (RFC 4357, 6.3) derives the wrapping key with CKD_KDF_4357. The parameter is the UKM of 8 bytes,
 * as it is or in CK_KEY_DERIVATION_STRING_DATA; none: zeros.
 */
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

#define UKM 8

static CK_RV read_ukm(const CK_MECHANISM *param, CK_BYTE ukm[UKM])
{
    CK_KEY_DERIVATION_STRING_DATA data = {param->pParameter, param->ulParameterLen};

    memset(ukm, 0, UKM);
    if (data.ulLen == 0)
        return CKR_OK;
    if (data.ulLen == sizeof data)
        memcpy(&data, param->pParameter, sizeof data);
    if (data.pData == NULL || data.ulLen != UKM)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(ukm, data.pData, UKM);
    return CKR_OK;
}

static CK_RV wrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                  tok_object *wrapping, tok_object *key, CK_BYTE *out, CK_ULONG *out_len)
{
    const gost_sbox *sbox = tok_key_sbox(wrapping->attrs);
    void *kek = NULL, *cek = NULL;
    CK_ULONG room = *out_len;
    CK_BYTE ukm[UKM];
    CK_RV rv = read_ukm(param, ukm);

    (void)m;
    if (rv != CKR_OK)
        return rv;
    if (sbox == NULL)
        return CKR_DEVICE_ERROR;
    if (key->class != CKO_SECRET_KEY)
        return CKR_KEY_NOT_WRAPPABLE;
    rv = tok_key_value_of(s, key, GOST_BLOCK_KEY, &cek);
    if (rv == CKR_OK)
        *out_len = GOST_28147_WRAPPED;
    if (rv == CKR_OK && out != NULL && room < *out_len)
        rv = CKR_BUFFER_TOO_SMALL;
    if (rv == CKR_OK && out != NULL)
        rv = tok_key_value_of(s, wrapping, GOST_BLOCK_KEY, &kek);
    if (rv == CKR_OK && out != NULL)
        gost_28147_wrap(sbox, 0, kek, ukm, cek, out);
    tok_secret_free(kek);
    tok_secret_free(cek);
    return rv;
}

static CK_RV unwrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                    tok_object *wrapping, const CK_BYTE *wrapped, CK_ULONG wrapped_len,
                    tok_attrs *key, void **value, size_t *len)
{
    const gost_sbox *sbox = tok_key_sbox(wrapping->attrs);
    CK_BYTE ukm[UKM];
    void *kek;
    CK_RV rv = read_ukm(param, ukm);

    (void)m;
    if (rv != CKR_OK)
        return rv;
    if (sbox == NULL)
        return CKR_DEVICE_ERROR;
    if (wrapped_len != GOST_28147_WRAPPED)
        return CKR_WRAPPED_KEY_LEN_RANGE;
    rv = tok_key_wanted(key, GOST_BLOCK_KEY, 1, len);
    if (rv != CKR_OK)
        return rv == CKR_KEY_SIZE_RANGE ? CKR_TEMPLATE_INCONSISTENT : rv;
    rv = tok_key_value_of(s, wrapping, GOST_BLOCK_KEY, &kek);
    if (rv != CKR_OK)
        return rv;
    *value = tok_secret_alloc(*len);
    if (*value == NULL)
        rv = CKR_HOST_MEMORY;
    else if (!gost_28147_unwrap(sbox, 0, kek, ukm, wrapped, *value))
        rv = CKR_WRAPPED_KEY_INVALID;
    if (rv != CKR_OK) {
        tok_secret_free(*value);
        *value = NULL;
    }
    tok_secret_free(kek);
    return rv;
}

const tok_mech_class tok_mech_28147_wrap = {
    .wrap = wrap,
    .unwrap = unwrap,
};
