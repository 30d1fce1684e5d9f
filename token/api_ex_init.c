/* SPDX-License-Identifier: Apache-2.0 */
/* Making a token anew: C_EX_InitToken, and C_EX_SlotManage, which can do that too. */
#include "token/info.h"
#include "token/session.h"

#include <gosttoken/rutoken.h>

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
        .changers = (unsigned)p->ChangeUserPINPolicy, /* the same bits */
    };
    tok_card *card = NULL;
    tok_slot_kind kind;
    int lost = 0;
    CK_RV rv = tok_slot_idle(slot, &kind);

    if (rv != CKR_OK)
        return rv;
    /* Programs give a fresh token's factory PIN here: as long as the factory token is not in the
     * store, that PIN is checked against the one it would have. */
    if (kind == TOK_SLOT_FACTORY && !p->UseRepairMode)
        kind = TOK_SLOT_TOKEN;
    if (kind != TOK_SLOT_TOKEN) {
        if (p->UseRepairMode) /* it asks for no PIN, and what somebody has just made is not lost */
            return tok_slot_create(slot, &init);
        rv = tok_slot_create_or_lose(slot, &init, &lost);
        if (!lost)
            return rv;
    }
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

static CK_RV locked_init(tok_slot *slot, const CK_UTF8CHAR *pin, CK_ULONG pin_len,
                         const CK_RUTOKEN_INIT_PARAM *param)
{
    CK_RV rv = judge(pin, param);

    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&slot->admin);
    rv = ex_init(slot, pin, pin_len, param);
    (void)pthread_mutex_unlock(&slot->admin);
    return rv;
}

CK_RV C_EX_InitToken(CK_SLOT_ID id, CK_UTF8CHAR *pin, CK_ULONG pin_len,
                     CK_RUTOKEN_INIT_PARAM *param)
{
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    rv = locked_init(slot, pin, pin_len, param);
    tok_leave();
    return rv;
}

/* ---- C_EX_SlotManage ------------------------------------------------------------------------ */

/* Programs made for newer headers have the type of the issuer's key at the end. */
#define LONGER_PARAMS (sizeof(CK_VENDOR_RESTORE_FACTORY_DEFAULTS_PARAMS) + sizeof(CK_KEY_TYPE))

/* The issuer's key is of use to a device's maker only: it is asked for, as there, and not kept. */
static CK_RV restore_defaults(tok_slot *slot, const CK_VENDOR_RESTORE_FACTORY_DEFAULTS_PARAMS *p)
{
    CK_RUTOKEN_INIT_PARAM init;

    if ((p->ulSizeofThisStructure != sizeof *p && p->ulSizeofThisStructure != LONGER_PARAMS) ||
        p->pAdminPin == NULL || p->pInitParam == NULL || p->pNewEmitentKey == NULL ||
        p->ulNewEmitentKeyLen != 32)
        return CKR_ARGUMENTS_BAD;
    init = *p->pInitParam;
    init.UseRepairMode = 0; /* the SO PIN is always asked for */
    return locked_init(slot, p->pAdminPin, p->ulAdminPinLen, &init);
}

/* CKR_PIN_EXPIRED: it has to be changed before it is good for anything else. */
static CK_RV should_change(tok_slot *slot, CK_USER_TYPE user)
{
    vault_info info;
    CK_RV rv;

    if (user != CKU_SO && user != CKU_USER)
        return CKR_ARGUMENTS_BAD;
    rv = tok_info_vault(slot, &info);
    if (rv != CKR_OK)
        return rv;
    return (user == CKU_SO ? info.so_pin_due : info.user_pin_due) ? CKR_PIN_EXPIRED : CKR_OK;
}

CK_RV C_EX_SlotManage(CK_SLOT_ID id, CK_ULONG mode, void *value)
{
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    if (value == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else if (mode == MODE_RESTORE_FACTORY_DEFAULTS)
        rv = restore_defaults(slot, value);
    else if (mode == MODE_GET_PIN_SHOULD_BE_CHANGED)
        rv = should_change(slot, *(const CK_USER_TYPE *)value);
    else
        rv = CKR_FUNCTION_NOT_SUPPORTED; /* see api_ex_pin.c for local PINs */
    tok_leave();
    return rv;
}
