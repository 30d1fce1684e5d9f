/* SPDX-License-Identifier: Apache-2.0 */
/* The authority's answer: certificates in a file. */
#ifndef CLI_CSR_ANSWER_H
#define CLI_CSR_ANSWER_H

#include <stddef.h>
#include <stdint.h>
#include <openssl/x509.h>

/*
 * The certificates in PEM, DER or Base64 without its frame, of certificates or PKCS #7 messages
 * (CMS SignedData, of which a full CMC response is one). NULL: there is none. is_request: it is a
 * request, which somebody took for the answer.
 */
STACK_OF(X509) * csr_answer_read(const uint8_t *data, size_t len, int *is_request);
void csr_answer_free(STACK_OF(X509) * certs);

#endif
