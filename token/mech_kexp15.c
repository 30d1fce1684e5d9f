/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_KUZNYECHIK_KEXP_15_WRAP, CKM_MAGMA_KEXP_15_WRAP: KExp15 and KImp15 (R 1323565.1.017-2018;
 * RFC 9189, 8.2.1) of secret keys, under a twin key: the MAC's | the cipher's. The parameter is
 * half a block of initial value; a value must not be used twice with one key.
 */
#include "gost/kexp15.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

static CK_RV wrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                  tok_object *wrapping, tok_object *key, CK_BYTE *out, CK_ULONG *out_len)
{
    const gost_block_class *cipher = tok_key_cipher(wrapping->key_type);
    void *twin = NULL, *secret = NULL;
    CK_ULONG room = *out_len;
    size_t len;
    CK_RV rv;

    (void)m;
    if (param->ulParameterLen != cipher->size / 2)
        return CKR_MECHANISM_PARAM_INVALID;
    if (key->class != CKO_SECRET_KEY)
        return CKR_KEY_NOT_WRAPPABLE;
    rv = tok_key_value(s, key, &secret, &len);
    if (rv != CKR_OK)
        return rv;
    if (len == 0 || len > GOST_KEXP15_MAX)
        rv = CKR_KEY_SIZE_RANGE;
    if (rv == CKR_OK)
        *out_len = len + cipher->size;
    if (rv == CKR_OK && out != NULL && room < *out_len)
        rv = CKR_BUFFER_TOO_SMALL;
    if (rv == CKR_OK && out != NULL)
        rv = tok_key_value_of(s, wrapping, 2 * GOST_BLOCK_KEY, &twin);
    if (rv == CKR_OK && out != NULL)
        gost_kexp15(cipher, (const uint8_t *)twin + GOST_BLOCK_KEY, twin, param->pParameter, secret,
                    len, out);
    tok_secret_free(twin);
    tok_secret_free(secret);
    return rv;
}

static CK_RV unwrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                    tok_object *wrapping, const CK_BYTE *wrapped, CK_ULONG wrapped_len,
                    tok_attrs *key, void **value, size_t *len)
{
    const gost_block_class *cipher = tok_key_cipher(wrapping->key_type);
    void *twin;
    size_t want;
    CK_RV rv;

    (void)m;
    if (param->ulParameterLen != cipher->size / 2)
        return CKR_MECHANISM_PARAM_INVALID;
    if (wrapped_len <= cipher->size || wrapped_len > GOST_KEXP15_MAX + cipher->size)
        return CKR_WRAPPED_KEY_LEN_RANGE;
    rv = tok_key_wanted(key, wrapped_len - cipher->size, 1, &want);
    if (rv != CKR_OK)
        return rv == CKR_KEY_SIZE_RANGE ? CKR_WRAPPED_KEY_LEN_RANGE : rv;
    rv = tok_key_value_of(s, wrapping, 2 * GOST_BLOCK_KEY, &twin);
    if (rv != CKR_OK)
        return rv;
    *value = tok_secret_alloc(want);
    if (*value == NULL)
        rv = CKR_HOST_MEMORY;
    else if (!gost_kimp15(cipher, (const uint8_t *)twin + GOST_BLOCK_KEY, twin, param->pParameter,
                          wrapped, wrapped_len, *value))
        rv = CKR_WRAPPED_KEY_INVALID;
    if (rv != CKR_OK) {
        tok_secret_free(*value);
        *value = NULL;
    }
    *len = want;
    tok_secret_free(twin);
    return rv;
}

const tok_mech_class tok_mech_kexp15 = {
    .wrap = wrap,
    .unwrap = unwrap,
};
