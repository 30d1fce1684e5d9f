/* SPDX-License-Identifier: Apache-2.0 */
/* RequestType Renew: the certificate that a request is signed with as well. Exit codes. */
#ifndef CLI_CSR_RENEW_H
#define CLI_CSR_RENEW_H

#include "cli/csr/key.h"

typedef struct csr_active {
    cli_token token;
    CK_SESSION_HANDLE session;
    int other_token;    /* it is not that of the request's key */
    P11KitUri *pin_uri; /* where its PIN comes from; NULL: as that of the key */
    uint8_t *der;
    size_t len;
    char *label;
    csr_key key;
} csr_active;

/*
 * Finds the certificate that r->active_id names (a label, an id, an SHA-1 thumbprint, a serial
 * number; a pkcs11: URI), on `token` unless its URI says otherwise, and opens a session. Logs in to
 * nothing.
 */
int csr_active_find(cli *c, const csr_request *r, const cli_token *token, csr_active *a);

/* Logs in if it has to, and finds the private key. */
int csr_active_open(cli *c, const csr_request *r, csr_active *a);

/* The PKCS #7 message over the request (MS-WCCE, 3.1.1.4.3.2.1: a renewal without CMC). */
int csr_active_sign(cli *c, const csr_active *a, const csr_buf *request, csr_buf *message);

void csr_active_close(cli *c, csr_active *a);

#endif
