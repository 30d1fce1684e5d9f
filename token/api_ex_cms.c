/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_PKCS7Sign: see x509/cms.h. */
#include "token/log.h"
#include "token/operation.h"
#include "token/x509/cms.h"

#include <gosttoken/rutoken.h>

#define MAX_CERTIFICATES 1024

/* Reads the certificate of an object into the pool. */
static CK_RV take_certificate(tok_session *s, CK_OBJECT_HANDLE handle, tok_x509_pool *pool)
{
    const CK_ATTRIBUTE *value;
    tok_object *o = NULL;
    CK_RV rv = tok_object_get(s, handle, &o);

    if (rv != CKR_OK)
        return rv;
    value = tok_attrs_get(o->attrs, CKA_VALUE);
    if (o->class != CKO_CERTIFICATE || value == NULL)
        rv = CKR_OBJECT_HANDLE_INVALID;
    else
        rv = tok_x509_pool_add(pool, value->pValue, value->ulValueLen);
    if (rv == CKR_DATA_INVALID)
        tok_log("C_EX_PKCS7Sign: the certificate with handle %lu cannot be read", handle);
    tok_object_free(o);
    return rv;
}

CK_RV C_EX_PKCS7Sign(CK_SESSION_HANDLE session, CK_BYTE *data, CK_ULONG data_len,
                     CK_OBJECT_HANDLE certificate, CK_BYTE **envelope, CK_ULONG *envelope_len,
                     CK_OBJECT_HANDLE private_key, CK_OBJECT_HANDLE *certificates,
                     CK_ULONG certificates_n, CK_ULONG flags)
{
    tok_x509_pool own = {NULL, 0}, more = {NULL, 0};
    tok_signer signer = {.key = NULL};
    tok_bytes out = {0};
    tok_session *s;
    CK_ULONG i;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if ((data == NULL && data_len != 0) || data_len > TOK_LEN_MAX / 4 || envelope == NULL ||
        envelope_len == NULL || (certificates == NULL && certificates_n != 0) ||
        certificates_n > MAX_CERTIFICATES ||
        (flags & ~(PKCS7_DETACHED_SIGNATURE | USE_HARDWARE_HASH)) != 0)
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = tok_signer_start(s, private_key, &signer);
    if (rv == CKR_OK)
        rv = take_certificate(s, certificate, &own);
    for (i = 0; i < certificates_n && rv == CKR_OK; i++)
        rv = take_certificate(s, certificates[i], &more);
    if (rv == CKR_OK)
        rv = tok_cms_sign(s, &signer, own.certs[0], &more, data, data_len,
                          (flags & PKCS7_DETACHED_SIGNATURE) != 0, &out);
    if (rv == CKR_OK) {
        *envelope = out.p;
        *envelope_len = out.len;
    } else {
        tok_bytes_free(&out);
    }
    tok_x509_pool_free(&more);
    tok_x509_pool_free(&own);
    tok_signer_end(&signer);
    return tok_session_leave(s, rv);
}
