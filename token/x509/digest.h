/* SPDX-License-Identifier: Apache-2.0 */
/* Digests by the names that X.509 and CMS give them. */
#ifndef TOK_X509_DIGEST_H
#define TOK_X509_DIGEST_H

#include "gost/hash94.h"
#include "gost/streebog.h"
#include "token/hash.h"
#include "token/x509/bytes.h"

#define TOK_MD_MAX 64

typedef struct tok_md_alg {
    const char *oid;
    unsigned size;          /* bytes */
    unsigned streebog;      /* bits */
    CK_MECHANISM_TYPE mech; /* of token/hash.h; neither: GOST R 34.11-94 */
    const char *evp;        /* OpenSSL's name; NULL if it is not OpenSSL's */
    const char *with_rsa;   /* OID of the signature algorithm with it, or NULL */
    const char *with_ec;
} tok_md_alg;

/* NULL if unknown, or too weak to be believed (MD5, SHA-1). */
const tok_md_alg *tok_md_by_oid(const char *oid);
const tok_md_alg *tok_md_at(size_t i); /* NULL past the end */

/* By an AlgorithmIdentifier (whole); the parameters may be absent or NULL, or, for GOST R 34.11-94,
 * its parameter set. */
const tok_md_alg *tok_md_by_algorithm(tok_der algorithm);

/* Puts an AlgorithmIdentifier as CMS has it. */
void tok_md_put(tok_bytes *b, const tok_md_alg *alg);

typedef struct tok_md {
    const tok_md_alg *alg;
    const tok_hash_alg *sha;
    union {
        gost_streebog streebog;
        gost_hash94 hash94;
        tok_hash sha;
    } u;
} tok_md;

void tok_md_start(tok_md *m, const tok_md_alg *alg);
void tok_md_update(tok_md *m, const void *data, size_t len);
void tok_md_final(tok_md *m, uint8_t out[TOK_MD_MAX]);

/* The whole in one call. */
void tok_md_of(const tok_md_alg *alg, const void *data, size_t len, uint8_t out[TOK_MD_MAX]);

#endif
