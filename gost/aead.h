/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MGM (RFC 9058) over Kuznyechik or Magma, in parts of any length; in and out may be the same, or
 * not overlap. Constant time in keys and data. (mgm.h is the whole message in one call, for the
 * store.)
 */
#ifndef GOST_AEAD_H
#define GOST_AEAD_H

#include "gost/block.h"

typedef struct gost_aead {
    gost_block block;
    uint8_t y[GOST_BLOCK_MAX], z[GOST_BLOCK_MAX], sum[GOST_BLOCK_MAX];
    uint8_t gamma[GOST_BLOCK_MAX], part[GOST_BLOCK_MAX];
    unsigned have;
    uint64_t ad_len, len;
    int in_data;
} gost_aead;

/* The most bytes that associated data and message may have together under one nonce: the caller
 * refuses more. */
static inline uint64_t gost_aead_limit(const gost_block_class *class)
{
    return UINT64_MAX >> (67 - 4 * class->size);
}

/* block: copied. nonce: a block; its top bit is ignored. */
void gost_aead_init(gost_aead *a, const gost_block *block, const uint8_t *nonce);
void gost_aead_ad(gost_aead *a, const void *ad, size_t len); /* all before the first data */
void gost_aead_encrypt(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len);
void gost_aead_decrypt(gost_aead *a, const uint8_t *in, uint8_t *out, size_t len);
/* A whole block of tag; the caller cuts it (4 … block) and, decrypting, compares. Wipes. */
void gost_aead_final(gost_aead *a, uint8_t *tag);

#endif
