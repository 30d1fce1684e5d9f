/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same done by a token. Modules differ in the forms of parameters that they take, so each is
 * tried in several. err tells, by gt_error_is_unsupported, that none was understood. Internal to
 * keyexch/.
 */
#ifndef GT_KEYEXCH_TOKEN_H
#define GT_KEYEXCH_TOKEN_H

#include "keyexch/keyexch.h"

int gt_token_vko(const gt_key *key, const uint8_t *pub, unsigned hash_bits, const uint8_t *ukm,
                 size_t ukm_len, uint8_t *out, gt_error *err);
int gt_token_keg(const gt_key *key, const uint8_t *pub, const uint8_t ukm[GT_KEG_UKM],
                 uint8_t out[GT_KEG_SIZE], gt_error *err);
int gt_token_open_28147(const gt_key *key, const uint8_t *pub, const gost_sbox *sbox,
                        const uint8_t ukm[GT_WRAP_UKM], const uint8_t wrapped[GOST_28147_WRAPPED],
                        uint8_t out[GT_CEK], gt_error *err);
int gt_token_open_kexp15(const gt_key *key, const uint8_t *pub, const gost_block_class *cipher,
                         const uint8_t ukm[GT_KEG_UKM], const uint8_t *wrapped, size_t wrapped_len,
                         uint8_t out[GT_CEK], gt_error *err);

#endif
