/* SPDX-License-Identifier: Apache-2.0 */
/* see info.h */
#include "token/info.h"

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
    info->flags = CKF_TOKEN_PRESENT;
    info->hardwareVersion = HARDWARE;
    info->firmwareVersion = VERSION;
    return CKR_OK;
}

/* The flags that say how a PIN stands. */
typedef struct pin_flags {
    CK_FLAGS low, last, locked, change;
} pin_flags;

static CK_FLAGS pin_state(const pin_flags *f, unsigned tries, unsigned left, int factory)
{
    CK_FLAGS flags = factory ? f->change : 0;

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
    CK_FLAGS flags = CKF_RNG | CKF_LOGIN_REQUIRED | CKF_TOKEN_INITIALIZED;

    flags |= pin_state(&so, v->so_tries, v->so_tries_left, v->so_pin_factory);
    if (v->user_pin_set)
        flags |= CKF_USER_PIN_INITIALIZED |
                 pin_state(&user, v->user_tries, v->user_tries_left, v->user_pin_factory);
    return flags;
}

CK_RV tok_info_vault(tok_slot *slot, vault_info *info)
{
    tok_card *card = NULL;
    CK_RV rv = tok_slot_card(slot, &card);

    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_result(slot, "C_GetTokenInfo", vault_token_info(card->vt, info));
    if (rv == CKR_OK && card == NULL) {
        memset(info, 0, sizeof *info);
        tok_info_text(info->label, sizeof info->label, FACTORY_LABEL);
        memcpy(info->serial, FACTORY_SERIAL, sizeof info->serial);
        info->user_pin_set = info->so_pin_factory = info->user_pin_factory = 1;
        info->so_pin_min = info->user_pin_min = VAULT_PIN_MIN;
        info->so_tries = info->so_tries_left = VAULT_TRIES;
        info->user_tries = info->user_tries_left = VAULT_TRIES;
    }
    tok_card_free(card);
    return rv;
}

CK_RV tok_info_token(tok_slot *slot, CK_TOKEN_INFO *info)
{
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
    } else { /* not initialised */
        tok_info_text(info->label, sizeof info->label, "");
        tok_info_text(info->serialNumber, sizeof info->serialNumber, "");
        info->flags = CKF_RNG | CKF_LOGIN_REQUIRED;
        info->ulMinPinLen = VAULT_PIN_MIN;
    }
    tok_info_text(info->manufacturerID, sizeof info->manufacturerID, MAKER);
    tok_info_text(info->model, sizeof info->model, MODEL);
    info->ulMaxPinLen = VAULT_PIN_MAX;
    info->ulMaxSessionCount = CK_EFFECTIVELY_INFINITE;
    info->ulMaxRwSessionCount = CK_EFFECTIVELY_INFINITE;
    (void)pthread_mutex_lock(&slot->lock);
    info->ulSessionCount = slot->session_count;
    info->ulRwSessionCount = slot->rw_count;
    (void)pthread_mutex_unlock(&slot->lock);
    info->ulTotalPublicMemory = info->ulFreePublicMemory = CK_UNAVAILABLE_INFORMATION;
    info->ulTotalPrivateMemory = info->ulFreePrivateMemory = CK_UNAVAILABLE_INFORMATION;
    info->hardwareVersion = HARDWARE;
    info->firmwareVersion = VERSION;
    memset(info->utcTime, '0', sizeof info->utcTime); /* no clock on the token */
    return CKR_OK;
}
