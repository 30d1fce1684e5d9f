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
#include "token/vault/place.h"
#include "token/vault/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "token/secmem.h"

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
                        "the token of this backup is in slot %lu: restore it there, in its place "
                        "(--force)",
                        home);
    } else if (*there && !same && r->any_slot) {
        state = is_same(v, *slot, copy->serial);
        if (state < 0 && !r->replace) {
            rv = vault_fail(CKR_FUNCTION_REJECTED,
                            "in slot %lu, where this token was, is a file that cannot be read: "
                            "have it replaced (--force), or name another slot",
                            *slot);
        } else if (state >= 0) { /* another token has moved in */
            *slot = 0;
            while (has_slot(slots, n, *slot))
                ++*slot;
            *there = 0;
        }
    }
    if (rv == CKR_OK && *there && !r->replace)
        rv = vault_fail(CKR_FUNCTION_REJECTED,
                        "slot %lu has %s already, and nothing said to replace it (--force)", *slot,
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

/* ---- all of it ------------------------------------------------------------------------------ */

static CK_RV restore_temp(vault *v, const vault_restore *r, vault_copy *copy, vault_place *p,
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
            rv = vault_place_take(v, t, r, copy, key, p);
        vault_dir_unlock(p->dirfd);
    }
    vault_db_close(t);
    tok_secret_free(key);
    if (rv == CKR_OK) {
        copy->slot = p->slot;
        copy->replaced = p->there;
        memcpy(copy->kept, p->kept, sizeof(copy->kept));
    }
    return rv;
}

static CK_RV restore_in(vault *v, const vault_restore *r, vault_sealed *s, vault_copy *copy,
                        int dirfd)
{
    char temp[VAULT_TEMP_LEN + 1], *real = realpath(v->dir, NULL), *path = NULL;
    vault_place p = {.dirfd = dirfd, .fd = -1, .temp = temp, .dir = v->dir};
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
