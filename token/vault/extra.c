/* SPDX-License-Identifier: Apache-2.0 */
/* What a token keeps beside its objects: licences, and the default user PIN. */
#include "token/vault/local.h"

#include <string.h>

#include "gost/mgm.h"
#include "gost/random.h"
#include "token/secmem.h"

#define VALUE_MAX (NONCE + VAULT_PIN_MAX + TAG)

/* ---- rows ----------------------------------------------------------------------------------- */

static void extra_sum(const vault_token *t, uint64_t id, const uint8_t *value, size_t len,
                      uint8_t sum[SUM])
{
    gost_streebog h;

    vault_sum_begin(&h, "extra", t->serial); /* licences outlive a format */
    vault_sum_u64(&h, id);
    vault_sum_bytes(&h, value, len);
    gost_streebog_final(&h, sum);
}

static CK_RV extra_write(vault_token *t, uint64_t id, const uint8_t *value, size_t len)
{
    uint8_t sum[SUM];

    extra_sum(t, id, value, len, sum);
    return vault_exec(t, ST_EXTRA_WRITE, "ibb", id, value, len, sum, (size_t)SUM);
}

/* *len: the room; then the value's length, 0 if it is not there. */
static CK_RV extra_read(vault_token *t, uint64_t id, uint8_t *value, size_t *len)
{
    uint8_t sum[SUM], stored[SUM];
    sqlite3_stmt *s = NULL;
    size_t room = *len;
    int have = 0;
    CK_RV rv;

    *len = 0;
    if (t->version < 2)
        return CKR_OK;
    rv = vault_query(t, ST_EXTRA_READ, &s, "i", id);
    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv != CKR_OK || !have)
        return rv;
    *len = (size_t)sqlite3_column_bytes(s, 0);
    if (*len <= room && vault_col_bytes(s, 0, value, *len) && vault_col_bytes(s, 1, stored, SUM)) {
        extra_sum(t, id, value, *len, sum);
        if (memcmp(sum, stored, SUM) == 0) {
            (void)sqlite3_reset(s);
            return CKR_OK;
        }
    }
    return vault_fail(CKR_DEVICE_ERROR, "%s: the token's %s is damaged: restore a backup", t->path,
                      id == EXTRA_DEFAULT_PIN ? "default PIN" : "licence");
}

/* ---- licences ------------------------------------------------------------------------------- */

CK_RV vault_set_licence(vault_token *t, unsigned number, const uint8_t licence[VAULT_LICENCE])
{
    vault_key *key = NULL;
    CK_RV rv;

    if (number < 1 || number > VAULT_LICENCES)
        return vault_fail(CKR_ARGUMENTS_BAD, "there are licences 1 to %d", VAULT_LICENCES);
    rv = vault_key_of(t, VAULT_ANYBODY, &key);
    tok_secret_free(key);
    if (rv == CKR_OK)
        rv = vault_may_work(t);
    if (rv == CKR_OK)
        rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        return rv;
    rv = extra_write(t, number, licence, VAULT_LICENCE);
    if (rv == CKR_OK)
        rv = vault_journal_put(t, NULL, "licence", ",\"number\":%u", number);
    return vault_end(t, rv);
}

CK_RV vault_licence(vault_token *t, unsigned number, uint8_t licence[VAULT_LICENCE])
{
    size_t len = VAULT_LICENCE;
    CK_RV rv;

    if (number < 1 || number > VAULT_LICENCES)
        return vault_fail(CKR_ARGUMENTS_BAD, "there are licences 1 to %d", VAULT_LICENCES);
    rv = vault_begin(t, VAULT_READ);
    if (rv == CKR_OK)
        rv = vault_end(t, extra_read(t, number, licence, &len));
    if (rv == CKR_OK && len == 0)
        memset(licence, 0, VAULT_LICENCE);
    return rv;
}

/* ---- the default PIN ------------------------------------------------------------------------ */

#define AD_NAME "gosttoken default PIN 1"
#define AD_LEN  (sizeof(AD_NAME) - 1 + VAULT_SERIAL + EPOCH)

static void associated(const vault_key *key, uint8_t ad[AD_LEN])
{
    memcpy(ad, AD_NAME, sizeof(AD_NAME) - 1);
    memcpy(ad + sizeof(AD_NAME) - 1, key->serial, VAULT_SERIAL);
    memcpy(ad + sizeof(AD_NAME) - 1 + VAULT_SERIAL, key->epoch, EPOCH);
}

CK_RV vault_default_pin_own(vault_token *t, int *own)
{
    uint8_t value[VALUE_MAX];
    size_t len = sizeof(value);
    CK_RV rv = extra_read(t, EXTRA_DEFAULT_PIN, value, &len);

    *own = len != 0;
    return rv;
}

/* The user's PIN is not the default one any more, whatever it is. */
static CK_RV forget_default(vault_token *t)
{
    vault_pin p;
    int found;
    CK_RV rv = vault_pin_read(t, CKU_USER, &p, &found);

    if (rv != CKR_OK || !found || (p.flags & PIN_OWN) == 0)
        return rv;
    p.flags &= ~(uint64_t)PIN_OWN;
    return vault_pin_write(t, CKU_USER, &p);
}

CK_RV vault_set_default_pin(vault_token *t, const uint8_t *pin, size_t len)
{
    uint8_t ad[AD_LEN], value[VALUE_MAX];
    vault_key *key = NULL;
    vault_policy policy;
    vault_meta m;
    CK_RV rv = vault_key_of(t, CKU_SO, &key);

    if (rv == CKR_OK)
        rv = vault_may_work(t);
    if (rv == CKR_OK && pin != NULL)
        rv = vault_policy_of(t, CKU_USER, &m, &policy);
    if (rv == CKR_OK && pin != NULL)
        rv = vault_policy_judge(CKU_USER, &m, &policy, pin, len);
    if (rv == CKR_OK && pin != NULL && !gost_random_system(NULL, value, NONCE))
        rv = vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    if (rv != CKR_OK)
        goto done;
    if (pin != NULL) {
        associated(key, ad);
        gost_mgm_seal(&key->ks, value, ad, sizeof(ad), pin, len, value + NONCE,
                      value + NONCE + len);
    }
    rv = vault_begin(t, VAULT_WRITE);
    if (rv != CKR_OK)
        goto done;
    rv = pin != NULL ? extra_write(t, EXTRA_DEFAULT_PIN, value, NONCE + len + TAG)
                     : vault_exec(t, ST_EXTRA_DELETE, "i", (uint64_t)EXTRA_DEFAULT_PIN);
    if (rv == CKR_OK)
        rv = forget_default(t);
    if (rv == CKR_OK)
        rv =
            vault_journal_put(t, key, "pin-default", ",\"own\":%s", pin != NULL ? "true" : "false");
    rv = vault_end(t, rv);
done:
    tok_secret_free(key);
    return rv;
}

/* The token's own default PIN into memory of tok_secret_alloc; NULL with CKR_OK: it has none. */
static CK_RV default_pin(vault_token *t, const vault_key *key, uint8_t **pin, size_t *len)
{
    uint8_t ad[AD_LEN], value[VALUE_MAX];
    size_t size = sizeof(value);
    CK_RV rv = vault_begin(t, VAULT_READ);

    *pin = NULL;
    if (rv == CKR_OK)
        rv = vault_end(t, extra_read(t, EXTRA_DEFAULT_PIN, value, &size));
    if (rv != CKR_OK || size == 0)
        return rv;
    *len = size - NONCE - TAG;
    *pin = size > NONCE + TAG ? tok_secret_alloc(*len) : NULL;
    if (*pin == NULL)
        return vault_fail(CKR_HOST_MEMORY, "out of memory for secrets");
    associated(key, ad);
    if (gost_mgm_open(&key->ks, value, ad, sizeof(ad), value + NONCE, *len, value + NONCE + *len,
                      *pin))
        return CKR_OK;
    tok_secret_free(*pin);
    *pin = NULL;
    return vault_fail(CKR_DEVICE_ERROR, "%s: the default PIN's seal is broken", t->path);
}

CK_RV vault_reset_user_pin(vault_token *t, const uint8_t *standard, size_t len)
{
    uint8_t *own = NULL;
    vault_key *key = NULL;
    size_t own_len = 0;
    CK_RV rv = vault_key_of(t, CKU_SO, &key);

    if (rv == CKR_OK)
        rv = vault_may_work(t);
    if (rv == CKR_OK)
        rv = default_pin(t, key, &own, &own_len);
    tok_secret_free(key);
    if (rv == CKR_OK)
        rv = vault_give_user_pin(t, own != NULL ? own : standard, own != NULL ? own_len : len,
                                 own != NULL ? PIN_OWN : PIN_FACTORY, "pin-reset");
    tok_secret_free(own);
    return rv;
}
