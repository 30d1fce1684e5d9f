/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modes of GOST R 34.13-2015 over any block cipher: CTR and CTR-ACPKM (RFC 8645), CBC, CFB, OFB.
 * Any lengths in any parts unless said; in and out may be the same, or not overlap. Constant time
 * in keys and data. The contexts hold secrets: the owner wipes them. ECB is gost_block_encrypt.
 */
#ifndef GOST_MODES_H
#define GOST_MODES_H

#include "gost/block.h"

typedef struct gost_ctr {
    gost_block block;
    uint8_t counter[GOST_BLOCK_MAX], gamma[GOST_BLOCK_MAX];
    unsigned used;    /* bytes of gamma already used */
    uint64_t section; /* bytes between changes of the key; 0: it never changes */
    uint64_t count;   /* bytes of gamma made in this section */
} gost_ctr;

/*
 * block: copied. iv: half a block (the counter's left half). section: a multiple of the block in
 * bytes, or 0: plain CTR. Encrypting and decrypting are the same. The caller keeps a message under
 * one IV below 2^(half a block's bits) blocks: 32 GiB for Magma.
 */
void gost_ctr_init(gost_ctr *c, const gost_block *block, const uint8_t *iv, uint64_t section);
void gost_ctr_crypt(gost_ctr *c, const uint8_t *in, uint8_t *out, size_t len);

/* One step of the key: K' = ACPKM(K) (RFC 8645, 6.2.1), which replaces the block's key. */
void gost_acpkm(gost_block *block);

/* The three feedback modes of GOST R 34.13 with a register as long as the iv: 1 block or more, at
 * most 32 bytes (OpenSSL's kuznyechik-cbc … take one block). CBC takes whole blocks only.
 * Decrypting CBC and CFB is done many blocks at a time; the others are chains. */
typedef struct gost_feedback {
    gost_block block;
    uint8_t reg[2 * GOST_BLOCK_MAX], gamma[GOST_BLOCK_MAX];
    unsigned reg_len, used; /* used: bytes of gamma already used */
} gost_feedback;

void gost_feedback_init(gost_feedback *c, const gost_block *block, const uint8_t *iv,
                        size_t iv_len);
void gost_cbc_encrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t blocks);
void gost_cbc_decrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t blocks);
void gost_cfb_encrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len);
void gost_cfb_decrypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len);
void gost_ofb_crypt(gost_feedback *c, const uint8_t *in, uint8_t *out, size_t len);

#endif
