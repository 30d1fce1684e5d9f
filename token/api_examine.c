/* SPDX-License-Identifier: Apache-2.0 */
/* Looking after a store: see <gosttoken/examine.h>. */
#include "token/config.h"
#include "token/slot.h"

#include <gosttoken/examine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

CK_RV gosttoken_get_places(gosttoken_places *places)
{
    const tok_config *config = tok_config_get();
    char *store;

    if (places == NULL)
        return CKR_ARGUMENTS_BAD;
    if (places->size < sizeof *places)
        return CKR_BUFFER_TOO_SMALL;
    memset(places, 0, sizeof *places);
    places->size = sizeof *places;
    (void)snprintf(places->conf, sizeof places->conf, "%s", tok_config_path());
    store = vault_default_dir(config->store[0] != 0 ? config->store : NULL);
    (void)snprintf(places->store, sizeof places->store, "%s", store != NULL ? store : "");
    free(store);
    return CKR_OK;
}

static CK_RV examine(vault_token *t, gosttoken_examination *e)
{
    vault_examination v;
    CK_RV rv;

    (void)snprintf(e->path, sizeof e->path, "%s", vault_token_path(t));
    rv = vault_examine(t, &v);
    if (rv != CKR_OK)
        return rv;
    e->objects = v.objects;
    e->damaged = v.damaged;
    e->altered = v.altered != 0;
    e->last_time = v.last_time;
    (void)snprintf(e->first_damage, sizeof e->first_damage, "%s", v.first_damage);
    return CKR_OK;
}

CK_RV gosttoken_examine(CK_SLOT_ID id, gosttoken_examination *e)
{
    tok_card *card = NULL;
    tok_slot *slot;
    CK_RV rv = tok_slot_enter(id, &slot);

    if (rv != CKR_OK)
        return rv;
    if (e == NULL)
        rv = CKR_ARGUMENTS_BAD;
    else if (e->size < sizeof *e)
        rv = CKR_BUFFER_TOO_SMALL;
    else
        rv = tok_slot_card(slot, &card);
    if (rv == CKR_OK) {
        memset(e, 0, sizeof *e);
        e->size = sizeof *e;
    }
    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_result(slot, "gosttoken_examine", examine(card->vt, e));
    tok_card_free(card);
    tok_leave();
    return rv;
}
