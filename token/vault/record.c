/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows that a token has once: meta, state, pin; and the checksums of all rows. A row that does
 * not fit its checksum, or was written for another format of the token, is "damaged".
 */
#include "token/vault/local.h"

#include <string.h>

void vault_put64(uint8_t *p, uint64_t v)
{
    for (int i = 0; i < 8; i++)
        p[i] = (uint8_t)(v >> (56 - 8 * i));
}

uint64_t vault_get64(const uint8_t *p)
{
    uint64_t v = 0;

    for (int i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

void vault_sum_u64(gost_streebog *h, uint64_t v)
{
    uint8_t b[8];

    vault_put64(b, v);
    gost_streebog_update(h, b, sizeof(b));
}

/* With its length, so that no two rows are the same bytes. */
void vault_sum_bytes(gost_streebog *h, const void *p, size_t len)
{
    vault_sum_u64(h, len);
    gost_streebog_update(h, p, len);
}

void vault_sum_begin(gost_streebog *h, const char *table, const uint8_t which[EPOCH])
{
    gost_streebog_init(h, 256);
    vault_sum_bytes(h, table, strlen(table));
    gost_streebog_update(h, which, EPOCH);
}

static CK_RV damaged(const vault_token *t, const char *what)
{
    return vault_fail(CKR_DEVICE_ERROR, "%s: the token's %s is damaged: restore a backup", t->path,
                      what);
}

/* ---- meta ----------------------------------------------------------------------------------- */

static void meta_sum(const vault_meta *m, uint8_t sum[SUM])
{
    gost_streebog h;

    vault_sum_begin(&h, "meta", m->epoch);
    vault_sum_bytes(&h, m->serial, VAULT_SERIAL);
    vault_sum_bytes(&h, m->label, VAULT_LABEL);
    vault_sum_u64(&h, m->so_pin_min);
    vault_sum_u64(&h, m->user_pin_min);
    vault_sum_u64(&h, m->so_tries);
    vault_sum_u64(&h, m->user_tries);
    vault_sum_u64(&h, m->kdf.m);
    vault_sum_u64(&h, m->kdf.t);
    vault_sum_u64(&h, m->kdf.p);
    gost_streebog_final(&h, sum);
}

CK_RV vault_meta_read(vault_token *t, vault_meta *m)
{
    uint8_t sum[SUM], stored[SUM];
    sqlite3_stmt *s = NULL;
    int have;
    CK_RV rv = vault_query(t, ST_META_READ, &s, "");

    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv != CKR_OK)
        return rv;
    if (!have || !vault_col_bytes(s, 0, m->serial, VAULT_SERIAL) ||
        !vault_col_bytes(s, 1, m->epoch, EPOCH) || !vault_col_bytes(s, 2, m->label, VAULT_LABEL) ||
        !vault_col_u64(s, 3, &m->so_pin_min) || !vault_col_u64(s, 4, &m->user_pin_min) ||
        !vault_col_u64(s, 5, &m->so_tries) || !vault_col_u64(s, 6, &m->user_tries) ||
        !vault_col_u64(s, 7, &m->kdf.m) || !vault_col_u64(s, 8, &m->kdf.t) ||
        !vault_col_u64(s, 9, &m->kdf.p) || !vault_col_bytes(s, 10, stored, SUM))
        return damaged(t, "record");
    meta_sum(m, sum);
    if (memcmp(sum, stored, SUM) != 0 || !vault_kdf_sane(&m->kdf))
        return damaged(t, "record");
    return CKR_OK;
}

CK_RV vault_meta_write(vault_token *t, const vault_meta *m)
{
    uint8_t sum[SUM];

    meta_sum(m, sum);
    return vault_exec(t, ST_META_WRITE, "bbbiiiiiiib", m->serial, (size_t)VAULT_SERIAL, m->epoch,
                      (size_t)EPOCH, m->label, (size_t)VAULT_LABEL, m->so_pin_min, m->user_pin_min,
                      m->so_tries, m->user_tries, m->kdf.m, m->kdf.t, m->kdf.p, sum, (size_t)SUM);
}

/* ---- state ---------------------------------------------------------------------------------- */

static void state_sum(const vault_token *t, const vault_state *st, uint8_t sum[SUM])
{
    gost_streebog h;

    vault_sum_begin(&h, "state", t->epoch);
    vault_sum_u64(&h, st->generation);
    vault_sum_u64(&h, st->objects);
    vault_sum_u64(&h, st->next_id);
    gost_streebog_final(&h, sum);
}

CK_RV vault_state_read(vault_token *t, vault_state *st)
{
    uint8_t sum[SUM], stored[SUM];
    sqlite3_stmt *s = NULL;
    int have;
    CK_RV rv = vault_query(t, ST_STATE_READ, &s, "");

    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv != CKR_OK)
        return rv;
    if (!have || !vault_col_u64(s, 0, &st->generation) || !vault_col_u64(s, 1, &st->objects) ||
        !vault_col_u64(s, 2, &st->next_id) || !vault_col_bytes(s, 3, stored, SUM))
        return damaged(t, "state");
    state_sum(t, st, sum);
    return memcmp(sum, stored, SUM) == 0 ? CKR_OK : damaged(t, "state");
}

CK_RV vault_state_write(vault_token *t, const vault_state *st)
{
    uint8_t sum[SUM];

    state_sum(t, st, sum);
    return vault_exec(t, ST_STATE_WRITE, "iiib", st->generation, st->objects, st->next_id, sum,
                      (size_t)SUM);
}

/* ---- PINs ----------------------------------------------------------------------------------- */

static void pin_sum(const vault_token *t, CK_USER_TYPE user, const vault_pin *p, uint8_t sum[SUM])
{
    gost_streebog h;

    vault_sum_begin(&h, "pin", t->epoch);
    vault_sum_u64(&h, user);
    vault_sum_bytes(&h, p->salt, SALT);
    vault_sum_u64(&h, p->kdf.m);
    vault_sum_u64(&h, p->kdf.t);
    vault_sum_u64(&h, p->kdf.p);
    vault_sum_bytes(&h, p->nonce, NONCE);
    vault_sum_bytes(&h, p->box, sizeof(p->box));
    vault_sum_u64(&h, p->tries);
    vault_sum_u64(&h, p->left);
    vault_sum_u64(&h, p->flags);
    if (t->version > 1)
        vault_sum_u64(&h, p->changed);
    gost_streebog_final(&h, sum);
}

CK_RV vault_pin_read(vault_token *t, CK_USER_TYPE user, vault_pin *p, int *found)
{
    uint8_t sum[SUM], stored[SUM];
    sqlite3_stmt *s = NULL;
    CK_RV rv =
        vault_query(t, t->version > 1 ? ST_PIN_READ : ST_PIN_READ_1, &s, "i", (uint64_t)user);

    *found = 0;
    p->changed = 0;
    if (rv == CKR_OK)
        rv = vault_next(t, s, found);
    if (rv != CKR_OK || !*found)
        return rv;
    if (!vault_col_bytes(s, 0, p->salt, SALT) || !vault_col_u64(s, 1, &p->kdf.m) ||
        !vault_col_u64(s, 2, &p->kdf.t) || !vault_col_u64(s, 3, &p->kdf.p) ||
        !vault_col_bytes(s, 4, p->nonce, NONCE) || !vault_col_bytes(s, 5, p->box, sizeof(p->box)) ||
        !vault_col_u64(s, 6, &p->tries) || !vault_col_u64(s, 7, &p->left) ||
        !vault_col_u64(s, 8, &p->flags) || !vault_col_bytes(s, 9, stored, SUM) ||
        (t->version > 1 && !vault_col_u64(s, 10, &p->changed)))
        return damaged(t, "PIN record");
    pin_sum(t, user, p, sum);
    if (memcmp(sum, stored, SUM) != 0 || !vault_kdf_sane(&p->kdf) || p->left > p->tries)
        return damaged(t, "PIN record");
    (void)sqlite3_reset(s);
    return CKR_OK;
}

CK_RV vault_pin_write(vault_token *t, CK_USER_TYPE user, const vault_pin *p)
{
    uint8_t sum[SUM];

    pin_sum(t, user, p, sum);
    return vault_exec(t, ST_PIN_WRITE, "ibiiibbiiibi", (uint64_t)user, p->salt, (size_t)SALT,
                      p->kdf.m, p->kdf.t, p->kdf.p, p->nonce, (size_t)NONCE, p->box, sizeof(p->box),
                      p->tries, p->left, p->flags, sum, (size_t)SUM, p->changed);
}

/* ---- objects -------------------------------------------------------------------------------- */

void vault_object_sum(const vault_token *t, uint64_t id, const void *body, size_t body_len,
                      const void *seals, size_t seals_len, uint8_t sum[SUM])
{
    gost_streebog h;

    vault_sum_begin(&h, "object", t->epoch);
    vault_sum_u64(&h, id);
    vault_sum_bytes(&h, body, body_len);
    vault_sum_bytes(&h, seals, seals_len);
    gost_streebog_final(&h, sum);
}
