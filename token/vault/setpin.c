/* SPDX-License-Identifier: Apache-2.0 */
/* Setting PINs. Whether a PIN is good enough, policy.c says; whose business it is, this file. */
#include "token/vault/local.h"

#include <string.h>

#include "token/secmem.h"

static CK_RV not_set(const vault_token *t, CK_USER_TYPE user)
{
    return vault_fail(CKR_USER_PIN_NOT_INITIALIZED, "%s: the %s PIN is not set", t->path,
                      vault_user_name(user));
}

/* A PIN on its way into the token. */
typedef struct fresh {
    CK_USER_TYPE user;
    vault_policy policy;
    vault_meta meta;
    vault_pin pin;
    vault_past past;
} fresh;

/* The slow part, outside of any transaction. */
static CK_RV make(vault_token *t, fresh *f, const vault_key *key, const uint8_t *pin, size_t len)
{
    CK_RV rv = vault_history_check(t, f->user, &f->policy, &f->meta.kdf, key, pin, len, &f->past);

    if (rv != CKR_OK)
        return rv;
    f->pin.kdf = f->meta.kdf;
    f->pin.changed = vault_time();
    return vault_pin_seal(&f->pin, f->user, key, pin, len);
}

/* The last part, inside a transaction that writes. */
static CK_RV store(vault_token *t, const fresh *f, const vault_key *key, const char *event)
{
    CK_RV rv = vault_pin_write(t, f->user, &f->pin);

    if (rv == CKR_OK)
        rv = vault_history_add(t, f->user, &f->policy, &f->past);
    if (rv == CKR_OK)
        rv =
            vault_journal_put(t, key, event, ",\"user\":\"%s\"", f->user == CKU_SO ? "so" : "user");
    return rv;
}

CK_RV vault_set_pin(vault_token *t, CK_USER_TYPE user, const uint8_t *old, size_t old_len,
                    const uint8_t *pin, size_t len)
{
    vault_key *key = NULL;
    vault_pin now;
    uint8_t checked[SALT] = {0};
    fresh f = {.user = user};
    int found;
    CK_RV rv;

    if (user != CKU_SO && user != CKU_USER)
        return vault_fail(CKR_USER_TYPE_INVALID, "neither SO nor user");
    rv = vault_policy_of(t, user, &f.meta, &f.policy);
    if (rv == CKR_OK && user == CKU_USER && (f.policy.changers & VAULT_CHANGER_USER) == 0)
        rv = vault_fail(CKR_FUNCTION_REJECTED, "%s: only the SO may change the user PIN", t->path);
    if (rv == CKR_OK)
        rv = vault_policy_judge(user, &f.meta, &f.policy, pin, len);
    if (rv != CKR_OK)
        return rv;
    if (old != NULL) {
        rv = vault_pin_check(t, user, old, old_len, "pin-set", 0, &now, &key);
        memcpy(checked, now.salt, SALT);
    } else {
        rv = vault_key_of(t, user, &key);
    }
    if (rv != CKR_OK)
        return rv;
    rv = make(t, &f, key, pin, len);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv == CKR_OK) {
        rv = vault_pin_read(t, user, &now, &found);
        if (rv == CKR_OK && !found)
            rv = not_set(t, user);
        else if (rv == CKR_OK && old != NULL && memcmp(checked, now.salt, SALT) != 0)
            rv = vault_fail(CKR_PIN_INCORRECT, "%s: the %s PIN was changed meanwhile", t->path,
                            vault_user_name(user));
        else if (rv == CKR_OK && old == NULL && now.left == 0)
            rv = vault_fail(CKR_PIN_LOCKED, "%s: the %s PIN is locked", t->path,
                            vault_user_name(user));
        if (rv == CKR_OK) {
            f.pin.tries = f.pin.left = now.tries;
            f.pin.flags = 0;
            rv = store(t, &f, key, "pin-set");
        }
        rv = vault_end(t, rv);
    }
    if (rv == CKR_OK)
        vault_change_done(t, user);
    tok_secret_free(key);
    return rv;
}

/* ---- by the SO ------------------------------------------------------------------------------ */

/* The SO's key, if the SO is logged in and may work. */
static CK_RV so_key(vault_token *t, vault_key **key)
{
    CK_RV rv = vault_key_of(t, CKU_SO, key);

    if (rv == CKR_OK)
        rv = vault_may_work(t);
    if (rv != CKR_OK) {
        tok_secret_free(*key);
        *key = NULL;
    }
    return rv;
}

CK_RV vault_give_user_pin(vault_token *t, const uint8_t *pin, size_t len, uint64_t flags,
                          const char *event)
{
    fresh f = {.user = CKU_USER};
    vault_key *key = NULL;
    vault_pin now;
    int found = 0;
    CK_RV rv = so_key(t, &key);

    if (rv != CKR_OK)
        return rv;
    rv = vault_policy_of(t, CKU_USER, &f.meta, &f.policy);
    if (rv == CKR_OK)
        rv = vault_policy_judge(CKU_USER, &f.meta, &f.policy, pin, len);
    if (rv == CKR_OK)
        rv = make(t, &f, key, pin, len);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        goto done;
    if ((f.policy.changers & VAULT_CHANGER_SO) == 0) {
        rv = vault_pin_read(t, CKU_USER, &now, &found);
        if (rv == CKR_OK && found) /* what the device says, too: it is not this user's to change */
            rv = vault_fail(CKR_USER_NOT_LOGGED_IN, "%s: only the user may change the user PIN",
                            t->path);
    }
    f.pin.tries = f.pin.left = f.meta.user_tries;
    f.pin.flags = flags | vault_policy_initial(&f.policy);
    if (rv == CKR_OK)
        rv = store(t, &f, key, event);
    rv = vault_end(t, rv);
done:
    tok_secret_free(key);
    return rv;
}

CK_RV vault_init_user_pin(vault_token *t, const uint8_t *pin, size_t len)
{
    return vault_give_user_pin(t, pin, len, 0, "pin-init");
}

static void unblock(vault_pin *p)
{
    p->left = p->tries;
}

static void force(vault_pin *p)
{
    p->flags |= PIN_FORCED;
}

/* Changes the user PIN's row as `change` says. */
static CK_RV touch(vault_token *t, void (*change)(vault_pin *p), const char *event)
{
    vault_key *key = NULL;
    vault_policy policy;
    vault_pin p;
    int found;
    CK_RV rv = so_key(t, &key);

    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        goto done;
    rv = vault_pin_read(t, CKU_USER, &p, &found);
    if (rv == CKR_OK && !found)
        rv = not_set(t, CKU_USER);
    if (rv == CKR_OK)
        rv = vault_policy_read(t, CKU_USER, &policy);
    if (rv == CKR_OK) {
        change(&p);
        if (change == force && (policy.changers & VAULT_CHANGER_USER) == 0)
            rv = vault_fail(CKR_FUNCTION_REJECTED,
                            "%s: the user, who may not change the PIN, cannot be told to", t->path);
    }
    if (rv == CKR_OK)
        rv = vault_pin_write(t, CKU_USER, &p);
    if (rv == CKR_OK)
        rv = vault_journal_put(t, key, event, ",\"user\":\"user\"");
    rv = vault_end(t, rv);
done:
    tok_secret_free(key);
    return rv;
}

CK_RV vault_unblock_user_pin(vault_token *t)
{
    return touch(t, unblock, "pin-unblock");
}

CK_RV vault_force_change(vault_token *t)
{
    return touch(t, force, "pin-force");
}
