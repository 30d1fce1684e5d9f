/* SPDX-License-Identifier: Apache-2.0 */
/* see gostkey.h */
#include "token/gostkey.h"
#include "token/der.h"

#include <string.h>

static const uint8_t streebog256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x02};
static const uint8_t streebog512[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x02, 0x03};
static const uint8_t gost94[] = {0x06, 0x07, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x1E, 0x01};

/* Algorithms of SubjectPublicKeyInfo. */
static const uint8_t key2012_256[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x01};
static const uint8_t key2012_512[] = {0x06, 0x08, 0x2A, 0x85, 0x03, 0x07, 0x01, 0x01, 0x01, 0x02};
static const uint8_t key2001[] = {0x06, 0x06, 0x2A, 0x85, 0x03, 0x02, 0x02, 0x13};

static const tok_gost_hash hashes[] = {
    {256, 256, streebog256, sizeof streebog256},
    {512, 512, streebog512, sizeof streebog512},
    {256, 0, gost94, sizeof gost94},
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const tok_gost_hash *tok_gost_hash_by_der(const void *der, size_t len)
{
    size_t i;

    for (i = 0; i < COUNT(hashes); i++) {
        if (len == hashes[i].der_len && memcmp(der, hashes[i].der, len) == 0)
            return &hashes[i];
    }
    return NULL;
}

const tok_gost_hash *tok_gost_hash_default(unsigned bits)
{
    return bits == 512 ? &hashes[1] : &hashes[0];
}

CK_RV tok_gost_params(const tok_attrs *a, const gost_paramset **ps, const tok_gost_hash **hash)
{
    CK_KEY_TYPE type = tok_attrs_ulong(a, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);
    const CK_ATTRIBUTE *curve = tok_attrs_get(a, CKA_GOSTR3410_PARAMS);
    const CK_ATTRIBUTE *digest = tok_attrs_get(a, CKA_GOSTR3411_PARAMS);
    unsigned bits = type == CKK_GOSTR3410_512 ? 512 : 256;

    if (curve == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    *ps = gost_paramset_by_der(curve->pValue, curve->ulValueLen);
    if (*ps == NULL)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    *hash = digest == NULL ? tok_gost_hash_default(bits)
                           : tok_gost_hash_by_der(digest->pValue, digest->ulValueLen);
    if (*hash == NULL)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    return (*ps)->bits == bits && (*hash)->bits == bits ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

size_t tok_gost_spki(const gost_paramset *ps, const tok_gost_hash *hash, const uint8_t *pub,
                     uint8_t buf[TOK_GOST_SPKI_MAX], const uint8_t **start)
{
    static const uint8_t no_unused_bits = 0;
    tok_der_out out;
    const uint8_t *end, *params;

    tok_der_out_init(&out, buf, TOK_GOST_SPKI_MAX);
    end = out.p;
    tok_der_put(&out, pub, ps->bits / 4);
    tok_der_wrap(&out, TOK_DER_OCTETS, end);
    tok_der_put(&out, &no_unused_bits, 1);
    tok_der_wrap(&out, TOK_DER_BITS, end);

    params = out.p;
    if (ps->needs_digest_oid || hash->digest == 0)
        tok_der_put(&out, hash->der, hash->der_len);
    tok_der_put(&out, ps->der, ps->der_len);
    tok_der_wrap(&out, TOK_DER_SEQUENCE, params);
    if (hash->digest == 0)
        tok_der_put(&out, key2001, sizeof key2001);
    else if (ps->bits == 512)
        tok_der_put(&out, key2012_512, sizeof key2012_512);
    else
        tok_der_put(&out, key2012_256, sizeof key2012_256);
    tok_der_wrap(&out, TOK_DER_SEQUENCE, params);

    tok_der_wrap(&out, TOK_DER_SEQUENCE, end);
    *start = out.p;
    return tok_der_out_len(&out);
}
