/* SPDX-License-Identifier: Apache-2.0 */
/* see cert.h: revocation lists. */
#include "token/x509/cert.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <stdlib.h>
#include <string.h>

#define ENUMERATED      0x0A
#define REMOVE_FROM_CRL 8

static int flag(tok_der *in, uint8_t tag)
{
    tok_der v;

    return tok_der_take(in, tag, &v, NULL) && (v.len != 1 || v.p[0] != 0);
}

/* IssuingDistributionPoint (RFC 5280, section 5.2.5). */
static int distribution(tok_crl *crl, tok_der v)
{
    tok_der in, name;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL) || v.len != 0)
        return 0;
    if (tok_der_take(&in, 0xA0, &name, NULL) && !tok_der_take(&name, 0xA0, &crl->point, NULL))
        crl->partial = 1; /* a name relative to the issuer's */
    crl->only_user = flag(&in, 0x81);
    crl->only_ca = flag(&in, 0x82);
    if (tok_der_take(&in, 0x83, NULL, NULL)) /* only some reasons */
        crl->partial = 1;
    if (flag(&in, 0x84) || flag(&in, 0x85)) /* indirect, attribute certificates */
        crl->partial = 1;
    return in.len == 0;
}

static int read_extensions(tok_crl *crl, tok_der in)
{
    tok_der oid, value, field;
    int critical, bad = 0;

    while (tok_extension_next(&in, &oid, &critical, &value, &bad)) {
        if (tok_oid_is(oid, "2.5.29.27")) {
            crl->delta = 1;
        } else if (tok_oid_is(oid, "2.5.29.28")) {
            if (!distribution(crl, value))
                return 0;
        } else if (tok_oid_is(oid, "2.5.29.35")) {
            if (!tok_der_take(&value, TOK_DER_SEQUENCE, &field, NULL))
                return 0;
            (void)tok_der_take(&field, 0x80, &crl->authority_key_id, NULL);
        } else if (!tok_oid_is(oid, "2.5.29.20")) { /* the list's number */
            crl->unknown_critical |= critical;
        }
    }
    return !bad;
}

static int read_tbs(tok_der tbs, tok_crl *crl)
{
    tok_der version, algorithm, field, list;

    if (tok_der_take(&tbs, TOK_DER_INTEGER, &version, NULL) &&
        (version.len != 1 || version.p[0] != 1))
        return 0;
    if (!tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &algorithm) ||
        !tok_der_same(algorithm, crl->algorithm) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &crl->issuer) ||
        !tok_time_take(&tbs, &crl->this_update))
        return 0;
    crl->next_update = INT64_MAX;
    if (tbs.len > 0 && (tbs.p[0] == 0x17 || tbs.p[0] == 0x18) &&
        !tok_time_take(&tbs, &crl->next_update))
        return 0;
    (void)tok_der_take(&tbs, TOK_DER_SEQUENCE, &crl->revoked, NULL);
    if (tok_der_take(&tbs, TOK_DER_CONTEXT_0, &field, NULL) &&
        (!tok_der_take(&field, TOK_DER_SEQUENCE, &list, NULL) || field.len != 0 ||
         !read_extensions(crl, list)))
        return 0;
    return tbs.len == 0 && tok_name_canonical(crl->issuer, &crl->issuer_canonical);
}

/* Section 5.3: where an entry has a critical extension that is not known, the list is no proof that
 * a certificate is good. */
static int read_entry_extensions(tok_crl *crl, tok_der entry)
{
    tok_der in, oid, value;
    int critical, bad = 0;

    if (entry.len == 0)
        return 1;
    if (!tok_der_take(&entry, TOK_DER_SEQUENCE, &in, NULL) || entry.len != 0)
        return 0;
    while (tok_extension_next(&in, &oid, &critical, &value, &bad)) {
        if (critical && !tok_oid_is(oid, "2.5.29.21")) /* the reason */
            crl->unknown_critical = 1;
    }
    return !bad;
}

/* Each entry has a serial number and a time; so that looking one up cannot end early. */
static int read_entries(tok_crl *crl)
{
    tok_der in = crl->revoked, entry;
    int64_t when;

    while (in.len > 0) {
        if (!tok_der_take(&in, TOK_DER_SEQUENCE, &entry, NULL) ||
            !tok_der_take(&entry, TOK_DER_INTEGER, NULL, NULL) || !tok_time_take(&entry, &when) ||
            !read_entry_extensions(crl, entry))
            return 0;
    }
    return 1;
}

CK_RV tok_crl_new(const uint8_t *der, size_t len, tok_crl **out)
{
    tok_crl *crl = calloc(1, sizeof *crl);
    tok_der in, list, tbs, bits;
    CK_RV rv = CKR_DATA_INVALID;

    if (crl == NULL)
        return CKR_HOST_MEMORY;
    crl->bytes = malloc(len + 1);
    if (crl->bytes == NULL) {
        free(crl);
        return CKR_HOST_MEMORY;
    }
    if (len != 0)
        memcpy(crl->bytes, der, len);
    in = (tok_der){crl->bytes, len};
    if (tok_der_take(&in, TOK_DER_SEQUENCE, &list, NULL) && in.len == 0 &&
        tok_der_take(&list, TOK_DER_SEQUENCE, &tbs, &crl->tbs) &&
        tok_der_take(&list, TOK_DER_SEQUENCE, NULL, &crl->algorithm) &&
        tok_der_take(&list, TOK_DER_BITS, &bits, NULL) && list.len == 0 && bits.len > 1 &&
        bits.p[0] == 0) {
        crl->signature = (tok_der){bits.p + 1, bits.len - 1};
        if (read_tbs(tbs, crl) && read_entries(crl))
            rv = CKR_OK;
    }
    if (crl->issuer_canonical.failed)
        rv = CKR_HOST_MEMORY;
    if (rv != CKR_OK) {
        tok_crl_free(crl);
        return rv;
    }
    *out = crl;
    return CKR_OK;
}

void tok_crl_free(tok_crl *crl)
{
    if (crl == NULL)
        return;
    tok_bytes_free(&crl->issuer_canonical);
    free(crl->bytes);
    free(crl);
}

/* 1 if the entry's extensions take the certificate off the list (in a delta). */
static int removed(tok_der entry)
{
    tok_der in, oid, value, reason;
    int critical, bad;

    if (!tok_der_take(&entry, TOK_DER_SEQUENCE, &in, NULL))
        return 0;
    while (tok_extension_next(&in, &oid, &critical, &value, &bad)) {
        if (tok_oid_is(oid, "2.5.29.21") && tok_der_take(&value, ENUMERATED, &reason, NULL))
            return reason.len == 1 && reason.p[0] == REMOVE_FROM_CRL;
    }
    return 0;
}

int tok_crl_lists(const tok_crl *crl, const tok_x509 *cert)
{
    tok_der in = crl->revoked, entry, serial;
    int64_t when;

    while (tok_der_take(&in, TOK_DER_SEQUENCE, &entry, NULL)) {
        if (tok_der_take(&entry, TOK_DER_INTEGER, &serial, NULL) &&
            tok_der_same(serial, cert->serial) && tok_time_take(&entry, &when) && !removed(entry))
            return 1;
    }
    return 0;
}
