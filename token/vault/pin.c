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

const char *vault_user_name(CK_USER_TYPE user)
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
    k->live = 1;
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
                        vault_user_name(user));
    if (rv == CKR_OK && p->left == 0)
        rv = vault_fail(
            CKR_PIN_LOCKED, "%s: the %s PIN is locked%s", t->path, vault_user_name(user),
            user == CKU_SO ? ": the token can only be made anew" : ": the SO can unlock it");
    if (rv == CKR_OK) {
        p->left--;
        rv = vault_pin_write(t, user, p);
    }
    return vault_end(t, rv);
}

static const char *role(CK_USER_TYPE user)
{
    return user == CKU_SO ? "so" : "user";
}

/* Gives the tries back, if the PIN is still the one that was checked; else *changed. */
static CK_RV restore(vault_token *t, CK_USER_TYPE user, const vault_pin *checked, const char *event,
                     const vault_key *key, int *changed)
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
    if (rv == CKR_OK && !*changed && event != NULL)
        rv = vault_journal_put(t, key, event, ",\"user\":\"%s\",\"result\":\"ok\"", role(user));
    return vault_end(t, rv);
}

/* A wrong PIN. It is wrong whether or not this can be written. */
static void record_wrong(vault_token *t, CK_USER_TYPE user, const char *event, uint64_t left)
{
    CK_RV rv = vault_begin(t, VAULT_WRITE);

    if (rv == CKR_OK)
        (void)vault_end(t, vault_journal_put(t, NULL, event,
                                             ",\"user\":\"%s\",\"result\":\"wrong PIN\","
                                             "\"left\":%llu",
                                             role(user), (unsigned long long)left));
}

CK_RV vault_pin_check(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len,
                      const char *event, int record, vault_pin *p, vault_key **key)
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
            record_wrong(t, user, event, p->left);
            rv = vault_fail(rv, "%s: wrong %s PIN, %llu tries left", t->path, vault_user_name(user),
                            (unsigned long long)p->left);
            break;
        }
        if (rv == CKR_OK)
            rv = restore(t, user, p, record ? event : NULL, *key, &changed);
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
    CK_RV rv = vault_pin_check(t, user, pin, len, "pin-check", 1, &p, &key);

    tok_secret_free(key);
    return rv;
}

/* ---- login ---------------------------------------------------------------------------------- */

static void keep(vault_token *t, CK_USER_TYPE user, vault_key *key, int due)
{
    vault_key *old;

    pthread_mutex_lock(&t->key_lock);
    old = t->key;
    t->key = key;
    t->who = user;
    t->due = due;
    pthread_mutex_unlock(&t->key_lock);
    tok_secret_free(old);
}

CK_RV vault_login(vault_token *t, CK_USER_TYPE user, const uint8_t *pin, size_t len)
{
    vault_policy policy;
    vault_key *key;
    vault_meta m;
    vault_pin p;
    CK_RV rv = vault_pin_check(t, user, pin, len, "login", 1, &p, &key);

    if (rv != CKR_OK)
        return rv;
    rv = vault_policy_of(t, user, &m, &policy);
    if (rv == CKR_OK)
        keep(t, user, key, vault_policy_due(&policy, &p));
    else
        tok_secret_free(key);
    return rv;
}

void vault_logout(vault_token *t)
{
    (void)vault_journal_flush(t);
    keep(t, 0, NULL, 0);
}

CK_RV vault_key_wiped(const vault_token *t)
{
    return vault_fail(CKR_DEVICE_ERROR, "%s: the login was the parent's, before a fork", t->path);
}

CK_RV vault_key_of(vault_token *t, CK_USER_TYPE user, vault_key **key)
{
    CK_RV rv;

    pthread_mutex_lock(&t->key_lock);
    if (t->key == NULL || (user != VAULT_ANYBODY && t->who != user)) {
        rv = vault_fail(CKR_USER_NOT_LOGGED_IN, "%s: needs a login", t->path);
    } else if (!t->key->live) {
        rv = vault_key_wiped(t);
    } else {
        *key = vault_key_new(t->key->key, t->key->serial, t->key->epoch);
        rv = *key != NULL ? CKR_OK : CKR_HOST_MEMORY;
    }
    pthread_mutex_unlock(&t->key_lock);
    return rv;
}

int vault_change_due(vault_token *t)
{
    int due;

    pthread_mutex_lock(&t->key_lock);
    due = t->key != NULL && t->due;
    pthread_mutex_unlock(&t->key_lock);
    return due;
}

void vault_change_done(vault_token *t, CK_USER_TYPE user)
{
    pthread_mutex_lock(&t->key_lock);
    if (t->key != NULL && t->who == user)
        t->due = 0;
    pthread_mutex_unlock(&t->key_lock);
}

CK_RV vault_may_work(vault_token *t)
{
    return vault_change_due(t)
               ? vault_fail(CKR_PIN_EXPIRED, "%s: the PIN must be changed before anything else",
                            t->path)
               : CKR_OK;
}
