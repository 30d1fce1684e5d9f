/* SPDX-License-Identifier: Apache-2.0 */
/* C_EX_CreateCSR: see x509/csr.h for what is in a request, x509/ext_text.h for its text forms. */
#include "token/log.h"
#include "token/x509/csr.h"

#include <gosttoken/rutoken.h>
#include <string.h>

#define MAX_STRINGS 2048
#define MAX_LENGTH  65536 /* bytes of a string */

/* Pairs of strings, none NULL or endless. */
static int strings_ok(const char *what, tok_pairs p)
{
    CK_ULONG i;

    if (p.n == 0)
        return 1;
    if (p.strings == NULL || p.n > MAX_STRINGS || p.n % 2 != 0) {
        tok_log("C_EX_CreateCSR: the %s are not pairs of strings", what);
        return 0;
    }
    for (i = 0; i < p.n; i++) {
        if (p.strings[i] == NULL || memchr(p.strings[i], 0, MAX_LENGTH) == NULL) {
            tok_log("C_EX_CreateCSR: string %lu of the %s is NULL or endless", i, what);
            return 0;
        }
    }
    return 1;
}

static CK_RV public_key(tok_session *s, CK_OBJECT_HANDLE handle, tok_object **out)
{
    CK_RV rv = tok_object_get(s, handle, out);

    if (rv == CKR_OBJECT_HANDLE_INVALID)
        return CKR_KEY_HANDLE_INVALID;
    return rv;
}

CK_RV C_EX_CreateCSR(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE public, CK_CHAR **dn,
                     CK_ULONG dn_n, CK_BYTE **csr, CK_ULONG *csr_len, CK_OBJECT_HANDLE private,
                     CK_CHAR **attributes, CK_ULONG attributes_n, CK_CHAR **extensions,
                     CK_ULONG extensions_n)
{
    const tok_pairs name = {dn, dn_n}, attrs = {attributes, attributes_n},
                    exts = {extensions, extensions_n};
    tok_signer signer = {.key = NULL};
    tok_object *pub = NULL;
    tok_bytes out = {0};
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (csr == NULL || csr_len == NULL || !strings_ok("fields of the subject", name) ||
        !strings_ok("attributes", attrs) || !strings_ok("extensions", exts))
        rv = CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK)
        rv = tok_signer_start(s, private, &signer);
    if (rv == CKR_OK)
        rv = public_key(s, public, &pub);
    if (rv == CKR_OK)
        rv = tok_csr_make(s, pub, &signer, name, attrs, exts, &out);
    if (rv == CKR_OK) {
        *csr = out.p;
        *csr_len = out.len;
    } else {
        tok_bytes_free(&out);
    }
    tok_object_free(pub);
    tok_signer_end(&signer);
    return tok_session_leave(s, rv);
}
