/* SPDX-License-Identifier: Apache-2.0 */
/* CKM_GOST28147_KEY_GEN, CKM_KUZNYECHIK_KEY_GEN, CKM_MAGMA_KEY_GEN. */
#include "gost/random.h"
#include "token/mech_key.h"
#include "token/secmem.h"

static CK_RV generate(const tok_mech *m, const CK_MECHANISM *param, tok_attrs *key, void **value,
                      size_t *len)
{
    size_t want;
    CK_RV rv;

    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    if (tok_attrs_ulong(key, CKA_KEY_TYPE, m->key_type) != m->key_type)
        return CKR_TEMPLATE_INCONSISTENT;
    rv = tok_key_wanted(key, GOST_BLOCK_KEY, 1, &want);
    if (rv != CKR_OK)
        return rv;
    *value = tok_secret_alloc(want);
    if (*value == NULL)
        return CKR_HOST_MEMORY;
    if (!gost_random_system(NULL, *value, want)) {
        tok_secret_free(*value);
        *value = NULL;
        return CKR_FUNCTION_FAILED;
    }
    *len = want;
    return CKR_OK;
}

const tok_mech_class tok_mech_block_keygen = {
    .generate = generate,
};
