/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C_EX_PKCS7VerifyInit, and then C_EX_PKCS7Verify for a message that has its content inside, or
 * C_EX_PKCS7VerifyUpdate and C_EX_PKCS7VerifyFinal for one that has not. CKR_OK: every signature is
 * right and (but for CHECK_SIGNATURE_ONLY) every signer's certificate is to be trusted.
 * CKR_CERT_CHAIN_NOT_VERIFIED: the signatures are right. Only CKR_OK gives anything out.
 */
#include "token/log.h"
#include "token/operation.h"
#include "token/search.h"
#include "token/x509/cms.h"

#include <gosttoken/rutoken.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ALL_FLAGS                                                                                  \
    (CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS | CKF_VENDOR_ALLOW_PARTIAL_CHAINS |                  \
     CKF_VENDOR_CHECK_SIGNATURE_ONLY | CKF_VENDOR_USE_TRUSTED_CERTS_FROM_TOKEN)
#define MAX_MEMBERS 65536 /* of an array of the caller's */
#define MAX_CHECKS  256   /* signatures that are checked for one signer, */
#define MAX_TOTAL   4096  /* and for a whole message */
#define AUTHORITY   2     /* CKA_CERTIFICATE_CATEGORY */

typedef struct verify_op {
    tok_op op;
    tok_cms *cms;
    tok_x509_pool trusted, others; /* the caller's and the token's */
    tok_crl_pool crls;             /* the caller's and the message's */
    tok_crl_mode mode;
    CK_FLAGS flags;
} verify_op;

static void verify_free(tok_op *base)
{
    verify_op *op = (verify_op *)base;

    tok_cms_free(op->cms);
    tok_x509_pool_free(&op->trusted);
    tok_x509_pool_free(&op->others);
    tok_crl_pool_free(&op->crls);
    free(op);
}

static const tok_op_class verify_class = {.free = verify_free};

/* ---- what is trusted ------------------------------------------------------------------------ */

static int buffers_ok(const CK_VENDOR_BUFFER *b, CK_ULONG n)
{
    CK_ULONG i;

    if ((b == NULL && n != 0) || n > MAX_MEMBERS)
        return 0;
    for (i = 0; i < n; i++) {
        if (b[i].pData == NULL || b[i].ulSize > TOK_LEN_MAX / 4)
            return 0;
    }
    return 1;
}

static CK_RV bad_member(const char *what, CK_ULONG i, CK_RV rv)
{
    if (rv != CKR_DATA_INVALID)
        return rv;
    tok_log("C_EX_PKCS7VerifyInit: %s %lu cannot be read", what, i);
    return CKR_ARGUMENTS_BAD;
}

static CK_RV take_store(verify_op *op, const CK_VENDOR_X509_STORE *store)
{
    CK_ULONG i;
    CK_RV rv = CKR_OK;

    if (store == NULL)
        return CKR_OK;
    if (!buffers_ok(store->pTrustedCertificates, store->ulTrustedCertificateCount) ||
        !buffers_ok(store->pCertificates, store->ulCertificateCount) ||
        !buffers_ok(store->pCrls, store->ulCrlCount))
        return CKR_ARGUMENTS_BAD;
    for (i = 0; i < store->ulTrustedCertificateCount && rv == CKR_OK; i++)
        rv = bad_member("trusted certificate", i,
                        tok_x509_pool_add(&op->trusted, store->pTrustedCertificates[i].pData,
                                          store->pTrustedCertificates[i].ulSize));
    for (i = 0; i < store->ulCertificateCount && rv == CKR_OK; i++)
        rv = bad_member("certificate", i,
                        tok_x509_pool_add(&op->others, store->pCertificates[i].pData,
                                          store->pCertificates[i].ulSize));
    for (i = 0; i < store->ulCrlCount && rv == CKR_OK; i++)
        rv = bad_member("revocation list", i,
                        tok_crl_pool_add(&op->crls, store->pCrls[i].pData, store->pCrls[i].ulSize));
    return rv;
}

/*
 * Certificates of the token: trusted are those that the SO has said so of (CKA_TRUSTED). That one
 * is an authority's anybody may write who can write to the token, so that helps only to build a
 * chain.
 */
static CK_RV take_token(tok_session *s, verify_op *op)
{
    static CK_OBJECT_CLASS class = CKO_CERTIFICATE;
    const CK_ATTRIBUTE templ = {CKA_CLASS, &class, sizeof class};
    tok_search *found = NULL;
    tok_x509_pool *pool;
    size_t i;
    CK_RV rv = tok_search_new(s, &templ, 1, &found);

    for (i = 0; rv == CKR_OK && i < found->n; i++) {
        const CK_ATTRIBUTE *value;
        tok_object *o;

        if (tok_object_get(s, found->handles[i], &o) != CKR_OK)
            continue; /* gone since */
        value = tok_attrs_get(o->attrs, CKA_VALUE);
        pool = NULL;
        if (tok_attrs_bool(o->attrs, CKA_TRUSTED, CK_FALSE))
            pool = &op->trusted;
        else if (tok_attrs_ulong(o->attrs, CKA_CERTIFICATE_CATEGORY, 0) == AUTHORITY)
            pool = &op->others;
        if (pool != NULL && value != NULL)
            rv = tok_x509_pool_add(pool, value->pValue, value->ulValueLen);
        if (rv == CKR_DATA_INVALID)
            rv = CKR_OK;
        tok_object_free(o);
    }
    tok_search_free(found);
    return rv;
}

CK_RV C_EX_PKCS7VerifyInit(CK_SESSION_HANDLE session, CK_BYTE *cms, CK_ULONG cms_len,
                           CK_VENDOR_X509_STORE *store, CK_ULONG crl_mode, CK_FLAGS flags)
{
    verify_op *op = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (cms == NULL || cms_len > TOK_LEN_MAX / 4 || crl_mode > ALL_CRL_CHECK ||
        (flags & ~ALL_FLAGS) != 0)
        rv = CKR_ARGUMENTS_BAD;
    else if (s->ops[TOK_OP_CMS_VERIFY] != NULL)
        rv = CKR_OPERATION_ACTIVE;
    else if ((op = calloc(1, sizeof *op)) == NULL)
        rv = CKR_HOST_MEMORY;
    if (rv != CKR_OK)
        return tok_session_leave(s, rv);
    op->op.class = &verify_class;
    op->op.epoch = tok_op_epoch(s->slot);
    op->mode = (tok_crl_mode)crl_mode;
    op->flags = flags;
    rv = tok_cms_read(cms, cms_len, &op->cms);
    if (rv == CKR_DATA_INVALID)
        tok_log("C_EX_PKCS7VerifyInit: this is not CMS SignedData");
    if (rv == CKR_OK)
        rv = take_store(op, store);
    if (rv == CKR_OK && (flags & CKF_VENDOR_USE_TRUSTED_CERTS_FROM_TOKEN) != 0)
        rv = take_token(s, op);
    if (rv == CKR_OK) {
        tok_cms_hash_start(op->cms);
        s->ops[TOK_OP_CMS_VERIFY] = &op->op;
    } else {
        verify_free(&op->op);
    }
    return tok_session_leave(s, rv);
}

/* ---- verifying ------------------------------------------------------------------------------ */

/* Tries the certificates of a pool as the i-th signer's. *right: the signature is one's. CKR_OK:
 * *cert is the signer's and may be trusted. */
static CK_RV try_pool(const verify_op *op, size_t i, const tok_x509_pool *pool, tok_chain *chain,
                      int *right, const tok_x509 **cert)
{
    size_t k;
    CK_RV rv;

    for (k = 0; k < pool->n; k++) {
        if (!tok_cms_signer_is(op->cms, i, pool->certs[k]))
            continue;
        if (chain->checks-- <= 0) {
            tok_log("C_EX_PKCS7Verify: signer %zu: too many certificates to try", i);
            return CKR_SIGNATURE_INVALID;
        }
        *cert = pool->certs[k];
        rv = tok_cms_check(op->cms, i, *cert);
        if (rv == CKR_OK) {
            *right = 1;
            rv = (op->flags & CKF_VENDOR_CHECK_SIGNATURE_ONLY) != 0
                     ? CKR_OK
                     : tok_chain_verify(chain, *cert);
        }
        if (rv != CKR_SIGNATURE_INVALID && rv != CKR_CERT_CHAIN_NOT_VERIFIED)
            return rv;
    }
    return CKR_SIGNATURE_INVALID;
}

/* CKR_SIGNATURE_INVALID also if the signer's certificate is nowhere. *left: the signatures that may
 * still be checked for this message. */
static CK_RV verify_signer(const verify_op *op, size_t i, int *left, const tok_x509 **cert)
{
    const int internal = (op->flags & CKF_VENDOR_DO_NOT_USE_INTERNAL_CMS_CERTS) == 0;
    const tok_x509_pool others[] = {op->others, op->cms->certs}, none = {NULL, 0};
    const tok_crl_pool *const crls[] = {&op->crls, &op->cms->crls};
    const tok_x509_pool *const pools[] = {internal ? &op->cms->certs : &none, &op->others,
                                          &op->trusted};
    tok_chain chain = {
        .trusted = &op->trusted,
        .others = others,
        .others_n = internal ? 2 : 1,
        .crls = crls,
        .crls_n = 2,
        .mode = op->mode,
        .partial = (op->flags & CKF_VENDOR_ALLOW_PARTIAL_CHAINS) != 0,
        .now = (int64_t)time(NULL),
        .checks = *left < MAX_CHECKS ? *left : MAX_CHECKS,
    };
    const int checks = chain.checks;
    int right = 0;
    CK_RV rv = CKR_SIGNATURE_INVALID;
    size_t k;

    *cert = NULL;
    for (k = 0; k < sizeof pools / sizeof pools[0] && rv == CKR_SIGNATURE_INVALID; k++)
        rv = try_pool(op, i, pools[k], &chain, &right, cert);
    *left -= checks - (chain.checks > 0 ? chain.checks : 0);
    if (rv == CKR_SIGNATURE_INVALID && right) {
        tok_log("C_EX_PKCS7Verify: signer %zu: %s", i, chain.why);
        return CKR_CERT_CHAIN_NOT_VERIFIED;
    }
    if (rv == CKR_SIGNATURE_INVALID)
        tok_log("C_EX_PKCS7Verify: signer %zu: %s", i,
                *cert == NULL ? "there is no certificate of the signer" : "the signature is wrong");
    return rv;
}

static void free_signers(CK_VENDOR_BUFFER *signers, size_t n)
{
    size_t i;

    for (i = 0; signers != NULL && i < n; i++)
        free(signers[i].pData);
    free(signers);
}

/* A wrong signature outweighs a chain that is not verified. *signers: one for each signature. */
static CK_RV verify_all(const verify_op *op, CK_VENDOR_BUFFER **signers)
{
    const size_t n = op->cms->signers_n;
    CK_RV rv = n != 0 ? CKR_OK : CKR_SIGNATURE_INVALID, one;
    const tok_x509 *cert;
    int left = MAX_TOTAL;
    size_t i;

    *signers = calloc(n + 1, sizeof **signers);
    if (*signers == NULL)
        return CKR_HOST_MEMORY;
    for (i = 0; i < n && (rv == CKR_OK || rv == CKR_CERT_CHAIN_NOT_VERIFIED); i++) {
        one = verify_signer(op, i, &left, &cert);
        if (one == CKR_OK) {
            (*signers)[i].pData = malloc(cert->whole.len);
            (*signers)[i].ulSize = cert->whole.len;
            if ((*signers)[i].pData == NULL)
                one = CKR_HOST_MEMORY;
            else
                memcpy((*signers)[i].pData, cert->whole.p, cert->whole.len);
        }
        rv = one != CKR_OK ? one : rv;
    }
    if (rv != CKR_OK)
        free_signers(*signers, n);
    return rv;
}

/* The content goes to the caller, who frees it. */
static CK_RV give_content(verify_op *op, CK_BYTE **data, CK_ULONG *data_len)
{
    tok_bytes *content = &op->cms->content;

    if (data == NULL)
        return CKR_OK;
    if (content->p == NULL && !tok_bytes_reserve(content, 1)) /* empty, and not NULL */
        return CKR_HOST_MEMORY;
    *data = content->p;
    *data_len = content->len;
    memset(content, 0, sizeof *content);
    return CKR_OK;
}

static CK_RV finish(CK_SESSION_HANDLE session, int one, CK_BYTE **data, CK_ULONG *data_len,
                    CK_VENDOR_BUFFER **signers, CK_ULONG *signers_n)
{
    CK_VENDOR_BUFFER *found;
    tok_session *s;
    verify_op *op;
    tok_op *base;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, TOK_OP_CMS_VERIFY, &base);
    op = (verify_op *)base;
    if (rv == CKR_OK && one && base->parts)
        rv = CKR_OPERATION_NOT_INITIALIZED; /* as C_Verify after C_VerifyUpdate */
    else if (rv == CKR_OK &&
             ((data != NULL && data_len == NULL) || (signers != NULL && signers_n == NULL)))
        rv = CKR_ARGUMENTS_BAD;
    else if (rv == CKR_OK && one != op->cms->has_content) {
        tok_log("C_EX_PKCS7Verify: the message has %s",
                one ? "no content: it comes in parts" : "its content inside");
        rv = CKR_DATA_INVALID;
    }
    if (rv == CKR_OK && one)
        tok_cms_hash(op->cms, op->cms->content.p, op->cms->content.len);
    if (rv == CKR_OK) {
        tok_cms_hash_finish(op->cms);
        rv = verify_all(op, &found);
    }
    if (rv == CKR_OK) {
        rv = give_content(op, data, data_len);
        if (rv == CKR_OK && signers_n != NULL)
            *signers_n = op->cms->signers_n;
        if (rv == CKR_OK && signers != NULL)
            *signers = found;
        else
            free_signers(found, op->cms->signers_n);
    }
    tok_op_drop(s, TOK_OP_CMS_VERIFY);
    return tok_session_leave(s, rv);
}

CK_RV C_EX_PKCS7Verify(CK_SESSION_HANDLE session, CK_BYTE **data, CK_ULONG *data_len,
                       CK_VENDOR_BUFFER **signers, CK_ULONG *signers_n)
{
    return finish(session, 1, data, data_len, signers, signers_n);
}

CK_RV C_EX_PKCS7VerifyUpdate(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG len)
{
    tok_session *s;
    tok_op *op;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = tok_op_active(s, TOK_OP_CMS_VERIFY, &op);
    if (rv == CKR_OK && ((data == NULL && len != 0) || len > TOK_LEN_MAX))
        rv = CKR_ARGUMENTS_BAD;
    else if (rv == CKR_OK && ((verify_op *)op)->cms->has_content)
        rv = CKR_DATA_INVALID;
    if (rv == CKR_OK) {
        op->parts = 1;
        tok_cms_hash(((verify_op *)op)->cms, data, len);
    } else {
        tok_op_drop(s, TOK_OP_CMS_VERIFY);
    }
    return tok_session_leave(s, rv);
}

CK_RV C_EX_PKCS7VerifyFinal(CK_SESSION_HANDLE session, CK_VENDOR_BUFFER **signers,
                            CK_ULONG *signers_n)
{
    return finish(session, 0, NULL, NULL, signers, signers_n);
}
