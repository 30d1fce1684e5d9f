/* SPDX-License-Identifier: Apache-2.0 */
/* see cms.h: reading. */
#include "token/x509/cms.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <stdlib.h>
#include <string.h>

#define SET         0x31
#define CONTEXT_0   0xA0
#define CONTEXT_1   0xA1
#define SIGNED_DATA "1.2.840.113549.1.7.2"
#define MAX_MEMBERS 4096 /* certificates, lists, signers */

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if (!(call))                                                                               \
            return CKR_DATA_INVALID;                                                               \
    } while (0)

/* CMSVersion: 1 to 5 are defined; which of them goes with what nobody keeps to. */
static int version(tok_der *in)
{
    tok_ber e;

    return tok_ber_take(in, TOK_DER_INTEGER, &e) && e.content.len == 1 && e.content.p[0] >= 1 &&
           e.content.p[0] <= 5;
}

static CK_RV read_signer(tok_der in, tok_cms_signer *out)
{
    tok_ber id, field;
    tok_der rest;

    TRY(version(&in));
    if (tok_ber_take(&in, TOK_DER_SEQUENCE, &id)) {
        rest = id.content;
        TRY(tok_ber_take(&rest, TOK_DER_SEQUENCE, &field));
        TRY(tok_name_canonical(field.whole, &out->issuer_canonical));
        TRY(tok_ber_take(&rest, TOK_DER_INTEGER, &field) && rest.len == 0);
        out->serial = field.content;
    } else {
        TRY(tok_ber_take(&in, 0x80, &id));
        out->key_id = id.content;
    }
    TRY(tok_ber_take(&in, TOK_DER_SEQUENCE, &field));
    out->digest_alg = tok_md_by_algorithm(field.whole);
    if (tok_der_is(&in, CONTEXT_0))
        TRY(tok_ber_any(&in, &out->attributes));
    TRY(tok_ber_take(&in, TOK_DER_SEQUENCE, &field));
    out->algorithm = field.whole;
    TRY(tok_ber_any(&in, &field) && tok_ber_octets(&field, &out->signature));
    if (tok_der_is(&in, CONTEXT_1)) /* attributes that nobody signed */
        TRY(tok_ber_any(&in, &field));
    TRY(in.len == 0);
    return out->signature.failed || out->issuer_canonical.failed ? CKR_HOST_MEMORY : CKR_OK;
}

static CK_RV read_signers(tok_der set, tok_cms *cms)
{
    tok_der in = set;
    tok_ber e;
    size_t n = 0;
    CK_RV rv;

    for (; in.len > 0; n++)
        TRY(n < MAX_MEMBERS && tok_ber_take(&in, TOK_DER_SEQUENCE, &e));
    cms->signers = calloc(n + 1, sizeof *cms->signers);
    if (cms->signers == NULL)
        return CKR_HOST_MEMORY;
    while (cms->signers_n < n) {
        (void)tok_ber_any(&set, &e);
        rv = read_signer(e.content, &cms->signers[cms->signers_n++]);
        if (rv != CKR_OK)
            return rv;
    }
    return CKR_OK;
}

/* Certificates and lists that cannot be read are left out: they may be of a kind that is not ours
 * (attribute certificates), and what is not found cannot be believed. */
static CK_RV read_certs(tok_der in, tok_cms *cms)
{
    tok_ber e;
    CK_RV rv;

    while (in.len > 0) {
        TRY(tok_ber_any(&in, &e) && cms->certs.n < MAX_MEMBERS);
        rv = tok_x509_pool_add(&cms->certs, e.whole.p, e.whole.len);
        if (rv != CKR_OK && rv != CKR_DATA_INVALID)
            return rv;
    }
    return CKR_OK;
}

static CK_RV read_crls(tok_der in, tok_cms *cms)
{
    tok_ber e;
    CK_RV rv;

    while (in.len > 0) {
        TRY(tok_ber_any(&in, &e) && cms->crls.n < MAX_MEMBERS);
        rv = tok_crl_pool_add(&cms->crls, e.whole.p, e.whole.len);
        if (rv != CKR_OK && rv != CKR_DATA_INVALID)
            return rv;
    }
    return CKR_OK;
}

static CK_RV read_content(tok_der in, tok_cms *cms)
{
    tok_ber e, octets;
    tok_der rest;

    TRY(tok_ber_take(&in, TOK_DER_OID, &e));
    cms->type = e.whole;
    if (in.len == 0)
        return CKR_OK;
    TRY(tok_ber_take(&in, CONTEXT_0, &e) && in.len == 0);
    rest = e.content;
    TRY(tok_ber_any(&rest, &octets) && rest.len == 0 && tok_ber_octets(&octets, &cms->content));
    cms->has_content = 1;
    return cms->content.failed ? CKR_HOST_MEMORY : CKR_OK;
}

static CK_RV read_signed_data(tok_der in, tok_cms *cms)
{
    tok_ber e;
    CK_RV rv;

    TRY(version(&in) && tok_ber_take(&in, SET, &e));
    TRY(tok_ber_take(&in, TOK_DER_SEQUENCE, &e));
    rv = read_content(e.content, cms);
    if (rv == CKR_OK && tok_ber_take(&in, CONTEXT_0, &e))
        rv = read_certs(e.content, cms);
    if (rv == CKR_OK && tok_ber_take(&in, CONTEXT_1, &e))
        rv = read_crls(e.content, cms);
    if (rv != CKR_OK)
        return rv;
    TRY(tok_ber_take(&in, SET, &e) && in.len == 0);
    return read_signers(e.content, cms);
}

static CK_RV read_all(tok_der in, tok_cms *cms)
{
    tok_ber e, type, content;
    tok_der rest;

    TRY(tok_ber_take(&in, TOK_DER_SEQUENCE, &e) && in.len == 0);
    rest = e.content;
    TRY(tok_ber_take(&rest, TOK_DER_OID, &type) && tok_oid_is(type.content, SIGNED_DATA));
    TRY(tok_ber_take(&rest, CONTEXT_0, &content) && rest.len == 0);
    rest = content.content;
    TRY(tok_ber_take(&rest, TOK_DER_SEQUENCE, &e) && rest.len == 0);
    return read_signed_data(e.content, cms);
}

CK_RV tok_cms_read(const uint8_t *bytes, size_t len, tok_cms **out)
{
    tok_cms *cms = calloc(1, sizeof *cms);
    CK_RV rv;

    if (cms == NULL)
        return CKR_HOST_MEMORY;
    cms->bytes = malloc(len + 1);
    if (cms->bytes == NULL) {
        free(cms);
        return CKR_HOST_MEMORY;
    }
    if (len != 0)
        memcpy(cms->bytes, bytes, len);
    rv = read_all((tok_der){cms->bytes, len}, cms);
    if (rv != CKR_OK) {
        tok_cms_free(cms);
        return rv;
    }
    *out = cms;
    return CKR_OK;
}

void tok_cms_free(tok_cms *cms)
{
    size_t i;

    if (cms == NULL)
        return;
    for (i = 0; i < cms->signers_n; i++) {
        tok_bytes_free(&cms->signers[i].issuer_canonical);
        tok_bytes_free(&cms->signers[i].signature);
    }
    free(cms->signers);
    tok_x509_pool_free(&cms->certs);
    tok_crl_pool_free(&cms->crls);
    tok_bytes_free(&cms->content);
    free(cms->bytes);
    free(cms);
}
