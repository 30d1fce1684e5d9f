/* SPDX-License-Identifier: Apache-2.0 */
/* CKM_RSA_PKCS_KEY_PAIR_GEN. */
#include "token/mech.h"
#include "token/ossl.h"
#include "token/inner/inner.h"
#include "token/pkey.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

static const struct {
    CK_ATTRIBUTE_TYPE type;
    const char *name;
} parts[] = {
    {CKA_MODULUS, OSSL_PKEY_PARAM_RSA_N},
    {CKA_PUBLIC_EXPONENT, OSSL_PKEY_PARAM_RSA_E},
    {CKA_PRIVATE_EXPONENT, OSSL_PKEY_PARAM_RSA_D},
    {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
    {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
    {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

#define PUBLIC_PARTS 2

/* The exponent that the template asks for, 65537 if it does not; 0 if it is none. */
static uint64_t exponent(const tok_attrs *pub)
{
    const CK_ATTRIBUTE *at = tok_attrs_get(pub, CKA_PUBLIC_EXPONENT);
    uint64_t e = 0;
    CK_ULONG i;

    if (at == NULL || at->ulValueLen == 0)
        return 65537;
    if (tok_number_bits(at->pValue, at->ulValueLen) > 64)
        return 0;
    for (i = 0; i < at->ulValueLen; i++)
        e = e << 8 | ((const CK_BYTE *)at->pValue)[i];
    return e >= 3 && (e & 1) != 0 ? e : 0;
}

static CK_RV make(OSSL_LIB_CTX *lib, size_t bits, uint64_t e, tok_attrs *pub, tok_attrs *priv)
{
    OSSL_PARAM params[3];
    EVP_PKEY *pkey = NULL;
    size_t i;
    CK_RV rv;

    params[0] = OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits);
    params[1] = OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &e);
    params[2] = OSSL_PARAM_construct_end();
    rv = tok_pkey_generate(lib, TOK_OSSL_RSA, params, &pkey);
    for (i = 0; rv == CKR_OK && i < sizeof parts / sizeof parts[0]; i++) {
        rv = tok_pkey_number(pkey, parts[i].name, 0, priv, parts[i].type);
        if (rv == CKR_OK && i < PUBLIC_PARTS)
            rv = tok_pkey_number(pkey, parts[i].name, 0, pub, parts[i].type);
    }
    EVP_PKEY_free(pkey);
    return rv;
}

static CK_RV generate(const tok_mech *m, const CK_MECHANISM *param, tok_attrs *pub, tok_attrs *priv)
{
    CK_ULONG bits = tok_attrs_ulong(pub, CKA_MODULUS_BITS, 0);
    uint64_t e = exponent(pub);
    OSSL_LIB_CTX *lib;
    CK_RV rv;

    if (param->ulParameterLen != 0)
        return CKR_MECHANISM_PARAM_INVALID;
    if (tok_attrs_get(pub, CKA_MODULUS_BITS) == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    if (bits < m->info.ulMinKeySize || bits > m->info.ulMaxKeySize)
        return CKR_KEY_SIZE_RANGE;
    if (e == 0)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    lib = tok_ossl_enter();
    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = make(lib, bits, e, pub, priv);
    tok_ossl_leave();
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(priv, CKA_KEY_GEN_MECHANISM, m->type);
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(pub, CKA_KEY_GEN_MECHANISM, m->type);
    return rv;
}

const tok_mech_class tok_mech_rsa_keygen = {
    .generate_pair = generate,
};
