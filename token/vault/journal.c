/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the journal: always inside the transaction of what is written down, so that both are
 * there or neither. What the records and the anchor are good for stands in vault.h.
 *
 * Old records go only when the anchor is renewed: who has no PIN cannot make the journal forget.
 * Nor can he make it grow for ever: what is written without a login is a wrong PIN (as many as
 * there are tries), a key's end (as many as there are keys), or has to do with what has been
 * written since the anchor: room_alone.
 */
#include "token/vault/local.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gost/hmac.h"
#include "gost/mem.h"

#define LINK 32

/* ---- the head ------------------------------------------------------------------------------- */

void vault_head_new(const vault_token *t, vault_head *h)
{
    gost_streebog s;

    memset(h, 0, sizeof(*h));
    h->first = 1;
    vault_sum_begin(&s, "gosttoken journal 1", t->serial);
    gost_streebog_final(&s, h->base);
    memcpy(h->link, h->base, LINK);
}

static void head_sum(const vault_token *t, const vault_head *h, uint8_t sum[SUM])
{
    gost_streebog s;

    vault_sum_begin(&s, "head", t->serial);
    vault_sum_u64(&s, h->first);
    vault_sum_bytes(&s, h->base, LINK);
    vault_sum_u64(&s, h->seq);
    vault_sum_bytes(&s, h->link, LINK);
    vault_sum_u64(&s, h->anchor_seq);
    vault_sum_bytes(&s, h->anchor_link, LINK);
    vault_sum_bytes(&s, h->mac, sizeof(h->mac));
    gost_streebog_final(&s, sum);
}

CK_RV vault_head_read(vault_token *t, vault_head *h)
{
    uint8_t sum[SUM], stored[SUM];
    sqlite3_stmt *s = NULL;
    int have = 0;
    CK_RV rv;

    if (t->version < 2) {
        vault_head_new(t, h);
        return CKR_OK;
    }
    rv = vault_query(t, ST_HEAD_READ, &s, "");
    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv != CKR_OK)
        return rv;
    if (have && vault_col_u64(s, 0, &h->first) && vault_col_bytes(s, 1, h->base, LINK) &&
        vault_col_u64(s, 2, &h->seq) && vault_col_bytes(s, 3, h->link, LINK) &&
        vault_col_u64(s, 4, &h->anchor_seq) && vault_col_bytes(s, 5, h->anchor_link, LINK) &&
        vault_col_bytes(s, 6, h->mac, sizeof(h->mac)) && vault_col_bytes(s, 7, stored, SUM)) {
        head_sum(t, h, sum);
        if (memcmp(sum, stored, SUM) == 0) {
            (void)sqlite3_reset(s);
            return CKR_OK;
        }
    }
    return vault_fail(CKR_DEVICE_ERROR, "%s: the journal's head is damaged: restore a backup",
                      t->path);
}

CK_RV vault_head_write(vault_token *t, const vault_head *h)
{
    uint8_t sum[SUM];

    head_sum(t, h, sum);
    return vault_exec(t, ST_HEAD_WRITE, "ibibibbb", h->first, h->base, (size_t)LINK, h->seq,
                      h->link, (size_t)LINK, h->anchor_seq, h->anchor_link, (size_t)LINK, h->mac,
                      sizeof(h->mac), sum, (size_t)SUM);
}

/* ---- the anchor ----------------------------------------------------------------------------- */

void vault_journal_link(const uint8_t before[LINK], const void *body, size_t len,
                        uint8_t link[LINK])
{
    gost_streebog s;

    gost_streebog_init(&s, 256);
    gost_streebog_update(&s, before, LINK);
    gost_streebog_update(&s, body, len);
    gost_streebog_final(&s, link);
}

void vault_journal_mac(const vault_key *key, uint64_t seq, const uint8_t link[LINK],
                       uint8_t mac[32])
{
    static const char name[] = "gosttoken journal anchor 1";
    uint8_t own[32], number[8];
    gost_hmac h;

    gost_hmac_init(&h, 256, key->key, TOKEN_KEY);
    gost_hmac_update(&h, name, sizeof(name) - 1);
    gost_hmac_update(&h, key->serial, VAULT_SERIAL);
    gost_hmac_update(&h, key->epoch, EPOCH);
    gost_hmac_final(&h, own);
    vault_put64(number, seq);
    gost_hmac_init(&h, 256, own, sizeof(own));
    gost_hmac_update(&h, number, sizeof(number));
    gost_hmac_update(&h, link, LINK);
    gost_hmac_final(&h, mac);
    gost_wipe(own, sizeof(own));
}

/* Does the chain lead from the anchor to the head? Mostly there is nothing between. */
static CK_RV follow(vault_token *t, const vault_head *h, int *leads)
{
    uint8_t link[LINK], stored[LINK];
    sqlite3_stmt *s = NULL;
    uint64_t seq = h->anchor_seq, at;
    int have = 0;
    CK_RV rv;

    memcpy(link, h->anchor_link, LINK);
    *leads = 0;
    if (h->seq != h->anchor_seq) {
        rv = vault_query(t, ST_JOURNAL_READ, &s, "i", seq + 1);
        while (rv == CKR_OK && (rv = vault_next(t, s, &have)) == CKR_OK && have) {
            if (!vault_col_u64(s, 0, &at) || at != seq + 1 || !vault_col_bytes(s, 2, stored, LINK))
                break;
            vault_journal_link(link, sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1),
                               link);
            if (memcmp(link, stored, LINK) != 0)
                break;
            seq = at;
        }
        if (rv != CKR_OK)
            return rv;
        (void)sqlite3_reset(s);
    }
    *leads = seq == h->seq && memcmp(link, h->link, LINK) == 0;
    return CKR_OK;
}

/* ---- records -------------------------------------------------------------------------------- */

static size_t begin_body(char *body, uint64_t seq, uint64_t when, const char *event)
{
    time_t at = (time_t)when;
    char stamp[32];
    struct tm tm;

    if (gmtime_r(&at, &tm) == NULL ||
        strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        stamp[0] = '\0';
    return (size_t)snprintf(body, RECORD_MAX,
                            "{\"seq\":%llu,\"time\":\"%s\",\"pid\":%ld,\"event\":\"%s\"",
                            (unsigned long long)seq, stamp, (long)getpid(), event);
}

static CK_RV add(vault_token *t, vault_head *h, const char *body, size_t len)
{
    uint8_t link[LINK];
    CK_RV rv;

    vault_journal_link(h->link, body, len, link);
    rv = vault_exec(t, ST_JOURNAL_ADD, "ibb", h->seq + 1, body, len, link, (size_t)LINK);
    if (rv != CKR_OK)
        return rv;
    h->seq++;
    memcpy(h->link, link, LINK);
    return CKR_OK;
}

static CK_RV add_event(vault_token *t, vault_head *h, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static CK_RV add_event(vault_token *t, vault_head *h, const char *event, const char *format, ...)
{
    char body[RECORD_MAX];
    size_t n = begin_body(body, h->seq + 1, vault_time(), event);
    va_list ap;
    int more;

    va_start(ap, format);
    more = vsnprintf(body + n, sizeof(body) - n, format, ap);
    va_end(ap);
    if (more < 0 || (size_t)more >= sizeof(body) - n)
        return vault_fail(CKR_FUNCTION_FAILED, "a record of the journal is too long");
    return add(t, h, body, n + (size_t)more);
}

/* Before the first record of a transaction: what stands there is vouched for, or it is said that it
 * cannot be. */
static CK_RV check_anchor(vault_token *t, vault_head *h, const vault_key *key)
{
    uint8_t mac[32];
    int leads;
    CK_RV rv;

    if (h->anchor_seq == 0) /* the journal was off so far, or somebody has emptied it */
        return add_event(t, h, "journal-anchor", ",\"unanchored\":%llu",
                         (unsigned long long)h->seq);
    vault_journal_mac(key, h->anchor_seq, h->anchor_link, mac);
    rv = follow(t, h, &leads);
    if (rv != CKR_OK)
        return rv;
    if (leads && gost_equal(mac, h->mac, sizeof(mac)))
        return CKR_OK;
    return add_event(t, h, "journal-altered", ",\"anchor\":%llu",
                     (unsigned long long)h->anchor_seq);
}

/* Makes room: an eighth at once, so that it is not to be done for each record. */
static CK_RV trim(vault_token *t, vault_head *h)
{
    uint64_t keep = (uint64_t)t->settings.records, first;
    sqlite3_stmt *s = NULL;
    int have = 0;
    CK_RV rv;

    if (h->seq - h->first < keep)
        return CKR_OK;
    first = h->seq - (keep - keep / 8) + 1;
    rv = vault_query(t, ST_JOURNAL_READ, &s, "i", first - 1);
    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv == CKR_OK && (!have || !vault_col_bytes(s, 2, h->base, LINK)))
        rv = vault_fail(CKR_DEVICE_ERROR, "%s: the journal is damaged: restore a backup", t->path);
    if (rv != CKR_OK)
        return rv;
    (void)sqlite3_reset(s);
    h->first = first;
    return vault_exec(t, ST_JOURNAL_TRIM, "i", first);
}

/* How many records may still be written that nobody logged in is behind. */
static uint64_t room_alone(const vault_token *t, const vault_head *h)
{
    uint64_t tail = h->seq - h->anchor_seq, most = (uint64_t)t->settings.records;

    return tail < most ? most - tail : 0;
}

static CK_RV finish(vault_token *t, vault_head *h, const vault_key *key)
{
    CK_RV rv = CKR_OK;

    if (key != NULL) {
        rv = trim(t, h);
        h->anchor_seq = h->seq;
        memcpy(h->anchor_link, h->link, LINK);
        vault_journal_mac(key, h->anchor_seq, h->anchor_link, h->mac);
    }
    return rv == CKR_OK ? vault_head_write(t, h) : rv;
}

/* The key given, or that of whoever is logged in: *locked is 1 then, and key_lock held. */
static const vault_key *borrow(vault_token *t, const vault_key *key, int *locked)
{
    *locked = 0;
    if (key != NULL)
        return key;
    pthread_mutex_lock(&t->key_lock);
    *locked = 1;
    return t->key != NULL && t->key->live ? t->key : NULL;
}

static void give_back(vault_token *t, int locked)
{
    if (locked)
        pthread_mutex_unlock(&t->key_lock);
}

/* What kind of record it is. */
enum { FIRST = 1 /* of a new token */, LIMITED = 2 /* refused when there is no room_alone */ };

static unsigned kind_of(const char *event)
{
    return strcmp(event, "token-create") == 0 ? FIRST
           : strcmp(event, "key-change") == 0 ? LIMITED
                                              : 0;
}

static CK_RV put(vault_token *t, const vault_key *given, unsigned kind, const char *event,
                 const char *more)
{
    const vault_key *key;
    vault_head h;
    int locked;
    CK_RV rv = vault_head_read(t, &h);

    if (rv != CKR_OK)
        return rv;
    key = borrow(t, given, &locked);
    if (key != NULL && kind != FIRST)
        rv = check_anchor(t, &h, key);
    else if (key == NULL && kind == LIMITED && room_alone(t, &h) == 0)
        rv = vault_fail(CKR_USER_NOT_LOGGED_IN,
                        "%s: the journal has no room for more changes without a login", t->path);
    if (rv == CKR_OK)
        rv = add_event(t, &h, event, "%s", more);
    if (rv == CKR_OK)
        rv = finish(t, &h, key);
    give_back(t, locked);
    return rv;
}

CK_RV vault_journal_put(vault_token *t, const vault_key *given, const char *event,
                        const char *format, ...)
{
    char more[RECORD_MAX];
    va_list ap;
    int len;

    if (!t->settings.journal)
        return CKR_OK;
    va_start(ap, format);
    len = vsnprintf(more, sizeof(more), format, ap);
    va_end(ap);
    if (len < 0 || (size_t)len >= sizeof(more))
        return vault_fail(CKR_FUNCTION_FAILED, "a record of the journal is too long");
    return put(t, given, kind_of(event), event, more);
}

CK_RV vault_journal_rekey(vault_token *t, const vault_key *key)
{
    vault_head h;
    CK_RV rv = vault_head_read(t, &h);

    return rv == CKR_OK ? finish(t, &h, key) : rv;
}

/* ---- what is written about keys ------------------------------------------------------------- */

#define HEX_MAX (2 * 64 + 1)

static const char *hex(const void *bytes, size_t len, char out[HEX_MAX])
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *p = bytes;

    if (len > 64)
        len = 64;
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
    }
    out[2 * len] = '\0';
    return out;
}

CK_RV vault_journal_put_uses(vault_token *t, const vault_use *uses, size_t n, uint64_t *lost)
{
    char body[RECORD_MAX], id[HEX_MAX], digest[HEX_MAX];
    const vault_key *key;
    vault_head h;
    uint64_t room = UINT64_MAX, before;
    size_t len;
    int locked;
    CK_RV rv = vault_head_read(t, &h);

    if (rv != CKR_OK)
        return rv;
    before = h.seq;
    key = borrow(t, NULL, &locked);
    if (key != NULL) {
        rv = check_anchor(t, &h, key);
    } else {
        room = room_alone(t, &h);
        if (n > room) {
            *lost += n - room;
            n = (size_t)room;
        }
    }
    for (size_t i = 0; rv == CKR_OK && i < n; i++) {
        len = begin_body(body, h.seq + 1, uses[i].time, uses[i].name);
        len += (size_t)snprintf(body + len, sizeof(body) - len,
                                ",\"mechanism\":\"0x%lx\",\"object\":%llu,\"id\":\"%s\"%s%s%s",
                                uses[i].mech, (unsigned long long)uses[i].object,
                                hex(uses[i].id, uses[i].id_len, id),
                                uses[i].has_digest ? ",\"digest\":\"" : "",
                                uses[i].has_digest ? hex(uses[i].digest, 32, digest) : "",
                                uses[i].has_digest ? "\"" : "");
        rv = add(t, &h, body, len);
    }
    if (rv == CKR_OK && *lost > 0 && n < room) {
        rv = add_event(t, &h, "journal-lost", ",\"records\":%llu", (unsigned long long)*lost);
        *lost = 0;
    }
    if (rv == CKR_OK && h.seq != before)
        rv = finish(t, &h, key);
    give_back(t, locked);
    return rv;
}

/* The types of the attributes that were set, as many as fit. */
static void list_types(const tok_attrs *changes, char *out, size_t room)
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; changes != NULL && i < tok_attrs_count(changes) && n + 24 < room; i++)
        n += (size_t)snprintf(out + n, room - n, "%s\"0x%lx\"", i == 0 ? ",\"set\":[" : ",",
                              tok_attrs_at(changes, i)->type);
    if (n > 0)
        (void)snprintf(out + n, room - n, "]");
}

CK_RV vault_journal_object(vault_token *t, const char *event, uint64_t id, const tok_attrs *open,
                           const tok_attrs *changes)
{
    CK_ULONG class, mech;
    const CK_ATTRIBUTE *name;
    char set[300], key_id[HEX_MAX], made[48] = "";

    if (open == NULL) /* too damaged to say what it was */
        return vault_journal_put(t, NULL, event, ",\"object\":%llu,\"damaged\":true",
                                 (unsigned long long)id);
    class = tok_attrs_ulong(open, CKA_CLASS, CK_UNAVAILABLE_INFORMATION);
    if (class != CKO_PRIVATE_KEY && class != CKO_SECRET_KEY)
        return CKR_OK;
    name = tok_attrs_get(open, CKA_ID);
    mech = tok_attrs_ulong(open, CKA_KEY_GEN_MECHANISM, CK_UNAVAILABLE_INFORMATION);
    if (mech != CK_UNAVAILABLE_INFORMATION)
        (void)snprintf(made, sizeof(made), ",\"mechanism\":\"0x%lx\"", mech);
    list_types(changes, set, sizeof(set));
    return vault_journal_put(
        t, NULL, event,
        ",\"object\":%llu,\"class\":\"%s\",\"type\":\"0x%lx\",\"id\":\"%s\","
        "\"generated\":%s%s%s",
        (unsigned long long)id, class == CKO_PRIVATE_KEY ? "private" : "secret",
        tok_attrs_ulong(open, CKA_KEY_TYPE, CK_UNAVAILABLE_INFORMATION),
        hex(name != NULL ? name->pValue : NULL, name != NULL ? name->ulValueLen : 0, key_id),
        tok_attrs_bool(open, CKA_LOCAL, CK_FALSE) ? "true" : "false", made, set);
}
