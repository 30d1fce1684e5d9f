/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The modes straight from the standards' texts, a block or a byte at a time: what the tests compare
 * with. They stand on the block ciphers, which have tests of their own.
 */
#ifndef PLAIN_MODES_H
#define PLAIN_MODES_H

#include "gost/block.h"

/* GOST R 34.13-2015, 5.2, and RFC 8645, 6.2.2. */
void plain_ctr(gost_block b, const uint8_t *iv, size_t section, const uint8_t *in, uint8_t *out,
               size_t len);

/* GOST R 34.13-2015, 5.3 … 5.5; a register of m bytes. way: 'e' or 'd'. */
void plain_cbc(const gost_block *b, const uint8_t *iv, size_t m, const uint8_t *in, uint8_t *out,
               size_t len, char way);
void plain_cfb(const gost_block *b, const uint8_t *iv, size_t m, const uint8_t *in, uint8_t *out,
               size_t len, char way);
void plain_ofb(const gost_block *b, const uint8_t *iv, size_t m, const uint8_t *in, uint8_t *out,
               size_t len);

/* GOST R 34.13-2015, 5.6. */
void plain_omac(const gost_block *b, const uint8_t *in, size_t len, uint8_t *mac);

/* RFC 9058, section 4. in: the plaintext if way is 'e', else the ciphertext. */
void plain_mgm_any(const gost_block *b, const uint8_t *nonce, const uint8_t *ad, size_t ad_len,
                   const uint8_t *in, size_t len, uint8_t *out, uint8_t *tag, char way);

/* a * b where a block's first bit is the highest power: RFC 9058, section 2. */
void plain_multiply(const uint8_t *a, const uint8_t *b, uint8_t *out, size_t size);

#endif
