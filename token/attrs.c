/* SPDX-License-Identifier: Apache-2.0 */
/* Attribute sets: contract in token/attrs.h. A sorted array; objects have some thirty attributes.
 */
#include "token/attrs.h"

#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"
#include "token/secmem.h"

struct tok_attrs {
    CK_ATTRIBUTE *at; /* ascending types, each once; pValue is owned, NULL if the length is 0 */
    size_t n, cap;
    int secret; /* a key's: what tok_attrs_hides names lies in secret memory */
};

tok_attrs *tok_attrs_new(void)
{
    return calloc(1, sizeof(tok_attrs));
}

tok_attrs *tok_attrs_new_secret(void)
{
    tok_attrs *a = tok_attrs_new();

    if (a != NULL)
        a->secret = 1;
    return a;
}

const CK_ATTRIBUTE_TYPE tok_attrs_hidden[TOK_HIDDEN] = {
    CKA_VALUE,      CKA_PRIVATE_EXPONENT, CKA_PRIME_1,     CKA_PRIME_2,
    CKA_EXPONENT_1, CKA_EXPONENT_2,       CKA_COEFFICIENT,
};

int tok_attrs_hides(CK_ATTRIBUTE_TYPE type)
{
    for (size_t i = 0; i < TOK_HIDDEN; i++)
        if (tok_attrs_hidden[i] == type)
            return 1;
    return 0;
}

/* Memory for a value of that type, and back; wiped in between. */
static void *value_alloc(const tok_attrs *a, CK_ATTRIBUTE_TYPE type, size_t len)
{
    return a->secret && tok_attrs_hides(type) ? tok_secret_alloc(len) : malloc(len);
}

static void value_drop(const tok_attrs *a, CK_ATTRIBUTE_TYPE type, void *value, size_t len)
{
    if (value == NULL)
        return;
    if (a->secret && tok_attrs_hides(type)) {
        tok_secret_free(value);
        return;
    }
    gost_wipe(value, len);
    free(value);
}

static void value_free(const tok_attrs *a, CK_ATTRIBUTE *at)
{
    value_drop(a, at->type, at->pValue, at->ulValueLen);
    at->pValue = NULL;
    at->ulValueLen = 0;
}

void tok_attrs_free(tok_attrs *a)
{
    if (a == NULL)
        return;
    for (size_t i = 0; i < a->n; i++)
        value_free(a, &a->at[i]);
    free(a->at);
    free(a);
}

tok_attrs *tok_attrs_copy(const tok_attrs *a)
{
    tok_attrs *copy = a->secret ? tok_attrs_new_secret() : tok_attrs_new();

    if (copy == NULL)
        return NULL;
    for (size_t i = 0; i < a->n; i++) {
        if (tok_attrs_set(copy, a->at[i].type, a->at[i].pValue, a->at[i].ulValueLen) != CKR_OK) {
            tok_attrs_free(copy);
            return NULL;
        }
    }
    return copy;
}

/* Where the type stands, or would stand. */
static size_t place(const tok_attrs *a, CK_ATTRIBUTE_TYPE type)
{
    size_t lo = 0, hi = a->n;

    /* Sets are mostly filled in ascending order. */
    if (hi > 0 && a->at[hi - 1].type < type)
        return hi;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (a->at[mid].type < type)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

const CK_ATTRIBUTE *tok_attrs_get(const tok_attrs *a, CK_ATTRIBUTE_TYPE type)
{
    size_t i = place(a, type);

    return i < a->n && a->at[i].type == type ? &a->at[i] : NULL;
}

/* Puts a value, which becomes the set's own, in its place. On failure the caller keeps it. */
static CK_RV put(tok_attrs *a, CK_ATTRIBUTE_TYPE type, void *value, size_t len)
{
    size_t i = place(a, type);

    if (i < a->n && a->at[i].type == type) {
        value_free(a, &a->at[i]);
    } else {
        if (a->n == a->cap) {
            size_t cap = a->cap == 0 ? 16 : 2 * a->cap;
            CK_ATTRIBUTE *at = realloc(a->at, cap * sizeof(*at));
            if (at == NULL)
                return CKR_HOST_MEMORY;
            a->at = at;
            a->cap = cap;
        }
        memmove(&a->at[i + 1], &a->at[i], (a->n - i) * sizeof(*a->at));
        a->n++;
        a->at[i].type = type;
    }
    a->at[i].pValue = value;
    a->at[i].ulValueLen = len;
    return CKR_OK;
}

CK_RV tok_attrs_set(tok_attrs *a, CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
    void *copy = NULL;

    /* Copied before the old value goes: the new one may lie inside it. */
    if (len > 0) {
        copy = value_alloc(a, type, len);
        if (copy == NULL)
            return CKR_HOST_MEMORY;
        memcpy(copy, value, len);
    }
    if (put(a, type, copy, len) != CKR_OK) {
        value_drop(a, type, copy, len);
        return CKR_HOST_MEMORY;
    }
    return CKR_OK;
}

CK_RV tok_attrs_set_bool(tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_BBOOL value)
{
    CK_BBOOL b = value ? CK_TRUE : CK_FALSE;

    return tok_attrs_set(a, type, &b, sizeof(b));
}

CK_RV tok_attrs_set_ulong(tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_ULONG value)
{
    return tok_attrs_set(a, type, &value, sizeof(value));
}

void tok_attrs_remove(tok_attrs *a, CK_ATTRIBUTE_TYPE type)
{
    size_t i = place(a, type);

    if (i == a->n || a->at[i].type != type)
        return;
    value_free(a, &a->at[i]);
    a->n--;
    memmove(&a->at[i], &a->at[i + 1], (a->n - i) * sizeof(*a->at));
}

CK_BBOOL tok_attrs_bool(const tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_BBOOL otherwise)
{
    const CK_ATTRIBUTE *at = tok_attrs_get(a, type);

    if (at == NULL || at->ulValueLen != sizeof(CK_BBOOL))
        return otherwise;
    return *(const CK_BBOOL *)at->pValue ? CK_TRUE : CK_FALSE;
}

CK_ULONG tok_attrs_ulong(const tok_attrs *a, CK_ATTRIBUTE_TYPE type, CK_ULONG otherwise)
{
    const CK_ATTRIBUTE *at = tok_attrs_get(a, type);
    CK_ULONG value;

    if (at == NULL || at->ulValueLen != sizeof(value))
        return otherwise;
    memcpy(&value, at->pValue, sizeof(value));
    return value;
}

size_t tok_attrs_count(const tok_attrs *a)
{
    return a->n;
}

const CK_ATTRIBUTE *tok_attrs_at(const tok_attrs *a, size_t i)
{
    return i < a->n ? &a->at[i] : NULL;
}

int tok_attrs_match(const tok_attrs *a, const CK_ATTRIBUTE *templ, CK_ULONG n)
{
    for (CK_ULONG i = 0; i < n; i++) {
        const CK_ATTRIBUTE *at = tok_attrs_get(a, templ[i].type);
        if (at == NULL || at->ulValueLen != templ[i].ulValueLen)
            return 0;
        if (at->ulValueLen == 0)
            continue;
        /* Values of session keys may be asked for too: no early way out. */
        if (templ[i].pValue == NULL || !gost_equal(at->pValue, templ[i].pValue, at->ulValueLen))
            return 0;
    }
    return 1;
}

/* ---- bytes ---------------------------------------------------------------------------------- */

/* The attributes whose value is one CK_ULONG, or (many) an array of them. */
static const struct {
    CK_ATTRIBUTE_TYPE type;
    int many;
} ulongs[] = {
    {CKA_CLASS, 0},
    {CKA_CERTIFICATE_TYPE, 0},
    {CKA_CERTIFICATE_CATEGORY, 0},
    {CKA_JAVA_MIDP_SECURITY_DOMAIN, 0},
    {CKA_NAME_HASH_ALGORITHM, 0},
    {CKA_KEY_TYPE, 0},
    {CKA_MODULUS_BITS, 0},
    {CKA_PRIME_BITS, 0},
    {CKA_SUB_PRIME_BITS, 0},
    {CKA_VALUE_BITS, 0},
    {CKA_VALUE_LEN, 0},
    {CKA_KEY_GEN_MECHANISM, 0},
    {CKA_AUTH_PIN_FLAGS, 0},
    {CKA_HW_FEATURE_TYPE, 0},
    {CKA_MECHANISM_TYPE, 0},
    {CKA_ALLOWED_MECHANISMS, 1},
};

enum kind { BYTES, ULONG, ULONGS };

static enum kind kind_of(CK_ATTRIBUTE_TYPE type)
{
    for (size_t i = 0; i < sizeof(ulongs) / sizeof(ulongs[0]); i++)
        if (ulongs[i].type == type)
            return ulongs[i].many ? ULONGS : ULONG;
    return BYTES;
}

static uint8_t *put64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (56 - 8 * i));
    return p + 8;
}

static uint64_t get64(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

/* CK_UNAVAILABLE_INFORMATION is all ones in 32 bits as in 64. */
static uint64_t widen(CK_ULONG v)
{
    return v == (CK_ULONG)-1 ? UINT64_MAX : (uint64_t)v;
}

static int narrow(uint64_t wide, CK_ULONG *v)
{
    *v = (CK_ULONG)wide;
    return widen(*v) == wide;
}

/* How long the value is in bytes of the encoding; (size_t)-1 if it has no encoding. */
static size_t encoded_len(const CK_ATTRIBUTE *at)
{
    size_t len = at->ulValueLen;

    switch (kind_of(at->type)) {
    case BYTES:
        /* A template in a template is made of pointers, which mean nothing on a disk. */
        return at->type & CKF_ARRAY_ATTRIBUTE ? (size_t)-1 : len;
    case ULONG:
        return len == 0 ? 0 : len == sizeof(CK_ULONG) ? 8 : (size_t)-1;
    case ULONGS:
    default:
        return len % sizeof(CK_ULONG) == 0 ? len / sizeof(CK_ULONG) * 8 : (size_t)-1;
    }
}

CK_RV tok_attrs_encode(const tok_attrs *a, uint8_t **out, size_t *len)
{
    size_t total = 0;
    uint8_t *buf, *p;

    for (size_t i = 0; i < a->n; i++) {
        size_t l = encoded_len(&a->at[i]);
        if (l == (size_t)-1)
            return CKR_ATTRIBUTE_VALUE_INVALID;
        total += 16 + l;
    }
    buf = malloc(total > 0 ? total : 1);
    if (buf == NULL)
        return CKR_HOST_MEMORY;
    p = buf;
    for (size_t i = 0; i < a->n; i++) {
        const CK_ATTRIBUTE *at = &a->at[i];
        p = put64(p, at->type);
        p = put64(p, encoded_len(at));
        if (kind_of(at->type) != BYTES) {
            for (size_t j = 0; j < at->ulValueLen; j += sizeof(CK_ULONG)) {
                CK_ULONG v;
                memcpy(&v, (const uint8_t *)at->pValue + j, sizeof(v));
                p = put64(p, widen(v));
            }
        } else if (at->ulValueLen > 0) {
            memcpy(p, at->pValue, at->ulValueLen);
            p += at->ulValueLen;
        }
    }
    *out = buf;
    *len = total;
    return CKR_OK;
}

/* Decodes one value of len bytes at in; the types come strictly ascending. */
static CK_RV decode_value(tok_attrs *a, CK_ATTRIBUTE_TYPE type, const uint8_t *in, size_t len)
{
    enum kind kind = kind_of(type);
    CK_ULONG *words;
    CK_RV rv;

    if (kind == BYTES)
        return type & CKF_ARRAY_ATTRIBUTE ? CKR_DEVICE_ERROR : tok_attrs_set(a, type, in, len);
    if (len % 8 != 0 || (kind == ULONG && len > 8))
        return CKR_DEVICE_ERROR;
    if (len == 0)
        return tok_attrs_set(a, type, NULL, 0);
    words = malloc(len / 8 * sizeof(*words));
    if (words == NULL)
        return CKR_HOST_MEMORY;
    for (size_t i = 0; i < len / 8; i++) {
        if (!narrow(get64(in + 8 * i), &words[i])) {
            free(words);
            return CKR_DEVICE_ERROR;
        }
    }
    rv = put(a, type, words, len / 8 * sizeof(*words));
    if (rv != CKR_OK)
        free(words);
    return rv;
}

CK_RV tok_attrs_decode(const uint8_t *in, size_t len, tok_attrs **out)
{
    tok_attrs *a = tok_attrs_new();
    CK_RV rv = CKR_HOST_MEMORY;

    if (a == NULL)
        return CKR_HOST_MEMORY;
    while (len > 0) {
        CK_ATTRIBUTE_TYPE type;
        uint64_t vlen;

        rv = CKR_DEVICE_ERROR;
        if (len < 16 || !narrow(get64(in), &type))
            goto fail;
        vlen = get64(in + 8);
        in += 16;
        len -= 16;
        if (vlen > len || (a->n > 0 && type <= a->at[a->n - 1].type))
            goto fail;
        rv = decode_value(a, type, in, (size_t)vlen);
        if (rv != CKR_OK)
            goto fail;
        in += vlen;
        len -= (size_t)vlen;
    }
    *out = a;
    return CKR_OK;
fail:
    tok_attrs_free(a);
    return rv;
}
