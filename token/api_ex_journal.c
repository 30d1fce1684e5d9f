/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C_EX_GetJournal: the journal as lines of JSON (vault_journal_text in vault.h says what is in
 * them). No login is needed. It may grow between the call that asks for its length and the one
 * that fetches it: that one then gets CKR_BUFFER_TOO_SMALL and the new length.
 */
#include "token/session.h"

#include <gosttoken/rutoken.h>
#include <stdlib.h>
#include <string.h>

CK_RV C_EX_GetJournal(CK_SLOT_ID id, CK_BYTE *journal, CK_ULONG *journal_len)
{
    tok_card *card = NULL;
    tok_slot *slot;
    char *text = NULL;
    size_t len = 0;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    rv = journal_len != NULL ? tok_slot_card(slot, &card) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK && card != NULL) /* nothing has happened yet to a factory token */
        rv = tok_slot_result(slot, "C_EX_GetJournal", vault_journal_text(card->vt, &text, &len));
    if (rv == CKR_OK) {
        if (journal != NULL && *journal_len < len)
            rv = CKR_BUFFER_TOO_SMALL;
        else if (journal != NULL && len > 0)
            memcpy(journal, text, len);
        *journal_len = len;
    }
    free(text);
    tok_card_free(card);
    tok_leave();
    return rv;
}
