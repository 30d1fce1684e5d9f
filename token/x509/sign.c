/* SPDX-License-Identifier: Apache-2.0 */
/* see sign.h */
#include "token/x509/sign.h"
#include "token/gostkey.h"
#include "token/journal.h"
#include "token/keys.h"
#include "token/operation.h"
#include "token/x509/oid.h"

#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* How each kind of key signs here. */
static const struct {
    unsigned kinds;
    unsigned bits, digest; /* GOST: of the key and of its hash (0: GOST R 34.11-94) */
    tok_key_kind kind;
    CK_MECHANISM_TYPE mech;
    const char *hash;
    const char *request, *cms; /* OIDs of the algorithm */
} ways[] = {
    {TOK_KIND_GOST_PRIV, 256, 256, TOK_SPKI_GOST, CKM_GOSTR3410_WITH_GOSTR3411_12_256,
     "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.3.2", "1.2.643.7.1.1.1.1"},
    {TOK_KIND_GOST_PRIV, 512, 512, TOK_SPKI_GOST, CKM_GOSTR3410_WITH_GOSTR3411_12_512,
     "1.2.643.7.1.1.2.3", "1.2.643.7.1.1.3.3", "1.2.643.7.1.1.1.2"},
    {TOK_KIND_GOST_PRIV, 256, 0, TOK_SPKI_GOST, CKM_GOSTR3410_WITH_GOSTR3411, "1.2.643.2.2.9",
     "1.2.643.2.2.3", "1.2.643.2.2.19"},
    {TOK_KIND_RSA_PRIV, 0, 0, TOK_SPKI_RSA, CKM_SHA256_RSA_PKCS, "2.16.840.1.101.3.4.2.1",
     "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1"},
    {TOK_KIND_EC_PRIV, 0, 0, TOK_SPKI_EC, CKM_ECDSA_SHA256, "2.16.840.1.101.3.4.2.1",
     "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.2"},
};

static size_t way_of(const tok_signer *signer)
{
    size_t i = 0;

    while (ways[i].mech != signer->mech)
        i++;
    return i;
}

static CK_RV find_way(tok_signer *out)
{
    const tok_gost_hash *hash = NULL;
    const gost_paramset *ps = NULL;
    size_t i;

    if (out->key->class != CKO_PRIVATE_KEY)
        return CKR_KEY_TYPE_INCONSISTENT;
    if (out->key->kind->bit == TOK_KIND_GOST_PRIV &&
        tok_gost_params(out->key->attrs, &ps, &hash) != CKR_OK)
        return CKR_DEVICE_ERROR;
    for (i = 0; i < COUNT(ways); i++) {
        if (ways[i].kinds != out->key->kind->bit ||
            (hash != NULL && (ways[i].bits != ps->bits || ways[i].digest != hash->digest)))
            continue;
        out->kind = ways[i].kind;
        out->mech = ways[i].mech;
        out->hash = tok_md_by_oid(ways[i].hash);
        return CKR_OK;
    }
    return CKR_KEY_TYPE_INCONSISTENT;
}

CK_RV tok_signer_start(tok_session *s, CK_OBJECT_HANDLE key, tok_signer *out)
{
    CK_RV rv;

    memset(out, 0, sizeof *out);
    out->handle = key;
    rv = tok_object_get(s, key, &out->key);
    if (rv == CKR_OBJECT_HANDLE_INVALID)
        return tok_session_user(s) ? CKR_KEY_HANDLE_INVALID : CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK)
        rv = find_way(out);
    if (rv != CKR_OK)
        tok_signer_end(out);
    return rv;
}

void tok_signer_end(tok_signer *signer)
{
    tok_object_free(signer->key);
    signer->key = NULL;
}

/* ECDSA-Sig-Value from r | s. */
static void put_ecdsa(tok_bytes *b, const uint8_t *rs, size_t len)
{
    size_t at = tok_bytes_begin(b, TOK_DER_SEQUENCE), half = len / 2, i, number;

    for (i = 0; i < 2; i++) {
        tok_der n = {rs + i * half, half};

        while (n.len > 1 && n.p[0] == 0) {
            n.p++;
            n.len--;
        }
        number = tok_bytes_begin(b, TOK_DER_INTEGER);
        if (n.len > 0 && (n.p[0] & 0x80) != 0)
            tok_bytes_byte(b, 0);
        tok_bytes_der(b, n);
        tok_bytes_end(b, number);
    }
    tok_bytes_end(b, at);
}

/* The operation is this function's: the session's own stays as it was. */
static CK_RV run(tok_session *s, const tok_signer *signer, tok_der message, uint8_t **sig,
                 size_t *len)
{
    const CK_MECHANISM param = {signer->mech, NULL, 0};
    tok_op *op = NULL;
    CK_RV rv = tok_op_make(s, TOK_OP_SIGN, &param, signer->key, &op);

    if (rv == CKR_OK && op->wants_pin)
        rv = tok_key_pin(s, signer->handle, signer->key);
    if (rv == CKR_OK)
        rv = tok_op_still_there(s);
    if (rv == CKR_OK) {
        *len = op->size;
        *sig = malloc(op->size);
        rv = *sig != NULL ? op->class->update(op, message.p, message.len) : CKR_HOST_MEMORY;
    }
    if (rv == CKR_OK)
        rv = op->class->finish(op, *sig);
    if (rv == CKR_OK)
        tok_journal_use(s, TOK_USE_SIGN, signer->mech, signer->key, *sig, *len);
    tok_op_free(op);
    return rv;
}

CK_RV tok_signer_sign(tok_session *s, const tok_signer *signer, const tok_spki *pub,
                      tok_der message, tok_bytes *out)
{
    tok_sigalg alg = {.kind = signer->kind, .hash = signer->hash};
    uint8_t digest[TOK_MD_MAX], *sig = NULL;
    size_t len = 0, start = out->len;
    CK_RV rv;

    if (pub->kind != signer->kind || (pub->hash != NULL && pub->hash != signer->hash))
        return CKR_KEY_HANDLE_INVALID;
    rv = run(s, signer, message, &sig, &len);
    if (rv == CKR_OK) {
        if (signer->kind == TOK_SPKI_EC)
            put_ecdsa(out, sig, len);
        else
            tok_bytes_put(out, sig, len);
        rv = out->failed ? CKR_HOST_MEMORY : CKR_OK;
    }
    free(sig);
    if (rv != CKR_OK)
        return rv;
    tok_md_of(signer->hash, message.p, message.len, digest);
    rv = tok_signature_check(pub, &alg, signer->hash, digest,
                             (tok_der){out->p + start, out->len - start});
    return rv == CKR_SIGNATURE_INVALID ? CKR_KEY_HANDLE_INVALID : rv;
}

void tok_signer_algorithm_put(tok_bytes *b, const tok_signer *signer, int cms)
{
    static const uint8_t null[] = {0x05, 0x00};
    size_t i = way_of(signer), at = tok_bytes_begin(b, TOK_DER_SEQUENCE);

    (void)tok_oid_put(b, cms ? ways[i].cms : ways[i].request);
    /* RFC 9215, section 3.1: absent; SignerInfo has NULL, as other implementations write it. */
    if (signer->kind == TOK_SPKI_RSA || (cms && signer->kind == TOK_SPKI_GOST))
        tok_bytes_put(b, null, sizeof null);
    tok_bytes_end(b, at);
}

/* ---- public keys ---------------------------------------------------------------------------- */

static void algorithm_put(tok_bytes *b, const char *oid, const void *params, size_t len)
{
    size_t at = tok_bytes_begin(b, TOK_DER_SEQUENCE);

    (void)tok_oid_put(b, oid);
    tok_bytes_put(b, params, len);
    tok_bytes_end(b, at);
}

static CK_RV gost_of(const tok_object *o, tok_bytes *out)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(o->attrs, CKA_VALUE);
    uint8_t buf[TOK_GOST_SPKI_MAX];
    const tok_gost_hash *hash;
    const gost_paramset *ps;
    const uint8_t *start;
    size_t len;

    if (tok_gost_params(o->attrs, &ps, &hash) != CKR_OK || value == NULL ||
        value->ulValueLen != ps->bits / 4)
        return CKR_DEVICE_ERROR;
    len = tok_gost_spki(ps, hash, value->pValue, buf, &start);
    tok_bytes_put(out, start, len);
    return CKR_OK;
}

static void integer_put(tok_bytes *b, const CK_ATTRIBUTE *a)
{
    const uint8_t *p = a->pValue;
    size_t n = a->ulValueLen, at = tok_bytes_begin(b, TOK_DER_INTEGER);

    while (n > 1 && *p == 0) {
        p++;
        n--;
    }
    if (n == 0 || (*p & 0x80) != 0)
        tok_bytes_byte(b, 0);
    tok_bytes_put(b, p, n);
    tok_bytes_end(b, at);
}

static CK_RV rsa_of(const tok_object *o, tok_bytes *b)
{
    static const uint8_t null[] = {0x05, 0x00};
    const CK_ATTRIBUTE *n = tok_attrs_get(o->attrs, CKA_MODULUS);
    const CK_ATTRIBUTE *e = tok_attrs_get(o->attrs, CKA_PUBLIC_EXPONENT);
    size_t spki, bits, key;

    if (n == NULL || e == NULL)
        return CKR_DEVICE_ERROR;
    spki = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    algorithm_put(b, "1.2.840.113549.1.1.1", null, sizeof null);
    bits = tok_bytes_begin(b, TOK_DER_BITS);
    tok_bytes_byte(b, 0);
    key = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    integer_put(b, n);
    integer_put(b, e);
    tok_bytes_end(b, key);
    tok_bytes_end(b, bits);
    tok_bytes_end(b, spki);
    return CKR_OK;
}

static CK_RV ec_of(const tok_object *o, tok_bytes *b)
{
    const CK_ATTRIBUTE *params = tok_attrs_get(o->attrs, CKA_EC_PARAMS);
    const CK_ATTRIBUTE *point = tok_attrs_get(o->attrs, CKA_EC_POINT);
    size_t spki, bits;
    tok_der in, raw;

    if (params == NULL || point == NULL)
        return CKR_DEVICE_ERROR;
    in = (tok_der){point->pValue, point->ulValueLen};
    if (!tok_der_take(&in, TOK_DER_OCTETS, &raw, NULL) || in.len != 0)
        raw = (tok_der){point->pValue, point->ulValueLen};
    spki = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    algorithm_put(b, "1.2.840.10045.2.1", params->pValue, params->ulValueLen);
    bits = tok_bytes_begin(b, TOK_DER_BITS);
    tok_bytes_byte(b, 0);
    tok_bytes_der(b, raw);
    tok_bytes_end(b, bits);
    tok_bytes_end(b, spki);
    return CKR_OK;
}

CK_RV tok_spki_of_object(const tok_object *o, tok_bytes *out)
{
    static const struct {
        unsigned kind;
        CK_RV (*put)(const tok_object *o, tok_bytes *out);
    } kinds[] = {
        {TOK_KIND_GOST_PUB, gost_of},
        {TOK_KIND_RSA_PUB, rsa_of},
        {TOK_KIND_EC_PUB, ec_of},
    };
    size_t i;

    for (i = 0; i < COUNT(kinds); i++) {
        if (kinds[i].kind == o->kind->bit)
            return kinds[i].put(o, out);
    }
    return CKR_KEY_HANDLE_INVALID;
}
