/* SPDX-License-Identifier: Apache-2.0 */
/* see kind.h: secret keys */
#include "token/kind.h"
#include "gost/gost28147.h"

/* What all secret keys have in common; size: the bytes of the value, 0: any number but none. */
static CK_RV secret(tok_attrs *a, tok_how how, size_t size)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(a, CKA_VALUE);
    CK_ULONG said;
    CK_RV rv;

    if (value == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    if (size != 0 ? value->ulValueLen != size : value->ulValueLen == 0)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    said = tok_attrs_ulong(a, CKA_VALUE_LEN, value->ulValueLen);
    if (said != value->ulValueLen)
        return CKR_TEMPLATE_INCONSISTENT;
    rv = tok_attrs_set_ulong(a, CKA_VALUE_LEN, value->ulValueLen);
    return rv == CKR_OK ? tok_kind_key_origin(a, how, 1) : rv;
}

CK_RV tok_kind_generic(tok_attrs *a, tok_how how)
{
    return secret(a, how, 0);
}

CK_RV tok_kind_block(tok_attrs *a, tok_how how)
{
    return secret(a, how, GOST_BLOCK_KEY);
}

CK_RV tok_kind_twin(tok_attrs *a, tok_how how)
{
    return secret(a, how, 2 * GOST_BLOCK_KEY);
}

CK_RV tok_kind_28147(tok_attrs *a, tok_how how)
{
    const CK_ATTRIBUTE *params = tok_attrs_get(a, CKA_GOST28147_PARAMS);
    CK_RV rv = CKR_OK;

    if (params == NULL)
        rv = tok_attrs_set(a, CKA_GOST28147_PARAMS, gost_sbox_cryptopro_a->der,
                           gost_sbox_cryptopro_a->der_len);
    else if (gost_sbox_by_der(params->pValue, params->ulValueLen) == NULL)
        rv = CKR_ATTRIBUTE_VALUE_INVALID;
    return rv == CKR_OK ? secret(a, how, GOST_BLOCK_KEY) : rv;
}

size_t tok_kind_value_len(CK_KEY_TYPE type)
{
    switch (type) {
    case CKK_GOST28147:
    case CKK_KUZNYECHIK:
    case CKK_MAGMA:
        return GOST_BLOCK_KEY;
    case CKK_KUZNYECHIK_TWIN:
    case CKK_MAGMA_TWIN:
        return 2 * GOST_BLOCK_KEY;
    default:
        return 0;
    }
}
