/* SPDX-License-Identifier: Apache-2.0 */
/* What the module says of itself, its slots and tokens. */
#ifndef TOK_INFO_H
#define TOK_INFO_H

#include "token/slot.h"

/* Copies text into a fixed field of the standard: padded with blanks, cut if too long. */
void tok_info_text(unsigned char *field, size_t size, const char *text);

void tok_info_library(CK_INFO *info);
CK_RV tok_info_slot(tok_slot *slot, CK_SLOT_INFO *info);
CK_RV tok_info_token(tok_slot *slot, CK_TOKEN_INFO *info);

/* What the vault says of the slot's token, or the like for a factory token that it does not have
 * yet. CKR_TOKEN_NOT_RECOGNIZED if the token is not initialised. */
CK_RV tok_info_vault(tok_slot *slot, vault_info *info);

/* The room of the file system the token is on, and how much of it is left. */
void tok_info_memory(tok_slot *slot, const vault_info *v, CK_ULONG *total, CK_ULONG *left);

#endif
