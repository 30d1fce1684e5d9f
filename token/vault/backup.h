/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies of tokens: what <gosttoken/backup.h> promises, below the module.
 *
 * The format. A header of 112 bytes: "gosttoken-backup", then, in numbers of 8 bytes, most
 * significant first: the version (1), Argon2id's memory (KiB), passes and lanes, the length of a
 * chunk, the length of all the contents; a salt of 16 bytes; the first 16 bytes of Streebog-256 of
 * all that, so that a damaged header is told from a wrong passphrase. Then the contents in chunks,
 * the last one shorter, each followed by its tag of 16 bytes: Kuznyechik-MGM under Argon2id of the
 * passphrase, the chunk's number as the nonce (the salt makes the key one file's alone), and as
 * associated data the header, the number, and 1 if it is the last. So chunks cannot be moved, left
 * out, added or taken from another file. The contents: the description (vault_copy's fields) and
 * the token's database as it is on the disk.
 *
 * Kuznyechik-MGM and not AES: it is what the token's own values are sealed with, so that a copy
 * rests on no assumption that the token does not rest on, and the vault needs no OpenSSL.
 */
#ifndef VAULT_BACKUP_H
#define VAULT_BACKUP_H

#include "token/vault/vault.h"

#define VAULT_COPY_ID 16

typedef struct vault_copy {
    uint8_t serial[VAULT_SERIAL], label[VAULT_LABEL], id[VAULT_COPY_ID];
    uint64_t slot, time, objects, bytes;
    int replaced;  /* after a restore */
    char kept[64]; /* after a restore: the name that the damaged file has now; "": none was there */
} vault_copy;

typedef struct vault_restore {
    int fd;
    const uint8_t *passphrase;
    size_t passphrase_len;
    CK_USER_TYPE user;
    const uint8_t *pin;
    size_t pin_len;
    int any_slot; /* `slot` says nothing */
    CK_SLOT_ID slot;
    int replace;
} vault_restore;

CK_RV vault_backup(vault_token *t, CK_SLOT_ID slot, int fd, const uint8_t *passphrase, size_t len,
                   vault_copy *copy);
CK_RV vault_backup_check(int fd, const uint8_t *passphrase, size_t len, vault_copy *copy);
CK_RV vault_restore_copy(vault *v, const vault_restore *r, vault_copy *copy);

#endif
