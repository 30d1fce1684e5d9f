/* SPDX-License-Identifier: Apache-2.0 */
/* see pkey.h */
#include "token/pkey.h"
#include "gost/mem.h"
#include "token/ossl.h"
#include "token/inner/inner.h"
#include "token/secmem.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <string.h>

unsigned tok_number_bits(const void *number, size_t len)
{
    const uint8_t *p = number;
    unsigned bits;

    while (len > 0 && *p == 0) {
        p++;
        len--;
    }
    if (len == 0)
        return 0;
    for (bits = 8; p[0] >> (bits - 1) == 0; bits--) {
    }
    return bits + 8 * (unsigned)(len - 1);
}

/* ---- parameters ----------------------------------------------------------------------------- */

/* OpenSSL wants numbers in the machine's own order. They are turned round in secret memory. */
typedef struct numbers {
    OSSL_PARAM params[12];
    size_t n;
    uint8_t *buf; /* in secret memory */
    size_t used, room;
} numbers;

static void reverse(uint8_t *out, const uint8_t *in, size_t len)
{
    static const union {
        uint16_t word;
        uint8_t byte;
    } order = {1};
    size_t i;

    for (i = 0; i < len; i++)
        out[i] = order.byte == 1 ? in[len - 1 - i] : in[i];
}

static int add(numbers *set, const char *name, const tok_attrs *a, CK_ATTRIBUTE_TYPE type)
{
    const CK_ATTRIBUTE *at = tok_attrs_get(a, type);
    uint8_t *p = set->buf + set->used;

    if (at == NULL || at->ulValueLen == 0 || at->ulValueLen > set->room - set->used ||
        set->n + 1 >= sizeof set->params / sizeof set->params[0])
        return 0;
    reverse(p, at->pValue, at->ulValueLen);
    set->params[set->n++] = OSSL_PARAM_construct_BN(name, p, at->ulValueLen);
    set->params[set->n] = OSSL_PARAM_construct_end();
    set->used += at->ulValueLen;
    return 1;
}

static CK_RV from_data(OSSL_LIB_CTX *lib, const char *type, int selection, OSSL_PARAM *params,
                       EVP_PKEY **out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(lib, type, NULL);
    EVP_PKEY *pkey = NULL;
    CK_RV rv = CKR_DEVICE_ERROR;

    if (ctx == NULL)
        return CKR_HOST_MEMORY;
    if (EVP_PKEY_fromdata_init(ctx) > 0 && EVP_PKEY_fromdata(ctx, &pkey, selection, params) > 0) {
        *out = pkey;
        rv = CKR_OK;
    }
    EVP_PKEY_CTX_free(ctx);
    return rv;
}

/* ---- RSA ------------------------------------------------------------------------------------ */

static const struct {
    CK_ATTRIBUTE_TYPE type;
    const char *name;
} rsa_crt[] = {
    {CKA_PRIME_1, OSSL_PKEY_PARAM_RSA_FACTOR1},
    {CKA_PRIME_2, OSSL_PKEY_PARAM_RSA_FACTOR2},
    {CKA_EXPONENT_1, OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {CKA_EXPONENT_2, OSSL_PKEY_PARAM_RSA_EXPONENT2},
    {CKA_COEFFICIENT, OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

static CK_RV rsa(OSSL_LIB_CTX *lib, const tok_attrs *a, int private, EVP_PKEY **out)
{
    numbers set = {.room = 6 * TOK_RSA_BYTES};
    int ok;
    size_t i;
    CK_RV rv;

    set.buf = tok_secret_alloc(set.room);
    if (set.buf == NULL)
        return CKR_HOST_MEMORY;
    ok = add(&set, OSSL_PKEY_PARAM_RSA_N, a, CKA_MODULUS) &&
         add(&set, OSSL_PKEY_PARAM_RSA_E, a, CKA_PUBLIC_EXPONENT);
    if (private) {
        ok = ok && add(&set, OSSL_PKEY_PARAM_RSA_D, a, CKA_PRIVATE_EXPONENT);
        if (tok_attrs_get(a, CKA_COEFFICIENT) != NULL) {
            for (i = 0; i < sizeof rsa_crt / sizeof rsa_crt[0]; i++)
                ok = ok && add(&set, rsa_crt[i].name, a, rsa_crt[i].type);
        }
    }
    rv = ok ? from_data(lib, TOK_OSSL_RSA, private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                        set.params, out)
            : CKR_DEVICE_ERROR;
    tok_secret_free(set.buf);
    return rv;
}

/* ---- EC ------------------------------------------------------------------------------------- */

static CK_RV ec(OSSL_LIB_CTX *lib, const tok_attrs *a, int private, EVP_PKEY **out)
{
    numbers set = {.room = TOK_EC_MAX};
    const CK_ATTRIBUTE *at = tok_attrs_get(a, CKA_EC_POINT);
    uint8_t point[TOK_EC_POINT_MAX];
    const tok_curve *curve;
    CK_RV rv = tok_curve_of(a, &curve);

    if (rv != CKR_OK || at == NULL)
        return CKR_DEVICE_ERROR;
    rv = tok_ec_point(lib, curve, at->pValue, at->ulValueLen, point);
    if (rv != CKR_OK)
        return rv == CKR_ATTRIBUTE_VALUE_INVALID ? CKR_DEVICE_ERROR : rv;
    set.buf = tok_secret_alloc(set.room);
    if (set.buf == NULL)
        return CKR_HOST_MEMORY;
    set.params[set.n++] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                           (char *)(uintptr_t)curve->name, 0);
    set.params[set.n++] =
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * curve->bytes);
    set.params[set.n] = OSSL_PARAM_construct_end();
    if (private && !add(&set, OSSL_PKEY_PARAM_PRIV_KEY, a, CKA_VALUE))
        rv = CKR_DEVICE_ERROR;
    if (rv == CKR_OK)
        rv = from_data(lib, TOK_OSSL_EC, private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY,
                       set.params, out);
    tok_secret_free(set.buf);
    return rv;
}

/* ---- either --------------------------------------------------------------------------------- */

static CK_RV either(OSSL_LIB_CTX *lib, const tok_attrs *a, int private, EVP_PKEY **out)
{
    switch (tok_attrs_ulong(a, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION)) {
    case CKK_RSA:
        return rsa(lib, a, private, out);
    case CKK_EC:
        return ec(lib, a, private, out);
    default:
        return CKR_KEY_TYPE_INCONSISTENT;
    }
}

CK_RV tok_pkey_public(OSSL_LIB_CTX *lib, const tok_attrs *a, EVP_PKEY **out)
{
    return either(lib, a, 0, out);
}

CK_RV tok_pkey_private(OSSL_LIB_CTX *lib, const tok_attrs *a, EVP_PKEY **out)
{
    return either(lib, a, 1, out);
}

CK_RV tok_pkey_prepare(tok_session *s, tok_object *o, EVP_PKEY **out)
{
    OSSL_LIB_CTX *lib = tok_ossl_enter();
    tok_attrs *all = NULL;
    CK_RV rv;

    if (lib == NULL)
        return CKR_FUNCTION_FAILED;
    rv = tok_object_whole(s, o, &all);
    if (rv == CKR_OK)
        rv = tok_pkey_private(lib, all, out);
    tok_attrs_free(all);
    tok_ossl_leave();
    return rv;
}

/* ---- making keys ---------------------------------------------------------------------------- */

CK_RV tok_pkey_generate(OSSL_LIB_CTX *lib, const char *type, const OSSL_PARAM *params,
                        EVP_PKEY **out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(lib, type, NULL);
    EVP_PKEY *pkey = NULL;
    CK_RV rv = CKR_FUNCTION_FAILED;

    if (ctx == NULL)
        return CKR_HOST_MEMORY;
    if (EVP_PKEY_keygen_init(ctx) > 0 && EVP_PKEY_CTX_set_params(ctx, params) > 0 &&
        EVP_PKEY_generate(ctx, &pkey) > 0) {
        *out = pkey;
        rv = CKR_OK;
    }
    EVP_PKEY_CTX_free(ctx);
    return rv;
}

CK_RV tok_pkey_number(EVP_PKEY *pkey, const char *name, size_t bytes, tok_attrs *a,
                      CK_ATTRIBUTE_TYPE type)
{
    OSSL_PARAM params[2];
    uint8_t *number = tok_secret_alloc(2 * TOK_RSA_BYTES), *native = number + TOK_RSA_BYTES;
    size_t len, skip = 0;
    CK_RV rv = CKR_FUNCTION_FAILED;

    if (number == NULL)
        return CKR_HOST_MEMORY;
    params[0] = OSSL_PARAM_construct_BN(name, native, TOK_RSA_BYTES);
    params[1] = OSSL_PARAM_construct_end();
    if (EVP_PKEY_get_params(pkey, params) > 0 && OSSL_PARAM_modified(params)) {
        len = params[0].return_size;
        reverse(number, native, len);
        if (bytes != 0 && bytes <= len)
            skip = len - bytes;
        while (bytes == 0 && skip + 1 < len && number[skip] == 0)
            skip++;
        rv = tok_attrs_set(a, type, number + skip, len - skip);
    }
    tok_secret_free(number);
    return rv;
}
