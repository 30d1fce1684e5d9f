/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing and verifying a digest with a gt_key. Signatures are s | r, each big-endian, as they
 * stand in X.509 and CMS (RFC 9215).
 */
#ifndef GT_SIGNATURE_H
#define GT_SIGNATURE_H

#include "keymgmt/key.h"

size_t gt_signature_size(const gt_key *key);

/* Signs, on the token if the key is there. *sig_len: room on entry, length on return. Returns 1, or
 * 0 with *err set. */
int gt_signature_sign(const gt_key *key, const uint8_t *digest, size_t digest_len, uint8_t *sig,
                      size_t *sig_len, gt_error *err);

/* Verifies in this process. 1: right; 0: wrong, or lengths that do not fit the key. */
int gt_signature_verify(const gt_key *key, const uint8_t *digest, size_t digest_len,
                        const uint8_t *sig, size_t sig_len);

/*
 * 1 if the public half is a point of the right order and, for a private key, if a signature made
 * with it verifies. 0 with *err set.
 */
int gt_signature_check_public(const gt_key *key, gt_error *err);
int gt_signature_check_pair(const gt_key *key, gt_error *err);

#endif
