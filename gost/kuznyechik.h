/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kuznyechik (GOST R 34.12-2015, RFC 7801): 128-bit blocks, 256-bit keys. Constant time on every
 * CPU: the S-box is computed, not looked up at secret addresses.
 */
#ifndef GOST_KUZNYECHIK_H
#define GOST_KUZNYECHIK_H

#include "gost/block.h"

#define GOST_KUZNYECHIK_KEY   32
#define GOST_KUZNYECHIK_BLOCK 16

/* gost_block_kuznyechik, for those who need one block of this cipher. */
typedef struct gost_kuznyechik {
    gost_block block;
} gost_kuznyechik;

void gost_kuznyechik_set_key(gost_kuznyechik *ks, const uint8_t key[32]);
void gost_kuznyechik_encrypt(const gost_kuznyechik *ks, const uint8_t in[16], uint8_t out[16]);
void gost_kuznyechik_decrypt(const gost_kuznyechik *ks, const uint8_t in[16], uint8_t out[16]);

#endif
