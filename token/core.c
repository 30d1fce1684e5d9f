/* SPDX-License-Identifier: Apache-2.0 */
/* see core.h */
#include "token/core.h"
#include "token/config.h"
#include "token/log.h"
#include "token/ossl.h"
#include "token/session.h"
#include "token/slot.h"
#include "token/state.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

tok_core tok;

enum { NONE, STARTING, READY, STOPPING };

static atomic_int state;
static atomic_uint calls; /* threads inside */
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static int fork_rc;

/*
 * What a child has of its parent's core. WHOLE: no thread was inside when the process forked, so
 * nothing is half done and all of it can be freed. TORN: a list may be half linked; it is left
 * alone.
 */
static enum { NOTHING, WHOLE, TORN } inherited;

/* In the child. The library is linked with -z nodelete, so this outlives dlclose. */
static void forked(void)
{
    int was = atomic_exchange(&state, NONE);

    if (was != NONE)
        inherited = was == READY && atomic_load(&calls) == 0 ? WHOLE : TORN;
    atomic_store(&calls, 0);
}

static void watch_forks(void)
{
    fork_rc = pthread_atfork(NULL, NULL, forked);
}

CK_RV tok_enter(void)
{
    if (atomic_load(&state) != READY) /* callers that try again and again do not hold up the end */
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    atomic_fetch_add(&calls, 1);
    if (atomic_load(&state) == READY)
        return CKR_OK;
    atomic_fetch_sub(&calls, 1);
    return CKR_CRYPTOKI_NOT_INITIALIZED;
}

void tok_leave(void)
{
    atomic_fetch_sub(&calls, 1);
}

int tok_stopping(void)
{
    return atomic_load(&state) != READY;
}

int tok_core_quiet(void)
{
    int now = atomic_load(&state);

    return (now == READY || now == NONE) && atomic_load(&calls) == 0;
}

/* Frees what a core holds. forget: in a forked child, where the vault must be forgotten. */
static void drop(int forget)
{
    tok_sessions_drop();
    tok_slots_drop(forget);
    if (tok.vault != NULL) {
        if (forget)
            vault_forget(tok.vault);
        else
            vault_close(tok.vault);
    }
    tok_ossl_stop();
    tok_state_drop();
    memset(&tok, 0, sizeof tok);
}

static CK_RV make(void)
{
    const tok_config *config = tok_config_get();
    pthread_condattr_t attr;
    CK_RV rv;

    if (pthread_mutex_init(&tok.slots_lock, NULL) != 0 ||
        pthread_mutex_init(&tok.sessions_lock, NULL) != 0 ||
        pthread_mutex_init(&tok.events_lock, NULL) != 0 || pthread_condattr_init(&attr) != 0)
        return CKR_CANT_LOCK;
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    rv = pthread_cond_init(&tok.events, &attr) == 0 ? CKR_OK : CKR_CANT_LOCK;
    (void)pthread_condattr_destroy(&attr);
    if (rv != CKR_OK)
        return rv;
    tok.factory = config->factory;
    rv = tok_vault_result("C_Initialize",
                          vault_open(config->store[0] != 0 ? config->store : NULL, &tok.vault));
    if (rv == CKR_OK)
        vault_configure(tok.vault, &config->vault);
    if (rv == CKR_OK)
        rv = tok_vault_result("C_Initialize", tok_slots_refresh());
    if (rv == CKR_OK)
        tok_slots_events_reset();
    return rv == CKR_OK || rv == CKR_HOST_MEMORY ? rv : CKR_GENERAL_ERROR;
}

/* Waits until no thread is changing the state, then goes from `from` to `to`. */
static int change(int from, int to)
{
    for (;;) {
        int now = from;

        if (atomic_compare_exchange_strong(&state, &now, to))
            return 1;
        if (now == NONE || now == READY)
            return 0;
        (void)sched_yield();
    }
}

CK_RV tok_core_start(void)
{
    CK_RV rv;

    if (pthread_once(&fork_once, watch_forks) != 0 || fork_rc != 0)
        return CKR_HOST_MEMORY;
    if (!change(NONE, STARTING))
        return CKR_CRYPTOKI_ALREADY_INITIALIZED;
    if (inherited == WHOLE) {
        drop(1);
    } else if (inherited == TORN) {
        memset(&tok, 0, sizeof tok);
        tok_ossl_forget();
        tok_state_forget();
    }
    inherited = NOTHING;
    rv = tok_config_start();
    if (rv == CKR_OK)
        rv = make();
    if (rv != CKR_OK) {
        drop(0);
        tok_log_close();
    }
    atomic_store(&state, rv == CKR_OK ? READY : NONE);
    return rv;
}

CK_RV tok_core_stop(void)
{
    const struct timespec moment = {0, 200000};

    if (!change(READY, STOPPING))
        return CKR_CRYPTOKI_NOT_INITIALIZED;
    while (atomic_load(&calls) != 0) {
        (void)pthread_mutex_lock(&tok.events_lock);
        (void)pthread_cond_broadcast(&tok.events);
        (void)pthread_mutex_unlock(&tok.events_lock);
        (void)nanosleep(&moment, NULL);
    }
    (void)pthread_cond_destroy(&tok.events);
    (void)pthread_mutex_destroy(&tok.events_lock);
    (void)pthread_mutex_destroy(&tok.slots_lock);
    (void)pthread_mutex_destroy(&tok.sessions_lock);
    drop(0);
    tok_log_close();
    atomic_store(&state, NONE);
    return CKR_OK;
}
