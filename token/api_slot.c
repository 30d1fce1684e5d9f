/* SPDX-License-Identifier: Apache-2.0 */
/* Slots, tokens, mechanisms; C_InitToken. */
#include <gosttoken/module.h>
#include <gosttoken/pkcs11-3.h>
#include "token/core.h"
#include "token/info.h"
#include "token/log.h"
#include "token/mech.h"
#include "token/session.h"
#include "token/slot.h"

#include <string.h>

CK_RV C_GetSlotList(CK_BBOOL token_present, CK_SLOT_ID *list, CK_ULONG *count)
{
    CK_ULONG n = 0;
    size_t i;
    CK_RV rv = tok_enter();

    (void)token_present; /* every slot listed has a token, if only one that is not initialised */
    if (rv != CKR_OK)
        return rv;
    rv = count == NULL ? CKR_ARGUMENTS_BAD : tok_vault_result("C_GetSlotList", tok_slots_refresh());
    if (rv == CKR_OK) {
        (void)pthread_mutex_lock(&tok.slots_lock);
        for (i = 0; i < tok.slots_n; i++) {
            tok_slot *slot = tok.slots[i];
            tok_slot_kind kind;

            (void)pthread_mutex_lock(&slot->lock);
            kind = slot->kind;
            (void)pthread_mutex_unlock(&slot->lock);
            if (kind == TOK_SLOT_GONE)
                continue;
            if (list != NULL && n < *count)
                list[n] = slot->id;
            n++;
        }
        (void)pthread_mutex_unlock(&tok.slots_lock);
        if (list != NULL && n > *count)
            rv = CKR_BUFFER_TOO_SMALL;
        *count = n;
    }
    tok_leave();
    return rv == CKR_DEVICE_ERROR ? CKR_FUNCTION_FAILED : rv;
}

CK_RV C_GetSlotInfo(CK_SLOT_ID id, CK_SLOT_INFO *info)
{
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    rv = info != NULL ? tok_info_slot(slot, info) : CKR_ARGUMENTS_BAD;
    tok_leave();
    return rv;
}

CK_RV C_GetTokenInfo(CK_SLOT_ID id, CK_TOKEN_INFO *info)
{
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    rv = info != NULL ? tok_info_token(slot, info) : CKR_ARGUMENTS_BAD;
    tok_leave();
    /* Somebody has made the token anew: what we know of it was given up, look at the new one. */
    if (rv == CKR_DEVICE_REMOVED && tok_slot_enter(id, &slot) == CKR_OK) {
        rv = tok_info_token(slot, info);
        tok_leave();
    }
    return rv;
}

CK_RV C_GetMechanismList(CK_SLOT_ID id, CK_MECHANISM_TYPE *list, CK_ULONG *count)
{
    const tok_mech *m;
    tok_slot *slot;
    CK_ULONG n;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    if (count != NULL) {
        for (n = 0; (m = tok_mech_at(n)) != NULL; n++) {
            if (list != NULL && n < *count)
                list[n] = m->type;
        }
        if (list != NULL && n > *count)
            rv = CKR_BUFFER_TOO_SMALL;
        *count = n;
    } else {
        rv = CKR_ARGUMENTS_BAD;
    }
    tok_leave();
    return rv;
}

CK_RV C_GetMechanismInfo(CK_SLOT_ID id, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info)
{
    const CK_MECHANISM param = {type, NULL, 0};
    const tok_mech *m;
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    rv = info != NULL ? tok_mech_find(&param, 0, &m) : CKR_ARGUMENTS_BAD;
    if (rv == CKR_OK) {
        *info = m->info;
        if (m->class->message_encrypt != NULL)
            info->flags |= CKF_MESSAGE_ENCRYPT | CKF_MULTI_MESSAGE;
        if (m->class->message_decrypt != NULL)
            info->flags |= CKF_MESSAGE_DECRYPT | CKF_MULTI_MESSAGE;
    }
    tok_leave();
    return rv;
}

/* The slot's admin lock is held: no session can be opened meanwhile. */
static CK_RV init_token(tok_slot *slot, const vault_init *init)
{
    tok_card *card = NULL;
    tok_slot_kind kind;
    int lost = 0;
    CK_RV rv = tok_slot_idle(slot, &kind);

    if (rv != CKR_OK)
        return rv;
    if (kind != TOK_SLOT_TOKEN) {
        rv = tok_slot_create_or_lose(slot, init, &lost);
        if (!lost)
            return rv;
    }
    rv = tok_slot_card(slot, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(slot, "C_InitToken",
                             vault_reinit(card->vt, init->so_pin, init->so_pin_len, init));
    tok_card_free(card);
    if (rv == CKR_OK) /* everything that was read from it is of the past */
        tok_slot_close_card(slot);
    return rv;
}

typedef CK_RV (*initializer)(tok_slot *, const vault_init *);

static CK_RV with_slot(CK_SLOT_ID id, const CK_UTF8CHAR *pin, CK_ULONG pin_len,
                       const CK_UTF8CHAR *label, initializer f)
{
    vault_init init;
    tok_slot *slot;
    size_t n = VAULT_LABEL;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    if (pin != NULL && label != NULL) {
        while (n > 0 && label[n - 1] == ' ')
            n--;
        memset(&init, 0, sizeof init);
        init.so_pin = pin;
        init.so_pin_len = pin_len;
        init.label = label;
        init.label_len = n;
        (void)pthread_mutex_lock(&slot->admin);
        rv = f(slot, &init);
        (void)pthread_mutex_unlock(&slot->admin);
    } else {
        rv = CKR_ARGUMENTS_BAD;
    }
    tok_leave();
    return rv == CKR_PIN_LEN_RANGE ? CKR_PIN_INCORRECT : rv; /* C_InitToken has no other */
}

CK_RV C_InitToken(CK_SLOT_ID id, CK_UTF8CHAR *pin, CK_ULONG pin_len, CK_UTF8CHAR *label)
{
    return with_slot(id, pin, pin_len, label, init_token);
}

static CK_RV make_token(tok_slot *slot, const vault_init *init)
{
    tok_slot_kind kind;
    CK_RV rv = tok_slot_idle(slot, &kind);

    if (rv != CKR_OK)
        return rv;
    return kind != TOK_SLOT_TOKEN
               ? tok_slot_create(slot, init)
               : vault_error_set(CKR_FUNCTION_FAILED, "the slot has a token already");
}

CK_RV gosttoken_make_token(CK_SLOT_ID id, const CK_UTF8CHAR *so_pin, CK_ULONG so_pin_len,
                           const CK_UTF8CHAR *label)
{
    return with_slot(id, so_pin, so_pin_len, label, make_token);
}
