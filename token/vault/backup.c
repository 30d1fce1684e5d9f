/* SPDX-License-Identifier: Apache-2.0 */
/* see backup.h: writing a copy, and reading one to see that it is whole */
#include "token/vault/backup.h"
#include "token/vault/description.h"
#include "token/vault/sealed.h"

#include <stdio.h>
#include <string.h>

#include "gost/random.h"
#include "token/secmem.h"

#define DEFAULT_MS 50 /* of one PIN check */
#define SLOWER     10 /* a passphrase has no counter of tries: so much more than a PIN check */

/* ---- the description ------------------------------------------------------------------------- */

void vault_describe(const vault_copy *c, uint8_t out[VAULT_DESCRIPTION])
{
    memset(out, 0, VAULT_DESCRIPTION);
    memcpy(out, c->serial, VAULT_SERIAL);
    memcpy(out + 16, c->label, VAULT_LABEL);
    memcpy(out + 48, c->id, VAULT_COPY_ID);
    vault_put64(out + 64, c->slot);
    vault_put64(out + 72, c->time);
    vault_put64(out + 80, c->objects);
    vault_put64(out + 88, c->bytes);
}

CK_RV vault_described(const uint8_t *in, size_t len, uint64_t total, vault_copy *c)
{
    memset(c, 0, sizeof(*c));
    if (len >= VAULT_DESCRIPTION) {
        memcpy(c->serial, in, VAULT_SERIAL);
        memcpy(c->label, in + 16, VAULT_LABEL);
        memcpy(c->id, in + 48, VAULT_COPY_ID);
        c->slot = vault_get64(in + 64);
        c->time = vault_get64(in + 72);
        c->objects = vault_get64(in + 80);
        c->bytes = vault_get64(in + 88);
    }
    if (len < VAULT_DESCRIPTION || c->bytes != total - VAULT_DESCRIPTION)
        return vault_fail(CKR_ENCRYPTED_DATA_INVALID, "the backup makes no sense");
    return CKR_OK;
}

/* ---- writing -------------------------------------------------------------------------------- */

static const char *hex_id(const uint8_t id[VAULT_COPY_ID], char out[2 * VAULT_COPY_ID + 1])
{
    for (size_t i = 0; i < VAULT_COPY_ID; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", id[i]);
    return out;
}

/* The record comes first: a copy without one cannot be. It is in the copy, too. */
static CK_RV record(vault_token *t, const vault_copy *copy)
{
    char id[2 * VAULT_COPY_ID + 1];
    CK_RV rv = vault_begin(t, VAULT_WRITE);

    return rv == CKR_OK ? vault_end(t, vault_journal_put(t, NULL, "backup", ",\"copy\":\"%s\"",
                                                         hex_id(copy->id, id)))
                        : rv;
}

/* The file's pages as they are on the disk, in memory: one picture of it, whoever writes meanwhile.
 * Nothing in it is more open than in the file. */
static CK_RV picture(vault_token *t, vault_copy *copy, unsigned char **bytes)
{
    sqlite3_int64 size = 0;
    vault_state st;
    vault_meta m;
    CK_RV rv = vault_begin(t, VAULT_READ);

    if (rv != CKR_OK)
        return rv;
    rv = vault_meta_read(t, &m);
    if (rv == CKR_OK)
        rv = vault_state_read(t, &st);
    if (rv == CKR_OK) {
        memcpy(copy->serial, m.serial, VAULT_SERIAL);
        memcpy(copy->label, m.label, VAULT_LABEL);
        copy->objects = st.objects;
        *bytes = sqlite3_serialize(t->db, "main", &size, 0);
        copy->bytes = (uint64_t)size;
        if (*bytes == NULL)
            rv = sqlite3_errcode(t->db) == SQLITE_OK ? vault_fail(CKR_HOST_MEMORY, "out of memory")
                                                     : vault_fail_db(t, "read");
        else /* bytes 16 and 17: the length of a page; 1 stands for 65536 */
            vault_page_sums(*bytes, (size_t)size,
                            (*bytes)[16] == 0 ? 65536u * (*bytes)[17] : 256u * (*bytes)[16]);
    }
    return vault_end(t, rv);
}

static CK_RV write_copy(vault_token *t, int fd, const uint8_t *passphrase, size_t len,
                        const vault_copy *copy, const unsigned char *bytes)
{
    int ms = t->settings.kdf_ms >= 0 ? t->settings.kdf_ms : DEFAULT_MS;
    uint8_t description[VAULT_DESCRIPTION];
    vault_sealed s;
    CK_RV rv;

    vault_describe(copy, description);
    rv = vault_sealed_begin(&s, fd, (unsigned)ms * SLOWER, VAULT_DESCRIPTION + copy->bytes,
                            passphrase, len);
    if (rv == CKR_OK)
        rv = vault_sealed_put(&s, description, sizeof(description));
    if (rv == CKR_OK)
        rv = vault_sealed_put(&s, bytes, (size_t)copy->bytes);
    if (rv == CKR_OK)
        rv = vault_sealed_end(&s);
    vault_sealed_close(&s);
    return rv;
}

CK_RV vault_backup(vault_token *t, CK_SLOT_ID slot, int fd, const uint8_t *passphrase, size_t len,
                   vault_copy *copy)
{
    unsigned char *bytes = NULL;
    vault_examination e;
    vault_key *key = NULL;
    CK_RV rv;

    memset(copy, 0, sizeof(*copy));
    copy->slot = slot;
    copy->time = vault_time();
    if (len == 0)
        return vault_fail(CKR_PIN_LEN_RANGE, "a backup needs a passphrase");
    rv = vault_key_of(t, VAULT_ANYBODY, &key);
    tok_secret_free(key); /* only asked for who is logged in */
    if (rv == CKR_OK)
        rv = vault_may_work(t);
    if (rv == CKR_OK && !gost_random_system(NULL, copy->id, sizeof(copy->id)))
        rv = vault_fail(CKR_FUNCTION_FAILED, "the system's random generator fails");
    if (rv == CKR_OK)
        rv = vault_journal_flush(t);
    if (rv == CKR_OK)
        rv = vault_examine(t, &e);
    if (rv == CKR_OK && e.damaged > 0)
        rv = vault_fail(CKR_DEVICE_ERROR, "%s", e.first_damage);
    if (rv == CKR_OK)
        rv = record(t, copy);
    if (rv == CKR_OK)
        rv = picture(t, copy, &bytes);
    if (rv == CKR_OK)
        rv = write_copy(t, fd, passphrase, len, copy, bytes);
    sqlite3_free(bytes);
    return rv;
}

/* ---- reading -------------------------------------------------------------------------------- */

CK_RV vault_backup_check(int fd, const uint8_t *passphrase, size_t len, vault_copy *copy)
{
    const uint8_t *data;
    vault_sealed s;
    size_t n;
    CK_RV rv = vault_sealed_open(&s, fd, passphrase, len);

    if (rv == CKR_OK)
        rv = vault_sealed_next(&s, &data, &n);
    if (rv == CKR_OK)
        rv = vault_described(data, n, s.total, copy);
    while (rv == CKR_OK && s.done < s.total)
        rv = vault_sealed_next(&s, &data, &n);
    vault_sealed_close(&s);
    return rv;
}
