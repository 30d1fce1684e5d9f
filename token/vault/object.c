/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: stored, changed, removed, read. */
#include "token/vault/local.h"

#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"
#include "gost/streebog.h"
#include "token/secmem.h"

static CK_RV damaged(const vault_token *t, uint64_t id)
{
    return vault_fail(CKR_DEVICE_ERROR,
                      "%s: object %llu is damaged and cannot be used: restore a backup", t->path,
                      (unsigned long long)id);
}

static CK_RV no_memory(void)
{
    return vault_fail(CKR_HOST_MEMORY, "out of memory");
}

/* The key, if the user is logged in; key_lock is held then, until key_done. */
static CK_RV key_use(vault_token *t, const vault_key **key)
{
    CK_RV rv = vault_may_work(t);

    *key = NULL;
    if (rv != CKR_OK)
        return rv;
    pthread_mutex_lock(&t->key_lock);
    if (t->key != NULL && t->who == CKU_USER && t->key->live) {
        *key = t->key;
        return CKR_OK;
    }
    rv = t->key != NULL && t->who == CKU_USER
             ? vault_key_wiped(t)
             : vault_fail(CKR_USER_NOT_LOGGED_IN, "secret values need the user's login");
    pthread_mutex_unlock(&t->key_lock);
    return rv;
}

static void key_done(vault_token *t)
{
    pthread_mutex_unlock(&t->key_lock);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static CK_RV row_write(vault_token *t, int fresh, uint64_t id, const tok_attrs *open,
                       const vault_seals *seals)
{
    uint8_t *body = NULL, sum[SUM];
    const uint8_t *sealed;
    size_t body_len = 0, sealed_len;
    CK_RV rv = tok_attrs_encode(open, &body, &body_len);

    if (rv != CKR_OK)
        return vault_fail(rv, "the object's attributes cannot be stored");
    sealed = vault_seals_bytes(seals, &sealed_len);
    vault_object_sum(t, id, body, body_len, sealed, sealed_len, sum);
    if (fresh)
        rv = vault_exec(t, ST_OBJECT_INSERT, "ibbb", id, body, body_len, sealed, sealed_len, sum,
                        (size_t)SUM);
    else
        rv = vault_exec(t, ST_OBJECT_UPDATE, "bbbi", body, body_len, sealed, sealed_len, sum,
                        (size_t)SUM, id);
    gost_wipe(body, body_len);
    free(body);
    return rv;
}

/* Reads and checks one row. *exists tells a damaged row from one that is not there. */
static CK_RV row_read(vault_token *t, uint64_t id, tok_attrs **open, vault_seals **seals,
                      int *exists)
{
    const void *body, *sealed;
    size_t body_len, sealed_len;
    uint8_t sum[SUM], stored[SUM];
    sqlite3_stmt *s = NULL;
    CK_RV rv = vault_query(t, ST_OBJECT_READ, &s, "i", id);

    *exists = 0;
    if (rv == CKR_OK)
        rv = vault_next(t, s, exists);
    if (rv != CKR_OK)
        return rv;
    if (!*exists)
        return vault_fail(CKR_OBJECT_HANDLE_INVALID, "object %llu is gone", (unsigned long long)id);
    if (sqlite3_column_type(s, 0) != SQLITE_BLOB || sqlite3_column_type(s, 1) != SQLITE_BLOB ||
        !vault_col_bytes(s, 2, stored, SUM))
        return damaged(t, id);
    body = sqlite3_column_blob(s, 0);
    body_len = (size_t)sqlite3_column_bytes(s, 0);
    sealed = sqlite3_column_blob(s, 1);
    sealed_len = (size_t)sqlite3_column_bytes(s, 1);
    if ((body == NULL && body_len > 0) || (sealed == NULL && sealed_len > 0))
        return no_memory();
    vault_object_sum(t, id, body, body_len, sealed, sealed_len, sum);
    if (memcmp(sum, stored, SUM) != 0)
        return damaged(t, id);
    rv = tok_attrs_decode(body, body_len, open);
    if (rv != CKR_OK)
        return rv == CKR_HOST_MEMORY ? no_memory() : damaged(t, id);
    rv = vault_seals_parse(sealed, sealed_len, seals);
    if (rv != CKR_OK) {
        tok_attrs_free(*open);
        *open = NULL;
        return rv == CKR_HOST_MEMORY ? no_memory() : damaged(t, id);
    }
    (void)sqlite3_reset(s);
    return CKR_OK;
}

/* ---- insert --------------------------------------------------------------------------------- */

/* Moves what is to be sealed from a copy of the plain attributes into seals. */
static CK_RV seal_all(vault_token *t, uint64_t id, tok_attrs *open, vault_seals *seals)
{
    const vault_key *key = NULL;
    tok_attrs *secret = tok_attrs_new_secret();
    CK_RV rv = CKR_OK;

    if (secret == NULL)
        return no_memory();
    for (size_t i = tok_attrs_count(open); rv == CKR_OK && i-- > 0;) {
        const CK_ATTRIBUTE *at = tok_attrs_at(open, i);
        CK_ATTRIBUTE_TYPE type = at->type;
        if (!vault_seal_wanted(open, type))
            continue;
        rv = tok_attrs_set(secret, type, at->pValue, at->ulValueLen);
        if (rv == CKR_OK)
            tok_attrs_remove(open, type);
    }
    if (rv != CKR_OK) {
        rv = no_memory();
    } else if (tok_attrs_count(secret) > 0) {
        rv = key_use(t, &key);
    }
    for (size_t i = 0; rv == CKR_OK && i < tok_attrs_count(secret); i++) {
        const CK_ATTRIBUTE *at = tok_attrs_at(secret, i);
        rv = vault_seals_add(seals, key, id, open, at->type, at->pValue, at->ulValueLen);
    }
    if (key != NULL)
        key_done(t);
    tok_attrs_free(secret);
    return rv;
}

static CK_RV insert_one(vault_token *t, const tok_attrs *attrs, uint64_t id)
{
    tok_attrs *open = tok_attrs_copy(attrs);
    vault_seals *seals = vault_seals_new();
    CK_RV rv = open != NULL && seals != NULL ? CKR_OK : no_memory();

    if (rv == CKR_OK)
        rv = seal_all(t, id, open, seals);
    if (rv == CKR_OK)
        rv = row_write(t, 1, id, open, seals);
    if (rv == CKR_OK)
        rv = vault_index(t, id, NULL, open);
    if (rv == CKR_OK)
        rv = vault_journal_object(t, "key-create", id, open, NULL);
    vault_seals_free(seals);
    tok_attrs_free(open);
    return rv;
}

/* The beginning of a change of objects. */
static CK_RV begin(vault_token *t)
{
    CK_RV rv = vault_may_work(t);

    return rv == CKR_OK ? vault_begin(t, VAULT_WRITE) : rv;
}

CK_RV vault_insert_all(vault_token *t, const tok_attrs *const *attrs, size_t n, uint64_t *ids)
{
    vault_state st;
    CK_RV rv = begin(t);

    if (rv != CKR_OK)
        return rv;
    rv = vault_state_read(t, &st);
    for (size_t i = 0; rv == CKR_OK && i < n; i++) {
        ids[i] = st.next_id++;
        st.objects++;
        rv = insert_one(t, attrs[i], ids[i]);
    }
    st.generation++;
    if (rv == CKR_OK)
        rv = vault_state_write(t, &st);
    return vault_end(t, rv);
}

CK_RV vault_insert(vault_token *t, const tok_attrs *attrs, uint64_t *id)
{
    return vault_insert_all(t, &attrs, 1, id);
}

/* ---- update --------------------------------------------------------------------------------- */

static CK_RV merge(tok_attrs *open, const tok_attrs *changes)
{
    for (size_t i = 0; i < tok_attrs_count(changes); i++) {
        const CK_ATTRIBUTE *at = tok_attrs_at(changes, i);
        if (tok_attrs_set(open, at->type, at->pValue, at->ulValueLen) != CKR_OK)
            return no_memory();
    }
    return CKR_OK;
}

/* The seals of `before` for the attributes `after`, from which what is sealed is moved. */
static CK_RV reseal(vault_token *t, uint64_t id, const tok_attrs *before, tok_attrs *after,
                    const tok_attrs *changes, vault_seals *seals)
{
    const vault_key *key;
    CK_RV rv = CKR_OK;

    for (size_t i = 0; i < tok_attrs_count(changes); i++)
        vault_seals_drop(seals, tok_attrs_at(changes, i)->type);
    if (vault_seals_count(seals) > 0 && !vault_seals_guard_same(before, after)) {
        rv = key_use(t, &key);
        if (rv != CKR_OK)
            return rv;
        rv = vault_seals_rebind(seals, key, id, before, after);
        key_done(t);
    }
    return rv == CKR_OK ? seal_all(t, id, after, seals) : rv;
}

CK_RV vault_update(vault_token *t, uint64_t id, const tok_attrs *changes)
{
    tok_attrs *before = NULL, *after = NULL;
    vault_seals *seals = NULL;
    vault_state st;
    int exists;
    CK_RV rv = begin(t);

    if (rv != CKR_OK)
        return rv;
    rv = row_read(t, id, &before, &seals, &exists);
    if (rv == CKR_OK && (after = tok_attrs_copy(before)) == NULL)
        rv = no_memory();
    if (rv == CKR_OK)
        rv = merge(after, changes);
    if (rv == CKR_OK)
        rv = reseal(t, id, before, after, changes, seals);
    if (rv == CKR_OK)
        rv = row_write(t, 0, id, after, seals);
    if (rv == CKR_OK)
        rv = vault_index(t, id, before, after);
    if (rv == CKR_OK)
        rv = vault_journal_object(t, "key-change", id, after, changes);
    if (rv == CKR_OK)
        rv = vault_state_read(t, &st);
    if (rv == CKR_OK) {
        st.generation++;
        rv = vault_state_write(t, &st);
    }
    rv = vault_end(t, rv);
    vault_seals_free(seals);
    tok_attrs_free(before);
    tok_attrs_free(after);
    return rv;
}

/* ---- delete --------------------------------------------------------------------------------- */

static CK_RV count_down(vault_token *t)
{
    vault_state st;
    CK_RV rv = vault_state_read(t, &st);

    if (rv != CKR_OK)
        return rv;
    st.generation++;
    st.objects -= st.objects > 0;
    return vault_state_write(t, &st);
}

/*
 * A row that lies on a damaged page cannot be read, and so not be removed either: SQLite would have
 * to follow it from page to page. It is taken out of the index, and nobody finds it any more.
 */
static CK_RV hide(vault_token *t, uint64_t id)
{
    sqlite3_stmt *s = NULL;
    int have = 0;
    CK_RV rv = vault_begin(t, VAULT_WRITE);

    if (rv != CKR_OK)
        return rv;
    rv = vault_query(t, ST_OBJECT_INDEXED, &s, "i", id);
    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv == CKR_OK && !have)
        rv = vault_fail(CKR_OBJECT_HANDLE_INVALID, "object %llu is gone", (unsigned long long)id);
    if (rv == CKR_OK)
        rv = vault_exec(t, ST_FIND_DELETE_OBJECT, "i", id);
    if (rv == CKR_OK)
        rv = count_down(t);
    if (rv == CKR_OK)
        rv = vault_journal_object(t, "key-destroy", id, NULL, NULL);
    return vault_end(t, rv);
}

CK_RV vault_delete(vault_token *t, uint64_t id)
{
    tok_attrs *open = NULL;
    vault_seals *seals = NULL;
    int exists, unreadable;
    CK_RV rv = vault_journal_flush(t); /* uses of the key come before its end */

    if (rv == CKR_OK)
        rv = begin(t);
    if (rv != CKR_OK)
        return rv;
    rv = row_read(t, id, &open, &seals, &exists);
    unreadable = rv == CKR_DEVICE_ERROR && !exists;
    if (rv == CKR_OK)
        rv = vault_index(t, id, open, NULL);
    else if (rv == CKR_DEVICE_ERROR && exists)
        /* Damaged things can be removed; what was indexed is not known, so all rows are looked at.
         */
        rv = vault_exec(t, ST_FIND_DELETE_OBJECT, "i", id);
    if (rv == CKR_OK)
        rv = vault_exec(t, ST_OBJECT_DELETE, "i", id);
    if (rv == CKR_OK)
        rv = count_down(t);
    if (rv == CKR_OK)
        rv = vault_journal_object(t, "key-destroy", id, open, NULL);
    rv = vault_end(t, rv); /* after a failed read SQLite has ended it already */
    vault_seals_free(seals);
    tok_attrs_free(open);
    return unreadable ? hide(t, id) : rv;
}

/* ---- read ----------------------------------------------------------------------------------- */

/* Of what never comes again: a token, one of its formats, and a number in it. */
static void name_object(const vault_token *t, vault_object *o)
{
    static const char digits[] = "0123456789abcdef", what[] = "object";
    uint8_t text[sizeof(what) + VAULT_SERIAL + EPOCH + 8], hash[32], *p = text;

    memcpy(p, what, sizeof(what));
    p += sizeof(what);
    memcpy(p, t->serial, VAULT_SERIAL);
    p += VAULT_SERIAL;
    memcpy(p, t->epoch, EPOCH);
    vault_put64(p + EPOCH, o->id);
    gost_streebog_hash(256, text, sizeof(text), hash);
    for (size_t i = 0; i < VAULT_UNIQUE; i++)
        o->unique[i] = digits[hash[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

CK_RV vault_read(vault_token *t, uint64_t id, vault_object **out)
{
    vault_object *o = calloc(1, sizeof(*o));
    vault_seals *seals = NULL;
    int exists;
    CK_RV rv = o != NULL ? vault_begin(t, VAULT_READ) : no_memory();

    if (rv != CKR_OK) {
        free(o);
        return rv;
    }
    o->id = id;
    rv = row_read(t, id, &o->open, &seals, &exists);
    if (rv == CKR_OK)
        name_object(t, o); /* inside the transaction: the epoch stays */
    rv = vault_end(t, rv);
    o->seals = seals;
    if (rv != CKR_OK) {
        vault_object_free(o);
        return rv;
    }
    o->sealed = vault_seals_count(seals);
    *out = o;
    return CKR_OK;
}

void vault_object_free(vault_object *o)
{
    if (o == NULL)
        return;
    tok_attrs_free(o->open);
    vault_seals_free(o->seals);
    free(o);
}

int vault_is_sealed(const vault_object *o, CK_ATTRIBUTE_TYPE type)
{
    return vault_seals_has(o->seals, type);
}

size_t vault_sealed_bytes(const vault_object *o)
{
    size_t len = 0;

    (void)vault_seals_bytes(o->seals, &len);
    return len;
}

CK_RV vault_unseal(vault_token *t, const vault_object *o, CK_ATTRIBUTE_TYPE type, void **value,
                   size_t *len)
{
    const vault_key *key;
    CK_RV rv = key_use(t, &key);

    if (rv != CKR_OK)
        return rv;
    rv = vault_seals_open(o->seals, key, o->id, o->open, type, value, len);
    key_done(t);
    return rv;
}
