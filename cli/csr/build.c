/* SPDX-License-Identifier: Apache-2.0 */
/* Encoding: PKCS #10 (RFC 2986), certificates (RFC 5280), CMS (RFC 5652) of a renewal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include "cli/cli.h"
#include "cli/csr/csr.h"

#define OID_EXTENSIONS    "1.2.840.113549.1.9.14"
#define OID_MS_EXTENSIONS "1.3.6.1.4.1.311.2.1.14"
#define OID_KEY_ID        "2.5.29.14"
#define OID_DATA          "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA   "1.2.840.113549.1.7.2"
#define OID_CONTENT_TYPE  "1.2.840.113549.1.9.3"
#define OID_DIGEST        "1.2.840.113549.1.9.4"
#define OID_SIGNING_TIME  "1.2.840.113549.1.9.5"

enum {
    INTEGER = 0x02,
    BIT_STRING = 0x03,
    OCTET_STRING = 0x04,
    SEQUENCE = 0x30,
    SET = 0x31,
    CONTEXT_0 = 0xA0,
    CONTEXT_3 = 0xA3
};

void csr_public_free(csr_public *p)
{
    csr_buf_free(&p->spki);
    csr_buf_free(&p->signature);
    csr_buf_free(&p->digest);
    csr_buf_free(&p->cms);
}

static void put(csr_buf *out, const csr_buf *part)
{
    csr_put(out, part->p, part->len);
}

static void put_extensions(const csr_request *r, csr_buf *out)
{
    static const uint8_t yes[] = {0x01, 0x01, 0xFF}; /* BOOLEAN TRUE; FALSE is the default */
    size_t all = csr_open(out, SEQUENCE);

    for (size_t i = 0; i < r->n_exts; i++) {
        size_t one = csr_open(out, SEQUENCE);

        put(out, &r->exts[i].oid);
        csr_put(out, yes, r->exts[i].critical ? sizeof(yes) : 0);
        csr_tlv(out, OCTET_STRING, r->exts[i].value.p, r->exts[i].value.len);
        csr_close(out, one);
    }
    csr_close(out, all);
}

/* SEQUENCE { oid, SET OF values } */
static void put_attribute(const csr_buf *oid, csr_buf *values, size_t n, csr_buf *out)
{
    size_t mark = csr_open(out, SEQUENCE);

    put(out, oid);
    csr_set(out, SET, values, n);
    csr_close(out, mark);
}

static void put_attributes(const csr_request *r, csr_buf *out)
{
    csr_buf *attrs = cli_alloc((r->n_attrs + 1) * sizeof(*attrs)), exts = {0}, oid = {0};
    size_t n = r->n_attrs;

    for (size_t i = 0; i < n; i++)
        put_attribute(&r->attrs[i].oid, r->attrs[i].blobs, r->attrs[i].n, &attrs[i]);
    if (r->n_exts && csr_oid(r->microsoft ? OID_MS_EXTENSIONS : OID_EXTENSIONS, &oid)) {
        put_extensions(r, &exts);
        put_attribute(&oid, &exts, 1, &attrs[n++]);
    }
    csr_set(out, CONTEXT_0, attrs, n);
    for (size_t i = 0; i < n; i++)
        csr_buf_free(&attrs[i]);
    csr_buf_free(&exts);
    csr_buf_free(&oid);
    free(attrs);
}

static int put_time(time_t when, csr_buf *out)
{
    ASN1_TIME *t = ASN1_TIME_set(NULL, when); /* UTCTime before 2050, GeneralizedTime after */
    unsigned char *der = NULL;
    int len = t ? i2d_ASN1_TIME(t, &der) : 0;

    if (len > 0)
        csr_put(out, der, (size_t)len);
    OPENSSL_free(der);
    ASN1_TIME_free(t);
    return len > 0;
}

static int certificate_tbs(const csr_request *r, const csr_public *key, const uint8_t serial[16],
                           csr_buf *out)
{
    static const uint8_t version_3[] = {INTEGER, 1, 2};
    uint8_t number[16];
    size_t all = csr_open(out, SEQUENCE), validity, exts;
    int ok;

    memcpy(number, serial, sizeof(number));
    number[0] = (uint8_t)((number[0] & 0x7F) | 0x40); /* positive, and as long as it is */
    csr_tlv(out, CONTEXT_0, version_3, sizeof(version_3));
    csr_tlv(out, INTEGER, number, sizeof(number));
    put(out, &key->signature);
    put(out, &r->subject);
    validity = csr_open(out, SEQUENCE);
    ok = put_time(r->start.utc, out) && put_time(r->end.utc, out);
    csr_close(out, validity);
    put(out, &r->subject);
    put(out, &key->spki);
    if (r->n_exts) {
        exts = csr_open(out, CONTEXT_3);
        put_extensions(r, out);
        csr_close(out, exts);
    }
    csr_close(out, all);
    return ok;
}

int csr_build_tbs(const csr_request *r, const csr_public *key, const uint8_t serial[16],
                  csr_buf *out)
{
    static const uint8_t version_1[] = {INTEGER, 1, 0};
    size_t mark;

    if (r->self_signed)
        return certificate_tbs(r, key, serial, out);
    mark = csr_open(out, SEQUENCE);
    csr_put(out, version_1, sizeof(version_1));
    put(out, &r->subject);
    put(out, &key->spki);
    put_attributes(r, out);
    csr_close(out, mark);
    return 1;
}

void csr_build_signed(const csr_buf *tbs, const csr_buf *algorithm, const uint8_t *sig, size_t len,
                      csr_buf *out)
{
    size_t all = csr_open(out, SEQUENCE), bits;

    put(out, tbs);
    put(out, algorithm);
    bits = csr_open(out, BIT_STRING);
    csr_put(out, "", 1); /* no unused bits */
    csr_put(out, sig, len);
    csr_close(out, bits);
    csr_close(out, all);
}

int csr_add_key_id(csr_request *r, const csr_public *key, csr_log *log)
{
    const unsigned char *p = key->spki.p, *bits;
    X509_PUBKEY *pub = d2i_X509_PUBKEY(NULL, &p, (long)key->spki.len);
    uint8_t id[22] = {OCTET_STRING, 20};
    int len, ok;

    ok = pub && X509_PUBKEY_get0_param(NULL, &bits, &len, NULL, pub) &&
         EVP_Digest(bits, (size_t)len, id + 2, NULL, EVP_sha1(), NULL);
    X509_PUBKEY_free(pub);
    ERR_clear_error();
    if (!ok)
        return csr_fail(log, "subjectKeyIdentifier", _("it cannot be computed"));
    if (csr_find_ext(r, OID_KEY_ID) || csr_has_own_extensions(r)) /* what was given stays */
        return 1;
    return csr_add_ext(r, "subjectKeyIdentifier", OID_KEY_ID, 0, id, sizeof(id), log);
}

/* ---- CMS ------------------------------------------------------------------------------------- */

static void put_oid(csr_buf *out, const char *oid)
{
    (void)csr_oid(oid, out); /* constants */
}

static void one_attribute(const char *oid, csr_buf *value, csr_buf *out)
{
    csr_buf der = {0};

    put_oid(&der, oid);
    put_attribute(&der, value, 1, out);
    csr_buf_free(&der);
    csr_buf_free(value);
}

void csr_build_cms_attrs(const uint8_t *digest, size_t len, time_t now, csr_buf *out)
{
    csr_buf attrs[3] = {{0}}, value = {0};

    put_oid(&value, OID_DATA);
    one_attribute(OID_CONTENT_TYPE, &value, &attrs[0]);
    csr_tlv(&value, OCTET_STRING, digest, len);
    one_attribute(OID_DIGEST, &value, &attrs[1]);
    put_time(now, &value);
    one_attribute(OID_SIGNING_TIME, &value, &attrs[2]);
    csr_set(out, SET, attrs, 3);
    for (size_t i = 0; i < 3; i++)
        csr_buf_free(&attrs[i]);
}

/* IssuerAndSerialNumber of a certificate. */
static int put_issuer(const uint8_t *cert, size_t len, csr_buf *out)
{
    const unsigned char *p = cert;
    X509 *x = d2i_X509(NULL, &p, (long)len);
    unsigned char *issuer = NULL, *serial = NULL;
    int n = x ? i2d_X509_NAME(X509_get_issuer_name(x), &issuer) : 0;
    int m = x ? i2d_ASN1_INTEGER(X509_get0_serialNumber(x), &serial) : 0;
    size_t mark = csr_open(out, SEQUENCE);

    if (n > 0 && m > 0) {
        csr_put(out, issuer, (size_t)n);
        csr_put(out, serial, (size_t)m);
    }
    csr_close(out, mark);
    OPENSSL_free(issuer);
    OPENSSL_free(serial);
    X509_free(x);
    ERR_clear_error();
    return n > 0 && m > 0;
}

int csr_build_cms(const csr_buf *request, const csr_public *signer, const uint8_t *cert,
                  size_t cert_len, const csr_buf *attrs, const uint8_t *sig, size_t sig_len,
                  csr_buf *out)
{
    static const uint8_t version_1[] = {INTEGER, 1, 1};
    size_t all = csr_open(out, SEQUENCE), explicit, data, inner, infos, info, at;
    int ok;

    put_oid(out, OID_SIGNED_DATA);
    explicit = csr_open(out, CONTEXT_0);
    data = csr_open(out, SEQUENCE);
    csr_put(out, version_1, sizeof(version_1));
    csr_tlv(out, SET, signer->digest.p, signer->digest.len);
    inner = csr_open(out, SEQUENCE);
    put_oid(out, OID_DATA);
    at = csr_open(out, CONTEXT_0);
    csr_tlv(out, OCTET_STRING, request->p, request->len);
    csr_close(out, at);
    csr_close(out, inner);
    csr_tlv(out, CONTEXT_0, cert, cert_len);
    infos = csr_open(out, SET);
    info = csr_open(out, SEQUENCE);
    csr_put(out, version_1, sizeof(version_1));
    ok = put_issuer(cert, cert_len, out);
    put(out, &signer->digest);
    at = out->len;
    put(out, attrs);
    out->p[at] = CONTEXT_0; /* IMPLICIT: the SET's tag was for signing only (RFC 5652, 5.4) */
    put(out, &signer->cms);
    csr_tlv(out, OCTET_STRING, sig, sig_len);
    csr_close(out, info);
    csr_close(out, infos);
    csr_close(out, data);
    csr_close(out, explicit);
    csr_close(out, all);
    return ok;
}
