/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A MAC whose key is on a token, which computes it (C_SignInit, C_SignUpdate, C_SignFinal). A short
 * MAC is the beginning of the whole one. OMAC-ACPKM is refused: the token has no such mechanism,
 * and the keys that it is made of would have to be here.
 */
#ifndef GT_MAC_TOKEN_H
#define GT_MAC_TOKEN_H

#include "mac/context.h"
#include "skeymgmt/skey.h"

typedef struct gt_token_mac gt_token_mac;

/* For a key of a token. NULL with an error raised: it is of another type, or the MAC cannot be had
 * with it. */
gt_token_mac *gt_token_mac_new(gt_provider *prov, gt_skey *key, const gt_mac *m);
void gt_token_mac_free(gt_token_mac *t);

/* One that goes on where t is. NULL with an error raised. */
gt_token_mac *gt_token_mac_copy(gt_token_mac *t);

/* Another message under the same key. */
void gt_token_mac_restart(gt_token_mac *t);

/* The token is asked at the first of these calls, with the settings that m has then. final writes
 * m->size bytes. 1, or 0 with an error raised. */
int gt_token_mac_update(gt_token_mac *t, const gt_mac *m, const uint8_t *data, size_t len);
int gt_token_mac_final(gt_token_mac *t, const gt_mac *m, uint8_t *out);

#endif
