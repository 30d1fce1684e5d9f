/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and revocation lists, read strictly (DER). Each holds a copy of its bytes. */
#ifndef TOK_X509_CERT_H
#define TOK_X509_CERT_H

#include "token/x509/signature.h"

#define TOK_KU_DIGITAL_SIGNATURE 0x0001u
#define TOK_KU_NON_REPUDIATION   0x0002u
#define TOK_KU_CERT_SIGN         0x0020u
#define TOK_KU_CRL_SIGN          0x0040u

typedef struct tok_x509 {
    uint8_t *bytes;
    tok_der whole, tbs, algorithm, signature;
    int version;    /* 1..3 */
    tok_der serial; /* the INTEGER's content */
    tok_der issuer, subject;
    tok_bytes issuer_canonical, subject_canonical;
    int64_t not_before, not_after; /* seconds since 1970 */
    tok_spki key;
    tok_der extensions; /* the content of the SEQUENCE; empty if there are none */

    /* of the extensions */
    int ca;
    long path_len; /* -1: no bound */
    int has_usage;
    unsigned usage; /* bit 0 of KeyUsage is 1 */
    tok_der key_id, authority_key_id, authority_serial, authority_issuer;
    tok_der distribution; /* CRLDistributionPoints, whole */
    int constrained;      /* name or policy constraints, which are not worked out here */
    int unknown_critical;
} tok_x509;

/* CKR_DATA_INVALID if it is not one certificate. CKR_HOST_MEMORY. */
CK_RV tok_x509_new(const uint8_t *der, size_t len, tok_x509 **out);
void tok_x509_free(tok_x509 *cert); /* NULL is allowed */

/* 1 if the names of subject and issuer are the same. */
int tok_x509_self_issued(const tok_x509 *cert);

/* 1 if by names and key identifiers `issuer` may have issued `cert`. */
int tok_x509_may_issue(const tok_x509 *issuer, const tok_x509 *cert);

typedef struct tok_crl {
    uint8_t *bytes;
    tok_der tbs, algorithm, signature;
    tok_der issuer;
    tok_bytes issuer_canonical;
    int64_t this_update, next_update; /* next_update INT64_MAX: not said */
    tok_der revoked;                  /* the content of revokedCertificates */
    tok_der authority_key_id;
    int delta, unknown_critical;
    /* IssuingDistributionPoint */
    int only_user, only_ca, partial; /* partial: indirect, some reasons, attributes */
    tok_der point;                   /* fullName's content, or empty */
} tok_crl;

CK_RV tok_crl_new(const uint8_t *der, size_t len, tok_crl **out);
void tok_crl_free(tok_crl *crl);

/* 1 if the list has that serial number as revoked. */
int tok_crl_lists(const tok_crl *crl, const tok_x509 *cert);

/* Extensions one by one: takes the next from the content of a SEQUENCE OF Extension. 1, or 0 at the
 * end; *bad is set to 1 if it is malformed. */
int tok_extension_next(tok_der *in, tok_der *oid, int *critical, tok_der *value, int *bad);

/* UTCTime or GeneralizedTime (RFC 5280, section 4.1.2.5). 1, or 0. */
int tok_time_take(tok_der *in, int64_t *t);

#endif
