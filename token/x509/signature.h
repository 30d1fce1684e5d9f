/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys as SubjectPublicKeyInfo, signature algorithms, and whether a signature is right: GOST
 * R 34.10 by gost/ (RFC 9215, RFC 4491), RSA and ECDSA by OpenSSL in the private library context.
 */
#ifndef TOK_X509_SIGNATURE_H
#define TOK_X509_SIGNATURE_H

#include "gost/gostr3410.h"
#include "token/x509/digest.h"

typedef enum tok_key_kind {
    TOK_SPKI_UNKNOWN,
    TOK_SPKI_GOST,
    TOK_SPKI_RSA,
    TOK_SPKI_EC
} tok_key_kind;

typedef struct tok_spki {
    tok_key_kind kind;
    tok_der whole;
    tok_der algorithm;       /* the OID's content */
    tok_der bits;            /* of the BIT STRING, without the count of unused bits */
    const gost_paramset *ps; /* GOST */
    const uint8_t *pub;      /* GOST: X | Y */
    const tok_md_alg *hash;  /* GOST: the one that the key goes with */
} tok_spki;

/* 1, or 0 if it is malformed, or a GOST key that makes no sense. Other algorithms are
 * TOK_SPKI_UNKNOWN. What is read points into the input. */
int tok_spki_read(tok_der whole, tok_spki *out);

typedef struct tok_sigalg {
    tok_key_kind kind;
    const tok_md_alg *hash; /* NULL: the algorithm names the key only (CMS) */
    const tok_md_alg *mgf;  /* RSASSA-PSS, else NULL */
    unsigned salt;
} tok_sigalg;

/* From an AlgorithmIdentifier (whole). 1, or 0 if unknown or too weak. */
int tok_sigalg_read(tok_der algorithm, tok_sigalg *out);

/* CKR_OK if it is the signature of a message with that digest. CKR_SIGNATURE_INVALID, also for
 * keys and algorithms that do not go together; CKR_HOST_MEMORY, CKR_FUNCTION_FAILED. */
CK_RV tok_signature_check(const tok_spki *key, const tok_sigalg *alg, const tok_md_alg *hash,
                          const uint8_t *digest, tok_der signature);

/* The same for the message itself; the algorithm names its digest. */
CK_RV tok_signature_check_message(const tok_spki *key, tok_der algorithm, tok_der message,
                                  tok_der signature);

#endif
