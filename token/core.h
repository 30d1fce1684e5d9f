/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the module holds while it is initialised, and how a call comes in and goes out.
 *
 * Locks, in the order in which they are taken (a thread that holds one takes only later ones):
 *   1. tok_session.lock      one call at a time in a session; held through the call
 *   2. tok_slot.admin        changes of a token's login state, PINs and number of sessions; held
 *                            through the slow check of a PIN
 *   3. tok_core.slots_lock   the list of slots
 *   4. tok_slot.lock         a slot's objects, handles and state; held for a few instructions
 *   5. tok_core.sessions_lock  the table of sessions; the same
 * No thread holds two locks of one kind. The locks inside the vault and the secret memory come
 * after all of these; the vault never calls back. No curve arithmetic, hashing or disk is done
 * under 4 or 5; a signature holds nothing but its session's own lock.
 *
 * Fork: in a child the module is not initialised, whatever it was in the parent; C_Initialize in
 * the child drops what was inherited and starts anew.
 */
#ifndef TOK_CORE_H
#define TOK_CORE_H

#include <pthread.h>
#include "token/map.h"
#include "token/vault/vault.h"

typedef struct tok_slot tok_slot;
typedef struct tok_session tok_session;
typedef struct tok_object tok_object;

typedef struct tok_core {
    vault *vault;
    int factory; /* 0: an untouched store shows no factory token */

    pthread_mutex_t slots_lock;
    tok_slot **slots; /* never shrinks before C_Finalize, so pointers to slots stay good */
    size_t slots_n;

    pthread_mutex_t sessions_lock;
    tok_map sessions;
    CK_SESSION_HANDLE last_session;

    pthread_mutex_t events_lock; /* for `events` only, taken with no other lock held */
    pthread_cond_t events;
} tok_core;

extern tok_core tok;

/* Every function of the module but the few that work before C_Initialize begins with tok_enter
 * and, if that was CKR_OK, ends with tok_leave. */
CK_RV tok_enter(void);
void tok_leave(void);

/* 1 while C_Finalize is waiting for the calls inside to end. */
int tok_stopping(void);

/* 1 if no thread is inside, nor in C_Initialize or C_Finalize. */
int tok_core_quiet(void);

CK_RV tok_core_start(void);
CK_RV tok_core_stop(void);

#endif
