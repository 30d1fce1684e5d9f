/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PINs. A PIN opens the box with the token key: nothing else is stored to compare it with. Every
 * check first takes one from the retry counter in a transaction of its own, so that whoever is
 * killed in the middle has spent a try; a right PIN gives all tries back.
 *
 * Checks on one directory go one after the other (its flock): otherwise ten right PINs at once
 * would take the counter to zero, and the eleventh be told that the PIN is locked. The lock is only
 * for that; whoever does not get it in time goes on, and the counter still holds.
 */
#include "token/vault/local.h"

#include <string.h>
#include <unistd.h>

#include "gost/mgm.h"
#include "gost/random.h"
#include "token/secmem.h"

static const char *name_of(CK_USER_TYPE user)
{
    return user == CKU_SO ? "SO" : "user";
}

static CK_RV no_random(void)
{
    return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
}

/* ---- the box -------------------------------------------------------------------------------- */

vault_key *vault_key_new(const uint8_t key[TOKEN_KEY], const uint8_t *serial, const uint8_t *epoch)
{
    vault_key *k = tok_secret_alloc(sizeof(*k));

    if (k == NULL) {
        (void)vault_fail(CKR_HOST_MEMORY, "out of memory for secrets");
        return NULL;
    }
    memcpy(k->key, key, TOKEN_KEY);
    gost_kuznyechik_set_key(&k->ks, key);
    memcpy(k->serial, serial, VAULT_SERIAL);
    memcpy(k->epoch, epoch, EPOCH);
    return k;
}

#define AD_NAME "gosttoken key 1"
#define AD_LEN  (sizeof(AD_NAME) - 1 + VAULT_SERIAL + EPOCH + 4 * 8 + SALT)

/* Whoever weakens the parameters in the file, or moves a box to another token, opens nothing. */
static void associated(const vault_pin *p, CK_USER_TYPE user, const uint8_t *serial,
                       const uint8_t *epoch, uint8_t ad[AD_LEN])
{
    memcpy(ad, AD_NAME, sizeof(AD_NAME) - 1);
    ad += sizeof(AD_NAME) - 1;
    memcpy(ad, serial, VAULT_SERIAL);
    memcpy(ad + VAULT_SERIAL, epoch, EPOCH);
    ad += VAULT_SERIAL + EPOCH;
    vault_put64(ad, user);
    vault_put64(ad + 8, p->kdf.m);
    vault_put64(ad + 16, p->kdf.t);
    vault_put64(ad + 24, p->kdf.p);
    memcpy(ad + 32, p->salt, SALT);
}

/* What a PIN becomes on its way to the token key. */
typedef struct work {
    uint8_t kek[32], key[TOKEN_KEY];
    gost_kuznyechik ks;
} work;

static work *work_new(void)
{
    work *w = tok_secret_alloc(sizeof(*w));

    if (w == NULL)
        (void)vault_fail(CKR_HOST_MEMORY, "out of memory for secrets");
    return w;
}

CK_RV vault_pin_seal(vault_pin *p, CK_USER_TYPE user, const vault_key *key, const uint8_t *pin,
                     size_t len)
{
    uint8_t ad[AD_LEN];
    work *w = work_new();
    CK_RV rv;

    if (w == NULL)
        return CKR_HOST_MEMORY;
    if (!gost_random_system(NULL, p->salt, SALT) || !gost_random_system(NULL, p->nonce, NONCE)) {
        rv = no_random();
        goto done;
    }
    rv = vault_kdf_run(&p->kdf, pin, len, p->salt, w->kek);
    if (rv != CKR_OK)
        goto done;
    gost_kuznyechik_set_key(&w->ks, w->kek);
    associated(p, user, key->serial, key->epoch, ad);
    gost_mgm_seal(&w->ks, p->nonce, ad, sizeof(ad), key->key, TOKEN_KEY, p->box,
                  p->box + TOKEN_KEY);
done:
    tok_secret_free(w);
    return rv;
}

/* CKR_PIN_INCORRECT if the PIN does not open the box. */
static CK_RV pin_open(const vault_pin *p, CK_USER_TYPE user, const uint8_t *serial,
                      const uint8_t *epoch, const uint8_t *pin, size_t len, vault_key **key)
{
    uint8_t ad[AD_LEN];
    work *w;
    CK_RV rv;

    if (len > VAULT_PIN_MAX) /* cannot be right, and is perhaps no length at all: do not read it */
        return CKR_PIN_INCORRECT;
    w = work_new();
    if (w == NULL)
        return CKR_HOST_MEMORY;
    rv = vault_kdf_run(&p->kdf, pin, len, p->salt, w->kek);
    if (rv != CKR_OK)
        goto done;
    gost_kuznyechik_set_key(&w->ks, w->kek);
    associated(p, user, serial, epoch, ad);
    if (!gost_mgm_open(&w->ks, p->nonce, ad, sizeof(ad), p->box, TOKEN_KEY, p->box + TOKEN_KEY,
                       w->key)) {
        rv = CKR_PIN_INCORRECT;
        goto done;
    }
    *key = vault_key_new(w->key, serial, epoch);
    rv = *key != NULL ? CKR_OK : CKR_HOST_MEMORY;
done:
    tok_secret_free(w);
    return rv;
}

/* ---- checking ------------------------------------------------------------------------------- */

/* Takes one try. */
static CK_RV spend(vault_token *t, CK_USER_TYPE user, vault_pin *p)
{
    int found;
    CK_RV rv = vault_begin(t, VAULT_WRITE);

    if (rv != CKR_OK)
        return rv;
    rv = vault_pin_read(t, user, p, &found);
    if (rv == CKR_OK && !found)
        rv = vault_fail(CKR_USER_PIN_NOT_INITIALIZED, "%s: the %s PIN is not set", t->path,
                        name_of(user));
    if (rv == CKR_OK && p->left == 0)
        rv = vault_fail(CKR_PIN_LOCKED, "%s: the %s PIN is locked%s", t->path, name_of(user),
                        user == CKU_SO ? ": the token can only be made anew"
                                       : ": the SO can unlock it");
    if (rv == CKR_OK) {
        p->left--;
        rv = vault_pin_write(t, user, p);
    }
    return vault_end(t, rv);
}

/* Gives the tries back, if the PIN is still the one that was checked; else *changed. */
static CK_RV restore(vault_token *t, CK_USER_TYPE user, const vault_pin *checked, int *changed)
{
    vault_pin now;
    int found;
    CK_RV rv = vault_begin(t, VAULT_WRITE);

    if (rv != CKR_OK)
        return rv;
    rv = vault_pin_read(t, user, &now, &found);
    *changed = rv == CKR_OK && (!found || memcmp(now.salt, checked->salt, SALT) != 0);
    if (rv == CKR_OK && !*changed && now.left != now.tries) {
        now.left = now.tries;
        rv = vault_pin_write(t, user, &now);
    }
    return vault_end(t, rv);
}

CK_RV vault_pin_check(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len,
                      vault_pin *p, vault_key **key)
{
    uint8_t serial[VAULT_SERIAL], epoch[EPOCH];
    int fd = -1, changed;
    CK_RV rv;

    if (user != CKU_SO && user != CKU_USER)
        return vault_fail(CKR_USER_TYPE_INVALID, "neither SO nor user");
    *key = NULL;
    if (vault_dir_open(t->dir, 0, &fd) == CKR_OK && fd >= 0)
        (void)vault_dir_lock(fd);
    do {
        changed = 0;
        rv = spend(t, user, p);
        if (rv != CKR_OK)
            break;
        pthread_mutex_lock(&t->lock);
        memcpy(serial, t->serial, VAULT_SERIAL);
        memcpy(epoch, t->epoch, EPOCH);
        pthread_mutex_unlock(&t->lock);
        rv = pin_open(p, user, serial, epoch, pin, len, key);
        if (rv == CKR_PIN_INCORRECT) {
            rv = vault_fail(rv, "%s: wrong %s PIN, %llu tries left", t->path, name_of(user),
                            (unsigned long long)p->left);
            break;
        }
        if (rv == CKR_OK)
            rv = restore(t, user, p, &changed);
        if (rv != CKR_OK || changed) {
            tok_secret_free(*key);
            *key = NULL;
        }
    } while (rv == CKR_OK && changed);
    if (fd >= 0) {
        vault_dir_unlock(fd);
        (void)close(fd);
    }
    return rv;
}

CK_RV vault_check_pin(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len)
{
    vault_key *key;
    vault_pin p;
    CK_RV rv = vault_pin_check(t, user, pin, len, &p, &key);

    tok_secret_free(key);
    return rv;
}

/* ---- login ---------------------------------------------------------------------------------- */

static void keep(vault_token *t, CK_USER_TYPE user, vault_key *key)
{
    vault_key *old;

    pthread_mutex_lock(&t->key_lock);
    old = t->key;
    t->key = key;
    t->who = user;
    pthread_mutex_unlock(&t->key_lock);
    tok_secret_free(old);
}

CK_RV vault_login(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len)
{
    vault_key *key;
    vault_pin p;
    CK_RV rv = vault_pin_check(t, user, pin, len, &p, &key);

    if (rv == CKR_OK)
        keep(t, user, key);
    return rv;
}

void vault_logout(vault_token *t)
{
    keep(t, 0, NULL);
}

/* A copy of the key of whoever is logged in as `user` (or as anybody, by -1). */
static CK_RV key_of(vault_token *t, CK_USER_TYPE user, vault_key **key)
{
    CK_RV rv;

    pthread_mutex_lock(&t->key_lock);
    if (t->key == NULL || (user != (CK_USER_TYPE)-1 && t->who != user)) {
        rv = vault_fail(CKR_USER_NOT_LOGGED_IN, "%s: needs a login", t->path);
    } else {
        *key = vault_key_new(t->key->key, t->key->serial, t->key->epoch);
        rv = *key != NULL ? CKR_OK : CKR_HOST_MEMORY;
    }
    pthread_mutex_unlock(&t->key_lock);
    return rv;
}

/* ---- setting -------------------------------------------------------------------------------- */

CK_RV vault_pin_length(CK_USER_TYPE user, size_t len, uint64_t min)
{
    if (len >= min && len <= VAULT_PIN_MAX)
        return CKR_OK;
    return vault_fail(CKR_PIN_LEN_RANGE, "the new %s PIN must have %llu to %d bytes", name_of(user),
                      (unsigned long long)min, VAULT_PIN_MAX);
}

static CK_RV read_meta(vault_token *t, vault_meta *m)
{
    CK_RV rv = vault_begin(t, VAULT_READ);

    if (rv == CKR_OK)
        rv = vault_end(t, vault_meta_read(t, m));
    return rv;
}

CK_RV vault_set_pin(vault_token *t, CK_USER_TYPE user, const uint8_t *old, size_t old_len,
                    const uint8_t *pin, size_t len)
{
    vault_pin p, now;
    vault_key *key = NULL;
    vault_meta m;
    int found;
    CK_RV rv;

    if (user != CKU_SO && user != CKU_USER)
        return vault_fail(CKR_USER_TYPE_INVALID, "neither SO nor user");
    rv = read_meta(t, &m);
    if (rv == CKR_OK)
        rv = vault_pin_length(user, len, user == CKU_SO ? m.so_pin_min : m.user_pin_min);
    if (rv == CKR_OK)
        rv = old != NULL ? vault_pin_check(t, user, old, old_len, &now, &key)
                         : key_of(t, user, &key);
    if (rv != CKR_OK)
        return rv;
    p.kdf = m.kdf;
    rv = vault_pin_seal(&p, user, key, pin, len);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv == CKR_OK) {
        uint8_t checked[SALT];
        memcpy(checked, now.salt, SALT);
        rv = vault_pin_read(t, user, &now, &found);
        if (rv == CKR_OK && !found)
            rv = vault_fail(CKR_USER_PIN_NOT_INITIALIZED, "%s: the %s PIN is not set", t->path,
                            name_of(user));
        else if (rv == CKR_OK && old != NULL && memcmp(checked, now.salt, SALT) != 0)
            rv = vault_fail(CKR_PIN_INCORRECT, "%s: the %s PIN was changed meanwhile", t->path,
                            name_of(user));
        else if (rv == CKR_OK && old == NULL && now.left == 0)
            rv = vault_fail(CKR_PIN_LOCKED, "%s: the %s PIN is locked", t->path, name_of(user));
        if (rv == CKR_OK) {
            p.tries = p.left = now.tries;
            p.factory = 0;
            rv = vault_pin_write(t, user, &p);
        }
        rv = vault_end(t, rv);
    }
    tok_secret_free(key);
    return rv;
}

CK_RV vault_init_user_pin(vault_token *t, const uint8_t *pin, size_t len)
{
    vault_key *key = NULL;
    vault_meta m;
    vault_pin p;
    CK_RV rv = key_of(t, CKU_SO, &key);

    if (rv != CKR_OK)
        return rv;
    rv = read_meta(t, &m);
    if (rv == CKR_OK)
        rv = vault_pin_length(CKU_USER, len, m.user_pin_min);
    if (rv != CKR_OK)
        goto done;
    p.kdf = m.kdf;
    p.tries = p.left = m.user_tries;
    p.factory = 0;
    rv = vault_pin_seal(&p, CKU_USER, key, pin, len);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv == CKR_OK)
        rv = vault_end(t, vault_pin_write(t, CKU_USER, &p));
done:
    tok_secret_free(key);
    return rv;
}

CK_RV vault_unblock_user_pin(vault_token *t)
{
    vault_key *key = NULL;
    vault_pin p;
    int found;
    CK_RV rv = key_of(t, CKU_SO, &key);

    tok_secret_free(key);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        return rv;
    rv = vault_pin_read(t, CKU_USER, &p, &found);
    if (rv == CKR_OK && !found)
        rv = vault_fail(CKR_USER_PIN_NOT_INITIALIZED, "%s: the user PIN is not set", t->path);
    if (rv == CKR_OK) {
        p.left = p.tries;
        rv = vault_pin_write(t, CKU_USER, &p);
    }
    return vault_end(t, rv);
}
