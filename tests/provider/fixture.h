/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place for a test of the provider: a temporary directory with configurations of OpenSSL, one
 * with the provider and one with Debian's gost-engine for the other side, and, if wanted, a token.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#define FX_LABEL "work"
#define FX_PIN   "correct-user-pin"

/* Makes the directory, writes ours.cnf (with `lines` in the provider's section, may be "") and
 * engine.cnf, and sets OPENSSL_CONF and GOSTTOKEN_DIR. To be called before anything of OpenSSL. */
void fx_start(const char *lines);

/* Removes all. */
void fx_end(void);

/* dir/name, in one of a few static buffers. */
const char *fx_path(const char *name);

/* Writes a configuration. engine: 0 none, 'a' gost-engine after the provider, 'b' before it. */
void fx_write_conf(const char *name, const char *lines, int engine);

/* Writes a file of the directory. */
void fx_write(const char *name, const char *text);

/* gost-engine's path: $GOSTTOKEN_PEER_ENGINE, or where this libcrypto has its engines. NULL if it
 * is not there (Debian 13 has no package of it); fx_need_peer then ends the program as skipped. */
const char *fx_peer(void);
void fx_need_peer(void);

/* Runs a shell command in the directory with OPENSSL_CONF=engine.cnf: the other side. Returns the
 * exit status; on failure its output is shown. */
int fx_other(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- tokens (token_fixture.c); done in a child process, so that this one stays untouched ------
 */

/* Makes a token of FX_LABEL and FX_PIN. */
void fx_make_token(const char *label, const char *pin);

/* Makes a key pair with this id (one byte) and label; set is a parameter set's OID. */
void fx_make_key(const char *token, const char *pin, const char *label, uint8_t id, unsigned bits,
                 const char *set);

/* Puts a secret key of 32 known bytes on it: a CKK_; params: a DER OID for GOST 28147, or NULL;
 * use 0: neither CKA_ENCRYPT nor CKA_SIGN. */
void fx_put_secret(const char *token, const char *pin, const char *label, uint8_t id,
                   unsigned long type, const uint8_t value[32], const uint8_t *params,
                   size_t params_len, int use);

/* Deletes the secret key of this label. */
void fx_delete_secret(const char *token, const char *pin, const char *label);

/* Puts a certificate on it: by this program, started again with arguments, for which main calls
 * fx_put_cert_main. */
int fx_put_cert_main(char **argv);
void fx_put_cert(const char *token, const char *pin, const char *label, uint8_t id, X509 *cert);

/* ---- checks -------------------------------------------------------------------------------- */

/* Loads the one thing of this type that a URI names; pin NULL: the program has no answer. */
EVP_PKEY *fx_private(const char *uri, const char *pin);
EVP_PKEY *fx_public(const char *uri);
X509 *fx_cert(const char *uri);

/* 1 if an error with this reason text is in the queue (it is emptied), and its data has `data`. */
int fx_error(const char *reason, const char *data);

/* A self-signed certificate; serial makes it another one. */
X509 *fx_self_signed(EVP_PKEY *key, const char *cn, long serial);

/* The parameter sets by OpenSSL's numbers, with gost-engine's name for them. */
typedef struct fx_set {
    unsigned bits;
    const char *oid, *engine, *name;
} fx_set;
extern const fx_set fx_sets[];
extern const size_t fx_set_count;

#endif
