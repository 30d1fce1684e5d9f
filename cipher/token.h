/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A native cipher whose key is on a token. The token does the mode where it has it (ECB, CTR and
 * CTR-ACPKM, GOST 28147-89's CFB, MGM to encrypt); CBC, CFB, OFB, CNT without key meshing, and MGM
 * to decrypt, where the token would keep all until the tag, are put together here from blocks that
 * the token encrypts by ECB, under the same key. A mode for which the key would have to be here
 * (CNT with key meshing) is refused.
 *
 * The token is asked at the first byte, when IV and parameters are known.
 */
#ifndef GT_CIPHER_TOKEN_H
#define GT_CIPHER_TOKEN_H

#include "cipher/native.h"
#include "skeymgmt/skey.h"

/* Makes it the context's key, in place of what was there. Returns 1, or 0 with an error raised: it
 * is another cipher's, or a message has begun. A key in memory is copied. */
int gt_token_cipher_set(gt_native_cipher *n, gt_skey *key);

/* Gives it up; n may have none. */
void gt_token_cipher_drop(gt_native_cipher *n);

/* The next message, under the same key. */
void gt_token_cipher_restart(gt_native_cipher *n);

/* The parts of a message: 1, or 0 with an error raised and out wiped. tag: of one block, only of
 * MGM; end: of the others. After them comes a restart. */
int gt_token_cipher_crypt(gt_native_cipher *n, const uint8_t *in, uint8_t *out, size_t len);
int gt_token_cipher_ad(gt_native_cipher *n, const uint8_t *ad, size_t len);
int gt_token_cipher_tag(gt_native_cipher *n, uint8_t tag[GOST_BLOCK_MAX]);
int gt_token_cipher_end(gt_native_cipher *n);

/* See gt_cipher_next_iv; NULL: it cannot be told. */
const uint8_t *gt_token_cipher_next_iv(const gt_native_cipher *n);

/* n is a copy, byte by byte, of a context with a token's key: gives it one of its own. 0 with an
 * error raised; then it has none. */
int gt_token_cipher_copy(gt_native_cipher *n);

#endif
