/* SPDX-License-Identifier: Apache-2.0 */
/* see ossl.h */
#include "token/ossl.h"
#include "token/core.h"
#include "token/object.h"
#include "token/inner/inner.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include <stdatomic.h>
#include <unistd.h>

/*
 * OpenSSL keeps random generators of a context for each thread that used it, and a handler that
 * frees them when the thread ends; the handler uses the context. OSSL_LIB_CTX_free takes away only
 * the handler of the thread that calls it. So a context that several threads have used stays for
 * the next C_Initialize, and until the process ends.
 */
static struct {
    pthread_mutex_t lock;
    OSSL_LIB_CTX *ctx;
    OSSL_PROVIDER *provider, *inner;
    pid_t pid;       /* of the process that made it */
    pthread_t first; /* the thread that made it */
    int shared;      /* another thread has used it */
} own = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_int gone;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int ready;

/* own.lock is held, or nobody else is there. */
static void drop(void)
{
    (void)ERR_set_mark();
    (void)OSSL_PROVIDER_unload(own.inner);
    (void)OSSL_PROVIDER_unload(own.provider);
    OSSL_LIB_CTX_free(own.ctx);
    (void)ERR_pop_to_mark();
    own.inner = NULL;
    own.provider = NULL;
    own.ctx = NULL;
    own.shared = 0;
}

/*
 * OPENSSL_cleanup begins. What no call is using can still be freed, and nothing can later. With a
 * call inside (a thread that works while another one exits) all is left as it is.
 */
static void at_cleanup(void)
{
    atomic_store(&gone, 1);
    if (!tok_core_quiet() || own.pid != getpid())
        return;
    tok_keys_end();
    (void)pthread_mutex_lock(&own.lock);
    if (own.ctx != NULL && !own.shared && pthread_equal(own.first, pthread_self()))
        drop();
    (void)pthread_mutex_unlock(&own.lock);
}

/* An option that neither loads the configuration nor keeps it from being loaded later; without any
 * nothing would be initialised. Fails when OPENSSL_cleanup has run already. */
static void prepare(void)
{
    ready = OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) == 1 &&
            OPENSSL_atexit(at_cleanup) == 1;
}

/* Without own.lock: OpenSSL's code is not run under a lock of ours that it might come back to. Of
 * two threads that make one the first wins. */
static void make(void)
{
    OSSL_LIB_CTX *ctx = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *provider = ctx != NULL ? OSSL_PROVIDER_load(ctx, "default") : NULL;
    OSSL_PROVIDER *inner = provider != NULL ? tok_ossl_inner(ctx, provider) : NULL;

    (void)pthread_mutex_lock(&own.lock);
    if (own.ctx == NULL && inner != NULL) {
        own.ctx = ctx;
        own.provider = provider;
        own.inner = inner;
        own.pid = getpid();
        own.first = pthread_self();
        own.shared = 0;
        ctx = NULL;
        provider = inner = NULL;
    }
    (void)pthread_mutex_unlock(&own.lock);
    if (inner != NULL)
        (void)OSSL_PROVIDER_unload(inner);
    if (provider != NULL)
        (void)OSSL_PROVIDER_unload(provider);
    OSSL_LIB_CTX_free(ctx);
}

static OSSL_LIB_CTX *made(void)
{
    OSSL_LIB_CTX *ctx;

    (void)pthread_mutex_lock(&own.lock);
    ctx = own.ctx;
    if (ctx != NULL && !pthread_equal(own.first, pthread_self()))
        own.shared = 1;
    (void)pthread_mutex_unlock(&own.lock);
    return ctx;
}

OSSL_LIB_CTX *tok_ossl(void)
{
    OSSL_LIB_CTX *ctx;

    if (atomic_load(&gone))
        return NULL;
    ctx = made();
    if (ctx != NULL)
        return ctx;
    (void)ERR_set_mark();
    (void)pthread_once(&once, prepare);
    if (ready)
        make();
    (void)ERR_pop_to_mark();
    return made();
}

OSSL_LIB_CTX *tok_ossl_enter(void)
{
    OSSL_LIB_CTX *ctx = tok_ossl();

    if (ctx != NULL)
        (void)ERR_set_mark();
    return ctx;
}

void tok_ossl_leave(void)
{
    (void)ERR_pop_to_mark();
}

int tok_ossl_gone(void)
{
    return atomic_load(&gone);
}

void tok_ossl_stop(void)
{
    if (atomic_load(&gone) || own.ctx == NULL)
        return;
    if (own.pid != getpid()) { /* of the threads that used it only this one is left */
        own.shared = 0;
        own.first = pthread_self();
    }
    if (!own.shared && pthread_equal(own.first, pthread_self()))
        drop();
}

void tok_ossl_forget(void)
{
    (void)pthread_mutex_init(&own.lock, NULL);
    own.ctx = NULL;
    own.inner = NULL;
    own.provider = NULL;
    own.shared = 0;
}
