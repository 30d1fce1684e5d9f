/* SPDX-License-Identifier: Apache-2.0 */
/* see cert.h: certificates. */
#include "token/x509/cert.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <stdlib.h>
#include <string.h>

#define BOOLEAN  0x01
#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* ---- time ----------------------------------------------------------------------------------- */

static int digits(const uint8_t *p, int n)
{
    int x = 0;

    while (n-- > 0) {
        if (*p < '0' || *p > '9')
            return -1;
        x = x * 10 + (*p++ - '0');
    }
    return x;
}

/* Days from 1970-01-01, by the proleptic Gregorian calendar. */
static int64_t days(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int tok_time_take(tok_der *in, int64_t *t)
{
    static const uint8_t length[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    tok_der text;
    int year, month, day, hour, minute, second;
    size_t n = 4;

    if (tok_der_take(in, 0x17, &text, NULL))
        n = 2;
    else if (!tok_der_take(in, 0x18, &text, NULL))
        return 0;
    if (text.len != n + 11 || text.p[n + 10] != 'Z')
        return 0;
    year = digits(text.p, (int)n);
    month = digits(text.p + n, 2);
    day = digits(text.p + n + 2, 2);
    hour = digits(text.p + n + 4, 2);
    minute = digits(text.p + n + 6, 2);
    second = digits(text.p + n + 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > length[month - 1] || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return 0;
    if (n == 2)
        year += year < 50 ? 2000 : 1900;
    *t = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    return 1;
}

/* ---- extensions ----------------------------------------------------------------------------- */

int tok_extension_next(tok_der *in, tok_der *oid, int *critical, tok_der *value, int *bad)
{
    tok_der extension, flag;

    if (in->len == 0)
        return 0;
    *critical = 0;
    *bad = 1;
    if (!tok_der_take(in, TOK_DER_SEQUENCE, &extension, NULL) ||
        !tok_der_take(&extension, TOK_DER_OID, oid, NULL))
        return 0;
    if (tok_der_take(&extension, BOOLEAN, &flag, NULL)) {
        if (flag.len != 1)
            return 0;
        *critical = flag.p[0] != 0;
    }
    if (!tok_der_take(&extension, TOK_DER_OCTETS, value, NULL) || extension.len != 0)
        return 0;
    *bad = 0;
    return 1;
}

static int basic_constraints(tok_x509 *c, tok_der v)
{
    tok_der in, field;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL) || v.len != 0)
        return 0;
    if (tok_der_take(&in, BOOLEAN, &field, NULL)) {
        if (field.len != 1)
            return 0;
        c->ca = field.p[0] != 0;
    }
    if (tok_der_take(&in, TOK_DER_INTEGER, &field, NULL)) {
        if (field.len < 1 || field.len > 3 || (field.p[0] & 0x80) != 0)
            return 0;
        for (c->path_len = 0; field.len > 0; field.p++, field.len--)
            c->path_len = c->path_len << 8 | field.p[0];
    }
    return in.len == 0;
}

static int key_usage(tok_x509 *c, tok_der v)
{
    tok_der bits;
    size_t i;

    if (!tok_der_take(&v, TOK_DER_BITS, &bits, NULL) || v.len != 0 || bits.len < 1 || bits.len > 3)
        return 0;
    c->has_usage = 1;
    for (i = 0; i < 8 * (bits.len - 1); i++) {
        if (bits.p[1 + i / 8] & (0x80 >> (i % 8)))
            c->usage |= 1u << i;
    }
    return 1;
}

static int key_id(tok_x509 *c, tok_der v)
{
    return tok_der_take(&v, TOK_DER_OCTETS, &c->key_id, NULL) && v.len == 0;
}

static int authority_key_id(tok_x509 *c, tok_der v)
{
    tok_der in;

    if (!tok_der_take(&v, TOK_DER_SEQUENCE, &in, NULL) || v.len != 0)
        return 0;
    (void)tok_der_take(&in, 0x80, &c->authority_key_id, NULL);
    (void)tok_der_take(&in, 0xA1, &c->authority_issuer, NULL);
    (void)tok_der_take(&in, 0x82, &c->authority_serial, NULL);
    return in.len == 0;
}

static int distribution(tok_x509 *c, tok_der v)
{
    c->distribution = v;
    return 1;
}

static int constraints(tok_x509 *c, tok_der v)
{
    (void)v;
    c->constrained = 1;
    return 1;
}

static int known(tok_x509 *c, tok_der v)
{
    (void)c;
    (void)v;
    return 1;
}

static const struct {
    const char *oid;
    int (*read)(tok_x509 *c, tok_der value);
} extensions[] = {
    {"2.5.29.19", basic_constraints},
    {"2.5.29.15", key_usage},
    {"2.5.29.14", key_id},
    {"2.5.29.35", authority_key_id},
    {"2.5.29.31", distribution},
    {"2.5.29.30", constraints}, /* nameConstraints */
    {"2.5.29.36", constraints}, /* policyConstraints */
    {"2.5.29.17", known},       /* subjectAltName: nothing here is about hosts */
    {"2.5.29.18", known},       /* issuerAltName */
    {"2.5.29.32", known},       /* certificatePolicies: any will do (RFC 5280, 6.1.1) */
    {"2.5.29.33", known},       /* policyMappings */
    {"2.5.29.54", known},       /* inhibitAnyPolicy */
    {"2.5.29.37", known},       /* extendedKeyUsage: any purpose */
    {"2.5.29.16", known},       /* privateKeyUsagePeriod */
    {"1.2.643.100.111", known}, /* subjectSignTool */
    {"1.2.643.100.112", known}, /* issuerSignTool */
    {"1.2.643.100.114", known}, /* identificationKind */
};

static int read_extensions(tok_x509 *c)
{
    uint32_t seen = 0;
    tok_der in = c->extensions, oid, value;
    int critical, bad = 0;
    size_t i;

    while (tok_extension_next(&in, &oid, &critical, &value, &bad)) {
        for (i = 0; i < COUNT(extensions) && !tok_oid_is(oid, extensions[i].oid); i++)
            continue;
        if (i == COUNT(extensions)) {
            c->unknown_critical |= critical;
            continue;
        }
        if ((seen & 1u << i) != 0 || !extensions[i].read(c, value))
            return 0;
        seen |= 1u << i;
    }
    return !bad;
}

/* ---- the certificate ------------------------------------------------------------------------ */

static int validity(tok_der in, tok_x509 *c)
{
    return tok_time_take(&in, &c->not_before) && tok_time_take(&in, &c->not_after) && in.len == 0;
}

static int read_tbs(tok_der tbs, tok_x509 *c)
{
    tok_der v, number, algorithm, field;

    c->version = 1;
    if (tok_der_take(&tbs, TOK_DER_CONTEXT_0, &v, NULL)) {
        if (!tok_der_take(&v, TOK_DER_INTEGER, &number, NULL) || v.len != 0 || number.len != 1 ||
            number.p[0] > 2)
            return 0;
        c->version = number.p[0] + 1;
    }
    if (!tok_der_take(&tbs, TOK_DER_INTEGER, &c->serial, NULL) || c->serial.len == 0 ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &algorithm) ||
        !tok_der_same(algorithm, c->algorithm) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &c->issuer) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, &field, NULL) || !validity(field, c) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &c->subject) ||
        !tok_der_take(&tbs, TOK_DER_SEQUENCE, NULL, &field) || !tok_spki_read(field, &c->key))
        return 0;
    (void)tok_der_take(&tbs, 0x81, NULL, NULL); /* unique identifiers */
    (void)tok_der_take(&tbs, 0x82, NULL, NULL);
    if (tok_der_take(&tbs, 0xA3, &field, NULL)) {
        if (c->version != 3 || !tok_der_take(&field, TOK_DER_SEQUENCE, &c->extensions, NULL) ||
            field.len != 0)
            return 0;
    }
    return tbs.len == 0 && tok_name_canonical(c->issuer, &c->issuer_canonical) &&
           tok_name_canonical(c->subject, &c->subject_canonical) && read_extensions(c);
}

CK_RV tok_x509_new(const uint8_t *der, size_t len, tok_x509 **out)
{
    tok_x509 *c = calloc(1, sizeof *c);
    tok_der in, cert, tbs, bits;
    CK_RV rv = CKR_DATA_INVALID;

    if (c == NULL)
        return CKR_HOST_MEMORY;
    c->bytes = malloc(len + 1);
    if (c->bytes == NULL) {
        free(c);
        return CKR_HOST_MEMORY;
    }
    if (len != 0)
        memcpy(c->bytes, der, len);
    c->path_len = -1;
    in = c->whole = (tok_der){c->bytes, len};
    if (tok_der_take(&in, TOK_DER_SEQUENCE, &cert, NULL) && in.len == 0 &&
        tok_der_take(&cert, TOK_DER_SEQUENCE, &tbs, &c->tbs) &&
        tok_der_take(&cert, TOK_DER_SEQUENCE, NULL, &c->algorithm) &&
        tok_der_take(&cert, TOK_DER_BITS, &bits, NULL) && cert.len == 0 && bits.len > 1 &&
        bits.p[0] == 0) {
        c->signature = (tok_der){bits.p + 1, bits.len - 1};
        if (read_tbs(tbs, c))
            rv = CKR_OK;
    }
    if (c->issuer_canonical.failed || c->subject_canonical.failed)
        rv = CKR_HOST_MEMORY;
    if (rv != CKR_OK) {
        tok_x509_free(c);
        return rv;
    }
    *out = c;
    return CKR_OK;
}

void tok_x509_free(tok_x509 *c)
{
    if (c == NULL)
        return;
    tok_bytes_free(&c->issuer_canonical);
    tok_bytes_free(&c->subject_canonical);
    free(c->bytes);
    free(c);
}

static int same_name(const tok_bytes *a, const tok_bytes *b)
{
    return tok_der_same((tok_der){a->p, a->len}, (tok_der){b->p, b->len});
}

int tok_x509_self_issued(const tok_x509 *c)
{
    return same_name(&c->issuer_canonical, &c->subject_canonical);
}

int tok_x509_may_issue(const tok_x509 *issuer, const tok_x509 *c)
{
    if (!same_name(&issuer->subject_canonical, &c->issuer_canonical))
        return 0;
    if (c->authority_key_id.len != 0 && issuer->key_id.len != 0 &&
        !tok_der_same(c->authority_key_id, issuer->key_id))
        return 0;
    return c->authority_serial.len == 0 || tok_der_same(c->authority_serial, issuer->serial);
}
