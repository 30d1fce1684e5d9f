/* SPDX-License-Identifier: Apache-2.0 */
/* The token as a whole: what it says of itself, its label, a new format of it. */
#include "token/vault/local.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "gost/random.h"
#include "token/secmem.h"

static void put_rules(vault_rules *r, const vault_policy *p, uint64_t min, uint64_t tries)
{
    r->min = (int)min;
    r->max = (int)p->max;
    r->classes = (int)p->classes;
    r->varied = (int)p->varied;
    r->history = (int)p->history;
    r->expiry_days = (int)p->expiry_days;
    r->tries = (int)tries;
    r->force = (int)p->force;
}

static CK_RV read_user(vault_token *t, vault_info *info)
{
    vault_policy policy;
    vault_pin p;
    int found, own;
    CK_RV rv = vault_policy_read(t, CKU_USER, &policy);

    if (rv == CKR_OK)
        rv = vault_pin_read(t, CKU_USER, &p, &found);
    if (rv == CKR_OK)
        rv = vault_default_pin_own(t, &own);
    if (rv != CKR_OK)
        return rv;
    info->user_pin_max = (unsigned)policy.max;
    info->changers = (unsigned)policy.changers;
    put_rules(&info->user_rules, &policy, info->user_pin_min, info->user_tries);
    if (!found)
        return CKR_OK;
    info->user_pin_set = 1;
    info->user_pin_factory = (p.flags & (PIN_FACTORY | PIN_OWN)) != 0;
    info->user_pin_default = (p.flags & (own ? PIN_OWN : PIN_FACTORY)) != 0;
    info->user_pin_due = vault_policy_due(&policy, &p);
    info->user_pin_changed = p.changed;
    info->user_tries = (unsigned)p.tries;
    info->user_tries_left = (unsigned)p.left;
    return CKR_OK;
}

static CK_RV read_info(vault_token *t, vault_info *info)
{
    vault_policy policy;
    vault_state st;
    vault_meta m;
    vault_pin p;
    struct stat file;
    int found;
    CK_RV rv = vault_meta_read(t, &m);

    if (rv == CKR_OK)
        rv = vault_state_read(t, &st);
    if (rv == CKR_OK)
        rv = vault_policy_read(t, CKU_SO, &policy);
    if (rv == CKR_OK)
        rv = vault_pin_read(t, CKU_SO, &p, &found);
    if (rv == CKR_OK && !found)
        rv = vault_fail(CKR_DEVICE_ERROR, "%s: the SO PIN's record is missing: restore a backup",
                        t->path);
    if (rv != CKR_OK)
        return rv;
    memset(info, 0, sizeof(*info));
    memcpy(info->label, m.label, VAULT_LABEL);
    memcpy(info->serial, m.serial, VAULT_SERIAL);
    info->so_pin_min = (unsigned)m.so_pin_min;
    info->so_pin_max = (unsigned)policy.max;
    info->so_pin_factory = info->so_pin_default = (p.flags & PIN_FACTORY) != 0;
    info->so_pin_due = vault_policy_due(&policy, &p);
    info->so_tries = (unsigned)p.tries;
    info->so_tries_left = (unsigned)p.left;
    info->so_pin_changed = p.changed;
    put_rules(&info->so_rules, &policy, m.so_pin_min, p.tries);
    info->user_pin_min = (unsigned)m.user_pin_min;
    info->user_tries = info->user_tries_left = (unsigned)m.user_tries;
    rv = read_user(t, info);
    if (rv != CKR_OK)
        return rv;
    info->objects = st.objects;
    if (stat(t->path, &file) == 0)
        info->bytes = (uint64_t)file.st_size;
    return CKR_OK;
}

CK_RV vault_token_info(vault_token *t, vault_info *info)
{
    CK_RV rv = vault_begin(t, VAULT_READ);

    return rv == CKR_OK ? vault_end(t, read_info(t, info)) : rv;
}

const char *vault_token_path(const vault_token *t)
{
    return t->path;
}

uint64_t vault_room(const vault_token *t)
{
    struct statvfs disk;

    return statvfs(t->path, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : 0;
}

CK_RV vault_format(vault_token *t, uint64_t *format)
{
    CK_RV rv = vault_begin(t, VAULT_READ);

    if (rv != CKR_OK)
        return rv;
    memcpy(format, t->epoch, sizeof(*format));
    return vault_end(t, rv);
}

CK_RV vault_generation(vault_token *t, uint64_t *generation)
{
    sqlite3_stmt *s = NULL;
    int have;
    CK_RV rv = vault_begin(t, VAULT_READ);

    if (rv != CKR_OK)
        return rv;
    rv = vault_query(t, ST_GENERATION, &s, "");
    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv == CKR_OK && (!have || !vault_col_u64(s, 0, generation)))
        rv = vault_fail(CKR_DEVICE_ERROR, "%s: the token's state is damaged: restore a backup",
                        t->path);
    return vault_end(t, rv);
}

static CK_RV set_label(vault_meta *m, const uint8_t *label, size_t len)
{
    if (len > VAULT_LABEL || (label == NULL && len > 0))
        return vault_fail(CKR_ARGUMENTS_BAD, "a label has at most %d bytes", VAULT_LABEL);
    memset(m->label, ' ', VAULT_LABEL);
    if (len > 0)
        memcpy(m->label, label, len);
    return CKR_OK;
}

CK_RV vault_set_label(vault_token *t, const uint8_t *label, size_t len)
{
    vault_meta m;
    CK_RV rv = CKR_OK;

    pthread_mutex_lock(&t->key_lock);
    if (t->key == NULL)
        rv = vault_fail(CKR_USER_NOT_LOGGED_IN, "%s: the label needs a login", t->path);
    pthread_mutex_unlock(&t->key_lock);
    if (rv == CKR_OK)
        rv = vault_may_work(t);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        return rv;
    rv = vault_meta_read(t, &m);
    if (rv == CKR_OK)
        rv = set_label(&m, label, len);
    if (rv == CKR_OK)
        rv = vault_meta_write(t, &m);
    if (rv == CKR_OK)
        rv = vault_journal_put(t, NULL, "token-name", "%s", "");
    return vault_end(t, rv);
}

/* ---- a new format --------------------------------------------------------------------------- */

CK_RV vault_plan_meta(const vault_init *init, const vault_settings *set, const vault_meta *was,
                      const vault_policy *was_so, const vault_policy *was_user, vault_plan *p)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t number[VAULT_SERIAL / 2];
    vault_meta *m = &p->meta;
    CK_RV rv;

    memset(p, 0, sizeof(*p));
    rv = set_label(m, init->label, init->label_len);
    if (rv == CKR_OK)
        rv = vault_policy_init(init, set, was, was_so, was_user, m, &p->so_policy, &p->user_policy);
    if (rv == CKR_OK && init->so_pin == NULL)
        rv = vault_fail(CKR_ARGUMENTS_BAD, "a token needs an SO PIN");
    if (rv == CKR_OK && !init->pins_are_factory)
        rv = vault_policy_judge(CKU_SO, m, &p->so_policy, init->so_pin, init->so_pin_len);
    if (rv == CKR_OK && !init->pins_are_factory && init->user_pin != NULL)
        rv = vault_policy_judge(CKU_USER, m, &p->user_policy, init->user_pin, init->user_pin_len);
    if (rv != CKR_OK)
        return rv;
    if (!gost_random_system(NULL, number, sizeof(number)) ||
        !gost_random_system(NULL, m->epoch, EPOCH))
        return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    for (size_t i = 0; i < VAULT_SERIAL; i++)
        m->serial[i] = (uint8_t)hex[i % 2 == 0 ? number[i / 2] >> 4 : number[i / 2] & 15];
    vault_kdf_choose(init->kdf_ms != 0  ? init->kdf_ms
                     : set->kdf_ms >= 0 ? (unsigned)set->kdf_ms
                                        : 0,
                     &m->kdf);
    return CKR_OK;
}

CK_RV vault_plan_pins(const vault_init *init, vault_plan *p)
{
    uint8_t *fresh = tok_secret_alloc(TOKEN_KEY);
    vault_key *key = NULL;
    CK_RV rv;

    p->has_user = init->user_pin != NULL;
    if (fresh == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory for secrets");
    if (!gost_random_system(NULL, fresh, TOKEN_KEY)) {
        rv = vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
        goto done;
    }
    key = vault_key_new(fresh, p->meta.serial, p->meta.epoch);
    if (key == NULL) {
        rv = CKR_HOST_MEMORY;
        goto done;
    }
    p->so.kdf = p->user.kdf = p->meta.kdf;
    p->so.tries = p->so.left = p->meta.so_tries;
    p->user.tries = p->user.left = p->meta.user_tries;
    p->so.flags = p->user.flags = init->pins_are_factory ? PIN_FACTORY : 0;
    if (!init->pins_are_factory)
        p->user.flags = vault_policy_initial(&p->user_policy);
    p->so.changed = p->user.changed = vault_time();
    rv = vault_pin_seal(&p->so, CKU_SO, key, init->so_pin, init->so_pin_len);
    if (rv == CKR_OK)
        rv = vault_history_entry(CKU_SO, &p->so_policy, &p->meta.kdf, key, init->so_pin,
                                 init->so_pin_len, &p->so_past);
    if (rv == CKR_OK && p->has_user)
        rv = vault_pin_seal(&p->user, CKU_USER, key, init->user_pin, init->user_pin_len);
    if (rv == CKR_OK && p->has_user)
        rv = vault_history_entry(CKU_USER, &p->user_policy, &p->meta.kdf, key, init->user_pin,
                                 init->user_pin_len, &p->user_past);
done:
    if (rv == CKR_OK)
        p->key = key;
    else
        tok_secret_free(key);
    tok_secret_free(fresh);
    return rv;
}

CK_RV vault_plan_write(vault_token *t, const vault_plan *p)
{
    CK_RV rv = vault_meta_write(t, &p->meta);

    if (rv == CKR_OK)
        rv = vault_policy_write(t, CKU_SO, &p->so_policy);
    if (rv == CKR_OK)
        rv = vault_policy_write(t, CKU_USER, &p->user_policy);
    if (rv == CKR_OK)
        rv = vault_pin_write(t, CKU_SO, &p->so);
    if (rv == CKR_OK)
        rv = vault_history_add(t, CKU_SO, &p->so_policy, &p->so_past);
    if (rv == CKR_OK && p->has_user)
        rv = vault_pin_write(t, CKU_USER, &p->user);
    if (rv == CKR_OK && p->has_user)
        rv = vault_history_add(t, CKU_USER, &p->user_policy, &p->user_past);
    return rv;
}

/* What is gone with the old format. */
static CK_RV drop(vault_token *t)
{
    static const enum vault_stmt all[] = {ST_OBJECT_DELETE_ALL, ST_FIND_DELETE_ALL,
                                          ST_HISTORY_DELETE};
    CK_RV rv = vault_exec(t, ST_PIN_DELETE, "i", (uint64_t)CKU_USER);

    if (rv == CKR_OK)
        rv = vault_exec(t, ST_EXTRA_DELETE, "i", (uint64_t)EXTRA_DEFAULT_PIN);
    for (size_t i = 0; rv == CKR_OK && i < sizeof(all) / sizeof(all[0]); i++)
        rv = vault_exec(t, all[i], "");
    return rv;
}

static CK_RV format(vault_token *t, const vault_pin *checked, const vault_key *old,
                    const vault_plan *plan)
{
    uint8_t old_epoch[EPOCH];
    vault_state st;
    vault_pin now;
    int found;
    CK_RV rv = vault_state_read(t, &st);

    if (rv == CKR_OK)
        rv = vault_pin_read(t, CKU_SO, &now, &found);
    if (rv == CKR_OK && (!found || memcmp(now.salt, checked->salt, SALT) != 0))
        rv = vault_fail(CKR_PIN_INCORRECT, "%s: the SO PIN was changed meanwhile", t->path);
    if (rv == CKR_OK)
        rv = drop(t);
    if (rv != CKR_OK)
        return rv;
    /* The rows' checksums take the epoch from t: the new one from here on, if all goes well. */
    memcpy(old_epoch, t->epoch, EPOCH);
    memcpy(t->epoch, plan->meta.epoch, EPOCH);
    st.generation++;
    st.objects = 0;
    rv = vault_state_write(t, &st);
    if (rv == CKR_OK)
        rv = vault_plan_write(t, plan);
    if (rv == CKR_OK)
        rv = vault_journal_put(t, old, "token-init", ",\"user\":\"so\"");
    if (rv == CKR_OK)
        rv = vault_journal_rekey(t, plan->key);
    memcpy(t->epoch, old_epoch, EPOCH);
    return rv;
}

CK_RV vault_reinit(vault_token *t, const uint8_t *pin, size_t len, const vault_init *given)
{
    vault_policy was_so, was_user;
    vault_init init = *given;
    vault_key *key = NULL;
    vault_pin checked;
    vault_plan plan = {.key = NULL};
    vault_meta was;
    CK_RV rv;

    if (init.so_pin == NULL) {
        init.so_pin = pin;
        init.so_pin_len = len;
    }
    rv = vault_policy_of(t, CKU_SO, &was, &was_so);
    if (rv == CKR_OK)
        rv = vault_policy_of(t, CKU_USER, &was, &was_user);
    if (rv == CKR_OK)
        rv = vault_plan_meta(&init, &t->settings, &was, &was_so, &was_user, &plan);
    if (rv == CKR_OK)
        rv = vault_pin_check(t, CKU_SO, pin, len, "token-init", 0, &checked, &key);
    if (rv != CKR_OK)
        goto done;
    memcpy(plan.meta.serial, t->serial, VAULT_SERIAL); /* never changes after the open */
    rv = vault_plan_pins(&init, &plan);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv == CKR_OK)
        rv = vault_end_epoch(t, format(t, &checked, key, &plan), plan.meta.epoch);
    if (rv == CKR_OK)
        vault_logout(t);
done:
    tok_secret_free(key);
    tok_secret_free(plan.key);
    return rv;
}
