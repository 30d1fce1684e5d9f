/* SPDX-License-Identifier: Apache-2.0 */
/* see object.h: the secret values of objects, and the private keys made ready from them */
#include "token/object.h"
#include "token/ossl.h"
#include "token/pkey.h"
#include "token/secmem.h"

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#define MAX_PREPARED 256 /* keys held ready per token, about 1 KiB of locked memory each */

void tok_key_free(tok_key *k)
{
    if (k == NULL || atomic_fetch_sub(&k->refs, 1) != 1)
        return;
    if (!k->is_ossl) {
        tok_secret_free(k); /* wipes */
        return;
    }
    if (!tok_ossl_gone())
        EVP_PKEY_free(k->ossl);
    free(k);
}

int tok_object_has_secret(const tok_object *o, CK_ATTRIBUTE_TYPE type)
{
    if (o->stored != NULL)
        return vault_is_sealed(o->stored, type);
    return o->hidden != NULL && tok_attrs_get(o->hidden, type) != NULL;
}

CK_RV tok_object_secret(tok_session *s, tok_object *o, CK_ATTRIBUTE_TYPE type, void **value,
                        size_t *len)
{
    const CK_ATTRIBUTE *a;
    tok_card *card = NULL;
    CK_RV rv;

    if (!tok_object_has_secret(o, type))
        return CKR_ATTRIBUTE_TYPE_INVALID;
    if (o->stored == NULL) {
        a = tok_attrs_get(o->hidden, type);
        *value = tok_secret_alloc(a->ulValueLen);
        if (*value == NULL)
            return CKR_HOST_MEMORY;
        if (a->ulValueLen != 0)
            memcpy(*value, a->pValue, a->ulValueLen);
        *len = a->ulValueLen;
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

CK_RV tok_object_whole(tok_session *s, tok_object *o, tok_attrs **out)
{
    int key = (o->kind->bit & (TOK_KINDS_PRIV | TOK_KINDS_SECRET)) != 0;
    tok_attrs *all = key ? tok_attrs_new_secret() : tok_attrs_new();
    void *value;
    size_t len, i;
    CK_RV rv = all != NULL ? CKR_OK : CKR_HOST_MEMORY;

    for (i = 0; rv == CKR_OK && i < tok_attrs_count(o->attrs); i++) {
        const CK_ATTRIBUTE *a = tok_attrs_at(o->attrs, i);

        rv = tok_attrs_set(all, a->type, a->pValue, a->ulValueLen);
    }
    for (i = 0; rv == CKR_OK && i < TOK_HIDDEN; i++) {
        if (!tok_object_has_secret(o, tok_attrs_hidden[i]))
            continue;
        rv = tok_object_secret(s, o, tok_attrs_hidden[i], &value, &len);
        if (rv != CKR_OK)
            break;
        rv = tok_attrs_set(all, tok_attrs_hidden[i], value, len);
        tok_secret_free(value);
    }
    if (rv == CKR_OK)
        *out = all;
    else
        tok_attrs_free(all);
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

void tok_keys_end(void)
{
    tok_entry *e;
    size_t i, at;

    if (tok_stopping())
        return;
    (void)pthread_mutex_lock(&tok.slots_lock);
    for (i = 0; i < tok.slots_n; i++) {
        tok_slot *slot = tok.slots[i];

        (void)pthread_mutex_lock(&slot->lock);
        for (at = 0; (e = tok_map_next(&slot->by_handle, &at)) != NULL;) {
            if (e->object == NULL || e->object->key == NULL || !e->object->key->is_ossl)
                continue;
            EVP_PKEY_free(e->object->key->ossl);
            e->object->key->ossl = NULL;
        }
        (void)pthread_mutex_unlock(&slot->lock);
    }
    (void)pthread_mutex_unlock(&tok.slots_lock);
}

/* RSA and EC: OpenSSL's key. */
static CK_RV prepare_ossl(tok_session *s, tok_object *o, tok_key **out)
{
    tok_key *k = calloc(1, sizeof *k);
    CK_RV rv;

    if (k == NULL)
        return CKR_HOST_MEMORY;
    rv = tok_pkey_prepare(s, o, &k->ossl);
    if (rv != CKR_OK) {
        free(k);
        return rv;
    }
    k->is_ossl = 1;
    atomic_init(&k->refs, 1);
    *out = k;
    return CKR_OK;
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
    rv = o->kind->bit == TOK_KIND_GOST_PRIV ? prepare(s, o, &k) : prepare_ossl(s, o, &k);
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
