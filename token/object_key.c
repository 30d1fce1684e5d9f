/* SPDX-License-Identifier: Apache-2.0 */
/* see object.h: the secret values of objects, and the private keys made ready from them */
#include "token/object.h"
#include "token/secmem.h"

#include <string.h>

#define MAX_PREPARED 256 /* keys held ready per token, about 1 KiB of locked memory each */

void tok_key_free(tok_key *k)
{
    if (k != NULL && atomic_fetch_sub(&k->refs, 1) == 1)
        tok_secret_free(k); /* wipes */
}

int tok_object_has_secret(const tok_object *o, CK_ATTRIBUTE_TYPE type)
{
    if (o->stored != NULL)
        return vault_is_sealed(o->stored, type);
    return o->secret != NULL && type == CKA_VALUE;
}

CK_RV tok_object_secret(tok_session *s, tok_object *o, CK_ATTRIBUTE_TYPE type, void **value,
                        size_t *len)
{
    tok_card *card = NULL;
    CK_RV rv;

    if (!tok_object_has_secret(o, type))
        return CKR_ATTRIBUTE_TYPE_INVALID;
    if (o->stored == NULL) {
        *value = tok_secret_alloc(o->secret_len != 0 ? o->secret_len : 1);
        if (*value == NULL)
            return CKR_HOST_MEMORY;
        memcpy(*value, o->secret, o->secret_len);
        *len = o->secret_len;
        return CKR_OK;
    }
    if (!tok_session_user(s)) /* the SO's login opens the seals too, for C_InitPIN only */
        return CKR_USER_NOT_LOGGED_IN;
    rv = tok_session_card(s, 1, &card);
    if (rv == CKR_OK)
        rv = tok_slot_result(s->slot, "open a sealed value",
                             vault_unseal(card->vt, o->stored, type, value, len));
    tok_card_free(card);
    return rv;
}

/* Drops every prepared key of the slot; those in use stay until they are given back. */
static void purge_keys(tok_slot *slot)
{
    tok_entry *e;
    size_t at = 0;

    (void)pthread_mutex_lock(&slot->lock);
    while ((e = tok_map_next(&slot->by_handle, &at)) != NULL) {
        if (e->object != NULL) {
            tok_key_free(e->object->key);
            e->object->key = NULL;
        }
    }
    slot->keys = 0;
    (void)pthread_mutex_unlock(&slot->lock);
}

static CK_RV prepare(tok_session *s, tok_object *o, tok_key **out)
{
    const CK_ATTRIBUTE *params = tok_attrs_get(o->attrs, CKA_GOSTR3410_PARAMS);
    const gost_paramset *ps = NULL;
    tok_key *k;
    void *d = NULL;
    size_t len = 0;
    CK_RV rv;

    if (params != NULL)
        ps = gost_paramset_by_der(params->pValue, params->ulValueLen);
    if (ps == NULL)
        return CKR_KEY_TYPE_INCONSISTENT;
    rv = tok_object_secret(s, o, CKA_VALUE, &d, &len);
    if (rv != CKR_OK)
        return rv == CKR_ATTRIBUTE_TYPE_INVALID ? CKR_DEVICE_ERROR : rv;
    k = tok_secret_alloc(sizeof *k);
    if (k == NULL) {
        purge_keys(s->slot);
        k = tok_secret_alloc(sizeof *k);
    }
    rv = k != NULL ? CKR_OK : CKR_HOST_MEMORY;
    if (rv == CKR_OK && (len != ps->bits / 8 || !gost_3410_key_init(&k->gost, ps, d)))
        rv = CKR_DEVICE_ERROR;
    tok_secret_free(d);
    if (rv != CKR_OK) {
        tok_secret_free(k);
        return rv;
    }
    atomic_init(&k->refs, 1);
    *out = k;
    return CKR_OK;
}

CK_RV tok_object_key(tok_session *s, tok_object *o, tok_key **out)
{
    tok_slot *slot = s->slot;
    tok_key *k;
    int crowded = 0;
    CK_RV rv;

    (void)pthread_mutex_lock(&slot->lock);
    k = o->key;
    if (k != NULL)
        atomic_fetch_add(&k->refs, 1);
    (void)pthread_mutex_unlock(&slot->lock);
    *out = k;
    if (k != NULL)
        return CKR_OK;
    rv = prepare(s, o, &k);
    if (rv != CKR_OK)
        return rv;
    (void)pthread_mutex_lock(&slot->lock);
    if (o->key == NULL && slot->login == TOK_USER) {
        o->key = k;
        atomic_fetch_add(&k->refs, 1);
        crowded = ++slot->keys > MAX_PREPARED;
    }
    (void)pthread_mutex_unlock(&slot->lock);
    if (crowded)
        purge_keys(slot);
    *out = k;
    return CKR_OK;
}
