/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_GetCertificateInfoText: see x509/text.h. */
#include "token/log.h"
#include "token/object.h"
#include "token/x509/text.h"

#include <gosttoken/rutoken.h>

static CK_RV make_text(const tok_object *o, tok_bytes *out)
{
    const CK_ATTRIBUTE *value = tok_attrs_get(o->attrs, CKA_VALUE);
    tok_x509 *cert;
    CK_RV rv;

    if (o->class != CKO_CERTIFICATE || value == NULL)
        return CKR_OBJECT_HANDLE_INVALID;
    rv = tok_x509_new(value->pValue, value->ulValueLen, &cert);
    if (rv != CKR_OK)
        return rv;
    tok_x509_text(out, cert);
    tok_bytes_byte(out, 0); /* not counted, for those who take it for a string */
    tok_x509_free(cert);
    return out->failed ? CKR_HOST_MEMORY : CKR_OK;
}

CK_RV C_EX_GetCertificateInfoText(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE certificate,
                                  CK_CHAR **text, CK_ULONG *text_len)
{
    tok_object *o = NULL;
    tok_bytes out = {0};
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = text != NULL && text_len != NULL ? tok_object_get(s, certificate, &o) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = make_text(o, &out);
    if (rv == CKR_DATA_INVALID)
        tok_log("C_EX_GetCertificateInfoText: the certificate cannot be read");
    if (rv == CKR_OK) {
        *text = out.p;
        *text_len = out.len - 1;
    } else {
        tok_bytes_free(&out);
    }
    tok_object_free(o);
    return tok_session_leave(s, rv);
}
