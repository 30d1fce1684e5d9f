/* SPDX-License-Identifier: Apache-2.0 */
/* The extended functions (gosttoken/rutoken.h) on tokens and PINs. */
#include "token/info.h"
#include "token/lists.h"
#include "token/session.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The layout that programs were compiled with. */
static_assert(sizeof(CK_TOKEN_INFO_EXTENDED) == 256, "CK_TOKEN_INFO_EXTENDED");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, flags) == 40, "flags");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, serialNumber) == 112, "serialNumber");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, ATR) == 136, "ATR");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, ulATRLen) == 200, "ulATRLen");
static_assert(offsetof(CK_TOKEN_INFO_EXTENDED, ulBatteryPercentage) == 240, "older size");
static_assert(sizeof(CK_RUTOKEN_INIT_PARAM) == 112, "CK_RUTOKEN_INIT_PARAM");
static_assert(offsetof(CK_RUTOKEN_INIT_PARAM, ulSmMode) == 104, "ulSmMode");
static_assert(offsetof(CK_FUNCTION_LIST_EXTENDED, C_EX_GetFunctionListExtended) == 8, "first");
static_assert(offsetof(CK_FUNCTION_LIST_EXTENDED, C_EX_UnblockAuthenticator) == 34 * 8, "last");

/* Programs older than the two last fields pass a structure without them. */
#define OLD_INFO_SIZE offsetof(CK_TOKEN_INFO_EXTENDED, ulBatteryPercentage)

static const CK_BYTE ATR[] = {0x3B, 0x8B, 0x01, 0x52, 0x75, 0x74, 0x6F, 0x6B,
                              0x65, 0x6E, 0x20, 0x45, 0x43, 0x50, 0xA0};

CK_RV C_EX_GetFunctionListExtended(CK_FUNCTION_LIST_EXTENDED **list)
{
    if (list == NULL)
        return CKR_ARGUMENTS_BAD;
    *list = tok_function_list_extended();
    return CKR_OK;
}

CK_RV C_EX_FreeBuffer(CK_BYTE *buffer)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    free(buffer);
    tok_leave();
    return CKR_OK;
}

/* ---- C_EX_InitToken ------------------------------------------------------------------------- */

static int between(CK_ULONG x, CK_ULONG low, CK_ULONG high)
{
    return x >= low && x <= high;
}

static CK_RV judge(const CK_UTF8CHAR *pin, const CK_RUTOKEN_INIT_PARAM *p)
{
    if (p == NULL || p->ulSizeofThisStructure != sizeof *p || (pin == NULL && !p->UseRepairMode) ||
        p->pNewAdminPin == NULL || p->pNewUserPin == NULL ||
        (p->pTokenLabel == NULL && p->ulLabelLen != 0) || p->ulLabelLen > VAULT_LABEL ||
        !between(p->ChangeUserPINPolicy, 1, 3) || !between(p->ulMinAdminPinLen, 1, 31) ||
        !between(p->ulMinUserPinLen, 1, 31) || !between(p->ulMaxAdminRetryCount, 3, 10) ||
        !between(p->ulMaxUserRetryCount, 1, 10) || p->ulSmMode != 0)
        return CKR_ARGUMENTS_BAD;
    if (!between(p->ulNewAdminPinLen, p->ulMinAdminPinLen, VAULT_PIN_MAX) ||
        !between(p->ulNewUserPinLen, p->ulMinUserPinLen, VAULT_PIN_MAX))
        return CKR_PIN_LEN_RANGE;
    return CKR_OK;
}

/* The slot's admin lock is held. */
static CK_RV ex_init(tok_slot *slot, const CK_UTF8CHAR *pin, CK_ULONG pin_len,
                     const CK_RUTOKEN_INIT_PARAM *p)
{
    const vault_init init = {
        .so_pin = p->pNewAdminPin,
        .so_pin_len = p->ulNewAdminPinLen,
        .user_pin = p->pNewUserPin,
        .user_pin_len = p->ulNewUserPinLen,
        .label = p->pTokenLabel,
        .label_len = p->ulLabelLen,
        .so_pin_min = (unsigned)p->ulMinAdminPinLen,
        .user_pin_min = (unsigned)p->ulMinUserPinLen,
        .so_tries = (unsigned)p->ulMaxAdminRetryCount,
        .user_tries = (unsigned)p->ulMaxUserRetryCount,
    };
    tok_card *card = NULL;
    tok_slot_kind kind;
    CK_RV rv = tok_slot_idle(slot, &kind);

    if (rv != CKR_OK)
        return rv;
    /* Programs give a fresh token's factory PIN here: as long as the factory token is not in the
     * store, that PIN is checked against the one it would have. */
    if (kind == TOK_SLOT_FACTORY && !p->UseRepairMode)
        kind = TOK_SLOT_TOKEN;
    if (kind != TOK_SLOT_TOKEN)
        return tok_slot_create(slot, &init);
    if (p->UseRepairMode) {
        tok_slot_close_card(slot);
        rv = tok_slot_result(slot, "C_EX_InitToken", vault_destroy(tok.vault, slot->id));
        return rv == CKR_OK ? tok_slot_create(slot, &init) : rv;
    }
    rv = tok_slot_card_real(slot, &card);
    if (rv != CKR_OK)
        return rv;
    rv = tok_slot_result(slot, "C_EX_InitToken", vault_reinit(card->vt, pin, pin_len, &init));
    tok_card_free(card);
    tok_slot_close_card(slot);
    return rv;
}

CK_RV C_EX_InitToken(CK_SLOT_ID id, CK_UTF8CHAR *pin, CK_ULONG pin_len,
                     CK_RUTOKEN_INIT_PARAM *param)
{
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    rv = judge(pin, param);
    if (rv == CKR_OK) {
        (void)pthread_mutex_lock(&slot->admin);
        rv = ex_init(slot, pin, pin_len, param);
        (void)pthread_mutex_unlock(&slot->admin);
    }
    tok_leave();
    return rv;
}

/* ---- what a token is ------------------------------------------------------------------------ */

static unsigned digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 0;
}

static void fill(CK_TOKEN_INFO_EXTENDED *info, const vault_info *v)
{
    size_t i;

    info->ulTokenType = TOKEN_TYPE_RUTOKEN_ECP;
    info->ulTokenClass = TOKEN_CLASS_ECP;
    info->flags = TOKEN_FLAGS_ADMIN_CHANGE_USER_PIN | TOKEN_FLAGS_USER_CHANGE_USER_PIN |
                  TOKEN_FLAGS_USER_PIN_UTF8 | TOKEN_FLAGS_ADMIN_PIN_UTF8 |
                  TOKEN_FLAGS_FW_CHECKSUM_UNAVAILABLE;
    if (!v->so_pin_factory)
        info->flags |= TOKEN_FLAGS_ADMIN_PIN_NOT_DEFAULT;
    if (!v->user_pin_factory)
        info->flags |= TOKEN_FLAGS_USER_PIN_NOT_DEFAULT;
    info->ulMaxAdminPinLen = info->ulMaxUserPinLen = VAULT_PIN_MAX;
    info->ulMinAdminPinLen = v->so_pin_min;
    info->ulMinUserPinLen = v->user_pin_min;
    info->ulMaxAdminRetryCount = v->so_tries;
    info->ulAdminRetryCountLeft = v->so_tries_left;
    info->ulMaxUserRetryCount = v->user_tries;
    info->ulUserRetryCountLeft = v->user_tries_left;
    for (i = 0; i < sizeof info->serialNumber; i++)
        info->serialNumber[i] =
            (CK_BYTE)(digit(v->serial[2 * i]) << 4 | digit(v->serial[2 * i + 1]));
    info->ulTotalMemory = info->ulFreeMemory = CK_UNAVAILABLE_INFORMATION;
    memcpy(info->ATR, ATR, sizeof ATR);
    info->ulATRLen = sizeof ATR;
    info->ulBodyColor = TOKEN_BODY_COLOR_UNKNOWN;
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
        full.ulSizeofThisStructure = size;
        memcpy(info, &full, size);
    }
    tok_leave();
    return rv;
}

/* ---- in a session --------------------------------------------------------------------------- */

CK_RV C_EX_UnblockUserPIN(CK_SESSION_HANDLE session)
{
    tok_card *card = NULL;
    tok_session *s;
    CK_RV rv = tok_session_enter(session, &s);

    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&s->slot->admin);
    rv = tok_slot_login(s->slot) == TOK_SO ? tok_session_card(s, 1, &card) : CKR_USER_NOT_LOGGED_IN;
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "C_EX_UnblockUserPIN", vault_unblock_user_pin(card->vt));
    tok_card_free(card);
    (void)pthread_mutex_unlock(&s->slot->admin);
    return tok_session_leave(s, rv);
}

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
