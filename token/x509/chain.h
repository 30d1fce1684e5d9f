/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a certificate to one that is trusted (RFC 5280, section 6), with revocation lists.
 * libcrypto's own chains cannot be had here: it will not build one over keys that it has no
 * algorithm for.
 *
 * Any policy and any purpose will do. Name and policy constraints are not worked out: an issuing
 * certificate that has some is refused.
 */
#ifndef TOK_X509_CHAIN_H
#define TOK_X509_CHAIN_H

#include "token/x509/cert.h"

typedef struct tok_x509_pool {
    tok_x509 **certs; /* the pool's own */
    size_t n;
} tok_x509_pool;

/* Reads a certificate into the pool. CKR_DATA_INVALID, CKR_HOST_MEMORY. */
CK_RV tok_x509_pool_add(tok_x509_pool *pool, const uint8_t *der, size_t len);
void tok_x509_pool_free(tok_x509_pool *pool);

typedef struct tok_crl_pool {
    tok_crl **crls;
    size_t n;
} tok_crl_pool;

CK_RV tok_crl_pool_add(tok_crl_pool *pool, const uint8_t *der, size_t len);
void tok_crl_pool_free(tok_crl_pool *pool);

typedef enum tok_crl_mode { TOK_CRL_OPTIONAL, TOK_CRL_LEAF, TOK_CRL_ALL } tok_crl_mode;

typedef struct tok_chain {
    const tok_x509_pool *trusted, *others;
    size_t others_n; /* pools of certificates that are not trusted by themselves */
    const tok_crl_pool *const *crls;
    size_t crls_n; /* pools of revocation lists */
    tok_crl_mode mode;
    int partial; /* a trusted certificate need not be self-issued */
    int64_t now;
    int checks;      /* signatures that may still be checked */
    const char *why; /* after a failure: the first reason met */
} tok_chain;

/* CKR_OK, CKR_CERT_CHAIN_NOT_VERIFIED (chain->why), CKR_HOST_MEMORY, CKR_FUNCTION_FAILED. */
CK_RV tok_chain_verify(tok_chain *chain, const tok_x509 *leaf);

#endif
