/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password-based encryption of key files: PBES2 with GOST algorithms (RFC 9337, and the GOST
 * 28147-89 of TC26's earlier recommendation), and everything that OpenSSL knows itself; the MAC of
 * a PKCS #12 file with GOST digests (RFC 9548).
 */
#ifndef CLI_PBE_H
#define CLI_PBE_H

#include <openssl/types.h>
#include <openssl/x509.h>
#include "cli/password.h"

#define CLI_PBE_ITERATIONS_MAX 10000000u /* a damaged file must not take hours */

typedef enum cli_pbe_result {
    CLI_PBE_OK,
    CLI_PBE_WRONG,  /* the password, or the file is damaged */
    CLI_PBE_UNKNOWN /* the algorithm, or its parameters */
} cli_pbe_result;

/* Decrypts in to *out, of gt_secret_new(in's length + 1); *len bytes of it are the contents. */
cli_pbe_result cli_pbe_decrypt(OSSL_LIB_CTX *lib, const X509_ALGOR *alg,
                               const ASN1_OCTET_STRING *in, const cli_password *password,
                               uint8_t **out, size_t *len);

/* Whether this DER OBJECT IDENTIFIER is a digest that is computed here, of PKCS #12's MAC. */
int cli_pbe_is_gost_mac(const uint8_t *oid, size_t len);

/* Checks that MAC over a file's contents. */
cli_pbe_result cli_pbe_check_mac(const uint8_t *oid, size_t oid_len, const cli_password *password,
                                 const uint8_t *salt, size_t salt_len, uint32_t iterations,
                                 const uint8_t *data, size_t len, const uint8_t *mac,
                                 size_t mac_len);

#endif
