/* SPDX-License-Identifier: Apache-2.0 */
/* see mech.h */
#include "token/mech.h"
#include "token/gostkey.h"

#include <string.h>

#define SIGN   (CKF_SIGN | CKF_VERIFY)
#define KEYGEN CKF_GENERATE_KEY_PAIR
#define DIGEST CKF_DIGEST

/* clang-format off */
static const tok_mech mechs[] = {
    {CKM_GOSTR3410_KEY_PAIR_GEN,           {256, 256, KEYGEN}, CKK_GOSTR3410,       0, &tok_mech_gost_keygen},
    {CKM_GOSTR3410_512_KEY_PAIR_GEN,       {512, 512, KEYGEN}, CKK_GOSTR3410_512,   0, &tok_mech_gost_keygen},
    {CKM_GOSTR3410,                        {256, 256, SIGN},   CKK_GOSTR3410,       0, &tok_mech_gost_sign},
    {CKM_GOSTR3410_512,                    {512, 512, SIGN},   CKK_GOSTR3410_512,   0, &tok_mech_gost_sign},
    {CKM_GOSTR3410_WITH_GOSTR3411_12_256,  {256, 256, SIGN},   CKK_GOSTR3410,     256, &tok_mech_gost_sign},
    {CKM_GOSTR3410_WITH_GOSTR3411_12_512,  {512, 512, SIGN},   CKK_GOSTR3410_512, 512, &tok_mech_gost_sign},
    {CKM_GOSTR3411_12_256,                 {0, 0, DIGEST},     TOK_NO_TYPE,       256, &tok_mech_streebog},
    {CKM_GOSTR3411_12_512,                 {0, 0, DIGEST},     TOK_NO_TYPE,       512, &tok_mech_streebog},
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const tok_mech *tok_mech_at(size_t i)
{
    return i < COUNT(mechs) ? &mechs[i] : NULL;
}

CK_RV tok_mech_find(const CK_MECHANISM *param, CK_FLAGS flags, const tok_mech **out)
{
    size_t i;

    if (param == NULL)
        return CKR_ARGUMENTS_BAD;
    for (i = 0; i < COUNT(mechs); i++) {
        if (mechs[i].type != param->mechanism)
            continue;
        if ((mechs[i].info.flags & flags) != flags)
            return CKR_MECHANISM_INVALID;
        if (param->pParameter == NULL && param->ulParameterLen != 0)
            return CKR_MECHANISM_PARAM_INVALID;
        *out = &mechs[i];
        return CKR_OK;
    }
    return CKR_MECHANISM_INVALID;
}

CK_RV tok_mech_key_ok(const tok_mech *m, const tok_object *key, CK_OBJECT_CLASS class,
                      CK_ATTRIBUTE_TYPE use)
{
    const CK_ATTRIBUTE *allowed;
    CK_ULONG i, n;

    if (key->class != class || key->key_type != m->key_type)
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
