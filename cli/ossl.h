/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL inside the program, with our provider: for commands that sign, verify or read what
 * OpenSSL has the words for, with keys that stay on a token.
 *
 * The provider and the program load the same module, so they share its tokens and their logins.
 */
#ifndef CLI_OSSL_H
#define CLI_OSSL_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include "cli/token.h"

/*
 * Loads the provider of this installation, or build tree, and OpenSSL's default one into the
 * default library context, without anybody's openssl.cnf. The module is that of --module, if given.
 * Once in a process; a second call does nothing. No token is touched yet. Reports mistakes.
 */
int cli_ossl_start(cli *c);

/*
 * The private key, on a token, that a pkcs11: URI names, with its public half. The token is chosen
 * by cli_token_choose, the PIN comes from where cli_login has it. Starts OpenSSL. Only GOST keys.
 * Freed with EVP_PKEY_free.
 */
int cli_ossl_key(cli *c, const char *uri, EVP_PKEY **key);

/* The certificate that a pkcs11: URI names. A PIN is used only if it is not found without, and if
 * one was given. Freed with X509_free. */
int cli_ossl_cert(cli *c, const char *uri, X509 **cert);

/*
 * Every certificate that the URI names; none is CLI_OK. Freed with sk_X509_pop_free. The URI's type
 * may be that of another class, it is put right.
 */
int cli_ossl_certs(cli *c, const char *uri, STACK_OF(X509) * *certs);

/*
 * Prints "FORMAT: what OpenSSL says", where the first error in its queue that is ours, else the
 * first that says something, speaks; empties the queue. Returns the exit code that belongs to an
 * error of ours (a wrong PIN …), else `code`.
 */
int cli_fail_ossl(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The sentence and the code alone: freed with free(); the queue is empty then. */
char *cli_ossl_error(int *code);

#endif
