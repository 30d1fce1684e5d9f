/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses of keys on their way into the journal. One waits in memory until there are many, a second
 * has passed, or the login ends; the first after a quiet second goes at once. So the price of the
 * journal is one transaction a second at most, whoever signs how fast.
 */
#include "token/vault/local.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROOM     4096
#define MANY     1024
#define EVERY_MS 1000

static uint64_t now_ms(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void vault_journal_use(vault_token *t, const vault_use *use)
{
    uint64_t now = now_ms();
    int due = 0;

    if (!t->settings.journal)
        return;
    pthread_mutex_lock(&t->use_lock);
    if (t->uses == NULL)
        t->uses = malloc(ROOM * sizeof(*t->uses));
    if (t->uses == NULL || t->uses_n == ROOM) {
        t->uses_lost++;
    } else {
        t->uses[t->uses_n] = *use;
        t->uses[t->uses_n++].time = vault_time();
    }
    if (now - t->flushed_ms >= EVERY_MS || t->uses_n == MANY) {
        t->flushed_ms = now; /* before it is done: other threads need not do it too */
        due = 1;
    }
    pthread_mutex_unlock(&t->use_lock);
    if (due)
        (void)vault_journal_flush(t);
}

/* Puts back what could not be written, before what has come since. */
static void put_back(vault_token *t, vault_use *uses, size_t n, uint64_t lost)
{
    pthread_mutex_lock(&t->use_lock);
    if (t->uses != NULL && uses != NULL) {
        size_t more = n + t->uses_n <= ROOM ? t->uses_n : ROOM - n;
        t->uses_lost += t->uses_n - more;
        memcpy(uses + n, t->uses, more * sizeof(*uses));
        n += more;
        free(t->uses);
    }
    if (uses != NULL) {
        t->uses = uses;
        t->uses_n = n;
    }
    t->uses_lost += lost;
    pthread_mutex_unlock(&t->use_lock);
}

CK_RV vault_journal_flush(vault_token *t)
{
    vault_use *uses;
    uint64_t lost, still;
    size_t n;
    CK_RV rv;

    pthread_mutex_lock(&t->use_lock);
    n = t->uses_n;
    lost = t->uses_lost;
    pthread_mutex_unlock(&t->use_lock);
    if (n == 0 && lost == 0)
        return CKR_OK;
    rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        return rv;
    /* Taken when it is this thread's turn, so that they are written in their order. */
    pthread_mutex_lock(&t->use_lock);
    uses = t->uses;
    n = t->uses_n;
    lost = t->uses_lost;
    t->uses = NULL;
    t->uses_n = 0;
    t->uses_lost = 0;
    pthread_mutex_unlock(&t->use_lock);
    still = lost;
    if (n > 0 || lost > 0)
        rv = vault_journal_put_uses(t, uses, n, &still);
    rv = vault_end(t, rv);
    if (rv != CKR_OK) {
        put_back(t, uses, n, lost);
        return rv;
    }
    free(uses);
    pthread_mutex_lock(&t->use_lock);
    t->uses_lost += still; /* for which there is no room before the next login */
    pthread_mutex_unlock(&t->use_lock);
    return rv;
}
