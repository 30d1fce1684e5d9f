/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's own RSA and EC under names that no engine goes by.
 *
 * Up to OpenSSL 3, an EVP_PKEY_CTX for a key type that has a number asks first whether the process
 * has an engine for it, in whatever library context. libp11's engine makes itself that for RSA and
 * EC, and then calls this module to do the work: the keys inside must not come back to it. So our
 * context has a second provider, whose algorithms are those of "default" by other names.
 */
#ifndef TOK_INNER_H
#define TOK_INNER_H

#include <openssl/types.h>

#ifdef OPENSSL_NO_ENGINE
#define TOK_OSSL_RSA "RSA"
#define TOK_OSSL_EC  "EC"
#else
#define TOK_OSSL_RSA "TOKEN-RSA"
#define TOK_OSSL_EC  "TOKEN-EC"
#endif

/* Loads it into ctx, which has `theirs` already; to be unloaded before that one. NULL: it cannot
 * be had. */
OSSL_PROVIDER *tok_ossl_inner(OSSL_LIB_CTX *ctx, OSSL_PROVIDER *theirs);

#endif
