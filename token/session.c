/* SPDX-License-Identifier: Apache-2.0 */
/* see session.h */
#include "token/session.h"
#include "token/object.h"
#include "token/operation.h"
#include "token/search.h"

#include <stdlib.h>
#include <string.h>

static void unref(tok_session *s)
{
    if (atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

static tok_session *lookup(CK_SESSION_HANDLE handle)
{
    tok_session *s;

    (void)pthread_mutex_lock(&tok.sessions_lock);
    s = tok_map_get(&tok.sessions, handle);
    if (s != NULL)
        atomic_fetch_add(&s->refs, 1);
    (void)pthread_mutex_unlock(&tok.sessions_lock);
    return s;
}

static void release(tok_session *s)
{
    (void)pthread_mutex_unlock(&s->lock);
    unref(s);
}

/* The session, locked; NULL if there is none. The thread is inside already. */
static tok_session *grab(CK_SESSION_HANDLE handle)
{
    tok_session *s = lookup(handle);

    if (s == NULL)
        return NULL;
    (void)pthread_mutex_lock(&s->lock);
    if (!s->closed)
        return s;
    release(s);
    return NULL;
}

CK_RV tok_session_enter(CK_SESSION_HANDLE handle, tok_session **out)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    *out = grab(handle);
    if (*out == NULL) {
        tok_leave();
        return CKR_SESSION_HANDLE_INVALID;
    }
    if (atomic_load(&(*out)->slot->lost))
        return tok_session_leave(*out, CKR_DEVICE_REMOVED);
    return CKR_OK;
}

CK_RV tok_session_leave(tok_session *s, CK_RV rv)
{
    release(s);
    tok_leave();
    return rv;
}

void tok_session_cancel(tok_session *s)
{
    int i;

    for (i = 0; i < TOK_OPS; i++)
        tok_op_drop(s, (tok_op_kind)i);
    tok_search_free(s->search);
    s->search = NULL;
}

CK_RV tok_session_open(tok_slot *slot, CK_FLAGS flags, CK_SESSION_HANDLE *handle)
{
    tok_session *s = calloc(1, sizeof *s);
    CK_RV rv = CKR_OK;

    if (s == NULL)
        return CKR_HOST_MEMORY;
    if (pthread_mutex_init(&s->lock, NULL) != 0) {
        free(s);
        return CKR_HOST_MEMORY;
    }
    s->slot = slot;
    s->flags = flags & (CKF_RW_SESSION | CKF_SERIAL_SESSION);
    atomic_init(&s->refs, 1);

    (void)pthread_mutex_lock(&slot->admin);
    (void)pthread_mutex_lock(&slot->lock);
    if (slot->login == TOK_SO && !TOK_IS_RW(s))
        rv = CKR_SESSION_READ_WRITE_SO_EXISTS;
    else if (slot->kind == TOK_SLOT_BLANK)
        rv = CKR_TOKEN_NOT_RECOGNIZED;
    else if (slot->kind == TOK_SLOT_GONE)
        rv = CKR_TOKEN_NOT_PRESENT;
    (void)pthread_mutex_lock(&tok.sessions_lock);
    if (rv == CKR_OK && tok.sessions.used >= TOK_MAX_SESSIONS)
        rv = CKR_SESSION_COUNT;
    if (rv == CKR_OK) {
        s->handle = ++tok.last_session;
        *handle = s->handle;
        if (!tok_map_set(&tok.sessions, s->handle, s))
            rv = CKR_HOST_MEMORY;
    }
    (void)pthread_mutex_unlock(&tok.sessions_lock);
    if (rv == CKR_OK) {
        s->next = slot->sessions;
        if (s->next != NULL)
            s->next->prev = s;
        slot->sessions = s;
        slot->session_count++;
        slot->rw_count += TOK_IS_RW(s) ? 1 : 0;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    (void)pthread_mutex_unlock(&slot->admin);
    if (rv != CKR_OK)
        unref(s);
    return rv;
}

/* Takes a locked session out of everything; the caller's reference stays. */
static void finish(tok_session *s)
{
    tok_slot *slot = s->slot;
    int last;

    s->closed = 1;
    tok_session_cancel(s);
    (void)pthread_mutex_lock(&slot->admin);
    (void)pthread_mutex_lock(&slot->lock);
    if (s->objects != 0)
        tok_objects_of_session_drop(slot, s);
    if (s->prev != NULL)
        s->prev->next = s->next;
    else
        slot->sessions = s->next;
    if (s->next != NULL)
        s->next->prev = s->prev;
    slot->session_count--;
    slot->rw_count -= TOK_IS_RW(s) ? 1 : 0;
    last = slot->session_count == 0 && slot->login != TOK_PUBLIC;
    (void)pthread_mutex_lock(&tok.sessions_lock);
    tok_map_remove(&tok.sessions, s->handle);
    (void)pthread_mutex_unlock(&tok.sessions_lock);
    (void)pthread_mutex_unlock(&slot->lock);
    if (last)
        tok_slot_logout(slot);
    (void)pthread_mutex_unlock(&slot->admin);
    unref(s); /* the table's reference */
}

/* 1 if there was such a session. */
static int close_one(CK_SESSION_HANDLE handle)
{
    tok_session *s = grab(handle);

    if (s == NULL)
        return 0;
    finish(s);
    release(s);
    return 1;
}

CK_RV tok_session_close(CK_SESSION_HANDLE handle)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    rv = close_one(handle) ? CKR_OK : CKR_SESSION_HANDLE_INVALID;
    tok_leave();
    return rv;
}

void tok_sessions_close(tok_slot *slot)
{
    CK_SESSION_HANDLE handle;

    for (;;) {
        (void)pthread_mutex_lock(&slot->lock);
        handle = slot->sessions != NULL ? slot->sessions->handle : CK_INVALID_HANDLE;
        (void)pthread_mutex_unlock(&slot->lock);
        if (handle == CK_INVALID_HANDLE)
            return;
        (void)close_one(handle);
    }
}

void tok_sessions_cancel(tok_slot *slot)
{
    tok_session **list, *s;
    unsigned epoch;
    size_t n = 0, i;
    int k;

    (void)pthread_mutex_lock(&slot->lock);
    epoch = slot->epoch;
    list = calloc(slot->session_count + 1, sizeof *list);
    for (s = list != NULL ? slot->sessions : NULL; s != NULL; s = s->next) {
        atomic_fetch_add(&s->refs, 1);
        list[n++] = s;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    /* Without memory for the list the operations stay until they are next used, and fail then. */
    for (i = 0; i < n; i++) {
        s = list[i];
        (void)pthread_mutex_lock(&s->lock);
        for (k = 0; k < TOK_OPS; k++) {
            if (s->ops[k] != NULL && s->ops[k]->epoch != epoch)
                tok_op_drop(s, (tok_op_kind)k);
        }
        if (s->search != NULL && s->search->epoch != epoch) {
            tok_search_free(s->search);
            s->search = NULL;
        }
        (void)pthread_mutex_unlock(&s->lock);
        unref(s);
    }
    free(list);
}

CK_STATE tok_session_state(tok_session *s)
{
    static const CK_STATE states[][2] = {
        [TOK_PUBLIC] = {CKS_RO_PUBLIC_SESSION, CKS_RW_PUBLIC_SESSION},
        [TOK_USER] = {CKS_RO_USER_FUNCTIONS, CKS_RW_USER_FUNCTIONS},
        [TOK_SO] = {CKS_RW_SO_FUNCTIONS, CKS_RW_SO_FUNCTIONS},
    };

    return states[tok_slot_login(s->slot)][TOK_IS_RW(s)];
}

CK_RV tok_session_card(tok_session *s, int real, tok_card **out)
{
    CK_RV rv = real ? tok_slot_card_real(s->slot, out) : tok_slot_card(s->slot, out);

    return rv == CKR_TOKEN_NOT_PRESENT || rv == CKR_TOKEN_NOT_RECOGNIZED ? CKR_DEVICE_REMOVED : rv;
}

int tok_session_user(tok_session *s)
{
    return tok_slot_login(s->slot) == TOK_USER;
}

void tok_sessions_drop(void)
{
    tok_session *s;
    size_t at = 0;

    while ((s = tok_map_next(&tok.sessions, &at)) != NULL) {
        tok_session_cancel(s);
        free(s);
    }
    tok_map_clear(&tok.sessions);
}
