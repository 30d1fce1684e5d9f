/* SPDX-License-Identifier: Apache-2.0 */
/* Certification requests (PKCS #10, RFC 2986). */
#ifndef TOK_X509_CSR_H
#define TOK_X509_CSR_H

#include "token/x509/sign.h"

/* Pairs of strings (type, value); n counts strings. */
typedef struct tok_pairs {
    CK_CHAR **strings;
    CK_ULONG n;
} tok_pairs;

/* Appends the signed request. What is wrong with a field is said in the log: CKR_ARGUMENTS_BAD. */
CK_RV tok_csr_make(tok_session *s, const tok_object *pub, const tok_signer *signer, tok_pairs dn,
                   tok_pairs attributes, tok_pairs extensions, tok_bytes *out);

#endif
