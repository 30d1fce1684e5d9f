/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private key in a file: PKCS #8 plain or encrypted, OpenSSL's older forms of RSA and EC keys,
 * PKCS #12; PEM or DER; with the certificates that come with it.
 */
#ifndef CLI_KEYFILE_H
#define CLI_KEYFILE_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include "cli/password.h"
#include "codec/codec.h"

typedef struct cli_keyfile {
    gt_key *gost;           /* a software key; else */
    EVP_PKEY *pkey;         /* RSA or EC */
    X509 *cert;             /* the key's; NULL: none came with it */
    STACK_OF(X509) * above; /* the others */
    char *name;             /* the key's name in a PKCS #12 file; NULL: none */
    OSSL_LIB_CTX *lib;      /* pkey's, with OpenSSL's own providers only */
    OSSL_PROVIDER *base, *legacy;
} cli_keyfile;

/* Reads FILE or, for "-", standard input. A password is asked for only if one is needed. Reports
 * mistakes; to be freed in any case. */
int cli_keyfile_read(const char *path, const cli_password_source *source, cli_keyfile *k);
void cli_keyfile_free(cli_keyfile *k);

/* The public half as SubjectPublicKeyInfo; freed with OPENSSL_free. */
size_t cli_keyfile_spki(const cli_keyfile *k, unsigned char **spki);

/* ---- within keyfile*.c ---------------------------------------------------------------------- */

typedef struct cli_keyfile_reader {
    cli_keyfile *k;
    OSSL_LIB_CTX *lib;
    STACK_OF(X509) * certs; /* as they come */
    const char *path;
    cli_password_source source;
    cli_password *password; /* NULL: not asked for yet */
    int failed;             /* what asking came to */
    int keys;               /* how many the file has */
} cli_keyfile_reader;

/* The password, asked for once. */
int cli_keyfile_password(cli_keyfile_reader *r);

/* A PrivateKeyInfo, plain or encrypted. */
int cli_keyfile_take(cli_keyfile_reader *r, const uint8_t *der, size_t len);
int cli_keyfile_take_encrypted(cli_keyfile_reader *r, const X509_SIG *sig);

/* A PKCS #12 file (keyfile_p12.c). */
int cli_keyfile_p12(cli_keyfile_reader *r, const uint8_t *der, size_t len);

/* Reports the failure of cli_pbe_decrypt or of cli_pbe_check_mac. */
int cli_keyfile_pbe_failed(const cli_keyfile_reader *r, int wrong);

#endif
