/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The extended functions on PINs. What a PIN may be, and whose business it is, the vault decides.
 *
 * C_EX_SetLocalPIN and C_EX_SlotManage's MODE_GET_LOCAL_PIN_INFO are not supported, on purpose: on
 * the device a local PIN (3 to 31) owns a part of its flash drive, and opens nothing else. A token
 * without a drive has nothing that such a PIN could protect, and one that answered CKR_OK would
 * promise a protection that is not there.
 */
#include "token/session.h"

#include <gosttoken/rutoken.h>

/* Calls `work` on the token with the SO logged in. */
static CK_RV by_so(CK_SESSION_HANDLE session, const char *where,
                   CK_RV (*work)(vault_token *vt, CK_ULONG mode, const void *value), CK_ULONG mode,
                   const void *value)
{
    tok_card *card = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&s->slot->admin);
    rv = tok_slot_login(s->slot) == TOK_SO ? tok_session_card(s, 1, &card) : CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, where, work(card->vt, mode, value));
    tok_card_free(card);
    (void)pthread_mutex_unlock(&s->slot->admin);
    return tok_session_leave(s, rv);
}

static CK_RV unblock(vault_token *vt, CK_ULONG mode, const void *value)
{
    (void)mode;
    (void)value;
    return vault_unblock_user_pin(vt);
}

CK_RV C_EX_UnblockUserPIN(CK_SESSION_HANDLE session)
{
    return by_so(session, "C_EX_UnblockUserPIN", unblock, 0, NULL);
}

/* ---- C_EX_TokenManage ----------------------------------------------------------------------- */

static CK_RV change_default(vault_token *vt, const void *value)
{
    const CK_VENDOR_PIN_PARAMS *p = value;

    if (p->userType != CKU_USER || p->pPinValue == NULL || p->ulPinLength > VAULT_PIN_MAX)
        return vault_error_set(CKR_ARGUMENTS_BAD, "no default PIN of a user is given");
    return vault_set_default_pin(vt, p->pPinValue, p->ulPinLength);
}

static CK_RV manage(vault_token *vt, CK_ULONG mode, const void *value)
{
    if (value == NULL)
        return vault_error_set(CKR_ARGUMENTS_BAD, "no value is given");
    if (mode == MODE_CHANGE_DEFAULT_PIN)
        return change_default(vt, value);
    if (*(const CK_USER_TYPE *)value != CKU_USER)
        return vault_error_set(CKR_ARGUMENTS_BAD, "only the user's PIN can be managed so");
    switch (mode) {
    case MODE_RESET_CUSTOM_PIN_TO_STANDARD: /* the default PIN is the factory's again */
        return vault_set_default_pin(vt, NULL, 0);
    case MODE_RESET_PIN_TO_DEFAULT:
        return vault_reset_user_pin(vt, (const uint8_t *)TOK_FACTORY_USER_PIN,
                                    sizeof TOK_FACTORY_USER_PIN - 1);
    default:
        return vault_force_change(vt);
    }
}

CK_RV C_EX_TokenManage(CK_SESSION_HANDLE session, CK_ULONG mode, void *value)
{
    tok_session *s;
    CK_RV rv;

    if (mode >= MODE_RESET_CUSTOM_PIN_TO_STANDARD && mode <= MODE_FORCE_USER_TO_CHANGE_PIN)
        return by_so(session, "C_EX_TokenManage", manage, mode, value);
    rv = tok_session_enter(session, &s);
    if (rv != CKR_OK)
        return rv;
    /* 1 and 2 are for tokens with Bluetooth. */
    return tok_session_leave(s, mode == 1 || mode == 2 ? CKR_FUNCTION_NOT_SUPPORTED
                                                       : CKR_ARGUMENTS_BAD);
}
