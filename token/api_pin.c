/* SPDX-License-Identifier: Apache-2.0 */
/* C_InitPIN and C_SetPIN. The rules for PINs are the vault's. */
#include "token/session.h"

/* Codes of the vault that these functions may not return. */
static CK_RV pin_result(CK_RV rv)
{
    /* there is no PIN that would be right */
    return rv == CKR_USER_PIN_NOT_INITIALIZED ? CKR_PIN_INCORRECT : rv;
}

CK_RV C_InitPIN(CK_SESSION_HANDLE session, CK_UTF8CHAR *pin, CK_ULONG len)
{
    tok_card *card = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&s->slot->admin);
    if (tok_slot_login(s->slot) != TOK_SO)
        rv = CKR_USER_NOT_LOGGED_IN;
    else if (pin == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else
        rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "C_InitPIN", vault_init_user_pin(card->vt, pin, len));
    tok_card_free(card);
    (void)pthread_mutex_unlock(&s->slot->admin);
    return tok_session_leave(s, pin_result(rv));
}

CK_RV C_SetPIN(CK_SESSION_HANDLE session, CK_UTF8CHAR *old, CK_ULONG old_len, CK_UTF8CHAR *pin,
               CK_ULONG len)
{
    CK_USER_TYPE user = CKU_USER;
    tok_card *card = NULL;
    tok_session *s;
    tok_login login;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&s->slot->admin);
    login = tok_slot_login(s->slot);
    if (login == TOK_SO)
        user = CKU_SO;
    if (!TOK_IS_RW(s))
        rv = CKR_SESSION_READ_ONLY;
    else if (pin == NULL || (old == NULL && (old_len != 0 || login == TOK_PUBLIC)))
        rv = CKR_ARGUMENTS_BAD; /* who is logged in may leave the old PIN out */
    else
        rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "C_SetPIN",
                             vault_set_pin(card->vt, user, old, old_len, pin, len));
    tok_card_free(card);
    (void)pthread_mutex_unlock(&s->slot->admin);
    return tok_session_leave(s, pin_result(rv));
}
