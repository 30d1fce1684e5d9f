/* SPDX-License-Identifier: Apache-2.0 */
/* see mech_key.h */
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

CK_RV tok_key_value(tok_session *s, tok_object *key, void **value, size_t *len)
{
    CK_RV rv = tok_object_secret(s, key, CKA_VALUE, value, len);

    return rv == CKR_ATTRIBUTE_TYPE_INVALID ? CKR_DEVICE_ERROR : rv; /* every secret key has one */
}

CK_RV tok_key_value_of(tok_session *s, tok_object *key, size_t want, void **value)
{
    size_t len;
    CK_RV rv = tok_key_value(s, key, value, &len);

    if (rv == CKR_OK && len != want) {
        tok_secret_free(*value);
        *value = NULL;
        rv = CKR_KEY_SIZE_RANGE;
    }
    return rv;
}

static const struct {
    CK_KEY_TYPE type;
    const gost_block_class *cipher;
} ciphers[] = {
    {CKK_GOST28147, &gost_block_28147},
    {CKK_MAGMA, &gost_block_magma},
    {CKK_KUZNYECHIK, &gost_block_kuznyechik},
    {CKK_MAGMA_TWIN, &gost_block_magma},
    {CKK_KUZNYECHIK_TWIN, &gost_block_kuznyechik},
};

const gost_block_class *tok_key_cipher(CK_KEY_TYPE type)
{
    size_t i;

    for (i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        if (ciphers[i].type == type)
            return ciphers[i].cipher;
    }
    return NULL;
}

const gost_sbox *tok_key_sbox(const tok_attrs *a)
{
    const CK_ATTRIBUTE *params = tok_attrs_get(a, CKA_GOST28147_PARAMS);

    return params == NULL ? gost_sbox_cryptopro_a
                          : gost_sbox_by_der(params->pValue, params->ulValueLen);
}

CK_RV tok_key_block(tok_session *s, tok_object *key, gost_block *b)
{
    const gost_block_class *cipher = tok_key_cipher(key->key_type);
    const gost_sbox *sbox = NULL;
    void *value;
    CK_RV rv;

    if (cipher == NULL)
        return CKR_KEY_TYPE_INCONSISTENT;
    if (key->key_type == CKK_GOST28147 && (sbox = tok_key_sbox(key->attrs)) == NULL)
        return CKR_DEVICE_ERROR; /* the object was checked when it was made */
    rv = tok_key_value_of(s, key, GOST_BLOCK_KEY, &value);
    if (rv != CKR_OK)
        return rv;
    gost_block_init(b, cipher, sbox, value);
    tok_secret_free(value);
    return CKR_OK;
}

CK_RV tok_key_wanted(const tok_attrs *key, size_t all, int exact, size_t *want)
{
    CK_KEY_TYPE type = tok_attrs_ulong(key, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);
    size_t fixed = tok_kind_value_len(type);

    if (tok_attrs_ulong(key, CKA_CLASS, CK_UNAVAILABLE_INFORMATION) != CKO_SECRET_KEY)
        return CKR_TEMPLATE_INCONSISTENT;
    *want = tok_attrs_ulong(key, CKA_VALUE_LEN, fixed != 0 ? fixed : all);
    if (fixed != 0 && *want != fixed)
        return CKR_TEMPLATE_INCONSISTENT;
    if (*want == 0 || *want > all || *want > TOK_KEY_MAX || (exact && *want != all))
        return CKR_KEY_SIZE_RANGE;
    return CKR_OK;
}

CK_RV tok_key_give(const void *bytes, size_t n, void **value, size_t *len)
{
    *value = tok_secret_alloc(n);
    if (*value == NULL)
        return CKR_HOST_MEMORY;
    memcpy(*value, bytes, n);
    *len = n;
    return CKR_OK;
}

void *tok_op_new(size_t size, const tok_op_class *class)
{
    tok_op *op = tok_secret_alloc(size);

    if (op != NULL)
        op->class = class;
    return op;
}

void tok_op_end(tok_op *op)
{
    tok_secret_free(op);
}
