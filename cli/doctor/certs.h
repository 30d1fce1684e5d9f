/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates on a token, read for the checks that look at them. */
#ifndef CLI_DOCTOR_CERTS_H
#define CLI_DOCTOR_CERTS_H

#include <openssl/x509.h>
#include "cli/doctor/doctor.h"

typedef struct doc_cert {
    const cli_object *object;
    X509 *x; /* NULL: it cannot be parsed */
} doc_cert;

typedef struct doc_certs {
    cli_objects objects; /* everything that the session sees */
    doc_cert *at;
    size_t n;
} doc_certs;

/* Reads a token's objects and parses its certificates; 0: a finding says why it cannot be done. */
int doc_certs_read(doctor *d, CK_SESSION_HANDLE session, const cli_token *t, doc_certs *certs);
void doc_certs_free(doc_certs *certs);

/* A session without a login. 0: a finding says why there is none. */
int doc_session(doctor *d, const cli_token *t, CK_SESSION_HANDLE *session);

/* The certificate's subject, as short as a person needs it: its CN, else all. To be freed. */
char *doc_subject(X509 *x);

/* Seconds since 1970; 0: cannot be told. */
long long doc_seconds(const ASN1_TIME *t);

#endif
