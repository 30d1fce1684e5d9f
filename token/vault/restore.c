/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token from its copy (backup.h). The copy is decrypted into a temporary file of the directory,
 * which nobody else knows; opened, checked, and told what has become of the token meanwhile; and
 * then takes its name, or that of the token that it replaces, in one step.
 *
 * What an old copy must not do is to give PINs more tries than they have left. So the PIN is asked
 * for: who does not know one gets no fresh counters for his guesses here. And where the token is
 * still there, its counters hold. (Who can write the directory can put back old files at any time,
 * and who has the copy and its passphrase can guess as long as he likes: no counter helps there.)
 */
#include "token/vault/backup.h"
#include "token/vault/description.h"
#include "token/vault/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "token/secmem.h"

/* What of the token that is replaced has to live on. */
typedef struct heritage {
    int known; /* it can be read, and is the same token */
    int found[2];
    uint64_t left[2];                   /* tries, of the SO and of the user */
    uint64_t next_id, generation, last; /* last: the journal's last record */
} heritage;

static const CK_USER_TYPE users[2] = {CKU_SO, CKU_USER};

/* ---- where ---------------------------------------------------------------------------------- */

static int has_slot(const CK_SLOT_ID *slots, size_t n, CK_SLOT_ID slot)
{
    for (size_t i = 0; i < n; i++)
        if (slots[i] == slot)
            return 1;
    return 0;
}

/* Whose token is in a slot: 1 if it is this one's, 0 if another's, -1: it cannot be read. */
static int is_same(vault *v, CK_SLOT_ID slot, const uint8_t serial[VAULT_SERIAL])
{
    vault_token *t = NULL;
    int same = -1;

    if (vault_token_open(v, slot, &t) == CKR_OK) {
        same = memcmp(t->serial, serial, VAULT_SERIAL) == 0;
        vault_db_close(t);
    }
    return same;
}

/* The slot for the token; *there: the slot has one, which is to be replaced. */
static CK_RV choose(vault *v, const vault_restore *r, const vault_copy *copy, CK_SLOT_ID *slot,
                    int *there)
{
    CK_SLOT_ID *slots = NULL, home = 0;
    int same = 0, state;
    size_t n = 0;
    CK_RV rv = vault_slots(v, &slots, &n);

    if (rv != CKR_OK)
        return rv;
    for (size_t i = 0; i < n && !same; i++) {
        home = slots[i];
        same = is_same(v, home, copy->serial) == 1;
    }
    *slot = same ? home : r->any_slot ? (CK_SLOT_ID)copy->slot : r->slot;
    *there = has_slot(slots, n, *slot);
    if (same && !r->any_slot && r->slot != home) {
        rv = vault_fail(CKR_FUNCTION_REJECTED,
                        "the token of this backup is in slot %lu: restore it there", home);
    } else if (*there && !same && r->any_slot) {
        state = is_same(v, *slot, copy->serial);
        if (state < 0) {
            rv =
                vault_fail(CKR_FUNCTION_REJECTED,
                           "in slot %lu, where this token was, is a file that cannot be read: name "
                           "that slot to replace it, or another one",
                           *slot);
        } else { /* another token has moved in */
            *slot = 0;
            while (has_slot(slots, n, *slot))
                ++*slot;
            *there = 0;
        }
    }
    if (rv == CKR_OK && *there && !r->replace)
        rv = vault_fail(CKR_FUNCTION_REJECTED, "slot %lu has %s already", *slot,
                        same ? "this token" : "a token");
    free(slots);
    return rv;
}

/* ---- the temporary --------------------------------------------------------------------------- */

static CK_RV write_all(int fd, const uint8_t *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return vault_fail_errno(n < 0 ? errno : ENOSPC, "write", "the token's file");
        p += n;
        len -= (size_t)n;
    }
    return CKR_OK;
}

/* Decrypts the rest of the copy. */
static CK_RV decrypt(vault_sealed *s, const uint8_t *data, size_t n, int fd)
{
    CK_RV rv = write_all(fd, data + VAULT_DESCRIPTION, n - VAULT_DESCRIPTION);

    while (rv == CKR_OK && s->done < s->total) {
        rv = vault_sealed_next(s, &data, &n);
        if (rv == CKR_OK)
            rv = write_all(fd, data, n);
    }
    return rv;
}

/* Every sealed value opens under the token key, and as that of its object. */
static CK_RV check_seals(vault_token *t, const vault_key *key)
{
    uint64_t *ids = NULL;
    size_t n = 0;
    CK_RV rv = vault_find(t, NULL, 0, &ids, &n);

    for (size_t i = 0; rv == CKR_OK && i < n; i++) {
        vault_object *o = NULL;

        rv = vault_read(t, ids[i], &o);
        if (rv == CKR_OK) /* opens each of them, and makes new ones in memory */
            rv = vault_seals_rebind(o->seals, key, ids[i], o->open, o->open);
        vault_object_free(o);
    }
    free(ids);
    return rv;
}

static CK_RV check(vault_token *t, const vault_restore *r, const vault_copy *copy, vault_key **key)
{
    vault_examination e;
    vault_pin pin;
    vault_meta m;
    CK_RV rv = vault_begin(t, VAULT_READ);

    if (rv == CKR_OK)
        rv = vault_end(t, vault_meta_read(t, &m));
    if (rv == CKR_OK && memcmp(m.serial, copy->serial, VAULT_SERIAL) != 0)
        rv = vault_fail(CKR_ENCRYPTED_DATA_INVALID, "the backup makes no sense");
    if (rv != CKR_OK)
        return rv;
    memcpy(t->serial, m.serial, VAULT_SERIAL);
    memcpy(t->epoch, m.epoch, EPOCH);
    t->known = 1;
    rv = vault_examine(t, &e);
    if (rv == CKR_OK && e.damaged > 0)
        rv = vault_fail(CKR_DEVICE_ERROR, "%s", e.first_damage);
    if (rv == CKR_OK)
        rv = vault_pin_check(t, r->user, r->pin, r->pin_len, "token-restore", 0, &pin, key);
    if (rv == CKR_PIN_INCORRECT) /* not: so many tries left, of a file that is gone in a moment */
        rv = vault_fail(rv, "the PIN is not the one the token had when the backup was made");
    return rv == CKR_OK ? check_seals(t, *key) : rv;
}

/* ---- what has become of the token since -------------------------------------------------------
 */

/* Inside a transaction. */
static CK_RV inherit(vault_token *old, heritage *h)
{
    vault_state st;
    vault_head head;
    vault_pin pin;
    CK_RV rv = CKR_OK;

    memset(h, 0, sizeof(*h));
    for (size_t i = 0; rv == CKR_OK && i < 2; i++) {
        rv = vault_pin_read(old, users[i], &pin, &h->found[i]);
        h->left[i] = rv == CKR_OK && h->found[i] ? pin.left : 0;
    }
    if (rv == CKR_OK)
        rv = vault_state_read(old, &st);
    if (rv == CKR_OK && old->version > 1) {
        rv = vault_head_read(old, &head);
        h->last = rv == CKR_OK ? head.seq : 0;
    }
    if (rv == CKR_OK) {
        h->next_id = st.next_id;
        h->generation = st.generation;
        h->known = 1;
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

static CK_RV take_place(int dirfd, const char *temp, const char *name, int there, const char *dir)
{
    int exchanged = 0;

    if (!there) {
        if (linkat(dirfd, temp, dirfd, name, 0) != 0)
            return errno == EEXIST ? vault_fail(CKR_FUNCTION_REJECTED,
                                                "%s/%s: made by someone else just now", dir, name)
                                   : vault_fail_errno(errno, "make the token's file", dir);
    } else {
        /* Both ways at once, so that it can be undone; where that cannot be, one way. */
        exchanged = renameat2(dirfd, temp, dirfd, name, RENAME_EXCHANGE) == 0;
        if (!exchanged && renameat(dirfd, temp, dirfd, name) != 0)
            return vault_fail_errno(errno, "replace the token's file", dir);
    }
    if (fsync(dirfd) == 0)
        return CKR_OK;
    if (!there)
        (void)unlinkat(dirfd, name, 0);
    else if (exchanged)
        (void)renameat2(dirfd, temp, dirfd, name, RENAME_EXCHANGE);
    return vault_fail_errno(errno, "sync the directory", dir);
}

typedef struct place {
    int dirfd, fd; /* fd: of the temporary, which is locked */
    const char *temp, *dir;
    CK_SLOT_ID slot;
    int there;
} place;

static CK_RV sync_temp(const place *p)
{
    return fsync(p->fd) == 0 ? CKR_OK : vault_fail_errno(errno, "sync the new file", p->dir);
}

static CK_RV put(const place *p)
{
    char name[64];

    (void)snprintf(name, sizeof(name), "token-%lu.db", p->slot);
    return take_place(p->dirfd, p->temp, name, p->there, p->dir);
}

static int changed(const heritage *a, const heritage *b)
{
    return memcmp(a->found, b->found, sizeof(a->found)) != 0 ||
           memcmp(a->left, b->left, sizeof(a->left)) != 0 || a->next_id != b->next_id ||
           a->generation != b->generation || a->last != b->last;
}

/*
 * Two databases are never inside a transaction at the same time (a fork that waits for one would
 * keep the other from beginning). So: look at the old one, write the new one, then keep everybody
 * off the old one, and if it has changed meanwhile, once more.
 */
static CK_RV replace_readable(vault_token *t, vault_token *old, const vault_restore *r,
                              const vault_copy *copy, const vault_key *key, const place *p)
{
    heritage h, now;
    CK_RV rv = vault_begin(old, VAULT_READ);

    if (rv == CKR_OK)
        rv = vault_end(old, inherit(old, &h));
    for (int first = 1; rv == CKR_OK; first = 0) {
        rv = settle(t, &h, copy, r, key, first);
        if (rv == CKR_OK)
            rv = sync_temp(p);
        if (rv == CKR_OK)
            rv = vault_begin(old, VAULT_ALONE);
        if (rv != CKR_OK)
            break;
        rv = inherit(old, &now);
        if (rv == CKR_OK && changed(&h, &now)) {
            h = now;
            rv = vault_end(old, CKR_OK);
            continue;
        }
        if (rv == CKR_OK)
            rv = put(p);
        (void)vault_end(old, CKR_FUNCTION_CANCELED); /* nothing was written into it */
        break;
    }
    return rv;
}

static CK_RV publish(vault *v, vault_token *t, const vault_restore *r, const vault_copy *copy,
                     const vault_key *key, const place *p)
{
    static const heritage nothing;
    vault_token *old = NULL;
    CK_RV rv = CKR_OK;
    int readable = 0;

    if (p->there) {
        rv = vault_token_open(v, p->slot, &old);
        readable = rv == CKR_OK;
        if (rv == CKR_HOST_MEMORY || rv == CKR_FUNCTION_FAILED)
            return rv;
    }
    if (readable && memcmp(old->serial, t->serial, VAULT_SERIAL) == 0) {
        rv = replace_readable(t, old, r, copy, key, p);
        vault_db_close(old);
        return rv;
    }
    rv = settle(t, &nothing, copy, r, key, 1);
    if (rv == CKR_OK)
        rv = sync_temp(p);
    if (rv == CKR_OK && readable) { /* another token: nobody is to be writing to it */
        rv = vault_begin(old, VAULT_ALONE);
        if (rv == CKR_OK) {
            rv = put(p);
            (void)vault_end(old, CKR_FUNCTION_CANCELED);
        }
    } else if (rv == CKR_OK) {
        /* A journal that is left of a file nobody can read would be played into the new one. */
        vault_remove_journals(p->dirfd, p->slot);
        rv = put(p);
    }
    vault_db_close(old);
    return rv;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static CK_RV restore_temp(vault *v, const vault_restore *r, vault_copy *copy, place *p,
                          const char *path)
{
    vault_token *t = NULL;
    vault_key *key = NULL;
    CK_RV rv = vault_db_open(v->dir, path, VAULT_DB_COPY, &t);

    if (rv != CKR_OK)
        return rv;
    t->settings = v->settings;
    rv = check(t, r, copy, &key);
    if (rv == CKR_OK && !vault_dir_lock(p->dirfd))
        rv = vault_fail(CKR_FUNCTION_FAILED, "%s: another process holds the directory", v->dir);
    if (rv == CKR_OK) {
        rv = choose(v, r, copy, &p->slot, &p->there);
        if (rv == CKR_OK)
            rv = publish(v, t, r, copy, key, p);
        vault_dir_unlock(p->dirfd);
    }
    vault_db_close(t);
    tok_secret_free(key);
    if (rv == CKR_OK) {
        copy->slot = p->slot;
        copy->replaced = p->there;
    }
    return rv;
}

static CK_RV restore_in(vault *v, const vault_restore *r, vault_sealed *s, vault_copy *copy,
                        int dirfd)
{
    char temp[VAULT_TEMP_LEN + 1], *real = realpath(v->dir, NULL), *path = NULL;
    place p = {.dirfd = dirfd, .fd = -1, .temp = temp, .dir = v->dir};
    const uint8_t *data;
    size_t n;
    CK_RV rv = real != NULL ? vault_sealed_next(s, &data, &n)
                            : vault_fail_errno(errno, "find the directory", v->dir);

    if (rv == CKR_OK)
        rv = vault_described(data, n, s->total, copy);
    if (rv == CKR_OK) /* known early, if it can be */
        rv = choose(v, r, copy, &p.slot, &p.there);
    if (rv == CKR_OK) {
        vault_temp_sweep(real);
        rv = vault_temp_make(real, dirfd, temp, &p.fd);
        if (rv != CKR_OK)
            p.fd = -1;
    }
    if (rv == CKR_OK && asprintf(&path, "%s/%s", real, temp) < 0) {
        path = NULL;
        rv = vault_fail(CKR_HOST_MEMORY, "out of memory");
    }
    if (rv == CKR_OK)
        rv = decrypt(s, data, n, p.fd);
    if (rv == CKR_OK)
        rv = restore_temp(v, r, copy, &p, path);
    if (p.fd >= 0) {
        (void)unlinkat(dirfd, temp, 0); /* also what was replaced */
        (void)close(p.fd);
    }
    free(path);
    free(real);
    return rv;
}

CK_RV vault_restore_copy(vault *v, const vault_restore *r, vault_copy *copy)
{
    vault_sealed s;
    int dirfd = -1;
    CK_RV rv = vault_sealed_open(&s, r->fd, r->passphrase, r->passphrase_len);

    memset(copy, 0, sizeof(*copy));
    if (rv == CKR_OK)
        rv = vault_dir_open(v->dir, 1, &dirfd);
    if (rv == CKR_OK)
        rv = restore_in(v, r, &s, copy, dirfd);
    vault_sealed_close(&s);
    if (dirfd >= 0)
        (void)close(dirfd);
    return rv;
}
