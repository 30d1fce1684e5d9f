/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealed attributes: Kuznyechik-MGM (RFC 9058) under the token key. Each seal is bound to the
 * token, its format (epoch), the object, the attribute, and to the object's guarded plain
 * attributes: who changes CKA_EXTRACTABLE in the file gets no value.
 *
 * Nonces are 16 random bytes of which 127 bits count: two of 2^32 seals under one key meet with a
 * chance of about 2^-64, and a token key lives for one format of one token.
 */
#include "token/vault/local.h"

#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"
#include "gost/mgm.h"
#include "gost/random.h"
#include "gost/streebog.h"
#include "token/secmem.h"

/* ---- what is sealed ------------------------------------------------------------------------- */

enum { KEYS = 1, PRIVATE_DATA = 2 };

static const struct {
    CK_ATTRIBUTE_TYPE type;
    int in;
} sealed_types[] = {
    {CKA_VALUE, KEYS | PRIVATE_DATA}, /* private and secret keys; data with CKA_PRIVATE */
    {CKA_PRIVATE_EXPONENT, KEYS},     {CKA_PRIME_1, KEYS},    {CKA_PRIME_2, KEYS},
    {CKA_EXPONENT_1, KEYS},           {CKA_EXPONENT_2, KEYS}, {CKA_COEFFICIENT, KEYS},
};

/* What decides who may do what with the sealed values. */
static const CK_ATTRIBUTE_TYPE guarded_types[] = {
    CKA_CLASS,
    CKA_PRIVATE,
    CKA_KEY_TYPE,
    CKA_SENSITIVE,
    CKA_DECRYPT,
    CKA_UNWRAP,
    CKA_SIGN,
    CKA_SIGN_RECOVER,
    CKA_DERIVE,
    CKA_EXTRACTABLE,
    CKA_LOCAL,
    CKA_NEVER_EXTRACTABLE,
    CKA_ALWAYS_SENSITIVE,
    CKA_KEY_GEN_MECHANISM,
    CKA_MODIFIABLE,
    CKA_ALWAYS_AUTHENTICATE,
    CKA_WRAP_WITH_TRUSTED,
    CKA_GOSTR3410_PARAMS,
    CKA_GOSTR3411_PARAMS,
    CKA_GOST28147_PARAMS,
    CKA_MODULUS,
    CKA_PUBLIC_EXPONENT,
    CKA_EC_PARAMS,
    CKA_EC_POINT,
};

static int object_kind(const tok_attrs *object)
{
    switch (tok_attrs_ulong(object, CKA_CLASS, CK_UNAVAILABLE_INFORMATION)) {
    case CKO_PRIVATE_KEY:
    case CKO_SECRET_KEY:
        return KEYS;
    case CKO_DATA:
        return tok_attrs_bool(object, CKA_PRIVATE, CK_FALSE) ? PRIVATE_DATA : 0;
    default:
        return 0;
    }
}

int vault_seal_wanted(const tok_attrs *object, CK_ATTRIBUTE_TYPE type)
{
    int kind = object_kind(object);

    for (size_t i = 0; i < sizeof(sealed_types) / sizeof(sealed_types[0]); i++)
        if (sealed_types[i].type == type)
            return (sealed_types[i].in & kind) != 0;
    return 0;
}

static void guard(const tok_attrs *open, uint8_t digest[32])
{
    gost_streebog h;
    uint8_t number[16];

    gost_streebog_init(&h, 256);
    for (size_t i = 0; i < sizeof(guarded_types) / sizeof(guarded_types[0]); i++) {
        const CK_ATTRIBUTE *at = tok_attrs_get(open, guarded_types[i]);
        size_t len = at == NULL ? 0 : at->ulValueLen;
        CK_ULONG word;

        if (at == NULL)
            continue;
        vault_put64(number, at->type);
        /* Numbers by value, so that the digest is the same on every machine. */
        if (len == sizeof(word) && (at->type == CKA_CLASS || at->type == CKA_KEY_TYPE ||
                                    at->type == CKA_KEY_GEN_MECHANISM)) {
            memcpy(&word, at->pValue, sizeof(word));
            vault_put64(number + 8, word == (CK_ULONG)-1 ? UINT64_MAX : word);
            gost_streebog_update(&h, number, sizeof(number));
            continue;
        }
        vault_put64(number + 8, len);
        gost_streebog_update(&h, number, sizeof(number));
        gost_streebog_update(&h, at->pValue, len);
    }
    gost_streebog_final(&h, digest);
}

int vault_seals_guard_same(const tok_attrs *before, const tok_attrs *after)
{
    uint8_t a[32], b[32];

    guard(before, a);
    guard(after, b);
    return memcmp(a, b, sizeof(a)) == 0;
}

/* ---- a set of seals ------------------------------------------------------------------------- */

/* One after the other, types ascending: type, length (both 8 bytes), nonce, tag, ciphertext. */
#define HEAD (8 + 8 + NONCE + TAG)

struct vault_seals {
    uint8_t *bytes;
    size_t len;
};

vault_seals *vault_seals_new(void)
{
    return calloc(1, sizeof(vault_seals));
}

void vault_seals_free(vault_seals *s)
{
    if (s == NULL)
        return;
    free(s->bytes);
    free(s);
}

const uint8_t *vault_seals_bytes(const vault_seals *s, size_t *len)
{
    *len = s->len;
    return s->bytes;
}

/* The seal at or after `at` in s that is of this type or a higher one; s->len if there is none. */
static size_t place(const vault_seals *s, CK_ATTRIBUTE_TYPE type)
{
    size_t at = 0;

    while (at < s->len && vault_get64(s->bytes + at) < type)
        at += HEAD + (size_t)vault_get64(s->bytes + at + 8);
    return at;
}

int vault_seals_has(const vault_seals *s, CK_ATTRIBUTE_TYPE type)
{
    size_t at = place(s, type);

    return at < s->len && vault_get64(s->bytes + at) == type;
}

size_t vault_seals_count(const vault_seals *s)
{
    size_t n = 0;

    for (size_t at = 0; at < s->len; at += HEAD + (size_t)vault_get64(s->bytes + at + 8))
        n++;
    return n;
}

void vault_seals_drop(vault_seals *s, CK_ATTRIBUTE_TYPE type)
{
    size_t at = place(s, type), size;

    if (at >= s->len || vault_get64(s->bytes + at) != type)
        return;
    size = HEAD + (size_t)vault_get64(s->bytes + at + 8);
    memmove(s->bytes + at, s->bytes + at + size, s->len - at - size);
    s->len -= size;
}

CK_RV vault_seals_parse(const uint8_t *in, size_t len, vault_seals **out)
{
    vault_seals *s;
    uint64_t last = 0;

    for (size_t at = 0; at < len;) {
        uint64_t size;
        if (len - at < HEAD || (at > 0 && vault_get64(in + at) <= last))
            return CKR_DEVICE_ERROR;
        last = vault_get64(in + at);
        size = vault_get64(in + at + 8);
        if (size > len - at - HEAD)
            return CKR_DEVICE_ERROR;
        at += HEAD + (size_t)size;
    }
    s = vault_seals_new();
    if (s == NULL)
        return CKR_HOST_MEMORY;
    if (len > 0) {
        s->bytes = malloc(len);
        if (s->bytes == NULL) {
            free(s);
            return CKR_HOST_MEMORY;
        }
        memcpy(s->bytes, in, len);
    }
    s->len = len;
    *out = s;
    return CKR_OK;
}

/* ---- sealing and opening -------------------------------------------------------------------- */

#define AD_NAME "gosttoken seal 1"
#define AD_LEN  (sizeof(AD_NAME) - 1 + VAULT_SERIAL + EPOCH + 8 + 8 + 32)

static void associated(const vault_key *key, uint64_t id, CK_ATTRIBUTE_TYPE type,
                       const tok_attrs *open, uint8_t ad[AD_LEN])
{
    memcpy(ad, AD_NAME, sizeof(AD_NAME) - 1);
    ad += sizeof(AD_NAME) - 1;
    memcpy(ad, key->serial, VAULT_SERIAL);
    memcpy(ad + VAULT_SERIAL, key->epoch, EPOCH);
    ad += VAULT_SERIAL + EPOCH;
    vault_put64(ad, id);
    vault_put64(ad + 8, type);
    guard(open, ad + 16);
}

CK_RV vault_seals_add(vault_seals *s, const vault_key *key, uint64_t id, const tok_attrs *open,
                      CK_ATTRIBUTE_TYPE type, const void *value, size_t len)
{
    uint8_t ad[AD_LEN], nonce[NONCE], *bytes, *p;
    size_t at;

    if (len > SIZE_MAX / 4)
        return vault_fail(CKR_ATTRIBUTE_VALUE_INVALID, "an attribute is too long");
    if (!gost_random_system(NULL, nonce, sizeof(nonce)))
        return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    bytes = realloc(s->bytes, s->len + HEAD + len);
    if (bytes == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory");
    s->bytes = bytes;
    vault_seals_drop(s, type);
    at = place(s, type);
    p = bytes + at;
    memmove(p + HEAD + len, p, s->len - at);
    s->len += HEAD + len;
    vault_put64(p, type);
    vault_put64(p + 8, len);
    memcpy(p + 16, nonce, NONCE);
    associated(key, id, type, open, ad);
    gost_mgm_seal(&key->ks, nonce, ad, sizeof(ad), value, len, p + HEAD, p + 16 + NONCE);
    return CKR_OK;
}

CK_RV vault_seals_open(const vault_seals *s, const vault_key *key, uint64_t id,
                       const tok_attrs *open, CK_ATTRIBUTE_TYPE type, void **value, size_t *len)
{
    size_t at = place(s, type), size;
    uint8_t ad[AD_LEN], *out;
    const uint8_t *p;

    if (at >= s->len || vault_get64(s->bytes + at) != type)
        return vault_fail(CKR_ATTRIBUTE_TYPE_INVALID, "the object has no such sealed attribute");
    p = s->bytes + at;
    size = (size_t)vault_get64(p + 8);
    out = tok_secret_alloc(size);
    if (out == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory for secrets");
    associated(key, id, type, open, ad);
    if (!gost_mgm_open(&key->ks, p + 16, ad, sizeof(ad), p + HEAD, size, p + 16 + NONCE, out)) {
        tok_secret_free(out);
        return vault_fail(CKR_DEVICE_ERROR,
                          "object %llu: the seal of a secret value is broken: the token's file was "
                          "altered: restore a backup",
                          (unsigned long long)id);
    }
    *value = out;
    *len = size;
    return CKR_OK;
}

CK_RV vault_seals_rebind(vault_seals *s, const vault_key *key, uint64_t id, const tok_attrs *before,
                         const tok_attrs *after)
{
    CK_RV rv = CKR_OK;

    /* Each is replaced by one of the same length: places stay. */
    for (size_t at = 0; rv == CKR_OK && at < s->len;
         at += HEAD + (size_t)vault_get64(s->bytes + at + 8)) {
        CK_ATTRIBUTE_TYPE type = (CK_ATTRIBUTE_TYPE)vault_get64(s->bytes + at);
        void *value;
        size_t len;

        rv = vault_seals_open(s, key, id, before, type, &value, &len);
        if (rv == CKR_OK) {
            rv = vault_seals_add(s, key, id, after, type, value, len);
            tok_secret_free(value);
        }
    }
    return rv;
}
