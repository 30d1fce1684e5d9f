/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C_WaitForSlotEvent: a token that was made, removed or formatted by another process. What this
 * process does itself is no news to it. A slot's baseline is what was known when its token was
 * first opened, or, if it was not, what the first call finds.
 */
#include "token/log.h"
#include "token/slot.h"

#include <stdlib.h>
#include <time.h>

#define POLL_NS 250000000L

/* What a slot's `seen` is beside the number of a format (which has its top bit set). */
#define NO_TOKEN       TOK_SEEN_NONE
#define SOME           TOK_SEEN_SOME /* a token of any format */

#define NUMBER(format) ((format) | (uint64_t)1 << 63)

/* The format of a token that was made anew after it was opened: looked at from outside, what the
 * slot has open stays for the calls on it to end. */
static uint64_t new_format(CK_SLOT_ID id)
{
    vault_token *vt;
    uint64_t format;
    CK_RV rv = vault_token_open(tok.vault, id, &vt);

    if (rv != CKR_OK)
        return SOME;
    rv = vault_format(vt, &format);
    vault_token_close(vt);
    return rv == CKR_OK ? NUMBER(format) : SOME;
}

/* What is in the slot now; *changed: it is another token than the one that was opened. */
static uint64_t look(tok_slot *slot, int *changed)
{
    tok_slot_kind kind;
    tok_card *card = NULL;
    uint64_t format;
    CK_RV rv;

    *changed = 0;
    (void)pthread_mutex_lock(&slot->lock);
    kind = slot->kind;
    (void)pthread_mutex_unlock(&slot->lock);
    if (kind != TOK_SLOT_TOKEN)
        return NO_TOKEN;
    rv = tok_slot_card(slot, &card);
    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_result(slot, "C_WaitForSlotEvent", vault_format(card->vt, &format));
    else if (rv == CKR_OK)
        rv = CKR_DEVICE_ERROR;
    tok_card_free(card);
    if (rv == CKR_OK)
        return NUMBER(format);
    if (rv != CKR_DEVICE_REMOVED)
        return SOME;
    *changed = 1;
    return new_format(slot->id);
}

/* Compares and notes; 1 if it is news. */
static int news(tok_slot *slot, uint64_t now, int changed)
{
    uint64_t was;
    int is;

    (void)pthread_mutex_lock(&tok.slots_lock);
    was = slot->seen;
    if (now == NO_TOKEN || was == NO_TOKEN)
        is = now != was;
    else if (was == SOME)
        is = changed;
    else
        is = now != SOME && now != was;
    if (is || now != SOME)
        slot->seen = now;
    (void)pthread_mutex_unlock(&tok.slots_lock);
    return is;
}

/* 1 and the slot's number if a slot has changed since it was last reported. */
static int event(CK_SLOT_ID *id)
{
    tok_slot *slot;
    size_t i;

    if (tok_slots_refresh() != CKR_OK)
        return 0;
    for (i = 0;; i++) {
        uint64_t now;
        int changed;

        (void)pthread_mutex_lock(&tok.slots_lock);
        slot = i < tok.slots_n ? tok.slots[i] : NULL;
        (void)pthread_mutex_unlock(&tok.slots_lock);
        if (slot == NULL)
            return 0;
        now = look(slot, &changed);
        if (news(slot, now, changed)) {
            *id = slot->id;
            return 1;
        }
    }
}

static void pause_for_a_while(void)
{
    struct timespec until;

    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += POLL_NS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    (void)pthread_mutex_lock(&tok.events_lock);
    if (!tok_stopping()) /* C_Finalize wakes us */
        (void)pthread_cond_timedwait(&tok.events, &tok.events_lock, &until);
    (void)pthread_mutex_unlock(&tok.events_lock);
}

CK_RV C_WaitForSlotEvent(CK_FLAGS flags, CK_SLOT_ID *slot, void *reserved)
{
    CK_RV rv = tok_enter();

    if (rv != CKR_OK)
        return rv;
    if (slot == NULL || reserved != NULL)
        rv = CKR_ARGUMENTS_BAD;
    else if (!event(slot))
        rv = CKR_NO_EVENT;
    while (rv == CKR_NO_EVENT && (flags & CKF_DONT_BLOCK) == 0) {
        pause_for_a_while();
        if (tok_stopping())
            rv = CKR_CRYPTOKI_NOT_INITIALIZED;
        else if (event(slot))
            rv = CKR_OK;
    }
    tok_leave();
    return rv;
}
