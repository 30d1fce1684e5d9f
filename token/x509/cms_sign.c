/* SPDX-License-Identifier: Apache-2.0 */
/* see cms.h: making. */
#include "token/x509/cms.h"
#include "token/x509/oid.h"

#include <string.h>
#include <time.h>

#define SET            0x31
#define CONTEXT_0      0xA0
#define SIGNED_DATA    "1.2.840.113549.1.7.2"
#define DATA           "1.2.840.113549.1.7.1"
#define CONTENT_TYPE   "1.2.840.113549.1.9.3"
#define MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define SIGNING_TIME   "1.2.840.113549.1.9.5"

/* ---- signed attributes ---------------------------------------------------------------------- */

static size_t attribute_begin(tok_bytes *b, const char *oid, size_t *set)
{
    size_t at = tok_bytes_begin(b, TOK_DER_SEQUENCE);

    (void)tok_oid_put(b, oid);
    *set = tok_bytes_begin(b, SET);
    return at;
}

static void attribute_end(tok_bytes *b, size_t at, size_t set)
{
    tok_bytes_end(b, set);
    tok_bytes_end(b, at);
}

/* Section 11.3: UTCTime until 2049. */
static void time_put(tok_bytes *b, time_t now)
{
    struct tm tm;
    char text[20];
    int utc;

    if (gmtime_r(&now, &tm) == NULL)
        memset(&tm, 0, sizeof tm);
    utc = tm.tm_year >= 50 && tm.tm_year < 150;
    if (strftime(text, sizeof text, utc ? "%y%m%d%H%M%SZ" : "%Y%m%d%H%M%SZ", &tm) == 0)
        b->failed = 1;
    tok_bytes_element(b, utc ? 0x17 : 0x18, text, strlen(text));
}

static void attributes_put(tok_bytes *b, const uint8_t *digest, size_t len)
{
    size_t all = tok_bytes_begin(b, SET), at, set;

    at = attribute_begin(b, CONTENT_TYPE, &set);
    (void)tok_oid_put(b, DATA);
    attribute_end(b, at, set);
    at = attribute_begin(b, SIGNING_TIME, &set);
    time_put(b, time(NULL));
    attribute_end(b, at, set);
    at = attribute_begin(b, MESSAGE_DIGEST, &set);
    tok_bytes_element(b, TOK_DER_OCTETS, digest, len);
    attribute_end(b, at, set);
    tok_bytes_end_set_of(b, all);
}

/* ---- the rest ------------------------------------------------------------------------------- */

static void signer_info_put(tok_bytes *b, const tok_signer *signer, const tok_x509 *cert,
                            const tok_bytes *attributes, const tok_bytes *sig)
{
    size_t at = tok_bytes_begin(b, TOK_DER_SEQUENCE), id, start;

    tok_bytes_uint(b, 1);
    id = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    tok_bytes_der(b, cert->issuer);
    tok_bytes_element(b, TOK_DER_INTEGER, cert->serial.p, cert->serial.len);
    tok_bytes_end(b, id);
    tok_md_put(b, signer->hash);
    start = b->len;
    tok_bytes_put(b, attributes->p, attributes->len);
    if (!b->failed)
        b->p[start] = CONTEXT_0; /* IMPLICIT; it was signed as a SET OF */
    tok_signer_algorithm_put(b, signer, 1);
    tok_bytes_element(b, TOK_DER_OCTETS, sig->p, sig->len);
    tok_bytes_end(b, at);
}

static void certificates_put(tok_bytes *b, const tok_x509 *cert, const tok_x509_pool *certs,
                             int detached)
{
    size_t at, i;

    if (detached && certs->n == 0)
        return;
    at = tok_bytes_begin(b, CONTEXT_0);
    if (!detached)
        tok_bytes_der(b, cert->whole);
    for (i = 0; i < certs->n; i++)
        tok_bytes_der(b, certs->certs[i]->whole);
    tok_bytes_end_set_of(b, at);
}

/* What stands before the content and after it; the lengths around it are computed, so that the
 * content is copied once. */
static void assemble(tok_bytes *out, const tok_bytes *before, const tok_bytes *after,
                     const uint8_t *data, size_t len, int detached)
{
    tok_bytes oid = {0}, type = {0};
    uint8_t heads[5][10];
    size_t n[5] = {0}, inner = 0, info, signed_data;

    (void)tok_oid_put(&oid, SIGNED_DATA);
    (void)tok_oid_put(&type, DATA);
    if (!detached) {
        n[0] = tok_der_head(TOK_DER_OCTETS, len, heads[0]);
        n[1] = tok_der_head(CONTEXT_0, n[0] + len, heads[1]);
        inner = n[1] + n[0] + len;
    }
    info = type.len + inner;
    n[2] = tok_der_head(TOK_DER_SEQUENCE, info, heads[2]);
    signed_data = before->len + n[2] + info + after->len;
    n[3] = tok_der_head(TOK_DER_SEQUENCE, signed_data, heads[3]);
    n[4] = tok_der_head(CONTEXT_0, n[3] + signed_data, heads[4]);
    if (oid.failed || type.failed)
        out->failed = 1;
    if (tok_bytes_reserve(out, signed_data + 64)) {
        uint8_t whole[10];

        tok_bytes_put(out, whole,
                      tok_der_head(TOK_DER_SEQUENCE, oid.len + n[4] + n[3] + signed_data, whole));
        tok_bytes_put(out, oid.p, oid.len);
        tok_bytes_put(out, heads[4], n[4]);
        tok_bytes_put(out, heads[3], n[3]);
        tok_bytes_put(out, before->p, before->len);
        tok_bytes_put(out, heads[2], n[2]);
        tok_bytes_put(out, type.p, type.len);
        tok_bytes_put(out, heads[1], n[1]);
        tok_bytes_put(out, heads[0], n[0]);
        if (!detached)
            tok_bytes_put(out, data, len);
        tok_bytes_put(out, after->p, after->len);
    }
    tok_bytes_free(&oid);
    tok_bytes_free(&type);
}

CK_RV tok_cms_sign(tok_session *s, const tok_signer *signer, const tok_x509 *cert,
                   const tok_x509_pool *certs, const uint8_t *data, size_t len, int detached,
                   tok_bytes *out)
{
    tok_bytes attributes = {0}, sig = {0}, before = {0}, after = {0};
    uint8_t digest[TOK_MD_MAX];
    size_t set;
    CK_RV rv;

    tok_md_of(signer->hash, data, len, digest);
    attributes_put(&attributes, digest, signer->hash->size);
    rv = attributes.failed ? CKR_HOST_MEMORY
                           : tok_signer_sign(s, signer, &cert->key,
                                             (tok_der){attributes.p, attributes.len}, &sig);
    if (rv == CKR_OK) {
        tok_bytes_uint(&before, 1);
        set = tok_bytes_begin(&before, SET);
        tok_md_put(&before, signer->hash);
        tok_bytes_end(&before, set);
        certificates_put(&after, cert, certs, detached);
        set = tok_bytes_begin(&after, SET);
        signer_info_put(&after, signer, cert, &attributes, &sig);
        tok_bytes_end(&after, set);
        if (before.failed || after.failed)
            out->failed = 1;
        else
            assemble(out, &before, &after, data, len, detached);
        rv = out->failed ? CKR_HOST_MEMORY : CKR_OK;
    }
    tok_bytes_free(&after);
    tok_bytes_free(&before);
    tok_bytes_free(&sig);
    tok_bytes_free(&attributes);
    return rv;
}
