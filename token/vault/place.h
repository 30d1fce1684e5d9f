/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last step of restoring: a token that is whole, in a temporary file of the directory, learns
 * what has become of the one that it replaces (tries that are spent stay spent), and takes its name
 * in one step. A file that is damaged, or that this build cannot read, is not lost: it stays beside
 * the new one as token-N.db.damaged-1, or the next number that is free.
 */
#ifndef VAULT_PLACE_H
#define VAULT_PLACE_H

#include "token/vault/backup.h"
#include "token/vault/local.h"

typedef struct vault_place {
    int dirfd, fd; /* fd: of the temporary, which is locked */
    const char *temp, *dir;
    CK_SLOT_ID slot;
    int there;     /* the slot has a file, which is to be replaced */
    char kept[64]; /* after it: the damaged file's new name, or "" */
} vault_place;

/* t: the temporary's token, in which nobody else is; the directory is locked. When this fails, what
 * was there is there still. */
CK_RV vault_place_take(vault *v, vault_token *t, const vault_restore *r, const vault_copy *copy,
                       const vault_key *key, vault_place *p);

#endif
