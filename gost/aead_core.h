/* SPDX-License-Identifier: Apache-2.0 */
/* The two halves of gost_aead_decrypt, for who must know that a message is right before he opens
 * it. Internal to gost/. */
#ifndef GOST_AEAD_CORE_H
#define GOST_AEAD_CORE_H

#include "gost/aead.h"

/* Only towards the tag. in: the ciphertext. */
void gost_aead_sum(gost_aead *a, const uint8_t *in, size_t len);

/* Only the cipher, of a whole message: after it, a is only to be wiped. */
void gost_aead_gamma(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len);

#endif
