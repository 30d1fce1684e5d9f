/* SPDX-License-Identifier: Apache-2.0 */
/* see object.h */
#include "token/object.h"
#include "gost/random.h"
#include "token/hwfeature.h"
#include "token/log.h"
#include "token/secmem.h"

#include <gosttoken/pkcs11-3.h>
#include <stdlib.h>
#include <string.h>

void tok_object_free(tok_object *o)
{
    if (o == NULL || atomic_fetch_sub(&o->refs, 1) != 1)
        return;
    tok_key_free(o->key);
    tok_attrs_free(o->hidden);
    tok_attrs_free(o->own);
    vault_object_free(o->stored);
    free(o);
}

/* ---- making snapshots ----------------------------------------------------------------------- */

/* Fills in what is asked for often. attrs must already be owned by o. */
static CK_RV describe(tok_object *o, const tok_attrs *attrs)
{
    o->attrs = attrs;
    o->kind = tok_kind_of(attrs);
    o->class = tok_attrs_ulong(attrs, CKA_CLASS, CK_UNAVAILABLE_INFORMATION);
    o->key_type = tok_attrs_ulong(attrs, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION);
    o->token = tok_attrs_bool(attrs, CKA_TOKEN, CK_FALSE);
    o->private = tok_attrs_bool(attrs, CKA_PRIVATE, CK_TRUE);
    return o->kind != NULL ? CKR_OK : CKR_OBJECT_HANDLE_INVALID;
}

/* Takes `stored`, also when it fails. An object of a kind not known here, which a later version may
 * have made, is not seen: CKR_OBJECT_HANDLE_INVALID. */
static CK_RV from_vault(vault_object *stored, tok_object **out)
{
    tok_object *o = calloc(1, sizeof *o);
    CK_RV rv;

    if (o == NULL) {
        vault_object_free(stored);
        return CKR_HOST_MEMORY;
    }
    atomic_init(&o->refs, 1);
    o->stored = stored;
    o->id = stored->id;
    rv = describe(o, stored->open);
    if (rv == CKR_OK)
        rv = tok_attrs_set(stored->open, CKA_UNIQUE_ID, stored->unique, VAULT_UNIQUE);
    if (rv == CKR_OBJECT_HANDLE_INVALID) {
        tok_log("object %llu is of a kind not known here", (unsigned long long)stored->id);
    }
    if (rv == CKR_OK)
        *out = o;
    else
        tok_object_free(o);
    return rv;
}

/* CKA_UNIQUE_ID of a session object: by chance. One that is changed has its own already. */
static CK_RV name_it(tok_attrs *own)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t chance[VAULT_UNIQUE / 2];
    char name[VAULT_UNIQUE];
    size_t i;

    if (tok_attrs_get(own, CKA_UNIQUE_ID) != NULL)
        return CKR_OK;
    if (!gost_random_system(NULL, chance, sizeof chance))
        return CKR_FUNCTION_FAILED;
    for (i = 0; i < sizeof name; i++)
        name[i] = digits[chance[i / 2] >> (i % 2 ? 0 : 4) & 15];
    return tok_attrs_set(own, CKA_UNIQUE_ID, name, sizeof name);
}

/* A session object: a copy of the set, a key's secret values apart. */
static CK_RV from_attrs(const tok_attrs *attrs, tok_object **out)
{
    tok_object *o = calloc(1, sizeof *o);
    size_t i;
    CK_RV rv = CKR_HOST_MEMORY;

    if (o == NULL)
        return CKR_HOST_MEMORY;
    atomic_init(&o->refs, 1);
    o->own = tok_attrs_copy(attrs);
    if (o->own == NULL)
        goto fail;
    rv = name_it(o->own);
    if (rv == CKR_OK)
        rv = describe(o, o->own);
    if (rv != CKR_OK)
        goto fail;
    if ((o->kind->bit & (TOK_KINDS_PRIV | TOK_KINDS_SECRET)) != 0) {
        rv = CKR_HOST_MEMORY;
        o->hidden = tok_attrs_new_secret();
        if (o->hidden == NULL)
            goto fail;
    }
    for (i = o->hidden != NULL ? tok_attrs_count(o->own) : 0; i-- > 0;) {
        const CK_ATTRIBUTE *a = tok_attrs_at(o->own, i);
        CK_ATTRIBUTE_TYPE type = a->type;

        if (!tok_attrs_hides(type))
            continue;
        rv = tok_attrs_set(o->hidden, type, a->pValue, a->ulValueLen);
        if (rv != CKR_OK)
            goto fail;
        tok_attrs_remove(o->own, type);
    }
    *out = o;
    return CKR_OK;

fail:
    tok_object_free(o);
    return rv;
}

/* ---- entries; the slot's lock is held ------------------------------------------------------- */

static int visible(const tok_slot *slot, int private)
{
    return !private || slot->login == TOK_USER;
}

static tok_entry *entry_new(tok_slot *slot, uint64_t id, int private, tok_session *owner)
{
    tok_entry *e = calloc(1, sizeof *e);

    if (e == NULL)
        return NULL;
    e->handle = slot->last_handle + 1;
    e->id = id;
    e->private = private;
    e->owner = owner;
    if (!tok_map_reserve(&slot->by_id) || !tok_map_set(&slot->by_handle, e->handle, e)) {
        free(e);
        return NULL;
    }
    slot->last_handle++;
    if (owner == NULL) {
        (void)tok_map_set(&slot->by_id, id, e);
        return e;
    }
    owner->objects++;
    e->next = slot->session_objects;
    if (e->next != NULL)
        e->next->prev = e;
    slot->session_objects = e;
    return e;
}

static void entry_drop(tok_slot *slot, tok_entry *e)
{
    tok_map_remove(&slot->by_handle, e->handle);
    if (e->owner == NULL) {
        tok_map_remove(&slot->by_id, e->id);
    } else {
        e->owner->objects--;
        if (e->prev != NULL)
            e->prev->next = e->next;
        else
            slot->session_objects = e->next;
        if (e->next != NULL)
            e->next->prev = e->prev;
    }
    tok_object_free(e->object);
    free(e);
}

void tok_objects_drop(tok_slot *slot)
{
    tok_entry *e;
    size_t at = 0;

    while ((e = tok_map_next(&slot->by_handle, &at)) != NULL) {
        tok_object_free(e->object);
        free(e);
    }
    tok_map_clear(&slot->by_handle);
    tok_map_clear(&slot->by_id);
    slot->session_objects = NULL;
    slot->feature = NULL;
    slot->keys = 0;
}

void tok_objects_hide(tok_slot *slot)
{
    tok_entry *e, *list = NULL;
    tok_key *key;
    size_t at = 0;

    while ((e = tok_map_next(&slot->by_handle, &at)) != NULL) {
        if (e->private) {
            e->link = list;
            list = e;
        } else if (e->object != NULL) { /* a key that is not private: its value is secret still */
            key = e->object->key;
            e->object->key = NULL;
            tok_key_free(key);
        }
    }
    while ((e = list) != NULL) {
        list = e->link;
        entry_drop(slot, e);
    }
    slot->keys = 0;
}

void tok_objects_of_session_drop(tok_slot *slot, tok_session *s)
{
    tok_entry *e, *next;

    for (e = slot->session_objects; e != NULL; e = next) {
        next = e->next;
        if (e->owner == s)
            entry_drop(slot, e);
    }
}

/* ---- looking up ----------------------------------------------------------------------------- */

CK_RV tok_object_load(tok_slot *slot, tok_card *card, uint64_t id, CK_OBJECT_HANDLE *handle,
                      tok_object **out)
{
    vault_object *stored = NULL;
    tok_object *o = NULL, *old = NULL;
    tok_entry *e;
    uint64_t fresh;
    CK_RV rv;

    (void)pthread_mutex_lock(&slot->lock);
    fresh = slot->fresh;
    e = tok_map_get(&slot->by_id, id);
    if (e != NULL && e->object != NULL && e->fresh == fresh) {
        o = e->object;
        atomic_fetch_add(&o->refs, 1);
        *handle = e->handle;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    if (o != NULL) {
        *out = o;
        return CKR_OK;
    }

    rv = vault_read(card->vt, id, &stored);
    if (rv == CKR_OK)
        rv = from_vault(stored, &o);
    else if (rv != CKR_OBJECT_HANDLE_INVALID)
        return tok_slot_result(slot, "read an object", rv);

    (void)pthread_mutex_lock(&slot->lock);
    e = tok_map_get(&slot->by_id, id);
    if (rv == CKR_OK && !visible(slot, o->private))
        rv = CKR_OBJECT_HANDLE_INVALID;
    else if (rv == CKR_OBJECT_HANDLE_INVALID && e != NULL)
        entry_drop(slot, e);
    if (rv == CKR_OK && e == NULL) {
        e = entry_new(slot, id, o->private, NULL);
        rv = e != NULL ? CKR_OK : CKR_HOST_MEMORY;
    }
    if (rv == CKR_OK) {
        old = e->object;
        if (old != NULL) { /* an id is never used again, so it is still the same key */
            o->key = old->key;
            old->key = NULL;
        }
        e->object = o;
        e->fresh = fresh;
        *handle = e->handle;
        atomic_fetch_add(&o->refs, 1);
        *out = o;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    tok_object_free(old);
    if (rv != CKR_OK)
        tok_object_free(o);
    return rv;
}

CK_RV tok_object_feature(tok_slot *slot, CK_OBJECT_HANDLE *handle, tok_object **out)
{
    tok_attrs *attrs = NULL;
    tok_object *o = NULL;
    int made;
    CK_RV rv = CKR_OK;

    (void)pthread_mutex_lock(&slot->lock);
    made = slot->feature != NULL;
    (void)pthread_mutex_unlock(&slot->lock);
    if (!made)
        rv = tok_hwfeature_attrs(&attrs);
    if (attrs != NULL)
        rv = from_attrs(attrs, &o);
    tok_attrs_free(attrs);
    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&slot->lock);
    if (slot->feature == NULL && o != NULL) {
        slot->feature = entry_new(slot, 0, 0, NULL);
        if (slot->feature != NULL) {
            slot->feature->object = o;
            o = NULL;
        }
    }
    if (slot->feature != NULL) {
        *handle = slot->feature->handle;
        *out = slot->feature->object;
        atomic_fetch_add(&(*out)->refs, 1);
    } else {
        rv = CKR_HOST_MEMORY;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    tok_object_free(o);
    return rv;
}

CK_RV tok_object_damaged(tok_slot *slot, uint64_t id, CK_OBJECT_HANDLE *handle)
{
    tok_entry *e;

    (void)pthread_mutex_lock(&slot->lock);
    e = tok_map_get(&slot->by_id, id);
    if (e == NULL) /* nobody can tell whether it is private, so it is */
        e = entry_new(slot, id, 1, NULL);
    if (e != NULL)
        *handle = e->handle;
    (void)pthread_mutex_unlock(&slot->lock);
    return e != NULL ? CKR_OK : CKR_HOST_MEMORY;
}

CK_RV tok_object_get(tok_session *s, CK_OBJECT_HANDLE handle, tok_object **out)
{
    tok_slot *slot = s->slot;
    CK_OBJECT_HANDLE now = CK_INVALID_HANDLE;
    tok_card *card = NULL;
    tok_object *o = NULL;
    tok_entry *e;
    uint64_t id = 0;
    CK_RV rv;

    (void)pthread_mutex_lock(&slot->lock);
    e = tok_map_get(&slot->by_handle, handle);
    if (e != NULL && visible(slot, e->private)) {
        id = e->id;
        if (e->id == 0) { /* not in the vault */
            o = e->object;
            atomic_fetch_add(&o->refs, 1);
        }
    } else {
        e = NULL;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    if (e == NULL)
        return CKR_OBJECT_HANDLE_INVALID;
    if (o != NULL) {
        *out = o;
        return CKR_OK;
    }
    rv = tok_session_card(s, 0, &card);
    if (rv == CKR_OK && card == NULL)
        rv = CKR_OBJECT_HANDLE_INVALID;
    if (rv == CKR_OK)
        rv = tok_slot_check(slot, card, 0);
    if (rv == CKR_OK)
        rv = tok_object_load(slot, card, id, &now, &o);
    if (rv == CKR_OK && now != handle) { /* the handle died meanwhile: a logout and a login */
        tok_object_free(o);
        rv = CKR_OBJECT_HANDLE_INVALID;
    }
    tok_card_free(card);
    if (rv == CKR_OK)
        *out = o;
    return rv;
}

CK_RV tok_object_writable(tok_session *s, const tok_object *o)
{
    return o->token && !TOK_IS_RW(s) ? CKR_SESSION_READ_ONLY : CKR_OK;
}

/* ---- changing ------------------------------------------------------------------------------- */

static CK_RV create_session_objects(tok_session *s, tok_attrs *const *attrs, size_t n,
                                    CK_OBJECT_HANDLE *handles)
{
    tok_slot *slot = s->slot;
    tok_object **made = calloc(n, sizeof *made);
    tok_entry *e;
    size_t i, done = 0;
    CK_RV rv = made != NULL ? CKR_OK : CKR_HOST_MEMORY;

    for (i = 0; i < n && rv == CKR_OK; i++)
        rv = from_attrs(attrs[i], &made[i]);
    if (rv == CKR_OK) {
        (void)pthread_mutex_lock(&slot->lock);
        for (i = 0; i < n && rv == CKR_OK; i++) {
            e = NULL;
            if (!visible(slot, made[i]->private))
                rv = CKR_USER_NOT_LOGGED_IN; /* logged out meanwhile */
            else if ((e = entry_new(slot, 0, made[i]->private, s)) == NULL)
                rv = CKR_HOST_MEMORY;
            if (e != NULL) {
                e->object = made[i];
                made[i] = NULL;
                handles[done++] = e->handle;
            }
        }
        while (rv != CKR_OK && done > 0)
            entry_drop(slot, tok_map_get(&slot->by_handle, handles[--done]));
        (void)pthread_mutex_unlock(&slot->lock);
    }
    for (i = 0; made != NULL && i < n; i++)
        tok_object_free(made[i]);
    free(made);
    return rv;
}

static CK_RV create_token_objects(tok_session *s, tok_attrs *const *attrs, size_t n,
                                  CK_OBJECT_HANDLE *handles)
{
    tok_slot *slot = s->slot;
    tok_card *card = NULL;
    uint64_t *ids = calloc(n, sizeof *ids);
    tok_entry *e;
    size_t i;
    CK_RV rv = CKR_HOST_MEMORY;

    if (ids == NULL)
        return rv;
    rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(slot, "store an object",
                             vault_insert_all(card->vt, (const tok_attrs *const *)attrs, n, ids));
    if (rv == CKR_OK) {
        (void)pthread_mutex_lock(&slot->lock);
        for (i = 0; i < n; i++) {
            e = tok_map_get(&slot->by_id, ids[i]); /* another thread may have found it already */
            if (e == NULL)
                e = entry_new(slot, ids[i], tok_attrs_bool(attrs[i], CKA_PRIVATE, CK_TRUE), NULL);
            if (e == NULL)
                rv = CKR_HOST_MEMORY;
            else
                handles[i] = e->handle;
        }
        (void)pthread_mutex_unlock(&slot->lock);
    }
    tok_card_free(card);
    free(ids);
    return rv;
}

/* A private object needs the login, and so a PIN that is not due to be changed. */
static CK_RV may_own(tok_session *s)
{
    tok_card *card = NULL;
    CK_RV rv = tok_session_user(s) ? tok_session_card(s, 0, &card) : CKR_USER_NOT_LOGGED_IN;

    if (rv == CKR_OK && card != NULL)
        rv = tok_slot_result(s->slot, "make a private object", vault_may_work(card->vt));
    tok_card_free(card);
    return rv;
}

CK_RV tok_objects_create(tok_session *s, tok_attrs *const *attrs, size_t n,
                         CK_OBJECT_HANDLE *handles)
{
    size_t i, tokens = 0;
    CK_RV rv;

    for (i = 0; i < n; i++) {
        int token = tok_attrs_bool(attrs[i], CKA_TOKEN, CK_FALSE);

        tokens += token ? 1 : 0;
        if (token && !TOK_IS_RW(s))
            return CKR_SESSION_READ_ONLY;
        rv = tok_attrs_bool(attrs[i], CKA_PRIVATE, CK_TRUE) ? may_own(s) : CKR_OK;
        if (rv != CKR_OK)
            return rv;
    }
    if (tokens == n)
        return create_token_objects(s, attrs, n, handles);
    if (tokens == 0)
        return create_session_objects(s, attrs, n, handles);

    /* A pair of which one half is to be kept: the session's half first, it is easily undone. */
    for (i = 0; i < n; i++) {
        if (!tok_attrs_bool(attrs[i], CKA_TOKEN, CK_FALSE)) {
            rv = create_session_objects(s, &attrs[i], 1, &handles[i]);
            if (rv == CKR_OK)
                rv = create_token_objects(s, &attrs[n - 1 - i], 1, &handles[n - 1 - i]);
            else
                return rv;
            if (rv != CKR_OK) {
                tok_entry *e;

                (void)pthread_mutex_lock(&s->slot->lock);
                e = tok_map_get(&s->slot->by_handle, handles[i]);
                if (e != NULL)
                    entry_drop(s->slot, e);
                (void)pthread_mutex_unlock(&s->slot->lock);
            }
            return rv;
        }
    }
    return CKR_GENERAL_ERROR;
}

/* A copy of a session object with the changes. */
static CK_RV changed(tok_session *s, tok_object *o, const tok_attrs *changes, tok_object **out)
{
    tok_attrs *all = NULL;
    size_t i;
    CK_RV rv = tok_object_whole(s, o, &all);

    for (i = 0; i < tok_attrs_count(changes) && rv == CKR_OK; i++) {
        const CK_ATTRIBUTE *a = tok_attrs_at(changes, i);

        rv = tok_attrs_set(all, a->type, a->pValue, a->ulValueLen);
    }
    if (rv == CKR_OK)
        rv = from_attrs(all, out);
    tok_attrs_free(all);
    return rv;
}

static CK_RV change_session_object(tok_session *s, CK_OBJECT_HANDLE handle, tok_object *o,
                                   const tok_attrs *changes)
{
    tok_object *from = o, *fresh, *next;
    tok_entry *e;
    CK_RV rv = CKR_OK;

    atomic_fetch_add(&from->refs, 1);
    for (; from != NULL; from = next) {
        next = fresh = NULL;
        rv = changed(s, from, changes, &fresh);
        (void)pthread_mutex_lock(&s->slot->lock);
        e = tok_map_get(&s->slot->by_handle, handle);
        if (rv == CKR_OK && e == NULL) {
            rv = CKR_OBJECT_HANDLE_INVALID;
        } else if (rv == CKR_OK && e->object != from) { /* another thread's changes stay */
            next = e->object;
            atomic_fetch_add(&next->refs, 1);
        } else if (rv == CKR_OK) {
            e->object = fresh;
            fresh = from; /* what the entry had */
        }
        (void)pthread_mutex_unlock(&s->slot->lock);
        tok_object_free(fresh);
        tok_object_free(from);
    }
    return rv;
}

CK_RV tok_object_change(tok_session *s, CK_OBJECT_HANDLE handle, tok_object *o,
                        const tok_attrs *changes)
{
    tok_slot *slot = s->slot;
    tok_card *card = NULL;
    CK_RV rv;

    if (o->id == 0)
        return change_session_object(s, handle, o, changes);
    rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(slot, "change an object", vault_update(card->vt, o->id, changes));
    tok_card_free(card);
    (void)pthread_mutex_lock(&slot->lock);
    slot->fresh++; /* whatever was read before is stale */
    (void)pthread_mutex_unlock(&slot->lock);
    return rv;
}

CK_RV tok_object_destroy(tok_session *s, CK_OBJECT_HANDLE handle, tok_object *o)
{
    tok_slot *slot = s->slot;
    tok_card *card = NULL;
    tok_entry *e;
    uint64_t id = o != NULL ? o->id : 0;
    CK_RV rv = CKR_OK;

    if (o == NULL) {
        (void)pthread_mutex_lock(&slot->lock);
        e = tok_map_get(&slot->by_handle, handle);
        id = e != NULL ? e->id : 0;
        (void)pthread_mutex_unlock(&slot->lock);
        if (id == 0)
            return CKR_OBJECT_HANDLE_INVALID;
    }
    if (id != 0) {
        rv = tok_session_card(s, 1, &card);
        if (rv == CKR_OK)
            rv = tok_slot_result(slot, "delete an object", vault_delete(card->vt, id));
        tok_card_free(card);
    }
    if (rv != CKR_OK && rv != CKR_OBJECT_HANDLE_INVALID)
        return rv;
    (void)pthread_mutex_lock(&slot->lock);
    e = tok_map_get(&slot->by_handle, handle);
    if (e != NULL)
        entry_drop(slot, e);
    else if (id == 0)
        rv = CKR_OBJECT_HANDLE_INVALID; /* another thread was quicker */
    (void)pthread_mutex_unlock(&slot->lock);
    return rv;
}
