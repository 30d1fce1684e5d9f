/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module's own OpenSSL library context: RSA, ECDSA, MD5, SHA-1 and SHA-2, and the code for
 * ASN.1 and X.509. It reads no configuration, has the "default" provider and nothing else, and the
 * application's contexts do not notice it.
 *
 * What cannot be had on OpenSSL 3: that the application's configuration is not read because of us.
 * There, whatever makes an EVP_PKEY_CTX, a random number or looks up an unknown object asks the
 * tables of engines (or objects) of the process first, and those load the configuration when nobody
 * has before: at the first RSA or EC operation, with the application's own file, into its own
 * context; ours stays as it is. So code of the application's providers may run inside, and it may
 * call this module: OpenSSL is entered with no lock held but the session's. The digests (hash.h)
 * do not do this; nor does anything on an OpenSSL without engines. An engine that is the
 * application's default for RSA or EC is never asked: inner/inner.h.
 *
 * Every use of OpenSSL stands between tok_ossl_enter and tok_ossl_leave, so that nothing is left in
 * the calling thread's error queue, and goes to the context by name (EVP_MD_fetch(ctx, …),
 * EVP_PKEY_CTX_new_from_name(ctx, …), …_ex): a function without a context argument, EVP_sha256()
 * in a digest's context for one, would go to the application's and load its configuration.
 *
 * The end: OPENSSL_cleanup may run before C_Finalize (a provider that uses this module is torn down
 * within it). From then on tok_ossl_enter gives NULL, and OpenSSL's objects are left alone: whoever
 * holds some asks tok_ossl_gone before freeing them.
 */
#ifndef TOK_OSSL_H
#define TOK_OSSL_H

#include <openssl/types.h>

/* The context, made when it is first asked for; thread-safe, between tok_enter and tok_leave. NULL:
 * out of memory, or OPENSSL_cleanup has run (CKR_FUNCTION_FAILED). It lives until C_Finalize. */
OSSL_LIB_CTX *tok_ossl(void);

/* The same; after a result that is not NULL the errors that OpenSSL puts into the queue are dropped
 * by tok_ossl_leave. Pairs may be nested. */
OSSL_LIB_CTX *tok_ossl_enter(void);
void tok_ossl_leave(void);

/* 1 once OPENSSL_cleanup has begun. */
int tok_ossl_gone(void);

/* For the core, with no other thread inside: the end of C_Finalize, or of what a child inherited.
 */
void tok_ossl_stop(void);

/* For the core, in a child whose parent had threads inside when it forked: forgets, frees nothing.
 */
void tok_ossl_forget(void);

#endif
