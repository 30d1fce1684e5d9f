/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PINs of the past, so that they are not used again. An entry is a MAC of what Argon2id makes of
 * the PIN, under a key that comes from the token key, with a salt of its own. So it can be compared
 * with a new PIN only after a login, and even then a guess at an old PIN costs what a guess at
 * today's does. Argon2id's own salt comes from the token key too, one for a user and a format:
 * a new PIN is hashed once, however many entries there are.
 */
#include "token/vault/local.h"

#include <string.h>

#include "gost/hmac.h"
#include "gost/mem.h"
#include "gost/random.h"
#include "token/secmem.h"

typedef struct work {
    uint8_t key[32], salt[32], slow[32];
} work;

static void derive(const vault_key *key, const char *name, CK_USER_TYPE user, uint8_t out[32])
{
    gost_hmac h;
    uint8_t who[8];

    vault_put64(who, user);
    gost_hmac_init(&h, 256, key->key, TOKEN_KEY);
    gost_hmac_update(&h, name, strlen(name));
    gost_hmac_update(&h, key->serial, VAULT_SERIAL);
    gost_hmac_update(&h, key->epoch, EPOCH);
    gost_hmac_update(&h, who, sizeof(who));
    gost_hmac_final(&h, out);
}

static void entry_hash(const work *w, const uint8_t salt[SALT], uint8_t out[32])
{
    gost_hmac h;

    gost_hmac_init(&h, 256, w->key, sizeof(w->key));
    gost_hmac_update(&h, salt, SALT);
    gost_hmac_update(&h, w->slow, sizeof(w->slow));
    gost_hmac_final(&h, out);
}

static CK_RV prepare(CK_USER_TYPE user, const vault_kdf *kdf, const vault_key *key,
                     const uint8_t *pin, size_t len, work **out)
{
    work *w = tok_secret_alloc(sizeof(*w));
    CK_RV rv;

    if (w == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory for secrets");
    derive(key, "gosttoken PIN history key 1", user, w->key);
    derive(key, "gosttoken PIN history salt 1", user, w->salt);
    rv = vault_kdf_run(kdf, pin, len, w->salt, w->slow);
    if (rv != CKR_OK) {
        tok_secret_free(w);
        return rv;
    }
    *out = w;
    return CKR_OK;
}

static CK_RV new_entry(const work *w, vault_past *entry)
{
    if (!gost_random_system(NULL, entry->salt, SALT))
        return vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    entry_hash(w, entry->salt, entry->hash);
    return CKR_OK;
}

CK_RV vault_history_entry(CK_USER_TYPE user, const vault_policy *policy, const vault_kdf *kdf,
                          const vault_key *key, const uint8_t *pin, size_t len, vault_past *entry)
{
    work *w = NULL;
    CK_RV rv;

    if (policy->history == 0)
        return CKR_OK;
    rv = prepare(user, kdf, key, pin, len, &w);
    if (rv != CKR_OK)
        return rv;
    rv = new_entry(w, entry);
    tok_secret_free(w);
    return rv;
}

/* Inside a transaction. */
static CK_RV compare(vault_token *t, CK_USER_TYPE user, const vault_policy *policy, const work *w)
{
    uint8_t hash[32];
    sqlite3_stmt *s = NULL;
    vault_past p;
    int have = 0;
    CK_RV rv = vault_query(t, ST_HISTORY_READ, &s, "ii", (uint64_t)user, policy->history);

    while (rv == CKR_OK && (rv = vault_next(t, s, &have)) == CKR_OK && have) {
        if (!vault_col_bytes(s, 0, p.salt, SALT) || !vault_col_bytes(s, 1, p.hash, 32)) {
            rv = vault_fail(CKR_DEVICE_ERROR, "%s: the history of PINs is damaged", t->path);
        } else {
            entry_hash(w, p.salt, hash);
            if (gost_equal(hash, p.hash, sizeof(hash)))
                rv = vault_fail(CKR_PIN_IN_HISTORY, "the new %s PIN is one of the last %llu",
                                vault_user_name(user), (unsigned long long)policy->history);
        }
    }
    return rv;
}

CK_RV vault_history_check(vault_token *t, CK_USER_TYPE user, const vault_policy *policy,
                          const vault_kdf *kdf, const vault_key *key, const uint8_t *pin,
                          size_t len, vault_past *entry)
{
    work *w = NULL;
    CK_RV rv;

    if (policy->history == 0)
        return CKR_OK;
    rv = prepare(user, kdf, key, pin, len, &w);
    if (rv != CKR_OK)
        return rv;
    rv = vault_begin(t, VAULT_READ);
    if (rv == CKR_OK)
        rv = vault_end(t, compare(t, user, policy, w));
    if (rv == CKR_OK)
        rv = new_entry(w, entry);
    tok_secret_free(w);
    return rv;
}

CK_RV vault_history_add(vault_token *t, CK_USER_TYPE user, const vault_policy *policy,
                        const vault_past *entry)
{
    CK_RV rv;

    if (policy->history == 0)
        return CKR_OK;
    rv = vault_exec(t, ST_HISTORY_ADD, "ibb", (uint64_t)user, entry->salt, (size_t)SALT,
                    entry->hash, sizeof(entry->hash));
    if (rv == CKR_OK)
        rv = vault_exec(t, ST_HISTORY_TRIM, "ii", (uint64_t)user, policy->history);
    return rv;
}
