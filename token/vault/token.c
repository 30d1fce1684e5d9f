/* SPDX-License-Identifier: Apache-2.0 */
/* The token as a whole: what it says of itself, its label, a new format of it. */
#include "token/vault/local.h"

#include <string.h>
#include <sys/stat.h>

#include "gost/random.h"
#include "token/secmem.h"

static CK_RV read_info(vault_token *t, vault_info *info)
{
    vault_state st;
    vault_meta m;
    vault_pin p;
    struct stat file;
    int found;
    CK_RV rv = vault_meta_read(t, &m);

    if (rv == CKR_OK)
        rv = vault_state_read(t, &st);
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
    info->user_pin_min = (unsigned)m.user_pin_min;
    info->so_pin_factory = p.factory != 0;
    info->so_tries = (unsigned)p.tries;
    info->so_tries_left = (unsigned)p.left;
    info->user_tries = info->user_tries_left = (unsigned)m.user_tries;
    rv = vault_pin_read(t, CKU_USER, &p, &found);
    if (rv != CKR_OK)
        return rv;
    if (found) {
        info->user_pin_set = 1;
        info->user_pin_factory = p.factory != 0;
        info->user_tries = (unsigned)p.tries;
        info->user_tries_left = (unsigned)p.left;
    }
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
        rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        return rv;
    rv = vault_meta_read(t, &m);
    if (rv == CKR_OK)
        rv = set_label(&m, label, len);
    if (rv == CKR_OK)
        rv = vault_meta_write(t, &m);
    return vault_end(t, rv);
}

/* ---- a new format --------------------------------------------------------------------------- */

#define TRIES_MAX 1000

static uint64_t or_default(unsigned value, uint64_t otherwise)
{
    return value == 0 ? otherwise : value;
}

CK_RV vault_init_meta(const vault_init *init, const vault_meta *was, vault_meta *m)
{
    static const char hex[] = "0123456789abcdef";
    uint8_t number[VAULT_SERIAL / 2];
    CK_RV rv = set_label(m, init->label, init->label_len);

    if (rv != CKR_OK)
        return rv;
    m->so_pin_min = or_default(init->so_pin_min, was ? was->so_pin_min : VAULT_PIN_MIN);
    m->user_pin_min = or_default(init->user_pin_min, was ? was->user_pin_min : VAULT_PIN_MIN);
    m->so_tries = or_default(init->so_tries, was ? was->so_tries : VAULT_TRIES);
    m->user_tries = or_default(init->user_tries, was ? was->user_tries : VAULT_TRIES);
    if (init->so_pin == NULL || m->so_pin_min > VAULT_PIN_MAX || m->user_pin_min > VAULT_PIN_MAX ||
        m->so_tries > TRIES_MAX || m->user_tries > TRIES_MAX)
        return vault_fail(CKR_ARGUMENTS_BAD,
                          "a token needs an SO PIN, PIN lengths up to %d and "
                          "tries up to %d",
                          VAULT_PIN_MAX, TRIES_MAX);
    rv = vault_pin_length(CKU_SO, init->so_pin_len, m->so_pin_min);
    if (rv == CKR_OK && init->user_pin != NULL)
        rv = vault_pin_length(CKU_USER, init->user_pin_len, m->user_pin_min);
    if (rv != CKR_OK)
        return rv;
    if (!gost_random_system(NULL, number, sizeof(number)) ||
        !gost_random_system(NULL, m->epoch, EPOCH))
        return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    for (size_t i = 0; i < VAULT_SERIAL; i++)
        m->serial[i] = (uint8_t)hex[i % 2 == 0 ? number[i / 2] >> 4 : number[i / 2] & 15];
    vault_kdf_choose(init->kdf_ms, &m->kdf);
    return CKR_OK;
}

CK_RV vault_init_pins(const vault_init *init, const vault_meta *m, vault_pin *so, vault_pin *user,
                      int *has_user)
{
    uint8_t *fresh = tok_secret_alloc(TOKEN_KEY);
    vault_key *key = NULL;
    CK_RV rv;

    *has_user = init->user_pin != NULL;
    if (fresh == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory for secrets");
    if (!gost_random_system(NULL, fresh, TOKEN_KEY)) {
        rv = vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
        goto done;
    }
    key = vault_key_new(fresh, m->serial, m->epoch);
    if (key == NULL) {
        rv = CKR_HOST_MEMORY;
        goto done;
    }
    so->kdf = user->kdf = m->kdf;
    so->tries = so->left = m->so_tries;
    user->tries = user->left = m->user_tries;
    so->factory = user->factory = init->pins_are_factory ? 1 : 0;
    rv = vault_pin_seal(so, CKU_SO, key, init->so_pin, init->so_pin_len);
    if (rv == CKR_OK && *has_user)
        rv = vault_pin_seal(user, CKU_USER, key, init->user_pin, init->user_pin_len);
done:
    tok_secret_free(key);
    tok_secret_free(fresh);
    return rv;
}

static CK_RV format(vault_token *t, const vault_pin *checked, vault_meta *m, const vault_pin *so,
                    const vault_pin *user)
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
        rv = vault_exec(t, ST_OBJECT_DELETE_ALL, "");
    if (rv == CKR_OK)
        rv = vault_exec(t, ST_FIND_DELETE_ALL, "");
    if (rv == CKR_OK)
        rv = vault_exec(t, ST_PIN_DELETE, "i", (uint64_t)CKU_USER);
    if (rv != CKR_OK)
        return rv;
    /* The rows' checksums take the epoch from t: the new one from here on, if all goes well. */
    memcpy(old_epoch, t->epoch, EPOCH);
    memcpy(t->epoch, m->epoch, EPOCH);
    st.generation++;
    st.objects = 0;
    rv = vault_meta_write(t, m);
    if (rv == CKR_OK)
        rv = vault_state_write(t, &st);
    if (rv == CKR_OK)
        rv = vault_pin_write(t, CKU_SO, so);
    if (rv == CKR_OK && user != NULL)
        rv = vault_pin_write(t, CKU_USER, user);
    memcpy(t->epoch, old_epoch, EPOCH);
    return rv;
}

CK_RV vault_reinit(vault_token *t, const uint8_t *pin, size_t len, const vault_init *given)
{
    vault_init init = *given;
    vault_pin checked, so, user;
    vault_key *key = NULL;
    vault_meta was, m;
    int has_user;
    CK_RV rv;

    if (init.so_pin == NULL) {
        init.so_pin = pin;
        init.so_pin_len = len;
    }
    rv = vault_begin(t, VAULT_READ);
    if (rv == CKR_OK)
        rv = vault_end(t, vault_meta_read(t, &was));
    if (rv == CKR_OK)
        rv = vault_init_meta(&init, &was, &m);
    if (rv == CKR_OK)
        rv = vault_pin_check(t, CKU_SO, pin, len, &checked, &key);
    tok_secret_free(key);
    if (rv != CKR_OK)
        return rv;
    memcpy(m.serial, t->serial, VAULT_SERIAL); /* never changes after the open */
    rv = vault_init_pins(&init, &m, &so, &user, &has_user);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv == CKR_OK)
        rv = vault_end_epoch(t, format(t, &checked, &m, &so, has_user ? &user : NULL), m.epoch);
    if (rv == CKR_OK)
        vault_logout(t);
    return rv;
}
