/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC-Streebog (RFC 7836, section 4.1.1). Constant time in the key and the message. */
#ifndef GOST_HMAC_H
#define GOST_HMAC_H

#include "gost/streebog.h"

typedef struct gost_hmac {
    gost_streebog inner, outer;
} gost_hmac;

/* Starts an HMAC of `bits` (256 or 512) bits under a key of any length. A context that has just
 * been initialised may be copied, to use one key many times without hashing it again. */
void gost_hmac_init(gost_hmac *ctx, unsigned bits, const void *key, size_t key_len);
void gost_hmac_update(gost_hmac *ctx, const void *data, size_t len);

/* Writes bits/8 bytes and wipes the context. */
void gost_hmac_final(gost_hmac *ctx, uint8_t *out);

/* The whole in one call. */
void gost_hmac_streebog(unsigned bits, const void *key, size_t key_len, const void *data,
                        size_t len, uint8_t *out);

#endif
