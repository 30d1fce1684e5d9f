/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index: rows (type, value, object) for the attributes that programs search by, and one row
 * (ALL, nothing, object) for each object. A search asks for the shortest list first and looks the
 * others up object by object, so that "class and label" never walks through a whole class.
 */
#include "token/vault/local.h"

#include <stdlib.h>
#include <string.h>

#include "gost/streebog.h"

/* Lists longer than this are taken to be equally long: then the table's order decides. */
#define COUNT_MAX 64u
#define SHORT     4u /* no need to look for a shorter one */
#define VALUE_MAX 64
#define ALL       INT64_MAX /* no attribute's type */

/* Most selective first. Numbers are stored as 8 bytes, the same on every machine. */
static const struct {
    CK_ATTRIBUTE_TYPE type;
    int number;
} indexed[] = {
    {CKA_ID, 0},
    {CKA_LABEL, 0},
    {CKA_SERIAL_NUMBER, 0},
    {CKA_SUBJECT, 0},
    {CKA_ISSUER, 0},
    {CKA_OBJECT_ID, 0},
    {CKA_APPLICATION, 0},
    {CKA_KEY_TYPE, 1},
    {CKA_CLASS, 1},
    {CKA_CERTIFICATE_TYPE, 1},
    {CKA_PRIVATE, 0},
};
#define INDEXED (sizeof(indexed) / sizeof(indexed[0]))

typedef struct entry {
    uint64_t type;
    uint8_t value[VALUE_MAX];
    size_t len;
} entry;

/* The attribute's index row. A long value stands as its digest: the caller compares the whole. */
static void make_entry(size_t i, const CK_ATTRIBUTE *at, entry *e)
{
    CK_ULONG word;

    memset(e, 0, sizeof(*e));
    e->type = indexed[i].type;
    if (indexed[i].number && at->ulValueLen == sizeof(word)) {
        memcpy(&word, at->pValue, sizeof(word));
        e->len = 8;
        vault_put64(e->value, word == (CK_ULONG)-1 ? UINT64_MAX : word);
    } else if (at->ulValueLen <= VALUE_MAX) {
        e->len = at->ulValueLen;
        if (e->len > 0)
            memcpy(e->value, at->pValue, e->len);
    } else {
        e->len = 32;
        gost_streebog_hash(256, at->pValue, at->ulValueLen, e->value);
    }
}

static int same(const entry *a, const entry *b)
{
    return a->len == b->len && memcmp(a->value, b->value, a->len) == 0;
}

static CK_RV put(vault_token *t, enum vault_stmt id, const entry *e, uint64_t object)
{
    return vault_exec(t, id, "ibi", e->type, e->value, e->len, object);
}

CK_RV vault_index(vault_token *t, uint64_t id, const tok_attrs *before, const tok_attrs *after)
{
    static const entry all = {.type = ALL};
    CK_RV rv = CKR_OK;

    if (before == NULL)
        rv = put(t, ST_FIND_INSERT, &all, id);
    else if (after == NULL)
        rv = put(t, ST_FIND_DELETE, &all, id);
    for (size_t i = 0; rv == CKR_OK && i < INDEXED; i++) {
        const CK_ATTRIBUTE *was = before ? tok_attrs_get(before, indexed[i].type) : NULL;
        const CK_ATTRIBUTE *is = after ? tok_attrs_get(after, indexed[i].type) : NULL;
        entry old, new;

        if (was != NULL)
            make_entry(i, was, &old);
        if (is != NULL)
            make_entry(i, is, &new);
        if (was != NULL && is != NULL && same(&old, &new))
            continue;
        if (was != NULL)
            rv = put(t, ST_FIND_DELETE, &old, id);
        if (rv == CKR_OK && is != NULL)
            rv = put(t, ST_FIND_INSERT, &new, id);
    }
    return rv;
}

/* ---- search --------------------------------------------------------------------------------- */

static CK_RV count(vault_token *t, const entry *e, uint64_t *n)
{
    sqlite3_stmt *s = NULL;
    int have;
    CK_RV rv =
        vault_query(t, ST_FIND_COUNT, &s, "ibi", e->type, e->value, e->len, (uint64_t)COUNT_MAX);

    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv == CKR_OK && (!have || !vault_col_u64(s, 0, n)))
        rv = vault_fail(CKR_DEVICE_ERROR, "%s: the index is damaged: restore a backup", t->path);
    return rv;
}

static CK_RV has(vault_token *t, const entry *e, uint64_t id, int *have)
{
    sqlite3_stmt *s = NULL;
    CK_RV rv = vault_query(t, ST_FIND_HAS, &s, "ibi", e->type, e->value, e->len, id);

    return rv == CKR_OK ? vault_next(t, s, have) : rv;
}

/* The template's entries; the one with the shortest list goes to the front. */
static CK_RV plan(vault_token *t, const CK_ATTRIBUTE *templ, CK_ULONG n, entry e[INDEXED],
                  size_t *used)
{
    uint64_t best = UINT64_MAX;
    size_t first = 0;
    CK_RV rv = CKR_OK;

    *used = 0;
    for (size_t i = 0; i < INDEXED; i++) {
        for (CK_ULONG j = 0; j < n; j++) {
            if (templ[j].type != indexed[i].type ||
                (templ[j].pValue == NULL && templ[j].ulValueLen > 0))
                continue;
            make_entry(i, &templ[j], &e[(*used)++]);
            break;
        }
    }
    if (*used == 0) {
        memset(&e[0], 0, sizeof(e[0]));
        e[0].type = ALL;
        *used = 1;
    }
    if (*used == 1)
        return CKR_OK;
    for (size_t i = 0; i < *used && best > SHORT; i++) {
        uint64_t rows;
        rv = count(t, &e[i], &rows);
        if (rv != CKR_OK)
            return rv;
        if (rows < best) {
            best = rows;
            first = i;
        }
    }
    if (first > 0) {
        entry swap = e[0];
        e[0] = e[first];
        e[first] = swap;
    }
    return CKR_OK;
}

static CK_RV collect(vault_token *t, const entry *e, size_t used, uint64_t **ids, size_t *n)
{
    size_t cap = 0;
    sqlite3_stmt *s = NULL;
    int have, fits;
    CK_RV rv = vault_query(t, ST_FIND_LIST, &s, "ib", e[0].type, e[0].value, e[0].len);

    while (rv == CKR_OK) {
        uint64_t id;

        rv = vault_next(t, s, &have);
        if (rv != CKR_OK || !have)
            break;
        if (!vault_col_u64(s, 0, &id))
            return vault_fail(CKR_DEVICE_ERROR, "%s: the index is damaged: restore a backup",
                              t->path);
        fits = 1;
        for (size_t i = 1; rv == CKR_OK && fits && i < used; i++)
            rv = has(t, &e[i], id, &fits);
        if (rv != CKR_OK || !fits)
            continue;
        if (*n == cap) {
            uint64_t *more = realloc(*ids, (cap = 2 * cap + 8) * sizeof(**ids));
            if (more == NULL)
                return vault_fail(CKR_HOST_MEMORY, "out of memory");
            *ids = more;
        }
        (*ids)[(*n)++] = id;
    }
    return rv;
}

CK_RV vault_find(vault_token *t, const CK_ATTRIBUTE *templ, CK_ULONG n, uint64_t **ids,
                 size_t *found)
{
    uint64_t *list = NULL;
    entry e[INDEXED];
    size_t used, len = 0;
    CK_RV rv = vault_begin(t, VAULT_READ);

    if (rv != CKR_OK)
        return rv;
    rv = plan(t, templ, n, e, &used);
    if (rv == CKR_OK)
        rv = collect(t, e, used, &list, &len);
    rv = vault_end(t, rv);
    if (rv != CKR_OK) {
        free(list);
        return rv;
    }
    *ids = list;
    *found = len;
    return CKR_OK;
}
