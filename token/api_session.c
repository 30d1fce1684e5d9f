/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions, login and logout. */
#include "token/session.h"
#include "token/log.h"
#include "token/object.h"
#include "token/secmem.h"

CK_RV C_OpenSession(CK_SLOT_ID id, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                    CK_SESSION_HANDLE *session)
{
    tok_slot *slot;
    tok_card *card;
    CK_RV rv;
    int again;

    (void)application;
    (void)notify; /* nothing here takes so long that a caller would want to stop it */
    for (again = 1;; again--) {
        rv = tok_slot_enter(id, &slot);
        if (rv != CKR_OK)
            return rv;
        if (session == NULL)
            rv = CKR_ARGUMENTS_BAD;
        else if ((flags & CKF_SERIAL_SESSION) == 0)
            rv = CKR_SESSION_PARALLEL_NOT_SUPPORTED;
        if (rv == CKR_OK) {
            /* If somebody has formatted the token, the sessions of the old one end here. */
            rv = tok_slot_card(slot, &card);
            if (rv == CKR_OK && card != NULL)
                rv = tok_slot_check(slot, card, 1);
            tok_card_free(card);
        }
        if (rv == CKR_OK)
            rv = tok_session_open(slot, flags, session);
        tok_leave();
        if ((rv != CKR_DEVICE_REMOVED && rv != CKR_TOKEN_NOT_PRESENT) || again == 0)
            return rv;
    }
}

CK_RV C_CloseSession(CK_SESSION_HANDLE session)
{
    return tok_session_close(session);
}

CK_RV C_CloseAllSessions(CK_SLOT_ID id)
{
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    tok_sessions_close(slot);
    tok_leave();
    return CKR_OK;
}

CK_RV C_GetSessionInfo(CK_SESSION_HANDLE session, CK_SESSION_INFO *info)
{
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (info == NULL)
        return tok_session_leave(s, CKR_ARGUMENTS_BAD);
    info->slotID = s->slot->id;
    info->state = tok_session_state(s);
    info->flags = s->flags;
    info->ulDeviceError = (CK_ULONG)s->damaged;
    return tok_session_leave(s, CKR_OK);
}

/* Codes of the vault that C_Login may not return. CKR_TOKEN_WRITE_PROTECTED, which is not in the
 * standard's list either, stays: the try could not be counted, so it was not made, and nothing else
 * would say what is to be done. */
static CK_RV login_result(CK_RV rv)
{
    return rv == CKR_PIN_LEN_RANGE ? CKR_PIN_INCORRECT : rv;
}

/* The slot's admin lock is held. */
static CK_RV may_login(tok_slot *slot, tok_login want)
{
    CK_RV rv = CKR_OK;

    (void)pthread_mutex_lock(&slot->lock);
    if (slot->login == want)
        rv = CKR_USER_ALREADY_LOGGED_IN;
    else if (slot->login != TOK_PUBLIC)
        rv = CKR_USER_ANOTHER_ALREADY_LOGGED_IN;
    else if (want == TOK_SO && slot->rw_count != slot->session_count)
        rv = CKR_SESSION_READ_ONLY_EXISTS;
    (void)pthread_mutex_unlock(&slot->lock);
    return rv;
}

static CK_RV login(tok_session *s, CK_USER_TYPE user, const CK_UTF8CHAR *pin, CK_ULONG len)
{
    tok_login want = user == CKU_SO ? TOK_SO : TOK_USER;
    tok_slot *slot = s->slot;
    tok_card *card = NULL;
    CK_RV rv;

    (void)pthread_mutex_lock(&slot->admin);
    rv = may_login(slot, want);
    if (rv == CKR_OK)
        rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(slot, "C_Login", vault_login(card->vt, user, pin, len));
    if (rv == CKR_OK) {
        (void)pthread_mutex_lock(&slot->lock);
        slot->login = want;
        (void)pthread_mutex_unlock(&slot->lock);
        if (!tok_secret_locked())
            tok_log("RLIMIT_MEMLOCK is too small: keys may reach the swap space");
    }
    tok_card_free(card);
    (void)pthread_mutex_unlock(&slot->admin);
    return rv;
}

/* Has that wrong PIN been the last one? */
static int locked_now(tok_card *card)
{
    vault_info info;

    return vault_token_info(card->vt, &info) == CKR_OK && info.user_tries_left == 0;
}

/* CKA_ALWAYS_AUTHENTICATE: the PIN again, for the operation that waits for it. Who has locked the
 * PIN is told so and logged out by that (PKCS #11 2.40, C_Login): *locked. */
static CK_RV login_again(tok_session *s, const CK_UTF8CHAR *pin, CK_ULONG len, int *locked)
{
    tok_card *card = NULL;
    tok_op *waiting = NULL;
    int i;
    CK_RV rv;

    *locked = 0;
    for (i = 0; i < TOK_OPS; i++) {
        if (s->ops[i] != NULL && s->ops[i]->wants_pin)
            waiting = s->ops[i];
    }
    if (waiting == NULL && s->pin_key == CK_INVALID_HANDLE)
        return CKR_OPERATION_NOT_INITIALIZED;
    if (!tok_session_user(s))
        return CKR_USER_NOT_LOGGED_IN;
    (void)pthread_mutex_lock(&s->slot->admin);
    rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "C_Login", vault_check_pin(card->vt, CKU_USER, pin, len));
    if (rv == CKR_OK && waiting != NULL)
        waiting->wants_pin = 0;
    else if (rv == CKR_OK)
        s->pin_granted = 1;
    if (rv == CKR_PIN_INCORRECT && locked_now(card))
        rv = CKR_PIN_LOCKED;
    *locked = rv == CKR_PIN_LOCKED;
    if (*locked)
        tok_slot_logout(s->slot);
    tok_card_free(card);
    (void)pthread_mutex_unlock(&s->slot->admin);
    return rv;
}

/* The operations of all sessions, this one's too, one lock at a time. */
static void cancel_all(tok_session *s)
{
    (void)pthread_mutex_unlock(&s->lock);
    tok_sessions_cancel(s->slot);
    (void)pthread_mutex_lock(&s->lock);
}

CK_RV C_Login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
    tok_session *s;
    int locked = 0;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (user != CKU_SO && user != CKU_USER && user != CKU_CONTEXT_SPECIFIC)
        rv = CKR_USER_TYPE_INVALID;
    else if (pin == NULL) /* there is no other way to give a PIN */
        rv = CKR_ARGUMENTS_BAD;
    else if (user == CKU_CONTEXT_SPECIFIC)
        rv = login_again(s, pin, len, &locked);
    else
        rv = login(s, user, pin, len);
    if (locked)
        cancel_all(s);
    return tok_session_leave(s, login_result(rv));
}

CK_RV C_Logout(CK_SESSION_HANDLE session)
{
    tok_session *s;
    tok_slot *slot;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    slot = s->slot;
    (void)pthread_mutex_lock(&slot->admin);
    if (tok_slot_login(slot) == TOK_PUBLIC)
        rv = CKR_USER_NOT_LOGGED_IN;
    else
        tok_slot_logout(slot);
    (void)pthread_mutex_unlock(&slot->admin);
    if (rv != CKR_OK)
        return tok_session_leave(s, rv);
    cancel_all(s);
    return tok_session_leave(s, CKR_OK);
}
