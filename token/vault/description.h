/* SPDX-License-Identifier: Apache-2.0 */
/* The first bytes of a copy's contents: what it is a copy of. */
#ifndef VAULT_DESCRIPTION_H
#define VAULT_DESCRIPTION_H

#include "token/vault/backup.h"

#define VAULT_DESCRIPTION 128

void vault_describe(const vault_copy *c, uint8_t out[VAULT_DESCRIPTION]);

/* in: the first chunk; total: the length of all the contents. CKR_ENCRYPTED_DATA_INVALID. */
CK_RV vault_described(const uint8_t *in, size_t len, uint64_t total, vault_copy *c);

#endif
