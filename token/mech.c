/* SPDX-License-Identifier: Apache-2.0 */
/* see mech.h */
#include "token/mech.h"
#include "token/gostkey.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* Each family is a table in a file of its own. */
static const tok_mech_family *const families[] = {
    &tok_mechs_gost, &tok_mechs_ossl, &tok_mechs_cipher, &tok_mechs_kdf, &tok_mechs_secret,
};

const tok_mech *tok_mech_at(size_t i)
{
    size_t f;

    for (f = 0; f < COUNT(families); i -= families[f++]->n) {
        if (i < families[f]->n)
            return &families[f]->mechs[i];
    }
    return NULL;
}

CK_RV tok_mech_find(const CK_MECHANISM *param, CK_FLAGS flags, const tok_mech **out)
{
    const tok_mech *m;
    size_t i;

    if (param == NULL)
        return CKR_ARGUMENTS_BAD;
    for (i = 0; (m = tok_mech_at(i)) != NULL; i++) {
        if (m->type != param->mechanism)
            continue;
        if ((m->info.flags & flags) != flags)
            return CKR_MECHANISM_INVALID;
        if (param->pParameter == NULL && param->ulParameterLen != 0)
            return CKR_MECHANISM_PARAM_INVALID;
        *out = m;
        return CKR_OK;
    }
    return CKR_MECHANISM_INVALID;
}

CK_RV tok_mech_key_ok(const tok_mech *m, const tok_object *key, CK_OBJECT_CLASS class,
                      CK_ATTRIBUTE_TYPE use)
{
    const CK_ATTRIBUTE *allowed;
    CK_ULONG i, n;

    if ((key->class != class && key->class != CKO_SECRET_KEY) || (key->kind->bit & m->kinds) == 0 ||
        (m->key_type != TOK_NO_TYPE && key->key_type != m->key_type))
        return CKR_KEY_TYPE_INCONSISTENT;
    if (!tok_attrs_bool(key->attrs, use, CK_FALSE))
        return CKR_KEY_FUNCTION_NOT_PERMITTED;
    allowed = tok_attrs_get(key->attrs, CKA_ALLOWED_MECHANISMS);
    n = allowed != NULL ? allowed->ulValueLen / sizeof(CK_MECHANISM_TYPE) : 0;
    for (i = 0; i < n; i++) {
        CK_MECHANISM_TYPE type;

        memcpy(&type, (const CK_BYTE *)allowed->pValue + i * sizeof type, sizeof type);
        if (type == m->type)
            return CKR_OK;
    }
    return n == 0 ? CKR_OK : CKR_MECHANISM_INVALID;
}

CK_RV tok_mech_hash_param(const CK_MECHANISM *param, unsigned bits)
{
    const tok_gost_hash *hash;

    if (param->ulParameterLen == 0)
        return CKR_OK;
    hash = tok_gost_hash_by_der(param->pParameter, param->ulParameterLen);
    return hash != NULL && hash->digest == bits ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}
