/* SPDX-License-Identifier: Apache-2.0 */
/* The module's own functions beside PKCS #11 and the extended ones: see <gosttoken/module.h>. */
#include "token/config.h"
#include "token/info.h"

#include <gosttoken/module.h>
#include <stdio.h>
#include <string.h>

/* The vault's bits are the interface's. */
_Static_assert(GOSTTOKEN_CLASS_DIGIT == VAULT_CLASS_DIGIT &&
                   GOSTTOKEN_CLASS_LOWER == VAULT_CLASS_LOWER &&
                   GOSTTOKEN_CLASS_UPPER == VAULT_CLASS_UPPER &&
                   GOSTTOKEN_CLASS_SPECIAL == VAULT_CLASS_SPECIAL &&
                   GOSTTOKEN_FIRST_FACTORY == VAULT_FORCE_FACTORY &&
                   GOSTTOKEN_FIRST_INITIAL == VAULT_FORCE_INITIAL &&
                   GOSTTOKEN_CHANGER_SO == VAULT_CHANGER_SO &&
                   GOSTTOKEN_CHANGER_USER == VAULT_CHANGER_USER,
               "bits that are handed on as they are");

static void put_rules(gosttoken_pin_details *p, const vault_rules *rules)
{
    p->min_len = (CK_ULONG)rules->min;
    p->max_len = (CK_ULONG)rules->max;
    p->classes = (CK_ULONG)rules->classes;
    p->varied = (CK_ULONG)rules->varied;
    p->history = (CK_ULONG)rules->history;
    p->expiry_days = (CK_ULONG)rules->expiry_days;
    p->change_first = (CK_ULONG)rules->force;
}

static void put_info(gosttoken_details *d, const vault_info *v)
{
    d->objects = v->objects;
    d->bytes = v->bytes;
    d->changers = v->changers;
    d->so.set = 1;
    d->so.is_default = v->so_pin_default != 0;
    d->so.due = v->so_pin_due != 0;
    d->so.tries = v->so_tries;
    d->so.tries_left = v->so_tries_left;
    d->so.changed = v->so_pin_changed;
    put_rules(&d->so, &v->so_rules);
    d->user.set = v->user_pin_set != 0;
    d->user.is_default = v->user_pin_default != 0;
    d->user.due = v->user_pin_due != 0;
    d->user.tries = v->user_tries;
    d->user.tries_left = v->user_tries_left;
    d->user.changed = v->user_pin_changed;
    put_rules(&d->user, &v->user_rules);
}

CK_RV gosttoken_get_details(CK_SLOT_ID id, gosttoken_details *details)
{
    tok_card *card = NULL;
    tok_slot *slot;
    vault_info v;
    int n = 0;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    if (details == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else if (details->size < sizeof *details)
        rv = CKR_BUFFER_TOO_SMALL;
    else
        rv = tok_info_vault(slot, &v);
    if (rv == CKR_OK)
        rv = tok_slot_card(slot, &card);
    if (rv == CKR_OK) {
        memset(details, 0, sizeof *details);
        details->size = sizeof *details;
        put_info(details, &v);
        details->journal = tok_config_get()->journal != TOK_JOURNAL_OFF;
        if (card != NULL)
            n = snprintf(details->path, sizeof details->path, "%s", vault_token_path(card->vt));
        details->path_len = n > 0 ? (CK_ULONG)n : 0;
    }
    tok_card_free(card);
    tok_leave();
    return rv;
}

CK_RV gosttoken_verify_journal(CK_SLOT_ID id, gosttoken_journal_state *state)
{
    vault_journal_state v = {.first = 1}; /* nothing has happened yet to a factory token */
    tok_card *card = NULL;
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    if (state == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else if (state->size < sizeof *state)
        rv = CKR_BUFFER_TOO_SMALL;
    else
        rv = tok_slot_card(slot, &card);
    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_result(slot, "gosttoken_verify_journal", vault_journal_verify(card->vt, &v));
    if (rv == CKR_OK) {
        memset(state, 0, sizeof *state);
        state->size = sizeof *state;
        state->first = v.first;
        state->last = v.last;
        state->anchored = v.anchored;
        state->broken = v.broken;
        state->checked = v.checked != 0;
        state->altered = v.altered != 0;
    }
    tok_card_free(card);
    tok_leave();
    return rv;
}
