/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions, and the way of a call into one and out again. */
#ifndef TOK_SESSION_H
#define TOK_SESSION_H

#include <stdatomic.h>
#include "token/core.h"
#include "token/op.h"
#include "token/slot.h"

#define TOK_MAX_SESSIONS 65536 /* of one process */

struct tok_session {
    CK_SESSION_HANDLE handle;
    tok_slot *slot;
    CK_FLAGS flags;
    atomic_uint refs;
    tok_session *next; /* in the slot's list, under the slot's lock */
    tok_session *prev;
    size_t objects; /* session objects it owns, under the slot's lock */

    pthread_mutex_t lock;
    /* all below is under `lock` */
    int closed;
    tok_op *ops[TOK_OPS]; /* one of each kind may be active */
    struct tok_search *search;
    CK_OBJECT_HANDLE pin_key; /* waits for its PIN, or (granted) may be used once: keys.h */
    int pin_granted;
    unsigned pin_epoch;
    size_t damaged; /* objects that the last search met and could not read */
};

#define TOK_IS_RW(s) (((s)->flags & CKF_RW_SESSION) != 0)

/*
 * Every function on a session begins with tok_session_enter and, if that was CKR_OK, ends with
 * `return tok_session_leave(s, rv)`. The session is locked between. CKR_CRYPTOKI_NOT_INITIALIZED,
 * CKR_SESSION_HANDLE_INVALID; CKR_DEVICE_REMOVED if the token is lost.
 */
CK_RV tok_session_enter(CK_SESSION_HANDLE handle, tok_session **out);
CK_RV tok_session_leave(tok_session *s, CK_RV rv);

CK_RV tok_session_open(tok_slot *slot, CK_FLAGS flags, CK_SESSION_HANDLE *handle);
CK_RV tok_session_close(CK_SESSION_HANDLE handle);

/* Closes every session of a slot. No session's lock is held. */
void tok_sessions_close(tok_slot *slot);

/* Drops the operations of all sessions of the slot that are of an earlier login. The same. */
void tok_sessions_cancel(tok_slot *slot);

CK_STATE tok_session_state(tok_session *s);

/* The token, as tok_slot_card and tok_slot_card_real (`real`) give it, but a token that is no
 * longer there is CKR_DEVICE_REMOVED: the code that functions on sessions have for it. */
CK_RV tok_session_card(tok_session *s, int real, tok_card **out);

/* 1 if a private object may be seen or used now. */
int tok_session_user(tok_session *s);

void tok_session_cancel(tok_session *s); /* drops its operations; locked */

void tok_sessions_drop(void);

#endif
