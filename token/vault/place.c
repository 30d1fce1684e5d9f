/* SPDX-License-Identifier: Apache-2.0 */
/* A restored token takes its place: see place.h. */
#include "token/vault/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEPT_MAX 1000

/* What of the token that is replaced has to live on. */
typedef struct heritage {
    int known; /* it can be opened, and is the same token */
    int found[2];
    uint64_t left[2];                   /* tries, of the SO and of the user */
    uint64_t next_id, generation, last; /* last: the journal's last record */
    unsigned lost;                      /* OF_…: what of it cannot be read */
} heritage;

enum { OF_SO = 1, OF_USER = 2, OF_STATE = 4, OF_HEAD = 8 };

static const CK_USER_TYPE users[2] = {CKU_SO, CKU_USER};
static const unsigned of_user[2] = {OF_SO, OF_USER};

static int is_damage(CK_RV rv)
{
    return rv == CKR_DEVICE_ERROR || rv == CKR_TOKEN_NOT_RECOGNIZED;
}

/* ---- what has become of the token since ----------------------------------------------------- */

static CK_RV forgive(CK_RV rv, unsigned part, heritage *h)
{
    if (!is_damage(rv))
        return rv;
    h->lost |= part;
    return CKR_OK;
}

/*
 * Inside a transaction. What cannot be read is noted; what is known to be so (`lost`) is not asked
 * for again, because SQLite ends a transaction, and gives up its locks, with such an error.
 */
static CK_RV inherit(vault_token *old, unsigned lost, heritage *h)
{
    vault_state st;
    vault_head head;
    vault_pin pin;
    CK_RV rv = CKR_OK;

    memset(h, 0, sizeof(*h));
    h->known = 1;
    h->lost = lost;
    for (size_t i = 0; rv == CKR_OK && i < 2; i++) {
        if (h->lost & of_user[i])
            continue;
        rv = forgive(vault_pin_read(old, users[i], &pin, &h->found[i]), of_user[i], h);
        h->found[i] = rv == CKR_OK && !(h->lost & of_user[i]) && h->found[i];
        h->left[i] = h->found[i] ? pin.left : 0;
    }
    if (rv == CKR_OK && !(h->lost & OF_STATE)) {
        rv = forgive(vault_state_read(old, &st), OF_STATE, h);
        if (rv == CKR_OK && !(h->lost & OF_STATE)) {
            h->next_id = st.next_id;
            h->generation = st.generation;
        }
    }
    if (rv == CKR_OK && old->version > 1 && !(h->lost & OF_HEAD)) {
        rv = forgive(vault_head_read(old, &head), OF_HEAD, h);
        h->last = rv == CKR_OK && !(h->lost & OF_HEAD) ? head.seq : 0;
    }
    return rv;
}

static CK_RV lower_tries(vault_token *t, const heritage *h)
{
    vault_pin pin;
    int found;
    CK_RV rv = CKR_OK;

    for (size_t i = 0; rv == CKR_OK && i < 2; i++) {
        rv = vault_pin_read(t, users[i], &pin, &found);
        if (rv != CKR_OK || !found || !h->found[i] || pin.left <= h->left[i])
            continue;
        pin.left = h->left[i];
        rv = vault_pin_write(t, users[i], &pin);
    }
    return rv;
}

/* In the temporary: it goes on from where the token is now, and says so in its journal. */
static CK_RV settle(vault_token *t, const heritage *h, const vault_copy *copy,
                    const vault_restore *r, const vault_key *key, int first)
{
    char id[2 * VAULT_COPY_ID + 1];
    vault_state st;
    CK_RV rv = vault_begin(t, VAULT_WRITE);

    if (rv != CKR_OK)
        return rv;
    if (h->known)
        rv = lower_tries(t, h);
    if (rv == CKR_OK)
        rv = vault_state_read(t, &st);
    if (rv == CKR_OK) {
        if (h->known && st.next_id < h->next_id)
            st.next_id = h->next_id;
        if (h->known && st.generation < h->generation)
            st.generation = h->generation;
        st.generation++;
        rv = vault_state_write(t, &st);
    }
    for (size_t i = 0; i < VAULT_COPY_ID; i++)
        (void)snprintf(id + 2 * i, 3, "%02x", copy->id[i]);
    if (rv == CKR_OK && first)
        rv =
            vault_journal_put(t, key, "token-restore",
                              ",\"user\":\"%s\",\"copy\":\"%s\",\"made\":%llu,\"replaced\":%s,"
                              "\"after\":%llu",
                              r->user == CKU_SO ? "so" : "user", id, (unsigned long long)copy->time,
                              h->known ? "true" : "false", (unsigned long long)h->last);
    return vault_end(t, rv);
}

/* ---- the name ------------------------------------------------------------------------------- */

/* A second name for the damaged file. A journal beside that name is of another one that was there:
 * SQLite would play it into this one. */
static CK_RV keep(vault_place *p, const char *name)
{
    char journal[80];

    for (unsigned n = 1; n <= KEPT_MAX; n++) {
        (void)snprintf(p->kept, sizeof(p->kept), "token-%lu.db.damaged-%u", p->slot, n);
        if (linkat(p->dirfd, name, p->dirfd, p->kept, 0) == 0) {
            (void)snprintf(journal, sizeof(journal), "%s-journal", p->kept);
            (void)unlinkat(p->dirfd, journal, 0);
            return CKR_OK;
        }
        if (errno != EEXIST) {
            p->kept[0] = '\0';
            return vault_fail_errno(errno, "keep the damaged file", p->dir);
        }
    }
    p->kept[0] = '\0';
    return vault_fail(CKR_FUNCTION_REJECTED,
                      "%s: %d damaged files of the slot are kept: remove those that are not needed",
                      p->dir, KEPT_MAX);
}

static CK_RV exchange(vault_place *p, const char *name)
{
    int exchanged, err;

    /* Both ways at once, so that it can be undone; where that cannot be, one way. */
    exchanged = renameat2(p->dirfd, p->temp, p->dirfd, name, RENAME_EXCHANGE) == 0;
    if (!exchanged && renameat(p->dirfd, p->temp, p->dirfd, name) != 0)
        return vault_fail_errno(errno, "replace the token's file", p->dir);
    if (fsync(p->dirfd) == 0)
        return CKR_OK;
    err = errno;
    if (exchanged)
        (void)renameat2(p->dirfd, p->temp, p->dirfd, name, RENAME_EXCHANGE);
    else if (p->kept[0] != '\0')
        (void)renameat(p->dirfd, p->kept, p->dirfd, name);
    return vault_fail_errno(err, "sync the directory", p->dir);
}

static CK_RV take_new(const vault_place *p, const char *name)
{
    CK_RV rv;

    if (linkat(p->dirfd, p->temp, p->dirfd, name, 0) != 0)
        return errno == EEXIST ? vault_fail(CKR_FUNCTION_REJECTED,
                                            "%s/%s: made by someone else just now", p->dir, name)
                               : vault_fail_errno(errno, "make the token's file", p->dir);
    if (fsync(p->dirfd) == 0)
        return CKR_OK;
    rv = vault_fail_errno(errno, "sync the directory", p->dir);
    (void)unlinkat(p->dirfd, name, 0);
    return rv;
}

/* alone: nobody else is inside the old file, and it has no journal. */
static CK_RV put(vault_place *p, int damaged, int alone)
{
    char name[64], journal[80], aside[80];
    CK_RV rv = CKR_OK;

    (void)snprintf(name, sizeof(name), "token-%lu.db", p->slot);
    if (p->there && damaged)
        rv = keep(p, name);
    if (rv != CKR_OK)
        return rv;
    (void)snprintf(journal, sizeof(journal), "%s-journal", name);
    (void)snprintf(aside, sizeof(aside), "%s-journal", p->kept);
    if (!alone) {
        /* A journal that is left of a file nobody can read would be played into the new one. */
        if (p->kept[0] != '\0' && renameat(p->dirfd, journal, p->dirfd, aside) != 0 &&
            errno != ENOENT) {
            rv = vault_fail_errno(errno, "keep the damaged file's journal", p->dir);
            (void)unlinkat(p->dirfd, p->kept, 0);
            p->kept[0] = '\0';
            return rv;
        }
        vault_remove_journals(p->dirfd, p->slot);
    }
    rv = p->there ? exchange(p, name) : take_new(p, name);
    if (rv != CKR_OK && p->kept[0] != '\0') {
        if (!alone)
            (void)renameat(p->dirfd, aside, p->dirfd, journal);
        (void)unlinkat(p->dirfd, p->kept, 0);
        p->kept[0] = '\0';
    }
    return rv;
}

/* ---- all of it ------------------------------------------------------------------------------ */

/* What is in the slot. */
typedef struct occupant {
    vault_token *t; /* NULL: nothing, or it cannot be opened */
    int same;       /* it is the token that is restored */
    int damaged;
} occupant;

static CK_RV look_at(vault *v, CK_SLOT_ID slot, const vault_token *t, occupant *o)
{
    vault_examination e;
    /* What is somebody else's, or no file at all, is not for us to replace. */
    CK_RV rv = vault_slot_check(v, slot);

    if (rv != CKR_OK)
        return rv;
    rv = vault_token_open(v, slot, &o->t);
    if (rv == CKR_OK) {
        o->same = memcmp(o->t->serial, t->serial, VAULT_SERIAL) == 0;
        rv = vault_examine(o->t, &e);
        o->damaged = rv == CKR_OK && (e.damaged > 0 || e.altered);
    } else {
        o->t = NULL;
    }
    if (is_damage(rv)) {
        o->damaged = 1;
        rv = CKR_OK;
    }
    return rv;
}

static CK_RV look_back(occupant *o, heritage *h)
{
    CK_RV rv = vault_begin(o->t, VAULT_READ);

    if (rv == CKR_OK) {
        rv = inherit(o->t, 0, h);
        (void)vault_end(o->t, CKR_FUNCTION_CANCELED); /* nothing was written */
        o->damaged |= h->lost != 0;
    } else if (is_damage(rv)) {
        o->same = 0;
        o->damaged = 1;
        rv = CKR_OK;
    }
    return rv;
}

static int changed(const heritage *a, const heritage *b)
{
    return memcmp(a->found, b->found, sizeof(a->found)) != 0 ||
           memcmp(a->left, b->left, sizeof(a->left)) != 0 || a->next_id != b->next_id ||
           a->generation != b->generation || a->last != b->last || a->lost != b->lost;
}

/* Keeps everybody off the old token and puts the new one in its place; *again: the old one has
 * changed meanwhile, to what h then says. */
static CK_RV put_alone(occupant *o, heritage *h, vault_place *p, int *again)
{
    heritage now;
    int alone = 0;
    CK_RV rv = CKR_OK;

    *again = 0;
    if (o->t != NULL) {
        rv = vault_begin(o->t, VAULT_ALONE);
        alone = rv == CKR_OK;
        if (is_damage(rv)) {
            o->damaged = 1;
            rv = CKR_OK;
        }
    }
    if (alone && o->same) {
        rv = inherit(o->t, h->lost, &now);
        o->damaged |= now.lost != 0;
        *again = rv == CKR_OK && changed(h, &now);
        if (*again)
            *h = now;
    }
    if (rv == CKR_OK && !*again)
        rv = put(p, o->damaged, alone);
    if (alone)
        (void)vault_end(o->t, CKR_FUNCTION_CANCELED); /* nothing was written into it */
    return rv;
}

CK_RV vault_place_take(vault *v, vault_token *t, const vault_restore *r, const vault_copy *copy,
                       const vault_key *key, vault_place *p)
{
    heritage h = {.known = 0};
    occupant o = {.t = NULL};
    int again = 1;
    CK_RV rv = CKR_OK;

    p->kept[0] = '\0';
    if (p->there)
        rv = look_at(v, p->slot, t, &o);
    if (rv == CKR_OK && o.same)
        rv = look_back(&o, &h);
    /* Two databases are never inside a transaction at the same time (a fork that waits for one
     * would keep the other from beginning). So: look at the old one, write the new one, then keep
     * everybody off the old one, and if it has changed meanwhile, once more. */
    for (int first = 1; rv == CKR_OK && again; first = 0) {
        rv = settle(t, &h, copy, r, key, first);
        if (rv == CKR_OK && fsync(p->fd) != 0)
            rv = vault_fail_errno(errno, "sync the new file", p->dir);
        if (rv == CKR_OK)
            rv = put_alone(&o, &h, p, &again);
    }
    vault_db_close(o.t);
    return rv;
}
