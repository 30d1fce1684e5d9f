/* SPDX-License-Identifier: Apache-2.0 */
/* CMS SignedData (RFC 5652; R 1323565.1.025-2019 for GOST): made, read, its signatures checked. */
#ifndef TOK_X509_CMS_H
#define TOK_X509_CMS_H

#include "token/x509/ber.h"
#include "token/x509/chain.h"
#include "token/x509/sign.h"

/* ---- making --------------------------------------------------------------------------------- */

/*
 * Signs data: one signer, signed attributes contentType, signingTime and messageDigest. The
 * content and the signer's certificate are inside, or neither (detached); certs: more certificates,
 * inside in any case. CKR_KEY_HANDLE_INVALID if the certificate is of another key.
 */
CK_RV tok_cms_sign(tok_session *s, const tok_signer *signer, const tok_x509 *cert,
                   const tok_x509_pool *certs, const uint8_t *data, size_t len, int detached,
                   tok_bytes *out);

/* ---- reading -------------------------------------------------------------------------------- */

typedef struct tok_cms_signer {
    tok_bytes issuer_canonical; /* by issuer and serial number, or */
    tok_der serial;
    tok_der key_id;               /* by subject key identifier */
    const tok_md_alg *digest_alg; /* NULL: unknown or too weak */
    tok_ber attributes;           /* signed; whole.len 0: none */
    tok_der algorithm;
    tok_bytes signature;
    tok_md hash; /* of the content, while it comes in */
    int hashing;
    uint8_t digest[TOK_MD_MAX]; /* of what was signed, if it agrees */
    int agrees;                 /* the attributes with the content; else nothing was signed */
} tok_cms_signer;

typedef struct tok_cms {
    uint8_t *bytes;
    tok_der type; /* eContentType, a whole OBJECT IDENTIFIER */
    int has_content;
    tok_bytes content;
    uint8_t start[16]; /* of the content that was hashed */
    uint64_t total;    /* bytes of it */
    tok_x509_pool certs;
    tok_crl_pool crls;
    tok_cms_signer *signers;
    size_t signers_n;
} tok_cms;

/* CKR_DATA_INVALID if it is not SignedData that can be read. */
CK_RV tok_cms_read(const uint8_t *bytes, size_t len, tok_cms **out);
void tok_cms_free(tok_cms *cms); /* NULL is allowed */

/* The content goes through these before tok_cms_check: once start, then as many parts as there
 * are, once finish. */
void tok_cms_hash_start(tok_cms *cms);
void tok_cms_hash(tok_cms *cms, const uint8_t *data, size_t len);
void tok_cms_hash_finish(tok_cms *cms);

/* Is the i-th signature this certificate's? CKR_SIGNATURE_INVALID. */
CK_RV tok_cms_check(const tok_cms *cms, size_t i, const tok_x509 *cert);

/* 1 if the i-th signer's identifier is that certificate's. */
int tok_cms_signer_is(const tok_cms *cms, size_t i, const tok_x509 *cert);

#endif
