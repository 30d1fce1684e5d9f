/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of an X.509 certificate that a token stores or that tell its key. */
#ifndef CLI_CERT_H
#define CLI_CERT_H

#include <openssl/types.h>
#include "cli/cli.h"

typedef struct cli_bytes {
    uint8_t *at;
    size_t len;
} cli_bytes;

typedef struct cli_cert {
    cli_bytes der, subject, issuer, serial; /* DER */
    cli_bytes spki;                         /* SubjectPublicKeyInfo, DER */
    cli_bytes point; /* the public key of a GOST certificate as tokens hold it; empty for others */
    char *subject_text;
    unsigned more; /* further PEM certificates in the file */
    int validity;  /* today: 0; -1: it begins later; 1: it has expired */
} cli_cert;

/* Reads FILE or, for "-", standard input: PEM or DER. Reports mistakes. */
int cli_cert_read(const char *path, cli_cert *cert);
void cli_cert_free(cli_cert *cert);

/* A name in one line (RFC 2253, UTF-8), freed with free(). */
char *cli_cert_name(const X509_NAME *name);

/* The parts of a certificate that OpenSSL has read. 0: it cannot be encoded again. To be freed in
 * any case. */
int cli_cert_from(X509 *x, cli_cert *cert);

/* Puts it on the token; id_len 0: that of no key. */
CK_RV cli_cert_store(cli *c, CK_SESSION_HANDLE session, const cli_cert *cert, const char *label,
                     const uint8_t *id, size_t id_len, CK_OBJECT_HANDLE *handle);

#endif
