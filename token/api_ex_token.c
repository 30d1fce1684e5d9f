/* SPDX-License-Identifier: Apache-2.0 */
/* The extended functions that tell what a token is, and name it. */
#include "token/config.h"
#include "token/info.h"
#include "token/session.h"

#include <gosttoken/rutoken.h>
#include <stddef.h>
#include <string.h>

/* Programs older than the two last fields pass a structure without them. */
#define OLD_INFO_SIZE offsetof(CK_TOKEN_INFO_EXTENDED, ulBatteryPercentage)

static const CK_BYTE ATR[] = {0x3B, 0x8B, 0x01, 0x52, 0x75, 0x74, 0x6F, 0x6B,
                              0x65, 0x6E, 0x20, 0x45, 0x43, 0x50, 0xA0};

static unsigned digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 0;
}

/* The numbers of the device whose functions this token has. */
#define PROTOCOL  1
#define MICROCODE 0x1E
#define ORDER     2

static CK_FLAGS flags_of(const vault_info *v)
{
    CK_FLAGS flags = TOKEN_FLAGS_USER_PIN_UTF8 | TOKEN_FLAGS_ADMIN_PIN_UTF8 |
                     TOKEN_FLAGS_FW_CHECKSUM_UNAVAILABLE;

    if ((v->changers & VAULT_CHANGER_SO) != 0)
        flags |= TOKEN_FLAGS_ADMIN_CHANGE_USER_PIN;
    if ((v->changers & VAULT_CHANGER_USER) != 0)
        flags |= TOKEN_FLAGS_USER_CHANGE_USER_PIN;
    if (!v->so_pin_default)
        flags |= TOKEN_FLAGS_ADMIN_PIN_NOT_DEFAULT;
    if (!v->user_pin_default)
        flags |= TOKEN_FLAGS_USER_PIN_NOT_DEFAULT;
    if (tok_config_get()->journal != TOK_JOURNAL_OFF)
        flags |= TOKEN_FLAGS_SUPPORT_JOURNAL;
    return flags;
}

static void fill(CK_TOKEN_INFO_EXTENDED *info, const vault_info *v)
{
    size_t i;

    info->ulTokenType = TOKEN_TYPE_RUTOKEN_ECP;
    info->ulTokenClass = TOKEN_CLASS_ECP;
    info->ulProtocolNumber = PROTOCOL;
    info->ulMicrocodeNumber = MICROCODE;
    info->ulOrderNumber = ORDER;
    info->flags = flags_of(v);
    info->ulMaxAdminPinLen = v->so_pin_max;
    info->ulMaxUserPinLen = v->user_pin_max;
    info->ulMinAdminPinLen = v->so_pin_min;
    info->ulMinUserPinLen = v->user_pin_min;
    info->ulMaxAdminRetryCount = v->so_tries;
    info->ulAdminRetryCountLeft = v->so_tries_left;
    info->ulMaxUserRetryCount = v->user_tries;
    info->ulUserRetryCountLeft = v->user_tries_left;
    for (i = 0; i < sizeof info->serialNumber; i++)
        info->serialNumber[i] =
            (CK_BYTE)(digit(v->serial[2 * i]) << 4 | digit(v->serial[2 * i + 1]));
    memcpy(info->ATR, ATR, sizeof ATR);
    info->ulATRLen = sizeof ATR;
    info->ulBodyColor = TOKEN_BODY_COLOR_UNKNOWN;
    info->ulBatteryPercentage = info->ulBatteryFlags = CK_UNAVAILABLE_INFORMATION; /* none */
}

CK_RV C_EX_GetTokenInfoExtended(CK_SLOT_ID id, CK_TOKEN_INFO_EXTENDED *info)
{
    CK_TOKEN_INFO_EXTENDED full;
    vault_info v;
    tok_slot *slot;
    CK_ULONG size;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    if (info == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else if (info->ulSizeofThisStructure < OLD_INFO_SIZE)
        rv = CKR_BUFFER_TOO_SMALL;
    else
        rv = tok_info_vault(slot, &v);
    if (rv == CKR_OK) {
        size = info->ulSizeofThisStructure < sizeof full ? OLD_INFO_SIZE : sizeof full;
        memset(&full, 0, sizeof full);
        fill(&full, &v);
        tok_info_memory(slot, &v, &full.ulTotalMemory, &full.ulFreeMemory);
        full.ulSizeofThisStructure = size;
        memcpy(info, &full, size);
    }
    tok_leave();
    return rv;
}

/* ---- in a session --------------------------------------------------------------------------- */

CK_RV C_EX_SetTokenName(CK_SESSION_HANDLE session, CK_CHAR *label, CK_ULONG len)
{
    tok_card *card = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&s->slot->admin);
    if ((label == NULL && len != 0) || len > VAULT_LABEL)
        rv = CKR_ARGUMENTS_BAD;
    else if (!TOK_IS_RW(s))
        rv = CKR_SESSION_READ_ONLY;
    else if (tok_slot_login(s->slot) == TOK_PUBLIC)
        rv = CKR_USER_NOT_LOGGED_IN;
    else
        rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "C_EX_SetTokenName", vault_set_label(card->vt, label, len));
    tok_card_free(card);
    (void)pthread_mutex_unlock(&s->slot->admin);
    return tok_session_leave(s, rv);
}

CK_RV C_EX_GetTokenName(CK_SESSION_HANDLE session, CK_CHAR *label, CK_ULONG *len)
{
    tok_session *s;
    vault_info v;
    CK_ULONG n = VAULT_LABEL;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    rv = len != NULL ? tok_info_vault(s->slot, &v) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        while (n > 0 && v.label[n - 1] == ' ')
            n--;
        if (label != NULL && *len < n)
            rv = CKR_BUFFER_TOO_SMALL;
        else if (label != NULL)
            memcpy(label, v.label, n);
        *len = n;
    }
    return tok_session_leave(s, rv);
}
