/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the authority's answer on the token. Exit codes; what fails is reported. */
#ifndef CLI_CSR_INSTALL_H
#define CLI_CSR_INSTALL_H

#include <openssl/x509.h>
#include "cli/object.h"

typedef struct csr_installed {
    char *label, *uri, *subject, *id; /* id: hexadecimal */
    int already;                      /* it was on the token before */
    unsigned replaced;                /* certificates that it took the place of */
    int validity;                     /* as in cli_cert */
} csr_installed;

/*
 * Finds the one certificate among these that belongs to a private key on the token, and stores it
 * under the key's id, with `label` or (NULL) the key's. Its index in certs goes to *leaf. Another
 * certificate of the key or of that label is replaced if `force`, else refused.
 */
int csr_install_leaf(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                     STACK_OF(X509) * certs, const char *label, int force, int *leaf,
                     csr_installed *done);

/* Stores the certificate of an authority under its common name, unless it is there. */
int csr_install_other(cli *c, CK_SESSION_HANDLE session, const cli_token *token, X509 *x,
                      csr_installed *done);

void csr_installed_free(csr_installed *done);

#endif
