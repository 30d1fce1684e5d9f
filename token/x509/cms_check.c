/* SPDX-License-Identifier: Apache-2.0 */
/* see cms.h: the digest of the content, and the signatures. */
#include "token/x509/cms.h"
#include "token/x509/oid.h"

#include <string.h>

#define SET            0x31
#define DATA           "1.2.840.113549.1.7.1"
#define CONTENT_TYPE   "1.2.840.113549.1.9.3"
#define MESSAGE_DIGEST "1.2.840.113549.1.9.4"

/* The first signer with the same digest algorithm hashes for all. */
static tok_cms_signer *hasher(const tok_cms *cms, size_t i)
{
    size_t j = 0;

    while (cms->signers[j].digest_alg != cms->signers[i].digest_alg)
        j++;
    return &cms->signers[j];
}

void tok_cms_hash_start(tok_cms *cms)
{
    size_t i;

    for (i = 0; i < cms->signers_n; i++) {
        tok_cms_signer *s = &cms->signers[i];

        s->hashing = s->digest_alg != NULL && hasher(cms, i) == s;
        if (s->hashing)
            tok_md_start(&s->hash, s->digest_alg);
    }
}

void tok_cms_hash(tok_cms *cms, const uint8_t *data, size_t len)
{
    size_t i;

    for (i = 0; i < len && cms->total + i < sizeof cms->start; i++)
        cms->start[cms->total + i] = data[i];
    cms->total += len;
    for (i = 0; i < cms->signers_n; i++) {
        if (cms->signers[i].hashing)
            tok_md_update(&cms->signers[i].hash, data, len);
    }
}

/* The one value of an attribute. 1, or 0 if it is not there just once with just one value. */
static int attribute(tok_der attributes, const char *oid, tok_der *value)
{
    tok_ber e, type, set, one;
    int found = 0;

    while (attributes.len > 0) {
        tok_der in;

        if (!tok_ber_take(&attributes, TOK_DER_SEQUENCE, &e))
            return 0;
        in = e.content;
        if (!tok_ber_take(&in, TOK_DER_OID, &type) || !tok_ber_take(&in, SET, &set) || in.len != 0)
            return 0;
        if (!tok_oid_is(type.content, oid))
            continue;
        in = set.content;
        if (found || !tok_ber_any(&in, &one) || in.len != 0)
            return 0;
        *value = one.whole;
        found = 1;
    }
    return found;
}

/* Sections 5.3 and 11.1, 11.2. */
static int attributes_agree(const tok_cms *cms, const tok_cms_signer *s)
{
    tok_der value, digest;

    if (!attribute(s->attributes.content, CONTENT_TYPE, &value) ||
        !tok_der_same(value, cms->type) ||
        !attribute(s->attributes.content, MESSAGE_DIGEST, &value))
        return 0;
    return tok_der_take(&value, TOK_DER_OCTETS, &digest, NULL) && value.len == 0 &&
           digest.len == s->digest_alg->size && memcmp(digest.p, s->digest, digest.len) == 0;
}

/* Section 5.4: the attributes are signed as a SET OF, with a definite length. */
static void attributes_digest(const tok_cms_signer *s, uint8_t digest[TOK_MD_MAX])
{
    uint8_t head[10];
    tok_md h;

    tok_md_start(&h, s->digest_alg);
    tok_md_update(&h, head, tok_der_head(SET, s->attributes.content.len, head));
    tok_md_update(&h, s->attributes.content.p, s->attributes.content.len);
    tok_md_final(&h, digest);
}

/*
 * A signature without attributes is over the content itself. Content that looks like attributes is
 * not taken then: anybody could make such a message from one with attributes, of the same signer,
 * without his key.
 */
static int looks_like_attributes(const tok_cms *cms)
{
    const uint8_t *p = cms->start;
    size_t n = p[1] < 0x80 ? 2 : 2 + (p[1] & 0x7Fu), k;
    uint64_t len = p[1] < 0x80 ? p[1] : 0, i;

    if (cms->total < sizeof cms->start || p[0] != SET || n > 2 + sizeof len)
        return 0;
    for (i = 2; i < n; i++)
        len = len << 8 | p[i];
    if (len != cms->total - n || p[n] != TOK_DER_SEQUENCE)
        return 0;
    k = n + 1 < sizeof cms->start && p[n + 1] >= 0x80 ? n + 2 + (p[n + 1] & 0x7Fu) : n + 2;
    return k >= sizeof cms->start || p[k] == TOK_DER_OID;
}

/* Only plain data may be signed without attributes. */
static int bare_agrees(const tok_cms *cms)
{
    tok_der type = cms->type, oid;

    return tok_der_take(&type, TOK_DER_OID, &oid, NULL) && tok_oid_is(oid, DATA) &&
           !looks_like_attributes(cms);
}

void tok_cms_hash_finish(tok_cms *cms)
{
    size_t i;

    for (i = 0; i < cms->signers_n; i++) {
        tok_cms_signer *s = &cms->signers[i];

        if (s->hashing)
            tok_md_final(&s->hash, s->digest);
        else if (s->digest_alg != NULL) /* the one that hashed stands before */
            memcpy(s->digest, hasher(cms, i)->digest, sizeof s->digest);
        s->hashing = 0;
    }
    /* The attributes now, once, however many certificates will be tried. */
    for (i = 0; i < cms->signers_n; i++) {
        tok_cms_signer *s = &cms->signers[i];

        if (s->digest_alg == NULL)
            continue;
        if (s->attributes.whole.len == 0) {
            s->agrees = bare_agrees(cms);
        } else if (attributes_agree(cms, s)) {
            attributes_digest(s, s->digest);
            s->agrees = 1;
        }
    }
}

CK_RV tok_cms_check(const tok_cms *cms, size_t i, const tok_x509 *cert)
{
    const tok_cms_signer *s = &cms->signers[i];
    tok_sigalg alg;

    if (!s->agrees || !tok_sigalg_read(s->algorithm, &alg))
        return CKR_SIGNATURE_INVALID;
    return tok_signature_check(&cert->key, &alg, s->digest_alg, s->digest,
                               (tok_der){s->signature.p, s->signature.len});
}

int tok_cms_signer_is(const tok_cms *cms, size_t i, const tok_x509 *cert)
{
    const tok_cms_signer *s = &cms->signers[i];

    if (s->key_id.len != 0)
        return tok_der_same(s->key_id, cert->key_id);
    return tok_der_same((tok_der){s->issuer_canonical.p, s->issuer_canonical.len},
                        (tok_der){cert->issuer_canonical.p, cert->issuer_canonical.len}) &&
           tok_der_same(s->serial, cert->serial);
}
