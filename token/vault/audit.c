/* SPDX-License-Identifier: Apache-2.0 */
/* The journal read: as text, and judged. */
#include "token/vault/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gost/mem.h"

#define LINK 32

/* One record as it stands in the file. */
typedef struct record {
    uint64_t seq;
    const char *body;
    size_t len;
    uint8_t link[LINK];
} record;

static CK_RV next_record(vault_token *t, sqlite3_stmt *s, record *r, int *have)
{
    CK_RV rv = vault_next(t, s, have);

    if (rv != CKR_OK || !*have)
        return rv;
    if (!vault_col_u64(s, 0, &r->seq) || sqlite3_column_type(s, 1) != SQLITE_BLOB ||
        !vault_col_bytes(s, 2, r->link, LINK))
        return vault_fail(CKR_DEVICE_ERROR, "%s: the journal is damaged: restore a backup",
                          t->path);
    r->body = sqlite3_column_blob(s, 1);
    r->len = (size_t)sqlite3_column_bytes(s, 1);
    return r->body != NULL ? CKR_OK : vault_fail(CKR_HOST_MEMORY, "out of memory");
}

/* ---- text ----------------------------------------------------------------------------------- */

static void put_hex(FILE *f, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++)
        (void)fprintf(f, "%02x", p[i]);
}

static CK_RV write_text(vault_token *t, FILE *f)
{
    sqlite3_stmt *s = NULL;
    vault_head h;
    record r;
    int have = 0;
    CK_RV rv = vault_head_read(t, &h);

    if (rv != CKR_OK)
        return rv;
    (void)fprintf(f, "{\"journal\":1,\"serial\":\"%.*s\",\"first\":%llu,\"last\":%llu,",
                  VAULT_SERIAL, (const char *)t->serial, (unsigned long long)h.first,
                  (unsigned long long)h.seq);
    (void)fprintf(f, "\"anchored\":%llu,\"base\":\"", (unsigned long long)h.anchor_seq);
    put_hex(f, h.base, LINK);
    (void)fprintf(f, "\"}\n");
    if (t->version < 2)
        return CKR_OK;
    rv = vault_query(t, ST_JOURNAL_READ, &s, "i", h.first);
    while (rv == CKR_OK && (rv = next_record(t, s, &r, &have)) == CKR_OK && have) {
        (void)fwrite(r.body, 1, r.len, f);
        (void)fprintf(f, ",\"hash\":\"");
        put_hex(f, r.link, LINK);
        (void)fprintf(f, "\"}\n");
    }
    return rv;
}

CK_RV vault_journal_text(vault_token *t, char **text, size_t *len)
{
    char *bytes = NULL;
    FILE *f;
    CK_RV rv;

    (void)vault_journal_flush(t); /* what cannot be written now is not in the text */
    f = open_memstream(&bytes, len);
    if (f == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory");
    rv = vault_begin(t, VAULT_READ);
    if (rv == CKR_OK)
        rv = vault_end(t, write_text(t, f));
    if (ferror(f) && rv == CKR_OK)
        rv = vault_fail(CKR_HOST_MEMORY, "out of memory");
    if (fclose(f) != 0 && rv == CKR_OK)
        rv = vault_fail(CKR_HOST_MEMORY, "out of memory");
    if (rv != CKR_OK) {
        free(bytes);
        return rv;
    }
    *text = bytes;
    return CKR_OK;
}

/* ---- verifying ------------------------------------------------------------------------------ */

/* The journal itself may say that it was altered once. */
static int tells(const record *r)
{
    static const char words[] = "\"event\":\"journal-altered\"";

    return memmem(r->body, r->len, words, sizeof(words) - 1) != NULL;
}

static int right_number(const record *r)
{
    char start[40];
    int n = snprintf(start, sizeof(start), "{\"seq\":%llu,", (unsigned long long)r->seq);

    return r->len > (size_t)n && memcmp(r->body, start, (size_t)n) == 0;
}

static CK_RV walk(vault_token *t, const vault_head *h, vault_journal_state *st)
{
    uint8_t link[LINK];
    sqlite3_stmt *s = NULL;
    uint64_t seq = h->first - 1;
    int have = 0, anchor_met = h->anchor_seq == 0;
    record r;
    CK_RV rv = vault_query(t, ST_JOURNAL_READ, &s, "i", (uint64_t)0);

    memcpy(link, h->base, LINK);
    anchor_met |= h->anchor_seq == seq && memcmp(link, h->anchor_link, LINK) == 0;
    while (rv == CKR_OK && (rv = next_record(t, s, &r, &have)) == CKR_OK && have) {
        vault_journal_link(link, r.body, r.len, link);
        if (r.seq != seq + 1 || !right_number(&r) || memcmp(link, r.link, LINK) != 0)
            break;
        seq = r.seq;
        st->altered |= tells(&r);
        if (seq == h->anchor_seq)
            anchor_met = memcmp(link, h->anchor_link, LINK) == 0;
    }
    if (rv != CKR_OK)
        return rv;
    if (have || seq != h->seq || memcmp(link, h->link, LINK) != 0)
        st->broken = seq + 1;
    else if (!anchor_met)
        st->broken = h->anchor_seq;
    st->altered |= st->broken != 0;
    return CKR_OK;
}

static CK_RV verify(vault_token *t, vault_journal_state *st)
{
    uint8_t mac[32];
    vault_head h;
    CK_RV rv = vault_head_read(t, &h);

    if (rv != CKR_OK)
        return rv;
    st->first = h.first;
    st->last = h.seq;
    st->anchored = h.anchor_seq;
    if (t->version < 2)
        return CKR_OK;
    rv = walk(t, &h, st);
    if (rv != CKR_OK)
        return rv;
    pthread_mutex_lock(&t->key_lock);
    if (t->key != NULL && t->key->live && h.anchor_seq != 0) {
        st->checked = 1;
        vault_journal_mac(t->key, h.anchor_seq, h.anchor_link, mac);
        if (!gost_equal(mac, h.mac, sizeof(mac)))
            st->altered = 1;
    }
    pthread_mutex_unlock(&t->key_lock);
    return CKR_OK;
}

CK_RV vault_journal_verify(vault_token *t, vault_journal_state *state)
{
    CK_RV rv;

    memset(state, 0, sizeof(*state));
    (void)vault_journal_flush(t);
    rv = vault_begin(t, VAULT_READ);
    return rv == CKR_OK ? vault_end(t, verify(t, state)) : rv;
}
