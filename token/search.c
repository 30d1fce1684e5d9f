/* SPDX-License-Identifier: Apache-2.0 */
/* see search.h */
#include "token/search.h"
#include "token/object.h"

#include <stdlib.h>

void tok_search_free(tok_search *search)
{
    if (search == NULL)
        return;
    free(search->handles);
    free(search);
}

static CK_RV add(tok_search *search, CK_OBJECT_HANDLE handle)
{
    if (search->n == search->room) {
        size_t room = search->room == 0 ? 16 : search->room * 2;
        CK_OBJECT_HANDLE *more = realloc(search->handles, room * sizeof *more);

        if (more == NULL)
            return CKR_HOST_MEMORY;
        search->handles = more;
        search->room = room;
    }
    search->handles[search->n++] = handle;
    return CKR_OK;
}

/*
 * A damaged object does not keep the others from being found. That it is there is said in the log
 * and in C_GetSessionInfo's ulDeviceError, and by CKR_DEVICE_ERROR if the search has no other
 * result, so that nobody takes a damaged key for one that does not exist. Only a search for
 * everything hands it out, to the user, so that it can be destroyed.
 */
static CK_RV token_objects(tok_session *s, const CK_ATTRIBUTE *templ, CK_ULONG n,
                           tok_search *search)
{
    tok_card *card = NULL;
    uint64_t *ids = NULL;
    size_t count = 0, damaged = 0, i;
    CK_RV rv = tok_slot_look(s->slot);

    if (rv == CKR_OK)
        rv = tok_session_card(s, 0, &card);
    if (rv != CKR_OK || card == NULL) /* a factory token that is not in the store has no objects */
        return rv;
    rv = tok_slot_check(s->slot, card, 1);
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "C_FindObjectsInit",
                             vault_find(card->vt, templ, n, &ids, &count));
    for (i = 0; i < count && rv == CKR_OK; i++) {
        CK_OBJECT_HANDLE handle;
        tok_object *o = NULL;
        int match = 0;

        rv = tok_object_load(s->slot, card, ids[i], &handle, &o);
        if (rv == CKR_OK)
            rv = tok_object_match(s, o, templ, n, &match);
        tok_object_free(o);
        if (rv == CKR_OBJECT_HANDLE_INVALID) { /* gone meanwhile, or private */
            rv = CKR_OK;
            continue;
        }
        if (rv == CKR_DEVICE_ERROR) { /* tok_object_load has put it into the log */
            damaged++;
            rv = CKR_OK;
            if (n == 0 && tok_session_user(s))
                rv = tok_object_damaged(s->slot, ids[i], &handle);
            if (rv == CKR_OK && n == 0 && tok_session_user(s))
                rv = add(search, handle);
            continue;
        }
        if (rv == CKR_OK && match)
            rv = add(search, handle);
    }
    free(ids);
    tok_card_free(card);
    if (rv == CKR_OK)
        s->damaged = damaged;
    return rv == CKR_OK && damaged > 0 && search->n == 0 ? CKR_DEVICE_ERROR : rv;
}

static CK_RV session_objects(tok_session *s, const CK_ATTRIBUTE *templ, CK_ULONG n,
                             tok_search *search)
{
    tok_slot *slot = s->slot;
    tok_entry *e;
    int match = 0;
    CK_RV rv = CKR_OK;

    (void)pthread_mutex_lock(&slot->lock);
    search->epoch = slot->epoch;
    for (e = slot->session_objects; e != NULL && rv == CKR_OK; e = e->next) {
        if (e->private && slot->login != TOK_USER)
            continue;
        rv = tok_object_match(s, e->object, templ, n, &match);
        if (rv == CKR_OK && match)
            rv = add(search, e->handle);
    }
    (void)pthread_mutex_unlock(&slot->lock);
    return rv;
}

static CK_RV feature_object(tok_session *s, const CK_ATTRIBUTE *templ, CK_ULONG n,
                            tok_search *search)
{
    CK_OBJECT_HANDLE handle;
    tok_object *o = NULL;
    CK_RV rv = tok_object_feature(s->slot, &handle, &o);

    if (rv == CKR_OK && tok_attrs_match(o->attrs, templ, n))
        rv = add(search, handle);
    tok_object_free(o);
    return rv;
}

CK_RV tok_search_new(tok_session *s, const CK_ATTRIBUTE *templ, CK_ULONG n, tok_search **out)
{
    tok_search *search = calloc(1, sizeof *search);
    CK_RV rv;

    if (search == NULL)
        return CKR_HOST_MEMORY;
    rv = session_objects(s, templ, n, search);
    if (rv == CKR_OK)
        rv = token_objects(s, templ, n, search);
    if (rv == CKR_OK)
        rv = feature_object(s, templ, n, search);
    if (rv == CKR_OK)
        *out = search;
    else
        tok_search_free(search);
    return rv;
}
