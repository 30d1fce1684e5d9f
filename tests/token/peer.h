/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of requests, certificates and CMS: the unmodified openssl program, with Debian's
 * gost-engine if it is there, and certification authorities made with it. Everything lies in a
 * directory of its own, in which the commands run.
 */
#ifndef TEST_TOKEN_PEER_H
#define TEST_TOKEN_PEER_H

#include "tests/token/harness.h"

/* cmocka's group fixtures: the harness's, and the directory. They set GOSTTOKEN_LOG to a file. */
int peer_begin(void **state);
int peer_end(void **state);

/* 1 if the program knows GOST. */
int peer_gost(void);

/* Runs the program with these arguments. Its output is in the file "out". */
int peer_try(const char *format, ...) __attribute__((format(printf, 1, 2)));  /* exit status */
void peer_run(const char *format, ...) __attribute__((format(printf, 1, 2))); /* must be 0 */

/* Files of the directory. peer_read: the caller frees; a zero follows the content. */
void peer_write(const char *name, const void *p, size_t len);
uint8_t *peer_read(const char *name, size_t *len);
int peer_says(const char *name, const char *text); /* 1 if the file has that text */
int peer_logged(const char *text); /* 1 if the module's log has; it is then emptied */

/*
 * An authority: NAME.pem, NAME.key, NAME.der, and a directory of that name. type: "EC", "RSA",
 * "gost2012_256", "gost2012_512". parent NULL: self-signed. ext: a section of extensions.
 */
void peer_ca(const char *name, const char *type, const char *parent, const char *ext);

/* Has the authority sign NAME.csr (PEM): NAME.pem, NAME.der. start, end NULL: now, a month. */
void peer_issue(const char *ca, const char *name, const char *ext, const char *start,
                const char *end);

/* A key (NAME.key) and a request of its own (NAME.csr). */
void peer_key(const char *name, const char *type);

void peer_revoke(const char *ca, const char *cert);

/* Writes the authority's revocation list: NAME.crl (DER). */
void peer_crl(const char *ca, const char *name, const char *options);

/* A request of a token's key pair in NAME.csr, by C_EX_CreateCSR. */
void token_csr(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE pub, CK_OBJECT_HANDLE priv, const char *name);

/* Puts NAME.der on the token. */
CK_OBJECT_HANDLE token_cert(CK_SESSION_HANDLE s, const char *name);

CK_VENDOR_BUFFER file_buffer(const char *name); /* the caller frees pData */

void make_rsa(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv);
void make_ec(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv);

#endif
