/* SPDX-License-Identifier: Apache-2.0 */
/* KExp15 and KImp15, export of a key (R 1323565.1.017-2018; RFC 9189, 8.2.1). */
#ifndef GOST_KEXP15_H
#define GOST_KEXP15_H

#include "gost/block.h"

/* class: Kuznyechik or Magma. iv: half a block, fresh for each export. len: 1 … GOST_KEXP15_MAX.
 * out: len + a block: CTR(secret | OMAC(iv | secret)); it may begin where secret does. */
#define GOST_KEXP15_MAX 128

void gost_kexp15(const gost_block_class *class, const uint8_t enc_key[32],
                 const uint8_t mac_key[32], const uint8_t *iv, const uint8_t *secret, size_t len,
                 uint8_t *out);

/* in_len is the secret's length + a block. Returns 1, or 0 if the MAC or a length is wrong (out is
 * then zeros; it has room for in_len - block bytes). */
int gost_kimp15(const gost_block_class *class, const uint8_t enc_key[32], const uint8_t mac_key[32],
                const uint8_t *iv, const uint8_t *in, size_t in_len, uint8_t *out);

#endif
