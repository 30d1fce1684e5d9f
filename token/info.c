/* SPDX-License-Identifier: Apache-2.0 */
/* see info.h */
#include "token/info.h"
#include "token/config.h"
#include "token/session.h"

#include <string.h>

static const char MAKER[] = "gosttoken";
static const char MODEL[] = "gosttoken";
static const char DESCRIPTION[] = "GOST software token";
static const char FACTORY_LABEL[] = "gosttoken";
static const char FACTORY_SERIAL[] = "0000000000000000";

static const CK_VERSION HARDWARE = {1, 0};
static const CK_VERSION VERSION = {0, 1}; /* of the library, and the tokens' firmware */

void tok_info_text(unsigned char *field, size_t size, const char *text)
{
    size_t n = strlen(text);

    memset(field, ' ', size);
    memcpy(field, text, n < size ? n : size);
}

void tok_info_library(CK_INFO *info)
{
    memset(info, 0, sizeof *info);
    info->cryptokiVersion.major = 2;
    info->cryptokiVersion.minor = 40;
    tok_info_text(info->manufacturerID, sizeof info->manufacturerID, MAKER);
    tok_info_text(info->libraryDescription, sizeof info->libraryDescription, DESCRIPTION);
    info->libraryVersion = VERSION;
}

CK_RV tok_info_slot(tok_slot *slot, CK_SLOT_INFO *info)
{
    char text[64] = "gosttoken slot ";
    size_t at = strlen(text), digits = 1;
    CK_SLOT_ID id;

    for (id = slot->id; id >= 10; id /= 10)
        digits++;
    for (id = slot->id; digits > 0; id /= 10)
        text[at + --digits] = (char)('0' + id % 10);
    memset(info, 0, sizeof *info);
    tok_info_text(info->slotDescription, sizeof info->slotDescription, text);
    tok_info_text(info->manufacturerID, sizeof info->manufacturerID, MAKER);
    info->flags = CKF_TOKEN_PRESENT | CKF_REMOVABLE_DEVICE; /* tokens are made and removed */
    info->hardwareVersion = HARDWARE;
    info->firmwareVersion = VERSION;
    return CKR_OK;
}

/* The flags that say how a PIN stands. */
typedef struct pin_flags {
    CK_FLAGS low, last, locked, change;
} pin_flags;

static CK_FLAGS pin_state(const pin_flags *f, unsigned tries, unsigned left, int change)
{
    CK_FLAGS flags = change ? f->change : 0;

    if (left == 0)
        return flags | f->locked;
    if (left < tries)
        flags |= f->low;
    if (left == 1)
        flags |= f->last;
    return flags;
}

static CK_FLAGS token_flags(const vault_info *v)
{
    static const pin_flags so = {CKF_SO_PIN_COUNT_LOW, CKF_SO_PIN_FINAL_TRY, CKF_SO_PIN_LOCKED,
                                 CKF_SO_PIN_TO_BE_CHANGED};
    static const pin_flags user = {CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY,
                                   CKF_USER_PIN_LOCKED, CKF_USER_PIN_TO_BE_CHANGED};
    CK_FLAGS flags =
        CKF_RNG | CKF_LOGIN_REQUIRED | CKF_DUAL_CRYPTO_OPERATIONS | CKF_TOKEN_INITIALIZED;

    flags |= pin_state(&so, v->so_tries, v->so_tries_left, v->so_pin_factory || v->so_pin_due);
    if (v->user_pin_set)
        flags |= CKF_USER_PIN_INITIALIZED | pin_state(&user, v->user_tries, v->user_tries_left,
                                                      v->user_pin_factory || v->user_pin_due);
    return flags;
}

static int or_else(int set, int otherwise)
{
    return set >= 0 ? set : otherwise;
}

static void factory_rules(vault_rules *r, const vault_rules *set)
{
    r->min = or_else(set->min, VAULT_PIN_MIN);
    r->max = or_else(set->max, VAULT_PIN_MAX);
    r->classes = or_else(set->classes, 0);
    r->varied = or_else(set->varied, 0);
    r->history = or_else(set->history, 0);
    r->expiry_days = or_else(set->expiry_days, 0);
    r->tries = or_else(set->tries, VAULT_TRIES);
    r->force = or_else(set->force, 0);
}

/* What a factory token that is not in the store yet will say. */
static void factory_info(vault_info *info)
{
    const vault_settings *set = &tok_config_get()->vault;
    vault_rules *so = &info->so_rules, *user = &info->user_rules;

    memset(info, 0, sizeof *info);
    tok_info_text(info->label, sizeof info->label, FACTORY_LABEL);
    memcpy(info->serial, FACTORY_SERIAL, sizeof info->serial);
    info->user_pin_set = info->so_pin_factory = info->user_pin_factory = 1;
    info->so_pin_default = info->user_pin_default = 1;
    factory_rules(so, &set->so);
    factory_rules(user, &set->user);
    info->so_pin_due = (so->force & VAULT_FORCE_FACTORY) != 0;
    info->user_pin_due = (user->force & VAULT_FORCE_FACTORY) != 0;
    info->so_pin_min = (unsigned)so->min;
    info->user_pin_min = (unsigned)user->min;
    info->so_pin_max = (unsigned)so->max;
    info->user_pin_max = (unsigned)user->max;
    info->so_tries = info->so_tries_left = (unsigned)so->tries;
    info->user_tries = info->user_tries_left = (unsigned)user->tries;
    info->changers =
        set->changers >= 0 ? (unsigned)set->changers : VAULT_CHANGER_SO | VAULT_CHANGER_USER;
}

void tok_info_memory(tok_slot *slot, const vault_info *v, CK_ULONG *total, CK_ULONG *left)
{
    tok_card *card = NULL;
    uint64_t room = 0;

    *total = *left = CK_UNAVAILABLE_INFORMATION;
    if (tok_slot_card(slot, &card) == CKR_OK && card != NULL)
        room = vault_room(card->vt);
    tok_card_free(card);
    if (room == 0)
        return;
    *left = room;
    *total = room + v->bytes;
}

CK_RV tok_info_vault(tok_slot *slot, vault_info *info)
{
    tok_card *card = NULL;
    CK_RV rv = tok_slot_look(slot);

    if (rv == CKR_OK)
        rv = tok_slot_card(slot, &card);
    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_result(slot, "C_GetTokenInfo", vault_token_info(card->vt, info));
    if (rv == CKR_OK && card == NULL)
        factory_info(info);
    tok_card_free(card);
    return rv;
}

CK_RV tok_info_token(tok_slot *slot, CK_TOKEN_INFO *info)
{
    CK_ULONG total = CK_UNAVAILABLE_INFORMATION, left = CK_UNAVAILABLE_INFORMATION;
    vault_info v;
    CK_RV rv = tok_info_vault(slot, &v);

    if (rv != CKR_OK && rv != CKR_TOKEN_NOT_RECOGNIZED)
        return rv;
    memset(info, 0, sizeof *info);
    if (rv == CKR_OK) {
        memcpy(info->label, v.label, sizeof info->label);
        memcpy(info->serialNumber, v.serial, sizeof info->serialNumber);
        info->flags = token_flags(&v);
        info->ulMinPinLen = v.user_pin_min;
        info->ulMaxPinLen = v.user_pin_max;
        tok_info_memory(slot, &v, &total, &left);
    } else { /* not initialised */
        tok_info_text(info->label, sizeof info->label, "");
        tok_info_text(info->serialNumber, sizeof info->serialNumber, "");
        info->flags = CKF_RNG | CKF_LOGIN_REQUIRED | CKF_DUAL_CRYPTO_OPERATIONS;
        info->ulMinPinLen = VAULT_PIN_MIN;
        info->ulMaxPinLen = VAULT_PIN_MAX;
    }
    tok_info_text(info->manufacturerID, sizeof info->manufacturerID, MAKER);
    tok_info_text(info->model, sizeof info->model, MODEL);
    info->ulMaxSessionCount = TOK_MAX_SESSIONS;
    info->ulMaxRwSessionCount = TOK_MAX_SESSIONS;
    (void)pthread_mutex_lock(&slot->lock);
    info->ulSessionCount = slot->session_count;
    info->ulRwSessionCount = slot->rw_count;
    (void)pthread_mutex_unlock(&slot->lock);
    info->ulTotalPublicMemory = info->ulTotalPrivateMemory = total;
    info->ulFreePublicMemory = info->ulFreePrivateMemory = left;
    info->hardwareVersion = HARDWARE;
    info->firmwareVersion = VERSION;
    memset(info->utcTime, '0', sizeof info->utcTime); /* no clock on the token */
    return CKR_OK;
}
