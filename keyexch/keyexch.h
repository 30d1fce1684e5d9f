/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What two keys have in common, and keys wrapped with it. One of the two is private, on a token or
 * in memory; `peer` is the other one's public half. All return 1, or 0 with *err set and the output
 * wiped.
 */
#ifndef GT_KEYEXCH_H
#define GT_KEYEXCH_H

#include "gost/gost28147.h"
#include "keymgmt/key.h"

enum { GT_KEG_UKM = 32, GT_KEG_SIZE = 64, GT_WRAP_UKM = 8, GT_CEK = 32 };

/* VKO (RFC 7836, 4.3), hashed to 256 or 512 bits: hash_bits / 8 bytes. ukm: 1 to 64 bytes,
 * little-endian. 512 is for keys of 512 bits. */
int gt_keyexch_vko(const gt_key *key, const gt_key *peer, unsigned hash_bits, const uint8_t *ukm,
                   size_t ukm_len, uint8_t *out, gt_error *err);

/* KEG (RFC 9189, 8.3.1): the MAC's key and the cipher's. */
int gt_keyexch_keg(const gt_key *key, const gt_key *peer, const uint8_t ukm[GT_KEG_UKM],
                   uint8_t out[GT_KEG_SIZE], gt_error *err);

/*
 * A key that was wrapped under VKO's result (RFC 4357, 6.3) or KEG's (KExp15), opened. If the
 * private key is on a token, the token derives the wrapping key and opens it, and the wrapping key
 * stays there; if it cannot do that, it gives the wrapping key out, for the work to be done here.
 * That the key was wrapped for somebody else, or altered, is GT_TOKEN_ERROR with
 * CKR_WRAPPED_KEY_INVALID.
 */
int gt_keyexch_open_28147(const gt_key *key, const gt_key *peer, const gost_sbox *sbox,
                          const uint8_t ukm[GT_WRAP_UKM], const uint8_t wrapped[GOST_28147_WRAPPED],
                          uint8_t out[GT_CEK], gt_error *err);

/* cipher: Kuznyechik or Magma. The KExp15 form's IV is the end of the UKM (RFC 9189, 4.2.4.1). */
int gt_keyexch_open_kexp15(const gt_key *key, const gt_key *peer, const gost_block_class *cipher,
                           const uint8_t ukm[GT_KEG_UKM], const uint8_t *wrapped,
                           size_t wrapped_len, uint8_t out[GT_CEK], gt_error *err);

#endif
