/* SPDX-License-Identifier: Apache-2.0 */
/* MGM (RFC 9058), authenticated encryption with associated data, over Kuznyechik. */
#ifndef GOST_MGM_H
#define GOST_MGM_H

#include <stddef.h>
#include "gost/kuznyechik.h"

/*
 * Encrypts len bytes of in to out (the two may be the same) and writes a tag of 16 bytes.
 * nonce: 16 bytes, its top bit is ignored; a nonce is used once per key. Constant time.
 */
void gost_mgm_seal(const gost_kuznyechik *ks, const uint8_t nonce[16], const void *ad,
                   size_t ad_len, const void *in, size_t len, uint8_t *out, uint8_t tag[16]);

/*
 * The reverse. Returns 1 if the tag is right; else 0, and out is all zeros. Only "right or wrong"
 * is made public.
 */
int gost_mgm_open(const gost_kuznyechik *ks, const uint8_t nonce[16], const void *ad, size_t ad_len,
                  const void *in, size_t len, const uint8_t tag[16], uint8_t *out);

#endif
