/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Licences: two blocks of 72 bytes that programs keep on a token. As on the device, whoever is
 * logged in may write them, again too (CKR_LICENSE_READ_ONLY is never given), everybody may read
 * them, they outlive a format, and one that was never written is all zeros.
 */
#include "token/session.h"

#include <gosttoken/rutoken.h>
#include <string.h>

CK_RV C_EX_SetLicense(CK_SESSION_HANDLE session, CK_ULONG number, CK_BYTE *license,
                      CK_ULONG license_len)
{
    tok_card *card = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&s->slot->admin);
    if (number < 1 || number > VAULT_LICENCES || license == NULL || license_len != VAULT_LICENCE)
        rv = CKR_ARGUMENTS_BAD;
    else if (!TOK_IS_RW(s))
        rv = CKR_SESSION_READ_ONLY;
    else if (tok_slot_login(s->slot) == TOK_PUBLIC)
        rv = CKR_USER_NOT_LOGGED_IN;
    else
        rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "C_EX_SetLicense",
                             vault_set_licence(card->vt, (unsigned)number, license));
    tok_card_free(card);
    (void)pthread_mutex_unlock(&s->slot->admin);
    return tok_session_leave(s, rv);
}

CK_RV C_EX_GetLicense(CK_SESSION_HANDLE session, CK_ULONG number, CK_BYTE *license,
                      CK_ULONG *license_len)
{
    CK_BYTE value[VAULT_LICENCE] = {0};
    tok_card *card = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    if (number < 1 || number > VAULT_LICENCES || license_len == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else if (license != NULL && *license_len < VAULT_LICENCE)
        rv = CKR_BUFFER_TOO_SMALL;
    else if (license != NULL)
        rv = tok_slot_look(s->slot);
    if (rv == CKR_OK && license != NULL)
        rv = tok_session_card(s, 0, &card);
    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_result(s->slot, "C_EX_GetLicense",
                             vault_licence(card->vt, (unsigned)number, value));
    if (rv == CKR_OK && license != NULL)
        memcpy(license, value, sizeof value);
    if (rv == CKR_OK || rv == CKR_BUFFER_TOO_SMALL)
        *license_len = VAULT_LICENCE;
    tok_card_free(card);
    return tok_session_leave(s, rv);
}
