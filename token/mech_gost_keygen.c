/* SPDX-License-Identifier: Apache-2.0 */
/* CKM_GOSTR3410_KEY_PAIR_GEN and CKM_GOSTR3410_512_KEY_PAIR_GEN. */
#include "gost/gostr3410.h"
#include "gost/mem.h"
#include "token/gostkey.h"
#include "token/mech.h"
#include "token/secmem.h"

#include <string.h>

/* A parameter set given for one half of the pair goes for both. */
static CK_RV share(CK_ATTRIBUTE_TYPE type, tok_attrs *pub, tok_attrs *priv)
{
    const CK_ATTRIBUTE *a = tok_attrs_get(pub, type), *b = tok_attrs_get(priv, type);

    if (a != NULL && b == NULL)
        return tok_attrs_set(priv, type, a->pValue, a->ulValueLen);
    if (b != NULL && a == NULL)
        return tok_attrs_set(pub, type, b->pValue, b->ulValueLen);
    if (a != NULL &&
        (a->ulValueLen != b->ulValueLen || memcmp(a->pValue, b->pValue, a->ulValueLen) != 0))
        return CKR_TEMPLATE_INCONSISTENT;
    return CKR_OK;
}

static CK_RV generate(const tok_mech *m, const CK_MECHANISM *param, tok_attrs *pub, tok_attrs *priv)
{
    static const CK_ATTRIBUTE_TYPE shared[] = {CKA_GOSTR3410_PARAMS, CKA_GOSTR3411_PARAMS,
                                               CKA_GOST28147_PARAMS};
    const tok_gost_hash *hash;
    const gost_paramset *ps;
    uint8_t q[GOST_3410_MAX_PUB], *d = NULL;
    size_t i;
    CK_RV rv = CKR_OK;

    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    for (i = 0; i < sizeof shared / sizeof shared[0] && rv == CKR_OK; i++)
        rv = share(shared[i], pub, priv);
    if (rv == CKR_OK)
        rv = tok_gost_params(pub, &ps, &hash);
    if (rv == CKR_ATTRIBUTE_VALUE_INVALID || (rv == CKR_OK && ps->test))
        return CKR_DOMAIN_PARAMS_INVALID;
    if (rv != CKR_OK)
        return rv;

    d = tok_secret_alloc(GOST_3410_MAX_KEY);
    if (d == NULL)
        return CKR_HOST_MEMORY;
    if (!gost_3410_keygen(ps, d, gost_random_system, NULL) || !gost_3410_public(ps, d, q))
        rv = CKR_FUNCTION_FAILED;
    gost_unpoison(q, sizeof q);
    if (rv == CKR_OK)
        rv = tok_attrs_set(priv, CKA_VALUE, d, ps->bits / 8);
    if (rv == CKR_OK)
        rv = tok_attrs_set(pub, CKA_VALUE, q, ps->bits / 4);
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(priv, CKA_KEY_GEN_MECHANISM, m->type);
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(pub, CKA_KEY_GEN_MECHANISM, m->type);
    tok_secret_free(d);
    return rv;
}

const tok_mech_class tok_mech_gost_keygen = {
    .generate_pair = generate,
};
